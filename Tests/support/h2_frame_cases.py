"""Cases of RFC 9113, sections 3 to 7: starting, frames, streams, flow control."""

from __future__ import annotations

import time

from .h2_conformance import (
    GET, SLOW, WHOLE, Answers, Case, GoesOn, answered, data, ends, head, number, post, resets, settled,
)
from .h2wire import PIECE, WINDOW, Code, Flag, Frame, Setting, block, frame, settings
from .http2 import H2Connection

PROTOCOL, CLOSED, SIZE, FLOW = (
    Code.PROTOCOL_ERROR, Code.STREAM_CLOSED, Code.FRAME_SIZE_ERROR, Code.FLOW_CONTROL_ERROR,
)
OPEN = head(flags=Flag.END_STREAM)  # a header block that goes on
REST = frame(Frame.CONTINUATION, Flag.END_HEADERS, 1)
CANCEL = frame(Frame.RST_STREAM, 0, 1, number(Code.CANCEL))
GREATEST = (1 << 31) - 1


def setting(name: int, value: int) -> bytes:
    return frame(Frame.SETTINGS, payload=settings({name: value}))


def window(increment: int, stream: int = 0) -> bytes:
    return frame(Frame.WINDOW_UPDATE, 0, stream, number(increment))


# Expectations of one case each.


def starts_with_settings(connection: H2Connection) -> None:
    settled(connection)
    kind, flags, stream, _ = connection.frames[0]
    assert (kind, flags, stream) == (Frame.SETTINGS, 0, 0)


def acknowledges_settings(connection: H2Connection) -> None:
    """Once for the preface's and once for each more."""
    settled(connection)
    assert sum(flags & Flag.ACK for _, flags, _, _ in connection.seen(Frame.SETTINGS)) == 3


def returns_ping(connection: H2Connection) -> None:
    settled(connection)
    assert (Frame.PING, Flag.ACK, 0, b"12345678") in connection.frames


def ignores_ping(connection: H2Connection) -> None:
    settled(connection)
    assert len(list(connection.seen(Frame.PING))) == 1


def _body_grows_to(connection: H2Connection, length: int) -> None:
    """Stream 1 gets exactly so many bytes, and no more although there are more."""
    stream = connection.streams[1]
    while stream.body_length < length:
        assert connection.pump()
    time.sleep(0.02)
    settled(connection)
    assert stream.body_length == length


def keeps_to_the_window(connection: H2Connection) -> None:
    _body_grows_to(connection, 1)
    connection.send(window(2, 1))
    _body_grows_to(connection, 3)


def takes_a_later_window(connection: H2Connection) -> None:
    """The windows of open streams grow with the setting."""
    _body_grows_to(connection, 0)
    connection.send(setting(Setting.INITIAL_WINDOW_SIZE, 1))
    _body_grows_to(connection, 1)


def counts_below_zero(connection: H2Connection) -> None:
    _body_grows_to(connection, 3)
    connection.send(setting(Setting.INITIAL_WINDOW_SIZE, 1))  # the window is at -2
    connection.send(window(2, 1))
    _body_grows_to(connection, 3)
    connection.send(window(1, 1))
    _body_grows_to(connection, 4)


def refuses_too_many_streams(connection: H2Connection) -> None:
    limit = connection.peer[Setting.MAX_CONCURRENT_STREAMS]
    connection.send(b"".join(head(SLOW, stream=1 + 2 * place) for place in range(limit + 1)))
    while not any(connection.seen(Frame.RST_STREAM)) and connection.pump():
        pass
    codes = {int.from_bytes(payload, "big") for *_, payload in connection.seen(Frame.RST_STREAM)}
    assert codes <= {PROTOCOL, Code.REFUSED_STREAM} and connection.goaway in (None, PROTOCOL)


def in_the_middle(intruder: bytes) -> list[bytes]:
    return [OPEN, intruder]


