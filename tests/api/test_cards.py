"""Prepaid cards of a merchant: the principal stays its customer's until it is spent, whatever becomes of the bonus."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.identity import archives
from chalicelib.identity import store as identity_store
from chalicelib.ledger import audit, cards, chart, folding
from chalicelib.ledger import service as ledger
from chalicelib.ledger.lots import MOST_LOTS
from chalicelib.ledger.wire import item, size
from chalicelib.settings import settings
from tests.api import card_kit
from tests.api.card_kit import PLAN, buy, cash_out, holds, offer, pay
from tests.api.world import PASSWORD, Person, Shop, World
from tests.conftest import FrozenClock

DAY = 86_400


@pytest.fixture
def shop(world: World) -> Shop:
    return card_kit.shop(world)


@pytest.fixture
def ana(world: World) -> Person:
    return world.customer(50_000)


@pytest.fixture
def card(shop: Shop, ana: Person) -> dict[str, Any]:
    reply = buy(ana, offer(shop))
    assert reply.status == 201, reply.raw
    bought: dict[str, Any] = reply.json
    return bought


def books_balance() -> bool:
    return audit.trial_balance().balanced


def test_who_buys_a_card_has_the_principal_and_the_bonus_and_was_charged_the_price_and_the_fee(
    world: World, shop: Shop, ana: Person
) -> None:
    bought = buy(ana, offer(shop, purchase_fee=150)).json
    assert (bought["principal"], bought["bonus"], bought["available"]) == (10_000, 2_000, 12_000)
    assert (bought["merchant_name"], bought["status"]) == ("Tea Room", "active")
    assert ana.available == 50_000 - 10_150
    (seen,) = ana.phone.get("/v1/cards").json["data"]
    assert seen | {"purchase_id": bought["purchase_id"]} == bought | {"lots": seen["lots"]}
    world.deliver()
    assert ledger.head(shop.account).available == 150, "the fee is settled, the principal is not"
    assert books_balance()


def test_a_card_bought_twice_with_one_key_is_bought_once(shop: Shop, ana: Person) -> None:
    plan = offer(shop)
    first, second = buy(ana, plan, "k"), buy(ana, plan, "k")
    assert (first.raw, ana.available) == (second.raw, 40_000)


def test_a_second_purchase_adds_to_the_card_and_its_bonus_keeps_its_own_time(
    shop: Shop, ana: Person, clock: FrozenClock
) -> None:
    first = buy(ana, offer(shop)).json
    second = buy(ana, offer(shop, bonus=500, bonus_expires_days=10)).json
    assert (second["id"], second["principal"], second["bonus"]) == (first["id"], 20_000, 2_500)
    shown = ana.phone.get(f"/v1/cards/{first['id']}").json["lots"]
    assert [lot["amount"] for lot in shown] == [500, 2_000]
    assert second["bonus_expires_at"] == shown[0]["expires_at"] < first["bonus_expires_at"]


@pytest.mark.parametrize("lie", [{"price": 9_999}, {"bonus": 2_001}, {"fee": 1}, {"bonus_expires_at": None}])
def test_terms_that_were_not_shown_are_not_bought(shop: Shop, ana: Person, lie: dict[str, Any]) -> None:
    plan = offer(shop)
    reply = buy(ana, plan, agreed=card_kit.agreed(plan) | lie)
    assert (reply.status, reply.json["code"], ana.available) == (409, "terms-changed", 50_000)


def test_a_withdrawn_plan_is_not_bought_and_not_shown(
    shop: Shop, ana: Person, card: dict[str, Any], clock: FrozenClock
) -> None:
    clock.advance(1)
    plan = offer(shop)
    path = f"/v1/merchants/{shop.id}/card-plans"
    assert shop.till.post(f"{path}/{plan['id']}/withdraw").json["status"] == "withdrawn"
    reply = buy(ana, plan)
    assert (reply.status, reply.json["code"], reply.json["state"]) == (409, "invalid-state", "withdrawn")
    shown = ana.phone.get(f"/v1/card-plans?merchant_id={shop.id}").json["data"]
    assert plan["id"] not in [one["id"] for one in shown] and len(shown) == 1
    assert [one["status"] for one in shop.till.get(path).json["data"]] == ["withdrawn", "offered"], "newest first"
    assert holds(ana, card) == (10_000, 2_000), "what was bought stays"


def test_another_merchant_cannot_withdraw_a_plan_or_offer_one_here(world: World, shop: Shop) -> None:
    plan, other = offer(shop), card_kit.shop(world)
    path = f"/v1/merchants/{shop.id}/card-plans"
    assert other.till.post(path, PLAN).status == 404
    assert other.till.post(f"{path}/{plan['id']}/withdraw").status == 404
    assert world.shop.till.post(f"/v1/merchants/{world.shop.id}/card-plans", PLAN).status == 403


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"price": 0}, "amount-out-of-range"),
        ({"currency": "EUR"}, "currency-mismatch"),
        ({"bonus": -1}, "invalid-request"),
        ({"bonus": 0}, "invalid-request"),
        ({"refund_fee": 1}, "invalid-request"),
        ({"name": " "}, "invalid-request"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(shop: Shop, wrong: dict[str, Any], code: str) -> None:
    reply = shop.till.post(f"/v1/merchants/{shop.id}/card-plans", PLAN | wrong)
    assert (reply.status, reply.json["code"]) == (422, code)


def test_the_bonus_pays_first_and_only_the_principal_is_settled(
    world: World, shop: Shop, ana: Person, card: dict[str, Any]
) -> None:
    paid = pay(ana, card, 2_600).json
    assert (paid["amount"], paid["bonus"], paid["card_id"], paid["status"]) == (2_600, 2_000, card["id"], "captured")
    assert (holds(ana, card), ana.available) == ((9_400, 0), 40_000)
    world.deliver()
    assert ledger.head(shop.account).available == 600 - 4, "less the fee on what is settled"
    assert folding.total(chart.promised(shop.id, "CNY")) == 0
    assert shop.till.get(f"/v1/payments/{paid['id']}").json["bonus"] == 2_000
    assert books_balance()


def test_a_payment_by_bonus_alone_settles_nothing(world: World, shop: Shop, ana: Person, card: dict[str, Any]) -> None:
    assert pay(ana, card, 500).status == 201
    world.deliver()
    assert (holds(ana, card), ledger.head(shop.account).available) == ((10_000, 1_500), 0)
    assert books_balance() and world.sweep() >= 0


def test_the_sweep_settles_what_fell_through_the_stream(
    world: World, shop: Shop, ana: Person, card: dict[str, Any], clock: FrozenClock
) -> None:
    assert pay(ana, card, 2_600).status == 201
    clock.advance(600)
    world.sweep()
    assert ledger.head(shop.account).available == 600 - 4


def test_a_card_pays_an_order_as_the_wallet_would(shop: Shop, ana: Person, card: dict[str, Any]) -> None:
    order = shop.checkout(3_000)
    reply = ana.pay_checkout(order["id"], card_id=card["id"])
    assert (reply.status, holds(ana, card)) == (201, (9_000, 0))
    assert shop.till.get(f"/v1/checkouts/{order['id']}").json["status"] == "paid"
    again = ana.pay_checkout(order["id"], card_id=card["id"])
    assert (again.json["state"], holds(ana, card)) == ("paid", (9_000, 0))


def test_what_a_card_lacks_is_named_and_nothing_moves(ana: Person, card: dict[str, Any]) -> None:
    reply = pay(ana, card, 12_001)
    assert (reply.status, reply.json["code"], reply.json["missing"]) == (409, "insufficient-funds", 1)
    assert reply.json["param"] == "card_id" and "card" in reply.json["detail"]
    assert (holds(ana, card), ana.available) == ((10_000, 2_000), 40_000)


def test_a_card_pays_its_own_merchant_its_own_customer_and_no_hold(
    world: World, ana: Person, card: dict[str, Any]
) -> None:
    elsewhere = pay(ana, card, 100, merchant_id=world.shop.id)
    stranger = pay(world.customer(1_000), card, 100)
    assert {elsewhere.status, stranger.status} == {404}
    held = pay(ana, card, 100, capture="manual")
    assert (held.status, held.json["param"]) == (422, "capture")
    assert holds(ana, card) == (10_000, 2_000)


def test_the_same_purchase_again_is_a_probable_duplicate(ana: Person, card: dict[str, Any]) -> None:
    first = pay(ana, card, 700).json
    reply = pay(ana, card, 700)
    assert (reply.json["code"], reply.json["payment_id"]) == ("probable-duplicate", first["id"])
    assert pay(ana, card, 700, confirm_duplicate=True).status == 201


def test_a_refund_undoes_a_payment_backwards_money_before_bonus(
    world: World, shop: Shop, ana: Person, card: dict[str, Any]
) -> None:
    paid = pay(ana, card, 5_000).json
    world.deliver()
    first = shop.act(paid["id"], "refunds", {"amount": 2_900}).json
    assert (first["amount"], first.get("bonus", 0), holds(ana, card)) == (2_900, 0, (9_900, 0))
    second = shop.act(paid["id"], "refunds", {"amount": 600}).json
    assert (second["bonus"], holds(ana, card)) == (500, (10_000, 500))
    rest = shop.act(paid["id"], "refunds").json
    assert (rest["amount"], rest["bonus"], holds(ana, card)) == (1_500, 1_500, (10_000, 2_000))
    assert shop.act(paid["id"], "refunds").json["code"] == "refund-exceeds-capture"
    assert shop.till.get(f"/v1/payments/{paid['id']}").json["status"] == "refunded"
    world.deliver()
    assert (ledger.head(shop.account).available, books_balance()) == (-18, True), "the fee alone is kept"


def test_a_bonus_that_has_run_out_does_not_come_back(
    world: World, shop: Shop, ana: Person, card: dict[str, Any], clock: FrozenClock
) -> None:
    paid = pay(ana, card, 2_500).json
    world.deliver()
    clock.advance(92 * DAY)
    back = shop.act(paid["id"], "refunds").json
    assert (back["amount"], back.get("bonus", 0), back["bonus_lapsed"]) == (2_500, 0, 2_000)
    ana.sign_in()
    assert (holds(ana, card), books_balance()) == ((10_000, 0), True)


def test_a_bonus_runs_out_and_the_principal_never_does(
    world: World, shop: Shop, ana: Person, card: dict[str, Any], clock: FrozenClock
) -> None:
    clock.advance(91 * DAY)
    ana.sign_in()
    assert holds(ana, card) == (10_000, 0), "over before anybody has swept"
    assert pay(ana, card, 10_001).json["missing"] == 1
    world.sweep()
    assert ledger.head(chart.bonus_of(card["id"])).available == 0
    world.deliver()
    assert (holds(ana, card), folding.total(chart.promised(shop.id, "CNY"))) == ((10_000, 0), 0)
    entries = ana.phone.get(f"/v1/cards/{card['id']}/entries").json["data"]
    assert [(one["kind"], one["principal"], one["bonus"]) for one in entries] == [
        ("card-expiry", 0, -2_000),
        ("card-purchase", 10_000, 2_000),
    ]
    clock.advance(4_000 * DAY)
    world.sweep()
    ana.sign_in()
    assert (holds(ana, card), books_balance()) == ((10_000, 0), True)


def test_taking_back_gives_all_the_principal_and_reverses_the_bonus(
    world: World, ana: Person, card: dict[str, Any]
) -> None:
    pay(ana, card, 2_300)
    buy(ana, offer(card_kit_shop(world, card)))
    reply = cash_out(ana, card, "k")
    assert (reply.json["amount"], reply.json["bonus_reversed"]) == (19_700, 2_000)
    assert (ana.available, holds(ana, card)) == (50_000 - 300, (0, 0))
    assert cash_out(ana, card, "k").raw == reply.raw
    again = cash_out(ana, card)
    assert (again.json["code"], again.json["state"], ana.available) == ("invalid-state", "empty", 49_700)
    assert books_balance()


def card_kit_shop(world: World, card: dict[str, Any]) -> Shop:
    """The shop of the card, by the office."""
    merchant = world.operator.get(f"/v1/merchants/{card['merchant_id']}").json
    return Shop(merchant["id"], merchant["accounts"]["CNY"], world.operator)


def test_the_principal_comes_back_whatever_has_become_of_the_merchant(
    ana: Person, card: dict[str, Any], clock: FrozenClock
) -> None:
    suspend(card["merchant_id"])
    clock.advance(120 * DAY)
    ana.sign_in()
    assert pay(ana, card, 100).json["state"] == "suspended"
    assert (cash_out(ana, card).json["amount"], ana.available) == (10_000, 50_000)


def suspend(merchant_id: str) -> None:
    from chalicelib.ledger import store
    from chalicelib.ledger.write import Update

    store.update(Update(settings().merchants_table, merchant_id, "TERMS").assign("status", "suspended").written())


def test_a_frozen_wallet_freezes_its_cards(ana: Person, card: dict[str, Any], shop: Shop) -> None:
    assert ana.phone.post("/v1/me/freeze").status in (200, 201, 204)
    assert {reply.json["code"] for reply in (pay(ana, card, 100), cash_out(ana, card))} == {"wallet-frozen"}
    assert ana.phone.get(f"/v1/cards/{card['id']}").json["status"] == "frozen"


def test_a_session_that_was_ended_pays_nothing_from_a_card(ana: Person, card: dict[str, Any]) -> None:
    ledger.raise_epoch(ana.wallet)
    assert {reply.status for reply in (pay(ana, card, 100), cash_out(ana, card))} == {401}


def test_somebody_elses_card_is_not_found(world: World, card: dict[str, Any]) -> None:
    other = world.customer()
    for path in ("", "/entries"):
        assert other.phone.get(f"/v1/cards/{card['id']}{path}").status == 404
    assert cash_out(other, card).status == 404


def test_a_large_payment_from_a_card_takes_a_step_up(world: World, shop: Shop) -> None:
    rich = world.customer(900_000)
    plan = offer(shop, price=300_000, bonus=0, bonus_expires_days=None)
    bought = [buy(rich, plan).json for _ in range(2)][-1]
    assert bought["principal"] == 600_000
    assert pay(rich, bought, 500_001).json["code"] == "step-up-required"
    assert buy(rich, offer(shop, price=500_001)).json["code"] == "step-up-required"
    assert holds(rich, bought) == (600_000, 0)


def test_a_card_with_many_lots_stays_within_a_kilobyte_and_takes_no_more(shop: Shop, ana: Person) -> None:
    bought: dict[str, Any] = {}
    for days in range(1, MOST_LOTS + 1):
        bought = buy(ana, offer(shop, price=100, bonus=99, bonus_expires_days=days)).json
    reply = buy(ana, offer(shop, price=100, bonus=99, bonus_expires_days=40))
    assert (reply.json["code"], reply.json["limit"]) == ("limit-reached", "bonuses")
    assert buy(ana, offer(shop, price=100, bonus=99, bonus_expires_days=3)).status == 201, "it joins one that is there"
    from chalicelib.ledger import store

    fattest = store.movements([bought["id"]], "CARD")[0]
    assert size(item(ledger.movement(bought["purchase_id"]))) <= 900
    assert size(fattest) + MOST_LOTS * 10 + 64 * 4 <= 1024
    taken = pay(ana, bought, 9 * 99 + 1, description="x" * 100, order_reference="y" * 64).json
    kept = item(ledger.movement(taken["id"]))
    assert size(kept) <= 1024, size(kept)
    assert len(cards.taken_by(taken["id"])) == MOST_LOTS


def test_an_account_is_not_deleted_while_a_card_has_principal(world: World, ana: Person, card: dict[str, Any]) -> None:
    ana.pay(40_000, merchant_id=world.shop.id)
    reply = ana.phone.request("DELETE", "/v1/me", {"password": PASSWORD})
    assert (reply.status, reply.json["code"], reply.json["card_id"]) == (409, "balance-left", card["id"])
    assert reply.json["available"] == 10_000 and "card" in reply.json["detail"]
    pay(ana, card, 12_000)
    assert ana.phone.request("DELETE", "/v1/me", {"password": PASSWORD}).status == 204


def test_a_card_bought_while_the_account_is_deleted_keeps_it(
    shop: Shop, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list of cards was read before: it is a condition, too."""
    plan, before = offer(shop, price=50_000, bonus=0, bonus_expires_days=None), cards.listed(ana.id)
    assert buy(ana, plan).status == 201
    monkeypatch.setattr(cards, "listed", lambda owner: before)
    reply = ana.phone.request("DELETE", "/v1/me", {"password": PASSWORD})
    assert (reply.status, reply.json["code"]) == (409, "balance-left")


