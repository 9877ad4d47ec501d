"""``postern mcp``: keys of MCP servers move from clients' files into the store, and the files stay what they were."""

from __future__ import annotations

import difflib
import http.client
import json
import os
import pty
import random
import re
import signal
import time
import tomllib
from urllib.parse import urlsplit

import pytest
from support.daemon import program
from support.directory import DirectoryTopology
from support.mcp_files import CORPUS, Home, Interposer, keeps_every_other_byte, keys_in, plain

#: What is stored of each file: by server (and group), the name of each secret and its provider.
STORED = {
    "claude-code.mcp.json": {"github": {"GITHUB_PERSONAL_ACCESS_TOKEN": "github"}},
    "claude-projects.claude.json": {
        "linear": {"LINEAR_API_KEY": "linear"},
        "projects./home/ada/src/one linear": {"LINEAR_API_KEY": "linear"},
        "projects./home/ada/src/three notion": {"NOTION_TOKEN": "notion"},
    },
    "claude_desktop_config.json": {"brave-search": {"BRAVE_API_KEY": "brave-search"}, "stripe": {"API_KEY": "stripe"}},
    "cursor.mcp.json": {"figma": {"FIGMA_API_KEY": "figma"}},
    "vscode.mcp.json": {"tavily": {"TAVILY_API_KEY": "tavily"}},
    "codex.config.toml": {"github": {"GITHUB_PERSONAL_ACCESS_TOKEN": "github"}, "exa": {"EXA_API_KEY": "exa"}},
    "codex-dotted.config.toml": {
        "firecrawl": {"FIRECRAWL_API_KEY": "firecrawl"}, "resend": {"RESEND_API_KEY": "resend"},
        "remote": {"X_API_KEY": "mcp-remote"},
    },
    "gemini.settings.json": {"maps": {"GOOGLE_MAPS_API_KEY": "google-maps"}},
    "windsurf.mcp_config.json": {"airtable": {"AIRTABLE_API_KEY": "airtable"}},
    "zed.settings.json": {"elevenlabs": {"ELEVENLABS_API_KEY": "elevenlabs"}, "old-form": {"TAVILY_API_KEY": "tavily"}},
    "cline_mcp_settings.json": {
        "github.com/modelcontextprotocol/servers/tree/main/src/github": {"GITHUB_PERSONAL_ACCESS_TOKEN": "github"}
    },
    "opencode.json": {"groq": {"GROQ_API_KEY": "groq"}},
    "lmstudio.mcp.json": {"hf": {"HF_TOKEN": "huggingface"}},
    "junie.mcp.json": {"sentry": {"ACCESS_TOKEN": "sentry"}},
    "copilot.mcp-config.json": {"postman": {"POSTMAN_API_KEY": "postman"}},
    "amazonq.mcp.json": {"render": {"RENDER_API_KEY": "render"}},
    "crlf.mcp.json": {"tavily": {"TAVILY_API_KEY": "tavily"}},
    "tabs.mcp.json": {"tavily": {"TAVILY_API_KEY": "tavily"}},
    "bom.mcp.json": {"tävily-ü": {"TAVILY_API_KEY": "tavily"}},
    "no-final-newline.mcp.json": {"tavily": {"TAVILY_API_KEY": "tavily"}},
    "single-line.mcp.json": {"one": {"TAVILY_API_KEY": "tavily"}},
    "json-in-string.mcp.json": {"notion": {"OPENAPI_MCP_HEADERS_AUTHORIZATION": "notion"}},
    "asks.mcp.json": {"acme": {"TAVILY_API_KEY": "tavily"}},
    "remote.mcp.json": {
        "acme": {"AUTHORIZATION": "mcp-acme"},
        "query": {"API_KEY": "mcp-query"},
        "bridge": {"BRIDGE_TOKEN": "mcp-bridge"},
    },
    "references.mcp.json": {},
    "not-http.mcp.json": {},
    "docker.mcp.json": {},
}
#: Files in which nothing may be touched because they cannot be read.
NOT_UNDERSTOOD = {"not-json.mcp.json", "continue.config.yaml"}


