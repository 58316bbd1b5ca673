"""The judge of transfers: sees every commit to them, and says whether it was allowed to be.

Written down apart from the product: only to whom something has arrived before money goes at once; what waits ends once,
as its sender, its time or its payee wants it; and escrow holds what waits, to the cent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tests.simulation.tables import Change
from tests.simulation.truth import hold
from tests.simulation.values import plain

if TYPE_CHECKING:
    from tests.simulation.model import Model
    from tests.simulation.truth import Wallet, Wish

ESCROW = "sys:escrow:CNY"
COOLS_SECONDS, UNCLAIMED_SECONDS = 86_400, 72 * 3_600
Facts = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """What a sender wished beside the amount: to whom, as a look at the name `identifier` told. No `payee`: invited."""

    identifier: str
    payee: str
    delay_hours: int
    looked_at: float
    """In seconds of the true clock."""


@dataclass
class Transfer:
    """`at` and `due` in seconds since 1970."""

    id: str
    payer: str
    payee: str
    amount: int
    at: float
    due: float
    identifier: str
    state: str = "scheduled"


@dataclass
class Transfers:
    asked: dict[str, Asked] = field(default_factory=dict)
    waiting: dict[str, Transfer] = field(default_factory=dict)
    """Those that wait, or waited."""
    met: set[tuple[str, str]] = field(default_factory=set)
    """Payer and payee between whom something has arrived."""
    cancelling: set[str] = field(default_factory=set)
    """Those that their senders have asked to have back."""
    known_as: dict[str, str] = field(default_factory=dict)
    """Wallet → the name that its owner signed up with."""

    @property
    def held(self) -> int:
        return sum(one.amount for one in self.waiting.values() if one.state == "scheduled")

    def commit(self, changes: Sequence[Change]) -> None:
        """What they say of themselves is what their entries made of them."""
        for change in changes:
            if change.table == "test-ledger" and change.key[0] in self.waiting and change.key[1] == "MOVEMENT":
                kept, transfer = plain(change.new or {}), self.waiting[change.key[0]]
                hold(kept["state"] == transfer.state, "a transfer is as it should be", kept=kept, expected=transfer)
                hold(("due_at" in kept) == (transfer.state == "scheduled"), "only what waits is due", kept=kept)


def at_once(model: Model, entry: Facts, changes: Sequence[Change]) -> dict[str, int]:
    """To somebody known, or to whoever shares a bill."""
    wish = model._wish(entry, "transfer", "pay-part")
    payer = model.wallets[wish.wallet]
    if wish.kind == "pay-part":
        payee = model.wallets[model.bills.pay(model, wish, entry, changes)]
    else:
        asked = model.transfers.asked[wish.movement]
        payee = model.wallets[asked.payee]
        met = (payer.account, payee.account) in model.transfers.met
        hold(met and not asked.delay_hours, "money goes at once only to whom it has gone before", entry=entry)
    return _paid(model, payer, payee, wish, entry)


def _paid(model: Model, payer: Wallet, payee: Wallet, wish: Wish, entry: Facts) -> dict[str, int]:
    hold(payer is not payee, "nobody sends money to themselves", entry=entry)
    hold(payee.status != "closed", "nothing is sent to a wallet that is closed", entry=entry, payee=payee)
    model.debit(payer, wish, entry)
    return {payer.account: -wish.amount} | model._credit(payee, wish.amount)


def put_aside(model: Model, entry: Facts, changes: Sequence[Change]) -> dict[str, int]:
    wish = model._wish(entry, "transfer")
    payer, asked, at = model.wallets[wish.wallet], model.transfers.asked[wish.movement], second(entry["sk"])
    kept = _kept(entry, changes)
    due = second(kept["due_at"])
    known = asked.payee and (payer.account, asked.payee) in model.transfers.met
    least = max(asked.delay_hours * 3_600, 0 if known else COOLS_SECONDS)
    hold(due >= at + least, "what is new, or asked to wait, waits so long", entry=entry, kept=kept, asked=asked)
    hold(kept.get("to", "") == asked.payee, "it is kept for whoever was looked at", kept=kept, asked=asked)
    model.debit(payer, wish, entry)
    one = Transfer(wish.movement, payer.account, asked.payee, wish.amount, at, due, asked.identifier)
    model.transfers.waiting[one.id] = one
    if not one.payee:
        model.effects["transfer-invites"] += 1
    return {payer.account: -one.amount, ESCROW: one.amount}


def complete(model: Model, entry: Facts, changes: Sequence[Change]) -> dict[str, int]:
    one = _ended(model, entry, "completed")
    to = _kept(entry, changes)["to"]
    payee = model.wallets[to]
    hold(to == one.payee or not one.payee, "it arrives with whom it is for", transfer=one, to=to)
    known_as = model.transfers.known_as.get(to, one.identifier)
    hold(known_as == one.identifier, "it arrives with whoever has the name", transfer=one, known_as=known_as)
    hold(payee.status != "closed", "nothing arrives at a wallet that is closed", transfer=one)
    hold(second(entry["sk"]) >= one.due, "nothing arrives before its time", transfer=one, entry=entry)
    if not one.payee:
        model.effects["transfer-claimed"] += 1
    model.transfers.met.add((one.payer, to))
    return {ESCROW: -one.amount} | model._credit(payee, one.amount)


def cancel(model: Model, entry: Facts, changes: Sequence[Change]) -> dict[str, int]:
    one = _ended(model, entry, "cancelled")
    hold(one.id in model.transfers.cancelling, "only its sender takes it back", transfer=one)
    return _back(model, one)


def give_back(model: Model, entry: Facts, changes: Sequence[Change]) -> dict[str, int]:
    one = _ended(model, entry, "returned")
    why, at = _kept(entry, changes)["ended_by"], second(entry["sk"])
    if why == "unclaimed":
        hold(not one.payee, "only an invitation is unclaimed", transfer=one)
        hold(at >= one.at + UNCLAIMED_SECONDS, "nobody's time to claim it is cut short", transfer=one, entry=entry)
    else:
        hold(why == "payee-closed", "what comes back says why", transfer=one, why=why)
        closed = not one.payee or model.wallets[one.payee].status == "closed"
        hold(closed, "it comes back only from a wallet that is closed", transfer=one)
    model.effects[f"transfer-{why}"] += 1
    return _back(model, one)


def _ended(model: Model, entry: Facts, state: str) -> Transfer:
    one = model.transfers.waiting[entry["movement"]]
    hold(one.state == "scheduled", "a transfer ends once", transfer=one, entry=entry)
    one.state = state
    return one


def _back(model: Model, one: Transfer) -> dict[str, int]:
    return {ESCROW: -one.amount} | model._credit(model.wallets[one.payer], one.amount)


def _kept(entry: Facts, changes: Sequence[Change]) -> dict[str, Any]:
    """Its movement, as this very commit leaves it."""
    (found,) = [plain(one.new or {}) for one in changes if one.key == (entry["movement"], "MOVEMENT")]
    return found


def second(written: str) -> float:
    return datetime.fromisoformat(written).timestamp()


KINDS = {
    "transfer": at_once,
    "transfer-scheduled": put_aside,
    "transfer-completed": complete,
    "transfer-cancelled": cancel,
    "transfer-returned": give_back,
}
