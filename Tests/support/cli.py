"""Runs ``postern``, the command line."""

from __future__ import annotations

import json
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


def placeholders(configuration: Path, agent: str) -> dict[str, str]:
    """What an agent holds in place of credentials, by the name of the secret."""
    listed = postern("placeholder", "list", "--config", str(configuration), "--agent", agent, "--json")
    assert listed.returncode == 0, listed.stderr
    return {row["secret"]: row["placeholder"] for row in json.loads(listed.stdout)}


def verify(state: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """``postern audit verify`` on a state directory."""
    return postern("audit", "verify", "--state-dir", str(state), *arguments)
