"""The judge of points: each movement brings what it should, once, whatever the stream does; none is spent twice.

What is earned and taken back comes late, so on the way it is bounded, and once all is calm it is exact.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.simulation import judging_coupons
from tests.simulation.tables import Change
from tests.simulation.truth import hold
from tests.simulation.values import plain

if TYPE_CHECKING:
    from tests.simulation.model import Model
    from tests.simulation.world import World

PROMOTIONS, SETTLING = judging_coupons.PROMOTIONS, judging_coupons.SETTLING
PER_POINT, WORTH, LEAST, MONTHS, AT_LEAST = 7, 1, 50, 1, timedelta(days=30)
"""Minor units that bring a point, that a point pays; points that pay at least; months that they are good."""
_EARN, _UNDO = ("payment", "capture", "top-up"), ("refund", "void", "top-up-reversal")
Facts = dict[str, Any]


@dataclass
class Source:
    """A payment or top-up: what it took of, or gave to, its owner's own money, and how much of that went back."""

    basis: int = 0
    at: str = ""
    undone: int = 0
    net: int = 0
    """Points booked for it so far, less those taken back."""
    booked: bool = False
    owner: str = ""

    @property
    def due(self) -> int:
        brought = self.basis // PER_POINT
        return brought - brought * self.undone // self.basis if self.basis else 0


@dataclass
class Account:
    lots: Counter[str] = field(default_factory=Counter)
    debt: int = 0
    ended: bool = False

    @property
    def available(self) -> int:
        return self.lots.total()

    def good(self, day: str) -> list[str]:
        return [until for until in sorted(self.lots) if self.lots[until] and until > day]

    def take(self, amount: int, order: list[str]) -> list[tuple[str, int]]:
        taken = []
        for until in order:
            part = min(amount, self.lots[until])
            self.lots[until] -= part
            amount -= part
            taken += [(until, part)] if part else []
        return taken

    def give(self, back: list[tuple[str, int]]) -> int:
        """What is owed is repaid first, by what runs out soonest; how much that was."""
        owed = self.debt
        for until, amount in sorted(back):
            repaid = min(amount, self.debt)
            self.debt -= repaid
            self.lots[until] += amount - repaid
        return owed - self.debt


@dataclass
class Points:
    model: Model
    programme: str = ""
    prices: dict[str, int] = field(default_factory=dict)
    """Template → points for a coupon of it."""
    accounts: dict[str, Account] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    """Person → their account, as the first item of it says."""
    sources: dict[str, Source] = field(default_factory=dict)
    paid: dict[str, tuple[str, int, list[tuple[str, int]]]] = field(default_factory=dict)
    """Payment → account, points, and the lots that it took and has not got back."""
    helped: Counter[str] = field(default_factory=Counter)
    """Movements of a commit of which only the money or only the points have been seen."""

    def commit(self, changes: Sequence[Change]) -> None:
        """Raises Violation."""
        hold(not self.helped, "points go with their payment, refund or coupon", half=self.helped)
        entries = [plain(one.new or {}) for one in changes if one.table == "test-journal"]
        for entry in {one["id"]: one for one in entries}.values():
            self._money(entry, changes)
        for change in changes:
            if change.table == "test-ledger" and change.key[0].startswith("pts_"):
                self._kept(change.key[0], change.key[1], plain(change.new or {}))

    def account(self, account: str) -> Account:
        return self.accounts.setdefault(account, Account())

    def _money(self, entry: Facts, changes: Sequence[Change]) -> None:
        kind, basis = entry["kind"], own_money(entry)
        if not self.programme or kind not in (*_EARN, *_UNDO) or not basis or "owner" not in entry:
            return
        source = self.sources.setdefault(_source(entry, changes), Source())
        if kind in _EARN:
            source.basis, source.at, source.owner = basis, entry["sk"], entry["owner"]
        else:
            source.undone += basis

    def _kept(self, account: str, what: str, kept: Facts) -> None:
        known = self.account(account)
        if what == "HEAD":
            found = kept["available"], kept["held"], kept["debt"]
            hold(
                found == (known.available, 0, known.debt), "a head of points is as it should be", kept=kept, known=known
            )
            hold(min(found) >= 0, "points never go below zero", kept=kept)
        elif what == "POINTS":
            self.owners[kept["owner"]] = account
            lots = {until: left for until, left in kept["lots"] if left}
            hold(lots == +known.lots, "lots are as they should be", kept=kept, known=known)


