"""Who was affected by an incident, in the table `cases`; a search that goes on is on the index `due`.

AFFECTED#<incident>   JOB        what is searched, how far, and what was found so far
AFFECTED#<incident>   <person>   their movements
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.transactions import TransactWrite

from chalicelib.cloud_tables import Table, absent, cut, made, writing
from chalicelib.kernel import clock
from chalicelib.operations.model_affected import AffectedPersonView, Job

_AFFECTED, _JOB, _DUE, _PERSON = "AFFECTED#", "JOB", "affected", "usr_"


class _DueIndex(GlobalSecondaryIndex["_SearchItem"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due_key = UnicodeAttribute(hash_key=True)
    due_at = UnicodeAttribute(range_key=True)


class _SearchItem(Table):
    setting = "cases_table"
    due = _DueIndex()
    due_key = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)
    search = UnicodeAttribute()
    version = NumberAttribute()


class _AffectedItem(Table):
    setting = "cases_table"
    movements = UnicodeAttribute()


def job(incident_id: str) -> Job | None:
    item = _SearchItem.find(_AFFECTED + incident_id, _JOB)
    return msgspec.json.decode(item.search, type=Job) if item else None


def begin(new: Job) -> bool:
    """False if this incident has one."""
    return made(lambda: _item(new).save(absent()))


def keep(now: Job, people: Mapping[str, AffectedPersonView] | None = None) -> Job | None:
    """With what was found of people; None if it is not as it was seen any more."""
    mine = replace(now, version=now.version + 1)

    def together() -> None:
        with writing() as transaction:
            transaction.save(_item(mine), _SearchItem.version == now.version)
            for person_id, one in (people or {}).items():
                _save(transaction, now.incident_id, person_id, one)

    return mine if made(together) else None


def looked_at(transaction: TransactWrite, seen: Job) -> None:
    """It is as it was seen, and whoever else saw it so cannot go on from there any more."""
    transaction.save(_item(replace(seen, version=seen.version + 1)), _SearchItem.version == seen.version)


def person(incident_id: str, person_id: str) -> AffectedPersonView | None:
    item = _AffectedItem.find(_AFFECTED + incident_id, person_id)
    return msgspec.json.decode(item.movements, type=AffectedPersonView) if item else None


def people(incident_id: str, position: str | None, limit: int) -> tuple[list[AffectedPersonView], str | None]:
    """In no order that means anything, from `position` on; and the position of the next page, None at the end."""
    place = _AFFECTED + incident_id
    start = {"pk": {"S": place}, "sk": {"S": position}} if position else None
    ours = _AffectedItem.sk.startswith(_PERSON)
    found = _AffectedItem.query(place, ours, consistent_read=True, limit=limit + 1, last_evaluated_key=start)
    page, following = cut(list(found), limit)
    return [msgspec.json.decode(item.movements, type=AffectedPersonView) for item in page], following


def due(at: datetime, limit: int = 5) -> list[str]:
    """Incidents; candidates only, the oldest first."""
    found = _SearchItem.due.query(_DUE, _SearchItem.due_at <= clock.written(at), limit=limit)
    return [item.pk.removeprefix(_AFFECTED) for item in found]


def _save(transaction: TransactWrite, incident_id: str, person_id: str, one: AffectedPersonView) -> None:
    item = _AffectedItem(_AFFECTED + incident_id, person_id, movements=msgspec.json.encode(one).decode())
    transaction.save(item)


def _item(one: Job) -> _SearchItem:
    item = _SearchItem(_AFFECTED + one.incident_id, _JOB, search=msgspec.json.encode(one).decode(), version=one.version)
    item.due_key = _DUE if one.due_at else None
    item.due_at = clock.written(one.due_at) if one.due_at else None
    return item
