"""The bytes of HTTP/2: frames, settings and header blocks, well formed or not."""

from __future__ import annotations

import enum
from typing import Iterable

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
WINDOW = 65_535
PIECE = 16_384

Name = str | bytes
Fields = Iterable[tuple[Name, Name]]


class Frame(enum.IntEnum):
    DATA = 0
    HEADERS = 1
    PRIORITY = 2
    RST_STREAM = 3
    SETTINGS = 4
    PUSH_PROMISE = 5
    PING = 6
    GOAWAY = 7
    WINDOW_UPDATE = 8
    CONTINUATION = 9


class Flag(enum.IntFlag):
    NONE = 0
    END_STREAM = 1
    ACK = 1
    END_HEADERS = 4
    PADDED = 8
    PRIORITY = 32


class Setting(enum.IntEnum):
    HEADER_TABLE_SIZE = 1
    ENABLE_PUSH = 2
    MAX_CONCURRENT_STREAMS = 3
    INITIAL_WINDOW_SIZE = 4
    MAX_FRAME_SIZE = 5
    MAX_HEADER_LIST_SIZE = 6
    ENABLE_CONNECT_PROTOCOL = 8


class Code(enum.IntEnum):
    NO_ERROR = 0
    PROTOCOL_ERROR = 1
    INTERNAL_ERROR = 2
    FLOW_CONTROL_ERROR = 3
    SETTINGS_TIMEOUT = 4
    STREAM_CLOSED = 5
    FRAME_SIZE_ERROR = 6
    REFUSED_STREAM = 7
    CANCEL = 8
    COMPRESSION_ERROR = 9
    CONNECT_ERROR = 10
    ENHANCE_YOUR_CALM = 11
    INADEQUATE_SECURITY = 12
    HTTP_1_1_REQUIRED = 13


def as_bytes(text: Name) -> bytes:
    return text if isinstance(text, bytes) else text.encode("latin-1")


def _string(text: Name) -> bytes:
    """A string literal of HPACK, without Huffman."""
    data = as_bytes(text)
    if (length := len(data)) < 127:
        return bytes([length]) + data
    length -= 127
    prefix = bytearray([127])
    while length >= 128:
        prefix.append(length % 128 + 128)
        length //= 128
    prefix.append(length)
    return bytes(prefix) + data


def block(fields: Fields) -> bytes:
    """A header block in which every field is a literal, so that any byte can stand anywhere."""
    return b"".join(b"\0" + _string(name) + _string(value) for name, value in fields)


def frame(kind: int, flags: int = 0, stream: int = 0, payload: bytes = b"", length: int | None = None) -> bytes:
    """The bytes of a frame; ``length`` may lie."""
    size = len(payload) if length is None else length
    return size.to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def settings(values: dict[int, int]) -> bytes:
    return b"".join(key.to_bytes(2, "big") + value.to_bytes(4, "big") for key, value in values.items())


def request(method: Name, authority: Name, path: Name, fields: Fields = (), scheme: Name = "https") -> list:
    """The fields of a request, pseudo-fields first."""
    return [(":method", method), (":scheme", scheme), (":authority", authority), (":path", path), *fields]
