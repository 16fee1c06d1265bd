# SPDX-License-Identifier: Apache-2.0
"""Tasks in containers of a real Docker daemon: how they run, fail, are limited, and what becomes of
them when the daemon or the worker goes away."""

import json
import os
import shutil
import signal
import subprocess
import time

import pytest

from product import cli, copy_packages, load_tool
from registry import LOGIN, Registry
from server import BIN, ROOT

with_dockerd = load_tool("with_dockerd")

DOWNLOADS = ROOT / "build/downloads"
HEAD = """
from aiflow import DAG
from airflow.providers.docker.operators.docker import DockerOperator
IMAGE = "aiflow-test/busybox:1"

def box(task_id, command, **more):
    return DockerOperator(task_id=task_id, image=more.pop("image", IMAGE), network_mode="none",
                          command=["sh", "-c", command], **more)
"""


@pytest.fixture
def server(make_server, dockerd):
    return make_server(slots=4, extra=("--docker", str(dockerd.socket))).start()


def log_of(server, dag, task, try_number=1):
    """Empty before it has printed anything."""
    found = list((server.home / "logs" / dag).rglob(f"try{try_number}/{task}.log"))
    assert len(found) < 2, found
    return found[0].read_text() if found else ""


def xcom(server, dag, run, task):
    path = f"/api/v2/dags/{dag}/dagRuns/{run}/taskInstances/{task}/xcomEntries"
    return {one["key"]: one["value"] for one in server.get(path)["items"]}


def containers(dockerd, *more):
    return dockerd.docker("ps", "-a", *more, "--format", "{{.Names}} {{.State}}").stdout.split("\n")[:-1]


def run_all(server, dag, source, **more):
    server.add_dag(dag, HEAD + source)
    run = server.trigger(dag, **more)
    server.wait_run(dag, run)
    return run, server.tasks(dag, run)


ENDINGS = """
with DAG("endings"):
    box("fine", "echo out; echo err >&2; echo '{\\"a\\": 1}'", environment={"A": "1"})
    box("context", "echo $A $AIFLOW_CTX_TASK_ID $AIRFLOW_CTX_DAG_ID", environment={"A": "x y"})
    box("fails", "exit 3")
    box("skips", "exit 99", skip_on_exit_code=99)
    box("memory", "x=a; while true; do x=$x$x; done", mem_limit="16m")
    box("limits", "cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/cpu/cpu.cfs_quota_us"
        " || cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/cpu.max", mem_limit="32m", cpus=0.25,
        xcom_all=True)
    box("mounted", "cat /in/file; echo made > /out/file; echo no > /in/file",
        mounts=[{"source": "{folder}/in", "target": "/in", "type": "bind", "read_only": True},
                {"source": "{folder}/out", "target": "/out", "type": "bind"}])
    box("who", "id -u; pwd", user="1234", working_dir="/tmp", xcom_all=True)
    box("privileged", "true", privileged=True)
    DockerOperator(task_id="nothing", image=IMAGE, command="nosuchprogram")
"""


def test_how_containers_end_and_what_they_may_use(server, dockerd, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "in/file").write_text("given\n")
    run, tasks = run_all(server, "endings", ENDINGS.replace("{folder}", str(tmp_path)))
    assert {name: t["state"] for name, t in tasks.items()} == {
        "fine": "success", "context": "success", "fails": "failed", "skips": "skipped",
        "memory": "failed", "limits": "success", "mounted": "failed", "who": "success",
        "privileged": "failed", "nothing": "failed"}
    assert xcom(server, "endings", run, "fine") == {"return_value": {"a": 1}}
    assert xcom(server, "endings", run, "context") == {"return_value": "x y context endings"}
    assert tasks["fails"]["cause"] == "exit code 3"
    assert tasks["memory"]["cause"] == "out of memory (the container's limit is 16 MiB)"
    limits = " ".join(xcom(server, "endings", run, "limits")["return_value"])
    assert limits in ("33554432 25000", "33554432 25000 100000")
    assert "given" in log_of(server, "endings", "mounted")
    assert (tmp_path / "out/file").read_text() == "made\n"
    assert (tmp_path / "in/file").read_text() == "given\n"  # mounted read-only
    assert xcom(server, "endings", run, "who") == {"return_value": ["1234", "/tmp"]}
    assert "runs no privileged containers" in tasks["privileged"]["cause"]
    assert "nosuchprogram" in tasks["nothing"]["cause"]
    log = log_of(server, "endings", "fine")
    assert log.index("out") < log.index('{"a": 1}') and "err" in log
    assert containers(dockerd) == []


