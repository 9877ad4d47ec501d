"""Defects that a review of the API, of approvals and of connections found, each as its attacker would do it."""

from __future__ import annotations

import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from support.alter_world import ACME, NOTES
from support.client import RawClient, basic
from support.origin import answer
from support.signing import Signed
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


# Keys.


# Users.


# Connections.


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


# Request rules.


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


# Persons' browsers.


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
