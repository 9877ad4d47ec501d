"""CONNECT and the TLS inside it, where they try to be for another place than was granted (attacks 52 to 56, 73, 74)."""

from __future__ import annotations

import socket
import ssl
import struct
import time

import pytest

from support.audit import denials
from support.client import RawClient, request
from support.entries import CONNECT_H1, CONNECT_H2
from support.expect import table
from support.h2wire import PREFACE, Flag, Frame, block, frame
from support.h2wire import request as fields
from support.http1 import Closed
from support.http2 import H2Connection
from support.origin import RecordingOrigin, send_at_once
from support.tls import Refused, connect, connect_tls, connected, trusting
from support.topology import A, B, Topology
from support.waiting import wait_until

attack = pytest.mark.attack
by_h1 = pytest.mark.entries(CONNECT_H1)
by_both = pytest.mark.entries(CONNECT_H1, CONNECT_H2)
pytestmark = by_h1


@pytest.fixture(scope="module")
def _shared(authority):
    """Knows a host, besides the usual ones, that a tunnel leads to."""
    origin = RecordingOrigin(authority.leaf("tunnel.test"), "tunnel")

    def edit(_topology, config):
        config.set("timeouts", request_head_s=2)
        config.add("egress", name="tunnel", agent=A, hosts=["tunnel.test"], tunnel=True, connect_to=origin.authority)

    topology = Topology(authority, edit)
    topology.tunnelled = origin
    yield topology
    topology.close()
    origin.close()


@pytest.fixture(autouse=True)
def _clean_record(_shared):
    _shared.tunnelled.forget()


def opened(topology, host: str = "good.test", port: int = 443) -> socket.socket:
    """What CONNECT has opened, before TLS."""
    sock = connected(topology.socket_path(A), 5)
    connect(sock, f"{host}:{port}")
    return sock


def inside(topology, **options) -> RawClient:
    """A client of the agent's in TLS with HTTP/1.1."""
    host = options.pop("host", "good.test")
    sock = connect_tls(topology.socket_path(A), host, 443, topology.local_authority, **options)
    return RawClient(None, topology.recording, sock=sock, timeout=5)


def by_tcp(topology, alpn: str) -> ssl.SSLSocket:
    """TLS to the proxy's port, where a key says who asks."""
    key = [topology.identity()]
    return connect_tls(topology.proxy, "good.test", 443, topology.local_authority, [alpn], key, timeout=5)


def ends(sock: socket.socket, within: float = 4.0) -> bytes:
    """What comes until the connection ends, which it must."""
    sock.settimeout(within)
    received = b""
    try:
        while data := sock.recv(65536):
            received += data
    except ConnectionResetError:
        pass
    return received


# The authority of CONNECT.


def authorities(topology) -> list[str]:
    port, canary = topology.good.port, topology.canary.port
    return [
        f"127.0.0.1:{port}",
        f"127.0.0.1:{canary}",
        f"localhost:{canary}",
        "good.test",
        "good.test:",
        "good.test:0",
        "good.test:65979",
        "good.test:80",
        "good.test:0443",
        "good.test:+443",
        "good.test: 443",
        "evil.test:443",
        "x.good.test:443",
        "good.test.evil.test:443",
        "plain.test:443",
        f"good.test@127.0.0.1:{canary}",
        "evil.test@good.test:443",
        "@good.test:443",
        f"user:pass@127.0.0.1:{canary}",
        "http://good.test:443",
        f"http://127.0.0.1:{canary}/",
        f"http://good.test@127.0.0.1:{canary}/",
        "good.test:443/v1/ok",
        "good.test:443/",
        "good.test:443?x",
        "good.test:443#x",
        "/good.test:443",
        f"127.0.0.1:{canary}/x",
        f"[::1]:{canary}",
        f"[::ffff:127.0.0.1]:{canary}",
        "[good.test]:443",
        f"2130706433:{canary}",
        f"0x7f000001:{canary}",
        f"127.1:{canary}",
        f"0:{canary}",
        "good.test\0:443",
        "good.test%00:443",
        "good.test\0.evil.test:443",
        f"[::1%25lo]:{canary}",
        "good%2etest:443",
        ":443",
        "/run/x.sock",
        "*",
        "",
        "good.test:443:443",
        f"good.test:443\\@127.0.0.1:{canary}",
        "good.test:443,evil.test:443",
        "127.0.0.1:22",
        "unix:/run/x.sock",
        "gοod.test:443".encode().decode("latin-1"),
        "good.test\t:443",
        "-:443",
        "..:443",
        "a" * 300 + ".test:443",
    ]


