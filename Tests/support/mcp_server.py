"""An MCP server made with FastMCP, on loopback with TLS; run in the clients' own environment.

    python mcp_server.py PORT HOST CERTIFICATE LOG STYLE

STYLE is `events` (answers as server-sent events, sessions) or `json` (plain answers, no sessions). LOG gets one JSON
line for each request as it arrived and one for each tool that ran: what a client could reach is read from there.
"""

import json
import sys
import time

from fastmcp import FastMCP
from starlette.middleware import Middleware

PORT, HOST, CERTIFICATE, LOG, STYLE = sys.argv[1:]


def note(**line):
    with open(LOG, "a") as log:
        log.write(json.dumps({"at": time.monotonic(), **line}) + "\n")


class Recorder:
    """Notes method, credential and body of each request before FastMCP sees it."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        body, held = b"", []
        while True:
            message = await receive()
            held.append(message)
            body += message.get("body", b"")
            if message["type"] != "http.request" or not message.get("more_body"):
                break

        async def replay():
            return held.pop(0) if held else await receive()

        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        note(kind="request", method=scope["method"], path=scope["path"], headers=headers, body=body.decode("latin-1"))
        await self.app(scope, replay, send)


server = FastMCP("stand-in")


@server.tool
def search(query: str) -> str:
    """Finds things."""
    note(kind="tool", name="search", arguments={"query": query})
    return f"found {query}"


@server.tool
def read(path: str, limit: int = 10) -> str:
    """Reads a file."""
    note(kind="tool", name="read", arguments={"path": path, "limit": limit})
    return f"content of {path}"


@server.tool
def delete(path: str) -> str:
    """Deletes a file."""
    note(kind="tool", name="delete", arguments={"path": path})
    return f"deleted {path}"


@server.tool
def drop_everything() -> str:
    """Deletes all files."""
    note(kind="tool", name="drop_everything", arguments={})
    return "gone"


@server.resource("memo://today")
def memo() -> str:
    """A note."""
    note(kind="resource", name="memo")
    return "nothing today"


if __name__ == "__main__":
    server.run(
        transport="http",
        host="127.0.0.1",
        port=int(PORT),
        path="/mcp",
        show_banner=False,
        json_response=STYLE == "json",
        stateless_http=STYLE == "json",
        allowed_hosts=[HOST],
        middleware=[Middleware(Recorder)],
        uvicorn_config={"ssl_certfile": CERTIFICATE, "ssl_keyfile": CERTIFICATE, "log_level": "warning"},
    )
