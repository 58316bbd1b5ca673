"""Who asks and from where: CloudFront's word where it stands before the API, else what API Gateway saw."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib.api import request
from chalicelib.settings import settings

CLAIMED = {"CloudFront-Viewer-Address": "198.51.100.10:46532", "CloudFront-Viewer-Country": "FR"}


@pytest.fixture(autouse=True)
def anew() -> Iterator[None]:
    settings.cache_clear()
    yield
    settings.cache_clear()


def asked(headers: dict[str, str]) -> request.Request:
    context = {"requestId": "r", "identity": {"sourceIp": "203.0.113.7"}}
    return request.request_of({"requestContext": context, "httpMethod": "GET", "headers": headers})


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("198.51.100.10:46532", "198.51.100.10"),
        ("2001:db8:85a3::8a2e:370:7334:443", "2001:db8:85a3::8a2e:370:7334"),
        ("[2001:db8::1]:443", "2001:db8::1"),
    ],
)
def test_behind_cloudfront_its_header_says_who_asks(
    monkeypatch: pytest.MonkeyPatch, written: str, address: str
) -> None:
    monkeypatch.setenv("VIEWER_HEADERS", "cloudfront")
    assert asked({"CloudFront-Viewer-Address": written}).source_address == address


def test_without_cloudfront_nobody_says_so_of_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VIEWER_HEADERS")
    found = asked({**CLAIMED, "cloudfront-viewer-latitude": "48.85", "X-Forwarded-For": "198.51.100.10"})
    assert found.source_address == "203.0.113.7"
    assert [name for name in found.headers if name.startswith("cloudfront")] == []


def test_behind_cloudfront_a_request_without_its_header_is_who_api_gateway_saw(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIEWER_HEADERS", "cloudfront")
    assert asked({}).source_address == "203.0.113.7"
