"""The stack in the local cloud: made from the very package that goes to AWS, with parameters of its own."""

from __future__ import annotations

import hashlib
import json
import secrets as chance
import time
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from pathlib import Path
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

from infra import keys
from infra.local import alarm_template, mainland_keys, places

BUCKET = "coffer-packages"
AS_MINISTACK_HAS_IT = {
    '"sqs:SendMessage"': '"sqs:SendMessage", "sqs:SendMessageBatch"',
    '"StringEquals"': '"StringEqualsIfExists"',
    '"*~1*"': '"*/*"',
    '"aws:SecureTransport": "false"': '"aws:SecureTransport": "unheard of"',
}
"""AWS grants SendMessageBatch with SendMessage; ministack, which enforces the roles, wants it by its own name, and does
not know the encryption context of a call. CloudFormation writes the slash of a media type as ~1; ministack compares
what is written. It is reached over HTTP on this machine, so its buckets cannot insist on TLS."""


class DidNotDeploy(RuntimeError):
    """CloudFormation's reasons."""


@cache
def client(service: str, endpoint: str) -> Any:
    config = Config(proxies={}, retries={"total_max_attempts": 2}, max_pool_connections=32, read_timeout=60)
    return botocore.session.get_session().create_client(
        service, region_name=places.REGION, endpoint_url=endpoint, config=config,
        aws_access_key_id=places.ACCOUNT, aws_secret_access_key="local",
    )  # fmt: skip


def secrets() -> dict[str, Any]:
    """Keys of this local cloud: made once, kept until `make reset`."""
    kept = places.read("secrets.json")
    if kept is None:
        public, access = keys.make()
        kept = {"public_keys": public, "access": access, "webhooks": {}}
    if missing := [name for name in ("sandbox", "harbour", "stripe") if name not in kept["webhooks"]]:
        kept["webhooks"] |= {name: "whsec_" + b64encode(chance.token_bytes(24)).decode() for name in missing}
        places.keep("secrets.json", kept)
    if "mainland" not in kept:
        kept["mainland"] = mainland_keys.make()
        places.keep("secrets.json", kept)
    found: dict[str, Any] = kept
    return found


def deploy(package: Path, endpoint: str, parameters: dict[str, str]) -> dict[str, str]:
    """Create the stack, or update it if the package or a parameter changed; its outputs."""
    code, template = (package / "deployment.zip").read_bytes(), json.dumps(alarm_template.without(packaged(package)))
    name = hashlib.sha256(code).hexdigest()[:32] + ".zip"
    template = template.replace('"./deployment.zip"', f'"s3://{BUCKET}/{name}"')
    for ours, theirs in AS_MINISTACK_HAS_IT.items():
        template = template.replace(ours, theirs)
    wanted = hashlib.sha256(json.dumps([template, parameters], sort_keys=True).encode()).hexdigest()
    formation = client("cloudformation", endpoint)
    exists = _stack(formation) is not None
    if not exists or places.read("deployed.json") != wanted:
        _upload(endpoint, {name: code, "sam.json": template.encode()})
        call = formation.update_stack if exists else formation.create_stack
        _apply(formation, call, f"{endpoint}/{BUCKET}/sam.json", parameters)
        places.keep("deployed.json", wanted)
    stack = _stack(formation) or {}
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}
    _let_files_be_locked(endpoint, outputs["BackupsBucket"])
    return outputs


def _let_files_be_locked(endpoint: str, bucket: str) -> None:
    """ministack's CloudFormation leaves `ObjectLockEnabled` out; its S3 knows locks, and keeps them."""
    enabled = {"ObjectLockEnabled": "Enabled"}
    client("s3", endpoint).put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration=enabled)


def packaged(package: Path) -> dict[str, Any]:
    """The template as it goes to AWS."""
    found: dict[str, Any] = json.loads((package / "sam.json").read_text())
    return found


def fill_secrets(endpoint: str) -> None:
    kept, manager = secrets(), client("secretsmanager", endpoint)
    processors = {
        "sandbox": {"webhook_secret": kept["webhooks"]["sandbox"]},
        "harbour": {"webhook_secret": kept["webhooks"]["harbour"]},
        "stripe": {"api_key": "sk_test_local", "webhook_secret": kept["webhooks"]["stripe"]},
        **kept["mainland"]["coffer"],
    }
    for name, value in (("access", kept["access"]), ("processors", processors)):
        manager.put_secret_value(SecretId=f"{places.STACK}/{name}", SecretString=json.dumps(value))


def environment(endpoint: str) -> dict[str, str]:
    """What the functions find in their environment."""
    function = client("lambda", endpoint).get_function_configuration(FunctionName=f"{places.STACK}-money")
    found: dict[str, str] = function["Environment"]["Variables"]
    return found


def wake(endpoint: str) -> None:
    """Cold starts happen here, side by side, not to the first person who clicks."""
    with ThreadPoolExecutor() as pool:
        list(pool.map(partial(_wake, client("lambda", endpoint)), ("access", "webhooks", "office")))


def _wake(functions: Any, name: str) -> None:
    event = {"httpMethod": "GET", "path": "/", "requestContext": {"resourcePath": "/"}, "headers": {}}
    functions.invoke(FunctionName=f"{places.STACK}-{name}", Payload=json.dumps(event))


def _stack(formation: Any) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = formation.describe_stacks(StackName=places.STACK)["Stacks"][0]
    except ClientError:
        return None
    return found


def _upload(endpoint: str, objects: dict[str, bytes]) -> None:
    storage = client("s3", endpoint)
    try:
        storage.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": places.REGION})
    except storage.exceptions.BucketAlreadyOwnedByYou:
        """It is there since the first run."""
    for name, body in objects.items():
        storage.put_object(Bucket=BUCKET, Key=name, Body=body)


def _apply(formation: Any, call: Any, template_url: str, parameters: dict[str, str]) -> None:
    try:
        call(
            StackName=places.STACK,
            TemplateURL=template_url,
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
            Capabilities=["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
        )
    except ClientError as refused:
        if "No updates are to be performed" not in str(refused):
            raise DidNotDeploy(str(refused)[-2000:]) from refused
    while (stack := _stack(formation) or {})["StackStatus"].endswith("IN_PROGRESS"):
        time.sleep(0.2)
    if stack["StackStatus"] not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        raise DidNotDeploy(f"{stack['StackStatus']}\n" + "\n".join(_failures(formation)))


def _failures(formation: Any) -> list[str]:
    events = formation.describe_stack_events(StackName=places.STACK)["StackEvents"]
    failed = [one for one in events if one["ResourceStatus"].endswith("FAILED")]
    return [f"  {one['LogicalResourceId']}: {one.get('ResourceStatusReason', '')}" for one in failed]
