"""WebSockets: a real client and a real server with Postern between them, and servers that break the rules."""

from __future__ import annotations

import secrets
import threading
import time

import pytest
from support import audit
from support.origin import CLOSE, answer
from support.tls import connect_tls
from support.topology import A, B, Topology
from support.waiting import wait_until
from support.websocket import (
    BINARY,
    CLOSING,
    CONTINUATION,
    PING,
    TEXT,
    WebSocketServer,
    direct,
    echo,
    frame,
    masked,
    messages,
    opening_lines,
    read_frames,
    scripted,
    through_connect,
)
from websockets.exceptions import ConnectionClosed, InvalidStatus

attack = pytest.mark.attack
ECHO = "wss://open.test/echo"
IDLE_SECONDS = 2


@pytest.fixture(scope="module")
def server(authority):
    one = WebSocketServer(authority.leaf("open.test", "egress.test"))
    yield one
    one.close()


def websockets_allowed(server):
    """``good`` answers by script, ``open`` and ``egress`` are real servers."""

    def edit(topology: Topology, config) -> None:
        config.find("provider", name="open").update(connect_to=server.authority)
        config.find("egress", agent=A).update(connect_to=server.authority, websocket=True)
        for secret in ("good", "open-a"):
            config.find("grant", secret=secret).update(websocket=True)
        config.set("timeouts", tunnel_idle_s=IDLE_SECONDS)

    return edit


@pytest.fixture(scope="module")
def _running(authority, server):
    topology = Topology(authority, websockets_allowed(server))
    yield topology
    topology.close()


@pytest.fixture
def world(_running, server):
    """Postern with WebSockets allowed; what clients and origins saw is checked after the test."""
    server.forget()
    _running.begin()
    yield _running
    _running.verify()


@pytest.fixture
def own_world(make_topology, server):
    """A Postern of the test's own, for those that reload it."""
    server.forget()
    return make_topology(websockets_allowed(server))


def raw(topology: Topology, *lines: str, path: str = "/v1/ws"):
    """A WebSocket to ``good``, opened by hand over plain HTTP: the client, and the answer's head."""
    client = topology.connect()
    client.send(topology.head("GET", f"http://good.test{path}", *opening_lines(*lines)))
    return client, client.response()


def outcome(topology: Topology, *texts: str) -> audit.Row:
    return wait_until(lambda: audit.about(audit.outcomes(topology.audit()), *texts), 5, f"an outcome with {texts}")[-1]


# What works.


def test_ten_thousand_messages_come_back_in_order(world):
    with through_connect(world, ECHO, A) as socket:
        sent = [secrets.token_hex(1 + i % 200) if i % 2 else secrets.token_bytes(i % 300) for i in range(10_000)]

        def send():
            for message in sent:
                socket.send(message)

        sender = threading.Thread(target=send)
        sender.start()
        assert [socket.recv(10) for _ in sent] == sent
        sender.join()


@pytest.mark.parametrize("is_text", [False, True], ids=["binary", "text"])
def test_a_message_of_16_mb_comes_back(world, is_text):
    message = secrets.token_hex(8 << 20) if is_text else secrets.token_bytes(16 << 20)
    with through_connect(world, ECHO, A) as socket:
        socket.send(message)
        assert socket.recv(30) == message


def test_a_message_in_fragments_is_one_message(world):
    with through_connect(world, ECHO, A) as socket:
        socket.send(["one ", "", "two ", "three"])
        assert socket.recv(5) == "one two three"
        socket.send("ü" * 1000)
        assert socket.recv(5) == "ü" * 1000


def test_pings_and_pongs_pass_both_ways(world, server):
    answered = threading.Event()

    def ping(connection):
        if connection.ping(b"from the server").wait(5):
            answered.set()
        echo(connection)

    server.handlers["/ping"] = ping
    with through_connect(world, "wss://open.test/ping", A) as socket:
        assert socket.ping(b"from the client").wait(5)
        assert wait_until(answered.is_set, 5, "the server's ping is answered")


@pytest.mark.parametrize("code, reason", [(1000, "done"), (1011, ""), (3000, "x" * 100), (4999, "bye, ü")])
def test_the_servers_close_code_and_reason_arrive(world, server, code, reason):
    server.handlers["/close"] = lambda connection: connection.close(code, reason)
    with through_connect(world, "wss://open.test/close", A) as socket:
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(5)
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (code, reason)


