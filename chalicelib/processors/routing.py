"""Which processors may take a top-up or send a payout, in which order, and why not the others.

Rules are data (`rules/*.json`).

Also here: which of a processor's answers another one may answer better (`MOVES_ON`), and which are its own fault.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from chalicelib.kernel import money
from chalicelib.processors.model import KEY_REFUSED, Created
from chalicelib.processors.wire import NotReached

CHOSEN, OPEN, NOT_SET_UP, RESTS = "chosen", "open", "not_set_up", "maintenance"
PAYOUT = "payout"
NO_PAYOUT_BANK = "no-payout-bank"
"""The state of an account whose currency nobody pays out."""
NOT_REACHED = NotReached.reason
REFUSALS = ("currency", "country", "method", "amount")
"""Why a processor does not serve a wish, in the order in which it is looked at."""
_OWN_TROUBLE = frozenset({NOT_REACHED, KEY_REFUSED, "403", "processing_error", "processor_unavailable"})
MOVES_ON = _OWN_TROUBLE | frozenset(
    {
        "currency_not_supported",
        "issuer_not_available",
        "issuer_unavailable",
        "payment_method_not_available",
        "service_not_allowed",
        "try_again_later",
    }
)
"""Reasons that are a processor's and no customer's: another may say yes. Whatever is not here means no.
https://docs.stripe.com/declines/codes"""


class Price(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a movement costs us, `basis_points` hundredths of a per cent and `fixed` minor units; for which amounts."""

    basis_points: int
    fixed: int
    least: int = 1
    most: int = money.MAX_AMOUNT

    def of(self, amount: int) -> int:
        return money.part(amount, self.basis_points) + self.fixed


class Method(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`named`: what a request may call it, with `*` for any ending; `unnamed`: whether it may call it nothing."""

    named: tuple[str, ...] = ()
    unnamed: bool = False

    def is_meant(self, name: str | None) -> bool:
        if name is None:
            return self.unnamed
        return any(name == one or (one[-1:] == "*" and name.startswith(one[:-1])) for one in self.named)


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one processor serves. `countries`: jurisdictions of its customers; None: all."""

    currencies: dict[str, Price]
    methods: dict[str, Method]
    countries: tuple[str, ...] | None = None
    payouts: dict[str, Price] = {}
    """In which currencies it pays merchants' banks."""

    def method(self, name: str | None) -> str | None:
        """Which kind of method a request means by `name`."""
        return next((kind for kind, method in self.methods.items() if method.is_meant(name)), None)


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """In force from `effective_at` until the next."""

    id: str
    effective_at: datetime
    processors: dict[str, Terms]

    def among(self, names: Collection[str]) -> Rules:
        """Of these processors only."""
        kept = {name: terms for name, terms in self.processors.items() if name in names}
        return msgspec.structs.replace(self, processors=kept)


@dataclass(frozen=True, slots=True)
class Wish:
    """`amount` in minor units; `country` is the customer's jurisdiction; `method` as the request calls it."""

    currency: str
    country: str
    amount: int
    method: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """`why`: what it would cost, in minor units; or the word for why it is not asked."""

    processor: str
    why: str
    method: str = ""

    @property
    def serves(self) -> bool:
        return self.why.isdigit() or self.why == CHOSEN


def effective(rules: Sequence[Rules], at: datetime) -> Rules:
    """The newest in force at `at`; the oldest before all."""
    ordered = sorted(rules, key=lambda one: one.effective_at)
    begun = [one for one in ordered if one.effective_at <= at]
    return begun[-1] if begun else ordered[0]


def candidates(wish: Wish, rules: Rules) -> tuple[Candidate, ...]:
    """Every processor once: those that serve, the cheapest first, of equals the first by name; then the others."""
    judged = [_judged(wish, name, terms) for name, terms in rules.processors.items()]
    return tuple(sorted(judged, key=_order))


def payers(currency: str, amount: int, rules: Rules) -> tuple[Candidate, ...]:
    """Likewise, who pays `amount` out to a bank account."""
    priced = [(name, terms.payouts.get(currency)) for name, terms in rules.processors.items()]
    judged = [Candidate(name, _price_of(amount, price), PAYOUT) for name, price in priced]
    return tuple(sorted(judged, key=_order))


def of_one_kind(found: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Only who serves with the kind of method of the first: where it was not named, nobody may be moved to another."""
    kind = next((one.method for one in found if one.serves), "")
    return tuple(replace(one, why="method") if one.serves and one.method != kind else one for one in found)


def lacking(found: Sequence[Candidate], missing: Collection[str]) -> tuple[Candidate, ...]:
    """Those that nobody has set up are passed over, even if nobody is left."""
    return _passed_over(found, missing, NOT_SET_UP)


def resting(found: Sequence[Candidate], at_rest: Collection[str]) -> tuple[Candidate, ...]:
    """Those in maintenance are passed over, even if nobody is left."""
    return _passed_over(found, at_rest, RESTS)


def without(found: Sequence[Candidate], closed_to: Collection[str]) -> tuple[Candidate, ...]:
    """`closed_to` are passed over, in their place; where all are, the cheapest is asked: a breaker chooses, no more."""
    serving = [one for one in found if one.serves]
    spared = next((one.processor for one in serving), "") if {one.processor for one in serving} <= {*closed_to} else ""
    passed = {name for name in closed_to if name != spared}
    return tuple(replace(one, why=OPEN) if one.serves and one.processor in passed else one for one in found)


def refusal(found: Sequence[Candidate]) -> str:
    """What to change where nobody serves: what the processor that came furthest refused."""
    return max((one.why for one in found if one.why in REFUSALS), key=REFUSALS.index, default=REFUSALS[0])


def may_move_on(created: Created, *, first: bool) -> bool:
    """Whether this answer is a no that another processor need not give.

    `first`: nobody can have asked before. Otherwise an earlier request may have arrived, and only what the processor
    says of a payment that it knows is a no.
    """
    if created.reason not in MOVES_ON:
        return False
    return first if created.reference is None else created.status == "failed"


def own_fault(created: Created) -> bool:
    """Silence, nonsense or trouble of the processor's; never a customer's decline."""
    return created.status == "unknown" or created.reason in _OWN_TROUBLE


def _passed_over(found: Sequence[Candidate], names: Collection[str], why: str) -> tuple[Candidate, ...]:
    return tuple(replace(one, why=why) if one.serves and one.processor in names else one for one in found)


def _judged(wish: Wish, name: str, terms: Terms) -> Candidate:
    price, method = terms.currencies.get(wish.currency), terms.method(wish.method)
    if price is None:
        return Candidate(name, "currency")
    if terms.countries is not None and wish.country not in terms.countries:
        return Candidate(name, "country")
    if method is None:
        return Candidate(name, "method")
    why = _price_of(wish.amount, price)
    return Candidate(name, why, method if why.isdigit() else "")


def _price_of(amount: int, price: Price | None) -> str:
    """What it costs; otherwise the word for why it is not served."""
    if price is None:
        return "currency"
    return str(price.of(amount)) if price.least <= amount <= price.most else "amount"


def _order(one: Candidate) -> tuple[bool, int, str]:
    return (not one.serves, int(one.why) if one.serves else 0, one.processor)
