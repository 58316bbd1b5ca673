"""Freezes, in the table `cases`: the last one of each wallet. Those before it are in the audit log."""

from __future__ import annotations

from datetime import datetime

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.update import Action
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.cloud_tables import Table, made
from chalicelib.kernel import clock
from chalicelib.risk.model import Freeze, Untold

_FREEZE, _TELL, _REVIEW = "FREEZE", "freeze-tell", "freeze-review"


class _DueIndex(GlobalSecondaryIndex["_FreezeItem"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due_key = UnicodeAttribute(hash_key=True)
    due_at = UnicodeAttribute(range_key=True)


class _FreezeItem(Table):
    setting = "cases_table"
    due = _DueIndex()
    due_key = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)
    untold = UnicodeAttribute(null=True)
    """The kind of what its owner is still to be told."""
    reason = UnicodeAttribute()
    case_id = UnicodeAttribute()
    frozen_at = UnicodeAttribute()
    frozen_by = UnicodeAttribute()
    review_at = UnicodeAttribute()
    note = UnicodeAttribute(null=True)
    lifted_at = UnicodeAttribute(null=True)
    lifted_by = UnicodeAttribute(null=True)


def put(freeze: Freeze) -> bool:
    """In the place of one that was lifted; False while another one holds."""
    item = _FreezeItem(
        freeze.wallet_id,
        _FREEZE,
        reason=freeze.reason,
        case_id=freeze.case_id,
        frozen_at=clock.written(freeze.frozen_at),
        frozen_by=freeze.frozen_by,
        review_at=clock.written(freeze.review_at),
        note=freeze.note or None,
    )
    free = _FreezeItem.pk.does_not_exist() | _FreezeItem.lifted_at.exists()
    return made(lambda: item.save(free | (_FreezeItem.case_id == freeze.case_id)))


def freeze(wallet_id: str) -> Freeze | None:
    item = _FreezeItem.find(wallet_id, _FREEZE)
    return _freeze(item) if item else None


def keep(freeze: Freeze, review_at: datetime) -> Freeze | None:
    """To be looked at again by then; None if it is not that freeze any more, or somebody lifted it."""
    item = _FreezeItem(freeze.wallet_id, _FREEZE)
    later: list[Action] = [_FreezeItem.review_at.set(clock.written(review_at))]
    holds = (_FreezeItem.case_id == freeze.case_id) & _FreezeItem.lifted_at.does_not_exist()
    return _freeze(item) if made(lambda: item.update(later, holds)) else None


def lift(freeze: Freeze, by: str, at: datetime) -> Freeze | None:
    """None if it is not that freeze any more, or somebody lifted it; the same lift again is that lift."""
    item, moment = _FreezeItem(freeze.wallet_id, _FREEZE), clock.written(at)
    lifted: list[Action] = [_FreezeItem.lifted_at.set(moment), _FreezeItem.lifted_by.set(by)]
    ours = (_FreezeItem.lifted_at == moment) & (_FreezeItem.lifted_by == by)
    holds = (_FreezeItem.case_id == freeze.case_id) & (_FreezeItem.lifted_at.does_not_exist() | ours)
    return _freeze(item) if made(lambda: item.update(lifted, holds)) else None


def to_tell(one: Untold) -> None:
    """Unless another freeze took its place."""
    item, moment = _FreezeItem(one.wallet_id, _FREEZE), clock.written(one.at)
    due: list[Action] = [_FreezeItem.untold.set(one.kind), _FreezeItem.due_key.set(_TELL)]
    made(lambda: item.update([*due, _FreezeItem.due_at.set(moment)], _FreezeItem.pk.exists()))


def due(at: datetime) -> list[str]:
    """Wallets whose owner is to be told; candidates only, the oldest first."""
    return _due(_TELL, at)


def overdue(at: datetime) -> list[str]:
    """Wallets that nobody has looked at again in time; likewise."""
    return _due(_REVIEW, at)


def _due(key: str, at: datetime, limit: int = 100) -> list[str]:
    return [item.pk for item in _FreezeItem.due.query(key, _FreezeItem.due_at <= clock.written(at), limit=limit)]


def untold(wallet_id: str) -> Untold | None:
    item = _FreezeItem.find(wallet_id, _FREEZE)
    return _freeze(item).untold(item.untold, clock.read(item.due_at)) if item and item.untold and item.due_at else None


def told(one: Untold, review_at: datetime | None) -> bool:
    """The clock of its review runs on, where there is one. False if there is something newer to tell."""
    item = _FreezeItem(one.wallet_id, _FREEZE)
    gone: list[Action] = [_FreezeItem.untold.remove()]
    if review_at is None:
        gone += [_FreezeItem.due_key.remove(), _FreezeItem.due_at.remove()]
    else:
        gone += [_FreezeItem.due_key.set(_REVIEW), _FreezeItem.due_at.set(clock.written(review_at))]
    same = (_FreezeItem.untold == one.kind) & (_FreezeItem.due_at == clock.written(one.at))
    return made(lambda: item.update(gone, same))


def _freeze(item: _FreezeItem) -> Freeze:
    return Freeze(
        wallet_id=item.pk,
        reason=item.reason,
        case_id=item.case_id,
        frozen_at=clock.read(item.frozen_at),
        frozen_by=item.frozen_by,
        review_at=clock.read(item.review_at),
        lifted_at=clock.read(item.lifted_at) if item.lifted_at else None,
        lifted_by=item.lifted_by,
        note=item.note or "",
    )
