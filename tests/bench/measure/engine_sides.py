"""Both sides on the local cloud's DynamoDB: their tables, wallets and merchants, and how each pays."""

from __future__ import annotations

import json
import os
from typing import Any

from tests.bench.measure.throughput import Order, in_a_process
from tests.environment import secrets

FUNDS = 100_000_000
WALLETS_OF_A_MERCHANT = 5


class Ours:
    def __init__(self) -> None:
        from tests.bench.side_ours import Ours as Side

        in_a_process(_create)
        self._side = Side()

    def orders(self, scene: str, wallets: int) -> list[Order]:
        together = wallets if scene == "one hot merchant" else WALLETS_OF_A_MERCHANT
        found: list[Order] = []
        while len(found) < wallets:
            found += self._side.prepare([FUNDS] * min(together, wallets - len(found)), 1)
        confirmed = {"confirm_duplicate": True} if scene == "one hot wallet" else {}
        return [order | confirmed for order in found]

    def pay(self, order: Order, key: str, amount: int) -> int:
        return self._side.deliver({**order, "amount": amount}, key)[0]


class Usual:
    def __init__(self) -> None:
        from tests.bench.side_usual import Usual as Side

        self._side = Side(f"usual-{os.getpid()}")

    def orders(self, scene: str, wallets: int) -> list[Order]:
        return self._side.prepare([FUNDS] * wallets, 1)

    def pay(self, order: Order, key: str, amount: int) -> int:
        return self._side.deliver({**order, "amount": amount}, key)[0]


def _create() -> None:
    """Tables, unless they are there already, secrets, and the key of personal fields in the place of a mirrored one."""
    from chalicelib import cloud
    from chalicelib.settings import settings
    from tests.bench.measure.mirrored import described
    from tests.simulation import house

    dynamodb, manager = cloud.client("dynamodb"), cloud.client("secretsmanager")
    there = set(dynamodb.list_tables()["TableNames"])
    for table in house.tables().values():
        if table.name not in there:
            dynamodb.create_table(**described(table))
    for name, value in secrets().items():
        manager.create_secret(Name=name, SecretString=json.dumps(value))
    mirrored = {"pk": {"S": "KEYRING"}, "sk": {"S": "KEY#000001"}}
    dynamodb.delete_item(TableName=settings().identity_table, Key=mirrored)
    keys = cloud.client("kms")
    keys.create_alias(AliasName=settings().fields_key_id, TargetKeyId=keys.create_key()["KeyMetadata"]["KeyId"])


def both() -> dict[str, Any]:
    return {"ours": Ours(), "usual": Usual()}
