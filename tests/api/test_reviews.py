"""A review of access, played: a week, a quarter, a year; what is found, its cases, and what its reports say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

import app
from chalicelib import cloud as clients
from chalicelib.cases import service as cases
from chalicelib.identity import operators
from chalicelib.kernel.callers import Operator
from chalicelib.operations import model_reviews as model
from chalicelib.operations import reviewing, reviews
from chalicelib.operations import store_reviews as store
from chalicelib.operations.model_reviews import Review
from chalicelib.processors import wire
from tests.api import backup_kit
from tests.api.caller import Caller, assert_problem
from tests.api.staff_kit import hired, sign_in
from tests.api.test_reconciliation import colleague
from tests.api.topup_kit import Till
from tests.api.world import World, cheap_passwords
from tests.conftest import FrozenClock
from tests.integration.test_backups import EVENT
from tests.people import all_items, in_office

pytestmark = pytest.mark.many_requests
DAY = 86_400


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    cheap_passwords(monkeypatch)
    made = World(clock)
    before = wire.use(Till(made.nobody).transport)
    yield made
    wire.use(before)


def reviewed(world: World) -> Review:
    """A minute later, for what is a minute old is in the log."""
    world.clock.advance(120)
    app.review(EVENT, None)
    found = reviews.last("access")
    assert found
    return found


def boss(world: World) -> Caller:
    return world.nobody.bearing(in_office(world.operator_id, world.clock.now()))


def kinds(review: Review) -> set[tuple[str, str]]:
    assert {one.kind for one in review.findings} <= set(model.FINDINGS["access"])
    return {(one.kind, one.about) for one in review.findings}


def keys_of(world: World) -> list[str]:
    return [item["pk"]["S"] for item in all_items("merchants") if item["sk"]["S"] == "KEY"]


def test_a_house_in_order_has_a_report_without_findings(world: World) -> None:
    review = reviewed(world)
    assert review.findings == ()
    assert (review.figures["operators"], review.figures["keys"]) == (1, 1)
    assert (review.operators[0].id, review.operators[0].role) == (world.operator_id, "admin")
    assert review.operators[0].used_on == "2026-11-22"


def test_one_week_has_one_report_however_often_the_schedule_comes(world: World) -> None:
    first = reviewed(world)
    written = all_items("cases")
    for _ in range(3):
        assert reviewed(world) == first
    assert all_items("cases") == written
    world.clock.advance(7 * DAY)
    assert reviewed(world).former == first.id


def test_a_report_that_is_written_changes_no_more(world: World) -> None:
    review = reviewed(world)
    assert store.change(review) is None
    assert not store.put(review)
    assert model.digest(review) == review.digest


def test_an_operator_who_has_not_come_for_ninety_days_is_found_and_one_who_has_is_not(world: World) -> None:
    colleague(world, "support")
    world.clock.advance(89 * DAY)
    assert kinds(reviewed(world)) == set()
    boss(world)
    world.clock.advance(7 * DAY)
    found = {one.about: one for one in reviewed(world).findings if one.kind == "operator-idle"}
    assert len(found) == 1 and world.operator_id not in found


def test_nobody_answers_what_a_review_has_found_about_themselves(world: World) -> None:
    ana = world.customer()
    ana.at_work()
    world.clock.advance(91 * DAY)
    (case,) = [one.case_id for one in reviewed(world).findings if one.about == ana.id]
    me = world.nobody.bearing(in_office(ana.id, world.clock.now()))
    assert case not in [one["id"] for one in me.get("/v1/cases").json["data"]]
    for what in ("take", "resolve"):
        body = {"note": "all is well"} if what == "resolve" else None
        assert_problem(me.post(f"/v1/cases/{case}/{what}", body), 404, "not-found")
    assert boss(world).post(f"/v1/cases/{case}/resolve", {"note": "they were ill"}).status == 200


def test_a_key_that_is_used_once_a_quarter_is_no_idle_one_and_an_unused_one_is(world: World) -> None:
    reviewed(world)
    idle = world.another_shop()
    world.clock.advance(60 * DAY)
    assert world.shop.till.get(f"/v1/merchants/{world.shop.id}").status == 200
    world.clock.advance(31 * DAY)
    found = [one for one in reviewed(world).findings if one.kind == "key-idle"]
    assert [one.facts["merchant"] for one in found] == [idle.id]


def test_a_key_is_noted_once_a_day_and_not_on_the_day_that_it_was_made(
    world: World, aws_calls: list[tuple[str, str]]
) -> None:
    def asked() -> int:
        aws_calls.clear()
        assert world.shop.till.get(f"/v1/merchants/{world.shop.id}").status == 200
        return aws_calls.count(("dynamodb", "UpdateItem"))

    assert asked() == 0
    world.clock.advance(DAY)
    assert [asked(), asked()] == [1, 0]
    world.clock.advance(DAY)
    assert [asked(), asked()] == [1, 0]


def test_a_key_opens_even_if_nobody_can_note_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.clock.advance(DAY)
    items = clients.client("dynamodb")
    monkeypatch.setattr(type(items), "_make_api_call", refuse_updates(type(items)._make_api_call), raising=False)
    assert world.shop.till.get(f"/v1/merchants/{world.shop.id}").status == 200


def refuse_updates(before: Any) -> Any:
    def call(self: Any, operation: str, parameters: Any) -> Any:
        if operation == "UpdateItem":
            raise ConnectionError
        return before(self, operation, parameters)

    return call


def test_nothing_is_called_unused_before_its_use_was_noted_for_ninety_days(world: World) -> None:
    """A platform that is older than its first review."""
    world.clock.advance(200 * DAY)
    boss(world)
    assert "key-idle" not in {one.kind for one in reviewed(world).findings}
    world.clock.advance(89 * DAY)
    boss(world)
    assert "key-idle" not in {one.kind for one in reviewed(world).findings}
    world.clock.advance(7 * DAY)
    assert "key-idle" in {one.kind for one in reviewed(world).findings}


def test_a_key_of_more_than_a_year_is_old_and_one_that_is_revoked_is_nobodys_concern(world: World) -> None:
    world.clock.advance(366 * DAY)
    (key,) = keys_of(world)
    assert ("key-old", key) in kinds(reviewed(world))
    assert boss(world).delete(f"/v1/merchants/{world.shop.id}/keys/{key}").status == 204
    world.clock.advance(7 * DAY)
    later = reviewed(world)
    assert later.figures.get("keys", 0) == 0
    assert ("key-old", key) in {(one.kind, one.about) for one in later.gone}


def test_a_role_at_a_shop_that_was_never_used_is_found_and_one_that_was_is_not(world: World) -> None:
    reviewed(world)
    bo, cy = world.customer(), world.customer()
    used, unused = hired(world, bo), hired(world, cy)
    world.clock.advance(30 * DAY)
    bo.sign_in()
    assert sign_in(bo, used).status == 201
    world.clock.advance(70 * DAY)
    assert [one.about for one in reviewed(world).findings if one.kind == "staff-idle"] == [unused]


def test_what_was_seen_in_clear_is_counted_for_each_operator_and_told_with_its_reason(world: World) -> None:
    ana = world.customer()
    wish = {"field": "identifier", "reason": "caller asks where their code went"}
    for _ in range(3):
        assert world.operator.post(f"/v1/people/{ana.id}/reveals", wish).status == 200
    review = reviewed(world)
    assert (review.figures["reveals"], review.reveals_by) == (3, {world.operator_id: 3})
    told = boss(world).get(f"/v1/reviews/{review.id}").json
    assert {(one["about"], one["field"], one["reason"]) for one in told["reveals"]} == {
        (ana.id, "identifier", "caller asks where their code went")
    }
    assert "where their code went" not in repr(all_items("cases"))
    world.clock.advance(7 * DAY)
    assert reviewed(world).figures["reveals"] == 0


def test_whoever_saw_much_in_clear_and_left_is_found_all_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "MANY_REVEALS", 2)
    ana, curious = world.customer(), colleague(world, "support")
    for _ in range(2):
        assert (
            curious.post(
                f"/v1/people/{ana.id}/reveals", {"field": "identifier", "reason": "wanted to know who it is"}
            ).status
            == 200
        )
    who = next(one.user_id for one in operators.listed(None, 10)[0] if one.user_id != world.operator_id)
    gone = world.operator.patch(f"/v1/operators/{who}", {"role": "customer", "reason": "does not work here any more"})
    assert gone.status == 200, gone.json
    review = reviewed(world)
    assert (review.figures["reveals"], review.reveals_by) == (2, {who: 2})
    assert ("reveals-many", who) in kinds(review)


def test_a_finding_has_one_case_while_it_is_open_and_another_only_when_it_is_asked_again(world: World) -> None:
    colleague(world, "support")
    world.clock.advance(91 * DAY)
    boss(world)
    first = next(one for one in reviewed(world).findings if one.kind == "operator-idle")
    assert cases.case(first.case_id).kind == "review-operator-idle"
    assert cases.case(first.case_id).facts["role"] == "support"
    world.clock.advance(7 * DAY)
    second = next(one for one in reviewed(world).findings if one.kind == "operator-idle")
    assert second.case_id == first.case_id
    cases.resolve(first.case_id, Operator(world.operator_id, "ses_1", "admin"), "on leave", world.clock.now())
    world.clock.advance(7 * DAY)
    third = next(one for one in reviewed(world).findings if one.about == first.about and one.kind == first.kind)
    assert third.case_id == first.case_id
    world.clock.advance(90 * DAY)
    again = next(one for one in reviewed(world).findings if one.about == first.about and one.kind == first.kind)
    assert again.case_id != first.case_id
    assert cases.case(again.case_id).state == "open"


def test_a_role_that_is_wider_than_what_was_done_names_the_one_that_is_enough(world: World) -> None:
    world.clock.advance(91 * DAY)
    ana = world.customer()
    boss(world).get(f"/v1/people/{ana.id}")
    found = next(one for one in reviewed(world).findings if one.kind == "role-too-wide")
    assert (found.about, found.facts["enough_role"]) == (world.operator_id, "support")


def test_permissions_that_nobody_of_a_role_has_used_are_listed_under_it(world: World) -> None:
    ana = world.customer()
    world.operator.get(f"/v1/people/{ana.id}")
    unused = reviewed(world).unused["admin"]
    assert "people.see" not in unused and "people.reveal" in unused
    assert "cases.see" not in unused, "looking at cases leaves no trace"


def test_an_approval_that_has_waited_for_a_week_is_found(world: World) -> None:
    ana, wish = world.customer(), {"direction": "credit", "amount": 250, "currency": "CNY", "against": "sandbox"}
    wanted = wish | {"account": ana.wallet, "reason": "never heard of"}
    asked = world.operator.post("/v1/adjustments", wanted, idempotency_key="wish").json["id"]
    assert reviewed(world).figures["approvals_waiting"] == 1
    world.clock.advance(7 * DAY)
    assert ("approval-waiting", asked) in kinds(reviewed(world))


def test_an_approval_that_waits_is_found_however_many_were_decided_since(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reviewing, "_PAGE", 2)
    ana, backup = world.customer(), backup_kit.whole(world.clock.now())
    wish = {"direction": "credit", "amount": 250, "currency": "CNY", "against": "sandbox", "account": ana.wallet}
    asked: list[tuple[str, str]] = []
    for number in range(5):
        world.clock.advance(1)
        lost, owed = {"user_id": ana.id, "reason": "deleted by mistake"}, wish | {"reason": "never heard of"}
        given = world.operator.post(f"/v1/backups/{backup}/givings-back", lost)
        booked = world.operator.post("/v1/adjustments", owed, idempotency_key=f"wish-{number}")
        asked.append((given.json["id"], booked.json["id"]))
    for given_back, adjustment in asked[1:]:
        no = world.operator.post(f"/v1/givings-back/{given_back}/decision", {"approve": False, "note": "not theirs"})
        never = world.operator.post(f"/v1/adjustments/{adjustment}/decline", {"note": "not so"})
        assert (no.status, never.status) == (200, 200)
    assert reviewed(world).figures["approvals_waiting"] == 2
    world.clock.advance(7 * DAY)
    assert {about for kind, about in kinds(reviewed(world)) if kind == "approval-waiting"} == set(asked[0])


def test_an_operator_who_asks_gets_one_beside_the_weeks_and_only_one_at_a_time(world: World) -> None:
    week = reviewed(world)
    asked = boss(world).post("/v1/reviews")
    assert (asked.status, asked.json["state"]) == (202, "asked")
    assert boss(world).post("/v1/reviews").status == 409
    assert reviewed(world).id == asked.json["id"] != week.id
    listed = boss(world).get("/v1/reviews").json["data"]
    assert [one["id"] for one in listed] == [asked.json["id"], week.id]
    assert listed[0]["before"] == listed[1]["figures"]


def test_reports_are_for_admins_and_auditors_and_asking_for_admins(world: World) -> None:
    review = reviewed(world)
    for role, sees in (("auditor", 200), ("support", 403), ("finance", 403), ("risk", 403)):
        other = colleague(world, role)
        assert {other.get(path).status for path in ("/v1/reviews", f"/v1/reviews/{review.id}")} == {sees}
        assert other.post("/v1/reviews").status == 403
    assert boss(world).get("/v1/reviews?kind=nothing").status == 422
    assert boss(world).get(f"/v1/reviews/{model.load_id(world.clock.now())}").status == 404


def test_a_run_that_dies_anywhere_goes_on_and_counts_nothing_twice(world: World) -> None:
    ana = world.customer()
    wish = {"field": "identifier", "reason": "caller asks where their code went"}
    assert world.operator.post(f"/v1/people/{ana.id}/reveals", wish).status == 200
    world.clock.advance(120)
    at = world.clock.now()
    review: Review | None = reviews.begun("", model.access_id(at), at)
    while review and review.state != "written":
        reviewing.step(review, at)  # somebody is faster
        assert reviewing.step(review, at) is None
        review = store.one(review.id)
    assert review and review.figures == reviewed(world).figures
    assert (review.figures["reveals"], review.figures["operators"], review.figures["keys"]) == (1, 1, 1)


def test_a_long_log_is_read_page_by_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reviewing, "_ENTRIES", 2)
    ana = world.customer()
    for _ in range(5):
        boss(world).get(f"/v1/people/{ana.id}")
        world.clock.advance(timedelta(hours=9).total_seconds())
    review = reviewed(world)
    assert review.operators[0].used_on == "2026-11-23"
    assert store.uses(review.id)[world.operator_id].used["people.see"] == "2026-11-23"
