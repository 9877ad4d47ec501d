"""The configuration file and the store beside one another: neither lends authority to the other (attacks 113, 170)."""

from __future__ import annotations

import threading

import pytest

from support.client import basic, request
from support.control import Control
from support.directory import DirectoryTopology
from support.topology import A, B, C, Topology
from support.waiting import wait_until

attack = pytest.mark.attack
URL = "http://good.test/v1/ok"
OPEN = "http://open.test/x"
NEW = "from-the-store"


@pytest.fixture
def both(make_topology) -> Topology:
    """The usual configuration file, and one agent in the store who may use a secret of the store on open.test."""
    topology = make_topology()
    topology.control = Control(topology.directory / "state/control.sock")
    wait_until(topology.control.is_ready, 5)
    topology.secrets["stored"] = "stored/0123456789abcdef+=="
    topology.guarded[1].values += (topology.secrets["stored"],)
    topology.guarded[1].secrets += ("stored",)
    topology.control.create_secret("stored", "open", topology.secrets["stored"])
    topology.keys[NEW] = topology.control.create_agent(NEW)["key"]["key"]
    topology.control.bind(NEW, "stored")
    return topology


def sent(topology: Topology) -> list[str]:
    return [request.value("x-api-key") for request in topology.open.requests]


@attack(113)
@pytest.mark.entries("plain")
def test_each_has_its_own(both):
    assert both.ask("GET", OPEN, agent=A).status == 200
    assert both.ask("GET", OPEN, agent=NEW).status == 200
    assert both.ask("GET", URL, agent=NEW).status == 403
    assert sent(both) == [both.secrets["open-a"], both.secrets["stored"]]
    listed = {row["name"] for row in both.control.items("agents")}
    assert NEW in listed and A not in listed


@pytest.mark.parametrize(
    "body", [{"agent": A, "secret": "stored"}, {"agent": NEW, "secret": "good"}, {"agent": A, "secret": "good"}]
)
def test_grants_do_not_reach_across(both, body):
    answer = both.control.call("POST", "/v1/grants", body)
    assert answer.status in (404, 409), answer


def test_a_name_of_the_file_is_taken(both):
    answer = both.control.call("POST", "/v1/agents", {"name": A})
    assert (answer.status, answer.code) == (409, "agent_name_exists")
    assert both.control.call("POST", f"/v1/agents/{A}/pause", {}).status in (404, 409)
    assert both.ask("GET", URL, agent=A).status == 200


@attack(113, 170)
@pytest.mark.entries("plain")
def test_a_name_of_the_store_appears_in_the_file(both):
    """Whichever counts, the key of one never opens what the other may use."""
    config = both.config.copy()
    other = "pak_another-agent-of-the-same-name"
    config.add("agent", name=NEW, key=both.secret_file("same-name", other))
    config.add("grant", agent=NEW, secret="good", paths=["/v1/**"])
    both.daemon.reload(config.text())

    def status(url: str, key: str) -> int:
        with both.connect() as client:
            host = url.split("/")[2]
            return client.send(request("GET", url, host, [("Proxy-Authorization", basic(NEW, key))])).response().status

    assert status(URL, both.keys[NEW]) in (403, 407)
    assert status(OPEN, other) in (403, 407)
    assert status(URL, other) in (200, 403, 407)
    both.daemon.reload(both.config.text())
    assert status(OPEN, both.keys[NEW]) == 200
    assert status(URL, other) == 407


@attack(170)
@pytest.mark.entries("plain")
def test_a_broken_file_leaves_the_store_as_it_is(both):
    for text in ("nonsense", both.config.text() + "\n[[grant\n"):
        both.daemon.reload(text)
        assert both.ask("GET", OPEN, agent=NEW).status == 200
        assert both.ask("GET", OPEN, agent=A).status == 200
        assert both.ask("GET", URL, agent=NEW).status == 403
    both.control.act(NEW, "pause")
    both.daemon.reload(both.config.text())
    assert both.ask("GET", OPEN, agent=NEW).status == 403, "a reload resumes nobody"
    both.control.act(NEW, "resume")
    assert both.ask("GET", OPEN, agent=NEW).status == 200


@attack(170)
@pytest.mark.entries("plain")
def test_a_reload_takes_back_nothing_of_the_store(both):
    """A revocation stays through reloads and a restart, and new grants do too."""
    (grant,) = both.control.items("grants", agent=NEW)
    both.control.unbind(grant["id"])
    for _ in range(3):
        both.daemon.reload(both.config.text())
        assert both.ask("GET", OPEN, agent=NEW).status == 403
    both.control.bind(NEW, "stored")
    both.daemon.reload(both.config.text())
    assert both.ask("GET", OPEN, agent=NEW).status == 200
    both.daemon.terminate()
    both.start()
    both.begin()
    assert both.ask("GET", OPEN, agent=NEW).status == 200


# Where a secret may go.


