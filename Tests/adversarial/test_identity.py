"""Who is asking, and what the local machine can see (attacks 110 to 128)."""

from __future__ import annotations

import base64
import ctypes
import datetime
import hashlib
import os
import re
import shutil
import signal
import socket
import stat
import tempfile
import time
from pathlib import Path

import pytest

from conftest import needs_root
from support.audit import about, denials
from support.client import RawClient, basic, request
from support.daemon import Daemon
from support.expect import by_plain, table
from support.http1 import Closed
from support.origin import answer
from support.topology import A, B
from support.users import as_user
from support.waiting import wait_until

attack = pytest.mark.attack
URL = "http://good.test/v1/ok"
STRANGER, FRIEND = 61001, 61000


def refuses_to_start(topology, *words: str) -> str:
    """The daemon ends by itself with a status other than 0, and its message names the place."""
    daemon = topology.daemon = Daemon(topology.directory, topology.config.text(), wait=False)
    status = daemon.process.wait(15)
    assert status > 0, f"status {status}: {daemon.log()}"
    for word in words:
        assert word in daemon.log(), daemon.log()
    return daemon.log()


# Keys.


def near_misses(key: str) -> dict[str, str]:
    """Values for Proxy-Authorization that are almost right."""
    swapped = key[:-1] + ("0" if key[-1] != "0" else "1")
    return {
        "empty": "",
        "scheme only": "Basic",
        "space": "Basic ",
        "no colon": "Basic " + base64.b64encode(A.encode()).decode(),
        "empty key": basic(A, ""),
        "prefix": basic(A, key[:-1]),
        "longer": basic(A, key + "0"),
        "last letter": basic(A, swapped),
        "first letter": basic(A, "q" + key[1:]),
        "case": basic(A, key.upper()),
        "space before": basic(A, " " + key),
        "space after": basic(A, key + " "),
        "NUL after": basic(A, key + "\0"),
        "newline after": basic(A, key + "\n"),
        "SQL": basic(A, "' OR '1'='1"),
        "name as key": basic(A, A),
        "digest": "Digest username=x",
        "negotiate": "Negotiate YII=",
        "not base64": "Basic !!!!",
        "base64 of nothing": "Basic Og==",
        "bearer prefix": f"Bearer {key[:-1]}",
        "bearer twice": f"Bearer Bearer {key}",
        "key as scheme": key,
        "sha256 of the key": basic(A, "sha256:" + hashlib.sha256(key.encode()).hexdigest()),
        "20 KB": basic(A, "x" * 12_000),
        "reference": basic(A, "file:/etc/passwd"),
        "two colons": basic(A, f"{A}:{key}"),
    }


@attack(110)
@pytest.mark.parametrize("name", list(near_misses("k" * 44)))
def test_bad_keys(topology, name):
    value = near_misses(topology.keys[A])[name]
    source = f"127.44.0.{1 + list(near_misses('k')).index(name)}"  # so that no case is slowed for another's guesses
    with topology.connect(source=source) as client:
        client.send(topology.head("GET", URL, f"Proxy-Authorization: {value}", agent=None))
        response = client.response()
    assert response.status in (407, 400, 431)
    topology.assert_untouched()
    topology.denial()


@attack(110)
@table({"trailing padding": "==", "whitespace": " "})
def test_sloppy_base64_is_not_a_second_spelling(topology, row):
    with topology.connect(source="127.44.1.1") as client:
        client.send(topology.head("GET", URL, f"Proxy-Authorization: {basic(A, topology.keys[A])}{row}x", agent=None))
        assert client.response().status in (400, 407)
    topology.assert_untouched()


@attack(110)
@table(
    {
        "none": [],
        "wrong": ["Authorization: Bearer pak_wrong"],
        "two that differ": ["Authorization: Bearer {a}", "X-Api-Key: {b}"],
        "in the query": [],
    }
)
def test_base_url_without_a_good_key(topology, row):
    lines = [line.format(a=topology.keys[A], b=topology.keys[B]) for line in row]
    path = "/via/good/v1/ok" + (f"?key={topology.keys[A]}" if row == [] else "")
    with topology.connect(source="127.44.1.2") as client:
        client.send("\r\n".join([f"GET {path} HTTP/1.1", "Host: 127.0.0.1", *lines, "", ""]).encode())
        assert client.response().status in (401, 400, 403)
    topology.assert_untouched()


