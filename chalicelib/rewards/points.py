"""Having points: what I have, what became of them, and a coupon for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import msgspec

from chalicelib.kernel import clock, ids
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import CofferError, CouponsExhausted, InvalidState, NotFound
from chalicelib.kernel.idempotency import Receipt, RequestKey
from chalicelib.ledger import cards, history, standing
from chalicelib.ledger import points as ledger_points
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Draft, Known, Movement
from chalicelib.ledger.points import Account
from chalicelib.rewards import booking, model_points_views, service, store, store_points
from chalicelib.rewards.booking import Cause, Guess
from chalicelib.rewards.model import Coupon, Template
from chalicelib.rewards.model_points import Programme, Reward
from chalicelib.rewards.model_points_views import PointsEntryView, PointsView, RedemptionRequest, RedemptionView


def mine(customer: Customer, language: str, at: datetime) -> list[PointsView]:
    """Of every programme that goes on, and of those that do not while there is something left."""
    programmes = store_points.programmes()
    accounts = ledger_points.several(customer.user_id, [one.id for one in programmes])
    heads = cards.heads([one.id for one in accounts])
    shown = [pair for pair in zip(programmes, accounts, strict=True) if not pair[0].stopped_at or pair[1].good(at)]
    templates = _issuing([one for one, _ in shown], at)
    owed = {account.id: heads[account.id].debt for _, account in shown if account.id in heads}
    return [
        model_points_views.points_view(of, account, owed.get(account.id, 0), templates, language, at)
        for of, account in shown
    ]


def entries(
    customer: Customer, programme_id: str, before: str | None, limit: int, language: str
) -> tuple[list[PointsEntryView], str | None]:
    """Newest first, and the position of the next page. Raises NotFound."""
    account = ledger_points.found(customer.user_id, programme(programme_id).id)
    seen = history.entries(account.id, before, limit + 1)
    shown = [model_points_views.entry_view(one, language) for one in seen[:limit]]
    return shown, seen[limit - 1]["sk"] if len(seen) > limit else None


def programme(programme_id: str, param: str | None = "programme_id") -> Programme:
    """Raises NotFound."""
    found = store_points.programme(programme_id) if ids.is_id(programme_id, "ptp") else None
    if found is None:
        raise NotFound(param=param)
    return found


def redeem(customer: Customer, wish: RedemptionRequest, key: RequestKey, at: datetime) -> Receipt:
    """The points go and the coupon comes in one transaction, in which they stand as they must to pay: any wallet of
    theirs says so.

    Raises NotFound, InvalidToken; stores InsufficientPoints, CouponsExhausted, InvalidState (stopped, over, closed),
    WalletFrozen.
    """
    of = programme(wish.programme_id)
    reward = next((one for one in of.rewards if one.template_id == wish.template_id), None)
    redemption_id = key.movement_id("prd")
    if reward is None:
        if first := ledger.answered(redemption_id, key):
            return first
        raise NotFound(param="template_id")
    template = service.template(reward.template_id)
    guess = Guess(ledger_points.found(customer.user_id, of.id))
    issuing = _Issuing(template, redemption_id, customer.user_id)

    def build(at: datetime, known: Known) -> Draft:
        draft = _redeeming(reward, redemption_id, guess, issuing, key, at)
        stands = standing.acting_as_known(customer, customer.wallet_ids[0], known)
        return replace(draft, legs=(stands, *draft.legs))

    return ledger.commit(build, at, key)


class _Issuing:
    """The coupon that comes of a redemption, and what it writes; or why there is none."""

    def __init__(self, template: Template, redemption_id: str, owner: str) -> None:
        self.coupon_id = ids.derived("cou", template.id, redemption_id)
        self._template, self._owner = template, owner
        self._budget = service.budget(template, self.coupon_id)

    def draft(self, at: datetime) -> Draft:
        try:
            coupon: Coupon = self._template.coupon(self.coupon_id, self._owner, "redemption", at)
            return Draft(None, (), None, service.issuing(coupon, self._budget))
        except (CouponsExhausted, InvalidState) as refusal:
            return Draft(None, (), None, refusal=refusal)


def _redeeming(
    reward: Reward, redemption_id: str, guess: Guess, issuing: _Issuing, key: RequestKey, at: datetime
) -> Draft:
    account = guess.account
    spent, _ = booking.going(guess, reward.points, Cause(redemption_id, "points-redeemed"), at)
    coming = issuing.draft(at)
    left = account.good(at) - reward.points
    answer = RedemptionView(
        id=redemption_id,
        programme_id=account.programme,
        template_id=reward.template_id,
        points=reward.points,
        coupon_id=issuing.coupon_id,
        balance=left,
        created_at=clock.written(at),
    )
    movement = _movement(account, answer, key, at)
    refusal: CofferError | None = spent.refusal or coming.refusal
    return Draft(movement, (), None, coming.legs, refusal, also=(spent,))


def _movement(account: Account, answer: RedemptionView, key: RequestKey, at: datetime) -> Movement:
    return Movement(
        id=answer.id,
        kind="points-redemption",
        account=account.id,
        amount=answer.points,
        currency=account.programme,
        state="succeeded",
        at=at,
        fingerprint=key.fingerprint,
        receipt=Receipt(201, msgspec.json.encode(answer).decode()),
        facts={"owner": account.owner},
    )


def _issuing(of: list[Programme], at: datetime) -> Mapping[str, Template]:
    wanted = sorted({reward.template_id for one in of for reward in one.rewards})
    found = store.several_templates(wanted[:100])
    return {one.id: one for one in found if one.status == "open" and not one.is_over(at)}
