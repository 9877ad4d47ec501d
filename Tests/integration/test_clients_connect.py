"""Real clients with https URLs, through CONNECT and a TLS connection that Postern ends.

Each is told where the proxy is and which CA to trust in its own way, and sends a placeholder where a key would be. The
stand-in must have seen Postern's credential alone, exactly once in each request. What makes a client work, and which
protocol it spoke, is the table of docs/clients.md: a row here that is not that row fails.
"""

from __future__ import annotations

import json
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import pytest

from support import clients_page
from support.clients_page import release
from support.encodings import LeakSearch
from support.one_origin import OneOrigin
from support.programs import SUPPORT, clone_push_fetch, git_config, run, sdk
from support.standin_world import ADDRESS_OF_THE_AGENT, PLACEHOLDER, StandInWorld
from support.standins import TEXT
from support.websocket import WebSocketServer

MODELS = "https://api.openai.com/v1/models"


@dataclass
class Setting:
    """What a client is run with."""

    world: StandInWorld
    python: str
    directory: Path
    trust: str  # what makes it trust the CA: the name of a variable, unless a client reads it in another way

    @property
    def environment(self) -> dict[str, str]:
        return {"https_proxy": self.world.proxy, self.trust: self.world.bundle()}


@dataclass
class Client:
    """A row of the table. ``call`` runs the client and fails unless the right answer reached it."""

    name: str
    call: Callable[[Setting], None]
    trusts: tuple[str, ...] = ("SSL_CERT_FILE",)  # each of them is enough
    proxy: str = "`https_proxy`"


def python_client(package: str, function: str, url: str, answer, kind: str = "", **options) -> Client:
    def call(setting: Setting) -> None:
        environment = setting.environment
        if setting.trust == IN_CODE:
            environment["CA_IN_CODE"] = environment.pop(IN_CODE)
        assert sdk(setting.python, function, url, PLACEHOLDER, **environment) == answer

    return Client(" ".join([package, release(package), kind]).strip(), call, **options)


IN_CODE = "stripe.ca_bundle_path = …"


def curl(setting: Setting) -> None:
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": "hello"}]})
    output = run("curl", "-sS", "--fail-with-body", "-H", "Content-Type: application/json", "-d", body,
                 "-H", f"Authorization: Bearer {PLACEHOLDER}", "https://api.openai.com/v1/chat/completions",
                 **setting.environment)
    assert json.loads(output)["choices"][0]["message"]["content"] == TEXT


def git(setting: Setting) -> None:
    """Clone, fetch and push. git shows its key to the proxy only after a 407."""
    settings = git_config(http__extraHeader=f"Authorization: Bearer {PLACEHOLDER}")
    clone_push_fetch(setting.directory, "https://github.com/acme/demo.git", **settings, **setting.environment)


def pip(setting: Setting) -> None:
    target = setting.directory / "packages"
    index = f"https://reader:{PLACEHOLDER}@packages.example.test/simple"
    run(setting.python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-cache-dir",
        "--index-url", index, "--target", str(target), "demo", PIP_CONFIG_FILE="/dev/null", **setting.environment)
    assert TEXT in (target / "demo.py").read_text()


def node(name: str) -> Callable[[Setting], None]:
    def call(setting: Setting) -> None:
        output = run("node", str(SUPPORT / "node_calls.js"), name, MODELS, PLACEHOLDER, **setting.environment)
        assert json.loads(output)["data"][0]["id"] == "m"

    return call


def java(setting: Setting) -> None:
    """No name and no key for a proxy can be set from outside; the port is the agent."""
    port = setting.world.port_of_the_agent
    output = run("java", f"-Dhttps.proxyHost={ADDRESS_OF_THE_AGENT}", f"-Dhttps.proxyPort={port}",
                 f"-Djavax.net.ssl.trustStore={setting.world.bundle('jks')}",
                 str(SUPPORT / "JavaCall.java"), MODELS, PLACEHOLDER)
    assert json.loads(output)["data"][0]["id"] == "m"


