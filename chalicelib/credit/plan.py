"""The life of a plan: what is due, what a payment pays, what leaving early costs. Pure; in minor units, by days.

Whatever happens, the principal of its parts adds up to what was lent. What is overdue bears no interest: it costs the
late fee, once, and no more.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Literal

import msgspec

from chalicelib.credit.schedule import Part, Schedule, months_after, spread

TO_PAY_BACK = timedelta(days=30)
"""Whoever withdraws has so long to pay back what is not there: Directive (EU) 2023/2225, Article 26."""
MOST_PAUSED = 2
"""Months in all, of one plan: whoever is in hardship asks for them, and gives no reason."""
State = Literal["active", "repaid", "undone", "written_off"]


class Plan(msgspec.Struct, frozen=True):
    parts: Schedule
    yearly_basis_points: int
    begins_on: date
    by_months: bool = True
    """Otherwise every two weeks."""
    paused_months: int = 0
    """For how many months it has been paused, in all."""
    state: State = "active"
    withdrawn: bool = False
    """Its owner withdrew from it: what is still open is principal alone."""
    recovered: int = 0
    """Of what was written off, what a refund brought back."""

    @property
    def lent(self) -> int:
        return sum(one.principal for one in self.parts)

    @property
    def principal_owed(self) -> int:
        """Also of one that was written off: what was lost."""
        return sum(one.principal_owed for one in self.parts)

    @property
    def lost(self) -> int:
        """Written off, and not come back since."""
        return self.principal_owed - self.recovered if self.state == "written_off" else 0

    @property
    def late_owed(self) -> int:
        return sum(one.late_owed for one in self.parts)


class Paid(msgspec.Struct, frozen=True):
    """What money was for."""

    principal: int = 0
    interest: int = 0
    fees: int = 0

    @property
    def amount(self) -> int:
        return self.principal + self.interest + self.fees


class LateTerms(msgspec.Struct, frozen=True):
    """What an instalment costs that is not paid `grace_days` after its day: once, `basis_points` of what is missing."""

    grace_days: int
    basis_points: int
    most_each: int
    most_in_all: int


def paid(plan: Plan) -> Paid:
    """All that it has been paid."""
    parts = plan.parts
    fees = sum(one.fee_paid + one.late_paid for one in parts)
    return Paid(sum(one.principal_paid for one in parts), sum(one.interest_paid for one in parts), fees)


def between(before: Plan, after: Plan) -> Paid:
    """What the payment was for that made `after` of `before`."""
    old, new = paid(before), paid(after)
    return Paid(new.principal - old.principal, new.interest - old.interest, new.fees - old.fees)


def late_fees(plan: Plan) -> int:
    """All that it ever bore, paid or not."""
    return sum(one.late_fee for one in plan.parts)


def due(plan: Plan, on: date) -> int:
    """What should have been paid by the end of that day, late fees included."""
    if plan.state != "active":
        return 0
    return sum(one.unpaid for one in plan.parts if one.due_on <= on) + plan.late_owed


def overdue_since(plan: Plan, on: date) -> date | None:
    """The day of the oldest instalment that is still missing something, if that day is over."""
    first = next_due(plan)
    return first if first and first < on else None


def next_due(plan: Plan) -> date | None:
    """The day of the oldest instalment that is missing something; once only late fees are missing, of the oldest."""
    if plan.state != "active":
        return None
    missing = [one.due_on for one in plan.parts if one.unpaid]
    return min(missing or (one.due_on for one in plan.parts if one.late_owed), default=None)


def collect(plan: Plan, amount: int, on: date) -> Plan:
    """Pays of what is due: the oldest instalment first, late fees last. ValueError if it is none, or too much."""
    if not 0 < amount <= due(plan, on):
        raise ValueError("more than is due")
    parts, left = _poured(plan.parts, amount, lambda one: one.unpaid if one.due_on <= on else 0, "paid")
    parts, _ = _poured(parts, left, lambda one: one.late_owed, "late_paid")
    return _with(plan, parts)


def payoff(plan: Plan, on: date) -> int:
    """What ends it on that day: interest and fees of the days to come are spared."""
    if plan.state != "active":
        return 0
    return due(plan, on) + _interest_so_far(plan, on) + _fee_so_far(plan, on) + _principal_to_come(plan, on)


def spared(plan: Plan, on: date) -> int:
    """What paying all of it on that day spares, against waiting."""
    return sum(one.unpaid for one in plan.parts) + plan.late_owed - payoff(plan, on) if plan.state == "active" else 0


def least_early(plan: Plan, on: date) -> int:
    """The least payment of more than is due that repays something early."""
    return due(plan, on) + _interest_so_far(plan, on) + 1


def repay(plan: Plan, amount: int, on: date) -> Plan:
    """What is due, and more of it than that: interest up to the day, the rest principal, and then smaller instalments
    on the same days. ValueError between what is due and `least_early`, and above `payoff`."""
    owed = due(plan, on)
    if amount <= owed:
        return collect(plan, amount, on)
    if amount == payoff(plan, on):
        return _ended(collect(plan, owed, on) if owed else plan, on)
    if not least_early(plan, on) <= amount < payoff(plan, on) - _fee_so_far(plan, on):
        raise ValueError("too little to repay anything early, or too much")
    plan, interest = collect(plan, owed, on) if owed else plan, _interest_so_far(plan, on)
    early = Part(on, on, amount - owed - interest, interest, paid=amount - owed)
    return _with(plan, (*_over(plan, on), early, *_respread(plan, early.principal, on)))


def repayable(plan: Plan, most: int, on: date) -> int:
    """The most of it that `repay` takes; 0 if nothing."""
    if most >= payoff(plan, on):
        return payoff(plan, on)
    early = min(most, payoff(plan, on) - _fee_so_far(plan, on) - 1)
    return early if early >= least_early(plan, on) else min(most, due(plan, on))


def late(plan: Plan, on: date, terms: LateTerms) -> Plan:
    """With the late fees that it has earned by then: each instalment one, all of them within what is allowed."""
    parts, room = list[Part](), terms.most_in_all - late_fees(plan)
    for one in plan.parts:
        bears = plan.state == "active" and not plan.withdrawn and not one.late_fee and not one.was_late
        is_late = bears and (on - one.due_on).days > terms.grace_days
        fee = min(one.unpaid * terms.basis_points // 10_000, terms.most_each, room) if is_late else 0
        parts.append(msgspec.structs.replace(one, late_fee=one.late_fee + fee))
        room -= fee
    return msgspec.structs.replace(plan, parts=tuple(parts))


def pause(plan: Plan, months: int) -> Plan:
    """All that is not paid is due so many months later, and costs nothing meanwhile: a month begun begins again."""
    day = plan.begins_on.day

    def later(when: date) -> date:
        return months_after(when, months, day if plan.by_months and not plan.withdrawn else when.day)

    parts = list[Part]()
    for done, left in map(_cut, plan.parts):
        if done.paid or done.late_fee:
            parts.append(done)
        if left.unpaid:
            parts.append(msgspec.structs.replace(left, from_on=later(left.from_on), due_on=later(left.due_on)))
    return msgspec.structs.replace(plan, parts=tuple(parts), paused_months=plan.paused_months + months)


def to_undo(plan: Plan) -> int:
    """What withdrawing from it takes; below zero where it gives back. What was paid of interest and fees counts."""
    return plan.lent - paid(plan).amount


def undo(plan: Plan, there: int, on: date) -> Plan:
    """All principal is paid and nothing else, as the right to withdraw has it: interest and fees go back.

    What is not `there` is due `TO_PAY_BACK` later, and bears nothing.
    """
    whole = to_undo(plan)
    left = max(0, whole - max(0, there))
    done = Part(plan.begins_on, on, plan.lent - left, 0, paid=plan.lent - left)
    parts = (done, Part(on, on + TO_PAY_BACK, left, 0)) if left else (done,)
    plan = msgspec.structs.replace(plan, withdrawn=True, yearly_basis_points=0)
    return _with(plan, parts)


def waive(plan: Plan) -> Plan:
    """No late fee is asked any more that is not paid yet."""
    return _with(plan, tuple(msgspec.structs.replace(one, late_fee=one.late_paid) for one in plan.parts))


def write_off(plan: Plan) -> Plan:
    return msgspec.structs.replace(plan, state="written_off")


def recover(plan: Plan, amount: int) -> Plan:
    """Of what was lost. ValueError if it is none, or too much."""
    if not 0 < amount <= plan.lost:
        raise ValueError("more than was lost")
    return msgspec.structs.replace(plan, recovered=plan.recovered + amount)


def _cut(one: Part) -> tuple[Part, Part]:
    """What of it is paid, with its late fee; and what is not."""
    done = Part(one.from_on, one.due_on, one.principal_paid, one.interest_paid, one.fee_paid, one.paid)
    left = Part(one.from_on, one.due_on, one.principal_owed, one.interest - one.interest_paid, one.fee - one.fee_paid)
    was_late = one.was_late or one.late_fee > 0
    done = msgspec.structs.replace(done, late_fee=one.late_fee, late_paid=one.late_paid, was_late=was_late)
    return done, msgspec.structs.replace(left, was_late=was_late)


def _poured(parts: Schedule, amount: int, room: Callable[[Part], int], into: str) -> tuple[Schedule, int]:
    """Into each what it has room for, in order; and what is left."""
    found = list[Part]()
    for one in parts:
        here = min(amount, room(one))
        change: dict[str, Any] = {into: getattr(one, into) + here}
        found.append(msgspec.structs.replace(one, **change))
        amount -= here
    return tuple(found), amount


def _with(plan: Plan, parts: Schedule) -> Plan:
    is_open = any(one.unpaid or one.late_owed for one in parts)
    over: State = "undone" if plan.withdrawn else "repaid"
    return msgspec.structs.replace(plan, parts=parts, state="active" if is_open else over)


def _over(plan: Plan, on: date) -> Schedule:
    return tuple(one for one in plan.parts if one.due_on <= on)


def _to_come(plan: Plan, on: date) -> Schedule:
    return tuple(one for one in plan.parts if one.due_on > on)


def _principal_to_come(plan: Plan, on: date) -> int:
    return sum(one.principal_owed for one in _to_come(plan, on))


def _so_far(plan: Plan, amount: Callable[[Part], int], on: date) -> int:
    """Of what the period costs in which that day lies, by its days; rounded down."""
    for one in _to_come(plan, on)[:1]:
        days = max(0, (on - one.from_on).days)
        return amount(one) * days // max(1, (one.due_on - one.from_on).days)
    return 0


def _interest_so_far(plan: Plan, on: date) -> int:
    return _so_far(plan, lambda one: one.interest, on)


def _fee_so_far(plan: Plan, on: date) -> int:
    return _so_far(plan, lambda one: one.fee, on)


def _ended(plan: Plan, on: date) -> Plan:
    interest, fee, principal = _interest_so_far(plan, on), _fee_so_far(plan, on), _principal_to_come(plan, on)
    early = Part(on, on, principal, interest, fee, paid=principal + interest + fee)
    return _with(plan, (*_over(plan, on), *((early,) if early.paid else ())))


def _respread(plan: Plan, repaid: int, on: date) -> Schedule:
    """What is left of the principal to come, on the same days; the fees stay with their days."""
    to_come = _to_come(plan, on)
    days = [max(on, to_come[0].from_on), *(one.due_on for one in to_come)]
    parts = spread(_principal_to_come(plan, on) - repaid, plan.yearly_basis_points, days, _share(days, plan.begins_on))
    pairs = zip(parts, to_come, strict=False)
    return tuple(msgspec.structs.replace(new, fee=old.fee, was_late=old.was_late) for new, old in pairs)


def _share(days: list[date], begins_on: date) -> Fraction:
    """How much of a month is left until the first of the days to come."""
    whole = days[1] - months_after(days[1], -1, begins_on.day)
    return min(Fraction(1), Fraction((days[1] - days[0]).days, whole.days))
