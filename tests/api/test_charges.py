"""Payment codes: shown by a customer, charged by a till, once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib.ledger import audit, service, store
from chalicelib.ledger.wire import size
from chalicelib.payments import model_codes, store_codes
from chalicelib.settings import settings
from tests.api.caller import assert_problem
from tests.api.charge_kit import NOBODYS, asked, charge, charged, shown
from tests.api.world import World, cheap_passwords
from tests.conftest import FrozenClock
from tests.people import at_rest


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    cheap_passwords(monkeypatch)
    made = World(clock)
    yield made
    assert audit.trial_balance().balanced


def test_a_code_is_charged_and_settled_like_any_payment(world: World) -> None:
    ana = world.customer(10_000)
    code = shown(ana)
    reply = charge(world.shop, code["code"], 2_500, description="two teas")
    assert (reply.status, reply.json["status"], reply.json["captured"]) == (201, "captured", 2_500)
    assert (reply.json["merchant_id"], reply.json["description"]) == (world.shop.id, "two teas")
    assert ana.available == 7_500
    seen = ana.phone.get(f"/v1/payment-codes/{code['id']}").json
    assert (seen["status"], seen["charge"]["id"], seen["charge"]["status"]) == ("used", reply.json["id"], "captured")
    assert seen["charge"]["merchant_name"] == "Tea House"
    assert asked(world.shop, reply.json["id"]).json == seen["charge"]
    world.deliver()
    assert service.head(world.shop.account).available == 2_500 - 15


def test_a_code_holds_for_a_capture_later(world: World) -> None:
    ana = world.customer(10_000)
    held = charge(world.shop, shown(ana)["code"], 500, capture="manual").json
    assert (held["status"], ana.held) == ("authorized", 500)
    assert world.shop.act(held["id"], "capture", {"amount": 300}).status == 201
    assert (ana.available, ana.held) == (9_700, 0)


def test_a_code_is_eighteen_digits_of_chance_of_which_only_a_hash_is_kept(world: World) -> None:
    ana = world.customer(10_000)
    codes = [shown(ana)["code"] for _ in range(3)]
    assert all(len(one) == 18 and one.startswith("71") and model_codes.is_sound(one) for one in codes)
    assert len(set(codes)) == 3
    charge(world.shop, codes[-1])
    charge(world.shop, NOBODYS)
    assert not [one for one in (*codes, NOBODYS) if one in at_rest()]


def test_a_mistyped_digit_and_two_that_changed_places_are_told_from_a_code_that_is_not_there(world: World) -> None:
    code = "712345678901234564"
    assert model_codes.is_sound(code)
    for place in range(2, 18):
        wrong = code[:place] + str((int(code[place]) + 1) % 10) + code[place + 1 :]
        assert not model_codes.is_sound(wrong)
    turned = [code[:at] + code[at + 1] + code[at] + code[at + 2 :] for at in range(2, 17) if code[at] != code[at + 1]]
    assert not [one for one in turned if {"0", "9"} != {*one} & {"0", "9"} and model_codes.is_sound(one)]
    for typed in (code[:-1] + "5", code[:-1], code + "1", "28" + code[2:], "７" + code[1:], ""):
        assert_problem(charge(world.shop, typed), 422, "code-mistyped", "code")
    assert_problem(charge(world.shop, NOBODYS), 409, "code-unknown")


def test_a_code_is_good_once_and_a_repetition_gets_the_first_answer(world: World) -> None:
    ana = world.customer(10_000)
    code = shown(ana)["code"]
    first, again = (charge(world.shop, code, key="once") for _ in range(2))
    assert (again.raw, again.headers["idempotent-replayed"]) == (first.raw, "true")
    other = charge(world.shop, code, 501)
    assert_problem(other, 409, "code-over")
    assert (other.json["state"], ana.available) == ("used", 9_500)
    assert_problem(charge(world.shop, code, 502, key="once"), 422, "idempotency-key-reused")
    assert_problem(charge(world.another_shop(), code), 409, "code-over")


def test_a_code_lasts_sixty_seconds_to_the_microsecond(world: World) -> None:
    ana = world.customer(10_000)
    code = shown(ana)
    world.clock.advance(59.999_999)
    assert charge(world.shop, code["code"]).status == 201
    late = shown(ana)
    world.clock.advance(60)
    reply = charge(world.shop, late["code"], 501)
    assert (reply.status, reply.json["state"]) == (409, "expired")
    assert ana.phone.get(f"/v1/payment-codes/{late['id']}").json["status"] == "expired"
    assert ana.available == 9_500


def test_asking_anew_ends_the_one_before_and_only_that(world: World) -> None:
    ana, bob = world.customer(10_000), world.customer(10_000)
    bobs, first, second = shown(bob), shown(ana), shown(ana)
    reply = charge(world.shop, first["code"])
    assert (reply.json["code"], reply.json["state"]) == ("code-over", "replaced")
    assert ana.phone.get(f"/v1/payment-codes/{first['id']}").json["status"] == "replaced"
    assert charge(world.shop, second["code"]).status == 201
    shown(ana)
    assert charge(world.shop, second["code"]).json["state"] == "used"
    assert charge(world.shop, bobs["code"]).status == 201


def test_a_code_that_a_refusal_did_not_use_up_pays_under_a_new_key(world: World) -> None:
    ana = world.customer(100)
    code = shown(ana)["code"]
    assert_problem(charge(world.shop, code, key="short"), 409, "charge-declined")
    world.put_in(ana, 1_000)
    again = charge(world.shop, code, key="short")
    assert (again.status, again.headers["idempotent-replayed"]) == (409, "true")
    assert charge(world.shop, code).status == 201
    assert ana.available == 600


def test_a_till_is_not_told_what_the_wallet_lacks(world: World) -> None:
    poor, frozen, small = world.customer(100), world.customer(10_000), world.customer(10_000)
    codes = [shown(one)["code"] for one in (poor, frozen, small)]
    assert frozen.phone.post("/v1/me/freeze").status in (200, 204)
    told = [charge(world.shop, code, 50_000_000 if one is small else 500) for one, code in
            zip((poor, frozen, small), codes, strict=True)]  # fmt: skip
    shared = {"type", "title", "detail", "status", "code", "request_id", "doc_url"}
    for reply in told:
        assert_problem(reply, 409, "charge-declined")
        assert set(reply.json) == shared
    kept = {one["refusal"]["S"] for one in store.everything(settings().ledger_table) if "refusal" in one}
    assert kept == {"insufficient-funds", "wallet-frozen", "limit-reached"}


@pytest.mark.parametrize("how", ["signed out everywhere", "froze their wallets"])
def test_whoever_stopped_their_payments_is_not_charged_by_a_code_shown_before(world: World, how: str) -> None:
    ana = world.customer(10_000)
    code = shown(ana)["code"]
    if how == "signed out everywhere":
        assert ana.phone.delete("/v1/sessions").status == 204
    else:
        assert ana.phone.post("/v1/me/freeze").status in (200, 204)
    reply = charge(world.shop, code, key="k")
    told = {"signed out everywhere": ("code-over", "ended"), "froze their wallets": ("charge-declined", None)}
    assert (reply.status, reply.json["code"], reply.json.get("state")) == (409, *told[how])
    assert charge(world.shop, code, key="k").raw == reply.raw
    ana.sign_in()
    assert ana.available == 10_000


def test_the_same_purchase_again_is_refused_until_the_till_confirms_it(world: World) -> None:
    ana = world.customer(10_000)
    first = charged(world.shop, ana)
    again = charge(world.shop, shown(ana)["code"])
    assert (again.json["code"], again.json["payment_id"]) == ("probable-duplicate", first)
    assert charge(world.shop, shown(ana)["code"], confirm_duplicate=True).status == 201


def test_nobody_sees_a_charge_or_a_code_that_is_not_theirs(world: World) -> None:
    ana, bob, other = world.customer(10_000), world.customer(), world.another_shop()
    code = shown(ana)
    paid = charge(world.shop, code["code"]).json["id"]
    own = ana.pay(100).json["id"]
    for reply in (
        asked(other, paid),
        bob.phone.get(f"/v1/charges/{paid}"),
        bob.phone.get(f"/v1/payment-codes/{code['id']}"),
        bob.phone.post("/v1/payment-codes", {"wallet_id": ana.wallet}),
        asked(world.shop, own),
        asked(world.shop, "pay_§"),
        ana.phone.get("/v1/payment-codes/cod_§"),
    ):
        assert_problem(reply, 404, "not-found")


def test_a_key_without_the_scope_charges_nothing(world: World) -> None:
    ana = world.customer(10_000)
    made = world.operator.post(f"/v1/merchants/{world.shop.id}/keys", {"scopes": ["reports"]}).json["key"]
    world.shop.till = world.nobody.bearing(made)
    assert_problem(charge(world.shop, shown(ana)["code"]), 403, "forbidden")
    assert ana.available == 10_000


def test_whoever_guesses_codes_must_wait_and_a_code_that_is_right_waits_too(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_codes, "WRONG_AT_MOST", 3)
    ana = world.customer(10_000)
    for key in ("first", "second"):
        assert {charge(world.shop, NOBODYS, key=key).json["code"] for _ in range(3)} == {"code-unknown"}
    assert_problem(charge(world.shop, NOBODYS), 409, "code-unknown")
    code = shown(ana)["code"]
    reply = charge(world.shop, code)
    assert_problem(reply, 429, "too-many-requests")
    assert charge(world.another_shop(), code, 501).status == 201
    world.clock.advance(int(reply.headers["retry-after"]))
    ana.sign_in()
    assert charge(world.shop, shown(ana)["code"]).status == 201


def test_an_amount_beyond_its_range_and_a_currency_that_does_not_fit_are_422(world: World) -> None:
    ana, american = world.customer(10_000), world.customer(10_000, jurisdiction="US")
    for amount in (0, -1, 2**63):
        assert_problem(charge(world.shop, shown(ana)["code"], amount), 422, "amount-out-of-range", "amount")
    for person, currency in ((ana, "XXX"), (ana, "USD"), (american, "CNY")):
        reply = charge(world.shop, shown(person)["code"], currency=currency)
        assert_problem(reply, 422, "currency-mismatch", "currency")
    assert (ana.available, american.available) == (10_000, 10_000)


def test_every_item_of_a_charge_stays_within_a_kilobyte(world: World) -> None:
    ana = world.customer(10_000)
    charged(world.shop, ana, 9_000, order_reference="订" * 21, description="茶" * 33, capture="manual")
    assert max(size(one) for one in store.everything(settings().ledger_table)) <= 1_024
    assert max(size(one) for one in store.everything(settings().merchants_table)) <= 1_024