@pytest.mark.parametrize("code, reason", [(1000, ""), (1001, "gone"), (4000, "private")])
def test_the_clients_close_code_and_reason_arrive(world, server, code, reason):
    with through_connect(world, ECHO, A) as socket:
        socket.close(code, reason)
    connection = server.connections[0]
    wait_until(lambda: connection.close_code, 5, "the server knows of the end")
    assert (connection.close_code, connection.close_reason) == (code, reason)


def test_the_opening_carries_our_credential_and_no_other(world, server):
    fields = {
        "X-Api-Key": "placeholder",
        "Authorization": "Bearer mine",
        "Cookie": "a=b",
        "Origin": "https://open.test",
    }
    with through_connect(world, ECHO, A, additional_headers=fields, subprotocols=["chat", "v2"]) as socket:
        assert not socket.protocol.extensions, "permessage-deflate was agreed on under a grant"
    (seen,) = server.handshakes
    values = {name: [v for n, v in seen if n == name] for name, _ in seen}
    assert values["x-api-key"] == [world.secrets["open-a"]]
    assert not {"authorization", "cookie", "proxy-authorization", "sec-websocket-extensions"} & set(values)
    assert values["upgrade"] == ["websocket"] and values["connection"] == ["Upgrade"]
    assert values["host"] == ["open.test"] and values["sec-websocket-version"] == ["13"]
    assert "".join(values["sec-websocket-protocol"]).replace(" ", "") == "chat,v2"


def test_compression_is_agreed_on_end_to_end_where_nothing_is_injected(world, server):
    with through_connect(world, "wss://egress.test/echo", A) as socket:
        assert [e.name for e in socket.protocol.extensions] == ["permessage-deflate"]
        socket.send("a" * 100_000)
        assert socket.recv(5) == "a" * 100_000
    assert "x-api-key" not in {name for name, _ in server.handshakes[0]}


def test_a_base_url_opens_one_without_a_proxy(world, server):
    url = f"ws://127.0.0.1:{world.daemon.port}/via/open/echo"
    with direct(url, additional_headers={"X-Api-Key": world.keys[A]}) as socket:
        socket.send("hello")
        assert socket.recv(5) == "hello"
    assert [v for n, v in server.handshakes[0] if n == "x-api-key"] == [world.secrets["open-a"]]


def test_absolute_form_opens_one(world):
    world.good.routes["/v1/ws"] = scripted(frame(TEXT, b"hello"), frame(CLOSING))
    client, head = raw(world)
    with client:
        assert head.status == 101 and head.value("sec-websocket-accept")
        assert read_frames(client) == [(0x81, b"hello"), (0x88, b"")]


def test_bytes_that_follow_the_servers_answer_at_once_are_not_lost(world):
    world.good.routes["/v1/ws"] = lambda request: [next(scripted()(request)) + frame(TEXT, b"at once"), 0.3, CLOSE]
    client, head = raw(world)
    with client:
        assert head.status == 101 and read_frames(client) == [(0x81, b"at once")]


def test_it_is_recorded_like_a_request(world):
    with through_connect(world, ECHO, A) as socket:
        for _ in range(10):
            socket.send("x" * 1000)
            socket.recv(5)
    row = outcome(world, "open.test:443/echo")
    assert row["event.outcome"] == "success" and row["http.response.status_code"] == 101
    assert row["http.request.body.bytes"] > 10_000 and row["http.response.body.bytes"] > 10_000
    assert 0 < row["event.duration"] < 60_000_000_000
    assert len(audit.about(audit.intents(world.audit()), "open.test:443/echo")) == 1


# What is refused.


def refused(topology: Topology, url: str, agent: str, **options) -> InvalidStatus:
    with pytest.raises(InvalidStatus) as error:
        through_connect(topology, url, agent, **options)
    return error.value


def test_a_grant_has_to_allow_it(world, server):
    config = world.config
    assert "websocket" not in config.find("grant", secret="open-b")
    error = refused(world, ECHO, B)
    assert error.response.status_code == 403
    assert b'"policy_denied"' in error.response.body and b"websocket = true" in error.response.body
    assert not server.connections
    world.denial("policy_denied", "websocket = true")


