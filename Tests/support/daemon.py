"""Starts the real ``posternd``, and looks at it from outside."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from . import audit
from .waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
LISTENING = re.compile(r"listening.*?\baddress=(\S+)")
READY = re.compile(r"\bready\b")
START_TIMEOUT = 20.0


def program(name: str) -> str:
    """The path of one of the two programs."""
    directory = os.environ.get("POSTERN_BIN_DIR") or os.environ.get("POSTERN_BIN") or str(ROOT / ".build/release")
    return str(Path(directory).resolve() / name)


class Daemon:
    """One run of ``posternd`` on a configuration in a directory of its own."""

    def __init__(
        self,
        directory: Path,
        config: str,
        *,
        wrapper: Sequence[str] = (),
        arguments: Sequence[str] = (),
        environment: Mapping[str, str] = MappingProxyType({}),
        pass_fds: tuple[int, ...] = (),
        log_level: str | None = "debug",
        wait: bool = True,
        preexec=None,
        log_name: str = "posternd.log",
    ):
        self.directory = directory
        self.state = directory / "state"
        self.config_path = directory / "proxy.conf"
        self.log_path = directory / log_name
        self.write_config(config)
        self.state.mkdir(mode=0o700, exist_ok=True)
        level = ["--log-level", log_level] if log_level else []
        self._log_start = self.log_path.stat().st_size if self.log_path.exists() else 0
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [*wrapper, program("posternd"), "--config", str(self.config_path), *level, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=directory,
                pass_fds=pass_fds,
                env={"PATH": "/usr/bin:/bin", "HOME": str(directory), **environment},
                preexec_fn=preexec,
            )
        self.pid = self.process.pid
        if wait:
            try:
                self.wait_ready()
            except BaseException:
                self.kill9()
                raise

    def write_config(self, text: str) -> None:
        new = self.config_path.with_suffix(".new")
        new.write_text(text)
        new.chmod(0o600)
        owner = self.directory.stat()
        os.chown(new, owner.st_uid, owner.st_gid)
        new.rename(self.config_path)  # at once: a reload may be reading it

    def wait_ready(self, timeout: float = START_TIMEOUT) -> None:
        def ready() -> bool:
            if self.process.poll() is not None:
                raise AssertionError(f"posternd ended with {self.process.returncode}:\n{self.log()[-4000:]}")
            return READY.search(self.log()) is not None

        wait_until(ready, timeout, "posternd is ready", every=0.02)

    def log(self) -> str:
        """What this run has logged so far."""
        return self.log_path.read_bytes()[self._log_start :].decode("utf-8", "replace")

    @property
    def addresses(self) -> list[str]:
        """The addresses it says it listens on, in order."""
        return [address.strip('"') for address in LISTENING.findall(self.log())]

    @property
    def ports(self) -> list[int]:
        return [int(a.rpartition(":")[2]) for a in self.addresses if re.search(r":\d+\Z", a) and "/" not in a]

    @property
    def port(self) -> int:
        return self.ports[0]

    def audit(self) -> list[audit.Row]:
        return audit.read(self.state)

    # What it does to the machine.

    def is_alive(self) -> bool:
        return self.process.poll() is None

    def resident(self) -> int:
        """Resident memory in bytes."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) * 1024

    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def threads(self) -> int:
        return len(os.listdir(f"/proc/{self.pid}/task"))

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def connections_to(self, port: int) -> int:
        """Its TCP connections, in any state that holds a descriptor, to a loopback port."""
        inodes = set()
        for entry in os.listdir(f"/proc/{self.pid}/fd"):
            try:
                target = os.readlink(f"/proc/{self.pid}/fd/{entry}")
            except OSError:
                continue
            if match := re.match(r"socket:\[(\d+)\]", target):
                inodes.add(match[1])
        lines = [line.split() for line in Path(f"/proc/{self.pid}/net/tcp").read_text().splitlines()[1:]]
        return sum(f[2].endswith(f":{port:04X}") and f[9] in inodes for f in lines)

    # Its life.

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def reload(self, config: str, timeout: float = 10.0) -> str:
        """Writes a new configuration, sends SIGHUP and returns what was logged about it."""
        before = len(self.log())
        self.write_config(config)
        self.signal(signal.SIGHUP)
        return wait_until(
            lambda: re.search(r".*(reload|configuration).*", self.log()[before:], re.I) and self.log()[before:],
            timeout,
            "the reload is logged",
        )

    def terminate(self, timeout: float = 10.0) -> int:
        """SIGTERM, then SIGKILL if that does not help; returns the exit status."""
        if self.is_alive():
            self.process.terminate()
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill9()
            raise AssertionError(f"posternd did not end within {timeout} s of SIGTERM") from None

    def kill9(self) -> None:
        self.process.kill()
        self.process.wait()


def wait_gone(pid: int, timeout: float = 5.0) -> None:
    """Waits for a process that is not our child to disappear."""
    deadline = time.monotonic() + timeout
    while Path(f"/proc/{pid}").exists():
        assert time.monotonic() < deadline, f"process {pid} is still there"
        time.sleep(0.02)
