"""The API's gate against what its clients cannot send: replays, other clocks, requests changed after signing."""

from __future__ import annotations

import base64
import hashlib
import json
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest
from support import audit
from support.alter_world import ACME
from support.client import RawClient, basic, request
from support.identity import SigningKey, compact, with_shared_secret
from support.signing import Api, Reply, Signed, rule_header, signing_key

LIST = {"limit": 10, "offset": 0}
GRANTS = "/sdk/grants/list"
SOMEBODY = "6ad1a0c6-7f3e-4a55-9f0e-2f1d5f0c9b11"


@pytest.fixture(scope="module")
def bot(_shared_alter):
    return _shared_alter.bound_agent("acme")


@pytest.fixture
def api(alter, bot) -> Api:
    return alter.api(bot)


# Signatures.


def test_a_signed_request_is_answered(api, alter):
    assert api.call("POST", GRANTS, LIST).status == 200
    assert api.call("GET", "/sdk/agents/me").status == 200
    by_name = api.signed("GET", "/sdk/agents/me")
    by_name.host = "postern.internal"
    absolute = api.send(by_name, "http://postern.internal")
    assert absolute.status == 200, absolute


def test_a_request_counts_once(api, alter):
    signed = api.signed("POST", GRANTS, LIST)
    assert api.send(signed).status == 200
    for _ in range(3):
        assert api.send(signed).status == 401
    assert alter.denial("nonce")


def test_of_many_at_once_one_counts(api):
    """The same request on 20 connections: exactly one is answered."""

    signed = api.signed("GET", "/sdk/agents/me")
    with ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(lambda _: api.send(signed).status, range(20)))
    assert sorted(statuses) == [200] + [401] * 19


def test_nonces_are_of_each_key(alter, api):
    other = alter.api(alter.new_agent())
    nonce = "ab" * 16
    assert api.send(Signed("GET", "/sdk/agents/me", api.key, nonce=nonce).sign()).status == 200
    assert other.send(Signed("GET", "/sdk/agents/me", other.key, nonce=nonce).sign()).status == 200
    assert api.send(Signed("GET", "/sdk/agents/me", api.key, nonce=nonce).sign()).status == 401


@pytest.mark.parametrize(
    "seconds, is_good", [(-290, True), (290, True), (-330, False), (330, False), (-86400, False), (10**9, False)]
)
def test_clocks(api, seconds, is_good):
    stamp = str(int(time.time()) + seconds)
    reply = api.send(Signed("GET", "/sdk/agents/me", api.key, stamp=stamp).sign())
    assert reply.status == (200 if is_good else 401), reply


@pytest.mark.parametrize(
    "stamp", ["", "now", "-1", "+1", " 1", "1e9", "0x1", "1.5", "99999999999999999999999999", "١٢٣"]
)
def test_stamps_that_are_none(api, stamp):
    signed = Signed("GET", "/sdk/agents/me", api.key, stamp="1").sign()
    signed.replace("X-Alter-Timestamp", stamp.encode().decode("latin-1"))
    assert api.send(signed).status in (400, 401)


@pytest.mark.parametrize("nonce", ["", "abc", "G" * 32, "AB" * 16, "ab" * 15, "ab" * 17, "ab" * 5000])
def test_nonces_that_are_none(api, nonce):
    signed = Signed("GET", "/sdk/agents/me", api.key, nonce=nonce or "x").sign()
    signed.replace("X-Alter-Nonce", nonce)
    assert api.send(signed).status in (400, 401, 431)


