# SPDX-License-Identifier: Apache-2.0
"""One real Kubernetes for all tests of a session: it takes seconds to start, and a machine has room for
one true node."""

import atexit
import functools
import os
import tempfile

from product import load_tool, not_installed

NODES = ("kwok", "kubelet")
PORT = 17443

kube = load_tool("kube")


@functools.cache
def _started():
    """The cluster, or why there is none. AIFLOW_TEST_KUBE: the folder of one that runs already."""
    if running := os.environ.get("AIFLOW_TEST_KUBE"):
        return kube.Cluster(running)
    if reason := kube.missing(NODES):
        return reason
    cluster = kube.Cluster(tempfile.mkdtemp(prefix="aiflow-kube-"), port=PORT)
    cluster.start(NODES)
    atexit.register(cluster.stop)
    return cluster


def cluster():
    """Started at its first use; ends with the session. Skips the test where it cannot be."""
    found = _started()
    if isinstance(found, str):
        not_installed(f"a cluster ({found})")
    return found
