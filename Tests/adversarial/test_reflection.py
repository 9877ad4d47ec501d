"""Origins that send the credential back (attacks 80 to 92).

That no client ever received it, in any encoding, is checked after every test; here stands what it is replaced by, and
that everything else arrives as it was.
"""

from __future__ import annotations

import base64
import gzip
import html
import json
import re
import statistics
import time
import urllib.parse
import zlib

import pytest

from support.encodings import LeakSearch
from support.entries import CONNECT_H2
from support.expect import table
from support.http1 import Closed
from support.origin import CLOSE, answer, chunked, close_delimited, fixed, raw
from support.topology import A, B

attack = pytest.mark.attack
URL = "http://good.test/v1/ok"


def secret(topology) -> str:
    return topology.secrets["good"]


def masked(text: bytes, *hidden: bytes) -> bytes:
    for part in hidden:
        text = text.replace(part, b"*" * len(part))
    return text


@attack(80)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_echo_comes_back_without_the_credential(topology, method):
    response = topology.ask(method, URL, [("Accept-Encoding", "gzip, br")], body=b"x" if method == "POST" else None)
    assert response.status == 200
    seen = json.loads(response.body)
    assert dict(seen["headers"])["Authorization"].endswith("*" * 20)
    assert topology.good.requests[0].values("accept-encoding") == ["identity"]


@attack(80)
@table({"once": 1, "often": 2000, "adjacent": 3})
def test_a_body_is_masked_in_place(topology, row):
    between = b"" if row == 3 else b" and "
    body = b"before " + between.join([secret(topology).encode()] * row) + b" after"
    topology.good.handler = fixed(body)
    assert topology.ask("GET", URL).body == masked(body, secret(topology).encode())


@attack(80)
@pytest.mark.parametrize("name", ["open", "query", "basic", "path", "cookies", "plain"])
def test_every_kind_of_credential_is_masked(topology, name):
    value = topology.secrets["open-a" if name == "open" else name]
    origin = getattr(topology, name)
    forms = [value.encode(), base64.b64encode(f"postern:{value}".encode()), urllib.parse.quote(value, safe="").encode()]
    body = b"|".join(forms)
    origin.handler = fixed(body)
    path = "/botx/y" if name == "path" else "/x"
    response = topology.ask("GET", f"http://{name}.test{path}")
    assert response.status == 200 and len(response.body) == len(body)
    assert response.body.startswith(b"*" * len(forms[0]))


@attack(80)
def test_what_only_looks_like_the_credential_is_kept(topology):
    key = secret(topology).encode()
    body = b" ".join([key[:-1], key[1:], key[:10] * 5, key.swapcase(), b"*" * 50, key[:-1] + b"X"])
    topology.good.handler = fixed(body)
    assert topology.ask("GET", URL).body == body


@attack(81)
@table(
    {
        "a header": [("X-Echo", "{s}")],
        "WWW-Authenticate": [("WWW-Authenticate", 'Bearer realm="{s}"')],
        "Set-Cookie": [("Set-Cookie", "s={s}")],
        "Location": [("Location", "http://good.test/v1/?k={s}")],
        "Link": [("Link", "<http://good.test/{s}>; rel=next")],
        "ETag": [("ETag", '"{s}"')],
        "many": [(f"X-{n}", "a {s} b") for n in range(30)],
        "twice in one": [("X-Echo", "{s}{s}")],
        "Content-Type": [("Content-Type", "text/plain; x={s}")],
        "Content-Disposition": [("Content-Disposition", 'attachment; filename="{s}"')],
        "Server": [("Server", "{s}")],
    }
)
def test_headers_are_masked(topology, row):
    headers = [(name, value.replace("{s}", secret(topology))) for name, value in row]
    topology.good.handler = fixed(b"ok", headers=headers)
    response = topology.ask("GET", URL)
    assert response.status in (200, 502)
    if response.status == 200:
        assert response.body == b"ok"


@attack(81)
def test_the_reason_phrase_is_masked(topology):
    topology.good.handler = fixed(b"ok", reason=f"Key {secret(topology)}")
    response = topology.ask("GET", URL)
    assert response.status == 200 and response.body == b"ok"


