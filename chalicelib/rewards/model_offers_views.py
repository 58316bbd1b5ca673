"""Offers as they are seen, the switch of personal ones, and what is known of somebody."""

from __future__ import annotations

from datetime import datetime

import msgspec

from chalicelib.kernel import text
from chalicelib.kernel.categories import Category
from chalicelib.rewards.model_offers import Chosen, Kept, Liking, Ranked, Reason
from chalicelib.rewards.model_views import shown, terms


class ChoiceRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether offers are chosen for me by what I buy. `false` deletes what was made of it, at once."""

    personal: bool


class LikedView(msgspec.Struct, frozen=True):
    """`name`: a category or a merchant's id; `times`: purchases of the last thirty days."""

    name: str
    times: int
    last_at: str


class KnownView(msgspec.Struct, frozen=True):
    """What is kept to choose by, and of when it is; the most that counts first."""

    made_at: str
    categories: list[LikedView]
    merchants: list[LikedView]


class ChoiceView(msgspec.Struct, frozen=True):
    """`personal`: whether offers are chosen by what I buy; `chosen`: what I said, null for nothing; `asks`: nothing is
    personal before I have said so; `known`: null where nothing is kept."""

    personal: bool
    chosen: Chosen | None
    asks: bool
    known: KnownView | None


class CouponOfferView(msgspec.Struct, frozen=True):
    """`why` this is offered, in a sentence, and by `reason`; `personal`: whether what I buy decided where it stands;
    `taken`: I have taken it; `valid_until` of a coupon that is taken now."""

    id: str
    name: str
    terms: str
    why: str
    reason: Reason
    personal: bool
    taken: bool
    currency: str
    amount_off: int | None
    percent_off: int | None
    most_off: int | None
    minimum_spend: int
    merchant_ids: tuple[str, ...]
    categories: tuple[Category, ...]
    valid_from: str
    valid_until: str


class ArchivedChoice(msgspec.Struct, frozen=True):
    """As somebody's archive tells it."""

    chosen: Chosen | None
    chosen_at: str
    known: KnownView | None


def choice_view(kept: Kept, mode: str) -> ChoiceView:
    personal = kept.is_personal(mode)
    return ChoiceView(personal, kept.chosen, kept.is_asked(mode), known(kept) if personal else None)


def archived(kept: Kept) -> ArchivedChoice:
    return ArchivedChoice(kept.chosen, kept.chosen_at, known(kept))


def known(kept: Kept) -> KnownView | None:
    if kept.profile is None:
        return None
    return KnownView(kept.made_at, _liked(kept.profile.categories), _liked(kept.profile.merchants))


def offer_view(one: Ranked, personal: bool, language: str, at: datetime) -> CouponOfferView:
    template = one.offered.template
    begins, until = template.validity(at)
    return CouponOfferView(
        id=template.id,
        name=template.name.read_in(language),
        terms=terms(template, language),
        why=_why(one.reason, personal, language),
        reason=one.reason,
        personal=personal,
        taken=one.taken,
        valid_from=begins,
        valid_until=until,
        **shown(template.worth),
    )


def _why(reason: Reason, personal: bool, language: str) -> str:
    """Where nothing of a person decided it, that is said too."""
    openly = "" if personal else text.sentence("rewards.offered-to-everybody", language)
    if reason.code == "everybody" and openly:
        return openly
    such = text.sentence(f"categories.{reason.category}", language) if reason.category else ""
    told = text.sentence(f"rewards.offered.{reason.code}", language, times=reason.times or 0, category=such)
    return ("" if language == "zh" else " ").join(one for one in (told, openly) if one)


def _liked(likings: dict[str, Liking]) -> list[LikedView]:
    most = sorted(likings.items(), key=lambda one: (-one[1].weight, one[0]))
    return [LikedView(name, one.lately, one.last) for name, one in most]
