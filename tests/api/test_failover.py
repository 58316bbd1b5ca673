"""When a bank cannot take a top-up another does: once, never on a guess, and whatever the first one says later."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from chalicelib.ledger import history
from chalicelib.ledger.wire import item, size
from chalicelib.processors import service, wire
from chalicelib.processors.wire import NotReached, Reply
from chalicelib.topups import asking, events, tasks
from tests.api import failover_kit, topup_kit
from tests.api.caller import Caller
from tests.api.failover_kit import Harbours, deaf, down, refuses, says_no
from tests.api.topup_kit import WALLET
from tests.conftest import FrozenClock


@pytest.fixture
def till(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> Iterator[Harbours]:
    monkeypatch.setattr(events, "page", lambda name, **facts: PAGES.append(name))
    PAGES.clear()
    yield from failover_kit.harbours(caller, monkeypatch)


PAGES: list[str] = []
Ask = Callable[[], Reply]


def entries() -> list[tuple[str, int, str]]:
    """(kind, what the wallet got, from whom), oldest first."""
    found = history.entries(WALLET, None, 100)
    return [(one["kind"], one["postings"].get(WALLET, 0), one["text"]) for one in reversed(found)]


def moved_on(till: Harbours, key: str = "k1") -> str:
    """A top-up that the sandbox refused for now and harbour took."""
    till.troubles["sandbox"] = says_no("issuer_unavailable")
    made = till.top_up(key=key)
    assert (made.json["status"], made.json["processor"]) == ("pending", "harbour")
    till.troubles.clear()
    return str(made.json["id"])


def test_the_cheapest_is_asked_while_it_works(till: Harbours) -> None:
    made = till.top_up()
    assert (made.json["processor"], till.calls) == ("sandbox", ["sandbox"])
    stored = till.stored(made.json["id"])
    assert (stored["route"], stored["method"]) == ("sandbox=0 harbour=13 stripe=method", "bank")
    assert "tried" not in stored and "tried" not in till.show(made.json["id"])


@pytest.mark.parametrize(
    ("trouble", "why"),
    [
        (down, "not_reached"),
        (says_no("issuer_unavailable"), "issuer_unavailable"),
        (says_no("try_again_later"), "try_again_later"),
        (refuses(422, "processor_unavailable"), "processor_unavailable"),
        (refuses(401, "401"), "401"),
    ],
)
def test_a_no_that_another_need_not_give_moves_on_and_says_so(
    till: Harbours, trouble: failover_kit.Trouble, why: str
) -> None:
    till.troubles["sandbox"] = trouble
    made = till.top_up()
    assert (made.status, made.json["status"], made.json["processor"]) == (201, "pending", "harbour")
    stored = till.stored(made.json["id"])
    assert (stored["processor"], stored["tried"]) == ("harbour", f"sandbox={why}")
    assert stored["reference"] == till.made("harbour", made.json["id"]).id
    assert till.show(made.json["id"])["tried"] == ["sandbox"]
    till.tells("harbour", made.json["id"], "succeeded")
    assert till.money == (1250, 0)
    assert entries() == [("top-up", 1250, "harbour")]


@pytest.mark.parametrize("reason", ["card_declined", "stolen_card", "fraudulent", "insufficient_funds", "never_heard"])
def test_a_no_that_means_no_stays(till: Harbours, reason: str) -> None:
    till.troubles["sandbox"] = says_no(reason)
    made = till.top_up()
    assert (made.json["status"], made.json["reason"], till.calls) == ("failed", reason, ["sandbox"])


def test_silence_is_unknown_and_asks_nobody_else(till: Harbours) -> None:
    till.troubles["sandbox"] = deaf
    made = till.top_up()
    assert (made.json["status"], made.json["processor"], till.calls) == ("unknown", "sandbox", ["sandbox"])
    assert till.top_up().raw == made.raw
    assert till.calls == ["sandbox"]


def test_an_answer_and_then_no_connection_is_silence_too(till: Harbours) -> None:
    """The first attempt may have arrived: only if none was sent is it sure that nothing was."""

    def transport(method: str, url: str, headers: object, body: bytes) -> Reply:
        till.calls.append(url)
        if len(till.calls) > 1:
            raise NotReached
        return Reply(503, b"{}")

    wire.use(transport)
    assert till.top_up().json["status"] == "unknown"
    assert all("sandbox.test" in url for url in till.calls)


def test_whoever_is_named_is_asked_and_nobody_else(till: Harbours) -> None:
    till.troubles["harbour"] = says_no("try_again_later")
    made = till.top_up(processor="harbour")
    assert (made.json["status"], made.json["reason"], till.calls) == ("failed", "try_again_later", ["harbour"])
    assert till.stored(made.json["id"])["route"] == "harbour=chosen"


def test_when_nobody_is_left_it_has_failed_for_the_last_ones_reason(till: Harbours) -> None:
    till.troubles |= {"sandbox": down, "harbour": says_no("try_again_later")}
    made = till.top_up()
    assert (made.json["status"], made.json["processor"], made.json["reason"]) == (
        "failed",
        "harbour",
        "try_again_later",
    )
    assert till.show(made.json["id"])["status"] == "failed"
    assert till.calls == ["sandbox", "sandbox", "harbour"]


def test_what_was_never_sent_has_failed(till: Harbours) -> None:
    till.troubles |= {"sandbox": down, "harbour": down}
    made = till.top_up()
    assert (made.json["status"], made.json["reason"]) == ("failed", "not_reached")
    assert till.show(made.json["id"])["status"] == "failed"


def test_the_same_key_answers_the_same_bytes_and_asks_nobody(till: Harbours) -> None:
    till.troubles["sandbox"] = down
    first = till.top_up()
    asked = list(till.calls)
    again = till.top_up()
    assert (again.raw, again.headers["idempotent-replayed"], till.calls) == (first.raw, "true", asked)


def test_a_person_is_not_kept_waiting_for_another_bank(till: Harbours, clock: FrozenClock) -> None:
    def slow(ask: object) -> Reply:
        clock.advance(asking.PATIENCE.total_seconds())
        raise NotReached

    till.troubles["sandbox"] = slow
    assert (till.top_up().json["status"], set(till.calls)) == ("failed", {"sandbox"})


def test_the_refusal_comes_as_a_webhook_before_the_answer(till: Harbours) -> None:
    """The failed top-up stands up again where the next bank takes it."""

    def early(ask: Ask) -> Reply:
        reply = says_no("try_again_later")(ask)
        topup_id = till.bank.book.find(json.loads(reply.body)["id"]).asked_as  # type: ignore[union-attr]
        assert till.tells("sandbox", topup_id, "failed").status == 200
        return reply

    till.troubles["sandbox"] = early
    made = till.top_up()
    assert (made.json["status"], made.json["processor"]) == ("pending", "harbour")
    stored = till.stored(made.json["id"])
    assert (stored["state"], "reason" in stored, "due_at" in stored) == ("pending", False, True)


def test_the_refusal_told_again_by_webhook_is_known(till: Harbours) -> None:
    topup_id = moved_on(till)
    assert till.tells("sandbox", topup_id, "failed").status == 200
    assert (till.show(topup_id)["status"], PAGES, topup_kit.items("cases")) == ("pending", [], [])
    till.tells("harbour", topup_id, "succeeded")
    assert till.tells("sandbox", topup_id, "failed").status == 200
    assert (till.money, PAGES) == ((1250, 0), [])


def test_a_yes_after_the_no_is_credited_where_nothing_else_was(till: Harbours) -> None:
    topup_id = moved_on(till)
    till.tells("harbour", topup_id, "failed")
    till.tells("sandbox", topup_id, "succeeded")
    assert (till.money, PAGES) == ((1250, 0), [])
    shown = till.show(topup_id)
    assert (shown["status"], shown["processor"], "tried" in shown) == ("succeeded", "sandbox", False)
    assert till.stored(topup_id)["tried"] == "harbour=overtaken"
    assert entries() == [("top-up", 1250, "sandbox")]


def returned() -> list[tuple[str, str, str]]:
    found = [one for one in topup_kit.items("ledger") if one["pk"].startswith("rtn_")]
    return [(one["topup"], one["processor"], one["state"]) for one in found]


def told_in_every_order() -> list[tuple[tuple[str, str], ...]]:
    said = (("sandbox", "succeeded"), ("harbour", "succeeded"), ("sandbox", "failed"), ("sandbox", "succeeded"))
    return sorted({*itertools.permutations(said)})


@pytest.mark.parametrize("story", told_in_every_order())
def test_money_from_both_is_credited_once_and_the_second_goes_back(
    till: Harbours, story: tuple[tuple[str, str], ...]
) -> None:
    topup_id = moved_on(till)
    for bank, kind in story:
        assert till.tells(bank, topup_id, kind).status == 200
    assert till.money == (1250, 0)
    first = next(bank for bank, kind in story if kind == "succeeded")
    assert till.show(topup_id)["processor"] == first
    kept = [one for one in topup_kit.items("topups") if one["pk"].startswith("QUA#")]
    second = "harbour" if first == "sandbox" else "sandbox"
    assert {(one["reason"], one["pk"].split("#")[1]) for one in kept} == {(events.PAID_TWICE, second)}
    assert (returned(), topup_kit.items("cases"), PAGES) == ([(topup_id, second, "pending")], [], [])


def test_a_reversal_by_the_first_is_credited_then_taken_back(till: Harbours) -> None:
    topup_id = moved_on(till)
    till.tells("sandbox", topup_id, "reversed", 1250)
    assert till.money == (0, 0)
    assert [kind for kind, _, bank in entries() if bank == "sandbox"] == ["top-up", "top-up-reversal"]
    till.tells("harbour", topup_id, "succeeded")
    assert (till.money, PAGES) == ((0, 0), [])
    assert returned() == [(topup_id, "harbour", "pending")]


def test_a_reversal_by_the_first_of_what_the_second_brought_touches_nothing(till: Harbours) -> None:
    topup_id = moved_on(till)
    till.tells("harbour", topup_id, "succeeded")
    till.tells("sandbox", topup_id, "reversed", 1250)
    assert (till.money, PAGES) == ((1250, 0), ["WebhookQuarantined"])


@pytest.mark.parametrize(("taken_back", "reason"), [(400, "paid-twice"), (1250, "paid-twice-and-returned")])
def test_what_has_gone_back_already_is_not_told_as_money_to_send_back(
    till: Harbours, taken_back: int, reason: str
) -> None:
    topup_id = moved_on(till)
    till.tells("harbour", topup_id, "succeeded")
    till.tells("sandbox", topup_id, "reversed", taken_back)
    (kept,) = [one for one in topup_kit.items("topups") if one["pk"].startswith("QUA#")]
    assert (kept["reason"], till.money) == (reason, (1250, 0))


def test_after_an_overtaking_nobody_is_offered_to_pay_again(till: Harbours) -> None:
    """The first bank's yes comes while the second is asked for a code to pay with."""

    def overtaken(ask: Ask) -> Reply:
        reply = ask()
        topup_id = till.made("harbour", json.loads(reply.body)["id"]).asked_as
        assert till.tells("sandbox", topup_id, "succeeded").status == 200
        return Reply(201, json.dumps(json.loads(reply.body) | {"next_action": {"type": "pay"}}).encode())

    till.troubles |= {"sandbox": says_no("issuer_unavailable"), "harbour": overtaken}
    made = till.top_up()
    assert (made.json["status"], made.json["processor"], made.json["next_action"]) == ("pending", "sandbox", None)
    assert till.top_up().raw == made.raw
    assert (till.money, till.show(made.json["id"])["status"]) == ((1250, 0), "succeeded")


