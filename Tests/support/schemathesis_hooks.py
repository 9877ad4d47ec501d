"""Has schemathesis sign what it sends: the fields of the signature stand in no schema."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import time

import schemathesis
from requests import PreparedRequest
from requests.auth import AuthBase

from support.signing import signing_key, text_to_sign

KEY = os.environ["POSTERN_TEST_KEY"]


class Signature(AuthBase):
    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        body = request.body or b""
        body = body.encode() if isinstance(body, str) else body
        stamp, nonce = str(int(time.time())), secrets.token_hex(16)
        text = text_to_sign(request.method, request.path_url, stamp, nonce, body, {})
        request.headers.update({
            "X-Api-Key": KEY,
            "X-Alter-Timestamp": stamp,
            "X-Alter-Nonce": nonce,
            "X-Alter-Content-SHA256": hashlib.sha256(body).hexdigest(),
            "X-Alter-Signature": hmac.new(signing_key(KEY), text, hashlib.sha256).hexdigest(),
        })
        return request


schemathesis.auth.set_from_requests(Signature())
