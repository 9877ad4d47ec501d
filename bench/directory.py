"""What a large directory costs: start, change, memory and latency with 10,000 agents, beside the same with one."""

import contextlib
import http.client
import json
import os
import socket
import time
import load
import postern
import process
import report
import rounds
import scratch
import targets

SIZES = {"small": 1, "large": 10_000}
GRANTS = 10  # of each agent, each on a secret of its own provider
PIECE = 500  # agents in one act
STARTS, CHANGES = 3, 40


class _Connection(http.client.HTTPConnection):
    """HTTP on a unix socket."""

    def __init__(self, path):
        super().__init__("localhost", timeout=120)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


class Directory:
    """A daemon of its own, whose agents and grants are in its store."""

    def __init__(self, bench, name, chosen, stack):
        self.bench, self.name, self.programs = bench, name, chosen.programs
        self.directory = os.path.join(bench.directory, f"directory-{name}")
        os.makedirs(os.path.join(self.directory, "logs"))
        os.mkdir(os.path.join(self.directory, "state"), 0o700)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        with open(os.path.join(self.directory, "proxy.conf"), "w") as file:
            file.write(_configuration(bench, self))
        stack.callback(self.stop)

    def start(self):
        """Starts the daemon; the seconds until it says that it is ready."""
        log = os.path.join(self.directory, "logs", "posternd.log")
        open(log, "w").close()
        started = time.monotonic()
        self.process = process.start([os.path.join(self.programs, "posternd"), "--config",
                                      os.path.join(self.directory, "proxy.conf")], process.PROXY_CPU, log)
        while " ready" not in postern.log_tail(self.directory):
            if self.process.poll() is not None or time.monotonic() > started + 60:
                raise SystemExit(f"bench: posternd does not get ready:\n{postern.log_tail(self.directory)}")
            time.sleep(0.002)
        self.bench.processes[self.name] = self.process
        return time.monotonic() - started

    def stop(self):
        if getattr(self, "process", None):
            process.stop(self.process)

    def call(self, method, path, body=None):
        connection = _Connection(os.path.join(self.directory, "state", "control.sock"))
        connection.request(method, path, None if body is None else json.dumps(body),
                           {"Content-Type": "application/json"})
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        if answer.status >= 300:
            raise SystemExit(f"bench: {method} {path} was answered {answer.status}: {data[:300]}")
        return json.loads(data) if data else None

    def fill(self, agents):
        """Makes the agent that loads and all others; the seconds that took."""
        started = time.monotonic()
        for number in range(GRANTS):
            value = scratch.SECRET if number == 0 else f"{scratch.SECRET}-{number}"
            self.call("POST", "/v1/secrets", {"name": f"d{number}", "provider": f"d{number}", "value": value})
        made = self.call("POST", "/v1/agents", {"name": scratch.AGENT})
        self.key = made["key"] if isinstance(made["key"], str) else made["key"]["key"]
        names = [f"agent-{number}" for number in range(agents - 1)]
        self._provision([], [scratch.AGENT])
        for first in range(0, len(names), PIECE):
            self._provision(names[first:first + PIECE], names[first:first + PIECE])
        return time.monotonic() - started

    def _provision(self, new, bound):
        grants = [{"agent": name, "secret": f"d{number}"} for name in bound for number in range(GRANTS)]
        self.call("POST", "/v1/provision", {"agents": [{"name": name} for name in new], "grants": grants})

    def changes(self):
        """Milliseconds from sending an act to its being seen by a request that follows, of many acts."""
        found = []
        for number in range(CHANGES):
            act, status = (("pause", 403), ("resume", 200))[number % 2]
            started = time.monotonic()
            self.call("POST", f"/v1/agents/{scratch.AGENT}/{act}", {})
            seen = self._ask()
            found.append((time.monotonic() - started) * 1e3)
            if seen != status:
                raise SystemExit(f"bench: a request after {act} was answered {seen}")
        return found

    def _ask(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", f"http://{scratch.ORIGIN_NAME}/b200",
                           headers={"Proxy-Authorization": load.proxy_authorization(self.key)})
        status = connection.getresponse().status
        connection.close()
        return status


