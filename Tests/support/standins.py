"""Stand-ins for vendors, on loopback: enough of each API for one honest call of its client.

None of them proves a vendor's own quirks. Each answers 401 unless the credential Postern holds arrives.
"""

from __future__ import annotations

import base64
import io
import json
import os
import subprocess
import urllib.parse
import zipfile
from pathlib import Path
from typing import Iterator

from . import oracle
from .ca import CertificateAuthority
from .http1 import Reader, chunks
from .origin import RecordingOrigin, Request, answer

TEXT = "Hello from the stand-in"


def as_json(value, headers=(), status: int = 200) -> bytes:
    return answer(json.dumps(value).encode(), status=status, headers=[("Content-Type", "application/json"), *headers])


def events(*values, named: bool = False) -> Iterator[bytes | float]:
    """Server-sent events, one chunk each; with names when the vendor's client wants them."""
    yield answer(headers=[("Content-Type", "text/event-stream"), ("Transfer-Encoding", "chunked")], length=False)
    for value in values:
        name = f"event: {value['type']}\n" if named else ""
        event = f"{name}data: {value if isinstance(value, str) else json.dumps(value)}\n\n".encode()
        yield b"%x\r\n%s\r\n" % (len(event), event)
        yield 0.01
    yield b"0\r\n\r\n"


class StandIn:
    """An origin for one catalogue provider, the credential it wants and where it wants it."""

    provider = ""
    hosts: tuple[str, ...] = ()
    slot = "authorization"
    inject: list[dict] | None = None  # for a provider that the catalogue does not have

    def __init__(self, authority: CertificateAuthority, secret: str):
        self.secret = secret
        self.origin = RecordingOrigin(authority.leaf(*self.hosts), self.provider)
        self.guarded = oracle.Guarded(
            self.origin, oracle.header_slot(self.slot), (self.credential(),), (self.provider,)
        )
        self.begin()

    def begin(self) -> None:
        self.origin.forget()
        self.origin.handler = self.handle

    def credential(self) -> str:
        return f"Bearer {self.secret}"

    def handle(self, request: Request):
        if request.values(self.slot) != [self.credential()]:
            return as_json({"error": "the stand-in did not receive its credential"}, status=401)
        return self.reply(request)

    def reply(self, request: Request):
        raise NotImplementedError


class OpenAI(StandIn):
    provider, hosts = "openai", ("api.openai.com",)

    def reply(self, request: Request):
        if request.path == "/v1/models":
            return as_json({"object": "list", "data": [{"id": "m", "object": "model", "created": 0, "owned_by": "t"}]})
        if request.path != "/v1/chat/completions":
            return as_json({"error": {"message": f"no {request.path}"}}, status=404)
        common = {"id": "c1", "created": 0, "model": "m"}
        if not json.loads(request.body).get("stream"):
            message = {"role": "assistant", "content": TEXT}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            return as_json({**common, "object": "chat.completion", "choices": [choice]})
        pieces = [
            {**common, "object": "chat.completion.chunk",
             "choices": [{"index": 0, "delta": {"content": word}, "finish_reason": None}]}
            for word in TEXT.split(" ")
        ]
        for piece in pieces[1:]:
            piece["choices"][0]["delta"]["content"] = " " + piece["choices"][0]["delta"]["content"]
        return events(*pieces, "[DONE]")


class Anthropic(StandIn):
    provider, hosts, slot = "anthropic", ("api.anthropic.com",), "x-api-key"

    def credential(self) -> str:
        return self.secret

    def reply(self, request: Request):
        if request.path != "/v1/messages" or not request.value("anthropic-version"):
            return as_json({"type": "error", "error": {"type": "not_found_error", "message": "no"}}, status=404)
        message = {
            "id": "m1", "type": "message", "role": "assistant", "model": "m", "content": [], "stop_reason": None,
            "stop_sequence": None, "usage": {"input_tokens": 1, "output_tokens": 1},
        }
        if not json.loads(request.body).get("stream"):
            return as_json({**message, "content": [{"type": "text", "text": TEXT}], "stop_reason": "end_turn"})
        return events(
            {"type": "message_start", "message": message},
            {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": TEXT[:7]}},
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": TEXT[7:]}},
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None},
             "usage": {"output_tokens": 2}},
            {"type": "message_stop"},
            named=True,
        )


class GitHub(StandIn):
    provider, hosts = "github", ("api.github.com", "uploads.github.com")

    def reply(self, request: Request):
        if request.path == "/user":
            return as_json({"login": "postern-bot", "id": 1})
        if request.path == "/user/repos":
            page = urllib.parse.parse_qs(request.query).get("page", ["1"])[0]
            link = f'<https://{request.value("host")}/user/repos?page=2>; rel="next"'
            return as_json([{"name": f"repository-{page}"}], [("Link", link)] if page == "1" else [])
        if request.path == "/repos/acme/demo":
            url = f"https://{request.value('host')}/repos/acme/demo"
            return as_json({"name": "demo", "full_name": "acme/demo", "id": 2, "url": url})
        if (request.method, request.path) == ("POST", "/repos/acme/demo/issues"):
            return as_json({"number": 7, "title": json.loads(request.body)["title"]}, status=201)
        return as_json({"message": "Not Found"}, status=404)


