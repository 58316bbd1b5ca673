"""Giving back what two operators agreed to: a backup is read through, and what is missing is put."""

from __future__ import annotations

from datetime import datetime

import msgspec

from chalicelib import cloud
from chalicelib.kernel import clock
from chalicelib.operations import backups, fresh, reading, store_bucket
from chalicelib.operations import model_giving_back as model
from chalicelib.operations import store_backups as store
from chalicelib.operations.model_backups import Part
from chalicelib.operations.model_giving_back import GivingBack

_LOOKED_AT = 50


def run(at: datetime) -> int:
    """What was approved is done; returns how many."""
    found, _ = store.givings_back(None, _LOOKED_AT)
    return sum(_done(one, at) for one in found if one.state == "approved")


def _done(one: GivingBack, at: datetime) -> bool:
    if not _stands(one.user_id):
        return bool(store.change(msgspec.structs.replace(one, state="refused", why="account-deleted")))
    backup = backups.one(one.backup)
    parts = [part for part in backup.parts if part.table in model.TABLES]
    given = sum(_given(part, one, at) for part in parts)
    done = msgspec.structs.replace(one, state="done", given=given, ended_at=clock.written(at))
    return bool(store.change(done))


def _given(part: Part, one: GivingBack, at: datetime) -> int:
    name, count = reading.full_name(part.table), 0
    for key in store_bucket.files(part):
        for item in store_bucket.Opened(key).items():
            if model.comes_back(part.table, item, one.user_id, at):
                count += fresh.put_if_absent(name, model.as_given(item, at))
    return count


def _stands(user_id: str) -> bool:
    """Nobody's erasure is undone, and nothing comes back to an account on its way out."""
    answer = cloud.client("dynamodb").get_item(
        TableName=reading.full_name("identity"),
        Key={"pk": {"S": user_id}, "sk": {"S": "USER"}},
        ConsistentRead=True,
        ProjectionExpression="pk, deleted_at",
    )
    return "Item" in answer and "deleted_at" not in answer["Item"]
