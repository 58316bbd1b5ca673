"""Payments as people see them, and the one rule that tells a payment's status from its totals."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec

from chalicelib.kernel import masking, money, text
from chalicelib.kernel.errors import AmountOutOfRange, InvalidRequest

Capture = Literal["automatic", "manual"]
Amount = Annotated[int, msgspec.Meta(extra_json_schema=money.AMOUNT_SCHEMA)]
Currency = Annotated[str, msgspec.Meta(extra_json_schema=money.CURRENCY_SCHEMA)]
Reference = Annotated[str, msgspec.Meta(extra_json_schema={"minLength": 1, "maxLength": text.REFERENCE_BYTES})]
Text = Annotated[
    str,
    msgspec.Meta(
        description="For people to read. It is kept for ever, so e-mail addresses and phone numbers in it become ***",
        extra_json_schema={"maxLength": text.TEXT_BYTES},
    ),
]


HELPING = ("card_id", "coupon_id", "points", "bonus", "family_card_id", "instalments")
"""One at most pays or helps to pay, and only of what is taken at once."""


class PointsPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many points of a programme pay what they are worth."""

    programme_id: Annotated[str, msgspec.Meta(max_length=64)]
    points: Annotated[int, msgspec.Meta(ge=1, le=10_000_000)]


class InstalmentsPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The quote that is agreed to: all of the payment is of its `amount`."""

    quote_id: Annotated[str, msgspec.Meta(max_length=64)]
    quote_hash: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class PayRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Either `checkout_id`, or `merchant_id`, `amount`, `currency` and `order_reference`, and perhaps `store_id`.

    Of a checkout that several people pay: `amount` too, which is one's part of it. With `card_id`, a prepaid card with
    that very merchant pays, and the wallet says who does. With `coupon_id`, a coupon of mine pays its discount: one for
    each payment, and only of what is taken from the wallet at once. So it is with `points`, with `bonus`, of which
    bonuses of my top-ups pay so much, those that end soonest first, and with `family_card_id`: the wallet of whoever
    gave me that card pays, and mine says who does. With `instalments`, my credit line pays what the quote does not
    take at once. A payment takes one of the six.

    `capture` is for a payment without a checkout: of a checkout its merchant has decided.
    """

    wallet_id: str
    card_id: str | None = None
    coupon_id: str | None = None
    family_card_id: str | None = None
    points: PointsPart | None = None
    bonus: Amount | None = None
    instalments: InstalmentsPart | None = None
    checkout_id: str | None = None
    merchant_id: str | None = None
    amount: Amount | None = None
    currency: Currency | None = None
    order_reference: Reference | None = None
    store_id: str | None = None
    description: Text = ""
    capture: Capture = "automatic"
    confirm_duplicate: bool = False


_OF_ITS_SIDES = ("family_card_id", "paid_by", "plan_id", "credit")


class CaptureRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Without `amount`: all that was authorised. What is not captured is released."""

    amount: Amount | None = None


class VoidRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class RefundRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Without `amount`: all that is left."""

    amount: Amount | None = None
    reason: Text = ""


class PaymentView(msgspec.Struct, frozen=True, omit_defaults=True):
    id: str
    status: Literal["authorized", "captured", "partially_refunded", "refunded", "voided", "expired"]
    wallet_id: str
    merchant_id: str
    amount: int
    currency: str
    captured: int
    refunded: int
    order_reference: str
    created_at: str
    description: str = ""
    checkout_id: str = ""
    expires_at: str = ""
    """When an authorisation runs out."""
    store_id: str = ""
    staff_id: str = ""
    """Who was at the till; for the merchant."""
    card_id: str = ""
    """The prepaid card that paid."""
    bonus: int = 0
    """What of the amount a bonus paid: a discount of the merchant's, of which nothing is settled."""
    coupon_id: str = ""
    """The coupon that helped to pay."""
    discount: int = 0
    """What of the amount the coupon, the points or bonuses paid: the house's discount; the merchant gets it all."""
    points_used: int = 0
    """How many points helped to pay."""
    bonus_used: int = 0
    """What of the amount bonuses of top-ups paid."""
    plan_id: str = ""
    """The plan of instalments that paid `credit` of the amount."""
    credit: int = 0
    family_card_id: str = ""
    """The family card that paid, for its two sides: `wallet_id` is of whoever holds it, the money its owner's."""
    paid_by: str = ""
    """Who holds it, masked."""
    dispute_id: str = ""
    """Its dispute, decided or not."""
    disputed: int = 0
    """What of it is in dispute: put aside at the merchant's until that is decided."""


