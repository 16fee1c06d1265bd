# SPDX-License-Identifier: Apache-2.0
"""The editor of YAML DAGs in a real browser."""

from specs import run_specs

WRITTEN = """\
# Written by hand, with comments at odd places.
aiflow_dag: 1
dag_id:   written        # as wide as one likes
task_groups:
- {group_id: load, tooltip: 'From both'}
tasks:

# the first
- task_id: first
  task_group: load
  operator: BashOperator
  bash_command: echo one

- operator: "BashOperator"   # the other way round
  task_id: second
  bash_command: echo two     # kept
  dependencies: [load]
x-note: {kept:   as it is}
"""


def test_the_editor_in_a_browser(server):
    (server.dags / "written.yaml").write_text(WRITTEN)
    server.wait_for(lambda: server.get("/api/v2/dags/written"), "the DAG")
    run_specs(server, "editor", role="operator", limit_s=500, AIFLOW_E2E_DAGS=str(server.dags))
