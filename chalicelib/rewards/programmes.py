"""Operators keep programmes of points: what is promised never changes, rules and rewards come and end, all can stop."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec

from chalicelib.cases import service as cases
from chalicelib.kernel import clock, ids
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import CurrencyMismatch, InvalidState, LimitReached, NotFound
from chalicelib.ledger import chart, folding
from chalicelib.rewards import model_points, model_points_views, points, service, store_points
from chalicelib.rewards.model_points import Programme, Reward, Rule
from chalicelib.rewards.model_points_views import NewProgramme, NewReward, NewRule, ProgrammeView


def make(by: Operator, wish: NewProgramme, at: datetime) -> ProgrammeView:
    """Raises InvalidRequest, AmountOutOfRange, CurrencyMismatch, LimitReached (programmes)."""
    new = model_points_views.programme(wish, ids.new("ptp", at), by.user_id, at)
    if len(store_points.programmes()) >= model_points.MOST_PROGRAMMES:
        raise LimitReached(limit="programmes", maximum=model_points.MOST_PROGRAMMES)
    _audit(by, "points.make_programme", new.id, at, currency=new.currency)
    store_points.put(new)
    return model_points_views.programme_view(new, 0)


def listed(position: str | None, limit: int) -> tuple[list[ProgrammeView], str | None]:
    """Newest first; and the position of the next page."""
    found, following = store_points.listed(position, limit)
    return [model_points_views.programme_view(one) for one in found], following


def one(programme_id: str) -> ProgrammeView:
    """With the points that people have of it. Raises NotFound."""
    return _seen(points.programme(programme_id, None))


def stop(by: Operator, programme_id: str, at: datetime) -> ProgrammeView:
    """From now on nothing brings points; those that people have stay good. Once or many times. Raises NotFound."""
    when = clock.written(at)

    def into(of: Programme) -> Programme:
        return of if of.stopped_at else _with(of, stopped_at=when)

    return _kept(by, "points.stop_programme", programme_id, at, into)


def add_rule(by: Operator, programme_id: str, wish: NewRule, at: datetime) -> ProgrammeView:
    """Raises NotFound, InvalidRequest, AmountOutOfRange, LimitReached (rules), InvalidState (stopped)."""
    new = model_points_views.rule(wish, ids.new("ptr", at), at)

    def into(of: Programme) -> Programme:
        if any(rule.id == new.id for rule in of.rules):
            return of
        _check_open(of)
        if len(of.rules) >= model_points.MOST_RULES:
            raise LimitReached(limit="rules", maximum=model_points.MOST_RULES)
        return _with(of, rules=(*of.rules, new))

    return _kept(by, "points.make_rule", programme_id, at, into, rule=new.id)


def end_rule(by: Operator, programme_id: str, rule_id: str, at: datetime) -> ProgrammeView:
    """It brings nothing from now on. Once or many times. Raises NotFound."""
    when = clock.written(at)

    def into(of: Programme) -> Programme:
        if all(rule.id != rule_id for rule in of.rules):
            raise NotFound()
        return _with(of, rules=tuple(_ended(rule, when) if rule.id == rule_id else rule for rule in of.rules))

    return _kept(by, "points.end_rule", programme_id, at, into, rule=rule_id)


def add_reward(by: Operator, programme_id: str, wish: NewReward, at: datetime) -> ProgrammeView:
    """Another price for a template takes the place of the first. Raises NotFound, CurrencyMismatch, LimitReached
    (rewards), InvalidState (stopped)."""
    template = service.template(wish.template_id)
    new = Reward(template.id, wish.points, clock.written(at))

    def into(of: Programme) -> Programme:
        _check_open(of)
        if template.worth.currency != of.currency:
            raise CurrencyMismatch(param="template_id")
        others = tuple(reward for reward in of.rewards if reward.template_id != template.id)
        if len(others) >= model_points.MOST_REWARDS:
            raise LimitReached(limit="rewards", maximum=model_points.MOST_REWARDS)
        return _with(of, rewards=(*others, new))

    return _kept(by, "points.make_reward", programme_id, at, into, template=template.id)


def end_reward(by: Operator, programme_id: str, template_id: str, at: datetime) -> ProgrammeView:
    """Points bring no coupons of it any more. Once or many times. Raises NotFound."""

    def into(of: Programme) -> Programme:
        return _with(of, rewards=tuple(one for one in of.rewards if one.template_id != template_id))

    return _kept(by, "points.end_reward", programme_id, at, into, template=template_id)


def _kept(
    by: Operator,
    action: str,
    programme_id: str,
    at: datetime,
    into: Callable[[Programme], Programme],
    **facts: str,
) -> ProgrammeView:
    into(found := points.programme(programme_id, None))
    _audit(by, action, found.id, at, **facts)
    return _seen(store_points.change(found.id, into))


def _seen(of: Programme) -> ProgrammeView:
    return model_points_views.programme_view(of, -folding.total(chart.issued(of.id)))


def _audit(by: Operator, action: str, programme_id: str, at: datetime, **facts: str) -> None:
    cases.audit(by.user_id, action, programme_id, "", at, source_address=by.source_address, **facts)


def _with(of: Programme, **changed: object) -> Programme:
    return msgspec.structs.replace(of, **changed)


def _ended(rule: Rule, when: str) -> Rule:
    return rule if rule.ended_at else msgspec.structs.replace(rule, ended_at=when)


def _check_open(of: Programme) -> None:
    if of.stopped_at:
        raise InvalidState(state="stopped")
