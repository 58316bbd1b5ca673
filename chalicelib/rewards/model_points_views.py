"""Points and their programmes as they are asked for and seen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

from chalicelib.kernel import clock, ids, money, text
from chalicelib.kernel.categories import CATEGORIES, Category
from chalicelib.kernel.errors import InvalidRequest
from chalicelib.ledger import lots, points
from chalicelib.ledger.points import Account
from chalicelib.rewards import model_views
from chalicelib.rewards.model import Template, Words
from chalicelib.rewards.model_points import MOST_MONTHS, Kind, PointsWorth, Programme, Reward, Rule
from chalicelib.rewards.model_views import MOST_MERCHANTS, Amount, Currency, Id, Moment

MOST_POINTS = 10_000_000
Points = Annotated[int, msgspec.Meta(ge=1, le=MOST_POINTS)]
EntryKind = Literal["earned", "reversed", "redeemed", "used", "returned", "expired"]


class NewProgramme(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is earned in a month ends `expire_after_months` after it. `worth`: so many points pay so much, of
    `least_points` at least."""

    name: Words
    terms: Words
    currency: Currency
    worth: PointsWorth
    least_points: Points
    expire_after_months: Annotated[int, msgspec.Meta(ge=1, le=MOST_MONTHS)]


class NewRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`points` for every `per_amount` minor units that leave the wallet, `times` over. Without merchants and
    categories: at all of them. Of several rules that fit, the one that gives most counts."""

    kind: Kind
    points: Annotated[int, msgspec.Meta(ge=1, le=10_000)]
    per_amount: Amount
    name: Words
    merchant_ids: Annotated[tuple[Id, ...], msgspec.Meta(max_length=MOST_MERCHANTS)] = ()
    categories: Annotated[tuple[Category, ...], msgspec.Meta(max_length=len(CATEGORIES))] = ()
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    times: Annotated[int, msgspec.Meta(ge=1, le=100)] = 1


class NewReward(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    template_id: Id
    points: Points


class RuleView(msgspec.Struct, frozen=True):
    id: str
    kind: Kind
    points: int
    per_amount: int
    times: int
    merchant_ids: tuple[str, ...]
    categories: tuple[Category, ...]
    name: Words
    starts_at: str
    ends_at: str
    created_at: str
    ended_at: str


class RewardView(msgspec.Struct, frozen=True):
    template_id: str
    points: int


class ProgrammeView(msgspec.Struct, frozen=True):
    """`outstanding`: points that people have, as far as the books have been kept; null in lists."""

    id: str
    name: Words
    terms: Words
    status: Literal["open", "stopped"]
    currency: str
    worth: PointsWorth
    least_points: int
    expire_after_months: int
    rules: list[RuleView]
    rewards: list[RewardView]
    created_by: str
    created_at: str
    stopped_at: str
    outstanding: int | None = None


class ExpiringView(msgspec.Struct, frozen=True):
    points: int
    expires_at: str


class RewardOfferView(msgspec.Struct, frozen=True):
    """A coupon for so many points."""

    template_id: str
    name: str
    terms: str
    points: int


class PointsView(msgspec.Struct, frozen=True):
    """`owed`: what a refund took back of points that were spent already; the next ones make up for it. `earning`: how
    they come, a sentence each."""

    programme_id: str
    name: str
    terms: str
    status: Literal["open", "stopped"]
    currency: str
    balance: int
    owed: int
    worth: PointsWorth
    least_points: int
    expiring: list[ExpiringView]
    earning: list[str]
    rewards: list[RewardOfferView]


class AllPointsView(msgspec.Struct, frozen=True):
    data: list[PointsView]
    has_more: bool = False
    next_cursor: str | None = None


class PointsEntryView(msgspec.Struct, frozen=True):
    """`points` are signed: what came, or went."""

    id: str
    kind: EntryKind
    points: int
    at: str
    payment_id: str
    text: str


class RedemptionRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    programme_id: Id
    template_id: Id


class RedemptionView(msgspec.Struct, frozen=True):
    """`balance`: points that are left."""

    id: str
    programme_id: str
    template_id: str
    points: int
    coupon_id: str
    balance: int
    created_at: str


def programme(wish: NewProgramme, programme_id: str, by: str, at: datetime) -> Programme:
    """Raises InvalidRequest, AmountOutOfRange, CurrencyMismatch."""
    if not 1 <= wish.worth.points <= MOST_POINTS:
        raise InvalidRequest(param="worth")
    return Programme(
        id=programme_id,
        name=model_views.tidy(wish.name, "name", 64),
        terms=model_views.tidy(wish.terms, "terms", 400),
        currency=money.check_currency(wish.currency),
        worth=PointsWorth(wish.worth.points, money.check_amount(wish.worth.amount, "worth")),
        least_points=wish.least_points,
        expire_after_months=wish.expire_after_months,
        created_by=by,
        created_at=clock.written(at),
    )


def rule(wish: NewRule, rule_id: str, at: datetime) -> Rule:
    """Raises InvalidRequest, AmountOutOfRange."""
    of_a_shop = [name for name in ("merchant_ids", "categories") if getattr(wish, name)]
    if wish.kind == "topup" and of_a_shop:
        raise InvalidRequest(param=of_a_shop[0])
    if not all(ids.is_id(one, "mer") for one in wish.merchant_ids):
        raise InvalidRequest(param="merchant_ids")
    starts, ends = (model_views.moment(getattr(wish, name), name, at) for name in ("starts_at", "ends_at"))
    if ends and ends <= max(starts, clock.written(at)):
        raise InvalidRequest(param="ends_at")
    return Rule(
        id=rule_id,
        kind=wish.kind,
        points=wish.points,
        per_amount=money.check_amount(wish.per_amount, "per_amount"),
        times=wish.times,
        merchant_ids=tuple(dict.fromkeys(wish.merchant_ids)),
        categories=tuple(dict.fromkeys(wish.categories)),
        name=model_views.tidy(wish.name, "name", 64),
        starts_at=starts,
        ends_at=ends,
        created_at=clock.written(at),
    )


def programme_view(one: Programme, outstanding: int | None = None) -> ProgrammeView:
    return ProgrammeView(
        id=one.id,
        name=one.name,
        terms=one.terms,
        status="stopped" if one.stopped_at else "open",
        currency=one.currency,
        worth=one.worth,
        least_points=one.least_points,
        expire_after_months=one.expire_after_months,
        rules=[RuleView(**msgspec.structs.asdict(rule)) for rule in one.rules],
        rewards=[RewardView(reward.template_id, reward.points) for reward in one.rewards],
        created_by=one.created_by,
        created_at=one.created_at,
        stopped_at=one.stopped_at,
        outstanding=outstanding,
    )


def points_view(
    of: Programme, account: Account, owed: int, templates: Mapping[str, Template], language: str, at: datetime
) -> PointsView:
    """`templates`: those of which coupons are still issued."""
    good = lots.good(account.seen, at)
    now = clock.written(at)
    earning = [rule for rule in of.rules if not of.stopped_at and rule.counts(rule.kind, now)]
    return PointsView(
        programme_id=of.id,
        name=of.name.read_in(language),
        terms=_terms(of, language),
        status="stopped" if of.stopped_at else "open",
        currency=of.currency,
        balance=lots.total(good),
        owed=owed,
        worth=of.worth,
        least_points=of.least_points,
        expiring=[ExpiringView(lot.left, points.ends_at(lot.until)) for lot in good],
        earning=[_sentence(rule, of, language) for rule in earning],
        rewards=[
            _offered(one, templates[one.template_id], language) for one in of.rewards if one.template_id in templates
        ],
    )


def entry_view(found: Mapping[str, Any], language: str) -> PointsEntryView:
    kind = found["kind"].removeprefix("points-")
    moved = sum(part for address, part in found["postings"].items() if address.partition(":")[0] == found["pk"])
    told = text.sentence(f"rewards.points.{kind}", language)
    return PointsEntryView(found["id"], kind, moved, found["sk"], found.get("text", ""), told)


def _offered(one: Reward, template: Template, language: str) -> RewardOfferView:
    return RewardOfferView(template.id, template.name.read_in(language), template.terms.read_in(language), one.points)


def _terms(of: Programme, language: str) -> str:
    """Its own, and what is so of all points."""
    worth = money.shown(of.worth.amount, of.currency)
    common = text.sentence(
        "rewards.of-all-points", language, points=of.worth.points, worth=worth, months=of.expire_after_months
    )
    return f"{of.terms.read_in(language)} {common}"


def _sentence(rule: Rule, of: Programme, language: str) -> str:
    """`Tea time: 2 points for every ¥1.00 that you pay, until …`."""
    key = f"rewards.earning.{rule.kind}" + ("-somewhere" if rule.merchant_ids or rule.categories else "")
    return text.sentence(
        key,
        language,
        name=rule.name.read_in(language),
        points=rule.points * rule.times,
        amount=money.shown(rule.per_amount, of.currency),
    )
