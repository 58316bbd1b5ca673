"""The roles as the local cloud enforces them, and the journal's watch, on the real stack."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.session import get_session

from infra.local import places, stack
from tests.infra.test_policies import MAY_READ, MAY_SEAL_PERSONAL_FIELDS, ROLES
from tests.local import local

__all__ = ["local"]
KEY = {"pk": {"S": "test_nobody"}, "sk": {"S": "2026-11-22T00:00:00.000000Z"}}
JOURNAL = f"{places.STACK}-journal"
CHANGE = {
    "TableName": JOURNAL,
    "Key": KEY,
    "UpdateExpression": "SET a = :a",
    "ExpressionAttributeValues": {":a": KEY["pk"]},
}
TRUST = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{places.ACCOUNT}:root"}, "Action": "sts:AssumeRole"}
APPENDED = (JOURNAL, f"{places.STACK}-audit")
DENIED: dict[str, Callable[[Any, str], Any]] = {
    "update": lambda db, table: db.update_item(**CHANGE | {"TableName": table}),
    "delete": lambda db, table: db.delete_item(TableName=table, Key=KEY),
    "batch": lambda db, table: db.batch_write_item(RequestItems={table: [{"DeleteRequest": {"Key": KEY}}]}),
    "transaction, update": lambda db, table: db.transact_write_items(
        TransactItems=[{"Update": CHANGE | {"TableName": table}}]
    ),
    "transaction, delete": lambda db, table: db.transact_write_items(
        TransactItems=[{"Delete": {"TableName": table, "Key": KEY}}]
    ),
    "PartiQL": lambda db, table: db.execute_statement(Statement=f"DELETE FROM \"{table}\" WHERE pk='x' AND sk='y'"),
    "scan": lambda db, table: db.scan(TableName=table),
}


@pytest.fixture(scope="module")
def endpoint(local: dict[str, Any]) -> str:
    found: str = local["aws"]["endpoint"]
    return found


@pytest.fixture(scope="module", params=ROLES)
def worn(request: pytest.FixtureRequest, endpoint: str) -> Iterator[tuple[str, Callable[[str], Any]]]:
    """A role's name, and clients of somebody who has exactly its policies."""
    iam = stack.client("iam", endpoint)
    names = [one["RoleName"] for one in iam.get_paginator("list_roles").paginate().build_full_result()["Roles"]]
    original = next(name for name in names if name.startswith(f"{places.STACK}-{request.param}-"))
    name, trust = f"test-{uuid.uuid4().hex[:12]}", {"Version": "2012-10-17", "Statement": [TRUST]}
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]
    for policy in iam.list_role_policies(RoleName=original)["PolicyNames"]:
        document = iam.get_role_policy(RoleName=original, PolicyName=policy)["PolicyDocument"]
        iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(document))
    taken = stack.client("sts", endpoint).assume_role(RoleArn=role["Arn"], RoleSessionName="test")["Credentials"]
    yield request.param, lambda service: client_of(service, endpoint, taken)
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        iam.delete_role_policy(RoleName=name, PolicyName=policy)
    iam.delete_role(RoleName=name)


def client_of(service: str, endpoint: str, taken: dict[str, str]) -> Any:
    return get_session().create_client(
        service, region_name=places.REGION, endpoint_url=endpoint, config=Config(proxies={}),
        aws_access_key_id=taken["AccessKeyId"], aws_secret_access_key=taken["SecretAccessKey"],
        aws_session_token=taken["SessionToken"],
    )  # fmt: skip


def refusal(call: Callable[[], Any]) -> str:
    """The code of the error, or nothing."""
    try:
        call()
    except ClientError as refused:
        return str(refused.response["Error"]["Code"])
    return ""


@pytest.mark.parametrize("table", APPENDED)
def test_no_role_can_change_remove_or_scan_what_is_only_added_to(
    worn: tuple[str, Callable[[str], Any]], table: str
) -> None:
    database = worn[1]("dynamodb")
    answers = {name: refusal(lambda call=call: call(database, table)) for name, call in DENIED.items()}  # type: ignore[misc]
    reads_everything = {"scan": ""} if worn[0] == "BackUpRole" else {}
    assert answers == dict.fromkeys(DENIED, "AccessDeniedException") | reads_everything