@attack(81)
@table({"name": "X-{s}", "base64 name": "X-{b}"})
def test_a_header_named_after_the_credential(topology, row):
    """Only credentials made of token characters can stand in a name."""
    key = topology.secrets["cookies"]
    name = row.format(s=key, b=base64.b64encode(key.encode()).decode().rstrip("="))
    topology.cookies.handler = fixed(b"ok", headers=[(name, "x")])
    assert topology.ask("GET", "http://cookies.test/").status in (200, 502)


# Where the pieces of a stream part.


@attack(82)
@table({"length": "length", "chunked": "chunked", "to the end": "close"})
def test_one_byte_at_a_time(topology, row):
    key = secret(topology).encode()
    body = b"<<" + key + b"|" + base64.b64encode(b"x" + key) + b"|" + key.hex().encode() + b">>" + key[:9]
    head = {"length": [("Content-Length", str(len(body)))], "chunked": [("Transfer-Encoding", "chunked")], "close": []}[
        row
    ]

    def drip(_request):
        yield answer(headers=head, length=False)
        for byte in body:
            yield (b"1\r\n%c\r\n" if row == "chunked" else b"%c") % byte
            yield 0.001
        yield b"0\r\n\r\n" if row == "chunked" else CLOSE

    topology.good.handler = drip
    response = topology.ask("GET", URL)
    assert len(response.body) == len(body)
    assert response.body.startswith(b"<<" + b"*" * len(key) + b"|") and response.body.endswith(b">>" + key[:9])


@attack(82)
@pytest.mark.parametrize("at", [1, 5, 20])
@table({"length": False, "chunked": True})
def test_halves_that_come_apart(topology, row, at):
    key = secret(topology).encode()
    first, second = b"a" * 50 + key[:at], key[at:] + b"z" * 50

    def parted(_request):
        if row:
            yield answer(headers=[("Transfer-Encoding", "chunked")], length=False)
            yield b"%x\r\n%s\r\n" % (len(first), first)
            yield 0.7
            yield b"%x\r\n%s\r\n0\r\n\r\n" % (len(second), second)
        else:
            yield answer(headers=[("Content-Length", str(len(first + second)))], length=False) + first
            yield 0.7
            yield second

    topology.good.handler = parted
    assert topology.ask("GET", URL).body == masked(first + second, key)


@attack(82)
@pytest.mark.parametrize("power", range(10, 18))
@table({"length": False, "chunked": True})
def test_across_the_edges_of_buffers(topology, row, power):
    """A credential across each of the places, near a power of two, where a buffer might end."""
    key = secret(topology).encode()
    for shift in (1, len(key) // 2, len(key) - 1, len(key) + 200):
        body = b"a" * (2**power - shift) + key + b"z" * 3000
        topology.good.handler = chunked(body[: 2**power], body[2**power :]) if row else fixed(body)
        assert topology.ask("GET", URL).body == masked(body, key)


@attack(82)
def test_a_head_that_ends_in_the_credential_and_a_body_that_goes_on(topology):
    key = secret(topology).encode()
    topology.good.handler = raw(
        b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nX-A: %s\r\n\r\n%s" % (len(key), key[:10], key[10:] + key[:10])
    )
    assert len(topology.ask("GET", URL).body) == len(key)


# Compressed.


def _raw_deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-15)
    return compressor.compress(data) + compressor.flush()


DECODED = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("x-gzip", gzip.compress),
    "GZIP": ("GZIP", gzip.compress),
    "zlib": ("deflate", zlib.compress),
    "raw deflate": ("deflate", _raw_deflate),
    "gzip twice": ("gzip, gzip", lambda d: gzip.compress(gzip.compress(d))),
    "two fields": ("gzip\r\nContent-Encoding: gzip", lambda d: gzip.compress(gzip.compress(d))),
    "gzip, identity": ("gzip, identity", gzip.compress),
    "identity, gzip": ("identity, gzip", gzip.compress),
    "members": ("gzip", lambda d: gzip.compress(d[:10]) + gzip.compress(d[10:])),
    "comma": (", gzip", gzip.compress),
    "tab": ("\tgzip", gzip.compress),
}
UNDECODABLE = {
    "br": ("br", lambda d: b"\x0b\x02\x80" + d + b"\x03"),
    "zstd": ("zstd", lambda d: b"\x28\xb5\x2f\xfd" + d),
    "compress": ("compress", lambda d: b"\x1f\x9d" + d),
    "unknown": ("foo", lambda d: d),
    "mislabelled": ("br", gzip.compress),
    "aes128gcm": ("aes128gcm", lambda d: d),
    "quoted": ('"gzip"', gzip.compress),
    "parameter": ("gzip;q=1", gzip.compress),
}


