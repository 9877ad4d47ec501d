"""Bodies of any size and shape, in both directions, in constant memory."""

from __future__ import annotations

import statistics
import subprocess
import sys
import threading
import time

import pytest
from support.origin import CLOSE, answer, chunked, close_delimited, fixed, raw
from support.topology import A, B
from support.waiting import wait_until

URL = "http://good.test/v1/ok"
MIB = 1 << 20
GIB = 1 << 30


# Shapes.


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
@pytest.mark.parametrize(
    "status",
    [200, 201, 202, 203, 204, 205, 206, 300, 304, 400, 401, 404, 407, 409, 418, 421, 429, 451, 500, 503, 511, 599],
)
def test_statuses_and_methods(topology, method, status):
    """Each ends where it should: the next request on the connection gets the next answer."""
    body = b"" if status in (204, 304) else b"body of %d" % status
    length = status not in (204,)
    topology.good.handler = lambda request: answer(
        b"" if request.method == "HEAD" else body, status=status, reason="Some Reason", length=length
    )
    with topology.connect() as client:
        for _ in range(2):
            response = topology.ask(method, URL, body=b"x" if method == "POST" else None, client=client)
            assert response.status == status
            assert response.body == (b"" if method == "HEAD" else body)


def test_head_keeps_the_length_of_what_it_would_be(topology):
    topology.good.handler = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n")
    with topology.connect() as client:
        response = topology.ask("HEAD", URL, client=client)
        assert response.value("content-length") == "12345"
        topology.good.handler = fixed(b"next")
        assert topology.ask("GET", URL, client=client).body == b"next"


