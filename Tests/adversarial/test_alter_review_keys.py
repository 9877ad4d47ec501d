"""Keys, scopes, reports and callers' rules: what a review of the API found, each as its attacker would do it."""

from __future__ import annotations

import json
import socket
import time

import pytest
from support.alter_world import ACME
from support.client import RawClient
from support.signing import rule_header

MIB = 1 << 20


def resident(alter) -> int:
    """Bytes that the daemon has in memory."""
    status = open(f"/proc/{alter.daemon.process.pid}/status").read()
    return int(status.split("VmRSS:")[1].split()[0]) * 1024


# Keys.


def test_a_short_lived_key_mints_no_mightier_one(alter):
    """A key of a minute that may manage agents makes one without end that may spend their grants."""
    agent = alter.bound_agent("acme")
    reply = alter.api(alter.app).call("POST", "/sdk/keys/derive", {"scopes": ["agents:admin"], "expires_in": 60})
    assert reply.status == 201, reply
    derived = alter.api(alter.keep("derived", reply.json["api_key"]))
    assert derived.proxy(f"{ACME}/a", provider_id="acme").status == 403
    minted = derived.call("POST", f"/sdk/agents/{agent.id}/keys", {})
    if minted.status == 403:
        return
    assert minted.status == 201, minted
    text = alter.keep("minted", minted.json["api_key"])
    alter.control.do("POST", "app", "keys", reply.json["id"], "revoke", body={"force": True})
    assert alter.api(text).proxy(f"{ACME}/b", provider_id="acme").status != 200


def test_a_stolen_key_does_not_live_on_in_another_one(alter):
    """Whoever has a key makes another like it, and the operator revokes the one that was stolen."""
    agent = alter.bound_agent("acme")
    stolen = alter.control.post("agents", agent.name, "keys", name="stolen")
    reply = alter.api(alter.keep("stolen", stolen["key"])).call(
        "POST", f"/sdk/keys/{stolen['id']}/rotate", {"overlap_days": 30}
    )
    assert reply.status == 201, reply
    successor = alter.keep("successor", reply.json["api_key"])
    alter.control.do("POST", "agents", agent.name, "keys", stolen["id"], "revoke", body={})
    assert alter.api(successor).proxy(f"{ACME}/s", provider_id="acme").status == 401


# What keys are told.


def test_agents_cannot_find_out_which_secrets_there_are(alter):
    api = alter.api(alter.new_agent())
    asked = {"principal": {"type": "agent"}, "grant_policy": {}}
    there = api.call("POST", "/sdk/managed-secrets/other/grants", asked)
    nowhere = api.call("POST", "/sdk/managed-secrets/nothing-such/grants", asked)
    assert (there.status, there.error) == (nowhere.status, nowhere.error)


def test_users_are_not_told_to_keys_without_that_scope(alter):
    """A key that may emit spans, and nothing else, reads who a user is and in which groups."""
    token = alter.token("rita", groups=["hr"])
    known = alter.api(alter.app).call("POST", "/sdk/identity/resolve", {"user_token": token})
    assert known.status == 200, known
    reply = alter.api(alter.app).call("POST", "/sdk/keys/derive", {"scopes": ["spans:emit"], "expires_in": 60})
    weak = alter.api(alter.keep("weak", reply.json["api_key"]))
    asked = {"app_user_id": known.json["app_user_id"], "include_profile": True}
    assert weak.call("POST", "/sdk/identity/resolve", asked).status in (403, 404)


@pytest.mark.parametrize(
    "url", ["https://h.test/p?\u0301key=hunter22", "https:/me:hunter22@h.test/p", "//me:hunter22@h.test"]
)
def test_reported_addresses_keep_no_secrets(alter, url):
    """A sign that goes together with the question mark before it hides it from Swift's characters."""
    api = alter.api(alter.new_agent())
    said = {"grant_id": None, "method": "GET", "url": url, "response_status": 200, "latency_ms": 1}
    assert api.call("POST", "/sdk/oauth/audit/api-call", said).status == 200
    assert "hunter22" not in json.dumps(alter.audit())


# Request rules.


def content_rule(*conditions: dict) -> str:
    return rule_header(
        "content_match",
        {"match": {"operations": [], "families": ["send"]}, "params": list(conditions), "effect": "deny"},
    )


def test_a_condition_holds_however_often_it_is_met(alter):
    """What a rule forbids is said twice, which makes it no better."""
    api = alter.api(alter.bound_agent("acme"))
    rule = content_rule({"name": "to", "op": "equals", "value": "evil"})

    def send(body):
        asked = {"method": "POST", "url": f"{ACME}/mail", "provider_id": "acme", "body": body}
        return api.call("POST", "/sdk/proxy", asked, request_rule=rule)

    assert send({"to": "evil"}).status == 403
    assert send({"to": ["evil", "evil"]}).status == 403
    assert send({"to": "evil", "copy": {"to": "x"}}).status == 403


def test_patterns_do_not_stop_everybody(make_alter):
    """A pattern of a rule that takes long on a long text; meanwhile others ask."""
    alter = make_alter()
    api = alter.api(alter.bound_agent("acme"))
    other = alter.api(alter.new_agent())
    pattern = "*" + "a" * 500 + "b"
    rule = content_rule(*[{"name": "x", "op": "any_in", "value": [pattern]}] * 3)
    body = {"x": "a" * (8 * MIB)}
    asked = {"method": "POST", "url": f"{ACME}/mail", "provider_id": "acme", "body": body}
    clients = []
    try:
        for _ in range(4):
            one = socket.create_connection(api.address)
            clients.append(one)
            one.sendall(api.signed("POST", "/sdk/proxy", asked, request_rule=rule).message())
        time.sleep(1)
        start = time.monotonic()
        with RawClient(other.address, timeout=60) as client:
            answer = client.send(other.signed("GET", "/sdk/agents/me").message()).response()
        assert answer.status == 200
        assert time.monotonic() - start < 2, time.monotonic() - start
    finally:
        for one in clients:
            one.close()


def test_rules_take_memory_in_proportion(make_alter):
    """A body of 400 kB whose members have the same name at twenty levels."""
    alter = make_alter()
    api = alter.api(alter.bound_agent("acme"))
    rule = content_rule({"name": "a", "op": "any_in", "value": ["zzz"]})
    inner: object = [1] * 200_000
    for _ in range(20):
        inner = {"a": inner}
    asked = {"method": "POST", "url": f"{ACME}/mail", "provider_id": "acme", "body": inner}
    signed = api.signed("POST", "/sdk/proxy", asked, request_rule=rule)
    before = resident(alter)
    with socket.create_connection(api.address) as client:
        client.sendall(signed.message())
        most = 0
        for _ in range(60):
            time.sleep(0.1)
            most = max(most, resident(alter) - before)
    assert most < 128 * MIB, most // MIB
