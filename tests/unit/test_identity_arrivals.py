"""From where somebody signs in, and who cannot have travelled that fast."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.identity.model_arrivals import Place, Seen, impossible, place_of

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
PARIS, LONDON, SHANGHAI = Place(48.85, 2.35, "FR"), Place(51.51, -0.13, "GB"), Place(31.23, 121.47, "CN")


@pytest.mark.parametrize(
    ("to", "hours", "expected"),
    [
        (PARIS, 0.0, False),
        (LONDON, 0.0, True),
        (LONDON, 0.3, True),
        (LONDON, 0.5, False),
        (SHANGHAI, 8.0, True),
        (SHANGHAI, 12.0, False),
        (SHANGHAI, -8.0, True),
    ],
)
def test_faster_than_an_airliner_is_impossible(to: Place, hours: float, expected: bool) -> None:
    assert impossible(Seen(AT, PARIS), to, AT + timedelta(hours=hours)) is expected


def test_a_place_nearby_is_never_impossible_and_an_unknown_one_neither() -> None:
    assert not impossible(Seen(AT, PARIS), Place(49.4, 2.8), AT)
    assert not impossible(None, PARIS, AT)
    assert not impossible(Seen(AT, PARIS), None, AT)


def test_the_distance_is_right_to_a_few_kilometres() -> None:
    assert PARIS.kilometres_to(LONDON) == pytest.approx(344, abs=3)
    assert PARIS.kilometres_to(SHANGHAI) == pytest.approx(9_260, abs=20)
    assert Place(0, 179.9).kilometres_to(Place(0, -179.9)) == pytest.approx(22.2, abs=0.5)


@pytest.mark.parametrize("place", [PARIS, Place(-33.87, 151.21), Place(0.0, 0.0, "GH")])
def test_what_was_seen_is_read_as_it_was_written(place: Place) -> None:
    assert Seen.read(Seen(AT, place).written) == Seen(AT, place)
    assert Seen.read("") is None


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"cloudfront-viewer-latitude": "48.85"}, None),
        ({"cloudfront-viewer-latitude": "48.85", "cloudfront-viewer-longitude": "x"}, None),
        ({"cloudfront-viewer-latitude": "nan", "cloudfront-viewer-longitude": "0"}, None),
        ({"cloudfront-viewer-latitude": "91", "cloudfront-viewer-longitude": "0"}, None),
        ({"cloudfront-viewer-latitude": "48.85", "cloudfront-viewer-longitude": "2.35"}, Place(48.85, 2.35)),
        (
            {
                "cloudfront-viewer-latitude": "48.85",
                "cloudfront-viewer-longitude": "2.35",
                "cloudfront-viewer-country": "fr",
            },
            PARIS,
        ),
        (
            {
                "cloudfront-viewer-latitude": "48.85",
                "cloudfront-viewer-longitude": "2.35",
                "cloudfront-viewer-country": "<b>",
            },
            Place(48.85, 2.35),
        ),
    ],
)
def test_only_what_is_a_place_is_one(headers: dict[str, str], expected: Place | None) -> None:
    assert place_of(headers) == expected
