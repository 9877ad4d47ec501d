"""Copies of a finished store, for tests that spoil them and look at what the daemon makes of it."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any, Callable, Sequence

from .client import RawClient, basic, request
from .control import Control
from .daemon import Daemon
from .directory import DirectoryTopology
from .topology import A, B, C
from .waiting import wait_until

#: What is asked of a store that opens: the agent, the host, and the secret that must arrive there.
CALLS = [(A, "open", "open-a"), (B, "open", "open-b"), (A, "good", "good"), (C, "evil", "evil")]


class StoreCopy:
    """One copy of the state of ``template``, which has ended, in a directory of its own."""

    def __init__(self, template: DirectoryTopology, saved: Path, folder: Path):
        self.template, self.folder = template, folder
        folder.mkdir(mode=0o700, parents=True)
        self.state = folder / "state"
        shutil.copytree(saved, self.state, ignore=shutil.ignore_patterns("*.sock"))
        self.daemon: Daemon | None = None

    @property
    def path(self) -> Path:
        return self.state / "store.db"

    @property
    def control(self) -> Control:
        return Control(self.state / "control.sock")

    def start(self, arguments: Sequence[str] = (), **options: Any) -> bool:
        """Whether a daemon opens it; one that does not must end by itself and say why."""
        config = self.template.config.copy()
        config.set("proxy", state_dir=str(self.state), listen=["127.0.0.1:0"])
        self.daemon = Daemon(
            self.folder, config.text(), wait=False, arguments=arguments, **{"log_level": "info", **options}
        )
        wait_until(lambda: not self.daemon.is_alive() or self._is_up(), 20, "it is ready or has ended", every=0.02)
        return self.daemon.is_alive()

    def _is_up(self) -> bool:
        return " ready" in self.daemon.log() and self.control.is_ready()

    def stop(self) -> None:
        if self.daemon and self.daemon.is_alive():
            self.daemon.terminate()

    @property
    def said(self) -> str:
        return self.daemon.log()

    def refuses(self, *words: str) -> str:
        """It does not open, ends with a status other than 0, and its message has these words."""
        assert not self.start(), f"it started:\n{self.said[-2000:]}"
        assert self.daemon.process.returncode > 0, f"{self.daemon.process.returncode}: {self.said[-2000:]}"
        for word in words:
            assert word.lower() in self.said.lower(), self.said[-2000:]
        assert "fatal error" not in self.said.lower(), self.said[-2000:]
        return self.said

    def holds(self) -> dict[str, Any]:
        """Everything that the control socket says is in it."""
        control = self.control
        agents = control.items("agents", include_revoked=True)
        return {
            "agents": agents,
            "keys": {
                one["name"]: [_still(key) for key in control.get("agents", one["id"], "keys")["items"]]
                for one in agents
            },
            "secrets": control.items("secrets"),
            "grants": control.items("grants", include_revoked=True),
            "providers": [one["name"] for one in control.items("providers")],
        }

    def calls(self) -> list[tuple[int, str | None]]:
        """The status of each of ``CALLS``, and which planted secret arrived with it."""
        found = []
        for agent, host, _ in CALLS:
            origin = getattr(self.template, host)
            origin.forget()
            with RawClient(("127.0.0.1", self.daemon.port)) as client:
                proof = ("Proxy-Authorization", basic(agent, self.template.keys[agent]))
                message = request("GET", f"http://{host}.test/v1/ok", f"{host}.test", [proof])
                status = client.send(message).response().status
            names = [name for name, value in self.template.secrets.items() if value.encode() in origin.raw]
            found.append((status, names[0] if names else None))
        return found

    def is_right(self) -> bool:
        return self.calls() == [(200, secret) for _, _, secret in CALLS]

    # Spoiling it.

    def change(self, work: Callable[[sqlite3.Connection], Any]) -> Any:
        """Works on the database as anybody can who may write the file."""
        database = sqlite3.connect(self.path, isolation_level=None)
        database.row_factory = sqlite3.Row
        try:
            database.execute("PRAGMA foreign_keys = OFF")
            database.execute("PRAGMA ignore_check_constraints = ON")
            return work(database)
        finally:
            database.close()

    def row(self, table: str, **where: Any) -> dict[str, Any]:
        (found,) = self.rows(table, **where)
        return found

    def rows(self, table: str, **where: Any) -> list[dict[str, Any]]:
        clause = " AND ".join(f'"{name}" = ?' for name in where) or "1"
        query = f'SELECT * FROM "{table}" WHERE {clause} ORDER BY rowid'
        return self.change(lambda database: [dict(row) for row in database.execute(query, list(where.values()))])

    def put(self, table: str, identifier: str, **values: Any) -> None:
        names = ", ".join(f'"{name}" = ?' for name in values)
        query = f'UPDATE "{table}" SET {names} WHERE id = ?'
        changed = self.change(lambda database: database.execute(query, [*values.values(), identifier]).rowcount)
        assert changed == 1

    def swap(self, table: str, one: dict[str, Any], other: dict[str, Any], *columns: str) -> None:
        self.put(table, one["id"], **{name: other[name] for name in columns})
        self.put(table, other["id"], **{name: one[name] for name in columns})

    def blobs(self, table: str) -> list[str]:
        """The columns of a table that hold bytes."""
        row = self.rows(table)[0]
        return [name for name, value in row.items() if isinstance(value, bytes)]

    def flip(self, path: Path, offset: int, mask: int = 0x04) -> None:
        with open(path, "r+b") as file:
            file.seek(offset)
            byte = file.read(1)[0]
            file.seek(offset)
            file.write(bytes([byte ^ mask]))


def _still(key: dict[str, Any]) -> dict[str, Any]:
    """A key without what changes by using it."""
    return {name: value for name, value in key.items() if name != "last_used_at"}


def as_text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
