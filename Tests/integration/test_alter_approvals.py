"""Calls that wait for a person: by the API, which sends them itself, and by the plain proxy, which holds the client."""

from __future__ import annotations

import base64
import json
import subprocess
import threading
import time
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

import pytest
from support import audit
from support.alter_world import ACME
from support.client import RawClient, basic, request
from support.daemon import program
from support.origin import RESET, answer
from support.pages import Browser
from support.waiting import wait_until

ORDER = {"item": "book", "n": 1}


@pytest.fixture
def agent(alter):
    return alter.bound_agent("acme", terms={"requires_approval": True})


@pytest.fixture
def api(alter, agent):
    return alter.api(agent)


def ask(api, path: str = "/order", body=ORDER, **more):
    reply = api.proxy(f"{ACME}{path}", "POST", provider_id="acme", body=body, **more)
    assert reply.status == 202, reply
    return reply.json


def status(api, approval: str, wait: int = 0) -> dict:
    reply = api.call("GET", f"/sdk/approvals/{approval}" + (f"?wait={wait}" if wait else ""))
    assert reply.status == 200, reply
    return reply.json


def until(api, approval: str, *wanted: str) -> dict:
    def look():
        found = status(api, approval)
        return found if found["status"] in wanted else None

    return wait_until(look, 10, f"the approval is {wanted}", every=0.1)


# By the API.


def test_the_real_sdk_waits_for_approval(alter, agent):
    client = alter.sdk_agent(agent)
    pending = client(
        "proxy_request",
        "POST",
        f"{ACME}/order?a=b",
        provider="acme",
        json=ORDER,
        reason="a customer asked",
        extra_headers={"X-Thing": "1"},
    )
    assert pending["$"] == "PendingApproval" and pending["status"] == "pending" and pending["expires_in"] > 0
    assert pending["approval_url"].startswith(alter.portal) and len(pending["gates"]) == 1
    assert not alter.acme.requests
    state = client("get_approval_status", pending["approval_id"])
    assert state["status"] == "pending" and state["has_result"] is False
    threading.Timer(1.0, lambda: alter.approve(pending["approval_id"])).start()
    result = client("await_approval", pending["approval_id"], timeout=20, poll_interval=1)
    assert result["status_code"] == 200 and result["approval_id"] == pending["approval_id"]
    echoed = json.loads(base64.b64decode(result["body_b64"]))
    assert (echoed["method"], echoed["target"]) == ("POST", "/order?a=b") and json.loads(echoed["body"]) == ORDER
    assert ["x-thing", "1"] in [[name.lower(), value] for name, value in echoed["headers"]]
    assert len(alter.acme.requests) == 1
    row = alter.intent("/order")
    assert row["postern.agent"] == agent.name and pending["approval_id"] in json.dumps(alter.audit())


def test_the_real_sdk_is_denied(alter, agent):
    client = alter.sdk_agent(agent)
    pending = client("proxy_request", "POST", f"{ACME}/order", provider="acme", json=ORDER)["approval_id"]
    alter.approve(pending, "deny", reason="too expensive")
    client.refused("ApprovalDeniedError", "await_approval", pending, timeout=10)
    state = client("get_approval_status", pending)
    assert (state["status"], state["decision_reason"]) == ("denied", "too expensive") and not alter.acme.requests


def test_the_real_sdk_sees_it_expire(alter):
    agent = alter.bound_agent("acme", terms={"requires_approval": {"ttl_s": 10}})
    client = alter.sdk_agent(agent)
    pending = client("proxy_request", "POST", f"{ACME}/order", provider="acme", json=ORDER)["approval_id"]
    client.refused("ApprovalExpiredError", "await_approval", pending, timeout=20, poll_interval=1)
    answered = alter.control.call("POST", f"/v1/approvals/{pending}/approve", {})
    assert answered.status == 409, answered
    time.sleep(0.3)
    assert not alter.acme.requests


def test_the_real_sdk_sees_it_fail(alter, agent):
    """Revoked between the approval's request and its approval: it is not sent."""
    client = alter.sdk_agent(agent)
    pending = client("proxy_request", "POST", f"{ACME}/order", provider="acme", json=ORDER)["approval_id"]
    grant = alter.grants_of(agent)[0]["grant_id"]
    alter.control.unbind(grant)
    alter.control.call("POST", f"/v1/approvals/{pending}/approve", {})
    client.refused("ApprovalExecutionFailedError", "await_approval", pending, timeout=10)
    assert not alter.acme.requests


