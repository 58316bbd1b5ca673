"""Taking a merchant on: what it says of its business is verified before it takes a payment or is paid out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.identity import people
from chalicelib.identity.throttle import Limit
from chalicelib.merchants import onboarding, verification
from chalicelib.settings import settings
from tests.api import staff_kit
from tests.api.bodies_of_merchants import BUSINESS
from tests.api.caller import Caller, Reply, assert_problem
from tests.api.world import Shop, World, cheap_passwords
from tests.conftest import FrozenClock
from tests.people import all_items, at_rest

pytestmark = pytest.mark.many_requests


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


def joined(world: World, ending: str = "00", **more: Any) -> Shop:
    business = BUSINESS | {"registration_number": f"91310000MA1FL{ending}"} | more
    wish = {"name": "New Tea", "currencies": ["CNY"], "fee_basis_points": 60, "business": business}
    reply = world.operator.post("/v1/merchants", wish)
    assert (reply.status, reply.json["status"]) == (201, "pending"), reply.raw
    scopes = {"scopes": ["checkouts", "keys", "payments", "refunds", "stores"]}
    key = world.operator.post(f"/v1/merchants/{reply.json['id']}/keys", scopes).json["key"]
    return Shop(reply.json["id"], reply.json["accounts"]["CNY"], world.nobody.bearing(key))


def standing(shop: Shop) -> tuple[str, list[str], str | None]:
    seen = shop.till.get(f"/v1/merchants/{shop.id}").json
    return seen["status"], seen["requirements"]["currently_due"], seen["requirements"]["disabled_reason"]


def later(world: World, seconds: int) -> None:
    world.clock.advance(seconds)
    world.sweep()


def business(caller: Caller, shop: Shop) -> dict[str, Any]:
    found: dict[str, Any] = caller.get(f"/v1/merchants/{shop.id}/business").json
    return found


def decide(world: World, shop: Shop, decision: str, version: int | None = None) -> Reply:
    seen = version or business(world.operator, shop)["version"]
    body = {"decision": decision, "version": seen, "reason": "seen the certificate"}
    return world.operator.post(f"/v1/merchants/{shop.id}/verification", body)


def test_a_pending_merchant_sets_itself_up_and_takes_no_payment(world: World) -> None:
    shop, ana = joined(world), world.customer(1_000)
    assert standing(shop) == ("pending", [], "verification-pending")
    assert shop.till.post(f"/v1/merchants/{shop.id}/stores", {"name": "First"}).status == 201
    refused = ana.pay(100, merchant_id=shop.id)
    assert (refused.status, refused.json["state"], ana.available) == (409, "not-verified", 1_000)
    order = {"amount": 1, "currency": "CNY", "order_reference": "A"}
    assert shop.till.post("/v1/checkouts", order).json["state"] == "not-verified"


def test_a_verified_merchant_takes_payments(world: World) -> None:
    shop, ana = joined(world), world.customer(1_000)
    later(world, 60)
    assert standing(shop) == ("active", [], None)
    assert business(shop.till, shop)["state"] == "verified"
    assert ana.pay(100, merchant_id=shop.id).status == 201


def test_what_is_lacking_is_named_and_can_be_completed(world: World) -> None:
    shop = joined(world, "91")
    later(world, 60)
    assert standing(shop) == ("pending", ["website"], "requirements-due")
    assert business(shop.till, shop)["currently_due"] == ["website"]
    path = f"/v1/merchants/{shop.id}/business"
    assert shop.till.patch(path, {"website": "https://new-tea.example"}).json["state"] == "asked"
    assert standing(shop) == ("pending", [], "verification-pending")
    later(world, 60)
    assert standing(shop) == ("active", [], None)
    changed = shop.till.patch(path, {"legal_name": "Another"})
    assert (changed.status, changed.json["state"]) == (409, "active")


def test_a_refused_merchant_stays_out_until_a_person_decides_otherwise(world: World) -> None:
    shop = joined(world, "92")
    later(world, 60)
    assert standing(shop) == ("pending", [], "rejected")
    assert decide(world, shop, "verify").json["state"] == "verified"
    assert standing(shop) == ("active", [], None)
    assert decide(world, shop, "refuse").json["state"] == "active"
    (entry,) = [one for one in all_items("audit") if one["what"]["S"] == "merchant.verify"]
    assert entry["whom"]["S"] == shop.id


def test_a_merchant_undoes_no_refusal_by_changing_what_it_said(world: World) -> None:
    by_hand, by_registry = joined(world, "94"), joined(world, "92")
    assert decide(world, by_hand, "refuse").json["state"] == "refused"
    later(world, 60)
    for shop in (by_hand, by_registry):
        told = shop.till.patch(f"/v1/merchants/{shop.id}/business", {"registration_number": "91310000MA1FL00"})
        assert (told.status, told.json["state"]) == (409, "rejected")
    later(world, 60)
    assert [standing(shop) for shop in (by_hand, by_registry)] == [("pending", [], "rejected")] * 2
    corrected = world.operator.patch(f"/v1/merchants/{by_hand.id}/business", {"registration_number": "91310000MA1FL00"})
    assert corrected.json["state"] == "asked"
    later(world, 60)
    assert standing(by_hand)[0] == "active"


def test_nobody_verifies_a_business_that_they_work_at(world: World) -> None:
    world.shop, ana = joined(world, "94"), world.customer()
    staff_kit.hired(world, ana, "owner")
    wish = {"decision": "verify", "version": business(world.operator, world.shop)["version"], "reason": "it is mine"}
    refused = ana.at_work().post(f"/v1/merchants/{world.shop.id}/verification", wish)
    assert_problem(refused, 403, "second-person-required")
    assert "merchant.verify" not in {one["what"]["S"] for one in all_items("audit")}
    assert decide(world, world.shop, "verify").json["state"] == "verified"


def test_nobody_decides_about_what_they_have_not_seen(world: World) -> None:
    shop = joined(world, "94")
    seen = business(world.operator, shop)["version"]
    shop.till.patch(f"/v1/merchants/{shop.id}/business", {"legal_name": "Somebody Else"})
    for decision in ("verify", "refuse"):
        late = decide(world, shop, decision, seen)
        assert (late.status, late.json["state"]) == (409, "changed")
    later(world, 60)
    assert business(world.operator, shop)["version"] == seen + 1, "an answer that did not come changes nothing of it"
    assert decide(world, shop, "verify").json["state"] == "verified"


def test_a_registry_that_does_not_answer_is_asked_again_after_a_minute_and_five(world: World) -> None:
    shop = joined(world, "93")
    later(world, 0)
    assert business(shop.till, shop)["state"] == "unknown"
    later(world, 59)
    assert standing(shop)[0] == "pending"
    for seconds in (1, 299):
        later(world, seconds)
        assert standing(shop)[0] == "pending"
    later(world, 1)
    assert standing(shop)[0] == "active"


def test_one_that_never_answers_becomes_a_persons_work(world: World) -> None:
    shop = joined(world, "94")
    for seconds in (0, 60, 300, 3_600):
        later(world, seconds)
    assert all_items("cases") == []
    later(world, 86_400)
    world.operator = world._operator()
    (case,) = world.operator.get("/v1/cases").json["data"]
    assert (case["kind"], case["subject"]) == ("merchant-unverified", shop.id)
    assert decide(world, shop, "verify").status == 200
    assert world.operator.get("/v1/cases").json["data"] == []


def test_a_sweep_that_fires_twice_asks_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    shop, asked = joined(world, "94"), []
    verify = verification.SandboxRegistry.verify

    def counted(self: Any, *args: Any) -> Any:
        asked.append(args[0])
        return verify(self, *args)

    monkeypatch.setattr(verification.SandboxRegistry, "verify", counted)
    later(world, 0)
    later(world, 0)
    assert asked == [shop.id]
    assert onboarding.ask(shop.id, world.clock.now()) is False


def test_nobody_verifies_in_production_but_a_person(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification, "settings", type("Production", (), {"stage": "prod"}))
    shop = joined(world)
    later(world, 60)
    assert business(shop.till, shop)["state"] == "unknown"
    assert standing(shop)[0] == "pending"


def test_what_a_merchant_says_of_its_business_is_masked_and_sealed(world: World) -> None:
    shop = joined(world, website="https://new-tea.example")
    assert business(world.operator, shop) == {
        "legal_name": "T***",
        "registration_number": "***FL00",
        "country": "CN",
        "representative_name": "Z***",
        "website": "https://new-tea.example",
        "state": "asked",
        "currently_due": [],
        "checked_at": None,
        "version": 1,
    }
    kept = at_rest()
    hidden = (BUSINESS["legal_name"], "91310000MA1FL00", BUSINESS["representative_name"], "https://new-tea.example")
    assert [one for one in hidden if one in kept] == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("country", "cn"),
        ("country", "CHN"),
        ("registration_number", "!!"),
        ("registration_number", "A" * 33),
        ("legal_name", " "),
        ("representative_name", "x" * 129),
        ("website", "http://new-tea.example"),
        ("website", "https://user@new-tea.example"),
    ],
)
def test_what_cannot_be_so_is_refused(world: World, field: str, value: str) -> None:
    terms = {"name": "New Tea", "currencies": ["CNY"], "fee_basis_points": 60}
    reply = world.operator.post("/v1/merchants", terms | {"business": BUSINESS | {field: value}})
    assert_problem(reply, 422, "invalid-request", field)
    assert len(all_items("merchants")) == len([one for one in all_items("merchants") if "New Tea" not in str(one)])


def test_a_merchant_that_an_operator_vouches_for_is_active_at_once(world: World) -> None:
    assert standing(world.shop) == ("active", [], None)
    assert_problem(world.operator.get(f"/v1/merchants/{world.shop.id}/business"), 404, "not-found")
    assert settings().stage != "prod"


@pytest.mark.parametrize("field", ["legal_name", "registration_number", "representative_name"])
def test_one_fact_is_revealed_for_a_reason_that_the_log_keeps_whatever_the_merchants_state(
    world: World, field: str
) -> None:
    shop, why = joined(world), "to compare it with the register"
    path, wish = f"/v1/merchants/{shop.id}/business/reveals", {"field": field, "reason": why}
    later(world, 60)
    assert standing(shop)[0] == "active"
    said = BUSINESS | {"registration_number": "91310000MA1FL00"}
    assert world.operator.post(path, wish).json == {"field": field, "value": said[field]}
    (entry,) = [one for one in all_items("audit") if one["what"]["S"] == "merchant.reveal"]
    assert (entry["whom"]["S"], field in str(entry)) == (shop.id, True)
    assert why not in at_rest()
    for lacking in ({"field": field, "reason": "short"}, {"field": "website", "reason": why}):
        assert world.operator.post(path, lacking).status == 422
    assert shop.till.post(path, wish).status == 403


def test_looks_at_businesses_and_at_people_are_counted_together(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    shop, ana, why = joined(world), world.customer(), {"reason": "to compare it with the register"}
    monkeypatch.setattr(people, "REVEALS", (Limit("looks", 2, timedelta(hours=1)),))
    path = f"/v1/merchants/{shop.id}/business/reveals"
    assert world.operator.post(path, why | {"field": "legal_name"}).status == 200
    assert world.operator.post(f"/v1/people/{ana.id}/reveals", why | {"field": "identifier"}).status == 200
    assert_problem(world.operator.post(path, why | {"field": "legal_name"}), 429, "too-many-requests")
