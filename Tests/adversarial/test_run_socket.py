"""The run socket against whoever may connect to it, which is everybody (attack 117)."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import struct
import tempfile
import time
from pathlib import Path

import pytest

from conftest import needs_root
from support.origin import echo
from support.run_socket import FOUR, NEW_USER, Wrapper, datagrams, describing, listener, listening, made, stream
from support.sandbox import PLAIN_USER, Sandboxes, make_home, runs
from support.topology import A, B, Topology
from support.waiting import wait_until

pytestmark = [needs_root, pytest.mark.attack(117)]
STRANGER = 4712
GOOD = b"GET http://good.test/v1/x HTTP/1.1\r\nHost: good.test\r\n\r\n"


@pytest.fixture(scope="module")
def _runs(authority):
    with runs(authority) as found:
        yield found


@pytest.fixture
def world(_runs):
    """A daemon. Whatever was done to it, it holds no more than before."""
    topology, root, _plain = _runs
    topology.begin()
    daemon = topology.daemon
    wait_until(lambda: threads(daemon) == 0, 40, "the sandboxes of the last test are gone")
    begin = daemon.descriptors()
    yield root
    assert daemon.is_alive()
    wait_until(lambda: threads(daemon) == 0, 40, "the threads are gone")
    # Idle connections to upstreams may be kept.
    wait_until(lambda: daemon.descriptors() <= begin + 4, 20, "the descriptors are closed")
    assert works(root)
    topology.verify()


def threads(daemon) -> int:
    """How many connections to the run socket it serves."""
    names = []
    for task in Path(f"/proc/{daemon.pid}/task").iterdir():
        try:
            names.append((task / "comm").read_text().strip())
        except OSError:
            pass
    return names.count("postern-sandbox")


def works(root, agent: str = A) -> bool:
    """Whether somebody else still gets a sandbox, and an answer in it."""
    entrance, client = made([listener(), stream])
    with Wrapper(root.socket) as wrapper, client:
        assert wrapper.listen(agent, [entrance]) == {"ok": True}
        entrance.close()
        return b" 200 " in exchange(client, GOOD.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))


def exchange(client: socket.socket, data: bytes, address: tuple[str, int] = ("127.0.0.1", 3128)) -> bytes:
    """What is answered, until it ends or nothing more comes; ``client`` is of the sandbox's network."""
    client.settimeout(20)
    answer = b""
    try:
        client.connect(address)
        client.sendall(data)
        while chunk := client.recv(65_536):
            answer += chunk
            client.settimeout(1)
    except (TimeoutError, ConnectionResetError, BrokenPipeError):
        pass
    return answer


def code(answer) -> str | None:
    assert answer is not None and answer["ok"] is False if answer and "ok" in answer else answer is not None, answer
    return answer["code"]


# What comes with a message.


def _file(flags: int, path: str = "/dev/null"):
    return lambda: [os.open(path, flags)]


def _connected():
    entrance, client = made([listener(), stream])
    client.connect(("127.0.0.1", 3128))
    return [client]


def _unix():
    one = socket.socket(socket.AF_UNIX)
    one.bind(f"\0postern-test-{os.getpid()}-{time.monotonic_ns()}")
    one.listen()
    return [one]


def _of_the_host():
    one = socket.create_server(("127.0.0.1", 0))
    return [one]


def _two_networks():
    return [*made(FOUR[:2]), *made(FOUR[2:])]


