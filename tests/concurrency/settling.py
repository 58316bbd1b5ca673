"""Settlement while refunds go on: the stream, the queue's consumers and the sweep all want the same lines."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.concurrency import acts, books, chores
from tests.concurrency.acts import Request
from tests.concurrency.books import Books
from tests.concurrency.crowd import Act
from tests.concurrency.findings import Findings
from tests.concurrency.town import Town

_MOST_SWEEPS = 20


def settlement(town: Town, found: Findings) -> None:
    """Payments first; then more of them, refunds and every consumer at once; at last what is left."""
    town.shop(60, 0, -2_000)
    town.shop(250, 30, -(10**6))
    town.customers(4, 100_000)
    found.hear(town.ask(_purchases(town, 6 * town.size)))
    asked = [Act(acts.ask, (request,)) for request in [*_purchases(town, 2 * town.size), *_refunds(town)]]
    entries = town.books().entries
    turns = [Act(chores.deliver, (entries, town.name("seed"), 0.6)) for _ in range(town.size)]
    turns += [Act(chores.consume, (town.name("seed"),)) for _ in range(3 * town.size)]
    told = town.mixed([*asked, *turns, *[Act(chores.sweep)] * town.size])[: len(asked)]
    town.answers.hear(told)
    found.hear(told, "refund-exceeds-capture", "merchant-funds-insufficient")
    drain(town, town.books())
    _by_the_answers(town, found, town.audit(found))


def whole(town: Town, found: Findings) -> None:
    """All that was ever written, at the end of a run: given to every consumer once more, then looked at."""
    for _ in ("payments and refunds", "their settlements"):
        drain(town, town.crowd.alone(books.whole))
    seen: Books = town.crowd.alone(books.whole)
    books.audit(found, seen)
    _in_one_batch(found, seen, {pk for pk, item in seen.movements.items() if _is_line(pk, item)})
    owed = {address: amount for address, amount in seen.postings.items() if address.startswith("sys:") and amount}
    totals = {address: amount for address, amount in seen.totals.items() if amount}
    found.hold(3, "a system account's total counts each entry once", totals == owed, books.shown(totals))
    balanced = town.crowd.alone(chores.balanced)
    found.hold(1, "the product's own trial balance agrees", balanced, "balanced" if balanced else "not balanced")


def drain(town: Town, seen: Books) -> None:
    """Until nothing waits: every entry is given on once more, every queue emptied, what fell through is swept."""
    shares = [seen.entries[place :: town.size] for place in range(town.size)]
    town.crowd.at_once([Act(chores.deliver, (share, town.name("seed"))) for share in shares])
    town.crowd.at_once([Act(chores.empty, (town.name("seed"),)) for _ in shares])
    for _ in range(_MOST_SWEEPS):
        if not town.crowd.alone(chores.sweep):
            return


def _by_the_answers(town: Town, found: Findings, seen: Books) -> None:
    credited = {shop.account: seen.heads[shop.account]["available"] for shop in town.shops}
    due = {shop.account: gross - fees for shop in town.shops for gross, fees in [town.answers.due(shop)]}
    told = ", ".join(f"{credited[account]} of {amount}" for account, amount in due.items())
    found.hold(14, "a merchant is credited with captures − refunds − fees", credited == due, told)
    _in_one_batch(found, seen, town.answers.lines(town.shops))
    left = {account: item["allowance"] for account, item in seen.allowances.items()}
    above = {shop.account: due[shop.account] - shop.floor for shop in town.shops}
    found.hold(2, "what refunds may still draw is what is above the floor", left == above, str(list(left.values())))


def _in_one_batch(found: Findings, seen: Books, lines: set[str]) -> None:
    places = [(movement, batch) for batch, kept in seen.batches.items() for movement, _, _ in kept]
    settled = {movement: seen.movements[movement].get("settled_by") for movement in lines}
    once = sorted(places) == sorted(settled.items(), key=str)
    found.hold(14, "each capture and each refund is in exactly one batch", once, f"{len(places)} of {len(lines)}")
    waiting = [pk for pk, item in seen.movements.items() if item.get("due_key", "").startswith("settle")]
    found.hold(9, "nothing is left to settle", not waiting, waiting or f"{len(seen.batches)} batches")
    posted = {
        entry["movement"]: entry["postings"].get(entry["pk"], 0)
        for entry in seen.journal
        if entry["kind"] == "settlement"
    }
    nets = {batch: sum(amount - fee for _, amount, fee in kept) for batch, kept in seen.batches.items()}
    found.hold(14, "a batch is posted once, for the sum of its lines", posted == nets, f"{len(nets)} batches")


def _is_line(movement: str, item: Mapping[str, Any]) -> bool:
    """A capture, a refund, or a payment that was captured at once and not taken back."""
    if item["state"] == "refused" or "taken_back_by" in item or movement[:4] not in ("pay_", "cap_", "ref_"):
        return False
    return movement[:4] != "pay_" or json.loads(item["answer"])["captured"] > 0


def _purchases(town: Town, count: int) -> list[Request]:
    chance = town.chance
    return [
        town.purchase(chance.choice(town.people), chance.choice(town.shops), chance.randint(100, 3_000))
        for _ in range(count)
    ]


def _refunds(town: Town) -> list[Request]:
    """Two of each payment so far, for up to all of it."""
    keepers = {shop.id: shop for shop in town.shops}
    return [
        town.follow(keepers[view["merchant_id"]], view["id"], "refunds", town.chance.randint(1, view["amount"]))
        for view in town.answers.some("pay") * 2
    ]
