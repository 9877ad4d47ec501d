"""HTTP/2 clients that send what cannot become one request, or more of it than anyone needs (attacks 22, 95 and 105)."""

from __future__ import annotations

import contextlib
import socket
import time
from typing import Iterator

import pytest

from support.entries import CONNECT_H2
from support.expect import table
from support.h2wire import PREFACE, Code, Flag, Frame, Setting, block, frame, request, settings
from support.http1 import Closed
from support.http2 import H2Connection
from support.origin import answer
from support.tls import connect_tls
from support.topology import A, B, Topology
from support.waiting import wait_until

attack = pytest.mark.attack
pytestmark = pytest.mark.entries(CONNECT_H2)
MIB = 1 << 20
GOOD = ("good.test", "/v1/ok")


@contextlib.contextmanager
def speaking(topology, host: str = "good.test", **options) -> Iterator[H2Connection]:
    """A connection of the agent's, inside TLS."""
    sock = connect_tls(topology.socket_path(A), host, 443, topology.local_authority, ["h2"], timeout=5)
    assert sock.selected_alpn_protocol() == "h2"
    with H2Connection(sock, recording=topology.recording, **options) as connection:
        yield connection


def is_served(topology: Topology) -> None:
    started = time.monotonic()
    assert topology.ask("GET", "http://open.test/probe", agent=B).status == 200
    assert time.monotonic() - started < 3


# What cannot become one request.


def _pseudo(**changed: bytes | str | None) -> list:
    """The pseudo-fields of a good request, but for these; ``None`` leaves one out."""
    fields = {"method": "POST", "scheme": "https", "authority": "good.test", "path": "/v1/ok", **changed}
    return [(f":{name}", value) for name, value in fields.items() if value is not None]


HEADS = {
    "CRLF in a value": [*_pseudo(), ("x-a", "b\r\nx-injected: yes")],
    "LF in a value": [*_pseudo(), ("x-a", "b\nx-injected: yes")],
    "CR in a value": [*_pseudo(), ("x-a", "b\rx-injected: yes")],
    "NUL in a value": [*_pseudo(), ("x-a", "b\0c")],
    "a request in a value": [*_pseudo(), ("x-a", "b\r\n\r\nGET /v1/smuggled HTTP/1.1\r\nHost: good.test\r\n\r\n")],
    "CRLF in a name": [*_pseudo(), ("x-a: b\r\nx-injected", "yes")],
    "a colon in a name": [*_pseudo(), ("x-a: b", "c")],
    "a space in a name": [*_pseudo(), ("x a", "b")],
    "NUL in a name": [*_pseudo(), ("x\0a", "b")],
    "no name": [*_pseudo(), ("", "b")],
    "upper case": [*_pseudo(), ("X-A", "b")],
    "upper case in Content-Length": [*_pseudo(), ("Content-Length", "5")],
    "CRLF in the path": _pseudo(path="/v1/ok HTTP/1.1\r\nx-injected: yes\r\nx-b:"),
    "a space in the path": _pseudo(path="/v1/ok HTTP/1.1"),
    "NUL in the path": _pseudo(path="/v1/ok\0"),
    "a fragment in the path": _pseudo(path="/v1/ok#x"),
    "a URL as the path": _pseudo(path="https://evil.test/v1/ok"),
    "no slash": _pseudo(path="v1/ok"),
    "an empty path": _pseudo(path=""),
    "no path": _pseudo(path=None),
    "two paths": [*_pseudo(), (":path", "/admin")],
    "CRLF in the method": _pseudo(method="GET /v1/smuggled HTTP/1.1\r\nx-injected: yes\r\n\r\nPOST"),
    "a space in the method": _pseudo(method="POST /v1/smuggled"),
    "an empty method": _pseudo(method=""),
    "no method": _pseudo(method=None),
    "two methods": [*_pseudo(), (":method", "GET")],
    "CRLF in the authority": _pseudo(authority="good.test\r\nx-injected: yes"),
    "userinfo in the authority": _pseudo(authority="evil.test@good.test"),
    "a path in the authority": _pseudo(authority="good.test/x"),
    "an empty authority": _pseudo(authority=""),
    "two authorities": [*_pseudo(), (":authority", "good.test")],
    "no authority and no host": _pseudo(authority=None),
    "host that differs": [*_pseudo(), ("host", "evil.test")],
    "two hosts": [*_pseudo(authority=None), ("host", "good.test"), ("host", "evil.test")],
    "CRLF in the scheme": _pseudo(scheme="https://good.test/v1/smuggled HTTP/1.1\r\nx-injected: yes\r\n\r\nGET http"),
    "no scheme": _pseudo(scheme=None),
    "two schemes": [*_pseudo(), (":scheme", "http")],
    "a pseudo-field after a field": [*_pseudo(path=None), ("x-a", "b"), (":path", "/v1/ok")],
    "a pseudo-field nobody knows": [*_pseudo(), (":x", "y")],
    "a pseudo-field of answers": [*_pseudo(), (":status", "200")],
    "transfer-encoding": [*_pseudo(), ("transfer-encoding", "chunked")],
    "transfer-encoding, with an underscore and CR": [*_pseudo(), ("transfer_encoding\r", "chunked")],
    "connection": [*_pseudo(), ("connection", "close, authorization")],
    "keep-alive": [*_pseudo(), ("keep-alive", "timeout=5")],
    "proxy-connection": [*_pseudo(), ("proxy-connection", "keep-alive")],
    "upgrade": [*_pseudo(), ("upgrade", "h2c")],
    "te": [*_pseudo(), ("te", "gzip")],
    "length 0 with a body": [*_pseudo(), ("content-length", "0")],
    "length too small": [*_pseudo(), ("content-length", "4")],
    "length too large": [*_pseudo(), ("content-length", "6")],
    "two lengths": [*_pseudo(), ("content-length", "5"), ("content-length", "6")],
    "two equal lengths": [*_pseudo(), ("content-length", "5"), ("content-length", "5")],
    "a list of lengths": [*_pseudo(), ("content-length", "5, 5")],
    "length with a sign": [*_pseudo(), ("content-length", "+5")],
    "length of 2^64+5": [*_pseudo(), ("content-length", "18446744073709551621")],
    "length with CRLF": [*_pseudo(), ("content-length", "5\r\nx-injected: yes")],
    "CONNECT": [(":method", "CONNECT"), (":authority", "good.test:443")],
    "extended CONNECT, not offered": [*_pseudo(method="CONNECT"), (":protocol", "websocket")],
}