def test_what_is_refunded_to_the_card_of_a_deleted_account_waits_unclaimed(
    world: World, shop: Shop, ana: Person, card: dict[str, Any]
) -> None:
    ana.pay(40_000, merchant_id=world.shop.id)
    paid = pay(ana, card, 12_000).json
    world.deliver()
    assert ana.phone.request("DELETE", "/v1/me", {"password": PASSWORD}).status == 204
    back = shop.act(paid["id"], "refunds").json
    world.deliver()
    assert (back["amount"], back["bonus_lapsed"]) == (12_000, 2_000)
    assert (folding.total(chart.unclaimed("CNY")), books_balance()) == (10_000, True)


def test_a_card_that_came_back_with_its_account_pays_again(world: World, shop: Shop, ana: Person) -> None:
    """The simulation, seed 6: whoever had restored their account was told to sign in again, for ever."""
    card = buy(ana, offer(shop, price=50_000, bonus=0, bonus_expires_days=None)).json
    pay(ana, card, 50_000)
    assert ana.phone.request("DELETE", "/v1/me", {"password": PASSWORD}).status == 204
    claim = {"identifier": ana.identifier, "password": PASSWORD}
    ana.phone = world.nobody.bearing(world.nobody.post("/v1/users/restore", claim).json["access_token"])
    world.put_in(ana, 20_000)
    assert buy(ana, offer(shop)).json["id"] == card["id"]
    assert (pay(ana, card, 3_000).status, holds(ana, card)) == (201, (9_000, 0))


