"""A payment in instalments, and what is given back of one, as drafts.

It is a payment like any other (`paying.draft`) but for who pays: the wallet what the quote takes at once, the credit
line the rest, on condition of its floor. The merchant gets all of it. A refund repays the plan, as its owner could.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from chalicelib.credit import lending, quoting, service
from chalicelib.credit import plan as rules
from chalicelib.credit.lending import Loan
from chalicelib.credit.paying_back import Return, Seen
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import InvalidRequest
from chalicelib.kernel.idempotency import RequestKey
from chalicelib.ledger import chart, crediting
from chalicelib.ledger.model import Draft, Known
from chalicelib.payments import paying
from chalicelib.payments.model import PaymentView
from chalicelib.payments.paying import Order

PLAN = "plan"
"""The fact of a payment's movement that a plan of instalments pays it, and which."""
REPAID = "repaid"
"""The fact of a refund's movement: how much of it the plan took. Its owner is told, the merchant is not."""


def loan(customer: Customer, order: Order, key: RequestKey, at: datetime) -> Loan:
    """Raises NotFound, InvalidRequest, InvalidState (expired), CreditUnavailable."""
    part = order.request.instalments
    if part is None:
        raise InvalidRequest(param="instalments")
    quote = quoting.agreed(customer, part.quote_id, part.quote_hash, "purchase", at)
    if (quote.amount, quote.currency) != (order.amount, order.currency):
        raise InvalidRequest(param="quote_id")
    return lending.loan(customer, quote, order.wallet, key.movement_id("pay"), at)


def draft(plain: Draft, loan: Loan, order: Order, at: datetime, known: Known) -> Draft:
    """`plain`: the same payment from the wallet alone."""
    if plain.movement is None or plain.entry is None:
        return plain
    at_once = order.amount - loan.amount
    paid = {order.wallet: -at_once, **loan.postings(), chart.settling(order.currency): order.amount}
    answer = msgspec.json.decode(plain.movement.receipt.body if plain.movement.receipt else "", type=PaymentView)
    answer = msgspec.structs.replace(answer, plan_id=loan.kept.id, credit=loan.amount)
    facts = {**plain.movement.facts, PLAN: loan.kept.id, "credit": loan.amount}
    return replace(
        plain,
        movement=replace(plain.movement, receipt=paying.receipt(answer), facts=facts),
        changes=(replace(plain.changes[0], available=-at_once), loan.change(known)),
        entry=replace(plain.entry, postings=crediting.postings(paid)),
        legs=(*plain.legs, loan.leg(at)),
        refusal=plain.refusal or loan.refusal(known, at),
    )


def seen(payment: Mapping[str, Any]) -> Seen | None:
    """The plan that pays it, as it is; None of a payment without."""
    return service.seen(payment["owner"], payment["currency"], payment[PLAN]) if PLAN in payment else None


def refund(plain: Draft, payment: Mapping[str, Any], seen: Seen, amount: int, at: datetime, known: Known) -> Draft:
    """`plain`: the same refund to the wallet alone. What the plan does not take comes to the wallet; of one that was
    given up, what the house lost comes back to it."""
    plan, on, currency = seen.kept.plan, at.date(), payment["currency"]
    lost = min(amount, plan.lost)
    repaid = lost or (rules.repayable(plan, amount, on) if plan.state == "active" else 0)
    if not repaid or plain.movement is None or plain.entry is None:
        return plain
    back = Return(seen.kept, rules.recover(plan, lost) if lost else rules.repay(plan, repaid, on))
    change, credited = crediting.credit(payment["account"], currency, amount - repaid, known)
    postings = {**credited, **back.postings(), chart.settling(currency): -amount, chart.credit_losses(currency): lost}
    return replace(
        plain,
        movement=replace(plain.movement, facts={**plain.movement.facts, REPAID: repaid}),
        changes=(change, *back.changes()),
        entry=replace(plain.entry, postings=crediting.postings(postings)),
        legs=(*plain.legs, seen.becomes(back.after, at)),
    )
