"""Conditions on bodies: what cannot be seen to hold is refused, in every way in."""

from __future__ import annotations

import gzip
import json
import time
from contextlib import closing

import pytest

from support.directory import DirectoryTopology
from support.expect import table
from support.topology import A, C
from support.waiting import wait_until

every_entry = pytest.mark.entries("plain", "connect_h1", "connect_h2")
URL = "http://good.test/v1/messages"
TERMS = {
    "methods": ["POST"],
    "paths": ["/v1/messages"],
    "max_inspected_bytes": 65_536,
    "body": [
        {"pointer": "/model", "in": ["small", "medium"]},
        {"pointer": "/max_tokens", "max": 1000, "min": 1, "optional": True},
        {"pointer": "/messages/*/role", "in": ["user", "assistant"]},
        {"pointer": "/metadata/a~1b", "equals": "x", "optional": True},
        {"pointer": "/user", "matches": "team-[a-z]{2,8}", "optional": True},
        {"pointer": "/stream", "equals": False, "optional": True},
    ],
}
GOOD = {"model": "small", "max_tokens": 1000, "messages": [{"role": "user", "content": "hi"}]}
JSON = [("Content-Type", "application/json")]


@pytest.fixture(scope="module")
def _shared_directory(authority):
    directory = DirectoryTopology(authority)
    with closing(directory):
        directory.bind(C, "good", terms=TERMS)
        yield directory


def send(directory, body: bytes, headers=JSON):
    return directory.ask("POST", URL, headers, body, agent=C)


def dumped(value) -> bytes:
    return json.dumps(value).encode()


@every_entry
@table(
    {
        "as it is": dumped(GOOD),
        "without what is optional": dumped({"model": "medium", "messages": GOOD["messages"]}),
        "whole number as a fraction": dumped({**GOOD, "max_tokens": 1.0}),
        "an exponent": dumped(GOOD).replace(b"1000", b"1e3"),
        "a pointer with a slash": dumped({**GOOD, "metadata": {"a/b": "x"}}),
        "members in another order": dumped({"metadata": {"a/b": "x"}, **dict(reversed(GOOD.items()))}),
        "escaped": dumped(GOOD).replace(b'"small"', b'"sm\\u0061ll"'),
        "a match": dumped({**GOOD, "user": "team-abc"}),
        "spaces": b" \r\n\t" + dumped(GOOD) + b"\n" * 1000,
        "other members": dumped({**GOOD, "tools": [{"name": "x"}], "nested": {"model": "large"}}),
    }
)
def test_what_holds_arrives_to_the_byte(directory, row):
    response = send(directory, row)
    assert response.status == 200, response.body
    (seen,) = directory.good.requests
    assert seen.body == row


DENIED = {
    "another model": {**GOOD, "model": "large"},
    "a prefix": {**GOOD, "model": "smal"},
    "a space": {**GOOD, "model": "small "},
    "another case": {**GOOD, "model": "Small"},
    "a list": {**GOOD, "model": ["small"]},
    "null": {**GOOD, "model": None},
    "absent": {"messages": GOOD["messages"]},
    "a list without elements": {**GOOD, "messages": []},
    "too many": {**GOOD, "max_tokens": 1001},
    "too many by little": {**GOOD, "max_tokens": 1000.0000001},
    "too few": {**GOOD, "max_tokens": 0},
    "negative": {**GOOD, "max_tokens": -5},
    "a text": {**GOOD, "max_tokens": "5"},
    "null where a number is": {**GOOD, "max_tokens": None},
    "a list of numbers": {**GOOD, "max_tokens": [5]},
    "true": {**GOOD, "max_tokens": True},
    "one element": {**GOOD, "messages": [{"role": "user"}, {"role": "system"}]},
    "an element without it": {**GOOD, "messages": [{"role": "user"}, {}]},
    "an element that is none": {**GOOD, "messages": [{"role": "user"}, "system"]},
    "an object for a list": {**GOOD, "messages": {"0": {"role": "system"}}},
    "a text for a list": {**GOOD, "messages": "system"},
    "not equal": {**GOOD, "metadata": {"a/b": "y"}},
    "equal in a list": {**GOOD, "metadata": {"a/b": ["x"]}},
    "equal in an object": {**GOOD, "metadata": {"a/b": {"x": "x"}}},
    "an object on the way that is none": {**GOOD, "metadata": "x"},
    "a longer match": {**GOOD, "user": "team-abc; drop"},
    "a line behind a match": {**GOOD, "user": "team-abc\n"},
    "a line before a match": {**GOOD, "user": "x\nteam-abc"},
    "true for false": {**GOOD, "stream": True},
    "0 for false": {**GOOD, "stream": 0},
    "a list of bodies": [GOOD],
}


