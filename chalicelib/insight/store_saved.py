"""Saved reports, in the table `cases`; those that are sent are on its index `due`.

REPORTS   <id>   what it asks, for whom, and how far a sending is; every change has the condition of its version
"""

from __future__ import annotations

from datetime import datetime

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.expressions.update import Action
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.cloud_tables import Table, made
from chalicelib.insight.model_saved import KEPT_DELETED, Saved
from chalicelib.kernel import clock

_REPORTS, _KIND, _DUE = "REPORTS", "rep_", "report"
_AT_ONCE = 20


class _DueIndex(GlobalSecondaryIndex["_ReportItem"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due_key = UnicodeAttribute(hash_key=True)
    due_at = UnicodeAttribute(range_key=True)


class _ReportItem(Table):
    setting = "cases_table"
    due = _DueIndex()
    due_key = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)
    report = UnicodeAttribute()
    sending_for = UnicodeAttribute(null=True)
    told = UnicodeSetAttribute(null=True)
    version = NumberAttribute()
    expires_at_seconds = NumberAttribute(null=True)


def add(new: Saved) -> None:
    _item(new).keep_new()


def one(report_id: str) -> Saved | None:
    found = _ReportItem.find(_REPORTS, report_id)
    return _saved(found) if found else None


def newest(position: str | None, limit: int) -> tuple[list[Saved], str | None]:
    found, following = _ReportItem.newest(_REPORTS, _KIND, position, limit)
    return [_saved(item) for item in found], following


def swap(seen: Saved, now: Saved) -> bool:
    """False if it is not as it was seen any more."""
    item = _item(msgspec.structs.replace(now, version=seen.version + 1))
    return made(lambda: item.save(_ReportItem.version == seen.version))


def due(at: datetime) -> list[str]:
    """Candidates only, the oldest first."""
    found = _ReportItem.due.query(_DUE, _ReportItem.due_at <= clock.written(at), limit=_AT_ONCE)
    return [item.sk for item in found]


def claim(seen: Saved, sending_for: str, until: datetime) -> bool:
    """Nobody else sends it before then; False if somebody does, or it was changed."""
    moved: list[Action] = [
        _ReportItem.due_at.set(clock.written(until)),
        _ReportItem.sending_for.set(sending_for),
        _ReportItem.version.add(1),
    ]
    return made(lambda: _key(seen.id).update(moved, _ReportItem.version == seen.version))


def told(report_id: str, sending_for: str, person: str) -> None:
    """They have it."""
    marked: list[Action] = [_ReportItem.told.add({person}), _ReportItem.version.add(1)]
    made(lambda: _key(report_id).update(marked, _ReportItem.sending_for == sending_for))


def sent(seen: Saved, following: datetime) -> bool:
    """Everybody has it; False if it was changed meanwhile, so that somebody looks again."""
    moved: list[Action] = [
        _ReportItem.due_at.set(clock.written(following)),
        _ReportItem.sending_for.remove(),
        _ReportItem.told.remove(),
        _ReportItem.version.add(1),
    ]
    return made(lambda: _key(seen.id).update(moved, _ReportItem.version == seen.version))


def _key(report_id: str) -> _ReportItem:
    return _ReportItem(_REPORTS, report_id)


_APART = {"due_at": None, "sending_for": None, "told": (), "version": 0}
"""What has an attribute of its own."""


def _item(one: Saved) -> _ReportItem:
    gone_at = clock.read(one.deleted_at) + KEPT_DELETED if one.deleted_at else None
    return _ReportItem(
        _REPORTS,
        one.id,
        due_key=_DUE if one.due_at else None,
        due_at=one.due_at,
        report=msgspec.json.encode(msgspec.structs.replace(one, **_APART)).decode(),
        sending_for=one.sending_for,
        told=set(one.told) or None,
        version=one.version,
        expires_at_seconds=int(gone_at.timestamp()) if gone_at else None,
    )


def _saved(item: _ReportItem) -> Saved:
    kept = msgspec.json.decode(item.report, type=Saved)
    told = tuple(sorted(item.told or ()))
    apart = {"due_at": item.due_at, "sending_for": item.sending_for, "told": told, "version": int(item.version)}
    return msgspec.structs.replace(kept, **apart)
