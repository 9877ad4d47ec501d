"""The walkthrough of the guide with the real alter-sdk, which knows nothing of Postern but its base URL."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import time
import uuid

import pytest
from support import audit
from support.alter_client import SdkError
from support.alter_world import ACME, OTHER, placeholder
from support.origin import answer
from support.signing import rule_header

MISSING = "8f14e45f-ceea-467f-9575-1f2a3b4c5d6e"


@pytest.fixture(scope="module")
def app(_shared_alter):
    """The operator's client."""
    return _shared_alter.sdk_app()


def name(alter) -> str:
    return alter.new_name("sdk-bot")


def provision(alter, app, **options):
    """An agent made by the SDK: what it answered."""
    made = app(
        "agents.create", name=options.pop("name", None) or name(alter), scopes=options.pop("scopes", {}), **options
    )
    alter.keep(made["name"], made["api_key"])
    return made


def seen(result) -> dict:
    """What the origin's echo says arrived, of either mode."""
    if "status" in result:
        assert result["status"] == 200, result
        return json.loads(result["text"])
    assert result["status_code"] == 200, result
    return json.loads(base64.b64decode(result["body_b64"]))


# 1. Provisioning.


def test_provisions_an_agent(alter, app):
    made = provision(alter, app, display_name="Résearch", metadata={"team": "a"})
    assert made["$"] == "AgentCreateResult" and made["status"] == "active" and made["version"] >= 1
    assert re.fullmatch(r"alter_key_agent_[A-Za-z0-9_-]{34}", made["api_key"])
    assert app("agents.get", made["id"])["display_name"] == "Résearch"
    assert app("agents.get_by_name", made["name"])["id"] == made["id"]
    assert app("agents.get_by_name", "nobody-of-that-name") is None
    page = app("agents.list", limit=1000)
    assert made["id"] in [one["id"] for one in page["agents"]] and page["total"] == len(page["agents"])
    assert "api_key" not in json.dumps(page)
    assert alter.control.get("agents", made["name"])["id"] == made["id"]


def test_names_are_taken_once(alter, app):
    made = provision(alter, app)
    app.refused("AgentNameExistsError", "agents.create", name=made["name"], scopes={})
    app("agents.delete", made["id"])
    again = provision(alter, app, name=made["name"])
    assert again["id"] != made["id"]


def test_creating_twice_by_one_idempotency_key(alter, app):
    named, key = name(alter), str(uuid.uuid4())
    first = provision(alter, app, name=named, idempotency_key=key)
    second = app("agents.create", name=named, scopes={}, idempotency_key=key)
    assert second["id"] == first["id"] and second["api_key"] is None and second["key_id"] == first["key_id"]
    app.refused("IdempotencyKeyBodyMismatchError", "agents.create", name=name(alter), scopes={}, idempotency_key=key)


def test_updates(alter, app):
    made = provision(alter, app)
    changed = app("agents.update", made["id"], display_name="B", metadata={"a": "b"})
    assert changed["display_name"] == "B" and changed["metadata"] == {"a": "b"} and changed["version"] > made["version"]
    app.refused(
        "AgentConcurrentUpdateError",
        "agents.update",
        made["id"],
        scopes={"acme": ["a"]},
        expected_version=made["version"],
        grace_seconds=0,
    )
    narrowed = app(
        "agents.update", made["id"], scopes={"acme": ["a"]}, expected_version=changed["version"], grace_seconds=0
    )
    assert narrowed["scopes"] == {"acme": ["a"]}
    app.refused("AgentNotFoundError", "agents.get", MISSING)
    app.refused("AgentNotFoundError", "agents.update", MISSING, display_name="x")


def test_lists_are_paged(alter, app):
    for _ in range(3):
        provision(alter, app)
    first = app("agents.list", limit=2)
    assert len(first["agents"]) == 2 and first["has_more"] and first["limit"] == 2 and first["offset"] == 0
    rest = app("agents.list", limit=1000, offset=2)
    assert not rest["has_more"] and rest["total"] == first["total"] == len(rest["agents"]) + 2
    assert not {one["id"] for one in first["agents"]} & {one["id"] for one in rest["agents"]}