def test_a_refund_of_bonus_alone_to_the_card_of_a_deleted_account_lapses_as_any_bonus_does(
    world: World, shop: Shop, ana: Person, card: dict[str, Any]
) -> None:
    ana.pay(40_000, merchant_id=world.shop.id)
    paid = pay(ana, card, 700).json
    pay(ana, card, 11_300)
    assert ana.phone.request("DELETE", "/v1/me", {"password": PASSWORD}).status == 204
    back = shop.act(paid["id"], "refunds").json
    assert (back.get("bonus", 0), back["bonus_lapsed"]) == (0, 700)
    world.deliver()
    assert (folding.total(chart.promised(shop.id, "CNY")), books_balance()) == (0, True)


def test_my_archive_tells_of_my_cards(world: World, ana: Person, card: dict[str, Any]) -> None:
    pay(ana, card, 2_500)
    user = identity_store.user(ana.id)
    assert user is not None
    found = archives.files(user, (), world.clock.now())
    told = json.loads(found[f"cards/{card['id']}.json"])
    assert (told["principal"], told["bonus"]) == (9_500, 0)
    assert [entry["kind"] for entry in told["entries"]] == ["card-purchase", "payment"]
    receipts = json.loads(found[f"cards/{card['id']}/receipts.json"])
    assert [receipt["amount"] for receipt in receipts] == [10_000, 2_500]
