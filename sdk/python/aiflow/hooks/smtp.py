# SPDX-License-Identifier: Apache-2.0
"""SmtpHook: mails by a connection's server."""

from __future__ import annotations

import email.message
import email.utils
import mimetypes
import os
import smtplib
import ssl
from typing import Any

from aiflow.environment.variable import BaseHook, Connection
from aiflow.exceptions import AirflowException

TIMEOUT_S = 30
FILES_BYTES_MAX = 32 << 20


class SmtpHook(BaseHook):
    """The connection: host, port (465, or 587 without SSL), login, password. Its extra: disable_ssl
    (then STARTTLS is used), disable_tls (neither), from_email, timeout (30 s)."""

    conn_name_attr, default_conn_name = "smtp_conn_id", "smtp_default"

    def __init__(self, smtp_conn_id: str = "smtp_default"):
        self.smtp_conn_id = smtp_conn_id

    def send_email_smtp(self, *, to: Any, subject: str | None = None,
                        html_content: str | None = None, from_email: str | None = None,
                        files: list[str] | None = None, cc: Any = None, bcc: Any = None,
                        custom_headers: dict[str, Any] | None = None, dryrun: bool = False,
                        **_mime: Any) -> None:
        """Sends one mail. Raises AirflowException when it can't be sent."""
        connection = self.get_connection(self.smtp_conn_id)
        extra = connection.extra_dejson
        sender = from_email or extra.get("from_email") or connection.login
        if not sender:
            raise AirflowException(f"connection '{self.smtp_conn_id}' has no from_email in its extra, "
                                   "and the mail names no sender")
        mail = _mail(sender, _addresses(to), _addresses(cc), subject or "", html_content or "")
        for name, value in (custom_headers or {}).items():
            mail[name] = str(value)
        _attach(mail, files or [])
        receivers = [*_addresses(to), *_addresses(cc), *_addresses(bcc)]
        if not receivers:
            raise AirflowException("a mail needs somebody to go to")
        if dryrun:
            return
        try:
            with _server(connection, extra) as server:
                if connection.login:
                    server.login(connection.login, connection.password or "")
                server.send_message(mail, sender, receivers)
        except (smtplib.SMTPException, OSError) as error:
            raise AirflowException(f"connection '{self.smtp_conn_id}': the mail is not sent: "
                                   f"{error}") from None


def _addresses(given: Any) -> list[str]:
    """"a@x, b@x; c@x" or a list of such."""
    texts = [given] if isinstance(given, str) else list(given or [])
    return [part.strip() for text in texts for part in text.replace(";", ",").split(",")
            if part.strip()]


def _mail(sender: str, to: list[str], cc: list[str], subject: str,
          html: str) -> email.message.EmailMessage:
    mail = email.message.EmailMessage()
    try:
        mail["From"], mail["To"] = sender, ", ".join(to)
        if cc:
            mail["Cc"] = ", ".join(cc)
        mail["Subject"] = " ".join(subject.split())  # a line break would begin another header
        mail["Date"] = email.utils.localtime()
    except ValueError as error:
        raise AirflowException(f"the mail's addresses can't be used: {error}") from None
    mail.set_content(html, subtype="html")
    return mail


def _attach(mail: email.message.EmailMessage, files: list[str]) -> None:
    left = FILES_BYTES_MAX
    for path in files:
        try:
            with open(path, "rb") as file:
                data = file.read(left + 1)
        except OSError as error:
            raise AirflowException(f"the mail's file can't be read: {error}") from None
        left -= len(data)
        if left < 0:
            raise AirflowException(f"the mail's files have more than {FILES_BYTES_MAX} bytes")
        kind, _, subkind = (mimetypes.guess_type(path)[0] or "application/octet-stream").partition("/")
        mail.add_attachment(data, maintype=kind, subtype=subkind, filename=os.path.basename(path))


def _server(connection: Connection, extra: dict) -> smtplib.SMTP:
    host, timeout = connection.host or "localhost", float(extra.get("timeout", TIMEOUT_S))
    if not _is_set(extra.get("disable_ssl")):
        return smtplib.SMTP_SSL(host, connection.port or 465, timeout=timeout,
                                context=ssl.create_default_context())
    server = smtplib.SMTP(host, connection.port or 587, timeout=timeout)
    if not _is_set(extra.get("disable_tls")):
        server.starttls(context=ssl.create_default_context())
    return server


def _is_set(value: Any) -> bool:
    """In a URI everything is text."""
    return str(value).lower() in ("true", "1", "yes")


def send_email(to: Any, subject: str, html_content: str, files: list[str] | None = None,
               dryrun: bool = False, cc: Any = None, bcc: Any = None, mime_subtype: str = "mixed",
               mime_charset: str = "utf-8", conn_id: str | None = None,
               custom_headers: dict[str, Any] | None = None, **_more: Any) -> None:
    """Airflow's function for a mail by a connection (smtp_default)."""
    del mime_subtype, mime_charset  # a mail is built as its contents need
    SmtpHook(conn_id or SmtpHook.default_conn_name).send_email_smtp(
        to=to, subject=subject, html_content=html_content, files=files, dryrun=dryrun, cc=cc, bcc=bcc,
        custom_headers=custom_headers)
