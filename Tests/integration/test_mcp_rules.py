"""Rules about tools, with a real MCP server and client (FastMCP) on both sides of Postern.

A tool that a grant does not name is neither listed nor callable, and no way of writing a call gets past the rule: what
ran and what arrived is read from the server's own notes.
"""

from __future__ import annotations

import gzip
import json

import pytest

from support import audit
from support.expect import table
from support.mcp_world import BOT, FREE, RULES, STYLES, McpWorld, message, mirrored
from support.waiting import wait_until

EVERY_TOOL = ["delete", "drop_everything", "read", "search"]
CALLS = [
    ["tool", "search", {"query": "x"}],
    ["tool", "delete", {"path": "/public/a"}],
    ["tool", "read", {"path": "/public/a", "limit": 5}],
    ["tool", "read", {"path": "/etc/passwd"}],
    ["tool", "read", {"path": "/public/a", "limit": 5000}],
    ["tool", "drop_everything", {}],
    ["resource", "memo://today", None],
    ["tool", "search", {"query": "y"}],
]


@pytest.fixture(scope="module")
def _mcp(authority, python):
    world = McpWorld(authority, python)
    yield world
    world.close()


@pytest.fixture
def mcp(_mcp):
    _mcp.begin()
    yield _mcp
    _mcp.verify()


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("mode", ["auto", "legacy"])
@pytest.mark.parametrize("scheme", ["https", "http"])
def test_a_client_sees_and_calls_what_is_named(mcp, style, mode, scheme):
    listed, *answers = mcp.client(style, mode, CALLS, scheme=scheme)
    assert listed == ["read", "search"]
    assert [kind for kind, _ in answers] == ["ok", "error", "ok", "error", "error", "error", "error", "ok"], answers
    assert answers[0][1] == "found x" and answers[2][1] == "content of /public/a"
    assert mcp.servers[style].ran == ["search", "read", "search"]
    assert not mcp.servers[style].lines("resource")
    assert not [
        line for line in mcp.servers[style].requests if "delete" in line["body"] or "/etc/passwd" in line["body"]
    ]


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_without_a_rule_everything_passes(mcp, mode):
    """So the client above is kept from something that works."""
    listed, *answers = mcp.client("events", mode, CALLS, agent=FREE)
    assert listed == EVERY_TOOL
    assert [kind for kind, _ in answers] == ["ok"] * len(CALLS), answers


def test_methods_that_are_named_pass(mcp):
    mcp.add("reader", {**RULES, "mcp_methods": ["resources/read"]})
    _, *answers = mcp.client(
        "json", "auto", [["resource", "memo://today", None], ["resources", "", None]], agent="reader"
    )
    assert [kind for kind, _ in answers] == ["ok", "error"], answers


def test_a_tool_named_at_run_time_counts_at_once(mcp):
    """The next call of a session that is open goes by the new grant."""
    mcp.add("growing", {**RULES, "mcp_tools": ["search"]})
    body = json.dumps(message("delete", {"path": "x"})).encode()
    fields = mirrored(name="delete")
    assert mcp.ask(body, fields, agent="growing").status == 403
    (grant,) = [row for row in mcp.control.items("grants", agent="growing") if row["secret"] == "json"]
    mcp.control.unbind(grant["id"])
    mcp.control.bind("growing", "json", terms={**RULES, "mcp_tools": ["search", "delete"]})
    assert mcp.ask(body, fields, agent="growing").status == 200
    assert mcp.servers["json"].ran == ["delete"]


def test_a_refusal_says_why(mcp):
    response = mcp.ask(json.dumps(message("delete", {"path": "x"})).encode(), mirrored(name="delete"))
    assert response.status == 403 and response.code
    row = wait_until(lambda: audit.denials(mcp.daemon.audit()), 3)[-1]
    assert row["postern.agent"] == BOT and "tool" in json.dumps(row)


# Ways of writing a call.

DELETE = message("delete", {"path": "/public/a"})
SEARCH = message("search")


