"""Tunnels: what an egress rule with ``tunnel = true`` lets through untouched, and what it does not."""

from __future__ import annotations

import secrets
import socket
import ssl
import threading
import time

import pytest
from support import audit
from support.byte_origin import ByteOrigin, sink
from support.origin import RecordingOrigin
from support.tls import Refused, connect, connect_tls, connected
from support.topology import A, B, Topology
from support.waiting import wait_until

attack = pytest.mark.attack
HOST = "tunnel.test"
AUTHORITY = f"{HOST}:443"
IDLE_SECONDS = 2


@pytest.fixture(scope="module")
def origin():
    """Receives what comes through the tunnel to ``HOST``, byte for byte."""
    one = ByteOrigin()
    yield one
    one.close()


@pytest.fixture(scope="module")
def secure(authority):
    """A TLS origin behind a tunnel of its own."""
    one = RecordingOrigin(authority.leaf("secure.test"), "secure")
    yield one
    one.close()


def tunnels_allowed(origin, secure):
    def edit(topology: Topology, config) -> None:
        config.add("egress", agent=A, name="tunnel", hosts=[HOST], connect_to=origin.authority, tunnel=True)
        config.add("egress", agent=A, name="secure", hosts=["secure.test"], connect_to=secure.authority, tunnel=True)
        config.add("egress", agent=A, name="dotted", hosts=["*.wide.test"], connect_to=origin.authority, tunnel=True)
        canary = topology.canary.port
        config.add("egress", agent=A, name="ssrf", hosts=[f"localhost:{canary}", f"127.0.0.1:{canary}"], tunnel=True)
        config.set("timeouts", tunnel_idle_s=IDLE_SECONDS)

    return edit


@pytest.fixture(scope="module")
def _running(authority, origin, secure):
    topology = Topology(authority, tunnels_allowed(origin, secure))
    yield topology
    topology.close()


@pytest.fixture
def world(_running, origin, secure):
    origin.forget()
    secure.forget()
    _running.begin()
    yield _running
    _running.verify()


@pytest.fixture
def own_world(make_topology, origin, secure):
    origin.forget()
    return make_topology(tunnels_allowed(origin, secure))


def client_hello(server_name: str | None = HOST) -> bytes:
    """What a TLS client sends first."""
    context = ssl.create_default_context()
    context.check_hostname = False
    outgoing = ssl.MemoryBIO()
    with pytest.raises(ssl.SSLWantReadError):
        context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname=server_name).do_handshake()
    return outgoing.read()


def tunnel(topology: Topology, authority: str = AUTHORITY, agent: str = A, **options) -> socket.socket:
    """A connection through Postern; raises ``Refused`` where it is refused."""
    sock = connected(topology.proxy)
    try:
        connect(sock, authority, [topology.identity(agent)], **options)
    except BaseException:
        sock.close()
        raise
    return sock


def opened(topology: Topology, hello: bytes | None = None) -> socket.socket:
    """A tunnel through which a hello has gone and come back."""
    hello = hello or client_hello()
    sock = tunnel(topology)
    sock.sendall(hello)
    assert read(sock, len(hello)) == hello
    return sock


def read(sock: socket.socket, count: int) -> bytes:
    data = bytearray()
    while len(data) < count and (piece := sock.recv(count - len(data))):
        data += piece
    return bytes(data)


def read_to_end(sock: socket.socket) -> bytes:
    """Everything until the end; a reset is an end."""
    data = bytearray()
    try:
        while piece := sock.recv(262_144):
            data += piece
    except ConnectionResetError:
        pass
    return bytes(data)


def refusal(topology: Topology, authority: str, **options) -> tuple[int, bytes]:
    with pytest.raises(Refused) as error:
        tunnel(topology, authority, **options).close()
    return error.value.status, error.value.body


def outcome(topology: Topology, *texts: str) -> audit.Row:
    return wait_until(lambda: audit.about(audit.outcomes(topology.audit()), *texts), 5, f"an outcome with {texts}")[-1]


# What passes.


def test_tls_is_end_to_end(world, authority, secure):
    with connect_tls(world.proxy, "secure.test", 443, authority.path, proxy_headers=[world.identity()]) as sock:
        sock.sendall(
            b"GET /here HTTP/1.1\r\nHost: secure.test\r\nAuthorization: Bearer own\r\nConnection: close\r\n\r\n"
        )
        assert b"200 OK" in read_to_end(sock)
    (request,) = secure.requests
    assert request.value("authorization") == "Bearer own" and secure.connections[0].server_name == "secure.test"


