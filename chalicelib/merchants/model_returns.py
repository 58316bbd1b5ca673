"""The way back to a merchant's shop after paying: an address that says how it went, signed with the shop's secret."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote_plus, urlencode, urlsplit, urlunsplit

import msgspec

from chalicelib.kernel import clock
from chalicelib.merchants import signing
from chalicelib.merchants.model import ShownStatus
from chalicelib.merchants.signing import OldSecret

_OURS = frozenset({"checkout_id", "status", "timestamp", "signature"})


class ReturnSecretView(msgspec.Struct, frozen=True):
    """`secret` is shown this once; until `old_secret_ends_at` one before it signs along."""

    merchant_id: str
    secret: str
    created_at: str
    old_secret_ends_at: str | None


class ReturnView(msgspec.Struct, frozen=True):
    """`return_to`: the checkout's `return_url`; in its query `checkout_id`, `status`, `timestamp` and `signature`."""

    checkout_id: str
    status: ShownStatus
    merchant_name: str
    return_to: str


@dataclass(frozen=True, slots=True)
class ReturnSecret:
    """In clear here, and sealed wherever it is kept."""

    merchant_id: str
    secret: str
    created_at: datetime
    old: tuple[OldSecret, ...] = ()

    def secrets(self, at: datetime) -> tuple[str, ...]:
        """The newest first; each old one for as long as it signs along."""
        return (self.secret, *(one.secret for one in signing.along(self.old, at)))

    @property
    def shown(self) -> ReturnSecretView:
        ends_at = signing.last_end(self.old, self.created_at)
        written = clock.written(ends_at) if ends_at else None
        return ReturnSecretView(self.merchant_id, self.secret, clock.written(self.created_at), written)


def signed(return_url: str, checkout_id: str, status: ShownStatus, secrets: tuple[str, ...], at: datetime) -> str:
    """As Standard Webhooks signs: over id, timestamp and the body `{"status":"…"}`. Without a secret, only the way."""
    if not secrets:
        return return_url
    timestamp = int(at.timestamp())
    body = msgspec.json.encode({"status": status})
    headers = signing.headers(checkout_id, timestamp, body, secrets)
    said = {"checkout_id": checkout_id, "status": status, "timestamp": timestamp}
    return _with(return_url, urlencode({**said, "signature": headers["webhook-signature"]}))


def _with(url: str, query: str) -> str:
    """What a shop's own address says by one of our names makes way: nothing is said twice."""
    parts = urlsplit(url)
    kept = [one for one in parts.query.split("&") if one and unquote_plus(one.partition("=")[0]) not in _OURS]
    return urlunsplit(parts._replace(query="&".join((*kept, query))))
