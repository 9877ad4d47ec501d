"""Processes inside of sandboxes, as seen from outside."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def members(namespace: int) -> list[str]:
    """The ids of the processes in a process namespace, which is told by its inode."""
    found = []
    for path in Path("/proc").glob("[0-9]*/ns/pid"):
        with contextlib.suppress(OSError):
            if os.stat(path).st_ino == namespace:
                found.append(path.parts[2])
    return found