@attack(111)
@pytest.mark.slow
def test_guessing_is_slowed_and_recorded(make_topology):
    topology = make_topology(log_level="info")
    statuses: dict[int, int] = {}
    started, sent = time.monotonic(), 0
    worst = 0.0
    while sent < 10_000 and time.monotonic() - started < 20:
        with topology.connect(source="127.66.6.6") as client:
            try:
                for _ in range(20):
                    batch = b"".join(
                        topology.head(
                            "GET", URL, f"Proxy-Authorization: {basic(A, f'pak_{sent + n:040d}')}", agent=None
                        )
                        for n in range(10)
                    )
                    client.send(batch)
                    for _ in range(10):
                        status = client.response().status
                        statuses[status] = statuses.get(status, 0) + 1
                        sent += 1
            except (Closed, OSError):
                pass
        probe = time.monotonic()
        assert topology.ask("GET", "http://open.test/x", agent=B).status == 200, "another peer is slowed too"
        worst = max(worst, time.monotonic() - probe)
    assert statuses.get(429, 0) > 0, statuses
    assert statuses.get(407, 0) < 1000, f"{statuses} within {time.monotonic() - started:.1f} s"
    assert worst < 2
    assert about(denials(topology.audit()), "127.66.6.6"), "guesses are on record"
    topology.assert_untouched(topology.good)


@attack(111)
def test_good_keys_are_never_slowed(topology):
    for _ in range(300):
        assert topology.ask("GET", URL).status == 200


# Agents among themselves.


@attack(113)
def test_identity_belongs_to_the_request_not_the_connection(topology):
    with topology.connect() as client:
        for agent, status in ((A, 200), (B, 403), (A, 200), (None, 407), (B, 403), (A, 200)):
            assert topology.ask("GET", URL, agent=agent, client=client).status == status
    assert len(topology.good.requests) == 3


@attack(113)
def test_one_agents_credential_is_never_used_for_another(topology):
    expected = []
    with topology.connect() as client:
        messages = b""
        for number in range(60):
            agent = (A, B)[number * 7 % 3 % 2]
            messages += topology.head("GET", f"http://open.test/{number}", agent=agent)
            expected.append(topology.secrets["open-a" if agent == A else "open-b"])
        client.send(messages)
        for _ in expected:
            assert client.response().status == 200
    seen = {r.target: r.value("x-api-key") for r in topology.open.requests}
    assert seen == {f"/{number}": key for number, key in enumerate(expected)}


def without_ids(body: bytes, *names: str) -> str:
    """An answer of ours without what differs in each."""
    text = re.sub(r'"request_id":"[^"]*"', "", body.decode())
    for name in names:
        text = text.replace(name, "NAME")
    return text


@attack(114)
def test_another_agents_grant_looks_like_one_that_does_not_exist(topology):
    names = [f"{B}/open-b", f"{B}/nothing"]
    responses = [topology.ask("GET", "http://open.test/x", [("Postern-Grant", name)]) for name in names]
    assert responses[0].status == responses[1].status and 400 <= responses[0].status < 500
    assert len({without_ids(r.body, *names) for r in responses}) == 1
    topology.assert_untouched()


@attack(114)
def test_another_agents_mount_looks_like_one_that_does_not_exist(topology):
    answers = []
    for name in ("evil", "nope"):
        with topology.connect(agent_socket=A) as client:
            client.send(request("GET", f"/via/{name}/v1/ok", "127.0.0.1"))
            response = client.response()
            answers.append((response.status, response.code, without_ids(response.body, f'"{name}"', name)))
    assert answers[0] == answers[1]
    topology.assert_untouched()