def test_retrieve_mode_cannot_be_approved(alter, agent):
    client = alter.sdk_agent(agent)
    client.refused("RestrictedGrantRequiresProxyError", "request", "GET", f"{ACME}/", provider="acme")
    reply = alter.api(agent).token(f"{ACME}/", provider_id="acme")
    assert (reply.status, reply.error) == (400, "hitl_grant_requires_proxy")


def test_methods_that_need_none(alter):
    agent = alter.bound_agent("acme", terms={"requires_approval": {"methods": ["POST", "DELETE"]}})
    api = alter.api(agent)
    assert api.proxy(f"{ACME}/read", provider_id="acme").status == 200
    assert api.proxy(f"{ACME}/write", "DELETE", provider_id="acme").status == 202


def test_all_approvers_have_to_agree(alter):
    approvers = ["ann@corp.test", "ben@corp.test"]
    made = alter.sdk_app()(
        "agents.create", name=alter.new_name(), scopes={}, policy={"requires_approval": {"approvers": approvers}}
    )
    key = alter.keep(made["name"], made["api_key"])
    alter.control.bind(made["name"], "acme")
    assert "ann@corp.test" not in json.dumps(alter.sdk().agent(key)("me"))
    api = alter.api(key)
    pending = ask(api)
    assert len(pending["gates"]) == 2 and "corp.test" not in json.dumps(pending)
    first, second = (gate["approval_id"] for gate in pending["gates"])
    alter.approve(first, approver="ann@corp.test")
    found = status(api, pending["approval_id"])
    assert found["status"] == "pending" and sorted(g["status"] for g in found["gates"]) == ["approved", "pending"]
    assert not alter.acme.requests
    alter.approve(second, approver="ben@corp.test")
    assert until(api, pending["approval_id"], "executed")["has_result"]
    assert len(alter.acme.requests) == 1


def test_one_no_is_a_no(alter):
    agent = alter.bound_agent("acme", terms={"requires_approval": {"approvers": ["ann", "ben"]}})
    api = alter.api(agent)
    pending = ask(api)
    alter.approve(pending["gates"][0]["approval_id"], "deny", approver="ann")
    assert status(api, pending["approval_id"])["status"] == "denied"
    answered = alter.control.call(
        "POST", f"/v1/approvals/{pending['gates'][1]['approval_id']}/approve", {"approver": "ben"}
    )
    assert answered.status == 409, answered
    assert not alter.acme.requests


def test_the_poll_is_held(api, alter):
    pending = ask(api)["approval_id"]
    started = time.monotonic()
    assert status(api, pending, wait=2)["status"] == "pending"
    assert 1.5 < time.monotonic() - started < 6
    threading.Timer(0.7, lambda: alter.approve(pending)).start()
    started = time.monotonic()
    assert status(api, pending, wait=20)["status"] in ("approved", "executing", "executed")
    assert time.monotonic() - started < 5
    for wait in ("26", "-1", "x", "1.5", ""):
        assert api.call("GET", f"/sdk/approvals/{pending}?wait={wait}").status in (200, 400, 422)


@pytest.mark.attack(144)
def test_an_approval_is_of_whoever_asked(alter, api):
    pending = ask(api)["approval_id"]
    stranger = alter.api(alter.bound_agent("acme"))
    unknown = stranger.call("GET", "/sdk/approvals/8f14e45f-ceea-467f-9575-1f2a3b4c5d6e")
    for path in (f"/sdk/approvals/{pending}", f"/sdk/approvals/{pending}/result"):
        reply = stranger.call("GET", path)
        assert (reply.status, reply.error) == (unknown.status, unknown.error), reply
    assert unknown.status == 404


def test_results_before_there_are_any(api, alter):
    pending = ask(api)["approval_id"]
    assert api.call("GET", f"/sdk/approvals/{pending}/result").status in (400, 404, 409, 425)
    alter.approve(pending, "deny")
    assert api.call("GET", f"/sdk/approvals/{pending}/result").error == "approval_denied"