WRONG = {
    "nothing": (lambda: [], "not_a_listener"),
    "two": (lambda: made([listener(), listener(80)]), "not_a_listener"),
    "five": (lambda: made([*FOUR, listener(81)]), "not_a_listener"),
    "nine": (lambda: made([listener(4000 + number) for number in range(9)]), "not_a_message"),
    "seventeen": (lambda: made([listener(4000 + number) for number in range(17)]), "not_a_message"),
    "253": (lambda: list(_file(os.O_RDONLY)()) * 253, "not_a_message"),
    "a pipe": (lambda: list(os.pipe())[:1], "not_a_listener"),
    "a file": (_file(os.O_RDWR), "not_a_listener"),
    "a directory": (_file(os.O_RDONLY, "/"), "not_a_listener"),
    "O_PATH": (_file(os.O_PATH, "/"), "not_a_listener"),
    "an event": (lambda: [os.eventfd(0)], "not_a_listener"),
    "a unix listener": (_unix, "not_a_listener"),
    "datagrams": (lambda: made([datagrams(3128)]), "not_a_listener"),
    "not listening": (lambda: made([stream]), "not_a_listener"),
    "connected": (_connected, "not_a_listener"),
    "MPTCP": (lambda: made([lambda: _mptcp()]), "not_a_listener"),
    "of the host": (_of_the_host, "not_isolated"),
    "one of the host among others": (lambda: [*made(FOUR[:3]), datagrams(0)()], "not_isolated"),
    "of two networks": (_two_networks, "not_isolated"),
    "in another order": (lambda: made([listener(), datagrams(), listener(443), listener(80)]), "not_a_listener"),
}


def _mptcp() -> socket.socket:
    try:
        one = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)
    except OSError:
        pytest.skip("no MPTCP in this kernel")
    one.bind(("127.0.0.1", 3128))
    one.listen()
    return one


@pytest.mark.parametrize("name", list(WRONG))
def test_what_is_no_listener_of_a_sandbox(world, name):
    make, expected = WRONG[name]
    if name == "MPTCP":
        _mptcp().close()
    before = world.topology.daemon.descriptors()
    given = make()
    with Wrapper(world.socket) as wrapper:
        assert code(wrapper.listen(A, given)) == expected
        assert wrapper.ended()
        # The connection itself is closed, and so is what came with the message.
        wait_until(lambda: world.topology.daemon.descriptors() <= before + 2, 20, "nothing is kept")
    for one in set(given):
        os.close(one) if isinstance(one, int) else one.close()


def test_a_question_brings_nothing(world):
    with Wrapper(world.socket) as wrapper:
        assert code(wrapper.ask(describing(A), made([listener()]))) == "not_a_message"
        assert wrapper.ended()


def test_descriptors_of_an_empty_message_are_closed(world):
    """An empty message looks like the end of the connection."""
    daemon = world.topology.daemon
    before = daemon.descriptors()
    for _ in range(40):
        with Wrapper(world.socket, STRANGER) as wrapper:
            wrapper.send(b"", [0, 1, 2])
            assert wrapper.ended()
    wait_until(lambda: daemon.descriptors() <= before + 2, 20, "none is kept")


def test_floods_of_descriptors(world):
    """Messages that are never read, and ones that are refused, each with as many descriptors as the kernel lets through."""
    daemon = world.topology.daemon
    before = daemon.descriptors()
    holders = [Wrapper(world.socket, STRANGER) for _ in range(8)]
    many = [os.open("/dev/null", os.O_RDONLY)] * 250
    for holder in holders:
        holder.socket.settimeout(1)
        try:
            for _ in range(10):
                holder.send(describing(A), many)
        except (TimeoutError, BrokenPipeError, ConnectionResetError, OSError):
            pass
    assert daemon.descriptors() < before + 64
    assert works(world)
    for holder in holders:
        holder.close()
    os.close(many[0])


# Messages.

