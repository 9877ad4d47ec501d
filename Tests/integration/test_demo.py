"""What `make run` shows, with the programs that were built."""

import os
import re
import subprocess
from pathlib import Path

from support.daemon import program

DEMO = Path(__file__).resolve().parents[2] / "demo" / "run"


def test_the_demo_shows_the_request_from_both_ends(tmp_path):
    environment = {"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path), "POSTERN_DEMO_ONCE": "1",
                   "POSTERN_BIN": os.path.dirname(program("posternd"))}
    done = subprocess.run([DEMO], env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    columns = done.stdout.split("The upstream received, over TLS")[1].split("The agent's answer")[0]
    assert "Authorization: Bearer none" in columns
    assert re.search(r"Authorization: Bearer made-up-credential-[0-9a-f]{8}$", columns, re.M)
    assert columns.count("Postern-Run") == columns.count("Proxy-Authorization") == 1  # sent, not received
    assert re.search(r"^  export http_proxy=http://demo:\S+@127\.0\.0\.1:\d+$", done.stdout, re.M)
    assert list(tmp_path.iterdir()) == []
