"""Programs in ``postern run`` that try to leave: what is tried works outside, and does not inside."""

from __future__ import annotations

import ctypes
import json
import os
import pty
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

from conftest import needs_root
from support.sandbox import Sandboxes, runs
from support.topology import A
from support.waiting import wait_until

pytestmark = [needs_root, pytest.mark.attack(117)]
PYTHON = "/usr/bin/python3"
MARK = "postern-outside-secret"

#: What every attempt begins with. It says ESCAPED if it got out, and ends in any way if not.
PRELUDE = """
import ctypes, json, os, resource, signal, socket, subprocess, sys
given = json.loads(sys.argv[1])
pid, mark, home = given["pid"], given["mark"], given["home"]
libc = ctypes.CDLL(None, use_errno=True)
def ok(result):
    if result is not None and result < 0: raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result
def escaped(is_so=True):
    if is_so: print("ESCAPED")
def buffer(size=64): return ctypes.create_string_buffer(size)
"""

#: Against a process outside of the same user.
ON_A_PROCESS = {
    "its variables": "escaped(mark in open(f'/proc/{pid}/environ').read())",
    "its root": "escaped(os.listdir(f'/proc/{pid}/root/'))",
    "its directory": "escaped(os.listdir(f'/proc/{pid}/cwd/'))",
    "its files": "escaped(os.listdir(f'/proc/{pid}/fd/'))",
    "its memory": "escaped(bool(open(f'/proc/{pid}/maps').read())); open(f'/proc/{pid}/mem', 'rb')",
    "its arguments": "escaped(open(f'/proc/{pid}/cmdline').read() != '')",
    "its program": "escaped(os.readlink(f'/proc/{pid}/exe'))",
    "its mounts": "escaped(open(f'/proc/{pid}/mountinfo').read())",
    "its network": "escaped(open(f'/proc/{pid}/net/unix').read())",
    "ptrace": "ok(libc.ptrace(16, pid, 0, 0)); escaped(); os.waitpid(pid, 0x40000000); libc.ptrace(17, pid, 0, 0)",
    "a pidfd": "ok(libc.syscall(434, pid, 0)); escaped()",
    "a file by a pidfd": "escaped(ok(libc.syscall(438, ok(libc.syscall(434, pid, 0)), 1, 0)))",
    "a signal": "os.kill(pid, 0); escaped()",
    "a real signal": "os.kill(pid, signal.SIGCONT); escaped()",
    "its limits": "resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0)); escaped()",
    "its priority": "os.setpriority(os.PRIO_PROCESS, pid, 19); escaped()",
    "its scheduling": "os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0)); escaped()",
    "its processors": "os.sched_setaffinity(pid, os.sched_getaffinity(pid)); escaped()",
    "its input and output": "ok(libc.syscall(251, 1, pid, 3 << 13)); escaped()",
    "all of the user's": "os.setpriority(os.PRIO_USER, os.getuid(), os.getpriority(os.PRIO_PROCESS, pid)); escaped()",
    "its group": "escaped(os.getpgid(pid) > 0)",
}