MESSAGES = {
    "no JSON": b"hello",
    "a number": b"1",
    "an empty object": b"{}",
    "cut short": b'{"version":1,"ask":"listen","ag',
    "two objects": b'{"version":1,"ask":"describe","agent":"agent-a"}{}',
    "an array": b'[{"version":1}]',
    "deep": b"[" * 60_000,
    "deep in a member": b'{"version":1,"ask":"describe","agent":' + b"[" * 500 + b"]" * 500 + b"}",
    "deep objects": b'{"a":' * 10_000,
    "NUL": b'{"version":1,"ask":"describe","agent":"a\x00b"}',
    "only NUL": b"\x00" * 100,
    "not UTF-8": b'{"version":1,"ask":"describe","agent":"\xff\xfe"}',
    "a surrogate": b'{"version":1,"ask":"describe","agent":"\\ud800"}',
    "another question": b'{"version":1,"ask":"stop","agent":"agent-a"}',
    "an agent that is a number": b'{"version":1,"ask":"describe","agent":1}',
    "no agent": b'{"version":1,"ask":"describe","agent":null}',
    "a version that is none": b'{"version":1e999,"ask":"describe","agent":"agent-a"}',
    "65,537 bytes": b'{"version":1,"ask":"describe","agent":"' + b"a" * 65_496 + b'"}',
    "200,000 bytes": b"a" * 200_000,
}


@pytest.mark.parametrize("name", list(MESSAGES))
@pytest.mark.parametrize("user", [None, STRANGER])
def test_what_is_no_message(world, name, user):
    with Wrapper(world.socket, user) as wrapper:
        assert code(wrapper.ask(MESSAGES[name])) == "not_a_message"
        assert wrapper.ended()


@pytest.mark.parametrize("version", [0, 2, -1, 2**62])
def test_versions(world, version):
    with Wrapper(world.socket) as wrapper:
        assert code(wrapper.ask({**describing(A), "version": version})) == "unsupported_version"


NAMES = ["", " ", "*", "agent-*", "agent-a\n", "agent-a\0", "../agent-a", "AGENT-A", "agent-a/", "\x1b[2J", "ａgent-a",
         "a" * 60_000, "\u202eagent", '","ok":true,"', "-", "--agent", "agent-a agent-b", "%61gent-a"]


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
@pytest.mark.parametrize("user", [None, PLAIN_USER, STRANGER])
def test_names_that_are_none(world, name, user):
    for message in (describing(name), listening(name)):
        with Wrapper(world.socket, user) as wrapper:
            answer = wrapper.ask(message)
            assert code(answer) == "not_allowed" and len(answer["message"]) < 300


def test_one_of_two_names_is_judged_and_used(world):
    """A message that names two agents is about one of them, and that one is judged."""
    twice = b'{"version":1,"ask":"listen","agent":"agent-a","agent":"agent-b"}'
    entrance, client = made([listener(), stream], PLAIN_USER)
    with Wrapper(world.socket, PLAIN_USER) as wrapper, client:
        answer = wrapper.ask(twice, [entrance])
        if answer.get("ok"):
            exchange(client, b"GET http://open.test/x HTTP/1.1\r\nHost: open.test\r\n\r\n")
            assert [one.value("x-api-key") for one in world.topology.open.requests] == [world.topology.secrets["open-a"]]
        else:
            assert code(answer) in ("not_allowed", "not_a_message")


# Who asks.


@pytest.mark.parametrize("ask", [describing, listening])
@pytest.mark.parametrize("user, there", [(STRANGER, A), (STRANGER, B), (PLAIN_USER, B)])
def test_whoever_may_not_learns_nothing(world, ask, user, there):
    """An agent that is there and one that is not are the same to them, in every byte but the name."""
    answers = []
    for name in (there, "agent-x"):
        with Wrapper(world.socket, user) as wrapper:
            wrapper.send(ask(name), made([listener()], user) if ask is listening else [])
            answers.append(wrapper.socket.recv(65_536).replace(name.encode(), b"N"))
            assert wrapper.ended()
    assert answers[0] == answers[1] and b"not_allowed" in answers[0]


def test_root_of_a_namespace_is_who_made_it(world):
    """The kernel says who it is outside."""
    with Wrapper(world.socket, STRANGER, flags=NEW_USER) as wrapper:
        assert code(wrapper.ask(describing(A))) == "not_allowed"


def test_whoever_is_in_another_network_is_refused(world):
    for user in (None, PLAIN_USER):
        with Wrapper(world.socket, user, isolated=True) as wrapper:
            assert code(wrapper.ask(describing(A))) == "inside_a_sandbox"
            assert wrapper.ended()