class Slack(StandIn):
    provider, hosts = "slack", ("slack.com", "files.slack.com")

    def reply(self, request: Request):
        if request.path == "/api/auth.test":
            return as_json({"ok": True, "user": "postern-bot"})
        if request.path == "/api/chat.postMessage":
            sent = urllib.parse.parse_qs(request.body.decode())
            text = sent["text"][0] if "text" in sent else json.loads(request.body)["text"]
            return as_json({"ok": True, "message": {"text": text}})
        return as_json({"ok": False, "error": "unknown_method"})


class Stripe(StandIn):
    provider, hosts = "stripe", ("api.stripe.com", "files.stripe.com")

    def reply(self, request: Request):
        if request.path != "/v1/customers":
            return as_json({"error": {"message": "no"}}, status=404)
        customer = {"id": "cus_1", "object": "customer"}
        if request.method == "POST":
            return as_json(customer)
        return as_json({"object": "list", "data": [customer], "has_more": False, "url": "/v1/customers"})


class GitHubGit(StandIn):
    """Git's own server program behind TLS, serving what is below ``repositories``."""

    provider, hosts = "github-git", ("github.com", "codeload.github.com", "lfs.github.com")

    def __init__(self, authority: CertificateAuthority, secret: str, repositories: Path):
        self.repositories = repositories
        super().__init__(authority, secret)

    def credential(self) -> str:
        return "Basic " + base64.b64encode(f"x-access-token:{self.secret}".encode()).decode()

    def reply(self, request: Request) -> bytes:
        """Runs `git http-backend` as a CGI program."""
        environment = {
            "PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": str(self.repositories), "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_NOSYSTEM": "1", "HOME": str(self.repositories), "REMOTE_USER": "postern-bot",
            "REMOTE_ADDR": "127.0.0.1", "REQUEST_METHOD": request.method, "PATH_INFO": request.path,
            "QUERY_STRING": request.query, "CONTENT_TYPE": request.value("content-type") or "",
            "CONTENT_LENGTH": str(len(request.body)),
            "HTTP_CONTENT_ENCODING": request.value("content-encoding") or "",
            "GIT_PROTOCOL": request.value("git-protocol") or "",
        }
        done = subprocess.run(["git", "http-backend"], input=request.body, env=environment, capture_output=True)
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        fields = [line.split(": ", 1) for line in head.decode().split("\r\n") if line]
        status = next((int(value.split()[0]) for name, value in fields if name == "Status"), 200)
        kept = [(name, value) for name, value in fields if name not in ("Status", "Content-Length")]
        return answer(body, status=status, headers=kept)


class S3(StandIn):
    """Objects in memory. The real service signs requests, which Postern cannot do yet; this one takes a bearer."""

    provider, hosts = "objects", ("s3.eu-central-1.amazonaws.com",)
    inject = [{"header": "Authorization", "value": "Bearer {secret}"}]

    def begin(self) -> None:
        super().begin()
        self.objects: dict[str, bytes] = {}

    def reply(self, request: Request):
        if request.method == "PUT":
            self.objects[request.path] = self._content(request)
            return answer(headers=[("ETag", '"1"')])
        if request.path not in self.objects:
            return answer(status=404)
        return answer(self.objects[request.path], headers=[("ETag", '"1"'), ("Content-Type", "text/plain")])

    @staticmethod
    def _content(request: Request) -> bytes:
        """The object without the chunks and the checksum that the client may put around it."""
        if "aws-chunked" not in (request.value("content-encoding") or ""):
            return request.body
        data = iter([request.body, b""])
        return b"".join(chunks(Reader(lambda: next(data)), trailers=[]))


class Bedrock(StandIn):
    provider, hosts = "aws-bedrock", ("bedrock-runtime.us-east-1.amazonaws.com",)

    def reply(self, request: Request):
        if request.path != "/model/m/converse":
            return as_json({"message": "no"}, status=404)
        message = {"role": "assistant", "content": [{"text": TEXT}]}
        usage = {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2}
        return as_json({"output": {"message": message}, "stopReason": "end_turn", "usage": usage,
                        "metrics": {"latencyMs": 1}})


class PackageIndex(StandIn):
    """A simple index with one wheel, ``demo`` 1.0."""

    provider, hosts = "packages", ("packages.example.test",)
    inject = [{"basic_username": "reader", "basic_password": "{secret}"}]

    def credential(self) -> str:
        return "Basic " + base64.b64encode(f"reader:{self.secret}".encode()).decode()

    def reply(self, request: Request):
        if request.path == "/simple/demo/":
            return answer(f'<a href="/files/{WHEEL}">{WHEEL}</a>'.encode(), headers=[("Content-Type", "text/html")])
        return answer(wheel()) if request.path == f"/files/{WHEEL}" else answer(status=404)


WHEEL = "demo-1.0-py3-none-any.whl"


def wheel() -> bytes:
    """The smallest wheel that can be installed."""
    files = {
        "demo.py": f"TEXT = {TEXT!r}\n",
        "demo-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n",
        "demo-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "demo-1.0.dist-info/RECORD": "demo.py,,\n",
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()
