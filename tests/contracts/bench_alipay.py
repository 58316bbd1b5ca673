"""Alipay's side of the bench: its webhooks and answers signed with `python-alipay-sdk`."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

import alipay as official

from chalicelib.processors.alipay import Alipay
from chalicelib.processors.wire import Reply
from tests.environment import mainland

BEIJING = timedelta(hours=8)


class Made:
    def __init__(self, url: str, at: datetime, topup_id: str, payout_id: str) -> None:
        ours, theirs = mainland()["coffer"]["alipay"], mainland()["bank"]["alipay"]
        self.ours, self.at, self.topup_id, self.payout_id = ours, at, topup_id, payout_id
        self.secret = theirs["private_key"]
        self.stranger = mainland()["bank"]["wechatpay"]["private_key"]
        gateway = url + "/gateway.do"
        self.adapter = Alipay(gateway, lambda: ours, "https://coffer.test/v1/webhooks/alipay")
        self.other_account = Alipay(gateway, lambda: ours | {"app_id": "2014072300007149"})

    def sign(self, body: bytes, at: datetime, secret: str) -> dict[str, str]:
        """The parameters that sign the others."""
        said = dict(parse_qsl(body.decode(), keep_blank_values=True))
        stamp = {"notify_time": (at + BEIJING).strftime("%Y-%m-%d %H:%M:%S")}
        if "msg_method" in said:
            stamp = {"utc_timestamp": str(int(at.timestamp() * 1_000))}
        given = said | stamp
        text = "&".join(f"{name}={value}" for name, value in sorted(given.items()))
        return stamp | {"sign_type": "RSA2", "sign": self.library(secret)._sign(text)}

    def library(self, private_key: str) -> Any:
        """As if it were Alipay itself that signs with the library."""
        return official.AliPay(self.ours["app_id"], None, private_key, self.ours["alipay_public_key"], "RSA2")

    @staticmethod
    def together(body: bytes, headers: dict[str, str]) -> tuple[bytes, dict[str, str]]:
        return body + b"&" + urlencode(headers).encode(), {}

    def message(self, kind: str, facts: dict[str, Any]) -> bytes:
        """What their gateway tells of a transfer, of which it gives no `notify_url` a notice."""
        about = {
            "out_biz_no": self.payout_id,
            "order_id": "20190801110070000006380000250621",
            "product_code": "TRANS_ACCOUNT_NO_PWD",
            "biz_scene": "DIRECT_TRANSFER",
            "action_type": "FINISH",
            "origin_interface": "alipay.fund.trans.uni.transfer",
            "trans_amount": "200.00",
            "status": "SUCCESS" if kind == "paid" else "FAIL",
        }
        about |= {} if kind == "paid" else {"error_code": "ACCOUNT_CLOSED"}
        told = {
            "notify_id": "2026112200222160000000000000000001",
            "msg_method": "alipay.fund.trans.order.changed",
            "app_id": self.ours["app_id"],
            "version": "1.1",
            "charset": "UTF-8",
            "biz_content": json.dumps(about | facts),
        }
        return urlencode(told).encode()

    def body(self, kind: str = "succeeded", **facts: Any) -> bytes:
        if kind in ("paid", "returned"):
            return self.message(kind, facts)
        amount = facts.pop("amount", 1250)
        unnamed = facts.pop("metadata", None) == {}
        told = {
            "notify_id": "2026112200222160000000000000000000",
            "notify_type": {"elsewhere": "servicewindow_follow"}.get(kind, "trade_status_sync"),
            "charset": "utf-8",
            "version": "1.0",
            "app_id": self.ours["app_id"],
            "seller_id": self.ours["seller_id"],
            "trade_no": "2013112011001004330000121536",
            "trade_status": "TRADE_CLOSED" if kind == "failed" else "TRADE_SUCCESS",
            "total_amount": f"{amount // 100}.{amount % 100:02d}" if isinstance(amount, int) else amount,
            "subject": "Coffer 充值",
            "buyer_id": "2088102122524333",
        }
        told |= {} if unnamed else {"out_trade_no": self.topup_id}
        if kind == "reversed":
            refunded = facts.pop("reversed_total", 0)
            told |= {"refund_fee": f"{refunded / 100:.2f}", "out_biz_no": "ref_1", "gmt_refund": "2026-11-22 16:00:00"}
        return urlencode(told | facts).encode()

    def plain_no(self, status: int) -> Reply:
        return self.reply("alipay.trade.precreate", {"code": "40004", "sub_code": str(status)})

    def reply(self, call: str, told: dict[str, Any]) -> Reply:
        said = json.dumps(told, ensure_ascii=False)
        signature = self.library(self.secret)._sign(said)
        name = call.replace(".", "_") + "_response"
        return Reply(200, f'{{"{name}": {said}, "sign": "{signature}"}}'.encode())