@every_entry
@pytest.mark.parametrize("name", list(DENIED))
def test_what_does_not_hold_is_refused(directory, name):
    response = send(directory, dumped(DENIED[name]))
    assert response.status == 403 and response.code, response.body
    directory.assert_untouched()


def cut(body: bytes) -> bytes:
    return body[:-1]


WIDE = b'{"pad": "' + b"x" * 70_000 + b'", ' + dumped(GOOD)[1:]
UNKNOWN = {
    "padded before": (b" " * 70_000 + dumped(GOOD), JSON),
    "padded behind": (dumped(GOOD) + b" " * 70_000, JSON),
    "padded inside": (WIDE, JSON),
    "padded, with another behind": (b" " * 65_536 + dumped({**GOOD, "model": "large"}), JSON),
    "cut off": (cut(dumped(GOOD)), JSON),
    "two": (dumped(GOOD) + dumped(GOOD), JSON),
    "a member twice": (dumped(GOOD).replace(b'"model"', b'"model": "small", "model"'), JSON),
    "a member twice, escaped": (dumped(GOOD).replace(b'"model"', b'"m\\u006fdel": "large", "model"'), JSON),
    "a member in another case": (dumped({"Model": "large", **GOOD}), JSON),
    "a member twice further in": (dumped(GOOD).replace(b'"role"', b'"role": "system", "role"'), JSON),
    "a list twice": (dumped(GOOD)[:-1] + b', "messages": []}', JSON),
    "BOM": (b"\xef\xbb\xbf" + dumped(GOOD), JSON),
    "UTF-16": (json.dumps(GOOD).encode("utf-16"), JSON),
    "not UTF-8": (dumped({**GOOD, "x": "y"}).replace(b'"y"', b'"\xff"'), JSON),
    "a surrogate": (dumped({**GOOD, "user": "y"}).replace(b'"y"', b'"team-\\ud800"'), JSON),
    "deep": (dumped({**GOOD, "x": 0}).replace(b'"x": 0', b'"x": ' + b"[" * 300 + b"]" * 300), JSON),
    "NaN": (dumped(GOOD).replace(b"1000", b"NaN"), JSON),
    "a leading zero": (dumped(GOOD).replace(b"1000", b"0100"), JSON),
    "a plus": (dumped(GOOD).replace(b"1000", b"+5"), JSON),
    "hexadecimal": (dumped(GOOD).replace(b"1000", b"0x5"), JSON),
    "a control character": (dumped({**GOOD, "x": "y"}).replace(b'"y"', b'"\x01"'), JSON),
    "a comment": (b"// x\n" + dumped(GOOD), JSON),
    "nothing": (b"", JSON),
    "spaces": (b"   ", JSON),
    "compressed": (gzip.compress(dumped(GOOD)), [*JSON, ("Content-Encoding", "gzip")]),
    "said to be compressed": (dumped(GOOD), [*JSON, ("Content-Encoding", "gzip")]),
    "an unknown coding": (dumped(GOOD), [*JSON, ("Content-Encoding", "x-odd")]),
    "compressed, not said": (gzip.compress(dumped(GOOD)), JSON),
    "as text": (dumped(GOOD), [("Content-Type", "text/plain")]),
    "as a form": (dumped(GOOD), [("Content-Type", "application/x-www-form-urlencoded")]),
    "as lines": (dumped(GOOD), [("Content-Type", "application/x-ndjson")]),
    "without a type": (dumped(GOOD), []),
    "an odd type": (dumped(GOOD), [("Content-Type", "application/json, text/plain")]),
    "another charset": (dumped(GOOD), [("Content-Type", "application/json; charset=utf-16")]),
}


@every_entry
@pytest.mark.parametrize("name", list(UNKNOWN))
def test_what_cannot_be_seen_to_hold_is_refused(directory, name):
    body, headers = UNKNOWN[name]
    response = send(directory, body, headers)
    assert response.status in (400, 403, 413) and response.code, response.body
    directory.assert_untouched()


