"""The real curl, in each way that a program's settings lead it to Postern."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest
from support.origin import answer
from support.topology import A, B

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")


def curl(
    topology, *arguments: str, environment: dict[str, str] | None = None, timeout: float = 20
) -> subprocess.CompletedProcess[str]:
    """curl in an otherwise empty environment; what it receives joins what clients received."""
    result = subprocess.run(
        ["curl", "--silent", "--show-error", "--max-time", "15", *arguments],
        capture_output=True,
        text=True,
        timeout=timeout,
        env={"PATH": "/usr/bin:/bin", "HOME": str(topology.directory / "nowhere"), **(environment or {})},
        check=False,
    )
    topology.recording.new().extend(result.stdout.encode())
    return result


def proxy_url(topology, agent: str | None = A) -> str:
    proof = f"{agent}:{topology.keys[agent]}@" if agent else ""
    return f"http://{proof}127.0.0.1:{topology.daemon.port}"


def test_through_http_proxy(topology):
    result = curl(topology, "http://good.test/v1/models?limit=2", environment={"http_proxy": proxy_url(topology)})
    assert json.loads(result.stdout)["target"] == "/v1/models?limit=2"
    (seen,) = topology.good.requests
    assert not seen.names() & {"proxy-connection", "proxy-authorization"}
    assert seen.value("user-agent").startswith("curl/")


def test_through_the_proxy_option(topology):
    result = curl(
        topology,
        "--proxy",
        proxy_url(topology, None),
        "--proxy-user",
        f"{A}:{topology.keys[A]}",
        "http://good.test/v1/x",
    )
    assert result.returncode == 0 and topology.good.requests[0].target == "/v1/x"


def test_with_a_bearer_key(topology):
    result = curl(
        topology,
        "--proxy",
        proxy_url(topology, None),
        "--proxy-header",
        f"Proxy-Authorization: Bearer {topology.keys[A]}",
        "http://good.test/v1/x",
    )
    assert result.returncode == 0 and len(topology.good.requests) == 1


def test_any_scheme_is_found_by_the_challenge(topology):
    """Like git: no credential until the 407, then on the same connection."""
    result = curl(
        topology,
        "--verbose",
        "--proxy",
        proxy_url(topology, None),
        "--proxy-anyauth",
        "--proxy-user",
        f"{A}:{topology.keys[A]}",
        "--data",
        "x=1",
        "http://good.test/v1/x",
    )
    assert "407" in result.stderr and len(topology.good.requests) == 1
    assert topology.good.requests[0].body == b"x=1"
    assert "Re-using existing connection" in result.stderr or "left intact" in result.stderr


def test_without_a_key(topology):
    result = curl(topology, "--include", "http://good.test/v1/x", environment={"http_proxy": proxy_url(topology, None)})
    assert result.stdout.startswith("HTTP/1.1 407") and "proxy-authenticate: basic" in result.stdout.lower()
    topology.assert_untouched()


def test_a_denial_is_readable(topology):
    result = curl(topology, "http://evil.test/x", environment={"http_proxy": proxy_url(topology)})
    problem = json.loads(result.stdout)
    assert problem["status"] == 403 and problem["code"] == "no_grant" and problem["detail"] and problem["request_id"]


def test_base_url_with_the_key_as_bearer(topology):
    result = curl(
        topology,
        "--header",
        f"Authorization: Bearer {topology.keys[A]}",
        f"{proxy_url(topology, None)}/via/good/v1/models",
    )
    assert json.loads(result.stdout)["target"] == "/v1/models"


def test_base_url_with_the_key_as_api_key(topology):
    result = curl(topology, "--header", f"x-api-key: {topology.keys[B]}", f"{proxy_url(topology, None)}/via/open/x")
    assert result.returncode == 0
    assert topology.open.requests[0].values("x-api-key") == [topology.secrets["open-b"]]


def test_base_url_with_a_user_and_password(topology):
    result = curl(topology, "--user", f"{A}:{topology.keys[A]}", f"{proxy_url(topology, None)}/via/basic/x")
    assert result.returncode == 0 and len(topology.basic.requests) == 1


def test_base_url_without_a_key_is_a_401(topology):
    result = curl(topology, "--include", f"{proxy_url(topology, None)}/via/good/v1/models")
    assert result.stdout.startswith("HTTP/1.1 401") and "www-authenticate" in result.stdout.lower()
    topology.assert_untouched()


def test_base_url_by_the_query_slot(topology):
    result = curl(topology, f"{proxy_url(topology, None)}/via/query/search?q=1&key={topology.keys[A]}")
    assert result.returncode == 0
    assert topology.query.requests[0].path == "/search" and "q=1" in topology.query.requests[0].query


def test_unix_socket_base_url(topology):
    result = curl(topology, "--unix-socket", topology.socket_path(A), "http://localhost/via/good/v1/models")
    assert json.loads(result.stdout)["target"] == "/v1/models"


def test_unix_socket_absolute_form(topology):
    result = curl(
        topology,
        "--unix-socket",
        topology.socket_path(A),
        "--request-target",
        "http://good.test/v1/models",
        "http://good.test/",
    )
    assert json.loads(result.stdout)["target"] == "/v1/models"


@pytest.mark.parametrize("version", ["--http1.1", "--http2"])
def test_https_with_the_authority(topology, version):
    authority = str(topology.daemon.state / "ca/ca.pem")
    environment = {"https_proxy": proxy_url(topology)}
    result = curl(topology, version, "--cacert", authority, "https://good.test/v1/x", environment=environment)
    assert json.loads(result.stdout)["target"] == "/v1/x"


@pytest.mark.parametrize("length", [2, 200_000])
def test_a_refused_post_by_http2_is_readable(topology, length):
    """curl 7.88 drops an answer when its request is reset behind it."""
    trusting = ["--http2", "--cacert", str(topology.daemon.state / "ca/ca.pem")]
    post = ["--url", "https://good.test/v1/%2e%2e/x", "--output", "/dev/null"]
    result = subprocess.run(
        ["curl", "--silent", "--show-error", "--write-out", "%{http_code} ", "--max-time", "15", "--data-binary", "@-"]
        + trusting + post * 20,
        input="x" * length,
        capture_output=True,
        text=True,
        timeout=30,
        env={"https_proxy": proxy_url(topology)},
    )
    assert (result.returncode, result.stdout.split()) == (0, ["400"] * 20), result.stderr


def test_https_without_the_authority(topology):
    """Whoever does not trust Postern refuses it, and sends nothing."""
    result = curl(topology, "https://good.test/v1/x", environment={"https_proxy": proxy_url(topology)})
    assert result.returncode == 60  # the certificate could not be verified
    topology.assert_untouched()


@pytest.mark.parametrize("agent, answer", [(None, "407"), (B, "403")])
def test_https_for_nobody_and_for_one_without_a_grant(topology, agent, answer):
    """curl shows Postern's answer to CONNECT as an error; no tunnel was opened."""
    result = curl(topology, "https://good.test/v1/x", environment={"https_proxy": proxy_url(topology, agent)})
    assert result.returncode == 56 and answer in result.stderr
    topology.assert_untouched()


