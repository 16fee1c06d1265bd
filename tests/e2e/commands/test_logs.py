# SPDX-License-Identifier: Apache-2.0
"""aiflow logs, and the routes behind it."""

import json
import subprocess

from product import cli
from server import BIN

DAG = """
from aiflow import DAG
from aiflow.operators.bash import BashOperator
with DAG("told"):
    BashOperator(task_id="a", bash_command="true")
"""
BROKEN = "from aiflow import DAG\nraise Exception('no luck with redis://:canary-5512@db.local/0 password=canary-5513')\n"


def texts(server, *words):
    shown = cli(server, "logs", "--json", *words)
    assert shown.returncode == 0, shown.stderr
    return [json.loads(line)["text"] for line in shown.stdout.splitlines()]


def test_lines_are_chosen_and_have_the_files_form(server):
    server.add_dag("told", DAG)
    shown = cli(server, "logs", "--text", "SERVER READY")
    assert shown.returncode == 0
    line, = shown.stdout.splitlines()
    assert line in (server.home / "logs" / "server.log").read_text().splitlines()
    assert len(texts(server, "--lines", "1")) == 1
    assert any(text.startswith("DAG file loaded") for text in texts(server))
    assert texts(server, "--level", "error") == []
    assert texts(server, "--since", "2099-01-01") == []
    assert texts(server, "--since", "1h") == texts(server)
    for words in (("--since", "soon"), ("--level", "loud"), ("--lines", "0")):
        wrong = cli(server, "logs", *words)
        assert wrong.returncode != 0, words
        assert wrong.stderr.count("\n") == 1, wrong.stderr


def test_new_lines_are_followed_until_the_server_ends(server):
    with subprocess.Popen([BIN / "aiflow", "logs", "--follow", "--text", "DAG file loaded", "--home",
                           server.home], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True) as follower:
        server.add_dag("told", DAG)
        assert "told.py" in follower.stdout.readline()
        server.stop_server()
        _, error = follower.communicate(timeout=60)
        assert follower.returncode == 1
        assert "aiflow serve" in error


def test_a_secret_in_an_error_is_masked_wherever_the_log_goes(server):
    (server.home / "dags" / "broken.py").write_text(BROKEN)
    server.wait_for(lambda: texts(server, "--text", "DAG file is broken"), "the line")
    told, = texts(server, "--text", "DAG file is broken")
    assert "redis://:***@db.local" in told
    shown = json.dumps(server.get("/api/v2/monitor/logs?limit=1000"))
    for where in (shown, (server.home / "logs" / "server.log").read_text()):
        assert "no luck with" in where
        assert "canary" not in where


def test_lines_of_before_a_restart_are_there_with_their_cursors(make_server):
    server = make_server()
    with server:
        before = server.get("/api/v2/monitor/logs?limit=1000")["items"]
        server.stop_server()
        server.start()
        after = server.get("/api/v2/monitor/logs?limit=1000")["items"]
        assert after[:len(before)] == before
        assert any(line["text"].startswith("server stops") for line in after)
        news = server.get(f"/api/v2/monitor/logs?after={before[-1]['id']}&limit=1000")
        # It may have said more by now.
        assert news["items"][:len(after) - len(before)] == after[len(before):]
        assert not news["missed"]

