"""The control socket against whoever gets hold of it (attacks 129 to 132, 135 to 137 and 140)."""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import stat
import time
from pathlib import Path

import pytest

from conftest import needs_root
from support.audit import about
from support.control import Control, UnixConnection, path_of
from support.daemon import Daemon
from support.expect import table
from support.topology import A, B
from support.users import as_user
from support.waiting import wait_until

attack = pytest.mark.attack
URL = "http://good.test/v1/ok"
STRANGER = 61001
NOWHERE = "00000000-0000-4000-8000-000000000000"

READS = [
    "/v1/status",
    "/v1/agents",
    f"/v1/agents/{A}",
    f"/v1/agents/{A}/keys",
    "/v1/app/keys",
    "/v1/secrets",
    "/v1/secrets/good",
    "/v1/grants",
    "/v1/providers",
    "/v1/providers?catalogue=true",
    "/v1/providers/good",
    "/v1/users",
    "/v1/placeholders",
    f"/v1/placeholders?agent={A}",
]
WRITES = [
    ("POST", "/v1/agents", {"name": "written"}),
    ("PATCH", f"/v1/agents/{A}", {"display_name": "written"}),
    ("POST", f"/v1/agents/{A}/pause", {}),
    ("POST", f"/v1/agents/{A}/revoke", {}),
    ("POST", f"/v1/agents/{A}/keys", {}),
    ("POST", "/v1/app/keys", {"name": "written"}),
    ("POST", "/v1/secrets", {"name": "written", "provider": "good", "value": "written-0123456789"}),
    ("POST", "/v1/secrets/good/rotate", {"value": "written-0123456789"}),
    ("POST", "/v1/secrets/good/revoke", {}),
    ("POST", "/v1/grants", {"agent": B, "secret": "good"}),
    ("PUT", "/v1/providers/written", {"hosts": ["written.test"], "inject": [{"header": "X", "value": "{secret}"}]}),
    ("DELETE", "/v1/providers/good", None),
    ("POST", "/v1/users", {"subject": "written"}),
    ("POST", "/v1/provision", {"agents": [{"name": "written"}], "grants": []}),
    ("POST", "/v1/store/rekey", {}),
    ("POST", "/v1/config/reload", {}),
]


def everything(directory) -> str:
    """What the directory holds, without what changes by being used."""
    control = Control(directory.control.path)
    found = {path: control.call("GET", path).json for path in READS if path != "/v1/status"}
    return re.sub(r'"last_used_at": ?("[^"]*"|null)', "", json.dumps(found, sort_keys=True))


@pytest.fixture
def unchanged(directory):
    """Whatever the test sends, the directory is the same afterwards."""
    before = everything(directory)
    key = (directory.directory / "state/master.key").read_bytes()
    yield directory
    assert everything(directory) == before
    assert (directory.directory / "state/master.key").read_bytes() == key


# Whose page is asking.


@attack(129)
@table({"a host": "rebound.test", "with a port": "rebound.test:8080", "an address": "127.0.0.1:80", "none": ""})
def test_host_names_nothing(unchanged, row):
    """No page can open a unix socket; should one come through a relay, Host makes no difference and is not repeated."""
    for path in READS:
        answer = unchanged.control.call("GET", path, headers=[("Host", row)])
        assert answer.status in (200, 400, 403, 421), answer
        assert "rebound.test" not in json.dumps(answer.headers) + answer.body.decode()


@attack(130)
@table({"fragment": "127.0.0.1/#", "query": "127.0.0.1/?", "path": "127.0.0.1/v1/agents", "userinfo": "a@127.0.0.1"})
def test_host_does_not_take_part_in_the_path(unchanged, row):
    """What is routed is the path of the request line alone."""
    answer = unchanged.control.call("GET", "/v1/nothing", headers=[("Host", row)])
    assert answer.status in (400, 404, 421), answer
    answer = unchanged.control.call("GET", "/v1/status", headers=[("Host", row)])
    assert answer.status in (200, 400, 421), answer


