"""Payment codes in the table `merchants`; a code's one use is a leg of the ledger's transaction.

cod_… CODE   a code that was shown: its id is a hash of it
wal_… CODE   which one the wallet shows now
key_… WRONG  how many codes that nobody shows it brought, in this window of time; stf_… likewise
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import cast

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action

from chalicelib.cloud_tables import TRIES, Table, absent, made, writing
from chalicelib.kernel import clock
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import CodeOver, CodeUnknown, Unavailable
from chalicelib.ledger.model import Changed, Leg, Verdict
from chalicelib.ledger.wire import Item, plain_item
from chalicelib.ledger.write import Update
from chalicelib.payments.model_codes import WINDOW, WRONG_AT_MOST, Code, CodeStatus
from chalicelib.settings import settings

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CODE, _WRONG = "CODE", "WRONG"
_KEPT = timedelta(days=1)
"""So long an app, or a till, may learn what became of a code."""


class _CodeItem(Table):
    setting = "merchants_table"
    wallet = UnicodeAttribute()
    owner = UnicodeAttribute()
    jurisdiction = UnicodeAttribute()
    tier = NumberAttribute()
    epoch = NumberAttribute()
    cooling_until = NumberAttribute()
    guarded = BooleanAttribute()
    risky = BooleanAttribute()
    created_at = UnicodeAttribute()
    expires_at = UnicodeAttribute()
    expires_at_seconds = NumberAttribute()
    status = UnicodeAttribute()
    used_by = UnicodeAttribute(null=True)
    family_card = UnicodeAttribute(null=True)


class _ShownItem(Table):
    setting = "merchants_table"
    code_id = UnicodeAttribute()


class _WrongItem(Table):
    setting = "merchants_table"
    began = UnicodeAttribute()
    wrong = NumberAttribute()


def show(code: Code) -> None:
    """In the place of the one before, which nobody can charge from then on. Raises Unavailable."""
    for _ in range(TRIES):
        before = _ShownItem.find(code.wallet, CODE)
        if made(lambda before=before: _replace(before, code)):  # type: ignore[misc]
            return
    raise Unavailable(retry_after_seconds=1)


def code(code_id: str) -> Code | None:
    item = _CodeItem.find(code_id, CODE)
    return _code(item) if item else None


def guessing_for(who: str, at: datetime) -> int:
    """How many seconds somebody must wait who has brought too many wrong codes; 0 if they have not."""
    item, began = _WrongItem.find(who, _WRONG), _began(at)
    if item is None or item.began != clock.written(began) or item.wrong < WRONG_AT_MOST:
        return 0
    return math.ceil((began + WINDOW - at).total_seconds())


def count_wrong(who: str, at: datetime) -> None:
    item, window = _WrongItem(who, _WRONG), clock.written(_began(at))
    first: list[Action] = [_WrongItem.began.set(window), _WrongItem.wrong.set(1)]
    if not made(lambda: item.update([_WrongItem.wrong.add(1)], _WrongItem.began == window)):
        made(lambda: item.update(first, _WrongItem.began.does_not_exist() | (_WrongItem.began < window)))


def using(code: Code, charge_id: str, at: datetime) -> Leg:
    """Open → used, inside the transaction of what it pays. Refuses with CodeOver (used, replaced, expired)."""
    update = Update(settings().merchants_table, code.id, CODE).assign("status", "used").assign("used_by", charge_id)
    update.require("status", "=", "open").require("expires_at", ">", clock.written(at))

    def explain(wired: Item | None) -> Verdict:
        if not wired:
            return CodeUnknown()
        old = plain_item(wired)
        state = "expired" if old["status"] == "open" and old["expires_at"] <= clock.written(at) else old["status"]
        return Changed() if state == "open" else CodeOver(state=state)

    return Leg(update.written(), explain)


def _began(at: datetime) -> datetime:
    """When the window of `at` began."""
    return at - (at - _EPOCH) % WINDOW


def _replace(before: _ShownItem | None, code: Code) -> None:
    """A code that was used stays so; one that runs out meanwhile is gone by its time."""
    shown = _ShownItem(code.wallet, CODE, code_id=code.id)
    unchanged = _ShownItem.code_id == before.code_id if before else absent()
    old = _CodeItem.find(before.code_id, CODE) if before else None
    with writing() as transaction:
        transaction.save(_item(code), absent())
        transaction.save(shown, unchanged)
        if old and old.status == "open":
            transaction.update(old, [_CodeItem.status.set("replaced")], _CodeItem.status == "open")


def _item(code: Code) -> _CodeItem:
    customer = code.customer
    return _CodeItem(
        code.id,
        CODE,
        wallet=code.wallet,
        owner=customer.user_id,
        jurisdiction=customer.jurisdiction,
        tier=customer.tier,
        epoch=customer.epoch,
        cooling_until=customer.cooling_until,
        guarded=customer.guarded,
        risky=customer.risky,
        created_at=clock.written(code.created_at),
        expires_at=clock.written(code.expires_at),
        expires_at_seconds=int((code.created_at + _KEPT).timestamp()),
        status=code.stored,
        family_card=code.family_card or None,
    )


def _code(item: _CodeItem) -> Code:
    customer = Customer(
        user_id=item.owner,
        session_id="",
        wallet_ids=(item.wallet,),
        tier=int(item.tier),
        epoch=int(item.epoch),
        jurisdiction=item.jurisdiction,
        guarded=item.guarded,
        cooling_until=int(item.cooling_until),
        risky=item.risky,
    )
    shown_at, status = clock.read(item.created_at), cast(CodeStatus, item.status)
    return Code(item.pk, customer, shown_at, status, item.used_by or "", item.family_card or "")
