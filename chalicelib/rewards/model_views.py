"""Templates, coupons and offers as they are asked for and seen."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec

from chalicelib.kernel import clock, ids, money, text
from chalicelib.kernel.categories import CATEGORIES, Category
from chalicelib.kernel.errors import InvalidRequest
from chalicelib.rewards.model import Coupon, Left, Status, Template, TemplateStatus, Why, Words, Worth

MOST_MERCHANTS, MOST_DAYS = 10, 3650
MOST_COUNT, MOST_SUM = 10_000_000, 10**15
Amount = Annotated[int, msgspec.Meta(extra_json_schema=money.AMOUNT_SCHEMA)]
Currency = Annotated[str, msgspec.Meta(extra_json_schema=money.CURRENCY_SCHEMA)]
Moment = Annotated[str, msgspec.Meta(max_length=40)]
Id = Annotated[str, msgspec.Meta(max_length=64)]


class NewTemplate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A template never changes; it may be stopped. Coupons of it end at `ends_at`, `valid_days` after they are issued,
    or at the earlier of both. No more than `budget_count` are issued, nor such that could cost more than `budget_sum`.
    `public`: everybody may take one. Good at its merchants and at what deals in its categories, or everywhere."""

    name: Words
    terms: Words
    currency: Currency
    budget_count: Annotated[int, msgspec.Meta(ge=1, le=MOST_COUNT)]
    budget_sum: Annotated[int, msgspec.Meta(ge=1, le=MOST_SUM)]
    amount_off: Amount | None = None
    percent_off: Annotated[int, msgspec.Meta(ge=1, le=100)] | None = None
    most_off: Amount | None = None
    minimum_spend: Annotated[int, msgspec.Meta(ge=0, le=money.MAX_AMOUNT)] = 0
    merchant_ids: Annotated[tuple[str, ...], msgspec.Meta(max_length=MOST_MERCHANTS)] = ()
    categories: Annotated[tuple[Category, ...], msgspec.Meta(max_length=len(CATEGORIES))] = ()
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    valid_days: Annotated[int, msgspec.Meta(ge=1, le=MOST_DAYS)] | None = None
    public: bool = False


class TemplateView(msgspec.Struct, frozen=True):
    """`left` of the budget: null in lists."""

    id: str
    name: Words
    terms: Words
    status: TemplateStatus
    currency: str
    amount_off: int | None
    percent_off: int | None
    most_off: int | None
    minimum_spend: int
    merchant_ids: tuple[str, ...]
    categories: tuple[Category, ...]
    budget_count: int
    budget_sum: int
    starts_at: str
    ends_at: str
    valid_days: int | None
    public: bool
    created_by: str
    created_at: str
    left: Left | None = None


class IssueRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One coupon for each person and `campaign`, however often it is asked for."""

    campaign: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    people: Annotated[tuple[Id, ...], msgspec.Meta(min_length=1, max_length=50)]
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]


class IssuedView(msgspec.Struct, frozen=True):
    """`refused`: why there is no coupon (`not-found`, `coupons-exhausted`, `invalid-state`), empty if there is one."""

    person_id: str
    coupon_id: str
    refused: str


class IssuesView(msgspec.Struct, frozen=True):
    data: list[IssuedView]


class CouponView(msgspec.Struct, frozen=True):
    """`used` tells of `payment_id`; what refunds took back of the discount is `returned`."""

    id: str
    template_id: str
    name: str
    terms: str
    status: Status
    currency: str
    amount_off: int | None
    percent_off: int | None
    most_off: int | None
    minimum_spend: int
    merchant_ids: tuple[str, ...]
    categories: tuple[Category, ...]
    valid_from: str
    valid_until: str
    issued_at: str
    why: Why
    payment_id: str
    returned: int


def template(wish: NewTemplate, template_id: str, by: str, at: datetime) -> Template:
    """Raises InvalidRequest, AmountOutOfRange, CurrencyMismatch."""
    made = Template(
        id=template_id,
        name=tidy(wish.name, "name", 64),
        terms=tidy(wish.terms, "terms", 400),
        worth=_worth(wish),
        budget_count=wish.budget_count,
        budget_sum=wish.budget_sum,
        starts_at=moment(wish.starts_at, "starts_at", at),
        ends_at=moment(wish.ends_at, "ends_at", at),
        valid_days=wish.valid_days,
        public=wish.public,
        created_by=by,
        created_at=clock.written(at),
    )
    if not made.ends_at and made.valid_days is None:
        raise InvalidRequest(param="ends_at")
    if made.ends_at and made.ends_at <= max(made.created_at, made.starts_at):
        raise InvalidRequest(param="ends_at")
    if not made.units:
        raise InvalidRequest(param="budget_sum")
    return made


def template_view(one: Template, left: Left | None = None) -> TemplateView:
    return TemplateView(
        id=one.id,
        name=one.name,
        terms=one.terms,
        status=one.status,
        budget_count=one.budget_count,
        budget_sum=one.budget_sum,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        valid_days=one.valid_days,
        public=one.public,
        created_by=one.created_by,
        created_at=one.created_at,
        left=left,
        **shown(one.worth),
    )


def coupon_view(one: Coupon, template: Template, language: str, at: datetime) -> CouponView:
    return CouponView(
        id=one.id,
        template_id=one.template_id,
        name=template.name.read_in(language),
        terms=terms(template, language),
        status=one.status(at),
        valid_from=one.valid_from,
        valid_until=one.valid_until,
        issued_at=one.issued_at,
        why=one.why,
        payment_id=one.payment_id,
        returned=one.returned,
        **shown(one.worth),
    )


def shown(worth: Worth) -> dict[str, Any]:
    return msgspec.structs.asdict(worth)


def terms(template: Template, language: str) -> str:
    """Its own, and what is so of every coupon."""
    return f"{template.terms.read_in(language)} {text.sentence('rewards.of-every-coupon', language)}"


def _worth(wish: NewTemplate) -> Worth:
    money.check_currency(wish.currency)
    if (wish.amount_off is None) == (wish.percent_off is None):
        raise InvalidRequest(param="amount_off")
    if (wish.percent_off is None) != (wish.most_off is None):
        raise InvalidRequest(param="most_off")
    for name in ("amount_off", "most_off"):
        if (amount := getattr(wish, name)) is not None:
            money.check_amount(amount, name)
    if not all(ids.is_id(one, "mer") for one in wish.merchant_ids):
        raise InvalidRequest(param="merchant_ids")
    off = (wish.amount_off, wish.percent_off, wish.most_off)
    where = (tuple(dict.fromkeys(wish.merchant_ids)), tuple(dict.fromkeys(wish.categories)))
    return Worth(wish.currency, *off, wish.minimum_spend, *where)


def tidy(typed: Words, param: str, most: int) -> Words:
    """Raises InvalidRequest."""
    words = Words(typed.en.strip(), typed.zh.strip())
    for one in (words.en, words.zh):
        if not 1 <= len(one) <= most or text.hides_something(one):
            raise InvalidRequest(param=param)
    return words


def moment(typed: str | None, param: str, at: datetime) -> str:
    """Empty for none. Raises InvalidRequest of what is none, or too far ahead."""
    if typed is None:
        return ""
    try:
        meant = clock.read(typed)
    except (ValueError, OverflowError) as unreadable:
        raise InvalidRequest(param=param) from unreadable
    if meant > at + timedelta(days=MOST_DAYS):
        raise InvalidRequest(param=param)
    return clock.written(meant)
