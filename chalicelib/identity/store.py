"""The table `identity`. Names are looked up by keyed hash; only sign-up and user items hold what is personal.

LOGIN#<mark>  LOGIN        whose name it is
SIGNUP#<mark> SIGNUP       a sign-up waiting for its code; gone once used
<user>        USER         the person
<user>        SESSION#<id> one device's session; gone once signed out
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist
from pynamodb.expressions.update import Action

from chalicelib.cloud_tables import Table, absent, made, reading, writing
from chalicelib.identity.model import CODE_TRIES, Session, SignUp, User
from chalicelib.kernel import clock

_SESSION = "SESSION#"
_Read = TypeVar("_Read")


class _LoginItem(Table):
    setting = "identity_table"
    user_id = UnicodeAttribute()


class _SignUpItem(Table):
    setting = "identity_table"
    user_id = UnicodeAttribute()
    identifier = UnicodeAttribute()
    password_hash = UnicodeAttribute()
    display_name = UnicodeAttribute()
    locale = UnicodeAttribute()
    jurisdiction = UnicodeAttribute()
    code_mark = UnicodeAttribute()
    tries = NumberAttribute()
    expires_at = UnicodeAttribute()
    expires_at_seconds = NumberAttribute()


class _UserItem(Table):
    setting = "identity_table"
    identifier = UnicodeAttribute()
    password_hash = UnicodeAttribute()
    display_name = UnicodeAttribute()
    locale = UnicodeAttribute()
    jurisdiction = UnicodeAttribute()
    tier = NumberAttribute()
    role = UnicodeAttribute()
    wallets = UnicodeAttribute()
    """Ids, separated by a space."""
    created_at = UnicodeAttribute()


class _SessionItem(Table):
    setting = "identity_table"
    device_name = UnicodeAttribute(null=True)
    device_mark = UnicodeAttribute()
    created_at = UnicodeAttribute()
    last_used_at = UnicodeAttribute()
    rotated_at = UnicodeAttribute()
    current = UnicodeAttribute()
    previous = UnicodeAttribute(null=True)
    expires_at = UnicodeAttribute()
    expires_at_seconds = NumberAttribute()


def user_id_of(login: str) -> str | None:
    """Whose name `login` (its mark) is."""
    found = _LoginItem.find(f"LOGIN#{login}", "LOGIN")
    return found.user_id if found else None


def user(user_id: str) -> User | None:
    found = _UserItem.find(user_id, "USER")
    return _user(found) if found else None


def put_sign_up(login: str, sign_up: SignUp) -> None:
    """The newest sign-up for a name takes the place of the one before, and of its code."""
    _SignUpItem(
        *_sign_up_key(login),
        user_id=sign_up.user_id,
        identifier=sign_up.identifier,
        password_hash=sign_up.password_hash,
        display_name=sign_up.display_name,
        locale=sign_up.locale,
        jurisdiction=sign_up.jurisdiction,
        code_mark=sign_up.code_mark,
        tries=0,
        expires_at=clock.written(sign_up.expires_at),
        expires_at_seconds=int(sign_up.expires_at.timestamp()),
    ).save()


def count_try(login: str, at: datetime) -> SignUp | None:
    """The sign-up, if one more look at its code is allowed; counted before anybody looks."""
    item = _SignUpItem(*_sign_up_key(login))
    allowed = (_SignUpItem.tries < CODE_TRIES) & (_SignUpItem.expires_at > clock.written(at))
    if not made(lambda: item.update([_SignUpItem.tries.add(1)], allowed)):
        return None
    return SignUp(
        user_id=item.user_id,
        identifier=item.identifier,
        password_hash=item.password_hash,
        display_name=item.display_name,
        locale=item.locale,
        jurisdiction=item.jurisdiction,
        code_mark=item.code_mark,
        expires_at=clock.read(item.expires_at),
    )


def welcome(login: str, code_mark: str, user: User, session: Session) -> bool:
    """The sign-up's code is used up; login, user and first session appear. All or, if any of it was done, nothing."""

    def together() -> None:
        with writing() as transaction:
            transaction.delete(_SignUpItem(*_sign_up_key(login)), _SignUpItem.code_mark == code_mark)
            transaction.save(_LoginItem(f"LOGIN#{login}", "LOGIN", user_id=user.id), absent())
            transaction.save(_user_item(user), absent())
            transaction.save(_session_item(session), absent())

    return made(together)


