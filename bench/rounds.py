"""Rounds of measurements, interleaved, and the cases that wrk or tlsload load."""

import load
import report
import targets
import tlsload


def collect(chosen, measure, names=None, rounds=None):
    """Rounds of one measurement of each target (or of each of `names`), in turn forwards and backwards.

    Rounds in which other programs took CPU time are repeated, up to twice the rounds in all; the quietest count.
    """
    names, rounds, collected = names or chosen.targets, rounds or chosen.rounds, []
    for number in range(2 * rounds):
        order = names if number % 2 == 0 else names[::-1]
        collected.append({name: measure(name) for name in order})
        if sum(report.foreign(one) <= report.NOISE for one in collected) == rounds:
            break
    return sorted(collected, key=report.foreign)[:rounds]


def measure_case(bench, chosen, case):
    """A second of warm-up for each target (it dials its upstream connections, we verify certificates); the rounds."""
    script = load.write_script(bench.directory, case)

    def measure(target, seconds=chosen.seconds, verify=False):
        if case.entry != "plain":
            more = ["--ca", bench.ca_file(target)] if verify else []
            return bench.run_tlsload(target, tlsload.options(case, seconds) + more)
        meter = targets.Meter(bench, target)
        meter.start()
        return meter.finish(load.run(script, bench.plain_ports[target], case.connections, seconds))

    for target in chosen.targets:
        measure(target, 1, verify=True)
    rounds = collect(chosen, measure)
    rows = {target: report.summarise(rounds, target) for target in chosen.targets}
    foreign = report.median([report.foreign(one) for one in rounds])
    report.print_case(case, rows, foreign)
    return {"rows": rows, "rounds": rounds, "foreign_cpu": foreign, "figures": report.figures(rows.get("postern"))}
