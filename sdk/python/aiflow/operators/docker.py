# SPDX-License-Identifier: Apache-2.0
"""DockerOperator. Without templates the worker starts the container itself, without any Python."""

from __future__ import annotations

import os
from typing import Any, Iterable, Sequence

from aiflow.baseoperator import BaseOperator
from aiflow.containers import spec
from aiflow.containers.run import ContainerProcess
from aiflow.environment.log_mask import mask_secret
from aiflow.environment.variable import Connection
from aiflow.exceptions import AirflowException
from aiflow.operators.bash import _json_or_text
from aiflow.running.templates import is_template, names_file
from aiflow.running.values import XCOM_BYTES_MAX
from aiflow.xcom_arg import find_xcom_args

#: Arguments of Airflow's that change nothing here.
_WITHOUT_EFFECT = {"api_version", "timeout", "tty", "host_tmp_dir", "log_opts_max_size",
                   "log_opts_max_file", "tls_verify", "tls_ssl_version", "tls_hostname",
                   "tls_ca_cert", "tls_client_cert", "tls_client_key"}
_NOT_HERE = {"pack": "a task with executor='docker' has one",
             "retrieve_output": "print the result as the last line of output",
             "retrieve_output_path": "print the result as the last line of output",
             "device_requests": "a device is not handed to a container yet"}