@attack(52)
@pytest.mark.parametrize("host", ["as spelled", "good.test:443"])
@pytest.mark.parametrize("number", range(54))
def test_connect_to_what_is_not_granted(topology, number, host):
    """Refused before the 200 and before anything is dialled, whatever Host says."""
    authority = authorities(topology)[number]
    with topology.dial(agent_socket=A) as client:
        client.send(request("CONNECT", authority, authority if host == "as spelled" else host))
        response = client.response()
        assert response.status in (400, 403) and response.code
        client.send(b"\x16\x03\x01RAWBYTES" * 10 + b"\r\n\r\n")
        client.responses(0.2)
    topology.assert_untouched()
    wait_until(lambda: denials(topology.audit()), 3, "the denial is recorded")


@attack(52)
def test_every_form_is_tried(topology):
    assert len(authorities(topology)) == 54


@attack(52)
@table({"evil": "evil.test:443", "other port": "good.test:8443", "absent": None, "two": "good.test:443\r\nHost: x"})
def test_host_beside_connect(topology, row):
    """A client may leave it out, as HTTP/1.0 does: it says nothing that the authority does not."""
    with topology.dial(agent_socket=A) as client:
        client.send(request("CONNECT", "good.test:443", row))
        assert client.read_head().status in ((200, 400) if row is None else (400,))
    topology.assert_untouched()


@attack(52)
@table({"case": "GOOD.Test:443", "trailing dot": "good.test.:443"})
def test_spellings_of_the_granted_host_are_one(topology, row):
    """The same place, or none at all."""
    with topology.dial(agent_socket=A) as client:
        client.send(request("CONNECT", row, row))
        head = client.read_head()
        if head.status == 200:
            context = trusting(topology.local_authority, ["http/1.1"])
            sock = context.wrap_socket(client.sock, server_hostname="good.test")
            inner = RawClient(None, topology.recording, sock=sock, timeout=5)
            inner.send(request("GET", "/v1/ok", "good.test"))
            assert inner.response().status == 200
            assert topology.good.requests[0].values("host") == ["good.test"]
        else:
            assert head.status in (400, 403)


@attack(52)
@table({"length": "Content-Length: 5", "chunked": "Transfer-Encoding: chunked", "zero": "Content-Length: 0"})
def test_connect_has_no_body(topology, row):
    """A body that another reader takes for the beginning of the tunnel; none is the only one that may pass."""
    with topology.dial(agent_socket=A) as client:
        client.send(request("CONNECT", "good.test:443", "good.test:443", [tuple(row.split(": "))]) + b"hello")
        assert client.read_head().status in ((400,) if "0" not in row else (200, 400))
    topology.assert_untouched()


@attack(52)
def test_connect_without_a_key_or_with_a_wrong_one(topology):
    for agent, key in ((None, ""), (A, "wrong"), (B, topology.keys[A])):
        with topology.dial(source="127.47.0.1") as client:
            lines = [] if agent is None else [("Proxy-Authorization", f"Basic {key}")]
            client.send(request("CONNECT", "good.test:443", "good.test:443", lines))
            response = client.response()
            assert response.status == 407 and response.value("proxy-authenticate")
            client.send(request("CONNECT", "good.test:443", "good.test:443", [topology.identity()]))
            assert client.read_head().status == 200, "407 keeps the connection"
    topology.assert_untouched()


@attack(52)
def test_connect_by_an_agent_without_the_grant(topology):
    with topology.dial() as client:
        client.send(request("CONNECT", "good.test:443", "good.test:443", [topology.identity(B)]))
        assert client.response().code == "no_grant"
    topology.denial("good.test", B)


