"""What every draft promises: its entry says, posting by posting, what its change does to the head; fees add up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel import clock, ids
from chalicelib.kernel.callers import Customer
from chalicelib.ledger import chart, wire
from chalicelib.ledger.history import Balance
from chalicelib.ledger.model import Change, Draft, Head, Known, Line
from chalicelib.merchants.model import Terms
from chalicelib.payments import following, paying
from chalicelib.payments.model import PayRequest
from chalicelib.payments.paying import Order
from chalicelib.settlement import service as settlement
from chalicelib.settlement.model import Batch
from chalicelib.topups import booking
from tests.ledger_kit import AT, MERCHANT, OWNER, WALLET, key

ACCOUNT = chart.merchant_account(MERCHANT, "CNY")
ANA = Customer(OWNER, "ses_1", (WALLET,), tier=0, epoch=0, jurisdiction="CN")
PAYMENT = ids.derived("pay", "one")
EMPTY: dict[str, Any] = {
    "pk": WALLET,
    "owner": OWNER,
    "currency": "CNY",
    "status": "active",
    "available": 0,
    "held": 0,
    "debt": 0,
    "floor": 0,
    "tier": 0,
    "epoch": 0,
    "last_at": clock.written(AT - timedelta(seconds=1)),
}

AMOUNTS = st.integers(1, 1_000_000)
CHANGES = {
    "status": st.sampled_from(["active", "frozen", "closed"]),
    "available": st.integers(-1_000, 1_000_000),
    "debt": st.integers(0, 1_000_000),
}
HEADS = st.fixed_dictionaries(CHANGES).map(lambda changes: Head.of(wire.item(EMPTY | changes)))
KNOWN: st.SearchStrategy[Known] = st.one_of(st.just({}), HEADS.map(lambda head: {WALLET: head}))
TERMS = st.builds(
    lambda basis_points, fixed: Terms(MERCHANT, "Tea", "active", {"CNY": ACCOUNT}, basis_points, fixed, 0, AT),
    st.integers(0, 10_000),
    st.integers(0, 100) | st.integers(0, 1_000_000),
)


def held(amount: int) -> dict[str, Any]:
    """A payment's movement as the ledger keeps it."""
    facts = {"account": WALLET, "payee": MERCHANT, "owner": OWNER, "answer": '{"order_reference":"order"}'}
    return facts | {"pk": PAYMENT, "amount": amount, "currency": "CNY"}


def says_what_it_does(draft: Draft) -> bool:
    """Per account: available, held and debt."""
    assert draft.entry
    return all(_told(draft.entry.postings, change) == _done(change) for change in draft.changes)


def _told(postings: Mapping[str, int], change: Change) -> Balance:
    return Balance().after(change.account, dict(postings))


def _done(change: Change) -> Balance:
    return Balance(change.available, change.held, change.debt)


@given(TERMS, AMOUNTS)
def test_a_fee_is_never_negative_nor_more_than_the_amount(terms: Terms, amount: int) -> None:
    assert 0 <= paying.fee_of(terms, amount) <= amount


@given(TERMS, AMOUNTS)
def test_a_fee_is_its_part_and_its_fixed_part_unless_that_is_more_than_the_amount(terms: Terms, amount: int) -> None:
    """Exactly, in ten-thousandths of a unit, but for half a unit of rounding."""
    fee, exact = paying.fee_of(terms, amount), amount * terms.fee_basis_points + terms.fee_fixed * 10_000
    assert fee == amount or abs(fee * 10_000 - exact) <= 5_000
    assert fee < amount or exact + 5_000 >= amount * 10_000


@given(TERMS, AMOUNTS)
def test_one_unit_more_costs_at_most_one_unit_more(terms: Terms, amount: int) -> None:
    fees = [paying.fee_of(terms, amount + more) for more in range(100)]
    assert {following - fee for fee, following in pairwise(fees)} <= {0, 1}


