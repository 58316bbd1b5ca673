"""The demo's hundred top-ups: none of the bank's magic amounts, no two alike; and a bank that leaves and comes back."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

from infra.local import bank
from infra.local.bank_book import MAGIC
from infra.local.bank_post import Keys
from infra.local.demo_failover import COUNT, Outage
from infra.local.narration import Narrator

DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
LOCAL = dict.fromkeys(("api", "bank", "harbour"), "http://127.0.0.1:1")


def test_no_amount_of_the_demo_is_magic() -> None:
    outage = Outage(Narrator("en"), LOCAL, wallet={"id": "wal_1", "currency": "CNY"})
    amounts = [outage.wish(number)["amount"] for number in range(COUNT)]
    assert not {amount % 100 for amount in amounts} & {*MAGIC}


def asked(url: str, body: dict[str, Any] | None = None) -> int:
    raw = None if body is None else json.dumps(body).encode()
    with DIRECT.open(urllib.request.Request(url, raw, {"Content-Type": "application/json"}), timeout=5) as answer:
        return int(answer.status)


def test_a_bank_that_is_down_refuses_connections_and_comes_back() -> None:
    server = bank.serve(0, "http://127.0.0.1:9", Keys("whsec_c2VjcmV0", "whsec_s"))
    assert asked(f"{server.url}/_down", {"seconds": 1.0}) == 200
    assert eventually(lambda: refused(server.url)), "it is still there"
    assert eventually(lambda: not refused(server.url)), "it has not come back"
    assert asked(f"{server.url}/health") == 200
    server.shutdown()


def refused(url: str) -> bool:
    try:
        asked(f"{url}/health")
    except urllib.error.URLError as problem:
        return isinstance(problem.reason, ConnectionRefusedError)
    except OSError:
        return False
    return False


def eventually(holds: Callable[[], bool]) -> bool:
    """Within ten seconds."""
    until = time.monotonic() + 10
    while not (held := holds()) and time.monotonic() < until:
        continue
    return held
