# SPDX-License-Identifier: Apache-2.0
"""Projects and their members in a real browser."""

from specs import PASSWORD, run_specs

DAG = """
from airflow.sdk import DAG
from airflow.providers.standard.operators.bash import BashOperator
with DAG("{name}", schedule=None):
    BashOperator(task_id="t", bash_command="true")
"""


def test_projects_and_their_members_in_a_browser(server):
    server.call("POST", "/api/v2/projects", {"name": "line1", "description": "Line 1, Hall B"})
    (server.dags / "line1").mkdir()
    for place, name in (("line1/", "line1_etl"), ("", "loose_etl")):
        (server.dags / f"{place}{name}.py").write_text(DAG.format(name=name))
        server.wait_for(lambda name=name: server.get(f"/api/v2/dags/{name}"), name)
    for name in ("mina", "joon", "kim"):
        server.call("POST", "/api/v2/users", {"username": name, "role": None, "password": PASSWORD})
    run_specs(server, "projects", role="admin")
