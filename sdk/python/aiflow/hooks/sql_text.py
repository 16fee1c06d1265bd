# SPDX-License-Identifier: Apache-2.0
"""SQL texts as lists of statements."""

from __future__ import annotations

import re

#: What may hold a semicolon that ends nothing: quoted names, comments, PostgreSQL's $$, and texts,
#: in which a backslash is MySQL's way to take the next character as it is.
_REST = r"""
    | "(?:[^"]|"")*"?  | `[^`]*`?  | --[^\n]*  | /\*.*?(?:\*/|\Z)
    | (?P<tag>\$[A-Za-z_]*\$).*?(?:(?P=tag)|\Z)
    | (?P<end>;)
    """
_STANDARD = re.compile(r"'(?:[^']|'')*'?" + _REST, re.VERBOSE | re.DOTALL)
_MYSQL = re.compile(r"'(?:[^'\\]|\\.|'')*'?" + _REST, re.VERBOSE | re.DOTALL)


def split_statements(text: str, *, backslashes: bool = False) -> list[str]:
    """The statements between semicolons, without those that are empty or nothing but a comment.
    backslashes: in texts they are as in MySQL."""
    found, begin = [], 0
    for part in (_MYSQL if backslashes else _STANDARD).finditer(text):
        if part["end"]:
            found.append(text[begin:part.start()])
            begin = part.end()
    found.append(text[begin:])
    return [statement.strip() for statement in found if _has_words(statement)]


def _has_words(statement: str) -> bool:
    return bool(re.sub(r"--[^\n]*|/\*.*?(?:\*/|\Z)", "", statement, flags=re.DOTALL).strip())
