"""Where a merchant is paid: stores open, close and are found by the code on their counter.

A payment looks at a store as it looks at its merchant's terms: as it was in the last thirty seconds.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from chalicelib.cases import service as cases
from chalicelib.kernel import ids, text
from chalicelib.kernel.callers import Merchant, Operator
from chalicelib.kernel.errors import Forbidden, InvalidRequest, InvalidState, NotFound
from chalicelib.merchants import rules, store, store_stores
from chalicelib.merchants.model_stores import ADDRESS_LETTERS, NewStore, ShopView, Store, StoreChange

KEPT_SECONDS = 30
CLOSED = "store-closed"
_REMEMBERED = 1024


def make(caller: Operator | Merchant, merchant_id: str, wish: NewStore, at: datetime) -> Store:
    """Open from now on. Raises Forbidden, NotFound, InvalidRequest."""
    _keeper(caller, merchant_id)
    _check_kept(caller)
    opened = Store(ids.new("sto", at), merchant_id, rules.tidy_name(wish.name), _address(wish.address), "open", at)
    _audit(caller, "merchant.make_store", opened, at)
    store_stores.put(opened)
    return opened


def listed(
    caller: Operator | Merchant, merchant_id: str, position: str | None, limit: int
) -> tuple[list[Store], str | None]:
    """Newest first, closed ones too, and the position of the next page. Raises NotFound.

    Whoever may do anything for the merchant may know where: no scope is asked for.
    """
    _of(caller, merchant_id)
    return store_stores.of(merchant_id, position, limit)


def change(caller: Operator | Merchant, merchant_id: str, store_id: str, wish: StoreChange, at: datetime) -> Store:
    """What is given is changed. A store that closes takes no payment thirty seconds later. Raises Forbidden, NotFound,
    InvalidRequest."""
    _keeper(caller, merchant_id)
    found = _own(merchant_id, store_id)
    _check_kept(caller, store_id)
    name = None if wish.name is None else rules.tidy_name(wish.name)
    address = None if wish.address is None else _address(wish.address)
    _audit(caller, "merchant.change_store", found, at, status=wish.status or found.status)
    changed = store_stores.change(found, name, address, wish.status)
    if changed is None:
        raise NotFound()
    return changed


def shop(store_id: str) -> ShopView:
    """What its code leads to. Raises NotFound."""
    found = _found(store_id)
    agreed = store.terms(found.merchant_id)
    if agreed is None:
        raise NotFound()
    return ShopView(found.id, found.name, agreed.merchant_id, agreed.name, tuple(agreed.account), found.status)


def known(merchant_id: str, store_id: str, at: datetime) -> Store:
    """A store of this merchant, at most 30 s old. Raises InvalidRequest if there is none."""
    try:
        found = _kept(store_id, int(at.timestamp()) // KEPT_SECONDS)
    except NotFound as unknown:
        raise InvalidRequest(param="store_id") from unknown
    if found.merchant_id != merchant_id:
        raise InvalidRequest(param="store_id")
    return found


def taking(merchant_id: str, store_id: str | None, at: datetime) -> str:
    """The id of a store that takes payments, or "" where none is named. Raises InvalidRequest, InvalidState."""
    if store_id is None:
        return ""
    if known(merchant_id, store_id, at).status == "closed":
        raise InvalidState(state=CLOSED)
    return store_id


def _keeper(caller: Operator | Merchant, merchant_id: str) -> None:
    if isinstance(caller, Merchant):
        caller.require("stores")
    _of(caller, merchant_id)


def _of(caller: Operator | Merchant, merchant_id: str) -> None:
    foreign = isinstance(caller, Merchant) and caller.merchant_id != merchant_id
    if foreign or not ids.is_id(merchant_id, "mer") or store.terms(merchant_id) is None:
        raise NotFound()


def _check_kept(caller: Operator | Merchant, *store_ids: str) -> None:
    """Whoever works at some stores keeps those, and opens none. Raises Forbidden."""
    if isinstance(caller, Merchant) and not caller.covers(store_ids):
        raise Forbidden()


def _own(merchant_id: str, store_id: str) -> Store:
    found = _found(store_id)
    if found.merchant_id != merchant_id:
        raise NotFound()
    return found


def _found(store_id: str) -> Store:
    found = store_stores.find(store_id) if ids.is_id(store_id, "sto") else None
    if found is None:
        raise NotFound()
    return found


@lru_cache(_REMEMBERED)
def _kept(store_id: str, period: int) -> Store:
    """What was read in this `period` of 30 s holds for the rest of it."""
    return _found(store_id)


def _address(written: str) -> str:
    """One line for people to find it by. Raises InvalidRequest."""
    tidy = written.strip()
    if len(tidy) > ADDRESS_LETTERS or text.hides_something(tidy):
        raise InvalidRequest(param="address")
    return tidy


def _audit(caller: Operator | Merchant, what: str, one: Store, at: datetime, **facts: str) -> None:
    who = caller.who if isinstance(caller, Merchant) else caller.user_id
    cases.audit(
        who, what, one.id, "", at, source_address=caller.source_address, **{"merchant": one.merchant_id, **facts}
    )
