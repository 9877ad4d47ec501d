"""The forms in which a planted secret is looked for."""

from __future__ import annotations

import base64
import html
import json
import re
import subprocess
import tempfile
import urllib.parse


def _base64_cores(data: bytes, alphabet: str) -> set[bytes]:
    """What of ``data`` is certain to stand in its base64, at each of the three alignments."""
    encode = base64.urlsafe_b64encode if alphabet == "url" else base64.b64encode
    cores = set()
    for before in range(3):
        whole = encode(b"\0" * before + data)
        first = (before * 8 + 5) // 6
        last = (before + len(data)) * 8 // 6
        cores.add(whole[first:last])
    return cores


def _base32_cores(data: bytes) -> set[bytes]:
    """The same for base32, which has five alignments, in both cases."""
    cores = set()
    for before in range(5):
        whole = base64.b32encode(b"\0" * before + data)
        core = whole[(before * 8 + 4) // 5 : (before + len(data)) * 8 // 5]
        cores |= {core, core.lower()}
    return cores


def encodings(secret: str) -> dict[str, set[bytes]]:
    """Each way of writing a secret that must never be seen, by name."""
    data = secret.encode("latin-1")
    percent = urllib.parse.quote(secret, safe="")
    return {
        "raw": {data},
        "base64": _base64_cores(data, "std"),
        "base64url": _base64_cores(data, "url"),
        "hex": {data.hex().encode()},
        "HEX": {data.hex().upper().encode()},
        "spaced hex": {data.hex(" ").encode(), data.hex(" ").upper().encode()},
        "percent": {percent.encode(), urllib.parse.quote(secret, safe="-._~!$&'()*+,;=:@").encode()},
        "percent, lower case": {re.sub("%..", lambda m: m[0].lower(), percent).encode()},
        "JSON": {json.dumps(secret)[1:-1].encode(), json.dumps(secret)[1:-1].replace("/", "\\/").encode()},
        "\\u": {"".join(f"\\u{b:04x}" for b in data).encode(), "".join(f"\\u{b:04X}" for b in data).encode()},
        "HTML": {html.escape(secret).encode(), html.escape(secret, quote=False).encode()},
        "UTF-16": {secret.encode("utf-16-le"), secret.encode("utf-16-be")},
        "base32": _base32_cores(data),
        "reversed": {data[::-1]},
    }


LARGE = 200_000  # bytes above which grep is asked first


class LeakSearch:
    """Finds any form of any of some named secrets."""

    def __init__(self, secrets: dict[str, str]):
        self._patterns = [
            (name, form, pattern)
            for name, secret in secrets.items()
            for form, patterns in encodings(secret).items()
            for pattern in patterns
        ]

    def find(self, data: bytes) -> list[str]:
        data = bytes(data)
        if len(data) > LARGE and not self._occurs(data):
            return []
        return [f"{name} ({form})" for name, form, pattern in self._patterns if pattern in data]

    def _occurs(self, data: bytes) -> bool:
        """Whether any pattern is in there at all; looks for all of them at once, which Python cannot."""
        with tempfile.NamedTemporaryFile() as patterns:
            patterns.write(b"\n".join(pattern for _, _, pattern in self._patterns))
            patterns.flush()
            command = ["grep", "--quiet", "--text", "--fixed-strings", "--file", patterns.name]
            return subprocess.run(command, input=data, env={"LC_ALL": "C"}, check=False).returncode != 1
