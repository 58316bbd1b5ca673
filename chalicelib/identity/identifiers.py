"""Changing a phone number or an e-mail address, or adding the other one as a second way in.

Whoever proves the old and the new one changes it at once. Whoever proves the new one alone waits 72 hours, and
everybody concerned is told, so that the owner of the old one can stop it. The old name is nobody's afterwards: whoever
gets the number next signs up as somebody new. Whether a new name is already somebody's never shows.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib import queues
from chalicelib.cases import service as cases
from chalicelib.identity import (
    codes,
    model_codes,
    model_identifiers,
    names,
    reminders,
    secrets,
    service,
    sessions,
    store,
    store_due,
    store_identifiers,
    telling,
    throttle,
    vault,
)
from chalicelib.identity.model import User
from chalicelib.identity.model_codes import Code, Purpose
from chalicelib.identity.model_identifiers import WAIT, WAIT_HOURS, Change, ChangeProof, ChangeView, Pending
from chalicelib.identity.throttle import Limit
from chalicelib.kernel import clock
from chalicelib.kernel.errors import InvalidOrExpired, NotFound, Unavailable
from chalicelib.notices import service as notices
from chalicelib.notices.model import Params

_ASKED = (Limit("changes-hour", 5, timedelta(hours=1)), Limit("changes-day", 10, timedelta(days=1)))


def ask(user_id: str, typed: str, source_address: str, at: datetime) -> None:
    """Send a code to the old name and one to the new; to its owner, if it is somebody else's, word of the attempt.

    Raises InvalidRequest, TooManyRequests.
    """
    user = service.profile(user_id)
    change = _change(user, typed)
    vault.ready()
    throttle.check(throttle.CODES_FROM_AN_ADDRESS, source_address, at)
    throttle.check(_ASKED, user_id, at)
    throttle.check(throttle.CODES_TO_A_NAME, change.mark, at)
    owner = store.user_named(change.mark)
    old_code, new_code = (codes.made(purpose, _subject(change, user), at) for purpose in _PURPOSES)
    told: Params = {"minutes": model_codes.MINUTES, "new": change.shown}
    to_old: Params = {**told, "code": old_code}
    notices.send(change.old, user.locale, "old_identifier_code", to_old, at, phrase=user.phrase)
    if owner:
        notices.send(change.identifier, owner.locale, "identifier_known", told, at, phrase=owner.phrase)
    else:
        notices.send(change.identifier, user.locale, "new_identifier_code", {**told, "code": new_code}, at)


def confirm(user_id: str, proof: ChangeProof, at: datetime) -> ChangeView:
    """At once with both codes, after 72 hours with the new one alone. Raises InvalidRequest, InvalidOrExpired."""
    user = service.profile(user_id)
    change = _change(user, proof.identifier)
    new = _proved("new-identifier", change, user, proof.new_code, "new_code", at)
    _settle(user_id, at)
    if proof.old_code is None:
        done = store_identifiers.wait(change, new, at)
    else:
        old = _proved("old-identifier", change, user, proof.old_code, "old_code", at)
        done = store_identifiers.make(change, (new, old), at)
    if not done:
        raise InvalidOrExpired(param="new_code")
    _due(user_id, at)
    changed = proof.old_code is not None
    return ChangeView("changed" if changed else "waiting", clock.written(at if changed else at + WAIT))


def contacts(user_id: str) -> tuple[User, Pending | None]:
    """Who it is and which change waits, if one does."""
    pending = store_identifiers.pending(user_id)
    return service.profile(user_id), pending if pending and pending.step != "changed" else None


def remove_second(user_id: str, at: datetime) -> None:
    """Have the second contact no more, in 72 hours: it hears of it and may stop it. Once more is as good as once.

    Another change that waits is stopped, and that is told. Raises NotFound, Unavailable (a change is made just now).
    """
    user = service.profile(user_id)
    if not user.second_contact:
        raise NotFound()
    change = Change(user_id, "second_contact", "", "", user.second_contact, secrets.login(user.second_contact))
    waits = _settle(user_id, at)
    if waits and waits.change == change:
        return
    if waits:
        stop(user_id, at)
    if not store_identifiers.wait(change, None, at):
        raise Unavailable(retry_after_seconds=1)
    _due(user_id, at)


def cancel(user_id: str, at: datetime) -> None:
    """Stop the change that waits, from any session. Raises NotFound."""
    if not stop(user_id, at):
        raise NotFound()


def stop(user_id: str, at: datetime) -> bool:
    """Stop the change that waits, if one does: for whoever has proved in another way whose account it is."""
    pending = store_identifiers.pending(user_id)
    if pending is None or pending.step == "changed" or not store_identifiers.end(pending):
        return False
    _tell(pending, "cancelled", at)
    return True


def carry_out_due(at: datetime) -> int:
    """Each step that is due of every change; candidates only, conditions decide."""
    found = store_due.due(store_identifiers.KIND, at)
    return queues.sweep("identifiers", found, lambda key: _due(key[0], at))


def _settle(user_id: str, at: datetime) -> Pending | None:
    """What was made and not told yet is told first; the change that waits, if one does."""
    pending = store_identifiers.pending(user_id)
    if pending is None or pending.step != "changed":
        return pending
    _step(pending, at)
    return None


def _due(user_id: str, at: datetime) -> bool:
    """Never before its time, whoever comes: what waits is somebody's to stop."""
    pending = store_identifiers.pending(user_id)
    return pending is not None and pending.due_at <= at and _step(pending, at)


