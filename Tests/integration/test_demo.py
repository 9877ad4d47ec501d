"""What `make run` shows, with the programs that were built."""

import os
import re
import subprocess
import tempfile
from pathlib import Path

from support.daemon import program

DEMO = Path(__file__).resolve().parents[2] / "demo" / "run"


def test_the_demo_shows_the_request_from_both_ends():
    with tempfile.TemporaryDirectory() as directory:  # pytest's own is too long a path for the demo's socket
        environment = {"PATH": os.environ["PATH"], "TMPDIR": directory, "POSTERN_DEMO_ONCE": "1",
                       "POSTERN_BIN": os.path.dirname(program("posternd"))}
        done = subprocess.run([DEMO], env=environment, capture_output=True, text=True, timeout=60)
        assert os.listdir(directory) == []
    assert done.returncode == 0, done.stdout + done.stderr
    credential = re.search(r"made-up-credential-[0-9a-f]{8}$", done.stdout, re.M)[0]
    assert done.stdout.count(credential) == 2  # the upstream's columns; masked in the answer it echoed
    _, by_http, by_https = done.stdout.split("The upstream received, over TLS")
    for columns in by_http.split("The agent's answer")[0], by_https.split("The audit log")[0]:
        assert "uthorization: Bearer none" in columns
        assert f"Authorization: Bearer {credential}" in columns
        assert columns.lower().count("postern-run") == columns.count("Proxy-Authorization") == 1  # sent, not received
    assert "CONNECT api.example.test:443 HTTP/1.1" in by_https and "POST /v1/hello HTTP/2" in by_https
    assert "curl got and trusts is of CN=Postern local CA" in by_http
    assert re.search(r"^  export http_proxy=http://demo:\S+@127\.0\.0\.1:\d+$", done.stdout, re.M)
    assert re.search(r" intent .* POST https://api\.example\.test\S*/v1/hello", done.stdout)
    assert re.search(r"^  verified \d+ records", done.stdout, re.M)
