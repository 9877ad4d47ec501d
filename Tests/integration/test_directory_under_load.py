"""Under load, an act counts from the moment in which it is answered: told from the logs of origin and clients alone."""

from __future__ import annotations

import time

import pytest

from support import audit
from support.authority import Act, Arrived, Sent, judge
from support.cli import verify
from support.load_world import LoadWorld

ACTS, RATE, PAUSE = 1000, 2000, 0.015


@pytest.mark.attack(115, 168)
@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_no_request_uses_authority_that_was_taken_away(authority, scheme):
    """2,000 requests a second, 1,000 acts at random; what began after an act had returned goes by the new rules.

    One act follows the other at once. To an origin with TLS there is a pause between them: each closes connections, and
    it is not the handshakes that are to be measured.
    """
    world = LoadWorld(authority, scheme=scheme, rate=RATE)
    try:
        time.sleep(1)
        started = time.monotonic()
        for _ in range(ACTS):
            world.act()
            time.sleep(PAUSE if scheme == "https" else 0)
        # What was taken away last has to be seen to be gone as well.
        time.sleep(1)
        elapsed = time.monotonic() - started
        verdict = world.finish()
        print(
            f"{verdict.sent} sent in {elapsed:.1f} s, {verdict.arrived} arrived, {verdict.denied} denied", world.counts
        )
        assert not verdict.wrong, f"{len(verdict.wrong)} of {verdict.arrived}: {verdict.wrong[:5]}"
        assert not verdict.refused, f"{len(verdict.refused)} of {verdict.sent}: {verdict.refused[:5]}"
        assert min(world.counts.get(kind, 0) for kind in KINDS) >= 30, world.counts
        assert verdict.denied > 1000 and verdict.arrived > 5000
        assert verdict.sent / elapsed > RATE * 0.6, "the load was not what it has to be"
        rows = world.daemon.audit()
        done = sum(world.counts.values())
        assert sum(row["event.action"] in ADMINISTRATIVE and row["event.outcome"] == "success" for row in rows) >= done
        assert len(audit.intents(rows)) >= verdict.arrived
        assert verify(world.daemon.state).returncode == 0
        assert not world.leaks()
    finally:
        world.close()


KINDS = ("pause", "resume", "rotate", "deprecate", "revoke key", "mint", "revoke grant", "bind")
ADMINISTRATIVE = {
    "agent_create",
    "agent_pause",
    "agent_resume",
    "secret_create",
    "secret_rotate",
    "key_mint",
    "key_deprecate",
    "key_revoke",
    "grant_create",
    "grant_revoke",
}


# The judge itself, on logs that were made up.

NEEDS = (("agent", "a"), ("key", "k"), ("grant", "a", "s"))
BEGINNING = [*(Act(thing, True) for thing in NEEDS), Act(("value", "s"), "old")]


def sent(began: int, answered: int, status: int = 200, identifier: str = "r") -> Sent:
    return Sent(identifier, NEEDS, "s", began, answered, status)


HONEST = {
    "nothing changed": ([], [sent(10, 20)], [("r", "old", 15)]),
    "under way when it ended": ([Act(NEEDS[0], False, 12, 14)], [sent(10, 20)], [("r", "old", 18)]),
    "began while it ended": ([Act(NEEDS[0], False, 8, 14)], [sent(10, 20)], [("r", "old", 18)]),
    "ended and refused": ([Act(NEEDS[1], False, 4, 6)], [sent(10, 20, 407)], []),
    "ended and restored": ([Act(NEEDS[2], False, 4, 6), Act(NEEDS[2], True, 7, 9)], [sent(10, 20)], [("r", "old", 15)]),
    "restored meanwhile": (
        [Act(NEEDS[2], False, 4, 6), Act(NEEDS[2], True, 13, 16)],
        [sent(10, 20)],
        [("r", "old", 15)],
    ),
    "old value, rotated meanwhile": ([Act(("value", "s"), "new", 11, 13)], [sent(10, 20)], [("r", "old", 15)]),
    "new value before the act returned": ([Act(("value", "s"), "new", 8, 30)], [sent(10, 20)], [("r", "new", 15)]),
    "new value": ([Act(("value", "s"), "new", 4, 6)], [sent(10, 20)], [("r", "new", 15)]),
    "refused while it ended": ([Act(NEEDS[0], False, 19, 40)], [sent(10, 20, 403)], []),
}

