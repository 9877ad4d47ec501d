"""The usual world, with agents, keys, secrets and grants in the store and none in the configuration file."""

from __future__ import annotations

from typing import Any, Callable

from . import audit
from .ca import CertificateAuthority
from .config import Config
from .control import Control
from .encodings import LeakSearch
from .topology import AGENTS, A, B, C, Topology
from .waiting import wait_until

Edit = Callable[["DirectoryTopology", Config], Any]

#: Who may use what: the agent, the secret, its provider, and the terms of the grant.
BOUND = [
    (A, "good", "good", {"methods": ["GET", "POST", "HEAD"], "paths": ["/v1/**"]}),
    (A, "open-a", "open", {}),
    (B, "open-b", "open", {}),
    (A, "query", "query", {}),
    (A, "basic", "basic", {}),
    (A, "path", "path", {}),
    (A, "plain", "plain", {}),
    (C, "evil", "evil", {}),
]


def only_providers(config: Config) -> None:
    for table in ("socket", "secret", "agent", "grant", "egress"):
        config.lists[table] = []


class DirectoryTopology(Topology):
    """Origins, a daemon whose configuration holds providers alone, and a directory filled over the control socket.

    Agents and secrets have the names that they have in ``Topology``. ``fills`` says whether to make them at once.
    """

    def __init__(self, authority: CertificateAuthority, edit: Edit | None = None, fills: bool = True, **options: Any):
        self.control = Control("")
        self.agents: dict[str, Any] = {}
        self.grants: dict[tuple[str, str], Any] = {}
        starts = options.pop("starts", True)

        def prepare(_topology: Topology, config: Config) -> None:
            only_providers(config)
            if edit:
                edit(self, config)

        super().__init__(authority, prepare, starts=False, **options)
        self.control.path = self.directory / "state/control.sock"
        self.keys.clear()
        if not starts:
            return
        try:
            self.start()
            if fills:
                self.fill()
        except BaseException:
            self.close(is_killed=True)
            raise

    def start(self, **options: Any):
        daemon = super().start(**options)
        wait_until(self.control.is_ready, 10, "the control socket answers")
        return daemon

    def fill(self) -> None:
        for agent in AGENTS:
            self.add_agent(agent)
        for agent, secret, provider, terms in BOUND:
            self.control.create_secret(secret, provider, self.secrets[secret])
            self.bind(agent, secret, **({"terms": terms} if terms else {}))

    def add_agent(self, name: str, **more: Any) -> Any:
        """Makes an agent and keeps its key where ``ask`` finds it."""
        made = self.agents[name] = self.control.create_agent(name, **more)
        self.keys[name] = made["key"] if isinstance(made["key"], str) else made["key"]["key"]
        return made

    def bind(self, agent: str, secret: str, **more: Any) -> Any:
        made = self.grants[agent, secret] = self.control.bind(agent, secret, **more)
        return made

    def mint(self, agent: str, **more: Any) -> Any:
        """A further key, which ``ask`` goes on to use; the one before stays planted."""
        made = self.control.mint(agent, **more)
        self.keys[f"{agent}, before {made['id']}"] = self.keys[agent]
        self.keys[agent] = made["key"]
        return made

    def rotate(self, secret: str, value: str, **more: Any) -> Any:
        """Rotates; both values count as the secret from now on."""
        self.secrets[f"{secret}, before {value[:8]}"] = self.secrets[secret]
        made = self.control.rotate(secret, value, **more)
        self.secrets[secret] = value
        for guarded in self.guarded:
            if secret in guarded.secrets:
                old = guarded.values
                guarded.values += tuple(
                    one.replace(self.secrets[f"{secret}, before {value[:8]}"], value) for one in old
                )
                guarded.secrets += (f"{secret}, before {value[:8]}",)
        return made

    # Looking at it.

    def key_id(self, agent: str) -> str:
        """The id of an agent's newest key."""
        return self.control.get("agents", agent, "keys")["items"][-1]["id"]

    def acts(self, action: str) -> list[audit.Row]:
        return audit.of(self.audit(), action)

    def problems(self) -> list[str]:
        """Also: no answer of the control socket held a secret, and a key only when it was minted."""
        search = LeakSearch({name: value for name, value in self.secrets.items()})
        found = [f"the control socket answered {leak}" for one in self.control.received for leak in search.find(one)]
        for name, key in self.keys.items():
            if sum(key.encode() in one for one in self.control.received) > 1:
                found.append(f"the control socket answered the key of {name} twice")
        return super().problems() + found
