"""Sign-ups in the table `identity`.

SIGNUP#<mark> TRIES        how often a code was tried for the name, and how many sign-ups there were
SIGNUP#<mark> WAITING#<n>  one of the last three sign-ups, waiting for its own code; gone once used

A stranger who signs up with somebody's name takes nobody's place: each code completes the sign-up it was sent for.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action

from chalicelib.cloud_tables import Table, absent, made, writing
from chalicelib.identity import vault
from chalicelib.identity.model import Session, SignUp, User
from chalicelib.identity.model_codes import TRIES
from chalicelib.identity.model_consents import Agreed, Consent
from chalicelib.identity.model_preferences import EVERY
from chalicelib.identity.store import LoginItem, person_item
from chalicelib.identity.store_consents import consent_item
from chalicelib.identity.store_reminders import reminder_item
from chalicelib.identity.store_sessions import session_item
from chalicelib.kernel import clock

MOST_WAITING = 3
_WAITING = "WAITING#"


class _TriesItem(Table):
    setting = "identity_table"
    tries = NumberAttribute()
    sign_ups = NumberAttribute()
    expires_at_seconds = NumberAttribute()


class _SignUpItem(Table):
    setting = "identity_table"
    user_id = UnicodeAttribute()
    identifier = UnicodeAttribute()
    password_hash = UnicodeAttribute()
    display_name = UnicodeAttribute()
    locale = UnicodeAttribute()
    jurisdiction = UnicodeAttribute()
    code_mark = UnicodeAttribute()
    consents = UnicodeAttribute(null=True)
    """`<document>=<version>` each, a space between."""
    tries_before = NumberAttribute()
    """How many codes had been tried for the name when this one was sent."""
    expires_at = UnicodeAttribute()
    expires_at_seconds = NumberAttribute()


def put_sign_up(login: str, sign_up: SignUp) -> None:
    """Beside those that wait already for the name; the oldest of four goes."""
    expires_at_seconds = int(sign_up.expires_at.timestamp())
    counted = _TriesItem(_key(login), "TRIES")
    actions: list[Action] = [
        _TriesItem.sign_ups.add(1),
        _TriesItem.tries.add(0),
        _TriesItem.expires_at_seconds.set(expires_at_seconds),
    ]
    counted.update(actions)
    _SignUpItem(
        _key(login),
        f"{_WAITING}{int(counted.sign_ups) % MOST_WAITING}",
        user_id=sign_up.user_id,
        **vault.sealed(sign_up.user_id, identifier=sign_up.identifier, display_name=sign_up.display_name),
        password_hash=sign_up.password_hash,
        locale=sign_up.locale,
        jurisdiction=sign_up.jurisdiction,
        code_mark=sign_up.code_mark,
        consents=" ".join(f"{one.document}={one.version}" for one in sign_up.consents) or None,
        tries_before=counted.tries,
        expires_at=clock.written(sign_up.expires_at),
        expires_at_seconds=expires_at_seconds,
    ).save()


def count_try(login: str, at: datetime) -> list[SignUp]:
    """The sign-ups whose codes may be looked at once more; counted before anybody looks."""
    counted = _TriesItem(_key(login), "TRIES")
    if not made(lambda: counted.update([_TriesItem.tries.add(1)], _TriesItem.pk.exists())):
        return []
    found = _SignUpItem.query(_key(login), _SignUpItem.sk.startswith(_WAITING), consistent_read=True)
    return [_sign_up(item) for item in found if _alive(item, int(counted.tries), at)]


def forget(login: str, at: datetime) -> None:
    """Whatever did not come to anything; somebody else's may be on its way."""
    over = _TriesItem.expires_at_seconds <= int(at.timestamp())
    for item in _TriesItem.query(_key(login), filter_condition=over, consistent_read=True):
        made(partial(item.delete, over))


def welcome(login: str, sign_up: SignUp, user: User, session: Session, consents: list[Consent]) -> bool:
    """The sign-up's code is used up; login, user, session, consents and reminder appear. All or, if any was done,
    nothing."""
    item = _SignUpItem(_key(login), _WAITING + str(sign_up.place))

    def together() -> None:
        with writing() as transaction:
            transaction.delete(item, _SignUpItem.code_mark == sign_up.code_mark)
            transaction.save(LoginItem(f"LOGIN#{login}", "LOGIN", user_id=user.id), absent())
            transaction.save(person_item(user), absent())
            transaction.save(session_item(session), absent())
            transaction.save(reminder_item(user.id, user.created_at + EVERY[user.reminders]))
            for consent in consents:
                transaction.save(consent_item(consent), absent())

    return made(together)


def _alive(item: _SignUpItem, tries: int, at: datetime) -> bool:
    return tries - int(item.tries_before) <= TRIES and item.expires_at > clock.written(at)


def _sign_up(item: _SignUpItem) -> SignUp:
    return SignUp(
        user_id=item.user_id,
        identifier=vault.opened(item.user_id, "identifier", item.identifier),
        password_hash=item.password_hash,
        display_name=vault.opened(item.user_id, "display_name", item.display_name),
        locale=item.locale,
        jurisdiction=item.jurisdiction,
        code_mark=item.code_mark,
        expires_at=clock.read(item.expires_at),
        place=int(item.sk.removeprefix(_WAITING)),
        consents=tuple(Agreed(*one.split("=")) for one in (item.consents or "").split()),
    )


def _key(login: str) -> str:
    return f"SIGNUP#{login}"
