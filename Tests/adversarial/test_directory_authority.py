"""Agents, keys and grants of the store against hostile agents (attacks 110, 113 to 115, 127, 179)."""

from __future__ import annotations

import datetime
import re
import threading
import time
from collections import Counter

import pytest

from support.audit import denials
from support.client import basic, request
from support.expect import table
from support.http1 import Closed
from support.origin import answer
from support.topology import A, B, C
from support.waiting import wait_until

attack = pytest.mark.attack
URL = "http://good.test/v1/ok"
OPEN = "http://open.test/x"


def soon(seconds: float) -> str:
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


# Keys.


@attack(110)
@table(
    {
        "last letter": lambda key: key[:-1] + ("A" if key[-1] != "A" else "B"),
        "prefix": lambda key: key[:-1],
        "longer": lambda key: key + "A",
        "case": lambda key: key.swapcase(),
        "only what is secret": lambda key: key.removeprefix("alter_key_agent_"),
        "an app's": lambda key: key.replace("_agent_", "_app_"),
        "SQL": lambda key: "' OR '1'='1",
        "SQL behind it": lambda key: key + "' --",
        "a wildcard": lambda key: key[:20] + "%",
        "NUL": lambda key: key + "\0",
        "empty": lambda key: "",
    }
)
def test_near_misses_of_a_key(directory, row):
    with directory.connect(source="127.47.0.1") as client:
        message = request("GET", URL, "good.test", [("Proxy-Authorization", basic(A, row(directory.keys[A])))])
        assert client.send(message).response().status in (407, 429, 400)
    directory.assert_untouched()


@attack(110, 113)
def test_a_key_belongs_to_its_agent(directory):
    with directory.connect(source="127.47.0.2") as client:
        message = request("GET", URL, "good.test", [("Proxy-Authorization", basic(A, directory.keys[B]))])
        assert client.send(message).response().status in (403, 407)
    directory.assert_untouched()


def test_an_app_key_is_no_agent(directory):
    made = directory.control.do("POST", "app", "keys", body={"name": "ci"})
    directory.keys["the app"] = made["key"]
    assert re.fullmatch(r"alter_key_app_[A-Za-z0-9_-]{36}", made["key"])
    with directory.connect(source="127.47.0.3") as client:
        message = request("GET", URL, "good.test", [("Proxy-Authorization", basic(A, made["key"]))])
        assert client.send(message).response().status in (403, 407)
    directory.assert_untouched()
    directory.keys.pop("the app")


def test_a_key_ends_when_it_says(directory):
    made = directory.control.mint(B, name="short", expires_at=soon(1.5))
    directory.keys["short"] = made["key"]

    def ask() -> int:
        with directory.connect() as client:
            message = request("GET", OPEN, "open.test", [("Proxy-Authorization", basic(B, made["key"]))])
            return client.send(message).response().status

    assert ask() == 200
    wait_until(lambda: ask() == 407, 4, "the key has ended", every=0.1)
    listed = {row["id"]: row["status"] for row in directory.control.get("agents", B, "keys")["items"]}
    assert listed[made["id"]] == "expired"


def test_the_last_key_goes_only_by_force(make_directory):
    directory = make_directory()
    key = directory.key_id(B)
    refused = directory.control.call("POST", f"/v1/agents/{B}/keys/{key}/revoke", {})
    assert (refused.status, refused.code) == (409, "last_active_key")
    assert directory.ask("GET", OPEN, agent=B).status == 200
    directory.control.key_act(B, key, "revoke", force=True)
    assert directory.ask("GET", OPEN, agent=B).status == 407
    again = directory.control.call("POST", f"/v1/agents/{B}/keys/{key}/undeprecate", {})
    assert (again.status, again.code) == (409, "key_revoked")


# Agents among themselves.


@attack(113)
def test_one_agents_credential_is_never_used_for_another(directory):
    expected = []
    with directory.connect() as client:
        messages = b""
        for number in range(60):
            agent = (A, B)[number * 7 % 3 % 2]
            messages += directory.head("GET", f"http://open.test/{number}", agent=agent)
            expected.append(directory.secrets["open-a" if agent == A else "open-b"])
        client.send(messages)
        for _ in expected:
            assert client.response().status == 200
    seen = {r.target: r.value("x-api-key") for r in directory.open.requests}
    assert seen == {f"/{number}": key for number, key in enumerate(expected)}


@attack(114)
def test_another_agents_grant_looks_like_one_that_does_not_exist(directory):
    ids = [directory.grants[B, "open-b"]["id"], "00000000-0000-4000-8000-000000000000"]
    bodies = []
    for grant in ids:
        response = directory.ask("GET", OPEN, [("Postern-Grant", grant)])
        assert 400 <= response.status < 500
        text = re.sub(r'"request_id":"[^"]*"', "", response.body.decode())
        bodies.append((response.status, text.replace(grant, "GRANT")))
    assert bodies[0] == bodies[1]
    directory.assert_untouched()