ALTERED = {
    "method": lambda s: setattr(s, "method", "POST"),
    "path": lambda s: setattr(s, "target", s.target.replace("/sdk/agents", "/sdk/agents/me")),
    "query value": lambda s: setattr(s, "target", s.target.replace("limit=5", "limit=6")),
    "query added": lambda s: setattr(s, "target", s.target + "&include_revoked=true"),
    "query removed": lambda s: setattr(s, "target", s.target.partition("?")[0]),
    "query twice": lambda s: setattr(s, "target", s.target + "&limit=5"),
    "stamp": lambda s: s.replace("X-Alter-Timestamp", str(int(s.stamp) - 1)),
    "nonce": lambda s: s.replace("X-Alter-Nonce", "cd" * 16),
    "key of another": lambda s: s.replace("x-api-key", "alter_key_app_" + "y" * 36),
    "signature cut": lambda s: s.replace("X-Alter-Signature", dict(s.lines)["X-Alter-Signature"][:-1]),
    "signature longer": lambda s: s.replace("X-Alter-Signature", dict(s.lines)["X-Alter-Signature"] + "0"),
    "signature upper": lambda s: s.replace("X-Alter-Signature", dict(s.lines)["X-Alter-Signature"].upper()),
    "signature empty": lambda s: s.replace("X-Alter-Signature", ""),
    "no signature": lambda s: s.replace("X-Alter-Signature", None),
    "no stamp": lambda s: s.replace("X-Alter-Timestamp", None),
    "no nonce": lambda s: s.replace("X-Alter-Nonce", None),
    "no digest": lambda s: s.replace("X-Alter-Content-SHA256", None),
    "no key": lambda s: s.replace("x-api-key", None),
    "digest of something else": lambda s: s.replace("X-Alter-Content-SHA256", hashlib.sha256(b"x").hexdigest()),
    "caller added": lambda s: s.replace("X-Alter-Caller", str(uuid.uuid4())),
    "caller type added": lambda s: s.replace("X-Alter-Caller-Type", "agent"),
    "actor added": lambda s: s.replace("X-Alter-Actor-ID", str(uuid.uuid4())),
    "context added": lambda s: s.replace("X-Alter-Context", '{"run_id":"x"}'),
    "constraints added": lambda s: s.replace("X-Alter-Scope-Constraints", "agents:read"),
    "rule added": lambda s: s.replace("X-Alter-Request-Rule", rule_header("json_match", {})),
    "body added": lambda s: setattr(s, "body", b"{}"),
    "two keys": lambda s: s.lines.append(("x-api-key", s.key)),
    "two signatures": lambda s: s.lines.append(("X-Alter-Signature", dict(s.lines)["X-Alter-Signature"])),
    "two callers": lambda s: s.lines.extend([("X-Alter-Caller", "a"), ("X-Alter-Caller", "b")]),
}


@pytest.mark.parametrize("change", ALTERED)
def test_what_was_signed_is_what_counts(alter, change):
    api = alter.api(alter.app)
    assert api.call("GET", "/sdk/agents?limit=5&offset=0").status == 200
    signed = api.signed("GET", "/sdk/agents?limit=5&offset=0")
    ALTERED[change](signed)
    reply = api.send(signed)
    assert reply.status in (400, 401), reply
    assert "items" not in reply.json


REMOVED = {
    "caller": {"caller": "nightly", "caller_type": "service"},
    "context": {"context": '{"run_id":"r"}'},
    "scope_constraints": {"scope_constraints": "agents:read"},
    "request_rule": {"request_rule": rule_header("json_match", {"when": {"method": ["GET"]}, "effect": "deny"})},
}


@pytest.mark.parametrize("name", REMOVED)
def test_signed_fields_cannot_be_taken_away_or_changed(alter, name):
    api = alter.api(alter.app)
    for value in (None, "other"):
        signed = api.signed("GET", "/sdk/agents?limit=5", **REMOVED[name])
        field = next(iter(signed.fields))
        signed.replace(field, value)
        assert api.send(signed).status in (400, 401)


def test_a_body_changed_on_the_way(api):
    signed = api.signed("POST", GRANTS, {"limit": 10, "offset": 0})
    signed.body = json.dumps({"limit": 11, "offset": 0}).encode()
    assert api.send(signed).status in (400, 401)
    signed = api.signed("POST", GRANTS, {"limit": 10, "offset": 0})
    signed.body = json.dumps({"limit": 11, "offset": 0}).encode()
    signed.replace("X-Alter-Content-SHA256", hashlib.sha256(signed.body).hexdigest())
    assert api.send(signed).status == 401


@pytest.mark.parametrize(
    "target",
    [
        "/sdk/agents?offset=0&limit=5",
        "/sdk/agents?limit=5&offset=0",
        "/sdk/agents?name=a+b%26c",
        "/sdk/agents?name=a%20b&limit=1",
        "/sdk/agents?name=%C3%A9",
        "/sdk/agents?name=",
    ],
)
def test_queries_are_sorted_to_be_signed(alter, target):
    reply = alter.api(alter.app).call("GET", target)
    assert reply.status == 200, reply


