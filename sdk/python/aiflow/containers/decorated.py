# SPDX-License-Identifier: Apache-2.0
"""@task.docker's arguments as those of a task that runs with executor "docker"."""

from __future__ import annotations

from typing import Any

#: Arguments of Airflow's @task.docker that executor_config has too.
_CONFIG = ("mounts", "environment", "network_mode", "hostname", "ipc_mode", "shm_size", "cap_add",
           "privileged", "dns", "dns_search", "extra_hosts", "labels", "pull", "pull_timeout",
           "docker_url", "python", "pack")
#: Arguments that change nothing here: the container is always removed, arguments need no pickling.
_WITHOUT_EFFECT = ("auto_remove", "serializer", "use_dill", "expect_airflow", "mount_tmp_dir", "tmp_dir",
                   "api_version", "timeout", "tty", "xcom_all")


def in_container(image: str, settings: dict[str, Any]) -> dict[str, Any]:
    """The settings of a task whose function runs in that image."""
    rest = {name: value for name, value in settings.items() if name not in _WITHOUT_EFFECT}
    config = {name: rest.pop(name) for name in _CONFIG if name in rest}
    if rest.pop("force_pull", False):
        config["pull"] = "always"
    if "python_command" in rest:
        config["python"] = rest.pop("python_command")
    if "user" in rest:
        rest["run_as_user"] = rest.pop("user")
    limits = {"cpus": rest.pop("cpus", None), "memory": rest.pop("mem_limit", None),
              **(rest.pop("resources", None) or {})}
    limits = {name: value for name, value in limits.items() if value is not None}
    return {**rest, "executor": "docker", "executor_config": {"image": image, **config},
            **({"resources": limits} if limits else {})}
