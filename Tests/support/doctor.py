"""Runs ``postern doctor``, and compares what it says of clients with the table of the README."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from .daemon import ROOT, program

README = ROOT / "README.md"
HEAD = "| Client | `doctor --run` |"
PATH = "/usr/bin:/bin"


class Diagnosis(NamedTuple):
    """What the checks came to, by name."""

    status: int
    findings: dict[str, dict[str, Any]]
    text: str

    def __getitem__(self, check: str) -> tuple[str, str, str | None]:
        found = self.findings[check]
        return found["status"], found["detail"], found["fix"]

    @property
    def failed(self) -> list[str]:
        return [name for name, found in self.findings.items() if found["status"] == "fail"]


def command(*arguments: str) -> list[str]:
    return [program("postern"), "doctor", *arguments]


def examine(*arguments: str, wrapper: Sequence[str] = (), **environment: str) -> Diagnosis:
    """``postern doctor --json``, in an environment that has nothing to do with the tests."""
    done = subprocess.run(
        [*wrapper, *command(*arguments, "--json")], capture_output=True, text=True, timeout=60, cwd="/",
        env={"PATH": PATH, "HOME": "/nonexistent", **environment},
    )
    assert done.stdout, done.stderr
    findings = {row["check"]: row for row in json.loads(done.stdout)}
    return Diagnosis(done.returncode, findings, done.stdout + done.stderr)


class Clients(NamedTuple):
    """What became of clients, by name."""

    status: int
    verdicts: dict[str, dict[str, Any]]
    absent: list[str]

    def words(self, client: str) -> str:
        """As the table says it."""
        row = self.verdicts[client]
        if row["verdict"] == "needs":
            return "proven with `--transparent`" if row["needs"] == "--transparent" else f"needs {_code(row['needs'])}"
        return row["verdict"]


def try_clients(*names: str, wrapper: Sequence[str] = (), **environment: str) -> Clients:
    """``postern doctor --run --json`` for these clients, or for all."""
    chosen = [word for name in names for word in ("--client", name)]
    done = subprocess.run(
        [*wrapper, *command("--run", "--json", *chosen)], capture_output=True, text=True, timeout=900, cwd="/",
        env={"PATH": PATH, "HOME": "/nonexistent", **environment},
    )
    assert done.stdout, done.stderr
    found = json.loads(done.stdout)
    return Clients(done.returncode, {row["client"]: row for row in found["clients"]}, found["absent"])


# The table.


def table() -> dict[str, str]:
    """The verdicts of the README by client."""
    lines = README.read_text().partition(HEAD)[2].splitlines()[2:]
    rows = {}
    for line in lines:
        if not line.startswith("| "):
            break
        client, verdict = line.strip("| ").split(" | ")
        rows[client] = verdict
    return rows


def expect(clients: Clients) -> None:
    """Fails where the README says something else of a client that was tried; it need not know of every one."""
    seen = {client: clients.words(client) for client in clients.verdicts}
    if os.environ.get("POSTERN_WRITE_DOCS"):
        _write(table() | seen)
    stated = table()
    wrong = {client: (stated[client], words) for client, words in seen.items() if stated.get(client, words) != words}
    assert not wrong, (
        f"README.md, and what `postern doctor --run` saw: {wrong}\n"
        "POSTERN_WRITE_DOCS=1 Tests/run integration/test_doctor.py writes what is seen"
    )


def _write(rows: dict[str, str]) -> None:
    text = README.read_text()
    before, head, after = text.partition(HEAD)
    rest = re.sub(r"\A\n\|---\|---\|\n(\|.*\n)*", "", after)
    lines = "".join(f"| {client} | {verdict} |\n" for client, verdict in sorted(rows.items(), key=lambda row: row[0].casefold()))
    README.write_text(f"{before}{head}\n|---|---|\n{lines}{rest}")


def _code(text: str) -> str:
    return re.sub(r"(--[a-z-]+)", r"`\1`", text)


def left_behind(user: int) -> list[Path]:
    """Directories of runs of this user."""
    return [path for path in Path("/tmp").glob("postern-doctor-*") if path.stat().st_uid == user]