@attack(114)
def test_another_agents_host_looks_like_one_that_does_not_exist(topology):
    answers = []
    for name in ("evil.test", "nope.test"):
        response = topology.ask("GET", f"http://{name}/v1/ok")
        answers.append((response.status, response.code, without_ids(response.body, name)))
    assert answers[0] == answers[1]


@attack(46)
def test_naming_a_grant_of_ones_own(topology):
    assert topology.ask("GET", "http://open.test/x", [("Postern-Grant", f"{A}/open-a")]).status == 200
    assert "postern-grant" not in topology.open.requests[0].names()
    assert topology.ask("GET", "http://good.test/v1/ok", [("Postern-Grant", f"{A}/open-a")]).status in (400, 403, 404)
    assert not topology.good.requests


# Taking authority away.


def revoked(config, agent: str = A):
    """The same configuration without an agent."""
    config = config.copy()
    for table_name, key in (("grant", "agent"), ("egress", "agent"), ("socket", "agent"), ("agent", "name")):
        config.lists[table_name] = [entry for entry in config.lists[table_name] if entry[key] != agent]
    return config


@attack(115)
@pytest.mark.parametrize("what", ["the agent", "the grant"])
def test_revoking_cuts_streams_uploads_and_open_connections(make_topology, what):
    def stream(_request):
        yield answer(headers=[("Content-Type", "text/event-stream"), ("Transfer-Encoding", "chunked")], length=False)
        for _ in range(1000):
            yield b"6\r\ndata: \r\n"
            yield 0.02

    topology = make_topology()
    topology.open.routes["/stream"] = stream
    config = topology.config.copy()
    if what == "the agent":
        config = revoked(config)
    else:
        config.remove("grant", secret="open-a")
    with topology.connect() as idle, topology.connect() as streaming, topology.connect() as uploading:
        assert topology.ask("GET", "http://open.test/x", client=idle).status == 200
        streaming.send(topology.head("GET", "http://open.test/stream"))
        assert streaming.read_head().status == 200
        uploading.send(topology.head("POST", "http://open.test/upload", "Content-Length: 100000") + b"x" * 1000)
        wait_until(lambda: any(r.path == "/upload" for r in topology.open.requests), 3)
        topology.daemon.reload(config.text())
        started = time.monotonic()
        response = topology.ask("GET", "http://open.test/x", client=idle)
        assert response.status in (403, 407) and time.monotonic() - started < 1
        streaming.sock.settimeout(3)
        with pytest.raises(Closed):
            list(streaming.reader.pieces(10_000_000))
        assert time.monotonic() - started < 2, "the stream goes on"
        assert not bytes(streaming.received).endswith(b"0\r\n\r\n")
        uploading.send(b"x" * 99_000)
        uploading.responses(1)
    assert not any(r.path == "/upload" and r.body_complete for r in topology.open.requests)
    assert topology.ask("GET", "http://open.test/x", agent=B).status == 200, "another agent is not touched"


@attack(115)
def test_a_changed_key_counts_at_once(make_topology):
    topology = make_topology()
    with topology.connect() as client:
        assert topology.ask("GET", URL, client=client).status == 200
        old = topology.keys[A]
        topology.secret_file(A, "pak_another-key-for-a")
        topology.daemon.reload(topology.config.text())
        assert topology.ask("GET", URL, client=client).status == 407
        topology.keys[A] = "pak_another-key-for-a"
        # A tunnel keeps the key it was opened with.
        assert topology.ask("GET", URL, client=by_plain(topology, client, None)).status == 200
    topology.keys["old A"] = old


# Other users.


@pytest.fixture
def guarded_socket():
    """Moves A's socket to a folder that anyone may enter, for some users only; returns the path and the edit."""
    folder = tempfile.mkdtemp(prefix="postern-socket-")
    os.chmod(folder, 0o755)

    def guard(uids, mode="0666"):
        path = f"{folder}/a.sock"

        def edit(_topology, config):
            config.find("socket", agent=A).update(path=path, mode=mode, **({"uids": uids} if uids is not None else {}))

        return path, edit

    yield guard
    shutil.rmtree(folder)


