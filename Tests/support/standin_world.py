"""All vendor stand-ins behind one Postern that knows them from its catalogue, and one agent."""

from __future__ import annotations

import secrets as random
import shutil
import subprocess
import tempfile
from pathlib import Path

from . import audit, oracle, standins
from .ca import CertificateAuthority
from .config import Config
from .daemon import Daemon
from .encodings import LeakSearch

AGENT = "bot"
PLACEHOLDER = "placeholder-of-the-agent"


class StandInWorld:
    """Starts everything; ``verify`` checks what every stand-in saw since ``begin``."""

    def __init__(self, authority: CertificateAuthority):
        self.directory = Path(tempfile.mkdtemp(prefix="postern-clients-"))
        self.socket = str(self.directory / "bot.sock")
        self.key = f"pak_{random.token_hex(20)}"
        self.repositories = self.directory / "repositories"
        self._make_repository()
        plain = (standins.OpenAI, standins.Anthropic, standins.GitHub, standins.Slack, standins.Stripe)
        made = [kind(authority, self._secret(kind.provider)) for kind in plain]
        made.append(standins.GitHubGit(authority, self._secret("github-git"), self.repositories))
        self.standins = {one.provider: one for one in made}
        self.planted = {name: one.secret for name, one in self.standins.items()}
        self.planted |= {"the agent's key": self.key, "the placeholder": PLACEHOLDER}
        self.daemon = Daemon(self.directory, self._config(authority).text())
        self.begin()

    @staticmethod
    def _secret(provider: str) -> str:
        return f"{provider}-credential-{random.token_hex(10)}"

    def _make_repository(self) -> None:
        """acme/demo.git, empty, open for pushes to whoever the stand-in lets in."""
        bare = self.repositories / "acme" / "demo.git"
        bare.mkdir(parents=True)
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", bare], check=True)
        subprocess.run(["git", "-C", bare, "config", "http.receivepack", "true"], check=True)

    def _secret_file(self, name: str, value: str) -> str:
        path = self.directory / f"secret-{name}"
        path.write_text(value)
        path.chmod(0o600)
        return f"file:{path}"

    def _config(self, authority: CertificateAuthority) -> Config:
        """Only what a stand-in needs is said about a provider; hosts and credential slots are the catalogue's."""
        config = Config()
        config.set("proxy", listen=["127.0.0.1:0"], state_dir=str(self.directory / "state"))
        config.add("agent", name=AGENT, key=self._secret_file("key-of-bot", self.key))
        config.add("socket", path=self.socket, agent=AGENT)
        for name, standin in self.standins.items():
            config.add("provider", name=name, connect_to=standin.origin.authority, ca_file=str(authority.path))
            config.add("secret", name=name, provider=name, value=self._secret_file(name, standin.secret))
            config.add("grant", agent=AGENT, secret=name)
        return config

    @property
    def proxy(self) -> str:
        """What goes into http_proxy."""
        return f"http://{AGENT}:{self.key}@127.0.0.1:{self.daemon.port}"

    def base(self, provider: str) -> str:
        """The base URL of a provider."""
        return f"http://127.0.0.1:{self.daemon.port}/via/{provider}"

    def begin(self) -> None:
        for standin in self.standins.values():
            standin.begin()
        self._audit_before = len(self.daemon.audit())

    def verify(self) -> None:
        """Only our credential arrived, exactly once in each request; no placeholder, no key; all of it recorded."""
        assert self.daemon.is_alive(), f"posternd has ended:\n{self.daemon.log()[-3000:]}"
        found = []
        for standin in self.standins.values():
            found += oracle.malformed_requests(standin.guarded)
            found += oracle.wrong_slots(standin.guarded)
            found += oracle.strayed_secrets(standin.guarded, self.planted)
            found += [
                f"{standin.provider} received {name}" for request in standin.origin.requests
                for name, _ in request.fields if name.lower().startswith(("proxy-", "postern-", "x-forwarded"))
            ]
        seen = sum(len(standin.origin.requests) for standin in self.standins.values())
        recorded = len(audit.intents(self.daemon.audit()[self._audit_before :]))
        if seen != recorded:
            found.append(f"the stand-ins saw {seen} requests, the audit log has {recorded} intents")
        assert not found, "\n".join(found)

    def close(self) -> None:
        """Ends everything; what was left on disk must hold no secret outside the files made for them."""
        try:
            self.daemon.terminate()
            search = LeakSearch(self.planted)
            paths = [*self.directory.glob("*.log"), *(self.directory / "state").rglob("*")]
            files = [path for path in paths if path.is_file()]
            found = [f"{path.name}: {leak}" for path in files for leak in search.find(path.read_bytes())]
            assert not found, "\n".join(found)
        finally:
            for standin in self.standins.values():
                standin.origin.close()
            shutil.rmtree(self.directory, ignore_errors=True)
