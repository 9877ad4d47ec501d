"""What a certificate costs: first and second CONNECT to many names that no leaf was made for yet."""

import report
import rounds
import scratch


def run(bench, chosen):
    """Rounds of one handshake for each of `chosen.names` names, twice; the second time the leaves are there."""
    targets = [target for target in ("nginx", "postern") if target in chosen.targets]
    passes = [f"{target} {which}" for target in targets for which in ("first", "second")]
    number = 0

    def measure(_):
        nonlocal number
        number += 1
        found = {}
        for name in passes:
            options = ["--name", scratch.MINT_NAMES.replace("*", f"r{number}-#"), "--bare",
                       "--limit", str(chosen.names), "--seconds", "60"]
            found[name] = bench.run_tlsload(name.split()[0], options)
        return found | {"foreign": report.foreign(found)}

    found = [one["all"] for one in rounds.collect(chosen, measure, ["all"])]
    rows = {name: {figure: report.median([one[name][figure] for one in found])
                   for figure in ("p50", "p99", "cpu_us", "rss_mb")}
            | {"errors": sum(one[name]["errors"] for one in found),
               "complaint": next((one[name]["complaint"] for one in found if one[name]["complaint"]), "")}
            for name in passes}
    figures = {}
    if "postern" in targets:
        figures = {f"µs/mint {kind}": report.median([one["postern first"][key] - one["postern second"][key]
                                                     for one in found])
                   for kind, key in (("CPU", "cpu_us"), ("latency", "p50"))}
    print(f"\nmint: CONNECT and handshake for {chosen.names} names, one after the other, twice")
    table = [("pass", "p50 µs", "p99 µs", "CPU µs", "RSS MB", "errors")]
    for name, row in rows.items():
        table.append((name, *(f"{row[key]:.0f}" for key in ("p50", "p99", "cpu_us")), f"{row['rss_mb']:.1f}",
                      str(row["errors"])))
    report.print_aligned(table)
    report.print_complaints(rows)
    if figures:
        print("  " + ", ".join(f"{value:.0f} {name}" for name, value in figures.items()))
    return {"rows": rows, "rounds": found, "figures": figures}
