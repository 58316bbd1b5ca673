"""Charges that wait for their customer, in the table `merchants` beside the codes they were made by.

pay_… CHARGE      never changed: what became of it is the ledger's movement of that id
pay_… STOP#sto_…  no charge of that id comes at that store any more
"""

from __future__ import annotations

import msgspec
from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute

from chalicelib.cloud_tables import Table
from chalicelib.kernel import clock
from chalicelib.kernel.errors import IdempotencyKeyReused, InvalidState
from chalicelib.kernel.idempotency import Receipt, RequestKey
from chalicelib.ledger import items
from chalicelib.ledger.model import Leg, Taken
from chalicelib.ledger.write import Update, put_once
from chalicelib.payments.model import PayRequest
from chalicelib.payments.model_charges import Charge
from chalicelib.settings import settings

_CHARGE, _STOP = "CHARGE", "STOP#"


class _ChargeItem(Table):
    setting = "merchants_table"
    owner = UnicodeAttribute()
    request = UnicodeAttribute()
    merchant_name = UnicodeAttribute()
    created_at = UnicodeAttribute()
    fingerprint = BinaryAttribute(legacy_encoding=False)
    answer_status = NumberAttribute()
    answer = UnicodeAttribute()
    staff_id = UnicodeAttribute(null=True)


class _StopItem(Table):
    setting = "merchants_table"


def charge(charge_id: str) -> Charge | None:
    item = _ChargeItem.find(charge_id, _CHARGE)
    if item is None:
        return None
    return Charge(
        id=item.pk,
        owner=item.owner,
        request=msgspec.json.decode(item.request, type=PayRequest),
        merchant_name=item.merchant_name,
        created_at=clock.read(item.created_at),
        fingerprint=item.fingerprint,
        staff_id=item.staff_id or "",
    )


def answered(charge_id: str, key: RequestKey) -> Receipt | None:
    """The first answer of a request whose charge waits, or waited; None if none does. Raises IdempotencyKeyReused."""
    item = _ChargeItem.find(charge_id, _CHARGE)
    if item is None:
        return None
    if item.fingerprint != key.fingerprint:
        raise IdempotencyKeyReused()
    return Receipt(int(item.answer_status), item.answer, replayed=True)


def not_waiting(charge_id: str) -> Leg:
    """Nothing waits under the key: otherwise its answer is found."""
    nothing = Update(settings().merchants_table, charge_id, _CHARGE).require_absent("pk")
    return Leg(nothing.checked(), lambda wired: Taken(wired or {}))


def stop(charge_id: str, store_id: str) -> None:
    """From now on it is refused at that store, if it has not come; once or many times."""
    _StopItem(charge_id, f"{_STOP}{store_id}").save()


def not_stopped(charge_id: str, store_id: str) -> tuple[Leg, ...]:
    """Nobody at the store ended it before it came; nothing of what is charged at none. Else InvalidState (reversed)."""
    if not store_id:
        return ()
    nothing = Update(settings().merchants_table, charge_id, f"{_STOP}{store_id}").require_absent("pk")
    return (Leg(nothing.checked(), lambda wired: InvalidState(state="reversed")),)


def waiting(charge: Charge, receipt: Receipt) -> tuple[Leg, Leg]:
    """It waits, unless its request was answered before: then the answer is found."""
    item = {
        "pk": charge.id,
        "sk": _CHARGE,
        "owner": charge.owner,
        "request": msgspec.json.encode(charge.request).decode(),
        "merchant_name": charge.merchant_name,
        "created_at": clock.written(charge.created_at),
        "fingerprint": charge.fingerprint,
        "answer_status": receipt.status,
        "answer": receipt.body,
        **({"staff_id": charge.staff_id} if charge.staff_id else {}),
    }
    unanswered = Update(settings().ledger_table, charge.id, items.MOVEMENT).require_absent("pk")
    return (
        Leg(put_once(settings().merchants_table, item), lambda wired: Taken(wired or {})),
        Leg(unanswered.checked(), lambda wired: Taken(wired or {})),
    )
