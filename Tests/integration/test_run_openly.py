"""``postern run --no-isolate``: variables that lead to Postern, a token that ends with the run, and nothing shut out."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from support.client import basic
from support.sandbox import Sandboxes, runs
from support.topology import A, B
from support.waiting import wait_until

GOOD = "http://good.test/v1/x"
OPENLY = ("--no-isolate",)


@pytest.fixture(scope="module")
def _runs(authority):
    with runs(authority) as found:
        yield found


@pytest.fixture(params=["root", "a plain user"])
def sandbox(_runs, request) -> Sandboxes:
    topology, root, plain = _runs
    topology.begin()
    yield root if request.param == "root" else plain
    topology.verify()


@pytest.fixture
def root(_runs) -> Sandboxes:
    _runs[0].begin()
    yield _runs[1]
    _runs[0].verify()


def token_of(environment: dict[str, str]) -> str:
    """What stands for a key in the proxy's URL."""
    return environment["https_proxy"].partition("@")[0].rpartition(":")[2]


def environment_of(pid: int) -> dict[str, str]:
    """The variables of a process."""
    entries = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    return dict(entry.split("=", 1) for entry in entries if "=" in entry)


def status_with(sandbox: Sandboxes, token: str, agent: str = A) -> int:
    """What somebody else gets who shows the token, from outside of the run."""
    proof = ("Proxy-Authorization", basic(agent, token))
    return sandbox.topology.ask("GET", GOOD, [proof], agent=None).status


def test_a_program_is_its_agent(sandbox):
    for url in (GOOD, GOOD.replace("http:", "https:")):
        done = sandbox.run(A, "curl", "-sS", url, options=OPENLY)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["target"] == "/v1/x"
        assert "can go around the proxy" in done.stderr
    secret = sandbox.topology.secrets["good"]
    assert all(one.value("authorization") == f"Bearer {secret}" for one in sandbox.topology.good.requests)
    rows = [row for row in sandbox.topology.daemon.audit() if row.get("postern.identity") == "run_token"]
    assert rows and all(row["postern.agent"] == A and "postern.sandbox" not in row for row in rows)


def test_it_contains_nothing(sandbox):
    """What it says on standard error is so."""
    done = sandbox.shell(A, f"cat ~/.ssh/id_ed25519; curl -sS -o /dev/null --noproxy '*' -w '%{{http_code}}' "
                            f"http://127.0.0.1:{sandbox.topology.daemon.port}/", options=OPENLY)
    assert done.stdout.startswith("of .ssh/id_ed25519\n") and done.stdout.endswith("400"), done


def test_the_environment(sandbox):
    done = sandbox.run(A, "env", options=(*OPENLY, "--env", "KEPT_TOKEN"), GITHUB_TOKEN="ghp_x", KEPT_TOKEN="k", EDITOR="vi")
    seen = dict(line.split("=", 1) for line in done.stdout.splitlines())
    assert "GITHUB_TOKEN" not in seen and (seen["KEPT_TOKEN"], seen["EDITOR"]) == ("k", "vi")
    assert seen["http_proxy"] == seen["HTTPS_PROXY"] and seen["http_proxy"].startswith(f"http://{A}:postern_run_")
    assert seen["http_proxy"].endswith(f"@127.0.0.1:{sandbox.topology.daemon.port}")
    shown = sandbox.run(A, options=(*OPENLY, "--print-env"), GITHUB_TOKEN="ghp_x")
    assert f"http_proxy=http://{A}:TOKEN@127.0.0.1:" in shown.stdout and "# not passed on: GITHUB_TOKEN" in shown.stdout
    assert "ghp_x" not in shown.stdout and "postern_run_" not in shown.stdout


def test_certificates_are_in_a_file_that_nobody_changes(sandbox):
    script = "grep -c BEGIN $SSL_CERT_FILE; grep -c BEGIN $NODE_EXTRA_CA_CERTS; echo x >> $SSL_CERT_FILE || echo refused; env"
    done = sandbox.shell(A, script, options=OPENLY)
    lines = done.stdout.split("\n")
    assert int(lines[0]) > 1 and lines[1] == "1" and lines[2] == "refused", done
    bundle = next(line for line in lines if line.startswith("SSL_CERT_FILE=")).partition("=")[2]
    assert not os.path.exists(bundle), "it goes with the run"


