"""docs/alter-api.openapi.json is what the daemon serves: whatever is sent, it answers as described and never fails."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from support.environments import interpreter

ROOT = Path(__file__).resolve().parents[2]
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


@pytest.mark.parametrize("who", ["app", "agent"])
def test_schemathesis_finds_nothing_undocumented(alter, who, tmp_path):
    key = alter.new_app_key(alter.new_name("fuzz")).key if who == "app" else alter.new_agent().key
    program = Path(interpreter("schemathesis")).with_name("schemathesis")
    run = subprocess.run(
        [
            program,
            "run",
            ROOT / "docs/alter-api.openapi.json",
            "--url",
            f"http://127.0.0.1:{alter.port}",
            "--checks",
            CHECKS,
            "--phases",
            "coverage,fuzzing",
            "--max-examples",
            "10",
            "--continue-on-failure",
            "--request-timeout",
            "40",
            "--warnings",
            "off",
            "--no-color",
        ],
        cwd=tmp_path,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "PYTHONPATH": str(ROOT / "Tests"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "SCHEMATHESIS_HOOKS": "support.schemathesis_hooks",
            "POSTERN_TEST_KEY": key,
        },
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
