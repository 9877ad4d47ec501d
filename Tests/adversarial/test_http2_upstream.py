"""Origins that break the rules of HTTP/2, or send the credential back in its frames (attacks 25 to 30, 81 to 84)."""

from __future__ import annotations

import base64
import time

import pytest

from support import oracle
from support.encodings import LeakSearch
from support.entries import CONNECT_H2
from support.expect import table
from support.h2_origin import H2Origin
from support.h2wire import Code, Flag, Frame, Setting, block, frame, request, settings
from support.http1 import Closed
from support.http2 import H2Connection
from support.origin import CLOSE
from support.tls import connect_tls
from support.topology import A, B, Topology
from support.waiting import wait_until

attack = pytest.mark.attack
pytestmark = pytest.mark.entries(CONNECT_H2)
MIB = 1 << 20
URL = "http://good.test/v1/ok"


@pytest.fixture(scope="module")
def _shared(authority):
    """``good`` and ``open`` speak HTTP/2, as far as the client does."""
    good, other = H2Origin(authority.leaf("good.test")), H2Origin(authority.leaf("open.test"))

    def edit(_topology, config):
        config.find("provider", name="good").update(connect_to=good.authority)
        config.find("provider", name="open").update(connect_to=other.authority)

    topology = Topology(authority, edit)
    topology.good2, topology.open2 = good, other
    yield topology
    topology.close()
    good.close()
    other.close()


@pytest.fixture(autouse=True)
def _checked(_shared):
    """What the origins saw is checked after every test."""
    _shared.good2.forget()
    _shared.open2.forget()
    yield
    for origin, allowed in ((_shared.good2, {"good"}), (_shared.open2, {"open-a", "open-b"})):
        search = LeakSearch({name: value for name, value in _shared.planted.items() if name not in allowed})
        assert not search.find(origin.raw)
    for seen in _shared.good2.requests:
        assert seen.values("authorization") == [f"Bearer {_shared.secrets['good']}"]
        assert all(reading.startswith("/v1/") for reading in oracle.readings(seen.values(":path")[0]))


def outcome(topology, method: str = "GET", body: bytes | None = None):
    """The answer to one request, or ``None`` where the stream or the connection ends instead."""
    sock = connect_tls(topology.socket_path(A), "good.test", 443, topology.local_authority, ["h2"], timeout=8)
    with H2Connection(sock, recording=topology.recording) as connection:
        try:
            return connection.ask(request(method, "good.test", "/v1/ok"), body)
        except Closed:
            return None


def assert_own_answers(topology, count: int = 3) -> None:
    topology.good2.script = lambda seen: [seen.whole(seen.values(":path")[0].encode())]
    for number in range(count):
        response = topology.ask("GET", f"http://good.test/v1/{number}")
        assert (response.status, response.body) == (200, f"/v1/{number}".encode())


@attack(25)
def test_a_request_arrives_as_one_stream(topology):
    """Over HTTP/2, with one credential and nothing of the agent's."""
    assert topology.ask("POST", URL, [("X-A", "b"), ("Authorization", "mine")], b"hello").status == 200
    (seen,) = topology.good2.requests
    assert seen.values(":authority") == ["good.test"] and seen.values(":scheme") == ["https"]
    assert seen.values("host") == [] and seen.values("x-a") == ["b"] and bytes(seen.body) == b"hello"


MALFORMED = {
    "CRLF in a value": [(":status", "200"), ("x-a", "b\r\nset-cookie: c=d")],
    "LF in a value": [(":status", "200"), ("x-a", "b\nset-cookie: c=d")],
    "NUL in a value": [(":status", "200"), ("x-a", "b\0")],
    "an answer in a value": [(":status", "200"), ("x-a", "b\r\n\r\nHTTP/1.1 200 OK\r\n\r\n")],
    "CRLF in a name": [(":status", "200"), ("x-a: b\r\nset-cookie", "c=d")],
    "upper case": [(":status", "200"), ("X-A", "b")],
    "a space in a name": [(":status", "200"), ("x a", "b")],
    "no name": [(":status", "200"), ("", "b")],
    "no status": [("x-a", "b")],
    "two statuses": [(":status", "200"), (":status", "404")],
    "status of two digits": [(":status", "20")],
    "status of four digits": [(":status", "2000")],
    "status in words": [(":status", "OK!")],
    "status with CRLF": [(":status", "200\r\nset-cookie: c=d")],
    "status after a field": [("x-a", "b"), (":status", "200")],
    "a pseudo-field of requests": [(":status", "200"), (":path", "/x")],
    "a pseudo-field nobody knows": [(":status", "200"), (":x", "y")],
    "connection": [(":status", "200"), ("connection", "close")],
    "transfer-encoding": [(":status", "200"), ("transfer-encoding", "chunked")],
    "upgrade": [(":status", "200"), ("upgrade", "h2c")],
    "switching": [(":status", "101")],
    "length too small": [(":status", "200"), ("content-length", "1")],
    "length too large": [(":status", "200"), ("content-length", "3")],
    "two lengths": [(":status", "200"), ("content-length", "2"), ("content-length", "3")],
    "a list of lengths": [(":status", "200"), ("content-length", "2, 2")],
    "length with a sign": [(":status", "200"), ("content-length", "+2")],
    "length of 2^64+2": [(":status", "200"), ("content-length", "18446744073709551618")],
}


