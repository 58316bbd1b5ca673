"""The table `merchants`: terms, keys and checkouts, under their ids; which merchants there are, and keys of each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import cast

from pynamodb.attributes import Attribute, BinaryAttribute, ListAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.constants import NUMBER
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.cloud_tables import Table, absent, made, reading, writing
from chalicelib.kernel import clock
from chalicelib.merchants import store_due
from chalicelib.merchants.model import Capture, Checkout, CheckoutStatus, Key, Progress, Scope, Status, Terms, Till
from chalicelib.merchants.model_categories import Category
from chalicelib.merchants.model_shares import Shared, SharedStatus

CHECKOUT, STAFF, TERMS = "CHECKOUT", "STAFF", "TERMS"
SHARED = "share"
"""Kind of what is due of a checkout that several people pay."""
_KEY, _KEYS, _TILLS = "KEY", "KEY#", "TILL#"
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
    currently_due = UnicodeAttribute(null=True)
    disabled_reason = UnicodeAttribute(null=True)
    category = UnicodeAttribute(null=True)


class _KeyItem(Table):
    setting = "merchants_table"
    merchant_id = UnicodeAttribute()
    scopes = UnicodeAttribute()
    digest = BinaryAttribute(legacy_encoding=False)
    created_at = UnicodeAttribute()
    last_four = UnicodeAttribute()
    expires_at = UnicodeAttribute(null=True)
    revoked_at = UnicodeAttribute(null=True)
    staff_id = UnicodeAttribute(null=True)
    person = UnicodeAttribute(null=True)
    wallet = UnicodeAttribute(null=True)
    staff_since = UnicodeAttribute(null=True)
    person_since = UnicodeAttribute(null=True)
    store_id = UnicodeAttribute(null=True)
    device_name = UnicodeAttribute(null=True)
    made_by = UnicodeAttribute(null=True)
    used_on = UnicodeAttribute(null=True)
    expires_at_seconds = Whole(null=True)


class _OwnedItem(Table):
    """This merchant has that key."""

    setting = "merchants_table"


class _TillItem(Table):
    """This merchant has that session of somebody at a till."""

    setting = "merchants_table"
    expires_at_seconds = Whole()


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
    store_id = UnicodeAttribute(null=True)
    capture = UnicodeAttribute(null=True)
    staff_id = UnicodeAttribute(null=True)
    max_payers = Whole(null=True)
    least = Whole(null=True)
    left = Whole(null=True)
    parts: ListAttribute[UnicodeAttribute] = ListAttribute(of=UnicodeAttribute, null=True)
    payers = UnicodeSetAttribute(null=True)
    due_key = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)


def put_terms(terms: Terms, beside: Callable[[TransactWrite], None] = lambda transaction: None) -> None:
    """`beside` adds what is written in the same transaction."""
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
        disabled_reason=terms.disabled_reason or None,
        category=terms.category,
    )

    def together() -> None:
        with writing() as transaction:
            transaction.save(item, absent())
            transaction.save(_JoinedItem(_ALL, terms.merchant_id), absent())
            beside(transaction)

    made(together)


def listed(position: str | None, limit: int) -> tuple[list[Terms], str | None]:
    """Newest first."""
    joined, following = _JoinedItem.newest(_ALL, _MERCHANT, position, limit)
    if not joined:
        return [], None
    with reading() as together:
        found = [together.get(_TermsItem, item.sk, TERMS) for item in joined]
    return [_terms(future.get()) for future in found], following


def admitting(
    transaction: TransactWrite, merchant_id: str, status: Status, currently_due: str | None, reason: str
) -> None:
    """Pending → what was found of the business, part of the transaction that keeps the finding."""
    due, why = _TermsItem.currently_due, _TermsItem.disabled_reason
    actions: list[Action] = [
        _TermsItem.status.set(status),
        due.set(currently_due) if currently_due else due.remove(),
        why.set(reason) if reason else why.remove(),
    ]
    transaction.update(_TermsItem(merchant_id, TERMS), actions, _TermsItem.status == "pending")


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
        store_id=checkout.store_id or None,
        capture=None if checkout.capture == "automatic" else checkout.capture,
        staff_id=checkout.staff_id or None,
        max_payers=checkout.max_payers or None,
        least=checkout.least if checkout.max_payers else None,
        left=checkout.amount if checkout.max_payers else None,
        status="open",
    ).keep_new()


def checkout(checkout_id: str) -> tuple[Checkout, Progress] | None:
    item = _CheckoutItem.find(checkout_id, CHECKOUT)
    return (_checkout(item), _progress(item)) if item else None


def shared(checkout_id: str) -> Shared | None:
    """How far it is, if several people pay it."""
    item = _CheckoutItem.find(checkout_id, CHECKOUT)
    return _shared(item) if item else None


def cancel(checkout_id: str, merchant_id: str, at: datetime, *, shared: bool) -> tuple[Checkout, Progress] | None:
    """Open → cancelled; None if the merchant has no such checkout or it is not open any more.

    What was paid of a shared one is due to go back.
    """
    item, moment = _CheckoutItem(checkout_id, CHECKOUT), clock.written(at)
    cancelled: list[Action] = [_CheckoutItem.status.set("cancelled"), _CheckoutItem.cancelled_at.set(moment)]
    open_still = (_CheckoutItem.status == "open") & (_CheckoutItem.expires_at > moment)
    if shared:
        open_still &= _CheckoutItem.left > 0
        cancelled += [
            _CheckoutItem.due_key.set(store_due.key(SHARED, checkout_id)),
            _CheckoutItem.due_at.set(moment),
        ]
    done = made(lambda: item.update(cancelled, open_still & (_CheckoutItem.merchant_id == merchant_id)))
    return (_checkout(item), _progress(item)) if done else None


def _putting(transaction: TransactWrite, key: Key) -> None:
    transaction.save(_keep(key), absent())
    transaction.save(_OwnedItem(key.merchant_id, _KEYS + key.id), absent())


def put_till(transaction: TransactWrite, key: Key, till: Till, expires_at: datetime) -> None:
    """Part of the transaction that begins a session; nobody lists it among the API keys."""
    item, expires_at_seconds = _keep(key), int(expires_at.timestamp())
    item.expires_at, item.expires_at_seconds = clock.written(expires_at), expires_at_seconds
    item.staff_id, item.person, item.wallet = till.staff_id, till.person, till.wallet
    item.staff_since, item.person_since = till.staff_since, till.person_since
    item.store_id, item.device_name = till.store_id or None, till.device_name or None
    transaction.save(item, absent())
    transaction.save(_TillItem(key.merchant_id, _TILLS + key.id, expires_at_seconds=expires_at_seconds), absent())


def _keep(key: Key) -> _KeyItem:
    return _KeyItem(
        key.id,
        _KEY,
        merchant_id=key.merchant_id,
        scopes=" ".join(key.scopes),
        digest=key.digest,
        created_at=clock.written(key.created_at),
        last_four=key.last_four,
        made_by=key.made_by or None,
    )


def tills_of(merchant_id: str, position: str | None, limit: int) -> tuple[list[Key], str | None]:
    """Sessions of people at tills, newest first; those that are over too, until they are forgotten."""
    owned, following = _TillItem.newest(merchant_id, _TILLS, position, limit)
    found = (key(item.sk.removeprefix(_TILLS)) for item in owned)
    return [one for one in found if one], following


def forget_till(key: Key) -> None:
    """The session and that there was one."""
    with writing() as transaction:
        transaction.delete(_KeyItem(key.id, _KEY))
        transaction.delete(_TillItem(key.merchant_id, _TILLS + key.id))


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
        currently_due=tuple((item.currently_due or "").split()),
        disabled_reason=item.disabled_reason or "",
        category=cast(Category, item.category or "other"),
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
        till=_till(item) if item.staff_id else None,
        made_by=item.made_by or "",
        used_on=item.used_on or "",
    )


def _till(item: _KeyItem) -> Till:
    return Till(
        staff_id=item.staff_id or "",
        person=item.person or "",
        wallet=item.wallet or "",
        staff_since=item.staff_since or "",
        person_since=item.person_since or "",
        store_id=item.store_id or "",
        device_name=item.device_name or "",
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
        store_id=item.store_id or "",
        capture=cast(Capture, item.capture or "automatic"),
        staff_id=item.staff_id or "",
        max_payers=item.max_payers or 0,
        least=item.least or 1,
    )


def _progress(item: _CheckoutItem) -> Progress:
    """Of a shared one, `paid_at` is when its last part was paid: that it is full is in what is left."""
    status, paid_at = item.status, item.paid_at or ""
    if item.max_payers:
        status = "paid" if item.left == 0 else status
        paid_at = paid_at if status == "paid" else ""
    return Progress(cast(CheckoutStatus, status), item.payment_id or "", paid_at, _shared(item))


def _shared(item: _CheckoutItem) -> Shared | None:
    if not item.max_payers:
        return None
    return Shared(
        amount=item.amount,
        left=item.left or 0,
        max_payers=item.max_payers,
        status=cast(SharedStatus, "paid" if item.left == 0 else item.status),
        expires_at=clock.read(item.expires_at),
        parts=tuple(map(str, item.parts or ())),
        payers=len(item.payers or ()),
        least=item.least or 1,
    )
