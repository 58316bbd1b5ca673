"""Routes of credit, as everything that is away is asked; and each way in which they move money, under its key."""

from __future__ import annotations

from collections.abc import Callable

from tests.api import credit_kit
from tests.api.caller import Reply
from tests.api.world import Person, World

Call = Callable[[], Reply]
_LOST = {"reason": "never heard of"}


def calls(world: World) -> dict[str, Call]:
    """She has a line and two plans, of which one is long overdue."""
    amy, boss, line, plans = credit_kit.with_line(world), world.operator, "/v1/credit-line", "/v1/instalment-plans"
    kept, lost = (credit_kit.borrowed(amy)["id"] for _ in range(2))
    zoe = credit_kit.with_line(world)
    credit_kit.overdue(amy, lost)
    about = f"/v1/people/{amy.id}"
    return {
        f"GET {line}": lambda: zoe.phone.get(line),
        f"POST {line}": lambda: zoe.phone.post(line, {}),
        "POST /v1/instalment-quotes": lambda: credit_kit.quoted(zoe),
        f"DELETE {line}": lambda: amy.phone.delete(line),
        f"GET {plans}": lambda: amy.phone.get(plans),
        f"GET {plans}/{{id}}": lambda: amy.phone.get(f"{plans}/{kept}"),
        f"POST {plans}/{{id}}/pause": lambda: amy.phone.post(f"{plans}/{kept}/pause", {"months": 1}),
        "GET /v1/people/{id}/credit": lambda: boss.get(f"{about}/credit"),
        "POST /v1/people/{id}/instalment-plans/{plan_id}/write-off": lambda: boss.post(
            f"{about}/instalment-plans/{lost}/write-off", _LOST
        ),
    }


def _lender(world: World, ana: Person) -> Person:
    world.put_in(ana, 3_000_000)
    return credit_kit.asked(credit_kit.proved(ana))


def a_plan(world: World, ana: Person) -> Call:
    part = credit_kit.quote(_lender(world, ana), 60_000, "four")
    what = {"merchant_id": world.shop.id, "amount": 60_000, "currency": "CNY", "order_reference": "order-1"}
    return lambda: credit_kit.agree(ana, part, "k", **what)


def a_loan(world: World, ana: Person) -> Call:
    part = credit_kit.quote(_lender(world, ana), kind="cash")
    return lambda: credit_kit.agree(ana, part, "k")


def a_repayment(world: World, ana: Person) -> Call:
    plan = credit_kit.bought(_lender(world, ana))["id"]
    return lambda: credit_kit.repay(ana, plan, 10_000, "k")


def a_withdrawal_from_a_plan(world: World, ana: Person) -> Call:
    plan = credit_kit.borrowed(_lender(world, ana))["id"]
    return lambda: ana.phone.post(f"/v1/instalment-plans/{plan}/withdrawal", {}, idempotency_key="k")


def a_refund_that_repays(world: World, ana: Person) -> Call:
    paid = credit_kit.bought(_lender(world, ana))["payment_id"]
    return lambda: world.shop.act(paid, "refunds", {"amount": 5_000}, "k")
