# SPDX-License-Identifier: Apache-2.0
"""ServiceOperator(service=...): an inference service that AIflow serves, played by a server on a socket."""

import http.server
import json
import os
import signal
import socketserver
import threading
import time

import pytest

from conftest import said
from aiflow import protocol
from aiflow.dag import DAG
from aiflow.exceptions import AirflowException
from aiflow.operators.service import ServiceOperator
from aiflow.operators.service_rate import counter

DEPLOY = {"model": "m", "variant": "fp32", "pack": "onnxruntime"}


class FakeAiflow(socketserver.ThreadingUnixStreamServer):
    """Services by name, and what tasks report."""

    daemon_threads = True

    def __init__(self, path):
        self.services, self.reports, self.deleted = {}, [], []
        super().__init__(str(path), _Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def put(self, name, *, task_id="", state="ready", cause="", **more):
        self.services[name] = {
            "name": name, "state": state, "cause": cause, "model": "m", "version": 1, "variant": "fp32",
            "requests": 0, "latency_ms_p50": None,
            "lineage": {"dag_id": "d" if task_id else "", "dag_run_id": "r" if task_id else "",
                        "task_id": task_id, "try_number": 1, "username": ""}, **more}

    def wait(self, state, seconds=20):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for report in self.reports:
                if report["state"] == state:
                    return report
            time.sleep(0.02)
        pytest.fail(f"no report {state!r} among {self.reports}")


class _Handler(http.server.BaseHTTPRequestHandler):
    def _answer(self, status, body=None):
        data = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _body(self):
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

    def do_GET(self):
        found = self.server.services.get(self.path.removeprefix("/api/v2/services/"))
        self._answer(200 if found else 404, found or {"error": {"message": "there is no such service"}})

    def do_POST(self):
        body = self._body()
        assert self.headers["Idempotency-Key"]
        if body["pack"] == "broken":
            return self._answer(404, {"error": {"message": "there is no pack 'broken'"}})
        self.server.put(body["name"], task_id="t", model=body["model"], variant=body["variant"])
        self._answer(200, self.server.services[body["name"]])

    def do_PUT(self):
        self.server.reports.append(self._body())
        self._answer(204)

    def do_DELETE(self):
        name = self.path.removeprefix("/api/v2/services/")
        self.server.deleted.append(name)
        self.server.services.pop(name, None)
        self._answer(204)

    def address_string(self):
        return "socket"

    def log_message(self, *_):
        pass


@pytest.fixture
def aiflow(tmp_path):
    server = FakeAiflow(tmp_path / "api.sock")
    (tmp_path / "token").write_text("secret")
    (tmp_path / "run").mkdir()
    (tmp_path / "run/server.json").write_text('{"url": "http://127.0.0.1:1"}')
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def attempt(supervisor, tmp_path, aiflow):
    left = []

    def start(arguments: str):
        s = supervisor("from aiflow import DAG\n"
                       "from aiflow.operators.service import ServiceOperator\n"
                       "with DAG('d'):\n"
                       f"    ServiceOperator(task_id='t', health_interval=0.1, {arguments})\n")
        s.env.update(AIFLOW_API_SOCKET=str(tmp_path / "api.sock"),
                     AIFLOW_TOKEN_FILE=str(tmp_path / "token"), AIFLOW_HOME=str(tmp_path))
        task_side, out, pid = s.start("t")
        left.append((task_side, out, pid))
        return s, task_side, out, pid

    yield start
    for task_side, out, _ in [one[:3] for one in left]:
        task_side.close()
        os.close(out)


def end(s, task_side, pid):
    os.kill(pid, signal.SIGTERM)
    done = said(task_side)
    assert protocol.recv(s.sock)["type"] == "ZygoteExited"
    return done


def test_one_that_is_there_is_followed_and_left_alone(attempt, aiflow):
    aiflow.put("eye")
    s, task_side, _, pid = attempt("service='eye'")
    assert aiflow.wait("serving")["value"] == "http://127.0.0.1:1/v2/models/eye"
    aiflow.services["eye"].update(state="restarting", cause="exit code 1")
    assert aiflow.wait("degraded")["cause"] == (
        "degraded: the inference service is restarting: exit code 1")
    aiflow.reports.clear()
    aiflow.services["eye"].update(state="ready")
    aiflow.wait("serving")
    assert end(s, task_side, pid)["outcome"] == "killed"
    assert not aiflow.deleted


def test_one_that_is_not_there_is_waited_for(attempt, aiflow):
    s, task_side, _, pid = attempt("service='eye'")
    time.sleep(0.5)
    assert not aiflow.reports  # starting, as the server knows
    aiflow.put("eye")
    aiflow.wait("serving")
    end(s, task_side, pid)


def test_one_that_the_task_deploys_is_removed_when_it_ends(attempt, aiflow):
    s, task_side, _, pid = attempt(f"service='eye', deploy={DEPLOY!r}")
    aiflow.wait("serving")
    del aiflow.services["eye"]  # somebody removes it: it is deployed again
    time.sleep(1)
    assert "eye" in aiflow.services
    end(s, task_side, pid)
    assert aiflow.deleted == ["eye"]


@pytest.mark.parametrize(("owner", "deleted"), [("t", ["eye"]), ("other", []), ("", [])])
def test_one_of_an_earlier_try_is_its_own_another_ones_is_not(attempt, aiflow, owner, deleted):
    aiflow.put("eye", task_id=owner)
    s, task_side, _, pid = attempt(f"service='eye', deploy={DEPLOY!r}")
    aiflow.wait("serving")
    end(s, task_side, pid)
    assert aiflow.deleted == deleted


def test_another_model_under_that_name_and_a_refused_deployment_fail_the_attempt(attempt, aiflow):
    aiflow.put("eye", variant="int8")
    _, task_side, _, _ = attempt(f"service='eye', deploy={DEPLOY!r}")
    done = said(task_side)
    assert done["outcome"] == "failed" and "with the variant 'int8', not 'fp32'" in done["cause"]
    aiflow.services.clear()
    _, task_side, _, _ = attempt(f"service='eye', deploy={DEPLOY | {'pack': 'broken'}!r}")
    done = said(task_side)
    assert done["outcome"] == "failed" and "there is no pack 'broken'" in done["cause"]


def test_its_rate_is_its_progress(attempt, aiflow):
    aiflow.put("eye")
    s, task_side, out, pid = attempt("service='eye'")
    aiflow.wait("serving")
    aiflow.services["eye"].update(requests=500, latency_ms_p50=2.5)
    log = b""
    while b'"done": 500' not in log:
        log += os.read(out, 65536)
    line = next(one for one in log.decode().splitlines() if '"done": 500' in one)
    said = json.loads(line.removeprefix("::aiflow:progress "))
    assert said["unit"] == "requests" and said["what"].endswith("/s, p50 2.5 ms")
    assert float(said["what"].split("/s")[0]) > 0
    end(s, task_side, pid)


@pytest.mark.parametrize(("arguments", "words"), [
    ({}, "either command or service"),
    ({"command": ["x"], "service": "eye"}, "either command or service"),
    ({"service": ""}, "the name of an inference service"),
    ({"command": ["x"], "deploy": DEPLOY}, "belong to service"),
    ({"service": "eye", "deploy": {"model": "m"}}, "lacks variant, pack"),
    ({"service": "eye", "deploy": {**DEPLOY, "modle": "m"}}, "deploy is a dict with"),
    ({"service": "eye", "metrics": "/metrics"}, "metrics is a path"),
    ({"command": ["x"], "metrics": "metrics"}, "metrics is a path"),
    ({"command": ["x"], "metrics": "/a/../b", "executor": "kubernetes"}, "a plain path"),
    ({"service": "eye", "executor": "kubernetes"}, "leave out the executor"),
])
def test_wrong_arguments_are_refused_when_the_dag_is_read(arguments, words):
    with DAG("d"), pytest.raises(AirflowException, match=words):
        ServiceOperator(task_id="t", **arguments)


METRICS = """# HELP http_requests_total requests
# TYPE http_requests_total counter
http_requests_total{path="/a b",code="200"} 3 1700000000000
http_requests_total{path="}"} 1.5e1
http_requests_total_created 9
up 1
"""


def test_a_counter_is_summed_over_its_labels():
    assert counter(METRICS, "http_requests_total") == 18
    assert counter(METRICS, "up") == 1
    with pytest.raises(ValueError, match="no metric http_requests"):
        counter(METRICS, "http_requests")


SERVER = """
import http.server, sys
asked = 0
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        global asked
        asked += 100
        body = b"other_total %d" % asked
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_): pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def test_the_rate_of_a_process_is_that_of_its_counter(attempt, aiflow, tmp_path):
    (tmp_path / "server.py").write_text(SERVER)
    command = f"command=['python3', '{tmp_path}/server.py', '{{port}}'], metrics='/metrics', "
    s, task_side, out, pid = attempt(command + "requests='other_total'")
    log = b""
    while b"::aiflow:progress" not in log:
        log += os.read(out, 65536)
    assert b'"unit": "requests"' in log
    end(s, task_side, pid)
    s, task_side, out, pid = attempt(command)  # no such counter: said once, and it serves
    aiflow.reports.clear()
    aiflow.wait("serving")
    time.sleep(1)
    end(s, task_side, pid)
    log = os.read(out, 65536).decode()
    assert log.count("the rate is not known: GET /metrics: there is no metric http_requests_total") == 1
