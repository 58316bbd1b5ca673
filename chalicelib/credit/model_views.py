"""What is answered about credit, and what is asked. Amounts in minor units, rates in basis points a year."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Literal

import msgspec

from chalicelib.credit import model
from chalicelib.credit import plan as plans
from chalicelib.credit.looking import midnight
from chalicelib.credit.model import Amount, Currency, Instalment, InstalmentQuote, Kind, Wish
from chalicelib.credit.store import Kept
from chalicelib.kernel import clock

Hash = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class CreditFactorView(msgspec.Struct, frozen=True):
    """`points` of at most `most`, for so many days, months, payments, reversals or plans as `counts` says."""

    code: str
    points: int
    most: int
    counts: int


class CreditScoreView(msgspec.Struct, frozen=True):
    """The sum of its factors, never below 0; without `least` there is no line."""

    points: int
    least: int
    factors: list[CreditFactorView]


class CreditLineView(msgspec.Struct, frozen=True):
    """`reason` why nothing can be begun with it just now: guarded, not-offered, tier, score, overdue, closed."""

    status: Literal["none", "open", "closed"]
    reason: str
    currency: str
    limit: int
    used: int
    available: int
    tier: int
    instalments_from_tier: int | None
    cash_loans_from_tier: int | None
    score: CreditScoreView | None
    assessed_at: str | None


class CreditLineRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class InstalmentQuoteRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A purchase of `amount` in `plan`; or `cash`, a loan of so much that comes to the wallet."""

    kind: Kind
    plan: Wish
    amount: Amount
    currency: Currency


class InstalmentQuoteView(msgspec.Struct, frozen=True):
    """`hash` is SHA-256 of the quote, which never changes: agreeing to it says which was seen. `texts` come first."""

    quote: InstalmentQuote
    hash: str
    texts: list[str]


class RepaymentRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Without `amount`: all of it, so that the plan is over."""

    amount: Amount | None = None


class PlanPauseRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    months: Annotated[int, msgspec.Meta(ge=1, le=plans.MOST_PAUSED)]


class PlanWithdrawalRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Without a reason: nobody must give one."""


class WriteOffRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=400)]


class RepaymentView(msgspec.Struct, frozen=True):
    """What `amount` was for, and what is owed of the plan after it; or what was `returned` by a withdrawal."""

    id: str
    plan_id: str
    amount: int
    returned: int
    currency: str
    principal: int
    interest: int
    fees: int
    owed: int
    status: str
    created_at: str


class CreditView(msgspec.Struct, frozen=True):
    person_id: str
    limit: int
    owed: int
    """Of the principal of all plans."""
    plans: list[InstalmentPlanView]


class InstalmentPlanView(msgspec.Struct, frozen=True):
    """`owed`: of the principal. `payoff` ends it today and spares `spared`; `withdrawal_until`: for whoever regrets it.
    `withdrawn`: they did; what was not there then is due as principal alone.

    `status` is `overdue` where an instalment of an active plan is missing something after its day.
    """

    id: str
    kind: Kind
    plan: Wish
    status: str
    wallet_id: str
    payment_id: str | None
    amount: int
    currency: str
    lent: int
    owed: int
    due: int
    next_due_on: date | None
    next_amount: int
    payoff: int
    spared: int
    instalments: list[Instalment]
    yearly_basis_points: int
    annual_rate_basis_points: int
    total: int
    late_fees: int
    paused_months: int
    withdrawn: bool
    quote_id: str
    quote_hash: str
    withdrawal_until: str
    created_at: str


def plan_view(kept: Kept, at: datetime) -> InstalmentPlanView:
    quote, plan, on = kept.quote, kept.plan, at.date()
    next_due = plans.next_due(plan)
    overdue = plans.overdue_since(plan, on)
    return InstalmentPlanView(
        id=kept.id,
        kind=quote.kind,
        plan=quote.plan,
        status="overdue" if overdue else plan.state,
        wallet_id=kept.wallet,
        payment_id=kept.payment or None,
        amount=quote.amount,
        currency=quote.currency,
        lent=quote.lent,
        owed=plan.principal_owed if plan.state == "active" else 0,
        due=plans.due(plan, on),
        next_due_on=next_due,
        next_amount=sum(one.unpaid + one.late_owed for one in plan.parts if one.due_on == next_due),
        payoff=plans.payoff(plan, on),
        spared=plans.spared(plan, on),
        instalments=list(model.instalments(plan)),
        yearly_basis_points=quote.yearly_basis_points,
        annual_rate_basis_points=quote.annual_rate_basis_points,
        total=quote.total,
        late_fees=plans.late_fees(plan),
        paused_months=plan.paused_months,
        withdrawn=plan.withdrawn,
        quote_id=quote.id,
        quote_hash=quote.hash,
        withdrawal_until=clock.written(withdrawal_until(kept)),
        created_at=kept.created_at,
    )


def begun_view(kept: Kept) -> InstalmentPlanView:
    """As it was agreed to: the same whenever it is asked for."""
    return plan_view(begun(kept), clock.read(kept.created_at))


def begun(kept: Kept) -> Kept:
    quote = kept.quote
    plan = quote.begun()
    plan = plans.collect(plan, quote.at_once, quote.begins_on) if quote.at_once else plan
    return Kept(kept.id, kept.account, kept.owner, kept.wallet, quote, plan, kept.created_at, kept.payment)


def withdrawal_until(kept: Kept) -> datetime:
    """The end of the last day: Regulation (EEC, Euratom) 1182/71, Article 3."""
    return midnight(clock.read(kept.created_at).date() + timedelta(days=kept.quote.withdrawal_days + 1))
