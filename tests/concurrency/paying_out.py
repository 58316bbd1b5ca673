"""A merchant's money out, by many at once: one payout takes it, its bank's word ends it once, refunds draw the rest."""

from __future__ import annotations

from tests.concurrency import acts, chores, settling
from tests.concurrency.answers import Shop
from tests.concurrency.books import Books
from tests.concurrency.crowd import Act
from tests.concurrency.findings import Findings
from tests.concurrency.town import Town

_FLOOR = -2_000


def payouts(town: Town, found: Findings) -> None:
    """On demand and at the cut-off; then every webhook and every question at once; then against refunds."""
    reserve = town.chance.randint(1, 3_000)
    shop, payers = town.payee(_FLOOR, reserve), town.customers(2, 50_000)
    paid = town.ask(town.purchase(one, shop, town.chance.randint(5_000, 20_000)) for one in payers)
    found.hear(paid)
    settling.drain(town, town.books())
    held = town.books().heads[shop.account]["available"]
    payout = _taken_once(town, found, shop, reserve)
    _comes_back_once(town, found, shop, payout, held)
    asked = [town.follow(shop, one.json["id"], "refunds", 1_000) for one in paid for _ in range(town.size)]
    told = town.ask([*asked, *(town.pay_out(shop) for _ in range(town.size))])
    found.hear(told, "refund-exceeds-capture", "merchant-funds-insufficient")
    settling.drain(town, town.books())
    seen = town.audit(found)
    gone = sum(one.json["amount"] for one in told if one.made)
    found.hold(8, "what is left is what came less payouts and refunds", _held(seen, shop) == held - gone, gone)
    found.hold(13, "what refunds may still draw is what is above the floor", _drawable(seen, shop), _held(seen, shop))


def _taken_once(town: Town, found: Findings, shop: Shop, reserve: int) -> str:
    """The one payout, by whoever came first."""
    again = town.pay_out(shop)
    asked = [*(town.pay_out(shop) for _ in range(town.size)), *[again] * town.size]
    turns = [*(Act(acts.ask, (request,)) for request in asked), *[Act(chores.pay_out)] * town.size]
    told = town.mixed(turns)[: len(asked)]
    found.hear(told, "merchant-funds-insufficient")
    seen = town.books()
    left = [one for one in seen.movements if one.startswith("pot_")]
    taken = len(left) == 1 and _held(seen, shop) == reserve
    found.hold(2, "one payout takes all but the reserve, however many ask", taken, f"{len(left)} of {len(turns)}")
    answers = {one.raw for one, request in zip(told, asked, strict=True) if request is again}
    found.hold(5, "one key has one answer", len(answers) == 1, f"{len(answers)} of {town.size} deliveries")
    return left[0]


def _comes_back_once(town: Town, found: Findings, shop: Shop, payout: str, held: int) -> None:
    sweeps = [Act(chores.send_on, (payout,))] * town.size
    town.mixed(sweeps)
    amount = town.books().movements[payout]["amount"]
    told = town.mixed([Act(acts.hear_of_payout, (payout, amount, "failed"))] * town.size + sweeps)[: town.size]
    found.hear(told)
    seen = town.books()
    kinds = [one["kind"] for one in seen.journal if one["movement"] == payout]
    found.hold(11, "a payout that failed comes back once", kinds.count("payout-return") == 1, kinds)
    back = _held(seen, shop) == held and _drawable(seen, shop)
    found.hold(13, "and refunds may draw on it again", back, _held(seen, shop))


def _held(seen: Books, shop: Shop) -> int:
    return int(seen.heads[shop.account]["available"])


def _drawable(seen: Books, shop: Shop) -> bool:
    return bool(seen.allowances[shop.account]["allowance"] == _held(seen, shop) - shop.floor)
