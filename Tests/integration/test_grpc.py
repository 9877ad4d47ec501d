"""gRPC from end to end: a real client and server, and Postern between them, which adds the credential."""

from __future__ import annotations

import queue
import secrets as random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from support import audit, clients_page
from support.grpc_origin import ANY_SIZE, DETAILS, MESSAGE, SERVICE, grpc
from support.grpc_world import HOST, GrpcWorld
from support.programs import sdk
from support.standin_world import PLACEHOLDER
from support.waiting import wait_until

MIB = 1 << 20


@pytest.fixture(scope="module")
def _rpc(authority):
    world = GrpcWorld(authority)
    yield world
    world.close()


@pytest.fixture
def rpc(_rpc):
    _rpc.begin()
    yield _rpc
    _rpc.verify()


def open_channel(world: GrpcWorld) -> grpc.Channel:
    credentials = grpc.ssl_channel_credentials(Path(world.bundle).read_bytes())
    return grpc.secure_channel(f"{HOST}:443", credentials, [("grpc.http_proxy", world.proxy), *ANY_SIZE])


@pytest.fixture
def channel(rpc):
    """A channel through Postern; every call sends a placeholder."""
    with open_channel(rpc) as channel:
        yield channel


METADATA = [
    ("authorization", f"Bearer {PLACEHOLDER}"), ("standin-text", "kept"), ("standin-data-bin", b"\x00\xff kept"),
]
OPTIONS = {"metadata": METADATA, "timeout": 10}


def unary(channel, method: str):
    return channel.unary_unary(SERVICE + method)


# The four kinds of call.


def test_unary(rpc, channel):
    answer, call = unary(channel, "Unary").with_call(b"hello", **OPTIONS)
    assert answer == b"hello" and call.code() is grpc.StatusCode.OK
    (seen,) = rpc.origin.calls
    assert seen.values("standin-text") == ["kept"] and seen.values("standin-data-bin") == [b"\x00\xff kept"]
    row = rpc.outcome("Unary")
    assert row["event.outcome"] == "success" and row["http.response.status_code"] == 200


def test_client_streaming(rpc, channel):
    pieces = [b"%d," % number for number in range(500)]
    assert channel.stream_unary(SERVICE + "Collect")(iter(pieces), **OPTIONS) == b"".join(pieces)


def test_server_streaming(rpc, channel):
    answers = channel.unary_stream(SERVICE + "Count")(b"500", **OPTIONS)
    assert [int(answer) for answer in answers] == list(range(500))
    assert answers.code() is grpc.StatusCode.OK


def ping_pong(channel, rounds: int) -> None:
    """No message is sent before the one before was answered, so nothing may wait for the end of a body.

    Nor for what comes behind a message whose last byte some form of the credential begins with: `6` is such a byte.
    """
    outgoing: queue.Queue = queue.Queue()
    answers = channel.stream_stream(SERVICE + "PingPong")(iter(outgoing.get, None), metadata=METADATA, timeout=60)
    for number in range(rounds):
        outgoing.put(b"%d" % number)
        assert next(answers) == b"pong %d" % number
    outgoing.put(None)
    assert list(answers) == [] and answers.code() is grpc.StatusCode.OK


def test_bidirectional_streaming(rpc, channel):
    ping_pong(channel, 200)


def test_many_conversations_on_one_connection(rpc, channel):
    """A client sends PING and WINDOW_UPDATE beside its messages, in numbers that would be a flood without them."""
    with ThreadPoolExecutor(40) as pool:
        assert len(list(pool.map(lambda _: ping_pong(channel, 100), range(40)))) == 40


def test_more_calls_than_the_server_takes_at_once(authority):
    """On one connection, that is; the others get connections of their own, and none has to wait for another's end."""
    world = GrpcWorld(authority, options=(("grpc.max_concurrent_streams", 7),))
    try:
        world.begin()
        with open_channel(world) as channel:
            calls = [channel.unary_stream(SERVICE + "Wait")(b"", **OPTIONS) for _ in range(40)]
            assert [next(call) for call in calls] == [b"waiting"] * 40
            for call in calls:
                call.cancel()
        world.verify()
    finally:
        world.close()


def test_many_calls_on_one_connection(rpc, channel):
    calls = [unary(channel, "Unary").future(b"%d" % number, **OPTIONS) for number in range(200)]
    assert [call.result() for call in calls] == [b"%d" % number for number in range(200)]
    assert len(rpc.origin.calls) == 200


@pytest.mark.parametrize("size", [0, 1, 16_383, 16_384, 65_535, MIB, 4 * MIB])
def test_messages_of_any_size(rpc, channel, size):
    message = random.token_bytes(size)
    assert unary(channel, "Unary")(message, **OPTIONS) == message


def test_a_slow_client_slows_the_server(rpc, channel):
    """64 MiB are not kept by Postern while the client takes its time; all of it arrives in the end."""
    before = rpc.daemon.resident()
    answers = channel.unary_stream(SERVICE + "Count")(b"65536", metadata=METADATA, timeout=60)
    first = int(next(answers))
    time.sleep(1)
    (call,) = rpc.origin.calls
    assert call.sent < 60_000
    assert [first, *(int(answer) for answer in answers)] == list(range(65_536))
    assert rpc.daemon.resident() - before < 24 * MIB


# Statuses and trailers.


