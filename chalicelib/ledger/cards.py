"""Prepaid cards as the ledger sees them: whose they are, where they are good, and the lots of their bonus.

crd_… CARD    what never changes of a card, and its lots; due a week before a bonus runs out, and when it has
usr_… CARDS   which cards somebody has
pay_… BONUS   which lots a payment took; never changes

What a card holds is on its heads. The lots are guessed: each write requires them to be as they were seen, and where
they are not, the old item is what is `known` then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import LimitReached
from chalicelib.ledger import chart, lots, model, store
from chalicelib.ledger.items import BONUS, CARD, CARDS
from chalicelib.ledger.lots import FOR_EVER, Lot, Lots
from chalicelib.ledger.model import Changed, Due, Head, Leg, Verdict
from chalicelib.ledger.wire import Item, plain_item
from chalicelib.ledger.write import Update, put_once
from chalicelib.settings import settings

EXPIRES = "card-bonus"
REMINDS = timedelta(days=7)
"""So long before a bonus runs out its owner is reminded."""
MOST_CARDS = 40
_ID_BYTES = 16
_FACTS = ("owner", "merchant_id", "merchant_name", "currency", "created_at")


@dataclass(frozen=True, slots=True)
class Card:
    """`lots` as they were last seen; None of a card that nobody has bought yet. `reminded`: up to which moment all
    reminders were said."""

    id: str
    owner: str
    merchant_id: str
    merchant_name: str
    currency: str
    created_at: str
    lots: Lots | None = None
    reminded: str = ""

    @property
    def seen(self) -> Lots:
        return self.lots or ()

    @property
    def bonus(self) -> str:
        return chart.bonus_of(self.id)


@dataclass(frozen=True, slots=True)
class Listed:
    """The cards that somebody has, in the order of buying; as last seen."""

    owner: str
    packed: bytes | None = None

    @property
    def ids(self) -> tuple[str, ...]:
        raw = self.packed or b""
        starts = range(0, len(raw), _ID_BYTES)
        return tuple(ids.unpacked("crd", raw[start : start + _ID_BYTES]) for start in starts)


def found(card_id: str) -> Card | None:
    return next(iter(several([card_id])), None)


def several(card_ids: Sequence[str]) -> list[Card]:
    """In the order of their ids; at most 100."""
    cards = [_card(plain_item(wired)) for wired in store.movements(card_ids, CARD)] if card_ids else []
    return sorted(cards, key=lambda card: card.id)


def heads(accounts: Sequence[str]) -> dict[str, Head]:
    """At most 100."""
    found = store.movements(accounts, "HEAD") if accounts else []
    return {head.account: head for head in map(Head.of, found)}


def listed(owner: str) -> Listed:
    wired = store.movements([owner], CARDS)
    return Listed(owner, _packed(plain_item(wired[0])) if wired else None)


def taken_by(payment_id: str) -> Lots:
    """The bonus that a payment took; nothing of one that took none."""
    wired = store.movements([payment_id], BONUS)
    return _lots(plain_item(wired[0])["lots"]) if wired else ()


def first_bought(card: Card, owned: Listed, learn: Callable[[Listed], None]) -> Leg:
    """Adds the card to what its owner has. Refuses with LimitReached (cards)."""
    update = Update(settings().ledger_table, card.owner, CARDS)
    update.assign("cards", (owned.packed or b"") + ids.packed(card.id))
    _require(update, "cards", owned.packed)

    def explain(wired: Item | None) -> Verdict:
        old = Listed(card.owner, _packed(plain_item(wired or {})))
        learn(old)
        return Changed() if len(old.ids) < MOST_CARDS else full()

    return Leg(update.written(), explain)


def full() -> LimitReached:
    return LimitReached(limit="cards", maximum=MOST_CARDS)


def still(owned: Listed, learn: Callable[[Listed], None]) -> Leg:
    """Nobody has bought a card since: a condition of whoever ends all that they have."""
    update = Update(settings().ledger_table, owned.owner, CARDS)
    _require(update, "cards", owned.packed)

    def explain(wired: Item | None) -> Verdict:
        learn(Listed(owned.owner, _packed(plain_item(wired or {}))))
        return Changed()

    return Leg(update.checked(), explain)


def changing(card: Card, now: Lots, learn: Callable[[Card], None]) -> Leg:
    """The lots are `now`, if all is still as it was seen; also where they stay the same."""
    update = Update(settings().ledger_table, card.id, CARD).assign("lots", _wired(now))
    if card.lots is None:
        _begin(update, card)
    _require(update, "lots", None if card.lots is None else _wired(card.lots))
    _require(update, "reminded", card.reminded or None)
    _make_due(update, card.id, now, card.reminded)
    return Leg(update.written(), _learning(card, learn))


def reminding(card: Card, until: str, learn: Callable[[Card], None]) -> Leg:
    """All reminders up to that of the lot that runs out on `until` were said, if the lots are still as they were."""
    reminded = max(reminds_at(until), card.reminded)
    update = Update(settings().ledger_table, card.id, CARD).assign("reminded", reminded)
    _require(update, "lots", _wired(card.seen))
    _require(update, "reminded", card.reminded or None)
    _make_due(update, card.id, card.seen, reminded)
    return Leg(update.written(), _learning(card, learn))


def unreminded(card: Card, at: datetime) -> Lots:
    """Those that are good and of which it is time to remind."""
    found = (lot for lot in lots.good(card.seen, at) if lot.until != FOR_EVER)
    return tuple(lot for lot in found if card.reminded < reminds_at(lot.until) <= clock.written(at))


def took(payment_id: str, taken: Lots) -> Leg:
    put = put_once(settings().ledger_table, {"pk": payment_id, "sk": BONUS, "lots": _wired(taken)})
    return Leg(put, lambda wired: Changed())


def ends_at(until: str) -> str:
    """The instant from which a lot is good no more."""
    return f"{until}T00:00:00.000000Z"


def reminds_at(until: str) -> str:
    """The instant from which the owner of a lot is reminded of its end."""
    return clock.written(clock.read(ends_at(until)) - REMINDS)


def due(at: datetime) -> list[str]:
    """Cards of which a bonus may be over, or soon is; candidates only."""
    until = clock.written(at)
    shards = range(model.SHARDS)
    return [found for shard in shards for found in store.due(model.due_key(EXPIRES, shard), until, 100)]


def bonus_of(card: Card, at: datetime) -> int:
    return lots.total(lots.good(card.seen, at))


def _make_due(update: Update, card_id: str, now: Lots, reminded: str) -> None:
    """When the first lot is over, or one of which nobody was reminded soon is."""
    ending = [lot.until for lot in now if lot.until != FOR_EVER]
    if not ending:
        update.remove("due_key", "due_at")
        return
    reminders = (moment for moment in map(reminds_at, ending) if moment > reminded)
    first = min((ends_at(ending[0]), *reminders))
    for name, text in Due(EXPIRES, clock.read(first)).attributes(card_id).items():
        update.assign(name, text)


def _learning(card: Card, learn: Callable[[Card], None]) -> Callable[[Item | None], Verdict]:
    def explain(wired: Item | None) -> Verdict:
        learn(_card(plain_item(wired)) if wired else replace(card, lots=None))
        return Changed()

    return explain


def _begin(update: Update, card: Card) -> None:
    for name in _FACTS:
        update.assign(name, getattr(card, name))


def _require(update: Update, name: str, seen: Any) -> None:
    if seen is None:
        update.require_absent(name)
    else:
        update.require(name, "=", seen)


def _card(plain: Mapping[str, Any]) -> Card:
    facts = {name: plain[name] for name in _FACTS}
    return Card(plain["pk"], **facts, lots=_lots(plain["lots"]), reminded=plain.get("reminded", ""))


def _packed(plain: Mapping[str, Any]) -> bytes | None:
    return bytes(plain["cards"]) if "cards" in plain else None


def _wired(some: Lots) -> list[list[str | int]]:
    return [[lot.until, lot.left] for lot in some]


def _lots(wired: Sequence[Sequence[Any]]) -> Lots:
    return tuple(Lot(until, left) for until, left in wired)
