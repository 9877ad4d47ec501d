"""What ``explain`` says of a request is what becomes of it, and every rule that was looked at is named."""

from __future__ import annotations

import json
from contextlib import closing

import pytest

from support.cli import postern
from support.directory import DirectoryTopology
from support.topology import A, B, C
from support.waiting import wait_until

GOOD = "http://good.test/v1/ok"
MODELS = {"methods": ["POST"], "paths": ["/v1/messages"], "body": [{"pointer": "/model", "in": ["small"]}]}


@pytest.fixture(scope="module")
def _shared_directory(authority):
    directory = DirectoryTopology(authority)
    with closing(directory):
        for agent in ("paused", "revoked", "narrowed", "twice", "nothing", "talks", "expired", "used-up"):
            directory.add_agent(agent)
        for agent in ("paused", "revoked", "narrowed", "twice", "twice", "expired"):
            directory.bind(agent, "good", **({"ttl_s": 1} if agent == "expired" else {}))
        directory.bind("talks", "good", terms=MODELS)
        directory.bind("used-up", "good", max_uses=1)
        directory.begin()
        directory.ask("GET", GOOD, agent="used-up")
        directory.control.act("paused", "pause")
        directory.control.act("revoked", "revoke")
        directory.control.do("PATCH", "agents", "narrowed", body={"policy": {"methods": ["HEAD"]}})
        yield directory


CASES = {
    "allowed": (A, "GET", GOOD, None),
    "allowed, https": (A, "GET", "https://good.test/v1/ok", None),
    "another method": (A, "DELETE", GOOD, None),
    "another path": (A, "GET", "http://good.test/admin", None),
    "a path that climbs": (A, "GET", "http://good.test/v1/../admin", None),
    "another host": (A, "GET", "http://evil.test/x", None),
    "another port": (A, "GET", "http://good.test:8443/v1/ok", None),
    "a host nobody knows": (A, "GET", "http://nobody.test/x", None),
    "another agent's": (B, "GET", GOOD, None),
    "its own": (B, "GET", "http://open.test/x", None),
    "no grant at all": ("nothing", "GET", GOOD, None),
    "paused": ("paused", "GET", GOOD, None),
    "a policy of the agent": ("narrowed", "GET", GOOD, None),
    "two grants": ("twice", "GET", GOOD, None),
    "a grant that has ended": ("expired", "GET", GOOD, None),
    "a grant that is used up": ("used-up", "GET", GOOD, None),
    "a body that holds": ("talks", "POST", "http://good.test/v1/messages", {"model": "small"}),
    "a body that does not": ("talks", "POST", "http://good.test/v1/messages", {"model": "large"}),
    "plain http": (A, "GET", "http://plain.test/x", None),
    "an odd method": (A, "M-SEARCH", GOOD, None),
}


@pytest.mark.parametrize("name", list(CASES))
def test_it_says_what_will_happen(directory, name):
    agent, method, url, body = CASES[name]
    if name == "a grant that has ended":
        wait_until(lambda: directory.ask("GET", GOOD, agent=agent).status == 403, 4)
        directory.begin()
    asked = {"agent": agent, "method": method, "url": url}
    said = directory.control.post("explain", **asked, **({"body": json.dumps(body)} if body is not None else {}))
    directory.assert_untouched()
    data = None if body is None else json.dumps(body).encode()
    fields = [("Content-Type", "application/json")] if body is not None else []
    response = directory.ask(method, url.replace("https:", "http:"), fields, data, agent=agent)
    assert (said["decision"] == "allow") == (response.code is None), (
        f"{said} but {response.status} {response.body[:200]}"
    )
    if response.code:
        assert said["code"] == response.code or name == "paused", (said, response.code)
    else:
        assert said["grant"] and said["destination"]
    assert said["reason"]
    assert all({"rule", "kind", "verdict", "reason"} <= set(step) for step in said["steps"])
    assert said["decision"] == "deny" or any(step["verdict"] == "allow" for step in said["steps"])


@pytest.mark.parametrize("agent, status, code", [("revoked", 409, "agent_revoked"), ("nobody", 404, "agent_not_found")])
def test_it_knows_who_is_meant(directory, agent, status, code):
    said = directory.control.call("POST", "/v1/explain", {"agent": agent, "method": "GET", "url": GOOD})
    assert (said.status, said.code) == (status, code)


def test_it_says_what_it_cannot_tell(directory):
    said = directory.control.post("explain", agent="talks", method="POST", url="http://good.test/v1/messages")
    assert "body" in json.dumps(said["steps"])


def test_it_says_that_a_person_is_asked(directory):
    directory.add_agent("asks")
    directory.bind("asks", "good", terms={"requires_approval": True})
    said = directory.control.post("explain", agent="asks", method="GET", url=GOOD)
    assert said["decision"] == "allow" and "person" in said["reason"], said


def test_it_uses_nothing_up(directory):
    directory.bind(C, "good", max_uses=2)
    for _ in range(5):
        assert directory.control.post("explain", agent=C, method="GET", url=GOOD)["decision"] == "allow"
    assert directory.ask("GET", GOOD, agent=C).status == 200
    (grant,) = [row for row in directory.control.items("grants", agent=C) if row["max_uses"]]
    assert grant["uses"] == 1


def test_the_command_line_says_the_same(directory):
    options = ["--socket", str(directory.control.path)]
    done = postern("explain", "--agent", A, "DELETE", GOOD, "--json", *options)
    assert done.returncode in (0, 1) and json.loads(done.stdout)["decision"] == "deny", done.stderr
    done = postern("explain", "--agent", A, "GET", GOOD, *options)
    assert done.returncode == 0 and "allow" in done.stdout and "good" in done.stdout, done.stdout + done.stderr
