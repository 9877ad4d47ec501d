"""Many event streams at once through intercepted connections: every event, in order, on the stream it belongs to."""

from __future__ import annotations

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.client import RawClient
from support.config import Config
from support.h2wire import request
from support.http1 import chunks
from support.http2 import H2Connection
from support.origin import Request, answer
from support.tls import TLSStream, connect, connected, trusting
from support.topology import Topology

HOST = "good.test"
STREAMS, EVENTS, PAUSE = 200, 50, 0.1
CONNECTIONS = 4  # of HTTP/2, so with 50 streams each
EVENT = re.compile(rb"data: (\d+) (\d+) [^\n]*\n\n")


def events(topology: Topology):
    """A handler that numbers its events, and ends each with what could become the credential."""
    beginning = topology.secrets["good"][:12].encode()

    def handle(request: Request):
        stream = request.path.rpartition("/")[2].encode()
        yield answer(headers=[("Content-Type", "text/event-stream"), ("Transfer-Encoding", "chunked")], length=False)
        for number in range(EVENTS):
            event = b"data: %s %d %s\n\n" % (stream, number, beginning)
            yield b"%x\r\n%s\r\n" % (len(event), event)
            yield PAUSE
        yield b"0\r\n\r\n"

    return handle


def tunnel(topology: Topology, protocol: str) -> TLSStream:
    sock = connected(topology.proxy, timeout=60)
    connect(sock, f"{HOST}:443", [topology.identity()])
    return TLSStream(sock, trusting(topology.daemon.state / "ca/ca.pem", (protocol,)), HOST)


def read_http1(topology: Topology, stream: int, together: threading.Barrier) -> dict[int, tuple[float, bytes]]:
    """How long events came, and all that came, by stream."""
    with RawClient(("", 0), topology.recording, sock=tunnel(topology, "http/1.1")) as client:
        together.wait()
        client.send(f"GET /v1/events/{stream} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
        client.read_head()
        client.reader.at_end()
        first = time.monotonic()
        body = b"".join(chunks(client.reader))
        return {stream: (time.monotonic() - first, body)}


def read_http2(topology: Topology, number: int, together: threading.Barrier) -> dict[int, tuple[float, bytes]]:
    share = range(number * STREAMS // CONNECTIONS, (number + 1) * STREAMS // CONNECTIONS)
    with H2Connection(tunnel(topology, "h2"), recording=topology.recording) as connection:
        together.wait()
        opened = {number: connection.headers(request("GET", HOST, f"/v1/events/{number}")) for number in share}
        first: dict[int, float] = {}
        last: dict[int, float] = {}
        while not all(stream.is_over for stream in opened.values()):
            assert connection.pump(), f"the connection has ended: {connection.goaway}"
            for number, stream in opened.items():
                if stream.body:
                    first.setdefault(number, time.monotonic())
                if stream.is_over:
                    last.setdefault(number, time.monotonic())
        return {n: (last[n] - first[n], connection.response(stream).body) for n, stream in opened.items()}


def patient(_topology: Topology, config: Config) -> None:
    """All streams begin at once, which takes an origin in Python a while on a busy machine."""
    config.set("timeouts", connect_s=60, first_byte_s=60, upstream_idle_s=60, client_stall_s=60, request_head_s=60)


@pytest.mark.parametrize("protocol", ["h1", "h2"])
def test_every_event_comes_in_order(make_topology, protocol):
    topology = make_topology(patient)
    topology.good.handler = events(topology)
    topology.good.keeps_raw = False
    read, readers = (read_http1, STREAMS) if protocol == "h1" else (read_http2, CONNECTIONS)
    together = threading.Barrier(readers, timeout=30)
    with ThreadPoolExecutor(readers) as pool:
        parts = list(pool.map(lambda number: read(topology, number, together), range(readers)))
    received = {stream: result for part in parts for stream, result in part.items()}
    assert len(received) == STREAMS
    for stream, (duration, body) in received.items():
        found = [(int(a), int(b)) for a, b in EVENT.findall(body)]
        assert found == [(stream, number) for number in range(EVENTS)], f"stream {stream} received {body[:200]!r}"
        assert duration > EVENTS * PAUSE / 2, f"stream {stream} received all of it within {duration:.2f} s"
