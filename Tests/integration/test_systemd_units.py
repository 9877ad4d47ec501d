"""The units, judged by systemd's own tools. Nothing is installed: copies are looked at in a scratch directory."""

import pathlib
import re
import shutil
import subprocess

import pytest

UNITS = pathlib.Path(__file__).resolve().parents[2] / "systemd"
HIGHEST_EXPOSURE = 1.5

pytestmark = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")


@pytest.fixture
def units(tmp_path):
    """The units as `make install` writes them: with the program's path replaced by one that exists."""
    program = tmp_path / "posternd"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for unit in UNITS.iterdir():
        name = unit.name.replace("@.", "@research-bot.")
        (tmp_path / name).write_text(unit.read_text().replace("/usr/bin/posternd", str(program)))
    return sorted(path for path in tmp_path.iterdir() if path.suffix in (".service", ".socket"))


def test_verify_is_clean(units):
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True)
    assert done.returncode == 0
    # Units of the machine itself may have faults of their own; ours have none.
    ours = [line for line in (done.stdout + done.stderr).splitlines() if "posternd" in line]
    assert ours == []


def test_exposure_is_low():
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", f"--threshold={int(HIGHEST_EXPOSURE * 10)}", "--no-pager",
         UNITS / "posternd.service"], capture_output=True, text=True)
    exposure = re.search(r"Overall exposure level for posternd\.service: ([0-9.]+)", done.stdout)
    assert exposure, done.stdout + done.stderr
    assert float(exposure.group(1)) <= HIGHEST_EXPOSURE
    assert done.returncode == 0


def settings(unit):
    """The `Name=value` lines of a unit."""
    lines = (UNITS / unit).read_text().splitlines()
    return [tuple(line.split("=", 1)) for line in lines if "=" in line and not line.startswith(("#", "["))]


def test_peer_identity_is_not_mapped_away():
    assert "PrivateUsers" not in dict(settings("posternd.service"))


@pytest.mark.parametrize("unit", ["posternd.socket", "posternd-agent@.socket"])
def test_sockets_carry_the_name_the_configuration_uses(unit):
    assert dict(settings(unit))["FileDescriptorName"] in ("proxy", "%i")


def test_hardening_options_are_explained():
    """From the bounds on, each setting follows a comment (one comment may introduce neighbours it names)."""
    text = (UNITS / "posternd.service").read_text()
    unexplained = re.findall(r"^\s*\n([A-Za-z]+=.*)$", text.split("# Bounds.")[1].split("[Install]")[0], re.M)
    assert unexplained == []
