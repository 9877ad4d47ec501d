"""The OAuth provider of the other tests does what they rely on."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from support.glewlwyd import CLIENT, EMAIL, PASSWORD, USER, Glewlwyd, is_installed

pytestmark = pytest.mark.skipif(not is_installed(), reason="glewlwyd is not installed")

REDIRECT = "http://127.0.0.1:9/connect/callback"
VERIFIER = "a-verifier-that-is-long-enough-to-be-one-0123456789"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
PKCE = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}


@pytest.fixture(scope="module")
def provider(authority, tmp_path_factory):
    directory = tmp_path_factory.mktemp("glewlwyd")
    with Glewlwyd(directory, REDIRECT, certificate=authority.leaf("localhost"), authority=authority.path) as provider:
        yield provider


def request(provider: Glewlwyd, scope: str = "calendar.read mail.send", **more: str) -> str:
    parameters = {"response_type": "code", "client_id": CLIENT, "redirect_uri": REDIRECT, "state": "s", "scope": scope}
    return f"{provider.authorization_endpoint}?{urlencode(parameters | more)}"


def sent_back(url: str) -> dict[str, str]:
    assert url.startswith(REDIRECT + "?")
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def code(provider: Glewlwyd) -> str:
    answer = sent_back(provider.browser().authorize(request(provider, **PKCE), USER, PASSWORD))
    assert answer["state"] == "s" and answer["iss"] == provider.issuer
    return answer["code"]


def exchange(provider: Glewlwyd, **more: str):
    return provider.token(grant_type="authorization_code", code=code(provider), redirect_uri=REDIRECT, **more)


def refresh(provider: Glewlwyd, token: str):
    return provider.token(grant_type="refresh_token", refresh_token=token)


def test_a_code_becomes_tokens_of_the_account(provider):
    status, tokens = exchange(provider, code_verifier=VERIFIER)
    assert status == 200 and tokens["expires_in"] == 3600
    assert provider.account(tokens["access_token"])[1]["email"] == EMAIL
    provider.revoke(tokens["access_token"])
    assert provider.account(tokens["access_token"])[0] == 401


def test_a_code_without_its_verifier_is_refused(provider):
    assert exchange(provider)[0] == 403
    assert exchange(provider, code_verifier=VERIFIER[::-1])[0] == 403


@pytest.mark.parametrize("challenge", [{}, {"code_challenge": VERIFIER, "code_challenge_method": "plain"}])
def test_an_authorization_request_needs_a_challenge(provider, challenge):
    assert sent_back(provider.browser().authorize(request(provider, **challenge), USER, PASSWORD))["error"]


def test_a_refresh_token_works_once(provider):
    first = exchange(provider, code_verifier=VERIFIER)[1]["refresh_token"]
    status, second = refresh(provider, first)
    assert status == 200 and second["refresh_token"] != first
    assert refresh(provider, first)[0] == 400
    assert refresh(provider, second["refresh_token"])[0] == 400, "the chain ends with its reuse"


def test_whoever_declines_is_sent_back_with_an_error(provider):
    assert "code" not in sent_back(provider.browser().decline(request(provider, **PKCE), USER, PASSWORD))


def test_it_comes_back_with_what_it_knew(provider):
    token = exchange(provider, code_verifier=VERIFIER)[1]["refresh_token"]
    provider.restart()
    assert refresh(provider, token)[0] == 200
