"""A wrapper made by hand: sockets of other network namespaces and of other users, and messages on the run socket."""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import signal
import socket
import struct
from pathlib import Path
from typing import Any, Callable, Sequence

NEW_USER, NEW_NETWORK = 0x1000_0000, 0x4000_0000
Maker = Callable[[], socket.socket]

_libc = ctypes.CDLL(None, use_errno=True)


def _unshare(flags: int) -> None:
    if _libc.unshare(flags) != 0:
        raise OSError(ctypes.get_errno(), "unshare")


def _raise_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, 0x8914, struct.pack("16sH14x", b"lo", 1))  # SIOCSIFFLAGS, IFF_UP


def made(makers: Sequence[Maker], user: int | None = None, isolated: bool = True, flags: int = 0) -> list[socket.socket]:
    """What ``makers`` return when they are called as a user, in a network of its own if it is isolated.

    A socket stays in the network in which it was made, whoever uses it.
    """
    ours, theirs = socket.socketpair()
    child = os.fork()
    if child == 0:
        signal.alarm(20)
        status = 1
        try:
            ours.close()
            if user is not None:
                os.setgroups([])
                os.setgid(user)
                os.setuid(user)
            if isolated:
                _unshare(NEW_USER | NEW_NETWORK)
                _raise_loopback()
            elif flags:
                _unshare(flags)
            found = [maker() for maker in makers]
            socket.send_fds(theirs, [b"made"], [one.fileno() for one in found])
            status = 0
        except BaseException as error:  # pylint: disable=broad-except
            theirs.send(repr(error).encode())
        finally:
            os._exit(status)
    theirs.close()
    text, descriptors, _, _ = socket.recv_fds(ours, 1024, 64)
    ours.close()
    os.waitpid(child, 0)
    assert text == b"made", text
    return [socket.socket(fileno=one) for one in descriptors]


def listener(port: int = 3128, host: str = "127.0.0.1", **options: int) -> Maker:
    """A TCP listener; ``options`` are of SOL_SOCKET, by name."""

    def make() -> socket.socket:
        one = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        one.bind((host, port))
        one.listen(64)
        one.setblocking(False)
        return one

    return make


def stream() -> socket.socket:
    """A TCP socket that is nothing yet."""
    return socket.socket()


def datagrams(port: int = 53) -> Maker:
    def make() -> socket.socket:
        one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        one.bind(("127.0.0.1", port))
        return one

    return make


#: What a transparent sandbox registers.
FOUR = [listener(), listener(80), listener(443), datagrams()]


class Wrapper:
    """A connection to the run socket."""

    def __init__(self, path: Path | str, user: int | None = None, **where: Any):
        def connected() -> socket.socket:
            one = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            one.settimeout(20)
            one.connect(str(path))
            return one

        plain = user is None and not where
        self.socket = connected() if plain else made([connected], user, **{"isolated": False, **where})[0]
        self.socket.settimeout(20)

    def __enter__(self) -> "Wrapper":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.socket.close()

    def send(self, message: Any, descriptors: Sequence[Any] = ()) -> None:
        """A message: bytes as they are, anything else as JSON."""
        data = message if isinstance(message, bytes) else json.dumps(message).encode()
        numbers = [one if isinstance(one, int) else one.fileno() for one in descriptors]
        if numbers:
            socket.send_fds(self.socket, [data], numbers)
        else:
            self.socket.send(data)

    def answer(self) -> dict[str, Any] | None:
        """The next answer; ``None`` at the end."""
        try:
            data = self.socket.recv(65_536)
        except ConnectionResetError:
            return None
        return json.loads(data) if data else None

    def ask(self, message: Any, descriptors: Sequence[Any] = ()) -> dict[str, Any] | None:
        try:
            self.send(message, descriptors)
        except BrokenPipeError:  # it was answered before it was asked
            pass
        return self.answer()

    def listen(self, agent: str, descriptors: Sequence[Any]) -> dict[str, Any] | None:
        return self.ask(listening(agent), descriptors)

    def ended(self) -> bool:
        """Whether the daemon has closed it."""
        return self.answer() is None


def listening(agent: str) -> dict[str, Any]:
    return {"version": 1, "ask": "listen", "agent": agent}


def describing(agent: str) -> dict[str, Any]:
    return {"version": 1, "ask": "describe", "agent": agent}
