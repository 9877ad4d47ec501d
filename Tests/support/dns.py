"""A small DNS server that answers A and AAAA from a table and remembers who was asked for."""

from __future__ import annotations

import ipaddress
import socket
import struct
import threading
from typing import Callable

A, AAAA = 1, 28
Answers = "list[str] | Callable[[int], list[str]]"


class DNSServer:
    """``names`` maps a name to its addresses, or to a function from the number of the query (from 0) to them.

    A name that is not there does not exist; ``silent`` names are never answered.
    """

    def __init__(self, names: dict, address: str = "127.0.0.1", port: int = 53):
        self.names = names
        self.silent: Callable[[str], bool] = lambda name: False
        self.queries: list[tuple[str, int]] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, port))
        self._counts: dict[tuple[str, int], int] = {}
        threading.Thread(target=self._run, daemon=True, name="dns").start()

    def close(self) -> None:
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._socket.close()

    def asked_for(self, name: str) -> int:
        return sum(asked == name for asked, _ in self.queries)

    def _run(self) -> None:
        while True:
            try:
                message, peer = self._socket.recvfrom(4096)
            except OSError:
                return
            if not message:
                return
            reply = self._reply(message)
            if reply:
                self._socket.sendto(reply, peer)

    def _reply(self, message: bytes) -> bytes | None:
        labels, at = [], 12
        while message[at]:
            labels.append(message[at + 1 : at + 1 + message[at]].decode("latin-1"))
            at += 1 + message[at]
        question = message[12 : at + 5]
        (kind,) = struct.unpack("!H", message[at + 1 : at + 3])
        name = ".".join(labels).lower()
        self.queries.append((name, kind))
        if self.silent(name):
            return None
        found = self.names.get(name)
        if callable(found):
            number = self._counts.get((name, kind), 0)
            self._counts[(name, kind)] = number + 1
            found = found(number)
        records = [
            b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 0, len(packed)) + packed
            for text in found or []
            if (parsed := ipaddress.ip_address(text)).version == (4 if kind == A else 6 if kind == AAAA else 0)
            for packed in [parsed.packed]
        ]
        code = 0x8180 if found is not None else 0x8183
        return message[:2] + struct.pack("!HHHHH", code, 1, len(records), 0, 0) + question + b"".join(records)
