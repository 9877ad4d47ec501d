#!/usr/bin/env python3
"""What an agent does: says who it is and what it may use, then calls a provider in both modes."""

import asyncio
import base64
import os
import sys

from alter_sdk import Agent, HttpMethod


async def main(url: str, provider: str) -> None:
    agent = Agent(api_key=os.environ["AGENT_API_KEY"])
    try:
        me = await agent.me()
        print(f"I am {me.name}, {me.status}")
        for grant in (await agent.list_grants()).grants:
            name = grant.provider_id if grant.grant_kind == "oauth" else grant.managed_secret_slug
            print(f"I may use {name}: {grant.grant_id}")
        async with agent.trace(run_id="example", role="demo"):
            # This process calls the provider itself; what it holds is a placeholder that the proxy swaps.
            response = await agent.request(HttpMethod.GET, url, provider=provider)
            print(f"request: {response.status_code}, {len(response.content)} bytes")
            # Postern makes the call.
            result = await agent.proxy_request(HttpMethod.GET, url, provider=provider)
            print(f"proxy_request: {result.status_code}, {len(base64.b64decode(result.body_b64))} bytes")
    finally:
        await agent.close()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: call.py URL PROVIDER")
    asyncio.run(main(sys.argv[1], sys.argv[2]))
