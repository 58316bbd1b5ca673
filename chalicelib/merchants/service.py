"""A merchant joins, gets keys, opens checkouts that customers pay, and sees what was settled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache

import msgspec

from chalicelib.cases import service as cases
from chalicelib.cases.model import Facts
from chalicelib.kernel import clock, ids, money, text
from chalicelib.kernel.callers import Customer, Merchant, Operator, Staff
from chalicelib.kernel.errors import CurrencyMismatch, Forbidden, InvalidRequest, InvalidState, InvalidToken, NotFound
from chalicelib.ledger import chart, history
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Changed, Leg, Verdict
from chalicelib.ledger.wire import Item, plain_item
from chalicelib.ledger.write import Update
from chalicelib.merchants import keys, model, model_onboarding, rules, shares, store, stores
from chalicelib.merchants.model import (
    Checkout,
    CheckoutView,
    Key,
    MakerView,
    NewCheckout,
    NewMerchant,
    Progress,
    Scope,
    SettlementView,
    Terms,
    Till,
)
from chalicelib.merchants.model_onboarding import Business, Check
from chalicelib.merchants.model_shares import LASTS_AT_MOST, SplitView
from chalicelib.merchants.rules import CHECKOUT_LASTS_AT_MOST
from chalicelib.policy import service as policy
from chalicelib.settings import settings

_TERMS_KEPT_SECONDS = 30
_REMEMBERED = 1024


def join(operator: Operator, wanted: NewMerchant, at: datetime) -> Terms:
    """Its accounts are open before the merchant exists. Raises Forbidden, InvalidRequest, CurrencyMismatch."""
    operator.require("merchants.join")
    merchant_id = ids.new("mer", at)
    agreed = Terms(
        merchant_id=merchant_id,
        name=rules.tidy_name(wanted.name),
        status="active" if wanted.business is None else "pending",
        account={one: chart.merchant_account(merchant_id, one) for one in rules.check_currencies(wanted.currencies)},
        fee_basis_points=wanted.fee_basis_points,
        fee_fixed=wanted.fee_fixed,
        floor=wanted.floor,
        created_at=at,
        disabled_reason="" if wanted.business is None else model_onboarding.WAITS,
        category=wanted.category,
    )
    said = None if wanted.business is None else model_onboarding.checked(wanted.business)
    cases.audit(operator.user_id, "merchant.join", merchant_id, "", at, source_address=operator.source_address)
    for currency, account in agreed.account.items():
        ledger.open_merchant(account, merchant_id, currency, agreed.floor, at)
    if said is None:
        store.put_terms(agreed)
    else:
        _put_with(agreed, said, at)
    return agreed


def merchant(caller: Operator | Merchant, merchant_id: str) -> Terms:
    """As it is now. Raises NotFound."""
    _own(caller, merchant_id)
    return _found(merchant_id)


def listed(position: str | None, limit: int) -> tuple[list[Terms], str | None]:
    """Newest first, from `position` (a merchant) on; and the position of the next page, None at the end."""
    return store.listed(position, limit)


def terms(merchant_id: str, at: datetime) -> Terms:
    """At most 30 s old. Raises NotFound."""
    return _terms(merchant_id, int(at.timestamp()) // _TERMS_KEPT_SECONDS)


def make_key(caller: Operator | Merchant, merchant_id: str, scopes: Sequence[Scope], at: datetime) -> tuple[Key, str]:
    """The key, and its text, which nobody can read again. A merchant's key gives no scope that it has not itself, and
    makes none once its own end is set. Raises Forbidden, NotFound.
    """
    _key_keeper(caller, merchant_id)
    made_by = _maker(caller)
    if isinstance(caller, Merchant) and not set(scopes) <= set(caller.scopes):
        raise Forbidden()
    _found(merchant_id)
    key, text = keys.fresh(merchant_id, tuple(sorted(set(scopes))), at, made_by)
    facts = {"merchant": merchant_id, "scopes": " ".join(key.scopes)}
    cases.audit(_who(caller), "merchant.make_key", key.id, "", at, source_address=caller.source_address, **facts)
    store.put_key(key)
    return key, text


def rotate_key(
    caller: Operator | Merchant, merchant_id: str, key_id: str, overlap_hours: int, at: datetime
) -> tuple[Key, str, Key]:
    """A new key of the same scopes, its text, and the old key, which goes on for `overlap_hours` and no longer.

    Whoever lost the answer may do it again, but by the old key itself: an end that was set before stands. Raises
    Forbidden, NotFound, InvalidState (revoked, expired).
    """
    _key_keeper(caller, merchant_id)
    made_by = _maker(caller)
    old = _key(merchant_id, key_id)
    if isinstance(caller, Merchant) and not set(old.scopes) <= set(caller.scopes):
        raise Forbidden()
    if old.state(at) != "active":
        raise InvalidState(state=old.state(at))
    new, text = keys.fresh(merchant_id, old.scopes, at, made_by)
    facts: Facts = {"merchant": merchant_id, "successor": new.id, "overlap_hours": overlap_hours}
    cases.audit(_who(caller), "merchant.rotate_key", key_id, "", at, source_address=caller.source_address, **facts)
    ending = store.rotate(old, new, at + timedelta(hours=overlap_hours), at)
    if ending is None:
        raise InvalidState(state="revoked")
    return new, text, ending


def listed_keys(
    caller: Operator | Merchant, merchant_id: str, position: str | None, limit: int
) -> tuple[list[Key], str | None]:
    """Newest first, those that are over too, from `position` on; and the position of the next page, None at the end.

    Raises Forbidden, NotFound.
    """
    if isinstance(caller, Merchant):
        caller.require("keys")
    _own(caller, merchant_id)
    _found(merchant_id)
    return store.keys_of(merchant_id, position, limit)


def makers(found: Sequence[Key]) -> dict[str, MakerView]:
    """Whoever of the staff made them, by the id of their role."""
    from chalicelib.merchants import store_staff

    return store_staff.makers({key.made_by for key in found} - {""})


def revoke_key(caller: Operator | Merchant, merchant_id: str, key_id: str, at: datetime) -> None:
    """At once and for good; once or many times. Raises Forbidden, NotFound."""
    _key_keeper(caller, merchant_id)
    _key(merchant_id, key_id)
    source, facts = caller.source_address, {"merchant": merchant_id}
    cases.audit(_who(caller), "merchant.revoke_key", key_id, "", at, source_address=source, **facts)
    store.revoke(key_id, merchant_id, at)


def merchant_of(api_key: str, at: datetime) -> Merchant:
    """Whose key it is. Raises InvalidToken if it is malformed, unknown, wrong, revoked or over."""
    key_id = keys.id_in(api_key)
    key = store.key(key_id) if key_id else None
    if key is None or not keys.opens(key, api_key, at):
        raise InvalidToken()
    keys.note_use(key, at)
    return Merchant(key.merchant_id, key.id, key.scopes, staff=_holder(key.till) if key.till else None)


def open_checkout(caller: Merchant, wanted: NewCheckout, at: datetime) -> CheckoutView:
    """Raises Forbidden, AmountOutOfRange, CurrencyMismatch, InvalidRequest, InvalidState (suspended, store-closed)."""
    caller.require("checkouts")
    agreed = terms(caller.merchant_id, at)
    if wanted.currency not in agreed.account:
        raise CurrencyMismatch(param="currency")
    if agreed.shut:
        raise InvalidState(state=agreed.shut)
    if wanted.split and wanted.capture == "manual":
        raise InvalidRequest(param="split")
    store_id = stores.taking(agreed.merchant_id, caller.at(wanted.store_id), at)
    opened = Checkout(
        id=ids.new("chk", at),
        merchant_id=agreed.merchant_id,
        merchant_name=agreed.name,
        amount=money.check_amount(wanted.amount),
        currency=wanted.currency,
        order_reference=text.reference(wanted.order_reference),
        created_at=at,
        expires_at=rules.expiry(wanted.expires_at, at, LASTS_AT_MOST if wanted.split else CHECKOUT_LASTS_AT_MOST),
        return_url="" if wanted.return_url is None else rules.check_return_url(wanted.return_url),
        store_id=store_id,
        capture=wanted.capture,
        staff_id=caller.staff_id,
        max_payers=wanted.split.max_payers if wanted.split else 0,
        least=shares.least(wanted.split, wanted.amount),
    )
    store.put_checkout(opened)
    return _view(opened, shares.begun(opened), at)


def see_checkout(caller: Customer | Merchant | Operator, checkout_id: str, at: datetime) -> CheckoutView:
    """A merchant sees its own, an operator all; a customer any, with the payment only if it is theirs.

    Raises Forbidden, NotFound.
    """
    if isinstance(caller, Merchant):
        caller.require("checkouts")
    found, progress = _checkout(checkout_id)
    if isinstance(caller, Customer):
        split = shares.view(progress, caller)
        paid = any(part.mine for part in split.parts) if split else _paid_by(caller, progress)
        seen = progress if paid else replace(progress, payment_id="", paid_at="")
        return _shown_to(caller, _as_it_stands(_view(found, seen, at), split, progress), at)
    _reaches(caller, found)
    return _as_it_stands(_view(found, progress, at), shares.view(progress), progress)


def cancel_checkout(caller: Merchant, checkout_id: str, at: datetime) -> CheckoutView:
    """Once or many times. Raises Forbidden, NotFound, InvalidState (paid, expired)."""
    caller.require("checkouts")
    if not ids.is_id(checkout_id, "chk"):
        raise NotFound()
    known = checkout(checkout_id)
    _reaches(caller, known)
    cancelled = store.cancel(checkout_id, caller.merchant_id, at, shared=known.max_payers > 0)
    found, progress = cancelled or _checkout(checkout_id)
    seen = msgspec.structs.replace(_view(found, progress, at), split=shares.view(progress))
    if seen.status != "cancelled":
        raise InvalidState(state=seen.status)
    return seen


@lru_cache(_REMEMBERED)
def checkout(checkout_id: str) -> Checkout:
    """Its facts, which never change. Raises NotFound."""
    return _checkout(checkout_id)[0]


def paying(checkout: Checkout, payment_id: str, at: datetime) -> Leg:
    """Open → paid, inside the payment's transaction. Refuses with InvalidState (paid, expired, cancelled)."""
    moment = clock.written(at)
    update = Update(settings().merchants_table, checkout.id, store.CHECKOUT)
    update.assign("status", "paid").assign("payment_id", payment_id).assign("paid_at", moment)
    update.require("status", "=", "open").require("expires_at", ">", moment)

    def explain(wired: Item | None) -> Verdict:
        if not wired:
            return NotFound()
        old = plain_item(wired)
        state = model.status_of(old["status"], old["expires_at"], at)
        return Changed() if state == "open" else InvalidState(state=state)

    return Leg(update.written(), explain)


