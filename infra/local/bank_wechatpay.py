"""A small WeChat Pay, API v3: the calls that Coffer makes, signed and believed both ways, as it documents them.

https://pay.weixin.qq.com/doc/v3/merchant/4012791897. Its clock is its caller's, who may stand still.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from infra.local import mainland_keys
from infra.local.bank_book import Message, Payment
from infra.local.bank_payouts import Payout
from infra.local.bank_sent import Sent

if TYPE_CHECKING:
    from infra.local.bank import Bank

BEIJING = timezone(timedelta(hours=8))
Keys = Mapping[str, Any]
Told = tuple[int, dict[str, Any]]
_PROOF = re.compile(r'(\w+)="([^"]*)"')
_HEADING = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,"
    "应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,"
    "手续费,费率,订单金额,申请退款金额,费率备注"
)
_FLOWS = (
    "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额（元）,账户结余（元）,资金变更提交申请人,备注,"
    "业务凭证号"
)
_SUMS_OF_FLOWS = "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额"
_SUMS = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"


def answer(bank: Bank, method: str, target: str, headers: Mapping[str, str], raw: bytes) -> Sent | None:
    """None if `target` is not WeChat Pay's."""
    parts = urlsplit(target)
    keys = bank.post.keys.wechatpay
    if keys is None or not parts.path.startswith(("/v3/pay/", "/v3/refund/", "/v3/fund-app/", "/v3/bill")):
        return None
    proof = dict(_PROOF.findall(headers.get("Authorization", "")))
    if not _proved(keys, proof, f"{method}\n{target}\n", raw):
        return signed_answer(keys, proof.get("timestamp", "0"), 401, {"code": "SIGN_ERROR", "message": "签名错误"})
    if parts.path == "/v3/billdownload/file":
        bill, _, day = parse_qs(parts.query)["token"][0].partition("/")
        return Sent(200, {"Content-Type": "text/plain"}, BILLS[bill](bank, day, keys).encode())
    for wanted, pattern, route in ROUTES:
        if wanted == method and (found := re.fullmatch(pattern, unquote(parts.path))):
            query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
            status, told = route(bank, keys, found, json.loads(raw) if raw else query)
            return signed_answer(keys, proof["timestamp"], status, told)
    return signed_answer(keys, proof["timestamp"], 404, {"code": "RESOURCE_NOT_EXISTS", "message": "无此接口"})


def signed_answer(keys: Keys, stamp: str, status: int, told: Mapping[str, Any]) -> Sent:
    body = json.dumps(told, ensure_ascii=False).encode()
    return Sent(status, {"Content-Type": "application/json", **signed(keys, body, stamp)}, body)


def signed(keys: Keys, body: bytes, stamp: str) -> dict[str, str]:
    nonce = secrets.token_hex(16)
    key = mainland_keys.private_key(keys["private_key"])
    signature = key.sign(f"{stamp}\n{nonce}\n".encode() + body + b"\n", PKCS1v15(), hashes.SHA256())
    return {
        "Wechatpay-Timestamp": stamp,
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Serial": keys["platform_serial"],
        "Wechatpay-Signature": base64.b64encode(signature).decode(),
        "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
    }


def notice(message: Message, at: int) -> bytes:
    """What a webhook says, still to be hidden; empty for what WeChat Pay does not tell."""
    if message.kind == "failed":
        return b""
    refund = message.kind == "reversed"
    about = refund_view(message.payment, message.refund_id, "refund_status") if refund else order_view(message.payment)
    if refund:
        about |= {"mchid": message.payment.merchant}
    return json.dumps(
        {
            "id": "EV-" + message.id[4:],
            "create_time": _beijing(at).isoformat(),
            "resource_type": "encrypt-resource",
            "event_type": "REFUND.SUCCESS" if refund else "TRANSACTION.SUCCESS",
            "summary": "退款成功" if refund else "支付成功",
            "resource": about,
        },
        ensure_ascii=False,
    ).encode()


