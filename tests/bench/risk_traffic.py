"""Weeks of people's lives with a wallet, and frauds among them: for trying rules. Everything follows from the seed.

Honest people do what looks like fraud too, as they do in life: friends who all came new split a bill, somebody buys a
sofa, travels, forgets a password, sends much back, tops up to pay a friend at once; shops have a good Saturday.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from chalicelib.risk.model_seen import Seen

START = 1_796_083_200.0
"""2026-12-01, a Tuesday, in seconds since 1970."""
DAY, HOUR, MINUTE = 86_400.0, 3_600.0, 60.0
CURRENCY = "CNY"
_NEW_SHARE, _SHOPS = 0.15, 40


@dataclass(frozen=True, slots=True)
class Planted:
    """A fraud: when it began is when its first event was."""

    id: str
    kind: str
    began: float
    careful: bool
    """It knows rules like these, and stays below them where it can."""


@dataclass(slots=True)
class Person:
    name: str
    born: float
    usual: float
    """What they pay usually, in minor units."""
    wakes: int
    often: float
    """Payments a day."""
    shops: list[str]
    device: str
    region: str = "CN"


@dataclass
class Traffic:
    seed: int
    days: int
    people: dict[str, Person] = field(default_factory=dict)
    events: list[Seen] = field(default_factory=list)
    truth: dict[str, Planted] = field(default_factory=dict)
    """Event → the fraud that it is part of."""
    planted: list[Planted] = field(default_factory=list)
    fraudsters: set[str] = field(default_factory=set)

    @property
    def honest(self) -> set[str]:
        return self.people.keys() - self.fraudsters


Play = Callable[["Maker", float, int], None]
"""`slow`, the last: so many times slower than whoever does not care."""


class Maker:
    def __init__(self, seed: int, days: int) -> None:
        self.random, self.made = random.Random(seed), Traffic(seed, days)
        self._number = 0
        self._fraud: Planted | None = None
        self.end = START + days * DAY

    def event(self, kind: str, at: float, **facts: object) -> None:
        self._number += 1
        seen = Seen(id=f"e{self._number}", kind=kind, at=round(at, 3), **facts)  # type: ignore[arg-type]
        self.made.events.append(seen)
        if self._fraud:
            self.made.truth[seen.id] = self._fraud

    def plant(self, kind: str, at: float, play: Play, careful: bool) -> None:
        self._fraud = Planted(f"f{len(self.made.planted)}", kind, at, careful)
        self.made.planted.append(self._fraud)
        play(self, at, 1 + 7 * careful)
        self._fraud = None

    def person(self, born: float, fraud: bool = False) -> Person:
        chance, number = self.random, len(self.made.people)
        shops = [f"shop{min(int(chance.paretovariate(0.7)) - 1, _SHOPS - 1)}" for _ in range(5)]
        usual = math.exp(chance.gauss(math.log(4_000), 0.6))
        one = Person(
            f"p{number}", born, usual, chance.choice((6, 7, 8, 9)), chance.uniform(0.3, 3), shops, f"d{number}"
        )
        self.made.people[one.name] = one
        if fraud:
            self.made.fraudsters.add(one.name)
        return one

    def amount(self, one: Person) -> int:
        return max(100, int(one.usual * math.exp(self.random.gauss(0, 0.7))))

    def awake(self, one: Person, day: int) -> float:
        """A moment of that day at which they do things."""
        hour = one.wakes + self.random.betavariate(2, 2) * 15
        return START + day * DAY + (hour % 24) * HOUR + self.random.random() * HOUR / 2

    def pay(self, one: Person, at: float, amount: int, shop: str) -> None:
        self.event("payment", at, person=one.name, merchant=shop, amount=amount, currency=CURRENCY, born=one.born)

    def top_up(self, one: Person, at: float, amount: int, *, card: str = "", device: str = "") -> None:
        """Of every other person the processor does not say which card it is."""
        known, device = int(one.name[1:]) % 2, device or one.device
        card = (card or f"card-{one.name}") if known else ""
        self.event("top-up-started", at - 20, person=one.name, card=card, device=device, outcome="started")
        self.event("top-up", at, person=one.name, amount=amount, currency=CURRENCY, born=one.born, processor="sandbox")

    def send(self, one: Person, other: Person, at: float, amount: int) -> None:
        facts = {"person": one.name, "peer": other.name, "born": one.born, "peer_born": other.born}
        self.event("transfer", at, amount=amount, currency=CURRENCY, **facts)

    def withdraw(self, one: Person, at: float, amount: int) -> None:
        self.event("withdrawal", at, person=one.name, amount=amount, currency=CURRENCY, born=one.born)

    def sign_in(
        self, one: Person, at: float, *, region: str = "", outcome: str = "succeeded", device: str = ""
    ) -> None:
        where = region or one.region
        self.event("sign-in", at, person=one.name, region=where, device=device or one.device, outcome=outcome)


def traffic(seed: int, people: int = 3_000, days: int = 28) -> Traffic:
    maker = Maker(seed, days)
    for _ in range(people):
        new = maker.random.random() < _NEW_SHARE
        born = START + maker.random.random() * days * DAY * 0.9 if new else START - maker.random.uniform(40, 700) * DAY
        maker.person(born)
    for one in list(maker.made.people.values()):
        _live(maker, one)
    _friends(maker)
    _families(maker)
    _house(maker)
    _frauds(maker, people)
    maker.made.events.sort(key=lambda seen: (seen.at, seen.id))
    return maker.made


def _live(maker: Maker, one: Person) -> None:
    """Weeks of somebody honest."""
    chance = maker.random
    first = max(0, math.ceil((one.born - START) / DAY))
    for day in range(first, maker.made.days):
        if chance.random() < 0.3:
            maker.top_up(one, maker.awake(one, day), int(one.usual * one.often * 4))
        if chance.random() < 0.5:
            maker.sign_in(one, maker.awake(one, day))
        for _ in range(_poisson(chance, one.often)):
            at, shop = maker.awake(one, day), chance.choice(one.shops)
            maker.pay(one, at, maker.amount(one), shop)
            if chance.random() < 0.02:
                _refund(maker, one, at + chance.uniform(1, 48) * HOUR)
        _odd_day(maker, one, day)


def _odd_day(maker: Maker, one: Person, day: int) -> None:
    """What happens to honest people now and then."""
    chance, at = maker.random, maker.awake(one, day)
    dice = chance.random()
    if dice < 0.004:
        maker.pay(one, at, int(one.usual * chance.uniform(10, 40)), chance.choice(one.shops))
    elif dice < 0.008:
        for number in range(chance.randint(1, 4)):
            maker.sign_in(one, at + number * 8, outcome="refused")
        maker.event("password-reset", at + 90, person=one.name, outcome="succeeded")
    elif dice < 0.010:
        maker.sign_in(one, at)
        maker.sign_in(one, at + chance.uniform(4, 14) * HOUR, region="SG")
    elif dice < 0.012:
        maker.sign_in(one, at)
        maker.sign_in(one, at + HOUR, region="HK")
    elif dice < 0.022:
        for _ in range(chance.choice((1, 1, 1, 2))):
            maker.pay(one, at + chance.random() * HOUR, 99_900, chance.choice(one.shops))
    elif dice < 0.025:
        _for_a_friend(maker, one, at)
    elif dice < 0.031:
        maker.pay(one, START + day * DAY + chance.uniform(0, 24) * HOUR, maker.amount(one), chance.choice(one.shops))


def _for_a_friend(maker: Maker, one: Person, at: float) -> None:
    """Topped up to send it on at once: the rent, a present."""
    friend, amount = maker.random.choice(list(maker.made.people.values())), maker.random.randint(8_000, 60_000)
    maker.top_up(one, at, amount)
    if friend is not one and friend.born < at:
        maker.send(one, friend, at + maker.random.uniform(3, 50) * MINUTE, amount)


def _refund(maker: Maker, one: Person, at: float) -> None:
    facts = {"person": one.name, "merchant": maker.random.choice(one.shops), "born": one.born}
    maker.event("refund", at, amount=maker.amount(one), currency=CURRENCY, **facts)


def _friends(maker: Maker) -> None:
    """Old friends, and new ones who all came in the same week and split what they ate."""
    chance, everybody = maker.random, list(maker.made.people.values())
    for _ in range(len(everybody) // 2):
        group = chance.sample(everybody, chance.randint(2, 6))
        day = chance.randrange(maker.made.days)
        at = maker.awake(group[0], day)
        share = chance.randint(2_000, 12_000)
        maker.pay(group[0], at, share * len(group), chance.choice(group[0].shops))
        for place, one in enumerate(group[1:]):
            if max(one.born, group[0].born) < at:
                maker.send(one, group[0], at + (place + 1) * chance.uniform(30, 4_000), share)


def _families(maker: Maker) -> None:
    """Two or three who use one tablet, each with a card of their own."""
    chance, everybody = maker.random, list(maker.made.people.values())
    for _ in range(len(everybody) // 20):
        home = chance.sample(everybody, chance.choice((2, 2, 3)))
        day = chance.randrange(maker.made.days)
        for one in home:
            at = maker.awake(one, day)
            if one.born < at:
                maker.top_up(one, at, int(one.usual * 5), device=home[0].device)


def _house(maker: Maker) -> None:
    """Staff who look things up, and webhooks of which some fail."""
    chance = maker.random
    for day in range(maker.made.days):
        for staff in range(8):
            for _ in range(chance.randint(0, 12)):
                at = START + day * DAY + chance.uniform(1, 10) * HOUR
                maker.event("reveal", at, person=f"staff{staff}", outcome="succeeded")
        for _ in range(200):
            at, failed = START + day * DAY + chance.random() * DAY, chance.random() < 0.02
            outcome = "failed" if failed else "succeeded"
            maker.event("processor-webhook", at, processor=chance.choice(("sandbox", "alipay")), outcome=outcome)


_CAREFUL_SHARE = 0.25


def _frauds(maker: Maker, people: int) -> None:
    plays: dict[str, Play] = {
        "ring of new accounts": _ring,
        "many cards, one device": _cards,
        "top-up straight out": _straight_out,
        "just below a limit": _below,
        "taken over by travel": _travel,
        "taken over by reset": _reset,
        "refund abuse": _refunds,
        "merchant spike": _spike,
        "guessed sign-ins": _guesses,
        "reveal spree": _reveals,
        "failing webhooks": _webhooks,
    }
    for kind, play in plays.items():
        several = max(8, people // 150)
        for number in range(several):
            at = START + maker.random.uniform(0.3, 0.9) * maker.made.days * DAY
            maker.plant(kind, at, play, careful=number < several * _CAREFUL_SHARE)


def _fresh(maker: Maker, at: float, several: int) -> list[Person]:
    return [maker.person(at - maker.random.uniform(0.5, 72) * HOUR, fraud=True) for _ in range(several)]


def _ring(maker: Maker, at: float, slow: int) -> None:
    """Money in, round among them a few times, and out."""
    chance = maker.random
    ring = _fresh(maker, at, chance.randint(4, 8) if slow == 1 else chance.randint(3, 5))
    amount = chance.randint(30_000, 200_000)
    maker.top_up(ring[0], at, amount)
    for turn in range(2):
        for one, other in zip(ring, [*ring[1:], ring[0]], strict=True):
            at += slow * chance.uniform(2, 90) * MINUTE
            part = chance.uniform(0.9, 1) if slow == 1 else chance.uniform(0.3, 0.9)
            maker.send(one, other, at, int(amount * part) if turn or slow > 1 else amount)
    maker.withdraw(ring[0], at + slow * HOUR, int(amount * 0.9))


def _cards(maker: Maker, at: float, slow: int) -> None:
    chance, farm = maker.random, f"farm{at}"
    for one in _fresh(maker, at, chance.randint(2, 4)):
        device = farm if slow == 1 else one.device
        for number in range(chance.randint(2, 4)):
            at += slow * chance.uniform(1, 20) * MINUTE
            maker.top_up(one, at, chance.randint(5_000, 60_000), card=f"stolen{at}{number}", device=device)


def _straight_out(maker: Maker, at: float, slow: int) -> None:
    (one,), chance = _fresh(maker, at, 1), maker.random
    mule = maker.person(at - 200 * DAY, fraud=True)
    for _ in range(chance.randint(1, 3)):
        amount = chance.randint(30_000, 150_000)
        maker.top_up(one, at, amount)
        maker.send(one, mule, at + slow * chance.uniform(2, 20) * MINUTE, int(amount * chance.uniform(0.85, 1)))
        at += chance.uniform(2, 30) * HOUR


def _below(maker: Maker, at: float, slow: int) -> None:
    one, chance = maker.person(at - 100 * DAY, fraud=True), maker.random
    for _ in range(chance.randint(4, 7)):
        maker.pay(one, at, chance.randint(93_000, 99_900), chance.choice(one.shops))
        at += slow * chance.uniform(10, 150) * MINUTE


def _victim(maker: Maker) -> Person:
    return maker.random.choice([one for one in maker.made.people.values() if one.born < START])


def _travel(maker: Maker, at: float, slow: int) -> None:
    """Somebody else signs in from far away and sends at once; or waits."""
    one, thief = _victim(maker), maker.person(at - 300 * DAY, fraud=True)
    maker.sign_in(one, at - slow * maker.random.uniform(10, 100) * MINUTE)
    maker.sign_in(one, at, region="RU", device=f"thief{at}")
    maker.send(one, thief, at + slow * maker.random.uniform(1, 15) * MINUTE, int(one.usual * 8) + 20_000)


def _reset(maker: Maker, at: float, slow: int) -> None:
    one, thief = _victim(maker), maker.person(at - 300 * DAY, fraud=True)
    maker.event("password-reset", at, person=one.name, outcome="succeeded")
    began = at + (0 if slow == 1 else maker.random.uniform(10, 40) * HOUR)
    for number in range(3):
        amount = int(one.usual * 5) + 20_000
        maker.send(one, thief, began + (number + 1) * maker.random.uniform(3, 30) * MINUTE, amount)


def _refunds(maker: Maker, at: float, slow: int) -> None:
    one, often = maker.person(at - 60 * DAY, fraud=True), 1 if slow == 1 else 3
    for number in range(8):
        bought = at + number * maker.random.uniform(6, 20) * HOUR
        maker.pay(one, bought, 30_000, one.shops[0])
        if number % often == 0:
            facts = {"person": one.name, "merchant": one.shops[0], "born": one.born}
            maker.event("refund", bought + 3 * HOUR, amount=30_000, currency=CURRENCY, **facts)


def _spike(maker: Maker, at: float, slow: int) -> None:
    """Stolen wallets buy from a shop that is in it."""
    shop, chance = f"front{at}", maker.random
    for day in range(6):
        for _ in range(5):
            buyer = chance.choice(list(maker.made.people.values()))
            maker.pay(buyer, at - (6 - day) * DAY + chance.uniform(0, 12) * HOUR, maker.amount(buyer), shop)
    for _ in range(60):
        buyer = _victim(maker)
        maker.pay(buyer, at + slow * chance.random() * 0.9 * HOUR, maker.amount(buyer), shop)


def _guesses(maker: Maker, at: float, slow: int) -> None:
    one = _victim(maker)
    for number in range(30):
        maker.sign_in(one, at + slow * number * maker.random.uniform(2, 12), outcome="refused", device=f"bot{at}")


def _reveals(maker: Maker, at: float, slow: int) -> None:
    who = f"staff{maker.random.randrange(8)}"
    for number in range(40):
        maker.event("reveal", at + slow * number * 25, person=who, outcome="succeeded")


def _webhooks(maker: Maker, at: float, slow: int) -> None:
    for number in range(25):
        maker.event("processor-webhook", at + slow * number * 15, processor="sandbox", outcome="refused")


def _poisson(chance: random.Random, mean: float) -> int:
    bound, found, product = math.exp(-mean), 0, chance.random()
    while product > bound:
        found, product = found + 1, product * chance.random()
    return found
