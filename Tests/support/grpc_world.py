"""A gRPC server behind Postern."""

from __future__ import annotations

from . import audit
from .ca import CertificateAuthority
from .grpc_origin import SERVICE, GrpcOrigin
from .one_origin import OneOrigin
from .waiting import wait_until

HOST = "rpc.standin.test"


class GrpcWorld(OneOrigin):
    """Starts both; ``verify`` checks what the server saw since ``begin``."""

    def __init__(self, authority: CertificateAuthority, options: tuple = ()):
        self.origin = GrpcOrigin(authority.leaf(HOST), options)
        super().__init__(authority, HOST, f"127.0.0.1:{self.origin.port}", methods=["POST"], paths=[f"{SERVICE}*"])

    def begin(self) -> None:
        super().begin()
        self.origin.calls.clear()

    def outcome(self, method: str) -> audit.Row:
        """Waits for the outcome of the one call of a method."""
        def found():
            return [row for row in audit.outcomes(self.audit()) if row["url.full"].endswith(SERVICE + method)]

        (row,) = wait_until(found, what=f"an outcome of {method} is recorded")
        return row

    def verify(self) -> None:
        assert self.daemon.is_alive(), f"posternd has ended:\n{self.daemon.log()[-3000:]}"
        for call in self.origin.calls:
            assert call.values("authorization") == [f"Bearer {self.secret}"], f"{call.method} saw {call.metadata}"
            assert not [name for name, _ in call.metadata if name.startswith(("proxy-", "postern-"))]
        assert len(audit.intents(self.audit())) == len(self.origin.calls)
        assert self.spoken() <= {"HTTP/2"}

    def close(self) -> None:
        try:
            super().close()
        finally:
            self.origin.close()
