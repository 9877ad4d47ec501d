"""Fixtures for both suites."""

from __future__ import annotations

import os

import pytest

from support.ca import CertificateAuthority
from support.topology import Topology


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