def sealed(keys: Keys, plain: bytes, at: int) -> tuple[bytes, dict[str, str]]:
    """A notice as it goes over the wire at Unix time `at`: its resource hidden, the whole signed."""
    told = json.loads(plain)
    nonce, kind = hashlib.sha256(plain).hexdigest()[:12], "transaction"
    hidden = AESGCM(keys["api_v3_key"].encode()).encrypt(
        nonce.encode(), json.dumps(told["resource"], ensure_ascii=False).encode(), kind.encode()
    )
    told["resource"] = {
        "original_type": kind,
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": base64.b64encode(hidden).decode(),
        "associated_data": kind,
        "nonce": nonce,
    }
    body = json.dumps(told, ensure_ascii=False).encode()
    return body, {"Content-Type": "application/json", **signed(keys, body, str(at))}


def order_view(payment: Payment) -> dict[str, Any]:
    state = {"pending": "NOTPAY", "failed": "PAYERROR"}.get(payment.status, "SUCCESS")
    view = {
        "appid": payment.metadata.get("appid", ""),
        "mchid": payment.merchant,
        "out_trade_no": payment.asked_as,
        "attach": payment.metadata.get("attach", ""),
        "trade_type": "NATIVE",
        "trade_state": "REFUND" if payment.reversed_total else state,
        "trade_state_desc": "",
    }
    if state != "SUCCESS":
        return view
    amount = {"total": payment.amount, "payer_total": payment.amount, "currency": payment.currency}
    return view | {"amount": amount, "transaction_id": payment.id}


def refund_view(payment: Payment, refund_id: str, status: str = "status") -> dict[str, Any]:
    part = payment.refunds[refund_id]
    amount: dict[str, Any] = {"total": payment.amount, "refund": part, "payer_total": payment.amount}
    return {
        "refund_id": _number("5030", refund_id),
        "out_refund_no": refund_id,
        "transaction_id": payment.id,
        "out_trade_no": payment.asked_as,
        status: "SUCCESS",
        "user_received_account": "支付用户零钱",
        "amount": amount | ({"currency": payment.currency} if status == "status" else {}),
    }


def _order(bank: Bank, keys: Keys, found: re.Match[str], body: dict[str, Any]) -> Told:
    wish = Payment(
        id=_number("4200", body["out_trade_no"]),
        dialect="wechatpay",
        asked_as=body["out_trade_no"],
        amount=body["amount"]["total"],
        currency=body["amount"]["currency"],
        metadata={"attach": body.get("attach", ""), "appid": body["appid"]},
        merchant=body["mchid"],
    )
    payment = bank.ask(wish, confirm=True)
    if payment.status == "failed":
        return 403, {"code": "RULE_LIMIT", "message": "业务规则限制"}
    if payment.status == "succeeded":
        return 400, {"code": "ORDERPAID", "message": "该订单已支付"}
    prepay_id = _number("wx", payment.id)
    return 200, {
        "native": {"code_url": f"weixin://wxpay/bizpayurl?pr={payment.id[-9:]}"},
        "app": {"prepay_id": prepay_id},
        "h5": {"h5_url": f"https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id={prepay_id}"},
    }[found["way"]]


def _show_order(bank: Bank, keys: Keys, found: re.Match[str], body: dict[str, Any]) -> Told:
    payment = bank.book.find(found["id"])
    if payment is None or body.get("mchid") != payment.merchant:
        return 404, {"code": "ORDER_NOT_EXIST", "message": "订单不存在"}
    return 200, order_view(payment)


def _refund(bank: Bank, keys: Keys, found: re.Match[str], body: dict[str, Any]) -> Told:
    payment = bank.book.find(body["transaction_id"])
    if payment is None or body["amount"]["total"] != payment.amount:
        return 400, {"code": "PARAM_ERROR", "message": "订单金额不一致"}
    made = bank.refund(payment.id, body["out_refund_no"], body["amount"]["refund"])
    if made is None:
        return 403, {"code": "NOT_ENOUGH", "message": "可退金额不足"}
    return 200, refund_view(made, body["out_refund_no"]) | {"status": "PROCESSING"}