# 2. Binding credentials.


def test_the_operator_binds_a_secret(alter):
    agent = alter.bound_agent("acme")
    client = alter.sdk_agent(agent)
    (grant,) = client("list_grants")["grants"]
    assert (grant["grant_kind"], grant["managed_secret_slug"], grant["status"]) == ("managed_secret", "acme", "active")
    assert grant["principal_type"] == "agent" and grant["agent_id"] == agent.id and grant["access_via"] == "ownership"


def test_the_application_binds_a_secret_for_an_agent(alter):
    agent = alter.new_agent()
    operator = alter.sdk().app(alter.app.key, caller=agent.id, caller_type="agent")
    secret = alter.control.get("secrets", "acme")["id"]
    made = operator("create_managed_secret_grant", secret, principal={"$": "AgentPrincipal", "label": "claude-key"})
    assert made["principal_type"] == "agent" and made["label"] == "claude-key"
    (grant,) = alter.sdk_agent(agent)("list_grants")["grants"]
    assert grant["grant_id"] == made["grant_id"] and grant["label"] == "claude-key"
    assert grant["managed_secret_id"] == secret


def test_an_agent_binds_what_was_opened_to_it(alter):
    agent, stranger = alter.new_agent(), alter.new_agent()
    alter.control.create_secret("ms_anthropic_abc", "acme", alter.secrets["acme"])
    alter.control.do("PATCH", "secrets", "ms_anthropic_abc", body={"self_bind": True, "self_binders": [agent.name]})
    principal = {"$": "AgentPrincipal", "label": "claude-key"}
    own = alter.sdk().app(agent.key)  # no class of the SDK looks at the kind of key
    made = own("create_managed_secret_grant", "ms_anthropic_abc", principal=principal)
    client = alter.sdk_agent(agent)
    seen(client("proxy_request", "GET", f"{ACME}/v1", grant_id=made["grant_id"]))
    other = alter.sdk().app(stranger.key)
    other.refused("PolicyViolationError", "create_managed_secret_grant", "ms_anthropic_abc", principal=principal)
    other.refused("PolicyViolationError", "create_managed_secret_grant", "acme", principal=principal)
    nobody = alter.sdk_app().refused("BackendError", "create_managed_secret_grant", "acme", principal=principal)
    assert nobody.fields["details"]["status_code"] == 422
    assert alter.grants_of(stranger) == []


def test_grants_for_users_and_the_system(alter, app):
    user = f"user-{uuid.uuid4()}"
    made = app(
        "create_managed_secret_grant",
        "acme",
        principal={"$": "UserPrincipal", "user_token": alter.token(user), "label": "mine"},
    )
    assert made["principal_type"] == "user"
    for_all = app(
        "create_managed_secret_grant",
        "local",
        principal={"$": "SystemPrincipal", "label": "shared"},
        grant_policy={"max_ttl_seconds": 3600},
    )
    assert for_all["principal_type"] == "system"
    seen(app("proxy_request", "GET", f"{ACME}/u", grant_id=made["grant_id"], user_token=alter.token(user)))
    seen(app("proxy_request", "GET", f"{alter.local_url}/s", grant_id=for_all["grant_id"]))
    ids = {grant["grant_id"] for grant in app("list_grants", limit=1000)["grants"]}
    assert {made["grant_id"], for_all["grant_id"]} <= ids
    app.refused(
        "GrantNotFoundError",
        "proxy_request",
        "GET",
        f"{ACME}/u",
        grant_id=made["grant_id"],
        user_token=alter.token("somebody-else"),
    )
    agent = alter.new_agent()
    alter.sdk_agent(agent).refused(
        "AgentDelegationMissingError", "proxy_request", "GET", f"{ACME}/u", grant_id=made["grant_id"]
    )
    assert app("revoke_grant", for_all["grant_id"], reason="done")["success"] is True
    app.refused("GrantRevokedError", "proxy_request", "GET", f"{alter.local_url}/s", grant_id=for_all["grant_id"])


# 3. Calling providers.


