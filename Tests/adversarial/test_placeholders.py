"""Placeholders carried off, and tokens that an agent wants for itself (attack 87)."""

from __future__ import annotations

import base64
import gzip
import json
import time
import urllib.parse

import pytest

from support import audit
from support.cli import placeholders
from support.client import request
from support.entries import ENTRIES
from support.expect import table
from support.origin import CLOSE, answer, fixed, raw
from support.tokens import TOKEN_PATH, mint, provide
from support.topology import A, B, Topology
from support.waiting import wait_until

attack = pytest.mark.attack
pytestmark = pytest.mark.entries(*ENTRIES)
URL = "http://good.test/v1/ok"
TOKEN_URL = f"http://mint.test{TOKEN_PATH}"


@pytest.fixture(scope="module")
def _shared(authority):
    def edit(topology: Topology, config) -> None:
        provide(topology, config)
        for secret in ("good", "open-a", "query"):
            config.find("grant", agent=A, secret=secret).update(placeholder=True)
        config.find("grant", agent=B, secret="open-b").update(placeholder=True)

    topology = Topology(authority, edit)
    yield topology
    topology.close()


@pytest.fixture
def mine(topology) -> dict[str, str]:
    return placeholders(topology.daemon.config_path, A)


def leaked(topology: Topology, response) -> None:
    """The request was refused as a leak, recorded as one, and its reason does not repeat the value."""
    assert (response.status, response.code) == (403, "placeholder_leaked"), response.body
    row = wait_until(lambda: audit.about(topology.audit(), "placeholder_leaked"), 3, "the leak is recorded")[-1]
    assert row["postern.agent"] in (A, B)
    for text in placeholders(topology.daemon.config_path, A).values():
        assert text[-32:].encode() not in response.body
        assert text[-32:] not in row.get("event.reason", "")


HEADS = {
    "another header": (URL, "X-Note: {p}"),
    "a cookie": (URL, "Cookie: a={p}"),
    "the path": ("http://good.test/v1/{p}", "A: b"),
    "the query": (URL + "?q={p}", "A: b"),
    "the query, escaped": (URL + "?q={percent}", "A: b"),
    "the name of a header": (URL, "{p}: x"),
    "base 64": (URL, "X-Note: {base64}"),
    "a second header": (URL, "Authorization: Bearer {p}\r\nX-Note: {p}"),
    "another credential's place": ("http://open.test/x", "X-Api-Key: {p}"),
    "a host without a credential": ("http://egress.test/", "Authorization: Bearer {p}"),
    "a host without a grant": ("http://nowhere.test/", "Authorization: Bearer {p}"),
    "the name of a host": ("http://x{core}.wild.test/", "A: b"),
    "another query parameter": ("http://query.test/?key={query}&other={query}", "A: b"),
    "for us": (URL, "Postern-Run: {p}"),
}


@table(HEADS)
def test_a_placeholder_elsewhere_in_a_head_is_a_leak(topology, mine, row):
    url, lines = row
    text = mine["good"]
    forms = {
        "p": text,
        "core": text[-48:],
        "query": mine["query"],
        "base64": base64.b64encode(f"x{text}".encode()).decode(),
        "percent": "".join(f"%{byte:02x}" for byte in text.encode()),
    }
    head = topology.head("GET", url.format(**forms), *lines.format(**forms).split("\r\n"))
    with topology.connect() as client:
        leaked(topology, client.send(head).response())
    topology.assert_untouched()


def test_another_agents_placeholder_is_a_leak(topology, mine):
    others = placeholders(topology.daemon.config_path, B)
    for agent, url, text in [(B, "http://open.test/", mine["open-a"]), (A, "http://open.test/", others["open-b"])]:
        leaked(topology, topology.ask("GET", url, [("X-Api-Key", text)], agent=agent))
    topology.assert_untouched()


BODIES = {
    "alone": lambda p: p,
    "in JSON": lambda p: json.dumps({"prompt": f"my key is {p}, keep it safe"}),
    "in a form": lambda p: urllib.parse.urlencode({"a": "b", "key": p}),
    "base 64": lambda p: base64.b64encode(f"key: {p}".encode()).decode(),
    "hexadecimal": lambda p: p.encode().hex(),
    "escaped": lambda p: "".join(f"\\u{ord(c):04x}" for c in p),
    "far in": lambda p: "x" * 300_000 + p,
    "across pieces": lambda p: "x" * (65_536 - 30) + p + "y" * 70_000,
}


