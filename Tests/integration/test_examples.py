"""The programs in examples/ do what they say."""

from __future__ import annotations

import re
import subprocess
import time
import uuid
from pathlib import Path

import pytest
from support.alter_world import ACME, Made
from support.daemon import program
from support.environments import interpreter

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def start(alter, name: str, *arguments: str, **variables: str) -> subprocess.Popen:
    environment = {
        "PATH": f"{Path(program('postern')).parent}:/usr/bin:/bin",
        "ALTER_BASE_URL": alter.base_url,
        "HOME": str(alter.directory),
        "PYTHONDONTWRITEBYTECODE": "1",
        "POSTERN_CONTROL_SOCKET": str(alter.control.path),
        **variables,
    }
    command = [interpreter("sdk"), str(EXAMPLES / name)] if name.endswith(".py") else [str(EXAMPLES / name)]
    return subprocess.Popen(
        [*command, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        text=True,
    )


def run(alter, name: str, *arguments: str, typed: str = "", **variables: str) -> str:
    """What an example prints that must end well."""
    process = start(alter, name, *arguments, **variables)
    printed, complaints = process.communicate(typed, timeout=60)
    assert process.returncode == 0, f"{name}: {printed}{complaints}"
    return printed


def line_with(process: subprocess.Popen, pattern: str) -> str:
    for line in process.stdout:
        if found := re.search(pattern, line):
            return found[1]
    raise AssertionError(f"it ended without {pattern}: {process.stderr.read()}")


@pytest.fixture
def bot(alter) -> Made:
    """An agent that provision.py has made."""
    name = alter.new_name("example")
    key = run(alter, "provision.py", name, "acme", APP_API_KEY=alter.app.key).strip()
    alter.keep(name, key)
    return Made(alter.control.get("agents", name)["id"], name, key, "")


def test_provision_and_call(alter, bot):
    printed = run(
        alter,
        "environment.sh",
        bot.name,
        AGENT_API_KEY=bot.key,
        POSTERN_BUNDLE=str(alter.directory / "example.pem"),
        POSTERN_STATE_DIR=str(alter.directory / "state"),
    )
    variables = dict(re.findall(r"(\w+)='?([^' \n]+)'?", printed))
    assert set(variables) == {"ALTER_BASE_URL", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE"}
    said = run(alter, "call.py", f"{ACME}/v1/models", "acme", AGENT_API_KEY=bot.key, **variables)
    assert f"I am {bot.name}, active" in said and "I may use acme" in said
    assert "request: 200" in said and "proxy_request: 200" in said
    assert len(alter.acme.requests) == 2


def test_delegate(alter, bot):
    process = start(
        alter,
        "delegate.py",
        "notes",
        bot.name,
        APP_API_KEY=alter.app.key,
        USER_TOKEN=alter.token(f"user-{uuid.uuid4()}"),
    )
    alter.consent({"connect_url": line_with(process, r"browser: (\S+)")})
    printed, complaints = process.communicate(timeout=30)
    assert process.returncode == 0 and f"{bot.name} may now use {alter.oauth.account} at notes" in printed, complaints


@pytest.mark.parametrize("answer, says", [("a\n", "200: "), ("d\ntoo dear\n", None)])
def test_order_and_approve(alter, answer, says):
    agent = alter.bound_agent("acme", terms={"requires_approval": True})
    process = start(alter, "order.py", f"{ACME}/orders", "acme", AGENT_API_KEY=agent.key)
    line_with(process, r"approve this: (\S+)")
    shown = run(alter, "approve.sh", typed=answer)
    assert "/orders" in shown and "a customer asked for it" in shown
    printed, complaints = process.communicate(timeout=30)
    if says:
        assert process.returncode == 0 and says in printed, complaints
    else:
        assert process.returncode == 1 and "denied" in complaints
    time.sleep(0.1)
    assert len(alter.acme.requests) == (1 if says else 0)
