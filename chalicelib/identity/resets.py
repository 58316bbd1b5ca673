"""A forgotten password: a code to the registered name, and a new password for the code.

A code is for one person, one client and the password that is forgotten: a reset makes every other one worthless. The
second factor is not touched. Whether a name is known never shows: the same steps, the same AWS calls.

The new password and what is still to be done are written together; who dies in between leaves it to the sweep.
"""

from __future__ import annotations

from datetime import datetime
from typing import get_args

from chalicelib import happenings, queues
from chalicelib.cases import service as cases
from chalicelib.identity import (
    codes,
    device_tokens,
    identifiers,
    model_codes,
    names,
    reminders,
    secrets,
    sessions,
    store,
    store_codes,
    store_deletion,
    store_due,
    store_lockout,
    store_pushes,
    store_resets,
    telling,
    throttle,
    vault,
)
from chalicelib.identity.model import User
from chalicelib.identity.model_resets import COOLING, ConfirmRequest, ResetRequest, Unfinished
from chalicelib.kernel import clock, origin
from chalicelib.kernel.errors import InvalidOrExpired
from chalicelib.notices import service as notices
from chalicelib.notices.model import Params


def ask(wish: ResetRequest, source_address: str, language: str, at: datetime) -> None:
    """Send a code to the owner of a known name, or word that there is nothing to an unknown one.

    Raises InvalidRequest, TooManyRequests.
    """
    identifier = names.canonical(wish.identifier)
    login = secrets.login(identifier)
    vault.ready()
    user = store.user_named(login)
    device = device_tokens.known(user.id if user else store.NOBODY, wish.device_token)
    throttle.check(throttle.CODES_FROM_AN_ADDRESS, source_address, at)
    source = device or origin.network(source_address)
    whose = store.whose(user, login)
    throttle.check(throttle.RESETS_OF_A_PERSON, f"{whose} {device}", at)
    throttle.check(throttle.RESETS_OF_A_PERSON_FROM_AN_ADDRESS, f"{whose} {source}", at)
    code = codes.made("reset", _subject(whose, user, wish.reset_secret), at)
    if user:
        told: Params = {"code": code, "minutes": model_codes.MINUTES}
        notices.send(identifier, user.locale, "reset_code", told, at, phrase=user.phrase)
    else:
        notices.send(identifier, language, "reset_unknown", {}, at)
    happenings.tell("password-reset", at, "started", user_id=user.id if user else "")


def confirm(proof: ConfirmRequest, source_address: str, at: datetime) -> None:
    """Set the new password for the right code. Raises InvalidRequest, InvalidOrExpired."""
    from chalicelib.identity import passwords

    identifier = names.canonical(proof.identifier)
    login = secrets.login(identifier)
    passwords.check(proof.new_password, "new_password", (identifier,))
    vault.ready()
    user = store.user_named(login)
    code = codes.proved("reset", _subject(store.whose(user, login), user, proof.reset_secret), proof.code, at)
    if user is None:
        raise InvalidOrExpired(param="code")
    passwords.check(proof.new_password, "new_password", (user.display_name,))
    cases.audit(user.id, "password.reset", user.id, "", at, source_address=source_address)
    cooling_until = int((at + COOLING).timestamp())
    sessions.stop_payments(user)
    made = store_resets.reset(code, login, user, passwords.hashed(proof.new_password), cooling_until, at)
    if made is None:
        raise InvalidOrExpired(param="code")
    _finish(made, at)
    happenings.tell("password-reset", at, "succeeded", user_id=user.id, region=user.jurisdiction)


def finish_due(at: datetime) -> int:
    """The sweep's part: resets whose maker did not live to finish them."""
    return queues.sweep("recovery", store_due.due(store_resets.DUE, at), lambda found: _take_over(found[0], at))


def _take_over(user_id: str, at: datetime) -> bool:
    found = store_resets.unfinished(user_id)
    if found is None or found.due_at > at:
        return False
    mine = store_resets.claim(found, at)
    return mine is not None and _finish(mine, at)


def _finish(mine: Unfinished, at: datetime) -> bool:
    """All of it may be done twice. Whose account was deleted meanwhile may have it back: they are told as well."""
    account = store_deletion.account(mine.user_id)
    if account:
        user = account.user
        devices = store_pushes.devices(user.id)
        sessions.clear(user, user.sessions_from)
        _end_codes(mine)
        store_lockout.lift_devices(user.id)
        identifiers.stop(user.id, at)
        reminders.soon(user.id, at)
        telling.tell(user, "password_reset", _facts(at), at, devices=devices)
    return store_resets.finish(mine)


def _end_codes(mine: Unfinished) -> None:
    for purpose in get_args(model_codes.Purpose):
        store_codes.revoke(purpose, mine.user_id)
        store_codes.revoke(purpose, mine.login)


def _facts(at: datetime) -> Params:
    return {"at": clock.written(at), "hours": int(COOLING.total_seconds() // 3600)}


def _subject(whose: str, user: User | None, secret: str | None) -> str:
    """Changes with every reset; the same for all names of a person, who have one code together and five tries at it."""
    good_for = secrets.mark("reset", whose, str(user.cooling_until if user else 0), secret or "")
    return f"{whose}#{good_for}"
