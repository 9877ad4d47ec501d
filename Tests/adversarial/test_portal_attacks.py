"""The portal as somebody meets it who sends bytes of his own making."""

from __future__ import annotations

import re
import socket
import time
from urllib.parse import urlsplit

import pytest

from support.pages import Browser

PATHS = ("/", "/login", "/login?code=x", "/logout", "/connect/x", "/connect/x/approve", "/connect/x/deny",
         "/connect/callback?state=x&code=y", "/connect/confirm/x/keep", "/connect/confirm/x/discard", f"/o/{'0' * 32}/approvals", "/approvals", "/approvals/x", "/approvals/x/approve", "/approvals/x/deny", "/wallet",
         "/wallet/connections/x/revoke", "/wallet/grants/x/revoke", "/nothing", "/../etc/passwd", "/%2e%2e/x", "//evil.test/")


def exchange(alter, head: str, body: bytes = b"", timeout: float = 10) -> tuple[int, dict[str, list[str]], bytes]:
    """Sends these bytes; the status (0 if the connection was closed without an answer), the fields and the body."""
    parts = urlsplit(alter.portal)
    with socket.create_connection((parts.hostname, parts.port), timeout=timeout) as connection:
        connection.sendall(head.replace("\n", "\r\n").encode("latin-1") + b"\r\n" + body)
        connection.shutdown(socket.SHUT_WR)
        received = b""
        try:
            while more := connection.recv(65536):
                received += more
        except ConnectionResetError:
            pass
    lines, _, rest = received.partition(b"\r\n\r\n")
    first, *fields = lines.decode("latin-1").split("\r\n")
    named: dict[str, list[str]] = {}
    for name, _, value in (field.partition(":") for field in fields):
        named.setdefault(name.lower(), []).append(value.strip())
    return int(first.split()[1]) if first else 0, named, rest


def host(alter) -> str:
    return urlsplit(alter.portal).netloc


def form(alter, path: str, fields: str = "", **headers: str) -> tuple[int, dict[str, list[str]], bytes]:
    sent = {"Host": host(alter), "Origin": alter.portal, "Content-Type": "application/x-www-form-urlencoded",
            "Content-Length": str(len(fields)), "Connection": "close"}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    return exchange(alter, f"POST {path} HTTP/1.1\n" + "".join(f"{k}: {v}\n" for k, v in sent.items() if v), fields.encode())


@pytest.mark.attack(129, 130)
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("name", ["evil.test:{port}", "localhost:{port}", "127.0.0.1", "127.0.0.1:{port}/#", "127.0.0.1:{port}/?",
                                  "127.0.0.1:{port}.evil.test", "evil.test@127.0.0.1:{port}", "127.0.0.1:0{port}", ""])
def test_another_host_gets_nothing(alter, method, name):
    given = name.format(port=urlsplit(alter.portal).port)
    for path in PATHS:
        status, fields, body = exchange(alter, f"{method} {path} HTTP/1.1\nHost: {given}\nConnection: close\n")
        assert status in (400, 421), (path, status)
        assert b"form_key" not in body and "set-cookie" not in fields


@pytest.mark.attack(129, 130)
@pytest.mark.parametrize("head", [
    "GET /login HTTP/1.1\n", "GET /login HTTP/1.0\n", "GET /login HTTP/1.1\nHost: {host}\nHost: evil.test\n",
    "GET /login HTTP/1.1\nHost: evil.test\nHost: {host}\n", "GET http://evil.test/login HTTP/1.1\nHost: evil.test\n",
    "CONNECT evil.test:443 HTTP/1.1\nHost: {host}\n",
    "GET /login#x HTTP/1.1\nHost: {host}\n", "GET /login HTTP/1.1\nHost : {host}\n",
    "GET /login HTTP/1.1\nX-Forwarded-Host: {host}\nHost: evil.test\n",
])
def test_a_host_is_said_once(alter, head):
    status, fields, body = exchange(alter, head.format(host=host(alter)) + "Connection: close\n")
    assert status == 0 or status >= 400, status
    assert b"form_key" not in body and b"evil.test" not in body


@pytest.mark.attack(131)
@pytest.mark.parametrize("headers", [
    {"Origin": "https://evil.test"}, {"Origin": "null"}, {"Origin": ""}, {"Sec_Fetch_Site": "cross-site"},
    {"Sec_Fetch_Site": "same-site"}, {"Sec_Fetch_Dest": "iframe"}, {"Origin": "http://localhost"},
])
def test_a_form_of_another_site(alter, headers):
    operator = alter.logged_in()
    cookies = "; ".join(f"{name}={value}" for jar in operator.cookies.values() for name, value in jar.items())
    inside = [operator.inside(path).removeprefix(alter.portal) for path in ("/logout", "/approvals/x/approve", "/wallet/grants/x/revoke")]
    for path in (*PATHS, *inside):
        status, fields, _ = form(alter, path.partition("?")[0], "form_key=x", Cookie=cookies, **headers)
        assert status in (403, 404), (path, status)
        assert "set-cookie" not in fields
    assert operator.open(operator.inside("/approvals")).status == 200, "still signed in"


