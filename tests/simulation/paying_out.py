"""Merchants who are paid out: their terms, what their banks do, and what must be true of all that left."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import app
from chalicelib.kernel import ids
from tests.api.caller import Caller
from tests.simulation.tables import Change
from tests.simulation.truth import Shop, hold
from tests.simulation.values import plain
from tests.simulation.workers import Killed

if TYPE_CHECKING:
    from tests.simulation.bank import Bank
    from tests.simulation.world import World

ACCOUNT = "GB33BUKB20201555555555"
TERMS: dict[str, dict[str, Any]] = {
    "Tea": {"schedule": "daily", "reserve": 5_000},
    "Noodles": {"schedule": "on_demand", "minimum": 20_000},
    "Books": {"schedule": "daily", "minimum": 10_000, "reserve": 1_000, "cut_off": "23:30"},
}
_REFUSES, _FAILS = 0.08, 0.15
_CLEARED_AT = timedelta(hours=8)
"""Where CNY is cleared, clocks are ahead of UTC."""
_SECONDS = 300.0


@dataclass
class PaidOut:
    """A payout in a bank's own book."""

    id: str
    bank: str
    amount: int
    currency: str
    destination: str
    merchant: str
    status: str = "pending"
    reason: str | None = None

    def view(self) -> dict[str, Any]:
        shown = ("merchant", "status", "amount", "currency", "reason")
        return {"id": "po_" + self.id[4:], **{name: getattr(self, name) for name in shown}}


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
    """A bank ends one that is pending."""
    pending = [one for one in bank.outgoing.values() if one.status == "pending"]
    if pending:
        chosen = chance.choice(pending)
        failed = chance.random() < fails
        chosen.status, chosen.reason = ("failed", "account_closed") if failed else ("succeeded", None)


def is_daily(terms: dict[str, Any]) -> bool:
    return bool(terms["schedule"] == "daily")


def agree(operator: Caller, name: str, shop: Shop) -> None:
    terms = TERMS[name]
    wish = terms | {"bank_account": ACCOUNT, "reason": "agreed at the start"}
    reply = operator.request("PUT", f"/v1/merchants/{shop.id}/payout-terms/CNY", wish)
    assert reply.status == 200, reply.raw
    shop.reserve, shop.minimum, shop.daily = terms.get("reserve", 0), terms.get("minimum", 1), is_daily(terms)


def run(world: World, turn: int = 0) -> None:
    """The schedule's turn."""
    event = {"version": "0", "account": "1", "region": "eu-west-1", "detail": {}, "detail-type": "", "source": ""}
    event |= {"time": "", "id": "1", "resources": []}

    def done(result: Any) -> None:
        failed = isinstance(result, Exception) and not isinstance(result, Killed) and not world.finishing.faults
        hold(not failed, "the cut-offs fail only when something fails them", error=repr(result))

    world.start(f"pay_out-{turn}", lambda: app.pay_out(event, None), done, _SECONDS)


def check_day(shop: Shop, entry: dict[str, Any], changes: list[Change]) -> None:
    """A scheduled payout comes at a cut-off of a bank day that has passed, once for its day."""
    (terms,) = [plain(one.old or {}) for one in changes if one.key == (shop.account, "PAYOUTS")]
    hold(entry["sk"] >= terms["due_at"], "nothing is paid out before its cut-off", entry=entry, terms=terms)
    day = (datetime.fromisoformat(terms["due_at"]) + _CLEARED_AT).date()
    hold(day.weekday() < 5, "banks rest on Saturdays and Sundays", terms=terms)
    hold(shop.daily and day.isoformat() not in shop.paid_days, "one scheduled payout a day", shop=shop, day=day)
    shop.paid_days.add(day.isoformat())


def finished(world: World) -> None:
    """Every payout arrived, came back, or is a person's; a bank has only what left, and nothing of what came back."""
    model, ledger = world.model, world.engine.tables["test-ledger"]
    for payout, (amount, bank) in model.sent.items():
        kept, theirs = plain(ledger.get((payout, "MOVEMENT")) or {}), world.bank.outgoing.get(payout)
        came_back = payout in model.came_back
        if kept["state"] == "succeeded":
            arrived = theirs and (theirs.status, theirs.amount, theirs.bank) == ("succeeded", amount, bank)
            hold(bool(arrived) and not came_back, "what succeeded has arrived", payout=kept, theirs=theirs)
        elif kept["state"] == "failed":
            gone = theirs is None or theirs.status == "failed"
            hold(gone and came_back, "what failed is nowhere else", payout=kept, theirs=theirs)
        else:
            case = ids.derived("cas", "payout-unknown", payout, "")
            asked = any(item["pk"]["S"] == case for item in world.engine.tables["test-cases"].everything())
            hold(asked and not came_back, "what nobody knows is a person's", payout=kept, theirs=theirs)
    strange = set(world.bank.outgoing) - set(model.sent)
    hold(not strange, "a bank pays nothing that did not leave", strange=strange)
    hold(all(one.destination == ACCOUNT for one in world.bank.outgoing.values()), "to the merchant's own bank")
