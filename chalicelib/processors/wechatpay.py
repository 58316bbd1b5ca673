"""WeChat Pay, API v3, without its library (`docs/decisions/0017-wechat-pay-and-alipay-on-cryptography.md`).

https://pay.weixin.qq.com/doc/v3/merchant/4012791897. It collects yuan only; amounts are in fen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec

from chalicelib.kernel.errors import Unavailable
from chalicelib.processors import mainland, wechatpay_bills, wechatpay_wire, wire
from chalicelib.processors.model import (
    KEY_REFUSED,
    Acknowledgement,
    Created,
    Intent,
    Kind,
    Payout,
    ProcessorEvent,
    Refund,
    Secret,
    StatementLine,
)

DESCRIPTION = "Coffer"
_LONGEST_ID, _KIND_LETTERS = 128, 3
_Found = TypeVar("_Found")
_PATHS = {"scan": "native", "wechat": "native", "native": "native", "app": "app", "h5": "h5"}
_UNDECIDED = frozenset({"ORDERPAID", "OUT_TRADE_NO_USED", "ALREADY_EXISTS", "SYSTEM_ERROR", "FREQUENCY_LIMITED"})
"""Refusals that say nothing about the money, or that there is such an order already."""
_STATES: dict[str, Kind] = {
    "SUCCESS": "topup_succeeded",
    "REFUND": "topup_succeeded",
    "CLOSED": "topup_failed",
    "REVOKED": "topup_failed",
    "PAYERROR": "topup_failed",
}
_REFUNDS: dict[str, Kind] = {"SUCCESS": "topup_reversed", "CLOSED": "refund_failed", "ABNORMAL": "refund_failed"}
_BILL_FINISHED = "MCHTRANSFER.BILL.FINISHED"
_BILLS: dict[str, Kind] = {"SUCCESS": "payout_succeeded", "FAIL": "payout_failed", "CANCELLED": "payout_failed"}


class _Amount(msgspec.Struct):
    total: int
    currency: str = mainland.CURRENCY
    refund: int = 0


class _Order(msgspec.Struct):
    """A payment, as queries and webhooks have it."""

    mchid: str
    trade_state: str
    amount: _Amount | None = None
    out_trade_no: str | None = None
    transaction_id: str | None = None
    attach: str = ""


class _Returned(msgspec.Struct):
    """A refund: queries say `status`, webhooks `refund_status`, and only those whose account it is."""

    out_trade_no: str
    transaction_id: str
    out_refund_no: str
    amount: _Amount
    status: str = ""
    refund_status: str = ""
    mchid: str | None = None


class _Bill(msgspec.Struct):
    """A transfer to somebody; only webhooks say whose account it left."""

    out_bill_no: str
    state: str
    transfer_amount: int
    transfer_bill_no: str | None = None
    fail_reason: str | None = None
    mch_id: str | None = None
    mchid: str | None = None
    """Their references write it in both ways."""


class _Notice(msgspec.Struct):
    id: str
    create_time: datetime
    event_type: str
    resource: wechatpay_wire.Resource


@dataclass(frozen=True, slots=True)
class WechatPay:
    url: str
    secret: Callable[[], Secret]
    """{"mchid", "appid", "serial" and "private_key" of our certificate, "api_v3_key", "platform_keys": {serial or id:
    public key or certificate}, "transfer_scene_id"?, "transfer_scene_report_infos"?}."""
    notify_url: str = ""
    name: str = "wechatpay"

    @property
    def account(self) -> str:
        """The number of the merchant: all that its refunds tell us."""
        return str(self.secret()["mchid"])

    def create(self, intent: Intent) -> Created:
        """`method`: native (a code to scan; also `scan`, `wechat`, and the default), app or h5."""
        way = _PATHS.get(intent.method or "native")
        if way is None:
            return Created("failed", reason="method_unknown")
        secret = self.secret()
        wish = {
            "appid": secret["appid"],
            "mchid": secret["mchid"],
            "description": DESCRIPTION,
            "out_trade_no": intent.topup_id,
            "attach": " ".join(text for text in (intent.wallet_id, intent.owner) if text),
            "notify_url": self.notify_url,
            "amount": {"total": intent.amount, "currency": intent.currency},
        }
        if intent.pay_until:
            wish["time_expire"] = intent.pay_until.astimezone(mainland.BEIJING).isoformat(timespec="seconds")
        if way == "h5":
            wish["scene_info"] = {"payer_client_ip": "127.0.0.1", "h5_info": {"type": "Wap"}}
        return self._asked("POST", f"/v3/pay/transactions/{way}", wish, _how_to_pay(way, secret))

    def query(self, intent: Intent, at: datetime) -> ProcessorEvent:
        """By our id, which it takes whatever became of the order."""
        path = f"/v3/pay/transactions/out-trade-no/{quote(intent.topup_id, safe='')}?mchid={self.account}"
        silent = ProcessorEvent(f"query_{intent.topup_id}", self.name, "ignored", at)
        order = self._found(path, _Order)
        if intent.lapsed(at) and (order is None or order.trade_state == "NOTPAY"):
            return mainland.expired(silent, intent, self.account)
        if order is None:
            return silent
        event = replace(silent, event_id=f"query_{intent.topup_id}_{order.trade_state}")
        return _of_order(event, order)

    def refund(self, refund: Refund) -> Created:
        wish = {
            "transaction_id": refund.reference,
            "out_refund_no": refund.refund_id,
            "notify_url": self.notify_url,
            "amount": {"refund": refund.amount, "total": refund.collected, "currency": refund.currency},
        }
        return self._asked("POST", "/v3/refund/domestic/refunds", wish, _refunding)

    def query_refund(self, refund: Refund, at: datetime) -> ProcessorEvent:
        silent = ProcessorEvent(f"query_{refund.refund_id}", self.name, "ignored", at, refund_id=refund.refund_id)
        found = self._found(f"/v3/refund/domestic/refunds/{quote(refund.refund_id, safe='')}", _Returned)
        if found is None:
            return replace(silent, reason="not_found")
        event = replace(silent, event_id=f"{silent.event_id}_{found.status}", account=self.account)
        return _of_refund(event, found)

    def payout(self, payout: Payout) -> Created:
        """`destination`: the openid of somebody under our appid, who may have to confirm in WeChat."""
        secret = self.secret()
        wish = {
            "appid": secret["appid"],
            "out_bill_no": _bill_number(payout),
            "transfer_scene_id": secret.get("transfer_scene_id", "1000"),
            "transfer_scene_report_infos": secret.get("transfer_scene_report_infos", []),
            "openid": payout.destination,
            "notify_url": self.notify_url,
            "transfer_amount": payout.amount,
            "transfer_remark": DESCRIPTION,
        }
        return self._asked("POST", "/v3/fund-app/mch-transfer/transfer-bills", wish, _paying_out)

    def query_payout(self, payout: Payout, at: datetime) -> ProcessorEvent:
        silent = ProcessorEvent(f"query_{payout.payout_id}", self.name, "ignored", at, payout_id=payout.payout_id)
        bill = self._found(f"/v3/fund-app/mch-transfer/transfer-bills/out-bill-no/{_bill_number(payout)}", _Bill)
        if bill is None:
            return replace(silent, reason="not_found")
        return _of_bill(replace(silent, event_id=f"{silent.event_id}_{bill.state}", account=self.account), bill)

    def statement(self, day: date) -> Iterator[StatementLine]:
        """Payments and refunds, then transfers to people, which stand in another bill."""
        return wechatpay_bills.lines(self.url, self.secret(), day)

    def verify_and_parse(self, raw: bytes, headers: Mapping[str, str], at: datetime) -> ProcessorEvent:
        wechatpay_wire.check(self.secret, headers, raw, at)
        event = ProcessorEvent("raw_" + hashlib.sha256(raw).hexdigest(), self.name, "unreadable", at)
        try:
            told = msgspec.json.decode(raw, type=_Notice)
            event = replace(event, event_id=told.id[:_LONGEST_ID], occurred_at=told.create_time.astimezone(UTC))
            subject = told.event_type.partition(".")[0]
            if subject not in ("TRANSACTION", "REFUND") and told.event_type != _BILL_FINISHED:
                return replace(event, kind="ignored")
            plain = wechatpay_wire.opened(told.resource, self.secret()["api_v3_key"])
            if subject == "TRANSACTION":
                return _of_order(event, msgspec.json.decode(plain, type=_Order))
            if subject == "REFUND":
                return _of_refund(event, msgspec.json.decode(plain, type=_Returned))
            bill = msgspec.json.decode(plain, type=_Bill)
            return _of_bill(replace(event, payout_id=_payout_of(bill.out_bill_no)), bill)
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError, OverflowError):
            return event

    def acknowledge(self, event: ProcessorEvent) -> Acknowledgement:
        return Acknowledgement(204, "", "")

    def _asked(self, method: str, path: str, wish: dict[str, Any], read: Callable[[Any], Created | None]) -> Created:
        try:
            status, answer = wechatpay_wire.ask(self.url, self.secret(), method, path, wish)
            if status == 200:
                return read(answer) or Created("unknown")
        except wire.NoAnswer as silence:
            return Created("unknown", reason=silence.reason)
        except msgspec.ValidationError:
            return Created("unknown")
        if wechatpay_wire.refuses_our_key(status, answer):
            return Created("failed", reason=KEY_REFUSED)
        code = str(answer.get("code", status))
        return Created("unknown" if code in _UNDECIDED else "failed", reason=code)

    def _found(self, path: str, kind: type[_Found]) -> _Found | None:
        """None if there is no such thing. Raises Unavailable for every other refusal: it says nothing about money."""
        try:
            status, answer = wechatpay_wire.ask(self.url, self.secret(), "GET", path)
            if status == 200:
                return msgspec.convert(answer, kind)
        except (wire.NoAnswer, msgspec.ValidationError) as problem:
            raise Unavailable from problem
        if status == 404:
            return None
        raise Unavailable


def _how_to_pay(way: str, secret: Secret) -> Callable[[Any], Created | None]:
    def read(answer: Any) -> Created | None:
        if way == "app" and "prepay_id" in answer:
            return Created("pending", next_action=wechatpay_wire.app_order(secret, str(answer["prepay_id"])))
        name, kind = ("code_url", "scan_with_wechat") if way == "native" else ("h5_url", "redirect")
        found = answer.get(name)
        return Created("pending", next_action={"type": kind, name: str(found)}) if found else None

    return read


def _refunding(answer: Any) -> Created | None:
    found = msgspec.convert(answer, _Returned)
    failed = _REFUNDS.get(found.status) == "refund_failed"
    return Created("failed" if failed else "pending", str(answer["refund_id"]), reason=found.status if failed else None)


def _paying_out(answer: Any) -> Created | None:
    if "transfer_bill_no" not in answer:
        return None
    failed = _BILLS.get(str(answer.get("state"))) == "payout_failed"
    package = answer.get("package_info")
    return Created(
        "failed" if failed else "pending",
        str(answer["transfer_bill_no"]),
        {"type": "confirm_in_wechat", "package": str(package)} if package else None,
        str(answer.get("fail_reason") or answer["state"]) if failed else None,
    )


def _of_order(event: ProcessorEvent, order: _Order) -> ProcessorEvent:
    wallet_id, _, owner = order.attach.partition(" ")
    kind = _STATES.get(order.trade_state, "ignored")
    return replace(
        event,
        kind=kind,
        topup_id=order.out_trade_no,
        wallet_id=wallet_id or None,
        owner=owner or None,
        reference=order.transaction_id,
        amount=order.amount.total if order.amount else None,
        currency=order.amount.currency if order.amount else None,
        account=order.mchid,
        reason=order.trade_state.lower() if kind == "topup_failed" else None,
    )


def _of_refund(event: ProcessorEvent, found: _Returned) -> ProcessorEvent:
    status = found.refund_status or found.status
    kind = _REFUNDS.get(status, "ignored")
    return replace(
        event,
        kind=kind,
        topup_id=found.out_trade_no,
        reference=found.transaction_id,
        amount=found.amount.total,
        currency=found.amount.currency,
        account=found.mchid or event.account,
        refund_id=found.out_refund_no,
        reversed_part=found.amount.refund if kind == "topup_reversed" else 0,
        reason=status.lower() if kind == "refund_failed" else None,
    )


def _of_bill(event: ProcessorEvent, bill: _Bill) -> ProcessorEvent:
    return replace(
        event,
        kind=_BILLS.get(bill.state, "ignored"),
        reference=bill.transfer_bill_no,
        amount=bill.transfer_amount,
        currency=mainland.CURRENCY,
        account=bill.mch_id or bill.mchid or event.account,
        reason=bill.fail_reason or None,
    )


def _payout_of(bill_number: str) -> str:
    """The id that `_bill_number` was made of: its kind is three letters."""
    return f"{bill_number[:_KIND_LETTERS]}_{bill_number[_KIND_LETTERS:]}"


def _bill_number(payout: Payout) -> str:
    """Letters and digits are all that it takes."""
    return "".join(sign for sign in payout.payout_id if sign.isalnum())
