"""The life of a plan: what is due, what a payment pays, what leaving early costs. Pure; in minor units, by days.

Whatever happens, the principal of its parts adds up to what was lent. What is overdue bears no interest: it costs the
late fee, once, and no more.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any, Literal

import msgspec

from chalicelib.credit.schedule import Part, Schedule, months_after, spread

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

    @property
    def lent(self) -> int:
        return sum(one.principal for one in self.parts)

    @property
    def principal_owed(self) -> int:
        """Also of one that was written off: what was lost."""
        return sum(one.principal_owed for one in self.parts)

    @property
    def late_owed(self) -> int:
        return sum(one.late_fee - one.late_paid for one in self.parts)


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
    """The day of the oldest instalment that is missing something."""
    days = (one.due_on for one in plan.parts if one.unpaid)
    return min(days, default=None) if plan.state == "active" else None


def collect(plan: Plan, amount: int, on: date) -> Plan:
    """Pays of what is due: the oldest instalment first, late fees last. ValueError if it is none, or too much."""
    if not 0 < amount <= due(plan, on):
        raise ValueError("more than is due")
    parts, left = _poured(plan.parts, amount, lambda one: one.unpaid if one.due_on <= on else 0, "paid")
    parts, _ = _poured(parts, left, lambda one: one.late_fee - one.late_paid, "late_paid")
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
    parts, room = list[Part](), terms.most_in_all - sum(one.late_fee for one in plan.parts)
    for one in plan.parts:
        is_late = plan.state == "active" and not one.late_fee and (on - one.due_on).days > terms.grace_days
        fee = min(one.unpaid * terms.basis_points // 10_000, terms.most_each, room) if is_late else 0
        parts.append(msgspec.structs.replace(one, late_fee=one.late_fee + fee))
        room -= fee
    return msgspec.structs.replace(plan, parts=tuple(parts))


def pause(plan: Plan, months: int) -> Plan:
    """All that is not paid is due so many months later, and costs nothing meanwhile."""
    day = plan.begins_on.day

    def later(when: date) -> date:
        return months_after(when, months, day if plan.by_months else when.day)

    parts = list[Part]()
    for done, left in map(_cut, plan.parts):
        if done.paid or done.late_fee:
            parts.append(done)
        if left.unpaid:
            parts.append(msgspec.structs.replace(left, from_on=later(left.from_on), due_on=later(left.due_on)))
    return msgspec.structs.replace(plan, parts=tuple(parts), paused_months=plan.paused_months + months)


def undo(plan: Plan) -> Plan:
    """All principal is paid and nothing else, as the right to withdraw has it: interest and fees go back."""
    parts = (Part(one.from_on, one.due_on, one.principal, 0, paid=one.principal) for one in plan.parts)
    return msgspec.structs.replace(plan, parts=tuple(parts), state="undone")


def write_off(plan: Plan) -> Plan:
    return msgspec.structs.replace(plan, state="written_off")


def _cut(one: Part) -> tuple[Part, Part]:
    """What of it is paid, with its late fee; and what is not."""
    done = Part(one.from_on, one.due_on, one.principal_paid, one.interest_paid, one.fee_paid, one.paid)
    left = Part(one.from_on, one.due_on, one.principal_owed, one.interest - one.interest_paid, one.fee - one.fee_paid)
    return msgspec.structs.replace(done, late_fee=one.late_fee, late_paid=one.late_paid), left


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
    is_open = any(one.unpaid or one.late_fee > one.late_paid for one in parts)
    return msgspec.structs.replace(plan, parts=parts, state="active" if is_open else "repaid")


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
    return tuple(msgspec.structs.replace(one, fee=to_come[at].fee) for at, one in enumerate(parts))


def _share(days: list[date], begins_on: date) -> Fraction:
    """How much of a month is left until the first of the days to come."""
    whole = days[1] - months_after(days[1], -1, begins_on.day)
    return min(Fraction(1), Fraction((days[1] - days[0]).days, whole.days))
