"""An origin that records every byte it is sent, reads it strictly, and answers whatever a test wants.

A handler takes a ``Request`` and returns raw bytes, or yields bytes, tuples of bytes that arrive together, pauses in
seconds, ``CLOSE``, ``RESET`` or ``DRAIN``.
"""

from __future__ import annotations

import json
import socket
import ssl
import struct
import threading
import time
from pathlib import Path
from typing import Callable, Iterable, Iterator

from .http1 import Closed, Malformed, Reader, RequestHead, read_request_head, request_body

CLOSE = "close"  # orderly end of the connection
RESET = "reset"  # RST
DRAIN = "drain"  # read what is left of the request body before going on

Handler = Callable[["Request"], "bytes | Iterable"]


class Request(RequestHead):
    """One request as an origin received it."""

    def __init__(self, head: RequestHead, connection: "Connection", body: Iterator[bytes]):
        super().__init__(head.fields, head.method, head.target)
        self.connection = connection
        self.received_at = time.monotonic()
        self.body_length = 0
        self.body_complete = False
        self.is_answered = False
        self.keeps_body = True
        self._pieces: list[bytes] = []
        self._incoming = body

    def stream(self) -> Iterator[bytes]:
        """The body as it arrives."""
        for piece in self._incoming:
            self.body_length += len(piece)
            if self.keeps_body:
                self._pieces.append(piece)
            yield piece
        self.body_complete = True

    @property
    def body(self) -> bytes:
        """The whole body, as far as it has been read by the origin."""
        return b"".join(self._pieces)

    def __repr__(self) -> str:
        return f"<{self.method} {self.target} {self.fields}>"


class Connection:
    """One accepted connection: every byte after TLS, the requests in it, and what went wrong."""

    def __init__(self, peer):
        self.peer = peer
        self.raw = bytearray()
        self.requests: list[Request] = []
        self.server_name: str | None = None
        self.client_hello = b""
        self.handshake_error: str | None = None
        self.malformed: str | None = None
        self.is_open = True


class RecordingOrigin:
    """A threaded server on a loopback port of its own, with TLS if it has a certificate."""

    def __init__(
        self,
        certificate: Path | None = None,
        name: str = "",
        address: str = "127.0.0.1",
        port: int = 0,
        family: int = socket.AF_INET,
    ):
        self.name = name
        self.handler: Handler = echo
        self.routes: dict[str, Handler] = {}
        self.reads_body_first = True
        self.keeps_raw = True
        self.connections: list[Connection] = []
        self._lock = threading.Lock()
        self._sockets: set[socket.socket] = set()
        self._context = None
        if certificate:
            self.use_certificate(certificate)
        self._listener = socket.socket(family)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind((address, port))
        self._listener.listen(1024)
        self.address = address
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True, name=f"origin {name}").start()

    def use_certificate(self, certificate: Path) -> None:
        """Speaks TLS from the next connection on, with this certificate."""
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate)
        self._context.set_alpn_protocols(["http/1.1"])
        self._context.sni_callback = self._record_server_name

    @property
    def authority(self) -> str:
        return f"{self.address}:{self.port}"

    @property
    def requests(self) -> list[Request]:
        """Every request, in the order of arrival."""
        return sorted((r for c in list(self.connections) for r in list(c.requests)), key=lambda r: r.received_at)

    @property
    def raw(self) -> bytes:
        return b"".join(bytes(c.raw) for c in list(self.connections))

    @property
    def open_connections(self) -> list[Connection]:
        return [c for c in list(self.connections) if c.is_open]

    def forget(self) -> None:
        """Starts a new record and goes back to the echo handler; open connections stay open."""
        self.handler, self.routes = echo, {}
        self.reads_body_first = self.keeps_raw = True
        with self._lock:
            self.connections = [c for c in self.connections if c.is_open]
            for connection in self.connections:
                connection.raw.clear()
                connection.requests = []

    def close(self) -> None:
        # shutdown wakes the thread that waits in accept; close alone would leave it there.
        try:
            self._listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._listener.close()
        self.drop_connections()

    def drop_connections(self) -> None:
        """Ends every open connection."""
        with self._lock:
            sockets, self._sockets = self._sockets, set()
        for sock in sockets:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    # One thread accepts, and each connection has one that reads and answers.

    def _accept(self) -> None:
        while True:
            try:
                sock, peer = self._listener.accept()
            except OSError:
                return
            with self._lock:
                connection = Connection(peer)
                self.connections.append(connection)
                self._sockets.add(sock)
            threading.Thread(target=self._serve, args=(sock, connection), daemon=True).start()

    def _record_server_name(self, sock, server_name, _context) -> None:
        sock.recorded_server_name = server_name

    def _serve(self, sock: socket.socket, connection: Connection) -> None:
        plain = sock
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._context:
                sock.settimeout(20)
                connection.client_hello = sock.recv(4096, socket.MSG_PEEK)
                try:
                    sock = self._context.wrap_socket(sock, server_side=True)
                except (OSError, ssl.SSLError) as error:
                    connection.handshake_error = str(error)
                    return
                connection.server_name = getattr(sock, "recorded_server_name", None)
                sock.settimeout(None)
            self._exchange(sock, connection)
        except (OSError, Closed):
            pass
        except Malformed as error:
            connection.malformed = str(error)
        finally:
            connection.is_open = False
            with self._lock:
                self._sockets.discard(plain)
                self._sockets.discard(sock)
            sock.close()

    def _exchange(self, sock: socket.socket, connection: Connection) -> None:
        def receive() -> bytes:
            data = sock.recv(65536)
            if self.keeps_raw:
                connection.raw.extend(data)
            return data

        if isinstance(sock, ssl.SSLSocket):
            with self._lock:
                self._sockets.add(sock)
        reader = Reader(receive)
        while not reader.at_end():
            head = read_request_head(reader)
            request = Request(head, connection, request_body(reader, head))
            request.keeps_body = self.keeps_raw
            connection.requests.append(request)
            if self.reads_body_first:
                for _ in request.stream():
                    pass
            handler = self.routes.get(request.path, self.handler)
            if not self._answer(sock, request, handler(request)):
                return
            for _ in request.stream():
                pass
            if "close" in (request.value("connection") or "").lower():
                return

    def _answer(self, sock: socket.socket, request: Request, reply) -> bool:
        """Writes a reply; ``False`` if the connection is to end."""
        for part in [reply] if isinstance(reply, (bytes, str)) else reply:
            if part == CLOSE:
                return False
            if part == RESET:
                plain_reset(sock)
                return False
            if part == DRAIN:
                for _ in request.stream():
                    pass
            elif isinstance(part, (int, float)):
                time.sleep(part)
            elif isinstance(part, tuple):
                send_at_once(sock, part)
            else:
                request.is_answered = True
                sock.sendall(part)
        return True


