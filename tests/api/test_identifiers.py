"""Changing a phone or an e-mail address: what proves it, who is told, and what a stranger learns."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib import cloud
from chalicelib.identity import passwords, secrets, store_identifiers, tasks
from chalicelib.identity.model_identifiers import Change
from chalicelib.kernel import clock as time
from chalicelib.ledger import service as ledger
from chalicelib.settings import settings
from tests.api.caller import Caller, Reply, assert_problem
from tests.conftest import FrozenClock
from tests.people import CHEAP, all_items, code_for, outbox, sign_in, signed_up, subjects, told, wrong

pytestmark = pytest.mark.many_requests

ANN, NEW, PHONE = "ann@example.com", "ann@new.example", "+8613800138000"
HOUR = 3_600


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", CHEAP)


@pytest.fixture
def ann(caller: Caller) -> Caller:
    return caller.bearing(signed_up(caller, ANN)["access_token"])


def ask(me: Caller, identifier: str = NEW) -> Reply:
    """A second later, so that what is sent has an order."""
    time.pause(1)
    return me.post("/v1/me/identifiers", {"identifier": identifier})


def confirm(me: Caller, identifier: str = NEW, **codes: str) -> Reply:
    time.pause(1)
    return me.post("/v1/me/identifiers/confirm", {"identifier": identifier, **codes})


def changed(me: Caller, identifier: str, old: str = ANN) -> Reply:
    assert ask(me, identifier).status == 202
    return confirm(me, identifier, new_code=code_for(identifier), old_code=code_for(old))


def waiting(me: Caller, identifier: str = NEW) -> Reply:
    assert ask(me, identifier).status == 202
    return confirm(me, identifier, new_code=code_for(identifier))


def again(caller: Caller, identifier: str = ANN) -> Caller:
    """Signed in anew: access tokens last ten minutes."""
    return caller.bearing(sign_in(caller, identifier, "correct horse battery").json["access_token"])


def person() -> dict[str, Any]:
    (found,) = [item for item in all_items("identity") if item["sk"]["S"] == "USER"]
    return found


def test_with_both_codes_the_change_is_at_once_and_starts_a_day_of_cooling_off(
    caller: Caller, ann: Caller, clock: FrozenClock
) -> None:
    reply = changed(ann, NEW)
    assert (reply.status, reply.json["status"]) == (200, "changed")
    assert sign_in(caller, NEW, "correct horse battery").status == 201
    assert sign_in(caller, ANN, "correct horse battery").status == 401
    assert int(person()["cooling_until"]["N"]) == int(clock.now().timestamp()) + 24 * HOUR
    shown = ann.get("/v1/me/identifiers").json
    assert shown == {"identifiers": [{"kind": "email", "identifier": "a***@new.example"}], "pending": None}
    assert subjects(ANN)[-1] == subjects(NEW)[-1] == "How you sign in has changed"


def test_with_the_new_code_alone_it_waits_72_hours_with_word_to_both(
    caller: Caller, ann: Caller, clock: FrozenClock
) -> None:
    reply = waiting(ann)
    assert (reply.status, reply.json) == (200, {"status": "waiting", "takes_effect_at": "2026-11-25T08:00:02.000000Z"})
    assert subjects(ANN)[-1] == subjects(NEW)[-1] == "How you sign in is to change in 72 hours"
    assert ann.get("/v1/me/identifiers").json["pending"]["identifier"] == "a***@new.example"
    clock.advance(72 * HOUR - 1)
    tasks.sweep(clock.now())
    assert sign_in(caller, ANN, "correct horse battery").status == 201
    tasks.sweep(clock.advance(1))
    assert sign_in(caller, ANN, "correct horse battery").status == 401
    assert sign_in(caller, NEW, "correct horse battery").status == 201
    assert int(person()["cooling_until"]["N"]) == int(clock.now().timestamp()) + 24 * HOUR
    assert subjects(ANN)[-1] == subjects(NEW)[-1] == "How you sign in has changed"


def test_whoever_reads_chinese_is_told_in_chinese(ann: Caller, clock: FrozenClock) -> None:
    assert ann.patch("/v1/me", {"locale": "zh"}).status == 200
    assert ask(ann).status == 202
    assert subjects(ANN)[-1] == "更改登录方式的验证码"
    assert confirm(ann, new_code=code_for(NEW)).status == 200
    assert subjects(ANN)[-1] == subjects(NEW)[-1] == "登录方式将在 72 小时后更改"
    tasks.sweep(clock.advance(72 * HOUR))
    assert subjects(ANN)[-1] == subjects(NEW)[-1] == "您的登录方式已更改"


def test_a_sweep_that_comes_twice_changes_and_tells_once(ann: Caller, clock: FrozenClock) -> None:
    waiting(ann)
    clock.advance(73 * HOUR)
    for _ in range(3):
        tasks.sweep(clock.now())
    assert subjects(NEW).count("How you sign in has changed") == 1
    assert not [item for item in all_items("identity") if item["sk"]["S"] == "IDENTIFIER"]


def test_whoever_still_holds_the_old_name_stops_a_change_that_waits(
    caller: Caller, ann: Caller, clock: FrozenClock
) -> None:
    waiting(ann)
    clock.advance(HOUR)
    mine = again(caller)
    assert mine.delete("/v1/me/identifiers/pending").status == 204
    assert_problem(mine.delete("/v1/me/identifiers/pending"), 404, "not-found")
    tasks.sweep(clock.advance(72 * HOUR))
    assert sign_in(caller, NEW, "correct horse battery").status == 401
    assert subjects(ANN)[-1] == "The change was stopped"


def test_a_second_contact_is_a_way_in_and_hears_what_the_first_hears(caller: Caller, ann: Caller) -> None:
    assert changed(ann, PHONE).json["status"] == "changed"
    kinds = [one["kind"] for one in ann.get("/v1/me/identifiers").json["identifiers"]]
    assert kinds == ["email", "phone"]
    first, second = (sign_in(caller, name, "correct horse battery") for name in (ANN, PHONE))
    assert (first.status, second.status) == (201, 201)
    ids = {caller.bearing(one.json["access_token"]).get("/v1/me").json["id"] for one in (first, second)}
    assert len(ids) == 1
    waiting(ann, NEW)
    assert subjects(PHONE)[-1] == subjects(ANN)[-1] == "How you sign in is to change in 72 hours"


def test_a_second_contact_goes_after_72_hours_with_word_to_it(caller: Caller, ann: Caller, clock: FrozenClock) -> None:
    changed(ann, PHONE)
    time.pause(1)
    assert ann.delete("/v1/me/identifiers/second").status == 204
    pending = ann.get("/v1/me/identifiers").json["pending"]
    assert (pending["identifier"], pending["removal"]) == ("+86*********00", True)
    assert subjects(ANN)[-1] == subjects(PHONE)[-1] == "A way to sign in goes in 72 hours"
    tasks.sweep(clock.advance(72 * HOUR))
    assert subjects(ANN)[-1] == subjects(PHONE)[-1] == "A way to sign in is gone"
    assert sign_in(caller, PHONE, "correct horse battery").status == 401
    mine = again(caller)
    assert len(mine.get("/v1/me/identifiers").json["identifiers"]) == 1
    assert_problem(mine.delete("/v1/me/identifiers/second"), 404, "not-found")
    time.pause(1)
    assert changed(mine, PHONE).json["status"] == "changed"


def test_a_stolen_session_cannot_add_a_way_in_at_once(caller: Caller, ann: Caller) -> None:
    assert waiting(ann, PHONE).json["status"] == "waiting"
    assert sign_in(caller, PHONE, "correct horse battery").status == 401


def test_the_old_name_inherits_nothing(caller: Caller, ann: Caller) -> None:
    mine = ann.get("/v1/me").json["id"]
    changed(ann, NEW)
    time.pause(1)
    stranger = signed_up(caller, ANN, display_name="Somebody Else")
    assert stranger["user"]["id"] != mine
    assert stranger["user"]["wallets"] != ann.get("/v1/me").json["wallets"]


def test_a_known_and_an_unknown_name_look_the_same_to_whoever_asks(
    caller: Caller, ann: Caller, aws_calls: list[tuple[str, str]]
) -> None:
    signed_up(caller, "bob@example.com")
    aws_calls.clear()
    unknown = told(ask(ann, "new@example.com"))
    calls = list(aws_calls)
    aws_calls.clear()
    assert told(ask(ann, "bob@example.com")) == unknown
    assert aws_calls == calls
    assert subjects("bob@example.com")[-1] == "Somebody tried to use your address"
    assert not any(character.isdigit() for character in outbox("bob@example.com")[-1]["body"])


def test_a_name_that_is_taken_meanwhile_is_not_taken_over(caller: Caller, ann: Caller, clock: FrozenClock) -> None:
    waiting(ann)
    clock.advance(1)
    signed_up(caller, NEW, display_name="Quicker")
    tasks.sweep(clock.advance(72 * HOUR))
    assert sign_in(caller, ANN, "correct horse battery").status == 201
    assert subjects(ANN)[-1] == "The change could not be made"
    assert again(caller).get("/v1/me/identifiers").json["pending"] is None


@pytest.mark.parametrize("param", ["new_code", "old_code"])
def test_a_wrong_code_changes_nothing_and_five_tries_are_all(caller: Caller, ann: Caller, param: str) -> None:
    ask(ann)
    right = {"new_code": code_for(NEW), "old_code": code_for(ANN)}
    for _ in range(5):
        assert_problem(confirm(ann, **right | {param: wrong(right[param])}), 400, "invalid-or-expired", param)
    assert confirm(ann, **right).status == 400
    assert sign_in(caller, NEW, "correct horse battery").status == 401


def test_a_code_is_good_for_the_very_name_it_was_sent_for(ann: Caller) -> None:
    ask(ann, "mine@example.com")
    mine = code_for("mine@example.com")
    ask(ann, NEW)
    assert_problem(confirm(ann, NEW, new_code=mine), 400, "invalid-or-expired", "new_code")


def test_codes_work_once(ann: Caller) -> None:
    ask(ann)
    codes = {"new_code": code_for(NEW), "old_code": code_for(ANN)}
    assert confirm(ann, new_code=codes["new_code"]).json["status"] == "waiting"
    assert_problem(confirm(ann, **codes), 400, "invalid-or-expired", "new_code")


def test_a_name_that_is_theirs_already_is_no_change(ann: Caller) -> None:
    assert_problem(ask(ann, ANN), 422, "invalid-request", "identifier")


def test_a_change_whose_notice_was_lost_in_a_crash_is_told_by_the_sweep(
    ann: Caller, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(ann)
    codes = {"new_code": code_for(NEW), "old_code": code_for(ANN)}
    with monkeypatch.context() as patch:
        patch.setattr("chalicelib.identity.telling.tell", crash)
        assert confirm(ann, **codes).status == 500
    tasks.sweep(clock.now())
    assert subjects(ANN)[-1] == subjects(NEW)[-1] == "How you sign in has changed"


def crash(*given: Any, **named: Any) -> None:
    raise RuntimeError("killed")


def test_asking_has_its_limits(ann: Caller) -> None:
    replies = [ask(ann, f"new{number}@example.com").status for number in range(6)]
    assert replies == [202] * 5 + [429]


def test_nothing_of_a_change_is_in_clear(ann: Caller, caller: Caller) -> None:
    waiting(ann, "canary@new.example")
    kept = [item for item in all_items("identity") + all_items("notices") if not item["pk"]["S"].startswith("OUTBOX#")]
    assert "canary" not in repr(kept)
    assert cloud.client("dynamodb").describe_table(TableName=settings().identity_table)


def test_a_change_that_was_made_is_told_though_others_come_before_its_end(
    caller: Caller, ann: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever makes a change lets another request come in between, so that nobody hears and old tokens go on."""
    assert changed(ann, PHONE).status == 200
    ask(ann)
    make, after = store_identifiers.make, []

    def overtaken(*given: Any) -> bool:
        made = make(*given)
        monkeypatch.setattr(store_identifiers, "make", make)
        after.append(ann.delete("/v1/me/identifiers/second").status)
        return made

    monkeypatch.setattr(store_identifiers, "make", overtaken)
    epoch = ledger.head(wallet := ann.get("/v1/me").json["wallets"][0]).epoch
    proof = {"new_code": code_for(NEW), "old_code": code_for(ANN)}
    assert confirm(ann, **proof).json["status"] == "changed"
    assert after == [204]
    assert ledger.head(wallet).epoch > epoch
    assert subjects(ANN).count("How you sign in has changed") == 2
    assert "How you sign in has changed" in subjects(NEW)


