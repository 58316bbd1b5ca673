"""When somebody must look at a plan next: to remind of what is due soon, to collect it, to try again. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from chalicelib.credit import plan as plans
from chalicelib.credit.plan import Plan

AHEAD = timedelta(days=3)
"""So long before an instalment is due its owner is reminded."""
_AGAIN = timedelta(days=1)


def next_look(plan: Plan, reminded: str, asked: str, at: datetime) -> datetime | None:
    """None once nothing is open. What is missing is looked for every day; a case that is over is closed at once.

    `asked`: of what has been missing since then, if somebody was asked to look at it.
    """
    if asked and asked != missing_since(plan, at):
        return at
    if plans.due(plan, at.date()):
        return midnight(at.date() + _AGAIN)
    due_on = plans.next_due(plan)
    if due_on is None:
        return None
    remind_at = midnight(due_on) - AHEAD
    return midnight(due_on) if reminded == due_on.isoformat() or remind_at <= at else remind_at


def to_remind(plan: Plan, reminded: str, at: datetime) -> date | None:
    """The day of an instalment of which it is time to tell, and nobody did."""
    due_on = plans.next_due(plan)
    if due_on is None or due_on <= at.date() or reminded == due_on.isoformat():
        return None
    return due_on if midnight(due_on) - AHEAD <= at else None


def missing_since(plan: Plan, at: datetime) -> str:
    """The day of the oldest instalment that should be paid and is not; empty if there is none."""
    since = plans.next_due(plan)
    return since.isoformat() if since and since <= at.date() else ""


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
