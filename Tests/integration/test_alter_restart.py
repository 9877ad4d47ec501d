"""What the API remembers when the daemon ends in the middle, in order or by SIGKILL."""

from __future__ import annotations

import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.alter_world import ACME, NOTES, AlterWorld, Made
from support.client import RawClient, basic, request
from support.signing import Signed

KILLED = pytest.mark.parametrize("kill", [True, False], ids=["SIGKILL", "SIGTERM"])


@pytest.fixture
def world(authority):
    made = AlterWorld(authority)
    made.begin()
    yield made
    try:
        made.verify()
    finally:
        made.close(is_killed=not made.daemon.is_alive())


@KILLED
def test_the_walkthrough_goes_on(world, kill):
    """Provisioned and bound before, used after; the same processes of the SDK all the way."""
    app = world.sdk_app()
    made = app("agents.create", name="research-bot", scopes={}, idempotency_key="once", metadata={"a": "b"})
    world.keep("research-bot", made["api_key"])
    world.control.bind("research-bot", "acme")

    bot = Made(made["id"], "research-bot", made["api_key"], made["key_id"])
    client = world.sdk_agent(bot)
    (before,) = client("list_grants")["grants"]
    assert client("proxy_request", "GET", f"{ACME}/a", provider="acme")["status_code"] == 200
    world.restart(kill)
    (after,) = client("list_grants")["grants"]
    same = lambda grant: {name: value for name, value in grant.items() if name != "last_used_at"}  # noqa: E731
    assert same(after) == same(before)
    assert client("proxy_request", "GET", f"{ACME}/b", provider="acme")["status_code"] == 200
    assert client("request", "GET", f"{ACME}/c", grant_id=before["grant_id"])["status"] == 200
    me = client("me")
    assert (me["id"], me["metadata"], me["version"]) == (
        made["id"],
        {"a": "b"},
        app("agents.get", made["id"])["version"],
    )
    again = app("agents.create", name="research-bot", scopes={}, idempotency_key="once", metadata={"a": "b"})
    assert again["id"] == made["id"] and again["api_key"] is None


@KILLED
def test_nothing_is_revived(world, kill):
    """Keys, agents, grants and placeholders that ended stay ended, for the reason for which they did."""
    app = world.sdk_app()
    gone, revoked_key, paused, unbound = (world.bound_agent("acme") for _ in range(4))
    world.keep("spare", app("agents.mint_key", revoked_key.id)["api_key"])
    derived = world.api(unbound).call("POST", "/sdk/keys/derive", {"scopes": ["proxy:execute"], "expires_in": 600}).json
    world.keep("derived", derived["api_key"])
    text = world.api(unbound).token(f"{ACME}/v1", provider_id="acme").json["access_token"]
    app("agents.delete", gone.id)
    app("agents.revoke_key", revoked_key.id, revoked_key.key_id)
    app("agents.suspend", paused.id)
    app("revoke_grant", world.grants_of(unbound)[0]["grant_id"])
    app("agents.revoke_key", unbound.id, unbound.key_id, force=True)
    world.restart(kill)

    def said(key: str) -> tuple[int, str | None]:
        reply = world.api(key).call("POST", "/sdk/grants/list", {"limit": 5, "offset": 0})
        return reply.status, reply.error

    assert said(gone.key) == (401, "agent_revoked")
    assert said(revoked_key.key) == (401, "key_revoked")
    assert said(paused.key) == (401, "agent_inactive")
    assert said(unbound.key) == said(derived["api_key"]) == (401, "key_revoked")
    fresh = world.control.mint(unbound.name)["key"]
    world.keep("fresh", fresh)

    head = [("Proxy-Authorization", basic(unbound.name, fresh)), ("Authorization", f"Bearer {text}")]
    with RawClient(("127.0.0.1", world.port), world.recording) as client:
        assert client.send(request("GET", "http://api.acme.test/v1", "api.acme.test", head)).response().status in (401, 403)
    assert not world.acme.requests


@KILLED
def test_no_nonce_counts_again(world, kill):
    """Not one of many that were answered, however short before the end."""
    api = world.api(world.new_agent())
    used = [Signed("GET", "/sdk/agents/me", api.key, nonce=uuid.uuid4().hex).sign() for _ in range(60)]
    statuses = [api.send(one).status for one in used]
    assert set(statuses) == {200}
    world.restart(kill)
    assert {api.send(one).status for one in used} == {401}
    assert api.call("GET", "/sdk/agents/me").status == 200


def test_nonces_of_requests_that_were_cut_off(world):
    """Whatever was answered before a kill under load is not answered again after it."""

    api = world.api(world.new_agent())
    used = [Signed("GET", "/sdk/agents/me", api.key, nonce=uuid.uuid4().hex).sign() for _ in range(800)]

    def send(one: Signed) -> int:
        try:
            return api.send(one).status
        except Exception:  # cut off
            return 0

    with ThreadPoolExecutor(8) as pool:
        sending = [pool.submit(send, one) for one in used]
        time.sleep(0.3)
        world.daemon.kill9()
        first = [one.result() for one in sending]
    world.start()
    answered = [one for one, status in zip(used, first) if status == 200]
    assert answered, "none was answered before the kill"
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(send, answered)) == {401}


@KILLED
def test_connections_and_sessions_are_kept(world, kill):
    agent = world.new_agent()
    world.connect("alice", agent)
    half_way = world.begin_connecting("bob", agent)
    (before,) = world.grants_of(agent)
    world.restart(kill)
    assert [grant["grant_id"] for grant in world.grants_of(agent)] == [before["grant_id"]]
    assert world.api(agent).proxy(f"{NOTES}/list", provider_id="notes").json["status_code"] == 200
    world.consent(half_way)
    assert world.poll(half_way)["status"] == "completed"
    assert len(world.grants_of(agent)) == 2
    assert not world.oauth.mistakes


@KILLED
def test_approvals_are_kept(world, kill):
    agent = world.bound_agent("acme", terms={"requires_approval": True})
    api = world.api(agent)
    pending = api.proxy(f"{ACME}/order", "POST", provider_id="acme", body={"n": 1})
    assert pending.status == 202, pending
    denied = api.proxy(f"{ACME}/order", "POST", provider_id="acme", body={"n": 2}).json["approval_id"]
    world.approve(denied, "deny", reason="no")
    world.restart(kill)
    assert not world.acme.requests
    world.approve(pending.json["approval_id"])
    for _ in range(40):
        status = api.call("GET", f"/sdk/approvals/{pending.json['approval_id']}?wait=1").json
        if status["status"] == "executed":
            break
    assert status["status"] == "executed" and len(world.acme.requests) == 1
    world.restart(kill)
    result = api.call("GET", f"/sdk/approvals/{pending.json['approval_id']}/result")
    assert result.status == 200 and result.json["status_code"] == 200
    assert api.call("GET", f"/sdk/approvals/{denied}").json["status"] == "denied"
    assert len(world.acme.requests) == 1


@KILLED
def test_spans_and_deprecation_are_kept(world, kill):
    agent = world.new_agent()
    span = {"trace_id": "t", "name": "n", "start_time": "2026-11-21T10:00:00Z", "span_id": "s", "attributes": {}}
    api = world.api(agent)
    assert api.call("POST", "/sdk/spans", {"spans": [span]}).json["accepted"] == 1
    world.control.key_act(agent.name, agent.key_id, "deprecate")
    world.restart(kill)
    reply = api.call("GET", "/sdk/agents/me")
    assert reply.status == 200 and reply.value("x-alter-key-deprecated") == "true"
