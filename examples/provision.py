#!/usr/bin/env python3
"""Makes an agent, and binds secrets to it that an operator has stored."""

import asyncio
import os
import sys

from alter_sdk import App
from alter_sdk.models import AgentPrincipal


async def main(name: str, secrets: list[str]) -> None:
    async with App(api_key=os.environ["APP_API_KEY"]) as app:
        agent = await app.agents.create(name=name, scopes={})
    print(agent.api_key, flush=True)
    # The application acts for the agent: a grant is bound to whoever the request is for.
    async with App(api_key=os.environ["APP_API_KEY"], caller=str(agent.id), caller_type="agent") as for_agent:
        for secret in secrets:
            grant = await for_agent.create_managed_secret_grant(secret, principal=AgentPrincipal(label=secret))
            print(f"grant of {secret}: {grant.grant_id}", file=sys.stderr)
    print(f"agent {agent.name}: {agent.id}", file=sys.stderr)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: provision.py NAME SECRET...")
    asyncio.run(main(sys.argv[1], sys.argv[2:]))