CASES = [
    Case("3.4", "the first frame of a server is SETTINGS", [], starts_with_settings),
    Case("3.4", "a wrong preface", [b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n" + setting(1, 4096)], ends(PROTOCOL),
         has_preface=False),
    Case("3.4", "HTTP/1.1 in place of the preface", [b"GET /v1/ok HTTP/1.1\r\nHost: good.test\r\n\r\n"],
         ends(PROTOCOL), requests=0, has_preface=False),
    Case("3.4", "a preface without SETTINGS", [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(Frame.PING, 0, 0, bytes(8))],
         ends(PROTOCOL), has_preface=False),
    # Frames.
    Case("4.1", "an unknown type of frame", [frame(0xFE, 0, 0, b"unknown")], GoesOn()),
    Case("4.1", "an unknown type of frame on a stream", [post(), frame(0xFE, 0xFF, 1, b"unknown"), data()], Answers()),
    Case("4.1", "flags without meaning", [frame(Frame.PING, 0xFE, 0, b"12345678")], returns_ping),
    Case("4.1", "the reserved bit", [frame(Frame.PING, 0, 1 << 31, b"12345678")], returns_ping),
    Case("4.2", "DATA of 16384 bytes", [post(), data(bytes(PIECE))], Answers()),
    Case("4.2", "DATA of 16385 bytes", [post(), data(bytes(PIECE + 1))], resets(SIZE)),
    Case("4.2", "HEADERS of more than 16384 bytes", [head([*GET, ("x", "y" * PIECE)])], ends(SIZE), requests=0),
    Case("4.2", "a frame of 16 MB", [frame(Frame.PING, 0, 0, bytes(8), length=(1 << 24) - 1)], ends(SIZE)),
    Case("4.3", "a header block that is none", [frame(Frame.HEADERS, WHOLE, 1, b"\xff\xff\xff\xff\xff")],
         ends(Code.COMPRESSION_ERROR), requests=0),
    Case("4.3", "PRIORITY inside a header block", in_the_middle(frame(Frame.PRIORITY, 0, 1, bytes(4) + b"\x10")),
         ends(PROTOCOL), requests=0),
    Case("4.3", "HEADERS of another stream inside a header block", in_the_middle(head(stream=3)), ends(PROTOCOL),
         requests=0),
    # States of streams.
    Case("5.1", "idle: DATA", [data(b"x")], ends(PROTOCOL, CLOSED)),
    Case("5.1", "idle: RST_STREAM", [CANCEL], ends(PROTOCOL)),
    Case("5.1", "idle: WINDOW_UPDATE", [window(100, 1)], ends(PROTOCOL)),
    Case("5.1", "idle: CONTINUATION", [REST], ends(PROTOCOL)),
    Case("5.1", "half-closed: DATA", [head(SLOW), data(b"x")], resets(CLOSED)),
    Case("5.1", "half-closed: HEADERS", [head(SLOW), head(SLOW)], resets(CLOSED)),
    Case("5.1", "half-closed: CONTINUATION", [head(SLOW), REST], ends(PROTOCOL, CLOSED)),
    Case("5.1", "reset by the client: DATA", [post(), CANCEL, data(b"x")], resets(CLOSED, or_ignored=True)),
    Case("5.1", "reset by the client: HEADERS", [post(), CANCEL, head()], resets(CLOSED, PROTOCOL, or_ignored=True)),
    Case("5.1", "reset by the client: CONTINUATION", [post(), CANCEL, REST], ends(CLOSED, PROTOCOL)),
    Case("5.1", "closed: DATA", [head(), answered, data(b"x")], resets(CLOSED, or_ignored=True), requests=None),
    Case("5.1", "closed: HEADERS", [head(), answered, head()], resets(CLOSED, PROTOCOL, or_ignored=True)),
    Case("5.1", "closed: CONTINUATION", [head(), answered, REST], ends(CLOSED, PROTOCOL)),
    Case("5.1", "closed: WINDOW_UPDATE and RST_STREAM", [head(), answered, window(1, 1), CANCEL], GoesOn()),
    Case("5.1.1", "an even stream", [head(stream=2)], ends(PROTOCOL), requests=0),
    Case("5.1.1", "a stream below one that was opened", [head(stream=5), head(stream=3)],
         resets(PROTOCOL, CLOSED, or_ignored=True), requests=1),
    Case("5.1.2", "more streams than were allowed", [settled], refuses_too_many_streams),
    Case("5.3.1", "HEADERS that depend on themselves", [head(flags=WHOLE | Flag.PRIORITY, prefix=number(1) + b"\xff")],
         resets(PROTOCOL, or_ignored=True)),
    Case("5.3.2", "HEADERS with a priority", [head(flags=WHOLE | Flag.PRIORITY, prefix=number(0) + b"\xff")],
         Answers()),
    Case("5.4.1", "a connection error ends the connection", [frame(Frame.PING, 0, 0, bytes(6)), head()], ends(SIZE),
         requests=0),
    Case("5.5", "an extension inside a header block", in_the_middle(frame(0xFE)), ends(PROTOCOL), requests=0),
    # Kinds of frames.
    Case("6.1", "DATA on stream 0", [data(b"x", stream=0)], ends(PROTOCOL)),
    Case("6.1", "DATA with padding", [post(), data(b"\x03body\0\0\0", flags=Flag.END_STREAM | Flag.PADDED)], Answers()),
    Case("6.1", "DATA with more padding than payload", [post(), data(b"\x05body", flags=Flag.END_STREAM | Flag.PADDED)],
         ends(PROTOCOL)),
    Case("6.1", "DATA without the length of its padding", [post(), data(b"", flags=Flag.END_STREAM | Flag.PADDED)],
         ends(SIZE, PROTOCOL)),
    Case("6.2", "HEADERS on stream 0", [head(stream=0)], ends(PROTOCOL), requests=0),
    Case("6.2", "HEADERS with padding", [head(flags=WHOLE | Flag.PADDED, prefix=b"\x04", suffix=bytes(4))], Answers()),
    Case("6.2", "HEADERS with more padding than payload", [head(flags=WHOLE | Flag.PADDED, prefix=b"\xff")],
         ends(PROTOCOL), requests=0),
    Case("6.2", "HEADERS too short for a priority", [frame(Frame.HEADERS, WHOLE | Flag.PRIORITY, 1, bytes(3))],
         ends(SIZE, PROTOCOL), requests=0),
    Case("6.3", "PRIORITY", [frame(Frame.PRIORITY, 0, 1, number(0) + b"\x10")], GoesOn()),
    # Priorities are not supported, which SETTINGS_NO_RFC7540_PRIORITIES says; such frames are skipped unseen.
    Case("6.3", "PRIORITY on stream 0", [frame(Frame.PRIORITY, 0, 0, number(1) + b"\x10")],
         resets(PROTOCOL, or_ignored=True)),
    Case("6.3", "PRIORITY of 4 bytes", [post(), frame(Frame.PRIORITY, 0, 1, bytes(4))], resets(SIZE)),
    Case("6.4", "RST_STREAM on stream 0", [frame(Frame.RST_STREAM, 0, 0, number(8))], ends(PROTOCOL)),
    Case("6.4", "RST_STREAM of 3 bytes", [post(), frame(Frame.RST_STREAM, 0, 1, bytes(3))], ends(SIZE)),
    Case("6.4", "RST_STREAM", [post(), CANCEL], GoesOn()),
    Case("6.5", "an acknowledgement with a payload", [frame(Frame.SETTINGS, Flag.ACK, 0, bytes(6))], ends(SIZE)),
    Case("6.5", "SETTINGS on a stream", [frame(Frame.SETTINGS, 0, 1, settings({1: 4096}))], ends(PROTOCOL)),
    Case("6.5", "SETTINGS of 3 bytes", [frame(Frame.SETTINGS, 0, 0, bytes(3))], ends(SIZE)),
    Case("6.5.2", "ENABLE_PUSH of 2", [setting(Setting.ENABLE_PUSH, 2)], ends(PROTOCOL)),
    Case("6.5.2", "INITIAL_WINDOW_SIZE of 2^31", [setting(Setting.INITIAL_WINDOW_SIZE, 1 << 31)], ends(FLOW)),
    Case("6.5.2", "MAX_FRAME_SIZE of 16383", [setting(Setting.MAX_FRAME_SIZE, PIECE - 1)], ends(PROTOCOL)),
    Case("6.5.2", "MAX_FRAME_SIZE of 2^24", [setting(Setting.MAX_FRAME_SIZE, 1 << 24)], ends(PROTOCOL)),
    Case("6.5.2", "an unknown setting", [setting(0xFF, 1)], GoesOn()),
    Case("6.5.3", "SETTINGS are acknowledged", [setting(0xFF, 1), setting(0xFF, 2)], acknowledges_settings),
    Case("6.5.3", "the last of two values of a setting counts",
         [frame(Frame.SETTINGS, payload=settings({4: 100}) + settings({4: 1})), settled, head()], keeps_to_the_window),
    Case("6.6", "PUSH_PROMISE from a client",
         [post(), frame(Frame.PUSH_PROMISE, Flag.END_HEADERS, 1, number(2) + block(GET))], ends(PROTOCOL)),
    Case("6.7", "PING comes back", [frame(Frame.PING, 0, 0, b"12345678")], returns_ping),
    Case("6.7", "an acknowledgement of no PING", [frame(Frame.PING, Flag.ACK, 0, b"12345678")], ignores_ping),
    Case("6.7", "PING on a stream", [frame(Frame.PING, 0, 1, bytes(8))], ends(PROTOCOL)),
    Case("6.7", "PING of 6 bytes", [frame(Frame.PING, 0, 0, bytes(6))], ends(SIZE)),
    Case("6.8", "GOAWAY on a stream", [frame(Frame.GOAWAY, 0, 1, bytes(8))], ends(PROTOCOL)),
    Case("6.8", "GOAWAY of 7 bytes", [frame(Frame.GOAWAY, 0, 0, bytes(7))], ends(SIZE)),
    # Flow control.
    Case("6.9", "an increment of 0 for the connection", [window(0)], ends(PROTOCOL)),
    Case("6.9", "an increment of 0 for a stream", [post(), window(0, 1)], resets(PROTOCOL)),
    Case("6.9", "WINDOW_UPDATE of 3 bytes", [frame(Frame.WINDOW_UPDATE, 0, 0, bytes(3))], ends(SIZE)),
    Case("6.9.1", "a window of 1", [setting(Setting.INITIAL_WINDOW_SIZE, 1), settled, head()], keeps_to_the_window),
    Case("6.9.1", "a window of the connection over 2^31-1", [window(GREATEST)], ends(FLOW)),
    Case("6.9.1", "a window of a stream over 2^31-1", [post(), window(GREATEST, 1)], resets(FLOW)),
    Case("6.9.1", "more DATA than the window",
         [head([(":method", "POST"), *SLOW[1:]], flags=Flag.END_HEADERS), *[data(bytes(PIECE), flags=0)] * 1024],
         resets(FLOW), is_read=False),
    Case("6.9.2", "a window that opens later", [setting(Setting.INITIAL_WINDOW_SIZE, 0), settled, head()],
         takes_a_later_window),
    Case("6.9.2", "a window below 0", [setting(Setting.INITIAL_WINDOW_SIZE, 3), settled, head()], counts_below_zero),
    # The RFC wants an error of the connection; nghttp2 takes it for one of each stream it concerns.
    Case("6.9.2", "a setting that lifts a window over 2^31-1",
         [post(), window(GREATEST - WINDOW, 1), setting(Setting.INITIAL_WINDOW_SIZE, WINDOW + 1)], resets(FLOW)),
    # Header blocks in pieces.
    Case("6.10", "CONTINUATION twice", [OPEN, frame(Frame.CONTINUATION, 0, 1, block([("a", "b")])), REST], Answers()),
    Case("6.10", "CONTINUATION of one byte each",
         [frame(Frame.HEADERS, Flag.END_STREAM, 1, block(GET)[:-3]),
          *[frame(Frame.CONTINUATION, 0, 1, bytes([byte])) for byte in block(GET)[-3:]], REST], Answers()),
    Case("6.10", "DATA inside a header block", in_the_middle(data(b"x")), ends(PROTOCOL), requests=0),
    Case("6.10", "PING inside a header block", in_the_middle(frame(Frame.PING, 0, 0, bytes(8))), ends(PROTOCOL),
         requests=0),
    Case("6.10", "CONTINUATION on stream 0", in_the_middle(frame(Frame.CONTINUATION, Flag.END_HEADERS, 0)),
         ends(PROTOCOL), requests=0),
    Case("6.10", "CONTINUATION of another stream", in_the_middle(frame(Frame.CONTINUATION, Flag.END_HEADERS, 3)),
         ends(PROTOCOL), requests=0),
    Case("6.10", "CONTINUATION after a whole header block", [post(), REST], ends(PROTOCOL)),
    Case("6.10", "CONTINUATION after DATA", [post(), data(b"x", flags=0), REST], ends(PROTOCOL)),
    Case("7", "GOAWAY with an unknown code", [frame(Frame.GOAWAY, 0, 0, number(0) + number(0xFF))],
         lambda connection: None),
    Case("7", "RST_STREAM with an unknown code", [post(), frame(Frame.RST_STREAM, 0, 1, number(0xFF))], GoesOn()),
]
