"""A directory of a thousand agents; `bench/run --case directory` measures the one of ten thousand."""

from __future__ import annotations

import statistics
import time
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
        directory.alone = latency(directory)
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


def latency(directory: DirectoryTopology) -> float:
    """The median of some requests on one connection, in seconds."""
    times = []
    with directory.connect() as client:
        for _ in range(400):
            started = time.monotonic()
            assert directory.ask("GET", URL, client=client).status == 200
            times.append(time.monotonic() - started)
    return statistics.median(times[50:])


def test_it_starts_within_a_second(directory):
    directory.daemon.terminate()
    started = time.monotonic()
    directory.start()
    elapsed = time.monotonic() - started
    print(f"start {elapsed:.2f} s, RSS {directory.daemon.resident() >> 20} MB")
    assert elapsed < 1.5
    assert directory.control.get("agents")["total"] >= AGENTS
    assert directory.control.get("grants", limit=5)["total"] >= AGENTS * GRANTS
    directory.begin()


def test_a_change_is_seen_within_fifty_milliseconds(directory):
    times = []
    with directory.connect() as client:
        for number in range(30):
            verb, status = (("pause", 403), ("resume", 200))[number % 2]
            started = time.monotonic()
            directory.control.act(B, verb)
            assert directory.ask("GET", URL, agent=B, client=client).status == status
            times.append(time.monotonic() - started)
    print(f"a change is seen after {statistics.median(times) * 1e3:.1f} ms, at most {max(times) * 1e3:.1f} ms")
    assert statistics.median(times) < 0.05


def test_requests_do_not_notice(directory):
    large = min(latency(directory) for _ in range(3))
    print(f"{directory.alone * 1e6:.0f} µs alone, {large * 1e6:.0f} µs among {AGENTS}")
    assert large < directory.alone * 1.5


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