def _show_refund(bank: Bank, keys: Keys, found: re.Match[str], body: dict[str, Any]) -> Told:
    payment = bank.book.refunded(found["id"])
    if payment is None:
        return 404, {"code": "RESOURCE_NOT_EXISTS", "message": "退款单不存在"}
    return 200, refund_view(payment, found["id"])


def _transfer(bank: Bank, keys: Keys, found: re.Match[str], body: dict[str, Any]) -> Told:
    wish = Payout(
        id=_number("1330", body["out_bill_no"]),
        dialect="wechatpay",
        asked_as=body["out_bill_no"],
        destination=body["openid"],
        amount=body["transfer_amount"],
        currency="CNY",
        merchant=keys["mchid"],
    )
    payout = bank.pay_out(wish)
    view = bill_view(payout)
    return 200, {name: view[name] for name in ("out_bill_no", "transfer_bill_no", "state", "fail_reason")}


def _show_transfer(bank: Bank, keys: Keys, found: re.Match[str], body: dict[str, Any]) -> Told:
    payout = bank.payouts.find(found["id"])
    return (200, bill_view(payout)) if payout else (404, {"code": "NOT_FOUND", "message": "记录不存在"})


def bill_view(payout: Payout) -> dict[str, Any]:
    return {
        "mch_id": payout.merchant,
        "out_bill_no": payout.asked_as,
        "transfer_bill_no": payout.id,
        "state": {"pending": "PROCESSING", "succeeded": "SUCCESS", "failed": "FAIL"}[payout.status],
        "transfer_amount": payout.amount,
        "openid": payout.destination,
        "fail_reason": (payout.reason or "").upper(),
    }


def _offer_bill(bank: Bank, keys: Keys, found: re.Match[str], body: dict[str, Any]) -> Told:
    bill, day = body.get("account_type", "TRADE"), body["bill_date"]
    if not _booked(bank, day, bill):
        return 400, {"code": "NO_STATEMENT_EXIST", "message": "账单文件不存在"}
    digest = hashlib.sha1(BILLS[bill](bank, day, keys).encode(), usedforsecurity=False).hexdigest()
    address = f"{bank.url}/v3/billdownload/file?token={bill}/{day}"
    return 200, {"hash_type": "SHA1", "hash_value": digest, "download_url": address}


def _booked(bank: Bank, day: str, bill: str) -> list[dict[str, Any]]:
    """Payments come to the basic account, transfers are paid out of the one for operations."""
    start = int(datetime.fromisoformat(day).replace(tzinfo=BEIJING).timestamp())
    lines = bank.book.booked("wechatpay", start, start + 86_400)
    return [line for line in lines if (line["kind"] == "payout") is (bill == "OPERATION")]


def _flows(bill: str) -> Callable[[Bank, str, Keys], str]:
    def written(bank: Bank, day: str, keys: Keys) -> str:
        rows = [flow for line in _booked(bank, day, bill) for flow in _flows_of(line)]
        sums = f"`{len(rows)}.0,`0.0,`0.00,`0.0,`0.00"
        return "\r\n".join(["\ufeff" + _FLOWS, *("`" + ",`".join(row) for row in rows), _SUMS_OF_FLOWS, sums, ""])

    return written


def _flows_of(line: dict[str, Any]) -> list[list[str]]:
    """What moved, and the fee for it, a row each; the remark is somebody's own, with a comma."""
    sent, at = line["kind"] == "payout", _beijing(line["at"]).strftime("%Y-%m-%d %H:%M:%S")
    name = "商家转账" if sent else "退款" if line["kind"] == "reversal" else "交易"
    voucher = line["reference"] if line["kind"] == "reversal" else line["our_id"]
    amounts = [(name, line["amount"])] + ([("扣除交易手续费", -line["fee"])] if line["fee"] else [])
    return [
        [at, line["payment"], _number("1900", f"{line['payment']}{kind}{amount}"), name, kind,
         "支出" if amount < 0 else "收入", _yuan(abs(amount)), "0.00", "system", "充值,钱包", voucher]
        for kind, amount in amounts
    ]  # fmt: skip


