"""Runs ``postern``, the command line."""

from __future__ import annotations

import subprocess
from pathlib import Path

from .daemon import program


def postern(*arguments: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program("postern"), *arguments],
        capture_output=True,
        text=True,
        timeout=timeout,
        stdin=subprocess.DEVNULL,
        env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"},
        check=False,
    )


def verify(state: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """``postern audit verify`` on a state directory."""
    return postern("audit", "verify", "--state-dir", str(state), *arguments)
