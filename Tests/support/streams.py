"""The third entry: what tests write as HTTP/1.1 is sent as streams of HTTP/2, and what comes back reads as HTTP/1.1."""

from __future__ import annotations

import re

from .client import Response
from .h2wire import Code
from .http1 import CHUNK_SIZE, Closed, Malformed, Reader, read_fields
from .http2 import H2Connection, Stream
from .tunnel import KEY, REQUEST, URL, NoEquivalent, TunnelClient


class StreamClient(TunnelClient):
    """Reads what it is to send as HTTP/1.1 and sends streams; what comes back reads as HTTP/1.1 again."""

    protocol = "h2"

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.connection: H2Connection | None = None
        self.resets: list[int] = []  # codes, of streams and of the connection
        self._unread = bytearray()  # of what is to be sent
        self._missing = 0  # bytes of the body under way
        self._is_chunked = False
        self._under_way: Stream | None = None
        self._answers: list[Answer] = []
        self._ends_with_answers = False

    def _handshake(self, host: str) -> None:
        super()._handshake(host)
        self.connection = H2Connection(self.sock)

    # Sending.

    def sendall(self, data: bytes) -> None:
        self.send(data)
        if self.connection and self.connection.is_ended:
            raise BrokenPipeError

    def send_slowly(self, data: bytes, size: int = 1, delay: float = 0.0) -> "StreamClient":
        raise NoEquivalent("a frame is not read before it is whole")

    def _send_inside(self, data: bytes) -> None:
        self._unread += data
        self.reader.ended = False
        while self._unread and (self._send_body() if self._under_way else self._send_head()):
            pass

    def _send_head(self) -> bool:
        head, end, rest = bytes(self._unread).partition(b"\r\n\r\n")
        if not end:
            return False
        self._unread = bytearray(rest)
        start, newline, lines = re.sub(rb"\A(\r?\n)+", b"", head).partition(b"\n")
        message = Translated(URL.sub(b"", start, count=1) + newline + KEY.sub(b"", lines + b"\r\n")[:-2])
        self._ends_with_answers |= message.is_last
        self._is_chunked, self._missing = message.is_chunked, message.length or 0
        if not self._is_chunked and len(rest) > self._missing and not REQUEST.match(rest, self._missing):
            self._missing = len(rest)  # more than was declared, or nothing a reader could go by: all there is
        has_body = self._is_chunked or self._missing > 0
        stream = self.connection.headers(message.fields, ends=not has_body)
        self._answers.append(Answer(stream))
        self._under_way = stream if has_body else None
        return True

    def _send_body(self) -> bool:
        if self._is_chunked:
            return self._send_chunk()
        piece = bytes(self._unread[: self._missing])
        del self._unread[: len(piece)]
        self._missing -= len(piece)
        stream = self._under_way
        if not self._missing:
            self._under_way = None
        self.connection.data(stream, piece, ends=not self._missing)
        return True

    def _send_chunk(self) -> bool:
        """The next chunk as DATA, if it is there as a whole."""
        size, end, rest = bytes(self._unread).partition(b"\r\n")
        if not end:
            return False
        if not CHUNK_SIZE.match(size):
            raise NoEquivalent(f"the chunk size {size[:80]!r}")
        length = int(size, 16)
        if length:
            if len(rest) < length + 2:
                return False
            if rest[length : length + 2] != b"\r\n":
                raise NoEquivalent("bytes after the data of a chunk")
            self._unread = bytearray(rest[length + 2 :])
            self.connection.data(self._under_way, rest[:length], ends=False)
            return True
        reader = Reader(lambda: b"")
        reader.buffer += rest
        try:
            trailers = [(name.lower(), value) for name, value in read_fields(reader)]
        except Closed:
            return False
        except Malformed as error:
            raise NoEquivalent(f"trailers: {error}") from None
        self._unread = reader.buffer
        stream, self._under_way = self._under_way, None
        if trailers:
            self.connection.headers(trailers, stream=stream)
        else:
            self.connection.data(stream, b"", ends=True)
        return True

    def half_close(self) -> "StreamClient":
        """Each direction of a stream ends by itself; one that misses part of its body is given up."""
        if not self.is_inside:
            return super().half_close()
        if self._unread and not self._under_way:
            raise NoEquivalent(f"a head that is not whole: {bytes(self._unread[:80])!r}")
        if self._under_way:
            if self._is_chunked:
                self.connection.reset(self._under_way, Code.CANCEL)
                self._under_way.reset = Code.CANCEL
            else:
                self.connection.data(self._under_way, b"", ends=True)
            self._under_way = None
        return self

    # Receiving.

    @property
    def has_unanswered(self) -> bool:
        return any(not answer.is_told for answer in self._answers)

    def _receive(self) -> bytes:
        if not self.connection:
            return super()._receive()
        while True:
            for answer in self._answers:
                if answer.is_told:
                    continue
                told = answer.tell()
                if answer.was_reset and not told:
                    self.resets.append(answer.stream.reset or 0)
                    return b""
                if told:
                    self.received.extend(told if self.records else b"")
                    return told
                if not answer.is_told:
                    break
            if self._ends_with_answers and not self.has_unanswered:
                return b""
            if not self.connection.pump():
                self.resets += [self.connection.goaway] if self.connection.goaway else []
                for answer in self._answers:
                    answer.is_told = True
                return b""

    def response(self, method: str = "GET", keep_body: bool = True) -> Response:
        response = super().response(method, keep_body)
        response.fields = [pair for pair in response.fields if pair != CHUNKED]
        return response

    def responses(self, idle: float = 0.5) -> list[Response]:
        if not self.is_inside:
            return super().responses(idle)
        found = []
        while self.has_unanswered or self.reader.buffer:
            try:
                found.append(self.response())
            except Closed:
                self.reader.ended = False
                if self.connection.is_ended:
                    break
            except TimeoutError:
                break
        return found

    def everything(self, timeout: float = 10.0) -> bytes:
        self._ends_with_answers |= bool(self._answers)
        return super().everything(timeout)


