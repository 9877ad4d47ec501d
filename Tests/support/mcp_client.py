"""What an agent does with FastMCP's client; run in the clients' own environment.

    python mcp_client.py URL MODE CALLS

MODE is `auto` (the newest protocol, without sessions) or `legacy` (begins with `initialize`); CALLS is a JSON list of
[kind, name, arguments]. Proxy and trust come from the environment, as for any program. Prints one JSON list: the names
of the tools that are listed, then for each call what came back as ["ok", text] or ["error", text].
"""

import asyncio
import json
import sys

from fastmcp import Client


async def one(client, kind, name, arguments):
    if kind == "tool":
        return (await client.call_tool(name, arguments)).data
    if kind == "resource":
        return (await client.read_resource(name))[0].text
    return sorted(str(resource.uri) for resource in await client.list_resources())


async def main(url, mode, calls):
    async with Client(url, timeout=15, mode=mode) as client:
        answers = [sorted(tool.name for tool in await client.list_tools())]
        for kind, name, arguments in calls:
            try:
                answers.append(["ok", await one(client, kind, name, arguments)])
            except Exception as error:
                answers.append(["error", f"{type(error).__name__}: {error}"])
        return answers


print(json.dumps(asyncio.run(main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3])))))
