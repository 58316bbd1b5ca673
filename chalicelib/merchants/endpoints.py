"""A merchant says where its server listens, changes it, turns its secret over, and tries it out.

Whoever may make keys may say where news goes: the scope is `keys`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib.cases import service as cases
from chalicelib.cases.model import Facts
from chalicelib.kernel import ids, masking, text
from chalicelib.kernel.callers import Merchant, Operator
from chalicelib.kernel.errors import InvalidRequest, InvalidState, NotFound
from chalicelib.merchants import addresses, delivering, events, signing
from chalicelib.merchants import service as merchants
from chalicelib.merchants import store_deliveries as deliveries
from chalicelib.merchants import store_endpoints as store
from chalicelib.merchants.model_events import Event
from chalicelib.merchants.model_webhooks import (
    DESCRIPTION_BYTES,
    Attempt,
    Endpoint,
    EndpointChange,
    NewEndpoint,
)


def make(caller: Operator | Merchant, merchant_id: str, wish: NewEndpoint, at: datetime) -> Endpoint:
    """Its secret is shown this once. Raises Forbidden, NotFound, InvalidRequest, InvalidState (too-many)."""
    _keeper(caller, merchant_id)
    made = Endpoint(
        id=ids.new("whe", at),
        merchant_id=merchant_id,
        url=_url(wish.url),
        event_types=tuple(dict.fromkeys(wish.event_types)),
        description=_description(wish.description),
        secret=signing.fresh(),
        created_at=at,
    )
    _audit(caller, "merchant.make_endpoint", made, at, host=addresses.place(made.url).host)
    if not store.put(made):
        raise InvalidState(state="too-many")
    return made


def listed(caller: Operator | Merchant, merchant_id: str) -> list[Endpoint]:
    """Newest first; all of them, for there are few. Raises Forbidden, NotFound."""
    _keeper(caller, merchant_id)
    return store.of(merchant_id)


def endpoint(caller: Operator | Merchant, merchant_id: str, endpoint_id: str) -> Endpoint:
    """Raises Forbidden, NotFound."""
    _keeper(caller, merchant_id)
    return _found(merchant_id, endpoint_id)


def change(
    caller: Operator | Merchant, merchant_id: str, endpoint_id: str, wish: EndpointChange, at: datetime
) -> Endpoint:
    """Enabled again, it starts as new; what it missed is in the list of events. Raises Forbidden, NotFound,
    InvalidRequest."""
    _keeper(caller, merchant_id)
    found = _found(merchant_id, endpoint_id)
    url = None if wish.url is None else _url(wish.url)
    description = None if wish.description is None else _description(wish.description)
    types = None if wish.event_types is None else tuple(dict.fromkeys(wish.event_types))
    _audit(caller, "merchant.change_endpoint", found, at, host=addresses.place(url or found.url).host)
    if store.change(found, url=url, types=types, description=description) is None:
        raise NotFound()
    if wish.state == "disabled":
        store.disable(endpoint_id, "by-hand", at)
    elif wish.state == "enabled" and found.state == "disabled":
        store.enable(endpoint_id)
        delivering.forgive(found)
    return _found(merchant_id, endpoint_id)


def rotate(
    caller: Operator | Merchant, merchant_id: str, endpoint_id: str, overlap_hours: int, at: datetime
) -> Endpoint:
    """A new secret, shown this once; the old one signs along for `overlap_hours`, and those before it as promised.

    Raises Forbidden, NotFound, InvalidState (too-many of them; changed: somebody else has just done it).
    """
    _keeper(caller, merchant_id)
    found = _found(merchant_id, endpoint_id)
    old = signing.following(found.old, found.secret, at + timedelta(hours=overlap_hours), at)
    _audit(caller, "merchant.rotate_endpoint", found, at, overlap_hours=overlap_hours)
    rotated = store.rotate(found, signing.fresh(), old)
    if rotated is None:
        raise InvalidState(state="changed")
    return rotated


def remove(caller: Operator | Merchant, merchant_id: str, endpoint_id: str, at: datetime) -> None:
    """For good, with its secrets; what is on its way is dropped. Raises Forbidden, NotFound."""
    _keeper(caller, merchant_id)
    found = _found(merchant_id, endpoint_id)
    _audit(caller, "merchant.remove_endpoint", found, at)
    store.remove(found)
    delivering.forgive(found)


def test(caller: Operator | Merchant, merchant_id: str, endpoint_id: str, at: datetime) -> Event:
    """A `ping` goes there, whatever it wants otherwise. Raises Forbidden, NotFound, InvalidState (disabled),
    TooManyRequests."""
    _keeper(caller, merchant_id)
    found = _found(merchant_id, endpoint_id)
    if found.state == "disabled":
        raise InvalidState(state="disabled")
    delivering.admit(merchant_id, 1, at)
    _audit(caller, "merchant.test_endpoint", found, at)
    ping = events.ping(merchant_id, endpoint_id, at)
    delivering.begin(found, ping.id, at)
    return ping


def attempts(
    caller: Operator | Merchant, merchant_id: str, endpoint_id: str, position: str | None, limit: int
) -> tuple[list[Attempt], str | None]:
    """Newest first, of the last thirty days. Raises Forbidden, NotFound."""
    if isinstance(caller, Merchant):
        caller.require("reports")
    merchants.merchant(caller, merchant_id)
    return deliveries.attempts(_found(merchant_id, endpoint_id).id, position, limit)


def _keeper(caller: Operator | Merchant, merchant_id: str) -> None:
    if isinstance(caller, Merchant):
        caller.require("keys")
    merchants.merchant(caller, merchant_id)


def _found(merchant_id: str, endpoint_id: str) -> Endpoint:
    found = store.find(endpoint_id) if ids.is_id(endpoint_id, "whe") else None
    if found is None or found.merchant_id != merchant_id:
        raise NotFound()
    return found


def _url(wish: str) -> str:
    """Raises InvalidRequest if it may not be told things, or leads nowhere where it may."""
    if not addresses.reached(addresses.place(wish)):
        raise InvalidRequest(param="url", reason="webhook-not-public")
    return wish


def _description(wish: str) -> str:
    if text.hides_something(wish):
        raise InvalidRequest(param="description")
    return masking.without_contacts(text.capped(wish, DESCRIPTION_BYTES, "description"))


def _audit(caller: Operator | Merchant, what: str, endpoint: Endpoint, at: datetime, **facts: str | int) -> None:
    """Never the whole URL: it may hold a secret."""
    who = caller.who if isinstance(caller, Merchant) else caller.user_id
    told: Facts = {"merchant": endpoint.merchant_id, **facts}
    cases.audit(who, what, endpoint.id, "", at, source_address=caller.source_address, **told)
