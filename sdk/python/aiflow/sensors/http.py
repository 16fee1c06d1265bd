# SPDX-License-Identifier: Apache-2.0
"""HttpSensor: waits for a URL's answer."""

from __future__ import annotations

from typing import Any, Callable, Sequence

from aiflow.exceptions import AirflowException
from aiflow.hooks.http import HttpHook, is_accepted
from aiflow.sensors.base import BaseSensorOperator
from aiflow.triggers.http import DEFAULT_CONN_ID, HttpSensorTrigger

class HttpSensor(BaseSensorOperator):
    """Done when endpoint answers with a status below 400 and response_check(response), if given, is
    true. Codes of response_error_codes_allowlist (404) mean "not yet", others fail.

    endpoint: a path below the connection's URL, or a whole URL. deferrable: waits without holding a
    worker slot; not with a response_check, which is code of the DAG file. json_pointer and
    json_equals (AIflow's own) can: the place in a JSON answer and the value that has to be there.
    """

    template_fields: Sequence[str] = ("endpoint", "request_params", "headers")

    def __init__(self, *, endpoint: str, http_conn_id: str = DEFAULT_CONN_ID, method: str = "GET",
                 request_params: dict[str, Any] | None = None,
                 request_kwargs: dict[str, Any] | None = None,
                 headers: dict[str, Any] | None = None,
                 response_error_codes_allowlist: Sequence[str] | None = None,
                 response_check: Callable[..., bool] | None = None,
                 extra_options: dict[str, Any] | None = None, json_pointer: str | None = None,
                 json_equals: Any = None, deferrable: bool = False, **kwargs):
        super().__init__(**kwargs)
        self.endpoint, self.http_conn_id, self.method = endpoint, http_conn_id, method.upper()
        self.request_params, self.headers = request_params, headers or {}
        self.request_kwargs, self.extra_options = request_kwargs or {}, extra_options or {}
        allowed = ("404",) if response_error_codes_allowlist is None else response_error_codes_allowlist
        self.not_yet = tuple(int(code) for code in allowed)
        self.response_check = response_check
        self.json_pointer, self.json_equals = json_pointer, json_equals
        self.deferrable = deferrable
        if json_pointer and not json_pointer.startswith("/"):
            raise AirflowException(f"sensor '{self.task_id}': json_pointer begins with '/', as in "
                                   "'/job/state'")

    def execute(self, context: dict) -> Any:
        if not self.deferrable or self.response_check is not None:
            return super().execute(context)
        if not self._poke_once(context):
            data = self.request_params or self.request_kwargs.get("data")
            self.defer_to(HttpSensorTrigger(
                self.endpoint, self.http_conn_id, None, self.method, self.headers, data,
                self.extra_options, self.poke_interval, json_pointer=self.json_pointer,
                json_equals=self.json_equals, not_yet=self.not_yet), context)
        return None

    def execute_complete(self, context: dict, event: Any = None) -> None:
        del context, event

    def poke(self, context: dict) -> bool:
        options = {"timeout": 30, **self.extra_options, "check_response": False}
        answer = HttpHook(self.method, self.http_conn_id).run(
            self.endpoint, self.request_params or self.request_kwargs.get("data"), self.headers,
            options, **{k: v for k, v in self.request_kwargs.items() if k != "data"})
        if answer.status_code in self.not_yet:
            return False
        if not answer.ok:
            raise AirflowException(f"the answer's status is {answer.status_code}")
        if self.json_pointer is not None and value_at(answer.json(), self.json_pointer) != self.json_equals:
            return False
        return is_accepted(self.response_check, answer, context)


def value_at(value: Any, pointer: str) -> Any:
    """What is at a JSON pointer (RFC 6901); None when nothing is."""
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        try:
            value = value[int(key)] if isinstance(value, list) else value[key]
        except (KeyError, IndexError, ValueError, TypeError):
            return None
    return value