def test_a_network_is_one_agents(world):
    """Another agent does not get a listener where one runs already: clients inside could not tell them apart."""
    one, two, three, client = made([listener(), listener(3129), listener(3130), stream])
    with Wrapper(world.socket) as first, client:
        assert first.listen(A, [one]) == {"ok": True}
        with Wrapper(world.socket) as second:
            assert code(second.listen(B, [two])) == "namespace_taken"
        with Wrapper(world.socket) as third:
            assert third.listen(A, [three]) == {"ok": True}
            first.close()
            time.sleep(0.2)
            with Wrapper(world.socket) as fourth:
                assert code(fourth.listen(B, [two])) == "namespace_taken"
    wait_until(lambda: threads(world.topology.daemon) == 0, 20, "all are gone")
    with Wrapper(world.socket) as last:
        assert last.listen(B, [two]) == {"ok": True}


# What is done afterwards by whoever kept the listener.


def test_a_second_message_changes_nothing(world):
    entrance, client, other = made([listener(), stream, listener(3129)])
    with Wrapper(world.socket) as wrapper, client:
        assert wrapper.listen(A, [entrance]) == {"ok": True}
        for _ in range(20):
            wrapper.send(listening(B), [other])
        assert b" 200 " in exchange(client, GOOD)
        wrapper.socket.settimeout(0.3)
        with pytest.raises(TimeoutError):
            wrapper.socket.recv(1)


def test_a_listener_that_blocks(world):
    """Its flags are shared with whoever made it: the sandbox ends rather than to wait for a connection that is gone."""
    entrance, client, other = made([listener(), stream, stream])
    wrapper = Wrapper(world.socket)
    assert wrapper.listen(A, [entrance]) == {"ok": True}
    assert b" 200 " in exchange(client, GOOD)
    entrance.setblocking(True)
    other.settimeout(5)
    try:
        other.connect(("127.0.0.1", 3128))
    except OSError:
        pass
    assert wrapper.ended()
    wrapper.close()


def test_a_listener_that_listens_no_longer(world):
    """It may even be connected, and readable for ever."""
    entrance, target, accepted = made([listener(), listener(3129), stream])
    wrapper = Wrapper(world.socket)
    assert wrapper.listen(A, [entrance]) == {"ok": True}
    entrance.shutdown(socket.SHUT_RDWR)
    with contextlib.suppress(BlockingIOError):  # the daemon has it not wait, and it is connected all the same
        entrance.connect(("127.0.0.1", 3129))
    peer, _ = target.accept()
    peer.send(b"x")
    before = world.topology.daemon.cpu_seconds()
    assert wrapper.ended()
    wrapper.close()
    assert world.topology.daemon.cpu_seconds() - before < 5


def test_a_name_socket_that_is_shut(world):
    """It is readable for ever, with nothing to read."""
    four = made([*FOUR, lambda: _datagram_client()])
    names, client = four[3], four[4]
    wrapper = Wrapper(world.socket)
    assert wrapper.listen(A, four[:4]) == {"ok": True}
    names.connect(("127.0.0.1", 9))
    try:
        names.shutdown(socket.SHUT_RD)
    except OSError:
        pass
    assert wrapper.ended()
    wrapper.close()
    client.close()


def _datagram_client() -> socket.socket:
    return socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


def test_a_listener_whose_connections_linger(world):
    """What is accepted has the listener's options: closing such a connection would wait for a client that reads nothing."""

    def large(_request):
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 60000000\r\n\r\n"
        for _ in range(60):
            yield bytes(1_000_000)

    topology = world.topology
    topology.good.handler = large
    entrance, *clients = made([listener(), *[stream] * 8])
    entrance.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 3600))
    wrapper = Wrapper(world.socket)
    assert wrapper.listen(A, [entrance]) == {"ok": True}
    for client in clients:
        client.settimeout(20)
        client.connect(("127.0.0.1", 3128))
        client.sendall(GOOD)
        assert client.recv(12) == b"HTTP/1.1 200"
    time.sleep(0.5)
    wrapper.close()
    time.sleep(0.5)
    topology.good.handler = echo
    for _ in range(8):
        with socket.create_connection(topology.proxy, timeout=20) as other:
            other.sendall(b"GET http://good.test/v1/x HTTP/1.1\r\nHost: good.test\r\n\r\n")
            assert other.recv(12).startswith(b"HTTP/1.1 4")
    for client in clients:
        client.close()


