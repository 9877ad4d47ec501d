"""HTTP/2 towards clients: cases of RFC 9113 and RFC 7541 modelled on those of h2spec, inside an intercepted tunnel."""

from __future__ import annotations

import re
import time

import pytest

from support import audit
from support.daemon import ROOT
from support.h2_conformance import HOST, PROBE, SLOW, head, play
from support.h2_frame_cases import CASES as FRAMES
from support.h2_message_cases import CASES as MESSAGES
from support.h2wire import Code, Frame, frame
from support.http2 import H2Connection
from support.origin import answer
from support.tls import TLSStream, connect, connected, trusting
from support.topology import Topology
from support.waiting import wait_until

CASES = FRAMES + MESSAGES


def open_connection(topology: Topology, **options) -> H2Connection:
    sock = connected(topology.proxy, timeout=10)
    connect(sock, f"{HOST}:443", [topology.identity()])
    tls = TLSStream(sock, trusting(topology.daemon.state / "ca/ca.pem", ("h2",)), HOST)
    assert tls.protocol == "h2"
    return H2Connection(tls, recording=topology.recording, **options)


def slow(_request):
    yield 0.5
    yield answer(b"slow")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(topology, case):
    topology.good.reads_body_first = case.is_read
    topology.good.routes[dict(SLOW)[":path"]] = slow
    with open_connection(topology, starts=case.has_preface) as connection:
        play(case, connection)
    if case.requests is not None:
        whole = [r for r in topology.good.requests if r.body_complete and r.path == "/v1/ok" and not r.value(PROBE[0])]
        assert len(whole) == case.requests


def test_an_error_ends_the_requests_under_way(topology):
    """The origin answers when the connection is long gone."""
    topology.good.routes[dict(SLOW)[":path"]] = slow
    with open_connection(topology) as connection:
        connection.send(head(SLOW) + frame(Frame.PING, 0, 0, bytes(6)))
        assert connection.until_end() in (None, Code.FRAME_SIZE_ERROR)
    rows = wait_until(lambda: audit.outcomes(topology.audit()), what="the outcome is recorded")
    assert [row["event.outcome"] in ("failure", "unknown") for row in rows] == [True]
    time.sleep(0.6)
    assert topology.daemon.is_alive()


def test_the_page_says_how_many():
    """docs/clients.md has the number of cases."""
    said = re.search(r"(\d+) cases", (ROOT / "docs/clients.md").read_text())
    assert said and int(said[1]) == len(CASES)