@attack(22)
@table(HEADS)
def test_heads_that_are_no_request(topology, row):
    """An error, or an answer of ours; never whole at the origin, and the next stream is served."""
    with speaking(topology) as connection:
        stream = connection.headers(row, ends=False)
        connection.data(stream, b"hello")
        try:
            connection.wait(stream)
        except Closed:
            assert connection.goaway in (Code.PROTOCOL_ERROR, Code.COMPRESSION_ERROR)
        else:
            if stream.is_ended:
                response = stream.response()
                is_exact = row[-1] == ("content-length", "0")  # that is all there is, whatever comes after it
                assert is_exact or response.status in (400, 405, 421, 501) and response.code, response
            else:
                assert stream.reset == Code.PROTOCOL_ERROR
            assert connection.ask(request("GET", "good.test", "/v1/after")).status == 200
    assert b"njected" not in topology.good.raw and b"smuggled" not in topology.good.raw
    seen = [seen for seen in topology.good.requests if seen.path != "/v1/after"]
    if not (row[-1][0] == "content-length" and row[-1][1] in ("0", "4", "6")):  # known only when the body is there
        assert not seen
        topology.denial()
    assert not any(one.body_complete and one.body for one in seen)
    topology.assert_untouched(topology.evil)


@attack(22)
@table(
    {"at once": [b"hello"], "in pieces": [b"he", b"", b"llo"], "empty": [b""], "none": None, "large": [b"x" * 300_000]}
)
def test_a_body_of_no_declared_length_is_framed_exactly(topology, row):
    with speaking(topology) as connection:
        stream = connection.headers(_pseudo(), ends=row is None)
        for number, piece in enumerate(row or ()):
            connection.data(stream, piece, ends=number == len(row) - 1)
        assert connection.response(stream).status == 200
        assert connection.ask(request("GET", "good.test", "/v1/after")).status == 200
    first, after = topology.good.requests
    assert first.body == b"".join(row or ()) and first.body_complete
    assert after.body == b"" and after.path == "/v1/after"


