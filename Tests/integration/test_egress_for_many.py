"""``[[egress]]`` with ``agents``: hosts for agents of the store, those that are made later too."""

from __future__ import annotations

import json
from contextlib import closing

import pytest

from support.cli import postern
from support.directory import DirectoryTopology
from support.topology import A, B

URL = "https://egress.test/x"
PLAIN = "http://egress.test/x"


def rule(topology, config, **more):
    config.add("egress", **{"agents": ["mcp-*", A], "hosts": ["egress.test"], "connect_to": topology.egress.authority,
                            "ca_file": str(topology.authority.path), "methods": ["GET"], **more})


@pytest.fixture(scope="module")
def _directory(authority):
    directory = DirectoryTopology(authority, rule)
    with closing(directory):
        directory.add_agent("mcp-before")
        yield directory


@pytest.fixture
def directory(_directory):
    _directory.begin()
    yield _directory
    _directory.verify()


def status(directory, agent: str, method: str = "GET") -> int:
    return directory.ask(method, PLAIN, agent=agent).status


def test_agents_of_the_store_are_let_through_by_name(directory):
    directory.add_agent("mcp-made-later")
    directory.add_agent("mcp")
    seen = {agent: status(directory, agent) for agent in ("mcp-before", "mcp-made-later", A, "mcp", B)}
    assert seen == {"mcp-before": 200, "mcp-made-later": 200, A: 200, "mcp": 403, B: 403}
    assert status(directory, "mcp-before", "POST") == 403
    assert all(one.values("authorization") == [] for one in directory.egress.requests)
    rows = [row for row in directory.audit() if row.get("postern.rule") == "egress" and row["event.action"] == "intent"]
    assert {row["postern.agent"] for row in rows} == {"mcp-before", "mcp-made-later", A}


def test_grants_stay_what_they_were(directory):
    """The rule stands beside what the agent is granted, and comes after it."""
    directory.add_agent("mcp-granted")
    directory.bind("mcp-granted", "good")
    assert directory.ask("GET", "http://good.test/v1/x", agent="mcp-granted").status == 200
    assert status(directory, "mcp-granted") == 200
    # A policy of the agent's own narrows this, too.
    directory.control.do("PATCH", "agents", "mcp-granted", body={"policy": {"methods": ["HEAD"]}})
    assert status(directory, "mcp-granted") == 403
    directory.control.act("mcp-granted", "revoke")
    assert status(directory, "mcp-granted") == 407


def test_explain_names_the_rule(directory):
    for agent, decision in (("mcp-before", "allow"), (B, "deny")):
        said = json.loads(postern("explain", "--agent", agent, "GET", URL, "--json", "--socket", str(directory.control.path)).stdout)
        assert said["decision"] == decision, said
        assert any(step["rule"] == "egress" for step in said["steps"]) == (decision == "allow")


def test_each_agent_has_the_limits_for_itself(make_directory):
    directory = make_directory(lambda topology, config: rule(topology, config, requests_per_minute=2))
    for agent in ("mcp-one", "mcp-two"):
        directory.add_agent(agent)
        assert [status(directory, agent) for _ in range(3)] == [200, 200, 429]
    # A change of the agent gives it no fresh allowance.
    directory.bind("mcp-one", "good")
    assert status(directory, "mcp-one") == 429


def test_it_comes_and_goes_with_a_reload(make_directory):
    directory = make_directory(None)
    directory.add_agent("mcp-one")
    with directory.connect() as client:
        assert directory.ask("GET", PLAIN, agent="mcp-one", client=client).status == 403
        without, config = directory.config.text(), directory.config.copy()
        rule(directory, config)
        directory.daemon.reload(config.text())
        assert directory.ask("GET", PLAIN, agent="mcp-one", client=client).status == 200
        directory.daemon.reload(without)
        assert directory.ask("GET", PLAIN, agent="mcp-one", client=client).status == 403
