"""Real clients, unmodified, in the three ways in: http_proxy, base URL, and the agent's own socket.

The upstreams are stand-ins on loopback. After every test each of them must have seen only Postern's credential, exactly
once in each request, and neither placeholder nor agent key.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.standin_world import PLACEHOLDER, StandInWorld
from support.standins import TEXT

TESTS = Path(__file__).resolve().parents[1]
REQUIREMENTS = TESTS / "requirements-clients.txt"
VENV = TESTS.parent / ".venv-clients"


@pytest.fixture(scope="session")
def python() -> str:
    """An interpreter with the SDKs, in an environment of its own: they are not ours to depend on."""
    with open(REQUIREMENTS) as shared_by_workers:
        fcntl.flock(shared_by_workers, fcntl.LOCK_EX)
        installed = VENV / "installed"
        if not installed.exists() or installed.read_text() != REQUIREMENTS.read_text():
            subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True)
            pip = [VENV / "bin/pip", "install", "-q", "--disable-pip-version-check"]
            subprocess.run([*pip, "-r", REQUIREMENTS], check=True)
            installed.write_text(REQUIREMENTS.read_text())
    return str(VENV / "bin/python")


@pytest.fixture(scope="module")
def _world(authority):
    world = StandInWorld(authority)
    yield world
    world.close()


@pytest.fixture
def world(_world):
    _world.begin()
    yield _world
    _world.verify()


def run(*command: str, proxy: str | None = None, **environment: str) -> str:
    """Runs a client with nothing in its environment but the proxy, the way an agent would be started."""
    clean = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "PYTHONDONTWRITEBYTECODE": "1", **environment}
    if proxy:
        clean |= {"http_proxy": proxy, "HTTP_PROXY": proxy}
    done = subprocess.run(command, env=clean, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"{command[0]} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


# Python SDKs: function in sdk_calls.py, provider, host, what comes back.

SDK_CALLS = {
    "requests": ("openai", "api.openai.com", [200, TEXT]),
    "httpx": ("openai", "api.openai.com", [200, TEXT]),
    "openai": ("openai", "api.openai.com", [["m"], TEXT]),
    "openai_stream": ("openai", "api.openai.com", TEXT),
    "anthropic": ("anthropic", "api.anthropic.com", TEXT),
    "anthropic_stream": ("anthropic", "api.anthropic.com", TEXT),
    "github": ("github", "api.github.com", ["postern-bot", 7]),
    "slack": ("slack", "slack.com", ["postern-bot", "hello"]),
    "stripe": ("stripe", "api.stripe.com", ["cus_1", ["cus_1"]]),
}


def sdk(python: str, name: str, *arguments: str, **options: str):
    return json.loads(run(python, str(TESTS / "support/sdk_calls.py"), name, *arguments, **options))


@pytest.mark.parametrize("name", SDK_CALLS)
def test_sdk_through_http_proxy(world, python, name):
    """http://real-host through the proxy, with a placeholder where the API key would be."""
    provider, host, expected = SDK_CALLS[name]
    assert sdk(python, name, f"http://{host}", PLACEHOLDER, proxy=world.proxy) == expected
    for request in world.standins[provider].origin.requests:
        assert request.values("host") == [host]


@pytest.mark.parametrize("name", SDK_CALLS)
def test_sdk_with_base_url(world, python, name):
    """Base URL at Postern, the agent's key where the API key would be."""
    provider, host, expected = SDK_CALLS[name]
    assert sdk(python, name, world.base(provider), world.key) == expected
    for request in world.standins[provider].origin.requests:
        assert request.values("host") == [host]


@pytest.mark.parametrize("name", ["httpx", "openai", "openai_stream"])
def test_sdk_through_the_agents_socket(world, python, name):
    """No key anywhere: the socket is the agent."""
    expected = SDK_CALLS[name][2]
    assert sdk(python, name, "http://127.0.0.1/via/openai", PLACEHOLDER, world.socket) == expected


