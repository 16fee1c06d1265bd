# SPDX-License-Identifier: Apache-2.0
"""What Linux offers to a process and Python's standard library does not: prctl(2)."""

from __future__ import annotations

PR_SET_DUMPABLE = 4  # <linux/prctl.h>
PR_SET_CHILD_SUBREAPER = 36


def _find_prctl():
    """libc's prctl; None where this interpreter was built without ctypes."""
    try:
        import ctypes

        prctl = ctypes.CDLL(None).prctl
    except (ImportError, OSError, AttributeError):
        return None
    prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
    return prctl


_prctl = _find_prctl()


def keep_orphans() -> None:
    """Processes that are orphaned below this one become its children, not those of one above."""
    if _prctl is not None:
        _prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def hide(hidden: bool) -> None:
    """Whether other processes of this user may look into this one (its memory, its open files)."""
    if _prctl is not None:
        _prctl(PR_SET_DUMPABLE, 0 if hidden else 1, 0, 0, 0)
