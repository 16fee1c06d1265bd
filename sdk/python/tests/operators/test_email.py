# SPDX-License-Identifier: Apache-2.0
"""Mails go to a real SMTP server, which is in this file; webhooks to a real HTTP server."""

import email
import email.policy
import json
import socketserver
import threading

import pytest

from aiflow import DAG
from aiflow.exceptions import AirflowException
from aiflow.hooks.smtp import SmtpHook
from aiflow.operators.email import EmailOperator
from aiflow.policies.notifiers import SmtpNotifier, WebhookNotifier
from operators.test_http import Site


class Mailbox(socketserver.ThreadingTCPServer):
    """A small SMTP server: every mail is in .mails as (sender, receivers, message)."""

    daemon_threads = allow_reuse_address = True

    def __init__(self):
        self.mails, self.log_ins = [], []
        super().__init__(("127.0.0.1", 0), _Session)
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()


class _Session(socketserver.StreamRequestHandler):
    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self):
        self.say("220 here")
        sender, receivers = "", []
        while line := self.rfile.readline().decode(errors="replace").strip():
            word = line.split(" ")[0].upper()
            if word == "EHLO":
                self.say("250-here\r\n250 AUTH PLAIN")
            elif word == "AUTH":
                self.server.log_ins.append(line)
                self.say("235 welcome")
            elif word == "MAIL":
                sender = line.split("<")[1].split(">")[0]
                self.say("250 ok")
            elif word == "RCPT":
                receivers.append(line.split("<")[1].split(">")[0])
                self.say("550 who is that" if "nobody" in line else "250 ok")
            elif word == "DATA":
                self.say("354 go on")
                text = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    text += part
                self.server.mails.append((sender, receivers, email.message_from_bytes(
                    text, policy=email.policy.default)))
                self.say("250 ok")
            elif word == "QUIT":
                return self.say("221 bye")
            else:
                self.say("250 ok")


@pytest.fixture
def mailbox(monkeypatch):
    box = Mailbox()
    monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", connection(box))
    yield box
    box.shutdown()
    box.server_close()


def connection(box, **extra):
    return json.dumps({"conn_type": "smtp", "host": "127.0.0.1", "port": box.port, "login": "kim",
                       "password": "geheim-55", "extra": {"disable_ssl": True, "disable_tls": "true",
                                                          "from_email": "edge@site", **extra}})


def test_a_mail_with_all_that_it_may_have(mailbox, tmp_path):
    (tmp_path / "r.csv").write_text("a,b\n")
    with DAG("d"):
        EmailOperator(task_id="a", to="x@site, y@site", cc=["c@site"], bcc="b@site; e@site",
                      subject="Grüße\nBcc: evil@site", html_content="<b>안녕</b>",
                      files=[str(tmp_path / "r.csv")], custom_headers={"X-Run": "1"}).execute({})
    [(sender, receivers, mail)] = mailbox.mails
    assert sender == "edge@site" and receivers == ["x@site", "y@site", "c@site", "b@site", "e@site"]
    assert mail["Subject"] == "Grüße Bcc: evil@site" and mail["Cc"] == "c@site" and mail["Bcc"] is None
    assert mail["X-Run"] == "1" and "<b>안녕</b>" in mail.get_body().get_content()
    [part] = mail.iter_attachments()
    assert part.get_filename() == "r.csv" and part.get_content() == "a,b\n"
    assert len(mailbox.log_ins) == 1
    from airflow.utils.email import send_email
    send_email("z@site", "s", "h", dryrun=True)
    send_email(["z@site"], "s", "h")
    assert [receivers for _, receivers, _ in mailbox.mails[1:]] == [["z@site"]]


