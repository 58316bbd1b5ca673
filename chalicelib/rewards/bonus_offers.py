"""Operators keep offers of bonuses: what is promised never changes, what is not promised yet can be stopped."""

from __future__ import annotations

from datetime import datetime

from chalicelib.cases import service as cases
from chalicelib.kernel import ids
from chalicelib.kernel.callers import Operator
from chalicelib.rewards import bonuses, store
from chalicelib.rewards import model_bonuses_views as views
from chalicelib.rewards import store_bonuses as kept
from chalicelib.rewards.model import Left
from chalicelib.rewards.model_bonuses import Offer
from chalicelib.rewards.model_bonuses_views import BonusTermsView, NewBonusOffer


def make(by: Operator, wish: NewBonusOffer, at: datetime) -> BonusTermsView:
    """Raises InvalidRequest, AmountOutOfRange, CurrencyMismatch."""
    new = views.offer(wish, ids.new("tbo", at), by.user_id, at)
    cases.audit(
        by.user_id, "bonus.make_offer", new.id, "", at, source_address=by.source_address,
        currency=new.currency, bonuses=new.budget_count, budget=new.budget_sum,
    )  # fmt: skip
    kept.put(new)
    return views.terms_view(new, left(new))


def listed(position: str | None, limit: int) -> tuple[list[BonusTermsView], str | None]:
    """Newest first; and the position of the next page."""
    found, following = kept.offers(position, limit)
    return [views.terms_view(one) for one in found], following


def one(offer_id: str) -> BonusTermsView:
    """With what is left of its budget. Raises NotFound."""
    found = bonuses.offer(offer_id, None)
    return views.terms_view(found, left(found))


def left(of: Offer) -> Left:
    """Of its budget, in bonuses and in minor units."""
    spent = of.units - sum(seen.count for _, seen in store.left(of.id))
    return Left(of.units - spent, of.budget_sum - spent * of.most)


def stop(by: Operator, offer_id: str, at: datetime) -> BonusTermsView:
    """No more are promised; those that were stay good. Once or many times. Raises NotFound."""
    found = bonuses.offer(offer_id, None)
    cases.audit(by.user_id, "bonus.stop_offer", found.id, "", at, source_address=by.source_address)
    kept.stop(found)
    return one(offer_id)
