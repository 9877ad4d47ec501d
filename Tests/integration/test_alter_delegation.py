"""Users connect accounts and delegate them to agents; tokens are renewed unseen."""

from __future__ import annotations

import base64
import json
import re
import time
import urllib.parse
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from support import audit
from support.alter_world import ACME, NOTES, AlterWorld, free_port
from support.glewlwyd import CLIENT, CLIENT_SECRET, EMAIL, PASSWORD, USER, Glewlwyd, is_installed
from support.oauth_server import OAuthServer
from support.origin import CLOSE, answer
from support.pages import Browser
from support.waiting import wait_until

DENY = "deny"
NEW = {"allowed_providers": ["notes"], "return_url": None, "allowed_origin": None, "metadata": None}


@pytest.fixture
def user() -> str:
    return f"user-{uuid.uuid4()}"


@pytest.fixture(autouse=True)
def _kind_provider(request):
    """The authorization server is kind again, whatever a test made of it."""
    if "alter" in request.fixturenames:
        oauth = request.getfixturevalue("alter").oauth
        oauth.account, oauth.decision, oauth.expires_in, oauth.delay = f"{uuid.uuid4()}@notes.test", "allow", 3600, 0
        oauth.mistakes.clear()


def call(api, path: str = "/list", **more) -> int:
    """The status of the provider, or of the refusal."""
    reply = api.proxy(f"{NOTES}{path}", **{"provider_id": "notes", **more})
    return reply.json["status_code"] if reply.status == 200 else reply.status


# With the real SDK.


@pytest.mark.parametrize("method", ["request", "proxy_request"])
def test_a_user_delegates_to_an_agent(alter, user, method):
    """Path A of the guide, and its third step."""
    app, agent = alter.sdk_app(), alter.new_agent()
    session = app("create_connect_session", allowed_providers=["notes"], user_token=alter.token(user), agent=agent.id)
    assert session["connect_url"].startswith(f"{alter.portal}/connect/") and session["expires_in"] > 0
    browser = Browser()
    page = browser.open(session["connect_url"])
    assert agent.name in page.text and "notes.read" in page.text and page.scripts == 0
    alter.consent(session, browser=browser)
    (made,) = app("poll_connect_session", session["session_token"], timeout=10)
    assert (made["provider_id"], made["operation"], made["account_identifier"]) == (
        "notes",
        "creation",
        alter.oauth.account,
    )
    assert made["delegation"]["agent_id"] == agent.id and made["scopes"] == ["notes.read"]
    client = alter.sdk_agent(agent)
    (grant,) = client("list_grants")["grants"]
    assert (grant["grant_kind"], grant["provider_id"], grant["access_via"]) == ("oauth", "notes", "oauth_delegation")
    assert grant["parent_grant_id"] == made["grant_id"] != grant["grant_id"] and grant["depth"] == 1
    for addressed in (
        {"provider": "notes"},
        {"provider": "notes", "user_token": alter.token(user)},
        {"grant_id": grant["grant_id"]},
    ):
        result = client(method, "GET", f"{NOTES}/events", **addressed)
        assert result.get("status", result.get("status_code")) == 200, result
    row = alter.intent("/events")
    assert row["postern.agent"] == agent.name and row["postern.provider"] == "notes"
    assert user in json.dumps(row) or "postern.user" in row, "who delegated is on record"
    client.refused("AgentDelegationMissingError", method, "GET", f"{NOTES}/events", grant_id=made["grant_id"])
    owned = app("list_grants", provider_id="notes", end_user_token=alter.token(user))["grants"]
    assert [g["grant_id"] for g in owned if g["access_via"] == "ownership"] == [made["grant_id"]]


