"""Starts programs with ``postern run``, as whoever runs the tests and as a plain user."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

from .daemon import program
from .topology import A, Topology

#: Somebody without rights; nobody needs to exist under this number.
PLAIN_USER = 4711


class Sandboxes:
    """``postern run`` against one daemon."""

    def __init__(self, topology, home: Path, user: int | None = None):
        self.topology = topology
        self.socket = topology.daemon.state / "run.sock"
        self.home = home
        self.user = user

    def command(self, agent: str, *words: str, options: tuple[str, ...] = ()) -> list[str]:
        wrapper = [program("postern"), "run", "--agent", agent, "--socket", str(self.socket), *options, "--", *words]
        return [*self.as_user, *wrapper]

    @property
    def as_user(self) -> list[str]:
        if self.user is None:
            return []
        return ["setpriv", "--reuid", str(self.user), "--regid", str(self.user), "--clear-groups"]

    def environment(self, **more: str) -> dict[str, str]:
        return {"PATH": "/usr/bin:/bin", "HOME": str(self.home), "LANG": "C.UTF-8", **more}

    def run(self, agent: str, *words: str, options: tuple[str, ...] = (), timeout: float = 30, stdin=subprocess.DEVNULL,
            text: str | None = None, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
        given = {"input": text} if text is not None else {"stdin": stdin}
        return subprocess.run(self.command(agent, *words, options=options), capture_output=True, text=True,
                              timeout=timeout, env=self.environment(**environment), cwd=cwd or self.home, **given)

    def shell(self, agent: str, script: str, **options) -> subprocess.CompletedProcess[str]:
        return self.run(agent, "sh", "-c", script, **options)

    def start(self, agent: str, *words: str, options: tuple[str, ...] = (), **popen) -> subprocess.Popen:
        return subprocess.Popen(self.command(agent, *words, options=options), env=self.environment(), cwd=self.home,
                                text=True, **popen)

    def answer_slowly(self) -> threading.Event:
        """Has the origin answer with a number every tenth of a second; the event says that nobody takes them any more."""
        ended = threading.Event()

        def slowly(_request):
            try:
                yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                for number in range(400):
                    yield b"2\r\n%d\n\r\n" % (number % 10)
                    time.sleep(0.1)
            finally:
                ended.set()

        self.topology.good.handler = slowly
        return ended


def make_home(parent: Path, user: int | None) -> Path:
    """A home with what lies about in one."""
    home = parent / "home"
    for name in (".ssh/id_ed25519", ".aws/credentials", ".netrc", ".bashrc", ".config/gh/hosts.yml", "work/file",
                 ".config/postern/proxy.conf", ".local/state/postern/mcp/1.before"):
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"of {name}\n")
    if user is not None:
        for path in [home, *home.rglob("*")]:
            shutil.chown(path, user, user)
    for path in (parent, parent.parent):
        os.chmod(path, 0o755)
    return home


@contextmanager
def runs(authority, edit=None):
    """A daemon, and sandboxes of root and of a plain user; outside of /tmp, which is another one inside.

    ``edit`` changes its configuration further.
    """
    parent = Path(tempfile.mkdtemp(prefix="postern-run-", dir="/var/lib"))

    def prepare(topology, config):
        config.add("runner", users=[PLAIN_USER], agents=[A])
        config.set("run", socket=str(parent / "run.sock"))
        if edit:
            edit(topology, config)

    topology = Topology(authority, prepare)
    try:
        root = Sandboxes(topology, make_home(parent / "root", None))
        plain = Sandboxes(topology, make_home(parent / "plain", PLAIN_USER), PLAIN_USER)
        root.socket = plain.socket = parent / "run.sock"
        yield topology, root, plain
    finally:
        topology.close()
        shutil.rmtree(parent, ignore_errors=True)
