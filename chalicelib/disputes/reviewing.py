"""Disputes as operators see them."""

from __future__ import annotations

from chalicelib.disputes import model, store
from chalicelib.disputes.model import DisputeView


def listed(before: str | None, limit: int) -> tuple[list[DisputeView], str | None]:
    """Newest first, and the position of the next page."""
    found, following = store.listed(store.ALL, before, limit)
    return [model.view(one, said, house=True) for one, said in found], following


def dispute(dispute_id: str) -> DisputeView:
    """Raises NotFound."""
    return model.view(store.found(dispute_id), store.said(dispute_id), house=True)
