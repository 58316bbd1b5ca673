"""Plans of cards, in the table `merchants`: each under its own id; under its merchant, which there are."""

from __future__ import annotations

from typing import cast

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.cloud_tables import Table, absent, made, reading, writing
from chalicelib.kernel import clock
from chalicelib.merchants.model_cards import Plan, PlanStatus
from chalicelib.merchants.store import Whole

PLAN, _OWNED = "PLAN", "PLAN#"


class _PlanItem(Table):
    setting = "merchants_table"
    merchant_id = UnicodeAttribute()
    merchant_name = UnicodeAttribute()
    name = UnicodeAttribute()
    currency = UnicodeAttribute()
    price = Whole()
    bonus = Whole()
    bonus_expires_days = NumberAttribute(null=True)
    purchase_fee = Whole()
    created_at = UnicodeAttribute()
    status = UnicodeAttribute()


class _OwnedItem(Table):
    """This merchant offers, or offered, that plan."""

    setting = "merchants_table"


def put(plan: Plan) -> None:
    item = _PlanItem(
        plan.id,
        PLAN,
        merchant_id=plan.merchant_id,
        merchant_name=plan.merchant_name,
        name=plan.name,
        currency=plan.currency,
        price=plan.price,
        bonus=plan.bonus,
        bonus_expires_days=plan.bonus_expires_days,
        purchase_fee=plan.purchase_fee,
        created_at=clock.written(plan.created_at),
        status=plan.status,
    )

    def together() -> None:
        with writing() as transaction:
            transaction.save(item, absent())
            transaction.save(_OwnedItem(plan.merchant_id, _OWNED + plan.id), absent())

    made(together)


def find(plan_id: str) -> Plan | None:
    item = _PlanItem.find(plan_id, PLAN)
    return _plan(item) if item else None


def of(merchant_id: str, position: str | None, limit: int) -> tuple[list[Plan], str | None]:
    """Newest first, withdrawn ones too."""
    owned, following = _OwnedItem.newest(merchant_id, _OWNED, position, limit)
    if not owned:
        return [], None
    with reading() as together:
        found = [together.get(_PlanItem, item.sk.removeprefix(_OWNED), PLAN) for item in owned]
    return [_plan(future.get()) for future in found], following


def withdraw(plan_id: str, merchant_id: str) -> bool:
    """For good, once or many times; False if the merchant has no such plan."""
    item = _PlanItem(plan_id, PLAN)
    return made(lambda: item.update([_PlanItem.status.set("withdrawn")], _PlanItem.merchant_id == merchant_id))


def _plan(item: _PlanItem) -> Plan:
    days = item.bonus_expires_days
    return Plan(
        id=item.pk,
        merchant_id=item.merchant_id,
        merchant_name=item.merchant_name,
        name=item.name,
        currency=item.currency,
        price=item.price,
        bonus=item.bonus,
        bonus_expires_days=None if days is None else int(days),
        purchase_fee=item.purchase_fee,
        created_at=clock.read(item.created_at),
        status=cast(PlanStatus, item.status),
    )