def test_what_a_container_uses_is_told_while_it_runs_and_kept(server):
    server.add_dag("used", HEAD + """
with DAG("used"):
    box("busy", "head -c 20000000 /dev/zero > /dev/shm/held; i=0; while [ $i -lt 1000000 ]; do i=$((i+1)); done; sleep 3")
    box("short", "true")
""")
    run = server.trigger("used")
    path = f"/api/v2/dags/used/dagRuns/{run}/taskInstances/"
    live = server.wait_for(lambda: (one := server.get(path + "busy/tries/1"))["state"] == "running"
                           and one["samples"] and one, "a sample")
    assert server.wait_run("used", run)["state"] == "success"
    busy, short = (server.get(path + f"{task}/tries/1") for task in ("busy", "short"))
    assert busy["samples"][0] == live["samples"][0]
    assert 200 < busy["cpu_user_ms"] + busy["cpu_system_ms"] < 20_000
    assert 20_000_000 < busy["memory_peak_bytes"] < 200_000_000
    assert 0 < busy["memory_mean_bytes"] <= busy["memory_peak_bytes"]
    assert short["samples"] == [] and "usage_note" not in short


def test_processor_time_is_limited(server):
    _, tasks = run_all(server, "slow", """
with DAG("slow"):
    box("spin", "timeout 2 sh -c 'while true; do :; done'; cat /proc/self/stat >/dev/null;"
        " cat /sys/fs/cgroup/cpu/cpuacct.usage 2>/dev/null || cat /sys/fs/cgroup/cpuacct/cpuacct.usage"
        " 2>/dev/null || sed -n 's/^usage_usec \\\\(.*\\\\)/\\\\1000/p' /sys/fs/cgroup/cpu.stat", cpus=0.25)
""")
    assert tasks["spin"]["state"] == "success", tasks["spin"]
    used_ns = int(log_of(server, "slow", "spin").strip().split("\n")[-2].split()[-1])
    assert used_ns < 1.2e9, used_ns  # 2 s of spinning at a quarter, and a start


SECRETS = """
with DAG("hidden", params={"who": "you"}):
    box("secret", "echo the secret is $S for {{ params.who }}; echo $S >&2", private_environment={"S": "canary-93b1"})
    DockerOperator.partial(task_id="many", image=IMAGE, network_mode="none").expand(
        command=["echo 1", "echo 2", "false"])
"""


def test_secrets_stay_hidden_and_templates_and_mapping_work(server):
    run, tasks = run_all(server, "hidden", SECRETS)
    log = log_of(server, "hidden", "secret")
    assert "the secret is *** for you" in log and "canary-93b1" not in log
    assert tasks["secret"]["state"] == "success"
    # Reports leave the spool some time after they were acknowledged.
    server.wait_for(lambda: (server.home / "spool/reports").stat().st_size == 0, "the empty spool")
    dump = subprocess.run(["grep", "-rl", "canary-93b1", server.home, "--exclude-dir=dags"],
                          capture_output=True, text=True).stdout
    # The task's own result is what the task made of it; nothing else holds it.
    assert [p for p in dump.split() if "/logs/" in p or "/spool/" in p] == []
    items = server.get(f"/api/v2/dags/hidden/dagRuns/{run}/taskInstances?limit=100")["items"]
    assert sorted((t["map_index"], t["state"]) for t in items if t["task_id"] == "many") == [
        (0, "success"), (1, "success"), (2, "failed")]


WRONG = """
with DAG("wrong"):
    box("registry", "true", image="127.0.0.1:1/nothing:1", pull_timeout=20)
    box("never", "true", image="nosuchimage", pull="never")
    box("always", "true", image="127.0.0.1:1/x", force_pull=True, pull_timeout=20)
"""


