"""A payment handler written the usual way, in good faith, to measure ours against.

Put together from AWS's own documentation: the idempotency utility of Powertools for AWS Lambda with its DynamoDB
persistence layer (key from the `Idempotency-Key` header, the body validated, an answer for "already in progress"),
a debit that is conditional on the balance, a record of the payment, a message to SQS for the settlement.
https://docs.aws.amazon.com/powertools/python/latest/utilities/idempotency/
"""

from __future__ import annotations

import json
import os
import uuid
from typing import Any

import boto3
from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig, idempotent
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyAlreadyInProgressError,
    IdempotencyValidationError,
)

dynamodb = boto3.resource("dynamodb")
queue = boto3.client("sqs")
wallets = dynamodb.Table(os.environ["USUAL_WALLETS_TABLE"])
payments = dynamodb.Table(os.environ["USUAL_PAYMENTS_TABLE"])
persistence = DynamoDBPersistenceLayer(table_name=os.environ["USUAL_IDEMPOTENCY_TABLE"])
config = IdempotencyConfig(
    event_key_jmespath='headers."Idempotency-Key"',
    payload_validation_jmespath="body",
    raise_on_no_idempotency_key=True,
    expires_after_seconds=24 * 60 * 60,
)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    try:
        return pay(event, context)
    except IdempotencyAlreadyInProgressError:
        return answer(409, {"code": "in-flight"})
    except IdempotencyValidationError:
        return answer(422, {"code": "idempotency-key-reused"})


@idempotent(config=config, persistence_store=persistence)
def pay(event: dict[str, Any], context: Any) -> dict[str, Any]:
    order = json.loads(event["body"])
    wallet = wallets.get_item(Key={"wallet_id": order["wallet_id"]}, ConsistentRead=True)["Item"]
    if wallet["balance"] < order["amount"]:
        return answer(409, {"code": "insufficient-funds"})
    try:
        debit(order)
    except dynamodb.meta.client.exceptions.ConditionalCheckFailedException:
        return answer(409, {"code": "insufficient-funds"})
    payment = {"payment_id": f"pay_{uuid.uuid4()}", "status": "captured", **order}
    payments.put_item(Item=payment)
    queue.send_message(QueueUrl=os.environ["USUAL_SETTLEMENT_QUEUE_URL"], MessageBody=json.dumps(payment))
    return answer(201, payment)


def debit(order: dict[str, Any]) -> None:
    wallets.update_item(
        Key={"wallet_id": order["wallet_id"]},
        UpdateExpression="SET balance = balance - :amount",
        ConditionExpression="balance >= :amount",
        ExpressionAttributeValues={":amount": order["amount"]},
    )


def answer(status: int, body: dict[str, Any]) -> dict[str, Any]:
    return {"statusCode": status, "headers": {"Content-Type": "application/json"}, "body": json.dumps(body)}
