"""Payments that a guardian agrees to while whoever pays is away: made once, or told why not."""

from __future__ import annotations

import pytest

from chalicelib import cloud
from chalicelib.identity import approvals
from chalicelib.kernel import ids
from chalicelib.ledger import consents
from chalicelib.ledger.consents import Consent
from chalicelib.payments import agreed, tasks
from chalicelib.settings import settings
from tests.api.caller import assert_problem
from tests.api.test_guardians import DAY, LARGE, ana, ben, bound, decide, refused, titles, world
from tests.api.world import PASSWORD, Person, World, fresh_key
from tests.people import all_items

pytestmark = pytest.mark.many_requests

__all__ = ["ana", "ben", "world"]
HUGE = 600_000
"""Takes a step-up too."""


def made(world: World, seconds: float = 1) -> int:
    """The sweep's part in it."""
    return tasks.make_due(world.clock.advance(seconds))


def agreed_to(ward: Person, guardian: Person, key: str, amount: int = LARGE) -> str:
    """The approval of a payment that is asked for and agreed to."""
    approval_id = refused(ward.pay(amount, key))
    assert decide(guardian, approval_id).status == 200
    return approval_id


def nothing_is_due() -> bool:
    """Whether no consent is due any more."""
    return not [one for one in all_items("ledger") if one["sk"]["S"] == "CONSENT" and "due_key" in one]


def test_what_a_guardian_agreed_to_is_paid_without_the_payers_app_and_once(
    world: World, ana: Person, ben: Person
) -> None:
    bound(ana, ben)
    key = fresh_key()
    agreed_to(ana, ben, key)
    assert "Your guardian agreed to ¥1,000.01" in titles(ana)
    assert (made(world), made(world)) == (1, 0)
    assert ana.available == 900_000 - LARGE
    assert nothing_is_due()
    mine = ana.pay(LARGE, key)
    assert (mine.status, mine.headers["idempotent-replayed"]) == (201, "true")
    assert ana.available == 900_000 - LARGE
    assert_problem(ana.pay(LARGE + 1, key), 422, "idempotency-key-reused")
    world.deliver()
    assert "Paid ¥1,000.01 to Tea House" in titles(ana)


def test_a_checkout_is_paid_too_and_whoever_comes_first_there_is_one_payment(
    world: World, ana: Person, ben: Person
) -> None:
    bound(ana, ben)
    checkout, key = world.shop.checkout(LARGE)["id"], fresh_key()
    decide(ben, refused(ana.pay_checkout(checkout, key)))
    first = ana.pay_checkout(checkout, key)
    assert first.status == 201
    assert (made(world), nothing_is_due()) == (0, True)
    assert ana.available == 900_000 - LARGE


def test_a_payment_that_is_made_while_its_own_app_sends_it_is_made_once(world: World, ana: Person, ben: Person) -> None:
    """The sweep has read what is due; then the app is faster."""
    bound(ana, ben)
    key = fresh_key()
    approval_id = agreed_to(ana, ben, key)
    assert ana.pay(LARGE, key).status == 201
    assert agreed.make(approval_id, world.clock.advance(1)) is True
    assert ana.available == 900_000 - LARGE


def test_nobody_is_asked_to_pay_what_their_app_has_paid_in_other_words(world: World, ana: Person, ben: Person) -> None:
    """The guardian agreed to whom and how much; the app sends it with a note, under the same key."""
    bound(ana, ben)
    key = fresh_key()
    approval_id = agreed_to(ana, ben, key)
    assert ana.pay(LARGE, key, description="tea").status == 201
    assert agreed.make(approval_id, world.clock.advance(1)) is False
    assert ana.available == 900_000 - LARGE
    assert "Agreed, and it needs you: ¥1,000.01" not in titles(ana)


def test_nothing_is_paid_before_the_guardian_agrees_or_after_they_decline(
    world: World, ana: Person, ben: Person
) -> None:
    bound(ana, ben)
    approval_id = refused(ana.pay(LARGE))
    assert made(world) == 0
    assert agreed.make(approval_id, world.clock.advance(1)) is False
    declined = refused(ana.pay(LARGE + 1))
    decide(ben, declined, "decline")
    assert made(world) == 0
    assert agreed.make(declined, world.clock.advance(1)) is False
    assert ana.available == 900_000


def test_an_agreement_that_nobody_carried_out_in_24_hours_pays_nothing(world: World, ana: Person, ben: Person) -> None:
    bound(ana, ben)
    agreed_to(ana, ben, fresh_key())
    assert made(world, DAY) == 0
    ana.sign_in()
    assert ana.available == 900_000
    assert "Not paid: ¥1,000.01" in titles(ana)
    assert nothing_is_due()


