"""What a test expects to become of a raw message."""

from __future__ import annotations

import pytest

from .audit import denials
from .client import RawClient, Response
from .entries import CONNECT_H2, PLAIN
from .h2wire import Code
from .topology import A, Topology
from .waiting import wait_until

SMUGGLED = "/v1/smuggled"


def table(rows: dict[str, object]):
    """Parametrises a test's ``row`` over a table of named rows."""
    return pytest.mark.parametrize("row", list(rows.values()), ids=list(rows))


def refused(
    topology: Topology,
    payload: bytes,
    *statuses: int,
    closes: bool = True,
    agent_socket: str | None = A,
    timeout: float = 5.0,
    **options,
) -> Response | None:
    """Postern answers once with one of ``statuses`` (400), ends the connection, records it and sends nothing on.

    What is malformed in HTTP/2 may get an error of the stream or the connection instead, and ends no more than that.
    """
    statuses = statuses or (400,)
    with topology.connect(agent_socket=agent_socket, timeout=timeout, **options) as client:
        client.send(payload)
        response = None if _is_reset(client, statuses) else client.response()
        if response:
            assert response.status in statuses, f"{response.status} {response.body[:300]!r}"
            assert response.code, f"not an answer of Postern: {response}"
        if closes and topology.entry != CONNECT_H2:
            assert client.is_closed(), "the connection stays open, or more was answered"
    topology.assert_untouched()
    wait_until(lambda: denials(topology.audit()), 3, "the denial is recorded")
    return response


def _is_reset(client: RawClient, statuses: tuple[int, ...]) -> bool:
    """Whether a stream ends without an answer where it may."""
    connection = getattr(client, "connection", None)
    if connection is None or not client.reader.at_end():
        return False
    assert {400, 431} & set(statuses), f"reset with {client.resets}, not answered"
    assert set(client.resets) <= {Code.PROTOCOL_ERROR, Code.ENHANCE_YOUR_CALM, Code.COMPRESSION_ERROR}, client.resets
    return True


def by_plain(topology: Topology, plain, inside):
    """What is expected of a plain request, and what of one inside a tunnel."""
    return plain if topology.entry == PLAIN else inside


def at_most_once(topology: Topology, payload: bytes, agent_socket: str | None = A, idle: float = 0.6) -> list[Response]:
    """At most one request comes of ``payload``, and none of it is the smuggled one."""
    with topology.connect(agent_socket=agent_socket) as client:
        client.send(payload).half_close()
        responses = client.responses(idle)
    seen = topology.good.requests
    assert len(seen) <= 1, seen
    assert not [r for r in seen if SMUGGLED in r.target], seen
    topology.assert_untouched(*(origin for origin in topology.origins if origin is not topology.good))
    assert len([r for r in responses if r.status < 300]) <= 1, responses
    assert all(r.code for r in responses if r.status >= 300), responses
    return responses
