"""The audit log, disks that fail, kills, clocks and second daemons (attacks 157 to 162, 167 to 172)."""

from __future__ import annotations

import datetime
import json
import random
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from conftest import needs_root
from support import audit
from support.ca import CertificateAuthority
from support.cli import postern, verify
from support.client import RawClient, request
from support.daemon import Daemon
from support.expect import table
from support.faults import Faults
from support.http1 import Closed, Malformed
from support.origin import answer, fixed
from support.topology import A, Topology
from support.waiting import wait_until

attack = pytest.mark.attack
URL = "http://good.test/v1/ok"


def passes(state: Path, *arguments: str) -> str:
    """What ``postern audit verify`` says of a log that is whole."""
    result = verify(state, *arguments)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout + result.stderr


# What is written.

ODD = {
    "ANSI": "X-A: \x1b[31m",
    "quote": 'User-Agent: a","level":"info',
    "backslash": 'User-Agent: \\",\\n',
    "newline, escaped": "User-Agent: a\\nb",
    "JSON": 'Postern-Context: {"a": "b\\"}',
    "run": 'Postern-Run: ","postern.decision":"allow',
    "unicode": "Postern-Run: \u00e9\u2028",
    "markup": "Postern-Role: <script>",
    "long": "Postern-Run: " + "r" * 8000,
    "tab": "Postern-Run: a\tb",
    "traceparent": 'traceparent: 00-xyz","a":"b',
}


@attack(157)
@table(ODD)
def test_odd_values_stay_in_their_place(topology, row):
    """One line for each event, printable, and no field that a client wrote."""
    with topology.connect(agent_socket=A) as client:
        client.send(b"GET " + URL.encode() + b" HTTP/1.1\r\nHost: good.test\r\n" + row.encode() + b"\r\n\r\n")
        client.response()
    wait_until(lambda: topology.audit(), 3)
    time.sleep(0.1)
    for path in audit.segments(topology.directory / "state"):
        for line in path.read_bytes().splitlines():
            assert re.fullmatch(rb"[\x20-\x7e]+", line)
            names = [name for name, _ in json.loads(line, object_pairs_hook=list)]
            assert len(names) == len(set(names))
    assert all("level" not in r and "a" not in r for r in topology.audit())
    for line in topology.daemon.log().splitlines():
        assert re.match(r"\d{4}-\d\d-\d\dT", line) and "\x1b" not in line


@attack(157)
@table(
    {
        "path": "http://good.test/v1/%22,%22x%22:%22",
        "query": "http://good.test/v1/ok?a=%0d%0a%1b[2J",
        "host": "http://evil\x1b[2J.test/",
        "quote in the host": 'http://evil"x.test/',
        "method": "",
        "long path": "http://good.test/v1/" + "a" * 9000,
    }
)
def test_odd_targets_stay_in_their_place(topology, row):
    message = request("GET", row, "good.test") if row else request('G","x":"', URL, "good.test")
    topology.exchange(message, agent_socket=A)
    wait_until(lambda: topology.audit(), 3)
    for line in topology.daemon.log().splitlines():
        assert re.match(r"\d{4}-\d\d-\d\dT", line) and "\x1b" not in line


@attack(158)
def test_at_the_most_talkative_level_no_secret_is_logged(make_topology):
    """The logs, the state and the audit log are searched when the topology ends."""
    topology = make_topology(log_level="trace")
    for host in (
        "good.test/v1",
        "open.test",
        "query.test",
        "basic.test",
        "path.test/botx",
        "plain.test",
        "egress.test",
        "evil.test",
    ):
        topology.ask(
            "GET",
            f"http://{host}/x?token={topology.keys[A]}",
            [("Authorization", f"Bearer {topology.keys[A]}")],
            agent=None,
        )
        topology.ask("GET", f"http://{host}/x?y=1", [("X-Api-Key", topology.secrets["evil"])])
    topology.good.handler = fixed(b"x", reason=topology.secrets["good"])
    topology.ask("GET", URL)
    topology.exchange(topology.head("GET", URL, f"Bad Field: {topology.keys[A]}"))
    topology.daemon.reload(topology.config.text())
    for origin in topology.origins:
        origin.forget()  # a key in the target or the body is the agent's own doing: only our logs are looked at here
    topology.begin()


