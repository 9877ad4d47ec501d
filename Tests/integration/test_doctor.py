"""``postern doctor``: installations that are well and not, and the clients on this machine."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest

from support import doctor
from support.ca import CertificateAuthority
from support.fake_control import fake_control
from support.processes import members
from support.sandbox import PLAIN_USER
from support.topology import Topology
from support.waiting import wait_until

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: other users")
AS_PLAIN_USER = ("setpriv", "--reuid", str(PLAIN_USER), "--regid", str(PLAIN_USER), "--clear-groups")
#: What depends on the machine, and not on the installation.
OF_THE_MACHINE = {"clock", "disk", "kernel", "open files"}


@pytest.fixture(scope="module")
def _running(authority):
    topology = Topology(authority)
    yield topology
    topology.close()


def look(topology, *arguments: str, **options) -> doctor.Diagnosis:
    return doctor.examine("--config", str(topology.directory / "proxy.conf"), *arguments, **options)


# Checks.


def test_a_good_installation(_running):
    found = look(_running)
    assert found.status == 0, found.text
    told = {name: row["status"] for name, row in found.findings.items() if name not in OF_THE_MACHINE}
    assert set(told.values()) == {"ok"}, found.text
    assert not OF_THE_MACHINE & set(found.failed), found.text
    assert f"process {_running.daemon.pid}" in found["daemon"][1] and str(_running.daemon.port) in found["listeners"][1]
    assert all(row["fix"] is None for row in found.findings.values() if row["status"] == "ok")


def test_for_people(_running):
    """A line a check, and one below it with what to do."""
    done = subprocess.run(doctor.command("--config", str(_running.directory / "proxy.conf")), capture_output=True,
                          text=True, timeout=60, env={"PATH": doctor.PATH, "NO_COLOR": "1"})
    lines = [line for line in done.stdout.splitlines() if not line.startswith("      fix: ")]
    assert done.returncode == 0 and len(lines) == len(look(_running).findings)
    assert all(line.split()[0] in ("ok", "warn", "skip") for line in lines), done.stdout


def test_an_agent_of_the_running_daemon(_running):
    assert look(_running, "--agent", "agent-a")["agent agent-a"][0] == "ok"
    found = look(_running, "--agent", "nobody")
    assert found.status == 1 and found["agent nobody"][0] == "fail", found.text


@needs_root
def test_a_plain_user_is_told_what_cannot_be_seen(_running):
    found = look(_running, "--state-dir", str(_running.directory / "state"), wrapper=AS_PLAIN_USER)
    assert found.status == 0, found.text
    for check in ("configuration", "daemon", "authority"):
        status, _detail, fix = found[check]
        assert status == "skip" and "as root" in fix, found.text
    assert found["namespaces"][0] == "ok"


#: The name of a file, its mode, the check that fails, and the mode that it is told to have.
MODES = [
    ("state/master.key", 0o644, "keys and store", "0600"),
    ("state/store.db", 0o660, "keys and store", "0600"),
    ("state/ca/ca.key", 0o640, "keys and store", "0600"),
    ("state/placeholder.key", 0o604, "keys and store", "0600"),
    ("state/ca/ca.pem", 0o666, "keys and store", "0644"),
    ("state", 0o777, "state directory", "0700"),
    ("state/control.sock", 0o666, "control socket", "0600"),
]


@pytest.mark.parametrize("name, mode, check, right", MODES, ids=[row[0] for row in MODES])
def test_a_wrong_mode(_running, name, mode, check, right):
    path = _running.directory / name
    before = path.stat().st_mode & 0o7777
    path.chmod(mode)
    try:
        found = look(_running)
    finally:
        path.chmod(before)
    # Nor is a certificate that others may change taken for the authority's.
    assert found.status == 1 and set(found.failed) - {"authority"} == {check}, found.text
    assert str(path) in found[check][1] and found[check][2] == f"chmod {right} {path}"


@needs_root
def test_a_key_of_somebody_else(_running):
    path = _running.directory / "state/master.key"
    os.chown(path, PLAIN_USER, PLAIN_USER)
    try:
        found = look(_running)
    finally:
        os.chown(path, 0, 0)
    assert found.failed == ["keys and store"] and "chown 0:0" in found["keys and store"][2]


def test_an_error_in_the_configuration(_running, tmp_path):
    broken = tmp_path / "proxy.conf"
    broken.write_text(_running.config.text() + "\n[limits]\nmax_field = 1\nmax_head = 2\n")
    broken.chmod(0o600)
    found = doctor.examine("--config", str(broken), "--state-dir", str(_running.directory / "state"))
    assert found.status == 1 and found.failed == ["configuration"], found.text
    status, detail, fix = found["configuration"]
    assert f"{broken}:" in detail and "max_field" in detail and "(and 1 more)" in detail and "config check" in fix


def test_no_configuration(tmp_path):
    found = doctor.examine("--config", str(tmp_path / "none.conf"), "--state-dir", str(tmp_path / "state"))
    assert found.status == 1 and {"configuration", "state directory", "daemon", "authority"} == set(found.failed)
    assert "postern init" in found["configuration"][2]


def test_the_daemon_is_absent(make_topology):
    topology = make_topology()
    topology.daemon.terminate()
    found = look(topology)
    assert found.status == 1 and found.failed == ["daemon"], found.text
    assert "posternd" in found["daemon"][2] and found["store"][0] == "skip"


def test_the_port_is_taken(make_topology):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        topology = make_topology(lambda _topology, config: config.set("proxy", listen=[f"127.0.0.1:{port}"]),
                                 starts=False)
        (topology.directory / "state").mkdir(mode=0o700)
        (topology.directory / "proxy.conf").write_text(topology.config.text())
        (topology.directory / "proxy.conf").chmod(0o600)
        found = look(topology)
    assert "listeners" in found.failed and str(port) in found["listeners"][1], found.text


#: How long a certificate is valid, in days from now; what is told of it.
TIMES = {"expired": ((-30, -2), "fail", "expired at"), "not yet": ((2, 30), "fail", "not valid before"),
         "soon": ((-30, 7), "warn", "only")}


@pytest.mark.parametrize("name", TIMES)
def test_the_authoritys_time(tmp_path, name):
    days, status, words = TIMES[name]
    directory = tmp_path / "state/ca"
    directory.mkdir(mode=0o700, parents=True)
    scratch = CertificateAuthority(tmp_path / "scratch", days=days)
    shutil.copy(scratch.path, directory / "ca.pem")
    (directory / "ca.pem").chmod(0o644)
    found = doctor.examine("--state-dir", str(tmp_path / "state"))
    assert found["authority"][0] == status and words in found["authority"][1] and found["authority"][2], found.text


STATUS = {
    "version": "0.0.1-other", "pid": 1, "started_at": "2026-07-12T09:41:07Z", "configuration": None, "portal": None,
    "listeners": [{"address": "127.0.0.1:1", "agent": None}], "audit_writable": False,
    "counts": {"agents": 0, "secrets": 0, "grants": 0, "users": 0},
}


def test_what_the_daemon_says_of_itself(tmp_path):
    """Of another version, with a damaged store, an audit log that takes nothing, and a listener that nobody reaches."""
    (tmp_path / "state").mkdir(mode=0o700)
    with fake_control(tmp_path / "state") as control:
        control.answer("GET", "/v1/status", STATUS | {"state_directory": str(tmp_path / "state")})
        control.answer("POST", "/v1/store/check", {"problems": ["row 7 was changed", "another"]})
        found = doctor.examine("--state-dir", str(tmp_path / "state"), "--config", str(tmp_path / "proxy.conf"))
    assert {"daemon", "store", "audit log", "listeners"} <= set(found.failed), found.text
    assert "0.0.1-other" in found["daemon"][1] and "row 7" in found["store"][1]
    assert "127.0.0.1:1" in found["listeners"][1]


def test_credentials_in_the_environment(_running):
    value = "sk-proj-planted-0123456789abcdef"
    found = look(_running, OPENAI_API_KEY=value, HARMLESS="x")
    assert found["environment"][0] == "warn" and "OPENAI_API_KEY" in found["environment"][1] and found.status == 0
    assert value not in found.text


def test_namespaces_are_refused(_running):
    """As where the kernel is set so: here within a namespace of the test's own."""
    script = 'echo 0 > /proc/sys/user/max_user_namespaces; exec "$@"'
    found = look(_running, wrapper=("unshare", "--user", "--map-root-user", "sh", "-c", script, "sh"))
    status, _detail, fix = found["namespaces"]
    assert status == "fail" and "user.max_user_namespaces" in fix, found.text
    done = subprocess.run(["unshare", "--user", "--map-root-user", "sh", "-c", script, "sh", *doctor.command("--run")],
                          capture_output=True, text=True, timeout=60, env={"PATH": doctor.PATH})
    assert done.returncode == 1 and "user.max_user_namespaces" in done.stderr and not done.stdout


