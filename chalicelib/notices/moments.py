"""Moments as the clock on their reader's wall shows them, and whose clock that is."""

from __future__ import annotations

from datetime import UTC, tzinfo

from chalicelib.kernel import clock, text

_ZONES = {
    "CN": "Asia/Shanghai",
    "HK": "Asia/Hong_Kong",
    "SG": "Asia/Singapore",
    "JP": "Asia/Tokyo",
    "GB": "Europe/London",
    "IE": "Europe/Dublin",
    "AT": "Europe/Vienna",
    "DE": "Europe/Berlin",
    "ES": "Europe/Madrid",
    "FR": "Europe/Paris",
    "IT": "Europe/Rome",
    "NL": "Europe/Amsterdam",
}
"""Of jurisdictions with one clock, as good as everywhere (names: IANA); where there are several, it is UTC."""


def shown(written: str, jurisdiction: str, language: str) -> str:
    """`22 Nov 2026, 16:00 (China time)` of a moment as `clock` writes it; anything else as it is."""
    try:
        moment = clock.read(written)
    except ValueError:
        return written
    whose, zone = _clock_of(jurisdiction)
    local, named = moment.astimezone(zone), text.sentence(f"zones.{whose}", language)
    if language == "zh":
        return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}（{named}）"
    return f"{local.day} {local:%b %Y, %H:%M} ({named})"


def zone(jurisdiction: str) -> tzinfo:
    """Of the clock on the wall there; UTC where there are several."""
    return _clock_of(jurisdiction)[1]


def _clock_of(jurisdiction: str) -> tuple[str, tzinfo]:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return jurisdiction, ZoneInfo(_ZONES[jurisdiction])
    except (KeyError, ZoneInfoNotFoundError):
        return "UTC", UTC
