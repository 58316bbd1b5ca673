"""What is remembered of a person, a merchant, a device or a sender of webhooks: little, and less with time. Pure.

It is learnt once per event (its mark is in `seen`); late, twice or out of order ends in the same memory, as far as
that reaches.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

import msgspec

from chalicelib.risk.model_seen import MONEY, OUT, Seen
from chalicelib.risk.model_sketch import Sketch

DAY, HOUR = 86_400.0, 3_600.0
HALF_LIFE = 30 * DAY
REMEMBERED = 30 * DAY
"""How long single events are remembered; of each class the last ones: see `_class_of`."""
MOST_RECENT: Mapping[str, int] = {"money": 48, "done": 24, "refused": 24}
MOST_SEEN, MOST_KIN, MOST_HOURS, MOST_CURRENCIES = 96, 16, 24 * 8, 3
NEW = 14 * DAY
"""So long an account is new, and so long it is remembered with whom a new account dealt."""
_LABEL_UP, _LABEL_DOWN, _LIGHTEST, _HEAVIEST = 15, 10, 50, 150


class Glimpse(msgspec.Struct, frozen=True, array_like=True, order=True):
    """One event: `other` is the other side of it, or where a sign-in came from, or which card it was."""

    at: float
    kind: str
    amount: int = 0
    other: str = ""
    good: bool = True


class Profile(msgspec.Struct, omit_defaults=True):
    """`device`: the last one that was seen. `kin`: new accounts that money went round with, and when. `hours`: how
    much of what they do falls into each hour of the day. `counts`: events of each hour since 1970."""

    began: float = 0.0
    seen: list[str] = []
    recent: list[Glimpse] = []
    amounts: dict[str, Sketch] = {}
    hours: Sketch = msgspec.field(default_factory=Sketch)
    kin: dict[str, float] = {}
    counts: dict[int, int] = {}
    device: str = ""
    device_at: float = 0.0
    fraud: int = 0
    legitimate: int = 0

    @property
    def weight(self) -> int:
        """Percent of the points that count: labels of their own earlier scores move it, within bounds."""
        return max(_LIGHTEST, min(_HEAVIEST, 100 + _LABEL_UP * self.fraud - _LABEL_DOWN * self.legitimate))

    def knows(self, event_id: str) -> bool:
        return mark(event_id) in self.seen

    def since(self, at: float, seconds: float, *kinds: str) -> Iterator[Glimpse]:
        """Of these kinds, in the time before `at`."""
        return (one for one in self.recent if one.kind in kinds and at - seconds <= one.at <= at)

    def told(self, label: str, score_id: str) -> None:
        """A person's judgement, once for each score."""
        if self.knows(score_id):
            return
        self.fraud += label == "fraud"
        self.legitimate += label == "legitimate"
        self._mark(score_id)

    def told_again(self, label: str, score_id: str) -> None:
        """A second person's, who takes back that it was fraud; once for each score."""
        again = f"{score_id} again"
        if self.knows(again):
            return
        self.fraud = max(0, self.fraud - 1)
        self.legitimate += label == "legitimate"
        self._mark(again)

    def learn(self, seen: Seen, role: str, other_kin: Mapping[str, float]) -> None:
        """`role`: whose memory this is of it: `person`, `peer`, `merchant`, `device` or `source`."""
        if self.knows(seen.id):
            return
        self._mark(seen.id)
        if role in ("merchant", "source"):
            self._count(seen)
        if role != "merchant":
            self._glimpse(seen, role)
        if role in ("person", "peer"):
            self._acquaint(seen, role, other_kin)
        if role == "person":
            self._habit(seen)

    def _mark(self, event_id: str) -> None:
        self.seen = [*self.seen, mark(event_id)][-MOST_SEEN:]

    def _count(self, seen: Seen) -> None:
        hour = int(seen.at // HOUR)
        self.began = min(self.began or seen.at, seen.at)
        self.counts[hour] = self.counts.get(hour, 0) + 1
        newest = max(self.counts)
        self.counts = {one: count for one, count in self.counts.items() if one > newest - MOST_HOURS}

    def _glimpse(self, seen: Seen, role: str) -> None:
        kind = "received" if role == "peer" else seen.kind
        glimpse = Glimpse(seen.at, kind, seen.amount, _other(seen, role), seen.good)
        known, own = sorted([*self.recent, glimpse]), _class_of(glimpse)
        mine = [one for one in known if _class_of(one) == own][-MOST_RECENT[own] :]
        kept = sorted([*mine, *(one for one in known if _class_of(one) != own)])
        self.recent = [one for one in kept if one.at > kept[-1].at - REMEMBERED]

    def _habit(self, seen: Seen) -> None:
        self.began = seen.born or self.began
        if seen.device and seen.at >= self.device_at:
            self.device, self.device_at = seen.device, seen.at
        if seen.kind not in OUT or not seen.amount:
            return
        if seen.currency in self.amounts or len(self.amounts) < MOST_CURRENCIES:
            self.amounts.setdefault(seen.currency, Sketch()).learn(seen.amount, seen.at, HALF_LIFE)
        self.hours.learn(2 ** hour_of(seen.at), seen.at, HALF_LIFE)

    def _acquaint(self, seen: Seen, role: str, other_kin: Mapping[str, float]) -> None:
        """Two new accounts between which money goes are kin, and so are those that either is kin of."""
        if seen.kind != "transfer" or not (is_new(seen.born, seen.at) and is_new(seen.peer_born, seen.at)):
            return
        found = {**other_kin, mark(seen.person): seen.at, mark(seen.peer): seen.at}
        for one, at in self.kin.items():
            found[one] = max(at, found.get(one, 0.0))
        newest = max(found.values())
        kept = sorted(((at, one) for one, at in found.items() if at > newest - NEW), reverse=True)[:MOST_KIN]
        self.kin = {one: at for at, one in kept}


def _class_of(one: Glimpse) -> str:
    """Nobody's money, and no reset, is forgotten for sign-ins that a stranger tried."""
    if not one.good:
        return "refused"
    return "money" if one.kind in MONEY or one.kind == "received" else "done"


def is_new(born: float, at: float) -> bool:
    return born > 0 and at - born <= NEW


def mark(event_id: str) -> str:
    """Short, for a ring of them."""
    return hashlib.blake2b(event_id.encode(), digest_size=4).hexdigest()


def hour_of(at: float) -> int:
    """Of the day, in UTC: it is only compared with their own."""
    return int(at % DAY // HOUR)


def share_of_hour(hours: Sketch, at: float) -> float:
    """Which part of what they do falls into this hour and the ones beside it."""
    near = {4 * ((hour_of(at) + step) % 24) for step in (-1, 0, 1)}
    total = sum(hours.weights.values())
    return sum(weight for bucket, weight in hours.weights.items() if bucket in near) / total if total else 1.0


def came_from(seen: Seen) -> str:
    """Of a sign-in: region and device."""
    return f"{seen.region} {mark(seen.device) if seen.device else ''}"


def _other(seen: Seen, role: str) -> str:
    if role == "peer":
        return mark(seen.person)
    if role == "device":
        return seen.card or mark(seen.person)
    if seen.kind == "sign-in":
        return came_from(seen)
    if seen.kind == "top-up-started":
        return seen.card
    return mark(seen.peer) if seen.peer else seen.merchant
