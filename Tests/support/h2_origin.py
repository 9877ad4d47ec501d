"""An origin that speaks HTTP/2 frame by frame, and says on them whatever a test wants."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Iterable

from hpack import Decoder

from .h2wire import PREFACE, Code, Flag, Frame, Setting, block, frame, settings
from .origin import CLOSE

Script = Callable[["H2Request"], Iterable]
WINDOW = (1 << 30).to_bytes(4, "big")


@dataclass
class H2Request:
    """One stream as it was received."""

    connection: "H2OriginConnection"
    stream: int
    fields: list[tuple[str, str]]
    body: bytearray = field(default_factory=bytearray)
    is_ended: bool = False
    reset: int | None = None

    def values(self, name: str) -> list[str]:
        return [value for n, value in self.fields if n == name]

    # The frames of an answer.

    def head(self, *fields: tuple[str | bytes, str | bytes], status: str = "200", ends: bool = False) -> bytes:
        return self.headers([(":status", status), *fields], ends)

    def headers(self, fields: list, ends: bool = False) -> bytes:
        flags = Flag.END_HEADERS | (Flag.END_STREAM if ends else Flag.NONE)
        return frame(Frame.HEADERS, flags, self.stream, block(fields))

    def data(self, data: bytes, ends: bool = True) -> bytes:
        return frame(Frame.DATA, Flag.END_STREAM if ends else 0, self.stream, data)

    def whole(self, body: bytes, *fields) -> bytes:
        return self.head(*fields) + self.data(body)


@dataclass
class H2OriginConnection:
    """One accepted connection."""

    raw: bytearray = field(default_factory=bytearray)  # header blocks decoded, and bodies
    requests: list[H2Request] = field(default_factory=list)
    is_open: bool = True


def hello(request: H2Request) -> Iterable:
    yield request.whole(b"hello from " + request.values(":path")[0].encode())


class H2Origin:
    """A threaded server with TLS that offers ``h2`` alone; ``script`` says what follows a whole request."""

    def __init__(self, certificate: Path, script: Script = hello):
        self.script = script
        self.greets = True  # with SETTINGS; or else it says nothing at all
        self.window: int | None = None  # of a stream, for the next connection alone
        self.refuses_streams = 0  # so many that come next, with REFUSED_STREAM
        self.connections: list[H2OriginConnection] = []
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate)
        self._context.set_alpn_protocols(["h2"])
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.authority = "127.0.0.1:%d" % self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True, name="h2 origin").start()

    @property
    def requests(self) -> list[H2Request]:
        return [request for connection in list(self.connections) for request in list(connection.requests)]

    @property
    def raw(self) -> bytes:
        return b"".join(bytes(connection.raw) for connection in list(self.connections))

    def forget(self) -> None:
        self.script = hello
        self.greets = True
        self.window, self.refuses_streams = None, 0
        self.connections = [connection for connection in self.connections if connection.is_open]
        for connection in self.connections:
            connection.raw.clear()
            connection.requests = []

    def close(self) -> None:
        try:
            self._listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        connection = H2OriginConnection()
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock = self._context.wrap_socket(sock, server_side=True)
            self.connections.append(connection)
            _Reader(sock, connection, self).run()
        except OSError:
            pass
        finally:
            connection.is_open = False
            sock.close()


class _Reader:
    """Reads one connection, and has each whole request answered by a thread of its own."""

    def __init__(self, sock: ssl.SSLSocket, connection: H2OriginConnection, origin: H2Origin):
        self._sock, self._connection, self._origin = sock, connection, origin
        self._decoder = Decoder()
        self._streams: dict[int, H2Request] = {}
        self._sending = threading.Lock()
        self._buffer = bytearray()

    def _take(self, count: int) -> bytes:
        while len(self._buffer) < count:
            data = self._sock.recv(65536)
            if not data:
                raise ConnectionResetError
            self._buffer += data
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken

    def send(self, data: bytes) -> None:
        with self._sending:
            self._sock.sendall(data)

    def run(self) -> None:
        assert self._take(len(PREFACE)) == PREFACE, "not the preface"
        if not self._origin.greets:
            while self._sock.recv(65536):
                pass
            return
        window, self._origin.window = self._origin.window, None
        greeting = b"" if window is None else settings({Setting.INITIAL_WINDOW_SIZE: window})
        self.send(frame(Frame.SETTINGS, 0, 0, greeting) + frame(Frame.WINDOW_UPDATE, 0, 0, WINDOW))
        head = b""
        while True:
            size, kind, flags, number = self._header()
            payload = self._take(size)
            request = self._streams.get(number)
            if kind in (Frame.HEADERS, Frame.CONTINUATION):
                head += payload[5:] if kind == Frame.HEADERS and flags & Flag.PRIORITY else payload
                if flags & Flag.END_HEADERS:
                    request = self._begin(number, head)
                    head = b""
                self._end(request, kind == Frame.HEADERS and flags & Flag.END_STREAM)
            elif kind == Frame.DATA and request:
                self._connection.raw += payload
                request.body += payload
                if payload:
                    self.send(frame(Frame.WINDOW_UPDATE, 0, number, size.to_bytes(4, "big")))
                self._end(request, flags & Flag.END_STREAM)
            elif kind == Frame.RST_STREAM and request:
                request.reset = int.from_bytes(payload, "big")
            elif kind == Frame.SETTINGS and not flags & Flag.ACK:
                self.send(frame(Frame.SETTINGS, Flag.ACK))
            elif kind == Frame.PING and not flags & Flag.ACK:
                self.send(frame(Frame.PING, Flag.ACK, 0, payload))

    def _header(self) -> tuple[int, int, int, int]:
        header = self._take(9)
        return int.from_bytes(header[:3], "big"), header[3], header[4], int.from_bytes(header[5:], "big")

    def _begin(self, number: int, head: bytes) -> H2Request:
        pairs = [(n.decode("latin-1"), v.decode("latin-1")) for n, v in self._decoder.decode(head, raw=True)]
        self._connection.raw += "".join(f"{name}: {value}\r\n" for name, value in pairs).encode("latin-1")
        if number in self._streams:  # trailers
            return self._streams[number]
        request = self._streams[number] = H2Request(self._connection, number, pairs)
        if self._origin.refuses_streams:
            self._origin.refuses_streams -= 1
            self.send(frame(Frame.RST_STREAM, 0, number, Code.REFUSED_STREAM.to_bytes(4, "big")))
            return request
        self._connection.requests.append(request)
        return request

    def _end(self, request: H2Request | None, ends: int) -> None:
        if request and ends and not request.is_ended:
            request.is_ended = True
            threading.Thread(target=self._answer, args=(request,), daemon=True).start()

    def _answer(self, request: H2Request) -> None:
        try:
            for part in self._origin.script(request):
                if part == CLOSE:
                    self._sock.shutdown(socket.SHUT_RDWR)
                elif isinstance(part, (int, float)):
                    time.sleep(part)
                else:
                    self.send(part)
        except OSError:
            pass
