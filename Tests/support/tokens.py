"""A provider that issues tokens, and an agent that asks it for them."""

from __future__ import annotations

import re
import secrets as random
from typing import Callable

from . import oracle
from .client import Response, basic
from .config import Config
from .origin import CLOSE, RecordingOrigin, Request, answer
from .topology import A, B, Topology

TOKEN_PATH = "/oauth/token"
SEALED = re.compile(r"postern-token-[0-9a-f]{80}")

Form = Callable[[str], tuple[str, str]]


class MintingOrigin(RecordingOrigin):
    """Echoes, but answers the token endpoint with what ``issue`` prepared."""

    def __init__(self, topology: Topology):
        super().__init__(topology.authority.leaf("mint.test"), "mint")
        topology.secrets["mint"] = f"cs-{random.token_hex(16)}"
        self.basic = basic("client-7", topology.secrets["mint"])
        self._topology = topology
        self._guarded = oracle.Guarded(self, secrets=("mint",))
        topology.guarded.append(self._guarded)

    def issue(self, form: Form, framing: str = "length") -> str:
        """Makes a token that the next answers hold, written in this form; nobody else may ever see it."""
        token = f"tok-{random.token_hex(16)}"
        self._topology.secrets[token[:12]] = token
        self._guarded.secrets += (token[:12],)
        text, kind = form(token)
        fields = [("Content-Type", kind), ("Cache-Control", "no-store")]

        def handle(_request: Request):
            body = text.encode()
            if framing == "length":
                yield answer(body, headers=fields)
            elif framing == "chunked":
                yield answer(headers=[*fields, ("Transfer-Encoding", "chunked")], length=False)
                for byte in body:
                    yield b"1\r\n%c\r\n" % byte
                yield b"0\r\n\r\n"
            else:
                yield answer(headers=fields, length=False) + body
                yield CLOSE

        self.routes[TOKEN_PATH] = handle
        return token

    @staticmethod
    def refuse(_request: Request) -> bytes:
        return answer(b'{"error": "invalid_client"}', status=400, headers=[("Content-Type", "application/json")])

    @staticmethod
    def page(_request: Request) -> bytes:
        return answer(b"<h1>sorry</h1>", status=503, headers=[("Content-Type", "text/html")])


def provide(topology: Topology, config: Config) -> None:
    """Adds the provider ``mint`` with a client id and secret, granted to agents A and B."""
    topology.mint = MintingOrigin(topology)
    config.add(
        "provider",
        name="mint",
        hosts=["mint.test"],
        inject=[{"basic_username": "{client}", "basic_password": "{secret}"}],
        token_paths=[TOKEN_PATH],
        connect_to=topology.mint.authority,
        ca_file=str(topology.authority.path),
    )
    value = topology.secret_file("mint", topology.secrets["mint"])
    config.add("secret", name="mint", provider="mint", value=value, inputs={"client": "client-7"})
    for agent in (A, B):
        config.add("grant", agent=agent, secret="mint")


def mint(topology: Topology, path: str = TOKEN_PATH, agent: str = A) -> tuple[Response, list[str]]:
    """Asks for a token; the answer, and the placeholders in it."""
    fields = [("Content-Type", "application/x-www-form-urlencoded")]
    body = b"grant_type=client_credentials"
    response = topology.ask("POST", f"http://mint.test{path}", fields, body=body, agent=agent)
    return response, SEALED.findall(response.body.decode("latin-1"))