def test_a_no_is_a_no(alter, user):
    app, agent = alter.sdk_app(), alter.new_agent()
    session = app("create_connect_session", allowed_providers=["notes"], user_token=alter.token(user), agent=agent.name)
    alter.consent(session, DENY)
    app.refused("ConnectDeniedError", "poll_connect_session", session["session_token"], timeout=10)
    assert alter.grants_of(agent) == [] and not alter.oauth.exchanges[-1:] or not alter.oauth.mistakes
    assert [c for c in alter.control.items("connections") if c.get("user") == user] == []
    client = alter.sdk_agent(agent)
    client.refused("NoDelegatedGrantError", "request", "GET", NOTES, provider="notes")


def test_a_no_at_the_provider(alter, user):
    alter.oauth.decision = "access_denied"
    session = alter.begin_connecting(user, alter.new_agent())
    page = alter.consent(session)
    assert page.status < 500
    found = alter.poll(session)
    assert found["status"] in ("pending", "error"), found
    assert "access_denied" in json.dumps(found) or "connect_denied" in json.dumps(found)
    assert not alter.notes.requests


def test_errors_of_beginning(alter, user):
    app = alter.sdk_app()
    begin = "create_connect_session"
    error = app.refused("BackendError", begin, allowed_providers=["notes"], agent=alter.new_agent().id)
    assert error.fields["details"]["error"] == "agent_requires_user_token"
    paused = alter.new_agent()
    alter.control.act(paused.name, "pause")
    for agent in ("nobody", str(uuid.uuid4()), paused.id, paused.name):
        app.refused("AgentNotFoundError", begin, allowed_providers=["notes"], agent=agent, user_token=alter.token(user))
    app.refused("ReAuthRequiredError", begin, allowed_providers=["notes"], user_token=alter.token(user, exp=1))
    for options in (
        {"allowed_providers": ["nobody"]},
        {"allowed_providers": ["acme"]},
        {"return_url": "javascript:alert(1)"},
        {"return_url": "http://evil.test/"},
        {"allowed_origin": "https://a.test/path"},
        {"required_scopes": {"notes": ["admin"]}},
    ):
        reply = alter.api(alter.app).call(
            "POST", "/sdk/oauth/connect/session", {**NEW, "user_token": alter.token(user), **options}
        )
        assert 400 <= reply.status < 500, (options, str(reply))


def test_an_agent_asks_by_itself(alter, user):
    agent = alter.new_agent()
    client = alter.sdk_agent(agent)
    session = client("create_connect_session", allowed_providers=["notes"], user_token=alter.token(user))
    alter.consent(session)
    client("poll_connect_session", session["session_token"], timeout=10)
    assert call(alter.api(agent)) == 200


# Ending it.


def test_each_end_ends_what_hangs_below(alter, user):
    app = alter.sdk_app()
    one, two = alter.new_agent(), alter.new_agent()
    root = alter.connect(user, one)["grant_id"]
    alter.connect(user, two)
    assert (call(alter.api(one)), call(alter.api(two))) == (200, 200)
    app("revoke_delegation", root, one.id)
    app("revoke_delegation", root, one.id)  # twice is as good as once
    assert call(alter.api(one)) in (404, 410) and call(alter.api(two)) == 200
    client = alter.sdk_agent(two)
    client("revoke_delegation", root)
    assert call(alter.api(two)) in (404, 410)
    three = alter.new_agent()
    again = alter.connect(user, three)
    assert again["operation"] == "reauth" and call(alter.api(three)) == 200
    before = len(alter.oauth.revocations)
    app("revoke_grant", again["grant_id"], reason="the user left")
    assert call(alter.api(three)) in (404, 410)
    wait_until(lambda: len(alter.oauth.revocations) > before, 5, "the provider is told")
    app.refused(
        "GrantRevokedError", "proxy_request", "GET", NOTES, grant_id=again["grant_id"], user_token=alter.token(user)
    )


def test_the_wrong_key_for_a_delegation(alter, user):
    agent = alter.new_agent()
    root = alter.connect(user, agent)["grant_id"]
    by_agent = alter.api(agent).call("DELETE", f"/sdk/grants/{root}/delegations/{agent.id}")
    assert (by_agent.status, by_agent.error) == (403, "use_self_revoke_path")
    by_app = alter.api(alter.app).call("DELETE", f"/sdk/grants/{root}/delegations/me")
    assert (by_app.status, by_app.error) == (403, "agent_key_required")
    assert call(alter.api(agent)) == 200


