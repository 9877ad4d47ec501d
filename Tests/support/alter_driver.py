"""Runs inside the environment that has alter-sdk: takes calls as JSON lines, makes them, and says what came of them.

    {"open": "Agent", "key": …, "options": {…}} -> {"handle": 1}
    {"call": 1, "method": "agents.create", "args": [], "kwargs": {…}, "traces": [{"handle": 1, "run_id": …}]}
    -> {"result": …} or {"error": {"class": …, "bases": […], "message": …, "fields": {…}}}, with "warnings"

Several calls on one line run at the same time.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import contextvars
import dataclasses
import json
import sys
import warnings
from typing import Any

import alter_sdk
import httpx
from alter_sdk import models, spans
from pydantic import BaseModel

clients: dict[int, Any] = {}
#: Where the warnings of a call go; each runs in a task, so in a context of its own.
heard: contextvars.ContextVar[list[str]] = contextvars.ContextVar("heard", default=[])


def hear(message: Any, category: type, *_: Any, **__: Any) -> None:
    heard.get().append(f"{category.__name__}: {message}")


warnings.simplefilter("always")
warnings.showwarning = hear


def decode(value: Any) -> Any:
    """``{"$": "AgentPrincipal", …}`` is a model of the SDK, ``{"$bytes": …}`` bytes."""
    if isinstance(value, list):
        return [decode(one) for one in value]
    if not isinstance(value, dict):
        return value
    if "$bytes" in value:
        return base64.b64decode(value["$bytes"])
    members = {name: decode(one) for name, one in value.items() if name != "$"}
    if "$" not in value:
        return members
    kind = getattr(models, value["$"], None) or getattr(spans, value["$"])
    return kind(**members)


def encode(value: Any) -> Any:
    if isinstance(value, httpx.Response):
        return {"status": value.status_code, "headers": dict(value.headers), "text": value.text}
    if dataclasses.is_dataclass(value):
        return encode(dataclasses.asdict(value))
    if isinstance(value, BaseModel):
        return {"$": type(value).__name__, **value.model_dump(mode="json")}
    if isinstance(value, (list, tuple)):
        return [encode(one) for one in value]
    if isinstance(value, dict):
        return {str(name): encode(one) for name, one in value.items()}
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


def failure(error: BaseException) -> dict[str, Any]:
    fields = {name: encode(value) for name, value in vars(error).items()}
    bases = [kind.__name__ for kind in type(error).__mro__]
    return {"class": type(error).__name__, "bases": bases, "message": str(error), "fields": fields}


async def open_client(command: dict[str, Any]) -> dict[str, Any]:
    options, kind = decode(command.get("options", {})), command["open"]
    if kind in ("App", "Agent"):
        made = getattr(alter_sdk, kind)(api_key=command["key"], **options)
    elif kind == "get_agent":
        made = clients[command["of"]].get_agent(**options)
    else:
        made = clients[command["of"]].with_constraints(**options)
    handle = len(clients) + 1
    clients[handle] = made
    return {"handle": handle}


async def call(command: dict[str, Any]) -> dict[str, Any]:
    target: Any = clients[command["call"]]
    for name in command["method"].split("."):
        target = getattr(target, name)
    arguments, options = decode(command.get("args", [])), decode(command.get("kwargs", {}))
    try:
        async with contextlib.AsyncExitStack() as stack:
            for trace in command.get("traces", []):
                given = {name: value for name, value in trace.items() if name != "handle"}
                await stack.enter_async_context(clients[trace["handle"]].trace(**given))
            found = target if not callable(target) else target(*arguments, **options)
            if asyncio.iscoroutine(found):
                found = await found
            return {"result": encode(found)}
    except Exception as error:  # whatever it is, the test wants to see it
        return {"error": failure(error)}


async def one(command: dict[str, Any]) -> dict[str, Any]:
    caught: list[str] = []
    heard.set(caught)
    try:
        answer = await (open_client(command) if "open" in command else call(command))
    except Exception as error:
        answer = {"error": failure(error)}
    return {**answer, "warnings": caught}


async def main() -> None:
    reader = asyncio.StreamReader(limit=1 << 26)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        commands = json.loads(line)
        answers = await asyncio.gather(*map(one, commands))
        sys.stdout.write(json.dumps(answers) + "\n")
        sys.stdout.flush()
    for client in clients.values():
        await client.close()


asyncio.run(main())
