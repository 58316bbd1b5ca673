"""One wallet, one key, one day, one purchase, one checkout: many processes want it at the same moment."""

from __future__ import annotations

from collections.abc import Sequence

from tests.concurrency import acts
from tests.concurrency.acts import Request, Told
from tests.concurrency.answers import Person
from tests.concurrency.crowd import Act
from tests.concurrency.findings import Findings
from tests.concurrency.town import CURRENCY, Town

DAY_LIMIT, YEAR_LIMIT = 3_000_000, 120_000_000
"""Of the sandbox's pack for CNY, tier 0."""


def double_spends(town: Town, found: Findings) -> None:
    """Payments and authorisations of B from a balance of A that affords some of them: wallet by wallet, all at once."""
    shop, attempts = town.shop(), 3 * town.size
    for most in (1, 2, town.size, town.size, attempts - 1):
        afforded, amount = town.chance.randint(1, most), town.chance.randint(100, 999)
        (payer,) = town.customers(1, amount * afforded + town.chance.randrange(amount))
        ways = ["automatic", "manual"] * attempts
        told = town.ask(town.purchase(payer, shop, amount, capture=way) for way in ways[:attempts])
        found.hear(told, "insufficient-funds")
        made = sum(one.made for one in told)
        found.hold(10, "of N debits of B from A exactly ⌊A/B⌋ succeed", made == afforded, f"{made} of {afforded}")
    town.audit(found)


def one_key(town: Town, found: Findings) -> None:
    """A payment, a refusal, an authorisation; then its capture, a refund, a top-up: each delivered by everybody."""
    (payer,) = town.customers(1, 100_000)
    shop = town.shop()
    purchases = [(1_000, "automatic"), (400_000, "automatic"), (2_000, "manual")]
    first = _deliver(town, found, [town.purchase(payer, shop, amount, capture=how) for amount, how in purchases])
    paid, held = first[0].json["id"], first[2].json["id"]
    wish = {"wallet_id": payer.wallet, "amount": 3_000, "currency": CURRENCY}
    top_up = Request("POST", "/v1/topups", wish, payer.token, town.name())
    follows = [town.follow(shop, paid, "refunds", 400), town.follow(shop, held, "capture", 1_500)]
    begun = _deliver(town, found, [top_up, *follows])[0].json
    heard = town.mixed([Act(acts.hear, (begun,))] * (3 * town.size))
    found.hold(11, "every delivery of a webhook is acknowledged", {one.status for one in heard} == {200}, len(heard))
    town.answers.credit([begun])
    _two_bodies(town, found, [town.purchase(payer, shop, amount, "two-bodies") for amount in (111, 222)])
    town.audit(found)


def day_limit(town: Town, found: Findings) -> None:
    """More than a day allows, from a wallet that holds more than that; no payment so large that it needs a step-up."""
    attempts = 6 * town.size
    amount = DAY_LIMIT // town.chance.randint(max(6, attempts // 4), max(6, attempts * 3 // 4))
    (payer,) = town.customers(1, DAY_LIMIT + 1_000_000)
    shop, allowed = town.shop(), DAY_LIMIT // amount
    told = town.ask(town.purchase(payer, shop, amount) for _ in range(attempts))
    found.hear(told, "limit-reached")
    made = sum(one.made for one in told)
    found.hold(10, "a day's limit holds to the payment", made == allowed, f"{made} of {allowed}")
    town.audit(found)


def year_limit(town: Town, found: Findings) -> None:
    """More than a year has left, from a wallet that holds more than that."""
    attempts, amount = 6 * town.size, town.chance.randint(100, 999)
    allowed = town.chance.randint(1, attempts - 1)
    (payer,) = town.customers(1, 100_000)
    town.crowd.alone(acts.spent_before, payer.wallet, YEAR_LIMIT - allowed * amount)
    shop = town.shop()
    told = town.ask(town.purchase(payer, shop, amount) for _ in range(attempts))
    found.hear(told, "limit-reached")
    made = sum(one.made for one in told)
    found.hold(10, "a year's limit holds to the payment", made == allowed, f"{made} of {allowed}")
    town.audit(found)