@attack(18)
@pytest.mark.parametrize("protocol", ["h2c", "TLS/1.0", "foo", "websocket2"])
def test_other_upgrades_are_left_out(world, protocol):
    response = world.ask("GET", "http://good.test/v1/ok", [("Connection", "Upgrade"), ("Upgrade", protocol)])
    assert response.status == 200
    assert not {"upgrade", "connection"} & world.good.requests[0].names()


WRONG_OPENINGS = {
    "no key": ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"],
    "a short key": [
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: YQ==",
    ],
    "another version": [line.replace("13", "8") for line in opening_lines()],
    "two keys": opening_lines("Sec-WebSocket-Key: c2l4dGVlbiBieXRlcyBvaw=="),
    "a body": opening_lines("Content-Length: 4"),
}


@attack(18)
@pytest.mark.parametrize("name", list(WRONG_OPENINGS))
def test_an_opening_that_no_server_could_grant_is_malformed(world, name):
    with world.connect() as client:
        client.send(world.head("GET", "http://good.test/v1/ws", *WRONG_OPENINGS[name]))
        response = client.response()
    assert (response.status, response.code) == (400, "malformed_request")
    world.assert_untouched(world.good)


def test_a_server_may_say_no(world):
    world.good.routes["/v1/ws"] = lambda request: answer(b"no", 401, reason="No")
    client, response = raw(world)
    with client:
        assert (response.status, response.body, response.code) == (401, b"no", None)
        assert world.ask("GET", "http://good.test/v1/ok", client=client).status == 200


@attack(20)
def test_bytes_behind_a_refused_opening_are_judged_as_a_request(world):
    world.good.routes["/v1/ws"] = lambda request: answer(b"no", 200)
    with world.connect() as client:
        client.send(
            world.head("GET", "http://good.test/v1/ws", *opening_lines()),
            world.head("GET", "http://good.test/admin"),
        )
        assert client.response().body == b"no"
        assert client.response().code == "policy_denied"
    assert [request.path for request in world.good.requests] == ["/v1/ws"]


def test_bytes_behind_an_opening_wait_for_the_servers_agreement(world, server):
    with world.connect() as client:
        client.send(world.head("GET", "http://open.test/echo", *opening_lines()), masked(frame(TEXT, b"early")))
        assert client.response().status == 101
        assert read_frames(client, 1) == [(0x81, b"early")]


WRONG_AGREEMENTS = {
    "another Accept": lambda head: head.replace(b"Accept: ", b"Accept: x"),
    "another protocol": lambda head: head.replace(b"Upgrade: websocket", b"Upgrade: h2c"),
    "no Connection": lambda head: head.replace(b"Connection: Upgrade\r\n", b""),
    "a length": lambda head: head.replace(b"Upgrade: web", b"Content-Length: 4\r\nUpgrade: web"),
    "an extension": lambda head: head.replace(
        b"Upgrade: web", b"Sec-WebSocket-Extensions: permessage-deflate\r\nUpgrade: web"
    ),
    "a subprotocol": lambda head: head.replace(b"Upgrade: web", b"Sec-WebSocket-Protocol: mine\r\nUpgrade: web"),
}


@pytest.mark.parametrize("name", list(WRONG_AGREEMENTS))
def test_an_answer_that_agrees_to_something_else_is_refused(world, name):
    world.good.routes["/v1/ws"] = lambda request: [
        WRONG_AGREEMENTS[name](next(scripted()(request))) + frame(TEXT, b"HTTP/1.1 200 OK"),
        0.2,
        CLOSE,
    ]
    client, response = raw(world, "Sec-WebSocket-Extensions: permessage-deflate")
    with client:
        assert (response.status, response.code) == (502, "response_malformed")


@attack(19)
def test_a_101_that_nobody_asked_for_is_refused(world):
    world.good.routes["/v1/ws"] = scripted(frame(TEXT, b"hello"))
    assert world.ask("GET", "http://good.test/v1/ws").code == "response_malformed"


