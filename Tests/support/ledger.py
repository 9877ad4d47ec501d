"""What a store must hold after a kill: everything that was acknowledged, and all or nothing of what was under way."""

from __future__ import annotations

import http.client
import random
import shutil
import sqlite3
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable

from .control import Control

State = dict[str, Any]


@dataclass
class Writer:
    """One client that changes things of its own, one after the other, until the daemon goes away.

    ``known`` is what was acknowledged; ``hoped`` what it would be if the act under way had been done as well.
    """

    name: str
    control: Control
    known: State = field(default_factory=dict)
    hoped: State | None = None
    number: int = 0
    acknowledged: int = 0
    chance: random.Random = field(default_factory=random.Random)

    def run(self) -> None:
        """Goes on until a call breaks off."""
        while True:
            change, call = self._choose()
            self.hoped = {name: dict(state) for name, state in self.known.items()}
            change(self.hoped)
            try:
                call()
            except (OSError, http.client.HTTPException):
                return
            self.known, self.hoped = self.hoped, None
            self.acknowledged += 1

    def _choose(self) -> tuple[Callable[[State], None], Callable[[], Any]]:
        alive = [name for name, one in self.known.items() if one["status"] != "revoked"]
        kinds = {"provision": 3 if len(alive) < 6 else 0, "create": 2 if len(alive) < 6 else 0}
        if alive:
            kinds |= {"pause": 2, "resume": 2, "mint": 2, "update": 2, "revoke": 2, "bind": 3}
        kind = self.chance.choices(list(kinds), list(kinds.values()))[0]
        return getattr(self, f"_{kind}")(self.chance.choice(alive) if alive else "")

    def _new_name(self) -> str:
        self.number += 1
        return f"{self.name}-{self.number}"

    def _create(self, _agent: str):
        name = self._new_name()
        return (
            lambda state: state.update({name: {"status": "active", "keys": 1, "grants": 0, "display": None}}),
            lambda: self.control.create_agent(name),
        )

    def _provision(self, _agent: str):
        """Two agents with two grants each, in one act."""
        names = [self._new_name(), self._new_name()]
        grants = [{"agent": name, "secret": secret} for name in names for secret in ("crash-1", "crash-2")]

        def change(state: State) -> None:
            for name in names:
                state[name] = {"status": "active", "keys": 1, "grants": 2, "display": None}

        return change, lambda: self.control.post("provision", agents=[{"name": name} for name in names], grants=grants)

    def _pause(self, agent: str):
        return lambda state: state[agent].update(status="paused"), lambda: self.control.act(agent, "pause")

    def _resume(self, agent: str):
        return lambda state: state[agent].update(status="active"), lambda: self.control.act(agent, "resume")

    def _mint(self, agent: str):
        return lambda state: state[agent].update(keys=state[agent]["keys"] + 1), lambda: self.control.mint(agent)

    def _update(self, agent: str):
        text = f"name {self.chance.getrandbits(64)}"
        return (
            lambda state: state[agent].update(display=text),
            lambda: self.control.do("PATCH", "agents", agent, body={"display_name": text}),
        )

    def _bind(self, agent: str):
        def change(state: State) -> None:
            state[agent]["grants"] += 1

        if self.known[agent]["status"] != "active":
            return self._resume(agent)
        return change, lambda: self.control.bind(agent, "crash-1", label=f"{self.chance.getrandbits(32)}")

    def _revoke(self, agent: str):
        """Takes the agent's keys and grants along."""
        return (
            lambda state: state[agent].update(status="revoked", keys=0, grants=0),
            lambda: self.control.act(agent, "revoke"),
        )

    # Looking.

    def find(self) -> State:
        """What the directory says now, of this writer's agents."""
        found: State = {}
        for row in self.control.items("agents", include_revoked=True):
            if row["name"].startswith(f"{self.name}-"):
                found[row["name"]] = self._look(row)
        return found

    def _look(self, row: dict[str, Any]) -> State:
        keys = self.control.get("agents", row["id"], "keys")["items"]
        grants = self.control.items("grants", agent=row["id"])
        return {
            "status": row["status"],
            "display": row["display_name"],
            "keys": sum(key["status"] == "active" for key in keys),
            "grants": sum(grant["status"] == "active" for grant in grants),
        }

    def check(self) -> list[str]:
        """Compares and goes on from what is there; sentences about what is wrong."""
        found, wrong = self.find(), []
        if found not in (self.known, self.hoped):
            for name in sorted({*found, *self.known, *(self.hoped or {})}):
                places = [one.get(name) for one in (found, self.known, self.hoped or self.known)]
                if places[0] not in places[1:]:
                    wrong.append(f"{name} is {places[0]}, acknowledged was {places[1]}, under way {places[2]}")
            wrong = wrong or [f"part of what was under way was done: {found} of {self.hoped}"]
        self.known, self.hoped = found, None
        return wrong


class Kill:
    """Lets writers run for a while, then ends the daemon."""

    def __init__(self, writers: list[Writer]):
        self.threads = [threading.Thread(target=writer.run, daemon=True) for writer in writers]

    def __enter__(self) -> "Kill":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_) -> None:
        for thread in self.threads:
            thread.join(20)
            assert not thread.is_alive(), "a writer waits for a daemon that is gone"


def damage(state: Path) -> list[str]:
    """What SQLite finds wrong with a copy of the store, journal and all."""
    with tempfile.TemporaryDirectory() as folder:
        for path in state.glob("store.db*"):
            shutil.copy(path, folder)
        database = sqlite3.connect(f"{folder}/store.db")
        try:
            found = [row[0] for row in database.execute("PRAGMA integrity_check") if row[0] != "ok"]
            return found + [f"dangling: {row}" for row in database.execute("PRAGMA foreign_key_check")]
        finally:
            database.close()