@attack(130)
@table(
    {
        "dots": "/v1/agents/../secrets",
        "encoded dots": "/v1/agents/%2e%2e/secrets",
        "two slashes": "//v1/agents",
        "a slash at the end": "/v1/agents/",
        "encoded slash": f"/v1/agents%2f{A}",
        "parameters": "/v1/agents;x=y",
        "backslash": "/v1\\agents",
        "case": "/V1/AGENTS",
        "an encoded letter": "/v1/%61gents",
        "absolute": "http://evil.test/v1/agents",
        "NUL": "/v1/agents%00",
    }
)
def test_a_path_is_taken_as_it_is(unchanged, row):
    """Another spelling is another resource, or the same; never one between."""
    answer = unchanged.control.call("GET", row)
    assert answer.status in (200, 400, 403, 404, 405), answer
    if answer.status == 200:
        assert {one["name"] for one in answer.json["items"]} >= {A}


@attack(131)
@table({"another site": "https://evil.test", "null": "null", "this host": "http://localhost", "empty": ""})
@pytest.mark.parametrize("place", range(len(WRITES)))
def test_no_page_may_change_anything(unchanged, row, place):
    method, path, body = WRITES[place]
    answer = unchanged.control.call(method, path, body, [("Origin", row)])
    assert answer.status == 403 and "written" not in answer.message


@attack(131)
@table(
    {
        "text/plain": ("text/plain", b'{"name": "written"}'),
        "a form": ("application/x-www-form-urlencoded", b"name=written"),
        "a form of JSON": ("application/x-www-form-urlencoded", b'{"name": "written", "x": "="}'),
        "multipart": (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nw\r\n--x--\r\n',
        ),
        "no type": ("", b'{"name": "written"}'),
    }
)
def test_only_json_changes_anything(unchanged, row):
    kind, data = row
    answer = unchanged.control.call("POST", "/v1/agents", raw=data, headers=[("Content-Type", kind)])
    assert answer.status in (400, 403, 415), answer


@attack(131, 132)
@pytest.mark.parametrize("path", READS)
def test_no_page_may_read_anything(unchanged, path):
    for method in ("GET", "OPTIONS", "HEAD"):
        fields = [("Origin", "https://evil.test"), ("Access-Control-Request-Method", "POST")]
        answer = unchanged.control.call(method, path, headers=fields)
        assert answer.status in (403, 404, 405), answer
        assert not [name for name, _ in answer.headers if name.lower().startswith("access-control-")]
    assert not [name for name, _ in unchanged.control.call("GET", path).headers if name.lower().startswith("access-")]


@attack(131)
@table(
    {
        "GET": "GET",
        "HEAD": "HEAD",
        "PUT": "PUT",
        "DELETE": "DELETE",
        "TRACE": "TRACE",
        "CONNECT": "CONNECT",
        "odd": "PAUSE",
    }
)
def test_acts_are_not_done_by_other_methods(unchanged, row):
    for path in (f"/v1/agents/{A}/pause", f"/v1/agents/{A}/revoke", "/v1/secrets/good/revoke", "/v1/store/rekey"):
        try:
            assert unchanged.control.call(row, path).status in (400, 404, 405, 501)
        except (http.client.HTTPException, OSError):
            pass


# Values that are not what they seem.

INJECTIONS = {
    "quote": "' OR '1'='1",
    "number": "1 OR 1=1",
    "comment": "agent-a'--",
    "union": "x' UNION SELECT digest FROM agent_keys --",
    "statement": "agent-a'; DROP TABLE agents; --",
    "wildcard": "agent-%",
    "glob": "agent-*",
    "underscore": "agent__",
    "NUL": "agent-a\0",
    "NUL before": "\0agent-a",
    "long": "a" * 3000,
    "unicode": "agent\u2010a",
    "full width": "\uff41gent-a",
    "case": "AGENT-A",
    "space": " agent-a ",
}


@attack(135)
@pytest.mark.parametrize("name", INJECTIONS)
def test_a_name_is_only_a_name(unchanged, name):
    text = INJECTIONS[name]
    for method, path, body in (
        ("GET", path_of("agents", text), None),
        ("GET", path_of("secrets", text), None),
        ("GET", path_of("grants", text), None),
        ("GET", path_of("users", text), None),
        ("GET", path_of("providers", text), None),
        ("POST", path_of("agents", text, "pause"), {}),
        ("POST", path_of("agents", A, "keys", text, "revoke"), {"force": True}),
        ("POST", path_of("grants", text, "revoke"), {}),
        ("POST", "/v1/grants", {"agent": text, "secret": "good"}),
        ("POST", "/v1/grants", {"agent": B, "secret": text}),
    ):
        answer = unchanged.control.call(method, path, body)
        assert answer.status in (400, 404, 409, 414), f"{method} {path}: {answer}"


