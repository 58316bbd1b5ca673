"""Possible hits, in the table `cases`, where the office decides about them; what is personal is sealed for `pk`.

<screening>   SCREENING            who may be on a list, and what was decided
<user>        KYC-SCR#<screening>  in the table `identity`: what to forget with them
"""

from __future__ import annotations

from datetime import datetime
from typing import cast

import msgspec
from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.update import Action
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.cloud_tables import Table, absent, made
from chalicelib.identity import vault
from chalicelib.kernel import clock
from chalicelib.kyc.model_screening import Screening, ScreeningHitView, ScreeningState

_SCREENING, _POINTER, _DECIDED, _OPEN = "SCREENING", "KYC-SCR#", "screening-decided", "screening-open"


class _DueIndex(GlobalSecondaryIndex["_ScreeningItem"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due_key = UnicodeAttribute(hash_key=True)
    due_at = UnicodeAttribute(range_key=True)


class _ScreeningItem(Table):
    setting = "cases_table"
    due = _DueIndex()
    due_key = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)
    person = UnicodeAttribute()
    wallets = UnicodeAttribute()
    full_name = UnicodeAttribute()
    born_on = UnicodeAttribute()
    hits = UnicodeAttribute()
    opened_at = UnicodeAttribute()
    case_id = UnicodeAttribute()
    state = UnicodeAttribute()
    decided_at = UnicodeAttribute(null=True)
    decided_by = UnicodeAttribute(null=True)


class _PointerItem(Table):
    setting = "identity_table"


def put(one: Screening) -> Screening:
    """What stands under its id: the same hits of the same person are decided about once."""
    _PointerItem(one.user_id, _POINTER + one.id).save()
    item = _ScreeningItem(
        one.id,
        _SCREENING,
        due_key=_OPEN,
        due_at=clock.written(one.opened_at),
        person=one.user_id,
        wallets=" ".join(one.wallets),
        **vault.sealed(
            one.id, full_name=one.full_name, born_on=one.born_on, hits=msgspec.json.encode(one.hits).decode()
        ),
        opened_at=clock.written(one.opened_at),
        case_id=one.case_id,
        state=one.state,
    )
    return one if made(lambda: item.save(absent())) else find(one.id) or one


def find(screening_id: str) -> Screening | None:
    item = _ScreeningItem.find(screening_id, _SCREENING)
    return _screening(item) if item else None


def opened(position: str | None, limit: int) -> tuple[list[Screening], str | None]:
    """Those that nobody has decided about, oldest first, from `position` on; and the next position."""
    found = list(_ScreeningItem.due.query(_OPEN, limit=limit + 1, last_evaluated_key=_start(position)))
    known = [one for item in found[:limit] if (one := find(item.pk)) and one.state == "open"]
    following = f"{found[limit - 1].due_at}#{found[limit - 1].pk}" if len(found) > limit else None
    return known, following


def decide(was: Screening, state: ScreeningState, by: str, at: datetime) -> bool:
    """False if it is decided."""
    item = _ScreeningItem(was.id, _SCREENING)
    actions: list[Action] = [
        _ScreeningItem.state.set(state),
        _ScreeningItem.decided_at.set(clock.written(at)),
        _ScreeningItem.decided_by.set(by),
        _ScreeningItem.due_key.set(_DECIDED),
        _ScreeningItem.due_at.set(clock.written(at)),
    ]
    return made(lambda: item.update(actions, _ScreeningItem.state == "open"))


def decided(at: datetime, limit: int = 50) -> list[str]:
    """Decided about, and not carried out; candidates only."""
    until = _ScreeningItem.due_at <= clock.written(at)
    return [item.pk for item in _ScreeningItem.due.query(_DECIDED, until, limit=limit)]


def done(one: Screening) -> bool:
    item = _ScreeningItem(one.id, _SCREENING)
    gone: list[Action] = [_ScreeningItem.due_key.remove(), _ScreeningItem.due_at.remove()]
    return made(lambda: item.update(gone, _ScreeningItem.state == one.state))


def forget(user_id: str) -> None:
    """Once or many times; the pointers go with everything else of the person."""
    for pointer in _PointerItem.query(user_id, _PointerItem.sk.startswith(_POINTER), consistent_read=True):
        _ScreeningItem(pointer.sk.removeprefix(_POINTER), _SCREENING).delete()


def _start(position: str | None) -> dict[str, dict[str, str]] | None:
    if position is None:
        return None
    due_at, _, screening_id = position.partition("#")
    key = {"pk": screening_id, "sk": _SCREENING, "due_key": _OPEN, "due_at": due_at}
    return {name: {"S": text} for name, text in key.items()}


def _screening(item: _ScreeningItem) -> Screening:
    return Screening(
        id=item.pk,
        user_id=item.person,
        wallets=tuple(item.wallets.split()),
        full_name=vault.opened(item.pk, "full_name", item.full_name),
        born_on=vault.opened(item.pk, "born_on", item.born_on),
        hits=msgspec.json.decode(vault.opened(item.pk, "hits", item.hits), type=tuple[ScreeningHitView, ...]),
        opened_at=clock.read(item.opened_at),
        case_id=item.case_id,
        state=cast(ScreeningState, item.state),
        decided_at=clock.read(item.decided_at) if item.decided_at else None,
        decided_by=item.decided_by,
    )