@attack(116)
@needs_root
def test_only_listed_users_are_served(guarded_socket, make_topology):
    path, edit = guarded_socket([FRIEND])
    topology = make_topology(edit)

    def ask() -> tuple[int, str]:
        with RawClient(path) as client:
            response = client.send(topology.head("GET", URL, agent=None)).response()
            return response.status, response.code

    assert as_user(FRIEND, ask)[0] == 200
    assert as_user(STRANGER, ask) == (403, "peer_not_allowed")
    assert ask() == (403, "peer_not_allowed"), "root is not listed either"
    assert len(topology.good.requests) == 1
    topology.denial("peer_not_allowed")


@attack(116)
@needs_root
def test_the_file_mode_keeps_others_out(guarded_socket, make_topology):
    path, edit = guarded_socket(None, mode="0660")
    make_topology(edit)
    with pytest.raises(PermissionError):
        as_user(STRANGER, lambda: RawClient(path) and None)
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o660


@attack(116)
def test_a_socket_for_everyone_or_for_no_one_is_refused(guarded_socket, make_topology):
    _, edit = guarded_socket(None, mode="0666")
    refuses_to_start(make_topology(edit, starts=False), "uids")
    _, edit = guarded_socket([], mode="0660")
    refuses_to_start(make_topology(edit, starts=False), "uids")


@attack(116, 47)
@needs_root
def test_a_key_does_not_open_anothers_socket(guarded_socket, make_topology):
    path, edit = guarded_socket([FRIEND])
    topology = make_topology(edit)

    def ask() -> int:
        with RawClient(path) as client:
            return client.send(topology.head("GET", URL, agent=B)).response().status

    assert as_user(STRANGER, ask) == 403 and as_user(FRIEND, ask) == 403
    topology.assert_untouched()


@attack(117)
@needs_root
def test_a_passed_connection_is_its_makers(guarded_socket, make_topology):
    """Who connected counts, whoever holds the descriptor afterwards."""
    path, edit = guarded_socket([FRIEND])
    topology = make_topology(edit)
    ours, theirs = socket.socketpair()

    def connect_and_pass(uid: int) -> RawClient:
        def pass_on() -> None:
            made = socket.socket(socket.AF_UNIX)
            made.connect(path)
            socket.send_fds(theirs, [b"x"], [made.fileno()])

        as_user(uid, pass_on)
        _, (descriptor,), _, _ = socket.recv_fds(ours, 1, 1)
        return RawClient(path, sock=socket.socket(fileno=descriptor))

    with connect_and_pass(STRANGER) as client:
        assert client.send(topology.head("GET", URL, agent=None)).response().status == 403
    with connect_and_pass(FRIEND) as client:
        assert client.send(topology.head("GET", URL, agent=None)).response().status == 200


@attack(118)
@needs_root
def test_the_daemons_own_user_cannot_look_into_it(make_topology):
    """No yama here: that it is not dumpable is the only guard."""

    def edit(topology, config):
        trusted = topology.directory / "ca.pem"
        trusted.write_bytes(topology.authority.path.read_bytes())
        for entry in config.lists["provider"] + config.lists["egress"]:
            if "ca_file" in entry:
                entry["ca_file"] = str(trusted)

    topology = make_topology(edit, starts=False)
    for path in [topology.directory, *topology.directory.rglob("*")]:
        os.chown(path, FRIEND, FRIEND)

    def drop() -> None:
        os.setgroups([])
        os.setgid(FRIEND)
        os.setuid(FRIEND)

    (topology.directory / "state").mkdir(mode=0o700)
    os.chown(topology.directory / "state", FRIEND, FRIEND)
    topology.start(preexec=drop)
    topology.begin()
    pid = topology.daemon.pid
    assert topology.ask("GET", URL).status == 200

    def attempts() -> dict[str, str]:
        libc = ctypes.CDLL(None, use_errno=True)
        found = {}

        def attempt(name, function):
            try:
                found[name] = f"allowed: {function()!r:.80}"
            except PermissionError:
                found[name] = "refused"

        attempt("mem", lambda: open(f"/proc/{pid}/mem", "rb").fileno())
        attempt("environ", lambda: open(f"/proc/{pid}/environ", "rb").read())
        attempt("fd", lambda: os.listdir(f"/proc/{pid}/fd"))
        attempt("maps", lambda: open(f"/proc/{pid}/maps", "rb").read())
        attempt("root", lambda: os.readlink(f"/proc/{pid}/root"))
        attached = libc.ptrace(16, pid, 0, 0)  # PTRACE_ATTACH
        found["ptrace"] = "refused" if attached != 0 else "allowed"
        return found

    results = as_user(FRIEND, attempts)
    assert set(results.values()) == {"refused"}, results


