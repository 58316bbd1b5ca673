"""The rules, as data: what each looks for, how many points it gives, how far it may lead, and what if it fails. Pure.

The points say how far a score leads, and the rules that found something how far it may lead at most. A rule that
touches anybody's money is on trial (`shadow`) until a person has turned it on.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Literal

import msgspec

from chalicelib.kernel.errors import InvalidRequest
from chalicelib.risk.model import Note

Outcome = Literal["allow", "watch", "step-up", "review", "hold", "freeze"]
OUTCOMES: tuple[Outcome, ...] = ("allow", "watch", "step-up", "review", "hold", "freeze")
"""From nothing to the most: written down; the owner proves that it is them; a person looks; the amount is put aside;
the wallet is frozen."""
BANDS: Mapping[Outcome, int] = {"watch": 15, "step-up": 35, "review": 40, "hold": 50, "freeze": 100}
"""From how many points on."""
MOST_POINTS = 150
Mode = Literal["on", "shadow", "off"]
IfItFails = Literal["open", "closed"]
"""Open: as if it had found nothing. Closed: a person looks at the movement."""


class Bound(msgspec.Struct, frozen=True, array_like=True):
    """A parameter: what it is, and between what it may be set."""

    value: int
    least: int
    most: int


class Rule(msgspec.Struct, frozen=True):
    name: str
    points: int
    most: Outcome
    mode: Mode
    parameters: Mapping[str, Bound]
    if_it_fails: IfItFails
    because: str

    def values(self, changed: Mapping[str, int]) -> dict[str, int]:
        return {name: changed.get(name, bound.value) for name, bound in self.parameters.items()}


class InForce(msgspec.Struct, frozen=True):
    """A rule as it holds now."""

    rule: Rule
    mode: Mode
    parameters: Mapping[str, int]
    version: int = 0

    @property
    def name(self) -> str:
        return self.rule.name

    def parameters_in(self, currency: str) -> Mapping[str, int]:
        """As they are, but for an amount: as much of that currency."""
        name, part = AMOUNTS.get(self.name), AS_MUCH_AS_A_HUNDRED.get(currency, 100)
        return {**self.parameters, name: max(1, self.parameters[name] * part // 100)} if name else self.parameters


def _rule(
    name: str,
    points: int,
    most: Outcome,
    mode: Mode,
    fails: IfItFails,
    because: str,
    **bounds: tuple[int, int, int],
) -> Rule:
    parameters = {parameter: Bound(*bound) for parameter, bound in bounds.items()}
    return Rule(name, points, most, mode, parameters, fails, because)


_HONEST, _GONE, _ONLY_TOLD, _PERSONAL = "honest", "gone", "only-told", "personal"
"""Why a rule fails open or closed: each has a sentence."""
_HOLD_DAYS = (90, 1, 365)
"""After so many days what is held without a decision of a person goes back by itself."""
RULES: tuple[Rule, ...] = (
    _rule("new-account-ring", 60, "freeze", "shadow", "open", _HONEST,
          members=(4, 3, 12), passed_percent=(50, 10, 100), hours=(72, 1, 336), least=(5_000, 1, 10_000_000),
          hold_days=_HOLD_DAYS),
    _rule("many-cards-one-device", 55, "hold", "shadow", "closed", _GONE,
          cards=(4, 2, 20), hours=(24, 1, 336), hold_days=_HOLD_DAYS),
    _rule("top-up-straight-out", 45, "hold", "shadow", "closed", _GONE,
          minutes=(60, 5, 1_440), percent=(80, 10, 100), least=(20_000, 1, 10_000_000), days=(30, 1, 365),
          hold_days=_HOLD_DAYS),
    _rule("just-below-a-limit", 40, "review", "on", "open", _HONEST,
          limit=(100_000, 1_000, 100_000_000), below_percent=(8, 1, 30), times=(3, 2, 10), hours=(24, 1, 168)),
    _rule("odd-hour", 20, "watch", "on", "open", _HONEST,
          known=(20, 5, 200), share_percent=(3, 1, 20), deviations=(2, 1, 20)),
    _rule("unusual-amount", 20, "watch", "on", "open", _HONEST, known=(8, 3, 100), deviations=(6, 2, 40)),
    _rule("many-at-once", 25, "watch", "on", "open", _HONEST, times=(8, 3, 48), minutes=(10, 1, 120)),
    _rule("impossible-travel", 40, "step-up", "shadow", "open", _HONEST, hours=(3, 1, 24)),
    _rule("reset-then-out", 45, "step-up", "shadow", "closed", _GONE,
          hours=(24, 1, 168), least=(10_000, 1, 10_000_000)),
    _rule("refund-abuse", 40, "review", "on", "open", _HONEST, times=(4, 2, 20), percent=(50, 10, 100)),
    _rule("merchant-spike", 40, "review", "on", "open", _HONEST,
          least=(20, 5, 10_000), deviations=(8, 2, 50), days=(3, 1, 7)),
    _rule("guessed-sign-ins", 40, "review", "on", "open", _ONLY_TOLD, times=(10, 3, 24), minutes=(10, 1, 120)),
    _rule("reveal-spree", 45, "review", "on", "closed", _PERSONAL,
          times=(15, 3, 24), minutes=(60, 5, 1_440)),
    _rule("webhook-failures", 40, "review", "on", "open", _ONLY_TOLD, times=(6, 2, 24), minutes=(10, 1, 120)),
)  # fmt: skip
AMOUNTS: Mapping[str, str] = {
    "new-account-ring": "least",
    "top-up-straight-out": "least",
    "just-below-a-limit": "limit",
    "reset-then-out": "least",
}
"""Rule → which of its parameters is an amount: minor units of `CURRENCY`."""
CURRENCY = "CNY"
AS_MUCH_AS_A_HUNDRED: Mapping[str, int] = {
    "CNY": 100, "USD": 14, "EUR": 13, "GBP": 11, "HKD": 110, "SGD": 19, "JPY": 21,
}  # fmt: skip
"""Currency → how many of its minor units are about as much as a hundred of `CURRENCY`, in round figures: rules look for
what is much, they change no money."""
BY_NAME: Mapping[str, Rule] = {rule.name: rule for rule in RULES}
NAMES = tuple(BY_NAME)


class RiskRuleRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters that are left out stay as they are."""

    mode: Mode
    note: Note
    parameters: Annotated[dict[str, int], msgspec.Meta(max_length=8)] = {}


