"""Processes of the bench: started on one CPU, waited for, measured through /proc, ended by their own id."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time

PROXY_CPU, LOAD_CPU = 0, 1
TICKS = os.sysconf("SC_CLK_TCK")
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def start(command, cpu, log, environment=None):
    """Starts a command on one CPU, in this session (the scheduler groups by session), ended when we die."""
    def before_exec():
        os.sched_setaffinity(0, {cpu})
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)

    with open(log, "ab") as output:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                preexec_fn=before_exec, env=environment)


def stop(process, patience=10):
    """SIGTERM, then SIGKILL for what does not listen."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for_port(port, process, log, seconds=20):
    """Returns when something listens; raises with the log's end when the process died or time ran out."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.02)
    with open(log, errors="replace") as file:
        sys.exit(f"bench: nothing listens on port {port}; the log ends:\n{file.read()[-2000:]}")


def tree(pid):
    """The process and its descendants."""
    pids = [pid]
    for each in pids:
        try:
            with open(f"/proc/{each}/task/{each}/children") as file:
                pids += map(int, file.read().split())
        except OSError:
            pass
    return pids


def cpu_seconds(pid):
    """User and system time of the whole tree, from the clock of each process: /proc counts in hundredths."""
    total = 0.0
    for each in tree(pid):
        with contextlib.suppress(OSError):
            total += time.clock_gettime(~each << 3 | 2)
    return total


def foreign_cpu_seconds():
    """CPU time since boot that went to neither this program nor its children; stolen time included."""
    with open("/proc/stat") as file:
        fields = file.readline().split()[1:]
    busy = sum(int(fields[index]) for index in (0, 1, 2, 5, 6, 7)) / TICKS
    ended = os.times()
    return busy - cpu_seconds(os.getpid()) - ended.children_user - ended.children_system


def rss_mb(pid):
    """Resident memory of the whole tree, in MB of 2^20 bytes."""
    total = 0
    for each in tree(pid):
        try:
            with open(f"/proc/{each}/status") as file:
                total += next((int(line.split()[1]) for line in file if line.startswith("VmRSS:")), 0)
        except OSError:
            continue
    return round(total / 1024, 1)


def start_spinners():
    """One endless loop per CPU at the lowest priority: a virtual CPU that halts takes hundreds of µs to wake."""
    loop = "import os\nos.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))\nwhile True: pass"
    return [start([sys.executable, "-c", loop], cpu, os.devnull) for cpu in (PROXY_CPU, LOAD_CPU)]
