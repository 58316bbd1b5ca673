"""What lends: the parts of a transaction that a plan adds to a purchase, and a loan that comes to a wallet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from chalicelib.credit import lines, model_views, quoting, store
from chalicelib.credit.looking import next_look
from chalicelib.credit.model import InstalmentQuote
from chalicelib.credit.store import Kept
from chalicelib.kernel import clock, ids
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import CofferError, CreditLimitReached, InvalidState, NotFound
from chalicelib.kernel.idempotency import Receipt, RequestKey
from chalicelib.ledger import crediting
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Change, Draft, Entry, Known, Leg, Movement, Spend
from chalicelib.policy import proving
from chalicelib.policy import service as policy


@dataclass(frozen=True, slots=True)
class Loan:
    """A plan that is about to begin: `kept` as it will be, and the floor of its account as it was seen."""

    kept: Kept
    floor: int

    @property
    def amount(self) -> int:
        return self.kept.quote.lent

    def change(self, known: Known) -> Change:
        """Below zero, as far as the line goes: a condition of the very transaction."""
        account, head = self.kept.account, known.get(self.kept.account)
        floor = head.floor if head else self.floor
        return Change(account, self.kept.currency, available=-self.amount, floor=floor)

    def postings(self) -> Mapping[str, int]:
        return {self.kept.account: -self.amount}

    def leg(self, at: datetime) -> Leg:
        return store.beginning(self.kept, next_look(self.kept.plan, "", "", at))

    def refusal(self, known: Known, at: datetime) -> CofferError | None:
        head, quote = known.get(self.kept.account), self.kept.quote
        if clock.read(quote.expires_at) <= at:
            return InvalidState(state="expired")
        left = head.available - head.floor if head else self.amount
        return CreditLimitReached(available=max(0, left), currency=quote.currency) if left < self.amount else None


def loan(customer: Customer, quote: InstalmentQuote, wallet: str, payment: str, at: datetime) -> Loan:
    """One plan for each quote. `payment`: what it pays; "" of a loan."""
    account = lines.account_of(customer, lines.wallet_of(customer))
    known = Kept(ids.derived("pln", quote.id), account, customer.user_id, wallet, quote, quote.begun(), "", payment)
    kept = model_views.begun(replace(known, created_at=clock.written(at)))
    return Loan(kept, ledger.head(account).floor)


def borrow(
    customer: Customer, wallet_id: str, quote_id: str, quote_hash: str, key: RequestKey, at: datetime
) -> Receipt:
    """Raises NotFound, InvalidRequest, CreditUnavailable, StepUpRequired, CoolingOff; stores InvalidState (expired,
    used, closed), CreditLimitReached, WalletFrozen."""
    if wallet_id not in customer.wallet_ids:
        raise NotFound()
    if first := ledger.answered(key.movement_id("lon"), key):
        return first
    quote = quoting.agreed(customer, quote_id, quote_hash, "cash", at)
    if refusal := proving.unproved(customer, policy.decide(customer, "payment", quote.amount, at), at):
        raise refusal
    lent = loan(customer, quote, wallet_id, "", at)
    return ledger.commit(lambda at, known: _draft(customer, lent, key, at, known), at, key)


def standing(customer: Customer, wallet: str, known: Known, *, to_house: bool = False) -> Spend:
    """They stand as they must to pay, though nothing counts towards a limit."""
    tier = known[wallet].tier if wallet in known else customer.tier
    return Spend(customer.user_id, customer.epoch, tier, 0, 0, 0, counts=False, to_house=to_house)


def _draft(customer: Customer, lent: Loan, key: RequestKey, at: datetime, known: Known) -> Draft:
    kept, amount = lent.kept, lent.amount
    change, credited = crediting.credit(kept.wallet, kept.currency, amount, known)
    movement = Movement(
        id=key.movement_id("lon"),
        kind="loan",
        account=kept.wallet,
        amount=amount,
        currency=kept.currency,
        state="succeeded",
        at=at,
        fingerprint=key.fingerprint,
        receipt=Receipt(201, msgspec.json.encode(model_views.begun_view(kept)).decode()),
        facts={"owner": kept.owner, "plan": kept.id},
    )
    entry = Entry(movement.id, "loan", kept.currency, at, {**lent.postings(), **credited}, owner=kept.owner)
    return Draft(
        movement=movement,
        changes=(replace(change, spend=standing(customer, kept.wallet, known)), lent.change(known)),
        entry=entry,
        legs=(lent.leg(at),),
        refusal=lent.refusal(known, at),
    )
