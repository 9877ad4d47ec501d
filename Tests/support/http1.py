"""A strict HTTP/1.1 reader for both directions.

It repairs nothing. Whatever two parsers could read differently raises ``Malformed``, so that an origin built on it
fails a test when Postern forwards anything but plainly framed messages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Callable, Iterator

TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")
FIELD_VALUE = re.compile(rb"[\t\x20-\x7e\x80-\xff]*\Z")
DECIMAL = re.compile(rb"(0|[1-9][0-9]{0,17})\Z")
CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]{1,15}\Z")
# RFC 3986 characters of a path and query. Brackets, bars and quotes are let pass in a query, as browsers send them.
ORIGIN_FORM = re.compile(rb"/[!$%&'()*+,\-./0-9:;=@A-Z_a-z~]*(\?[!$%&'()*+,\-./0-9:;=?@A-Z_a-z~\[\]|{}\"`^]*)?\Z")
PERCENT = re.compile(rb"%(?![0-9A-Fa-f]{2})")
FRAMING = {b"content-length", b"transfer-encoding", b"host", b"connection"}


class Malformed(Exception):
    """The bytes are not one unambiguous message."""


class Closed(Exception):
    """The peer closed in the middle of a message."""


class Reader:
    """Reads lines and counted bytes from a receive function, which answers ``b""`` at the end."""

    def __init__(self, receive: Callable[[], bytes]):
        self._receive = receive
        self.buffer = bytearray()
        self.ended = False

    def fill(self) -> bool:
        if self.ended:
            return False
        data = self._receive()
        if not data:
            self.ended = True
            return False
        self.buffer += data
        return True

    def at_end(self) -> bool:
        return not self.buffer and not self.fill()

    def line(self) -> bytes:
        """The bytes up to CRLF. A CR or LF that is not part of one is malformed."""
        scanned = 0
        while True:
            newline = self.buffer.find(b"\n", scanned)
            if newline >= 0:
                break
            scanned = len(self.buffer)
            if not self.fill():
                raise Closed("in a line")
        line = bytes(self.buffer[: newline + 1])
        del self.buffer[: newline + 1]
        if not line.endswith(b"\r\n"):
            raise Malformed(f"bare LF after {line[:80]!r}")
        if b"\r" in line[:-2]:
            raise Malformed(f"bare CR in {line[:80]!r}")
        return line[:-2]

    def pieces(self, count: int) -> Iterator[bytes]:
        """Exactly ``count`` bytes, as they come."""
        while count:
            if not self.buffer and not self.fill():
                raise Closed(f"{count} bytes before the end of a body")
            piece = bytes(self.buffer[:count])
            del self.buffer[: len(piece)]
            count -= len(piece)
            yield piece

    def rest(self) -> Iterator[bytes]:
        while not self.at_end():
            piece = bytes(self.buffer)
            self.buffer.clear()
            yield piece


@dataclass
class Head:
    """Fields in the order they came, as Latin-1 text so that every byte survives."""

    fields: list[tuple[str, str]] = field(default_factory=list)

    def values(self, name: str) -> list[str]:
        return [v for n, v in self.fields if n.lower() == name.lower()]

    def value(self, name: str) -> str | None:
        values = self.values(name)
        return values[0] if values else None

    def names(self) -> set[str]:
        return {n.lower() for n, _ in self.fields}


@dataclass
class RequestHead(Head):
    method: str = ""
    target: str = ""

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]


@dataclass
class ResponseHead(Head):
    status: int = 0
    reason: str = ""
    version: str = ""


def read_fields(reader: Reader) -> list[tuple[str, str]]:
    fields = []
    while line := reader.line():
        if line[:1] in b" \t":
            raise Malformed(f"folded line {line[:80]!r}")
        name, colon, value = line.partition(b":")
        if not colon or not TOKEN.match(name):
            raise Malformed(f"field name in {line[:80]!r}")
        if not FIELD_VALUE.match(value):
            raise Malformed(f"control character in {line[:80]!r}")
        if b"_" in name and name.lower().replace(b"_", b"-") in FRAMING:
            raise Malformed(f"framing field spelled with an underscore: {name!r}")
        fields.append((name.decode("latin-1"), value.strip(b" \t").decode("latin-1")))
    return fields


def body_length(head: Head) -> int | None:
    """The declared length of a body: ``None`` is chunked, 0 where nothing is declared, else a count.

    -1 stands for no declaration at all.
    """
    lengths, codings = head.values("content-length"), head.values("transfer-encoding")
    if lengths and codings:
        raise Malformed("Content-Length beside Transfer-Encoding")
    if codings:
        if codings != ["chunked"]:
            raise Malformed(f"Transfer-Encoding {codings!r}")
        return None
    if lengths:
        if len(lengths) > 1 or not DECIMAL.match(lengths[0].encode("latin-1")):
            raise Malformed(f"Content-Length {lengths!r}")
        return int(lengths[0])
    return -1


def chunks(reader: Reader, trailers: list[tuple[str, str]] | None = None) -> Iterator[bytes]:
    """The data of a chunked body. Extensions are malformed; trailers too unless a list takes them."""
    while True:
        line = reader.line()
        if not CHUNK_SIZE.match(line):
            raise Malformed(f"chunk size {line[:80]!r}")
        size = int(line, 16)
        if size == 0:
            break
        yield from reader.pieces(size)
        if reader.line():
            raise Malformed("bytes after chunk data")
    found = read_fields(reader)
    if found and trailers is None:
        raise Malformed(f"trailers {found!r}")
    if trailers is not None:
        trailers += found


def read_request_head(reader: Reader) -> RequestHead:
    line = reader.line()
    parts = line.split(b" ")
    if len(parts) != 3:
        raise Malformed(f"request line {line[:80]!r}")
    method, target, version = parts
    if not TOKEN.match(method):
        raise Malformed(f"method in {line[:80]!r}")
    if version != b"HTTP/1.1":
        raise Malformed(f"version {version!r}")
    if not ORIGIN_FORM.match(target) or PERCENT.search(target):
        raise Malformed(f"target {target[:80]!r}")
    head = RequestHead(read_fields(reader), method.decode(), target.decode("latin-1"))
    if len(head.values("host")) != 1:
        raise Malformed(f"Host {head.values('host')!r}")
    body_length(head)
    return head


def request_body(reader: Reader, head: RequestHead) -> Iterator[bytes]:
    length = body_length(head)
    return chunks(reader) if length is None else reader.pieces(max(length, 0))


def read_response_head(reader: Reader) -> ResponseHead:
    line = reader.line()
    match = re.match(rb"(HTTP/1\.[01]) ([1-9][0-9][0-9]) ([\t\x20-\x7e\x80-\xff]*)\Z", line)
    if not match:
        raise Malformed(f"status line {line[:80]!r}")
    version, status, reason = match.groups()
    return ResponseHead(read_fields(reader), int(status), reason.decode("latin-1"), version.decode())


def response_body(
    reader: Reader, head: ResponseHead, method: str, trailers: list[tuple[str, str]] | None = None
) -> Iterator[bytes]:
    length = body_length(head)
    if method == "HEAD" or head.status in (204, 304) or head.status < 200:
        return iter(())
    if length is None:
        return chunks(reader, trailers)
    return reader.pieces(length) if length >= 0 else reader.rest()
