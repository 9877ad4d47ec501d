"""Postern under load while its directory changes: an origin, clients and the daemon, each a process of its own."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Callable

from .authority import Act, Arrived, Sent, Verdict, judge
from .ca import CertificateAuthority
from .config import Config
from .control import Control
from .daemon import Daemon
from .encodings import LeakSearch
from .waiting import wait_until

SUPPORT = Path(__file__).resolve().parent


def _value(secret: str, number: int) -> str:
    return f"{secret}/{number}/{random.getrandbits(80):020x}"


class Process:
    """A program of this directory that runs until its standard input ends."""

    def __init__(self, name: str, *arguments: str):
        self.process = subprocess.Popen(
            [sys.executable, str(SUPPORT / name), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )

    def tell(self, **line: Any) -> None:
        self.process.stdin.write(json.dumps(line) + "\n")

    def finish(self) -> None:
        self.process.stdin.close()
        assert self.process.wait(30) == 0

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


class LoadWorld:
    """Agents times secrets, most of them bound; ``act`` changes one thing at random and keeps what it changed."""

    def __init__(
        self,
        authority: CertificateAuthority,
        *,
        scheme: str = "https",
        agents: int = 10,
        secrets: int = 4,
        clients: int = 2,
        connections: int = 32,
        rate: int = 2000,
        seed: int = 1,
    ):
        self.directory = Path(tempfile.mkdtemp(prefix="postern-load-"))
        self.chance = random.Random(seed)
        self.agents = [f"agent-{number}" for number in range(agents)]
        self.secrets = [f"secret-{number}" for number in range(secrets)]
        self.acts: list[Act] = []
        self.counts: dict[str, int] = {}
        self.planted: dict[str, str] = {}
        self.paused: set[str] = set()
        self.versions = dict.fromkeys(self.secrets, 0)
        self.keys: dict[str, dict[str, str]] = {agent: {} for agent in self.agents}  # id: active, deprecated
        self.grants: dict[tuple[str, str], str] = {}
        certificate = [str(authority.leaf("*.load.test"))] if scheme == "https" else []
        self.origin = Process("load_origin.py", str(self.directory / "arrived"), *certificate)
        upstream = {"scheme": scheme, "connect_to": f"127.0.0.1:{int(self.origin.process.stdout.readline())}"}
        upstream |= {"ca_file": str(authority.path)} if certificate else {}
        self.daemon = Daemon(self.directory, self._config(upstream).text(), log_level="info")
        self.control = Control(self.daemon.state / "control.sock", keeps_open=True)
        self.clients: list[Process] = []
        try:
            wait_until(self.control.is_ready, 10, "the control socket answers")
            self._fill()
            for number in range(clients):
                self._start_client(number, connections // clients, rate // clients)
        except BaseException:
            self.close()
            raise

    def _config(self, upstream: dict[str, str]) -> Config:
        config = Config()
        config.set("proxy", listen=["127.0.0.1:0"], state_dir=str(self.directory / "state"))
        for secret in self.secrets:
            config.add(
                "provider",
                name=secret,
                hosts=[f"{secret}.load.test"],
                inject=[{"header": "Authorization", "value": "{secret}"}],
                **upstream,
            )
        return config

    def _fill(self) -> None:
        for secret in self.secrets:
            value = self._plant(secret)
            self._do("create", ("value", secret), value, lambda: self.control.create_secret(secret, secret, value))
        for agent in self.agents:
            made = self._do("create", ("agent", agent), True, lambda: self.control.create_agent(agent))
            key = made["key"]
            listed = self.control.get("agents", agent, "keys")["items"]
            self._took_key(agent, listed[0]["id"], key if isinstance(key, str) else key["key"], self.acts[-1].began)
            for secret in self.chance.sample(self.secrets, len(self.secrets) - 1):
                self._bind(agent, secret)

    def _start_client(self, number: int, connections: int, rate: int) -> None:
        settings = {
            "name": f"client{number}",
            "port": self.daemon.port,
            "connections": connections,
            "rate": rate,
            "agents": self.agents,
            "hosts": {secret: f"{secret}.load.test" for secret in self.secrets},
            "log": str(self.directory / f"sent-{number}"),
            "seed": number,
        }
        client = Process("load_client.py", json.dumps(settings))
        self.clients.append(client)
        for agent, keys in self.keys.items():
            for identifier in keys:
                client.tell(agent=agent, id=identifier, key=self.planted[identifier])

    # Acts.

    def _do(self, kind: str, thing: Any, becomes: bool | str, call: Callable[[], Any]) -> Any:
        began = time.monotonic_ns()
        result = call()
        self.acts.append(Act(thing, becomes, began, time.monotonic_ns()))
        self.counts[kind] = self.counts.get(kind, 0) + 1
        return result

    def _plant(self, secret: str) -> str:
        self.versions[secret] += 1
        value = self.planted[f"{secret} {self.versions[secret]}"] = _value(secret, self.versions[secret])
        return value

    def _took_key(self, agent: str, identifier: str, key: str, began: int) -> None:
        self.planted[identifier] = key
        self.keys[agent][identifier] = "active"
        self.acts.append(Act(("key", identifier), True, began, time.monotonic_ns()))
        for client in self.clients:
            client.tell(agent=agent, id=identifier, key=key)

    def _bind(self, agent: str, secret: str) -> None:
        made = self._do("bind", ("grant", agent, secret), True, lambda: self.control.bind(agent, secret))
        self.grants[agent, secret] = made["id"]

    def act(self) -> None:
        """One act at random, of those that can be done now."""
        agent, secret = self.chance.choice(self.agents), self.chance.choice(self.secrets)
        spare = [key for key, state in self.keys[agent].items() if state != "revoked"]
        kinds = {"rotate": 2, "mint": 2 if len(spare) < 4 else 0, "pause": 2}
        if agent in self.paused:
            kinds = {"resume": 12, "rotate": 1}
        elif len(spare) > 1:
            kinds |= {"revoke key": 2, "deprecate": 1}
        if (agent, secret) in self.grants:
            kinds["revoke grant"] = 2
        elif agent not in self.paused:
            kinds["bind"] = 10
        kind = self.chance.choices(list(kinds), list(kinds.values()))[0]
        if kind == "pause":
            self._do(kind, ("agent", agent), False, lambda: self.control.act(agent, "pause"))
            self.paused.add(agent)
        elif kind == "resume":
            self._do(kind, ("agent", agent), True, lambda: self.control.act(agent, "resume"))
            self.paused.discard(agent)
        elif kind == "rotate":
            value = self._plant(secret)
            self._do(kind, ("value", secret), value, lambda: self.control.rotate(secret, value))
        elif kind == "mint":
            began = time.monotonic_ns()
            made = self.control.mint(agent)
            self._took_key(agent, made["id"], made["key"], began)
            self.counts[kind] = self.counts.get(kind, 0) + 1
        elif kind == "revoke grant":
            grant = self.grants.pop((agent, secret))
            self._do(kind, ("grant", agent, secret), False, lambda: self.control.unbind(grant))
        elif kind == "bind":
            self._bind(agent, secret)
        else:
            self._act_on_key(kind, agent, self.chance.choice(spare))

    def _act_on_key(self, kind: str, agent: str, key: str) -> None:
        verb = kind.split()[0]
        self._do(kind, ("key", key), verb == "deprecate", lambda: self.control.key_act(agent, key, verb))
        self.keys[agent][key] = {"deprecate": "deprecated", "revoke": "revoked"}[verb]
        for client in self.clients if verb == "revoke" else ():
            client.tell(agent=agent, id=key, key=self.planted[key], gone=True)

    # Afterwards.

    def finish(self) -> Verdict:
        """Ends the load and judges it."""
        for client in self.clients:
            client.finish()
        self.daemon.terminate()
        self.origin.finish()
        arrived = [Arrived(name, value, int(at)) for name, value, at in self._lines("arrived")]
        sent = [
            Sent(
                name,
                (("agent", agent), ("key", key), ("grant", agent, secret)),
                secret,
                int(began),
                int(ended),
                int(status),
            )
            for number in range(len(self.clients))
            for name, agent, key, secret, began, ended, status in self._lines(f"sent-{number}")
        ]
        return judge(self.acts, sent, arrived)

    def _lines(self, name: str) -> list[list[str]]:
        return [line.split(" ") for line in (self.directory / name).read_text().splitlines()]

    def leaks(self) -> list[str]:
        search = LeakSearch(self.planted)
        paths = [self.daemon.log_path, *self.daemon.state.rglob("*")]
        return [f"{path.name}: {leak}" for path in paths if path.is_file() for leak in search.find(path.read_bytes())]

    def close(self) -> None:
        for one in (*self.clients, self.origin):
            one.kill()
        if self.daemon.is_alive():
            self.daemon.kill9()
        shutil.rmtree(self.directory, ignore_errors=True)
