"""Passkeys in the table `identity`; how many there are also stands in the person, for sign-in.

<user>        PASSKEY#<mark>  a passkey, by the hash of its credential's id
"""

from __future__ import annotations

from datetime import datetime

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action

from chalicelib.cloud_tables import absent, made, writing
from chalicelib.identity import store_sessions, vault
from chalicelib.identity.model import CUSTOMER, User
from chalicelib.identity.model_factors import MOST_PASSKEYS, Passkey
from chalicelib.identity.store import PersonItem, UserItem
from chalicelib.kernel import clock

_PASSKEY = "PASSKEY#"


class _PasskeyItem(UserItem):
    id = UnicodeAttribute()
    name = UnicodeAttribute()
    public_key = UnicodeAttribute()
    sign_count = NumberAttribute()
    created_at = UnicodeAttribute()
    last_used_at = UnicodeAttribute()
    credential_id = UnicodeAttribute(null=True)


def put(passkey: Passkey, user: User, session_id: str) -> bool:
    """The session has proved it. False if it is there, there are as many as may be, or the session is over."""
    item = _PasskeyItem(
        *_key(passkey),
        id=passkey.id,
        **vault.sealed(passkey.user_id, name=passkey.name, credential_id=passkey.credential_id),
        public_key=passkey.key,
        sign_count=passkey.sign_count,
        created_at=clock.written(passkey.created_at),
        last_used_at=clock.written(passkey.last_used_at),
    )
    room = PersonItem.passkeys.does_not_exist() | (PersonItem.passkeys < MOST_PASSKEYS)

    def together() -> None:
        with writing() as transaction:
            transaction.save(item, absent())
            one_more, good = PersonItem.passkeys.add(1), PersonItem.pk.exists() & room
            store_sessions.proving(transaction, user, session_id, one_more, good, passkey.created_at)

    return made(together)


def find(user_id: str, credential_mark: str) -> Passkey | None:
    found = _PasskeyItem.find(user_id, _PASSKEY + credential_mark)
    return _passkey(found) if found else None


def every(user_id: str) -> list[Passkey]:
    found = _PasskeyItem.query(user_id, _PasskeyItem.sk.startswith(_PASSKEY), consistent_read=True)
    return sorted((_passkey(item) for item in found), key=lambda passkey: passkey.created_at, reverse=True)


def used(passkey: Passkey, sign_count: int, at: datetime) -> bool:
    """False if it was used in between, or is gone."""
    item = _PasskeyItem(*_key(passkey))
    actions: list[Action] = [
        _PasskeyItem.sign_count.set(sign_count),
        _PasskeyItem.last_used_at.set(clock.written(at)),
    ]
    return made(lambda: item.update(actions, _PasskeyItem.sign_count == passkey.sign_count))


def remove(passkey: Passkey) -> bool:
    """False if it is gone, or the last second factor of an operator."""
    item, person = _PasskeyItem(*_key(passkey)), PersonItem(passkey.user_id, "USER")
    dispensable = (PersonItem.role == CUSTOMER) | (PersonItem.passkeys > 1) | PersonItem.totp_on.exists()

    def together() -> None:
        with writing() as transaction:
            transaction.delete(item, _PasskeyItem.pk.exists())
            transaction.update(person, [PersonItem.passkeys.add(-1)], (PersonItem.passkeys > 0) & dispensable)

    return made(together)


def _key(passkey: Passkey) -> tuple[str, str]:
    return passkey.user_id, _PASSKEY + passkey.credential_mark


def _passkey(item: _PasskeyItem) -> Passkey:
    return Passkey(
        user_id=item.pk,
        credential_mark=item.sk.removeprefix(_PASSKEY),
        id=item.id,
        name=vault.opened(item.pk, "name", item.name),
        key=item.public_key,
        sign_count=int(item.sign_count),
        created_at=clock.read(item.created_at),
        last_used_at=clock.read(item.last_used_at),
        credential_id=vault.opened(item.pk, "credential_id", item.credential_id) if item.credential_id else "",
    )