def test_a_wrong_registry_or_image_is_told_clearly(server):
    _, tasks = run_all(server, "wrong", WRONG)
    assert {t["state"] for t in tasks.values()} == {"failed"}
    assert tasks["registry"]["cause"].startswith(
        "image '127.0.0.1:1/nothing:1' cannot be pulled: the registry cannot be reached, "
        "registry 127.0.0.1:1: ")
    assert tasks["never"]["cause"] == ("image 'nosuchimage' is not on this machine, and pull is "
                                       "'never'")
    assert "cannot be pulled" in tasks["always"]["cause"]


LONG = """
with DAG("long"):
    box("trapped", "trap 'echo cleaned up; exit 0' TERM; echo up; while true; do sleep 0.1; done",
        execution_timeout={limit})
"""


def test_a_timeout_stops_the_container_and_lets_it_clean_up(server, dockerd):
    _, tasks = run_all(server, "long", LONG.replace("{limit}", "3"))
    assert tasks["trapped"]["cause"] == "timed out after 3s"
    assert "cleaned up" in log_of(server, "long", "trapped")
    assert containers(dockerd) == []


@pytest.mark.parametrize("kind", ["plain", "templated"])
def test_a_cancelled_task_leaves_no_container(server, dockerd, kind):
    source = LONG.replace("{limit}", "None")
    server.add_dag("long", HEAD + (source if kind == "plain"
                                   else source.replace("echo up", "echo up {{ ds }}")))
    run = server.trigger("long")
    server.wait_for(lambda: containers(dockerd, "--filter", "status=running"), "the container")
    server.wait_for(lambda: "up" in log_of(server, "long", "trapped"), "its first words")
    server.call("PATCH", f"/api/v2/dags/long/dagRuns/{run}/taskInstances/trapped",
                {"new_state": "failed"})
    server.wait_for(lambda: not containers(dockerd), "the end of the container", 30)
    server.wait_for(lambda: "ended:" in log_of(server, "long", "trapped"), "the end of the log")
    assert "cleaned up" in log_of(server, "long", "trapped")


def test_no_permission_on_the_socket_says_so(dockerd):
    """As root there always is one: so aiflow-docker itself, as nobody."""
    program = dockerd.folder / "aiflow-docker"
    shutil.copy(BIN / "aiflow-docker", program)
    dockerd.folder.chmod(0o755)
    spec = {"image": "x", "env": {}, "mounts": [], "pull": "never", "pull_timeout_ms": 1,
            "remove": "always"}
    ran = subprocess.run([program, "run"], input=json.dumps(spec), text=True, capture_output=True,
                         user=65534, group=65534, extra_groups=[],
                         env={"AIFLOW_DOCKER_SOCKET": str(dockerd.socket)})
    assert ran.returncode == 125
    assert ran.stderr.startswith(f"no permission on Docker's socket '{dockerd.socket}'"), ran.stderr


def test_a_worker_without_docker_is_not_given_such_tasks(make_server):
    server = make_server(extra=("--no-docker",)).start()
    server.add_dag("none", HEAD + "\nwith DAG('none'):\n    box('one', 'true')\n")
    run = server.trigger("none")
    time.sleep(1)
    task = server.tasks("none", run)["one"]
    assert task["state"] in ("scheduled", "queued", "no_status"), task


MIDWAY = """
with DAG("midway"):
    box("one", "echo first; while [ ! -e /flag/go ]; do sleep 0.1; done; echo last", retries=1,
        retry_delay=0.1, mounts=[{"source": "{folder}", "target": "/flag", "type": "bind"}])
"""


def start_midway(server, dockerd, folder):
    server.add_dag("midway", HEAD + MIDWAY.replace("{folder}", str(folder)))
    run = server.trigger("midway")
    server.wait_for(lambda: containers(dockerd, "--filter", "status=running"), "the container")
    server.wait_for(lambda: "first" in log_of(server, "midway", "one"), "its first words")
    return run


