"""What merchants may write, one row per case."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.kernel import text
from chalicelib.kernel.errors import CurrencyMismatch, InvalidRequest
from chalicelib.merchants import rules

NOON = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("Tea House", "Tea House"), ("  茶馆 ", "茶馆"), ("Cafe\u0301", "Café"), ("x" * 64, "x" * 64)],
)
def test_a_name_is_kept_composed_and_without_space_around_it(typed: str, kept: str) -> None:
    assert rules.tidy_name(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "x" * 65,
        "Tea\nHouse",
        "Tea\x1b[31m",
        "Tea\u202eesuoH",
        "Tea\u2066",
        "Te\u200ba",
        "T\u2028a",
        "\x00",
        "T\ue000",
        "\u3164",
        "Tea\u2800House",
        "T\u115fea",
        "Te\u200d\U0001f373",
        "\U0001f469\u200d",
        "\u200d\U0001f373",
    ],
)
def test_a_name_that_hides_something_is_refused(typed: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        rules.tidy_name(typed)
    assert refused.value.param == "name"


@pytest.mark.parametrize(
    "typed",
    [
        "\U0001f469\u200d\U0001f373 Cook",
        "\U0001f469\U0001f3fd\u200d\u2695\ufe0f Care",
        "\u2764\ufe0f\u200d\U0001f525",
        "\U0001f3f3\ufe0f\u200d\U0001f308 Bar",
    ],
)
def test_a_name_with_a_pictograph_of_several_is_taken_as_it_is(typed: str) -> None:
    assert rules.tidy_name(typed) == typed


@pytest.mark.parametrize("reference", ["A-1", "订单 17", "x" * 64, '"' * 32])
def test_a_reference_of_up_to_64_bytes_is_taken_as_it_is(reference: str) -> None:
    assert text.reference(reference) == reference


@pytest.mark.parametrize("reference", ["", "x" * 65, "订" * 22, '"' * 33, "a\r\nb", "a\u202eb"])
def test_a_reference_that_is_empty_long_or_hides_something_is_refused(reference: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        text.reference(reference)
    assert refused.value.param == "order_reference"


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example/thanks?order=1#top",
        "https://shop.example:8443/",
        "http://localhost:3000/back",
        "http://127.0.0.1:8000/",
        "http://[::1]:9/",
    ],
)
def test_a_return_url_leads_to_https_or_to_this_machine(url: str) -> None:
    assert rules.check_return_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://shop.example/",
        "http://localhost.evil.example/",
        "http://127.0.0.1@evil.example/",
        "https://user:pass@shop.example/",
        "https://",
        "https:///path",
        "https://shop.example\\@evil.example/",
        "https://shop.example/\r\nSet-Cookie: a=b",
        "https://shop.example:port/",
        "https://[::1/",
        "https://shop.example/ a",
        "//shop.example/",
        "javascript:alert(1)",
        "data:text/html,hi",
        "https://shop.example/" + "x" * 500,
    ],
)
def test_a_return_url_to_anywhere_else_is_refused(url: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        rules.check_return_url(url)
    assert refused.value.param == "return_url"


@pytest.mark.parametrize(
    ("asked", "ends"),
    [
        (None, NOON + timedelta(hours=24)),
        ("2026-11-22T12:00:00.000001Z", NOON + timedelta(microseconds=1)),
        ("2026-11-22T21:00:00+08:00", NOON + timedelta(hours=1)),
        ("2026-12-22T12:00:00Z", NOON + timedelta(days=30)),
    ],
)
def test_a_checkout_lasts_a_day_or_as_asked_up_to_thirty(asked: str | None, ends: datetime) -> None:
    assert rules.expiry(asked, NOON) == ends


@pytest.mark.parametrize(
    "asked",
    [
        "2026-11-22T12:00:00Z",
        "2025-01-01T00:00:00Z",
        "2026-12-22T12:00:00.000001Z",
        "2026-11-22T13:00:00",
        "tomorrow",
        "",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
    ],
)
def test_an_expiry_that_is_past_far_or_unreadable_is_refused(asked: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        rules.expiry(asked, NOON)
    assert refused.value.param == "expires_at"


def test_currencies_are_known_and_named_once() -> None:
    assert rules.check_currencies(["CNY", "USD"]) == ["CNY", "USD"]
    with pytest.raises(CurrencyMismatch):
        rules.check_currencies(["CNY", "XXX"])
    with pytest.raises(InvalidRequest):
        rules.check_currencies(["CNY", "CNY"])