@attack(170)
@pytest.mark.entries("plain")
def test_a_provider_that_moves_does_not_take_secrets_along(make_directory):
    """The file now says that open.test's provider is at evil.test: what was stored for open.test does not go there."""
    directory = make_directory()
    config = directory.config.copy()
    config.find("provider", name="open").update(hosts=["evil.test"], connect_to=directory.evil.authority)
    config.remove("provider", name="evil")
    directory.daemon.reload(config.text())
    for agent in (A, B):
        assert directory.ask("GET", "http://evil.test/x", agent=agent).status in (403, 404)
    directory.assert_untouched(directory.evil)
    directory.daemon.reload(directory.config.text())
    assert directory.ask("GET", OPEN).status == 200


@attack(170)
@pytest.mark.entries("plain")
def test_a_stored_provider_that_moves_does_not_either(make_directory):
    directory = make_directory()

    def define(host: str, origin) -> None:
        directory.control.do(
            "PUT",
            "providers",
            "moving",
            body={
                "hosts": [host],
                "connect_to": origin.authority,
                "ca_file": str(directory.authority.path),
                "inject": [{"header": "X-Api-Key", "value": "{secret}"}],
            },
        )

    config = directory.config.copy()
    config.remove("provider", name="cookies")
    directory.daemon.reload(config.text())
    define("cookies.test", directory.cookies)
    directory.secrets["moving"] = "moving/0123456789abcdef+=="
    directory.guarded[5].values, directory.guarded[5].secrets = (directory.secrets["moving"],), ("moving",)
    directory.guarded[5].slot = lambda request: request.values("x-api-key")
    directory.control.create_secret("moving", "moving", directory.secrets["moving"])
    directory.bind(B, "moving")
    assert directory.ask("GET", "http://cookies.test/x", agent=B).status == 200
    define("egress.test", directory.egress)
    assert directory.ask("GET", "http://egress.test/x", agent=B).status in (403, 404)
    directory.assert_untouched(directory.egress)
    refused = directory.control.call("DELETE", "/v1/providers/moving")
    assert refused.status == 409, refused
    directory.control.rotate("moving", "moving/another-0123456789+==")
    directory.secrets["moved"] = "moving/another-0123456789+=="
    directory.guarded[8].secrets += ("moved",)
    assert directory.ask("GET", "http://egress.test/x", agent=B).status == 200, "rotating takes the new hosts"


@attack(170)
@pytest.mark.entries("plain")
def test_a_provider_that_is_gone_leaves_its_secrets_unused(make_directory):
    """Its agents are refused, others go on, and when it comes back all is as it was."""
    directory: DirectoryTopology = make_directory()
    config = directory.config.copy()
    config.remove("provider", name="open")
    said = directory.daemon.reload(config.text())
    assert directory.ask("GET", OPEN).status in (403, 404), said
    assert directory.ask("GET", URL).status == 200
    directory.daemon.terminate()
    directory.daemon.write_config(config.text())
    directory.config, whole = config, directory.config
    directory.start()
    directory.begin()
    assert directory.ask("GET", OPEN).status in (403, 404)
    assert directory.ask("GET", URL).status == 200
    directory.config = whole
    directory.daemon.reload(whole.text())
    assert directory.ask("GET", OPEN).status == 200


@pytest.mark.entries("plain")
def test_uses_of_a_declared_grant_are_counted_and_outlive_a_restart(make_topology):
    """A grant of the file has no row in the store but for its uses."""
    topology = make_topology(lambda _topology, config: config.find("grant", agent=C, secret="evil").update(max_uses=3))
    assert [topology.ask("GET", "http://evil.test/x", agent=C).status for _ in range(2)] == [200, 200]
    topology.daemon.kill9()
    topology.start()
    assert [topology.ask("GET", "http://evil.test/x", agent=C).status for _ in range(3)] == [200, 403, 403]


@attack(170)
def test_reloads_do_not_overtake_one_another(both):
    """One that began earlier and reads slowly does not put its older file in force after a later one has returned."""
    config = both.config.copy()
    helper = both.directory / "slow"
    helper.write_text("#!/bin/sh\n[ -e %s ] && { rm %s; sleep 2; }\necho slow-secret-0123456789\n" % ((f"{helper}.once",) * 2))
    helper.chmod(0o700)
    config.add("secret", name="slow", provider="open", value=f"exec:{helper}")
    both.daemon.reload(config.text())
    (both.directory / "slow.once").touch()
    slow = threading.Thread(target=both.control.call, args=("POST", "/v1/config/reload", {}))
    slow.start()
    wait_until(lambda: not (both.directory / "slow.once").exists(), 5)
    later = config.copy()
    later.lists["grant"] = [row for row in later.lists["grant"] if row["agent"] != A]
    both.daemon.write_config(later.text())
    assert both.control.call("POST", "/v1/config/reload", {}).status == 200
    assert both.ask("GET", URL, agent=A).status == 403
    slow.join(10)
    assert both.ask("GET", URL, agent=A).status == 403