class Outside:
    """What is around a sandbox: a process of the same user, and what only that may see."""

    def __init__(self, sandbox: Sandboxes):
        self.sandbox = sandbox
        environment = {"PATH": "/usr/bin:/bin", "OUTSIDE": MARK}
        self.process = subprocess.Popen([*sandbox.as_user, "sleep", "300"], env=environment, cwd=sandbox.home,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        wait_until(lambda: b"sleep" in Path(f"/proc/{self.process.pid}/comm").read_bytes(), 20, "it runs")

    def given(self, **more) -> str:
        return json.dumps({"pid": self.process.pid, "mark": MARK, "home": str(self.sandbox.home), **more})

    def directly(self, code: str, **more) -> subprocess.CompletedProcess[str]:
        words = [*self.sandbox.as_user, PYTHON, "-c", PRELUDE + code, self.given(**more)]
        return subprocess.run(words, capture_output=True, text=True, timeout=40, cwd=self.sandbox.home, check=False,
                              env=self.sandbox.environment())

    def inside(self, code: str, nested: bool = False, options=(), environment=None, **more):
        words = [PYTHON, "-c", PRELUDE + code, self.given(**more)]
        if nested:
            words = ["unshare", "-Ur", *words]
        done = self.sandbox.run(A, *words, options=options, timeout=40, **(environment or {}))
        assert done.returncode != 125, done.stderr
        return done


@pytest.fixture(scope="module")
def _runs(authority):
    with runs(authority) as found:
        yield found


@pytest.fixture(params=["root", "a plain user"])
def outside(_runs, request):
    topology, root, plain = _runs
    topology.begin()
    found = Outside(root if request.param == "root" else plain)
    yield found
    found.process.kill()
    found.process.wait()
    topology.verify()


def refused(done) -> None:
    assert "ESCAPED" not in done.stdout, done.stdout
    assert done.returncode != 0 or not done.stdout, (done.stdout, done.stderr)


@pytest.mark.parametrize("name", list(ON_A_PROCESS))
def test_processes_outside(outside, name):
    code = ON_A_PROCESS[name]
    assert "ESCAPED" in outside.directly(code).stdout, "the attempt works where nothing forbids it"
    for nested in (False, True):
        if name == "all of the user's":
            # It is said to succeed, for the processes inside; what matters is that it did nothing to others.
            continue
        refused(outside.inside(code, nested))


def test_priorities_of_all_processes_of_the_user(outside):
    before = os.getpriority(os.PRIO_PROCESS, outside.process.pid)
    outside.inside("os.setpriority(os.PRIO_USER, os.getuid(), 19)")
    assert os.getpriority(os.PRIO_PROCESS, outside.process.pid) == before or os.geteuid() == 0


def test_no_process_outside_is_seen(outside):
    code = """
seen = sorted(int(one) for one in os.listdir("/proc") if one.isdigit())
escaped(pid in seen or len(seen) > 2)
print(seen, os.getpid(), os.getppid())
"""
    done = outside.inside(code)
    assert "ESCAPED" not in done.stdout and done.returncode == 0, (done.stdout, done.stderr)


ON_THE_FIRST = {
    "its variables": "escaped(mark in open('/proc/1/environ').read())",
    "its memory": "open('/proc/1/mem', 'rb'); escaped()",
    "its files": "escaped(os.listdir('/proc/1/fd/'))",
    "its root": "escaped(os.listdir('/proc/1/root/'))",
    "its network": "fd = os.open('/proc/1/ns/net', os.O_RDONLY); escaped()",
    "ptrace": "ok(libc.ptrace(16, 1, 0, 0)); escaped()",
    "its memory by a call": """
local = buffer()
class Part(ctypes.Structure): _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]
ours, theirs = Part(ctypes.addressof(local), 64), Part(0x400000, 64)
ok(libc.process_vm_readv(1, ctypes.byref(ours), 1, ctypes.byref(theirs), 1, 0)); escaped()
""",
    "a file by a pidfd": "ok(libc.syscall(438, ok(libc.syscall(434, 1, 0)), 0, 0)); escaped()",
}


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("name", list(ON_THE_FIRST))
def test_the_first_process_inside(outside, name, nested):
    """It is a copy of the wrapper, and remembers the variables that were left behind."""
    refused(outside.inside(ON_THE_FIRST[name], nested, environment={"GITHUB_TOKEN": MARK}))


def test_the_first_process_is_not_ended_from_inside(outside):
    """It ends with its program, and with the status of that."""
    code = "os.kill(1, signal.SIGKILL); os.kill(1, signal.SIGSEGV); os.kill(1, signal.SIGABRT); os._exit(7)"
    assert outside.inside(code).returncode == 7


# The file system.

#: Where a key is hidden: what shows it has got out.
KEY = "of .ssh/id_ed25519"
FILES = {
    "it is there": "escaped(os.path.exists(f'{home}/.ssh/id_ed25519'))",
    "unmounting": "ok(libc.umount2(f'{home}/.ssh'.encode(), 0)); escaped()",
    "detaching": "ok(libc.umount2(f'{home}/.ssh'.encode(), 2)); escaped()",
    "a copy of the mount": """
os.makedirs("/tmp/x", exist_ok=True)
ok(libc.mount(home.encode(), b"/tmp/x", None, 0x1000, None)); escaped(os.path.exists("/tmp/x/.ssh/id_ed25519"))
""",
    "a copy of all mounts": """
os.makedirs("/tmp/x", exist_ok=True)
ok(libc.mount(home.encode(), b"/tmp/x", None, 0x5000, None))
libc.umount2(b"/tmp/x/.ssh", 2); escaped(os.path.exists("/tmp/x/.ssh/id_ed25519"))
""",
    "a detached copy": """
tree = ok(libc.syscall(428, -100, home.encode(), 1)); escaped(os.listdir(tree) and os.access(".ssh/id_ed25519", 4, dir_fd=tree))
""",
    "a copy of the root": """
tree = ok(libc.syscall(428, -100, b"/", 1)); escaped(os.access(home[1:] + "/.ssh/id_ed25519", 4, dir_fd=tree))
""",
    "a recursive copy": """
tree = ok(libc.syscall(428, -100, home.encode(), 0x8001))
os.makedirs("/tmp/x", exist_ok=True)
ok(libc.syscall(429, tree, b"", -100, b"/tmp/x", 4)); ok(libc.umount2(b"/tmp/x/.ssh", 2)); escaped(os.path.exists("/tmp/x/.ssh/id_ed25519"))
""",
    "an overlay": """
for one in ("x", "u", "w"): os.makedirs(f"/tmp/{one}", exist_ok=True)
ok(libc.mount(b"overlay", b"/tmp/x", b"overlay", 0, f"lowerdir={home},upperdir=/tmp/u,workdir=/tmp/w".encode()))
escaped(os.path.exists("/tmp/x/.ssh/id_ed25519"))
""",
    "moving what hides it": """
os.makedirs("/tmp/x", exist_ok=True)
ok(libc.mount(f"{home}/.ssh".encode(), b"/tmp/x", None, 0x2000, None)); escaped(os.path.exists(f"{home}/.ssh/id_ed25519"))
""",
    "moving a parent": """
try: os.rename(f"{home}/.ssh", f"{home}/.ssh2")
except OSError: pass
escaped(os.path.exists(f"{home}/.ssh2/id_ed25519") or os.path.exists(f"{home}/.ssh/id_ed25519"))
""",
    "a link to it": "os.link(f'{home}/.ssh/id_ed25519', '/tmp/key'); escaped()",
    "a handle": """
class Handle(ctypes.Structure): _fields_ = [("bytes", ctypes.c_uint), ("type", ctypes.c_int), ("data", ctypes.c_char * 128)]
handle, mount = Handle(bytes=128), ctypes.c_int()
ok(libc.name_to_handle_at(-100, home.encode(), ctypes.byref(handle), ctypes.byref(mount), 0))
fd = ok(libc.open_by_handle_at(os.open(home, os.O_RDONLY), ctypes.byref(handle), os.O_RDONLY))
escaped(os.access(".ssh/id_ed25519", 4, dir_fd=fd))
""",
    "another root": """
os.makedirs("/tmp/x", exist_ok=True)
os.chroot("/tmp/x"); os.chdir(".."); [os.chdir("..") for _ in range(20)]
os.chroot("."); escaped(os.path.exists(f"{home}/.ssh/id_ed25519"))
""",
    "the root through a process": "escaped(os.path.exists(f'/proc/1/root{home}/.ssh/id_ed25519'))",
    "a disk": """
import stat
os.mknod("/tmp/disk", stat.S_IFBLK | 0o600, os.makedev(os.major(os.stat(home).st_dev), os.minor(os.stat(home).st_dev)))
open("/tmp/disk", "rb").read(1); escaped()
""",
    "a disk that is there": """
import stat
for folder, _, names in os.walk("/dev"):
    for name in names:
        if stat.S_ISBLK(os.lstat(f"{folder}/{name}").st_mode): open(f"{folder}/{name}", "rb").read(1); escaped()
""",
    "the store": "escaped(os.path.exists(given['state'] + '/store'))",
    "the run socket": "socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET).connect(given['run']); escaped()",
    "writing what is read-only": "open(f'{home}/.bashrc', 'a').write('evil'); escaped()",
    "making it writable": """
ok(libc.mount(None, f"{home}/.bashrc".encode(), None, 0x1000 | 0x20, None)); open(f"{home}/.bashrc", "a").write("evil"); escaped()
""",
    "replacing it": "open(f'{home}/.b2', 'w').write('evil'); os.rename(f'{home}/.b2', f'{home}/.bashrc'); escaped()",
    "removing it": "os.unlink(f'{home}/.bashrc'); escaped()",
    "moving it away": "os.rename(f'{home}/.bashrc', f'{home}/.b3'); escaped()",
    "moving .config away": "os.rename(f'{home}/.config', f'{home}/.config2'); escaped()",
}


@pytest.mark.parametrize("nested", [False, True], ids=["", "nested"])
@pytest.mark.parametrize("name", list(FILES))
def test_files(outside, name, nested):
    topology, home = outside.sandbox.topology, outside.sandbox.home
    done = outside.inside(FILES[name], nested, state=str(topology.daemon.state), run=str(outside.sandbox.socket))
    (home / ".b2").unlink(missing_ok=True)
    assert "ESCAPED" not in done.stdout, (done.stdout, done.stderr)
    assert KEY not in done.stdout
    assert (home / ".bashrc").read_text() == "of .bashrc\n" and (home / ".config/gh/hosts.yml").exists()
    assert (home / ".ssh/id_ed25519").read_text() == KEY + "\n"


ROOTS = ["/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe", "/proc/sysrq-trigger", "/sys/power/state",
         "/sys/kernel/uevent_helper"]


@pytest.mark.parametrize("path", ROOTS)
def test_levers_of_the_kernel(outside, path):
    """Root owns them, and needs no privilege to pull them: a core pattern starts a program outside."""
    if not Path(path).exists():
        pytest.skip("this kernel has none")
    for nested in (False, True):
        refused(outside.inside(f"os.open({path!r}, os.O_WRONLY); escaped()", nested))


def test_devices(outside):
    """Nothing of hardware, and what programs need."""
    code = """
print(sorted(os.listdir("/dev")))
open("/dev/null", "w").write("x"); open("/dev/full"); assert open("/dev/zero", "rb").read(2) == bytes(2)
assert open("/dev/urandom", "rb").read(4); open("/dev/shm/x", "w").write("x"); os.path.exists("/dev/fd/0")
master, slave = os.openpty(); os.write(master, b"x\\n"); assert os.read(slave, 2) == b"x\\n"; assert os.ttyname(slave) == "/dev/pts/0"
import multiprocessing; multiprocessing.Lock()
"""
    done = outside.inside(code)
    assert done.returncode == 0, done.stderr
    there = {"fd", "full", "null", "ptmx", "pts", "random", "shm", "stderr", "stdin", "stdout", "tty", "urandom", "zero"}
    assert set(json.loads(done.stdout.replace("'", '"'))) == there


def test_other_terminals_of_the_user(outside):
    """What is typed into another window is not read."""
    master, slave = pty.openpty()
    try:
        path = os.ttyname(slave)
        os.chown(path, outside.sandbox.user or 0, 0)
        os.chmod(path, 0o600)
        code = "fd = os.open(given['path'], os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK); os.write(fd, b'x'); escaped()"
        assert "ESCAPED" in outside.directly(code, path=path).stdout
        refused(outside.inside(code, path=path))
    finally:
        os.close(master)
        os.close(slave)


def test_descriptors_are_not_inherited(outside):
    """A directory outside, a socket outside: neither is handed down."""
    folder = os.open("/run", os.O_RDONLY)
    network = socket.socket()
    words = outside.sandbox.command(A, PYTHON, "-c", "import os; print(os.listdir('/proc/self/fd'))")
    done = subprocess.run(words, env=outside.sandbox.environment(), cwd=outside.sandbox.home, capture_output=True,
                          pass_fds=[folder, network.fileno()], text=True, timeout=40, check=False)
    assert done.stdout == "['0', '1', '2', '3']\n", (done.stdout, done.stderr)
    os.close(folder)
    network.close()


def test_memory_shared_with_others(outside):
    """System V, POSIX queues and keys."""
    libc = ctypes.CDLL(None, use_errno=True)
    key = 0x70000000 | os.getpid() & 0xFFFF
    identifier = libc.shmget(key, 4096, 0o1666)
    assert identifier >= 0
    try:
        code = "ok(libc.shmget(given['key'], 4096, 0)); escaped()"
        assert "ESCAPED" in outside.directly(code, key=key).stdout
        refused(outside.inside(code, key=key))
        refused(outside.inside("ok(libc.shmat(given['id'], 0, 0)) ; escaped()", id=identifier))
    finally:
        libc.shmctl(identifier, 0, None)


# What is left for later.

PLANTED = [".bash_profile", ".zshenv", ".config/autostart/x.desktop", ".config/systemd/user/x.service", ".local/bin/ls",
           ".cargo/config.toml", ".docker/config.json", "bin/ls"]


def test_nothing_is_left_that_programs_outside_obey(outside):
    """What was not there before cannot be protected: it is given another name in the end."""
    home = outside.sandbox.home
    code = """
for name in given["names"]:
    os.makedirs(os.path.dirname(f"{home}/{name}"), exist_ok=True)
    open(f"{home}/{name}", "w").write("evil")
"""
    try:
        for _ in range(2):
            done = outside.inside(code, names=PLANTED)
            assert done.returncode == 0, done.stderr
            assert not [name for name in PLANTED if (home / name).exists()]
            assert f"{home}/.bash_profile.from-sandbox" in done.stderr and (home / ".bash_profile.from-sandbox").exists()
        assert (home / ".bash_profile.from-sandbox.2").exists()
    finally:
        for path in [*home.glob("*.from-sandbox*"), *home.glob(".*.from-sandbox*"), *home.glob(".config/*.from-sandbox*"),
                     home / ".cargo", home / ".local"]:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def test_what_the_user_made_meanwhile_elsewhere_stays(outside):
    home = outside.sandbox.home
    done = outside.inside("open(f'{home}/.other', 'w').write('x'); open(f'{home}/work/.bashrc', 'w').write('x')")
    assert done.returncode == 0 and not done.stderr
    assert (home / ".other").exists() and (home / "work/.bashrc").exists()


def test_programs_on_the_path_are_not_replaced(outside):
    home = outside.sandbox.home
    tools, owner = home / ".tools/bin", outside.sandbox.user or 0
    tools.mkdir(parents=True, exist_ok=True)
    for path in (tools.parent, tools):
        os.chown(path, owner, owner)
    for code in ("open(f'{home}/.tools/bin/ls', 'w').write('evil'); escaped()",
                 "os.rename(f'{home}/.tools', f'{home}/.tools2'); escaped()"):
        refused(outside.inside(code, environment={"PATH": f"{tools}:/usr/bin:/bin"}))


def test_start_files_that_are_links(outside):
    """Into a directory of such files, as many keep them: neither the link nor what it leads to can be changed."""
    home, owner = outside.sandbox.home, outside.sandbox.user or 0
    folder = home / "dotfiles/fish"
    folder.mkdir(parents=True, exist_ok=True)
    (home / "dotfiles/zshrc").write_text("ours\n")
    (folder / "config.fish").write_text("ours\n")
    links = [(home / ".zshrc", "dotfiles/zshrc"), (home / ".config/fish", "../dotfiles/fish")]
    for link, target in links:
        link.symlink_to(target)
    for path in [home / "dotfiles", *(home / "dotfiles").rglob("*"), *(link for link, _ in links)]:
        os.chown(path, owner, owner, follow_symlinks=False)
    attempts = ["open(f'{home}/.zshrc', 'a').write('evil')", "open(f'{home}/dotfiles/zshrc', 'a').write('evil')",
                "open(f'{home}/dotfiles/fish/config.fish', 'a').write('evil')", "os.unlink(f'{home}/.zshrc')",
                "os.unlink(f'{home}/.config/fish')", "os.rename(f'{home}/.config/fish', f'{home}/.fish')",
                "os.symlink('/tmp', f'{home}/.l'); os.rename(f'{home}/.l', f'{home}/.zshrc')",
                "os.rename(f'{home}/dotfiles', f'{home}/old')", "os.rename(f'{home}/dotfiles/fish', f'{home}/dotfiles/old')",
                "os.rename(home, f'{home}.old')"]
    try:
        for code in attempts:
            done = outside.inside(code + "; escaped()")
            assert "ESCAPED" not in done.stdout and done.returncode == 1, (code, done.stderr)
        assert outside.inside("print(open(f'{home}/.zshrc').read(), end='')").stdout == "ours\n"
    finally:
        for link, _ in links:
            link.unlink(missing_ok=True)
        shutil.rmtree(home / "dotfiles")
        (home / ".l").unlink(missing_ok=True)


def test_a_start_file_that_leads_nowhere(outside):
    """Nor can it be given something to lead to, nor be led elsewhere."""
    home, owner = outside.sandbox.home, outside.sandbox.user or 0
    folder = home / "dotfiles"
    folder.mkdir()
    os.chown(folder, owner, owner)
    link, target = home / ".zlogin", folder / "zlogin"
    link.symlink_to("dotfiles/zlogin")
    os.chown(link, owner, owner, follow_symlinks=False)
    try:
        done = outside.inside("open(f'{home}/dotfiles/zlogin', 'w').write('evil')")
        assert done.returncode == 0 and "was made in the sandbox" in done.stderr, done.stderr
        assert not target.exists() and Path(f"{target}.from-sandbox").read_text() == "evil"
        assert outside.inside("os.unlink(f'{home}/.zlogin'); escaped()").returncode == 1
        assert os.readlink(link) == "dotfiles/zlogin"
    finally:
        link.unlink()
        shutil.rmtree(folder)


def test_what_is_posterns_is_not_made_inside(outside):
    """A configuration or a state that a program left there would be taken for the user's."""
    home = outside.sandbox.home
    for place in (".config/postern", ".local/state/postern"):
        done = outside.inside(f"os.makedirs(f'{{home}}/{place}', exist_ok=True); open(f'{{home}}/{place}/x', 'w'); escaped()")
        assert "ESCAPED" not in done.stdout and done.returncode == 1, done.stderr
        assert (home / place).is_dir() and not (home / place / "x").exists()


# The network.

NETWORK = {
    "TCP": "s = socket.socket(); s.settimeout(2); s.connect((given['host'], given['tcp'])); escaped()",
    "loopback": "s = socket.socket(); s.settimeout(2); s.connect(('127.0.0.1', given['tcp'])); escaped()",
    "IPv6": "s = socket.socket(socket.AF_INET6); s.settimeout(2); s.connect(('::1', given['tcp6'])); escaped()",
    "UDP": """
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(2)
s.sendto(b"ping", (given["host"], given["udp"])); escaped(s.recv(4) == b"pong")
""",
    "UDP on loopback": """
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(2)
s.sendto(b"ping", ("127.0.0.1", given["udp"])); escaped(s.recv(4) == b"pong")
""",
    "an abstract socket": "s = socket.socket(socket.AF_UNIX); s.connect('\\0' + given['abstract']); escaped()",
    "a bridge": "escaped(len(socket.if_nameindex()) > 1)",
}
RAW = {
    "ICMP": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP); escaped()",
    "raw": "socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW); escaped()",
    "packets": "socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 3); escaped()",
    "addresses": "subprocess.run(['ip', 'addr', 'add', '198.51.100.1/24', 'dev', 'lo'], check=True); escaped()",
}


