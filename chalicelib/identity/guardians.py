"""A guardian: named by a person in easy mode, accepted by whoever is named, let go a day after either says so.

Whether the name that is given is known never shows: known and unknown take the same AWS calls and get the same answer.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib import queues
from chalicelib.cases import service as cases
from chalicelib.identity import (
    model,
    names,
    secrets,
    service,
    sessions,
    store,
    store_due,
    store_guardians,
    telling,
    throttle,
    vault,
)
from chalicelib.identity.model import User
from chalicelib.identity.model_guardians import LEAVING, LEAVING_HOURS, Bond, GuardianView, guardian_view
from chalicelib.identity.throttle import Limit
from chalicelib.kernel import ids
from chalicelib.kernel.errors import InvalidRequest, InvalidState, NotFound
from chalicelib.notices import service as notices
from chalicelib.notices.model import Params

_NAMED = (Limit("named-hour", 5, timedelta(hours=1)), Limit("named-day", 20, timedelta(days=1)))
"""Messages to one name; the codes that its owner wants are counted apart."""
_ASKED = (Limit("guardians-hour", 3, timedelta(hours=1)), Limit("guardians-day", 5, timedelta(days=1)))


def ask(ward_id: str, typed: str, source_address: str, at: datetime) -> None:
    """Ask whoever has this name; a guardian who is leaving stays.

    Raises InvalidRequest, InvalidState (not in easy mode, guarded), TooManyRequests.
    """
    ward, contact = service.profile(ward_id), names.canonical(typed)
    if contact in ward.contacts:
        raise InvalidRequest(param="identifier", reason="yours-already")
    if ward.ui_mode != "easy":
        raise InvalidState(state="not-easy")
    if _stays(ward_id, contact, at):
        return
    vault.ready()
    mark = secrets.login(contact)
    throttle.check(throttle.CODES_FROM_AN_ADDRESS, source_address, at)
    throttle.check(_ASKED, ward_id, at)
    throttle.check(_NAMED, mark, at)
    guardian = store.user_named(mark)
    if not store_guardians.ask(Bond(ward_id, guardian.id if guardian else store.NOBODY, contact, "asked", at)):
        raise InvalidState(state="guarded")
    told: Params = {"name": model.shown_name(ward.display_name)}
    if guardian:
        notices.send(contact, guardian.locale, "guardian_asked", told, at, phrase=guardian.phrase)
    else:
        notices.send(contact, ward.locale, "guardian_invited", told, at)


def of(ward_id: str, at: datetime) -> GuardianView:
    bond = store_guardians.bond(ward_id)
    known = bond is not None and bond.status != "asked"
    return guardian_view(bond, store.user(bond.guardian_id) if bond and known else None, at)


def wards(
    guardian_id: str, position: str | None, limit: int, at: datetime
) -> tuple[list[tuple[User, Bond]], str | None]:
    """Who asked or is guarded, and the position of the next page."""
    found, following = store_guardians.wards(guardian_id, position, limit)
    pairs = [(store.user(ward_id), _bond(guardian_id, ward_id, at)) for ward_id in found]
    return [(ward, bond) for ward, bond in pairs if ward and bond], following


def accept(guardian_id: str, ward_id: str, at: datetime) -> None:
    """Raises NotFound, InvalidState (no longer in easy mode, or not asked any more)."""
    bond = _bond(guardian_id, ward_id, at)
    if bond is None:
        raise NotFound()
    if bond.step != "asked" or not store_guardians.accept(bond, at):
        raise InvalidState(state=bond.status if bond.step != "asked" else "not-easy")
    cases.audit(guardian_id, "guardian.accept", ward_id, "", at)
    sessions.stop_payments(service.profile(ward_id))
    telling.tell_id(ward_id, "guardian_accepted", {"guardian": names.masked(bond.contact)}, at, once="accepted")


def leave(ward_id: str, at: datetime) -> None:
    """Have no guardian, a day after; of somebody who was only asked, at once. Raises NotFound."""
    bond = store_guardians.bond(ward_id)
    if bond is None or not bond.stands(at):
        raise NotFound()
    _end(bond, at)


def give_up(guardian_id: str, ward_id: str, at: datetime) -> None:
    """Be nobody's guardian, a day after; decline at once. Raises NotFound."""
    bond = _bond(guardian_id, ward_id, at)
    if bond is None:
        raise NotFound()
    _end(bond, at)


