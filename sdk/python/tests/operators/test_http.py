# SPDX-License-Identifier: Apache-2.0
"""HttpOperator and HttpHook against real servers."""

import http.server
import json
import threading

import pytest

from aiflow import DAG
from aiflow.exceptions import AirflowException
from aiflow.hooks import http as http_hook
from aiflow.hooks.http import HttpHook
from aiflow.operators.http import HttpOperator


class Site(http.server.ThreadingHTTPServer):
    """Answers from a table of path -> (status, headers, body); what it was asked is in .seen."""

    def __init__(self):
        self.answers, self.seen = {}, []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.server.seen.append((self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body.decode()))
                status, headers, text = self.server.answers.get(
                    self.path.split("?")[0], (200, {}, "ok"))
                self.send_response(status)
                for name, value in {"Content-Length": str(len(text.encode())), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text.encode())

            do_GET = do_POST = do_PUT = do_DELETE = answer

            def log_message(self, *_words):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()


@pytest.fixture
def site():
    made = Site()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def other():
    made = Site()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def run():
    with DAG("d") as dag:
        yield lambda **how: HttpOperator(task_id=f"t{len(dag.tasks)}", **how).execute(
            {"ds": "2026-01-02", "ti": None})


def test_what_is_sent_by_kind_of_data(site, run, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_API", json.dumps(
        {"conn_type": "http", "host": "127.0.0.1", "port": site.server_port, "login": "kim",
         "password": "pw-1234", "extra": {"X-Key": "k", "timeout": 5}}))
    run(http_conn_id="api", endpoint="a", data={"x": [1, 2]}, headers={"X-More": "m"})
    run(http_conn_id="api", endpoint="/b", data='{"y": 1}', method="PUT", extra_options={"timeout": 3})
    run(http_conn_id="api", endpoint="c?z=0", data={"x": "ä"}, method="get")
    HttpHook("POST", "api").run("d", json={"j": 1})
    (first, put, get, as_json) = site.seen
    assert first[:2] == ("POST", "/a") and first[3] == "x=1&x=2"
    assert first[2]["authorization"] == "Basic a2ltOnB3LTEyMzQ=" and first[2]["x-key"] == "k"
    assert first[2]["x-more"] == "m" and "timeout" not in first[2]
    assert first[2]["content-type"] == "application/x-www-form-urlencoded"
    assert put[0] == "PUT" and put[3] == '{"y": 1}' and put[2]["content-type"].startswith("text/plain")
    assert get[:2] == ("GET", "/c?z=0&x=%C3%A4") and get[3] == ""
    assert as_json[3] == '{"j": 1}' and as_json[2]["content-type"] == "application/json"


def test_checks_filters_and_statuses(site, run, capsys):
    site.answers = {"/j": (200, {"Content-Type": "text/plain; charset=latin-1"}, '{"n": 5}'),
                    "/bad": (503, {}, "away")}
    assert run(endpoint=site.url + "/j", response_filter=lambda response: response.json()["n"]) == 5
    assert run(endpoint=site.url + "/j", response_filter=lambda r, ds: [r.status_code, ds]) == [200, "2026-01-02"]
    assert run(endpoint=site.url + "/j", log_response=True) == '{"n": 5}'
    assert '{"n": 5}' in capsys.readouterr().out
    assert run(endpoint=site.url + "/bad", extra_options={"check_response": False}) == "away"
    with pytest.raises(AirflowException, match="^503:"):
        run(endpoint=site.url + "/bad")
    with pytest.raises(AirflowException, match="Response check returned False"):
        run(endpoint=site.url + "/j", response_check=lambda response: "m" in response.text)
    run(endpoint=site.url + "/j", response_check=lambda response, **context: context["ds"] == "2026-01-02")


def test_pages(site, run):
    site.answers = {"/p": (200, {}, '{"items": [1], "next": "/q"}'), "/q": (200, {}, '{"items": [2]}')}
    found = run(endpoint=site.url + "/p", method="GET", data={"size": 1},
                pagination_function=lambda r: ({"endpoint": site.url + r.json()["next"]}
                                               if "next" in r.json() else None),
                response_filter=lambda answers: [i for a in answers for i in a.json()["items"]])
    assert found == [1, 2] and [path for _, path, *_ in site.seen] == ["/p?size=1", "/q?size=1"]


def test_another_server_is_told_no_secrets(site, other, run, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_API", f"http://kim:pw-1234@127.0.0.1:{site.server_port}?X-Key=k")
    site.answers = {"/away": (302, {"Location": other.url + "/x"}, ""), "/near": (302, {"Location": "/y"}, "")}
    run(http_conn_id="api", endpoint="away", method="GET")
    run(http_conn_id="api", endpoint="near", method="GET")
    [far], near = other.seen, site.seen[-1]
    assert "authorization" not in far[2] and "x-key" not in far[2]
    assert near[1] == "/y" and near[2]["authorization"].startswith("Basic ")
    assert run(http_conn_id="api", endpoint="away", method="GET",
               extra_options={"allow_redirects": False}) == ""


def test_what_can_not_be_asked_is_said(site, run, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_EMPTY", '{"conn_type": "http"}')
    for how, says in (({"endpoint": "x", "http_conn_id": "empty"}, "connection 'empty' has no host"),
                      ({"endpoint": "x"}, "connection 'http_default' does not exist"),
                      ({"endpoint": "file:///etc/passwd"}, "neither http nor https"),
                      ({"endpoint": "http://127.0.0.1:1/"}, "the request failed"),
                      ({"endpoint": site.url, "request_kwargs": {"files": 1}}, "not files")):
        with pytest.raises(AirflowException, match=says):
            run(**how)
    monkeypatch.setattr(http_hook, "BODY_BYTES_MAX", 10)
    site.answers = {"/big": (200, {}, "x" * 11)}
    with pytest.raises(AirflowException, match="more than 10 bytes"):
        run(endpoint=site.url + "/big")
    site.answers = {"/file": (302, {"Location": "file:///etc/passwd"}, "")}
    with pytest.raises(AirflowException, match="leads nowhere"):
        run(endpoint=site.url + "/file", method="GET")


def test_values_are_rendered_and_published(supervisor, site):
    flow = supervisor(f"""
    from airflow import DAG
    from airflow.providers.http.operators.http import HttpOperator
    with DAG("d"):
        HttpOperator(task_id="a", endpoint="{site.url}/{{{{ ds }}}}", data='{{{{ params.n }}}}',
                     response_filter=lambda r: {{"status": r.status_code}})
    """)
    done, pushed, log, _ = flow.run("a")
    assert pushed["return_value"] == {"status": 200}, log
    assert site.seen[0][1] == "/2026-01-02" and site.seen[0][3] == "4"
