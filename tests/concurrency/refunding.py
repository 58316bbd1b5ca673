"""Money back, by many at once: never more than was captured, never beyond what the merchant agreed to."""

from __future__ import annotations

from tests.concurrency import settling
from tests.concurrency.findings import Findings
from tests.concurrency.town import Town


def refunds(town: Town, found: Findings) -> None:
    """Parts of one capture, more of them than it has; then the refunds themselves."""
    attempts, part = 6 * town.size, town.chance.randint(10, 99)
    fits = town.chance.randint(attempts // 4, attempts * 3 // 4)
    (payer,), shop = town.customers(1, 50_000), town.shop()
    (paid,) = town.ask([town.purchase(payer, shop, part * fits + town.chance.randrange(part))])
    told = town.ask(town.follow(shop, paid.json["id"], "refunds", part) for _ in range(attempts))
    found.hear(told, "refund-exceeds-capture")
    made = [one.json["id"] for one in told if one.made]
    found.hold(
        13, "of N refunds of B from a capture of A exactly ⌊A/B⌋ succeed", len(made) == fits, f"{len(made)} of {fits}"
    )
    told = town.ask(town.follow(shop, refund, "refunds", 1) for refund in made)
    found.hear(told, "not-found")
    found.hold(13, "a refund of a refund moves nothing", not any(one.made for one in told), f"{len(told)} tried")
    town.audit(found)


def allowance(town: Town, found: Findings) -> None:
    """Several captures of a merchant who has been credited with none yet, and refunds beyond the agreed floor."""
    attempts, part = 6 * town.size, town.chance.randint(10, 99)
    fits = town.chance.randint(attempts // 4, attempts * 3 // 4)
    payers, shop = town.customers(3, 50_000), town.shop(floor=-(part * fits + town.chance.randrange(part)))
    paid = town.ask(town.purchase(payer, shop, part * attempts) for payer in payers)
    told = town.ask(
        town.follow(shop, paid[number % len(paid)].json["id"], "refunds", part) for number in range(attempts)
    )
    found.hear(told, "merchant-funds-insufficient")
    made = sum(one.made for one in told)
    found.hold(2, "refunds stop at the agreed floor, to the unit", made == fits, f"{made} of {fits}")
    left = town.books().allowances[shop.account]["allowance"]
    expected = -shop.floor - part * made
    found.hold(2, "what refunds may still draw is the floor less what they drew", left == expected, left)
    settling.drain(town, town.books())
    town.audit(found)
