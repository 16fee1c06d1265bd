# SPDX-License-Identifier: Apache-2.0
"""aiflow-infer and aiflow-camera die, hang and lose their video: they are replaced, and it shows.

The real engine with a small real model that finds bright blocks, and a clip of one that goes to and
fro across a line."""

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from onnx_file import BRIGHT_BLOCK_DECODER, GRID, SIDE, bright_block_detector
from product import cli, copy_packages
from server import BIN, ROOT, ApiError

DOWNLOADS = ROOT / "build/downloads"
CLIP_S = 120
RULES = {"rules": [{"rule_id": "middle", "kind": "line_crossing", "name": "Middle",
                    "points": [{"x": 0.5, "y": 1}, {"x": 0.5, "y": 0}], "classes": [],
                    "params": {"direction": "both"}}]}


def done(server, *words):
    ran = cli(server, *words)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.fixture
def detector(server, tmp_path):
    (tmp_path / "bright.onnx").write_bytes(bright_block_detector())
    (tmp_path / "bright.json").write_text(json.dumps(BRIGHT_BLOCK_DECODER))
    copy_packages(DOWNLOADS, server.home / "downloads")
    done(server, "model", "add", "bright", "--file", str(tmp_path / "bright.onnx"),
         "--decoder", str(tmp_path / "bright.json"))
    done(server, "runtime", "add", "onnxruntime")
    copy_packages(server.home / "downloads", DOWNLOADS)
    done(server, "service", "deploy", "blocks", "--model", "bright", "--variant", "fp32", "--pack",
         "onnxruntime")
    return "blocks"


@pytest.fixture
def clip(tmp_path):
    """A white block on black, from side to side and back in about 12 s."""
    path = tmp_path / "block.mp4"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", f"color=black:s=320x240:r=10:d={CLIP_S}",
         "-f", "lavfi", "-i", f"color=white:s=80x60:r=10:d={CLIP_S}",
         "-filter_complex", "overlay=x='120+110*sin(t/2)':y=90", "-pix_fmt", "yuv420p", path],
        check=True)
    return path


def service(server):
    return server.get("/api/v2/services/blocks")


def line_of(server, what, name):
    """The thing's line as a user sees it."""
    lines = done(server, what, "list").splitlines()
    return next(line for line in lines if line.startswith(name))


def infer(server):
    data = [1.0] * (3 * SIDE * SIDE)
    return server.call("POST", "/v2/models/blocks/infer", {
        "inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 3, SIDE, SIDE], "data": data}]})


def wait_replaced(server, pid, restarts):
    """Until another process of the service is ready."""
    def is_ready():
        now = service(server)
        return now if now["state"] == "ready" and now["pid"] != pid else None

    now = server.wait_for(is_ready, "the service's next process")
    assert now["restarts"] == restarts
    assert not Path(f"/proc/{pid}").exists()
    return now


def test_a_killed_engine_is_restarted_and_serves_again(server, detector):
    assert infer(server)["outputs"][0]["shape"] == [1, 6, GRID, GRID]
    for round_ in (1, 2, 3):
        pid = service(server)["pid"]
        os.kill(pid, signal.SIGKILL)
        now = wait_replaced(server, pid, round_)
        assert "SIGKILL" in now["cause"]
        assert infer(server)["outputs"][0]["shape"] == [1, 6, GRID, GRID]
    line = line_of(server, "service", "blocks")
    assert " ready " in line and " 3 " in line and "SIGKILL" in line


def test_a_hanging_engine_process_is_found_and_replaced(server, detector):
    pid = service(server)["pid"]
    os.kill(pid, signal.SIGSTOP)
    wait_replaced(server, pid, 1)
    line = line_of(server, "service", "blocks")
    assert " ready " in line and " 1 " in line and "hung: no answer for 10 s" in line
    assert infer(server)["outputs"][0]["shape"] == [1, 6, GRID, GRID]


def test_a_service_that_cannot_come_back_says_why(server, detector):
    model = next(path for path in (server.home / "blobs").rglob("*")
                 if path.is_file() and path.read_bytes() == bright_block_detector())
    model.unlink()
    os.kill(service(server)["pid"], signal.SIGKILL)
    now = server.wait_for(lambda: service(server)["cause"].find(model.name) >= 0 and service(server),
                          "the reason")
    assert now["state"] == "starting"
    with pytest.raises(ApiError) as error:
        infer(server)
    assert error.value.status == 503


def camera(server):
    return server.get("/api/v2/cameras/yard")


def camera_pids(server):
    """The server's aiflow-camera processes."""
    children = Path(f"/proc/{server.process.pid}/task").glob("*/children")
    pids = [int(pid) for path in children for pid in path.read_text().split()]
    return [pid for pid in pids if Path(f"/proc/{pid}/comm").read_text().startswith("aiflow-camera")]


@pytest.fixture
def playing(server, detector, clip, tmp_path):
    """A camera on the clip that has shown some frames."""
    (tmp_path / "rules.json").write_text(json.dumps(RULES))
    done(server, "camera", "add", "yard", "--source", str(clip), "--service", detector, "--rules",
         str(tmp_path / "rules.json"), "--realtime")
    wait_frame(server, 5)
    return clip


def wait_frame(server, frame):
    def is_there():
        now = camera(server)
        return now if now["state"] == "running" and now["frame"] >= frame else None

    return server.wait_for(is_there, f"frame {frame}")


def test_a_killed_camera_is_restarted_where_it_was(server, playing):
    (pid,) = camera_pids(server)
    os.kill(pid, signal.SIGKILL)
    server.wait_for(lambda: "SIGKILL" in camera(server)["cause"], "the reason")
    wait_frame(server, camera(server)["frame"] + 20)
    assert camera_pids(server) not in ([pid], [])
    assert camera(server)["cause"] == ""


def test_a_camera_goes_on_when_its_hanging_service_was_replaced(server, playing):
    pid = service(server)["pid"]
    os.kill(pid, signal.SIGSTOP)
    wait_replaced(server, pid, 1)
    wait_frame(server, camera(server)["frame"] + 20)


def test_a_camera_whose_video_is_gone_shows_the_reason(server, playing):
    playing.unlink()
    (pid,) = camera_pids(server)
    os.kill(pid, signal.SIGKILL)
    now = server.wait_for(lambda: camera(server)["state"] == "failed" and camera(server), "the end")
    assert playing.name in now["cause"]
    line = line_of(server, "camera", "yard")
    assert " failed " in line and playing.name in line
    assert camera_pids(server) == []


def test_crossings_are_listed_with_their_direction(server, playing):
    def kinds():
        listed = done(server, "events", "list")
        return {way for way in ("A → B", "B → A") if f"line_crossing {way}  " in listed}

    server.wait_for(lambda: len(kinds()) == 2, "a crossing in each direction")
    event = json.loads(done(server, "events", "list", "--json"))[0]["event_id"]
    picture = server.home / "event.jpg"
    done(server, "events", "snapshot", event, "--out", picture)
    assert picture.read_bytes()[:3] == b"\xff\xd8\xff"


def test_a_worker_without_a_server_and_without_tasks_ends_when_told_so(tmp_path):
    ended = subprocess.run([BIN / "aiflow", "worker", "--home", tmp_path, "--leave-after", "1"],
                           capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
    assert "no server came back" in ended.stdout + ended.stderr
