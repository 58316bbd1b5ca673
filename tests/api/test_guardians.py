"""Guardians: who becomes one, what they are asked, and that nothing large passes them."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib import cloud
from chalicelib.identity import tasks
from chalicelib.settings import settings
from tests.api.caller import Caller, Reply, assert_problem
from tests.api.world import PASSWORD, Person, World, cheap_passwords, fresh_key
from tests.conftest import FrozenClock
from tests.people import all_items, appointed, at_rest, in_office, outbox, told

pytestmark = pytest.mark.many_requests

LARGE, SMALL = 100_001, 100_000
DAY = 24 * 3_600


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


@pytest.fixture
def ana(world: World) -> Person:
    """In easy mode, with money."""
    person = world.customer(900_000)
    assert person.phone.patch("/v1/me/preferences", {"ui_mode": "easy"}).status == 200
    return person


@pytest.fixture
def ben(world: World) -> Person:
    return world.customer()


def ask(ward: Person, guardian: Person) -> Reply:
    return ward.phone.post("/v1/me/guardian", {"identifier": guardian.identifier})


def bound(ward: Person, guardian: Person) -> None:
    assert ask(ward, guardian).status == 202
    assert guardian.phone.post(f"/v1/me/wards/{ward.id}/accept").status == 204
    ward.sign_in()


def test_a_guardian_who_has_become_an_operator_goes_on_guarding(world: World, ana: Person, ben: Person) -> None:
    bound(ana, ben)
    appointed(world.nobody, ben.tokens, "support", PASSWORD)
    ben.phone = world.nobody.bearing(in_office(ben.id, world.clock.now()))
    cyd = world.customer(900_000)
    assert cyd.phone.patch("/v1/me/preferences", {"ui_mode": "easy"}).status == 200
    bound(cyd, ben)
    assert {one["id"] for one in ben.phone.get("/v1/me/wards").json["data"]} == {ana.id, cyd.id}
    for ward, decision, status in ((ana, "approve", 201), (cyd, "decline", 403)):
        key = fresh_key()
        approval_id = refused(ward.pay(LARGE, key))
        swept(world)
        assert approval_id in [one["id"] for one in ben.phone.get("/v1/me/approvals").json["data"]]
        assert ben.phone.post(f"/v1/me/approvals/{approval_id}/{decision}").status == 200
        assert ward.pay(LARGE, key).status == status
    assert ben.phone.delete(f"/v1/me/wards/{ana.id}").status == 204


def refused(reply: Reply) -> str:
    """The approval that a refusal opened."""
    return str(assert_problem(reply, 403, "guardian-approval-required")["approval_id"])


def decide(guardian: Person, approval_id: str, how: str = "approve") -> Reply:
    return guardian.phone.post(f"/v1/me/approvals/{approval_id}/{how}")


def swept(world: World, seconds: float = 60) -> None:
    tasks.sweep(world.clock.advance(seconds))


def titles(person: Person) -> list[str]:
    return [one["title"] for one in person.phone.get("/v1/me/notices").json["data"]]


def test_a_guardian_is_asked_and_accepts(ana: Person, ben: Person, clock: FrozenClock) -> None:
    clock.advance(1)
    assert ask(ana, ben).json["status"] == "asked"
    assert "Ana asks you" in outbox(ben.identifier)[-1]["subject"]
    (ward,) = ben.phone.get("/v1/me/wards").json["data"]
    assert (ward["id"], ward["display_name"], ward["status"]) == (ana.id, "Ana", "asked")
    assert ben.phone.post(f"/v1/me/wards/{ana.id}/accept").status == 204
    assert ana.phone.get("/v1/me/guardian").json == {
        "status": "accepted",
        "identifier": "p***@example.com",
        "leaves_at": "",
        "display_name": "Ana",
    }
    assert titles(ana) == ["You have a guardian"]


def test_a_guarded_persons_large_payment_waits_for_the_guardian_and_goes_through_under_the_same_key(
    world: World, ana: Person, ben: Person
) -> None:
    bound(ana, ben)
    key = fresh_key()
    approval_id = refused(ana.pay(LARGE, key))
    assert ana.available == 900_000
    swept(world)
    (shown,) = ben.phone.get("/v1/me/approvals").json["data"]
    assert (shown["id"], shown["status"], shown["amount"]) == (approval_id, "asked", LARGE)
    assert shown["payee_name"] == "Tea House"
    assert "available" not in shown
    assert "A payment of ¥1,000.01 waits for you" in titles(ben)
    assert decide(ben, approval_id).json["status"] == "approved"
    assert "Your guardian agreed to ¥1,000.01" in titles(ana)
    first, second = ana.pay(LARGE, key), ana.pay(LARGE, key)
    assert (first.status, second.status, first.raw) == (201, 201, second.raw)
    assert ana.available == 900_000 - LARGE
    assert ben.phone.get("/v1/me/approvals").json["data"][0]["status"] == "used"


def test_up_to_the_threshold_nobody_is_asked(ana: Person, ben: Person) -> None:
    bound(ana, ben)
    assert ana.pay(SMALL).status == 201


def test_an_authorisation_is_guarded_like_a_payment(ana: Person, ben: Person) -> None:
    bound(ana, ben)
    refused(ana.pay(LARGE, capture="manual"))


def test_a_checkout_is_guarded_too_and_stays_open_until_then(world: World, ana: Person, ben: Person) -> None:
    bound(ana, ben)
    checkout, key = world.shop.checkout(LARGE)["id"], fresh_key()
    approval_id = refused(ana.pay_checkout(checkout, key))
    assert world.shop.till.get(f"/v1/checkouts/{checkout}").json["status"] == "open"
    decide(ben, approval_id)
    assert ana.pay_checkout(checkout, key).status == 201
    assert world.shop.till.get(f"/v1/checkouts/{checkout}").json["status"] == "paid"


def test_a_guarded_payment_is_one_request_small_or_approved_and_three_when_it_asks(
    ana: Person, ben: Person, clock: FrozenClock, aws_calls: list[tuple[str, str]]
) -> None:
    bound(ana, ben)
    ana.pay(1)
    taken, key = [], fresh_key()
    for amount, with_key in ((SMALL, fresh_key()), (LARGE, key), (LARGE, key)):
        clock.advance(1)
        aws_calls.clear()
        reply = ana.pay(amount, with_key)
        taken.append([operation for _, operation in aws_calls])
        if reply.status == 403:
            decide(ben, refused(reply))
    once = ["TransactWriteItems"]
    assert taken == [once, [*once, "PutItem", "SendMessageBatch"], once]


def test_an_approval_is_for_one_payment_only(world: World, ana: Person, ben: Person) -> None:
    bound(ana, ben)
    key = fresh_key()
    decide(ben, refused(ana.pay(LARGE, key)))
    refused(ana.pay(LARGE))
    assert_problem(ana.pay(LARGE + 1, key), 422, "idempotency-key-reused")
    assert ana.pay(LARGE, key).status == 201
    refused(ana.pay(LARGE, confirm_duplicate=True))


def test_an_approval_is_over_after_24_hours(world: World, ana: Person, ben: Person) -> None:
    bound(ana, ben)
    late, never = fresh_key(), fresh_key()
    approved, waited = refused(ana.pay(LARGE, late)), refused(ana.pay(LARGE + 5, never))
    assert decide(ben, approved).status == 200
    world.clock.advance(DAY)
    ana.sign_in(), ben.sign_in()
    assert assert_problem(ana.pay(LARGE, late), 403, "guardian-approval-required")["state"] == "expired"
    assert_problem(decide(ben, waited), 409, "invalid-state")
    assert ana.available == 900_000


def test_a_declined_payment_stays_declined(ana: Person, ben: Person) -> None:
    bound(ana, ben)
    key = fresh_key()
    approval_id = refused(ana.pay(LARGE, key))
    assert decide(ben, approval_id, "decline").json["status"] == "declined"
    assert assert_problem(ana.pay(LARGE, key), 403, "guardian-approval-required")["state"] == "declined"
    assert_problem(decide(ben, approval_id), 409, "invalid-state")


def test_nobody_else_sees_or_decides(world: World, ana: Person, ben: Person) -> None:
    bound(ana, ben)
    approval_id, cyd = refused(ana.pay(LARGE)), world.customer()
    swept(world)
    for stranger in (cyd, ana):
        assert told(decide(stranger, approval_id)) == told(decide(stranger, "apr_00000000000000000000000000"))
        assert stranger.phone.get("/v1/me/approvals").json["data"] == []
        assert_problem(stranger.phone.post(f"/v1/me/wards/{ana.id}/accept"), 404, "not-found")


def test_what_cannot_be_paid_anyway_asks_no_guardian(world: World, ana: Person, ben: Person) -> None:
    poor = world.customer(100)
    assert poor.phone.patch("/v1/me/preferences", {"ui_mode": "easy"}).status == 200
    for ward in (poor, ana):
        bound(ward, ben)
    assert_problem(poor.pay(LARGE), 409, "insufficient-funds")
    ana.phone.delete("/v1/sessions/current")
    assert_problem(ana.pay(LARGE), 401, "invalid-token")
    assert not [item for item in all_items("ledger") if item["sk"]["S"] == "CONSENT"]


def test_a_guardian_is_told_of_a_payment_once_though_the_sweep_comes_twice(
    world: World, ana: Person, ben: Person
) -> None:
    bound(ana, ben)
    refused(ana.pay(LARGE))
    swept(world)
    swept(world)
    assert titles(ben).count("A payment of ¥1,000.01 waits for you") == 1


def test_a_guardian_who_reads_chinese_is_asked_in_chinese(world: World, ana: Person, ben: Person) -> None:
    ben.phone.patch("/v1/me", {"locale": "zh"})
    bound(ana, ben)
    refused(ana.pay(LARGE))
    swept(world)
    subjects = [one["subject"] for one in outbox(ben.identifier)]
    assert {"Ana 请您担任守护人", "一笔 ¥1,000.01 的付款等待您确认"} <= set(subjects)


def test_a_known_and_an_unknown_guardian_look_the_same(
    ana: Person, ben: Person, aws_calls: list[tuple[str, str]]
) -> None:
    answers = []
    for identifier in ("nobody@example.com", ben.identifier):
        aws_calls.clear()
        reply = ana.phone.post("/v1/me/guardian", {"identifier": identifier})
        answers.append((reply.status, reply.json["status"], list(aws_calls)))
    assert answers[0] == answers[1]


def test_only_in_easy_mode_one_has_a_guardian_and_with_one_the_mode_stays(ana: Person, ben: Person) -> None:
    assert_problem(ask(ben, ana), 409, "invalid-state")
    bound(ana, ben)
    assert_problem(ana.phone.patch("/v1/me/preferences", {"ui_mode": "standard"}), 409, "invalid-state")
    assert ana.phone.get("/v1/me/preferences").json["guarded"] is True


def test_whoever_left_easy_mode_before_the_answer_gets_no_guardian(ana: Person, ben: Person) -> None:
    ask(ana, ben)
    ana.phone.patch("/v1/me/preferences", {"ui_mode": "standard"})
    assert_problem(ben.phone.post(f"/v1/me/wards/{ana.id}/accept"), 409, "invalid-state")


@pytest.mark.parametrize("who", ["ward", "guardian"])
def test_a_parting_waits_24_hours_with_word_to_both(world: World, ana: Person, ben: Person, who: str) -> None:
    bound(ana, ben)
    path = "/v1/me/guardian" if who == "ward" else f"/v1/me/wards/{ana.id}"
    world.clock.advance(1)
    assert (ana if who == "ward" else ben).phone.delete(path).status == 204
    for person in (ana, ben):
        assert titles(person)[0] == "A guardian leaves in 24 hours"
        assert outbox(person.identifier)[-1]["subject"] == "A guardian leaves in 24 hours"
    swept(world, DAY - 1)
    ana.sign_in(), ben.sign_in()
    refused(ana.pay(LARGE))
    swept(world, 1)
    ana.sign_in()
    assert ana.pay(LARGE).status == 201
    assert ana.phone.get("/v1/me/guardian").json["status"] == "none"
    assert ben.phone.get("/v1/me/wards").json["data"] == []
    for person in (ana, ben):
        assert titles(person)[0] == "A guardian has left"


def test_a_ward_who_thinks_better_of_it_keeps_their_guardian(world: World, ana: Person, ben: Person) -> None:
    bound(ana, ben)
    assert ana.phone.delete("/v1/me/guardian").status == 204
    world.clock.advance(1)
    assert ask(ana, ben).json["status"] == "accepted"
    assert [titles(person)[0] for person in (ana, ben)] == ["A guardian stays"] * 2
    swept(world, 2 * DAY)
    ana.sign_in()
    refused(ana.pay(LARGE))


def test_a_parting_from_a_ward_who_is_gone_ends_too(world: World, ana: Person, ben: Person) -> None:
    bound(ana, ben)
    ana.phone.delete("/v1/me/guardian")
    key = {"pk": {"S": ana.id}, "sk": {"S": "USER"}}
    cloud.client("dynamodb").delete_item(TableName=settings().identity_table, Key=key)
    swept(world, DAY)
    assert not [item for item in all_items("identity") if item["sk"]["S"] == "GUARDIAN"]


def test_who_was_only_asked_may_be_taken_back_or_decline(world: World, ana: Person, ben: Person) -> None:
    ask(ana, ben)
    assert ben.phone.delete(f"/v1/me/wards/{ana.id}").status == 204
    assert ana.phone.get("/v1/me/guardian").json["status"] == "none"
    assert_problem(ana.phone.delete("/v1/me/guardian"), 404, "not-found")


def test_nothing_of_a_guardian_is_in_clear(world: World, ana: Person) -> None:
    dan = world.nobody.bearing(_signed_up(world, "canary.guardian@example.com"))
    assert ana.phone.post("/v1/me/guardian", {"identifier": "canary.guardian@example.com"}).status == 202
    assert dan.post(f"/v1/me/wards/{ana.id}/accept").status == 204
    ana.sign_in()
    refused(ana.pay(LARGE))
    swept(world)
    assert "canary" not in at_rest().lower()
    assert ana.identifier not in at_rest()


def _signed_up(world: World, identifier: str) -> Any:
    wish = {"identifier": identifier, "password": "correct horse battery", "display_name": "Canary Guardian"}
    assert world.nobody.post("/v1/users", wish | {"locale": "zh", "jurisdiction": "CN"}).status == 202
    proof = {"identifier": identifier, "code": world.code_of(identifier)}
    return world.nobody.post("/v1/users/verify", proof).json["access_token"]


def test_the_words_of_a_waiting_payment_come_in_chinese_too(world: World, ana: Person, ben: Person) -> None:
    bound(ana, ben)
    reply = ana.phone.with_headers(accept_language="zh").post(
        "/v1/payments", ana.order(LARGE), idempotency_key=fresh_key()
    )
    assert reply.json["title"] == "此付款需经您的守护人同意。"
    assert isinstance(world.nobody, Caller)


def test_in_a_session_at_risk_a_guardian_agrees_only_after_a_step_up(world: World, ana: Person, ben: Person) -> None:
    """A thief who knows the guardian's password is on a device that was never here before."""
    bound(ana, ben)
    approval_id = refused(ana.pay(LARGE))
    swept(world)
    assert ben.phone.request("PUT", "/v1/me/payment-pin", {"pin": "428571", "password": PASSWORD}).status == 204
    claim = {"identifier": ben.identifier, "password": PASSWORD, "device_name": "laptop"}
    elsewhere = world.nobody.bearing(world.nobody.post("/v1/sessions", claim).json["access_token"])
    path = f"/v1/me/approvals/{approval_id}/approve"
    assert assert_problem(elsewhere.post(path), 403, "step-up-required")["methods"] == "pin"
    proved = elsewhere.post("/v1/me/step-up", {"method": "pin", "pin": "428571"}).json["access_token"]
    assert world.nobody.bearing(proved).post(path).json["status"] == "approved"
