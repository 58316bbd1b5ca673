"""Deleted accounts in the table `identity`.

<user>        ENDING       what is still to be done about a deletion, or about its taking back; gone once that is done

The person and their name carry `deleted_at` until the account is restored or erased. All of it changes in the
transaction that closes the wallets, or opens them: these are legs of the ledger's.
"""

from __future__ import annotations

from datetime import datetime

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.update import Action

from chalicelib.cloud_tables import made
from chalicelib.identity import store_due
from chalicelib.identity.model import CUSTOMER, User
from chalicelib.identity.model_deletion import DELETED, RESTORED, Account, Ending
from chalicelib.identity.model_trash import KEPT
from chalicelib.identity.store import LoginItem, PersonItem, UserItem, never_before, person
from chalicelib.identity.store_due import DueItem
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Forbidden, InvalidCredentials, InvalidState
from chalicelib.ledger.model import Leg, Verdict
from chalicelib.ledger.wire import Item, plain_item
from chalicelib.ledger.write import Update
from chalicelib.settings import settings

TELL, ERASE = "account-tell", "account-erase"
"""What may be due."""
_ENDING, _LOGIN, _USER = "ENDING", "LOGIN", "USER"


class _EndingItem(DueItem):
    logins = UnicodeAttribute()
    """Marks, a space between."""
    deleted_at = UnicodeAttribute(null=True)
    untold = UnicodeAttribute(null=True)
    erasing_at = UnicodeAttribute(null=True)
    """Since when it is being erased: too late to restore."""


def account(user_id: str) -> Account | None:
    found = PersonItem.find(user_id, _USER)
    return Account(person(found), clock.read(found.deleted_at) if found.deleted_at else None) if found else None


def deleting(user: User, logins: tuple[str, ...], at: datetime) -> tuple[Leg, ...]:
    """Fails with InvalidCredentials if the password was changed meanwhile, Forbidden for an operator."""
    now = clock.written(at)
    who = _update(user.id, _USER).assign("deleted_at", now).assign("sessions_from", never_before(at))
    who.require_absent("deleted_at").require("password_hash", "=", user.password_hash).require("role", "=", CUSTOMER)
    names = [_name(login, user).assign("deleted_at", now) for login in logins]
    ending = _due_to_tell(user.id, DELETED, at).assign("deleted_at", now).assign("logins", " ".join(logins))
    after = (*names, ending.require_absent("deleted_at"))
    return Leg(who.written(), _not_deleted), *(Leg(update.written(), _changed) for update in after)


def restoring(user: User, logins: tuple[str, ...], deleted_at: datetime, at: datetime) -> tuple[Leg, ...]:
    """Fails with InvalidCredentials if it was restored meanwhile, or is being erased."""
    before = clock.written(deleted_at)
    who = _update(user.id, _USER).remove("deleted_at").require("deleted_at", "=", before)
    names = [_name(login, user).remove("deleted_at") for login in logins]
    ending = _due_to_tell(user.id, RESTORED, at).remove("deleted_at")
    ending.require("deleted_at", "=", before).require_absent("erasing_at")
    return tuple(Leg(update.written(), lambda wired: InvalidCredentials()) for update in (who, *names, ending))


def due(kind: str, at: datetime) -> list[str]:
    """Whose account has this to be done."""
    return [user_id for user_id, _ in store_due.due(kind, at)]


def ending(user_id: str) -> Ending | None:
    found = _EndingItem.find(user_id, _ENDING)
    return _ending(found) if found else None


def told(ending: Ending) -> bool:
    """Of a deletion, erasing it comes next; of a restored account nothing is left to be done."""
    item = _EndingItem(ending.user_id, _ENDING)
    untold = _EndingItem.untold == ending.untold
    if ending.deleted_at is None:
        return made(lambda: item.delete(untold))
    erasing: list[Action] = [
        _EndingItem.untold.remove(),
        _EndingItem.due_key.set(store_due.key(ERASE, ending.user_id)),
        _EndingItem.due_at.set(clock.written(ending.deleted_at + KEPT)),
    ]
    return made(lambda: item.update(erasing, untold))


def begin_erasing(user_id: str, at: datetime) -> Ending | None:
    """From here on it cannot be restored; None if it was, or its time is not over. Again and again until it is done."""
    item, last = _EndingItem(user_id, _ENDING), clock.written(at - KEPT)
    over = (_EndingItem.deleted_at <= last) & _EndingItem.untold.does_not_exist()
    return _ending(item) if made(lambda: item.update([_EndingItem.erasing_at.set(clock.written(at))], over)) else None


def erase(ending: Ending, spared: tuple[str, ...]) -> None:
    """All that is kept of a person but what begins with `spared`; the account last, so that it may be repeated."""
    for item in UserItem.query(ending.user_id, consistent_read=True):
        if item.sk not in (_USER, _ENDING) and not item.sk.startswith(spared):
            UserItem(item.pk, item.sk).delete()
    for login in ending.logins:
        _free(login, ending.user_id)
    UserItem(ending.user_id, _USER).delete()
    UserItem(ending.user_id, _ENDING).delete()


def _free(login: str, user_id: str) -> None:
    item = LoginItem(f"{_LOGIN}#{login}", _LOGIN)
    made(lambda: item.delete(LoginItem.user_id == user_id))


def _name(login: str, user: User) -> Update:
    return _update(f"{_LOGIN}#{login}", _LOGIN).require("user_id", "=", user.id)


def _update(pk: str, sk: str) -> Update:
    return Update(settings().identity_table, pk, sk)


def _due_to_tell(user_id: str, untold: str, at: datetime) -> Update:
    update = _update(user_id, _ENDING).assign("untold", untold).assign("due_at", clock.written(at))
    return update.assign("due_key", store_due.key(TELL, user_id))


def _not_deleted(wired: Item | None) -> Verdict:
    if wired and "deleted_at" in wired:
        return InvalidState(state="deleted")
    return Forbidden() if wired and plain_item(wired)["role"] != CUSTOMER else InvalidCredentials(param="password")


def _changed(wired: Item | None) -> Verdict:
    return InvalidState(state="deleted")


def _ending(item: _EndingItem) -> Ending:
    deleted_at = clock.read(item.deleted_at) if item.deleted_at else None
    return Ending(item.pk, tuple(item.logins.split()), deleted_at, item.untold or "")
