"""The usual handler once more, its wallets and payments through pynamodb; everything else as in `usual.py`."""

from __future__ import annotations

import json
import os
import uuid
from typing import Any

from aws_lambda_powertools.utilities.idempotency import idempotent
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyAlreadyInProgressError,
    IdempotencyValidationError,
)
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import UpdateError
from pynamodb.models import Model

from tests.bench.usual import answer, config, persistence, queue


class Wallet(Model):
    class Meta:
        table_name = os.environ["USUAL_WALLETS_TABLE"]
        region = os.environ["AWS_REGION"]

    wallet_id = UnicodeAttribute(hash_key=True)
    balance = NumberAttribute()


class Payment(Model):
    class Meta:
        table_name = os.environ["USUAL_PAYMENTS_TABLE"]
        region = os.environ["AWS_REGION"]

    payment_id = UnicodeAttribute(hash_key=True)
    status = UnicodeAttribute()
    wallet_id = UnicodeAttribute()
    merchant_id = UnicodeAttribute()
    amount = NumberAttribute()
    currency = UnicodeAttribute()
    order_reference = UnicodeAttribute()


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
    wallet = Wallet.get(order["wallet_id"], consistent_read=True)
    if wallet.balance < order["amount"] or not debited(wallet, order["amount"]):
        return answer(409, {"code": "insufficient-funds"})
    payment = {"payment_id": f"pay_{uuid.uuid4()}", "status": "captured", **order}
    Payment(**payment).save()
    queue.send_message(QueueUrl=os.environ["USUAL_SETTLEMENT_QUEUE_URL"], MessageBody=json.dumps(payment))
    return answer(201, payment)


def debited(wallet: Wallet, amount: int) -> bool:
    try:
        wallet.update([Wallet.balance.set(Wallet.balance - amount)], condition=Wallet.balance >= amount)
    except UpdateError as error:
        if error.cause_response_code == "ConditionalCheckFailedException":
            return False
        raise
    return True