@table(BODIES)
@pytest.mark.parametrize("url", [URL, "http://egress.test/upload"])
def test_a_placeholder_in_a_body_is_never_sent(topology, mine, row, url):
    body = row(mine["good"]).encode()
    leaked(topology, topology.ask("POST", url, body=body))
    for origin in (topology.good, topology.egress):
        assert mine["good"][-32:].encode() not in origin.raw and not any(r.is_answered for r in origin.requests)
        assert body[-20:] not in origin.raw


@pytest.mark.parametrize("size", [1, 2, 7, 40])
def test_a_placeholder_split_over_chunks_is_never_sent(topology, mine, size):
    text = f"hello {mine['good']} and more".encode()
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    head = topology.head("POST", URL, "Transfer-Encoding: chunked")
    with topology.connect() as client:
        client.send(head)
        try:
            for piece in pieces:
                client.send(b"%x\r\n%s\r\n" % (len(piece), piece))
                time.sleep(0.002)
            client.send(b"0\r\n\r\n")
        except OSError:
            pass  # it has been refused already
        leaked(topology, client.response())
    assert mine["good"][-30:].encode() not in topology.good.raw.replace(b"\r\n1\r\n", b"")
    assert not any(r.is_answered for r in topology.good.requests)


def test_bodies_without_one_are_not_held_up(topology, mine):
    """What could become a placeholder goes on at once, so that a dialogue over one request does not stand still."""
    tail = mine["good"][-48:-34].encode()
    arrived = []

    def handle(received):
        for piece in received.stream():
            arrived.append(piece)
        yield answer(b"ok")

    topology.good.reads_body_first = False
    topology.good.handler = handle
    with topology.connect() as client:
        client.send(topology.head("POST", URL, f"Content-Length: {len(tail) + 1}"), tail)
        wait_until(lambda: b"".join(arrived) == tail, 3, "the beginning has arrived")
        assert client.send(b"-").response().status == 200


# Tokens.


def bearer(token: str) -> dict:
    return {"access_token": token, "refresh_token": token, "id_token": token, "expires_in": 600}


def as_json(token: str) -> tuple[str, str]:
    return json.dumps(bearer(token)), "application/json"


@attack(87)
def test_a_minted_token_stays_here(topology):
    token = topology.mint.issue(as_json)
    response, found = mint(topology)
    assert response.status == 200 and len(set(found)) == 3
    assert token.encode() not in response.body
    assert topology.mint.requests[0].value("authorization") == topology.mint.basic


@attack(87)
@table(
    {
        "encoded letters": "/oauth/t%6fken",
        "encoded slash": "/oauth%2Ftoken",
        "empty segments": "//oauth///token/",
        "parameters": "/oauth;x=y/token;z",
        "case": "/OAuth/TOKEN",
        "a format": "/oauth/token.json",
        "encoded twice": "/oauth%252Ftoken",
        "a query": "/oauth/token?x=/y",
    }
)
def test_no_spelling_of_the_endpoint_gives_a_token(topology, row):
    token = topology.mint.issue(as_json)
    topology.mint.handler = topology.mint.routes[TOKEN_PATH]
    response, _ = mint(topology, path=row)
    assert token.encode() not in response.body


@attack(87)
@table(
    {
        "a bare token": lambda t: t,
        "a JSON string": json.dumps,
        "not quite JSON": lambda t: f"{{'access_token': '{t}'}}",
        "cut off": lambda t: f'{{"access_token": "{t}"',
        "two values": lambda t: f'{{}} {{"access_token": "{t}"}}',
        "a page": lambda t: f"<p>access_token={t}</p>",
        "a script": lambda t: f'f({{"access_token": "{t}"}})',
        "XML": lambda t: f"<access_token>{t}</access_token>",
        "too long": lambda t: json.dumps({"access_token": t, "x": "y" * 70_000}),
        "too deep": lambda t: "[" * 500 + json.dumps(t) + "]" * 500,
        "a line end in it": lambda t: json.dumps({"access_token": f"{t}\r\nX: y"}),
    }
)
def test_an_answer_that_cannot_be_read_is_withheld(topology, row):
    token = topology.mint.issue(lambda t: (row(t), "application/json"))
    response, found = mint(topology)
    assert (response.status, response.code, found) == (502, "token_unreadable", [])
    assert token.encode() not in response.body
    with topology.connect() as client:
        assert topology.ask("GET", URL, client=client).status == 200