# What is sent into it.


def _hello(version: ssl.TLSVersion, alpn: list[str] | None = None, name: str | None = "good.test") -> bytes:
    """A ClientHello."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    if alpn:
        context.set_alpn_protocols(alpn)
    outgoing = ssl.MemoryBIO()
    try:
        context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname=name).do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


OPAQUE = {
    "raw": b"RAWBYTES\r\n\r\n",
    "zeros": bytes(2000),
    "a request": b"GET /v1/ok HTTP/1.1\r\nHost: good.test\r\n\r\n",
    "a request to the proxy": b"GET http://good.test/v1/ok HTTP/1.1\r\nHost: good.test\r\n\r\n",
    "preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9),
    "SSH": b"SSH-2.0-x\r\n",
    "SSLv2": bytes.fromhex("802e0100020015000000100100800700c0030080") + bytes(40),
    "SSLv3": bytes.fromhex("160300002f0100002b0300") + bytes(32) + bytes.fromhex("0000040005000a0100"),
    "an alert": bytes.fromhex("15030300020228"),
    "application data": bytes.fromhex("1703030020") + bytes(32),
    "a record too long": bytes.fromhex("160301ffff") + bytes(65535),
    "a hello that lies about its length": bytes.fromhex("160301002001ffffff") + bytes(28),
    "an empty record": bytes.fromhex("1603010000") * 50 + b"RAWBYTES",
}


@attack(53)
@pytest.mark.parametrize("host", ["good.test", "tunnel.test"])
@table(OPAQUE)
def test_what_is_no_tls(topology, row, host):
    """Closed, by interception as by a tunnel; nothing of it goes on."""
    with opened(topology, host) as sock:
        sock.sendall(row)
        answer = ends(sock)
        assert not answer or answer[0] == 0x15, f"something other than an alert: {answer[:80]!r}"
    topology.assert_untouched()
    assert not topology.tunnelled.raw
    assert not any(c.client_hello for c in topology.tunnelled.connections)


@attack(53)
@table({"1.0": ssl.TLSVersion.TLSv1, "1.1": ssl.TLSVersion.TLSv1_1})
def test_old_tls(topology, row):
    with opened(topology) as sock:
        sock.sendall(_hello(row))
        assert ends(sock)[:1] in (b"", b"\x15")
    topology.assert_untouched()


@attack(53)
@table({"foo": ["foo"], "HTTP/3": ["h3"], "SPDY": ["spdy/3.1"], "cleartext": ["h2c"], "HTTP/1.0": ["http/1.0"]})
def test_an_application_protocol_nobody_knows(topology, row):
    with opened(topology) as sock:
        sock.sendall(_hello(ssl.TLSVersion.TLSv1_2, row))
        assert ends(sock)[:1] == b"\x15"
    topology.assert_untouched()


@attack(53)
def test_known_and_unknown_application_protocols(topology):
    with inside(topology, alpn=["foo", "http/1.1"]) as client:
        assert client.sock.selected_alpn_protocol() == "http/1.1"
    sock = connect_tls(topology.socket_path(A), "good.test", 443, topology.local_authority, ["http/1.1", "h2"])
    assert sock.selected_alpn_protocol() in ("h2", "http/1.1")
    sock.close()


@attack(53)
@table({"good": "good.test", "tunnel": "tunnel.test"})
def test_a_hello_in_many_pieces(topology, row):
    """Cut between bytes and between records: still read, or ended; never let through unread."""
    hello = _hello(ssl.TLSVersion.TLSv1_2, ["http/1.1"], row)
    body = hello[5:]
    records = b"".join(
        b"\x16\x03\x01" + struct.pack("!H", len(body[at : at + 7])) + body[at : at + 7] for at in range(0, len(body), 7)
    )
    for message, piece in ((hello, 1), (records, 1000), (records, 3)):
        with opened(topology, row) as sock:
            for at in range(0, len(message), piece):
                sock.sendall(message[at : at + piece])
            sock.settimeout(5)
            assert sock.recv(1) in (b"\x16", b"\x15", b"")


@attack(53)
@table({"good": "good.test", "tunnel": "tunnel.test"})
def test_half_a_hello_is_not_waited_for(topology, row):
    hello = _hello(ssl.TLSVersion.TLSv1_2, ["http/1.1"], row)
    with opened(topology, row) as silent, opened(topology, row) as half:
        half.sendall(hello[:-1])
        started = time.monotonic()
        ends(half, 8)
        ends(silent, 8)
        assert time.monotonic() - started < 6
    topology.assert_untouched()
    assert not topology.tunnelled.raw


@attack(53)
def test_bytes_sent_along_with_connect_are_the_first_of_the_tunnel(topology):
    """Neither lost nor a request."""
    hello = _hello(ssl.TLSVersion.TLSv1_2, ["http/1.1"])
    with topology.dial(agent_socket=A) as client:
        client.send(request("CONNECT", "good.test:443", "good.test:443") + hello)
        assert client.read_head().status == 200
        while len(client.reader.buffer) < 6:
            assert client.reader.fill()
        assert client.reader.buffer[:1] == b"\x16" and client.reader.buffer[5] == 2, "a ServerHello"
    message = request("CONNECT", "good.test:443", "good.test:443") + topology.head("GET", "http://good.test/v1/ok")
    with topology.dial(agent_socket=A) as client:
        client.send(message)
        assert client.read_head().status == 200
        ends(client.sock)
    topology.assert_untouched()


# CONNECT, SNI and Host.

CASES = {
    "all good": ("good.test", "good.test", "good.test", 200),
    "SNI in other case": ("good.test", "GOOD.test", "good.test", 200),
    "Host in other case": ("good.test", "good.test", "GOOD.test", 200),
    "Host with the port": ("good.test", "good.test", "good.test:443", 200),
    "SNI of evil": ("good.test", "evil.test", "good.test", None),
    "SNI of another granted host": ("good.test", "open.test", "good.test", None),
    "Host of evil": ("good.test", "good.test", "evil.test", 421),
    "Host of another granted host": ("good.test", "good.test", "open.test", 421),
    "Host with another port": ("good.test", "good.test", "good.test:8443", 421),
    "SNI and Host of evil": ("good.test", "evil.test", "evil.test", None),
    "SNI and Host of another granted host": ("good.test", "open.test", "open.test", None),
    "CONNECT to evil": ("evil.test", "good.test", "good.test", 403),
    "no SNI": ("good.test", None, "good.test", None),
    "no SNI, Host of evil": ("good.test", None, "evil.test", None),
    "a longer SNI": ("good.test", "good.test.evil.test", "good.test", None),
    "a shorter SNI": ("good.test", "test", "good.test", None),
    "a wildcard, another name in SNI": ("a.wild.test", "b.wild.test", "b.wild.test", None),
    "a wildcard, another name in Host": ("a.wild.test", "a.wild.test", "b.wild.test", 421),
    "an address in SNI": ("good.test", "127.0.0.1", "good.test", None),
}


def _ask(topology, entry: str, name: str, sni: str | None, host: str) -> int:
    """The status a request gets."""
    alpn = "http/1.1" if entry == CONNECT_H1 else "h2"
    sock = connect_tls(topology.socket_path(A), name, 443, topology.local_authority, [alpn], sni=sni, timeout=5)
    if entry == CONNECT_H1:
        with RawClient(None, topology.recording, sock=sock, timeout=5) as client:
            return client.send(request("GET", "/v1/ok", host)).response().status
    with H2Connection(sock, recording=topology.recording) as connection:
        return connection.ask(fields("GET", host, "/v1/ok")).status


@attack(54)
@by_both
@table(CASES)
def test_connect_sni_and_host_agree(topology, entry, row):
    name, sni, host, expected = row
    try:
        status = _ask(topology, entry, name, sni, host)
    except Refused as refused:
        status = refused.status
    except (ssl.SSLError, ConnectionResetError, Closed, ValueError):
        status = None
    assert status == expected
    if expected != 200:
        topology.assert_untouched()
        topology.denial()
    else:
        assert topology.good.requests[0].values("host") == ["good.test"]
    topology.assert_untouched(topology.evil)


@attack(54)
@table(
    {
        "evil": "evil.test",
        "a granted host": "good.test",
        "none": None,
        "longer": "x.tunnel.test",
    }
)
def test_the_name_in_a_tunnel_is_that_of_connect(topology, row):
    """No byte of another name's hello reaches the origin."""
    with opened(topology, "tunnel.test") as sock:
        sock.sendall(_hello(ssl.TLSVersion.TLSv1_2, ["http/1.1"], row))
        ends(sock)
    topology.assert_untouched()
    assert not any(c.client_hello for c in topology.tunnelled.connections)


