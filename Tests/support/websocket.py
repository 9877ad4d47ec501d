"""A real WebSocket server and client, and scripted frames for what no real server sends."""

from __future__ import annotations

import base64
import hashlib
import ssl
import threading
from pathlib import Path
from typing import Any, Callable, Iterable

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.sync.server import ServerConnection, serve

from .client import RawClient
from .origin import CLOSE, Handler, Request

TEXT, BINARY, CONTINUATION, CLOSING, PING, PONG = 1, 2, 0, 8, 9, 10
FIN = 0x80
UPGRADE = [("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13")]


class WebSocketServer:
    """``websockets`` on a loopback port. ``handlers`` says what happens at a path; elsewhere messages are echoed."""

    def __init__(self, certificate: Path | None = None, **options: Any):
        context = None
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
        self.handlers: dict[str, Callable[[ServerConnection], None]] = {}
        self.connections: list[ServerConnection] = []
        self.headers: list[tuple[str, str]] = []  # to answer handshakes with
        self._server = serve(
            self._handle,
            "127.0.0.1",
            0,
            ssl=context,
            process_response=self._respond,
            **{"max_size": None, "ping_interval": None, **options},
        )
        self.authority = "127.0.0.1:%d" % self._server.socket.getsockname()[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def handshakes(self) -> list[list[tuple[str, str]]]:
        """The fields of every opening request, names in lower case."""
        return [[(n.lower(), v) for n, v in c.request.headers.raw_items()] for c in self.connections]

    def forget(self) -> None:
        self.handlers, self.connections, self.headers = {}, [], []

    def close(self) -> None:
        self._server.shutdown()

    def _respond(self, _connection, _request, response):
        for name, value in self.headers:
            response.headers[name] = value

    def _handle(self, connection: ServerConnection) -> None:
        self.connections.append(connection)
        try:
            self.handlers.get(connection.request.path, echo)(connection)
        except ConnectionClosed:
            pass


def echo(connection: ServerConnection) -> None:
    for message in connection:
        connection.send(message)


def through_connect(topology, url: str, agent: str, **options: Any) -> ClientConnection:
    """``websockets`` as anybody would use it: through an HTTP proxy, trusting Postern's authority."""
    port = topology.daemon.port
    proxy = f"http://{agent}:{topology.keys[agent]}@127.0.0.1:{port}"
    context = ssl.create_default_context(cafile=topology.directory / "state/ca/ca.pem")
    return connect(url, proxy=proxy, ssl=context, **{"max_size": None, "ping_interval": None, **options})


def direct(url: str, **options: Any) -> ClientConnection:
    """``websockets`` without a proxy, as it speaks to a base URL."""
    return connect(url, proxy=None, **{"max_size": None, "ping_interval": None, **options})


# By hand.


def opening_key() -> str:
    return base64.b64encode(b"sixteen bytes ok").decode()


def accept(key: str) -> str:
    """RFC 6455 section 4.2.2."""
    return base64.b64encode(hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()).decode()


def opening_lines(*more: str) -> list[str]:
    """The fields that ask for a WebSocket."""
    return [*(f"{n}: {v}" for n, v in UPGRADE), f"Sec-WebSocket-Key: {opening_key()}", *more]


def agreement(request: Request, headers: Iterable[tuple[str, str]] = ()) -> bytes:
    """The answer that opens the WebSocket which was asked for."""
    fields = [*UPGRADE[:2], ("Sec-WebSocket-Accept", accept(request.value("sec-websocket-key") or "")), *headers]
    lines = ["HTTP/1.1 101 Switching Protocols", *(f"{n}: {v}" for n, v in fields), "", ""]
    return "\r\n".join(lines).encode("latin-1")


def frame(opcode: int, payload: bytes = b"", final: bool = True, reserved: int = 0) -> bytes:
    """A frame as a server sends it."""
    first = bytes([(FIN if final else 0) | reserved | opcode])
    length = len(payload)
    if length < 126:
        return first + bytes([length]) + payload
    if length < 65536:
        return first + b"\x7e" + length.to_bytes(2, "big") + payload
    return first + b"\x7f" + length.to_bytes(8, "big") + payload


def masked(data: bytes) -> bytes:
    """A server's short frame made a client's, with a key that changes nothing."""
    return bytes([data[0], data[1] | 0x80]) + b"\0\0\0\0" + data[2:]


def scripted(*parts: Any, headers: Iterable[tuple[str, str]] = ()) -> Handler:
    """Opens the WebSocket, sends these parts and goes away; see ``origin`` for what a part may be."""

    def handle(request: Request):
        yield agreement(request, headers)
        yield from parts
        yield 0.5
        yield CLOSE

    return handle


def read_frames(client: RawClient, count: int | None = None) -> list[tuple[int, bytes]]:
    """The next frames, or all until the end: the first byte and the payload of each."""
    found: list[tuple[int, bytes]] = []

    def take(length: int) -> bytes:
        return b"".join(client.reader.pieces(length))

    while (count is None or len(found) < count) and not client.reader.at_end():
        first, length = take(2)
        assert length < 128, "a server's frame is masked"
        if length > 125:
            length = int.from_bytes(take(2 if length == 126 else 8), "big")
        found.append((first, take(length)))
    return found


def messages(frames: Iterable[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
    """Frames put together, control frames among them: the opcode and the payload of each."""
    found: list[tuple[int, bytes]] = []
    opened: list[Any] = []
    for first, payload in frames:
        opcode = first & 15
        if opcode >= CLOSING:
            found.append((opcode, payload))
            continue
        assert bool(opened) == (opcode == CONTINUATION), f"opcode {opcode} where it cannot stand"
        opened = [opened[0], opened[1] + payload] if opened else [opcode, payload]
        if first & FIN:
            found.append((opened[0], opened[1]))
            opened = []
    return found
