"""Signing in at a till: a person with a role begins a session whose token is used like an API key, for one shift.

The session goes on while the role is what it was when it began, and so does the account behind it.
"""

from __future__ import annotations

from datetime import datetime

from chalicelib.cases import service as cases
from chalicelib.identity import meeting, vault
from chalicelib.kernel import clock, ids, text
from chalicelib.kernel.callers import Customer, Merchant, Operator, Staff
from chalicelib.kernel.errors import Forbidden, InvalidRequest, InvalidState, InvalidToken, NotFound
from chalicelib.merchants import keys, staff, store, store_staff, stores
from chalicelib.merchants.model import Key, Till
from chalicelib.merchants.model_staff import (
    DEVICE_LETTERS,
    SHIFT,
    CurrentTillView,
    KnownTillView,
    Member,
    NewTill,
    TillView,
    known_till,
    scopes_of,
)

_DEVICE = "device_name"
"""The name under which it is sealed."""


def begin(person: Customer, wish: NewTill, source_address: str, at: datetime) -> TillView:
    """Raises TooManyRequests, NotFound (no such role of theirs), Forbidden (not at that store), InvalidRequest,
    WalletFrozen, InvalidState (changed: the role is another since)."""
    meeting.admit_to_tills(person, source_address, at)
    member, device = _role(person, wish), _device(wish.device_name)
    store_id, agreed = _place(member, wish.store_id, at), store.terms(member.merchant_id)
    if agreed is None:
        raise NotFound()
    meeting.admit_to_tills_of(member.merchant_id, at)
    marker = meeting.since(person, at)
    key, token = keys.fresh(member.merchant_id, scopes_of(member.role, member.store_ids), at)
    sealed = vault.seal(key.id, _DEVICE, device) if device else ""
    till = Till(member.id, person.user_id, person.wallet_ids[0], member.since, marker, store_id, sealed)
    _audit(member.id, "merchant.begin_till", member, at, store=store_id)
    if not store_staff.begin(member, key, till, at + SHIFT) and store.key(key.id) is None:
        raise InvalidState(state="changed")
    return TillView(
        id=key.id,
        token=token,
        merchant_id=agreed.merchant_id,
        merchant_name=agreed.name,
        store_id=store_id or None,
        role=member.role,
        scopes=key.scopes,
        expires_at=clock.written(at + SHIFT),
    )


def holder(till: Till) -> Staff:
    """Who is at it, if they may still be. Raises InvalidToken."""
    status, role, store_ids, since = store_staff.standing(till.staff_id)
    if status != "active" or since != till.staff_since:
        raise InvalidToken()
    meeting.check_standing(till.person, till.person_since, till.wallet)
    return Staff(till.staff_id, role, since, till.store_id, store_ids)


def current(caller: Merchant) -> CurrentTillView:
    """Raises NotFound of an API key."""
    key, member = _mine(caller)
    agreed, at_store = store.terms(member.merchant_id), caller.store_id
    return CurrentTillView(
        id=key.id,
        staff_id=member.id,
        name=member.name,
        role=member.role,
        scopes=key.scopes,
        merchant_id=member.merchant_id,
        merchant_name=agreed.name if agreed else "",
        store_id=at_store or None,
        store_name=stores.shop(at_store).name if at_store else None,
        store_ids=member.store_ids,
        expires_at=clock.written(key.expires_at) if key.expires_at else "",
    )


def end_current(caller: Merchant, at: datetime) -> None:
    """Raises NotFound of an API key."""
    key, member = _mine(caller)
    _audit(caller.who, "merchant.end_till", member, at)
    store.revoke(key.id, caller.merchant_id, at)


def listed(
    caller: Operator | Merchant, merchant_id: str, position: str | None, limit: int, at: datetime
) -> tuple[list[KnownTillView], str | None]:
    """Newest first; those that are over too, for a while. Whoever works at some stores sees those there, and fewer
    than `limit` on a page. Raises Forbidden, NotFound."""
    staff.check_keeper(caller, merchant_id)
    every, following = store.tills_of(merchant_id, position, limit)
    found = [key for key in every if _is_kept(caller, key)]
    names = store_staff.names({key.till.staff_id for key in found if key.till})
    return [
        known_till(key, names.get(key.till.staff_id, "") if key.till else "", _named(key), at) for key in found
    ], following


def end(caller: Operator | Merchant, merchant_id: str, session_id: str, at: datetime) -> None:
    """At once and for good; once or many times. Raises Forbidden, NotFound."""
    staff.check_keeper(caller, merchant_id)
    key = store.key(session_id) if ids.is_id(session_id, "key") else None
    if key is None or key.till is None or key.merchant_id != merchant_id or not _is_kept(caller, key):
        raise NotFound()
    member = staff.found(merchant_id, key.till.staff_id)
    staff.check_rank(caller, member.role)
    _audit(caller.who if isinstance(caller, Merchant) else caller.user_id, "merchant.end_till", member, at)
    store.revoke(session_id, merchant_id, at)


def _role(person: Customer, wish: NewTill) -> Member:
    if (wish.staff_id is None) == (wish.merchant_id is None):
        raise InvalidRequest(param="staff_id" if wish.staff_id is None else "merchant_id")
    theirs = (one for one in store_staff.roles_of(person.user_id, ()) if one.status == "active")
    found = next((one for one in theirs if wish.staff_id == one.id or wish.merchant_id == one.merchant_id), None)
    if found is None or found.person != person.user_id:
        raise NotFound()
    return found


def _place(member: Member, wish: str | None, at: datetime) -> str:
    """The store that the session is for. Raises Forbidden, InvalidRequest."""
    store_id = member.store_ids[0] if wish is None and len(member.store_ids) == 1 else wish
    if store_id is None:
        if member.store_ids:
            raise InvalidRequest(param="store_id")
        return ""
    if member.store_ids and store_id not in member.store_ids:
        raise Forbidden()
    return stores.known(member.merchant_id, store_id, at).id


def _device(written: str) -> str:
    tidy = written.strip()
    if len(tidy) > DEVICE_LETTERS or text.hides_something(tidy):
        raise InvalidRequest(param="device_name")
    return tidy


def _is_kept(caller: Operator | Merchant, key: Key) -> bool:
    at_store = key.till.store_id if key.till else ""
    return isinstance(caller, Operator) or caller.covers([at_store] if at_store else [])


def _named(key: Key) -> str:
    sealed = key.till.device_name if key.till else ""
    return vault.opened(key.id, _DEVICE, sealed) if sealed else ""


def _mine(caller: Merchant) -> tuple[Key, Member]:
    key = store.key(caller.key_id) if caller.staff else None
    if key is None or caller.staff is None:
        raise NotFound()
    return key, staff.found(caller.merchant_id, caller.staff.id)


def _audit(who: str, what: str, member: Member, at: datetime, **facts: str) -> None:
    cases.audit(who, what, member.id, "", at, **{"merchant": member.merchant_id, **facts})
