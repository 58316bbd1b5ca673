"""The live report. No payment does anything for it: the fold of the stream counts, AWS counts, and this adds up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import astuple
from datetime import datetime, timedelta

from chalicelib.insight import store_live
from chalicelib.insight.model_live import (
    WINDOW_DAYS,
    WINDOW_HOURS,
    WINDOW_MINUTES,
    CountedView,
    CountView,
    DayView,
    HeldView,
    HourView,
    LiveView,
    ProcessorView,
    QueueView,
    RequestsView,
    counted,
)
from chalicelib.kernel import clock, money
from chalicelib.ledger import chart, counts, folding
from chalicelib.ledger import service as ledger
from chalicelib.processors import service as processors
from chalicelib.settings import settings

_FOLD = "fold"
_SPANS = ((counts.MINUTE, WINDOW_MINUTES), (counts.HOUR, WINDOW_HOURS), (counts.DAY, WINDOW_DAYS))
_REST = (chart.settling, chart.fees, chart.unclaimed, chart.promotions)
"""As HeldView has them."""


def report(at: datetime) -> LiveView:
    """As far as the stream has been folded and AWS has counted. What waits is looked at first: what is folded meanwhile
    may be in the counts already, and nothing that is not is taken for counted."""
    queues = [QueueView(name, *store_live.queue(url)) for name, url in _queues().items()]
    measured = store_live.measured(*_window(at))
    minutes, hours, days = (counts.since(span, at, many) for span, many in _SPANS)
    held, by_processor = _books()
    return LiveView(
        at=clock.written(at),
        window_minutes=WINDOW_MINUTES,
        window_hours=WINDOW_HOURS,
        window_days=WINDOW_DAYS,
        counted=_counted(at, (minutes, hours, days), queues, measured),
        counts=[CountView(*astuple(one)) for one in minutes.counts],
        hours=[HourView(*astuple(one)) for one in hours.counts],
        days=[DayView(*astuple(one)) for one in days.counts],
        requests=_requests(measured),
        held=held,
        processors=by_processor,
        queues=queues,
    )


def _counted(
    at: datetime, found: Iterable[counts.Counted], queues: Iterable[QueueView], measured: store_live.Measured
) -> CountedView:
    newest = max((one.newest_at, one.counted_at) for one in found)
    waiting = sum(one.waiting + one.in_flight for one in queues if one.name == _FOLD)
    return counted(at, newest, waiting, measured.waiting_seconds, measured.stream_seconds)


def _window(at: datetime) -> tuple[datetime, datetime]:
    until = at.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return until - timedelta(minutes=WINDOW_MINUTES), until


def _requests(measured: store_live.Measured) -> list[RequestsView] | None:
    found = sorted(measured.requests.items())
    return [_minute(minute, values) for minute, values in found] or None


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
        _FOLD: chosen.fold_queue_url,
        "notices": chosen.notices_queue_url,
        "events": chosen.events_queue_url,
        "points": chosen.points_queue_url,
        "happened": chosen.happened_queue_url,
        "risk": chosen.risk_queue_url,
        "deliveries": chosen.deliveries_queue_url,
        "parked": chosen.parked_queue_url,
        "alarms": chosen.alarms_queue_url,
    }
