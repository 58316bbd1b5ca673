"""What a gift card keeps in the table `ledger` beside its movement, as legs of the ledger's transactions.

gcd_… GIFT                which card has this code: the id is a hash of the code; put once, never changed
GIFTLOOKS#<user> <hour>   how many codes they brought in that hour
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta

from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import InvalidState, NotFound, TooManyRequests
from chalicelib.ledger import items
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Changed, Leg, Verdict
from chalicelib.ledger.wire import Item, plain_item
from chalicelib.ledger.write import Update, put_once
from chalicelib.settings import settings
from chalicelib.transfers import model_gifts as model

_GIFT, _LOOKS = "GIFT", "GIFTLOOKS#"
_HOUR_SECONDS = 3_600
_REFUSED = {"claimed": "gift-claimed", "returned": "expired"}
"""What a state is called in a refusal, where another thing's has a sentence of its own."""


def coding(code: str, gift_id: str) -> Leg:
    kept = {"pk": hashed(code), "sk": _GIFT, "card": gift_id}
    return Leg(put_once(settings().ledger_table, kept), lambda wired: Changed())


def of_code(code: str) -> str:
    """The id of the card that has it; empty if none has."""
    found = ledger.beside(hashed(code), _GIFT) if code else None
    return str(found["card"]) if found else ""


def count_look(user_id: str, at: datetime) -> None:
    """Raises TooManyRequests."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    counted = Update(settings().ledger_table, _LOOKS + user_id, clock.written(hour))
    counted.count("looks", 1).require_at_most("looks", model.LOOKS_AN_HOUR - 1)
    if not ledger.count(counted):
        left, policy = hour + timedelta(hours=1) - at, ("gift-card-codes", model.LOOKS_AN_HOUR, _HOUR_SECONDS)
        raise TooManyRequests(policy=policy, retry_after_seconds=math.ceil(left.total_seconds()))


def ending(gift: model.Gift, state: model.Status, at: datetime, facts: Mapping[str, str]) -> Leg:
    """Open → claimed, cancelled or returned: once, whoever is first. Refuses with InvalidState (how it is)."""
    update = Update(settings().ledger_table, gift["pk"], items.MOVEMENT).assign("state", state)
    update.assign("ended_at", clock.written(at)).remove("due_key", "due_at")
    for name, fact in facts.items():
        update.assign(name, fact)
    return Leg(update.require("state", "=", "open").written(), _as_it_is)


def reminded(gift: model.Gift) -> Leg:
    """Nothing is due of it any more before it runs out. Refuses with InvalidState if it has ended meanwhile."""
    update = Update(settings().ledger_table, gift["pk"], items.MOVEMENT)
    update.assign("due_at", clock.written(model.expires_at(gift)))
    return Leg(update.require("state", "=", "open").written(), _as_it_is)


def _as_it_is(wired: Item | None) -> Verdict:
    """A card that was returned or cancelled is nobody's to claim; what was claimed is over too."""
    if wired is None:
        return NotFound()
    state = plain_item(wired)["state"]
    return Changed() if state == "open" else InvalidState(state=_REFUSED.get(state, state))


def hashed(code: str) -> str:
    return ids.derived("gcd", model.tidy_code(code))
