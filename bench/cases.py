"""What is measured, and what the project asks of each case."""

from typing import NamedTuple


class Case(NamedTuple):
    """One body size, number of connections and number of client headers."""
    name: str
    body: str
    connections: int
    headers: int = 3


CASES = (
    Case("b200-c1", "b200", 1),
    Case("b200-c64", "b200", 64),
    Case("b200-c64-h14", "b200", 64, headers=14),
    Case("b200-c1000", "b200", 1000),
    Case("b10k-c64", "b10k", 64),
    Case("b1m-c16", "b1m", 16),
    Case("b1m-c64", "b1m", 64),
)

# The stream is measured without wrk, as a case of its own.
STREAM = "sse"


class Goal(NamedTuple):
    """A bound on one figure of Postern; `ratio` figures are Postern's over nginx's."""
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
    Goal("idle", "RSS MB", at_most=40),
)
