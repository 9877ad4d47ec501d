"""Starting, being told to stop, and what a service manager expects."""

from __future__ import annotations

import fcntl
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.client import RawClient
from support.daemon import Daemon, program
from support.http1 import Closed
from support.notify import NotifySocket
from support.origin import answer
from support.topology import A, B
from support.waiting import wait_until

URL = "http://good.test/v1/ok"


def slow(seconds: float):
    """An origin that takes this long, in pieces."""

    def handle(_request):
        yield answer(headers=[("Content-Length", "20")], length=False)
        for _ in range(20):
            yield b"x"
            yield seconds / 20

    return handle


# Stopping.


def test_sigterm_lets_running_exchanges_end(make_topology):
    topology = make_topology(lambda _topology, config: config.set("timeouts", drain_s=10))
    topology.good.handler = slow(1.0)
    with topology.connect() as running, topology.connect() as idle:
        assert topology.ask("GET", "http://open.test/x", client=idle).status == 200
        running.send(topology.head("GET", URL))
        assert running.read_head().status == 200
        topology.daemon.signal(signal.SIGTERM)
        assert idle.is_closed(3), "an idle connection is closed at once"

        def refuses() -> bool:
            try:
                topology.connect(timeout=1).close()
                return False
            except OSError:
                return True

        wait_until(refuses, 3, "no further connections are taken")
        assert b"".join(running.reader.pieces(20)) == b"x" * 20
    assert topology.daemon.process.wait(5) == 0
    outcome = [row for row in topology.daemon.audit() if row["event.action"] == "outcome"][-1]
    assert outcome["http.response.status_code"] == 200
    assert any(row["event.action"] == "stop" for row in topology.daemon.audit())


def test_a_new_request_while_draining_is_turned_away(make_topology):
    topology = make_topology(lambda _topology, config: config.set("timeouts", drain_s=5))
    topology.good.handler = slow(1.0)
    with topology.connect() as running:
        running.send(topology.head("GET", URL))
        assert running.read_head().status == 200
        topology.daemon.signal(signal.SIGTERM)
        wait_until(lambda: "stop" in topology.daemon.log() or "drain" in topology.daemon.log(), 3)
        running.send(topology.head("GET", "http://open.test/late"))
        assert b"".join(running.reader.pieces(20)) == b"x" * 20
        try:
            assert running.response().status == 503
        except Closed:
            pass
    assert not topology.open.requests
    assert topology.daemon.process.wait(8) == 0


def test_the_drain_has_an_end(make_topology):
    topology = make_topology(lambda _topology, config: config.set("timeouts", drain_s=1))
    topology.good.handler = slow(30)
    with topology.connect() as client:
        client.send(topology.head("GET", URL))
        assert client.read_head().status == 200
        started = time.monotonic()
        topology.daemon.signal(signal.SIGTERM)
        topology.daemon.process.wait(8)
        assert 0.7 < time.monotonic() - started < 5
        with pytest.raises(Closed):
            list(client.reader.pieces(20))


def test_a_second_sigterm_is_obeyed_at_once(make_topology):
    topology = make_topology(lambda _topology, config: config.set("timeouts", drain_s=60))
    topology.good.handler = slow(60)
    with topology.connect() as client:
        client.send(topology.head("GET", URL))
        assert client.read_head().status == 200
        topology.daemon.signal(signal.SIGTERM)
        time.sleep(0.5)
        assert topology.daemon.is_alive()
        topology.daemon.signal(signal.SIGTERM)
        topology.daemon.process.wait(3)
        with pytest.raises(Closed):
            list(client.reader.pieces(20))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_daemon_stops_at_once(make_topology, number):
    topology = make_topology(lambda _topology, config: config.set("timeouts", drain_s=60))
    assert topology.ask("GET", URL).status == 200
    started = time.monotonic()
    topology.daemon.signal(number)
    assert topology.daemon.process.wait(5) == 0
    assert time.monotonic() - started < 3
    assert not Path(topology.socket_path(A)).exists(), "its socket file is removed"


