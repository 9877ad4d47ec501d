"""A client that sends exactly the bytes it is told to, and reads answers strictly."""

from __future__ import annotations

import base64
import json
import socket
import struct
import time
from dataclasses import dataclass, field
from typing import Iterable

from .http1 import Closed, Malformed, Reader, ResponseHead, read_response_head, response_body

TIMEOUT = 10.0


@dataclass
class Response(ResponseHead):
    body: bytes = b""
    body_length: int = 0
    interim: list[ResponseHead] = field(default_factory=list)
    trailers: list[tuple[str, str]] = field(default_factory=list)

    @property
    def code(self) -> str | None:
        """Postern's own error code; ``None`` for an answer of an upstream."""
        status = self.value("proxy-status") or ""
        if not status.startswith("postern"):
            return None
        return json.loads(self.body)["code"]


@dataclass
class Recording:
    """Everything clients received, for the check that no secret came back."""

    received: list[bytearray] = field(default_factory=list)

    def new(self) -> bytearray:
        self.received.append(bytearray())
        return self.received[-1]


class RawClient:
    """One connection to Postern."""

    def __init__(
        self,
        address: tuple[str, int] | str,
        recording: Recording | None = None,
        source: str | None = None,
        timeout: float = TIMEOUT,
        sock: socket.socket | None = None,
        receive_buffer: int | None = None,
    ):
        """``address`` is a host and port, or the path of a unix socket; ``source`` a loopback address to come from."""
        if sock is None:
            sock = socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET)
            if receive_buffer:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            sock.settimeout(timeout)
            if source:
                sock.bind((source, 0))
            sock.connect(address)
        self.sock = sock
        self.sock.settimeout(timeout)
        if sock.family != socket.AF_UNIX:
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.recording = recording or Recording()
        self.received = self.recording.new()
        self.records = True
        self.reader = Reader(self._receive)

    def _receive(self) -> bytes:
        try:
            data = self.sock.recv(262144)
        except ConnectionResetError:
            return b""
        if self.records:
            self.received.extend(data)
        return data

    def __enter__(self) -> "RawClient":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def send(self, *parts: bytes) -> "RawClient":
        """Sends; that Postern may have closed already is not an error, its answer is still to be read."""
        for part in parts:
            try:
                self.sock.sendall(part)
            except (BrokenPipeError, ConnectionResetError):
                break
        return self

    def sendall(self, data: bytes) -> None:
        """Sends; raises where ``send`` does not."""
        self.sock.sendall(data)

    def send_slowly(self, data: bytes, size: int = 1, delay: float = 0.0) -> "RawClient":
        for start in range(0, len(data), size):
            self.send(data[start : start + size])
            if delay:
                time.sleep(delay)
        return self

    def half_close(self) -> "RawClient":
        self.sock.shutdown(socket.SHUT_WR)
        return self

    def reset(self) -> None:
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def close(self) -> None:
        self.sock.close()

    def read_head(self) -> ResponseHead:
        """The next head, interim or final."""
        return read_response_head(self.reader)

    def response(self, method: str = "GET", keep_body: bool = True) -> Response:
        """The next final answer, with the interim ones before it."""
        interim = []
        while (head := self.read_head()).status < 200:
            interim.append(head)
            if head.status == 101:
                return Response(head.fields, 101, head.reason, head.version)
        trailers: list[tuple[str, str]] = []
        pieces, length = [], 0
        for piece in response_body(self.reader, head, method, trailers):
            length += len(piece)
            if keep_body:
                pieces.append(piece)
        body = b"".join(pieces)
        if self.records:
            self.recording.new().extend(body)  # without its framing, which may have parted a secret
        return Response(head.fields, head.status, head.reason, head.version, body, length, interim, trailers)

    def responses(self, idle: float = 0.5) -> list[Response]:
        """Every answer until the end of the connection, or until nothing has come for a while."""
        found = []
        self.sock.settimeout(idle if found else TIMEOUT)
        while True:
            try:
                if self.reader.at_end():
                    return found
                found.append(self.response())
            except (TimeoutError, Closed):
                return found
            self.sock.settimeout(idle)

    def everything(self, timeout: float = TIMEOUT) -> bytes:
        """Raw bytes until the end of the connection or the timeout."""
        self.sock.settimeout(timeout)
        try:
            return b"".join(self.reader.rest())
        except TimeoutError:
            return bytes(self.received)

    def is_closed(self, within: float = 3.0) -> bool:
        """Whether Postern ends the connection, having said nothing more."""
        self.sock.settimeout(within)
        try:
            return self.reader.at_end()
        except TimeoutError:
            return False


def basic(name: str, key: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{key}".encode()).decode()


def request(
    method: str,
    target: str,
    host: str | None,
    headers: Iterable[tuple[str, str]] = (),
    body: bytes | None = None,
    version: str = "HTTP/1.1",
) -> bytes:
    """A plain request; a body gets a Content-Length unless a framing field is given."""
    lines = [f"{method} {target} {version}"]
    if host is not None:
        lines.append(f"Host: {host}")
    lines += [f"{name}: {value}" for name, value in headers]
    framed = any(name.lower() in ("content-length", "transfer-encoding") for name, _ in headers)
    if body is not None and not framed:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (body or b"")


__all__ = ["RawClient", "Recording", "Response", "Malformed", "Closed", "basic", "request", "TIMEOUT"]
