"""What a transfer keeps in the table `ledger` beside its movement, as legs of the ledger's transactions.

trf_… INVITED        whom an invitation is for: the name's keyed hash, the name sealed; never changed
INVITES#<mark> <day> how many transfers invited that name that day
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chalicelib.kernel import clock
from chalicelib.kernel.errors import CofferError, InvalidState, NotFound, TooManyRequests
from chalicelib.ledger import items
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Changed, Leg, Verdict, due_key, shard_of
from chalicelib.ledger.wire import Item, plain_item
from chalicelib.ledger.write import Update, put_once
from chalicelib.settings import settings

DUE = "transfer"
INVITES_A_DAY = 5
"""Of one name, whoever sends: nobody's telephone is flooded."""
_INVITED, _INVITES = "INVITED", "INVITES#"
_DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Invited:
    mark: str
    sealed: str
    language: str
    """In which the message is written."""
    payer_name: str


def inviting(transfer_id: str, invited: Invited, at: datetime) -> tuple[Leg, Leg]:
    """Refuses with TooManyRequests, of which nothing is stored."""
    kept = {
        "pk": transfer_id,
        "sk": _INVITED,
        "mark": invited.mark,
        "sealed": invited.sealed,
        "language": invited.language,
        "payer_name": invited.payer_name,
    }
    counted = Update(settings().ledger_table, _INVITES + invited.mark, at.date().isoformat())
    counted.count("invites", 1).require_at_most("invites", INVITES_A_DAY - 1)
    left = timedelta(days=1) - (at - at.replace(hour=0, minute=0, second=0, microsecond=0))

    def full(wired: Item | None) -> Verdict:
        policy = ("invitations-to-a-name", INVITES_A_DAY, _DAY_SECONDS)
        return TooManyRequests(policy=policy, retry_after_seconds=int(left.total_seconds()) + 1)

    return Leg(put_once(settings().ledger_table, kept), lambda wired: Changed()), Leg(counted.written(), full)


def invited(transfer_id: str) -> Invited | None:
    found = ledger.beside(transfer_id, _INVITED)
    return Invited(found["mark"], found["sealed"], found["language"], found["payer_name"]) if found else None


def ending(transfer_id: str, state: str, at: datetime, facts: Mapping[str, str]) -> Leg:
    """Scheduled → completed, cancelled or returned: once, whoever is first. Refuses with InvalidState (how it is)."""
    update = Update(settings().ledger_table, transfer_id, items.MOVEMENT)
    update.assign("state", state).assign("ended_at", clock.written(at)).remove("due_key", "due_at")
    for name, fact in facts.items():
        update.assign(name, fact)
    return Leg(update.require("state", "=", "scheduled").written(), _as_it_is)


def postponing(transfer_id: str, until: datetime) -> Leg:
    """Nobody looks at it before then. Refuses with InvalidState if it has ended meanwhile."""
    update = Update(settings().ledger_table, transfer_id, items.MOVEMENT)
    update.assign("due_key", due_key(DUE, shard_of(transfer_id))).assign("due_at", clock.written(until))
    return Leg(update.require("state", "=", "scheduled").written(), _as_it_is)


def _as_it_is(wired: Item | None) -> CofferError:
    found: dict[str, Any] = plain_item(wired or {})
    return InvalidState(state=found["state"]) if found else NotFound()
