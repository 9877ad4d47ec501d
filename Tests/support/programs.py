"""Running client programs the way an agent would be started."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

SUPPORT = Path(__file__).resolve().parent


def run(*command: str, proxy: str | None = None, **environment: str) -> str:
    """Runs a client with nothing in its environment but the proxy, the way an agent would be started."""
    clean = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "PYTHONDONTWRITEBYTECODE": "1", **environment}
    if proxy:
        clean |= {"http_proxy": proxy, "HTTP_PROXY": proxy}
    done = subprocess.run(command, env=clean, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"{command[0]} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


def sdk(python: str, name: str, *arguments: str, **options: str):
    return json.loads(run(python, str(SUPPORT / "sdk_calls.py"), name, *arguments, **options))


# git.

AUTHOR = {"GIT_AUTHOR_NAME": "Bot", "GIT_AUTHOR_EMAIL": "bot@example.test", "GIT_COMMITTER_NAME": "Bot",
          "GIT_COMMITTER_EMAIL": "bot@example.test", "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}


def git_config(**settings: str) -> dict[str, str]:
    """Settings handed to git in its environment; no file is touched."""
    named = {name.replace("__", "."): value for name, value in settings.items()}
    found = {"GIT_CONFIG_COUNT": str(len(named))}
    for number, (name, value) in enumerate(named.items()):
        found |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
    return found


def clone_push_fetch(tmp_path: Path, url: str, **options: str) -> None:
    """One clone pushes a file larger than git's post buffer, so in chunks; another clone and a fetch see what came."""
    options |= AUTHOR
    one, two, branch = tmp_path / "one", tmp_path / "two", tmp_path.name

    def push(name: str, content: bytes) -> None:
        (one / name).write_bytes(content)
        run("git", "-C", str(one), "add", ".", **options)
        run("git", "-C", str(one), "commit", "-q", "-m", f"add {name}", **options)
        run("git", "-C", str(one), "push", "-q", "origin", f"HEAD:refs/heads/{branch}", **options)

    run("git", "clone", "-q", url, str(one), **options)
    content = os.urandom(1_500_000)
    push("blob", content)
    run("git", "clone", "-q", "-b", branch, url, str(two), **options)
    assert (two / "blob").read_bytes() == content
    push("note", b"fetched")
    run("git", "-C", str(two), "fetch", "-q", "origin", branch, **options)
    assert run("git", "-C", str(two), "show", "FETCH_HEAD:note", **options) == "fetched"
