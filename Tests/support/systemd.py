"""systemd as the first process of namespaces of its own, with Postern installed there the way it is on a machine."""

from __future__ import annotations

import contextlib
import ctypes
import os
import queue
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import Iterator

import pytest

from .daemon import ROOT, program
from .namespace import entered
from .waiting import wait_until

PROGRAMS = ("posternd", "postern", "postern-cli")
#: A user of the machine without any rights.
USER = 4711
#: What a machine does and a scratch one need not.
MASKED = ("systemd-sysctl.service", "systemd-modules-load.service", "modprobe@.service", "systemd-remount-fs.service",
          "systemd-udevd.service", "systemd-update-utmp.service", "systemd-logind.service", "timers.target",
          "dev-hugepages.mount", "dev-mqueue.mount", "sys-kernel-debug.mount", "sys-kernel-tracing.mount",
          "sys-fs-fuse-connections.mount", "sys-kernel-config.mount", "avahi-daemon.socket", "dbus.socket")
TARGET = "[Unit]\nRequires=basic.target\nAfter=basic.target\n"
PR_SET_PDEATHSIG = 1


def install(scratch: Path, prefix: str, *settings: str) -> None:
    """``make install``, with stand-ins for the programs, which are large."""
    built = scratch / "built"
    built.mkdir()
    for name in PROGRAMS:
        (built / name).write_text(f'#!/bin/sh\nexec "{program(name)}" "$@"\n')
        (built / name).chmod(0o755)
    subprocess.run(["make", "-s", "-C", ROOT, "install", f"PREFIX={prefix}", f"POSTERN_BIN={built}", *settings],
                   check=True)


class Machine:
    """One boot. ``root`` is its file system as seen from outside."""

    def __init__(self, stage: Path):
        """``stage`` is laid over the root before it boots."""
        units = stage / "etc/systemd/system"
        units.mkdir(parents=True, exist_ok=True)
        (units / "postern-test.target").write_text(TARGET)
        for name in MASKED:
            (units / name).symlink_to("/dev/null")
        self._base = Path(tempfile.mkdtemp(prefix="postern-boot-"))
        self._console = tempfile.TemporaryFile()
        libc = ctypes.CDLL(None)
        command = ["unshare", "--mount", "bash", str(ROOT / "Tests/support/boot.sh"), str(self._base), str(stage)]
        self._boot = subprocess.Popen(
            [*command, *map(program, PROGRAMS)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self._console,
            preexec_fn=lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM))
        try:
            said = self._boot.stdout.readline().split()
            if len(said) != 2:
                self._boot.wait(30)
                if "not permitted" in self.console() or "ermission denied" in self.console():
                    pytest.skip(f"the kernel lets this user boot nothing: {self.console().strip().splitlines()[-1]}")
                raise AssertionError(f"nothing boots:\n{self.console()}")
            self.pid = int(said[1])
            self.root = Path(f"/proc/{self.pid}/root")
            wait_until(self._is_up, 60, "systemd is up", every=0.2)
        except BaseException:
            self.close()
            raise

    def _is_up(self) -> bool:
        assert self._boot.poll() is None, f"systemd ended:\n{self.console()}"
        return self.run("systemctl", "is-active", "postern-test.target", check=False).stdout == "active\n"

    def console(self) -> str:
        self._console.seek(0)
        return self._console.read().decode("utf-8", "replace")

    def command(self, *words: str, user: int = 0) -> list[str]:
        """A program in there, as root or as a plain user in a home of its own."""
        enter = ["nsenter", "--target", str(self.pid), "--mount", "--pid", "--uts", "--ipc", "--net", "--cgroup", "--"]
        home = f"/home/{user}" if user else "/root"
        if user:
            enter += ["setpriv", "--reuid", str(user), "--regid", str(user), "--clear-groups"]
        path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        return [*enter, "env", "-i", "-C", home, path, f"HOME={home}", "LANG=C.UTF-8", *words]

    def run(self, *words: str, user: int = 0, check: bool = True, timeout: float = 60, **options):
        done = subprocess.run(self.command(*words, user=user), capture_output=True, text=True, timeout=timeout,
                              **options)
        assert not check or done.returncode == 0, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def start(self, *words: str, user: int = 0, **options) -> subprocess.Popen:
        return subprocess.Popen(self.command(*words, user=user), text=True, **options)

    def entered(self) -> contextlib.AbstractContextManager:
        """The calling thread is in its network."""
        return entered(self.pid)

    def write(self, path: str, text: str, mode: int = 0o644) -> None:
        """A file, put in its place at once."""
        new = self.root / f"{path}.new".lstrip("/")
        new.parent.mkdir(parents=True, exist_ok=True)
        new.write_text(text)
        new.chmod(mode)
        new.rename(self.root / path.lstrip("/"))

    # Units.

    def systemctl(self, *words: str, check: bool = True, timeout: float = 90):
        return self.run("systemctl", *words, check=check, timeout=timeout)

    def show(self, name: str, unit: str = "posternd.service") -> str:
        """One property of a unit."""
        return self.systemctl("show", f"--property={name}", "--value", unit).stdout.strip()

    def journal(self, unit: str = "posternd.service") -> str:
        return self.run("journalctl", "--no-pager", "--output=cat", f"--unit={unit}").stdout

    def close(self) -> None:
        self._boot.terminate()
        try:
            self._boot.wait(30)
        except subprocess.TimeoutExpired:
            self._boot.kill()
            self._boot.wait()
        self._boot.stdout.close()
        self._console.close()
        shutil.rmtree(self._base, ignore_errors=True)


