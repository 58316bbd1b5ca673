"""Requests as people mean them: sent, sent again with the same key, judged by every answer."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from chalicelib.kernel import ids
from tests.api.caller import Caller, Reply
from tests.simulation import sharing_out, truth
from tests.simulation.model import Model, seconds_of
from tests.simulation.truth import Wish, hold

SKEW_SECONDS = 700.0
"""How far a worker's clock may be from the true one, and a little more."""
_STORED = frozenset({
    "insufficient-funds", "limit-reached", "wallet-frozen", "invalid-state", "probable-duplicate",
    "refund-exceeds-capture", "merchant-funds-insufficient", "exceeds-what-is-left",
})  # fmt: skip
_PREFIX = {
    "pay": "pay",
    "capture": "cap",
    "void": "voi",
    "refund": "ref",
    "top-up": "top",
    "payout": "pot",
    "withdrawal": "wdr",
    "buy-card": "cdp",
    "return-card": "cdr",
    "transfer": "trf",
    "pay-part": "trf",
    "packet": "rpk",
    "claim": "rpc",
    "bill": "spl",
    "redeem": "prd",
    "family-card": "fam",
    "gift-card": "gft",
    "claim-gift": "gfc",
    "cancel-gift": "gfr",
}
_PROVED = ("pay", "buy-card", "withdrawal", "transfer", "pay-part", "packet", "gift-card")
"""What takes a step-up if it is large."""


@dataclass
class Errand:
    """`caller`: the id whose keys these are; `token`: gives the credentials of the moment."""

    caller: str
    path: str
    body: dict[str, Any]
    key: str
    token: Callable[[], str]
    wish: Wish
    sent: int = 0
    first_sent: float = -1.0
    then: Callable[[Reply], None] = lambda reply: None
    judged: Judge | None = None
    """In the place of `judge`."""
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def answered(self) -> bool:
        return bool(self.wish.answer)


Judge = Callable[[Model, Errand, Reply, list[str], int], None]


def movement_id(kind: str, caller: str, path: str, key: str) -> str:
    """As the design says: it follows from caller, route and key."""
    return ids.derived(_PREFIX[kind], caller, f"POST {path}", key)


def epoch_in(token: str) -> int:
    """What an access token says; -1 of an API key."""
    parts = token.split(".")
    if len(parts) != 3:
        return -1
    claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    return int(claims["epoch"])


def step_in(token: str) -> int:
    """Until when its bearer has stepped up, in seconds since 1970; 0: not at all."""
    return _second_in(token, "step")


def cool_in(token: str) -> int:
    """Until when large payments wait after a reset, likewise."""
    return _second_in(token, "cool")


def unasked_in(token: str) -> int:
    """Up to what its bearer pays without a step-up: less from a device that is not known for a day; a key, nothing."""
    if len(token.split(".")) != 3:
        return 0
    return truth.STEP_UP_ABOVE_AT_RISK if _second_in(token, "risk") else truth.STEP_UP_ABOVE


def _second_in(token: str, claim: str) -> int:
    parts = token.split(".")
    if len(parts) != 3:
        return 0
    claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    return int(claims.get(claim, 0))


def expiry_in(token: str) -> float:
    parts = token.split(".")
    if len(parts) != 3:
        return float("inf")
    return float(json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))["exp"])


def event_of(
    phone: Caller, method: str, path: str, body: dict[str, Any] | None, headers: dict[str, str], name: str
) -> dict[str, Any]:
    raw = None if body is None else json.dumps(body).encode()
    event = phone.event(method, path, raw, {"Content-Type": "application/json", **headers} if raw else headers)
    event["requestContext"]["requestId"] = name
    return event


def judge(model: Model, errand: Errand, reply: Reply, faults: list[str], calls: int) -> None:
    """Raises Violation unless this answer may be given to this wish now."""
    wish, code = errand.wish, "" if reply.status == 201 else str(reply.json.get("code"))
    told = f"{errand.path} {errand.body} → {reply.status} {reply.raw.decode()}"
    hold(reply.status != 500, "no mistake of ours", answer=told, faults=faults)
    if reply.status == 201 or code in _STORED:
        if wish.answer:
            hold(wish.answer == reply.raw, "one key, one answer", first=wish.answer, now=reply.raw, faults=faults)
            return
        wish.answer = reply.raw
        _final(model, wish, reply, code, errand.first_sent, told)
        errand.then(reply)
    elif reply.status == 503:
        hold(bool(faults) or calls > 15, "no 503 out of the blue", answer=told)
    elif reply.status == 401:
        token = errand.facts["token"]
        late = model.seconds + SKEW_SECONDS >= expiry_in(token) - errand.facts["epoch_of_clock"]
        wallet = model.wallets.get(wish.wallet)
        hold(late or (wallet is not None and epoch_in(token) < wallet.epoch), "a good token is believed", answer=told)
    elif code == "step-up-required":
        step = step_in(errand.facts["token"]) - errand.facts["epoch_of_clock"]
        large = wish.amount > unasked_in(errand.facts["token"])
        hold(wish.kind in _PROVED and large, "only what is large is asked for", answer=told)
        hold(step <= model.seconds + SKEW_SECONDS, "a fresh step-up is believed", answer=told)
    elif wish.kind == "withdrawal" and code in ("cooling-off", "not-found"):
        hold(
            _too_early(model, errand, reply),
            "what may leave leaves",
            answer=told,
            method=model.methods.get(wish.method),
        )
    elif code == "cooling-off":
        cool = cool_in(errand.facts["token"]) - errand.facts["epoch_of_clock"]
        large = wish.amount > unasked_in(errand.facts["token"])
        hold(wish.kind in _PROVED and large, "only what is large waits", answer=told)
        hold(cool > model.seconds - SKEW_SECONDS, "cooling off ends when it is over", answer=told)
    elif code == "in-flight":
        hold(wish.kind == "top-up" and errand.sent > 1, "in flight only around calls to a processor", answer=told)
    else:
        hold(False, "an answer that nobody expects", answer=told, faults=faults)


