"""WeChat Pay's bills: asked for, downloaded, held to their SHA-1, then read row by row.

https://pay.weixin.qq.com/doc/v3/merchant/4012791887. The trade bill has payments and refunds. Transfers to people stand
in the bill of all money alone, beside all that the trade bill tells: of it only they are read.
https://pay.weixin.qq.com/docs/merchant/products/bill-download/format-fundflow.html
"""

from __future__ import annotations

import hashlib
import hmac
import io
from collections.abc import Callable, Iterator
from datetime import date
from typing import IO

import msgspec

from chalicelib.kernel.errors import Unavailable
from chalicelib.processors import mainland, wechatpay_wire, wire
from chalicelib.processors.model import Secret, StatementLine

FIRST_HEADING, FIRST_OF_FLOWS = "交易时间", "记账时间"
_ACCOUNTS = ("BASIC", "OPERATION")
"""Transfers are paid out of either, by what the merchant has agreed with them."""
_NOTHING_HAPPENED = "NO_STATEMENT_EXIST"
_PIECE_BYTES = 1 << 16


class _Offer(msgspec.Struct):
    hash_value: str
    download_url: str
    hash_type: str = "SHA1"


def lines(url: str, secret: Secret, day: date) -> Iterator[StatementLine]:
    """Days are Beijing's; yesterday's bills are there at ten in the morning. Raises Unavailable."""
    yield from _bill(url, secret, f"/v3/bill/tradebill?bill_date={day}&bill_type=ALL", FIRST_HEADING, _line)
    for account in _ACCOUNTS:
        path = f"/v3/bill/fundflowbill?bill_date={day}&account_type={account}"
        yield from _bill(url, secret, path, FIRST_OF_FLOWS, _sent)


def _bill(
    url: str, secret: Secret, bill: str, first_heading: str, read: Callable[[dict[str, str]], StatementLine | None]
) -> Iterator[StatementLine]:
    try:
        offer = _offered(url, secret, bill)
        if offer is None:
            return
        path = offer.download_url.removeprefix(url)
        with wire.downloaded(offer.download_url, wechatpay_wire.authorized(secret, "GET", path)) as kept:
            _check(kept, offer.hash_value)
            for row in mainland.rows(wire.lines(io.TextIOWrapper(kept, encoding="utf-8")), first_heading):
                if line := read(row):
                    yield line
    except (wire.NoAnswer, msgspec.ValidationError, KeyError, ValueError) as problem:
        raise Unavailable from problem


def _offered(url: str, secret: Secret, bill: str) -> _Offer | None:
    """Where the bill is; None if nothing happened on that day."""
    status, answer = wechatpay_wire.ask(url, secret, "GET", bill)
    if answer.get("code") == _NOTHING_HAPPENED:
        return None
    if status != 200:
        raise wire.NoAnswer
    offer = msgspec.convert(answer, _Offer)
    if not offer.download_url.startswith(f"{url}/") or offer.hash_type != "SHA1":
        raise ValueError("a bill from elsewhere")
    return offer


def _check(bill: IO[bytes], expected: str) -> None:
    """Their hash tells whether all of it came; that they said it is signed."""
    found = hashlib.sha1(usedforsecurity=False)
    while piece := bill.read(_PIECE_BYTES):
        found.update(piece)
    if not hmac.compare_digest(found.hexdigest(), expected.lower()):
        raise ValueError("not the bill that was offered")
    bill.seek(0)


def _line(row: dict[str, str]) -> StatementLine | None:
    """None for what moved nothing."""
    refunded = row["交易状态"] == "REFUND"
    if not refunded and row["交易状态"] != "SUCCESS":
        return None
    amount = -mainland.fen(row["申请退款金额"]) if refunded else mainland.fen(row["订单金额"])
    return StatementLine(
        our_id=row["商户订单号"],
        reference=row["微信退款单号" if refunded else "微信订单号"],
        kind="reversal" if refunded else "top-up",
        amount=amount,
        fee=mainland.fen(row["手续费"]),
        currency=row["货币种类"],
        at=mainland.moment(row["交易时间"]),
    )


def _sent(row: dict[str, str]) -> StatementLine | None:
    """A transfer that we asked for, or its coming back; None for all other money."""
    payout_id = mainland.sent(row["业务凭证号"])
    if not payout_id:
        return None
    amount = mainland.fen(row["收支金额(元)"])
    return StatementLine(
        our_id=payout_id,
        reference=row["微信支付业务单号"],
        kind="payout",
        amount=amount if row["收支类型"] == "收入" else -amount,
        fee=0,
        currency=mainland.CURRENCY,
        at=mainland.moment(row["记账时间"]),
    )