def test_nothing_takes_the_place_of_a_change_that_is_still_to_be_told(ann: Caller) -> None:
    user_id = person()["pk"]["S"]
    one = Change(user_id, "second_contact", PHONE, "mark of one", ANN, "")
    other = Change(user_id, "identifier", NEW, "mark of another", ANN, secrets.login(ANN))
    at = time.now()
    assert store_identifiers.make(one, (), at)
    assert not store_identifiers.wait(other, None, at)
    assert not store_identifiers.make(other, (), at)
    found = store_identifiers.pending(user_id)
    assert found is not None and (found.step, found.change) == ("changed", one)


def test_of_two_requests_at_once_neither_cuts_the_72_hours_short(ann: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second one is told while the first has not looked yet: what it finds waits already."""
    changed(ann, PHONE)
    wait = store_identifiers.wait

    def overtaken(*given: Any) -> bool:
        monkeypatch.setattr(store_identifiers, "wait", wait)
        made = wait(*given)
        assert ann.delete("/v1/me/identifiers/second").status == 204
        tasks.sweep(time.now())
        return made

    monkeypatch.setattr(store_identifiers, "wait", overtaken)
    assert ann.delete("/v1/me/identifiers/second").status == 204
    shown = ann.get("/v1/me/identifiers").json
    assert (len(shown["identifiers"]), shown["pending"]["removal"]) == (2, True)


def test_taking_the_second_contact_away_stops_another_change_and_says_so(ann: Caller) -> None:
    changed(ann, PHONE)
    waiting(ann)
    time.pause(1)
    assert [ann.delete("/v1/me/identifiers/second").status for _ in range(2)] == [204, 204]
    assert subjects(NEW)[-1] == "The change was stopped"
    assert ann.get("/v1/me/identifiers").json["pending"]["removal"] is True
    kinds = [one["kind"] for one in ann.get("/v1/me/notices").json["data"]]
    assert kinds.count("identifier_removal_waiting") == 1
