"""What can be chosen to top up with, and how each processor does."""

from __future__ import annotations

from datetime import datetime

from chalicelib.kernel import clock, money
from chalicelib.processors import choosing, health
from chalicelib.processors import service as processors
from chalicelib.processors.model_health import WINDOW, Tally
from chalicelib.processors.model_offers import (
    Direction,
    MethodHealthView,
    OffersView,
    OfferView,
    ProcessorHealthView,
    ProcessorsHealthView,
)
from chalicelib.processors.routing import Rules, Terms

PAYOUTS = ("payout-daily", "payout-on_demand")
"""How payouts are told apart where they are counted (`settlement/speed`)."""


def offers(currency: str, country: str, at: datetime) -> OffersView:
    """For customers of `country`, in the order of the rules. Raises CurrencyMismatch."""
    money.check_currency(currency)
    return OffersView(
        [
            OfferView(
                name,
                method,
                health.standing_or_closed(name, at).phase != "open",
                _rests_until(name, at),
                health.usual_seconds(name, method, at),
                price.least,
                price.most,
            )
            for name, terms in _rules(at).processors.items()
            if (price := terms.currencies.get(currency)) and (terms.countries is None or country in terms.countries)
            for method in terms.methods
        ]
    )


def _rests_until(processor: str, at: datetime) -> str | None:
    refusal = choosing.resting(processor, "en", at)
    return str(refusal.params["until"]) if refusal else None


def report(at: datetime) -> ProcessorsHealthView:
    """As it is now, not as it was a moment ago. Of all that this stage knows: *office* may not read who is configured.

    Raises Unavailable."""
    terms_of = choosing.rules(at).among(processors.known()).processors
    ways_in = [_health(name, "in", terms, at) for name, terms in terms_of.items()]
    ways_out = [_health(name, "out", terms, at) for name, terms in terms_of.items()]
    found = [*ways_in, *(one for one in ways_out if one.methods)]
    return ProcessorsHealthView(int(WINDOW.total_seconds() // 60), found)


def _rules(at: datetime) -> Rules:
    return choosing.rules(at).among(processors.names())


def _health(processor: str, direction: Direction, terms: Terms, at: datetime) -> ProcessorHealthView:
    """Out: what the rules name it for, and whatever else went out through it lately."""
    name = health.out(processor) if direction == "out" else processor
    breaker, tallies = health.seen(name, at)
    methods = list(terms.methods)
    if direction == "out":
        methods = sorted({*(PAYOUTS if terms.payouts else ()), *tallies, *health.usual(name, at)})
    reopens_at = breaker.since + breaker.reopens_after if breaker.phase == "open" and breaker.since else None
    return ProcessorHealthView(
        processor,
        direction,
        not health.is_missing(processor, at),
        breaker.phase,
        clock.written(breaker.since) if breaker.since else None,
        clock.written(reopens_at) if reopens_at else None,
        [_method(name, method, tallies.get(method, Tally()), at) for method in methods],
    )


def _method(processor: str, method: str, tally: Tally, at: datetime) -> MethodHealthView:
    usual = health.usual_seconds(processor, method, at)
    return MethodHealthView(method, tally.asked, tally.failed, tally.mean_milliseconds, usual)
