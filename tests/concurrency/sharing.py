"""One checkout that many people pay together, all at once, and who cancels it meanwhile."""

from __future__ import annotations

from typing import Any

from chalicelib.kernel import ids
from tests.concurrency import chores
from tests.concurrency.acts import Request
from tests.concurrency.answers import Person
from tests.concurrency.crowd import Act
from tests.concurrency.findings import Findings
from tests.concurrency.town import CURRENCY, Town

_REFUSED = ("exceeds-what-is-left", "invalid-state")


def shared_checkout(town: Town, found: Findings) -> None:
    """Twenty race for what fifteen can pay; ten race for the last part; parts race the till that cancels them."""
    shop, payers = town.shop(), town.customers(20, 50_000)
    whole, last, contested = (_opened(town, shop.key, amount) for amount in (1_500, 700, 5_000))
    told = town.ask(_part(town, payer, whole, 100) for payer in payers)
    found.hear(told, *_REFUSED)
    made = sum(one.made for one in told)
    found.hold(10, "parts at once add up to the whole and never to more", made == 15, f"{made} of 20")
    town.ask([_part(town, payers[0], last, 600)])
    told = town.ask(_part(town, payer, last, 100) for payer in payers[1:11])
    found.hear(told, *_REFUSED)
    made = sum(one.made for one in told)
    found.hold(7, "the last part is paid once, whoever pays it", made == 1, f"{made} of 10")
    cancel = Request("POST", f"/v1/checkouts/{contested}/cancel", None, shop.key)
    told = town.ask([*(_part(town, payer, contested, 250) for payer in payers), *[cancel] * 4])
    found.hear(told, *_REFUSED)
    town.crowd.at_once([Act(chores.sweep)] * town.size)
    seen = {one: _seen(town, shop.key, one) for one in (whole, last, contested)}
    for one in seen.values():
        _hear(town, found, one)
    ended = {one: seen[one]["status"] for one in seen}
    right = (ended[whole], ended[last]) == ("paid", "paid") and ended[contested] in ("paid", "cancelled")
    found.hold(7, "what is full is paid, what is cancelled is not", right, ended)
    town.audit(found)


def _opened(town: Town, key: str, amount: int) -> str:
    order = {"amount": amount, "currency": CURRENCY, "order_reference": "order", "split": {"max_payers": 20}}
    (told,) = town.ask([Request("POST", "/v1/checkouts", order, key)])
    return str(told.json["id"])


def _seen(town: Town, key: str, checkout: str) -> dict[str, Any]:
    (told,) = town.ask([Request("GET", f"/v1/checkouts/{checkout}", None, key)])
    seen: dict[str, Any] = told.json
    return seen


def _hear(town: Town, found: Findings, seen: dict[str, Any]) -> None:
    """What became of each part without anybody's asking, as its checkout's end says."""
    after = {"paid": ("captured", "cap"), "cancelled": ("voided", "voi")}
    if seen["status"] not in after:
        return
    state, prefix = after[seen["status"]]
    parts = seen["split"]["parts"]
    whole = all(one["status"] == state for one in parts) and seen["split"]["taken"] == sum(
        one["amount"] for one in parts
    )
    found.hold(8, "all parts are taken, or all go back", whole, seen["split"])
    for one in parts:
        payment = one["payment_id"]
        ended = ids.derived(prefix, payment)
        town.answers.made[ended] = {"id": ended, "payment_id": payment, "amount": one["amount"]}


def _part(town: Town, payer: Person, checkout: str, amount: int) -> Request:
    body = {"wallet_id": payer.wallet, "checkout_id": checkout, "amount": amount, "confirm_duplicate": True}
    return Request("POST", "/v1/payments", body, payer.token, town.name())
