"""Postern as installed on a machine with systemd: the shipped units, two upstreams, an agent of the file, one to come."""

from __future__ import annotations

import contextlib
import hashlib
import json
import secrets as random
import shutil
import tempfile
from pathlib import Path

from . import audit
from .client import RawClient, Response, basic, request
from .config import Config
from .encodings import LeakSearch
from .origin import RecordingOrigin
from .systemd import USER, Machine, Shell, install
from .waiting import wait_until

KEYED, SOCKET, STORED, OTHER = "keyed-bot", "socket-bot", "stored-bot", "other-bot"
#: The name of the user without rights.
NAME = "alice"
#: Whose credential is handed over as it is, and whose encrypted.
PLAIN, SEALED = "plain.test", "sealed.test"
DRAIN = 12

CREDENTIALS = """[Service]
LoadCredential=plain:/etc/postern/secrets/plain
# As the unit says, from /etc/credstore.encrypted.
LoadCredentialEncrypted=sealed
"""


class Installed:
    """Installs, boots and sets up; the daemon is not started."""

    def __init__(self, authority):
        self._scratch = Path(tempfile.mkdtemp(prefix="postern-systemd-"))
        self.secrets = {name: f"{name}/{random.token_hex(16)}" for name in ("plain", "sealed")}
        self.key = f"pak_{random.token_hex(20)}"
        self.search = LeakSearch({**self.secrets, "the agent's key": self.key})
        stage = self._scratch / "stage"
        self.machine: Machine | None = None
        self.origin: RecordingOrigin | None = None
        try:
            install(self._scratch, "/usr", f"DESTDIR={stage}")
            self.machine = Machine(stage)
            with self.machine.entered():
                self.origin = RecordingOrigin(authority.leaf(PLAIN, SEALED))
            self._set_up(authority)
        except BaseException:
            self.close()
            raise

    def _set_up(self, authority) -> None:
        machine = self.machine
        machine.run("useradd", "--uid", str(USER), "--user-group", "--create-home", "--home-dir", f"/home/{USER}", NAME)
        machine.run("postern", "init", "--agent", "first-bot")
        machine.write("/etc/postern/origins.pem", authority.path.read_text())
        machine.write("/etc/postern/secrets/plain", self.secrets["plain"], 0o600)
        machine.run("mkdir", "-p", "/etc/credstore.encrypted")
        machine.run("systemd-creds", "encrypt", "--name=sealed", "-", "/etc/credstore.encrypted/sealed",
                    input=self.secrets["sealed"])
        machine.write("/etc/systemd/system/posternd.service.d/credentials.conf", CREDENTIALS)
        self.config = self._config()
        self.write_config()
        machine.systemctl("daemon-reload")
        agents = [f"posternd-agent@{name}.socket" for name in (SOCKET, STORED)]
        machine.systemctl("enable", "--now", "posternd.socket", *agents)

    def _config(self) -> Config:
        config = Config()
        config.set("proxy", listen=["systemd:proxy"]).set("timeouts", drain_s=DRAIN)
        config.add("runner", users=[NAME], agents=[KEYED, OTHER])
        config.add("agent", name=KEYED, key="sha256:" + hashlib.sha256(self.key.encode()).hexdigest())
        for agent in (SOCKET, OTHER):
            config.add("agent", name=agent)
        for agent in (SOCKET, STORED):
            config.add("socket", systemd=agent, agent=agent)
        for name, host in (("plain", PLAIN), ("sealed", SEALED)):
            config.add("provider", name=name, hosts=[host], connect_to=self.origin.authority,
                       ca_file="/etc/postern/origins.pem",
                       inject=[{"header": "authorization", "value": "Bearer {secret}"}])
            config.add("secret", name=name, provider=name, value=f"credential:{name}")
            for agent in (KEYED, SOCKET, OTHER):
                config.add("grant", agent=agent, secret=name, methods=["GET"])
        return config

    def write_config(self) -> None:
        self.machine.write("/etc/postern/proxy.conf", self.config.text())

    # Asking.

    def connect(self, agent: str | None = None) -> RawClient:
        """A connection to an agent's own socket, or to the port."""
        with self.machine.entered():
            if agent:
                return RawClient(f"{self.machine.root}/run/postern-agents/{agent}.sock", timeout=60)
            return RawClient(("127.0.0.1", 3128), timeout=60)

    def begin_asking(
        self, agent: str | None = None, host: str = PLAIN, path: str = "/x", method: str = "GET"
    ) -> RawClient:
        """A request, by an agent's own socket or with a key at the port; its answer is still to be read."""
        proof = [] if agent else [("Proxy-Authorization", basic(KEYED, self.key))]
        return self.connect(agent).send(request(method, f"http://{host}{path}", host, proof))

    def ask(self, *arguments, **options) -> Response:
        """One such exchange."""
        with self.begin_asking(*arguments, **options) as client:
            return client.response(options.get("method", "GET"))

    def sandbox(self, agent: str, *options: str, user: int = USER) -> contextlib.AbstractContextManager[Shell]:
        return Shell.opened(self.machine, agent, *options, user=user)

    def credentials_seen(self, path: str) -> list[str | None]:
        return [one.value("authorization") for one in self.origin.requests if one.path == path]

    # Looking.

    @property
    def pid(self) -> int:
        """The daemon's, as the machine counts."""
        return int(self.machine.show("MainPID"))

    @property
    def stored(self) -> int:
        """How many descriptors systemd keeps for the daemon."""
        return int(self.machine.show("NFileDescriptorStore"))

    @property
    def restarts(self) -> int:
        return int(self.machine.show("NRestarts"))

    def audit(self) -> list[audit.Row]:
        return audit.read(self.machine.root / "var/lib/private/postern")

    def begin(self) -> None:
        """Runs, with the usual configuration and nothing left of another test."""
        self.config = self._config()
        self.write_config()
        self.machine.systemctl("reload-or-restart", "posternd.service")
        wait_until(lambda: self.machine.show("ActiveState") == "active", 30, "the daemon runs", every=0.1)
        self.origin.forget()

    def verify(self) -> None:
        """No secret is in the journal or the audit log."""
        journal = self.machine.run("journalctl", "--no-pager", "--output=export").stdout
        assert "posternd" in journal
        assert not self.search.find(journal.encode()) and not self.search.find(self.machine.console().encode())
        assert not self.search.find(json.dumps(self.audit()).encode())

    def close(self) -> None:
        for one in (self.origin, self.machine):
            if one:
                one.close()
        shutil.rmtree(self._scratch, ignore_errors=True)