WAYS = {
    "placeholder over http": ("request", "local", "GET"),
    "placeholder by CONNECT": ("request", "acme", "GET"),
    "placeholder by CONNECT, POST": ("request", "acme", "POST"),
    "proxied, http": ("proxy_request", "local", "POST"),
    "proxied, https": ("proxy_request", "acme", "POST"),
}


@pytest.mark.parametrize("by", ["grant_id", "provider"])
@pytest.mark.parametrize("way", WAYS)
def test_calls_a_provider(alter, way, by):
    method, secret, verb = WAYS[way]
    agent = alter.bound_agent("acme", "local")
    client = alter.sdk_agent(agent)
    grants = {grant["managed_secret_slug"]: grant["grant_id"] for grant in client("list_grants")["grants"]}
    base = ACME if secret == "acme" else alter.local_url
    body = {"json": {"a": [1, "ü"]}} if verb == "POST" else {}
    result = client(
        method,
        verb,
        f"{base}/v1/messages",
        query_params={"q": "a b"},
        extra_headers={"X-Thing": "1"},
        reason="because",
        **{by: grants[secret] if by == "grant_id" else secret},
        **body,
    )
    echoed = seen(result)
    assert echoed["method"] == verb and echoed["target"].startswith("/v1/messages?q=a")
    fields = {key.lower(): value for key, value in echoed["headers"]}
    assert fields["x-thing"] == "1"
    assert re.fullmatch(r"(Bearer )?\*+", fields["authorization" if secret == "acme" else "x-local-key"]), "masked"
    if body:
        (arrived,) = getattr(alter, secret).requests
        assert json.loads(arrived.body) == body["json"]
    row = alter.intent(agent.name, "/v1/messages")
    assert row["postern.grant"] == grants[secret] and row["http.request.method"] == verb
    assert "alter-ph-" not in json.dumps(alter.audit())


def test_answers_come_as_they_are(alter):
    """Errors of the upstream are no errors of the call in proxy mode."""

    agent = alter.bound_agent("acme")
    client = alter.sdk_agent(agent)
    alter.acme.handler = lambda _r: answer(b"\x00\xff", status=418, headers=[("X-A", "1"), ("X-A", "2")])
    result = client("proxy_request", "GET", f"{ACME}/teapot", provider="acme")
    assert result["status_code"] == 418 and base64.b64decode(result["body_b64"]) == b"\x00\xff"
    found = {key.lower(): value for key, value in result["headers"].items()}
    assert found["x-a"] == "1, 2" and result["approval_id"] is None and result["duration_ms"] >= 0
    error = client.refused("ProviderAPIError", "request", "GET", f"{ACME}/teapot", provider="acme")
    assert error.fields["status_code"] == 418


def test_the_process_never_holds_the_credential(alter):
    """What `/sdk/token` hands out works at its host alone, through the proxy alone, for its agent alone."""
    agent, other = alter.bound_agent("acme", "other"), alter.bound_agent("acme")
    reply = alter.api(agent).token(f"{ACME}/v1", provider_id="acme")
    assert reply.status == 200, reply
    text = placeholder(reply.json)
    assert reply.json["injection_format"].count("{token}") == 1 and 0 < reply.json["expires_in"] <= 3600

    def ask(who, url: str) -> int:
        command = [
            "curl",
            "-s",
            "-o",
            "/dev/null",
            "-w",
            "%{http_code}",
            "--cacert",
            alter.bundle(),
            "-x",
            f"http://{who.name}:{who.key}@127.0.0.1:{alter.port}",
            "-H",
            f"Authorization: Bearer {text}",
            url,
        ]
        return int(subprocess.run(command, capture_output=True, text=True, timeout=20, check=False).stdout)

    assert ask(agent, f"{ACME}/v1") == 200
    assert ask(agent, f"{OTHER}/v1") == 403
    assert ask(other, f"{ACME}/v1") == 403
    assert [len(origin.requests) for origin in (alter.acme, alter.other)] == [1, 0]