class CaptureView(msgspec.Struct, frozen=True):
    id: str
    status: Literal["captured", "voided"]
    payment_id: str
    amount: int
    currency: str
    created_at: str


class RefundView(msgspec.Struct, frozen=True, omit_defaults=True):
    id: str
    status: Literal["succeeded"]
    payment_id: str
    amount: int
    currency: str
    created_at: str
    reason: str = ""
    staff_id: str = ""
    """Who was at the till; for the merchant."""
    bonus: int = 0
    """What of the amount went back to the bonus of a prepaid card."""
    bonus_lapsed: int = 0
    """What of the amount was a bonus that has run out meanwhile, or was taken back, and comes back to nobody."""
    discount: int = 0
    """What of the amount a coupon, points or bonuses had paid, and goes back to the house."""
    points: int = 0
    """How many points came back."""
    bonus_back: int = 0
    """What came back to bonuses of top-ups."""
    repaid: int = 0
    """What of the amount repaid the plan of instalments that it was bought with; the rest came to the wallet. For its
    owner alone."""


def checked(order: PayRequest) -> PayRequest:
    """As it is kept. Raises InvalidRequest unless the order names exactly one way to know what is paid."""
    direct = {name: getattr(order, name) for name in ("merchant_id", "amount", "currency", "order_reference")}
    given = [name for name, value in direct.items() if value is not None]
    if order.checkout_id is not None:
        if other := next((name for name in given if name != "amount"), "store_id" if order.store_id else None):
            raise InvalidRequest(param=other)
    elif len(given) < len(direct):
        raise InvalidRequest(param=next(name for name in direct if name not in given))
    helping = [name for name in HELPING if getattr(order, name) is not None]
    if len(helping) > 1:
        raise InvalidRequest(param=helping[1])
    if helping and order.capture == "manual":
        raise InvalidRequest(param="capture")
    if order.bonus is not None:
        money.check_amount(order.bonus, "bonus")
    if order.order_reference is not None:
        text.reference(order.order_reference)
    if not order.description:
        return order
    return msgspec.structs.replace(order, description=as_kept(order.description, "description"))


def as_kept(typed: str, param: str) -> str:
    """What the ledger keeps in clear, and for ever, names nobody. Raises InvalidRequest if it is too long."""
    return masking.without_contacts(text.capped(typed, text.TEXT_BYTES, param))


def status(movement: Mapping[str, Any]) -> str:
    """From the state and the totals that the ledger keeps."""
    given_back = refunded(movement)
    if movement["state"] != "captured" or given_back == 0:
        return str(movement["state"])
    return "refunded" if given_back == movement["captured"] else "partially_refunded"


def refunded(movement: Mapping[str, Any]) -> int:
    """What of it was given back: neither what can be refunded still nor what is disputed."""
    return int(movement["captured"] - movement["refundable"] - movement.get("disputed", 0))


def view(movement: Mapping[str, Any]) -> dict[str, Any]:
    """The first answer, with today's status and totals."""
    first: dict[str, Any] = json.loads(movement["answer"])
    lent = {"family_card_id": movement["family"]} if "family" in movement else {}
    lent |= {"dispute_id": movement["dispute"], "disputed": movement["disputed"]} if "dispute" in movement else {}
    totals = {"captured": movement["captured"], "refunded": refunded(movement)}
    return first | lent | {"status": status(movement)} | totals


def shown_to_merchant(movement: Mapping[str, Any]) -> dict[str, Any]:
    """The same with who was at the till, and without whose money it is."""
    mine = {name: value for name, value in view(movement).items() if name not in _OF_ITS_SIDES}
    return mine | by_staff(movement)


def store_of(payment: Mapping[str, Any]) -> str:
    """The store that a payment was made at, "" if at none."""
    return str(json.loads(payment["answer"] or "{}").get("store_id", ""))


def by_staff(movement: Mapping[str, Any]) -> dict[str, str]:
    """Who was at the till, if anybody was."""
    return {"staff_id": movement["staff_id"]} if "staff_id" in movement else {}


def within(amount: int | None, most: int, param: str = "amount") -> int:
    """The amount asked for, by default all of it. Raises AmountOutOfRange."""
    chosen = most if amount is None else amount
    if not 0 < chosen <= most:
        raise AmountOutOfRange(param=param, maximum=most)
    return chosen
