"""The service manager's end of the notification socket."""

from __future__ import annotations

import os
import socket
import tempfile
import threading
import time

from .waiting import wait_until


class NotifySocket:
    """Receives ``READY=1`` and the like; ``messages`` are (seconds, text)."""

    def __init__(self, abstract: bool = False):
        self._folder = tempfile.mkdtemp(prefix="postern-notify-")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        name = f"{self._folder}/notify"
        self.path = f"@{name}" if abstract else name
        self._socket.bind("\0" + name if abstract else name)
        self.messages: list[tuple[float, str]] = []
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                data = self._socket.recv(4096)
            except OSError:
                return
            for line in data.decode().splitlines():
                self.messages.append((time.monotonic(), line))

    def lines(self) -> list[str]:
        return [line for _, line in self.messages]

    def wait_for(self, text: str, timeout: float = 10) -> None:
        wait_until(lambda: any(line.startswith(text) for line in self.lines()), timeout, f"{text} is notified")

    def close(self) -> None:
        self._socket.close()
        if not self.path.startswith("@"):
            os.unlink(self.path)
        os.rmdir(self._folder)
