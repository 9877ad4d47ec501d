"""AWS: requests are signed in Postern. boto3 sends them without a key, and botocore verifies what arrives."""

from __future__ import annotations

import json

import pytest

from support.aws_world import BEDROCK, BUCKET, DYNAMODB, IAM, MINIO, S3, AWSWorld
from support.cli import placeholders
from support.origin import answer
from support.programs import SUPPORT, run

MIB = 1 << 20


@pytest.fixture(scope="module")
def _aws(authority):
    world = AWSWorld(authority, placeholder=True)
    yield world
    world.close()


@pytest.fixture
def aws(_aws):
    _aws.begin()
    yield _aws
    _aws.verify()


def boto3(aws, python: str, call: str, way: str, **environment: str):
    if way == "http":
        environment |= {"http_proxy": aws.proxy}
    else:
        environment |= {"https_proxy": aws.proxy, "HTTPS_PROXY": aws.proxy, "AWS_CA_BUNDLE": aws.bundle}
    return json.loads(run(python, str(SUPPORT / "aws_calls.py"), call, way, **environment))


@pytest.mark.parametrize("way", ["http", "https"])
@pytest.mark.parametrize(
    "call, expected, count",
    [("path_style", "stored", 3), ("virtual_host_style", "stored", 3), ("dynamodb", ["t"], 1),
     ("sts", "arn:aws:iam::1:user/postern", 1), ("bedrock", {"ok": True}, 1)],
)
def test_boto3(aws, python, way, call, expected, count):
    """Through http_proxy and through CONNECT."""
    assert boto3(aws, python, call, way) == expected
    assert len(aws.origin.requests) == count
    assert aws.problems(python) == []


def test_boto3_with_a_placeholder_for_a_key(aws, python):
    held = placeholders(aws.daemon.config_path, "bot")["aws"]
    environment = {"AWS_ACCESS_KEY_ID": held, "AWS_SECRET_ACCESS_KEY": held, "AWS_SESSION_TOKEN": held}
    assert boto3(aws, python, "dynamodb", "http", **environment) == ["t"]
    assert aws.problems(python) == []
    assert held.encode() not in aws.origin.raw


def test_a_placeholder_alone_is_enough(aws, python):
    """The field in which /sdk/token says that it goes."""
    for name, held in placeholders(aws.daemon.config_path, "bot").items():
        host = MINIO if name == "minio" else IAM
        assert aws.send("GET", host, "/", f"Authorization: Bearer {held}").status == 200
        assert held.encode() not in aws.origin.raw
    assert aws.problems(python) == []


def test_an_upload_piece_by_piece_is_refused_with_a_way_out(aws, python):
    status, text = boto3(aws, python, "streamed", "https")
    assert status == 400
    assert aws.origin.requests == []
    row = next(row for row in reversed(aws.audit()) if row.get("error.type") or row.get("event.reason"))
    assert "unsignable_request" in json.dumps(row)
    environment = {"AWS_REQUEST_CHECKSUM_CALCULATION": "when_required"}
    assert boto3(aws, python, "streamed", "https", **environment) == "done"
    assert aws.problems(python) == []


TARGETS = [
    "/", "//", "/bucket//key", "/bucket/a%2Fb", "/bucket/a%2fb%20c", "/bucket/%25%32%46", "/bucket/a+b", "/bucket/%C3%BC",
    "/bucket/key?b=2&a=1&a=0", "/bucket/key?prefix=a%2Fb&list-type=2", "/bucket?acl", "/bucket?x=&y", "/bucket/~._-",
    "/bucket/key?x=%20%2B%26%3D", "//a///b//", "/bucket/..x/.y",
]


@pytest.mark.parametrize("target", TARGETS)
def test_what_is_signed_is_what_is_sent(aws, python, target):
    strict = not any(part in target for part in ("%2f", "%32", "a+b"))
    for host in (S3, MINIO, BEDROCK):
        assert aws.send("GET", host, target).status == 200
    assert [request.target for request in aws.origin.requests] == [target] * 3
    # botocore takes the path for S3 and every query as they come; it never writes these in such a way itself.
    found = aws.problems(python)
    assert found == [] or not strict, found


def test_bodies(aws, python):
    chunks = b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"
    assert aws.send("PUT", BUCKET, "/k", "Transfer-Encoding: chunked", body=chunks).status == 200
    assert aws.send("POST", DYNAMODB, "/", "Content-Type: application/x-amz-json-1.0", body=b"{}").status == 200
    assert aws.send("POST", DYNAMODB, "/").status == 200
    assert aws.send("PUT", BUCKET, "/k", body=b"x" * (5 * MIB)).status == 200
    assert [len(request.body) for request in aws.origin.requests] == [11, 2, 0, 5 * MIB]
    assert aws.problems(python) == []


def test_a_long_body_is_refused_where_it_would_have_to_be_signed(aws):
    body = b"x" * (17 * MIB)
    refused = aws.send("POST", DYNAMODB, "/", body=body)
    assert (refused.status, refused.code) == (400, "unsignable_request")
    assert aws.origin.requests == []


def test_a_long_object_goes_unsigned_by_us(aws, python):
    body = bytes(range(256)) * (17 * 4096)
    assert aws.send("PUT", BUCKET, "/long", body=body).status == 200
    piece = b"10000\r\n" + b"y" * 65536 + b"\r\n"
    assert aws.send("PUT", BUCKET, "/chunked", "Transfer-Encoding: chunked", body=piece * 272 + b"0\r\n\r\n").status == 200
    assert [request.body for request in aws.origin.requests] == [body, b"y" * 65536 * 272]
    assert aws.problems(python, unsigned=True) == []


def test_base_url(aws, python):
    line = f"Authorization: Bearer {aws.key}"
    run("curl", "-sS", "--fail-with-body", "-H", line, f"http://127.0.0.1:{aws.daemon.port}/via/minio/bucket/key?acl=")
    assert aws.problems(python) == []


def test_secrets_are_masked_in_answers(aws):
    token, secret = aws.keys["session_token"], aws.keys["secret_access_key"]
    aws.origin.handler = lambda request: answer(f"{request.value('x-amz-security-token')} {secret}".encode())
    body = aws.send("GET", S3, "/bucket/key").body
    assert token.encode() not in body and secret.encode() not in body
