"""One call of each Python client, as its documentation shows it; run in the clients' own environment.

    python sdk_calls.py NAME BASE_URL API_KEY [SOCKET]

Prints what came back as JSON. Proxy settings come from the environment, as for any program.
"""

import json
import os
import sys

HELLO = [{"role": "user", "content": "hello"}]


def requests(base, key, _socket):
    import requests

    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {key}"
        listed = session.get(f"{base}/v1/models", timeout=10)
        posted = session.post(f"{base}/v1/chat/completions", json={"model": "m", "messages": HELLO}, timeout=10)
    return [listed.status_code, posted.json()["choices"][0]["message"]["content"]]


def httpx(base, key, socket):
    import httpx

    transport = httpx.HTTPTransport(uds=socket) if socket else None
    with httpx.Client(transport=transport, headers={"Authorization": f"Bearer {key}"}) as client:
        listed = client.get(f"{base}/v1/models")
        posted = client.post(f"{base}/v1/chat/completions", json={"model": "m", "messages": HELLO})
    return [listed.status_code, posted.json()["choices"][0]["message"]["content"]]


def aiohttp(base, key, _socket, trust_env=True):
    import asyncio

    import aiohttp

    async def calls():
        headers = {"Authorization": f"Bearer {key}"}
        async with aiohttp.ClientSession(headers=headers, trust_env=trust_env) as session:
            async with session.get(f"{base}/v1/models") as listed:
                status = listed.status
            async with session.post(f"{base}/v1/chat/completions", json={"model": "m", "messages": HELLO}) as posted:
                return [status, (await posted.json())["choices"][0]["message"]["content"]]

    return asyncio.run(calls())


def aiohttp_alone(base, key, socket):
    return aiohttp(base, key, socket, trust_env=False)


def _openai(base, key, socket):
    import httpx2
    import openai

    options = {"http_client": httpx2.Client(transport=httpx2.HTTPTransport(uds=socket))} if socket else {}
    return openai.OpenAI(api_key=key, base_url=f"{base}/v1", max_retries=0, **options)


def openai(base, key, socket):
    client = _openai(base, key, socket)
    names = [model.id for model in client.models.list()]
    answer = client.chat.completions.create(model="m", messages=HELLO)
    return [names, answer.choices[0].message.content]


def openai_stream(base, key, socket):
    chunks = _openai(base, key, socket).chat.completions.create(model="m", messages=HELLO, stream=True)
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks)


def anthropic(base, key, _socket):
    import anthropic

    client = anthropic.Anthropic(api_key=key, base_url=base, max_retries=0)
    return client.messages.create(model="m", max_tokens=16, messages=HELLO).content[0].text


def anthropic_stream(base, key, _socket):
    import anthropic

    client = anthropic.Anthropic(api_key=key, base_url=base, max_retries=0)
    with client.messages.stream(model="m", max_tokens=16, messages=HELLO) as stream:
        return "".join(stream.text_stream)


def github(base, key, _socket):
    import github

    client = github.Github(base_url=base, auth=github.Auth.Token(key), retry=None)
    user = client.get_user()
    # Objects from GitHub carry https links, which PyGithub follows; with another base URL they are made here.
    repository = client.get_repo("acme/demo", lazy="/via/" in base)
    issue = repository.create_issue("broken", body="it is")
    return [user.login, issue.number]


def github_pages(base, key, _socket):
    import github

    client = github.Github(base_url=base, auth=github.Auth.Token(key), retry=None)
    return [repository.name for repository in client.get_user().get_repos()]


def slack(base, key, _socket):
    import slack_sdk

    client = slack_sdk.WebClient(token=key, base_url=f"{base}/api/")
    posted = client.chat_postMessage(channel="C1", text="hello")
    return [client.auth_test()["user"], posted["message"]["text"]]


def stripe(base, key, _socket):
    import stripe

    stripe.ca_bundle_path = os.environ.get("CA_IN_CODE", stripe.ca_bundle_path)
    client = stripe.StripeClient(key, base_addresses={"api": base}, max_network_retries=0)
    created = client.v1.customers.create({"email": "a@example.test"})
    return [created.id, [one.id for one in client.v1.customers.list({"limit": 2}).data]]


def boto3(_base, _key, _socket):
    """Endpoints are the SDK's own; the upload waits for 100 Continue."""
    import boto3
    import botocore

    unsigned = botocore.config.Config(signature_version=botocore.UNSIGNED, s3={"addressing_style": "path"})
    client = boto3.client("s3", region_name="eu-central-1", config=unsigned)
    client.put_object(Bucket="bucket", Key="object", Body=b"stored")
    return client.get_object(Bucket="bucket", Key="object")["Body"].read().decode()


def bedrock(_base, key, _socket):
    import boto3

    os.environ["AWS_BEARER_TOKEN_BEDROCK"] = key
    client = boto3.client("bedrock-runtime", region_name="us-east-1")
    answer = client.converse(modelId="m", messages=[{"role": "user", "content": [{"text": "hello"}]}])
    return answer["output"]["message"]["content"][0]["text"]


def grpc(target, key, _socket):
    import grpc

    with grpc.secure_channel(target, grpc.ssl_channel_credentials()) as channel:
        call = channel.unary_unary("/standin.Echo/Unary")
        return call(b"hello", metadata=[("authorization", f"Bearer {key}")], timeout=10).decode()


def websockets(url, key, _socket):
    from websockets.sync.client import connect

    with connect(url, additional_headers={"Authorization": f"Bearer {key}"}) as connection:
        connection.send("hello")
        return connection.recv()


if __name__ == "__main__":
    name, base, key, *socket = sys.argv[1:]
    print(json.dumps(globals()[name](base, key, socket[0] if socket else None)))