def test_a_secret_opens_for_those_who_need_it(worn: tuple[str, Callable[[str], Any]]) -> None:
    role, client = worn
    for secret, readers in MAY_READ.items():
        name = f"{places.STACK}/{secret.removesuffix('Secret').lower()}"
        code = refusal(lambda name=name: client("secretsmanager").get_secret_value(SecretId=name))  # type: ignore[misc]
        assert code == ("" if role in readers else "AccessDeniedException"), (role, secret)


def test_a_data_key_is_given_to_those_who_seal_personal_fields(
    worn: tuple[str, Callable[[str], Any]], endpoint: str
) -> None:
    role, client = worn
    wish = {"KeyId": stack.environment(endpoint)["FIELDS_KEY_ID"], "KeySpec": "AES_256"}
    context = {"purpose": "identity-fields", "stage": "local"}
    code = refusal(lambda: client("kms").generate_data_key(**wish, EncryptionContext=context))
    assert code == ("" if role in MAY_SEAL_PERSONAL_FIELDS else "AccessDeniedException")


def test_archives_are_signed_and_kept_by_the_sweep_and_fetched_by_access(
    worn: tuple[str, Callable[[str], Any]], endpoint: str
) -> None:
    (role, client), named = worn, stack.environment(endpoint)
    wish = {"Message": b"test", "MessageType": "RAW", "SigningAlgorithm": "ECDSA_SHA_256"}
    place = {"Bucket": named["EXPORTS_BUCKET"], "Key": "archives/test.zip"}
    stack.client("s3", endpoint).put_object(**place, Body=b"")
    answers = (
        refusal(lambda: client("kms").sign(KeyId=named["ARCHIVE_KEY_ID"], **wish)),
        refusal(lambda: client("s3").put_object(**place, Body=b"")),
        refusal(lambda: client("s3").get_object(**place)),
    )
    sweeps, fetches = role == "SweepRole", role == "AccessHandlerRole"
    denied = ("" if sweeps else "AccessDeniedException", "" if sweeps else "AccessDenied")
    assert answers == (*denied, "" if fetches else "AccessDenied")


def test_an_unreadable_record_is_parked_and_every_change_of_the_journal_pages(endpoint: str) -> None:
    database, queues = stack.client("dynamodb", endpoint), stack.client("sqs", endpoint)
    mark = f"test_{uuid.uuid4().hex}"
    key = {**KEY, "pk": {"S": mark}}
    parked = queues.get_queue_url(QueueName=f"{places.STACK}-parked")["QueueUrl"]
    database.put_item(TableName=JOURNAL, Item=key)
    database.update_item(**{**CHANGE, "Key": key})
    database.delete_item(TableName=JOURNAL, Key=key)

    assert eventually(lambda: changes(endpoint, mark) == {"MODIFY", "REMOVE"})
    assert eventually(lambda: take(queues, parked, mark))


def changes(endpoint: str, mark: str) -> set[str]:
    """What the watch over the journal paged for."""
    logs = stack.client("logs", endpoint)
    found = logs.filter_log_events(logGroupName=f"/aws/lambda/{places.STACK}-journal-changed")["events"]
    lines = [json.loads(one["message"]) for one in found if mark in one["message"]]
    return {line["change"] for line in lines if line.get("alarm") == "JournalChanged"}


def take(queues: Any, url: str, mark: str) -> bool:
    """Whether the message about `mark` is there; it is taken out."""
    for message in queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=1).get(
        "Messages", []
    ):
        if mark in message["Body"]:
            queues.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            return True
    return False


def eventually(state: Callable[[], bool], seconds: float = 60) -> bool:
    until = time.monotonic() + seconds
    while not state():
        if time.monotonic() > until:
            return False
        time.sleep(0.5)
    return True
