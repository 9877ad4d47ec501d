"""The store at rest: what is in its files, and what becomes of one that somebody else has written to.

Attacks 119, 128, 137, 158, 163 to 165, 167, 168 and 173. Whoever may write the files must not gain anything by it.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import stat
import subprocess
import threading
import time
from pathlib import Path

import pytest

from support.cli import postern
from support.control import Refused
from support.daemon import Daemon, program
from support.directory import DirectoryTopology
from support.encodings import LeakSearch, encodings
from support.expect import table
from support.origin import fixed
from support.store_copy import StoreCopy, as_text
from support.topology import A, B, C
from support.waiting import wait_until

attack = pytest.mark.attack
URL = "http://good.test/v1/ok"
FLIPS, PARTS = 200, 4


# What is in the files.


def busy(directory: DirectoryTopology) -> None:
    """Something of everything: acts that succeed and fail, requests that do, values where they do not belong."""
    control, planted = directory.control, directory.secrets["good"]
    directory.mint(A)
    directory.rotate("open-b", f"open-b/{os.urandom(12).hex()}+y==", overlap_s=60)
    control.act(B, "pause")
    control.act(B, "resume")
    for method, path, body in (
        ("POST", "/v1/secrets", {"name": "x y", "provider": "good", "value": planted}),
        ("POST", "/v1/secrets", {"name": "twice", "provider": "nobody", "value": planted}),
        ("POST", "/v1/secrets", {"name": "good", "provider": "good", "value": planted}),
        ("POST", "/v1/secrets", {"name": "odd", "provider": "good", "value": planted + "\r\nX: y"}),
        ("POST", "/v1/secrets", {"name": "odd", "provider": "good", "values": {"secret": planted, "other": planted}}),
        ("POST", "/v1/secrets", {"name": "odd", "provider": "good", "value": [planted]}),
        ("POST", "/v1/secrets", {"name": "odd", "provider": "good", "valeu": planted}),
        ("POST", "/v1/secrets/good/rotate", {"value": planted}),
        ("POST", "/v1/secrets/nobody/rotate", {"value": planted}),
        ("PATCH", "/v1/secrets/good", {"value": planted}),
        ("POST", "/v1/agents", {"name": "x", "key": directory.keys[A]}),
        ("POST", "/v1/explain", {"agent": A, "method": "POST", "url": URL, "body": planted}),
    ):
        control.call(method, path, body)
    control.call("POST", "/v1/secrets", raw=b'{"name": "cut", "provider": "good", "value": "' + planted.encode())
    for agent, host in ((A, "good"), (A, "open"), (B, "open"), (A, "query"), (A, "basic"), (B, "good")):
        directory.ask("GET", f"http://{host}.test/v1/ok", agent=agent)
    for command in (["status"], ["agent", "list"], ["secret", "list"], ["grant", "list"], ["secret", "show", "good"]):
        done = postern(*command, "--json", "--socket", str(control.path))
        control.received.append((done.stdout + done.stderr).encode())
    done = subprocess.run(
        [program("postern"), "secret", "add", "piped", "--provider", "nobody", "--socket", str(control.path)],
        input=planted,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode != 0
    control.received.append((done.stdout + done.stderr).encode())


@attack(128, 137, 158)
@pytest.mark.parametrize("level", ["trace", "debug"])
def test_no_secret_and_no_key_is_in_any_file_log_or_answer(make_directory, level):
    """Raw and in thirteen encodings; while it runs, after it was killed, and after it has ended."""
    assert len(encodings("x" * 30)) == 14
    directory = make_directory(log_level=level)
    busy(directory)
    assert not directory.files(), directory.files()
    directory.daemon.kill9()
    assert not directory.files(), directory.files()
    directory.start()
    assert directory.ask("GET", URL).status == 200
    directory.daemon.terminate()
    assert not directory.files(), directory.files()
    directory.start()
    directory.begin()


@attack(118, 158)
def test_no_secret_is_in_what_the_system_shows_of_the_process(directory):
    search = LeakSearch(directory.planted)
    for name in ("cmdline", "environ", "status", "maps"):
        try:
            assert not search.find(Path(f"/proc/{directory.daemon.pid}/{name}").read_bytes()), name
        except PermissionError:
            pass


@attack(119)
def test_a_crash_leaves_no_core(make_directory):
    directory = make_directory()
    busy(directory)
    directory.daemon.signal(signal.SIGSEGV)
    directory.daemon.process.wait(10)
    assert not [path for path in directory.directory.rglob("*") if re.match(r"(vg)?core(\.\d+)?\Z", path.name)]
    assert not directory.files(), directory.files()
    directory.start()
    directory.begin()


@attack(123, 128)
def test_only_the_owner_can_read_it(directory):
    state = directory.directory / "state"
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    for path in state.glob("*"):
        if path.is_file() and (path.name.startswith("store") or "key" in path.name):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600 and path.stat().st_uid == os.geteuid(), path
    assert re.fullmatch(rb"[0-9a-f]{64}\n", (state / "master.key").read_bytes())


@attack(173)
def test_what_was_revoked_is_gone(make_directory):
    """The sealed bytes of a value are in no file once the secret is revoked, or rotated without overlap."""
    directory = make_directory()
    state = directory.directory / "state"
    before = sealed_values(state)
    assert len(before) >= 7
    directory.control.do("POST", "secrets", "query", "revoke", body={})
    directory.rotate("open-b", f"open-b/{os.urandom(12).hex()}+y==")
    gone = [value for value in before if value not in sealed_values(state)]
    assert len(gone) == 2
    files = b"".join(path.read_bytes() for path in state.glob("store*"))
    assert not [value for value in gone if value in files], "freed pages or the journal still hold them"


def sealed_values(state: Path) -> list[bytes]:
    """The longest bytes of each row of secret_versions, from a copy."""
    folder = state.parent / "look"
    folder.mkdir(exist_ok=True)
    for path in state.glob("store.db*"):
        shutil.copy(path, folder)
    database = sqlite3.connect(folder / "store.db")
    try:
        rows = database.execute("SELECT * FROM secret_versions").fetchall()
        found = [max((v for v in row if isinstance(v, bytes)), key=len, default=b"") for row in rows]
        return [value for value in found if len(value) > 32]
    finally:
        database.close()
        shutil.rmtree(folder)


# A store that somebody else has written to.


@pytest.fixture(scope="module")
def template(authority, tmp_path_factory):
    """A store of some history that has ended well, and a copy of its files."""
    directory = DirectoryTopology(authority)
    directory.control.post("users", subject="ann@example.test")
    gone = directory.control.bind(C, "good")
    directory.control.unbind(gone["id"])
    directory.control.bind(C, "good", max_uses=5, label="limited", terms={"paths": ["/v1/limited/**"]})
    directory.mint(C)
    directory.begin()
    assert directory.ask("GET", "http://good.test/v1/limited/x", agent=C).status == 200
    saved = tmp_path_factory.mktemp("store") / "saved"
    older = saved.with_name("older")
    directory.daemon.terminate()
    shutil.copytree(directory.directory / "state", older)
    directory.start()
    directory.control.act(B, "pause")
    directory.control.act(B, "resume")
    directory.revoked = directory.control.mint(B)
    directory.control.key_act(B, directory.revoked["id"], "revoke")
    directory.daemon.terminate()
    shutil.copytree(directory.directory / "state", saved)
    directory.saved, directory.older = saved, older
    yield directory
    directory.close(is_killed=True)


@pytest.fixture
def copy(template, tmp_path_factory):
    """Makes copies of it; whatever they say must hold no secret."""
    made: list[StoreCopy] = []

    def make(saved: Path | None = None) -> StoreCopy:
        one = StoreCopy(template, saved or template.saved, tmp_path_factory.mktemp("copy") / "c")
        made.append(one)
        return one

    yield make
    search = LeakSearch(template.planted)
    for one in made:
        one.stop()
        assert not one.daemon or not search.find(one.said.encode())
        shutil.rmtree(one.folder, ignore_errors=True)


@pytest.fixture(scope="module")
def right(template, tmp_path_factory) -> str:
    """What the store holds, as text."""
    one = StoreCopy(template, template.saved, tmp_path_factory.mktemp("right") / "c")
    assert one.start(), one.said
    found = as_text(one.holds())
    assert one.is_right()
    one.stop()
    return found


def test_an_untouched_copy_opens(copy, right):
    one = copy()
    assert one.start(), one.said
    assert as_text(one.holds()) == right and one.is_right()


@attack(164)
@pytest.mark.parametrize("columns", ["every one", "bytes", "without the seal", "one by one"])
def test_sealed_values_of_two_secrets_swapped(copy, columns):
    """One for open.test in the place of evil's, so that it would go to another host."""
    one = copy()
    rows = one.rows("secret_versions")
    evil, other = rows[-1], rows[1]
    every = [name for name in evil if name not in ("id", "secret_id")]
    held = one.blobs("secret_versions")
    chosen = {
        "every one": every,
        "bytes": held,
        "without the seal": [name for name in held if name != "seal"],
        "one by one": held[:1],
    }[columns]
    one.swap("secret_versions", evil, other, *chosen)
    said = one.refuses("secret_versions")
    assert re.search(r"not as it was written|tampered", said), said