def trading(merchant_id: str) -> Leg:
    """The merchant is active, inside a transaction of another room. Refuses with NotFound, InvalidState (suspended)."""
    update = Update(settings().merchants_table, merchant_id, store.TERMS).require("status", "=", "active")

    def explain(wired: Item | None) -> Verdict:
        if not wired:
            return NotFound()
        status = plain_item(wired)["status"]
        return Changed() if status == "active" else InvalidState(state=model.refusal_of(status))

    return Leg(update.checked(), explain)


def acting(caller: Merchant) -> tuple[Leg, ...]:
    """Whoever is at the till may still, inside their movement's transaction; nothing for an API key. Else Forbidden."""
    if caller.staff is None:
        return ()
    update = Update(settings().merchants_table, caller.staff.id, store.STAFF)
    update.require("status", "=", "active").require("since", "=", caller.staff.since)
    return (Leg(update.checked(), lambda wired: Forbidden()),)


def settlements(
    caller: Operator | Merchant, merchant_id: str, currency: str | None, before: str | None, limit: int, at: datetime
) -> tuple[list[SettlementView], str | None]:
    """Newest first, in one currency (by default the merchant's first), and the position of the next page. Raises
    Forbidden, NotFound, CurrencyMismatch."""
    if isinstance(caller, Merchant):
        caller.require("reports")
    account_id, chosen = account(caller, merchant_id, currency, at)
    found = history.entries(account_id, before, limit + 1)
    gross_from, fees_to = chart.settling(chosen), chart.fees(chosen)
    page = [model.settlement_view(one, gross_from, fees_to) for one in found[:limit] if one["kind"] == "settlement"]
    return page, found[limit - 1]["sk"] if len(found) > limit else None


