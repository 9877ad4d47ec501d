"""A network and mount namespace of a test's own, with a resolver of its own and addresses of its choice.

Sockets belong to the namespace of the thread that makes them: a test enters it for as long as it runs, and the daemon
and the origins it starts live there too. Nothing in it can reach the machine's own network.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Iterator

from .waiting import wait_until

CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def _setns(fd: int) -> None:
    if _libc.setns(fd, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


@contextlib.contextmanager
def entered(pid: int) -> Iterator[None]:
    """The calling thread is in the network namespace of a process."""
    own = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    inside = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY)
    try:
        _setns(inside)
        yield
    finally:
        _setns(own)
        os.close(own)
        os.close(inside)


class Namespace:
    """Holds the namespaces open by a process that sleeps in them."""

    def __init__(self, addresses: tuple[str, ...] = (), nameserver: str = "127.0.0.1"):
        resolver = tempfile.NamedTemporaryFile("w", suffix=".conf", delete=False)
        resolver.write(f"nameserver {nameserver}\noptions timeout:1 attempts:1\n")
        resolver.close()
        self._resolver = Path(resolver.name)
        self._resolver.chmod(0o644)
        setup = ["mount --make-rprivate /", f"mount --bind {resolver.name} /etc/resolv.conf", "ip link set lo up"]
        setup += [f"ip address add {address} dev lo" for address in addresses]
        script = " && ".join([*setup, "echo up", "exec sleep 600"])
        self._holder = subprocess.Popen(
            ["unshare", "--net", "--mount", "sh", "-c", script], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL
        )
        assert self._holder.stdout.readline() == b"up\n", "the namespace could not be set up"
        self.pid = self._holder.pid
        wait_until(lambda: Path(f"/proc/{self.pid}/ns/net").exists())

    @property
    def wrapper(self) -> list[str]:
        """Starts a program with the namespace's resolver; the network comes from the thread that starts it."""
        return ["nsenter", f"--mount=/proc/{self.pid}/ns/mnt", f"--net=/proc/{self.pid}/ns/net", "--"]

    @contextlib.contextmanager
    def entered(self) -> Iterator["Namespace"]:
        """The calling thread is inside."""
        with entered(self.pid):
            yield self

    def close(self) -> None:
        self._holder.kill()
        self._holder.wait()
        self._resolver.unlink(missing_ok=True)
