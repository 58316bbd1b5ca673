"""One checkout paid by several people: parts that add up exactly, all taken together or all given back."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.ledger import audit, service
from chalicelib.merchants import shares
from chalicelib.payments import sharing
from tests.api.caller import Reply
from tests.api.world import Person, World, cheap_passwords
from tests.conftest import FrozenClock

pytestmark = pytest.mark.many_requests

DAY_SECONDS = 86_400


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


def shared(world: World, amount: int = 1_000, most: int = 3, **more: Any) -> str:
    return str(world.shop.checkout(amount, split={"max_payers": most}, **more)["id"])


def part(person: Person, checkout_id: str, amount: int, key: str = "", **more: Any) -> Reply:
    return person.pay_checkout(checkout_id, key, amount=amount, **more)


def seen(by: Person | None, world: World, checkout_id: str) -> dict[str, Any]:
    caller = by.phone if by else world.shop.till
    found: dict[str, Any] = caller.get(f"/v1/checkouts/{checkout_id}").json
    return found


def status_of(person: Person, payment_id: str) -> str:
    return str(person.phone.get(f"/v1/payments/{payment_id}").json["status"])


def notices(world: World, person: Person) -> list[str]:
    world.deliver()
    return [one["kind"] for one in person.phone.get("/v1/me/notices").json["data"]]


def test_parts_are_held_until_the_last_one_and_then_all_are_taken(world: World) -> None:
    ana, ben = world.customer(5_000), world.customer(5_000)
    checkout = shared(world)
    first = part(ana, checkout, 400).json
    assert (first["status"], first["amount"], first["captured"]) == ("authorized", 400, 0)
    assert (ana.available, ana.held, seen(None, world, checkout)["status"]) == (4_600, 400, "open")
    second = part(ben, checkout, 600).json
    after = seen(None, world, checkout)
    assert (after["status"], after["split"]["taken"], after["split"]["left"]) == ("paid", 1_000, 0)
    assert [status_of(*one) for one in ((ana, first["id"]), (ben, second["id"]))] == ["captured", "captured"]
    assert (ana.available, ana.held, ben.available, ben.held) == (4_600, 0, 4_400, 0)
    world.deliver()
    assert service.head(world.shop.account).available == 1_000 - 2 - 4
    assert audit.trial_balance().balanced and shares.due(world.clock.now()) == []


def test_whoever_looks_sees_how_far_it_is_and_no_name_but_their_own_part(world: World) -> None:
    ana, ben = world.customer(5_000), world.customer(5_000)
    checkout = shared(world)
    assert seen(ben, world, checkout)["split"] == {
        "taken": 0,
        "left": 1_000,
        "payers": 0,
        "max_payers": 3,
        "parts": [],
        "least": 1,
    }
    paid = part(ana, checkout, 400).json["id"]
    mine, others = seen(ana, world, checkout), seen(ben, world, checkout)
    assert mine["split"]["parts"] == [{"amount": 400, "status": "authorized", "mine": True, "payment_id": paid}]
    assert others["split"]["parts"] == [{"amount": 400, "status": "authorized", "mine": False}]
    assert (others["split"]["left"], others["split"]["payers"], others["status"]) == (600, 1, "open")
    assert ana.id not in str(others) and ana.wallet not in str(others)
    assert seen(None, world, checkout)["split"]["parts"][0]["payment_id"] == paid


def test_a_part_beyond_what_is_left_is_refused_for_good_and_says_what_is_left(world: World) -> None:
    ana, ben = world.customer(5_000), world.customer(5_000)
    checkout = shared(world)
    part(ana, checkout, 400)
    refused = part(ben, checkout, 601, "k")
    assert (refused.status, refused.json["code"], refused.json["left"]) == (409, "exceeds-what-is-left", 600)
    assert "¥6.00" in refused.json["detail"]
    assert part(ben, checkout, 601, "k").raw == refused.raw
    assert (ben.available, part(ben, checkout, 600).status) == (5_000, 201)
    late = part(ana, checkout, 1)
    assert (late.json["code"], late.json["state"]) == ("invalid-state", "paid")


def test_one_person_may_pay_several_parts_and_takes_one_place(world: World) -> None:
    ana, ben, cyd = (world.customer(5_000) for _ in range(3))
    checkout = shared(world, most=2)
    assert [part(ana, checkout, amount).status for amount in (100, 150)] == [201, 201]
    assert seen(ben, world, checkout)["split"]["payers"] == 1
    assert part(ben, checkout, 50).status == 201
    refused = part(cyd, checkout, 10)
    assert (refused.json["code"], refused.json["state"]) == ("invalid-state", "all-places-taken")
    assert (part(ben, checkout, 700).status, seen(ben, world, checkout)["status"]) == (201, "paid")


def test_what_looks_like_the_same_part_is_asked_about_first(world: World) -> None:
    ana, checkout = world.customer(5_000), shared(world)
    first = part(ana, checkout, 100).json["id"]
    again = part(ana, checkout, 100)
    assert (again.json["code"], again.json["payment_id"]) == ("probable-duplicate", first)
    assert part(ana, checkout, 100, confirm_duplicate=True).status == 201


def test_a_part_delivered_five_times_is_one_part(world: World) -> None:
    ana, checkout = world.customer(5_000), shared(world)
    assert len({part(ana, checkout, 1_000, "k").raw for _ in range(5)}) == 1
    assert (ana.available, ana.held, len(seen(ana, world, checkout)["split"]["parts"])) == (4_000, 0, 1)


def test_what_is_cancelled_before_it_is_full_gives_every_part_back_and_tells_each(world: World) -> None:
    ana, ben = world.customer(5_000), world.customer(5_000)
    checkout = shared(world)
    paid = [part(person, checkout, 300).json["id"] for person in (ana, ben)]
    assert world.shop.till.post(f"/v1/checkouts/{checkout}/cancel").json["status"] == "cancelled"
    assert part(ana, checkout, 10).json["state"] == "cancelled"
    assert (world.sweep(), world.sweep()) == (1, 0)
    assert [status_of(person, one) for person, one in zip((ana, ben), paid, strict=True)] == ["voided", "voided"]
    assert [(one.available, one.held) for one in (ana, ben)] == [(5_000, 0), (5_000, 0)]
    assert [notices(world, one)[0] for one in (ana, ben)] == ["payment_released", "payment_released"]
    assert audit.trial_balance().balanced and shares.due(world.clock.now()) == []


def test_what_runs_out_before_it_is_full_gives_every_part_back(world: World) -> None:
    ana = world.customer(5_000)
    checkout = shared(world)
    paid = part(ana, checkout, 300).json
    assert paid["expires_at"] == seen(None, world, checkout)["expires_at"]
    world.clock.advance(DAY_SECONDS - 60)
    world.sweep()
    ana.sign_in()
    assert ana.held == 300
    world.clock.advance(61)
    world.sweep()
    assert (ana.available, ana.held, status_of(ana, paid["id"])) == (5_000, 0, "expired")
    assert (seen(ana, world, checkout)["status"], part(ana, checkout, 700).json["state"]) == ("expired", "expired")
    assert shares.due(world.clock.now()) == []


def test_a_full_checkout_can_be_neither_cancelled_nor_run_out_and_no_part_voided(world: World) -> None:
    ana, ben = world.customer(5_000), world.customer(5_000)
    checkout = shared(world)
    paid = [part(person, checkout, 500).json["id"] for person in (ana, ben)]
    refused = world.shop.till.post(f"/v1/checkouts/{checkout}/cancel")
    assert (refused.status, refused.json["state"]) == (409, "paid")
    world.clock.advance(2 * DAY_SECONDS)
    world.sweep()
    for one in paid:
        assert world.shop.act(one, "void").json["state"] == "shared"
    assert world.shop.act(paid[0], "refunds", {"amount": 200}).status == 201
    ana.sign_in()
    assert ana.available == 4_700


def test_its_merchants_server_is_told_once_that_it_is_paid_and_of_each_part(world: World) -> None:
    ana, ben = world.customer(5_000), world.customer(5_000)
    wanted = {"url": "https://hooks.tea.example/", "event_types": ["checkout.paid", "payment.captured"]}
    assert world.operator.post(f"/v1/merchants/{world.shop.id}/webhook-endpoints", wanted).status == 201
    checkout = shared(world)
    for person in (ana, ben):
        part(person, checkout, 500)
    world.deliver()
    world.sweep()
    ana.pay(7)
    world.deliver()
    told = world.shop.till.get(f"/v1/merchants/{world.shop.id}/events").json["data"]
    of_it = [one for one in told if checkout in (one["data"]["id"], one["data"].get("checkout_id"))]
    twice = ["payment.authorized", "payment.captured"]
    assert sorted(one["type"] for one in of_it) == sorted(["checkout.paid", *twice, *twice])
    paid = next(one["data"] for one in told if one["type"] == "checkout.paid")
    assert (paid["id"], paid["status"], paid["amount"], "payment_id" in paid) == (checkout, "paid", 1_000, False)


def test_a_merchant_neither_takes_nor_voids_a_single_part(world: World) -> None:
    ana, checkout = world.customer(5_000), shared(world)
    paid = part(ana, checkout, 500).json["id"]
    for what in ("capture", "void"):
        refused = world.shop.act(paid, what)
        assert (refused.status, refused.json["state"]) == (409, "shared")
    assert (ana.held, world.shop.act(paid, "refunds").json["state"]) == (500, "authorized")


def full_and_cut_short(world: World, monkeypatch: pytest.MonkeyPatch) -> tuple[Person, Person, str]:
    """Every part is there, and the request that brought the last one went no further."""
    ana, ben, checkout = world.customer(5_000), world.customer(5_000), shared(world)
    monkeypatch.setattr(sharing, "look", lambda order, at: None)
    for person in (ana, ben):
        part(person, checkout, 500)
    return ana, ben, checkout


def test_what_was_cut_short_after_the_last_part_is_taken_by_the_sweep(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, ben, checkout = full_and_cut_short(world, monkeypatch)
    assert (seen(ana, world, checkout)["status"], ana.held, ben.held) == ("paid", 500, 500)
    world.clock.advance(2 * DAY_SECONDS)
    world.sweep()
    for person in (ana, ben):
        person.sign_in()
        assert (person.available, person.held) == (4_500, 0)
    assert shares.due(world.clock.now()) == []


def test_a_full_checkout_is_not_cancelled_though_nobody_has_written_down_that_it_is_paid(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, _, checkout = full_and_cut_short(world, monkeypatch)
    refused = world.shop.till.post(f"/v1/checkouts/{checkout}/cancel")
    assert (refused.status, refused.json["state"], ana.held) == (409, "paid", 500)
    wanted = {"url": "https://hooks.tea.example/", "event_types": ["checkout.paid"]}
    assert world.operator.post(f"/v1/merchants/{world.shop.id}/webhook-endpoints", wanted).status == 201
    world.clock.advance(60)
    world.sweep()
    world.deliver()
    told = world.operator.get(f"/v1/merchants/{world.shop.id}/events").json["data"]
    assert "checkout.paid" in [one["type"] for one in told]


def test_a_wallet_that_was_frozen_or_closed_meanwhile_is_taken_from_all_the_same(world: World) -> None:
    ana, ben = world.customer(5_000), world.customer(5_000)
    checkout = shared(world)
    part(ana, checkout, 500)
    service.impose(ana.wallet, "a check", world.clock.now())
    assert part(ben, checkout, 500).status == 201
    assert (service.head(ana.wallet).held, service.head(ana.wallet).available) == (0, 4_500)


def test_nobody_takes_a_place_for_less_than_the_shop_lets_a_part_be(world: World) -> None:
    ana, ben, cy = (world.customer(5_000) for _ in range(3))
    checkout = str(world.shop.checkout(1_000, split={"max_payers": 2, "least": 300})["id"])
    for amount in (1, 299):
        refused = part(ana, checkout, amount)
        assert (refused.status, refused.json["code"], refused.json["least"]) == (409, "below-least-part", 300)
    assert part(ben, checkout, 300).status == 201
    assert part(cy, checkout, 500).status == 201
    assert part(cy, checkout, 199).json["code"] == "below-least-part"
    assert seen(ana, world, checkout)["split"]["least"] == 300
    assert part(ben, checkout, 200).status == 201, "all that is left"
    assert (seen(None, world, checkout)["status"], ana.held) == ("paid", 0)


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"split": {"max_payers": 1}}, "split.max_payers"),
        ({"split": {"max_payers": 21}}, "split.max_payers"),
        ({"split": {}}, "split"),
        ({"split": {"max_payers": 2, "min": 1}}, "split.min"),
        ({"split": {"max_payers": 2, "least": 0}}, "split.least"),
        ({"split": {"max_payers": 2, "least": 101}}, "split.least"),
        ({"split": {"max_payers": 2}, "capture": "manual"}, "split"),
        ({"split": {"max_payers": 2}, "expires_at": "2026-11-29T08:00:01Z"}, "expires_at"),
    ],
)
def test_a_split_that_breaks_a_rule_is_refused(world: World, changes: dict[str, Any], param: str) -> None:
    order = {"amount": 100, "currency": "CNY", "order_reference": "order-1"} | changes
    refused = world.shop.till.post("/v1/checkouts", order)
    assert refused.status == 422
    assert refused.json["param"].startswith(param.split(".", maxsplit=1)[0]), refused.json


def test_an_amount_is_asked_for_where_it_is_a_part_and_refused_elsewhere(world: World) -> None:
    ana, whole = world.customer(5_000), world.shop.checkout(100)["id"]
    checkout = shared(world)
    for refused in (ana.pay_checkout(checkout), part(ana, whole, 100), part(ana, checkout, 0)):
        assert (refused.status, refused.json["param"]) == (422, "amount")
    assert part(ana, checkout, 100, capture="manual").json["param"] == "capture"
    assert (ana.available, ana.held) == (5_000, 0)


def test_the_fortieth_part_is_the_last_and_must_be_all_that_is_left(world: World) -> None:
    ana, checkout = world.customer(5_000), shared(world)
    for amount in range(1, shares.MOST_PARTS):
        assert part(ana, checkout, amount).status == 201
    left = 1_000 - sum(range(1, shares.MOST_PARTS))
    assert part(ana, checkout, left - 1).json["state"] == "last-part"
    assert (part(ana, checkout, left).status, seen(ana, world, checkout)["status"]) == (201, "paid")
    assert (ana.available, ana.held) == (4_000, 0)
