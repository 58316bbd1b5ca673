"""Sessions at tills: what each role may, where, and what ends them at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.identity import meeting
from chalicelib.identity.throttle import Limit
from chalicelib.kernel.errors import Forbidden
from chalicelib.kernel.idempotency import Receipt, RequestKey
from chalicelib.ledger import store
from chalicelib.ledger.wire import size
from chalicelib.merchants import service as merchants
from chalicelib.merchants.model_staff import SCOPES
from chalicelib.settings import settings
from chalicelib.settlement import payouts
from chalicelib.settlement.model_payouts import PayoutRequest
from tests.api import staff_kit
from tests.api.away_kit import freeze_of
from tests.api.bad_input_kit import BODIES, name_of
from tests.api.caller import Caller, Reply, assert_problem
from tests.api.charge_kit import charged, confirm, shown
from tests.api.payout_kit import payee
from tests.api.staff_kit import hired, sign_in, staff_of, till_of
from tests.api.test_merchant_keys import OURS, SCOPE_OF, place_of
from tests.api.test_stores import opened
from tests.api.withdrawal_kit import Bank, with_pin
from tests.api.world import PASSWORD, Person, Shop, World, cheap_passwords, fresh_key
from tests.conftest import FrozenClock

pytestmark = pytest.mark.many_requests


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


@pytest.fixture
def bo(world: World) -> Person:
    return world.customer()


def shop_at(world: World, till: Caller) -> Shop:
    return Shop(world.shop.id, world.shop.account, till)


def works(world: World, till: Caller) -> bool:
    reply = till.get(f"/v1/merchants/{world.shop.id}")
    assert reply.status in (200, 401), reply.raw
    return reply.status == 200


def test_a_session_says_who_is_where_and_until_when(world: World, bo: Person) -> None:
    store_id, staff_id = opened(world)["id"], hired(world, bo)
    begun = sign_in(bo, staff_id, store_id=store_id).json
    assert begun["token"].startswith("mk_")
    assert {name: begun[name] for name in begun if name not in ("id", "token")} == {
        "merchant_id": world.shop.id,
        "merchant_name": "Tea House",
        "store_id": store_id,
        "role": "cashier",
        "scopes": ["checkouts", "payments"],
        "expires_at": "2026-11-22T20:00:01.000000Z",
    }
    assert world.nobody.bearing(begun["token"]).get("/v1/staff-sessions/current").json == {
        "id": begun["id"],
        "staff_id": staff_id,
        "name": "Ana",
        "role": "cashier",
        "scopes": ["checkouts", "payments"],
        "merchant_id": world.shop.id,
        "merchant_name": "Tea House",
        "store_id": store_id,
        "store_name": "By the river",
        "store_ids": [],
        "expires_at": "2026-11-22T20:00:01.000000Z",
    }


def test_a_session_can_be_begun_by_the_merchant_alone(world: World, bo: Person) -> None:
    staff_id = hired(world, bo)
    begun = bo.phone.post("/v1/staff-sessions", {"merchant_id": world.shop.id})
    assert world.nobody.bearing(begun.json["token"]).get("/v1/staff-sessions/current").json["staff_id"] == staff_id
    for wish in ({}, {"merchant_id": world.shop.id, "staff_id": staff_id}):
        assert bo.phone.post("/v1/staff-sessions", wish).status == 422
    assert_problem(world.customer().phone.post("/v1/staff-sessions", {"staff_id": staff_id}), 404, "not-found")


def test_nobody_tries_out_roles_or_merchants_at_will(world: World, bo: Person) -> None:
    staff_id = hired(world, bo)
    world.clock.advance(-world.clock.now().timestamp() % 3_600)
    bo.sign_in()
    guesses = [bo.phone.post("/v1/staff-sessions", {"merchant_id": f"mer_{number}"}) for number in range(19)]
    assert {reply.status for reply in guesses} == {404}
    assert sign_in(bo, staff_id).status == 201
    refused = sign_in(bo, staff_id)
    assert_problem(refused, 429, "too-many-requests")
    assert refused.headers["retry-after"] == "3600"
    assert refused.headers["ratelimit-policy"].startswith('"tills-hour";q=20;w=3600, ')
    assert refused.headers["ratelimit"].startswith('"tills-hour";r=0;t=3600, ')
    world.clock.advance(3_600)
    bo.sign_in()
    assert sign_in(bo, staff_id).status == 201


def test_an_address_and_a_merchant_begin_so_many_sessions_and_another_goes_on(
    world: World, bo: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff_id, cy = hired(world, bo), world.customer()
    monkeypatch.setattr(meeting, "TILLS_FROM_AN_ADDRESS", (Limit("from", 3, timedelta(hours=1)),))
    assert [sign_in(bo, staff_id).status for _ in range(4)] == [201, 201, 201, 429]
    there = cy.phone.post("/v1/staff-sessions", {"staff_id": staff_id})
    assert_problem(there, 429, "too-many-requests")
    monkeypatch.setattr(meeting, "TILLS_FROM_AN_ADDRESS", ())
    monkeypatch.setattr(meeting, "TILLS_OF_A_MERCHANT", (Limit("at", 1, timedelta(hours=1)),))
    assert [cy.phone.post("/v1/staff-sessions", {"staff_id": staff_id}).status for _ in range(3)] == [404] * 3
    assert [sign_in(bo, staff_id).status for _ in range(2)] == [201, 429]


def test_a_shift_is_over_after_twelve_hours_and_not_before(world: World, bo: Person) -> None:
    till = till_of(world, bo, hired(world, bo))
    world.clock.advance(12 * 3600 - 1)
    assert works(world, till)
    world.clock.advance(1)
    assert not works(world, till)


def test_the_phone_may_sign_out_while_the_till_goes_on(world: World, bo: Person) -> None:
    till = till_of(world, bo, hired(world, bo))
    assert bo.phone.delete("/v1/sessions/current").status == 204
    assert works(world, till)


@pytest.mark.parametrize("role", sorted(SCOPES))
def test_a_role_may_what_its_scopes_say(world: World, role: str) -> None:
    till, ana = staff_kit.at_till(world, role), world.customer(10_000)
    paid = charged(shop_at(world, till), ana)
    refund = shop_at(world, till).act(paid, "refunds", {"amount": 1})
    key = till.post(f"/v1/merchants/{world.shop.id}/keys", {"scopes": ["payments"]})
    opening = till.post(f"/v1/merchants/{world.shop.id}/stores", {"name": "New"})
    allowed = {"cashier": (403, 403, 403), "manager": (201, 403, 201), "owner": (201, 201, 201)}[role]
    assert (refund.status, key.status, opening.status) == allowed


@pytest.mark.parametrize("role", sorted(SCOPES))
def test_every_route_of_merchants_is_open_to_a_role_or_shut_as_its_scopes_say(world: World, role: str) -> None:
    till, itself = staff_kit.at_till(world, role), "DELETE /v1/staff-sessions/current"
    for route in sorted(OURS, key=lambda route: name_of(route) == itself):
        body = BODIES[name_of(route)] if route.body else None
        if body and "scopes" in body:
            body = {"scopes": ["payments"]}
        reply = till.request(route.method, place_of(route, world.shop.id), body, {"Idempotency-Key": fresh_key()})
        shut = SCOPE_OF[name_of(route)] not in ("", *SCOPES[role])  # type: ignore[index]
        assert (reply.status == 403) == shut, (name_of(route), reply.raw)
        assert reply.status < 500


def test_what_is_done_at_a_till_names_who_did_it_to_the_merchant_alone(world: World, bo: Person) -> None:
    ana, staff_id = world.customer(10_000), hired(world, bo, "manager")
    shop = shop_at(world, till_of(world, bo, staff_id))
    paid = charged(shop, ana)
    refund = shop.act(paid, "refunds", {"amount": 1}).json["id"]
    checkout = ana.pay_checkout(shop.checkout(300)["id"]).json["id"]
    for path in (f"/v1/payments/{paid}", f"/v1/payments/{checkout}", f"/v1/refunds/{refund}"):
        assert world.shop.till.get(path).json["staff_id"] == staff_id
        assert "staff_id" not in ana.phone.get(path).json
    assert "staff_id" not in ana.pay(100).json


def test_a_charge_that_waited_names_who_asked_for_it(world: World, bo: Person) -> None:
    ida, staff_id = with_pin(world, 5_000_000), hired(world, bo)
    waits = charged(shop_at(world, till_of(world, bo, staff_id)), ida, 600_000)
    stepped = ida.phone.post("/v1/me/step-up", {"method": "pin", "pin": "428571"}).json["access_token"]
    ida.phone = world.nobody.bearing(stepped)
    assert confirm(ida, waits).status == 201
    assert world.shop.till.get(f"/v1/payments/{waits}").json["staff_id"] == staff_id


def test_whoever_is_at_a_store_takes_payments_there_and_sees_no_others(world: World, bo: Person) -> None:
    here, there = opened(world)["id"], opened(world, "Elsewhere")["id"]
    staff_id, ana = hired(world, bo, "manager", store_ids=[here]), world.customer(10_000)
    shop = shop_at(world, till_of(world, bo, staff_id))
    mine = charged(shop, ana)
    assert shop.till.get(f"/v1/payments/{mine}").json["store_id"] == here
    body = {"code": shown(ana)["code"], "amount": 5, "currency": "CNY", "order_reference": "x", "store_id": there}
    assert_problem(shop.till.post("/v1/charges", body, idempotency_key="k"), 403, "forbidden")
    theirs = ana.pay(700, store_id=there).json["id"]
    for what in ("refunds", "void", "capture"):
        assert_problem(shop.act(theirs, what), 404, "not-found")
    for path in (f"/v1/payments/{theirs}", f"/v1/checkouts/{world.shop.checkout(5, store_id=there)['id']}"):
        assert_problem(shop.till.get(path), 404, "not-found")
    found = shop.till.get("/v1/payments?order_reference=order-1").json["data"]
    assert [one["id"] for one in found] == [mine]


def test_whoever_works_at_some_stores_says_at_which(world: World, bo: Person) -> None:
    here, there, other = (opened(world, name)["id"] for name in "abc")
    staff_id = hired(world, bo, store_ids=[here, there])
    assert_problem(sign_in(bo, staff_id), 422, "invalid-request", "store_id")
    assert_problem(sign_in(bo, staff_id, store_id=other), 403, "forbidden")
    assert sign_in(bo, staff_id, store_id=there).json["store_id"] == there


def test_a_cashier_ends_the_session_and_nobody_goes_on_with_it(world: World, bo: Person) -> None:
    till = till_of(world, bo, hired(world, bo))
    assert till.delete("/v1/staff-sessions/current").status == 204
    assert not works(world, till)
    assert_problem(world.shop.till.get("/v1/staff-sessions/current"), 404, "not-found")
    assert_problem(world.shop.till.delete("/v1/staff-sessions/current"), 404, "not-found")


def test_sessions_are_listed_and_ended_by_those_who_keep_staff(world: World, bo: Person) -> None:
    owner, till = staff_kit.at_till(world, "owner"), till_of(world, bo, hired(world, bo), device_name="Till 2")
    path = f"/v1/merchants/{world.shop.id}/staff-sessions"
    newest = owner.get(path).json["data"][0]
    assert (newest["name"], newest["device_name"], newest["state"]) == ("Ana", "Till 2", "active")
    assert_problem(till.get(path), 403, "forbidden")
    manager = staff_kit.at_till(world, "manager")
    owners = next(one for one in owner.get(path).json["data"] if one["device_name"] == "")
    assert_problem(manager.delete(f"{path}/{owners['id']}"), 403, "forbidden")
    assert owner.delete(f"{path}/{newest['id']}").status == 204
    assert (works(world, till), works(world, owner)) == (False, True)


def test_whoever_works_at_some_stores_keeps_those_sessions_and_stores_alone(world: World, bo: Person) -> None:
    here, there = opened(world)["id"], opened(world, "Elsewhere")["id"]
    manager = staff_kit.at_till(world, "manager", store_ids=[here])
    staff_id, home = hired(world, bo), f"/v1/merchants/{world.shop.id}"
    begun = {at: sign_in(bo, staff_id, store_id=at).json["id"] for at in (here, there)}
    begun["every"] = sign_in(bo, staff_id).json["id"]
    seen = [one["id"] for one in manager.get(f"{home}/staff-sessions").json["data"]]
    assert begun[here] in seen and not {begun[there], begun["every"]} & set(seen)
    ended = {at: manager.delete(f"{home}/staff-sessions/{begun[at]}").status for at in begun}
    assert ended == {here: 204, there: 404, "every": 404}
    kept = {at: manager.patch(f"{home}/stores/{at}", {"status": "closed"}).status for at in (here, there)}
    assert kept == {here: 200, there: 403}
    assert_problem(manager.post(f"{home}/stores", {"name": "New"}), 403, "forbidden")


def test_whoever_works_at_some_stores_reads_nothing_of_the_whole_merchant(world: World, bo: Person) -> None:
    here, home = opened(world)["id"], f"/v1/merchants/{world.shop.id}"
    till = till_of(world, bo, hired(world, bo, "manager", store_ids=[here]))
    about = till.get("/v1/staff-sessions/current").json
    assert about["scopes"] == ["checkouts", "payments", "refunds", "staff", "stores"]
    assert about["store_ids"] == [here]
    for place in ("settlements", "statements/2026-11", "events", "payouts", "payout-terms/CNY"):
        assert_problem(till.get(f"{home}/{place}"), 403, "forbidden")
    boss = staff_kit.at_till(world, "manager")
    assert boss.get(f"{home}/settlements").status == boss.get(f"{home}/events").status == 200


def test_a_session_is_no_api_key(world: World, bo: Person) -> None:
    begun = sign_in(bo, hired(world, bo)).json
    keys = f"/v1/merchants/{world.shop.id}/keys"
    assert begun["id"] not in world.operator.get(keys).raw.decode()
    assert_problem(world.operator.post(f"{keys}/{begun['id']}/rotate", {}), 404, "not-found")
    assert_problem(world.operator.delete(f"{keys}/{begun['id']}"), 404, "not-found")


def _revoked(world: World, bo: Person, staff_id: str) -> Reply:
    return world.operator.delete(f"{staff_of(world.shop)}/{staff_id}")


def _demoted(world: World, bo: Person, staff_id: str) -> Reply:
    return world.operator.patch(f"{staff_of(world.shop)}/{staff_id}", {"role": "cashier"})


def _reset(world: World, bo: Person, staff_id: str) -> Reply:
    world.nobody.post("/v1/password-resets", {"identifier": bo.identifier})
    proof = {"identifier": bo.identifier, "code": world.code_of(bo.identifier), "new_password": "another " + PASSWORD}
    return world.nobody.post("/v1/password-resets/confirm", proof)


def _froze(world: World, bo: Person, staff_id: str) -> Reply:
    return bo.phone.post("/v1/me/freeze")


def _was_frozen(world: World, bo: Person, staff_id: str) -> Reply:
    return world.operator.post("/v1/freezes", freeze_of(bo.wallet))


def _deleted(world: World, bo: Person, staff_id: str) -> Reply:
    return bo.phone.request("DELETE", "/v1/me", {"password": PASSWORD})


def _signed_out(world: World, bo: Person, staff_id: str) -> Reply:
    return world.operator.post(f"/v1/people/{bo.id}/sessions/end", {"reason": "the phone is stolen"})


@pytest.mark.parametrize("deed", [_revoked, _demoted, _reset, _froze, _was_frozen, _deleted, _signed_out])
def test_whatever_ends_a_role_or_an_account_ends_the_session_at_once(world: World, bo: Person, deed: object) -> None:
    staff_id, ana = hired(world, bo, "manager"), world.customer(10_000)
    till = till_of(world, bo, staff_id)
    assert works(world, till)
    world.clock.advance(60)
    done = deed(world, bo, staff_id)  # type: ignore[operator]
    assert done.status < 300, done.raw
    body = {"code": shown(ana)["code"], "amount": 500, "currency": "CNY", "order_reference": "order-1"}
    refused = till.post("/v1/charges", body, idempotency_key=fresh_key())
    assert (refused.status, refused.json["code"], ana.available) == (401, "invalid-token", 10_000)


def test_an_owner_who_is_let_go_while_they_ask_for_a_payout_gets_none(world: World, bank: Bank, bo: Person) -> None:
    """Seed 6, decision 7095: their request was past the guard already. A colleague's session still pays out."""
    shop, staff_id, still = payee(world), hired(world, bo, "owner"), staff_kit.at_till(world, "owner")
    shop.sell(10_000)
    caller = merchants.merchant_of(sign_in(bo, staff_id).json["token"], world.clock.now())
    assert _revoked(world, bo, staff_id).status == 204
    key = RequestKey(world.shop.id, "POST /v1/payouts", "k", b"f" * 16, lambda error: Receipt(409, error.code))
    with pytest.raises(Forbidden):
        payouts.pay_out(caller, world.shop.id, PayoutRequest("CNY"), key, world.clock.now())
    assert (shop.payouts, shop.held) == ([], 9_940)
    assert (shop.ask(by=still).status, shop.held) == (201, 0)


