"""`postern ca`: what it shows, exports and bundles, and whether other programs can read it."""

import hashlib
import http.server
import json
import os
import re
import shutil
import ssl
import stat
import subprocess
import threading
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from support.ca import CertificateAuthority
from support.cli import postern
from support.daemon import program
from support.topology import A

SYSTEM_ROOTS = Path("/etc/ssl/certs/ca-certificates.crt")
HTTPS_GET = Path(__file__).resolve().parents[1] / "support" / "HttpsGet.java"
TRUST_STORE = "-Djavax.net.ssl.trustStore="


class State:
    """A state directory whose authority is a scratch one, and a server that it vouches for."""

    def __init__(self, directory: Path):
        self.authority = CertificateAuthority(directory / "scratch", name="Postern local CA 0123abcd")
        self.path = directory / "state"
        (self.path / "ca").mkdir(mode=0o700, parents=True)
        self.certificate = self.path / "ca" / "ca.pem"
        shutil.copy(self.authority.path, self.certificate)
        self.certificate.chmod(0o644)

    def run(self, *arguments):
        return postern("ca", *arguments, "--state-dir", str(self.path))

    def bundle(self, path, *arguments):
        done = self.run("bundle", "--output", str(path), *arguments)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        return path


@pytest.fixture
def state(tmp_path):
    return State(tmp_path)