@pytest.mark.parametrize("how", ["signed out everywhere", "froze their wallets"])
def test_whoever_stopped_their_payments_meanwhile_pays_nothing_and_is_told(
    world: World, ana: Person, ben: Person, how: str
) -> None:
    bound(ana, ben)
    key = fresh_key()
    agreed_to(ana, ben, key)
    if how == "signed out everywhere":
        assert ana.phone.delete("/v1/sessions").status == 204
    else:
        assert ana.phone.post("/v1/me/freeze").status in (200, 204)
    assert made(world) == 0
    ana.sign_in()
    assert ana.available == 900_000
    told = {
        "signed out everywhere": "Agreed, and it needs you: ¥1,000.01",
        "froze their wallets": "Not paid: ¥1,000.01",
    }
    assert told[how] in titles(ana)
    assert nothing_is_due()
    assert ana.pay(LARGE, key).status == {"signed out everywhere": 201, "froze their wallets": 409}[how]


def test_what_cannot_be_paid_then_is_refused_for_good_in_the_payers_language_and_told(
    world: World, ana: Person, ben: Person
) -> None:
    bound(ana, ben)
    key, chinese = fresh_key(), ana.phone.with_headers(accept_language="zh")
    asked = chinese.post("/v1/payments", ana.order(LARGE), idempotency_key=key)
    while ana.available >= LARGE:
        assert ana.pay(100_000, confirm_duplicate=True).status == 201
    decide(ben, refused(asked))
    assert made(world) == 0
    assert "Not paid: ¥1,000.01" in titles(ana)
    world.put_in(ana, LARGE)
    again = chinese.post("/v1/payments", ana.order(LARGE), idempotency_key=key)
    assert (again.status, again.json["code"], again.json["title"]) == (
        409,
        "insufficient-funds",
        "余额不足，请充值后重试。",
    )
    assert again.headers["idempotent-replayed"] == "true"


def test_while_it_waits_nobody_proves_a_second_time_that_it_is_them(world: World, ana: Person, ben: Person) -> None:
    bound(ana, ben)
    assert ana.phone.request("PUT", "/v1/me/payment-pin", {"pin": "428571", "password": PASSWORD}).status == 204
    key, plain = fresh_key(), ana.phone
    assert_problem(ana.pay(HUGE, key), 403, "step-up-required")
    ana.phone = plain.bearing(plain.post("/v1/me/step-up", {"method": "pin", "pin": "428571"}).json["access_token"])
    approval_id = refused(ana.pay(HUGE, key))
    ana.phone = plain
    assert assert_problem(ana.pay(HUGE, key), 403, "guardian-approval-required")["state"] == "asked"
    decide(ben, approval_id)
    assert assert_problem(ana.pay(HUGE, key), 403, "guardian-approval-required")["state"] == "approved"
    assert made(world) == 1
    assert ana.pay(HUGE, key).status == 201
    assert ana.available == 900_000 - HUGE


def test_a_guardian_is_told_at_once_by_the_queue_and_once_though_the_sweep_tells_too(
    world: World, ana: Person, ben: Person
) -> None:
    bound(ana, ben)
    refused(ana.pay(LARGE))
    world.deliver()
    asked = "A payment of ¥1,000.01 waits for you"
    assert titles(ben).count(asked) == 1
    approvals.tell_due(world.clock.advance(60))
    assert titles(ben).count(asked) == 1
    assert nothing_is_due()


def test_a_payment_waits_though_the_queue_is_away(
    world: World, ana: Person, ben: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    bound(ana, ben)
    queue = settings().notices_queue_url
    cloud.client("sqs").delete_queue(QueueUrl=queue)
    refused(ana.pay(LARGE))
    approvals.tell_due(world.clock.advance(60))
    assert "A payment of ¥1,000.01 waits for you" in titles(ben)


def test_a_sweep_that_tells_late_does_not_forget_what_was_agreed_to_meanwhile(
    world: World, ana: Person, ben: Person
) -> None:
    bound(ana, ben)
    consent = consents.found(agreed_to(ana, ben, fresh_key()))
    consents.told(consent)
    assert made(world) == 1


def test_a_consent_without_an_authority_asks_its_owner_to_come_back(world: World, ana: Person, ben: Person) -> None:
    bound(ana, ben)
    at = world.clock.now()
    asked = Consent(ids.new("apr", at), ana.id, ana.wallet, "fnd_1", "Sandbox bank", LARGE, "CNY", at)
    consents.ask(asked)
    decide(ben, asked.id)
    assert "Agreed, and it needs you: ¥1,000.01" in titles(ana)
    assert made(world) == 0
