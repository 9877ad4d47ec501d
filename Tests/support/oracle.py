"""Checks that hold over everything that was sent, whatever a test was about.

Named after what they find; each returns sentences, none when all is well.
"""

from __future__ import annotations

import re
import urllib.parse
from collections import Counter
from dataclasses import dataclass
from typing import Callable

from .encodings import LeakSearch
from .origin import RecordingOrigin, Request

Slot = Callable[[Request], list[str]]


@dataclass
class Guarded:
    """What an origin may see: the values its credential slot may hold, and the paths of its grant."""

    origin: RecordingOrigin
    slot: Slot | None = None
    values: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()  # the names of the secrets it is meant to receive
    prefix: str | None = None


def header_slot(name: str) -> Slot:
    """The values of a header, in any spelling a server may take for it."""
    wanted = name.lower().replace("_", "-")
    return lambda request: [v for n, v in request.fields if n.lower().replace("_", "-") == wanted]


def query_slot(name: str) -> Slot:
    def values(request: Request) -> list[str]:
        pairs = re.split("[&;]", request.query)
        split = [pair.partition("=") for pair in pairs]
        return [urllib.parse.unquote(v) for n, _, v in split if urllib.parse.unquote_plus(n).lower() == name.lower()]

    return values


def path_slot(pattern: str) -> Slot:
    return lambda request: re.findall(pattern, request.path)


def readings(path: str) -> set[str]:
    """Every path that some server might take this one for."""
    found = {path}
    for _ in range(3):
        for one in list(found):
            found |= {
                urllib.parse.unquote(one, "latin-1"),
                one.replace("\\", "/"),
                re.sub(r";[^/]*", "", one),
                re.sub(r"/{2,}", "/", one),
            }
    return found | {_without_dots(one) for one in found}


def _without_dots(path: str) -> str:
    kept: list[str] = []
    for segment in path.split("/")[1:]:
        if segment == "..":
            kept = kept[:-1]
        elif segment != ".":
            kept.append(segment)
    return "/" + "/".join(kept)


def malformed_requests(guarded: Guarded) -> list[str]:
    """I5: what an origin saw parses strictly."""
    return [
        f"{guarded.origin.name} received something ambiguous: {c.malformed}"
        for c in guarded.origin.connections
        if c.malformed
    ]


def strayed_secrets(guarded: Guarded, secrets: dict[str, str]) -> list[str]:
    """I1: no secret of another origin. I3: no agent key (they are among ``secrets`` and never expected)."""
    search = LeakSearch({name: value for name, value in secrets.items() if name not in guarded.secrets})
    return [f"{guarded.origin.name} received {leak}" for leak in search.find(guarded.origin.raw)]


def wrong_slots(guarded: Guarded) -> list[str]:
    """I6: exactly one value in the credential's slot, and it is ours."""
    if guarded.slot is None:
        return []
    return [
        f"{guarded.origin.name} received {values!r} in the credential's slot of {request}"
        for request in guarded.origin.requests
        if len(values := guarded.slot(request)) != 1 or values[0] not in guarded.values
    ]


def paths_outside(guarded: Guarded) -> list[str]:
    """I4: inside the grant under every reading of the path."""
    if guarded.prefix is None:
        return []
    return [
        f"{guarded.origin.name} received {request.target!r}, which can be read as {reading!r}"
        for request in guarded.origin.requests
        for reading in readings(request.path)
        if not reading.startswith(guarded.prefix)
    ]


def unrecorded(guarded: list[Guarded], intents: int) -> list[str]:
    """I7: no more requests than intents. One that went unanswered and came again is a retry within one intent."""
    requests = [request for one in guarded for request in one.origin.requests]
    times = Counter((request.method, request.target) for request in requests)
    retried = sum(not r.is_answered and times[r.method, r.target] > 1 for r in requests)
    seen = len(requests) - retried
    return [f"origins saw {seen} requests, the audit log has {intents} intents"] if seen > intents else []
