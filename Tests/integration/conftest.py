"""Fixtures for tests of real clients: their own Python environment, and the stand-ins they call."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from pathlib import Path

import pytest

from support.standin_world import StandInWorld

TESTS = Path(__file__).resolve().parents[1]
REQUIREMENTS = TESTS / "requirements-clients.txt"
VENV = TESTS.parent / ".venv-clients"


@pytest.fixture(scope="session")
def python() -> str:
    """An interpreter with the SDKs, in an environment of its own: they are not ours to depend on."""
    with open(REQUIREMENTS) as shared_by_workers:
        fcntl.flock(shared_by_workers, fcntl.LOCK_EX)
        installed = VENV / "installed"
        if not installed.exists() or installed.read_text() != REQUIREMENTS.read_text():
            subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True)
            pip = [VENV / "bin/pip", "install", "-q", "--disable-pip-version-check"]
            subprocess.run([*pip, "-r", REQUIREMENTS], check=True)
            installed.write_text(REQUIREMENTS.read_text())
    return str(VENV / "bin/python")


@pytest.fixture(scope="module")
def _world(authority):
    world = StandInWorld(authority)
    yield world
    world.close()


@pytest.fixture
def world(_world):
    _world.begin()
    yield _world
    _world.verify()


def pytest_terminal_summary(terminalreporter):
    """Says how many cases of HTTP/2 conformance hold."""
    held, broken = (
        sum("test_http2_conformance.py::test_case" in report.nodeid for report in terminalreporter.stats.get(kind, []))
        for kind in ("passed", "failed")
    )
    if held or broken:
        terminalreporter.write_line(f"HTTP/2 conformance: {held} of {held + broken} cases hold")
