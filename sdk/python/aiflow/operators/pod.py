# SPDX-License-Identifier: Apache-2.0
"""KubernetesPodOperator: a pod of one's own as a task. The server makes it and follows it; no worker
slot is held meanwhile."""

from __future__ import annotations

import datetime as dt
import json
import os
from typing import Any, NoReturn, Sequence

from aiflow.baseoperator import BaseOperator
from aiflow.environment.log_mask import secrets_in
from aiflow.exceptions import AirflowException, AirflowSkipException, CommandFailed
from aiflow.running.templates import is_template, names_file
from aiflow.running.values import to_json_value
from aiflow.triggers.temporal import DateTimeTrigger
from aiflow.xcom_arg import find_xcom_args

TEMPLATE_BYTES_MAX = 64 << 10
#: Arguments of Airflow's that change nothing here: how the server reaches a cluster is its own
#: configuration, logs and events are always there.
_WITHOUT_EFFECT = {
    "kubernetes_conn_id", "in_cluster", "config_file", "get_logs", "log_events_on_failure",
    "reattach_on_restart", "random_name_suffix", "is_delete_operator_pod", "deferrable",
    "poll_interval", "startup_check_interval_seconds", "logging_interval", "log_pod_spec_on_failure",
    "container_logs", "init_container_logs", "log_formatter", "progress_callback", "callbacks",
    "schedule_timeout_seconds"}
#: Ours and the pod's own words, as src/executor/kubernetes reads them.
_WORDS = (
    "name", "namespace", "image", "cmds", "arguments", "env_vars", "env_from", "labels",
    "annotations", "container_resources", "ports", "volumes", "volume_mounts", "node_selector",
    "tolerations", "affinity", "service_account_name", "init_containers", "sidecars",
    "image_pull_policy", "image_pull_secrets", "hostnetwork", "host_aliases", "dnspolicy",
    "dns_config", "hostname", "subdomain", "schedulername", "security_context",
    "container_security_context", "priority_class_name", "runtime_class_name",
    "termination_grace_period", "termination_grace_period_seconds", "termination_message_policy", "active_deadline_seconds",
    "automount_service_account_token", "base_container_name", "startup_timeout_seconds",
    "on_finish_action", "skip_on_exit_code", "secrets", "configmaps", "full_pod_spec",
    "do_xcom_push_sidecar_image")


class Secret:
    """A Kubernetes secret that a pod gets: as one variable (deploy_type "env" with a target and a
    key), as all its variables ("env" without a target), or as files ("volume", the target a path)."""

    def __init__(self, deploy_type: str, deploy_target: str | None, secret: str,
                 key: str | None = None, items: list | None = None):
        if deploy_type not in ("env", "volume"):
            raise AirflowException("deploy_type must be env or volume")
        if deploy_type == "env" and (deploy_target is None) != (key is None):
            raise AirflowException("If `deploy_type` is `env`, `deploy_target` and `key` go together")
        self.deploy_type, self.deploy_target = deploy_type, deploy_target
        self.secret, self.key, self.items = secret, key, items or []

    def to_dict(self) -> dict:
        made = {"deploy_type": self.deploy_type, "deploy_target": self.deploy_target,
                "secret": self.secret, "key": self.key}
        if self.items:
            made["items"] = self.items
        return {name: value for name, value in made.items() if value is not None}


def plain(value: Any) -> Any:
    """JSON values of what Airflow's users write: dicts, or models of the Kubernetes client, whose
    fields get the API's names. None in a model is a field that is not set."""
    names = getattr(value, "attribute_map", None)
    if isinstance(names, dict):
        fields = {api: getattr(value, own, None) for own, api in names.items()}
        return {api: plain(one) for api, one in fields.items() if one is not None}
    if hasattr(value, "to_dict") and not isinstance(value, dict):
        return plain(value.to_dict())
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(one) for one in value]
    return value


#: What bash and Python tasks set themselves.
_NOT_IN_CONFIG = {"cmds", "arguments", "skip_on_exit_code", "do_xcom_push_sidecar_image"}
#: Other names of words, and what only a task that is no pod of its own needs.
_CONFIG = {*_WORDS, "pod_override", "working_dir", "scheduler_name", "pack"} - _NOT_IN_CONFIG


def check_executor_config(config: dict, named: str) -> None:
    """Of a bash or Python task with executor "kubernetes". Raises AirflowException."""
    if unknown := set(config) - _CONFIG:
        raise AirflowException(f"{named}: executor_config has no {', '.join(sorted(map(str, unknown)))}; "
                               f"with executor 'kubernetes' it takes {', '.join(sorted(_CONFIG))}")
    if "image" in config and not (isinstance(config["image"], str) and config["image"]):
        raise AirflowException(f"{named}: image is not the name of an image: {config['image']!r}")


def run_in_pod(operator: BaseOperator, **kwargs: Any) -> NoReturn:
    """Ends the work on this worker: the task goes on as a pod, made of these arguments. Secrets that
    were rendered into them are masked in the pod's log."""
    if secrets := secrets_in(json.dumps(kwargs)):
        kwargs["mask"] = secrets
    operator.defer(trigger=DateTimeTrigger(dt.datetime.now(dt.timezone.utc)), method_name="run_pod",
                   kwargs=kwargs)


def after_pod(end: dict) -> Any:
    """After the pod, on a worker again, for callbacks and retry policies: the task ends as it did."""
    if end["outcome"] == "skipped":
        raise AirflowSkipException(end["cause"])
    if end["outcome"] != "success":
        raise CommandFailed(end["cause"], end.get("exit_code"))
    return end.get("value")


