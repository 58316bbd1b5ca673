"""Freezes, in the table `cases`: the last one of each wallet. Those before it are in the audit log."""

from __future__ import annotations

from datetime import datetime

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.update import Action

from chalicelib.cloud_tables import Table, made
from chalicelib.kernel import clock
from chalicelib.risk.model import Freeze

_FREEZE = "FREEZE"


class _FreezeItem(Table):
    setting = "cases_table"
    reason = UnicodeAttribute()
    case_id = UnicodeAttribute()
    frozen_at = UnicodeAttribute()
    frozen_by = UnicodeAttribute()
    review_at = UnicodeAttribute()
    beneath = UnicodeAttribute(null=True)
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
        beneath=freeze.beneath or None,
    )
    free = _FreezeItem.pk.does_not_exist() | _FreezeItem.lifted_at.exists()
    return made(lambda: item.save(free | (_FreezeItem.case_id == freeze.case_id)))


def freeze(wallet_id: str) -> Freeze | None:
    item = _FreezeItem.find(wallet_id, _FREEZE)
    return _freeze(item) if item else None


def lift(freeze: Freeze, by: str, at: datetime) -> Freeze | None:
    """None if it is not that freeze any more, or somebody lifted it; the same lift again is that lift."""
    item, moment = _FreezeItem(freeze.wallet_id, _FREEZE), clock.written(at)
    lifted: list[Action] = [_FreezeItem.lifted_at.set(moment), _FreezeItem.lifted_by.set(by)]
    ours = (_FreezeItem.lifted_at == moment) & (_FreezeItem.lifted_by == by)
    holds = (_FreezeItem.case_id == freeze.case_id) & (_FreezeItem.lifted_at.does_not_exist() | ours)
    return _freeze(item) if made(lambda: item.update(lifted, holds)) else None


def _freeze(item: _FreezeItem) -> Freeze:
    return Freeze(
        wallet_id=item.pk,
        reason=item.reason,
        case_id=item.case_id,
        frozen_at=clock.read(item.frozen_at),
        frozen_by=item.frozen_by,
        review_at=clock.read(item.review_at),
        beneath=item.beneath or "",
        lifted_at=clock.read(item.lifted_at) if item.lifted_at else None,
        lifted_by=item.lifted_by,
    )