def test_a_client_that_does_not_hang_up_is_not_waited_for(make_topology):
    """Nothing is under way: an idle connection is closed, and its client may notice when it likes."""
    topology = make_topology(lambda _topology, config: config.set("timeouts", drain_s=30))
    with topology.connect() as client:
        assert topology.ask("GET", URL, client=client).status == 200
        started = time.monotonic()
        topology.daemon.signal(signal.SIGTERM)
        assert topology.daemon.process.wait(20) == 0
        assert time.monotonic() - started < 5


@pytest.mark.parametrize("number", [signal.SIGPIPE, signal.SIGCHLD, signal.SIGWINCH], ids=["PIPE", "CHLD", "WINCH"])
def test_other_signals_do_not_stop_it(make_topology, number):
    topology = make_topology()
    topology.daemon.signal(number)
    time.sleep(0.1)
    assert topology.ask("GET", URL).status == 200


# Starting.


def test_check_says_whether_a_configuration_is_good(make_topology):
    topology = make_topology(starts=False)
    path = topology.directory / "proxy.conf"
    path.write_text(topology.config.text())
    path.chmod(0o600)
    good = subprocess.run(
        [program("posternd"), "--check", "--config", path], capture_output=True, text=True, timeout=20, check=False
    )
    assert good.returncode == 0, good.stderr
    path.write_text(topology.config.text().replace("[[grant]]", "[[grant]]\nmetods = []", 1))
    bad = subprocess.run(
        [program("posternd"), "--check", "--config", path], capture_output=True, text=True, timeout=20, check=False
    )
    assert bad.returncode != 0 and re.search(r"proxy\.conf:\d+", bad.stderr) and "metods" in bad.stderr
    assert not (topology.directory / "state").exists() or not list((topology.directory / "state").rglob("*.jsonl"))
    for value in topology.planted.values():
        assert value not in good.stdout + good.stderr + bad.stdout + bad.stderr


def test_a_port_in_use_is_an_error_with_a_name(make_topology):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        topology = make_topology(lambda _topology, config: config.set("proxy", listen=[address]), starts=False)
        daemon = topology.daemon = Daemon(topology.directory, topology.config.text(), wait=False)
        assert daemon.process.wait(10) > 0 and address in daemon.log()


def test_a_stale_socket_file_is_replaced_and_a_live_one_is_not(make_topology):
    topology = make_topology()
    topology.daemon.kill9()
    assert Path(topology.socket_path(A)).exists()
    topology.start()
    with topology.connect(agent_socket=A) as client:
        assert topology.ask("GET", URL, agent=None, client=client).status == 200
    other = make_topology(starts=False)
    other.config.find("socket", agent=A).update(path=topology.socket_path(A))
    daemon = other.daemon = Daemon(other.directory, other.config.text(), wait=False)
    assert daemon.process.wait(10) > 0
    with topology.connect(agent_socket=A) as client:
        assert topology.ask("GET", URL, agent=None, client=client).status == 200


def test_a_file_that_is_no_socket_is_not_removed(make_topology):
    topology = make_topology(starts=False)
    Path(topology.socket_path(A)).write_text("precious")
    daemon = topology.daemon = Daemon(topology.directory, topology.config.text(), wait=False)
    assert daemon.process.wait(10) > 0
    assert Path(topology.socket_path(A)).read_text() == "precious"


def test_socket_modes_are_as_configured(make_topology):
    topology = make_topology(lambda _topology, config: config.find("socket", agent=A).update(mode="0600"))
    assert stat.S_IMODE(os.stat(topology.socket_path(A)).st_mode) == 0o600


def test_a_port_bound_to_an_agent(make_topology):
    topology = make_topology(lambda _topology, config: config.add("socket", listen="127.0.0.2:0", agent=B))
    (bound,) = [
        int(address.rpartition(":")[2]) for address in topology.daemon.addresses if address.startswith("127.0.0.2:")
    ]
    with RawClient(("127.0.0.2", bound), topology.recording) as client:
        assert topology.ask("GET", "http://open.test/x", agent=None, client=client).status == 200
        assert topology.ask("GET", "http://open.test/x", agent=A, client=client).code == "identity_conflict"
    assert [r.value("x-api-key") for r in topology.open.requests] == [topology.secrets["open-b"]]


