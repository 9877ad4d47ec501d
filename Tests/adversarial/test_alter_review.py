"""Defects that a review of the API, of approvals and of connections found, each as its attacker would do it."""

from __future__ import annotations

import json
import os
import re
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.alter_world import ACME, NOTES
from support.browser import Browser as Chromium
from support.browser import program
from support.client import RawClient, basic, request
from support.origin import RecordingOrigin, answer
from support.signing import Signed, rule_header
from support.waiting import wait_until

MIB = 1 << 20


def resident(alter) -> int:
    """Bytes that the daemon has in memory."""
    status = open(f"/proc/{alter.daemon.process.pid}/status").read()
    return int(status.split("VmRSS:")[1].split()[0]) * 1024


def ask(api, path: str = "/order", **more):
    reply = api.proxy(f"{ACME}{path}", "POST", provider_id="acme", body={"n": 1}, **more)
    assert reply.status == 202, reply
    return reply.json["approval_id"]


def state(api, approval: str) -> dict:
    return api.call("GET", f"/sdk/approvals/{approval}").json


def settled(api, approval: str) -> dict:
    def look():
        found = state(api, approval)
        return found if found["status"] in ("executed", "failed", "denied", "expired") else None

    return wait_until(look, 10, "the approval is over", every=0.1)


# Before anything is proven.


def test_bodies_of_strangers_take_no_room(make_alter):
    """Six connections without any key hold the bodies of calls; nobody else's call is refused for that."""
    alter = make_alter()
    api = alter.api(alter.bound_agent("acme"))
    assert api.proxy(f"{ACME}/x", provider_id="acme").status == 200
    head = b"POST /sdk/proxy HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % (12 * MIB)
    held = []
    try:
        for length in [12 * MIB - 1] * 5 + [4 * MIB]:
            one = socket.create_connection(("127.0.0.1", alter.port))
            one.settimeout(5)
            held.append(one)
            try:
                one.sendall(head + b" " * length)
            except OSError:
                pass  # Refused, as it should be.
        time.sleep(0.5)
        reply = api.proxy(f"{ACME}/y", "POST", provider_id="acme", body={"n": "1" * 1000})
        assert reply.status == 200, reply
    finally:
        for one in held:
            one.close()


# Nonces.


def test_a_nonce_is_remembered_as_long_as_its_time_is_good(make_alter):
    """A request of the furthest future that is taken, and again in the last second in which its stamp is."""
    alter = make_alter(lambda world, config: config.set("api", clock_skew_s=2))
    api = alter.api(alter.app)
    time.sleep(11)  # Nonces are looked through every ten seconds.

    def at(moment: float):
        time.sleep(max(0.0, moment - time.time()))

    def dummy():
        assert api.call("GET", "/sdk/scopes").status == 200

    start = int(time.time()) + 8
    # Looked through now, so that it happens again soon after the nonce below has ended, and not before.
    at(start + 4.35 - 10.0)
    dummy()
    at(start + 0.1)
    signed = Signed("GET", "/sdk/scopes", api.key, stamp=str(start + 2)).sign()
    assert api.send(signed).status == 200
    at(start + 4.45)
    dummy()
    at(start + 4.6)
    again = api.send(Signed("GET", "/sdk/scopes", api.key, stamp=signed.stamp, nonce=signed.nonce).sign())
    assert again.status == 401, "the same request was taken twice"


# Approvals.


def test_a_new_agent_of_the_same_name_sees_nothing_of_the_old_one(alter):
    name = alter.new_name()
    old = alter.bound_agent("acme", terms={"requires_approval": True}, name=name)
    approval = ask(alter.api(old))
    alter.approve(approval)
    settled(alter.api(old), approval)
    assert alter.api(old).call("GET", f"/sdk/approvals/{approval}/result").status == 200
    alter.control.act(name, "revoke")
    new = alter.new_agent(name)
    assert new.id != old.id
    for path in (f"/sdk/approvals/{approval}", f"/sdk/approvals/{approval}/result"):
        reply = alter.api(new).call("GET", path)
        assert reply.status == 404, reply


