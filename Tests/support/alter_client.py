"""Calls of the real alter-sdk, in a process of its own with an environment of its own."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

DRIVER = Path(__file__).resolve().parent / "alter_driver.py"


class SdkError(Exception):
    """What the SDK raised. ``kinds`` are its class and the ones above it, ``fields`` its attributes."""

    def __init__(self, error: dict[str, Any]):
        super().__init__(f"{error['class']}: {error['message']} {error['fields']}")
        self.kind: str = error["class"]
        self.kinds: list[str] = error["bases"]
        self.fields: dict[str, Any] = error["fields"]


class Sdk:
    """A Python process with the SDK. ``environment`` is all it has, so no proxy unless that names one."""

    def __init__(self, interpreter: str, base_url: str, **environment: str):
        self.environment = {"ALTER_BASE_URL": base_url, "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"}
        self.environment |= environment
        self.said: list[str] = []
        self._process = subprocess.Popen(
            [interpreter, str(DRIVER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self.environment,
            text=True,
            bufsize=1,
        )

    def together(self, commands: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Runs them at the same time; the answers in the same order."""
        self._process.stdin.write(json.dumps(commands) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the process with the SDK has ended"
        self.said.append(line)
        return json.loads(line)

    def open(self, kind: str, **command: Any) -> "SdkClient":
        (answer,) = self.together([{"open": kind, **command}])
        if "error" in answer:
            raise SdkError(answer["error"])
        return SdkClient(self, answer["handle"])

    def app(self, key: str, **options: Any) -> "SdkClient":
        return self.open("App", key=key, options=options)

    def agent(self, key: str, **options: Any) -> "SdkClient":
        return self.open("Agent", key=key, options=options)

    def close(self) -> None:
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()


class SdkClient:
    """An ``App`` or an ``Agent`` of the SDK; ``client("agents.create", name="a")`` calls its method."""

    def __init__(self, sdk: Sdk, handle: int, traces: tuple[dict[str, Any], ...] = ()):
        self.sdk, self.handle, self.traces = sdk, handle, traces
        self.warnings: list[str] = []

    def command(self, method: str, *arguments: Any, **options: Any) -> dict[str, Any]:
        return {
            "call": self.handle,
            "method": method,
            "args": arguments,
            "kwargs": options,
            "traces": list(self.traces),
        }

    def __call__(self, method: str, *arguments: Any, **options: Any) -> Any:
        (answer,) = self.sdk.together([self.command(method, *arguments, **options)])
        self.warnings = answer["warnings"]
        if "error" in answer:
            raise SdkError(answer["error"])
        return answer["result"]

    def many(self, times: int, method: str, *arguments: Any, **options: Any) -> list[dict[str, Any]]:
        """The same call many times at once; results and errors as they came."""
        return self.sdk.together([self.command(method, *arguments, **options)] * times)

    def refused(self, kind: str, method: str, *arguments: Any, **options: Any) -> SdkError:
        """A call that must raise exactly this class."""
        try:
            result = self(method, *arguments, **options)
        except SdkError as error:
            assert error.kind == kind, f"{method}: expected {kind}, got {error}"
            return error
        raise AssertionError(f"{method}: expected {kind}, got {result}")

    def traced(self, by: "SdkClient | None" = None, **block: Any) -> "SdkClient":
        """The same client inside a ``trace`` block, of itself or of another."""
        return SdkClient(self.sdk, self.handle, (*self.traces, {"handle": (by or self).handle, **block}))

    def get_agent(self, agent_id: str) -> "SdkClient":
        return self.sdk.open("get_agent", of=self.handle, options={"agent_id": agent_id})

    def with_constraints(self, **options: Any) -> "SdkClient":
        return self.sdk.open("with_constraints", of=self.handle, options=options)