def _bill(bank: Bank, day: str, keys: Keys) -> str:
    lines = _booked(bank, day, "TRADE")
    rows = ["`" + ",`".join(_row(line, keys)) for line in lines]
    sums = ",".join(f"`{one}" for one in (len(lines), "0.00", "0.00", "0.00", "0.00", "0.00", "0.00"))
    return "\r\n".join(["\ufeff" + _HEADING, *rows, _SUMS, sums, ""])


def _row(line: dict[str, Any], keys: Keys) -> list[str]:
    refund, amount = line["kind"] == "reversal", _yuan(abs(line["amount"]))
    own = {
        "交易时间": _beijing(line["at"]).strftime("%Y-%m-%d %H:%M:%S"),
        "公众账号ID": keys["appid"],
        "商户号": keys["mchid"],
        "微信订单号": line["payment"],
        "商户订单号": line["our_id"],
        "交易状态": "REFUND" if refund else "SUCCESS",
        "货币种类": line["currency"],
        "商户退款单号": line["reference"] if refund else "0",
        "微信退款单号": _number("5030", line["reference"]) if refund else "0",
        "商品名称": "Coffer",
        "手续费": _yuan(line["fee"]) + "000",
        "费率": "0.60%",
        "订单金额": "0.00" if refund else amount,
        "申请退款金额": amount if refund else "0.00",
    }
    return [own.get(name, "") for name in _HEADING.split(",")]


BILLS: dict[str, Callable[[Bank, str, Keys], str]] = {
    "TRADE": _bill,
    "BASIC": _flows("BASIC"),
    "OPERATION": _flows("OPERATION"),
}
Route = Callable[["Bank", Keys, re.Match[str], dict[str, Any]], Told]
ROUTES: list[tuple[str, str, Route]] = [
    ("POST", r"/v3/pay/transactions/(?P<way>native|app|h5)", _order),
    ("GET", r"/v3/pay/transactions/out-trade-no/(?P<id>[\w-]+)", _show_order),
    ("POST", r"/v3/refund/domestic/refunds", _refund),
    ("GET", r"/v3/refund/domestic/refunds/(?P<id>[\w-]+)", _show_refund),
    ("POST", r"/v3/fund-app/mch-transfer/transfer-bills", _transfer),
    ("GET", r"/v3/fund-app/mch-transfer/transfer-bills/out-bill-no/(?P<id>\w+)", _show_transfer),
    ("GET", r"/v3/bill/(?:tradebill|fundflowbill)", _offer_bill),
]


def _proved(keys: Keys, proof: Mapping[str, str], head: str, raw: bytes) -> bool:
    """Whether whoever asks has the merchant's key."""
    key: Any = serialization.load_pem_public_key(keys["merchant_key"].encode())
    text = f"{head}{proof.get('timestamp')}\n{proof.get('nonce_str')}\n".encode() + raw + b"\n"
    try:
        key.verify(base64.b64decode(proof.get("signature", "")), text, PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError):
        return False
    return bool(proof.get("mchid") == keys["mchid"] and proof.get("serial_no") == keys["serial"])


def _number(prefix: str, text: str) -> str:
    """Digits that are always the same for `text`."""
    return prefix + str(int(hashlib.sha256(text.encode()).hexdigest(), 16))[:24]


def _beijing(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC).astimezone(BEIJING)


def _yuan(fen: int) -> str:
    sign, whole = ("-" if fen < 0 else ""), abs(fen)
    return f"{sign}{whole // 100}.{whole % 100:02d}"