@attack(119)
def test_a_crash_leaves_no_core_and_prints_no_memory(make_topology):
    topology = make_topology()
    limits = Path(f"/proc/{topology.daemon.pid}/limits").read_text()
    assert re.search(r"Max core file size\s+0\s+0\s", limits), limits
    assert topology.ask("GET", URL).status == 200
    topology.daemon.signal(signal.SIGSEGV)
    status = topology.daemon.process.wait(10)
    assert status == -signal.SIGSEGV
    for word in ("rax", "Registers", "Backtrace", "backtrace"):
        assert word not in topology.daemon.log(), "a crash dump holds what the registers point to"
    assert not [p for p in topology.directory.rglob("*") if p.name.startswith("core")]


@attack(118, 120)
def test_nothing_secret_in_arguments_or_environment(topology):
    for name in ("cmdline", "environ"):
        data = Path(f"/proc/{topology.daemon.pid}/{name}").read_bytes()
        assert not [value for value in topology.planted.values() if value.encode() in data]


# Secrets from elsewhere.


def helper(topology, script: str, name: str = "helper") -> str:
    """Writes a program only the daemon's user may change, and returns its path."""
    path = topology.directory / name
    path.write_text("#!/bin/sh\n" + script)
    path.chmod(0o700)
    return str(path)


def from_helper(script: str, arguments: str = ""):
    """Edits a configuration so that ``good``'s credential is what a program prints."""

    def edit(topology, config):
        config.find("secret", name="good")["value"] = f"exec:{helper(topology, script)}{arguments}"

    return edit


@attack(120)
def test_a_helper_inherits_nothing(make_topology):
    script = 'here=$(dirname "$0")\nenv > "$here/env.txt"\nls -l /proc/self/fd > "$here/fd.txt"\nprintf helper-made-key'
    topology = make_topology(
        from_helper(script), environment={"SECRET_OF_THE_OPERATOR": "hunter2", "AWS_SECRET_ACCESS_KEY": "x"}
    )
    topology.secrets["good"] = "helper-made-key"
    topology.guarded[0].values = ("Bearer helper-made-key",)
    assert topology.ask("GET", URL).status == 200
    environment = (topology.directory / "env.txt").read_text()
    names = {line.partition("=")[0] for line in environment.splitlines()}
    assert names <= {"PATH", "PWD", "SHLVL", "_", "LANG", "OLDPWD"}, names
    descriptors = re.findall(r"(\d+) -> (.*)", (topology.directory / "fd.txt").read_text())
    others = [(n, target) for n, target in descriptors if int(n) > 2 and "/proc/" not in target]
    assert not others


@attack(121)
def test_a_helper_is_run_without_a_shell(make_topology):
    script = (
        'here=$(dirname "$0")\nfor a in "$@"; do printf "%s\\n" "$a"; done > "$here/args.txt"\nprintf helper-made-key'
    )
    topology = make_topology(from_helper(script, " $(id) ;touch `x` && a|b"))
    topology.guarded[0].values = ("Bearer helper-made-key",)
    assert topology.ask("GET", URL).status == 200
    assert (topology.directory / "args.txt").read_text().split("\n")[:3] == ["$(id)", ";touch", "`x`"]


@attack(121)
@table(
    {
        "fails": "printf key-that-must-not-count; exit 1",
        "prints nothing": "exit 0",
        "killed": "kill -9 $$",
        "prints two lines": "echo abcdefgh; echo X: y",
        "prints too much": "head -c 100000000 /dev/zero | tr '\\0' x",
    }
)
def test_a_helper_that_fails_is_no_secret(make_topology, row):
    started = time.monotonic()
    refuses_to_start(make_topology(from_helper(row), starts=False), "secret")
    assert time.monotonic() - started < 15


