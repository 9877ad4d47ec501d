"""Writes proxy.conf from Python values."""

from __future__ import annotations

import copy
import datetime
from typing import Any

SECTIONS = ("proxy", "timeouts", "limits", "audit", "api", "identity", "portal", "approvals", "run")
LISTS = ("runner", "socket", "provider", "secret", "agent", "grant", "egress")


def toml(value: Any) -> str:
    """One value as TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    if isinstance(value, list):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(item)}" for key, item in value.items()) + " }"
    escaped = "".join(c if " " <= c != "\x7f" and c not in '"\\' else f"\\u{ord(c):04X}" for c in str(value))
    return f'"{escaped}"'


class Config:
    """The tables of a proxy.conf, to be edited by a test before the daemon reads them."""

    def __init__(self) -> None:
        self.sections: dict[str, dict[str, Any]] = {name: {} for name in SECTIONS}
        self.lists: dict[str, list[dict[str, Any]]] = {name: [] for name in LISTS}

    def set(self, section: str, **values: Any) -> "Config":
        self.sections[section].update(values)
        return self

    def add(self, table: str, **values: Any) -> dict[str, Any]:
        self.lists[table].append(values)
        return values

    def find(self, table: str, **where: Any) -> dict[str, Any]:
        """The one entry of a list whose keys have these values."""
        (found,) = [e for e in self.lists[table] if all(e.get(k) == v for k, v in where.items())]
        return found

    def remove(self, table: str, **where: Any) -> None:
        self.lists[table].remove(self.find(table, **where))

    def copy(self) -> "Config":
        return copy.deepcopy(self)

    def text(self) -> str:
        lines = []
        for name, values in self.sections.items():
            if values:
                lines += [f"[{name}]", *(f"{key} = {toml(value)}" for key, value in values.items()), ""]
        for name, entries in self.lists.items():
            for values in entries:
                lines += [f"[[{name}]]", *(f"{key} = {toml(value)}" for key, value in values.items()), ""]
        return "\n".join(lines)
