# SPDX-License-Identifier: Apache-2.0
"""ServiceOperator: a process, or an inference service of AIflow, that serves other tasks of the DAG
while they run."""

from __future__ import annotations

import datetime as dt
import functools
import http.client
import os
import re
import socket
import ssl
import subprocess
import time
from typing import Any, Sequence

from aiflow import api
from aiflow.baseoperator import BaseOperator
from aiflow.durations import duration
from aiflow.exceptions import AirflowException
from aiflow.operators.inference_service import InferenceService, check_deploy
from aiflow.operators.pod import run_in_pod
from aiflow.operators.service_rate import METRICS_BYTES_MAX, Rate, counter
from aiflow.running.templates import is_template
from aiflow.xcom_arg import find_xcom_args

REPORT_PATH = "/api/v2/taskService"
#: Between two looks at a service that does not serve, or a report that did not arrive.
SOON_S = 0.5
CAUSE_MAX = 250  # characters: at most 1000 bytes
RESTART_DELAY_MIN_S = 0.1  # also when a DAG says 0: one that ends at once is no busy loop
#: In a cluster, where each pod has all ports for itself.
CLUSTER_PORT = 8080
#: It becomes a part of a path of the cluster's API: plain segments, none of them "." or "..".
_METRICS_PATH = re.compile(r"(/(?!\.{1,2}(/|$))[A-Za-z0-9._~-]+)+")


