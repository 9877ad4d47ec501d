"""An MCP client made with FastMCP, which starts the servers of a file; run in the clients' own environment.

    python mcp_stdio_client.py FILE SERVER ERRORS

Reads a JSON list of [tool, arguments] from standard input, and prints one of what came back; what the server writes to
its standard error goes to ERRORS. Like every client of the SDK it hands a server six of its own variables and those of the file.
"""

import asyncio
import json
import sys
from pathlib import Path

from fastmcp import Client
from fastmcp.client.transports import StdioTransport


async def main(file, server, calls, errors):
    entry = json.loads(Path(file).read_text())["mcpServers"][server]
    transport = StdioTransport(
        entry["command"], entry.get("args", []), env=entry.get("env"), keep_alive=False, log_file=Path(errors)
    )
    async with Client(transport, timeout=20) as client:
        return [(await client.call_tool(tool, arguments)).data for tool, arguments in calls]


print(json.dumps(asyncio.run(main(sys.argv[1], sys.argv[2], json.load(sys.stdin), sys.argv[3]))))
