# SPDX-License-Identifier: Apache-2.0
"""Two projects on one server: who has a part in one of them sees nothing of the other."""

import json
import re

import pytest
from browser import PASSWORD, Browser, is_cut
from product import cli

#: In every name and text of the other project.
FOREIGN = "zebra"
DAG = """
from airflow.sdk import DAG, Asset, task
with DAG("NAME_etl", schedule=None, tags=["NAME"], description="NAME") as dag:
    @task(outlets=[Asset("NAME_table")])
    def NAME_task():
        print("NAME said so")
        return "NAME-value"
    NAME_task()
"""
#: Tries to reach the other project from inside of a task; its result says what it was told.
SPY = f"""
from airflow.sdk import DAG, Variable, task
from aiflow import api

PATHS = ["/api/v2/dags/{FOREIGN}_etl", "/api/v2/dags/{FOREIGN}_etl/dagRuns",
         "/api/v2/dags/{FOREIGN}_etl/dagRuns/first/taskInstances/{FOREIGN}_task/xcomEntries"]


def told(method, path, body=None):
    try:
        return api.call(method, path, body)
    except api.ApiError as error:
        return error.status


with DAG("spy", schedule=None):
    @task
    def look():
        answers = [told("GET", path) for path in PATHS]
        answers.append(told("POST", "/api/v2/dags/{FOREIGN}_etl/dagRuns", {{}}))
        answers.append(told("GET", "/api/v2/dags/apple_etl")["project"])
        seen = [run["dag_id"] for run in told("GET", "/api/v2/dags/~/dagRuns")["items"]]
        assets = [one["name"] for one in told("GET", "/api/v2/assets")["items"]]
        return answers + sorted(set(seen)) + assets + [
            Variable.get("place"), Variable.get("{FOREIGN}_only", default="nothing")]
    look()
"""
#: Streams do not end, so they are looked at apart; this one asks for pictures of a camera.
OPEN_ENDED = ("/stream", "/live")


def ran(server, name, source=""):
    """One run of a DAG in the folder of its project."""
    folder = server.dags / name
    folder.mkdir(exist_ok=True)
    (folder / "etl.py").write_text(source or DAG.replace("NAME", name))
    server.wait_for(lambda: server.get(f"/api/v2/dags/{name}_etl"), f"dag {name}_etl")
    server.trigger(f"{name}_etl", dag_run_id="first")
    assert server.wait_run(f"{name}_etl", "first")["state"] == "success"


@pytest.fixture
def site(server):
    """The projects apple and zebra with a run, a variable, a connection and a broken file each."""
    for name in ("apple", FOREIGN):
        assert cli(server, "projects", "add", name, "--description", f"all of {name}").returncode == 0
        ran(server, name)
        (server.dags / name / "broken.py").write_text(f"raise ValueError('{name} is broken')  # no DAG of airflow\n")
        assert cli(server, "variables", "set", "place", "--project", name, input=f"{name}-place").returncode == 0
        assert cli(server, "connections", "set", f"{name}_db", "--project", name,
                   input=f"http://{name}.site").returncode == 0
    assert cli(server, "variables", "set", f"{FOREIGN}_only", "--project", FOREIGN, input=FOREIGN).returncode == 0
    server.wait_for(lambda: server.get("/api/v2/importErrors")["total_entries"] == 2, "both broken files")
    for name in ("vera", "olga"):
        server.call("POST", "/api/v2/users", {"username": name, "role": None, "password": PASSWORD})
    assert cli(server, "projects", "grant", "apple", "vera", "--role", "viewer").returncode == 0
    assert cli(server, "projects", "grant", "apple", "olga", "--role", "operator").returncode == 0
    return server


def signed_in(server, name):
    browser = Browser(server)
    assert browser.log_in(name) == 200
    return browser


def questions(server):
    """Every address of the API that can be asked for something, with the ids of the other project."""
    ids = {"dag_id": f"{FOREIGN}_etl", "dag_run_id": "first", "task_id": f"{FOREIGN}_task", "try_number": "1",
           "project": FOREIGN, "xcom_key": "return_value", "version_number": "1"}
    document = Browser(server).ask("GET", "/api/v2/openapi.json")[1]
    for path, operations in document["paths"].items():
        if "get" in operations and not path.endswith(OPEN_ENDED) and path not in ("/api/v2/workers/link",):
            yield path, re.sub(r"{(\w+)}", lambda match: ids.get(match[1], "1"), path)


def test_no_address_tells_a_viewer_of_another_project_anything(site):
    vera = signed_in(site, "vera")
    admin = site.get
    seen = 0
    for path, address in questions(site):
        status, answer = vera.ask("GET", address)
        text = json.dumps(answer) if isinstance(answer, (dict, list)) else answer.decode(errors="replace")
        if "{" in path:
            assert status in (403, 404, 400), (path, status, text[:300])
        # Who asks for a thing by its name may be told that name again, but what it is of.
        if "{" not in path:
            assert FOREIGN not in text, (path, text[:2000])
        seen += "apple" in text
    assert seen >= 6, "the lists show vera's own project"
    for path in ("dags", "importErrors", "assets", "assets/events", "variables", "connections", "projects",
                 "dags/~/dagRuns"):
        assert FOREIGN in json.dumps(admin(f"/api/v2/{path}")), path
    for path in (f"dags/{FOREIGN}_etl", f"dags/{FOREIGN}_etl/grid", f"dagSources/{FOREIGN}_etl",
                 f"dags/{FOREIGN}_etl/audit", f"projects/{FOREIGN}", f"projects/{FOREIGN}/members",
                 f"dags/{FOREIGN}_etl/dagRuns/first/taskInstances/{FOREIGN}_task/logs/1",
                 f"dags/{FOREIGN}_etl/dagRuns/first/taskInstances/{FOREIGN}_task/logs/1/stream",
                 f"dags/{FOREIGN}_etl/dagRuns/first/taskInstances/{FOREIGN}_task/xcomEntries"):
        missing = vera.ask("GET", "/api/v2/" + path.replace(FOREIGN, "nowhere"))
        there = vera.ask("GET", f"/api/v2/{path}")
        assert there[0] == missing[0] == 404, path
        assert there[1]["error"]["message"] == missing[1]["error"]["message"], path
    for path in ("users", "audit", "tokens", "workers", "pools", "monitor/system"):
        assert vera.ask("GET", f"/api/v2/{path}")[0] == 403, path
    assert vera.ask("GET", "/metrics")[0] == 403


