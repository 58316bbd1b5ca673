"""Operators keep templates: what is promised never changes, what is not issued yet can be stopped."""

from __future__ import annotations

from datetime import datetime

from chalicelib.cases import service as cases
from chalicelib.identity import meeting
from chalicelib.kernel import ids
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import CouponsExhausted, InvalidState, NotFound
from chalicelib.rewards import model_views, service, store
from chalicelib.rewards.model import Left, Template
from chalicelib.rewards.model_views import IssuedView, IssueRequest, NewTemplate, TemplateView


def make(by: Operator, wish: NewTemplate, at: datetime) -> TemplateView:
    """Raises InvalidRequest, AmountOutOfRange, CurrencyMismatch."""
    new = model_views.template(wish, ids.new("ctp", at), by.user_id, at)
    cases.audit(
        by.user_id, "coupon.make_template", new.id, "", at, source_address=by.source_address,
        currency=new.worth.currency, coupons=new.budget_count, budget=new.budget_sum,
    )  # fmt: skip
    store.put_template(new)
    return model_views.template_view(new, left(new))


def listed(position: str | None, limit: int) -> tuple[list[TemplateView], str | None]:
    """Newest first; and the position of the next page."""
    found, following = store.templates(position, limit)
    return [model_views.template_view(one) for one in found], following


def one(template_id: str) -> TemplateView:
    """With what is left of its budget. Raises NotFound."""
    found = service.template(template_id)
    return model_views.template_view(found, left(found))


def left(of: Template) -> Left:
    """Of its budget, in coupons and in minor units."""
    shards = [seen for _, seen in store.left(of.id)]
    spent = of.units - sum(seen.count for seen in shards)
    return Left(of.units - spent, of.budget_sum - spent * of.worth.most)


def stop(by: Operator, template_id: str, at: datetime) -> TemplateView:
    """No more are issued; those that were stay good. Once or many times. Raises NotFound."""
    found = service.template(template_id)
    cases.audit(by.user_id, "coupon.stop_template", found.id, "", at, source_address=by.source_address)
    store.stop(found)
    return one(template_id)


def issue(by: Operator, template_id: str, wish: IssueRequest, at: datetime) -> list[IssuedView]:
    """One for each of them in this campaign, however often it is asked for. Raises NotFound, SecondPersonRequired (they
    are among them)."""
    found = service.template(template_id)
    by.require_other(*wish.people)
    cases.audit(
        by.user_id, "coupon.issue", found.id, wish.reason, at, source_address=by.source_address,
        campaign=wish.campaign, people=len(wish.people),
    )  # fmt: skip
    return [_issued(found, person, wish.campaign, at) for person in dict.fromkeys(wish.people)]


def _issued(of: Template, person: str, campaign: str, at: datetime) -> IssuedView:
    try:
        if not ids.is_id(person, "usr") or not meeting.is_there(person):
            raise NotFound()
        coupon = service.issue(of.id, person, "operator", f"campaign {campaign} {person}", at)
    except (CouponsExhausted, InvalidState, NotFound) as refused:
        return IssuedView(person, "", refused.code)
    return IssuedView(person, coupon.id, "")
