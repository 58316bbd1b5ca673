"""Having a coupon, in the order a person would tell it: it is issued or taken, it is mine, it pays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chalicelib.kernel import ids
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import CouponsExhausted, InvalidState, NotFound
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Changed, Draft, Known, Leg, Taken
from chalicelib.ledger.write import put_once
from chalicelib.rewards import model_views, store
from chalicelib.rewards.budgets import Budget
from chalicelib.rewards.model import Coupon, Template, Why
from chalicelib.rewards.model_views import CouponView
from chalicelib.settings import settings


def issue(template_id: str, person: str, why: Why, once_key: str, at: datetime) -> Coupon:
    """A coupon for `person`; asked again with the same `once_key`, the very coupon that was issued then.

    Raises NotFound, InvalidState (stopped, over), CouponsExhausted.
    """
    found = template(template_id)
    coupon_id = ids.derived("cou", found.id, once_key)
    try:
        return _issued(found, found.coupon(coupon_id, person, why, at), at)
    except (InvalidState, CouponsExhausted):
        if before := store.coupon(coupon_id):
            return before
        raise


def template(template_id: str) -> Template:
    """Raises NotFound."""
    found = store.template(template_id) if ids.is_id(template_id, "ctp") else None
    if found is None:
        raise NotFound()
    return found


def mine(
    customer: Customer, position: str | None, limit: int, language: str, at: datetime
) -> tuple[list[CouponView], str | None]:
    """Newest first, used and expired ones too; and the position of the next page."""
    found, following = store.of(customer.user_id, position, limit)
    return [model_views.coupon_view(one, of, language, at) for one, of in found], following


def own(user_id: str, coupon_id: str) -> Coupon:
    """Raises NotFound, of somebody else's too."""
    found = store.coupon(coupon_id) if ids.is_id(coupon_id, "cou") else None
    if found is None or found.owner != user_id:
        raise NotFound(param="coupon_id")
    return found


def take(customer: Customer, template_id: str, language: str, at: datetime) -> CouponView:
    """One for each person, however often they ask. Raises NotFound, InvalidState, CouponsExhausted: then it is on
    nobody's list any more."""
    found = template(template_id)
    if not found.public:
        raise NotFound()
    try:
        taken = issue(found.id, customer.user_id, "offer", _taking(customer.user_id), at)
    except CouponsExhausted:
        store.take_off([found.id])
        raise
    return model_views.coupon_view(taken, found, language, at)


def taken_by(user_id: str, of: Sequence[Template]) -> frozenset[str]:
    """Which of these, at most 100, they have taken from the list of offers."""
    coupons = {ids.derived("cou", one.id, _taking(user_id)): one.id for one in of}
    return frozenset(coupons[one] for one in store.which_are_there(list(coupons)))


def budget(of: Template, coupon_id: str) -> Budget:
    return Budget(of.id, of.worth.most, coupon_id, CouponsExhausted)


def issuing(new: Coupon, budget: Budget) -> tuple[Leg, ...]:
    """What a coupon writes as it is issued. Raises CouponsExhausted."""
    table = settings().merchants_table
    row = Leg(put_once(table, store.coupon_item(new)), lambda wired: Taken(wired or {}))
    listed = Leg(put_once(table, store.owned_item(new)), lambda wired: Changed())
    return row, listed, budget.leg()


def _taking(user_id: str) -> str:
    return f"offer {user_id}"


def _issued(of: Template, new: Coupon, at: datetime) -> Coupon:
    taken = budget(of, new.id)

    def build(at: datetime, known: Known) -> Draft:
        return Draft(None, (), None, issuing(new, taken))

    if not ledger.commit(build, at).replayed:
        return new
    return store.coupon(new.id) or new
