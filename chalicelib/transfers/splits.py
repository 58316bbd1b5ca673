"""Sharing a bill, in the order a person would tell it: say who owes what, pay, decline, remind, close; and what is due.

What a bill was, who made it and who is asked never changes, so it may be read. What is left of a part, and of all of
them, are conditions of every payment: what was read of it is a guess, and a wrong one is made once more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import msgspec

from chalicelib.identity import payee_checks, telling
from chalicelib.identity.model_payees import Check
from chalicelib.identity.payee_checks import GOOD_FOR
from chalicelib.kernel import clock, ids, money
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import (
    CoolingOff,
    CurrencyMismatch,
    GuardianApprovalRequired,
    InvalidOrExpired,
    InvalidRequest,
    InvalidState,
    NotFound,
    StepUpRequired,
    TooManyRequests,
)
from chalicelib.kernel.idempotency import Receipt, RequestKey
from chalicelib.ledger import acquaintance, chart, consents
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Draft, Due, Known, Leg, Movement
from chalicelib.notices.model import Params
from chalicelib.transfers import model, moving
from chalicelib.transfers import model_splits as rules
from chalicelib.transfers import store_splits as store
from chalicelib.transfers.model_splits import BillSplitView, Part, PartRequest, Split, SplitRequest
from chalicelib.transfers.moving import Stranger, Wish

_NOT_YET = (CoolingOff, GuardianApprovalRequired, StepUpRequired)
"""Nothing is stored of them: the same key pays once they are over, and one that has paid is told so."""


def make(customer: Customer, wish: SplitRequest, key: RequestKey, at: datetime) -> Receipt:
    """The bill and all its parts at once; everybody who is asked is told within a minute.

    Raises InvalidRequest (note, shares, oneself, somebody twice or without an account), CurrencyMismatch,
    AmountOutOfRange, InvalidOrExpired (a check), TooManyRequests.
    """
    money.check_currency(wish.currency)
    money.check_amount(wish.amount)
    split_id, wallet = key.movement_id("spl"), chart.wallet_of(customer.user_id, wish.currency)
    if first := ledger.answered(split_id, key):
        return first
    checks = [_check(customer, one.payee_check, wish.currency, at) for one in wish.people]
    if wallet not in customer.wallet_ids:
        raise CurrencyMismatch(param="currency")
    if len({one.payee for one in checks} - {wallet}) < len(checks):
        raise InvalidRequest(param="people", reason="twice")
    noted = msgspec.structs.replace(wish, note=model.tidy_note(wish.note))
    owed, moment = rules.owed(wish), clock.written(at)
    parts = [
        Part(split_id, one.payee, one.payee_owner, one.name, amount, amount, asked_at=moment)
        for one, amount in zip(checks, owed, strict=True)
    ]
    movement = _movement(customer, noted, checks[0].payer_name, sum(owed), key, at)
    mine = store.counting(customer.user_id, at), store.listing(customer.user_id, split_id, at)
    legs = (*mine, *_asked(parts, wish.currency, at))
    return ledger.commit(lambda at, known: Draft(movement, (), None, legs=legs), at, key)


def split(customer: Customer, split_id: str, at: datetime) -> BillSplitView:
    """As it is now, to whoever made it or is asked. Raises NotFound."""
    found = _found(split_id)
    if found.owner == customer.user_id:
        return rules.view(found, store.parts(split_id), customer.user_id, at)
    part = _own_part(customer, found)
    is_new = not acquaintance.known(part.wallet, found.wallet)
    return rules.view(found, [part], customer.user_id, at, new_payee=is_new)


def listed(customer: Customer, before: str | None, limit: int, at: datetime) -> tuple[list[BillSplitView], str | None]:
    """Those that I made and those that I am asked for, newest first, and the position of the next page."""
    found, following = store.listed(customer.user_id, before, limit)
    known = store.several(found, customer.wallet_ids[0])
    views = [rules.view(one, [part] if part else [], customer.user_id, at) for one, part in known]
    return views, following


def pay(customer: Customer, split_id: str, wish: PartRequest, key: RequestKey, at: datetime) -> Receipt:
    """All of my part or some of it, at once to whoever made the bill. Raises or stores every refusal of a transfer.

    Raises NotFound, CurrencyMismatch, AmountOutOfRange; of `_NOT_YET` nothing is stored.
    """
    money.check_currency(wish.currency)
    money.check_amount(wish.amount)
    found = _found(split_id)
    part = _own_part(customer, found)
    if wish.currency != found.currency:
        raise CurrencyMismatch(param="currency")
    payment = _Payment(customer, found, _wish(found, part, wish.amount, key, at))
    try:
        return ledger.commit(payment.draft, at, key)
    except _NOT_YET as refusal:
        if first := ledger.answered(payment.wish.id, key):
            return first
        if isinstance(refusal, GuardianApprovalRequired):
            consents.ask(moving.consent_of(customer, payment.wish, at))
        raise


def decline(customer: Customer, split_id: str, at: datetime) -> BillSplitView:
    """What I still owe of it I will not pay; whoever made it is told. Raises NotFound, InvalidState (how it is)."""
    found = _found(split_id)
    guess = _Guess(found, _own_part(customer, found))
    try:
        ledger.commit(lambda at, known: Draft(None, (), None, legs=guess.declining(at)), at)
    except InvalidState as refusal:
        if refusal.params["state"] != "part-declined":
            raise
    return split(customer, split_id, at)


def remind(customer: Customer, split_id: str, at: datetime) -> BillSplitView:
    """Everybody who owes and was not asked for a day. Raises NotFound, InvalidState, TooManyRequests (all were)."""
    found = _own(customer, split_id)
    if found.state != "open" or found.is_over(at):
        raise InvalidState(state="split-closed")
    owing = [one for one in store.parts(split_id) if one.owes]
    ready = [one for one in owing if clock.read(one.asked_at) + rules.REMINDS_AFTER <= at]
    done = [one for one in ready if _try(at, store.reminding(one, at), store.stirring(split_id, at))]
    if owing and not done:
        since = min(clock.read(one.asked_at) for one in owing)
        wait = int((since + rules.REMINDS_AFTER - at).total_seconds()) + 1
        raise TooManyRequests(retry_after_seconds=max(wait, 1))
    return split(customer, split_id, at)


def close(customer: Customer, split_id: str, at: datetime) -> BillSplitView:
    """Nobody pays any more of it; what was paid stays. Raises NotFound, InvalidState (how it is)."""
    _own(customer, split_id)
    leg = store.closing(split_id, at)
    try:
        ledger.commit(lambda at, known: Draft(None, (), None, legs=(leg,)), at)
    except InvalidState as refusal:
        if refusal.params["state"] != "split-closed":
            raise
    return split(customer, split_id, at)


def go_on(split_id: str, at: datetime) -> bool:
    """Tells whoever is to be told, and ends what is over. Once or many times; whatever comes meanwhile is due again."""
    found = store.split(split_id)
    if not found.due_at or found.due_at > clock.written(at):
        return False
    for part in store.parts(split_id):
        if part.says:
            _tell(found, part)
            _try(at, store.told(part))
    if found.state == "open" and found.is_over(at):
        return _try(at, store.expiring(split_id, at))
    return _try(at, store.resting(found))


class _Payment:
    """A part that is paid, as a transfer that goes at once, and what the ledger has taught about it."""

    def __init__(self, customer: Customer, found: Split, wish: Wish) -> None:
        self._customer, self._split, self.wish = customer, found, wish
        self._stranger = False

    def draft(self, at: datetime, known: Known) -> Draft:
        """Whoever has never paid its maker, or signed in unusually, proves first that it is them."""
        customer, wish = self._customer, self.wish
        drafted = moving.draft(replace(customer, risky=False), wish, Stranger(), at, known)
        legs: tuple[Leg, ...] = (
            store.paying(self._split.id, wish.wallet, wish.amount),
            store.lessening(self._split, wish.amount, "paid", at, self._learn),
        )
        if customer.stepped_up_until > at.timestamp():
            return replace(drafted, legs=legs)
        unproved = StepUpRequired(methods=customer.ways) if self._stranger or customer.risky else None
        met = acquaintance.required(wish.wallet, wish.check.payee, self._meet)
        return replace(drafted, legs=(*legs, met), refusal=drafted.refusal or unproved)

    def _learn(self, left: int) -> None:
        self._split = replace(self._split, left=left)

    def _meet(self) -> None:
        self._stranger = True


class _Guess:
    """What is left of a part that its payer declines, and of the whole."""

    def __init__(self, found: Split, part: Part) -> None:
        self._split, self._part = found, part

    def declining(self, at: datetime) -> tuple[Leg, Leg]:
        whole = store.lessening(self._split, self._part.left, "closed", at, self._learn_whole)
        return store.declining(self._part, at, self._learn_part), whole

    def _learn_whole(self, left: int) -> None:
        self._split = replace(self._split, left=left)

    def _learn_part(self, left: int) -> None:
        self._part = replace(self._part, left=left)


def _check(customer: Customer, written: str, currency: str, at: datetime) -> Check:
    found = payee_checks.read(customer, written)
    if found.exp <= at.timestamp():
        raise InvalidOrExpired(param="people.payee_check")
    if found.invites:
        raise InvalidRequest(param="people.payee_check", reason="no-account")
    if found.currency != currency:
        raise CurrencyMismatch(param="currency")
    return found


def _asked(parts: Sequence[Part], currency: str, at: datetime) -> list[Leg]:
    asked = [store.asking(one, currency) for one in parts]
    return [*asked, *(store.listing(one.owner, one.split, at) for one in parts)]


def _movement(customer: Customer, wish: SplitRequest, name: str, asked: int, key: RequestKey, at: datetime) -> Movement:
    """No money moves by it: it is what payments of parts are held to. Due at once, so that everybody is told."""
    answer = BillSplitView(
        id=key.movement_id("spl"),
        status="open",
        direction="out",
        amount=wish.amount,
        currency=wish.currency,
        people=len(wish.people),
        created_at=clock.written(at),
        expires_at=clock.written(at + rules.LASTS),
        note=wish.note,
        asked=asked,
        left=asked,
    )
    return Movement(
        id=answer.id,
        kind=store.KIND,
        account=chart.wallet_of(customer.user_id, wish.currency),
        amount=wish.amount,
        currency=wish.currency,
        state="open",
        at=at,
        fingerprint=key.fingerprint,
        receipt=Receipt(201, msgspec.json.encode(answer).decode()),
        due=Due(store.DUE, at),
        facts={
            "owner": customer.user_id,
            "from_name": name,
            "people": answer.people,
            "asked": asked,
            "left": asked,
            "expires_at": answer.expires_at,
        },
    )


def _wish(found: Split, part: Part, amount: int, key: RequestKey, at: datetime) -> Wish:
    """As if its payer had just looked at whoever made the bill: what a check would say stands in the bill."""
    check = Check(
        payer=part.owner,
        payer_name=part.name,
        name=found.name,
        currency=found.currency,
        exp=int((at + GOOD_FOR).timestamp()),
        reason="",
        payee=found.wallet,
        payee_owner=found.owner,
    )
    return Wish(check, part.wallet, amount, found.currency, found.note, 0, key, found.id)


def _tell(found: Split, part: Part) -> None:
    """Without the note: what strangers write goes into no message of ours."""
    at, once = clock.read(part.says_at), f"{found.id} {part.wallet}"
    if part.says == "declined":
        gone: Params = {"person": part.name, "amount": part.amount, "currency": found.currency}
        telling.tell_id(found.owner, "split_declined", gone, at, once=once)
    elif part.owes and found.state == "open":
        owed: Params = {"person": found.name, "amount": part.left, "currency": found.currency}
        telling.tell_id(part.owner, f"split_{part.says}", owed, at, once=once)


def _try(at: datetime, *legs: Leg) -> bool:
    """False where a condition fails: somebody else was here first, and did it or something that matters more."""
    try:
        ledger.commit(lambda at, known: Draft(None, (), None, legs=legs), at)
    except InvalidState:
        return False
    return True


def _found(split_id: str) -> Split:
    if not ids.is_id(split_id, "spl"):
        raise NotFound()
    return store.split(split_id)


def _own(customer: Customer, split_id: str) -> Split:
    found = _found(split_id)
    if found.owner != customer.user_id:
        raise NotFound()
    return found


def _own_part(customer: Customer, found: Split) -> Part:
    wallet = chart.wallet_of(customer.user_id, found.currency)
    part = store.part(found.id, wallet) if wallet in customer.wallet_ids else None
    if part is None:
        raise NotFound()
    return part
