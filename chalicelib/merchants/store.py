"""The table `merchants`: terms, keys and checkouts, each under its own id; which merchants there are; and under a
merchant, which keys it has."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from pynamodb.attributes import Attribute, BinaryAttribute, UnicodeAttribute
from pynamodb.constants import NUMBER
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.cloud_tables import Table, absent, made, reading, writing
from chalicelib.kernel import clock
from chalicelib.merchants.model import Checkout, CheckoutStatus, Key, Progress, Scope, Status, Terms

CHECKOUT, TERMS = "CHECKOUT", "TERMS"
_KEY, _KEYS = "KEY", "KEY#"
_ALL, _MERCHANT = "MERCHANTS", "mer_"


class Whole(Attribute[int]):
    """An integer to the last digit: pynamodb's own numbers may turn into floats."""

    attr_type = NUMBER

    def serialize(self, value: int) -> str:
        return str(value)

    def deserialize(self, value: str) -> int:
        return int(value)


class _TermsItem(Table):
    setting = "merchants_table"
    name = UnicodeAttribute()
    status = UnicodeAttribute()
    accounts = UnicodeAttribute()
    fee_basis_points = Whole()
    fee_fixed = Whole()
    floor = Whole()
    created_at = UnicodeAttribute()


class _KeyItem(Table):
    setting = "merchants_table"
    merchant_id = UnicodeAttribute()
    scopes = UnicodeAttribute()
    digest = BinaryAttribute(legacy_encoding=False)
    created_at = UnicodeAttribute()
    last_four = UnicodeAttribute()
    expires_at = UnicodeAttribute(null=True)
    revoked_at = UnicodeAttribute(null=True)


class _OwnedItem(Table):
    """This merchant has that key."""

    setting = "merchants_table"


class _JoinedItem(Table):
    """There is that merchant."""

    setting = "merchants_table"


class _CheckoutItem(Table):
    setting = "merchants_table"
    merchant_id = UnicodeAttribute()
    merchant_name = UnicodeAttribute()
    amount = Whole()
    currency = UnicodeAttribute()
    order_reference = UnicodeAttribute()
    created_at = UnicodeAttribute()
    expires_at = UnicodeAttribute()
    return_url = UnicodeAttribute(null=True)
    status = UnicodeAttribute()
    payment_id = UnicodeAttribute(null=True)
    paid_at = UnicodeAttribute(null=True)
    cancelled_at = UnicodeAttribute(null=True)


def put_terms(terms: Terms) -> None:
    item = _TermsItem(
        terms.merchant_id,
        TERMS,
        name=terms.name,
        status=terms.status,
        accounts=" ".join(f"{currency}={account}" for currency, account in terms.account.items()),
        fee_basis_points=terms.fee_basis_points,
        fee_fixed=terms.fee_fixed,
        floor=terms.floor,
        created_at=clock.written(terms.created_at),
    )

    def together() -> None:
        with writing() as transaction:
            transaction.save(item, absent())
            transaction.save(_JoinedItem(_ALL, terms.merchant_id), absent())

    made(together)


def listed(position: str | None, limit: int) -> tuple[list[Terms], str | None]:
    """Newest first."""
    joined, following = _JoinedItem.newest(_ALL, _MERCHANT, position, limit)
    if not joined:
        return [], None
    with reading() as together:
        found = [together.get(_TermsItem, item.sk, TERMS) for item in joined]
    return [_terms(future.get()) for future in found], following


def terms(merchant_id: str) -> Terms | None:
    item = _TermsItem.find(merchant_id, TERMS)
    return _terms(item) if item else None


def put_key(key: Key) -> None:
    def together() -> None:
        with writing() as transaction:
            _putting(transaction, key)

    made(together)


def rotate(old: Key, new: Key, ends_at: datetime, at: datetime) -> Key | None:
    """The old key as it ends, once the new one is there; an end that was set before stands. None if it was over.

    If the new one is there all the same, this very call put it and the answer was lost.
    """
    item = _KeyItem(old.id, _KEY)
    ending: list[Action] = [_KeyItem.expires_at.set(_KeyItem.expires_at | clock.written(ends_at))]
    good = (_KeyItem.merchant_id == old.merchant_id) & _KeyItem.revoked_at.does_not_exist()
    in_time = _KeyItem.expires_at.does_not_exist() | (_KeyItem.expires_at > clock.written(at))

    def together() -> None:
        with writing() as transaction:
            transaction.update(item, ending, good & in_time)
            _putting(transaction, new)

    return key(old.id) if made(together) or key(new.id) else None


