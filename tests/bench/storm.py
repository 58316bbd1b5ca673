"""The same storm over any handler: double taps, lost answers, crashes around every write, replays, a drained wallet.

What strikes whom is drawn from the seed, so both sides get the same weather: `python -m tests.bench.storm --seed 7`.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from tests.bench.arena import Arena, NoAnswer
from tests.bench.faults import Fault, Kind

AMOUNT = 1250
"""Minor units, of every purchase."""
FUNDS = 4 * AMOUNT
"""In the wallet of every purchase: a handler that charges twice is not saved by an empty wallet."""
DRAIN_TAPS, DRAIN_AFFORDS = 20, 12
ENVIRONMENTS = 6
REPLAYS = 2
LADDER_SECONDS = (0.2, 0.4, 0.8, 1.6, 2.0, 2.0, 2.0, 2.0)
"""How long a phone waits before each retry with the same key."""
AT_ONCE_SECONDS = (0.0, 0.2, 0.4, 0.8, 1.6)
Weather = Literal["calm", "double-tap", "dropped", "lost", "cut", "killed"]
_WEATHER: tuple[tuple[Weather, int], ...] = (
    ("calm", 3),
    ("double-tap", 3),
    ("dropped", 2),
    ("lost", 3),
    ("cut", 3),
    ("killed", 4),
)


@dataclass(frozen=True, slots=True)
class Purchase:
    """One thing bought once, whatever happens on the way: one key, one wallet of its own."""

    number: int
    weather: Weather
    taps: int = 1
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What a side's tables say about one purchase: money taken, and distinct payments recorded and announced."""

    taken: int
    recorded: int
    settled: int


@dataclass(frozen=True, slots=True)
class Score:
    """Of one side. Counts are purchases, `off_by` is minor units."""

    purchases: int
    requests: int
    charged_once: int
    charged_twice: int
    not_charged: int
    unrecorded: int
    """Charged, and no record of the payment."""
    unsettled: int
    """A payment that settlement never hears of."""
    answers_differ: int
    unanswered: int
    drained: int
    """Purchases made by a wallet that affords `DRAIN_AFFORDS`."""
    off_by: int
    """Money that left wallets and is not on its way to the merchant, or the reverse."""
    overcharged: int
    seconds: float

    @property
    def flawless(self) -> bool:
        wrong = self.charged_twice + self.not_charged + self.unrecorded + self.unsettled + self.answers_differ
        return wrong + self.unanswered + self.off_by + self.overcharged == 0 and self.drained == DRAIN_AFFORDS


def plan(seed: int, purchases: int) -> list[Purchase]:
    """The weather of each purchase: every kind comes, and each kind of fault is spread evenly over the writes."""
    chance = random.Random(seed)
    kinds = [kind for kind, weight in _WEATHER for _ in range(weight)]
    drawn = [kinds[number % len(kinds)] for number in range(purchases)]
    places = {kind: _spread(drawn.count(kind), chance) for kind, _ in _WEATHER}
    chance.shuffle(drawn)
    return [_purchase(number, weather, places[weather].pop(), chance) for number, weather in enumerate(drawn)]


def _spread(count: int, chance: random.Random) -> list[float]:
    """One number from each of `count` equal parts of [0, 1), in any order."""
    places = [(part + chance.random()) / count for part in range(count)]
    chance.shuffle(places)
    return places


def _purchase(number: int, weather: Weather, where: float, chance: random.Random) -> Purchase:
    if weather == "double-tap":
        return Purchase(number, weather, taps=chance.randint(2, 3))
    if weather in ("calm", "dropped"):
        return Purchase(number, weather)
    kind: Kind = weather
    return Purchase(number, weather, fault=Fault(kind, after=chance.random() < 0.8, where=where))