def test_two_users_have_to_be_told_apart(alter):
    agent, users = alter.new_agent(), [f"user-{uuid.uuid4()}" for _ in range(2)]
    accounts = []
    for one in users:
        alter.oauth.account = f"{one}@notes.test"
        accounts.append(alter.oauth.account)
        alter.connect(one, agent)
    client = alter.sdk_agent(agent)
    error = client.refused("AmbiguousGrantError", "proxy_request", "GET", NOTES, provider="notes")
    assert {one["account_identifier"] for one in error.fields["candidates"]} == set(accounts)
    for one, account in zip(users, accounts):
        for chosen in ({"user_token": alter.token(one)}, {"account": account}):
            assert call(alter.api(agent), f"/{one}", **chosen) == 200
    client.refused("BackendError", "proxy_request", "GET", NOTES, provider="notes", user_token=alter.token("a-third"))
    seen = {request.path: request.value("authorization") for request in alter.notes.requests}
    assert len(set(seen.values())) == 2


def test_blending_can_be_forbidden(make_alter):
    alter = make_alter(lambda _w, config: config.set("api", identity_blending="strict"))
    agent = alter.new_agent()
    alter.connect("alice", agent)
    api = alter.api(agent)
    assert call(api) == 200
    reply = api.proxy(NOTES, provider_id="notes", user_token=alter.token("alice"))
    assert (reply.status, reply.error) == (400, "agent_key_user_token_forbidden")


def test_a_suspended_user(alter, user):
    agent = alter.new_agent()
    alter.connect(user, agent)
    assert call(alter.api(agent)) == 200
    alter.control.do("PATCH", "users", user, body={"suspended": True})
    assert call(alter.api(agent)) in (403, 404, 410)
    app = alter.api(alter.app)
    assert app.proxy(NOTES, provider_id="notes", user_token=alter.token(user)).status in (401, 403, 404)
    assert alter.control.get("users", user)["suspended"] is True


# Renewing.


def test_an_access_token_that_ended_is_renewed(alter, user):
    agent = alter.new_agent()
    alter.oauth.expires_in = 1
    alter.connect(user, agent)
    before = len(alter.oauth.refreshes)
    time.sleep(1.2)
    alter.oauth.expires_in = 3600
    assert call(alter.api(agent)) == 200 and call(alter.api(agent)) == 200
    assert len(alter.oauth.refreshes) == before + 1 and not alter.oauth.mistakes


@pytest.mark.attack(155)
@pytest.mark.parametrize("way", ["proxy", "placeholder"])
def test_one_renewal_for_fifty_calls(alter, user, way):
    agent = alter.new_agent()
    alter.oauth.expires_in = 1
    alter.connect(user, agent)
    client = alter.sdk_agent(agent)
    time.sleep(1.2)
    alter.oauth.expires_in, alter.oauth.delay = 3600, 0.3
    before = len(alter.oauth.refreshes)
    method = "proxy_request" if way == "proxy" else "request"
    answers = client.many(50, method, "GET", f"{NOTES}/many", provider="notes")
    statuses = [
        one["result"].get("status", one["result"].get("status_code")) if "result" in one else one["error"]["class"]
        for one in answers
    ]
    assert set(statuses) == {200}, statuses
    assert len(alter.oauth.refreshes) == before + 1 and not alter.oauth.mistakes
    assert sum(request.path == "/many" for request in alter.notes.requests) == 50


