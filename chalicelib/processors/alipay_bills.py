"""Alipay's trade bill: asked for, downloaded as a ZIP of GBK tables, read row by row.

https://opendocs.alipay.com/open/028woc. It has no hash of its own: that it is a whole ZIP is all that can be checked.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date
from urllib.parse import urlsplit

from chalicelib.kernel.errors import Unavailable
from chalicelib.processors import alipay_wire, mainland, wire
from chalicelib.processors.model import Secret, StatementLine

FIRST_HEADING = "支付宝交易号"
_SUMS = "汇总"
_NOTHING_HAPPENED = "isp.bill_not_exist"


def lines(url: str, secret: Secret, day: date) -> Iterator[StatementLine]:
    """Days are Beijing's; yesterday's bill is there at nine in the morning. Raises Unavailable."""
    try:
        address = _offered(url, secret, day)
        if address is None:
            return
        with wire.downloaded(address, {}) as kept, zipfile.ZipFile(kept) as bills:
            (name,) = [name for name in bills.namelist() if _SUMS not in _readable(name)]
            with bills.open(name) as bill:
                for row in mainland.rows(io.TextIOWrapper(bill, encoding="gbk"), FIRST_HEADING):
                    yield _line(row)
    except (wire.NoAnswer, zipfile.BadZipFile, zlib.error, KeyError, ValueError) as problem:
        raise Unavailable from problem


def _offered(url: str, secret: Secret, day: date) -> str | None:
    """Where the bill is; None if nothing happened on that day."""
    wish = {"bill_type": "trade", "bill_date": str(day)}
    answer = alipay_wire.ask(url, secret, "alipay.data.dataservice.bill.downloadurl.query", wish)
    if str(answer.get("sub_code", "")).lower() == _NOTHING_HAPPENED:
        return None
    address = str(answer["bill_download_url"])
    ours = urlsplit(url)
    if urlsplit(address).scheme != "https" and urlsplit(address)[:2] != ours[:2]:
        raise ValueError("a bill from elsewhere")
    return address


def _readable(name: str) -> str:
    """Names in these archives are GBK without saying so."""
    try:
        return name.encode("cp437").decode("gbk")
    except UnicodeError:
        return name


def _line(row: dict[str, str]) -> StatementLine:
    """A refund has no number of its own here: it is told apart by ours for it."""
    refunded, amount = row["业务类型"] == "退款", mainland.fen(row["订单金额(元)"])
    return StatementLine(
        our_id=row["商户订单号"],
        reference=row["退款批次号/请求号" if refunded else FIRST_HEADING],
        kind="reversal" if refunded else "top-up",
        amount=-abs(amount) if refunded else amount,
        fee=-mainland.fen(row["服务费(元)"] or "0"),
        currency=mainland.CURRENCY,
        at=mainland.moment(row["完成时间"]),
    )
