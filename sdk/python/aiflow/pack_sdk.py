# SPDX-License-Identifier: Apache-2.0
"""`python3 -m aiflow.pack_sdk OUT`: the packages aiflow and airflow as a zip archive that Python
imports from; the same bytes for the same files."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MOMENT = (2020, 1, 1, 0, 0, 0)


def main(out: str) -> None:
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for package in ("aiflow", "airflow"):
            for file in sorted((ROOT / package).rglob("*.py")):
                entry = zipfile.ZipInfo(str(file.relative_to(ROOT)), MOMENT)
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, file.read_bytes())


if __name__ == "__main__":
    main(sys.argv[1])
