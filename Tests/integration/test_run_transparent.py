"""``postern run --transparent``: programs that go by no proxy, unmodified but for what they trust."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from support.sandbox import runs
from support.topology import A

HTTP, HTTPS = "http://good.test/v1/x", "https://good.test/v1/x"

JAVA = """
import java.net.URI;
import java.net.http.*;
public class Get {
    public static void main(String[] arguments) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(arguments[0])).build();
        System.out.print(HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body());
    }
}
"""
AIOHTTP = """
import asyncio, sys, aiohttp
async def main():
    async with aiohttp.ClientSession() as session, session.get(sys.argv[1]) as response:
        print(await response.text(), end="")
asyncio.run(main())
"""
HTTPLIB2 = "import sys, httplib2; print(httplib2.Http().request(sys.argv[1])[1].decode(), end='')"
NODE = "fetch(process.argv[1]).then(r => r.text()).then(t => process.stdout.write(t))"


@pytest.fixture(scope="module")
def _runs(authority):
    with runs(authority) as found:
        yield found


@pytest.fixture(params=["root", "a plain user"])
def sandbox(_runs, request):
    _runs[0].begin()
    return _runs[1] if request.param == "root" else _runs[2]


def seen(sandbox, done) -> None:
    """The upstream got the request with the credential, and the program got the answer."""
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["target"] == "/v1/x"
    (request,) = sandbox.topology.good.requests
    assert request.value("authorization") == f"Bearer {sandbox.topology.secrets['good']}"


def unaware(*words: str) -> tuple[str, ...]:
    """A program without the variables that name the proxy."""
    names = [f"-u{name}" for proxy in ("http_proxy", "https_proxy", "all_proxy") for name in (proxy, proxy.upper())]
    return ("env", *names, *words)


@pytest.mark.parametrize("url", [HTTP, HTTPS])
@pytest.mark.parametrize("version", ["--http1.1", "--http2"])
def test_curl(sandbox, url, version):
    seen(sandbox, sandbox.run(A, *unaware("curl", "-sS", version, url), options=("--transparent",)))


@pytest.mark.parametrize("url", [HTTP, HTTPS])
def test_node(sandbox, url):
    node = shutil.which("node")
    seen(sandbox, sandbox.run(A, *unaware(node, "-e", NODE, url), options=("--transparent",)))


@pytest.mark.parametrize("script", [AIOHTTP, HTTPLIB2], ids=["aiohttp", "httplib2"])
@pytest.mark.parametrize("url", [HTTP, HTTPS])
def test_python(sandbox, python, url, script):
    if sandbox.user and subprocess.run(["setpriv", "--reuid", str(sandbox.user), "test", "-x", python]).returncode:
        pytest.skip("another user's python")
    seen(sandbox, sandbox.run(A, *unaware(python, "-c", script, url), options=("--transparent",)))


@pytest.mark.skipif(shutil.which("java") is None, reason="needs java")
def test_java(sandbox, tmp_path):
    (sandbox.home / "Get.java").write_text(JAVA)
    seen(sandbox, sandbox.run(A, *unaware("java", str(sandbox.home / "Get.java"), HTTP), options=("--transparent",)))


REFUSED = {
    "another port": "curl -sS -m 3 --noproxy '*' http://good.test:8080/",
    "no name": "curl -sSk -m 3 --noproxy '*' https://192.0.2.1/",
    "a host without a grant": "curl -sS -m 3 --fail --noproxy '*' http://evil.test/",
    "the same by https": "curl -sS -m 3 --fail --noproxy '*' https://evil.test/",
    "another name than in TLS": "curl -sS -m 3 --fail --noproxy '*' -H 'Host: evil.test' https://good.test/v1/x",
    "a proxy's form to another host": "curl -sS -m 3 --fail --proxy http://203.0.113.9:80 http://evil.test/",
}


@pytest.mark.parametrize("name", list(REFUSED))
def test_what_is_not_granted(sandbox, name):
    done = sandbox.shell(A, REFUSED[name], options=("--transparent",))
    assert done.returncode != 0 and done.returncode != 125, done
    assert not sandbox.topology.good.requests and not sandbox.topology.evil.requests


def test_names(sandbox):
    done = sandbox.shell(A, "getent ahosts good.test; getent hosts localhost; getent ahostsv6 good.test; true",
                         options=("--transparent",))
    lines = [line.split()[0] for line in done.stdout.splitlines()]
    assert any(one.startswith("198.1") for one in lines), done
