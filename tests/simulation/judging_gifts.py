"""The judge of gift cards: of all who bring a code one has the money, or its buyer has it back; it waits in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from chalicelib.kernel import ids
from tests.simulation.judging_transfers import ESCROW, second
from tests.simulation.tables import Change
from tests.simulation.truth import hold
from tests.simulation.values import plain

if TYPE_CHECKING:
    from tests.simulation.model import Model

LASTS_SECONDS, REMINDS_SECONDS, LOOKS_AN_HOUR = 365 * 86_400, 30 * 86_400, 20
Facts = dict[str, Any]


@dataclass
class Gift:
    id: str
    buyer: str
    amount: int
    at: float
    state: str = "open"
    claim: str = ""
    claimer: str = ""

    @property
    def ends(self) -> float:
        return self.at + LASTS_SECONDS


@dataclass
class Gifts:
    model: Model
    bought: dict[str, Gift] = field(default_factory=dict)
    cancelling: set[str] = field(default_factory=set)
    """Those that their buyers have asked to have back."""
    codes: dict[str, str] = field(default_factory=dict)
    """Hash of a code → its card."""
    tried: set[str] = field(default_factory=set)
    """People who have brought as many codes as they may, in some hour."""

    @property
    def held(self) -> int:
        return sum(one.amount for one in self.waiting)

    @property
    def waiting(self) -> list[Gift]:
        return [one for one in self.bought.values() if one.state == "open"]

    def commit(self, changes: Sequence[Change]) -> None:
        """What they say of themselves is what their entries made of them; a code is one card's, for ever."""
        for change in changes:
            if change.table != "test-ledger":
                continue
            if change.key[0] in self.bought and change.key[1] == "MOVEMENT":
                self._kept(self.bought[change.key[0]], plain(change.new or {}))
            elif change.key[1] == "GIFT":
                kept = plain(change.new or {})
                hold(change.old is None and kept["card"] in self.bought, "a code comes with its card", kept=kept)
                self.codes[kept["pk"]] = kept["card"]
            elif change.key[0].startswith("GIFTLOOKS#"):
                looks = plain(change.new or {})["looks"]
                hold(looks <= LOOKS_AN_HOUR, "nobody guesses codes", change=change)
                if looks == LOOKS_AN_HOUR:
                    self.tried.add(change.key[0].removeprefix("GIFTLOOKS#"))

    def _kept(self, gift: Gift, kept: Facts) -> None:
        found = kept["state"], kept.get("claim", "")
        hold(found == (gift.state, gift.claim), "a gift card is as it should be", kept=kept, expected=gift)
        hold(("due_at" in kept) == (gift.state == "open"), "only what waits is due", kept=kept, gift=gift)
        if gift.state == "open":
            due = second(kept["due_at"]) - gift.at
            hold(due in (LASTS_SECONDS - REMINDS_SECONDS, LASTS_SECONDS), "it waits for a year", kept=kept)
            if due == LASTS_SECONDS:
                self.model.effects["gift-card-reminder"] += 1


def buy(model: Model, entry: Facts, changes: Sequence[Change]) -> dict[str, int]:
    wish = model._wish(entry, "gift-card")
    wallet = model.wallets[wish.wallet]
    model.debit(wallet, wish, entry)
    coded = [plain(one.new or {})["card"] for one in changes if one.key[1] == "GIFT"]
    hold(coded == [wish.movement], "a gift card has one code", entry=entry, coded=coded)
    gift = Gift(wish.movement, wallet.account, wish.amount, second(entry["sk"]))
    model.gifts.bought[gift.id] = gift
    return {wallet.account: -wish.amount, ESCROW: wish.amount}


def claim(model: Model, entry: Facts, changes: Sequence[Change]) -> dict[str, int]:
    wish = model._wish(entry, "claim-gift")
    gift, wallet = model.gifts.bought[wish.gift], model.wallets[wish.wallet]
    _end(gift, "claimed", entry, changes)
    hold(gift.buyer != wallet.account, "nobody claims what they have bought", entry=entry, gift=gift)
    hold(second(entry["sk"]) < gift.ends, "what has run out is not claimed", entry=entry, gift=gift)
    hold(wallet.status == "active", "a frozen wallet claims nothing", wallet=wallet, entry=entry)
    hold(wallet.epoch in wish.epochs, "nothing is claimed with a token from before a sign-out", wallet=wallet)
    gift.claim, gift.claimer = wish.movement, wallet.account
    return {ESCROW: -gift.amount} | model._credit(wallet, gift.amount)


def back(model: Model, entry: Facts, changes: Sequence[Change]) -> dict[str, int]:
    """By its buyer's wish, or by itself after its year; never both."""
    touched = [one.key[0] for one in changes if one.key[0] in model.gifts.bought and one.key[1] == "MOVEMENT"]
    hold(len(touched) == 1, "what comes back was in one gift card", entry=entry)
    gift = model.gifts.bought[touched[0]]
    by_itself = entry["movement"] == ids.derived("gfr", gift.id)
    _end(gift, "returned" if by_itself else "cancelled", entry, changes)
    if by_itself:
        hold(second(entry["sk"]) >= gift.ends, "nobody's year is cut short", entry=entry, gift=gift)
    else:
        wish = model._wish(entry, "cancel-gift")
        asked = gift.id in model.gifts.cancelling and wish.gift == gift.id
        hold(asked, "only its buyer takes it back", entry=entry, gift=gift)
    model.effects["gift-card-" + gift.state] += 1
    return {ESCROW: -gift.amount} | model._credit(model.wallets[gift.buyer], gift.amount)


def _end(gift: Gift, state: str, entry: Facts, changes: Sequence[Change]) -> None:
    hold(gift.state == "open", "a gift card ends once", entry=entry, gift=gift)
    hold((gift.id, "MOVEMENT") in {one.key for one in changes}, "it ends with its money", entry=entry, gift=gift)
    gift.state = state


KINDS = {"gift-card": buy, "gift-card-claim": claim, "gift-card-return": back}
