# SPDX-License-Identifier: Apache-2.0
"""Fault 85: markup in everything that people and programs may name stays text on every page."""

from specs import run_specs

MARK = "<img src=x onerror=\\\"document.title='hit'\\\"><script>document.title='hit'</script>"
LINK = "[go](javascript:document.title='hit') <svg onload=document.title='hit'>"

DAG = f'''
from aiflow import DAG, Asset, Param, TaskGroup, task
from aiflow.edges import Label
from aiflow.operators.empty import EmptyOperator

MARK = "{MARK}"
LINK = "{LINK}"

with DAG("hostile", description=MARK, doc_md=LINK + MARK, tags=[MARK[:90]],
         dag_display_name=MARK, default_args={{"owner": MARK[:60]}},
         params={{"p": Param(MARK, type="string", title=MARK, description=LINK, section=MARK)}}):

    @task(task_display_name=MARK, doc_md=LINK + MARK, outlets=[Asset("a" + MARK[:60])])
    def say():
        print(MARK)
        print("\\x1b[31m" + MARK + "\\x1b[0m", LINK)
        return {{MARK: LINK}}

    with TaskGroup("group", tooltip=MARK):
        last = EmptyOperator(task_id="last")

    @task
    def breaks():
        raise ValueError(MARK + LINK)

    first = say()
    first >> Label(MARK) >> last
    first >> breaks()
'''

BROKEN = f'''
from aiflow import DAG
raise ImportError("{MARK}")
'''


def test_85_markup_stays_text(server):
    server.add_dag("hostile", DAG, first="hostile")
    (server.dags / "broken.py").write_text(BROKEN)
    mark = MARK.replace("\\", "")
    run = server.trigger("hostile", conf={"p": mark, mark: mark})
    assert server.wait_run("hostile", run)["state"] == "failed"
    server.call("PATCH", f"/api/v2/dags/hostile/dagRuns/{run}", {"note": mark})
    server.call("PUT", "/api/v2/variables/shown", {"value": mark, "description": mark})
    server.call("POST", "/api/v2/pools", {"name": "pool" + mark[:40].replace("/", ""), "slots": 1,
                                          "description": mark})
    run_specs(server, "hostile", role="admin", AIFLOW_E2E_RUN=run)