def test_a_new_name_ends_no_session(world: World, bo: Person) -> None:
    staff_id = hired(world, bo)
    till = till_of(world, bo, staff_id)
    assert world.operator.patch(f"{staff_of(world.shop)}/{staff_id}", {"name": "Bo"}).status == 200
    assert till.get("/v1/staff-sessions/current").json["name"] == "Bo"


def test_whoever_is_frozen_begins_no_session(world: World, bo: Person) -> None:
    staff_id = hired(world, bo)
    bo.phone.post("/v1/me/freeze")
    assert_problem(sign_in(bo, staff_id), 409, "wallet-frozen")


def test_a_payment_at_a_till_stays_within_a_kilobyte_at_its_fattest(world: World, bo: Person) -> None:
    ana, store_id = world.customer(100_000), opened(world)["id"]
    shop = shop_at(world, till_of(world, bo, hired(world, bo, "manager"), store_id=store_id))
    text = {"order_reference": "单" * 21, "description": "汉" * 33, "capture": "manual"}
    shop.act(charged(shop, ana, 9_100, **text), "capture")
    shop.act(charged(shop, ana, 9_200, **text | {"capture": "automatic"}), "refunds", {"reason": "汉" * 33})
    checkout = shop.checkout(9_000, "单" * 21, capture="manual")["id"]
    paid = ana.pay_checkout(checkout, description="汉" * 33)
    assert paid.status == 201
    for table in (settings().ledger_table, settings().journal_table):
        assert max(size(one) for one in store.everything(table)) <= 1_024
