"""Postern with AWS's keys, one agent without them, and an origin that stands for AWS."""

from __future__ import annotations

import json
import secrets as random
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from . import audit
from .client import RawClient, Response, basic
from .config import Config
from .daemon import Daemon
from .encodings import LeakSearch
from .origin import RecordingOrigin, Request, answer
from .programs import SUPPORT
from .standin_world import bundle
from .waiting import wait_until

AGENT, OTHER = "bot", "other"
#: What each host is signed for.
SCOPES = {
    "s3.eu-central-1.amazonaws.com": "s3 eu-central-1",
    "bucket.s3.eu-central-1.amazonaws.com": "s3 eu-central-1",
    "dynamodb.us-west-2.amazonaws.com": "dynamodb us-west-2",
    "sts.us-west-2.amazonaws.com": "sts us-west-2",
    "bedrock-runtime.us-east-1.amazonaws.com": "bedrock us-east-1",
    "iam.amazonaws.com": "iam us-east-1",
    "minio.test": "s3 here-1",
}
S3, BUCKET, DYNAMODB, STS, BEDROCK, IAM, MINIO = SCOPES

STS_ANSWER = (
    b'<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
    b"<Arn>arn:aws:iam::1:user/postern</Arn><UserId>U</UserId><Account>1</Account></GetCallerIdentityResult>"
    b"<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
)


class AWSWorld:
    def __init__(self, authority, **grant: Any):
        self.directory = Path(tempfile.mkdtemp(prefix="postern-aws-"))
        self.agents = {agent: f"pak_{random.token_hex(20)}" for agent in (AGENT, OTHER)}
        self.keys = {"access_key_id": "AKIA" + random.token_hex(8).upper(),
                     "secret_access_key": f"{random.token_hex(10)}/+{random.token_hex(9)}",
                     "session_token": f"IQoJb3JpZ2luX2Vj{random.token_hex(60)}+/=="}
        self.origin = RecordingOrigin(authority.leaf(*SCOPES), "aws")
        dial = {"connect_to": self.origin.authority, "ca_file": str(authority.path)}
        config = Config()
        config.set("proxy", listen=["127.0.0.1:0"], state_dir=str(self.directory / "state"))
        for agent, key in self.agents.items():
            config.add("agent", name=agent, key=self._file(f"{agent}-key", key))
        config.add("provider", name="aws", hosts=[host for host in SCOPES if host != MINIO], **dial)
        config.add("provider", name="minio", hosts=[MINIO], **dial,
                   inject=[{"aws_signature": {"service": "s3", "region": "{region}"}}])
        names = ("secret_access_key", "session_token")
        for provider, more in (("aws", {}), ("minio", {"region": "here-1"})):
            values = {name: self._file(f"{provider}-{name}", self.keys[name]) for name in names}
            config.add("secret", name=provider, provider=provider, values=values,
                       inputs={"access_key_id": self.keys["access_key_id"], **more})
            for agent in self.agents:
                config.add("grant", agent=agent, secret=provider, **grant)
        self.daemon = Daemon(self.directory, config.text())
        self.bundle = bundle(self.daemon.state, self.directory / "bundle.pem")
        self.search = LeakSearch({name: self.keys[name] for name in names})
        self.begin()

    def _file(self, name: str, value: str) -> str:
        path = self.directory / name
        path.write_text(value)
        path.chmod(0o600)
        return f"file:{path}"

    @property
    def key(self) -> str:
        return self.agents[AGENT]

    @property
    def proxy(self) -> str:
        return f"http://{AGENT}:{self.key}@127.0.0.1:{self.daemon.port}"

    def begin(self) -> None:
        self.origin.forget()
        self.origin.handler = self._answer
        self.objects: dict[str, bytes] = {}
        self._audit_before = len(self.daemon.audit())

    def _answer(self, request: Request):
        host = request.value("host")
        if host == DYNAMODB:
            return answer(b'{"TableNames":["t"]}', headers=[("Content-Type", "application/x-amz-json-1.0")])
        if host == STS:
            return answer(STS_ANSWER, headers=[("Content-Type", "text/xml")])
        if host == BEDROCK:
            return answer(b'{"ok":true}', headers=[("Content-Type", "application/json")])
        if request.method == "PUT":
            self.objects[request.target] = request.body
            return answer(headers=[("ETag", '"1"')])
        return answer(self.objects.get(request.target, b""), headers=[("ETag", '"1"'), ("Content-Type", "text/plain")])

    def send(self, method: str, host: str, target: str, *lines: str, body: bytes = b"", scheme: str = "http",
             agent: str = AGENT) -> Response:
        """One request with raw header lines, through http_proxy."""
        with self.begun(method, host, target, *lines, body=body, scheme=scheme, agent=agent) as client:
            return client.response(method)

    def begun(self, method: str, host: str, target: str, *lines: str, body: bytes = b"", scheme: str = "http",
              agent: str = AGENT) -> RawClient:
        """The same before its answer, or, with framing of its own, before its end."""
        framing = [] if any(line.lower().startswith(("transfer-encoding", "content-length")) for line in lines) \
            or not body else [f"Content-Length: {len(body)}"]
        head = [f"{method} {scheme}://{host}{target} HTTP/1.1", f"Host: {host}",
                f"Proxy-Authorization: {basic(agent, self.agents[agent])}", *lines, *framing, "", ""]
        client = RawClient(("127.0.0.1", self.daemon.port))
        client.send("\r\n".join(head).encode("latin-1") + body)
        return client

    def audit(self) -> list[audit.Row]:
        return self.daemon.audit()[self._audit_before :]

    def problems(self, python: str, unsigned: bool = False) -> list[str]:
        """What botocore says against the requests that arrived."""
        requests = [{"method": one.method, "target": one.target, "fields": one.fields, "unsigned": unsigned,
                     "body": one.body.decode("latin-1"), "scope": SCOPES[one.value("host")]}
                    for one in self.origin.requests]
        done = subprocess.run([python, str(SUPPORT / "aws_verify.py")], capture_output=True, text=True, check=True,
                              input=json.dumps({"keys": self.keys, "requests": requests}))
        return json.loads(done.stdout)

    def verify(self) -> None:
        """The key went nowhere, and each request is in the audit log."""
        assert self.daemon.is_alive(), self.daemon.log()[-3000:]
        assert self.keys["secret_access_key"].encode() not in self.origin.raw
        assert not any(key.encode() in self.origin.raw for key in self.agents.values())
        seen = len(self.origin.requests)
        wait_until(lambda: len(audit.intents(self.audit())) == seen, what=f"{seen} intents are recorded")

    def close(self) -> None:
        try:
            self.daemon.terminate()
            assert not self.search.find(self.daemon.log().encode())
        finally:
            self.origin.close()
            shutil.rmtree(self.directory, ignore_errors=True)