class ParameterView(msgspec.Struct, frozen=True, omit_defaults=True):
    name: str
    value: int
    usual: int
    least: int
    most: int
    currency: str = ""
    """Of an amount: it is this much of it, and about as much of others."""


class RiskRuleView(msgspec.Struct, frozen=True, omit_defaults=True):
    """`fraud`, `legitimate`, `unsure`: labels of scores that it gave a reason for. `precision_percent` is what part of
    the first two was fraud; left out where there is none."""

    name: str
    about: str
    mode: Mode
    points: int
    most: Outcome
    parameters: list[ParameterView]
    if_it_fails: IfItFails
    because: str
    version: int
    fraud: int
    legitimate: int
    unsure: int
    precision_percent: int | None = None
    changed_at: str = ""
    changed_by: str = ""


class Change(msgspec.Struct, frozen=True):
    """What an operator made of a rule."""

    mode: Mode
    parameters: dict[str, int]
    version: int
    at: str
    by: str


class Labels(msgspec.Struct, frozen=True):
    fraud: int = 0
    legitimate: int = 0
    unsure: int = 0

    @property
    def precision_percent(self) -> int | None:
        sure = self.fraud + self.legitimate
        return self.fraud * 100 // sure if sure else None


def known(parameters: Mapping[str, int]) -> None:
    """Raises InvalidRequest where no rule at all has one."""
    everywhere = {name for rule in RULES for name in rule.parameters}
    for name in parameters.keys() - everywhere:
        raise InvalidRequest(param=f"parameters.{name}"[:64])


def checked(rule: Rule, parameters: Mapping[str, int]) -> None:
    """Raises InvalidRequest where one is unknown or beyond its bounds."""
    for name, value in parameters.items():
        bound = rule.parameters.get(name)
        if bound is None:
            raise InvalidRequest(param=f"parameters.{name}"[:64])
        if not bound.least <= value <= bound.most:
            raise InvalidRequest(param=f"parameters.{name}", minimum=bound.least, maximum=bound.most)


def in_force(changes: Mapping[str, Change]) -> tuple[InForce, ...]:
    """Each rule as it was changed; a parameter that is no more is let go."""
    return tuple(_in_force(rule, changes.get(rule.name)) for rule in RULES)


def _in_force(rule: Rule, change: Change | None) -> InForce:
    if change is None:
        return InForce(rule, rule.mode, rule.values({}))
    return InForce(rule, change.mode, rule.values(change.parameters), change.version)


def longest_held(names: Collection[str], rules: Collection[InForce]) -> int:
    """In days: by whichever of these rules waits least."""
    found = [one.parameters["hold_days"] for one in rules if one.name in names and "hold_days" in one.parameters]
    return min(found, default=_HOLD_DAYS[0])


def band(points: int) -> Outcome:
    reached: Outcome = "allow"
    for outcome, least in BANDS.items():
        if points >= least:
            reached = outcome
    return reached


def weaker(one: Outcome, other: Outcome) -> Outcome:
    return min(one, other, key=OUTCOMES.index)


def reaches(outcome: Outcome, least: Outcome) -> bool:
    return OUTCOMES.index(outcome) >= OUTCOMES.index(least)
