"""Webhooks and requests for top-ups in parallel: one credit each, the books balanced, whatever arrives at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.kernel import ids
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import CofferError
from chalicelib.kernel.idempotency import Receipt, RequestKey
from chalicelib.ledger import audit, chart
from chalicelib.ledger import service as ledger
from chalicelib.processors import sandbox, service
from chalicelib.processors.model import Created, Intent, ProcessorEvent
from chalicelib.topups import events
from chalicelib.topups import service as topups
from chalicelib.topups.model import TopupRequest

OWNER = ids.derived("usr", "ana")
WALLET = chart.wallet_of(OWNER, "CNY")
ANA = Customer(OWNER, "ses_1", (WALLET,), tier=0, epoch=0, jurisdiction="CN")


class Bank(sandbox.Sandbox):
    """Answers at once, always with the same reference for the same top-up."""

    def create(self, intent: Intent) -> Created:
        return Created("pending", "sbx_" + intent.topup_id)


@pytest.fixture(autouse=True)
def till(atomic: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(service, "adapter", lambda name: Bank("", dict))
    ledger.open_wallet(WALLET, OWNER, "CNY", 0, now())
    yield
    assert audit.trial_balance().balanced


def now() -> datetime:
    return datetime.now(UTC)


def top_up(name: str, amount: int = 1000) -> Receipt:
    key = RequestKey(OWNER, "POST /v1/topups", name, b"f" * 16, lambda error: Receipt(409, error.code))
    return topups.start(ANA, TopupRequest(WALLET, amount, "CNY"), key, now())


def topup_id(name: str) -> str:
    return ids.derived("top", OWNER, "POST /v1/topups", name)


def event(name: str, kind: Any, total: int = 0, number: int = 0) -> ProcessorEvent:
    top = topup_id(name)
    return ProcessorEvent(
        f"evt_{name}_{kind}_{total}_{number}",
        "sandbox",
        kind,
        now(),
        topup_id=top,
        wallet_id=WALLET,
        owner=OWNER,
        reference="sbx_" + top,
        amount=1000,
        currency="CNY",
        account="coffer",
        reversed_total=total,
    )


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    def once(act: Callable[[], Any]) -> Any:
        try:
            return act()
        except CofferError as error:
            return error.code

    with ThreadPoolExecutor(16) as pool:
        return list(pool.map(once, acts))


def applied(told: ProcessorEvent) -> Callable[[], str]:
    return lambda: events.apply(told, b"{}", now())


def test_twenty_deliveries_of_one_event_are_one_credit() -> None:
    top_up("one")
    told = event("one", "topup_succeeded")
    outcomes = at_once([applied(told)] * 20)
    assert sorted(outcomes) == ["made"] + ["none"] * 19
    assert ledger.head(WALLET).available == 1000


def test_twenty_events_of_one_success_are_one_credit() -> None:
    top_up("one")
    outcomes = at_once([applied(event("one", "topup_succeeded", number=number)) for number in range(20)])
    assert sorted(outcomes) == ["made"] + ["none"] * 19
    assert ledger.head(WALLET).available == 1000


def test_every_kind_at_once_ends_in_the_same_balance() -> None:
    for round_ in range(5):
        name = f"round-{round_}"
        top_up(name)
        kinds = [("topup_succeeded", 0), ("topup_failed", 0), ("topup_reversed", 300), ("topup_reversed", 500)]
        told = [event(name, kind, total) for kind, total in kinds for _ in range(3)]
        assert "quarantined" not in at_once([applied(one) for one in told])
    head = ledger.head(WALLET)
    assert (head.available, head.debt) == (5 * 500, 0)


def test_sixteen_requests_with_one_key_get_one_answer_or_are_in_flight() -> None:
    outcomes = at_once([lambda: top_up("same")] * 16)
    bodies = {one.body for one in outcomes if isinstance(one, Receipt)}
    assert len(bodies) == 1
    assert {one for one in outcomes if isinstance(one, str)} <= {"in-flight"}
    assert top_up("same").body in bodies
