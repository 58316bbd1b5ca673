"""Offers of bonuses for top-ups, in the table `merchants` beside the templates of coupons, with a budget like theirs.

<offer>                 BONUS-OFFER   what it promises; whether it is still given
<offer>#<shard>         BUDGET        what is left of a sixteenth of its budget
BONUS-OFFERS            <offer>       which there are
BONUS-OFFERS-OPEN       <offer>       which are not stopped
"""

from __future__ import annotations

import msgspec
from pynamodb.attributes import UnicodeAttribute

from chalicelib.cloud_tables import Table, absent, made, reading, writing
from chalicelib.rewards import store
from chalicelib.rewards.model import split
from chalicelib.rewards.model_bonuses import Offer

_OFFER, _OFFERS, _OPEN = "BONUS-OFFER", "BONUS-OFFERS", "BONUS-OFFERS-OPEN"


class _OfferItem(Table):
    setting = "merchants_table"
    offer = UnicodeAttribute()
    status = UnicodeAttribute()


class _ListedItem(Table):
    setting = "merchants_table"


def put(one: Offer) -> None:
    """With its budget, whole or not at all."""

    def together() -> None:
        with writing() as transaction:
            blob = msgspec.json.encode(one).decode()
            transaction.save(_OfferItem(one.id, _OFFER, offer=blob, status=one.status), absent())
            for place in (_OFFERS, _OPEN):
                transaction.save(_ListedItem(place, one.id))
            for shard, units in enumerate(split(one.units)):
                key, left = store.budget_key(one.id, shard), units * one.most
                budget = store.BudgetItem(key, store.BUDGET, status="open", coupons=units, reserve=left)
                transaction.save(budget, absent())

    made(together)


def offer(offer_id: str) -> Offer | None:
    item = _OfferItem.find(offer_id, _OFFER)
    return _offer(item) if item else None


def offers(position: str | None, limit: int) -> tuple[list[Offer], str | None]:
    """Newest first, stopped ones too."""
    return _listed(_OFFERS, position, limit)


def open_offers(position: str | None, limit: int) -> tuple[list[Offer], str | None]:
    """Newest first, those that are over or have not begun too."""
    return _listed(_OPEN, position, limit)


def stop(one: Offer) -> None:
    """For good: none is promised any more; then it says so. Once or many times."""
    store.stop_budget(one.id)
    _ListedItem(_OPEN, one.id).delete()
    item = _OfferItem(one.id, _OFFER)
    made(lambda: item.update([_OfferItem.status.set("stopped")], _OfferItem.pk.exists()))


def _listed(place: str, position: str | None, limit: int) -> tuple[list[Offer], str | None]:
    listed, following = _ListedItem.newest(place, "tbo_", position, limit)
    if not listed:
        return [], None
    with reading() as together:
        found = [together.get(_OfferItem, item.sk, _OFFER) for item in listed]
    return [_offer(future.get()) for future in found], following


def _offer(item: _OfferItem) -> Offer:
    known = msgspec.json.decode(item.offer, type=Offer)
    return msgspec.structs.replace(known, status="stopped" if item.status == "stopped" else "open")
