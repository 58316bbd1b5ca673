"""Subscribers of the status page in the table `cases`; their address is sealed.

<subscriber>   SUBSCRIBER        address, language, what proves it; with an expiry until it is proved
<subscriber>   TOLD#<update>     that they were told, or are being told until a moment
SUBSCRIBERS    <subscriber>      who is told
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action

from chalicelib.cloud_tables import Table, absent, cut, made, writing
from chalicelib.identity import vault
from chalicelib.kernel import clock
from chalicelib.operations.model_subscribers import Language, Subscriber

_SUBSCRIBER, _SUBSCRIBERS, _TOLD = "SUBSCRIBER", "SUBSCRIBERS", "TOLD#"
_TOLD_KEPT = timedelta(days=60)
"""Longer than any message waits in a queue, the dead letters' included."""


class _SubscriberItem(Table):
    setting = "cases_table"
    contact = UnicodeAttribute()
    end_code = UnicodeAttribute()
    language = UnicodeAttribute()
    code = UnicodeAttribute()
    code_until = UnicodeAttribute()
    confirmed_at = UnicodeAttribute(null=True)
    asked_at = UnicodeAttribute()
    expires_at_seconds = NumberAttribute(null=True)


class _ListedItem(Table):
    setting = "cases_table"
    since = UnicodeAttribute()


class _ToldItem(Table):
    setting = "cases_table"
    until = UnicodeAttribute(null=True)
    expires_at_seconds = NumberAttribute()


def find(subscriber_id: str) -> Subscriber | None:
    item = _SubscriberItem.find(subscriber_id, _SUBSCRIBER)
    return _subscriber(item) if item else None


def ask(one: Subscriber, at: datetime) -> bool:
    """Kept until it is confirmed or its time is over; it takes the place of one before. False if one is confirmed."""
    item = _SubscriberItem(one.id, _SUBSCRIBER, **_sealed(one), language=one.language, code=one.code)
    item.code_until, item.asked_at = clock.written(one.code_until), clock.written(at)
    item.expires_at_seconds = int(one.code_until.timestamp())
    return made(lambda: item.save(_SubscriberItem.confirmed_at.does_not_exist()))


def ask_again(one: Subscriber, at: datetime) -> None:
    """Of one that is confirmed: as many calls as for one that is not."""
    asked: list[Action] = [_SubscriberItem.asked_at.set(clock.written(at))]
    made(lambda: _SubscriberItem(one.id, _SUBSCRIBER).update(asked, _SubscriberItem.pk.exists()))


def confirm(one: Subscriber, at: datetime) -> bool:
    """False if it is not as it was seen: asked anew with another code, or gone."""
    now = clock.written(at)

    def together() -> None:
        with writing() as transaction:
            transaction.update(
                _SubscriberItem(one.id, _SUBSCRIBER),
                [_SubscriberItem.confirmed_at.set(now), _SubscriberItem.expires_at_seconds.remove()],
                _SubscriberItem.code == one.code,
            )
            transaction.save(_ListedItem(_SUBSCRIBERS, one.id, since=now))

    return made(together)


def end(subscriber_id: str) -> None:
    """All that is kept of them; themselves last, so that whoever dies in between can do it again by the same code."""
    _ListedItem(_SUBSCRIBERS, subscriber_id).delete()
    for told in _ToldItem.query(subscriber_id, _ToldItem.sk.startswith(_TOLD), consistent_read=True):
        told.delete()
    _SubscriberItem(subscriber_id, _SUBSCRIBER).delete()


def ids(position: str, limit: int) -> tuple[list[str], str | None]:
    """Of whoever is told, from `position` on; and the position of the next page, None at the end."""
    start = {"pk": {"S": _SUBSCRIBERS}, "sk": {"S": position}} if position else None
    found = _ListedItem.query(_SUBSCRIBERS, consistent_read=True, limit=limit + 1, last_evaluated_key=start)
    page, following = cut(list(found), limit)
    return [item.sk for item in page], following


def begin_telling(whose: str, what: str, at: datetime, until: datetime) -> bool | None:
    """True: whoever asks tells `whose` of `what`, before `until`; False: it is told; None: another is about to."""
    item = _ToldItem(whose, _TOLD + what, until=clock.written(until))
    item.expires_at_seconds = int((at + _TOLD_KEPT).timestamp())
    if made(lambda: item.save(absent() | (_ToldItem.until <= clock.written(at)))):
        return True
    there = _ToldItem.find(whose, _TOLD + what)
    return None if there and there.until else False


def told(whose: str, what: str) -> None:
    made(lambda: _ToldItem(whose, _TOLD + what).update([_ToldItem.until.remove()], _ToldItem.pk.exists()))


def _sealed(one: Subscriber) -> Mapping[str, Any]:
    return vault.sealed(one.id, contact=one.contact, end_code=one.end_code)


def _subscriber(item: _SubscriberItem) -> Subscriber:
    return Subscriber(
        item.pk,
        vault.opened(item.pk, "contact", item.contact),
        msgspec.convert(item.language, Language),
        vault.opened(item.pk, "end_code", item.end_code),
        item.code,
        clock.read(item.code_until),
        item.confirmed_at is not None,
    )