class Shell:
    """A program in a sandbox that asks for what it is told to, one URL (and options of curl's) after another."""

    SCRIPT = '''
    set -f
    echo up
    while read -r words; do
        curl -sS -N -m 60 $words 2>&1
        code=$?
        echo
        echo "curl $code"
    done'''

    def __init__(self, machine: Machine, agent: str, *options: str, user: int = 0):
        self._process = machine.start("postern", "run", "--agent", agent, *options, "--", "sh", "-c", self.SCRIPT,
                                      user=user, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self._lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        first = self.line()
        assert first == "up\n", f"the sandbox did not start: {first}"

    @classmethod
    @contextlib.contextmanager
    def opened(cls, *arguments, **options) -> Iterator["Shell"]:
        shell = cls(*arguments, **options)
        try:
            yield shell
        finally:
            shell.end()

    def _read(self) -> None:
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def line(self, timeout: float = 60) -> str | None:
        """The next line that is not empty; ``None`` at the end."""
        deadline = time.monotonic() + timeout
        while (line := self._lines.get(timeout=max(0.1, deadline - time.monotonic()))) == "\n":
            pass
        return line

    def begin(self, url: str) -> None:
        self._process.stdin.write(f"{url}\n")
        self._process.stdin.flush()

    def rest(self) -> tuple[str, int]:
        """What else comes of what was begun, and curl's exit status."""
        lines = []
        while (line := self.line()) is not None:
            if line.startswith("curl ") and line[5:].strip().isdigit():
                return "".join(lines), int(line[5:])
            lines.append(line)
        raise AssertionError(f"the sandbox ended: {lines}")

    def ask(self, url: str) -> tuple[str, int]:
        self.begin(url)
        return self.rest()

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def end(self) -> int:
        """Ends the program, and so the sandbox."""
        if not self._process.stdin.closed:
            self._process.stdin.close()
        try:
            return self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise


def needs() -> str | None:
    """What is missing for it, if anything."""
    if os.geteuid() != 0:
        return "needs root"
    if not Path("/lib/systemd/systemd").exists():
        return "systemd is not installed"
    missing = [name for name in ("ip", "nsenter", "setpriv", "pivot_root") if not shutil.which(name)]
    return f"needs {missing[0]}" if missing else None