@attack(113)
@table({"a user": "user", "a group": "group", "the system": "system"})
def test_a_grant_to_another_principal_is_not_the_agents(make_directory, row):
    directory = make_directory()
    if row == "user":
        directory.control.post("users", subject="eve@example.test")
    principal = {"user": {"user": "eve@example.test"}, "group": {"group": "staff"}, "system": {"system": True}}[row]
    directory.control.post("grants", secret="good", **principal)
    assert directory.ask("GET", URL, agent=B).status == 403
    directory.assert_untouched()


# Taking authority away.


def acts(directory) -> dict[str, tuple]:
    """Ways to take A's authority over open.test away: the act, and how to give it back if that can be."""
    control, grant = directory.control, directory.grants[A, "open-a"]["id"]
    key = directory.key_id(A)
    directory.mint(B)
    return {
        "pause": (lambda: control.act(A, "pause"), lambda: control.act(A, "resume"), {403}),
        "revoke the agent": (lambda: control.act(A, "revoke"), None, {403, 407}),
        "revoke the key": (lambda: control.key_act(A, key, "revoke", force=True), None, {407}),
        "revoke the grant": (lambda: control.unbind(grant), None, {403}),
        "revoke the secret": (lambda: control.do("POST", "secrets", "open-a", "revoke", body={}), None, {403}),
        "narrow the agent": (
            lambda: control.do("PATCH", "agents", A, body={"policy": {"methods": ["HEAD"]}}),
            lambda: control.do("PATCH", "agents", A, body={"policy": None}),
            {403},
        ),
    }


ACTS = ("pause", "revoke the agent", "revoke the key", "revoke the grant", "revoke the secret", "narrow the agent")


@attack(115)
@pytest.mark.parametrize("name", ACTS)
def test_it_counts_for_the_next_request_and_cuts_what_runs(make_directory, name):
    def stream(_request):
        yield answer(headers=[("Content-Type", "text/event-stream"), ("Transfer-Encoding", "chunked")], length=False)
        for _ in range(1000):
            yield b"6\r\ndata: \r\n"
            yield 0.02

    directory = make_directory()
    directory.open.routes["/stream"] = stream
    act, restore, statuses = acts(directory)[name]
    with directory.connect() as idle, directory.connect() as streaming, directory.connect() as uploading:
        assert directory.ask("GET", OPEN, client=idle).status == 200
        streaming.send(directory.head("GET", "http://open.test/stream"))
        assert streaming.read_head().status == 200
        uploading.send(directory.head("POST", "http://open.test/upload", "Content-Length: 100000") + b"x" * 1000)
        wait_until(lambda: any(r.path == "/upload" for r in directory.open.requests), 3)
        act()
        done = time.monotonic()
        response = directory.ask("GET", "http://open.test/after", client=idle)
        assert response.status in statuses and time.monotonic() - done < 1, response
        streaming.sock.settimeout(3)
        with pytest.raises(Closed):
            list(streaming.reader.pieces(10_000_000))
        assert time.monotonic() - done < 2, "the stream goes on"
        assert not bytes(streaming.received).endswith(b"0\r\n\r\n")
        uploading.send(b"x" * 99_000)
        uploading.responses(1)
        assert not any(r.path == "/upload" and r.body_complete for r in directory.open.requests)
        assert not any(r.path == "/after" for r in directory.open.requests)
        assert directory.ask("GET", OPEN, agent=B).status == 200, "another agent is not touched"
        if restore:
            restore()
            assert directory.ask("GET", OPEN).status == 200
    if name.startswith("revoke the agent"):
        again = directory.control.call("POST", f"/v1/agents/{directory.agents[A]['id']}/resume", {})
        assert (again.status, again.code) == (409, "agent_revoked")


@attack(115)
@pytest.mark.parametrize("what", ["pause", "revoke"])
def test_a_parent_takes_what_is_below_with_it(make_directory, what):
    directory = make_directory()
    directory.add_agent("child", parent=A)
    directory.add_agent("grandchild", parent="child")
    for name in ("child", "grandchild"):
        directory.bind(name, "open-a")
    assert directory.ask("GET", OPEN, agent="grandchild").status == 200
    directory.control.act(A, what)
    for name in (A, "child", "grandchild"):
        assert directory.ask("GET", OPEN, agent=name).status in (403, 407)
    if what == "pause":
        directory.control.act(A, "resume")
        assert directory.ask("GET", OPEN, agent="grandchild").status == 200
    else:
        assert directory.control.get("agents", directory.agents["grandchild"]["id"])["status"] == "revoked"
    assert directory.ask("GET", OPEN, agent=B).status == 200


