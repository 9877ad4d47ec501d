"""The pages for people against pages of others, names that were rebound, guesses and hostile texts."""

from __future__ import annotations

import urllib.parse

import pytest
from support.client import RawClient, request
from support.pages import Browser

SOMETHING = "6ad1a0c6-7f3e-4a55-9f0e-2f1d5f0c9b11"
PAGES = [
    "/",
    "/login",
    "/approvals",
    "/wallet",
    "/connect/callback",
    "/connect/" + "A" * 43,
    "/o/" + "0" * 32 + "/approvals",
    "/approvals/" + SOMETHING,
]


def raw(alter, message: bytes):
    with RawClient(("127.0.0.1", alter.portal_port), alter.recording) as client:
        return client.send(message).response()


@pytest.fixture
def host(alter) -> str:
    return f"127.0.0.1:{alter.portal_port}"


@pytest.mark.attack(129)
@pytest.mark.parametrize("page", PAGES)
def test_names_that_were_rebound(alter, host, page):
    for name in (
        "evil.test",
        f"evil.test:{alter.portal_port}",
        f"localhost:{alter.portal_port}",
        "127.0.0.1",
        f"{host}.evil.test",
    ):
        for method in ("GET", "POST"):
            assert raw(alter, request(method, page, name, body=b"" if method == "POST" else None)).status == 421, (
                page,
                name,
            )
    assert raw(alter, request("GET", page, None)).status in (400, 421)


@pytest.mark.attack(130)
@pytest.mark.parametrize("name", ["{}/#", "{}/?", "{}#", "{}?", "{}/login", "evil@{}", "{}\\"])
def test_a_host_builds_no_address(alter, host, name):
    answer = raw(alter, request("GET", "/approvals", name.format(host)))
    assert answer.status in (400, 421) or answer.status in (302, 303) and answer.value("location") == "/login"


@pytest.mark.parametrize(
    "target",
    [
        "http://evil.test/login",
        "//evil.test/login",
        "/login#x",
        "*",
        "/%2e%2e/login",
        "/login/..;/wallet",
        "/login%00",
        "/LOGIN",
        "/login/",
        "/approvals/../wallet",
        "/connect//callback",
        "/\xff",
    ],
)
def test_targets_written_otherwise(alter, host, target):
    answer = raw(alter, request("GET", target, host))
    assert answer.status in (200, 302, 303, 400, 404, 421)
    if answer.status == 200:
        assert b"<form" in answer.body and b"/login" in answer.body
    if answer.status in (302, 303):
        assert answer.value("location").startswith("/") and not answer.value("location").startswith("//")


@pytest.mark.attack(131)
@pytest.mark.parametrize(
    "path",
    [
        "/login",
        "/logout",
        f"/approvals/{SOMETHING}/approve",
        f"/approvals/{SOMETHING}/deny",
        f"/wallet/grants/{SOMETHING}/revoke",
        f"/wallet/connections/{SOMETHING}/revoke",
        "/connect/x/approve",
        "/connect/confirm/x/keep",
        "/connect/confirm/x/discard",
    ],
)
def test_forms_of_other_sites(alter, host, path):
    operator = alter.logged_in()
    if path.startswith(("/approvals", "/wallet", "/logout")):
        path = operator.inside(path).removeprefix(alter.portal)
    cookies = "; ".join(f"{k}={v}" for k, v in operator.cookies[host].items())
    form = [("Content-Type", "application/x-www-form-urlencoded"), ("Cookie", cookies)]
    body = b"code=x&key=x"
    for origin in (
        "https://evil.test",
        "null",
        f"http://localhost:{alter.portal_port}",
        f"http://{host}.evil.test",
        f"https://{host}",
        "",
    ):
        assert raw(alter, request("POST", path, host, [*form, ("Origin", origin)], body)).status == 403, origin
    assert raw(alter, request("POST", path, host, form, body)).status == 403, "without an origin"
    same = ("Origin", f"http://{host}")
    assert raw(alter, request("POST", path, host, [*form, same, ("Sec-Fetch-Site", "cross-site")], body)).status == 403
    for kind in ("text/plain", "application/json", "multipart/form-data; boundary=x"):
        assert raw(
            alter, request("POST", path, host, [("Content-Type", kind), ("Cookie", cookies), same], body)
        ).status in (400, 403, 415)
    assert raw(alter, request("POST", path, host, [*form, same], body)).status in (400, 403)


