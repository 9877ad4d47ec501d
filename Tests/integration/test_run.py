"""``postern run``: programs in a network of their own, in which there is nothing but Postern."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from support.sandbox import Sandboxes, runs
from support.topology import A, B
from support.waiting import wait_until

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
GOOD = "http://good.test/v1/x"


@pytest.fixture(scope="module")
def _runs(authority):
    with runs(authority) as found:
        yield found


@pytest.fixture(params=["root", "a plain user"])
def sandbox(_runs, request) -> Sandboxes:
    topology, root, plain = _runs
    topology.begin()
    return root if request.param == "root" else plain


@pytest.fixture
def root(_runs) -> Sandboxes:
    _runs[0].begin()
    return _runs[1]


def test_a_program_is_its_agent(sandbox):
    """By http and by https, with nothing but what is in its environment."""
    for url in (GOOD, GOOD.replace("http:", "https:")):
        done = sandbox.run(A, "curl", "-sS", url)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["target"] == "/v1/x"
    secret = sandbox.topology.secrets["good"]
    assert all(one.value("authorization") == f"Bearer {secret}" for one in sandbox.topology.good.requests)
    rows = [row for row in sandbox.topology.daemon.audit() if row.get("postern.identity") == "sandbox"]
    assert rows and all(row["postern.sandbox"] and row["postern.agent"] == A for row in rows)


def test_two_agents_on_the_same_inner_address(root):
    """Each gets its own credential."""
    script = f"curl -sS --fail {GOOD}; echo; curl -sS -o /dev/null -w '%{{http_code}}' http://open.test/x"
    running = [root.start(agent, "sh", "-c", script, stdout=subprocess.PIPE) for agent in (A, B)]
    answers = [one.communicate(timeout=20)[0] for one in running]
    assert [one.returncode for one in running] == [0, 0]
    keys = {one.value("x-api-key") for one in root.topology.open.requests}
    assert keys == {root.topology.secrets["open-a"], root.topology.secrets["open-b"]}, answers


OUTSIDE = {
    "direct egress": "curl -sS -m 3 --noproxy '*' http://192.0.2.1/",
    "host loopback": "curl -sS -m 3 --noproxy '*' http://127.0.0.1:{daemon}/",
    "a name": "getent hosts good.test",
    "the control socket": "test -S {state}/control.sock",
    "the run socket": "test -S {run}",
    "an abstract socket": "python3 -c \"import socket; socket.socket(socket.AF_UNIX).connect('\\0{abstract}')\"",
    "docker.sock": "test -e /var/run/docker.sock || test -e /run/docker.sock",
    "the system bus": "test -e /run/dbus/system_bus_socket",
    "the user's bus": "test -e /run/user/{uid}/bus",
    "~/.ssh": "cat ~/.ssh/id_ed25519",
    "~/.aws": "cat ~/.aws/credentials",
    "~/.netrc": "grep . ~/.netrc",
    "gh": "cat ~/.config/gh/hosts.yml",
    "the user's configuration of Postern": "cat ~/.config/postern/proxy.conf",
    "what an import kept": "cat ~/.local/state/postern/mcp/1.before",
    "the store": "ls -d {state}/*",
    "another's /tmp": "test -e {marker}",
    "writing ~/.bashrc": "echo evil >> ~/.bashrc",
    "a process outside": "kill -0 {outside}",
    "its environment": "cat /proc/{outside}/environ",
    "its root": "ls /proc/{outside}/root/",
    "taking a mount away": "umount /tmp || umount ~/.ssh",
    "a namespace in which it could": "unshare -Urm umount /tmp",
    "typing into the terminal": "python3 -c \"import fcntl; fcntl.ioctl(0, 0x5412, b'x')\"",
    "privileges": "grep -q 'CapEff:.*[1-9a-f]' /proc/self/status",
}


@pytest.mark.parametrize("name", list(OUTSIDE))
def test_nothing_else_can_be_reached(sandbox, name):
    daemon, marker = sandbox.topology.daemon, tempfile.NamedTemporaryFile(prefix="postern-marker-")
    abstract = socket.socket(socket.AF_UNIX)
    abstract.bind(f"\0postern-test-{os.getpid()}")
    abstract.listen()
    outside = subprocess.Popen(["setpriv", "--reuid", str(sandbox.user or 0), "--clear-groups", "sleep", "30"])
    try:
        script = OUTSIDE[name].format(daemon=daemon.port, state=daemon.state, run=sandbox.socket, uid=sandbox.user or 0,
                                      marker=marker.name, outside=outside.pid, abstract=abstract.getsockname()[1:].decode())
        done = sandbox.shell(A, script)
        assert done.returncode not in (0, 125), (name, done.stdout, done.stderr)
    finally:
        outside.kill()
        outside.wait()
        abstract.close()
        marker.close()
    assert (sandbox.home / ".bashrc").read_text() == "of .bashrc\n"


def test_files_of_the_user_are_there(sandbox):
    done = sandbox.shell(A, "pwd; cat work/file; echo new > work/new; echo x > /tmp/postern-x; cat /tmp/postern-x; echo $XDG_RUNTIME_DIR")
    assert done.stdout.split("\n")[:2] == [str(sandbox.home), "of work/file"], done
    assert (sandbox.home / "work/new").read_text() == "new\n" and not Path("/tmp/postern-x").exists()


def test_what_is_hidden_may_be_shown(sandbox):
    ssh = str(sandbox.home / ".ssh")
    done = sandbox.shell(A, "cat .ssh/id_ed25519; echo no > .ssh/new", options=("--ro", ssh))
    assert done.stdout == "of .ssh/id_ed25519\n" and done.returncode != 0
    done = sandbox.shell(A, "echo yes > .ssh/new", options=("--bind", ssh))
    assert done.returncode == 0 and (sandbox.home / ".ssh/new").read_text() == "yes\n"


ENDS = {"0": ("true", 0), "its own": ("exit 7", 7), "a signal": ("kill -TERM $$", 143), "killed": ("kill -KILL $$", 137)}


@pytest.mark.parametrize("name", list(ENDS))
def test_exit_status(sandbox, name):
    script, status = ENDS[name]
    assert sandbox.shell(A, script).returncode == status


def test_exit_status_where_children_are_not_waited_for(sandbox):
    """A parent that ignores SIGCHLD hands that down."""
    script = "import os, signal, sys; signal.signal(signal.SIGCHLD, signal.SIG_IGN); os.execvp(sys.argv[1], sys.argv[1:])"
    words = ["/usr/bin/python3", "-c", script, *sandbox.command(A, "sh", "-c", "exit 7")]
    assert subprocess.run(words, env=sandbox.environment(), cwd=sandbox.home, timeout=30).returncode == 7


def test_exit_status_of_the_wrapper(sandbox):
    assert sandbox.run(A, "no-such-program").returncode == 127
    assert sandbox.run(A, "/etc/hostname").returncode == 126
    refused = sandbox.run("nobody-knows-it", "true")
    assert refused.returncode == 125 and "nobody-knows-it" in refused.stderr
    assert sandbox.run(A, "true", options=("--port", "0")).returncode == 125
    assert sandbox.run(A, "true", options=("--socket", "/nowhere/run.sock")).returncode == 125


def test_who_may_run_which_agent(_runs):
    """To those who may not, an agent that is there is no different from one that is not."""
    _topology, root, plain = _runs
    assert plain.run(A, "true").returncode == 0
    there, absent = plain.run(B, "true"), plain.run("agent-x", "true")
    assert there.returncode == absent.returncode == 125
    assert there.stderr.replace(B, "N") == absent.stderr.replace("agent-x", "N")
    assert root.run(B, "true").returncode == 0


def test_standard_streams_and_arguments(sandbox):
    done = sandbox.run(A, "sh", "-c", 'cat; printf "%s|" "$@" >&2', "sh", "a b", "--agent", "--", "", text="in\n")
    assert (done.returncode, done.stdout, done.stderr) == (0, "in\n", "a b|--agent|--||")


def test_a_terminal_passes_through(sandbox):
    """An interactive program has the terminal, and ^C is its own."""
    import pty

    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.clear()
        os.environ.update(sandbox.environment())
        os.chdir(sandbox.home)
        words = sandbox.command(A, "sh", "-c", "trap 'echo caught; exit 3' INT; tty; while :; do sleep 0.1; done")
        os.execvp(words[0], words)
    shown = b""
    try:
        while chunk := os.read(terminal, 1024):
            if b"/dev/" in chunk:
                os.write(terminal, b"\x03")
            shown += chunk
    except OSError:  # how a terminal ends
        pass
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 3, shown
    assert b"caught" in shown
    os.close(terminal)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1])
def test_signals_are_passed_on(sandbox, number):
    name = signal.Signals(number).name.removeprefix("SIG")
    script = f"trap 'exit 9' {name}; echo ready; while :; do sleep 0.05; done"
    running = sandbox.start(A, "sh", "-c", script, stdout=subprocess.PIPE)
    assert running.stdout.readline() == "ready\n"
    running.send_signal(number)
    assert running.wait(10) == 9


@pytest.mark.parametrize("end", ["the wrapper is killed", "the program ends"])
def test_nothing_outlives_the_sandbox(sandbox, end):
    """A daemon of the program's, in a session of its own, ends with it."""
    out = sandbox.home / "work/out"
    out.unlink(missing_ok=True)
    loop = f"while :; do curl -sS -m 2 -o /dev/null -w '%{{http_code}} ' {GOOD} >> {out} 2>&1; sleep 0.2; done"
    script = f"setsid sh -c \"{loop}\" & echo started; read -r _"
    running = sandbox.start(A, "sh", "-c", script, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert running.stdout.readline() == "started\n"
    wait_until(lambda: out.exists() and "200" in out.read_text(), 20, "it works")
    if end == "the program ends":
        running.stdin.write("\n")
        running.stdin.close()
    else:
        running.kill()
    # Whoever is left would hold it open.
    assert running.stdout.read() == ""
    running.wait(20)
    if end == "the program ends":
        size = out.stat().st_size
        time.sleep(1)
        assert out.stat().st_size == size


def test_a_stream_is_cut_with_its_sandbox(root):
    ended = root.answer_slowly()
    running = root.start(A, "curl", "-sSN", GOOD, stdout=subprocess.PIPE)
    assert running.stdout.readline() == "0\n" and not ended.is_set()
    running.kill()
    running.wait(5)
    assert ended.wait(10), "upstream is cut"


def test_acts_are_recorded(sandbox):
    before = len(sandbox.topology.daemon.audit())
    assert sandbox.run(A, "true").returncode == 0
    wait_until(lambda: len(sandbox.topology.daemon.audit()) >= before + 2, 5, "start and end are recorded")
    rows = [row for row in sandbox.topology.daemon.audit()[before:] if row["event.action"].startswith("sandbox_")]
    assert [row["event.action"] for row in rows] == ["sandbox_start", "sandbox_end"]
    assert all(row["user.id"] == (sandbox.user or 0) and row["postern.agent"] == A for row in rows)


def test_the_environment(sandbox):
    secrets = {"GITHUB_TOKEN": "ghp_x", "MY_API_KEY": "k", "SSH_AUTH_SOCK": "/tmp/agent", "DB_PASSWORD": "p"}
    done = sandbox.run(A, "env", **secrets, EDITOR="vi")
    seen = dict(line.split("=", 1) for line in done.stdout.splitlines())
    assert not set(seen) & set(secrets) and seen["EDITOR"] == "vi"
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"):
        assert seen[name] == "http://127.0.0.1:3128"
    assert seen["NO_PROXY"] == seen["no_proxy"] == "localhost,127.0.0.1,::1"
    kept = sandbox.run(A, "env", options=("--env", "MY_API_KEY", "--env", "FOO=bar=baz"), **secrets)
    assert "MY_API_KEY=k\n" in kept.stdout and "FOO=bar=baz\n" in kept.stdout
    shown = sandbox.run(A, options=("--print-env",), **secrets)
    lines = shown.stdout.splitlines()
    assert shown.returncode == 0 and "# not passed on: GITHUB_TOKEN" in lines and "ghp_x" not in shown.stdout
    assert "https_proxy=http://127.0.0.1:3128" in lines


def test_base_urls_are_those_that_clients_expect(root):
    """OpenAI's go on behind the host, those of others do not."""
    topology = root.topology
    config = topology.config
    for name in ("openai", "anthropic"):
        config.add("secret", name=name, provider=name, value=topology.secret_file(name, f"sk-{name}-0123456789"))
        config.add("grant", agent=A, secret=name, methods=["POST"])
    topology.daemon.reload(config.text())
    lines = root.run(A, options=("--print-env", "--base-urls")).stdout.splitlines()
    assert "OPENAI_BASE_URL=http://127.0.0.1:3128/via/openai/v1" in lines
    assert "ANTHROPIC_BASE_URL=http://127.0.0.1:3128/via/anthropic" in lines
    assert not any("BASE_URL" in line for line in root.run(A, options=("--print-env",)).stdout.splitlines())


def test_an_option_that_does_not_exist_is_not_taken_for_a_program(sandbox):
    done = sandbox.run(A, "true", options=("--transparant",))
    assert done.returncode == 125 and "unknown option '--transparant'" in done.stderr, done.stderr
    for option in ("--transparent", "--base-urls"):
        assert sandbox.run(A, "sh", "-c", "exit 3", options=(option,)).returncode == 3


def test_no_sandbox_starts_another(sandbox):
    """Even where the socket can be seen, the daemon knows where who asks is."""
    binary = Path(sandbox.command(A)[sandbox.command(A).index("run") - 1])
    done = sandbox.run(A, str(binary), "run", "--socket", str(sandbox.socket), "--agent", A, "true",
                       options=("--bind", str(sandbox.socket), "--ro", str(binary)))
    assert done.returncode == 125 and "inside of another network namespace" in done.stderr, done.stderr
