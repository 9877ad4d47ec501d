"""The load: wrk with one thread sends one fixed absolute-form request and prints what it saw as JSON."""

import base64
import json
import os
import subprocess
import process
import scratch

# What SDKs send beside Host, User-Agent, Accept and Proxy-Authorization.
_MORE_HEADERS = {
    "Accept-Encoding": "identity",
    "Accept-Language": "en-GB,en;q=0.8",
    "Content-Type": "application/json",
    "X-Client-Lang": "python",
    "X-Client-Package-Version": "3.52.0",
    "X-Client-OS": "Linux",
    "X-Client-Arch": "x64",
    "X-Client-Runtime": "CPython",
    "X-Client-Runtime-Version": "3.11.2",
    "X-Client-Retry-Count": "0",
    "Api-Version": "2026-06-01",
}

# No request() in the script: wrk formats the request once and sends those bytes.
_SCRIPT = """
wrk.method = "GET"
wrk.path = "{target}"
{headers}
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('\\nRESULT {{"requests":%d,"us":%d,"bytes":%d,"connect":%d,"read":%d,"write":%d,' ..
    '"status":%d,"timeout":%d,"p50":%.1f,"p99":%.1f,"max":%.1f}}\\n', summary.requests, summary.duration,
    summary.bytes, e.connect, e.read, e.write, e.status, e.timeout,
    latency:percentile(50), latency:percentile(99), latency.max))
end
"""


def headers(count, host=scratch.ORIGIN_NAME):
    """`count` client headers, Host among them."""
    chosen = {"Host": host, "User-Agent": "postern-bench/1", "Accept": "*/*"}
    for name in list(_MORE_HEADERS)[: count - len(chosen)]:
        chosen[name] = _MORE_HEADERS[name]
    return chosen


def proxy_authorization(key=scratch.AGENT_KEY):
    """What the agent shows, as the value of Proxy-Authorization."""
    return "Basic " + base64.b64encode(f"{scratch.AGENT}:{key}".encode()).decode()


def write_script(directory, case, key=scratch.AGENT_KEY):
    """The Lua file of a case; the same one for every target, so that all get the same bytes."""
    path = os.path.join(directory, f"{case.name}.lua")
    fields = headers(case.headers) | {"Proxy-Authorization": proxy_authorization(key)}
    lines = "\n".join(f'wrk.headers["{name}"] = "{value}"' for name, value in fields.items())
    with open(path, "w") as file:
        file.write(_SCRIPT.format(target=f"http://{scratch.ORIGIN_NAME}/{case.body}", headers=lines))
    return path


def run(script, port, connections, seconds):
    """Runs wrk for some seconds; returns its counts, with `errors` the sum of everything that went wrong."""
    command = ["taskset", "-c", str(process.LOAD_CPU), "wrk", "-t1", f"-c{connections}", f"-d{seconds}s",
               "--timeout", "10s", "-s", script, f"http://127.0.0.1:{port}/"]
    output = subprocess.run(command, capture_output=True, text=True)
    line = next((line for line in output.stdout.splitlines() if line.startswith("RESULT ")), None)
    if line is None:
        raise SystemExit(f"bench: wrk failed: {output.stdout}{output.stderr}")
    result = json.loads(line.removeprefix("RESULT "))
    # A load that got no answer at all has measured nothing.
    result["errors"] = sum(result[kind] for kind in ("connect", "read", "write", "status", "timeout"))
    result["errors"] += result["requests"] == 0
    return result
