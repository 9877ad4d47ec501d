"""The ways in: plain requests to the proxy, and the same requests inside TLS after CONNECT, as HTTP/1.1 and HTTP/2.

Tests write what they send as plain requests in absolute form. A client of another entry turns that into what means the
same there: CONNECT to the authority of the first target, showing the agent's key, then origin form with everything
else byte for byte; or a stream for each request, with every field as spelled.
"""

from __future__ import annotations

from .client import RawClient
from .streams import StreamClient
from .tunnel import TunnelClient

PLAIN, CONNECT_H1, CONNECT_H2 = ENTRIES = ("plain", "connect_h1", "connect_h2")
CLIENTS = {PLAIN: RawClient, CONNECT_H1: TunnelClient, CONNECT_H2: StreamClient}