def test_nothing_but_what_was_bound(alter):
    agent, rich = alter.bound_agent("acme"), alter.bound_agent("other")
    theirs = alter.grants_of(rich)[0]["grant_id"]
    client = alter.sdk_agent(agent)
    for method in ("request", "proxy_request"):
        error = client.refused("NoDelegatedGrantError", method, "GET", f"{OTHER}/", provider="other")
        assert error.fields["provider_id"] == "other" and error.fields["agent_id"] == agent.id
        client.refused("AgentDelegationMissingError", method, "GET", f"{OTHER}/", grant_id=theirs)
        client.refused("AgentDelegationMissingError", method, "GET", f"{OTHER}/", grant_id=MISSING)
        client.refused("BlockedDestinationError", method, "GET", f"{OTHER}/", provider="acme")
    assert not alter.other.requests


def test_two_grants_have_to_be_told_apart(alter):
    agent = alter.new_agent()
    for label in ("one", "two"):
        alter.control.bind(agent.name, "acme", label=label)
    client = alter.sdk_agent(agent)
    error = client.refused("AmbiguousGrantError", "proxy_request", "GET", f"{ACME}/", provider="acme")
    assert {one["label"] for one in error.fields["candidates"]} == {"one", "two"} or len(error.fields["grant_ids"]) == 2
    seen(client("proxy_request", "GET", f"{ACME}/", provider="acme", label="two"))
    seen(client("request", "GET", f"{ACME}/", provider="acme", label="one"))


def test_terms_of_a_grant_hold(alter):
    agent = alter.bound_agent("acme", terms={"methods": ["GET"], "paths": ["/v1/**"]})
    client = alter.sdk_agent(agent)
    seen(client("proxy_request", "GET", f"{ACME}/v1/a", provider="acme"))
    client.refused("PolicyViolationError", "proxy_request", "DELETE", f"{ACME}/v1/a", provider="acme")
    client.refused("PolicyViolationError", "proxy_request", "GET", f"{ACME}/v2/a", provider="acme")
    assert len(alter.acme.requests) == 1


def test_a_grant_that_ended(alter, app):
    agent = alter.new_agent()
    ended = alter.control.bind(agent.name, "acme", ttl_s=1)["id"]
    client = alter.sdk_agent(agent)
    # Grants end with a whole second, which is the next one but one at the latest.
    time.sleep(2.1)
    client.refused("GrantExpiredError", "proxy_request", "GET", f"{ACME}/", grant_id=ended)
    revoked = alter.control.bind(agent.name, "acme")["id"]
    seen(client("proxy_request", "GET", f"{ACME}/", grant_id=revoked))
    app("revoke_grant", revoked)
    client.refused("GrantDeletedError", "proxy_request", "GET", f"{ACME}/", grant_id=revoked)
    assert len(alter.acme.requests) == 1


def test_allowlists_by_provider(alter, app):
    made = provision(alter, app, scopes={"managed_secret_slugs": ["acme"]})
    for secret in ("acme", "local"):
        alter.control.bind(made["name"], secret)
    client = alter.sdk().agent(made["api_key"])
    seen(client("proxy_request", "GET", f"{ACME}/", provider="acme"))
    with pytest.raises(SdkError) as caught:
        client("proxy_request", "GET", f"{alter.local_url}/", provider="local")
    assert "BackendError" in caught.value.kinds and not alter.local.requests


# Patterns: grants, introspection, traces.


def test_lists_its_own_grants(alter):
    agent = alter.bound_agent("acme", "local")
    alter.bound_agent("other")
    client = alter.sdk_agent(agent)
    page = client("list_grants")
    assert {grant["managed_secret_slug"] for grant in page["grants"]} == {"acme", "local"} and page["total"] == 2
    assert [g["managed_secret_slug"] for g in client("list_grants", provider_id="acme")["grants"]] == ["acme"]
    first = client("list_grants", limit=1)
    assert len(first["grants"]) == 1 and first["has_more"] and first["total"] == 2