@pytest.mark.parametrize(
    "target",
    [
        "/sdk/agents/%6De",
        "/sdk/%61gents/me",
        "/sdk//agents/me",
        "/sdk/agents/../agents/me",
        "/sdk/agents/me/",
        "/sdk/agents/me%2F",
        "/SDK/agents/me",
        "/sdk/agents/me;x=1",
    ],
)
def test_paths_written_otherwise(api, target):
    """Either the same route with the same rights, or none: never something that the gate took for another."""
    reply = api.call("GET", target)
    assert reply.status in (200, 400, 401, 403, 404, 501), reply
    if reply.status == 200:
        assert reply.json["name"]


def test_two_strings_that_would_sign_the_same(api):
    """A decoded newline in a path cannot take the place of another line of what is signed."""
    signed = api.signed("GET", "/sdk/agents/me%0A1%0Aab")
    assert api.send(signed).status in (400, 401, 404, 501)


# Keys.


def test_states_of_keys_and_agents_in_their_order(alter):
    """The first thing that is wrong is what is said; whoever cannot sign learns nothing."""
    agent = alter.new_agent()
    second = alter.control.mint(agent.name)
    alter.keep("second of gate", second["key"])
    api, other = alter.api(agent), alter.api(second["key"])

    def said(by: Api = api, target: str = "/sdk/grants/list") -> tuple[int, str | None]:
        reply = by.call("POST", target, LIST)
        return reply.status, reply.error

    def me(by: Api = api) -> tuple[int, str | None]:
        reply = by.call("GET", "/sdk/agents/me")
        return reply.status, reply.error

    assert said() == (200, None)
    alter.control.act(agent.name, "pause")
    assert said() == (401, "agent_inactive") and me() == (200, None)
    assert api.call("GET", "/sdk/agents/me", caller=str(uuid.uuid4()), caller_type="agent").status in (400, 404)
    alter.control.key_act(agent.name, agent.key_id, "revoke")
    assert said() == (401, "key_revoked") and me() == (401, "key_revoked")
    assert said(other) == (401, "agent_inactive")
    alter.control.act(agent.name, "revoke")
    assert said(other) == (401, "agent_revoked") and me(other) == (401, "agent_revoked")
    assert said() == (401, "key_revoked"), "it died by itself, and before"
    wrong = api.signed("POST", GRANTS, LIST).replace("X-Alter-Signature", "0" * 64)
    assert api.send(wrong).error not in ("agent_revoked", "key_revoked")


def test_a_wrong_signature_and_a_wrong_key_look_the_same(alter, api):
    wrong = api.send(api.signed("GET", "/sdk/agents/me").replace("X-Alter-Signature", "0" * 64))
    unknown = Api(api.address, "alter_key_agent_" + "x" * 34, api.recording).call("GET", "/sdk/agents/me")
    assert wrong.status == unknown.status == 401
    assert unknown.error == "invalid_key"
    assert api.key[:20] not in wrong.response.body.decode() + unknown.response.body.decode()


def test_guessing_is_slowed(make_alter):
    """One address that shows many wrong keys has to wait; others and good keys do not."""
    alter = make_alter()
    bot = alter.bound_agent("acme")
    started = time.monotonic()
    replies = [alter.api(f"alter_key_agent_{n:034d}").call("GET", "/sdk/agents/me") for n in range(40)]
    took = time.monotonic() - started
    assert {reply.status for reply in replies} <= {401, 429}
    assert 429 in {reply.status for reply in replies} or took > 1
    with RawClient(("127.0.0.1", alter.port), alter.recording, source="127.0.0.9") as client:
        reply = Reply(client.send(alter.api(bot).signed("GET", "/sdk/agents/me").message()).response())
    assert reply.status == 200, reply


def test_the_listener_of_an_agent_is_for_that_agent(make_alter):
    def listen(world, config):
        config.add("agent", name="other-agent", key=world.secret_file("other-agent", "alter_key_agent_" + "o" * 34))
        config.add("socket", path=str(world.directory / "other.sock"), agent="other-agent")

    alter = make_alter(listen)
    bot = alter.bound_agent("acme")
    there = Api(str(alter.directory / "other.sock"), bot.key, alter.recording)
    reply = there.call("GET", "/sdk/agents/me")
    assert reply.status in (400, 401, 403), reply


# Callers and constraints.


CALLERS = ["' OR 1=1 --", "a" * 255, "<script>alert(1)</script>", "{}", "../../etc", "%00", "0" * 36]


