"""Alipay's bills: asked for, downloaded as a ZIP of GBK tables, read row by row.

https://opendocs.alipay.com/open/028woc. They have no hash of their own: all that can be checked is that a ZIP is whole.
`trade` has payments and refunds. Transfers to people stand in the account's log alone (`signcustomer`), beside all that
`trade` tells: of it only they are read.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import date
from typing import IO
from urllib.parse import urlsplit

from chalicelib.kernel.errors import Unavailable
from chalicelib.processors import alipay_wire, mainland, wire
from chalicelib.processors.model import Secret, StatementLine

FIRST_HEADING, FIRST_OF_LOG = "支付宝交易号", "账务流水号"
_SUMS = "汇总"
_END, _END_OF_LARGER = b"PK\x05\x06", b"PK\x06\x07"
_LONGEST_END, _LONGEST_LIST = 65_557, 65_536
"""What stands at the end of a ZIP at most, and of a bill's ZIP its list of files."""
_NOTHING_HAPPENED = "isp.bill_not_exist"


def lines(url: str, secret: Secret, day: date) -> Iterator[StatementLine]:
    """Days are Beijing's; yesterday's bills are there at nine in the morning. Raises Unavailable."""
    yield from _bill(url, secret, {"bill_type": "trade", "bill_date": str(day)}, FIRST_HEADING, _line)
    yield from _bill(url, secret, {"bill_type": "signcustomer", "bill_date": str(day)}, FIRST_OF_LOG, _sent)


def _bill(
    url: str,
    secret: Secret,
    wish: dict[str, str],
    first_heading: str,
    read: Callable[[dict[str, str]], StatementLine | None],
) -> Iterator[StatementLine]:
    try:
        address = _offered(url, secret, wish)
        if address is None:
            return
        with wire.downloaded(address, {}) as kept, _opened(kept) as bills:
            (table,) = [one for one in bills.infolist() if _SUMS not in _readable(one.filename)]
            if table.file_size > wire.MOST_BYTES:
                raise wire.TooLarge
            with bills.open(table) as bill:
                for row in mainland.rows(wire.lines(io.TextIOWrapper(bill, encoding="gbk")), first_heading):
                    if line := read(row):
                        yield line
    except (wire.NoAnswer, zipfile.BadZipFile, zlib.error, KeyError, ValueError) as problem:
        raise Unavailable from problem


def _offered(url: str, secret: Secret, wish: dict[str, str]) -> str | None:
    """Where the bill is; None if nothing happened on that day."""
    answer = alipay_wire.ask(url, secret, "alipay.data.dataservice.bill.downloadurl.query", wish)
    if str(answer.get("sub_code", "")).lower() == _NOTHING_HAPPENED:
        return None
    address = str(answer["bill_download_url"])
    ours = urlsplit(url)
    if urlsplit(address).scheme != "https" and urlsplit(address)[:2] != ours[:2]:
        raise ValueError("a bill from elsewhere")
    return address


def _opened(kept: IO[bytes]) -> zipfile.ZipFile:
    """Raises BadZipFile before a list of more files than any bill has is read."""
    size = kept.seek(0, io.SEEK_END)
    kept.seek(max(0, size - _LONGEST_END))
    end = kept.read()
    place = end.rfind(_END)
    told = int.from_bytes(end[place + 12 : place + 16], "little")
    if place < 0 or told > _LONGEST_LIST or _END_OF_LARGER in end:
        raise zipfile.BadZipFile
    return zipfile.ZipFile(kept)


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


def _sent(row: dict[str, str]) -> StatementLine | None:
    """A transfer that we asked for, or its coming back; None for all other money."""
    payout_id = mainland.sent(row["商户订单号"])
    if not payout_id:
        return None
    came, went = (row[name].removeprefix("+") or "0" for name in ("收入金额(+元)", "支出金额(-元)"))
    return StatementLine(
        our_id=payout_id,
        reference=row["业务流水号"],
        kind="payout",
        amount=mainland.fen(came) - abs(mainland.fen(went)),
        fee=0,
        currency=mainland.CURRENCY,
        at=mainland.moment(row["发生时间"]),
    )
