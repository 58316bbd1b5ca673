"""Red packets in the table `ledger`, beside their movement, as legs of the ledger's transactions.

rpk_… FOR            whom it is for, where it is for somebody by name; never changed
rpk_… SLOT#<nn>      one share is somebody's, or went back to its sender: put once, never changed
rpk_… OPENED#<wallet> somebody has opened it: put once

No share is ever free again, so whoever has seen one taken need not ask once more. Nothing that is written by one claim
is written by another but these, and each of them by one alone: hundreds may claim at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.kernel.errors import InvalidState, NotFound
from chalicelib.ledger import items
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Changed, Leg, Verdict
from chalicelib.ledger.wire import Item, plain_item
from chalicelib.ledger.write import Update, put_once
from chalicelib.settings import settings

_SLOT, _OPENED, _FOR = "SLOT#", "OPENED#", "FOR"


def for_people(packet_id: str, owners: frozenset[str]) -> Leg:
    kept = {"pk": packet_id, "sk": _FOR, "owners": owners}
    return Leg(put_once(settings().ledger_table, kept), lambda wired: Changed())


def people_of(packet_id: str) -> frozenset[str]:
    """Whose it may be; empty of one for whoever has the link."""
    found = ledger.beside(packet_id, _FOR)
    return frozenset(found["owners"]) if found else frozenset()


def taken(packet_id: str) -> dict[int, dict[str, Any]]:
    """Place → what is known of the share that is somebody's there."""
    return {int(one["sk"].removeprefix(_SLOT)): one for one in ledger.all_beside(packet_id, _SLOT)}


def taking(packet_id: str, place: int, facts: Mapping[str, str | int], learn: Callable[[int], None]) -> Leg:
    """`learn` hears that somebody else has it."""
    kept = {"pk": packet_id, "sk": f"{_SLOT}{place:02d}", **facts}

    def explain(wired: Item | None) -> Verdict:
        learn(place)
        return Changed()

    return Leg(put_once(settings().ledger_table, kept), explain)


def opening(packet_id: str, wallet: str, claim_id: str) -> Leg:
    """Once for each person. Refuses with InvalidState (already-claimed)."""
    kept = {"pk": packet_id, "sk": _OPENED + wallet, "claim": claim_id}
    return Leg(put_once(settings().ledger_table, kept), lambda wired: InvalidState(state="already-claimed"))


def ended(packet_id: str) -> Leg:
    """Nothing is due of it any more. Refuses with InvalidState if that is so already."""
    update = Update(settings().ledger_table, packet_id, items.MOVEMENT).assign("state", "ended")
    update.remove("due_key", "due_at").require("state", "=", "open")

    def explain(wired: Item | None) -> Verdict:
        return InvalidState(state=plain_item(wired)["state"]) if wired else NotFound()

    return Leg(update.written(), explain)
