"""Funding methods: added with a step-up, sealed, shown masked, told to their owner, and removed for good."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.ledger import funding as ledger
from tests.api.caller import assert_problem
from tests.api.withdrawal_kit import ACCOUNT, METHODS, add, stepped_up, with_pin, withdraw
from tests.api.world import World
from tests.people import at_rest

pytestmark = pytest.mark.many_requests


def listed(phone: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = phone.get(METHODS).json["data"]
    return found


def test_adding_one_takes_a_step_up(world: World) -> None:
    ana = world.customer()
    assert_problem(add(ana), 403, "step-up-required")
    assert listed(ana.phone) == []


def test_it_is_shown_masked_sealed_at_rest_and_its_owner_is_told(world: World) -> None:
    ana = with_pin(world)
    added = add(ana, "de89 3704 0044 0532 0130 00")
    assert added.status == 201, added.raw
    assert (added.json["label"], added.json["kind"], added.json["processor"]) == (
        "•••• 3000",
        "bank-account",
        "sandbox",
    )
    assert (added.json["created_at"][:10], added.json["usable_at"][:10]) == ("2026-11-22", "2026-11-23")
    assert listed(ana.phone) == [added.json]
    assert ACCOUNT not in at_rest() and ACCOUNT[-8:] not in at_rest()
    assert ana.phone.get("/v1/me/notices").json["data"][0]["kind"] == "funding_method_added"


def test_adding_the_same_again_is_the_same_and_waits_no_longer(world: World) -> None:
    ana = with_pin(world)
    first = add(ana)
    world.clock.advance(60)
    assert add(ana).json == first.json
    kinds = [one["kind"] for one in ana.phone.get("/v1/me/notices").json["data"]]
    assert (len(listed(ana.phone)), kinds.count("funding_method_added")) == (1, 1)


def test_one_that_was_removed_and_added_again_waits_again(world: World) -> None:
    ana = with_pin(world, 5_000)
    method = add(ana).json["id"]
    world.clock.advance(86_400)
    ana.sign_in()
    assert ana.phone.delete(f"{METHODS}/{method}").status == 204
    assert (listed(ana.phone), ana.phone.delete(f"{METHODS}/{method}").status) == ([], 404)
    assert_problem(withdraw(ana, method), 404, "not-found")
    assert add(stepped_up(ana)).json["id"] == method
    assert_problem(withdraw(ana, method), 403, "cooling-off", "funding_method_id")
    assert ana.available == 5_000


def test_one_whose_removal_was_cut_off_waits_again_when_it_is_added_again(world: World) -> None:
    ana = with_pin(world, 5_000)
    method = add(ana).json["id"]
    world.clock.advance(86_400)
    ana.sign_in()
    ledger.shut(method, ana.id)
    added = add(stepped_up(ana))
    assert (added.json["id"], added.json["usable_at"][:10], listed(ana.phone)) == (method, "2026-11-24", [added.json])
    assert_problem(withdraw(ana, method), 403, "cooling-off", "funding_method_id")
    world.clock.advance(86_400)
    ana.sign_in()
    assert withdraw(ana, method).status == 201


def test_one_that_was_added_by_halves_cools_off_from_when_it_is_whole(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever added it died before the ledger had it, and before its owner was told."""
    ana, opening = with_pin(world, 5_000), ledger.open_for

    def died(*given: Any) -> None:
        raise SystemExit

    monkeypatch.setattr(ledger, "open_for", died)
    with pytest.raises(SystemExit):
        add(ana)
    monkeypatch.setattr(ledger, "open_for", opening)
    world.clock.advance(20 * 86_400)
    ana.sign_in()
    added = add(stepped_up(ana))
    assert (added.status, added.json["usable_at"][:10]) == (201, "2026-12-13")
    assert_problem(withdraw(ana, added.json["id"]), 403, "cooling-off", "funding_method_id")


def test_two_people_with_the_same_account_have_each_their_own(world: World) -> None:
    ana, ben = with_pin(world), with_pin(world)
    assert add(ana).json["id"] != add(ben).json["id"]
    assert ben.phone.delete(f"{METHODS}/{listed(ana.phone)[0]['id']}").status == 404
    assert len(listed(ana.phone)) == 1


@pytest.mark.parametrize(
    ("processor", "destination", "param"),
    [
        ("stripe", ACCOUNT, "processor"),
        ("nobody", ACCOUNT, "processor"),
        ("sandbox", "short", "destination"),
        ("sandbox", "DE89-3704", "destination"),
        ("sandbox", "ＤＥ８９３７０４００", "destination"),
        ("wechatpay", "o id with spaces?", "destination"),
        ("alipay", "2088", "destination"),
    ],
)
def test_what_no_processor_can_send_to_is_refused_by_its_name(
    world: World, processor: str, destination: str, param: str
) -> None:
    assert_problem(add(with_pin(world), destination, processor), 422, "invalid-request", param)


def test_there_are_at_most_ten(world: World) -> None:
    ana = with_pin(world)
    for number in range(10):
        assert add(ana, f"{ACCOUNT[:-1]}{number}").status == 201
    assert_problem(add(ana, "GB33BUKB20201555555555"), 409, "invalid-state")
    assert add(ana, f"{ACCOUNT[:-1]}3").status == 201
