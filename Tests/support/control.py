"""The control socket as its clients see it: HTTP and JSON by ``http.client`` over a unix socket."""

from __future__ import annotations

import http.client
import json
import socket
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Iterable
from urllib.parse import quote, urlencode

TIMEOUT = 30.0


class UnixConnection(http.client.HTTPConnection):
    """HTTP to whoever listens on a unix socket."""

    def __init__(self, path: str | Path, timeout: float = TIMEOUT, sock: socket.socket | None = None):
        super().__init__("localhost", timeout=timeout)
        self._path = str(path)
        self._given = sock

    def connect(self) -> None:
        if self._given:
            self.sock, self._given = self._given, None
            return
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


@dataclass
class Answer:
    """What came back of one call."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str | None:
        """The error code; ``None`` for what was done."""
        return self.json["error"]["code"] if self.status >= 400 else None

    @property
    def message(self) -> str:
        error = self.json["error"]
        return f"{error['message']} {error.get('hint') or ''}".strip()

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def __str__(self) -> str:
        return f"{self.status} {self.body[:600]!r}"


class Refused(AssertionError):
    """A call that a test needs was refused."""

    def __init__(self, what: str, answer: Answer):
        super().__init__(f"{what}: {answer}")
        self.answer = answer


def path_of(*parts: str, **query: Any) -> str:
    """``/v1/…`` of segments that may hold anything, with a query of what is not ``None``."""
    path = "/v1/" + "/".join(quote(part, safe="") for part in parts)
    given = {name: str(value).lower() if value is True else value for name, value in query.items() if value is not None}
    return f"{path}?{urlencode(given)}" if given else path


@dataclass
class Control:
    """Calls on one control socket. Everything that comes back is kept, to be searched for secrets.

    The methods below ``do`` are the acts tests need most; each returns the object of the answer.
    """

    path: str | Path
    received: list[bytes] = field(default_factory=list)
    #: One connection for all calls, or a new one for each.
    keeps_open: bool = False
    _connection: UnixConnection | None = None

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: Iterable[tuple[str, str]] = (),
        raw: bytes | None = None,
        timeout: float = TIMEOUT,
    ) -> Answer:
        """One call; ``body`` is sent as JSON, ``raw`` as it is."""
        data = raw if raw is not None else None if body is None else json.dumps(body).encode()
        fields = dict(headers)
        if data is not None and "content-type" not in {name.lower() for name in fields}:
            fields["Content-Type"] = "application/json"
        connection = self._connection or UnixConnection(self.path, timeout)
        try:
            try:
                connection.request(method, path, data, fields)
            except (BrokenPipeError, ConnectionResetError):
                pass  # it may have been answered before all of it was read
            response = connection.getresponse()
            answer = Answer(response.status, response.getheaders(), response.read())
        except BaseException:
            self.close()
            connection.close()
            raise
        if self.keeps_open:
            self._connection = connection
        else:
            connection.close()
        self.received.append(repr(answer.headers).encode() + b"\n" + answer.body)
        return answer

    def close(self) -> None:
        if self._connection:
            self._connection.close()
        self._connection = None

    def do(self, method: str, *parts: str, body: Any = None, **query: Any) -> Any:
        """A call that must succeed; the object that came back."""
        answer = self.call(method, path_of(*parts, **query), body)
        if answer.status >= 300:
            raise Refused(f"{method} {path_of(*parts, **query)}", answer)
        return answer.json if answer.body else None

    def get(self, *parts: str, **query: Any) -> Any:
        return self.do("GET", *parts, **query)

    def post(self, *parts: str, **body: Any) -> Any:
        return self.do("POST", *parts, body=body)

    def items(self, *parts: str, **query: Any) -> list[Any]:
        """A whole list, however many pages it has."""
        found: list[Any] = []
        while True:
            page = self.get(*parts, limit=1000, offset=len(found), **query)
            found += page["items"]
            if len(found) >= page["total"] or not page["items"]:
                return found

    def is_ready(self) -> bool:
        try:
            return self.call("GET", "/v1/status", timeout=5).status == 200
        except OSError:
            return False

    # Acts.

    def create_agent(self, name: str, **more: Any) -> Any:
        return self.post("agents", name=name, **more)

    def act(self, agent: str, verb: str) -> Any:
        """``pause``, ``resume`` or ``revoke``."""
        return self.do("POST", "agents", agent, verb, body={})

    def mint(self, agent: str, **more: Any) -> Any:
        return self.do("POST", "agents", agent, "keys", body=more)

    def key_act(self, agent: str, key: str, verb: str, **more: Any) -> Any:
        return self.do("POST", "agents", agent, "keys", key, verb, body=more)

    def create_secret(self, name: str, provider: str, value: str, **more: Any) -> Any:
        return self.post("secrets", name=name, provider=provider, value=value, **more)

    def rotate(self, secret: str, value: str, **more: Any) -> Any:
        return self.do("POST", "secrets", secret, "rotate", body={"value": value, **more})

    def bind(self, agent: str, secret: str, **more: Any) -> Any:
        return self.post("grants", agent=agent, secret=secret, **more)

    def unbind(self, grant: str) -> Any:
        return self.do("POST", "grants", grant, "revoke", body={})
