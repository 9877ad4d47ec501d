"""``postern mcp import`` where somebody else has a hand in the files, or in what is in them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from conftest import needs_root
from support.directory import DirectoryTopology
from support.mcp_files import CORPUS, Home, Interposer, keys_in

KEY = "tvly-FAKE0123456789abcdefFAKE0123"
SERVER = {"command": "npx", "args": ["-y", "tavily-mcp"], "env": {"TAVILY_API_KEY": KEY}}


@pytest.fixture(scope="module")
def _daemon(authority):
    daemon = DirectoryTopology(authority, fills=False)
    yield daemon
    daemon.close()


@pytest.fixture
def home(_daemon, tmp_path):
    """A home directory. No key may have been said, logged or recorded, and nothing lies about."""
    _daemon.begin()
    found = Home(tmp_path, _daemon.control.path)
    yield found
    heard = b"\n".join([*found.said, _daemon.daemon.log().encode()])
    assert KEY.encode() not in heard
    assert not list(tmp_path.rglob("*.postern-*"))
    _daemon.verify()


def config(home: Home, name: str = "mcp.json", **servers) -> Path:
    path = home.path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"mcpServers": servers or {"tavily": SERVER}}))
    return path


def swapped(home: Home, path: Path, change) -> dict:
    """The report of an import during which the file changes, after it was read and before it is written."""
    gate = Interposer(home.path / "gate.sock", home.control, b"GET /v1/placeholders", lambda: change() or True)
    try:
        [report] = home.report("--file", str(path), "--yes", status=1, control=gate.path)
        assert gate.seen
    finally:
        gate.close()
    return report


def test_a_file_that_becomes_a_link(home):
    """What the link leads to is not touched."""
    path, victim = config(home), home.path / "victim"
    victim.write_text("untouched")

    def change() -> None:
        path.unlink()
        path.symlink_to(victim)

    assert swapped(home, path, change)["state"] == "failed"
    assert victim.read_text() == "untouched" and path.is_symlink()


def test_a_directory_that_becomes_a_link(home):
    path = config(home, "one/mcp.json")
    other = config(home, "two/mcp.json")
    before = other.read_bytes()

    def change() -> None:
        path.parent.rename(home.path / "moved")
        path.parent.symlink_to(home.path / "two")

    assert swapped(home, path, change)["state"] == "failed"
    assert other.read_bytes() == before
    assert [one.name for one in (home.path / "two").iterdir()] == ["mcp.json"]


def test_a_file_that_is_replaced_by_the_same_bytes(home):
    """Another file is another file, whatever is in it."""
    path = config(home)
    data = path.read_bytes()

    def change() -> None:
        draft = home.path / "draft"
        draft.write_bytes(data)
        draft.rename(path)

    assert swapped(home, path, change)["state"] == "failed"
    assert path.read_bytes() == data


def test_a_file_that_disappears(home):
    path = config(home)
    assert swapped(home, path, path.unlink)["state"] == "failed"
    assert not path.exists()


def test_where_everybody_writes(home):
    """Nobody else can read what is written on the way, and the file keeps its mode."""
    path = config(home, "shared/mcp.json")
    path.parent.chmod(0o1777)
    path.chmod(0o600)
    umask = os.umask(0)
    try:
        [report] = home.report("--file", str(path), "--yes")
    finally:
        os.umask(umask)
    assert report["state"] == "changed" and KEY not in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    assert home.backups.stat().st_mode & 0o777 == 0o700
    assert {one.stat().st_mode & 0o777 for one in home.backups.iterdir()} == {0o600}


@needs_root
@pytest.mark.parametrize("trap", ["a link", "another's directory", "a file"])
def test_a_place_for_backups_that_is_a_trap(home, trap):
    """Backups hold keys: without a directory of one's own nothing is imported."""
    path, before = config(home), (home.path / "mcp.json").read_bytes()
    home.backups.parent.mkdir(parents=True)
    if trap == "a link":
        (home.path / "elsewhere").mkdir(mode=0o777)
        home.backups.symlink_to(home.path / "elsewhere")
    elif trap == "a file":
        home.backups.write_text("")
    else:
        home.backups.mkdir()
        os.chown(home.backups, 61001, 61001)
    [report] = home.report("--file", str(path), "--yes", status=1)
    assert report["state"] == "failed" and path.read_bytes() == before
    assert not list((home.path / "elsewhere").iterdir()) if trap == "a link" else True


