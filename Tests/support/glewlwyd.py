"""A real OAuth 2 and OpenID Connect provider: Glewlwyd, as Debian packages it, on loopback.

It demands PKCE with S256 and hands out refresh tokens that work once: whoever presents one again ends the chain.
It answers a dead refresh token 400 without a body, and sends ``iss`` with each authorization response. With the scope
``openid`` it demands a nonce too.
"""

from __future__ import annotations

import base64
import shutil
import socket
import sqlite3
import ssl
import subprocess
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from .glewlwyd_browser import Browser
from .waiting import wait_until

SCHEMA = Path("/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3")
PROGRAM = "glewlwyd"
CLIENT, CLIENT_SECRET = "postern", "glewlwyd-client-secret-for-tests"
USER, PASSWORD, EMAIL = "alice", "the password of alice", "alice@example.test"
SCOPES = ("calendar.read", "calendar.write", "mail.send")
ADMINISTRATOR = ("admin", "password")  # of the packaged schema


def is_installed() -> bool:
    return shutil.which(PROGRAM) is not None and SCHEMA.exists()


class Glewlwyd:
    """One provider with one confidential client, one user and three scopes besides ``openid``.

    ``redirect_url`` is where the client has its users sent back to. With ``certificate``, a PEM file that holds its key
    as well, it speaks TLS. ``access_token_seconds`` is how long an access token works.
    """

    def __init__(
        self,
        directory: Path,
        redirect_url: str,
        *,
        certificate: Path | None = None,
        authority: Path | None = None,
        access_token_seconds: int = 3600,
        host: str = "localhost",
    ):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.directory, self.redirect_url = directory, redirect_url
        self.access_token_seconds = access_token_seconds
        self.port = _free_port()
        self.url = f"{'https' if certificate else 'http'}://{host}:{self.port}"
        self.issuer = f"{self.url}/api/oidc"
        self._tls = ssl.create_default_context(cafile=authority) if authority else None
        self._log = directory / "glewlwyd.log"
        _make_database(directory / "glewlwyd.db")
        (directory / "glewlwyd.conf").write_text(_settings(directory, self.url, self.port, certificate))
        self._start()
        self._provision()

    def __enter__(self) -> Glewlwyd:
        return self

    def __exit__(self, *_) -> None:
        self.stop()

    authorization_endpoint = property(lambda self: f"{self.issuer}/auth")
    token_endpoint = property(lambda self: f"{self.issuer}/token")
    revocation_endpoint = property(lambda self: f"{self.issuer}/revoke")
    account_endpoint = property(lambda self: f"{self.issuer}/userinfo")
    keys_url = property(lambda self: f"{self.issuer}/jwks")

    def browser(self) -> Browser:
        """Somebody's browser, in which nobody is logged in."""
        return Browser(self.url, CLIENT, self._tls)

    def token(self, **parameters: str) -> tuple[int, dict[str, Any]]:
        """What the token endpoint answers the client."""
        return self.browser().call("POST", self.token_endpoint, form=parameters, headers=_client_authentication())

    def revoke(self, token: str) -> None:
        """Ends a token as its client."""
        form, headers = {"token": token}, _client_authentication()
        status, answer = self.browser().call("POST", self.revocation_endpoint, form=form, headers=headers)
        assert status == 200, answer

    def account(self, access_token: str) -> tuple[int, dict[str, Any]]:
        """What the account endpoint says; 200 as long as the token works."""
        return self.browser().call("GET", self.account_endpoint, headers={"Authorization": f"Bearer {access_token}"})

    def log(self) -> str:
        return self._log.read_text("utf-8", "replace")

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def restart(self) -> None:
        """Comes back on the same port with what it knew."""
        self.stop()
        self._start()

    def _start(self) -> None:
        with open(self._log, "ab") as log:
            self._process = subprocess.Popen(
                [PROGRAM, "--config-file", str(self.directory / "glewlwyd.conf")],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.directory,
            )
        wait_until(self._answers, 20, "glewlwyd answers", every=0.05)

    def _answers(self) -> bool:
        assert self._process.poll() is None, f"glewlwyd ended:\n{self.log()[-4000:]}"
        try:
            return self.browser().call("GET", f"{self.url}/config")[0] == 200
        except OSError:
            return False

    def _provision(self) -> None:
        browser = self.browser()
        browser.log_in(*ADMINISTRATOR)
        for scope in SCOPES:
            description = {"name": scope, "display_name": scope, "password_required": True, "scheme": {}}
            browser.must("POST", "scope/", description)
        browser.must("POST", "mod/plugin/", _plugin(self.issuer, self.access_token_seconds))
        browser.must(
            "POST",
            "client/",
            {
                "client_id": CLIENT,
                "name": "Postern",
                "client_secret": CLIENT_SECRET,
                "confidential": True,
                "enabled": True,
                "redirect_uri": [self.redirect_url],
                "authorization_type": ["code", "refresh_token", "client_credentials"],
                "token_endpoint_auth_method": ["client_secret_basic", "client_secret_post"],
                "scope": [],
            },
        )
        self.add_user(USER, PASSWORD, EMAIL)

    def add_user(self, name: str, password: str, email: str) -> None:
        browser = self.browser()
        browser.log_in(*ADMINISTRATOR)
        user = {"username": name, "password": password, "name": name.title(), "email": email, "enabled": True}
        browser.must("POST", "user/", user | {"scope": ["openid", *SCOPES]})


