"""Fixtures for both suites."""

from __future__ import annotations

import os
from collections import Counter, defaultdict

import pytest
from support.ca import CertificateAuthority
from support.topology import Topology


def pytest_addoption(parser):
    parser.addoption("--attacks", action="store_true", help="end with a line for each row of the attack catalogue")


def pytest_collection_modifyitems(items):
    for item in items:
        for mark in item.iter_markers("attack"):
            item.user_properties += [("attack", number) for number in mark.args]
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_terminal_summary(terminalreporter, config):
    if not config.getoption("attacks"):
        return
    rows: dict[int, Counter] = defaultdict(Counter)
    for outcome in ("passed", "failed", "error", "skipped"):
        for report in terminalreporter.stats.get(outcome, []):
            for name, value in getattr(report, "user_properties", []):
                if name == "attack" and (report.when == "call" or outcome != "passed"):
                    rows[value][outcome] += 1
    for number in sorted(rows):
        counts = ", ".join(f"{count} {outcome}" for outcome, count in rows[number].items())
        terminalreporter.write_line(f"attack {number}: {counts}")


@pytest.fixture(scope="session")
def authority(tmp_path_factory) -> CertificateAuthority:
    return CertificateAuthority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="module")
def _shared(authority):
    topology = Topology(authority)
    yield topology
    topology.close()


@pytest.fixture
def topology(_shared):
    """The module's running topology with a clean record; what it saw is checked after the test."""
    _shared.begin()
    yield _shared
    _shared.verify()


@pytest.fixture
def make_topology(authority):
    """Makes topologies of a test's own; each is checked and removed afterwards."""
    made: list[Topology] = []

    def make(edit=None, **options) -> Topology:
        one = Topology(authority, edit, **options)
        made.append(one)
        if one.daemon:
            one.begin()
        return one

    yield make
    problems = []
    for one in made:
        try:
            if one.daemon and one.daemon.is_alive():
                one.verify()
        except AssertionError as error:
            problems.append(str(error))
        try:
            one.close(is_killed=not (one.daemon and one.daemon.is_alive()))
        except AssertionError as error:
            problems.append(str(error))
    assert not problems, "\n".join(problems)


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: namespaces, mounts or other users")
