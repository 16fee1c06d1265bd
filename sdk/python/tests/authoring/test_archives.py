# SPDX-License-Identifier: Apache-2.0
"""DAGs in zip archives: read, and run."""

import zipfile

import pytest

from aiflow.parse import parse_file

MODULES = {
    "flow.py": "from airflow import DAG\nfrom airflow.operators.python import PythonOperator\n"
               "from lib.sums import add\nimport helper\n"
               "with DAG('d'):\n    PythonOperator(task_id='a', python_callable=add, op_args=[1, helper.TWO])\n",
    "second.py": "from airflow import DAG\nDAG('second')\n",
    "helper.py": "TWO = 2\nassert __name__ == 'helper'\n",
    "other.py": "raise ValueError('it mentions none, so it is not imported')\n",
    "lib/__init__.py": "", "lib/sums.py": "def add(a, b): return a + b\n",
    "lib/deep.py": "from airflow import DAG\nDAG('deep')\n",
}


@pytest.fixture
def archive(tmp_path):
    def make(**changed):
        path = tmp_path / "flows.zip"
        with zipfile.ZipFile(path, "w") as out:
            for name, text in {**MODULES, **changed}.items():
                out.writestr(name, text)
        return path
    return make


def test_modules_at_the_top_define_dags(archive):
    found = parse_file(str(archive()))
    assert found["error"] is None, found["error"]
    assert sorted(dag["dag_id"] for dag in found["dags"]) == ["d", "second"]
    assert found["source"].startswith("# flow.py\nfrom airflow import DAG") and "# second.py" in found["source"]
    hashes = {dag["source_hash"] for dag in found["dags"]}
    assert hashes != {dag["source_hash"] for dag in parse_file(str(archive(**{"helper.py": "TWO = 3\n"})))["dags"]}


def test_tasks_of_an_archive_run(supervisor, archive):
    flow = supervisor("")
    flow.dag_file = archive()
    done, pushed, log, _ = flow.run("a")
    assert done["outcome"] == "success" and pushed["return_value"] == 3, log


def test_errors_name_the_line_and_what_is_no_archive_is_said(archive, tmp_path):
    error = parse_file(str(archive(**{"second.py": "# airflow dag\n\nimport nowhere\n"})))["error"]
    assert (error["kind"], error["line"]) == ("ModuleNotFoundError", 3)
    path = tmp_path / "broken.zip"
    path.write_bytes(b"PK no more")
    assert "can't be read as a zip archive" in parse_file(str(path))["error"]["message"]
