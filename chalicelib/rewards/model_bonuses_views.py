"""Bonuses of top-ups as they are asked for and seen; each rule is a sentence that is shown before anybody tops up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any

import msgspec

from chalicelib.kernel import clock, money, text
from chalicelib.kernel.errors import InvalidRequest
from chalicelib.rewards import model_bonuses as model
from chalicelib.rewards import model_views
from chalicelib.rewards.model import Left, TemplateStatus, Words
from chalicelib.rewards.model_bonuses import Lot, Offer
from chalicelib.rewards.model_views import MOST_COUNT, MOST_DAYS, MOST_SUM, Amount, Currency, Moment

_RULES = ("spent", "ends", "refunded", "reversed", "alone")


class NewBonusOffer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An offer never changes; it may be stopped. Either `bonus_amount`, or `bonus_percent` of the top-up up to
    `most_bonus`. What somebody has of it is good for `valid_days` from the top-up on and pays at most
    `most_share_percent` of a purchase. No more than `budget_count` are promised, nor such that could cost more than
    `budget_sum`. `once_per_person`: for one top-up of each; otherwise for one at a time."""

    name: Words
    terms: Words
    currency: Currency
    least_topup: Amount
    budget_count: Annotated[int, msgspec.Meta(ge=1, le=MOST_COUNT)]
    budget_sum: Annotated[int, msgspec.Meta(ge=1, le=MOST_SUM)]
    valid_days: Annotated[int, msgspec.Meta(ge=1, le=MOST_DAYS)]
    most_share_percent: Annotated[int, msgspec.Meta(ge=1, le=100)]
    bonus_amount: Amount | None = None
    bonus_percent: Annotated[int, msgspec.Meta(ge=1, le=100)] | None = None
    most_bonus: Amount | None = None
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    once_per_person: bool = True


class BonusTermsView(msgspec.Struct, frozen=True):
    """An offer as operators see it; `left` of the budget: null in lists."""

    id: str
    name: Words
    terms: Words
    status: TemplateStatus
    currency: str
    least_topup: int
    bonus_amount: int | None
    bonus_percent: int | None
    most_bonus: int | None
    most_share_percent: int
    valid_days: int
    once_per_person: bool
    budget_count: int
    budget_sum: int
    starts_at: str
    ends_at: str
    created_by: str
    created_at: str
    left: Left | None = None


class BonusOfferView(msgspec.Struct, frozen=True):
    """`rules`: how it is spent, when it ends, what a refund and a reversed top-up do to it. `taken`: I have had it,
    or a top-up of mine that was promised it is on its way."""

    id: str
    name: str
    terms: str
    currency: str
    least_topup: int
    bonus_amount: int | None
    bonus_percent: int | None
    most_bonus: int | None
    most_share_percent: int
    valid_days: int
    once_per_person: bool
    starts_at: str
    ends_at: str
    rules: list[str]
    taken: bool


class BonusLotView(msgspec.Struct, frozen=True):
    id: str
    name: str
    amount: int
    left: int
    expires_at: str
    most_share_percent: int
    topup_id: str


class BonusView(msgspec.Struct, frozen=True):
    """What bonuses I have of a currency, the soonest to end first. `most_share_percent`: of one purchase, at most."""

    currency: str
    available: int
    most_share_percent: int
    lots: list[BonusLotView]


class BonusesView(msgspec.Struct, frozen=True):
    """All of them: nobody has more currencies than fit on a page."""

    data: list[BonusView]
    has_more: bool = False
    next_cursor: str | None = None


def offer(wish: NewBonusOffer, offer_id: str, by: str, at: datetime) -> Offer:
    """Raises InvalidRequest, AmountOutOfRange, CurrencyMismatch."""
    _check(wish)
    starts, ends = (model_views.moment(getattr(wish, name), name, at) for name in ("starts_at", "ends_at"))
    made = Offer(
        id=offer_id,
        name=model_views.tidy(wish.name, "name", 64),
        terms=model_views.tidy(wish.terms, "terms", 400),
        currency=wish.currency,
        least_topup=wish.least_topup,
        bonus_amount=wish.bonus_amount,
        bonus_percent=wish.bonus_percent,
        most_bonus=wish.most_bonus,
        budget_count=wish.budget_count,
        budget_sum=wish.budget_sum,
        starts_at=starts,
        ends_at=ends,
        valid_days=wish.valid_days,
        most_share_percent=wish.most_share_percent,
        once_per_person=wish.once_per_person,
        created_by=by,
        created_at=clock.written(at),
    )
    if made.ends_at and made.ends_at <= max(made.created_at, made.starts_at):
        raise InvalidRequest(param="ends_at")
    if not made.units:
        raise InvalidRequest(param="budget_sum")
    return made


def terms_view(one: Offer, left: Left | None = None) -> BonusTermsView:
    return BonusTermsView(**_shown(one, BonusTermsView), left=left)


def offer_view(one: Offer, language: str, *, taken: bool) -> BonusOfferView:
    words = {"name": one.name.read_in(language), "terms": one.terms.read_in(language)}
    shown = _shown(one, BonusOfferView) | words
    return BonusOfferView(**shown, rules=_rules(one, language), taken=taken)


def bonuses_view(lots: Iterable[Lot], language: str, at: datetime) -> BonusesView:
    by_currency: dict[str, list[Lot]] = {}
    for lot in lots:
        if lot.is_good(at):
            by_currency.setdefault(lot.currency, []).append(lot)
    return BonusesView([_bonus(currency, found, language, at) for currency, found in sorted(by_currency.items())])


def _bonus(currency: str, lots: list[Lot], language: str, at: datetime) -> BonusView:
    shown = [
        BonusLotView(lot.id, lot.name.read_in(language), lot.amount, lot.left, lot.until, lot.share, lot.topup)
        for lot in lots
    ]
    return BonusView(currency, model.available(lots, at), max(lot.share for lot in lots), shown)


def _rules(one: Offer, language: str) -> list[str]:
    filled = {"share": one.most_share_percent, "days": one.valid_days}
    return [text.sentence(f"rewards.bonus-{rule}", language, **filled) for rule in _RULES]


def _shown(one: Offer, view: type[msgspec.Struct]) -> dict[str, Any]:
    known: Mapping[str, Any] = msgspec.structs.asdict(one)
    return {name: known[name] for name in view.__struct_fields__ if name in known}


def _check(wish: NewBonusOffer) -> None:
    money.check_currency(wish.currency)
    if (wish.bonus_amount is None) == (wish.bonus_percent is None):
        raise InvalidRequest(param="bonus_amount")
    if (wish.bonus_percent is None) != (wish.most_bonus is None):
        raise InvalidRequest(param="most_bonus")
    for name in ("least_topup", "bonus_amount", "most_bonus"):
        if (amount := getattr(wish, name)) is not None:
            money.check_amount(amount, name)
