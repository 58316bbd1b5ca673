"""A top-up that is promised a bonus when it begins."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import CofferError, NotFound
from chalicelib.kernel.idempotency import Receipt, RequestKey
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Draft, Known, Leg, Movement
from chalicelib.rewards import bonuses
from chalicelib.topups.promised import BONUS


def begin(
    customer: Customer,
    plain: Movement,
    offer_id: str,
    legs: tuple[Leg, ...],
    refusal: CofferError | None,
    key: RequestKey,
    at: datetime,
) -> Receipt:
    """`plain`: the same top-up without. Raises NotFound, BonusesExhausted; stores what else the offer refuses."""
    try:
        whole = bonuses.promise(customer, offer_id, plain.id, plain.amount, plain.currency, at)
    except NotFound:
        if first := ledger.answered(plain.id, key):
            return first
        raise
    movement = replace(plain, facts={**plain.facts, BONUS: whole.lot.key, "bonus_amount": whole.lot.amount})

    def build(at: datetime, known: Known) -> Draft:
        said = refusal or whole.refusal(at)
        return Draft(movement, (), None, (*legs, *(() if said else whole.legs())), said)

    return ledger.commit(build, at, key)
