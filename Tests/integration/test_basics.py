"""One request from end to end, in every way in that a client has."""

from __future__ import annotations

import pytest
from support.topology import A, B


def test_absolute_form_is_upgraded_and_carries_the_credential(topology):
    response = topology.ask("GET", "http://good.test/v1/models?limit=3")
    assert response.status == 200
    (seen,) = topology.good.requests
    assert (seen.method, seen.target) == ("GET", "/v1/models?limit=3")
    assert seen.values("host") == ["good.test"]
    assert seen.values("authorization") == [f"Bearer {topology.secrets['good']}"]
    assert seen.connection.server_name == "good.test"


def test_an_explicit_port_80_is_the_upgraded_port(topology):
    assert topology.ask("GET", "http://good.test:80/v1/models").status == 200
    assert topology.good.requests[0].values("host") == ["good.test"]


def test_the_unix_socket_is_the_agent(topology):
    with topology.connect(agent_socket=A) as client:
        assert topology.ask("GET", "http://good.test/v1/ok", agent=None, client=client).status == 200
        assert topology.ask("GET", "http://good.test/v1/ok", agent=None, client=client).status == 200


def test_a_body_arrives_as_sent(topology):
    body = bytes(range(256)) * 300
    assert topology.ask("POST", "http://good.test/v1/upload", body=body).status == 200
    assert topology.good.requests[0].body == body


@pytest.mark.parametrize("name", ["open", "query", "basic", "path", "cookies", "plain", "egress"])
def test_each_slot_takes_the_credential_once(topology, name):
    path = "/botplaceholder/getMe" if name == "path" else "/anything?limit=1"
    assert topology.ask("GET", f"http://{name}.test{path}").status == 200
    assert len(getattr(topology, name).requests) == 1  # the value is checked after every test


def test_another_agent_gets_its_own_credential(topology):
    assert topology.ask("GET", "http://open.test/x", agent=B).status == 200
    assert topology.ask("GET", "http://open.test/x", agent=A).status == 200
    assert [r.value("x-api-key") for r in topology.open.requests] == [
        topology.secrets["open-b"],
        topology.secrets["open-a"],
    ]


def test_base_url_takes_the_agent_key_where_the_api_key_goes(topology):
    with topology.connect() as client:
        client.send(
            b"GET /via/good/v1/models HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: Bearer %s\r\n\r\n"
            % (topology.daemon.port, topology.keys[A].encode())
        )
        assert client.response().status == 200
    assert topology.good.requests[0].target == "/v1/models"


def test_no_identity_is_challenged_and_the_connection_stays(topology):
    with topology.connect() as client:
        refused = topology.ask("GET", "http://good.test/v1/ok", agent=None, client=client)
        assert (refused.status, refused.code) == (407, "identity_required")
        assert refused.value("proxy-authenticate").startswith("Basic")
        assert topology.ask("GET", "http://good.test/v1/ok", client=client).status == 200
