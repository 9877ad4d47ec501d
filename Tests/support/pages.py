"""A browser as far as plain pages need one: cookies, forms and redirects, and no JavaScript."""

from __future__ import annotations

import http.client
import http.cookies
import urllib.parse
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any


@dataclass
class Form:
    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    #: Text on each button, with the name and value that it adds.
    buttons: list[tuple[str, str | None, str]] = field(default_factory=list)
    #: Fields to be filled in.
    inputs: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.text: list[str] = []
        self.links: list[str] = []
        self.scripts = 0
        #: Where a page sends the browser by itself.
        self.onward: str | None = None
        self._form: Form | None = None
        self._button: list[Any] | None = None
        self._hidden = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag in ("style", "script"):
            self._hidden += 1
            self.scripts += tag == "script"
        if tag == "a":
            self.links.append(given.get("href") or "")
            if given.get("id") == "onward":
                self.onward = given.get("href")
        if tag == "form":
            self._form = Form(given.get("action") or "", (given.get("method") or "get").upper())
            self.forms.append(self._form)
        elif self._form and tag == "input":
            kind = given.get("type", "text")
            if kind == "submit":
                self._form.buttons.append((given.get("value") or "", given.get("name"), given.get("value") or ""))
            elif kind not in ("checkbox", "radio") or "checked" in given:
                self._form.fields.append((given.get("name") or "", given.get("value") or ""))
                if kind != "hidden":
                    self._form.inputs.append(given.get("name") or "")
        elif self._form and tag == "textarea":
            self._form.fields.append((given.get("name") or "", ""))
            self._form.inputs.append(given.get("name") or "")
        elif self._form and tag == "button":
            self._button = ["", given.get("name"), given.get("value") or ""]

    def handle_endtag(self, tag: str) -> None:
        if tag in ("style", "script"):
            self._hidden -= 1
        if tag == "button" and self._form and self._button:
            self._form.buttons.append((self._button[0].strip(), self._button[1], self._button[2]))
            self._button = None
        if tag == "form":
            self._form = None

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        self.text.append(data)
        if self._button:
            self._button[0] += data


@dataclass
class Page:
    url: str
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def __post_init__(self) -> None:
        reader = _Reader()
        if "html" in (self.value("content-type") or ""):
            reader.feed(self.body.decode())
        self.forms, self.links, self.scripts, self.onward = reader.forms, reader.links, reader.scripts, reader.onward
        self.text = "".join(reader.text)

    def value(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    @property
    def location(self) -> str | None:
        """Where it sends the browser, in full."""
        place = self.value("location") if 300 <= self.status < 400 else self.onward
        return urllib.parse.urljoin(self.url, place) if place else None

    def form(self, button: str) -> tuple[Form, tuple[str, str | None, str]]:
        """The form with a button on which ``button`` stands, and the button."""
        found = [(form, one) for form in self.forms for one in form.buttons if button.lower() in one[0].lower()]
        assert found, f"{self.url} ({self.status}) has no button {button!r}: {self.text[:1000]}"
        return found[0]

    def __str__(self) -> str:
        return f"{self.url} {self.status} {self.text.strip()[:600]}"


@dataclass
class Browser:
    """Sends what a browser would; ``opened`` are all pages it has seen."""

    cookies: dict[str, dict[str, str]] = field(default_factory=dict)
    #: Below which path a cookie is sent, if it is not sent everywhere, by host and name.
    paths: dict[tuple[str, str], str] = field(default_factory=dict)
    opened: list[Page] = field(default_factory=list)
    #: What the addresses of an operator's pages begin with, once somebody is signed in.
    home: str = ""

    def inside(self, url: str) -> str:
        """Where a page of the portal, by its path or public address, is for whoever is signed in."""
        parts = urllib.parse.urlsplit(url)
        return self.home + parts.path + (f"?{parts.query}" if parts.query else "")

    def sent_to(self, netloc: str, path: str) -> dict[str, str]:
        """The cookies that go with a request."""

        def goes(name: str) -> bool:
            place = self.paths.get((netloc, name), "/")
            return place == "/" or path == place or path.startswith(place + "/")

        return {name: value for name, value in self.cookies.get(netloc, {}).items() if goes(name)}

    def send(self, url: str, data: dict[str, str] | list[tuple[str, str]] | None = None, **headers: str) -> Page:
        """One request without following a redirect; ``Origin_=…`` and the like change what it sends."""
        parts = urllib.parse.urlsplit(url)
        jar = self.cookies.setdefault(parts.netloc, {})
        fields = {"Accept": "text/html", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
        if sent := self.sent_to(parts.netloc, parts.path or "/"):
            fields["Cookie"] = "; ".join(f"{name}={value}" for name, value in sent.items())
        body = None
        if data is not None:
            body = urllib.parse.urlencode(data)
            fields |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Origin": f"{parts.scheme}://{parts.netloc}",
                "Sec-Fetch-Site": "same-origin",
            }
        fields |= {name.rstrip("_").replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection(parts.netloc, timeout=30)
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            given = {name: value for name, value in fields.items() if value}
            connection.request("GET" if data is None else "POST", target, body, given)
            response = connection.getresponse()
            page = Page(url, response.status, response.getheaders(), response.read())
        finally:
            connection.close()
        for name, value in page.headers:
            if name.lower() == "set-cookie":
                for key, morsel in http.cookies.SimpleCookie(value).items():
                    jar[key] = morsel.value
                    self.paths[parts.netloc, key] = morsel["path"] or "/"
        self.opened.append(page)
        return page

    def open(self, url: str, within: str | None = None) -> Page:
        """Opens an address and goes where redirects lead; with ``within``, only below that."""
        page = self.send(url)
        for _ in range(10):
            if not page.location or within and not page.location.startswith(within):
                return page
            page = self.send(page.location)
        raise AssertionError(f"{url} redirects in a circle")

    def press(self, page: Page, button: str, follow: bool = True, **filled: str) -> Page:
        """Submits the form of a button."""
        form, (_, name, value) = page.form(button)
        data = [(key, filled.pop(key, old)) for key, old in form.fields] + list(filled.items())
        if name:
            data.append((name, value))
        url = urllib.parse.urljoin(page.url, form.action)
        if form.method == "GET":
            url = f"{url.partition('?')[0]}?{urllib.parse.urlencode(data)}"
            return self.open(url) if follow else self.send(url)
        found = self.send(url, data)
        return self.open(found.location) if follow and found.location else found
