"""Documents, in the table `identity` beside their owner, and what follows from them; images in a bucket of their own.

<user>        KYC          how often what they handed in has changed their tier; when they were last screened
<user>        KYC-DOC#<id> a document; what is personal is sealed
SCREENING     LIST         which list everybody is screened against, and since when
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.cloud_tables import Table, made
from chalicelib.identity import vault
from chalicelib.identity.model import User
from chalicelib.kernel import clock
from chalicelib.kernel.errors import InvalidState
from chalicelib.kyc import store_due
from chalicelib.kyc.model import Document, Image, Kind, State
from chalicelib.kyc.store_due import DueItem
from chalicelib.ledger import items
from chalicelib.ledger.model import Leg, Verdict
from chalicelib.ledger.wire import Item
from chalicelib.ledger.write import Update
from chalicelib.settings import settings

DOCUMENT, PEOPLE = "kyc-document", "kyc-person"
_DOC, _PERSON, _USER = "KYC-DOC#", "KYC", "USER"
_LIST = ("SCREENING", "LIST")


class _DocumentItem(DueItem):
    kind = UnicodeAttribute()
    country = UnicodeAttribute()
    number = UnicodeAttribute(null=True)
    full_name = UnicodeAttribute()
    born_on = UnicodeAttribute()
    expires_on = UnicodeAttribute(null=True)
    images = UnicodeAttribute(null=True)
    state = UnicodeAttribute()
    tries = NumberAttribute()
    handed_in_at = UnicodeAttribute()
    reason = UnicodeAttribute(null=True)
    decided_at = UnicodeAttribute(null=True)
    told = UnicodeAttribute(null=True)
    version = NumberAttribute()


class _PersonItem(DueItem):
    version = NumberAttribute()


class _ListItem(Table):
    setting = "identity_table"
    digest = UnicodeAttribute()
    since = UnicodeAttribute()


def put(document: Document) -> None:
    said = vault.sealed(
        document.user_id,
        number=document.number,
        full_name=document.full_name,
        born_on=document.born_on,
        expires_on=document.expires_on.isoformat() if document.expires_on else None,
    )
    _DocumentItem(
        *_key(document),
        **said,
        kind=document.kind,
        country=document.country,
        images=_written(document.images),
        state=document.state,
        tries=0,
        handed_in_at=clock.written(document.handed_in_at),
        version=document.version,
        due_key=store_due.key(DOCUMENT, document.user_id),
        due_at=clock.written(document.due_at) if document.due_at else None,
    ).keep_new()


def find(user_id: str, document_id: str) -> Document | None:
    item = _DocumentItem.find(user_id, _DOC + document_id)
    return _document(item) if item else None


def every(user_id: str) -> list[Document]:
    """Newest first."""
    found = _DocumentItem.query(
        user_id, _DocumentItem.sk.startswith(_DOC), consistent_read=True, scan_index_forward=False
    )
    return [_document(item) for item in found]


def due(at: datetime, limit: int = 20) -> list[tuple[str, str]]:
    """User and document; candidates only."""
    return [(user_id, sk.removeprefix(_DOC)) for user_id, sk in store_due.due(DOCUMENT, at, limit)]


def change(was: Document, state: State, due_at: datetime | None, **facts: str | int | None) -> bool:
    """False if it is no longer as it was. A fact that is None goes."""
    actions: list[Action] = [
        _DocumentItem.state.set(state),
        _DocumentItem.version.add(1),
        *_when(was.user_id, due_at),
    ]
    for name, value in facts.items():
        attribute = getattr(_DocumentItem, name)
        actions.append(attribute.remove() if value is None else attribute.set(value))
    return made(lambda: _DocumentItem(*_key(was)).update(actions, _as_it_was(was)))


def submit(was: Document, images: tuple[Image, ...], at: datetime) -> bool:
    """With the images that were looked at. False if it is no longer as it was."""
    return change(was, "asked", at, images=_written(images))


def delete(was: Document) -> bool:
    return made(lambda: _DocumentItem(*_key(was)).delete(_as_it_was(was)))


def standing(user_id: str) -> int:
    """How often what they handed in has changed their tier."""
    found = _PersonItem.find(user_id, _PERSON)
    return int(found.version) if found else 0


def moving(was: Document, user: User, standing: int, tier: int, state: State, at: datetime) -> tuple[Leg, ...]:
    """The document is decided, and the tier of its owner and of their wallets follows, all or nothing.

    Fails with InvalidState if the document, the tier or another document changed meanwhile, or the account is deleted.
    """
    table, now = settings().identity_table, clock.written(at)
    document = Update(table, *_key(was)).require("version", "=", was.version).add("version", 1)
    document.assign("state", state).assign("due_at", now).assign("due_key", store_due.key(DOCUMENT, user.id))
    if state == "accepted":
        document.assign("decided_at", now)
    person = Update(table, user.id, _PERSON).require_at_most("version", standing).count("version", 1)
    person.keep("due_key", store_due.key(PEOPLE, user.id)).keep("due_at", now)
    owner = Update(table, user.id, _USER).require("tier", "=", user.tier).require_absent("deleted_at")
    heads = [
        Update(settings().ledger_table, wallet, items.HEAD).require("owner", "=", user.id).assign("tier", tier)
        for wallet in user.wallets
    ]
    return tuple(Leg(one.written(), _changed) for one in (document, person, owner.assign("tier", tier), *heads))


def screened(user_id: str, at: datetime) -> None:
    made(
        lambda: _PersonItem(user_id, _PERSON).update(
            [_PersonItem.due_at.set(clock.written(at))], _PersonItem.pk.exists()
        )
    )


def not_screened_since(since: datetime, limit: int) -> list[str]:
    """So many people who were last screened before then, of each shard; candidates only."""
    return [user_id for user_id, _ in store_due.due(PEOPLE, since - clock.MICROSECOND, limit)]


def list_since(digest: str, at: datetime) -> datetime:
    """Since when everybody is screened against this list: from now on, if it was another one until now."""
    found = _ListItem.find(*_LIST)
    if found and found.digest == digest:
        return clock.read(found.since)
    _ListItem(*_LIST, digest=digest, since=clock.written(at)).save()
    return at


def _key(document: Document) -> tuple[str, str]:
    return document.user_id, _DOC + document.id


def _written(images: tuple[Image, ...]) -> str:
    return msgspec.json.encode(images).decode()


def _as_it_was(was: Document) -> Condition:
    condition: Condition = _DocumentItem.version == was.version
    return condition


def _when(user_id: str, due_at: datetime | None) -> list[Action]:
    if due_at is None:
        return [_DocumentItem.due_key.remove(), _DocumentItem.due_at.remove()]
    key = store_due.key(DOCUMENT, user_id)
    return [_DocumentItem.due_key.set(key), _DocumentItem.due_at.set(clock.written(due_at))]


def _changed(wired: Item | None) -> Verdict:
    return InvalidState(state="changed")


def _document(item: _DocumentItem) -> Document:
    def opened(field: str) -> str:
        kept = getattr(item, field)
        return vault.opened(item.pk, field, kept) if kept else ""

    ends, images = opened("expires_on"), item.images or "[]"
    facts: dict[str, Any] = {name: opened(name) for name in ("number", "full_name", "born_on")}
    return Document(
        id=item.sk.removeprefix(_DOC),
        user_id=item.pk,
        kind=cast(Kind, item.kind),
        country=item.country,
        **facts,
        expires_on=date.fromisoformat(ends) if ends else None,
        images=msgspec.json.decode(images, type=tuple[Image, ...]),
        state=cast(State, item.state),
        tries=int(item.tries),
        handed_in_at=clock.read(item.handed_in_at),
        due_at=clock.read(item.due_at) if item.due_at else None,
        reason=item.reason or "",
        decided_at=clock.read(item.decided_at) if item.decided_at else None,
        told=item.told or "",
        version=int(item.version),
    )
