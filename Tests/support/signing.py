"""Signs requests to the API as its clients do, from the protocol alone; can be told to send something else."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import time
import urllib.parse
from dataclasses import dataclass, field
from typing import Any, Iterable

from .client import RawClient, Recording, Response, request

#: Signed behind the five lines that every request has, in this order, where they are present.
OPTIONAL = (
    ("request-rule", "X-Alter-Request-Rule"),
    ("caller", "X-Alter-Caller"),
    ("caller-type", "X-Alter-Caller-Type"),
    ("actor-id", "X-Alter-Actor-ID"),
    ("actor-context", "X-Alter-Context"),
)
ACTOR = [name for _, name in OPTIONAL[1:]]


def signing_key(key: str) -> bytes:
    return hmac.new(key.encode(), b"alter-signing-v1", hashlib.sha256).digest()


def canonical_path(target: str) -> str:
    """The decoded path, and the query with its pairs sorted."""
    path, _, query = target.partition("?")
    decoded = urllib.parse.unquote(path)
    if not query:
        return decoded
    pairs = sorted(urllib.parse.parse_qsl(query, keep_blank_values=True))
    return f"{decoded}?{urllib.parse.urlencode(pairs)}"


def text_to_sign(method: str, target: str, stamp: str, nonce: str, body: bytes, fields: dict[str, str]) -> bytes:
    scopes = fields.get("X-Alter-Scope-Constraints", "")
    lines = [method, canonical_path(target), stamp, nonce, hashlib.sha256(body).hexdigest(), scopes]
    lines += [f"{line}:{fields[name]}" for line, name in OPTIONAL if fields.get(name)]
    return "\n".join(lines).encode()


def rule_header(kind: str, body: Any) -> str:
    """The value of X-Alter-Request-Rule."""
    text = json.dumps({"rule_type": kind, "rule_body": body}, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@dataclass
class Signed:
    """One request, to be changed before or after it is signed.

    ``fields`` are signed along; ``body`` is sent as it is. ``sign`` fills in what is missing of stamp and nonce.
    """

    method: str
    target: str
    key: str
    body: bytes = b""
    fields: dict[str, str] = field(default_factory=dict)
    stamp: str = ""
    nonce: str = ""
    host: str = "localhost"
    #: Field lines as they are sent, once ``sign`` was called.
    lines: list[tuple[str, str]] = field(default_factory=list)

    def sign(self) -> "Signed":
        self.stamp = self.stamp or str(int(time.time()))
        self.nonce = self.nonce or os.urandom(16).hex()
        text = text_to_sign(self.method, self.target, self.stamp, self.nonce, self.body, self.fields)
        signature = hmac.new(signing_key(self.key), text, hashlib.sha256).hexdigest()
        self.lines = [
            ("x-api-key", self.key),
            ("X-Alter-Timestamp", self.stamp),
            ("X-Alter-Nonce", self.nonce),
            ("X-Alter-Content-SHA256", hashlib.sha256(self.body).hexdigest()),
            ("X-Alter-Signature", signature),
            *self.fields.items(),
        ]
        if any(self.fields.get(name) for name in ACTOR):
            self.lines.append(("X-Alter-Signature-V2", signature))
        if self.body:
            self.lines.append(("Content-Type", "application/json"))
        return self

    def replace(self, name: str, value: str | None) -> "Signed":
        """Changes, adds or (``None``) removes a line that was signed."""
        found = [n for n, _ in self.lines if n.lower() == name.lower()]
        kept = [(n, v) for n, v in self.lines if n.lower() != name.lower()]
        self.lines = kept if value is None else [*kept, (found[0] if found else name, value)]
        return self

    def message(self, absolute: str = "") -> bytes:
        """The bytes; ``absolute`` such as ``http://postern.internal`` stands before the target."""
        body = self.body if self.body or self.method in ("POST", "PUT", "PATCH") else None
        return request(self.method, absolute + self.target, self.host, self.lines, body)


@dataclass
class Reply:
    """What the API answered."""

    response: Response

    @property
    def status(self) -> int:
        return self.response.status

    @property
    def json(self) -> Any:
        return json.loads(self.response.body)

    @property
    def error(self) -> str | None:
        """The code of the API, or else of the proxy."""
        if self.status < 400:
            return None
        body = self.json
        return body.get("error") or body.get("code")

    def value(self, name: str) -> str | None:
        return self.response.value(name)

    def __str__(self) -> str:
        return f"{self.status} {self.response.body[:400]!r}"


@dataclass
class Api:
    """Raw calls of one key to the API on a proxy listener."""

    address: tuple[str, int] | str
    key: str
    recording: Recording = field(default_factory=Recording)

    def signed(self, method: str, target: str, body: Any = None, **fields: str) -> Signed:
        """A signed request; ``caller`` stands for X-Alter-Caller and so on, ``body`` is JSON or bytes."""
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        names = {name.removeprefix("X-Alter-").lower().replace("-", "_"): name for _, name in OPTIONAL}
        names["scope_constraints"] = "X-Alter-Scope-Constraints"
        given = {names.get(name, name): value for name, value in fields.items()}
        return Signed(method, target, self.key, data, given).sign()

    def call(self, method: str, target: str, body: Any = None, **fields: str) -> Reply:
        """``context``, ``caller``, ``caller_type``, ``scope_constraints`` and ``request_rule`` are signed fields."""
        return self.send(self.signed(method, target, body, **fields))

    def send(self, signed: Signed, absolute: str = "", extra: Iterable[tuple[str, str]] = ()) -> Reply:
        signed.lines += list(extra)
        with RawClient(self.address, self.recording, timeout=40) as client:
            return Reply(client.send(signed.message(absolute)).response(signed.method))

    def proxy(self, url: str, method: str = "GET", **more: Any) -> Reply:
        return self.call("POST", "/sdk/proxy", {"method": method, "url": url, **more})

    def token(self, url: str, method: str = "GET", **more: Any) -> Reply:
        asked = {"reason": None, "request": {"method": method, "url": url}, **more}
        return self.call("POST", "/sdk/token", asked)
