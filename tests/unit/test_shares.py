"""What is left of a checkout that several people pay, and what of it who sees."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.errors import CofferError, ExceedsWhatIsLeft
from chalicelib.ledger.model import Changed
from chalicelib.merchants import model_shares, shares
from chalicelib.merchants.model import Checkout
from chalicelib.merchants.model_shares import MOST_PARTS, Shared

AT, ENDS = datetime(2026, 11, 22, 8, tzinfo=UTC), datetime(2026, 11, 23, 8, tzinfo=UTC)
AMOUNTS = st.integers(1, 10_000)


def stored(amount: int, most: int) -> dict[str, Any]:
    """A checkout's item, as the ledger reads it."""
    return {
        "amount": amount,
        "left": amount,
        "currency": "CNY",
        "max_payers": most,
        "status": "open",
        "expires_at": "2026-11-23T08:00:00.000000Z",
    }


def paid(item: dict[str, Any], owner: str, amount: int) -> bool:
    """Does to the item what the part's transaction does where its conditions hold; whether they did."""
    verdict = shares._why_not(item, owner, amount, AT)
    if isinstance(verdict, CofferError):
        return False
    assert isinstance(verdict, Changed)
    item["left"] -= amount
    item["parts"] = [*item.get("parts", []), f"pay_{len(item.get('parts', []))}"]
    item["payers"] = item.get("payers", frozenset()) | {owner}
    return True


@given(AMOUNTS, st.integers(2, 20), st.lists(st.tuples(st.sampled_from("abcdef"), AMOUNTS), max_size=60))
def test_parts_that_fit_add_up_exactly_and_the_last_is_what_is_left(
    amount: int, most: int, wishes: list[tuple[str, int]]
) -> None:
    item = stored(amount, most)
    taken = [part for owner, part in wishes if paid(item, owner, part)]
    assert sum(taken) + item["left"] == amount and item["left"] >= 0
    assert len(item.get("payers", ())) <= most and len(taken) <= MOST_PARTS
    if item["left"]:
        owner = next(iter(item.get("payers", {"a"})))
        assert paid(item, owner, item["left"])
    assert item["left"] == 0 and not paid(item, "a", 1)


@given(AMOUNTS, AMOUNTS)
def test_what_is_too_much_is_told_with_what_is_left(amount: int, more: int) -> None:
    refused = shares._why_not(stored(amount, 2), "a", amount + more, AT)
    assert isinstance(refused, ExceedsWhatIsLeft) and refused.params["left"] == amount


def test_a_part_names_its_payment_to_its_payer_and_to_the_merchant_alone() -> None:
    shared = Shared(900, 500, 2, "open", ENDS, ("pay_1",), 1)
    movements = [{"pk": "pay_1", "account": "wal_1", "amount": 400, "state": "authorized"}]
    seen = [model_shares.split_view(shared, movements, wallets).parts[0] for wallets in (("wal_1",), ("wal_2",), None)]
    assert [(one.mine, one.payment_id) for one in seen] == [(True, "pay_1"), (False, ""), (False, "pay_1")]


def test_a_checkout_that_one_pays_is_begun_without_shares() -> None:
    whole = Checkout("chk_1", "mer_1", "Tea", 100, "CNY", "A", AT, ENDS)
    assert shares.begun(whole).shared is None and shares.view(shares.begun(whole)) is None