@pytest.fixture(scope="module")
def services():
    """Services of the host, on every address of it."""
    tcp = socket.create_server(("0.0.0.0", 0), backlog=64)
    tcp6 = socket.create_server(("::1", 0), family=socket.AF_INET6, backlog=64)
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("0.0.0.0", 0))
    udp.settimeout(0.2)
    abstract = socket.socket(socket.AF_UNIX)
    abstract.bind(f"\0postern-escape-{os.getpid()}")
    abstract.listen(64)
    import threading

    ending = threading.Event()

    def answer() -> None:
        while not ending.is_set():
            try:
                _, peer = udp.recvfrom(16)
                udp.sendto(b"pong", peer)
            except TimeoutError:
                pass

    thread = threading.Thread(target=answer)
    thread.start()
    probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        probe.connect(("192.0.2.1", 9))
        host = probe.getsockname()[0]
    except OSError:
        host = "127.0.0.1"
    probe.close()
    yield {"host": host, "tcp": tcp.getsockname()[1], "tcp6": tcp6.getsockname()[1], "udp": udp.getsockname()[1],
           "abstract": abstract.getsockname()[1:].decode()}
    ending.set()
    thread.join()
    for one in (tcp, tcp6, udp, abstract):
        one.close()


@pytest.mark.parametrize("transparent", [False, True], ids=["", "transparent"])
@pytest.mark.parametrize("name", list(NETWORK))
def test_the_network_of_the_host(outside, services, name, transparent):
    code = NETWORK[name]
    if name != "a bridge":
        assert "ESCAPED" in outside.directly(code, **services).stdout, "it works where nothing forbids it"
    for nested in (False, True):
        refused(outside.inside(code, nested, options=("--transparent",) if transparent else (), **services))


