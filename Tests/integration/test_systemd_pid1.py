"""The shipped units under a systemd of their own: start, sockets, credentials, watchdog, reload, restart."""

from __future__ import annotations

import contextlib
import json
import re
import threading
from typing import Iterator

import pytest

from support import audit, systemd
from support.installed import KEYED, NAME, OTHER, PLAIN, SEALED, SOCKET, STORED, Installed
from support.origin import answer
from support.systemd import USER
from support.waiting import wait_until

pytestmark = [pytest.mark.skipif(systemd.needs() is not None, reason=systemd.needs() or ""), pytest.mark.slow]

HIGHEST_EXPOSURE = 1.5
#: Descriptors that are kept of a sandbox: its wrapper's connection, and its listeners.
KEPT, KEPT_TRANSPARENT = 2, 5
DYNAMIC_USERS = range(61184, 65520)
#: Shorter than a test would wait for, and long enough for a busy machine.
WATCHDOG = "[Service]\nWatchdogSec=4\n"


@pytest.fixture(scope="module")
def _installed(authority):
    world = Installed(authority)
    yield world
    world.close()


@pytest.fixture
def world(_installed) -> Installed:
    _installed.begin()
    yield _installed
    wait_until(lambda: _installed.stored == 0, 30, "systemd keeps nothing of a sandbox that has ended", every=0.1)
    _installed.verify()


@contextlib.contextmanager
def drop_in(world, text: str) -> Iterator[None]:
    """The unit with other settings, restarted before and after."""
    path = "/run/systemd/system/posternd.service.d/test.conf"
    world.machine.write(path, text)
    try:
        world.machine.systemctl("daemon-reload")
        world.machine.systemctl("restart", "posternd.service")
        yield
    finally:
        (world.machine.root / path.lstrip("/")).unlink()
        world.machine.systemctl("daemon-reload")
        world.machine.systemctl("restart", "posternd.service")


# Start.


def test_it_runs_as_a_user_of_its_own_without_rights(world):
    assert world.machine.show("StatusText") == "Serving" and world.machine.show("Type") == "notify"
    status = (world.machine.root / f"proc/{world.pid}/status").read_text()
    users = {int(one) for one in re.search(r"^Uid:(.*)$", status, re.M)[1].split()}
    assert len(users) == 1 and users <= set(DYNAMIC_USERS)
    assert all(int(one, 16) == 0 for one in re.findall(r"^Cap\w+:\s*(\w+)$", status, re.M))
    assert "NoNewPrivs:\t1" in status and "Seccomp:\t2" in status


def test_its_exposure_is_low_as_it_runs(world):
    said = world.machine.run("systemd-analyze", "security", "--no-pager", "posternd.service").stdout
    exposure = re.search(r"Overall exposure level for posternd\.service: ([0-9.]+)", said)
    assert exposure and float(exposure[1]) <= HIGHEST_EXPOSURE, said


@pytest.mark.parametrize("agent", [None, SOCKET], ids=["the port", "an agent's socket"])
def test_a_connection_starts_it(world, agent):
    """A request that waits at a socket of systemd's is answered; at an agent's own it needs no key."""
    world.machine.systemctl("stop", "posternd.service")
    assert world.machine.show("ActiveState") == "inactive"
    assert world.ask(agent).status == 200
    assert world.machine.show("ActiveState") == "active"
    row = audit.intents(world.audit())[-1]
    assert row["postern.agent"] == (agent or KEYED)
    assert row["postern.identity"] == ("socket" if agent else "proxy_authorization")


@pytest.mark.parametrize("host, name", [(PLAIN, "plain"), (SEALED, "sealed")], ids=["as it is", "encrypted"])
def test_a_credential_of_the_unit_reaches_its_upstream(world, host, name):
    assert world.ask(SOCKET, host, f"/{name}").status == 200
    assert world.credentials_seen(f"/{name}") == [f"Bearer {world.secrets[name]}"]


def test_an_agents_socket_is_its_alone(world):
    """The drop-in that names a group was not written: root gets in, and nobody else."""
    path = f"/run/postern-agents/{SOCKET}.sock"
    done = world.machine.run("curl", "-sS", "--unix-socket", path, f"http://{PLAIN}/x", user=USER, check=False)
    assert done.returncode == 7, done
    assert world.machine.run("stat", "--format=%a %U", path).stdout == "660 root\n"


