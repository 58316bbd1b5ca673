"""The storm is the same for everybody, its faults strike where they say, and its score misses nothing."""

from __future__ import annotations

import fcntl
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.awsrequest import AWSRequest
from botocore.exceptions import ReadTimeoutError

from tests.bench import storm as storm_module
from tests.bench.faults import Fault, Kind, Wire
from tests.bench.storm import AMOUNT, DRAIN_AFFORDS, Facts, Score, Storm, plan

PURCHASES = 18


def test_the_same_seed_brings_the_same_weather() -> None:
    assert plan(7, 54) == plan(7, 54) != plan(8, 54)


def test_every_weather_comes_and_each_kind_of_fault_is_spread_over_the_writes() -> None:
    weather = Counter(purchase.weather for purchase in plan(7, 54))
    assert weather == {"calm": 9, "double-tap": 9, "dropped": 6, "lost": 9, "cut": 9, "killed": 12}
    for kind in ("lost", "cut", "killed"):
        faults = [purchase.fault for purchase in plan(7, 54) if purchase.weather == kind]
        assert {fault.position(5) for fault in faults if fault} == {0, 1, 2, 3, 4}


class Cable(Wire):
    """A transport without a network: notes what reaches the other side."""

    def __init__(self) -> None:
        self.arrived: list[str] = []
        super().__init__()
        self._send = self._note

    def _note(self, session: Any, request: Any) -> str:
        self.arrived.append(request.headers["amz-sdk-invocation-id"])
        return "answer"

    def call(self, operation: str, invocation: str) -> str:
        headers = {"X-Amz-Target": f"DynamoDB_20120810.{operation}", "amz-sdk-invocation-id": invocation}
        request = AWSRequest("POST", "http://127.0.0.1", headers)
        answer: str = self.carry(None, request)  # type: ignore[arg-type]
        return answer


def struck(kind: Kind, after: bool, where: float) -> Cable:
    cable = Cable()
    cable.arm(Fault(kind, after, where), writes=2)
    return cable


@pytest.mark.parametrize(("after", "arrived"), [(True, ["b", "b"]), (False, ["b"])])
def test_a_lost_answer_is_lost_once(after: bool, arrived: list[str]) -> None:
    cable = struck("lost", after, 0.6)
    assert cable.call("PutItem", "a") == "answer"
    with pytest.raises(ReadTimeoutError):
        cable.call("UpdateItem", "b")
    assert cable.call("UpdateItem", "b") == "answer"
    assert cable.arrived == ["a", *arrived]


def test_a_cut_line_stays_cut_for_that_call_alone() -> None:
    cable = struck("cut", True, 0.0)
    for _ in range(3):
        with pytest.raises(ReadTimeoutError):
            cable.call("PutItem", "a")
    assert cable.call("DeleteItem", "b") == "answer"
    assert cable.arrived == ["a", "b"]


def test_reads_are_left_alone() -> None:
    cable = struck("cut", False, 0.0)
    assert cable.call("GetItem", "r") == "answer"
    with pytest.raises(ReadTimeoutError):
        cable.call("TransactWriteItems", "a")


PERFECT = Score(
    purchases=1,
    requests=3,
    charged_once=1,
    charged_twice=0,
    not_charged=0,
    unrecorded=0,
    unsettled=0,
    answers_differ=0,
    unanswered=0,
    drained=DRAIN_AFFORDS,
    off_by=0,
    overcharged=0,
    seconds=1.0,
)


def test_a_perfect_score_is_flawless() -> None:
    assert PERFECT.flawless


@pytest.mark.parametrize(
    "flaw",
    [
        {"charged_twice": 1},
        {"not_charged": 1},
        {"unrecorded": 1},
        {"unsettled": 1},
        {"answers_differ": 1},
        {"unanswered": 1},
        {"off_by": 1},
        {"overcharged": 1},
        {"drained": DRAIN_AFFORDS + 1},
        {"drained": DRAIN_AFFORDS - 1},
    ],
)
def test_any_flaw_shows(flaw: dict[str, Any]) -> None:
    assert not replace(PERFECT, **flaw).flawless


class Toy:
    """A handler of a few lines over a file, with a mistake to choose."""

    writes = 1

    def __init__(self, file: Path, mistake: str):
        self._file, self._mistake = file, mistake

    def prepare(self, funds: list[int], amount: int) -> list[dict[str, Any]]:
        self._file.write_text(json.dumps({"paid": {}, "left": dict(enumerate(funds)), "deliveries": 0}))
        return [{"wallet_id": str(number), "amount": amount, "order_reference": ""} for number in range(len(funds))]

    def deliver(self, order: dict[str, Any], key: str) -> tuple[int, bytes]:
        with self._file.open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            books = json.load(file)
            answer = self._answer(books, order, key)
            file.seek(0)
            file.truncate()
            json.dump(books, file)
        return answer

    def _answer(self, books: dict[str, Any], order: dict[str, Any], key: str) -> tuple[int, bytes]:
        books["deliveries"] += 1
        known, left = books["paid"].get(key), books["left"][order["wallet_id"]]
        if known is None and left < order["amount"] and self._mistake != "overdraft":
            return 409, b'{"code": "insufficient-funds"}'
        if known is None or self._mistake == "forgets":
            books["left"][order["wallet_id"]] = left - order["amount"]
        books["paid"][key] = order["wallet_id"]
        number = books["deliveries"] if self._mistake == "babbles" else key
        return 201, f'{{"status":"captured","number":"{number}"}}'.replace('"status":"captured"', '"captured"').encode()

    def count(self, orders: list[dict[str, Any]], funds: int) -> list[Facts]:
        books = json.loads(self._file.read_text())
        wallets = list(books["paid"].values())
        settled = 0 if self._mistake == "silent" else 1
        return [
            Facts(funds - books["left"][one["wallet_id"]], wallets.count(one["wallet_id"]), settled) for one in orders
        ]


@pytest.mark.parametrize(
    ("mistake", "seen"),
    [
        ("none", {"charged_once": PURCHASES, "drained": DRAIN_AFFORDS, "flawless": True}),
        ("forgets", {"charged_once": 0, "charged_twice": PURCHASES, "unrecorded": PURCHASES}),
        ("babbles", {"charged_once": PURCHASES, "answers_differ": PURCHASES}),
        ("silent", {"unsettled": PURCHASES, "off_by": PURCHASES * AMOUNT}),
        ("overdraft", {"charged_once": PURCHASES, "drained": storm_module.DRAIN_TAPS}),
    ],
)
def test_the_storm_sees_each_mistake(tmp_path: Path, mistake: str, seen: dict[str, Any]) -> None:
    """The toy makes no AWS call, so that nothing strikes it: what is proved here is the counting."""
    score = storm_module.written(Storm(Toy(tmp_path / "books.json", mistake), 7, PURCHASES).run())
    assert {name: score[name] for name in seen} == seen
    assert score["flawless"] == (mistake == "none")
