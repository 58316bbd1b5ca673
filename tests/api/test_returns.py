"""Money that two banks took for one top-up: the second's goes back by itself, once, or is a person's."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs

from chalicelib.ledger import expected
from chalicelib.ledger.wire import item, size
from chalicelib.processors import model_patience
from chalicelib.processors.wire import NoAnswer, Reply
from chalicelib.settlement import matching, reconciling, safeguarding
from chalicelib.settlement.model_reconciliation import WINDOWS
from chalicelib.topups import events, tasks
from infra.local.bank_book import Payment
from tests.api import failover_kit, topup_kit
from tests.api.caller import Caller
from tests.api.failover_kit import Harbours, deaf, refuses, says_no
from tests.conftest import FrozenClock

pytestmark = pytest.mark.many_requests


@pytest.fixture
def till(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> Iterator[Harbours]:
    monkeypatch.setattr(events, "page", lambda name, **facts: PAGES.append(name))
    PAGES.clear()
    yield from failover_kit.harbours(caller, monkeypatch)


PAGES: list[str] = []


class Killed(BaseException):
    """Whoever worked is gone."""


def killed(ask: Callable[[], Reply]) -> Reply:
    raise Killed


def silent(ask: Callable[[], Reply]) -> Reply:
    """Nothing reaches it."""
    raise NoAnswer


def paid_twice(till: Harbours) -> str:
    """A top-up that harbour brought, and that the sandbox, which had said no, was paid for as well."""
    till.troubles["sandbox"] = says_no("issuer_unavailable")
    topup_id = str(till.top_up().json["id"])
    till.troubles.clear()
    for bank, book in (("harbour", till.harbour.book), ("sandbox", till.bank.book)):
        book.settle(till.made(bank, topup_id).id, 0)
        assert till.tells(bank, topup_id, "succeeded").status == 200
    return topup_id


def back(till: Harbours) -> dict[str, Any]:
    (found,) = [one for one in topup_kit.items("ledger") if one["pk"].startswith("rtn_")]
    return found


def at_the_bank(till: Harbours, topup_id: str) -> Payment:
    return till.made("sandbox", topup_id)


def cases(till: Harbours) -> list[tuple[str, str]]:
    return [(one["kind"], one["subject"]) for one in topup_kit.items("cases")]


def a_turn(clock: FrozenClock, seconds: float = 60) -> int:
    done = tasks.send_back(clock.now())
    clock.advance(seconds)
    return done


def test_it_goes_back_once_and_what_was_credited_stays(till: Harbours, clock: FrozenClock) -> None:
    topup_id = paid_twice(till)
    assert [a_turn(clock) for _ in range(4)] == [1, 1, 0, 0]
    assert at_the_bank(till, topup_id).refunds == {back(till)["pk"]: 1250}
    assert (back(till)["state"], "due_at" in back(till)) == ("succeeded", False)
    assert (till.money, cases(till), PAGES) == ((1250, 0), [], [])
    assert till.made("harbour", topup_id).reversed_total == 0
    assert size(item(back(till))) <= 1024


@pytest.mark.parametrize(
    ("shown", "outcomes"),
    [
        ((1250, -1250), ["matched", "matched"]),
        ((1250, -1200), ["matched", "under"]),
        ((1250, -1250, -1250), ["matched", "matched", "missing_here"]),
        ((1250,), ["matched", "missing_there"]),
        ((1250, 1250, -1250), ["duplicate", "matched", "matched"]),
    ],
)
def test_the_second_banks_statement_must_show_it_coming_and_going_back_once_and_whole(
    till: Harbours, clock: FrozenClock, shown: tuple[int, ...], outcomes: list[str]
) -> None:
    topup_id, day = paid_twice(till), clock.now().date()
    for _ in range(2):
        till.tells("sandbox", topup_id, "succeeded")
        a_turn(clock)
    ours = [reconciling._line(one) for one in expected.of_day("sandbox", "CNY", day)]
    assert sorted((one.our_id, one.amount) for one in ours) == [(topup_id, -1250), (topup_id, 1250)]
    theirs = [
        structs.replace(ours[0], amount=amount, reference=f"ch_{number}", booked_at=clock.now())
        for number, amount in enumerate(shown)
    ]
    found = matching.reconciled(ours, theirs, WINDOWS["processor"])
    assert sorted(one.outcome for one in found) == outcomes
    assert safeguarding._lines("sandbox", "CNY", day - timedelta(days=1), day, clock.now()).came == 0


def test_one_that_the_bank_sends_back_before_it_is_asked_is_expected_both_ways(
    till: Harbours, clock: FrozenClock
) -> None:
    topup_id = paid_twice(till)
    till.tells("sandbox", topup_id, "reversed", 1250)
    assert (back(till)["state"], a_turn(clock)) == ("succeeded", 0)
    amounts = [one.amount for one in expected.of_day("sandbox", "CNY", clock.now().date())]
    assert sorted(amounts) == [-1250, 1250]


def test_one_that_the_bank_sent_back_by_itself_is_expected_both_ways(till: Harbours, clock: FrozenClock) -> None:
    till.troubles["sandbox"] = says_no("issuer_unavailable")
    topup_id = str(till.top_up().json["id"])
    till.troubles.clear()
    for bank, book in (("harbour", till.harbour.book), ("sandbox", till.bank.book)):
        book.settle(till.made(bank, topup_id).id, 0)
    till.tells("harbour", topup_id, "succeeded")
    for _ in range(2):
        till.tells("sandbox", topup_id, "reversed", 1250)
    amounts = [one.amount for one in expected.of_day("sandbox", "CNY", clock.now().date())]
    assert sorted(amounts) == [-1250, 1250]


def test_its_webhook_ends_it_and_is_nobodys_work(till: Harbours, clock: FrozenClock) -> None:
    topup_id = paid_twice(till)
    a_turn(clock)
    for _ in range(2):
        assert till.tells("sandbox", topup_id, "reversed", 1250).status == 200
    assert (back(till)["state"], "due_at" in back(till)) == ("succeeded", False)
    assert (till.money, cases(till), PAGES) == ((1250, 0), [], [])


def test_a_second_success_told_again_and_again_returns_it_once(till: Harbours, clock: FrozenClock) -> None:
    topup_id = paid_twice(till)
    for _ in range(3):
        till.tells("sandbox", topup_id, "succeeded")
        a_turn(clock)
    assert at_the_bank(till, topup_id).reversed_total == 1250


def test_silence_is_unknown_and_asked_about_until_it_is_known(till: Harbours, clock: FrozenClock) -> None:
    topup_id = paid_twice(till)
    till.troubles["sandbox"] = deaf
    a_turn(clock)
    assert back(till)["state"] == "unknown"
    till.troubles.clear()
    a_turn(clock)
    assert (back(till)["state"], at_the_bank(till, topup_id).reversed_total) == ("succeeded", 1250)


def test_whoever_dies_before_the_call_is_followed_by_a_question_and_then_by_the_call(
    till: Harbours, clock: FrozenClock
) -> None:
    topup_id = paid_twice(till)
    till.troubles["sandbox"] = killed
    with pytest.raises(Killed):
        a_turn(clock)
    till.troubles.clear()
    clock.advance(60)
    assert a_turn(clock, 240) == 1
    assert at_the_bank(till, topup_id).refunds == {back(till)["pk"]: 1250}
    a_turn(clock)
    assert (back(till)["state"], cases(till)) == ("succeeded", [])


def test_a_no_is_a_persons_at_once(till: Harbours, clock: FrozenClock) -> None:
    paid_twice(till)
    till.troubles["sandbox"] = refuses(422, "account_closed")
    a_turn(clock)
    found = back(till)
    assert (found["state"], found["reason"], "due_at" in found) == ("failed", "account_closed", False)
    assert cases(till) == [("return-failed", found["pk"])]
    assert [a_turn(clock, 86_400) for _ in range(7)] == [0] * 7


def test_a_no_after_silence_proves_nothing(till: Harbours, clock: FrozenClock) -> None:
    """The first call may still arrive."""
    paid_twice(till)
    till.troubles["sandbox"] = silent
    a_turn(clock)
    till.troubles["sandbox"] = refuses(404, "not-found")
    a_turn(clock)
    assert (back(till)["state"], cases(till)) == ("unknown", [])


def test_silence_is_asked_about_five_times_and_then_it_is_a_persons(till: Harbours, clock: FrozenClock) -> None:
    paid_twice(till)
    till.troubles["sandbox"] = silent
    asked = [0]
    for pause in _pauses():
        till.calls.clear()
        a_turn(clock, pause)
        asked.append(len(till.calls))
    assert all(asked[1:])
    assert cases(till) == []
    a_turn(clock)
    assert cases(till) == [("return-unknown", back(till)["pk"])]
    till.calls.clear()
    clock.advance(30 * 86_400)
    a_turn(clock)
    assert (till.calls, back(till)["state"]) == ([], "unknown")


def test_what_the_bank_has_sent_back_by_itself_is_not_asked_for(till: Harbours, clock: FrozenClock) -> None:
    topup_id = paid_twice(till)
    till.tells("sandbox", topup_id, "reversed", 1250)
    till.calls.clear()
    a_turn(clock)
    assert (till.calls, back(till)["state"], at_the_bank(till, topup_id).reversed_total) == ([], "succeeded", 0)


def test_what_was_sent_back_before_it_was_told_of_is_not_sent_back_again(till: Harbours, clock: FrozenClock) -> None:
    till.troubles["sandbox"] = says_no("issuer_unavailable")
    topup_id = str(till.top_up().json["id"])
    till.troubles.clear()
    till.tells("harbour", topup_id, "succeeded")
    till.tells("sandbox", topup_id, "reversed", 1250)
    till.tells("sandbox", topup_id, "succeeded")
    till.calls.clear()
    a_turn(clock)
    assert (till.calls, back(till)["state"]) == ([], "succeeded")
    assert PAGES == ["WebhookQuarantined"]


def _pauses() -> list[float]:
    """Between the call and the last question."""
    moments = [0.0, *(one.total_seconds() for one in model_patience.ASK_AGAIN)]
    return [after - before for before, after in itertools.pairwise(moments)]
