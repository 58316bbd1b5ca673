"""What happened to a merchant is recorded once, from the journal's entries, and given to each endpoint that wants it.

Nothing is recorded for a merchant without an endpoint.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from chalicelib.cases import service as cases
from chalicelib.cases.model import Facts
from chalicelib.kernel import clock, ids
from chalicelib.kernel.callers import Merchant, Operator
from chalicelib.kernel.errors import InvalidRequest, InvalidState, NotFound
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Leg
from chalicelib.merchants import delivering, deposits, model_events
from chalicelib.merchants import service as merchants
from chalicelib.merchants import store_endpoints as endpoints
from chalicelib.merchants import store_events as store
from chalicelib.merchants.model_events import EVENT_TYPES, KEPT, TOLD, Event, EventType
from chalicelib.merchants.model_webhooks import Endpoint


def record(entries: Sequence[Mapping[str, Any]], at: datetime) -> int:
    """Entries of the journal, late, twice or in any order; how many events they are."""
    return sum(_recorded(entry, endpoints.of(entry["payee"]), at) for entry in entries if entry["kind"] in TOLD)


def tell(event_id: str, at: datetime) -> bool:
    """What was recorded inside a transaction is listed and given on; whether there was anything."""
    found = store.find(event_id)
    if found is None:
        return False
    known = endpoints.of(found.merchant_id)
    if known:
        _give(store.put(found), known, at)
    store.done(event_id)
    return True


def paid_out(payout: Mapping[str, Any], at: datetime) -> Leg:
    """The bank has it: no entry of the journal says so, so the event is part of the transaction that does."""
    then = {**payout, "state": "succeeded", "ended_at": clock.written(at)}
    moment, data = clock.written(at), model_events.payout(then)
    return store.putting(model_events.made("payout.succeeded", payout["pk"], payout["payee"], moment, data, at))


def disputed(dispute: Mapping[str, Any], moment: str, at: datetime) -> Leg:
    """Likewise that a dispute began or ended: `dispute` is as it is from then on."""
    event_type: EventType = "dispute.opened" if dispute["state"] == "open" else "dispute.closed"
    data = model_events.dispute(dispute)
    return store.putting(model_events.made(event_type, dispute["pk"], dispute["payee"], moment, data, at))


def ping(merchant_id: str, endpoint_id: str, at: datetime) -> Event:
    """Each its own."""
    source, moment = ids.new("evt", at), clock.written(at)
    return store.put(model_events.made("ping", source, merchant_id, moment, {"endpoint_id": endpoint_id}, at))


def listed(
    caller: Operator | Merchant,
    merchant_id: str,
    event_type: str | None,
    after: str | None,
    position: str | None,
    limit: int,
    at: datetime,
) -> tuple[list[Event], str | None]:
    """Newest first, of the last ninety days; `after`: what was recorded later than that event.

    Raises Forbidden, NotFound, InvalidRequest.
    """
    _reader(caller)
    merchants.merchant(caller, merchant_id)
    if event_type not in (None, *EVENT_TYPES):
        raise InvalidRequest(param="type")
    first = store.since(at - KEPT)
    if after is not None:
        first = max(first, store.position(_known(merchant_id, after, at)))
    return store.newest(merchant_id, event_type, first, position, limit)


def event(caller: Operator | Merchant, event_id: str, at: datetime) -> Event:
    """Somebody else's is not found. Raises Forbidden, NotFound."""
    _reader(caller)
    found = store.find(event_id) if ids.is_id(event_id, "evt") else None
    mine = found is not None and (isinstance(caller, Operator) or found.merchant_id == caller.merchant_id)
    if found is None or not mine or not found.is_kept(at):
        raise NotFound()
    return found


def redeliver(caller: Operator | Merchant, event_id: str, endpoint_id: str | None, at: datetime) -> list[str]:
    """Once more from the first attempt on; to which endpoints. Raises Forbidden, NotFound, InvalidState (disabled),
    TooManyRequests."""
    found = event(caller, event_id, at)
    known = endpoints.of(found.merchant_id)
    chosen = [one for one in known if (one.wants(found.type) if endpoint_id is None else one.id == endpoint_id)]
    if endpoint_id is not None and not chosen:
        raise NotFound(param="endpoint_id")
    if not chosen or any(one.state == "disabled" for one in chosen):
        raise InvalidState(state="disabled")
    delivering.admit(found.merchant_id, len(chosen), at)
    who = caller.who if isinstance(caller, Merchant) else caller.user_id
    facts: Facts = {"merchant": found.merchant_id, "endpoints": len(chosen)}
    cases.audit(who, "merchant.redeliver", event_id, "", at, source_address=caller.source_address, **facts)
    for one in chosen:
        delivering.again(one, event_id, at)
    return [one.id for one in chosen]


def _recorded(entry: Mapping[str, Any], known: Sequence[Endpoint], at: datetime) -> int:
    if not known and entry["kind"] not in deposits.FOLLOWED:
        return 0
    movement = ledger.movement(entry["movement"])
    followed = movement["pk"] if movement["kind"] == "payment" else movement.get("payment")
    payment = movement if followed == movement["pk"] else ledger.movement(followed) if followed else None
    if payment and entry["kind"] in deposits.FOLLOWED:
        deposits.follow(entry["kind"], payment, at)
    found = list(model_events.of_entry(entry, movement, payment, at)) if known else []
    for one in found:
        _give(store.put(one), known, at)
    return len(found)


def _give(event: Event, known: Sequence[Endpoint], at: datetime) -> None:
    for endpoint in known:
        if endpoint.wants(event.type):
            delivering.begin(endpoint, event.id, at)


def _reader(caller: Operator | Merchant) -> None:
    if isinstance(caller, Merchant):
        caller.require("reports")


def _known(merchant_id: str, event_id: str, at: datetime) -> Event:
    found = store.find(event_id) if ids.is_id(event_id, "evt") else None
    if found is None or found.merchant_id != merchant_id or not found.is_kept(at):
        raise InvalidRequest(param="after")
    return found