def test_me_also_while_paused(alter, app):
    made = provision(alter, app, scopes={"acme": ["a"]})
    client = alter.sdk().agent(made["api_key"])
    me = client("me")
    assert (me["name"], me["status"], me["scopes"]) == (made["name"], "active", {"acme": ["a"]})
    assert app("agents.suspend", made["id"])["status"] == "inactive"
    assert client("me")["status"] == "inactive"
    for call in (["list_grants"], ["proxy_request", "GET", ACME], ["request", "GET", ACME]):
        options = {} if call[0] == "list_grants" else {"provider": "acme"}
        client.refused("AgentInactiveError", *call, **options)
    assert app("agents.resume", made["id"])["status"] == "active"
    client("list_grants")
    assert app("agents.delete", made["id"])["status"] == "revoked"
    assert app("agents.delete", made["id"])["status"] == "revoked"
    for method in ("me", "list_grants"):
        client.refused("AgentRevokedError", method)
    assert made["id"] not in [one["id"] for one in app("agents.list", limit=1000)["agents"]]
    assert made["id"] in [one["id"] for one in app("agents.list", limit=1000, include_revoked=True)["agents"]]
    with pytest.raises(SdkError):
        app("agents.resume", made["id"])


def test_me_needs_an_agent(alter):
    alter.sdk().agent(alter.app.key).refused("MeRequiresAgentKeyError", "me")


@pytest.mark.parametrize("method", ["request", "proxy_request"])
def test_traces_are_in_the_audit_log(alter, app, method):
    writer, researcher = alter.bound_agent("acme"), alter.bound_agent("acme")
    one = alter.sdk_agent(researcher)
    sdk_of_one = one.sdk.agent(writer.key)
    inside = one.traced(by=sdk_of_one, run_id="run_abc", thread_id="t-7").traced(role="research")
    seen(inside(method, "GET", f"{ACME}/traced", provider="acme"))
    row = alter.intent(researcher.name, "/traced")
    context = row["postern.context"] if isinstance(row["postern.context"], dict) else json.loads(row["postern.context"])
    assert context["run_id"] == "run_abc" and context["thread_id"] == "t-7" and context["role"] == "research"
    assert context["agent"] != context["parent_agent"]
    assert row["postern.agent"] == researcher.name


# The agent's process: its own key, or the application's.


def test_impersonation_reaches_the_same(alter, app):
    agent = alter.bound_agent("acme")
    alter.control.post("grants", system=True, secret="other")
    shape = app.get_agent(agent.id)
    assert shape("me")["id"] == agent.id
    assert [g["grant_id"] for g in shape("list_grants")["grants"]] == [g["grant_id"] for g in alter.grants_of(agent)]
    seen(shape("proxy_request", "GET", f"{ACME}/as-agent", provider="acme"))
    assert alter.intent("/as-agent")["postern.agent"] == agent.name
    shape.refused("NoDelegatedGrantError", "proxy_request", "GET", f"{OTHER}/", provider="other")
    seen(app("proxy_request", "GET", f"{OTHER}/", provider="other"))  # the application itself may


def test_impersonation_of_nobody(alter, app):
    app.get_agent(MISSING).refused("AgentNotFoundError", "list_grants")
    paused = alter.bound_agent()
    alter.control.act(paused.name, "pause")
    shape = app.get_agent(paused.id)
    shape.refused("AgentNotFoundError", "proxy_request", "GET", ACME, provider="acme")
    alter.control.act(paused.name, "resume")
    seen(shape("proxy_request", "GET", ACME, provider="acme"))
    alter.control.act(paused.name, "revoke")
    error = shape.refused("AgentNotFoundError", "list_grants")
    assert error.fields["details"]["error"] == "caller_agent_unresolved"


def test_an_agent_poses_as_nobody_else(alter):
    agent, other = alter.bound_agent(), alter.bound_agent()
    own = alter.sdk().agent(agent.key, caller=agent.id)
    seen(own("proxy_request", "GET", ACME, provider="acme"))
    posing = alter.sdk().agent(agent.key, caller=other.id)
    posing.refused("CallerAgentMismatchError", "list_grants")
    posing.refused("CallerAgentMismatchError", "me")
    labelled = alter.sdk().agent(agent.key, caller="nightly job")
    seen(labelled("proxy_request", "GET", f"{ACME}/labelled", provider="acme"))
    assert alter.intent("/labelled", "nightly job")["postern.agent"] == agent.name


