"""Five hundred people, in many processes, want one red packet of a hundred shares: a hundred have one each."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from chalicelib.kernel import ids
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import Unavailable
from chalicelib.ledger import audit, chart, service, store
from chalicelib.settings import settings
from chalicelib.transfers import packets
from chalicelib.transfers.model_packets import ClaimRequest, PacketRequest
from tests import ledger_kit
from tests.concurrency.test_access import now
from tests.ledger_kit import OWNER, WALLET

PEOPLE, SHARES, PROCESSES, AMOUNT = 500, 100, 4, 100_000
ANA = Customer(OWNER, "ses_1", (WALLET,), tier=0, epoch=0, jurisdiction="CN", name="A***")


def person(number: int) -> Customer:
    user = ids.derived("usr", f"claimer {number}")
    return Customer(user, "ses_1", (chart.wallet_of(user, "CNY"),), tier=0, epoch=0, jurisdiction="CN", name="B***")


def claim(number: int, packet: str, link: str) -> tuple[int, int, str]:
    """(status, amount, state); asked again under the same key where somebody was too busy, as a phone does."""
    for _ in range(20):
        try:
            receipt = packets.claim(
                person(number), packet, ClaimRequest(link), ledger_kit.key(f"claim {number}"), now()
            )
        except Unavailable:
            continue
        told = json.loads(receipt.body)
        return receipt.status, told.get("amount", 0), told.get("state", "")
    return 503, 0, ""


def crowd(first: int, packet: str, link: str) -> list[tuple[int, int, str]]:
    """Every PROCESSES-th of them, eight at a time, in a process of their own."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(lambda number: claim(number, packet, link), range(first, PEOPLE, PROCESSES)))


@pytest.fixture
def made(atomic: None) -> dict[str, str]:
    began = now()
    ledger_kit.open_wallet(began)
    ledger_kit.put_in(AMOUNT, now())
    for number in range(PEOPLE):
        one = person(number)
        service.open_wallet(one.wallet_ids[0], one.user_id, "CNY", 0, began)
    wish = PacketRequest(AMOUNT, "CNY", "lucky", SHARES)
    sent = packets.send(ANA, wish, ledger_kit.key("packet"), now())
    assert sent.status == 201, sent.body
    found: dict[str, str] = json.loads(sent.body)
    return found


def test_of_five_hundred_claimers_exactly_a_hundred_win_a_share_each(made: dict[str, str]) -> None:
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        waiting = [pool.submit(crowd, first, made["id"], made["link"]) for first in range(PROCESSES)]
        told = [one for each in waiting for one in each.result()]
    assert Counter((status, state) for status, _, state in told) == {(201, ""): 100, (409, "all-claimed"): 400}
    assert sum(amount for _, amount, _ in told) == AMOUNT
    slots = [one for one in store.everything(settings().ledger_table) if one["sk"]["S"].startswith("SLOT#")]
    assert len({one["wallet"]["S"] for one in slots}) == len(slots) == SHARES
    assert audit.trial_balance().balanced
