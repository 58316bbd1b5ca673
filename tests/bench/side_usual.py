"""The usual handler and its world: tables and a queue of its own, made for one storm and dropped after it."""

from __future__ import annotations

import json
import os
import time
from types import ModuleType
from typing import Any

import boto3

from tests.bench.storm import Facts

LAMBDA_TIMEOUT_SECONDS = 3.0
"""Lambda's default; it is also how long Powertools believes in a handler that was killed."""


class Usual:
    writes = 5
    """Idempotency record, debit, payment, message, idempotency record."""

    def __init__(self, run: str):
        self._run = run
        self._tables = {
            f"USUAL_{name.upper()}_TABLE": f"{run}-{name}" for name in ("wallets", "payments", "idempotency")
        }
        os.environ |= {**self._tables, "AWS_LAMBDA_FUNCTION_NAME": "usual"}
        self._handler = self._create_and_load()

    def _create_and_load(self) -> ModuleType:
        """The clients are closed again: workers forked from here must not share a connection."""
        dynamodb, queues = boto3.client("dynamodb"), boto3.client("sqs")
        keys = ("wallet_id", "payment_id", "id")
        for key, table in zip(keys, self._tables.values(), strict=True):
            dynamodb.create_table(
                TableName=table,
                KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
                BillingMode="PAY_PER_REQUEST",
            )
        os.environ["USUAL_SETTLEMENT_QUEUE_URL"] = queues.create_queue(QueueName=f"{self._run}-settlement")["QueueUrl"]
        dynamodb.close()
        queues.close()
        from tests.bench import usual

        return usual

    def prepare(self, funds: list[int], amount: int) -> list[dict[str, Any]]:
        wallets = [f"wallet-{number}" for number in range(len(funds))]
        with self._handler.wallets.batch_writer() as batch:
            for wallet, balance in zip(wallets, funds, strict=True):
                batch.put_item(Item={"wallet_id": wallet, "balance": balance})
        return [_order(wallet, amount) for wallet in wallets]

    def deliver(self, order: dict[str, Any], key: str) -> tuple[int, bytes]:
        event = {"headers": {"Idempotency-Key": key}, "body": json.dumps(order)}
        try:
            answer = self._handler.handler(event, _Context())
        except Exception:
            return 502, b'{"message": "Internal server error"}'
        return answer["statusCode"], answer["body"].encode()

    def count(self, orders: list[dict[str, Any]], funds: int) -> list[Facts]:
        recorded = _everything(self._handler.payments)
        announced = {message["payment_id"]: message for message in self._messages()}
        return [self._facts(order["wallet_id"], funds, recorded, list(announced.values())) for order in orders]

    def drop(self) -> None:
        for table in self._tables.values():
            boto3.client("dynamodb").delete_table(TableName=table)
        boto3.client("sqs").delete_queue(QueueUrl=os.environ["USUAL_SETTLEMENT_QUEUE_URL"])

    def _facts(self, wallet: str, funds: int, recorded: list[dict[str, Any]], announced: list[dict[str, Any]]) -> Facts:
        left = self._handler.wallets.get_item(Key={"wallet_id": wallet}, ConsistentRead=True)["Item"]["balance"]
        return Facts(
            taken=funds - int(left),
            recorded=sum(payment["wallet_id"] == wallet for payment in recorded),
            settled=sum(payment["wallet_id"] == wallet for payment in announced),
        )

    def _messages(self) -> list[dict[str, Any]]:
        """All that wait, each as often as it was sent."""
        url, found = os.environ["USUAL_SETTLEMENT_QUEUE_URL"], []
        while batch := self._handler.queue.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            found.extend(json.loads(message["Body"]) for message in batch)
        return found


class _Context:
    """What the idempotency utility asks of Lambda's context."""

    function_name = "usual"

    def __init__(self) -> None:
        self._until = time.monotonic() + LAMBDA_TIMEOUT_SECONDS

    def get_remaining_time_in_millis(self) -> int:
        return int(1000 * (self._until - time.monotonic()))


def _order(wallet: str, amount: int) -> dict[str, Any]:
    return {
        "wallet_id": wallet,
        "merchant_id": "merchant",
        "amount": amount,
        "currency": "CNY",
        "order_reference": f"order-of-{wallet}",
    }


def _everything(table: Any) -> list[dict[str, Any]]:
    found, start = [], {}
    while True:
        page = table.scan(ConsistentRead=True, **start)
        found.extend(page["Items"])
        if "LastEvaluatedKey" not in page:
            return found
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
