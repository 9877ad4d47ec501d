"""Cases of RFC 9113, section 8, and RFC 7541: requests, and the compression of their header fields."""

from __future__ import annotations

from .h2_conformance import GET, HOST, POST, Answers, Case, Refuses, data, ends, head, post, without
from .h2wire import Code, Flag, Frame, block, frame, request


def refused(section: str, name: str, *parts: bytes, status: int | None = None) -> Case:
    return Case(section, name, parts, Refuses(status), requests=0)


def field(name: str | bytes, value: str | bytes = "x") -> bytes:
    return head([*GET, (name, value)])


def packed(name: str, *suffix: int, prefix: bytes = b"", section: str) -> Case:
    """A header block that HPACK cannot read."""
    payload = prefix + block(GET) + bytes(suffix)
    return Case(f"RFC 7541 {section}", name, [frame(Frame.HEADERS, Flag.END_HEADERS | Flag.END_STREAM, 1, payload)],
                ends(Code.COMPRESSION_ERROR), requests=0)


LITERAL = 0x00  # without indexing, with a new name

CASES = [
    # Framing of messages.
    Case("8.1", "a request with trailers", [post(), data(b"x", flags=0), head([("a", "b")])], Answers()),
    refused("8.1", "trailers that do not end the request", post(), data(b"x", flags=0),
            head([("a", "b")], flags=Flag.END_HEADERS)),
    refused("8.1", "a pseudo-field in trailers", post(), data(b"x", flags=0), head([(":method", "GET")])),
    refused("8.1.1", "a body longer than its Content-Length", post(("content-length", "1")), data(b"ab")),
    refused("8.1.1", "a body shorter than its Content-Length", post(("content-length", "3")), data(b"ab")),
    refused("8.1.1", "two DATA that miss Content-Length", post(("content-length", "4")), data(b"ab", flags=0),
            data(b"c")),
    refused("8.1.1", "a Content-Length and no body", head([*POST, ("content-length", "1")])),
    refused("8.1.1", "two Content-Lengths", post(("content-length", "1"), ("content-length", "2")), data(b"a")),
    refused("8.1.1", "a Content-Length that is no number", post(("content-length", "+1")), data(b"a")),
    # Fields.
    refused("8.2", "an upper-case name", field("X-Upper")),
    refused("8.2.1", "an empty name", field("")),
    refused("8.2.1", "a space in a name", field("a b")),
    refused("8.2.1", "a colon in a name", field("a:b")),
    refused("8.2.1", "a name that is not ASCII", field(b"n\xc3\xa4me")),
    refused("8.2.1", "a CR in a name", field("a\r")),
    refused("8.2.1", "a LF in a value", field("a", "b\nc: d")),
    refused("8.2.1", "a CR in a value", field("a", "b\rc")),
    refused("8.2.1", "a NUL in a value", field("a", "b\0c")),
    refused("8.2.1", "a request line in a value", field("a", "b\r\n\r\nGET /v1/smuggled HTTP/1.1\r\n\r\n")),
    refused("8.2.2", "connection", field("connection", "keep-alive")),
    refused("8.2.2", "proxy-connection", field("proxy-connection", "keep-alive")),
    refused("8.2.2", "keep-alive", field("keep-alive", "timeout=5")),
    refused("8.2.2", "transfer-encoding", post(("transfer-encoding", "chunked")), data(b"0\r\n\r\n")),
    refused("8.2.2", "upgrade", field("upgrade", "h2c")),
    refused("8.2.2", "te other than trailers", field("te", "gzip")),
    Case("8.2.2", "te: trailers", [field("te", "trailers")], Answers()),
    Case("8.2.3", "cookies in several fields", [head([*GET, ("cookie", "a=b"), ("cookie", "c=d")])], Answers()),
    # Pseudo-fields.
    refused("8.3", "an unknown one", head([(":unknown", "x"), *GET])),
    refused("8.3", "one of answers", head([(":status", "200"), *GET])),
    refused("8.3", "one behind a field", head([*without(":path"), ("a", "b"), (":path", "/v1/ok")])),
    *[refused("8.3.1", f"no {name}", head(without(name))) for name in (":method", ":scheme", ":path")],
    *[refused("8.3.1", f"{name} twice", head([pair, *GET])) for pair in GET for name in pair[:1]],
    refused("8.3.1", "no :authority and no Host", head(without(":authority"))),
    refused("8.3.1", "an empty :path", head(request("GET", HOST, ""))),
    refused("8.3.1", "a :path without its slash", head(request("GET", HOST, "v1/ok"))),
    refused("8.3.1", "a :path with a space", head(request("GET", HOST, "/v1/ok HTTP/1.1"))),
    refused("8.3.1", "a :path with a line end", head(request("GET", HOST, "/v1/ok\r\na: b"))),
    refused("8.3.1", "a URL for a :path", head(request("GET", HOST, f"https://{HOST}/v1/ok"))),
    refused("8.3.1", "an asterisk for GET", head(request("GET", HOST, "*"))),
    refused("8.3.1", "an empty :method", head(request("", HOST, "/v1/ok"))),
    refused("8.3.1", "a :method with a space", head(request("GET /v1/other", HOST, "/v1/ok"))),
    refused("8.3.1", "a :scheme that is none", head(request("GET", HOST, "/v1/ok", scheme="ht tps"))),
    refused("8.3.1", "userinfo in :authority", head(request("GET", f"user@{HOST}", "/v1/ok"))),
    refused("8.3.1", "a Host that differs from :authority", head([*GET, ("host", "evil.test")])),
    refused("8.3.1", "another :authority", head(request("GET", "evil.test", "/v1/ok")), status=421),
    refused("8.5", "CONNECT", head([(":method", "CONNECT"), (":authority", f"{HOST}:443")])),
    refused("8.5", "CONNECT with :path", head(request("CONNECT", HOST, "/v1/ok"))),
    # HPACK. The last bytes of a block make the error.
    packed("index 0", 0x80, section="6.1"),
    packed("an index beyond both tables", 0xFF, 0x00, section="2.3.3"),
    packed("a name at an index beyond both tables", 0x7F, 0x80, 0x01, 0x01, 0x78, section="2.3.3"),
    packed("an index that overflows", 0xFF, *[0xFF] * 9, 0x7F, section="5.1"),
    packed("a length beyond the block", LITERAL, 0x7F, 0x7F, section="5.2"),
    packed("a string that is cut", LITERAL, 0x01, section="5.2"),
    packed("Huffman padding of more than 7 bits", LITERAL, 0x01, 0x61, 0x82, 0x1F, 0xFF, section="5.2"),
    packed("Huffman padding of zeros", LITERAL, 0x01, 0x61, 0x81, 0x18, section="5.2"),
    packed("EOS in Huffman", LITERAL, 0x01, 0x61, 0x84, 0xFF, 0xFF, 0xFF, 0xFF, section="5.2"),
    packed("a size update behind a field", 0x20, section="4.2"),
    packed("a size update beyond the setting", prefix=b"\x3f\xff\xff\x7f", section="6.3"),
    Case("RFC 7541 4.2", "a size update before all fields", [head(prefix=b"\x20")], Answers()),
]
