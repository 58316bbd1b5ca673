"""Sealing merchants' bank accounts anew under the current key, while they are paid out and agree otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from chalicelib.cases import sealing
from chalicelib.identity import vault
from chalicelib.identity.rotation import Page
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Draft
from chalicelib.merchants import service as merchants
from chalicelib.settlement import model_payouts as model
from chalicelib.settlement import store_payouts as store

_PAGE = 100


def reseal(current: int, at: datetime) -> Iterator[Page]:
    """Every merchant's, page by page; what is under key `current` already is left alone, so it may run twice."""
    position: str | None = None
    while True:
        found, position = merchants.listed(position, _PAGE)
        results = [_resealed(account, current, at) for one in found for account in one.account.values()]
        known = [one for one in results if one is not None]
        if known:
            yield Page(len(known), known.count(True), known.count(False))
        if position is None:
            return


def _resealed(account: str, current: int, at: datetime) -> bool | None:
    """False if the terms are no longer what was read; None if nothing in them is under an older key."""
    terms = store.terms(account)
    if terms is None or vault.key_of(terms.destination) == current:
        return None
    plain = sealing.opened(account, model.SEALED, terms.destination)
    leg = store.resealed(terms, sealing.sealed(account, model.SEALED, plain))
    return not ledger.commit(lambda at, known: Draft(None, (), None, (leg,)), at).replayed
