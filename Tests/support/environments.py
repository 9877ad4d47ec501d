"""Python environments of their own for client libraries: they are not ours to depend on."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]


def interpreter(name: str) -> str:
    """The interpreter of `.venv-NAME` beside the sources, which has what `requirements-NAME.txt` lists."""
    requirements, environment = TESTS / f"requirements-{name}.txt", TESTS.parent / f".venv-{name}"
    with open(requirements) as shared_by_workers:
        fcntl.flock(shared_by_workers, fcntl.LOCK_EX)
        installed = environment / "installed"
        if not installed.exists() or installed.read_text() != requirements.read_text():
            subprocess.run([sys.executable, "-m", "venv", "--clear", environment], check=True)
            pip = [environment / "bin/pip", "install", "-q", "--disable-pip-version-check"]
            subprocess.run([*pip, "-r", requirements], check=True)
            installed.write_text(requirements.read_text())
    return str(environment / "bin/python")
