"""Clients and origins that use up memory, descriptors, time or patience (attacks 93 to 104, and 108)."""

from __future__ import annotations

import gzip
import socket
import statistics
import threading
import time

import pytest

from support.client import RawClient
from support.expect import by_plain, refused, table
from support.http1 import Closed, Malformed
from support.origin import CLOSE, RESET, answer, raw
from support.topology import A, B, Topology
from support.waiting import wait_until

attack = pytest.mark.attack
URL = "http://good.test/v1/ok"
MIB = 1 << 20


def limited(**limits):
    """Edits a configuration: shorter timeouts, tighter limits, an agent's share."""

    def edit(_topology, config):
        for name, value in limits.items():
            section, _, key = name.partition("__")
            if section == "agent_a":
                config.find("agent", name=A)[key] = value
            else:
                config.set(section, **{key: value})

    return edit


def is_served(topology: Topology, agent: str = B, within: float = 3.0) -> float:
    """Another agent's request is answered well; returns how long that took."""
    started = time.monotonic()
    with topology.connect(timeout=within) as client:
        assert topology.ask("GET", "http://open.test/probe", agent=agent, client=client).status == 200
    return time.monotonic() - started


# Heads.


@attack(93)
@table(
    {
        "field of 256 KB": b"GET http://good.test/v1/ok HTTP/1.1\r\nHost: good.test\r\nX: "
        + b"a" * 262_144
        + b"\r\n\r\n",
        "name of 256 KB": b"GET http://good.test/v1/ok HTTP/1.1\r\nHost: good.test\r\n"
        + b"a" * 262_144
        + b": b\r\n\r\n",
        "5,000 fields": b"GET http://good.test/v1/ok HTTP/1.1\r\nHost: good.test\r\n" + b"X: y\r\n" * 5000 + b"\r\n",
        "101 fields": b"GET http://good.test/v1/ok HTTP/1.1\r\nHost: good.test\r\n" + b"X: y\r\n" * 101 + b"\r\n",
        "target of 256 KB": b"GET http://good.test/v1/" + b"a" * 262_144 + b" HTTP/1.1\r\nHost: good.test\r\n\r\n",
        "host of 64 KB": b"GET http://"
        + b"a." * 32_000
        + b"test/ HTTP/1.1\r\nHost: "
        + b"a." * 32_000
        + b"test\r\n\r\n",
        "method of 64 KB": b"G" * 65_000 + b" http://good.test/v1/ok HTTP/1.1\r\nHost: good.test\r\n\r\n",
        "key of 256 KB": b"GET http://good.test/v1/ok HTTP/1.1\r\nHost: good.test\r\nProxy-Authorization: Basic "
        + b"A" * 262_144
        + b"\r\n\r\n",
    }
)
def test_heads_have_a_limit(topology, row):
    refused(topology, row, 431, 414, 400, 405)


@attack(93)
@table({"field": b"X: " + b"a" * 8, "fields": b"X: y\r\n", "target": b"", "empty lines": b"\r\n"})
def test_an_endless_head_is_cut_off(topology, row):
    """Long before 8 MiB have been taken in."""
    if row == b"":
        start, piece = b"GET http://good.test/v1/", b"a" * 65_536
    elif row == b"\r\n":
        start, piece = b"", row * 32_768
    elif row.endswith(b"\r\n"):
        start, piece = b"GET http://good.test/v1/ok HTTP/1.1\r\nHost: good.test\r\n", row * 10_000
    else:
        start, piece = b"GET http://good.test/v1/ok HTTP/1.1\r\nHost: good.test\r\n" + row, b"a" * 65_536
    taken = 0
    with topology.connect(agent_socket=A) as client:
        client.sock.settimeout(8)
        try:
            client.sendall(start)
            while taken < 8 * MIB:
                client.sendall(piece)
                taken += len(piece)
        except (BrokenPipeError, ConnectionResetError, TimeoutError):
            pass
        assert taken < 8 * MIB
        try:
            assert client.response().status in (431, 414, 400, 408)
        except Closed:
            pass
    topology.assert_untouched()


NUMBERS = [
    "-1",
    str(2**31),
    str(2**32),
    str(2**63 - 1),
    str(2**63),
    str(2**64 - 1),
    str(2**64),
    str(2**64 + 1),
    "1" + "0" * 40,
    "9" * 1000,
]


