"""Headers that reach for the credential's slot, for an identity, or past the next hop (attacks 31 to 47)."""

from __future__ import annotations

import base64
import re

import pytest

from support.client import basic, request
from support.daemon import Daemon
from support.entries import CONNECT_H2
from support.expect import by_plain, refused, table
from support.topology import A, B, C
from support.waiting import wait_until

attack = pytest.mark.attack
URL = "http://good.test/v1/ok"


def send(topology, url: str, *lines: str, method: str = "GET"):
    """One request with raw header lines, through the agent's own socket."""
    with topology.connect(agent_socket=A) as client:
        client.send(topology.head(method, url, *lines, agent=None))
        return client.response(method)


# The slot.


@attack(31)
@table(
    {
        "plain": ["Authorization: Bearer mine"],
        "lower case": ["authorization: Bearer mine"],
        "upper case": ["AUTHORIZATION: Bearer mine"],
        "twice": ["Authorization: Bearer mine", "Authorization: Bearer yours"],
        "twice, other case": ["Authorization: Bearer mine", "aUTHORIZATION: Bearer yours"],
        "comma list": ["Authorization: Bearer mine, Bearer yours"],
        "empty": ["Authorization:"],
        "space": ["Authorization:  "],
        "tab after the colon": ["Authorization:\tBearer mine"],
        "basic": ["Authorization: Basic bWluZTptaW5l"],
        "placeholder": ["Authorization: Bearer {secret}"],
        "other credentials": ["X-Api-Key: mine", "Api-Key: mine", "X-Goog-Api-Key: mine", "PRIVATE-TOKEN: mine"],
        "cookie": ["Cookie: session=mine"],
    }
)
def test_what_the_agent_puts_in_the_slot_is_replaced(topology, row):
    assert send(topology, URL, *row).status == 200
    assert len(topology.good.requests) == 1  # that the slot holds ours alone is checked after every test
    assert b"mine" not in topology.good.raw and b"yours" not in topology.good.raw


@attack(31)
@table(
    {
        "space before the colon": ["Authorization : Bearer mine"],
        "tab before the colon": ["Authorization\t: Bearer mine"],
        "folded": ["Authorization: Bearer", " mine"],
        "folded name": ["X: y", " Authorization: Bearer mine"],
    }
)
def test_malformed_slot_fields_are_refused(topology, row):
    refused(topology, topology.head("GET", URL, *row, agent=None))


@attack(32)
@table(
    {
        "close": ["Connection: close, Authorization"],
        "keep-alive": ["Connection: keep-alive, Authorization, host"],
        "two lines": ["Connection: Authorization", "Connection: keep-alive"],
        "lower case": ["connection: authorization"],
        "proxy-connection": ["Proxy-Connection: close, Authorization"],
        "slot of another": ["Connection: X-Api-Key, Authorization"],
    }
)
def test_connection_options_do_not_remove_the_credential(topology, row):
    if topology.entry == CONNECT_H2:  # where such fields are malformed
        refused(topology, topology.head("GET", URL, *row, agent=None))
        return
    send(topology, URL, *row)
    for seen in topology.good.requests:
        assert "authorization" not in ",".join(seen.values("connection")).lower()
        assert "proxy-connection" not in seen.names()


@attack(32)
def test_the_credential_survives_a_connection_option_that_names_it(topology):
    assert send(topology, URL, "Connection: keep-alive, Authorization").status in (200, 400)
    assert send(topology, "http://open.test/x", "Connection: X-Api-Key").status in (200, 400)


@attack(33)
@table(
    {
        "length and host": "content-length, host",
        "host": "Host",
        "coding": "transfer-encoding, te",
        "length": "Content-Length",
    }
)
def test_connection_options_do_not_remove_framing(topology, row):
    if topology.entry == CONNECT_H2:
        refused(topology, request("POST", URL, "good.test", [("Connection", row)], b"hello"))
        return
    with topology.connect(agent_socket=A) as client:
        client.send(request("POST", URL, "good.test", [("Connection", row)], b"hello"))
        assert client.response().status in (200, 400)
    for seen in topology.good.requests:
        assert seen.body == b"hello" and seen.values("host") == ["good.test"]