def test_approvers_who_are_added_meanwhile_are_asked(alter):
    """One of one approver has approved what by now two have to."""
    agent = alter.bound_agent("acme")
    app = alter.api(alter.app)

    def asks(*approvers: str) -> None:
        policy = {"requires_approval": {"approvers": list(approvers)}}
        reply = app.call("PATCH", f"/sdk/agents/{agent.id}", {"policy": policy})
        assert reply.status == 200, reply

    asks("ann@example.test")
    approval = ask(alter.api(agent), "/strict")
    asks("ann@example.test", "bob@example.test")
    alter.approve(approval, approver="ann@example.test")
    found = wait_until(lambda: state(alter.api(agent), approval), 5, "a state")
    time.sleep(1)
    assert not [one for one in alter.acme.requests if one.target == "/strict"], found


def test_a_revoked_key_leaves_no_call_behind(alter):
    """What a key asked for that was revoked since is not sent when somebody approves it."""
    agent = alter.bound_agent("acme", terms={"requires_approval": True})
    stolen = alter.control.post("agents", agent.name, "keys", name="stolen")
    approval = ask(alter.api(stolen["key"]), "/stolen")
    alter.control.do("POST", "agents", agent.name, "keys", stolen["id"], "revoke", body={})
    try:
        alter.approve(approval)
    except Exception:
        pass
    time.sleep(1)
    assert not [one for one in alter.acme.requests if one.target == "/stolen"]


# What one client can make the daemon keep.


@pytest.mark.slow
def test_nonces_of_a_key_that_has_ended_are_nobody_elses(make_alter):
    """Whoever has a key of an agent that was revoked fills the table of nonces, and the API is closed for all."""
    alter = make_alter()
    ended, other = alter.new_agent(), alter.api(alter.new_agent())
    alter.control.act(ended.name, "revoke")
    assert other.call("GET", "/sdk/agents/me").status == 200
    stamp = str(int(time.time()) + 250)
    deadline = time.monotonic() + 150
    sent = 0
    while sent < 200_000 and time.monotonic() < deadline:
        with socket.create_connection(("127.0.0.1", alter.port)) as client:
            client.settimeout(30)
            for _ in range(20):
                made = [
                    Signed("GET", "/sdk/agents/me", ended.key, stamp=stamp).sign().message() for _ in range(500)
                ]
                client.sendall(b"".join(made))
                answers = b""
                while answers.count(b"HTTP/1.1 ") < len(made):
                    answers += client.recv(1 << 20)
                sent += len(made)
    reply = other.call("GET", "/sdk/agents/me")
    assert reply.status == 200, (sent, reply)


def test_reasons_are_not_kept_whole(make_alter):
    """Two hundred placeholders, each asked for with a reason of nearly a mebibyte."""
    alter = make_alter()
    api = alter.api(alter.bound_agent("acme"))
    before = resident(alter)
    for _ in range(200):
        reply = api.call(
            "POST",
            "/sdk/token",
            {
                "provider_id": "acme",
                "reason": "x" * 1_000_000,
                "request": {"method": "GET", "url": f"{ACME}/x"},
            },
        )
        assert reply.status in (200, 400), reply
    assert resident(alter) - before < 100 * MIB


def test_bodies_of_who_waits_are_not_held(make_alter):
    """Sixty-four polls that wait 25 s, each with a body of nearly a mebibyte that is not even looked at."""
    alter = make_alter()
    api = alter.api(alter.bound_agent("acme", terms={"requires_approval": True}))
    other = alter.api(alter.bound_agent("acme"))
    approval = ask(api)
    clients = []
    try:
        for _ in range(68):
            one = socket.create_connection(api.address)
            clients.append(one)
            one.sendall(api.signed("GET", f"/sdk/approvals/{approval}?wait=25", b" " * (MIB - 10)).message())
        time.sleep(2)
        replies = [other.proxy(f"{ACME}/y", "POST", provider_id="acme", body={"n": "1" * 100_000}) for _ in range(8)]
        assert {one.status for one in replies} == {200}, replies[-1]
    finally:
        for one in clients:
            one.close()