class DockerOperator(BaseOperator):
    """Runs a command in a container; the last line of its standard output is the XCom return_value.

    Airflow's arguments. cpus and mem_limit are limits, not shares. auto_remove: "force" and "success"
    remove the container when it has ended (the default here), "never" keeps it. pull: "missing"
    (default), "always" (force_pull=True) or "never"; pull_timeout: seconds, 30 minutes by default.
    private_environment stays out of the database and is masked in the log.
    """

    template_fields: Sequence[str] = ("image", "command", "environment", "env_file",
                                      "container_name", "mounts")
    template_ext: Sequence[str] = (".sh", ".bash", ".env")
    aiflow_operator = "docker"
    default_executor = "docker"

    def __init__(self, *, image: Any, command: Any = None, entrypoint: Any = None,
                 environment: dict | None = None, private_environment: dict | None = None,
                 env_file: str | None = None, container_name: str | None = None,
                 mounts: list | None = None, mount_tmp_dir: bool = False,
                 tmp_dir: str = "/tmp/airflow", network_mode: str | None = None,
                 cpus: float | None = None, mem_limit: float | str | None = None,
                 pids_limit: int | None = None, shm_size: int | str | None = None,
                 user: str | int | None = None, working_dir: str | None = None,
                 hostname: str | None = None, ipc_mode: str | None = None,
                 privileged: bool = False, cap_add: Iterable[str] | None = None,
                 dns: list[str] | None = None, dns_search: list[str] | None = None,
                 extra_hosts: dict[str, str] | None = None, port_bindings: dict | None = None,
                 ulimits: list | None = None, labels: dict | list | None = None,
                 auto_remove: str | bool = "force", force_pull: bool = False,
                 pull: str | None = None, pull_timeout: float = spec.PULL_TIMEOUT_S,
                 docker_url: str | list[str] | None = None, docker_conn_id: str | None = None,
                 xcom_all: bool = False, skip_on_exit_code: int | list[int] | None = None,
                 **kwargs: Any):
        for name in kwargs.keys() & _NOT_HERE.keys():
            if kwargs.pop(name):
                raise AirflowException(f"DockerOperator: {name} is not available: {_NOT_HERE[name]}")
        for name in _WITHOUT_EFFECT:
            kwargs.pop(name, None)
        super().__init__(**kwargs)
        named = f"task '{self.task_id}'"
        self.image, self.command, self.entrypoint = image, command, entrypoint
        self.environment, self.private_environment = environment or {}, private_environment or {}
        self.env_file, self.container_name = env_file, container_name
        self.mounts, self.mount_tmp_dir, self.tmp_dir = mounts or [], mount_tmp_dir, tmp_dir
        self.docker_conn_id, self.xcom_all = docker_conn_id, xcom_all
        codes = [] if skip_on_exit_code is None else skip_on_exit_code
        self.skip_on_exit_code = list(codes) if isinstance(codes, (list, tuple, set)) else [codes]
        if auto_remove not in ("force", "success", "never", True, False):
            raise AirflowException(f"{named}: auto_remove is 'force', 'success' or 'never', "
                                   f"not {auto_remove!r}")
        if pull is not None and pull not in spec.PULLS:
            raise AirflowException(f"{named}: pull is one of {', '.join(spec.PULLS)}, not {pull!r}")
        limits = self.place.resources
        self._fixed = {
            "network_mode": network_mode, "cpus": limits.get("cpus", cpus),
            "memory_bytes": limits.get("memory_bytes", spec.size(mem_limit, named)),
            "pids": limits.get("pids", pids_limit), "shm_bytes": spec.size(shm_size, named),
            "user": None if user is None else str(user), "working_dir": working_dir,
            "hostname": hostname, "ipc_mode": ipc_mode, "privileged": privileged or None,
            "cap_add": list(cap_add or []) or None, "dns": dns, "dns_search": dns_search,
            "extra_hosts": [f"{name}:{to}" for name, to in (extra_hosts or {}).items()] or None,
            "ports": spec.ports(port_bindings) or None,
            "ulimits": [spec.ulimit(one, named) for one in ulimits or []] or None,
            "pull": "always" if force_pull else pull or "missing",
            "pull_timeout_ms": round(pull_timeout * 1000),
            "remove": "never" if auto_remove in ("never", False) else "always",
            "skip_exit_codes": self.skip_on_exit_code or None,
            "socket": spec.socket_path(docker_url, named)}
        self._labels = spec.labels(labels)
        self._container: ContainerProcess | None = None

    def payload(self) -> dict:
        arguments = (self.image, self.command, self.environment, self.mounts, self.container_name)
        by_python = (self.private_environment or self.docker_conn_id or self.env_file
                     or self.mount_tmp_dir or self.xcom_all or self.cache
                     or is_template(repr(arguments)) or any(find_xcom_args(arguments))
                     or names_file(self.command, self.template_ext)
                     or self.has_callbacks(*self.callbacks) or self.has_hooks()
                     or self.retry_policy is not None)
        if by_python:
            return {"templated": True, "do_xcom_push": self.do_xcom_push}
        return {"templated": False, "container": self.container(),
                "do_xcom_push": self.do_xcom_push}

    def container(self) -> dict:
        """Its ContainerSpec (api/worker.yaml)."""
        named = f"task '{self.task_id}'"
        if not isinstance(self.image, str) or not self.image:
            raise AirflowException(f"{named}: image is a text, not {self.image!r}")
        labels = dict(self._labels)
        if self.container_name:
            labels["aiflow.container_name"] = self.container_name
        env = {**spec.env_file_variables(self.env_file or ""),
               **spec.variables(self.environment, f"{named}: environment")}
        made = {"image": self.image, "env": env, "labels": labels or None,
                "command": spec.words(self.command, f"{named}: command"),
                "entrypoint": spec.words(self.entrypoint, f"{named}: entrypoint"),
                "mounts": [spec.mount(one, named) for one in self.mounts], **self._fixed}
        return {name: value for name, value in made.items() if value is not None}

    def execute(self, context: dict) -> Any:
        """For templated and mapped containers; others never reach Python."""
        del context
        made = self.container()
        mask_secret(self.private_environment)
        made["env"].update(spec.variables(self.private_environment, "private_environment"))
        if self.docker_conn_id:
            made["registry_auth"] = self._registry_auth()
        if self.mount_tmp_dir:
            made["mounts"].append(spec.mount({"source": os.getcwd(), "target": self.tmp_dir},
                                             "tmp_dir"))
            made["env"]["AIRFLOW_TMP_DIR"] = self.tmp_dir
        lines: list[str] = []
        self._container = ContainerProcess(made)
        self._container.pass_output(lambda line: self._keep(lines, line))
        self._container.finish()
        if self.xcom_all:
            return lines
        return _json_or_text(lines[-1].strip()) if lines else None

    def _keep(self, lines: list[str], line: str) -> None:
        if line.startswith("::aiflow:") or not line.strip():
            return
        if not self.xcom_all:
            lines.clear()
        lines.append(line)
        if sum(map(len, lines)) > XCOM_BYTES_MAX:
            lines.clear()

    def _registry_auth(self) -> dict:
        found = Connection.get(self.docker_conn_id or "")
        address = f"{found.host}:{found.port}" if found.port else found.host or ""
        return {"username": found.login or "", "password": found.password or "",
                "serveraddress": address}

    def on_kill(self) -> None:
        """Has the container stopped; the supervisor's grace bounds the wait."""
        if self._container is not None:
            self._container.stop()
            self._container.pass_output(lambda _line: None)