@pytest.mark.attack(132, 133)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_keeps_to_itself(alter, host, page):
    for origin in (None, "https://evil.test"):
        answer = raw(alter, request("GET", page, host, [("Origin", origin)] if origin else []))
        assert not [name for name, _ in answer.fields if name.lower().startswith("access-control-")]
        policy = answer.value("content-security-policy") or ""
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "'unsafe-" not in policy
        assert answer.value("x-content-type-options") == "nosniff" and answer.value("referrer-policy") in (
            "no-referrer",
            "same-origin",
        )
        assert "no-store" in answer.value("cache-control")
        assert b"<script" not in answer.body
    preflight = [("Origin", "https://evil.test"), ("Access-Control-Request-Method", "POST")]
    answer = raw(alter, request("OPTIONS", page, host, preflight))
    assert answer.status >= 400 and not [
        name for name, _ in answer.fields if name.lower().startswith("access-control-")
    ]


@pytest.mark.attack(138)
def test_logging_in(alter, host):
    made = alter.control.post("portal", "login")
    assert made["url"].startswith(f"{alter.portal}/login?")
    first, second = Browser(), Browser()
    before = first.open(made["url"])
    fixed = dict(first.cookies[host])
    inside = first.press(before, "sign in")
    assert inside.status == 200
    for name, value in fixed.items():
        assert "session" not in name or first.cookies[host][name] != value, "a session from before"
    (cookie,) = [
        value
        for page in first.opened
        for name, value in page.headers
        if name.lower() == "set-cookie" and "session" in value
    ]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Domain" not in cookie
    page = second.open(made["url"])
    assert not page.forms or second.press(page, "sign in").status >= 400, "a code works once"
    assert second.send(f"{alter.portal}/approvals").status in (302, 303, 401, 403)
    for value in ("//evil.test", "https://evil.test", "/\\evil.test"):
        sent = second.send(f"{alter.portal}/login?next={urllib.parse.quote(value)}")
        assert "evil.test" not in (sent.location or "") and b"evil.test" not in sent.body
    for session in ("0" * 64, "a" * 64, fixed.get("postern_browser", "b" * 64)):
        for page in ("/approvals", f"/o/{session[:32]}/approvals"):
            answer = raw(alter, request("GET", page, host, [("Cookie", f"postern_session={session}")]))
            assert answer.status in (302, 303, 401, 403)


@pytest.mark.attack(138)
def test_codes_cannot_be_guessed(make_alter):
    alter = make_alter()
    browser = Browser()
    statuses = []
    for number in range(60):
        page = browser.open(f"{alter.portal}/login?code={number:043d}")
        if not page.forms:
            statuses.append(page.status)
            continue
        statuses.append(browser.press(page, "sign in").status)
    assert 200 not in statuses[1:] and 429 in statuses, statuses


@pytest.mark.attack(134)
def test_hostile_texts(alter):
    """Whatever others may write on a page of an operator."""
    text = "<img src=x onerror=alert(1)></script><svg onload=alert(2)>\u2028\u202e\x1b[31m"
    agent = alter.new_agent(display_name="<script>alert(0)</script><img src=x onerror=alert(1)>")
    alter.control.bind(agent.name, "acme", terms={"requires_approval": True}, label="l")
    api = alter.api(agent)
    quoted = urllib.parse.quote("<script>alert(3)</script>")
    reply = api.proxy(
        f"https://api.acme.test/{quoted}?{quoted}={quoted}",
        "POST",
        provider_id="acme",
        body={text: text},
        reason=text,
        headers={"X-Thing": "<script>alert(4)</script>"},
    )
    assert reply.status == 202, reply
    operator = alter.logged_in()
    for page in ("/approvals", f"/approvals/{reply.json['approval_id']}", "/wallet"):
        shown = operator.open(operator.inside(page))
        assert shown.status == 200, shown
        assert b"<img" not in shown.body and b"<svg onload" not in shown.body and b"<script" not in shown.body
        assert "\u202e" not in shown.body.decode() and "\u2028" not in shown.body.decode() and b"\x1b" not in shown.body


@pytest.mark.attack(139)
def test_nobody_is_let_in_first(alter, host):
    """There is nothing to set up on the pages: codes come from the operator's terminal alone."""
    for path in ("/setup", "/register", "/signup", "/admin", "/password", "/install"):
        assert raw(alter, request("GET", path, host)).status == 404
    sent = raw(alter, request("GET", "/wallet", host))
    assert sent.status in (302, 303, 401, 403) and b"revoke" not in sent.body.lower()


@pytest.mark.parametrize("size", [20_000, 2_000_000])
def test_long_forms(alter, host, size):
    fields = [("Content-Type", "application/x-www-form-urlencoded"), ("Origin", f"http://{host}")]
    assert raw(alter, request("POST", "/login", host, fields, b"code=" + b"x" * size)).status in (400, 403, 413)


def test_the_api_is_not_on_the_pages(alter, host):
    for path in ("/sdk/agents", "/v1/agents", "/v1/portal/login"):
        assert raw(alter, request("GET", path, host)).status in (404, 302, 303)
        assert raw(alter, request("POST", path, host, [("Origin", f"http://{host}")], b"{}")).status in (
            400,
            403,
            404,
            405,
            415,
        )