def test_a_socket_may_be_of_an_agent_of_the_store(world):
    """It is refused for as long as there is no such agent, and takes up its grants without a restart."""
    pid = world.pid
    refused = world.ask(STORED, path="/stored")
    assert refused.code == "identity_required", refused
    assert f"there is no agent {STORED}" in world.machine.journal()
    run = world.machine.run
    run("postern", "agent", "create", STORED)
    assert world.ask(STORED, path="/stored").code == "no_grant"
    run("postern", "secret", "add", "of-the-store", "--provider", "plain", input="kept/in-the-store")
    run("postern", "grant", "create", "--agent", STORED, "--secret", "of-the-store")
    assert world.ask(STORED, path="/stored").status == 200
    assert world.credentials_seen("/stored") == ["Bearer kept/in-the-store"]
    run("postern", "agent", "revoke", STORED, "--yes")
    assert world.ask(STORED, path="/stored").code == "identity_required"
    assert world.pid == pid


def test_a_socket_is_added_with_a_restart(world):
    """As the unit's head says, with a group that may enter; systemd opens none for a service that runs."""
    world.config.add("agent", name="late-bot")
    world.config.add("socket", systemd="late-bot", agent="late-bot")
    world.config.add("grant", agent="late-bot", secret="plain")
    world.write_config()
    unit = "posternd-agent@late-bot.socket"
    with world.sandbox(KEYED) as shell:
        assert world.machine.systemctl("start", unit, check=False).returncode != 0
        world.machine.write(f"/etc/systemd/system/{unit}.d/group.conf", f"[Socket]\nSocketGroup={NAME}\n")
        world.machine.systemctl("enable", unit)
        world.machine.systemctl("restart", "posternd.service")
        done = world.machine.run("curl", "-sS", "--fail", "--unix-socket", "/run/postern-agents/late-bot.sock",
                                 "http://localhost/via/plain/late", user=USER)
        assert json.loads(done.stdout)["target"] == "/late"
        assert shell.ask(f"http://{PLAIN}/x")[1] == 0
    world.begin()
    world.machine.systemctl("disable", "--now", unit)
    world.machine.systemctl("restart", "posternd.service")


# A daemon that hangs, and a new configuration.


def test_one_that_hangs_is_started_anew(world):
    """By the watchdog; what was run before goes on, since nothing of the old daemon is asked."""
    with drop_in(world, WATCHDOG), world.sandbox(KEYED) as shell:
        before, pid = world.restarts, world.pid
        world.machine.run("kill", "-STOP", str(pid))
        wait_until(lambda: world.restarts > before, 60, "the watchdog restarts it", every=0.2)
        assert world.ask(SOCKET).status == 200
        assert world.pid != pid
        assert shell.ask(f"http://{PLAIN}/x")[1] == 0
        assert "Watchdog timeout" in world.machine.journal()


def test_a_reload_takes_the_new_file_and_keeps_the_process(world):
    pid = world.pid
    assert world.ask(SOCKET, method="DELETE").code == "policy_denied"
    for grant in world.config.lists["grant"]:
        grant["methods"] = ["GET", "DELETE"]
    world.write_config()
    world.machine.systemctl("reload", "posternd.service")
    wait_until(lambda: world.ask(SOCKET, method="DELETE").status == 200, 30, "the new file is in force", every=0.2)
    world.machine.write("/etc/postern/proxy.conf", "nonsense")
    world.machine.systemctl("reload", "posternd.service")
    wait_until(lambda: "reload refused" in world.machine.journal(), 30, "a file that is none is refused", every=0.2)
    assert world.ask(SOCKET, method="DELETE").status == 200
    assert world.pid == pid


# What a restart leaves alone.


@pytest.fixture
def streams(world):
    """Origins' answers that go on until they are told; each event goes to whoever listens."""
    ends = threading.Event()

    def endless(_request):
        yield answer(headers=[("Content-Type", "text/event-stream")], length=False)
        number = 0
        while True:
            yield f"data: {number}\n\n".encode()
            yield 0.1
            number += 1

    def finite(_request):
        yield answer(headers=[("Content-Type", "text/event-stream"), ("Transfer-Encoding", "chunked")], length=False)
        yield b"d\r\ndata: first\n\n\r\n"
        ends.wait(60)
        yield b"c\r\ndata: last\n\n\r\n0\r\n\r\n"

    world.origin.routes.update({"/endless": endless, "/finite": finite})
    yield ends
    ends.set()


