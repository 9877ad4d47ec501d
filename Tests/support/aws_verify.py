"""Verifies signatures of AWS with botocore, which knows nothing of Postern.

Run by an interpreter that has botocore: reads the keys and the requests an origin received as JSON, and prints what is
wrong with them.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import re
import sys

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request, SignedHeaders=([^,]+), Signature=(\w{64})"
)


def problems(keys: dict, seen: dict) -> list[str]:
    fields = [(name.lower(), value) for name, value in seen["fields"]]
    found = AUTHORIZATION.fullmatch(one(fields, "authorization"))
    if not found:
        return [f"Authorization is {one(fields, 'authorization')!r}"]
    access, day, region, service, names, signature = found.groups()
    signed = names.split(";")
    bad = []
    if access != keys["access_key_id"]:
        bad.append(f"signed with {access}")
    if f"{service} {region}" != seen["scope"]:
        bad.append(f"signed for {service} in {region}")
    if one(fields, "x-amz-security-token") != keys.get("session_token"):
        bad.append("another session token")
    time = one(fields, "x-amz-date")
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    if abs(datetime.datetime.strptime(time, "%Y%m%dT%H%M%SZ") - now) > datetime.timedelta(minutes=2) or time[:8] != day:
        bad.append(f"signed at {time}")
    digest = one(fields, "x-amz-content-sha256")
    body = seen["body"].encode("latin-1")
    if digest != ("UNSIGNED-PAYLOAD" if seen["unsigned"] else hashlib.sha256(body).hexdigest()):
        bad.append(f"the body is not {digest}")
    for name in {name for name, _ in fields}:
        if (name.startswith("x-amz-") or name in ("host", "content-type")) and name not in signed:
            bad.append(f"{name} is not signed")
    request = AWSRequest(method=seen["method"], url=f"https://{one(fields, 'host')}{seen['target']}", data=body)
    for name, value in fields:
        if name in signed:
            request.headers.add_header(name, value)
    request.context["timestamp"] = time
    kind = S3SigV4Auth if service == "s3" else SigV4Auth
    auth = kind(Credentials(keys["access_key_id"], keys["secret_access_key"]), service, region)
    canonical = auth.canonical_request(request)
    if auth.signature(auth.string_to_sign(request, canonical), request) != signature:
        bad.append(f"the signature is wrong; botocore signs {canonical!r}")
    return bad


def one(fields: list, name: str) -> str | None:
    values = [value for other, value in fields if other == name]
    assert len(values) <= 1, f"{name} is there {len(values)} times"
    return values[0] if values else None


if __name__ == "__main__":
    given = json.load(sys.stdin)
    print(json.dumps([f"{seen['method']} {seen['target']}: {problem}" for seen in given["requests"]
                      for problem in problems(given["keys"], seen)]))
