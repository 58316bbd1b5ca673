"""What a processor says: believed only when signed, credited only when it is ours, once, in any order."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib import cloud
from chalicelib.identity import telling
from chalicelib.kernel import ids
from chalicelib.ledger import history
from chalicelib.ledger import service as ledger
from chalicelib.notices import service as notices
from chalicelib.settings import settings
from chalicelib.topups import events
from infra.local.bank_book import stripe_charge, stripe_intent
from tests import heads
from tests.api import topup_kit
from tests.api.caller import Caller
from tests.api.topup_kit import ANA, WALLET, Till, everything, stripe_event, stripe_signed
from tests.conftest import FrozenClock
from tests.ledger_kit import spend


@pytest.fixture
def till(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> Iterator[Till]:
    monkeypatch.setattr(events, "page", lambda name, **facts: PAGES.append(name))
    PAGES.clear()
    yield from topup_kit.till(caller)


PAGES: list[str] = []


def entries() -> list[tuple[str, int]]:
    """(kind, what the wallet got), oldest first."""
    found = history.entries(WALLET, None, 100)
    return [(one["kind"], one["postings"].get(WALLET, 0)) for one in reversed(found)]


def test_a_success_is_credited_once_with_one_call(
    till: Till, clock: FrozenClock, aws_calls: list[tuple[str, str]]
) -> None:
    message = till.message(till.top_up().json["id"], "succeeded")
    cloud.secret(settings().processors_secret_id)
    clock.advance(1)
    aws_calls.clear()
    answer = till.send(message)
    assert (answer.status, answer.json) == (200, {"received": True})
    assert aws_calls == [("dynamodb", "TransactWriteItems")]
    assert till.money == (1250, 0)
    assert entries() == [("top-up", 1250)]


def test_a_duplicate_is_acknowledged_and_changes_nothing(till: Till) -> None:
    message = till.message(till.top_up().json["id"], "succeeded")
    till.send(message)
    before = everything()
    assert [till.send(message).json for _ in range(3)] == [{"received": True}] * 3
    assert everything() == before


def test_a_failure_is_told_with_its_reason(till: Till) -> None:
    topup_id = till.top_up().json["id"]
    assert till.send(till.message(topup_id, "failed")).status == 200
    shown = till.show(topup_id)
    assert (shown["status"], shown["reason"]) == ("failed", "card_declined")
    assert till.money == (0, 0)


def told(till: Till, topup_id: str, name: str) -> None:
    kind, _, total = name.partition(" ")
    assert till.send(till.message(topup_id, kind, int(total or 0))).status == 200


def test_any_order_and_any_repetition_ends_the_same(till: Till, clock: FrozenClock) -> None:
    """Every order of four events, each told twice: the last total stands."""
    orders = itertools.permutations(["succeeded", "failed", "reversed 300", "reversed 500"])
    stories = [[name for name in order for _ in range(2)] for order in orders]
    for number, story in enumerate(stories):
        clock.advance(1)
        before, _ = till.money
        topup_id = till.top_up(key=f"story-{number}").json["id"]
        for name in story:
            told(till, topup_id, name)
        shown = till.show(topup_id)
        assert (shown["status"], shown["reversed"]) == ("succeeded", 500), story
        assert till.money == (before + 750, 0), story
    assert PAGES == []


def test_a_reversal_that_comes_first_is_credited_then_reversed(till: Till) -> None:
    topup_id = till.top_up().json["id"]
    told(till, topup_id, "reversed 1250")
    assert till.money == (0, 0)
    assert entries() == [("top-up", 1250), ("top-up-reversal", -1250)]
    told(till, topup_id, "succeeded")
    assert till.money == (0, 0)


def test_money_already_spent_becomes_debt_that_the_next_credit_repays(till: Till, clock: FrozenClock) -> None:
    first = till.top_up(key="first").json["id"]
    told(till, first, "succeeded")
    spend(1000, clock.advance(1))
    clock.advance(1)
    told(till, first, "reversed 1250")
    assert till.money == (0, 1000)
    second = till.top_up(key="second").json["id"]
    clock.advance(1)
    told(till, second, "succeeded")
    assert till.money == (250, 0)
    balance = history.balance_at(WALLET, clock.moment)
    assert (balance.available, balance.debt) == (250, 0)


def test_a_frozen_wallet_accepts_the_money(till: Till, clock: FrozenClock) -> None:
    ledger.impose(WALLET, "a check", clock.now())
    told(till, till.top_up().json["id"], "succeeded")
    assert till.money == (1250, 0)


def test_a_closed_wallets_money_waits_unclaimed(till: Till) -> None:
    topup_id = till.top_up().json["id"]
    heads.close(WALLET)
    told(till, topup_id, "succeeded")
    assert till.money == (0, 0)
    (entry,) = history.entries(WALLET, None, 10)
    assert entry["postings"] == {"sys:clearing:sandbox:CNY": -1250, "sys:unclaimed:CNY": 1250}


def test_a_reversal_from_a_closed_wallet_is_owed(till: Till) -> None:
    topup_id = till.top_up().json["id"]
    told(till, topup_id, "succeeded")
    heads.close(WALLET)
    told(till, topup_id, "reversed 1250")
    assert till.money == (1250, 1250)


@pytest.mark.parametrize("kind", ["succeeded", "failed", "reversed"])
@pytest.mark.parametrize(
    ("lies", "reason"),
    [
        ({"amount": 1251}, "amount"),
        ({"amount": 1249}, "amount"),
        ({"amount": 10**40}, "amount"),
        ({"amount": 0}, "amount"),
        ({"currency": "USD"}, "currency"),
        ({"currency": "???"}, "currency"),
        ({"merchant": "somebody"}, "processor_account"),
        ({"id": "sbx_another"}, "reference"),
        ({"metadata": {}}, "topup_id"),
        ({"metadata": {"topup_id": "{'S': 1}", "wallet_id": WALLET}}, "topup_id"),
        ({"metadata": {"topup_id": ids.derived("top", "never"), "wallet_id": WALLET}}, "topup_id"),
    ],
)
def test_what_does_not_match_our_intent_is_kept_for_a_person(
    till: Till, kind: str, lies: dict[str, Any], reason: str
) -> None:
    topup_id = till.top_up().json["id"]
    message = till.message(topup_id, kind, 100 if kind == "reversed" else 0, **lies)
    assert till.send(message).status == 200
    assert (till.money, entries(), till.show(topup_id)["status"]) == ((0, 0), [], "pending")
    (kept,) = topup_kit.items("topups")
    assert (kept["reason"], kept["raw"]) == (reason, till.sent)
    (case,) = topup_kit.items("cases")
    assert case["kind"] == "webhook-quarantine"
    assert PAGES == ["WebhookQuarantined"]
    till.send(message)
    assert (len(topup_kit.items("topups")), len(topup_kit.items("cases"))) == (1, 1)


def test_another_wallet_in_the_metadata_gets_nothing(till: Till, clock: FrozenClock) -> None:
    topup_id = till.top_up().json["id"]
    other = ids.derived("wal", "other")
    ledger.open_wallet(other, "usr_x", "CNY", 0, clock.moment)
    message = till.message(topup_id, "succeeded", metadata={"topup_id": topup_id, "wallet_id": other})
    till.send(message)
    assert (till.money, ledger.head(other).available, PAGES) == ((0, 0), 0, ["WebhookQuarantined"])


@pytest.mark.parametrize("total", [0, -1, 1251])
def test_an_impossible_reversal_is_kept_for_a_person(till: Till, total: int) -> None:
    topup_id = till.top_up().json["id"]
    told(till, topup_id, "succeeded")
    till.send(till.message(topup_id, "reversed", total))
    assert (till.money, PAGES) == ((1250, 0), ["WebhookQuarantined"])


def test_after_a_mismatch_the_right_event_is_still_credited(till: Till) -> None:
    topup_id = till.top_up().json["id"]
    till.send(till.message(topup_id, "succeeded", amount=1251, id="sbx_1"))
    till.send(till.message(topup_id, "succeeded"))
    assert till.money == (1250, 0)


def test_stripes_own_signature_is_credited_once(till: Till) -> None:
    made = till.top_up(processor="stripe", method=None).json
    payment = till.payment(made["id"])
    payment.status = "succeeded"
    body = stripe_event("payment_intent.succeeded", stripe_intent(payment))
    for _ in range(2):
        assert till.deliver(body, stripe_signed(body), "stripe").status == 200
    assert till.money == (1250, 0)
    payment.reversed_total = 250
    body = stripe_event("charge.refunded", stripe_charge(payment), "evt_2")
    assert till.deliver(body, stripe_signed(body), "stripe").status == 200
    assert till.money == (1000, 0)
    assert till.show(made["id"])["reversed"] == 250


def test_a_live_event_for_a_test_top_up_is_kept_for_a_person(till: Till) -> None:
    payment = till.payment(till.top_up(processor="stripe", method=None).json["id"])
    payment.status = "succeeded"
    body = stripe_event("payment_intent.succeeded", stripe_intent(payment))
    body = body.replace(b'"livemode": false', b'"livemode": true')
    assert till.deliver(body, stripe_signed(body), "stripe").status == 200
    assert (till.money, PAGES) == ((0, 0), ["WebhookQuarantined"])


def test_a_stripe_event_of_another_type_is_acknowledged_and_forgotten(till: Till) -> None:
    body = stripe_event("customer.created", {"id": "cus_1"})
    before = everything()
    assert till.deliver(body, stripe_signed(body), "stripe").status == 200
    assert everything() == before


def test_signed_nonsense_is_kept_for_a_person(till: Till) -> None:
    body = b'{"not": "an event"}'
    assert till.deliver(body, stripe_signed(body), "stripe").status == 200
    (kept,) = topup_kit.items("topups")
    assert (kept["raw"], kept["reason"]) == (body, "body")


FORGERIES = ["tampered", "unsigned", "wrong key", "301 s old", "301 s early", "empty", "not json"]


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forgery_is_401_and_writes_and_calls_nothing(
    till: Till, aws_calls: list[tuple[str, str]], forgery: str
) -> None:
    payment = till.payment(till.top_up(processor="stripe", method=None).json["id"])
    payment.status = "succeeded"
    body = stripe_event("payment_intent.succeeded", stripe_intent(payment))
    headers = stripe_signed(body)
    match forgery:
        case "tampered":
            body = body.replace(b"1250", b"9250")
        case "unsigned":
            del headers["Stripe-Signature"]
        case "wrong key":
            headers = stripe_signed(body, secret="whsec_stranger")
        case "301 s old":
            headers = stripe_signed(body, seconds=-301)
        case "301 s early":
            headers = stripe_signed(body, seconds=301)
        case "empty":
            body = b""
        case "not json":
            body = b"\xff\x00"
    before, asked = everything(), till.asked
    aws_calls.clear()
    answer = till.deliver(body, headers, "stripe")
    assert (answer.status, answer.json["code"]) == (401, "invalid-signature")
    assert not [call for call in aws_calls if call[0] != "secretsmanager"]
    assert (everything(), till.asked) == (before, asked)


@pytest.mark.parametrize("processor", ["paypal", "Stripe", "%2e%2e"])
def test_an_unknown_processor_is_not_found(till: Till, processor: str) -> None:
    assert till.deliver(b"{}", {}, processor).status == 404


def test_when_the_database_is_away_the_processor_is_asked_to_come_again(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    from botocore.exceptions import EndpointConnectionError

    from chalicelib.ledger import store

    message = till.message(till.top_up().json["id"], "succeeded")

    def away(*args: object) -> None:
        raise EndpointConnectionError(endpoint_url="https://dynamodb")

    monkeypatch.setattr(store, "transact", away)
    assert till.send(message).status == 503
    monkeypatch.undo()
    assert till.send(message).status == 200
    assert till.money == (1250, 0)


def test_the_owner_is_told_what_arrived_and_what_was_taken_back(till: Till, clock: FrozenClock) -> None:
    topup_id = till.top_up().json["id"]
    told(till, topup_id, "succeeded")
    told(till, topup_id, "reversed 250")
    for entry in topup_kit.items("journal"):
        telling.tell_of_entry(entry)
    found, _ = notices.inbox(ANA, None, 10)
    assert [(one.kind, one.params["amount"]) for one in found] == [("top_up_reversed", 250), ("top_up", 1250)]
    assert "¥2.50" in found[0].title("zh")