def test_every_file_of_the_corpus_is_expected():
    assert {path.name for path in CORPUS.iterdir()} == STORED.keys() | NOT_UNDERSTOOD | {"duplicate.mcp.json"}
    assert len(STORED) >= 20


@pytest.fixture(scope="module")
def _daemon(authority):
    daemon = DirectoryTopology(authority, fills=False)
    yield daemon
    daemon.close()


@pytest.fixture
def world(_daemon):
    """A running daemon whose directory other tests have filled, too."""
    _daemon.begin()
    yield _daemon
    _daemon.verify()


@pytest.fixture
def home(world, tmp_path):
    """A home directory. No key that stood in one of its files may have been said, logged or recorded."""
    home = Home(tmp_path, world.control.path)
    yield home
    keys = set().union(*(keys_in(path.read_bytes()) for path in CORPUS.iterdir()))
    heard = b"\n".join([*home.said, *world.control.received, world.daemon.log().encode()])
    records = b"\n".join(path.read_bytes() for path in (world.directory / "state/audit").iterdir())
    assert not [key for key in keys if key in heard or key in records]


def agents(world) -> list[str]:
    return sorted(agent["name"] for agent in world.control.items("agents"))


def stored(report: dict) -> dict[str, dict[str, str]]:
    """In the form of ``STORED``."""
    found: dict[str, dict[str, str]] = {}
    for server in report["servers"]:
        name = f"{server['group']} {server['server']}" if server.get("group") else server["server"]
        # A server of that name, of another test's file, makes it the second.
        secrets = {
            one["name"]: re.sub(r"^(mcp-.*?)-\d+$", r"\1", one["provider"])
            for one in server["secrets"]
            if one["action"] == "stored"
        }
        if secrets:
            found[name] = secrets
    return found


def servers(data: bytes, name: str) -> dict[str, dict]:
    """All servers of a file, by group and name as in a report."""
    document = plain(data, name)
    found = {}
    for key in ("mcpServers", "servers", "mcp_servers", "context_servers", "mcp"):
        found |= document.get(key, {})
    for project, held in document.get("projects", {}).items():
        found |= {f"projects.{project} {server}": one for server, one in held.get("mcpServers", {}).items()}
    return found


def words(server: dict) -> list[str]:
    """What a client runs."""
    command = server["command"]
    if isinstance(command, dict):
        return [command["path"], *command.get("args", [])]
    return command if isinstance(command, list) else [command, *server.get("args", [])]


def environment(server: dict) -> dict[str, str]:
    """The variables that a client sets for it."""
    holder = server["command"] if isinstance(server["command"], dict) else server
    return holder.get("env", holder.get("environment", {}))


@pytest.mark.parametrize("name", STORED)
def test_import_moves_keys_and_restore_brings_them_back(world, home, name):
    path = home.put(name)
    before, status = path.read_bytes(), path.stat()
    [report] = home.report("--file", str(path), "--yes")
    expected = STORED[name]
    assert stored(report) == expected
    assert report["state"] == ("changed" if expected else "unchanged")
    after = path.read_bytes()
    check_entries(world, report, name, before, after)
    check_lines(before, after)
    assert keeps_every_other_byte(before, after)
    if expected:
        assert path.stat().st_mode == status.st_mode
        check_store(world, report)
        check_second_import(world, home, path)
        home.run("restore", str(path))
    restored = path.stat()
    assert path.read_bytes() == before
    assert (restored.st_mode, restored.st_mtime_ns) == (status.st_mode, status.st_mtime_ns)
    assert not list(path.parent.glob("*.postern-*"))