@attack(83)
@table(DECODED)
def test_coded_answers_are_decoded_and_masked(topology, row):
    coding, compress = row
    body = b"the key is " + secret(topology).encode()
    topology.good.handler = fixed(compress(body), headers=[("Content-Encoding", coding)])
    response = topology.ask("GET", URL)
    assert response.status == 200 and response.body == masked(body, secret(topology).encode())
    assert "content-encoding" not in response.names()


@attack(83)
@table(UNDECODABLE)
def test_answers_that_cannot_be_decoded_are_refused(topology, row):
    coding, compress = row
    body = compress(b"the key is " + secret(topology).encode())
    topology.good.handler = fixed(body, headers=[("Content-Encoding", coding)])
    response = topology.ask("GET", URL)
    assert (response.status, response.code) == (502, "content_encoding_refused")


@attack(83)
def test_identity_is_no_coding(topology):
    topology.good.handler = fixed(b"plain", headers=[("Content-Encoding", "identity")])
    assert topology.ask("GET", URL).body == b"plain"


@attack(83)
@table({"gzip": gzip.compress, "zlib": zlib.compress})
def test_an_unlabelled_compressed_answer(topology, row):
    """A client that sniffs would find the credential inside."""
    topology.good.handler = fixed(row(b"the key is " + secret(topology).encode()))
    response = topology.ask("GET", URL)
    if response.status == 200:
        plain = gzip.decompress(response.body) if row is gzip.compress else zlib.decompress(response.body)
        assert not LeakSearch(topology.planted).find(plain)
    else:
        assert response.status == 502


@attack(83)
def test_a_coded_answer_without_a_body_passes(topology):
    topology.good.handler = raw(b"HTTP/1.1 304 Not Modified\r\nContent-Encoding: gzip\r\nETag: x\r\n\r\n")
    assert topology.ask("GET", URL).status in (304, 502)


@attack(83)
def test_without_a_credential_codings_pass(topology):
    body = gzip.compress(b"public data")
    topology.egress.handler = fixed(body, headers=[("Content-Encoding", "gzip")])
    response = topology.ask("GET", "http://egress.test/x", [("Accept-Encoding", "gzip")])
    assert response.status == 200 and response.body == body
    assert topology.egress.requests[0].values("accept-encoding") == ["gzip"]


# Encoded.

ENCODERS = {
    "base64": lambda s: base64.b64encode(s.encode()),
    "base64, one before": lambda s: base64.b64encode(b"x" + s.encode()),
    "base64, two before": lambda s: base64.b64encode(b"xy" + s.encode()),
    "base64 of user:secret": lambda s: base64.b64encode(b"user:" + s.encode()),
    "base64 of secret:": lambda s: base64.b64encode(s.encode() + b":"),
    "base64, more after": lambda s: base64.b64encode(s.encode() + b"tail"),
    "base64url": lambda s: base64.urlsafe_b64encode(s.encode()),
    "base64url, one before": lambda s: base64.urlsafe_b64encode(b"x" + s.encode()).rstrip(b"="),
    "hex": lambda s: s.encode().hex().encode(),
    "HEX": lambda s: s.encode().hex().upper().encode(),
    "percent": lambda s: urllib.parse.quote(s, safe="").encode(),
    "percent, slash kept": lambda s: urllib.parse.quote(s).encode(),
    "percent, lower case": lambda s: re.sub("%..", lambda m: m[0].lower(), urllib.parse.quote(s, safe="")).encode(),
    "form": lambda s: urllib.parse.quote_plus(s).encode(),
    "JSON": lambda s: json.dumps(s).encode(),
    "JSON, slash escaped": lambda s: json.dumps(s).replace("/", "\\/").encode(),
    "\\u": lambda s: "".join(f"\\u{ord(c):04x}" for c in s).encode(),
    "\\U": lambda s: "".join(f"\\u{ord(c):04X}" for c in s).encode(),
    "HTML": lambda s: html.escape(s).encode(),
    "HTML, quotes kept": lambda s: html.escape(s, quote=False).encode(),
}


