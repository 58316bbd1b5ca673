"""The change of a name in the table `identity`.

<user>  IDENTIFIER   a change on its way: to be told, waiting, or made and to be told

A name's mark, the person's field and what becomes of the change are one transaction.
"""

from __future__ import annotations

from datetime import datetime
from typing import cast

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.cloud_tables import absent, made, writing
from chalicelib.identity import store_codes, store_due, vault
from chalicelib.identity.model_codes import Code
from chalicelib.identity.model_identifiers import COOLING, Change, Pending, Slot, Step
from chalicelib.identity.store import LoginItem, PersonItem, is_living
from chalicelib.identity.store_due import DueItem
from chalicelib.kernel import clock

KIND = "identifier"
_SK = "IDENTIFIER"


class _PendingItem(DueItem):
    identifier = UnicodeAttribute()
    old = UnicodeAttribute()
    """Sealed like `identifier`."""
    slot = UnicodeAttribute()
    new_mark = UnicodeAttribute()
    old_mark = UnicodeAttribute(null=True)
    step = UnicodeAttribute()
    step_at = UnicodeAttribute()


def pending(user_id: str) -> Pending | None:
    item = _PendingItem.find(user_id, _SK)
    return _pending(item) if item else None


def wait(change: Change, code: Code | None, at: datetime) -> bool:
    """The new name is proved, or there is none; what waited makes way.

    False if the code was used meanwhile, or a change was made that is still to be told.
    """

    def together() -> None:
        with writing() as transaction:
            if code:
                store_codes.spending(transaction, code)
            transaction.save(_item(Pending(change, "proved", at, at)), _nothing_untold())

    return made(together)


def make(change: Change, proofs: tuple[Code, ...], at: datetime, waited: Pending | None = None) -> bool:
    """The old mark goes, the new one comes, the person has the new name and cools off. All, or nothing:

    False if a proof was used, somebody else has the name by now, it is no longer as `change` knew it, or a change
    before it is still to be told.
    """
    free = _as_it_was(waited) if waited else _nothing_untold()

    def together() -> None:
        with writing() as transaction:
            for code in proofs:
                store_codes.spending(transaction, code)
            _swap(transaction, change, at)
            transaction.save(_item(Pending(change, "changed", at, at)), free)

    return made(together)


def go_on(was: Pending, step: Step, due_at: datetime) -> bool:
    """The next step of a change that is as it was; `step_at` stays."""
    item = _PendingItem(was.change.user_id, _SK)
    actions: list[Action] = [_PendingItem.step.set(step), _PendingItem.due_at.set(clock.written(due_at))]
    return made(lambda: item.update(actions, _as_it_was(was)))


def end(was: Pending) -> bool:
    """False if it is no longer as it was."""
    return made(lambda: _PendingItem(was.change.user_id, _SK).delete(_as_it_was(was)))


def _swap(transaction: TransactWrite, change: Change, at: datetime) -> None:
    if change.old_mark:
        transaction.delete(LoginItem(f"LOGIN#{change.old_mark}", "LOGIN"), LoginItem.user_id == change.user_id)
    if not change.removes:
        transaction.save(LoginItem(f"LOGIN#{change.mark}", "LOGIN", user_id=change.user_id), absent())
    field = getattr(PersonItem, change.slot)
    sealed = vault.seal(change.user_id, change.slot, change.identifier)
    actions: list[Action] = [
        field.remove() if change.removes else field.set(sealed),
        PersonItem.cooling_until.set(int((at + COOLING).timestamp())),
    ]
    there = is_living() if change.old_mark else is_living() & field.does_not_exist()
    transaction.update(PersonItem(change.user_id, "USER"), actions, there)


def _nothing_untold() -> Condition:
    """What was made has raised no epoch and told nobody yet: nothing takes its place before that."""
    condition: Condition = absent() | (_PendingItem.step != "changed")
    return condition


def _as_it_was(was: Pending) -> Condition:
    same: Condition = (_PendingItem.step == was.step) & (_PendingItem.step_at == clock.written(was.at))
    return same


def _item(one: Pending) -> _PendingItem:
    change = one.change
    return _PendingItem(
        change.user_id,
        _SK,
        **vault.sealed(change.user_id, identifier=change.identifier, old=change.old),
        slot=change.slot,
        new_mark=change.mark,
        old_mark=change.old_mark or None,
        step=one.step,
        step_at=clock.written(one.at),
        due_key=store_due.key(KIND, change.user_id),
        due_at=clock.written(one.due_at),
    )


def _pending(item: _PendingItem) -> Pending:
    change = Change(
        user_id=item.pk,
        slot=cast(Slot, item.slot),
        identifier=vault.opened(item.pk, "identifier", item.identifier),
        mark=item.new_mark,
        old=vault.opened(item.pk, "old", item.old),
        old_mark=item.old_mark or "",
    )
    return Pending(change, cast(Step, item.step), clock.read(item.step_at), clock.read(item.due_at or item.step_at))
