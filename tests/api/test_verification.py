"""Knowing a customer: what is handed in, who verifies it, which tier it makes, and when that falls."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from chalicelib.identity import above, erasure, store_deletion
from chalicelib.identity import store as people
from chalicelib.kyc import service, store, store_images, tasks, verification
from chalicelib.ledger import service as ledger
from chalicelib.policy import service as policy
from tests.api import verification_kit as kit
from tests.api.caller import assert_problem
from tests.api.test_cut_off import Killed, kill
from tests.api.world import Person, World
from tests.people import all_items, at_rest

pytestmark = pytest.mark.many_requests
DAY = 86_400
ANOTHER = kit.JPEG[:3] + b"x" * 97


def tiers(person: Person) -> tuple[int, int]:
    """Of the person, and of the head of their wallet."""
    user = people.user(person.id)
    assert user is not None
    return user.tier, ledger.head(person.wallet).tier


def kinds(person: Person) -> list[str]:
    person.sign_in()
    found = person.phone.get("/v1/me/notices").json["data"]
    return [one["kind"] for one in found if one["kind"].startswith("identity_")]


def test_what_to_add_is_named_with_what_it_unlocks(world: World) -> None:
    ana = world.customer()
    seen = kit.standing(ana)
    assert (seen["tier"], seen["past_due"], seen["future"], seen["disabled_reason"]) == (0, [], [], None)
    assert [(one["code"], one["tier"]) for one in seen["currently_due"]] == [("identity-document", 1)]
    first, second = seen["next_tiers"]
    assert (first["lacks"], second["lacks"]) == (["identity-document"], ["identity-document", "proof-of-address"])
    assert first["unlocks"] == {
        "currency": "CNY",
        "per_payment": 4_000_000,
        "day": 17_000_000,
        "month": 90_000_000,
        "balance": 45_000_000,
    }
    chinese = ana.phone.get(kit.PATH, **{"Accept-Language": "zh"}).json["currently_due"][0]["why"]
    assert chinese == "提升额度需要提交身份证件。"


def test_a_verified_document_raises_the_tier_of_the_person_and_of_their_wallet(world: World) -> None:
    ana = world.customer()
    kit.verified(world, ana)
    assert tiers(ana) == (1, 1)
    kit.verified(world, ana, kit.ADDRESS)
    assert tiers(ana) == (2, 2)
    assert kinds(ana) == ["identity_accepted"] * 2
    assert kit.standing(ana)["next_tiers"] == []


def test_a_proof_of_address_alone_makes_no_tier(world: World) -> None:
    ana = world.customer()
    kit.verified(world, ana, kit.ADDRESS)
    assert tiers(ana) == (0, 0)
    kit.verified(world, ana)
    assert tiers(ana) == (2, 2)


@pytest.mark.parametrize(
    ("ending", "state", "reason", "notice"),
    [
        ("92", "refused", "not-accepted", "identity_refused"),
        ("95", "refused", "details-differ", "identity_refused"),
        ("91", "needs-more", "unreadable", "identity_needs_more"),
    ],
)
def test_a_refused_document_raises_nothing_and_says_why(
    world: World, ending: str, state: str, reason: str, notice: str
) -> None:
    ana = world.customer()
    kit.verified(world, ana, number=f"E12345{ending}")
    (document,) = kit.standing(ana)["documents"]
    assert (document["state"], document["reason"], tiers(ana)) == (state, reason, (0, 0))
    assert kinds(ana) == [notice]
    kit.verified(world, ana)
    assert tiers(ana) == (1, 1)


def test_one_that_does_not_answer_is_asked_again_and_is_never_a_refusal(world: World) -> None:
    ana = world.customer()
    kit.verified(world, ana, number="E1234593")
    assert kit.standing(ana)["documents"][0]["state"] == "checking"
    kit.later(world, 60)
    assert tiers(ana) == (0, 0)
    kit.later(world, 300)
    assert tiers(ana) == (1, 1)


def test_one_that_never_answers_becomes_a_persons_work(world: World) -> None:
    ana = world.customer()
    document_id = kit.verified(world, ana, number="E1234594")
    for seconds in (60, 300, 3_600):
        kit.later(world, seconds)
    world.operator = world._operator()
    assert world.operator.get("/v1/cases").json["data"] == []
    kit.later(world, DAY)
    world.operator = world._operator()
    (case,) = world.operator.get("/v1/cases").json["data"]
    assert (case["kind"], case["subject"], case["facts"]["user_id"]) == ("person-unverified", document_id, ana.id)
    (seen,) = world.operator.get(f"/v1/people/{ana.id}/documents").json["documents"]
    assert (seen["full_name"], seen["number"], len(seen["images"])) == ("Wang Xiaoming", "E1234594", 1)
    wish = {"decision": "verify", "reason": "compared with the original"}
    path = f"/v1/people/{ana.id}/documents/{document_id}/decision"
    assert world.operator.post(path, wish).status == 200
    kit.later(world)
    world.operator = world._operator()
    assert (tiers(ana), world.operator.get("/v1/cases").json["data"]) == ((1, 1), [])
    again = world.operator.post(path, wish)
    assert (again.status, again.json["state"]) == (409, "accepted")
    deeds = [one["what"]["S"] for one in all_items("audit") if one["whom"]["S"] == ana.id]
    assert {"person.see-documents", "person.decide-document", "person.verify"} <= set(deeds)


def test_an_operator_neither_sees_nor_decides_about_their_own_document(world: World) -> None:
    ana = world.customer()
    document_id = kit.handed_in(ana, number="E1234594")
    me, path = ana.at_work(), f"/v1/people/{ana.id}/documents"
    wish = {"decision": "verify", "reason": "it is really me"}
    assert_problem(me.get(path), 403, "second-person-required")
    assert_problem(me.post(f"{path}/{document_id}/decision", wish), 403, "second-person-required")
    kit.later(world)
    assert tiers(ana) == (0, 0)
    deeds = [one["what"]["S"] for one in all_items("audit") if one["who"]["S"] == ana.id]
    assert not any(deed.startswith("person.") for deed in deeds), deeds
    assert world.operator.post(f"{path}/{document_id}/decision", wish).status == 200


def test_in_production_a_person_decides_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification, "settings", type("Production", (), {"stage": "prod"}))
    kit.verified(world, world.customer())
    assert [one["kind"] for one in world.operator.get("/v1/cases").json["data"]] == ["person-unverified"]


def test_a_document_that_ends_is_told_of_before_and_the_tier_falls_after(world: World) -> None:
    ana = world.customer()
    ends = (world.clock.now().date()).replace(year=world.clock.now().year + 1)
    kit.verified(world, ana, expires_on=ends.isoformat())
    kit.later(world, 336 * DAY)
    assert kinds(ana) == ["identity_expires_soon", "identity_accepted"]
    assert [one["code"] for one in kit.standing(ana)["future"]] == ["identity-document"]
    kit.later(world, 31 * DAY)
    ana.sign_in()
    seen = kit.standing(ana)
    assert ([one["code"] for one in seen["past_due"]], seen["tier"]) == (["identity-document"], 1)
    assert seen["disabled_reason"] == "requirements-past-due"
    kit.later(world, 30 * DAY)
    assert (tiers(ana), kinds(ana)[0]) == ((0, 0), "identity_lapsed")
    assert [one["code"] for one in kit.standing(ana)["currently_due"]] == ["identity-document"]


def test_whoever_hands_in_a_new_one_in_time_keeps_their_tier_and_is_not_warned(world: World) -> None:
    ana = world.customer()
    ends = (world.clock.now().date()).replace(year=world.clock.now().year + 1)
    kit.verified(world, ana, expires_on=ends.isoformat())
    kit.later(world, 100 * DAY)
    ana.sign_in()
    kit.verified(world, ana)
    kit.later(world, 330 * DAY)
    assert (tiers(ana), kinds(ana)) == ((1, 1), ["identity_accepted"] * 2)


def test_images_and_number_are_gone_a_while_after_the_decision(world: World) -> None:
    ana = world.customer()
    accepted, refused = kit.verified(world, ana), kit.verified(world, ana, number="E1234592")
    assert kit.images_kept() == 2
    kit.later(world, 90 * DAY)
    assert (store.find(ana.id, refused), kit.images_kept()) == (None, 1)
    kept_for = policy.retention_of("CN", world.clock.now()).days["identity-document"]
    kit.later(world, (kept_for - 90) * DAY)
    kept = store.find(ana.id, accepted)
    assert kept is not None
    assert (kept.number, kept.images, kept.full_name) == ("", (), "Wang Xiaoming")
    assert (kit.images_kept(), tiers(ana)) == (0, (1, 1))


def test_what_is_never_submitted_is_gone_after_a_day(world: World) -> None:
    ana = world.customer()
    document_id = kit.begin(ana).json["id"]
    kit.put_images(ana, document_id)
    kit.later(world, DAY)
    assert (store.find(ana.id, document_id), kit.images_kept()) == (None, 0)


def test_nothing_personal_is_kept_or_shown_in_clear(world: World) -> None:
    ana = world.customer()
    shown = kit.begin(ana).json
    assert (shown["number"], shown["full_name"]) == ("***4500", "W***")
    assert [one for one in ("E1234500", "Wang Xiaoming", "1990-05-01", "2040-01-01") if one in at_rest()] == []


def test_a_document_is_submitted_only_with_the_images_that_were_named(world: World) -> None:
    ana = world.customer()
    document_id = kit.begin(ana).json["id"]
    path = f"{kit.PATH}/documents/{document_id}/submit"
    assert_problem(ana.phone.post(path), 422, "invalid-request", "images")
    for wrong in (kit.JPEG + b"\0", b"MZ" + kit.JPEG[2:]):
        kit.put_images(ana, document_id, wrong)
        assert_problem(ana.phone.post(path), 422, "invalid-request", "images")
    kit.put_images(ana, document_id)
    assert [ana.phone.post(path).status for _ in range(2)] == [200, 200]


def test_a_link_takes_one_image_of_the_size_and_type_that_were_named(world: World) -> None:
    (upload,) = kit.begin(world.customer()).json["uploads"]
    signed = "X-Amz-SignedHeaders=content-length%3Bcontent-type%3Bhost%3Bif-none-match"
    exactly = {"Content-Type": "image/jpeg", "If-None-Match": "*"}
    assert (signed in upload["url"], upload["headers"]) == (True, exactly)


def test_nobody_sees_or_verifies_other_images_than_those_that_were_handed_in(world: World) -> None:
    ana = world.customer()
    document_id = kit.handed_in(ana, number="E1234594")
    path = f"/v1/people/{ana.id}/documents"
    (seen,) = world.operator.get(path).json["documents"]
    assert (len(seen["images"]), seen["images_changed"]) == (1, False)
    kit.put_images(ana, document_id, ANOTHER)
    (seen,) = world.operator.get(path).json["documents"]
    assert (seen["images"], seen["images_changed"]) == ([], True)
    verify, refuse = ({"decision": one, "reason": "looked at the pictures"} for one in ("verify", "refuse"))
    refused = world.operator.post(f"{path}/{document_id}/decision", verify)
    assert (refused.status, refused.json["state"]) == (409, "images-changed")
    assert "person.decide-document" not in {one["what"]["S"] for one in all_items("audit")}
    assert world.operator.post(f"{path}/{document_id}/decision", refuse).json["state"] == "refused"


def test_an_image_that_is_gone_is_not_the_one_that_was_handed_in(world: World) -> None:
    ana = world.customer()
    document_id = kit.handed_in(ana, number="E1234594")
    document = store.find(ana.id, document_id)
    assert document is not None
    store_images.delete(document.images)
    (seen,) = world.operator.get(f"/v1/people/{ana.id}/documents").json["documents"]
    assert (seen["images"], seen["images_changed"]) == ([], True)


def test_what_is_not_submitted_yet_is_not_looked_at(world: World) -> None:
    ana = world.customer()
    kit.put_images(ana, kit.begin(ana).json["id"])
    (seen,) = world.operator.get(f"/v1/people/{ana.id}/documents").json["documents"]
    assert (seen["state"], seen["images"], seen["images_changed"]) == ("uploading", [], False)


def test_somebody_elses_document_is_not_found(world: World) -> None:
    ana, ben = world.customer(), world.customer()
    document_id = kit.begin(ana).json["id"]
    assert_problem(ben.phone.post(f"{kit.PATH}/documents/{document_id}/submit"), 404, "not-found")
    assert kit.standing(ben)["documents"] == []
    wish = {"decision": "verify", "reason": "compared with the original"}
    path = f"/v1/people/{ben.id}/documents/{document_id}/decision"
    assert_problem(world.operator.post(path, wish), 404, "not-found")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "library-card"),
        ("country", "cn"),
        ("number", "!!!!"),
        ("number", "A" * 33),
        ("full_name", " "),
        ("full_name", "x" * 129),
        ("born_on", "1990-13-01"),
        ("born_on", "2999-01-01"),
        ("born_on", "19900501"),
        ("expires_on", "2001-01-01"),
        ("expires_on", None),
        ("images", []),
        ("images", [{"type": "image/jpeg", "bytes": 10_000_001}]),
        ("images", [{"type": "image/gif", "bytes": 1}]),
    ],
)
def test_what_cannot_be_so_is_refused(world: World, field: str, value: Any) -> None:
    reply = kit.begin(world.customer(), **{field: value})
    assert (reply.status, reply.json["code"]) == (422, "invalid-request")
    assert reply.json["param"].startswith(field)


def test_whoever_is_erased_leaves_no_document_and_their_archive_tells_of_them_before(world: World) -> None:
    ana = world.customer()
    kit.verified(world, ana)
    (told,) = above.told(ana.id, ())["documents.json"]
    assert (told["full_name"], told["number"], told["images"][0]["bytes"]) == ("Wang Xiaoming", "E1234500", 100)
    ana.phone.delete("/v1/me/account")
    above.forget(ana.id, (), world.clock.now())
    assert kit.images_kept() == 0
    assert store_deletion.due(store_deletion.ERASE, world.clock.now()) == []
    assert erasure.SPARED == ("CONSENT#",)


CALLS = range(1, 22)


@pytest.mark.parametrize("effect", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("after", CALLS)
def test_a_raise_that_is_cut_off_anywhere_is_made_once_and_told_once(
    world: World, monkeypatch: pytest.MonkeyPatch, after: int, effect: bool
) -> None:
    ana = world.customer()
    document_id = kit.handed_in(ana)
    with monkeypatch.context() as patch:
        kill(patch, after, effect)
        with suppress(Killed):
            for _ in range(3):
                service.go_on(ana.id, document_id, world.clock.now())
    assert tiers(ana) in ((0, 0), (1, 1)), "never one without the other"
    for _ in range(4):
        tasks.sweep(world.clock.now())
    assert (tiers(ana), kinds(ana), store.standing(ana.id)) == ((1, 1), ["identity_accepted"], 1)
