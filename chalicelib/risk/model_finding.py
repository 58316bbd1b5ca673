"""What each rule looks for, in what is remembered from before the event. Pure: the same event, the same answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise

import msgspec

from chalicelib.risk.model_profile import DAY, HOUR, Glimpse, Profile, came_from, mark, share_of_hour
from chalicelib.risk.model_seen import AWAY, OUT, Seen
from chalicelib.risk.model_sketch import median_and_deviation

Facts = dict[str, int]
"""What was found, in numbers; a sentence has gaps for them."""
P = Mapping[str, int]
_MINUTE = 60.0
_NARROWEST = 2.0
"""Deviations of counts: a shop that sells twice a day is no spike at eight."""


class Around(msgspec.Struct, frozen=True):
    """An event and the memories of whoever had to do with it, as they were before it."""

    seen: Seen
    person: Profile
    peer: Profile
    merchant: Profile
    device: Profile
    source: Profile


def ring(a: Around, p: P) -> Facts | None:
    """Money that goes on among new accounts, or leaves them together."""
    seen = a.seen
    if seen.kind not in AWAY or seen.amount < p["least"]:
        return None
    since = seen.at - p["hours"] * HOUR
    kin = {one for profile in (a.person, a.peer) for one, at in profile.kin.items() if at >= since}
    members = len(kin | {mark(seen.person)} | ({mark(seen.peer)} if seen.peer and a.peer.kin else set()))
    passed = sum(
        one.amount for one in a.person.since(seen.at, p["hours"] * HOUR, "received") if one.other in a.person.kin
    )
    percent = min(100, passed * 100 // seen.amount)
    if members < p["members"] or percent < p["passed_percent"]:
        return None
    return {"members": members, "percent": percent, "hours": p["hours"]}


def many_cards(a: Around, p: P) -> Facts | None:
    """Of the device that it comes from, or that its person was last seen with."""
    if a.seen.kind not in ("top-up-started", "top-up"):
        return None
    tried = {one.other for one in a.device.since(a.seen.at, p["hours"] * HOUR, "top-up-started") if one.other}
    if a.seen.kind == "top-up-started" and (own := a.seen.card or mark(a.seen.person)):
        tried.add(own)
    return {"cards": len(tried), "hours": p["hours"]} if len(tried) >= p["cards"] else None


def straight_out(a: Around, p: P) -> Facts | None:
    seen = a.seen
    if seen.kind not in AWAY or not seen.born or seen.at - seen.born > p["days"] * DAY:
        return None
    came = sum(one.amount for one in a.person.since(seen.at, p["minutes"] * _MINUTE, "top-up") if one.good)
    out = seen.amount + sum(one.amount for one in a.person.since(seen.at, p["minutes"] * _MINUTE, *AWAY))
    if came < p["least"] or out * 100 < came * p["percent"]:
        return None
    return {"percent": min(100, out * 100 // came), "minutes": p["minutes"]}


def just_below(a: Around, p: P) -> Facts | None:
    least = p["limit"] * (100 - p["below_percent"]) // 100

    def near(amount: int) -> bool:
        return least <= amount < p["limit"]

    if a.seen.kind not in OUT or not near(a.seen.amount):
        return None
    times = 1 + sum(near(one.amount) for one in a.person.since(a.seen.at, p["hours"] * HOUR, *OUT))
    return {"times": times, "hours": p["hours"], "below": p["below_percent"]} if times >= p["times"] else None


def odd_hour(a: Around, p: P) -> Facts | None:
    usual = a.person.amounts.get(a.seen.currency)
    if a.seen.kind not in OUT or usual is None or len(a.person.hours.weights) == 0:
        return None
    if sum(a.person.hours.weights.values()) < p["known"] or usual.beyond(a.seen.amount) < p["deviations"]:
        return None
    share = share_of_hour(a.person.hours, a.seen.at)
    return {"percent": int(share * 100)} if share * 100 < p["share_percent"] else None


def unusual_amount(a: Around, p: P) -> Facts | None:
    usual = a.person.amounts.get(a.seen.currency)
    if a.seen.kind not in OUT or usual is None or sum(usual.weights.values()) < p["known"]:
        return None
    beyond = usual.beyond(a.seen.amount)
    return {"times": max(1, a.seen.amount // max(1, usual.usual))} if beyond >= p["deviations"] else None


def many_at_once(a: Around, p: P) -> Facts | None:
    if a.seen.kind not in OUT:
        return None
    times = 1 + sum(1 for _ in a.person.since(a.seen.at, p["minutes"] * _MINUTE, *OUT))
    return {"times": times, "minutes": p["minutes"]} if _crosses(times, p["times"]) else None


def impossible_travel(a: Around, p: P) -> Facts | None:
    """Told at the sign-in; and at the first money that leaves after it. One device that calls from two places has a
    tunnel: it is no traveller."""
    seen, within = a.seen, p["hours"] * HOUR
    if seen.kind != "sign-in" and seen.kind not in OUT:
        return None
    ins = [one for one in a.person.since(seen.at, DAY, "sign-in") if one.good]
    if seen.kind == "sign-in":
        here = Glimpse(seen.at, seen.kind, other=came_from(seen))
        return {"hours": p["hours"]} if seen.good and any(_jumped(one, here, within) for one in ins) else None
    jumps = [two.at for one, two in pairwise(ins) if _jumped(one, two, within)]
    if not jumps or any(one.at > jumps[-1] for one in a.person.since(seen.at, DAY, *OUT)):
        return None
    return {"hours": p["hours"]}


def _jumped(one: Glimpse, two: Glimpse, within: float) -> bool:
    (there, with_that), (here, with_this) = (each.other.split(" ") for each in (one, two))
    elsewhere = bool(there and here) and there != here
    return elsewhere and two.at - one.at <= within and (not with_that or with_that != with_this)


def reset_then_out(a: Around, p: P) -> Facts | None:
    seen = a.seen
    if seen.kind not in AWAY or seen.amount < p["least"]:
        return None
    resets = [one for one in a.person.since(seen.at, p["hours"] * HOUR, "password-reset") if one.good]
    met = seen.peer and any(one.other == mark(seen.peer) for one in a.person.recent if one.kind == "transfer")
    return {"hours": p["hours"]} if resets and not met else None


def refund_abuse(a: Around, p: P) -> Facts | None:
    if a.seen.kind != "refund":
        return None
    refunds = 1 + sum(1 for _ in a.person.since(a.seen.at, 30 * DAY, "refund"))
    bought = sum(1 for _ in a.person.since(a.seen.at, 30 * DAY, "payment"))
    percent = min(100, refunds * 100 // max(1, bought))
    return {"times": refunds, "percent": percent} if refunds >= p["times"] and percent >= p["percent"] else None


def merchant_spike(a: Around, p: P) -> Facts | None:
    """Beside the same hour, the one before and the one after, of the days before; told when it begins."""
    shop, seen = a.merchant, a.seen
    if seen.kind != "payment" or not shop.began or seen.at - shop.began < p["days"] * DAY:
        return None
    hour, now = int(seen.at // HOUR), shop.counts.get(int(seen.at // HOUR), 0) + 1
    before = [shop.counts.get(hour - 24 * day + step, 0) for day in range(1, 8) for step in (-1, 0, 1)]
    middle, deviation = median_and_deviation(before[: 3 * max(1, int((seen.at - shop.began) // DAY))])
    bound = max(p["least"], middle + p["deviations"] * max(_NARROWEST, deviation))
    return {"times": now, "usual": int(middle)} if now - 1 < bound <= now else None


def guessed_sign_ins(a: Around, p: P) -> Facts | None:
    if a.seen.kind != "sign-in" or a.seen.good:
        return None
    times = max(_bad(one, a.seen, p) for one in (a.person, a.device))
    return {"times": times, "minutes": p["minutes"]} if _crosses(times, p["times"]) else None


def reveal_spree(a: Around, p: P) -> Facts | None:
    if a.seen.kind != "reveal":
        return None
    times = 1 + sum(1 for _ in a.person.since(a.seen.at, p["minutes"] * _MINUTE, "reveal"))
    return {"times": times, "minutes": p["minutes"]} if _crosses(times, p["times"]) else None


def webhook_failures(a: Around, p: P) -> Facts | None:
    if not a.seen.source or a.seen.good:
        return None
    times = _bad(a.source, a.seen, p)
    return {"times": times, "minutes": p["minutes"]} if _crosses(times, p["times"]) else None


FINDERS: Mapping[str, Callable[[Around, P], Facts | None]] = {
    "new-account-ring": ring,
    "many-cards-one-device": many_cards,
    "top-up-straight-out": straight_out,
    "just-below-a-limit": just_below,
    "odd-hour": odd_hour,
    "unusual-amount": unusual_amount,
    "many-at-once": many_at_once,
    "impossible-travel": impossible_travel,
    "reset-then-out": reset_then_out,
    "refund-abuse": refund_abuse,
    "merchant-spike": merchant_spike,
    "guessed-sign-ins": guessed_sign_ins,
    "reveal-spree": reveal_spree,
    "webhook-failures": webhook_failures,
}


def _bad(profile: Profile, seen: Seen, p: P) -> int:
    found: Iterable[Glimpse] = profile.since(seen.at, p["minutes"] * _MINUTE, seen.kind)
    return 1 + sum(not one.good for one in found)


def _crosses(times: int, first: int) -> bool:
    """At the first, and each time that it has doubled since: one burst is not a hundred scores."""
    while first < times:
        first *= 2
    return times == first
