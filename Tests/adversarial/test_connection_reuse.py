"""Upstream connections and what might cling to them (attacks 174 to 179)."""

from __future__ import annotations

import pytest

from support.origin import answer, fixed
from support.topology import A, B
from support.waiting import wait_until

attack = pytest.mark.attack


@attack(174, 176)
def test_agents_with_different_credentials_never_share_a_connection(topology):
    for number in range(6):
        for agent in (A, B):
            assert topology.ask("GET", f"http://open.test/{number}", agent=agent).status == 200
    used = [{r.value("x-api-key") for r in c.requests} for c in topology.open.connections if c.requests]
    assert len(used) >= 2 and all(len(keys) == 1 for keys in used)


@attack(176)
def test_tls_sessions_are_not_resumed_across_credentials(topology):
    """No ticket of one credential's connection appears in the hello of another's."""
    topology.open.handler = fixed(b"ok", headers=[("Connection", "close")])
    for agent in (A, B, A, B):
        assert topology.ask("GET", "http://open.test/x", agent=agent).status == 200
    pre_shared_key = b"\x00\x29"
    hellos = [c.client_hello for c in topology.open.connections if c.requests]
    identities = []
    for connection in topology.open.connections:
        if connection.requests and pre_shared_key in connection.client_hello:
            at = connection.client_hello.rindex(pre_shared_key)
            identities.append((connection.requests[0].value("x-api-key"), connection.client_hello[at : at + 40]))
    assert len(hellos) >= 4
    for key, identity in identities:
        assert all(other == key for other, same in identities if same == identity)


@attack(177)
def test_cookies_set_for_one_agent_are_not_sent_for_another(topology):
    topology.open.handler = fixed(b"ok", headers=[("Set-Cookie", "session=of-a; Path=/")])
    for agent in (A, B, A, B):
        response = topology.ask("GET", "http://open.test/x", agent=agent)
        assert "set-cookie" not in response.names()
    assert all("cookie" not in seen.names() for seen in topology.open.requests)


@attack(178)
def test_nothing_is_left_over_from_the_request_before(topology):
    """A POST with everything, then a plain GET, on the same client connection and most likely the same upstream one."""
    for _ in range(5):
        with topology.connect() as client:
            assert (
                topology.ask(
                    "POST",
                    "http://open.test/first?q=1",
                    [("X-Left", "over"), ("Range", "bytes=0-1"), ("Content-Type", "text/x")],
                    b"body" * 1000,
                    client=client,
                ).status
                == 200
            )
            assert topology.ask("GET", "http://open.test/second", client=client).status == 200
            assert topology.ask("HEAD", "http://open.test/third", client=client).status == 200
            assert topology.ask("DELETE", "http://open.test/fourth", client=client).status == 200
    later = [seen for seen in topology.open.requests if seen.path != "/first"]
    assert len(later) == 15
    for seen in later:
        assert seen.body == b"" and seen.query == ""
        assert not seen.names() & {"x-left", "range", "content-type", "transfer-encoding"}
        assert seen.value("content-length") in (None, "0")
    assert [seen.method for seen in later[:3]] == ["GET", "HEAD", "DELETE"]


@attack(178)
def test_a_failed_exchange_leaves_nothing_for_the_next(topology):
    """A client that gives up in the middle of its body, then others on fresh and pooled connections."""
    for _ in range(5):
        client = topology.connect(agent_socket=A)
        client.send(topology.head("POST", "http://open.test/broken", "Content-Length: 1000", agent=None) + b"x" * 500)
        client.reset()
        assert topology.ask("GET", "http://open.test/whole").status == 200
    whole = [seen for seen in topology.open.requests if seen.path == "/whole"]
    assert len(whole) == 5 and all(seen.body == b"" for seen in whole)
    assert all(
        c.requests[-1] is seen for c in topology.open.connections for seen in c.requests if seen.path == "/broken"
    )


@attack(178)
def test_a_dead_pooled_connection_is_replaced_without_the_client_noticing(topology):
    for method, body in (("GET", None), ("GET", None), ("POST", b"x"), ("POST", b"y")):
        assert topology.ask(method, "http://open.test/x", body=body).status == 200
        topology.open.drop_connections()
    assert [seen.method for seen in topology.open.requests] == ["GET", "GET", "POST", "POST"]


@attack(178)
def test_a_request_that_may_have_taken_effect_is_not_sent_twice(topology):
    """The origin takes the request and ends the connection without an answer: a POST is not repeated."""
    assert topology.ask("GET", "http://open.test/warm").status == 200
    topology.open.handler = lambda request: iter(["close"])
    assert topology.ask("POST", "http://open.test/pay", body=b"1").status == 502
    assert [seen.path for seen in topology.open.requests].count("/pay") == 1


@attack(178)
def test_connections_are_reused_for_the_same_credential(topology):
    for number in range(10):
        assert topology.ask("GET", f"http://open.test/{number}").status == 200
    assert len([c for c in topology.open.connections if c.requests]) < 10


@attack(178)
def test_an_answer_that_closes_is_not_reused(topology):
    topology.open.handler = lambda request: answer(b"bye", headers=[("Connection", "close")])
    for number in range(3):
        assert topology.ask("GET", f"http://open.test/{number}").body == b"bye"
    assert all(len(c.requests) <= 1 for c in topology.open.connections)


@attack(179)
def test_connections_of_a_removed_grant_are_closed(make_topology):
    topology = make_topology()
    assert topology.ask("GET", "http://open.test/x").status == 200
    assert topology.daemon.connections_to(topology.open.port) >= 1
    config = topology.config.copy()
    config.remove("grant", secret="open-a")
    topology.daemon.reload(config.text())
    wait_until(lambda: topology.daemon.connections_to(topology.open.port) == 0, 3, "the pooled connection is closed")
    assert topology.ask("GET", "http://open.test/x").status == 403
    assert len(topology.open.requests) == 1


@attack(179)
def test_idle_connections_are_closed_in_time(make_topology):
    topology = make_topology(lambda topology, config: config.set("timeouts", pooled_connection_s=1))
    assert topology.ask("GET", "http://open.test/x").status == 200
    assert topology.daemon.connections_to(topology.open.port) == 1
    wait_until(lambda: topology.daemon.connections_to(topology.open.port) == 0, 5, "the idle connection is closed")
