"""What makes up for an incident, in the table `cases`, beside whom it hit; while coupons are issued it is on `due`.

AFFECTED#<incident>   COMPENSATION   what was proposed, who decided, and how far it is
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.cloud_tables import Table, made, writing
from chalicelib.kernel import clock
from chalicelib.kernel.errors import InvalidState
from chalicelib.ledger.model import Leg, Verdict
from chalicelib.ledger.wire import Item
from chalicelib.ledger.write import Update
from chalicelib.operations import store_affected
from chalicelib.operations.model_affected import Job
from chalicelib.operations.model_compensation import Compensation
from chalicelib.settings import settings

_AFFECTED, _COMPENSATION, _DUE = "AFFECTED#", "COMPENSATION", "compensation"


class _DueIndex(GlobalSecondaryIndex["_CompensationItem"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due_key = UnicodeAttribute(hash_key=True)
    due_at = UnicodeAttribute(range_key=True)


class _CompensationItem(Table):
    setting = "cases_table"
    due = _DueIndex()
    due_key = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)
    compensation = UnicodeAttribute()
    stands = UnicodeAttribute(null=True)
    version = NumberAttribute()


def proposing(new: Compensation) -> Leg:
    """With its receipt: unless another stands. Refuses with InvalidState."""
    update = Update(settings().cases_table, _AFFECTED + new.incident_id, _COMPENSATION)
    update.assign("compensation", _told(new)).assign("stands", new.id).assign("version", new.version)
    update.require_absent("stands")

    def explain(wired: Item | None) -> Verdict:
        seen = msgspec.json.decode((wired or {})["compensation"]["S"], type=Compensation)
        return InvalidState(state=seen.state)

    return Leg(update.written(), explain)


def of(incident_id: str) -> Compensation | None:
    item = _CompensationItem.find(_AFFECTED + incident_id, _COMPENSATION)
    return msgspec.json.decode(item.compensation, type=Compensation) if item else None


def keep(now: Compensation) -> Compensation | None:
    """None if it is not as it was seen any more."""
    mine = replace(now, version=now.version + 1)
    return mine if made(lambda: _item(mine).save(_CompensationItem.version == now.version)) else None


def approve(now: Compensation, searched: Job) -> Compensation | None:
    """Likewise; None also if whom it hit was searched anew meanwhile, which nobody can do from there any more."""
    mine = replace(now, version=now.version + 1)

    def together() -> None:
        with writing() as transaction:
            store_affected.looked_at(transaction, searched)
            transaction.save(_item(mine), _CompensationItem.version == now.version)

    return mine if made(together) else None


def due(at: datetime, limit: int = 5) -> list[str]:
    """Incidents; candidates only, the oldest first."""
    found = _CompensationItem.due.query(_DUE, _CompensationItem.due_at <= clock.written(at), limit=limit)
    return [item.pk.removeprefix(_AFFECTED) for item in found]


def _item(one: Compensation) -> _CompensationItem:
    item = _CompensationItem(_AFFECTED + one.incident_id, _COMPENSATION, compensation=_told(one))
    item.version, item.stands = one.version, one.id if one.stands else None
    item.due_key = _DUE if one.due_at else None
    item.due_at = clock.written(one.due_at) if one.due_at else None
    return item


def _told(one: Compensation) -> str:
    return msgspec.json.encode(one).decode()
