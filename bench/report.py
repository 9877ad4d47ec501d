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


def ratio(rounds, target, figure):
    """The median over rounds of target / nginx inside the same round; None without nginx."""
    pairs = [(one[target][figure], one[BASE][figure]) for one in rounds if BASE in one and target in one]
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
    return row


def print_case(case, rows, disturbance):
    """The table of one case, and a loud line for every error; `disturbance` is what other programs used."""
    print(f"\n{case.name}: {case.body}, {case.connections} connections, {case.headers} client headers")
    table = [_COLUMNS]
    for target, row in rows.items():
        def times(figure):
            return "-" if row[f"{figure}_ratio"] is None else f"{row[f'{figure}_ratio']:.2f}"
        table.append((target, f"{row['rps']:.0f}", f"({row['rps_min']:.0f}..{row['rps_max']:.0f})", times("rps"),
                      f"{row['p50']:.0f}", times("p50"), f"{row['p99']:.0f}", f"{row['cpu_us']:.1f}",
                      times("cpu_us"), f"{row['busy']:.0%}", f"{row['rss_mb']:.1f}", str(row["errors"])))
    _print_aligned(table)
    if disturbance > NOISE:
        print(f"  other programs used {disturbance:.0%} of a CPU meanwhile: trust CPU per request more than req/s")
    for target, row in rows.items():
        if row["audit_bytes"]:
            print(f"  {target}: {row['audit_bytes']:.0f} audit bytes per request")
        if row["errors"]:
            print(f"  !!! {target}: {row['errors']} ERRORS: the figures of this case mean nothing")


def print_stream(rows):
    print("\nsse: one stream; how late the first and every event arrived")
    table = [("target", "first µs", "p50 µs", "p99 µs", "max µs", "errors")]
    for target, row in rows.items():
        table.append((target, *(f"{row[key]:.0f}" for key in ("first_us", "p50", "p99", "max")), str(row["errors"])))
    _print_aligned(table)
    for target, row in rows.items():
        if row["errors"]:
            print(f"  !!! {target}: {row['errors']} EVENTS MISSING")


def _print_aligned(table):
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    for row in table:
        print("  " + row[0].ljust(widths[0]) + "".join("  " + cell.rjust(width)
                                                       for cell, width in zip(row[1:], widths[1:])), flush=True)


def goals(results):
    """(goal, value, verdict) for every goal whose case was measured: met, MISSED, or noisy."""
    found = []
    for goal in cases.GOALS:
        case = results["cases"].get(goal.case, {})
        row = case.get("rows", {}).get("postern", {})
        if goal.case == "idle":
            value = results["rss_mb"]["fresh"].get("postern")
        else:
            value = row.get({"req/s ratio": "rps_ratio", "p50 ratio": "p50_ratio"}[goal.figure])
        if value is None:
            continue
        met = value >= goal.at_least if goal.at_least is not None else value <= goal.at_most
        if row.get("errors") or not met:
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
        _print_aligned(lines)


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
