"""A small OAuth 2 authorization server: PKCE enforced, codes and refresh tokens good for one use, mistakes noted."""

from __future__ import annotations

import base64
import hashlib
import secrets as random
import threading
import time
import urllib.parse
from dataclasses import dataclass, field
from typing import Any

from .origin import RecordingOrigin, Request, answer
from .standins import as_json


@dataclass
class Family:
    """What came of one consent; it ends as a whole when a used refresh token is shown again (RFC 9700 section 4.14)."""

    account: str
    scope: str
    is_revoked: bool = False


@dataclass
class OAuthServer:
    """Consents at once as ``account``, or says no when ``decision`` is another error code."""

    client_id: str = "postern"
    client_secret: str = field(default_factory=lambda: f"client/{random.token_hex(12)}+=")
    account: str = "alice@notes.test"
    decision: str = "allow"
    expires_in: int = 3600
    #: Seconds that an exchange takes.
    delay: float = 0
    issuer: str | None = None
    mistakes: list[str] = field(default_factory=list)
    exchanges: list[dict[str, str]] = field(default_factory=list)
    refreshes: list[dict[str, str]] = field(default_factory=list)
    revocations: list[dict[str, str]] = field(default_factory=list)
    #: Every token that was ever issued.
    issued: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._codes: dict[str, dict[str, Any]] = {}
        self._access: dict[str, tuple[Family, float]] = {}
        self._refresh: dict[str, tuple[Family, bool]] = {}
        self.origin = RecordingOrigin(name="oauth")
        self.origin.handler = self._serve

    @property
    def base(self) -> str:
        return f"http://{self.origin.authority}"

    def settings(self, client_secret: str) -> dict[str, Any]:
        """A provider's `oauth`, with a reference to the client's secret."""
        said = {
            "authorization_endpoint": f"{self.base}/authorize",
            "token_endpoint": f"{self.base}/token",
            "revocation_endpoint": f"{self.base}/revoke",
            "account_endpoint": f"{self.base}/account",
            "account_member": "email",
            "client_id": self.client_id,
            "client_secret": client_secret,
            "scopes": ["notes.read"],
            "allowed_scopes": ["notes.read", "notes.write"],
        }
        return {**said, "issuer": self.issuer} if self.issuer else said

    def is_good(self, token: str | None) -> bool:
        """Whether a resource server should take an access token."""
        with self._lock:
            family, until = self._access.get((token or "").removeprefix("Bearer "), (None, 0.0))
            return family is not None and not family.is_revoked and time.monotonic() < until

    def expire_all(self) -> None:
        """Access tokens end now; refresh tokens do not."""
        with self._lock:
            self._access = {token: (family, 0.0) for token, (family, _) in self._access.items()}

    def revoke_all(self) -> None:
        """As if the user took the consent back at the provider."""
        with self._lock:
            for family, _ in self._refresh.values():
                family.is_revoked = True

    def _serve(self, request: Request) -> Any:
        routes = {
            "/authorize": self._authorize,
            "/token": self._token,
            "/revoke": self._revoke,
            "/account": self._account,
        }
        route = routes.get(request.path)
        return route(request) if route else answer(status=404)

    def _wrong(self, what: str, error: str = "invalid_request", status: int = 400) -> bytes:
        self.mistakes.append(what)
        return as_json({"error": error, "error_description": what}, status=status)

    def _authorize(self, request: Request) -> bytes:
        asked = dict(urllib.parse.parse_qsl(request.query))
        if asked.get("client_id") != self.client_id or asked.get("response_type") != "code":
            return self._wrong(f"authorization request {asked}")
        if asked.get("code_challenge_method") != "S256" or len(asked.get("code_challenge", "")) != 43:
            return self._wrong("no PKCE with S256")
        if not asked.get("state") or not asked.get("redirect_uri"):
            return self._wrong("no state or no redirect_uri")
        said = {"state": asked["state"]} | ({"iss": self.issuer} if self.issuer else {})
        if self.decision == "allow":
            code = said["code"] = random.token_urlsafe(24)
            self._codes[code] = {**asked, "account": self.account}
        else:
            said["error"] = self.decision
        return answer(status=302, headers=[("Location", f"{asked['redirect_uri']}?{urllib.parse.urlencode(said)}")])

    def _knows_client(self, request: Request, form: dict[str, str]) -> bool:
        name, secret = form.get("client_id"), form.get("client_secret")
        scheme, _, value = (request.value("authorization") or "").partition(" ")
        if scheme.lower() == "basic":
            pair = base64.b64decode(value).decode().partition(":")
            name, secret = urllib.parse.unquote_plus(pair[0]), urllib.parse.unquote_plus(pair[2])
        return (name, secret) == (self.client_id, self.client_secret)

    def _token(self, request: Request) -> Any:
        form = dict(urllib.parse.parse_qsl(request.body.decode()))
        if not self._knows_client(request, form):
            return self._wrong("the client is not who it says", "invalid_client", 401)
        with self._lock:
            if form.get("grant_type") == "authorization_code":
                reply = self._exchange(form)
            elif form.get("grant_type") == "refresh_token":
                reply = self._renew(form)
            else:
                reply = self._wrong(f"grant type {form.get('grant_type')}", "unsupported_grant_type")
        return iter((self.delay, reply)) if self.delay else reply

    def _exchange(self, form: dict[str, str]) -> bytes:
        self.exchanges.append(form)
        asked = self._codes.pop(form.get("code", ""), None)
        if not asked:
            return self._wrong("a code that is unknown or used", "invalid_grant")
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).decode().rstrip("=") != asked["code_challenge"]:
            return self._wrong("the verifier does not fit", "invalid_grant")
        if form.get("redirect_uri") != asked["redirect_uri"]:
            return self._wrong("another redirect_uri", "invalid_grant")
        return self._issue(Family(asked["account"], asked.get("scope", "")))

    def _renew(self, form: dict[str, str]) -> bytes:
        self.refreshes.append(form)
        family, is_used = self._refresh.get(form.get("refresh_token", ""), (None, True))
        if family is None or family.is_revoked:
            return self._wrong("a refresh token that is unknown or revoked", "invalid_grant")
        if is_used:
            family.is_revoked = True
            return self._wrong("a refresh token was used twice", "invalid_grant")
        self._refresh[form["refresh_token"]] = (family, True)
        return self._issue(family)

    def _issue(self, family: Family) -> bytes:
        access, refresh = f"at/{random.token_urlsafe(24)}", f"rt/{random.token_urlsafe(24)}"
        self._access[access] = (family, time.monotonic() + self.expires_in)
        self._refresh[refresh] = (family, False)
        self.issued += [access, refresh]
        return as_json(
            {
                "access_token": access,
                "token_type": "Bearer",
                "expires_in": self.expires_in,
                "refresh_token": refresh,
                "scope": family.scope,
            }
        )

    def _revoke(self, request: Request) -> bytes:
        form = dict(urllib.parse.parse_qsl(request.body.decode()))
        self.revocations.append(form)
        with self._lock:
            for known in (self._refresh, self._access):
                if form.get("token") in known:
                    known[form["token"]][0].is_revoked = True
        return answer()

    def _account(self, request: Request) -> bytes:
        token = request.value("authorization")
        if not self.is_good(token):
            return self._wrong("the account was asked for with a bad token", "invalid_token", 401)
        family, _ = self._access[token.removeprefix("Bearer ")]
        return as_json({"email": family.account, "name": "Alice"})

    def close(self) -> None:
        self.origin.close()
