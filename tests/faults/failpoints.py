# SPDX-License-Identifier: Apache-2.0
"""The list of failpoints, as the programs have it."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HEADER = ROOT / "src/failpoint/failpoint.h"


def all_names() -> list[str]:
    return re.findall(r'^    "([a-z_]+\.[a-z_]+)",', HEADER.read_text(), re.MULTILINE)


def used_names() -> list[str]:
    """As often as they stand in the sources."""
    found = []
    for path in (ROOT / "src").rglob("*.cpp"):
        found += re.findall(r'\bfailpoint::reach\("([^"]+)"\)', path.read_text())
    return found


class Armed:
    """The folder that says where a process shall die; one file is one death."""

    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir(parents=True)

    def arm(self, name: str) -> None:
        (self.folder / name).touch()

    def is_armed(self, name: str) -> bool:
        return (self.folder / name).exists()

    def disarm(self) -> None:
        for path in self.folder.iterdir():
            path.unlink()
