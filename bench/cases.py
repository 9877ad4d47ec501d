"""What is measured, and what the project asks of each case."""

from typing import NamedTuple
import scratch


class Case(NamedTuple):
    """One body size, number of connections and number of client headers, and how the proxy is entered.

    `plain` sends absolute-form requests to a port without TLS. The others speak TLS to an intercepting Postern, after
    CONNECT, and to nginx: `h1` and `h2` keep their connections, `fresh` makes a new one for each request.
    """
    name: str
    body: str
    connections: int
    headers: int = 3
    entry: str = "plain"
    host: str = scratch.ORIGIN_NAME
    streams: int = 0


CASES = (
    Case("b200-c1", "b200", 1),
    Case("b200-c64", "b200", 64),
    Case("b200-c64-h14", "b200", 64, headers=14),
    Case("b200-c1000", "b200", 1000),
    Case("b10k-c64", "b10k", 64),
    Case("b1m-c16", "b1m", 16),
    Case("b1m-c64", "b1m", 64),
    Case("tls-b200-c1", "b200", 1, entry="h1"),
    Case("tls-b200-c64", "b200", 64, entry="h1"),
    Case("tls-b200-c64-h14", "b200", 64, headers=14, entry="h1"),
    Case("tls-b1m-c16", "b1m", 16, entry="h1"),
    Case("h2-m100", "b200", 1, entry="h2", streams=100),
    Case("h2-h2-m100", "b200", 1, entry="h2", streams=100, host=scratch.H2_NAME),
    Case("tls-new-c32", "b200", 32, entry="fresh"),
)

# Measured in ways of their own.
STREAM, STREAMS, SCRUB, MINT, DIRECTORY = "sse", "sse-1000", "scrub", "mint", "directory"
API_PROXY, API_TOKEN = "api-proxy", "api-token"
RUN = "run"
NAMES = (STREAMS, *(case.name for case in CASES), STREAM, SCRUB, MINT, DIRECTORY, API_PROXY, API_TOKEN, RUN)


class Goal(NamedTuple):
    """A bound on one figure of Postern; `ratio` figures are Postern's over nginx's.

    `capacity ratio` is the lower of the ratios of req/s and of requests per second of the proxy's CPU time: where TLS
    ends at the load generator too, that can be the limit, and then req/s would flatter whoever needs more CPU.
    """
    case: str
    figure: str
    at_least: float | None = None
    at_most: float | None = None


GOALS = (
    Goal("b200-c64", "req/s ratio", at_least=0.6),
    Goal("b200-c64-h14", "req/s ratio", at_least=0.5),
    Goal("b200-c1", "p50 ratio", at_most=1.5),
    Goal("b1m-c16", "req/s ratio", at_least=1.0),
    Goal("b1m-c64", "req/s ratio", at_least=1.0),
    Goal("tls-b200-c64", "capacity ratio", at_least=0.6),
    Goal("tls-new-c32", "capacity ratio", at_least=0.6),
    Goal(SCRUB, "grant/egress tls", at_least=0.7),
    Goal(SCRUB, "grant/egress plain", at_least=0.7),
    Goal(STREAMS, "added first byte ms", at_most=5),
    Goal(DIRECTORY, "start s", at_most=3),
    Goal(DIRECTORY, "change ms", at_most=50),
    Goal(DIRECTORY, "p50 large/small", at_most=1.1),
    Goal(RUN, "added ms", at_most=10),
    Goal("idle", "RSS MB", at_most=40),
)