class Storm:
    """One run against one side. The side's `prepare` and `count` see wallets in the order of the purchases."""

    def __init__(self, side: Any, seed: int, purchases: int, say: Callable[[int, int], None] = lambda done, of: None):
        self._side, self._purchases, self._say = side, plan(seed, purchases), say
        self._arena = Arena(side, ENVIRONMENTS)
        self._done = 0

    def run(self) -> Score:
        try:
            return asyncio.run(self._run())
        finally:
            self._arena.close()

    async def _run(self) -> Score:
        began = time.monotonic()
        funds = [FUNDS] * len(self._purchases) + [DRAIN_AFFORDS * AMOUNT]
        orders = await self._arena.ask("prepare", funds, AMOUNT)
        *single, drain = orders
        answers = await asyncio.gather(*map(self._buy, self._purchases, single))
        drained = await self._drain(drain)
        await asyncio.gather(*map(self._replay, self._purchases, single, answers))
        facts = await self._arena.ask("count", single, FUNDS)
        return self._score(answers, facts, drained, time.monotonic() - began)

    async def _buy(self, purchase: Purchase, order: dict[str, Any]) -> list[bytes | None]:
        """Every final answer the phone got."""
        taps = [self._tap(order, purchase) for _ in range(purchase.taps)]
        final = [answer for answer in await asyncio.gather(*taps) if answer is not None]
        final = final or [await self._insist(order, _key(purchase))]
        self._done += 1
        self._say(self._done, len(self._purchases))
        return final

    async def _tap(self, order: dict[str, Any], purchase: Purchase) -> bytes | None:
        answer = await self._once(order, _key(purchase), purchase.fault)
        return None if purchase.weather == "dropped" else answer

    async def _replay(self, purchase: Purchase, order: dict[str, Any], given: list[bytes | None]) -> None:
        for _ in range(REPLAYS):
            given.append(await self._insist(order, _key(purchase), AT_ONCE_SECONDS))

    async def _insist(
        self, order: dict[str, Any], key: str, ladder_seconds: Sequence[float] = LADDER_SECONDS
    ) -> bytes | None:
        """With the same key until there is a final answer, as long as a phone is patient."""
        for seconds in ladder_seconds:
            await asyncio.sleep(seconds)
            if (answer := await self._once(order, key)) is not None:
                return answer
        return None

    async def _once(self, order: dict[str, Any], key: str, fault: Fault | None = None) -> bytes | None:
        try:
            status, body = await self._arena.deliver(order, key, fault)
        except NoAnswer:
            return None
        return None if status >= 500 or (status == 409 and b"in-flight" in body) else body

    async def _drain(self, order: dict[str, Any]) -> int:
        """Different purchases from one wallet at once; returns how many it paid."""
        wanted = {**order, "confirm_duplicate": True}
        orders = [{**wanted, "order_reference": f"{order['order_reference']}-{tap}"} for tap in range(DRAIN_TAPS)]
        taps = [self._insist(one, f"drain-{tap}", AT_ONCE_SECONDS) for tap, one in enumerate(orders)]
        answers = await asyncio.gather(*taps)
        return sum(1 for answer in answers if answer and b'"captured"' in answer)

    def _score(
        self, answers: Sequence[Sequence[bytes | None]], facts: Sequence[Facts], drained: int, seconds: float
    ) -> Score:
        return Score(
            purchases=len(facts),
            requests=self._arena.requests,
            charged_once=sum(fact.taken == AMOUNT for fact in facts),
            charged_twice=sum(fact.taken > AMOUNT for fact in facts),
            not_charged=sum(fact.taken < AMOUNT for fact in facts),
            unrecorded=sum(fact.taken > fact.recorded * AMOUNT for fact in facts),
            unsettled=sum(fact.recorded > fact.settled for fact in facts),
            answers_differ=sum(len({answer for answer in given if answer}) > 1 for given in answers),
            unanswered=sum(None in given for given in answers),
            drained=drained,
            off_by=sum(abs(fact.taken - fact.settled * AMOUNT) for fact in facts),
            overcharged=sum(max(0, fact.taken - AMOUNT) for fact in facts),
            seconds=round(seconds, 1),
        )


def _key(purchase: Purchase) -> str:
    return f"purchase-{purchase.number}"


def written(score: Score) -> dict[str, Any]:
    return {**asdict(score), "taps": DRAIN_TAPS, "affords": DRAIN_AFFORDS, "flawless": score.flawless}
