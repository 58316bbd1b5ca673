"""What merchants may write: names that people read, references, addresses to return to, times to end."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from chalicelib.kernel import clock, text
from chalicelib.kernel.errors import InvalidRequest
from chalicelib.kernel.money import check_currency

CHECKOUT_LASTS = timedelta(hours=24)
CHECKOUT_LASTS_AT_MOST = timedelta(days=30)
_NAME_LETTERS, URL_LETTERS = 64, 512
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
VISIBLE = re.compile(rf"[\x21-\x5b\x5d-\x7e]{{1,{URL_LETTERS}}}")
"""Printable ASCII but the backslash, which some browsers read as a slash."""


def tidy_name(typed: str) -> str:
    """NFC, no space around it, every character one that people see. Raises InvalidRequest."""
    name = unicodedata.normalize("NFC", typed).strip()
    if not 1 <= len(name) <= _NAME_LETTERS or text.hides_something(name):
        raise InvalidRequest(param="name")
    return name


def check_currencies(currencies: list[str]) -> list[str]:
    """Known ones, each once. Raises CurrencyMismatch, InvalidRequest."""
    for currency in currencies:
        check_currency(currency, "currencies")
    if len(set(currencies)) < len(currencies):
        raise InvalidRequest(param="currencies")
    return currencies


def check_return_url(url: str) -> str:
    """https, or http to this very machine; no credentials in it (RFC 3986). Raises InvalidRequest."""
    if not VISIBLE.fullmatch(url) or not _leads_back(url):
        raise InvalidRequest(param="return_url")
    return url


def expiry(asked: str | None, at: datetime, most: timedelta = CHECKOUT_LASTS_AT_MOST) -> datetime:
    """When a checkout opened at `at` runs out: in 24 hours, or as asked within 30 days. Raises InvalidRequest."""
    if asked is None:
        return at + CHECKOUT_LASTS
    try:
        expires_at = clock.read(asked)
    except (ValueError, OverflowError) as unreadable:
        raise InvalidRequest(param="expires_at") from unreadable
    if not at < expires_at <= at + most:
        raise InvalidRequest(param="expires_at")
    return expires_at


def _leads_back(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or "@" in parts.netloc:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)
