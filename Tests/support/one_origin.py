"""Postern with one origin behind it, of whatever kind, and one agent that may use it."""

from __future__ import annotations

import secrets as random
import shutil
import tempfile
from pathlib import Path
from typing import Any

from . import audit
from .clients_page import PROTOCOLS
from .config import Config
from .daemon import Daemon
from .encodings import LeakSearch
from .standin_world import bundle


class OneOrigin:
    """Runs Postern for ``host``, which stands for ``address``; what else the grant says is in ``grant``."""

    def __init__(self, authority, host: str, address: str, **grant: Any):
        self.directory = Path(tempfile.mkdtemp(prefix="postern-one-"))
        self.secret = f"credential/{random.token_hex(10)}+="
        self.key = f"pak_{random.token_hex(20)}"
        config = Config()
        config.set("proxy", listen=["127.0.0.1:0"], state_dir=str(self.directory / "state"))
        config.add("agent", name="bot", key=self._file("key", self.key))
        config.add("provider", name="origin", hosts=[host], connect_to=address, ca_file=str(authority.path),
                   inject=[{"header": "authorization", "value": "Bearer {secret}"}])
        config.add("secret", name="origin", provider="origin", value=self._file("secret", self.secret))
        config.add("grant", agent="bot", secret="origin", **grant)
        self.daemon = Daemon(self.directory, config.text())
        self.bundle = bundle(self.daemon.state, self.directory / "bundle.pem")
        self.search = LeakSearch({"the credential": self.secret})
        self._audit_before = 0

    def _file(self, name: str, value: str) -> str:
        path = self.directory / name
        path.write_text(value)
        path.chmod(0o600)
        return f"file:{path}"

    @property
    def proxy(self) -> str:
        return f"http://bot:{self.key}@127.0.0.1:{self.daemon.port}"

    def begin(self) -> None:
        self._audit_before = len(self.daemon.audit())

    def audit(self) -> list[audit.Row]:
        return self.daemon.audit()[self._audit_before :]

    def spoken(self) -> set[str]:
        """The protocols in which requests came since the test began."""
        return {PROTOCOLS[row["http.version"]] for row in audit.intents(self.audit())}

    def close(self) -> None:
        try:
            self.daemon.terminate()
            assert not self.search.find(self.daemon.log().encode())
        finally:
            shutil.rmtree(self.directory, ignore_errors=True)
