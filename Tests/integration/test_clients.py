"""Real clients, unmodified, in the three ways in: http_proxy, base URL, and the agent's own socket.

The upstreams are stand-ins on loopback. After every test each of them must have seen only Postern's credential, exactly
once in each request, and neither placeholder nor agent key.
"""

from __future__ import annotations

import json

import pytest

from support.programs import clone_push_fetch, git_config, run, sdk
from support.standin_world import PLACEHOLDER
from support.standins import TEXT

# Python SDKs: function in sdk_calls.py, provider, host, what comes back.

SDK_CALLS = {
    "requests": ("openai", "api.openai.com", [200, TEXT]),
    "httpx": ("openai", "api.openai.com", [200, TEXT]),
    "aiohttp": ("openai", "api.openai.com", [200, TEXT]),
    "openai": ("openai", "api.openai.com", [["m"], TEXT]),
    "openai_stream": ("openai", "api.openai.com", TEXT),
    "anthropic": ("anthropic", "api.anthropic.com", TEXT),
    "anthropic_stream": ("anthropic", "api.anthropic.com", TEXT),
    "github": ("github", "api.github.com", ["postern-bot", 7]),
    "slack": ("slack", "slack.com", ["postern-bot", "hello"]),
    "stripe": ("stripe", "api.stripe.com", ["cus_1", ["cus_1"]]),
}


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


def test_git_through_http_proxy(world, tmp_path):
    """git offers its proxy password only after a 407."""
    clone_push_fetch(tmp_path, "http://github.com/acme/demo.git", proxy=world.proxy)


def test_git_keeps_its_https_urls(world, tmp_path):
    """insteadOf turns the https URL a script names into the http form."""
    settings = git_config(**{"url.http://github.com/.insteadOf": "https://github.com/"})
    clone_push_fetch(tmp_path, "https://github.com/acme/demo.git", proxy=world.proxy, **settings)


def test_git_with_base_url_and_password(world, tmp_path):
    """The key as password in the URL; git offers it only after a 401."""
    base = world.base("github-git").replace("http://", f"http://bot:{world.key}@")
    clone_push_fetch(tmp_path, f"{base}/acme/demo.git")


def test_git_with_base_url_and_header(world, tmp_path):
    """The key in a header that git sends with every request."""
    settings = git_config(http__extraHeader=f"Authorization: Bearer {world.key}")
    clone_push_fetch(tmp_path, world.base("github-git") + "/acme/demo.git", **settings)