def update_user(user_id: str, **changes: str) -> User | None:
    """Set attributes that are text; None if there is no such user."""
    item = _UserItem(user_id, "USER")
    actions: list[Action] = [getattr(_UserItem, name).set(text) for name, text in changes.items()]
    return _user(item) if made(lambda: item.update(actions, _UserItem.pk.exists())) else None


def put_session(session: Session) -> None:
    _session_item(session).keep_new()


def user_and_session(user_id: str, session_id: str) -> tuple[User | None, Session | None]:
    """Both as of one moment, in one call."""
    with reading() as together:
        person = together.get(_UserItem, user_id, "USER")
        session = together.get(_SessionItem, user_id, _SESSION + session_id)
    return _found(person, _user), _found(session, _session)


def _found(future: Any, read: Callable[[Any], _Read]) -> _Read | None:
    try:
        return read(future.get())
    except DoesNotExist:
        return None


def rotate(session: Session, successor: str, device_mark: str, expires_at: datetime, at: datetime) -> bool:
    """Its current token becomes the previous one; False if it is no longer the current one, or the session is over."""
    item, now = _SessionItem(*_session_key(session)), clock.written(at)
    actions: list[Action] = [
        _SessionItem.previous.set(session.current),
        _SessionItem.current.set(successor),
        _SessionItem.device_mark.set(device_mark),
        _SessionItem.rotated_at.set(now),
        _SessionItem.last_used_at.set(now),
        _SessionItem.expires_at.set(clock.written(expires_at)),
        _SessionItem.expires_at_seconds.set(int(expires_at.timestamp())),
    ]
    good = (_SessionItem.current == session.current) & (_SessionItem.expires_at > now)
    return made(lambda: item.update(actions, good))


def repeat(session: Session, at: datetime) -> bool:
    """False if the successor has been used meanwhile, or the session is over."""
    item, now = _SessionItem(*_session_key(session)), clock.written(at)
    unchanged = (_SessionItem.current == session.current) & (_SessionItem.expires_at > now)
    return made(lambda: item.update([_SessionItem.last_used_at.set(now)], unchanged))


def end_session(user_id: str, session_id: str) -> bool:
    """False if there was none."""
    item = _SessionItem(user_id, _SESSION + session_id)
    return made(lambda: item.delete(_SessionItem.pk.exists()))


def sessions(user_id: str, position: str | None, limit: int) -> tuple[list[Session], str | None]:
    """Newest first."""
    found, following = _SessionItem.newest(user_id, _SESSION, position, limit)
    return [_session(item) for item in found], following


def _sign_up_key(login: str) -> tuple[str, str]:
    return f"SIGNUP#{login}", "SIGNUP"


def _session_key(session: Session) -> tuple[str, str]:
    return session.user_id, _SESSION + session.id


def _user_item(user: User) -> _UserItem:
    return _UserItem(
        user.id,
        "USER",
        identifier=user.identifier,
        password_hash=user.password_hash,
        display_name=user.display_name,
        locale=user.locale,
        jurisdiction=user.jurisdiction,
        tier=user.tier,
        role=user.role,
        wallets=" ".join(user.wallets),
        created_at=clock.written(user.created_at),
    )


def _user(item: _UserItem) -> User:
    return User(
        id=item.pk,
        identifier=item.identifier,
        password_hash=item.password_hash,
        display_name=item.display_name,
        locale=item.locale,
        jurisdiction=item.jurisdiction,
        tier=int(item.tier),
        role=item.role,
        wallets=tuple(item.wallets.split()),
        created_at=clock.read(item.created_at),
    )


def _session_item(session: Session) -> _SessionItem:
    return _SessionItem(
        *_session_key(session),
        device_name=session.device_name,
        device_mark=session.device_mark,
        created_at=clock.written(session.created_at),
        last_used_at=clock.written(session.last_used_at),
        rotated_at=clock.written(session.rotated_at),
        current=session.current,
        previous=session.previous or None,
        expires_at=clock.written(session.expires_at),
        expires_at_seconds=int(session.expires_at.timestamp()),
    )


def _session(item: _SessionItem) -> Session:
    return Session(
        id=item.sk.removeprefix(_SESSION),
        user_id=item.pk,
        device_name=item.device_name,
        device_mark=item.device_mark,
        created_at=clock.read(item.created_at),
        last_used_at=clock.read(item.last_used_at),
        rotated_at=clock.read(item.rotated_at),
        expires_at=clock.read(item.expires_at),
        current=item.current,
        previous=item.previous or "",
    )