def account(caller: Operator | Merchant, merchant_id: str, currency: str | None, at: datetime) -> tuple[str, str]:
    """The ledger account in `currency`, by default the merchant's first, and that currency.

    Raises NotFound, CurrencyMismatch.
    """
    _own(caller, merchant_id)
    accounts = terms(merchant_id, at).account
    chosen = next(iter(accounts)) if currency is None else currency
    if chosen not in accounts:
        raise CurrencyMismatch(param="currency")
    return accounts[chosen], chosen


def _key_keeper(caller: Operator | Merchant, merchant_id: str) -> None:
    if isinstance(caller, Merchant):
        caller.require("keys")
        _own(caller, merchant_id)
    else:
        caller.require("merchants.keep-keys")


def _maker(caller: Operator | Merchant) -> str:
    """Who of the staff gets to see a key that is made now, if anybody. What is to end leaves nothing behind that goes
    on. Raises Forbidden."""
    own = store.key(caller.key_id) if isinstance(caller, Merchant) else None
    if own and own.expires_at and own.till is None:
        raise Forbidden()
    return (own.till.staff_id if own.till else own.made_by) if own else ""


def _key(merchant_id: str, key_id: str) -> Key:
    found = store.key(key_id) if ids.is_id(key_id, "key") else None
    if found is None or found.merchant_id != merchant_id or found.till:
        raise NotFound()
    return found