def test_an_error_of_the_upstream_is_a_result(alter, api):
    alter.acme.handler = lambda _r: answer(b"no", status=500)
    pending = ask(api)["approval_id"]
    alter.approve(pending)
    until(api, pending, "executed")
    assert api.call("GET", f"/sdk/approvals/{pending}/result").json["status_code"] == 500


def test_an_upstream_that_breaks_off_is_a_failure(alter, api):

    alter.acme.handler = lambda _r: iter([RESET])
    pending = ask(api)["approval_id"]
    alter.approve(pending)
    found = until(api, pending, "failed")
    assert found["execution_error"] and not found["has_result"]
    assert len(alter.acme.requests) == 1, "a POST is not sent twice"


@pytest.mark.attack(143)
def test_approved_many_times_is_sent_once(alter, api):
    pending = ask(api)["approval_id"]
    with ThreadPoolExecutor(50) as pool:
        calls = [pool.submit(alter.control.call, "POST", f"/v1/approvals/{pending}/approve", {}) for _ in range(50)]
        statuses = [one.result().status for one in calls]
    assert statuses.count(200) >= 1 and set(statuses) <= {200, 409}, statuses
    until(api, pending, "executed")
    time.sleep(0.5)
    assert len(alter.acme.requests) == 1


@pytest.mark.attack(148)
@pytest.mark.parametrize(
    "change", ["grant revoked", "agent revoked", "agent paused", "policy narrowed", "secret revoked"]
)
def test_what_changed_meanwhile_counts(alter, change):
    agent = alter.new_agent()
    secret = f"own-{agent.name}"
    alter.control.create_secret(secret, "acme", alter.secrets["acme"])
    alter.control.bind(agent.name, secret, terms={"requires_approval": True})
    pending = ask(alter.api(agent))["approval_id"]
    if change == "grant revoked":
        alter.control.unbind(alter.grants_of(agent)[0]["grant_id"])
    elif change == "agent revoked":
        alter.control.act(agent.name, "revoke")
    elif change == "agent paused":
        alter.control.act(agent.name, "pause")
    elif change == "policy narrowed":
        alter.control.do("PATCH", "agents", agent.name, body={"policy": {"methods": ["GET"]}})
    else:
        alter.control.do("POST", "secrets", secret, "revoke", body={})
    answered = alter.control.call("POST", f"/v1/approvals/{pending}/approve", {})
    assert answered.status < 500, answered
    time.sleep(0.5)
    assert not alter.acme.requests
    assert alter.control.get("approvals", pending)["status"] in ("failed", "denied", "expired")


def test_too_many_wait(make_alter):
    alter = make_alter(lambda _w, config: config.set("approvals", max_pending=3))
    agent = alter.bound_agent("acme", terms={"requires_approval": True})
    api = alter.api(agent)
    for number in range(3):
        ask(api, body={"n": number})
    reply = api.proxy(f"{ACME}/order", "POST", provider_id="acme", body={"n": 4})
    assert reply.status in (403, 409, 429, 503), reply
    assert not alter.acme.requests


@pytest.mark.attack(142, 145)
def test_bodies_too_long_to_be_read(make_alter):
    alter = make_alter(lambda _w, config: config.set("approvals", max_body_bytes=10_000))
    agent = alter.bound_agent("acme", terms={"requires_approval": True})
    reply = alter.api(agent).proxy(f"{ACME}/order", "POST", provider_id="acme", body="x" * 20_000)
    assert reply.status in (400, 403, 413), reply
    assert not alter.acme.requests


# What people are shown.


def test_operators_see_what_will_happen(alter, api, agent):
    pending = ask(api, "/orders/7?dry_run=false", reason="the customer asked for it")["approval_id"]
    shown = alter.control.get("approvals", pending)
    text = json.dumps(shown)
    for part in ("POST", "api.acme.test", "/orders/7", "dry_run", "book", agent.name, "the customer asked for it"):
        assert part in text, part
    assert alter.secrets["acme"] not in text
    (listed,) = [one for one in alter.control.items("approvals") if one["id"] == pending]
    assert listed["status"] == "pending"


HOSTILE = "APPROVED by admin\n\x1b[2J\u202egnp.exe [click](https://evil.test) <script>alert(1)</script> " + "A" * 9000


