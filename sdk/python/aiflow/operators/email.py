# SPDX-License-Identifier: Apache-2.0
"""EmailOperator."""

from __future__ import annotations

from typing import Any, Sequence

from aiflow.baseoperator import BaseOperator
from aiflow.hooks.smtp import SmtpHook


class EmailOperator(BaseOperator):
    """Sends a mail by an SMTP connection (smtp_default)."""

    template_fields: Sequence[str] = ("to", "subject", "html_content", "from_email", "files", "cc",
                                      "bcc", "custom_headers")
    template_ext: Sequence[str] = (".html",)

    def __init__(self, *, to: Any, subject: str, html_content: str, files: list | None = None,
                 from_email: str | None = None, cc: Any = None, bcc: Any = None,
                 conn_id: str = "smtp_default", custom_headers: dict[str, Any] | None = None,
                 mime_subtype: str = "mixed", mime_charset: str = "utf-8", **kwargs):
        super().__init__(**kwargs)
        del mime_subtype, mime_charset  # a mail is built as its contents need
        self.to, self.subject, self.html_content = to, subject, html_content
        self.files, self.from_email, self.cc, self.bcc = files or [], from_email, cc, bcc
        self.conn_id, self.custom_headers = conn_id, custom_headers

    def execute(self, context: dict) -> None:
        del context
        SmtpHook(self.conn_id).send_email_smtp(
            to=self.to, subject=self.subject, html_content=self.html_content,
            from_email=self.from_email, files=self.files, cc=self.cc, bcc=self.bcc,
            custom_headers=self.custom_headers)
