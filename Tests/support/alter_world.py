"""Postern with its API for programs, what stands behind it, and whoever calls: agents, an application, users, people.

``acme`` takes an API key, ``local`` too but speaks HTTP without TLS, ``notes`` is reached with accounts that users
connect, ``other`` is granted to nobody unless a test does it.
"""

from __future__ import annotations

import re
import secrets as random
import shutil
import socket
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable

from . import audit, oracle
from .alter_client import Sdk, SdkClient
from .ca import CertificateAuthority
from .client import Recording
from .config import Config
from .control import Control
from .daemon import Daemon
from .encodings import LeakSearch
from .environments import interpreter
from .identity import IdentityProvider
from .oauth_server import OAuthServer
from .origin import RecordingOrigin, Request, echo
from .pages import Browser, Page
from .signing import Api
from .standin_world import bundle
from .standins import as_json
from .waiting import wait_until

ACME, NOTES, OTHER = "https://api.acme.test", "https://notes.test", "https://other.test"


def free_port() -> int:
    """A port that nobody listens on, for what has to have the same one after a restart."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]


@dataclass
class Made:
    """An agent or the application, with a key of it."""

    id: str
    name: str
    key: str
    key_id: str


class AlterWorld:
    """Starts everything. ``edit`` changes the configuration first; ``oauth`` is another authorization server."""

    def __init__(
        self,
        authority: CertificateAuthority,
        edit: Callable[["AlterWorld", Config], Any] | None = None,
        oauth: Any = None,
    ):
        self.authority = authority
        self.directory = Path(tempfile.mkdtemp(prefix="postern-alter-"))
        self.recording = Recording()
        self.control = Control(self.directory / "state/control.sock")
        self.secrets = {name: f"sk-{name}/{random.token_hex(12)}+==" for name in ("acme", "local", "other")}
        self.keys: dict[str, str] = {}
        self.sdks: list[Sdk] = []
        self._count = 0
        self.acme = RecordingOrigin(authority.leaf("api.acme.test"), "acme")
        self.local = RecordingOrigin(name="local")
        self.other = RecordingOrigin(authority.leaf("other.test"), "other")
        self.notes = RecordingOrigin(authority.leaf("notes.test"), "notes")
        self.identity = IdentityProvider(authority.leaf("127.0.0.1"))
        self.oauth = oauth or OAuthServer()
        self.port, self.portal_port = free_port(), free_port()
        self.config = self._configuration()
        if edit:
            edit(self, self.config)
        self.daemon: Daemon | None = None
        try:
            self.start()
            for name in self.secrets:
                self.control.create_secret(name, name, self.secrets[name])
            self.app = self.new_app_key("app")
        except BaseException:
            self.close(is_killed=True)
            raise

    # Configuration.

    def secret_file(self, name: str, value: str) -> str:
        path = self.directory / f"secret-{name}"
        path.write_text(value)
        path.chmod(0o600)
        return f"file:{path}"

    def _configuration(self) -> Config:
        config, bearer = Config(), [{"header": "Authorization", "value": "Bearer {secret}"}]
        config.set("proxy", listen=[f"127.0.0.1:{self.port}"], state_dir=str(self.directory / "state"))
        config.set("portal", listen=f"127.0.0.1:{self.portal_port}")
        config.set("api", clock_skew_s=300)
        config.set("approvals", hold_s=2)
        config.set("timeouts", first_byte_s=10, connect_s=5, drain_s=2)
        config.set(
            "identity",
            issuer=self.identity.ISSUER,
            audience=self.identity.AUDIENCE,
            jwks_url=self.identity.keys_url,
            groups_claim="groups",
            ca_file=str(self.authority.path),
            allow_private=True,
        )
        for name, origin in (("acme", self.acme), ("other", self.other), ("notes", self.notes)):
            host = {"acme": "api.acme.test", "other": "other.test", "notes": "notes.test"}[name]
            made = config.add(
                "provider",
                name=name,
                hosts=[host],
                inject=bearer,
                connect_to=origin.authority,
                ca_file=str(self.authority.path),
            )
            if name == "notes":
                made["oauth"] = self.oauth.settings(self.secret_file("oauth", self.oauth.client_secret))
        config.add(
            "provider",
            name="local",
            hosts=[self.local.authority],
            scheme="http",
            allow_private=True,
            inject=[{"header": "X-Local-Key", "value": "{secret}"}],
        )
        return config

    def start(self) -> Daemon:
        self.daemon = Daemon(self.directory, self.config.text())
        wait_until(self.control.is_ready, 10, "the control socket answers")
        return self.daemon

    def restart(self, kill: bool = True) -> None:
        """Ends the daemon, by SIGKILL or in order, and starts it again at the same addresses."""
        self.daemon.kill9() if kill else self.daemon.terminate()
        self.start()

    # Who there is.

    def new_name(self, what: str = "bot") -> str:
        self._count += 1
        return f"{what}-{self._count}"

    def new_app_key(self, name: str, **more: Any) -> Made:
        made = self.control.post("app", "keys", name=name, **more)
        self.keys[f"app key {name}"] = made["key"]
        return Made("", name, made["key"], made["id"])

    def new_agent(self, name: str | None = None, **more: Any) -> Made:
        name = name or self.new_name()
        made = self.control.create_agent(name, **more)
        self.keys[name] = made["key"]["key"]
        return Made(made["id"], name, made["key"]["key"], made["key"]["id"])

    def bound_agent(self, *secrets: str, terms: dict[str, Any] | None = None, **more: Any) -> Made:
        """An agent with a grant of each of some secrets; ``acme`` if none is named."""
        made = self.new_agent(**more)
        for secret in secrets or ("acme",):
            self.control.bind(made.name, secret, **({"terms": terms} if terms else {}))
        return made

    def keep(self, name: str, key: str) -> str:
        """Remembers a key that was minted some other way: from now on it must be nowhere."""
        self.keys[name] = key
        return key

    # How to call.

    @property
    def base_url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def portal(self) -> str:
        return f"http://127.0.0.1:{self.portal_port}"

    @property
    def local_url(self) -> str:
        return f"http://{self.local.authority}"

    def api(self, who: Made | str) -> Api:
        """Raw signed calls."""
        return Api(("127.0.0.1", self.port), who if isinstance(who, str) else who.key, self.recording)

    def bundle(self) -> str:
        path = self.directory / "bundle.pem"
        return str(path) if path.exists() else bundle(self.directory / "state", path)

    def sdk(self, agent: Made | None = None, no_proxy: str = "localhost") -> Sdk:
        """A process with the SDK; of an agent, it has the proxy variables that the agent would have."""
        variables = {}
        if agent:
            proxy = f"http://{agent.name}:{agent.key}@localhost:{self.port}"
            variables = {
                "HTTP_PROXY": proxy,
                "HTTPS_PROXY": proxy,
                "NO_PROXY": no_proxy,
                "SSL_CERT_FILE": self.bundle(),
            }
        made = Sdk(interpreter("sdk"), self.base_url, **variables)
        self.sdks.append(made)
        return made

    def sdk_app(self, **options: Any) -> SdkClient:
        return self.sdk().app(self.app.key, **options)

    def sdk_agent(self, agent: Made, **options: Any) -> SdkClient:
        return self.sdk(agent).agent(agent.key, **options)

    def token(self, subject: str, **claims: Any) -> str:
        """A token about a user."""
        return self.identity.token(subject, **claims)

    # Connecting accounts.

    def serve_notes(self) -> None:
        """``notes`` answers 401 unless it is shown an access token that is good now."""

        def handle(request: Request):
            if not self.oauth.is_good(request.value("authorization")):
                return as_json({"error": "invalid_token"}, [("WWW-Authenticate", 'Bearer error="invalid_token"')], 401)
            return echo(request)

        self.notes.handler = handle

    def begin_connecting(
        self, user: str, agent: Made | None = None, app: Made | None = None, **more: Any
    ) -> dict[str, Any]:
        """A session of the application for one user, and perhaps an agent."""
        asked = {
            "allowed_providers": ["notes"],
            "return_url": None,
            "allowed_origin": None,
            "metadata": None,
            "user_token": self.token(user),
            **({"agent": agent.id} if agent else {}),
            **more,
        }
        reply = self.api(app or self.app).call("POST", "/sdk/oauth/connect/session", asked)
        assert reply.status in (200, 201), reply
        return reply.json

    def poll(self, session: dict[str, Any]) -> dict[str, Any]:
        asked = {"session_token": session["session_token"]}
        reply = self.api(self.app).call("POST", "/sdk/oauth/connect/session/poll", asked)
        assert reply.status == 200, reply
        return reply.json

    def consent(self, session: dict[str, Any], button: str = "approve and go to notes", browser: Browser | None = None) -> Page:
        """The user opens the page and presses a button, the provider agrees or not, and what it gave is kept."""
        browser = browser or Browser()
        return self.keep_account(browser, browser.press(browser.open(session["connect_url"]), button))

    def keep_account(self, browser: Browser, page: Page) -> Page:
        """The user looks at what the provider has agreed to, if that is what a page asks, and keeps it."""
        return browser.press(page, "keep it") if "/connect/confirm/" in page.body.decode() else page

    def connect(self, user: str, agent: Made | None = None, **more: Any) -> dict[str, Any]:
        """A user connects an account; what the application is told of the grant."""
        session = self.begin_connecting(user, agent, **more)
        self.consent(session)
        found = self.poll(session)
        assert found["status"] == "completed", found
        return found["grants"][0]

    def grants_of(self, who: Made) -> list[dict[str, Any]]:
        reply = self.api(who).call("POST", "/sdk/grants/list", {"limit": 1000, "offset": 0})
        assert reply.status == 200, reply
        return reply.json["grants"]

    # Approving.

    def logged_in(self, *arguments: str) -> Browser:
        """A browser in which an operator, or an approver, has logged in."""
        made = self.control.post("portal", "login", **({"approver": arguments[0]} if arguments else {}))
        browser = Browser()
        page = browser.open(made["url"])
        assert page.status == 200 and page.forms, page
        found = browser.press(page, page.forms[0].buttons[0][0])
        assert found.status == 200 and found.url.endswith("/approvals"), found
        browser.home = found.url.removesuffix("/approvals")
        return browser

    def approve(self, approval: str, verb: str = "approve", **more: Any) -> Any:
        """By the control socket; ``verb`` may be ``deny``."""
        return self.control.do("POST", "approvals", approval, verb, body=more)

    # Looking.

    def begin(self) -> None:
        """A clean record for the next test."""
        for origin in self.origins:
            origin.forget()
        self.acme.handler = self.local.handler = self.other.handler = echo
        self.serve_notes()
        self.recording.received.clear()
        if not self.daemon.is_alive():
            self.start()
        self._audit_before = len(self.daemon.audit())

    @property
    def origins(self) -> list[RecordingOrigin]:
        return [self.acme, self.local, self.other, self.notes]

    def audit(self) -> list[audit.Row]:
        return self.daemon.audit()[getattr(self, "_audit_before", 0) :]

    def intent(self, *texts: str) -> audit.Row:
        """The newest intent in which these texts occur."""
        return wait_until(lambda: audit.about(audit.intents(self.audit()), *texts), 3, f"an intent with {texts}")[-1]

    def denial(self, *texts: str) -> audit.Row:
        return wait_until(lambda: audit.about(audit.denials(self.audit()), *texts), 3, f"a denial with {texts}")[-1]

    @property
    def credentials(self) -> dict[str, str]:
        """What no client may ever see."""
        issued = {f"token {number}": token for number, token in enumerate(getattr(self.oauth, "issued", []))}
        return {**self.secrets, **issued, "OAuth client secret": self.oauth.client_secret}

    def problems(self) -> list[str]:
        slots = [
            oracle.Guarded(
                self.acme, oracle.header_slot("authorization"), (f"Bearer {self.secrets['acme']}",), ("acme",)
            ),
            oracle.Guarded(self.local, oracle.header_slot("x-local-key"), (self.secrets["local"],), ("local",)),
            oracle.Guarded(
                self.other, oracle.header_slot("authorization"), (f"Bearer {self.secrets['other']}",), ("other",)
            ),
            oracle.Guarded(self.notes, oracle.header_slot("authorization")),
        ]
        planted = {**self.secrets, **self.keys, "OAuth client secret": self.oauth.client_secret}
        found = []
        for guarded in slots:
            found += oracle.malformed_requests(guarded)
            found += oracle.strayed_secrets(guarded, planted)
            found += oracle.wrong_slots(guarded) if guarded.values else []
            found += [
                f"{guarded.origin.name} received {name}"
                for request in guarded.origin.requests
                for name, value in request.fields
                if name.lower().startswith(("x-alter-", "x-api-key", "proxy-", "postern-")) or "alter-ph-" in value
            ]
        search = LeakSearch(self.credentials)
        said = [bytes(one) for one in self.recording.received]
        said += [line.encode() for sdk in self.sdks for line in sdk.said]
        said += self.control.received
        found += [f"a client received {leak}" for one in said for leak in search.find(one)]
        rows = self.audit()
        retries = sum(row.get("postern.retries", 0) for row in audit.outcomes(rows))
        return found + oracle.unrecorded(slots, len(audit.intents(rows)) + retries)

    def verify(self) -> None:
        """Every credential went where it belongs and nowhere else, and each request is on record."""
        assert self.daemon.is_alive(), f"posternd has ended:\n{self.daemon.log()[-3000:]}"
        found = self.problems()
        assert not found, "\n".join(dict.fromkeys(found))

    def files(self) -> list[str]:
        """Leaks in the log and in the state directory."""
        search = LeakSearch({**self.credentials, **self.keys})
        paths = [*self.directory.glob("*.log"), *(self.directory / "state").rglob("*")]
        return [
            f"{path.name} holds {leak}" for path in paths if path.is_file() for leak in search.find(path.read_bytes())
        ]

    def close(self, is_killed: bool = False) -> None:
        for sdk in self.sdks:
            sdk.close()
        try:
            if self.daemon and not is_killed:
                self.daemon.terminate()
                found = self.files()
                assert not found, "\n".join(found)
        finally:
            if self.daemon and self.daemon.is_alive():
                self.daemon.kill9()
            for one in (*self.origins, self.identity, self.oauth):
                one.close()
            shutil.rmtree(self.directory, ignore_errors=True)


def placeholder(reply: dict[str, Any]) -> str:
    """What `/sdk/token` answers in place of a credential."""
    text = reply["access_token"]
    assert re.fullmatch(r"alter-ph-[A-Za-z0-9_.~-]+", text), text
    return text
