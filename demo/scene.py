"""The demo's scratch directory: a certificate authority, one made-up credential, one agent, a proxy.conf."""

import os
import secrets
import socket
import subprocess

HOST = "api.example.test"

CONFIGURATION = """\
[proxy]
listen = ["127.0.0.1:{port}"]
state_dir = "{directory}/state"

# The agent's own socket: whoever may open it is the agent, no key needed.
[[socket]]
path = "{directory}/demo.sock"
agent = "demo"
uids = [{uid}]

[[provider]]
name = "example"
hosts = ["{host}"]
inject = [{{ header = "Authorization", value = "Bearer {{secret}}" }}]
connect_to = "127.0.0.1:{origin_port}"     # the demo's upstream stands in for the real one
ca_file = "{directory}/ca.pem"

[[secret]]
name = "example-key"
provider = "example"
value = "file:{directory}/example-key"

[[agent]]
name = "demo"
key = "file:{directory}/agent-key"

[[grant]]
agent = "demo"
secret = "example-key"
methods = ["GET", "POST"]
paths = ["/v1/**"]
requests_per_minute = 120
"""


class Scene:
    """Paths and values of one run of the demo."""

    def __init__(self, directory):
        self.directory = directory
        self.configuration = self.path("proxy.conf")
        self.authority = self.path("state/ca/ca.pem")  # Postern's own, which its clients trust
        self.credential = f"made-up-credential-{secrets.token_hex(4)}"
        self.key = secrets.token_urlsafe(12)
        os.mkdir(self.path("state"), 0o700)
        self._write("example-key", self.credential)
        self._write("agent-key", self.key)
        self._make_certificates()

    def path(self, name):
        return os.path.join(self.directory, name)

    def configure(self, origin_port):
        """Writes proxy.conf; the proxy's port is 3128 where that is free."""
        self.port = _free_port(3128)
        self._write("proxy.conf", CONFIGURATION.format(
            port=self.port, directory=self.directory, uid=os.getuid(), host=HOST, origin_port=origin_port))

    def _write(self, name, text):
        with open(os.open(self.path(name), os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
            file.write(text)

    def _make_certificates(self):
        """ca.pem, and a certificate for the upstream's name signed by it."""
        def openssl(*arguments):
            subprocess.run(("openssl", *arguments), cwd=self.directory, check=True, capture_output=True)

        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
        self._write("leaf.ext", f"subjectAltName=DNS:{HOST}\nextendedKeyUsage=serverAuth\n")
        openssl("req", "-x509", *key, "-days", "2", "-subj", "/CN=Postern demo CA", "-keyout", "ca.key",
                "-out", "ca.pem", "-addext", "keyUsage=critical,keyCertSign")
        openssl("req", *key, "-subj", f"/CN={HOST}", "-keyout", "origin.key", "-out", "origin.csr")
        openssl("x509", "-req", "-in", "origin.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-days", "2",
                "-extfile", "leaf.ext", "-out", "origin.pem")


def _free_port(preferred):
    """The preferred port, or any other that is free."""
    for port in (preferred, 0):
        try:
            with socket.create_server(("127.0.0.1", port)) as listener:
                return listener.getsockname()[1]
        except OSError:
            continue
    raise SystemExit("demo: no free port on 127.0.0.1")
