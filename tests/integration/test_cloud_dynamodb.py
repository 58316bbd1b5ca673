"""Our own way to DynamoDB: the ordinary client's answers and errors, with less work on the way."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.credentials import Credentials
from botocore.exceptions import ClientError, ReadTimeoutError
from hypothesis import given
from hypothesis import strategies as st
from moto.core.botocore_stubber import MockRawResponse

from chalicelib import cloud
from chalicelib.cloud_dynamodb import DynamoDB
from chalicelib.cloud_signature import Signer
from tests import aws, tables
from tests.conftest import ENVIRONMENT, empty_cloud

pytestmark = pytest.mark.usefixtures("cloud")
TABLE = ENVIRONMENT["LEDGER_TABLE"]
KEY = {"pk": {"S": "a"}, "sk": {"S": "HEAD"}}


@pytest.fixture(name="cloud", params=[nullcontext, tables.in_memory], ids=["moto", "our engine"])
def either(request: pytest.FixtureRequest) -> Iterator[None]:
    """Both talk on the wire as botocore expects it."""
    with empty_cloud(request.param):
        yield


def put(pk: str, **more: Any) -> dict[str, Any]:
    item = {"pk": {"S": pk}, "sk": {"S": "HEAD"}, **more}
    condition = {"ConditionExpression": "attribute_not_exists(pk)", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    return {"Put": {"TableName": TABLE, "Item": item, **condition}}


def transact(*writes: dict[str, Any]) -> Any:
    return cloud.client("dynamodb").transact_write_items(TransactItems=list(writes))


def refusal(call: Callable[..., Any], *writes: dict[str, Any]) -> dict[str, Any]:
    with pytest.raises(ClientError) as raised:
        call(TransactItems=list(writes))
    response = dict(raised.value.response)
    del response["ResponseMetadata"]
    response.pop("Message", None)
    return response


def first_answer(patch: pytest.MonkeyPatch, spoil: Callable[[aws.Sent], Any]) -> list[str]:
    """The first attempt is spoilt; the tokens of all attempts, in order."""
    tokens: list[str] = []

    def answer(sent: aws.Sent) -> Any:
        tokens.append(json.loads(sent.request.body)["ClientRequestToken"])
        return spoil(sent) if len(tokens) == 1 else sent.go_on()

    aws.stand_before(patch, answer)
    return tokens


def lost(sent: aws.Sent) -> Any:
    raise ReadTimeoutError(endpoint_url=sent.request.url)


def damaged(sent: aws.Sent) -> AWSResponse:
    return AWSResponse(sent.request.url, 200, {"x-amz-crc32": "1"}, MockRawResponse("{}"))


def garbled(sent: aws.Sent) -> AWSResponse:
    return aws.answered(200, "<html>")


def throttled(sent: aws.Sent) -> AWSResponse:
    return aws.answered(400, {"__type": "x#ThrottlingException"})


def ordinary() -> Any:
    return cloud.client("dynamodb").ordinary


def plain(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: told for name, told in answer.items() if name != "ResponseMetadata"}


def test_calls_about_items_never_make_the_ordinary_client() -> None:
    made: list[bool] = []
    ours = DynamoDB(cloud._session(), cloud.CONFIG, "", lambda: made.append(True))
    ours.transact_write_items(TransactItems=[put("a")])
    assert ours.get_item(TableName=TABLE, Key=KEY)["Item"]["pk"] == {"S": "a"}
    assert not made


@pytest.mark.parametrize(
    ("method", "asked"),
    [
        ("get_item", {"TableName": TABLE, "Key": KEY, "ConsistentRead": True}),
        ("scan", {"TableName": TABLE}),
        ("batch_get_item", {"RequestItems": {TABLE: {"Keys": [KEY]}}}),
        ("transact_get_items", {"TransactItems": [{"Get": {"TableName": TABLE, "Key": KEY}}]}),
        ("put_item", {"TableName": TABLE, "Item": {**KEY, "n": {"N": "2"}}, "ReturnValues": "ALL_OLD"}),
    ],
)
def test_an_answer_is_the_ordinary_clients(method: str, asked: dict[str, Any]) -> None:
    nested = {"M": {"B": {"B": b"\x01"}, "list": {"L": [{"B": b""}, {"BS": [b"a"]}, {"NULL": True}, {"SS": ["B"]}]}}}
    item = put("a", mark={"B": b"\x00\xff"}, B={"S": "B"}, nested=nested)["Put"]["Item"]
    told = []
    for client in (cloud.client("dynamodb"), ordinary()):
        client.put_item(TableName=TABLE, Item=item)
        told.append(plain(getattr(client, method)(**asked)))
    assert told[0] == told[1]


def test_a_failed_condition_is_told_with_the_old_item() -> None:
    transact(put("a", mark={"B": b"\x00"}))
    asked = put("a")["Put"]
    told = []
    for client in (cloud.client("dynamodb"), ordinary()):
        with pytest.raises(ClientError) as raised:
            client.put_item(**asked)
        told.append((raised.value.response["Error"]["Code"], raised.value.response["Item"]))
    assert told[0] == told[1]


@given(
    body=st.binary(max_size=200),
    secret=st.text(st.characters(codec="ascii"), min_size=1),
    token=st.sampled_from([None, "t"]),
)
def test_a_signature_is_botocores(body: bytes, secret: str, token: str | None) -> None:
    credentials = Credentials("AKID", secret, token)
    at = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
    named = {"content-type": "application/x-amz-json-1.0", "x-amz-target": "DynamoDB_20120810.PutItem"}
    request = AWSRequest("POST", "https://dynamodb.eu-west-1.amazonaws.com/", headers=named, data=body)
    with freeze(at):
        SigV4Auth(credentials, "dynamodb", "eu-west-1").add_auth(request)
    ours = Signer(credentials, "dynamodb", "eu-west-1", "dynamodb.eu-west-1.amazonaws.com").signed(named, body, at)
    assert ours["authorization"] == request.headers["Authorization"]


def freeze(at: datetime) -> Any:
    """botocore's signer asks its own clock."""
    return patch("botocore.auth.get_current_datetime", lambda: at.replace(tzinfo=None))