def test_a_token_that_the_provider_ended_early(alter, user):
    """An upstream's 401 leads to one renewal and one more try."""
    agent = alter.new_agent()
    alter.connect(user, agent)
    assert call(alter.api(agent)) == 200
    before = len(alter.oauth.refreshes)
    alter.oauth.expire_all()
    assert call(alter.api(agent), "/again") == 200
    assert len(alter.oauth.refreshes) == before + 1 and not alter.oauth.mistakes
    assert [r.path for r in alter.notes.requests].count("/again") == 2
    always = [("WWW-Authenticate", "Bearer")]

    alter.notes.handler = lambda _r: answer(b"no", status=401, headers=always)
    assert call(alter.api(agent), "/never") == 401
    assert len(alter.oauth.refreshes) <= before + 2, "a provider that always says 401 does not make it renew for ever"


def test_a_consent_taken_back_at_the_provider(alter, user):
    agent = alter.new_agent()
    alter.oauth.expires_in = 1
    alter.connect(user, agent)
    alter.oauth.revoke_all()
    time.sleep(1.2)
    reply = alter.api(agent).proxy(NOTES, provider_id="notes")
    assert reply.status in (400, 401, 403, 409, 502), reply
    assert reply.error in ("credential_revoked", "grant_revoked", "reauth_required", "token_refresh_failed"), reply
    before = len(alter.oauth.refreshes)
    for _ in range(5):
        assert call(alter.api(agent)) != 200
    assert len(alter.oauth.refreshes) <= before + 1, "it is broken, and not tried again and again"
    alter.oauth.expires_in = 3600
    ours = [grant for grant in alter.grants_of(agent)]
    assert not ours or ours[0]["needs_reconnect"] is True
    again = alter.connect(user, agent)
    assert again["operation"] == "reauth" and call(alter.api(agent)) == 200


def test_a_provider_that_is_away(alter, user):
    agent = alter.new_agent()
    alter.oauth.expires_in = 1
    alter.connect(user, agent)
    time.sleep(1.2)
    alter.oauth.expires_in = 3600
    handler = alter.oauth.origin.handler

    alter.oauth.origin.handler = lambda _r: iter([CLOSE])
    assert call(alter.api(agent)) in (409, 502, 503, 504)
    alter.oauth.origin.handler = handler
    wait_until(lambda: call(alter.api(agent)) == 200, 10, "it works again", every=0.5)


@pytest.mark.attack(155)
@pytest.mark.parametrize("moment", ["before the provider answers", "right after"])
def test_killed_while_it_renews(make_alter, moment):
    """Either the new token is used, or the connection says that it is broken; nothing hangs."""
    alter = make_alter()
    agent = alter.new_agent()
    alter.oauth.expires_in = 1
    alter.connect("alice", agent)
    time.sleep(1.2)
    alter.oauth.expires_in = 3600
    alter.oauth.delay = 1.0 if moment.startswith("before") else 0.0
    before = len(alter.oauth.refreshes)
    with ThreadPoolExecutor(4) as pool:
        for _ in range(4):
            pool.submit(lambda: _quietly(call, alter.api(agent)))
        wait_until(lambda: len(alter.oauth.refreshes) > before, 5, "it renews", every=0.002)
        alter.daemon.kill9()
    alter.oauth.delay = 0
    alter.start()
    reply = alter.api(agent).proxy(NOTES, provider_id="notes")
    assert reply.status in (200, 400, 401, 403, 502), reply
    if reply.status != 200:
        assert reply.error in ("credential_revoked", "grant_revoked", "reauth_required", "token_refresh_failed"), reply
        assert alter.connect("alice", agent)["operation"] == "reauth"
        assert call(alter.api(agent)) == 200


def _quietly(function, *arguments):
    try:
        return function(*arguments)
    except Exception:  # cut off
        return None


# The browser's side.


def begun(alter, user, browser, agent=None) -> tuple[dict, str]:
    """A session whose user is on the way to the provider; the authorization request."""
    session = alter.begin_connecting(user, agent)
    page = browser.open(session["connect_url"])
    onward = browser.press(page, "approve and go to notes", follow=False)
    assert onward.location, onward
    return session, onward.location


def returned(location: str) -> str:
    """Where the provider sends the browser."""
    return Browser().send(location).location


