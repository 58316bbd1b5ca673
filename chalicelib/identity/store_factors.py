"""Second factors and the PIN in the table `identity`. Whether they are on also stands in the person, for sign-in.

<user>        TOTP            the authenticator in force
<user>        NEWTOTP         one that is not confirmed yet
<user>        RECOVERY#<n>    one of ten recovery codes
<user>        PIN             the payment PIN
"""

from __future__ import annotations

from datetime import datetime

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action

from chalicelib.cloud_tables import made, writing
from chalicelib.identity import store_sessions, vault
from chalicelib.identity.model import CUSTOMER, User
from chalicelib.identity.model_factors import PROPOSED_LIFETIME, Totp
from chalicelib.identity.store import PersonItem, UserItem
from chalicelib.kernel import clock, entropy

_PROPOSED, _IN_FORCE = "NEWTOTP", "TOTP"


class _TotpItem(UserItem):
    secret = UnicodeAttribute()
    made_at = UnicodeAttribute()
    last_step = NumberAttribute()
    used_by = UnicodeAttribute(null=True)
    """Chance of the call that used the step: one whose answer was lost on the way is sent again."""
    expires_at_seconds = NumberAttribute(null=True)


class _RecoveryItem(UserItem):
    code_mark = UnicodeAttribute()
    used_by = UnicodeAttribute(null=True)


class _PinItem(UserItem):
    pin_hash = UnicodeAttribute()


def propose_totp(user_id: str, secret: str, at: datetime) -> None:
    """In the place of one that was not confirmed."""
    item = _totp_item(_PROPOSED, Totp(user_id, secret, clock.written(at), 0))
    item.expires_at_seconds = int((at + PROPOSED_LIFETIME).timestamp())
    item.save()


def proposed_totp(user_id: str, at: datetime) -> Totp | None:
    found = _totp(user_id, _PROPOSED)
    return found if found and clock.read(found.made_at) + PROPOSED_LIFETIME > at else None


def totp(user_id: str) -> Totp | None:
    return _totp(user_id, _IN_FORCE)


def confirm_totp(totp: Totp, step: int, user: User, session_id: str, at: datetime) -> bool:
    """In force from now on, `step` used up, the session proved. False if it was done, or the session is over."""
    proposed = _TotpItem(totp.user_id, _PROPOSED)
    kept = _totp_item(_IN_FORCE, Totp(totp.user_id, totp.secret, totp.made_at, step))

    def together() -> None:
        with writing() as transaction:
            transaction.delete(proposed, _TotpItem.made_at == totp.made_at)
            transaction.save(kept)
            on, there = PersonItem.totp_on.set(1), PersonItem.pk.exists()
            store_sessions.proving(transaction, user, session_id, on, there, at)

    return made(together)


def use_step(totp: Totp, step: int) -> bool:
    """Of all who use one step, one wins."""
    item, me = _TotpItem(totp.user_id, _IN_FORCE), entropy.token(8).hex()
    unused = (_TotpItem.last_step < step) | (_TotpItem.used_by == me)
    actions: list[Action] = [_TotpItem.last_step.set(step), _TotpItem.used_by.set(me)]
    return made(lambda: item.update(actions, unused & (_TotpItem.made_at == totp.made_at)))


def remove_totp(user_id: str) -> bool:
    """False if there was none, or it is the last second factor of an operator."""
    item, person = _TotpItem(user_id, _IN_FORCE), PersonItem(user_id, "USER")
    dispensable = (PersonItem.role == CUSTOMER) | (PersonItem.passkeys > 0)

    def together() -> None:
        with writing() as transaction:
            transaction.delete(item, _TotpItem.pk.exists())
            transaction.update(person, [PersonItem.totp_on.remove()], PersonItem.pk.exists() & dispensable)

    return made(together)


def put_recovery_codes(user_id: str, marks: list[str]) -> None:
    """All of them at once, in the places of those before."""
    with writing() as transaction:
        for place, mark in enumerate(marks):
            transaction.save(_RecoveryItem(user_id, f"RECOVERY#{place}", code_mark=mark))


def forget_recovery_codes(user_id: str) -> None:
    """They stood in for factors; not while one is left."""
    person = PersonItem.find(user_id, "USER")
    if person and (person.totp_on or person.passkeys):
        return
    for item in _RecoveryItem.query(user_id, _RecoveryItem.sk.startswith("RECOVERY#"), consistent_read=True):
        item.delete()


def use_recovery_code(user_id: str, place: int, mark: str) -> bool:
    item, me = _RecoveryItem(user_id, f"RECOVERY#{place}"), entropy.token(8).hex()
    unused = _RecoveryItem.used_by.does_not_exist() | (_RecoveryItem.used_by == me)
    return made(lambda: item.update([_RecoveryItem.used_by.set(me)], (_RecoveryItem.code_mark == mark) & unused))


def recovery_codes_left(user_id: str) -> int:
    every = _RecoveryItem.query(user_id, _RecoveryItem.sk.startswith("RECOVERY#"), consistent_read=True)
    return sum(item.used_by is None for item in every)


def put_pin(user_id: str, pin_hash: str) -> None:
    item = _PinItem(user_id, "PIN", **vault.sealed(user_id, pin_hash=pin_hash))
    with writing() as transaction:
        transaction.save(item)
        transaction.update(PersonItem(user_id, "USER"), [PersonItem.pin_on.set(1)], PersonItem.pk.exists())


def pin_hash(user_id: str) -> str | None:
    found = _PinItem.find(user_id, "PIN")
    return vault.opened(user_id, "pin_hash", found.pin_hash) if found else None


def _totp_item(place: str, totp: Totp) -> _TotpItem:
    return _TotpItem(
        totp.user_id,
        place,
        **vault.sealed(totp.user_id, secret=totp.secret),
        made_at=totp.made_at,
        last_step=totp.last_step,
    )


def _totp(user_id: str, place: str) -> Totp | None:
    found = _TotpItem.find(user_id, place)
    if found is None:
        return None
    return Totp(user_id, vault.opened(user_id, "secret", found.secret), found.made_at, int(found.last_step))