@pytest.mark.attack(135)
@pytest.mark.parametrize("caller", CALLERS)
def test_labels_are_words(alter, api, caller):
    reply = api.call("GET", "/sdk/agents/me", caller=caller, caller_type="agent")
    assert reply.status == 200, reply


@pytest.mark.parametrize("caller, status", [("a" * 256, 400), ("", 200), (SOMEBODY.upper(), 404), (SOMEBODY, 404)])
def test_callers_of_the_application(alter, caller, status):
    fields = {"caller": caller, "caller_type": "agent"} if caller else {}
    assert alter.api(alter.app).call("POST", GRANTS, LIST, **fields).status == status


@pytest.mark.parametrize(
    "constraints",
    ["keys:admin,keys:admin", "*", "agents", "agents:*", "proxy:execute,", ",", "x" * 9000, "agents:fly", "a b:read"],
)
def test_constraints_never_widen(alter, constraints):
    derived = alter.api(alter.bound_agent("acme")).call(
        "POST", "/sdk/keys/derive", {"scopes": ["proxy:execute"], "expires_in": 60}
    )
    assert derived.status in (200, 201), derived
    key = alter.keep(f"derived {constraints[:20]}", derived.json["api_key"])
    reply = alter.api(key).call("POST", GRANTS, LIST, scope_constraints=constraints)
    assert reply.status in (400, 403, 431), reply


# Contexts.


@pytest.mark.parametrize(
    "context, status",
    [
        (json.dumps({f"k{n}": "v" for n in range(20)}), 200),
        (json.dumps({f"k{n}": "v" for n in range(21)}), 400),
        (json.dumps({"k" * 64: "v"}), 200),
        (json.dumps({"k" * 65: "v"}), 400),
        (json.dumps({"k": "v" * 512}), 200),
        (json.dumps({"k": "v" * 513}), 400),
        (json.dumps({f"k{n}": "v" * 500 for n in range(9)}), 400),
        ('{"k":1}', 400),
        ('{"k":{"a":"b"}}', 400),
        ('["k"]', 400),
        ('"k"', 400),
        ('{"k":"a","k":"b"}', 400),
        ("{", 400),
        ('{"run_id":"\\u0000\\u001b[31m\\u202e"}', 200),
    ],
)
def test_contexts_are_bounded(alter, api, bot, context, status):
    reply = api.call("GET", "/sdk/agents/me", context=context)
    assert reply.status == status, reply
    if status == 400:
        assert reply.error == "context_invalid"
    for path in audit.segments(alter.directory / "state"):
        assert not set(path.read_bytes()) - set(range(0x20, 0x7F)) - {10}, "a record holds a control character"


# Routes.


def test_what_is_not_there_says_so(alter, api, bot):
    for method, target in (
        ("GET", "/sdk/nothing"),
        ("POST", "/sdk/auth/session"),
        ("GET", "/sdk/provider-specs"),
    ):
        reply = api.call(method, target, {} if method == "POST" else None)
        assert (reply.status, reply.error) == (501, "not_supported"), (target, str(reply))
    unsigned = RawClient(("127.0.0.1", alter.port), alter.recording)
    with unsigned:
        assert unsigned.send(request("GET", "/sdk/nothing", "localhost")).response().status == 401


def test_other_methods(api):
    for method in ("PUT", "OPTIONS", "TRACE", "PATCH"):
        reply = api.call(method, "/sdk/agents/me")
        assert reply.status in (400, 401, 403, 405, 501), (method, str(reply))


@pytest.mark.attack(132)
def test_a_web_page_cannot_call_it(alter, api):
    for origin in ("https://evil.test", "null", "http://localhost"):
        reply = api.send(api.signed("GET", "/sdk/agents/me"), extra=[("Origin", origin)])
        assert not [name for name, _ in reply.response.fields if name.lower().startswith("access-control-")]
    preflight = request(
        "OPTIONS",
        "/sdk/proxy",
        "localhost",
        [
            ("Origin", "https://evil.test"),
            ("Access-Control-Request-Method", "POST"),
            ("Access-Control-Request-Headers", "x-api-key"),
        ],
    )
    with RawClient(("127.0.0.1", alter.port), alter.recording) as client:
        response = client.send(preflight).response()
    assert response.status >= 400
    assert not [name for name, _ in response.fields if name.lower().startswith("access-control-")]


