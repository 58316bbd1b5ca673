"""What merchants say of their business, in the table `merchants` beside their terms.

What somebody answers is written together with what it means for the merchant, or not at all.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.cloud_tables import absent, made, writing
from chalicelib.identity import vault
from chalicelib.kernel import clock
from chalicelib.merchants import store, store_due
from chalicelib.merchants.model import Status
from chalicelib.merchants.model_onboarding import Business, Check, CheckState, joined
from chalicelib.merchants.store_due import DueItem

DUE = "business"
_BUSINESS = "BUSINESS"


class _BusinessItem(DueItem):
    """All but `country` of what they said is sealed for `pk`."""

    legal_name = UnicodeAttribute()
    registration_number = UnicodeAttribute()
    country = UnicodeAttribute()
    representative_name = UnicodeAttribute()
    website = UnicodeAttribute(null=True)
    state = UnicodeAttribute()
    tries = NumberAttribute()
    asked_at = UnicodeAttribute()
    checked_at = UnicodeAttribute(null=True)
    currently_due = UnicodeAttribute(null=True)
    version = NumberAttribute()


def putting(transaction: TransactWrite, check: Check) -> None:
    """Part of the transaction that takes the merchant on."""
    item = _BusinessItem(
        check.merchant_id,
        _BUSINESS,
        **_sealed(check.merchant_id, check.business),
        state=check.state,
        tries=check.tries,
        version=check.version,
        asked_at=clock.written(check.asked_at),
        due_key=store_due.key(DUE, check.merchant_id),
        due_at=clock.written(check.asked_at),
    )
    transaction.save(item, absent())


def find(merchant_id: str) -> Check | None:
    item = _BusinessItem.find(merchant_id, _BUSINESS)
    return _check(item) if item else None


def due(at: datetime, limit: int = 20) -> list[str]:
    """Merchants whose business is to be asked about; candidates only."""
    return [merchant_id for merchant_id, _, _ in store_due.due(DUE, at, limit)]


def change(was: Check, business: Business, at: datetime, reason: str) -> bool:
    """It is asked about anew, from now on. False if it is no longer as it was, or the merchant is active."""
    actions: list[Action] = [
        *(
            getattr(_BusinessItem, name).set(value)
            for name, value in _sealed(was.merchant_id, business).items()
            if value
        ),
        _BusinessItem.state.set("asked"),
        _BusinessItem.tries.set(0),
        _BusinessItem.version.add(1),
        _BusinessItem.asked_at.set(clock.written(at)),
        _BusinessItem.due_key.set(store_due.key(DUE, was.merchant_id)),
        _BusinessItem.due_at.set(clock.written(at)),
        _BusinessItem.currently_due.remove(),
    ]
    return _both(was, actions, "pending", (), reason)


def later(was: Check, next_at: datetime | None) -> bool:
    """Nobody answered: it is asked about again then, or not any more. False if it is no longer as it was."""
    actions: list[Action] = [_BusinessItem.state.set("unknown"), _BusinessItem.tries.add(1)]
    if next_at is None:
        actions += _undue()
    else:
        actions.append(_BusinessItem.due_at.set(clock.written(next_at)))
    return made(lambda: _BusinessItem(was.merchant_id, _BUSINESS).update(actions, _as_it_was(was)))


def decide(was: Check, state: CheckState, due: tuple[str, ...], status: Status, reason: str, at: datetime) -> bool:
    """What was found, and what it means. False if it is no longer as it was, or the merchant not pending."""
    lacks = _BusinessItem.currently_due.set(" ".join(due)) if due else _BusinessItem.currently_due.remove()
    actions: list[Action] = [
        _BusinessItem.state.set(state),
        _BusinessItem.checked_at.set(clock.written(at)),
        lacks,
        *_undue(),
    ]
    return _both(was, actions, status, due, reason)


def _both(was: Check, actions: list[Action], status: Status, due: tuple[str, ...], reason: str) -> bool:
    def together() -> None:
        with writing() as transaction:
            transaction.update(_BusinessItem(was.merchant_id, _BUSINESS), actions, _as_it_was(was))
            store.admitting(transaction, was.merchant_id, status, joined(due), reason)

    return made(together)


def _as_it_was(was: Check) -> Condition:
    same: Condition = (_BusinessItem.state == was.state) & (_BusinessItem.tries == was.tries)
    same &= (_BusinessItem.asked_at == clock.written(was.asked_at)) & (_BusinessItem.version == was.version)
    return same


def _undue() -> list[Action]:
    return [_BusinessItem.due_key.remove(), _BusinessItem.due_at.remove()]


def _sealed(merchant_id: str, said: Business) -> dict[str, Any]:
    hidden = vault.sealed(
        merchant_id,
        legal_name=said.legal_name,
        registration_number=said.registration_number,
        representative_name=said.representative_name,
        website=said.website,
    )
    return {**hidden, "country": said.country}


def _check(item: _BusinessItem) -> Check:
    def opened(field: str) -> str:
        return vault.opened(item.pk, field, getattr(item, field))

    return Check(
        merchant_id=item.pk,
        business=Business(
            legal_name=opened("legal_name"),
            registration_number=opened("registration_number"),
            country=item.country,
            representative_name=opened("representative_name"),
            website=opened("website") if item.website else None,
        ),
        state=cast(CheckState, item.state),
        tries=int(item.tries),
        asked_at=clock.read(item.asked_at),
        due=tuple((item.currently_due or "").split()),
        checked_at=clock.read(item.checked_at) if item.checked_at else None,
        due_at=clock.read(item.due_at) if item.due_at else None,
        version=int(item.version),
    )
