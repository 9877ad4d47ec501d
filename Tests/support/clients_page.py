"""The table of docs/clients.md: each row is compared with what its test saw, or written with POSTERN_WRITE_DOCS=1."""

from __future__ import annotations

import fcntl
import os
import re
from pathlib import Path

from .daemon import ROOT

PAGE = ROOT / "docs/clients.md"
COLUMNS = ("Client", "Uses Postern because of", "Trusts its CA because of", "Speaks", "Works")
RULE = "|---" * len(COLUMNS) + "|"
PROTOCOLS = {"1.1": "HTTP/1.1", "2": "HTTP/2"}  # by http.version of an audit record
REQUIREMENTS = ROOT / "Tests/requirements-clients.txt"


def release(package: str) -> str:
    """The major version of a pinned package; before 1 it is the minor that promises."""
    version = re.search(rf"^{re.escape(package)}==(\S+)$", REQUIREMENTS.read_text(), re.M)[1].split(".")
    return version[0] if version[0] != "0" else ".".join(version[:2])


GRPC = f"grpcio {release('grpcio')}"


def rows() -> dict[str, str]:
    """The lines of the table by client."""
    return {_client(line): line for line in PAGE.read_text().splitlines() if _is_row(line)}


def expect(*cells: str) -> None:
    """Fails unless the page has this row."""
    row = f"| {' | '.join(cells)} |"
    if os.environ.get("POSTERN_WRITE_DOCS"):
        _write(cells[0], row)
    found = rows().get(cells[0])
    assert found == row, (
        f"docs/clients.md has\n  {found}\nand the test saw\n  {row}\n"
        'POSTERN_WRITE_DOCS=1 Tests/run integration -k "clients or grpc" writes what is seen'
    )


def _is_row(line: str) -> bool:
    return line.startswith("| ") and not line.startswith(f"| {COLUMNS[0]} |")


def _client(line: str) -> str:
    return line.split(" | ")[0].removeprefix("| ")


def _write(client: str, row: str) -> None:
    """Puts a row in the place of the client's old one; the table is sorted by name."""
    with open(PAGE, "r+") as page:
        fcntl.flock(page, fcntl.LOCK_EX)
        lines = page.read().splitlines()
        table = [line for line in lines if _is_row(line) and _client(line) != client] + [row]
        table.sort(key=lambda line: _client(line).casefold())
        start = lines.index(RULE) + 1
        end = start + sum(_is_row(line) for line in lines)
        page.seek(0)
        page.truncate()
        page.write("\n".join([*lines[:start], *table, *lines[end:]]) + "\n")
