# SPDX-License-Identifier: Apache-2.0
"""HttpOperator: one request, or page after page."""

from __future__ import annotations

from typing import Any, Callable, Sequence

from aiflow.baseoperator import BaseOperator
from aiflow.exceptions import AirflowException
from aiflow.hooks.calling import call_with_context
from aiflow.hooks.http import DEFAULT_CONN_ID, HttpHook, HttpResponse, is_accepted

PAGES_MAX = 10_000


class HttpOperator(BaseOperator):
    """Calls an endpoint; what response_filter makes of the answer, or its text, is the result.

    endpoint: a path below the connection's URL, or a whole URL. response_check(response): false fails
    the task. pagination_function(response): the next request as a dict of endpoint, data, headers,
    extra_options, or None after the last; then the filter gets the list of all answers.
    extra_options: timeout (60 s), verify, cert, allow_redirects, check_response. deferrable is
    taken, and the request is made by the task's process all the same.
    """

    template_fields: Sequence[str] = ("endpoint", "data", "headers")
    template_ext: Sequence[str] = ()

    def __init__(self, *, endpoint: str | None = None, method: str = "POST", data: Any = None,
                 headers: dict[str, str] | None = None,
                 pagination_function: Callable[..., dict | None] | None = None,
                 response_check: Callable[..., bool] | None = None,
                 response_filter: Callable[..., Any] | None = None,
                 extra_options: dict[str, Any] | None = None,
                 request_kwargs: dict[str, Any] | None = None,
                 http_conn_id: str = DEFAULT_CONN_ID, log_response: bool = False,
                 auth_type: Any = None, deferrable: bool = False, **kwargs):
        super().__init__(**kwargs)
        del deferrable
        self.http_conn_id, self.method, self.endpoint = http_conn_id, method, endpoint or ""
        self.data, self.headers = data, headers or {}
        self.pagination_function = pagination_function
        self.response_check, self.response_filter = response_check, response_filter
        self.extra_options, self.request_kwargs = extra_options or {}, request_kwargs or {}
        self.log_response, self.auth_type = log_response, auth_type

    @property
    def hook(self) -> HttpHook:
        return HttpHook(self.method, self.http_conn_id, self.auth_type)

    def execute(self, context: dict) -> Any:
        request = {"endpoint": self.endpoint, "data": self.data, "headers": self.headers,
                   "extra_options": self.extra_options}
        answers = [self._ask(request, context)]
        while self.pagination_function is not None:
            following = call_with_context(self.pagination_function, context, answers[-1])
            if not following:
                break
            if len(answers) == PAGES_MAX:
                raise AirflowException(f"there are more than {PAGES_MAX} pages")
            for name in ("data", "headers", "extra_options"):
                if isinstance(following.get(name), dict) and isinstance(request[name], dict):
                    following = {**following, name: {**request[name], **following[name]}}
            request = {**request, **following}
            answers.append(self._ask(request, context))
        if self.pagination_function is None:
            return self._result(answers[0], context)
        if self.response_filter is None:
            return [answer.text for answer in answers]
        return call_with_context(self.response_filter, context, answers)

    def _ask(self, request: dict, context: dict) -> HttpResponse:
        print(f"{self.method} {request['endpoint']}", flush=True)
        answer = self.hook.run(**request, **self.request_kwargs)
        if self.log_response:
            print(answer.text, flush=True)
        if not is_accepted(self.response_check, answer, context):
            raise AirflowException("Response check returned False.")
        return answer

    def _result(self, answer: HttpResponse, context: dict) -> Any:
        if self.response_filter is None:
            return answer.text
        return call_with_context(self.response_filter, context, answer)


SimpleHttpOperator = HttpOperator