@attack(33)
def test_fields_named_as_connection_options_stop_here(topology):
    send(topology, URL, "Connection: X-Private, close", "X-Private: mine", "X-Public: yes")
    (seen,) = topology.good.requests
    assert "x-private" not in seen.names() and seen.values("x-public") == ["yes"]


@attack(34)
@table(
    {
        "underscores": ["X_Api_Key: mine"],
        "dashes": ["x-api-key: mine"],
        "both": ["X_Api_Key: mine", "x-api-key: mine"],
        "mixed": ["X-Api_Key: mine"],
        "upper case": ["X_API_KEY: mine"],
    }
)
def test_aliases_of_the_slot_are_dropped(topology, row):
    assert send(topology, "http://open.test/x", *row).status in (200, 400)
    assert b"mine" not in topology.open.raw


@attack(34)
@table(
    {
        "dash": "Authorization_: mine",
        "host": "HOST_: evil.test",
        "proxy": "Proxy_Authorization: mine",
        "forwarded": "X_Forwarded_For: 1.1.1.1",
    }
)
def test_underscores_do_not_smuggle_other_names(topology, row):
    send(topology, URL, row)
    for seen in topology.good.requests:
        assert not seen.names() & {"proxy_authorization", "x_forwarded_for", "x-forwarded-for"}


@attack(35)
@table(
    {
        "plain": "key=a",
        "encoded": "k%65y=b",
        "encoded, upper": "%4B%45%59=b",
        "other case": "KEY=c",
        "three": "key=a&k%65y=b&KEY=c",
        "twice": "key=a&key=b",
        "empty": "key=",
        "no value": "key",
        "last": "limit=1&key=a",
        "between": "a=1&key=x&b=2",
        "semicolon": "a=1;key=x",
        "plus": "+key=x",
        "encoded equals": "key%3Dx",
        "double encoded": "k%2565y=b",
        "empty pairs": "&&key=a&&",
        "array": "key[]=a",
    }
)
def test_the_query_slot_holds_one_value(topology, row):
    response = send(topology, f"http://query.test/search?{row}&q=shoes" if row else "http://query.test/search")
    assert response.status in (200, 400)
    for seen in topology.query.requests:
        assert "q=shoes" in seen.query


@attack(35)
def test_a_query_is_added_where_there_was_none(topology):
    assert send(topology, "http://query.test/search").status == 200
    assert send(topology, "http://query.test/search?").status == 200
    assert len(topology.query.requests) == 2


@attack(35)
@table({"one": "/botmine/getMe", "placeholder": "/bot0:postern-placeholder/getMe", "encoded": "/bot%6dine/getMe"})
def test_the_path_slot_is_replaced(topology, row):
    assert send(topology, f"http://path.test{row}").status == 200
    assert topology.path.requests[0].path == f"/bot{topology.secrets['path']}/getMe"


@attack(35)
@table(
    {
        "absent": "/getMe",
        "empty": "/bot/getMe",
        "doubled slash": "//botx/getMe",
        "encoded prefix": "/%62otx/getMe",
        "case": "/BOTx/getMe",
        "dots": "/botx/../boty/getMe",
        "encoded slash": "/botx%2f..%2fboty/getMe",
        "no end": "/botx",
    }
)
def test_a_path_without_the_slot_carries_no_credential(topology, row):
    """Refused, or the credential is in its place and nowhere else."""
    send(topology, f"http://path.test{row}")
    for seen in topology.path.requests:
        assert seen.path.startswith(f"/bot{topology.secrets['path']}/")


@attack(36)
@table(
    {
        "one line": ["Cookie: sid=x; a=b"],
        "two lines": ["Cookie: sid=x; a=b", "Cookie: sid=y; c=d"],
        "quoted": ['Cookie: sid="x"; a=b'],
        "none": [],
    }
)
def test_a_cookie_slot_holds_one_line(make_topology, row):
    def edit(topology, config):
        config.find("provider", name="cookies").update(inject=[{"header": "Cookie", "value": "sid={secret}"}])
        topology.guarded[5].slot = lambda seen: seen.values("cookie")
        topology.guarded[5].values = (f"sid={topology.secrets['cookies']}",)

    topology = make_topology(edit)
    assert send(topology, "http://cookies.test/", *row).status == 200
    (seen,) = topology.cookies.requests
    assert sum("sid=" in value for value in seen.values("cookie")) == 1