@pytest.mark.parametrize("size", [0, 1, 100, 4095, 4096, 4097, 16_384, 65_535, 65_536, 65_537, 1_000_000])
def test_bodies_of_any_size_both_ways(topology, size):
    body = (bytes(range(256)) * (size // 256 + 1))[:size]
    topology.good.handler = lambda request: answer(request.body)
    with topology.connect() as client:
        for framing in ("length", "chunked"):
            if framing == "length":
                client.send(topology.head("POST", URL, f"Content-Length: {size}") + body)
            else:
                pieces = [body[at : at + 7001] for at in range(0, size, 7001)]
                client.send(
                    topology.head("POST", URL, "Transfer-Encoding: chunked")
                    + b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in pieces)
                    + b"0\r\n\r\n"
                )
            response = client.response()
            assert response.status == 200 and response.body == body
    assert [seen.body for seen in topology.good.requests] == [body, body]


def test_how_an_answer_ends_does_not_change_what_it_says(topology):
    body = b"the same" * 1000
    for handler in (
        fixed(body),
        chunked(body),
        chunked(*[body[at : at + 13] for at in range(0, len(body), 13)]),
        close_delimited(body),
    ):
        topology.good.handler = handler
        with topology.connect() as client:
            assert topology.ask("GET", URL, client=client).body == body


def test_an_origin_that_speaks_http_1_0(topology):
    topology.good.handler = raw(b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nold", CLOSE)
    assert topology.ask("GET", URL).body == b"old"
    topology.good.handler = raw(b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nold", CLOSE)
    assert topology.ask("GET", URL).body == b"old"


@pytest.mark.parametrize(
    "handler",
    [fixed(b"hello"), chunked(b"he", b"llo"), close_delimited(b"hello")],
    ids=["length", "chunked", "to the end"],
)
def test_a_client_that_speaks_http_1_0(topology, handler):
    """It gets no chunks, and its connection ends unless it asked to keep it."""
    topology.good.handler = handler
    proof = ": ".join(topology.identity())
    with topology.connect() as client:
        client.send(f"GET {URL} HTTP/1.0\r\nHost: good.test\r\n{proof}\r\n\r\n".encode())
        response = client.response()
        assert response.body == b"hello" and "transfer-encoding" not in response.names()
        assert client.is_closed()


def test_http_1_0_keep_alive(topology):
    proof = ": ".join(topology.identity())
    message = f"GET {URL} HTTP/1.0\r\nHost: good.test\r\n{proof}\r\nConnection: keep-alive\r\n\r\n".encode()
    with topology.connect() as client:
        client.send(message)
        first = client.response()
        assert first.status == 200
        if "keep-alive" in (first.value("connection") or "").lower():
            assert client.send(message).response().status == 200
        else:
            assert client.is_closed()


def test_http_1_0_without_a_host(topology):
    proof = ": ".join(topology.identity())
    with topology.connect() as client:
        client.send(f"GET {URL} HTTP/1.0\r\n{proof}\r\n\r\n".encode())
        assert client.response().status == 200


def test_connection_close_is_heard(topology):
    with topology.connect() as client:
        response = topology.ask("GET", URL, [("Connection", "close")], client=client)
        assert response.status == 200 and (response.value("connection") or "").lower() == "close"
        assert client.is_closed()


# Pipelines and expectations.


def test_pipelined_requests_are_answered_in_order(topology):
    def handle(request):
        number = int(request.path.rpartition("/")[2])
        yield 0.05 if number % 3 == 0 else 0
        yield answer(str(number).encode())

    topology.good.handler = handle
    with topology.connect() as client:
        client.send(b"".join(topology.head("GET", f"http://good.test/v1/{number}") for number in range(30)))
        assert [int(client.response().body) for _ in range(30)] == list(range(30))


def test_pipelined_requests_with_bodies(topology):
    topology.good.handler = lambda request: answer(request.body)
    with topology.connect() as client:
        for number in range(20):
            body = b"%d" % number * 1000
            if number % 2:
                client.send(
                    topology.head("POST", URL, "Transfer-Encoding: chunked")
                    + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
                )
            else:
                client.send(topology.head("POST", URL, f"Content-Length: {len(body)}") + body)
        assert [client.response().body for _ in range(20)] == [b"%d" % number * 1000 for number in range(20)]


def test_expect_is_answered_once_and_only_for_who_asks(topology):
    with topology.connect() as client:
        client.send(topology.head("POST", URL, "Content-Length: 5", "Expect: 100-continue"))
        assert client.read_head().status == 100
        response = client.send(b"hello").response()
        assert response.status == 200 and response.interim == []
        response = client.send(topology.head("POST", URL, "Content-Length: 5") + b"hello").response()
        assert response.status == 200 and response.interim == []
    assert all("expect" not in seen.names() for seen in topology.good.requests)


def test_a_refused_request_gets_no_100(topology):
    with topology.connect() as client:
        client.send(topology.head("POST", "http://evil.test/x", "Content-Length: 5", "Expect: 100-continue"))
        response = client.response()
        assert response.status == 403 and response.interim == []


def test_an_early_answer_reaches_a_client_that_is_still_sending(topology):
    topology.good.reads_body_first = False
    topology.good.handler = raw(answer(b"too large", status=413, reason="Content Too Large"), 1.0, CLOSE)
    with topology.connect() as client:
        client.send(topology.head("POST", URL, "Content-Length: 50000000") + b"x" * 1000)
        assert client.response().status == 413


def test_both_directions_at_once(topology):
    """The answer streams while the request body does."""

    def converse(request):
        yield answer(headers=[("Transfer-Encoding", "chunked")], length=False)
        for piece in request.stream():
            yield b"%x\r\n%s\r\n" % (len(piece), piece)
        yield b"0\r\n\r\n"

    topology.open.reads_body_first = False
    topology.open.handler = converse
    with topology.connect() as client:
        client.send(topology.head("POST", "http://open.test/x", "Transfer-Encoding: chunked"))
        client.send(b"5\r\nhello\r\n")
        assert client.read_head().status == 200
        for number in range(10):
            client.send(b"8\r\nping-%02d\n\r\n" % number)
            while b"ping-%02d\n" % number not in client.received:
                assert client.reader.fill(), "the answer ended before the request did"
        client.send(b"0\r\n\r\n")


# Events.


def test_events_arrive_as_they_are_sent(topology):
    """Each event within 50 ms (the median of 40), to two readers at once."""
    sent: dict[str, list[float]] = {}

    def events(request):
        times = sent.setdefault(request.path, [])
        yield answer(headers=[("Content-Type", "text/event-stream"), ("Transfer-Encoding", "chunked")], length=False)
        for number in range(40):
            piece = b'event: delta\ndata: {"n": %d}\n\n' % number
            times.append(time.monotonic())
            yield b"%x\r\n%s\r\n" % (len(piece), piece)
            yield 0.02
        yield b"0\r\n\r\n"

    topology.good.handler = events
    delays: list[float] = []

    def read(path: str) -> None:
        with topology.connect() as client:
            client.send(topology.head("GET", f"http://good.test{path}"))
            seen = 0
            while seen < 40 and client.reader.fill():
                now = time.monotonic()
                while seen < 40 and b'{"n": %d}' % seen in client.received:
                    delays.append(now - sent[path][seen])
                    seen += 1

    readers = [threading.Thread(target=read, args=(f"/v1/events-{number}",)) for number in range(2)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join(20)
    assert len(delays) == 80 and statistics.median(delays) < 0.05


# Large.


class Growth:
    """The most memory the daemon has used above what it used at first."""

    def __init__(self, daemon):
        self._daemon, self._first, self.most = daemon, daemon.resident(), 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._stop.wait(0.1):
            self.most = max(self.most, self._daemon.resident() - self._first)

    def stop(self) -> int:
        self._stop.set()
        self._thread.join()
        return self.most


HOLD_IDLE = """
import json, socket, sys
host, port, count, message = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4].encode("latin-1")
held = []
for number in range(count):
    one = socket.create_connection((host, port))
    if number % 100 == 0:
        one.sendall(message)
        assert one.recv(4096).startswith(b"HTTP/1.1 200")
    held.append(one)
print("held", flush=True)
sys.stdin.read()
"""


@pytest.mark.slow
def test_a_gigabyte_each_way_beside_ten_thousand_idle_connections(make_topology):
    """A slow reader, a large upload and a crowd: memory grows by less than 64 MB."""

    def edit(_topology, config):
        config.set(
            "timeouts", client_idle_s=300, client_stall_s=60, request_head_s=120, upstream_idle_s=60, first_byte_s=60
        )

    topology = make_topology(edit, log_level="info")
    assert topology.ask("GET", "http://open.test/warm").status == 200
    growth = Growth(topology.daemon)
    message = topology.head("GET", "http://open.test/idle").decode("latin-1")
    crowd = subprocess.Popen(
        [sys.executable, "-c", HOLD_IDLE, "127.0.0.1", str(topology.daemon.port), "10000", message],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert crowd.stdout.readline() == b"held\n"
        wait_until(lambda: topology.daemon.descriptors() > 10_000, 20)
        piece = b"y" * MIB

        def down(_request):
            yield answer(headers=[("Content-Length", str(GIB))], length=False)
            for _ in range(GIB // MIB):
                yield piece

        topology.open.keeps_raw = False
        topology.open.routes["/down"] = down
        topology.open.routes["/up"] = lambda request: answer(str(request.body_length).encode())

        with topology.connect(timeout=60) as client:
            client.records = False
            client.send(topology.head("GET", "http://open.test/down"))
            head = client.read_head()
            assert head.status == 200
            received = 0
            for part in client.reader.pieces(GIB):
                received += len(part)
                if received < 64 * MIB:
                    time.sleep(0.002)  # slow at first, so that every buffer fills; then as fast as it goes
            assert received == GIB

        with topology.connect(timeout=60) as client:
            client.send(topology.head("POST", "http://open.test/up", f"Content-Length: {GIB}"))
            for _ in range(GIB // MIB):
                client.sock.sendall(piece)
            assert client.response().body == str(GIB).encode()

        assert topology.ask("GET", "http://open.test/x", agent=B).status == 200
        assert growth.stop() < 64 * MIB, f"{growth.most / MIB:.1f} MiB"
    finally:
        crowd.stdin.close()
        crowd.wait(30)
    wait_until(lambda: topology.daemon.descriptors() < 300, 20, "descriptors are released")


def test_audit_counts_the_bytes(topology):
    topology.good.handler = fixed(b"z" * 12_345)
    assert topology.ask("POST", "http://good.test/v1/counted", body=b"x" * 678).status == 200
    rows = wait_until(
        lambda: [r for r in topology.audit() if r["event.action"] == "outcome" and "counted" in r["url.full"]], 3
    )
    assert (rows[0]["http.request.body.bytes"], rows[0]["http.response.body.bytes"]) == (678, 12_345)
    assert rows[0]["postern.agent"] == A
