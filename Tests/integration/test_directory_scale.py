"""A directory of a thousand agents; `bench/run --case directory` measures the one of ten thousand."""

from __future__ import annotations

from contextlib import closing

import pytest

from support.control import Refused
from support.directory import DirectoryTopology
from support.topology import A, B

AGENTS, GRANTS, PIECE = 1000, 10, 250
URL = "http://open.test/x"


@pytest.fixture(scope="module")
def _shared_directory(authority):
    directory = DirectoryTopology(authority, log_level="info")
    with closing(directory):
        secrets = [f"many-{number}" for number in range(GRANTS)]
        for secret in secrets:
            directory.control.create_secret(secret, "cookies", f"value-of-{secret}-0123456789")
        names = [f"many-{number}" for number in range(AGENTS)]
        for first in range(0, AGENTS, PIECE):
            chosen = names[first : first + PIECE]
            grants = [{"agent": name, "secret": secret} for name in chosen for secret in secrets]
            made = directory.control.post("provision", agents=[{"name": name} for name in chosen], grants=grants)
            directory.control.received.pop()  # a thousand keys, each shown this once
            keys = {row["name"]: row["key"] for row in made["agents"]}
            directory.some = (
                chosen[0],
                keys[chosen[0]] if isinstance(keys[chosen[0]], str) else keys[chosen[0]]["key"],
            )
        yield directory


def test_it_starts_with_all_of_them(directory):
    directory.daemon.terminate()
    directory.start()
    assert directory.control.get("agents")["total"] >= AGENTS
    assert directory.control.get("grants", limit=5)["total"] >= AGENTS * GRANTS
    directory.begin()


def test_a_change_among_many_holds_for_the_next_request(directory):
    with directory.connect() as client:
        for number in range(30):
            verb, status = (("pause", 403), ("resume", 200))[number % 2]
            directory.control.act(B, verb)
            assert directory.ask("GET", URL, agent=B, client=client).status == status


def test_one_of_many_is_itself(directory):
    """An agent in the middle of them has its own grants and nobody else's."""
    name, key = directory.some
    directory.keys[name] = key
    try:
        assert directory.ask("GET", "http://open.test/x", agent=name).status == 403
        assert directory.ask("GET", "http://cookies.test/x", agent=name).status in (403, 409)  # ten grants: which?
    finally:
        del directory.keys[name]
    directory.assert_untouched()


def test_a_provision_with_one_mistake_does_nothing(directory):
    before = directory.control.get("agents")["total"]
    agents = [{"name": f"half-{number}"} for number in range(200)]
    grants = [{"agent": one["name"], "secret": "many-0"} for one in agents]
    with pytest.raises(Refused):
        directory.control.post("provision", agents=agents, grants=[*grants, {"agent": "half-0", "secret": "nobody"}])
    with pytest.raises(Refused):
        directory.control.post("provision", agents=[*agents, {"name": A}], grants=grants)
    assert directory.control.get("agents")["total"] == before