@attack(84)
@table(ENCODERS)
def test_encodings_are_masked_in_bodies(topology, row):
    encoded = row(secret(topology))
    body = b"[" + encoded + b"]"
    topology.good.handler = fixed(body)
    response = topology.ask("GET", URL)
    assert len(response.body) == len(body) and response.body.count(b"*") >= len(encoded) - 12
    assert response.body[:1] == b"[" and response.body[-1:] == b"]"


@attack(84)
@table(ENCODERS)
def test_encodings_are_masked_in_headers(topology, row):
    topology.good.handler = fixed(b"ok", headers=[("X-Echo", row(secret(topology)).decode())])
    response = topology.ask("GET", URL)
    assert response.status == 200 and response.value("x-echo").count("*") > 20


@attack(84)
@pytest.mark.parametrize("size", [1, 7, 64])
@table(ENCODERS)
def test_encodings_are_masked_in_pieces(topology, row, size):
    body = b"[" + row(secret(topology)) + b"]"
    topology.good.handler = chunked(*(body[at : at + size] for at in range(0, len(body), size)))
    assert len(topology.ask("GET", URL).body) == len(body)


# Slices, pages, cookies, addresses.


@attack(85)
def test_slices_are_not_asked_for(topology):
    topology.good.handler = fixed(secret(topology).encode(), headers=[("Accept-Ranges", "bytes")])
    for start in range(0, 42, 6):
        for name, value in (("Range", f"bytes={start}-{start + 5}"), ("range", f"bytes={start}-{start + 5},90-99")):
            assert topology.ask("GET", URL, [(name, value), ("If-Range", '"x"')]).status == 200
    assert all(not seen.names() & {"range", "if-range"} for seen in topology.good.requests)


@attack(85)
def test_a_slice_nobody_asked_for(topology):
    topology.good.handler = fixed(
        secret(topology).encode()[:20],
        status=206,
        reason="Partial Content",
        headers=[("Content-Range", "bytes 0-19/40")],
    )
    assert topology.ask("GET", URL).status in (206, 502)


@attack(85)
def test_without_a_credential_slices_pass(topology):
    assert topology.ask("GET", "http://egress.test/x", [("Range", "bytes=0-5"), ("If-Range", '"x"')]).status == 200
    assert {"range", "if-range"} <= topology.egress.requests[0].names()