@pytest.mark.attack(150)
def test_states(alter, user):
    """Missing, made up, used, of another session, in another browser."""
    browser, other = Browser(), Browser()
    session, location = begun(alter, user, browser)
    back = returned(location)
    parts = urllib.parse.urlsplit(back)
    said = dict(urllib.parse.parse_qsl(parts.query))
    for changed in (
        {**said, "state": "x" * len(said["state"])},
        {**said, "state": ""},
        {k: v for k, v in said.items() if k != "state"},
    ):
        page = browser.send(f"{alter.portal}{parts.path}?{urllib.parse.urlencode(changed)}")
        assert page.status in (400, 403, 404, 410), page
    assert other.send(back).status in (400, 403, 404, 410), "another browser"
    victim, elsewhere = begun(alter, f"user-{uuid.uuid4()}", other)
    assert other.send(back).status in (400, 403, 404, 410), "another session's answer"
    assert browser.send(returned(elsewhere)).status in (400, 403, 404, 410)
    assert alter.poll(session)["status"] == alter.poll(victim)["status"] == "pending"
    again = browser.press(browser.open(session["connect_url"]), "approve and go to notes", follow=False)
    back = returned(again.location)
    asked = browser.open(back)
    assert asked.status == 200 and alter.poll(session)["status"] == "pending"
    alter.keep_account(browser, asked)
    assert alter.poll(session)["status"] == "completed"
    exchanged = len(alter.oauth.exchanges)
    assert browser.send(back).status in (400, 403, 404, 410), "used"
    assert len(alter.oauth.exchanges) == exchanged


@pytest.mark.attack(151)
def test_the_authorization_request(alter, user):
    _, location = begun(alter, user, Browser())
    asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(location).query))
    assert (asked["response_type"], asked["code_challenge_method"], asked["client_id"]) == ("code", "S256", "postern")
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", asked["code_challenge"]) and len(asked["state"]) >= 32
    assert asked["redirect_uri"] == f"{alter.portal}/connect/callback" and asked["scope"] == "notes.read"
    assert "code_verifier" not in asked
    alter.connect(user)
    verifier = alter.oauth.exchanges[-1]["code_verifier"]
    assert verifier not in alter.daemon.log() and verifier not in json.dumps(alter.audit())
    assert not alter.oauth.mistakes


@pytest.mark.attack(152)
@pytest.mark.parametrize("field", ["Host", "X_Forwarded_Host", "Forwarded"])
def test_the_way_back_is_configured(alter, user, field):
    session = alter.begin_connecting(user)
    value = "host=evil.test" if field == "Forwarded" else "evil.test"
    page = Browser().send(session["connect_url"], **{field: value})
    assert (
        page.status in (200, 400, 403, 421)
        and "evil.test" not in page.body.decode()
        and "evil.test" not in str(page.headers)
    )
    browser = Browser()
    page = browser.open(session["connect_url"])
    form, _ = page.form("approve and go to notes")
    onward = browser.send(urllib.parse.urljoin(page.url, form.action), form.fields, **{field: value})
    assert "evil.test" not in onward.body.decode() and "evil.test" not in str(onward.headers)


@pytest.mark.attack(154)
def test_the_consent_page_is_safe(alter, user):
    agent = alter.new_agent(display_name="<script>alert(1)</script><img src=x onerror=alert(2)>")
    session = alter.begin_connecting(user, agent)
    browser = Browser()
    page = browser.open(session["connect_url"])
    assert (
        page.status == 200
        and page.scripts == 0
        and b"<script>alert" not in page.body
        and b"<img src=x" not in page.body
    )
    policy = page.value("content-security-policy") or ""
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe-inline" not in policy
    assert page.value("cache-control") == "no-store" and page.value("x-content-type-options") == "nosniff"
    assert page.value("referrer-policy") in ("no-referrer", "same-origin") and not page.value(
        "access-control-allow-origin"
    )
    cookie = page.value("set-cookie") or ""
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
    form, _ = page.form("approve and go to notes")
    target = urllib.parse.urljoin(page.url, form.action)
    for headers in (
        {"Origin": "https://evil.test"},
        {"Origin": "null"},
        {"Origin": "", "Sec_Fetch_Site": "cross-site"},
    ):
        assert browser.send(target, form.fields, **headers).status == 403
    assert Browser().send(target, form.fields).status in (400, 403), "another browser's form"
    tampered = [(key, value if key == "provider" else "0" * len(value)) for key, value in form.fields]
    assert browser.send(target, tampered).status in (400, 403)
    other = [(key, "acme" if key == "provider" else value) for key, value in form.fields]
    assert 400 <= browser.send(target, other).status < 500
    assert alter.poll(session)["status"] == "pending" and not alter.oauth.mistakes


