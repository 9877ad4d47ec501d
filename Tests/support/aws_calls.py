"""Calls of boto3, as an agent makes them that has no keys; prints their answers as JSON."""

from __future__ import annotations

import json
import os
import sys

import boto3
from botocore.config import Config

#: A name with everything that could be encoded in two ways.
KEY = "a b//ü+(x)/%2F/$&=@:,'!*~[].txt"


def client(name: str, scheme: str, region: str, **options):
    config = Config(request_checksum_calculation="when_required", response_checksum_validation="when_required",
                    retries={"max_attempts": 1, "mode": "standard"}, **options)
    made = boto3.client(name, region_name=region, config=config)
    endpoint = made.meta.endpoint_url.replace("https://", f"{scheme}://")
    return boto3.client(name, region_name=region, config=config, endpoint_url=endpoint)


def objects(style: str, scheme: str):
    s3 = client("s3", scheme, "eu-central-1", s3={"addressing_style": style})
    s3.put_object(Bucket="bucket", Key=KEY, Body=b"stored", ContentType="text/plain", Metadata={"note": "a   b"})
    s3.put_object_tagging(Bucket="bucket", Key=KEY, Tagging={"TagSet": [{"Key": "k", "Value": "v"}]})
    return s3.get_object(Bucket="bucket", Key=KEY)["Body"].read().decode()


def path_style(scheme: str):
    return objects("path", scheme)


def virtual_host_style(scheme: str):
    return objects("virtual", scheme)


def dynamodb(scheme: str):
    return client("dynamodb", scheme, "us-west-2").list_tables()["TableNames"]


def sts(scheme: str):
    return client("sts", scheme, "us-west-2").get_caller_identity()["Arn"]


def bedrock(scheme: str):
    runtime = client("bedrock-runtime", scheme, "us-east-1")
    return json.load(runtime.invoke_model(modelId="anthropic.claude-3:0", body=b'{"a":1}')["body"])


def streamed(scheme: str):
    """An upload as boto3 does it by itself: over TLS, piece by piece."""
    s3 = boto3.client("s3", region_name="eu-central-1", config=Config(retries={"max_attempts": 1, "mode": "standard"}))
    try:
        s3.put_object(Bucket="bucket", Key="k", Body=b"stored")
    except s3.exceptions.ClientError as error:
        return [error.response["ResponseMetadata"]["HTTPStatusCode"], str(error)]
    return "done"


if __name__ == "__main__":
    os.environ.setdefault("AWS_ACCESS_KEY_ID", "none")
    os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "none")
    print(json.dumps(globals()[sys.argv[1]](sys.argv[2])))
