"""Family cards through the whole app: given, accepted, paid with, changed and ended; and who sees what of it."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.ledger import audit, store
from chalicelib.ledger.wire import size
from chalicelib.merchants.model_categories import CATEGORIES
from chalicelib.settings import settings
from tests.api.caller import assert_problem
from tests.api.family_kit import CAP, CARDS, change, given, giver, offer, paid_with, pay, seen, step, told, wish
from tests.api.world import Person, World, cheap_passwords, fresh_key
from tests.conftest import FrozenClock

pytestmark = pytest.mark.many_requests
CARD = "family_card_id"


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


@pytest.fixture
def mother(world: World) -> Person:
    return giver(world)


@pytest.fixture
def son(world: World) -> Person:
    return world.customer(5_000)


# --- given and accepted ---


def test_an_offered_card_is_seen_by_both_sides_and_nobody_else(world: World, mother: Person, son: Person) -> None:
    made = offer(mother, son, name="Lunch", approval_above=10_000, categories=["restaurants"])
    card_id = made.json["id"]
    assert (made.status, made.json["status"], made.json["role"]) == (201, "offered", "owner")
    assert made.json == seen(mother, card_id)
    hers, his = seen(mother, card_id), seen(son, card_id)
    assert (his["role"], his["person"], hers["person"]) == ("holder", "A***", "A***")
    assert (his["monthly_cap"], his["approval_above"], his["categories"]) == (CAP, 10_000, ["restaurants"])
    assert (hers["wallet_id"], his["wallet_id"]) == (mother.wallet, son.wallet)
    stranger = world.customer()
    assert stranger.phone.get(f"{CARDS}/{card_id}").status == 404
    assert [one["id"] for one in son.phone.get(CARDS).json["data"]] == [card_id]
    assert stranger.phone.get(CARDS).json["data"] == []


def test_giving_a_card_takes_a_fresh_proof_and_the_same_key_gives_one_card(world: World, son: Person) -> None:
    careless = world.customer(1_000)
    assert_problem(offer(careless, son), 403, "step-up-required")
    mother, key = giver(world), fresh_key()
    body = wish(mother, son)
    first, again = (mother.phone.post(CARDS, body, idempotency_key=key) for _ in range(2))
    assert (first.status, first.raw) == (201, again.raw)
    assert len(mother.phone.get(CARDS).json["data"]) == 1


@pytest.mark.parametrize(
    ("wrong", "status", "param"),
    [
        ({"monthly_cap": 0}, 422, "monthly_cap"),
        ({"currency": "EUR"}, 422, "currency"),
        ({"wallet_id": "wal_1"}, 404, "wallet_id"),
        ({"name": "x" * 41}, 422, "name"),
        ({"categories": ["weapons"]}, 422, "categories.0"),
        ({"payee_check": "forged"}, 400, "payee_check"),
    ],
)
def test_what_is_wrong_with_an_offer_is_said(
    mother: Person, son: Person, wrong: dict[str, Any], status: int, param: str
) -> None:
    refused = offer(mother, son, **wrong)
    assert (refused.status, refused.json.get("param")) == (status, param), refused.raw


def test_nobody_gives_more_cards_at_once_than_ten(world: World, mother: Person, son: Person) -> None:
    cards = [offer(mother, son).json["id"] for _ in range(10)]
    assert_problem(offer(mother, son), 409, "limit-reached")
    step(mother, cards[0], "end")
    assert offer(mother, son).status == 201


def test_a_card_is_accepted_or_declined_by_its_holder_alone_and_once(mother: Person, son: Person) -> None:
    first, second = offer(mother, son).json["id"], offer(mother, son).json["id"]
    assert step(mother, first, "accept").status == 404
    assert [step(son, first, "accept").json["status"] for _ in range(2)] == ["active"] * 2
    assert [step(son, second, "decline").json["ended_by"] for _ in range(2)] == ["holder"] * 2
    assert_problem(step(son, second, "accept"), 409, "invalid-state")
    assert_problem(step(son, first, "decline"), 409, "invalid-state")


# --- paid with ---


def test_a_payment_takes_the_owners_money_and_both_see_who_paid(world: World, mother: Person, son: Person) -> None:
    card_id = given(mother, son)
    paid = pay(son, card_id, 2_000)
    assert paid.status == 201, paid.raw
    assert (mother.available, son.available) == (98_000, 5_000)
    assert (paid.json["wallet_id"], paid.json["family_card_id"]) == (son.wallet, card_id)
    path = f"/v1/payments/{paid.json['id']}"
    assert mother.phone.get(path).json == son.phone.get(path).json == paid.json
    (entry, *_) = mother.phone.get(f"/v1/wallets/{mother.wallet}/entries").json["data"]
    assert (entry["amount"], entry["paid_by"], entry["merchant_name"]) == (-2_000, "A***", "Tea House")
    assert paid_with(mother, card_id) == paid_with(son, card_id)
    (one,) = paid_with(son, card_id)
    assert (one["payment_id"], one["amount"], one["status"]) == (paid.json["id"], 2_000, "captured")
    assert (seen(son, card_id)["spent_this_month"], seen(son, card_id)["left_this_month"]) == (2_000, CAP - 2_000)


def test_a_merchant_learns_nothing_of_the_card(world: World, mother: Person, son: Person) -> None:
    paid = pay(son, given(mother, son), 2_000)
    shown = world.shop.till.get(f"/v1/payments/{paid.json['id']}").json
    assert shown["wallet_id"] == son.wallet
    assert not {"family_card_id", "paid_by"} & shown.keys()
    assert mother.wallet not in str(shown)


def test_the_cap_of_a_month_holds_and_the_next_month_begins_anew(world: World, mother: Person, son: Person) -> None:
    card_id = given(mother, son)
    assert pay(son, card_id, CAP - 500).status == 201
    refused = assert_problem(pay(son, card_id, 501), 409, "limit-reached", CARD)
    assert (refused["limit"], refused["left"]) == ("family_card", 500)
    assert pay(son, card_id, 500).status == 201
    world.clock.advance(31 * 86_400)
    son.sign_in()
    assert (seen(son, card_id)["left_this_month"], pay(son, card_id, CAP).status) == (CAP, 201)


def test_a_repeated_key_pays_once_and_says_the_same(mother: Person, son: Person) -> None:
    card_id, key = given(mother, son), fresh_key()
    first, again = pay(son, card_id, 2_000, key), pay(son, card_id, 2_000, key)
    step(mother, card_id, "end")
    late = pay(son, card_id, 2_000, key)
    assert (first.raw, first.raw) == (again.raw, late.raw)
    assert mother.available == 98_000


def test_what_looks_like_the_same_purchase_is_asked_about_by_card(world: World, mother: Person, son: Person) -> None:
    daughter = world.customer()
    his, hers = given(mother, son), given(mother, daughter)
    paid = pay(son, his, 2_000)
    refused = assert_problem(pay(son, his, 2_000), 409, "probable-duplicate")
    assert refused["payment_id"] == paid.json["id"]
    assert pay(daughter, hers, 2_000).status == 201
    assert pay(son, his, 2_000, confirm_duplicate=True).status == 201


def test_a_card_pays_in_shops_of_its_kinds_alone(world: World, mother: Person, son: Person) -> None:
    card_id = given(mother, son, categories=["education"])
    assert_problem(pay(son, card_id, 2_000), 409, "card-not-for-this-category", CARD)
    assert change(mother, card_id, categories=[]).status == 200
    assert pay(son, card_id, 2_000).status == 201


def test_a_checkout_is_paid_with_a_card(world: World, mother: Person, son: Person) -> None:
    card_id, checkout = given(mother, son), world.shop.checkout(2_500)
    paid = son.pay_checkout(checkout["id"], fresh_key(), family_card_id=card_id)
    assert (paid.status, mother.available) == (201, 97_500)
    for person, is_theirs in ((son, True), (mother, True), (world.customer(), False)):
        shown = person.phone.get(f"/v1/checkouts/{checkout['id']}").json
        assert (shown["status"], bool(shown.get("payment_id"))) == ("paid", is_theirs)


@pytest.mark.parametrize("more", [{"coupon_id": "cou_1"}, {"card_id": "crd_1"}, {"capture": "manual"}])
def test_a_card_pays_neither_with_other_help_nor_what_is_held(mother: Person, son: Person, more: Any) -> None:
    assert son.pay(2_000, fresh_key(), family_card_id=given(mother, son), **more).status == 422


def test_nobody_pays_with_a_card_that_they_do_not_hold(world: World, mother: Person, son: Person) -> None:
    card_id, stranger = given(mother, son), world.customer()
    for person in (mother, stranger):
        assert pay(person, card_id, 2_000).status == 404
    assert pay(son, "fam_1", 2_000).status == 404


def test_nothing_of_the_owners_wallet_shows_to_whoever_pays(world: World, son: Person) -> None:
    poor = giver(world, 1_234)
    card_id = given(poor, son)
    refused = pay(son, card_id, 2_000)
    assert_problem(refused, 409, "card-declined", CARD)
    assert poor.phone.post("/v1/me/freeze").status == 204
    frozen = pay(son, card_id, 1_000)
    assert_problem(frozen, 409, "card-declined", CARD)
    for shown in (refused, frozen):
        assert not {"missing", "available", "reason", "maximum"} & shown.json.keys()
        assert "766" not in str(shown.json["detail"])


def test_whoever_pays_must_stand_as_they_must_to_pay_themselves(world: World, mother: Person, son: Person) -> None:
    card_id = given(mother, son)
    assert son.phone.post("/v1/me/freeze").status == 204
    assert_problem(pay(son, card_id, 2_000), 409, "wallet-frozen", "wallet_id")
    assert mother.available == 100_000


# --- refunds ---


def test_a_refund_goes_to_the_owner_and_gives_the_month_its_room_back(
    world: World, mother: Person, son: Person
) -> None:
    card_id = given(mother, son)
    paid = pay(son, card_id, 9_000)
    back = world.shop.act(paid.json["id"], "refunds", {"amount": 4_000})
    assert back.status == 201, back.raw
    assert (mother.available, son.available) == (95_000, 5_000)
    assert seen(son, card_id)["spent_this_month"] == 5_000
    for person in (mother, son):
        assert person.phone.get(f"/v1/refunds/{back.json['id']}").json["amount"] == 4_000
        assert person.phone.get(f"/v1/payments/{paid.json['id']}").json["status"] == "partially_refunded"
    assert world.customer().phone.get(f"/v1/refunds/{back.json['id']}").status == 404


def test_a_refund_of_another_month_gives_no_room_in_this_one(world: World, mother: Person, son: Person) -> None:
    card_id = given(mother, son)
    paid = pay(son, card_id, 9_000)
    world.clock.advance(31 * 86_400)
    son.sign_in()
    assert pay(son, card_id, 1_000).status == 201
    assert world.shop.act(paid.json["id"], "refunds", {}).status == 201
    assert seen(son, card_id)["spent_this_month"] == 1_000


# --- changed and ended ---


def test_an_ended_card_pays_nothing_whoever_ended_it(world: World, mother: Person, son: Person) -> None:
    first, second = given(mother, son), given(mother, son)
    assert (step(mother, first, "end").json["ended_by"], step(son, second, "end").json["ended_by"]) == (
        "owner",
        "holder",
    )
    for card_id in (first, second):
        refused = assert_problem(pay(son, card_id, 2_000), 409, "invalid-state", CARD)
        assert refused["state"] == "card-ended"
    assert step(son, first, "end").json["ended_by"] == "owner"
    assert mother.available == 100_000


def test_a_card_that_nobody_accepted_pays_nothing(mother: Person, son: Person) -> None:
    card_id = offer(mother, son).json["id"]
    assert_problem(pay(son, card_id, 2_000), 409, "invalid-state", CARD)


def test_to_allow_more_takes_a_fresh_proof_and_to_allow_less_does_not(
    world: World, mother: Person, son: Person
) -> None:
    card_id = given(mother, son, approval_above=5_000)
    world.clock.advance(301)
    mother.refresh()
    for more in ({"monthly_cap": CAP + 1}, {"approval_above": 5_001}, {"approval_above": None}):
        assert_problem(change(mother, card_id, **more), 403, "step-up-required")
    less = change(mother, card_id, monthly_cap=100, approval_above=0, categories=["health"], name="Small")
    assert (less.status, less.json["monthly_cap"], less.json["approval_above"]) == (200, 100, 0)
    assert change(son, card_id, monthly_cap=50).status == 404


def test_both_sides_are_told_what_becomes_of_a_card(world: World, mother: Person, son: Person) -> None:
    card_id = given(mother, son)
    world.clock.advance(1)
    world.sweep()
    assert "family_card_offered" in told(son)
    assert "family_card_accepted" in told(mother)
    pay(son, card_id, 2_000)
    world.deliver()
    (first, *_) = mother.phone.get("/v1/me/notices").json["data"]
    assert (first["kind"], first["title"]) == ("family_payment", "A*** paid ¥20.00 to Tea House")
    change(mother, card_id, monthly_cap=1_000)
    step(son, card_id, "end")
    world.clock.advance(1)
    world.sweep()
    assert ("family_card_changed" in told(son), "family_card_ended" in told(mother)) == (True, True)


# --- the books ---


def test_the_books_hold_and_items_stay_small(world: World, mother: Person, son: Person) -> None:
    card_id = given(mother, son, name="家" * 13, categories=list(CATEGORIES))
    for amount in range(1_000, 1_024):
        assert pay(son, card_id, amount, description="d" * 100, order_reference="r" * 64).status == 201
    world.deliver()
    assert audit.trial_balance().balanced
    kept = store.everything(settings().ledger_table)
    assert max(size(one) for one in kept if one["pk"]["S"].startswith(("fam_", "pay_", "wal_"))) <= 1_024