def own_money(entry: Facts) -> int:
    ours = ("wal_", "crd_", "sys:unclaimed:")
    return abs(sum(part for address, part in entry["postings"].items() if address.startswith(ours)))


def _source(entry: Facts, changes: Sequence[Change]) -> str:
    if entry["kind"] in ("payment", "top-up", "top-up-reversal"):
        return str(entry["movement"])
    (found,) = [one.key[0] for one in changes if one.key[0].startswith("pay_") and one.key[1] == "MOVEMENT"]
    return found


def pay(model: Model, entry: Facts, changes: Sequence[Change]) -> dict[str, int]:
    """With the help of points, or as ever."""
    wish = model.wishes.get(entry["movement"])
    if wish is None or not wish.points:
        return judging_coupons.pay(model, entry, changes)
    discount = wish.points * WORTH
    hold(wish.points >= LEAST and discount <= wish.amount, "points pay no more than there is to pay", wish=wish)
    postings = model.pay(entry, changes, discount)
    _half(model, wish.movement)
    return postings | {entry["pk"]: discount - wish.amount, PROMOTIONS: -discount}


def refund(model: Model, entry: Facts, changes: Sequence[Change]) -> dict[str, int]:
    wish = model.wishes.get(entry["movement"])
    asked = model.wishes.get(wish.payment) if wish else None
    if wish is None or asked is None or not asked.points:
        return judging_coupons.refund(model, entry, changes)
    payment = model.payments[wish.payment]
    amount = -entry["postings"][SETTLING] if wish.takes_all else wish.amount
    before, after = payment.refunded, payment.refunded + amount
    back = asked.points * after // payment.amount - asked.points * before // payment.amount
    if back and not model.points.account(model.points.paid[wish.payment][0]).ended:
        _half(model, wish.movement)
    return model.refund(entry, changes, back * WORTH) | {PROMOTIONS: back * WORTH}


