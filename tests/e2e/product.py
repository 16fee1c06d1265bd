# SPDX-License-Identifier: Apache-2.0
"""What several end-to-end tests do with the product."""

import os
import shutil
import subprocess
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

import pytest
from server import BIN, ROOT

DATABASE_PASSWORD = "canary-7f3a9"
PACKAGES = ("*objectron*.tgz", "onnxruntime-*.whl")


def cli(server, *words, **more):
    return subprocess.run([BIN / "aiflow", *words, "--home", server.home], capture_output=True,
                          text=True, timeout=120, **more)


def load_tool(name: str):
    """A program of tools/ as a module."""
    loader = SourceFileLoader(name, str(ROOT / "tools" / name))
    module = module_from_spec(spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


def not_installed(what: str) -> None:
    """Skips a test, or fails it where ./dev setup has installed all that tests need."""
    if os.environ.get("AIFLOW_NO_SKIP"):
        pytest.fail(f"{what} is not installed: run ./dev setup")
    pytest.skip(f"{what} is not installed")


def copy_packages(source: Path, target: Path) -> None:
    """Packages that `target` lacks; each appears whole or not at all."""
    target.mkdir(parents=True, exist_ok=True)
    for package in (path for pattern in PACKAGES for path in source.glob(pattern)):
        if not (target / package.name).exists():
            unfinished = target / f"{package.name}.{os.getpid()}"
            shutil.copyfile(package, unfinished)
            unfinished.rename(target / package.name)
