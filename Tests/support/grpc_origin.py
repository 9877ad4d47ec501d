"""A gRPC server that records the metadata of each call. Messages are bytes: nothing is generated."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")  # tests start programs, which must not wait for gRPC's threads

import grpc  # noqa: E402

SERVICE = "/standin.Echo/"
DETAILS = b"\x08\x09\x12\x03\xff\x00\xfe"  # for grpc-status-details-bin: must arrive byte for byte
MESSAGE = "50% ungültig: äöü ✓\n"  # grpc-message percent-encodes it
ANY_SIZE = (("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1))


class Call:
    """One call as the server saw it."""

    def __init__(self, method: str, context: grpc.ServicerContext):
        self.method = method.removeprefix(SERVICE)
        self.metadata = [(name, value) for name, value in context.invocation_metadata()]
        self.time_remaining = context.time_remaining()
        self.ended = threading.Event()
        self.sent = 0
        context.add_callback(self.ended.set)

    def values(self, name: str) -> list[str | bytes]:
        return [value for key, value in self.metadata if key == name]


class GrpcOrigin(grpc.GenericRpcHandler):
    """Listens with TLS on a loopback port; the methods are below."""

    def __init__(self, certificate: Path, options: tuple = ()):
        pem = certificate.read_bytes()
        split = pem.index(b"-----BEGIN PRIVATE KEY-----")
        self.calls: list[Call] = []
        self._server = grpc.server(ThreadPoolExecutor(64), handlers=[self], options=ANY_SIZE + options)
        credentials = grpc.ssl_server_credentials([(pem[split:], pem[:split])])
        self.port = self._server.add_secure_port("127.0.0.1:0", credentials)
        self._server.start()

    def close(self) -> None:
        self._server.stop(None).wait()

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler | None:
        method = getattr(self, details.method.removeprefix(SERVICE), None)
        kind = KINDS.get(details.method.removeprefix(SERVICE))
        if not kind:
            return None

        def recorded(request, context):
            call = Call(details.method, context)
            self.calls.append(call)
            return method(request, context, call)

        return kind(recorded)

    # Methods.

    def Unary(self, request, context, call):
        return request

    def Collect(self, requests, context, call):
        return b"".join(requests)

    def Count(self, request, context, call):
        """As many numbered messages of one kilobyte as asked for."""
        for number in range(int(request)):
            call.sent += 1
            yield b"%d".ljust(1024) % number

    def PingPong(self, requests, context, call):
        for request in requests:
            yield b"pong " + request

    def Wait(self, request, context, call):
        """Says one thing and then nothing, until it is cancelled."""
        yield b"waiting"
        call.ended.wait(20)

    def Fail(self, request, context, call):
        context.set_trailing_metadata((("grpc-status-details-bin", DETAILS), ("standin-trailer", "after all")))
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, MESSAGE)

    def FailLate(self, request, context, call):
        """Fails when an answer has begun, so that the status can only be in trailers."""
        yield b"first"
        self.Fail(request, context, call)

    def Reflect(self, request, context, call):
        """Gives the credential back everywhere, in the way that was asked for."""
        (credential,) = call.values("authorization")
        trailers = [("standin-seen", credential)]
        if request == b"gzip":
            context.set_compression(grpc.Compression.Gzip)
        elif request == b"binary":
            trailers.append(("standin-seen-bin", credential.encode()))
        context.send_initial_metadata((("standin-seen", credential),))
        context.set_trailing_metadata(trailers)
        context.set_details(f"saw {credential}")
        context.set_code(grpc.StatusCode.UNKNOWN if request == b"fail" else grpc.StatusCode.OK)
        return b"saw " + credential.encode() + b"."


def _streaming(request: bool, response: bool):
    kind = {
        (False, False): grpc.unary_unary_rpc_method_handler,
        (True, False): grpc.stream_unary_rpc_method_handler,
        (False, True): grpc.unary_stream_rpc_method_handler,
        (True, True): grpc.stream_stream_rpc_method_handler,
    }
    return kind[request, response]


KINDS = {
    **dict.fromkeys(("Unary", "Fail", "Reflect"), _streaming(False, False)),
    **dict.fromkeys(("Count", "Wait", "FailLate"), _streaming(False, True)),
    "Collect": _streaming(True, False),
    "PingPong": _streaming(True, True),
}