# Clients.

TRANSPARENT = "proven with `--transparent`"
#: What `make test` installs.
EXPECTED = {
    "curl": "proven", "wget": "proven", "git": "proven", "python urllib": "proven", "python requests": "proven",
    "python httpx": "proven", "python boto3": "proven", "python aiohttp": TRANSPARENT,
    "python aiohttp, trust_env": "proven", "python httplib2": TRANSPARENT, "pip": "proven",
    "java HttpClient": "needs `--transparent` and a trust store", "node fetch": TRANSPARENT, "node https": TRANSPARENT,
}


@pytest.mark.slow
def test_clients(python, record_property):
    """Every client that the tests install has the verdict that is known, and the README says the same of all."""
    environment = Path(python).parents[1]
    path = f"{environment}/bin:{os.environ['PATH']}"
    clients = doctor.try_clients(PATH=path, VIRTUAL_ENV=str(environment), HOME=os.environ.get("HOME", "/"))
    seen = {client: clients.words(client) for client in clients.verdicts}
    for client, words in seen.items():
        record_property("doctor --run", f"{client:<28}{words}")
    record_property("doctor --run", f"not on this machine: {'; '.join(clients.absent)}")
    reasons = {client: row["reason"] for client, row in clients.verdicts.items()}
    assert {client: seen.get(client) for client in EXPECTED} == EXPECTED, reasons
    assert clients.status == ("cannot" in seen.values())
    doctor.expect(clients)
    assert EXPECTED.keys() <= doctor.table().keys(), "README.md has a row for each"