FORGED = {
    "paused agent": ([Act(NEEDS[0], False, 4, 6)], [sent(10, 20)], [("r", "old", 15)], "('agent', 'a')"),
    "revoked key": ([Act(NEEDS[1], False, 4, 9)], [sent(10, 20)], [("r", "old", 15)], "('key', 'k')"),
    "revoked grant": ([Act(NEEDS[2], False, 4, 9)], [sent(10, 20)], [("r", "old", 15)], "('grant', 'a', 's')"),
    "restored too late": (
        [Act(NEEDS[0], False, 4, 6), Act(NEEDS[0], True, 16, 17)],
        [sent(10, 20)],
        [("r", "old", 15)],
        "('agent', 'a')",
    ),
    "restored, then ended for good": (
        [Act(NEEDS[0], False, 1, 2), Act(NEEDS[0], True, 3, 4), Act(NEEDS[0], False, 5, 6)],
        [sent(10, 20)],
        [("r", "old", 15)],
        "('agent', 'a')",
    ),
    "answered with an error, but sent": (
        [Act(NEEDS[0], False, 4, 6)],
        [sent(10, 20, 403)],
        [("r", "old", 15)],
        "agent",
    ),
    "old value": ([Act(("value", "s"), "new", 4, 6)], [sent(10, 20)], [("r", "old", 15)], "'old'"),
    "new value before the act began": (
        [Act(("value", "s"), "new", 30, 40)],
        [sent(10, 20)],
        [("r", "new", 15)],
        "'new'",
    ),
    "another value": ([], [sent(10, 20)], [("r", "other", 15)], "'other'"),
    "no value": ([], [sent(10, 20)], [("r", "", 15)], "''"),
    "a stranger": ([], [], [("r", "old", 15)], "nobody"),
    "twice": ([], [sent(10, 20)], [("r", "old", 15), ("r", "old", 16)], "twice"),
    "made up by the proxy": ([], [sent(10, 20)], [], "never arrived"),
}


@pytest.mark.parametrize("name", list(HONEST))
def test_the_judge_lets_an_honest_log_pass(name):
    acts, requests, arrived = HONEST[name]
    verdict = judge([*BEGINNING, *acts], requests, [Arrived(*one) for one in arrived])
    assert not verdict.wrong and not verdict.refused


@pytest.mark.parametrize("name", list(FORGED))
def test_the_judge_finds_what_is_wrong(name):
    acts, requests, arrived, words = FORGED[name]
    (found,) = judge([*BEGINNING, *acts], requests, [Arrived(*one) for one in arrived]).wrong
    assert words in found


def test_the_judge_finds_a_refusal_without_reason():
    acts = [*BEGINNING, Act(NEEDS[0], False, 1, 2), Act(NEEDS[0], True, 3, 4)]
    assert judge(acts, [sent(10, 20, 403)], []).refused
    assert judge(acts, [sent(10, 20, 0)], []).refused
    assert judge([*acts, Act(NEEDS[0], False, 5, 6)], [sent(10, 20, 403)], []).denied == 1


def test_the_judge_finds_the_one_request_among_many():
    """A log of 20,000 requests and 500 acts, with one request moved behind an act that ended what it needs."""
    acts, requests, arrivals = list(BEGINNING), [], []
    for number in range(500):
        acts.append(Act(NEEDS[0], bool(number % 2), 1000 * number + 100, 1000 * number + 150))
    for number in range(20_000):
        at = 25 * number + 10
        on = (at // 1000) % 2 == 0 if at % 1000 < 100 else (at // 1000) % 2 == 1
        requests.append(sent(at, at + 8, 200 if on else 403, f"r{number}"))
        arrivals += [Arrived(f"r{number}", "old", at + 4)] if on else []
    assert not judge(acts, requests, arrivals).wrong
    late = next(
        n for n, one in enumerate(requests) if one.began > 250_000 and one.began % 2000 == 510 and one.status == 403
    )
    forged = Arrived(f"r{late}", "old", requests[late].began + 4)
    assert len(judge(acts, requests, [*arrivals, forged]).wrong) == 1
