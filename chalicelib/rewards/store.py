"""Coupons, in the table `merchants`: beside the checkouts and plans that they help to pay.

<template>            TEMPLATE                what a coupon of it promises; whether it is still issued
<template>#<shard>    BUDGET                  what is left of a sixteenth of its budget
COUPON-TEMPLATES      <template>              which there are
COUPON-OFFERS         <template>              which everybody may take
<coupon>              COUPON                  whose it is, what it promises, whether it is used
<person>              COUPON#<time>#<coupon>  which somebody has
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.cloud_tables import Table, absent, made, reading, writing
from chalicelib.rewards.model import SHARDS, Coupon, Left, Template, Worth, split

COUPON, BUDGET = "COUPON", "BUDGET"
_TEMPLATE, _TEMPLATES, _OFFERS, _OWNED = "TEMPLATE", "COUPON-TEMPLATES", "COUPON-OFFERS", "COUPON#"
_TOGETHER = 96
"""Items of one transaction: budgets of six templates."""


class _TemplateItem(Table):
    setting = "merchants_table"
    template = UnicodeAttribute()
    status = UnicodeAttribute()


class BudgetItem(Table):
    setting = "merchants_table"
    status = UnicodeAttribute()
    coupons = NumberAttribute()
    reserve = NumberAttribute()


class _CouponItem(Table):
    setting = "merchants_table"
    template_id = UnicodeAttribute()
    owner = UnicodeAttribute()
    worth = UnicodeAttribute()
    valid_from = UnicodeAttribute()
    valid_until = UnicodeAttribute()
    why = UnicodeAttribute()
    issued_at = UnicodeAttribute()
    state = UnicodeAttribute()
    payment = UnicodeAttribute(null=True)
    used_at = UnicodeAttribute(null=True)
    returned = NumberAttribute()


class _ListedItem(Table):
    """There is such a template, everybody may take it, or this person has that coupon."""

    setting = "merchants_table"


def put_template(one: Template) -> None:
    """With its budget, whole or not at all."""

    def together() -> None:
        with writing() as transaction:
            blob = msgspec.json.encode(one).decode()
            transaction.save(_TemplateItem(one.id, _TEMPLATE, template=blob, status=one.status), absent())
            transaction.save(_ListedItem(_TEMPLATES, one.id))
            if one.public:
                transaction.save(_ListedItem(_OFFERS, one.id))
            for shard, units in enumerate(split(one.units)):
                left = units * one.worth.most
                budget = BudgetItem(budget_key(one.id, shard), BUDGET, status="open", coupons=units, reserve=left)
                transaction.save(budget, absent())

    made(together)


def template(template_id: str) -> Template | None:
    item = _TemplateItem.find(template_id, _TEMPLATE)
    return _template(item) if item else None


def templates(position: str | None, limit: int) -> tuple[list[Template], str | None]:
    """Newest first, stopped ones too."""
    return _listed(_TEMPLATES, position, limit)


def offers(position: str | None, limit: int) -> tuple[list[Template], str | None]:
    """Newest first, those that are over too."""
    return _listed(_OFFERS, position, limit)


def stop(one: Template) -> None:
    """For good, a shard at a time: none of them issues any more; then it says so. Once or many times."""
    stop_budget(one.id)
    _ListedItem(_OFFERS, one.id).delete()
    item = _TemplateItem(one.id, _TEMPLATE)
    made(lambda: item.update([_TemplateItem.status.set("stopped")], _TemplateItem.pk.exists()))


def stop_budget(of: str) -> None:
    for shard in range(SHARDS):
        _stop_shard(budget_key(of, shard))


def _stop_shard(key: str) -> None:
    item = BudgetItem(key, BUDGET)
    made(lambda: item.update([BudgetItem.status.set("stopped")], BudgetItem.pk.exists()))


def budget_key(template_id: str, shard: int) -> str:
    return f"{template_id}#{shard:02d}"


def left(template_id: str, shards: Iterable[int] = range(SHARDS)) -> Iterator[tuple[int, Left]]:
    """What is left of each shard, read one by one and for certain: it never grows."""
    for shard in shards:
        item = BudgetItem.find(budget_key(template_id, shard), BUDGET)
        if item is not None:
            yield shard, Left(int(item.coupons), int(item.reserve))


def several_left(template_ids: list[str]) -> dict[str, int]:
    """What is left of the budget of each, in coupons."""
    keys = [(one, budget_key(one, shard)) for one in template_ids for shard in range(SHARDS)]
    found = dict.fromkeys(template_ids, 0)
    for start in range(0, len(keys), _TOGETHER):
        chunk = keys[start : start + _TOGETHER]
        with reading() as together:
            items = [(of, together.get(BudgetItem, key, BUDGET)) for of, key in chunk]
        for of, item in items:
            found[of] += int(item.get().coupons)
    return found


def take_off(template_ids: Iterable[str]) -> None:
    """Of the list of what everybody may take: nobody can any more. May be repeated."""
    for one in template_ids:
        _ListedItem(_OFFERS, one).delete()


def coupon_item(one: Coupon) -> dict[str, Any]:
    return {
        "pk": one.id,
        "sk": COUPON,
        "template_id": one.template_id,
        "owner": one.owner,
        "worth": msgspec.json.encode(one.worth).decode(),
        "valid_from": one.valid_from,
        "valid_until": one.valid_until,
        "why": one.why,
        "issued_at": one.issued_at,
        "state": one.state,
        "returned": one.returned,
    }


def owned_item(one: Coupon) -> dict[str, Any]:
    return {"pk": one.owner, "sk": f"{_OWNED}{one.issued_at}#{one.id}"}


def coupon(coupon_id: str) -> Coupon | None:
    item = _CouponItem.find(coupon_id, COUPON)
    return _coupon(item) if item else None


def which_are_there(coupon_ids: list[str]) -> list[str]:
    """At most 100."""
    if not coupon_ids:
        return []
    with reading() as together:
        found = [(one, together.get(_CouponItem, one, COUPON)) for one in coupon_ids]
    return [one for one, item in found if _is_there(item)]


def of(owner: str, position: str | None, limit: int) -> tuple[list[tuple[Coupon, Template]], str | None]:
    """Newest first, used and expired ones too, each with its template."""
    owned, following = _ListedItem.newest(owner, _OWNED, position, limit)
    if not owned:
        return [], None
    with reading() as together:
        found = [together.get(_CouponItem, item.sk.rpartition("#")[2], COUPON) for item in owned]
    coupons = [_coupon(future.get()) for future in found]
    known = {one.id: one for one in several_templates(sorted({coupon.template_id for coupon in coupons}))}
    return [(one, known[one.template_id]) for one in coupons], following


def every_one_of(owner: str) -> Iterator[Coupon]:
    for item in _ListedItem.query(owner, _ListedItem.sk.startswith(_OWNED), consistent_read=True):
        if found := coupon(item.sk.rpartition("#")[2]):
            yield found


def erase(owner: str) -> None:
    """The coupons that somebody has, and that they had them; may be repeated."""
    for item in _ListedItem.query(owner, _ListedItem.sk.startswith(_OWNED), consistent_read=True):
        _CouponItem(item.sk.rpartition("#")[2], COUPON).delete()
        item.delete()


def _listed(place: str, position: str | None, limit: int) -> tuple[list[Template], str | None]:
    listed, following = _ListedItem.newest(place, "ctp_", position, limit)
    return several_templates([item.sk for item in listed]), following


def several_templates(template_ids: list[str]) -> list[Template]:
    """At most 100, in the order of `template_ids`."""
    if not template_ids:
        return []
    with reading() as together:
        found = [together.get(_TemplateItem, one, _TEMPLATE) for one in template_ids]
    return [_template(future.get()) for future in found]


def _is_there(item: Any) -> bool:
    try:
        return item.get() is not None
    except _CouponItem.DoesNotExist:
        return False


def _template(item: _TemplateItem) -> Template:
    known = msgspec.json.decode(item.template, type=Template)
    return msgspec.structs.replace(known, status="stopped" if item.status == "stopped" else "open")


def _coupon(item: _CouponItem) -> Coupon:
    plain = {name: getattr(item, name) for name in ("owner", "template_id", "valid_from", "valid_until", "issued_at")}
    plain |= {"id": item.pk, "why": item.why, "state": item.state, "payment_id": item.payment or ""}
    worth = msgspec.json.decode(item.worth, type=Worth)
    return msgspec.convert(plain | {"worth": worth, "returned": int(item.returned)}, type=Coupon)