def plain_reset(sock: socket.socket) -> None:
    """Ends a connection with RST, without a TLS goodbye."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    if isinstance(sock, ssl.SSLSocket):
        socket.socket(fileno=sock.detach()).close()
    else:
        sock.close()


def send_at_once(sock: socket.socket, pieces: tuple[bytes, ...]) -> None:
    """Sends each piece as a TLS record of its own, and all of them in one segment."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
    for piece in pieces:
        sock.sendall(piece)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 0)


# Answers.


def answer(
    body: bytes = b"", status: int = 200, headers: Iterable[tuple[str, str]] = (), reason: str = "OK", length=True
) -> bytes:
    """A whole answer with a Content-Length."""
    lines = [f"HTTP/1.1 {status} {reason}"] + [f"{name}: {value}" for name, value in headers]
    if length:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def fixed(body: bytes = b"ok", **options) -> Handler:
    """Answers the same to everything."""
    return lambda request: answer(b"" if request.method == "HEAD" else body, **options)


def raw(*parts) -> Handler:
    """Answers with these parts, whatever they are."""
    return lambda request: iter(parts)


def chunked(
    *pieces: bytes, delay: float = 0, headers: Iterable[tuple[str, str]] = (), trailers: bytes = b""
) -> Handler:
    """One chunk for each piece."""

    def handle(_request: Request):
        yield answer(headers=[*headers, ("Transfer-Encoding", "chunked")], length=False)
        for piece in pieces:
            yield b"%x\r\n%s\r\n" % (len(piece), piece)
            if delay:
                yield delay
        yield b"0\r\n" + trailers + b"\r\n"

    return handle


def close_delimited(body: bytes, headers: Iterable[tuple[str, str]] = ()) -> Handler:
    """A body that ends with the connection."""
    return raw(answer(headers=headers, length=False) + body, CLOSE)


def echo(request: Request) -> bytes:
    """What arrived, as JSON."""
    seen = {
        "method": request.method,
        "target": request.target,
        "headers": request.fields,
        "body": request.body.decode("latin-1"),
    }
    body = json.dumps(seen).encode()
    if request.method == "HEAD":
        return answer(headers=[("Content-Type", "application/json")])
    return answer(body, headers=[("Content-Type", "application/json")])