def earned(model: Model, entry: Facts, changes: Sequence[Change]) -> dict[str, int]:
    """Once, and net of what was undone before anybody heard of it."""
    points, source = model.points, model.points.sources[entry["movement"]]
    net = -entry["postings"][_issued(points)]
    hold(not source.booked, "a movement brings points once", entry=entry, source=source)
    hold(net > 0 and source.due <= net <= source.basis // PER_POINT, "points are as earned", entry=entry, source=source)
    source.booked, source.net = True, net
    return _came(model, entry, [(_until(source.at, MONTHS + 1), net)])


def reversed_(model: Model, entry: Facts, changes: Sequence[Change]) -> dict[str, int]:
    points, amount = model.points, entry["postings"][_issued(model.points)]
    source, account, day = points.sources[_undone(model, entry)], points.account(entry["pk"]), entry["sk"][:10]
    hold(source.booked and source.net - amount >= source.due, "no more is taken back than was undone", entry=entry)
    source.net -= amount
    own = _until(source.at, MONTHS + 1)
    hold(own > day, "what has run out is not taken back", entry=entry, source=source)
    order = sorted(account.good(day), key=lambda until: (until != own, until))
    taken = sum(part for _, part in account.take(amount, order))
    account.debt += amount - taken
    return _posted(points, entry["pk"], -taken, -(amount - taken))


def used(model: Model, entry: Facts, changes: Sequence[Change]) -> dict[str, int]:
    wish = model.wishes[entry["movement"]]
    taken = _spent(model, entry, wish.points)
    _half(model, wish.movement)
    model.points.paid[wish.movement] = entry["pk"], wish.points, taken
    return _posted(model.points, entry["pk"], -wish.points)


def returned(model: Model, entry: Facts, changes: Sequence[Change]) -> dict[str, int]:
    wish = model.wishes[entry["movement"]]
    account, used_then, left = model.points.paid[wish.payment]
    hold(account == entry["pk"], "points go back to whom they came from", entry=entry)
    payment = model.payments[wish.payment]
    amount = -entry["postings"][_issued(model.points)]
    due = sum(part for _, part in left) - (used_then - used_then * payment.refunded // payment.amount)
    hold(amount == due > 0, "points come back in proportion", entry=entry, due=due)
    _half(model, wish.movement)
    least = _until(_later(entry["sk"], AT_LEAST), 1)
    back: Counter[str] = Counter()
    while amount:
        until, part = left.pop()
        taken = min(part, amount)
        amount -= taken
        left += [(until, part - taken)] if taken < part else []
        back[max(until, least)] += taken
    return _came(model, entry, list(back.items()))


def redeemed(model: Model, entry: Facts, changes: Sequence[Change]) -> dict[str, int]:
    wish = model.wishes[entry["movement"]]
    price = model.points.prices[wish.plan]
    issued = [one for one in changes if one.table == "test-merchants" and one.key[1] == "COUPON" and not one.old]
    hold(len(issued) == 1, "a coupon comes with the points that go", entry=entry)
    _spent(model, entry, price)
    return _posted(model.points, entry["pk"], -price)


def expired(model: Model, entry: Facts, changes: Sequence[Change]) -> dict[str, int]:
    """All that is over and nothing else; of whoever is erased, all."""
    account, day = model.points.account(entry["pk"]), entry["sk"][:10]
    items = [plain(one.new or {}) for one in changes if one.key == (entry["pk"], "POINTS")]
    account.ended = "ended" in items[0]
    gone = [until for until in account.lots if account.ended or until <= day]
    amount = sum(part for _, part in account.take(10**12, gone))
    hold(amount > 0, "nothing runs out that is not there", entry=entry)
    return _posted(model.points, entry["pk"], -amount)


def _spent(model: Model, entry: Facts, amount: int) -> list[tuple[str, int]]:
    account, day = model.points.account(entry["pk"]), entry["sk"][:10]
    good = account.good(day)
    hold(sum(account.lots[until] for until in good) >= amount, "no point is spent twice", entry=entry, has=account)
    hold(not account.ended, "whoever is erased spends nothing", entry=entry)
    return account.take(amount, good)


def _came(model: Model, entry: Facts, back: list[tuple[str, int]]) -> dict[str, int]:
    account = model.points.account(entry["pk"])
    hold(not account.ended, "nothing comes to whoever is erased", entry=entry)
    amount = sum(part for _, part in back)
    repaid = account.give(back)
    return _posted(model.points, entry["pk"], amount - repaid, repaid)


def _posted(points: Points, account: str, available: int, debt: int = 0) -> dict[str, int]:
    if debt:
        points.model.effects["points-repaid" if debt > 0 else "points-owed"] += 1
    return {account: available, account + ":debt": debt, _issued(points): -available - debt}


def _half(model: Model, movement: str) -> None:
    """The money and the points of one movement are in one commit."""
    if movement in model.points.helped:
        del model.points.helped[movement]
    else:
        model.points.helped[movement] += 1


def _undone(model: Model, entry: Facts) -> str:
    if entry["movement"].startswith("top_"):
        return str(entry["movement"])
    return str(entry["text"])


def _issued(points: Points) -> str:
    return f"sys:issued:{points.programme}"


def _until(at: str, months: int) -> str:
    """The first day of a month so many months later."""
    many = int(at[:4]) * 12 + int(at[5:7]) - 1 + months
    return f"{many // 12:04d}-{many % 12 + 1:02d}-01"


def _later(at: str, by: timedelta) -> str:
    return (datetime.fromisoformat(at) + by).isoformat()


def finished(world: World) -> None:
    """All that was earned is there, all that was undone is taken back; but for whoever was erased, and what ran out."""
    points, today = world.model.points, world.clock.now().date().isoformat()
    hold(not points.helped, "nothing of points is there by half", half=points.helped)
    for movement, source in points.sources.items():
        if source.booked:
            over = _until(source.at, MONTHS + 1) <= today
            hold(source.net == source.due or over, "points are what was earned", movement=movement, source=source)
    ended = {owner for owner, account in points.owners.items() if points.accounts[account].ended}
    waiting = [one for one in points.sources.values() if one.due and not one.booked and one.owner not in ended]
    hold(not waiting, "whatever brings points has brought them", waiting=waiting)


KINDS = {
    "payment": pay,
    "refund": refund,
    "points-earned": earned,
    "points-reversed": reversed_,
    "points-used": used,
    "points-returned": returned,
    "points-redeemed": redeemed,
    "points-expired": expired,
}