def test_whoever_is_asked_next_is_asked_once_within_the_functions_ten_seconds(
    till: Harbours, clock: FrozenClock
) -> None:
    def slowly(ask: object) -> Reply:
        clock.advance(1.8)
        raise NotReached

    def never(ask: object) -> Reply:
        clock.advance(wire.CONNECT_SECONDS + wire.READ_SECONDS)
        return Reply(503, b"")

    began = clock.moment
    till.troubles |= {"sandbox": slowly, "harbour": never}
    assert till.top_up().json["status"] == "unknown"
    assert till.calls == ["sandbox", "sandbox", "harbour"]
    assert (clock.moment - began).total_seconds() < 10


@pytest.mark.parametrize(
    ("lies", "reason"),
    [
        ({"amount": 1251}, "amount"),
        ({"merchant": "somebody"}, "processor_account"),
        ({"metadata": {"topup_id": "", "wallet_id": WALLET}}, "topup_id"),
    ],
)
def test_a_yes_after_the_no_must_match_in_everything(till: Harbours, lies: dict[str, object], reason: str) -> None:
    topup_id = moved_on(till)
    till.tells("sandbox", topup_id, "succeeded", **lies)
    assert (till.money, till.show(topup_id)["processor"]) == ((0, 0), "harbour")
    (kept,) = [one for one in topup_kit.items("topups") if one["pk"].startswith("QUA#")]
    assert kept["reason"] == reason


