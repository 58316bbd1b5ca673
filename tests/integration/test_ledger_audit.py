"""The trial balance, over books that balance and over books that somebody has touched."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib import cloud as cloud_module
from chalicelib.ledger import audit, history, service
from chalicelib.ledger.wire import item
from chalicelib.settings import settings
from tests.conftest import FrozenClock
from tests.ledger_kit import AT, WALLET, key, open_wallet, put_in, spend

pytestmark = pytest.mark.usefixtures("cloud")


@pytest.fixture(autouse=True)
def moved(cloud: None, clock: FrozenClock) -> None:
    open_wallet(AT - timedelta(seconds=1))
    put_in(1_000, AT)
    spend(300, AT + timedelta(seconds=1))


def change(table: str, sk: str, name: str, value: Any) -> None:
    cloud_module.client("dynamodb").update_item(
        TableName=table,
        Key=item({"pk": WALLET, "sk": sk}),
        UpdateExpression="SET #n = :v",
        ExpressionAttributeNames={"#n": name},
        ExpressionAttributeValues=item({":v": value}),
    )


def test_what_the_ledger_wrote_balances() -> None:
    books = audit.trial_balance()
    assert books.balanced
    assert books.entries == 2
    assert books.totals["CNY"]["customers"] == 700
    assert books.sum("CNY") == 0


def test_a_head_that_was_raised_by_hand_has_drifted() -> None:
    change(settings().ledger_table, "HEAD", "available", 701)
    books = audit.trial_balance()
    assert books.drifted == (WALLET,)
    assert not books.balanced


def test_an_entry_whose_postings_were_edited_is_crooked() -> None:
    entry = history.entries(WALLET, None, 1)[0]
    change(settings().journal_table, entry["sk"], "postings", entry["postings"] | {WALLET: -299})
    books = audit.trial_balance()
    assert books.crooked == (entry["id"],)
    assert not books.balanced


def test_a_deleted_entry_leaves_a_head_that_has_drifted() -> None:
    entry = history.entries(WALLET, None, 1)[0]
    key = item({"pk": WALLET, "sk": entry["sk"]})
    cloud_module.client("dynamodb").delete_item(TableName=settings().journal_table, Key=key)
    assert audit.trial_balance().drifted == (WALLET,)


def test_entries_of_an_account_without_a_head_are_found() -> None:
    key = item({"pk": WALLET, "sk": "HEAD"})
    cloud_module.client("dynamodb").delete_item(TableName=settings().ledger_table, Key=key)
    assert audit.trial_balance().drifted == (WALLET,)


def test_an_entry_newer_than_the_head_that_was_read_is_no_drift() -> None:
    """Heads are read before the journal: money may move in between."""
    heads = [service.head(WALLET)]
    spend(10, AT + timedelta(seconds=2), key("another"))
    books = audit.fold(heads, history.between(WALLET, history.BEGINNING, "9"))
    assert books.balanced
    assert books.entries == 3