@attack(164)
@table(
    {
        "another's key": ("agent_keys", ["digest"]),
        "another's key, sealed": ("agent_keys", ["digest", "seal"]),
        "names of agents": ("agents", ["name"]),
        "hosts of secrets": ("secrets", ["hosts"]),
        "hosts of secrets, sealed": ("secrets", ["hosts", "seal"]),
        "names of secrets": ("secrets", ["name"]),
        "terms of grants": ("grants", ["terms"]),
        "secrets of grants": ("grants", ["secret_id"]),
    }
)
def test_columns_of_two_rows_swapped(copy, row):
    name, columns = row
    one = copy()
    rows = one.rows(name)
    first = rows[0]
    other = next(r for r in rows if all(r[c] != first[c] for c in columns))
    missing = [column for column in columns if column not in first]
    assert not missing, f"{name} has {list(first)}"
    for column in columns:  # what is unique is moved by way of another value
        if column in ("name", "digest"):
            one.put(name, other["id"], **{column: first[column][:-1] + first[column][-2:-1]})
    one.put(name, first["id"], **{column: other[column] for column in columns})
    one.put(name, other["id"], **{column: first[column] for column in columns})
    one.refuses(name)


@attack(163, 164)
@table(
    {
        "a revoked key lives again": ("agent_keys", "revoked_at", lambda row: None),
        "a grant without end": ("grants", "revoked_at", lambda row: None),
        "more uses": ("grants", "max_uses", lambda row: 5000),
        "other terms": ("grants", "terms", lambda row: "{}"),
        "another agent's state": ("agents", "status", lambda row: "paused"),
        "a policy taken away": ("agents", "updated_at", lambda row: 1),
        "a secret that binds itself": ("secrets", "*self_bind", lambda row: 1),
    }
)
def test_one_value_changed(copy, row):
    name, column, value = row
    one = copy()
    rows = one.rows(name)
    if column.startswith("*"):
        column = next(c for c in rows[0] if column[1:] in c)
    for found in rows:
        if found[column] != value(found) and found[column] is not None:
            one.put(name, found["id"], **{column: value(found)})
            break
    else:
        raise AssertionError(f"no row of {name} to change {column} of")
    one.refuses(name)