def test_a_token_ends_with_its_run(sandbox):
    running = sandbox.start(A, "sleep", "60", options=OPENLY, stderr=subprocess.PIPE)
    running.stderr.readline()
    [child] = wait_until(lambda: Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split(), 20, "it runs")
    wait_until(lambda: "https_proxy" in environment_of(int(child)), 20, "the program was executed")
    token = token_of(environment_of(int(child)))
    assert status_with(sandbox, token) == 200
    sandbox.topology.daemon.reload(sandbox.topology.config.text())
    assert status_with(sandbox, token) == 200, "a reload changes nothing"
    running.kill()
    running.wait(5)
    running.stderr.close()
    wait_until(lambda: status_with(sandbox, token) == 407, 20, "the token has ended")
    acts = [row for row in sandbox.topology.daemon.audit() if row["event.action"].startswith("unisolated_")]
    assert [row["event.action"] for row in acts[-2:]] == ["unisolated_start", "unisolated_end"]
    assert all(row["postern.agent"] == A and row["user.id"] == (sandbox.user or 0) for row in acts[-2:])
    log = sandbox.topology.daemon.log() + json.dumps(sandbox.topology.daemon.audit())
    assert token not in log


def test_a_stream_is_cut_with_its_run(root):
    ended = root.answer_slowly()
    # What is left running holds a connection, and had the token.
    running = root.start(A, "sh", "-c", f"setsid curl -sSN {GOOD} & wait", options=OPENLY, stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL)
    assert running.stdout.readline() == "0\n" and not ended.is_set()
    running.send_signal(signal.SIGKILL)
    running.wait(5)
    assert ended.wait(20), "upstream is cut"
    running.stdout.close()


def test_a_token_is_of_one_agent_and_for_the_proxy_alone(root):
    running = root.start(A, "sh", "-c", "env; sleep 60", options=OPENLY, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    lines = (line.strip() for line in running.stdout)
    token = token_of(dict([next(line for line in lines if line.startswith("https_proxy=")).split("=", 1)]))
    topology = root.topology
    assert status_with(root, token, agent=B) == 200, "the name beside it says nothing, as with keys"
    assert topology.open.requests == []
    url = f"http://127.0.0.1:{topology.daemon.port}/via/good/v1/x"
    assert topology.ask("GET", url, [("Authorization", f"Bearer {token}")], agent=None).status in (401, 407)
    # Shown where a credential stands by mistake, it is not sent on.
    proof = ("Proxy-Authorization", basic(A, token))
    shown = [proof, ("Authorization", f"Bearer {token}")]
    assert topology.ask("GET", "http://egress.test/x", shown, agent=None).status == 200
    assert topology.egress.requests[-1].values("authorization") == []
    running.kill()
    running.wait(5)
    running.stdout.close()


def test_exit_status(sandbox):
    for script, status in (("true", 0), ("exit 7", 7), ("kill -TERM $$", 143), ("kill -KILL $$", 137)):
        assert sandbox.shell(A, script, options=OPENLY).returncode == status
    assert sandbox.run(A, "no-such-program", options=OPENLY).returncode == 127
    assert sandbox.run(A, "/etc/hostname", options=OPENLY).returncode == 126


def test_signals_are_passed_on(sandbox):
    script = "trap 'exit 9' TERM; echo ready; while :; do sleep 0.05; done"
    running = sandbox.start(A, "sh", "-c", script, options=OPENLY, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert running.stdout.readline() == "ready\n"
    running.terminate()
    assert running.wait(20) == 9
    running.stdout.close()


@pytest.mark.parametrize("option", [("--transparent",), ("--ro", "/etc"), ("--bind", "/etc"), ("--port", "3200"), ("--base-urls",)])
def test_what_only_a_sandbox_has_is_refused(root, option):
    done = root.run(A, "true", options=(*OPENLY, *option))
    assert done.returncode == 125 and f"{option[0]} has no use with --no-isolate" in done.stderr


def test_who_may_run_which_agent(_runs):
    _topology, _root, plain = _runs
    there, absent = plain.run(B, "true", options=OPENLY), plain.run("agent-x", "true", options=OPENLY)
    assert there.returncode == absent.returncode == 125 and there.stderr.replace(B, "N") == absent.stderr.replace("agent-x", "N")


def test_without_a_common_address_there_is_none(authority):
    def edit(topology, config):
        config.set("proxy", listen=[])

    with runs(authority, edit) as (_topology, root, _plain):
        done = root.run(A, "true", options=OPENLY)
        assert done.returncode == 125 and "listens at no address" in done.stderr and "[proxy] listen" in done.stderr
        assert root.run(A, "true").returncode == 0
