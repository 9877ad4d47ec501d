"""Defects that a review of users' connections found, each as its attacker would do it."""

from __future__ import annotations

import time

from support.alter_world import ACME, NOTES


def calls_notes(alter, agent, path: str):
    """The token that the upstream is shown for an agent, and what came of the call."""
    reply = alter.api(agent).proxy(f"{NOTES}{path}", provider_id="notes")
    found = [one.value("authorization") for one in alter.notes.requests if one.target == path]
    return reply, (found[-1] if found else "").removeprefix("Bearer ")


def test_consent_for_one_agent_widens_no_other_one(make_alter):
    """The user let the first agent read, and then the second one write, too."""
    alter = make_alter()
    reader, writer = alter.new_agent(), alter.new_agent()
    alter.connect("wendy", reader, required_scopes={"notes": ["notes.read"]})
    alter.connect("wendy", writer, required_scopes={"notes": ["notes.read", "notes.write"]})
    reply, token = calls_notes(alter, reader, "/reader")
    assert reply.status == 200 and reply.json["status_code"] == 200, reply
    family, _ = alter.oauth._access[token]
    assert "notes.write" not in family.scope, f"the agent that may read acts with {family.scope!r}"


def test_another_account_is_not_given_to_who_has_the_first(make_alter):
    """Where the provider does not say whose a token is, two accounts of a user are one; the first agent gets the second."""

    def edit(world, config):
        oauth = config.find("provider", name="notes")["oauth"]
        del oauth["account_endpoint"], oauth["account_member"]

    alter = make_alter(edit)
    first, second = alter.new_agent(), alter.new_agent()
    alter.oauth.account = "private@notes.test"
    alter.connect("xena", first)
    alter.oauth.account = "company@notes.test"
    alter.connect("xena", second)
    _, token = calls_notes(alter, first, "/first")
    if token:
        family, _ = alter.oauth._access[token]
        assert family.account == "private@notes.test", f"the agent acts as {family.account}"


def test_a_consent_for_the_application_takes_nothing_from_agents(alter):
    """The user let an agent in, and now the application for a while: of the agent nothing was said."""
    agent = alter.new_agent()
    alter.connect("quentin", agent)
    assert calls_notes(alter, agent, "/one")[0].status == 200
    alter.connect("quentin", grant_policy={"max_ttl_seconds": 60})
    assert calls_notes(alter, agent, "/two")[0].status == 200


def test_a_token_without_groups_ends_them(alter):
    """The identity provider leaves the claim out for somebody who is in no group any more."""
    api = alter.api(alter.app)
    reply = api.call(
        "POST",
        "/sdk/managed-secrets/acme/grants",
        {"principal": {"type": "group", "external_group_id": "staff", "idp_id": "x", "label": "s"}, "grant_policy": {}},
    )
    assert reply.status == 201, reply
    inside = alter.token("gina", groups=["staff"])
    assert api.proxy(f"{ACME}/g", provider_id="acme", user_token=inside).status == 200
    outside = alter.token("gina")
    assert api.proxy(f"{ACME}/g", provider_id="acme", user_token=outside).status != 200


def test_an_older_token_does_not_bring_groups_back(alter):
    """Somebody who has left a group shows the token of before, which has not ended yet."""
    api = alter.api(alter.app)
    asked = {"principal": {"type": "group", "external_group_id": "ops", "idp_id": "x", "label": "o"}, "grant_policy": {}}
    assert api.call("POST", "/sdk/managed-secrets/acme/grants", asked).status == 201
    now = int(time.time())
    before = alter.token("hugo", groups=["ops"], iat=now - 50)
    after = alter.token("hugo", groups=[], iat=now)
    assert api.proxy(f"{ACME}/h", provider_id="acme", user_token=before).status == 200
    assert api.proxy(f"{ACME}/h", provider_id="acme", user_token=after).status != 200
    assert api.proxy(f"{ACME}/h", provider_id="acme", user_token=before).status != 200


def test_nobody_is_asked_without_end(make_alter):
    """An agent's key and a user's token would fill the store."""
    alter = make_alter()
    agent = alter.new_agent()
    asked = {"allowed_providers": ["notes"], "user_token": alter.token("yves")}
    replies = [alter.api(agent).call("POST", "/sdk/oauth/connect/session", asked) for _ in range(21)]
    assert [reply.status for reply in replies] == [201] * 20 + [409], replies[-1]
    assert replies[-1].error == "too_many_sessions"
