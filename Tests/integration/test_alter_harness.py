"""The tools of the API's tests, checked against the real SDK."""

from __future__ import annotations

import json

import pytest
from support import environments
from support.alter_client import Sdk
from support.origin import RecordingOrigin, answer
from support.signing import Signed, text_to_sign

KEY = "alter_key_" + "k" * 40


def not_built(_request):
    body = json.dumps({"error": "not_supported", "message": "no"}).encode()
    return answer(body, status=501, headers=[("Content-Type", "application/json")])


@pytest.fixture
def origin():
    made = RecordingOrigin(name="sdk")
    made.handler = not_built
    yield made
    made.close()


def test_signs_as_the_sdk_does(origin):
    sdk = Sdk(environments.interpreter("sdk"), f"http://localhost:{origin.port}")
    try:
        agent = sdk.agent(KEY, caller="nightly job (7)")
        with_rule = agent.with_constraints(
            scopes=["proxy:execute"], rule={"rule_type": "json_match", "rule_body": {"when": {}, "effect": "deny"}}
        )
        agent.refused("BackendError", "me")
        with_rule.traced(run_id="run 1", role="ä\n").refused(
            "BackendError", "proxy_request", "POST", "https://a.test/é", provider="p", json={"a": [1, "ü"]}
        )
        app = sdk.app(KEY)
        app.refused("BackendError", "agents.list", limit=3, offset=2)
        app.refused("BackendError", "agents.get_by_name", "a b+c&d")
        app.refused(
            "BackendError",
            "agents.update",
            "8f14e45f-ceea-467f-9575-1f2a3b4c5d6e",
            scopes={},
            expected_version=2,
            grace_seconds=0,
        )
    finally:
        sdk.close()
    assert len(origin.requests) == 5
    for request in origin.requests:
        names = (
            "X-Alter-Scope-Constraints",
            "X-Alter-Request-Rule",
            "X-Alter-Caller",
            "X-Alter-Caller-Type",
            "X-Alter-Actor-ID",
            "X-Alter-Context",
        )
        fields = {name: request.value(name) for name in names if request.value(name) is not None}
        ours = Signed(
            request.method,
            request.target,
            KEY,
            request.body,
            fields,
            request.value("x-alter-timestamp"),
            request.value("x-alter-nonce"),
        ).sign()
        sent = dict(ours.lines)
        assert request.value("x-alter-signature") == sent["X-Alter-Signature"], text_to_sign(
            ours.method, ours.target, ours.stamp, ours.nonce, ours.body, ours.fields
        )
        assert request.value("x-alter-signature-v2") == sent.get("X-Alter-Signature-V2")
        assert request.value("x-alter-content-sha256") == sent["X-Alter-Content-SHA256"]