@pytest.mark.parametrize("method", ["Fail", "FailLate"])
def test_errors_keep_their_details(rpc, channel, method):
    with pytest.raises(grpc.RpcError) as raised:
        if method == "Fail":
            unary(channel, method)(b"", **OPTIONS)
        else:
            answers = channel.unary_stream(SERVICE + method)(b"", **OPTIONS)
            assert next(answers) == b"first"
            next(answers)
    error = raised.value
    assert (error.code(), error.details()) == (grpc.StatusCode.FAILED_PRECONDITION, MESSAGE)
    trailers = dict(error.trailing_metadata())
    assert trailers["grpc-status-details-bin"] == DETAILS and trailers["standin-trailer"] == "after all"
    assert rpc.outcome(method)["event.outcome"] == "success"


def test_a_method_nobody_has(rpc, channel):
    """The server's own refusal, in a head that is its trailers at the same time. It saw the request, and no call."""
    with pytest.raises(grpc.RpcError) as raised:
        unary(channel, "Missing")(b"", **OPTIONS)
    assert raised.value.code() is grpc.StatusCode.UNIMPLEMENTED
    rpc.outcome("Missing")
    rpc.begin()


def test_a_method_that_was_not_granted(rpc, channel):
    """Postern's 403 is PERMISSION_DENIED to the client, and the connection goes on."""
    waiting = channel.unary_stream(SERVICE + "Wait")(b"", **OPTIONS)
    assert next(waiting) == b"waiting"
    with pytest.raises(grpc.RpcError) as raised:
        channel.unary_unary("/standin.Admin/Unary")(b"", **OPTIONS)
    assert raised.value.code() is grpc.StatusCode.PERMISSION_DENIED
    assert unary(channel, "Unary")(b"still here", **OPTIONS) == b"still here"
    waiting.cancel()
    (denied,) = audit.denials(rpc.audit())
    assert denied["error.code"] == "policy_denied"


# Ends before the end.


def test_deadline(rpc, channel):
    """The server is told of the deadline, and the client's is kept."""
    began = time.monotonic()
    answers = channel.unary_stream(SERVICE + "Wait")(b"", metadata=METADATA, timeout=0.7)
    with pytest.raises(grpc.RpcError) as raised:
        list(answers)
    assert raised.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert 0.6 < time.monotonic() - began < 5
    (call,) = rpc.origin.calls
    assert 0 < call.time_remaining <= 0.7
    assert call.ended.wait(5)


def test_cancellation_reaches_the_server(rpc, channel):
    answers = channel.unary_stream(SERVICE + "Wait")(b"", **OPTIONS)
    assert next(answers) == b"waiting"
    (call,) = rpc.origin.calls
    assert not call.ended.wait(0.2)
    answers.cancel()
    assert call.ended.wait(5), "the server did not hear of it"
    rpc.outcome("Wait")
    assert unary(channel, "Unary")(b"next", **OPTIONS) == b"next"


def test_cancellation_while_sending(rpc, channel):
    stop = threading.Event()

    def messages():
        while not stop.is_set():
            yield bytes(1000)
            time.sleep(0.01)

    call = channel.stream_unary(SERVICE + "Collect").future(messages(), **OPTIONS)
    wait_until(lambda: rpc.origin.calls, what="the call has begun")
    call.cancel()
    stop.set()
    assert rpc.origin.calls[0].ended.wait(5)


# What comes back.


def reflected(rpc, channel, how: bytes):
    """Has the credential given back, and fails if any of it comes: the message if there is one, and the call."""
    try:
        answer, call = unary(channel, "Reflect").with_call(how, **OPTIONS)
    except grpc.RpcError as error:
        answer, call = None, error
    seen = repr([answer, call.initial_metadata(), call.details(), call.trailing_metadata()])
    assert not rpc.search.find(seen.encode())
    return answer, call


def test_a_reflected_credential_is_masked(rpc, channel):
    """In the first metadata, the message and the trailers; what is around it stays as it is."""
    answer, call = reflected(rpc, channel, b"")
    assert answer == b"saw Bearer " + b"*" * len(rpc.secret) + b"."
    assert call.code() is grpc.StatusCode.OK
    assert rpc.outcome("Reflect")["postern.scrubbed"] >= 3


def test_a_credential_reflected_in_a_status_is_masked(rpc, channel):
    _, call = reflected(rpc, channel, b"fail")
    assert call.code() is grpc.StatusCode.UNKNOWN and call.details().startswith("saw Bearer *")


def test_a_credential_reflected_in_binary_metadata_does_not_pass(rpc, channel):
    """A mask is no base64, which the client refuses in its turn."""
    reflected(rpc, channel, b"binary")
    assert rpc.outcome("Reflect")["postern.scrubbed"] >= 4


def test_compressed_requests(rpc, channel):
    """The server is not asked to compress its answer: in a compressed message no credential could be seen."""
    message = b"compressible " * 1000
    assert unary(channel, "Unary")(message, **OPTIONS, compression=grpc.Compression.Gzip) == message
    (call,) = rpc.origin.calls
    assert not [value for value in call.values("grpc-accept-encoding") if value != "identity"]


def test_a_message_compressed_all_the_same_does_not_pass(rpc, channel):
    answer, call = reflected(rpc, channel, b"gzip")
    assert answer is None and call.code() is grpc.StatusCode.UNAVAILABLE
    assert rpc.outcome("Reflect")["error.code"] == "content_encoding_refused"


# Set up from outside, as an agent is.


def test_grpc_client_with_variables(rpc, python):
    environment = {"https_proxy": rpc.proxy, "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH": rpc.bundle}
    assert sdk(python, "grpc", f"{HOST}:443", PLACEHOLDER, **environment) == "hello"
    clients_page.expect(clients_page.GRPC, "`https_proxy`", "`GRPC_DEFAULT_SSL_ROOTS_FILE_PATH`", *rpc.spoken(), "yes")
