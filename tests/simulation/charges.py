"""The judge of payment codes and charges: sees every commit to them, and what tills and customers are told.

Written down apart from the product: how long a code is good and a charge waits, that one code makes one charge, and
that what was told as over takes nothing any more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tests.simulation.tables import Change
from tests.simulation.truth import Payment, Wish, hold
from tests.simulation.values import plain

if TYPE_CHECKING:
    from tests.simulation.model import Model

CODE_SECONDS, WAITS_SECONDS = 60, 300
SETTLING = "sys:settling:CNY"
Facts = Mapping[str, Any]


@dataclass
class Shown:
    """A code as its customer was given it, and what their token proved then."""

    id: str
    digits: str
    wallet: str
    token: str
    at: float


@dataclass
class Charges:
    used: dict[str, str] = field(default_factory=dict)
    """Code → the charge that used it up."""
    codes: dict[str, Facts] = field(default_factory=dict)
    """As they were last written; those that time has deleted as well."""
    waits: dict[str, Facts] = field(default_factory=dict)
    """Charges that wait, or waited, for their customer."""
    ending: dict[str, str] = field(default_factory=dict)
    """Void → the charge that it may give back: somebody has asked for that."""
    yes: set[str] = field(default_factory=set)
    """Charges that their customer agreed to."""
    effects: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def commit(self, changes: Sequence[Change]) -> None:
        """Raises Violation."""
        for change in changes:
            if change.table == "test-merchants" and change.new and change.key[1] == "CODE":
                self._code(plain(change.new), changes) if change.key[0].startswith("cod_") else None
            elif change.table == "test-merchants" and change.key[1] == "CHARGE":
                hold(change.old is None, "what waits never changes", change=change)
                self.waits[change.key[0]] = plain(change.new or {})
                self.effects["charge-waits"] += 1

    def _code(self, new: dict[str, Any], changes: Sequence[Change]) -> None:
        before = self.codes.get(new["pk"], {"status": "open"})
        self.codes[new["pk"]] = new
        hold(before["status"] == "open" or new == before, "a code that is over stays so", before=before, now=new)
        if new["status"] != "used" or before["status"] == "used":
            return
        charge = new["used_by"]
        hold(charge not in self.used.values(), "one charge uses one code", code=new)
        self.used[new["pk"]] = charge
        hold(_moment(charge, changes) < new["expires_at"], "a code is good for a minute", code=new)

    def paid(self, wish: Wish, entry: Facts, changes: Sequence[Change]) -> None:
        """By a code that its payment uses up, or by the yes of whoever showed one, in time."""
        if not wish.code:
            return
        waited = self.waits.get(wish.movement)
        if waited is None:
            uses = [one.key[0] for one in changes if one.new and one.new.get("used_by", {}).get("S") == wish.movement]
            hold(uses == [wish.code], "a charge uses up its code", entry=entry, uses=uses)
            self.effects["charge"] += 1
            return
        hold(wish.movement in self.yes, "what waits is paid by its customer's yes", entry=entry)
        late = _seconds_between(waited["created_at"], entry["sk"]) >= WAITS_SECONDS
        hold(not late, "a yes comes within five minutes", entry=entry, waited=waited)
        self.effects["charge-yes"] += 1

    def told_over(self, model: Model, charge: str, answer: str) -> None:
        """Nothing was taken, and nothing can be."""
        hold(charge in model.refused and charge not in model.done, "what is told as over is over", answer=answer)


def void(model: Model, entry: dict[str, Any], changes: Sequence[Change]) -> dict[str, int]:
    """By its merchant's wish; or the end of a charge, which nobody's key makes."""
    charge = model.charges.ending.get(entry["movement"])
    if charge is None:
        return model.void(entry, changes)
    payment = model.payments[charge]
    model.charges.effects["charge-taken-back"] += 1
    if payment.state == "authorized":
        return model._release(payment, "voided")
    _is_not_final(model, payment, entry)
    payment.state, amount, payment.captured = "voided", payment.captured, 0
    del model.lines[charge]
    return model._credit(model.wallets[payment.wallet], amount) | {SETTLING: -amount}


def _is_not_final(model: Model, payment: Payment, entry: Facts) -> None:
    fresh = payment.state == "captured" and not payment.held_once and payment.refunded == 0
    hold(fresh, "only what was captured at once and never refunded is taken back", payment=payment, entry=entry)
    hold(not model.lines[payment.id].batch, "what is settled is not taken back", payment=payment, entry=entry)


def _moment(charge: str, changes: Sequence[Change]) -> str:
    """By the clock of whoever made it."""
    made = [one.new or {} for one in changes if one.key in ((charge, "MOVEMENT"), (charge, "CHARGE"))]
    return str(plain(made[0])["created_at"])


def _seconds_between(earlier: str, later: str) -> float:
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()