@attack(87)
@table(
    {
        "escaped": lambda t: '{"access\\u005ftoken": "' + "".join(f"\\u{ord(c):04x}" for c in t) + '"}',
        "twice": lambda t: f'{{"access_token": "x-{t}", "access_token": "{t}"}}',
        "camel case": lambda t: json.dumps({"accessToken": t, "refreshToken": t}),
        "nested": lambda t: json.dumps({"data": [{"user": {"ACCESS_TOKEN": t}}]}),
        "a list": lambda t: json.dumps({"tokens": [t, t]}),
        "a form": lambda t: urllib.parse.urlencode({"access_token": t, "token_type": "bearer"}),
        "an escaped form": lambda t: "%61ccess_token=" + "".join(f"%{b:02X}" for b in t.encode()),
    }
)
def test_a_token_is_found_however_it_is_written(topology, row):
    topology.mint.issue(lambda t: (row(t), "text/plain"))
    response, found = mint(topology)
    assert response.status == 200 and found
    used = topology.ask("GET", "http://mint.test/me", [("Authorization", f"Bearer {found[-1]}")])
    assert used.status == 200


@attack(87)
def test_a_compressed_answer_gives_no_token(topology):
    token = topology.mint.issue(as_json)
    body = gzip.compress(json.dumps(bearer(token)).encode())
    for fields in [[("Content-Encoding", "gzip")], []]:
        topology.mint.routes[TOKEN_PATH] = fixed(body, headers=fields)
        response, _ = mint(topology)
        assert token.encode() not in response.body
        assert not response.body.startswith(b"\x1f\x8b")


@attack(87)
def test_an_answer_that_breaks_off_gives_no_token(topology):
    token = topology.mint.issue(as_json)
    whole = json.dumps(bearer(token)).encode()
    head = answer(headers=[("Content-Length", str(len(whole) + 5))], length=False)
    topology.mint.routes[TOKEN_PATH] = raw(head + whole, CLOSE)
    response, _ = mint(topology)
    assert response.status == 502 and token.encode() not in response.body


@attack(87)
@table(
    {
        "another header": ("http://mint.test/me", "X-Note: {t}", A),
        "the query": ("http://mint.test/me?access_token={t}", "A: b", A),
        "the path": ("http://mint.test/{t}", "A: b", A),
        "another provider": (URL, "Authorization: Bearer {t}", A),
        "a host without a credential": ("http://egress.test/", "Authorization: Bearer {t}", A),
        "another agent": ("http://mint.test/me", "Authorization: Bearer {t}", B),
        "two places": ("http://mint.test/me", "Authorization: Bearer {t}\r\nX-Api-Key: {t}", A),
        "part of it": ("http://mint.test/me", "Authorization: Bearer {part}", A),
    }
)
def test_a_sealed_token_elsewhere_is_a_leak(topology, row):
    url, lines, agent = row
    topology.mint.issue(as_json)
    _, found = mint(topology)
    before = len(topology.mint.requests)
    forms = {"t": found[0], "part": found[0][:-2]}
    head = topology.head("GET", url.format(**forms), *lines.format(**forms).split("\r\n"), agent=agent)
    with topology.connect() as client:
        response = client.send(head).response()
    assert (response.status, response.code) == (403, "placeholder_leaked")
    assert len(topology.mint.requests) == before
    topology.assert_untouched(topology.good, topology.egress)


@attack(87)
def test_a_sealed_refresh_token_is_not_sent_in_a_body(topology):
    topology.mint.issue(as_json)
    _, found = mint(topology)
    body = urllib.parse.urlencode({"grant_type": "refresh_token", "refresh_token": found[1]}).encode()
    response = topology.ask("POST", TOKEN_URL, body=body)
    assert response.code == "placeholder_leaked" and len(topology.mint.requests) <= 2
    assert found[1][-64:].encode() not in topology.mint.raw


@attack(87)
def test_an_agent_that_asks_without_end_costs_nobody_else(topology):
    topology.mint.issue(as_json)
    _, (mine, *_) = mint(topology, agent=B)
    size = topology.daemon.resident()
    with topology.connect() as client:
        for _ in range(200):
            message = request("POST", TOKEN_URL, "mint.test", [topology.identity(A)], b"x")
            assert client.send(message).response().status == 200
    used = topology.ask("GET", "http://mint.test/me", [("Authorization", f"Bearer {mine}")], agent=B)
    assert used.status == 200
    assert topology.daemon.resident() - size < 64 << 20