def is_active(world) -> bool:
    return world.machine.show("ActiveState") == "active"


def begin_restart(world) -> int:
    """Has systemd restart it, waits until it drains, and returns the number of the old process."""
    pid = world.pid
    world.machine.systemctl("--no-block", "restart", "posternd.service")
    wait_until(lambda: world.machine.show("ActiveState") == "deactivating", 30, "it drains", every=0.05)
    return pid


def wait_restarted(world, pid: int) -> None:
    wait_until(lambda: is_active(world) and world.pid not in (0, pid), 60, "it is back", every=0.1)


def test_a_restart_drops_no_sandbox_and_cuts_no_stream_before_its_time(world, streams):
    with world.sandbox(KEYED) as one, world.sandbox(OTHER, user=0) as two, world.sandbox(OTHER) as three:
        one.begin(f"http://{PLAIN}/endless")
        two.begin(f"http://{PLAIN}/finite")
        assert (one.line(), two.line()) == ("data: 0\n", "data: first\n")
        pid = begin_restart(world)
        # Who comes now is answered by the next daemon.
        three.begin(f"http://{PLAIN}/three")
        waiting = world.begin_asking(path="/waiting")
        streams.set()
        assert two.rest() == ("data: last\n", 0), "a stream that ends in time is whole"
        events = [one.line() for _ in range(5)]
        assert all(event.startswith("data: ") for event in events)
        rest, code = one.rest()
        assert code != 0, "one that does not is cut at the end"
        wait_restarted(world, pid)
        assert json.loads(three.rest()[0])["target"] == "/three"
        with waiting:
            assert waiting.response().status == 200
        assert "cutting exchanges that still run" in world.machine.journal()
        for shell, agent in ((one, KEYED), (two, OTHER), (three, OTHER)):
            text, code = shell.ask(f"http://{PLAIN}/{agent}-after")
            assert code == 0 and json.loads(text)["target"] == f"/{agent}-after"
        assert world.stored == 3 * KEPT
        for agent in (KEYED, OTHER):
            rows = [row for row in audit.intents(world.audit()) if row["url.full"].endswith(f"/{agent}-after")]
            assert {(row["postern.agent"], row["postern.identity"]) for row in rows} == {(agent, "sandbox")}
    assert world.restarts == 0


def test_a_killed_daemon_drops_no_sandbox(world):
    with world.sandbox(KEYED) as one, world.sandbox(OTHER, "--transparent") as two:
        assert world.stored == KEPT + KEPT_TRANSPARENT
        before = world.restarts
        world.machine.run("kill", "-KILL", str(world.pid))
        for shell, url in ((one, f"http://{PLAIN}/killed"), (two, f"http://{PLAIN}/killed")):
            assert json.loads(shell.ask(url)[0])["target"] == "/killed"
        assert world.restarts == before + 1
        assert world.stored == KEPT + KEPT_TRANSPARENT
        # By a name and an address of no meaning, at the listener on port 80.
        done = two.ask(f"--noproxy * http://{PLAIN}/direct")
        assert json.loads(done[0])["target"] == "/direct"


def test_what_is_kept_goes_with_its_sandbox(world, streams):
    """When it ends while the daemon runs, while it drains, and while there is none."""
    before = len(world.audit())
    with world.sandbox(KEYED) as first:
        first.begin(f"http://{PLAIN}/endless")
        first.line()
        shells = [systemd.Shell(world.machine, OTHER, user=USER) for _ in range(3)]
        assert world.stored == 4 * KEPT
        shells[0].end()
        wait_until(lambda: world.stored == 3 * KEPT, 30, "nothing is kept of the first", every=0.1)
        pid = begin_restart(world)
        shells[1].end()
        wait_until(lambda: world.stored == 2 * KEPT, 30, "nor of one that ends while it drains", every=0.1)
        world.origin.drop_connections()
        first.rest()
        wait_restarted(world, pid)
        world.machine.run("kill", "-KILL", str(world.pid))
        shells[2].end()
        wait_until(lambda: is_active(world) and world.stored == KEPT, 30,
                   "nor of one that ends while there is no daemon", every=0.1)
        rows = world.audit()[before:]
        started, ended = ({row["event.reason"] for row in audit.of(rows, f"sandbox_{what}")} for what in ("start", "end"))
        assert len(started) == 4 and len(ended) == 3 and ended < started


