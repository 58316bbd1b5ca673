"""What banks tell of payouts by themselves: signed webhooks, and the statement of the day."""

from __future__ import annotations

import pytest

from chalicelib.kernel import clock as clocks
from chalicelib.ledger import history
from infra.local import bank_payouts
from infra.local.bank_post import payout_letter, signed
from tests.api.caller import Reply
from tests.api.payout_kit import ACCOUNT, payee
from tests.api.test_payouts import EARNED, HOUR, MINUTE, SOLD, go_on
from tests.api.test_reconciliation import HEADER, book, colleague, imported, line, reconciled, tomorrow
from tests.api.test_reconciliation import cases as cases_of
from tests.api.topup_kit import KEYS
from tests.api.withdrawal_kit import Bank
from tests.api.world import World

pytestmark = pytest.mark.many_requests


def test_a_payout_matches_the_banks_statement_and_one_that_came_back_is_missed_nowhere(
    world: World, bank: Bank
) -> None:
    shop = payee(world)
    ids = []
    for amount in (SOLD, 5_000):
        shop.sell(amount)
        ids.append(shop.ask().json["id"])
    sent, returned = ids
    world.clock.advance(1)
    world.sweep()
    bank.say(returned, "failed", reason="account_closed")
    bank.say(sent, "succeeded")
    world.clock.advance(MINUTE)
    world.sweep()
    world.deliver()
    day = clocks.written(world.clock.now())[:10]
    clerk = tomorrow(world)
    text = HEADER + line(sent, -EARNED, day, kind="payout", fee=0)
    assert imported(clerk, text, day).status in (200, 201)
    report = reconciled(world, clerk, day)
    assert book(report)["outcomes"]["matched"] == {"count": 3, "amount": -EARNED}
    assert [one["kind"] for one in cases_of(clerk) if one["subject"] in ids] == []


def tell(world: World, payout: str, status: str, bank: Bank, **lies: object) -> Reply:
    """The bank's own signed webhook about a payout, or one that lies."""
    kept = {name: value for name, value in bank.paid[payout].items() if name != "destination"}
    facts = kept | {"asked_as": payout, "status": status} | lies
    sent = payout_letter(bank_payouts.Payout(dialect="sandbox", destination=ACCOUNT, **facts))
    headers = {"Content-Type": "application/json", **signed(sent, KEYS, int(world.clock.now().timestamp()))}
    return world.nobody.request("POST", "/v1/webhooks/sandbox", sent.body, headers)


@pytest.mark.parametrize(("status", "left"), [("succeeded", 0), ("failed", EARNED)])
def test_a_webhook_in_between_wins_and_neither_it_nor_the_sweep_has_a_second_effect(
    world: World, bank: Bank, status: str, left: int
) -> None:
    shop = payee(world)
    shop.sell(SOLD)
    payout = shop.ask().json["id"]
    go_on(shop, payout)
    bank.say(payout, status, reason="account_closed")
    for _ in range(3):
        assert tell(world, payout, status, bank).status == 200
    asked = len(bank.asked)
    go_on(shop, payout, HOUR)
    assert (shop.shown(payout)["status"], shop.held, len(bank.asked)) == (status, left, asked)
    kinds = [one["kind"] for one in history.entries(world.shop.account, None, 10)]
    assert kinds.count("payout-return") == int(status == "failed")


@pytest.mark.parametrize("lie", ["amount", "state", "payout_id"])
def test_a_webhook_that_contradicts_a_payout_is_kept_for_a_person(world: World, bank: Bank, lie: str) -> None:
    shop = payee(world)
    shop.sell(SOLD)
    payout = shop.ask().json["id"]
    go_on(shop, payout)
    if lie == "state":
        assert tell(world, payout, "succeeded", bank).status == 200
    told = {"amount": {"amount": 1}, "state": {}, "payout_id": {"asked_as": "pot_nobody"}}[lie]
    assert tell(world, payout, "failed", bank, **told).status == 200
    assert (shop.shown(payout)["status"], shop.held) == ("succeeded" if lie == "state" else "pending", 0)
    (case,) = cases_of(colleague(world), "webhook-quarantine")
    assert case["facts"]["reason"] == lie
