# SPDX-License-Identifier: Apache-2.0
"""Where a task runs, and how much of the machine it may use."""

from __future__ import annotations

import dataclasses
import json
import re
from typing import Any

from aiflow.exceptions import AirflowException

#: Airflow's names of executors, as `executor=` takes them too.
_AIRFLOW = {"LocalExecutor": "local", "SequentialExecutor": "local", "CeleryExecutor": "redis",
            "KubernetesExecutor": "kubernetes"}
_EXECUTORS = ("local", "redis", "docker", "kubernetes")
#: One of several clusters, by the name that the server gives it (serve --kubernetes NAME=FILE).
_CLUSTER = r"kubernetes:[A-Za-z0-9_.-]*[A-Za-z0-9]"
_UNITS = {"": 1, "b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40,
          "ki": 1 << 10, "mi": 1 << 20, "gi": 1 << 30, "ti": 1 << 40}
_MEMORY_MIN = 4 << 20


def memory_bytes(value: Any, named: str) -> int:
    """512, "512m", "1.5g", "256Mi": bytes; m and Mi both mean MiB, as with Docker.

    Raises AirflowException for anything else, and for less than 4 MiB.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgt]?i?b?)", str(value).strip().lower())
    unit = found[2].removesuffix("b") if found else None
    if isinstance(value, bool) or unit not in _UNITS:
        raise AirflowException(f"{named}: memory {value!r} is not a size like \"512m\"")
    size = int(float(found[1]) * _UNITS[unit])
    if size < _MEMORY_MIN:
        raise AirflowException(f"{named}: memory {value!r} is less than 4 MiB")
    return size


def _resources(given: dict | None, named: str) -> dict:
    """{cpus, memory_bytes, pids} from resources={"cpus": 1.5, "memory": "512m", "pids": 100}.
    "ram" is Airflow's name for memory, in MiB."""
    if given is None:
        return {}
    if unknown := set(given) - {"cpus", "memory", "ram", "pids"}:
        raise AirflowException(f"{named}: resources has no {', '.join(sorted(map(repr, unknown)))}; "
                               "it takes cpus, memory and pids")
    made: dict = {}
    if given.get("cpus") is not None:
        made["cpus"] = float(given["cpus"])
        if not 0.01 <= made["cpus"] <= 4096:
            raise AirflowException(f"{named}: cpus {given['cpus']!r} is not from 0.01 to 4096")
    memory = given.get("memory", None if given.get("ram") is None else f"{given['ram']}m")
    if memory is not None:
        made["memory_bytes"] = memory_bytes(memory, named)
    if given.get("pids") is not None:
        made["pids"] = int(given["pids"])
        if made["pids"] < 1:
            raise AirflowException(f"{named}: pids {given['pids']!r} is not a positive number")
    return made


def _plain_config(given: dict, named: str) -> dict:
    """As JSON; models of the Kubernetes client become what the API would get of them."""

    def of_model(one: Any) -> Any:
        from aiflow.operators.pod import plain  # imports this module

        made = plain(one)
        if made is one:
            raise TypeError(f"{one!r} is no data")
        return made

    try:
        return json.loads(json.dumps(given, default=of_model))
    except (TypeError, ValueError) as error:
        raise AirflowException(f"{named}: executor_config cannot be written as JSON: {error}") from None


def with_pack(config: dict | None, pack: str | None, named: str) -> dict | None:
    """executor_config with the runtime pack that the task needs, by name or digest."""
    if pack is None:
        return config
    if not isinstance(pack, str) or not pack:
        raise AirflowException(f"{named}: pack is a name or a digest, not {pack!r}")
    return {**(config or {}), "pack": pack}


@dataclasses.dataclass(frozen=True)
class Place:
    """What a task asks of the place it runs at."""

    executor: str = "local"
    queue: str = "default"
    labels: dict[str, str] = dataclasses.field(default_factory=dict)
    resources: dict = dataclasses.field(default_factory=dict)
    run_as_user: str = ""
    executor_config: dict = dataclasses.field(default_factory=dict)

    @classmethod
    def of(cls, named: str, executor: str | None, queue: str | None,
           placement: dict[str, str] | None, resources: dict | None,
           run_as_user: str | int | None, executor_config: dict | None) -> Place:
        """From an operator's arguments; raises AirflowException that names the task."""
        for what, one, kind in (("executor", executor, str), ("queue", queue, str),
                                ("placement", placement, dict), ("executor_config", executor_config, dict)):
            if one is not None and not isinstance(one, kind):
                raise AirflowException(f"{named}: {what} is not a {kind.__name__}: {one!r}")
        labels = {str(name): str(value).lower() if isinstance(value, bool) else str(value)
                  for name, value in (placement or {}).items()}
        where = _AIRFLOW.get(executor, executor) if executor else "local"
        if where not in _EXECUTORS and not re.fullmatch(_CLUSTER, where):
            raise AirflowException(f"{named}: there is no executor {executor!r}; it is one of "
                                   f"{', '.join(_EXECUTORS)}, kubernetes:CLUSTER, or Airflow's "
                                   f"{', '.join(_AIRFLOW)}")
        config = _plain_config(executor_config or {}, named)
        if where == "docker" and config:
            from aiflow.containers.spec import of_executor_config  # few DAG files need it

            config = of_executor_config(config, named)
        elif where.partition(":")[0] == "kubernetes" and config:
            from aiflow.operators.pod import check_executor_config  # imports this module

            check_executor_config(config, named)
        return cls(executor=where,
                   queue=queue or "default", labels=labels,
                   resources=_resources(resources, named),
                   run_as_user="" if run_as_user is None else str(run_as_user),
                   executor_config=config)

    @property
    def in_cluster(self) -> bool:
        """Its attempts are pods."""
        return self.executor.partition(":")[0] == "kubernetes"

    def check_for(self, operator_kind: str, named: str) -> None:
        """Raises AirflowException when what that kind of operator needs there was not said."""
        if self.executor == "docker" and not self.executor_config and operator_kind in ("bash", "python"):
            raise AirflowException(f"{named}: executor 'docker' needs executor_config="
                                   "{'image': ...}")
        if "pack" in self.executor_config and self.in_cluster and operator_kind != "python":
            raise AirflowException(
                f"{named}: of tasks in pods, only those in Python have a pack; put what this one needs "
                "into its image, or run the command from a task in Python (subprocess)")

    def spec(self) -> dict:
        """The fields of TaskSpec in api/dag.yaml; what is as usual is left out."""
        made: dict = {}
        if self.executor != "local":
            made["executor"] = self.executor
        if self.queue != "default":
            made["queue"] = self.queue
        if self.labels:
            made["placement"] = self.labels
        if self.resources:
            made["resources"] = self.resources
        if self.run_as_user:
            made["run_as_user"] = self.run_as_user
        if self.executor_config:
            made["executor_config"] = self.executor_config
        return made
