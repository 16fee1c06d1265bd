# SPDX-License-Identifier: Apache-2.0
"""What a DAG file reads at import is told, so that it is parsed again when that changes."""

import json
import os
import subprocess
import sys
import textwrap

from aiflow.parse import parse_file

FLOW = """
    import glob, json, os
    from aiflow import DAG
    from aiflow.operators.empty import EmptyOperator
    import helper_of_reads
    here = os.path.dirname(__file__)
    names = [json.load(open(one))["name"] for one in sorted(glob.glob(here + "/conf/*.json"))]
    with DAG("d"):
        for name in names:
            EmptyOperator(task_id=name)
    """


def write(folder, source=FLOW):
    (folder / "conf").mkdir()
    (folder / "conf/a.json").write_text('{"name": "a"}')
    (folder / "helper_of_reads.py").write_text("x = 1\n")
    flow = folder / "flow.py"
    flow.write_text(textwrap.dedent(source))
    return flow


def parse_apart(*files) -> list[dict]:
    """In a process of its own, as the server does."""
    done = subprocess.run([sys.executable, "-m", "aiflow.parse", *map(str, files)], timeout=60,
                          stdout=subprocess.PIPE, env={**os.environ, "PYTHONSAFEPATH": "1"})
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_modules_settings_and_listings_are_told(tmp_path):
    flow = write(tmp_path)
    (found,) = parse_apart(flow)
    assert found["error"] is None
    assert found["reads"] == [str(tmp_path / one) for one in
                              ("conf", "conf/a.json", "helper_of_reads.py")]
    # The module comes from its bytecode now: it is the same dependency.
    assert parse_apart(flow)[0]["reads"] == found["reads"]


def test_a_broken_file_tells_what_it_has_read_too(tmp_path):
    flow = write(tmp_path, FLOW + "\n    1 / 0\n")
    (found,) = parse_apart(flow)
    assert found["error"]["kind"] == "ZeroDivisionError"
    assert str(tmp_path / "conf/a.json") in found["reads"]


def test_what_is_written_and_what_belongs_to_python_is_not_told(tmp_path):
    flow = tmp_path / "flow.py"
    flow.write_text(f"import decimal, email.mime.text\nopen({str(tmp_path / 'out')!r}, 'w').close()\n")
    assert parse_file(str(flow))["reads"] is None


def test_each_file_has_a_line_and_a_process_of_its_own(tmp_path):
    paths = []
    for n in range(3):
        paths.append(tmp_path / f"f{n}.py")
        paths[-1].write_text(f"import builtins\nassert not hasattr(builtins, 'mine')\n"
                             f"builtins.mine = 1\nfrom aiflow import DAG\nDAG('d{n}')\n")
    found = parse_apart(*paths)
    assert [[dag["dag_id"] for dag in one["dags"]] for one in found] == [["d0"], ["d1"], ["d2"]]
    assert [one["file"] for one in found] == [str(path) for path in paths]


def test_a_file_that_ends_its_process_ends_the_whole_like_it(tmp_path):
    good, bad = tmp_path / "good.py", tmp_path / "bad.py"
    good.write_text("from aiflow import DAG\nDAG('good')\n")
    bad.write_text("import os\nos.kill(os.getpid(), 11)\n")
    done = subprocess.run([sys.executable, "-m", "aiflow.parse", str(good), str(bad), str(good)],
                          stdout=subprocess.PIPE, timeout=60)
    assert done.returncode == -11 and len(done.stdout.splitlines()) == 1


def test_a_process_that_outlives_its_file_ends_the_whole_after_it(tmp_path):
    forks, good = tmp_path / "forks.py", tmp_path / "good.py"
    forks.write_text("import subprocess\nsubprocess.Popen(['sleep', '30'], stdout=2)\n")
    good.write_text("from aiflow import DAG\nDAG('good')\n")
    (only,) = parse_apart(forks, good)
    assert only["file"] == str(forks) and only["error"] is None