@pytest.fixture
def server(state):
    """The URL of a server with a leaf of the authority."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(204)
            self.end_headers()

        def log_message(self, *arguments):
            pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(state.authority.leaf("localhost"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"https://localhost:{server.server_port}/"
        server.shutdown()


def blocks(data: bytes) -> list[bytes]:
    """The DER of each certificate."""
    found = re.findall(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", data.decode(), re.DOTALL)
    return [ssl.PEM_cert_to_DER_cert(block) for block in found]


def fingerprints(certificates) -> set[str]:
    return {hashlib.sha256(one).hexdigest() for one in certificates}


def keytool(path, password="changeit") -> subprocess.CompletedProcess:
    command = ["keytool", "-J-Duser.language=en", "-list", "-keystore", path, "-storepass", password]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_show_says_what_openssl_says(state):
    done = state.run("show")
    assert done.returncode == 0, done.stderr
    openssl = subprocess.run(
        ["openssl", "x509", "-in", state.certificate, "-noout", "-fingerprint", "-sha256"],
        capture_output=True, text=True, check=True,
    ).stdout
    assert f"sha256   {openssl.strip().split('=')[1]}\n" in done.stdout
    assert "subject  CN=Postern local CA 0123abcd\n" in done.stdout
    assert f"file     {state.certificate}\n" in done.stdout
    shown = json.loads(state.run("show", "--json").stdout)
    assert {shown["sha256"]} == fingerprints(blocks(state.certificate.read_bytes()))
    assert shown["path"] == str(state.certificate) and shown["expired"] is False
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", shown["not_after"])


def test_export_writes_the_certificate(state, tmp_path):
    assert state.run("export").stdout == state.certificate.read_text()
    output = tmp_path / "out.der"
    assert state.run("export", "--format", "der", "--output", str(output)).returncode == 0
    expected = blocks(state.certificate.read_bytes())[0]
    assert output.read_bytes() == expected
    assert stat.S_IMODE(output.stat().st_mode) == 0o644
    command = [program("postern"), "ca", "export", "--format", "der", "--state-dir", state.path]
    assert subprocess.run(command, capture_output=True, check=True).stdout == expected


def test_no_command_writes_the_key(state, tmp_path):
    secret = "-----BEGIN PRIVATE KEY-----\nplanted\n-----END PRIVATE KEY-----\n"
    (state.path / "ca" / "ca.key").write_text(secret)
    output = "".join(state.run(*command).stdout for command in [("show",), ("export",), ("bundle",)])
    assert "PRIVATE" not in output and "planted" not in output


def test_a_bundle_extends_what_the_system_trusts(state, tmp_path):
    bundle = blocks(state.bundle(tmp_path / "bundle.pem").read_bytes())
    ours = fingerprints(blocks(state.certificate.read_bytes()))
    assert fingerprints(bundle) == fingerprints(blocks(SYSTEM_ROOTS.read_bytes())) | ours
    assert fingerprints(bundle[-1:]) == ours
    assert stat.S_IMODE((tmp_path / "bundle.pem").stat().st_mode) == 0o644


def test_more_certificates_are_added_on_request(state, tmp_path):
    extra = CertificateAuthority(tmp_path / "extra", name="Company CA")
    paths = [str(extra.path), str(SYSTEM_ROOTS), str(state.certificate)]
    bundle = state.bundle(tmp_path / "bundle.pem", *(part for path in paths for part in ("--extra", path)))
    found = blocks(bundle.read_bytes())
    assert len(found) == len(fingerprints(found)) == len(fingerprints(blocks(SYSTEM_ROOTS.read_bytes()))) + 2
    assert fingerprints(blocks(extra.path.read_bytes())) <= fingerprints(found)


def test_variables_do_not_change_a_bundle(state, tmp_path):
    other = CertificateAuthority(tmp_path / "other", name="Left behind")
    command = [program("postern"), "ca", "bundle", "--state-dir", state.path]
    variables = dict.fromkeys(("SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"), str(other.path))
    done = subprocess.run(command, env={**os.environ, **variables}, capture_output=True, check=True)
    assert done.stdout == state.bundle(tmp_path / "bundle.pem").read_bytes()


def test_python_and_curl_verify_with_a_bundle(state, server, tmp_path):
    bundle = state.bundle(tmp_path / "bundle.pem")
    command = ["curl", "-sS", "--noproxy", "*", "-o", "/dev/null", "-w", "%{http_code}", server]
    done = subprocess.run([*command, "--cacert", bundle], capture_output=True, text=True, timeout=30)
    assert (done.stdout, done.stderr) == ("204", "")
    assert subprocess.run([*command, "--cacert", SYSTEM_ROOTS], capture_output=True, timeout=30).returncode == 60
    context = ssl.create_default_context(cafile=bundle)
    assert context.cert_store_stats()["x509_ca"] == len(blocks(bundle.read_bytes()))


@pytest.mark.parametrize("kind", ["jks", "p12"])
def test_java_reads_a_trust_store(state, tmp_path, kind):
    path = state.bundle(tmp_path / f"trust.{kind}", "--format", kind)
    count = len(blocks(state.bundle(tmp_path / "bundle.pem").read_bytes()))
    listed = keytool(path)
    assert listed.returncode == 0, listed.stdout
    assert f"contains {count} entries" in listed.stdout
    assert listed.stdout.count("trustedCertEntry") == count
    assert re.search(r"^postern-local-ca, .*trustedCertEntry", listed.stdout, re.M)
    assert keytool(path, "another").returncode != 0
    other = state.bundle(tmp_path / f"other.{kind}", "--format", kind, "--password", "another")
    assert keytool(other, "another").returncode == 0


@pytest.mark.parametrize("kind", ["jks", "p12"])
def test_java_verifies_with_a_trust_store(state, server, tmp_path, kind):
    path = state.bundle(tmp_path / f"trust.{kind}", "--format", kind)

    def get(*options):
        return subprocess.run(["java", *options, HTTPS_GET, server], capture_output=True, text=True, timeout=120)

    done = get(f"{TRUST_STORE}{path}")
    assert done.stdout == "204\n", done.stderr
    assert "PKIX path building failed" in get().stderr


@pytest.mark.filterwarnings("ignore:Parsed a serial number")  # of a root that the system trusts
def test_pkcs12_is_what_others_read(state, tmp_path):
    path = state.bundle(tmp_path / "trust.p12", "--format", "p12")
    store = pkcs12.load_pkcs12(path.read_bytes(), b"changeit")
    assert store.key is None and store.cert is None
    found = {one.friendly_name: one.certificate for one in store.additional_certs}
    ours = found[b"postern-local-ca"].public_bytes(serialization.Encoding.DER)
    assert fingerprints([ours]) == fingerprints(blocks(state.certificate.read_bytes()))
    with pytest.raises(ValueError):
        pkcs12.load_pkcs12(path.read_bytes(), b"another")


def test_a_missing_authority_says_who_makes_it(tmp_path):
    for command in ("show", "export", "bundle"):
        done = postern("ca", command, "--state-dir", str(tmp_path))
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.splitlines()[0] == f"postern: error: there is no certificate authority in {tmp_path}/ca"
        assert "posternd makes it on its first start" in done.stderr.splitlines()[1]


@pytest.mark.parametrize("days", [(-30, -1), (2, 30)])
def test_a_certificate_out_of_its_time_is_shown_and_not_handed_out(tmp_path, days):
    state = State(tmp_path)
    CertificateAuthority(tmp_path / "old", name="Old", days=days)
    shutil.copy(tmp_path / "old" / "old.pem", state.certificate)
    assert state.run("show").returncode == 0
    for command in ("export", "bundle"):
        done = state.run(command)
        assert (done.returncode, done.stdout) == (1, "")
        assert re.search(r"expired at|not valid before", done.stderr)


def test_only_regular_files_are_replaced(state, tmp_path):
    target = tmp_path / "target"
    target.write_text("kept")
    link = tmp_path / "link"
    link.symlink_to(target)
    for path in (link, tmp_path, "/dev/null"):
        done = state.run("export", "--output", str(path))
        assert done.returncode == 1
        assert "not a regular file" in done.stderr
    assert target.read_text() == "kept"
    assert state.run("export", "--output", str(target)).returncode == 0
    assert target.read_text() == state.certificate.read_text()
    assert not list(tmp_path.glob("*.??????"))


@pytest.mark.parametrize(
    "arguments",
    [
        ("export", "--format", "jks"), ("bundle", "--format", "der"), ("bundle", "--password", "x"),
        ("bundle", "--format", "jks", "--password", ""), ("shown",), ("export", "extra"),
    ],
)
def test_wrong_calls_end_with_two(state, arguments):
    done = state.run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("postern: error: ")


def test_a_bundle_is_not_made_from_what_is_no_certificate(state, tmp_path):
    bad = tmp_path / "bad.pem"
    bad.write_text("nonsense")
    output = tmp_path / "bundle.pem"
    done = state.run("bundle", "--extra", str(bad), "--output", str(output))
    assert done.returncode == 1
    assert str(bad) in done.stderr
    assert not output.exists()


def test_an_exposed_certificate_is_refused(state):
    state.certificate.chmod(0o666)
    done = state.run("export")
    assert (done.returncode, done.stdout) == (1, "")
    assert "may be changed by other users" in done.stderr and "chmod 0644" in done.stderr


def assert_verified(topology, certificates, host="good.test"):
    """openssl, behind CONNECT, verifies what it is shown for a host with these certificates."""
    address = "%s:%d" % topology.proxy
    command = ["openssl", "s_client", "-proxy", address, "-proxy_user", A, "-proxy_pass", f"pass:{topology.keys[A]}",
               "-connect", f"{host}:443", "-servername", host, "-CAfile", certificates, "-verify_hostname", host,
               "-x509_strict", "-verify_return_error"]
    done = subprocess.run(command, input="", capture_output=True, text=True, timeout=30)
    assert f"subject=CN = {host}\n" in done.stdout, done.stderr
    assert "Verification: OK\n" in done.stdout and f"Verified peername: {host}\n" in done.stdout


def test_the_daemon_makes_an_authority_and_keeps_it(make_topology, tmp_path):
    topology = make_topology()
    directory = topology.directory / "state" / "ca"
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (directory, *directory.iterdir())}
    assert modes == {"ca": 0o700, "ca.key": 0o600, "ca.pem": 0o644}
    before = {path.name: path.read_bytes() for path in directory.iterdir()}
    bundle = tmp_path / "bundle.pem"
    assert postern("ca", "bundle", "--state-dir", str(directory.parent), "-o", str(bundle)).returncode == 0
    assert_verified(topology, bundle)
    topology.daemon.terminate()
    topology.start()
    assert {path.name: path.read_bytes() for path in directory.iterdir()} == before
    assert_verified(topology, bundle)