def duplicates(town: Town, found: Findings) -> None:
    """The same purchase, each time under a key of its own."""
    (payer,) = town.customers(1, 500_000)
    shop, amount = town.shop(), town.chance.randint(100, 999)
    told = town.ask(town.purchase(payer, shop, amount, confirm_duplicate=False) for _ in range(6 * town.size))
    found.hear(told, "probable-duplicate")
    made, named = _ids(told), {one.json["payment_id"] for one in told if not one.made}
    once = len(made) == 1 and named == set(made)
    found.hold(7, "one is charged; the others are refused and name it", once, f"{len(made)} of {len(told)}")
    meant = town.ask(town.purchase(payer, shop, amount) for _ in range(2 * town.size))
    found.hear(meant)
    found.hold(7, "each that is confirmed is charged", all(one.made for one in meant), len(meant))
    town.audit(found)


def one_checkout(town: Town, found: Findings) -> None:
    """Raced by several payers; a second one by payers and the till that cancels it."""
    shop, payers = town.shop(), town.customers(4, 50_000)
    order = {"amount": 700, "currency": CURRENCY, "order_reference": "order"}
    raced, contested = (told.json["id"] for told in town.ask([Request("POST", "/v1/checkouts", order, shop.key)] * 2))
    told = town.ask(_pay(town, payer, raced) for payer in payers * town.size)
    found.hear(told, "invalid-state")
    (seen,) = town.ask([Request("GET", f"/v1/checkouts/{raced}", None, shop.key)])
    paid = _ids(told)
    once = len(paid) == 1 and (seen.json["status"], seen.json["payment_id"]) == ("paid", paid[0])
    found.hold(7, "a checkout is paid once, whoever pays, under whatever key", once, f"{len(paid)} of {len(told)}")
    cancel = Request("POST", f"/v1/checkouts/{contested}/cancel", None, shop.key)
    pays = [_pay(town, payer, contested) for payer in payers]
    told = town.ask([*pays, *[cancel] * len(pays)])
    found.hear(told, "invalid-state")
    paid, cancelled = _ids(told[: len(pays)]), any(one.made for one in told[len(pays) :])
    found.hold(7, "a checkout is paid or cancelled, never both", len(paid) + cancelled == 1, f"{len(paid)} paid")
    town.audit(found)


def _pay(town: Town, payer: Person, checkout: str) -> Request:
    body = {"wallet_id": payer.wallet, "checkout_id": checkout, "confirm_duplicate": True}
    return Request("POST", "/v1/payments", body, payer.token, town.name())


def _ids(told: Sequence[Told]) -> list[str]:
    return [one.json["id"] for one in told if one.made]


def _deliver(town: Town, found: Findings, requests: Sequence[Request]) -> list[Told]:
    """Each of them by every process, all in one heap; one answer of each."""
    times = 3 * town.size
    told = town.ask(request for request in requests for _ in range(times))
    found.hear(told, "insufficient-funds")
    given = [{(one.status, one.raw) for one in told[start : start + times]} for start in range(0, len(told), times)]
    equal = all(len(answers) == 1 for answers in given)
    found.hold(5, "all deliveries of a key are answered with the same bytes", equal, f"{len(told)} deliveries")
    return told[::times]


def _two_bodies(town: Town, found: Findings, requests: Sequence[Request]) -> None:
    """Under one key."""
    times = 2 * town.size
    told = town.ask(request for request in requests for _ in range(times))
    found.hear(told, "idempotency-key-reused")
    made = sorted(sum(one.made for one in told[start : start + times]) for start in (0, times))
    right = made == [0, times] and len({one.raw for one in told if one.made}) == 1
    found.hold(6, "of two bodies under one key one is answered, the other refused", right, f"{len(told)} deliveries")