class KubernetesPodOperator(BaseOperator):
    """Runs a pod, whose end is the task's: exit code 0 is success. Arguments are Airflow's; values may
    be plain dicts in the API's words or models of the Kubernetes client.

    executor="kubernetes:NAME" (or cluster_context="NAME") is another cluster than the server's first.
    do_xcom_push: what the container writes into /airflow/xcom/return.json (JSON, at most 48 KiB) is
    the return value; do_xcom_push_sidecar_image (with sh) is the image of the container that reads it. on_finish_action: delete_pod, delete_succeeded_pod or keep_pod.
    pod_template_file: YAML, relative to the DAG file; the arguments go over it.
    """

    template_fields: Sequence[str] = ("image", "cmds", "arguments", "env_vars", "labels",
                                      "annotations", "name", "namespace", "pod_template_dict",
                                      "volumes", "volume_mounts", "node_selector",
                                      "container_resources")
    template_ext: Sequence[str] = ()
    aiflow_operator = "kubernetes_pod"

    def __init__(self, *, name: str | None = None, image: str | None = None,
                 namespace: str | None = None, cmds: Any = None, arguments: Any = None,
                 env_vars: Any = None, labels: dict | None = None, annotations: dict | None = None,
                 volumes: Any = None, volume_mounts: Any = None, node_selector: dict | None = None,
                 container_resources: Any = None, init_containers: Any = None,
                 startup_timeout_seconds: float = 120, on_finish_action: Any = "delete_pod",
                 skip_on_exit_code: Any = None, base_container_name: str | None = None,
                 pod_template_file: str | None = None, pod_template_dict: dict | None = None,
                 full_pod_spec: Any = None, secrets: Any = None, configmaps: list | None = None,
                 cluster_context: str | None = None, do_xcom_push: bool = False,
                 executor: str = "kubernetes", **kwargs: Any):
        more = {word: kwargs.pop(word) for word in _WORDS if word in kwargs}
        for word in _WITHOUT_EFFECT & kwargs.keys():
            kwargs.pop(word)
        if cluster_context and executor == "kubernetes":
            executor = f"kubernetes:{cluster_context}"
        super().__init__(executor=executor, do_xcom_push=do_xcom_push, **kwargs)
        self.name, self.image, self.namespace = name, image, namespace
        self.cmds, self.arguments, self.env_vars = cmds, arguments, env_vars
        self.labels, self.annotations = labels, annotations
        self.volumes, self.volume_mounts = volumes, volume_mounts
        self.node_selector, self.container_resources = node_selector, container_resources
        self.init_containers, self.full_pod_spec = init_containers, full_pod_spec
        self.startup_timeout_seconds = startup_timeout_seconds
        self.on_finish_action = str(getattr(on_finish_action, "value", on_finish_action))
        self.skip_on_exit_code, self.base_container_name = skip_on_exit_code, base_container_name
        self.secrets, self.configmaps = secrets, configmaps
        self.pod_template_file, self.pod_template_dict = pod_template_file, pod_template_dict
        self._more = more
        if self.cache:
            raise AirflowException(f"task '{self.task_id}': the result of a pod is never kept")

    def _words(self) -> dict:
        given = {word: self._more.get(word, getattr(self, word, None)) for word in _WORDS}
        words = {word: plain(value) for word, value in given.items() if value is not None}
        for listed in ("cmds", "arguments"):
            if isinstance(words.get(listed), str):
                raise AirflowException(f"task '{self.task_id}': {listed} is a list of texts")
        if self.pod_template_dict is not None:
            words["full_pod_spec"] = {**plain(self.pod_template_dict),
                                      **words.get("full_pod_spec", {})}
        words["do_xcom_push"] = self.do_xcom_push
        words["ends_on_worker"] = (self.has_callbacks("success", "failure", "retry", "skipped")
                                   or self.retry_policy is not None or self.multiple_outputs)
        return words

    def _template_text(self) -> str | None:
        if not self.pod_template_file:
            return None
        path = os.path.join(os.path.dirname(self.dag.fileloc or ""), self.pod_template_file)
        with open(path, encoding="utf-8") as file:
            text = file.read(TEMPLATE_BYTES_MAX + 1)
        if len(text) > TEMPLATE_BYTES_MAX:
            raise AirflowException(f"task '{self.task_id}': {self.pod_template_file} is longer than "
                                   f"{TEMPLATE_BYTES_MAX} bytes")
        return text

    def pod(self) -> dict:
        """What the server makes the pod of; JSON."""
        words = self._words()
        text = self._template_text()
        if text is not None:
            words["pod_template"] = text
        return to_json_value(words, f"the pod of task '{self.task_id}'")

    def payload(self) -> dict:
        rendered = [getattr(self, name) for name in self.template_fields]
        if (is_template(repr(rendered)) or any(find_xcom_args(rendered)) or self.has_hooks()
                or self.has_callbacks("execute")):
            return {"prepares_on_worker": True}
        return {"prepares_on_worker": False, "pod": self.pod()}

    def execute(self, context: dict) -> None:
        """With its templates rendered the task goes on as a pod, away from this worker."""
        del context
        run_in_pod(self, pod=self.pod())

    def pod_ended(self, context: dict, end: dict, event: Any = None) -> Any:
        del context, event
        return after_pod(end)
