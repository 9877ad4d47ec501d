"""Heads and bodies on which HTTP/1.1 parsers are known to disagree, all aimed at ``good``.

Each carries, where there is room for one, a second request that only a confused parser finds. REFUSED must not reach
the origin at all; ONCE may, as one plainly framed request or as none.
"""

from __future__ import annotations

from typing import NamedTuple

REFUSED, ONCE = "refused", "once"

URL = b"http://good.test/v1/ok"
HOST = b"Host: good.test\r\n"
SMUGGLED = b"GET http://good.test/v1/smuggled HTTP/1.1\r\n" + HOST + b"\r\n"
CHUNKED = b"5\r\nhello\r\n0\r\n\r\n"


class Case(NamedTuple):
    name: str
    payload: bytes
    verdict: str


def post(*lines: bytes, body: bytes = b"", version: bytes = b"HTTP/1.1") -> bytes:
    """A POST with these further header lines, each without its CRLF."""
    return (
        b"POST " + URL + b" " + version + b"\r\n" + HOST + b"".join(line + b"\r\n" for line in lines) + b"\r\n" + body
    )


def get(*lines: bytes, start: bytes = b"GET " + URL + b" HTTP/1.1\r\n", host: bytes = HOST) -> bytes:
    return start + host + b"".join(line + b"\r\n" for line in lines) + b"\r\n"


def start_line(line: bytes, verdict: str = REFUSED) -> Case:
    return Case(f"start line {line[:60]!r}", get(start=line), verdict)