class ServiceOperator(BaseOperator):
    """Keeps a service running while the tasks after it need it.

    They start when it serves, and find its address as this task's return value. When all tasks after
    it have ended, it gets SIGTERM, and after stop_grace SIGKILL: that is its success. Without tasks
    after it, it serves until somebody ends the task or the run.

    command: words, or a text for bash; "{port}" in it becomes the port, which is $PORT as well.
    port: where it listens; 0 (default): a free one; None: nowhere.
    health: how it is asked every health_interval: a path ("/health": an HTTP status under 400), a
    command (words; exit code 0). By default the port takes connections, or without one, it runs.
    ready_timeout: the attempt fails when it has not served for so long, at first or later.
    restart_delay: before it is started again after it ended by itself; doubled each time up to
    max_restart_delay.
    metrics: a path ("/metrics") with a counter of its requests, named requests, in Prometheus' text
    format; its rate is shown as the task's progress.
    host: under which other tasks reach it; scheme: before it in the address.
    service: instead of command, the name of an inference service that AIflow serves (`aiflow service
    deploy`): this task follows it. deploy: what it is deployed as when it is not there (a dict with
    model, variant, pack; version, threads, report_id); then it is removed when nobody needs it any
    more. Its address is of the Open Inference Protocol; server_url: before it, when the task does
    not run on the server's machine.
    node_port: in a cluster, its address is a port of the node (for users outside of the cluster)
    instead of a name that the cluster's pods know.
    """

    template_fields: Sequence[str] = ("command", "health", "env", "cwd", "host", "service", "deploy",
                                      "server_url")
    caching = "never"
    is_service = True

    def __init__(self, *, command: str | Sequence[str] | None = None, port: int | None = 0,
                 service: str | None = None, deploy: dict | None = None,
                 server_url: str | None = None,
                 health: str | Sequence[str] | None = None, metrics: str | None = None,
                 requests: str = "http_requests_total", host: str = "127.0.0.1",
                 scheme: str = "http", env: dict[str, str] | None = None, cwd: str | None = None,
                 ready_timeout: dt.timedelta | float = 120,
                 health_interval: dt.timedelta | float = 5,
                 health_timeout: dt.timedelta | float = 5,
                 restart_delay: dt.timedelta | float = 1,
                 max_restart_delay: dt.timedelta | float = 60,
                 stop_grace: dt.timedelta | float = 10, node_port: bool = False, **kwargs: Any):
        super().__init__(**kwargs)
        named = f"task '{self.task_id}'"
        if (service is None) == (command is None):
            raise AirflowException(f"{named}: say either command or service")
        if service is not None and (not service or not isinstance(service, str)):
            raise AirflowException(f"{named}: service is the name of an inference service")
        if service is not None and self.place.in_cluster:
            raise AirflowException(f"{named}: AIflow serves '{service}' itself; leave out the executor")
        if service is None and (deploy is not None or server_url is not None):
            raise AirflowException(f"{named}: deploy and server_url belong to service")
        if service is None and (not command or not isinstance(command, (str, list, tuple))):
            raise AirflowException(f"{named}: command is a text or a list of words")
        if isinstance(health, str) and not health.startswith("/"):
            raise AirflowException(f"{named}: health is a path like '/health', or a list of words")
        if isinstance(health, str) and port is None:
            raise AirflowException(f"{named}: health is a path, and there is no port to ask at")
        if port is not None and not 0 <= port <= 65535:
            raise AirflowException(f"{named}: port {port} is not from 0 to 65535")
        self.service, self.server_url = service, server_url
        self.deploy = check_deploy(deploy, named)
        self.command = command if isinstance(command, str) else list(command or [])
        if metrics is not None and (not metrics.startswith("/") or port is None or service is not None):
            raise AirflowException(f"{named}: metrics is a path like '/metrics', of a command with a port")
        if metrics is not None and self.place.in_cluster and not _METRICS_PATH.fullmatch(metrics):
            raise AirflowException(f"{named}: metrics in a cluster is a plain path like '/metrics'")
        self.metrics, self.requests = metrics, requests
        self.health = health if health is None or isinstance(health, str) else list(health)
        if node_port and not (self.place.in_cluster and port is not None):
            raise AirflowException(f"{named}: node_port is for a service in a cluster that has a port")
        if self.place.in_cluster and "pack" in self.place.executor_config:
            raise AirflowException(f"{named}: a service in a cluster has no pack; its image has all")
        self.port, self.host, self.scheme, self.node_port = port, host, scheme, node_port
        self.env, self.cwd = env or {}, cwd
        self.ready_timeout = duration(ready_timeout, named, "ready_timeout")
        self.health_interval = duration(health_interval, named, "health_interval")
        self.health_timeout = duration(health_timeout, named, "health_timeout")
        self.restart_delay = duration(restart_delay, named, "restart_delay")
        self.max_restart_delay = duration(max_restart_delay, named, "max_restart_delay")
        self.stop_grace = duration(stop_grace, named, "stop_grace")
        self._server: _Server | InferenceService | None = None

    def payload(self) -> dict:
        if not self.place.in_cluster:
            return {}
        rendered = [getattr(self, name) for name in self.template_fields]
        if (is_template(repr(rendered)) or any(find_xcom_args(rendered)) or self.has_hooks()
                or self.has_callbacks("execute")):
            return {"prepares_on_worker": True}
        return {"prepares_on_worker": False, "service": self._in_cluster()}

    def _in_cluster(self) -> dict:
        """What the server makes a Deployment and a Service of."""
        port = CLUSTER_PORT if self.port == 0 else self.port
        command = self.command if isinstance(self.command, list) else ["sh", "-c", self.command]
        with_port = functools.partial(_with_port, port=port)
        made = {"command": [with_port(word) for word in command], "port": port,
                "scheme": self.scheme, "node_port": self.node_port, "cwd": self.cwd,
                "env": {**({} if port is None else {"PORT": str(port)}), **self.env},
                "metrics": self.metrics, "requests": self.metrics and self.requests,
                "health": ([with_port(word) for word in self.health]
                           if isinstance(self.health, list) else self.health)}
        for name in ("health_interval", "health_timeout", "ready_timeout", "stop_grace"):
            made[name] = getattr(self, name).total_seconds()
        return {name: value for name, value in made.items() if value is not None}

    def execute(self, context: dict) -> Any:
        """Returns only in dag.test(), where it goes on serving until the run has ended."""
        if self.place.in_cluster:
            run_in_pod(self, service=self._in_cluster())
        if self.service is not None and context["test_mode"]:
            raise AirflowException("an inference service needs a server, and dag.test() has none")
        self._server = _Server(self) if self.service is None else InferenceService(self, context)
        watch = _Watch(self, self._server, report=not context["test_mode"])
        try:
            while not (context["test_mode"] and watch.serves):
                watch.look()
        except AirflowException:
            self._server.stop()
            raise
        _left_running.append(self._server)
        return self._server.address

    def on_kill(self) -> None:
        """Lets it finish; the supervisor's grace bounds the wait."""
        if self._server is not None:
            self._server.stop()