@pytest.mark.parametrize("name", list(RAW))
def test_raw_sockets(outside, name):
    refused(outside.inside(RAW[name]))
    if name not in ("ICMP",):
        refused(outside.inside(RAW[name], nested=True))


@pytest.mark.parametrize("kind", ["user", "net", "mnt", "pid", "ipc"])
def test_namespaces_outside(outside, kind):
    """They cannot even be named."""
    code = f"fd = os.open(f'/proc/{{pid}}/ns/{kind}', os.O_RDONLY); escaped()"
    for nested in (False, True):
        refused(outside.inside(code, nested))


def test_no_privilege_comes_back(outside):
    code = """
status = dict(line.split(":\\t", 1) for line in open("/proc/self/status").read().splitlines() if ":\\t" in line)
print(status["CapEff"], status["CapPrm"], status["CapBnd"], status["CapAmb"], status["NoNewPrivs"], status["Seccomp"])
"""
    none = "0" * 16
    assert outside.inside(code).stdout.split() == [none, none, none, none, "1", "2"]


def test_namespaces_inside(_runs):
    """Programs that make sandboxes of their own, as browsers do, go on doing so, but for mounts."""
    topology, _root, plain = _runs
    topology.begin()
    done = plain.shell(A, "unshare -Urpnf sh -c 'echo $$'")
    assert (done.returncode, done.stdout) == (0, "1\n"), done.stderr
    threads = "import threading; t = threading.Thread(target=print, args=('ran',)); t.start(); t.join()"
    assert plain.run(A, PYTHON, "-c", threads).stdout == "ran\n"