@attack(54)
def test_a_tunnel_leads_where_it_says(topology, authority):
    sock = connect_tls(topology.socket_path(A), "tunnel.test", 443, authority.path)
    with RawClient(None, topology.recording, sock=sock, timeout=5) as client:
        client.send(request("GET", "/x", "tunnel.test"))
        assert client.response().status == 200
    topology.assert_untouched()


@attack(54)
def test_what_is_only_a_tunnel_takes_no_request(topology):
    with topology.dial(agent_socket=A) as client:
        client.send(request("GET", "http://tunnel.test/x", "tunnel.test"))
        assert client.response().status == 403
    assert not topology.tunnelled.requests


# Inside.


@attack(55)
@by_both
def test_each_request_inside_is_judged(topology):
    """One connection: what is granted, what is not, and again what is."""
    statuses = {"/v1/ok": 200, "/admin": 403, "/v1//ok": 400, "/via/open/x": 403, "/": 403}
    with topology.connect(agent_socket=A) as client:
        for path, status in [*statuses.items(), ("/v1/ok", 200)]:
            client.send(request("GET", f"http://good.test{path}", "good.test"))
            assert client.response().status == status, path
        client.send(request("DELETE", "http://good.test/v1/ok", "good.test"))
        assert client.response().status == 403
    assert [seen.path for seen in topology.good.requests] == ["/v1/ok", "/v1/ok"]
    topology.assert_untouched(topology.open, topology.evil)