@attack(94)
@pytest.mark.parametrize("number", NUMBERS, ids=lambda n: n[:24])
@pytest.mark.parametrize(
    "name",
    [
        "Content-Length",
        "Max-Forwards",
        "Range",
        "If-Modified-Since",
        "Date",
        "Age",
        "Retry-After",
        "Keep-Alive",
        "Expires",
    ],
)
def test_absurd_numbers_in_fields(topology, name, number):
    value = f"bytes={number}-{number}" if name == "Range" else f"timeout={number}" if name == "Keep-Alive" else number
    with topology.connect(agent_socket=A, timeout=3) as client:
        client.send(topology.head("GET", URL, f"{name}: {value}", agent=None)).half_close()
        responses = client.responses()
    assert all(r.status == 200 or 400 <= r.status < 500 for r in responses)
    if name == "Content-Length":
        assert not any(seen.body_complete for seen in topology.good.requests)


@attack(94)
@pytest.mark.parametrize(
    "size",
    [
        "7fffffff",
        "80000000",
        "ffffffff",
        "100000000",
        "7fffffffffffffff",
        "8000000000000000",
        "ffffffffffffffff",
        "1" + "0" * 16,
        "f" * 40,
    ],
)
def test_absurd_chunk_sizes(topology, size):
    message = (
        topology.head("POST", URL, "Transfer-Encoding: chunked", agent=None) + f"{size}\r\nhello\r\n0\r\n\r\n".encode()
    )
    with topology.connect(agent_socket=A, timeout=3) as client:
        client.send(message).half_close()
        assert all(400 <= r.status < 600 for r in client.responses())
    assert not any(seen.body_complete for seen in topology.good.requests)


@attack(94)
@pytest.mark.parametrize("number", NUMBERS, ids=lambda n: n[:24])
def test_absurd_numbers_in_answers(topology, number):
    for reply in (
        f"HTTP/1.1 200 OK\r\nContent-Length: {number}\r\n\r\nhello",
        f"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nRetry-After: {number}\r\nAge: {number}\r\n\r\nok",
        f"HTTP/1.1 206 OK\r\nContent-Range: bytes {number}-{number}/{number}\r\nContent-Length: 2\r\n\r\nok",
        f"HTTP/1.1 200 OK\r\nKeep-Alive: timeout={number}, max={number}\r\nContent-Length: 2\r\n\r\nok",
    ):
        topology.good.handler = raw(reply.encode(), CLOSE)
        with topology.connect(agent_socket=A) as client:
            client.send(topology.head("GET", URL, agent=None))
            assert client.read_head().status in (200, 206, 502)


# Slow clients.


@attack(95)
def test_half_sent_heads_do_not_keep_others_waiting(make_topology):
    topology = make_topology(limited(timeouts__request_head_s=3))
    head = topology.head("GET", URL, agent=None)
    clients = [topology.connect(agent_socket=A) for _ in range(120)]
    for number, client in enumerate(clients):
        client.send(head[: 1 + number % (len(head) - 1)])
    assert max(is_served(topology) for _ in range(5)) < 3
    started = time.monotonic()
    for client in clients:
        client.sock.settimeout(10)
        client.everything(10)
    assert time.monotonic() - started < 8, "closed by the deadline of the head"
    wait_until(lambda: topology.daemon.descriptors() < 60, 3, "their descriptors are released")
    topology.assert_untouched(topology.good)


