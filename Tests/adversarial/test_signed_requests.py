"""Requests that Postern signs for AWS (attack 156): nothing of what the agent signs or dates reaches the origin."""

from __future__ import annotations

import pytest

from support.aws_world import BUCKET, DYNAMODB, OTHER, S3, AWSWorld
from support.environments import interpreter
from support.expect import table
from support.origin import answer
from support.waiting import wait_until

attack = pytest.mark.attack
MIB = 1 << 20
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


@attack(156)
@table(
    {
        "tabs and spaces": ["X-Amz-Meta-A:\t a \t  b\t", 'X-Amz-Meta-B: "a   b"', "X-Amz-Meta-C:"],
        "a field twice": ["X-Amz-Meta-A: a", "x-amz-meta-a:  b", "Content-Type: a/b", "Content-Type: c/d"],
        "named in Connection": ["Connection: x-amz-meta-a, x-amz-target", "X-Amz-Meta-A: a", "X-Amz-Target: t"],
        "what is changed on the way": ["Range: bytes=0-1", "Cookie: a=b", "TE: trailers", "Accept-Encoding: gzip"],
        "awaited": ["Expect: 100-continue"],
        "long": [f"X-Amz-Meta-{place}: {'x' * 900}" for place in range(40)],
        "attempts": ["amz-sdk-invocation-id: mine", "amz-sdk-request: attempt=1; max=5"],
    }
)
def test_the_signed_fields_are_the_sent_ones(aws, botocore, row):
    for host in (S3, DYNAMODB):
        assert aws.send("PUT", host, "/bucket/key", *row, body=b"hello").status == 200
    assert len(aws.origin.requests) == 2
    assert aws.problems(botocore) == []
    assert b"mine" not in aws.origin.raw


@attack(156)
def test_trailers_are_neither_signed_nor_sent(aws, botocore):
    body = b"5\r\nhello\r\n0\r\nX-Amz-Date: 20140101T000000Z\r\nAuthorization: mine\r\n\r\n"
    assert aws.send("PUT", S3, "/bucket/key", "Transfer-Encoding: chunked", body=body).status == 200
    assert aws.problems(botocore) == []
    assert b"mine" not in aws.origin.raw and b"20140101" not in aws.origin.raw


@attack(156)
def test_what_an_origin_says_of_a_signature_is_masked(aws):
    """S3 shows the bytes it read when a signature is wrong; and with a right one a request could be sent again."""
    token = aws.keys["session_token"]

    def handler(request):
        signature = request.value("authorization").rpartition("Signature=")[2]
        shown = f"x-amz-security-token:{token}".encode().hex(" ")
        return answer(f"{shown} {shown.upper()} {signature}".encode(), headers=[("X-Echo", signature)])

    aws.origin.handler = handler
    back = aws.send("GET", S3, "/bucket/key")
    assert back.status == 200
    signature = aws.origin.requests[0].value("authorization").rpartition("Signature=")[2].encode()
    for shown in (token.encode().hex(" ").encode(), token.encode().hex(" ").upper().encode(), signature):
        assert shown not in back.body
    assert signature.decode() not in (back.value("x-echo") or "")


@attack(156)
@table({
    "another bucket": "/other/key", "a longer name": "bucket2/key", "encoded": "other%2Fbucket/key",
    "an access point": "arn:aws:s3:eu-central-1:1:accesspoint/other/object/key", "no bucket": "//bucket/key",
})
def test_nothing_is_copied_from_elsewhere(aws, botocore, row):
    """S3 reads what x-amz-copy-source names, and the grant is for the host of one bucket."""
    refused = aws.send("PUT", BUCKET, "/key", f"X-Amz-Copy-Source: {row}")
    assert (refused.status, refused.code) == (400, "unsignable_request")
    assert aws.origin.requests == []
    assert aws.send("PUT", BUCKET, "/key", "X-Amz-Copy-Source: /bucket/key").status == 200
    assert aws.problems(botocore) == []


@attack(102)
def test_one_agent_does_not_hold_all_that_is_held(aws, botocore):
    """Bodies that never end; what S3 is sent goes on all the same."""
    held = [aws.begun("POST", DYNAMODB, "/", f"Content-Length: {16 * MIB}", body=b"x" * (16 * MIB - 1)) for _ in range(5)]
    try:
        wait_until(lambda: aws.send("POST", DYNAMODB, "/", body=b"{}" * 5000).code == "overloaded", what="it has its share")
        assert aws.send("POST", DYNAMODB, "/", body=b"{}" * 5000, agent=OTHER).status == 200
        aws.begin()
        assert aws.send("PUT", BUCKET, "/key", body=b"x" * MIB).status == 200
        assert aws.problems(botocore, unsigned=True) == []
    finally:
        for client in held:
            client.close()
    aws.begin()
    wait_until(lambda: aws.send("POST", DYNAMODB, "/", body=b"x" * 10000).status == 200, what="they let go")


@attack(102)
def test_what_has_been_sent_is_held_no_more(aws):
    """Uploads that are too long to be signed, and have not ended."""
    begin = b"".join([b"10000\r\n" + b"y" * 65536 + b"\r\n"] * 300)
    held = [aws.begun("PUT", BUCKET, f"/{place}", "Transfer-Encoding: chunked", body=begin) for place in range(5)]
    try:
        wait_until(lambda: sum(one.body_length == 300 * 65536 for one in aws.origin.requests) == 5, what="all arrive")
        assert aws.send("POST", DYNAMODB, "/", body=b"x" * (16 * MIB)).status == 200
        for client in held:
            client.send(b"0\r\n\r\n")
            assert client.response().status == 200
    finally:
        for client in held:
            client.close()
