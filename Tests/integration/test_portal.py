"""The pages for people, in a real browser that runs no script, by keyboard alone."""

from __future__ import annotations

import os
import re
import urllib.parse
from pathlib import Path

import pytest

from support.alter_world import ACME
from support.browser import Browser, program
from support.waiting import wait_until

pytestmark = pytest.mark.skipif(program() is None, reason="chromium is not installed")

CONTRAST = (Path(__file__).parents[1] / "support/contrast.js").read_text()
HOSTILE = "\"\u0301 autofocus onfocus=hit() x=\" <script>hit()</script><img src=x onerror=hit()></title></style>\u202eevil"


@pytest.fixture(scope="module")
def chromium():
    with Browser() as browser:
        yield browser


@pytest.fixture
def person(chromium):
    """Opens pages, each with cookies of its own."""
    pages = []

    def open_page(**options):
        pages.append(chromium.page(**options))
        return pages[-1]

    yield open_page
    for page in pages:
        page.close()


@pytest.fixture
def keep(request):
    """Keeps pictures where POSTERN_SCREENSHOTS says, for people to look at."""
    directory = os.environ.get("POSTERN_SCREENSHOTS")

    def screenshot(page, name):
        if directory:
            Path(directory).mkdir(parents=True, exist_ok=True)
            page.screenshot(Path(directory, f"{name}.png"))

    return screenshot


def ask(alter, path="/orders/7", **more):
    """A request that waits for a person."""
    agent = alter.bound_agent("acme", terms={"requires_approval": True})
    reply = alter.api(agent).proxy(f"{ACME}{path}?dry_run=false", "POST", provider_id="acme", **{"body": {"n": 1}, **more})
    assert reply.status == 202, reply
    return reply.json


def sign_in(alter, page):
    """An operator signs in with a link, as `postern portal login` prints it."""
    page.open(alter.control.post("portal", "login")["url"])
    page.tab_to("BUTTON Sign in")
    page.press("Enter")
    page.until("Waiting for a decision")
    return page


def inside(alter, page, url):
    """Where a page of the portal is for whoever is signed in."""
    room = re.match(rf"{alter.portal}(/o/[0-9a-f]{{32}})/", page.url)
    assert room, page.url
    return url.replace(alter.portal, alter.portal + room[1])


# Connecting an account.


def test_an_account_is_connected_by_keyboard(alter, person, keep):
    agent = alter.new_agent(display_name="The Researcher")
    session = alter.begin_connecting("alice", agent)
    page = person()
    assert page.open(session["connect_url"]) == 200
    for words in (agent.name, "The Researcher", "notes.read"):
        assert words in page.text, words
    assert alter.poll(session)["status"] == "pending"
    keep(page, "consent")
    passed = page.tab_to("BUTTON Approve and go to")
    assert "Skip to the page" in passed[0]
    page.press("Enter")
    shown = page.until("Nothing is kept yet")
    for words in (agent.name, "The Researcher", "notes.read", alter.oauth.account):
        assert words in shown, words
    keep(page, "confirmation")
    assert page.nameless() == [] and page.evaluate(CONTRAST) == []
    assert alter.poll(session)["status"] == "pending" and alter.grants_of(agent) == []
    page.tab_to("BUTTON Keep it")
    page.press("Enter")
    keep(page, "connected") if page.until("Connected") else None
    assert page.url.startswith(f"{alter.portal}/connect/")
    assert alter.poll(session)["status"] == "completed"
    assert len(alter.grants_of(agent)) == 1


def test_a_no_by_keyboard(alter, person, keep):
    agent = alter.new_agent()
    session = alter.begin_connecting("alice", agent)
    page = person()
    page.open(session["connect_url"])
    page.tab_to("BUTTON Deny")
    page.press(" ")
    page.until("Nothing was connected")
    keep(page, "denied")
    found = alter.poll(session)
    assert (found["status"], found["error"]["error_code"]) == ("error", "connect_denied")
    assert alter.grants_of(agent) == []


def test_second_thoughts_by_keyboard(alter, person, keep):
    agent = alter.new_agent()
    session = alter.begin_connecting("alice", agent)
    page = person()
    page.open(session["connect_url"])
    page.tab_to("BUTTON Approve and go to")
    page.press("Enter")
    page.until("Nothing is kept yet")
    page.tab_to("BUTTON Do not connect it")
    page.press("Enter")
    page.until("Nothing was connected")
    assert alter.poll(session)["error"]["error_code"] == "connect_denied" and alter.grants_of(agent) == []


