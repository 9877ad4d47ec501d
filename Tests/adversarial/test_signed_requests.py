"""Requests that Postern signs for AWS (attack 156): nothing of what the agent signs or dates reaches the origin."""

from __future__ import annotations

import pytest

from support.aws_world import DYNAMODB, S3, AWSWorld
from support.environments import interpreter
from support.expect import table

attack = pytest.mark.attack
AUTHORIZATION = (
    "Authorization: AWS4-HMAC-SHA256 Credential=AKIAMINE/20140101/us-east-1/s3/aws4_request, "
    "SignedHeaders=host;x-amz-date, Signature=" + "0" * 64
)


@pytest.fixture(scope="module")
def _aws(authority):
    world = AWSWorld(authority)
    yield world
    world.close()


@pytest.fixture
def aws(_aws):
    _aws.begin()
    yield _aws
    _aws.verify()


@pytest.fixture(scope="module")
def botocore() -> str:
    return interpreter("clients")


@attack(156)
@table(
    {
        "a signature": [AUTHORIZATION],
        "two": [AUTHORIZATION, AUTHORIZATION],
        "an old date": ["X-Amz-Date: 20140101T000000Z"],
        "a future date": ["X-Amz-Date: 20990101T000000Z"],
        "two dates": ["X-Amz-Date: 20140101T000000Z", "x-amz-date: 20990101T000000Z"],
        "underscores": ["X_Amz_Date: 20140101T000000Z", "X_Amz_Security_Token: mine"],
        "Date": ["Date: Wed, 01 Jan 2014 00:00:00 GMT"],
        "a token": ["X-Amz-Security-Token: mine"],
        "an S3 session": ["x-amz-s3session-token: mine"],
        "another digest": ["X-Amz-Content-Sha256: " + "0" * 64],
        "fields of a presigned query": ["X-Amz-Credential: mine", "X-Amz-Signature: mine", "X-Amz-Expires: 604800",
                                        "X-Amz-Algorithm: mine", "X-Amz-SignedHeaders: host"],
        "regions": ["X-Amz-Region-Set: *"],
        "a bearer token": ["Authorization: Bearer mine"],
        "named in Connection": ["Connection: authorization, x-amz-date, x-amz-content-sha256, host"],
    }
)
def test_the_agents_own_signature_is_removed(aws, botocore, row):
    for host in (S3, DYNAMODB):
        assert aws.send("PUT", host, "/bucket/key", *row, body=b"hello").status == 200
    assert aws.problems(botocore) == []
    for word in (b"mine", b"AKIAMINE", b"20140101", b"2014 ", b"20990101", b"0" * 64):
        assert word not in aws.origin.raw


@attack(156)
@table(
    {
        "presigned": ("?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=mine&X-Amz-Signature=mine", []),
        "encoded": ("?X%2DAmz%2DSignature=mine", []),
        "other case": ("?x-amz-SIGNATURE=mine", []),
        "behind a semicolon": ("?a=b;X-Amz-Signature=mine", []),
        "a date alone": ("?X-Amz-Date=20140101T000000Z", []),
        "a token alone": ("?X-Amz-Security-Token=mine", []),
        "the older signature": ("?AWSAccessKeyId=AKIAMINE&Expires=4102444800&Signature=mine", []),
        "unsigned payload": ("", ["X-Amz-Content-Sha256: UNSIGNED-PAYLOAD"]),
        "unsigned payload, lower case": ("", ["x-amz-content-sha256: unsigned-payload"]),
        "streamed": ("", ["X-Amz-Content-Sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "Content-Encoding: aws-chunked",
                          "X-Amz-Decoded-Content-Length: 5"]),
        "streamed and unsigned": ("", ["X-Amz-Content-Sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER"]),
        "a trailer": ("", ["X-Amz-Trailer: x-amz-checksum-crc32"]),
        "a coding": ("", ["Content-Encoding: gzip,aws-chunked"]),
    }
)
def test_what_cannot_be_signed_anew_is_refused(aws, row):
    query, lines = row
    answer = aws.send("PUT", S3, f"/bucket/key{query}", *lines, body=b"hello")
    assert (answer.status, answer.code) == (400, "unsignable_request")
    assert b"mine" not in answer.body
    assert aws.origin.requests == []


@attack(156)
@table({"empty segments": "/bucket//a///b/", "an encoded slash": "/bucket/a%2Fb", "both": "//bucket/%2F/x%20y"})
def test_the_signed_path_is_the_sent_one(aws, botocore, row):
    for host in (S3, DYNAMODB):
        assert aws.send("GET", host, row).status == 200
    assert [request.target for request in aws.origin.requests] == [row, row]
    assert aws.problems(botocore) == []
