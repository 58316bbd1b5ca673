"""Money that comes back for a plan, as drafts: from its owner, from the sweep, with a refund; and what is given up.

Principal goes to the account, interest and fees are the house's income: in one transaction with the plan's new state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

import msgspec

from chalicelib.credit import plan as plans
from chalicelib.credit import store
from chalicelib.credit.looking import next_look
from chalicelib.credit.model_views import RepaymentView
from chalicelib.credit.plan import Paid, Plan
from chalicelib.credit.store import Kept
from chalicelib.kernel import clock
from chalicelib.kernel.idempotency import Receipt, RequestKey
from chalicelib.ledger import chart, crediting
from chalicelib.ledger.model import Change, Draft, Entry, Leg, Movement


class Marks(NamedTuple):
    """Of a plan (`store.Kept`), as they become."""

    reminded: str
    asked: str


class Seen:
    """A plan as it was last seen: where a condition proves that wrong, as it is."""

    def __init__(self, kept: Kept) -> None:
        self.kept = kept

    def learn(self, kept: Kept) -> None:
        self.kept = kept

    def becomes(self, plan: Plan, at: datetime, marks: Marks | None = None) -> Leg:
        now = marks or Marks(self.kept.reminded, self.kept.asked)
        after = replace(self.kept, plan=plan, **now._asdict())
        return store.changing(self.kept, after, next_look(plan, *now, at), self.learn)


@dataclass(frozen=True, slots=True)
class Return:
    """From one state of a plan to another, and what was paid for it."""

    before: Kept
    after: Plan

    @property
    def paid(self) -> Paid:
        return plans.between(self.before.plan, self.after)

    def changes(self) -> tuple[Change, ...]:
        """Of the account: nothing where only interest and fees were paid."""
        principal = self.paid.principal
        change = Change(self.before.account, self.before.currency, available=principal, settles=True)
        return (change,) if principal else ()

    def postings(self) -> dict[str, int]:
        paid, income = self.paid, chart.credit_income(self.before.currency)
        return crediting.postings({self.before.account: paid.principal, income: paid.interest + paid.fees})


def draft(
    seen: Seen, after: Plan, movement_id: str, wallet: Change, at: datetime, key: RequestKey | None,
    marks: Marks | None = None, *, credited: Mapping[str, int] | None = None,
) -> Draft:  # fmt: skip
    """`wallet`: who pays, and under which conditions; or what is `credited` where more was paid than is due."""
    kept, back = seen.kept, Return(seen.kept, after)
    paid, amount = back.paid, back.paid.amount
    view = RepaymentView(
        id=movement_id,
        plan_id=kept.id,
        amount=max(0, amount),
        returned=max(0, -amount),
        currency=kept.currency,
        principal=paid.principal,
        interest=paid.interest,
        fees=paid.fees,
        owed=after.principal_owed,
        status=after.state,
        created_at=clock.written(at),
    )
    movement = Movement(
        id=movement_id,
        kind="repayment",
        account=kept.wallet,
        amount=abs(amount),
        currency=kept.currency,
        state="succeeded",
        at=at,
        fingerprint=key.fingerprint if key else b"",
        receipt=Receipt(201, msgspec.json.encode(view).decode()),
        facts={"owner": kept.owner, "plan": kept.id},
    )
    postings = crediting.postings({kept.wallet: -amount} if credited is None else dict(credited)) | back.postings()
    entry = Entry(movement_id, "repayment", kept.currency, at, postings, owner=kept.owner) if postings else None
    return Draft(movement, (wallet, *back.changes()), entry, legs=(seen.becomes(after, at, marks),))


def loss(seen: Seen, movement_id: str, at: datetime) -> Draft:
    """What is still owed of the principal is the house's loss; of interest and fees there is nothing to lose yet.

    Where only a late fee is missing, nothing moves."""
    kept, owed = seen.kept, seen.kept.plan.principal_owed
    whole = kept.account, owed, kept.currency
    movement = Movement(movement_id, "write-off", *whole, "succeeded", at, facts={"owner": kept.owner, "plan": kept.id})
    postings = {kept.account: owed, chart.credit_losses(kept.currency): -owed}
    entry = Entry(movement_id, "write-off", kept.currency, at, postings, owner=kept.owner)
    change = Change(kept.account, kept.currency, available=owed, settles=True)
    leg = seen.becomes(plans.write_off(kept.plan), at)
    return Draft(movement, (change,), entry, (leg,)) if owed else Draft(movement, (), None, (leg,))