def _too_early(model: Model, errand: Errand, reply: Reply) -> bool:
    """Their method cools off or was shut, or they cool off themselves."""
    method, now = model.methods[errand.wish.method], model.seconds + model.started
    if reply.json["code"] == "not-found":
        return not method.open or method.shut_at >= errand.first_sent
    if reply.json["param"] == "funding_method_id":
        return seconds_of(method.usable_at) > now - SKEW_SECONDS
    return cool_in(errand.facts["token"]) > now - SKEW_SECONDS


def _final(model: Model, wish: Wish, reply: Reply, code: str, sent_at: float, told: str) -> None:
    if reply.status == 201:
        hold(reply.json["id"] == wish.movement, "an id follows from caller, route and key", answer=told)
        made = wish.movement in model.done or wish.kind == "top-up"
        hold(made, "a success that is told has happened", answer=told)
        hold(wish.takes_all or reply.json["amount"] == wish.amount or wish.kind == "void", "as asked", answer=told)
        return
    hold(wish.movement not in model.done, "a refusal that is told left no effect", answer=told)
    hold(_justified(model, wish, reply.json, sent_at), "a refusal has its reason", answer=told, wish=wish)


def _justified(model: Model, wish: Wish, body: dict[str, Any], sent_at: float) -> bool:
    return _REASONS[body["code"]](model, wish, body, sent_at)


def _too_little(model: Model, wish: Wish, body: dict[str, Any], sent_at: float) -> bool:
    return min(model.wallets[wish.wallet].seen_since(sent_at)) < wish.amount


def _frozen(model: Model, wish: Wish, body: dict[str, Any], sent_at: float) -> bool:
    return was_frozen(model, wish.wallet, sent_at)


def was_frozen(model: Model, address: str, since: float) -> bool:
    """At any time since then."""
    wallet = model.wallets[address]
    return wallet.status == "frozen" or wallet.not_active_until >= since


def looks_alike(model: Model, wish: Wish, body: dict[str, Any], sent_at: float = 0.0) -> bool:
    earlier = model.payments.get(body["payment_id"])
    found = earlier and (earlier.wallet, earlier.shop, earlier.amount)
    return not wish.confirmed and found == (wish.wallet, wish.shop, wish.amount)


def _refunded(model: Model, wish: Wish, body: dict[str, Any], sent_at: float) -> bool:
    payment = model.payments[wish.payment]
    return payment.refunded > 0 if wish.takes_all else payment.refundable < wish.amount


def _shop_too_little(model: Model, wish: Wish, body: dict[str, Any], sent_at: float) -> bool:
    shop = model.shops[wish.shop]
    return wish.takes_all or min(truth.since(shop.lows, sent_at, -shop.floor)) < wish.amount


_REASONS: dict[str, Callable[[Model, Wish, dict[str, Any], float], bool]] = {
    "insufficient-funds": _too_little,
    "limit-reached": lambda model, wish, body, sent_at: beyond_limits(wish, model.wallets[wish.wallet], sent_at),
    "wallet-frozen": _frozen,
    "probable-duplicate": looks_alike,
    "refund-exceeds-capture": _refunded,
    "exceeds-what-is-left": lambda model, wish, body, sent_at: model.checkouts[wish.checkout]["left"] < wish.amount,
    "merchant-funds-insufficient": _shop_too_little,
    "invalid-state": lambda model, wish, body, sent_at: _wrong_state(model, wish, sent_at),
}


def beyond_limits(wish: Wish, wallet: truth.Wallet, sent_at: float) -> bool:
    if wish.kind == "top-up":
        fullest = max(wallet.seen_since(sent_at))
        return wish.amount > truth.PER_TOP_UP or fullest + wish.amount > truth.MOST_HELD
    months, years = dict[str, int](), dict[str, int]()
    for day, spent in wallet.days.items():
        months[day[:7]] = months.get(day[:7], 0) + spent
        years[day[:4]] = years.get(day[:4], 0) + spent
    return (
        wish.amount > truth.PER_MOVEMENT
        or any(spent + wish.amount > truth.PER_DAY for spent in wallet.days.values())
        or any(spent + wish.amount > truth.PER_MONTH for spent in months.values())
        or any(spent + wish.amount > truth.PER_YEAR for spent in years.values())
    )


def _wrong_state(model: Model, wish: Wish, sent_at: float) -> bool:
    wallet = model.wallets[wish.wallet]
    if wish.kind in ("pay", "top-up", "withdrawal") and (
        wallet.status == "closed" or wallet.not_active_until >= sent_at
    ):
        return True
    if wish.kind == "withdrawal":
        return False
    if wish.kind == "pay":
        checkout = model.checkouts.get(wish.checkout)
        late = model.seconds + SKEW_SECONDS
        if checkout is not None and "left" in checkout and sharing_out.no_room(checkout, wallet.owner):
            return True
        return checkout is not None and (checkout["status"] != "open" or checkout["expires_seconds"] <= late)
    payment = model.payments[wish.payment]
    due = payment.at - model.started + truth.AUTHORISATION_DAYS * 86_400
    if wish.kind == "refund":
        return payment.state != "captured" or payment.held_once
    return payment.state != "authorized" or due <= model.seconds + SKEW_SECONDS