def _step(pending: Pending, at: datetime) -> bool:
    """Told first, then ended: a crash in between tells once more, and `once` lets that be."""
    if pending.step == "proved":
        _tell(pending, "waiting", pending.at)
        return store_identifiers.go_on(pending, "waiting", pending.effective_at)
    if pending.step == "changed":
        cases.audit(pending.change.user_id, "identifier.change", pending.change.user_id, "", at)
        if user := store.user(pending.change.user_id):
            sessions.stop_payments(user)
        _tell(pending, "changed", pending.at)
        reminders.soon(pending.change.user_id, pending.at)
        return store_identifiers.end(pending)
    if store_identifiers.make(pending.change, (), at, pending):
        made = store_identifiers.pending(pending.change.user_id)
        return made is not None and _step(made, at)
    if store_identifiers.pending(pending.change.user_id) != pending:
        return False
    _tell(pending, "failed", pending.due_at)
    return store_identifiers.end(pending)


def _tell(pending: Pending, what: str, at: datetime) -> None:
    """The person by every way, and whichever of the two names is not theirs, yet or any more."""
    user = store.user(pending.change.user_id)
    if user is None:
        return
    change = pending.change
    strangers = tuple(one for one in (change.identifier, change.old) if one and one not in user.contacts)
    params: Params = {"new": change.shown, "hours": WAIT_HOURS}
    kind = f"identifier_{'removal_' if change.removes else ''}{what}"
    telling.tell(user, kind, params, at, once=kind, strangers=strangers)


_PURPOSES: tuple[Purpose, Purpose] = ("old-identifier", "new-identifier")


def _proved(purpose: Purpose, change: Change, user: User, typed: str, param: str, at: datetime) -> Code:
    try:
        return codes.proved(purpose, _subject(change, user), typed, at)
    except InvalidOrExpired as error:
        raise InvalidOrExpired(param=param) from error


def _change(user: User, typed: str) -> Change:
    identifier = names.canonical(typed)
    slot, old = model_identifiers.slot_for(user, identifier)
    old_mark = secrets.login(old) if old else ""
    return Change(user.id, slot, identifier, secrets.login(identifier), old or user.identifier, old_mark)


def _subject(change: Change, user: User) -> str:
    """Codes are good for this very change alone, and a reset makes them worthless."""
    good_for = secrets.mark("change", change.user_id, change.old_mark, change.mark, str(user.cooling_until))
    return f"{change.user_id}#{good_for}"