@attack(55)
@table(
    {
        "evil": ("http://evil.test/v1/ok", "evil.test"),
        "evil, TLS": ("https://evil.test/v1/ok", "evil.test"),
        "another granted host": ("https://open.test/x", "open.test"),
        "evil, Host of good": ("https://evil.test/v1/ok", "good.test"),
        "cleartext": ("http://good.test/v1/ok", "good.test"),
        "other port": ("https://good.test:8443/v1/ok", "good.test:8443"),
        "Host of evil": ("https://good.test/v1/ok", "evil.test"),
        "userinfo": ("https://good.test@evil.test/v1/ok", "good.test"),
        "authority form": ("good.test:443", "good.test"),
    }
)
def test_absolute_form_inside(topology, row):
    target, host = row
    with inside(topology) as client:
        client.send(request("GET", "/v1/first", "good.test") + request("GET", target, host))
        assert client.response().status == 200
        assert client.response().status in (400, 421)
    topology.denial()
    assert [seen.path for seen in topology.good.requests] == ["/v1/first"]
    topology.assert_untouched(topology.open, topology.evil, topology.evil_plain)


@attack(55)
def test_absolute_form_of_the_same_host_inside(topology):
    with inside(topology) as client:
        client.send(request("GET", "https://good.test/v1/ok", "good.test"))
        assert client.response().status in (200, 400)
    assert all(seen.target == "/v1/ok" for seen in topology.good.requests)


