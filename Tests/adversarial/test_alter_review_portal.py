"""Ways into persons' browsers that a review found: other programs serve pages on other ports of the portal's host."""

from __future__ import annotations

import re
import socket
import time
import urllib.parse

import pytest
from support.alter_world import ACME
from support.browser import Browser as Chromium
from support.browser import program
from support.client import RawClient, request
from support.origin import RecordingOrigin, answer
from support.pages import Browser

CHROMIUM = pytest.mark.skipif(program() is None, reason="chromium is not installed")


def ask(alter, path: str):
    agent = alter.bound_agent("acme", terms={"requires_approval": True})
    reply = alter.api(agent).proxy(f"{ACME}{path}", "POST", provider_id="acme", body={"n": 1})
    assert reply.status == 202, reply
    return reply.json["approval_id"]


def pages_of(alter, cookie: str, path: str, form: dict[str, str] | None = None):
    """What the portal answers to a program that has a cookie."""
    body = urllib.parse.urlencode(form).encode() if form else None
    lines = [("Cookie", cookie)] if cookie else []
    if form:
        lines += [("Origin", alter.portal), ("Content-Type", "application/x-www-form-urlencoded")]
    with RawClient(("127.0.0.1", alter.portal_port), alter.recording) as client:
        message = request("POST" if form else "GET", path, f"127.0.0.1:{alter.portal_port}", lines, body)
        return client.send(message).response("POST" if form else "GET")


@pytest.fixture
def site():
    """An agent's own server on another port of the portal's host."""
    one = RecordingOrigin(name="site")
    yield one
    one.close()


def serve(site, *fields: tuple[str, str]) -> str:
    site.handler = lambda request: answer(b"<title>my app</title>", headers=[("Content-Type", "text/html"), *fields])
    return f"http://{site.authority}/"


@CHROMIUM
@pytest.mark.attack(131, 149)
def test_a_page_on_another_port_gets_nothing_to_approve_with(alter, site):
    """An operator looks at what an agent serves on this machine; browsers send cookies to every port of a host."""
    approval = ask(alter, "/by-itself")
    with Chromium() as browser:
        page = browser.page()
        page.open(alter.control.post("portal", "login")["url"])
        page.tab_to("Sign in")
        page.press("Enter")
        page.until("by-itself")
        signed_in = page.url
        for path in ("", "approvals", f"approvals/{approval}", "o/", "wallet"):
            page.open(serve(site) + path)
        page.open(signed_in)
        page.until("by-itself")
        page.close()
    seen = [one.value("cookie") or "" for one in site.requests]
    assert seen and not any("postern_session" in cookie for cookie in seen)
    assert not any(signed_in.split("/o/")[1][:32] in str(one.fields) for one in site.requests), "nor the path, by Referer"
    # From here on it is the agent alone.
    for cookie in {*seen, *(cookie.replace("postern_browser", "postern_session") for cookie in seen)}:
        shown = pages_of(alter, cookie, f"/approvals/{approval}")
        assert shown.status == 403 and b"form_key" not in shown.body
        forged = pages_of(alter, cookie, f"/approvals/{approval}/approve", {"form_key": "0" * 64})
        assert forged.status == 403
    time.sleep(0.5)
    assert not [one for one in alter.acme.requests if one.target == "/by-itself"], "the agent approved its own call"


@pytest.mark.attack(131, 149)
def test_neither_the_cookie_nor_the_path_is_enough(alter):
    """Somebody has one half of a session, or the halves of two."""
    approval = ask(alter, "/halves")
    host = f"127.0.0.1:{alter.portal_port}"
    one, other = alter.logged_in(), alter.logged_in()
    cookie = f"postern_session={one.cookies[host]['postern_session']}"
    room, elsewhere = (urllib.parse.urlsplit(browser.home).path for browser in (one, other))
    assert room != elsewhere and re.fullmatch(r"/o/[0-9a-f]{32}", room)
    for sent, place in ((cookie, ""), (cookie, elsewhere), ("", room), (cookie, room.upper()), (cookie, room[:-1])):
        for page in ("/approvals", f"/approvals/{approval}", "/wallet"):
            shown = pages_of(alter, sent, place + page)
            assert shown.status in (403, 404) and b"form_key" not in shown.body and b"halves" not in shown.body
    page = one.open(one.inside(f"/approvals/{approval}"))
    form, _ = page.form("approve")
    for sent, action in ((cookie, f"/approvals/{approval}/approve"), ("", form.action),
                         (cookie, form.action.replace(room, elsewhere))):
        assert pages_of(alter, sent, action, dict(form.fields)).status in (403, 404)
    assert not alter.acme.requests
    # Cookies of the name that another port has set keep nobody out.
    planted = f"postern_session={'0' * 64}; {cookie}; postern_session=x"
    assert pages_of(alter, planted, f"{room}/approvals").status == 200


