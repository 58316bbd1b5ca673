"""What people may be told of gift cards: judged when the answer comes, by all that was so since they asked."""

from __future__ import annotations

from typing import Any

from tests.api.caller import Reply
from tests.simulation.errands import SKEW_SECONDS, Errand
from tests.simulation.judging_gifts import Gift
from tests.simulation.model import Model
from tests.simulation.told_between import Reason
from tests.simulation.told_of_cards import _by_the_book, _closed, is_final
from tests.simulation.truth import hold

_STATES = {"claimed": "gift-claimed", "cancelled": "cancelled", "returned": "expired"}
"""What each state of a card is called in a refusal."""


def judge_bought(model: Model, errand: Errand, reply: Reply, faults: list[str], calls: int) -> None:
    """Raises Violation unless its buyer may be told this now."""
    if is_final(model, errand, reply, faults, calls, _NOT_BOUGHT):
        told = reply.json["id"], reply.json["amount"], reply.json["status"]
        hold(told == (errand.wish.movement, errand.wish.amount, "open"), "a gift card is told as bought", answer=told)
        hold(bool(reply.json["code"]), "its buyer is shown the code", answer=reply.raw)


def judge_claim(model: Model, errand: Errand, reply: Reply, faults: list[str], calls: int) -> None:
    """Whoever brings a code that is none learns nothing."""
    gift = model.gifts.bought[errand.wish.gift]
    if reply.status in (404, 429):
        _told_nothing(model, errand.caller, errand.facts["right"], reply)
    elif reply.json.get("state") == "own-gift-card":
        hold(errand.wish.wallet == gift.buyer, "a refusal has its reason", answer=reply.raw, gift=gift)
        model.effects["gift-card-own"] += 1
    elif is_final(model, errand, reply, faults, calls, _NOT_CLAIMED):
        told = reply.json["id"], reply.json["gift_card_id"], reply.json["amount"]
        expected = gift.claim, gift.id, gift.amount
        hold(told == expected, "a claim is told as it is", answer=reply.raw, expected=expected)


def _told_nothing(model: Model, user: str, right: bool, reply: Reply) -> None:
    if reply.status == 404:
        hold(not right, "a code opens its card", answer=reply.raw)
    elif reply.status == 429:
        hold(user in model.gifts.tried, "a few codes are no guesses", answer=reply.raw)
        model.effects["gift-card-too-many"] += 1


def judge_look(model: Model, gift: Gift, user: str, wallet: str, right: bool, reply: Reply | None) -> None:
    if reply is None or reply.status != 200:
        if reply is not None:
            _told_nothing(model, user, right, reply)
        return
    told = reply.json["amount"], reply.json["own"]
    hold(right and told == (gift.amount, wallet == gift.buyer), "a code shows its card", answer=reply.raw, gift=gift)
    _shown(model, gift, reply)


def judge_view(model: Model, gift: Gift, wallet: str, claimed: bool, reply: Reply | None) -> None:
    """`claimed`: whether it had been when they asked."""
    if reply is None or reply.status not in (200, 404):
        return
    if reply.status == 404:
        mine = wallet == gift.buyer or (wallet == gift.claimer and claimed)
        hold(not mine, "whoever bought or claimed it sees it", answer=reply.raw, gift=gift)
        return
    hold(wallet in (gift.buyer, gift.claimer), "a gift card is its two sides' alone", answer=reply.raw, gift=gift)
    shows = bool(reply.json.get("code"))
    may = wallet == gift.buyer and reply.json["status"] == "open"
    hold(shows == may, "its code is shown to whoever bought it, while it is good", answer=reply.raw, gift=gift)
    _shown(model, gift, reply)


def _shown(model: Model, gift: Gift, reply: Reply) -> None:
    """Open, or as it is now; it ends once."""
    late = model.now + SKEW_SECONDS >= gift.ends
    may = {"open", gift.state} | ({"expired"} if late else set())
    hold(reply.json["status"] in may, "a gift card is shown as it is", answer=reply.raw, gift=gift)


def judge_cancel(model: Model, errand: Errand, reply: Reply, faults: list[str], calls: int) -> None:
    gift = model.gifts.bought[errand.wish.gift]
    if reply.status == 404:
        hold(errand.wish.wallet != gift.buyer, "its buyer may have it back", answer=reply.raw, gift=gift)
    elif is_final(model, errand, reply, faults, calls, {"invalid-state": _is_over}):
        told = reply.json["id"], reply.json["status"], reply.json["amount"]
        hold(told == (gift.id, "cancelled", gift.amount), "what is back is told as it is", answer=reply.raw, gift=gift)


def _is_over(model: Model, errand: Errand, body: dict[str, Any]) -> bool:
    """As the refusal says; or the wallet of whoever asked is shut."""
    gift, state = model.gifts.bought[errand.wish.gift], body["state"]
    if state == "closed":
        return _closed(model, errand, body)
    if state == "expired" and errand.wish.kind == "claim-gift" and model.now + SKEW_SECONDS >= gift.ends:
        model.effects["gift-card-too-late"] += 1
        return True
    return bool(_STATES.get(gift.state) == state)


_NOT_CLAIMED: dict[str, Reason] = {"wallet-frozen": _by_the_book, "invalid-state": _is_over}
_NOT_BOUGHT: dict[str, Reason] = {
    "insufficient-funds": _by_the_book,
    "limit-reached": _by_the_book,
    "wallet-frozen": _by_the_book,
    "invalid-state": _closed,
}