@pytest.mark.attack(129)
@pytest.mark.parametrize("host", ["evil.test", "evil.test:3128", "postern.internal.evil.test", ""])
def test_a_name_that_was_rebound(alter, api, host):
    signed = api.signed("GET", "/sdk/agents/me")
    signed.host = host
    assert api.send(signed).status in (400, 403, 404, 421)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b'{"limit":10,"offset":0,"limit":20}',
        b'{"limit":"10","offset":0}',
        b'{"limit":-1,"offset":0}',
        b'{"limit":10,"offset":99999999999999999999}',
        b'{"limit":1e1,"offset":0}',
        b"\xff\xfe",
        b'{"limit":true,"offset":0}',
        b"[" * 100_000,
    ],
)
def test_bodies_that_are_none(api, body):
    signed = Signed("POST", GRANTS, api.key, body).sign()
    reply = api.send(signed)
    assert reply.status in (200, 400) and (body == b"" or reply.status == 400), (body[:60], str(reply))


def test_long_bodies(api):
    assert api.call("POST", GRANTS, {"limit": 10, "offset": 0, "label": "x" * 1_100_000}).status in (400, 413)
    reply = api.proxy(f"{ACME}/", "POST", provider_id="acme", body="x" * 13_000_000)
    assert reply.status == 413, reply


@pytest.mark.attack(136)
@pytest.mark.parametrize(
    "more",
    [
        {"status": "active", "scopes": {"acme": []}},
        {"id": SOMEBODY},
        {"name": "other"},
        {"version": 1},
        {"parent_agent_id": SOMEBODY},
        {"owner": "me"},
        {"allowed_routes": ["/*"]},
        {"keys": []},
        {"rate_limit_per_minute": 10**6},
    ],
)
def test_members_that_nobody_asked_for(alter, more):
    agent = alter.new_agent()
    reply = alter.api(alter.app).call("PATCH", f"/sdk/agents/{agent.id}", more)
    assert reply.status == 400, reply
    assert alter.control.get("agents", agent.name)["name"] == agent.name


@pytest.mark.attack(136)
def test_an_agent_changes_no_agent(alter, api, bot):
    other = alter.new_agent()
    for target in (bot.id, other.id):
        for method, path, body in (
            ("GET", "", None),
            ("PATCH", "", {"scopes": {}}),
            ("DELETE", "", None),
            ("POST", "/keys", {}),
            ("GET", "/keys", None),
            ("DELETE", f"/keys/{other.key_id}?force=true", None),
            ("PATCH", f"/keys/{other.key_id}/deprecate", {}),
        ):
            reply = api.call(method, f"/sdk/agents/{target}{path}", body)
            assert (reply.status, reply.error) == (403, "agent_cannot_mint_subagents"), (method, path, str(reply))
    assert api.call("DELETE", f"/sdk/keys/{other.key_id}").status == 404
    assert api.call("POST", f"/sdk/keys/{alter.app.key_id}/rotate", {"overlap_days": 0}).status == 404


@pytest.mark.attack(135)
@pytest.mark.parametrize("value", ["' OR '1'='1", "1 OR 1=1", "x\x00y", "%", "_", "x'; DROP TABLE agents;--"])
def test_values_never_become_sql(alter, api, value):
    app = alter.api(alter.app)

    named = app.call("GET", f"/sdk/agents?name={quote(value)}")
    assert named.status in (200, 400) and (named.status == 400 or named.json["items"] == []), named
    for target in (f"/sdk/agents/{quote(value, safe='')}", f"/sdk/managed-secrets/{quote(value, safe='')}/grants"):
        body = {"principal": {"type": "system"}} if "managed" in target else None
        assert app.call("POST" if body else "GET", target, body).status in (400, 404)
    listed = api.call("POST", GRANTS, {**LIST, "provider_id": value})
    assert listed.status in (200, 400) and (listed.status == 400 or listed.json["grants"] == []), listed


@pytest.mark.attack(137)
def test_nothing_reads_a_secret_back(alter, bot):
    """Whatever is asked by application and agent; the search itself is done when the test ends."""
    app, api = alter.api(alter.app), alter.api(bot)
    for target in (
        "/sdk/agents?limit=1000",
        f"/sdk/agents/{bot.id}",
        f"/sdk/agents/{bot.id}/keys",
        "/sdk/scopes",
        "/sdk/agents/me",
    ):
        for by in (app, api):
            reply = by.call("GET", target)
            assert bot.key not in reply.response.body.decode()
    for by in (app, api):
        assert by.call("POST", GRANTS, {"limit": 1000, "offset": 0}).status == 200
    assert api.token(f"{ACME}/", provider_id="acme").status == 200
    assert api.proxy(f"{ACME}/echo", provider_id="acme").status == 200