# The agent's key.


@attack(37)
def test_the_agents_key_reaches_no_origin(topology):
    """In the proxy's field, in Bearer form, beside other fields, and where the API key goes in base-URL mode."""
    key = topology.keys[A]
    for proof in (basic(A, key), f"Bearer {key}", "basic" + basic(A, key)[5:]):
        with topology.connect() as client:
            client.send(
                topology.head(
                    "GET",
                    URL,
                    f"Proxy-Authorization: {proof}",
                    f"Authorization: Bearer {key}",
                    f"X-Api-Key: {key}",
                    agent=None,
                )
            )
            assert client.response().status == 200
    fields = (f"Authorization: Bearer {key}", f"X-Api-Key: {key}", f"Authorization: {basic('x', key)}")
    for field in by_plain(topology, fields, ()):
        with topology.connect() as client:
            client.send(f"GET /via/good/v1/ok HTTP/1.1\r\nHost: 127.0.0.1\r\n{field}\r\n\r\n".encode())
            client.response()
    assert len(topology.good.requests) >= by_plain(topology, 4, 3)
    raw = topology.good.raw
    assert key.encode() not in raw and base64.b64encode(key.encode())[:20] not in raw


@attack(37)
def test_the_agents_key_is_removed_towards_egress_and_basic_origins(topology):
    for host in ("egress.test", "basic.test", "query.test", "plain.test"):
        assert topology.ask("GET", f"http://{host}/x", [("Authorization", f"Bearer {topology.keys[A]}")]).status in (
            200,
            403,
        )
    # that no origin received a key is checked after every test


# What stops at the proxy.

HOP_BY_HOP = [
    "Keep-Alive: timeout=5",
    "TE: trailers",
    "Trailer: X",
    "Proxy-Connection: keep-alive",
    "Proxy-Foo: bar",
    "Upgrade: foo",
    "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA",
    "Proxy-Authenticate: Basic",
]


@attack(38)
@pytest.mark.parametrize("url", [URL, "http://egress.test/x", "http://open.test/x"])
def test_hop_by_hop_fields_stop_here(topology, url):
    connection = ["Connection: keep-alive, TE", "Keep-Alive: timeout=5", "Proxy-Connection: keep-alive", "Upgrade: foo"]
    malformed = connection if topology.entry == CONNECT_H2 else []
    for line in malformed:
        refused(topology, topology.head("GET", url, line, agent=None))
    lines = [line for line in [*HOP_BY_HOP, connection[0]] if line not in malformed]
    assert send(topology, url, *lines).status == 200
    (seen,) = [r for origin in topology.origins for r in origin.requests]
    forbidden = {line.partition(":")[0].lower() for line in HOP_BY_HOP}
    assert not seen.names() & forbidden
    assert not any(name.startswith("proxy-") for name in seen.names())


@attack(39)
@table(
    {
        name: name
        for name in (
            "Forwarded",
            "X-Forwarded-For",
            "X-Forwarded-Host",
            "X-Forwarded-Proto",
            "X-Forwarded-Port",
            "X-Forwarded-Prefix",
            "X-Forwarded-Server",
            "X-Real-IP",
            "X-Original-URL",
            "X-Rewrite-URL",
            "X-HTTP-Method-Override",
            "X-HTTP-Method",
            "X-Method-Override",
            "X_Forwarded_Host",
            "x-forwarded-HOST",
        )
    }
)
def test_provenance_and_overrides_stop_here(topology, row):
    assert send(topology, URL, f"{row}: evil.test").status in (200, 400)
    assert b"evil.test" not in topology.good.raw


