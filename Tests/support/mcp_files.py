"""Configuration files of MCP clients, as ``postern mcp`` finds and changes them."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import threading
import tomllib
from pathlib import Path
from typing import Any, Callable

from .daemon import ROOT, program

CORPUS = ROOT / "Tests/data/mcp"
#: Every key of the corpus has this in it, and nothing else has.
FAKE = re.compile(rb"[A-Za-z0-9_.:@/-]*(?:FAKE|fake0123)[A-Za-z0-9_.-]*")


def keys_in(data: bytes) -> set[bytes]:
    """The longest plain run of each fake key, without the scheme or the flag before it."""
    return {re.split(rb"[=:/@]", one)[-1] for one in FAKE.findall(data)} - {b""}


#: What an import may write in place of something, or behind it.
_TAKEN = re.compile(
    rb"""(?P<key>[A-Za-z0-9_.-]*(?:FAKE|fake0123)[A-Za-z0-9_.-]*)"""
    rb"""|(?P<value>"?\b(?:command|path|url)"?\s*[:=]\s*["'])(?P<old>[^"']*)["']"""
    rb"""|(?P<list>"?\b(?:args|command)"?\s*[:=]\s*\[\s*(?:(?:\#|//)[^\n]*\n\s*)*)"""
)


def keeps_every_other_byte(before: bytes, after: bytes) -> bool:
    """Whether ``after`` is ``before`` but for keys, programs and addresses, and what stands before arguments."""
    pattern, position = b"", 0
    for match in _TAKEN.finditer(before):
        if match["old"] and FAKE.search(match["old"]) and not match["value"].lstrip(b'"').startswith(b"url"):
            continue
        pattern += re.escape(before[position : match.start()])
        if match["key"]:
            pattern += b".*?"
        elif match["value"]:
            pattern += b".*?" + re.escape(match["value"]) + b".*?[\"'].*?"
        else:
            pattern += re.escape(match["list"]) + b".*?"
        position = match.end()
    return re.fullmatch(pattern + re.escape(before[position:]), after, re.S) is not None


def plain(data: bytes, name: str) -> Any:
    """What a file says."""
    text = data.decode("utf-8-sig")
    if name.endswith(".toml"):
        return tomllib.loads(text)
    return json.loads(_without_extras(text))


def _without_extras(text: str) -> str:
    """JSON without comments and trailing commas."""
    string = r'("(?:\\.|[^"\\])*")'
    without_comments = re.sub(string + r"|//[^\n]*|/\*.*?\*/", lambda match: match[1] or " ", text, flags=re.S)
    return re.sub(string + r"|,(?=\s*[}\]])", lambda match: match[1] or "", without_comments)


class Home:
    """A home directory, and ``postern`` run in it."""

    def __init__(self, path: Path, control: str | Path):
        self.path = path
        self.control = str(control)
        self.said: list[bytes] = []

    @property
    def backups(self) -> Path:
        return self.path / ".local/state/postern/mcp"

    def environment(self, **more: str) -> dict[str, str]:
        return {"PATH": "/usr/bin:/bin", "HOME": str(self.path), **more}

    def start(self, *arguments: str, control: str | None = None) -> subprocess.Popen[bytes]:
        socket_options = ["--socket", control or self.control] if arguments[0] == "import" else []
        return subprocess.Popen(
            [program("postern"), "mcp", *arguments, *socket_options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=self.path,
            env=self.environment(),
        )

    def run(self, *arguments: str, status: int = 0, control: str | None = None) -> tuple[str, str]:
        """What it said on standard output and standard error."""
        process = self.start(*arguments, control=control)
        out, err = process.communicate(timeout=60)
        self.said += [out, err]
        assert process.returncode == status, (process.returncode, out.decode(), err.decode())
        return out.decode(), err.decode()

    def report(self, *arguments: str, status: int = 0, control: str | None = None) -> list[dict]:
        out, _ = self.run("import", "--json", *arguments, status=status, control=control)
        return json.loads(out)["files"]

    def put(self, name: str, place: str | None = None, mode: int = 0o640) -> Path:
        """Copies a file of the corpus into the home."""
        path = self.path / (place or name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((CORPUS / name).read_bytes())
        path.chmod(mode)
        os.utime(path, ns=(1_700_000_000_123_456_789, 1_700_000_000_123_456_789))
        return path


class Interposer:
    """A control socket that hands everything on to the real one, and does something before a certain request."""

    def __init__(self, path: Path, target: str | Path, request: bytes, action: Callable[[], bool]):
        self.path, self.target, self.request, self.action = str(path), str(target), request, action
        self.seen = 0
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(self.path)
        os.chmod(self.path, 0o600)
        self._listener.listen(16)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(self.target)
            threading.Thread(target=self._pump, args=(client, server, True), daemon=True).start()
            threading.Thread(target=self._pump, args=(server, client, False), daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket, is_request: bool) -> None:
        try:
            while data := source.recv(65536):
                if is_request and data.startswith(self.request):
                    self.seen += 1
                    if not self.action():
                        break
                target.sendall(data)
        except OSError:
            pass
        for one in (source, target):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self) -> None:
        self._listener.close()
