"""A thousand event streams at once, through interception: is every event there, in order, and how late?"""

import asyncio
import ssl
import time
from typing import NamedTuple
import load
import process
import report
import scratch
import stream

PAUSE_MS = 1000
_PACE = 0.004  # seconds between two requests: none waits for another one's handshake
_OPENING = 16  # connections being opened at a time


class Way(NamedTuple):
    """How a stream is reached: `connect` is for a proxy that wants CONNECT, `direct` for the origin itself."""
    port: int
    cafile: str
    connect: bool = False
    direct: bool = False


def run(bench, chosen):
    """The streams from the origin itself, then through each target; memory is what a target grew by."""
    ways = {"direct": Way(bench.ports.stream, bench.ca, direct=True)}
    ways |= {target: Way(bench.tls_ports[target], bench.ca_file(target), connect=target == "postern")
             for target in ("nginx", "postern") if target in chosen.targets}
    rows = {}
    for name, way in ways.items():
        def rss():
            return 0 if way.direct else bench.rss(name)

        rows[name] = row = _measure_once_quiet(bench, chosen, name, way, rss)
        if row.get("events"):
            row |= {f"added_{key}": row[key] - rows["direct"][key] for key in ("first_us", "p50", "p99")
                    if "first_us" in rows["direct"]}
    _print(rows, chosen)
    row = rows.get("postern", {})
    return {"rows": rows, "foreign_cpu": max(each["foreign"] for each in rows.values()),
            "figures": {"added first byte ms": row.get("added_first_us", float("inf")) / 1000} if row else {}}


def _measure_once_quiet(bench, chosen, name, way, rss):
    """Again, up to three times, when other programs took CPU time; memory counts the first time, when it is fresh."""
    def used():
        return 0 if way.direct else process.cpu_seconds(bench.processes[name].pid)

    tries, before = [], rss()
    while not tries or tries[-1]["foreign"] > report.NOISE and len(tries) < 3:
        foreign, started = process.foreign_cpu_seconds(), time.monotonic()
        cpu = used()
        row = measure(way, chosen.streams, chosen.stream_seconds, rss)
        row["foreign"] = (process.foreign_cpu_seconds() - foreign) / (time.monotonic() - started)
        row["cpu_ms"] = (used() - cpu) * 1000 / chosen.streams
        tries.append(row)
    best = min(tries, key=lambda row: row["foreign"])
    if "during" in tries[0]:
        best["kb_per_stream"] = (tries[0]["during"] - before) * 1024 / chosen.streams
    best["errors"] = max(row["errors"] for row in tries)
    return best


def _print(rows, chosen):
    print(f"\nsse-1000: {chosen.streams} streams, all open for {chosen.stream_seconds} s, an event a second each")
    table = [("target", "events", "open s", "first µs", "added", "p50 µs", "added", "p99 µs", "added", "kB/stream",
              "CPU ms/stream", "errors")]
    for name, row in rows.items():
        if not row.get("events"):
            table.append((name, *(["-"] * 10), str(row["errors"])))
            continue
        cells = [cell for key in ("first_us", "p50", "p99")
                 for cell in (f"{row[key]:.0f}", f"{row.get('added_' + key, 0):.0f}")]
        table.append((name, str(row["events"]), f"{row['seconds']:.1f}", *cells, f"{row['kb_per_stream']:.0f}",
                      f"{row['cpu_ms']:.2f}", str(row["errors"])))
    report.print_aligned(table)
    disturbance = max(row["foreign"] for row in rows.values())
    if disturbance > report.NOISE:
        print(f"  other programs used {disturbance:.0%} of a CPU meanwhile, so some of the delay is theirs")
    report.print_complaints(rows)


class _Stream:
    """One stream: its connection, then what arrived."""

    def __init__(self):
        self.delays, self.first, self.began, self.ended, self.disorder = [], None, 0, 0, 0

    async def open(self, way, context):
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", way.port)
        if way.connect:
            name = f"{scratch.STREAM_NAME}:443"
            self.writer.write(f"CONNECT {name} HTTP/1.1\r\nHost: {name}\r\n"
                              f"Proxy-Authorization: {load.proxy_authorization()}\r\n\r\n".encode())
            head = await self.reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise OSError(head.decode(errors="replace"))
        await self.writer.start_tls(context, server_hostname=scratch.STREAM_NAME)

    async def read(self, request):
        """Sends the request and reads the events to their end."""
        sent = time.monotonic_ns()
        self.writer.write(request)
        if not (await self.reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200"):
            raise OSError("not 200")
        pending = b""
        while size := int(await self.reader.readline(), 16):
            pending += (await self.reader.readexactly(size + 2))[:-2]
            *events, pending = pending.split(b"\n\n")
            now = time.monotonic_ns()
            for event in events:
                self._arrived(event, now, sent)
        self.ended = time.monotonic_ns()

    def _arrived(self, event, now, sent):
        _, number, stamp = event.split()
        self.disorder += int(number) != len(self.delays)
        self.delays.append((now - int(stamp)) / 1000)
        if self.first is None:
            self.first, self.began = (now - sent) / 1000, now


def measure(way, count, seconds, while_open):
    """`count` streams, all open for `seconds`. `while_open` is called in their middle; its result is `during`."""
    return asyncio.run(_measure(way, count, seconds, while_open))


async def _measure(way, count, seconds, while_open):
    context = ssl.create_default_context(cafile=way.cafile)
    expected = int((seconds + count * _PACE) * 1000 / PAUSE_MS) + 1
    fields = load.headers(3, scratch.STREAM_NAME)
    if way.direct:
        fields["Authorization"] = f"Bearer {scratch.SECRET}"
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    request = f"GET {stream.path(expected, PAUSE_MS)} HTTP/1.1\r\n{lines}\r\n".encode()
    streams, gate = [_Stream() for _ in range(count)], asyncio.Semaphore(_OPENING)

    async def opened(one):
        async with gate:
            await one.open(way, context)

    failures = [each for each in await asyncio.gather(*map(opened, streams), return_exceptions=True) if each]
    if failures:
        return {"errors": len(failures), "complaint": str(failures[0])}
    running, began = [], time.monotonic()
    for number, one in enumerate(streams):
        await asyncio.sleep(began + number * _PACE - time.monotonic())
        running.append(asyncio.create_task(one.read(request)))
    await asyncio.sleep(seconds / 2)
    during = while_open()
    failures = [each for each in await asyncio.gather(*running, return_exceptions=True) if each]
    for one in streams:
        one.writer.transport.abort()
    return _figures(streams, expected, failures) | {"during": during}


def _figures(streams, expected, failures):
    delays = sorted(delay for one in streams for delay in one.delays)
    firsts = sorted(one.first for one in streams if one.first is not None)
    missing = expected * len(streams) - len(delays)
    disorder = sum(one.disorder for one in streams)
    if not delays:
        return {"errors": missing, "complaint": str(failures[:1])}
    together = (min(one.ended for one in streams) - max(one.began for one in streams)) / 1e9
    return {"errors": missing + disorder, "complaint": str(failures[0]) if failures else "", "events": len(delays),
            "seconds": round(together, 1), "first_us": firsts[len(firsts) // 2], "p50": delays[len(delays) // 2],
            "p99": delays[int(len(delays) * 0.99)], "max": delays[-1]}