#: Mounts of one's own, all of which are left behind, and a directory that was open before.
LEAVING = """
folder = os.open(home, os.O_RDONLY)
open(f"{home}/.b2", "w").write("evil")
os.makedirs("/tmp/x", exist_ok=True)
uid, gid = os.getuid(), os.getgid()
ENTER
for name, text in (("setgroups", "deny"), ("uid_map", f"0 {uid} 1"), ("gid_map", f"0 {gid} 1")):
    open(f"/proc/self/{name}", "w").write(text)
ok(libc.mount(b"none", b"/", None, 0x44000, None))
ok(libc.mount(b"tmpfs", b"/tmp/x", b"tmpfs", 0, None))
os.makedirs("/tmp/x/old")
ok(libc.syscall(155, b"/tmp/x", b"/tmp/x/old"))
os.chdir("/")
ok(libc.umount2(b"/old", 2))
for old, new in ((".b2", ".bashrc"), (".ssh", ".ssh2")):
    try: os.rename(old, new, src_dir_fd=folder, dst_dir_fd=folder); escaped()
    except OSError: pass
"""
ENTER = {
    "unshare": "ok(libc.unshare(0x10020000))",
    "one after the other": "ok(libc.unshare(0x10000000)); ok(libc.unshare(0x20000))",
    "clone": """
if (child := ok(libc.syscall(56, 0x10020000 | 17, 0, 0, 0, 0))): sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
""",
    "clone3": """
import struct
arguments = ctypes.create_string_buffer(struct.pack("8Q", 0x10020000, 0, 0, 0, 17, 0, 0, 0))
if (child := ok(libc.syscall(435, arguments, 64))): sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
""",
}


