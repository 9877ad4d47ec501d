"""The checks of the other tests find what they are there to find."""

from __future__ import annotations

import base64
import json

import pytest
from support import oracle
from support.client import RawClient
from support.encodings import LARGE, LeakSearch, encodings
from support.http1 import Closed, Malformed, Reader, read_request_head, read_response_head, request_body
from support.origin import RecordingOrigin
from support.topology import C

SECRET = "sk/planted-value+\"&<'>="


def reader(data: bytes) -> Reader:
    pieces = iter([data[at : at + 3] for at in range(0, len(data), 3)])
    return Reader(lambda: next(pieces, b""))


@pytest.mark.parametrize("form", list(encodings(SECRET)))
@pytest.mark.parametrize("padding", [0, LARGE + 1], ids=["small", "large"])
def test_each_encoding_of_a_secret_is_found(form, padding):
    search = LeakSearch({"planted": SECRET})
    for pattern in encodings(SECRET)[form]:
        assert search.find(b"x" * padding + pattern + b"y")
    assert not search.find(b"x" * padding + SECRET[:-1].encode())


@pytest.mark.parametrize("before", [b"", b"a", b"ab", b"user:"])
def test_base64_is_found_at_each_alignment(before):
    assert LeakSearch({"planted": SECRET}).find(base64.b64encode(before + SECRET.encode() + b"after"))


@pytest.mark.parametrize(
    "head",
    [
        b"GET /x HTTP/1.1\nHost: a\r\n\r\n",
        b"GET /x HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
        b"GET /x HTTP/1.1\r\n\r\n",
        b"GET  /x HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET http://a/x HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /x#y HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /x HTTP/1.0\r\nHost: a\r\n\r\n",
        b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n",
        b"POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        b"GET /x HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n",
        b"GET /x HTTP/1.1\r\nHost: a\r\n b\r\n\r\n",
        b"GET /x HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n",
        b"GET /x HTTP/1.1\r\nHost: a\r\nContent_Length: 5\r\n\r\n",
        b"GET /\\x HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /% HTTP/1.1\r\nHost: a\r\n\r\n",
    ],
)
def test_the_origin_refuses_what_is_ambiguous(head):
    with pytest.raises(Malformed):
        read_request_head(reader(head))


@pytest.mark.parametrize(
    "body",
    [
        b"5;x\r\nhello\r\n0\r\n\r\n",
        b"5\nhello\r\n0\r\n\r\n",
        b"0x5\r\nhello\r\n0\r\n\r\n",
        b"5\r\nhelloX\r\n0\r\n\r\n",
        b"0\r\nX: y\r\n\r\n",
    ],
)
def test_the_origin_refuses_chunks_postern_would_not_write(body):
    message = reader(b"POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body)
    head = read_request_head(message)
    with pytest.raises(Malformed):
        list(request_body(message, head))


def test_an_end_in_the_middle_is_not_malformed():
    with pytest.raises(Closed):
        read_request_head(reader(b"GET /x HTTP/1.1\r\nHos"))


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200\r\n\r\n",
        b"HTTP/2 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\nX: y\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX y\r\n\r\n",
        b" HTTP/1.1 200 OK\r\n\r\n",
    ],
)
def test_the_client_refuses_heads_that_are_none(head):
    with pytest.raises(Malformed):
        read_response_head(reader(head))


def plain_request(origin: RecordingOrigin, *lines: str, target: str = "/v1/ok") -> None:
    with RawClient(("127.0.0.1", origin.port)) as client:
        client.send("\r\n".join([f"GET {target} HTTP/1.1", "Host: x", *lines, "", ""]).encode())
        try:
            client.response()
        except Closed:
            pass


@pytest.fixture
def origin():
    one = RecordingOrigin(name="checked")
    yield one
    one.close()


def test_a_slot_with_another_value_or_two_is_found(origin):
    guarded = oracle.Guarded(origin, oracle.header_slot("x-api-key"), ("ours",))
    plain_request(origin, "X-Api-Key: ours")
    assert not oracle.wrong_slots(guarded)
    for lines in (["X-Api-Key: theirs"], ["X-Api-Key: ours", "x_api_key: theirs"], []):
        origin.forget()
        plain_request(origin, *lines)
        assert oracle.wrong_slots(guarded), lines


@pytest.mark.parametrize(
    "target",
    ["/v1/../x", "/v1/%2e%2e/x", "/v1/%252e%252e/x", "/v1/..;a/x", "/v1//../../x", "/v1/..%2fx", "/v1/%25%32%65./x"],
)
def test_a_path_that_can_leave_the_grant_is_found(origin, target):
    plain_request(origin, target=target)
    assert oracle.paths_outside(oracle.Guarded(origin, prefix="/v1/"))


def test_a_stray_secret_and_a_malformed_request_are_found(origin):
    guarded = oracle.Guarded(origin, secrets=("own",))
    plain_request(origin, "X: own-secret-value", "Y: other-secret-value")
    assert oracle.strayed_secrets(guarded, {"own": "own-secret-value", "other": "other-secret-value"})
    assert not oracle.strayed_secrets(guarded, {"own": "own-secret-value"})
    plain_request(origin, "X : y")
    assert oracle.malformed_requests(guarded)


def test_a_request_without_an_intent_is_found(origin):
    plain_request(origin)
    plain_request(origin)
    assert oracle.unrecorded([oracle.Guarded(origin)], 1) and not oracle.unrecorded([oracle.Guarded(origin)], 2)


def test_evil_can_be_reached_by_whom_it_is_granted_to(topology):
    """So that nothing reaching it says something about Postern, and not about the test's network."""
    assert topology.ask("GET", "http://evil.test/x", agent=C).status == 200
    assert topology.ask("GET", "http://evil-plain.test/x", agent=C).status == 200
    assert len(topology.evil.requests) == len(topology.evil_plain.requests) == 1
    with pytest.raises(AssertionError):
        topology.assert_untouched(topology.evil)


def test_the_canary_can_be_reached_without_postern(topology):
    with RawClient(("127.0.0.1", topology.canary.port)) as client:
        client.send(b"GET /x HTTP/1.1\r\nHost: canary\r\n\r\n")
        assert json.loads(client.response().body)["target"] == "/x"
    topology.canary.forget()
