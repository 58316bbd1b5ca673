"""What WeChat Pay and Alipay tell of a withdrawal by themselves is heard as the sandbox banks' word is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.kernel import clock as clocks
from chalicelib.processors import wire
from chalicelib.processors.wire import Reply
from tests.api.caller import Reply as Answered
from tests.api.test_reconciliation import cases as cases_of
from tests.api.test_reconciliation import colleague
from tests.api.withdrawal_kit import DAY_SECONDS, METHODS, Person, add, with_pin, withdraw
from tests.api.world import World
from tests.contracts.bench import BENCHES, Bench

pytestmark = pytest.mark.many_requests

"""A fixture."""
THEIRS = {
    "wechatpay": {"transfer_bill_no": "1330", "state": "ACCEPTED"},
    "alipay": {"code": "10000", "order_id": "2019", "status": "DEALING"},
}
WORDS = {
    "wechatpay": lambda wdr: {
        "out_bill_no": wdr.replace("_", ""),
        "transfer_bill_no": "1330",
        "transfer_amount": 2_000,
    },
    "alipay": lambda wdr: {"out_biz_no": wdr, "order_id": "2019", "trans_amount": "20.00"},
}


@pytest.fixture(params=["wechatpay", "alipay"])
def bench(request: pytest.FixtureRequest, world: World) -> Iterator[Bench]:
    """Whatever it is asked to send, it has taken."""
    made, name = BENCHES[request.param](""), request.param

    def taken(*asked: object) -> Reply:
        if name == "alipay":
            answer: Reply = made.own.reply("alipay.fund.trans.uni.transfer", THEIRS[name])
            return answer
        body = json.dumps(THEIRS[name]).encode()
        return Reply(200, body, made.sign(body, clocks.now(), made.secret))

    before = wire.use(taken)
    yield made
    wire.use(before)


def tell(world: World, bench: Bench, kind: str, withdrawal: str, **lies: object) -> Answered:
    body = bench.body(kind, **{**WORDS[bench.adapter.name](withdrawal), **lies})
    raw, headers = bench.together(body, bench.sign(body, world.clock.now(), bench.secret))
    form = {
        "Content-Type": "application/x-www-form-urlencoded" if bench.adapter.name == "alipay" else "application/json"
    }
    return world.nobody.request("POST", f"/v1/webhooks/{bench.adapter.name}", raw, form | headers)


def on_its_way(world: World, bench: Bench) -> tuple[Person, str]:
    ana = with_pin(world, 5_000)
    assert add(ana, "2088102122524333", bench.adapter.name).status == 201
    world.clock.advance(DAY_SECONDS)
    ana.sign_in()
    made = withdraw(ana, ana.phone.get(METHODS).json["data"][0]["id"]).json
    world.clock.advance(1)
    world.sweep()
    return ana, str(made["id"])


def shown(ana: Person, withdrawal: str) -> dict[str, Any]:
    ana.sign_in()
    return dict(ana.phone.get(f"/v1/withdrawals/{withdrawal}").json)


@pytest.mark.parametrize(("told", "status", "left"), [("paid", "succeeded", 3_000), ("returned", "failed", 5_000)])
def test_their_word_ends_a_withdrawal_once(world: World, bench: Bench, told: str, status: str, left: int) -> None:
    ana, withdrawal = on_its_way(world, bench)
    assert shown(ana, withdrawal)["status"] == "pending"
    for _ in range(3):
        assert tell(world, bench, told, withdrawal).status in (200, 204)
    assert (shown(ana, withdrawal)["status"], ana.available) == (status, left)
    assert cases_of(colleague(world), "webhook-quarantine") == []


def test_a_paid_transfer_that_is_taken_back_days_later_is_a_persons_case(world: World, bench: Bench) -> None:
    ana, withdrawal = on_its_way(world, bench)
    assert tell(world, bench, "paid", withdrawal).status in (200, 204)
    world.clock.advance(3 * DAY_SECONDS)
    assert tell(world, bench, "returned", withdrawal).status in (200, 204)
    assert (shown(ana, withdrawal)["status"], ana.available) == ("succeeded", 3_000)
    (case,) = cases_of(colleague(world), "webhook-quarantine")
    assert case["facts"]["reason"] == "state"


def test_a_lie_about_the_amount_moves_nothing(world: World, bench: Bench) -> None:
    ana, withdrawal = on_its_way(world, bench)
    lie = {"trans_amount": "20.01"} if bench.adapter.name == "alipay" else {"transfer_amount": 2_001}
    assert tell(world, bench, "paid", withdrawal, **lie).status in (200, 204)
    assert (shown(ana, withdrawal)["status"], ana.available) == ("pending", 3_000)
    (case,) = cases_of(colleague(world), "webhook-quarantine")
    assert case["facts"]["reason"] == "amount"