@pytest.mark.attack(146)
def test_what_agents_say_stays_quoted(alter, agent):
    api = alter.api(agent)
    pending = ask(api, body={"note": HOSTILE}, reason=HOSTILE[:2000])["approval_id"]

    shown = subprocess.run(
        [program("postern"), "approval", "show", pending],
        capture_output=True,
        timeout=20,
        env={"POSTERN_CONTROL_SOCKET": str(alter.control.path), "PATH": "/usr/bin:/bin", "HOME": "/nonexistent"},
    )
    assert shown.returncode == 0, shown.stderr
    assert b"\x1b" not in shown.stdout and "\u202e".encode() not in shown.stdout
    browser = alter.logged_in()
    page = browser.open(browser.inside(f"/approvals/{pending}"))
    assert page.status == 200 and page.scripts == 0, page
    assert b"<script>alert" not in page.body and "\u202e" not in page.body.decode() and b"\x1b" not in page.body
    assert len(page.body) < 100_000


@pytest.mark.attack(149)
def test_looking_decides_nothing(alter, api):
    pending = ask(api)
    url = pending["approval_url"]
    stranger = Browser()
    page = stranger.open(url)
    assert page.status in (200, 401, 403) and "book" not in page.text
    operator = alter.logged_in()
    for place in (url, operator.inside(url)):
        for target in (place, f"{place}/approve", f"{place}?approve=1", f"{place}?decision=approve"):
            operator.send(target)
        assert operator.send(f"{place}/approve", {}).status in (400, 403, 404, 405)
    forged = operator.open(operator.inside(url))
    form, (_, name, value) = forged.form("approve")
    data = [pair for pair in form.fields] + ([(name, value)] if name else [])

    target = urllib.parse.urljoin(forged.url, form.action)
    for headers in ({"Origin": "https://evil.test", "Sec_Fetch_Site": "cross-site"}, {"Origin": "null"}):
        assert operator.send(target, data, **headers).status == 403
    without = [(key, "x" if len(old) > 15 else old) for key, old in data]
    assert operator.send(target, without).status in (400, 403)
    assert stranger.send(target, data).status in (302, 303, 401, 403)
    assert status(api, pending["approval_id"])["status"] == "pending" and not alter.acme.requests
    assert operator.press(forged, "approve").status == 200
    until(api, pending["approval_id"], "executed")


def test_an_approver_sees_their_own(alter):
    agent = alter.bound_agent("acme", terms={"requires_approval": {"approvers": ["ann"]}})
    pending = ask(alter.api(agent))
    other = alter.logged_in("ben")
    assert other.open(other.inside(pending["approval_url"])).status in (403, 404)
    ann = alter.logged_in("ann")
    page = ann.press(ann.open(ann.inside(pending["approval_url"])), "approve")
    assert page.status == 200, page
    until(alter.api(agent), pending["approval_id"], "executed")
    assert audit.of(alter.audit(), "approval_approve"), [row["event.action"] for row in alter.audit()]


# By the plain proxy.


def through(alter, agent, body: bytes = b'{"n":1}', path: str = "/order", fields=()):
    head = [("Proxy-Authorization", basic(agent.name, agent.key)), ("Content-Type", "application/json"), *fields]
    with RawClient(("127.0.0.1", alter.port), alter.recording, timeout=30) as client:
        return client.send(request("POST", f"http://api.acme.test{path}", "api.acme.test", head, body)).response("POST")


def waiting(alter, agent) -> str:
    """The id of the one approval that an agent waits for."""

    def look() -> list[str]:
        listed = alter.control.items("approvals")
        return [one["id"] for one in listed if one["status"] == "pending" and one["principal"] == f"agent {agent.name}"]

    (found,) = wait_until(look, 5, f"{agent.name} waits for an approval")
    return found


def test_the_plain_proxy_holds_a_request(alter, agent):
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(through, alter, agent)
        time.sleep(0.4)
        assert not alter.acme.requests
        alter.approve(waiting(alter, agent))
        reply = asked.result()
    assert reply.status == 200 and len(alter.acme.requests) == 1