def test_github_pagination_through_http_proxy(world, python):
    """The vendor's https links lead back to the http form, because the host name is the real one."""
    names = sdk(python, "github_pages", "http://api.github.com", PLACEHOLDER, proxy=world.proxy)
    assert names == ["repository-1", "repository-2"]


# curl.

CHAT = json.dumps({"model": "m", "messages": [{"role": "user", "content": "hello"}]})
CURL = ("curl", "-sS", "--fail-with-body", "-H", "Content-Type: application/json", "-d", CHAT)


@pytest.mark.parametrize("how", ["http_proxy", "base_url", "socket"])
def test_curl(world, how):
    if how == "http_proxy":
        output = run(*CURL, "-H", f"Authorization: Bearer {PLACEHOLDER}",
                     "http://api.openai.com/v1/chat/completions", proxy=world.proxy)
    elif how == "base_url":
        output = run(*CURL, "-H", f"Authorization: Bearer {world.key}", world.base("openai") + "/v1/chat/completions")
    else:
        output = run(*CURL, "--unix-socket", world.socket, "http://127.0.0.1/via/openai/v1/chat/completions")
    assert json.loads(output)["choices"][0]["message"]["content"] == TEXT


def test_curl_streams(world):
    streamed = json.dumps({**json.loads(CHAT), "stream": True})
    output = run("curl", "-sSN", "-d", streamed, "-H", "Content-Type: application/json",
                 "http://api.openai.com/v1/chat/completions", proxy=world.proxy)
    assert output.count("data: ") == len(TEXT.split()) + 1


# git: clone, commit, push, and see it in another clone.

AUTHOR = {"GIT_AUTHOR_NAME": "Bot", "GIT_AUTHOR_EMAIL": "bot@example.test", "GIT_COMMITTER_NAME": "Bot",
          "GIT_COMMITTER_EMAIL": "bot@example.test", "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}


def git_config(**settings: str) -> dict[str, str]:
    """Settings handed to git in its environment; no file is touched."""
    named = {name.replace("__", "."): value for name, value in settings.items()}
    found = {"GIT_CONFIG_COUNT": str(len(named))}
    for number, (name, value) in enumerate(named.items()):
        found |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
    return found


def clone_commit_push(world: StandInWorld, tmp_path: Path, url: str, **options: str) -> None:
    """The file is larger than git's post buffer, so the push is chunked."""
    options |= AUTHOR
    run("git", "clone", "-q", url, str(tmp_path / "one"), **options)
    content = os.urandom(1_500_000)
    (tmp_path / "one" / "blob").write_bytes(content)
    in_clone = ("git", "-C", str(tmp_path / "one"))
    run(*in_clone, "add", ".", **options)
    run(*in_clone, "commit", "-q", "-m", "add a blob", **options)
    run(*in_clone, "push", "-q", "origin", f"HEAD:refs/heads/{tmp_path.name}", **options)
    run("git", "clone", "-q", "-b", tmp_path.name, url, str(tmp_path / "two"), **options)
    assert (tmp_path / "two" / "blob").read_bytes() == content


def test_git_through_http_proxy(world, tmp_path):
    """git offers its proxy password only after a 407."""
    clone_commit_push(world, tmp_path, "http://github.com/acme/demo.git", proxy=world.proxy)


def test_git_keeps_its_https_urls(world, tmp_path):
    """insteadOf turns the https URL a script names into the http form."""
    settings = git_config(**{"url.http://github.com/.insteadOf": "https://github.com/"})
    clone_commit_push(world, tmp_path, "https://github.com/acme/demo.git", proxy=world.proxy, **settings)


def test_git_with_base_url_and_password(world, tmp_path):
    """The key as password in the URL; git offers it only after a 401."""
    base = world.base("github-git").replace("http://", f"http://bot:{world.key}@")
    clone_commit_push(world, tmp_path, f"{base}/acme/demo.git")


def test_git_with_base_url_and_header(world, tmp_path):
    """The key in a header that git sends with every request."""
    settings = git_config(http__extraHeader=f"Authorization: Bearer {world.key}")
    clone_commit_push(world, tmp_path, world.base("github-git") + "/acme/demo.git", **settings)
