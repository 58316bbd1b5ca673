"""The stack in the local cloud: made from the very package that goes to AWS, with parameters of its own."""

from __future__ import annotations

import hashlib
import json
import secrets as chance
from base64 import b64encode
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from pathlib import Path
from typing import Any

import botocore.session
from botocore.config import Config

from infra import keys
from infra.deploying import traffic
from infra.deploying.bringing import Consent, bring
from infra.deploying.changes import ALL, Change
from infra.deploying.formation import Formation
from infra.deploying.packages import Packages, with_code
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
    code, layer = ((package / name).read_bytes() for name in ("deployment.zip", "layer.zip"))
    template = as_ministack_has_it(packaged(package))
    wanted = hashlib.sha256(code + layer + json.dumps([template, parameters], sort_keys=True).encode()).hexdigest()
    formation = Formation(client("cloudformation", endpoint), places.STACK)
    if formation.found() is None or places.read("deployed.json") != wanted:
        packages = Packages(client("s3", endpoint), BUCKET, places.REGION, places.ACCOUNT)
        packages.made_ready()
        bring_local(formation, packages, with_code(template, packages.coded(code), packages.coded(layer)), parameters)
        places.keep("deployed.json", wanted)
    outputs = formation.outputs()
    _let_files_be_locked(endpoint, outputs["BackupsBucket"])
    return outputs


def bring_local(
    formation: Formation, packages: Packages, template: dict[str, Any], parameters: dict[str, str]
) -> Sequence[Change]:
    """Nobody is asked: `make reset` forgets the state anyway. Raises DidNotDeploy."""
    consent = Consent(lambda changes: True, let_go=ALL)
    return bring(formation, {"TemplateURL": packages.templated(template)}, parameters, consent, lambda line: None)


def as_ministack_has_it(template: dict[str, Any]) -> dict[str, Any]:
    """Without alarms, versions and aliases, and in its words."""
    written = json.dumps(traffic.without_versions(alarm_template.without(template)))
    for ours, theirs in AS_MINISTACK_HAS_IT.items():
        written = written.replace(ours, theirs)
    found: dict[str, Any] = json.loads(written)
    return found


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
        list(pool.map(partial(_wake, client("lambda", endpoint)), ("access", "webhooks", "office", "analysis")))


def _wake(functions: Any, name: str) -> None:
    event = {"httpMethod": "GET", "path": "/", "requestContext": {"resourcePath": "/"}, "headers": {}}
    functions.invoke(FunctionName=f"{places.STACK}-{name}", Payload=json.dumps(event))
