"""Having a coupon, in the order a person would tell it: it is issued or taken, it is mine, it pays."""

from __future__ import annotations

from datetime import datetime

from chalicelib.kernel import ids
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import CouponsExhausted, InvalidState, NotFound
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Changed, Draft, Known, Leg, Taken, Verdict
from chalicelib.ledger.wire import Item
from chalicelib.ledger.write import Update, put_once
from chalicelib.rewards import model_views, store
from chalicelib.rewards.model import SHARDS, Coupon, Template, Why
from chalicelib.rewards.model_views import CouponOfferView, CouponView
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


def offers(position: str | None, limit: int, language: str, at: datetime) -> tuple[list[CouponOfferView], str | None]:
    """What everybody may take, newest first; a page may be short."""
    found, following = store.offers(position, limit)
    return [model_views.offer_view(one, language, at) for one in found if not one.is_over(at)], following


def take(customer: Customer, template_id: str, language: str, at: datetime) -> CouponView:
    """One for each person, however often they ask. Raises NotFound, InvalidState, CouponsExhausted."""
    found = template(template_id)
    if not found.public:
        raise NotFound()
    taken = issue(found.id, customer.user_id, "offer", f"offer {customer.user_id}", at)
    return model_views.coupon_view(taken, found, language, at)


class Budget:
    """Looks for a shard with something left; begins anywhere, so that issues at once rarely meet."""

    def __init__(self, of: Template, coupon_id: str) -> None:
        self._of, self._shard, self._empty = of, ids.packed(coupon_id)[-1] % SHARDS, False

    def leg(self) -> Leg:
        """One coupon less in the shard. Raises CouponsExhausted; refuses with InvalidState (stopped), NotFound."""
        if self._empty:
            self._shard, self._empty = self._another(), False
        most = self._of.worth.most
        update = Update(settings().merchants_table, store.budget_key(self._of.id, self._shard), store.BUDGET)
        update.add("coupons", -1).add("reserve", -most)
        update.require("coupons", ">=", 1).require("reserve", ">=", most).require("status", "=", "open")
        return Leg(update.written(), self._explain)

    def _explain(self, wired: Item | None) -> Verdict:
        if not wired:
            return NotFound()
        if wired["status"]["S"] != "open":
            return InvalidState(state="stopped")
        self._empty = True
        return Changed()

    def _another(self) -> int:
        """What is left only falls, so a shard that was read empty is empty for good."""
        others = [(self._shard + step) % SHARDS for step in range(1, SHARDS)]
        found = next((shard for shard, left in store.left(self._of.id, others) if left.count > 0), None)
        if found is None:
            raise CouponsExhausted()
        return found


def issuing(new: Coupon, budget: Budget) -> tuple[Leg, ...]:
    """What a coupon writes as it is issued. Raises CouponsExhausted."""
    table = settings().merchants_table
    row = Leg(put_once(table, store.coupon_item(new)), lambda wired: Taken(wired or {}))
    listed = Leg(put_once(table, store.owned_item(new)), lambda wired: Changed())
    return row, listed, budget.leg()


def _issued(of: Template, new: Coupon, at: datetime) -> Coupon:
    budget = Budget(of, new.id)

    def build(at: datetime, known: Known) -> Draft:
        return Draft(None, (), None, issuing(new, budget))

    if not ledger.commit(build, at).replayed:
        return new
    return store.coupon(new.id) or new
