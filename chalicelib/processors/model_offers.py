"""Processors as customers and operators see them."""

from __future__ import annotations

from typing import Literal

import msgspec

Direction = Literal["in", "out"]


class OfferView(msgspec.Struct, frozen=True):
    """One way for money to come in. Amounts in minor units of the currency that was asked for."""

    processor: str
    method: str
    works: bool
    """False while it is passed over, because it has failed lately."""
    rests_until: str | None
    """While it is in maintenance it is not asked; null otherwise."""
    usual_seconds: int | None
    """From asking to spendable, three times of four; null where too few came this way since yesterday."""
    least: int
    most: int


class OffersView(msgspec.Struct, frozen=True):
    data: list[OfferView]


class MethodHealthView(msgspec.Struct, frozen=True):
    """Of the window; `failed` by the processor's own fault."""

    method: str
    asked: int
    failed: int
    mean_milliseconds: int | None
    usual_seconds: int | None


class ProcessorHealthView(msgspec.Struct, frozen=True):
    """One way through a processor, `in` or `out`. `breaker`: `closed`, `open` (passed over until `reopens_at`) or
    `half-open` (tried with few)."""

    processor: str
    direction: Direction
    set_up: bool
    """Whether all that it needs has been configured; where not, it is passed over."""
    breaker: str
    since: str | None
    reopens_at: str | None
    methods: list[MethodHealthView]


class ProcessorsHealthView(msgspec.Struct, frozen=True):
    window_minutes: int
    data: list[ProcessorHealthView]
