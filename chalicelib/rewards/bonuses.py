"""Having a bonus, in the order a person would tell it: it is offered, a top-up is promised it and brings it, it pays.

promised with the top-up ──it succeeds──▶ good ──paid with, given back──▶ good ──reversed──▶ what is left is taken back
        └──it failed, and another is promised it──▶ passed on
"""

from __future__ import annotations

from datetime import datetime

from chalicelib.kernel import ids
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import BonusesExhausted, CofferError, InvalidState, NotFound
from chalicelib.ledger import chart
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Leg
from chalicelib.rewards import bonus_lots, store_bonuses
from chalicelib.rewards import model_bonuses_views as views
from chalicelib.rewards.budgets import Budget
from chalicelib.rewards.model_bonuses import Lot, Offer
from chalicelib.rewards.model_bonuses_views import BonusesView, BonusOfferView


def offer(offer_id: str, param: str | None = "bonus_id") -> Offer:
    """Raises NotFound."""
    found = store_bonuses.offer(offer_id) if ids.is_id(offer_id, "tbo") else None
    if found is None:
        raise NotFound(param=param)
    return found


def offers(
    customer: Customer, position: str | None, limit: int, language: str, at: datetime
) -> tuple[list[BonusOfferView], str | None]:
    """What a top-up of one of their wallets may bring now, newest first; a page may be short."""
    found, following = store_bonuses.open_offers(position, limit)
    had = bonus_lots.all_had(customer.user_id) if found else {}
    shown = [one for one in found if one.is_open(at) and _has_wallet(customer, one.currency)]
    return [views.offer_view(one, language, taken=_taken(one, customer, had)) for one in shown], following


def _has_wallet(customer: Customer, currency: str) -> bool:
    return chart.wallet_of(customer.user_id, currency) in customer.wallet_ids


def mine(customer: Customer, language: str, at: datetime) -> BonusesView:
    return views.bonuses_view(bonus_lots.every_lot(customer.user_id), language, at)


class Promise:
    """What an offer promises to one top-up, joined to the transaction that begins it.

    What somebody has of the offer is read and guessed: where a condition proves it wrong, it is read once more.
    """

    def __init__(self, of: Offer, owner: str, topup_id: str, amount: int, currency: str, at: datetime) -> None:
        self._of, self._amount, self._currency = of, amount, currency
        self.lot = of.lot(owner, topup_id, amount, at)
        self._budget = Budget(of.id, of.most, self.lot.id, BonusesExhausted)
        self._before: Lot | None = None
        self._stale = True

    def refusal(self, at: datetime) -> CofferError | None:
        """InvalidState: over, not-begun; bonus-taken, bonus-pending (another top-up was promised it)."""
        if found := self._of.refusal(self._amount, self._currency, at):
            return found
        before = self._seen()
        if before is None or before.topup == self.lot.topup:
            return None
        if before.state == "waiting":
            failed = ledger.movement(before.topup)["state"] == "failed"
            return None if failed else InvalidState(state="bonus-pending")
        return InvalidState(state="bonus-taken") if self._of.once_per_person else None

    def legs(self) -> tuple[Leg, ...]:
        """What failed passes its part of the budget on; nothing of a top-up that has begun before.

        Raises BonusesExhausted; refuses with InvalidState (stopped).
        """
        before = self._seen()
        if before and before.topup == self.lot.topup:
            return ()
        having = bonus_lots.having(self.lot, before.key if before else "", self._learn)
        if before is None or before.state != "waiting":
            return having, bonus_lots.promising(self.lot), self._budget.leg()
        passed_on = bonus_lots.turning(before.owner, before.key, "waiting", "passed-on", self._learn)
        return having, bonus_lots.promising(self.lot), passed_on, self._budget.still()

    def _learn(self) -> None:
        self._stale = True

    def _seen(self) -> Lot | None:
        if self._stale:
            key = bonus_lots.had(self.lot.owner, self.lot.offer)
            self._before, self._stale = bonus_lots.lot(self.lot.owner, key) if key else None, False
        return self._before


def promise(customer: Customer, offer_id: str, topup_id: str, amount: int, currency: str, at: datetime) -> Promise:
    """Raises NotFound."""
    return Promise(offer(offer_id), customer.user_id, topup_id, amount, currency, at)


def _taken(one: Offer, customer: Customer, had: dict[str, str]) -> bool:
    if one.id not in had:
        return False
    lot = bonus_lots.lot(customer.user_id, had[one.id])
    if lot is None or lot.state == "waiting":
        return lot is not None and ledger.movement(lot.topup)["state"] != "failed"
    return one.once_per_person