@attack(115)
def test_a_subtree_of_grants_goes_with_its_root(make_directory):
    directory = make_directory()
    root = directory.control.bind(C, "good", delegable=True, terms={"methods": ["GET"], "paths": ["/v1/**"]})
    below = {"parent": root["id"], "delegable": True, "terms": {"methods": ["GET"], "paths": ["/v1/team/**"]}}
    child = directory.control.bind(B, "good", **below)
    assert directory.ask("GET", "http://good.test/v1/team/x", agent=B).status == 200
    assert directory.ask("GET", "http://good.test/v1/other", agent=B).status == 403
    gone = directory.control.unbind(root["id"])
    assert child["id"] in str(gone) and root["id"] in str(gone)
    assert directory.ask("GET", "http://good.test/v1/team/x", agent=B).status == 403
    assert directory.control.get("grants", child["id"])["status"] == "revoked"


@attack(115)
@table(
    {
        "a method more": {"terms": {"methods": ["GET", "POST"], "paths": ["/v1/**"]}},
        "all methods": {"terms": {"paths": ["/v1/**"]}},
        "a path more": {"terms": {"methods": ["GET"], "paths": ["/**"]}},
        "no terms": {},
        "another host": {"terms": {"methods": ["GET"], "paths": ["/v1/**"], "hosts": ["evil.test"]}},
        "longer": {"terms": {"methods": ["GET"], "paths": ["/v1/**"]}, "expires_at": "2099-01-01T00:00:00Z"},
        "more uses": {"terms": {"methods": ["GET"], "paths": ["/v1/**"]}, "max_uses": 1000},
        "more a minute": {"terms": {"methods": ["GET"], "paths": ["/v1/**"], "requests_per_minute": 1000}},
    }
)
def test_a_grant_below_another_is_only_narrower(make_directory, row):
    directory = make_directory()
    terms = {"methods": ["GET"], "paths": ["/v1/**"], "requests_per_minute": 100}
    root = directory.control.bind(C, "good", delegable=True, terms=terms, expires_at=soon(3600), max_uses=100)
    refused = directory.control.call("POST", "/v1/grants", {"agent": B, "secret": "good", "parent": root["id"], **row})
    assert refused.status in (400, 409), refused
    fixed = directory.control.bind(C, "good", terms=terms, label="not delegable")
    below = {"agent": B, "secret": "good", "parent": fixed["id"], "terms": terms}
    assert directory.control.call("POST", "/v1/grants", below).status in (400, 409)
    assert directory.ask("GET", URL, agent=B).status == 403


# Limits that are counted.