# As many as there are.


def test_one_user_does_not_keep_others_out(world):
    """Somebody without any right holds as many connections as the system gives: others go on, and little is held."""
    daemon = world.topology.daemon
    before = threads(daemon)
    held = [Wrapper(world.socket, STRANGER) for _ in range(120)]
    try:
        assert threads(daemon) - before <= 64
        assert works(world)
        with Wrapper(world.socket, PLAIN_USER) as other:
            assert other.ask(describing(A))["agent"] == A
        refused = [one for one in held if _is_refused(one)]
        assert len(refused) >= 120 - 64
    finally:
        for one in held:
            one.close()


def _is_refused(wrapper: Wrapper) -> bool:
    wrapper.socket.settimeout(0.05)
    try:
        answer = wrapper.answer()
    except TimeoutError:
        return False
    return answer is not None and answer["code"] == "too_many_sandboxes"


def test_thousands_of_connections_one_after_the_other(world):
    daemon = world.topology.daemon
    begin = daemon.resident()
    for number in range(2_000):
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", 20, 0))
            one.connect(str(world.socket))
            try:
                if number % 3:
                    one.send(b"{}" if number % 2 else b"")
            except BrokenPipeError:  # refused already
                pass
    wait_until(lambda: threads(daemon) == 0, 40, "all are gone")
    assert daemon.resident() - begin < 50_000_000


def test_a_user_has_half_of_the_places(authority):
    parent = Path(tempfile.mkdtemp(prefix="postern-run-", dir="/var/lib"))
    os.chmod(parent, 0o755)

    def edit(_topology, config):
        config.add("runner", users=[PLAIN_USER], agents=[A])
        config.set("run", socket=str(parent / "run.sock"), max_sandboxes=4)

    topology = Topology(authority, edit)
    held: list[Wrapper] = []

    def register(user: int | None) -> dict:
        held.append(Wrapper(parent / "run.sock", user))
        return held[-1].listen(A, made([listener()], user))

    try:
        assert [register(PLAIN_USER) for _ in range(2)] == [{"ok": True}] * 2
        assert code(register(PLAIN_USER)) == "too_many_sandboxes"
        assert [register(None) for _ in range(2)] == [{"ok": True}] * 2
        assert code(register(None)) == "too_many_sandboxes"
        held[0].close()
        wait_until(lambda: register(PLAIN_USER) == {"ok": True}, 20, "a place that is free is given again", every=0.3)
    finally:
        for one in held:
            one.close()
        topology.close()
        shutil.rmtree(parent, ignore_errors=True)


# What comes out of a sandbox.


@pytest.fixture
def inside(world):
    """A transparent sandbox, of which the test has as many sockets as it asks for."""
    entrances = made([*FOUR, *[stream] * 30, *[_datagram_client] * 4])
    wrapper = Wrapper(world.socket)
    assert wrapper.listen(A, entrances[:4]) == {"ok": True}
    for one in entrances[:4]:
        one.close()
    yield world, entrances[4:34], entrances[34:]
    wrapper.close()
    for one in entrances[4:]:
        one.close()