def test_the_event_stream_brings_one_project_and_ends_with_the_membership(site):
    vera = signed_in(site, "vera")
    stream = vera.open_stream()
    for name in (FOREIGN, "apple"):
        site.trigger(f"{name}_etl", dag_run_id="second")
        site.wait_run(f"{name}_etl", "second")
    text = ""
    while '"second"' not in text or '"success"' not in text:
        line = stream.fp.readline()
        assert line, text
        text += line.decode()
    assert FOREIGN not in text
    assert cli(site, "projects", "revoke", "apple", "vera").returncode == 0
    assert is_cut(stream)
    assert vera.ask("GET", "/api/v2/dags")[0] == 403
    assert vera.ask("GET", "/api/v2/dags/apple_etl")[0] == 404


def test_a_role_in_a_project_steers_nothing_else(site):
    olga, vera = signed_in(site, "olga"), signed_in(site, "vera")
    pause = {"is_paused": True}
    assert olga.ask("PATCH", "/api/v2/dags/apple_etl", pause)[0] == 200
    assert olga.ask("PATCH", f"/api/v2/dags/{FOREIGN}_etl", pause)[0] == 404
    assert vera.ask("PATCH", "/api/v2/dags/apple_etl", pause)[0] == 403
    assert olga.ask("POST", "/api/v2/backfills", {
        "dag_id": f"{FOREIGN}_etl", "from_date": "2026-01-01T00:00:00Z", "to_date": "2026-01-02T00:00:00Z"})[0] == 404
    assert olga.ask("POST", "/api/v2/assets/materialize", {"name": f"{FOREIGN}_table"})[0] == 404
    assert olga.ask("PUT", "/api/v2/projects/apple/members/vera", {"role": "admin"})[0] == 403
    assert olga.ask("PUT", f"/api/v2/projects/{FOREIGN}/variables/place", {"value": "x"})[0] == 404
    assert olga.ask("PUT", "/api/v2/variables/place", {"value": "x"})[0] == 403
    assert olga.ask("PUT", "/api/v2/projects/apple/variables/place", {"value": "there"})[0] == 200
    assert olga.ask("POST", "/api/v2/projects", {"name": "mine"})[0] == 403
    refused = [one for one in site.get("/api/v2/audit?limit=100")["items"] if one["user"] == "olga"
               and one["outcome"] == "denied"]
    assert len(refused) >= 5


def test_a_task_acts_in_its_own_project(site):
    folder = site.dags / "apple"
    (folder / "spy.py").write_text(SPY)
    site.wait_for(lambda: site.get("/api/v2/dags/spy"), "dag spy")
    run = site.trigger("spy")
    assert site.wait_run("spy", run)["state"] == "success"
    value = site.get(f"/api/v2/dags/spy/dagRuns/{run}/taskInstances/look/xcomEntries/return_value")["value"]
    assert value == [404, 404, 404, 404, "apple", "apple_etl", "spy", "apple_table", "apple-place", "nothing"]


def test_the_command_line_makes_and_removes_projects(site):
    listed = json.loads(cli(site, "projects", "list", "--json").stdout)
    assert {one["name"]: one["dag_count"] for one in listed} == {"apple": 1, "default": 0, FOREIGN: 1}
    assert "operator" in cli(site, "projects", "members", "apple").stdout
    members = json.loads(cli(site, "projects", "members", "apple", "--json").stdout)
    assert {one["username"]: one["role"] for one in members} == {"olga": "operator", "vera": "viewer"}
    for words, told in ((("remove", "apple"), "move their files"), (("remove", "default"), "it stays"),
                        (("remove", "none"), "no project"), (("add", "a/b"), "letters"),
                        (("grant", "apple", "nobody", "--role", "user"), "does not exist"),
                        (("grant", "apple", "nobody"), "--role is required"), (("revoke", "apple", "nobody"), "no member")):
        done = cli(site, "projects", *words)
        assert done.returncode != 0 and told in done.stderr, (words, done.stderr)
    assert "aiflow projects grant" in cli(site, "projects", "grant", "--help").stdout
    # A DAG whose file is moved goes to the other project with its history.
    (site.dags / "apple" / "etl.py").rename(site.dags / FOREIGN / "moved.py")
    site.wait_for(lambda: site.get("/api/v2/dags/apple_etl")["project"] == FOREIGN, "the DAG in its new project")
    vera = signed_in(site, "vera")
    assert vera.ask("GET", "/api/v2/dags/apple_etl/dagRuns/first")[0] == 404
    (site.dags / "apple" / "broken.py").unlink()
    assert cli(site, "projects", "remove", "apple").returncode == 0
    assert vera.ask("GET", "/api/v2/dags")[0] == 403
    assert "apple-place" not in cli(site, "variables", "list").stdout
