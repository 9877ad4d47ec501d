"""Clients that frame their messages so that two parsers would disagree (attacks 1 to 24)."""

from __future__ import annotations

import socket

import pytest

from support.client import basic
from support.entries import CONNECT_H1, CONNECT_H2, PLAIN
from support.expect import SMUGGLED, at_most_once, by_plain, refused, table
from support.origin import answer, raw
from support.topology import A
from support.waiting import wait_until

from . import corpus
from .corpus import CHUNKED, HOST, REFUSED, URL, get, post

attack = pytest.mark.attack
HIDDEN = corpus.SMUGGLED


# Two framings in one message.


@attack(1)
@table(
    {
        "before": post(
            b"Content-Length: %d" % (5 + len(HIDDEN)), b"Transfer-Encoding: chunked", body=b"0\r\n\r\n" + HIDDEN
        ),
        "zero": post(b"Content-Length: 0", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n" + HIDDEN),
        "small": post(b"Content-Length: 5", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n" + HIDDEN),
    }
)
def test_content_length_before_transfer_encoding(topology, row):
    refused(topology, row)


@attack(2)
@table(
    {
        "inside the first chunk": post(
            b"Transfer-Encoding: chunked", b"Content-Length: 4", body=b"%x\r\n%s\r\n0\r\n\r\n" % (len(HIDDEN), HIDDEN)
        ),
        "after it": post(b"Transfer-Encoding: chunked", b"Content-Length: 15", body=CHUNKED + HIDDEN),
    }
)
def test_transfer_encoding_before_content_length(topology, row):
    refused(topology, row)


TRANSFER_ENCODINGS = {
    "xchunked": [b"Transfer-Encoding: xchunked"],
    "chunkedx": [b"Transfer-Encoding: chunkedx"],
    "space before the colon": [b"Transfer-Encoding : chunked"],
    "tab before the colon": [b"Transfer-Encoding\t: chunked"],
    "space before the name": [b" Transfer-Encoding: chunked"],
    "vertical tab": [b"Transfer-Encoding: \x0bchunked"],
    "form feed": [b"Transfer-Encoding: \x0cchunked"],
    "NUL after": [b"Transfer-Encoding: chunked\x00"],
    "chunked, identity": [b"Transfer-Encoding: chunked, identity"],
    "identity, chunked": [b"Transfer-Encoding: identity, chunked"],
    "identity": [b"Transfer-Encoding: identity"],
    "chunked, chunked": [b"Transfer-Encoding: chunked, chunked"],
    "two fields": [b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked"],
    "chunked then x": [b"Transfer-Encoding: chunked", b"Transfer-Encoding: x"],
    "x then chunked": [b"Transfer-Encoding: x", b"Transfer-Encoding: chunked"],
    "x then chunked, other case": [b"transfer-encoding: x", b"TRANSFER-ENCODING: chunked"],
    "double quotes": [b'Transfer-Encoding: "chunked"'],
    "single quotes": [b"Transfer-Encoding: 'chunked'"],
    "folded": [b"Transfer-Encoding:\r\n chunked"],
    "folded by a tab": [b"Transfer-Encoding:\r\n\tchunked"],
    "name after a CR": [b"X: y\rTransfer-Encoding: chunked"],
    "name after a LF": [b"X: y\nTransfer-Encoding: chunked"],
    "underscore": [b"Transfer_Encoding: chunked"],
    "two colons": [b"Transfer-Encoding:: chunked"],
    "comma first": [b"Transfer-Encoding: , chunked"],
    "comma last": [b"Transfer-Encoding: chunked,"],
    "parameter": [b"Transfer-Encoding: chunked; q=1"],
    "empty": [b"Transfer-Encoding:"],
    "chunk": [b"Transfer-Encoding: chunk"],
    "non-ASCII letter": ["Transfer-Encoding: chun\u212aed".encode()],
    "no-break space": [b"Transfer-Encoding:\xa0chunked"],
    "name with a NUL": [b"Transfer-Encoding\x00: chunked"],
}
LENGTHS = {
    "alone": [],
    "with a length": [b"Content-Length: %d" % len(CHUNKED + HIDDEN)],
    "with length 5": [b"Content-Length: 5"],
}


@attack(3)
@pytest.mark.parametrize("length", LENGTHS.values(), ids=LENGTHS)
@table(TRANSFER_ENCODINGS)
def test_transfer_encoding_spellings(topology, row, length):
    at_most_once(topology, post(*length, *row, body=CHUNKED + HIDDEN))


@attack(3)
@table(
    {
        "lower": b"transfer-encoding: chunked",
        "upper": b"TRANSFER-ENCODING: CHUNKED",
        "space": b"Transfer-Encoding:   chunked \t",
    }
)
def test_plain_chunked_in_any_case_is_written_anew(topology, row):
    (response,) = at_most_once(topology, post(row, body=CHUNKED))
    assert response.status == 200
    (seen,) = topology.good.requests
    assert seen.body == b"hello" and "Transfer_Encoding" not in seen.names()


CONTENT_LENGTHS = {
    "two that differ": [b"Content-Length: 5", b"Content-Length: 82"],
    "two, the first too long": [b"Content-Length: 82", b"Content-Length: 5"],
    "two equal": [b"Content-Length: 5", b"Content-Length: 5"],
    "list that differs": [b"Content-Length: 5, 82"],
    "list of equals": [b"Content-Length: 5, 5"],
    "comma": [b"Content-Length: 5,"],
    "plus": [b"Content-Length: +5"],
    "minus": [b"Content-Length: -5"],
    "minus zero": [b"Content-Length: -0"],
    "hex": [b"Content-Length: 0x5"],
    "exponent": [b"Content-Length: 5e0"],
    "point": [b"Content-Length: 5.0"],
    "empty": [b"Content-Length:"],
    "space only": [b"Content-Length:   "],
    "2^63": [b"Content-Length: 9223372036854775808"],
    "2^63-1": [b"Content-Length: 9223372036854775807x"],
    "2^64": [b"Content-Length: 18446744073709551616"],
    "2^64+5": [b"Content-Length: 18446744073709551621"],
    "10^40": [b"Content-Length: 1" + b"0" * 40],
    "folded": [b"Content-Length:\r\n 5"],
    "folded in the middle": [b"Content-Length: 5\r\n 2"],
    "vertical tab": [b"Content-Length: \x0b5"],
    "space before the colon": [b"Content-Length : 5"],
    "NUL": [b"Content-Length: 5\x00"],
    "letters": [b"Content-Length: five"],
    "two numbers": [b"Content-Length: 5 5"],
    "no-break space": [b"Content-Length: \xa05"],
    "one empty": [b"Content-Length: 5", b"Content-Length:"],
}


@attack(4)
@table(CONTENT_LENGTHS)
def test_content_length_forms(topology, row):
    refused(topology, post(*row, body=b"hello" + HIDDEN))


@attack(4)
@table({"dash": b"Content_Length: 5", "upper": b"CONTENT_LENGTH: 5"})
def test_content_length_with_an_underscore_frames_nothing(topology, row):
    at_most_once(topology, post(row, body=b"hello"))
    assert all("_" not in name for seen in topology.good.requests for name in seen.names())


@attack(5)
@table(
    {
        "gzip, chunked": b"gzip, chunked",
        "gzip": b"gzip",
        "deflate, chunked": b"deflate, chunked",
        "chunked, gzip": b"chunked, gzip",
        "trailers": b"trailers",
    }
)
def test_other_transfer_codings(topology, row):
    refused(topology, post(b"Transfer-Encoding: " + row, body=CHUNKED + HIDDEN), 400, 501)


@attack(6)
@table(
    {
        "chunked": post(b"Transfer-Encoding: chunked", body=CHUNKED + HIDDEN, version=b"HTTP/1.0"),
        "kept alive": post(
            b"Transfer-Encoding: chunked", b"Connection: keep-alive", body=CHUNKED + HIDDEN, version=b"HTTP/1.0"
        ),
    }
)
def test_transfer_encoding_with_http_1_0(topology, row):
    refused(topology, row)


# Lines.

LINE = b"GET " + URL + b" HTTP/1.1"


@attack(7)
@table(
    {
        "all LF": LINE + b"\nHost: good.test\n\n",
        "LF after the start line": LINE + b"\nHost: good.test\r\n\r\n",
        "LF after a field": get(b"X: y\nZ: a"),
        "LF at the end": LINE + b"\r\n" + HOST + b"\n",
        "LF LF": LINE + b"\r\nHost: good.test\n\n",
        "CR before a name": get(b"A: b\r\n\rX: y"),
        "CR in a value": get(b"A: b\rX: y"),
        "CR CR": get(b"A: b\r\r"),
        "all CR": LINE + b"\rHost: good.test\r\r" + b"\r\n\r\n",
        "LF CR": get(b"A: b\n\rX: y"),
        "NUL in a value": get(b"A: b\x00"),
        "NUL in a name": get(b"A\x00: b"),
        "NUL in the target": get(start=b"GET " + URL + b"\x00 HTTP/1.1\r\n"),
        "0x01 in a value": get(b"A: \x01b"),
        "0x1f in a name": get(b"A\x1f: b"),
        "ESC in a value": get(b"A: \x1b[2Jb"),
        "DEL in a value": get(b"A: \x7f"),
        "tab in the target": get(start=b"GET " + URL + b"\tx HTTP/1.1\r\n"),
        "CR in the start line": get(start=b"GET " + URL + b"\r HTTP/1.1\r\n"),
        "LF in the start line": get(start=b"GET " + URL + b"\n HTTP/1.1\r\n"),
    }
)
def test_bare_line_ends_and_controls(topology, row):
    refused(topology, row)


@attack(7)
def test_a_letter_whose_low_byte_is_a_line_feed(topology):
    """U+010A cut to one byte is LF, U+010D is CR."""
    value = "aĊInjected: yesč".encode()
    responses = at_most_once(topology, get(b"X-A: " + value))
    for seen in topology.good.requests:
        assert seen.values("x-a") == [value.decode("latin-1")], responses
        assert "injected" not in seen.names()


@attack(8)
@table(
    {
        "space": get(b"X: a\r\n b"),
        "tab": get(b"X: a\r\n\tb"),
        "before the first field": LINE + b"\r\n X: a\r\n" + HOST + b"\r\n",
        "an empty one": get(b"X: a\r\n "),
        "hides Host": LINE + b"\r\nX: a\r\n Host: good.test\r\n\r\n",
        "hides a second Host": LINE + b"\r\n" + HOST + b"X: a\r\n Host: evil.test\r\n\r\n",
        "hides the credential": get(b"X: a\r\n Authorization: Bearer mine"),
        "in the credential": get(b"Authorization:\r\n Bearer mine"),
        "in the agent's key": get(b"Proxy-Authorization:\r\n " + basic("x", "y").encode()),
    }
)
def test_folded_lines(topology, row):
    refused(topology, row)


@attack(9)
@table(
    {
        "space before the colon": b"X : y",
        "tab before the colon": b"X\t: y",
        "two words": b"X Y: z",
        "brackets": b"X[A]: b",
        "parentheses": b"X(A): b",
        "no name": b": b",
        "no colon": b"X",
        "at": b"X@A: b",
        "slash": b"X/A: b",
        "quoted": b'"X": b',
        "non-ASCII": "Ü: b".encode(),
        "comma": b"X,Y: z",
        "equals": b"X=Y: z",
        "semicolon": b"X;: y",
        "braces": b"X{}: y",
        "only spaces": b"   ",
    }
)
def test_field_names(topology, row):
    refused(topology, get(row))


# Chunks.

BAD_CHUNKS = {
    "LF after an extension": b"2;\nhi\r\n0\r\n\r\n",
    "LF after the size": b"2\nhi\r\n0\r\n\r\n",
    "0x": b"0x2\r\nhi\r\n0\r\n\r\n",
    "plus": b"+2\r\nhi\r\n0\r\n\r\n",
    "minus": b"-2\r\nhi\r\n0\r\n\r\n",
    "space before": b" 2\r\nhi\r\n0\r\n\r\n",
    "space after": b"2 \r\nhi\r\n0\r\n\r\n",
    "tab after": b"2\t\r\nhi\r\n0\r\n\r\n",
    "underscore": b"0_2\r\nhi\r\n0\r\n\r\n",
    "empty size": b"\r\nhi\r\n0\r\n\r\n",
    "2^64+2": b"10000000000000002\r\nhi\r\n0\r\n\r\n",
    "2^63": b"8000000000000000\r\nhi\r\n0\r\n\r\n",
    "2^64-1": b"ffffffffffffffff\r\nhi\r\n0\r\n\r\n",
    "2^32 too many digits": b"00000000000000000000000000000000002\r\nhi\r\n" * 1 + b"g\r\n\r\n",
    "no CRLF after the data": b"2\r\nhi0\r\n\r\n",
    "LF after the data": b"2\r\nhi\n0\r\n\r\n",
    "other bytes after the data": b"2\r\nhiXX\r\n0\r\n\r\n",
    "LF LF at the end": b"2\r\nhi\r\n0\n\n",
    "LF at the end": b"2\r\nhi\r\n0\r\n\n",
    "extension of 100 KB": b"2;" + b"a" * 100_000 + b"\r\nhi\r\n0\r\n\r\n",
    "CR in an extension": b"2;a\rb\r\nhi\r\n0\r\n\r\n",
    "NUL in an extension": b"2;a\x00b\r\nhi\r\n0\r\n\r\n",
    "word": b"two\r\nhi\r\n0\r\n\r\n",
    "last size with a sign": b"2\r\nhi\r\n+0\r\n\r\n",
    "last size 0x": b"2\r\nhi\r\n0x0\r\n\r\n",
}


@attack(10)
@table(BAD_CHUNKS)
def test_chunks_that_are_none(topology, row):
    """The head may be on its way when a chunk turns out bad, but the body never ends as if it were whole."""
    with topology.connect(agent_socket=A, timeout=5) as client:
        client.send(post(b"Transfer-Encoding: chunked", body=row + HIDDEN))
        response = client.response()
        assert (response.status, response.code) == (400, "malformed_request")
        assert client.is_closed()
    assert len(topology.good.requests) <= 1
    assert not any(seen.body_complete for seen in topology.good.requests)
    assert SMUGGLED.encode() not in topology.good.raw


@attack(10)
@table({"short": b"2;a=b\r\nhi\r\n0;c\r\n\r\n", "quoted": b'2;a="b;c"\r\nhi\r\n0\r\n\r\n'})
def test_chunk_extensions_end_at_postern(topology, row):
    at_most_once(topology, post(b"Transfer-Encoding: chunked", body=row))
    assert all(seen.body == b"hi" for seen in topology.good.requests)


@attack(10)
def test_bytes_after_the_last_chunk_are_a_message_of_their_own(topology):
    with topology.connect(agent_socket=A) as client:
        client.send(post(b"Transfer-Encoding: chunked", body=CHUNKED + b"XYZ\r\n\r\n"))
        assert [r.status for r in client.responses()] == [200, 400]
    assert len(topology.good.requests) == 1


@attack(11)
@table(
    {
        "credential": b"Authorization: Bearer mine",
        "host": b"Host: evil.test",
        "length": b"Content-Length: 3",
        "coding": b"Transfer-Encoding: gzip",
        "other": b"X-Trailer: yes",
        "agent's key": b"Proxy-Authorization: x",
        "forwarded": b"X-Forwarded-For: 1.2.3.4",
    }
)
def test_request_trailers_are_dropped(topology, row):
    body = b"5\r\nhello\r\n0\r\n" + row + b"\r\n\r\n"
    responses = at_most_once(
        topology, post(b"Transfer-Encoding: chunked", b"Trailer: " + row.split(b":")[0], body=body)
    )
    name = row.split(b":")[0].decode().lower()
    for seen in topology.good.requests:
        assert "x-trailer" not in seen.names() and "trailer" not in seen.names()
        assert seen.values("host") == ["good.test"]
        assert row.partition(b": ")[2].decode() not in seen.values(name)
    if topology.entry == CONNECT_H2 and not responses:
        return  # malformed there
    assert responses[0].status == 200 and topology.good.requests[0].body == b"hello"


# Host and target.


@attack(12)
@table(
    {
        "two equal": HOST * 2,
        "good first": HOST + b"Host: evil.test\r\n",
        "evil first": b"Host: evil.test\r\n" + HOST,
        "other case": HOST + b"hOST: good.test\r\n",
        "empty second": HOST + b"Host:\r\n",
        "empty first": b"Host:\r\n" + HOST,
        "between others": HOST + b"X: y\r\nHost: good.test\r\n",
    }
)
def test_several_hosts(topology, row):
    refused(topology, get(host=row))


@attack(13)
@table(
    {
        "absent": b"",
        "empty": b"Host:\r\n",
        "list": b"Host: good.test, evil.test\r\n",
        "two words": b"Host: good.test evil.test\r\n",
        "path": b"Host: good.test/x?@b#\r\n",
        "userinfo": b"Host: evil@good.test\r\n",
        "userinfo of good": b"Host: good.test@evil.test\r\n",
        "scheme": b"Host: http://good.test\r\n",
        "fragment": b"Host: good.test#\r\n",
        "query": b"Host: good.test?\r\n",
        "port word": b"Host: good.test:http\r\n",
        "port too large": b"Host: good.test:65616\r\n",
        "two ports": b"Host: good.test:80:80\r\n",
        "percent": b"Host: good%2etest\r\n",
        "backslash": b"Host: good.test\\@evil.test\r\n",
        "non-ASCII": "Host: good。test\r\n".encode(),
        "brackets": b"Host: [good.test]\r\n",
        "underscore name": b"Host_: good.test\r\n",
    }
)
def test_bad_hosts(topology, row):
    refused(topology, get(host=row))


@attack(14)
@table(
    {
        "Host of evil": (b"http://good.test/v1/ok", b"evil.test"),
        "target of evil": (b"http://evil.test/v1/ok", b"good.test"),
        "other port in Host": (b"http://good.test/v1/ok", b"good.test:8080"),
        "other port in the target": (b"http://good.test:8080/v1/ok", b"good.test"),
        "longer name": (b"http://good.test/v1/ok", b"good.test.evil.test"),
        "shorter name": (b"http://good.test/v1/ok", b"test"),
    }
)
def test_absolute_form_against_host(topology, row):
    target, host = row
    message = get(start=b"GET " + target + b" HTTP/1.1\r\n", host=b"Host: " + host + b"\r\n")
    refused(topology, message, *by_plain(topology, [400], [403, 421]), closes=topology.entry == PLAIN)


@attack(14)
@table({"case": b"GOOD.test", "port": b"good.test:80"})
def test_host_that_is_the_same_authority(topology, row):
    """Another spelling of the same authority may pass; what leaves is ours."""
    at_most_once(topology, get(host=b"Host: " + row + b"\r\n"))
    assert all(seen.values("host") == ["good.test"] for seen in topology.good.requests)


@attack(15)
@table(
    {
        "path": b"/v1/ok",
        "root": b"/",
        "asterisk": b"*",
        "two slashes": b"//good.test/v1/ok",
        "authority": b"good.test:443",
        "path in absolute form": b"/http://good.test/v1/ok",
        "no slash": b"v1/ok",
        "empty": b"",
    }
)
def test_origin_form_never_routes_by_host(topology, row):
    message = get(start=b"GET " + row + b" HTTP/1.1\r\n")
    refused(topology, message, *by_plain(topology, [400], [400, 403]), closes=topology.entry == PLAIN)


# Several messages in one stream.


@attack(16)
def test_pipelined_requests_are_judged_one_by_one(topology):
    ok = topology.head("GET", "http://good.test/v1/first")
    evil = topology.head("GET", "http://evil.test/x")
    admin = topology.head("GET", "http://good.test/admin")
    anonymous = topology.head("GET", "http://good.test/v1/anonymous", agent=None)
    last = topology.head("GET", "http://good.test/v1/last")
    with topology.connect() as client:
        client.send(ok + evil + admin + anonymous + last)
        statuses = [response.status for response in client.responses()]
    # Inside a tunnel all is asked of its host, by the agent that opened it; HTTP/1.1 ends with what is for another.
    expected, targets = {
        PLAIN: ([200, 403, 403, 407, 200], {"/v1/first", "/v1/last"}),
        CONNECT_H1: ([200, 421], {"/v1/first"}),
        CONNECT_H2: ([200, 421, 403, 200, 200], {"/v1/first", "/v1/anonymous", "/v1/last"}),
    }[topology.entry]
    assert statuses == expected and {seen.target for seen in topology.good.requests} == targets
    topology.assert_untouched(topology.evil)


@attack(16)
def test_every_place_in_a_pipeline_is_judged_alike(topology):
    """Refusals do not shift later requests onto the wrong answer or identity."""
    for refused_at in range(4):
        targets = [f"http://good.test/v1/{refused_at}-{i}" for i in range(4)]
        targets[refused_at] = "http://good.test/admin"
        with topology.connect() as client:
            client.send(b"".join(topology.head("GET", target) for target in targets))
            assert [client.response().status for _ in targets] == [403 if i == refused_at else 200 for i in range(4)]
    assert len(topology.good.requests) == 12 and "/admin" not in topology.good.raw.decode("latin-1")


@attack(17)
@table({"length": False, "chunked": True})
def test_the_body_of_a_refused_request_is_not_a_request(topology, row):
    inner = topology.head("GET", "http://good.test/v1/smuggled")
    if row:
        message = topology.head("POST", "http://evil.test/x", "Transfer-Encoding: chunked")
        message += b"%x\r\n%s\r\n0\r\n\r\n" % (len(inner), inner)
    else:
        message = topology.head("POST", "http://evil.test/x", f"Content-Length: {len(inner)}") + inner
    responses = topology.exchange(message)
    assert [r.status for r in responses] == [403]
    topology.assert_untouched()


@attack(17)
def test_the_body_of_an_unidentified_request_is_not_a_request(topology):
    inner = topology.head("GET", "http://good.test/v1/smuggled")
    message = topology.head("POST", "http://good.test/v1/x", f"Content-Length: {len(inner)}", agent=None) + inner
    assert [r.status for r in topology.exchange(message)] == [407]
    topology.assert_untouched()


UPGRADES = {
    "h2c": [b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"],
    "h2c, connection only": [b"Connection: Upgrade", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"],
    "foo": [b"Connection: upgrade", b"Upgrade: foo"],
    "TLS": [b"Connection: upgrade", b"Upgrade: TLS/1.0, HTTP/1.1"],
    "websocket": [
        b"Connection: upgrade",
        b"Upgrade: websocket",
        b"Sec-WebSocket-Version: 13",
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ],
    "without connection": [b"Upgrade: websocket"],
    "not upgrade": [b"Connection: notupgrade", b"Upgrade: websocket"],
}
AFTER_UPGRADE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00\x04\x00\x00\x00\x00\x00RAWBYTES"


@attack(18)
@pytest.mark.parametrize("method", [b"GET", b"POST"])
@table(UPGRADES)
def test_upgrades_are_not_forwarded(topology, row, method):
    length = [b"Content-Length: 0"] if method == b"POST" else []
    message = get(*row, *length, start=method + b" " + URL + b" HTTP/1.1\r\n")
    if topology.entry == CONNECT_H2:  # where such fields are malformed
        refused(topology, message)
        return
    with topology.connect(agent_socket=A) as client:
        client.send(message)
        first = client.response()
        assert first.status in (200, 400, 403)
        client.send(AFTER_UPGRADE)
        assert [r.status for r in client.responses()] in ([400], [])
    for seen in topology.good.requests:
        assert not seen.names() & {"upgrade", "http2-settings"}
        assert "upgrade" not in ",".join(seen.values("connection")).lower()
    assert len(topology.good.requests) <= 1
    assert b"RAWBYTES" not in topology.good.raw


@attack(18)
def test_bytes_sent_along_with_an_upgrade_are_not_forwarded(topology):
    with topology.connect(agent_socket=A) as client:
        client.send(get(b"Connection: upgrade", b"Upgrade: websocket") + AFTER_UPGRADE)
        client.responses()
    assert b"RAWBYTES" not in topology.good.raw


@attack(19)
@table(
    {
        "websocket": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
        "bare": b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        "with a body": b"HTTP/1.1 101 Switching Protocols\r\nContent-Length: 5\r\n\r\nhello",
        "and a final answer": b"HTTP/1.1 101 Switching Protocols\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    }
)
def test_an_unasked_101_is_a_bad_answer(topology, row):
    topology.good.handler = raw(row, 1.0)
    with topology.connect(agent_socket=A) as client:
        client.send(get())
        assert client.response().status == 502
        raw_bytes = b"" if topology.entry == CONNECT_H2 else b"RAWBYTES\r\n\r\n"
        client.send(raw_bytes + get(start=b"GET http://good.test/v1/after HTTP/1.1\r\n"))
        client.responses()
    assert b"RAWBYTES" not in topology.good.raw
    assert all(len(c.requests) == 1 for c in topology.good.connections if c.requests)


@attack(20)
def test_bytes_after_a_refused_websocket_are_a_new_request(topology):
    topology.good.handler = lambda request: answer(b"no websocket here")
    with topology.connect(agent_socket=A) as client:
        client.send(get(*UPGRADES["websocket"]))
        assert client.response().status in (200, 400, 403)
        client.send(b"GET /admin HTTP/1.1\r\nHost: good.test\r\n\r\n")
        assert [r.status for r in client.responses()] in ([by_plain(topology, 400, 403)], [])
    assert b"/admin" not in topology.good.raw


@attack(21)
@table(
    {
        "none": b"GET " + URL + b"\r\n",
        "2.0": b"GET " + URL + b" HTTP/2.0\r\n",
        "2": b"GET " + URL + b" HTTP/2\r\n",
        "3": b"GET " + URL + b" HTTP/3.0\r\n",
        "0.9": b"GET " + URL + b" HTTP/0.9\r\n",
        "PRI": b"PRI * HTTP/2.0\r\n",
        "lower case": b"GET " + URL + b" http/1.1\r\n",
        "RTSP": b"DESCRIBE " + URL + b" RTSP/1.0\r\n",
        "GET RTSP": b"GET " + URL + b" RTSP/1.0\r\n",
        "ICE": b"SOURCE " + URL + b" ICE/1.0\r\n",
        "comma": b"GET " + URL + b" HTTP/1,1\r\n",
        "1.10": b"GET " + URL + b" HTTP/1.10\r\n",
        "9.9": b"GET " + URL + b" HTTP/9.9\r\n",
        "HTTPS": b"GET " + URL + b" HTTPS/1.1\r\n",
    }
)
def test_versions(topology, row):
    refused(topology, get(start=row), 400, 405, 505)


@attack(21)
@table(
    {
        "TLS": bytes.fromhex("16030100c8010000c40303") + bytes(180) + b"\r\n\r\n",
        "SSLv2": bytes.fromhex("802e0100020015000000100100800700c0030080") + bytes(40) + b"\r\n\r\n",
        "SSH": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        "SOCKS5": b"\x05\x01\x00\r\n\r\n",
        "SOCKS4": b"\x04\x01\x00\x50\x00\x00\x00\x01good.test\x00\r\n\r\n",
        "PROXY": b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n" + get(),
        "PROXY 2": b"\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c" + bytes(12) + get(),
    }
)
def test_other_protocols(topology, row):
    refused(topology, row)


# Expect.


@attack(23)
def test_postern_answers_100_itself_and_waits_for_the_body(topology):
    with topology.connect(agent_socket=A) as client:
        client.send(post(b"Content-Length: 5", b"Expect: 100-continue"))
        assert client.read_head().status == 100
        client.send(b"hello")
        assert client.response().status == 200
    (seen,) = topology.good.requests
    assert seen.body == b"hello" and "expect" not in seen.names()


@attack(23)
def test_an_expected_body_that_never_comes_holds_nothing_upstream(topology):
    with topology.connect(agent_socket=A) as client:
        client.send(post(b"Content-Length: 5", b"Expect: 100-continue"))
        assert client.read_head().status == 100
    wait_until(
        lambda: (
            not any(c.is_open and c.requests and not c.requests[-1].body_complete for c in topology.good.connections)
        ),
        5,
        "the upstream connection ends with the client's",
    )
    assert not any(seen.body_complete for seen in topology.good.requests)


@attack(23)
@table({"x": b"x", "two": b"100-continue, x", "parameter": b"100-continue;a=b"})
def test_other_expectations(topology, row):
    with topology.connect(agent_socket=A) as client:
        client.send(post(b"Content-Length: 5", b"Expect: " + row, body=b"hello"))
        assert client.response().status in (417, 400)
    topology.assert_untouched()


@attack(23)
def test_an_expectation_without_a_body_is_not_forwarded(topology):
    with topology.connect(agent_socket=A) as client:
        client.send(get(b"Expect: 100-continue"))
        assert client.response().status in (200, 400, 417)
    assert all("expect" not in seen.names() for seen in topology.good.requests)


# Everything else that parsers are known to disagree on.


@attack(24)
def test_the_corpus_is_large_enough():
    assert len({case.payload for case in corpus.CASES}) >= 77


@attack(24)
@pytest.mark.parametrize("case", corpus.CASES, ids=[case.name for case in corpus.CASES])
def test_corpus(topology, case):
    responses = at_most_once(topology, case.payload)
    if case.verdict == REFUSED:
        topology.assert_untouched()
        resets = [[]] if topology.entry == CONNECT_H2 else []
        assert [r.status for r in responses] in ([400], [405], [505], *resets), responses


@attack(24)
def test_a_head_may_come_one_byte_at_a_time(topology):
    with topology.connect(agent_socket=A) as client:
        client.send_slowly(post(b"Transfer-Encoding: chunked", body=CHUNKED))
        assert client.response().status == 200
    assert topology.good.requests[0].body == b"hello"


@attack(24)
@table({"in the start line": 10, "in a field": 45, "before the last LF": -1})
def test_a_head_that_ends_early_is_no_request(topology, row):
    with topology.connect(agent_socket=A) as client:
        client.send(get()[:row]).half_close()
        client.responses()
    topology.assert_untouched()


@attack(24)
def test_a_body_that_ends_early_is_not_a_whole_one(topology):
    with topology.connect(agent_socket=A) as client:
        client.send(post(b"Content-Length: 10", body=b"hello"))
        client.sock.shutdown(socket.SHUT_WR)
        client.responses()
    assert not any(seen.body_complete for seen in topology.good.requests)
