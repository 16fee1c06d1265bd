# SPDX-License-Identifier: Apache-2.0
"""Variables and connections that the server keeps, from the command line to a task."""

import hashlib
import json
import sqlite3
from pathlib import Path

from product import cli

CANARY = "canary-7d20c4"
DAG = """
import hashlib
from airflow.sdk import DAG, BaseHook, Variable, task
from airflow.providers.standard.operators.bash import BashOperator
with DAG("reads", schedule=None):
    @task
    def read():
        password = BaseHook.get_connection("db").password
        print("password", password, "token", Variable.get("api_token"), "of", Variable.get("place"))
        print("missing", Variable.get("nope", default="none"))
        return hashlib.sha256((password + Variable.get("api_token")).encode()).hexdigest()
    said = BashOperator(
        task_id="bash", env={"TOKEN": "{{ var.value.api_token }}"},
        bash_command="set -x; echo {{ conn.db.host }} {{ conn.db.password }} $TOKEN; echo {{ var.value.place }}")
    read() >> said
"""


def log_of(server, run, task):
    return server.get(f"/api/v2/dags/reads/dagRuns/{run}/taskInstances/{task}/logs/1")["content"]


def test_a_task_gets_what_nobody_else_does(server):
    password, token = f"{CANARY}-password", f"{CANARY}-token"
    uri = server.home.parent / "db.uri"
    uri.write_text(f"postgres://kim:{password}@db.site/events\n")
    assert cli(server, "connections", "set", "db", "--file", str(uri)).returncode == 0
    assert cli(server, "variables", "set", "api_token", input=token + "\n").returncode == 0
    assert cli(server, "variables", "set", "place", input="Seoul").returncode == 0
    server.add_dag("reads", DAG)
    for _ in range(2):
        run = server.trigger("reads")
        assert server.wait_run("reads", run)["state"] == "success"
        value = server.get(f"/api/v2/dags/reads/dagRuns/{run}/taskInstances/read/xcomEntries/return_value")
        assert hashlib.sha256((password + token).encode()).hexdigest() in str(value)
        log = log_of(server, run, "read")
        assert "password *** token *** of Seoul" in log
        assert "missing none" in log
        log = log_of(server, run, "bash")
        assert "db.site *** ***" in log and "+ echo Seoul" in log  # standard error too
        assert cli(server, "secrets", "rotate").returncode == 0
    shown = cli(server, "variables", "list").stdout + cli(server, "connections", "list").stdout
    assert "Seoul" in shown and "db.site" in shown and "***" in shown
    assert CANARY not in shown
    assert CANARY not in cli(server, "audit", "export", "--format", "ndjson").stdout
    for pid in (server.process.pid, *server.worker_pids()):
        assert CANARY.encode() not in Path(f"/proc/{pid}/cmdline").read_bytes()
        assert CANARY.encode() not in Path(f"/proc/{pid}/environ").read_bytes()
    server.stop()
    with sqlite3.connect(server.home / "aiflow.db") as db:
        assert CANARY not in "".join(db.iterdump())
    for path in server.home.rglob("*"):
        assert not path.is_file() or CANARY.encode() not in path.read_bytes(), path
    assert (server.home / "secrets.key").stat().st_mode & 0o777 == 0o600


def test_files_of_airflow_go_in_and_out(server, tmp_path):
    variables = {"place": "Seoul", "conf": {"n": 1}, "api_token": {"value": CANARY, "description": "of it"}}
    (tmp_path / "v.json").write_text(json.dumps(variables))
    assert "3 variables" in cli(server, "variables", "import", str(tmp_path / "v.json")).stdout
    (tmp_path / "c.yaml").write_text(
        f"db: postgres://kim:{CANARY}@db.site:5432/events\n"
        f"api:\n  conn_type: http\n  host: api.site\n  password: {CANARY}\n  extra: {{timeout: 3}}\n")
    assert "2 connections" in cli(server, "connections", "import", str(tmp_path / "c.yaml")).stdout
    (tmp_path / "c.env").write_text(f"# more\nAIRFLOW_CONN_MORE=ftp://h\nold=mysql://u:{CANARY}@h/s\n")
    assert "2 connections" in cli(server, "connections", "import", str(tmp_path / "c.env")).stdout
    assert cli(server, "variables", "get", "place").stdout == "Seoul\n"
    refused = cli(server, "variables", "get", "api_token")
    assert refused.returncode == 1 and "secret" in refused.stderr and CANARY not in refused.stdout

    plain = cli(server, "variables", "export")
    assert json.loads(plain.stdout) == {"place": "Seoul", "conf": '{"n":1}'}
    assert "1 secret" in plain.stderr
    assert CANARY not in cli(server, "connections", "export").stdout
    out = tmp_path / "all.json"
    assert cli(server, "connections", "export", "--with-secrets", "--file", str(out)).returncode == 0
    assert out.stat().st_mode & 0o777 == 0o600
    everything = json.loads(out.read_text())
    assert sorted(everything) == ["api", "db", "more", "old"]
    assert everything["api"]["password"] == CANARY and CANARY in everything["db"]
    whole = json.loads(cli(server, "variables", "export", "--with-secrets").stdout)
    assert whole["api_token"] == {"value": CANARY, "description": "of it"}
    assert "open_values" in cli(server, "audit", "export", "--format", "ndjson").stdout

    (tmp_path / "bad.json").write_text(json.dumps({"good": "http://h", "bad": CANARY}))
    refused = cli(server, "connections", "import", str(tmp_path / "bad.json"))
    assert refused.returncode == 2 and "connection 'bad'" in refused.stderr
    assert CANARY not in refused.stderr
    (tmp_path / "broken.yaml").write_text(f"a: [{CANARY}\n")
    refused = cli(server, "connections", "import", str(tmp_path / "broken.yaml"))
    assert refused.returncode == 2 and CANARY not in refused.stderr


def test_what_is_set_is_told_as_json_without_what_is_secret(server):
    uri = f"postgres://kim:{CANARY}@db.site/events"
    said = [cli(server, "variables", "set", "place", "--json", input="Seoul"),
            cli(server, "variables", "set", "door", "--secret", "--json", input=CANARY),
            cli(server, "connections", "set", "db", "--json", input=uri),
            cli(server, "variables", "delete", "place", "--json")]
    place, door, db, deleted = [json.loads(one.stdout) for one in said]
    assert (place["key"], place["value"]) == ("place", "Seoul")
    assert door["is_secret"] and "value" not in door
    assert (db["conn_id"], db["host"]) == ("db", "db.site")
    assert deleted == {"deleted": "place"}
    assert not [one for one in said if CANARY in one.stdout + one.stderr]


def test_errors_name_no_value_and_a_lost_key_is_told(server):
    refused = cli(server, "connections", "set", "db", input=CANARY)
    assert refused.returncode == 2
    assert "a connection is a URI" in refused.stderr and CANARY not in refused.stderr
    assert cli(server, "variables", "delete", "nope").returncode == 1
    assert cli(server, "variables", "set", "a", input="x").returncode == 0
    server.stop_server()
    key = server.home / "secrets.key"
    kept = key.read_bytes()
    key.unlink()
    server.start()
    secrets = [one for one in server.get("/api/v2/monitor/health")["components"] if one["name"] == "secrets"]
    assert "secrets.key" in secrets[0]["reason"]
    assert cli(server, "variables", "set", "b", input="y").returncode == 1
    key.write_bytes(kept)
    assert cli(server, "variables", "set", "b", input="y").returncode == 0
    assert cli(server, "variables", "get", "a").stdout == "x\n"
