"""Bad input where somebody's money is: keys used twice, refusals, what is another's, what a spreadsheet would run."""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.kernel import ids
from chalicelib.ledger import audit, service
from chalicelib.processors import wire
from tests import heads
from tests.api import topup_kit
from tests.api.bad_input_kit import told
from tests.api.caller import Caller, Reply, assert_problem
from tests.api.world import PASSWORD, Person, Shop, World, cheap_passwords
from tests.conftest import FrozenClock
from tests.people import appointed, in_office

pytestmark = pytest.mark.many_requests

BEYOND_A_MOVEMENT, DAY = 1_000_001, 3_000_000


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The bank stands behind the adapters, and the books balance at the end."""
    cheap_passwords(monkeypatch)
    made = World(clock)
    before = wire.use(topup_kit.Till(made.nobody).transport)
    yield made
    wire.use(before)
    assert audit.trial_balance().balanced


def top_up(person: Person, key: str, amount: int = 100, **more: Any) -> Reply:
    body = {"wallet_id": person.wallet, "amount": amount, "currency": person.currency, "method": "manual"} | more
    return person.phone.post("/v1/topups", body, idempotency_key=key)


def test_the_same_key_with_another_body_is_422_wherever_money_moves(world: World) -> None:
    ana, shop = world.customer(10_000), world.shop
    paid, held, voided = (
        ana.pay(amount, capture=how).json["id"] for amount, how in ((1, "automatic"), (2, "manual"), (3, "manual"))
    )
    for caller, path, body, other in (
        (ana.phone, "/v1/payments", ana.order(100), ana.order(100, description="x")),
        (
            ana.phone,
            "/v1/topups",
            {"wallet_id": ana.wallet, "amount": 1, "currency": "CNY"},
            {"wallet_id": ana.wallet, "amount": 2, "currency": "CNY"},
        ),
        (shop.till, f"/v1/payments/{paid}/refunds", {"amount": 1}, {}),
        (shop.till, f"/v1/payments/{held}/capture", {"amount": 1}, {"amount": 2}),
        (shop.till, f"/v1/payments/{voided}/void", {}, b"{ }"),
    ):
        first = caller.post(path, body, idempotency_key="same")
        assert first.status == 201, first.raw
        assert_problem(caller.post(path, other, idempotency_key="same"), 422, "idempotency-key-reused")
        again = caller.post(path, body, idempotency_key="same")
        assert (again.raw, again.headers["idempotent-replayed"]) == (first.raw, "true")
    assert (ana.available, ana.held) == (10_000 - 100 - 1, 0)


REFUSALS: dict[str, tuple[dict[str, Any], str, dict[str, Any]]] = {
    "funds": ({"amount": 400_001}, "insufficient-funds", {"missing": 1, "currency": "CNY"}),
    "a movement's limit": ({"amount": BEYOND_A_MOVEMENT}, "limit-reached", {"limit": "per_movement"}),
    "frozen": ({"amount": 1}, "wallet-frozen", {"reason": "a check"}),
    "closed": ({"amount": 1}, "invalid-state", {"state": "closed"}),
}


@pytest.mark.parametrize("why", REFUSALS)
@pytest.mark.parametrize("capture", ["automatic", "manual"])
def test_a_refusal_has_its_own_code_and_no_effect_on_money(world: World, why: str, capture: str) -> None:
    ana = world.customer(400_000)
    change, code, facts = REFUSALS[why]
    if why == "frozen":
        service.impose(ana.wallet, "a check", world.clock.now())
    if why == "closed":
        heads.close(ana.wallet)
    before = (service.head(ana.wallet), audit.trial_balance())
    refused = ana.pay(**change, key="k", capture=capture)
    body = assert_problem(refused, 409, code)
    assert body.items() >= facts.items()
    assert (service.head(ana.wallet), audit.trial_balance()) == before
    heads.activate(ana.wallet)
    world.put_in(ana, 5_000_000)
    again = ana.pay(**change, key="k", capture=capture)
    assert (again.raw, again.headers["idempotent-replayed"]) == (refused.raw, "true")


def test_a_day_has_its_limit_and_tomorrow_is_another_day(world: World) -> None:
    ana = world.customer(DAY + 1_000_000)
    assert [ana.pay(500_000 - place).status for place in range(6)] == [201] * 6
    ana.pay(12, reference="the rest, but three")
    refused = ana.pay(4)
    assert assert_problem(refused, 409, "limit-reached").items() >= {"limit": "day", "maximum": DAY}.items()
    assert ana.pay(3).status == 201
    world.clock.advance(86_400)
    ana.sign_in()
    assert ana.pay(4).status == 201


def test_what_may_follow_a_payment_depends_on_its_state(world: World) -> None:
    ana, act = world.customer(10_000), world.shop.act
    held, captured, voided = (ana.pay(amount, capture="manual").json["id"] for amount in (10, 11, 12))
    act(captured, "capture")
    act(voided, "void")
    direct = ana.pay(13).json["id"]
    for payment, state, allowed in (
        (held, "authorized", {"capture", "void"}),
        (captured, "captured", {"refunds"}),
        (voided, "voided", set()),
        (direct, "captured", {"refunds"}),
    ):
        for what in {"capture", "void", "refunds"} - allowed:
            assert assert_problem(act(payment, what), 409, "invalid-state")["state"] == state
    assert_problem(act(direct, "refunds", {"amount": 14}), 409, "refund-exceeds-capture")
    assert (ana.available, ana.held) == (10_000 - 10 - 11 - 13, 10)


def foreign(ana: Person, shop: Shop) -> Iterator[tuple[str, str, str, dict[str, Any] | None]]:
    """(method, path with a gap for the id, the id of something that is Ana's or the shop's, body)"""
    paid = ana.pay(100).json["id"]
    held = ana.pay(101, capture="manual").json["id"]
    refund = shop.act(paid, "refunds", {"amount": 10}).json["id"]
    key = ana.world.operator.post(f"/v1/merchants/{shop.id}/keys", {"scopes": ["payments"]}).json["id"]
    for place in ("", "/entries", "/balance", "/statements/2026-11"):
        yield "GET", "/v1/wallets/{}" + place, ana.wallet, None
    yield "GET", "/v1/topups/{}", top_up(ana, "k").json["id"], None
    yield "GET", "/v1/payments/{}", paid, None
    yield "GET", "/v1/refunds/{}", refund, None
    yield "POST", "/v1/payments/{}/refunds", paid, {}
    yield "POST", "/v1/payments/{}/capture", held, {}
    yield "POST", "/v1/payments/{}/void", held, {}
    yield "POST", "/v1/payments", "wallet_id", ana.order(100)
    yield "POST", "/v1/topups", "wallet_id", {"wallet_id": ana.wallet, "amount": 1, "currency": "CNY"}
    yield "GET", "/v1/checkouts/{}", shop.checkout(5)["id"], None
    yield "POST", "/v1/checkouts/{}/cancel", shop.checkout(5)["id"], None
    yield "GET", "/v1/merchants/{}", shop.id, None
    yield "GET", "/v1/merchants/{}/settlements", shop.id, None
    yield "POST", "/v1/merchants/{}/keys", shop.id, {"scopes": ["payments"]}
    yield "DELETE", f"/v1/merchants/{shop.id}/keys/{{}}", key, None
    yield "DELETE", "/v1/sessions/{}", ana.tokens["session_id"], None


def test_what_is_anothers_is_byte_equal_to_what_does_not_exist(world: World) -> None:
    ana, bob, other = world.customer(10_000), world.customer(10_000), world.another_shop()
    everything = {"scopes": ["payments", "refunds", "checkouts", "reports", "payouts", "keys"]}
    key = world.operator.post(f"/v1/merchants/{other.id}/keys", everything).json["key"]
    seen = 0
    for method, path, mine, body in foreign(ana, world.shop):
        missing = ids.derived(mine[:3], "never")
        for stranger in (bob.phone, world.nobody.bearing(key)):
            if mine == "wallet_id":
                wallets = (ana.wallet, ids.derived("wal", "never"), "", "x")
                replies = [stranger.request(method, path, {**(body or {}), mine: one}, KEY) for one in wallets]
            else:
                replies = [stranger.request(method, path.format(one), body, KEY) for one in (mine, missing, "x", "%2e")]
            if replies[0].status == 403 or (stranger is bob.phone and path.startswith("/v1/checkouts")):
                continue
            seen += 1
            assert_problem(replies[0], 404, "not-found")
            assert all(told(reply) == told(replies[0]) for reply in replies), path
    assert seen == 21
    assert ana.phone.get("/v1/me").status == 200


KEY = {"Idempotency-Key": "of-a-stranger"}


def test_a_forged_or_foreign_cursor_opens_no_list(world: World) -> None:
    ana, bob = world.customer(1_000), world.customer(1_000)
    for person in (ana, bob):
        person.pay(1)
        person.sign_in()
    mine, sessions = f"/v1/wallets/{ana.wallet}/entries?limit=1", "/v1/sessions?limit=1"
    cursor, theirs = ana.phone.get(mine).json["next_cursor"], bob.phone.get(sessions).json["next_cursor"]
    assert ana.phone.get(f"{mine}&cursor={cursor}").status == 200
    raw = bytearray(base64.urlsafe_b64decode(cursor + "=="))
    raw[-1] ^= 1
    forged = (
        base64.urlsafe_b64encode(raw).decode().rstrip("="),
        cursor + "=",
        cursor[:-1],
        "x" * 3_000,
        "%F0%9F%92%B0",
        "",
        "#n",
    )
    for given in forged:
        for caller, path in ((ana.phone, mine), (ana.phone, sessions), (world.operator, "/v1/cases?limit=1")):
            assert_problem(caller.get(f"{path}&cursor={given.replace('#', '%23')}"), 400, "invalid-cursor", "cursor")
    assert_problem(ana.phone.get(f"{sessions}&cursor={cursor}"), 400, "invalid-cursor", "cursor")
    foreign, nowhere = (told(ana.phone.get(path)) for path in (f"{sessions}&cursor={theirs}", "/v1/nowhere"))
    of_its_class = {name: value for name, value in foreign[1].items() if name == "ratelimit-policy"}
    assert foreign == (nowhere[0], nowhere[1] | of_its_class, nowhere[2])


SCOPES = ("payments", "refunds", "checkouts", "reports")


@pytest.mark.parametrize("scope", SCOPES)
def test_a_key_without_the_scope_or_an_operator_without_the_role_gets_403(world: World, scope: str) -> None:
    ana, shop = world.customer(1_000), world.shop
    paid = ana.pay(100).json["id"]
    checkout = shop.checkout(5)["id"]
    till = world.nobody.bearing(world.operator.post(f"/v1/merchants/{shop.id}/keys", {"scopes": [scope]}).json["key"])
    needs = {
        ("GET", f"/v1/payments/{paid}"): "payments",
        ("GET", "/v1/payments?order_reference=x"): "payments",
        ("POST", f"/v1/payments/{paid}/capture"): "payments",
        ("POST", f"/v1/payments/{paid}/void"): "payments",
        ("POST", f"/v1/payments/{paid}/refunds"): "refunds",
        ("GET", f"/v1/checkouts/{checkout}"): "checkouts",
        ("POST", f"/v1/checkouts/{checkout}/cancel"): "checkouts",
        ("GET", f"/v1/merchants/{shop.id}/settlements"): "reports",
        ("POST", f"/v1/merchants/{shop.id}/keys"): "keys",
    }
    bodies = {f"/v1/merchants/{shop.id}/keys": {"scopes": [scope]}}
    for (method, path), needed in needs.items():
        status = till.request(method, path, bodies.get(path, {}), KEY).status
        assert (status == 403) == (needed != scope), (method, path, status)


@pytest.mark.parametrize("role", ["support", "risk", "auditor"])
def test_an_operator_without_the_role_takes_on_no_merchant(world: World, role: str) -> None:
    person = world.customer()
    appointed(world.nobody, person.tokens, role, PASSWORD)
    clerk = world.nobody.bearing(in_office(person.id, world.clock.now()))
    terms = {"name": "Mine", "currencies": ["CNY"], "fee_basis_points": 0, "floor": -10_000_000_000}
    assert_problem(clerk.post("/v1/merchants", terms), 403, "forbidden")
    assert_problem(clerk.post(f"/v1/merchants/{world.shop.id}/keys", {"scopes": ["refunds"]}), 403, "forbidden")
    assert_problem(clerk.get(f"/v1/wallets/{person.wallet}"), 403, "forbidden")


def test_a_poisoned_host_reaches_no_checkout_and_no_description(world: World) -> None:
    poison = {
        "host": "evil.test",
        "x_forwarded_host": "evil.test",
        "forwarded": "host=evil.test",
        "origin": "https://evil.test",
    }
    till: Caller = world.shop.till.with_headers(**poison)
    opened = till.post("/v1/checkouts", {"amount": 1, "currency": "CNY", "order_reference": "A"})
    assert opened.json["code_url"].startswith("https://coffer.test/pay/")
    for reply in (opened, till.get("/openapi.json"), till.get("/docs"), till.get("/v1/nowhere")):
        assert b"evil.test" not in reply.raw
        assert "evil.test" not in str(reply.headers)


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_a_cell_that_a_spreadsheet_would_run_is_neutralised(world: World, start: str) -> None:
    ana, formula = world.customer(1_000), start + 'cmd|"/C calc"!A1,=1+1'
    assert ana.pay(100, reference=formula).status == 201
    sheet = ana.phone.get(f"/v1/wallets/{ana.wallet}/statements/2026-11?format=csv")
    assert sheet.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(sheet.raw.decode(), newline="")))
    assert [row["order_reference"] for row in rows] == ["", "'" + formula]
    assert [row["amount"] for row in rows] == ["1000", "-100"]
