"""A person's session with ``postern``, in a home of their own, and the daemon that it made."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from .control import Control
from .daemon import Daemon, program
from .encodings import LeakSearch
from .waiting import wait_until


class Session:
    """Runs commands as a user would; everything they print is kept, to be searched for secrets."""

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="postern-session-"))
        self.printed: list[str] = []
        self.planted: dict[str, str] = {}
        self.daemon: Daemon | None = None

    @property
    def environment(self) -> dict[str, str]:
        found = {"PATH": f"{Path(program('postern')).parent}:/usr/bin:/bin", "HOME": str(self.home), "NO_COLOR": "1"}
        if self.daemon:
            found["POSTERN_CONTROL_SOCKET"] = str(self.daemon.state / "control.sock")
        return found

    def run(self, *arguments: str, typed: str | None = None) -> subprocess.CompletedProcess[str]:
        """``postern`` with these arguments, and ``typed`` on its standard input."""
        done = subprocess.run(
            [program("postern"), *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            env=self.environment,
            cwd=self.home,
            check=False,
            **({"input": typed} if typed is not None else {"stdin": subprocess.DEVNULL}),
        )
        self.printed += [done.stdout, done.stderr]
        return done

    def ok(self, *arguments: str, typed: str | None = None) -> str:
        """What a command prints that must succeed."""
        done = self.run(*arguments, typed=typed)
        assert done.returncode == 0, (
            f"postern {' '.join(arguments)} ended with {done.returncode}: {done.stdout}{done.stderr}"
        )
        return done.stdout

    def json(self, *arguments: str, typed: str | None = None) -> Any:
        return json.loads(self.ok(*arguments, "--json", typed=typed))

    def at_a_terminal(self, *arguments: str, answers: dict[str, str]) -> tuple[int, str]:
        """Runs a command at a terminal, types each answer at its prompt; the status and all that was shown."""
        child, terminal = pty.fork()
        if child == 0:
            os.execve(program("postern"), ["postern", *arguments], {**self.environment, "TERM": "xterm"})
        shown, asked, deadline = "", dict(answers), time.monotonic() + 20
        while time.monotonic() < deadline:
            if select.select([terminal], [], [], 0.2)[0]:
                try:
                    data = os.read(terminal, 65536)
                except OSError:
                    break
                if not data:
                    break
                shown += data.decode(errors="replace")
            for prompt in [prompt for prompt in asked if re.search(prompt, shown, re.I)]:
                time.sleep(0.1)  # until the echo is off
                os.write(terminal, asked.pop(prompt).encode() + b"\n")
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        os.close(terminal)
        self.printed.append(shown)
        return status, shown

    def init(self, agent: str) -> str:
        """``postern init``, then the daemon on a free port of what it made; returns what was printed."""
        printed = self.ok("init", "--user", "--agent", agent)
        made = self.home / ".config/postern/proxy.conf"
        text = re.sub(r"(?m)^listen *= *\[.*$", 'listen = ["127.0.0.1:0"]', made.read_text())
        text = re.sub(r'(?m)^listen *= *".*$', 'listen = "127.0.0.1:0"', text)
        assert "127.0.0.1:0" in text, text
        daemon = Daemon(self.home, text, arguments=["--user"], wait=False)
        daemon.state = next(path.parent for path in self.home.rglob("store.db"))
        daemon.wait_ready()
        self.daemon = daemon
        wait_until(self.control.is_ready, 10, "the control socket answers")
        return printed

    @property
    def control(self) -> Control:
        return Control(self.daemon.state / "control.sock")

    def leaks(self) -> list[str]:
        """Planted values in what was printed, logged or stored."""
        search = LeakSearch(self.planted)
        found = [f"a command printed {leak}" for one in self.printed for leak in search.find(one.encode())]
        paths = [path for path in self.home.rglob("*") if path.is_file() and path.parent.name != "typed"]
        return found + [f"{path.name} holds {leak}" for path in paths for leak in search.find(path.read_bytes())]

    def close(self) -> None:
        if self.daemon and self.daemon.is_alive():
            self.daemon.kill9()
        shutil.rmtree(self.home, ignore_errors=True)
