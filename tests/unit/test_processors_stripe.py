"""Stripe: what its lists do not show is known only of lists that were read to their end."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from chalicelib.kernel.errors import Unavailable
from chalicelib.processors import wire
from chalicelib.processors.model import Payout, Refund
from chalicelib.processors.stripe import Stripe
from chalicelib.processors.wire import Reply
from tests.contracts.bench import AT, stripe_bench

Answering = Callable[[int], None]
STRIPE = Stripe("https://stripe.test", lambda: {"api_key": "sk_test_1", "webhook_secret": "whsec_1"})
OTHER = {"id": "po_1", "amount": 1, "currency": "cny", "status": "paid"}


@pytest.fixture
def answering() -> Iterator[Answering]:
    """From here on every list has so many pages of what is about something else."""
    before = wire.use(wire.over_the_network)

    def answer(pages: int) -> None:
        read = 0

        def transport(*_: object) -> Reply:
            nonlocal read
            read += 1
            return Reply(200, json.dumps({"data": [OTHER], "has_more": read < pages}).encode())

        wire.use(transport)

    yield answer
    wire.use(before)


@pytest.mark.parametrize("pages", [1, 10])
def test_what_is_in_none_of_their_pages_is_not_there(answering: Answering, pages: int) -> None:
    answering(pages)
    assert STRIPE.query_payout(Payout("pot_1", "", 100, "CNY"), AT).reason == "not_found"
    answering(pages)
    assert STRIPE.query_refund(Refund("rtn_1", "top_1", 100, "CNY", 100, "pi_1"), AT).reason == "not_found"


def test_what_may_stand_on_a_page_that_nobody_read_is_unknown(answering: Answering) -> None:
    answering(11)
    with pytest.raises(Unavailable):
        STRIPE.query_payout(Payout("pot_1", "", 100, "CNY"), AT)
    answering(11)
    with pytest.raises(Unavailable):
        STRIPE.query_refund(Refund("rtn_1", "top_1", 100, "CNY", 100, "pi_1"), AT)


def test_a_payout_that_stripe_makes_by_itself_is_ignored() -> None:
    bench = stripe_bench("https://stripe.test")
    assert bench.told(bench.body("paid", metadata={})).kind == "ignored"
    assert bench.told(bench.body("paid", amount="x")).kind == "unreadable"
