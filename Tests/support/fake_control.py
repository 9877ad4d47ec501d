"""A control socket that answers what it is told to, and keeps what it was asked."""

from __future__ import annotations

import contextlib
import http.server
import json
import socketserver
import threading
import urllib.parse
from pathlib import Path
from typing import NamedTuple

EMPTY = {"items": [], "total": 0, "limit": 1000, "offset": 0}


class Asked(NamedTuple):
    method: str
    path: str
    query: dict[str, str]
    body: object


class FakeControl(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """Stands in for posternd: ``answers`` are by method and path, with a status if it is not 200."""

    daemon_threads = True

    def __init__(self, path: Path):
        self.path = str(path)
        self.answers: dict[tuple[str, str], object] = {}
        self.asked: list[Asked] = []
        super().__init__(self.path, _Handler)

    def answer(self, method: str, path: str, body: object, status: int = 200) -> None:
        self.answers[method, path] = (status, body)

    def refuse(self, method: str, path: str, status: int, code: str, message: str, hint: str | None = None) -> None:
        self.answer(method, path, {"error": {"code": code, "message": message, "hint": hint}}, status)

    def list(self, path: str, *items: object) -> None:
        self.answer("GET", path, EMPTY | {"items": list(items), "total": len(items)})

    def last(self, method: str, path: str) -> Asked:
        return [one for one in self.asked if (one.method, one.path) == (method, path)][-1]


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def address_string(self) -> str:
        return "unix"

    def log_message(self, *_) -> None:
        pass

    def _handle(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        path, _, query = self.path.partition("?")
        asked = Asked(self.command, urllib.parse.unquote(path), dict(urllib.parse.parse_qsl(query)), body)
        self.server.asked.append(asked)
        missing = (404, {"error": {"code": "not_found", "message": f"no answer for {asked.method} {asked.path}"}})
        status, answer = self.server.answers.get((asked.method, asked.path), missing)
        if callable(answer):
            answer = answer(asked)
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _handle


@contextlib.contextmanager
def fake_control(directory: Path):
    with FakeControl(directory / "control.sock") as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
