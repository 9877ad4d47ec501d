"""Two MCP servers made with FastMCP behind Postern, and agents whose grants name tools."""

from __future__ import annotations

import json
import secrets as random
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from .ca import CertificateAuthority
from .client import RawClient, Response, basic, request
from .config import Config
from .control import Control
from .daemon import Daemon
from .programs import SUPPORT, run
from .standin_world import bundle
from .waiting import wait_until

STYLES = ("events", "json")
BOT, FREE = "bot", "free"
VERSION = "2026-07-28"

#: What `bot` may do: two of four tools, and one of them with a path below /public/ and at most 100 lines.
RULES = {
    "methods": ["POST", "GET", "DELETE"],
    "paths": ["/mcp"],
    "mcp_tools": [
        "search",
        {
            "name": "read",
            "arguments": [
                {"pointer": "/path", "matches": "/public/[a-z/]+"},
                {"pointer": "/limit", "max": 100, "optional": True},
            ],
        },
    ],
}


class McpServer:
    """One server, and what it wrote down."""

    def __init__(self, authority: CertificateAuthority, python: str, folder: Path, style: str):
        self.host = f"{style}.mcp.test"
        self.log = folder / f"{style}.jsonl"
        self.log.touch()
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        arguments = [str(self.port), self.host, str(authority.leaf(self.host)), str(self.log), style]
        with open(folder / f"{style}.err", "wb") as errors:
            self.process = subprocess.Popen(
                [python, str(SUPPORT / "mcp_server.py"), *arguments],
                stdout=errors,
                stderr=errors,
                env={"HOME": "/nonexistent", "PATH": "/usr/bin"},
            )
        wait_until(self._listens, 30, f"the server of {style} listens", every=0.1)
        self.begin()

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port)).close()
            return True
        except OSError:
            return False

    def begin(self) -> None:
        self._before = len(self.log.read_text().splitlines())

    def lines(self, kind: str) -> list[dict[str, Any]]:
        """What was written since the test began."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines()[self._before :]]
        return [line for line in lines if line["kind"] == kind]

    @property
    def ran(self) -> list[str]:
        """The tools that ran."""
        return [line["name"] for line in self.lines("tool")]

    @property
    def requests(self) -> list[dict[str, Any]]:
        return self.lines("request")


class McpWorld:
    """Starts everything. ``ask`` sends raw messages, ``client`` runs FastMCP's client."""

    def __init__(self, authority: CertificateAuthority, python: str):
        self.python = python
        self.directory = Path(tempfile.mkdtemp(prefix="postern-mcp-"))
        self.servers = {style: McpServer(authority, python, self.directory, style) for style in STYLES}
        self.secrets = {style: f"mcp/{style}/{random.token_hex(12)}+==" for style in STYLES}
        config = Config()
        config.set("proxy", listen=["127.0.0.1:0"], state_dir=str(self.directory / "state"))
        for style, server in self.servers.items():
            config.add(
                "provider",
                name=style,
                hosts=[server.host],
                connect_to=f"127.0.0.1:{server.port}",
                ca_file=str(authority.path),
                inject=[{"header": "Authorization", "value": "Bearer {secret}"}],
            )
        self.daemon = Daemon(self.directory, config.text())
        self.control = Control(self.daemon.state / "control.sock")
        self.keys: dict[str, str] = {}
        try:
            self._fill()
        except BaseException:
            self.close()
            raise

    def _fill(self) -> None:
        wait_until(self.control.is_ready, 10, "the control socket answers")
        self.bundle = bundle(self.daemon.state, self.directory / "bundle.pem")
        for style, secret in self.secrets.items():
            self.control.create_secret(style, style, secret)
        self.add(BOT, RULES)
        self.add(FREE, {})

    def add(self, agent: str, terms: dict[str, Any]) -> None:
        """An agent with a grant of these terms on both servers."""
        made = self.control.create_agent(agent)
        self.keys[agent] = made["key"] if isinstance(made["key"], str) else made["key"]["key"]
        for style in STYLES:
            self.control.bind(agent, style, terms=terms)

    def begin(self) -> None:
        for server in self.servers.values():
            server.begin()

    # As clients.

    def client(self, style: str, mode: str, calls: list, agent: str = BOT, scheme: str = "https") -> list[Any]:
        """What FastMCP's client gets: by CONNECT, or as plain requests that Postern upgrades."""
        proxy = f"http://{agent}:{self.keys[agent]}@127.0.0.1:{self.daemon.port}"
        url = f"{scheme}://{self.servers[style].host}/mcp"
        trust = {"SSL_CERT_FILE": self.bundle, "https_proxy": proxy, "HTTPS_PROXY": proxy}
        return json.loads(
            run(self.python, str(SUPPORT / "mcp_client.py"), url, mode, json.dumps(calls), proxy=proxy, **trust)
        )

    def ask(
        self,
        body: bytes,
        headers: list[tuple[str, str]] = (),
        agent: str = BOT,
        style: str = "json",
        method: str = "POST",
        path: str = "/mcp",
    ) -> Response:
        """One raw message; a Content-Type and what the protocol wants are added unless given."""
        host = self.servers[style].host
        given = {name.lower() for name, _ in headers}
        common = [("Accept", "application/json, text/event-stream"), ("Content-Type", "application/json")]
        fields = [("Proxy-Authorization", basic(agent, self.keys[agent])), *headers]
        fields += [field for field in common if field[0].lower() not in given]
        fields = [(name, value) for name, value in fields if value]
        with RawClient(("127.0.0.1", self.daemon.port)) as client:
            return client.send(request(method, f"http://{host}{path}", host, fields, body)).response()

    def verify(self) -> None:
        assert self.daemon.is_alive(), self.daemon.log()[-3000:]
        for style, server in self.servers.items():
            for line in server.requests:
                values = [value for name, value in line["headers"] if name == "authorization"]
                assert values == [f"Bearer {self.secrets[style]}"], f"{style} saw {values}"

    def close(self) -> None:
        try:
            self.daemon.terminate()
        finally:
            for server in self.servers.values():
                server.process.kill()
                server.process.wait()
            shutil.rmtree(self.directory, ignore_errors=True)


def message(name: str = "search", arguments: Any = None, method: str = "tools/call", **more: Any) -> dict[str, Any]:
    """A call as the newest protocol writes it."""
    prefix = "io.modelcontextprotocol/"
    meta = {f"{prefix}protocolVersion": VERSION, f"{prefix}clientCapabilities": {}}
    params = {"name": name, "arguments": {"query": "x"} if arguments is None else arguments, "_meta": meta}
    if method != "tools/call":
        params = {"_meta": meta}
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params, **more}


def mirrored(method: str = "tools/call", name: str | None = "search") -> list[tuple[str, str]]:
    """The header fields in which the newest protocol repeats what the body says."""
    fields = [("MCP-Protocol-Version", VERSION), ("Mcp-Method", method)]
    return [*fields, ("Mcp-Name", name)] if name else fields
