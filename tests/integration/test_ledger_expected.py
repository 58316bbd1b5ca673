"""What the journal expects of a processor's statement: a line for each entry on its clearing account, once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from chalicelib.kernel import ids
from chalicelib.ledger import chart, expected, folding, history, store
from tests.conftest import FrozenClock
from tests.ledger_kit import AT, WALLET, open_wallet, put_in, spend

DAY = AT.date()
pytestmark = pytest.mark.usefixtures("cloud")


@pytest.fixture(autouse=True)
def funded(cloud: None, clock: FrozenClock) -> None:
    open_wallet(AT - timedelta(seconds=1))
    put_in(1_000, AT)


def lines(day: date = DAY, processor: str = "sandbox") -> list[tuple[str, str, int]]:
    return [(one.movement, one.kind, one.amount) for one in expected.of_day(processor, "CNY", day)]


def test_a_top_up_leaves_one_line_however_often_its_entry_is_folded_and_a_payment_none() -> None:
    spend(300, AT + timedelta(seconds=1))
    entries = history.entries(WALLET, None, 10)
    for found in (entries, entries[::-1], entries[:1]):
        folding.fold(found)
    assert lines() == [(ids.derived("top", "t1"), "top-up", 1_000)]
    assert lines(DAY + timedelta(days=1)) == lines(processor="stripe") == []


def test_lines_add_up_to_what_the_clearing_account_holds() -> None:
    for number in range(45):
        put_in(number + 1, AT + timedelta(seconds=number + 1), f"n{number}")
    folding.fold(history.entries(WALLET, None, 100))
    assert len(lines()) == 46
    assert sum(amount for _, _, amount in lines()) == -folding.total(chart.clearing("sandbox", "CNY"))


def test_a_partition_of_many_pages_is_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    client = store.cloud.client("dynamodb")
    query = client.query
    monkeypatch.setattr(client, "query", lambda **asked: query(**{"Limit": 1} | asked))
    for number in range(5):
        store.put_new({"pk": "EXPECTED#x", "sk": str(number)})
    assert len(list(store.all_of("EXPECTED#x"))) == 5
    assert list(store.all_of("EXPECTED#none")) == []