def test_fault_38_a_container_that_outlives_its_daemon_is_found_again(make_server, make_dockerd,
                                                                     tmp_path):
    dockerd = make_dockerd("--live-restore")
    server = make_server(slots=4, extra=("--docker", str(dockerd.socket))).start()
    run = start_midway(server, dockerd, tmp_path)
    dockerd.kill()
    server.wait_for(lambda: "the Docker daemon is gone" in log_of(server, "midway", "one"), "notice")
    dockerd.start()
    server.wait_for(lambda: "still runs" in log_of(server, "midway", "one"), "the container")
    (tmp_path / "go").touch()
    assert server.wait_run("midway", run)["state"] == "success"
    assert server.tasks("midway", run)["one"]["try_number"] == 1
    log = log_of(server, "midway", "one")
    assert log.count("first") == 1 and log.count("last") == 1
    assert containers(dockerd) == []


def test_fault_38_a_container_that_ends_with_its_daemon_costs_one_try(make_server, make_dockerd,
                                                                     tmp_path):
    dockerd = make_dockerd()
    server = make_server(slots=4, extra=("--docker", str(dockerd.socket))).start()
    run = start_midway(server, dockerd, tmp_path)
    dockerd.stop()
    (tmp_path / "go").touch()
    dockerd.start()
    assert server.wait_run("midway", run)["state"] == "success"
    assert server.tasks("midway", run)["one"]["try_number"] == 2
    assert "Docker daemon" in log_of(server, "midway", "one", 1).split("ended:")[1]
    server.wait_for(lambda: not containers(dockerd), "the last container's end")


def of_task(dockerd, dag, run, task, *more):
    """Its containers: id and state."""
    label = f"label=aiflow.task={dag}/{run}/{task}/-1"
    listed = dockerd.docker("ps", "-a", "--filter", label, *more, "--format", "{{.ID}} {{.State}}")
    return listed.stdout.split("\n")[:-1]


def test_fault_40_a_killed_worker_leaves_no_container_and_never_two(server, dockerd, tmp_path):
    source = MIDWAY.replace("echo first;", "echo first {{ ds }};")  # Python starts its container
    server.add_dag("midway", HEAD + source.replace("{folder}", str(tmp_path)))
    run = server.trigger("midway")

    def running():
        return of_task(dockerd, "midway", run, "one", "--filter", "status=running")

    before = server.wait_for(running, "the container")
    os.kill(server.worker_pid(), signal.SIGKILL)
    most, deadline = 1, time.monotonic() + 60
    while server.tasks("midway", run)["one"]["try_number"] < 2 or \
            server.tasks("midway", run)["one"]["state"] != "running":
        most = max(most, len(running()))
        assert time.monotonic() < deadline, server.tasks("midway", run)
    (tmp_path / "go").touch()
    assert server.wait_run("midway", run)["state"] == "success"
    assert most == 1 and len(before) == 1
    server.wait_for(lambda: not of_task(dockerd, "midway", run, "one"), "the last container's end")


GOES_ON = """
from aiflow.operators.bash import BashOperator
with DAG("goes_on"):
    WORDS = "for i in 1 2 3; do echo line $i; done; while [ ! -e /flag/go ]; do sleep 0.1; done; "
    FLAG = [{"source": "{folder}", "target": "/flag", "type": "bind"}]
    box("fine", WORDS + "echo more >&2; echo value", retries=1, mounts=FLAG)
    box("fails", WORDS + "exit 3", mounts=FLAG)
    BashOperator(task_id="shell", executor="docker", bash_command=WORDS + "pwd; echo value", retries=1,
                 executor_config={"image": IMAGE, "network_mode": "none", "mounts": FLAG})
"""