def test_agents_do_not_make_agents(alter):
    agent = alter.new_agent()
    client = alter.sdk().app(agent.key)
    client.refused("AgentCannotMintSubagentsError", "agents.create", name=name(alter), scopes={})
    client.refused("AgentCannotMintSubagentsError", "agents.list")
    client.refused("AgentCannotMintSubagentsError", "agents.mint_key", agent.id)
    client.refused("AgentCannotMintSubagentsError", "agents.delete", agent.id)


@pytest.mark.parametrize("method", ["request", "proxy_request"])
def test_blending_is_refused(alter, method):
    """An agent's key with the token of a user who delegated nothing to it."""
    agent = alter.bound_agent("acme")
    grant = alter.grants_of(agent)[0]["grant_id"]
    client = alter.sdk_agent(agent)
    for addressed in ({"provider": "acme"}, {"grant_id": grant}, {"provider": "notes"}):
        error = client.refused("BackendError", method, "GET", ACME, user_token=alter.token("alice"), **addressed)
        assert error.fields["details"]["status_code"] == 400
        assert error.fields["details"]["error"] == "agent_key_user_token_forbidden"
    assert not alter.acme.requests


def test_a_user_with_an_agent_to_attribute(alter, app):
    """The application's key, an agent's id and a user's token: the user's grant, and both in the record."""
    user, agent = f"user-{uuid.uuid4()}", alter.new_agent()
    grant = app(
        "create_managed_secret_grant",
        "acme",
        principal={"$": "UserPrincipal", "user_token": alter.token(user), "label": "mine"},
    )["grant_id"]
    shape = app.get_agent(agent.id)
    seen(shape("proxy_request", "GET", f"{ACME}/for-user", provider="acme", user_token=alter.token(user)))
    row = alter.intent("/for-user")
    assert agent.id in json.dumps(row) and row["postern.grant"] == grant
    shape.refused("NoDelegatedGrantError", "proxy_request", "GET", ACME, provider="acme")


def test_bad_user_tokens(alter, app):
    for token in (alter.token("u", exp=1), alter.token("u", aud="another"), alter.token("u") + "x", "no.jwt.atall"):
        app.refused("ReAuthRequiredError", "proxy_request", "GET", ACME, provider="acme", user_token=token)
        assert app("verify_user_token", token) is None
    assert app("verify_user_token", alter.token("u-1")) == "u-1"


# Keys.


def test_keys_live_and_die(alter, app):
    made = provision(alter, app)
    old = alter.sdk().agent(made["api_key"])
    old("list_grants")
    assert not old.warnings
    app.refused("LastActiveKeyError", "agents.revoke_key", made["id"], made["key_id"])
    minted = app("agents.mint_key", made["id"])
    alter.keep(f"{made['name']}, second", minted["api_key"])
    app("agents.deprecate_key", made["id"], made["key_id"])
    again = app("agents.deprecate_key", made["id"], made["key_id"])
    old("list_grants")
    assert any("UserWarning" in one for one in old.warnings), "a deprecated key is warned about"
    listed = app("agents.list_keys", made["id"])["items"]
    assert [key["key_id"] for key in listed] == [made["key_id"], minted["key_id"]]
    assert listed[0]["deprecated_at"] == again["deprecated_at"] and listed[0]["revoked_at"] is None
    app("agents.undeprecate_key", made["id"], made["key_id"])
    app("agents.deprecate_key", made["id"], made["key_id"])
    revoked = app("agents.revoke_key", made["id"], made["key_id"])
    assert revoked["revoked_at"]
    assert app("agents.revoke_key", made["id"], made["key_id"])["revoked_at"] == revoked["revoked_at"]
    old.refused("KeyRevokedError", "list_grants")
    old.refused("KeyRevokedError", "me")
    alter.sdk().agent(minted["api_key"])("list_grants")
    app.refused("KeyAlreadyRevokedError", "agents.deprecate_key", made["id"], made["key_id"])
    app.refused("KeyNotFoundError", "agents.revoke_key", made["id"], MISSING)
    other = provision(alter, app)
    app.refused("KeyNotFoundError", "agents.revoke_key", made["id"], other["key_id"])
    app("agents.revoke_key", made["id"], minted["key_id"], force=True)