def test_a_bank_that_was_never_asked_credits_nothing(till: Harbours) -> None:
    till.troubles["sandbox"] = deaf
    topup_id = till.top_up().json["id"]
    till.harbour.book.open(till.made("sandbox", topup_id))
    till.tells("harbour", topup_id, "succeeded")
    assert (till.money, PAGES) == ((0, 0), ["WebhookQuarantined"])


class Killed(BaseException):
    """The function was ended in the middle."""


def test_after_a_crash_between_the_banks_the_second_goes_on(till: Harbours, clock: FrozenClock) -> None:
    def killed(ask: object) -> Reply:
        raise Killed

    till.troubles |= {"sandbox": says_no("try_again_later"), "harbour": killed}
    with pytest.raises(Killed):
        till.top_up()
    assert till.top_up().status == 409
    till.troubles.clear()
    clock.advance(31)
    made = till.top_up()
    assert (made.json["status"], made.json["processor"], till.calls[-1]) == ("pending", "harbour", "harbour")


def test_a_connection_that_does_not_stand_after_a_crash_proves_nothing(till: Harbours, clock: FrozenClock) -> None:
    """The first request may have arrived before it died."""

    def killed(ask: Ask) -> Reply:
        ask()
        raise Killed

    till.troubles["sandbox"] = killed
    with pytest.raises(Killed):
        till.top_up()
    till.troubles["sandbox"] = down
    clock.advance(31)
    made = till.top_up()
    assert (made.json["status"], made.json["processor"]) == ("unknown", "sandbox")
    assert "harbour" not in till.calls