@pytest.mark.attack(134, 154)
def test_hostile_names_stay_text(alter, person, keep):
    agent = alter.new_agent(display_name=HOSTILE)
    page = person(scripts=True)
    page.open(alter.begin_connecting("alice", agent)["connect_url"])
    keep(page, "consent-hostile")
    assert "<script>hit()</script>" in page.text and "U+202E" in page.text and "\u202e" not in page.text
    assert_inert(page)


@pytest.mark.attack(134, 146)
def test_hostile_words_stay_apart(alter, person, keep):
    waiting = ask(alter, reason=HOSTILE + "\n\nAPPROVED by admin", body={"note": HOSTILE})
    page = sign_in(alter, person(scripts=True))
    page.open(inside(alter, page, waiting["approval_url"]))
    keep(page, "approval-hostile")
    said = page.evaluate("document.querySelector('.said').innerText")
    assert "APPROVED by admin" in said and "Postern has checked none" in said
    assert page.text.count("APPROVED by admin") == 1
    assert_inert(page)


def assert_inert(page):
    """Nothing of the page runs, and nothing could."""
    assert page.evaluate("document.scripts.length + document.querySelectorAll('img, iframe, [onfocus], [onerror]').length") == 0
    assert not page.messages()
    added = "(() => { const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.body.append(s); return window.ran ?? null })()"
    assert page.evaluate(added) is None
    styled = "(() => { document.body.style.color; document.body.setAttribute('style', 'color: red'); return getComputedStyle(document.body).color })()"
    assert page.evaluate(styled) != "rgb(255, 0, 0)"


# Approving.


def test_a_request_is_approved_by_keyboard(alter, person, keep):
    ask(alter, path="/orders/8", reason="the customer asked for it")
    page = sign_in(alter, person())
    keep(page, "approvals")
    page.tab_to("api.acme.test/orders/8")
    page.press("Enter")
    shown = page.until("Your decision")
    for words in ("POST", "api.acme.test", "/orders/8", "dry_run", "the customer asked for it"):
        assert words in shown, words
    keep(page, "approval")
    assert not alter.acme.requests
    passed = page.tab_to("BUTTON Approve")
    assert any("BUTTON Deny" in one for one in passed), passed
    page.press("Enter")
    page.until("Sent")
    keep(page, "approval-sent")
    assert len(alter.acme.requests) == 1


def test_a_request_is_denied_with_a_reason(alter, person, keep):
    waiting = ask(alter)
    page = sign_in(alter, person())
    page.open(inside(alter, page, waiting["approval_url"]))
    page.tab_to("INPUT Reason")
    page.write("not on a Saturday")
    page.press("Enter")
    shown = page.until("Denied")
    assert "not on a Saturday" in shown
    keep(page, "approval-denied")
    assert not alter.acme.requests


def test_a_link_leads_to_the_approval_after_signing_in(alter, person, elsewhere, keep):
    """Whoever is sent the link of an approval signs in with a code, and lands on it."""
    waiting = ask(alter)
    page = person()
    page.open(elsewhere(f'<a href="{waiting["approval_url"]}">look</a>'))
    page.tab_to("A look")
    page.press("Enter")
    assert "/orders/7" not in page.until("open it from the list")
    keep(page, "sign-in-first")
    page.tab_to("A I have a code")
    page.press("Enter")
    page.until("A code works once")
    page.tab_to("INPUT Code")
    page.write(alter.control.post("portal", "login")["url"].partition("code=")[2])
    page.press("Enter")
    page.until("Your decision")
    assert page.url.endswith(urllib.parse.urlsplit(waiting["approval_url"]).path)


# The wallet.


def test_a_connection_is_taken_back_by_keyboard(alter, person, keep):
    agent = alter.new_agent()
    alter.connect("carol", agent)
    page = sign_in(alter, person())
    page.open(inside(alter, page, f"{alter.portal}/wallet?user=carol"))
    assert agent.name in page.text
    keep(page, "wallet")
    page.tab_to("SUMMARY Disconnect")
    page.press("Enter")
    page.tab_to("BUTTON Disconnect", limit=1)
    page.press("Enter")
    wait_until(lambda: alter.grants_of(agent) == [], 5, "the grant has ended")


# Other sites.