QUESTION = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x04good\x04test\x00\x00\x01\x00\x01"
NO_QUESTION = {
    "nothing": b"",
    "a byte": b"\x00",
    "a head alone": QUESTION[:12],
    "no end of the name": QUESTION[:12] + b"\x04good",
    "a label beyond the end": QUESTION[:12] + b"\x3fgood",
    "a pointer to itself": QUESTION[:12] + b"\xc0\x0c\x00\x01\x00\x01",
    "a pointer forwards": QUESTION[:12] + b"\x04good\xc0\xff\x00\x01\x00\x01",
    "a name of 300 bytes": QUESTION[:12] + b"\x3f" + b"a" * 63 + (b"\x3f" + b"a" * 63) * 4 + b"\x00\x00\x01\x00\x01",
    "an answer": b"\x12\x34\x81\x80" + QUESTION[4:],
    "no question": QUESTION[:4] + b"\x00\x00" + QUESTION[6:],
    "65,535 questions": QUESTION[:4] + b"\xff\xff" + QUESTION[6:],
    "an update": b"\x12\x34\x28\x00" + QUESTION[4:],
    "4,000 bytes": b"\xff" * 4_000,
    "cut off": QUESTION[:-1],
}


def test_names_survive_everything(inside):
    """What is no question is not answered, and the next question is."""
    _world, _clients, sockets = inside
    client = sockets[0]
    client.settimeout(20)
    for message in NO_QUESTION.values():
        client.sendto(message, ("127.0.0.1", 53))
    for _ in range(300):
        client.sendto(os.urandom(40), ("127.0.0.1", 53))
    sockets[1].settimeout(1)

    def answered() -> bytes | None:
        sockets[1].sendto(QUESTION, ("127.0.0.1", 53))
        try:
            return sockets[1].recv(2_000)
        except TimeoutError:  # a datagram may be lost among so many
            return None

    answer = wait_until(answered, 20, "the next question is answered")
    assert answer[:2] == b"\x12\x34" and answer[-4:-2] in (b"\xc6\x12", b"\xc6\x13"), answer
    assert len(answer) == len(QUESTION) + 16


@pytest.mark.parametrize("name", list(NO_QUESTION))
def test_what_is_no_question(inside, name):
    _world, _clients, sockets = inside
    client = sockets[0]
    client.settimeout(20)
    client.sendto(NO_QUESTION[name], ("127.0.0.1", 53))
    client.sendto(QUESTION[:2] + b"\x01\x00" + QUESTION[4:], ("127.0.0.1", 53))
    assert client.recv(2_000)[:2] == QUESTION[:2]
    client.settimeout(0.2)
    with pytest.raises(TimeoutError):
        client.recv(2_000)


METADATA = "169.254.169.254"
HTTP = {
    "no Host": b"GET /v1/x HTTP/1.1\r\n\r\n",
    "two Hosts": b"GET /v1/x HTTP/1.1\r\nHost: good.test\r\nHost: evil.test\r\n\r\n",
    "the same twice": b"GET /v1/x HTTP/1.1\r\nHost: good.test\r\nHost: good.test\r\n\r\n",
    "a list": b"GET /v1/x HTTP/1.1\r\nHost: good.test, evil.test\r\n\r\n",
    "user information": b"GET /v1/x HTTP/1.1\r\nHost: good.test@evil.test\r\n\r\n",
    "a port": b"GET /v1/x HTTP/1.1\r\nHost: good.test:8080\r\n\r\n",
    "no name": b"GET /v1/x HTTP/1.1\r\nHost: \r\n\r\n",
    "another URL": b"GET http://evil.test/ HTTP/1.1\r\nHost: good.test\r\n\r\n",
    "another Host": b"GET http://good.test/v1/x HTTP/1.1\r\nHost: evil.test\r\n\r\n",
    "a host without a grant": b"GET / HTTP/1.1\r\nHost: evil.test\r\n\r\n",
    "loopback": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "a name of loopback": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "metadata": f"GET /latest/meta-data/ HTTP/1.1\r\nHost: {METADATA}\r\n\r\n".encode(),
    "metadata, as a proxy": f"GET http://{METADATA}/latest/ HTTP/1.1\r\nHost: {METADATA}\r\n\r\n".encode(),
    "CONNECT": b"CONNECT evil.test:443 HTTP/1.1\r\nHost: evil.test:443\r\n\r\n",
    "CONNECT to metadata": f"CONNECT {METADATA}:80 HTTP/1.1\r\nHost: {METADATA}:80\r\n\r\n".encode(),
    "a base URL": b"GET /via/good/v1/x HTTP/1.1\r\nHost: evil.test\r\n\r\n",
    "HTTP/1.0": b"GET /v1/x HTTP/1.0\r\n\r\n",
    "half a head": b"GET /v1/x HTTP/1.1\r\nHost: good",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64),
}