@attack(55)
@by_both
def test_connect_inside_connect(topology, entry):
    if entry == CONNECT_H1:
        with inside(topology) as client:
            client.send(request("CONNECT", "open.test:443", "open.test:443"))
            assert client.response().status in (400, 403, 405, 421)
    else:
        sock = connect_tls(topology.socket_path(A), "good.test", 443, topology.local_authority, ["h2"])
        with H2Connection(sock, recording=topology.recording) as connection:
            stream = connection.headers([(":method", "CONNECT"), (":authority", "open.test:443")], ends=False)
            connection.data(stream, b"\x16\x03\x01RAWBYTES")
            connection.wait(stream)
            assert stream.reset or stream.response().status in (400, 403, 405, 421)
            assert connection.ask(fields("GET", "good.test", "/v1/ok")).status == 200
    topology.assert_untouched(topology.open, topology.evil)
    topology.denial()


@attack(55)
@by_both
def test_anothers_key_inside_changes_nothing(topology):
    """Who asks is who opened the tunnel: B's key in A's tunnel is stripped or a conflict."""
    for key in (topology.identity(B), topology.identity(A), ("Proxy-Authorization", "Basic eDp5")):
        client = topology.connect(agent_socket=A)
        client.send(request("GET", "http://open.test/first", "open.test"))
        assert client.response().status == 200
        if topology.entry == CONNECT_H1:
            client.sock.sendall(request("GET", "/x", "open.test", [key]))
            assert client.response().status in (200, 403, 407)
        else:
            stream = client.connection.headers(fields("GET", "open.test", "/x", [(key[0].lower(), key[1])]))
            assert client.connection.response(stream).status in (200, 403, 407)
        client.close()
    assert {seen.value("x-api-key") for seen in topology.open.requests} == {topology.secrets["open-a"]}
    assert b"roxy-" not in topology.open.raw


@attack(55)
@by_both
def test_authority_taken_away_is_gone_inside(make_topology):
    topology = make_topology()
    config = topology.config.copy()
    config.remove("grant", secret="good")
    with topology.connect() as client:
        assert topology.ask("GET", "http://good.test/v1/ok", client=client).status == 200
        topology.daemon.reload(config.text())
        client.send(topology.head("GET", "http://good.test/v1/ok"))
        try:
            assert client.response().status == 403
        except Closed:
            pass  # the connection itself is gone: as good
    with pytest.raises(Refused) as refused:
        opened(topology)
    assert refused.value.status == 403
    assert len(topology.good.requests) == 1


@attack(56)
@by_both
@pytest.mark.parametrize("size", [1, 7, 20, 1000])
def test_records_that_arrive_together_are_all_read(topology, entry, size):
    """Many TLS records in one segment, and nothing after them that would wake anybody."""
    for _ in range(5):
        if entry == CONNECT_H1:
            message = request("POST", "/v1/ok", "good.test", body=b"hello" * 10)
            with RawClient(None, topology.recording, sock=by_tcp(topology, "http/1.1"), timeout=5) as client:
                send_at_once(client.sock, tuple(message[at : at + size] for at in range(0, len(message), size)))
                assert client.response().status == 200
        else:
            message = PREFACE + frame(Frame.SETTINGS)
            message += frame(Frame.HEADERS, Flag.END_HEADERS, 1, block(fields("POST", "good.test", "/v1/ok")))
            message += frame(Frame.DATA, Flag.END_STREAM, 1, b"hello" * 10)
            sock = by_tcp(topology, "h2")
            with H2Connection(sock, recording=topology.recording, starts=False) as connection:
                stream = connection.new_stream("POST")
                send_at_once(sock, tuple(message[at : at + size] for at in range(0, len(message), size)))
                assert connection.response(stream).status == 200
    assert [seen.body for seen in topology.good.requests] == [b"hello" * 10] * 5


