"""A line: opened because its owner asks for it, never before; closed when they say so."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chalicelib.credit import plan as plans
from chalicelib.credit import score as scores
from chalicelib.credit import store
from chalicelib.credit.model import Kind
from chalicelib.credit.model_views import CreditFactorView, CreditLineView, CreditScoreView
from chalicelib.credit.score import Past
from chalicelib.credit.store import Kept, Line
from chalicelib.kernel import clock
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import CreditUnavailable, NotFound
from chalicelib.ledger import chart, history
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Head
from chalicelib.policy import service as policy
from chalicelib.policy.pack import Credit

_LOOKED_BACK = timedelta(days=180)
_AGAIN_AFTER = timedelta(days=1)
_TO_AND_FRO = frozenset(
    {"top-up", "withdrawal", "withdrawal-return"}
    | {"transfer", "transfer-scheduled", "transfer-completed", "transfer-cancelled", "transfer-returned"}
    | {f"{gift}{deed}" for gift in ("red-packet", "gift-card") for deed in ("", "-claim", "-return")}
)
"""What brings money from outside or from others, and takes it there: in a circle, nothing came in."""
_REVERSAL = "top-up-reversal"
_PAID = frozenset({"payment", "capture"})


@dataclass(slots=True)
class Flow:
    """Minor units that came to a wallet and went away again, in some time."""

    came: int = 0
    went: int = 0
    lent: int = 0

    @property
    def came_in(self) -> int:
        """What stayed or was spent. A loan is no income, and who takes it out has sent nothing away."""
        return self.came - max(0, self.went - self.lent)

    def add(self, entry: Mapping[str, Any], wallet: str) -> None:
        """Of a top-up that was taken back: all that its processor took, spent or not."""
        amount = int(entry["postings"].get(wallet, 0))
        if entry["kind"] == _REVERSAL:
            self.came -= sum(int(part) for address, part in entry["postings"].items() if chart.processor_of(address))
        elif entry["kind"] == "loan":
            self.lent += amount
        elif entry["kind"] in _TO_AND_FRO:
            self.came += max(0, amount)
            self.went += max(0, -amount)


def mine(customer: Customer, at: datetime) -> CreditLineView:
    return _view(customer, wallet_of(customer), at)


def ask(customer: Customer, at: datetime) -> CreditLineView:
    """Looks at what the wallet says and opens the line, or changes it; once a day is enough. Raises CreditUnavailable
    (guarded, tier, score)."""
    wallet = wallet_of(customer)
    rules, account = policy.credit_of(customer.jurisdiction, at), account_of(customer, wallet)
    check(customer, wallet, "purchase", rules)
    line = store.line(account)
    if line is None or not line.open or clock.read(line.assessed_at) + _AGAIN_AFTER <= at:
        _assess(customer, wallet, rules, at)
    return _view(customer, wallet, at)


def close(customer: Customer, at: datetime) -> CreditLineView:
    """No new plan from now on; those that run go on. Once more is as good."""
    wallet = wallet_of(customer)
    account = account_of(customer, wallet)
    if line := store.line(account):
        ledger.open_credit(account, line.owner, line.currency, 0, at)
        facts = account, line.owner, line.currency, 0, line.score, clock.written(at)
        store.put_line(Line(*facts, open=False))
    return _view(customer, wallet, at)


def check(customer: Customer, wallet: Head, kind: Kind, rules: Credit) -> None:
    """Raises CreditUnavailable: guarded, tier. By the head's tier: a token's is a guess."""
    if customer.guarded:
        raise CreditUnavailable(reason="guarded")
    tier = rules.cash_loans_from_tier if kind == "cash" else rules.instalments_from_tier
    if tier is None:
        raise CreditUnavailable(reason="not-offered")
    if wallet.tier < tier:
        raise CreditUnavailable(reason="tier", needs_tier=tier)


def overdue(kept: list[Kept], at: datetime) -> bool:
    return any(plans.overdue_since(one.plan, at.date()) for one in kept)


def wallet_of(customer: Customer) -> Head:
    """The first that they have. Raises NotFound."""
    if not customer.wallet_ids:
        raise NotFound()
    return ledger.head(customer.wallet_ids[0])


def account_of(customer: Customer, wallet: Head) -> str:
    return chart.credit_of(customer.user_id, wallet.currency)


def past_of(wallet: str, kept: list[Kept], at: datetime) -> Past:
    """What its owner's wallet says for them."""
    since = clock.written(at - _LOOKED_BACK)
    first = next(history.between(wallet, history.BEGINNING, clock.written(at), 1), None)
    whole, months, kinds = Flow(), defaultdict[str, Flow](Flow), Counter[str]()
    for entry in history.between(wallet, since, clock.written(at)):
        kinds[entry["kind"]] += 1
        for flow in (whole, months[entry["sk"][:7]]):
            flow.add(entry, wallet)
    days = (at - clock.read(first["sk"])).days if first else 0
    late = sum(bool(part.late_fee) for one in kept for part in one.plan.parts)
    return Past(
        days=days,
        months_with_money_in=min(6, sum(one.came_in > 0 for one in months.values())),
        money_in=max(0, whole.came_in),
        payments=sum(kinds[kind] for kind in _PAID),
        reversals=kinds[_REVERSAL],
        plans_repaid=sum(one.plan.state == "repaid" for one in kept),
        late_instalments=late,
        plans_lost=sum(one.plan.lost > 0 for one in kept),
    )


def _assess(customer: Customer, wallet: Head, rules: Credit, at: datetime) -> None:
    """The account first: nothing is lent without a line, and a line without its account would be none."""
    account = account_of(customer, wallet)
    past = past_of(wallet.account, store.plans(account), at)
    found = scores.score(past)
    limit = scores.limit(found, past, rules.most_principal[min(wallet.tier, len(rules.most_principal) - 1)])
    ledger.open_credit(account, customer.user_id, wallet.currency, -limit, at)
    store.put_line(Line(account, customer.user_id, wallet.currency, limit, found, clock.written(at), open=limit > 0))


def _view(customer: Customer, wallet: Head, at: datetime) -> CreditLineView:
    rules, account = policy.credit_of(customer.jurisdiction, at), account_of(customer, wallet)
    line = store.line(account)
    used = -ledger.head(account).available if line else 0
    left = max(0, line.limit - used) if line and line.open else 0
    return CreditLineView(
        status="none" if line is None else "open" if line.open else "closed",
        reason=_reason(customer, wallet, rules, line, at),
        currency=wallet.currency,
        limit=line.limit if line else 0,
        used=used,
        available=left,
        tier=wallet.tier,
        instalments_from_tier=rules.instalments_from_tier,
        cash_loans_from_tier=rules.cash_loans_from_tier,
        score=score_view(line) if line else None,
        assessed_at=line.assessed_at if line else None,
    )


def _reason(customer: Customer, wallet: Head, rules: Credit, line: Line | None, at: datetime) -> str:
    """Why nothing can be begun with it just now; empty if something can."""
    try:
        check(customer, wallet, "purchase", rules)
    except CreditUnavailable as refusal:
        return str(refusal.params["reason"])
    if line is not None and overdue(store.plans(line.account), at):
        return "overdue"
    return "" if line is None or line.limit else "closed" if line.score.points >= scores.LEAST else "score"


def score_view(line: Line) -> CreditScoreView:
    factors = [CreditFactorView(one.code, one.points, one.most, one.counts) for one in line.score.factors]
    return CreditScoreView(line.score.points, scores.LEAST, factors)
