"""A new configuration takes the place of the old one whole, or not at all (attack 170)."""

from __future__ import annotations

import re
import signal
import socket
import time

import pytest
from support import audit
from support.http1 import Closed
from support.origin import answer
from support.topology import A, B
from support.waiting import wait_until

attack = pytest.mark.attack
URL = "http://good.test/v1/ok"


def test_a_new_grant_counts_at_once(make_topology):
    topology = make_topology()
    with topology.connect() as client:
        assert topology.ask("GET", "http://good.test/v1/ok", agent=B, client=client).status == 403
        config = topology.config.copy()
        config.add("grant", agent=B, secret="good", paths=["/v1/**"], methods=["GET"])
        topology.daemon.reload(config.text())
        assert topology.ask("GET", "http://good.test/v1/ok", agent=B, client=client).status == 200


@attack(66, 170)
def test_a_narrower_grant_counts_at_once_on_an_open_connection(make_topology):
    topology = make_topology()
    config = topology.config.copy()
    config.find("grant", secret="good").update(paths=["/v1/other/**"])
    with topology.connect() as client:
        assert topology.ask("GET", URL, client=client).status == 200
        topology.daemon.reload(config.text())
        assert topology.ask("GET", URL, client=client).status == 403
        assert topology.ask("GET", "http://good.test/v1/other/x", client=client).status == 200