_left_running: list[_Server | InferenceService] = []


def stop_left_running() -> None:
    """Ends the services of a dag.test()."""
    while _left_running:
        _left_running.pop().stop()


class _Server:
    """The process: started, asked how it does, stopped."""

    def __init__(self, task: ServiceOperator):
        self._task = task
        self.port = _free_port() if task.port == 0 else task.port
        self.process: subprocess.Popen | None = None
        self._rate = Rate()
        self._metrics_problem = ""

    @property
    def address(self) -> str | None:
        """For other tasks."""
        return None if self.port is None else f"{self._task.scheme}://{self._task.host}:{self.port}"

    @property
    def _env(self) -> dict[str, str]:
        port = {} if self.port is None else {"PORT": str(self.port)}
        return {**os.environ, **port, **self._task.env}

    def start(self) -> None:
        """Raises OSError when there is no such program."""
        command = self._task.command
        words = ["bash", "-c", command] if isinstance(command, str) else command
        self.process = subprocess.Popen([self._with_port(word) for word in words],
                                        cwd=self._task.cwd or None, env=self._env,
                                        stdin=subprocess.DEVNULL)

    def _with_port(self, word: str) -> str:
        return _with_port(word, port=self.port)

    def port_is_taken(self) -> bool:
        """Somebody else listens there."""
        with socket.socket() as one:
            return self.port is not None and one.connect_ex(("127.0.0.1", self.port)) == 0

    def ended(self, wait_s: float) -> str:
        """Waits so long for its end; how it ended, "" while it runs."""
        if self.process is None:
            return "not started"
        try:
            code = self.process.wait(timeout=wait_s)
        except subprocess.TimeoutExpired:
            return ""
        return f"exit code {code}" if code >= 0 else f"killed by signal {-code}"

    def problem(self) -> str:
        """Asks it how it does; "" when all is well."""
        health, timeout_s = self._task.health, self._task.health_timeout.total_seconds()
        try:
            if isinstance(health, str):
                status, _ = self._get(health)
                return "" if status < 400 else f"GET {health}: status {status}"
            if health is not None:
                ended = subprocess.run([self._with_port(word) for word in health], env=self._env,
                                       cwd=self._task.cwd or None, stdin=subprocess.DEVNULL,
                                       timeout=timeout_s, check=False)
                return f"its health command: exit code {ended.returncode}" if ended.returncode else ""
            if self.port is not None:
                socket.create_connection(("127.0.0.1", self.port), timeout_s).close()
        except subprocess.TimeoutExpired:
            return f"its health command took more than {timeout_s:g} s"
        except (OSError, http.client.HTTPException) as error:
            return f"port {self.port}: {error}" if self.port is not None else str(error)
        return ""

    def tell_rate(self) -> None:
        """What is wrong with its metrics is said once, and is no trouble of the service."""
        if self._task.metrics is None:
            return
        try:
            status, text = self._get(self._task.metrics, METRICS_BYTES_MAX)
            if status >= 400:
                raise ValueError(f"status {status}")
            self._rate.tell(counter(text, self._task.requests))
        except (OSError, http.client.HTTPException, ValueError) as error:
            problem = f"the rate is not known: GET {self._task.metrics}: {error}"
            if problem != self._metrics_problem:
                print(problem, flush=True)
            self._metrics_problem = problem

    def _get(self, path: str, bytes_max: int = 0) -> tuple[int, str]:
        timeout_s = self._task.health_timeout.total_seconds()
        if self._task.scheme == "https":  # its own process, whoever signed its certificate
            connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=timeout_s,
                                                     context=ssl._create_unverified_context())
        else:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout_s)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read(bytes_max).decode("utf-8", "replace")
        finally:
            connection.close()

    def stop(self) -> None:
        """SIGTERM, and SIGKILL when it has not ended within its grace."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(self._task.stop_grace.total_seconds())
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class _Watch:
    """Starts the server again when it has ended, and tells AIflow how it does."""

    def __init__(self, task: ServiceOperator, server: _Server | InferenceService, *, report: bool):
        self._task, self._server, self._reports = task, server, report
        self.serves = False
        self._has_served = False
        self._served_at = self._last_served = time.monotonic()
        self._delay_s = 0.0
        self._start_at = time.monotonic()
        self._starts = 0
        self._problem = ""
        self._said: tuple[str, int] = ("starting", 1)
        self._unsaid: dict | None = None

    def look(self) -> None:
        """One look, and the wait before the next. Raises AirflowException when it has not served
        for ready_timeout."""
        problem = self._tend()
        now = time.monotonic()
        if not problem:
            if not self.serves:
                self._served_at = now
            self._has_served = True
        if not problem or self.serves:  # up to this look
            self._last_served = now
        self.serves = not problem
        if problem and now - self._last_served > self._task.ready_timeout.total_seconds():
            raise AirflowException(
                f"the service has not served for {self._task.ready_timeout.total_seconds():g} s: "
                + problem)
        self._tell(problem)
        if not problem:
            self._server.tell_rate()
        self._wait()

    def _tend(self) -> str:
        """Starts it when it is time to; what is wrong with it."""
        ended = self._server.ended(0)
        if not ended:
            return self._server.problem()
        if self._starts and self._server.process is not None:
            self._server.process = None
            self._choose_delay()
            print(f"the service has ended: {ended}; it is started again in {self._delay_s:g} s",
                  flush=True)
            self._problem = ended
        if time.monotonic() < self._start_at:
            return self._problem
        if self._server.port_is_taken():  # what answered there would pass for it
            self._problem = f"port {self._server.port} is taken by another process"
            self._choose_delay()
            return self._problem
        try:
            self._server.start()
        except OSError as error:
            raise AirflowException(f"the service cannot be started: {error}") from error
        self._starts += 1
        return self._server.problem()

    def _choose_delay(self) -> None:
        """Doubled each time; as at first after it has served for a while."""
        longest = self._task.max_restart_delay.total_seconds()
        if self.serves and time.monotonic() - self._served_at > longest:
            self._delay_s = 0.0
        least = max(self._task.restart_delay.total_seconds(), RESTART_DELAY_MIN_S)
        self._delay_s = min(max(2 * self._delay_s, least), max(longest, RESTART_DELAY_MIN_S))
        self._start_at = time.monotonic() + self._delay_s

    def _tell(self, problem: str) -> None:
        state = "serving" if not problem else "degraded" if self._has_served else "starting"
        if (state, self._starts) != self._said:
            self._said = (state, self._starts)
            self._unsaid = {"state": state, "cause": self._cause(state, problem)[:CAUSE_MAX]}
            if state == "serving" and self._server.address is not None:
                self._unsaid["value"] = self._server.address
            print(self._unsaid["cause"], flush=True)
        if self._unsaid is None or not self._reports:
            return
        try:
            api.call("PUT", REPORT_PATH, self._unsaid)
        except api.ApiError as error:
            if error.status in (400, 501):
                raise AirflowException(f"AIflow cannot be told how the service does: {error}") from error
            if error.status >= 500:
                return  # said again at the next look
            print(f"AIflow does not take this any more: {error}", flush=True)
        except AirflowException as error:
            if isinstance(error.__cause__, PermissionError):  # a task of another user
                raise AirflowException(f"AIflow cannot be told how the service does: {error}") from error
            return
        self._unsaid = None

    def _cause(self, state: str, problem: str) -> str:
        text = f"{state}: " + (problem or self._server.address or "it runs")
        return text + (f" (started {self._starts} times)" if self._starts > 1 else "")

    def _wait(self) -> None:
        pause = SOON_S
        if self.serves and self._unsaid is None:
            pause = self._task.health_interval.total_seconds()
        if not self._server.ended(0):
            self._server.ended(pause)
        else:
            time.sleep(max(0.0, min(pause, self._start_at - time.monotonic())))


def _with_port(word: str, *, port: int | None) -> str:
    return str(word) if port is None else str(word).replace("{port}", str(port))


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]