@pytest.mark.parametrize("name", list(HTTP))
def test_requests_of_programs_that_know_no_proxy(inside, name):
    world, clients, _ = inside
    answer = exchange(clients[0], HTTP[name], ("127.0.0.1", 80))
    assert not answer or answer.startswith(b"HTTP/1.1 4"), answer
    assert not [one for origin in world.topology.origins for one in origin.requests]


def proxied(url: str) -> bytes:
    host = url.split("/")[2]
    return f"GET {url} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()


@pytest.mark.parametrize("entrance", [80, 3128])
def test_this_machine_and_its_neighbours(inside, entrance):
    """What the daemon itself could reach, a program in a sandbox cannot through it."""
    world, clients, _ = inside
    canary, own = world.topology.canary.port, world.topology.daemon.port
    urls = [f"http://127.0.0.1:{canary}/", f"http://localhost:{canary}/", f"http://[::1]:{canary}/",
            f"http://[::ffff:127.0.0.1]:{canary}/", f"http://0.0.0.0:{canary}/", f"http://2130706433:{canary}/",
            f"http://127.0.0.1:{own}/via/good/v1/x", f"http://{METADATA}/latest/meta-data/",
            "http://metadata.google.internal/computeMetadata/v1/", "http://postern.internal/", "http://100.100.100.200/",
            "http://[fd00:ec2::254]/latest/"]
    for url, client in zip(urls, clients):
        answer = exchange(client, proxied(url), ("127.0.0.1", entrance))
        assert answer.startswith(b"HTTP/1.1 4"), (url, answer)
    assert not world.topology.canary.requests and not world.topology.good.requests


def hello(name: bytes | None, *more: bytes, size: int = 0) -> bytes:
    """A TLS 1.2 hello with a name, other extensions and padding."""
    extensions = b""
    if name is not None:
        entry = b"\x00" + struct.pack("!H", len(name)) + name
        extensions += struct.pack("!HHH", 0, len(entry) + 2, len(entry)) + entry
    extensions += b"".join(more)
    if size:
        extensions += struct.pack("!HH", 21, size) + bytes(size)
    body = b"\x03\x03" + bytes(32) + b"\x00" + b"\x00\x02\xc0\x2f" + b"\x01\x00"
    body += struct.pack("!H", len(extensions)) + extensions
    message = b"\x01" + len(body).to_bytes(3, "big") + body
    return b"".join(
        b"\x16\x03\x01" + struct.pack("!H", len(part)) + part
        for part in (message[start : start + 16_000] for start in range(0, len(message), 16_000))
    )


ECH = struct.pack("!HH", 0xFE0D, 40) + bytes(40)
HELLOS = {
    "nothing": b"",
    "no TLS": b"GET / HTTP/1.1\r\nHost: good.test\r\n\r\n",
    "no name": hello(None),
    "ECH without a name": hello(None, ECH),
    "an address": hello(b"192.0.2.1"),
    "loopback": hello(b"127.0.0.1"),
    "an IPv6 address": hello(b"::1"),
    "an empty name": hello(b""),
    "NUL": hello(b"good.test\x00.evil.test"),
    "CR LF": hello(b"good.test\r\nHost: evil.test"),
    "a port": hello(b"good.test:8443"),
    "a long name": hello(b"a" * 300 + b".test"),
    "not ASCII": hello("göod.test".encode()),
    "two names": hello(b"good.test", struct.pack("!HHHBH", 0, 12, 10, 0, 7) + b"ev.test"),
    "no grant": hello(b"evil.test"),
    "a hello of 64 KB": hello(b"good.test", size=65_000),
    "half a hello": hello(b"good.test")[:40],
    "a record of nothing": b"\x16\x03\x01\x00\x00" * 200,
    "a longer record than there may be": b"\x16\x03\x01\xff\xff" + bytes(20_000),
    "an alert": b"\x15\x03\x01\x00\x02\x02\x28",
}


