"""Whoever is erased has no coupons, points, bonuses and profile any more; what a payment took stays in its receipt,
unnamed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from chalicelib.ledger import history, points
from chalicelib.ledger.points import Account
from chalicelib.rewards import bonus_lots, expiring, liking, model_offers_views, store, store_offers, store_points
from chalicelib.rewards.model_bonuses import Lot
from chalicelib.rewards.model_points import Programme


def forget(user_id: str, logins: tuple[str, ...], at: datetime) -> None:
    """May be repeated."""
    store.erase(user_id)
    expiring.forget(user_id)
    bonus_lots.give_up(user_id)
    liking.forget(user_id)


def told(user_id: str, logins: tuple[str, ...]) -> Mapping[str, Any]:
    """What their archive has of it."""
    coupons = [_shown(msgspec.to_builtins(one)) for one in store.every_one_of(user_id)]
    bonuses = [_bonus(one) for one in bonus_lots.every_lot(user_id)]
    pointed = [_points(of, one) for of, one in _accounts(user_id)]
    chosen = model_offers_views.archived(store_offers.kept(user_id))
    return {"coupons.json": coupons, "points.json": pointed, "bonuses.json": bonuses, "offers.json": chosen}


def _accounts(user_id: str) -> list[tuple[Programme, Account]]:
    programmes = store_points.programmes()
    accounts = points.several(user_id, [one.id for one in programmes])
    return [pair for pair in zip(programmes, accounts, strict=True) if pair[1].lots is not None]


def _points(of: Programme, account: Account) -> dict[str, Any]:
    """What is left of them, and everything that became of them."""
    entries = history.between(account.id, history.BEGINNING, "9")
    return {
        "programme_id": of.id,
        "programme": of.name.en,
        "lots": [{"points": lot.left, "expires_at": points.ends_at(lot.until)} for lot in account.seen],
        "entries": [_shown_entry(one) for one in entries],
    }


def _bonus(lot: Lot) -> dict[str, Any]:
    return {
        "offer_id": lot.offer,
        "offer": lot.name.en,
        "topup_id": lot.topup,
        "currency": lot.currency,
        "amount": lot.amount,
        "left": lot.left,
        "expires_at": lot.until,
        "state": lot.state,
    }


def _shown_entry(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "kind": entry["kind"],
        "at": entry["sk"],
        "postings": entry["postings"],
        "payment_id": entry.get("text", ""),
    }


def _shown(plain: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in plain.items() if name != "owner"}
