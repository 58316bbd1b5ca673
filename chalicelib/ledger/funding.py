"""Funding methods as the ledger sees them: whether money may leave for one, as a condition of the movement itself.

What is personal of them, where exactly the money goes, is in `identity`. Nothing here is ever deleted: a method that
was removed is shut, and whoever adds it again waits again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import CoolingOff, NotFound
from chalicelib.ledger import store
from chalicelib.ledger.items import FUNDING
from chalicelib.ledger.model import Changed, Leg, Verdict
from chalicelib.ledger.wire import Item, plain_item
from chalicelib.ledger.write import Update
from chalicelib.settings import settings

OPEN, SHUT = "open", "shut"


@dataclass(frozen=True, slots=True)
class Funding:
    """`owner` and `processor` never change; `usable_at` is when its cooling-off ends."""

    id: str
    owner: str
    processor: str
    usable_at: str


def open_for(funding: Funding) -> None:
    """Once or many times: the first opens. One that is known opens again with a later `usable_at` only."""
    facts = {"owner": funding.owner, "processor": funding.processor, "usable_at": funding.usable_at}
    if store.put_new({"pk": funding.id, "sk": FUNDING, "state": OPEN, **facts}) is not None:
        update = _item(funding.id).assign("state", OPEN).assign("usable_at", funding.usable_at)
        update.require("usable_at", "<", funding.usable_at).require("owner", "=", funding.owner)
        store.update(update.written())


def shut(funding_id: str, owner: str) -> None:
    """Once or many times; money that has left is not called back."""
    store.update(_item(funding_id).assign("state", SHUT).require("owner", "=", owner).written())


def is_open(funding_id: str) -> bool:
    """Whether it cools off, or has; False of one that nobody has opened yet."""
    return plain_item(store.funding(funding_id) or {}).get("state") == OPEN


def found(funding_id: str, owner: str) -> Funding:
    """Open or shut. Raises NotFound, for somebody else's too."""
    wired = store.funding(funding_id) if ids.is_id(funding_id, "fnd") else None
    plain = plain_item(wired or {})
    if plain.get("owner") != owner:
        raise NotFound()
    return Funding(funding_id, owner, plain["processor"], plain["usable_at"])


def usable(funding: Funding, at: datetime) -> Leg:
    """Theirs, open and cooled off, inside the movement's transaction. Refuses with NotFound, CoolingOff (until)."""
    update = _item(funding.id).require("owner", "=", funding.owner).require("state", "=", OPEN)
    update.require("processor", "=", funding.processor).require("usable_at", "<=", clock.written(at))

    def explain(wired: Item | None) -> Verdict:
        old = plain_item(wired or {})
        if (old.get("owner"), old.get("state"), old.get("processor")) != (funding.owner, OPEN, funding.processor):
            return NotFound()
        cooling = old["usable_at"] > clock.written(at)
        return CoolingOff(param="funding_method_id", until=old["usable_at"]) if cooling else Changed()

    return Leg(update.checked(), explain)


def _item(funding_id: str) -> Update:
    return Update(settings().ledger_table, funding_id, FUNDING)
