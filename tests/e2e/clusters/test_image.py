# SPDX-License-Identifier: Apache-2.0
"""deploy/Dockerfile: an image is made without a registry, and AIflow runs in it as an ordinary user."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import time
from pathlib import Path

from product import load_tool
from server import BIN, ROOT

with_dockerd = load_tool("with_dockerd")
DOCKERFILE = ROOT / "deploy/Dockerfile"
IMAGE = "aiflow-test/aiflow:1"
DAG = """
from aiflow import DAG, task
from aiflow.operators.bash import BashOperator

with DAG("within"):
    @task
    def who():
        import os
        return f"{os.getuid()} {os.environ['HOME']}"

    who() >> BashOperator(task_id="shell", bash_command="echo {{ dag.dag_id }}")
"""


def packages():
    text = DOCKERFILE.read_text()
    return set(re.search(r'ARG PACKAGES="([^"]*)"', text)[1].replace("\\", " ").split())


def libraries(*programs):
    listed = subprocess.run(["ldd", *programs], capture_output=True, text=True).stdout
    return sorted(set(re.findall(r"(/\S+\.so\S*) \(0x", listed)))


def package_of(file):
    """dpkg knows some files of /usr/lib by the name they had before /lib became a link to it."""
    for name in (file, file.removeprefix("/usr")):
        found = subprocess.run(["dpkg", "-S", name], capture_output=True, text=True)
        if found.returncode == 0:
            return found.stdout.partition(":")[0]
    raise AssertionError(f"{file} is of no package")


def test_the_image_has_the_packages_that_the_program_needs():
    needed = re.findall(r"NEEDED.*\[(.*)\]",
                        subprocess.check_output(["readelf", "-d", BIN / "aiflow"], text=True))
    assert len(needed) > 10
    paths = {Path(path).name: path for path in libraries(BIN / "aiflow")}
    for name in needed:
        if name.startswith(("libm.", "libc.", "libgcc_s", "ld-linux")):
            continue  # of every Debian
        owner = package_of(os.path.realpath(paths[name]))
        assert owner in packages(), f"{name} is of {owner}"


def base(folder):
    """What the packages would bring, from this machine's files."""
    root = folder / "base"
    archive = folder / "busybox.tar"
    with tarfile.open(archive, "w") as tar:
        with_dockerd.fill_busybox(tar)
    root.mkdir()
    subprocess.run(["tar", "-C", root, "-xf", archive], check=True)
    python = Path("/usr/bin/python3").resolve()
    library = Path(f"/usr/lib/{python.name}")
    (root / "usr/bin").mkdir(parents=True)
    (root / "bin/bash").unlink(missing_ok=True)
    for program, at in ((python, "usr/bin/python3"), ("/bin/bash", "bin/bash")):
        shutil.copy(program, root / at)
    ignored = shutil.ignore_patterns("__pycache__", "test", "idlelib", "*.a")
    shutil.copytree(library, root / library.relative_to("/"), symlinks=True, ignore=ignored)
    for package in ("jinja2", "markupsafe"):
        found = Path("/usr/lib/python3/dist-packages") / package
        shutil.copytree(found, root / found.relative_to("/"), ignore=ignored)
    for path in libraries(python, "/bin/bash", BIN / "aiflow", *library.glob("lib-dynload/*.so")):
        (root / path.lstrip("/")).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(os.path.realpath(path), root / path.lstrip("/"))
    (root / "etc/passwd").write_text("root:x:0:0:root:/:/bin/sh\n")
    (root / "etc/group").write_text("root:x:0:\n")
    return root


def test_the_image_is_built_and_runs_tasks_as_an_ordinary_user(dockerd, tmp_path):
    # A context with what `./dev install` makes, as its user would have.
    context = tmp_path / "context"
    subprocess.run([ROOT / "dev", "install", context / "build/image"], check=True,
                   env={**os.environ, "AIFLOW_BIN": str(BIN.resolve())}, timeout=60)
    shutil.copytree(ROOT / "deploy", context / "deploy")
    shutil.copy(ROOT / ".dockerignore", context)
    archive = tmp_path / "base.tar"
    subprocess.run(["tar", "-C", base(tmp_path), "--owner=0", "--group=0", "-cf", archive, "."], check=True)
    dockerd.docker("import", "-c", "ENV PATH=/usr/local/bin:/usr/bin:/bin", archive, "aiflow-test/base:1")
    built = dockerd.docker(
        "build", "--network", "none", "-t", IMAGE, "-f", context / "deploy/Dockerfile",
        "--build-arg", "BUILD_BASE=aiflow-test/base:1", "--build-arg", "RUN_BASE=aiflow-test/base:1",
        "--build-arg", "PACKAGES=", context, check=False)
    assert built.returncode == 0, built.stdout + built.stderr

    (tmp_path / "dags").mkdir(mode=0o755)
    (tmp_path / "dags/within.py").write_text(DAG)
    dockerd.docker("run", "-d", "--name", "aiflow", "--network", "none", "--cap-drop", "ALL",
                   "--security-opt", "no-new-privileges", "-v", f"{tmp_path}/dags:/dags:ro", IMAGE,
                   "serve", "--port", "8080", "--dags", "/dags")

    def aiflow(*words):
        return dockerd.docker("exec", "aiflow", "aiflow", *words, check=False).stdout

    def wait(check, what):
        end = time.monotonic() + 60
        while not check():
            assert time.monotonic() < end, what + dockerd.docker("logs", "aiflow").stdout
            time.sleep(0.2)

    try:
        wait(lambda: "within" in aiflow("dags", "list"), "the DAG")
        aiflow("dags", "trigger", "within", "--run-id", "r1")
        wait(lambda: aiflow("tasks", "list", "within", "--json").count('"success"') == 2, "both tasks")
        assert "1000 /home/aiflow" in aiflow("tasks", "xcom", "within", "who") + aiflow(
            "tasks", "log", "within", "who")
        assert "within" in aiflow("tasks", "log", "within", "shell")
    finally:
        dockerd.docker("rm", "-f", "aiflow", check=False)
