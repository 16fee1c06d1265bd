# SPDX-License-Identifier: Apache-2.0
"""What the first pages of the guide do: installing, serving to other machines, looking at runs."""

import json
import os
import re
import ssl
import subprocess
import urllib.request

import pytest
from product import cli
from server import BIN, ROOT, Server

PROGRAMS = ("aiflow", "aiflow-docker", "aiflow-infer", "aiflow-camera", "aiflow-optimize")


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run([ROOT / "dev", "install", folder], check=True, timeout=60,
                   env={**os.environ, "AIFLOW_BIN": str(BIN.resolve())})
    return folder


def test_all_programs_are_installed_and_start(installed):
    assert sorted(path.name for path in (installed / "bin").iterdir()) == sorted(PROGRAMS)
    for name in PROGRAMS:
        said = subprocess.run([installed / "bin" / name, "--version"], capture_output=True, text=True,
                              timeout=20, stdin=subprocess.DEVNULL)
        assert "while loading shared libraries" not in said.stderr, said.stderr
    # What `aiflow runtime add onnxruntime` puts into the pack.
    assert (installed / "lib/aiflow/libaiflow_engine_ort.so").stat().st_size > 100_000
    assert (installed / "lib/aiflow/python/aiflow/__init__.py").is_file()


def test_a_server_on_all_addresses_names_one_that_can_be_opened():
    with Server(extra=("--host", "0.0.0.0")) as server:
        said = server.wait_for(lambda: re.search(r"is ready at (http://\S+)", server.output.read_text()),
                               "the address")[1]
        assert "0.0.0.0" not in server.output.read_text()
        with urllib.request.urlopen(said + "/api/v2/monitor/health", timeout=10) as answer:
            assert answer.status == 200
        assert json.loads((server.home / "run/server.json").read_text())["url"] == said


def test_its_own_certificate_names_the_address_that_a_server_on_all_addresses_prints():
    with Server(extra=("--host", "0.0.0.0", "--tls", "self")) as server:
        said = server.wait_for(lambda: re.search(r"is ready at (https://\S+)", server.output.read_text()),
                               "the address")[1]
        trusts = ssl.create_default_context(cafile=server.home / "tls.crt")
        with urllib.request.urlopen(said + "/api/v2/monitor/health", timeout=10,
                                    context=trusts) as answer:
            assert answer.status == 200
        text = subprocess.run(["openssl", "x509", "-noout", "-text", "-in", server.home / "tls.crt"],
                              capture_output=True, text=True, check=True).stdout
        assert "IP Address:127.0.0.1" in text and "0.0.0.0" not in text


def test_a_dag_whose_file_could_not_be_read_is_looked_for_among_the_errors():
    with Server() as server:
        unknown = cli(server, "dags", "trigger", "dk")
        assert unknown.returncode == 1 and "dags list" in unknown.stderr
        assert "dags errors" not in unknown.stderr
        (server.dags / "dk.py").write_text("from airflow.sdk import DAG\nwith DAG('dk') as\n")
        server.wait_for(lambda: "dk.py" in cli(server, "dags", "errors").stdout, "the error")
        for word in ("trigger", "pause", "unpause", "params", "explain"):
            assert "aiflow dags errors" in cli(server, "dags", word, "dk").stderr


def test_the_runs_of_a_dag_are_the_same_by_both_names():
    with Server() as server:
        server.add_dag("etl", "from aiflow import DAG\nfrom aiflow.operators.bash import BashOperator\n"
                              "with DAG('etl'):\n    BashOperator(task_id='a', bash_command='true')\n")
        server.wait_run("etl", server.trigger("etl"))
        for words in ((), ("--state", "success"), ("--state", "failed"), ("--state", "odd"), ("--json",)):
            one = cli(server, "dags", "runs", "etl", *words)
            other = cli(server, "runs", "list", "etl", *words)
            assert (one.stdout, one.stderr) == (other.stdout, other.stderr)
        assert "runs list DAG" in cli(server, "dags", "runs", "--help").stdout
        assert "DAG" in cli(server, "runs", "list").stdout.splitlines()[0]
