"""Alipay: RSA2 only, without its library (`docs/decisions/0017-wechat-pay-and-alipay-on-cryptography.md`).

https://opendocs.alipay.com/open/270/105899. It collects yuan only, written as `12.50`, and its clock is Beijing's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from chalicelib.kernel.errors import InvalidSignature, Unavailable
from chalicelib.processors import alipay_bills, alipay_wire, mainland, signatures, wire
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

SUBJECT = "Coffer"
_LONGEST_ID = 128
_TO_SCAN = (None, "scan", "alipay", "precreate")
_CODE_LASTS = "30m"
"""From when they make it: of codes, they take no moment."""
_IN_AN_APP = {"app": ("alipay.trade.app.pay", "QUICK_MSECURITY_PAY"), "wap": ("alipay.trade.wap.pay", "QUICK_WAP_WAY")}
_TRADES: dict[str, Kind] = {
    "TRADE_SUCCESS": "topup_succeeded",
    "TRADE_FINISHED": "topup_succeeded",
    "TRADE_CLOSED": "topup_failed",
}
_TRANSFERS: dict[str, Kind] = {
    "SUCCESS": "payout_succeeded",
    "FAIL": "payout_failed",
    "CLOSED": "payout_failed",
    "REFUND": "payout_failed",
}
_TRANSFER_CHANGED = "alipay.fund.trans.order.changed"
_UNDECIDED = frozenset({"ACQ.SYSTEM_ERROR", "SYSTEM_ERROR", "ACQ.TRADE_HAS_SUCCESS", "ACQ.CONTEXT_INCONSISTENT"})
"""Refusals that say nothing about the money, or that there is such a trade already."""
_NOT_THERE = frozenset({"ACQ.TRADE_NOT_EXIST", "TRADE_NOT_EXIST", "ORDER_NOT_EXIST"})
_TRANSFER = {"product_code": "TRANS_ACCOUNT_NO_PWD", "biz_scene": "DIRECT_TRANSFER"}


@dataclass(frozen=True, slots=True)
class Alipay:
    url: str
    secret: Callable[[], Secret]
    """{"app_id", "seller_id" (2088…), "private_key" of ours, "alipay_public_key"}."""
    notify_url: str = ""
    name: str = "alipay"

    @property
    def account(self) -> str:
        return f"{self.secret()['app_id']}/{self.secret()['seller_id']}"

    def create(self, intent: Intent) -> Created:
        """`method`: precreate (a code to scan; also `scan`, `alipay`, and the default); app or wap, signed here and
        sent by whoever pays."""
        if intent.method not in (*_TO_SCAN, *_IN_AN_APP) or intent.currency != mainland.CURRENCY:
            return Created("failed", reason="method_unknown")
        wish = {"out_trade_no": intent.topup_id, "total_amount": mainland.yuan(intent.amount), "subject": SUBJECT}
        until = intent.pay_until
        if intent.method in _IN_AN_APP:
            lapses = {"time_expire": mainland.written(until)} if until else {}
            return self._signed_order(intent.method, wish | lapses)
        wish |= {"timeout_express": _CODE_LASTS} if until else {}
        return self._asked("alipay.trade.precreate", wish, _to_scan)

    def query(self, intent: Intent, at: datetime) -> ProcessorEvent:
        silent = ProcessorEvent(f"query_{intent.topup_id}", self.name, "ignored", at)
        answer = self._found("alipay.trade.query", {"out_trade_no": intent.topup_id})
        told = {name: str(fact) for name, fact in (answer or {}).items()}
        if intent.lapsed(at) and told.get("trade_status", "WAIT_BUYER_PAY") == "WAIT_BUYER_PAY":
            return mainland.expired(silent, intent, self.account)
        if answer is None:
            return silent
        if told.get("trade_status") == "TRADE_CLOSED" and "send_pay_date" in told:
            told["refund_fee"] = told.get("total_amount", "")
        event_id = f"{silent.event_id}_{told.get('trade_status')}"
        try:
            return _of_trade(replace(silent, event_id=event_id), told, self.account)
        except ValueError as problem:
            raise Unavailable from problem

    def refund(self, refund: Refund) -> Created:
        wish = {
            "trade_no": refund.reference,
            "out_request_no": refund.refund_id,
            "refund_amount": mainland.yuan(refund.amount),
        }
        return self._asked("alipay.trade.refund", wish, lambda answer: Created("pending", answer["trade_no"]))

    def query_refund(self, refund: Refund, at: datetime) -> ProcessorEvent:
        """Told by itself here, while webhooks tell the running total."""
        silent = ProcessorEvent(f"query_{refund.refund_id}", self.name, "ignored", at, refund_id=refund.refund_id)
        wish = {"trade_no": refund.reference, "out_request_no": refund.refund_id}
        answer = self._found("alipay.trade.fastpay.refund.query", wish)
        if answer is None or answer.get("refund_status") != "REFUND_SUCCESS":
            return silent
        try:
            return replace(
                silent,
                event_id=f"{silent.event_id}_done",
                kind="topup_reversed",
                topup_id=str(answer["out_trade_no"]),
                reference=str(answer["trade_no"]),
                amount=mainland.fen(str(answer["total_amount"])),
                currency=mainland.CURRENCY,
                account=self.account,
                reversed_part=mainland.fen(str(answer["refund_amount"])),
            )
        except (KeyError, ValueError) as problem:
            raise Unavailable from problem

    def payout(self, payout: Payout) -> Created:
        """`destination`: somebody's number at Alipay (2088…), or their openid under our app."""
        number = payout.destination.startswith("2088") and payout.destination.isdigit()
        wish = _TRANSFER | {
            "out_biz_no": payout.payout_id,
            "trans_amount": mainland.yuan(payout.amount),
            "order_title": SUBJECT,
            "payee_info": {
                "identity": payout.destination,
                "identity_type": "ALIPAY_USER_ID" if number else "ALIPAY_OPEN_ID",
            },
        }
        return self._asked("alipay.fund.trans.uni.transfer", wish, _paying_out)

    def query_payout(self, payout: Payout, at: datetime) -> ProcessorEvent:
        silent = ProcessorEvent(f"query_{payout.payout_id}", self.name, "ignored", at, payout_id=payout.payout_id)
        answer = self._found("alipay.fund.trans.common.query", _TRANSFER | {"out_biz_no": payout.payout_id})
        if answer is None:
            return replace(silent, reason="not_found")
        try:
            event = replace(silent, event_id=f"{silent.event_id}_{answer['status']}", account=self.account)
            return _of_transfer(event, answer)
        except (KeyError, ValueError) as problem:
            raise Unavailable from problem

    def statement(self, day: date) -> Iterator[StatementLine]:
        """Payments and refunds, then transfers to people, which stand in another bill."""
        return alipay_bills.lines(self.url, self.secret(), day)

    def verify_and_parse(self, raw: bytes, headers: Mapping[str, str], at: datetime) -> ProcessorEvent:
        """A notice of a payment, or a message of their gateway, which tells its time and its subject otherwise."""
        told = alipay_wire.parameters(raw)
        occurred_at = _fresh(told, at)
        alipay_wire.check_notice(self.secret, told)
        event_id = told.get("notify_id", "")[:_LONGEST_ID] or "raw_" + hashlib.sha256(raw).hexdigest()
        event = ProcessorEvent(event_id, self.name, "unreadable", occurred_at)
        if "msg_method" in told:
            return self._message(event, told)
        if told.get("notify_type") != "trade_status_sync":
            return replace(event, kind="ignored" if "notify_type" in told else "unreadable")
        try:
            return _of_trade(event, told, _account_of(told))
        except ValueError:
            return event

    def _message(self, event: ProcessorEvent, told: Mapping[str, str]) -> ProcessorEvent:
        """It names the app, which is of one seller: ours."""
        if told["msg_method"] != _TRANSFER_CHANGED:
            return replace(event, kind="ignored")
        try:
            about = msgspec.json.decode(told.get("biz_content", ""), type=dict[str, Any])
            whose = f"{told['app_id']}/{self.secret()['seller_id']}"
            return _of_transfer(replace(event, payout_id=str(about["out_biz_no"]), account=whose), about)
        except (msgspec.DecodeError, KeyError, ValueError):
            return event

    def acknowledge(self, event: ProcessorEvent) -> Acknowledgement:
        return Acknowledgement(200, "text/plain; charset=utf-8", "success")

    def _signed_order(self, method: str, wish: dict[str, Any]) -> Created:
        """Nobody is asked: the order exists once somebody sends it to Alipay."""
        call, product = _IN_AN_APP[method]
        order = alipay_wire.signed(self.secret(), call, wish | {"product_code": product}, self.notify_url)
        if method == "app":
            return Created("pending", next_action={"type": "pay_in_alipay", "order": order})
        return Created("pending", next_action={"type": "redirect", "url": f"{self.url}?{order}"})

    def _asked(self, call: str, wish: dict[str, Any], read: Callable[[Mapping[str, Any]], Created]) -> Created:
        try:
            answer = alipay_wire.ask(self.url, self.secret(), call, wish, self.notify_url)
            if answer.get("code") == alipay_wire.DONE:
                return read(answer)
        except wire.NoAnswer as silence:
            return Created("unknown", reason=silence.reason)
        except KeyError:
            return Created("unknown")
        if alipay_wire.refuses_our_key(answer):
            return Created("failed", reason=KEY_REFUSED)
        reason = str(answer.get("sub_code") or answer.get("code"))
        undecided = reason in _UNDECIDED or alipay_wire.says_nothing(answer)
        return Created("unknown" if undecided else "failed", reason=reason)

    def _found(self, call: str, wish: dict[str, Any]) -> Mapping[str, Any] | None:
        """None if there is no such thing. Raises Unavailable for every other refusal: it says nothing about money."""
        try:
            answer = alipay_wire.ask(self.url, self.secret(), call, wish)
        except wire.NoAnswer as problem:
            raise Unavailable from problem
        if answer.get("code") == alipay_wire.DONE:
            return answer
        if answer.get("sub_code") in _NOT_THERE:
            return None
        raise Unavailable


