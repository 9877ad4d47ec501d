"""Somebody's browser at Glewlwyd."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

NOTHING: Mapping[str, str] = MappingProxyType({})


class Browser:
    """A browser with a cookie jar, driving Glewlwyd by the calls that its own login pages make."""

    def __init__(self, url: str, client: str, tls: ssl.SSLContext | None = None):
        self.url, self.client = url, client
        handlers = [_NoRedirects(), urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor()]
        if tls:
            handlers.append(urllib.request.HTTPSHandler(context=tls))
        self._opener = urllib.request.build_opener(*handlers)

    def log_in(self, user: str, password: str) -> None:
        self.must("POST", "auth/", {"username": user, "password": password})

    def consent(self, scope: str) -> None:
        """Grants the client these scopes, separated by spaces; none takes all back."""
        self.must("PUT", f"auth/grant/{self.client}", {"scope": scope})

    def authorize(self, url: str, user: str, password: str, scope: str | None = None) -> str:
        """Logs in and grants what ``url``, an authorization request, asks for, or ``scope``.

        Returns where the browser is sent.
        """
        asked = urllib.parse.parse_qs(urllib.parse.urlsplit(url).query).get("scope", [""])[0]
        self.log_in(user, password)
        self.consent(asked if scope is None else scope)
        return self.follow(f"{url}&g_continue")

    def decline(self, url: str, user: str, password: str) -> str:
        """Logs in and grants nothing; returns where the browser is sent, with an error.

        Its pages have no button for this; told to show none, it answers for the user who has not consented.
        """
        self.log_in(user, password)
        self.consent("")
        return self.follow(f"{url}&prompt=none")

    def follow(self, url: str) -> str:
        """Where an authorization request sends the browser."""
        with self._open(urllib.request.Request(url)) as answer:
            location = answer.headers.get("Location")
            assert location, f"{answer.status} without a redirect: {answer.read()[:500]!r}"
            return urllib.parse.urljoin(url, location)

    def must(self, method: str, path: str, body: Any) -> Any:
        status, answer = self.call(method, f"{self.url}/api/{path}", body=body)
        assert status == 200, f"{method} {path}: {status} {answer}"
        return answer

    def call(
        self,
        method: str,
        url: str,
        *,
        body: Any = None,
        form: Mapping[str, str] = NOTHING,
        headers: Mapping[str, str] = NOTHING,
    ) -> tuple[int, Any]:
        """The status and the decoded body of the answer to a JSON object or a form."""
        data, kind = urllib.parse.urlencode(form).encode() or None, {}
        if body is not None:
            data, kind = json.dumps(body).encode(), {"Content-Type": "application/json"}
        with self._open(urllib.request.Request(url, data, headers={**kind, **headers}, method=method)) as answer:
            text = answer.read()
        try:
            return answer.status, json.loads(text) if text else None
        except ValueError:
            return answer.status, text.decode("utf-8", "replace")

    def _open(self, request: urllib.request.Request):
        try:
            return self._opener.open(request, timeout=10)
        except urllib.error.HTTPError as error:
            return error


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None