@attack(135)
@pytest.mark.parametrize("name", INJECTIONS)
def test_nothing_is_explained_of_a_name_that_is_none(unchanged, name):
    answer = unchanged.control.call("POST", "/v1/explain", {"agent": INJECTIONS[name], "method": "GET", "url": URL})
    assert answer.status in (400, 404) or (answer.json["decision"], answer.json["grant"]) == ("deny", None), answer


@attack(135)
@pytest.mark.parametrize("name", INJECTIONS)
@pytest.mark.parametrize(
    "member", ["agent", "secret", "principal", "parent", "limit", "offset", "include_revoked", "sort", "order"]
)
def test_a_filter_is_only_a_filter(unchanged, member, name):
    """It finds nothing, or is refused; it never widens what is listed."""
    answer = unchanged.control.call("GET", path_of("grants", **{member: INJECTIONS[name]}))
    assert answer.status in (200, 400, 404, 414), answer
    if answer.status == 200:
        assert member in ("agent", "secret", "principal", "parent") and answer.json["items"] == [], answer


@attack(135)
@table({"negative": "-1", "huge": "9" * 30, "a fraction": "1.5", "hexadecimal": "0x10", "a list": "1,2", "empty": ""})
@pytest.mark.parametrize("member", ["limit", "offset"])
def test_odd_pages(unchanged, member, row):
    answer = unchanged.control.call("GET", f"/v1/agents?{member}={row}")
    assert answer.status in (200, 400), answer


@attack(134, 135)
@table(
    {
        "markup": "<img src=x onerror=alert(1)>",
        "script": "</script>",
        "separator": "a\u2028b",
        "newline": "a\nb",
        "ANSI": "\x1b[31mred",
        "direction": "\u202eabc",
        "slash": "a/b",
        "dots": "..",
        "empty": "",
        "long": "a" * 65,
        "upper case": "Agent",
        "colon": "a:b",
        "at": "a@b",
        "space": "a b",
        "percent": "a%2fb",
        "UUID": NOWHERE,
    }
)
@pytest.mark.parametrize("what", ["agents", "secrets", "providers"])
def test_names_are_plain(unchanged, what, row):
    if what == "providers" and re.fullmatch(r"[A-Za-z0-9._-]{1,64}", row) and row != "..":
        pytest.skip("a name that providers of the configuration may have")
    body = {"agents": {"name": row}, "secrets": {"name": row, "provider": "good", "value": "written-0123456789"}}
    if what == "providers":
        definition = {"hosts": ["written.test"], "inject": [{"header": "X", "value": "{secret}"}]}
        answer = unchanged.control.call("PUT", path_of("providers", row), definition)
    else:
        answer = unchanged.control.call("POST", f"/v1/{what}", body[what])
    assert answer.status in (400, 404, 405), answer
    if answer.status == 400:
        assert "\x1b" not in answer.body.decode() and "\u202e" not in answer.message


@attack(136)
@table(
    {
        "status": {"status": "active"},
        "id": {"id": NOWHERE},
        "version": {"version": 99},
        "owner": {"owner": "root"},
        "allowed_routes": {"allowed_routes": ["/*"]},
        "created_at": {"created_at": "2020-01-01T00:00:00Z"},
        "key": {"key": "alter_key_agent_" + "a" * 34},
        "name": {"name": "other"},
        "parent": {"parent": B},
        "__proto__": {"__proto__": {"status": "revoked"}},
        "misspelt": {"display-name": "x"},
        "case": {"Display_Name": "x"},
        "with one that is known": {"display_name": "x", "statsu": "active"},
    }
)
def test_members_that_are_not_to_be_set(unchanged, row):
    answer = unchanged.control.call("PATCH", f"/v1/agents/{A}", row)
    assert (answer.status, answer.code) == (400, "invalid_request"), answer
    assert next(name for name in row if name != "display_name") in answer.message or len(row) == 1


