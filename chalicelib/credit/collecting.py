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
from chalicelib.credit.plan import Plan
from chalicelib.credit.store import Kept
from chalicelib.identity import telling
from chalicelib.kernel import clock, ids
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Change, Draft, Head, Known

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
    marks, seen = Marks(_remind(kept, at), _close_case(kept, at)), Seen(kept)
    try:
        ledger.commit(lambda at, known: _draft(seen, marks, at, known), at)
    except _Nothing:
        return False
    after = store.plan(kept.account, kept.id) or kept
    _tell_of_missing(kept, after, at)
    if after.asked:
        _open_case(after, at)
    return True


def _draft(seen: Seen, marks: Marks, at: datetime, known: Known) -> Draft:
    """Takes what is due and there; what is not there is looked for tomorrow."""
    kept, on = seen.kept, at.date()
    owed, head = plans.due(kept.plan, on), known.get(kept.wallet)
    there = owed if head is None else head.available if head.status == "active" else 0
    amount = max(0, min(owed, there))
    plan = _after(kept, amount, head, on)
    marks = Marks(marks.reminded, marks.asked or _overdue_for_long(plan, at))
    if amount == 0:
        if plan == kept.plan and marks == (kept.reminded, kept.asked) and not owed:
            raise _Nothing
        return Draft(None, (), None, legs=(seen.becomes(plan, at, marks),))
    wallet = Change(kept.wallet, kept.currency, available=-amount, leaves=0)
    repayment = ids.derived("rpy", kept.id, str(kept.version))
    return paying_back.draft(seen, plan, repayment, wallet, at, None, marks)


def _after(kept: Kept, amount: int, head: Head | None, on: date) -> Plan:
    """Late is only what is missing then: nothing while a freeze keeps from us what is there, or the house froze it."""
    plan = plans.collect(kept.plan, amount, on) if amount else kept.plan
    if head and head.status == "closed" and not plan.principal_owed:
        return plans.waive(plan)
    if head and head.status == "frozen" and (head.by_house or head.available >= plans.due(plan, on)):
        return plan
    return plans.late(plan, on, kept.quote.late_terms)


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


def _overdue_for_long(plan: Plan, at: datetime) -> str:
    """Since when something is missing, if that is so long that a person looks at it."""
    since = missing_since(plan, at)
    return since if since and (at.date() - date.fromisoformat(since)).days >= A_CASE_AFTER_DAYS else ""


def _open_case(kept: Kept, at: datetime) -> None:
    """Once for each day since when something is missing, however often it is looked at."""
    facts: dict[str, str | int] = {"since": kept.asked, "missing": plans.due(kept.plan, at.date())}
    facts |= {"currency": kept.currency, "person": kept.owner, "owed": kept.plan.principal_owed}
    cases.open_case(CASE, kept.id, facts, at + _DECIDED_WITHIN, at, key=kept.asked, about=kept.owner)


def _close_case(kept: Kept, at: datetime) -> str:
    """That of what is not missing any more, before its mark goes; the mark that stays."""
    if kept.asked in ("", missing_since(kept.plan, at)):
        return kept.asked
    how = "no-longer-overdue" if kept.plan.state == "active" else kept.plan.state
    cases.close(CASE, kept.id, how, key=kept.asked)
    return ""


def _tell(kept: Kept, kind: str, due_on: date, amount: int, until: datetime) -> None:
    told: dict[str, str | int] = {"amount": amount, "currency": kept.currency, "until": clock.written(until)}
    telling.tell_id(kept.owner, kind, told, midnight(due_on), once=f"{kind} {kept.id} {due_on.isoformat()}")