def test_one_address_twice_is_two_identities_and_refused(make_topology):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"

    def edit(_topology, config):
        config.set("proxy", listen=[address])
        config.add("socket", listen=address, agent=B)

    topology = make_topology(edit, starts=False)
    daemon = topology.daemon = Daemon(topology.directory, topology.config.text(), wait=False)
    assert daemon.process.wait(10) > 0 and address in daemon.log()


def test_two_listeners_on_any_free_port_are_two(make_topology):
    topology = make_topology(lambda _topology, config: config.add("socket", listen="127.0.0.1:0", agent=B))
    assert len(set(topology.daemon.ports)) == 2


def test_it_runs_without_extra_descriptors_core_dumps_or_new_privileges(topology):
    limits = Path(f"/proc/{topology.daemon.pid}/limits").read_text()
    assert re.search(r"Max core file size\s+0\s+0\s", limits)
    assert topology.daemon.descriptors() < 40
    for name in ("cmdline", "environ"):
        data = Path(f"/proc/{topology.daemon.pid}/{name}").read_bytes()
        assert not [value for value in topology.planted.values() if value.encode() in data]


# The service manager.


def activated(
    *sockets: socket.socket, names: str = "", notify: NotifySocket | None = None, watchdog_us: int | None = None
):
    """Options that hand sockets over as descriptors 3 and up, with the variables that say so."""
    environment = {}
    if notify:
        environment["NOTIFY_SOCKET"] = notify.path
    if watchdog_us:
        environment["WATCHDOG_USEC"] = str(watchdog_us)
    options: dict = {"environment": environment}
    if sockets:
        environment.update(LISTEN_FDS=str(len(sockets)), LISTEN_FDNAMES=names)
        options["wrapper"] = [sys.executable, "-c", HAND_OVER, ",".join(str(one.fileno()) for one in sockets)]
        options["pass_fds"] = tuple(one.fileno() for one in sockets)
    return options


# LISTEN_PID is only known in the process that becomes the daemon.
HAND_OVER = """
import os, sys
for number, descriptor in enumerate(sys.argv[1].split(",")):
    os.dup2(int(descriptor), 3 + number)
    os.close(int(descriptor))
os.environ["LISTEN_PID"] = str(os.getpid())
os.execvp(sys.argv[2], sys.argv[2:])
"""


def listening(family=socket.AF_INET, address=("127.0.0.1", 0)) -> socket.socket:
    one = socket.socket(family)
    one.bind(address)
    one.listen(64)
    high = fcntl.fcntl(one, fcntl.F_DUPFD_CLOEXEC, 200)  # well above the descriptors they are moved to
    one.close()
    return socket.socket(fileno=high)


def test_sockets_handed_over_are_served_by_name(make_topology, tmp_path):
    main = listening()
    folder = str(tmp_path)
    agent = listening(socket.AF_UNIX, f"{folder}/b.sock")

    def edit(_topology, config):
        config.set("proxy", listen=["systemd:main"])
        config.lists["socket"] = []
        config.add("socket", systemd="agent-b", agent=B)

    topology = make_topology(edit, **activated(main, agent, names="main:agent-b"))
    with RawClient(main.getsockname(), topology.recording) as client:
        assert topology.ask("GET", URL, client=client).status == 200
    with RawClient(f"{folder}/b.sock", topology.recording) as client:
        assert topology.ask("GET", "http://open.test/x", agent=None, client=client).status == 200
    topology.daemon.terminate()
    assert os.path.exists(f"{folder}/b.sock"), "a socket of the service manager is not ours to remove"
    main.close()
    agent.close()


def test_a_second_socket_of_a_name_is_reported(make_topology):
    """Who connected there would wait for ever."""
    one, two = listening(), listening()
    topology = make_topology(lambda _topology, config: config.set("proxy", listen=["systemd:main"]),
                             **activated(one, two, names="main:main"))
    assert "several sockets were handed over as main" in topology.daemon.log()
    with RawClient(one.getsockname(), topology.recording) as client:
        assert topology.ask("GET", URL, client=client).status == 200
    one.close()
    two.close()