def test_bytes_are_untouched_in_both_directions(world, origin):
    hello, data = client_hello(), secrets.token_bytes(20 << 20)
    with tunnel(world) as sock:
        sender = threading.Thread(target=lambda: sock.sendall(hello + data))
        sender.start()
        assert read(sock, len(hello) + len(data)) == hello + data
        sender.join()
    assert origin.raw == hello + data


def test_the_hello_may_come_in_any_pieces(world, origin):
    hello = client_hello()
    with tunnel(world) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in hello[:-1]:
            sock.sendall(bytes([byte]))
        time.sleep(0.2)
        assert not origin.raw, "bytes went up before the hello named its server"
        sock.sendall(hello[-1:] + b"more")
        assert read(sock, len(hello) + 4) == hello + b"more"
    assert origin.raw == hello + b"more"


def test_the_hello_may_come_in_several_records(world, origin):
    hello = client_hello()
    message = hello[5:]
    split = b"".join(
        b"\x16\x03\x01" + len(p).to_bytes(2, "big") + p for p in (message[:3], message[3:100], message[100:])
    )
    with opened(world, split):
        pass
    assert origin.raw == split


def test_bytes_behind_the_connect_are_not_lost(world, origin):
    hello = client_hello()
    with connected(world.proxy) as sock:
        head = f"CONNECT {AUTHORITY} HTTP/1.1\r\nHost: {AUTHORITY}\r\n{': '.join(world.identity())}\r\n\r\n"
        sock.sendall(head.encode() + hello)
        received = b""
        while len(received.partition(b"\r\n\r\n")[2]) < len(hello):
            received += sock.recv(65_536)
    assert received.startswith(b"HTTP/1.1 200") and received.endswith(hello)


@pytest.mark.parametrize("version", ["HTTP/1.0", "HTTP/1.1"])
@pytest.mark.parametrize("written", [AUTHORITY, "TUNNEL.test:443"])
def test_the_host_may_be_written_in_capitals_and_http_1_0_does(world, version, written):
    with tunnel(world, written, version=version) as sock:
        hello = client_hello("Tunnel.Test")
        sock.sendall(hello)
        assert read(sock, len(hello)) == hello


@attack(54)
def test_a_pattern_covers_its_hosts_and_each_tunnel_is_for_one(world, origin):
    with tunnel(world, "a.wide.test:443") as sock:
        hello = client_hello("a.wide.test")
        sock.sendall(hello)
        assert read(sock, len(hello)) == hello
    origin.forget()
    with tunnel(world, "a.wide.test:443") as sock:
        sock.sendall(client_hello("b.wide.test"))
        assert read_to_end(sock) == b""
    assert not origin.raw


def test_407_leaves_the_connection_open_for_the_key(world):
    with connected(world.proxy) as sock:
        with pytest.raises(Refused) as error:
            connect(sock, AUTHORITY)
        assert error.value.status == 407 and error.value.head.value("proxy-authenticate")
        connect(sock, AUTHORITY, [world.identity()])
        hello = client_hello()
        sock.sendall(hello)
        assert read(sock, len(hello)) == hello


def test_one_direction_may_end_before_the_other(world, origin):
    """Not only TLS ends its directions one by one; whoever closes first still gets the rest."""
    hello, data = client_hello(), secrets.token_bytes(1 << 20)

    def answer_at_the_end(connection):
        sink(connection)
        connection.sock.sendall(data)

    origin.behaviour = answer_at_the_end
    with tunnel(world) as sock:
        sock.sendall(hello)
        sock.shutdown(socket.SHUT_WR)
        assert read_to_end(sock) == data
    assert origin.raw == hello


def test_the_record_says_how_much_passed_and_how_long(world):
    hello = client_hello()
    with opened(world, hello) as sock:
        time.sleep(0.5)
        sock.sendall(b"x" * 1000)
        assert read(sock, 1000) == b"x" * 1000
    row = outcome(world, HOST)
    assert (row["event.outcome"], row["http.request.method"], row["postern.rule"]) == ("success", "CONNECT", "tunnel")
    assert row["http.request.body.bytes"] == row["http.response.body.bytes"] == len(hello) + 1000
    assert 500_000_000 < row["event.duration"] < 10_000_000_000
    (intent,) = audit.about(audit.intents(world.audit()), HOST)
    assert intent["http.request.id"] == row["http.request.id"] and HOST in intent["url.full"]


# What does not.

