"""HTTP/2 towards clients: cases of RFC 9113 and RFC 7541 modelled on those of h2spec, inside an intercepted tunnel."""

from __future__ import annotations

import re

import pytest

from support.daemon import ROOT
from support.h2_conformance import HOST, PROBE, SLOW, play
from support.h2_frame_cases import CASES as FRAMES
from support.h2_message_cases import CASES as MESSAGES
from support.http2 import H2Connection
from support.origin import answer
from support.tls import TLSStream, connect, connected, trusting
from support.topology import Topology

CASES = FRAMES + MESSAGES


def open_connection(topology: Topology, **options) -> H2Connection:
    sock = connected(topology.proxy, timeout=5)
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
        probes = [r for r in topology.good.requests if r.value(PROBE[0])]
        assert len(topology.good.requests) - len(probes) == case.requests


def test_the_page_says_how_many():
    """docs/clients.md has the number of cases."""
    said = re.search(r"(\d+) cases", (ROOT / "docs/clients.md").read_text())
    assert said and int(said[1]) == len(CASES)