def give_all_up(guardian_id: str, at: datetime) -> None:
    """Of an account that is deleted: its wards are told, and guarded no more a day after."""
    for bond in store_guardians.bonds_of(guardian_id):
        _end(bond, at)


def forget(user_id: str, at: datetime) -> None:
    """Of an account that is erased: whoever it still guards is told and free at once, and it is nobody's ward."""
    for bond in store_guardians.bonds_of(user_id):
        _free(bond, at)
    if named := store_guardians.bond(user_id):
        store_guardians.forget_ward(named)


def go_on_due(at: datetime) -> int:
    """Each step that is due of every parting; candidates only, conditions decide."""
    found = store_due.due(store_guardians.KIND, at)
    return queues.sweep("guardians", found, lambda key: _due(key[0], at))


def _due(ward_id: str, at: datetime) -> bool:
    bond = store_guardians.bond(ward_id)
    return bond is not None and bond.due_at is not None and bond.due_at <= at and _step(bond, at)


def _end(bond: Bond, at: datetime) -> None:
    if bond.step == "asked":
        store_guardians.end(bond)
    elif bond.step == "accepted" and store_guardians.go_on(bond, "ending", at, at):
        _step(Bond(bond.ward_id, bond.guardian_id, bond.contact, "ending", at), at)


def _free(bond: Bond, at: datetime) -> None:
    if bond.step == "asked":
        store_guardians.end(bond)
    elif bond.step in ("leaving", "gone"):
        _step(bond, at)
    elif store_guardians.go_on(bond, "leaving", at, at):
        _step(Bond(bond.ward_id, bond.guardian_id, bond.contact, "leaving", at), at)


def _step(bond: Bond, at: datetime) -> bool:
    """Told first, then on: a crash in between tells once more, and `once` lets that be."""
    if bond.step == "ending":
        _tell_both(bond, "guardian_leaving")
        return store_guardians.go_on(bond, "leaving", bond.at, bond.at + LEAVING)
    if bond.step == "leaving" and store_guardians.let_go(bond, at):
        bond = Bond(bond.ward_id, bond.guardian_id, bond.contact, "gone", at)
    if bond.step == "gone":
        _tell_both(bond, "guardian_gone")
        return store_guardians.end(bond)
    over = bond.step == "asked" or store.user(bond.ward_id) is None
    return over and store_guardians.end(bond)


def _stays(ward_id: str, contact: str, at: datetime) -> bool:
    """Whether a guardian of this name was leaving, and the ward has thought better of it."""
    bond = store_guardians.bond(ward_id)
    if bond is None or bond.status != "leaving" or bond.contact != contact or not store_guardians.stay(bond, at):
        return False
    _tell_both(Bond(ward_id, bond.guardian_id, contact, "accepted", at), "guardian_stays")
    return True


def _tell_both(bond: Bond, kind: str) -> None:
    ward = store.user(bond.ward_id)
    shown = names.masked(ward.identifier) if ward else ""
    params: Params = {"ward": shown, "guardian": names.masked(bond.contact), "hours": LEAVING_HOURS}
    for user_id in (bond.ward_id, bond.guardian_id):
        telling.tell_id(user_id, kind, params, bond.at, once=kind)


def _bond(guardian_id: str, ward_id: str, at: datetime) -> Bond | None:
    """What is between the two, if anything is."""
    bond = store_guardians.bond(ward_id) if ids.is_id(ward_id, "usr") else None
    return bond if bond and bond.guardian_id == guardian_id and bond.stands(at) else None