@given(TERMS, AMOUNTS, KNOWN, st.sampled_from(["automatic", "manual"]))
def test_a_payment_says_what_it_does(terms: Terms, amount: int, known: Known, capture: Any) -> None:
    wanted = PayRequest(WALLET, merchant_id=MERCHANT, amount=amount, currency="CNY", capture=capture)
    order = Order(wanted, terms, amount, "CNY", "order")
    draft = paying.draft(ANA, order, key(), AT, known)
    assert says_what_it_does(draft) and draft.changes[0].available == -amount
    assert draft.entry and draft.movement
    fee = paying.fee_of(terms, amount)
    settled = Line(draft.movement.id, MERCHANT, ACCOUNT, amount, fee)
    expected = (None, amount, 0) if capture == "manual" else (settled, 0, fee)
    assert (draft.entry.line, draft.changes[0].held, draft.movement.facts["fee"]) == expected


@given(TERMS, AMOUNTS, KNOWN, st.data())
def test_a_capture_takes_its_part_and_gives_back_the_rest(
    terms: Terms, amount: int, known: Known, data: st.DataObject
) -> None:
    part = data.draw(st.integers(1, amount))
    draft = following.capture(held(amount), terms, part, key(), AT, known)
    assert draft.entry and draft.entry.line
    assert says_what_it_does(draft) and draft.changes[0].held == -amount
    assert draft.entry.postings.get(chart.settling("CNY"), 0) == part == draft.entry.line.amount
    assert given_back(draft) == amount - part


@given(AMOUNTS, KNOWN)
def test_a_void_and_an_expiry_give_everything_back(amount: int, known: Known) -> None:
    for draft in (
        following.void(held(amount), key(), AT, known),
        following.expire(held(amount), ids.derived("exp", PAYMENT), AT, known),
    ):
        assert says_what_it_does(draft) and draft.changes[0].held == -amount
        assert given_back(draft) == amount


@given(AMOUNTS, TERMS, KNOWN)
def test_a_refund_credits_what_it_takes_from_the_merchant(amount: int, terms: Terms, known: Known) -> None:
    draft = following.refund(held(amount), terms, amount, "", key(), AT, known)
    assert draft.entry and draft.entry.line
    assert says_what_it_does(draft)
    assert given_back(draft) == amount == -draft.entry.postings[chart.settling("CNY")] == -draft.entry.line.amount


def given_back(draft: Draft) -> int:
    """To the wallet, to its debt, or to `unclaimed` if it is closed."""
    assert draft.entry
    places = (WALLET, chart.debt(WALLET), chart.unclaimed("CNY"))
    return sum(draft.entry.postings.get(place, 0) for place in places)


@given(AMOUNTS, KNOWN)
def test_what_is_taken_back_is_taken_or_owed_and_never_more_than_there_is(amount: int, known: Known) -> None:
    change, postings = booking.debit(WALLET, "CNY", amount, known)
    assert _told(postings, change) == _done(change)
    assert change.debt - change.available == amount
    if head := known.get(WALLET):
        assert 0 <= -change.available <= max(0, head.available)
        assert change.debt == 0 or change.closed or change.expected_available == -change.available


def line(number: int, amount: int, fee: int) -> Line:
    kind = "pay" if amount > 0 else "ref"
    return Line(ids.derived(kind, str(number)), MERCHANT, ACCOUNT, amount, min(fee, amount) if amount > 0 else 0)


NOT_ZERO = st.integers(1, 1_000) | st.integers(-1_000, -1)
LINES = st.lists(st.builds(line, st.integers(0, 10**6), NOT_ZERO, st.integers(0, 100)), min_size=1, max_size=90)


@given(LINES)
def test_a_settlement_says_what_it_does_and_keeps_the_fees(lines: list[Line]) -> None:
    batch = Batch(ACCOUNT, "CNY", tuple(lines))
    draft = settlement._draft(batch, set(), set(), AT)
    assert draft.entry
    assert says_what_it_does(draft)
    assert draft.changes[0].available == sum(line.amount - line.fee for line in lines)
    assert draft.entry.postings.get(chart.fees("CNY"), 0) == sum(line.fee for line in lines)
