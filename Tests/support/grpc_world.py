"""A gRPC server behind Postern, and one agent that may call it."""

from __future__ import annotations

import secrets as random
import shutil
import tempfile
from pathlib import Path

from . import audit
from .config import Config
from .daemon import Daemon
from .encodings import LeakSearch
from .grpc_origin import SERVICE, GrpcOrigin
from .standin_world import bundle
from .waiting import wait_until

HOST = "rpc.standin.test"


class GrpcWorld:
    """Starts both; ``verify`` checks what the server saw since ``begin``."""

    def __init__(self, authority):
        self.directory = Path(tempfile.mkdtemp(prefix="postern-grpc-"))
        self.secret = f"grpc-credential/{random.token_hex(10)}+="
        self.key = f"pak_{random.token_hex(20)}"
        self.origin = GrpcOrigin(authority.leaf(HOST))
        config = Config()
        config.set("proxy", listen=["127.0.0.1:0"], state_dir=str(self.directory / "state"))
        config.add("agent", name="bot", key=self._file("key", self.key))
        config.add("provider", name="rpc", hosts=[HOST], connect_to=f"127.0.0.1:{self.origin.port}",
                   ca_file=str(authority.path), inject=[{"header": "authorization", "value": "Bearer {secret}"}])
        config.add("secret", name="rpc", provider="rpc", value=self._file("secret", self.secret))
        config.add("grant", agent="bot", secret="rpc", methods=["POST"], paths=[f"{SERVICE}*"])
        self.daemon = Daemon(self.directory, config.text())
        self.bundle = bundle(self.daemon.state, self.directory / "bundle.pem")
        self.search = LeakSearch({"the credential": self.secret})

    def _file(self, name: str, value: str) -> str:
        path = self.directory / name
        path.write_text(value)
        path.chmod(0o600)
        return f"file:{path}"

    @property
    def proxy(self) -> str:
        return f"http://bot:{self.key}@127.0.0.1:{self.daemon.port}"

    def begin(self) -> None:
        self.origin.calls.clear()
        self._audit_before = len(self.daemon.audit())

    def audit(self) -> list[audit.Row]:
        return self.daemon.audit()[self._audit_before :]

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
        intents = audit.intents(self.audit())
        assert len(intents) == len(self.origin.calls)
        assert {row["http.version"] for row in intents} <= {"2"}

    def close(self) -> None:
        try:
            self.daemon.terminate()
            assert not self.search.find(self.daemon.log().encode())
        finally:
            self.origin.close()
            shutil.rmtree(self.directory, ignore_errors=True)
