"""WeChat Pay's trade bill: asked for, downloaded, held to its SHA-1, then read row by row.

https://pay.weixin.qq.com/doc/v3/merchant/4012791887
"""

from __future__ import annotations

import hashlib
import hmac
import io
from collections.abc import Iterator
from datetime import date
from typing import IO

import msgspec

from chalicelib.kernel.errors import Unavailable
from chalicelib.processors import mainland, wechatpay_wire, wire
from chalicelib.processors.model import Secret, StatementLine

FIRST_HEADING = "交易时间"
_NOTHING_HAPPENED = "NO_STATEMENT_EXIST"
_PIECE_BYTES = 1 << 16


class _Offer(msgspec.Struct):
    hash_value: str
    download_url: str
    hash_type: str = "SHA1"


def lines(url: str, secret: Secret, day: date) -> Iterator[StatementLine]:
    """Days are Beijing's; yesterday's bill is there at ten in the morning. Raises Unavailable."""
    try:
        offer = _offered(url, secret, day)
        if offer is None:
            return
        path = offer.download_url.removeprefix(url)
        with wire.downloaded(offer.download_url, wechatpay_wire.authorized(secret, "GET", path)) as bill:
            _check(bill, offer.hash_value)
            for row in mainland.rows(io.TextIOWrapper(bill, encoding="utf-8"), FIRST_HEADING):
                if line := _line(row):
                    yield line
    except (wire.NoAnswer, msgspec.ValidationError, KeyError, ValueError) as problem:
        raise Unavailable from problem


def _offered(url: str, secret: Secret, day: date) -> _Offer | None:
    """Where the bill is; None if nothing happened on that day."""
    status, answer = wechatpay_wire.ask(url, secret, "GET", f"/v3/bill/tradebill?bill_date={day}&bill_type=ALL")
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