def test_unknown_keys(alter):
    alter.sdk().agent("alter_key_agent_" + "x" * 34).refused("InvalidKeyError", "me")
    alter.sdk().app("alter_key_app_" + "x" * 36).refused("InvalidKeyError", "list_grants")
    alter.sdk().app("alter_key_app_" + "x" * 36).refused("InvalidKeyError", "agents.list")


def test_derived_keys(alter):
    agent = alter.bound_agent("acme")
    client = alter.sdk_agent(agent)
    made = client("keys.derive", scopes=["proxy:execute"], expires_in=600, name="sub")
    alter.keep("derived", made["api_key"])
    assert made["key_type"] == "dk" and made["api_key"].startswith("alter_dk_") and made["scopes"] == ["proxy:execute"]
    derived = alter.sdk().agent(made["api_key"])
    seen(derived("proxy_request", "GET", f"{ACME}/derived", provider="acme"))
    assert alter.intent("/derived")["postern.agent"] == agent.name
    error = derived.refused("InsufficientScopeError", "request", "GET", ACME, provider="acme")
    assert "tokens:retrieve" in json.dumps(error.fields)
    with pytest.raises(SdkError) as caught:
        derived("keys.derive", scopes=["proxy:execute"], expires_in=60)
    assert "InsufficientScopeError" in caught.value.kinds
    client("keys.revoke", key_id=made["id"])
    derived.refused("KeyRevokedError", "proxy_request", "GET", ACME, provider="acme")
    second = client("keys.derive", scopes=["proxy:execute"], expires_in=1)
    alter.keep("derived, short", second["api_key"])
    # Keys end with a whole second, which is the next one.
    time.sleep(2.1)
    alter.sdk().agent(second["api_key"]).refused("KeyExpiredError", "proxy_request", "GET", ACME, provider="acme")


def test_a_derived_key_dies_with_its_parent(alter, app):
    made = provision(alter, app)
    alter.control.bind(made["name"], "acme")
    child = alter.sdk().agent(made["api_key"])("keys.derive", scopes=["proxy:execute"], expires_in=600)
    alter.keep("child", child["api_key"])
    derived = alter.sdk().agent(child["api_key"])
    seen(derived("proxy_request", "GET", ACME, provider="acme"))
    app("agents.revoke_key", made["id"], made["key_id"], force=True)
    with pytest.raises(SdkError) as caught:
        derived("proxy_request", "GET", ACME, provider="acme")
    assert caught.value.kind == "KeyRevokedError"


def test_rotates_a_key(alter):
    agent = alter.new_agent()
    client = alter.sdk_agent(agent)
    made = client("keys.rotate", key_id=agent.key_id, overlap_days=0)
    alter.keep("rotated", made["api_key"])
    client.refused("KeyRotationExpiredError", "list_grants")
    alter.sdk().agent(made["api_key"])("list_grants")


def test_scopes_are_listed(alter, app):
    found = app("scopes.list")
    assert {"proxy:execute", "tokens:retrieve", "keys:derive"} <= set(found["action_verbs"])
    assert set(found["resources"]["agents"]["verbs"]) == {"read", "write", "admin"}


def test_a_client_may_limit_itself(alter):
    agent = alter.bound_agent("acme")
    client = alter.sdk_agent(agent)
    narrow = client.with_constraints(scopes=["proxy:execute"])
    seen(narrow("proxy_request", "GET", ACME, provider="acme"))
    narrow.refused("InsufficientScopeError", "request", "GET", ACME, provider="acme")
    derived = client("keys.derive", scopes=["proxy:execute"], expires_in=600)
    alter.keep("derived for constraints", derived["api_key"])
    wider = alter.sdk().agent(derived["api_key"]).with_constraints(scopes=["proxy:execute", "tokens:retrieve"])
    error = wider.refused("BackendError", "proxy_request", "GET", ACME, provider="acme")
    assert error.fields["details"]["error"] == "constraint_not_narrowing"


# Rules of a single client.


