"""Names without end, for which certificates would have to be made (attack 106)."""

from __future__ import annotations

import ssl
import struct
import threading
import time

import pytest

from support.client import request
from support.entries import CONNECT_H1
from support.tls import connect, connect_tls, connected, trusting
from support.topology import A, B

attack = pytest.mark.attack
pytestmark = pytest.mark.entries(CONNECT_H1)
MIB = 1 << 20


def is_served(topology) -> None:
    """A new name gets its certificate and a known one its answer."""
    started = time.monotonic()
    assert topology.ask("GET", "http://open.test/probe", agent=B).status == 200
    assert time.monotonic() - started < 3


@attack(106)
@pytest.mark.slow
def test_denied_names_are_never_minted(make_topology):
    """Refusing a name costs no key and no signature: 5,000 of them are a matter of a second or two."""
    topology = make_topology(log_level="info")
    is_served(topology)
    before, cpu = topology.daemon.resident(), topology.daemon.cpu_seconds()
    with topology.dial(agent_socket=A, timeout=20) as client:
        for start in range(0, 5000, 100):
            names = [f"n{number}.denied.test:443" for number in range(start, start + 100)]
            client.send(b"".join(request("CONNECT", name, name) for name in names))
            for _ in names:
                assert client.response().code == "no_grant"
    assert topology.daemon.resident() - before < 24 * MIB
    assert topology.daemon.cpu_seconds() - cpu < 2
    assert len(topology.audit()) >= 5000
    topology.assert_untouched(*(origin for origin in topology.origins if origin is not topology.open))


@attack(106)
@pytest.mark.slow
def test_the_certificates_of_granted_names_are_bounded(make_topology):
    """3,000 names below a granted wildcard: each gets its certificate, and memory does not follow."""
    topology = make_topology(log_level="info")
    context = trusting(topology.local_authority, ["http/1.1"])

    def handshake(number: int) -> None:
        name = f"n{number}.wild.test"
        sock = connected(topology.socket_path(A))
        connect(sock, f"{name}:443")
        with context.wrap_socket(sock, server_hostname=name) as inside:
            assert inside.getpeercert()["subjectAltName"] == (("DNS", name),)

    for number in range(200):
        handshake(number)
    before = topology.daemon.resident()
    threads = [
        threading.Thread(target=lambda first=first: [handshake(number) for number in range(first, 3000, 4)])
        for first in range(200, 204)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert topology.daemon.resident() - before < 48 * MIB
    handshake(0)
    is_served(topology)


@attack(106)
def test_one_name_asked_for_by_many_at_once(topology):
    """All are served, with one certificate."""
    serials: set[str] = set()
    failures: list[Exception] = []

    def handshake() -> None:
        try:
            with connect_tls(topology.socket_path(A), "many.wild.test", 443, topology.local_authority) as sock:
                serials.add(sock.getpeercert()["serialNumber"])
        except Exception as error:  # to be shown by the thread that waits
            failures.append(error)

    threads = [threading.Thread(target=handshake) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures
    assert len(serials) <= 4, "more than one for each loop"


def _hello(name: bytes) -> bytes:
    """A ClientHello in as many records as it takes."""

    def counted(size: str, data: bytes) -> bytes:
        return struct.pack(size, len(data)) + data

    names = counted("!H", b"\0" + counted("!H", name))
    extensions = b"\0\0" + counted("!H", names) + b"\0\x0a\0\x04\0\x02\0\x17"
    body = b"\x03\x03" + bytes(32) + b"\0" + b"\0\x02\xc0\x2b" + b"\x01\0"
    body += struct.pack("!H", len(extensions) & 0xFFFF) + extensions
    message = b"\x01" + len(body).to_bytes(3, "big") + body
    pieces = [message[at : at + 16_384] for at in range(0, len(message), 16_384)]
    return b"".join(b"\x16\x03\x01" + counted("!H", piece) for piece in pieces)


@attack(106)
@pytest.mark.parametrize("host", ["good.test", "tunnel.test"])
@pytest.mark.parametrize("size", [254, 300, 16_000, 65_000])
def test_a_very_long_server_name(make_topology, size, host):
    def edit(topology, config):
        config.set("timeouts", request_head_s=2)
        config.add("egress", agent=A, hosts=["tunnel.test"], tunnel=True, connect_to=topology.canary.authority)

    topology = make_topology(edit)
    before = topology.daemon.resident()
    hello = _hello(b"a" * size)
    for _ in range(20):
        with connected(topology.socket_path(A), 5) as sock:
            connect(sock, f"{host}:443")
            try:
                sock.sendall(hello)
                answer = b""
                while data := sock.recv(65536):
                    answer += data
            except (BrokenPipeError, ConnectionResetError):
                pass
            assert answer[:1] in (b"", b"\x15")
    assert topology.daemon.resident() - before < 24 * MIB
    assert not topology.canary.raw
    is_served(topology)


@attack(106)
def test_an_endless_hello(make_topology):
    """A handshake message that says it is 16 MB long."""
    topology = make_topology(lambda _topology, config: config.set("timeouts", request_head_s=2))
    before = topology.daemon.resident()
    with connected(topology.socket_path(A), 5) as sock:
        connect(sock, "good.test:443")
        sent = 0
        try:
            sock.sendall(b"\x16\x03\x01\x40\x00\x01\xff\xff\xff" + bytes(16_380))
            while sent < 32 * MIB:
                sock.sendall(b"\x16\x03\x03\x40\x00" + bytes(16_384))
                sent += 16_384
        except OSError:
            pass
        assert sent < 8 * MIB
    assert topology.daemon.resident() - before < 24 * MIB
    is_served(topology)


@attack(106)
def test_a_name_is_minted_only_after_it_is_granted(make_topology):
    """What is no longer granted is refused by CONNECT, although a certificate for it is still at hand."""
    topology = make_topology()
    config = topology.config.copy()
    config.remove("grant", secret="wild")
    with connect_tls(topology.socket_path(A), "a.wild.test", 443, topology.local_authority):
        pass
    topology.daemon.reload(config.text())
    with topology.dial(agent_socket=A) as client:
        client.send(request("CONNECT", "a.wild.test:443", "a.wild.test:443"))
        assert client.response().code == "no_grant"
    with pytest.raises(ssl.SSLError):
        connect_tls(topology.socket_path(A), "open.test", 443, topology.local_authority, sni="a.wild.test")
