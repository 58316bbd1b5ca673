"""Sessions in the table `identity`.

<user>        SESSION#<id> one device's session; gone once signed out
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.cloud_tables import absent, made, reading, writing
from chalicelib.identity import vault
from chalicelib.identity.model import Session, User
from chalicelib.identity.store import PersonItem, UserItem, living, may_enter, never_before, not_ended_since
from chalicelib.kernel import clock
from chalicelib.kernel.errors import InvalidState

_SESSION = "SESSION#"


class _SessionItem(UserItem):
    device_name = UnicodeAttribute(null=True)
    device_mark = UnicodeAttribute()
    created_at = UnicodeAttribute()
    last_used_at = UnicodeAttribute()
    rotated_at = UnicodeAttribute()
    current = UnicodeAttribute()
    previous = UnicodeAttribute(null=True)
    expires_at = UnicodeAttribute()
    expires_at_seconds = NumberAttribute()
    proved = NumberAttribute(null=True)
    risky_until = NumberAttribute(null=True)
    since = UnicodeAttribute(null=True)
    device = UnicodeAttribute(null=True)


class _StandingItem(UserItem):
    sessions_from = UnicodeAttribute(null=True)
    deleted_at = UnicodeAttribute(null=True)
    wallets = UnicodeAttribute(null=True)
    ui_mode = UnicodeAttribute(null=True)


def put_session(user: User, session: Session) -> bool:
    """False if what they proved is not enough any more: who signs in is too late. See `store.may_enter`."""

    def together() -> None:
        with writing() as transaction:
            transaction.condition_check(PersonItem, user.id, "USER", may_enter(user, session.proved))
            keeping(transaction, session)

    return made(together)


def goes_on(user_id: str, session_id: str, at: datetime) -> bool:
    """Whether it is neither ended nor expired; one call, and nothing is opened."""
    person, session = _both(user_id, session_id)
    going = person is not None and session is not None and not person.deleted_at and _under(person, session)
    return going and session is not None and session.expires_at > clock.written(at)


def standing(user_id: str) -> tuple[str, bool]:
    """What sessions of theirs begin under, and whether they are there; nothing else of them is read."""
    try:
        seen = ["sessions_from", "deleted_at", "wallets"]
        found = _StandingItem.get(user_id, "USER", consistent_read=True, attributes_to_get=seen)
    except DoesNotExist:
        return "", False
    return found.sessions_from or "", bool(found.wallets) and not found.deleted_at


def mode(user_id: str) -> str:
    """Of the app, as they chose it; "" of nobody who is there. Nothing else of them is read."""
    try:
        seen = ["ui_mode", "deleted_at", "wallets"]
        found = _StandingItem.get(user_id, "USER", consistent_read=True, attributes_to_get=seen)
    except DoesNotExist:
        return ""
    return (found.ui_mode or "standard") if found.wallets and not found.deleted_at else ""


def is_kept(user_id: str, session_id: str) -> bool:
    """Whether it is there, over with all the others or not."""
    return _SessionItem.find(user_id, _SESSION + session_id) is not None


def user_and_session(user_id: str, session_id: str) -> tuple[User | None, Session | None]:
    """Both as of one moment, in one call; a session that ended with all the others is none."""
    found, session = _both(user_id, session_id)
    going = found is not None and session is not None and _under(found, session)
    return living(found), _session(session) if going and session else None


def _both(user_id: str, session_id: str) -> tuple[PersonItem | None, _SessionItem | None]:
    with reading() as together:
        person = together.get(PersonItem, user_id, "USER")
        session = together.get(_SessionItem, user_id, _SESSION + session_id)
    return _found(person), _found(session)


def _found(future: Any) -> Any:
    try:
        return future.get()
    except DoesNotExist:
        return None


def _under(person: PersonItem, session: _SessionItem) -> bool:
    """Whether they have not all been ended since it began."""
    return (session.since or "") == (person.sessions_from or "")


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


def naming(transaction: TransactWrite, user_id: str, session_id: str, device_name: str) -> str | None:
    """Writes a name into the transaction; the one before. Raises InvalidState if the session is over."""
    found = _SessionItem.find(user_id, _SESSION + session_id)
    if found is None:
        raise InvalidState(state="deleted")
    sealed = vault.seal(user_id, "device_name", device_name)
    unchanged = _SessionItem.pk.exists() & (
        _SessionItem.device_name == found.device_name
        if found.device_name
        else _SessionItem.device_name.does_not_exist()
    )
    transaction.update(_SessionItem(user_id, found.sk), [_SessionItem.device_name.set(sealed)], unchanged)
    return _session(found).device_name


def end_session(user_id: str, session_id: str) -> bool:
    """False if there was none."""
    item = _SessionItem(user_id, _SESSION + session_id)
    return made(lambda: item.delete(_SessionItem.pk.exists()))


def end_at_once(user_id: str, at: datetime) -> str:
    """All that there are, by one write, whatever becomes of who ends them; what sessions from now on begin under."""
    since, item = never_before(at), PersonItem(user_id, "USER")
    made(lambda: item.update([PersonItem.sessions_from.set(since)], PersonItem.pk.exists()))
    return since


def end_sessions(user_id: str, spared: str | None = None, last: str = "") -> frozenset[str]:
    """All of them but `last` and those that began under `spared`: these are returned."""
    going = set()
    for item in _items(user_id):
        if (item.since or "") == spared:
            going.add(item.sk.removeprefix(_SESSION))
        elif item.sk != _SESSION + last:
            item.delete()
    return frozenset(going)


def end_others(user_id: str, session_id: str) -> int:
    """All but this one; how many there were."""
    others = [item for item in _items(user_id) if item.sk != _SESSION + session_id]
    for item in others:
        item.delete()
    return len(others)


def needing(transaction: TransactWrite, user_id: str, session_id: str) -> None:
    """Nothing of the transaction is done once the session is over."""
    transaction.condition_check(_SessionItem, user_id, _SESSION + session_id, _SessionItem.pk.exists())


def _items(user_id: str) -> list[_SessionItem]:
    return list(_SessionItem.query(user_id, _SessionItem.sk.startswith(_SESSION), consistent_read=True))


def proving(
    transaction: TransactWrite, user: User, session_id: str, factor: Action, good: Condition, at: datetime
) -> None:
    """Part of the transaction that sets up a second factor: the person has it, the session has proved it.

    With the first one every other session is over. Nothing is done if this one is, or all were ended meanwhile.
    """
    since = user.sessions_from if user.second_factors else never_before(at)
    had: list[Action] = [factor, *([PersonItem.sessions_from.set(since)] if since else [])]
    transaction.update(PersonItem(user.id, "USER"), had, good & not_ended_since(user))
    goes_on: list[Action] = [_SessionItem.proved.set(1), *([_SessionItem.since.set(since)] if since else [])]
    begun = _SessionItem.since == user.sessions_from if user.sessions_from else _SessionItem.since.does_not_exist()
    item = _SessionItem(user.id, _SESSION + session_id)
    transaction.update(item, goes_on, _SessionItem.pk.exists() & begun)


def calm(user_id: str, session_id: str) -> bool:
    """Not at risk any more; False if it is over."""
    item = _SessionItem(user_id, _SESSION + session_id)
    return made(lambda: item.update([_SessionItem.risky_until.remove()], _SessionItem.pk.exists()))


def put_at_risk(user_id: str, until: int) -> int:
    """Whatever somebody begins until then (seconds since 1970), then every session that they have; how many. Nothing
    else of them is read."""
    _put_at_risk(PersonItem(user_id, "USER"), PersonItem.risky_until.set(until))
    asked = _SessionItem.query(
        user_id, _SessionItem.sk.startswith(_SESSION), consistent_read=True, attributes_to_get=["pk", "sk"]
    )
    return sum(_put_at_risk(item, _SessionItem.risky_until.set(until)) for item in asked)


def _put_at_risk(item: UserItem, at_risk: Action) -> bool:
    """False if it is over, or they are gone."""

    def write() -> None:
        with writing() as transaction:
            transaction.update(item, [at_risk], UserItem.pk.exists())

    return made(write)


def keeping(transaction: TransactWrite, session: Session) -> None:
    """Part of the transaction that lets somebody in."""
    transaction.save(session_item(session), absent())


def sessions(user_id: str, position: str | None, limit: int) -> tuple[list[Session], str | None]:
    """Newest first."""
    found, following = _SessionItem.newest(user_id, _SESSION, position, limit)
    return [_session(item) for item in found], following


def _session_key(session: Session) -> tuple[str, str]:
    return session.user_id, _SESSION + session.id


def session_item(session: Session) -> _SessionItem:
    return _SessionItem(
        *_session_key(session),
        **vault.sealed(session.user_id, device_name=session.device_name),
        device_mark=session.device_mark,
        created_at=clock.written(session.created_at),
        last_used_at=clock.written(session.last_used_at),
        rotated_at=clock.written(session.rotated_at),
        current=session.current,
        previous=session.previous or None,
        expires_at=clock.written(session.expires_at),
        expires_at_seconds=int(session.expires_at.timestamp()),
        proved=int(session.proved) or None,
        risky_until=session.risky_until or None,
        since=session.since or None,
        device=session.device or None,
    )


def _session(item: _SessionItem) -> Session:
    return Session(
        id=item.sk.removeprefix(_SESSION),
        user_id=item.pk,
        device_name=item.device_name and vault.opened(item.pk, "device_name", item.device_name),
        device_mark=item.device_mark,
        created_at=clock.read(item.created_at),
        last_used_at=clock.read(item.last_used_at),
        rotated_at=clock.read(item.rotated_at),
        expires_at=clock.read(item.expires_at),
        current=item.current,
        previous=item.previous or "",
        proved=bool(item.proved),
        risky_until=int(item.risky_until or 0),
        since=item.since or "",
        device=item.device or "",
    )
