"""The daemon killed again and again while its store is written (attacks 159, 166, 169)."""

from __future__ import annotations

import random
import shutil
import threading
import time
from pathlib import Path

import pytest

from support.audit import of
from support.cli import verify
from support.control import Control
from support.daemon import Daemon
from support.directory import DirectoryTopology
from support.ledger import Kill, Writer, damage
from support.topology import A
from support.waiting import wait_until

attack = pytest.mark.attack
KILLS, PARTS, REKEYS = 200, 4, 50
URL = "http://good.test/v1/ok"


def prepare(directory: DirectoryTopology) -> None:
    for number in (1, 2):
        directory.secrets[f"crash-{number}"] = f"crash/{number}/{random.getrandbits(96):x}"
        directory.control.create_secret(f"crash-{number}", "cookies", directory.secrets[f"crash-{number}"])


def restart(directory: DirectoryTopology) -> None:
    directory.start(wait=True)
    directory.begin()


@attack(166)
@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_killed_while_the_store_is_written(make_directory, part):
    """After each kill everything that was acknowledged is there, and of the act under way all or nothing."""
    directory = make_directory(log_level="info")
    prepare(directory)
    chance = random.Random(part)
    acknowledged = 0
    for kill in range(KILLS // PARTS):
        # Names anew each time: what was revoked before the last kill need not be looked at again.
        writers = [
            Writer(
                f"w{part}{n}k{kill}",
                Control(directory.control.path, keeps_open=True),
                chance=random.Random(f"{part} {kill} {n}"),
            )
            for n in range(2)
        ]
        with Kill(writers):
            time.sleep(chance.uniform(0.01, 0.25))
            directory.daemon.kill9()
        state = directory.directory / "state"
        assert not damage(state), damage(state)
        restart(directory)
        for writer in writers:
            wrong = writer.check()
            assert not wrong, f"kill {kill}: {wrong}"
        acknowledged += sum(writer.acknowledged for writer in writers)
    assert acknowledged > KILLS // PARTS * 2
    assert directory.ask("GET", URL).status == 200
    assert verify(directory.directory / "state").returncode == 0


@attack(159, 166)
def test_every_acknowledged_act_is_on_record(make_directory):
    """More rows than acts may be there (an act that was recorded and then lost), never fewer."""
    directory = make_directory(log_level="info")
    for kill in range(10):
        done: list[str] = []

        def pause_and_resume() -> None:
            while True:
                for verb in ("pause", "resume"):
                    try:
                        directory.control.act(A, verb)
                    except OSError:
                        return
                    done.append(verb)

        thread = threading.Thread(target=pause_and_resume, daemon=True)
        thread.start()
        time.sleep(0.05 + kill / 100)
        before = directory.daemon
        directory.daemon.kill9()
        thread.join(10)
        rows = before.audit()[directory._audit_before :]
        for verb in ("pause", "resume"):
            assert len(of(rows, f"agent_{verb}")) >= done.count(verb)
        restart(directory)
        expected = {"pause": "paused", "resume": "active"}
        status = directory.control.get("agents", A)["status"]
        assert len(done) == 0 or status in expected.values()
        directory.control.act(A, "resume")


@attack(166, 168)
def test_a_rotation_that_was_acknowledged_survives(make_directory):
    """The value upstream after a kill is the last one acknowledged, or the one under way."""
    directory = make_directory(log_level="info")
    directory.open.keeps_raw = False
    chance = random.Random(3)
    for kill in range(10):
        state = {"known": directory.secrets["open-a"], "hoped": None}

        def rotate() -> None:
            while True:
                value = state["hoped"] = f"open-a/{chance.getrandbits(80):x}+x=="
                directory.secrets[f"open-a {value[:16]}"] = value
                try:
                    directory.control.rotate("open-a", value)
                except OSError:
                    return
                state["known"], state["hoped"] = value, None

        thread = threading.Thread(target=rotate, daemon=True)
        thread.start()
        time.sleep(chance.uniform(0.03, 0.2))
        directory.daemon.kill9()
        thread.join(10)
        restart(directory)
        assert directory.ask("GET", "http://open.test/x").status == 200
        (seen,) = directory.open.requests
        assert seen.value("x-api-key") in (state["known"], state["hoped"])
        state["known"] = directory.secrets["open-a"] = seen.value("x-api-key")
        directory.open.forget()


@attack(166, 179)
def test_a_use_that_was_counted_stays_counted(make_directory):
    """Twenty uses, and a kill after every few requests: the origin never sees more than twenty."""
    directory = make_directory(log_level="info")
    directory.bind("agent-c", "good", max_uses=20)
    seen = 0
    for _ in range(8):
        for _ in range(4):
            directory.ask("GET", URL, agent="agent-c")
        seen += len(directory.good.requests)
        directory.daemon.kill9()
        restart(directory)
    assert seen == 20


# The master key.


@attack(169)
@pytest.mark.slow
def test_killed_while_the_master_key_changes(make_directory, tmp_path):
    """Fifty kills at any moment of a change: the store opens, every secret is right, and one key file is left."""
    directory = make_directory(log_level="info")
    state = directory.directory / "state"
    chance, changed = random.Random(5), 0
    for kill in range(REKEYS):
        before = (state / "master.key").read_bytes()
        thread = threading.Thread(target=lambda: rekey(directory.control), daemon=True)
        thread.start()
        time.sleep(chance.uniform(0, 0.03) if kill % 5 else 0.2)
        directory.daemon.kill9()
        thread.join(10)
        restart(directory)
        for url, agent in ((URL, A), ("http://open.test/x", "agent-b")):
            assert directory.ask("GET", url, agent=agent).status == 200
        assert [path.name for path in state.glob("master.key*")] == ["master.key"]
        after = (state / "master.key").read_bytes()
        changed += after != before
        if after != before and changed % 5 == 1:
            assert_wrong_key(directory, before, tmp_path / str(kill))
    assert 0 < changed < REKEYS, f"{changed} of {REKEYS} kills came after the change: they say nothing"


def rekey(control: Control) -> None:
    try:
        control.call("POST", "/v1/store/rekey", {})
    except OSError:
        pass


def assert_wrong_key(directory: DirectoryTopology, key: bytes, folder: Path) -> None:
    """The key from before opens nothing any more."""
    folder.mkdir(mode=0o700)
    directory.daemon.terminate()
    shutil.copytree(directory.directory / "state", folder / "state")
    (folder / "state/master.key").write_bytes(key)
    config = directory.config.copy()
    config.set("proxy", state_dir=str(folder / "state"))
    daemon = Daemon(folder, config.text(), wait=False)
    try:
        assert daemon.process.wait(15) > 0
        assert "master key" in daemon.log(), daemon.log()
    finally:
        daemon.kill9()
        restart(directory)


@attack(169)
def test_the_master_key_changes_under_load(make_directory):
    """Nobody notices, and the old key opens nothing."""
    directory = make_directory(log_level="info")
    old = (directory.directory / "state/master.key").read_bytes()
    stop, statuses = threading.Event(), []

    def call() -> None:
        with directory.connect() as client:
            while not stop.is_set():
                statuses.append(directory.ask("GET", URL, client=client).status)

    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    wait_until(lambda: len(statuses) > 20)
    for _ in range(3):
        directory.control.do("POST", "store", "rekey", body={})
    wait_until(lambda: len(statuses) > 60)
    stop.set()
    thread.join(5)
    assert set(statuses) == {200}
    assert (directory.directory / "state/master.key").read_bytes() != old
    directory.daemon.terminate()
    restart(directory)
    assert directory.ask("GET", URL).status == 200
    assert of(directory.daemon.audit(), "store_rekey")


# The ledger itself.

ONE = {"status": "active", "keys": 1, "grants": 2, "display": None}
LOST = {
    "an agent that was acknowledged": {"b": ONE},
    "a state": {"a": ONE | {"status": "paused"}, "b": ONE},
    "a key": {"a": ONE | {"keys": 0}, "b": ONE},
    "half of what was under way": {"a": ONE, "b": ONE, "c": ONE | {"grants": 1}, "d": ONE},
    "one of two that were under way": {"a": ONE, "b": ONE, "c": ONE},
    "something nobody did": {"a": ONE, "b": ONE, "e": ONE},
}


def ledger(found: dict) -> Writer:
    writer = Writer("w", Control(""))
    writer.known = {"a": dict(ONE), "b": dict(ONE)}
    writer.hoped = writer.known | {"c": dict(ONE), "d": dict(ONE)}
    writer.find = lambda: found
    return writer


@pytest.mark.parametrize("name", list(LOST))
def test_the_ledger_finds_what_is_lost(name):
    assert ledger(LOST[name]).check()


def test_the_ledger_lets_all_or_nothing_pass():
    assert not ledger({"a": ONE, "b": ONE}).check()
    assert not ledger({"a": ONE, "b": ONE, "c": ONE, "d": ONE}).check()