@attack(39)
def test_the_consumed_fields_stop_here(topology):
    run = ["Postern-Run: run-7", "Postern-Role: r", "Postern-Context: {}", "X-Alter-Context: {}"]
    assert (
        send(topology, URL, *run, "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01").status == 200
    )
    (seen,) = topology.good.requests
    assert not [name for name in seen.names() if name.startswith(("postern", "x-alter"))]
    assert "traceparent" in seen.names()


# The credential's own bytes.


def with_secret(value: bytes):
    """Edits a topology so that the credential of ``good`` is these bytes."""

    def edit(topology, config):
        topology.secret_file("good", value)

    return edit


@attack(40)
@table(
    {
        "CRLF": b"abcdefgh\r\nX: y",
        "LF": b"abcdefgh\nX: y",
        "CR": b"abcdefgh\rX: y",
        "NUL": b"abcdefgh\x00ijk",
        "control": b"abcdefgh\x01",
        "LF in front": b"\nabcdefgh",
        "ESC": b"abcdefgh\x1b[2J",
    }
)
def test_a_credential_that_would_break_the_head_is_refused_when_loaded(make_topology, row):
    topology = make_topology(with_secret(row), starts=False)
    daemon = topology.daemon = Daemon(topology.directory, topology.config.text(), wait=False)
    assert daemon.process.wait(10) not in (0, None)
    assert daemon.process.returncode > 0, f"died of a signal: {daemon.log()}"
    assert re.search(r"proxy\.conf:\d+:.*secret", daemon.log()), daemon.log()


@attack(41)
@table({"LF": b"trailing-newline-key\n", "CRLF": b"trailing-newline-key\r\n"})
def test_a_trailing_newline_never_reaches_the_wire(make_topology, row):
    topology = make_topology(with_secret(row), wait=False)
    key = "trailing-newline-key"
    topology.secrets["good"] = key
    topology.guarded[0].values = (f"Bearer {key}",)

    def settled() -> bool:
        return not topology.daemon.is_alive() or "ready" in topology.daemon.log()

    wait_until(settled, 10, "the daemon starts or refuses")
    if topology.daemon.is_alive():
        topology.begin()
        assert send(topology, URL).status == 200
        assert topology.good.requests[0].values("authorization") == [f"Bearer {key}"]
    else:
        assert topology.daemon.process.returncode > 0 and "good" in topology.daemon.log()


# Bytes that some decoder would change.


@attack(42)
@table(
    {
        "CRLF": "/v1/ok%0d%0aInjected:%20yes",
        "LF": "/v1/ok%0aInjected:%20yes",
        "upper": "/v1/ok%0D%0AInjected:%20yes",
        "low bytes": "/v1/ok%E5%98%8D%E5%98%8AInjected:%20yes",
        "in the query": "/v1/ok?x=%0d%0aInjected:%20yes",
        "overlong": "/v1/ok%c0%8d%c0%8aInjected:%20yes",
    }
)
def test_encoded_line_ends_stay_encoded(topology, row):
    assert send(topology, f"http://good.test{row}").status in (200, 400)
    for seen in topology.good.requests:
        assert "injected" not in seen.names() and seen.target == row


@attack(42)
@table({"path": "http://egress.test/x%0d%0aInjected:%20yes", "query": "http://query.test/?q=%0d%0aInjected:%20yes"})
def test_encoded_line_ends_stay_encoded_without_a_path_rule(topology, row):
    assert send(topology, row).status in (200, 400)
    assert all("injected" not in seen.names() for origin in topology.origins for seen in origin.requests)


@attack(43)
@table(
    {
        "0xff": b"b\xffc",
        "0xc0 0xaf": b"\xc0\xaf",
        "0xfe": b"\xfe",
        "half a letter": b"\xc3",
        "a surrogate": b"\xed\xa0\x80",
        "a letter": "ü".encode(),
        "Latin-1": b"\xfc",
    }
)
def test_bytes_above_ascii_are_not_repaired(topology, row):
    with topology.connect(agent_socket=A) as client:
        client.send(b"GET http://good.test/v1/ok HTTP/1.1\r\nHost: good.test\r\nX-A: " + row + b"\r\n\r\n")
        assert client.response().status in (200, 400)
    for seen in topology.good.requests:
        assert seen.values("x-a") == [row.decode("latin-1")]


