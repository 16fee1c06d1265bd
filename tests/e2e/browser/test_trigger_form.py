# SPDX-License-Identifier: Apache-2.0
"""The form that starts a run, in a real browser."""

from specs import run_specs

DAG = '''
from aiflow import DAG, Param
from aiflow.operators.empty import EmptyOperator

with DAG("asks", params={
    "place": Param(type="string", title="Where", minLength=2),
    "fps": Param(5, type="integer", title="Frames a second", minimum=1, maximum=30),
    "night": Param(False, type="boolean"),
    "since": Param("2026-11-01", type="string", format="date"),
    "kinds": Param(["car"], type="array", examples=["car", "person", "bus"]),
    "notes": Param(None, type=["null", "string"], format="multiline"),
    "precision": Param("fp32", enum=["fp32", "fp16", "int8"], title="Precision", section="Model",
                       values_display={"fp32": "full", "fp16": "half", "int8": "eight bits"}),
    "more": Param({"a": [1]}, type="object", section="Model", description="Goes to the model as it is"),
}):
    EmptyOperator(task_id="one")

with DAG("plain", schedule=None):
    EmptyOperator(task_id="one")
'''


def test_a_run_is_started_by_a_form(server):
    server.add_dag("asks", DAG, first="asks")
    run_specs(server, "trigger", role="user")
