#!/usr/bin/env python3
"""Server-sent events: an origin that stamps each event, and a client that says how late each one came.

    stream.py PORT CERTIFICATE KEY SECRET     runs the origin

Both read the same monotonic clock, so a delay is a subtraction.
"""

import socket
import ssl
import sys
import threading
import time
import load
import scratch

EVENTS, PAUSE = 60, 0.02


def serve(port, certificate, key, secret):
    """GET anything -> EVENTS events, PAUSE seconds apart, `data: <nanoseconds>`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    listener = socket.create_server(("127.0.0.1", port), backlog=64)
    while True:
        raw, _ = listener.accept()
        threading.Thread(target=_answer, args=(context, raw, secret), daemon=True).start()


def _answer(context, raw, secret):
    """Serves one connection until the other side closes it."""
    raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        with context.wrap_socket(raw, server_side=True) as connection:
            while head := _read_head(connection):
                if f"authorization: bearer {secret}".lower() not in head.lower():
                    connection.sendall(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")
                    continue
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                                   b"Transfer-Encoding: chunked\r\n\r\n")
                for _ in range(EVENTS):
                    event = b"data: %d\n\n" % time.monotonic_ns()
                    connection.sendall(b"%x\r\n%s\r\n" % (len(event), event))
                    time.sleep(PAUSE)
                connection.sendall(b"0\r\n\r\n")
    except OSError:
        pass


def _read_head(connection):
    """The next request head, or an empty string at the end."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        received = connection.recv(65536)
        if not received:
            return ""
        head += received
    return head.decode("latin-1")


def measure(port, cafile=None):
    """One stream through a proxy (or, with a CA file, from the origin itself): delays in µs."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=20)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    target, fields = f"http://{scratch.STREAM_NAME}/sse", load.headers(3, scratch.STREAM_NAME)
    if cafile:
        connection = ssl.create_default_context(cafile=cafile).wrap_socket(
            connection, server_hostname=scratch.STREAM_NAME)
        target, fields = "/sse", fields | {"Authorization": f"Bearer {scratch.SECRET}"}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
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
                delays.append((now - int(line[6:])) / 1000)
    connection.close()
    delays.sort()
    if not delays:
        return {"errors": 1, "events": 0, "first_us": 0.0, "p50": 0.0, "p99": 0.0, "max": 0.0}
    return {"errors": EVENTS - len(delays), "events": len(delays), "first_us": round(first, 1),
            "p50": round(delays[len(delays) // 2], 1), "p99": round(delays[int(len(delays) * 0.99)], 1),
            "max": round(delays[-1], 1)}


if __name__ == "__main__":
    serve(int(sys.argv[1]), *sys.argv[2:])