def test_whoever_lost_its_lease_moves_nothing_on(till: Harbours, clock: FrozenClock) -> None:
    """Another request has the top-up, and was heard by the bank that this one could not reach."""

    def heard(ask: Ask) -> Reply:
        ask()
        raise Killed

    def meanwhile(ask: Ask) -> Reply:
        till.troubles["sandbox"] = heard
        clock.moment += timedelta(seconds=31)
        with pytest.raises(Killed):
            till.top_up()
        clock.moment -= timedelta(seconds=31)
        till.troubles["sandbox"] = down
        raise NotReached

    till.troubles["sandbox"] = meanwhile
    answer = till.top_up()
    assert (answer.status, answer.json["code"]) == (409, "in-flight")
    till.troubles.clear()
    clock.advance(70)
    made = till.top_up()
    assert (made.status, made.json["processor"]) == (201, "sandbox")
    assert "harbour" not in till.calls


def test_an_unknown_one_that_turns_out_refused_has_failed(till: Harbours, clock: FrozenClock) -> None:
    """Nobody waits any more: whoever heard `unknown` may have paid elsewhere."""
    till.troubles["sandbox"] = deaf
    topup_id = till.top_up(1201).json["id"]
    till.troubles.clear()
    tasks.ask_again(clock.advance(61))
    assert (till.show(topup_id)["status"], "harbour" in till.calls) == ("failed", False)


WAITING = {"state": "pending", "due_key": "topup#00", "due_at": "2026-11-22T08:01:00.000000Z"}


@pytest.mark.parametrize("state", [WAITING, {"reason": "r" * 32, "reversed_total": 0}], ids=["waiting", "failed"])
def test_the_fattest_way_fits_in_one_kilobyte(till: Harbours, state: dict[str, str]) -> None:
    """A reference, an account and a next action as long as any we know, five processors, two of them tried.
    What failed was never credited, so nothing of it is reversed."""
    till.troubles |= {"sandbox": says_no("payment_method_not_available"), "harbour": down}
    stored = till.stored(till.top_up(999_999).json["id"])
    assert stored["tried"] == "sandbox=payment_method_not_avail" and "lease_until" not in stored
    fattest = {
        "route": "sandbox=0 harbour=20000010 stripe=open wechat=60000000 alipay=60000000",
        "tried": "sandbox=payment_method_not_avail wechat=processor_unavailable",
        "processor_account": "acct_" + "1" * 16 + "/live",
        "reference": "pi_" + "x" * 24,
        "amount": 9_999_999_999,
        "reversed_total": 9_999_999_999,
        "answer": "a" * 430,
    }
    assert size(item({name: fact for name, fact in stored.items() if name != "reason"} | fattest | state)) <= 1024


def test_production_knows_no_sandbox_bank(till: Harbours, monkeypatch: pytest.MonkeyPatch) -> None:
    from chalicelib import settings as settings_module

    monkeypatch.setenv("STAGE", "prod")
    settings_module.settings.cache_clear()
    assert service.names() == ("stripe",)
