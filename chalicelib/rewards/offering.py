"""Coupons that everybody may take, in an order for whoever looks; and how they are doing, counted once a day."""

from __future__ import annotations

from datetime import datetime

from chalicelib.kernel import clock
from chalicelib.kernel.callers import Customer
from chalicelib.notices import moments
from chalicelib.rewards import liking, store, store_offers
from chalicelib.rewards import model_offers as model
from chalicelib.rewards.model import Template
from chalicelib.rewards.model_offers import Kept
from chalicelib.rewards.model_offers_views import CouponOfferView, offer_view
from chalicelib.rewards.model_standing import Doing, Standing
from chalicelib.rewards.service import taken_by


def offers(
    customer: Customer, position: str | None, limit: int, language: str, at: datetime
) -> tuple[list[CouponOfferView], str | None]:
    """What everybody may take, the best for them first; of the newest hundred. And the position of the next page."""
    kept = liking.of(customer, at, anew=position is None)
    profile = kept.profile if kept.profile and kept.profile.categories else None
    found, standing = _open(at)
    taken = taken_by(customer.user_id, found)
    when = _as_of(kept, standing, at).astimezone(moments.zone(customer.jurisdiction))
    rows = model.ranked(profile, standing.offered(found), when, taken)
    rest = [one for one in rows if position is None or one.place < position]
    page = rest[:limit]
    following = page[-1].place if len(rest) > limit else None
    return [offer_view(one, profile is not None, language, at) for one in page], following


def take_stock(at: datetime) -> bool:
    """Once a day: counts what was issued, and takes off the list what is over or all gone. Whether there was any."""
    day, before = at.date().isoformat(), store_offers.standing()
    if before.day >= day:
        return False
    found, _ = store.offers(None, model.MOST_OFFERS)
    left = store.several_left([one.id for one in found])
    doing = {one.id: _counted(before, one, left[one.id], day, at) for one in found if left[one.id]}
    new = Standing(day, {one.id: doing[one.id] for one in found if one.id in doing and not one.is_over(at)})
    if not store_offers.put_standing(new):
        return False
    store.take_off([one.id for one in found if one.id not in new.offers])
    return bool(found)


def _open(at: datetime) -> tuple[list[Template], Standing]:
    found, _ = store.offers(None, model.MOST_OFFERS)
    return [one for one in found if not one.is_over(at) and _is_good_somewhere(one, at)], store_offers.standing()


def _is_good_somewhere(one: Template, at: datetime) -> bool:
    return not one.worth.merchant_ids or liking.somewhere(one.worth.merchant_ids, at)


def _as_of(kept: Kept, standing: Standing, at: datetime) -> datetime:
    """Ranks are as of then: pages that follow one another are of one ranking."""
    if kept.made_at:
        return clock.read(kept.made_at)
    return clock.read(f"{standing.day}T00:00:00Z") if standing.day else at


def _counted(before: Standing, one: Template, left: int, day: str, at: datetime) -> Doing:
    dealing = dict.fromkeys(liking.category(merchant, at) for merchant in one.worth.merchant_ids)
    return before.offers.get(one.id, Doing()).counted(day, one.units - left, tuple(dealing))