@pytest.mark.parametrize("name", list(HELLOS))
def test_hellos(inside, name):
    """None of them reaches an upstream, and none leaves the daemon in a state in which the next is not served."""
    world, clients, _ = inside
    answer = exchange(clients[0], HELLOS[name], ("127.0.0.1", 443))
    assert not answer.startswith(b"HTTP/1.1 2")
    assert not [one for origin in world.topology.origins for one in origin.requests]


def test_a_hello_in_single_bytes(inside):
    """It is read however it is cut, in bytes and in records; and what comes of it is one certificate, for its name."""
    world, clients, _ = inside
    import ssl

    context = ssl.create_default_context(cafile=str(world.topology.local_authority))
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_hostname="good.test")
    client = clients[0]
    client.settimeout(20)
    client.connect(("127.0.0.1", 443))
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    done = False
    first = True
    while not done:
        try:
            tls.do_handshake()
            done = True
        except ssl.SSLWantReadError:
            pass
        data = outgoing.read()
        for piece in ([data[at : at + 1] for at in range(len(data))] if first else [data]):
            client.sendall(piece)
        first = False
        if not done:
            incoming.write(client.recv(65_536))
    tls.write(b"GET /v1/x HTTP/1.1\r\nHost: good.test\r\nConnection: close\r\n\r\n")
    client.sendall(outgoing.read())
    wait_until(lambda: world.topology.good.requests, 20, "the request arrives")


# Authority that is taken away while programs run.


def test_an_agent_that_is_taken_away(authority):
    """The sandbox is there still, and nothing in it is let through."""
    parent = Path(tempfile.mkdtemp(prefix="postern-run-", dir="/var/lib"))
    topology = Topology(authority, lambda _t, config: config.set("run", socket=str(parent / "run.sock")))
    try:
        entrance, *clients = made([listener(), stream, stream])
        with Wrapper(parent / "run.sock") as wrapper:
            assert wrapper.listen(A, [entrance]) == {"ok": True}
            assert b" 200 " in exchange(clients[0], GOOD)
            for table in ("agent", "socket", "grant", "egress"):
                topology.config.lists[table] = [
                    one for one in topology.config.lists[table] if A not in (one.get("name"), one.get("agent"))
                ]
            topology.daemon.reload(topology.config.text())
            for client in (clients[1],):
                assert exchange(client, GOOD).startswith(b"HTTP/1.1 4")
            # One that was open is no exception.
            clients[0].sendall(GOOD)
            assert clients[0].recv(65_536).startswith(b"HTTP/1.1 4")
            with Wrapper(parent / "run.sock") as other:
                assert code(other.ask(describing(A))) == "not_allowed"
    finally:
        topology.close()
        shutil.rmtree(parent, ignore_errors=True)


@pytest.mark.parametrize("act", ["pause", "revoke"])
def test_an_agent_of_the_store_that_is_stopped(make_directory, act):
    directory = make_directory()
    path = directory.directory / "state/run.sock"
    entrance, *clients = made([listener(), stream, stream])
    with Wrapper(path) as wrapper:
        assert wrapper.listen(A, [entrance]) == {"ok": True}
        assert b" 200 " in exchange(clients[0], GOOD)
        directory.control.act(A, act)
        assert exchange(clients[1], GOOD).startswith(b"HTTP/1.1 4")
        clients[0].sendall(GOOD)
        assert clients[0].recv(65_536).startswith(b"HTTP/1.1 4")
        with Wrapper(path) as other:
            assert code(other.ask(listening(A), made([listener()]))) in ("agent_paused", "not_allowed")
