"""What lacks to a person, what will, and what adding it unlocks."""

from __future__ import annotations

from datetime import datetime

from chalicelib.identity import service as identity
from chalicelib.identity.model import User
from chalicelib.kernel import clock, text
from chalicelib.kyc import model, service, store, tiers
from chalicelib.kyc.model import Document, Needs, RequirementView, TierView, UnlocksView, VerificationView
from chalicelib.policy import service as policy


def of(user_id: str, language: str, at: datetime) -> VerificationView:
    user, documents = identity.profile(user_id), store.every(user_id)
    needs = tiers.needs(user.jurisdiction, at)
    past = _past(documents, needs, language, at)
    above = [tier for tier in sorted(needs) if tier > user.tier]
    return VerificationView(
        tier=user.tier,
        currently_due=_due(user, documents, needs, above, language, at),
        past_due=past,
        future=_future(documents, needs, language, at),
        next_tiers=tuple(_tier(user, documents, tier, needs[tier], at) for tier in above),
        disabled_reason="requirements-past-due" if past else None,
        documents=tuple(one.view() for one in documents),
    )


def _tier(user: User, documents: list[Document], tier: int, needs: tuple[str, ...], at: datetime) -> TierView:
    had = {one.kind for one in documents if one.stands(at)}
    lacks = tuple(code for code in needs if code not in had)
    return TierView(tier, needs, lacks, _unlocks(user, tier, at))


def _unlocks(user: User, tier: int, at: datetime) -> UnlocksView:
    """As much more as that tier's limits are above those of today."""
    now, then = (policy.limits_of(user.jurisdiction, one, at) for one in (user.tier, tier))
    return UnlocksView(
        policy.currency_of(user.jurisdiction, at),
        then.per_movement - now.per_movement,
        then.day - now.day,
        then.month - now.month,
        then.balance - now.balance,
    )


def _due(
    user: User,
    documents: list[Document],
    needs: Needs,
    above: list[int],
    language: str,
    at: datetime,
) -> tuple[RequirementView, ...]:
    """Of the next tier; not what is being checked."""
    here = {one.kind for one in documents if one.stands(at) or one.state in model.WAITING}
    lacking = [(code, tier) for tier in above[:1] for code in needs[tier] if code not in here]
    return tuple(_view(code, tier, "due", language, _since(code, user, documents)) for code, tier in lacking)


def _since(code: str, user: User, documents: list[Document]) -> datetime:
    """When the last one of its kind was turned down or ended; else from the beginning."""
    ended = [one.lapses_at if one.state == "expired" else one.decided_at for one in documents if one.kind == code]
    return max((one for one in ended if one is not None), default=user.created_at)


def _past(documents: list[Document], needs: Needs, language: str, at: datetime) -> tuple[RequirementView, ...]:
    """It has ended, and the tier has not fallen yet."""
    covered = {one.kind for one in documents if one.is_good(at)}
    ended = [one for one in documents if one.stands(at) and one.kind not in covered]
    latest = {one.kind: one for one in reversed(ended)}
    return tuple(_of_document(one, needs, "past", language) for one in latest.values())


def _future(documents: list[Document], needs: Needs, language: str, at: datetime) -> tuple[RequirementView, ...]:
    replaced, far = service.replaced(documents, at), at + model.NOTICE_BEFORE
    ending = [one for one in documents if one.is_good(at) and one.expires_at and one.expires_at <= far]
    return tuple(_of_document(one, needs, "future", language) for one in ending if one.id not in replaced)


def _of_document(one: Document, needs: Needs, when: str, language: str) -> RequirementView:
    tier = next((tier for tier in sorted(needs) if one.kind in needs[tier]), 0)
    return _view(one.kind, tier, when, language, one.expires_at, one.lapses_at)


def _view(
    code: str, tier: int, when: str, language: str, since: datetime | None, until: datetime | None = None
) -> RequirementView:
    why = text.sentence(f"kyc.{code}.{when}", language)
    return RequirementView(code, tier, why, _written(since), _written(until))


def _written(moment: datetime | None) -> str | None:
    return clock.written(moment) if moment else None