@pytest.fixture
def elsewhere(alter):
    """Serves a page of a site that is not ours, and returns its address."""
    from support.origin import RecordingOrigin, answer

    site = RecordingOrigin(name="elsewhere")

    def serve(markup):
        site.handler = lambda request: answer(f"<!doctype html><body>{markup}".encode(), headers=[("Content-Type", "text/html")])
        return f"http://evil.test:{site.authority.rpartition(':')[2]}/"

    yield serve
    site.close()


@pytest.mark.attack(133, 154)
def test_no_page_is_framed(alter, person, elsewhere):
    url = alter.begin_connecting("alice", alter.new_agent())["connect_url"]
    page = person(scripts=True)
    page.open(elsewhere(f'<iframe src="{url}" width="800" height="800"></iframe>'))
    assert page.frames() == ["chrome-error://chromewebdata/"]


@pytest.mark.attack(131, 149)
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain"])
def test_no_other_site_decides(alter, person, elsewhere, kind):
    waiting = ask(alter)
    page = sign_in(alter, person(scripts=True))
    page.open(inside(alter, page, waiting["approval_url"]))
    key = page.evaluate("document.querySelector('form[action$=\"/approve\"] [name=form_key]').value")
    action = page.evaluate("document.querySelector('form[action$=\"/approve\"]').action")
    # Even if the key had leaked.
    form = f'<form method="post" action="{action}" enctype="{kind}"><input name="form_key" value="{key}"><button>win</button></form>'
    page.open(elsewhere(form))
    page.tab_to("BUTTON win")
    page.press("Enter")
    assert page.shown() == 403
    page.open(elsewhere(f"<script>fetch('{action}', {{method: 'POST', credentials: 'include', mode: 'no-cors', "
                        f"body: new URLSearchParams({{form_key: '{key}'}})}}).finally(() => document.body.append('tried'))</script>"))
    page.until("tried")
    page.open(action.removesuffix("/approve"))
    page.until("Waiting")
    assert not alter.acme.requests


@pytest.mark.attack(129)
def test_no_other_name_is_ours(alter, person):
    page = person()
    port = alter.portal.rpartition(":")[2]
    for path in ("/login", "/approvals", "/connect/x", "/wallet"):
        assert page.open(f"http://evil.test:{port}{path}") == 421


@pytest.mark.attack(132)
def test_no_other_site_reads(alter, person, elsewhere):
    page = sign_in(alter, person(scripts=True))
    page.open(elsewhere(f"<script>fetch('{inside(alter, page, alter.portal + '/approvals')}', {{credentials: 'include'}})"
                        ".then(r => r.text()).then(t => document.body.append('read ' + t), () => document.body.append('refused'))</script>"))
    assert "read" not in page.until("refused")


# For everybody.

@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_pages_can_be_read_by_everybody(alter, person, keep, dark):
    agent = alter.new_agent(display_name="The Researcher")
    urls = [alter.begin_connecting("alice", agent)["connect_url"], f"{alter.portal}/login", f"{alter.portal}/nothing"]
    waiting = ask(alter, reason="so it is")["approval_url"]
    page = sign_in(alter, person(dark=dark, width=320))
    urls += [waiting, *(inside(alter, page, url) for url in (f"{alter.portal}/approvals", waiting, f"{alter.portal}/wallet"))]
    for number, url in enumerate(urls):
        page.open(url)
        keep(page, f"narrow-{number}-{'dark' if dark else 'light'}")
        assert page.nameless() == [], url
        assert page.evaluate(CONTRAST) == [], url
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, url
        outline = page.evaluate("[...document.querySelectorAll('h1, h2, h3')].map(h => Number(h.tagName[1]))")
        assert outline.count(1) == 1 and outline[0] == 1, url
        assert all(after - before <= 1 for before, after in zip(outline, outline[1:])), (url, outline)
        assert page.evaluate("document.documentElement.lang") == "en"
        assert page.evaluate("['header', 'main', 'footer'].every(n => document.querySelectorAll(`body > ${n}`).length === 1)")
        assert re.search(r"\S", page.evaluate("document.title"))


def test_the_focus_is_seen(alter, person):
    page = person()
    page.open(alter.begin_connecting("alice", alter.new_agent())["connect_url"])
    for _ in range(3):
        page.press("Tab")
        style = page.evaluate("(s => [s.outlineStyle, parseFloat(s.outlineWidth)])(getComputedStyle(document.activeElement))")
        assert style[0] == "solid" and style[1] >= 2, page.focused()