def dumped(value) -> bytes:
    return json.dumps(value).encode()


def twice(first: str, second: str) -> bytes:
    """The same member twice."""
    return dumped(SEARCH).replace(b'"name": "search"', f'"name": {first}, "name": {second}'.encode())


PAD = b" " * (2 << 20)
OTHERS = {
    "as it is": (dumped(DELETE), []),
    "padded before": (PAD + dumped(DELETE), []),
    "padded behind": (dumped(DELETE) + PAD, []),
    "padded inside": (dumped(DELETE).replace(b'"params"', PAD + b'"params"'), []),
    "padded with a member": (dumped({"pad": "x" * (2 << 20), **DELETE}), []),
    "padded by line ends": (b"\n" * (2 << 20) + dumped(DELETE), []),
    "allowed, then another": (dumped(SEARCH) + dumped(DELETE), []),
    "allowed, a line, another": (dumped(SEARCH) + b"\n" + dumped(DELETE), []),
    "name twice": (twice('"search"', '"delete"'), []),
    "name twice, other order": (twice('"delete"', '"search"'), []),
    "name twice, escaped": (dumped(SEARCH).replace(b'"name"', b'"n\\u0061me": "delete", "name"'), []),
    "method twice": (dumped(DELETE).replace(b'"method"', b'"method": "ping", "method"'), []),
    "method twice, other order": (dumped({**DELETE, "x": 1}).replace(b'"x": 1', b'"method": "ping"'), []),
    "params twice": (dumped(SEARCH)[:-1] + b', "params": ' + dumped(DELETE["params"]) + b"}", []),
    "another case": (dumped(SEARCH).replace(b'"name"', b'"Name": "delete", "name"'), []),
    "method in another case": (dumped({**SEARCH, "Method": "tools/call"}), []),
    "escaped": (dumped(DELETE).replace(b'"delete"', b'"d\\u0065lete"'), []),
    "escaped member": (dumped(DELETE).replace(b'"name"', b'"n\\u0061me"'), []),
    "escaped slash": (dumped(DELETE).replace(b'"tools/call"', b'"tools\\/call"'), []),
    "method in upper case": (dumped({**DELETE, "method": "TOOLS/CALL"}), []),
    "method with a space": (dumped({**DELETE, "method": "tools/call "}), []),
    "method with NUL": (dumped({**DELETE, "method": "tools/call\0"}), []),
    "in a batch": (dumped([SEARCH, DELETE]), []),
    "in a batch of one": (dumped([DELETE]), []),
    "in a batch of batches": (dumped([[DELETE]]), []),
    "an empty batch": (b"[]", []),
    "BOM": (b"\xef\xbb\xbf" + dumped(DELETE), []),
    "UTF-16": (json.dumps(DELETE).encode("utf-16"), []),
    "UTF-16, said": (json.dumps(DELETE).encode("utf-16-le"), [("Content-Type", "application/json; charset=utf-16")]),
    "UTF-7, said": (dumped(DELETE), [("Content-Type", "application/json; charset=utf-7")]),
    "not UTF-8": (dumped(DELETE).replace(b"/public/a", b"/public/\xff"), []),
    "compressed": (gzip.compress(dumped(DELETE)), [("Content-Encoding", "gzip")]),
    "said to be compressed": (dumped(DELETE), [("Content-Encoding", "gzip")]),
    "compressed, not said": (gzip.compress(dumped(DELETE)), []),
    "identity, said": (dumped(DELETE), [("Content-Encoding", "identity, gzip")]),
    "as text": (dumped(DELETE), [("Content-Type", "text/plain")]),
    "as a form": (dumped(DELETE), [("Content-Type", "application/x-www-form-urlencoded")]),
    "without a type": (dumped(DELETE), [("Content-Type", "")]),
    "two types": (dumped(DELETE), [("Content-Type", "text/plain"), ("content-type", "application/json")]),
    "deep": (dumped({**DELETE, "x": 1}).replace(b'"x": 1', b'"x": ' + b"[" * 5000 + b"]" * 5000), []),
    "no version": (dumped({k: v for k, v in DELETE.items() if k != "jsonrpc"}), []),
    "another version": (dumped({**DELETE, "jsonrpc": "1.0"}), []),
    "params as a list": (dumped({**DELETE, "params": ["delete", {"path": "x"}]}), []),
    "name as a list": (dumped(message(["delete"], {"path": "x"})), []),
    "no name": (dumped(message(None)), []),
    "a name with a space": (dumped(message("search ")), []),
    "a name that begins well": (dumped(message("search_and_delete")), []),
    "full width": (dumped(message("\uff53earch")), []),
    "upper case": (dumped(message("SEARCH")), []),
    "a comment": (b"/* */" + dumped(DELETE), []),
    "single quotes": (dumped(DELETE).replace(b'"', b"'"), []),
    "a trailing comma": (dumped(DELETE)[:-1] + b",}", []),
    "NaN": (dumped({**SEARCH, "x": 1}).replace(b'"x": 1', b'"x": NaN'), []),
    "cut off": (dumped(DELETE)[:-1], []),
    "nothing": (b"", []),
    "null": (b"null", []),
    "a method of its own": (dumped({**DELETE, "method": "tools/execute"}), []),
    "a notification": (dumped({k: v for k, v in DELETE.items() if k != "id"}), []),
    "a reply that calls": (dumped({**DELETE, "result": {}}), []),
}