BROKEN_FRAMES = {
    "a reserved bit": frame(TEXT, b"x", reserved=0x40),
    "an unknown opcode": frame(3, b"x"),
    "a mask": masked(frame(TEXT, b"x")),
    "a continuation of nothing": frame(CONTINUATION, b"x"),
    "a long ping": b"\x89\x7e\x00\x7e" + b"x" * 126,
    "a ping in fragments": frame(PING, b"x", final=False),
    "a length of 2^63": b"\x81\x7f\x80" + bytes(7),
    "not the shortest length": b"\x81\x7e\x00\x01x",
    "close code 1005": frame(CLOSING, b"\x03\xed"),
}


@attack(91)
@pytest.mark.parametrize("name", list(BROKEN_FRAMES))
def test_a_server_that_breaks_the_protocol_is_cut_off(world, name):
    secret = world.secrets["good"].encode()
    world.good.routes["/v1/ws"] = scripted(frame(TEXT, b"before"), BROKEN_FRAMES[name], frame(TEXT, secret), 2)
    client, head = raw(world)
    with client:
        assert head.status == 101
        started = time.monotonic()
        frames = read_frames(client)
        assert time.monotonic() - started < 1
        assert frames == [(0x81, b"before"), (0x88, b"\x03\xea")]
    assert outcome(world, "good.test")["error.code"] == "response_malformed"


# What must not come back.


def star(secret: str) -> str:
    return "*" * len(secret)


@attack(91)
def test_a_credential_in_a_message_is_masked(world, server):
    secret = world.secrets["open-a"]

    def tell(connection):
        connection.send(f"your key is {secret}, remember it")
        connection.send([secret[:3], secret[3:4], secret[4:], "!"])
        connection.send(list(secret))
        connection.send(b"\x00" + secret.encode() + b"\xff")
        connection.send("x" * 70_000 + secret)
        connection.ping(secret.encode())
        connection.close(4000, secret)

    server.handlers["/tell"] = tell
    server.headers = [("X-Key", secret)]
    with through_connect(world, "wss://open.test/tell", A) as socket:
        assert socket.response.headers["X-Key"] == star(secret)
        assert socket.recv(5) == f"your key is {star(secret)}, remember it"
        assert socket.recv(5) == star(secret) + "!"
        assert socket.recv(5) == star(secret)
        assert socket.recv(5) == b"\x00" + star(secret).encode() + b"\xff"
        assert socket.recv(5) == "x" * 70_000 + star(secret)
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(5)
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4000, star(secret))
    assert outcome(world, "open.test:443/tell")["postern.scrubbed"] == 8


@attack(91)
def test_a_credential_is_masked_however_its_bytes_arrive(world):
    secret = world.secrets["good"].encode()
    whole = frame(TEXT, b"<" + secret + b">")
    pieces = [frame(TEXT, b"<" + secret[:1], final=False), frame(PING, b"p")]
    pieces += [frame(CONTINUATION, secret[i : i + 1], final=False) for i in range(1, len(secret))]
    parts = [part for byte in whole for part in (bytes([byte]), 0.002)]
    parts += [part for piece in [*pieces, frame(CONTINUATION, b">")] for part in (piece, 0.002)]
    world.good.routes["/v1/ws"] = scripted(*parts, *pieces, frame(CONTINUATION, b">"), frame(CLOSING))
    client, head = raw(world)
    with client:
        assert head.status == 101
        text = (TEXT, b"<" + star(world.secrets["good"]).encode() + b">")
        received = read_frames(client)
        assert messages(received) == [text, (PING, b"p"), text, (PING, b"p"), text, (CLOSING, b"")]
    world.recording.new().extend(b"".join(payload for _, payload in received))


def test_what_cannot_become_a_secret_does_not_wait(world):
    secret = world.secrets["good"].encode()
    world.good.routes["/v1/ws"] = scripted(
        frame(TEXT, b"first", final=False),
        0.5,
        frame(CONTINUATION, b"second " + secret[:4], final=False),
        0.5,
        frame(CONTINUATION, b"no."),
        0.5,
        b"\x81\x06ab.",
        0.5,
        b"de.",
    )
    client, head = raw(world)
    with client:
        started = time.monotonic()
        expected = [(0x01, b"first"), (0x00, b"second "), (0x80, secret[:4] + b"no."), (0x01, b"ab."), (0x80, b"de.")]
        for step, one in enumerate(expected):
            assert read_frames(client, 1) == [one]
            assert time.monotonic() - started < 0.5 * step + 0.4


