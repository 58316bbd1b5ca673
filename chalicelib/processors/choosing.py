"""Choosing who is asked for a top-up or a payout: the rules of the day, then how the processors do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import msgspec

from chalicelib.kernel.errors import CofferError, CurrencyMismatch, InvalidRequest, InvalidState
from chalicelib.processors import health, routing
from chalicelib.processors import service as processors
from chalicelib.processors.routing import CHOSEN, Candidate, Rules, Wish

_PARAMS = {"country": "wallet_id"}
"""What of a request a refusal is about, where it is called otherwise."""


Rest = Callable[[str, str, datetime], CofferError | None]
_rests: list[Rest] = []


def rest_with(rest: Rest) -> None:
    """Who knows which processor takes no top-ups for maintenance, from now on: the refusal in a language, or None."""
    _rests[:] = [rest]


def resting(processor: str, language: str, at: datetime) -> CofferError | None:
    """Why it is not asked for top-ups just now, if it rests."""
    return next((refusal for rest in _rests if (refusal := rest(processor, language, at))), None)


@dataclass(frozen=True, slots=True)
class Choice:
    """`candidates` in the order in which they are asked; `probed`: whose breaker this request tries."""

    candidates: tuple[Candidate, ...]
    probed: str = ""

    @property
    def first(self) -> Candidate:
        """Who is asked first."""
        return next(one for one in self.candidates if one.serves)


def choose(wish: Wish, processor: str | None, at: datetime, language: str = "en") -> Choice:
    """A processor that the customer names is asked and nobody else, whatever its health.

    Raises Maintenance: whoever could be asked rests. InvalidRequest: `processor` for one that this stage does not have
    or that does not take the currency, otherwise what no processor takes.
    """
    if processor is not None:
        if refusal := resting(processor, language, at):
            raise refusal
        return Choice((_named(wish, processor, at),))
    able = routing.of_one_kind(routing.candidates(wish, rules(at).among(processors.names())))
    found, refusal = _at_work(able, language, at)
    serving = [one.processor for one in found if one.serves]
    if not serving and refusal:
        raise refusal
    if not serving:
        refused = routing.refusal(found)
        raise InvalidRequest(param=_PARAMS.get(refused, refused))
    passed = health.passed(serving, at) if len(serving) > 1 else health.Passed()
    return Choice(routing.without(found, passed.over), passed.probed)


def payers(currency: str, amount: int, at: datetime) -> tuple[Candidate, ...]:
    """Who could send a payout; the first that serves is asked. None may serve.

    Nobody is probed with a merchant's money (`settlement/probing`). Who asks here may not read the secret: what the
    sweep has found says who is not set up.
    """
    known = routing.payers(currency, amount, rules(at).among(processors.known()))
    found = routing.lacking(
        known, [one.processor for one in known if one.serves and health.is_missing(one.processor, at)]
    )
    serving = [one.processor for one in found if one.serves]
    closed_to = [name for name in serving if not health.is_closed(health.out(name), at)] if len(serving) > 1 else []
    return routing.without(found, closed_to)


def payer(candidates: Sequence[Candidate]) -> str:
    """Whoever is asked. Raises InvalidState: nobody pays the currency out; CurrencyMismatch: nobody that much of it."""
    require_payers(candidates)
    found = next((one.processor for one in candidates if one.serves), None)
    if found is None:
        raise CurrencyMismatch(param="currency")
    return found


def require_payers(candidates: Sequence[Candidate]) -> None:
    """Raises InvalidState unless somebody pays the currency out, whatever the amount."""
    if all(one.why in ("currency", routing.NOT_SET_UP) for one in candidates):
        raise InvalidState(state=routing.NO_PAYOUT_BANK)


def rules(at: datetime) -> Rules:
    return routing.effective(_files(), at)


def _at_work(
    found: Sequence[Candidate], language: str, at: datetime
) -> tuple[tuple[Candidate, ...], CofferError | None]:
    """Those that rest are passed over, even if nobody is left; and the refusal for the first of them."""
    serving = [one.processor for one in found if one.serves]
    refusals = {name: refusal for name in serving if (refusal := resting(name, language, at))}
    return routing.resting(found, refusals), next(iter(refusals.values()), None)


def _named(wish: Wish, processor: str, at: datetime) -> Candidate:
    """Its methods are in its own words: what the rules do not know is its first kind."""
    terms = rules(at).processors.get(processor) if processor in processors.names() else None
    if terms is None or wish.currency not in terms.currencies:
        raise InvalidRequest(param="processor")
    return Candidate(processor, CHOSEN, terms.method(wish.method) or next(iter(terms.methods)))


@cache
def _files() -> list[Rules]:
    files = sorted((Path(__file__).parent / "rules").glob("*.json"))
    return [msgspec.json.decode(file.read_bytes(), type=Rules) for file in files]
