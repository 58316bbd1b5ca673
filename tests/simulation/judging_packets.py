"""The judge of red packets: every share is somebody's once, nobody has two, the rest goes back in its time, and sums
are exact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.simulation.judging_transfers import ESCROW, second
from tests.simulation.tables import Change
from tests.simulation.truth import hold
from tests.simulation.values import plain

if TYPE_CHECKING:
    from tests.simulation.model import Model

LASTS_SECONDS = 86_400
Facts = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """How a packet is cut, and whose wallets it is for; nobody's by name: whoever has the link."""

    split: str
    shares: int
    people: frozenset[str]


@dataclass
class Packet:
    id: str
    sender: str
    amount: int
    asked: Asked
    at: float
    left: int
    slots: dict[int, int] = field(default_factory=dict)
    """Place → amount, of those that somebody has or that went back."""
    opened: set[str] = field(default_factory=set)
    """Wallets."""
    ended: bool = False

    def take(self, place: int, amount: int) -> None:
        hold(0 <= place < self.asked.shares, "there are as many shares as were asked for", packet=self, place=place)
        hold(place not in self.slots, "a share is taken once", packet=self, place=place)
        self.slots[place] = amount
        self.left -= amount
        open_ = self.asked.shares - len(self.slots)
        enough = self.left >= open_ if open_ else self.left == 0
        hold(amount >= 1 and enough, "shares add up exactly, each of one at least", packet=self, amount=amount)
        each, more = divmod(self.amount, self.asked.shares)
        if self.asked.split == "equal":
            larger = sum(one > each for one in self.slots.values())
            hold(each <= amount <= each + 1 and larger <= more, "equal shares are equal", packet=self, amount=amount)


@dataclass
class Packets:
    asked: dict[str, Asked] = field(default_factory=dict)
    looked_at: dict[str, float] = field(default_factory=dict)
    """When those whom it is for by name were looked at first, in seconds of the true clock."""
    sent: dict[str, Packet] = field(default_factory=dict)
    claiming: dict[str, str] = field(default_factory=dict)
    """Claim → the packet that somebody wants to open by it."""
    told: dict[str, int] = field(default_factory=dict)
    """Claim → what it gave."""

    @property
    def held(self) -> int:
        return sum(one.left for one in self.sent.values())

    def commit(self, changes: Sequence[Change]) -> None:
        """Shares are taken by entries alone, and nothing is due of a packet once all are."""
        for change in changes:
            packet = self.sent.get(change.key[0]) if change.table == "test-ledger" else None
            if packet is None:
                continue
            kept = plain(change.new or {})
            if change.key[1].startswith("SLOT#"):
                place = int(change.key[1].removeprefix("SLOT#"))
                once = change.old is None and packet.slots.get(place) == kept["amount"]
                hold(once, "a share is taken with its money, once", packet=packet, change=change)
            elif change.key[1] == "MOVEMENT" and kept["state"] == "ended":
                hold(len(packet.slots) == packet.asked.shares, "a packet ends when every share has", packet=packet)
                hold("due_at" not in kept, "nothing is due of what has ended", kept=kept)
                packet.ended = True


def send(model: Model, entry: Facts, changes: Sequence[Change]) -> dict[str, int]:
    wish = model._wish(entry, "packet")
    sender, at = model.wallets[wish.wallet], second(entry["sk"])
    model.debit(sender, wish, entry)
    asked = model.packets.asked[wish.movement]
    model.packets.sent[wish.movement] = Packet(wish.movement, sender.account, wish.amount, asked, at, wish.amount)
    return {sender.account: -wish.amount, ESCROW: wish.amount}


def claim(model: Model, entry: Facts, changes: Sequence[Change]) -> dict[str, int]:
    wish = model._wish(entry, "claim")
    packet, wallet = model.packets.sent[model.packets.claiming[wish.movement]], model.wallets[wish.wallet]
    slots = _slots(packet, changes)
    hold(len(slots) == 1, "whoever opens it takes one share", entry=entry, packet=packet)
    (place, slot), *_ = slots
    opened = (packet.id, "OPENED#" + wallet.account)
    hold(opened in {change.key for change in changes}, "whoever opens it stands there", entry=entry)
    hold(slot["wallet"] == wallet.account, "a share is whose money it is", slot=slot, wallet=wallet)
    hold(wallet.account not in packet.opened, "everybody has one share", packet=packet, wallet=wallet)
    hold(wallet.account != packet.sender, "nobody opens their own", packet=packet)
    hold(not packet.asked.people or wallet.account in packet.asked.people, "it is for whom it is", packet=packet)
    hold(second(entry["sk"]) < packet.at + LASTS_SECONDS, "nobody opens it when its time is over", packet=packet)
    hold(wallet.status == "active", "a frozen wallet opens nothing", wallet=wallet, entry=entry)
    hold(wallet.epoch in wish.epochs, "nothing is opened with a token from before a sign-out", wallet=wallet)
    packet.take(place, slot["amount"])
    packet.opened.add(wallet.account)
    model.packets.told[wish.movement] = slot["amount"]
    if len(packet.slots) == packet.asked.shares:
        model.effects["red-packet-emptied"] += 1
    return {ESCROW: -slot["amount"]} | model._credit(wallet, slot["amount"])


def give_back(model: Model, entry: Facts, changes: Sequence[Change]) -> dict[str, int]:
    """Many at once, and nobody's wallet stands in them."""
    touched = (model.packets.sent.get(change.key[0]) for change in changes if change.key[1].startswith("SLOT#"))
    packet = next((one for one in touched if one), None)
    hold(packet is not None, "what goes back is taken from its shares", entry=entry)
    assert packet is not None
    hold(second(entry["sk"]) >= packet.at + LASTS_SECONDS, "nothing goes back before its time", packet=packet)
    slots = _slots(packet, changes)
    for place, slot in slots:
        hold("wallet" not in slot, "what goes back is nobody's", slot=slot)
        packet.take(place, slot["amount"])
    amount = sum(slot["amount"] for _, slot in slots)
    return {ESCROW: -amount} | model._credit(model.wallets[packet.sender], amount)


def _slots(packet: Packet, changes: Sequence[Change]) -> list[tuple[int, dict[str, Any]]]:
    found = [one for one in changes if one.key[0] == packet.id and one.key[1].startswith("SLOT#")]
    return [(int(one.key[1].removeprefix("SLOT#")), plain(one.new or {})) for one in found]


KINDS = {"red-packet": send, "red-packet-claim": claim, "red-packet-return": give_back}