def _put_with(agreed: Terms, said: Business, at: datetime) -> None:
    """The merchant, and what is to be asked about its business from now on."""
    from chalicelib.merchants import store_onboarding

    check = Check(agreed.merchant_id, said, "asked", 0, at)
    store.put_terms(agreed, lambda transaction: store_onboarding.putting(transaction, check))


def _holder(till: Till) -> Staff:
    """Imported for whoever signs in at a till: most of what calls is a server."""
    from chalicelib.merchants import tills

    return tills.holder(till)


def _who(caller: Operator | Merchant) -> str:
    return caller.who if isinstance(caller, Merchant) else caller.user_id


def _own(caller: Operator | Merchant, merchant_id: str) -> None:
    if isinstance(caller, Merchant) and caller.merchant_id != merchant_id:
        raise NotFound()


def _reaches(caller: Operator | Merchant, found: Checkout) -> None:
    """Raises NotFound of another merchant's, and of another store's where they act for one."""
    _own(caller, found.merchant_id)
    if isinstance(caller, Merchant) and caller.store_id not in ("", found.store_id):
        raise NotFound()


def _found(merchant_id: str) -> Terms:
    found = store.terms(merchant_id) if ids.is_id(merchant_id, "mer") else None
    if found is None:
        raise NotFound()
    return found


def _as_it_stands(view: CheckoutView, split: SplitView | None, progress: Progress) -> CheckoutView:
    """With its parts; a deposit is not paid any more once it went back."""
    left = ledger.movement(progress.payment_id)["state"] if view.capture == "manual" and progress.payment_id else ""
    status = "voided" if left in ("voided", "expired") else view.status
    return msgspec.structs.replace(view, split=split, status=status)


def _shown_to(customer: Customer, view: CheckoutView, at: datetime) -> CheckoutView:
    """Before they pay a deposit, they read until when it can be held."""
    if view.capture != "manual" or view.status != "open":
        return view
    days = policy.decide(customer, "payment", view.amount, at).authorisation_days
    return msgspec.structs.replace(view, held_until=clock.written(at + timedelta(days=days)))


def _paid_by(customer: Customer, progress: Progress) -> bool:
    paid = ledger.movement(progress.payment_id) if progress.payment_id else None
    return paid is not None and not model.payers(paid).isdisjoint(customer.wallet_ids)


@lru_cache(_REMEMBERED)
def _terms(merchant_id: str, period: int) -> Terms:
    """What was read in this `period` of 30 s holds for the rest of it."""
    return _found(merchant_id)


def _checkout(checkout_id: str) -> tuple[Checkout, Progress]:
    found = store.checkout(checkout_id) if ids.is_id(checkout_id, "chk") else None
    if found is None:
        raise NotFound()
    return found


def _view(checkout: Checkout, progress: Progress, at: datetime) -> CheckoutView:
    return model.checkout_view(checkout, progress, f"{settings().public_url}/pay/{checkout.id}", at)
