"""Who may be on a list waits for a person's decision and is told nothing; who is on it pays nothing any more."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib import cloud
from chalicelib.kyc import lists, screening
from chalicelib.kyc.lists import NoList
from chalicelib.ledger import service as ledger
from chalicelib.policy import service as policy
from chalicelib.settings import settings
from tests.api import verification_kit as kit
from tests.api.caller import Reply, assert_problem
from tests.api.test_verification import kinds, tiers
from tests.api.world import Person, World
from tests.people import all_items, at_rest, told

pytestmark = pytest.mark.many_requests
LISTED = {"full_name": "MALGRAVE, Viktor", "born_on": "1961-04-12"}


@pytest.fixture(autouse=True)
def fresh_list() -> None:
    lists.forget()


def opened(world: World) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.operator.get("/v1/screenings").json["data"]
    return found


def decide(world: World, screening_id: str, decision: str) -> Reply:
    wish = {"decision": decision, "reason": "compared place of birth and photo"}
    return world.operator.post(f"/v1/screenings/{screening_id}/decision", wish)


def deeds() -> list[tuple[str, str]]:
    """Who did what, as the audit log has it."""
    return [(one["who"]["S"], one["what"]["S"]) for one in all_items("audit")]


def found(world: World) -> tuple[Person, dict[str, Any]]:
    ana = world.customer(1_000)
    kit.verified(world, ana, **LISTED)
    (one,) = opened(world)
    return ana, one


def test_whoever_may_be_on_a_list_waits_and_is_told_nothing_of_it(world: World) -> None:
    ana, one = found(world)
    assert (one["user_id"], one["full_name"], one["state"]) == (ana.id, "MALGRAVE, Viktor", "open")
    assert [(hit["entry"], hit["rule"]) for hit in one["hits"]] == [("SBX-1", "exact")]
    assert (tiers(ana), kinds(ana)) == ((0, 0), [])
    (document,) = kit.standing(ana)["documents"]
    assert (document["state"], "reason" in document) == ("checking", False)
    (case,) = world.operator.get("/v1/cases").json["data"]
    assert (case["id"], case["kind"], case["subject"]) == (one["case_id"], "screening", one["id"])
    assert "MALGRAVE" not in at_rest()


def test_whoever_is_cleared_gets_their_tier_and_is_not_asked_about_again(world: World) -> None:
    ana, one = found(world)
    assert decide(world, one["id"], "cleared").json["state"] == "cleared"
    kit.later(world)
    assert (tiers(ana), opened(world), world.operator.get("/v1/cases").json["data"]) == ((1, 1), [], [])
    kit.verified(world, ana, kit.ADDRESS, **LISTED)
    assert (tiers(ana), opened(world)) == ((2, 2), [])
    assert (world.operator_id, "screening.decide") in deeds()
    assert (decide(world, one["id"], "confirmed").status, ledger.head(ana.wallet).status) == (409, "active")


def test_whoever_is_confirmed_is_frozen_by_the_house_and_never_raised(world: World) -> None:
    ana, one = found(world)
    assert decide(world, one["id"], "confirmed").json["state"] == "confirmed"
    kit.later(world, 4_000)
    head = ledger.head(ana.wallet)
    assert (head.status, head.reason, tiers(ana)) == ("frozen", "under_review", (0, 0))
    assert kinds(ana) == []
    assert kit.standing(ana)["documents"][0]["state"] == "checking"
    kept_for = policy.retention_of("CN", world.clock.now()).days["identity-document"]
    assert kit.images_kept() == 1
    kit.later(world, kept_for * 86_400)
    assert kit.images_kept() == 0
    ana.sign_in()
    assert "list" not in ana.phone.get("/v1/me/notices").raw.decode().lower()


def test_a_case_is_not_resolved_while_nobody_has_decided(world: World) -> None:
    _, one = found(world)
    refused = world.operator.post(f"/v1/cases/{one['case_id']}/resolve", {"note": "looked at it"})
    assert (refused.status, refused.json["state"]) == (409, "undecided")


def test_an_operator_learns_nothing_of_being_on_a_list_and_decides_nothing_of_it(world: World) -> None:
    ana, one = found(world)
    me, wish = ana.at_work(), {"decision": "cleared", "reason": "that is not me at all"}
    assert [me.get(f"/v1/{what}").json["data"] for what in ("screenings", "cases")] == [[], []]
    nothing = told(me.get("/v1/screenings/scr_00000000000000000000000000"))
    paths = f"/v1/screenings/{one['id']}", f"/v1/cases/{one['case_id']}"
    assert [told(me.get(path)) for path in paths] == [nothing] * 2
    assert_problem(me.post(f"/v1/screenings/{one['id']}/decision", wish), 403, "second-person-required")
    kit.later(world)
    assert ([each["id"] for each in opened(world)], tiers(ana)) == ([one["id"]], (0, 0))
    assert [each for each in deeds() if each[0] == ana.id and each[1].startswith("screening")] == []


def test_a_decision_needs_a_reason_and_something_to_decide(world: World) -> None:
    _, one = found(world)
    path = f"/v1/screenings/{one['id']}/decision"
    for reason in ("short", " " * 20):
        assert_problem(
            world.operator.post(path, {"decision": "cleared", "reason": reason}), 422, "invalid-request", "reason"
        )
    assert_problem(decide(world, "scr_00000000000000000000000000", "cleared"), 404, "not-found")
    assert world.operator.get(f"/v1/screenings/{one['id']}").json["state"] == "open"


def test_a_newer_list_screens_everybody_again_and_goes_on_where_it_stopped(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [world.customer() for _ in range(5)]
    for place, one in enumerate(people):
        kit.verified(world, one, full_name=f"Innocent Person{place}")
    assert opened(world) == []
    rows = "".join(f"N-{place},Person{place} Innocent,1990,,New list\n" for place in range(5))
    key = "lists/newer.csv"
    cloud.client("s3").put_object(
        Bucket=settings().documents_bucket, Key=key, Body=f"id,names,born_on,country,list\n{rows}".encode()
    )
    monkeypatch.setattr(lists, "settings", lambda: NewList(settings(), key))
    monkeypatch.setattr(screening, "AT_ONCE", 1)
    world.clock.advance(1)
    done = [screening.again_due(world.clock.now()) for _ in range(8)]
    assert (sum(done), max(done) <= 4, done[-1]) == (5, True, 0)
    assert {one["user_id"] for one in opened(world)} == {one.id for one in people}
    assert {tiers(one) for one in people} == {(1, 1)}, "until somebody decides"


def test_without_a_list_everybody_waits(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> Any:
        raise NoList()

    ana = world.customer()
    with monkeypatch.context() as patch:
        patch.setattr(lists, "current", none)
        kit.verified(world, ana)
        assert (tiers(ana), kit.standing(ana)["documents"][0]["state"]) == ((0, 0), "checking")
    kit.later(world, 3_600)
    assert tiers(ana) == (1, 1)


class NewList:
    def __init__(self, kept: Any, key: str) -> None:
        self.stage, self.documents_bucket, self.screening_list = kept.stage, kept.documents_bucket, key
