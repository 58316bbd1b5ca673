"""Keys that open once shown, checkouts that expire by themselves, settlements that add up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.kernel import clock
from chalicelib.kernel.callers import Merchant
from chalicelib.kernel.errors import Forbidden
from chalicelib.merchants import keys, model

NOON = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


def test_a_key_names_itself_opens_with_its_text_and_keeps_no_secret() -> None:
    key, text = keys.fresh("mer_1", ("checkouts",), NOON)
    assert keys.id_in(text) == key.id
    assert keys.opens(key, text, NOON)
    assert text[29:].encode() not in key.digest and len(text) == 72


def test_a_key_opens_with_no_other_text_and_not_after_it_was_revoked() -> None:
    key, text = keys.fresh("mer_1", ("checkouts",), NOON)
    other = text[:-1] + ("A" if text[-1] != "A" else "B")
    assert keys.id_in(other) == key.id
    assert not keys.opens(key, other, NOON)
    assert not keys.opens(replace(key, revoked_at=NOON), text, NOON)


def test_a_key_that_was_rotated_opens_until_its_time_and_not_from_then_on() -> None:
    key, text = keys.fresh("mer_1", ("checkouts",), NOON)
    ending = replace(key, expires_at=NOON + timedelta(hours=1))
    assert keys.opens(ending, text, NOON + timedelta(hours=1) - clock.MICROSECOND)
    assert not keys.opens(ending, text, NOON + timedelta(hours=1))


@pytest.mark.parametrize("change", [str.upper, lambda text: text[:-1], lambda text: text + "A", lambda text: text[3:]])
def test_a_text_of_another_form_is_no_key(change: object) -> None:
    _, text = keys.fresh("mer_1", ("checkouts",), NOON)
    assert callable(change)
    assert keys.id_in(change(text)) is None


def test_two_keys_are_never_the_same() -> None:
    assert keys.fresh("mer_1", ("keys",), NOON)[1] != keys.fresh("mer_1", ("keys",), NOON)[1]


@pytest.mark.parametrize(
    ("stored", "expires_at", "seen"),
    [
        ("open", "2026-11-22T12:00:00.000001Z", "open"),
        ("open", "2026-11-22T12:00:00.000000Z", "expired"),
        ("paid", "2026-11-22T11:00:00.000000Z", "paid"),
        ("cancelled", "2026-11-22T11:00:00.000000Z", "cancelled"),
    ],
)
def test_an_open_checkout_expires_with_nobody_writing_it_down(
    stored: model.CheckoutStatus, expires_at: str, seen: str
) -> None:
    assert model.status_of(stored, expires_at, NOON) == seen


@pytest.mark.parametrize(
    ("postings", "gross", "fees", "net"),
    [
        ({"sys:settling:CNY": -1000, "mac_1": 994, "sys:fees:CNY": 6}, 1000, 6, 994),
        ({"sys:settling:CNY": -1000, "mac_1": 1000}, 1000, 0, 1000),
        ({"sys:settling:CNY": 300, "mac_1": -300}, -300, 0, -300),
        ({"mac_1": -6, "sys:fees:CNY": 6}, 0, 6, -6),
    ],
)
def test_a_settlement_tells_what_its_postings_say(postings: dict[str, int], gross: int, fees: int, net: int) -> None:
    entry = {"movement": "stl_1", "sk": "2026", "currency": "CNY", "text": "3", "postings": postings}
    view = model.settlement_view(entry, "sys:settling:CNY", "sys:fees:CNY")
    assert (view.gross, view.fees, view.net, view.lines) == (gross, fees, net, 3)
    assert view.net == postings.get("mac_1", 0)


def test_a_merchant_key_may_do_what_its_scopes_say_and_nothing_else() -> None:
    till = Merchant("mer_1", "key_1", ("payments",))
    till.require("payments")
    with pytest.raises(Forbidden):
        till.require("refunds")
