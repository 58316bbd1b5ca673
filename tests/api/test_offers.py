"""Offers through the whole app: in whose order, why, and the switch that ends it."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.kernel import clock as clocks
from chalicelib.rewards import leaving, liking, offering, store_offers
from tests.api.coupon_kit import template
from tests.api.test_cards import suspend
from tests.api.test_leaving import erased
from tests.api.world import Person, World, cheap_passwords
from tests.conftest import FrozenClock
from tests.people import all_items

pytestmark = pytest.mark.many_requests
HOUR, DAY = 3_600, 86_400


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


def offers(person: Person, language: str = "en") -> list[dict[str, Any]]:
    found = person.phone.with_headers(accept_language=language).get("/v1/offers?limit=100")
    assert found.status == 200, found.raw
    rows: list[dict[str, Any]] = found.json["data"]
    return rows


def switch(person: Person, personal: bool) -> dict[str, Any]:
    reply = person.phone.request("PUT", "/v1/me/offers", {"personal": personal})
    assert reply.status == 200, reply.raw
    told: dict[str, Any] = reply.json
    return told


def known(person: Person) -> Any:
    return person.phone.get("/v1/me/offers").json["known"]


def kept_of(person: Person) -> list[dict[str, Any]]:
    return [one for one in all_items("merchants") if one["pk"]["S"] == person.id and one["sk"]["S"] == "OFFERS"]


def easy(person: Person) -> None:
    assert person.phone.patch("/v1/me/preferences", {"ui_mode": "easy"}).status == 200


def drinks_tea(world: World, person: Person, times: int = 4) -> None:
    for _ in range(times):
        assert person.pay(1_000, confirm_duplicate=True).status == 201
        world.clock.advance(60)
    world.clock.advance(HOUR)
    person.sign_in()


def two_offers(world: World) -> tuple[str, str]:
    """At the shop where she drinks tea, and a newer one at another."""
    other = world.another_shop()
    here = template(world, public=True, merchant_ids=[world.shop.id])["id"]
    world.clock.advance(1)
    return here, template(world, public=True, merchant_ids=[other.id])["id"]


def test_what_she_buys_puts_its_offer_first_and_says_why_in_her_language(world: World) -> None:
    ana, (here, there) = world.customer(100_000), two_offers(world)
    assert [one["id"] for one in offers(ana)] == [there, here]
    world.clock.advance(8 * DAY)
    ana.sign_in()
    drinks_tea(world, ana)
    first, second = offers(ana)
    assert (first["id"], first["personal"], second["id"]) == (here, True, there)
    assert first["reason"] == {"code": "often-here", "category": None, "times": 4}
    assert first["why"] == "You paid 4 times in the last 30 days at a shop where this is good."
    assert offers(ana, "zh")[0]["why"] == "您近 30 天在适用商户消费了 4 次。"


def test_what_was_paid_and_refunded_is_no_taste(world: World) -> None:
    ana, (here, _) = world.customer(100_000), two_offers(world)
    for number in range(4):
        paid = ana.pay(1_000, reference=f"order-{number}", confirm_duplicate=True)
        world.clock.advance(60)
        assert world.shop.act(paid.json["id"], "refunds", {"amount": 1_000}).status == 201
        world.clock.advance(60)
    world.clock.advance(HOUR)
    ana.sign_in()
    assert [one["personal"] for one in offers(ana)] == [False, False]
    drinks_tea(world, ana, 1)
    (found,) = [one for one in offers(ana) if one["id"] == here]
    assert (found["reason"]["code"], found["personal"]) == ("been-here", True)


def test_what_is_good_only_where_nobody_can_pay_is_on_no_list(world: World) -> None:
    ana, (_, there) = world.customer(), two_offers(world)
    suspend(world.shop.id)
    assert [one["id"] for one in offers(ana)] == [there]


def test_what_is_all_gone_is_on_no_list_once_somebody_has_found_it_so(world: World) -> None:
    ana, ben = world.customer(), world.customer()
    few = template(world, public=True, budget_count=1, budget_sum=500)["id"]
    assert ben.phone.post(f"/v1/offers/{few}/claims", {}).status == 201
    assert ana.phone.post(f"/v1/offers/{few}/claims", {}).json["code"] == "coupons-exhausted"
    assert [one["id"] for one in offers(ana)] == []


def test_nothing_of_a_person_orders_offers_for_whoever_never_paid(world: World) -> None:
    ana, (here, there) = world.customer(), two_offers(world)
    told = offers(ana)
    assert [(one["id"], one["personal"]) for one in told] == [(there, False), (here, False)]
    assert all("nothing that we know of you decided it" in one["why"] for one in told)


def test_the_switch_deletes_the_profile_at_once_and_nothing_is_personal_any_more(world: World) -> None:
    ana, (here, there) = world.customer(100_000), two_offers(world)
    drinks_tea(world, ana)
    offers(ana)
    assert "profile" in kept_of(ana)[0] and known(ana)["merchants"][0]["name"] == world.shop.id
    told = switch(ana, False)
    assert told == {"personal": False, "chosen": "off", "asks": False, "known": None}
    assert set(kept_of(ana)[0]) == {"pk", "sk", "chosen", "chosen_at"}
    assert [(one["id"], one["personal"]) for one in offers(ana)] == [(there, False), (here, False)]
    assert "profile" not in kept_of(ana)[0]
    assert switch(ana, True)["personal"] and offers(ana)[0]["id"] == here


def test_in_easy_mode_nothing_is_personal_before_she_has_been_asked(world: World) -> None:
    ana, (here, there) = world.customer(100_000), two_offers(world)
    easy(ana)
    drinks_tea(world, ana)
    assert [(one["id"], one["personal"]) for one in offers(ana)] == [(there, False), (here, False)]
    assert kept_of(ana) == []
    asked = ana.phone.get("/v1/me/offers").json
    assert asked == {"personal": False, "chosen": None, "asks": True, "known": None}
    assert switch(ana, True) | {"known": None} == {"personal": True, "chosen": "on", "asks": False, "known": None}
    assert offers(ana)[0]["id"] == here


def test_what_was_known_goes_when_she_turns_to_easy_mode(world: World) -> None:
    ana = world.customer(100_000)
    two_offers(world)
    drinks_tea(world, ana)
    assert offers(ana)[0]["personal"]
    easy(ana)
    assert known(ana) is None and not offers(ana)[0]["personal"]
    assert kept_of(ana) == []


def test_pages_follow_one_ranking_and_what_was_taken_stands_last(world: World) -> None:
    ana, made = world.customer(), []
    for _ in range(5):
        made.append(template(world, public=True)["id"])
        world.clock.advance(1)
    assert ana.phone.post(f"/v1/offers/{made[-1]}/claims").status == 201
    first = ana.phone.get("/v1/offers?limit=2").json
    rest = ana.phone.get(f"/v1/offers?limit=3&cursor={first['next_cursor']}").json
    seen = [*first["data"], *rest["data"]]
    assert [one["id"] for one in seen] == [*made[3::-1], made[-1]]
    assert ([one["taken"] for one in seen], rest["has_more"]) == ([False] * 4 + [True], False)


def test_a_profile_is_an_hour_old_at_most_and_the_night_makes_it_anew_for_whoever_paid(world: World) -> None:
    ana = world.customer(100_000)
    offers(ana)
    assert known(ana)["merchants"] == []
    drinks_tea(world, ana, 2)
    assert offers(ana) == [] and known(ana)["merchants"][0]["times"] == 2
    drinks_tea(world, ana, 1)
    world.clock.advance(DAY)
    world.sweep()
    ana.sign_in()
    assert known(ana)["merchants"][0]["times"] == 3
    made_at = kept_of(ana)[0]["made_at"]
    world.clock.advance(DAY)
    world.sweep()
    assert kept_of(ana)[0]["made_at"] == made_at


def test_a_profile_that_nobody_looks_at_is_deleted_after_a_month(world: World) -> None:
    ana = world.customer(100_000)
    drinks_tea(world, ana)
    offers(ana)
    world.clock.advance(30 * DAY)
    world.sweep()
    assert kept_of(ana) == []


def test_a_profile_goes_with_the_account(world: World) -> None:
    ana = world.customer(1_000)
    assert ana.pay(1_000).status == 201
    world.clock.advance(DAY)
    ana.sign_in()
    offers(ana)
    switch(ana, True)
    erased(world, ana)
    assert kept_of(ana) == []


def test_an_archive_tells_what_is_known_and_nothing_after_the_switch(world: World) -> None:
    ana = world.customer(100_000)
    drinks_tea(world, ana)
    offers(ana)
    told = leaving.told(ana.id, ())["offers.json"]
    assert [one.name for one in told.known.merchants] == [world.shop.id]
    switch(ana, False)
    told = leaving.told(ana.id, ())["offers.json"]
    assert (told.chosen, told.known) == ("off", None)


def test_a_profile_made_meanwhile_is_not_kept_once_it_is_switched_off(world: World) -> None:
    ana = world.customer(100_000)
    drinks_tea(world, ana)
    offers(ana)
    seen = store_offers.kept(ana.id)
    switch(ana, False)
    assert seen.profile
    assert not store_offers.keep(seen, seen.profile, clocks.now(), seen.looked_at, clocks.now())
    assert not liking.refresh(ana.id, clocks.now())
    assert "profile" not in kept_of(ana)[0]


def test_what_many_took_this_week_is_popular_and_what_is_over_leaves_the_list(world: World) -> None:
    many, few = template(world, public=True, valid_days=400)["id"], template(world, public=True, valid_days=400)["id"]
    short = template(world, public=True, budget_count=1)["id"]
    assert world.customer().phone.post(f"/v1/offers/{short}/claims").status == 201
    for _ in range(2):
        assert world.customer().phone.post(f"/v1/offers/{many}/claims").status == 201
    world.clock.advance(DAY)
    world.sweep()
    first, second = offers(world.customer())
    assert (first["id"], second["id"], first["reason"]["code"]) == (many, few, "popular")
    assert short not in {one["sk"]["S"] for one in all_items("merchants") if one["pk"]["S"] == "COUPON-OFFERS"}
    for _ in range(8):
        world.clock.advance(DAY)
        world.sweep()
    assert {one["reason"]["code"] for one in offers(world.customer())} == {"anywhere"}
    assert not offering.take_stock(clocks.now())


def test_what_somebody_else_pays_with_her_card_says_nothing_of_her(world: World) -> None:
    entry = {"kind": "payment", "payee": world.shop.id, "postings": {"wal_1": -5}, "paid_by": "B*"}
    assert liking._paid(entry) == 0
    assert liking._paid(entry | {"paid_by": "", "payee": ""}) == 0