def check_entries(world, report, name, before, after):
    """Only the entries of servers with stored keys say something else, and those run what they ran."""
    old, new = servers(before, name), servers(after, name)
    assert old.keys() == new.keys()
    touched = {f"{one['group']} {one['server']}" if one.get("group") else one["server"]: one for one in report["servers"]}
    for server in old:
        one = touched[server]
        if not any(secret["action"] == "stored" for secret in one["secrets"]):
            assert old[server] == new[server]
        elif "command" in new[server]:
            wrapped = words(new[server])
            assert wrapped[:4] == ["postern", "run", "--agent", one["agent"]]
            end = wrapped.index("--")
            assert set(wrapped[4:end:2]) <= {"--env"} and set(wrapped[5:end:2]) <= environment(new[server]).keys()
            # Only what holds no placeholder has to be named.
            assert not any("postern-placeholder" in environment(new[server])[one] for one in wrapped[5:end:2])
            own = words(old[server])
            assert len(wrapped) == end + 1 + len(own)
            assert all(after == before or keys_in(before.encode()) for before, after in zip(own, wrapped[end + 1 :]))
        else:
            assert new[server]["url"].startswith(f"http://127.0.0.1:{world.daemon.port}/via/{one['agent']}/")
    # Nothing else in the document is another: put back what was touched.
    assert json.dumps(without(plain(before, name), touched), default=str) == json.dumps(
        without(plain(after, name), touched), default=str
    )


def without(document, touched):
    """A document in which the servers are left out."""
    if isinstance(document, dict):
        return {
            key: without(value, touched)
            for key, value in document.items()
            if key not in ("mcpServers", "servers", "mcp_servers", "context_servers", "mcp")
        }
    return document


def check_lines(before: bytes, after: bytes):
    """Lines go only where something stood that had to go; the ends of lines are what they were."""
    changes = difflib.ndiff(before.decode().splitlines(True), after.decode().splitlines(True))
    for change in changes:
        if change.startswith("- "):
            assert re.search(r"FAKE|fake0123|command|args|url|path|-y|tavily-mcp", change), change
        if change.startswith("+ ") and b"\r\n" in before:
            assert change.endswith("\r\n")


def check_store(world, report):
    """Each secret is in the store, granted to the server's agent alone, and usable where its provider says."""
    for server in report["servers"]:
        for one in (one for one in server["secrets"] if one["action"] == "stored"):
            secret = world.control.get("secrets", one["secret"])
            assert secret["provider"] == one["provider"]
            [grant] = world.control.items("grants", secret=one["secret"])
            assert grant["principal"]["name"] == server["agent"] and grant["status"] == "active"
            url = f"https://{secret['hosts'][0].replace('*', 'x')}/"
            explained = world.control.post("explain", agent=server["agent"], method="POST", url=url)
            assert explained["decision"] == "allow", explained


def check_second_import(world, home, path):
    before, known = path.read_bytes(), agents(world)
    count = len(world.control.items("secrets"))
    [report] = home.report("--file", str(path), "--yes")
    assert report["state"] == "unchanged"
    assert path.read_bytes() == before and agents(world) == known and len(world.control.items("secrets")) == count


@pytest.mark.parametrize("name", sorted(NOT_UNDERSTOOD | {"duplicate.mcp.json"}))
def test_what_is_not_understood_is_left(world, home, name):
    path = home.put(name, ".continue/config.yaml" if name.endswith("yaml") else None)
    before, known = path.read_bytes(), agents(world)
    [report] = home.report("--file", str(path), "--yes", status=1 if name in NOT_UNDERSTOOD else 0)
    assert report["state"] == ("not understood" if name in NOT_UNDERSTOOD else "unchanged")
    assert report.get("reason") or report["servers"][0]["reason"]
    assert path.read_bytes() == before and agents(world) == known
    assert "not understood" in home.run("list", "--file", str(path))[0]


def test_a_dry_run_changes_nothing_and_shows_no_key(world, home):
    known = agents(world)
    for name in STORED:
        path = home.put(name)
        out, err = home.run("import", "--dry-run", "--file", str(path))
        assert path.read_bytes() == (CORPUS / name).read_bytes()
        assert "nothing was changed" in err
        if STORED[name]:
            assert f"--- {path}\n+++ {path}\n@@" in out
            assert "+" in out and ("<placeholder>" in out or "<key of the agent>" in out)
            assert "***" in out
    assert agents(world) == known and not home.backups.exists()