@attack(22)
def test_a_declared_length_that_holds_arrives_once(topology):
    with speaking(topology) as connection:
        fields = [*_pseudo(), ("content-length", "5"), ("host", "good.test")]
        assert connection.ask(fields, b"hello").status == 200
    (seen,) = topology.good.requests
    assert seen.values("content-length") == ["5"] and seen.values("host") == ["good.test"] and seen.body == b"hello"


@attack(22)
@table({"http": "http", "ftp": "ftp", "unix": "http+unix", "upper case": "HTTPS"})
def test_the_scheme_does_not_choose_the_way(topology, row):
    with speaking(topology) as connection:
        stream = connection.wait(connection.headers(_pseudo(scheme=row)))
        assert stream.reset == Code.PROTOCOL_ERROR or stream.response().status in (200, 400, 421)
    assert all(c.client_hello[:1] == b"\x16" for c in topology.good.connections)
    topology.assert_untouched(topology.evil_plain, topology.plain, topology.canary)


@attack(22)
@table(
    {
        "credential": ("authorization", "Bearer mine"),
        "host": ("host", "evil.test"),
        "length": ("content-length", "99"),
        "coding": ("transfer-encoding", "chunked"),
        "pseudo": (":path", "/admin"),
        "CRLF": ("x-trailer", "a\r\nx-injected: yes"),
        "upper case": ("X-Trailer", "a"),
        "plain": ("x-trailer", "mine"),
    }
)
def test_trailers_stay_trailers(topology, row):
    with speaking(topology) as connection:
        stream = connection.headers(_pseudo(), ends=False)
        connection.data(stream, b"hello", ends=False)
        connection.headers([row], stream=stream)
        connection.wait(stream)
        assert stream.reset == Code.PROTOCOL_ERROR or stream.response().status in (200, 400)
    for seen in topology.good.requests:
        assert seen.path == "/v1/ok" and seen.values("host") == ["good.test"]
        assert not seen.names() & {"x-trailer", "x-injected", "trailer"}
    assert b"mine" not in topology.good.raw


@attack(22)
def test_cookies_in_crumbs_are_one_line(topology):
    with speaking(topology, "egress.test") as connection:
        fields = request("GET", "egress.test", "/x", [("cookie", "a=b"), ("x-a", "1"), ("cookie", "c=d")])
        assert connection.ask(fields).status == 200
    assert topology.egress.requests[0].values("cookie") == ["a=b; c=d"]


@attack(22)
@table(
    {
        "HTTP/1.1": b"GET /v1/ok HTTP/1.1\r\nHost: good.test\r\n\r\n",
        "another preface": b"PRI * HTTP/3.0\r\n\r\nSM\r\n\r\n" + frame(Frame.SETTINGS),
        "no SETTINGS": PREFACE + frame(Frame.PING, payload=bytes(8)),
        "HEADERS first": PREFACE + frame(Frame.HEADERS, 5, 1, block(request("GET", *GOOD))),
        "noise": bytes(range(256)) * 4,
    }
)
def test_what_is_no_preface(topology, row):
    with speaking(topology, starts=False) as connection:
        connection.send(row)
        assert connection.until_end() in (None, Code.PROTOCOL_ERROR, Code.FRAME_SIZE_ERROR)
    topology.assert_untouched()


# Floods.


def rapid_reset(connection: H2Connection) -> Iterator[bytes]:
    for _ in range(20_000):
        stream = connection.new_stream().id
        yield frame(Frame.HEADERS, Flag.END_HEADERS | Flag.END_STREAM, stream, block(request("GET", *GOOD)))
        yield frame(Frame.RST_STREAM, 0, stream, int(Code.CANCEL).to_bytes(4, "big"))


def made_to_reset(connection: H2Connection) -> Iterator[bytes]:
    """Each stream is spoilt, so that it is the server that resets it."""
    for _ in range(20_000):
        stream = connection.new_stream().id
        yield frame(Frame.HEADERS, Flag.END_HEADERS | Flag.END_STREAM, stream, block(request("GET", *GOOD)))
        yield frame(Frame.WINDOW_UPDATE, 0, stream, bytes(4))


def malformed(connection: H2Connection) -> Iterator[bytes]:
    for _ in range(20_000):
        fields = block(request("GET", *GOOD, [("connection", "close")]))
        yield frame(Frame.HEADERS, Flag.END_HEADERS | Flag.END_STREAM, connection.new_stream().id, fields)


