"""The live report. No payment does anything for it: the fold of the stream counts, AWS counts, and this adds up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from chalicelib.insight import store_live
from chalicelib.insight.model_live import (
    WINDOW_MINUTES,
    CountView,
    HeldView,
    LiveView,
    ProcessorView,
    QueueView,
    RequestsView,
)
from chalicelib.kernel import clock, money
from chalicelib.ledger import chart, counts, folding
from chalicelib.ledger import service as ledger
from chalicelib.processors import service as processors
from chalicelib.settings import settings

_REST = (chart.settling, chart.fees, chart.unclaimed, chart.promotions)
"""As HeldView has them."""


def report(at: datetime) -> LiveView:
    """As far as the stream has been folded and AWS has counted."""
    held, by_processor = _books()
    return LiveView(
        at=clock.written(at),
        window_minutes=WINDOW_MINUTES,
        counts=[
            CountView(one.minute, one.kind, one.processor, one.currency, one.entries, one.amount)
            for one in counts.since(at, WINDOW_MINUTES)
        ],
        requests=_requests(at),
        held=held,
        processors=by_processor,
        queues=[QueueView(name, *store_live.queue(url)) for name, url in _queues().items()],
    )


def _requests(at: datetime) -> list[RequestsView] | None:
    until = at.replace(second=0, microsecond=0) + timedelta(minutes=1)
    found = store_live.requests(until - timedelta(minutes=WINDOW_MINUTES), until)
    return None if found is None else [_minute(minute, values) for minute, values in sorted(found.items())]


def _minute(minute: str, found: Mapping[str, float]) -> RequestsView:
    requests, client, server = (int(found.get(name, 0)) for name in ("requests", "client_errors", "server_errors"))
    return RequestsView(minute, requests, client, server, found.get("latency_ms_p50"), found.get("latency_ms_p99"))


def _books() -> tuple[list[HeldView], list[ProcessorView]]:
    """All postings sum to zero, so what is neither the system accounts' nor the house's own is the people's."""
    held, by_processor = [], []
    for currency in money.EXPONENTS:
        clearing = {name: -folding.total(chart.clearing(name, currency)) for name in processors.known()}
        rest = [folding.total(address(currency)) for address in _REST]
        if any(clearing.values()) or any(rest):
            own = sum(rest) + ledger.corrected(currency)
            held.append(HeldView(currency, sum(clearing.values()) - own, *rest))
            by_processor += [ProcessorView(name, currency, holds) for name, holds in clearing.items() if holds]
    return held, by_processor


def _queues() -> dict[str, str]:
    chosen = settings()
    return {
        "settlement": chosen.settlement_queue_url,
        "fold": chosen.fold_queue_url,
        "notices": chosen.notices_queue_url,
        "events": chosen.events_queue_url,
        "points": chosen.points_queue_url,
        "risk": chosen.risk_queue_url,
        "deliveries": chosen.deliveries_queue_url,
        "parked": chosen.parked_queue_url,
        "alarms": chosen.alarms_queue_url,
    }
