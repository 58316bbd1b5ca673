"""What stands around the stack: whose account it is, secrets that wait to be filled, the synthetic check."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

from infra.deploying.stages import Stage, WrongStage

PROBE = "probe"
_PATIENCE_SECONDS = 180

Clients = Callable[[str], Any]
"""By the name of a service, in one region."""


class DoesNotWork(Exception):
    """It is deployed, and the synthetic check says that it does not do what it should."""


def clients(region: str) -> Clients:
    """With the credentials that the environment has."""
    session = botocore.session.get_session()
    config = Config(retries={"mode": "standard", "total_max_attempts": 5}, read_timeout=_PATIENCE_SECONDS)

    @cache
    def client(service: str) -> Any:
        return session.create_client(service, region_name=region, config=config)

    return client


def check_account(stage: Stage, client: Clients) -> None:
    """Raises WrongStage unless the credentials are of the stage's own account."""
    found = client("sts").get_caller_identity()["Account"]
    if found != stage.account:
        raise WrongStage(f"{stage.name} is in the account {stage.account}; these credentials are of {found}.")


def empty_secrets(stage: Stage, client: Clients) -> list[str]:
    """Those that have no value yet. None is read."""
    return [name for name in stage.secrets if not _has_value(client("secretsmanager"), f"{stage.stack}/{name}")]


def _has_value(manager: Any, name: str) -> bool:
    try:
        stages = manager.describe_secret(SecretId=name).get("VersionIdsToStages", {})
    except manager.exceptions.ResourceNotFoundException:
        return False
    return any("AWSCURRENT" in labels for labels in stages.values())


def how_to_fill(stage: Stage, name: str) -> str:
    holds = ", ".join(stage.secrets[name])
    command = f"aws secretsmanager put-secret-value --secret-id {stage.stack}/{name} --secret-string file://…"
    return f"secret {stage.stack}/{name} has no value yet ({holds}): {command}"


def probed(stack: str, client: Clients) -> list[str]:
    """The synthetic check, a line a step; says so if the stack has none. Raises DoesNotWork with the same lines."""
    functions = client("lambda")
    try:
        functions.get_function(FunctionName=f"{stack}-{PROBE}")
    except ClientError as refused:
        if refused.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        return ["no probe function yet"]
    answer = functions.invoke(FunctionName=f"{stack}-{PROBE}", Payload=b"{}")
    return judged(json.loads(answer["Payload"].read()), failed="FunctionError" in answer)


def judged(told: Mapping[str, Any], failed: bool = False) -> list[str]:
    """`told`: steps, each with step, outcome and milliseconds, and the outcome of all: good, bad, busy or off."""
    if told.get("outcome") == "off" and not failed:
        return ["probe: off, nobody has opened its accounts: python -m infra.probe --set-up"]
    lines = list(_shown(told.get("steps", ())))
    if failed or told.get("outcome") != "good":
        said = [*lines, f"probe: {told.get('errorMessage') or told.get('outcome') or 'no outcome'}"]
        raise DoesNotWork("\n".join(said))
    return [*lines, "probe: good"]


def _shown(steps: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    for one in steps:
        yield f"probe: {one['outcome']:<6} {one['step']:<24} {one.get('milliseconds', 0):>7} ms"