def continuation(piece: bytes):
    def flood(connection: H2Connection) -> Iterator[bytes]:
        stream = connection.new_stream().id
        yield frame(Frame.HEADERS, Flag.END_STREAM, stream, block(request("GET", *GOOD)))
        for _ in range(100_000):
            yield frame(Frame.CONTINUATION, 0, stream, piece)

    return flood


def on_a_stream(*frames: bytes):
    """The same frames again and again, with an upload under way on stream 1."""

    def flood(connection: H2Connection) -> Iterator[bytes]:
        connection.headers(request("POST", *GOOD), ends=False)
        for _ in range(100_000 // len(frames)):
            yield from frames

    return flood


def header_bomb(connection: H2Connection) -> Iterator[bytes]:
    """One long field in the table, and a block that refers to it a thousand times; again and again."""
    name, value = b"x-bomb", b"b" * 4000
    entry = (
        b"\x40" + bytes([len(name)]) + name + b"\x7f" + bytes([(4000 - 127) % 128 + 128, (4000 - 127) // 128]) + value
    )
    for number in range(200):
        fields = block(request("GET", *GOOD)) + (entry if number == 0 else b"") + b"\xbe" * 4000
        yield frame(Frame.HEADERS, Flag.END_HEADERS | Flag.END_STREAM, connection.new_stream().id, fields)


def table_sizes(connection: H2Connection) -> Iterator[bytes]:
    for _ in range(20_000):
        fields = b"\x20\x3f\xe1\x1f" * 50 + block(request("GET", *GOOD))
        yield frame(Frame.HEADERS, Flag.END_HEADERS | Flag.END_STREAM, connection.new_stream().id, fields)


def held_streams(connection: H2Connection) -> Iterator[bytes]:
    """Far more streams than are allowed, none of which ends."""
    for _ in range(20_000):
        yield frame(Frame.HEADERS, Flag.END_HEADERS, connection.new_stream().id, block(request("POST", *GOOD)))


EMPTY = frame(Frame.DATA, 0, 1)
FLOODS = {
    "rapid reset": rapid_reset,
    "made to reset": made_to_reset,
    "malformed": malformed,
    "CONTINUATION": continuation(b"\x00\x03x-a" + b"\x7f\x81\x07" + b"b" * 1024),
    "one-byte CONTINUATION": continuation(b"\x00"),
    "empty CONTINUATION": continuation(b""),
    "PING": on_a_stream(frame(Frame.PING, 0, 0, b"12345678")),
    "SETTINGS": on_a_stream(frame(Frame.SETTINGS, 0, 0, settings({Setting.INITIAL_WINDOW_SIZE: 1}))),
    "empty SETTINGS": on_a_stream(frame(Frame.SETTINGS)),
    "table sizes in SETTINGS": on_a_stream(
        *(frame(Frame.SETTINGS, 0, 0, settings({Setting.HEADER_TABLE_SIZE: size})) for size in (0, 4096))
    ),
    "acknowledgements": on_a_stream(frame(Frame.SETTINGS, Flag.ACK)),
    "empty DATA": on_a_stream(EMPTY),
    "padded DATA": on_a_stream(frame(Frame.DATA, Flag.PADDED, 1, b"\x00")),
    "WINDOW_UPDATE": on_a_stream(frame(Frame.WINDOW_UPDATE, 0, 1, (1).to_bytes(4, "big"))),
    "windows past the end": on_a_stream(frame(Frame.WINDOW_UPDATE, 0, 0, (2**31 - 1).to_bytes(4, "big"))),
    "PRIORITY": on_a_stream(frame(Frame.PRIORITY, 0, 1, bytes([0, 0, 0, 3, 0]))),
    "unknown frames": on_a_stream(frame(0xBE, 0, 1, b"x")),
    "RST_STREAM": on_a_stream(frame(Frame.RST_STREAM, 0, 1, bytes(4))),
    "GOAWAY": on_a_stream(frame(Frame.GOAWAY, 0, 0, bytes(8))),
    "header bomb": header_bomb,
    "table sizes": table_sizes,
    "streams": held_streams,
}


IGNORED = [FLOODS["unknown frames"]]  # as they must be; what they cost is bounded


@attack(105)
@pytest.mark.parametrize("reads", [False, True], ids=["silent", "reading"])
@table(FLOODS)
def test_floods(topology, row, reads):
    """The connection is ended, with bounded memory and processor time, and others are served."""
    before, cpu = topology.daemon.resident(), topology.daemon.cpu_seconds()
    with speaking(topology) as connection:
        pending, sent = bytearray(), 0
        connection.sock.settimeout(3)
        started = time.monotonic()
        for piece in row(connection):
            pending += piece
            if len(pending) >= 8192:
                sent += len(pending)
                connection.send(bytes(pending))
                pending.clear()
                if reads:
                    connection.sock.settimeout(0.001)
                    with contextlib.suppress(TimeoutError):
                        connection.pump()
                    connection.sock.settimeout(3)
                if connection.is_ended or time.monotonic() - started > 20:
                    break
        else:
            connection.send(bytes(pending))
        is_served(topology)
        code = Code.NO_ERROR if row in IGNORED else connection.until_end(8)
        assert row in IGNORED or code != Code.NO_ERROR and code != Code.INTERNAL_ERROR, code
    assert topology.daemon.resident() - before < 48 * MIB
    assert topology.daemon.cpu_seconds() - cpu < 5
    is_served(topology)


@attack(105)
def test_streams_beyond_the_limit_wait_for_none(topology):
    """They are refused, those within the limit are answered, and the next ones are served."""
    topology.good.handler = lambda request: iter([0.5, answer(b"slow")])
    with speaking(topology) as connection:
        limit = None
        while limit is None:
            assert connection.pump()
            limit = connection.peer.get(Setting.MAX_CONCURRENT_STREAMS)
        assert 1 <= limit <= 1000
        streams = [connection.headers(request("GET", *GOOD)) for _ in range(limit + 10)]
        try:
            for stream in streams:
                connection.wait(stream)
        except Closed:
            assert connection.goaway == Code.PROTOCOL_ERROR  # which is allowed as well
            is_served(topology)
            return
        assert sum(stream.is_ended for stream in streams) == limit
        assert {stream.reset for stream in streams if not stream.is_ended} == {Code.REFUSED_STREAM}
        assert connection.ask(request("GET", *GOOD)).status == 200


@attack(105)
def test_many_requests_on_one_connection_get_their_own_answers(topology):
    topology.open.keeps_raw = False
    topology.open.handler = lambda request: answer(request.target.encode())
    with speaking(topology, "open.test") as connection:
        for turn in range(20):
            streams = {
                number: connection.headers(request("GET", "open.test", f"/{turn}-{number}")) for number in range(100)
            }
            for number, stream in streams.items():
                assert connection.response(stream).body == f"/{turn}-{number}".encode()


@attack(105)
def test_a_hundred_thousand_pieces_of_one_byte(make_topology):
    topology = make_topology()
    topology.open.keeps_raw = False
    topology.open.handler = lambda request: answer(str(request.body_length).encode())
    before, cpu = topology.daemon.resident(), topology.daemon.cpu_seconds()
    with speaking(topology, "open.test") as connection:
        stream = connection.headers(request("POST", "open.test", "/x"), ends=False)
        for _ in range(100):
            while min(connection.send_window, stream.send_window) < 1000:
                assert connection.pump()
            connection.send(frame(Frame.DATA, 0, stream.id, b"x") * 1000)
            connection.send_window -= 1000
            stream.send_window -= 1000
        connection.data(stream, b"", ends=True)
        assert connection.response(stream).body == b"100000"
    assert topology.daemon.resident() - before < 48 * MIB
    assert topology.daemon.cpu_seconds() - cpu < 10


def impatient(_topology, config) -> None:
    config.set("timeouts", request_head_s=2, client_stall_s=2, client_idle_s=2)


@attack(105)
@table({"no window": 0, "a window of one byte": 1})
def test_answers_nobody_takes_are_given_up(make_topology, row):
    """A hundred large answers into windows that do not open: memory is bounded, and the wait too."""
    topology = make_topology(impatient)
    topology.open.keeps_raw = False
    big = b"x" * (4 * MIB)
    topology.open.handler = lambda request: answer(big)
    before = topology.daemon.resident()
    with speaking(topology, "open.test", options={Setting.INITIAL_WINDOW_SIZE: row}) as connection:
        connection.opens_windows = False
        streams = [connection.headers(request("GET", "open.test", f"/{number}")) for number in range(100)]
        is_served(topology)
        with contextlib.suppress(Closed, TimeoutError):
            connection.sock.settimeout(10)
            for stream in streams:
                connection.wait(stream)
        assert connection.is_ended or all(stream.is_over for stream in streams)
    assert topology.daemon.resident() - before < 96 * MIB
    held = [c for c in topology.open.connections if c.requests and c.requests[0].path != "/probe"]
    assert len(held) == 100
    wait_until(lambda: not any(c.is_open for c in held), 5, "origins are let go")


@attack(90)
def test_a_quiet_stream_is_not_cut(make_topology):
    """What ends a client that does not read is no bound for an origin that says little."""
    topology = make_topology(impatient)

    def events(_request):
        yield answer(headers=[("Content-Type", "text/event-stream"), ("Transfer-Encoding", "chunked")], length=False)
        for _ in range(2):
            yield b"8\r\ndata: x\n\r\n"
            yield 3.0
        yield b"0\r\n\r\n"

    topology.good.handler = events
    with speaking(topology) as connection:
        connection.sock.settimeout(10)
        assert connection.ask(request("GET", *GOOD)).body == b"data: x\n" * 2


@attack(95, 105)
@table(
    {
        "nothing": b"",
        "half a preface": PREFACE[:10],
        "no SETTINGS": PREFACE,
        "half a frame": PREFACE + frame(Frame.SETTINGS) + frame(Frame.HEADERS, 4, 1, block(request("GET", *GOOD)))[:12],
        "no end of the head": PREFACE
        + frame(Frame.SETTINGS)
        + frame(Frame.HEADERS, 1, 1, block(request("GET", *GOOD))),
        "a settled connection without a request": PREFACE + frame(Frame.SETTINGS) + frame(Frame.SETTINGS, Flag.ACK),
    }
)
def test_half_of_it_is_not_waited_for(make_topology, row):
    topology = make_topology(impatient)
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(speaking(topology, starts=False)) for _ in range(30)]
        for connection in connections:
            connection.acknowledges = False
            connection.send(row)
        is_served(topology)
        started = time.monotonic()
        for connection in connections:
            connection.until_end(8)
        assert time.monotonic() - started < 6
    wait_until(lambda: topology.daemon.descriptors() < 60, 3, "their descriptors are released")
    topology.assert_untouched(topology.good)


@attack(95)
def test_a_body_that_stalls_is_given_up(make_topology):
    topology = make_topology(impatient)
    with speaking(topology) as connection:
        stream = connection.headers(request("POST", *GOOD), ends=False)
        connection.data(stream, b"x" * 10, ends=False)
        connection.sock.settimeout(6)
        try:
            connection.wait(stream)
            assert stream.reset is not None or stream.response().status in (408, 400, 504)
        except Closed:
            pass
    assert not any(seen.body_complete for seen in topology.good.requests)


@attack(24)
def test_frames_may_come_one_byte_at_a_time(topology):
    with speaking(topology) as connection:
        message = frame(Frame.HEADERS, Flag.END_HEADERS, 1, block(request("POST", *GOOD)))
        connection.new_stream("POST")
        for byte in message + frame(Frame.DATA, Flag.END_STREAM, 1, b"hello"):
            connection.send(bytes([byte]))
        assert connection.response(connection.streams[1]).status == 200
    assert topology.good.requests[0].body == b"hello"


@attack(24, 100)
@table({"reset": True, "closed": False})
def test_a_body_that_ends_early_is_not_a_whole_one(topology, row):
    for size in (0, 1, 1000):
        with speaking(topology) as connection:
            stream = connection.headers(request("POST", *GOOD), ends=False)
            connection.data(stream, b"x" * size, ends=False)
            if row:
                connection.reset(stream)
                assert connection.ask(request("GET", "good.test", "/v1/after")).status == 200
            else:
                connection.sock.shutdown(socket.SHUT_RDWR)
    assert not any(seen.body_complete for seen in topology.good.requests if seen.method == "POST")


@attack(100)
def test_resets_at_odd_moments_leave_nothing_behind(topology):
    topology.good.handler = lambda request: answer(request.target.encode() * 1000)
    with speaking(topology) as connection:
        for number in range(25):
            stream = connection.headers(request("POST", *GOOD), ends=False)
            connection.data(stream, b"x" * (number * 800), ends=number % 2 == 0)
            if number % 3 == 1:
                time.sleep(0.02)
            connection.reset(stream)
            own = connection.ask(request("GET", "good.test", f"/v1/own-{number}"))
            assert own.body == f"/v1/own-{number}".encode() * 1000
