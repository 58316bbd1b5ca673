"""Who may start what, and what a debt takes first: rules that need a wallet in trouble to show."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from chalicelib.kernel import ids
from chalicelib.ledger import audit, chart, service
from chalicelib.ledger.model import Change, Draft, Entry, Known
from tests import heads
from tests.api.world import Person, World, cheap_passwords, fresh_key
from tests.conftest import FrozenClock

pytestmark = pytest.mark.many_requests


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


def indebted(world: World, person: Person, amount: int) -> None:
    """As a reversed top-up leaves a wallet whose money was spent or held."""

    def build(at: datetime, known: Known) -> Draft:
        postings = {chart.debt(person.wallet): -amount, chart.clearing("sandbox", "CNY"): amount}
        entry = Entry(ids.derived("top", person.id), "top-up-reversal", "CNY", at, postings)
        return Draft(None, (Change(person.wallet, "CNY", debt=amount),), entry)

    service.commit(build, world.clock.now())


@pytest.mark.parametrize(("ending", "available", "debt"), [("void", 0, 100), ("capture", 0, 400), ("expiry", 0, 100)])
def test_what_a_hold_gives_back_repays_debt_first(world: World, ending: str, available: int, debt: int) -> None:
    ana = world.customer(400)
    held = ana.pay(400, capture="manual").json["id"]
    indebted(world, ana, 500)
    if ending == "expiry":
        world.clock.advance(timedelta(days=8).total_seconds())
        world.sweep()
    else:
        body = {"amount": 300} if ending == "capture" else {}
        assert world.shop.act(held, ending, body).status == 201
    head = service.head(ana.wallet)
    assert (head.available, head.held, head.debt) == (available, 0, debt)
    world.deliver()
    assert audit.trial_balance().balanced


def test_what_a_hold_gives_back_to_a_closed_wallet_waits_unclaimed(world: World) -> None:
    ana = world.customer(400)
    held = ana.pay(400, capture="manual").json["id"]
    heads.close(ana.wallet)
    assert world.shop.act(held, "void").status == 201
    head = service.head(ana.wallet)
    assert (head.available, head.held) == (0, 0)
    world.deliver()
    assert audit.trial_balance().balanced


def test_a_revoked_session_starts_no_top_up(world: World) -> None:
    ana = world.customer()
    assert ana.phone.delete("/v1/sessions/current").status == 204
    body = {"wallet_id": ana.wallet, "amount": 1_000, "currency": "CNY"}
    assert ana.phone.post("/v1/topups", body, idempotency_key=fresh_key()).status == 401


def test_a_top_up_beyond_what_a_wallet_may_hold_is_refused(world: World) -> None:
    ana = world.customer(4_500_000)
    body = {"wallet_id": ana.wallet, "amount": 600_000, "currency": "CNY"}
    refused = ana.phone.post("/v1/topups", body, idempotency_key=fresh_key())
    assert (refused.status, refused.json["code"], refused.json["limit"]) == (409, "limit-reached", "balance")


def test_the_future_has_no_balance_and_no_statement(world: World) -> None:
    ana = world.customer(100)
    for path in ("balance?at=2999-01-01T00:00:00Z", "statements/2030-01"):
        assert ana.phone.get(f"/v1/wallets/{ana.wallet}/{path}").status == 422


def test_an_order_hides_no_letters_from_those_who_read_it(world: World) -> None:
    ana = world.customer(100)
    assert ana.pay(10, reference="order\u200b-1").status == 422


def test_a_merchants_payments_of_an_order_come_page_by_page(world: World) -> None:
    ana = world.customer(1_000)
    paid = {ana.pay(10 + number).json["id"] for number in range(3)}
    first = world.shop.till.get("/v1/payments?order_reference=order-1&limit=2").json
    rest = world.shop.till.get(f"/v1/payments?order_reference=order-1&limit=2&cursor={first['next_cursor']}").json
    assert (first["has_more"], rest["has_more"]) == (True, False)
    assert {one["id"] for one in first["data"] + rest["data"]} == paid
