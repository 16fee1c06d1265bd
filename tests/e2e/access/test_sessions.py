# SPDX-License-Identifier: Apache-2.0
"""Who is signed in, for how long, and who is kept out (faults 78 to 83)."""

import json
import re
import sqlite3
from pathlib import Path

import pytest
from browser import PASSWORD, Browser, is_cut
from product import cli

CANARY = "canary-9b2e41"
DAG = f"""
from airflow.sdk import DAG
from airflow.providers.standard.operators.bash import BashOperator
with DAG("etl", schedule=None):
    BashOperator(task_id="t", bash_command="cp $AIFLOW_TOKEN_FILE $MINE/token; while [ ! -e $MINE/end ]; do sleep 0.1; done",
                 env={{"MINE": "FOLDER"}}, append_env=True)
"""


def add_user(server, name, role, password=PASSWORD):
    server.call("POST", "/api/v2/users", {"username": name, "role": role, "password": password})


def signed_in(server, name, password=PASSWORD):
    browser = Browser(server)
    assert browser.log_in(name, password) == 200
    return browser


def test_78_another_sites_request_is_refused(server):
    add_user(server, "ann", "admin")
    ann = signed_in(server, "ann")
    pool = {"name": "p", "slots": 1}
    for headers in ({"X-CSRF-Token": "x"}, {"Origin": "http://evil.example"}, {"Origin": "null"}):
        assert ann.ask("POST", "/api/v2/pools", pool, headers)[0] == 403, headers
    assert ann.ask("GET", "/api/v2/stream", None, {
        "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "MDEyMzQ1Njc4OTAxMjM0NQ==", "Origin": "http://evil.example"})[0] == 403
    assert ann.ask("POST", "/api/v2/pools", pool)[0] == 200


def test_79_a_planted_session_is_not_taken_over(server):
    add_user(server, "ann", "user")
    planted = "A" * 43
    victim = Browser(server, planted)
    assert victim.log_in("ann") == 200
    assert victim.cookie != planted
    assert Browser(server, planted).ask("GET", "/auth/me")[0] == 401
    first = victim.cookie
    assert victim.log_in("ann") == 200
    assert victim.cookie != first


@pytest.mark.parametrize("change", ["password", "role", "one-time password", "end", "deletion"])
def test_79_sessions_and_streams_end_at_once(server, change):
    add_user(server, "ann", "operator")
    here, there = signed_in(server, "ann"), signed_in(server, "ann")
    stream = there.open_stream()
    if change == "password":
        assert here.ask("POST", "/auth/password", {"old_password": PASSWORD,
                                                   "new_password": "another one"})[0] == 200
    elif change == "role":
        assert cli(server, "user", "role", "ann", "--role", "viewer").returncode == 0
    elif change == "one-time password":
        assert cli(server, "user", "password", "ann").returncode == 0
    elif change == "end":
        sessions = here.ask("GET", "/auth/sessions")[1]["items"]
        (other,) = [one["id"] for one in sessions if not one["current"]]
        assert here.ask("DELETE", f"/auth/sessions/{other}")[0] == 204
    else:
        assert cli(server, "user", "delete", "ann").returncode == 0
    assert is_cut(stream)
    assert there.ask("GET", "/auth/me")[0] == 401
    stays = change in ("password", "end")
    assert here.ask("GET", "/auth/me")[0] == (200 if stays else 401)


def test_80_waiting_after_failures_outlives_a_restart(make_server):
    server = make_server()
    server.start()
    add_user(server, "ann", "user")
    for _ in range(5):
        assert Browser(server).log_in("ann", "guess") == 401
    assert Browser(server).log_in("ann") == 429
    server.stop_server()
    # As after twelve failures: the wait is longer than a restart takes.
    with sqlite3.connect(server.home / "aiflow.db") as db:
        kept = dict(db.execute("SELECT subject, count FROM login_failures").fetchall())
        db.execute("UPDATE login_failures SET count = 12")
    assert list(kept.values()) == [5, 5]
    server.start()
    status, answer = Browser(server).ask("POST", "/auth/login",
                                         {"username": "ann", "password": PASSWORD})
    assert status == 429
    assert "too many failed log-ins" in answer["error"]["message"]


def test_80_an_unknown_user_gets_the_same_answer(server):
    add_user(server, "ann", "user")
    answers = [Browser(server).ask("POST", "/auth/login", {"username": name, "password": "guess"})
               for name in ("ann", "bob")]
    assert answers[0][0] == answers[1][0] == 401
    assert answers[0][1]["error"]["message"] == answers[1][1]["error"]["message"]


def test_82_a_tasks_token_opens_its_own_routes_alone_and_ends_with_it(server, tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    server.add_dag("etl", DAG.replace("FOLDER", str(mine)))
    run = server.trigger("etl")
    token = server.wait_for(
        lambda: (mine / "token").exists() and (mine / "token").read_text(), "the task's token")
    bearer = {"Authorization": f"Bearer {token.strip()}"}
    task = Browser(server)
    assert task.ask("GET", "/api/v2/dags/etl", None, bearer)[0] == 200
    for method, path in (("GET", "/api/v2/users"), ("POST", "/api/v2/users"), ("GET", "/api/v2/audit"),
                         ("GET", "/api/v2/tokens"), ("POST", "/auth/tokens"), ("GET", "/auth/me"),
                         ("PATCH", "/api/v2/dags/etl"), ("PUT", "/api/v2/retention"),
                         ("PATCH", f"/api/v2/dags/etl/dagRuns/{run}/taskInstances/t")):
        status, _ = task.ask(method, path, {} if method != "GET" else None, bearer)
        assert status == 403, (method, path, status)
    signed, _, mac = token.strip().rpartition(".")
    forged = {"Authorization": f"Bearer {signed[:-2]}AA.{mac}"}
    assert task.ask("GET", "/api/v2/dags/etl", None, forged)[0] == 401
    (mine / "end").touch()
    assert server.wait_run("etl", run)["state"] == "success"
    assert task.ask("GET", "/api/v2/dags/etl", None, bearer)[0] == 401


def test_a_set_up_link_makes_the_first_admin_once(make_server):
    server = make_server()
    server.start()
    link = r"open (http://\S+)/setup#(\S+) within 24 hours"

    def links() -> list[str]:
        return [found[1] for found in re.findall(link, server.output.read_text())]

    # The API answers a moment before the link is printed.
    [token] = server.wait_for(links, "a link")
    server.stop_server()
    server.start()
    tokens = server.wait_for(lambda: len(links()) == 2 and links(), "another link")
    assert tokens[0] == token != tokens[1]
    first = Browser(server)
    assert first.ask("GET", "/auth/setup")[1] == {"needed": True}
    admin = {"token": token, "username": "root", "password": f"{CANARY}-password"}
    assert first.ask("POST", "/auth/setup", {**admin, "token": "x"})[0] == 403
    # The link of before the restart.
    assert first.ask("POST", "/auth/setup", admin)[0] == 200
    assert first.ask("GET", "/api/v2/users")[0] == 200
    assert first.ask("POST", "/auth/setup", {**admin, "token": tokens[1]})[0] == 409
    server.stop_server()
    server.start()
    server.wait_for(lambda: server.output.read_text().count("is ready at") == 3, "the third start")
    assert len(links()) == 2
    assert signed_in(server, "root", f"{CANARY}-password").ask("GET", "/auth/me")[0] == 200


def test_tokens_have_a_scope_and_an_end(server):
    add_user(server, "robot", "operator")
    made = json.loads(cli(server, "tokens", "create", "robot", "--name", "ci", "--role", "user",
                          "--read-only", "--json").stdout)
    bearer = {"Authorization": f"Bearer {made['token']}"}
    robot = Browser(server)
    assert robot.ask("GET", "/api/v2/dags", None, bearer)[0] == 200
    assert robot.ask("POST", "/api/v2/pools", {"name": "p", "slots": 1}, bearer)[0] == 403
    listed = cli(server, "tokens", "list", "--user", "robot").stdout
    assert "ci" in listed and "user, reads only" in listed and made["token"] not in listed
    too_much = cli(server, "tokens", "create", "robot", "--role", "admin")
    assert too_much.returncode == 2 and "cannot do more than its user" in too_much.stderr
    assert cli(server, "tokens", "revoke", str(made["id"])).returncode == 0
    assert robot.ask("GET", "/api/v2/dags", None, bearer)[0] == 401


def everything_kept(home: Path) -> bytes:
    files = [path for path in home.rglob("*") if path.is_file() and path.name != "serve.out"]
    return b"".join(path.read_bytes() for path in files)


def test_83_no_secret_of_a_log_in_is_found_anywhere(make_server):
    server = make_server()
    server.start()
    password = f"{CANARY}-password"
    add_user(server, "ann", "admin", password)
    ann = signed_in(server, "ann", password)
    Browser(server).log_in("ann", f"{CANARY}-wrong")
    Browser(server).log_in(f"{CANARY}-name", "x")
    token = ann.ask("POST", "/auth/tokens", {"name": "ci"})[1]["token"]
    bearer = {"Authorization": f"Bearer {token}"}
    assert Browser(server).ask("GET", "/api/v2/dags", None, bearer)[0] == 200
    Browser(server).ask("GET", "/api/v2/dags", None, {"Authorization": f"Bearer {CANARY}-token"})
    secrets = [CANARY, token, ann.cookie]
    answers = [ann.ask("GET", path)[1] for path in (
        "/api/v2/users", "/api/v2/tokens", "/auth/tokens", "/auth/sessions", "/api/v2/audit",
        "/api/v2/audit/export", "/api/v2/monitor/health")]
    lines = b"".join(Path(f"/proc/{pid}/{name}").read_bytes() for name in ("cmdline", "environ")
                     for pid in (server.process.pid, *server.worker_pids()))
    server.stop()
    with sqlite3.connect(server.home / "aiflow.db") as db:
        dump = "".join(db.iterdump())
    for secret in secrets:
        assert secret not in repr(answers)
        assert secret.encode() not in lines
        assert secret not in dump
        assert secret.encode() not in everything_kept(server.home)
        assert secret not in server.output.read_text()
