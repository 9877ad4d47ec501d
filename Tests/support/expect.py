"""What a test expects to become of a raw message."""

from __future__ import annotations

import pytest

from .audit import denials
from .client import Response
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
) -> Response:
    """Postern answers once with one of ``statuses`` (400), ends the connection, records it and sends nothing on."""
    with topology.connect(agent_socket=agent_socket, timeout=timeout, **options) as client:
        client.send(payload)
        response = client.response()
        assert response.status in (statuses or (400,)), f"{response.status} {response.body[:300]!r}"
        assert response.code, f"not an answer of Postern: {response}"
        if closes:
            assert client.is_closed(), "the connection stays open, or more was answered"
    topology.assert_untouched()
    wait_until(lambda: denials(topology.audit()), 3, "the denial is recorded")
    return response


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