@attack(56)
@table(
    {
        "length and chunked": ["Content-Length: 5", "Transfer-Encoding: chunked"],
        "chunked and length": ["Transfer-Encoding: chunked", "Content-Length: 5"],
        "space before the colon": ["Transfer-Encoding : chunked"],
        "two lengths": ["Content-Length: 5", "Content-Length: 6"],
        "two equal lengths": ["Content-Length: 5", "Content-Length: 5"],
        "bare LF": ["X: y\nContent-Length: 5"],
        "bare CR": ["X: y\rContent-Length: 5"],
        "folded": ["X: y", " Content-Length: 5"],
        "two codings": ["Transfer-Encoding: chunked", "Transfer-Encoding: identity"],
    }
)
def test_smuggling_inside(topology, row):
    """A few in so many words; every row of 5.1 is sent this way too."""
    hidden = b"GET /v1/smuggled HTTP/1.1\r\nHost: good.test\r\n\r\n"
    head = "\r\n".join(["POST /v1/ok HTTP/1.1", "Host: good.test", *row, "", ""]).encode()
    with inside(topology) as client:
        client.send(head + b"0\r\n\r\n" + hidden)
        assert client.response().status == 400
        assert client.is_closed()
    topology.assert_untouched()
    topology.denial()


@attack(77)
@by_both
def test_a_bad_certificate_upstream_is_nobody_elses(make_topology, authority):
    """What fails towards one host leaves nothing behind that another connection of the same thread would meet."""
    wrong = RecordingOrigin(authority.self_signed("good.test"), "wrong")

    def edit(_topology, config):
        config.set("proxy", event_loops=1)
        config.find("provider", name="good").update(connect_to=wrong.authority)

    topology = make_topology(edit)
    with topology.connect() as other:
        for number in range(100):
            with topology.connect(agent_socket=A) as client:
                client.send(request("GET", "http://good.test/v1/ok", "good.test"))
                assert client.response().code == "tls_certificate_error"
            assert topology.ask("GET", f"http://open.test/{number}", agent=B, client=other).status == 200
    wrong.close()


# The proxy itself.


@attack(73, 74)
@table({"address": "127.0.0.1", "name": "localhost", "any": "0.0.0.0", "v6": "[::1]", "own name": socket.gethostname()})
def test_connect_to_the_proxy_itself(topology, row):
    for port in (topology.daemon.port, topology.canary.port):
        with topology.dial(agent_socket=A) as client:
            client.send(request("CONNECT", f"{row}:{port}", f"{row}:{port}"))
            assert client.response().status in (400, 403)
    topology.assert_untouched()


@attack(73)
@table({"interception": False, "tunnel": True})
def test_a_rule_that_leads_back_to_the_proxy(make_topology, row):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def edit(_topology, config):
        config.set("proxy", listen=[f"127.0.0.1:{port}"])
        rule = {"tunnel": True} if row else {}
        config.add("egress", name="loop", agent=A, hosts=["loop.test"], connect_to=f"127.0.0.1:{port}", **rule)

    topology = make_topology(edit)
    before = topology.daemon.descriptors()
    if row:
        with pytest.raises(Refused) as refused:
            opened(topology, "loop.test")
        assert refused.value.status in (403, 502)
    else:
        with inside(topology, host="loop.test") as client:
            client.send(request("GET", "/x", "loop.test"))
            response = client.response()
            assert (response.status, response.code) == (502, "loop_detected")
    assert topology.daemon.descriptors() - before < 10
    topology.begin()  # the proxy was its own origin: the intents of that do not count for the others


@attack(67, 68)
@table(
    {
        "loopback": "127.0.0.1:{port}",
        "v6": "[::1]:{port}",
        "mapped": "[::ffff:127.0.0.1]:{port}",
        "link-local": "169.254.169.254:{port}",
        "private": "10.1.2.3:{port}",
    }
)
def test_a_tunnel_to_an_address_inside_is_not_opened(make_topology, row):
    """Where a rule names it: without allow_private it is refused before the 200."""
    authority = ""

    def edit(topology, config):
        nonlocal authority
        authority = row.format(port=topology.canary.port)
        config.add("egress", name="inside", agent=A, hosts=[authority], tunnel=True)

    topology = make_topology(edit, starts=False)
    try:
        topology.start()
    except AssertionError:
        assert topology.daemon is None
        return  # refused when loaded: as good
    topology.begin()
    with pytest.raises(Refused) as refused:
        sock = connected(topology.socket_path(A), 5)
        connect(sock, authority)
    assert refused.value.status == 403
    topology.assert_untouched()
