# SPDX-License-Identifier: Apache-2.0
"""What the tries of a task have used, and its rendered fields."""

import json

from product import cli

DAG = """
from airflow.sdk import DAG, Variable
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.python import PythonOperator

BUSY = ("python3 -c \\"held = b'x' * (80 << 20); import time; end = time.process_time() + 0.5\\n"
        "while time.process_time() < end: pass\\ntime.sleep({seconds})\\"")

def shout(word, password):
    print(len(password), word)

with DAG("used"):
    BashOperator(task_id="busy", bash_command=BUSY.format(seconds=2.5))
    BashOperator(task_id="rendered", bash_command="echo {{ run_id }} {{ var.value.api_password }}; false",
                 env={"WORD": "{{ params.word }}"}, params={"word": "하나"}, append_env=True)
    PythonOperator(task_id="shout", python_callable=shout,
                   op_kwargs={"word": "{{ dag.dag_id }}", "password": "{{ var.value.api_password }}"})
"""


def ended(server, run, task):
    path = f"/api/v2/dags/used/dagRuns/{run}/taskInstances/{task}"
    server.wait_for(lambda: server.get(path)["state"] in ("success", "failed"), f"the end of {task}")
    return server.get(path + "/tries/1")


def test_a_task_is_shown_with_what_it_used_and_how_its_fields_were_rendered(server):
    server.call("PUT", "/api/v2/variables/api_password", {"value": "hunter22-secret"})
    server.add_dag("used", DAG)
    run = server.trigger("used")
    path = f"/api/v2/dags/used/dagRuns/{run}/taskInstances/busy"
    # While it runs: samples come in; the first one may come before it has its memory.
    live = server.wait_for(lambda: (one := server.get(path + "/tries/1"))["state"] == "running"
                           and any(s["memory_bytes"] > 80 << 20 for s in one["samples"]) and one, "a sample")
    busy = ended(server, run, "busy")
    assert busy["state"] == "success"
    assert 400 < busy["cpu_user_ms"] + busy["cpu_system_ms"] < 20_000
    assert 80 << 20 < busy["memory_peak_bytes"] < 1 << 30
    assert busy["samples"][:1] == live["samples"][:1]
    assert server.get(path + "/tries")["items"][0]["memory_peak_bytes"] == busy["memory_peak_bytes"]

    rendered = ended(server, run, "rendered")
    assert rendered["rendered_fields"]["bash_command"] == f"echo {run} ***; false"
    assert rendered["rendered_fields"]["env"] == {"WORD": "하나"}
    shout = ended(server, run, "shout")
    assert shout["rendered_fields"]["op_kwargs"] == {"word": "used", "password": "***"}
    assert shout["cpu_user_ms"] is not None

    shown = cli(server, "tasks", "show", "used", "rendered", "--run", run)
    assert shown.returncode == 0, shown.stderr
    for words in ("rendered of " + run, "MEMORY PEAK", f"bash_command: echo {run} ***",
                  "last lines of its log:", "aiflow tasks log used"):
        assert words in shown.stdout, shown.stdout
    assert "hunter22" not in shown.stdout
    told = json.loads(cli(server, "tasks", "show", "used", "busy", "--json").stdout)
    assert told["tries"][0]["samples"] == busy["samples"]
    assert cli(server, "tasks", "show", "used", "nosuch").returncode == 1
