"""Everything that runs during a bench: origins, the proxies that are compared, and a meter for each."""

import os
import shutil
import sys
import time
import nginx
import postern
import process
import scratch
import tlsload

NAMES = ("nginx", "nginx+log", "postern")


class Bench:
    """The running processes, and where each target is entered."""

    def __init__(self, chosen, stack):
        self.directory = scratch.make(chosen.scratch)
        stack.callback(shutil.rmtree, self.directory, ignore_errors=True)
        self.ca = os.path.join(self.directory, "ca.pem")
        self.tlsload = tlsload.build(self.directory)
        self.ports = scratch.free_ports()
        self.plain_ports = {"nginx": self.ports.nginx, "nginx+log": self.ports.logged, "postern": self.ports.postern}
        self.tls_ports = {"nginx": self.ports.nginx_tls, "nginx+log": self.ports.logged_tls,
                          "postern": self.ports.postern}

        def run(started):
            stack.callback(process.stop, started)
            return started

        for spinner in process.start_spinners():
            run(spinner)
        run(nginx.start_origin(self.directory, self.ports))
        log = os.path.join(self.directory, "logs", "stream.log")
        here = os.path.dirname(os.path.abspath(__file__))
        started = run(process.start(
            [sys.executable, os.path.join(here, "stream.py"), str(self.ports.stream),
             f"{self.directory}/origin.pem", f"{self.directory}/origin.key", scratch.SECRET], process.LOAD_CPU, log))
        process.wait_for_port(self.ports.stream, started, log)
        proxy = run(nginx.start_proxy(self.directory, self.ports))
        self.processes = {"nginx": proxy, "nginx+log": proxy}
        if "postern" in chosen.targets:
            self.processes["postern"] = run(postern.start(self.directory, chosen.programs, self.ports))

    def ca_file(self, target):
        """What a client of the target trusts: Postern makes its own certificates."""
        return postern.ca_file(self.directory) if target == "postern" else self.ca

    def rss(self, target):
        return process.rss_mb(self.processes[target].pid)

    def run_tlsload(self, target, options, plain=False):
        """The result of tlsload on a target, with what the target used meanwhile."""
        meter = Meter(self, target)
        port = (self.plain_ports if plain else self.tls_ports)[target]
        result = tlsload.run(self.tlsload, port, options, meter.start, target == "postern" and not plain)
        return meter.finish(result)


class Meter:
    """What a target and everything else on this machine use while a load runs."""

    def __init__(self, bench, target):
        self.bench, self.target, self.pid = bench, target, bench.processes[target].pid

    def start(self):
        self.audited = postern.audit_bytes(self.bench.directory)
        self.foreign = process.foreign_cpu_seconds()
        self.cpu, self.started = process.cpu_seconds(self.pid), time.monotonic()

    def finish(self, result):
        """Completes a load generator's result: rates, CPU time, memory and audit bytes for each request."""
        cpu, elapsed = process.cpu_seconds(self.pid) - self.cpu, time.monotonic() - self.started
        foreign = (process.foreign_cpu_seconds() - self.foreign) / elapsed
        if self.bench.processes[self.target].poll() is not None:
            sys.exit(f"bench: {self.target} died; see its log:\n" + postern.log_tail(self.bench.directory))
        requests = max(result["requests"], 1)
        result |= {"rps": result["requests"] * 1e6 / max(result["us"], 1), "cpu_us": cpu * 1e6 / requests,
                   "busy": cpu / elapsed, "foreign": round(foreign, 3), "rss_mb": process.rss_mb(self.pid)}
        if self.target == "postern":
            result["audit_bytes"] = (postern.audit_bytes(self.bench.directory) - self.audited) / requests
            postern.forget_closed_segments(self.bench.directory)
        return result
