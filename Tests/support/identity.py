"""An identity provider as far as Postern sees one: keys at an address, and tokens about users."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils

from .origin import RecordingOrigin, Request, answer
from .standins import as_json


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _number(value: int, length: int = 0) -> str:
    return encoded(value.to_bytes(length or (value.bit_length() + 7) // 8, "big"))


class SigningKey:
    """One key of RS256, ES256 or EdDSA."""

    def __init__(self, kid: str, algorithm: str = "RS256"):
        self.kid, self.algorithm = kid, algorithm
        if algorithm == "RS256":
            self._key: Any = rsa.generate_private_key(65537, 2048)
        elif algorithm == "ES256":
            self._key = ec.generate_private_key(ec.SECP256R1())
        else:
            self._key = ed25519.Ed25519PrivateKey.generate()

    def sign(self, data: bytes) -> bytes:
        if self.algorithm == "RS256":
            return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        if self.algorithm == "ES256":
            r, s = utils.decode_dss_signature(self._key.sign(data, ec.ECDSA(hashes.SHA256())))
            return r.to_bytes(32, "big") + s.to_bytes(32, "big")
        return self._key.sign(data)

    @property
    def public(self) -> dict[str, str]:
        """The key as a JWK."""
        common = {"kid": self.kid, "alg": self.algorithm, "use": "sig"}
        public = self._key.public_key()
        if self.algorithm == "RS256":
            numbers = public.public_numbers()
            return {**common, "kty": "RSA", "n": _number(numbers.n), "e": _number(numbers.e)}
        if self.algorithm == "ES256":
            numbers = public.public_numbers()
            return {**common, "kty": "EC", "crv": "P-256", "x": _number(numbers.x, 32), "y": _number(numbers.y, 32)}
        raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return {**common, "kty": "OKP", "crv": "Ed25519", "x": encoded(raw)}

    @property
    def pem(self) -> bytes:
        """The public key as text, for those who would take it for a shared secret."""
        return self._key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )


def compact(header: dict[str, Any], claims: dict[str, Any], sign) -> str:
    """A JWS in compact form."""
    text = f"{encoded(json.dumps(header).encode())}.{encoded(json.dumps(claims).encode())}"
    return f"{text}.{encoded(sign(text.encode()))}"


def with_shared_secret(secret: bytes):
    """Signs as HS256 does."""
    return lambda data: hmac.new(secret, data, hashlib.sha256).digest()


class IdentityProvider:
    """Serves ``keys`` over TLS and makes tokens with the first of them."""

    ISSUER, AUDIENCE = "https://login.alter.test/", "postern-tests"

    def __init__(self, certificate: Path):
        self.keys = [SigningKey("key-1")]
        self.origin = RecordingOrigin(certificate, "identity")
        self.origin.handler = self._serve

    @property
    def keys_url(self) -> str:
        return f"https://{self.origin.authority}/keys"

    @property
    def fetches(self) -> int:
        """How often its keys were asked for."""
        return sum(request.path == "/keys" for request in self.origin.requests)

    def _serve(self, request: Request) -> bytes:
        if request.path != "/keys":
            return answer(status=404)
        return as_json({"keys": [key.public for key in self.keys]})

    def claims(self, subject: str, **more: Any) -> dict[str, Any]:
        """What a good token says; ``None`` leaves a claim out."""
        now = int(time.time())
        said = {"iss": self.ISSUER, "aud": self.AUDIENCE, "sub": subject, "iat": now, "exp": now + 600, **more}
        return {name: value for name, value in said.items() if value is not None}

    def token(
        self, subject: str, key: SigningKey | None = None, header: dict[str, Any] | None = None, **more: Any
    ) -> str:
        key = key or self.keys[0]
        head = {"alg": key.algorithm, "typ": "JWT", "kid": key.kid, **(header or {})}
        return compact(head, self.claims(subject, **more), key.sign)

    def close(self) -> None:
        self.origin.close()