DEEP = {
    "arrays": "[" * 200_000,
    "arrays that end": '{"mcpServers":' + "[" * 50_000 + "]" * 50_000 + "}",
    "objects": '{"mcpServers":' + '{"a":' * 50_000 + "1" + "}" * 50_001,
    "comments": "/*" * 500_000,
    "a string": '{"mcpServers":{"' + "a" * 3_000_000 + '":{"command":"x"}}}',
    "escapes": '{"mcpServers":{"' + "\\u0041" * 400_000 + '":{"command":"x"}}}',
    "JSON in JSON": json.dumps({"mcpServers": {"x": {"command": "x", "env": {"OPENAPI_MCP_HEADERS": "[" * 100_000}}}}),
    "many servers": json.dumps({"mcpServers": {f"s{number}": {"command": "x"} for number in range(20_000)}}),
    "NUL": '{"mcpServers":{"a\\u0000b":{"command":"x","env":{"A_KEY":"' + KEY + '"}}}}\0',
    "half of a key": '{"mcpServers":{"a":{"env":{"TAVILY_API_KEY":"' + KEY,
}


@pytest.mark.parametrize("name", list(DEEP))
def test_files_that_are_made_to_break_a_reader(home, name):
    """They are read or refused, in the end, and left as they are."""
    path = home.path / "mcp.json"
    path.write_text(DEEP[name])
    process = home.start("import", "--json", "--file", str(path), "--dry-run")
    out, err = process.communicate(timeout=120)
    home.said += [out, err]
    assert process.returncode in (0, 1), (process.returncode, err[-500:])
    assert path.read_text() == DEEP[name]


def test_toml_that_is_made_to_break_a_reader(home):
    for text in ("[" * 100_000, "a=" + "[" * 100_000, "[" + "a." * 50_000 + "a]", "a." * 50_000 + "a=1",
                 "a=" + "{b=" * 50_000):
        path = home.path / "config.toml"
        path.write_text(text)
        process = home.start("import", "--json", "--file", str(path), "--dry-run")
        out, err = process.communicate(timeout=120)
        assert process.returncode in (0, 1), (process.returncode, text[:20], err[-500:])


HIDING = {
    "an argument": {"x": {"command": "x", "args": ["--api-key", KEY, f"--token={KEY}"]}},
    "a URL": {"x": {"url": f"https://user:{KEY}@mcp.example.com/{KEY}?api_key={KEY}#{KEY}"}},
    "a header": {"x": {"url": "https://mcp.example.com/", "headers": {"Authorization": f"Bearer {KEY}", "X-Key": KEY}}},
    "twice": {"x": SERVER, "y": SERVER},
    "inside of others": {"x": {"command": "sh", "args": ["-c", f"TAVILY_API_KEY='{KEY}' exec x"]}},
}


@pytest.mark.parametrize("name", list(HIDING))
@pytest.mark.parametrize("options", [("--dry-run",), ("--dry-run", "--json")], ids=["text", "json"])
def test_keys_in_odd_places_are_not_shown(home, name, options):
    path = config(home, **HIDING[name])
    before = path.read_bytes()
    process = home.start("import", *options, "--file", str(path))
    out, err = process.communicate(timeout=60)
    listed = home.start("list", "--file", str(path)).communicate(timeout=60)
    home.said += [out, err, *listed]
    assert KEY.encode() not in b"".join([out, err, *listed]), out
    assert path.read_bytes() == before


@needs_root
def test_a_file_of_somebody_else_keeps_its_owner(home):
    """Root may import it, and does not make it root's."""
    path = config(home, "theirs/mcp.json")
    for one in (path, path.parent):
        os.chown(one, 61001, 61001)
    [report] = home.report("--file", str(path), "--yes")
    assert report["state"] == "changed"
    assert (path.stat().st_uid, path.stat().st_gid) == (61001, 61001)
    assert keys_in(path.read_bytes()) == set() and CORPUS.exists()