def test_answers_are_held_within_bounds(make_alter):
    """Forty calls at once whose upstream answers 8 MiB, of clients that read nothing."""
    alter = make_alter()
    api = alter.api(alter.bound_agent("acme"))
    alter.acme.handler = lambda request: answer(b"x" * (8 * MIB))
    before = resident(alter)
    clients = []
    try:
        for _ in range(40):
            one = socket.create_connection(api.address)
            one.sendall(
                api.signed(
                    "POST", "/sdk/proxy", {"method": "GET", "url": f"{ACME}/big", "provider_id": "acme"}
                ).message()
            )
            clients.append(one)
        most = 0
        for _ in range(40):
            time.sleep(0.25)
            most = max(most, resident(alter) - before)
        assert most < 256 * MIB, most // MIB
    finally:
        for one in clients:
            one.close()


def test_refusals_do_not_fill_the_audit_log(alter):
    """A body with one unknown member, whose name is as long as bodies may be."""
    api = alter.api(alter.new_agent())
    reply = api.call("POST", "/sdk/grants/list", ('{"' + "\u00e9" * 500_000 + '":1}').encode())
    assert reply.status == 400
    row = alter.denial("invalid_request")
    assert len(json.dumps(row)) < 16_384, len(json.dumps(row))
    assert len(reply.response.body) < 16_384, len(reply.response.body)


def test_reasons_of_approvals_do_not_fill_the_store(make_alter):
    """Twelve calls that wait for a person, each with eight mebibytes of a reason; a body may have one."""
    alter = make_alter()
    api = alter.api(alter.bound_agent("acme", terms={"requires_approval": True}))
    for number in range(12):
        more = {"reason": "x" * (8 * MIB)}
        reply = api.proxy(f"{ACME}/{number}", "POST", provider_id="acme", body={"n": 1}, **more)
        assert reply.status in (202, 400, 403), reply
    state_files = (alter.directory / "state").rglob("*")
    assert sum(one.stat().st_size for one in state_files if one.is_file()) < 32 * MIB