CHUNKED = ("Transfer-Encoding", "chunked")  # as no field of HTTP/2 is spelled


class Answer:
    """Tells what came on a stream as HTTP/1.1."""

    def __init__(self, stream: Stream):
        self.stream = stream
        self.is_told = False
        self.was_reset = False
        self._heads = self._body = 0
        self._has_length = self._has_body = False

    def tell(self) -> bytes:
        """What is new."""
        stream, out = self.stream, b""
        final = stream.final
        for number in range(self._heads, len(stream.heads) if final is None else final + 1):
            out += self._head(stream.heads[number], is_final=number == final)
            self._heads += 1
        if final is not None and self._has_body and len(stream.body) > self._body:
            piece = bytes(stream.body[self._body :])
            self._body = len(stream.body)
            out += piece if self._has_length else b"%x\r\n%s\r\n" % (len(piece), piece)
        if stream.is_ended:
            self.is_told = True
            if self._has_body and not self._has_length:
                trailers = [pair for fields in stream.heads[final + 1 :] for pair in fields]
                out += "".join(["0\r\n", *(f"{n}: {v}\r\n" for n, v in trailers), "\r\n"]).encode("latin-1")
        elif stream.reset is not None and not out:
            self.is_told = self.was_reset = True
        return out

    def _head(self, fields: list[tuple[str, str]], is_final: bool) -> bytes:
        status = dict(fields)[":status"]
        lines = [f"HTTP/1.1 {status} "] + [f"{n}: {v}" for n, v in fields if not n.startswith(":")]
        if is_final:
            self._has_length = any(name == "content-length" for name, _ in fields)
            self._has_body = self.stream.method != "HEAD" and status not in ("204", "304")
            if self._has_body and not self._has_length:
                lines.append(": ".join(CHUNKED))
        return "\r\n".join([*lines, "", ""]).encode("latin-1")


class Translated:
    """A head in origin form as the fields of HTTP/2, each as it was spelled."""

    def __init__(self, head: bytes):
        start, *lines = head.split(b"\r\n")
        method, _, target = start.partition(b" ")
        target, _, version = target.rpartition(b" ")
        if version != b"HTTP/1.1" or not target and b"  " not in start:
            raise NoEquivalent(f"the start line {start[:80]!r}")
        fields = self._named(lines)
        codings = [value.lower() for name, value in fields if name == b"transfer-encoding"]
        lengths = [value for name, value in fields if name == b"content-length"]
        self.is_chunked = codings == [b"chunked"] and not lengths
        self.is_last = (b"connection", b"close") in fields
        self.length = int(lengths[0]) if len(lengths) == 1 and not codings and lengths[0].isdigit() else None
        hosts = [(b":authority", value) for name, value in fields if name == b"host"]
        self.fields = [(b":method", method), (b":scheme", b"https"), (b":path", target), *hosts]
        self.fields += [(name, value) for name, value in fields if name != b"host" and not self._is_hop(name, value)]

    @staticmethod
    def _named(lines: list[bytes]) -> list[tuple[bytes, bytes]]:
        fields: list[tuple[bytes, bytes]] = []
        for line in lines:
            name, colon, value = line.partition(b":")
            if line[:1] in (b" ", b"\t") and fields:
                fields[-1] = (fields[-1][0], fields[-1][1] + b"\r\n" + line)
            elif colon:
                fields.append((name.lower(), value.strip(b" \t")))
            else:
                raise NoEquivalent(f"a line that is no field: {line[:80]!r}")
        return fields

    def _is_hop(self, name: bytes, value: bytes) -> bool:
        """Whether it only says how HTTP/1.1 is to end this message or connection."""
        if name == b"connection":
            return value.lower() in (b"close", b"keep-alive")
        return name == b"transfer-encoding" and self.is_chunked
