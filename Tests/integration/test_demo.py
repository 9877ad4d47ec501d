"""What `make run` shows, with the programs that were built."""

import os
import re
import subprocess
import tempfile
from pathlib import Path

from support.daemon import program

DEMO = Path(__file__).resolve().parents[2] / "demo" / "run"


def test_the_demo_shows_the_request_from_both_ends():
    # Not pytest's directory, whose name may be too long for a socket in it.
    with tempfile.TemporaryDirectory() as directory:
        shows_both_ends(Path(directory))


def shows_both_ends(directory: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "TMPDIR": str(directory), "POSTERN_DEMO_ONCE": "1",
                   "POSTERN_BIN": os.path.dirname(program("posternd"))}
    done = subprocess.run([DEMO], env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    credential = re.search(r"made-up-credential-[0-9a-f]{8}$", done.stdout, re.M)[0]
    assert done.stdout.count(credential) == 1  # the upstream's column; masked in the answer it echoed
    columns = done.stdout.split("The upstream received, over TLS")[1].split("The agent's answer")[0]
    assert "Authorization: Bearer none" in columns
    assert f"Authorization: Bearer {credential}" in columns
    assert columns.count("Postern-Run") == columns.count("Proxy-Authorization") == 1  # sent, not received
    assert re.search(r"^  export http_proxy=http://demo:\S+@127\.0\.0\.1:\d+$", done.stdout, re.M)
    assert re.search(r" intent .* POST https://api\.example\.test\S*/v1/hello", done.stdout)
    assert re.search(r"^  verified \d+ records", done.stdout, re.M)
    assert list(directory.iterdir()) == []