@pytest.mark.attack(131)
def test_a_form_is_a_form(alter):
    for kind in ("text/plain", "application/json", "multipart/form-data; boundary=x", ""):
        assert form(alter, "/login", "code=x", Content_Type=kind)[0] == 400
    assert form(alter, "/login", "code=x")[0] == 403
    assert form(alter, "/login", "a=" + "x" * 20_000)[0] == 413


@pytest.mark.attack(132)
def test_no_other_site_is_allowed(alter):
    for path in PATHS:
        preflight = f"OPTIONS {path} HTTP/1.1\nHost: {host(alter)}\nOrigin: https://evil.test\n"
        asked = "Access-Control-Request-Method: POST\nConnection: close\n"
        for head in (preflight + asked, f"GET {path} HTTP/1.1\nHost: {host(alter)}\nOrigin: https://evil.test\nConnection: close\n"):
            status, fields, _ = exchange(alter, head)
            assert status in (403, 404, 405), (path, status)
            assert not [name for name in fields if name.startswith("access-control-")]


@pytest.mark.attack(133)
def test_every_answer_is_guarded(alter):
    for path in PATHS:
        for head in (f"GET {path}", f"POST {path}", f"PUT {path}", f"HEAD {path}"):
            _, fields, body = exchange(alter, f"{head} HTTP/1.1\nHost: {host(alter)}\nContent-Length: 0\nConnection: close\n")
            (policy,) = fields["content-security-policy"]
            assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "form-action 'self'" in policy
            assert "unsafe" not in policy and "script-src" not in policy
            assert fields["cache-control"] == ["no-store"] and fields["x-content-type-options"] == ["nosniff"]
            assert fields["referrer-policy"] == ["same-origin"] and fields["x-frame-options"] == ["DENY"]
            assert "server" not in fields
            assert not (head.startswith("HEAD") and body)


@pytest.mark.attack(138)
def test_signing_in(alter):
    url = alter.control.post("portal", "login")["url"]
    browser = Browser()
    page = browser.open(url + "&next=//evil.test/")
    name, planted = "postern_session", "00" * 32
    browser.cookies[host(alter)][name] = planted
    assert browser.send(f"{alter.portal}/approvals").status == 403
    done = browser.press(page, "Sign in", follow=False)
    assert done.status == 303 and re.fullmatch(r"/o/[0-9a-f]{32}/approvals", done.value("location"))
    room = done.value("location").removesuffix("/approvals")
    cookie = done.value("set-cookie")
    assert re.fullmatch(rf"{name}=[0-9a-f]{{32,}}; Path={room}; HttpOnly; SameSite=Strict", cookie), cookie
    assert browser.cookies[host(alter)][name] != planted
    again = Browser()
    assert again.press(again.open(url), "Sign in", follow=False).status == 410, "a code works once"


@pytest.mark.attack(138)
def test_guessing_is_slowed(make_alter):
    alter = make_alter()
    browser = Browser()
    page = browser.open(f"{alter.portal}/login")
    statuses = [browser.press(page, "Sign in", follow=False, code=f"guess{number}").status for number in range(40)]
    assert set(statuses) == {410, 429} and statuses[-1] == 429
    assert {browser.send(f"{alter.portal}/connect/guess{number}").status for number in range(30)} <= {404, 429}
    assert alter.logged_in(), "the right code opens all the same"


@pytest.mark.parametrize("head", [
    "POST /login HTTP/1.1\nHost: {host}\nContent-Length: 5\nTransfer-Encoding: chunked\n",
    "POST /login HTTP/1.1\nHost: {host}\nContent-Length: 5\nContent-Length: 6\n",
    "POST /login HTTP/1.1\nHost: {host}\nTransfer-Encoding: chunked, identity\n",
    "GET /login HTTP/1.1\nHost: {host}\nX: " + "a" * 70_000 + "\n",
    "GET /login HTTP/1.1\nHost: {host}\n" + "".join(f"X{number}: 1\n" for number in range(300)),
    "GET /" + "a" * 90_000 + " HTTP/1.1\nHost: {host}\n", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
])
def test_what_is_no_request(alter, head):
    status, _, body = exchange(alter, head.format(host=host(alter)), b"5\r\nhello\r\n0\r\n\r\nGET /login HTTP/1.1\r\n\r\n")
    assert status == 0 or 400 <= status < 500, status
    assert body.count(b"HTTP/1.1") == 0


def test_slow_ones_do_not_keep_others_waiting(alter):
    parts = urlsplit(alter.portal)
    slow = [socket.create_connection((parts.hostname, parts.port)) for _ in range(60)]
    try:
        for one in slow:
            one.sendall(b"POST /login HTTP/1.1\r\nHost: ")
        begun = time.monotonic()
        assert exchange(alter, f"GET /login HTTP/1.1\nHost: {host(alter)}\nConnection: close\n")[0] == 200
        assert time.monotonic() - begun < 2
    finally:
        for one in slow:
            one.close()