@pytest.mark.parametrize("ends", ["later", "meanwhile"])
def test_a_container_that_outlives_its_worker_is_gone_on_with(server, dockerd, tmp_path, ends):
    server.add_dag("goes_on", HEAD + GOES_ON.replace("{folder}", str(tmp_path)))
    run = server.trigger("goes_on")
    names = ("fine", "fails", "shell")
    for name in names:
        server.wait_for(lambda name=name: "line 3" in log_of(server, "goes_on", name), "its words")
    before = [of_task(dockerd, "goes_on", run, name) for name in names]
    label = dockerd.docker("inspect", "--format", '{{index .Config.Labels "aiflow.server"}}',
                           before[0][0].split()[0]).stdout.strip()
    assert label == str(server.home)
    worker = server.worker_pid()
    if ends == "later":
        os.kill(worker, signal.SIGKILL)
        for name in names:
            server.wait_for(lambda name=name: "still runs" in log_of(server, "goes_on", name),
                            "the next worker")
        assert [of_task(dockerd, "goes_on", run, name) for name in names] == before
        (tmp_path / "go").touch()
    else:
        server.stop_server(signal.SIGKILL)
        os.kill(worker, signal.SIGKILL)
        (tmp_path / "go").touch()
        for name in names:
            server.wait_for(lambda name=name: "exited" in of_task(dockerd, "goes_on", run, name)[0],
                            "its end")
        server.start()
    server.wait_run("goes_on", run)
    tasks = server.tasks("goes_on", run)
    assert {name: task["state"] for name, task in tasks.items()} == {
        "fine": "success", "fails": "failed", "shell": "success"}
    assert {task["try_number"] for task in tasks.values()} == {1}
    assert tasks["fails"]["cause"] == "exit code 3"
    assert xcom(server, "goes_on", run, "fine") == {"return_value": "value"}
    assert xcom(server, "goes_on", run, "shell") == {"return_value": "value"}
    for name in names:
        log = log_of(server, "goes_on", name)
        assert [log.count(f"line {i}") for i in (1, 2, 3)] == [1, 1, 1], log
        assert "going on with" in log
    server.wait_for(lambda: not containers(dockerd), "the last container's end")
    assert not list((server.home / "spool/containers").iterdir())


LIGHT = """
from aiflow.decorators import task
with DAG("light"):
    LIGHT = {"image": "aiflow-test/bare:1", "network_mode": "none",
             "mounts": [{"source": "/usr", "target": "/usr", "read_only": True}]}

    @task(executor="docker", executor_config={**LIGHT, "environment": {"E": "here"}})
    def give(ti):
        import os, pathlib
        pathlib.Path("made").write_text("in the working folder")
        print("::aiflow:progress " + '{"done": 1, "total": 2, "unit": "", "what": "x"}')
        return {"pid": os.getpid(), "cwd": os.getcwd(), "e": os.environ["E"],
                "try": ti.try_number, "root": sorted(os.listdir("/"))}

    @task(executor="docker", executor_config=LIGHT)
    def use(value):
        from aiflow import api
        return value["pid"], os_of_the_folder()

    @task.docker(**LIGHT, user="nobody")
    def somebody(ti):
        import os, pathlib
        pathlib.Path("mine").write_text(ti.task_id)
        return os.getuid()

    @task(executor="docker", executor_config=LIGHT)
    def silent():
        import os
        os._exit(0)

    @task(executor="docker", executor_config=LIGHT, resources={"memory": "64m"})
    def greedy():
        return len(b"x" * (200 << 20))

    @task(executor="docker", executor_config=LIGHT)
    def writes():
        import pathlib, sys
        pathlib.Path(__file__).with_name("new.py").write_text("no")

    from aiflow.operators.bash import BashOperator
    BashOperator(task_id="light_shell", executor="docker", bash_command="echo $0; echo $A $PWD",
                 env={"A": "a b"}, executor_config={"image": IMAGE, "network_mode": "none"})
    BashOperator(task_id="no_pack", executor="docker", bash_command="true",
                 executor_config={"image": IMAGE, "pack": "nosuch"})
    use(give()), somebody(), silent(), greedy(), writes()
"""


def test_any_task_runs_in_a_light_container_with_what_it_needs_delivered(server, dockerd):
    (server.home / "dags/beside.py").write_text("def os_of_the_folder():\n    return 'imported'\n")
    server.add_dag("light", "from beside import os_of_the_folder\n" + HEAD + LIGHT)
    run = server.trigger("light")
    server.wait_run("light", run)
    tasks = server.tasks("light", run)
    assert {name: t["state"] for name, t in tasks.items()} == {
        "give": "success", "use": "success", "somebody": "success", "silent": "failed", "greedy": "failed",
        "writes": "failed", "light_shell": "success", "no_pack": "failed"}, tasks
    given = xcom(server, "light", run, "give")["return_value"]
    assert given["pid"] == 1 and given["cwd"] == "/aiflow/work" and given["e"] == "here"
    assert "aiflow" in given["root"] and "home" not in given["root"]
    assert xcom(server, "light", run, "use")["return_value"] == [1, "imported"]
    assert xcom(server, "light", run, "somebody")["return_value"] == 65534
    assert tasks["silent"]["cause"] == "the task's process ended without saying how the task went"
    assert "out of memory" in tasks["greedy"]["cause"] or "MemoryError" in tasks["greedy"]["cause"]
    assert "Read-only file system" in tasks["writes"]["cause"]
    assert xcom(server, "light", run, "light_shell")["return_value"] == "a b /aiflow/work"
    assert "no pack 'nosuch' is installed" in tasks["no_pack"]["cause"]
    assert containers(dockerd) == []