@attack(179)
def test_a_grants_uses_are_counted_exactly(make_directory):
    """Thirty clients at once, twelve uses: the origin sees twelve, and not one more after a kill."""
    directory = make_directory()
    directory.bind(C, "good", max_uses=12)
    statuses: Counter = Counter()
    start = threading.Barrier(30)

    def ask() -> None:
        start.wait()
        statuses[directory.ask("GET", URL, agent=C).status] += 1

    threads = [threading.Thread(target=ask) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses[200] == 12 == len(directory.good.requests), statuses
    directory.daemon.kill9()
    directory.start()
    directory.begin()
    assert directory.ask("GET", URL, agent=C).status in (403, 429)
    directory.assert_untouched(directory.good)
    assert directory.control.get("grants", directory.grants[C, "good"]["id"])["uses"] == 12


def test_a_grant_ends_when_it_says(make_directory):
    directory = make_directory()
    directory.bind(C, "good", ttl_s=2)
    assert directory.ask("GET", URL, agent=C).status == 200
    wait_until(lambda: directory.ask("GET", URL, agent=C).status == 403, 4, "the grant has ended", every=0.1)


def test_what_came_in_time_is_not_cut_by_an_act_on_something_else(make_directory):
    def stream(_request):
        yield answer(headers=[("Content-Type", "text/event-stream"), ("Transfer-Encoding", "chunked")], length=False)
        for _ in range(100):
            yield b"6\r\ndata: \r\n"
            yield 0.05
        yield b"0\r\n\r\n"

    directory = make_directory()
    directory.good.routes["/v1/stream"] = stream
    directory.bind(C, "good", ttl_s=2)
    with directory.connect() as client:
        client.send(directory.head("GET", "http://good.test/v1/stream", agent=C))
        assert client.read_head().status == 200
        wait_until(lambda: directory.ask("GET", URL, agent=C).status == 403, 4, "the grant has ended", every=0.1)
        directory.control.create_agent("somebody-else")
        client.sock.settimeout(10)
        for _ in client.reader.pieces(10_000_000):
            if bytes(client.received).endswith(b"0\r\n\r\n"):
                break
        assert bytes(client.received).endswith(b"0\r\n\r\n")


@attack(115)
def test_a_dripped_body_does_not_outlive_its_grant(make_directory):
    """What a rule looks into is gathered first; by the time it is whole the grant has to be in force still."""
    directory = make_directory()
    directory.bind(C, "good", ttl_s=2, terms={"body": [{"pointer": "/model", "equals": "a"}]})
    body = b'{"model": "a"}'
    with directory.connect() as client:
        head = directory.head(
            "POST", "http://good.test/v1/x", "Content-Type: application/json", f"Content-Length: {len(body)}", agent=C
        )
        client.send(head)
        for byte in body:
            client.send(bytes([byte]))
            time.sleep(0.3)
        assert client.response().status == 403
    directory.assert_untouched(directory.good)


@attack(115)
def test_a_suspended_user_lends_nothing(make_directory):
    directory = make_directory()
    directory.control.post("users", subject="alice@example.test")
    root = directory.control.post("grants", user="alice@example.test", secret="good", delegable=True)
    directory.bind(C, "good", parent=root["id"])
    assert directory.ask("GET", URL, agent=C).status == 200
    directory.control.do("PATCH", "users", "alice@example.test", body={"suspended": True})
    assert directory.ask("GET", URL, agent=C).status == 403
    directory.control.do("PATCH", "users", "alice@example.test", body={"suspended": False})
    assert directory.ask("GET", URL, agent=C).status == 200


def test_a_secret_that_cannot_be_written_into_requests_is_refused(make_directory):
    directory = make_directory()
    refused = directory.control.call("POST", "/v1/secrets/good/rotate", {"value": "x" * 5000})
    assert (refused.status, refused.code) == (400, "invalid_request")
    assert directory.ask("GET", URL).status == 200


def test_a_time_beyond_the_last_is_refused(make_directory):
    directory = make_directory()
    call = directory.control.call("POST", f"/v1/agents/{A}/keys", {"expires_at": "2262-04-11T23:47:16.9Z"})
    assert call.status == 400
    assert directory.ask("GET", URL).status == 200


def test_a_denial_names_the_agent_that_was_proven(make_directory):
    directory = make_directory()
    directory.control.act(A, "pause")
    assert directory.ask("GET", URL).status == 403
    directory.control.act(A, "resume")
    assert directory.ask("DELETE", URL).status == 403
    paused, denied = wait_until(lambda: (rows := denials(directory.audit())) and len(rows) >= 2 and rows[-2:], 3)
    assert (paused["error.code"], paused["postern.agent"]) == ("agent_paused", A)
    assert (denied["error.code"], denied["postern.provider"]) == ("policy_denied", "good")
    assert denied["postern.grant"] == directory.grants[A, "good"]["id"]


def test_hours_are_kept(make_directory):
    directory = make_directory()
    now = datetime.datetime.now(datetime.timezone.utc)

    def hours(first: int, last: int) -> str:
        first, last = ((now + datetime.timedelta(minutes=60 * hour)).strftime("%H:%M") for hour in (first, last))
        return f"{first}-{last} UTC"

    closed = directory.bind(C, "good", terms={"hours": [hours(2, 3)]})
    assert directory.ask("GET", URL, agent=C).status == 403
    directory.control.unbind(closed["id"])
    directory.bind(C, "good", terms={"hours": [hours(-1, 1)]})
    assert directory.ask("GET", URL, agent=C).status == 200


@attack(127)
@table({"methods": {"methods": []}, "paths": {"paths": []}, "hosts": {"hosts": []}, "hours": {"hours": []}})
def test_an_empty_list_means_none(make_directory, row):
    directory = make_directory()
    made = directory.control.call("POST", "/v1/grants", {"agent": C, "secret": "good", "terms": row})
    assert made.status in (200, 201, 400), made
    assert directory.ask("GET", URL, agent=C).status == 403
    directory.assert_untouched(directory.good)


def test_names_of_agents_are_unique_while_they_live(make_directory):
    directory = make_directory()
    taken = directory.control.call("POST", "/v1/agents", {"name": A})
    assert (taken.status, taken.code) == (409, "agent_name_exists")
    old = directory.keys[A]
    directory.control.act(A, "revoke")
    directory.keys["the first A"] = old
    directory.add_agent(A)
    with directory.connect() as client:
        message = request("GET", URL, "good.test", [("Proxy-Authorization", basic(A, old))])
        assert client.send(message).response().status in (403, 407), "the old key is the new agent's"
    assert directory.ask("GET", URL).status == 403, "the old grants are the new agent's"
    directory.assert_untouched()
    wait_until(lambda: denials(directory.audit()), 3)
