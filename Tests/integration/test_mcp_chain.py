"""From a client's file with a key in it to an upstream: ``mcp import``, FastMCP's client, ``postern run``, a FastMCP server."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest

from support.daemon import program, wait_gone
from support.directory import DirectoryTopology
from support.mcp_files import Home
from support.processes import members
from support.programs import SUPPORT
from support.waiting import wait_until

SERVER = "good one"
URL = "https://good.test/v1/x"


class Chain:
    """A home with a file in which a key stands, and what a client started from there does."""

    def __init__(self, topology: DirectoryTopology, python: str, home: Path):
        self.topology, self.python = topology, python
        self.home = Home(home, topology.control.path)
        self.file = home / ".mcp.json"
        self.errors = home / "errors.log"
        self.key = topology.secrets["good"]
        # Where the sources are may be hidden inside.
        server = shutil.copy(SUPPORT / "mcp_stdio_server.py", home)
        own = {"command": python, "args": [server], "env": {"GOOD_KEY": self.key, "MODE": "fast"}}
        self.file.write_text(json.dumps({"mcpServers": {SERVER: own}}, indent=4) + "\n\n")

    def bring_in(self, **more: str) -> None:
        chosen = {"GOOD_KEY": "good", **more}.items()
        options = [word for name, provider in chosen for word in ("--provider", f"{SERVER}.{name}={provider}")]
        [report] = self.home.report("--file", str(self.file), "--yes", *options)
        assert report["state"] == "changed", report
        assert self.key not in self.file.read_text()

    @property
    def entry(self) -> dict:
        return json.loads(self.file.read_text())["mcpServers"][SERVER]

    @property
    def environment(self) -> dict[str, str]:
        """Of somebody who starts a client: with keys of their own, too."""
        path = f"{Path(program('postern')).parent}:/usr/bin:/bin"
        return {"PATH": path, "HOME": str(self.home.path), "USER": "ada", "GITHUB_TOKEN": "ghp_of-the-user"}

    def call(self, *calls: tuple[str, dict]) -> list:
        """What tools answer to FastMCP's client, which starts the server as the file says."""
        words = [self.python, str(SUPPORT / "mcp_stdio_client.py"), str(self.file), SERVER, str(self.errors)]
        done = subprocess.run(words, env=self.environment, cwd=self.home.path, capture_output=True, text=True, timeout=90,
                              input=json.dumps(calls))
        assert done.returncode == 0, (done.stderr, self.errors.exists() and self.errors.read_text())
        return json.loads(done.stdout)

    def start(self) -> subprocess.Popen[bytes]:
        """The server as the file says, with a pipe at each end of it, once it runs."""
        entry, pipe = self.entry, subprocess.PIPE
        environment = {**self.environment, **entry["env"]}
        process = subprocess.Popen([entry["command"], *entry["args"]], env=environment, cwd=self.home.path, stdin=pipe,
                                   stdout=pipe, stderr=pipe)
        assert process.stderr.readline() == b"stand-in: begins\n"
        return process


@pytest.fixture(scope="module")
def _topology(authority):
    # /tmp is another one inside.
    parent = Path(tempfile.mkdtemp(prefix="postern-chain-", dir="/var/lib"))
    socket = parent / "home/.local/state/postern/run.sock"
    socket.parent.mkdir(parents=True)
    topology = DirectoryTopology(authority, lambda _, config: config.set("run", socket=str(socket)), fills=False)
    yield topology, parent / "home"
    topology.close()
    shutil.rmtree(parent)


@pytest.fixture
def chain(_topology, python):
    topology, home = _topology
    topology.begin()
    yield Chain(topology, python, home)
    topology.verify()


def test_upstream_sees_the_key_and_the_server_a_placeholder(chain):
    before = chain.file.read_bytes()
    chain.bring_in()
    answer, seen, around, host = chain.call(
        ("fetch", {"url": URL}),
        ("environment", {}),
        ("reach", {"host": "192.0.2.1", "port": 443}),
        ("reach", {"host": "127.0.0.1", "port": chain.topology.daemon.port}),
    )
    assert answer.startswith("200 "), answer
    assert [one.value("authorization") for one in chain.topology.good.requests] == [f"Bearer {chain.key}"]
    assert seen["GOOD_KEY"] == chain.entry["env"]["GOOD_KEY"] and "postern-placeholder" in seen["GOOD_KEY"]
    assert seen["MODE"] == "fast" and seen["POSTERN_AGENT"] == "mcp-good-one" and "GITHUB_TOKEN" not in seen
    assert chain.entry["args"][:4] == ["run", "--agent", "mcp-good-one", "--"] and chain.key not in json.dumps(seen)
    assert "connected" not in (around, host)
    [row] = [row for row in chain.topology.daemon.audit() if row.get("postern.identity") == "sandbox"]
    assert row["postern.agent"] == "mcp-good-one" and row["postern.provider"] == "good"
    chain.home.run("restore", str(chain.file))
    assert chain.file.read_bytes() == before


def test_the_server_ends_with_its_client(chain):
    chain.bring_in()
    [namespace] = chain.call(("namespace", {}))
    wait_until(lambda: not members(namespace), 20, "nothing of it runs")
    wait_until(lambda: "stand-in: begins" in chain.errors.read_text(), 20, "standard error is the client's")
    wait_until(lambda: chain.topology.acts("sandbox_end"), 20, "the sandbox has ended")


def test_an_end_of_input_ends_the_server(chain):
    chain.bring_in()
    process = chain.start()
    out, err = process.communicate(b"", timeout=30)
    assert (process.returncode, out) == (0, b"") and err.endswith(b"stand-in: ends\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_a_signal_ends_the_server(chain, number):
    """SIGKILL is what a client takes in the end, and the wrapper cannot pass on."""
    chain.bring_in()
    process = chain.start()
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    assert len(children) == 1
    process.send_signal(number)
    assert process.wait(30) != 0
    wait_gone(int(children[0]), 20)
    for pipe in (process.stdin, process.stdout, process.stderr):
        pipe.close()


def test_a_large_message_passes(chain):
    """More than a pipe holds, both ways."""
    chain.bring_in()
    text = "x" * 300_000
    assert chain.call(("echo", {"text": text})) == [text]


def test_variables_of_the_entry_that_are_no_placeholders_pass(chain):
    """They look like secrets of the caller's, and the entry sets them."""
    document = json.loads(chain.file.read_text())
    headers = {"Authorization": f"Bearer {chain.topology.secrets['plain']}"}
    more = {"MAX_TOKENS": "7", "DATABASE_URL": "sqlite:x", "KEY_HEADERS": json.dumps(headers)}
    document["mcpServers"][SERVER]["env"] |= more
    chain.file.write_text(json.dumps(document))
    chain.bring_in(KEY_HEADERS_AUTHORIZATION="plain")
    [seen] = chain.call(("environment", {}))
    assert (seen["MAX_TOKENS"], seen["DATABASE_URL"]) == ("7", "sqlite:x")
    assert "Bearer postern-placeholder" in seen["KEY_HEADERS"]
    assert chain.entry["args"][3:8] == ["--env", "MAX_TOKENS", "--env", "DATABASE_URL", "--"]
