"""Reading the audit log as the tests see it: the one place that knows its field names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Iterable

Row = dict[str, Any]


def segments(state: Path) -> list[Path]:
    return sorted((state / "audit").glob("audit-*.jsonl"))


def read(state: Path) -> list[Row]:
    """Every whole record. The last line of a segment may be torn after a kill; nothing else may."""
    rows = []
    for path in segments(state):
        lines = path.read_bytes().split(b"\n")
        for line in lines[:-1]:
            try:
                rows.append(json.loads(line))
            except ValueError:
                raise AssertionError(f"{path.name} holds a line that is not JSON: {line[:200]!r}") from None
        try:
            rows += [json.loads(lines[-1])] if lines[-1] else []
        except ValueError:
            pass
    return rows


def of(rows: Iterable[Row], action: str) -> list[Row]:
    return [row for row in rows if row["event.action"] == action]


def intents(rows: Iterable[Row]) -> list[Row]:
    return of(rows, "intent")


def outcomes(rows: Iterable[Row]) -> list[Row]:
    return of(rows, "outcome")


def denials(rows: Iterable[Row]) -> list[Row]:
    return of(rows, "denied")


def about(rows: Iterable[Row], *texts: str) -> list[Row]:
    """The records in which each of ``texts`` occurs."""
    return [row for row in rows if all(text in json.dumps(row) for text in texts)]
