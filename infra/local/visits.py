"""What the front door answers itself, under `/_local/`; none of it exists in the cloud.

    GET  /_local/outbox?to=…                what was sent by e-mail and text message, newest first
    GET  /_local/books                      the trial balance over the real tables
    POST /_local/tour                       a fresh visitor, signed up through the API, and a merchant to buy from
    GET  /_local/webhooks/last?topup_id=…   the last webhook about a top-up, as it came over the wire

It runs in the environment of the functions. Shapes: `infra/web/tour.js`.
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from infra.local import people, places
from infra.local.client import Client
from infra.local.people import Person

Reply = tuple[int, dict[str, Any]]
NOT_FOUND: Reply = (404, {"code": "not-found"})
_REST = 4.0
"""The books are read again after this many times as long as reading them took."""
_REMEMBERED = 1000
_SIGNED = ("content-type", "stripe-signature")


def answer(method: str, target: str, body: bytes) -> Reply:
    """`target`: path and query as they came."""
    parts = urlsplit(target)
    visit = _VISITS.get((method, parts.path))
    if visit is None:
        return NOT_FOUND
    try:
        wish = json.loads(body or b"{}")
    except ValueError:
        return 400, {"code": "malformed-json"}
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    return visit(query, wish if isinstance(wish, dict) else {})


def remember(headers: Mapping[str, str], body: bytes) -> None:
    """A webhook that went through the door, by the top-up that it is about."""
    try:
        topup_id = json.loads(body)["data"]["metadata"]["topup_id"]
    except (ValueError, KeyError, TypeError):
        return
    if not isinstance(topup_id, str):
        return
    signed = {name.lower(): value for name, value in headers.items()}
    kept = {name: value for name, value in signed.items() if name.startswith("webhook-") or name in _SIGNED}
    _webhooks[topup_id] = {"headers": kept, "body": body.decode()}
    if len(_webhooks) > _REMEMBERED:
        _webhooks.popitem(last=False)


def _outbox(query: Mapping[str, str], wish: Mapping[str, Any]) -> Reply:
    from chalicelib.notices import service as notices

    return 200, {"data": notices.outbox(query.get("to", ""))}


def _books(query: Mapping[str, str], wish: Mapping[str, Any]) -> Reply:
    return 200, _reader.read()


def _tour(query: Mapping[str, str], wish: Mapping[str, Any]) -> Reply:
    local = json.loads(places.LOCAL_JSON.read_text())
    language = "zh" if wish.get("language") == "zh" else "en"
    name, number = {"zh": "游客", "en": "Visitor"}[language], uuid.uuid4().hex
    person = Person(f"visitor-{number}@tour.example", f"visitor {number}", name, language, "CN")
    client = Client(local["api"], language=language)
    welcome = people.sign_up(client, person)
    wallet = people.wallets(client.bearing(welcome["access_token"]))[0]
    customer = {
        "display_name": name,
        "identifier": person.identifier,
        "wallet_id": wallet["id"],
        "currency": wallet["currency"],
        **{token: welcome[token] for token in ("access_token", "refresh_token", "expires_in")},
    }
    return 201, {"customer": customer, "merchant": local["people"]["merchants"][0]}


def _last_webhook(query: Mapping[str, str], wish: Mapping[str, Any]) -> Reply:
    """Remembered, or after a restart of the door asked for at the bank."""
    topup_id = query.get("topup_id", "")
    if found := _webhooks.get(topup_id):
        return 200, found
    if not topup_id.isidentifier():
        return NOT_FOUND
    bank = Client(json.loads(places.LOCAL_JSON.read_text())["bank"])
    asked = bank.get(f"/intents/{topup_id}/webhooks")
    return (200, asked.json) if asked.status == 200 else NOT_FOUND


class _Books:
    """The trial balance; everybody who looks at the same time sees the same one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: dict[str, Any] = {}
        self._good_until = 0.0

    def read(self) -> dict[str, Any]:
        with self._lock:
            if time.monotonic() > self._good_until:
                began = time.monotonic()
                self._last = _trial_balance()
                self._good_until = time.monotonic() + _REST * (time.monotonic() - began)
            return self._last


def _trial_balance() -> dict[str, Any]:
    from chalicelib.ledger import audit

    books = audit.trial_balance()
    shown: dict[str, Any] = {}
    for currency in books.totals:
        groups = dict(books.totals[currency])
        owners = {group: groups.pop(group, 0) for group in ("customers", "merchants")}
        shown[currency] = {"sum": books.sum(currency), **owners, "system": groups}
    return shown | {"entries": books.entries, "balanced": books.balanced}


_reader = _Books()
_webhooks: OrderedDict[str, dict[str, Any]] = OrderedDict()
_VISITS: dict[tuple[str, str], Callable[[Mapping[str, str], Mapping[str, Any]], Reply]] = {
    ("GET", "/_local/outbox"): _outbox,
    ("GET", "/_local/books"): _books,
    ("POST", "/_local/tour"): _tour,
    ("GET", "/_local/webhooks/last"): _last_webhook,
}