@pytest.mark.parametrize("version", ["--http1.0", "--http1.1", "--http2"])
def test_versions(topology, version):
    result = curl(topology, version, "http://good.test/v1/x", environment={"http_proxy": proxy_url(topology)})
    assert json.loads(result.stdout)["target"] == "/v1/x"


def test_an_upload_with_expect(topology, tmp_path):
    body = bytes(range(256)) * 8000
    (tmp_path / "body").write_bytes(body)
    result = curl(
        topology,
        "--header",
        "Expect: 100-continue",
        "--data-binary",
        f"@{tmp_path}/body",
        "--output",
        str(tmp_path / "out"),
        "http://good.test/v1/upload",
        environment={"http_proxy": proxy_url(topology)},
    )
    assert result.returncode == 0 and topology.good.requests[0].body == body


def test_a_chunked_upload(topology, tmp_path):
    (tmp_path / "body").write_bytes(b"chunk" * 50_000)
    result = curl(
        topology,
        "--header",
        "Transfer-Encoding: chunked",
        "--request",
        "POST",
        "--upload-file",
        str(tmp_path / "body"),
        "--output",
        "/dev/null",
        "http://good.test/v1/upload",
        environment={"http_proxy": proxy_url(topology)},
    )
    assert result.returncode == 0 and topology.good.requests[0].body == b"chunk" * 50_000


def test_many_urls_share_a_connection(topology):
    urls = [f"http://good.test/v1/{number}" for number in range(20)]
    result = curl(topology, "--verbose", *urls, environment={"http_proxy": proxy_url(topology)})
    assert len(topology.good.requests) == 20
    assert result.stderr.count("Connected to 127.0.0.1") == 1


def test_head_and_methods(topology):
    result = curl(topology, "--head", "http://good.test/v1/x", environment={"http_proxy": proxy_url(topology)})
    assert result.stdout.startswith("HTTP/1.1 200")
    result = curl(
        topology, "--request", "DELETE", "http://open.test/x", environment={"http_proxy": proxy_url(topology)}
    )
    assert topology.open.requests[0].method == "DELETE"


def test_a_redirect_to_elsewhere_is_judged_like_any_request(topology):
    topology.good.handler = lambda request: answer(status=302, headers=[("Location", "http://evil.test/steal")])
    result = curl(topology, "--location", "http://good.test/v1/x", environment={"http_proxy": proxy_url(topology)})
    assert json.loads(result.stdout)["code"] == "no_grant"
    topology.assert_untouched(topology.evil)
