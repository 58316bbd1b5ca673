"""Whoever is erased has no documents any more; their archive tells what they handed in, without its images."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.kernel import clock
from chalicelib.kyc import store, store_images, store_screening
from chalicelib.kyc.model import Document


def forget(user_id: str, logins: tuple[str, ...], at: datetime) -> None:
    """May be repeated. The items of the documents go with everything else of the person."""
    for one in store.every(user_id):
        store_images.delete(one.images)
    store_screening.forget(user_id)


def told(user_id: str, logins: tuple[str, ...]) -> Mapping[str, Any]:
    """What their archive has of it; of lists nothing."""
    return {"documents.json": [_shown(one) for one in store.every(user_id)]}


def _shown(one: Document) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind,
        "country": one.country,
        "number": one.number,
        "full_name": one.full_name,
        "born_on": one.born_on,
        "expires_on": one.expires_on.isoformat() if one.expires_on else None,
        "state": one.shown,
        "handed_in_at": clock.written(one.handed_in_at),
        "images": [{"type": image.type, "bytes": image.bytes} for image in one.images],
    }