def _configuration(bench, directory):
    """The provider that is called, and others that only have grants."""
    text = (f'[proxy]\nlisten = ["127.0.0.1:{directory.port}"]\nstate_dir = "{directory.directory}/state"\n'
            f'event_loops = 1\n')
    for number in range(GRANTS):
        host = scratch.ORIGIN_NAME if number == 0 else f"d{number}.test"
        text += (f'\n[[provider]]\nname = "d{number}"\nhosts = ["{host}"]\n'
                 f'inject = [{{ header = "Authorization", value = "Bearer {{secret}}" }}]\n'
                 f'connect_to = "127.0.0.1:{bench.ports.origin}"\nca_file = "{bench.directory}/ca.pem"\n')
    return text


def run(bench, chosen):
    """Both sizes, filled and started again; then rounds of latency through the two of them in turn."""
    if "postern" not in chosen.targets:
        return {"rows": {}, "rounds": [], "figures": {}}
    with contextlib.ExitStack() as stack:
        return _measure(bench, chosen, stack)


def _measure(bench, chosen, stack):
    made, rows = {}, {}
    for name, agents in SIZES.items():
        one = made[name] = Directory(bench, name, chosen, stack)
        one.start()
        row = rows[name] = {"agents": agents, "grants": agents * GRANTS, "fill_s": one.fill(agents), "errors": 0}
        starts = []
        for _ in range(STARTS):
            one.stop()
            starts.append(one.start())
        changes = sorted(one.changes())
        row |= {"start_s": report.median(starts), "change_ms": report.median(changes), "change_max_ms": changes[-1],
                "rss_mb": process.rss_mb(one.process.pid)}
    scripts = {name: load.write_script(one.directory, _Plain, one.key) for name, one in made.items()}

    def measure(name):
        meter = targets.Meter(bench, name)
        meter.start()
        return meter.finish(load.run(scripts[name], made[name].port, 1, chosen.seconds))

    for name in SIZES:
        measure(name)
    found = rounds.collect(chosen, measure, list(SIZES))
    for name, row in rows.items():
        row |= {figure: report.median([one[name][figure] for one in found]) for figure in ("p50", "cpu_us", "rps")}
        row["errors"] += sum(one[name]["errors"] for one in found)
        row["rss_after_mb"] = process.rss_mb(made[name].process.pid)
        del bench.processes[name]
        made[name].stop()
    figures = {"start s": rows["large"]["start_s"], "change ms": rows["large"]["change_max_ms"],
               "p50 large/small": report.ratio(found, "large", "p50", "small"),
               "CPU large/small": report.ratio(found, "large", "cpu_us", "small")}
    _print(rows, figures)
    return {"rows": rows, "rounds": found, "figures": figures,
            "foreign_cpu": report.median([report.foreign(one) for one in found])}


class _Plain:
    """The one case that is loaded here, as load.write_script wants it."""
    name, body, headers = "directory", "b200", 3


def _print(rows, figures):
    print(f"\ndirectory: agents in the store, {GRANTS} grants each")
    table = [("size", "agents", "grants", "fill s", "start s", "change ms", "max ms", "RSS MB", "after load",
              "p50 µs", "CPU µs/req", "errors")]
    for name, row in rows.items():
        table.append((name, str(row["agents"]), str(row["grants"]), f"{row['fill_s']:.1f}", f"{row['start_s']:.2f}",
                      f"{row['change_ms']:.1f}", f"{row['change_max_ms']:.1f}", f"{row['rss_mb']:.1f}",
                      f"{row['rss_after_mb']:.1f}", f"{row['p50']:.0f}", f"{row['cpu_us']:.1f}", str(row["errors"])))
    report.print_aligned(table)
    report.print_complaints(rows)
    print("  " + ", ".join(f"{name} {value:.2f}" for name, value in figures.items()))