def test_request_rules_forbid(alter):
    agent = alter.bound_agent("acme")
    client = alter.sdk_agent(agent)
    no_deletes = client.with_constraints(
        rule={"rule_type": "json_match", "rule_body": {"when": {"method": ["DELETE"]}, "effect": "deny"}}
    )
    seen(no_deletes("proxy_request", "GET", ACME, provider="acme"))
    no_deletes.refused("PolicyViolationError", "proxy_request", "DELETE", ACME, provider="acme")
    no_deletes.refused("PolicyViolationError", "request", "GET", ACME, provider="acme")  # its method cannot be known
    unknown = client.with_constraints(rule={"rule_type": "moon_phase", "rule_body": {"when": {}, "effect": "deny"}})
    error = unknown.refused("BackendError", "proxy_request", "GET", ACME, provider="acme")
    assert error.fields["details"]["status_code"] == 400
    assert [request.method for request in alter.acme.requests] == ["GET"]


# The rest of the surface.


def test_identity_and_spans(alter, app):
    agent = alter.new_agent()
    client = alter.sdk_agent(agent)
    own = client("resolve_identity")
    assert own["agent_id"] == agent.id and own["app_user_id"] is None
    user = f"user-{uuid.uuid4()}"
    resolved = app("resolve_identity", user_token=alter.token(user, email="a@b.test"))
    assert resolved["app_user_id"] and resolved["app_id"] == own["app_id"]
    span = {
        "$": "UserSpan",
        "trace_id": uuid.uuid4().hex,
        "name": "plan",
        "start_time": "2026-11-21T10:00:00Z",
        "span_id": "s1",
    }
    assert client("spans.emit", [span])["accepted"] == 1
    assert client("spans.emit", [span])["accepted"] == 0


def test_what_is_not_built_says_so(alter, app):
    for method, options in (("oauth_providers.list", {}), ("assert_identity", {"audience": "https://a.test"})):
        error = app.refused("BackendError", method, **options)
        assert error.fields["details"]["status_code"] == 501
        assert error.fields["details"]["error"] == "not_supported"


def test_the_report_of_the_client_is_taken(alter):
    agent = alter.bound_agent("acme")
    client = alter.sdk_agent(agent)
    seen(client("request", "GET", f"{ACME}/reported", provider="acme"))
    client("close")
    rows = [row for row in alter.audit() if "/reported" in json.dumps(row)]
    assert audit.intents(rows) and len(rows) >= 3, rows


def test_limits_are_told(alter):
    agent = alter.new_agent(requests_per_minute=3)
    alter.control.bind(agent.name, "acme")
    client = alter.sdk_agent(agent)
    client("list_grants")
    told = client("last_rate_limit")
    assert told and told["limit"] == 3 and told["remaining"] == 2, told
    answers = client.many(4, "list_grants")
    refused = [one["error"] for one in answers if "error" in one]
    assert len(refused) == 2 and {one["class"] for one in refused} == {"RateLimitError"}, answers
    assert refused[0]["fields"]["scope"] == "api_key" and refused[0]["fields"]["retry_after"] > 0


def test_hostile_names_and_headers_are_refused_by_the_server_too(alter):
    agent = alter.bound_agent("acme")
    api = alter.api(agent)
    for field in ("Host", "authorization", " Cookie", "X-API-Key ", "x-http-method-override", "Proxy-Authorization"):
        reply = api.proxy(f"{ACME}/", provider_id="acme", headers={field: "x"})
        assert reply.status == 422, (field, str(reply))
    assert api.proxy(f"{ACME}/", provider_id="acme", headers={"X-Ok": "a\r\nX-Evil: b"}).status in (400, 422)
    assert api.proxy(f"{ACME}/?{'a' * 70000}", provider_id="acme").error == "query_too_long"
    assert api.proxy(f"{ACME}/", provider_id="acme", grant_id=MISSING).status == 400
    assert api.proxy(f"{ACME}/").status == 400
    for url in (
        "ftp://api.acme.test/",
        "https://user@api.acme.test/",
        "https:///x",
        "//x",
        "",
    ):
        assert api.proxy(url, provider_id="acme").status in (400, 422), url
    rule = rule_header("json_match", {"when": {}, "effect": "allow"})
    assert (
        api.call("POST", "/sdk/proxy", {"method": "GET", "url": ACME, "provider_id": "acme"}, request_rule=rule).status
        == 400
    )
    assert not alter.acme.requests
