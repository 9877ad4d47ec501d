"""A session from nothing to a revoked agent, with the command line alone, and what the upstream saw of it."""

from __future__ import annotations

import json
import os
import re
import secrets as random
import threading
from pathlib import Path

import pytest

from support import audit
from support.cli import verify
from support.client import RawClient, basic, request
from support.daemon import Daemon
from support.http1 import Closed
from support.origin import RecordingOrigin, answer
from support.session import Session
from support.waiting import wait_until

HOST = "api.session.test"
URL = f"http://{HOST}/v1/call"
FIRST, BOT = "first-bot", "builder"


@pytest.fixture
def origin(authority):
    made = RecordingOrigin(authority.leaf(HOST), "session")
    yield made
    made.close()


@pytest.fixture
def session(authority, origin):
    """A home in which ``postern init`` was run, with a daemon that knows the origin as the provider ``acme``."""
    made = Session()
    try:
        made.printed_by_init = made.init(FIRST)
        definition = made.home / "acme.json"
        definition.write_text(
            json.dumps(
                {
                    "hosts": [HOST],
                    "connect_to": origin.authority,
                    "ca_file": str(authority.path),
                    "inject": [{"header": "Authorization", "value": "Bearer {secret}"}],
                }
            )
        )
        made.ok("provider", "define", "acme", "--file", str(definition))
        yield made
        assert made.daemon.is_alive(), made.daemon.log()[-3000:]
        made.daemon.terminate()
        assert not made.leaks(), "\n".join(made.leaks())
    finally:
        made.close()


def value(number: int) -> str:
    return f"sk-session/{number}/{random.token_hex(12)}+=="


def connect(session: Session) -> RawClient:
    return RawClient(("127.0.0.1", session.daemon.port))


def ask(client: RawClient, agent: str, key: str) -> int:
    return client.send(request("GET", URL, HOST, [("Proxy-Authorization", basic(agent, key))])).response().status


def new_agent(session: Session, name: str = BOT) -> str:
    made = session.json("agent", "create", name)
    key = made["key"] if isinstance(made["key"], str) else made["key"]["key"]
    session.planted["the agent's key"] = key
    session.printed.remove(next(one for one in session.printed if key in one))  # the one time that it is shown
    return key


@pytest.mark.attack(115, 168)
def test_from_nothing_to_a_revoked_agent(session, origin):
    old, new = value(1), value(2)
    session.planted |= {"the first value": old, "the second value": new}
    session.ok("secret", "add", "acme-prod", "--provider", "acme", typed=old + "\n")
    key = new_agent(session)
    agent = session.json("agent", "show", BOT)
    terms = ["--method", "GET", "--path", "/v1/**"]
    grant = session.json("grant", "create", "--agent", BOT, "--secret", "acme-prod", *terms)

    with connect(session) as client:
        assert ask(client, BOT, key) == 200
        assert origin.requests[-1].values("authorization") == [f"Bearer {old}"]

        rotate_under_load(session, origin, key, old, new)
        assert ask(client, BOT, key) == 200
        assert origin.requests[-1].values("authorization") == [f"Bearer {new}"]

        # A second key takes over from the first.
        (listed,) = session.json("key", "list", BOT)["items"]
        assert listed["status"] == "active" and "key" not in listed and listed["prefix"] in key
        session.ok("key", "deprecate", BOT, listed["id"])
        assert ask(client, BOT, key) == 200
        second = session.ok("key", "mint", BOT).strip()
        session.planted["the second key"] = second
        session.printed.remove(second + "\n")
        assert re.fullmatch(r"alter_key_agent_[A-Za-z0-9_-]{34}", second)
        assert ask(client, BOT, second) == 200
        session.ok("key", "revoke", BOT, listed["id"], "--yes")
        assert ask(client, BOT, key) == 407
        assert ask(client, BOT, second) == 200

        # Pause and resume count on the connection that is open.
        session.ok("agent", "pause", BOT)
        assert ask(client, BOT, second) == 403
        session.ok("agent", "resume", BOT)
        assert ask(client, BOT, second) == 200
        session.ok("agent", "revoke", BOT, "--yes")
        assert ask(client, BOT, second) in (403, 407)

    seen = [r.value("authorization").removeprefix("Bearer ") for r in origin.requests]
    assert seen == sorted(seen, key=[old, new].index), "the old value came after the new one"
    for name in (BOT, agent["id"]):
        assert session.run("agent", "resume", name).returncode == 1
    assert grant["id"] in {row["id"] for row in session.json("grant", "list", "--all")["items"]}
    assert_recorded(session)


