"""All vendor stand-ins behind one Postern that knows them from its catalogue, and one agent."""

from __future__ import annotations

import functools
import secrets as random
import shutil
import subprocess
import tempfile
from pathlib import Path

from . import audit, clients_page, oracle, standins
from .ca import CertificateAuthority
from .config import Config
from .daemon import Daemon, program
from .encodings import LeakSearch
from .waiting import wait_until

AGENT = "bot"
PLACEHOLDER = "placeholder-of-the-agent"
ADDRESS, ADDRESS_OF_THE_AGENT = "127.0.0.1", "127.0.0.2"


class StandInWorld:
    """Starts everything; ``verify`` checks what every stand-in saw since ``begin``."""

    def __init__(self, authority: CertificateAuthority):
        self.directory = Path(tempfile.mkdtemp(prefix="postern-clients-"))
        self.socket = str(self.directory / "bot.sock")
        self.key = f"pak_{random.token_hex(20)}"
        self.repositories = self.directory / "repositories"
        self._make_repository()
        plain = (standins.OpenAI, standins.Anthropic, standins.GitHub, standins.Slack, standins.Stripe,
                 standins.S3, standins.Bedrock, standins.PackageIndex)
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
        config.set("proxy", listen=[f"{ADDRESS}:0"], state_dir=str(self.directory / "state"))
        config.add("agent", name=AGENT, key=self._secret_file("key-of-bot", self.key))
        config.add("socket", path=self.socket, agent=AGENT)
        config.add("socket", listen=f"{ADDRESS_OF_THE_AGENT}:0", agent=AGENT)
        for name, standin in self.standins.items():
            own = {"hosts": list(standin.hosts), "inject": standin.inject} if standin.inject else {}
            dial = {"connect_to": standin.origin.authority, "ca_file": str(authority.path)}
            config.add("provider", name=name, **own, **dial)
            config.add("secret", name=name, provider=name, value=self._secret_file(name, standin.secret))
            config.add("grant", agent=AGENT, secret=name)
        return config

    @property
    def proxy(self) -> str:
        """What goes into http_proxy."""
        return f"http://{AGENT}:{self.key}@{ADDRESS}:{self._port(ADDRESS)}"

    def base(self, provider: str) -> str:
        """The base URL of a provider."""
        return f"http://{ADDRESS}:{self._port(ADDRESS)}/via/{provider}"

    @property
    def port_of_the_agent(self) -> int:
        """Where every connection is the agent, for clients that cannot show a key to a proxy."""
        return self._port(ADDRESS_OF_THE_AGENT)

    def _port(self, address: str) -> int:
        (port,) = [int(port) for one, _, port in (a.rpartition(":") for a in self.daemon.addresses) if one == address]
        return port

    @functools.cache
    def bundle(self, kind: str = "pem") -> str:
        return bundle(self.daemon.state, self.directory / f"bundle.{kind}", kind)

    def audit(self) -> list[audit.Row]:
        """The audit records since the test began."""
        return self.daemon.audit()[self._audit_before :]

    def spoken(self) -> set[str]:
        """The protocols in which requests came since the test began."""
        return {clients_page.PROTOCOLS[row["http.version"]] for row in audit.intents(self.audit())}

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
        intents = len(audit.intents(self.audit()))
        if seen != intents:
            found.append(f"the stand-ins saw {seen} requests, the audit log has {intents} intents")
        found += [f"the audit log says {row}" for row in self._outcomes(intents) if not _is_well(row)]
        assert not found, "\n".join(found)

    def _outcomes(self, count: int) -> list[audit.Row]:
        """As many outcomes as there were intents; the last ones may be written a moment after the client left."""
        wait_until(lambda: len(audit.outcomes(self.audit())) >= count, what=f"{count} outcomes are recorded")
        return audit.outcomes(self.audit())

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


def bundle(state: Path, path: Path, kind: str = "pem") -> str:
    """Has `postern ca bundle` write the system's authorities and Postern's own to ``path``."""
    options = ["--state-dir", state, "--format", kind, "--output", path]
    subprocess.run([program("postern"), "ca", "bundle", *options], check=True, capture_output=True)
    return str(path)


def _is_well(outcome: audit.Row) -> bool:
    """Some clients leave as soon as they have read what they asked for, before the last chunk."""
    return outcome["event.outcome"] == "success" or outcome.get("error.code") == "client_closed"