def test_sessions_end(alter, user):
    session = alter.begin_connecting(user)
    alter.consent(session)
    assert alter.poll(session)["status"] == "completed"
    page = Browser().open(session["connect_url"])
    assert page.status in (200, 403, 404, 409, 410) and not any(
        "approve and go to notes" in b[0].lower() for f in page.forms for b in f.buttons
    )
    for path in ("/connect/" + "A" * 43, "/connect/", "/connect/x%00", "/connect/..%2f..%2fetc"):
        assert Browser().open(alter.portal + path).status in (400, 403, 404, 410)
    app = alter.api(alter.app)
    for token in ("A" * 43, "", "x" * 9000):
        reply = app.call("POST", "/sdk/oauth/connect/session/poll", {"session_token": token})
        assert reply.status in (400, 404) or reply.json["status"] in ("expired", "error"), reply


def test_wider_scopes_than_asked(alter, user):
    """What the provider granted is what is kept, not what somebody asked on the way."""
    session = alter.begin_connecting(user, required_scopes={"notes": ["notes.write"]})
    page = Browser().open(session["connect_url"])
    assert "notes.write" in page.text and "notes.read" not in page.text
    alter.consent(session)
    assert alter.poll(session)["grants"][0]["scopes"] == ["notes.write"]


def test_connections_are_the_users(alter, user):
    """The application reaches them only with the user's token; what operators list has no token in it."""
    grant = alter.connect(user)["grant_id"]
    app = alter.api(alter.app)
    mine, other = alter.token(user), alter.token("somebody-else")
    assert call(app, user_token=mine) == 200 and call(app, user_token=mine, provider_id=None, grant_id=grant) in (
        200,
        400,
    )
    assert app.proxy(NOTES, grant_id=grant, user_token=mine).status == 200
    assert app.proxy(NOTES, provider_id="notes", user_token=other).status == 404
    assert app.proxy(NOTES, grant_id=grant, user_token=other).status == 404
    assert app.proxy(NOTES, provider_id="notes").status == 404
    (listed,) = [one for one in alter.control.items("connections") if one["user"] in (user,) or user in json.dumps(one)]
    assert listed["provider"] == "notes" and "at/" not in json.dumps(listed) and "rt/" not in json.dumps(listed)
    assert [one["name"] for one in alter.control.items("secrets") if one["provider"] == "notes"] == []
    alter.control.do("POST", "connections", listed["id"], "revoke", body={})
    assert app.proxy(NOTES, grant_id=grant, user_token=mine).status in (403, 404, 410)
    assert audit.of(alter.audit(), "connection_revoke")


def test_issuers_are_checked(authority):
    """RFC 9207: an answer of another authorization server is not taken."""
    oauth = OAuthServer(issuer="https://auth.notes.test")
    world = AlterWorld(authority, oauth=oauth)
    try:
        world.begin()
        assert world.connect("alice")["provider_id"] == "notes"
        oauth.issuer = "https://evil.test"
        session = world.begin_connecting("bob")
        exchanged = len(oauth.exchanges)
        assert world.consent(session).status >= 400
        assert len(oauth.exchanges) == exchanged and world.poll(session)["status"] in ("pending", "error")
        world.verify()
    finally:
        world.close()


# A provider of others' making.


