"""Medians, ratios inside a round, the table and the JSON file."""

import json
import os
import platform
import re
import statistics
import subprocess
import time
import cases

BASE = "nginx"
NOISE = 0.15  # of a CPU, used by other programs
_COLUMNS = ("target", "req/s", "(min..max)", "x nginx", "p50 µs", "x nginx", "p99 µs", "CPU µs/req", "x nginx",
            "busy", "RSS MB", "errors")


def median(values):
    return statistics.median(values) if values else float("nan")


def ratio(rounds, target, figure, base=BASE):
    """The median over rounds of target / base inside the same round; None without the base."""
    pairs = [(one[target][figure], one[base][figure]) for one in rounds if base in one and target in one]
    return median([a / b for a, b in pairs if b]) if pairs else None


def foreign(one_round):
    """The share of a CPU that other programs used in the worst measurement of a round."""
    return max(result.get("foreign", 0) for result in one_round.values())


def summarise(rounds, target):
    """One row: medians of the rounds, and the errors of all of them."""
    results = [one[target] for one in rounds]
    row = {figure: median([result[figure] for result in results])
           for figure in ("rps", "p50", "p99", "cpu_us", "busy", "rss_mb")}
    row |= {"rps_min": min(result["rps"] for result in results), "rps_max": max(result["rps"] for result in results),
            "errors": sum(result["errors"] for result in results)}
    row |= {f"{figure}_ratio": ratio(rounds, target, figure) for figure in ("rps", "p50", "cpu_us")}
    row["audit_bytes"] = median([result["audit_bytes"] for result in results if "audit_bytes" in result] or [0])
    row["complaint"] = next((result["complaint"] for result in results if result.get("complaint")), "")
    return row


def figures(row):
    """What a goal can be about, from Postern's row of a case."""
    if not row or row["rps_ratio"] is None:
        return {}
    return {"req/s ratio": row["rps_ratio"], "p50 ratio": row["p50_ratio"],
            "capacity ratio": capacity(row["rps_ratio"], row["cpu_us_ratio"])}


def capacity(rate_ratio, cpu_ratio):
    """The lower of the ratios of throughput and of work per CPU time; 0 when nothing was done."""
    return min(rate_ratio, 1 / cpu_ratio) if cpu_ratio and cpu_ratio > 0 else 0.0


def times(value):
    """A ratio as a cell."""
    return "-" if value is None else f"{value:.2f}"


def print_case(case, rows, disturbance):
    """The table of one case, and a loud line for every error; `disturbance` is what other programs used."""
    entry = {"plain": "", "h1": ", TLS", "h2": f", TLS, {case.streams} streams each", "fresh": ", TLS, each used once"}
    print(f"\n{case.name}: {case.body}, {case.connections} connections{entry[case.entry]}, "
          f"{case.headers} client headers")
    table = [_COLUMNS]
    for target, row in rows.items():
        table.append((target, f"{row['rps']:.0f}", f"({row['rps_min']:.0f}..{row['rps_max']:.0f})",
                      times(row["rps_ratio"]), f"{row['p50']:.0f}", times(row["p50_ratio"]),
                      f"{row['p99']:.0f}", f"{row['cpu_us']:.1f}", times(row["cpu_us_ratio"]), f"{row['busy']:.0%}",
                      f"{row['rss_mb']:.1f}", str(row["errors"])))
    print_aligned(table)
    if disturbance > NOISE:
        print(f"  other programs used {disturbance:.0%} of a CPU meanwhile: trust CPU per request more than req/s")
    for target, row in rows.items():
        if row["audit_bytes"]:
            print(f"  {target}: {row['audit_bytes']:.0f} audit bytes per request")
    print_complaints(rows)


def print_complaints(rows):
    """A loud line for every row with errors."""
    for target, row in rows.items():
        if row["errors"]:
            print(f"  !!! {target}: {row['errors']} ERRORS: these figures mean nothing. {row.get('complaint', '')}")


def print_stream(rows):
    print("\nsse: one stream; how late the first and every event arrived")
    table = [("target", "first µs", "p50 µs", "p99 µs", "max µs", "errors")]
    for target, row in rows.items():
        table.append((target, *(f"{row[key]:.0f}" for key in ("first_us", "p50", "p99", "max")), str(row["errors"])))
    print_aligned(table)
    print_complaints(rows)


def print_aligned(table):
    """Columns, the first to the left."""
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    for row in table:
        print("  " + row[0].ljust(widths[0]) + "".join("  " + cell.rjust(width)
                                                       for cell, width in zip(row[1:], widths[1:])), flush=True)


def errors(case):
    """Of all rows of a case."""
    return sum(row["errors"] for row in case.get("rows", {}).values())


def goals(results):
    """(goal, value, verdict) for every goal whose case was measured: met, MISSED, or noisy."""
    found = []
    for goal in cases.GOALS:
        case = results["cases"].get(goal.case, {})
        if goal.case == "idle":
            value = results["rss_mb"]["fresh"].get("postern")
        else:
            value = case.get("figures", {}).get(goal.figure)
        if value is None:
            continue
        met = value >= goal.at_least if goal.at_least is not None else value <= goal.at_most
        if errors(case) or not met:
            verdict = "MISSED"
        else:
            verdict = "noisy" if case.get("foreign_cpu", 0) > NOISE else "met"
        found.append((goal, value, verdict))
    return found


def print_goals(results):
    """One line for each goal; a figure from a machine busy with other work proves nothing."""
    lines = []
    for goal, value, verdict in goals(results):
        bound = f">= {goal.at_least}" if goal.at_least is not None else f"<= {goal.at_most}"
        lines.append((verdict, goal.case, goal.figure, f"{value:.2f}", bound))
    if lines:
        print("\ngoals")
        print_aligned(lines)


def machine():
    """What the figures depend on."""
    def first_line(*command):
        try:
            done = subprocess.run(command, capture_output=True, text=True)
        except OSError:
            return "not installed"
        return ((done.stdout or done.stderr).splitlines() or ["?"])[0]

    with open("/proc/cpuinfo") as file:
        model = re.search(r"model name\s*: (.*)", file.read())
    return {"cpu": model.group(1) if model else platform.machine(), "cpus": os.cpu_count(),
            "kernel": platform.release(), "nginx": first_line("nginx", "-v"), "wrk": first_line("wrk", "-v"),
            "libcurl": first_line("curl", "--version"), "load_average": os.getloadavg()[0],
            "commit": first_line("git", "rev-parse", "--short", "HEAD")}


def write(results, directory):
    """Writes one file for this run; returns its path."""
    os.makedirs(directory, exist_ok=True)
    path = os.path.join(directory, time.strftime("%Y%m%dT%H%M%S.json"))
    with open(path, "w") as file:
        json.dump(results, file, indent=1, ensure_ascii=False)
    return path