WRONG_BEGINNINGS = {
    "another name": (lambda: client_hello("evil.test"), "server_name_mismatch"),
    "a longer name": (lambda: client_hello("a." + HOST), "server_name_mismatch"),
    "no name": (lambda: client_hello(None), "server_name_mismatch"),
    "HTTP": (lambda: b"GET / HTTP/1.1\r\nHost: tunnel.test\r\n\r\n", "client_tls_failed"),
    "SSH": (lambda: b"SSH-2.0-OpenSSH_9.2\r\n", "client_tls_failed"),
    "SSLv2": (lambda: bytes.fromhex("802e0103010015000000100000ff") + bytes(34), "client_tls_failed"),
    "one wrong byte": (lambda: b"\x17", "client_tls_failed"),
    "another message": (lambda: b"\x16\x03\x03\x00\x04\x02\x00\x00\x00", "client_tls_failed"),
    "an endless hello": (lambda: b"\x16\x03\x01\x40\x00\x01\xff\xff\xff" + bytes(16_380), "client_tls_failed"),
}


@attack(53, 54)
@pytest.mark.parametrize("name", list(WRONG_BEGINNINGS))
def test_what_does_not_begin_with_tls_for_its_host_is_closed(world, origin, name):
    make, code = WRONG_BEGINNINGS[name]
    with tunnel(world) as sock:
        started = time.monotonic()
        sock.sendall(make())
        assert read_to_end(sock) == b""
        assert time.monotonic() - started < 1
    assert not origin.raw, "bytes reached the origin"
    assert outcome(world, HOST)["error.code"] == code
    wait_until(lambda: not any(c.is_open for c in origin.connections), 3, "the origin's connection is closed")


def test_a_client_that_says_nothing_is_closed(world, origin):
    with tunnel(world) as sock:
        started = time.monotonic()
        assert read_to_end(sock) == b""
        assert time.monotonic() - started < IDLE_SECONDS + 20
    assert not origin.raw


def test_a_tunnel_without_traffic_is_closed(world, origin):
    with opened(world) as sock:
        started = time.monotonic()
        assert read_to_end(sock) == b""
        assert IDLE_SECONDS - 0.5 < time.monotonic() - started < IDLE_SECONDS + 15
    assert outcome(world, HOST)["error.code"] == "tunnel_idle"
    wait_until(lambda: not any(c.is_open for c in origin.connections), 3, "the origin's connection is closed")


def test_traffic_in_one_direction_keeps_it_open(world, origin):
    origin.behaviour = sink
    with tunnel(world) as sock:
        sock.sendall(client_hello())
        for _ in range(2 * IDLE_SECONDS + 1):
            time.sleep(0.6)
            sock.sendall(b"x")
        wait_until(lambda: origin.raw.endswith(b"x" * (2 * IDLE_SECONDS + 1)), 2, "all of it arrives")


@pytest.mark.parametrize("written", ["other.test:443", f"{HOST}:22", f"{HOST}:80", f"a.{HOST}:443", "wide.test:443"])
def test_what_no_rule_names_is_refused_before_anything_is_opened(world, origin, written):
    status, body = refusal(world, written)
    assert status == 403 and b'"no_grant"' in body
    assert not origin.connections and not audit.intents(world.audit())
    world.denial("no_grant", written.partition(":")[0])


@pytest.mark.parametrize(
    "written",
    [HOST, f"{HOST}:", f"{HOST}:0", f"{HOST}:65536", f"u@{AUTHORITY}", f"https://{AUTHORITY}", "/", f"{AUTHORITY}/"],
)
def test_connect_takes_one_host_and_port(world, origin, written):
    with connected(world.proxy) as sock:
        sock.sendall(
            f"CONNECT {written} HTTP/1.1\r\nHost: {AUTHORITY}\r\n{': '.join(world.identity())}\r\n\r\n".encode()
        )
        assert read_to_end(sock).startswith(b"HTTP/1.1 400 ")
    assert not origin.connections


def test_another_agents_rule_is_not_ones_own(world):
    assert refusal(world, AUTHORITY, agent=B)[0] == 403


def test_a_tunnel_rule_lets_no_request_through(world, origin):
    for scheme in ("http", "https"):
        assert world.ask("GET", f"{scheme}://{HOST}/").code == "no_grant"
    assert not origin.connections


@attack(67)
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_private_addresses_are_refused_as_for_requests(world, host):
    status, body = refusal(world, f"{host}:{world.canary.port}")
    assert status == 403 and b'"destination_prohibited"' in body
    world.assert_untouched(world.canary)


def test_postern_itself_is_no_destination(make_topology):
    topology = make_topology()
    config = topology.config.copy()
    config.add("egress", agent=A, hosts=[f"127.0.0.1:{topology.daemon.port}"], allow_private=True, tunnel=True)
    topology.daemon.reload(config.text())
    status, body = refusal(topology, f"127.0.0.1:{topology.daemon.port}")
    assert status == 502 and b'"loop_detected"' in body


