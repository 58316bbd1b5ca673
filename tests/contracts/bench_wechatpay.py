"""WeChat Pay's side of the bench: its webhooks hidden and signed with the pieces of `wechatpayv3`."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from wechatpayv3 import utils

from chalicelib.kernel import clock
from chalicelib.processors.wechatpay import WechatPay
from chalicelib.processors.wire import Reply
from tests.environment import mainland

NONCE = "c5ac7061fccab6bf3e254dcf98995b8c"
HIDING_NONCE = "fdasflkja484"
_loaded = cache(utils.load_private_key)
"""Loading a key proves its numbers, which takes far longer than signing with it."""


class Made:
    def __init__(self, url: str, at: datetime, topup_id: str, wallet_id: str, payout_id: str) -> None:
        ours, theirs = mainland()["coffer"]["wechatpay"], mainland()["bank"]["wechatpay"]
        self.ours, self.at, self.topup_id, self.wallet_id = ours, at, topup_id, wallet_id
        self.payout_id = payout_id
        self.secret, self.serial = theirs["private_key"], theirs["platform_serial"]
        self.stranger = mainland()["bank"]["alipay"]["private_key"]
        self.adapter = WechatPay(url, lambda: ours, "https://coffer.test/v1/webhooks/wechatpay")
        self.other_account = WechatPay(url, lambda: ours | {"mchid": "1900000110"})

    def sign(self, body: bytes, at: datetime, secret: str) -> dict[str, str]:
        stamp = str(int(at.timestamp()))
        text = f"{stamp}\n{NONCE}\n{body.decode()}\n"
        return {
            "Wechatpay-Timestamp": stamp,
            "Wechatpay-Nonce": NONCE,
            "Wechatpay-Serial": self.serial,
            "Wechatpay-Signature": utils.rsa_sign(_loaded(secret), text),
        }

    def body(self, kind: str = "succeeded", **facts: Any) -> bytes:
        bill = "MCHTRANSFER.BILL.FINISHED"
        types = {"reversed": "REFUND.SUCCESS", "elsewhere": "COUPON.USE", "paid": bill, "returned": bill}
        if types.get(kind) == bill:
            about = self._bill(kind)
        else:
            about = self._refund(facts) if kind == "reversed" else self._order(kind, facts)
        return json.dumps(
            {
                "id": "EV-2018022511223320873",
                "create_time": "2026-11-22T16:00:00+08:00",
                "resource_type": "encrypt-resource",
                "event_type": types.get(kind, "TRANSACTION.SUCCESS"),
                "summary": "支付成功",
                "resource": self.hidden(json.dumps(about | facts)),
            },
            ensure_ascii=False,
        ).encode()

    def hidden(self, plain: str, key: str = "") -> dict[str, str]:
        """As `utils.aes_decrypt` opens it."""
        raw = AESGCM((key or self.ours["api_v3_key"]).encode()).encrypt(
            HIDING_NONCE.encode(), plain.encode(), b"transaction"
        )
        ciphertext = base64.b64encode(raw).decode()
        assert key or utils.aes_decrypt(HIDING_NONCE, ciphertext, "transaction", self.ours["api_v3_key"]) == plain
        return {
            "original_type": "transaction",
            "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": ciphertext,
            "associated_data": "transaction",
            "nonce": HIDING_NONCE,
        }

    def plain_no(self, status: int) -> Reply:
        body = json.dumps({"code": str(status), "message": "不"}).encode()
        return Reply(status, body, self.sign(body, clock.now(), self.secret))

    def _bill(self, kind: str) -> dict[str, Any]:
        return {
            "mch_id": self.ours["mchid"],
            "out_bill_no": self.payout_id.replace("_", ""),
            "transfer_bill_no": "1330000071100999991182020050700019480001",
            "state": "SUCCESS" if kind == "paid" else "FAIL",
            "transfer_amount": 20_000,
            "openid": "o-MYE42l80oelYMDE34nYD456Xoy",
            "fail_reason": "" if kind == "paid" else "ACCOUNT_CLOSED",
            "create_time": "2026-11-22T16:00:00+08:00",
            "update_time": "2026-11-22T16:00:00+08:00",
        }

    def _order(self, kind: str, facts: dict[str, Any]) -> dict[str, Any]:
        total, currency = facts.pop("amount", 1250), facts.pop("currency", "CNY")
        unnamed = facts.pop("metadata", None) == {}
        about = {
            "mchid": self.ours["mchid"],
            "appid": self.ours["appid"],
            "transaction_id": "1217752501201407033233368018",
            "trade_type": "NATIVE",
            "trade_state": {"failed": "PAYERROR"}.get(kind, "SUCCESS"),
            "bank_type": "CMC",
            "success_time": "2026-11-22T16:00:00+08:00",
            "payer": {"openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"},
            "amount": {"total": total, "payer_total": total, "currency": currency, "payer_currency": currency},
        }
        return about | ({} if unnamed else {"out_trade_no": self.topup_id, "attach": self.wallet_id})

    def _refund(self, facts: dict[str, Any]) -> dict[str, Any]:
        total, part = facts.pop("amount", 1250), facts.pop("reversed_total", 0)
        return {
            "mchid": self.ours["mchid"],
            "out_trade_no": self.topup_id,
            "transaction_id": "1217752501201407033233368018",
            "out_refund_no": "ref_1",
            "refund_id": "50200207182018070300011301001",
            "refund_status": "SUCCESS",
            "success_time": "2026-11-22T16:00:00+08:00",
            "user_received_account": "招商银行信用卡0403",
            "amount": {"total": total, "refund": part, "payer_total": total, "payer_refund": part},
        }