@attack(136)
@table(
    {
        "agent id": ("/v1/agents", {"name": "written", "id": NOWHERE}),
        "agent key": ("/v1/agents", {"name": "written", "key": "alter_key_agent_" + "a" * 34}),
        "agent status": ("/v1/agents", {"name": "written", "status": "revoked"}),
        "secret hosts": (
            "/v1/secrets",
            {"name": "written", "provider": "good", "value": "written-0123456789", "hosts": ["evil.test"]},
        ),
        "secret version": (
            "/v1/secrets",
            {"name": "written", "provider": "good", "value": "written-0123456789", "version": 7},
        ),
        "grant id": ("/v1/grants", {"agent": B, "secret": "good", "id": NOWHERE}),
        "grant uses": ("/v1/grants", {"agent": B, "secret": "good", "uses": 0}),
        "grant terms": ("/v1/grants", {"agent": B, "secret": "good", "terms": {"metods": ["GET"]}}),
        "grant hosts": ("/v1/grants", {"agent": B, "secret": "good", "terms": {"hosts": ["evil.test"]}}),
        "two principals": ("/v1/grants", {"agent": B, "system": True, "secret": "good"}),
        "no principal": ("/v1/grants", {"secret": "good"}),
        "both ends": ("/v1/grants", {"agent": B, "secret": "good", "ttl_s": 5, "expires_at": "2099-01-01T00:00:00Z"}),
        "key text": (f"/v1/agents/{A}/keys", {"key": "alter_key_agent_" + "a" * 34}),
        "key prefix": (f"/v1/agents/{A}/keys", {"prefix": "aaaa"}),
        "user id": ("/v1/users", {"subject": "written", "id": NOWHERE}),
        "half of a provision": (
            "/v1/provision",
            {"agents": [{"name": "written"}], "grants": [{"agent": "written", "secret": "nobody"}]},
        ),
        "provision with more": ("/v1/provision", {"agents": [{"name": "written"}], "grants": [], "secrets": []}),
    }
)
def test_nothing_is_made_with_what_is_not_known(unchanged, row):
    path, body = row
    answer = unchanged.control.call("POST", path, body)
    assert answer.status in (400, 404, 409), answer


# Bodies.


@table(
    {
        "nothing": b"",
        "not JSON": b"name=written",
        "cut off": b'{"name": "written"',
        "a list": b'[{"name": "written"}]',
        "a string": b'"written"',
        "a number": b"1",
        "null": b"null",
        "two": b'{"name": "written"} {"name": "b"}',
        "twice": b'{"name": "written", "name": "other"}',
        "not UTF-8": b'{"name": "\xff\xfe"}',
        "surrogate": b'{"name": "written", "display_name": "\\ud800"}',
        "BOM": b'\xef\xbb\xbf{"name": "written"}',
        "deep": b'{"name": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        "NaN": b'{"name": "written", "requests_per_minute": NaN}',
        "a fraction": b'{"name": "written", "requests_per_minute": 1.5}',
        "beyond 64 bits": b'{"name": "written", "requests_per_minute": 99999999999999999999}',
        "negative": b'{"name": "written", "requests_per_minute": -1}',
        "a text": b'{"name": "written", "requests_per_minute": "5"}',
        "a wrong type": b'{"name": {"a": 1}}',
        "comment": b'{"name": "written" /* x */}',
        "comma": b'{"name": "written",}',
        "single quotes": b"{'name': 'written'}",
    }
)
def test_bodies_that_are_not_what_they_must_be(unchanged, row):
    answer = unchanged.control.call("POST", "/v1/agents", raw=row)
    assert (answer.status, answer.code) == (400, "invalid_request"), answer


def test_a_body_has_a_bound(unchanged):
    """1 MiB; it is refused without being kept, whether its length is known or not."""
    data = json.dumps({"name": "written", "display_name": "x" * (2 << 20)}).encode()
    before = unchanged.daemon.resident()
    for _ in range(5):
        for chunks in (False, True):
            connection = UnixConnection(unchanged.control.path, 10)
            try:
                connection.request(
                    "POST",
                    "/v1/agents",
                    iter([data]) if chunks else data,
                    {"Content-Type": "application/json"},
                    encode_chunked=chunks,
                )
                assert connection.getresponse().status in (400, 413)
            except (BrokenPipeError, ConnectionResetError):
                pass
            finally:
                connection.close()
    assert unchanged.daemon.resident() - before < 32 << 20


