"""An origin that knows no protocol: it keeps every byte it is sent and does what it is told with them."""

from __future__ import annotations

import socket
import threading
from typing import Callable


class ByteOrigin:
    """Each accepted connection is kept in ``connections`` and handed to ``behaviour``, by default an echo."""

    def __init__(self):
        self.behaviour: Callable[[ByteConnection], None] = echo
        self.connections: list[ByteConnection] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.authority = f"127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True, name="byte origin").start()

    @property
    def raw(self) -> bytes:
        return b"".join(bytes(c.raw) for c in self.connections)

    def forget(self) -> None:
        self.behaviour, self.connections = echo, []

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            connection = ByteConnection(sock)
            self.connections.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: ByteConnection) -> None:
        try:
            self.behaviour(connection)
        except OSError:
            pass
        finally:
            connection.is_open = False
            connection.sock.close()


class ByteConnection:
    """One connection, and what came through it."""

    def __init__(self, sock: socket.socket):
        self.sock = sock
        self.raw = bytearray()
        self.is_open = True

    def receive(self) -> bytes:
        data = self.sock.recv(262_144)
        self.raw += data
        return data


def echo(connection: ByteConnection) -> None:
    while data := connection.receive():
        connection.sock.sendall(data)


def sink(connection: ByteConnection) -> None:
    while connection.receive():
        pass
