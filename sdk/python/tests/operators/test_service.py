# SPDX-License-Identifier: Apache-2.0
"""ServiceOperator: real servers started, asked, lost and started again, and what AIflow is told."""

import http.server
import json
import os
import signal
import socket
import socketserver
import sys
import threading
import time
import urllib.request

import pytest

from conftest import said
from aiflow import protocol
from aiflow.dag import DAG
from aiflow.exceptions import AirflowException
from aiflow.operators.service import ServiceOperator
from aiflow.parse import parse_file

HTTP = [sys.executable, "-m", "http.server", "{port}", "--bind", "127.0.0.1"]


class FakeServer(socketserver.ThreadingUnixStreamServer):
    """Takes the reports of service tasks; `answers` are statuses to give first."""

    daemon_threads = True

    def __init__(self, path):
        self.reports, self.answers = [], []
        super().__init__(str(path), _Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def wait(self, wanted, seconds=20):
        """Until a report of that state has come, counted from the first one; -> the report."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for report in self.reports:
                if report["state"] == wanted:
                    return report
            time.sleep(0.02)
        pytest.fail(f"no report {wanted!r} among {self.reports}")


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_PUT(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        status = self.server.answers.pop(0) if self.server.answers else 204
        if status == 204 and self.path == "/api/v2/taskService":
            self.server.reports.append(body)
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def address_string(self):
        return "socket"

    def log_message(self, *_):
        pass


@pytest.fixture
def told(tmp_path):
    server = FakeServer(tmp_path / "api.sock")
    (tmp_path / "token").write_text("secret")
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def attempt(supervisor, tmp_path, told):
    """Starts the one task of a DAG; its end is waited for."""
    left = []

    def start(arguments: str, **job):
        s = supervisor("import sys\nfrom aiflow import DAG\n"
                       "from aiflow.operators.service import ServiceOperator\n"
                       f"HTTP = {HTTP!r}\n"
                       f"with DAG('d'):\n    ServiceOperator(task_id='t', {arguments})\n")
        s.env.update(AIFLOW_API_SOCKET=str(tmp_path / "api.sock"),
                     AIFLOW_TOKEN_FILE=str(tmp_path / "token"))
        task_side, out, pid = s.start("t", **job)
        left.append((task_side, out, pid))
        return s, task_side, pid

    yield start
    for task_side, out, _pid in left:
        task_side.close()
        os.close(out)


def end(s, task_side, pid):
    """As the worker ends a service; -> TaskDone."""
    os.kill(pid, signal.SIGTERM)
    done = said(task_side)
    assert protocol.recv(s.sock)["type"] == "ZygoteExited"
    return done


def child_of(pid: int) -> int:
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return int(file.read().split()[0])


def test_it_serves_and_says_where_until_it_is_ended(attempt, told):
    s, task_side, pid = attempt("command=HTTP, health='/'")
    report = told.wait("serving")
    assert report["value"].startswith("http://127.0.0.1:")
    assert report["cause"] == "serving: " + report["value"]
    assert urllib.request.urlopen(report["value"]).status == 200
    server = child_of(pid)
    done = end(s, task_side, pid)
    assert (done["outcome"], done["cause"]) == ("killed", "ended by SIGTERM")
    assert not os.path.exists(f"/proc/{server}")


def test_one_that_dies_is_degraded_and_started_again_at_its_port(attempt, told):
    s, task_side, pid = attempt("command=HTTP, restart_delay=0.1")
    first = told.wait("serving")
    told.reports.clear()
    os.kill(child_of(pid), signal.SIGKILL)
    assert told.wait("degraded")["cause"] == "degraded: killed by signal 9"
    again = told.wait("serving")
    assert again["value"] == first["value"] and "(started 2 times)" in again["cause"]
    assert urllib.request.urlopen(again["value"]).status == 200
    end(s, task_side, pid)


def test_one_that_never_serves_fails_after_ready_timeout(attempt):
    s, task_side, _pid = attempt("command=['sleep', '60'], port=0, ready_timeout=1, "
                                 "health=['false']")
    done = said(task_side)
    assert done["outcome"] == "failed"
    assert "has not served for 1 s: its health command: exit code 1" in done["cause"]
    assert protocol.recv(s.sock)["type"] == "ZygoteExited"


def test_one_that_ends_at_once_fails_with_how_it_ended(attempt):
    s, task_side, _pid = attempt("command='exit 3', port=None, ready_timeout=1, restart_delay=0.1, "
                                 "health=['false']")
    done = said(task_side)
    assert "has not served for 1 s: exit code 3" in done["cause"]
    assert protocol.recv(s.sock)["type"] == "ZygoteExited"


def test_a_program_that_is_not_there_fails_at_once(attempt):
    s, task_side, _pid = attempt("command=['/nowhere/at-all']")
    assert "cannot be started" in said(task_side)["cause"]
    assert protocol.recv(s.sock)["type"] == "ZygoteExited"


def test_a_port_of_somebody_else_does_not_pass_for_it(attempt):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        s, task_side, _pid = attempt(f"command=['sleep', '60'], port={port}, ready_timeout=1")
        done = said(task_side)
    assert f"port {port} is taken by another process" in done["cause"]
    assert protocol.recv(s.sock)["type"] == "ZygoteExited"


def test_one_that_never_serves_and_ignores_sigterm_is_killed(attempt):
    s, task_side, _pid = attempt("command=\"trap '' TERM; while :; do sleep 0.1; done\", port=None, "
                                 "ready_timeout=1, stop_grace=0.5, health=['false']")
    assert "has not served for 1 s" in said(task_side)["cause"]
    assert protocol.recv(s.sock)["type"] == "ZygoteExited"


def test_a_place_that_has_no_api_fails_it_with_the_reason(attempt, told):
    told.answers[:] = [501]
    s, task_side, _pid = attempt("command=HTTP")
    assert "AIflow cannot be told how the service does" in said(task_side)["cause"]
    assert protocol.recv(s.sock)["type"] == "ZygoteExited"


def test_a_report_is_said_again_until_the_server_takes_it(attempt, told):
    told.answers[:] = [503, 500]
    s, task_side, pid = attempt("command=HTTP")
    told.wait("serving")
    end(s, task_side, pid)


def test_what_the_scheduler_is_told(tmp_path):
    file = tmp_path / "f.py"
    file.write_text("from aiflow import DAG\nfrom aiflow.operators.service import ServiceOperator\n"
                    "from aiflow.operators.bash import BashOperator\n"
                    "with DAG('d'):\n"
                    "    s = ServiceOperator(task_id='s', command='x', stop_grace=2.5)\n"
                    "    b = BashOperator(task_id='b', bash_command='echo {{ 1 }}')\n"
                    "    s >> b\n"
                    "    ServiceOperator.partial(task_id='m', stop_grace=4).expand(command=['a'])\n")
    parsed = parse_file(str(file))
    tasks = {task["task_id"]: task for task in parsed["dags"][0]["tasks"]}
    assert (tasks["s"]["is_service"], tasks["s"]["stop_grace_ms"]) == (True, 2500)
    assert (tasks["m"]["is_service"], tasks["m"]["stop_grace_ms"]) == (True, 4000)
    assert tasks["b"]["is_service"] is None


@pytest.mark.parametrize("arguments, message", [
    ({"command": []}, "command is a text or a list"),
    ({"command": "x", "health": "curl localhost"}, "health is a path"),
    ({"command": "x", "health": "/", "port": None}, "no port"),
    ({"command": "x", "port": 70000}, "not from 0 to 65535"),
    ({"command": "x", "cache": True}, "never kept"),
])
def test_wrong_arguments_are_told(arguments, message):
    with DAG("d"), pytest.raises(AirflowException, match=message):
        ServiceOperator(task_id="s", **{"cache_key": "k" if "cache" in arguments else None,
                                        **arguments})


def test_in_a_local_run_it_serves_the_tasks_after_it():
    from aiflow import task

    with DAG("d") as dag:
        service = ServiceOperator(task_id="web", command=HTTP, health="/")
        seen = {}

        @task
        def get(url):
            seen["status"], seen["url"] = urllib.request.urlopen(url).status, url

        get(service.output)
    assert dag.test().state == "success"
    assert seen["status"] == 200
    with pytest.raises(OSError):
        urllib.request.urlopen(seen["url"], timeout=5)


def test_in_a_cluster_the_server_is_told_what_to_run():
    with DAG("d"):
        known = ServiceOperator(task_id="known", executor="kubernetes", command="serve {port}",
                                health=["ask", "{port}"], env={"A": "b"}, ready_timeout=7)
        templated = ServiceOperator(task_id="templated", executor="kubernetes", command=["{{ ds }}"])
        local = ServiceOperator(task_id="local", command="serve")
        counted = ServiceOperator(task_id="counted", executor="kubernetes", command="serve {port}",
                                  metrics="/app/metrics", requests="served")
    assert known.payload() == {"prepares_on_worker": False, "service": {
        "command": ["sh", "-c", "serve 8080"], "port": 8080, "scheme": "http", "node_port": False,
        "env": {"PORT": "8080", "A": "b"}, "health": ["ask", "8080"], "health_interval": 5.0,
        "health_timeout": 5.0, "ready_timeout": 7.0, "stop_grace": 10.0}}
    assert templated.payload() == {"prepares_on_worker": True}
    assert local.payload() == {}
    made = counted.payload()["service"]
    assert (made["metrics"], made["requests"]) == ("/app/metrics", "served")


@pytest.mark.parametrize("more", [{}, {"executor": "kubernetes", "port": None}])
def test_a_port_of_a_node_is_for_a_port_in_a_cluster(more):
    with DAG("d"), pytest.raises(AirflowException, match="node_port is for a service in a cluster"):
        ServiceOperator(task_id="web", command="serve", node_port=True, **more)
