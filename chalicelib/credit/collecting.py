"""The sweep's part: reminds before an instalment is due, collects it on its day, tries again every day, and says so.

What is there is taken, and the rest waits. Each try is a movement of the plan's version, so that two sweeps at once, or
one that was cut short, take it once.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from chalicelib import queues
from chalicelib.cases import service as cases
from chalicelib.credit import paying_back, store
from chalicelib.credit import plan as plans
from chalicelib.credit.looking import midnight, missing_since, to_remind
from chalicelib.credit.paying_back import Marks, Seen
from chalicelib.credit.store import Kept
from chalicelib.identity import telling
from chalicelib.kernel import clock, ids
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Change, Draft, Known

A_CASE_AFTER_DAYS, _DECIDED_WITHIN = 60, timedelta(days=14)
"""What has been missing for so long is looked at by a person."""
CASE = "credit-overdue"


class _Nothing(Exception):
    """Nothing is to be done any more."""


def collect_due(at: datetime) -> int:
    """Of how many plans something was done."""
    return queues.sweep("instalments", store.due(at), lambda account: collect(account, at))


def collect(account: str, at: datetime) -> int:
    open_ones = [one for one in store.plans(account) if one.plan.state == "active" or one.asked]
    return sum(_look(one, at) for one in reversed(open_ones))


def _look(kept: Kept, at: datetime) -> bool:
    marks = _remind(kept, at), _ask_somebody(kept, at)
    seen = Seen(kept)
    try:
        ledger.commit(lambda at, known: _draft(seen, marks, at, known), at)
    except _Nothing:
        return False
    after = store.plan(kept.account, kept.id) or kept
    _tell_of_missing(kept, after, at)
    return True


def _draft(seen: Seen, marks: Marks, at: datetime, known: Known) -> Draft:
    """Takes what is due and there; what is not there is looked for tomorrow, and only that is late.

    Whose wallet the house has frozen could not pay, so nothing is late meanwhile.
    """
    kept, on = seen.kept, at.date()
    owed, head = plans.due(kept.plan, on), known.get(kept.wallet)
    there = owed if head is None else head.available if head.status == "active" else 0
    amount = max(0, min(owed, there))
    plan = plans.collect(kept.plan, amount, on) if amount else kept.plan
    if not (head and head.by_house):
        plan = plans.late(plan, on, kept.quote.late_terms)
    if amount == 0:
        if plan == kept.plan and marks == (kept.reminded, kept.asked) and not owed:
            raise _Nothing
        return Draft(None, (), None, legs=(seen.becomes(plan, at, marks),))
    wallet = Change(kept.wallet, kept.currency, available=-amount, leaves=0)
    repayment = ids.derived("rpy", kept.id, str(kept.version))
    return paying_back.draft(seen, plan, repayment, wallet, at, None, marks)


def _remind(kept: Kept, at: datetime) -> str:
    """Told first, then written: whoever dies in between tells once more, and the notice's `once` lets that be."""
    due_on = to_remind(kept.plan, kept.reminded, at)
    if due_on is None:
        return kept.reminded
    amount = sum(one.unpaid for one in kept.plan.parts if one.due_on == due_on)
    _tell(kept, "instalment_soon", due_on, amount, midnight(due_on))
    return due_on.isoformat()


def _tell_of_missing(before: Kept, after: Kept, at: datetime) -> None:
    """Once for each instalment that lacks something, once for each late fee.

    Whoever dies before leaves it to the next look, as long as a fee is not paid.
    """
    on, missing = at.date(), plans.due(after.plan, at.date())
    since = plans.next_due(after.plan)
    if missing and since and since <= on:
        _tell(after, "instalment_missed", since, missing, midnight(on + timedelta(days=1)))
    new = plans.late_fees(after.plan) - plans.late_fees(before.plan)
    for one in after.plan.parts:
        if one.late_fee > (0 if new else one.late_paid):
            _tell(after, "instalment_late_fee", one.due_on, one.late_fee, midnight(on))


def _ask_somebody(kept: Kept, at: datetime) -> str:
    """A person hears in the end of what is missing, and no more once it is not: since when it is of which there is a
    case."""
    since = missing_since(kept.plan, at)
    if kept.asked and kept.asked != since:
        cases.close(CASE, kept.id, "paid" if kept.plan.state == "active" else kept.plan.state, key=kept.asked)
    if not since or (at.date() - date.fromisoformat(since)).days < A_CASE_AFTER_DAYS:
        return ""
    facts: dict[str, str | int] = {"since": since, "missing": plans.due(kept.plan, at.date())}
    facts |= {"currency": kept.currency, "person": kept.owner, "owed": kept.plan.principal_owed}
    cases.open_case(CASE, kept.id, facts, at + _DECIDED_WITHIN, at, key=since, about=kept.owner)
    return since


def _tell(kept: Kept, kind: str, due_on: date, amount: int, until: datetime) -> None:
    told: dict[str, str | int] = {"amount": amount, "currency": kept.currency, "until": clock.written(until)}
    telling.tell_id(kept.owner, kind, told, midnight(due_on), once=f"{kind} {kept.id} {due_on.isoformat()}")