@pytest.mark.parametrize("name", list(ENTER))
def test_leaving_the_mounts_behind(outside, name):
    """What something is mounted on can be moved by who does not have it mounted: then it is seen, or replaced."""
    home = outside.sandbox.home
    done = outside.inside(LEAVING.replace("ENTER", ENTER[name]))
    try:
        assert "ESCAPED" not in done.stdout and done.returncode != 0, (done.stdout, done.stderr)
        assert (home / ".bashrc").read_text() == "of .bashrc\n" and (home / ".ssh/id_ed25519").exists()
    finally:
        (home / ".b2").unlink(missing_ok=True)


def test_sockets_of_programs_outside(outside):
    """Wherever they are, and whatever they are called."""
    path = outside.sandbox.home / "work/a socket"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen(8)
        os.chmod(path, 0o777)
        code = "socket.socket(socket.AF_UNIX).connect(given['path']); escaped()"
        assert "ESCAPED" in outside.directly(code, path=str(path)).stdout
        refused(outside.inside(code, path=str(path)))
        assert "ESCAPED" in outside.inside(code, path=str(path), options=("--bind", str(path))).stdout
    path.unlink()


def test_a_hidden_directory_is_hidden_where_one_starts(outside):
    ssh = outside.sandbox.home / ".ssh"
    done = outside.sandbox.run(A, PYTHON, "-c", "import os; print(os.listdir('.'))", cwd=ssh)
    assert done.returncode in (0, 125) and "id_ed25519" not in done.stdout, done


def test_an_interactive_shell_gives_the_terminal_back(outside):
    """It takes the terminal for its own group of processes; who started it reads from there again afterwards."""
    sandbox = outside.sandbox
    shell = " ".join(sandbox.command(A, "bash", "--norc", "-i"))
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.clear()
        os.environ.update(sandbox.environment(PS1="inside> "))
        os.chdir(sandbox.home)
        os.execvp("sh", ["sh", "-c", f"{shell}; echo back $?; read -r line; echo got $line"])
    shown = b""

    def until(text: bytes) -> None:
        nonlocal shown
        deadline = time.monotonic() + 30
        while text not in shown:
            assert time.monotonic() < deadline, shown
            try:
                shown += os.read(terminal, 1024)
            except OSError:
                raise AssertionError(shown) from None

    try:
        until(b"inside> ")
        os.write(terminal, b"tty; sleep 0.2 & wait; exit 3\n")
        until(b"/dev/console")
        until(b"back 3")
        os.write(terminal, b"a line\n")
        until(b"got a line")
        assert b"job control" not in shown, shown
    finally:
        os.close(terminal)
        os.waitpid(pid, 0)
