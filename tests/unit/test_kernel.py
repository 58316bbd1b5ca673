"""Money, ids, clock, chance and text: rules that hold for every value."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel import clock, entropy, ids, money, text
from chalicelib.kernel.errors import AmountOutOfRange, CurrencyMismatch, InvalidRequest, every_error
from chalicelib.kernel.idempotency import fingerprint

MOMENTS = st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(2200, 1, 1), timezones=st.just(UTC))
AMOUNTS = st.integers(0, money.MAX_AMOUNT)


@given(MOMENTS, MOMENTS)
def test_written_times_sort_as_times_do_and_read_back(one: datetime, other: datetime) -> None:
    assert (clock.written(one) < clock.written(other)) == (one < other)
    assert clock.read(clock.written(one)) == one


def test_a_written_time_is_utc_whatever_its_zone() -> None:
    beijing = datetime(2026, 11, 22, 16, 0, tzinfo=timezone(timedelta(hours=8)))
    assert clock.written(beijing) == "2026-11-22T08:00:00.000000Z"


def test_a_time_without_an_offset_is_no_time() -> None:
    with pytest.raises(ValueError, match="offset"):
        clock.read("2026-11-22T08:00:00")


@given(MOMENTS, MOMENTS)
def test_new_ids_sort_by_time_and_hold_a_uuid_7(one: datetime, other: datetime) -> None:
    first, second = ids.new("pay", one), ids.new("pay", other)
    if int(one.timestamp() * 1000) < int(other.timestamp() * 1000):
        assert first < second
    held = uuid.UUID(bytes=ids.packed(first))
    assert (held.version, held.variant) == (7, uuid.RFC_4122)
    assert ids.is_id(first, "pay")
    assert not ids.is_id(first, "ref")


@given(st.lists(st.text(), max_size=4), st.lists(st.text(), max_size=4))
def test_derived_ids_follow_from_their_parts_and_from_nothing_else(one: list[str], other: list[str]) -> None:
    assert (ids.derived("pay", *one) == ids.derived("pay", *other)) == (one == other)
    assert ids.packed(ids.derived("pay", *one)) != ids.packed(ids.derived("ref", *one))
    assert uuid.UUID(bytes=ids.packed(ids.derived("pay", *one))).version == 8


@given(st.binary(min_size=16, max_size=16))
def test_an_id_unpacks_to_the_bytes_it_was_made_of(raw: bytes) -> None:
    assert ids.packed(ids.unpacked("pay", raw)) == raw


def test_an_id_is_the_typeid_of_the_specification() -> None:
    """From the TypeID specification's valid.json."""
    raw = uuid.UUID("01890a5d-ac96-774b-bcce-b302099a8057").bytes
    assert ids.unpacked("pre", raw) == "pre_01h455vb4pex5vsknk084sn02q"


@pytest.mark.parametrize(
    "text", ["", "pay_", "pay_8" + "0" * 25, "pay_" + "0" * 25 + "u", "pay_" + "0" * 27, "PAY_" + "0" * 26]
)
def test_what_is_not_an_id_is_refused(text: str) -> None:
    assert not ids.is_id(text, "pay")


@given(AMOUNTS, st.integers(0, 10_000))
def test_a_part_is_within_half_a_unit_of_the_exact_share(amount: int, basis_points: int) -> None:
    assert abs(money.part(amount, basis_points) * 10_000 - amount * basis_points) <= 5_000


@given(AMOUNTS, st.integers(0, 10_000))
def test_a_part_is_none_to_all_and_grows_by_at_most_one_unit_with_each(amount: int, basis_points: int) -> None:
    part = money.part(amount, basis_points)
    assert 0 <= part <= amount
    assert 0 <= money.part(amount + 1, basis_points) - part <= 1


@given(AMOUNTS, AMOUNTS, st.integers(0, 10_000))
def test_parts_of_two_amounts_are_within_a_unit_of_the_part_of_their_sum(
    one: int, other: int, basis_points: int
) -> None:
    apart = money.part(one, basis_points) + money.part(other, basis_points)
    assert abs(apart - money.part(one + other, basis_points)) <= 1


@given(st.integers())
def test_an_amount_is_taken_as_it_is_or_refused(amount: int) -> None:
    if 1 <= amount <= money.MAX_AMOUNT:
        assert money.check_amount(amount) == amount
    else:
        with pytest.raises(AmountOutOfRange):
            money.check_amount(amount)


@pytest.mark.parametrize("amount", [0, -1, money.MAX_AMOUNT + 1, 10**4000])
def test_an_amount_out_of_range_is_refused(amount: int) -> None:
    with pytest.raises(AmountOutOfRange):
        money.check_amount(amount)


def test_an_unknown_currency_is_refused() -> None:
    with pytest.raises(CurrencyMismatch):
        money.check_currency("BTC")


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [(1250, "CNY", "¥12.50"), (-5, "EUR", "-€0.05"), (1234567, "JPY", "¥1,234,567"), (0, "USD", "$0.00")],
)
def test_amounts_are_shown_as_people_write_them(amount: int, currency: str, shown: str) -> None:
    assert money.shown(amount, currency) == shown


@given(st.integers(-money.MAX_AMOUNT, money.MAX_AMOUNT), st.sampled_from(sorted(money.EXPONENTS)))
def test_a_shown_amount_has_every_unit_in_it(amount: int, currency: str) -> None:
    shown = money.shown(amount, currency)
    assert int(re.sub(r"[^0-9-]", "", shown)) == amount
    assert shown.partition(".")[2].isdigit() == (money.EXPONENTS[currency] > 0)


@given(st.integers(1, 10**9))
def test_chance_stays_below_its_limit(limit: int) -> None:
    assert 0 <= entropy.below(limit) < limit


def test_every_value_below_a_limit_can_come() -> None:
    assert {entropy.below(3) for _ in range(200)} == {0, 1, 2}


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("de, zh;q=0.2, en;q=0.1", "zh"),
        ("en;q=0.3, zh;q=0.9", "zh"),
        ("zh;q=0, fr", "en"),
        ("*;q=x,,", "en"),
    ],
)
def test_the_language_is_the_best_that_we_speak(header: str | None, language: str) -> None:
    assert text.language_of(header) == language


def test_every_error_has_a_code_of_its_own() -> None:
    codes = [kind.code for kind in every_error()]
    assert len(set(codes)) == len(codes) > 20


def test_text_is_capped_as_it_will_be_written() -> None:
    assert text.capped("汉" * 33, 99, "description")
    with pytest.raises(InvalidRequest):
        text.capped('"' * 50, 99, "description")


@given(st.tuples(st.text(), st.text(), st.binary()), st.tuples(st.text(), st.text(), st.binary()))
def test_a_fingerprint_tells_requests_apart(one: tuple[str, str, bytes], other: tuple[str, str, bytes]) -> None:
    assert (fingerprint(*one) == fingerprint(*other)) == (one == other)