def test_a_sandbox_that_is_not_allowed_any_more_is_not_taken_over(world):
    with world.sandbox(KEYED) as shell, world.sandbox(KEYED, user=0) as roots:
        world.config.lists["runner"] = []
        world.write_config()
        world.machine.systemctl("reload", "posternd.service")
        assert shell.ask(f"http://{PLAIN}/x")[1] == 0, "what runs, runs on"
        world.machine.systemctl("restart", "posternd.service")
        assert roots.ask(f"http://{PLAIN}/x")[1] == 0
        assert shell.ask(f"http://{PLAIN}/x")[1] == 7, "refused by the kernel: nothing listens"
        assert world.stored == KEPT
        assert shell.is_alive()
        assert audit.of(world.audit(), "sandbox_end")


def test_an_agent_that_is_gone_is_not_taken_over(world):
    with world.sandbox(OTHER) as shell:
        for table in ("agent", "grant"):
            world.config.lists[table] = [one for one in world.config.lists[table] if OTHER not in one.values()]
        world.write_config()
        world.machine.systemctl("restart", "posternd.service")
        assert shell.ask(f"http://{PLAIN}/x")[1] == 7
        assert world.stored == 0


def test_a_sandbox_that_was_not_kept_whole_ends_alone(world):
    room = "[Service]\nFileDescriptorStoreMax=3\n"
    with drop_in(world, room), world.sandbox(KEYED) as one, world.sandbox(OTHER) as two:
        assert world.stored == 3
        world.machine.systemctl("restart", "posternd.service")
        assert one.ask(f"http://{PLAIN}/x")[1] == 0
        assert two.ask(f"http://{PLAIN}/x")[1] == 7
        assert world.stored == KEPT


def test_nothing_is_kept_where_there_are_to_be_no_sandboxes(world):
    with world.sandbox(KEYED) as shell:
        world.config.set("run", socket="off")
        world.write_config()
        world.machine.systemctl("restart", "posternd.service")
        assert shell.ask(f"http://{PLAIN}/x")[1] == 7
        assert world.stored == 0
    # Where the run socket is takes effect at a start.
    world.config.sections["run"].clear()
    world.write_config()
    world.machine.systemctl("restart", "posternd.service")


def test_a_stop_ends_every_sandbox(world):
    with world.sandbox(KEYED) as shell:
        assert shell.ask(f"http://{PLAIN}/x")[1] == 0
        world.machine.systemctl("stop", "posternd.service")
        wait_until(lambda: world.stored == 0, 30, "nothing is kept", every=0.1)
        assert shell.ask(f"http://{PLAIN}/x")[1] == 7
        done = world.machine.run("postern", "run", "--agent", KEYED, "--", "true", user=USER, check=False)
        assert done.returncode == 125 and "posternd" in done.stderr, done
        world.machine.systemctl("start", "posternd.service")
        assert shell.ask(f"http://{PLAIN}/x")[1] == 7, "another start does not bring it back"


def test_the_master_key_comes_from_systemd(authority):
    """As docs/store.md says, step by step: no copy of the state directory opens the store any more."""
    world = Installed(authority)
    try:
        machine = world.machine
        world.begin()
        machine.run("sh", "-c", "openssl rand -hex 32 | systemd-creds encrypt --name=postern-master - "
                    "/etc/credstore.encrypted/postern-master")
        machine.write("/etc/systemd/system/posternd.service.d/master.conf",
                      "[Service]\nLoadCredentialEncrypted=postern-master\n")
        machine.systemctl("daemon-reload")
        machine.systemctl("restart", "posternd.service")
        machine.run("postern", "secret", "add", "sealed-anew", "--provider", "plain", input="kept/in-the-store")
        machine.run("postern", "store", "rekey", "--source", "credential:postern-master", "--yes")
        machine.write("/etc/postern/proxy.conf",
                      world.config.text() + '\n[store]\nmaster_key = "credential:postern-master"\n')
        machine.systemctl("restart", "posternd.service")
        machine.run("rm", "/var/lib/postern/master.key")
        machine.systemctl("restart", "posternd.service")
        assert "sealed-anew" in machine.run("postern", "secret", "list").stdout
        world.verify()
    finally:
        world.close()
