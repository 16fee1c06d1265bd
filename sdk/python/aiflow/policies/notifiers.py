# SPDX-License-Identifier: Apache-2.0
"""Callbacks that tell somebody: by mail, by a webhook."""

from __future__ import annotations

from typing import Any, Sequence

from aiflow.policies.notifier import BaseNotifier

_SUBJECT = "DAG {{ dag.dag_id }}{% if ti is defined %}, task {{ ti.task_id }}: {{ ti.state }}{% endif %}"
_BODY = ("run {{ run_id }}{% if exception is defined %}: {{ exception | string | e }}{% endif %}"
         "{% if reason is defined %}: {{ reason | e }}{% endif %}")


class SmtpNotifier(BaseNotifier):
    """Sends a mail by an SMTP connection; its texts are templates."""

    template_fields: Sequence[str] = ("from_email", "to", "subject", "html_content", "files", "cc",
                                      "bcc", "custom_headers")

    def __init__(self, to: Any, from_email: str | None = None, subject: str | None = None,
                 html_content: str | None = None, files: list[str] | None = None, cc: Any = None,
                 bcc: Any = None, custom_headers: dict[str, Any] | None = None,
                 smtp_conn_id: str = "smtp_default", **_mime: Any):
        self.to, self.from_email, self.files, self.cc, self.bcc = to, from_email, files, cc, bcc
        self.subject = _SUBJECT if subject is None else subject
        self.html_content = _BODY if html_content is None else html_content
        self.custom_headers, self.smtp_conn_id = custom_headers, smtp_conn_id

    def notify(self, context: dict) -> None:
        del context
        from aiflow.hooks.smtp import SmtpHook

        SmtpHook(self.smtp_conn_id).send_email_smtp(
            to=self.to, subject=self.subject, html_content=self.html_content,
            from_email=self.from_email, files=self.files, cc=self.cc, bcc=self.bcc,
            custom_headers=self.custom_headers)


send_smtp_notification = SmtpNotifier


class WebhookNotifier(BaseNotifier):
    """Posts JSON to an HTTP connection's server; texts in it are templates. AIflow's own."""

    template_fields: Sequence[str] = ("endpoint", "data", "headers")

    def __init__(self, data: Any = None, *, http_conn_id: str = "http_default", endpoint: str = "",
                 headers: dict[str, str] | None = None):
        self.data = {"text": _SUBJECT + "\n" + _BODY} if data is None else data
        self.http_conn_id, self.endpoint, self.headers = http_conn_id, endpoint, headers or {}

    def notify(self, context: dict) -> None:
        del context
        from aiflow.hooks.http import HttpHook

        HttpHook("POST", self.http_conn_id).run(self.endpoint, headers=self.headers, json=self.data)