def test_one_transaction_is_one_call(aws_calls: list[tuple[str, str]]) -> None:
    transact(put("a"), put("b"))
    assert aws_calls == [("dynamodb", "TransactWriteItems")]


def test_a_cancelled_transaction_is_told_as_the_ordinary_client_tells_it() -> None:
    transact(put("a", mark={"B": b"\x00\xff"}, amount={"N": "12"}))
    ours = cloud.client("dynamodb").transact_write_items
    told = refusal(ours, put("new"), put("a"))
    assert told == refusal(ordinary().transact_write_items, put("new"), put("a"))
    assert told["CancellationReasons"][1]["Item"]["mark"] == {"B": b"\x00\xff"}


def test_another_error_is_the_ordinary_clients() -> None:
    unknown = {"Put": {**put("a")["Put"], "TableName": "nobody's"}}
    assert refusal(cloud.client("dynamodb").transact_write_items, unknown)["Error"]["Code"] != ""


@pytest.mark.parametrize("spoil", [lost, damaged, garbled, throttled])
def test_what_is_not_known_is_asked_once_more_under_the_same_token(
    monkeypatch: pytest.MonkeyPatch, spoil: Callable[[aws.Sent], Any]
) -> None:
    tokens = first_answer(monkeypatch, spoil)
    transact(put("a"))
    assert len(tokens) == 2
    assert len(set(tokens)) == 1


def test_a_token_that_is_given_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = first_answer(monkeypatch, lambda sent: sent.go_on())
    cloud.client("dynamodb").transact_write_items(TransactItems=[put("a")], ClientRequestToken="mine")
    assert tokens == ["mine"]
