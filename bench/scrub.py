"""What scrubbing costs: a large answer under a grant, searched for the credential, and under an egress rule, not."""

import os
import random
import zlib
from typing import NamedTuple
import load
import report
import rounds
import scratch

MB = 1_000_000
_WORDS = ("content", "message", "role", "assistant", "usage", "tokens", "model", "stop", "reason", "the", "request",
          "gateway", "stream", "of", "a", "and", "proxy", "answer", "tool", "result", "null", "true")


class Way(NamedTuple):
    """One row: through what, under which rule, and whether the client speaks TLS."""
    target: str
    host: str
    path: str = "big"
    plain: bool = False


WAYS = {
    "nginx, tls": Way("nginx", scratch.ORIGIN_NAME),
    "egress, tls": Way("postern", scratch.OPEN_NAME),
    "grant, tls": Way("postern", scratch.ORIGIN_NAME),
    "grant, tls, gzip": Way("postern", scratch.ORIGIN_NAME, path="gzip/big"),
    "nginx": Way("nginx", scratch.ORIGIN_NAME, plain=True),
    "egress": Way("postern", scratch.OPEN_NAME, plain=True),
    "grant": Way("postern", scratch.ORIGIN_NAME, plain=True),
    "grant, gzip": Way("postern", scratch.ORIGIN_NAME, path="gzip/big", plain=True),
}


def run(bench, chosen):
    """Rounds of one body through each way; ratios are grant over egress inside a round."""
    sizes = {"big": chosen.megabytes, "gzip/big": max(chosen.megabytes // 10, 1)}
    _write_bodies(os.path.join(bench.directory, "www"), sizes)
    names = [name for name, way in WAYS.items() if way.target in chosen.targets]

    def measure(name):
        way = WAYS[name]
        result = bench.run_tlsload(way.target, _options(way), way.plain)
        wanted = sizes[way.path] * MB
        result["errors"] += result["bytes"] != wanted and not result["errors"]
        result["mb_per_s"] = result["bytes"] / max(result["us"], 1)
        result["cpu_us_per_mb"] = result["cpu_us"] / sizes[way.path]
        return result

    found = rounds.collect(chosen, measure, names, max(chosen.rounds // 2, 2))
    rows = {}
    for name in names:
        rows[name] = {figure: report.median([one[name][figure] for one in found])
                      for figure in ("mb_per_s", "cpu_us_per_mb", "busy", "rss_mb")}
        rows[name]["errors"] = sum(one[name]["errors"] for one in found)
        base = name.replace("grant", "egress").removesuffix(", gzip")
        rows[name]["ratio"] = report.ratio(found, name, "mb_per_s", base)
        rows[name]["cpu_ratio"] = report.ratio(found, name, "cpu_us_per_mb", base)
        rows[name]["complaint"] = next((one[name]["complaint"] for one in found if one[name]["complaint"]), "")
    _print(rows, sizes)
    figures = {f"grant/egress {kind}": report.capacity(rows[name]["ratio"], rows[name]["cpu_ratio"])
               for kind, name in (("tls", "grant, tls"), ("plain", "grant")) if name in rows}
    return {"rows": rows, "rounds": found, "figures": figures,
            "foreign_cpu": report.median([report.foreign(one) for one in found])}


def _options(way):
    fields = load.headers(3, way.host)
    target = f"http://{way.host}/{way.path}" if way.plain else f"/{way.path}"
    if way.plain:
        fields["Proxy-Authorization"] = load.proxy_authorization()
    return ["--name", fields.pop("Host"), "--target", target, "--limit", "1", "--seconds", "300",
            *(["--plain"] if way.plain else []),
            *(argument for name, value in fields.items() for argument in ("--field", f"{name}: {value}"))]


def _write_bodies(directory, sizes):
    """The same text again and again, as it is and compressed."""
    block, packer = _text(), zlib.compressobj(6, wbits=31)
    os.makedirs(os.path.join(directory, "gzip"), exist_ok=True)
    with open(os.path.join(directory, "big"), "wb") as file:
        for _ in range(sizes["big"]):
            file.write(block)
    with open(os.path.join(directory, "gzip", "big"), "wb") as file:
        for _ in range(sizes["gzip/big"]):
            file.write(packer.compress(block))
        file.write(packer.flush())


def _text():
    """A block of JSON much like what providers send; the same in every run."""
    chance, lines, size = random.Random(3), [], 0
    while size < MB:
        words = " ".join(chance.choices(_WORDS, k=12))
        lines.append(f'{{"id":"msg_{chance.getrandbits(64):016x}","text":"{words}","n":{chance.randrange(4096)}}}\n')
        size += len(lines[-1])
    return "".join(lines).encode()[:MB]


def _print(rows, sizes):
    print(f"\nscrub: one answer of {sizes['big']} MB (gzip: {sizes['gzip/big']} MB when unpacked)")
    table = [("way", "MB/s", "x egress", "CPU µs/MB", "x egress", "busy", "RSS MB", "errors")]
    for name, row in rows.items():
        table.append((name, f"{row['mb_per_s']:.0f}", report.times(row["ratio"]), f"{row['cpu_us_per_mb']:.0f}",
                      report.times(row["cpu_ratio"]), f"{row['busy']:.0%}", f"{row['rss_mb']:.1f}",
                      str(row["errors"])))
    report.print_aligned(table)
    report.print_complaints(rows)
