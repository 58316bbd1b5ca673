"""Stores in the table `merchants`: each under its own id, and under its merchant which there are."""

from __future__ import annotations

from collections.abc import Collection
from typing import cast

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.update import Action

from chalicelib.cloud_tables import Table, absent, made, reading, writing
from chalicelib.kernel import clock
from chalicelib.merchants.model_stores import Store, StoreStatus

_STORE, _OWNED = "STORE", "STORE#"


class _StoreItem(Table):
    setting = "merchants_table"
    merchant_id = UnicodeAttribute()
    name = UnicodeAttribute()
    address = UnicodeAttribute()
    status = UnicodeAttribute()
    created_at = UnicodeAttribute()


class _OwnedItem(Table):
    """This merchant has that store."""

    setting = "merchants_table"


def put(store: Store) -> None:
    item = _StoreItem(
        store.id,
        _STORE,
        merchant_id=store.merchant_id,
        name=store.name,
        address=store.address,
        status=store.status,
        created_at=clock.written(store.created_at),
    )

    def together() -> None:
        with writing() as transaction:
            transaction.save(item, absent())
            transaction.save(_OwnedItem(store.merchant_id, _OWNED + store.id), absent())

    made(together)


def find(store_id: str) -> Store | None:
    item = _StoreItem.find(store_id, _STORE)
    return _store(item) if item else None


def of(merchant_id: str, position: str | None, limit: int) -> tuple[list[Store], str | None]:
    """Newest first."""
    owned, following = _OwnedItem.newest(merchant_id, _OWNED, position, limit)
    if not owned:
        return [], None
    with reading() as together:
        found = [together.get(_StoreItem, item.sk.removeprefix(_OWNED), _STORE) for item in owned]
    return [_store(future.get()) for future in found], following


def names(store_ids: Collection[str]) -> dict[str, str]:
    """Of at most a hundred that there are: a store is never gone."""
    if not store_ids:
        return {}
    with reading() as together:
        found = [together.get(_StoreItem, one, _STORE) for one in store_ids]
    return {item.pk: item.name for item in (future.get() for future in found)}


def change(was: Store, name: str | None, address: str | None, status: StoreStatus | None) -> Store | None:
    """What is given is written, the rest left; None if the merchant has no such store."""
    wish = ((_StoreItem.name, name), (_StoreItem.address, address), (_StoreItem.status, status))
    actions: list[Action] = [field.set(value) for field, value in wish if value is not None]
    if not actions:
        return was
    item = _StoreItem(was.id, _STORE)
    return _store(item) if made(lambda: item.update(actions, _StoreItem.merchant_id == was.merchant_id)) else None


def _store(item: _StoreItem) -> Store:
    return Store(
        id=item.pk,
        merchant_id=item.merchant_id,
        name=item.name,
        address=item.address,
        status=cast(StoreStatus, item.status),
        created_at=clock.read(item.created_at),
    )
