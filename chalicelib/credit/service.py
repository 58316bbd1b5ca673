"""What the owner of a plan does with it: looks, repays, asks for a pause, withdraws."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from chalicelib.credit import lines, paying_back, store
from chalicelib.credit import plan as plans
from chalicelib.credit.lending import standing
from chalicelib.credit.model_views import InstalmentPlanView, RepaymentRequest, plan_view, withdrawal_until
from chalicelib.credit.paying_back import Seen
from chalicelib.credit.plan import Plan
from chalicelib.credit.store import Kept
from chalicelib.kernel import ids, money
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import AmountOutOfRange, InvalidState, NotFound
from chalicelib.kernel.idempotency import Receipt, RequestKey
from chalicelib.ledger import chart, crediting
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Change, Draft, Known


def mine(customer: Customer, after: str, limit: int, at: datetime) -> tuple[list[InstalmentPlanView], str | None]:
    """The newest first, and the position of the next page."""
    found = store.plans(lines.account_of(customer, lines.wallet_of(customer)))
    ids_ = [one.id for one in found]
    start = ids_.index(after) + 1 if after in ids_ else 0
    shown = found[start : start + limit]
    return [plan_view(one, at) for one in shown], shown[-1].id if start + limit < len(found) else None


def view(customer: Customer, plan_id: str, at: datetime) -> InstalmentPlanView:
    """Raises NotFound."""
    return plan_view(_own(customer, plan_id), at)


def seen(owner: str, currency: str, plan_id: str) -> Seen:
    """Somebody's plan as it is, for what happens to what it paid. Raises NotFound."""
    found = store.plan(chart.credit_of(owner, currency), plan_id)
    if found is None:
        raise NotFound()
    return Seen(found)


def repay(customer: Customer, plan_id: str, request: RepaymentRequest, key: RequestKey, at: datetime) -> Receipt:
    """What is due first, then early. Raises AmountOutOfRange (`minimum` of what is paid early, `maximum`); stores
    InvalidState (the plan's), InsufficientFunds. A freeze does not stop it: it is the house that is paid."""
    if request.amount is not None:
        money.check_amount(request.amount)
    seen, repayment = Seen(_own(customer, plan_id)), key.movement_id("rpy")

    def build(at: datetime, known: Known) -> Draft:
        plan = seen.kept.plan
        if plan.state != "active":
            return _refused(seen, repayment, key, at)
        wanted = plans.payoff(plan, at.date()) if request.amount is None else request.amount
        after = plans.repay(plan, _fitting(plan, wanted, at), at.date())
        wallet = _debit(customer, seen.kept, plans.between(plan, after).amount, known)
        return paying_back.draft(seen, after, repayment, wallet, at, key)

    return ledger.commit(build, at, key)


def withdraw(customer: Customer, plan_id: str, key: RequestKey, at: datetime) -> Receipt:
    """What was lent goes back, and nothing else: what was paid of interest and fees comes back with it.

    What is not there is due 30 days later. Stores InvalidState (too-late, undone, the plan's).
    """
    seen, repayment = Seen(_own(customer, plan_id)), key.movement_id("rpy")
    first = ledger.head(seen.kept.wallet)

    def build(at: datetime, known: Known) -> Draft:
        kept = seen.kept
        if state := _kept_from(kept, at):
            return _refused(seen, repayment, key, at, state)
        head = known.get(kept.wallet, first)
        after = plans.undo(kept.plan, head.available - head.floor, at.date())
        amount = plans.between(kept.plan, after).amount
        if amount > 0:
            wallet = replace(_debit(customer, kept, amount, {head.account: head}), expected_available=head.available)
            return paying_back.draft(seen, after, repayment, wallet, at, key)
        change, credited = crediting.credit(kept.wallet, kept.currency, -amount, {head.account: head})
        return paying_back.draft(seen, after, repayment, change, at, key, credited=credited)

    return ledger.commit(build, at, key)


def pause(customer: Customer, plan_id: str, months: int, at: datetime) -> InstalmentPlanView:
    """So many months in all: whoever asks twice for the same asks once. Raises InvalidState (the plan's, paused)."""
    seen = Seen(_own(customer, plan_id))

    def build(at: datetime, known: Known) -> Draft:
        plan = seen.kept.plan
        if plan.state != "active":
            raise InvalidState(state=plan.state)
        if months < plan.paused_months:
            raise InvalidState(state="paused")
        if months == plan.paused_months:
            return Draft(None, (), None)
        paused = plans.pause(plan, months - plan.paused_months)
        return Draft(None, (), None, legs=(seen.becomes(paused, at),))

    if seen.kept.plan.paused_months != months or seen.kept.plan.state != "active":
        ledger.commit(build, at)
    return view(customer, plan_id, at)


def _kept_from(kept: Kept, at: datetime) -> str:
    """Why it can't be withdrawn from any more; empty if it can, were it repaid already."""
    plan = kept.plan
    if plan.withdrawn or plan.state not in ("active", "repaid"):
        return "undone" if plan.withdrawn else plan.state
    return "too-late" if withdrawal_until(kept) <= at else ""


def _own(customer: Customer, plan_id: str) -> Kept:
    account = lines.account_of(customer, lines.wallet_of(customer))
    found = store.plan(account, plan_id) if ids.is_id(plan_id, "pln") else None
    if found is None:
        raise NotFound()
    return found


def _debit(customer: Customer, kept: Kept, amount: int, known: Known) -> Change:
    head = known.get(kept.wallet)
    spend, floor = standing(customer, kept.wallet, known, to_house=True), head.floor if head else 0
    return Change(kept.wallet, kept.currency, available=-amount, spend=spend, floor=floor)


def _fitting(plan: Plan, wanted: int, at: datetime) -> int:
    on = at.date()
    if plans.repayable(plan, wanted, on) != wanted:
        raise AmountOutOfRange(param="amount", minimum=plans.least_early(plan, on), maximum=plans.payoff(plan, on))
    return wanted


def _refused(seen: Seen, repayment: str, key: RequestKey, at: datetime, state: str = "") -> Draft:
    """Kept under the key, so that a late second delivery is answered alike."""
    kept = seen.kept
    nothing = paying_back.draft(seen, kept.plan, repayment, Change(kept.wallet, kept.currency), at, key)
    return replace(nothing, refusal=InvalidState(state=state or kept.plan.state))
