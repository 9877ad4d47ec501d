"""An MCP server made with FastMCP that speaks over its standard streams; run in the clients' own environment.

It does what most such servers do: it takes a key from its environment and calls an API with it.
"""

import os
import socket
import sys

import httpx
from fastmcp import FastMCP

server = FastMCP("stand-in")


@server.tool
def fetch(url: str) -> str:
    """Calls the API with the key."""
    answer = httpx.get(url, headers={"Authorization": f"Bearer {os.environ['GOOD_KEY']}"}, timeout=15)
    return f"{answer.status_code} {answer.text}"


@server.tool
def environment() -> dict[str, str]:
    """All of its variables."""
    return dict(os.environ)


@server.tool
def reach(host: str, port: int) -> str:
    """Tries to go around the proxy."""
    try:
        socket.create_connection((host, port), timeout=3).close()
    except OSError as error:
        return type(error).__name__
    return "connected"


@server.tool
def echo(text: str) -> str:
    """Says it again."""
    return text


@server.tool
def namespace() -> int:
    """Which process namespace it is in: its own number means nothing outside."""
    return os.stat("/proc/self/ns/pid").st_ino


if __name__ == "__main__":
    print("stand-in: begins", file=sys.stderr, flush=True)
    server.run(transport="stdio", show_banner=False)
    print("stand-in: ends", file=sys.stderr, flush=True)