def test_the_plain_proxy_tells_when_to_come_again(alter, agent):
    reply = through(alter, agent, b'{"n":2}')
    assert reply.status == 503 and int(reply.value("retry-after")) > 0, reply
    problem = json.loads(reply.body)
    assert reply.value("content-type").startswith("application/problem+json")
    approval = problem["approval_id"] if "approval_id" in problem else problem["approval"]
    alter.approve(approval)
    assert not alter.acme.requests, "nobody sends it but its client"
    assert through(alter, agent, b'{"n":3}').status == 503, "another body is another request"
    assert through(alter, agent, b'{"n":2}').status == 200
    assert through(alter, agent, b'{"n":2}').status == 503, "one approval is for one request"
    assert [json.loads(one.body)["n"] for one in alter.acme.requests] == [2]


@pytest.mark.attack(141)
@pytest.mark.parametrize("change", ["body", "path", "query", "field", "agent", "method"])
def test_what_was_approved_is_what_is_sent(alter, agent, change):
    reply = through(alter, agent, b'{"n":1}', "/a?x=1", [("X-Thing", "1")])
    assert reply.status == 503
    alter.approve(waiting(alter, agent))
    other = alter.bound_agent("acme", terms={"requires_approval": True}) if change == "agent" else agent
    body = b'{"n":2}' if change == "body" else b'{"n":1}'
    path = {"path": "/b?x=1", "query": "/a?x=2"}.get(change, "/a?x=1")
    fields = [("X-Thing", "2" if change == "field" else "1")]
    if change == "method":
        head = [("Proxy-Authorization", basic(agent.name, agent.key)), ("Content-Type", "application/json"), *fields]
        with RawClient(("127.0.0.1", alter.port), alter.recording, timeout=30) as client:
            again = client.send(request("PUT", f"http://api.acme.test{path}", "api.acme.test", head, body)).response()
    else:
        again = through(alter, other, body, path, fields)
    assert again.status == 503 and not alter.acme.requests
    assert through(alter, agent, b'{"n":1}', "/a?x=1", [("X-Thing", "1")]).status == 200


@pytest.mark.attack(143)
def test_one_approval_for_fifty_that_are_the_same(alter, agent):
    assert through(alter, agent, b'{"n":9}').status == 503
    alter.approve(waiting(alter, agent))
    with ThreadPoolExecutor(50) as pool:
        replies = list(pool.map(lambda _: through(alter, agent, b'{"n":9}'), range(50)))
    statuses = [reply.status for reply in replies]  # 403: more of them wait than may
    assert statuses.count(200) == 1 and set(statuses) <= {200, 403, 503}, {(r.status, r.code) for r in replies}
    assert len(alter.acme.requests) == 1


@pytest.mark.attack(147)
def test_a_no_by_the_plain_proxy(alter, agent):
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(through, alter, agent, b'{"n":4}')
        alter.approve(waiting(alter, agent), "deny", reason="no")
        reply = asked.result()
    assert reply.status == 403 and not alter.acme.requests


def test_a_client_that_leaves_meanwhile(alter, agent):
    """An approval whose client has gone is not spent on nobody."""
    head = [("Proxy-Authorization", basic(agent.name, agent.key)), ("Content-Type", "application/json")]
    client = RawClient(("127.0.0.1", alter.port), alter.recording)
    client.send(request("POST", "http://api.acme.test/gone", "api.acme.test", head, b'{"n":5}'))
    approval = waiting(alter, agent)
    client.reset()
    time.sleep(0.3)
    alter.approve(approval)
    time.sleep(0.3)
    assert not alter.acme.requests
    assert through(alter, agent, b'{"n":5}', "/gone").status == 200


def test_the_command_line_decides(alter, api):

    def postern(*arguments: str):
        return subprocess.run(
            [program("postern"), *arguments],
            capture_output=True,
            text=True,
            timeout=20,
            env={"POSTERN_CONTROL_SOCKET": str(alter.control.path), "PATH": "/usr/bin:/bin", "HOME": "/nonexistent"},
        )

    first, second = ask(api, body={"n": 1})["approval_id"], ask(api, body={"n": 2})["approval_id"]
    listed = postern("approval", "list")
    assert listed.returncode == 0 and first[:8] in listed.stdout and second[:8] in listed.stdout, listed
    assert "book" in postern("approval", "show", first).stdout or "n" in postern("approval", "show", first).stdout
    assert postern("approval", "approve", first, "--yes").returncode == 0
    assert postern("approval", "deny", second, "--reason", "not now").returncode == 0
    until(api, first, "executed")
    assert status(api, second)["decision_reason"] == "not now"