@attack(164)
def test_a_row_copied_under_another_id(copy):
    """A grant of evil for agent B, made of one that is there."""
    one = copy()
    row = one.rows("grants")[-1]

    def insert(database: sqlite3.Connection) -> None:
        new = {**row, "id": "11111111-2222-4333-8444-555555555555"}
        names = ", ".join(f'"{name}"' for name in new)
        marks = ", ".join("?" for _ in new)
        database.execute(f"INSERT INTO grants ({names}) VALUES ({marks})", list(new.values()))

    one.change(insert)
    one.refuses("grants")


@attack(165)
def test_a_row_as_it_was_before(copy, template):
    """Its seal is right, but it belongs to another time: a key that was revoked since."""
    older, one = copy(template.older), copy()
    for name in ("agents", "agent_keys", "grants", "meta"):
        before = {row.get("id", 0): row for row in older.rows(name)}
        changed = [row for row in one.rows(name) if before.get(row.get("id", 0), row) != row]
        if changed and name != "meta":
            one.put(
                name, changed[0]["id"], **{key: value for key, value in before[changed[0]["id"]].items() if key != "id"}
            )
            one.refuses()
            return
    raise AssertionError("nothing has changed between the two")


@attack(164, 165)
@pytest.mark.parametrize("name", ["agents", "agent_keys", "grants", "secrets", "secret_versions", "users", "uses"])
def test_a_row_that_is_gone(copy, template, name):
    """The count of a grant's uses, say: without it they would begin anew."""
    one = copy()
    one.change(
        lambda database: database.execute(f'DELETE FROM "{name}" WHERE rowid = (SELECT max(rowid) FROM "{name}")')
    )
    one.refuses()


