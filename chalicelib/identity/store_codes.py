"""Codes in the table `identity`.

CODE#<purpose>#<whose> CODE#<what for> a code that was sent; gone once used
"""

from __future__ import annotations

from datetime import datetime

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.transactions import TransactWrite

from chalicelib.cloud_tables import Table, made
from chalicelib.identity.model_codes import TRIES, Code, Purpose
from chalicelib.kernel import clock


class _CodeItem(Table):
    setting = "identity_table"
    code_mark = UnicodeAttribute()
    tries = NumberAttribute()
    expires_at = UnicodeAttribute()
    expires_at_seconds = NumberAttribute()


def put(code: Code) -> None:
    """In the place of the one before."""
    _CodeItem(
        *_key(code.purpose, code.subject),
        code_mark=code.mark,
        tries=0,
        expires_at=clock.written(code.expires_at),
        expires_at_seconds=int(code.expires_at.timestamp()),
    ).save()


def count_try(purpose: Purpose, subject: str, at: datetime) -> Code | None:
    """The code, if one more look at it is allowed; counted before anybody looks."""
    item = _CodeItem(*_key(purpose, subject))
    allowed = (_CodeItem.tries < TRIES) & (_CodeItem.expires_at > clock.written(at))
    if not made(lambda: item.update([_CodeItem.tries.add(1)], allowed)):
        return None
    return Code(purpose, subject, item.code_mark, clock.read(item.expires_at))


def spend(code: Code) -> bool:
    """Use it up; False if somebody did, or a fresh one took its place."""
    item = _CodeItem(*_key(code.purpose, code.subject))
    return made(lambda: item.delete(_CodeItem.code_mark == code.mark))


def spending(transaction: TransactWrite, code: Code) -> None:
    """Use it up together with what it opens: neither happens if it is used already."""
    transaction.delete(_CodeItem(*_key(code.purpose, code.subject)), _CodeItem.code_mark == code.mark)


def revoke(purpose: Purpose, whose: str) -> None:
    """Whatever was sent to them is no good any more, whatever it was to be used for."""
    for item in _CodeItem.query(_key(purpose, whose)[0], consistent_read=True):
        item.delete()


def _key(purpose: Purpose, subject: str) -> tuple[str, str]:
    whose, _, what_for = subject.partition("#")
    return f"CODE#{purpose}#{whose}", f"CODE#{what_for}"
