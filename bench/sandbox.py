"""What `postern run` adds to the start of a program: namespaces, mounts, and the listener that the daemon takes."""

import contextlib
import os
import subprocess
import time
import directory
import report
import scratch

STARTS = 100


def run(bench, chosen):
    """Starts of `true`, alone and as an agent, in turn."""
    if "postern" not in chosen.targets:
        return {"rows": {}, "rounds": [], "figures": {}}
    with contextlib.ExitStack() as stack:
        one = directory.Directory(bench, "run-daemon", chosen, stack)
        one.start()
        one.fill(1)
        wrapper = [os.path.join(chosen.programs, "postern"), "run", "--agent", scratch.AGENT, "--socket",
                   os.path.join(one.directory, "state", "run.sock"), "--"]
        commands = {"true": ["/bin/true"], "postern run true": [*wrapper, "/bin/true"],
                    "postern --version": [wrapper[0], "--version"]}
        times = {name: [] for name in commands}
        for number in range(STARTS + 5):
            for name, command in commands.items():
                elapsed = _start(command)
                if number >= 5:
                    times[name].append(elapsed)
        del bench.processes[one.name]
    rows = {name: {"p50": report.median(found), "p99": sorted(found)[int(len(found) * 0.99)], "errors": 0}
            for name, found in times.items()}
    print(f"\nrun: {STARTS} starts of a program, alone and as an agent")
    report.print_aligned([("command", "p50 ms", "p99 ms"),
                          *((name, f"{row['p50']:.2f}", f"{row['p99']:.2f}") for name, row in rows.items())])
    added = rows["postern run true"]["p50"] - rows["true"]["p50"]
    print(f"  {added:.2f} ms added")
    return {"rows": rows, "rounds": [], "figures": {"added ms": added}}


def _start(command):
    """Milliseconds from starting a program to its end."""
    started = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if done.returncode != 0:
        raise SystemExit(f"bench: {' '.join(command)} ended with {done.returncode}: {done.stderr.decode()}")
    return (time.monotonic() - started) * 1e3
