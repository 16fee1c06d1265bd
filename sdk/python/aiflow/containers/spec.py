# SPDX-License-Identifier: Apache-2.0
"""Airflow's ways to describe a container, as a ContainerSpec of api/worker.yaml."""

from __future__ import annotations

import ast
import json
import shlex
from typing import Any

from aiflow.exceptions import AirflowException
from aiflow.policies.place import memory_bytes

PULLS = ("missing", "always", "never")
PULL_TIMEOUT_S = 1800.0
_MOUNT_TYPES = ("bind", "volume", "tmpfs")


#: What executor_config may say when executor is "docker".
_CONFIG = {"image", "mounts", "environment", "network_mode", "hostname", "ipc_mode", "shm_size",
           "cap_add", "privileged", "dns", "dns_search", "extra_hosts", "labels", "pull", "pull_timeout",
           "docker_url", "python", "pack"}


def of_executor_config(config: dict, named: str) -> dict:
    """executor_config of executor "docker" as a ContainerSpec, with `python` (the interpreter in the
    container) and `pack` (an installed pack, by digest or name) besides. Raises AirflowException."""
    if unknown := set(config) - _CONFIG:
        raise AirflowException(f"{named}: executor_config has no {', '.join(sorted(unknown))}; with "
                               f"executor 'docker' it takes {', '.join(sorted(_CONFIG))}")
    if not isinstance(config.get("image"), str) or not config["image"]:
        raise AirflowException(f"{named}: executor 'docker' needs executor_config={{'image': ...}}")
    pull = config.get("pull", "missing")
    if pull not in PULLS:
        raise AirflowException(f"{named}: pull is one of {', '.join(PULLS)}, not {pull!r}")
    hosts = [f"{name}:{to}" for name, to in (config.get("extra_hosts") or {}).items()]
    made = {"image": config["image"], "env": variables(config.get("environment"), named),
            "mounts": [mount(one, named) for one in config.get("mounts") or []],
            "shm_bytes": size(config.get("shm_size"), named), "extra_hosts": hosts or None,
            "labels": labels(config.get("labels")) or None, "pull": pull,
            "pull_timeout_ms": round(float(config.get("pull_timeout", PULL_TIMEOUT_S)) * 1000),
            "remove": "always", "socket": socket_path(config.get("docker_url"), named)}
    for name in ("network_mode", "hostname", "ipc_mode", "cap_add", "privileged", "dns", "dns_search",
                 "python", "pack"):
        made[name] = config.get(name)
    return {name: value for name, value in made.items() if value is not None}


def words(given: Any, named: str) -> list[str] | None:
    """A command: a list, a text that is split as a shell does, or a text that is a Python list."""
    if given is None or given == "":
        return None
    if isinstance(given, str) and given.strip().startswith("["):
        try:
            given = ast.literal_eval(given.strip())
        except (ValueError, SyntaxError):
            pass  # a shell's own test: [ -f x ]
    if isinstance(given, str):
        try:
            return shlex.split(given)
        except ValueError as error:
            raise AirflowException(f"{named}: {error}") from None
    if isinstance(given, (list, tuple)):
        return [str(word) for word in given]
    raise AirflowException(f"{named} is a text or a list, not a {type(given).__name__}")


def variables(given: Any, named: str) -> dict[str, str]:
    """An environment: a dict, or a list of NAME=VALUE."""
    if isinstance(given, (list, tuple)):
        given = dict(str(one).partition("=")[::2] for one in given)
    if not isinstance(given or {}, dict):
        raise AirflowException(f"{named} is a dict, not a {type(given).__name__}")
    return {str(name): value if isinstance(value, str) else json.dumps(value)
            for name, value in (given or {}).items() if value is not None}


def env_file_variables(text: str) -> dict[str, str]:
    """Lines NAME=VALUE; empty ones and those that begin with # are passed over."""
    found = {}
    for line in text.splitlines():
        line = line.strip().removeprefix("export ")
        name, equals, value = line.partition("=")
        if not equals or line.startswith("#"):
            continue
        value = value.strip()
        if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
            value = value[1:-1]
        found[name.strip()] = value
    return found


def mount(given: Any, named: str) -> dict:
    """One mount: {source, target, type, read_only}, or a docker.types.Mount."""
    if isinstance(given, str):
        parts = given.split(":")
        given = {"source": parts[0], "target": parts[1] if len(parts) > 1 else "",
                 "read_only": parts[2:] == ["ro"]}
    if not isinstance(given, dict):
        raise AirflowException(f"{named}: a mount is a dict, not a {type(given).__name__}")
    lower = {str(key).lower().replace("_", ""): value for key, value in given.items()}
    source = str(lower.get("source") or "")
    kind = lower.get("type") or ("bind" if source.startswith("/") else "volume")
    made = {"type": kind, "source": source, "target": str(lower.get("target") or ""),
            "read_only": bool(lower.get("readonly", False))}
    if kind not in _MOUNT_TYPES:
        raise AirflowException(f"{named}: a mount is of type {', '.join(_MOUNT_TYPES)}, "
                               f"not {kind!r}")
    if not made["target"].startswith("/") and "{" not in made["target"]:
        raise AirflowException(f"{named}: a mount's target is a path in the container that begins "
                               f"with '/', not {made['target']!r}")
    if kind == "tmpfs":
        made["source"] = ""
    elif not source:
        raise AirflowException(f"{named}: the mount at {made['target']} has no source")
    return made


def socket_path(url: Any, named: str) -> str | None:
    """unix:///path -> /path. None: the worker's own daemon."""
    if not url:
        return None
    if isinstance(url, (list, tuple)):
        url = url[0]
    path = str(url).removeprefix("unix://")
    if path == str(url) and not path.startswith("/"):
        raise AirflowException(f"{named}: docker_url is unix:///path of a socket on the worker's "
                               f"machine, not {url!r}")
    return "/" + path.lstrip("/")


def labels(given: Any) -> dict[str, str]:
    """A dict, or a list of names."""
    if isinstance(given, (list, tuple)):
        return {str(name): "" for name in given}
    return {str(name): str(value) for name, value in (given or {}).items()}


def size(given: Any, named: str) -> int | None:
    """Bytes from 64, "64m" and so on; None stays None."""
    return None if given is None else memory_bytes(given, named)


def ulimit(given: Any, named: str) -> dict:
    """{name, soft, hard}, or a docker.types.Ulimit."""
    lower = {str(key).lower(): value for key, value in dict(given).items()}
    if "name" not in lower:
        raise AirflowException(f"{named}: an ulimit has a name")
    soft = lower.get("soft", lower.get("hard", 0))
    return {"name": str(lower["name"]), "soft": int(soft), "hard": int(lower.get("hard", soft))}


def ports(given: dict | None) -> dict[str, str]:
    """{80: 8080, "53/udp": ("127.0.0.1", 5353)} -> {"80/tcp": "8080", "53/udp": "127.0.0.1:5353"}"""
    made = {}
    for inside, outside in (given or {}).items():
        if isinstance(outside, (list, tuple)):
            outside = ":".join(map(str, outside))
        made[str(inside) if "/" in str(inside) else f"{inside}/tcp"] = str(outside)
    return made
