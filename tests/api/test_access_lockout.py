"""Locks: five failures close a name for a growing time, the owner learns it, a stranger does not."""

from __future__ import annotations

from typing import Any

import pytest

import app
from chalicelib.identity import lockout, passwords, secrets, store_due, store_lockout
from chalicelib.identity.model_lockout import LOCK_MINUTES, Counter
from tests.api.caller import Caller, Reply
from tests.conftest import FrozenClock
from tests.people import CHEAP, PASSWORD, all_items, outbox, second_name, sign_in, signed_in, signed_up, subjects, told

pytestmark = pytest.mark.many_requests

ANN, PHONE = "ann@example.com", "+8613900139000"
WRONG = "wrong horse battery"
Calls = list[tuple[str, str]]


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", CHEAP)


def fail(caller: Caller, times: int, identifier: str = ANN) -> None:
    for _ in range(times):
        assert sign_in(caller, identifier, WRONG).status == 401


def sweep() -> None:
    event: dict[str, Any] = dict.fromkeys(("version", "account", "region", "detail-type", "source", "time", "id"), "")
    app.sweep(event | {"detail": {}, "resources": []}, None)


def of_locks(contact: str = ANN) -> list[str]:
    """Of the messages about locks, oldest first."""
    return [one for one in subjects(contact) if "ign" in one or "登录" in one]


def on(caller: Caller, device_token: str, password: str = PASSWORD) -> Reply:
    claim = {"identifier": ANN, "password": password, "device_token": device_token}
    return caller.post("/v1/sessions", claim)


def test_five_failures_within_a_quarter_of_an_hour_close_the_name_and_four_do_not(
    caller: Caller, clock: FrozenClock
) -> None:
    signed_up(caller)
    fail(caller, 4)
    assert sign_in(caller, ANN, PASSWORD).status == 201
    fail(caller, 5)
    assert sign_in(caller, ANN, PASSWORD).status == 401


def test_failures_are_counted_over_any_quarter_of_an_hour(caller: Caller, clock: FrozenClock) -> None:
    signed_up(caller)
    fail(caller, 1)
    clock.advance(14 * 60)
    fail(caller, 3)
    clock.advance(61)
    fail(caller, 1)
    assert store_due.due(store_lockout.DUE, clock.now()) == []
    assert sign_in(caller, ANN, PASSWORD).status == 201
    fail(caller, 2)
    clock.advance(14 * 60)
    fail(caller, 3)
    assert sign_in(caller, ANN, PASSWORD).status == 401


def test_a_lock_that_is_due_counts_as_gone_before_the_schedule_has_looked(caller: Caller, clock: FrozenClock) -> None:
    signed_up(caller)
    fail(caller, 5)
    clock.advance(119)
    assert sign_in(caller, ANN, PASSWORD).status == 401
    clock.advance(1)
    assert sign_in(caller, ANN, PASSWORD).status == 201


def test_each_lock_in_a_row_is_longer_up_to_a_day(caller: Caller, clock: FrozenClock) -> None:
    signed_up(caller)
    for minutes in (*LOCK_MINUTES, LOCK_MINUTES[-1]):
        fail(caller, 5)
        clock.advance(minutes * 60 - 1)
        assert sign_in(caller, ANN, PASSWORD).status == 401
        clock.advance(1)
    assert sign_in(caller, ANN, PASSWORD).status == 201


@pytest.mark.parametrize("forgiven", ["by a success", "by a day without a lock"])
def test_the_next_lock_is_a_first_one_again(caller: Caller, clock: FrozenClock, forgiven: str) -> None:
    signed_up(caller)
    fail(caller, 5)
    clock.advance(120)
    if forgiven == "by a success":
        signed_in(caller)
    else:
        clock.advance(86_400)
    fail(caller, 5)
    clock.advance(120)
    assert sign_in(caller, ANN, PASSWORD).status == 201


