"""The judge of bonuses of top-ups: one for each that succeeds, within a budget; what one paid comes back in part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.simulation import judging_family
from tests.simulation.judging_coupons import PROMOTIONS, SETTLING
from tests.simulation.judging_transfers import second
from tests.simulation.tables import Change
from tests.simulation.truth import hold
from tests.simulation.values import plain

if TYPE_CHECKING:
    from tests.simulation.model import Model

Facts = dict[str, Any]
Parts = list[tuple[str, int]]


@dataclass(frozen=True)
class Offer:
    """`most`: what one brings, or at most where it is so many per cent; how many there are, good for how many days."""

    id: str
    most: int
    per_cent: int
    least: int
    units: int
    days: int
    share: int
    once: bool

    def bonus(self, amount: int) -> int:
        return min(self.most, amount * self.per_cent // 100 if self.per_cent else self.most)


@dataclass
class Lot:
    key: str
    offer: Offer
    owner: str
    topup: str
    until: str
    left: int
    spent: int = 0
    state: str = "waiting"


@dataclass
class Bonuses:
    model: Model
    offers: dict[str, Offer] = field(default_factory=dict)
    lots: dict[str, Lot] = field(default_factory=dict)
    of_topup: dict[str, Lot] = field(default_factory=dict)
    paid: dict[str, tuple[int, Parts]] = field(default_factory=dict)
    """Payment → how much bonuses paid of it, and which lots."""

    def commit(self, changes: Sequence[Change]) -> None:
        """Raises Violation."""
        rows = [one for one in changes if one.key[0].startswith("BONUSES#") and one.key[1].startswith("LOT#")]
        moved = {(one["kind"], one["movement"]) for one in self._entries(changes)}
        for change in (one for one in rows if one.old is not None):
            self._lot(self.lots[change.key[1]], plain(change.new or {}), moved)
        for change in (one for one in rows if one.old is None):
            self._promised(plain(change.new or {}), changes)
        for kind, movement in moved:
            if lot := self.of_topup.get(movement):
                came = kind != "top-up" or lot.state != "waiting"
                went = kind != "top-up-reversal" or lot.state != "good"
                hold(came and went, "a bonus comes and goes with its top-up", lot=lot, kind=kind)
        self._budgets(changes)

    def _entries(self, changes: Sequence[Change]) -> list[Facts]:
        return [plain(one.new or {}) for one in changes if one.table == "test-journal"]

    def _promised(self, kept: Facts, changes: Sequence[Change]) -> None:
        wish, offer = self.model.wishes[kept["topup"]], self.offers[kept["offer"]]
        user = kept["pk"].removeprefix("BONUSES#")
        hold(wish.offer == offer.id, "nobody is promised what they did not ask for", kept=kept, wish=wish)
        hold(self.model.wallets[wish.wallet].owner == user, "a bonus is whose top-up it is", kept=kept, wish=wish)
        fair = kept["amount"] == kept["left"] == offer.bonus(wish.amount) and wish.amount >= offer.least
        hold(fair and kept["share"] == offer.share, "a bonus is as it was offered", kept=kept, offer=offer)
        (made,) = [plain(one.new or {}) for one in changes if one.key == (wish.movement, "MOVEMENT")]
        until = kept["sk"].split("#")[2]
        days = second(until) - second(made["created_at"])
        hold(abs(days - offer.days * 86_400) < 1, "a bonus is good for so many days", kept=kept, made=made)
        theirs = [one for one in self.lots.values() if (one.owner, one.offer) == (user, offer)]
        busy = [one for one in theirs if one.state == "waiting" or (offer.once and one.state != "passed-on")]
        hold(not busy, "one bonus of an offer at a time, or once", kept=kept, has=busy)
        lot = Lot(kept["sk"], offer, user, wish.movement, until, kept["left"])
        self.lots[lot.key] = self.of_topup[lot.topup] = lot
        self.model.effects["bonus-promised"] += 1

    def _lot(self, lot: Lot, kept: Facts, moved: set[tuple[str, str]]) -> None:
        step = lot.state, kept["state"]
        if step[0] != step[1]:
            credited = lot.topup in self.model.credited
            allowed = {
                ("waiting", "good"): ("top-up", lot.topup) in moved,
                ("waiting", "passed-on"): not credited,
                ("good", "taken-back"): ("top-up-reversal", lot.topup) in moved,
            }
            hold(kept["state"] == "given-up" or allowed.get(step, False), "a bonus goes its way", lot=lot, kept=kept)
            lot.state = kept["state"]
            self.model.effects["bonus-" + lot.state] += 1
        found = kept["left"], kept["spent"]
        hold(found == (lot.left, lot.spent), "a bonus has left what was not spent", kept=kept, expected=lot)

    def _budgets(self, changes: Sequence[Change]) -> None:
        for offer in {one.key[0].partition("#")[0] for one in changes if one.key[1] == "BUDGET"} & self.offers.keys():
            known = self.offers[offer]
            given = sum(one.offer is known and one.state != "passed-on" for one in self.lots.values())
            left = sum(self.model.coupons.left[offer].values())
            hold(
                left + given == known.units, "a budget is what was promised and what is left", offer=known, given=given
            )


def pay(model: Model, entry: Facts, changes: Sequence[Change]) -> dict[str, int]:
    """A part by bonuses, or as ever."""
    wish = model.wishes.get(entry["movement"])
    if wish is None or not wish.bonus:
        return judging_family.pay(model, entry, changes)
    (took,) = [plain(one.new or {}) for one in changes if one.key == (wish.movement, "CREDIT")]
    parts, owner, total = [(key, part) for key, part in took["lots"]], model.wallets[wish.wallet].owner, 0
    for key, part in parts:
        lot = model.bonuses.lots[key]
        total += part
        hold(lot.owner == owner and lot.state == "good", "a bonus pays for whoever has it", lot=lot, wish=wish)
        hold(0 < part <= lot.left, "no bonus pays more than is left of it", lot=lot, part=part)
        hold(lot.until > entry["sk"], "what has run out pays nothing", lot=lot, entry=entry)
        hold(total <= wish.amount * lot.offer.share // 100, "no bonus pays beyond its share", lot=lot, wish=wish)
        lot.left, lot.spent = lot.left - part, lot.spent + part
    hold(parts == sorted(parts) and total == wish.bonus, "bonuses pay what is wished, the soonest first", took=took)
    postings = model.pay(entry, changes, total)
    model.bonuses.paid[wish.movement] = total, parts
    model.effects["bonus-paid"] += 1
    return postings | {entry["pk"]: total - wish.amount, PROMOTIONS: -total}


def refund(model: Model, entry: Facts, changes: Sequence[Change]) -> dict[str, int]:
    """In proportion, the last that was taken first; what is good no more lapses."""
    wish = model.wishes.get(entry["movement"])
    if wish is None or wish.payment not in model.bonuses.paid:
        return judging_family.refund(model, entry, changes)
    (total, parts), payment = model.bonuses.paid[wish.payment], model.payments[wish.payment]
    amount = -entry["postings"][SETTLING] if wish.takes_all else wish.amount
    before = total * payment.refunded // payment.amount
    after = total * (payment.refunded + amount) // payment.amount
    passed, touched = 0, {one.key[1] for one in changes}
    for key, part in reversed(parts):
        back = max(0, min(after, passed + part) - max(before, passed))
        passed += part
        lot = model.bonuses.lots[key]
        good = back > 0 and lot.state == "good" and lot.until > entry["sk"]
        hold((key in touched) == good, "what is good still comes back, and nothing else", lot=lot, entry=entry)
        lot.left += back if good else 0
        if back:
            model.effects["bonus-back" if good else "bonus-lapsed"] += 1
    return model.refund(entry, changes, after - before) | {PROMOTIONS: after - before}


KINDS = {"payment": pay, "refund": refund}
