"""The ledger against moto: one request at a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.kernel import clock as clock_module
from chalicelib.kernel.errors import CurrencyMismatch, IdempotencyKeyReused, InvalidToken, NotFound
from chalicelib.ledger import chart, closing, folding, history, model, service, store
from chalicelib.ledger.model import Change, Draft, Spend
from chalicelib.ledger.write import Update
from chalicelib.settings import settings
from tests import heads
from tests.conftest import FrozenClock
from tests.ledger_kit import AT, NO_LIMIT, OWNER, WALLET, key, open_wallet, put_in, spend

pytestmark = pytest.mark.usefixtures("cloud")


@pytest.fixture(autouse=True)
def funded(cloud: None, clock: FrozenClock) -> None:
    open_wallet(AT - timedelta(seconds=1))
    put_in(1_000, AT)


def available() -> int:
    return service.head(WALLET).available


def later(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


def test_a_payment_takes_its_amount_and_writes_one_entry() -> None:
    spend(300, later(1))
    assert available() == 700
    assert [entry["kind"] for entry in history.entries(WALLET, None, 10)] == ["payment", "top-up"]


def test_a_payment_makes_one_call_its_repetition_one_a_refusal_three(aws_calls: list[tuple[str, str]]) -> None:
    for amount, request, calls in ((300, "k1", 1), (300, "k1", 1), (5_000, "k2", 3)):
        aws_calls.clear()
        spend(amount, later(1), key(request))
        assert len(aws_calls) == calls


def test_a_repetition_returns_the_first_receipt_and_takes_nothing() -> None:
    first, second = spend(300, later(1)), spend(300, later(2))
    assert (second.body, second.status, second.replayed) == (first.body, first.status, True)
    assert available() == 700


def test_the_same_key_with_another_request_is_refused() -> None:
    spend(300, later(1))
    with pytest.raises(IdempotencyKeyReused):
        spend(300, later(2), key(fingerprint=b"g" * 16))


def test_a_refusal_is_stored_so_that_a_late_second_delivery_cannot_succeed() -> None:
    refused = spend(5_000, later(1))
    put_in(9_000, later(2), "t2")
    assert spend(5_000, later(3)).body == refused.body
    assert available() == 10_000


def test_a_wallet_never_goes_below_zero() -> None:
    assert "insufficient-funds" in spend(1_001, later(1)).body
    assert spend(1_000, later(2), key("k2")).status == 201
    assert available() == 0


def test_somebody_elses_wallet_is_not_found() -> None:
    with pytest.raises(NotFound):
        spend(1, later(1), owner="usr_other")


def test_a_raised_epoch_stops_payments_at_once() -> None:
    assert service.raise_epoch(WALLET) == 1
    with pytest.raises(InvalidToken):
        spend(1, later(1))
    assert spend(1, later(1), epoch=1).status == 201


def test_a_freeze_is_taken_back_under_the_epoch_of_the_wallet_only() -> None:
    assert service.freeze(WALLET)
    epoch = service.raise_epoch(WALLET)
    assert not service.thaw(WALLET, epoch - 1)
    assert service.head(WALLET).status == "frozen"
    assert service.thaw(WALLET, epoch)


FREEZES: dict[str, tuple[Callable[[], bool], Callable[[], bool], str]] = {
    "owner": (lambda: service.freeze(WALLET), lambda: service.thaw(WALLET, 0), "by-owner"),
    "house": (lambda: service.impose(WALLET, "lost phone", AT), lambda: service.lift(WALLET, AT), "lost phone"),
}


@pytest.mark.parametrize("first", FREEZES)
@pytest.mark.parametrize("lifted", FREEZES)
def test_a_wallet_is_active_when_nobodys_freeze_holds(first: str, lifted: str) -> None:
    (last,) = FREEZES.keys() - {lifted}
    for who in sorted(FREEZES, reverse=first == "owner"):
        assert FREEZES[who][0]()
    assert service.head(WALLET).reason == "lost phone"
    assert FREEZES[lifted][1]()
    assert not FREEZES[lifted][1](), "nothing of theirs is left to be lifted"
    assert (service.head(WALLET).status, service.head(WALLET).reason) == ("frozen", FREEZES[last][2])
    assert FREEZES[last][1]()
    assert (service.head(WALLET).status, service.head(WALLET).reason) == ("active", "")
    assert spend(1, later(1)).status == 201


def test_a_freeze_of_before_changes_nothing_about_a_later_one_of_the_house() -> None:
    assert service.impose(WALLET, "lost phone", later(1))
    assert not service.lift(WALLET, AT)
    assert not service.impose(WALLET, "another", AT)
    assert (service.head(WALLET).status, service.head(WALLET).reason) == ("frozen", "lost phone")
    assert service.impose(WALLET, "lost phone", later(1)), "once more is as good"
    assert service.lift(WALLET, later(1))


def test_a_freeze_or_its_end_is_one_call(aws_calls: list[tuple[str, str]]) -> None:
    aws_calls.clear()
    for act in (*FREEZES["owner"][:2], *FREEZES["house"][:2]):
        assert act()
    assert [operation for _, operation in aws_calls] == ["UpdateItem"] * 4


def test_what_is_closed_is_neither_frozen_nor_opened_by_the_end_of_a_freeze() -> None:
    for freeze, lift, _ in FREEZES.values():
        assert freeze()
        heads.close(WALLET)
        assert (lift(), freeze(), service.head(WALLET).status) == (False, False, "closed")
        heads.activate(WALLET)


@pytest.mark.parametrize(
    ("end", "code"),
    [
        (lambda: service.impose(WALLET, "lost phone", AT), "wallet-frozen"),
        (lambda: service.freeze(WALLET), "wallet-frozen"),
        (lambda: heads.close(WALLET), "invalid-state"),
    ],
)
def test_a_wallet_that_is_not_active_pays_nothing(end: Callable[[], object], code: str) -> None:
    end()
    assert code in spend(1, later(1)).body
    assert available() == 1_000


def test_a_frozen_wallet_accepts_credits_and_a_closed_ones_go_to_unclaimed() -> None:
    service.impose(WALLET, "lost phone", AT)
    put_in(10, later(1), "t2")
    heads.close(WALLET)
    put_in(7, later(2), "t3")
    assert available() == 1_010
    assert history.entries(WALLET, None, 1)[0]["postings"][chart.unclaimed("CNY")] == 7


def test_a_tier_that_changed_is_learned_and_sent_once_more(aws_calls: list[tuple[str, str]]) -> None:
    aws_calls.clear()
    assert spend(1, later(1), tier=2).status == 201
    assert len(aws_calls) == 2


@pytest.mark.parametrize("limit", ["day_limit", "month_limit", "year_limit"])
def test_a_limit_holds_to_the_unit(limit: str) -> None:
    put_in(1_000, AT, "t2")
    assert spend(600, later(1), key("a"), **{limit: 1_000}).status == 201
    assert "limit-reached" in spend(401, later(2), key("b"), **{limit: 1_000}).body
    assert spend(400, later(3), key("c"), **{limit: 1_000}).status == 201


def test_a_days_sum_ends_with_the_day() -> None:
    spend(600, later(1), key("a"), day_limit=600)
    assert spend(400, AT + timedelta(days=1), key("b"), day_limit=600).status == 201


def test_a_years_sum_ends_with_the_year_and_goes_with_its_last_closing() -> None:
    spend(600, later(1), key("a"), year_limit=600)
    assert spend(1, AT.replace(month=12, day=31), key("b"), year_limit=600).status == 409
    new_year = datetime(2027, 1, 1, tzinfo=UTC)
    assert spend(400, new_year, key("c"), year_limit=600).status == 201
    assert closing.close_due(datetime(2027, 1, 2, tzinfo=UTC)) == 1
    assert service.head(WALLET).sums.get(model.year_sum(new_year)) == 400
    assert model.year_sum(AT) not in service.head(WALLET).sums


def test_a_probable_duplicate_names_the_earlier_payment_until_confirmed_or_the_window_is_over() -> None:
    spend(10, later(1), key("a"))
    refused = spend(10, later(2), key("b"))
    assert "probable-duplicate" in refused.body
    assert spend(10, later(3), key("c"), confirmed=True).status == 201
    assert spend(10, later(304), key("d")).status == 201
    assert available() == 970


def test_another_amount_or_payee_is_no_duplicate() -> None:
    spend(10, later(1), key("a"))
    assert spend(11, later(2), key("b")).status == 201
    assert spend(10, later(3), key("c"), payee="mer_other").status == 201


def test_a_clock_behind_the_last_entry_still_keeps_the_order() -> None:
    spend(10, later(100), key("a"))
    spend(20, later(50), key("b"))
    newest, before = history.entries(WALLET, None, 2)
    assert clock_module.read(newest["sk"]) == clock_module.read(before["sk"]) + clock_module.MICROSECOND


def test_the_balance_of_any_instant_is_the_fold_of_what_came_before() -> None:
    spend(300, later(10), key("a"))
    spend(200, later(20), key("b"))
    told = [history.balance_at(WALLET, later(second)).available for second in (-1, 0, 10, 15, 20)]
    assert told == [0, 1_000, 700, 700, 500]


def test_pages_never_overlap_and_never_skip() -> None:
    for number in range(5):
        spend(10 + number, later(1 + number), key(str(number)))
    first = history.entries(WALLET, None, 4)
    rest = history.entries(WALLET, first[-1]["sk"], 10)
    assert len({entry["id"] for entry in first + rest}) == 6 == len(first) + len(rest)


def test_a_closing_bounds_the_fold_prunes_the_sums_and_changes_no_balance() -> None:
    spend(300, later(10), key("a"))
    december = datetime(2026, 12, 2, tzinfo=UTC)
    assert service.due("close", december) == [WALLET]
    assert closing.close_due(december) == 1
    assert service.due("close", december) == []
    assert service.head(WALLET).sums == {model.year_sum(AT): 300}
    assert history.balance_at(WALLET, december).available == 700
    spend(100, december, key("b"))
    november = history.statement(WALLET, AT)
    assert (november.opening.available, november.closing.available, len(november.entries)) == (0, 700, 2)
    assert history.statement(WALLET, december).opening.available == 700


def test_a_late_clock_cannot_write_into_a_closed_month() -> None:
    closing.close_due(datetime(2026, 12, 2, tzinfo=UTC))
    spend(100, later(60), key("late"))
    assert history.entries(WALLET, None, 1)[0]["sk"] >= "2026-12-01"


def test_a_head_that_disagrees_with_its_journal_is_not_closed_but_paged(capsys: pytest.CaptureFixture[str]) -> None:
    store.update(Update(settings().ledger_table, WALLET, "HEAD").add("available", 1).written())
    assert closing.close_due(datetime(2026, 12, 2, tzinfo=UTC)) == 0
    assert "LedgerDrift" in capsys.readouterr().out


def test_a_fold_counts_each_entry_once_however_often_it_comes() -> None:
    spend(300, later(1))
    entries = history.entries(WALLET, None, 10)
    assert [folding.fold(entries), folding.fold(entries), folding.fold(entries[:1])] == [2, 0, 0]
    assert folding.total(chart.settling("CNY")) == 300
    assert folding.total(chart.clearing("sandbox", "CNY")) == -1_000


def test_another_currency_is_refused_as_bad_input() -> None:
    allowed = Spend(OWNER, 0, 0, NO_LIMIT, NO_LIMIT, NO_LIMIT)
    with pytest.raises(CurrencyMismatch):
        change = Change(WALLET, "USD", available=-1, spend=allowed)
        service.commit(lambda at, known: Draft(None, (change,), None), later(1))