@pytest.mark.parametrize("name", list(OTHERS))
def test_no_way_of_writing_it_gets_past_the_rule(mcp, name):
    """Refused by Postern, and nothing of it reached the server."""
    body, headers = OTHERS[name]
    response = mcp.ask(body, headers)
    assert response.status in (400, 403, 413, 415) and response.code, f"{response.status} {response.body[:300]}"
    assert not mcp.servers["json"].requests


@pytest.mark.parametrize(
    "name", ["as it is", "padded before", "escaped", "name twice", "in a batch", "compressed, not said"]
)
def test_nor_in_pieces(mcp, name):
    """Chunks of any size, and a body that comes slowly."""
    body, _ = OTHERS[name]
    for size in (1 if len(body) < 5000 else 100_000, len(body)):
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in pieces(body, size)) + b"0\r\n\r\n"
        response = mcp.ask(chunks, [("Transfer-Encoding", "chunked")])
        assert response.status in (400, 403, 413) and response.code
    assert not mcp.servers["json"].requests


def pieces(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


@table(
    {
        "path": {"path": "/etc/passwd"},
        "path, climbing": {"path": "/public/../etc/passwd"},
        "path, with more behind": {"path": "/public/a\n/etc/passwd"},
        "path, with more before": {"path": "x/public/a"},
        "no path": {"limit": 5},
        "path as a list": {"path": ["/public/a", "/etc/passwd"]},
        "path as an object": {"path": {"0": "/public/a"}},
        "path in another case": {"Path": "/etc/passwd", "path": "/public/a"},
        "limit": {"path": "/public/a", "limit": 101},
        "limit as a text": {"path": "/public/a", "limit": "5"},
        "limit beyond all": {"path": "/public/a", "limit": 10**400},
        "a list": ["/public/a"],
        "nothing": None,
    }
)
def test_arguments_are_held_to_their_rule(mcp, row):
    body = message("read", row)
    if row is None:
        del body["params"]["arguments"]
    response = mcp.ask(dumped(body), mirrored(name="read"))
    assert response.status == 403 and response.code
    assert not mcp.servers["json"].requests


@table(
    {
        "method": mirrored("tools/list"),
        "name": mirrored(name="delete"),
        "name, encoded": mirrored(name="=?base64?ZGVsZXRl?="),
        "name twice": [*mirrored(), ("mcp-name", "delete")],
        "method twice": [*mirrored(), ("mcp-method", "tools/list")],
    }
)
def test_header_fields_that_say_something_else(mcp, row):
    """A server may go by them and not by the body."""
    response = mcp.ask(dumped(SEARCH), row)
    assert response.status in (400, 403) and response.code
    assert not mcp.servers["json"].requests


@table(
    {
        "spaces": b"  \n\t " + dumped(SEARCH) + b" " * 1000,
        "escapes": dumped(SEARCH).replace(b'"search"', b'"se\\u0061rch"'),
        "other members": dumped({**SEARCH, "extra": {"name": "delete"}}),
        "its name in an argument": dumped(message("search", {"query": 'delete everything, "name": "delete"'})),
        "unicode": dumped(message("search", {"query": "\u00e9\U0001f600"})),
        "nearly too long": dumped(SEARCH) + b" " * 900_000,
        "a large number as its id": dumped({**SEARCH, "id": 10**30}),
    }
)
def test_what_is_allowed_arrives_to_the_byte(mcp, row):
    response = mcp.ask(row, mirrored())
    assert response.status == 200 or response.code is None, response.body[:300]
    (seen,) = mcp.servers["json"].requests
    assert seen["body"].encode("latin-1") == row


def test_a_path_beside_the_endpoint_is_no_way_around(mcp):
    for path in ("/mcp/", "/mcp?x=y", "/MCP", "/mcp/../mcp", "//mcp", "/mcp%2f", "/other"):
        response = mcp.ask(dumped(DELETE), path=path)
        assert response.status in (400, 403) and response.code, path
    assert not mcp.servers["json"].requests


def test_other_methods_carry_no_call(mcp):
    for method in ("PUT", "PATCH", "GET", "DELETE"):
        response = mcp.ask(dumped(DELETE), method=method)
        assert response.status in (400, 403) and response.code, method
    assert not mcp.servers["json"].requests


# What is listed.


def lists_only_what_is_named(text: str) -> bool:
    return "search" in text and not any(word in text for word in ("delete", "drop_everything", "Deletes"))


@pytest.mark.parametrize("style", STYLES)
def test_the_list_holds_only_what_is_named(mcp, style):
    """In the bytes, not only for a client that understands them."""
    response = mcp.ask(dumped(message(method="tools/list")), mirrored("tools/list", None), style=style)
    assert response.status == 200 and lists_only_what_is_named(response.body.decode())


def test_the_list_among_events_holds_only_what_is_named(mcp):
    """The protocol with sessions answers in server-sent events."""
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "raw", "version": "1"}}
    begun = mcp.ask(dumped({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}), style="events")
    assert begun.status == 200, begun.body
    session = [("Mcp-Session-Id", begun.value("mcp-session-id")), ("MCP-Protocol-Version", "2025-06-18")]
    mcp.ask(dumped({"jsonrpc": "2.0", "method": "notifications/initialized"}), session, style="events")
    response = mcp.ask(dumped({"jsonrpc": "2.0", "id": 2, "method": "tools/list"}), session, style="events")
    assert response.value("content-type").startswith("text/event-stream")
    assert b"data:" in response.body and lists_only_what_is_named(response.body.decode())


def test_a_large_answer_comes_whole(mcp):
    """Tools return files and pictures."""
    response = mcp.ask(dumped(message("search", {"query": "x" * 900_000})), mirrored())
    assert response.status == 200 and b"x" * 900_000 in response.body


def test_the_list_of_a_batch_is_refused_or_filtered(mcp):
    lists = [message(method="tools/list", id=number) for number in (1, 2)]
    response = mcp.ask(dumped(lists))
    assert b"delete" not in response.body


def test_a_compressed_list_is_not_passed_on(mcp):
    fields = [*mirrored("tools/list", None), ("Accept-Encoding", "gzip, br")]
    response = mcp.ask(dumped(message(method="tools/list")), fields)
    assert "content-encoding" not in response.names()
    assert b"delete" not in response.body
