"""The judge of shared bills: parts add up, nobody pays more than is left, and what has ended takes nothing more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.simulation.judging_transfers import second
from tests.simulation.tables import Change
from tests.simulation.truth import hold
from tests.simulation.values import plain

if TYPE_CHECKING:
    from tests.simulation.model import Model
    from tests.simulation.truth import Wish

LASTS_SECONDS, SKEW_SECONDS = 30 * 86_400, 700.0
Facts = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """What a bill was, and who shares it: wallet → how many shares; `own`: shares of its maker's."""

    maker: str
    amount: int
    people: dict[str, int]
    own: int
    looked_at: float
    """In seconds of the true clock."""


@dataclass
class Bill:
    id: str
    asked: Asked
    ends: float
    left: dict[str, int]
    """Wallet → what it owes still."""
    state: str = "open"

    @property
    def owed(self) -> int:
        return sum(self.left.values())


@dataclass
class Bills:
    effects: dict[str, int]
    done: set[str]
    """Movements that happened: a bill has no entry that would tell."""
    asked: dict[str, Asked] = field(default_factory=dict)
    made: dict[str, Bill] = field(default_factory=dict)
    paying: dict[str, str] = field(default_factory=dict)
    """Payment → the bill of which somebody wants to pay a part."""
    declining: set[tuple[str, str]] = field(default_factory=set)
    """Bill and wallet that will not pay."""
    closing: set[str] = field(default_factory=set)
    """Those that their makers have asked to close."""

    def commit(self, changes: Sequence[Change], seconds: float) -> None:
        """`seconds` since 1970. Raises Violation."""
        bills = [change for change in changes if change.table == "test-ledger" and change.key[0][:4] == "spl_"]
        for change in bills:
            if change.key[1] == "MOVEMENT" and change.old is None:
                self._made(plain(change.new or {}), bills)
        for change in bills:
            if change.key[1].startswith("PART#") and change.old is not None:
                self._part(change)
        for change in bills:
            if change.key[1] == "MOVEMENT" and change.old is not None:
                self._whole(plain(change.old), plain(change.new or {}), seconds)
        for bill in {change.key[0] for change in bills} & self.made.keys():
            one = self.made[bill]
            hold(one.state != "open" or one.owed > 0, "a bill of which nothing is left ends", bill=one)

    def _made(self, kept: dict[str, Any], changes: Sequence[Change]) -> None:
        asked = self.asked[kept["pk"]]
        parts = [plain(one.new or {}) for one in changes if one.key[1].startswith("PART#")]
        owed = {one["sk"].removeprefix("PART#"): one["left"] for one in parts}
        whole = asked.own + sum(asked.people.values())
        hold(owed.keys() == asked.people.keys(), "whoever is asked owes a part", kept=kept, asked=asked, owed=owed)
        for wallet, part in owed.items():
            fair = abs(part * whole - asked.amount * asked.people[wallet]) < whole
            hold(part > 0 and fair, "everybody owes what is their share", asked=asked, owed=owed)
        mine = asked.amount - sum(owed.values())
        hold(abs(mine * whole - asked.amount * asked.own) < whole, "parts add up exactly", asked=asked, owed=owed)
        hold(kept["left"] == sum(owed.values()), "what is left of a bill is what its parts have left", kept=kept)
        self.made[kept["pk"]] = Bill(kept["pk"], asked, second(kept["created_at"]) + LASTS_SECONDS, owed)
        self.done.add(kept["pk"])
        self.effects["bill"] += 1

    def _part(self, change: Change) -> None:
        """A payment has been taken off before this is looked at; whoever declines owes nothing more."""
        bill, wallet = self.made[change.key[0]], change.key[1].removeprefix("PART#")
        before, now = plain(change.old or {}), plain(change.new or {})
        if "declined" in now and "declined" not in before:
            hold((bill.id, wallet) in self.declining, "nobody declines for somebody else", bill=bill, now=now)
            hold(bill.state == "open" and bill.left[wallet] > 0, "only what is owed is declined", bill=bill, now=now)
            bill.left[wallet] = 0
            self.effects["bill-declined"] += 1
        hold(now["left"] == bill.left[wallet], "a part has left what is not paid of it", bill=bill, now=now)
        paid = now["amount"] - now["left"]
        hold("declined" in now or now["paid"] == paid, "what is paid and what is left is the part", now=now)

    def _whole(self, before: dict[str, Any], now: dict[str, Any], seconds: float) -> None:
        bill = self.made[now["pk"]]
        hold(now["left"] == bill.owed, "what is left of a bill is what its parts have left", bill=bill, now=now)
        if now["state"] == bill.state:
            return
        hold(bill.state == "open", "a bill ends once", bill=bill, now=now)
        self.effects[f"bill-{now['state']}"] += 1
        hold(_may_end(bill, now["state"], self.closing, seconds), "a bill ends as it should", bill=bill, now=now)
        bill.state = now["state"]

    def pay(self, model: Model, wish: Wish, entry: Facts, changes: Sequence[Change]) -> str:
        """Whom it goes to: the wallet of whoever made the bill."""
        bill, at = self.made[self.paying[wish.movement]], second(entry["sk"])
        touched = {change.key for change in changes}
        hold((bill.id, "PART#" + wish.wallet) in touched, "what is paid is taken off its part", entry=entry)
        hold((bill.id, "MOVEMENT") in touched, "what is paid is taken off the bill", entry=entry)
        hold(bill.state == "open" and at < bill.ends, "nobody pays of a bill that has ended", bill=bill, entry=entry)
        owes = bill.left.get(wish.wallet, 0)
        hold(owes >= wish.amount, "nobody pays more than is left", bill=bill, entry=entry)
        known = (wish.wallet, bill.asked.maker) in model.transfers.met
        hold(known or max(wish.steps) > at, "whoever pays somebody new proves themselves", bill=bill, entry=entry)
        bill.left[wish.wallet] -= wish.amount
        self.effects["bill-payment"] += 1
        return bill.asked.maker


def _may_end(bill: Bill, state: str, closing: set[str], seconds: float) -> bool:
    if state == "expired":
        return seconds + SKEW_SECONDS >= bill.ends
    if state == "paid":
        return bill.owed == 0
    return state == "closed" and (bill.owed == 0 or bill.id in closing)