@attack(157)
def test_each_record_says_who_what_and_why(topology):
    run = [
        ("Postern-Run", "run-7"),
        ("Postern-Role", "builder"),
        ("Postern-Context", "ticket 12"),
        ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    ]
    assert topology.ask("POST", URL + "?secret=in-the-query", run, b"12345").status == 200
    assert topology.ask("GET", "http://evil.test/x", run).status == 403
    rows = wait_until(lambda: (r := topology.audit()) and audit.outcomes(r) and audit.denials(r) and r, 3)
    intent, outcome, denial = audit.intents(rows)[0], audit.outcomes(rows)[0], audit.denials(rows)[0]
    assert rows.index(intent) < rows.index(outcome)
    assert intent["http.request.id"] == outcome["http.request.id"] != denial["http.request.id"]
    for row in (intent, denial):
        assert row["postern.agent"] == A and "run-7" in json.dumps(row)
    assert intent["url.full"].startswith("https://good.test:443/v1/ok") and intent["http.request.method"] == "POST"
    assert outcome["http.response.status_code"] == 200 and outcome["http.request.body.bytes"] == 5
    assert outcome["event.duration"] > 0
    assert denial["error.code"] == "no_grant" and "evil.test" in denial["url.full"]
    assert "in-the-query" not in json.dumps(rows)


@attack(159)
def test_the_intent_is_on_record_when_the_request_arrives(topology):
    found = []

    def look(seen):
        rows = audit.intents(topology.daemon.audit())
        found.append(any(seen.target in row["url.full"] for row in rows))
        return answer(b"ok")

    topology.open.handler = look
    for number in range(50):
        assert topology.ask("GET", f"http://open.test/early-{number}").status == 200
    assert all(found) and len(found) == 50


# Kills.


def load(topology: Topology, stop: threading.Event, counts: Counter) -> None:
    """Requests, one after the other, until told to stop; a daemon that is away is not an error."""
    number = 0
    while not stop.is_set():
        try:
            with RawClient(topology.proxy, timeout=5) as client:
                while not stop.is_set():
                    number += 1
                    client.send(topology.head("GET", f"http://open.test/{threading.get_ident()}-{number}"))
                    counts[client.response().status] += 1
        except (OSError, Closed, Malformed, IndexError):
            stop.wait(0.02)


