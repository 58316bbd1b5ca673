"""The live report: what happened in each of the last minutes, what is held, what waits. Nothing in it is a guess."""

from __future__ import annotations

import msgspec

WINDOW_MINUTES = 60


class CountView(msgspec.Struct, frozen=True):
    """Entries of one kind in one minute (UTC); `amount` is what they moved together, in minor units."""

    minute: str
    kind: str
    processor: str
    currency: str
    entries: int
    amount: int


class RequestsView(msgspec.Struct, frozen=True):
    """What the API answered in one minute; a latency is null where nobody measured it."""

    minute: str
    requests: int
    client_errors: int
    server_errors: int
    latency_ms_p50: float | None
    latency_ms_p99: float | None


class HeldView(msgspec.Struct, frozen=True):
    """In minor units. `held` is all that customers and merchants own, `settling` what is on its way to merchants,
    `promotions` minus what coupons paid."""

    currency: str
    held: int
    settling: int
    fees: int
    unclaimed: int
    promotions: int


class ProcessorView(msgspec.Struct, frozen=True):
    """`holds`: what it has taken in for us and not paid out, in minor units."""

    name: str
    currency: str
    holds: int


class QueueView(msgspec.Struct, frozen=True):
    """Messages, about: SQS counts them so. `dead` is null where messages never die."""

    name: str
    waiting: int
    in_flight: int
    dead: int | None


class LiveView(msgspec.Struct, frozen=True):
    """`counts` lacks minutes in which nothing happened; `requests` is null where nobody counts them."""

    at: str
    window_minutes: int
    counts: list[CountView]
    requests: list[RequestsView] | None
    held: list[HeldView]
    processors: list[ProcessorView]
    queues: list[QueueView]
