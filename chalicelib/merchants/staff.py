"""Who works at a merchant: invited by a code to a name of theirs, accepted by whoever owns it, changed and revoked.

Whether the name is known never shows: known and unknown take the same AWS calls and get the same answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from chalicelib.cases import service as cases
from chalicelib.cases.model import Facts
from chalicelib.cloud_tables import made, writing
from chalicelib.identity import codes, meeting
from chalicelib.kernel import ids
from chalicelib.kernel.callers import Customer, Merchant, Operator
from chalicelib.kernel.errors import (
    Forbidden,
    InvalidOrExpired,
    InvalidRequest,
    InvalidState,
    NotFound,
    SecondPersonRequired,
)
from chalicelib.merchants import rules, store, store_staff, stores
from chalicelib.merchants.model import Terms
from chalicelib.merchants.model_staff import INVITED_FOR, SCOPES, Member, NewStaff, Role, RoleView, StaffChange

Keeper = Operator | Merchant


def invite(
    caller: Keeper, merchant_id: str, wish: NewStaff, source_address: str, language: str, at: datetime
) -> Member:
    """Whoever was invited before and has not answered gets another code, for the role that is wished now.

    Raises Forbidden, NotFound, InvalidRequest, SecondPersonRequired (an operator would invite themselves),
    TooManyRequests, InvalidState (active: works there already).
    """
    agreed = check_keeper(caller, merchant_id)
    check_rank(caller, wish.role)
    _check_gift(caller, wish.role)
    contact, name = meeting.canonical(wish.identifier), rules.tidy_name(wish.name)
    placed = _stores(caller, merchant_id, wish.role, wish.store_ids, at)
    if isinstance(caller, Operator) and meeting.is_name_of(caller.user_id, contact):
        raise SecondPersonRequired()
    meeting.admit(merchant_id, contact, source_address, at)
    member = _new(merchant_id, wish.role, placed, name, contact, at)
    _audit(caller, "merchant.invite_staff", member, at, role=wish.role)
    kept = member if store_staff.put(member) else _again(caller, member)
    meeting.invite(contact, kept.id, INVITED_FOR, "staff_code", {"shop": agreed.name}, language, at)
    return kept


def listed(caller: Keeper, merchant_id: str, position: str | None, limit: int) -> tuple[list[Member], str | None]:
    """Newest first, those who are revoked too; and the position of the next page. Whoever works at some stores sees
    those who work there alone, and fewer than `limit` on a page. Raises Forbidden, NotFound."""
    check_keeper(caller, merchant_id)
    every, following = store_staff.of(merchant_id, position, limit)
    return [one for one in every if _is_kept(caller, one)], following


def change(caller: Keeper, merchant_id: str, staff_id: str, wish: StaffChange, at: datetime) -> Member:
    """Another role, or other stores, and every session at a till is over. Raises Forbidden, NotFound, InvalidRequest,
    SecondPersonRequired (it is an operator's own), InvalidState (revoked, last-owner, changed)."""
    check_keeper(caller, merchant_id)
    was = _standing(caller, merchant_id, staff_id)
    if isinstance(caller, Operator):
        caller.require_other(was.person)
    role = was.role if wish.role is None else wish.role
    check_rank(caller, was.role, role)
    if wish.role is not None or wish.store_ids is not None:
        _check_gift(caller, role)
    placed = _stores(caller, merchant_id, role, was.store_ids if wish.store_ids is None else wish.store_ids, at)
    name = was.name if wish.name is None else rules.tidy_name(wish.name)
    same = (role, set(placed)) == (was.role, set(was.store_ids))
    now = replace(was, role=role, store_ids=placed, name=name, since=was.since if same else store_staff.since(at))
    heir = _heir(was) if role != "owner" else None
    _audit(caller, "merchant.change_staff", was, at, role=role)
    if not store_staff.change(was, role, placed, name, now.since, heir):
        raise _refused(was)
    return now


def revoke(caller: Keeper, merchant_id: str, staff_id: str, at: datetime) -> None:
    """At once and for good, with every session at a till; once or many times. Raises Forbidden, NotFound,
    InvalidState (last-owner, changed)."""
    check_keeper(caller, merchant_id)
    was = _theirs(caller, merchant_id, staff_id)
    check_rank(caller, was.role)
    if was.status == "revoked":
        return
    heir = _heir(was)
    _audit(caller, "merchant.revoke_staff", was, at)
    if not store_staff.revoke(was, store_staff.since(at), heir):
        raise _refused(was)


def roles(person: Customer) -> list[RoleView]:
    """Where I work, and where I am asked to."""
    mine = store_staff.roles_of(person.user_id, meeting.marks_of(person.user_id))
    named = {one: store.terms(one) for one in {member.merchant_id for member in mine}}
    return [member.mine(_name(named[member.merchant_id])) for member in mine]


def accept(person: Customer, staff_id: str, code: str, at: datetime) -> RoleView:
    """Once more is as good as once. Raises NotFound, InvalidOrExpired (the code), InvalidState (changed)."""
    was = store_staff.find(staff_id) if ids.is_id(staff_id, "stf") else None
    if was is None or not _is_theirs(person, was):
        raise NotFound()
    if was.status == "invited":
        _accept(person, was, code, at)
    return replace(was, status="active").mine(_name(store.terms(was.merchant_id)))


def found(merchant_id: str, staff_id: str) -> Member:
    """Raises NotFound."""
    one = store_staff.find(staff_id) if ids.is_id(staff_id, "stf") else None
    if one is None or one.merchant_id != merchant_id:
        raise NotFound()
    return one


def check_keeper(caller: Keeper, merchant_id: str) -> Terms:
    """What was agreed with the merchant. Raises Forbidden, NotFound."""
    if isinstance(caller, Merchant):
        caller.require("staff")
        if caller.merchant_id != merchant_id:
            raise NotFound()
    agreed = store.terms(merchant_id) if ids.is_id(merchant_id, "mer") else None
    if agreed is None:
        raise NotFound()
    return agreed


def check_rank(caller: Keeper, *touched: Role) -> None:
    """Managers keep cashiers; owners are kept by owners, operators and keys that keep keys. Raises Forbidden."""
    if isinstance(caller, Operator):
        return
    if caller.staff and caller.staff.role != "owner" and set(touched) != {"cashier"}:
        raise Forbidden()
    if "owner" in touched and "keys" not in caller.scopes:
        raise Forbidden()


def _check_gift(caller: Keeper, role: Role) -> None:
    """Nobody gives by a role what they may not do themselves. Raises Forbidden."""
    if isinstance(caller, Merchant) and not set(SCOPES[role]) <= set(caller.scopes):
        raise Forbidden()


def _new(merchant_id: str, role: Role, placed: tuple[str, ...], name: str, contact: str, at: datetime) -> Member:
    return Member(
        id=ids.new("stf", at),
        merchant_id=merchant_id,
        role=role,
        status="invited",
        store_ids=placed,
        name=name,
        contact=contact,
        login=meeting.mark(contact),
        since=store_staff.since(at),
        created_at=at,
    )


def _again(caller: Keeper, wish: Member) -> Member:
    """Whoever has this name there already, in the role that is wished now; what they were sent before opens nothing."""
    was = store_staff.named(wish.merchant_id, wish.login)
    if was is None:
        raise InvalidState(state="changed")
    if was.status != "invited":
        raise InvalidState(state=was.status)
    check_rank(caller, was.role)
    if not _is_kept(caller, was):
        raise Forbidden()
    if not store_staff.change(was, wish.role, wish.store_ids, wish.name, wish.since):
        raise _refused(was)
    return replace(was, role=wish.role, store_ids=wish.store_ids, name=wish.name, since=wish.since)


def _accept(person: Customer, was: Member, typed: str, at: datetime) -> None:
    code = codes.proved("staff", was.id, typed, at)
    cases.audit(person.user_id, "merchant.accept_role", was.id, "", at, merchant=was.merchant_id, role=was.role)

    def together() -> None:
        with writing() as transaction:
            codes.spending(transaction, code)
            store_staff.accepting(transaction, was, person.user_id)

    if not made(together) and not _is_accepted(was.id, person.user_id):
        raise InvalidOrExpired(param="code")


def _is_accepted(staff_id: str, person: str) -> bool:
    """By this very call, whose answer was lost."""
    now = store_staff.find(staff_id)
    return now is not None and now.status == "active" and now.person == person


def _is_theirs(person: Customer, member: Member) -> bool:
    if member.status == "invited":
        return member.login in meeting.marks_of(person.user_id)
    return member.status == "active" and member.person == person.user_id


def _is_kept(caller: Keeper, member: Member) -> bool:
    return isinstance(caller, Operator) or caller.covers(member.store_ids)


def _theirs(caller: Keeper, merchant_id: str, staff_id: str) -> Member:
    """Raises NotFound, of whoever works at other stores too where they keep some."""
    one = found(merchant_id, staff_id)
    if not _is_kept(caller, one):
        raise NotFound()
    return one


def _standing(caller: Keeper, merchant_id: str, staff_id: str) -> Member:
    was = _theirs(caller, merchant_id, staff_id)
    if was.status == "revoked":
        raise InvalidState(state="revoked")
    return was


def _heir(was: Member) -> Member | None:
    """Another owner, once an owner goes: one whose account is there. Raises InvalidState (last-owner)."""
    if (was.role, was.status) != ("owner", "active"):
        return None
    others = (one for one in store_staff.owners_of(was.merchant_id) if one.id != was.id)
    found = next((one for one in others if meeting.is_there(one.person)), None)
    if found is None:
        raise InvalidState(state="last-owner")
    return found


def _refused(was: Member) -> InvalidState:
    """Of the last owner, who is still that; otherwise somebody else changed them, or the owner who was to stay."""
    now, alone = store_staff.find(was.id), store_staff.owners(was.merchant_id) < 2
    same = now is not None and (now.since, now.status, now.role) == (was.since, "active", "owner")
    return InvalidState(state="last-owner" if same and alone else "changed")


def _stores(caller: Keeper, merchant_id: str, role: Role, wish: Sequence[str], at: datetime) -> tuple[str, ...]:
    """Each once, and stores of the merchant's, which an owner owns as a whole. Whoever works at some stores gives no
    others. Raises InvalidRequest, Forbidden."""
    try:
        placed = tuple(dict.fromkeys(stores.known(merchant_id, one, at).id for one in wish))
    except InvalidRequest as unknown:
        raise InvalidRequest(param="store_ids") from unknown
    if isinstance(caller, Merchant) and not caller.covers(placed):
        raise Forbidden()
    if role == "owner" and placed:
        raise InvalidRequest(param="store_ids")
    return placed


def _name(agreed: Terms | None) -> str:
    return agreed.name if agreed else ""


def _audit(caller: Keeper, what: str, member: Member, at: datetime, **facts: str) -> None:
    who = caller.who if isinstance(caller, Merchant) else caller.user_id
    told: Facts = {"merchant": member.merchant_id, **facts}
    cases.audit(who, what, member.id, "", at, source_address=caller.source_address, **told)
