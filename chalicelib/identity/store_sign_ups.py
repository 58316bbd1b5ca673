"""Sign-ups in the table `identity`.

SIGNUP#<mark> SIGNUP       a sign-up waiting for its code; gone once used
"""

from __future__ import annotations

from datetime import datetime

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.cloud_tables import Table, absent, made, writing
from chalicelib.identity import vault
from chalicelib.identity.model import CODE_TRIES, Session, SignUp, User
from chalicelib.identity.store import LoginItem, person_item
from chalicelib.identity.store_sessions import session_item
from chalicelib.kernel import clock


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


def put_sign_up(login: str, sign_up: SignUp) -> None:
    """The newest sign-up for a name takes the place of the one before, and of its code."""
    _SignUpItem(
        *_sign_up_key(login),
        user_id=sign_up.user_id,
        **vault.sealed(sign_up.user_id, identifier=sign_up.identifier, display_name=sign_up.display_name),
        password_hash=sign_up.password_hash,
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
        identifier=vault.opened(item.user_id, "identifier", item.identifier),
        password_hash=item.password_hash,
        display_name=vault.opened(item.user_id, "display_name", item.display_name),
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
            transaction.save(LoginItem(f"LOGIN#{login}", "LOGIN", user_id=user.id), absent())
            transaction.save(person_item(user), absent())
            transaction.save(session_item(session), absent())

    return made(together)


def _sign_up_key(login: str) -> tuple[str, str]:
    return f"SIGNUP#{login}", "SIGNUP"