@pytest.mark.attack(131)
def test_a_session_that_has_ended_is_no_way_in(alter):
    operator = alter.logged_in()
    before = dict(operator.cookies)
    assert operator.press(operator.open(operator.inside("/approvals")), "sign out").url.endswith("/login")
    operator.cookies = before
    assert operator.send(operator.inside("/approvals")).status == 403


@CHROMIUM
@pytest.mark.attack(150, 154)
def test_nobody_consents_who_did_not_see_the_page(alter, site):
    """An agent's page on another port sets the portal's cookie; the agent presses the button, the user only answers the provider."""
    agent = alter.new_agent()
    session = alter.begin_connecting("victor", agent)
    path = session["connect_url"].removeprefix(alter.portal)
    # The agent, by a program.
    shown = pages_of(alter, "", path)
    cookie = shown.value("set-cookie").partition(";")[0]
    key = re.search(rb'/approve".*?name="form_key" value="([0-9a-f]+)"', shown.body, re.S)[1].decode()
    onward = pages_of(alter, cookie, f"{path}/approve", {"form_key": key, "provider": "notes"})
    place = re.search(rb'id="onward"[^>]*href="([^"]+)"', onward.body)[1].decode().replace("&amp;", "&")
    # The user, who never opens the page with the agent's name.
    with Chromium() as browser:
        page = browser.page()
        page.open(serve(site, ("Set-Cookie", f"{cookie}; Path=/"), ("Set-Cookie", f"postern_confirmation={'0' * 64}; Path=/")))
        page.open(place)
        asked = page.until("Nothing is kept yet")
        assert agent.name in asked and "notes.read" in asked and alter.oauth.account in asked
        assert alter.poll(session)["status"] == "pending" and not alter.grants_of(agent)
        page.open(serve(site))
        page.close()
    assert "postern_confirmation=" + "0" * 64 in site.requests[-1].value("cookie")
    assert site.requests[-1].value("cookie").count("postern_confirmation") == 1, "the one that counts goes nowhere else"
    assert alter.poll(session)["status"] == "pending" and not alter.grants_of(agent)


@pytest.mark.attack(150, 154)
def test_an_account_is_kept_by_the_answer_alone(alter):
    """Another browser, another form's key, no key, twice: nothing of that keeps an account, and a no forgets it."""
    agent, user, thief = alter.new_agent(), Browser(), Browser()
    session = alter.begin_connecting("vera", agent)
    asked = user.press(user.open(session["connect_url"]), "approve and go to notes")
    host = f"127.0.0.1:{alter.portal_port}"
    (form, _), (other, _) = asked.form("keep it"), asked.form("do not connect")
    keep, discard = (urllib.parse.urljoin(asked.url, one.action) for one in (form, other))
    assert re.fullmatch(rf"{alter.portal}/connect/confirm/[A-Za-z0-9_-]{{43}}/keep", keep)
    assert "postern_confirmation" not in user.sent_to(host, "/") and "postern_confirmation" in user.sent_to(
        host, urllib.parse.urlsplit(keep).path
    )
    assert user.send(keep).status == 405
    thief.cookies[host] = {name: value for name, value in user.cookies[host].items() if name == "postern_browser"}
    thief.cookies[host]["postern_confirmation"] = "0" * 64
    for browser, data in ((thief, form.fields), (user, other.fields), (user, [("form_key", "0" * 64)]), (user, {})):
        assert browser.send(keep, data).status in (400, 403)
    assert user.send(keep, form.fields, Origin="http://127.0.0.1:9").status == 403
    assert alter.poll(session)["status"] == "pending" and not alter.grants_of(agent)
    assert user.send(discard, other.fields).status == 200
    assert user.send(keep, form.fields).status in (403, 410)
    found = alter.poll(session)
    assert (found["status"], found["error"]["error_code"]) == ("error", "connect_denied"), found
    assert not alter.grants_of(agent)


@pytest.mark.attack(138)
def test_idle_connections_do_not_close_the_portal(alter):
    """An agent's process opens as many connections to the portal as there may be, and says nothing, or the half of something."""
    place = ("127.0.0.1", alter.portal_port)
    clients = []
    try:
        for begun in (b"", b"POST /login HTTP/1.1\r\nHost: "):
            for _ in range(140):
                clients.append(socket.create_connection(place))
                clients[-1].sendall(begun)
            time.sleep(0.5)
            with RawClient(place, alter.recording) as client:
                client.sock.sendall(f"GET /login HTTP/1.1\r\nHost: 127.0.0.1:{alter.portal_port}\r\n\r\n".encode())
                assert client.response("GET").status == 200
    finally:
        for one in clients:
            one.close()


def test_who_says_nothing_is_not_waited_for(alter):
    with socket.create_connection(("127.0.0.1", alter.portal_port), timeout=10) as client:
        begun = time.monotonic()
        assert client.recv(1) == b"" and time.monotonic() - begun < 6