@attack(96)
@pytest.mark.slow
@pytest.mark.parametrize("kind", ["headers", "body", "read", "ranges"])
def test_500_slow_connections(make_topology, kind):
    """slowhttptest's four ways (-H, -B, -X, -R), with others being served throughout."""
    topology = make_topology(limited(timeouts__request_head_s=4, timeouts__client_stall_s=4))
    topology.good.keeps_raw = False
    big = b"x" * 300_000
    topology.good.handler = lambda request: answer(big)
    ranges = "Range: bytes=0-," + ",".join(f"5-{n}" for n in range(1300))
    opening = {
        "headers": topology.head("GET", URL)[:-2],
        "body": topology.head("POST", URL, "Content-Length: 4096"),
        "read": topology.head("GET", URL) * 3,
        "ranges": topology.head("GET", URL, ranges),
    }[kind]
    clients = [topology.connect(receive_buffer=4096) for _ in range(500)]
    for client in clients:
        client.records = False
        client.send(opening)
    waits = []
    for second in range(4):
        for number, client in enumerate(clients):
            try:
                client.sock.setblocking(False)
                if kind == "headers":
                    client.sock.send(b"X-%d: y\r\n" % second)
                elif kind == "body":
                    client.sock.send(b"x")
                elif kind == "read":
                    client.sock.recv(32)
            except OSError:
                pass
        waits.append(is_served(topology, within=8))
        time.sleep(0.5)
    assert statistics.median(waits) < 3
    for client in clients:
        client.close()
    wait_until(lambda: topology.daemon.descriptors() < 250, 10, "their descriptors are released")  # a pool remains


@attack(95)
def test_an_idle_connection_is_closed_in_time(make_topology):
    topology = make_topology(limited(timeouts__client_idle_s=1, timeouts__request_head_s=1))
    with topology.connect() as silent, topology.connect() as used:
        assert topology.ask("GET", URL, client=used).status == 200
        assert used.is_closed(5)
        silent.everything(5)
        assert silent.reader.ended


@attack(96)
def test_a_body_that_stalls_is_given_up(make_topology):
    topology = make_topology(limited(timeouts__client_stall_s=1))
    with topology.connect() as client:
        client.send(topology.head("POST", URL, "Content-Length: 100") + b"x" * 10)
        client.sock.settimeout(6)
        assert client.response().status in (408, 400, 504)
    wait_until(
        lambda: (
            not any(c.is_open and c.requests and not c.requests[-1].body_complete for c in topology.good.connections)
        ),
        3,
    )


# Large and slow answers.


@attack(97)
@pytest.mark.slow
def test_a_client_that_does_not_read_stops_the_origin(make_topology):
    topology = make_topology(limited(timeouts__client_stall_s=30, timeouts__upstream_idle_s=30))
    total, piece = 256 * MIB, b"x" * 65_536
    pushed = 0

    def push(_request):
        nonlocal pushed
        yield answer(headers=[("Content-Length", str(total))], length=False)
        while pushed < total:
            yield piece
            pushed += len(piece)

    topology.good.handler = push
    before = topology.daemon.resident()
    with topology.connect() as client:
        client.records = False
        client.send(topology.head("GET", URL))
        wait_until(lambda: pushed > 0, 5)
        last = -1
        while last != pushed:
            last = pushed
            time.sleep(1)
        assert pushed < 24 * MIB
        assert topology.daemon.resident() - before < 200 * MIB
        assert is_served(topology) < 3
        assert client.response(keep_body=False).body_length == total


@attack(97)
def test_an_origin_that_does_not_read_stops_the_client(make_topology):
    topology = make_topology(
        limited(timeouts__client_stall_s=30, timeouts__upstream_idle_s=30, timeouts__first_byte_s=30)
    )
    topology.good.reads_body_first = False
    topology.good.handler = lambda request: iter([6.0, answer(b"late"), CLOSE])
    before = topology.daemon.resident()
    sent = 0
    with topology.connect() as client:
        client.send(topology.head("POST", URL, f"Content-Length: {256 * MIB}"))
        client.sock.settimeout(2)
        try:
            while sent < 256 * MIB:
                client.sendall(b"x" * 65_536)
                sent += 65_536
        except TimeoutError:
            pass
        assert sent < 24 * MIB
        assert topology.daemon.resident() - before < 200 * MIB


@attack(98)
def test_a_bomb_is_not_unpacked(topology):
    layer = gzip.compress(bytes(256 * MIB), 9)
    topology.good.handler = lambda request: answer(layer, headers=[("Content-Encoding", "gzip")])
    before, started = topology.daemon.resident(), time.monotonic()
    with topology.connect() as client:
        client.send(topology.head("GET", URL))
        try:
            client.response(keep_body=False)
        except Closed:
            pass  # cut off
    assert topology.daemon.resident() - before < 200 * MIB and time.monotonic() - started < 20


