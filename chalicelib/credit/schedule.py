"""When each part of a plan is due and what it is made of. Pure; in minor units, and all of them add up exactly.

By months: equal instalments; interest of what is still owed, a twelfth of the yearly rate for each month and by days
for a part of one. In four: a quarter at once and one every two weeks, without interest.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction

import msgspec

LEAST = 100
"""Minor units of principal for each instalment: less is no plan, and would round away."""
FOUR = 4
_FORTNIGHT = timedelta(weeks=2)
_TWELVE_TIMES_ALL = 12 * 10_000
_FULL = Fraction(1)


class Part(msgspec.Struct, frozen=True):
    """One instalment, or one repayment that came early. Interest runs from `from_on` to `due_on`.

    `fee`: for making the plan. `late_fee` is no part of the amount: it comes on top, and is paid last.
    """

    from_on: date
    due_on: date
    principal: int
    interest: int
    fee: int = 0
    paid: int = 0
    late_fee: int = 0
    late_paid: int = 0
    was_late: bool = False
    """Its late fee stays with the part of it that was paid, since a pause moved the rest to a later day."""

    @property
    def amount(self) -> int:
        return self.principal + self.interest + self.fee

    @property
    def unpaid(self) -> int:
        return self.amount - self.paid

    @property
    def late_owed(self) -> int:
        return self.late_fee - self.late_paid

    @property
    def interest_paid(self) -> int:
        """What is paid is interest first, then the fee, then principal."""
        return min(self.paid, self.interest)

    @property
    def fee_paid(self) -> int:
        return min(self.paid - self.interest_paid, self.fee)

    @property
    def principal_paid(self) -> int:
        return self.paid - self.interest_paid - self.fee_paid

    @property
    def principal_owed(self) -> int:
        return self.principal - self.principal_paid


Schedule = tuple[Part, ...]


def monthly(principal: int, count: int, yearly_basis_points: int, begins_on: date, fee: int = 0) -> Schedule:
    """`count` instalments, the first a month after it begins; the last one is what is left. The `fee` is in all of
    them alike, what does not divide in the first.

    `principal`: at least `LEAST` for each, ValueError otherwise.
    """
    if not 1 <= count <= principal // LEAST:
        raise ValueError("every instalment pays something back")
    days = [months_after(begins_on, number, begins_on.day) for number in range(count + 1)]
    parts = spread(principal, yearly_basis_points, days)
    each, left = divmod(fee, len(parts))
    return tuple(msgspec.structs.replace(one, fee=each + left * (at == 0)) for at, one in enumerate(parts))


def in_four(principal: int, begins_on: date) -> Schedule:
    """What does not divide by four goes to the first, at once. `principal`: at least `LEAST` for each."""
    if principal < FOUR * LEAST:
        raise ValueError("every instalment pays something back")
    each, left = divmod(principal, FOUR)
    days = [begins_on, *(begins_on + number * _FORTNIGHT for number in range(FOUR))]
    parts = (each + left, *[each] * (FOUR - 1))
    return tuple(Part(days[at], days[at + 1], part, 0) for at, part in enumerate(parts))


def spread(owed: int, yearly_basis_points: int, days: Sequence[date], first: Fraction = _FULL) -> Schedule:
    """Equal instalments on `days[1:]` of what is owed on `days[0]`, the least that suffice; the last one is the rest.

    Each period is a month, the first one so much of a month. Fewer of them where less is enough.
    """
    months = [first] + [_FULL] * (len(days) - 2)
    low, high = 1, owed + sum(interest_of(owed, yearly_basis_points, one) for one in months)
    while low < high:
        each = (low + high) // 2
        if _left(owed, yearly_basis_points, months, each):
            low = each + 1
        else:
            high = each
    return tuple(_parts(owed, yearly_basis_points, months, low, days))


def interest_of(owed: int, yearly_basis_points: int, months: Fraction = _FULL) -> int:
    """Rounded half up."""
    parts = _TWELVE_TIMES_ALL * months.denominator
    return (2 * owed * yearly_basis_points * months.numerator + parts) // (2 * parts)


def months_after(day: date, count: int, day_of_month: int) -> date:
    """That day of a later month, or its last day where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day_of_month, calendar.monthrange(year, month + 1)[1]))


def _left(owed: int, yearly_basis_points: int, months: Sequence[Fraction], each: int) -> bool:
    """Whether something is left after all of them."""
    for one in months:
        owed += interest_of(owed, yearly_basis_points, one) - each
        if owed <= 0:
            return False
    return True


def _parts(owed: int, basis_points: int, months: Sequence[Fraction], each: int, days: Sequence[date]) -> Schedule:
    found = list[Part]()
    for at, one in enumerate(months):
        interest = interest_of(owed, basis_points, one)
        principal = min(owed, each - interest)
        found.append(Part(days[at], days[at + 1], principal, interest))
        owed -= principal
        if not owed:
            break
    return tuple(found)