@attack(121)
@pytest.mark.slow
def test_a_helper_that_hangs_is_given_up(make_topology):
    topology = make_topology(from_helper("sleep 300"), starts=False)
    daemon = topology.daemon = Daemon(topology.directory, topology.config.text(), wait=False)
    assert daemon.process.wait(45) > 0


@attack(121)
def test_a_helper_that_is_not_there(make_topology):
    def edit(topology, config):
        config.find("secret", name="good")["value"] = f"exec:{topology.directory}/nothing"

    refuses_to_start(make_topology(edit, starts=False), "nothing")


# Files.


def spoil_mode(mode: int):
    return lambda path: path.chmod(mode)


def spoil_symlink(path: Path) -> None:
    real = path.with_name(path.name + ".real")
    path.rename(real)
    path.symlink_to(real)


def spoil_owner(path: Path) -> None:
    os.chown(path, STRANGER, STRANGER)


def spoil_kind(path: Path) -> None:
    path.unlink()
    os.mkfifo(path, 0o600)


def spoil_away(path: Path) -> None:
    path.unlink()


@attack(122)
@table(
    {
        "readable by all": spoil_mode(0o644),
        "writable by all": spoil_mode(0o602),
        "readable by the group": spoil_mode(0o640),
        "writable by the group": spoil_mode(0o620),
        "symlink": spoil_symlink,
        "foreign owner": spoil_owner,
        "fifo": spoil_kind,
        "missing": spoil_away,
    }
)
@pytest.mark.parametrize("which", ["good", A], ids=["secret", "key"])
def test_secret_files_others_could_read_or_change(make_topology, row, which):
    if row is spoil_owner and os.geteuid() != 0:
        pytest.skip("needs root")
    topology = make_topology(starts=False)
    row(topology.directory / "secrets" / which)
    refuses_to_start(topology, f"secrets/{which}")


@attack(122)
@table({"huge": b"x" * 2_000_000, "empty": b"", "only a newline": b"\n", "short": b"abc"})
def test_secret_files_that_hold_no_secret(make_topology, row):
    topology = make_topology(starts=False)
    topology.secret_file("good", row)
    refuses_to_start(topology, "proxy.conf:")


@attack(125)
@table(
    {
        "writable by all": spoil_mode(0o602),
        "writable by the group": spoil_mode(0o620),
        "foreign owner": spoil_owner,
        "symlink": spoil_symlink,
    }
)
def test_a_configuration_others_could_change(make_topology, row):
    if row is spoil_owner and os.geteuid() != 0:
        pytest.skip("needs root")
    topology = make_topology(starts=False)
    daemon_directory = topology.directory
    path = daemon_directory / "proxy.conf"

    class Spoiled(Daemon):
        def write_config(self, text: str) -> None:
            super().write_config(text)
            row(path)

    topology.daemon = Spoiled(daemon_directory, topology.config.text(), wait=False)
    assert topology.daemon.process.wait(10) > 0
    assert "proxy.conf" in topology.daemon.log()


@attack(125)
@table({"writable by all": 0o702, "writable by the group": 0o720})
def test_a_folder_others_could_change(make_topology, row):
    topology = make_topology(starts=False)
    topology.directory.chmod(row)
    try:
        refuses_to_start(topology)
    finally:
        topology.directory.chmod(0o700)


@attack(126)
@pytest.mark.parametrize(
    "where, key, value",
    [
        ("grant", "metods", ["GET"]),
        ("grant", "allow_path", ["/"]),
        ("grant", "path", ["/"]),
        ("grant", "Methods", ["GET"]),
        ("agent", "keyz", "x"),
        ("provider", "host", "x"),
        ("secret", "vaule", "x"),
        ("egress", "hots", ["x"]),
        ("socket", "uid", [1]),
        ("proxy", "listen_on", "x"),
        ("timeouts", "connect", 1),
        ("timeouts", "connect_ms", 1),
        ("limits", "max_head", 1),
        ("audit", "durabilty", "write"),
    ],
)
def test_unknown_keys_are_refused(make_topology, where, key, value):
    def edit(_topology, config):
        (config.sections[where] if where in config.sections else config.lists[where][0])[key] = value

    log = refuses_to_start(make_topology(edit, starts=False), key)
    assert re.search(r"proxy\.conf:\d+", log)


