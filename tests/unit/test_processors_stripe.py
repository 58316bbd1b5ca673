"""Stripe: what its lists do not show is known only of lists that were read to their end."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from chalicelib.kernel.errors import Unavailable
from chalicelib.processors import wire
from chalicelib.processors.model import Payout, ProcessorEvent, Refund
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


def told_of_dispute(what: str, status: str, found: dict[str, object] | None = None) -> ProcessorEvent:
    """As it came over the wire; whoever asks for its payment gets `found`."""
    dispute = {"id": "dp_1", "amount": 250, "currency": "cny", "livemode": False, "status": status}
    dispute |= {"payment_intent": "pi_1"}
    event = {"id": "evt_1", "type": f"charge.dispute.{what}", "created": 1_795_334_400, "livemode": False}
    before = wire.use(lambda *_: Reply(200 if found else 404, json.dumps(found or {}).encode()))
    try:
        return stripe_bench("https://stripe.test").told(json.dumps(event | {"data": {"object": dispute}}).encode())
    finally:
        wire.use(before)


@pytest.mark.parametrize(
    ("what", "status", "kind"),
    [
        ("created", "needs_response", "topup_disputed"),
        ("funds_withdrawn", "needs_response", "topup_disputed"),
        ("closed", "won", "dispute_won"),
        ("closed", "lost", "dispute_lost"),
    ],
)
def test_a_dispute_is_of_the_top_up_that_its_payment_names(what: str, status: str, kind: str) -> None:
    paid = {"id": "pi_1", "status": "succeeded", "amount": 1_000, "amount_received": 1_000, "currency": "cny"}
    told = told_of_dispute(what, status, paid | {"livemode": False, "metadata": {"topup_id": "top_1"}})
    assert (told.kind, told.topup_id, told.amount, told.currency) == (kind, "top_1", 1_000, "CNY")
    assert (told.dispute_id, told.disputed, told.reference, told.account) == ("dp_1", 250, "pi_1", "test")


@pytest.mark.parametrize(
    ("what", "status"), [("created", "warning_needs_response"), ("updated", "needs_response"), ("closed", "other")]
)
def test_what_takes_no_money_yet_is_ignored_and_nobody_is_asked_about_it(what: str, status: str) -> None:
    assert told_of_dispute(what, status).kind == "ignored"


def test_a_dispute_whose_payment_is_not_to_be_seen_is_told_again_later() -> None:
    with pytest.raises(Unavailable):
        told_of_dispute("created", "needs_response")
