"""Python environments of their own for client libraries: they are not ours to depend on."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
#: What `postern run` empties: nothing that lies there can be started inside.
EMPTIED = ("/tmp", "/var/tmp", "/run", "/dev")


def _place(name: str) -> Path:
    """Beside the sources, unless a program in a sandbox could not find it there."""
    if not any(TESTS.is_relative_to(directory) for directory in EMPTIED):
        return TESTS.parent / f".venv-{name}"
    cache = Path("/var/cache") if os.access("/var/cache", os.W_OK) else Path.home() / ".cache"
    return cache / f"postern-tests-{hashlib.sha256(bytes(TESTS)).hexdigest()[:12]}" / f"venv-{name}"


def interpreter(name: str) -> str:
    """The interpreter of an environment that has what `requirements-NAME.txt` lists."""
    requirements, environment = TESTS / f"requirements-{name}.txt", _place(name)
    with open(requirements) as shared_by_workers:
        fcntl.flock(shared_by_workers, fcntl.LOCK_EX)
        installed = environment / "installed"
        if not installed.exists() or installed.read_text() != requirements.read_text():
            subprocess.run([sys.executable, "-m", "venv", "--clear", environment], check=True)
            pip = [environment / "bin/pip", "install", "-q", "--disable-pip-version-check"]
            subprocess.run([*pip, "-r", requirements], check=True)
            installed.write_text(requirements.read_text())
    return str(environment / "bin/python")