def test_tries_while_it_is_closed_make_no_lock_longer(caller: Caller, clock: FrozenClock) -> None:
    signed_up(caller)
    fail(caller, 50)
    clock.advance(120)
    assert sign_in(caller, ANN, PASSWORD).status == 201


def test_a_try_is_counted_before_the_password_is_looked_at(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is killed while comparing has used up the try."""
    signed_up(caller)

    def killed(*_: Any) -> bool:
        raise RuntimeError("the function is killed")

    with monkeypatch.context() as patch:
        patch.setattr(passwords, "matches", killed)
        for _ in range(5):
            assert sign_in(caller, ANN, PASSWORD).status == 500
    assert sign_in(caller, ANN, PASSWORD).status == 401


def test_of_any_number_of_guesses_five_are_compared(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    signed_up(caller)
    compared: list[bool] = []

    def watched(password: str, stored: str | None) -> bool:
        compared.append(stored is not None)
        return False

    monkeypatch.setattr(passwords, "matches", watched)
    fail(caller, 40)
    assert (len(compared), sum(compared)) == (40, 5)


@pytest.mark.parametrize("known", [True, False])
def test_a_second_name_gives_no_more_guesses(
    caller: Caller, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    welcome, compared = signed_up(caller), []
    clock.advance(1)
    if known:
        second_name(caller.bearing(welcome["access_token"]), ANN, PHONE)
    monkeypatch.setattr(passwords, "matches", lambda password, stored: compared.append(stored is not None))
    for _ in range(8):
        fail(caller, 1)
        fail(caller, 1, PHONE)
    assert (len(compared), sum(compared)) == (16, 5)


def test_a_second_name_takes_the_same_work_as_an_unknown_one(
    caller: Caller, clock: FrozenClock, aws_calls: Calls, runs: list[str]
) -> None:
    welcome, seen = signed_up(caller), []
    clock.advance(1)
    second_name(caller.bearing(welcome["access_token"]), ANN, PHONE)
    for name in (PHONE, "nobody@example.com"):
        aws_calls.clear()
        runs.clear()
        seen.append(([told(sign_in(caller, name, WRONG)) for _ in range(7)], list(aws_calls), list(runs)))
    assert seen[0] == seen[1]


def test_whoever_dies_before_the_lock_is_written_leaves_the_name_closed_for_the_window(
    caller: Caller, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_up(caller)
    fail(caller, 4)
    with monkeypatch.context() as patch:
        patch.setattr(store_lockout, "lock", lambda *_: 1 / 0)
        assert sign_in(caller, ANN, PASSWORD).status == 500
    assert sign_in(caller, ANN, PASSWORD).status == 401
    clock.advance(15 * 60)
    assert sign_in(caller, ANN, PASSWORD).status == 201


def test_known_unknown_and_locked_are_the_same_answer_for_the_same_work(
    caller: Caller, clock: FrozenClock, aws_calls: Calls, runs: list[str]
) -> None:
    signed_up(caller)
    seen: dict[str, list[Any]] = {}
    for identifier in (ANN, "nobody@example.com", "+8613800138000"):
        for _ in range(8):
            aws_calls.clear()
            runs.clear()
            reply = sign_in(caller, identifier, WRONG)
            seen.setdefault(identifier, []).append((told(reply), list(aws_calls), list(runs)))
    assert seen[ANN] == seen["nobody@example.com"] == seen["+8613800138000"]
    assert {repr(answer) for answer, _, _ in seen[ANN]} == {repr(seen[ANN][0][0])}
    assert [runs for _, _, runs in seen[ANN]] == [["verify"]] * 8
    assert seen[ANN][5:] == [seen[ANN][0]] * 3, "closed, it takes the same steps as open"


def test_the_owner_is_told_of_the_lock_and_of_its_end_once_each(caller: Caller, clock: FrozenClock) -> None:
    welcome = signed_up(caller)
    fail(caller, 5)
    assert of_locks() == []
    for _ in range(3):
        sweep()
    assert of_locks() == ["Signing in to Coffer is locked until 22 Nov 2026, 16:02 (China time)"]
    (body,) = (message["body"] for message in outbox(ANN) if message["subject"] == of_locks()[0])
    assert "Forgot password" in body and "a device that you have used before" in body
    clock.advance(120)
    for _ in range(3):
        sweep()
    assert of_locks()[1:] == ["You can sign in to Coffer again"]
    inbox = caller.bearing(welcome["access_token"]).get("/v1/me/notices").json["data"]
    assert [notice["kind"] for notice in inbox] == ["sign_in_unlocked", "sign_in_locked"]


def test_the_owner_is_told_in_their_language(caller: Caller, clock: FrozenClock) -> None:
    signed_up(caller, "+8613800138000", locale="zh-CN")
    fail(caller, 5, "+8613800138000")
    sweep()
    assert of_locks("+8613800138000")[-1] == "Coffer 账户已暂停登录，至 2026年11月22日 16:02（北京时间）"


def test_the_schedule_does_not_unlock_before_the_time(caller: Caller, clock: FrozenClock) -> None:
    signed_up(caller)
    fail(caller, 5)
    for _ in range(5):
        sweep()
        clock.advance(11)
        assert sign_in(caller, ANN, PASSWORD).status == 401
    assert of_locks()[-1].startswith("Signing in to Coffer is locked")


def test_what_is_due_is_unlocked_and_due_no_more(caller: Caller, clock: FrozenClock) -> None:
    signed_up(caller)
    fail(caller, 5)
    fail(caller, 5, "nobody@example.com")
    assert len(store_due.due(store_lockout.DUE, clock.now())) == 2
    sweep()
    assert store_due.due(store_lockout.DUE, clock.now()) == []
    clock.advance(120)
    assert len(store_due.due(store_lockout.DUE, clock.now())) == 1
    sweep()
    assert [item for item in all_items("identity") if "due_key" in item and item["sk"]["S"] != "REMINDER"] == []
    assert outbox("nobody@example.com") == []


def test_who_dies_while_telling_leaves_it_to_the_next(
    caller: Caller, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_up(caller)
    fail(caller, 5)
    with monkeypatch.context() as patch:
        patch.setattr(lockout.telling, "tell", lambda *_, **__: 1 / 0)
        sweep()
    sweep()
    assert of_locks() == []
    clock.advance(120)
    sweep()
    assert of_locks() == ["You can sign in to Coffer again"]


def test_the_sweep_unlocks_without_the_secrets_that_only_access_may_read(
    caller: Caller, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_up(caller)
    fail(caller, 5)
    with monkeypatch.context() as patch:
        patch.setattr(secrets, "_secret", lambda: 1 / 0)
        sweep()
        clock.advance(120)
        sweep()
    assert len(of_locks()) == 2


def test_two_sweeps_at_once_tell_the_owner_once(
    caller: Caller, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The schedule fires again while the first one is about to tell."""
    signed_up(caller)
    fail(caller, 5)
    tell, turns = lockout.telling.tell, iter([True, False])

    def overtaken(*given: Any, **more: Any) -> None:
        if next(turns, False):
            sweep()
        tell(*given, **more)

    monkeypatch.setattr(lockout.telling, "tell", overtaken)
    sweep()
    assert len(of_locks()) == 1


def test_a_success_after_the_lock_leaves_the_owner_to_be_told(caller: Caller, clock: FrozenClock) -> None:
    signed_up(caller)
    fail(caller, 5)
    clock.advance(120)
    signed_in(caller)
    sweep()
    assert of_locks() == ["You can sign in to Coffer again"]


def test_strangers_do_not_lock_out_a_device_that_signed_in_before(caller: Caller, clock: FrozenClock) -> None:
    phone = signed_up(caller)["device_token"]
    laptop = signed_in(caller)["device_token"]
    assert phone != laptop
    for minutes in LOCK_MINUTES[:3]:
        fail(caller, 7)
        clock.advance(minutes * 60 - 1)
        assert sign_in(caller, ANN, PASSWORD).status == 401
        assert on(caller, phone).json["device_token"] == phone
        assert on(caller, laptop).status == 201
        clock.advance(1)


def test_a_known_device_is_closed_by_its_own_failures_and_nobody_else_is(caller: Caller, clock: FrozenClock) -> None:
    phone = signed_up(caller)["device_token"]
    for _ in range(5):
        assert on(caller, phone, WRONG).status == 401
    assert on(caller, phone).status == 401
    assert sign_in(caller, ANN, PASSWORD).status == 201
    sweep()
    assert of_locks() == ["Signing in to Coffer is locked until 22 Nov 2026, 16:02 (China time)"]
    clock.advance(120)
    assert on(caller, phone).status == 201


@pytest.mark.parametrize("token", ["somebody's", "cdt_", "cdt_AAAA", "crt_é", "x" * 128, "cdt_" + "A" * 64])
def test_a_device_token_that_is_not_this_persons_counts_with_the_strangers(caller: Caller, token: str) -> None:
    signed_up(caller)
    if token == "somebody's":
        token = signed_up(caller, "bob@example.com")["device_token"]
    for _ in range(5):
        assert on(caller, token, WRONG).status == 401
    assert sign_in(caller, ANN, PASSWORD).status == 401


def test_a_known_device_of_a_known_name_takes_the_same_calls(caller: Caller, aws_calls: Calls) -> None:
    phone = signed_up(caller)["device_token"]
    seen = []
    for token in (phone, "cdt_" + "A" * 64):
        aws_calls.clear()
        reply = on(caller, token, WRONG)
        seen.append((told(reply), list(aws_calls)))
    assert seen[0] == seen[1]


def test_counters_expire_and_name_nobody(caller: Caller, clock: FrozenClock) -> None:
    signed_up(caller)
    fail(caller, 5)
    fail(caller, 2, "bob@example.com")
    kept = [item for item in all_items("identity") if item["pk"]["S"].startswith(("LOCK#", "THROTTLE#names"))]
    assert len(kept) == 3
    assert all(int(item["expires_at_seconds"]["N"]) > clock.now().timestamp() for item in kept)
    assert "ann" not in repr(kept) and "bob" not in repr(kept) and "203.0.113" not in repr(kept)


def test_a_success_that_was_under_way_when_others_made_the_lock_does_not_lift_it(
    caller: Caller, clock: FrozenClock
) -> None:
    user_id = signed_up(caller)["user"]["id"]
    mine = lockout.count_try(Counter(user_id), clock.now())
    fail(caller, 4)
    assert mine is not None
    lockout.succeeded(mine)
    assert sign_in(caller, ANN, PASSWORD).status == 401


def test_the_fifth_try_that_is_right_leaves_no_lock_and_nothing_to_tell(caller: Caller, clock: FrozenClock) -> None:
    signed_up(caller)
    for _ in range(3):
        fail(caller, 4)
        assert sign_in(caller, ANN, PASSWORD).status == 201
    sweep()
    assert of_locks() == []


def test_a_lock_does_not_come_back_after_a_success_that_overtook_it(
    caller: Caller, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong fifth try is counted, a right one before it succeeds, then the wrong one writes its lock."""
    user_id = signed_up(caller)["user"]["id"]
    right = lockout.count_try(Counter(user_id), clock.now())
    fail(caller, 3)
    write = store_lockout.lock

    def overtaken(*given: Any) -> bool:
        assert right is not None
        lockout.succeeded(right)
        return write(*given)

    monkeypatch.setattr(store_lockout, "lock", overtaken)
    fail(caller, 1)
    monkeypatch.setattr(store_lockout, "lock", write)
    assert sign_in(caller, ANN, PASSWORD).status == 201