def test_only_the_application_grants(alter, api, bot):
    secret = alter.control.get("secrets", "other")["id"]
    for principal in (
        {"type": "system"},
        {"type": "agent"},
        {"type": "user", "user_token": alter.token("u"), "label": "x"},
    ):
        reply = api.call("POST", f"/sdk/managed-secrets/{secret}/grants", {"principal": principal})
        assert reply.status in (403, 404, 422), reply
    grant = alter.grants_of(bot)[0]["grant_id"]
    assert api.call("POST", f"/sdk/oauth/grants/{grant}/revoke", {}).status == 403
    assert api.call("DELETE", f"/sdk/grants/{grant}/delegations/{bot.id}").status == 403
    assert alter.grants_of(bot)


# Tokens of users.


def claims(alter, **more):
    return alter.identity.claims("alice", **more)


FORGED = {
    "alg none": lambda a: compact({"alg": "none"}, claims(a), lambda _: b""),
    "alg None": lambda a: compact({"alg": "None", "kid": "key-1"}, claims(a), lambda _: b""),
    "HS256 with the public key": lambda a: compact(
        {"alg": "HS256", "kid": "key-1"}, claims(a), with_shared_secret(a.identity.keys[0].pem)
    ),
    "key in the header": lambda a: forged_by_own_key(a, lambda key: {"jwk": key.public}),
    "address of keys in the header": lambda a: forged_by_own_key(a, lambda _: {"jku": a.identity.keys_url}),
    "another's key": lambda a: forged_by_own_key(a, lambda _: {}),
    "PS256 by an RS256 key": lambda a: a.identity.token("alice", header={"alg": "PS256"}),
    "past": lambda a: a.identity.token("alice", exp=int(time.time()) - 61),
    "future": lambda a: a.identity.token("alice", nbf=int(time.time()) + 120),
    "never ends": lambda a: a.identity.token("alice", exp=None),
    "no issuer": lambda a: a.identity.token("alice", iss=None),
    "another issuer": lambda a: a.identity.token("alice", iss="https://evil.test/"),
    "issuer without slash": lambda a: a.identity.token("alice", iss=a.identity.ISSUER.rstrip("/")),
    "no audience": lambda a: a.identity.token("alice", aud=None),
    "another audience": lambda a: a.identity.token("alice", aud=["x", "y"]),
    "no subject": lambda a: a.identity.token("alice", sub=None),
    "empty subject": lambda a: a.identity.token(""),
    "subject is a number": lambda a: a.identity.token("alice", sub=7),
    "crit": lambda a: a.identity.token("alice", header={"crit": ["b64"], "b64": False}),
    "kid is a path": lambda a: a.identity.token("alice", header={"kid": "../../dev/null"}),
    "20 kB": lambda a: a.identity.token("alice", junk="x" * 20_000),
    "two payloads": lambda a: a.identity.token("alice") + ".e30",
    "empty": lambda a: "",
    "signature cut": lambda a: a.identity.token("alice").rpartition(".")[0] + ".",
}


def forged_by_own_key(alter, header) -> str:
    key = SigningKey("key-1")
    return compact({"alg": "RS256", "kid": "key-1", **header(key)}, claims(alter), key.sign)


@pytest.mark.parametrize("kind", FORGED)
def test_forged_user_tokens(alter, kind):
    token = FORGED[kind](alter)
    app = alter.api(alter.app)
    reply = app.call("POST", "/sdk/auth/verify-token", {"token": token})
    assert reply.status in (400, 401), reply
    reply = app.proxy(f"{ACME}/", provider_id="acme", user_token=token)
    assert (reply.status, reply.error) in ((401, "jwt_validation_error"), (400, "invalid_request")), reply
    assert not alter.acme.requests


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA"])
def test_rotated_keys_are_found(make_alter, algorithm):
    alter = make_alter()
    app = alter.api(alter.app)

    def verify(token: str) -> int:
        return app.call("POST", "/sdk/auth/verify-token", {"token": token}).status

    assert verify(alter.token("alice")) == 200
    fetched = alter.identity.fetches
    for _ in range(5):
        assert verify(alter.token("alice")) == 200
    assert alter.identity.fetches == fetched, "keys are kept"
    new = SigningKey("key-2", algorithm)
    alter.identity.keys.insert(0, new)
    first = verify(alter.token("alice"))
    assert first in (200, 401)
    for n in range(20):
        verify(alter.identity.token("alice", key=SigningKey(f"unknown-{n}", "EdDSA")))
    assert alter.identity.fetches <= fetched + 2, "unknown keys do not make it ask again and again"
    if first == 401:
        time.sleep(31)
        assert verify(alter.token("alice")) == 200


