"""`make install` into a scratch directory, and the units in it judged by systemd's own tools."""

import pathlib
import re
import shutil
import subprocess

import pytest
from support.systemd import install

ROOT = pathlib.Path(__file__).resolve().parents[2]
UNITS = ROOT / "systemd"
HIGHEST_EXPOSURE = 1.5

pytestmark = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")


@pytest.fixture
def installed(tmp_path):
    """What `make install` puts below a prefix."""
    prefix = tmp_path / "prefix"
    install(tmp_path, str(prefix), f"SYSCONFDIR={tmp_path}/etc")
    return prefix


@pytest.fixture
def units(installed):
    """The installed units, the template as one of its instances."""
    directory = installed / "lib/systemd/system"
    template = directory / "posternd-agent@.socket"
    template.rename(directory / "posternd-agent@research-bot.socket")
    return sorted(directory.iterdir())


def test_install_puts_everything_in_its_place(installed):
    found = {str(path.relative_to(installed.parent)) for path in installed.parent.rglob("*") if path.is_file()}
    assert {"prefix/bin/posternd", "prefix/bin/postern", "prefix/bin/postern-cli", "etc/postern/proxy.conf.example",
            "prefix/lib/systemd/system/posternd.service", "prefix/lib/systemd/system/posternd.socket",
            "prefix/share/doc/postern/README.md", "prefix/share/man/man1/postern-grant.1",
            "prefix/share/man/man1/posternd.1", "prefix/share/bash-completion/completions/postern",
            "prefix/share/zsh/site-functions/_postern", "prefix/share/fish/vendor_completions.d/postern.fish"} <= found


def test_manual_pages_name_every_command_and_are_well_formed(installed):
    pages = installed / "share/man/man1"
    for page, words in [("postern-grant", ["create", "mcp", "revoke"]), ("postern", ["init", "explain"])]:
        text = (pages / f"{page}.1").read_text()
        assert text.startswith(".TH ") and all(word in text for word in words)
        # A line that begins with a control character is a macro, and there are only these.
        macros = {line.split()[0] for line in text.splitlines() if line[:1] in (".", "'")}
        assert macros <= {".TH", ".SH", ".SS", ".TP", ".PP", ".RS", ".RE", ".B"}


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