PACKED = """
from aiflow.operators.bash import BashOperator
with DAG("packed"):
    BashOperator(task_id="t", executor="docker", bash_command="ls $AIFLOW_PACK; grep onnxruntime "
                 "$AIFLOW_PACK/pack.json && touch $AIFLOW_PACK/new",
                 executor_config={"image": IMAGE, "network_mode": "none", "pack": "onnxruntime"})
"""


def test_a_real_pack_is_delivered_read_only_into_an_image_of_two_megabytes(server):
    copy_packages(DOWNLOADS, server.home / "downloads")
    added = cli(server, "runtime", "add", "onnxruntime")
    assert added.returncode == 0, added.stderr
    copy_packages(server.home / "downloads", DOWNLOADS)
    _, tasks = run_all(server, "packed", PACKED)
    log = log_of(server, "packed", "t")
    assert "pack.json" in log and '"name": "onnxruntime"' in log
    assert "Read-only file system" in log and tasks["t"]["cause"] == "exit code 1"


@pytest.fixture
def registries():
    """One for all, and one that wants a login."""
    both = [Registry(with_dockerd.fill_busybox), Registry(with_dockerd.fill_busybox, is_private=True)]
    yield both
    for one in both:
        one.stop()


PULLED = """
with DAG("pulled"):
    def pulled(name, **more):
        box(name, "echo from " + name, image="{registry}/" + name + ":1", pull_timeout=4, **more)

    pulled("good", force_pull=True)
    pulled("missing"), pulled("busy"), pulled("slow")
    box("private", "true", image="{private}/one:1")
    box("signed_in", "true", image="{private}/two:1", docker_conn_id="registry")
"""


def test_fault_39_what_a_registry_may_do(make_server, dockerd, registries, monkeypatch):
    registry, private = registries
    monkeypatch.setenv("AIFLOW_CONN_REGISTRY", f"docker://{LOGIN[0]}:{LOGIN[1]}@{private.address}")
    server = make_server(slots=6, extra=("--docker", str(dockerd.socket))).start()
    _, tasks = run_all(server, "pulled", PULLED.replace("{registry}", registry.address)
                       .replace("{private}", private.address))
    assert {name: t["state"] for name, t in tasks.items()} == {
        "good": "success", "missing": "failed", "busy": "failed", "slow": "failed",
        "private": "failed", "signed_in": "success"}, tasks
    assert "there is no such image or tag" in tasks["missing"]["cause"]
    assert "too many requests, try again later" in tasks["busy"]["cause"]
    assert "it took too long" in tasks["slow"]["cause"]
    assert "login is needed" in tasks["private"]["cause"]
    assert not any(LOGIN[1] in file.read_text() for file in (server.home / "logs").rglob("*.log"))


def test_a_pull_tells_how_far_it_is(dockerd, registries):
    spec = {"image": f"{registries[0].address}/large:1", "env": {}, "mounts": [], "network_mode": "none",
            "command": ["true"], "pull": "always", "pull_timeout_ms": 30_000, "remove": "always"}
    ran = subprocess.run([BIN / "aiflow-docker", "run"], input=json.dumps(spec), text=True,
                         capture_output=True, env={"AIFLOW_DOCKER_SOCKET": str(dockerd.socket),
                                                   "AIFLOW_DOCKER_WORKER": "test"})
    assert ran.returncode == 0, ran.stderr
    lines = [line for line in ran.stderr.splitlines() if line.startswith("::aiflow:progress ")]
    last = json.loads(lines[-1].partition(" ")[2])
    assert 0 < last["done"] <= last["total"] and last["unit"] == "bytes"