def _client_authentication() -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{CLIENT}:{CLIENT_SECRET}".encode()).decode()}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def _make_database(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.executescript(SCHEMA.read_text())


def _settings(directory: Path, url: str, port: int, certificate: Path | None) -> str:
    # Without a certificate not even `use_secure_connection=false` may be said.
    tls = f"""
use_secure_connection=true
secure_connection_key_file="{certificate}"
secure_connection_pem_file="{certificate}"
""" if certificate else ""
    modules = "/usr/lib/glewlwyd"
    return f"""
port={port}
bind_address="127.0.0.1"
external_url="{url}"
login_url="login.html"
api_prefix="api"
static_files_path="{directory}"
log_mode="console"
log_level="WARNING"
cookie_secure={1 if certificate else 0}
session_expiration=86400
session_key="GLEWLWYD2_SESSION_ID"
admin_scope="g_admin"
profile_scope="g_profile"
user_module_path="{modules}/user"
user_middleware_module_path="{modules}/user_middleware"
client_module_path="{modules}/client"
user_auth_scheme_module_path="{modules}/scheme"
plugin_module_path="{modules}/plugin"
hash_algorithm="SHA512"
{tls}
database = {{ type = "sqlite3" path = "{directory}/glewlwyd.db" }};
"""


def _plugin(issuer: str, access_token_seconds: int) -> dict[str, Any]:
    """The OpenID Connect plugin, with what a careful provider demands."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return {
        "module": "oidc",
        "name": "oidc",
        "display_name": "OpenID Connect",
        "parameters": {
            "iss": issuer,
            "jwt-type": "rsa",
            "jwt-key-size": "256",
            "key": private.decode(),
            "cert": public.decode(),
            "access-token-duration": access_token_seconds,
            "refresh-token-duration": 86400,
            "code-duration": 60,
            "refresh-token-rolling": False,
            "refresh-token-one-use": "always",
            "allow-non-oidc": True,
            "subject-type": "public",
            "auth-type-code-enabled": True,
            "auth-type-code-revoke-replayed": True,
            "auth-type-refresh-enabled": True,
            "auth-type-token-enabled": False,
            "auth-type-implicit-enabled": False,
            "auth-type-none-enabled": False,
            "auth-type-password-enabled": False,
            "auth-type-client-enabled": False,
            "auth-type-device-enabled": False,
            "pkce-allowed": True,
            "pkce-required": True,
            "pkce-method-plain-allowed": False,
            "introspection-revocation-allowed": True,
            "introspection-revocation-allow-target-client": True,
            "introspection-revocation-auth-scope": [],
            "oauth-as-iss-id": True,
            "jwks-show": True,
            "name-claim": "mandatory",
            "email-claim": "mandatory",
            "scope-claim": "no",
        },
    }