@attack(126)
@pytest.mark.parametrize(
    "where, key, value",
    [
        ("grant", "methods", "GET"),
        ("grant", "paths", "/v1/**"),
        ("grant", "methods", ["FETCH"]),
        ("grant", "paths", ["v1"]),
        ("grant", "agent", "nobody"),
        ("grant", "secret", "nothing"),
        ("secret", "provider", "nothing"),
        ("grant", "requests_per_minute", -1),
        ("grant", "requests_per_minute", "many"),
        ("timeouts", "connect_s", 0),
        ("timeouts", "connect_s", -1),
        ("timeouts", "connect_s", 1.5),
        ("audit", "durability", "maybe"),
        ("proxy", "listen", ["nowhere"]),
        ("provider", "hosts", ["*"]),
        ("provider", "hosts", ["*.com"]),
        ("provider", "hosts", ["good.test/v1"]),
        ("provider", "hosts", ["http://good.test"]),
        ("grant", "hosts", ["evil.test"]),
        ("provider", "scheme", "ftp"),
        ("socket", "mode", "0999"),
        ("agent", "name", ""),
        ("agent", "name", "a\nb"),
        ("agent", "name", "a b\x1b[2J"),
        ("provider", "name", "../x"),
        ("provider", "name", "a/b"),
        ("provider", "inject", [{"header": "Host", "value": "{secret}"}]),
        ("provider", "inject", [{"header": "Content-Length", "value": "{secret}"}]),
        ("provider", "inject", [{"header": "X: y\r\nZ", "value": "{secret}"}]),
        ("provider", "inject", [{"header": "X", "value": "{secret}\r\nZ: a"}]),
        ("provider", "inject", [{"header": "X", "value": "{unknown}"}]),
        ("provider", "inject", []),
    ],
)
def test_wrong_values_are_refused(make_topology, where, key, value):
    def edit(_topology, config):
        (config.sections[where] if where in config.sections else config.lists[where][0])[key] = value

    log = refuses_to_start(make_topology(edit, starts=False))
    assert re.search(r"proxy\.conf:\d+", log), log


@attack(127)
@table(
    {
        "no methods": {"methods": []},
        "no paths": {"paths": []},
        "no hosts": {"hosts": []},
        "nothing": {"methods": [], "paths": [], "query_keys": []},
    }
)
def test_empty_lists_mean_none(make_topology, row):
    """A daemon that refuses to start on them is as good."""
    topology = make_topology(lambda topology, config: config.find("grant", secret="good").update(row), wait=False)
    wait_until(lambda: not topology.daemon.is_alive() or "ready" in topology.daemon.log(), 10)
    if topology.daemon.is_alive():
        topology.begin()
        assert topology.ask("GET", URL).status == 403
        topology.assert_untouched()
    else:
        assert topology.daemon.process.returncode > 0


@attack(127)
def test_no_query_keys_means_no_query(make_topology):
    topology = make_topology(lambda topology, config: config.find("grant", secret="good").update(query_keys=[]))
    assert topology.ask("GET", URL).status == 200
    assert topology.ask("GET", URL + "?a=1").status == 403
    assert len(topology.good.requests) == 1


@attack(127)
def test_query_keys_are_compared_decoded(make_topology):
    topology = make_topology(
        lambda topology, config: config.find("grant", secret="good").update(query_keys=["limit", "after"])
    )
    assert topology.ask("GET", URL + "?limit=1&after=x").status == 200
    for query in (
        "admin=1",
        "limit=1&admin=1",
        "%61dmin=1",
        "limit=1;admin=1",
        "limit",
        "Limit=1",
        "limit=1&&admin",
        "limit%00=1",
        "%6cimit=1&x=y",
        "limit[]=1",
    ):
        status = topology.ask("GET", f"{URL}?{query}").status
        assert status in (400, 403) or query == "limit", query
    assert all(set(re.findall(r"(?:^|[&;])([^=&;]*)", r.query)) <= {"limit", "after"} for r in topology.good.requests)