class RealProvider:
    """Glewlwyd where ``AlterWorld`` expects its own authorization server."""

    client_secret = CLIENT_SECRET

    def __init__(self, directory, seconds: int):

        self.portal_port = free_port()
        self.server = Glewlwyd(
            directory, f"http://127.0.0.1:{self.portal_port}/connect/callback", access_token_seconds=seconds
        )

    def settings(self, client_secret: str) -> dict:
        server = self.server
        return {
            "authorization_endpoint": server.authorization_endpoint,
            "token_endpoint": server.token_endpoint,
            "revocation_endpoint": server.revocation_endpoint,
            "account_endpoint": server.account_endpoint,
            "account_member": "email",
            "issuer": server.issuer,
            "client_id": CLIENT,
            "client_secret": client_secret,
            "scopes": ["calendar.read"],
        }

    def is_good(self, token: str | None) -> bool:
        return self.server.account((token or "").removeprefix("Bearer "))[0] == 200

    def close(self) -> None:
        self.server.stop()


@pytest.fixture
def real(authority, tmp_path):
    """A world whose provider's tokens last four seconds."""
    if not is_installed():
        pytest.skip("glewlwyd is not installed")
    provider = RealProvider(tmp_path / "glewlwyd", 4)

    def portal(world, config):
        world.portal_port = provider.portal_port
        config.set("portal", listen=f"127.0.0.1:{world.portal_port}")

    made = AlterWorld(authority, portal, oauth=provider)
    made.begin()
    yield made
    try:
        made.verify()
    finally:
        made.close(is_killed=not made.daemon.is_alive())


@pytest.mark.slow
def test_a_real_provider(real):
    """Consent denied, then given; fifty calls after the access token ended; revoked there and here."""
    server, agent, browser = real.oauth.server, real.new_agent(), Browser()
    session, location = begun(real, "alice", browser, agent)
    browser.open(server.browser().decline(location, USER, PASSWORD))
    assert real.poll(session)["status"] != "completed" and real.grants_of(agent) == []
    session, location = begun(real, "alice", browser, agent)
    asked = browser.open(server.browser().authorize(location, USER, PASSWORD))
    assert real.keep_account(browser, asked).status == 200
    found = real.poll(session)
    assert found["status"] == "completed" and found["grants"][0]["account_identifier"] == EMAIL, found
    assert call(real.api(agent)) == 200
    time.sleep(4.5)
    client = real.sdk_agent(agent)
    answers = client.many(50, "proxy_request", "GET", f"{NOTES}/many", provider="notes")
    statuses = [one["result"]["status_code"] if "result" in one else one["error"]["class"] for one in answers]
    assert set(statuses) == {200}, statuses
    time.sleep(4.5)
    real.restart()
    assert call(real.api(agent)) == 200, "the rotated refresh token was stored before it was used"
    tokens = {request.value("authorization") for request in real.notes.requests}
    assert 3 <= len(tokens) <= 4
    real.sdk_app()("revoke_grant", found["grants"][0]["grant_id"])
    assert call(real.api(agent)) in (404, 410)
    last = real.notes.requests[-1].value("authorization")
    wait_until(lambda: not real.oauth.is_good(last), 10, "the token is revoked at the provider", every=0.2)


def test_no_other_way_to_a_users_account(alter, user):
    """Secrets that came of connections are in no list and bound by nobody."""
    agent = alter.new_agent()
    alter.connect(user, agent)
    raw = base64.b64encode(b"x").decode()
    for secret in ("notes", raw):
        reply = alter.api(alter.app).call(
            "POST", f"/sdk/managed-secrets/{secret}/grants", {"principal": {"type": "system"}}
        )
        assert reply.status in (400, 404), reply
    stranger = alter.api(alter.bound_agent("acme"))
    assert stranger.proxy(NOTES, provider_id="notes").error == "no_delegated_grant"
    assert stranger.proxy(NOTES, provider_id="acme").error == "blocked_destination"
    assert stranger.proxy(ACME, provider_id="acme").status == 200