@attack(163)
@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_a_flipped_byte_never_gives_other_data(copy, right, part):
    """At 200 places of the file: it is refused, or nothing has changed."""
    refused = opened = 0
    for number in range(part, FLIPS, PARTS):
        one = copy()
        size = one.path.stat().st_size
        one.flip(one.path, (size * number + number * 37) // FLIPS % size, 1 << number % 8)
        if not one.start():
            refused += 1
            assert one.daemon.process.returncode > 0, (
                f"flip {number}: {one.daemon.process.returncode}: {one.said[-1500:]}"
            )
            continue
        opened += 1
        try:
            held = as_text(one.holds())
        except Refused as error:  # it noticed later, and said so
            assert error.answer.code == "store_error", error
            continue
        assert held == right, f"flip {number} changed what is there"
        assert one.is_right(), f"flip {number}: {one.calls()}"
        one.stop()
    assert refused and opened, f"{refused} refused, {opened} opened"


@attack(163)
@pytest.mark.parametrize("name", ["agents", "agent_keys", "secrets", "grants"])
def test_a_damaged_index_hides_nothing(copy, right, name):
    """A row that is there and cannot be found is damage, not something that does not exist."""
    one = copy()
    page = one.change(lambda database: database.execute("PRAGMA page_size").fetchone()[0])
    query = "SELECT rootpage FROM sqlite_master WHERE name = ?"
    root = one.change(lambda database: database.execute(query, [f"sqlite_autoindex_{name}_1"]).fetchone()[0])
    identifier = one.rows(name)[0]["id"].encode()
    data = one.path.read_bytes()
    offset = data.index(identifier, (root - 1) * page, root * page)
    one.flip(one.path, offset + 5, 0x01)
    if one.start():
        try:
            assert as_text(one.holds()) == right
        except Refused as error:
            assert error.answer.code == "store_error", error


@attack(163)
@table({"nothing left": 0, "the first page": 4096, "half": 0.5, "all but a page": -4096, "all but a byte": -1})
def test_a_truncated_store_is_refused(copy, right, row):
    one = copy()
    size = one.path.stat().st_size
    os.truncate(one.path, row if isinstance(row, int) and row >= 0 else int(size * row) if row == 0.5 else size + row)
    if row == -1 and one.start():  # the byte may not have meant anything
        assert as_text(one.holds()) == right and one.is_right()
    else:
        one.stop()
        one.refuses()


@attack(163)
@table(
    {
        "the store is gone": ["store.db"],
        "the store and its journal are gone": ["store.db", "store.db-wal", "store.db-shm"],
        "the master key is gone": ["master.key"],
    }
)
def test_what_is_missing_is_not_made_anew(copy, row):
    """An empty directory in place of a lost one would forget every revocation, and who was granted what."""
    one = copy()
    for name in row:
        (one.state / name).unlink(missing_ok=True)
    one.refuses()
    one.refuses()


@attack(163)
def test_the_journal_of_another_time(copy, template, right):
    """A killed daemon leaves a journal; one from before, or a spoiled one, gives nothing but what was there."""
    one = copy()
    assert one.start(), one.said
    one.control.act(A, "pause")
    journal = one.state / "store.db-wal"
    early = journal.read_bytes() if journal.exists() else b""
    one.control.act(A, "revoke")
    one.daemon.kill9()
    late = journal.read_bytes() if journal.exists() else b""
    if late == early:
        pytest.skip("the journal is never left behind")
    for spoiled in (early, late[: len(late) // 2], late[:-1], b"", bytes(len(late)), late[:64] + late[68:]):
        (one.state / "store.db-shm").unlink(missing_ok=True)
        journal.write_bytes(spoiled)
        saved = one.folder / "saved"
        shutil.copytree(one.state, saved, ignore=shutil.ignore_patterns("*.sock"), dirs_exist_ok=True)
        other = copy(saved)
        if other.start():
            status = other.control.get("agents", B)["status"]
            assert status == "active"
            agents = {row["name"]: row["status"] for row in other.control.items("agents", include_revoked=True)}
            assert agents[A] == "revoked", "a revocation that was acknowledged is undone"
        shutil.rmtree(saved)


@attack(165)
def test_an_older_store_is_noticed(copy, template):
    """The store from before a revocation is refused, until somebody says that it was put there on purpose."""
    one = copy()
    for path in one.state.glob("store.db*"):
        path.unlink()
    for path in template.older.glob("store.db*"):
        shutil.copy(path, one.state)
    said = one.refuses("older")
    assert "--accept-restored-store" in said
    assert one.start(["--accept-restored-store"]), one.said
    assert re.search(r"warning|restored", one.said, re.I)
    one.stop()
    assert one.start(), "once is enough"


@attack(163, 165)
def test_two_stores_cannot_be_mixed(copy, template, tmp_path, make_directory):
    """The store of another Postern, with and without its key."""
    other = make_directory()
    other.daemon.terminate()
    one, two = copy(), copy()
    for path in (other.directory / "state").glob("store*"):
        shutil.copy(path, one.state)
        shutil.copy(path, two.state)
    said = one.refuses("master key")
    assert "sealed" in said
    shutil.copy(other.directory / "state/master.key", two.state)
    if two.start():
        assert not [call for call in two.calls() if call[0] == 200], "keys of another store open this one"
    other.start()
    other.begin()


# The master key.


@attack(164)
@table({"another": b"0123456789abcdef" * 4 + b"\n", "almost": None})
def test_the_wrong_master_key_is_refused(copy, row):
    one = copy()
    path = one.state / "master.key"
    right = path.read_bytes()
    path.write_bytes(row or (b"0" if right[:1] != b"0" else b"1") + right[1:])
    said = one.refuses("master key", "not the one")
    assert right.strip().decode() not in said and path.read_bytes().strip().decode() not in said
    path.write_bytes(right)
    assert one.start(), one.said
    assert one.is_right()


@attack(122, 125)
@table(
    {
        "empty": lambda path: path.write_bytes(b""),
        "short": lambda path: path.write_bytes(path.read_bytes()[:40]),
        "not hexadecimal": lambda path: path.write_bytes(b"z" * 64 + b"\n"),
        "long": lambda path: path.write_bytes(path.read_bytes() * 2),
        "readable by others": lambda path: path.chmod(0o644),
        "writable by a group": lambda path: path.chmod(0o620),
        "a directory": lambda path: (path.unlink(), path.mkdir()),
        "a link": lambda path: (path.rename(path.with_name("moved")), path.symlink_to(path.with_name("moved"))),
        "another owner's": lambda path: os.chown(path, 61000, 61000),
    }
)
def test_a_master_key_file_that_is_not_ours(copy, row):
    if "chown" in row.__code__.co_names and os.geteuid() != 0:
        pytest.skip("needs root")
    one = copy()
    row(one.state / "master.key")
    one.refuses("master.key")


@attack(125)
@table(
    {
        "readable by others": lambda path: path.chmod(0o644),
        "a link": lambda path: (path.rename(path.with_name("moved.db")), path.symlink_to(path.with_name("moved.db"))),
        "another owner's": lambda path: os.chown(path, 61000, 61000),
        "a directory": lambda path: (path.unlink(), path.mkdir()),
    }
)
def test_a_store_file_that_is_not_ours(copy, row):
    if "chown" in row.__code__.co_names and os.geteuid() != 0:
        pytest.skip("needs root")
    one = copy()
    row(one.path)
    one.refuses("store.db")


# Two at once.


@attack(167)
def test_nobody_else_writes_to_a_store_in_use(directory):
    """Neither a second daemon nor another program gets in, and the first one does not notice."""
    second = directory.directory / "second"
    second.mkdir(mode=0o700, exist_ok=True)
    daemon = Daemon(second, directory.config.text(), wait=False)
    assert daemon.process.wait(15) > 0
    assert re.search(r"lock|another|in use|already", daemon.log(), re.I), daemon.log()
    database = sqlite3.connect(directory.directory / "state/store.db", timeout=0.2)
    try:
        with pytest.raises(sqlite3.OperationalError):
            database.execute("UPDATE agents SET status = 'paused'")
    finally:
        database.close()
    directory.control.act(C, "pause")
    directory.control.act(C, "resume")
    assert directory.ask("GET", URL).status == 200


@attack(168)
@pytest.mark.slow
def test_a_secret_rotated_under_load(make_directory):
    """At 50 requests a second each carries exactly the old or the new value, and after the answer only the new one."""
    directory = make_directory(log_level="info")
    stop, statuses = threading.Event(), []

    def call() -> None:
        with directory.connect() as client:
            while not stop.wait(0.05):
                statuses.append(directory.ask("GET", "http://open.test/x", client=client).status)

    threads = [threading.Thread(target=call, daemon=True) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(10):
        wait_until(lambda: len(statuses) > number * 10, 10)
        value = f"open-a/{os.urandom(12).hex()}+x=="
        directory.rotate("open-a", value, **({"overlap_s": 30} if number % 2 else {}))
        returned = time.monotonic()
        time.sleep(0.2)
        late = [r for r in directory.open.requests if r.received_at > returned + 0.02]
        assert late and {r.value("x-api-key") for r in late} == {value}
    stop.set()
    for thread in threads:
        thread.join(5)
    assert set(statuses) == {200}
    assert all(len(r.values("x-api-key")) == 1 for r in directory.open.requests)


@attack(168, 90)
@pytest.mark.entries("plain")
def test_a_retired_value_is_masked_as_long_as_it_is_kept(make_directory):
    directory = make_directory()
    old = directory.secrets["open-a"]
    directory.rotate("open-a", f"open-a/{os.urandom(12).hex()}+x==", overlap_s=60)
    directory.open.handler = fixed(f"it was {old}".encode())
    response = directory.ask("GET", "http://open.test/x")
    assert response.status == 200 and old.encode() not in response.body and b"***" in response.body
    back = directory.control.do("POST", "secrets", "open-a", "rollback", body={})
    assert old not in str(back)
    directory.open.forget()
    assert directory.ask("GET", "http://open.test/x").status == 200
    assert directory.open.requests[-1].value("x-api-key") == old
