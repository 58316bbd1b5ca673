"""Making up for an incident: four eyes, one coupon for each person whom it hit, an apology, within a budget."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.operations import compensation, store_affected, store_compensation
from tests.api import compensation_kit as kit
from tests.api.caller import Caller
from tests.api.compensation_kit import decide, hit, path, propose, template
from tests.api.coupon_kit import left, pay
from tests.api.test_access_deletion import delete
from tests.api.test_audit_origin import colleague
from tests.api.world import Person, World, cheap_passwords
from tests.conftest import FrozenClock

pytestmark = pytest.mark.many_requests


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


@pytest.fixture
def other(world: World) -> Caller:
    return colleague(world, "admin")


def seen(world: World, incident: str) -> dict[str, Any]:
    reply = world.operator.get(path(incident))
    assert reply.status == 200, reply.raw
    found: dict[str, Any] = reply.json
    return found


def issued(world: World, incident: str) -> dict[str, Any]:
    for _ in range(20):
        if not store_compensation.due(world.clock.now()):
            break
        compensation.go_on(incident, world.clock.now())
    world._consume()
    return seen(world, incident)


def coupons(person: Person) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = person.phone.get("/v1/coupons").json["data"]
    return found


def notices(person: Person) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = person.phone.get("/v1/me/notices").json["data"]
    return [one for one in told if one["kind"] == "incident_compensated"]


def approved(world: World, other: Caller, *people: Person, **more: Any) -> str:
    incident = hit(world, *people)
    assert propose(world, incident, template(world, **more)).status == 201
    assert decide(other, incident).status == 200
    return incident


def test_a_preview_counts_whom_it_hit_and_what_coupons_for_them_would_cost_and_keeps_nothing(world: World) -> None:
    incident, of = hit(world, *(world.customer() for _ in range(3))), template(world, budget_count=2)
    shown = world.operator.get(f"{path(incident)}/preview?template_id={of}").json
    assert (shown["people"], shown["most_each"], shown["cost"], shown["enough"]) == (3, 500, 1_500, False)
    assert world.operator.get(path(incident)).status == 404
    unnamed = world.operator.get(f"{path(incident)}/preview")
    assert (unnamed.status, unnamed.json["param"]) == (422, "template_id")


def test_everybody_whom_it_hit_gets_one_coupon_and_is_told_why_in_their_language(world: World, other: Caller) -> None:
    ana, bo, stranger = (world.customer() for _ in range(3))
    assert bo.phone.patch("/v1/me", {"locale": "zh"}).status == 200
    bo.phone = bo.phone.with_headers(accept_language="zh")
    incident = approved(world, other, ana, bo)
    done = issued(world, incident)
    assert (done["status"], done["issued"], done["issued_cost"], done["refused"]) == ("done", 2, 1_000, [])
    assert [len(coupons(one)) for one in (ana, bo, stranger)] == [1, 1, 0]
    assert (coupons(ana)[0]["why"], coupons(ana)[0]["name"]) == ("compensation", "Sorry: five off")
    (english,), (chinese,) = notices(ana), notices(bo)
    assert "we apologise" in english["body"] and "Sorry: five off" in english["body"]
    assert "深表歉意" in chinese["body"] and "致歉券" in chinese["body"]
    assert notices(stranger) == []
    world.put_in(ana, 1_000)
    assert pay(ana, coupons(ana)[0]["id"], 1_000).json["discount"] == 500


def test_the_sweep_issues_what_was_approved(world: World, other: Caller) -> None:
    ana = world.customer()
    incident = approved(world, other, ana)
    world.clock.advance(1)
    world.sweep()
    assert (seen(world, incident)["status"], len(coupons(ana))) == ("done", 1)


def test_nothing_is_issued_before_somebody_else_has_approved_it(world: World, other: Caller) -> None:
    ana = world.customer()
    incident = hit(world, ana)
    assert propose(world, incident, template(world)).json["status"] == "proposed"
    own = decide(world.operator, incident)
    assert (own.status, own.json["code"]) == (403, "second-person-required")
    assert issued(world, incident)["status"] == "proposed"
    assert coupons(ana) == []
    assert decide(other, incident).json["status"] == "approved"
    again = decide(other, incident)
    assert (again.status, again.json["code"], again.json["state"]) == (409, "invalid-state", "approved")


def test_nobody_whom_it_hit_gives_themselves_a_coupon(world: World, other: Caller) -> None:
    incident, of = kit.begun(world), template(world)
    me = Person.__new__(Person)
    me.id = world.operator_id
    kit.searched(world, incident, world.customer(), me)
    kit.over(world, incident)
    mine = propose(world, incident, of)
    assert (mine.status, mine.json["code"]) == (403, "second-person-required")
    assert propose(world, incident, of, by=other).status == 201
    assert decide(world.operator, incident).json["code"] == "second-person-required"
    assert decide(world.operator, incident, approve=False).json["status"] == "declined"


def test_whom_a_search_finds_after_the_proposal_are_in_no_cost_that_was_approved(world: World, other: Caller) -> None:
    ana, ben = world.customer(), world.customer()
    incident, of = hit(world, ana), template(world)
    assert propose(world, incident, of).json["people"] == 1
    kit.found_since(world, incident, ben)
    changed = decide(other, incident)
    assert (changed.status, changed.json["code"], changed.json["state"]) == (409, "invalid-state", "changed")
    assert decide(other, incident, approve=False).json["status"] == "declined"
    assert propose(world, incident, of).json["people"] == 2


def test_nobody_is_searched_for_while_coupons_are_issued(world: World, other: Caller) -> None:
    ana = world.customer()
    incident = approved(world, other, ana)
    world.clock.advance(60)
    later = {"until": world.clock.now().isoformat()}
    refused = world.operator.post(f"/v1/incidents/{incident}/affected", later)
    assert (refused.status, refused.json["code"], refused.json["state"]) == (409, "invalid-state", "approved")
    assert issued(world, incident)["issued"] == 1
    assert world.operator.post(f"/v1/incidents/{incident}/affected", later).status == 202


@pytest.mark.parametrize("first", ["search", "approval"])
def test_of_an_approval_and_a_search_that_have_seen_the_same_the_first_has_its_way(world: World, first: str) -> None:
    incident, of = hit(world, world.customer()), template(world)
    assert propose(world, incident, of).status == 201
    searched, proposed = store_affected.job(incident), store_compensation.of(incident)
    assert searched and proposed
    acts = {
        "search": lambda: store_affected.keep(replace(searched, finished_at=None)),
        "approval": lambda: store_compensation.approve(replace(proposed, state="approved"), searched),
    }
    assert acts.pop(first)() is not None
    assert [late() for late in acts.values()] == [None]


def test_what_was_declined_issues_nothing_and_may_be_proposed_otherwise(world: World, other: Caller) -> None:
    ana = world.customer()
    incident = hit(world, ana)
    propose(world, incident, template(world))
    assert decide(other, incident, approve=False).json["status"] == "declined"
    assert issued(world, incident)["issued"] == 0
    better = propose(world, incident, template(world, amount_off=900))
    assert (better.status, better.json["most_each"]) == (201, 900)
    decide(other, incident)
    assert (issued(world, incident)["issued"], coupons(ana)[0]["amount_off"]) == (1, 900)


def test_an_incident_is_made_up_for_once(world: World, other: Caller) -> None:
    ana = world.customer()
    incident = approved(world, other, ana)
    for state in ("approved", "done"):
        second = propose(world, incident, template(world))
        assert (second.status, second.json["code"], second.json["state"]) == (409, "invalid-state", state)
        issued(world, incident)
    assert len(coupons(ana)) == 1


def test_a_proposal_is_replayed_byte_for_byte_with_its_key(world: World, other: Caller) -> None:
    incident, of = hit(world, world.customer()), template(world)
    first = propose(world, incident, of, "once")
    decide(other, incident)
    again = propose(world, incident, of, "once")
    assert (again.status, again.raw, again.headers["idempotent-replayed"]) == (201, first.raw, "true")
    assert kit.REASON["reason"] not in first.raw.decode()
    assert seen(world, incident)["reason"] == kit.REASON["reason"]


@pytest.mark.parametrize("lacking", ["search", "explanation", "people", "budget", "template"])
def test_nothing_is_proposed_for_what_is_not_known_explained_or_covered(world: World, lacking: str) -> None:
    incident, people = kit.begun(world), [world.customer() for _ in range(2)]
    of = template(world, budget_count=1 if lacking == "budget" else 5)
    if lacking != "search":
        kit.searched(world, incident, *([] if lacking == "people" else people))
    if lacking != "explanation":
        kit.over(world, incident)
    if lacking == "template":
        world.operator.post(f"/v1/coupon-templates/{of}/stop")
    reply = propose(world, incident, of)
    told = {
        "search": (404, "not-found", None),
        "explanation": (409, "invalid-state", "investigating"),
        "people": (409, "invalid-state", "nobody"),
        "budget": (409, "coupons-exhausted", None),
        "template": (409, "invalid-state", "stopped"),
    }
    assert (reply.status, reply.json["code"], reply.json.get("state")) == told[lacking]
    assert world.operator.get(path(incident)).status == 404


def test_whoever_left_gets_none_and_what_ran_out_meanwhile_is_in_the_report(world: World, other: Caller) -> None:
    people = [world.customer() for _ in range(4)]
    incident, of = hit(world, *people), template(world, budget_count=4)
    propose(world, incident, of)
    decide(other, incident)
    assert delete(people[0]).status == 204
    wish = {"campaign": "others", "people": [world.customer().id for _ in range(2)], "reason": "meanwhile"}
    world.operator.post(f"/v1/coupon-templates/{of}/issues", wish)
    done = issued(world, incident)
    assert (done["status"], done["issued"], done["issued_cost"]) == ("done", 2, 1_000)
    assert done["refused"] == [{"why": "coupons-exhausted", "people": 1}, {"why": "not-found", "people": 1}]
    assert left(world, {"id": of})[0] == 0


class _Crash(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("number", range(1, 5))
def test_wherever_the_issuing_dies_it_goes_on_with_one_coupon_and_one_notice_each(
    world: World, other: Caller, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    people = [world.customer() for _ in range(5)]
    incident = approved(world, other, *people)
    monkeypatch.setattr(compensation, "_PAGE", 2)
    kept, calls = store_compensation.keep, iter(range(1, 100))

    def dying(now: Any) -> Any:
        if next(calls) == number:
            raise _Crash
        return kept(now)

    monkeypatch.setattr(store_compensation, "keep", dying)
    with pytest.raises(_Crash):
        compensation.go_on(incident, world.clock.now())
    world.clock.advance(61)
    done = issued(world, incident)
    assert (done["status"], done["issued"], done["refused"]) == ("done", 5, [])
    for person in people:
        assert (len(coupons(person)), len(notices(person))) == (1, 1)


def test_two_sweeps_at_once_issue_once(world: World, other: Caller) -> None:
    ana = world.customer()
    incident = approved(world, other, ana)
    assert compensation.go_on(incident, world.clock.now())
    assert not compensation.go_on(incident, world.clock.now())
    assert (seen(world, incident)["issued"], len(coupons(ana))) == (1, 1)
