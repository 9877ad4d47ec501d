"""CONNECT through Postern, and TLS with what it ends there."""

from __future__ import annotations

import functools
import ipaddress
import socket
import ssl
import threading
from pathlib import Path
from typing import Iterable

from .http1 import Reader, ResponseHead, read_response_head, response_body

SAME = "the name that CONNECT asked for"


class Refused(Exception):
    """CONNECT was answered with something else than 200."""

    def __init__(self, head: ResponseHead, body: bytes):
        super().__init__(f"{head.status} {body[:300]!r}")
        self.status, self.head, self.body = head.status, head, body


@functools.lru_cache(maxsize=64)
def _context(authority: bytes, alpn: tuple[str, ...], checks_name: bool) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = checks_name
    context.load_verify_locations(cadata=authority.decode())
    if alpn:
        context.set_alpn_protocols(list(alpn))
    return context


def trusting(authority: Path, alpn: Iterable[str] = (), checks_name: bool = True) -> ssl.SSLContext:
    """A client's context, shared by all that ask for the same, that trusts this PEM file alone."""
    return _context(authority.read_bytes(), tuple(alpn), checks_name)


def authority_of(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def connected(address: tuple[str, int] | str, timeout: float = 10.0) -> socket.socket:
    """A connection to a host and port, or to the unix socket at a path."""
    sock = socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET)
    sock.settimeout(timeout)
    sock.connect(address)
    return sock


def connect(sock: socket.socket, authority: str, headers: Iterable[tuple[str, str]] = (), version="HTTP/1.1") -> None:
    """Has Postern open a way to ``authority``; anything but 200 raises ``Refused``."""
    lines = [f"CONNECT {authority} {version}", f"Host: {authority}", *(f"{name}: {value}" for name, value in headers)]
    sock.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
    reader = Reader(lambda: sock.recv(65536))
    head = read_response_head(reader)
    if head.status != 200:
        raise Refused(head, b"".join(response_body(reader, head, "GET")))
    if reader.buffer:
        raise AssertionError(f"bytes before the handshake: {bytes(reader.buffer[:80])!r}")


def connect_tls(
    address: tuple[str, int] | str,
    host: str,
    port: int,
    ca: Path,
    alpn: Iterable[str] = ("http/1.1",),
    proxy_headers: Iterable[tuple[str, str]] = (),
    sni: str | None = SAME,
    timeout: float = 10.0,
    version: str = "HTTP/1.1",
) -> ssl.SSLSocket:
    """CONNECT, then TLS that trusts Postern's authority alone; ``sni`` may be another name, or ``None`` for none."""
    sock = connected(address, timeout)
    try:
        connect(sock, authority_of(host, port), proxy_headers, version)
        context = trusting(ca, alpn, checks_name=sni == SAME)
        return context.wrap_socket(sock, server_hostname=host if sni == SAME else sni)
    except BaseException:
        sock.close()
        raise


class TLSStream:
    """A TLS client on a connected socket that can end one direction, which ``ssl.SSLSocket`` cannot."""

    def __init__(self, sock: socket.socket, context: ssl.SSLContext, server_name: str | None):
        self.sock = sock
        self.family = sock.family
        self.was_cut = False  # it ended without a goodbye
        self._incoming, self._outgoing, self._unsent = ssl.MemoryBIO(), ssl.MemoryBIO(), bytearray()
        self._lock, self._sending = threading.RLock(), threading.RLock()  # one thread may read while another writes
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=server_name)
        while True:
            try:
                self._tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                self._flush()
                self._fill()
            except ssl.SSLError:
                self._flush()
                raise
        self._flush()

    @property
    def protocol(self) -> str | None:
        return self._tls.selected_alpn_protocol()

    def _fill(self) -> None:
        data = self.sock.recv(262144)
        with self._lock:
            if data:
                self._incoming.write(data)
            else:
                self._incoming.write_eof()

    def _flush(self) -> None:
        with self._sending:
            with self._lock:
                self._unsent += self._outgoing.read()
            while self._unsent:
                sent = self.sock.send(bytes(self._unsent[:262144]))
                del self._unsent[:sent]

    def recv(self, size: int) -> bytes:
        while True:
            try:
                with self._lock:
                    return self._tls.read(size)
            except ssl.SSLWantReadError:
                self._fill()
            except ssl.SSLZeroReturnError:
                return b""
            except ssl.SSLEOFError:
                self.was_cut = True
                return b""

    def send(self, data: bytes) -> int:
        self._flush()
        try:
            with self._lock:
                self._tls.write(data)
        except ssl.SSLError as error:
            raise BrokenPipeError(str(error)) from None
        self._flush()
        return len(data)

    def sendall(self, data: bytes) -> None:
        view = memoryview(data)
        for start in range(0, len(view), 65536):
            self.send(view[start : start + 65536])

    def shutdown(self, _how: int = socket.SHUT_WR) -> None:
        """Says goodbye; what the other side still has to say can be read."""
        try:
            self._tls.unwrap()
        except ssl.SSLError:
            pass
        try:
            self._flush()
            self.sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the other side has closed already

    def settimeout(self, timeout: float | None) -> None:
        self.sock.settimeout(timeout)

    def setblocking(self, flag: bool) -> None:
        self.sock.setblocking(flag)

    def setsockopt(self, *arguments) -> None:
        self.sock.setsockopt(*arguments)

    def fileno(self) -> int:
        return self.sock.fileno()

    def close(self) -> None:
        self.sock.close()
