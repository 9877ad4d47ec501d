"""A scratch directory with a private certificate authority, bodies to serve and free ports."""

import os
import socket
import subprocess
import tempfile

ORIGIN_NAME = "origin.test"
STREAM_NAME = "stream.test"
SECRET = "bench-credential-0123456789abcdefghijklmnopqrstuv"
AGENT = "bench"
AGENT_KEY = "bench-agent-key-0123456789abcdef"
BODIES = {"b200": 200, "b10k": 10_000, "b1m": 1_000_000}


def make(parent=None):
    """Creates the directory (0700) and everything in it; returns its path."""
    directory = tempfile.mkdtemp(prefix="postern-bench-", dir=parent)
    for name in ("www", "logs", "temp", "state"):
        os.mkdir(os.path.join(directory, name))
    for name, size in BODIES.items():
        with open(os.path.join(directory, "www", name), "wb") as file:
            file.write((b"0123456789abcde\n" * (size // 16 + 1))[:size])
    _certificates(directory)
    return directory


def _certificates(directory):
    """ca.pem and one P-256 leaf for both origins, with the openssl command."""
    def openssl(*arguments):
        subprocess.run(("openssl", *arguments), cwd=directory, check=True, capture_output=True)

    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl("req", "-x509", *curve, "-days", "3", "-subj", "/CN=Postern bench CA", "-keyout", "ca.key",
            "-out", "ca.pem", "-addext", "basicConstraints=critical,CA:TRUE",
            "-addext", "keyUsage=critical,keyCertSign,cRLSign")
    openssl("req", *curve, "-subj", f"/CN={ORIGIN_NAME}", "-keyout", "origin.key", "-out", "origin.csr")
    with open(os.path.join(directory, "leaf.ext"), "w") as file:
        file.write(f"subjectAltName=DNS:{ORIGIN_NAME},DNS:{STREAM_NAME}\n"
                   "basicConstraints=critical,CA:FALSE\nextendedKeyUsage=serverAuth\n")
    openssl("x509", "-req", "-in", "origin.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-days", "3",
            "-extfile", "leaf.ext", "-out", "origin.pem")


def free_ports(count):
    """Ports that were free a moment ago."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports
