"""From which device and from where somebody signs in, and what is unusual about it. No AWS."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.kernel import clock

RISK_LASTS = timedelta(hours=24)
MOST_DEVICES = 12
FIRST_DEVICE = "sign-up"
"""Stands among the devices of a person from the beginning: every other one that shows no token is announced."""
FASTEST_KMH, NEARBY_KM = 900, 100
"""Faster than an airliner; a place found by an address may be that far off."""
_EARTH_KM = 6371


@dataclass(frozen=True, slots=True)
class Place:
    """As the CDN guesses it from an address. `country` is ISO 3166-1 alpha-2, or empty."""

    latitude: float
    longitude: float
    country: str = ""

    def kilometres_to(self, other: Place) -> float:
        """Along the surface (haversine)."""
        here, there = math.radians(self.latitude), math.radians(other.latitude)
        across = math.radians(other.longitude - self.longitude)
        part = math.sin((there - here) / 2) ** 2 + math.cos(here) * math.cos(there) * math.sin(across / 2) ** 2
        return 2 * _EARTH_KM * math.asin(math.sqrt(min(1.0, part)))


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody at the door."""

    user_agent: str
    device_name: str | None = None
    place: Place | None = None
    device_token: str | None = None
    """What this device was given when it was let in before, as it says."""
    source_address: str = ""
    country: str = ""
    """Of the address, as the CDN guesses it; ISO 3166-1 alpha-2, or empty."""


@dataclass(frozen=True, slots=True)
class Seen:
    """When and where somebody was last seen."""

    at: datetime
    place: Place

    @property
    def written(self) -> str:
        place = self.place
        return f"{clock.written(self.at)} {place.latitude:.2f} {place.longitude:.2f} {place.country}".rstrip()

    @classmethod
    def read(cls, text: str) -> Seen | None:
        if not text:
            return None
        at, latitude, longitude, *country = text.split(" ")
        return cls(clock.read(at), Place(float(latitude), float(longitude), "".join(country)))


def impossible(before: Seen | None, place: Place | None, at: datetime) -> bool:
    """Whether nobody gets from there to here in that time."""
    if before is None or place is None:
        return False
    kilometres, hours = before.place.kilometres_to(place), abs(at - before.at).total_seconds() / 3600
    return kilometres > NEARBY_KM and kilometres > FASTEST_KMH * hours


def place_of(headers: Mapping[str, str]) -> Place | None:
    """From the viewer headers of CloudFront, which writes them itself; None without them."""
    try:
        latitude = float(headers.get("cloudfront-viewer-latitude", ""))
        longitude = float(headers.get("cloudfront-viewer-longitude", ""))
    except ValueError:
        return None
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        return None
    return Place(latitude, longitude, country_of(headers))


def country_of(headers: Mapping[str, str]) -> str:
    """Likewise; empty without it."""
    country = headers.get("cloudfront-viewer-country", "")
    known = len(country) == 2 and country.isascii() and country.isalpha()
    return country.upper() if known else ""
