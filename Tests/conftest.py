"""Fixtures for both suites."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterator

import pytest

from adversarial.entries import EVERY_ENTRY, does_not_apply
from support.alter_world import AlterWorld
from support.ca import CertificateAuthority
from support.directory import DirectoryTopology
from support.entries import ENTRIES, PLAIN
from support.topology import Topology


def pytest_addoption(parser):
    parser.addoption("--attacks", action="store_true", help="end with a line for each row of the attack catalogue")
    parser.addoption("--entry", action="append", choices=ENTRIES, help="run only what goes by it")


def _rows(node) -> list[int]:
    return [number for mark in node.iter_markers("attack") for number in mark.args]


def pytest_generate_tests(metafunc):
    """A test runs once for each entry it names, or for all of them if its rows are to hold for all."""
    if "entry" not in metafunc.fixturenames:
        return
    chosen = metafunc.definition.get_closest_marker("entries")
    if chosen:
        metafunc.parametrize("entry", chosen.args, indirect=True)
    elif any(row in EVERY_ENTRY for row in _rows(metafunc.definition)):
        metafunc.parametrize("entry", ENTRIES, indirect=True)


def _entry(item) -> str:
    return item.callspec.params.get("entry", PLAIN) if hasattr(item, "callspec") else PLAIN


def pytest_collection_modifyitems(items, config):
    chosen = config.getoption("entry") or ENTRIES
    config.hook.pytest_deselected(items=[item for item in items if _entry(item) not in chosen])
    items[:] = [item for item in items if _entry(item) in chosen]
    for item in items:
        entry = _entry(item)
        item.user_properties += [("attack", (number, entry)) for number in _rows(item)]
        if reason := does_not_apply(entry, item.name):
            item.user_properties.append(("does not apply", reason))
            item.add_marker(pytest.mark.skip(reason=f"not by {entry}: {reason}"))
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_terminal_summary(terminalreporter, config):
    if not config.getoption("attacks"):
        return
    rows: dict[tuple[int, str], Counter] = defaultdict(Counter)
    for outcome in ("passed", "failed", "error", "skipped"):
        for report in terminalreporter.stats.get(outcome, []):
            properties = getattr(report, "user_properties", [])
            reason = dict(properties).get("does not apply")
            result = f"do not apply ({reason})" if reason else outcome
            for name, value in properties:
                if name == "attack" and (report.when == "call" or outcome != "passed"):
                    rows[tuple(value)][result] += 1
    for number, entry in sorted(rows, key=lambda row: (row[0], ENTRIES.index(row[1]))):
        counts = ", ".join(f"{count} {result}" for result, count in sorted(rows[number, entry].items()))
        terminalreporter.write_line(f"attack {number} by {entry}: {counts}")


@pytest.fixture(scope="session")
def authority(tmp_path_factory) -> CertificateAuthority:
    return CertificateAuthority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="module")
def _shared(authority):
    topology = Topology(authority)
    yield topology
    topology.close()


@pytest.fixture
def entry(request) -> str:
    """The way in that this run of the test takes."""
    return getattr(request, "param", PLAIN)


@pytest.fixture
def topology(_shared, entry):
    """The module's running topology with a clean record; what it saw is checked after the test."""
    _shared.entry = entry
    _shared.begin()
    yield _shared
    _shared.verify()


def _makes(kind: type[Topology], authority: CertificateAuthority, entry: str) -> Iterator:
    """Makes topologies of a test's own; each is checked and removed afterwards."""
    made: list[Topology] = []

    def make(edit=None, **options) -> Topology:
        one = kind(authority, edit, **{"entry": entry, **options})
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


@pytest.fixture
def make_topology(authority, entry):
    yield from _makes(Topology, authority, entry)


@pytest.fixture
def make_directory(authority, entry):
    """The same with agents, secrets and grants in the store."""
    yield from _makes(DirectoryTopology, authority, entry)


@pytest.fixture(scope="module")
def _shared_directory(authority):
    directory = DirectoryTopology(authority)
    yield directory
    directory.close()


@pytest.fixture
def directory(_shared_directory, entry):
    """The module's running directory with a clean record; what a test changes in it, it makes for itself."""
    _shared_directory.entry = entry
    _shared_directory.begin()
    yield _shared_directory
    _shared_directory.verify()


@pytest.fixture(scope="module")
def _shared_alter(authority):
    world = AlterWorld(authority)
    yield world
    world.close()


@pytest.fixture
def alter(_shared_alter):
    """The module's running API with a clean record; what it did is checked after the test."""
    _shared_alter.begin()
    yield _shared_alter
    _shared_alter.verify()


@pytest.fixture
def make_alter(authority):
    """Makes such worlds with configurations of a test's own."""
    made: list[AlterWorld] = []

    def make(edit=None, **options) -> AlterWorld:
        one = AlterWorld(authority, edit, **options)
        made.append(one)
        one.begin()
        return one

    yield make
    for one in made:
        try:
            one.verify()
        finally:
            one.close(is_killed=not one.daemon.is_alive())


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: namespaces, mounts or other users")