@attack(86)
@table(
    {
        "interim": lambda s: [f"HTTP/1.1 103 Early Hints\r\nLink: <{s}>\r\n\r\n".encode() + answer(b"ok")],
        "interim reason": lambda s: [f"HTTP/1.1 102 {s}\r\n\r\n".encode() + answer(b"ok")],
        "status line": lambda s: [f"HTTP/1.1 2OO {s}\r\n\r\n".encode(), CLOSE],
        "not HTTP": lambda s: [s.encode() + b"\r\n\r\n", CLOSE],
        "bad field": lambda s: [f"HTTP/1.1 200 OK\r\n{s}\r\n\r\n".encode(), CLOSE],
        "cut short": lambda s: [f"HTTP/1.1 200 OK\r\nX: {s}".encode(), CLOSE],
        "bad chunk": lambda s: [f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{s}\r\n".encode(), CLOSE],
    }
)
def test_pages_of_ours_quote_nothing(topology, row):
    topology.good.handler = raw(*row(secret(topology)))
    with topology.connect(agent_socket=A) as client:
        client.send(topology.head("GET", URL, "Connection: close", agent=None))
        data = client.everything(3)
        assert client.reader.ended
    for part in (
        b"127.0.0.1",
        str(topology.good.port).encode(),
        str(topology.directory).encode(),
        secret(topology)[:12].encode(),
    ):
        assert part not in data


@attack(88)
def test_cookies_made_with_the_credential_stay_here(topology):
    cookies = [("Set-Cookie", "session=abc; HttpOnly"), ("set-cookie", "b=c"), ("Set-Cookie2", "d=e")]
    topology.good.handler = fixed(b"ok", headers=cookies)
    topology.cookies.handler = fixed(b"ok", headers=[("Set-Cookie", "session=abc")])
    assert not topology.ask("GET", URL).names() & {"set-cookie", "set-cookie2"}
    assert topology.ask("GET", "http://cookies.test/").values("set-cookie") == ["session=abc"]


@attack(88)
def test_cookies_of_the_agent_stay_here(topology):
    assert topology.ask("GET", URL, [("Cookie", "session=mine")]).status == 200
    assert "cookie" not in topology.good.requests[0].names()


@attack(89)
def test_a_credential_in_the_query_does_not_come_back(topology):
    def refuse(request):
        location = f"http://query.test{request.target}"
        return answer(
            f"denied: {location}".encode(),
            status=302,
            reason=request.target,
            headers=[("Location", location), ("Content-Location", request.target)],
        )

    topology.query.handler = refuse
    response = topology.ask("GET", "http://query.test/search?q=1")
    assert response.status == 302 and "*" * 10 in response.value("location")
    topology.query.handler = raw(CLOSE)
    assert topology.ask("GET", "http://query.test/search?q=1").status == 502


@attack(89)
def test_a_credential_in_the_path_does_not_come_back(topology):
    topology.path.handler = lambda request: answer(
        request.target.encode(), status=404, reason="Not Found", headers=[("Location", request.target)]
    )
    response = topology.ask("GET", "http://path.test/botx/getMe")
    assert response.status == 404 and b"*" * 10 in response.body
    assert all(topology.secrets["path"] not in str(row) for row in topology.audit())


# Streams of events.


@attack(90)
def test_events_are_masked_and_not_held_back(topology):
    """A plain event is not delayed, whatever the scrubber waits for."""
    key = secret(topology).encode()
    sent: list[float] = []

    def events(_request):
        yield answer(headers=[("Content-Type", "text/event-stream"), ("Transfer-Encoding", "chunked")], length=False)
        for piece in (b"data: " + key[:15], key[15:] + b"\n\n"):
            yield b"%x\r\n%s\r\n" % (len(piece), piece)
            yield 0.05
        for number in range(30):
            piece = b"data: event %d\n\n" % number
            sent.append(time.monotonic())
            yield b"%x\r\n%s\r\n" % (len(piece), piece)
            yield 0.03
        yield b"0\r\n\r\n"

    topology.good.handler = events
    arrived: dict[int, float] = {}
    with topology.connect(agent_socket=A) as client:
        client.send(topology.head("GET", URL, "Accept: text/event-stream", agent=None))
        while len(arrived) < 30:
            assert client.reader.fill(), "the stream ended early"
            now = time.monotonic()
            for number in range(len(arrived), 30):
                if b"event %d\n" % number in client.received:
                    arrived[number] = now
        assert client.response().status == 200
    delays = [arrived[number] - sent[number] for number in range(30)]
    assert statistics.median(delays) < 0.05, delays


@attack(90)
def test_a_piece_that_could_be_the_beginning_is_let_go_at_the_end(topology):
    key = secret(topology).encode()
    body = b"data: " + key[:-1]
    for handler in (fixed(body), chunked(body), close_delimited(body)):
        topology.good.handler = handler
        assert topology.ask("GET", URL).body == body


@attack(91)
def test_websockets_are_refused_where_a_credential_is_injected(topology):
    topology.good.handler = raw(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n\x81\x05hello", 0.5
    )
    with topology.connect(agent_socket=A) as client:
        client.send(
            topology.head(
                "GET",
                URL,
                "Connection: Upgrade",
                "Upgrade: websocket",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                agent=None,
            )
        )
        if topology.entry == CONNECT_H2:  # where such fields are malformed
            with pytest.raises(Closed):
                client.response()
        else:
            assert client.response().status == 403
    assert all("upgrade" not in seen.names() for seen in topology.good.requests)


@attack(92)
def test_nothing_is_answered_from_memory(topology):
    count = iter(range(100))
    topology.open.handler = lambda request: answer(
        b"answer %d" % next(count),
        headers=[
            ("Cache-Control", "public, max-age=3600"),
            ("ETag", '"x"'),
            ("Expires", "Fri, 01 Jan 2038 00:00:00 GMT"),
        ],
    )
    bodies = [topology.ask("GET", "http://open.test/same", agent=agent).body for agent in (A, B, A, B, A)]
    assert bodies == [b"answer %d" % number for number in range(5)]
