#!/usr/bin/env python3
"""Has a user connect an account and let an agent use it."""

import asyncio
import os
import sys

from alter_sdk import App, ConnectDeniedError


async def main(provider: str, agent: str) -> None:
    async with App(api_key=os.environ["APP_API_KEY"]) as app:
        session = await app.create_connect_session(
            allowed_providers=[provider], user_token=os.environ["USER_TOKEN"], agent=agent
        )
        print(f"Open this in the user's browser: {session.connect_url}", flush=True)
        try:
            for result in await app.poll_connect_session(session.session_token):
                print(f"{agent} may now use {result.account_identifier} at {result.provider_id}")
        except ConnectDeniedError:
            sys.exit("The user said no.")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: delegate.py PROVIDER AGENT")
    asyncio.run(main(sys.argv[1], sys.argv[2]))
