"""The commands of ``docs/containers.md``, run as they stand there: a container with no network and an agent's socket."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
import tomllib
from pathlib import Path

import pytest

from support.daemon import ROOT, program
from support.origin import RecordingOrigin
from support.sandbox import PLAIN_USER
from support.topology import Topology
from support.waiting import wait_until

PAGE = (ROOT / "docs/containers.md").read_text()
HOST = "api.anthropic.com"
PLACE = "/run/postern-builder"


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.S | re.M)


class Containers:
    """A daemon configured as the page says, with the socket in another directory, and a user who runs containers."""

    def __init__(self, authority):
        self.parent = Path(tempfile.mkdtemp(prefix="postern-containers-", dir="/var/lib"))
        self.parent.chmod(0o755)
        self.place, self.home = self.parent / "sockets", self.parent / "home"
        for one in (self.place, self.home):
            one.mkdir()
        shutil.chown(self.home, PLAIN_USER, PLAIN_USER)
        self.origin = RecordingOrigin(authority.leaf(HOST), "anthropic")
        self.topology = Topology(authority, self.configure)
        self.secret = "sk-ant-" + "0123456789abcdef" * 2

    def configure(self, topology, config) -> None:
        [text] = blocks("toml")
        said = tomllib.loads(text.replace(PLACE, str(self.place)).replace('"alice"', str(PLAIN_USER)))
        for table, entries in said.items():
            for entry in entries:
                config.add(table, **entry)
        trust = str(topology.authority.path)
        config.add("provider", name="anthropic", connect_to=self.origin.authority, ca_file=trust)
        value = topology.secret_file("anthropic", "sk-ant-" + "0123456789abcdef" * 2)
        config.add("secret", name="anthropic", provider="anthropic", value=value)
        config.add("grant", agent="builder", secret="anthropic")

    def run(self, script: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        """A script of the page, by a user without rights."""
        script = script.replace(PLACE, str(self.place))
        user = ["setpriv", "--reuid", str(PLAIN_USER), "--regid", str(PLAIN_USER), "--clear-groups"]
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(self.home)}
        return subprocess.run([*user, "sh", "-euc", script], capture_output=True, text=True, env=environment,
                              cwd=self.home, timeout=timeout, stdin=subprocess.DEVNULL)

    def shell(self, command: str, script: str) -> subprocess.CompletedProcess[str]:
        """A script inside, in place of the program that a command of the page starts there."""
        words, found = re.subn(r"(?<= )curl (--silent .*)$", "sh -c '" + script.replace("\\", r"\\") + "'", command.strip(), flags=re.S)
        assert found == 1 and "'" not in script
        return self.run(words)

    def close(self) -> None:
        self.topology.close()
        self.origin.close()
        shutil.rmtree(self.parent)


@pytest.fixture(scope="module")
def _containers(authority):
    containers = Containers(authority)
    try:
        make_bundle, _, script, _ = blocks("sh")
        # Of the local authority, whose files the user cannot read.
        bundle = containers.home / "postern-bundle.pem"
        command = make_bundle.split()
        assert command[:3] == ["postern", "ca", "bundle"] and command[-1].strip('"') == "$HOME/postern-bundle.pem"
        state = str(containers.topology.daemon.state)
        subprocess.run([program("postern"), *command[1:-1], str(bundle), "--state-dir", state], check=True, timeout=30)
        assert containers.run(script).returncode == 0
        yield containers
    finally:
        containers.close()


@pytest.fixture
def containers(_containers):
    _containers.origin.forget()
    _containers.topology.begin()
    yield _containers
    _containers.topology.verify()


def by_socket() -> str:
    return blocks("sh")[1]


def by_proxy() -> str:
    return blocks("sh")[3]


@pytest.mark.parametrize("command", [by_socket, by_proxy])
def test_a_container_is_the_agent(containers, command):
    done = containers.run(command())
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["target"] == "/v1/models", done.stdout
    [request] = containers.origin.requests
    assert request.values("x-api-key") == [containers.secret] and containers.secret not in done.stdout
    rows = [row for row in containers.topology.daemon.audit() if row.get("postern.agent") == "builder"]
    assert rows and all(row["postern.peer.uid"] == PLAIN_USER for row in rows if "postern.peer.uid" in row)


@pytest.mark.parametrize("command", [by_socket, by_proxy])
def test_nothing_else_can_be_reached(containers, command):
    port = containers.topology.daemon.port
    for attempt in (f"curl -sS -m 3 --noproxy \"*\" http://127.0.0.1:{port}/", "curl -sS -m 3 --noproxy \"*\" http://192.0.2.1/",
                    "test -e /run/postern/control.sock", f"test -e {containers.topology.daemon.state}", "test -e /var/run/docker.sock",
                    "curl -sS -m 3 --fail --unix-socket /run/postern/agent.sock http://localhost/via/good/v1/x"):
        done = containers.shell(command(), attempt)
        assert done.returncode not in (0, 125, 127), (attempt, done)
    inside = containers.shell(command(), "ls /run/postern")
    assert inside.stdout == "agent.sock\n", inside


def own_status(python: str, script: str) -> str:
    """What the script of the page says, run by whoever runs the tests."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"}
    done = subprocess.run([python, "-c", script], capture_output=True, text=True, timeout=60, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_client_by_its_own_transport(containers, python):
    [script] = blocks("python")
    script = script.replace("/run/postern/", f"{containers.place}/")
    # Who is not named is not let in, whoever that is.
    assert own_status(python, script) == "403" and containers.origin.requests == []
    config = containers.topology.config.copy()
    config.find("socket", agent="builder")["uids"] = [PLAIN_USER, 0]
    containers.topology.daemon.reload(config.text())
    assert own_status(python, script) == "200" and len(containers.origin.requests) == 1
    containers.topology.daemon.reload(containers.topology.config.text())


def test_a_restart_of_the_daemon_is_survived(containers):
    """A container that runs meanwhile finds the new socket: it is the directory that is mounted."""
    loop = "for i in $(seq 1 300); do curl -sS -m 5 -o /dev/null -w \"%{http_code}\\n\" --unix-socket /run/postern/agent.sock http://localhost/via/anthropic/v1/x || true; sleep 0.1; done"
    words = re.sub(r"(?<= )curl --silent.*$", lambda _: f"sh -c '{loop}'", by_socket().strip(), flags=re.S).replace(PLACE, str(containers.place))
    user = ["setpriv", "--reuid", str(PLAIN_USER), "--regid", str(PLAIN_USER), "--clear-groups"]
    running = subprocess.Popen([*user, "sh", "-c", "exec " + words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                               env={"PATH": "/usr/bin:/bin", "HOME": str(containers.home)}, cwd=containers.home)
    try:
        assert running.stdout.readline() == "200\n"
        containers.topology.daemon.terminate()
        containers.topology.start()
        before = len(containers.origin.requests)
        wait_until(lambda: len(containers.origin.requests) > before, 30, "it is served again")
    finally:
        running.kill()
        running.wait()
        running.stdout.close()
