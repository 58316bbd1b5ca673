"""Money that goes out, merchants' and customers': what banks do with it and tell of it, and what must be true of it."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.simulation.truth import DESTINATIONS, hold
from tests.simulation.values import plain

if TYPE_CHECKING:
    from tests.simulation.bank import Bank, Letter
    from tests.simulation.world import World

KINDS = {"pot": "payout", "wdr": "withdrawal"}
_REFUSES, _FAILS = 0.08, 0.15
_TELLS, _TELLS_TWICE = 0.7, 0.15
_RECENT = 40


@dataclass
class PaidOut:
    """A payout or withdrawal in a bank's own book."""

    id: str
    bank: str
    amount: int
    currency: str
    destination: str
    merchant: str
    status: str = "pending"
    reason: str | None = None
    said: set[str] = field(default_factory=set)
    """Every end that it has had there."""
    letters: dict[str, str] = field(default_factory=dict)
    """What was told of it: letter, and the end it names; `lying` names another amount."""

    def view(self) -> dict[str, Any]:
        shown = ("merchant", "status", "amount", "currency", "reason")
        return {"id": "po_" + self.id[4:], **{name: getattr(self, name) for name in shown}}

    def end(self, status: str) -> None:
        self.status, self.reason = status, "account_closed" if status == "failed" else None
        self.said.add(status)


def answer(bank: Bank, name: str, asked: str, wish: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Of the bank called `name`: a new payout, or how one stands. What it refuses it never has."""
    if not wish:
        found = bank.outgoing.get(asked)
        return (200, found.view()) if found and found.bank == name else (404, {"code": "not_found"})
    made = PaidOut(wish["id"], name, wish["amount"], wish["currency"], wish["destination"], wish["merchant"])
    if random.Random(f"refuses/{made.id}").random() < _REFUSES:
        return 400, {"code": "account_unknown"}
    known = bank.outgoing.setdefault(made.id, made)
    told = (known.bank, known.amount, known.destination)
    hold(told == (made.bank, made.amount, made.destination), "a payout is sent once, to one bank", known=known)
    return 201, known.view()


def decide(bank: Bank, chance: random.Random, fails: float = _FAILS) -> None:
    """A bank ends one that is pending, and tells of it, or not, or twice."""
    pending = [one for one in bank.outgoing.values() if one.status == "pending"]
    if not pending:
        return
    chosen = chance.choice(pending)
    chosen.end("failed" if chance.random() < fails else "succeeded")
    if chance.random() < _TELLS:
        for _ in range(2 if chance.random() < _TELLS_TWICE else 1):
            tell(bank, chosen, chance)


def turn_around(bank: Bank, chance: random.Random) -> bool:
    """What had failed is paid after all, or what was paid is taken back, however late; whether there was one."""
    ended = [one for one in list(bank.outgoing.values())[-_RECENT:] if one.status != "pending"]
    if not ended:
        return False
    chosen = chance.choice(ended)
    chosen.end("failed" if chosen.status == "succeeded" else "succeeded")
    tell(bank, chosen, chance)
    return True


def tell(bank: Bank, about: PaidOut, chance: random.Random) -> None:
    bank.post(_letter(bank, about, about.status), chance.random() * 5)


def lie(bank: Bank, chance: random.Random) -> Letter:
    """Signed, but of another amount."""
    about = chance.choice(list(bank.outgoing.values())[-_RECENT:])
    return bank.post(_letter(bank, about, "lying"), 0.0)


def _letter(bank: Bank, about: PaidOut, kind: str) -> tuple[str, str, dict[str, Any]]:
    """Its id, its bank and its body."""
    view, status = about.view() | {"payout_id": about.id}, "succeeded" if kind == "lying" else kind
    if kind == "lying":
        view |= {"status": status, "amount": about.amount + 1}
    letter = f"msg_{about.id}_{len(about.letters)}"
    about.letters[letter] = kind
    return letter, about.bank, {"type": f"payout.{status}", "timestamp": bank.clock.true.isoformat(), "data": view}


def finished(world: World) -> None:
    """All that left arrived, came back, or is a person's; a bank has only what left, and nothing of what came back."""
    for movement, (amount, bank) in world.model.sent.items():
        kept = plain(world.engine.tables["test-ledger"].get((movement, "MOVEMENT")) or {})
        theirs, came_back = world.bank.outgoing.get(movement), movement in world.model.came_back
        if kept["state"] == "succeeded":
            arrived = theirs and (theirs.amount, theirs.bank) == (amount, bank) and "succeeded" in theirs.said
            hold(bool(arrived) and not came_back, "what succeeded has arrived", payout=kept, theirs=theirs)
        elif kept["state"] == "failed":
            gone = theirs is None or "failed" in theirs.said
            hold(gone and came_back, "what failed is nowhere else", payout=kept, theirs=theirs)
        else:
            asked = world.has_case(KINDS[movement[:3]] + "-unknown", movement)
            hold(asked and not came_back, "what nobody knows is a person's", payout=kept, theirs=theirs)
        for letter, told in (theirs.letters if theirs else {}).items():
            opened = world.has_case("webhook-quarantine", letter, letter)
            hold(opened == (told != kept["state"]), "what contradicts us is a person's", payout=kept, theirs=theirs)
    strange = set(world.bank.outgoing) - set(world.model.sent)
    hold(not strange, "a bank pays nothing that did not leave", strange=strange)
    for one in world.bank.outgoing.values():
        hold(one.destination == DESTINATIONS[one.id[:3]], "to its owner's own account", theirs=one)