# Placeholders.


@pytest.fixture
def handed_out(alter, api) -> str:
    reply = api.token(f"{ACME}/v1", provider_id="acme")
    assert reply.status == 200, reply
    return reply.json["access_token"]


def through(
    alter, who, text: str, url: str = "http://api.acme.test/v1", field: str = "Authorization", scheme: str = "Bearer "
) -> int:
    head = [("Proxy-Authorization", basic(who.name, who.key)), (field, scheme + text)]
    with RawClient(("127.0.0.1", alter.port), alter.recording) as client:
        return (
            client.send(request("GET", url, "api.acme.test" if "acme" in url else "other.test", head)).response().status
        )


def test_placeholders_are_bound(alter, bot, handed_out):
    """To their agent, their host, their grant, and themselves: any change ends them."""
    thief = alter.bound_agent("acme")
    assert through(alter, bot, handed_out) == 200
    assert through(alter, thief, handed_out) == 403
    assert through(alter, bot, handed_out, "http://other.test/v1") == 403
    body = handed_out.removeprefix("alter-ph-")
    other = body[:-1] + ("0" if body[-1] != "0" else "1")
    assert through(alter, bot, "alter-ph-" + other) in (401, 403)
    assert len(alter.acme.requests) == 1 and not alter.other.requests


def test_placeholders_end_with_their_grant(alter):
    agent = alter.bound_agent("acme", "local")
    text = alter.api(agent).token(f"{ACME}/v1", provider_id="acme").json["access_token"]
    assert through(alter, agent, text) == 200
    grants = {grant["managed_secret_slug"]: grant["grant_id"] for grant in alter.grants_of(agent)}
    alter.control.unbind(grants["acme"])
    assert through(alter, agent, text) in (401, 403)
    alter.control.bind(agent.name, "acme")
    assert through(alter, agent, text) in (401, 403), "a new grant does not revive it"


def test_placeholders_end_by_themselves(make_alter):
    alter = make_alter(lambda _w, config: config.set("api", placeholder_lifetime_s=1))
    agent = alter.bound_agent("acme")
    reply = alter.api(agent).token(f"{ACME}/v1", provider_id="acme").json
    assert reply["expires_in"] <= 1
    assert through(alter, agent, reply["access_token"]) == 200
    time.sleep(2.1)
    assert through(alter, agent, reply["access_token"]) in (401, 403)


def test_signing_keys_are_no_keys(alter, bot):
    """What requests are signed with opens nothing by itself."""
    derived = signing_key(bot.key).hex()
    head = [("Proxy-Authorization", basic(bot.name, derived))]
    with RawClient(("127.0.0.1", alter.port), alter.recording) as client:
        assert client.send(request("GET", "http://api.acme.test/", "api.acme.test", head)).response().status == 407
    assert alter.api(derived).call("GET", "/sdk/agents/me").status == 401


def test_every_refusal_is_on_record(alter, bot, api):
    before = len(audit.denials(alter.audit()))
    wrong = [
        api.signed("GET", "/sdk/agents/me").replace("X-Alter-Signature", "0" * 64),
        api.signed("GET", "/sdk/agents"),
        api.signed("POST", "/sdk/proxy", {"method": "GET", "url": f"{ACME}/x", "provider_id": "other"}),
        api.signed("GET", "/sdk/agents/me", context='{"k":1}'),
    ]
    for one in wrong:
        assert api.send(one).status >= 400
    assert len(audit.denials(alter.audit())) >= before + len(wrong)


def test_base64_rules_that_are_none(api):
    for value in (
        "%%%",
        base64.b64encode(b"{}").decode(),
        "a" * 5000,
        base64.urlsafe_b64encode(b"[1]").decode().rstrip("="),
    ):
        signed = api.signed(
            "POST", "/sdk/proxy", {"method": "GET", "url": ACME, "provider_id": "acme"}, request_rule=value
        )
        assert api.send(signed).status in (400, 431), value[:30]
