# SPDX-License-Identifier: Apache-2.0
"""What a try used and its rendered fields on the page of a task, and the machines of the workers."""

from specs import run_specs

DAG = '''
from aiflow import DAG
from aiflow.operators.bash import BashOperator
from aiflow.operators.python import PythonOperator

BUSY = ("python3 -c \\"held = b'x' * (80 << 20); import time; end = time.process_time() + 0.5\\n"
        "while time.process_time() < end: pass\\ntime.sleep({seconds})\\"")

with DAG("measured"):
    BashOperator(task_id="busy", bash_command=BUSY.format(seconds=3))
    BashOperator(task_id="short", bash_command="true")
    BashOperator(task_id="endless", bash_command=BUSY.format(seconds=600))
    PythonOperator(task_id="login", python_callable=lambda **words: None,
                   op_kwargs={"run": "{{ run_id }}", "word": "하나", "password": "{{ var.value.api_password }}"})
'''


def test_the_page_of_a_task_shows_what_it_used_and_its_fields(server):
    server.call("PUT", "/api/v2/variables/api_password", {"value": "hunter22-secret"})
    server.add_dag("measured", DAG)
    run = server.trigger("measured")
    path = f"/api/v2/dags/measured/dagRuns/{run}/taskInstances/"
    for task in ("busy", "short", "login"):
        server.wait_for(lambda name=task: server.get(path + name)["state"] == "success", f"the end of {task}")
    run_specs(server, "measures", role="admin", AIFLOW_E2E_RUN=run)