def test_asking_costs_others_nothing(make_alter):
    """While one agent asks again and again, with as many waiting as may, another agent's requests are answered."""
    alter = make_alter()
    api = alter.api(alter.bound_agent("acme", terms={"requires_approval": True}))
    other = alter.api(alter.new_agent())
    for number in range(32):
        reply = api.proxy(f"{ACME}/{number}", "POST", provider_id="acme", body="x" * 1_000_000)
        assert reply.status == 202, reply

    def took() -> float:
        start = time.monotonic()
        assert other.call("GET", "/sdk/agents/me").status == 200
        return time.monotonic() - start

    alone = sorted(took() for _ in range(10))[5]
    with ThreadPoolExecutor(8) as pool:
        ending = time.monotonic() + 8

        def bother(number: int) -> None:
            while time.monotonic() < ending:
                api.proxy(f"{ACME}/{os.urandom(4).hex()}", "POST", provider_id="acme", body={"n": number})

        tasks = [pool.submit(bother, number) for number in range(8)]
        time.sleep(1)
        times = []
        while time.monotonic() < ending - 0.5:
            times.append(took())
        for task in tasks:
            task.result()
    middle = sorted(times)[len(times) // 2]
    assert middle < max(0.25, 20 * alone), (alone, middle, max(times))


# Keys.


def test_a_short_lived_key_mints_no_mightier_one(alter):
    """A key of a minute that may manage agents makes one without end that may spend their grants."""
    agent = alter.bound_agent("acme")
    reply = alter.api(alter.app).call("POST", "/sdk/keys/derive", {"scopes": ["agents:admin"], "expires_in": 60})
    assert reply.status == 201, reply
    derived = alter.api(alter.keep("derived", reply.json["api_key"]))
    assert derived.proxy(f"{ACME}/a", provider_id="acme").status == 403
    minted = derived.call("POST", f"/sdk/agents/{agent.id}/keys", {})
    if minted.status == 403:
        return
    assert minted.status == 201, minted
    text = alter.keep("minted", minted.json["api_key"])
    alter.control.do("POST", "app", "keys", reply.json["id"], "revoke", body={"force": True})
    assert alter.api(text).proxy(f"{ACME}/b", provider_id="acme").status != 200


# Users.


def test_a_token_without_groups_ends_them(alter):
    """The identity provider leaves the claim out for somebody who is in no group any more."""
    api = alter.api(alter.app)
    reply = api.call(
        "POST",
        "/sdk/managed-secrets/acme/grants",
        {"principal": {"type": "group", "external_group_id": "staff", "idp_id": "x", "label": "s"}, "grant_policy": {}},
    )
    assert reply.status == 201, reply
    inside = alter.token("gina", groups=["staff"])
    assert api.proxy(f"{ACME}/g", provider_id="acme", user_token=inside).status == 200
    outside = alter.token("gina")
    assert api.proxy(f"{ACME}/g", provider_id="acme", user_token=outside).status != 200


# Connections.


def calls_notes(alter, agent, path: str):
    """The token that the upstream is shown for an agent, and what came of the call."""
    reply = alter.api(agent).proxy(f"{NOTES}{path}", provider_id="notes")
    found = [one.value("authorization") for one in alter.notes.requests if one.target == path]
    return reply, (found[-1] if found else "").removeprefix("Bearer ")


def test_consent_for_one_agent_widens_no_other_one(make_alter):
    """The user let the first agent read, and then the second one write, too."""
    alter = make_alter()
    reader, writer = alter.new_agent(), alter.new_agent()
    alter.connect("wendy", reader, required_scopes={"notes": ["notes.read"]})
    alter.connect("wendy", writer, required_scopes={"notes": ["notes.read", "notes.write"]})
    reply, token = calls_notes(alter, reader, "/reader")
    assert reply.status == 200 and reply.json["status_code"] == 200, reply
    family, _ = alter.oauth._access[token]
    assert "notes.write" not in family.scope, f"the agent that may read acts with {family.scope!r}"


def test_another_account_is_not_given_to_who_has_the_first(make_alter):
    """Where the provider does not say whose a token is, two accounts of a user are one; the first agent gets the second."""

    def edit(world, config):
        oauth = config.find("provider", name="notes")["oauth"]
        del oauth["account_endpoint"], oauth["account_member"]

    alter = make_alter(edit)
    first, second = alter.new_agent(), alter.new_agent()
    alter.oauth.account = "private@notes.test"
    alter.connect("xena", first)
    alter.oauth.account = "company@notes.test"
    alter.connect("xena", second)
    _, token = calls_notes(alter, first, "/first")
    if token:
        family, _ = alter.oauth._access[token]
        assert family.account == "private@notes.test", f"the agent acts as {family.account}"


# The plain proxy.


def test_what_is_approved_is_what_is_sent_to_the_byte(alter):
    """A field whose bytes are no text looks the same as another one, and goes by its approval."""
    agent = alter.bound_agent("local", terms={"requires_approval": True})

    def send(value: bytes):
        head = (
            f"POST {alter.local_url}/bytes HTTP/1.1\r\nHost: {alter.local.authority}\r\n"
            f"Proxy-Authorization: {basic(agent.name, agent.key)}\r\nContent-Length: 0\r\nX-Amount: "
        ).encode()
        with RawClient(("127.0.0.1", alter.port), alter.recording) as client:
            client.sock.sendall(head + value + b"\r\n\r\n")
            return client.response("POST")

    shown = send(b"1\xff")
    if shown.status in (400, 403):
        return
    (approval,) = [
        one for one in alter.control.items("approvals") if "/bytes" in json.dumps(one) and one["status"] == "pending"
    ]
    alter.approve(approval["id"])
    send(b"1\xfe")
    assert not [one for one in alter.local.requests if one.target == "/bytes"]


# Places.


def test_one_agent_does_not_take_every_place(make_alter):
    """2,050 polls that wait, of one agent's own approval, on connections of their own."""
    alter = make_alter()
    api = alter.api(alter.bound_agent("acme", terms={"requires_approval": True}))
    other = alter.api(alter.new_agent())
    approval = ask(api)
    clients = []
    try:
        for _ in range(2050):
            one = socket.create_connection(api.address)
            clients.append(one)
            one.sendall(api.signed("GET", f"/sdk/approvals/{approval}?wait=25").message())
        time.sleep(1)
        reply = other.call("GET", "/sdk/agents/me")
        assert reply.status == 200, reply
    finally:
        for one in clients:
            one.close()


def test_idle_connections_do_not_close_the_portal(alter):
    """An agent's process opens as many connections to the portal as there may be, and says nothing."""
    clients = []
    try:
        for _ in range(140):
            clients.append(socket.create_connection(("127.0.0.1", alter.portal_port)))
        time.sleep(0.5)
        with RawClient(("127.0.0.1", alter.portal_port), alter.recording) as client:
            client.sock.sendall(f"GET /login HTTP/1.1\r\nHost: 127.0.0.1:{alter.portal_port}\r\n\r\n".encode())
            assert client.response("GET").status == 200
    finally:
        for one in clients:
            one.close()


# Request rules.


def content_rule(*conditions: dict) -> str:
    return rule_header(
        "content_match",
        {"match": {"operations": [], "families": ["send"]}, "params": list(conditions), "effect": "deny"},
    )


def test_a_condition_holds_however_often_it_is_met(alter):
    """What a rule forbids is said twice, which makes it no better."""
    api = alter.api(alter.bound_agent("acme"))
    rule = content_rule({"name": "to", "op": "equals", "value": "evil"})

    def send(body):
        asked = {"method": "POST", "url": f"{ACME}/mail", "provider_id": "acme", "body": body}
        return api.call("POST", "/sdk/proxy", asked, request_rule=rule)

    assert send({"to": "evil"}).status == 403
    assert send({"to": ["evil", "evil"]}).status == 403
    assert send({"to": "evil", "copy": {"to": "x"}}).status == 403


def test_patterns_do_not_stop_everybody(make_alter):
    """A pattern of a rule that takes long on a long text; meanwhile others ask."""
    alter = make_alter()
    api = alter.api(alter.bound_agent("acme"))
    other = alter.api(alter.new_agent())
    pattern = "*" + "a" * 500 + "b"
    rule = content_rule(*[{"name": "x", "op": "any_in", "value": [pattern]}] * 3)
    body = {"x": "a" * (8 * MIB)}
    asked = {"method": "POST", "url": f"{ACME}/mail", "provider_id": "acme", "body": body}
    clients = []
    try:
        for _ in range(4):
            one = socket.create_connection(api.address)
            clients.append(one)
            one.sendall(api.signed("POST", "/sdk/proxy", asked, request_rule=rule).message())
        time.sleep(1)
        start = time.monotonic()
        with RawClient(other.address, timeout=60) as client:
            answer = client.send(other.signed("GET", "/sdk/agents/me").message()).response()
        assert answer.status == 200
        assert time.monotonic() - start < 2, time.monotonic() - start
    finally:
        for one in clients:
            one.close()


def test_rules_take_memory_in_proportion(make_alter):
    """A body of 400 kB whose members have the same name at twenty levels."""
    alter = make_alter()
    api = alter.api(alter.bound_agent("acme"))
    rule = content_rule({"name": "a", "op": "any_in", "value": ["zzz"]})
    inner: object = [1] * 200_000
    for _ in range(20):
        inner = {"a": inner}
    asked = {"method": "POST", "url": f"{ACME}/mail", "provider_id": "acme", "body": inner}
    signed = api.signed("POST", "/sdk/proxy", asked, request_rule=rule)
    before = resident(alter)
    with socket.create_connection(api.address) as client:
        client.sendall(signed.message())
        most = 0
        for _ in range(60):
            time.sleep(0.1)
            most = max(most, resident(alter) - before)
    assert most < 128 * MIB, most // MIB


# More of what one client can make the daemon do.


def test_spans_do_not_fill_the_audit_log(alter):
    """Fifty steps, with a context that is written for each of them."""
    api = alter.api(alter.new_agent())
    context = json.dumps({f"k{number}": "x" * 480 for number in range(8)}, separators=(",", ":"))
    spans = [{"trace_id": "t", "name": "n", "start_time": "2026-11-21T12:00:00Z", "attributes": {}}] * 50

    before = len(json.dumps(alter.daemon.audit()))
    reply = api.call("POST", "/sdk/spans", {"spans": spans}, context=context)
    assert reply.status == 200, reply
    grown = len(json.dumps(alter.daemon.audit())) - before
    assert grown < 100_000, grown


def test_the_list_of_what_waits_stops_nobody(make_alter):
    """An operator looks at what waits, which is much; meanwhile agents go on."""
    alter = make_alter()
    api = alter.api(alter.bound_agent("acme", terms={"requires_approval": True}))
    other = alter.api(alter.new_agent())
    for number in range(32):
        reply = api.proxy(f"{ACME}/{number}", "POST", provider_id="acme", body="\u00e9" * 500_000)
        if reply.status == 403:
            reply = api.proxy(f"{ACME}/{number}", "POST", provider_id="acme", body="x" * 1_000_000)
        assert reply.status == 202, reply
    with ThreadPoolExecutor(1) as pool:
        start = time.monotonic()
        listing = pool.submit(lambda: alter.control.items("approvals"))
        time.sleep(0.1)
        with RawClient(other.address, timeout=60) as client:
            answer = client.send(other.signed("GET", "/sdk/agents/me").message()).response()
        took = time.monotonic() - start
        listing.result()
    assert answer.status == 200 and took < 1, (took, time.monotonic() - start)


def test_agents_cannot_find_out_which_secrets_there_are(alter):
    api = alter.api(alter.new_agent())
    asked = {"principal": {"type": "agent"}, "grant_policy": {}}
    there = api.call("POST", "/sdk/managed-secrets/other/grants", asked)
    nowhere = api.call("POST", "/sdk/managed-secrets/nothing-such/grants", asked)
    assert (there.status, there.error) == (nowhere.status, nowhere.error)


def test_a_stolen_key_does_not_live_on_in_another_one(alter):
    """Whoever has a key makes another like it, and the operator revokes the one that was stolen."""
    agent = alter.bound_agent("acme")
    stolen = alter.control.post("agents", agent.name, "keys", name="stolen")
    reply = alter.api(alter.keep("stolen", stolen["key"])).call(
        "POST", f"/sdk/keys/{stolen['id']}/rotate", {"overlap_days": 30}
    )
    assert reply.status == 201, reply
    successor = alter.keep("successor", reply.json["api_key"])
    alter.control.do("POST", "agents", agent.name, "keys", stolen["id"], "revoke", body={})
    assert alter.api(successor).proxy(f"{ACME}/s", provider_id="acme").status == 401


# Persons' browsers.


def pages_of(alter, cookie: str, path: str, form: dict[str, str] | None = None):
    """What the portal answers to a program that has a cookie."""
    import urllib.parse

    body = urllib.parse.urlencode(form).encode() if form else None
    lines = [("Cookie", cookie)]
    if form:
        lines += [("Origin", alter.portal), ("Content-Type", "application/x-www-form-urlencoded")]
    with RawClient(("127.0.0.1", alter.portal_port), alter.recording) as client:
        message = request("POST" if form else "GET", path, f"127.0.0.1:{alter.portal_port}", lines, body)
        return client.send(message).response("POST" if form else "GET")


@pytest.mark.skipif(program() is None, reason="chromium is not installed")
def test_a_page_on_another_port_gets_nothing_to_approve_with(alter):
    """An operator looks at what an agent serves on this machine; browsers send cookies to every port of a host."""
    agent = alter.bound_agent("acme", terms={"requires_approval": True})
    approval = ask(alter.api(agent), "/by-itself")
    site = RecordingOrigin(name="site")
    site.handler = lambda request: answer(b"<title>my app</title>", headers=[("Content-Type", "text/html")])
    try:
        with Chromium() as browser:
            page = browser.page()
            page.open(alter.control.post("portal", "login")["url"])
            page.tab_to("Sign in")
            page.press("Enter")
            page.until("by-itself")
            page.open(f"http://{site.authority}/")
            page.close()
        cookie = next((one.value("cookie") for one in site.requests if one.value("cookie")), "")
        # From here on it is the agent alone.
        shown = pages_of(alter, cookie, f"/approvals/{approval}")
        found = re.search(rb'action="([^"]*/approve)".*?name="form_key" value="([0-9a-f]+)"', shown.body, re.S)
        if found:
            pages_of(alter, cookie, found[1].decode(), {"form_key": found[2].decode()})
        time.sleep(1)
        assert not [one for one in alter.acme.requests if one.target == "/by-itself"], "the agent approved its own call"
        assert "postern_session" not in cookie
    finally:
        site.close()


@pytest.mark.skipif(program() is None, reason="chromium is not installed")
def test_nobody_consents_who_did_not_see_the_page(alter):
    """An agent's page on another port sets the portal's cookie; the agent presses the button, the user only answers the provider."""
    agent = alter.new_agent()
    session = alter.begin_connecting("victor", agent)
    path = session["connect_url"].removeprefix(alter.portal)
    # The agent, by a program.
    shown = pages_of(alter, "", path)
    cookie = shown.value("set-cookie").partition(";")[0]
    key = re.search(rb'/approve".*?name="form_key" value="([0-9a-f]+)"', shown.body, re.S)[1].decode()
    onward = pages_of(alter, cookie, f"{path}/approve", {"form_key": key, "provider": "notes"})
    place = re.search(rb'id="onward"[^>]*href="([^"]+)"', onward.body)[1].decode().replace("&amp;", "&")
    # The user, who never opens the page with the agent's name.
    site = RecordingOrigin(name="site")
    site.handler = lambda request: answer(
        b"<title>my app</title>", headers=[("Content-Type", "text/html"), ("Set-Cookie", f"{cookie}; Path=/")]
    )
    try:
        with Chromium() as browser:
            page = browser.page()
            page.open(f"http://{site.authority}/")
            page.open(place)
            page.close()
        assert alter.poll(session)["status"] != "completed"
        assert not alter.grants_of(agent)
    finally:
        site.close()


def test_an_older_token_does_not_bring_groups_back(alter):
    """Somebody who has left a group shows the token of before, which has not ended yet."""
    api = alter.api(alter.app)
    asked = {"principal": {"type": "group", "external_group_id": "ops", "idp_id": "x", "label": "o"}, "grant_policy": {}}
    assert api.call("POST", "/sdk/managed-secrets/acme/grants", asked).status == 201
    now = int(time.time())
    before = alter.token("hugo", groups=["ops"], iat=now - 50)
    after = alter.token("hugo", groups=[], iat=now)
    assert api.proxy(f"{ACME}/h", provider_id="acme", user_token=before).status == 200
    assert api.proxy(f"{ACME}/h", provider_id="acme", user_token=after).status != 200
    assert api.proxy(f"{ACME}/h", provider_id="acme", user_token=before).status != 200


def test_what_was_approved_is_sent_once(alter):
    """An upstream that takes the request and answers 401 gets an approved payment a second time."""
    agent = alter.new_agent()
    alter.connect("paula", agent)
    reply = alter.api(alter.app).call("PATCH", f"/sdk/agents/{agent.id}", {"policy": {"requires_approval": True}})
    assert reply.status == 200, reply
    alter.notes.handler = lambda request: answer(b"{}", 401, [("WWW-Authenticate", "Bearer")])
    api = alter.api(agent)
    reply = api.proxy(f"{NOTES}/pay", "POST", provider_id="notes", body={"amount": 1})
    assert reply.status == 202, reply
    alter.approve(reply.json["approval_id"])
    settled(api, reply.json["approval_id"])
    assert len([one for one in alter.notes.requests if one.target == "/pay"]) == 1


@pytest.mark.parametrize("url", ["https://h.test/p?\u0301key=hunter22", "https:/me:hunter22@h.test/p", "//me:hunter22@h.test"])
def test_reported_addresses_keep_no_secrets(alter, url):
    """A sign that goes together with the question mark before it hides it from Swift's characters."""
    api = alter.api(alter.new_agent())
    said = {"grant_id": None, "method": "GET", "url": url, "response_status": 200, "latency_ms": 1}
    assert api.call("POST", "/sdk/oauth/audit/api-call", said).status == 200
    assert "hunter22" not in json.dumps(alter.audit())


def test_a_consent_for_the_application_takes_nothing_from_agents(alter):
    """The user let an agent in, and now the application for a while: of the agent nothing was said."""
    agent = alter.new_agent()
    alter.connect("quentin", agent)
    assert calls_notes(alter, agent, "/one")[0].status == 200
    alter.connect("quentin", grant_policy={"max_ttl_seconds": 60})
    assert calls_notes(alter, agent, "/two")[0].status == 200


def test_denials_hold(alter):
    """What was denied is put before the person again and again."""
    api = alter.api(alter.bound_agent("acme", terms={"requires_approval": True}))
    for _ in range(3):
        reply = api.proxy(f"{ACME}/nag", "POST", provider_id="acme", body={"n": 1})
        if reply.status != 202:
            return
        alter.approve(reply.json["approval_id"], "deny", reason="no")
    raise AssertionError("the person was asked three times")


def test_users_are_not_told_to_keys_without_that_scope(alter):
    """A key that may emit spans, and nothing else, reads who a user is and in which groups."""
    known = alter.api(alter.app).call("POST", "/sdk/identity/resolve", {"user_token": alter.token("rita", groups=["hr"])})
    assert known.status == 200, known
    reply = alter.api(alter.app).call("POST", "/sdk/keys/derive", {"scopes": ["spans:emit"], "expires_in": 60})
    weak = alter.api(alter.keep("weak", reply.json["api_key"]))
    asked = {"app_user_id": known.json["app_user_id"], "include_profile": True}
    assert weak.call("POST", "/sdk/identity/resolve", asked).status in (403, 404)


class Gate:
    """Stands in front of an origin and lets nothing through until it is opened."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.came = threading.Event()
        self.target: tuple[str, int] | None = None
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.authority = "127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.came.set()
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        self.opened.wait(20)
        with socket.create_connection(self.target) as origin:
            back = threading.Thread(target=self._copy, args=(origin, client), daemon=True)
            back.start()
            self._copy(client, origin)
            back.join(5)

    @staticmethod
    def _copy(source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            pass


def test_a_policy_that_asks_holds_for_what_was_not_sent_yet(make_alter):
    """A request whose connection is not made yet, when the operator says that a person is to be asked."""
    gate = Gate()

    def edit(world, config):
        config.find("provider", name="acme")["connect_to"] = gate.authority

    alter = make_alter(edit)
    host, _, port = alter.acme.authority.rpartition(":")
    gate.target = (host, int(port))
    agent = alter.bound_agent("acme")
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(lambda: alter.api(agent).proxy(f"{ACME}/late", "POST", provider_id="acme", body={"n": 1}))
        assert gate.came.wait(5)
        policy = {"policy": {"requires_approval": True}}
        assert alter.api(alter.app).call("PATCH", f"/sdk/agents/{agent.id}", policy).status == 200
        time.sleep(0.3)
        gate.opened.set()
        call.result()
    assert not [one for one in alter.acme.requests if one.target == "/late"]