@attack(127)
def test_an_agent_without_grants_reaches_nothing(make_topology):
    def edit(_topology, config):
        config.lists["grant"], config.lists["egress"] = [], []

    topology = make_topology(edit)
    for host in ("good.test", "open.test", "egress.test", "evil.test", "127.0.0.1"):
        assert topology.ask("GET", f"http://{host}/v1/ok").status == 403
    topology.assert_untouched()


@attack(127)
def test_an_expired_grant_is_none(make_topology):
    def edit(_topology, config):
        past = datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)
        config.find("grant", secret="good").update(expires=past)

    topology = make_topology(edit)
    response = topology.ask("GET", URL)
    assert (response.status, response.code) == (403, "grant_expired")
    topology.assert_untouched()


@attack(127)
def test_two_grants_that_both_cover_are_ambiguous(make_topology):
    def edit(topology, config):
        config.add("grant", agent=A, secret="open-b")

    topology = make_topology(edit)
    response = topology.ask("GET", "http://open.test/x")
    assert (response.status, response.code) == (409, "ambiguous_grant")
    topology.assert_untouched()
    assert topology.ask("GET", "http://open.test/x", [("Postern-Grant", f"{A}/open-b")]).status == 200
    assert topology.open.requests[0].value("x-api-key") == topology.secrets["open-b"]


@attack(127)
def test_a_body_larger_than_the_grant_allows(make_topology):
    topology = make_topology(lambda topology, config: config.find("grant", secret="good").update(max_body_bytes=1000))
    assert topology.ask("POST", URL, body=b"x" * 1000).status == 200
    assert topology.ask("POST", URL, body=b"x" * 1001).status == 413
    with topology.connect() as client:
        client.send(topology.head("POST", URL, "Transfer-Encoding: chunked") + b"190\r\n" + b"x" * 400 + b"\r\n")
        client.send(b"3e8\r\n" + b"x" * 1000 + b"\r\n0\r\n\r\n")
        assert client.response().status == 413
    assert [r.body_complete for r in topology.good.requests].count(True) == 1


@attack(128)
def test_state_at_rest_is_ours_alone(make_topology):
    topology = make_topology()
    assert topology.ask("GET", URL + "?q=in-the-query").status == 200
    wait_until(lambda: len(topology.audit()) >= 2)
    state = topology.directory / "state"
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    for path in state.rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode & 0o077 == 0 or path.suffix == ".pub" or path.name == "ca.pem", f"{path} {mode:o}"
    assert b"in-the-query" not in b"".join(p.read_bytes() for p in state.rglob("*") if p.is_file())


@attack(63)
@table(
    {
        "a page of another site": ["Origin: https://evil.test"],
        "a page without an origin": ["Origin: null"],
        "an image or a form": ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors"],
        "another spelling": ["sec-fetch-dest: empty"],
    }
)
def test_a_port_that_is_an_agent_serves_no_web_page(make_topology, row):
    topology = make_topology(lambda _topology, config: config.add("socket", listen="127.0.0.1:0", agent=A))

    # Which of the two ports is the agent's shows in that it asks for no key.
    def ask(port: int, *lines: str) -> int:
        with RawClient(("127.0.0.1", port)) as client:
            client.send(request("GET", "/via/good/v1/ok", "127.0.0.1", [tuple(line.split(": ")) for line in lines]))
            return client.response().status

    own = [port for port in topology.daemon.ports if ask(port) == 200]
    assert len(own) == 1
    before = len(topology.good.requests)
    assert ask(own[0], *row) == 403
    assert len(topology.good.requests) == before
    wait_until(
        lambda: any(row["error.code"] == "browser_request" for row in denials(topology.audit())),
        3,
        "the refusal is on record",
    )
