#!/usr/bin/env python3
"""Makes a call that a person has to approve, and waits for it."""

import asyncio
import base64
import os
import sys

from alter_sdk import Agent, ApprovalDeniedError, ApprovalExpiredError, ApprovalTimeoutError, HttpMethod, PendingApproval


async def main(url: str, provider: str) -> None:
    agent = Agent(api_key=os.environ["AGENT_API_KEY"])
    try:
        result = await agent.proxy_request(
            HttpMethod.POST,
            url,
            provider=provider,
            json={"item": "book", "quantity": 1},
            reason="a customer asked for it",
        )
        if isinstance(result, PendingApproval):
            print(f"A person has to approve this: {result.approval_url}", flush=True)
            try:
                result = await agent.await_approval(str(result.approval_id))
            except ApprovalDeniedError:
                sys.exit("It was denied.")
            except ApprovalExpiredError:
                sys.exit("Nobody decided in time.")
            except ApprovalTimeoutError:
                sys.exit("It still waits; ask again later.")
        print(f"{result.status_code}: {base64.b64decode(result.body_b64).decode()}")
    finally:
        await agent.close()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: order.py URL PROVIDER")
    asyncio.run(main(sys.argv[1], sys.argv[2]))
