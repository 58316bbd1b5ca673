"""The sandbox bank does what `docs/reference/sandbox.md` says of each magic amount, and signs so that we believe it."""

from __future__ import annotations

import json
import queue
import re
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from chalicelib.kernel.errors import InvalidSignature
from chalicelib.processors.model import ProcessorEvent, Refund
from infra.local import bank_book
from tests.contracts.bench import BENCHES, Bench, intent, sandbox_bench
from tests.contracts.conftest import Mailbox

OpenBank = Callable[..., str]
PATIENCE_SECONDS = 60
"""For a machine with much else to do; nothing waits that long where all is well."""
REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "sandbox.md"


def post(url: str, body: dict[str, Any]) -> dict[str, Any]:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=PATIENCE_SECONDS) as answer:
        parsed: dict[str, Any] = json.loads(answer.read())
    return parsed


def events(mailbox: Mailbox, bench: Bench, count: int) -> list[ProcessorEvent]:
    """The next `count` webhooks as our adapter reads them, and no more within half a second."""
    found = []
    for _ in range(count):
        path, raw, headers = mailbox.letters.get(timeout=PATIENCE_SECONDS)
        assert path == f"/v1/webhooks/{bench.adapter.name}"
        found.append(bench.adapter.verify_and_parse(raw, headers, datetime.now(UTC)))
    with pytest.raises(queue.Empty):
        mailbox.letters.get(timeout=0.5)
    return found


def test_an_ordinary_amount_succeeds_at_once(mailbox: Mailbox, open_bank: OpenBank) -> None:
    bench = sandbox_bench(open_bank())
    made = bench.adapter.create(intent(1250))
    (event,) = events(mailbox, bench, 1)
    assert (event.kind, event.reference, event.amount) == ("topup_succeeded", made.reference, 1250)
    assert event.account == bench.adapter.account


@pytest.mark.parametrize("amount", [1201, 1203])
def test_a_decline_and_a_time_out_can_end_in_failure(mailbox: Mailbox, open_bank: OpenBank, amount: int) -> None:
    bench = sandbox_bench(open_bank(hold_seconds=0.1))
    bench.adapter.create(intent(amount))
    assert [event.kind for event in events(mailbox, bench, 1)] == ["topup_failed"]


def test_a_late_webhook_comes_late(mailbox: Mailbox, open_bank: OpenBank) -> None:
    bench = sandbox_bench(open_bank(late_seconds=1.0))
    bench.adapter.create(intent(1204))
    with pytest.raises(queue.Empty):
        mailbox.letters.get(timeout=0.6)
    assert [event.kind for event in events(mailbox, bench, 1)] == ["topup_succeeded"]


def test_a_duplicate_webhook_is_one_event_three_times(mailbox: Mailbox, open_bank: OpenBank) -> None:
    bench = sandbox_bench(open_bank())
    bench.adapter.create(intent(1205))
    assert len({event.event_id for event in events(mailbox, bench, 3)}) == 1


def test_an_earlier_failure_arrives_after_the_success(mailbox: Mailbox, open_bank: OpenBank) -> None:
    bench = sandbox_bench(open_bank())
    bench.adapter.create(intent(1206))
    assert [event.kind for event in events(mailbox, bench, 2)] == ["topup_succeeded", "topup_failed"]


def test_a_mismatching_webhook_is_signed_and_wrong(mailbox: Mailbox, open_bank: OpenBank) -> None:
    bench = sandbox_bench(open_bank())
    bench.adapter.create(intent(1207))
    assert [event.amount for event in events(mailbox, bench, 1)] == [1208]


def test_a_reversal_can_come_before_its_success(mailbox: Mailbox, open_bank: OpenBank) -> None:
    bench = sandbox_bench(open_bank())
    bench.adapter.create(intent(1208))
    told = [(event.kind, event.reversed_total) for event in events(mailbox, bench, 2)]
    assert told == [("topup_reversed", 1208), ("topup_succeeded", 0)]


def test_a_manual_intent_waits_to_be_confirmed(mailbox: Mailbox, open_bank: OpenBank) -> None:
    url = open_bank()
    bench = sandbox_bench(url)
    made = bench.adapter.create(intent(1250, method="manual"))
    with pytest.raises(queue.Empty):
        mailbox.letters.get(timeout=0.3)
    assert post(f"{url}/intents/{made.reference}/confirm", {})["status"] == "succeeded"
    assert [event.kind for event in events(mailbox, bench, 1)] == ["topup_succeeded"]


@pytest.mark.parametrize("name", BENCHES)
def test_refunds_are_told_as_each_processor_tells_them(mailbox: Mailbox, open_bank: OpenBank, name: str) -> None:
    bench = BENCHES[name](open_bank())
    bench.adapter.create(intent(1250, method=bench.paid_by))
    (paid,) = events(mailbox, bench, 1)
    assert paid.kind == "topup_succeeded" and paid.topup_id and paid.reference
    for refund_id, amount in (("ref_1", 400), ("ref_2", 600)):
        bench.adapter.refund(Refund(refund_id, paid.topup_id, amount, "CNY", 1250, paid.reference))
    told = {(one.kind, one.refund_id, one.reversed_part, one.reversed_total) for one in events(mailbox, bench, 2)}
    by_part = {("topup_reversed", "ref_1", 400, 0), ("topup_reversed", "ref_2", 600, 0)}
    in_all = {("topup_reversed", None, 0, 400), ("topup_reversed", None, 0, 1000)}
    assert told == (by_part if bench.by_part else in_all)


def test_a_replay_is_the_same_event_and_a_forgery_none(mailbox: Mailbox, open_bank: OpenBank) -> None:
    url = open_bank()
    bench = sandbox_bench(url)
    made = bench.adapter.create(intent(1250))
    (first,) = events(mailbox, bench, 1)
    assert post(f"{url}/intents/{made.reference}/webhooks", {})["status"] == 200
    assert events(mailbox, bench, 1)[0].event_id == first.event_id
    post(f"{url}/intents/{made.reference}/webhooks", {"as": "forged"})
    _, raw, headers = mailbox.letters.get(timeout=PATIENCE_SECONDS)
    with pytest.raises(InvalidSignature):
        bench.adapter.verify_and_parse(raw, headers, datetime.now(UTC))


def test_the_bank_shows_a_webhook_that_our_adapter_believes(mailbox: Mailbox, open_bank: OpenBank) -> None:
    url = open_bank()
    bench = sandbox_bench(url)
    made = bench.adapter.create(intent(1250))
    (first,) = events(mailbox, bench, 1)
    with urllib.request.urlopen(f"{url}/intents/{made.reference}/webhooks", timeout=5) as answer:
        shown = json.loads(answer.read())
    event = bench.adapter.verify_and_parse(shown["body"].encode(), shown["headers"], datetime.now(UTC))
    assert (event.event_id, event.kind, event.amount) == (first.event_id, "topup_succeeded", 1250)


def test_a_restarted_bank_knows_its_payments(tmp_path: Path) -> None:
    state = str(tmp_path / "bank.sqlite")
    wish = bank_book.Payment("sbx_1", "sandbox", "top_1", 1250, "CNY", {})
    bank_book.Book(state).open(wish)
    found, new = bank_book.Book(state).open(wish)
    assert (found.id, new) == ("sbx_1", False)


def test_every_magic_amount_is_in_the_reference() -> None:
    amounts, _, _ = REFERENCE.read_text(encoding="utf-8").partition("## The registry of businesses")
    rows = re.findall(r"^\| `(\d\d)` \|", amounts, re.MULTILINE)
    assert [int(row) for row in rows] == list(bank_book.MAGIC)
