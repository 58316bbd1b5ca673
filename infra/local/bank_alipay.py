"""A small Alipay: the gateway's calls that Coffer makes, RSA2 both ways, as it documents them.

https://opendocs.alipay.com/open/270/105899
"""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

from infra.local import mainland_keys
from infra.local.bank_book import Message, Payment
from infra.local.bank_payouts import Payout
from infra.local.bank_sent import Sent

if TYPE_CHECKING:
    from infra.local.bank import Bank

GATEWAY, BILLS = "/gateway.do", "/downloadBillFile.resource"
BEIJING = timezone(timedelta(hours=8))
Keys = Mapping[str, Any]
_DONE = {"code": "10000", "msg": "Success"}
_HEADING = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,"
    "商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,"
    "卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
)
_LOG = (
    "账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,"
    "交易渠道,业务类型,备注"
)


def answer(bank: Bank, method: str, target: str, headers: Mapping[str, str], raw: bytes) -> Sent | None:
    """None if `target` is not Alipay's."""
    parts, keys = urlsplit(target), bank.post.keys.alipay
    if keys is None or parts.path not in (GATEWAY, BILLS):
        return None
    if parts.path == BILLS:
        query = parse_qs(parts.query)
        bill, day = query["billType"][0], query["bizDates"][0]
        return Sent(200, {"Content-Type": "application/zip"}, _archive(bill, _booked(bank, bill, day)))
    form = dict(parse_qsl(raw.decode(), keep_blank_values=True))
    call = form.get("method", "")
    if not _proved(keys, form):
        return _signed(keys, "error", _no("isv.invalid-signature"))
    route = CALLS.get(call)
    wish = json.loads(form["biz_content"])
    told = route(bank, keys, wish) if route else _no("isv.invalid-method")
    return _signed(keys, call, told)


def notice(message: Message, at: int) -> bytes:
    """A webhook without its time and signature."""
    payment, reversed_ = message.payment, message.kind == "reversed"
    closed = message.kind == "failed" or payment.reversed_total == payment.amount
    told = {
        "notify_id": message.id[4:],
        "notify_type": "trade_status_sync",
        "charset": "utf-8",
        "version": "1.0",
        "app_id": payment.metadata.get("app_id", ""),
        "seller_id": payment.merchant,
        "out_trade_no": payment.asked_as,
        "trade_no": payment.id,
        "trade_status": "TRADE_CLOSED" if closed else "TRADE_SUCCESS",
        "total_amount": _yuan(payment.amount),
        "subject": "Coffer",
        "gmt_create": _beijing(payment.created or at),
    }
    refund = {
        "refund_fee": _yuan(payment.reversed_total),
        "out_biz_no": message.refund_id,
        "gmt_refund": _beijing(at) + ".000",
    }
    return urlencode(told | (refund if reversed_ else {})).encode()


def sealed(keys: Keys, plain: bytes, at: int) -> tuple[bytes, dict[str, str]]:
    """A notice as it goes over the wire at Unix time `at`."""
    told = dict(parse_qsl(plain.decode(), keep_blank_values=True)) | {"notify_time": _beijing(at)}
    text = "&".join(f"{name}={value}" for name, value in sorted(told.items()))
    body = urlencode(told | {"sign_type": "RSA2", "sign": _signature(keys, text.encode())}).encode()
    return body, {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}


def _signed(keys: Keys, call: str, told: Mapping[str, Any]) -> Sent:
    said = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    name = call.replace(".", "_") + "_response"
    whole = f'{{"{name}":{said},"sign":"{_signature(keys, said.encode())}"}}'
    return Sent(200, {"Content-Type": "text/html;charset=utf-8"}, whole.encode())


def _precreate(bank: Bank, keys: Keys, wish: dict[str, Any]) -> dict[str, Any]:
    asked = Payment(
        id=_number(wish["out_trade_no"]),
        dialect="alipay",
        asked_as=wish["out_trade_no"],
        amount=_fen(wish["total_amount"]),
        currency="CNY",
        metadata={"app_id": keys["app_id"]},
        merchant=keys["seller_id"],
    )
    payment = bank.ask(asked, confirm=True)
    if payment.status == "failed":
        return _no("ACQ.BUYER_ENABLE_STATUS_FORBID")
    if payment.status == "succeeded":
        return _no("ACQ.TRADE_HAS_SUCCESS")
    return {**_DONE, "out_trade_no": payment.asked_as, "qr_code": f"https://qr.alipay.com/bax{payment.id[-12:]}"}


