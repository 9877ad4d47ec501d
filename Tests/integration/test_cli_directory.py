"""``postern`` as people and programs call it, against a control socket that answers what it is told to."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import time
from pathlib import Path

import pytest
from support.daemon import program
from support.fake_control import EMPTY, fake_control

ID = "0190a0a0-0000-7000-8000-000000000001"
NOW = "2026-07-12T09:41:07Z"
KEY = "alter_key_agent_0123456789abcdefghijABCDEFGHIJ-_xx"
VALUE = "sk-ant-api03-planted-secret"

AGENT = {
    "id": ID, "name": "research-bot", "display_name": None, "kind": "agent", "status": "active", "parent": None,
    "scopes": {}, "pending_scopes": None, "scopes_apply_at": None,
    "requests_per_minute": 60, "concurrent_requests": None, "policy": None, "metadata": {}, "version": 1,
    "created_at": NOW, "updated_at": NOW,
}
MINTED = {
    "id": ID, "name": "research-bot-1", "prefix": "0123", "status": "active", "created_at": NOW, "expires_at": None,
    "deprecated_at": None, "revoked_at": None, "last_used_at": None, "scopes": None, "networks": None, "requests_per_minute": None,
    "parent": None, "key": KEY,
}
LISTED = {name: value for name, value in MINTED.items() if name != "key"}
SECRET = {
    "id": ID, "name": "anthropic-prod", "provider": "anthropic", "hosts": ["api.anthropic.com"], "inputs": {},
    "self_bind": False, "self_binders": None, "version": 1, "created_at": NOW, "updated_at": NOW, "revoked_at": None,
    "versions": [{"number": 1, "created_at": NOW, "retired_at": None, "forget_at": None}],
}
GRANT = {
    "id": ID, "principal": {"type": "agent", "name": "research-bot", "id": ID}, "secret": "anthropic-prod",
    "secret_id": ID, "provider": "anthropic", "parent": None, "delegable": False, "label": None,
    "terms": {"methods": ["POST"], "paths": ["/v1/**"]}, "max_uses": None, "uses": None, "status": "active",
    "created_at": NOW, "expires_at": None, "revoked_at": None,
}
USER = {
    "id": ID, "subject": "ada@example.test", "display_name": "Ada", "groups": ["ops"], "suspended": False,
    "created_at": NOW,
}


@pytest.fixture
def control(tmp_path):
    with fake_control(tmp_path) as server:
        server.list("/v1/agents", AGENT)
        server.list("/v1/secrets", SECRET)
        server.answer("GET", "/v1/agents/research-bot", AGENT)
        server.answer("GET", "/v1/secrets/anthropic-prod", SECRET)
        yield server


@pytest.fixture
def postern(control):
    def call(*arguments: str, status: int = 0, typed: str | None = None, **environment: str):
        done = subprocess.run(
            [program("postern"), *arguments],
            input=typed,
            stdin=subprocess.DEVNULL if typed is None else None,
            capture_output=True,
            text=True,
            timeout=30,
            env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "POSTERN_CONTROL_SOCKET": control.path} | environment,
            check=False,
        )
        assert done.returncode == status, done.stderr
        assert status == 0 or done.stderr.startswith("postern: ")
        return done

    return call


@pytest.fixture
def terminal(control):
    """Runs a command on a terminal: ``answers`` are pairs of what it asks and what is typed."""

    def call(*arguments: str, answers: list[tuple[str, str]], status: int = 0) -> str:
        pid, master = pty.fork()
        if pid == 0:
            environment = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "TERM": "xterm"}
            path = program("postern")
            os.execve(path, [path, *arguments, "--socket", control.path], environment)
        shown, waiting, deadline = "", list(answers), time.monotonic() + 20
        seen = 0
        while True:
            if waiting and waiting[0][0] in shown[seen:]:
                seen = len(shown)
                os.write(master, waiting.pop(0)[1].encode())
            assert time.monotonic() < deadline, shown
            if not select.select([master], [], [], 0.1)[0]:
                continue
            try:
                data = os.read(master, 4096)
            except OSError:  # Linux: the other end of a terminal was closed
                break
            if not data:
                break
            shown += data.decode()
        os.close(master)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == status, shown
        assert not waiting, shown
        return shown

    return call


# Agents and keys.


def test_a_new_agents_key_stands_alone_on_standard_output(control, postern):
    control.answer("POST", "/v1/agents", AGENT | {"key": MINTED}, 201)
    done = postern(
        "agent", "create", "research-bot", "--display-name", "Research", "--rpm", "60", "--scopes-json",
        '{"github": ["repo"]}', "--metadata", "team=blue", "--parent", "lead",
    )
    assert done.stdout == KEY + "\n"
    assert "shown this once" in done.stderr and "postern: hint: " in done.stderr and KEY not in done.stderr
    assert control.last("POST", "/v1/agents").body == {
        "name": "research-bot", "display_name": "Research", "requests_per_minute": 60, "scopes": {"github": ["repo"]},
        "metadata": {"team": "blue"}, "parent": "lead",
    }


def test_json_is_the_answer_of_the_interface(control, postern):
    control.answer("POST", "/v1/agents", AGENT | {"key": MINTED}, 201)
    done = postern("agent", "create", "research-bot", "--json")
    assert json.loads(done.stdout) == AGENT | {"key": MINTED} and done.stderr == ""
    assert json.loads(postern("agent", "show", "research-bot", "--json").stdout) == AGENT
    listed = json.loads(postern("agent", "list", "--json").stdout)
    assert listed["items"] == [AGENT] and listed["total"] == 1


def test_lists_are_tables_and_say_when_they_are_empty(control, postern):
    shown = postern("agent", "list").stdout.splitlines()
    assert shown[0].split()[:2] == ["NAME", "STATUS"] and shown[1].split()[:3] == ["research-bot", "active", "60"]
    assert "\x1b" not in "".join(shown)
    assert "\x1b[32mactive" in postern("agent", "list", FORCE_COLOR="1").stdout
    control.answer("GET", "/v1/agents", EMPTY)
    empty = postern("agent", "list", "--all")
    assert empty.stdout == "" and "postern agent create" in empty.stderr
    assert control.last("GET", "/v1/agents").query == {"include_revoked": "true"}


def test_a_long_list_is_asked_for_in_parts(control, postern):
    def part(asked):
        offset = int(asked.query.get("offset", 0))
        names = [f"agent-{number}" for number in range(offset, min(offset + 2, 5))]
        items = [AGENT | {"name": name} for name in names]
        return {"items": items, "total": 5, "limit": 2, "offset": offset}

    control.answer("GET", "/v1/agents", part)
    assert [row.split()[0] for row in postern("agent", "list").stdout.splitlines()[1:]] == [
        f"agent-{number}" for number in range(5)
    ]


def test_names_cannot_speak_to_the_terminal(control, postern):
    control.list("/v1/agents", AGENT | {"name": "a\x1b]0;x\x07\u202eb"})
    assert all(32 <= ord(letter) < 127 or letter == "\n" for letter in postern("agent", "list").stdout)
    assert all(32 <= ord(letter) < 127 or letter == "\n" for letter in postern("agent", "list", "--json").stdout)


def test_what_is_changed_is_sent_and_nothing_else(control, postern):
    control.answer("PATCH", "/v1/agents/research-bot", AGENT | {"version": 2})
    postern("agent", "update", "research-bot", "--rpm", "5", "--clear", "policy", "--clear", "metadata")
    assert control.last("PATCH", "/v1/agents/research-bot").body == {
        "requests_per_minute": 5, "policy": None, "metadata": None,
    }
    postern("agent", "update", "research-bot", "--rpm", "5", "--clear", "rpm", status=2)
    postern("agent", "update", "research-bot", status=2)


def test_agents_are_paused_resumed_and_revoked(control, postern):
    for verb, state in [("pause", "paused"), ("resume", "active"), ("revoke", "revoked")]:
        control.answer("POST", f"/v1/agents/research-bot/{verb}", AGENT | {"status": state})
    assert "is paused" in postern("agent", "pause", "research-bot").stderr
    assert "active again" in postern("agent", "resume", "research-bot").stderr
    refused = postern("agent", "revoke", "research-bot", status=2)
    assert "hint: add --yes" in refused.stderr and control.asked[-1].path.endswith("/resume")
    assert "is revoked" in postern("agent", "revoke", "research-bot", "--yes").stderr


def test_a_person_is_asked_before_something_is_lost(control, terminal):
    control.answer("POST", "/v1/agents/research-bot/revoke", AGENT | {"status": "revoked"})
    shown = terminal("agent", "revoke", "research-bot", answers=[("[y/N]", "n\n")], status=1)
    assert "nothing was done" in shown and not control.asked
    assert "is revoked" in terminal("agent", "revoke", "research-bot", answers=[("[y/N]", "y\n")])


def test_a_mistyped_name_noun_or_verb_is_recognised(control, postern):
    control.refuse("GET", "/v1/agents/reserch-bot", 404, "agent_not_found", "there is no agent reserch-bot")
    refused = postern("agent", "show", "reserch-bot", status=1)
    assert refused.stderr == (
        "postern: error: there is no agent reserch-bot\npostern: hint: did you mean `research-bot`?\n"
    )
    assert "did you mean `postern agent`?" in postern("agnet", "list", status=2).stderr
    assert "did you mean `postern agent create`?" in postern("agent", "craete", "x", status=2).stderr
    assert "--parent" in postern("agent", "create", "x", "--parnt", "y", status=2).stderr


def test_keys_are_minted_for_agents_and_for_the_application(control, postern):
    control.answer("POST", "/v1/agents/research-bot/keys", MINTED, 201)
    control.answer("POST", "/v1/app/keys", MINTED, 201)
    done = postern("key", "mint", "research-bot", "--name", "second", "--expires-in", "30d")
    assert done.stdout == KEY + "\n"
    assert control.asked[-1].body == {"name": "second", "ttl_s": 2592000}
    assert postern("key", "mint", "--app").stdout == KEY + "\n" and control.asked[-1].path == "/v1/app/keys"
    postern("key", "mint", status=2)
    postern("key", "mint", "research-bot", "--app", status=2)
    postern("key", "mint", "research-bot", "--expires-in", "soon", status=2)


def test_keys_are_listed_deprecated_and_revoked(control, postern):
    control.list("/v1/agents/research-bot/keys", LISTED)
    rows = postern("key", "list", "research-bot").stdout.splitlines()
    assert rows[1].split()[:3] == ["research-bot-1", "0123", "active"] and rows[1].endswith("never")
    path = "/v1/agents/research-bot/keys/research-bot-1"
    for verb in ("deprecate", "undeprecate", "revoke"):
        control.answer("POST", f"{path}/{verb}", LISTED)
        control.answer("POST", f"/v1/app/keys/research-bot-1/{verb}", LISTED)
    postern("key", "deprecate", "research-bot", "research-bot-1")
    postern("key", "undeprecate", "--app", "research-bot-1")
    assert control.asked[-1].path == "/v1/app/keys/research-bot-1/undeprecate"
    postern("key", "revoke", "research-bot", "research-bot-1", "--force", "--yes")
    assert control.asked[-1].path == f"{path}/revoke" and control.asked[-1].body == {"force": True}


# Secrets.


def test_a_secret_is_piped_in_or_read_from_a_file(control, postern, tmp_path):
    control.answer("POST", "/v1/secrets", SECRET, 201)
    (tmp_path / "value").write_text(VALUE + "\r\n")
    add = ("secret", "add", "anthropic-prod", "--provider", "anthropic")
    for done in [
        postern(*add, typed=VALUE),
        postern(*add, typed=VALUE + "\n"),
        postern(*add, "--file", "-", typed=VALUE + "\n"),
        postern(*add, "--file", str(tmp_path / "value")),
        postern(*add, "--value-file", f"secret={tmp_path / 'value'}"),
    ]:
        assert control.asked[-1].body["values"] == {"secret": VALUE}
        assert VALUE not in done.stdout + done.stderr and "grant create" in done.stderr
    assert "is empty" in postern(*add, status=1).stderr
    assert "not UTF-8" in postern(*add, "--file", "/usr/bin/env", status=1).stderr
    postern(*add, VALUE, status=2)


def test_a_secret_is_typed_twice_and_never_shown(control, terminal):
    control.answer("POST", "/v1/secrets", SECRET, 201)
    add = ("secret", "add", "anthropic-prod", "--provider", "anthropic")
    # Longer than the line that a terminal keeps by itself.
    value = VALUE + "x" * 6000
    shown = terminal(*add, answers=[("anthropic-prod: ", value + "\r"), ("again: ", value + "\r")])
    assert VALUE not in shown and control.asked[-1].body["values"] == {"secret": value}
    count = len(control.asked)
    shown = terminal(*add, answers=[("anthropic-prod: ", VALUE + "\r"), ("again: ", "other\r")], status=1)
    assert "not the same" in shown and VALUE not in shown
    assert "interrupted" in terminal(*add, answers=[("anthropic-prod: ", VALUE + "\x03")], status=1)
    assert len(control.asked) == count


def test_every_value_of_a_provider_with_several_is_asked_for(control, terminal, postern, tmp_path):
    control.answer("POST", "/v1/secrets", SECRET | {"provider": "datadog"}, 201)
    add = ("secret", "add", "dd", "--provider", "datadog")
    refused = postern(*add, typed=VALUE, status=2)
    assert "--value-file" in refused.stderr and VALUE not in refused.stderr
    names = [word.split("=")[0] for word in refused.stderr.split() if word.endswith("=FILE")]
    assert len(names) == 2
    answers = [(f"dd, {name}{again}: ", f"{name}-value\r") for name in names for again in ("", ", again")]
    terminal(*add, answers=answers)
    assert control.asked[-1].body["values"] == {name: f"{name}-value" for name in names}


def test_a_secret_is_rotated_and_rolled_back(control, postern):
    for verb in ("rotate", "rollback", "revoke"):
        control.answer("POST", f"/v1/secrets/anthropic-prod/{verb}", SECRET)
    done = postern("secret", "rotate", "anthropic-prod", "--overlap", "10m", typed=VALUE)
    assert control.asked[-1].body == {"values": {"secret": VALUE}, "overlap_s": 600} and "rollback" in done.stderr
    postern("secret", "rollback", "anthropic-prod")
    assert "at anthropic" in postern("secret", "revoke", "anthropic-prod", "--yes").stderr
    shown = postern("secret", "show", "anthropic-prod").stdout
    assert "api.anthropic.com" in shown and "in use" in shown


def test_an_env_file_is_stored_and_leaves_placeholders(control, postern, tmp_path):
    control.answer("POST", "/v1/secrets", SECRET, 201)
    control.answer("POST", "/v1/grants", lambda asked: GRANT | {"id": f"grant-of-{asked.body['secret']}"}, 201)
    control.list(
        "/v1/placeholders",
        {
            "agent": "research-bot", "secret": "anthropic-api-key", "provider": "anthropic",
            "grant": "grant-of-anthropic-api-key",
            "variable": "ANTHROPIC_API_KEY", "placeholder": "sk-ant-postern-placeholder-00",
        },
    )
    env = tmp_path / ".env"
    env.write_text(
        f"# keys\nexport ANTHROPIC_API_KEY='{VALUE}'\nGH_TOKEN=ghp_planted\nGITHUB_TOKEN=ghp_planted\n"
        "MINE=sk_live_planted\nAWS_SECRET_ACCESS_KEY=planted\nPORT=8080\nANTHROPIC_AUTH_TOKEN=planted\n"
        "OPENAI_API_KEY=sk-or-v1-planted\nEMPTY=\n"
    )
    before = len(control.asked)
    preview = postern("secret", "import", str(env), "--dry-run")
    assert len(control.asked) == before and "nothing was stored" in preview.stderr
    done = postern("secret", "import", str(env), "--agent", "research-bot")
    stored = {
        one.body["name"]: (one.body["provider"], one.body["values"]["secret"])
        for one in control.asked
        if (one.method, one.path) == ("POST", "/v1/secrets")
    }
    assert stored == {
        "anthropic-api-key": ("anthropic", VALUE),
        "gh-token": ("github", "ghp_planted"),
        "mine": ("stripe", "sk_live_planted"),
        "openai-api-key": ("openrouter", "sk-or-v1-planted"),
    }
    assert control.last("POST", "/v1/grants").body["terms"] == {"placeholder": True}
    lines = done.stdout.splitlines()
    assert "unset ANTHROPIC_API_KEY GH_TOKEN GITHUB_TOKEN MINE OPENAI_API_KEY" in lines
    assert "export ANTHROPIC_API_KEY=sk-ant-postern-placeholder-00" in lines
    left = [line for line in lines if line.startswith("# left: ")]
    assert [line.split()[2] for line in left] == ["AWS_SECRET_ACCESS_KEY", "PORT", "ANTHROPIC_AUTH_TOKEN", "EMPTY"]
    assert "planted" not in done.stdout + done.stderr + preview.stdout
    assert "take them out" in done.stderr
    report = json.loads(postern("secret", "import", "-", "--dry-run", "--json", typed=env.read_text()).stdout)
    assert {"variables": ["MINE"], "secret": "mine", "provider": "stripe"} in report["stored"]


def test_an_import_goes_on_after_what_is_refused(control, postern, tmp_path):
    control.refuse("POST", "/v1/secrets", 409, "secret_name_exists", "there is a secret of this name")
    (tmp_path / ".env").write_text(f"ANTHROPIC_API_KEY={VALUE}\nOPENAI_API_KEY=sk-proj-x\n")
    done = postern("secret", "import", str(tmp_path / ".env"), status=1)
    assert done.stdout.count("could not be stored: there is a secret of this name") == 2 and "unset" not in done.stdout
    (tmp_path / ".env").write_text(f"A=b\n{VALUE}\n")
    broken = postern("secret", "import", str(tmp_path / ".env"), status=1)
    assert ".env:2: " in broken.stderr and VALUE not in broken.stderr


# Grants, providers, users.


def test_a_grant_is_made_from_options(control, postern):
    control.answer("POST", "/v1/grants", GRANT, 201)
    done = postern(
        "grant", "create", "--agent", "research-bot", "--secret", "anthropic-prod", "--method", "POST", "--path",
        "/v1/**", "--path", "/v2/x", "--host", "api.anthropic.com", "--query-key", "q", "--rpm", "60", "--concurrent",
        "4", "--max-body", "65536", "--hours", "Mon-Fri 08:00-18:00 Europe/Berlin", "--body", "/model in a,b", "--body",
        "/max_tokens? <= 1000", "--mcp-tool", "search", "--websocket", "--placeholder", "--max-uses", "10", "--ttl",
        "30d", "--delegable", "--label", "trial",
    )
    assert done.stdout == ID + "\n" and "research-bot may use anthropic-prod" in done.stderr
    assert control.asked[-1].body == {
        "agent": "research-bot", "secret": "anthropic-prod", "max_uses": 10, "ttl_s": 2592000, "delegable": True,
        "label": "trial",
        "terms": {
            "methods": ["POST"], "paths": ["/v1/**", "/v2/x"], "hosts": ["api.anthropic.com"], "query_keys": ["q"],
            "requests_per_minute": 60, "concurrent_requests": 4, "max_body_bytes": 65536,
            "hours": ["Mon-Fri 08:00-18:00 Europe/Berlin"],
            "body": [
                {"pointer": "/model", "in": ["a", "b"]}, {"pointer": "/max_tokens", "max": 1000, "optional": True},
            ],
            "mcp_tools": ["search"], "websocket": True, "placeholder": True,
        },
    }


def test_terms_come_from_a_file_too(control, postern, tmp_path):
    control.answer("POST", "/v1/grants", GRANT, 201)
    (tmp_path / "terms.toml").write_text('methods = ["GET"]\nbody = [ { pointer = "/n", max = 3 } ]\n')
    (tmp_path / "terms.json").write_text('\n {"methods": ["GET"], "mcp_tools": [{"name": "read"}]}')
    create = ("grant", "create", "--system", "--secret", "anthropic-prod", "--terms-file")
    postern(*create, str(tmp_path / "terms.toml"))
    assert control.asked[-1].body["terms"] == {"methods": ["GET"], "body": [{"pointer": "/n", "max": 3}]}
    assert control.asked[-1].body["system"] is True
    postern(*create, str(tmp_path / "terms.json"), "--method", "POST")
    assert control.asked[-1].body["terms"] == {"methods": ["POST"], "mcp_tools": [{"name": "read"}]}
    (tmp_path / "terms.toml").write_text("methods = [")
    assert "terms.toml:1: " in postern(*create, str(tmp_path / "terms.toml"), status=1).stderr


@pytest.mark.parametrize(
    "options",
    [
        [], ["--agent", "a", "--system"], ["--agent", "a", "--ttl", "1y"], ["--agent", "a", "--body", "model = a"],
        ["--agent", "a", "--ttl", "1d", "--expires", NOW], ["--agent", "a", "--rpm", "many"],
    ],
)
def test_a_grant_that_makes_no_sense_is_refused_before_it_is_sent(control, postern, options):
    postern("grant", "create", "--secret", "s", *options, status=2)
    assert not control.asked


def test_grants_are_listed_shown_and_revoked(control, postern):
    control.list("/v1/grants", GRANT)
    control.answer("GET", f"/v1/grants/{ID}", GRANT)
    control.answer("POST", f"/v1/grants/{ID}/revoke", {"revoked": [ID, "below"]})
    rows = postern("grant", "list", "--agent", "research-bot", "--secret", "anthropic-prod").stdout.splitlines()
    assert "POST" in rows[1] and "/v1/**" in rows[1]
    assert control.asked[-1].query == {"agent": "research-bot", "secret": "anthropic-prod"}
    assert "methods" in postern("grant", "show", ID).stdout
    assert rows[1].split()[-3:] == ["-", "-", "-"], "nobody is asked, no uses, no end"
    for terms, asked in ((True, "anybody"), ({"approvers": ["ada", "bob"]}, "ada bob"), (False, "-  ")):
        control.list("/v1/grants", GRANT | {"terms": {"requires_approval": terms}})
        assert f"everything  {asked}  " in postern("grant", "list").stdout
    revoked = postern("grant", "revoke", ID, "--yes")
    assert revoked.stdout == f"{ID}\nbelow\n" and "2 grants are revoked" in revoked.stderr


def test_a_provider_is_defined_from_toml_or_json(control, postern, tmp_path):
    definition = {"hosts": ["api.example.test"], "inject": [{"header": "x-key", "value": "{secret}"}]}
    provider = {"name": "mine", "source": "store", "definition": definition, "created_at": NOW, "updated_at": NOW}
    control.answer("PUT", "/v1/providers/mine", provider)
    control.answer("GET", "/v1/providers/mine", provider)
    control.answer("DELETE", "/v1/providers/mine", {"removed": ["mine"]})
    control.list("/v1/providers", provider)
    toml = 'hosts = ["api.example.test"]\ninject = [ { header = "x-key", value = "{secret}" } ]\n'
    for text in (toml, json.dumps(definition)):
        postern("provider", "define", "mine", "--file", "-", typed=text)
        assert control.asked[-1].body == definition
    assert "api.example.test" in postern("provider", "show", "mine").stdout
    assert "store" in postern("provider", "list", "--catalogue").stdout
    assert control.asked[-1].query == {"catalogue": "true"}
    postern("provider", "remove", "mine", "--yes")


def test_users_are_looked_after(control, postern):
    path = f"/v1/users/{USER['subject']}"
    control.answer("POST", "/v1/users", USER, 201)
    control.answer("GET", path, USER)
    control.answer("PATCH", path, USER)
    control.answer("DELETE", path, {"removed": [USER["subject"]]})
    control.list("/v1/users", USER)
    postern("user", "add", USER["subject"], "--name", "Ada", "--group", "ops")
    assert control.asked[-1].body == {"subject": USER["subject"], "display_name": "Ada", "groups": ["ops"]}
    assert "Ada" in postern("user", "list").stdout and "ops" in postern("user", "show", USER["subject"]).stdout
    postern("user", "update", USER["subject"], "--suspended", "--no-groups")
    assert control.asked[-1].body == {"suspended": True, "groups": []}
    postern("user", "update", USER["subject"], status=2)
    postern("user", "remove", USER["subject"], "--yes")


# The daemon.


def test_status_explanation_and_upkeep(control, postern):
    status = {
        "version": "0.4.0", "pid": 4711, "started_at": NOW, "state_directory": "/var/lib/postern",
        "configuration": "/etc/postern/proxy.conf", "listeners": [{"address": "127.0.0.1:3128", "agent": None}],
        "portal": "http://127.0.0.1:3129", "counts": {"agents": 1, "secrets": 2, "grants": 3, "users": 0}, "audit_writable": True,
    }
    control.answer("GET", "/v1/status", status)
    shown = postern("status").stdout
    assert "127.0.0.1:3128" in shown and "http://127.0.0.1:3129" in shown and "1 agent, 2 secrets, 3 grants, 0 users" in shown
    explained = {
        "agent": "research-bot", "decision": "deny", "code": "policy_denied", "reason": "it allows POST, not GET",
        "grant": None, "provider": "anthropic", "destination": "https://api.anthropic.com:443",
        "steps": [{"rule": ID, "kind": "grant", "verdict": "deny", "reason": "it allows POST, not GET"}],
    }
    control.answer("POST", "/v1/explain", explained)
    shown = postern("explain", "--agent", "research-bot", "GET", "https://api.anthropic.com/v1/models").stdout
    assert "deny" in shown and "it allows POST, not GET" in shown and ID in shown
    postern("explain", "--agent", "research-bot", "POST", "https://x.test/", "--body-file", "-", typed='{"a": 1}')
    assert control.asked[-1].body["body"] == '{"a": 1}'
    control.answer("POST", "/v1/config/reload", {"message": "reloaded", "warnings": ["listen waits for a restart"]})
    assert "listen waits" in postern("config", "reload").stderr
    control.answer("POST", "/v1/store/rekey", {"message": "sealed with a new key"})
    assert "new key" in postern("store", "rekey", "--yes").stderr
    postern("store", "rekey", status=2)
    control.answer("POST", "/v1/store/check", {"problems": []})
    assert "sound" in postern("store", "check").stderr
    control.answer("POST", "/v1/store/check", {"problems": ["row 1 of agents is not as it was written"]})
    assert "row 1" in postern("store", "check", status=1).stdout


def test_a_refusal_is_told_with_its_hint(control, postern):
    control.refuse("POST", "/v1/agents", 409, "agent_name_exists", "there is an agent research-bot", "choose another")
    refused = postern("agent", "create", "research-bot", status=1)
    assert refused.stderr == "postern: error: there is an agent research-bot\npostern: hint: choose another\n"
    control.answer("POST", "/v1/agents", ["no agent"])
    assert "cannot be used" in postern("agent", "create", "x", status=1).stderr
    missing = postern("status", "--socket", control.path + ".none", status=1)
    assert "does not listen" in missing.stderr and "start posternd" in missing.stderr


def test_the_configuration_is_checked_without_a_daemon(postern, tmp_path):
    path = tmp_path / "proxy.conf"
    path.write_text('[proxy]\nlisten = ["127.0.0.1:0"]\n')
    path.chmod(0o600)
    assert "is sound" in postern("config", "check", "--config", str(path)).stderr
    path.write_text('[proxy]\nlisen = ["127.0.0.1:0"]\nevent_loops = "two"\n')
    refused = postern("config", "check", "--config", str(path), status=1)
    assert refused.stderr.count("postern: error: ") == 2 and "proxy.conf:2: " in refused.stderr
    report = json.loads(postern("config", "check", "--config", str(path), "--json", status=1).stdout)
    assert [problem["line"] for problem in report["problems"]] == [2, 3]


@pytest.mark.parametrize(
    ("words", "known"),
    [
        (["agent", "show", "--", "positional@0"], "research-bot"),
        (["grant", "create", "--", "--secret"], "anthropic-prod"),
    ],
)
def test_names_are_completed(control, postern, words, known):
    done = postern("---completion", *words, "3", "0", "postern", *words, SAP_SHELL="bash")
    assert done.stdout.split() == [known]


#: Asks the script for what follows a line.
COMPLETE = """
source "$1"
COMP_LINE="$2" COMP_POINT=${#2}
read -ra COMP_WORDS <<<"$2"
[[ "$2" == *" " ]] && COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_postern postern "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("postern mcp ", "restore"), ("postern mcp im", "import"), ("postern mcp import --ser", "--server"),
        ("postern mcp restore ./scr", "./script"), ("postern run --base", "--base-urls"), ("postern run --ro scr", "script"),
        ("postern run --agent bot --trans", "--transparent"), ("postern run --agent bot -- ./scr", "./script"),
    ],
)
def test_bash_completes_lines(postern, tmp_path, line, found):
    (tmp_path / "script").write_text(postern("completions", "bash").stdout)
    path = f"{Path(program('postern')).parent}:/usr/bin:/bin"
    done = subprocess.run(["bash", "-c", COMPLETE, "bash", "./script", line], cwd=tmp_path, env={"PATH": path},
                          capture_output=True, text=True, timeout=30, check=True)
    assert found in done.stdout.splitlines(), done


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completions_are_scripts(postern, shell, tmp_path):
    script = postern("completions", shell).stdout
    assert "rollback" in script and "display-name" in script
    if shell == "bash":
        (tmp_path / "script").write_text(script)
        subprocess.run(["bash", "-n", str(tmp_path / "script")], check=True)