@attack(43)
@table({"0xff": b"\xff", "0xc0 0xaf": b"..\xc0\xaf..", "a letter": "ü".encode()})
def test_bytes_above_ascii_in_a_target_are_refused(topology, row):
    refused(topology, b"GET http://good.test/v1/" + row + b" HTTP/1.1\r\nHost: good.test\r\n\r\n")
    refused(topology, b"GET http://open.test/" + row + b" HTTP/1.1\r\nHost: open.test\r\n\r\n")


@attack(44)
@table({"nothing": "X-Empty:", "a space": "X-Empty: ", "a semicolon": "X-Empty: ;"})
def test_empty_fields_arrive_as_sent(topology, row):
    assert send(topology, URL, row).status == 200
    assert topology.good.requests[0].values("x-empty") == [row.partition(":")[2].strip()]


@attack(44)
def test_order_repetition_and_spelling_of_other_fields_are_kept(topology):
    lines = ["X-One: 1", "x-TWO: 2", "X-One: 3", "X_Under: 4", "X-Long: " + "v" * 8000]
    assert send(topology, URL, *lines).status == 200
    seen = [f"{n}: {v}" for n, v in topology.good.requests[0].fields if n.lower().startswith("x-")]
    expected = [line for line in lines if not line.startswith("X_")]
    assert seen == ([line.lower() for line in expected] if topology.entry == CONNECT_H2 else expected)


# Who is asking.


@attack(45)
@pytest.mark.parametrize("order", [(A, B), (B, A), (A, A)], ids=["A then B", "B then A", "A twice"])
def test_two_keys_are_refused(topology, order):
    fields = [f"Proxy-Authorization: {basic(agent, topology.keys[agent])}" for agent in order]
    refused(topology, topology.head("GET", URL, *fields, agent=None), agent_socket=None, closes=False)


@attack(45)
@table({"comma": "Basic {a}, Basic {b}", "joined": "Basic {a} {b}", "two words": "Basic Basic {a}"})
def test_two_keys_in_one_field_are_none(topology, row):
    a, b = (basic(agent, topology.keys[agent]).removeprefix("Basic ") for agent in (A, B))
    with topology.connect() as client:
        client.send(topology.head("GET", URL, f"Proxy-Authorization: {row.format(a=a, b=b)}", agent=None))
        assert client.response().status in (400, 407)
    topology.assert_untouched()


@attack(46)
def test_a_claimed_name_gives_nothing(topology):
    """B's key under A's name is either B's or nobody's."""
    with topology.connect() as client:
        client.send(
            topology.head(
                "GET", URL, f"Proxy-Authorization: {basic(A, topology.keys[B])}", "X-Agent-Id: " + A, agent=None
            )
        )
        assert client.response().status in (403, 407)
    topology.assert_untouched()


@attack(46)
@table(
    {
        "X-Agent-Id": "X-Agent-Id",
        "X-Agent": "X-Agent",
        "Postern-Agent": "Postern-Agent",
        "From": "From",
        "X-Remote-User": "X-Remote-User",
    }
)
def test_a_claiming_field_gives_nothing(topology, row):
    assert topology.ask("GET", URL, [(row, A)], agent=B).status == 403
    topology.assert_untouched()


@attack(47)
@pytest.mark.parametrize("other", [B, C])
def test_a_key_that_disagrees_with_the_socket_is_refused(topology, other):
    with topology.connect(agent_socket=A) as client:
        response = topology.ask("GET", URL, agent=other, client=client)
        assert (response.status, response.code) == (403, "identity_conflict")
    topology.assert_untouched()


@attack(47)
def test_a_wrong_key_on_a_socket_is_not_overlooked(topology):
    with topology.connect(agent_socket=A) as client:
        client.send(topology.head("GET", URL, f"Proxy-Authorization: {basic(A, 'pak_wrong')}", agent=None))
        assert client.response().status in (403, 407)
    topology.assert_untouched()


@attack(47)
def test_the_same_key_on_the_socket_agrees(topology):
    with topology.connect(agent_socket=A) as client:
        assert topology.ask("GET", URL, client=client).status == 200
