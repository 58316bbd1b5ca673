"""Endpoints, in the table `merchants`: each under its own id; under its merchant, which there are and how many.

What may be secret of one, its URL too, is sealed for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action

from chalicelib.cloud_tables import Table, absent, made, reading, writing
from chalicelib.identity import vault
from chalicelib.kernel import clock
from chalicelib.merchants import signing
from chalicelib.merchants.model_events import EventType
from chalicelib.merchants.model_webhooks import ASKED_AT_MOST, MOST_ENDPOINTS, Endpoint, EndpointState, Why, asked_since
from chalicelib.merchants.signing import OldSecret

_ENDPOINT, _OWNED, _COUNT, _ASKED = "ENDPOINT", "ENDPOINT#", "ENDPOINTS", "ASKED"


class _EndpointItem(Table):
    setting = "merchants_table"
    merchant_id = UnicodeAttribute()
    url = UnicodeAttribute()
    event_types = UnicodeAttribute()
    description = UnicodeAttribute()
    secret = UnicodeAttribute()
    created_at = UnicodeAttribute()
    state = UnicodeAttribute()
    old_secrets = UnicodeAttribute(null=True)
    disabled_reason = UnicodeAttribute(null=True)
    disabled_at = UnicodeAttribute(null=True)
    failing_since = UnicodeAttribute(null=True)


class _OwnedItem(Table):
    """This merchant has that endpoint."""

    setting = "merchants_table"


class _CountItem(Table):
    setting = "merchants_table"
    endpoints = NumberAttribute()


class _AskedItem(Table):
    """How often somebody of a merchant asked for something to be sent, in the window that began then."""

    setting = "merchants_table"
    began = UnicodeAttribute()
    asked = NumberAttribute()


def count_asked(merchant_id: str, requests: int, at: datetime) -> bool:
    """False, and nothing is counted, if that were more than there may be in this window."""
    item, window = _AskedItem(merchant_id, _ASKED), clock.written(asked_since(at))
    room = _AskedItem.asked <= ASKED_AT_MOST - requests
    if made(lambda: item.update([_AskedItem.asked.add(requests)], (_AskedItem.began == window) & room)):
        return True
    first: list[Action] = [_AskedItem.began.set(window), _AskedItem.asked.set(requests)]
    return made(lambda: item.update(first, _AskedItem.began.does_not_exist() | (_AskedItem.began < window)))


def put(endpoint: Endpoint) -> bool:
    """False, and no effect, if its merchant has as many as there may be."""
    counted = _CountItem(endpoint.merchant_id, _COUNT)
    room = _CountItem.endpoints.does_not_exist() | (_CountItem.endpoints < MOST_ENDPOINTS)

    def together() -> None:
        with writing() as transaction:
            transaction.save(_item(endpoint), absent())
            transaction.save(_OwnedItem(endpoint.merchant_id, _OWNED + endpoint.id), absent())
            transaction.update(counted, [_CountItem.endpoints.add(1)], room)

    return made(together) or find(endpoint.id) is not None


def find(endpoint_id: str) -> Endpoint | None:
    item = _EndpointItem.find(endpoint_id, _ENDPOINT)
    return _endpoint(item) if item else None


def of(merchant_id: str) -> list[Endpoint]:
    """All of them, the newest first; there are few."""
    owned, _ = _OwnedItem.newest(merchant_id, _OWNED, None, MOST_ENDPOINTS)
    if not owned:
        return []
    with reading() as together:
        found = [together.get(_EndpointItem, item.sk.removeprefix(_OWNED), _ENDPOINT) for item in owned]
    return [_endpoint(future.get()) for future in found]


def change(
    endpoint: Endpoint, *, url: str | None, types: Sequence[EventType] | None, description: str | None
) -> Endpoint | None:
    """As it is then; None if it is gone."""
    actions: list[Action] = []
    if url is not None:
        actions.append(_EndpointItem.url.set(vault.seal(endpoint.id, "url", url)))
    if types is not None:
        actions.append(_EndpointItem.event_types.set(" ".join(types)))
    if description is not None:
        actions.append(_EndpointItem.description.set(vault.seal(endpoint.id, "description", description)))
    return _changed(endpoint.id, actions) if actions else find(endpoint.id)


def rotate(endpoint: Endpoint, secret: str, old: tuple[OldSecret, ...]) -> Endpoint | None:
    """`old` sign along; of two at once one is made. None if it was not.

    If the new one is there all the same, this very call put it and the answer was lost.
    """
    hidden = vault.seal(endpoint.id, "old_secrets", signing.written(old))
    actions: list[Action] = [
        _EndpointItem.secret.set(vault.seal(endpoint.id, "secret", secret)),
        _EndpointItem.old_secrets.set(hidden) if old else _EndpointItem.old_secrets.remove(),
    ]
    before = _EndpointItem.find(endpoint.id, _ENDPOINT)
    if before is None or vault.opened(endpoint.id, "secret", before.secret) != endpoint.secret:
        return None
    item = _EndpointItem(endpoint.id, _ENDPOINT)
    if made(lambda: item.update(actions, _EndpointItem.secret == before.secret)):
        return _endpoint(item)
    now = find(endpoint.id)
    return now if now and now.secret == secret else None


def enable(endpoint_id: str) -> Endpoint | None:
    """As new: what it failed at before is forgotten."""
    gone = (_EndpointItem.disabled_reason, _EndpointItem.disabled_at, _EndpointItem.failing_since)
    return _changed(endpoint_id, [_EndpointItem.state.set("enabled"), *(one.remove() for one in gone)])


def disable(endpoint_id: str, why: Why, at: datetime) -> bool:
    """Enabled → disabled; False if it is not enabled any more."""
    item = _EndpointItem(endpoint_id, _ENDPOINT)
    actions: list[Action] = [
        _EndpointItem.state.set("disabled"),
        _EndpointItem.disabled_reason.set(why),
        _EndpointItem.disabled_at.set(clock.written(at)),
    ]
    return made(lambda: item.update(actions, _EndpointItem.state == "enabled"))


def failed(endpoint_id: str, at: datetime) -> None:
    """It has taken nothing since `at`, unless it failed before."""
    since: Action = _EndpointItem.failing_since.set(_EndpointItem.failing_since | clock.written(at))
    _changed(endpoint_id, [since])


def succeeded(endpoint_id: str) -> None:
    _changed(endpoint_id, [_EndpointItem.failing_since.remove()])


def remove(endpoint: Endpoint) -> bool:
    """False if it was gone."""
    counted = _CountItem(endpoint.merchant_id, _COUNT)

    def together() -> None:
        with writing() as transaction:
            transaction.delete(_EndpointItem(endpoint.id, _ENDPOINT), _EndpointItem.pk.exists())
            transaction.delete(_OwnedItem(endpoint.merchant_id, _OWNED + endpoint.id))
            transaction.update(counted, [_CountItem.endpoints.add(-1)])

    return made(together)


def _changed(endpoint_id: str, actions: list[Action]) -> Endpoint | None:
    item = _EndpointItem(endpoint_id, _ENDPOINT)
    return _endpoint(item) if made(lambda: item.update(actions, _EndpointItem.pk.exists())) else None


def _item(endpoint: Endpoint) -> _EndpointItem:
    return _EndpointItem(
        endpoint.id,
        _ENDPOINT,
        merchant_id=endpoint.merchant_id,
        url=vault.seal(endpoint.id, "url", endpoint.url),
        event_types=" ".join(endpoint.event_types),
        description=vault.seal(endpoint.id, "description", endpoint.description),
        secret=vault.seal(endpoint.id, "secret", endpoint.secret),
        created_at=clock.written(endpoint.created_at),
        state=endpoint.state,
    )


def _endpoint(item: _EndpointItem) -> Endpoint:
    return Endpoint(
        id=item.pk,
        merchant_id=item.merchant_id,
        url=vault.opened(item.pk, "url", item.url),
        event_types=cast(tuple[EventType, ...], tuple(item.event_types.split(" "))),
        description=vault.opened(item.pk, "description", item.description),
        secret=vault.opened(item.pk, "secret", item.secret),
        created_at=clock.read(item.created_at),
        state=cast(EndpointState, item.state),
        old=signing.read(vault.opened(item.pk, "old_secrets", item.old_secrets)) if item.old_secrets else (),
        disabled_reason=cast("Why | None", item.disabled_reason),
        disabled_at=_moment(item.disabled_at),
        failing_since=_moment(item.failing_since),
    )


def _moment(written: str | None) -> datetime | None:
    return clock.read(written) if written else None
