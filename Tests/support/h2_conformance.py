"""What a case of HTTP/2 conformance is: bytes to send, and what has to become of stream and connection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Sequence

from .h2wire import Code, Fields, Flag, Frame, block, frame, request
from .http2 import H2Connection, Stream

HOST = "good.test"
GET = request("GET", HOST, "/v1/ok")
POST = request("POST", HOST, "/v1/ok")
SLOW = request("GET", HOST, "/v1/slow")  # the origin takes half a second, in which the stream stays half-closed
PROBE = ("standin-probe", "1")  # marks requests that only see whether a connection works
WHOLE = Flag.END_HEADERS | Flag.END_STREAM


@dataclass(frozen=True)
class Ends:
    """A connection error. The connection may also end without a word."""

    codes: tuple[Code, ...]


@dataclass(frozen=True)
class Resets:
    """A stream error of stream 1. It may be taken for one of the connection."""

    codes: tuple[Code, ...]
    or_ignored: bool = False


@dataclass(frozen=True)
class Refuses:
    """A malformed request: it is reset or answered with a 4xx, and nothing of it reaches the origin."""

    status: int | None = None


@dataclass(frozen=True)
class Answers:
    """Stream 1 is answered, and the connection goes on."""


@dataclass(frozen=True)
class GoesOn:
    """Nothing happens: the connection works as before."""


Expected = Ends | Resets | Refuses | Answers | GoesOn | Callable[[H2Connection], None]
Part = bytes | Callable[[H2Connection], None]


@dataclass
class Case:
    """``requests`` is how many whole requests the origin may see; ``None`` where that is left to chance.

    ``is_read`` says whether the origin reads the bodies of requests before it answers.
    """

    section: str
    name: str
    parts: Sequence[Part]
    expected: Expected
    requests: int | None = None
    has_preface: bool = True
    is_read: bool = True

    def __str__(self) -> str:
        return f"{self.section}: {self.name}"


def ends(*codes: Code) -> Ends:
    return Ends(codes)


def resets(*codes: Code, or_ignored: bool = False) -> Resets:
    return Resets(codes, or_ignored)


# Bytes.


def head(fields: Fields = GET, stream: int = 1, flags: int = WHOLE, prefix: bytes = b"", suffix: bytes = b"") -> bytes:
    """One HEADERS frame; ``prefix`` and ``suffix`` stand around the header block."""
    return frame(Frame.HEADERS, flags, stream, prefix + block(fields) + suffix)


def post(*fields: tuple, stream: int = 1) -> bytes:
    """A request whose body is still to come."""
    return head([*POST, *fields], stream, Flag.END_HEADERS)


def data(body: bytes = b"", stream: int = 1, flags: int = Flag.END_STREAM) -> bytes:
    return frame(Frame.DATA, flags, stream, body)


def number(value: int, size: int = 4) -> bytes:
    return value.to_bytes(size, "big")


def without(name: str, fields: list = GET) -> list:
    return [field for field in fields if field[0] != name]


# Waiting.


def answered(connection: H2Connection) -> None:
    """Until stream 1 has its answer."""
    connection.wait(connection.streams[1])


def settled(connection: H2Connection) -> None:
    """Until everything sent so far has been read: a PING comes back."""
    mark = number(len(connection.frames), 8)
    connection.frame(Frame.PING, 0, 0, mark)
    while not any(flags & Flag.ACK and payload == mark for _, flags, _, payload in connection.seen(Frame.PING)):
        assert connection.pump(), f"the connection has ended: {connection.goaway}"


# Judging.


def play(case: Case, connection: H2Connection) -> None:
    """Sends what a case sends and fails unless the expected happens."""
    connection.streams[1] = Stream(1)
    connection.next_stream = 1001
    for part in case.parts:
        part(connection) if callable(part) else connection.send(part)
    JUDGES.get(type(case.expected), lambda expected, connection: expected(connection))(case.expected, connection)


def _is_over(connection: H2Connection) -> bool:
    """Whether the connection has ended or is about to, after all that could still be read was read."""
    if connection.goaway is not None:
        connection.until_end(10)
    return connection.is_ended


def _probe(connection: H2Connection) -> None:
    assert connection.ask([*GET, PROBE]).status == 200


def _ends(expected: Ends, connection: H2Connection) -> None:
    code = connection.until_end(10)
    assert code is None or code in expected.codes, f"GOAWAY {code}"


def _stream_ends(connection: H2Connection) -> Stream:
    """Reads until stream 1 is over or the connection is."""
    stream = connection.streams[1]
    while not stream.is_over and connection.goaway is None and connection.pump():
        pass
    return stream


def _resets(expected: Resets, connection: H2Connection) -> None:
    if expected.or_ignored and not connection.is_ended:
        connection.frame(Frame.PING, 0, 0, bytes(8))
        while not any(connection.seen(Frame.PING)) and connection.goaway is None and connection.pump():
            pass
    else:
        _stream_ends(connection)
    stream = connection.streams[1]
    resets = [int.from_bytes(payload, "big") for _, _, number, payload in connection.seen(Frame.RST_STREAM)]
    if _is_over(connection):
        assert connection.goaway is None or connection.goaway in expected.codes, f"GOAWAY {connection.goaway}"
        return
    assert expected.or_ignored or resets, f"no error; {stream}"
    assert set(resets) <= set(expected.codes) | {Code.NO_ERROR}, f"RST_STREAM {resets}"
    _probe(connection)


def _refuses(expected: Refuses, connection: H2Connection) -> None:
    stream = _stream_ends(connection)
    if _is_over(connection):
        assert connection.goaway in (None, Code.PROTOCOL_ERROR) and expected.status is None
        return
    if stream.final is None:
        assert stream.reset == Code.PROTOCOL_ERROR and expected.status is None, f"RST_STREAM {stream.reset}"
    else:
        status = stream.response().status
        assert status == expected.status if expected.status else 400 <= status < 500, f"answered {status}"
    _probe(connection)


def _answers(_expected: Answers, connection: H2Connection) -> None:
    assert connection.response(connection.streams[1]).status == 200
    _probe(connection)


def _goes_on(_expected: GoesOn, connection: H2Connection) -> None:
    settled(connection)
    _probe(connection)


JUDGES = {Ends: _ends, Resets: _resets, Refuses: _refuses, Answers: _answers, GoesOn: _goes_on}
