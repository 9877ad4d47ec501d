"""posternd as it is meant to be run, auditing on, with one event loop."""

import glob
import os
import time
import process
import scratch

_CONFIGURATION = """
[proxy]
listen = ["127.0.0.1:{ports.postern}"]
state_dir = "{directory}/state"
event_loops = 1

[limits]
max_pooled_connections = 2048
max_upstream_connections = 4096

[[provider]]
name = "bench"
hosts = ["{names.ORIGIN_NAME}", "{names.MINT_NAMES}"]
inject = [{{ header = "Authorization", value = "Bearer {{secret}}" }}]
connect_to = "127.0.0.1:{ports.origin}"
ca_file = "{directory}/ca.pem"

[[provider]]
name = "bench-h2"
hosts = ["{names.H2_NAME}"]
inject = [{{ header = "Authorization", value = "Bearer {{secret}}" }}]
connect_to = "127.0.0.1:{ports.h2_origin}"
ca_file = "{directory}/ca.pem"

[[provider]]
name = "stream"
hosts = ["{names.STREAM_NAME}"]
inject = [{{ header = "Authorization", value = "Bearer {{secret}}" }}]
connect_to = "127.0.0.1:{ports.stream}"
ca_file = "{directory}/ca.pem"

[[secret]]
name = "bench"
provider = "bench"
value = "file:{directory}/secret"

[[secret]]
name = "bench-h2"
provider = "bench-h2"
value = "file:{directory}/secret"

[[secret]]
name = "stream"
provider = "stream"
value = "file:{directory}/secret"

[[agent]]
name = "{names.AGENT}"
key = "file:{directory}/agent-key"

[[grant]]
agent = "{names.AGENT}"
secret = "bench"
methods = ["GET", "POST"]
paths = ["/**"]

[[grant]]
agent = "{names.AGENT}"
secret = "bench-h2"
methods = ["GET", "POST"]
paths = ["/**"]

[[grant]]
agent = "{names.AGENT}"
secret = "stream"

[[egress]]
agent = "{names.AGENT}"
hosts = ["{names.OPEN_NAME}"]
connect_to = "127.0.0.1:{ports.origin}"
ca_file = "{directory}/ca.pem"
"""


def start(directory, programs, ports):
    """Writes configuration and secrets, starts the daemon on the proxy's CPU and waits for its port."""
    for name, value in (("secret", scratch.SECRET), ("agent-key", scratch.AGENT_KEY)):
        with open(os.open(os.path.join(directory, name), os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
            file.write(value)
    path = os.path.join(directory, "proxy.conf")
    with open(path, "w") as file:
        file.write(_CONFIGURATION.format(directory=directory, ports=ports, names=scratch))
    log = _log(directory)
    daemon = process.start([os.path.join(programs, "posternd"), "--config", path], process.PROXY_CPU, log)
    process.wait_for_port(ports.postern, daemon, log)
    # The socket is bound before everything else is in place.
    deadline = time.monotonic() + 20
    while " ready " not in log_tail(directory):
        if daemon.poll() is not None or time.monotonic() > deadline:
            raise SystemExit(f"bench: posternd does not get ready; its log ends:\n{log_tail(directory)}")
        time.sleep(0.02)
    return daemon


def ca_file(directory):
    """The certificate authority of the leaves it makes."""
    path = os.path.join(directory, "state", "ca", "ca.pem")
    if not os.path.exists(path):
        raise SystemExit(f"bench: posternd has made no {path}: does it intercept?")
    return path


def log_tail(directory):
    with open(_log(directory), errors="replace") as file:
        return file.read()[-2000:]


def audit_bytes(directory):
    """How much the audit log holds now."""
    return sum(os.path.getsize(path) for path in _segments(directory))


def forget_closed_segments(directory):
    """Keeps a long run from filling the disk: only the segment being written stays."""
    for path in _segments(directory)[:-1]:
        os.unlink(path)


def _log(directory):
    return os.path.join(directory, "logs", "posternd.log")


def _segments(directory):
    return sorted(glob.glob(os.path.join(directory, "state", "audit", "audit-*.jsonl")))