def test_what_can_not_be_sent_is_said_without_the_password(mailbox, monkeypatch):
    for how, says in (({"to": "nobody@site"}, "mail is not sent"), ({"to": []}, "somebody to go to"),
                      ({"to": "a@b", "files": ["/nowhere"]}, "file can't be read"),
                      ({"to": "a@b\nX: y"}, "addresses can't be used")):
        with pytest.raises(AirflowException, match=says) as said:
            SmtpHook().send_email_smtp(subject="s", html_content="h", **how)
        assert "geheim" not in str(said.value)
    monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", connection(mailbox, disable_ssl=False))
    with pytest.raises(AirflowException, match="mail is not sent"):  # it does not speak TLS
        SmtpHook().send_email_smtp(to="a@b", subject="s", html_content="h")
    with pytest.raises(AirflowException, match="'other' does not exist"):
        SmtpHook("other").send_email_smtp(to="a@b", subject="s", html_content="h")
    assert mailbox.mails == []


FLOW = """
    import os
    from airflow import DAG
    from airflow.operators.bash import BashOperator
    from airflow.operators.email import EmailOperator
    with DAG("d", default_args={"email": ["ops@site"], "email_on_retry": False}):
        BashOperator(task_id="bad", bash_command="exit 3")
        BashOperator(task_id="good", bash_command="true", email_on_failure=False)
        EmailOperator(task_id="mail", to="{{ dag.dag_id }}@site", subject="{{ ds }}", html_content="a.html",
                      email_on_failure=False)
    """


def test_a_failure_is_told_by_mail_as_airflow_does(supervisor, mailbox, tmp_path):
    (tmp_path / "a.html").write_text("<p>{{ run_id }}</p>")
    flow = supervisor(FLOW)
    flow.env = {"AIRFLOW_CONN_SMTP_DEFAULT": connection(mailbox)}
    flow.run("bad", try_number=1, max_tries=1)
    assert mailbox.mails == []
    flow.run("bad", try_number=2, max_tries=1)
    [(_sender, receivers, mail)] = mailbox.mails
    assert receivers == ["ops@site"] and mail["Subject"] == "DAG d, task bad: failed"
    assert "run r: exit code 3" in mail.get_body().get_content()
    assert flow.run("mail")[0]["outcome"] == "success"
    assert mailbox.mails[1][1] == ["d@site"] and "<p>r</p>" in mailbox.mails[1][2].get_body().get_content()
    flow.env = {}
    done, _pushed, log, _ = flow.run("bad")
    assert done["cause"] == "CommandFailed: exit code 3" and "connection 'smtp_default' does not exist" in log


def test_only_what_may_send_a_mail_needs_python(supervisor):
    from aiflow.parse import parse_file
    kinds = {t["task_id"]: t["payload"].get("templated")
             for t in parse_file(str(supervisor(FLOW).dag_file))["dags"][0]["tasks"]}
    assert kinds["bad"] is True and kinds["good"] is False


def test_a_notifier_is_for_many_calls(mailbox):
    told = SmtpNotifier(to="a@site", subject="{{ run_id }}", html_content="x")
    for run_id in ("r1", "r2"):
        told({"run_id": run_id})
    assert [mail["Subject"] for _, _, mail in mailbox.mails] == ["r1", "r2"]


def test_a_webhook_is_told(monkeypatch):
    site = Site()
    monkeypatch.setenv("AIRFLOW_CONN_CHAT", json.dumps({"conn_type": "http", "host": site.url,
                                                        "extra": {"Authorization": "Bearer t-1"}}))
    WebhookNotifier({"text": "{{ run_id }} failed", "n": 1}, http_conn_id="chat", endpoint="/hook")({"run_id": "r"})
    [(method, path, headers, body)] = site.seen
    assert (method, path, headers["authorization"]) == ("POST", "/hook", "Bearer t-1")
    assert json.loads(body) == {"text": "r failed", "n": 1}
    site.shutdown()
    site.server_close()


def test_an_sla_is_taken_with_a_word_on_deadlines():
    from aiflow.operators.empty import EmptyOperator
    import datetime as dt
    with pytest.warns(UserWarning, match="DeadlineAlert"), DAG("d"):
        EmptyOperator(task_id="a", sla=dt.timedelta(hours=1))
    with pytest.warns(UserWarning, match="DAG 'e': sla has no effect"):
        DAG("e", default_args={"sla": dt.timedelta(hours=1)})
