"""What must hold of a load test: of every answer, of how long it took, and of the money afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from infra.local import lanes, load_flood, second_opinion
from infra.local.client import Client
from infra.local.load_client import NO_ANSWER, Seen
from infra.local.load_payers import ACCEPTED, FUNDS, Till

SLOWER, ANYWAY_SECONDS = 10.0, 1.0
"""In a flood the 95th of a hundred accepted payments takes so many times as long as in the calm, or a second."""
RUSH_SECONDS, RUSH_ROOMS, RUSH_AT_MOST_SECONDS = 3.0, 3.0, 8.0
"""In a rush of payments one waits its turn too, by the 95th of a hundred as long as the machine takes for so many times
what the lane holds; three seconds are always allowed, more than eight never."""
THROUGH = 0.95
"""Of those who pay as ever in a flood of something else, so many of a hundred are served at once."""
ASKED_LATER = 40
"""Of those who were told to come later, so many do."""


@dataclass(frozen=True, slots=True)
class Check:
    """`depends_on_the_machine`: another run, beside something else, may find otherwise."""

    name: str
    ok: bool
    found: str
    depends_on_the_machine: bool = False

    def told(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Phase:
    name: str
    seconds: float
    seen: list[Seen]

    @property
    def served_per_second(self) -> float:
        return sum(not one.shed and one.status != NO_ANSWER for one in self.seen) / self.seconds

    @property
    def asked_per_second(self) -> float:
        return len(self.seen) / max(self.seconds, max((one.at for one in self.seen), default=0.0))

    def of(self, kind: str) -> list[Seen]:
        return [one for one in self.seen if one.kind == kind]

    def accepted(self) -> list[float]:
        """Seconds of each accepted payment, the shortest first."""
        return sorted(one.seconds for one in self.of("payments") if one.status == ACCEPTED)

    def told(self) -> dict[str, Any]:
        kinds = {kind: _kind(self.of(kind)) for kind in sorted({one.kind for one in self.seen})}
        rates = {"asked_per_second": self.asked_per_second, "served_per_second": self.served_per_second}
        rounded = {name: round(rate, 1) for name, rate in rates.items()}
        return {"name": self.name, "seconds": self.seconds, **rounded, "kinds": kinds, "each_second": self._seconds()}

    def _seconds(self) -> list[dict[str, int]]:
        """What came in each second: served, and told to come later."""
        served = Counter(int(one.at) for one in self.seen if not one.shed)
        shed = Counter(int(one.at) for one in self.seen if one.shed)
        return [{"served": served[second], "shed": shed[second]} for second in range(int(self.seconds))]


def percentile(ordered: Sequence[float], percent: float) -> float:
    """Seconds; 0 of none."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] if ordered else 0.0


def of_phases(phases: Sequence[Phase], times: float) -> Iterator[Check]:
    calm, pressed, flood, rush, after = phases
    everything = [one for phase in phases for one in phase.seen]
    yield _more_than(flood, pressed, times)
    yield from _in_time(calm, flood, rush, after)
    shed = [one for one in everything if one.shed]
    both = all(any(one.shed for one in phase.seen) for phase in (flood, rush))
    yield Check("much was told to come later", both, f"{len(shed)} of {len(everything)}", True)
    unsound = sum(not one.sound for one in shed)
    yield Check("and was told when, in the form of a problem", unsound == 0, f"{unsound} were not")
    odd = Counter(f"{one.kind} {one.status} {one.code}".strip() for one in everything if not _expected(one))
    yield Check("nothing was answered otherwise", not odd, ", ".join(f"{many} × {what}" for what, many in odd.items()))


def _more_than(flood: Phase, pressed: Phase, times: float) -> Check:
    found = flood.asked_per_second / max(pressed.served_per_second, 0.1)
    return Check("several times the capacity was asked for", found >= min(times, 3) * 0.8, f"{found:.1f} times", True)


def _in_time(calm: Phase, flood: Phase, rush: Phase, after: Phase) -> Iterator[Check]:
    usual = percentile(calm.accepted(), 95)
    through = len(flood.accepted()) / max(1, len(flood.of("payments")))
    yield Check(
        "a flood of anything else keeps no payment away", through >= THROUGH, f"{through:.1%} accepted at once", True
    )
    for phase, most in ((flood, max(SLOWER * usual, ANYWAY_SECONDS)), (rush, _wait_in(rush))):
        slow = percentile(phase.accepted(), 95)
        said = f"p95 {slow * 1000:.0f} ms, {slow / max(usual, 0.001):.1f} times the calm's {usual * 1000:.0f} ms"
        yield Check(f"what was accepted in the {phase.name} was prompt", 0 < slow <= most, said, True)
    again = percentile(after.accepted(), 95)
    yield Check("afterwards it is calm again", 0 < again <= max(3 * usual, 0.5), f"p95 {again * 1000:.0f} ms", True)


def _wait_in(rush: Phase) -> float:
    room = RUSH_ROOMS * (lanes.AT_WORK["money"] + lanes.WAITING)
    return min(RUSH_AT_MOST_SECONDS, max(RUSH_SECONDS, room * rush.seconds / max(1, len(rush.accepted()))))


def _expected(one: Seen) -> bool:
    usual = {ACCEPTED} if one.kind == "payments" else load_flood.EXPECTED[one.kind]
    return one.shed or one.status in usual


async def of_money(till: Till, local: Mapping[str, Any]) -> list[Check]:
    """Asked when the storm is over: each accepted payment once more, some of the others, wallets and books."""
    same = [(await till.again(key), reply) for key, reply in till.accepted().items()]
    differ = sum(
        (told.status, told.body, told.headers.get("idempotent-replayed")) != (reply.status, reply.body, "true")
        for told, reply in same
    )
    wrong = _wrong_wallets(till)
    later = await _later(till)
    books = Client(local["api"]).get("/_local/books").expect(200)
    opinion = second_opinion.fold(second_opinion.read(local))
    crooked = len(opinion.crooked) + sum(total != 0 for total in opinion.sums.values())
    return [
        Check("the same key answers every accepted payment the same", differ == 0, f"{differ} of {len(same)} differ"),
        Check("each accepted payment was taken once, no other at all", not wrong, ", ".join(wrong)),
        Check("whoever was told to come later may come later", later == 0 and not _wrong_wallets(till), f"{later} not"),
        Check("the books balance", bool(books["balanced"]) and crooked == 0, f"{books['entries']} entries"),
    ]


def _wrong_wallets(till: Till) -> list[str]:
    paid = till.paid()
    left = {payer.wallet_id: payer.available for payer in till.payers}
    return [
        f"{wallet}: {FUNDS - paid[wallet] - left[wallet]:+}" for wallet in paid if FUNDS - paid[wallet] != left[wallet]
    ]


async def _later(till: Till) -> int:
    """How many of some that were shed are not done now, for the first time."""
    wrong = 0
    for key in till.shed()[:ASKED_LATER]:
        reply = await till.again(key)
        till.keep(till.asked[key][1], reply)
        wrong += reply.status != ACCEPTED or "idempotent-replayed" in reply.headers
    return wrong


def _kind(found: Sequence[Seen]) -> dict[str, Any]:
    served = sorted(one.seconds for one in found if not one.shed and one.status != NO_ANSWER)
    percents = {f"p{percent}_ms": round(percentile(served, percent) * 1000) for percent in (50, 95, 99)}
    answers = Counter(f"{one.status} {one.code}".strip() for one in found)
    shed = sum(one.shed for one in found)
    return {
        "asked": len(found),
        "served": len(served),
        "shed": shed,
        **percents,
        "answers": dict(sorted(answers.items())),
    }