def test_files_of_clients_are_found(world, home):
    places = {
        "claude-projects.claude.json": ".claude.json", "cursor.mcp.json": ".cursor/mcp.json",
        "claude_desktop_config.json": ".config/Claude/claude_desktop_config.json",
        "codex.config.toml": ".codex/config.toml", "gemini.settings.json": ".gemini/settings.json",
        "windsurf.mcp_config.json": ".codeium/windsurf/mcp_config.json", "zed.settings.json": ".config/zed/settings.json",
        "opencode.json": ".config/opencode/opencode.json", "lmstudio.mcp.json": ".lmstudio/mcp.json",
        "junie.mcp.json": ".junie/mcp/mcp.json", "amazonq.mcp.json": ".aws/amazonq/mcp.json",
        "vscode.mcp.json": ".config/Code/User/mcp.json", "copilot.mcp-config.json": ".copilot/mcp-config.json",
        "cline_mcp_settings.json":
            ".config/Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json", "continue.config.yaml": ".continue/config.yaml",
    }
    for name, place in places.items():
        home.put(name, place)
    listed = json.loads(home.run("list", "--json")[0])
    assert {entry["file"] for entry in listed["servers"]} == {str(home.path / place) for place in places.values()}
    states = {(entry["client"], entry["server"]): entry["state"] for entry in listed["servers"] if "server" in entry}
    assert states["cursor", "figma"] == "open" and states["cursor", "env-only"] == "no secret"
    assert states["vscode", "perplexity"] == "no secret" and states["zed", "mcp-server-context7"] == "not understood"
    assert "run --agent NAME" in home.run("list")[0]

    reports = home.report("--yes")
    assert sum(report["state"] == "changed" for report in reports) == len(places) - 1
    states = {entry["state"] for entry in json.loads(home.run("list", "--json")[0])["servers"]}
    assert states == {"run by postern", "no secret", "not understood"}
    home.run("restore", "--all")
    for name, place in places.items():
        assert (home.path / place).read_bytes() == (CORPUS / name).read_bytes()
    home.run("restore", "--all", "--forget", "--yes")
    assert not list(home.backups.iterdir())


def test_the_placeholder_is_replaced_on_its_way(world, home):
    path = home.path / "mcp.json"
    path.write_text(json.dumps({"mcpServers": {"good one": {"command": "x", "env": {"GOOD_KEY": world.secrets["good"]}}}}))
    [report] = home.report("--file", str(path), "--yes", "--provider", "good one.GOOD_KEY=good")
    [server] = report["servers"]
    assert server["agent"] == "mcp-good-one" and server["secrets"][0]["secret"] == "mcp-good-one-good_key"
    held = json.loads(path.read_text())["mcpServers"]["good one"]["env"]["GOOD_KEY"]
    assert "postern-placeholder" in held and world.secrets["good"] not in path.read_text()
    world.keys["mcp-good-one"] = world.control.mint("mcp-good-one")["key"]
    answer = world.ask("GET", "http://good.test/v1/x", [("Authorization", f"Bearer {held}")], agent="mcp-good-one")
    assert answer.status == 200
    assert world.good.requests[-1].values("authorization") == [f"Bearer {world.secrets['good']}"]


def test_a_remote_server_is_called_through_the_daemon(world, home):
    key = "remoteFAKE0123456789abcdefABCDEF"
    path = home.path / "mcp.json"
    path.write_text(
        json.dumps(
            {"mcpServers": {"local": {
                "url": f"http://{world.canary.authority}/mcp?x=1", "headers": {"Authorization": f"Bearer {key}", "X-Y": "z"},
            }}}
        )
    )
    [report] = home.report("--file", str(path), "--yes")
    assert report["state"] == "changed", report
    entry = json.loads(path.read_text())["mcpServers"]["local"]
    assert key not in path.read_text() and entry["headers"]["X-Y"] == "z"
    url = urlsplit(entry["url"])
    assert url.path == "/via/mcp-local/mcp" and url.query == "x=1"
    world.keys["mcp-local"] = entry["headers"]["Authorization"].removeprefix("Bearer ")
    connection = http.client.HTTPConnection("127.0.0.1", url.port, timeout=10)
    connection.request("POST", f"{url.path}?{url.query}", b"{}", {**entry["headers"], "Content-Type": "application/json"})
    assert connection.getresponse().status == 200
    seen = world.canary.requests[-1]
    assert seen.values("authorization") == [f"Bearer {key}"] and seen.target == "/mcp?x=1"
    connection.close()


def test_what_asks_is_named_and_taken_when_told(world, home):
    path = home.put("asks.mcp.json")
    out, err = home.run("import", "--dry-run", "--file", str(path))
    for name in ("acme.TOKEN=PROVIDER", "acme.ACME_API_KEY=PROVIDER", "acme.GRAFANA_API_KEY=PROVIDER"):
        assert f"--provider {name}" in out
    assert "--provider SERVER.NAME=PROVIDER" in err
    home.run("import", "--file", str(path), "--yes", "--provider", "acme.NOTHING=open", status=2)
    [report] = home.report("--file", str(path), "--yes", "--provider", "acme.ACME_API_KEY=open", "--provider", "acme.TOKEN=evil")
    actions = {one["name"]: one["action"] for one in report["servers"][0]["secrets"]}
    assert actions == {"TOKEN": "stored", "ACME_API_KEY": "stored", "GRAFANA_API_KEY": "asks", "TAVILY_API_KEY": "stored"}
    assert b"glsa_FAKE" in path.read_bytes() and b"k3yFAKE" not in path.read_bytes()


def test_one_server_can_be_chosen(world, home):
    path = home.put("codex.config.toml")
    [report] = home.report("--file", str(path), "--server", "exa", "--yes")
    assert stored(report) == {"exa": {"EXA_API_KEY": "exa"}}
    assert b"ghp_FAKEcodex" in path.read_bytes() and b"fake0123-" not in path.read_bytes()
    home.run("import", "--file", str(path), "--server", "nothing", "--yes", status=2)
    # The rest, later: restore goes back to the very beginning.
    [report] = home.report("--file", str(path), "--yes")
    assert stored(report) == {"github": {"GITHUB_PERSONAL_ACCESS_TOKEN": "github"}}
    home.run("restore", str(path))
    assert path.read_bytes() == (CORPUS / "codex.config.toml").read_bytes()


def test_a_key_that_is_added_later_is_taken_too(world, home):
    path = home.put("amazonq.mcp.json", "later.json")
    [first] = home.report("--file", str(path), "--yes")
    text = path.read_text().replace('"env": {', '"env": { "GITHUB_TOKEN": "ghp_FAKElater0123456789abcdefABCDEF01",')
    path.write_text(text)
    [report] = home.report("--file", str(path), "--yes")
    [server] = report["servers"]
    assert server["agent"] == first["servers"][0]["agent"] and stored(report) == {"render": {"GITHUB_TOKEN": "github"}}
    entry = json.loads(path.read_text())["mcpServers"]["render"]
    assert entry["args"][3:] == ["--", "render-mcp"]
    assert not keys_in(path.read_bytes())


def test_containers_are_left_unless_forced(world, home):
    path = home.put("docker.mcp.json")
    out, _ = home.run("import", "--file", str(path), "--yes")
    assert "docs/containers.md" in out and path.read_bytes() == (CORPUS / "docker.mcp.json").read_bytes()
    [report] = home.report("--file", str(path), "--yes", "--force")
    assert report["state"] == "changed" and not keys_in(path.read_bytes())


def test_nobody_to_ask_is_a_wrong_call(world, home):
    path = home.put("cursor.mcp.json")
    _, err = home.run("import", "--file", str(path), status=2)
    assert "--yes" in err and path.read_bytes() == (CORPUS / "cursor.mcp.json").read_bytes()


