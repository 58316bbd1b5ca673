"""Guardians in the table `identity`.

<ward>      GUARDIAN              whom they asked, and how it stands
<guardian>  WARD#<ward>           who asked them; gone after a week unless accepted
<guardian>  APPROVAL#<time>#<id>  a payment they were asked about (the ledger's consent)
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.cloud_tables import absent, made, writing
from chalicelib.identity import store_due, vault
from chalicelib.identity.model_guardians import ASKED_FOR, Bond, Step
from chalicelib.identity.store import PersonItem, UserItem
from chalicelib.identity.store_due import DueItem
from chalicelib.kernel import clock

KIND = "guardian"
_GUARDIAN, _WARD, _APPROVAL = "GUARDIAN", "WARD#", "APPROVAL#"
_APPROVAL_KEPT = timedelta(days=400)


class _GuardianItem(DueItem):
    guardian_id = UnicodeAttribute()
    contact = UnicodeAttribute()
    step = UnicodeAttribute()
    step_at = UnicodeAttribute()


class _WardItem(UserItem):
    expires_at_seconds = NumberAttribute(null=True)


class _ApprovalItem(UserItem):
    expires_at_seconds = NumberAttribute()


def bond(ward_id: str) -> Bond | None:
    item = _GuardianItem.find(ward_id, _GUARDIAN)
    return _bond(item) if item else None


def wards(guardian_id: str, position: str | None, limit: int) -> tuple[list[str], str | None]:
    """Ids of who asked; not all of them stand by it any more."""
    found, following = _WardItem.newest(guardian_id, _WARD, position, limit)
    return [item.sk.removeprefix(_WARD) for item in found], following


def ask(one: Bond) -> bool:
    """In the place of whoever was asked before; False if somebody has accepted."""
    expires_at_seconds = int((one.at + ASKED_FOR).timestamp())
    item = _GuardianItem(
        one.ward_id,
        _GUARDIAN,
        guardian_id=one.guardian_id,
        **vault.sealed(one.ward_id, contact=one.contact),
        step=one.step,
        step_at=clock.written(one.at),
        due_key=store_due.key(KIND, one.ward_id),
        due_at=clock.written(one.at + ASKED_FOR),
    )

    def together() -> None:
        with writing() as transaction:
            transaction.save(item, absent() | (_GuardianItem.step == "asked"))
            transaction.save(_WardItem(one.guardian_id, _WARD + one.ward_id, expires_at_seconds=expires_at_seconds))

    return made(together)


def accept(one: Bond, at: datetime) -> bool:
    """Asked → accepted, while the ward is in easy mode and has no guardian. All, or nothing."""
    unguarded = PersonItem.guardian.does_not_exist() & (PersonItem.ui_mode == "easy")

    def together() -> None:
        with writing() as transaction:
            transaction.update(_item(one), [*_step("accepted", at), *_undue()], _as_it_was(one))
            transaction.update(_ward_item(one), [_WardItem.expires_at_seconds.remove()], _WardItem.pk.exists())
            actions: list[Action] = [PersonItem.guardian.set(one.guardian_id)]
            transaction.update(PersonItem(one.ward_id, "USER"), actions, unguarded)

    return made(together)


def go_on(was: Bond, step: Step, at: datetime, due_at: datetime) -> bool:
    """False if it is no longer as it was."""
    actions: list[Action] = [
        *_step(step, at),
        _GuardianItem.due_key.set(store_due.key(KIND, was.ward_id)),
        _GuardianItem.due_at.set(clock.written(due_at)),
    ]
    return made(lambda: _item(was).update(actions, _as_it_was(was)))


def stay(was: Bond, at: datetime) -> bool:
    """Leaving → accepted again; False if it is no longer as it was."""
    return made(lambda: _item(was).update([*_step("accepted", at), *_undue()], _as_it_was(was)))


def let_go(was: Bond, at: datetime) -> bool:
    """The ward is guarded no more: leaving → gone, and to be told. All, or nothing."""

    def together() -> None:
        with writing() as transaction:
            transaction.delete(_ward_item(was))
            gone: list[Action] = [*_step("gone", at), _GuardianItem.due_at.set(clock.written(at))]
            transaction.update(_item(was), gone, _as_it_was(was))
            actions: list[Action] = [PersonItem.guardian.remove()]
            transaction.update(PersonItem(was.ward_id, "USER"), actions, PersonItem.guardian == was.guardian_id)

    return made(together)


def end(was: Bond) -> bool:
    """False if it is no longer as it was."""
    return made(lambda: _item(was).delete(_as_it_was(was)))


def bonds_of(guardian_id: str) -> list[Bond]:
    """Every one in which this is whom the ward named."""
    asked = _WardItem.query(guardian_id, _WardItem.sk.startswith(_WARD), consistent_read=True)
    found = [bond(item.sk.removeprefix(_WARD)) for item in asked]
    return [one for one in found if one and one.guardian_id == guardian_id]


def forget_ward(was: Bond) -> None:
    """Whoever they named is reminded of them no more."""
    _ward_item(was).delete()


def put_approval(guardian_id: str, approval_id: str, at: datetime) -> None:
    expires_at_seconds = int((at + _APPROVAL_KEPT).timestamp())
    key = f"{_APPROVAL}{clock.written(at)}#{approval_id}"
    _ApprovalItem(guardian_id, key, expires_at_seconds=expires_at_seconds).save()


def approvals(guardian_id: str, position: str | None, limit: int) -> tuple[list[str], str | None]:
    """Ids, newest first."""
    found, following = _ApprovalItem.newest(guardian_id, _APPROVAL, position, limit)
    return [item.sk.rpartition("#")[2] for item in found], following


def _item(one: Bond) -> _GuardianItem:
    return _GuardianItem(one.ward_id, _GUARDIAN)


def _ward_item(one: Bond) -> _WardItem:
    return _WardItem(one.guardian_id, _WARD + one.ward_id)


def _step(step: Step, at: datetime) -> list[Action]:
    return [_GuardianItem.step.set(step), _GuardianItem.step_at.set(clock.written(at))]


def _undue() -> list[Action]:
    return [_GuardianItem.due_key.remove(), _GuardianItem.due_at.remove()]


def _as_it_was(was: Bond) -> Condition:
    same: Condition = (_GuardianItem.step == was.step) & (_GuardianItem.step_at == clock.written(was.at))
    same &= _GuardianItem.guardian_id == was.guardian_id
    return same


def _bond(item: _GuardianItem) -> Bond:
    return Bond(
        ward_id=item.pk,
        guardian_id=item.guardian_id,
        contact=vault.opened(item.pk, "contact", item.contact),
        step=cast(Step, item.step),
        at=clock.read(item.step_at),
        due_at=clock.read(item.due_at) if item.due_at else None,
    )