def test_an_address_has_no_server_name(make_topology, origin):
    origin.forget()
    rule = {"agent": A, "hosts": [f"127.0.0.1:{origin.port}"], "allow_private": True, "tunnel": True}
    topology = make_topology(lambda _, config: config.add("egress", **rule))
    with tunnel(topology, f"127.0.0.1:{origin.port}") as sock:
        hello = client_hello(None)
        sock.sendall(hello)
        assert read(sock, len(hello)) == hello
    origin.forget()
    with tunnel(topology, f"127.0.0.1:{origin.port}") as sock:
        sock.sendall(client_hello("evil.test"))
        assert read_to_end(sock) == b""
    assert not origin.raw


def test_an_origin_that_cannot_be_reached_is_told_before_200(make_topology):
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    rule = {"agent": A, "hosts": [HOST], "connect_to": f"127.0.0.1:{port}", "tunnel": True}
    status, body = refusal(make_topology(lambda _, config: config.add("egress", **rule)), AUTHORITY)
    assert status == 502 and b'"connection_refused"' in body


def test_tunnels_count_as_requests_that_run(make_topology, origin):
    origin.forget()
    rule = {"agent": A, "hosts": [HOST], "connect_to": origin.authority, "tunnel": True, "concurrent_requests": 1}
    topology = make_topology(lambda _, config: config.add("egress", **rule))
    with opened(topology):
        status, body = refusal(topology, AUTHORITY)
        assert status == 429 and b'"too_many_requests"' in body

    def free() -> bool:
        try:
            tunnel(topology).close()
        except Refused:
            return False
        return True

    wait_until(free, 3, "the tunnel's place is free again")


def test_a_host_that_requests_may_go_to_is_intercepted(make_topology, origin):
    origin.forget()
    rule = {"agent": A, "hosts": ["good.test"], "connect_to": origin.authority, "tunnel": True}
    topology = make_topology(lambda _, config: config.add("egress", **rule))
    authority = topology.directory / "state/ca/ca.pem"
    with connect_tls(topology.proxy, "good.test", 443, authority, proxy_headers=[topology.identity()]) as sock:
        sock.sendall(b"GET /v1/ok HTTP/1.1\r\nHost: good.test\r\nConnection: close\r\n\r\n")
        assert b"200 OK" in read_to_end(sock)
    assert not origin.connections


# What ends it.


@attack(66, 115)
@pytest.mark.parametrize("change", ["rule", "agent"])
def test_a_reload_without_its_rule_cuts_it(own_world, origin, change):
    with opened(own_world) as sock:
        config = own_world.config.copy()
        if change == "rule":
            config.remove("egress", name="tunnel")
        else:
            config.find("agent", name=A)["key"] = own_world.secret_file("new-key", "pak_" + "n" * 40)
        own_world.daemon.reload(config.text())
        started = time.monotonic()
        assert read_to_end(sock) == b""
        assert time.monotonic() - started < 1
    assert outcome(own_world, HOST)["error.code"] == "grant_withdrawn"
    wait_until(lambda: not any(c.is_open for c in origin.connections), 3, "the origin's connection is closed")


def test_a_reload_that_leaves_its_rule_leaves_it(own_world):
    with opened(own_world) as sock:
        config = own_world.config.copy()
        config.remove("egress", name="secure")
        own_world.daemon.reload(config.text())
        time.sleep(0.5)
        sock.sendall(b"still there")
        assert read(sock, 11) == b"still there"


def test_either_side_ends_both(world, origin):
    with opened(world):
        pass
    wait_until(lambda: not origin.connections[0].is_open, 3, "the origin's connection is closed")
    origin.behaviour = lambda connection: connection.sock.sendall(connection.receive()[:4])
    with tunnel(world) as sock:
        hello = client_hello()
        sock.sendall(hello)
        assert read_to_end(sock) == hello[:4]


def test_a_client_that_does_not_read_stops_the_origin_not_the_memory(world, origin):
    sent = []

    def flood(connection):
        connection.receive()
        for _ in range(1000):
            connection.sock.sendall(b"x" * 65_536)
            sent.append(None)

    origin.behaviour = flood
    with tunnel(world) as sock:
        sock.sendall(client_hello())
        before = world.daemon.resident()
        time.sleep(1)
        assert len(sent) < 900, "everything was sent to a client that reads nothing"
        assert world.daemon.resident() - before < 8 << 20
        count = len(read_to_end(sock))
    assert count == 1000 * 65_536, outcome(world, HOST)


def test_the_daemons_end_ends_it(own_world):
    with opened(own_world) as sock:
        own_world.daemon.terminate()
        assert read_to_end(sock) == b""