def _query(bank: Bank, keys: Keys, wish: dict[str, Any]) -> dict[str, Any]:
    payment = bank.book.find(wish.get("out_trade_no") or wish["trade_no"])
    if payment is None:
        return _no("ACQ.TRADE_NOT_EXIST")
    return _DONE | trade_view(payment)


def trade_view(payment: Payment) -> dict[str, Any]:
    view = {
        "out_trade_no": payment.asked_as,
        "trade_no": payment.id,
        "total_amount": _yuan(payment.amount),
        "trade_status": "WAIT_BUYER_PAY",
    }
    if payment.status == "failed":
        return view | {"trade_status": "TRADE_CLOSED"}
    if payment.status == "succeeded":
        closed = payment.reversed_total == payment.amount
        status = "TRADE_CLOSED" if closed else "TRADE_SUCCESS"
        return view | {"trade_status": status, "send_pay_date": _beijing(payment.created)}
    return view


def _refund(bank: Bank, keys: Keys, wish: dict[str, Any]) -> dict[str, Any]:
    payment = bank.refund(wish["trade_no"], wish["out_request_no"], _fen(wish["refund_amount"]))
    if payment is None:
        return _no("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL")
    about = {"trade_no": payment.id, "out_trade_no": payment.asked_as, "fund_change": "Y"}
    return _DONE | about | {"refund_fee": _yuan(payment.reversed_total)}


def _query_refund(bank: Bank, keys: Keys, wish: dict[str, Any]) -> dict[str, Any]:
    payment = bank.book.find(wish["trade_no"])
    if payment is None:
        return _no("TRADE_NOT_EXIST")
    part = payment.refunds.get(wish["out_request_no"])
    if part is None:
        return {**_DONE}
    return {
        **_DONE,
        "trade_no": payment.id,
        "out_trade_no": payment.asked_as,
        "out_request_no": wish["out_request_no"],
        "total_amount": _yuan(payment.amount),
        "refund_amount": _yuan(part),
        "refund_status": "REFUND_SUCCESS",
    }


def _transfer(bank: Bank, keys: Keys, wish: dict[str, Any]) -> dict[str, Any]:
    payout = bank.pay_out(
        Payout(
            id=_number(wish["out_biz_no"]),
            dialect="alipay",
            asked_as=wish["out_biz_no"],
            destination=wish["payee_info"]["identity"],
            amount=_fen(wish["trans_amount"]),
            currency="CNY",
            merchant=keys["seller_id"],
        )
    )
    if payout.status == "failed":
        return _no("PAYEE_ACC_OCUPIED")
    return {**_DONE, "out_biz_no": payout.asked_as, "order_id": payout.id, "status": _transfer_status(payout)}


def _query_transfer(bank: Bank, keys: Keys, wish: dict[str, Any]) -> dict[str, Any]:
    payout = bank.payouts.find(wish["out_biz_no"])
    if payout is None:
        return _no("ORDER_NOT_EXIST")
    view = {
        "out_biz_no": payout.asked_as,
        "order_id": payout.id,
        "status": _transfer_status(payout),
        "trans_amount": _yuan(payout.amount),
    }
    return _DONE | view | ({"error_code": payout.reason.upper()} if payout.reason else {})


def _transfer_status(payout: Payout) -> str:
    return {"pending": "DEALING", "succeeded": "SUCCESS", "failed": "FAIL"}[payout.status]


def _offer_bill(bank: Bank, keys: Keys, wish: dict[str, Any]) -> dict[str, Any]:
    bill, day = wish["bill_type"], wish["bill_date"]
    if not _booked(bank, bill, day):
        return _no("isp.bill_not_exist")
    return {**_DONE, "bill_download_url": f"{bank.url}{BILLS}?billType={bill}&bizDates={day}"}


