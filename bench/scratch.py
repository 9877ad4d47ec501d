"""A scratch directory with a private certificate authority, bodies to serve and free ports."""

import os
import socket
import subprocess
import tempfile
from typing import NamedTuple

# One origin under several names: with a credential, the same over HTTP/2, without a credential, server-sent events.
ORIGIN_NAME = "origin.test"
H2_NAME = "h2.test"
OPEN_NAME = "open.test"
STREAM_NAME = "stream.test"
MINT_NAMES = "*.mint.test"
SECRET = "bench-credential-0123456789abcdefghijklmnopqrstuv"
AGENT = "bench"
AGENT_KEY = "bench-agent-key-0123456789abcdef"
BODIES = {"b200": 200, "b10k": 10_000, "b1m": 1_000_000}


class Ports(NamedTuple):
    """Where everything listens on 127.0.0.1."""
    origin: int
    h2_origin: int
    stream: int
    nginx: int
    nginx_tls: int
    logged: int
    logged_tls: int
    postern: int


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
    """ca.pem and one P-256 leaf for every name, with the openssl command."""
    def openssl(*arguments):
        subprocess.run(("openssl", *arguments), cwd=directory, check=True, capture_output=True)

    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl("req", "-x509", *curve, "-days", "3", "-subj", "/CN=Postern bench CA", "-keyout", "ca.key",
            "-out", "ca.pem", "-addext", "basicConstraints=critical,CA:TRUE",
            "-addext", "keyUsage=critical,keyCertSign,cRLSign")
    openssl("req", *curve, "-subj", f"/CN={ORIGIN_NAME}", "-keyout", "origin.key", "-out", "origin.csr")
    with open(os.path.join(directory, "leaf.ext"), "w") as file:
        names = ",".join(f"DNS:{name}" for name in (ORIGIN_NAME, H2_NAME, OPEN_NAME, STREAM_NAME, MINT_NAMES))
        file.write(f"subjectAltName={names}\n"
                   "basicConstraints=critical,CA:FALSE\nextendedKeyUsage=serverAuth\n")
    openssl("x509", "-req", "-in", "origin.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-days", "3",
            "-extfile", "leaf.ext", "-out", "origin.pem")


def free_ports():
    """Ports that were free a moment ago."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in Ports._fields]
    ports = Ports(*(each.getsockname()[1] for each in sockets))
    for each in sockets:
        each.close()
    return ports