@pytest.mark.parametrize("answer, status", [("y", 0), ("n", 1), ("", 1)])
def test_on_a_terminal_it_asks(world, home, answer, status):
    path = home.put("cursor.mcp.json", "asked.json")
    pid, master = pty.fork()
    if pid == 0:
        arguments = ["postern", "mcp", "import", "--file", str(path), "--socket", home.control]
        os.execve(program("postern"), arguments, home.environment(TERM="xterm"))
    shown = b""
    try:
        while b"[y/N]" not in shown:
            shown += os.read(master, 65536)
        assert path.read_bytes() == (CORPUS / "cursor.mcp.json").read_bytes()
        os.write(master, f"{answer}\n".encode())
        while data := os.read(master, 65536):
            shown += data
    except OSError:
        pass  # Linux: the other end of a terminal was closed
    os.close(master)
    home.said.append(shown)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == status, shown
    assert bool(keys_in(path.read_bytes())) == (status == 1)


def test_without_a_daemon_nothing_is_changed(world, home):
    path = home.put("cursor.mcp.json")
    home.run("import", "--file", str(path), "--yes", status=1, control=str(home.path / "nothing.sock"))
    assert path.read_bytes() == (CORPUS / "cursor.mcp.json").read_bytes() and not home.backups.exists()


def test_a_killed_import_leaves_the_file_and_goes_on_later(world, home):
    path = home.put("crlf.mcp.json", "killed/crlf.mcp.json")
    known = set(agents(world))
    process = None

    def kill() -> bool:
        process.send_signal(signal.SIGKILL)
        return False

    gate = Interposer(home.path / "gate.sock", home.control, b"GET /v1/placeholders", kill)
    process = home.start("import", "--file", str(path), "--yes", control=gate.path)
    process.communicate(timeout=30)
    gate.close()
    assert process.returncode == -signal.SIGKILL and gate.seen == 1
    assert path.read_bytes() == (CORPUS / "crlf.mcp.json").read_bytes()
    made = set(agents(world)) - known
    assert len(made) == 1
    secrets = len(world.control.items("secrets"))
    [report] = home.report("--file", str(path), "--yes")
    assert report["state"] == "changed" and {server["agent"] for server in report["servers"]} == made
    assert len(world.control.items("secrets")) == secrets


def test_whenever_it_is_killed_the_file_is_whole(world, home):
    chance = random.Random(7)
    path = home.put("claude-projects.claude.json", "often.json")
    before = path.read_bytes()
    for _ in range(12):
        process = home.start("import", "--file", str(path), "--yes")
        time.sleep(chance.uniform(0, 0.25))
        process.kill()
        process.communicate(timeout=30)
        now = path.read_bytes()
        assert now == before or not keys_in(now)
        if now != before:
            home.run("restore", str(path))
            assert path.read_bytes() == before
    home.run("import", "--file", str(path), "--yes")
    assert not keys_in(path.read_bytes())
    home.run("restore", str(path))
    assert path.read_bytes() == before


def test_a_change_meanwhile_is_not_overwritten(world, home):
    path = home.put("tabs.mcp.json", "meanwhile.json")
    other = path.read_bytes().replace(b"npx", b"bunx")

    def change() -> bool:
        path.write_bytes(other)
        return True

    gate = Interposer(home.path / "gate.sock", home.control, b"GET /v1/placeholders", change)
    [report] = home.report("--file", str(path), "--yes", status=1, control=gate.path)
    gate.close()
    assert report["state"] == "failed" and "changed meanwhile" in report["reason"]
    assert path.read_bytes() == other and not list(home.backups.iterdir())
    assert not list(path.parent.glob("*.postern-*"))


def test_a_change_since_is_not_undone_unless_forced(world, home):
    path = home.put("single-line.mcp.json", "since.json")
    home.run("import", "--file", str(path), "--yes")
    path.write_bytes(path.read_bytes() + b"\n")
    changed = path.read_bytes()
    _, err = home.run("restore", str(path), status=1)
    assert "changed since" in err and path.read_bytes() == changed
    home.run("restore", str(path), "--force")
    assert path.read_bytes() == (CORPUS / "single-line.mcp.json").read_bytes()