def rotate_under_load(session: Session, origin: RecordingOrigin, key: str, old: str, new: str) -> None:
    """Four clients go on calling while the secret is rotated: none fails, and after it only the new value comes."""
    stop, statuses = threading.Event(), []

    def call() -> None:
        with connect(session) as client:
            while not stop.is_set():
                statuses.append(ask(client, BOT, key))

    threads = [threading.Thread(target=call, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(statuses) > 100, 10, "the load is on")
    session.ok("secret", "rotate", "acme-prod", typed=new)
    rotated = len(statuses)
    wait_until(lambda: len(statuses) > rotated + 100, 10, "the load goes on")
    stop.set()
    for thread in threads:
        thread.join(10)
    assert set(statuses) == {200}
    assert [r.value("authorization") for r in origin.requests[-50:]] == [f"Bearer {new}"] * 50
    assert {r.value("authorization") for r in origin.requests} == {f"Bearer {old}", f"Bearer {new}"}


STEPS = [
    ("provider_define", "postern.provider", "acme"),
    ("secret_create", "postern.secret", "acme-prod"),
    ("agent_create", "postern.agent", BOT),
    ("grant_create", "postern.agent", BOT),
    ("secret_rotate", "postern.secret", "acme-prod"),
    ("key_deprecate", "postern.agent", BOT),
    ("key_mint", "postern.agent", BOT),
    ("key_revoke", "postern.agent", BOT),
    ("agent_pause", "postern.agent", BOT),
    ("agent_resume", "postern.agent", BOT),
    ("agent_revoke", "postern.agent", BOT),
]


def assert_recorded(session: Session) -> None:
    """Every step is on record, in order, with who did it; what was refused as well."""
    rows = [row for row in session.daemon.audit() if "user.id" in row]
    place = 0
    for action, member, name in STEPS:
        found = [
            n for n, row in enumerate(rows) if n >= place and row["event.action"] == action and row.get(member) == name
        ]
        assert found, f"{action} of {name} is not on record after step {place}: {[r['event.action'] for r in rows]}"
        place = found[0]
        assert str(rows[place]["user.id"]) == str(os.geteuid()) and rows[place]["event.outcome"] == "success"
    refused = [row for row in audit.of(rows, "agent_resume") if row["event.outcome"] == "failure"]
    assert refused and refused[-1]["error.code"] == "agent_revoked"
    assert verify(session.daemon.state).returncode == 0


def test_a_provider_of_the_file_is_shown_with_where_it_goes(session):
    text = session.daemon.config_path.read_text()
    own = '\n[[provider]]\nname = "own"\nhosts = ["own.session.test"]\ninject = [{ header = "x-key", value = "{secret}" }]\n'
    session.daemon.reload(text + own)
    shown = session.ok("provider", "show", "own")
    assert "configuration" in shown and "own.session.test" in shown and "https" in shown


def test_init_prints_what_to_paste(session):
    """The lines can be pasted: they start the daemon, set the proxy and the authority, and the key in them works."""
    printed = session.printed_by_init
    proxy = re.search(r"https?_proxy=['\"]?http://([\w.-]+):(\S+?)@127\.0\.0\.1:\d+", printed)
    assert proxy and proxy[1] == FIRST, printed
    session.planted["the first key"] = proxy[2]
    session.printed.remove(printed)
    assert "posternd" in printed and re.search(r"SSL_CERT_FILE=\S+", printed)
    bundle = re.search(r"SSL_CERT_FILE=['\"]?([^\s'\"]+)", printed)[1]
    assert "BEGIN CERTIFICATE" in Path(bundle).read_text()
    session.ok("secret", "add", "acme-prod", "--provider", "acme", typed="sk-" + random.token_hex(12))
    session.ok("grant", "create", "--agent", FIRST, "--secret", "acme-prod")
    with connect(session) as client:
        assert ask(client, FIRST, proxy[2]) == 200


def test_init_writes_nothing_over(session):
    """Neither beside a running daemon nor where one was."""
    kept = [
        *(session.home / ".config/postern").glob("*.conf"),
        session.daemon.state / "master.key",
        *(session.daemon.state / "ca").glob("*"),
    ]
    assert len(kept) >= 4
    before = {path: path.read_bytes() for path in kept}
    again = session.run("init", "--user", "--agent", FIRST)
    assert again.returncode == 1 and re.search(r"exist|already|another daemon", again.stderr), again.stderr
    session.daemon.terminate()
    again = session.run("init", "--user", "--agent", FIRST)
    assert again.returncode == 1 and re.search(r"exist|already", again.stderr), again.stderr
    assert "alter_key" not in again.stdout
    assert {path: path.read_bytes() for path in kept} == before
    session.daemon = Daemon(session.home, session.daemon.config_path.read_text(), arguments=["--user"])
    session.daemon.state = kept[1].parent


@pytest.mark.parametrize("how", ["stdin", "--file", "prompt"])
def test_a_secret_comes_in_without_being_shown(session, origin, how):
    secret = session.planted["the value"] = value(3)
    command = ["secret", "add", "acme-prod", "--provider", "acme"]
    if how == "stdin":
        session.ok(*command, typed=secret + "\n")
    elif how == "--file":
        folder = session.home / "typed"
        folder.mkdir(mode=0o700)
        (folder / "value").write_text(secret)
        session.ok(*command, "--file", str(folder / "value"))
    else:
        status, shown = session.at_a_terminal(*command, answers={r"[^n]: ?\Z": secret, r"again: ?\Z": secret})
        assert status == 0, shown
        assert secret not in shown
    key = new_agent(session)
    session.ok("grant", "create", "--agent", BOT, "--secret", "acme-prod")
    with connect(session) as client:
        assert ask(client, BOT, key) == 200
    assert origin.requests[-1].values("authorization") == [f"Bearer {secret}"]


def test_destructive_acts_want_to_be_confirmed(session):
    key = new_agent(session)
    session.ok("secret", "add", "acme-prod", "--provider", "acme", typed=value(4))
    grant = session.json("grant", "create", "--agent", BOT, "--secret", "acme-prod")["id"]
    for command in (["agent", "revoke", BOT], ["secret", "revoke", "acme-prod"], ["grant", "revoke", grant]):
        done = session.run(*command)
        assert done.returncode == 2 and "--yes" in done.stderr, done.stderr
    with connect(session) as client:
        assert ask(client, BOT, key) == 200


def test_an_answer_cut_by_revocation_says_so(session, origin):
    """An answer that runs when its agent is revoked ends, and not as if it were whole."""

    def slow(_request):
        yield answer(headers=[("Content-Length", "1000")], length=False)
        for _ in range(1000):
            yield b"x"
            yield 0.02

    origin.handler = slow
    key = new_agent(session)
    session.ok("secret", "add", "acme-prod", "--provider", "acme", typed=value(5))
    session.ok("grant", "create", "--agent", BOT, "--secret", "acme-prod")
    with connect(session) as client:
        client.send(request("GET", URL, HOST, [("Proxy-Authorization", basic(BOT, key))]))
        assert client.read_head().status == 200
        session.ok("agent", "revoke", BOT, "--yes")
        with pytest.raises(Closed):
            list(client.reader.pieces(1000))
