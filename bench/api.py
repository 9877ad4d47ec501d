"""What a call costs that an agent has Postern make, and a placeholder: signed requests, each with a nonce that is kept."""

import contextlib
import json
import cases
import directory
import rounds
import report
import scratch
import targets
import tlsload

CONNECTIONS = 64
URL = f"https://{scratch.ORIGIN_NAME}/b200"
_CALL = {"provider_id": "d0"}
BODIES = {
    cases.API_PROXY: {**_CALL, "method": "GET", "url": URL},
    cases.API_TOKEN: {**_CALL, "reason": None, "request": {"method": "GET", "url": URL}},
}
PLAIN = "through the proxy"  # the same request, of the same agent, without the API


def _options(one, name, seconds):
    common = ["--plain", "--connections", str(CONNECTIONS), "--seconds", str(seconds)]
    if name == PLAIN:
        proof = tlsload.load.proxy_authorization(one.key)
        return [*common, "--name", scratch.ORIGIN_NAME, "--target", URL.replace("https", "http"), "--field",
                f"Proxy-Authorization: {proof}"]
    path = {cases.API_PROXY: "/sdk/proxy", cases.API_TOKEN: "/sdk/token"}[name]
    return [*common, "--name", f"localhost:{one.port}", "--target", path, "--key", one.key, "--body",
            json.dumps(BODIES[name])]


def _written(pid):
    """How often a process has written to anything, and bytes to storage, so far."""
    with open(f"/proc/{pid}/io") as file:
        found = dict(line.split(": ") for line in file.read().splitlines())
    return int(found["syscw"]), int(found["write_bytes"])


def run(bench, chosen, name):
    """Rounds of the API's request and of the same one by the plain proxy, in turn."""
    if "postern" not in chosen.targets:
        return {"rows": {}, "rounds": [], "figures": {}}
    with contextlib.ExitStack() as stack:
        one = directory.Directory(bench, f"{name}-daemon", chosen, stack)
        one.start()
        one.fill(1)
        return _measure(bench, chosen, one, name)


def _measure(bench, chosen, one, name):
    names = [PLAIN, name]

    def measure(which, seconds=chosen.seconds):
        meter = targets.Meter(bench, one.name)
        writes, stored = _written(one.process.pid)
        result = tlsload.run(bench.tlsload, one.port, _options(one, which, seconds), meter.start, False)
        result = meter.finish(result)
        now = _written(one.process.pid)
        requests = max(result["requests"], 1)
        return result | {"writes": (now[0] - writes) / requests, "stored": (now[1] - stored) / requests}

    for which in names:
        measure(which, 1)
    found = rounds.collect(chosen, measure, names)
    rows = {which: {figure: report.median([each[which][figure] for each in found])
                    for figure in ("rps", "p50", "p99", "cpu_us", "rss_mb", "writes", "stored")}
            | {"errors": sum(each[which]["errors"] for each in found),
               "complaint": next((each[which]["complaint"] for each in found if each[which]["complaint"]), "")}
            for which in names}
    del bench.processes[one.name]
    print(f"\n{name}: {CONNECTIONS} connections, signed requests, one daemon of its own")
    table = [("request", "req/s", "p50 µs", "p99 µs", "CPU µs/req", "writes/req", "stored B/req", "RSS MB", "errors")]
    for which, row in rows.items():
        table.append((which, f"{row['rps']:.0f}", f"{row['p50']:.0f}", f"{row['p99']:.0f}", f"{row['cpu_us']:.1f}",
                      f"{row['writes']:.2f}", f"{row['stored']:.0f}", f"{row['rss_mb']:.1f}", str(row["errors"])))
    report.print_aligned(table)
    report.print_complaints(rows)
    figures = {"req/s": rows[name]["rps"], "p99 ms": rows[name]["p99"] / 1e3,
               "req/s to plain": report.ratio(found, name, "rps", PLAIN)}
    print("  " + ", ".join(f"{figure} {value:.2f}" for figure, value in figures.items()))
    return {"rows": rows, "rounds": found, "figures": figures,
            "foreign_cpu": report.median([report.foreign(each) for each in found])}