def test_a_link_is_followed_and_stays(world, home):
    target = home.put("lmstudio.mcp.json", "dotfiles/mcp.json", mode=0o600)
    link = home.path / ".lmstudio/mcp.json"
    link.parent.mkdir()
    link.symlink_to("../dotfiles/mcp.json")
    [report] = home.report("--file", str(link), "--yes")
    assert report["state"] == "changed" and link.is_symlink() and not keys_in(target.read_bytes())
    home.run("restore", str(link))
    assert link.is_symlink() and target.read_bytes() == (CORPUS / "lmstudio.mcp.json").read_bytes()


def test_files_that_cannot_be_replaced_are_refused_before_anything_is_stored(world, home):
    known = agents(world)
    path = home.put("cursor.mcp.json", "read-only.json", mode=0o444)
    [report] = home.report("--file", str(path), "--yes", status=1)
    assert report["state"] == "failed" and "read-only" in report["reason"]
    os.mkfifo(home.path / "fifo.json")
    (home.path / "directory.json").mkdir()
    for name in ("fifo.json", "directory.json", "/dev/null", "missing.json"):
        [report] = home.report("--file", str(home.path / name), "--yes", status=1)
        assert report["state"] == "failed"
    large = home.path / "large.json"
    large.write_bytes(b" " * (4 << 20) + b"{}")
    [report] = home.report("--file", str(large), "--yes", status=1)
    assert "4 MiB" in report["reason"]
    assert agents(world) == known and not home.backups.exists()


def test_backups_are_for_the_user_alone_and_can_be_forgotten(world, home):
    path = home.put("amazonq.mcp.json", "q.json")
    _, err = home.run("import", "--file", str(path), "--yes")
    assert str(home.backups) in err and "keys included" in err
    assert home.backups.stat().st_mode & 0o777 == 0o700
    files = list(home.backups.iterdir())
    assert len(files) == 3 and all(one.stat().st_mode & 0o777 == 0o600 for one in files)
    assert home.run("restore")[0] == f"{path}\n"
    imported = path.read_bytes()
    home.run("restore", str(path), "--forget", status=2)
    assert len(list(home.backups.iterdir())) == 3
    home.run("restore", str(path), "--forget", "--yes")
    assert path.read_bytes() == imported and not list(home.backups.iterdir())
    home.run("restore", str(path), status=1)


def test_restore_says_what_stays_and_does_nothing_twice(world, home):
    path = home.put("junie.mcp.json", "j.json")
    [report] = home.report("--file", str(path), "--yes")
    _, err = home.run("restore", str(path))
    assert report["servers"][0]["agent"] in err and report["servers"][0]["secrets"][0]["secret"] in err
    assert "restored already" in home.run("restore", str(path))[1]
    # The agent and the secret are still there, and are taken again.
    [again] = home.report("--file", str(path), "--yes")
    assert again["servers"][0]["agent"] == report["servers"][0]["agent"]


def test_the_rule_that_packages_need_is_printed(make_directory, tmp_path):
    """As it has to stand in the configuration; where it does, nothing is said."""
    world = make_directory(None, fills=False)
    home = Home(tmp_path, world.control.path)
    path = home.put("tabs.mcp.json")
    _, err = home.run("import", "--file", str(path), "--yes")
    [said] = re.findall(r"packages cannot be fetched yet.*?\n(\[\[egress\]\]\n.*?)\n(?=postern|\Z)", err + "\n", re.S)
    assert tomllib.loads(said)["egress"] == [
        {"name": "packages", "agents": ["mcp-*"], "hosts": ["registry.npmjs.org"], "methods": ["GET", "HEAD"]}
    ]
    home.run("restore", str(path))
    world.daemon.reload(f"{world.config.text()}\n{said}")
    asked = world.control.post("explain", agent=agents(world)[0], method="GET", url="https://registry.npmjs.org/tavily-mcp")
    assert (asked["decision"], asked["steps"][0]["rule"]) == ("allow", "packages")
    assert "cannot be fetched" not in home.run("import", "--file", str(path), "--yes")[1]