CALLS: dict[str, Callable[[Bank, Keys, dict[str, Any]], dict[str, Any]]] = {
    "alipay.trade.precreate": _precreate,
    "alipay.trade.query": _query,
    "alipay.trade.refund": _refund,
    "alipay.trade.fastpay.refund.query": _query_refund,
    "alipay.fund.trans.uni.transfer": _transfer,
    "alipay.fund.trans.common.query": _query_transfer,
    "alipay.data.dataservice.bill.downloadurl.query": _offer_bill,
}


def _booked(bank: Bank, bill: str, day: str) -> list[dict[str, Any]]:
    """The account's log has all money, the trade bill payments and refunds."""
    start = int(datetime.fromisoformat(day).replace(tzinfo=BEIJING).timestamp())
    lines = bank.book.booked("alipay", start, start + 86_400)
    return [line for line in lines if bill == "signcustomer" or line["kind"] != "payout"]


def _archive(bill: str, lines: list[dict[str, Any]]) -> bytes:
    """Two tables in GBK, whose names are GBK as well and do not say so."""
    what, heading, row = ("账务明细", _LOG, _log_row) if bill == "signcustomer" else ("业务明细", _HEADING, _row)
    rows = [f"#支付宝{what}查询", heading, *(",".join(row(line)) for line in lines), f"#---{what}列表结束---"]
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in ((what, "\r\n".join(rows)), (f"{what}(汇总)", "#汇总")):
            archive.writestr(f"20881021_{name}.csv".encode("gbk").decode("cp437"), text.encode("gbk"))
    return kept.getvalue()


def _log_row(line: dict[str, Any]) -> list[str]:
    sent, amount = line["kind"] == "payout", line["amount"]
    kind = "转账" if sent else "交易退款" if line["kind"] == "reversal" else "在线支付"
    money = [_yuan(amount) if amount > 0 else "", _yuan(amount) if amount < 0 else "", "0.00"]
    number = _number(f"{line['payment']}{kind}{amount}")
    row = [number, line["payment"], line["our_id"], "Coffer", _beijing(line["at"]), "2088102122524333", *money]
    return [f"{cell}\t" for cell in (*row, "支付宝", kind, "")]


def _row(line: dict[str, Any]) -> list[str]:
    refund = line["kind"] == "reversal"
    own = {
        "支付宝交易号": line["payment"],
        "商户订单号": line["our_id"],
        "业务类型": "退款" if refund else "交易",
        "商品名称": "Coffer",
        "创建时间": _beijing(line["at"]),
        "完成时间": _beijing(line["at"]),
        "订单金额（元）": _yuan(line["amount"]),
        "退款批次号/请求号": line["reference"] if refund else "",
        "服务费（元）": _yuan(-line["fee"]),
        "分润（元）": "0.00",
    }
    return [own.get(name, "") + "\t" for name in _HEADING.split(",")]


def _no(sub_code: str) -> dict[str, Any]:
    return {"code": "40004", "msg": "Business Failed", "sub_code": sub_code, "sub_msg": sub_code}


def _proved(keys: Keys, form: Mapping[str, str]) -> bool:
    given = {name: text for name, text in form.items() if name != "sign" and text}
    text = "&".join(f"{name}={value}" for name, value in sorted(given.items()))
    key: Any = serialization.load_pem_public_key(keys["merchant_key"].encode())
    try:
        key.verify(base64.b64decode(form.get("sign", "")), text.encode(), PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError):
        return False
    return form.get("app_id") == keys["app_id"] and form.get("sign_type") == "RSA2"


def _signature(keys: Keys, text: bytes) -> str:
    key = mainland_keys.private_key(keys["private_key"])
    return base64.b64encode(key.sign(text, PKCS1v15(), hashes.SHA256())).decode()


def _number(text: str) -> str:
    return "2026" + "".join(str(byte % 10) for byte in base64.b32encode(text.encode()))[-24:]


def _beijing(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def _fen(yuan: str) -> int:
    whole, _, part = yuan.partition(".")
    return int(whole) * 100 + int(part.ljust(2, "0"))


def _yuan(fen: int) -> str:
    sign, whole = ("-" if fen < 0 else ""), abs(fen)
    return f"{sign}{whole // 100}.{whole % 100:02d}"