@table(
    {
        "length and chunks": b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        "two lengths": b"Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}",
        "gzip": b"Transfer-Encoding: gzip\r\n\r\n{}",
        "a huge length": b"Content-Length: 99999999999999999999\r\n\r\n{}",
        "a negative length": b"Content-Length: -1\r\n\r\n{}",
        "a broken chunk": b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        "an endless field": b"X: " + b"x" * 200_000 + b"\r\n\r\n",
        "many fields": b"X: y\r\n" * 10_000 + b"\r\n",
        "no end of line": b"X",
        "binary": bytes(range(256)) * 20,
    }
)
def test_framing_that_is_not_plain(unchanged, row):
    """It is refused, or ends the connection; nothing is done, and the socket goes on serving others."""
    head = b"POST /v1/agents/" + A.encode() + b"/pause HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(2)
        sock.connect(str(unchanged.control.path))
        try:
            sock.sendall(head + row)
            sock.shutdown(socket.SHUT_WR)
            data = sock.recv(65536)
        except (TimeoutError, ConnectionResetError, BrokenPipeError):
            data = b""
    assert not data.startswith(b"HTTP/1.1 2"), data
    assert unchanged.control.call("GET", "/v1/status", timeout=3).status == 200


def test_those_who_wait_keep_nobody_waiting(unchanged):
    """A hundred connections that say nothing, or half a head, or half a body."""
    waiting = []
    try:
        for number in range(100):
            sock = socket.socket(socket.AF_UNIX)
            sock.connect(str(unchanged.control.path))
            sock.sendall(
                (b"", b"GET /v1/sta", b"POST /v1/agents HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{")[number % 3]
            )
            waiting.append(sock)
        started = time.monotonic()
        assert unchanged.control.call("GET", "/v1/status", timeout=5).status == 200
        assert unchanged.control.call("POST", "/v1/agents", {"name": A}, timeout=5).status == 409
        assert time.monotonic() - started < 2
        assert unchanged.ask("GET", URL).status == 200
    finally:
        for sock in waiting:
            sock.close()


# What can be read.


@attack(137)
def test_nothing_gives_a_secret_back(directory):
    """Every route with every method; the answers are searched after the test."""
    ids = {
        "{agent}": A,
        "{key}": directory.key_id(A),
        "{secret}": "good",
        "{id}": directory.grants[A, "good"]["id"],
        "{name}": "good",
        "{user}": "nobody",
    }
    for path in [*READS, *ROUTES]:
        for place, value in ids.items():
            path = path.replace(place, value)
        for method in ("GET", "HEAD", "OPTIONS"):
            directory.control.call(method, path)
    for query in ("?include_values=true", "?reveal=1", "?fields=value,values,ciphertext,digest", "?format=raw"):
        answer = directory.control.call("GET", f"/v1/secrets/good{query}")
        assert "ciphertext" not in answer.body.decode() or answer.status == 400
    secret = directory.control.get("secrets", "good")
    assert not {"value", "values", "ciphertext", "nonce", "seal"} & set(secret)
    for key in directory.control.get("agents", A, "keys")["items"]:
        assert not {"key", "digest", "seal"} & set(key) and len(key["prefix"]) <= 20


ROUTES = [
    "/v1/agents/{agent}/keys/{key}",
    "/v1/secrets/{secret}/versions",
    "/v1/secrets/{secret}/value",
    "/v1/grants/{id}",
    "/v1/providers/{name}",
    "/v1/users/{user}",
    "/v1/store",
    "/v1/store/key",
    "/v1/config",
    "/v1/provision",
    "/v1",
    "/",
    "/metrics",
    "/debug",
    "/.env",
    "/v1/openapi.json",
]


@attack(137)
def test_errors_do_not_repeat_a_value(directory):
    """The answers are searched for the planted secrets after the test."""
    planted = directory.secrets["good"]
    for body in (
        {"name": "odd", "provider": "good", "value": planted + "\n"},
        {"name": "odd", "provider": "good", "value": planted, "values": {"secret": planted}},
        {"name": "odd", "provider": "good", "values": {"secret": {"nested": planted}}},
        {"name": "odd", "provider": "good", "values": {"nobody": planted}},
        {"name": "odd", "provider": "good", "value": 5, "inputs": {"secret": planted}},
        {"name": "odd", "provider": "good", "value": [planted]},
        {"name": "good", "provider": "good", "value": planted},
    ):
        assert directory.control.call("POST", "/v1/secrets", body).status in (400, 409)
    for raw in (planted.encode(), b'{"value": "' + planted.encode() + b'" nonsense', b'{"value": "' + planted.encode()):
        assert directory.control.call("POST", "/v1/secrets/good/rotate", raw=raw).status == 400
    answer = directory.control.call("POST", "/v1/secrets/good/rotate", {"value": planted})
    assert answer.status == 409, "rotated to the same value"


# Who is at the other end.