BROKEN = {
    "not TOML": lambda text: text + "\n[[grant\n",
    "unknown key": lambda text: text.replace("[proxy]", "[proxy]\nsurprise = 1"),
    "dangling name": lambda text: text + '\n[[grant]]\nagent = "agent-a"\nsecret = "nobody"\n',
    "no such file": lambda text: re.sub(r"file:[^\"]*/good\"", 'file:/nonexistent/good"', text),
    "empty": lambda text: "",
    "binary": lambda text: "\x00\x01\x02",
    "wrong type": lambda text: text.replace("[proxy]", '[proxy]\nevent_loops = "two"'),
    "bad secret": lambda text: text,
    "cut off": lambda text: text[: len(text) * 2 // 3 + 3],
}


@attack(170)
@pytest.mark.parametrize("name", list(BROKEN))
def test_a_broken_configuration_keeps_the_old_one_and_says_why(make_topology, name):
    topology = make_topology()
    text = BROKEN[name](topology.config.text())
    if name == "bad secret":
        topology.secret_file("open-a", b"abcdefgh\r\nX: y")
    with topology.connect() as client:
        assert topology.ask("GET", URL, client=client).status == 200
        said = topology.daemon.reload(text)
        # An empty file is most likely one that is still being written.
        reason = r"no agent" if name == "empty" else r"proxy\.conf"
        assert re.search(reason, said) and re.search(r"refused|kept|keeps|stays|not", said), said
        assert topology.ask("GET", URL, client=client).status == 200
        assert topology.ask("GET", "http://good.test/admin", client=client).status == 403
    # And a whole one is taken up afterwards.
    topology.secret_file("open-a", topology.secrets["open-a"])
    port = topology.daemon.port
    topology.config.set("proxy", listen=[f"127.0.0.1:{port}"])
    topology.daemon.reload(topology.config.text())
    assert topology.ask("GET", URL).status == 200


@attack(170)
def test_a_reload_names_what_waits_for_the_next_start_until_then(make_topology):
    topology = make_topology()
    former = topology.config.text()
    topology.config.set("approvals", hold_s=61)
    for _ in range(2):
        said = topology.daemon.reload(topology.config.text())
        assert "what [approvals] says now takes effect at the next start" in said and "[audit]" not in said, said
    assert "next start" not in topology.daemon.reload(former)


def test_reloads_are_on_record(make_topology):
    topology = make_topology()
    topology.daemon.reload(topology.config.text())
    topology.daemon.reload("nonsense")
    rows = wait_until(
        lambda: (r := [row for row in topology.audit() if "reload" in row["event.action"]]) and len(r) >= 2 and r, 5
    )
    assert {row["event.outcome"] for row in rows} == {"success", "failure"}


@attack(170)
def test_an_unrelated_change_opens_nothing(make_topology):
    topology = make_topology()
    config = topology.config.copy()
    config.set("timeouts", client_idle_s=33)
    topology.daemon.reload(config.text())
    assert topology.ask("GET", URL).status == 200
    for target, agent in (("http://good.test/admin", A), ("http://evil.test/x", A), (URL, B)):
        assert topology.ask("GET", target, agent=agent).status == 403
    assert topology.ask("GET", URL, agent=None).status == 407


def test_a_running_exchange_of_a_grant_that_stays_goes_on(make_topology):
    topology = make_topology()

    def slow(_request):
        yield answer(headers=[("Content-Length", "30")], length=False)
        for _ in range(30):
            yield b"x"
            yield 0.03

    topology.good.handler = slow
    config = topology.config.copy()
    config.remove("grant", secret="query")
    with topology.connect() as client:
        client.send(topology.head("GET", URL))
        assert client.read_head().status == 200
        topology.daemon.reload(config.text())
        assert b"".join(client.reader.pieces(30)) == b"x" * 30


def test_a_secret_file_that_changed_is_read_again(make_topology):
    topology = make_topology()
    assert topology.ask("GET", "http://open.test/x").status == 200
    old, new = topology.secrets["open-a"], "a-new-secret/for-a+=="
    topology.secret_file("open-a", new)
    topology.daemon.reload(topology.config.text())
    assert topology.ask("GET", "http://open.test/x").status == 200
    assert [r.value("x-api-key") for r in topology.open.requests] == [old, new]
    topology.guarded[1].values += (new,)


def test_listeners_come_and_go(make_topology):
    """A new socket is served, one that is gone is closed, and those that stay are not touched."""
    topology = make_topology()
    config = topology.config.copy()
    config.add("socket", path=topology.socket_path(B), agent=B)
    with topology.connect() as kept:
        assert topology.ask("GET", URL, client=kept).status == 200
        topology.daemon.reload(config.text())
        assert topology.ask("GET", URL, client=kept).status == 200
        with topology.connect(agent_socket=B) as client:
            assert topology.ask("GET", "http://open.test/x", agent=None, client=client).status == 200
        topology.daemon.reload(topology.config.text())

        def is_gone() -> bool:
            try:
                topology.connect(agent_socket=B).close()
                return False
            except OSError:
                return True

        wait_until(is_gone, 3, "the removed socket is closed")
        assert topology.ask("GET", URL, client=kept).status == 200


def test_many_reloads_under_load(make_topology):
    """Every request is answered by one configuration or the other, and nothing is left open."""
    topology = make_topology(log_level="info")
    narrow = topology.config.copy()
    narrow.remove("grant", secret="query")
    before = topology.daemon.descriptors()
    statuses: set[int] = set()

    def ask_what_changes() -> None:
        try:
            statuses.add(topology.ask("GET", "http://query.test/x").status)
        except Closed:
            pass  # it was under way when its grant went: cut, as it has to be

    with topology.connect() as client:
        for number in range(30):
            topology.daemon.write_config((narrow if number % 2 else topology.config).text())
            topology.daemon.signal(signal.SIGHUP)
            for _ in range(5):
                ask_what_changes()
                assert topology.ask("GET", URL, client=client).status == 200
            time.sleep(0.01)
    assert statuses <= {200, 403}
    wait_until(lambda: topology.daemon.descriptors() < before + 20, 5)


@attack(115)
def test_taking_the_agents_socket_away_closes_its_connections(make_topology):
    topology = make_topology()
    config = topology.config.copy()
    config.lists["socket"] = []
    with topology.connect(agent_socket=A) as client:
        assert topology.ask("GET", URL, agent=None, client=client).status == 200
        topology.daemon.reload(config.text())
        try:
            assert topology.ask("GET", URL, agent=None, client=client).status in (403, 407, 503)
        except (Closed, OSError):
            pass
    assert len(topology.good.requests) == 1


def test_the_port_is_not_let_go_of_during_a_reload(make_topology):
    topology = make_topology()
    port = topology.daemon.port
    config = topology.config.copy()
    config.set("proxy", listen=[f"127.0.0.1:{port}"])
    topology.daemon.reload(config.text())
    with socket.create_connection(("127.0.0.1", port), timeout=2):
        pass
    assert audit.of(topology.daemon.audit(), "start")