# A first start, with the real daemon.


@pytest.fixture
def home(tmp_path):
    (tmp_path / ".config/postern").mkdir(parents=True, mode=0o700)
    (tmp_path / ".config").chmod(0o700)
    return tmp_path


def test_init_makes_all_that_a_first_start_needs(home):
    def init(*arguments: str):
        return subprocess.run(
            [program("postern"), "init", "--user", *arguments],
            capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL,
            env={"PATH": "/usr/bin:/bin", "HOME": str(home)}, check=False,
        )

    done = init("--agent", "research-bot", "--json")
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    state, config = home / ".local/state/postern", home / ".config/postern/proxy.conf"
    assert made["agent"] == "research-bot" and made["key"].startswith("alter_key_agent_")
    assert made["state"] == str(state) and made["config"] == str(config)
    assert made["environment"]["https_proxy"] == f"http://research-bot:{made['key']}@127.0.0.1:3128"
    assert config.stat().st_mode & 0o777 == 0o600 and (state / "store.db").stat().st_mode & 0o777 == 0o600
    bundle = home / ".config/postern/ca-bundle.pem"
    assert made["bundle"] == made["environment"]["SSL_CERT_FILE"] == str(bundle)
    assert (state / "ca/ca.pem").read_text() in bundle.read_text()

    # What is there stays, the operator's configuration too.
    config.write_text('[proxy]\nlisten = ["127.0.0.1:3999"]\n')
    again = init("--agent", "research-bot")
    assert again.returncode == 1 and "research-bot already" in again.stderr and not again.stdout
    assert "postern key mint research-bot" in again.stderr
    second = init("--agent", "second")
    assert second.returncode == 0, second.stderr
    start, proxy, trust = second.stdout.splitlines()
    assert start == "posternd --user" and trust.startswith("export SSL_CERT_FILE=")
    assert proxy.startswith("export https_proxy=http://second:alter_key_agent_") and "@127.0.0.1:3999 " in proxy
    assert config.read_text().count("3999") == 1
