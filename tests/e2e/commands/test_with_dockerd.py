# SPDX-License-Identifier: Apache-2.0
"""The tool that runs tests with a Docker daemon of their own leaves nothing, also after a crash."""

import subprocess
from pathlib import Path

from product import load_tool, not_installed

with_dockerd = load_tool("with_dockerd")
TOOL = Path(__file__).resolve().parents[3] / "tools/with_dockerd"
CRASH = """
docker -H unix://$AIFLOW_TEST_DOCKER run -d --network none aiflow-test/busybox:1 sleep 1000 >&2
folder=$(dirname $AIFLOW_TEST_DOCKER)
kill -9 $(cat $folder/pid)
echo $folder
"""


def test_a_daemon_that_somebody_killed_is_cleaned_up():
    if reason := with_dockerd.why_not():
        not_installed(reason)
    done = subprocess.run([TOOL, "sh", "-c", CRASH], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    folder = done.stdout.strip()
    assert folder.startswith("/tmp/") and not Path(folder).exists()
    assert folder not in Path("/proc/mounts").read_text()
    commands = [path.read_bytes().decode(errors="replace") for path in Path("/proc").glob("[0-9]*/cmdline")
                if path.exists()]
    assert not [one for one in commands if folder in one]