def test_binary_messages_are_searched_as_text_is(world):
    secret = world.secrets["good"].encode()
    world.good.routes["/v1/ws"] = scripted(frame(BINARY, secret.hex().encode() + b"\0"))
    client, _ = raw(world)
    with client:
        assert read_frames(client) == [(0x82, b"*" * 2 * len(secret) + b"\0")]


# Limits and ends.


def test_one_that_says_nothing_is_ended(world, server):
    with through_connect(world, ECHO, A) as socket:
        started = time.monotonic()
        with pytest.raises(ConnectionClosed):
            socket.recv(IDLE_SECONDS + 5)
        assert IDLE_SECONDS - 0.5 < time.monotonic() - started < IDLE_SECONDS + 2
    assert outcome(world, "open.test:443/echo")["error.code"] == "tunnel_idle"
    wait_until(lambda: server.connections[0].close_code is not None, 5, "the server's end is closed, too")


def test_one_that_talks_now_and_then_goes_on(world):
    with through_connect(world, ECHO, A) as socket:
        for _ in range(2 * IDLE_SECONDS + 1):
            time.sleep(0.6)
            socket.ping().wait(2)
        socket.send("still there")
        assert socket.recv(5) == "still there"


@attack(66, 115)
@pytest.mark.parametrize("change", ["websocket", "grant", "agent"])
def test_what_a_reload_revokes_is_closed_within_a_second(own_world, server, change):
    with through_connect(own_world, ECHO, A) as socket:
        socket.send("hello")
        assert socket.recv(5) == "hello"
        config = own_world.config.copy()
        if change == "websocket":
            del config.find("grant", secret="open-a")["websocket"]
        elif change == "grant":
            config.remove("grant", secret="open-a")
        else:
            config.find("agent", name=A)["key"] = own_world.secret_file("new-key", "pak_" + "n" * 40)
        own_world.daemon.reload(config.text())
        started = time.monotonic()
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(5)
        assert time.monotonic() - started < 1 and closed.value.rcvd.code == 1008
    assert outcome(own_world, "open.test:443/echo")["error.code"] == "grant_withdrawn"
    wait_until(lambda: server.connections[0].close_code is not None, 5, "the server's end is closed, too")


def test_what_a_reload_leaves_alone_goes_on(own_world):
    with through_connect(own_world, ECHO, A) as socket:
        config = own_world.config.copy()
        config.remove("grant", secret="query")
        own_world.daemon.reload(config.text())
        time.sleep(0.5)
        socket.send("still there")
        assert socket.recv(5) == "still there"


def test_a_client_that_does_not_read_stops_the_server_not_the_memory(world, server):
    sent = []

    def flood(connection):
        for _ in range(1000):
            connection.send(b"x" * 65_536)
            sent.append(None)

    server.handlers["/flood"] = flood
    with through_connect(world, "wss://open.test/flood", A, max_queue=1) as socket:
        before = world.daemon.resident()
        time.sleep(1)
        assert len(sent) < 900, "everything was sent to a client that reads nothing"
        assert world.daemon.resident() - before < 16 << 20
        for _ in range(1000):
            assert len(socket.recv(5)) == 65_536


def test_a_client_that_goes_away_takes_the_upstream_with_it(world, server):
    socket = connect_tls(
        world.proxy, "open.test", 443, world.directory / "state/ca/ca.pem", proxy_headers=[world.identity()]
    )
    lines = ["GET /echo HTTP/1.1", "Host: open.test", *opening_lines(), "", ""]
    socket.sendall("\r\n".join(lines).encode())
    assert socket.recv(4096).startswith(b"HTTP/1.1 101")
    socket.close()
    wait_until(lambda: server.connections and server.connections[0].close_code is not None, 3, "the server is told")
    outcome(world, "open.test:443/echo")


def test_a_server_that_goes_away_takes_the_client_with_it(world):
    world.good.routes["/v1/ws"] = scripted(frame(TEXT, b"last words"))
    client, _ = raw(world)
    with client:
        assert read_frames(client) == [(0x81, b"last words")]


def test_the_daemons_end_ends_them(own_world):
    with through_connect(own_world, ECHO, A) as socket:
        own_world.daemon.terminate()
        with pytest.raises(ConnectionClosed):
            socket.recv(5)
