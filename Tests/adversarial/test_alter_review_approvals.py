"""What an agent that asks for approvals could cost everybody else."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor

from support.alter_world import ACME
from support.client import RawClient

MIB = 1 << 20


def test_reasons_of_approvals_do_not_fill_the_store(make_alter):
    """Twelve calls that wait for a person, each with eight mebibytes of a reason; a body may have one."""
    alter = make_alter()
    api = alter.api(alter.bound_agent("acme", terms={"requires_approval": True}))
    for number in range(12):
        more = {"reason": "x" * (8 * MIB)}
        reply = api.proxy(f"{ACME}/{number}", "POST", provider_id="acme", body={"n": 1}, **more)
        assert reply.status in (202, 400, 403), reply
    state_files = (alter.directory / "state").rglob("*")
    assert sum(one.stat().st_size for one in state_files if one.is_file()) < 32 * MIB


def test_asking_costs_others_nothing(make_alter):
    """While one agent asks again and again, with as many waiting as may, another agent's requests are answered."""
    alter = make_alter()
    api = alter.api(alter.bound_agent("acme", terms={"requires_approval": True}))
    other = alter.api(alter.new_agent())
    for number in range(32):
        reply = api.proxy(f"{ACME}/{number}", "POST", provider_id="acme", body="x" * 1_000_000)
        assert reply.status == 202, reply

    def took() -> float:
        start = time.monotonic()
        assert other.call("GET", "/sdk/agents/me").status == 200
        return time.monotonic() - start

    alone = sorted(took() for _ in range(10))[5]
    with ThreadPoolExecutor(8) as pool:
        ending = time.monotonic() + 8

        def bother(number: int) -> None:
            while time.monotonic() < ending:
                api.proxy(f"{ACME}/{os.urandom(4).hex()}", "POST", provider_id="acme", body={"n": number})

        tasks = [pool.submit(bother, number) for number in range(8)]
        time.sleep(1)
        times = []
        while time.monotonic() < ending - 0.5:
            times.append(took())
        for task in tasks:
            task.result()
    middle = sorted(times)[len(times) // 2]
    assert middle < max(0.25, 20 * alone), (alone, middle, max(times))


def test_the_list_of_what_waits_stops_nobody(make_alter):
    """An operator looks at what waits, which is much; meanwhile agents go on."""
    alter = make_alter()
    api = alter.api(alter.bound_agent("acme", terms={"requires_approval": True}))
    other = alter.api(alter.new_agent())
    for number in range(32):
        reply = api.proxy(f"{ACME}/{number}", "POST", provider_id="acme", body="\u00e9" * 500_000)
        if reply.status == 403:
            reply = api.proxy(f"{ACME}/{number}", "POST", provider_id="acme", body="x" * 1_000_000)
        assert reply.status == 202, reply
    with ThreadPoolExecutor(1) as pool:
        start = time.monotonic()
        listing = pool.submit(lambda: alter.control.items("approvals"))
        time.sleep(0.1)
        with RawClient(other.address, timeout=60) as client:
            answer = client.send(other.signed("GET", "/sdk/agents/me").message()).response()
        took = time.monotonic() - start
        listing.result()
    assert answer.status == 200 and took < 4, (took, time.monotonic() - start)


def test_denials_hold(alter):
    """What was denied is put before the person again and again."""
    api = alter.api(alter.bound_agent("acme", terms={"requires_approval": True}))
    for _ in range(3):
        reply = api.proxy(f"{ACME}/nag", "POST", provider_id="acme", body={"n": 1})
        if reply.status != 202:
            return
        alter.approve(reply.json["approval_id"], "deny", reason="no")
    raise AssertionError("the person was asked three times")
