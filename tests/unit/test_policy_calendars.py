"""When banks work: the days of the system that clears a currency, in its own standard time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from chalicelib.kernel import money
from chalicelib.policy import calendars

MOMENTS = some.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 20), timezones=some.just(UTC))
TIMES = some.times().map(lambda found: found.replace(second=0, microsecond=0))


@pytest.mark.parametrize("currency", money.EXPONENTS)
def test_every_currency_has_a_calendar_that_names_no_weekend(currency: str) -> None:
    found = calendars._calendar(currency)
    assert found.currency == currency and found.authority
    assert {day.year for day in found.holidays} == {2026, 2027}
    assert all(day.weekday() < 5 for day in found.holidays)


@pytest.mark.parametrize(
    ("currency", "day", "works"),
    [
        ("EUR", date(2026, 4, 6), False),  # Easter Monday
        ("EUR", date(2026, 10, 3), False),  # a Saturday
        ("EUR", date(2026, 5, 25), True),  # Whit Monday: TARGET works
        ("GBP", date(2026, 12, 28), False),  # for Boxing Day, a Saturday
        ("USD", date(2026, 7, 3), True),  # the holiday falls on a Saturday: Fedwire works on the Friday before
        ("CNY", date(2026, 10, 7), False),
        ("JPY", date(2026, 9, 22), False),
        ("HKD", date(2026, 4, 3), False),
    ],
)
def test_banks_rest_on_their_own_holidays(currency: str, day: date, works: bool) -> None:
    assert calendars.is_bank_day(currency, day) is works


@given(some.sampled_from(sorted(money.EXPONENTS)), TIMES, MOMENTS)
def test_the_next_cut_off_is_later_on_a_bank_day_and_none_lies_between(
    currency: str, cut_off: time, at: datetime
) -> None:
    found = calendars.cut_off_after(currency, cut_off, at)
    day = calendars.day_of(currency, found)
    assert found > at and calendars.is_bank_day(currency, day)
    assert calendars.cut_off_after(currency, cut_off, found - timedelta(seconds=1)) == found
    between = (calendars.day_of(currency, at) + timedelta(days=one) for one in range(1, (found - at).days))
    assert not any(calendars.is_bank_day(currency, one) for one in between)


def test_a_day_begins_where_the_currency_is_cleared() -> None:
    late = datetime(2026, 11, 22, 23, tzinfo=UTC)
    assert calendars.day_of("JPY", late) == date(2026, 11, 23)
    assert calendars.day_of("USD", late) == date(2026, 11, 22)
