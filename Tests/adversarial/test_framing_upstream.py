"""Origins that answer more, less or other than HTTP (attacks 25 to 30)."""

from __future__ import annotations

import time

import pytest

from support.expect import table
from support.origin import CLOSE, RESET, answer, raw
from support.topology import A, B

attack = pytest.mark.attack
URL = "http://good.test/v1/ok"


def tagged(request) -> bytes:
    """An answer that says which request it is for."""
    return answer(f"tag {request.target}".encode())


def assert_own_answers(topology, count: int = 8) -> None:
    """Later requests, on old and new client connections, each get the answer to themselves."""
    topology.good.handler = tagged
    for number in range(count):
        response = topology.ask("GET", f"http://good.test/v1/tag-{number}")
        assert (response.status, response.body) == (200, f"tag /v1/tag-{number}".encode())


POISON = answer(b"POISON", headers=[("X-Poison", "yes")])


@attack(25)
@table(
    {
        "in one write": [answer(b"ok") + POISON],
        "in two writes": [answer(b"ok"), POISON],
        "a moment later": [answer(b"ok"), 0.2, POISON],
        "half of one": [answer(b"ok") + POISON[:20]],
        "after 204": [b"HTTP/1.1 204 No Content\r\n\r\n" + POISON],
        "after 304": [b"HTTP/1.1 304 Not Modified\r\n\r\n" + POISON],
        "after chunks": [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n" + POISON],
        "only CRLF": [answer(b"ok") + b"\r\n\r\n"],
    }
)
def test_a_second_answer_is_nobodys(topology, row):
    topology.good.handler = raw(*row)
    first = topology.ask("GET", URL)
    assert first.body in (b"ok", b"") and "x-poison" not in first.names()
    time.sleep(0.4)  # until the origin has said it all: on a connection in use, nobody could tell the answers apart
    assert_own_answers(topology)


@attack(25)
def test_a_second_answer_does_not_reach_another_agent(topology):
    topology.open.handler = raw(answer(b"ok") + POISON)
    assert topology.ask("GET", "http://open.test/x", agent=A).body == b"ok"
    topology.open.handler = tagged
    for number in range(4):
        for agent in (B, A):
            assert topology.ask("GET", f"http://open.test/{number}", agent=agent).body == f"tag /{number}".encode()


@attack(26)
@table(
    {
        "HEAD with a body": ("HEAD", answer(b"unexpected body")),
        "HEAD with a short body": ("HEAD", answer(b"x")),
        "204 with a length": ("GET", b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello"),
        "204 with chunks": (
            "GET",
            b"HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        ),
        "304 with a body": ("GET", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nhello"),
        "204 with an answer as body": ("GET", b"HTTP/1.1 204 No Content\r\n\r\n" + POISON),
    }
)
def test_a_body_where_none_may_be(topology, row):
    method, reply = row
    topology.good.handler = raw(reply)
    with topology.connect() as client:
        response = topology.ask(method, URL, client=client)
        assert response.status in (200, 204, 304, 502)
        assert "x-poison" not in response.names()
        topology.good.handler = tagged
        if not client.is_closed(0.2):
            assert topology.ask("GET", URL, client=client).body == b"tag /v1/ok"
    assert_own_answers(topology)


@attack(26)
@table({"no error": answer(b"early"), "an error": answer(b"early", status=413, reason="Content Too Large")})
def test_a_connection_answered_before_the_end_of_the_body_is_not_reused(topology, row):
    topology.good.reads_body_first = False
    topology.good.handler = raw(row, 0.5, CLOSE)
    with topology.connect() as client:
        client.send(topology.head("POST", URL, "Content-Length: 100000") + b"x" * 10)
        assert client.response().body == b"early"
        client.send(b"x" * 99_990)
    early = topology.good.requests[0].connection
    topology.good.reads_body_first = True
    assert_own_answers(topology)
    assert len(early.requests) == 1


HEAD = b"HTTP/1.1 200 OK\r\n"


@attack(27)
@pytest.mark.parametrize("at", [1, 16, 17, 30, 45])
@pytest.mark.parametrize("pause", [0, 0.05])
def test_a_head_in_two_pieces_is_one_head(topology, at, pause):
    """Each piece is a TLS record of its own; what has arrived is read, whether or not more will come."""
    whole = answer(b"ok", headers=[("X-Some", "thing")])
    pieces = whole[:at], whole[at:]
    topology.good.handler = raw(pieces[0], pause, pieces[1]) if pause else raw(pieces)
    for _ in range(5):
        started = time.monotonic()
        assert topology.ask("GET", URL).body == b"ok"
        assert time.monotonic() - started < 2


MALFORMED = {
    "bare CR": b"HTTP/1.1 200 OK\r\nX: a\rSet-Cookie: b=c\r\nContent-Length: 2\r\n\r\nok",
    "bare LF": b"HTTP/1.1 200 OK\r\nX: a\nSet-Cookie: b=c\r\nContent-Length: 2\r\n\r\nok",
    "all LF": b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
    "LF at the end": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\nok",
    "NUL": b"HTTP/1.1 200 OK\r\nX: a\x00b\r\nContent-Length: 2\r\n\r\nok",
    "control character": b"HTTP/1.1 200 OK\r\nX: a\x01b\r\nContent-Length: 2\r\n\r\nok",
    "fold": b"HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 2\r\n\r\nok",
    "fold first": b"HTTP/1.1 200 OK\r\n X: a\r\nContent-Length: 2\r\n\r\nok",
    "space before the colon": b"HTTP/1.1 200 OK\r\nContent-Length : 2\r\nX : y\r\n\r\nok",
    "no name": b"HTTP/1.1 200 OK\r\n: b\r\nContent-Length: 2\r\n\r\nok",
    "no colon": b"HTTP/1.1 200 OK\r\nNonsense\r\nContent-Length: 2\r\n\r\nok",
    "length and chunked": HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    "chunked and length": HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok!",
    "list of lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n\r\nok!",
    "length -5": b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nok",
    "length +2": b"HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok",
    "length 2^63": b"HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775808\r\n\r\nok",
    "length 2^64+1": b"HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551617\r\n\r\no",
    "length empty": b"HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n",
    "length word": b"HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\nok",
    "coding gzip, chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    "coding gzip": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nok",
    "coding xchunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    "chunked twice": HEAD + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    "chunked with HTTP/1.0": b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    "status in words": b"HTTP/1.1 OK\r\nContent-Length: 2\r\n\r\nok",
    "status of two digits": b"HTTP/1.1 20 OK\r\nContent-Length: 2\r\n\r\nok",
    "status of four digits": b"HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\nok",
    "status 000": b"HTTP/1.1 000 OK\r\nContent-Length: 2\r\n\r\nok",
    "status 99999": b"HTTP/1.1 99999 OK\r\nContent-Length: 2\r\n\r\nok",
    "CR in the reason": b"HTTP/1.1 200 OK\rX: y\r\nContent-Length: 2\r\n\r\nok",
    "version 9.9": b"HTTP/9.9 999 X\r\nContent-Length: 2\r\n\r\nok",
    "version 2": b"HTTP/2 200\r\nContent-Length: 2\r\n\r\nok",
    "lower case": b"http/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    "CRLF first, twice": b"\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
}


@attack(27)
@table(MALFORMED)
def test_malformed_heads(topology, row):
    topology.good.handler = raw(row, CLOSE)
    response = topology.ask("GET", URL)
    assert (response.status, response.code) == (502, "response_malformed")
    assert "set-cookie" not in response.names()
    assert_own_answers(topology, 1)


@attack(27)
def test_a_name_spelled_with_an_underscore_does_not_frame(topology):
    topology.good.handler = raw(b"HTTP/1.1 200 OK\r\nContent_Length: 50\r\nContent-Length: 2\r\n\r\nok")
    response = topology.ask("GET", URL)
    assert response.status in (200, 502)
    assert response.status == 502 or response.body == b"ok"
    assert_own_answers(topology, 2)


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@attack(27)
@table(
    {
        "LF after the size": b"2\nok\r\n0\r\n\r\n",
        "space in the size": b"2 \r\nok\r\n0\r\n\r\n",
        "0x": b"0x2\r\nok\r\n0\r\n\r\n",
        "plus": b"+2\r\nok\r\n0\r\n\r\n",
        "2^64+2": b"10000000000000002\r\nok\r\n0\r\n\r\n",
        "no CRLF": b"2\r\nok0\r\n\r\n",
        "2^63": b"8000000000000000\r\nok\r\n0\r\n\r\n",
        "LF after the data": b"2\r\nok\n0\r\n\r\n",
        "word": b"two\r\nok\r\n0\r\n\r\n",
        "long extension": b"2;" + b"x" * 300_000 + b"\r\nok\r\n0\r\n\r\n",
    }
)
def test_malformed_chunks(topology, row):
    """The client never sees the answer end well: 502, or a message cut short."""
    topology.good.handler = raw(CHUNKED + row, CLOSE)
    with topology.connect(agent_socket=A) as client:
        client.send(topology.head("GET", URL, "Connection: close", agent=None))
        data = client.everything()
        assert client.reader.ended
    assert data.startswith(b"HTTP/1.1 502") or not data.endswith(b"0\r\n\r\n"), data
    assert_own_answers(topology, 1)


@attack(27)
@table(
    {
        "length": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello",
        "chunk": CHUNKED + b"64\r\nhello",
        "last chunk": CHUNKED + b"5\r\nhello\r\n",
    }
)
def test_an_answer_cut_short_is_cut_short_for_the_client(topology, row):
    topology.good.handler = raw(row, CLOSE)
    with topology.connect(agent_socket=A) as client:
        client.send(topology.head("GET", URL, "Connection: close", agent=None))
        data = client.everything()
        assert client.reader.ended
    assert data.startswith(b"HTTP/1.1 502") or (b"hello" in data and not data.endswith(b"0\r\n\r\n")), data


@attack(28)
@table(
    {
        "not HTTP": [b"NOT-HTTP/1.1 200 OK\r\n\r\nsecret page", CLOSE],
        "SSH": [b"SSH-2.0-OpenSSH_9.2\r\n", CLOSE],
        "HTTP/0.9": [b"<html>hello</html>", CLOSE],
        "half a head": [b"HTTP/1.1 200 OK\r\nContent-", CLOSE],
        "an interim answer only": [b"HTTP/1.1 103 Early Hints\r\n\r\n", CLOSE],
        "nothing": [CLOSE],
        "a reset": [RESET],
        "a reset in the head": [b"HTTP/1.1 200 OK\r\nX: y", 0.1, RESET],
        "zeros": [bytes(200), CLOSE],
    }
)
def test_what_is_not_http(topology, row):
    topology.good.handler = raw(*row)
    response = topology.ask("POST", URL, body=b"x")
    assert response.status in (502, 504) and response.code
    page = response.body.decode()
    assert "127.0.0.1" not in page and str(topology.good.port) not in page and str(topology.directory) not in page
    assert "curl" not in page.lower() and "swift" not in page.lower()


@attack(29)
def test_interim_answers_are_bounded_and_clean(topology):
    secret = topology.secrets["good"]
    hints = b"".join(f"HTTP/1.1 103 Early Hints\r\nLink: <{secret}>\r\nX-N: {n}\r\n\r\n".encode() for n in range(50))
    topology.good.handler = raw(hints + answer(b"ok"))
    response = topology.ask("GET", URL)
    assert response.status in (200, 502) and len(response.interim) <= 50
    assert_own_answers(topology, 2)


@attack(29)
def test_endless_interim_answers_end(topology):
    def flood(_request):
        for _ in range(200_000):
            yield b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n"
        yield answer(b"ok")

    topology.good.handler = flood
    response = topology.ask("GET", URL)
    assert response.status == 502
    assert len(response.interim) < 1000


@attack(29)
def test_100_from_the_origin_is_not_the_answer(topology):
    topology.good.handler = raw(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + answer(b"ok"))
    assert topology.ask("POST", URL, body=b"x").body == b"ok"


@attack(30)
@table(
    {
        "echo": "X-Echo: {secret}",
        "length": "Content-Length: 999",
        "cookie": "Set-Cookie: session={secret}",
        "coding": "Transfer-Encoding: gzip",
        "status": "Status: 500",
        "location": "Location: http://evil.test/?{secret}",
    }
)
def test_trailers_do_not_become_headers(topology, row):
    trailer = row.format(secret=topology.secrets["good"])
    name = trailer.partition(":")[0]
    topology.good.handler = raw(
        HEAD + f"Transfer-Encoding: chunked\r\nTrailer: {name}\r\n\r\n2\r\nok\r\n0\r\n{trailer}\r\n\r\n".encode()
    )
    response = topology.ask("GET", URL)
    assert (response.status, response.body) == (200, b"ok")
    assert response.trailers == []
    assert trailer.partition(": ")[2] not in response.values(name)
    assert_own_answers(topology, 2)


@attack(30)
def test_a_malformed_trailer_ends_the_connection(topology):
    topology.good.handler = raw(CHUNKED + b"2\r\nok\r\n0\r\nX: y\n\r\n" + POISON)
    with topology.connect(agent_socket=A) as client:
        client.send(topology.head("GET", URL, agent=None))
        assert b"POISON" not in client.everything(2)
    assert_own_answers(topology)
