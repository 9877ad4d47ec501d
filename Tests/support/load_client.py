"""A client for load: kept connections, one request at a time on each, and a line for every one.

    python load_client.py SETTINGS

SETTINGS is JSON: `name`, `port`, `connections`, `rate` (requests a second in all), `agents` (names), `hosts` (by the
name of a secret), `log`, `seed`. Standard input brings a JSON line for each new key: `agent`, `id`, `key`, and `gone`
for one that was revoked; its end ends the load. Most requests use an agent's newest keys, some any it ever had. The
file `log` then holds a line for each request: its identifier, agent, key id, secret, the monotonic nanoseconds before
it was sent and after it was answered, and the status (0: none).
"""

import asyncio
import base64
import gc
import json
import os
import random
import sys
import time

settings = json.loads(sys.argv[1])
chance = random.Random(settings["seed"])
keys = {agent: [] for agent in settings["agents"]}
hosts = list(settings["hosts"].items())
interval = settings["connections"] / settings["rate"]
CATCH_UP = 1.0  # seconds
lines, connections, number, heard, stopping = [], set(), 0, b"", False


def choose(agent):
    """A key that is probably good, or one that may be revoked."""
    have = keys[agent]
    return have[-1 - min(int(chance.expovariate(1.6)), len(have) - 1)]


class Connection(asyncio.Protocol):
    def __init__(self):
        self.pending, self.held, self.due = None, b"", loop.time()

    def connection_made(self, transport):
        self.transport = transport
        connections.add(self)
        self.later()

    def later(self):
        """Sends when it is time; what a busy machine held up is made up for."""
        self.due = max(self.due + interval, loop.time() - CATCH_UP)
        loop.call_at(self.due, self.send)

    def send(self):
        global number
        if stopping or self.transport.is_closing():
            self.transport.close()
            return
        agent = chance.choice(settings["agents"])
        (secret, host), (identifier, key) = chance.choice(hosts), choose(agent)
        number += 1
        name = f"{settings['name']}-{number}"
        proof = base64.b64encode(f"{agent}:{key}".encode()).decode()
        message = (
            f"GET http://{host}/v1/{name} HTTP/1.1\r\nHost: {host}\r\nProxy-Authorization: Basic {proof}\r\n\r\n"
        ).encode()
        self.pending = [name, agent, identifier, secret, time.monotonic_ns()]
        self.transport.write(message)

    def data_received(self, data):
        self.held += data
        end = self.held.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self.held[:end].lower()
        at = head.find(b"content-length: ")
        size = int(head[at + 16 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self.held) < end + 4 + size:
            return
        self.finish(int(head[9:12]))
        self.held = b""
        if b"connection: close" in head:
            self.transport.close()
        else:
            self.later()

    def finish(self, status):
        lines.append(" ".join(map(str, [*self.pending, time.monotonic_ns(), status])) + "\n")
        self.pending = None

    def connection_lost(self, _error):
        connections.discard(self)
        if self.pending:
            self.finish(0)
        if not stopping:
            loop.create_task(connect())


async def connect():
    while not stopping:
        try:
            await loop.create_connection(Connection, "127.0.0.1", settings["port"])
            return
        except OSError:
            await asyncio.sleep(0.01)


def hear():
    """Takes what standard input has; its end is the end of the load."""
    global heard, stopping
    data = os.read(0, 65536)
    *whole, heard = (heard + data).split(b"\n")
    for new in map(json.loads, whole):
        have = keys[new["agent"]]
        have[:] = [one for one in have if one[0] != new["id"]]
        have.insert(0 if new.get("gone") else len(have), (new["id"], new["key"]))
    if all(keys.values()):
        started.set()
    if not data:
        loop.remove_reader(0)
        stopping = True
        loop.call_later(0.5, done.set)


async def main():
    global loop, done, started
    loop, done, started = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
    loop.add_reader(0, hear)
    await started.wait()
    for _ in range(settings["connections"]):
        await connect()
        await asyncio.sleep(interval / settings["connections"])
    await done.wait()
    for connection in [one for one in connections if one.pending]:
        connection.finish(0)


gc.disable()
asyncio.run(main())
with open(settings["log"], "w") as log:
    log.writelines(lines)