@every_entry
@table({"vendor": "application/vnd.api+json", "charset": "application/json; charset=UTF-8", "case": "Application/JSON"})
def test_other_names_of_json(directory, row):
    assert send(directory, dumped(GOOD), [("Content-Type", row)]).status == 200


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_pieces_make_no_difference(directory, size):
    for body, status in ((dumped(GOOD), 200), (dumped({**GOOD, "model": "large"}), 403)):
        chunks = b"".join(
            b"%x\r\n%s\r\n" % (len(body[n : n + size]), body[n : n + size]) for n in range(0, len(body), size)
        )
        response = directory.ask("POST", URL, [*JSON, ("Transfer-Encoding", "chunked")], chunks + b"0\r\n\r\n", agent=C)
        assert response.status == status
    (seen,) = directory.good.requests
    assert seen.body == dumped(GOOD)


def test_nothing_is_sent_before_all_of_it_was_seen(directory):
    """The head is not forwarded either, and a client that waits to be told goes on."""
    body = dumped(GOOD)
    with directory.connect() as client:
        head = directory.head(
            "POST",
            URL,
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
            "Expect: 100-continue",
            agent=C,
        )
        client.send(head)
        assert client.read_head().status == 100
        client.send(body[:-1])
        time.sleep(0.3)
        directory.assert_untouched()
        client.send(body[-1:])
        assert client.response().status == 200


def test_a_body_that_stops_is_not_waited_for_without_end(directory):
    with directory.connect() as client:
        client.send(
            directory.head("POST", URL, "Content-Type: application/json", "Content-Length: 100", agent=C) + b"{"
        )
        started = time.monotonic()
        assert client.response().status in (403, 408)
        assert time.monotonic() - started < 9
    directory.assert_untouched()


def test_bodies_that_wait_take_little_memory(directory):
    """A hundred of them at once, each nearly as long as may be looked at."""
    before = directory.daemon.resident()
    clients = [directory.connect() for _ in range(100)]
    try:
        for client in clients:
            client.send(directory.head("POST", URL, "Content-Type: application/json", "Content-Length: 65000", agent=C))
            client.send(b" " * 60_000)
        time.sleep(0.5)
        assert directory.daemon.resident() - before < 48 << 20
        assert send(directory, dumped(GOOD)).status == 200
    finally:
        for client in clients:
            client.close()
    wait_until(lambda: directory.ask("GET", "http://open.test/x", agent=A).status == 200, 5)


def test_an_expression_takes_no_more_than_its_time(directory):
    """One that would take a backtracking engine years."""
    terms = {"methods": ["POST"], "body": [{"pointer": "/x", "matches": "(a|a)*(a|aa)*b"}]}
    made = directory.control.call("POST", "/v1/grants", {"agent": C, "secret": "open-a", "terms": terms})
    assert made.status in (200, 201), made
    started = time.monotonic()
    response = directory.ask("POST", "http://open.test/x", JSON, dumped({"x": "a" * 60_000}), agent=C)
    assert response.status == 403 and time.monotonic() - started < 5
    directory.control.unbind(made.json["id"])


@table(
    {
        "no pointer": {"equals": 1},
        "an object": {"pointer": "/x", "equals": {"y": 1}},
        "no slash": {"pointer": "x", "equals": 1},
        "an odd escape": {"pointer": "/a~2", "equals": 1},
        "two tests": {"pointer": "/x", "equals": 1, "in": [1]},
        "a text for a list": {"pointer": "/x", "in": "abc"},
        "a misspelt test": {"pointer": "/x", "equal": 1},
        "a text for a number": {"pointer": "/x", "max": "5"},
        "a broken expression": {"pointer": "/x", "matches": "(a"},
        "a huge expression": {"pointer": "/x", "matches": "(a{1000}){1000}"},
        "a look back": {"pointer": "/x", "matches": r"(a)\1"},
        "a look ahead": {"pointer": "/x", "matches": "(?=a)a"},
    }
)
def test_conditions_that_make_no_sense_are_refused(directory, row):
    answer = directory.control.call("POST", "/v1/grants", {"agent": C, "secret": "open-a", "terms": {"body": [row]}})
    assert (answer.status, answer.code) == (400, "invalid_request"), answer


def test_an_empty_list_of_values_holds_for_nothing(directory):
    terms = {"methods": ["POST"], "body": [{"pointer": "/x", "in": []}]}
    made = directory.control.call("POST", "/v1/grants", {"agent": C, "secret": "open-a", "terms": terms})
    if made.status < 300:
        assert directory.ask("POST", "http://open.test/x", JSON, b'{"x": 1}', agent=C).status == 403
        directory.control.unbind(made.json["id"])
    else:
        assert made.status == 400
