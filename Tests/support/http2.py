"""An HTTP/2 client that sends exactly the frames it is told to, whether they make sense or not."""

from __future__ import annotations

import ssl
import time
from dataclasses import dataclass, field
from typing import Iterator

from hpack import Decoder

from .client import Recording, Response
from .h2wire import PIECE, PREFACE, WINDOW, Code, Fields, Flag, Frame, Setting, as_bytes, block, frame, settings
from .http1 import Closed, ResponseHead


class StreamReset(Closed):
    """The stream was ended by RST_STREAM."""

    def __init__(self, code: int):
        super().__init__(f"the stream was reset: {code}")
        self.code = code


class ConnectionEnded(Closed):
    """The connection ended, after GOAWAY (``code``) or without one (``None``)."""

    def __init__(self, code: int | None):
        super().__init__(f"the connection ended: {code}")
        self.code = code


@dataclass
class Stream:
    """What came back on one stream."""

    id: int
    method: str = "GET"
    heads: list[list[tuple[str, str]]] = field(default_factory=list)
    body: bytearray = field(default_factory=bytearray)
    body_length: int = 0
    is_ended: bool = False
    reset: int | None = None
    send_window: int = WINDOW
    unacknowledged: int = 0
    received: bytearray = field(default_factory=bytearray)

    @property
    def final(self) -> int | None:
        """The place of the head that is the answer's, once it is there."""
        statuses = (dict(fields).get(":status", "") for fields in self.heads)
        return next((place for place, status in enumerate(statuses) if not status.startswith("1")), None)

    @property
    def is_over(self) -> bool:
        return self.is_ended or self.reset is not None

    @staticmethod
    def _head(fields: list[tuple[str, str]]) -> ResponseHead:
        plain = [(name, value) for name, value in fields if not name.startswith(":")]
        return ResponseHead(plain, int(dict(fields)[":status"]), "", "HTTP/2")

    def response(self) -> Response:
        head = self._head(self.heads[self.final])
        interim = [self._head(fields) for fields in self.heads[: self.final]]
        trailers = [pair for fields in self.heads[self.final + 1 :] for pair in fields]
        return Response(head.fields, head.status, "", "HTTP/2", bytes(self.body), self.body_length, interim, trailers)


