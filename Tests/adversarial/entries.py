"""Which rows of the attack catalogue run once by every entry, and what in them an entry has no equivalent of."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

from support.entries import CONNECT_H1, CONNECT_H2

EVERY_ENTRY = {*range(1, 110), *range(174, 180)}  # 5.1 to 5.7, and 5.12

# For each entry: the test, its case ("*" stands for any), and why it has no place there.
NOT_BY: dict[str, list[tuple[str, str, str]]] = {
    CONNECT_H1: [],
    CONNECT_H2: [],
}


def does_not_apply(entry: str, name: str) -> str | None:
    """Why a test has no place in an entry."""
    found = re.match(r"(\w+)(?:\[(.*)\])?\Z", name, re.DOTALL)
    test, case = found[1], (found[2] or "").replace("[", "(").replace("]", ")")
    case = re.sub(rf"(^|-){entry}(-|\Z)", "", case)
    for pattern, cases, reason in NOT_BY.get(entry, []):
        if fnmatchcase(test, pattern) and fnmatchcase(case, cases.replace("[", "(").replace("]", ")")):
            return reason
    return None