def _account_of(told: Mapping[str, str]) -> str | None:
    return f"{told['app_id']}/{told['seller_id']}" if "app_id" in told and "seller_id" in told else None


def _fresh(told: Mapping[str, str], at: datetime) -> datetime:
    """When it was sent: a notice says it in Beijing's time, a message in milliseconds. Raises InvalidSignature."""
    try:
        if "notify_time" in told:
            sent_at = mainland.moment(told["notify_time"])
        else:
            sent_at = datetime.fromtimestamp(int(told.get("utc_timestamp", "")) // 1_000, UTC)
        stamp = str(int(sent_at.timestamp()))
    except (ValueError, OverflowError, OSError) as problem:
        raise InvalidSignature from problem
    signatures.check_fresh(stamp, at)
    return sent_at


def _of_transfer(event: ProcessorEvent, told: Mapping[str, Any]) -> ProcessorEvent:
    """KeyError, ValueError if it does not say what it must."""
    return replace(
        event,
        kind=_TRANSFERS.get(str(told["status"]), "ignored"),
        reference=str(told["order_id"]),
        amount=mainland.fen(str(told["trans_amount"])),
        currency=mainland.CURRENCY,
        reason=told.get("error_code") or told.get("fail_reason"),
    )


def _to_scan(answer: Mapping[str, Any]) -> Created:
    return Created("pending", next_action={"type": "scan_with_alipay", "code_url": str(answer["qr_code"])})


def _paying_out(answer: Mapping[str, Any]) -> Created:
    failed = _TRANSFERS.get(str(answer.get("status"))) == "payout_failed"
    return Created(
        "failed" if failed else "pending", str(answer["order_id"]), reason=answer["status"] if failed else None
    )


def _of_trade(event: ProcessorEvent, told: Mapping[str, str], account: str | None) -> ProcessorEvent:
    """ValueError if its amounts cannot be read. A refund may come with the status that the trade has anyway."""
    amount = mainland.fen(told.get("total_amount", ""))
    refunded = mainland.fen(told["refund_fee"]) if told.get("refund_fee") else 0
    kind = "topup_reversed" if refunded else _TRADES.get(told.get("trade_status", ""), "ignored")
    return replace(
        event,
        event_id=f"{event.event_id}_{refunded}" if event.event_id.startswith("query_") else event.event_id,
        kind=kind,
        topup_id=told.get("out_trade_no"),
        reference=told.get("trade_no"),
        amount=amount,
        currency=mainland.CURRENCY,
        account=account,
        reversed_total=refunded,
        reason=told["trade_status"].lower() if kind == "topup_failed" else None,
    )
