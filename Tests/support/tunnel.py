"""The second entry: a client that does what plain requests mean inside TLS, after CONNECT."""

from __future__ import annotations

import re
import ssl
import time
from pathlib import Path

from .client import RawClient
from .tls import TLSStream, trusting

URL = re.compile(rb"https?://([^/?# \t\r\n]*)(?=[/?# \t\r\n])")
LATER_URL = re.compile(rb"(?<=\n)([A-Z]+ )https?://([^/?# \t\r\n]*)")
KEY = re.compile(rb"Proxy-Authorization:[^\r\n]*\r\n(?![ \t])", re.IGNORECASE)
HOST = re.compile(rb"\r\nHost: ([A-Za-z0-9.-]+(?::[0-9]+)?)\r\n")
REQUEST = re.compile(rb"(?:\r\n)*[A-Za-z-]+ (?:https?:|/)")
ELSEWHERE = b"good.test"  # the authority of what names none


class NoEquivalent(AssertionError):
    """What a test sends cannot be said in this entry; the table of what does not apply should have it."""


def _authority(payload: bytes) -> bytes:
    """The authority-form for the first request of a payload: as spelled there, with a port if it has none."""
    found = URL.search(payload.partition(b"\n")[0]) or HOST.search(payload)
    authority = found[1] if found else ELSEWHERE
    return authority if b":" in authority.rpartition(b"@")[2].rpartition(b"]")[2] else authority + b":443"


def origin_form(payload: bytes) -> bytes:
    """The payload with every target in origin form and without the agent's key.

    What may stand in a body keeps its length.
    """
    head, end, rest = payload.partition(b"\r\n\r\n")
    start, newline, lines = (head + end).partition(b"\n")
    head = URL.sub(b"", start, count=1) + newline + KEY.sub(b"", lines)
    rest = KEY.sub(_hide_key, re.sub(rb"https?://good\.test(/v1/smuggled)", _lengthen, rest))
    return LATER_URL.sub(rb"\1", head + rest)


def _lengthen(found: re.Match) -> bytes:
    return found[1] + b"?" + b"x" * (len(found[0]) - len(found[1]) - 1)


def _hide_key(found: re.Match) -> bytes:
    return b"Proxy-Padding: ".ljust(len(found[0]) - 2, b"x") + b"\r\n"


class TunnelClient(RawClient):
    """Opens the way with the first thing it sends, and sends it and all that follows inside TLS."""

    protocol = "http/1.1"

    def __init__(self, *arguments, trust: Path, **options):
        super().__init__(*arguments, **options)
        self._trust = trust
        self.is_inside = False
        self.was_refused = False  # so that what is left of a request is not sent
        self.has_failed = False

    def send(self, *parts: bytes) -> "TunnelClient":
        for part in parts:
            if self._enter(part):
                self._send_inside(part)
        return self

    def sendall(self, data: bytes) -> None:
        if self._enter(data):
            self.sock.sendall(origin_form(data))

    def send_slowly(self, data: bytes, size: int = 1, delay: float = 0.0) -> "TunnelClient":
        if self._enter(data):
            data = origin_form(data)
            for start in range(0, len(data), size):
                self.sock.sendall(data[start : start + size])
                time.sleep(delay)
        return self

    def _send_inside(self, data: bytes) -> None:
        super().send(origin_form(data))

    def _enter(self, payload: bytes) -> bool:
        """Whether what follows can be sent. What answers a refused CONNECT is there to be read."""
        if self.is_inside or self.has_failed:
            return self.is_inside
        if not payload or self.was_refused and not REQUEST.match(payload):
            return False
        authority = _authority(payload)
        head, _, _ = payload.partition(b"\r\n\r\n")
        keys = b"".join(KEY.findall(head + b"\r\n"))
        super().send(b"CONNECT " + authority + b" HTTP/1.1\r\nHost: " + authority + b"\r\n" + keys + b"\r\n")
        answer = bytearray()
        while b"\r\n\r\n" not in answer:
            data = self._receive()
            if not data:
                break
            answer += data
        if not answer.startswith((b"HTTP/1.1 200 ", b"HTTP/1.0 200 ")):
            self.reader.buffer += answer
            self.was_refused = True
            return False
        assert answer.endswith(b"\r\n\r\n"), f"bytes before the handshake: {answer!r}"
        self._handshake(authority.decode("latin-1").rpartition(":")[0])
        return True

    def _handshake(self, host: str) -> None:
        host = host.strip("[]").rstrip(".")
        context = trusting(self._trust, (self.protocol,))
        try:
            self.sock = TLSStream(self.sock, context, host)
        except (ssl.SSLError, ConnectionResetError) as error:
            self.has_failed = True
            raise AssertionError(f"no handshake for {host}: {error}") from None
        assert self.sock.protocol == self.protocol
        self.is_inside = True