@pytest.fixture
def opened(make_directory):
    """A directory whose socket's file and folders let everybody connect: only the daemon's own check is left."""
    directory = make_directory()
    paths = [directory.directory, directory.directory / "state", Path(directory.control.path)]
    modes = [stat.S_IMODE(path.stat().st_mode) for path in paths]
    for path, mode in zip(paths, (0o755, 0o755, 0o777)):
        path.chmod(mode)
    yield directory
    for path, mode in zip(paths, modes):
        if path.exists():
            path.chmod(mode)


@attack(140)
def test_the_file_keeps_others_out(directory):
    path = Path(directory.control.path)
    assert stat.S_ISSOCK(path.stat().st_mode) and stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    if os.geteuid() == 0:
        with pytest.raises(PermissionError):
            as_user(STRANGER, lambda: Control(path).call("GET", "/v1/status"))


@attack(140)
@needs_root
def test_another_user_is_refused_by_the_kernels_word(opened):
    def ask():
        answers = [Control(opened.control.path).call(*call) for call in calls]
        return [(answer.status, answer.body) for answer in answers]

    calls = [("GET", "/v1/status"), ("GET", "/v1/agents"), *WRITES[:4], ("GET", "/v1/nothing")]
    before = everything(opened)
    answers = as_user(STRANGER, ask)
    assert {status for status, _ in answers} == {403}
    assert A.encode() not in b"".join(body for _, body in answers)
    assert everything(opened) == before
    rows = wait_until(lambda: about(opened.audit(), str(STRANGER)), 3, "the attempt is on record")
    assert all(row["event.outcome"] == "failure" for row in rows)


@attack(117, 140)
@needs_root
def test_a_passed_connection_is_its_makers(opened):
    """Who connected counts, whoever holds the descriptor afterwards, and whatever user writes to it."""
    ours, theirs = socket.socketpair()

    def connect_and_pass() -> None:
        made = socket.socket(socket.AF_UNIX)
        made.connect(str(opened.control.path))
        socket.send_fds(theirs, [b"x"], [made.fileno()])

    as_user(STRANGER, connect_and_pass)
    _, (descriptor,), _, _ = socket.recv_fds(ours, 1, 1)
    connection = UnixConnection(opened.control.path, sock=socket.socket(fileno=descriptor))
    connection.request("GET", "/v1/agents")
    assert connection.getresponse().status == 403
    connection.close()


@attack(140)
def test_no_proxied_request_reaches_it(directory):
    """Neither its path as a host, nor its routes on the port where agents call."""
    for url in ("http://localhost/v1/status", "http://127.0.0.1/v1/agents", "http://postern.internal/v1/agents"):
        assert directory.ask("GET", url).status in (400, 403, 404, 421)
    with directory.dial() as client:
        client.send(b"GET /v1/agents HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        response = client.response()
        assert response.status >= 400 and A.encode() not in response.body
    directory.assert_untouched()


@attack(140)
def test_a_socket_left_by_a_kill_is_replaced_and_a_file_is_not(make_directory):
    directory = make_directory()
    directory.daemon.kill9()
    assert Path(directory.control.path).exists()
    directory.start()
    directory.begin()
    assert directory.control.get("status")
    directory.daemon.terminate()
    path = Path(directory.control.path)
    assert not path.exists(), "a daemon that ends takes its socket along"
    path.write_text("somebody's notes")
    daemon = Daemon(directory.directory, directory.config.text(), wait=False)
    wait_until(lambda: not daemon.is_alive() or " ready" in daemon.log(), 15)
    daemon.kill9()
    assert path.read_text() == "somebody's notes", "a file that is no socket was removed"
    path.unlink()
    directory.start()
    directory.begin()


# What is on record.


def test_refused_acts_are_on_record(directory):
    control = directory.control
    control.call("POST", "/v1/agents", {"name": A})
    control.call("POST", "/v1/agents/nobody/pause", {})
    control.call("POST", "/v1/grants", {"agent": A, "secret": "nobody"})
    rows = wait_until(lambda: (r := [row for row in directory.audit() if "user.id" in row]) and len(r) >= 3 and r, 3)
    assert {row["event.outcome"] for row in rows} == {"failure"}
    assert {row["error.code"] for row in rows} >= {"agent_name_exists", "agent_not_found", "secret_not_found"}
    assert {str(row["user.id"]) for row in rows} == {str(os.geteuid())}
