"""The load on intercepting proxies: CONNECT, TLS, HTTP/1.1 or HTTP/2, by the program in tlsload/."""

import glob
import json
import os
import subprocess
import load
import process

_SOURCES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "tlsload")


def build(directory):
    """Compiles the generator into the scratch directory."""
    program = os.path.join(directory, "tlsload")
    compiler = ["cc", "-std=gnu17", "-O2", "-Wall", "-Wextra", "-o", program, *sorted(glob.glob(f"{_SOURCES}/*.c")),
               "-lnghttp2", "-lssl", "-lcrypto"]
    try:
        done = subprocess.run(compiler, capture_output=True, text=True)
    except FileNotFoundError:
        raise SystemExit("bench: no C compiler: `make deps-bench`") from None
    if done.returncode:
        raise SystemExit(f"bench: tlsload does not compile (`make deps-bench`?):\n{done.stderr}")
    return program


def command(program, port, options, connect):
    """The generator on its CPU."""
    return ["taskset", "-c", str(process.LOAD_CPU), program, "--port", str(port), *options,
            *(["--connect", load.proxy_authorization()] if connect else [])]


def run(program, port, options, started, connect):
    """Runs the generator; `started` is called when its connections are open, right before the first request.

    Returns its counts, with `errors` the sum of everything that went wrong and `complaint` its first reason.
    """
    with subprocess.Popen(command(program, port, options, connect), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as generator:
        generator.stdout.readline()
        started()
        generator.stdin.write("\n")
        generator.stdin.flush()
        line = generator.stdout.readline()
        complaint = "".join(generator.stderr.read().splitlines()[:1])
    if not line.startswith("RESULT "):
        raise SystemExit(f"bench: tlsload failed: {complaint or generator.returncode}")
    result = json.loads(line.removeprefix("RESULT "))
    result["errors"] = sum(result[kind] for kind in ("connect", "read", "status", "timeout"))
    return result | {"complaint": complaint}


def options(case, seconds):
    """The command line of a case."""
    fields = load.headers(case.headers, case.host)
    return ["--name", fields.pop("Host"), "--target", f"/{case.body}", "--connections", str(case.connections),
            "--seconds", str(seconds), "--streams", str(case.streams), *(["--fresh"] if case.entry == "fresh" else []),
            *(argument for name, value in fields.items() for argument in ("--field", f"{name}: {value}"))]