class H2Connection:
    """One connection, over TLS or not. Every method that waits does so until the socket's timeout."""

    def __init__(self, sock, options: dict[int, int] | None = None, recording: Recording | None = None, starts=True):
        self.sock = sock
        self.streams: dict[int, Stream] = {}
        self.peer: dict[int, int] = {}  # its settings
        self.frames: list[tuple[int, int, int, bytes]] = []  # everything but DATA: kind, flags, stream, payload
        self.goaway: int | None = None
        self.is_ended = False
        self.opens_windows = True
        self.acknowledges = True
        self.keeps_bodies = True
        self.next_stream = 1
        self.send_window = WINDOW
        self._unacknowledged = 0
        self._decoder = Decoder()
        self._decoder.max_header_list_size = 1 << 24
        self._buffer = bytearray()
        self._block = bytearray()
        self._recording = recording or Recording()
        if starts:
            self.send(PREFACE + frame(Frame.SETTINGS, payload=settings({Setting.ENABLE_PUSH: 0, **(options or {})})))

    # Sending.

    def send(self, data: bytes) -> None:
        """Any bytes at all; that the peer may have closed already is not an error."""
        try:
            self.sock.sendall(data)
        except (BrokenPipeError, ConnectionResetError, ssl.SSLEOFError):
            self.is_ended = True

    def frame(self, kind: int, flags: int = 0, stream: int = 0, payload: bytes = b"") -> None:
        self.send(frame(kind, flags, stream, payload))

    def new_stream(self, method: str = "GET") -> Stream:
        stream = self.streams[self.next_stream] = Stream(self.next_stream, method)
        stream.received = self._recording.new()
        stream.send_window = self.peer.get(Setting.INITIAL_WINDOW_SIZE, WINDOW)
        self.next_stream += 2
        return stream

    def headers(self, fields: Fields, ends: bool = True, stream: Stream | None = None) -> Stream:
        """A header block, in as many frames as it takes; opens a stream unless one is named."""
        fields = list(fields)
        method = next((as_bytes(v).decode("latin-1") for n, v in fields if n in (":method", b":method")), "GET")
        stream = stream or self.new_stream(method)
        data = block(fields)
        pieces = [data[at : at + PIECE] for at in range(0, len(data), PIECE)] or [b""]
        out = b""
        for number, piece in enumerate(pieces):
            flags = Flag.END_HEADERS if number == len(pieces) - 1 else Flag.NONE
            flags |= Flag.END_STREAM if ends and number == 0 else Flag.NONE
            out += frame(Frame.CONTINUATION if number else Frame.HEADERS, flags, stream.id, piece)
        self.send(out)
        return stream

    def data(self, stream: Stream, body: bytes, ends: bool = True) -> None:
        """Body bytes, as fast as the peer's windows open."""
        view = memoryview(body)
        while len(view):
            room = min(self.send_window, stream.send_window, PIECE, len(view))
            if room <= 0:
                if stream.is_over or not self.pump():
                    return
                continue
            self.send_window -= room
            stream.send_window -= room
            last = ends and room == len(view)
            self.frame(Frame.DATA, Flag.END_STREAM if last else 0, stream.id, bytes(view[:room]))
            view = view[room:]
        if ends and not body:
            self.frame(Frame.DATA, Flag.END_STREAM, stream.id)

    def reset(self, stream: Stream, code: int = Code.CANCEL) -> None:
        self.frame(Frame.RST_STREAM, 0, stream.id, int(code).to_bytes(4, "big"))

    # Receiving.

    def pump(self) -> bool:
        """Reads and handles what comes next; ``False`` at the end of the connection."""
        if self.is_ended:
            return False
        try:
            data = self.sock.recv(262144)
        except ConnectionResetError:
            data = b""
        if not data:
            self.is_ended = True
            return False
        self._buffer += data
        while len(self._buffer) >= 9:
            size = int.from_bytes(self._buffer[:3], "big")
            if len(self._buffer) < 9 + size:
                break
            kind, flags = self._buffer[3], self._buffer[4]
            stream = int.from_bytes(self._buffer[5:9], "big") & 0x7FFF_FFFF
            payload = bytes(self._buffer[9 : 9 + size])
            del self._buffer[: 9 + size]
            self._received(kind, flags, stream, payload)
        return True

    def _received(self, kind: int, flags: int, number: int, payload: bytes) -> None:
        stream = self.streams.get(number)
        if kind == Frame.DATA:
            self._received_data(stream, flags, payload)
            return
        self.frames.append((kind, flags, number, payload))
        if kind in (Frame.HEADERS, Frame.CONTINUATION):
            if kind == Frame.HEADERS and flags & Flag.PADDED:
                payload = payload[1 : len(payload) - payload[0]]
            if kind == Frame.HEADERS and flags & Flag.PRIORITY:
                payload = payload[5:]
            self._block += payload
            if flags & Flag.END_HEADERS:
                raw = self._decoder.decode(bytes(self._block), raw=True)
                fields = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in raw]
                self._block.clear()
                if stream:
                    stream.received += "".join(f"{name}: {value}\r\n" for name, value in fields).encode("latin-1")
                    stream.heads.append(fields)
            if kind == Frame.HEADERS and flags & Flag.END_STREAM and stream:
                stream.is_ended = True
        elif kind == Frame.RST_STREAM and stream:
            stream.reset = int.from_bytes(payload[:4], "big")
        elif kind == Frame.SETTINGS and not flags & Flag.ACK:
            self._received_settings(payload)
        elif kind == Frame.PING and not flags & Flag.ACK and self.acknowledges:
            self.frame(Frame.PING, Flag.ACK, 0, payload)
        elif kind == Frame.GOAWAY:
            self.goaway = int.from_bytes(payload[4:8], "big")
        elif kind == Frame.WINDOW_UPDATE:
            more = int.from_bytes(payload, "big") & 0x7FFF_FFFF
            if stream:
                stream.send_window += more
            elif number == 0:
                self.send_window += more

    def _received_settings(self, payload: bytes) -> None:
        before = self.peer.get(Setting.INITIAL_WINDOW_SIZE, WINDOW)
        for at in range(0, len(payload), 6):
            self.peer[int.from_bytes(payload[at : at + 2], "big")] = int.from_bytes(payload[at + 2 : at + 6], "big")
        for stream in self.streams.values():
            stream.send_window += self.peer.get(Setting.INITIAL_WINDOW_SIZE, WINDOW) - before
        if self.acknowledges:
            self.frame(Frame.SETTINGS, Flag.ACK)

    def _received_data(self, stream: Stream | None, flags: int, payload: bytes) -> None:
        size = len(payload)
        if flags & Flag.PADDED:
            payload = payload[1 : len(payload) - payload[0]]
        if stream:
            stream.received += payload
            stream.body_length += len(payload)
            if self.keeps_bodies:
                stream.body += payload
            stream.is_ended = stream.is_ended or bool(flags & Flag.END_STREAM)
            stream.unacknowledged += size
        self._unacknowledged += size
        if not self.opens_windows:
            return
        out = b""
        if self._unacknowledged >= WINDOW // 4:
            out += frame(Frame.WINDOW_UPDATE, 0, 0, self._unacknowledged.to_bytes(4, "big"))
            self._unacknowledged = 0
        if stream and not stream.is_ended and stream.unacknowledged >= WINDOW // 4:
            out += frame(Frame.WINDOW_UPDATE, 0, stream.id, stream.unacknowledged.to_bytes(4, "big"))
            stream.unacknowledged = 0
        if out:
            self.send(out)

    # Waiting.

    def wait(self, stream: Stream) -> Stream:
        """Until a stream is over; raises ``ConnectionEnded`` if the connection ends first."""
        while not stream.is_over:
            if not self.pump():
                raise ConnectionEnded(self.goaway)
        return stream

    def response(self, stream: Stream) -> Response:
        """The whole answer of a stream; raises ``StreamReset`` if it does not end well."""
        self.wait(stream)
        # An answer that is whole may be followed by RST_STREAM(NO_ERROR): the rest of the request is not wanted.
        if not stream.is_ended:
            raise StreamReset(stream.reset)
        return stream.response()

    def head(self, stream: Stream) -> ResponseHead:
        """The next head of a stream that has not been handed out."""
        while stream.final is None:
            if stream.is_over:
                raise StreamReset(stream.reset or 0)
            if not self.pump():
                raise ConnectionEnded(self.goaway)
        return stream.response()

    def ask(self, fields: Fields, body: bytes | None = None) -> Response:
        """One exchange on a stream of its own."""
        stream = self.headers(fields, ends=body is None)
        if body is not None:
            self.data(stream, body)
        return self.response(stream)

    def until_end(self, timeout: float = 5.0) -> int | None:
        """Reads until the connection ends; returns the code of GOAWAY, ``None`` if none came."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            self.sock.settimeout(max(0.01, deadline - time.monotonic()))
            if not self.pump():
                return self.goaway
        raise TimeoutError("the connection stays open")

    def seen(self, kind: int) -> Iterator[tuple[int, int, int, bytes]]:
        return (one for one in self.frames if one[0] == kind)

    def close(self) -> None:
        self.sock.close()

    def __enter__(self) -> "H2Connection":
        return self

    def __exit__(self, *_) -> None:
        self.close()
