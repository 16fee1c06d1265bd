# SPDX-License-Identifier: Apache-2.0
"""Service tasks with a real HTTP server: they serve, die, drain, outlive the server, are cancelled."""

import os
import signal
import urllib.request
from pathlib import Path

from product import cli

HEAD = """
import sys, time, urllib.request
from pathlib import Path
from aiflow import DAG, task
from aiflow.operators.bash import BashOperator
from aiflow.operators.service import ServiceOperator

def web(**more):
    return ServiceOperator(task_id="web", health="/", health_interval=0.5, restart_delay=0.2,
                           command=[sys.executable, "-m", "http.server", "{port}", "--bind",
                                    "127.0.0.1"], **more)
"""
#: A task that asks the service, and ends when the file GO is there.
ASK = '''
@task
def ask(url):
    status = urllib.request.urlopen(url).status
    Path(GO + ".asked").write_text("")
    while not Path(GO).exists():
        time.sleep(0.05)
    return [status, urllib.request.urlopen(url).status]
'''


def start(server, dag: str, body: str) -> str:
    tasks = "\n".join("    " + line for line in body.strip().splitlines())
    server.add_dag(dag, HEAD + f"GO = {str(server.home / 'go')!r}\n{ASK}\nwith DAG({dag!r}):\n{tasks}\n")
    return server.trigger(dag)


def wait_service(server, dag, run, state, cause=""):
    def found():
        now = server.tasks(dag, run)["web"]
        return now if now.get("service") == state and cause in now["cause"] else None

    return server.wait_for(found, f"the service to be {state}")


def address(server, dag, run) -> str:
    return server.get(f"/api/v2/dags/{dag}/dagRuns/{run}/taskInstances/web/xcomEntries/return_value"
                      )["value"]


def is_gone(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=5).close()
    except OSError:
        return True
    return False


def wait_asked(server):
    """The task that asks has had its first answer."""
    server.wait_for((server.home / "go.asked").exists, "the service to be asked")


def go(server):
    (server.home / "go").write_text("")


def process_of(url: str) -> int:
    """The http.server that listens there."""
    port = url.rsplit(":", 1)[1].encode()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"http.server" in words and port in words:
            return int(process.name)
    raise AssertionError(f"nothing listens at {url}")


def test_it_serves_what_comes_after_it_and_is_drained(server):
    run = start(server, "s1", "ask(web().output)")
    shown = wait_service(server, "s1", run, "serving")
    url = address(server, "s1", run)
    assert shown["state"] == "running" and shown["cause"] == f"serving: {url}"
    told = cli(server, "tasks", "explain", "s1", "web", "--run", run)
    assert f"serving: {url}" in told.stdout
    wait_asked(server)
    go(server)
    assert server.wait_run("s1", run)["state"] == "success"
    tasks = server.tasks("s1", run)
    assert tasks["web"]["state"] == "success" and "drained" in tasks["web"]["cause"]
    assert tasks["web"].get("service") is None
    assert is_gone(url)
    value = server.get(f"/api/v2/dags/s1/dagRuns/{run}/taskInstances/ask/xcomEntries/return_value")
    assert value["value"] == [200, 200]


def test_one_that_dies_is_started_again_under_its_address(server):
    run = start(server, "s2", "ask(web().output)")
    wait_service(server, "s2", run, "serving")
    url = address(server, "s2", run)
    wait_asked(server)
    os.kill(process_of(url), signal.SIGKILL)
    wait_service(server, "s2", run, "serving", "(started 2 times)")
    assert address(server, "s2", run) == url
    go(server)
    assert server.wait_run("s2", run)["state"] == "success"


def test_one_that_never_serves_fails_and_what_needs_it_does_not_run(server):
    run = start(server, "s3", """
s = ServiceOperator(task_id="web", command="sleep 60", ready_timeout=1)
s >> BashOperator(task_id="b", bash_command="true")
""")
    assert server.wait_run("s3", run)["state"] == "failed"
    tasks = server.tasks("s3", run)
    assert tasks["b"]["state"] == "upstream_failed"
    assert "has not served for 1 s" in tasks["web"]["cause"]


def test_it_goes_on_while_the_server_is_restarted(server):
    run = start(server, "s4", "ask(web().output)")
    wait_service(server, "s4", run, "serving")
    wait_asked(server)
    url = address(server, "s4", run)
    pid = process_of(url)
    server.stop_server()
    os.kill(pid, signal.SIGKILL)  # what happens meanwhile is told afterwards
    server.start(ready=False)
    server.wait_ready()
    wait_service(server, "s4", run, "serving", "(started 2 times)")
    go(server)
    assert server.wait_run("s4", run)["state"] == "success"
    assert is_gone(url)


def test_a_worker_that_dies_takes_it_along_and_another_try_serves(server):
    run = start(server, "s5", "ask.override(retries=2, retry_delay=0.1)("
                "web(retries=1, retry_delay=0.1).output)")
    wait_service(server, "s5", run, "serving")
    wait_asked(server)
    os.kill(server.worker_pid(), signal.SIGKILL)
    again = server.wait_for(
        lambda: next((one for one in [server.tasks("s5", run)["web"]]
                      if one.get("service") == "serving" and one["try_number"] == 2), None),
        "the second try to serve", timeout=90)
    assert again["state"] == "running"
    url = address(server, "s5", run)
    assert not is_gone(url)
    go(server)
    assert server.wait_run("s5", run)["state"] == "success"
    assert is_gone(url)


def test_without_tasks_after_it_it_serves_until_the_run_is_ended(server):
    run = start(server, "s6", "web()\nBashOperator(task_id='b', bash_command='true')")
    wait_service(server, "s6", run, "serving")
    url = address(server, "s6", run)
    server.wait_for(lambda: server.tasks("s6", run)["b"]["state"] == "success", "b to end")
    assert server.get(f"/api/v2/dags/s6/dagRuns/{run}")["state"] == "running"
    server.call("PATCH", f"/api/v2/dags/s6/dagRuns/{run}", {"state": "failed"})
    server.wait_for(lambda: is_gone(url), "the service to end")
    assert server.tasks("s6", run)["web"]["state"] == "failed"


def test_its_grace_is_its_own(server):
    """One that does not mind SIGTERM is killed after stop_grace."""
    deaf = ("import signal, sys, time; from pathlib import Path; "
            "signal.signal(signal.SIGTERM, signal.SIG_IGN); Path(sys.argv[1]).touch(); time.sleep(600)")
    ready = str(server.home / "deaf")
    run = start(server, "s7", f"""
s = ServiceOperator(task_id="web", stop_grace=0.5, port=None,
                    command=["python3", "-c", {deaf!r}, {ready!r}])
s >> BashOperator(task_id="b", bash_command="until [ -e {ready} ]; do sleep 0.05; done")
""")
    server.wait_for(lambda: server.tasks("s7", run)["b"]["state"] == "success", "b to end")
    assert server.wait_run("s7", run, timeout=8)["state"] == "success"