@attack(99)
@table(
    {
        "fields": b"X: y\r\n" * 1_400_000,
        "one field": b"X: " + b"y" * 8 * MIB + b"\r\n",
        "reason": b"",
        "names": b"y" * 8 * MIB,
    }
)
def test_a_huge_answer_head_is_a_bad_answer(topology, row):
    line = b"HTTP/1.1 200 " + (b"O" * 8 * MIB if row == b"" else b"OK") + b"\r\n"
    topology.good.handler = raw(line + row + b"Content-Length: 2\r\n\r\nok")
    before = topology.daemon.resident()
    response = topology.ask("GET", URL)
    assert (response.status, response.code) == (502, "response_malformed")
    assert topology.daemon.resident() - before < 64 * MIB


# Clients that leave.


@attack(100)
def test_resets_at_odd_moments_leave_nothing_behind(topology):
    topology.good.handler = lambda request: answer(request.target.encode() * 1000)
    head = topology.head("POST", URL, "Content-Length: 20000")
    for number in range(25):
        client = topology.connect()
        message = head + b"x" * 20_000
        client.send(message[: 1 + number * len(message) // 24])
        if number % 3 == 1:
            time.sleep(0.02)
        client.reset()
        target = f"http://good.test/v1/own-{number}"
        assert topology.ask("GET", target).body == f"/v1/own-{number}".encode() * 1000


@attack(100)
def test_a_client_that_leaves_during_an_answer_frees_the_upstream(topology):
    def endless(_request):
        yield answer(headers=[("Transfer-Encoding", "chunked")], length=False)
        for _ in range(2000):
            yield b"5\r\nhello\r\n"
            yield 0.01

    topology.good.handler = endless
    for _ in range(10):
        client = topology.connect()
        client.send(topology.head("GET", URL))
        assert client.read_head().status == 200
        client.reset()
    wait_until(lambda: not any(c.is_open and c.requests for c in topology.good.connections), 5, "the origin is let go")


@attack(101)
@pytest.mark.slow
def test_descriptors_that_run_out_come_back(make_topology):
    topology = make_topology(wrapper=["prlimit", "--nofile=256:256", "--"])
    clients = []
    for _ in range(300):
        try:
            clients.append(topology.dial(timeout=2))
        except OSError:
            break
    for client in clients:
        client.send(topology.head("GET", "http://open.test/x", agent=B)[:20])
    time.sleep(1)
    before = topology.daemon.cpu_seconds()
    time.sleep(2)
    assert topology.daemon.cpu_seconds() - before < 1, "it spins"
    assert topology.daemon.is_alive()
    for client in clients:
        client.close()
    wait_until(lambda: topology.daemon.descriptors() < 100, 10, "descriptors are released")
    assert is_served(topology) < 3


@attack(101)
def test_connections_beyond_the_limit_are_answered_and_closed(make_topology):
    topology = make_topology(limited(proxy__max_connections=20))
    held = [topology.connect() for _ in range(20)]
    for client in held:
        assert topology.ask("GET", URL, client=client).status == 200
    with topology.connect() as further:
        further.send(topology.head("GET", URL))
        assert further.response().status == 503
        assert further.is_closed()
    for client in held:
        client.close()
    wait_until(lambda: topology.ask("GET", URL).status == 200, 3, "a place is free again")


@attack(102)
@pytest.mark.slow
def test_one_agents_flood_does_not_slow_another(make_topology):
    topology = make_topology(limited(agent_a__concurrent_requests=64))
    topology.good.handler = lambda request: iter([0.3, answer(b"ok")])
    topology.good.keeps_raw = False

    def percentile() -> float:
        waits = []
        with topology.connect() as client:
            for _ in range(60):
                started = time.monotonic()
                assert topology.ask("GET", "http://open.test/x", agent=B, client=client).status == 200
                waits.append(time.monotonic() - started)
                time.sleep(0.02)
        return sorted(waits)[58]

    alone = percentile()
    stop = threading.Event()
    statuses: dict[int, int] = {}
    message = topology.head("GET", URL)

    def flood():
        clients = [RawClient(topology.proxy) for _ in range(250)]
        while not stop.is_set():
            for client in clients:
                client.send(message)
            for number, client in enumerate(clients):
                try:
                    status = client.response().status
                except (Closed, Malformed, OSError):
                    clients[number] = RawClient(topology.proxy)
                    continue
                statuses[status] = statuses.get(status, 0) + 1
            stop.wait(0.2)

    threads = [threading.Thread(target=flood, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    flooded = percentile()
    stop.set()
    for thread in threads:
        thread.join(10)
    assert statuses.get(429, 0) + statuses.get(503, 0) > 0, statuses
    # Twice as long as alone, with room for a test that runs on the same two cores.
    assert flooded < max(2 * alone, 0.25), (alone, flooded, statuses)


@attack(102)
def test_requests_per_minute_are_counted(make_topology):
    def edit(topology, config):
        config.find("grant", secret="open-a").update(requests_per_minute=5)

    topology = make_topology(edit)
    responses = [topology.ask("GET", "http://open.test/x") for _ in range(12)]
    refusals = [r for r in responses if r.status == 429]
    assert 4 <= len(responses) - len(refusals) <= 7 and len(topology.open.requests) == len(responses) - len(refusals)
    assert all(r.code == "rate_limited" and int(r.value("retry-after")) >= 1 for r in refusals)
    assert any(name.startswith("ratelimit") for name in refusals[0].names())
    assert is_served(topology) < 3  # the other agent's grant has a count of its own


@attack(102)
def test_concurrent_requests_are_counted_and_released(make_topology):
    def edit(topology, config):
        config.find("grant", secret="open-a").update(concurrent_requests=2)

    topology = make_topology(edit)
    topology.open.handler = lambda request: iter([1.0, answer(b"slow")])
    clients = [topology.connect() for _ in range(5)]
    for client in clients:
        client.send(topology.head("GET", "http://open.test/x"))
    responses = [client.response() for client in clients]
    assert sorted(r.status for r in responses) == [200, 200, 429, 429, 429]
    assert {r.code for r in responses if r.status == 429} == {"too_many_requests"}
    # A client that leaves in the middle gives its place back.
    leaving = [topology.connect() for _ in range(2)]
    for client in leaving:
        client.send(topology.head("GET", "http://open.test/x"))
    time.sleep(0.3)
    for client in leaving:
        client.reset()
    topology.open.handler = lambda request: answer(b"ok")
    wait_until(lambda: topology.ask("GET", "http://open.test/x").status == 200, 5)


@attack(103)
def test_an_origin_that_never_answers(make_topology):
    topology = make_topology(limited(timeouts__first_byte_s=1))
    topology.good.handler = lambda request: iter([8.0])
    started = time.monotonic()
    response = topology.ask("GET", URL)
    assert (response.status, response.code) == (504, "response_timeout")
    assert time.monotonic() - started < 4


@attack(103)
def test_an_origin_that_stops_in_the_middle(make_topology):
    topology = make_topology(limited(timeouts__upstream_idle_s=1))
    topology.good.handler = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello", 8.0)
    with topology.connect() as client:
        client.send(topology.head("GET", URL))
        assert client.read_head().status == 200
        started = time.monotonic()
        with pytest.raises(Closed):
            list(client.reader.pieces(100))
        assert time.monotonic() - started < 5


@attack(103)
def test_an_origin_that_drips_is_ended_by_the_total_limit(make_topology):
    topology = make_topology(limited(timeouts__total_s=2))

    def drip(_request):
        yield answer(headers=[("Content-Length", "1000")], length=False)
        for _ in range(80):
            yield b"x"
            yield 0.1

    topology.good.handler = drip
    with topology.connect() as client:
        client.send(topology.head("GET", URL))
        assert client.read_head().status == 200
        started = time.monotonic()
        with pytest.raises(Closed):
            list(client.reader.pieces(1000))
        assert time.monotonic() - started < 5


@attack(103)
def test_an_origin_that_accepts_and_says_nothing(make_topology):
    """A handshake that never ends, and a port where nobody accepts."""
    silent = socket.socket()
    silent.bind(("127.0.0.1", 0))
    silent.listen(16)
    authority = f"127.0.0.1:{silent.getsockname()[1]}"

    def edit(topology, config):
        config.set("timeouts", connect_s=1)
        config.find("provider", name="good").update(connect_to=authority)

    topology = make_topology(edit)
    started = time.monotonic()
    response = topology.ask("GET", URL)
    assert response.status == 504 and response.code == "connection_timeout"
    assert time.monotonic() - started < 4
    silent.close()
    response = topology.ask("GET", URL)
    assert (response.status, response.code) == (502, "connection_refused")


@attack(103)
def test_upstream_connections_are_bounded(make_topology):
    topology = make_topology(
        limited(limits__max_upstream_connections=5, proxy__event_loops=1, timeouts__first_byte_s=3)
    )
    topology.open.handler = lambda request: iter([1.0, answer(b"ok")])
    clients = [topology.connect() for _ in range(30)]
    for client in clients:
        client.send(topology.head("GET", "http://open.test/x"))
    time.sleep(0.6)
    assert topology.daemon.connections_to(topology.open.port) <= 5
    statuses = [client.response().status for client in clients]
    assert set(statuses) <= {200, 503, 504, 429} and statuses.count(200) >= 5


# Small things in great number.


@attack(104)
@pytest.mark.slow
def test_a_million_chunks_of_one_byte(make_topology):
    topology = make_topology()
    topology.open.keeps_raw = False
    topology.open.handler = lambda request: answer(str(request.body_length).encode())
    before, cpu = topology.daemon.resident(), topology.daemon.cpu_seconds()
    message = topology.head("POST", "http://open.test/x", "Transfer-Encoding: chunked")
    with topology.connect(timeout=60) as client:
        client.send(message)
        for _ in range(100):
            client.sendall(b"1\r\nx\r\n" * 10_000)
        client.send(b"0\r\n\r\n")
        assert client.response().body == b"1000000"
    assert topology.daemon.resident() - before < 64 * MIB
    assert topology.daemon.cpu_seconds() - cpu < 30


@attack(104)
@pytest.mark.slow
def test_a_hundred_thousand_pipelined_requests(make_topology):
    """Each is answered, in order, and each denial is on record."""
    topology = make_topology(log_level="info")
    count, batch = by_plain(topology, 100_000, 20_000), 500
    message = topology.head("GET", "http://good.test/admin")
    before = topology.daemon.resident()

    with topology.connect(timeout=60) as client:
        client.records = False
        assert topology.ask("GET", "http://good.test/admin", client=client).status == 403
        writer = threading.Thread(
            target=lambda: [client.sendall(message * batch) for _ in range(count // batch)], daemon=True
        )
        writer.start()
        for _ in range(count):
            assert client.response(keep_body=False).status == 403
        writer.join(10)
    assert topology.daemon.resident() - before < 64 * MIB
    wait_until(lambda: len(topology.audit()) >= count, 10, "every denial is recorded", every=1)
    topology.assert_untouched()


@attack(104)
def test_pipelined_requests_wait_their_turn(topology):
    """More requests than any buffer holds, and a client that does not read at first."""
    topology.open.keeps_raw = False
    messages = b"".join(topology.head("GET", f"http://open.test/{number}") for number in range(2000))
    with topology.connect(timeout=30) as client:
        threading.Thread(target=client.send, args=(messages,), daemon=True).start()
        time.sleep(0.5)
        for number in range(2000):
            response = client.response()
            assert response.status == 200 and f'"/{number}"'.encode() in response.body


# Failures after the head.


@attack(108)
@table(
    {
        "reset": [b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello", RESET],
        "close": [b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello", CLOSE],
        "bad chunk": [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nnonsense\r\n", CLOSE],
        "no last chunk": [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", CLOSE],
        "a second head": [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", CLOSE],
    }
)
def test_upstreams_that_fail_after_the_head(topology, row):
    topology.good.handler = raw(*row)
    # With `close`, so that a 502 of ours ends the connection as well as a cut does.
    message = topology.head("GET", URL, "Connection: close")
    for _ in range(100):
        with topology.connect() as client:
            client.send(message)
            data = client.everything(5)
            assert client.reader.ended, "the connection stays open"
            assert data.count(b"HTTP/1.1 ") <= 1, "a second head in the middle of an answer"
            assert not data.endswith(b"0\r\n\r\n")
    assert is_served(topology) < 3


@attack(108)
def test_both_sides_failing_at_once(topology):
    topology.good.handler = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 5000, RESET)
    for number in range(50):
        client = topology.connect()
        client.send(topology.head("POST", URL, "Content-Length: 100") + b"x" * (number * 2))
        time.sleep(0.002 * (number % 4))
        client.reset()
    assert is_served(topology) < 3