def test_a_socket_that_was_not_handed_over_is_an_error(make_topology):
    main = listening()
    topology = make_topology(lambda _topology, config: config.set("proxy", listen=["systemd:other"]), starts=False)
    daemon = topology.daemon = Daemon(
        topology.directory, topology.config.text(), wait=False, **activated(main, names="main")
    )
    assert daemon.process.wait(10) > 0 and "other" in daemon.log()
    main.close()


@pytest.mark.parametrize("abstract", [False, True], ids=["path", "abstract"])
def test_ready_reloading_stopping(make_topology, abstract):
    notify = NotifySocket(abstract)
    topology = make_topology(**activated(notify=notify))
    notify.wait_for("READY=1")
    before = len(notify.messages)
    topology.daemon.reload(topology.config.text())
    wait_until(lambda: "READY=1" in notify.lines()[before:], 5)
    after = notify.lines()[before:]
    assert after.index("RELOADING=1") < after.index("READY=1")
    assert any(re.fullmatch(r"MONOTONIC_USEC=\d+", line) for line in after)
    topology.daemon.reload("nonsense")
    wait_until(lambda: notify.lines().count("READY=1") >= 3, 5, "READY again after a refused reload")
    topology.daemon.terminate()
    assert "STOPPING=1" in notify.lines()
    notify.close()


def test_ready_is_not_said_before_it_is_so(make_topology):
    notify = NotifySocket()
    topology = make_topology(lambda _topology, config: config.set("proxy", listen=["nonsense"]), starts=False)
    daemon = topology.daemon = Daemon(
        topology.directory, topology.config.text(), wait=False, **activated(notify=notify)
    )
    assert daemon.process.wait(10) > 0
    time.sleep(0.1)
    assert "READY=1" not in notify.lines()
    notify.close()


def test_the_watchdog_is_fed(make_topology):
    notify = NotifySocket()
    topology = make_topology(**activated(notify=notify, watchdog_us=600_000))
    notify.wait_for("READY=1")
    time.sleep(2.5)
    times = [at for at, line in notify.messages if line == "WATCHDOG=1"]
    assert len(times) >= 3
    assert max(b - a for a, b in zip(times, times[1:])) < 0.6
    assert topology.daemon.is_alive()
    notify.close()


def test_a_stuck_daemon_is_not_vouched_for(make_topology):
    """When it is stopped no more is said, and it goes on afterwards."""
    notify = NotifySocket()
    topology = make_topology(**activated(notify=notify, watchdog_us=600_000))
    notify.wait_for("WATCHDOG=1")
    topology.daemon.signal(signal.SIGSTOP)
    count = len(notify.messages)
    time.sleep(1.2)
    assert len(notify.messages) <= count + 1
    topology.daemon.signal(signal.SIGCONT)
    wait_until(lambda: len(notify.messages) > count + 1, 3)
    assert topology.ask("GET", URL).status == 200
    notify.close()


def test_user_mode_lives_in_the_users_directories(make_topology):
    topology = make_topology(starts=False)
    home = topology.directory / "home"
    config_home, state_home = home / "config", home / "state"
    (config_home / "postern").mkdir(parents=True, mode=0o700)
    for folder in (home, config_home, config_home / "postern"):
        folder.chmod(0o700)
    topology.config.sections["proxy"].pop("state_dir")
    path = config_home / "postern" / "proxy.conf"
    path.write_text(topology.config.text())
    path.chmod(0o600)
    log = open(topology.directory / "user.log", "wb")
    process = subprocess.Popen(
        [program("posternd"), "--user"],
        stdout=log,
        stderr=log,
        stdin=subprocess.DEVNULL,
        env={
            "PATH": "/usr/bin",
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(config_home),
            "XDG_STATE_HOME": str(state_home),
        },
    )
    try:
        wait_until(lambda: b"ready" in (topology.directory / "user.log").read_bytes(), 10, "it is ready")
        assert list((state_home / "postern" / "audit").glob("audit-*.jsonl"))
    finally:
        process.terminate()
        assert process.wait(10) == 0
        log.close()