OPENAI, ANTHROPIC = "https://api.openai.com", "https://api.anthropic.com"
AWS = ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE")
REQUESTS = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
CLIENTS = [
    Client("curl", curl, ("CURL_CA_BUNDLE", "SSL_CERT_FILE")),
    Client("git", git, ("GIT_SSL_CAINFO",)),
    Client("pip", pip, ("PIP_CERT", "REQUESTS_CA_BUNDLE")),
    python_client("requests", "requests", OPENAI, [200, TEXT], trusts=REQUESTS),
    python_client("httpx", "httpx", OPENAI, [200, TEXT]),
    python_client("aiohttp", "aiohttp", OPENAI, [200, TEXT],
                  proxy="`https_proxy` and `trust_env=True` in code"),
    python_client("openai", "openai", OPENAI, [["m"], TEXT]),
    python_client("openai", "openai_stream", OPENAI, TEXT, "(streaming)"),
    python_client("anthropic", "anthropic", ANTHROPIC, TEXT),
    python_client("anthropic", "anthropic_stream", ANTHROPIC, TEXT, "(streaming)"),
    python_client("boto3", "boto3", "", "stored", "(S3)", trusts=AWS),
    python_client("boto3", "bedrock", "", TEXT, "(Bedrock)", trusts=AWS),
    python_client("PyGithub", "github", "https://api.github.com", ["postern-bot", 7], trusts=REQUESTS),
    python_client("slack_sdk", "slack", "https://slack.com", ["postern-bot", "hello"]),
    python_client("stripe", "stripe", "https://api.stripe.com", ["cus_1", ["cus_1"]], trusts=(IN_CODE,)),
    Client("Node `https`", node("https"), ("NODE_EXTRA_CA_CERTS",), proxy="an agent in code"),
    Client("Node `http2`", node("http2"), ("NODE_EXTRA_CA_CERTS",), proxy="a connection made in code"),
    Client("Java `HttpClient`", java, ("-Djavax.net.ssl.trustStore=…",),
           proxy="`-Dhttps.proxyHost=…`, `-Dhttps.proxyPort=…`"),
]
CASES = [pytest.param(client, trust, id=f"{client.name}-{trust}") for client in CLIENTS for trust in client.trusts]


@pytest.mark.parametrize("client, trust", CASES)
def test_client(world, python, tmp_path, client, trust):
    client.call(Setting(world, python, tmp_path, trust))
    (spoken,) = world.spoken()
    trusts = " or ".join(f"`{name}`" for name in client.trusts)
    clients_page.expect(client.name, client.proxy, trusts, spoken, "yes")


WEBSOCKETS = f"websockets {release('websockets')}"


def test_websockets(authority, python):
    host = "socket.standin.test"
    server = WebSocketServer(authority.leaf(host))
    world = OneOrigin(authority, host, server.authority, websocket=True)
    try:
        environment = {"https_proxy": world.proxy, "SSL_CERT_FILE": world.bundle}
        assert sdk(python, "websockets", f"wss://{host}/chat", PLACEHOLDER, **environment) == "hello"
        (handshake,) = server.handshakes
        assert [v for n, v in handshake if n == "authorization"] == [f"Bearer {world.secret}"]
        assert not LeakSearch({"placeholder": PLACEHOLDER}).find(repr(handshake).encode())
        clients_page.expect(WEBSOCKETS, "`https_proxy`", "`SSL_CERT_FILE`", *world.spoken(), "yes")
    finally:
        server.close()
        world.close()


# Clients that pay no heed to a proxy in their environment.

NOWHERE = "https://api.nowhere.test"
HEEDLESS = {
    f"aiohttp {release('aiohttp')} as it is":
        lambda python: [python, SUPPORT / "sdk_calls.py", "aiohttp_alone", NOWHERE, PLACEHOLDER],
    "Node `https` as it is": lambda python: ["node", SUPPORT / "node_calls.js", "https_alone", NOWHERE, PLACEHOLDER],
}


@pytest.mark.parametrize("name", HEEDLESS)
def test_client_that_goes_around(python, name):
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        url = f"http://bot:key@127.0.0.1:{proxy.getsockname()[1]}"
        environment = {"https_proxy": url, "HTTPS_PROXY": url, "all_proxy": url, "PATH": "/usr/bin:/bin"}
        done = subprocess.run(HEEDLESS[name](python), env=environment, capture_output=True, timeout=30, check=False)
        proxy.settimeout(0.1)
        with pytest.raises(TimeoutError):
            proxy.accept()
    assert done.returncode != 0
    clients_page.expect(name, "–", "–", "–", "no: goes around any proxy")


def test_the_page_has_no_other_rows():
    names = {clients_page.GRPC, WEBSOCKETS, *(client.name for client in CLIENTS), *HEEDLESS}
    assert list(clients_page.rows()) == sorted(names, key=str.casefold)
