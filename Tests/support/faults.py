"""Builds ``faults.c``, switches its faults on and off, and sets its clock."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest


class Faults:
    """A library to preload, and the file that says which fault is on."""

    def __init__(self, directory: Path):
        compiler = shutil.which("cc") or shutil.which("clang")
        if not compiler:
            pytest.skip("needs a C compiler to inject faults")
        library = directory / "faults.so"
        source = Path(__file__).with_name("faults.c")
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
        self._switch, self._clock = directory / "fault", directory / "clock"
        self.environment = {
            "LD_PRELOAD": str(library),
            "POSTERN_TEST_FAULT": str(self._switch),
            "POSTERN_TEST_CLOCK": str(self._clock),
        }

    def set(self, what: str) -> None:
        self._switch.write_text(what)

    def clear(self) -> None:
        self._switch.unlink(missing_ok=True)

    def set_clock(self, days: float) -> None:
        """The daemon's wall clock is ahead of ours by so many days, or behind."""
        new = self._clock.with_suffix(".new")
        new.write_text(str(int(days * 86_400)))
        new.rename(self._clock)
