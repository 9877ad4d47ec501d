"""The world most tests run in: a few origins, three agents, and Postern between them.

``good`` is the origin the tests attack: path-scoped, credential in ``Authorization``. ``evil`` is granted to agent C
alone, so that Postern could reach it if it ever confused who asks or where to. ``canary`` is a loopback port nobody
may reach.
"""

from __future__ import annotations

import secrets as random
import shutil
import tempfile
from pathlib import Path
from typing import Any, Callable, Iterable

from . import audit, oracle
from .ca import CertificateAuthority
from .client import RawClient, Recording, Response, basic, request
from .config import Config
from .daemon import Daemon
from .encodings import LeakSearch
from .entries import CLIENTS, PLAIN
from .origin import RecordingOrigin
from .waiting import wait_until

AGENTS = ("agent-a", "agent-b", "agent-c")
A, B, C = AGENTS
TLS_ORIGINS = ("good", "evil", "open", "query", "basic", "path", "cookies", "egress")


def _random(length: int = 24) -> str:
    return random.token_hex(length // 2)


class Topology:
    """Origins, configuration, daemon and records. ``edit`` changes the configuration before the daemon starts."""

    def __init__(
        self,
        authority: CertificateAuthority,
        edit: Callable[["Topology", Config], Any] | None = None,
        starts: bool = True,
        parent: str | None = None,
        entry: str = PLAIN,
        **daemon_options: Any,
    ):
        self.authority = authority
        self.entry = entry
        self.directory = Path(tempfile.mkdtemp(prefix="postern-", dir=parent))
        self.daemon_options = daemon_options
        self.recording = Recording()
        self.keys = {agent: f"pak_{_random(40)}" for agent in AGENTS}
        self.secrets = {
            # Every character an encoder might treat in its own way, so that no two encodings look the same.
            "good": f"sk-good/{_random()}+\"&<'>=",
            "open-a": f"open-a/{_random()}+x==",
            "open-b": f"open-b/{_random()}+y==",
            "query": f"query/{_random()}+z==",
            "basic": f"basic:{_random()}",
            "path": f"110201543:{_random(34)}",
            "cookies": f"cookies-{_random()}",
            "plain": f"plain-{_random()}",
            "wild": f"wild-{_random()}",
            "evil": f"evil-{_random()}",
        }
        self._make_origins()
        self.config = self._make_config()
        if edit:
            edit(self, self.config)
        self.daemon: Daemon | None = None
        if starts:
            self.start()

    def _make_origins(self) -> None:
        for name in TLS_ORIGINS:
            setattr(self, name, RecordingOrigin(self.authority.leaf(f"{name}.test"), name))
        self.wild = RecordingOrigin(self.authority.leaf("*.wild.test", "wild.test", "a.b.wild.test"), "wild")
        self.plain = RecordingOrigin(name="plain")
        self.evil_plain = RecordingOrigin(name="evil_plain")
        self.canary = RecordingOrigin(name="canary")
        user = basic("postern", self.secrets["basic"])
        sk = self.secrets
        self.guarded = [
            oracle.Guarded(
                self.good, oracle.header_slot("authorization"), (f"Bearer {sk['good']}",), ("good",), prefix="/v1/"
            ),
            oracle.Guarded(
                self.open, oracle.header_slot("x-api-key"), (sk["open-a"], sk["open-b"]), ("open-a", "open-b")
            ),
            oracle.Guarded(self.query, oracle.query_slot("key"), (sk["query"],), ("query",)),
            oracle.Guarded(self.basic, oracle.header_slot("authorization"), (user,), ("basic",)),
            oracle.Guarded(self.path, oracle.path_slot("^/bot([^/]*)/"), (sk["path"],), ("path",)),
            oracle.Guarded(
                self.cookies, oracle.header_slot("authorization"), (f"Bearer {sk['cookies']}",), ("cookies",)
            ),
            oracle.Guarded(self.plain, oracle.header_slot("x-api-key"), (sk["plain"],), ("plain",)),
            oracle.Guarded(self.wild, oracle.header_slot("x-api-key"), (sk["wild"],), ("wild",)),
            oracle.Guarded(self.egress),
            oracle.Guarded(self.evil, secrets=("evil",)),
            oracle.Guarded(self.evil_plain, secrets=("evil",)),
            oracle.Guarded(self.canary),
        ]

    @property
    def origins(self) -> list[RecordingOrigin]:
        return [guarded.origin for guarded in self.guarded]

    @property
    def planted(self) -> dict[str, str]:
        """Everything that must never be seen where it does not belong."""
        return {**self.secrets, **{f"key of {agent}": key for agent, key in self.keys.items()}}

    # Configuration.

    def secret_file(self, name: str, value: str | bytes) -> str:
        """Writes a file only the daemon may read, and returns the reference to it."""
        folder = self.directory / "secrets"
        folder.mkdir(mode=0o700, exist_ok=True)
        path = folder / name
        path.write_bytes(value.encode() if isinstance(value, str) else value)
        path.chmod(0o600)
        return f"file:{path}"

    def socket_path(self, agent: str) -> str:
        return str(self.directory / f"{agent}.sock")

    def _make_config(self) -> Config:
        config = Config()
        config.set("proxy", listen=["127.0.0.1:0"], state_dir=str(self.directory / "state"))
        config.set(
            "timeouts", request_head_s=4, client_stall_s=6, first_byte_s=6, upstream_idle_s=6, connect_s=4, drain_s=2
        )
        for agent, key in self.keys.items():
            config.add("agent", name=agent, key=self.secret_file(agent, key))
        config.add("socket", path=self.socket_path(A), agent=A)
        self._provide(config, "good", [{"header": "Authorization", "value": "Bearer {secret}"}])
        self._provide(config, "open", [{"header": "X-Api-Key", "value": "{secret}"}], secret="open-a")
        self._provide(config, "query", [{"query": "key", "value": "{secret}"}])
        self._provide(config, "basic", [{"basic_username": "postern", "basic_password": "{secret}"}])
        self._provide(config, "path", [{"path": "/bot{secret}/"}])
        self._provide(config, "cookies", [{"header": "Authorization", "value": "Bearer {secret}"}], pass_cookies=True)
        self._provide(config, "plain", [{"header": "X-Api-Key", "value": "{secret}"}], scheme="http")
        self._provide(config, "wild", [{"header": "X-Api-Key", "value": "{secret}"}], hosts=["*.wild.test"])
        self._provide(config, "evil", [{"header": "Authorization", "value": "Bearer {secret}"}], agent=C)
        self._provide(
            config,
            "evil_plain",
            [{"header": "Authorization", "value": "Bearer {secret}"}],
            agent=C,
            hosts=["evil-plain.test"],
            scheme="http",
            secret_value=self.secrets["evil"],
        )
        config.find("grant", secret="good").update(methods=["GET", "POST", "HEAD"], paths=["/v1/**"])
        config.add("secret", name="open-b", provider="open", value=self.secret_file("open-b", self.secrets["open-b"]))
        config.add("grant", agent=B, secret="open-b")
        config.add(
            "egress",
            agent=A,
            hosts=["egress.test"],
            connect_to=self.egress.authority,
            ca_file=str(self.authority.path),
        )
        return config

    def _provide(
        self,
        config: Config,
        name: str,
        inject: list[dict],
        agent: str = A,
        secret: str | None = None,
        secret_value: str | None = None,
        hosts: list[str] | None = None,
        **provider: Any,
    ) -> None:
        origin = getattr(self, name)
        trust = {"ca_file": str(self.authority.path)} if provider.get("scheme") != "http" else {}
        secret = secret or name
        config.add(
            "provider",
            name=name,
            hosts=hosts or [f"{name}.test"],
            inject=inject,
            connect_to=origin.authority,
            **trust,
            **provider,
        )
        value = secret_value or self.secrets[secret]
        config.add("secret", name=secret, provider=name, value=self.secret_file(secret, value))
        config.add("grant", agent=agent, secret=secret)

    # Running.

    def start(self, **options: Any) -> Daemon:
        self.daemon = Daemon(self.directory, self.config.text(), **{**self.daemon_options, **options})
        return self.daemon

    @property
    def proxy(self) -> tuple[str, int]:
        return ("127.0.0.1", self.daemon.port)

    @property
    def local_authority(self) -> Path:
        """What clients trust inside a tunnel."""
        return self.directory / "state/ca/ca.pem"

    def connect(self, agent_socket: str | None = None, **options: Any) -> RawClient:
        """A raw connection: to the agent's own unix socket, or to the port where a key says who asks."""
        address = self.socket_path(agent_socket) if agent_socket else self.proxy
        if self.entry != PLAIN:
            options["trust"] = self.local_authority
        return CLIENTS[self.entry](address, self.recording, **options)

    def dial(self, agent_socket: str | None = None, **options: Any) -> RawClient:
        """The same, whatever the entry: nothing is done to what it sends."""
        return RawClient(self.socket_path(agent_socket) if agent_socket else self.proxy, self.recording, **options)

    def identity(self, agent: str = A) -> tuple[str, str]:
        """The header field that proves an agent."""
        return ("Proxy-Authorization", basic(agent, self.keys[agent]))

    def head(self, method: str, url: str, *lines: str, agent: str | None = A, host: str | None = None) -> bytes:
        """A request head for ``url`` as the agent would send it, with further raw lines."""
        host = host if host is not None else url.partition("://")[2].partition("/")[0].partition("?")[0]
        proof = [": ".join(self.identity(agent))] if agent else []
        return "\r\n".join([f"{method} {url} HTTP/1.1", f"Host: {host}", *proof, *lines, "", ""]).encode("latin-1")

    def ask(
        self,
        method: str,
        url: str,
        headers: Iterable[tuple[str, str]] = (),
        body: bytes | None = None,
        agent: str | None = A,
        client: RawClient | None = None,
    ) -> Response:
        """One well-formed exchange in absolute form."""
        host = url.partition("://")[2].partition("/")[0].partition("?")[0]
        proof = [self.identity(agent)] if agent else []
        message = request(method, url, host, [*proof, *headers], body)
        if client:
            return client.send(message).response(method)
        with self.connect() as client:
            return client.send(message).response(method)

    def exchange(self, payload: bytes, idle: float = 0.5, half_close: bool = False, **options: Any) -> list[Response]:
        """Sends raw bytes on a new connection; every answer until the end, or until nothing more comes."""
        with self.connect(**options) as client:
            client.send(payload)
            if half_close:
                client.half_close()
            return client.responses(idle)

    # Checking.

    def begin(self) -> None:
        """A clean record for the next test; a daemon that has died is started again."""
        for origin in self.origins:
            origin.forget()
        self.recording.received.clear()
        if self.daemon is None or not self.daemon.is_alive():
            self.start()
        self._audit_before = len(self.daemon.audit())
        self._connections_before = {origin.name: len(origin.connections) for origin in self.origins}

    def audit(self) -> list[audit.Row]:
        """The audit records since the test began."""
        return self.daemon.audit()[getattr(self, "_audit_before", 0) :]

    def assert_untouched(self, *origins: RecordingOrigin) -> None:
        """No byte and no connection reached these origins (all of them if none is named) since the test began."""
        for origin in origins or self.origins:
            assert not origin.raw, f"{origin.name} received {origin.raw[:300]!r}"
            new = origin.connections[self._connections_before[origin.name] :]
            assert not new, f"{origin.name} was connected to"

    def denial(self, *texts: str, timeout: float = 3.0) -> audit.Row:
        """Waits for an audit record of a denial in which all of ``texts`` occur."""
        return wait_until(
            lambda: audit.about(audit.denials(self.audit()), *texts), timeout, f"a denial is recorded with {texts}"
        )[-1]

    def problems(self) -> list[str]:
        """What is wrong with everything the origins and the clients saw so far."""
        found = []
        for guarded in self.guarded:
            found += oracle.malformed_requests(guarded)
            found += oracle.strayed_secrets(guarded, self.planted)
            found += oracle.wrong_slots(guarded)
            found += oracle.paths_outside(guarded)
        search = LeakSearch(self.planted)
        received = list(self.recording.received)
        if search.find(b"\n".join(received)):
            found += [
                f"a client received {leak}: {bytes(one[:300])!r}" for one in received for leak in search.find(one)
            ]
        return found + oracle.unrecorded(self.guarded, len(audit.intents(self.audit())))

    def files(self) -> list[str]:
        """Leaks in logs and in the state directory."""
        search = LeakSearch(self.planted)
        paths = [*self.directory.glob("*.log"), *(self.directory / "state").rglob("*")]
        return [
            f"{path.relative_to(self.directory)} holds {leak}"
            for path in paths
            if path.is_file()
            for leak in search.find(path.read_bytes())
        ]

    def verify(self) -> None:
        """Fails unless the daemon is the same process and everything seen since ``begin`` is clean."""
        assert self.daemon.is_alive(), (
            f"posternd has ended ({self.daemon.process.returncode}):\n{self.daemon.log()[-3000:]}"
        )
        found = self.problems()
        assert not found, "\n".join(found)

    def close(self, is_killed: bool = False) -> None:
        """Ends the daemon and looks for secrets in what it left behind."""
        try:
            if self.daemon and not is_killed:
                self.daemon.terminate()
            found = self.files()
            assert not found, "\n".join(found)
        finally:
            if self.daemon and self.daemon.is_alive():
                self.daemon.kill9()
            for origin in self.origins:
                origin.close()
            shutil.rmtree(self.directory, ignore_errors=True)
