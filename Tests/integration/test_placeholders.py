"""What agents hold in place of credentials, and what they get in place of tokens."""

from __future__ import annotations

import base64
import json
import os
import re
import stat
import urllib.parse

import pytest
from support.cli import placeholders, postern
from support.tokens import TOKEN_PATH, mint, provide
from support.topology import A, B, Topology

URL = "http://good.test/v1/ok"


HOLDS = ("good", "basic", "query", "path", "mint")


def edit(topology: Topology, config) -> None:
    provide(topology, config)
    for secret in HOLDS:
        config.find("grant", agent=A, secret=secret).update(placeholder=True)


@pytest.fixture(scope="module")
def _shared(authority):
    """Agent A holds a placeholder for each of its secrets; A and B may ask ``mint`` for tokens."""
    topology = Topology(authority, edit)
    yield topology
    topology.close()


@pytest.fixture
def mine(topology) -> dict[str, str]:
    return placeholders(topology.daemon.config_path, A)


def test_the_key_is_made_at_the_first_start_and_kept(make_topology):
    topology = make_topology()
    path = topology.daemon.state / "placeholder.key"
    made = path.read_bytes()
    assert re.fullmatch(rb"[0-9a-f]{64}\n", made)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and path.stat().st_uid == os.geteuid()
    topology.daemon.terminate()
    topology.start()
    assert path.read_bytes() == made


def test_the_command_line_lists_what_agents_hold(topology):
    listed = postern("placeholder", "list", "--config", str(topology.daemon.config_path), "--json")
    assert listed.returncode == 0, listed.stderr
    rows = json.loads(listed.stdout)
    assert {(row["agent"], row["secret"]) for row in rows} == {(A, secret) for secret in HOLDS}
    assert len({row["placeholder"] for row in rows}) == len(HOLDS)
    state = ["--state-dir", str(topology.daemon.state)]
    for row in rows:
        shown = postern("placeholder", "show", "--agent", A, "--secret", row["secret"], *state)
        assert shown.stdout == row["placeholder"] + "\n"
    typed = postern("placeholder", "show", "--agent", A, "--secret", "good", "--provider", "anthropic", *state, "--json")
    (row,) = json.loads(typed.stdout)
    assert row["placeholder"].startswith("sk-ant-") and "ANTHROPIC_API_KEY" in row["variables"]
    text = postern("placeholder", "list", "--config", str(topology.daemon.config_path), "--agent", B)
    assert text.returncode == 0 and text.stdout == "" and "no grant" in text.stderr


def test_the_command_line_makes_no_key(tmp_path):
    shown = postern("placeholder", "show", "--agent", A, "--secret", "good", "--state-dir", str(tmp_path))
    assert shown.returncode == 1 and "placeholder.key does not exist" in shown.stderr
    assert not list(tmp_path.iterdir())


def test_in_the_place_of_the_credential_it_is_replaced(topology, mine):
    pair = base64.b64encode(f"postern:{mine['basic']}".encode()).decode()
    rows = [
        ("GET", URL, [("Authorization", f"Bearer {mine['good']}")]),
        ("POST", URL, [("X-Api-Key", mine["good"]), ("Authorization", f"token {mine['good']}")]),
        ("GET", "http://basic.test/x", [("Authorization", f"Basic {pair}")]),
        ("GET", f"http://query.test/x?a=b&key={mine['query']}", []),
        ("GET", f"http://path.test/bot{mine['path']}/x", []),
        ("GET", URL, []),
        ("GET", URL, [("Authorization", "Bearer anything")]),
    ]
    for method, url, fields in rows:
        response = topology.ask(method, url, fields, body=b"x" if method == "POST" else None)
        assert response.status == 200, (url, response.body)
    for origin in topology.origins:
        assert not any(text.rpartition("-")[2].encode() in origin.raw for text in mine.values())


def test_it_survives_a_reload(topology, mine):
    topology.daemon.reload(topology.config.text())
    assert topology.ask("GET", URL, [("Authorization", f"Bearer {mine['good']}")]).status == 200
    assert topology.ask("GET", URL, [("X-Note", mine["good"])]).code == "placeholder_leaked"


# Tokens.


FORMS = {
    "JSON": lambda t: (json.dumps({"access_token": t, "token_type": "Bearer", "expires_in": 600}), "application/json"),
    "nested": lambda t: (json.dumps({"ok": True, "authed_user": {"access_token": t}}), "application/json"),
    "form": lambda t: (urllib.parse.urlencode({"access_token": t, "scope": "repo"}), "application/x-www-form-urlencoded"),
    "registry": lambda t: (json.dumps({"token": t, "access_token": t}), "application/json"),
}


@pytest.mark.parametrize("form", list(FORMS))
@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
def test_a_client_of_oauth_works_with_placeholders_alone(topology, form, framing):
    origin = topology.mint
    token = origin.issue(FORMS[form], framing)
    answer, found = mint(topology)
    assert answer.status == 200 and found and token.encode() not in answer.body
    assert int(answer.value("content-length")) == len(answer.body)
    sent = origin.requests[-1]
    assert sent.value("authorization") == origin.basic
    used = topology.ask("GET", "http://mint.test/api/me", [("Authorization", f"Bearer {found[0]}")])
    assert used.status == 200
    (seen,) = origin.requests[1:]
    assert seen.values("authorization") == [f"Bearer {token}"] and "x-api-key" not in seen.names()
    # The origin echoes what it got: the token is masked like any credential.
    assert token.encode() not in used.body and b"*" * len(token) in used.body


def test_an_answer_without_a_token_comes_as_it_is(topology):
    topology.mint.routes[TOKEN_PATH] = topology.mint.refuse
    response = topology.ask("POST", f"http://mint.test{TOKEN_PATH}", body=b"grant_type=client_credentials")
    assert response.status == 400 and json.loads(response.body) == {"error": "invalid_client"}
    topology.mint.routes[TOKEN_PATH] = topology.mint.page
    response = topology.ask("POST", f"http://mint.test{TOKEN_PATH}", body=b"grant_type=client_credentials")
    assert response.status == 503 and response.body == b"<h1>sorry</h1>"


def test_after_a_restart_a_client_is_told_to_ask_again(make_topology):
    topology = make_topology(edit)
    topology.mint.issue(FORMS["JSON"])
    _, (placeholder,) = mint(topology)
    topology.daemon.terminate()
    topology.start()
    topology.begin()
    response = topology.ask("GET", "http://mint.test/api/me", [("Authorization", f"Bearer {placeholder}")])
    assert response.status == 401 and response.code == "sealed_token_unknown"
    assert 'error="invalid_token"' in response.value("www-authenticate")