@attack(27)
@table(MALFORMED)
def test_malformed_heads(topology, row):
    topology.good2.script = lambda seen: [seen.headers(row), seen.data(b"ok")]
    response = outcome(topology)
    assert response is None or response.status == 502, response
    if response:
        assert not response.names() & {"set-cookie", "x-a"}
    assert_own_answers(topology)


@attack(28)
@table(
    {
        "close": lambda seen: [CLOSE],
        "RST_STREAM": lambda seen: [
            frame(Frame.RST_STREAM, 0, seen.stream, int(Code.INTERNAL_ERROR).to_bytes(4, "big"))
        ],
        "GOAWAY": lambda seen: [frame(Frame.GOAWAY, 0, 0, bytes(8)), CLOSE],
        "not HTTP/2": lambda seen: [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", CLOSE],
        "a head cut short": lambda seen: [seen.head(("x-a", "b"))[:12], CLOSE],
        "data without a head": lambda seen: [seen.data(b"ok")],
        "a broken block": lambda seen: [frame(Frame.HEADERS, 5, seen.stream, b"\xff\xff\xff\xff\xff\xff")],
        "a frame too long": lambda seen: [frame(Frame.DATA, 1, seen.stream, bytes(20_000))],
        "an endless block": lambda seen: [
            frame(Frame.HEADERS, 1, seen.stream, block([(":status", "200")])),
            *[frame(Frame.CONTINUATION, 0, seen.stream, block([("x-a", "b" * 4000)]) * 4)] * 1000,
        ],
    }
)
def test_what_is_no_answer(topology, row):
    topology.good2.script = row
    before = topology.daemon.resident()
    response = outcome(topology)
    assert response is None or response.status in (502, 504)
    assert topology.daemon.resident() - before < 48 * MIB
    assert_own_answers(topology)


@attack(28)
@table({"close": CLOSE, "RST_STREAM": None})
def test_an_answer_cut_short_is_cut_short_for_the_client(topology, row):
    def cut(seen):
        yield seen.head() + seen.data(b"hello", ends=False)
        yield 0.1
        yield row or frame(Frame.RST_STREAM, 0, seen.stream, int(Code.INTERNAL_ERROR).to_bytes(4, "big"))

    topology.good2.script = cut
    assert outcome(topology) is None
    assert_own_answers(topology)


@attack(25)
@table(
    {
        "data after the end": lambda seen: [seen.whole(b"ok"), seen.data(b"POISON")],
        "a head after the end": lambda seen: [seen.whole(b"ok"), seen.head(("x-poison", "yes"), ends=True)],
        "a stream nobody opened": lambda seen: [
            frame(Frame.HEADERS, 5, seen.stream + 2, block([(":status", "200"), ("x-poison", "yes")])),
            seen.whole(b"ok"),
        ],
        "a stream of its own": lambda seen: [
            frame(Frame.HEADERS, 5, 2, block([(":status", "200"), ("x-poison", "yes")])),
            seen.whole(b"ok"),
        ],
        "a pushed one": lambda seen: [
            frame(
                Frame.PUSH_PROMISE, 4, seen.stream, (2).to_bytes(4, "big") + block(request("GET", "good.test", "/v1/x"))
            ),
            frame(Frame.HEADERS, 5, 2, block([(":status", "200"), ("x-poison", "yes")])),
            seen.whole(b"ok"),
        ],
    }
)
def test_a_second_answer_is_nobodys(topology, row):
    topology.good2.script = row
    response = outcome(topology)
    if response and response.status == 200:
        assert response.body == b"ok" and "x-poison" not in response.names()
    time.sleep(0.2)
    assert_own_answers(topology)


@attack(26)
@table(
    {
        "HEAD": ("HEAD", lambda seen: [seen.head(), seen.data(b"unexpected")]),
        "204": ("GET", lambda seen: [seen.head(status="204"), seen.data(b"unexpected")]),
        "304": ("GET", lambda seen: [seen.head(status="304"), seen.data(b"unexpected")]),
    }
)
def test_a_body_where_none_may_be(topology, row):
    method, topology.good2.script = row
    response = outcome(topology, method)
    assert response is None or b"unexpected" not in response.body
    assert_own_answers(topology)


FLOODS = {
    "PING": lambda seen: frame(Frame.PING, 0, 0, b"12345678"),
    "SETTINGS": lambda seen: frame(Frame.SETTINGS, 0, 0, settings({Setting.INITIAL_WINDOW_SIZE: 65535})),
    "empty DATA": lambda seen: seen.data(b"", ends=False),
    "padded DATA": lambda seen: frame(Frame.DATA, Flag.PADDED, seen.stream, b"\0"),
    "WINDOW_UPDATE": lambda seen: frame(Frame.WINDOW_UPDATE, 0, seen.stream, (1).to_bytes(4, "big")),
    "interim answers": lambda seen: seen.head(("link", "<x>"), status="103"),
}


@attack(29, 105)
@table(FLOODS)
def test_floods_from_an_origin(topology, row):
    """The connection is given up, memory and time are bounded, and others are served."""

    def flood(seen):
        if row is not FLOODS["interim answers"]:
            yield seen.head()
        for _ in range(100):
            yield row(seen) * 1000
        yield seen.data(b"")

    topology.good2.script = flood
    before, cpu = topology.daemon.resident(), topology.daemon.cpu_seconds()
    response = outcome(topology)
    assert response is None or response.status in (200, 502)
    assert response is None or len(response.interim) < 100
    assert topology.daemon.resident() - before < 48 * MIB and topology.daemon.cpu_seconds() - cpu < 5
    assert topology.ask("GET", "http://open.test/x", agent=B).status == 200
    assert_own_answers(topology)


# The credential in the frames of an answer: that no client sees it is checked after every test.


@attack(81, 82)
@pytest.mark.parametrize("size", [1, 7, 20, 16_384])
def test_a_body_is_masked_across_frames(topology, size):
    key = topology.secrets["good"].encode()
    body = b"<" + key + b"|" + base64.b64encode(b"x" + key) + b"|" + key.hex().encode() + b">" + key[:9]
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    topology.good2.script = lambda seen: [
        seen.head(),
        b"".join(seen.data(piece, ends=False) for piece in pieces) + seen.data(b""),
    ]
    response = outcome(topology)
    assert response.status == 200 and len(response.body) == len(body)
    assert response.body.startswith(b"<" + b"*" * len(key) + b"|") and response.body.endswith(b">" + key[:9])


@attack(81)
def test_padding_is_not_passed_on(topology):
    key = topology.secrets["good"].encode()
    payload = bytes([len(key)]) + b"ok" + key
    topology.good2.script = lambda seen: [
        seen.head(),
        frame(Frame.DATA, Flag.PADDED | Flag.END_STREAM, seen.stream, payload),
    ]
    response = outcome(topology)
    assert response is None or response.body in (b"ok", b"")


@attack(30, 81, 86)
@table(
    {
        "a field": lambda key: lambda seen: [seen.head(("x-echo", f"a {key} b")), seen.data(b"ok")],
        "base64": lambda key: (
            lambda seen: [
                seen.head(("x-echo", base64.b64encode(f"xy{key}".encode()).decode())),
                seen.data(b"ok"),
            ]
        ),
        "many fields": lambda key: lambda seen: [seen.head(*[(f"x-{n}", key) for n in range(30)]), seen.data(b"ok")],
        "trailers": lambda key: (
            lambda seen: [
                seen.head(),
                seen.data(b"ok", ends=False),
                seen.headers([("x-echo", key), ("set-cookie", f"s={key}")], ends=True),
            ]
        ),
        "an interim answer": lambda key: (
            lambda seen: [seen.head(("link", f"<{key}>"), status="103"), seen.whole(b"ok")]
        ),
        "a cookie": lambda key: lambda seen: [seen.head(("set-cookie", f"s={key}")), seen.data(b"ok")],
        "GOAWAY": lambda key: (
            lambda seen: [
                seen.whole(b"ok"),
                frame(Frame.GOAWAY, 0, 0, bytes(3) + bytes([seen.stream]) + bytes(4) + key.encode()),
            ]
        ),
        "an unknown frame": lambda key: lambda seen: [frame(0xBE, 0, seen.stream, key.encode()), seen.whole(b"ok")],
    }
)
def test_heads_and_trailers_are_masked(topology, row):
    topology.good2.script = row(topology.secrets["good"])
    response = outcome(topology)
    assert response is not None and response.status == 200 and response.body == b"ok"
    assert "set-cookie" not in response.names()
    assert not [name for name, _ in response.trailers if name == "set-cookie"]


@attack(174)
def test_agents_never_share_a_connection(topology):
    for number in range(6):
        for agent in (A, B):
            assert topology.ask("GET", f"http://open.test/{number}", agent=agent).status == 200
    used = [{seen.values("x-api-key")[0] for seen in c.requests} for c in topology.open2.connections if c.requests]
    assert len(used) >= 2 and all(len(keys) == 1 for keys in used)


@attack(178)
def test_nothing_is_left_over_from_the_request_before(topology):
    for _ in range(3):
        with topology.connect(agent_socket=A) as client:
            assert (
                topology.ask("POST", "http://open.test/first", [("X-Left", "over")], b"x" * 1000, A, client).status
                == 200
            )
            assert topology.ask("GET", "http://open.test/second", client=client).status == 200
    later = [seen for seen in topology.open2.requests if seen.values(":path") == ["/second"]]
    assert len(later) == 3 and all(not seen.body and not seen.values("x-left") for seen in later)


@attack(100)
def test_a_client_that_leaves_has_its_stream_reset(topology):
    topology.good2.script = lambda seen: [seen.head(), *[seen.data(b"x", ends=False), 0.05] * 100]
    sock = connect_tls(topology.socket_path(A), "good.test", 443, topology.local_authority, ["h2"], timeout=8)
    with H2Connection(sock, recording=topology.recording) as connection:
        stream = connection.headers(request("GET", "good.test", "/v1/ok"))
        connection.head(stream)
        connection.reset(stream)
        wait_until(
            lambda: any(seen.reset is not None or not seen.connection.is_open for seen in topology.good2.requests), 3
        )
        topology.good2.script = lambda seen: [seen.whole(b"next")]
        assert connection.ask(request("GET", "good.test", "/v1/next")).body == b"next"


@attack(103)
def test_a_connection_that_never_greets_keeps_nobody_waiting(topology):
    """The one who waits for SETTINGS gives up in time, and the next request does not wait on the same connection."""
    topology.daemon.reload(topology.config.text())
    topology.good2.greets = False
    assert topology.ask("GET", URL).status == 504
    silent = [connection for connection in topology.good2.connections if not connection.requests]
    wait_until(lambda: not any(connection.is_open for connection in silent), 3, "the silent connection is closed")
    topology.good2.greets = True
    assert_own_answers(topology)


@attack(141)
def test_a_body_that_was_looked_into_is_sent_whole_the_second_time(make_topology, authority):
    """What was judged is what is sent, also where the first try was refused with most of the body unsent."""
    origin = H2Origin(authority.leaf("good.test"))

    def edit(_topology, config):
        config.find("provider", name="good").update(connect_to=origin.authority)
        config.find("grant", agent=A, secret="good").update(body=[{"pointer": "/model", "equals": "a"}])

    topology = make_topology(edit)
    origin.window, origin.refuses_streams = 0, 1
    body = b'{"model": "a", "padding": "%s"}' % (b"x" * 250_000)
    sock = connect_tls(topology.socket_path(A), "good.test", 443, topology.local_authority, ["h2"], timeout=8)
    with H2Connection(sock, recording=topology.recording) as connection:
        asked = request("POST", "good.test", "/v1/ok", [("content-type", "application/json")])
        assert connection.ask(asked, body).status == 200
    (seen,) = origin.requests
    assert bytes(seen.body) == body
    origin.close()
