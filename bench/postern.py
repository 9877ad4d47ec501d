"""posternd as it is meant to be run, auditing on, with one event loop."""

import glob
import os
import process
import scratch

_CONFIGURATION = """
[proxy]
listen = ["127.0.0.1:{port}"]
state_dir = "{directory}/state"
event_loops = 1

[limits]
max_pooled_connections = 2048
max_upstream_connections = 4096

[[provider]]
name = "bench"
hosts = ["{origin}"]
inject = [{{ header = "Authorization", value = "Bearer {{secret}}" }}]
connect_to = "127.0.0.1:{origin_port}"
ca_file = "{directory}/ca.pem"

[[provider]]
name = "stream"
hosts = ["{stream}"]
inject = [{{ header = "Authorization", value = "Bearer {{secret}}" }}]
connect_to = "127.0.0.1:{stream_port}"
ca_file = "{directory}/ca.pem"

[[secret]]
name = "bench"
provider = "bench"
value = "file:{directory}/secret"

[[secret]]
name = "stream"
provider = "stream"
value = "file:{directory}/secret"

[[agent]]
name = "{agent}"
key = "file:{directory}/agent-key"

[[grant]]
agent = "{agent}"
secret = "bench"
methods = ["GET", "POST"]
paths = ["/**"]

[[grant]]
agent = "{agent}"
secret = "stream"
"""


def start(directory, programs, port, origin_port, stream_port):
    """Writes configuration and secrets, starts the daemon on the proxy's CPU and waits for its port."""
    for name, value in (("secret", scratch.SECRET), ("agent-key", scratch.AGENT_KEY)):
        with open(os.open(os.path.join(directory, name), os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
            file.write(value)
    path = os.path.join(directory, "proxy.conf")
    with open(path, "w") as file:
        file.write(_CONFIGURATION.format(directory=directory, port=port, origin_port=origin_port,
                                         stream_port=stream_port, origin=scratch.ORIGIN_NAME,
                                         stream=scratch.STREAM_NAME, agent=scratch.AGENT))
    log = os.path.join(directory, "logs", "posternd.log")
    daemon = process.start([os.path.join(programs, "posternd"), "--config", path], process.PROXY_CPU, log)
    process.wait_for_port(port, daemon, log)
    return daemon


def audit_bytes(directory):
    """How much the audit log holds now."""
    return sum(os.path.getsize(path) for path in _segments(directory))


def forget_closed_segments(directory):
    """Keeps a long run from filling the disk: only the segment being written stays."""
    for path in _segments(directory)[:-1]:
        os.unlink(path)


def _segments(directory):
    return sorted(glob.glob(os.path.join(directory, "state", "audit", "audit-*.jsonl")))