@needs_root
def test_clients_of_a_plain_user():
    clients = doctor.try_clients("curl", "git", "node fetch", wrapper=AS_PLAIN_USER)
    assert {name: clients.words(name) for name in clients.verdicts} == {
        "curl": "proven", "git": "proven", "node fetch": TRANSPARENT}, clients
    assert clients.status == 0 and not doctor.left_behind(PLAIN_USER)


#: Programs that go by the name of wget, and what is said of them.
LIARS = {
    "says so": ("echo proven 200 OK", "it asked for nothing"),
    "asks and says something else": ('curl -sS "$DOCTOR_URL" > /dev/null; echo 0123456789abcdef0123456789abcdef',
                                     "did not print what the origin answered"),
    "prints the answer and fails": ('curl -sS "$DOCTOR_URL"; exit 3', "ended with status 3"),
    "asks for another's trial": ('curl -sS "$DOCTOR_ORIGIN/v1/another"', "it asked for nothing"),
    "sends its placeholder elsewhere": ('curl -sS --fail -H "X-Other: $OPENAI_API_KEY" "$DOCTOR_URL"', "403"),
    "complains": ("echo 'error: no such option' >&2; exit 2", "error: no such option"),
}


@pytest.fixture
def programs():
    """A directory for programs; outside of /tmp, which is another one inside."""
    with tempfile.TemporaryDirectory(prefix="postern-doctor-test-", dir="/var/lib") as directory:
        os.chmod(directory, 0o755)
        yield Path(directory)


def write(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.mark.parametrize("name", LIARS)
@needs_root
def test_a_client_that_lies(programs, name):
    script, reason = LIARS[name]
    write(programs / "wget", script)
    clients = doctor.try_clients("wget", PATH=f"{programs}:{doctor.PATH}")
    assert clients.status == 1 and clients.words("wget") == "cannot" and reason in clients.verdicts["wget"]["reason"]
    assert clients.verdicts["wget"]["fix"]


@needs_root
def test_clients_that_are_not_there(programs):
    clients = doctor.try_clients("wget", "deno fetch", PATH=str(programs))
    assert clients.absent == ["wget", "deno fetch"] and not clients.verdicts and clients.status == 0


@pytest.mark.slow
@needs_root
def test_a_client_that_hangs(programs):
    """It is ended with all that it started."""
    mark = programs / "running"
    write(programs / "wget", f"stat -Lc %i /proc/self/ns/pid >> {mark}; sleep 987 & wait")
    mark.touch()
    clients = doctor.try_clients("wget", PATH=f"{programs}:{doctor.PATH}")
    assert clients.words("wget") == "cannot" and "did not end within" in clients.verdicts["wget"]["reason"]
    namespaces = mark.read_text().split()
    assert namespaces
    for namespace in namespaces:
        wait_until(lambda: not members(int(namespace)), 10, "nothing of it runs")


@needs_root
def test_an_interrupted_run_leaves_nothing(programs):
    mark = programs / "started"
    mark.touch()
    mark.chmod(0o666)
    write(programs / "wget", f"echo $$ >> {mark}; exec sleep 987")
    running = subprocess.Popen(
        ["setpriv", "--reuid", "4712", "--regid", "4712", "--clear-groups", *doctor.command("--run", "--client", "wget")],
        env={"PATH": f"{programs}:{doctor.PATH}"}, cwd="/", stderr=subprocess.PIPE, text=True)
    try:
        wait_until(lambda: mark.read_text().endswith("\n"), 30, "the client runs")
        running.send_signal(signal.SIGTERM)
        assert running.wait(20) == 1 and "interrupted" in running.stderr.read()
    finally:
        running.kill()
        running.wait()
        running.stderr.close()
    wait_until(lambda: not doctor.left_behind(4712), 10, "its directory is removed")
    wait_until(lambda: not subprocess.run(["pgrep", "-u", "4712"], capture_output=True).stdout, 10, "nothing runs")


@pytest.mark.parametrize("arguments", [("--client", "curl"), ("--run", "--agent", "a"), ("--run", "--client", "none")])
def test_wrong_calls(arguments):
    done = subprocess.run(doctor.command(*arguments), capture_output=True, text=True, timeout=30,
                          env={"PATH": doctor.PATH})
    assert done.returncode == 2 and done.stderr.startswith("postern: error: "), done.stderr