@attack(159, 166)
@pytest.mark.slow
@pytest.mark.parametrize("durability", ["write", "fsync"])
def test_killed_again_and_again_under_load(make_topology, durability):
    """Every request an origin saw is on record, and the log verifies after each kill."""

    def edit(_topology, config):
        config.set("audit", durability=durability, segment_bytes=65_536)

    topology = make_topology(edit, log_level="info")
    topology.open.keeps_raw = False
    kills, counts = (12 if durability == "write" else 6), Counter()
    for kill in range(kills):
        stop = threading.Event()
        threads = [threading.Thread(target=load, args=(topology, stop, counts), daemon=True) for _ in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(random.Random(kill).uniform(0.1, 0.6))
        topology.daemon.kill9()
        stop.set()
        for thread in threads:
            thread.join(10)
        said = passes(topology.directory / "state")
        recorded = Counter(row["url.full"].rpartition("/")[2] for row in audit.intents(topology.daemon.audit()))
        seen = Counter(r.target.strip("/") for r in topology.open.requests)
        missing = [target for target in seen if target not in recorded]
        assert not missing, f"{len(missing)} of {len(seen)} requests are not on record: {missing[:5]} ({said})"
        topology.start()
    assert counts[200] > 50 and len(topology.open.requests) > 50
    said = passes(topology.directory / "state")
    assert "tamper" not in said.lower()


@attack(159)
def test_an_intent_without_an_outcome_is_named(make_topology):
    topology = make_topology()
    topology.open.handler = lambda seen: iter([30.0])
    with topology.connect() as client:
        client.send(topology.head("GET", "http://open.test/unfinished"))
        wait_until(lambda: topology.open.requests, 5)
        topology.daemon.kill9()
    assert re.search(r"unknown|no outcome|without", passes(topology.directory / "state"), re.I)
    topology.start()
    topology.open.handler = fixed()
    assert topology.ask("GET", "http://open.test/x").status == 200


@attack(159)
def test_a_torn_last_line_is_not_tampering(make_topology):
    topology = make_topology()
    assert topology.ask("GET", URL).status == 200
    wait_until(lambda: len(topology.daemon.audit()) >= 4)
    topology.daemon.kill9()
    last = audit.segments(topology.directory / "state")[-1]
    last.write_bytes(last.read_bytes()[:-40])
    said = passes(topology.directory / "state")
    assert re.search(r"torn|incomplete|cut", said, re.I), said
    topology.start()
    assert topology.ask("GET", URL).status == 200
    topology.daemon.terminate()
    passes(topology.directory / "state")
    topology.start()


# Disks.


@pytest.fixture
def small_disk():
    """A file system of 2 MB, mostly filled by one file; returns its folder and a way to fill and empty it."""
    folder = Path(tempfile.mkdtemp(prefix="postern-disk-"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m,mode=0700", "none", folder], check=True)
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)
    folder.rmdir()


@attack(160)
@needs_root
def test_a_full_disk_refuses_and_recovers(small_disk, make_topology):
    def edit(_topology, config):
        config.set("proxy", state_dir=str(small_disk / "state"))
        config.set("timeouts", audit_s=2)

    topology = make_topology(edit)
    topology.daemon.state = small_disk / "state"
    topology.begin()
    assert topology.ask("GET", "http://open.test/before").status == 200
    filler = small_disk / "filler"
    with open(filler, "wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            pass
    statuses = []
    for number in range(400):
        statuses.append(topology.ask("GET", f"http://open.test/{number}-" + "x" * 2000).status)
        if statuses[-20:] == [503] * 20:
            break
    assert statuses[-20:] == [503] * 20, Counter(statuses)
    response = topology.ask("GET", "http://open.test/refused")
    assert (response.status, response.code) == (503, "audit_unavailable")
    assert len(topology.open.requests) == statuses.count(200) + 1, (
        "a request went out that was refused for want of a record"
    )
    filler.unlink()
    wait_until(lambda: topology.ask("GET", "http://open.test/after").status == 200, 15, "it recovers", every=0.2)
    recorded = {row["url.full"].rpartition("/")[2] for row in audit.intents(topology.daemon.audit())}
    assert {r.target.strip("/") for r in topology.open.requests} <= recorded
    passes(small_disk / "state")


@attack(161)
@table({"EIO": "EIO", "ENOSPC": "ENOSPC", "slow": "sleep 4"})
@pytest.mark.parametrize("durability", ["write", "fsync"])
def test_a_failing_or_slow_disk_is_a_bounded_wait(make_topology, tmp_path, row, durability):
    faults = Faults(tmp_path)

    def edit(_topology, config):
        config.set("audit", durability=durability)
        config.set("timeouts", audit_s=1)

    topology = make_topology(edit, environment=faults.environment)
    assert topology.ask("GET", "http://open.test/before").status == 200
    faults.set(row)
    started = time.monotonic()
    for number in range(3):
        response = topology.ask("GET", f"http://open.test/during-{number}")
        assert (response.status, response.code) == (503, "audit_unavailable")
    assert time.monotonic() - started < 12
    faults.clear()
    wait_until(lambda: topology.ask("GET", "http://open.test/after").status == 200, 20, "it recovers", every=0.2)
    assert not [r for r in topology.open.requests if "during" in r.target]
    passes(topology.directory / "state")


@attack(161)
def test_others_are_answered_while_the_disk_is_slow(make_topology, tmp_path):
    """A wait for the disk holds up the request, not the event loop."""
    faults = Faults(tmp_path)
    topology = make_topology(
        lambda _topology, config: config.set("proxy", event_loops=1), environment=faults.environment
    )
    faults.set("sleep 3")
    with topology.connect() as waiting:
        waiting.send(topology.head("GET", "http://open.test/waiting"))
        time.sleep(0.2)
        started = time.monotonic()
        with topology.connect() as other:
            other.send(topology.head("GET", URL, agent=None))
            assert other.response().status == 407
        assert time.monotonic() - started < 1
        faults.clear()
        waiting.response()


# Changed logs.


@pytest.fixture
def finished_log(make_topology, tmp_path):
    """A log of some exchanges, of a daemon that has ended well; a copy that a test may spoil, and an anchor in it."""
    topology = make_topology(
        lambda _topology, config: config.set("audit", segment_bytes=8192, checkpoint_interval_s=1), log_level="info"
    )
    for number in range(30):
        assert topology.ask("GET", f"http://open.test/{number}").status == 200
    topology.daemon.terminate()
    anchors = re.findall(r"checkpoint hash=([0-9a-f]{64}) sequence=(\d+)", topology.daemon.log())
    copy = tmp_path / "state"
    shutil.copytree(topology.directory / "state", copy)
    passes(copy)
    topology.start()
    return copy, f"{anchors[-1][1]}:{anchors[-1][0]}"


def lines_of(state: Path) -> list[tuple[Path, int, bytes]]:
    return [
        (path, number, line)
        for path in audit.segments(state)
        for number, line in enumerate(path.read_bytes().splitlines(keepends=True))
    ]


def rewrite(path: Path, lines: list[bytes]) -> None:
    path.write_bytes(b"".join(lines))


@attack(162)
@table({"first": 0.02, "early": 0.2, "middle": 0.5, "late": 0.8, "last": 0.99})
@pytest.mark.parametrize("kind", ["flip", "delete", "swap", "insert", "copy"])
def test_a_change_is_named_where_it_was_made(finished_log, row, kind):
    state, _ = finished_log
    everything = lines_of(state)
    path, number, line = everything[min(int(len(everything) * row), len(everything) - 2)]
    sequence = json.loads(line)["event.sequence"]
    lines = path.read_bytes().splitlines(keepends=True)
    if kind == "flip":
        at = line.index(b'"event.action":"') + len(b'"event.action":"')
        lines[number] = line[:at] + bytes([line[at] ^ 1]) + line[at + 1 :]
    elif kind == "delete":
        del lines[number]
    elif kind == "swap":
        other = number + 1 if number + 1 < len(lines) else number - 1
        lines[number], lines[other] = lines[other], lines[number]
    elif kind == "insert":
        lines.insert(number, b'{"event.action":"outcome","event.sequence":%d}\n' % sequence)
    else:
        lines.insert(number, lines[number])
    rewrite(path, lines)
    result = verify(state)
    said = result.stdout + result.stderr
    assert result.returncode != 0, said
    numbers = {int(n) for n in re.findall(r"\d+", said.replace(path.name, ""))}
    assert path.name in said or any(p.name in said for p in audit.segments(state)), said
    assert numbers & set(range(max(sequence - 1, 0), sequence + 2)) or numbers & {number, number + 1, number + 2}, (
        f"record {sequence}, line {number + 1}: {said}"
    )


@attack(162)
@pytest.mark.parametrize("offset", range(0, 100, 7))
def test_any_flipped_byte_is_found(finished_log, offset):
    state, _ = finished_log
    segments = audit.segments(state)
    path = segments[offset % len(segments)]
    data = bytearray(path.read_bytes())
    at = len(data) * offset // 100
    data[at] ^= 0x04
    path.write_bytes(bytes(data))
    result = verify(state)
    assert result.returncode != 0 and path.name in result.stdout + result.stderr, (
        f"byte {at} of {path.name}: {result.stdout}{result.stderr}"
    )


@attack(162)
def test_a_cut_tail_is_found_by_an_anchor(finished_log):
    state, anchor = finished_log
    passes(state, "--anchor", anchor)
    last = audit.segments(state)[-1]
    lines = last.read_bytes().splitlines(keepends=True)
    rewrite(last, lines[:-2])
    result = verify(state, "--anchor", anchor)
    assert result.returncode != 0, result.stdout
    for path in audit.segments(state)[1:]:
        path.unlink()
    assert verify(state, "--anchor", anchor).returncode != 0


@attack(162)
@table({"first": 0, "middle": 1})
def test_a_missing_segment_is_found(finished_log, row):
    state, _ = finished_log
    segments = audit.segments(state)
    assert len(segments) > 2
    segments[row].unlink()
    assert verify(state).returncode != 0


@attack(162)
def test_a_log_that_was_written_anew_fails_against_the_kept_key(finished_log, tmp_path):
    state, anchor = finished_log
    kept = tmp_path / "kept.pub"
    shutil.copy(next(state.rglob("signing-key.pub")), kept)
    passes(state, "--public-key", str(kept))
    other = tmp_path / "other.pub"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", tmp_path / "other.pem"], check=True)
    subprocess.run(["openssl", "pkey", "-in", tmp_path / "other.pem", "-pubout", "-out", other], check=True)
    assert verify(state, "--public-key", str(other)).returncode != 0


@attack(162)
def test_show_and_tail_read_what_was_written(make_topology):
    topology = make_topology()
    refused = topology.ask("GET", "http://evil.test/x")
    assert topology.ask("GET", URL).status == 200
    wait_until(lambda: audit.outcomes(topology.audit()) and audit.denials(topology.audit()), 3)
    state = str(topology.directory / "state")
    identifier = json.loads(refused.body)["request_id"]
    shown = postern("audit", "show", "--state-dir", state, identifier)
    assert shown.returncode == 0 and "evil.test" in shown.stdout and "no_grant" in shown.stdout
    tail = postern("audit", "tail", "--state-dir", state)
    assert tail.returncode == 0 and "good.test" in tail.stdout and "evil.test" in tail.stdout
    assert "\x1b" not in tail.stdout
    assert postern("audit", "show", "--state-dir", state, "no-such-id").returncode != 0


@attack(162)
def test_a_daemon_does_not_go_on_from_a_spoiled_log(make_topology):
    """Whatever it does at start, the verdict on the spoiled record stays."""
    topology = make_topology()
    for number in range(5):
        assert topology.ask("GET", f"http://open.test/{number}").status == 200
    topology.daemon.terminate()
    path = audit.segments(topology.directory / "state")[-1]
    path.write_bytes(path.read_bytes().replace(b'/2"', b'/9"', 1))
    assert verify(topology.directory / "state").returncode != 0
    daemon = topology.daemon = Daemon(topology.directory, topology.config.text(), wait=False)
    wait_until(lambda: not daemon.is_alive() or "ready" in daemon.log(), 10)
    assert verify(topology.directory / "state").returncode != 0


# Two at once, and changes under load.


@attack(167)
def test_a_second_daemon_on_the_same_state_is_refused(make_topology):
    topology = make_topology()
    config = topology.config.copy()
    config.lists["socket"] = []
    second = topology.directory / "second"
    second.mkdir(mode=0o700)
    daemon = Daemon(second, config.text(), wait=False)
    assert daemon.process.wait(10) > 0
    assert re.search(r"lock|another|in use|already", daemon.log(), re.I), daemon.log()
    assert topology.ask("GET", URL).status == 200
    topology.daemon.terminate()
    passes(topology.directory / "state")
    topology.start()


@attack(168)
@pytest.mark.slow
def test_a_secret_rotated_under_load(make_topology):
    """Each request carries exactly the old or the new one, and after the reload only the new."""
    topology = make_topology(log_level="info")
    stop, counts = threading.Event(), Counter()
    threads = [threading.Thread(target=load, args=(topology, stop, counts), daemon=True) for _ in range(3)]
    for thread in threads:
        thread.start()
    values = [topology.secrets["open-a"]]
    for number in range(6):
        time.sleep(0.25)
        values.append(f"rotated-{number}-key/{number}+==")
        topology.secret_file("open-a", values[-1])
        topology.daemon.reload(topology.config.text())
        done = time.monotonic()
        time.sleep(0.1)
        late = [r for r in topology.open.requests if r.received_at > done + 0.02]
        assert all(r.value("x-api-key") == values[-1] for r in late if "-" in r.target), (
            "an old secret after the reload"
        )
    stop.set()
    for thread in threads:
        thread.join(5)
    used = [r.values("x-api-key") for r in topology.open.requests]
    assert {v for one in used for v in one} <= set(values) and all(len(one) == 1 for one in used)
    assert len(used) > 100 and set(counts) == {200}, counts
    topology.guarded[1].values += tuple(values)
    topology.guarded[1].secrets += ("open-a",)


@attack(171)
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=["SIGTERM", "SIGKILL"])
@table({"events": True, "100 MB": False})
def test_a_stream_that_is_cut_looks_cut(make_topology, row, how):
    """The client never takes a part for the whole."""

    def stream(_request):
        if row:
            yield answer(
                headers=[("Content-Type", "text/event-stream"), ("Transfer-Encoding", "chunked")], length=False
            )
            for _ in range(3000):
                yield b"7\r\ndata: x\r\n"
                yield 0.01
            yield b"0\r\n\r\n"
        else:
            yield answer(headers=[("Content-Length", str(100 << 20))], length=False)
            for _ in range(1600):
                yield b"x" * 65_536
                yield 0.005

    topology = make_topology(lambda _topology, config: config.set("timeouts", drain_s=1))
    topology.open.handler = stream
    with topology.connect() as client:
        client.send(topology.head("GET", "http://open.test/stream"))
        head = client.read_head()
        assert head.status == 200
        next(client.reader.pieces(10))
        topology.daemon.signal(how)
        received = b"".join(client.reader.rest())
    assert not received.endswith(b"0\r\n\r\n") and len(received) < 100 << 20
    topology.daemon.process.wait(10)
    passes(topology.directory / "state")


# Clocks.


@pytest.fixture
def shifted(make_topology, tmp_path):
    """Makes topologies whose daemon's wall clock is some days ahead, with certificates that are good for many years."""
    faults = Faults(tmp_path)
    authority = CertificateAuthority(tmp_path / "ca", "Long-lived CA", days=(-4000, 9000))

    def make(days: float, edit=None) -> Topology:
        faults.set_clock(days)
        topology = make_topology(edit, starts=False, environment=faults.environment)
        for name in ("good", "open"):
            origin = getattr(topology, name)
            origin.use_certificate(authority.leaf(f"{name}.test", days=(-3900, 8900)))
            topology.config.find("provider", name=name)["ca_file"] = str(authority.path)
        topology.start()
        topology.begin()
        return topology

    make.set_clock = faults.set_clock
    return make


@attack(172)
@table({"a year back": -365, "ten years on": 3650})
def test_another_date(shifted, row):
    """Grants and certificates are judged by the clock as it is; keys and durations do not mind."""

    def edit(_topology, config):
        config.find("grant", secret="good").update(
            expires=datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=100)
        )

    topology = shifted(row, edit)
    response = topology.ask("GET", URL)
    if row > 0:
        assert (response.status, response.code) == (403, "grant_expired")
    else:
        assert response.status == 200
    assert topology.ask("GET", "http://open.test/x").status == 200
    response = topology.ask("GET", "http://cookies.test/")  # its certificate is good for a month around today
    assert (response.status, response.code) == (502, "tls_certificate_error")
    rows = wait_until(lambda: audit.outcomes(topology.audit()), 3)
    assert all(0 <= r["event.duration"] < 60e9 for r in rows)
    topology.daemon.terminate()
    passes(topology.directory / "state")


@attack(172)
def test_a_clock_that_jumps_back_and_forth(shifted):
    topology = shifted(0)
    for days in (0, -1, 400, -365, 0):
        shifted.set_clock(days)
        for _ in range(3):
            assert topology.ask("GET", "http://open.test/x").status == 200
        refused = topology.ask("GET", "http://open.test/x", agent=None)
        assert refused.status == 407
    rows = wait_until(lambda: len(audit.outcomes(topology.audit())) == 15 and audit.outcomes(topology.audit()), 3)
    assert all(0 <= r["event.duration"] < 60e9 for r in rows)
    topology.daemon.terminate()
    passes(topology.directory / "state")


@attack(172)
def test_rate_limits_do_not_follow_the_wall_clock(shifted):
    topology = shifted(0, lambda _topology, config: config.find("grant", secret="open-a").update(requests_per_minute=3))
    statuses = []
    for days in (0, 0, 0, 0, -365, 700, 1000, -365):
        shifted.set_clock(days)
        statuses.append(topology.ask("GET", "http://open.test/x").status)
    assert statuses.count(200) <= 5 and 429 in statuses