def key(key_id: str) -> Key | None:
    item = _KeyItem.find(key_id, _KEY)
    return _key(item) if item else None


def keys_of(merchant_id: str, position: str | None, limit: int) -> tuple[list[Key], str | None]:
    """Newest first."""
    owned, following = _OwnedItem.newest(merchant_id, _KEYS, position, limit)
    if not owned:
        return [], None
    with reading() as together:
        found = [together.get(_KeyItem, item.sk.removeprefix(_KEYS), _KEY) for item in owned]
    return [_key(future.get()) for future in found], following


def revoke(key_id: str, merchant_id: str, at: datetime) -> bool:
    """For good; the first moment stands. False if the merchant has no such key."""
    item = _KeyItem(key_id, _KEY)
    revoked: list[Action] = [_KeyItem.revoked_at.set(_KeyItem.revoked_at | clock.written(at))]
    return made(lambda: item.update(revoked, _KeyItem.merchant_id == merchant_id))


def put_checkout(checkout: Checkout) -> None:
    _CheckoutItem(
        checkout.id,
        CHECKOUT,
        merchant_id=checkout.merchant_id,
        merchant_name=checkout.merchant_name,
        amount=checkout.amount,
        currency=checkout.currency,
        order_reference=checkout.order_reference,
        created_at=clock.written(checkout.created_at),
        expires_at=clock.written(checkout.expires_at),
        return_url=checkout.return_url or None,
        status="open",
    ).keep_new()


def checkout(checkout_id: str) -> tuple[Checkout, Progress] | None:
    item = _CheckoutItem.find(checkout_id, CHECKOUT)
    return (_checkout(item), _progress(item)) if item else None


def cancel(checkout_id: str, merchant_id: str, at: datetime) -> tuple[Checkout, Progress] | None:
    """Open → cancelled; None if the merchant has no such checkout or it is not open any more."""
    item, moment = _CheckoutItem(checkout_id, CHECKOUT), clock.written(at)
    cancelled: list[Action] = [_CheckoutItem.status.set("cancelled"), _CheckoutItem.cancelled_at.set(moment)]
    open_still = (_CheckoutItem.status == "open") & (_CheckoutItem.expires_at > moment)
    done = made(lambda: item.update(cancelled, open_still & (_CheckoutItem.merchant_id == merchant_id)))
    return (_checkout(item), _progress(item)) if done else None


def _putting(transaction: TransactWrite, key: Key) -> None:
    item = _KeyItem(
        key.id,
        _KEY,
        merchant_id=key.merchant_id,
        scopes=" ".join(key.scopes),
        digest=key.digest,
        created_at=clock.written(key.created_at),
        last_four=key.last_four,
    )
    transaction.save(item, absent())
    transaction.save(_OwnedItem(key.merchant_id, _KEYS + key.id), absent())


def _terms(item: _TermsItem) -> Terms:
    accounts = (pair.partition("=") for pair in item.accounts.split(" "))
    return Terms(
        merchant_id=item.pk,
        name=item.name,
        status=cast(Status, item.status),
        account={currency: account for currency, _, account in accounts},
        fee_basis_points=item.fee_basis_points,
        fee_fixed=item.fee_fixed,
        floor=item.floor,
        created_at=clock.read(item.created_at),
    )


def _key(item: _KeyItem) -> Key:
    return Key(
        id=item.pk,
        merchant_id=item.merchant_id,
        scopes=cast(tuple[Scope, ...], tuple(item.scopes.split(" "))),
        digest=item.digest,
        created_at=clock.read(item.created_at),
        last_four=item.last_four,
        expires_at=clock.read(item.expires_at) if item.expires_at else None,
        revoked_at=clock.read(item.revoked_at) if item.revoked_at else None,
    )


def _checkout(item: _CheckoutItem) -> Checkout:
    return Checkout(
        id=item.pk,
        merchant_id=item.merchant_id,
        merchant_name=item.merchant_name,
        amount=item.amount,
        currency=item.currency,
        order_reference=item.order_reference,
        created_at=clock.read(item.created_at),
        expires_at=clock.read(item.expires_at),
        return_url=item.return_url or "",
    )


def _progress(item: _CheckoutItem) -> Progress:
    return Progress(cast(CheckoutStatus, item.status), item.payment_id or "", item.paid_at or "")
