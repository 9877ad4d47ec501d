#!/usr/bin/env python3
"""Server-sent events: an origin that stamps each event, and a client that says how late each one came.

    stream.py PORT CERTIFICATE KEY SECRET     runs the origin

Both read the same monotonic clock, so a delay is a subtraction.
"""

import asyncio
import re
import socket
import ssl
import sys
import time
import load
import scratch

EVENTS, PAUSE_MS = 60, 20


def path(events, pause_ms):
    """What to ask the origin for: so many events, so far apart, each `data: <number> <nanoseconds>`."""
    return f"/sse?{events},{pause_ms}"


async def serve(port, certificate, key, secret):
    """Runs the origin until it is ended."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    wanted = f"authorization: bearer {secret}".lower().encode()

    async def answer(reader, writer):
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                asked = re.search(rb"/sse\?(\d+),(\d+) ", head)
                if not asked or wanted not in head.lower():
                    writer.write(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")
                    continue
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                             b"Transfer-Encoding: chunked\r\n\r\n")
                for number in range(int(asked[1])):
                    event = b"data: %d %d\n\n" % (number, time.monotonic_ns())
                    writer.write(b"%x\r\n%s\r\n" % (len(event), event))
                    await asyncio.sleep(int(asked[2]) / 1000)
                writer.write(b"0\r\n\r\n")
        except (OSError, asyncio.IncompleteReadError):
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", port, ssl=context, backlog=4096)
    await server.serve_forever()


def measure(port, cafile=None):
    """One stream through a proxy (or, with a CA file, from the origin itself): delays in µs."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=20)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    asked, fields = path(EVENTS, PAUSE_MS), load.headers(3, scratch.STREAM_NAME)
    target, more = f"http://{scratch.STREAM_NAME}{asked}", {"Proxy-Authorization": load.proxy_authorization()}
    if cafile:
        connection = ssl.create_default_context(cafile=cafile).wrap_socket(
            connection, server_hostname=scratch.STREAM_NAME)
        target, more = asked, {"Authorization": f"Bearer {scratch.SECRET}"}
    lines = "".join(f"{name}: {value}\r\n" for name, value in (fields | more).items())
    sent = time.monotonic_ns()
    connection.sendall(f"GET {target} HTTP/1.1\r\n{lines}\r\n".encode())
    delays, first, pending, tail = [], None, b"", b""
    while tail != b"0\r\n\r\n":
        received = connection.recv(65536)
        now = time.monotonic_ns()
        if not received:
            break
        tail = (tail + received)[-5:]
        *complete, pending = (pending + received).split(b"\n")
        for line in complete:
            if line.startswith(b"data: "):
                first = first or (now - sent) / 1000
                delays.append((now - int(line.split()[2])) / 1000)
    connection.close()
    delays.sort()
    if not delays:
        return {"errors": 1, "events": 0, "first_us": 0.0, "p50": 0.0, "p99": 0.0, "max": 0.0}
    return {"errors": EVENTS - len(delays), "events": len(delays), "first_us": round(first, 1),
            "p50": round(delays[len(delays) // 2], 1), "p99": round(delays[int(len(delays) * 0.99)], 1),
            "max": round(delays[-1], 1)}


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), *sys.argv[2:]))
