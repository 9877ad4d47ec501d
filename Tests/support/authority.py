"""Decides from what clients sent and what an origin received whether revoked authority was ever used.

Nothing of Postern's own is read. Whoever changed the directory notes when it began and when it was answered; each
client notes when it began to send a request and when it had the answer; the origin notes when a request had arrived,
and the credential in it. All clocks are the machine's monotonic one, in nanoseconds.

A request is judged at some moment between its start and its arrival. It is in the wrong if at every one of them
something it needs was certainly not in force: ended by an act that had returned, and not restored by one that had
begun.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from typing import Hashable, Iterable, NamedTuple

FOREVER = 1 << 62


class Act(NamedTuple):
    """A change of one thing: from the moment it ``began`` it may count, from ``returned`` on it must."""

    thing: Hashable
    #: Whether the thing is in force now; for a secret, its value.
    becomes: bool | str
    began: int = 0
    returned: int = 0


class Sent(NamedTuple):
    """A request as its client saw it."""

    identifier: str
    #: Everything that has to be in force for it.
    needs: tuple[Hashable, ...]
    secret: str
    began: int
    answered: int
    status: int


class Arrived(NamedTuple):
    """A request as the origin saw it."""

    identifier: str
    value: str
    at: int


@dataclass
class Verdict:
    wrong: list[str]
    #: Requests that were not answered 200 although everything was in force throughout.
    refused: list[str]
    arrived: int
    sent: int
    #: How many requests began after an act that ended something they need, and were refused.
    denied: int


class History:
    """The acts on each thing, in order."""

    def __init__(self, acts: Iterable[Act]):
        self._acts: dict[Hashable, list[Act]] = defaultdict(list)
        for act in acts:
            self._acts[act.thing].append(act)
        self._returned = {thing: [act.returned for act in acts] for thing, acts in self._acts.items()}

    def _settled(self, thing: Hashable, moment: int) -> int:
        """The place of the last act that had returned before a moment; -1 if there is none."""
        return bisect_left(self._returned.get(thing, []), moment) - 1

    def may_count(self, thing: Hashable, first: int, last: int) -> bool:
        """Whether it may have been in force at some moment between the two."""
        acts, place = self._acts.get(thing, []), self._settled(thing, first)
        if place >= 0 and acts[place].becomes:
            return True
        return any(act.becomes and act.began < last for act in acts[place + 1 :])

    def must_count(self, thing: Hashable, first: int, last: int) -> bool:
        """Whether it was certainly in force all the time between the two."""
        acts, place = self._acts.get(thing, []), self._settled(thing, first)
        if place < 0 or not acts[place].becomes:
            return False
        return all(act.becomes or act.began > last for act in acts[place + 1 :])

    def may_be(self, thing: Hashable, value: str, first: int, last: int) -> bool:
        """Whether it may have had the value at some moment between the two."""
        acts = self._acts.get(thing, [])
        for act, later in zip(acts, [*acts[1:], None]):
            if act.becomes == value and act.began < last and (later is None or later.returned >= first):
                return True
        return False


def judge(acts: Iterable[Act], sent: Iterable[Sent], arrived: Iterable[Arrived]) -> Verdict:
    history, by_identifier = History(acts), {one.identifier: one for one in sent}
    verdict = Verdict([], [], 0, len(by_identifier), 0)
    seen: set[str] = set()
    for one in arrived:
        verdict.arrived += 1
        request = by_identifier.get(one.identifier)
        if request is None:
            verdict.wrong.append(f"nobody sent {one.identifier}")
            continue
        if one.identifier in seen:
            verdict.wrong.append(f"{one.identifier} arrived twice")
        seen.add(one.identifier)
        verdict.wrong += [
            f"{one.identifier} began at {request.began} and arrived at {one.at}, but {thing} was not in force"
            for thing in request.needs
            if not history.may_count(thing, request.began, one.at)
        ]
        if not history.may_be(("value", request.secret), one.value, request.began, one.at):
            verdict.wrong.append(f"{one.identifier} began at {request.began} and carried {one.value!r}")
    for request in by_identifier.values():
        if request.identifier not in seen and request.status == 200:
            verdict.wrong.append(f"{request.identifier} was answered 200 and never arrived")
        if request.status == 200:
            continue
        if all(history.must_count(thing, request.began, request.answered) for thing in request.needs):
            verdict.refused.append(f"{request.identifier} was answered {request.status} for no reason")
        elif any(not history.may_count(thing, request.began, request.answered) for thing in request.needs):
            verdict.denied += 1
    return verdict