def _cases() -> list[Case]:
    cases = [
        # Start lines.
        start_line(b"GET  " + URL + b" HTTP/1.1\r\n"),
        start_line(b"GET " + URL + b"  HTTP/1.1\r\n"),
        start_line(b"GET\t" + URL + b"\tHTTP/1.1\r\n"),
        start_line(b"GET\x0b" + URL + b" HTTP/1.1\r\n"),
        start_line(b"GET\x0c" + URL + b" HTTP/1.1\r\n"),
        start_line(b"GET\xa0" + URL + b" HTTP/1.1\r\n"),
        start_line(b" GET " + URL + b" HTTP/1.1\r\n"),
        start_line(b"\tGET " + URL + b" HTTP/1.1\r\n"),
        start_line(b"GET " + URL + b" HTTP/1.1 \r\n"),
        start_line(b"GET " + URL + b" HTTP/1.1\t\r\n"),
        start_line(b"GET " + URL + b" HTTP/1.1 x\r\n"),
        start_line(b"GET " + URL + b" x HTTP/1.1\r\n"),
        start_line(b"GET " + URL + b" HTTP/1.\r\n"),
        start_line(b"GET " + URL + b" HTTP/.1\r\n"),
        start_line(b"GET " + URL + b" HTTP/1\r\n"),
        start_line(b"GET " + URL + b" HTTP/11\r\n"),
        start_line(b"GET " + URL + b" HTTP/1.10\r\n"),
        start_line(b"GET " + URL + b" HTTP/01.1\r\n"),
        start_line(b"GET " + URL + b" HTTP/1.01\r\n"),
        start_line(b"GET " + URL + b" HTTP/-1.1\r\n"),
        start_line(b"GET " + URL + b" HTTP /1.1\r\n"),
        start_line(b"GET " + URL + b" hTTP/1.1\r\n"),
        start_line(b"GET " + URL + b"\r\n"),
        start_line(b"GET HTTP/1.1\r\n"),
        start_line(b" " + URL + b" HTTP/1.1\r\n"),
        start_line(URL + b" HTTP/1.1\r\n"),
        start_line(b"GE(T " + URL + b" HTTP/1.1\r\n"),
        start_line(b"G\x00ET " + URL + b" HTTP/1.1\r\n"),
        start_line(b"\xef\xbb\xbfGET " + URL + b" HTTP/1.1\r\n"),
        start_line(b"\x00GET " + URL + b" HTTP/1.1\r\n"),
        start_line(b"\r\n\r\n\r\nGET " + URL + b" HTTP/1.1\r\n", ONCE),
        start_line(b"\nGET " + URL + b" HTTP/1.1\r\n", ONCE),
        start_line(b"\rGET " + URL + b" HTTP/1.1\r\n"),
        start_line(b"GET " + URL + b" HTTP/1.1\r\r\n"),
        start_line(b"GET " + URL + b" HTTP/1.1\rX: y\r\n"),
        start_line(b"GET " + URL + b"\x00 HTTP/1.1\r\n"),
        start_line(b"GET " + URL + b"\x7f HTTP/1.1\r\n"),
        start_line(b"GET " + URL + b"\xff HTTP/1.1\r\n"),
        start_line(b"GET " + URL + b"#x HTTP/1.1\r\n"),
        # Framing headers.
        Case("length and chunked", post(b"Content-Length: 5", b"Transfer-Encoding: chunked", body=CHUNKED), REFUSED),
        Case("chunked and length", post(b"Transfer-Encoding: chunked", b"Content-Length: 5", body=CHUNKED), REFUSED),
        Case(
            "chunked and empty length", post(b"Transfer-Encoding: chunked", b"Content-Length:", body=CHUNKED), REFUSED
        ),
        Case("chunked with a NUL", post(b"Transfer-Encoding: chunked\x00", body=CHUNKED), REFUSED),
        Case("NUL before chunked", post(b"Transfer-Encoding: \x00chunked", body=CHUNKED), REFUSED),
        Case("chunked after a form feed", post(b"Transfer-Encoding: \x0cchunked", body=CHUNKED), REFUSED),
        Case("chunked, a comma first", post(b"Transfer-Encoding: ,chunked", body=CHUNKED), REFUSED),
        Case("chunked, a comma last", post(b"Transfer-Encoding: chunked,", body=CHUNKED), REFUSED),
        Case("chunked twice", post(b"Transfer-Encoding: chunked, chunked", body=CHUNKED), REFUSED),
        Case("chunked in two fields", post(*[b"Transfer-Encoding: chunked"] * 2, body=CHUNKED), REFUSED),
        Case(
            "chunked and identity fields",
            post(b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity", body=CHUNKED),
            REFUSED,
        ),
        Case("chunked with a parameter", post(b"Transfer-Encoding: chunked;a=b", body=CHUNKED), REFUSED),
        Case("chunked, HTTP/1.0", post(b"Transfer-Encoding: chunked", body=CHUNKED, version=b"HTTP/1.0"), REFUSED),
        Case("empty transfer coding", post(b"Transfer-Encoding:", b"Content-Length: 5", body=b"hello"), REFUSED),
        Case("identity and length", post(b"Transfer-Encoding: identity", b"Content-Length: 5", body=b"hello"), REFUSED),
        Case("length with a NUL", post(b"Content-Length: 5\x00", body=b"hello"), REFUSED),
        Case("length with an underscore in the number", post(b"Content-Length: 1_0", body=b"hellohello"), REFUSED),
        Case("length in Arabic digits", post("Content-Length: ٥".encode(), body=b"hello"), REFUSED),
        Case("length, spaces inside", post(b"Content-Length: 5 5", body=b"hello" * 11), REFUSED),
        Case("length with a semicolon", post(b"Content-Length: 5;", body=b"hello"), REFUSED),
        Case("length in quotes", post(b'Content-Length: "5"', body=b"hello"), REFUSED),
        Case("lengths 0 and 5", post(b"Content-Length: 0", b"Content-Length: 5", body=b"hello"), REFUSED),
        Case("length with zeros before", post(b"Content-Length: 0000000005", body=b"hello"), ONCE),
        Case("length shorter than the body", post(b"Content-Length: 0", body=b"hello" + SMUGGLED), ONCE),
        Case("length name with a dot", post(b"Content.Length: 5", body=SMUGGLED[:5]), ONCE),
        Case("GET with a body", get(b"Content-Length: %d" % len(SMUGGLED)) + SMUGGLED, ONCE),
        Case(
            "HEAD with a body",
            get(b"Content-Length: %d" % len(SMUGGLED), start=b"HEAD " + URL + b" HTTP/1.1\r\n") + SMUGGLED,
            ONCE,
        ),
        # Field lines.
        Case("no colon", get(b"Nonsense"), REFUSED),
        Case("colon only", get(b":"), REFUSED),
        Case("space only", get(b" "), REFUSED),
        Case("a space in the name", get(b"A B: c"), REFUSED),
        Case("a tab after the name", get(b"A\t: c"), REFUSED),
        Case("a NUL in the name", get(b"A\x00B: c"), REFUSED),
        Case("a slash in the name", get(b"A/B: c"), REFUSED),
        Case("a non-ASCII name", get("Ä: c".encode()), REFUSED),
        Case("a NUL in a value", get(b"A: b\x00c"), REFUSED),
        Case("a backspace in a value", get(b"A: b\x08c"), REFUSED),
        Case("a DEL in a value", get(b"A: b\x7fc"), REFUSED),
        Case("a CR in a value", get(b"A: b\rTransfer-Encoding: chunked"), REFUSED),
        Case("a LF in a value", get(b"A: b\nTransfer-Encoding: chunked"), REFUSED),
        Case("LF CR", get(b"A: b\n\rB: c"), REFUSED),
        Case("folded", get(b"A: b\r\n\tc"), REFUSED),
        Case("folded transfer coding", post(b"Transfer-Encoding:\r\n chunked", body=CHUNKED), REFUSED),
        Case("folded length", post(b"Content-Length:\r\n 5", body=b"hello"), REFUSED),
        Case("an empty line that is not", b"GET " + URL + b" HTTP/1.1\r\n" + HOST + b" \r\n\r\n" + SMUGGLED, REFUSED),
        # Hosts.
        Case("no Host", get(host=b""), REFUSED),
        Case("empty Host", get(host=b"Host:\r\n"), REFUSED),
        Case("Host with a port too many", get(host=b"Host: good.test:80:80\r\n"), REFUSED),
        Case("Host with userinfo", get(host=b"Host: x@good.test\r\n"), REFUSED),
        Case("Host with a path", get(host=b"Host: good.test/v1\r\n"), REFUSED),
        Case("Host with a NUL", get(host=b"Host: good.test\x00\r\n"), REFUSED),
        Case("Host twice, equal", get(host=HOST * 2), REFUSED),
        Case("Host twice, in a list", get(host=b"Host: good.test, good.test\r\n"), REFUSED),
        Case("Host before the start line", HOST + b"GET " + URL + b" HTTP/1.1\r\n\r\n", REFUSED),
    ]
    sizes = {
        "x": b"x",
        "empty": b"",
        "minus": b"-5",
        "plus": b"+5",
        "0x": b"0x5",
        "space before": b" 5",
        "space after": b"5 ",
        "tab": b"5\t",
        "underscore": b"0_5",
        "17 digits": b"1" + b"0" * 16 + b"5",
        "NUL": b"5\x00",
        "non-ASCII": b"\xb5",
        "comma": b"5,5",
        "dot": b"5.0",
        "h": b"5h",
    }
    for name, size in sizes.items():
        body = size + b"\r\nhello\r\n0\r\n\r\n" + SMUGGLED
        cases.append(Case(f"chunk size: {name}", post(b"Transfer-Encoding: chunked", body=body), ONCE))
    bodies = {
        "LF after the size": b"5\nhello\r\n0\r\n\r\n",
        "CR after the size": b"5\rhello\r\n0\r\n\r\n",
        "CR CR LF after the size": b"5\r\r\nhello\r\n0\r\n\r\n",
        "LF after the data": b"5\r\nhello\n0\r\n\r\n",
        "CR after the data": b"5\r\nhello\r0\r\n\r\n",
        "nothing after the data": b"5\r\nhello0\r\n\r\n",
        "data too long": b"5\r\nhello!\r\n0\r\n\r\n",
        "data too short": b"6\r\nhello\r\n0\r\n\r\n",
        "LF at the end": b"5\r\nhello\r\n0\r\n\n",
        "CR at the end": b"5\r\nhello\r\n0\r\n\r",
        "LF after the last size": b"5\r\nhello\r\n0\n\r\n",
        "LF in an extension": b"5;a\nb\r\nhello\r\n0\r\n\r\n",
        "CR in an extension": b"5;a\rb\r\nhello\r\n0\r\n\r\n",
        "NUL in an extension": b"5;\x00\r\nhello\r\n0\r\n\r\n",
        "a request in an extension": b"5;" + SMUGGLED.replace(b"\r\n", b"\n") + b"\r\nhello\r\n0\r\n\r\n",
        "trailer without a colon": b"0\r\nnonsense\r\n\r\n",
        "folded trailer": b"0\r\nA: b\r\n c\r\n\r\n",
        "LF after a trailer": b"0\r\nA: b\n\r\n",
        "space before a trailer": b"0\r\n A: b\r\n\r\n",
    }
    for name, body in bodies.items():
        cases.append(Case(f"chunks: {name}", post(b"Transfer-Encoding: chunked", body=body + SMUGGLED), ONCE))
    # Well framed to a lenient reader: nothing may follow, for it would be a request in its own right.
    for name, body in {
        "last chunk 000": b"5\r\nhello\r\n000\r\n\r\n",
        "open quote": b'5;a="\r\nhello\r\n0\r\n\r\n',
    }.items():
        cases.append(Case(f"chunks: {name}", post(b"Transfer-Encoding: chunked", body=body), ONCE))
    return cases


CASES = _cases()
