"""Fixtures for tests of real clients: their own Python environment, and the stand-ins they call."""

from __future__ import annotations

import pytest

from support import environments
from support.standin_world import StandInWorld

@pytest.fixture(scope="session")
def python() -> str:
    """An interpreter with the SDKs of vendors."""
    return environments.interpreter("clients")


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
    """Says how many cases of HTTP/2 conformance hold, and what `postern doctor` found of the clients."""
    held, broken = (
        sum("test_http2_conformance.py::test_case" in report.nodeid for report in terminalreporter.stats.get(kind, []))
        for kind in ("passed", "failed")
    )
    if held or broken:
        terminalreporter.write_line(f"HTTP/2 conformance: {held} of {held + broken} cases hold")
    for report in terminalreporter.stats.get("passed", []) + terminalreporter.stats.get("failed", []):
        for name, line in report.user_properties:
            if name == "doctor --run" and report.when == "call":
                terminalreporter.write_line(f"{name}: {line}")
