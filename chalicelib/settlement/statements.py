"""Statements, read a line at a time in constant memory. What cannot be read is told with its number; the rest goes on.

| form | whose | amounts |
|---|---|---|
| `csv` | our own: a header, then one line each | minor units |
| `sandbox` | the sandbox bank: JSON lines with the same names | minor units |
| `stripe` | balance transactions, as its reports or its dashboard export them | decimal |
| `wechat` | trade bill or bill of all money: a backtick before every value, two lines of sums at the end | decimal |
| `alipay` | business details or the account's log: GBK, comments begin with # | decimal |
| `mt940`, `camt053` | banks (`statements_bank`) | decimal |
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from typing import BinaryIO

import msgspec

from chalicelib.kernel import clock, money
from chalicelib.processors import mainland, model
from chalicelib.settlement import statements_bank
from chalicelib.settlement.model_reconciliation import Form, Read, StatementLine, Unreadable, cut, known, minor, moment
from chalicelib.settlement.statements_bank import lines

Row = Mapping[str, str]
Make = Callable[[Row, int], StatementLine | None]
_CHINA = timedelta(hours=8)
_OURS = ("our_id", "reference", "kind", "amount", "fee", "currency", "booked_at")
_INTEGER = re.compile(r"-?\d{1,15}")
_STRIPE_KINDS = {
    "charge": "top-up",
    "payment": "top-up",
    "refund": "reversal",
    "payment_refund": "reversal",
    "dispute": "reversal",
    "payment_reversal": "reversal",
    "payout": "payout",
    "fee": "fee",
    "stripe_fee": "fee",
}
"""https://docs.stripe.com/reports/reporting-categories"""


class _Told(msgspec.Struct, frozen=True):
    """A line of the sandbox bank's."""

    our_id: str
    reference: str
    kind: str
    amount: int
    fee: int
    currency: str
    booked_at: str


def read(form: Form, file: BinaryIO) -> Iterator[Read]:
    """Never raises for what stands in `file`."""
    return _READERS[form](file)


def written(lines: Iterable[model.StatementLine]) -> Iterator[bytes]:
    """A file in our own form, row by row, its columns first. All text is quoted: none looks like a comment."""
    row = csv.writer(_Row(), quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n").writerow
    yield row(_OURS)
    for one in lines:
        at = clock.written(one.at)
        yield row((one.our_id, one.reference, one.kind, one.amount, one.fee, one.currency, at))


class _Row:
    """What a csv writer writes to: it gives back what it was given."""

    def write(self, text: str) -> bytes:
        return text.encode()


def _own(file: BinaryIO) -> Iterator[Read]:
    return _records(file, "utf-8", _OURS, _own_line)


def _own_line(row: Row, number: int) -> StatementLine:
    return _line(row["our_id"], row["reference"], row["kind"], (_integer(row["amount"]), _integer(row["fee"])),
                 row["currency"], row["booked_at"], number)  # fmt: skip


def _sandbox(file: BinaryIO) -> Iterator[Read]:
    decode = msgspec.json.Decoder(_Told).decode
    for number, raw in lines(file):
        if raw is not None and not raw.strip():
            continue
        try:
            told = decode(raw or b"")
            yield _line(told.our_id, told.reference, told.kind, (told.amount, told.fee), told.currency, told.booked_at,
                        number)  # fmt: skip
        except msgspec.MsgspecError:
            yield Unreadable(number, "form")
        except ValueError as wrong:
            yield Unreadable(number, str(wrong))


def _stripe(file: BinaryIO) -> Iterator[Read]:
    return _records(file, "utf-8", (), _stripe_line)


def _stripe_line(row: Row, number: int) -> StatementLine:
    """Columns as the reports name them, or as the dashboard does."""
    currency = known(_first(row, "currency", "Currency"))
    amounts = minor(_first(row, "gross", "Amount"), currency), minor(_first(row, "fee", "Fee") or "0", currency)
    kind = _STRIPE_KINDS.get(_first(row, "reporting_category", "Type"), "other")
    ours = _first(row, "payment_metadata[topup_id]", "topup_id (metadata)") if kind in ("top-up", "reversal") else ""
    reference = _first(row, "source_id", "Source", "balance_transaction_id", "id")
    booked_at = moment(_first(row, "created_utc", "Created (UTC)"))
    return StatementLine(cut(ours), cut(reference), kind, *amounts, currency, booked_at, number)


def _wechat(file: BinaryIO) -> Iterator[Read]:
    """The sums at the end say how many lines there are: fewer were read if the file was cut off or a line lost."""
    columns: list[str] = []
    counted = told = at = 0
    ended = False
    for at, raw in lines(file):
        cells = _cells(raw, "utf-8", "`")
        if cells is None:
            yield Unreadable(at, "form")
        elif not columns:
            columns = _narrow(cells)
        elif cells[0].startswith(("总交易单数", "资金流水总笔数")):
            ended = True
        elif ended:
            whole = cells[0].removesuffix(".0")
            told = int(whole) if whole.isdecimal() else -1
        elif cells != [""]:
            counted += 1
            make = _wechat_flow if columns[0] == "记账时间" else _wechat_line
            if made := _made(make, columns, cells, at):
                yield made
    if told != counted:
        yield Unreadable(at, "cut-off")


def _wechat_line(row: Row, number: int) -> StatementLine:
    """https://pay.weixin.qq.com/docs/merchant/products/bill-download/format-trade.html"""
    currency = known(row["货币种类"])
    fee, booked_at = minor(row["手续费"], currency), moment(row["交易时间"], _CHINA)
    if row["交易状态"] == "SUCCESS":
        amount = minor(_first(row, "订单金额", "应结订单金额"), currency)
        return StatementLine(
            cut(row["商户订单号"]), cut(row["微信订单号"]), "top-up", amount, fee, currency, booked_at, number
        )
    amount = -minor(_first(row, "申请退款金额", "退款金额"), currency)
    return StatementLine(
        cut(row["商户订单号"]), cut(row["微信退款单号"]), "reversal", amount, fee, currency, booked_at, number
    )


def _wechat_flow(row: Row, number: int) -> StatementLine | None:
    """A transfer of ours or its coming back. All other money in this bill is told by the trade bill."""
    if not (ours := mainland.sent(row["业务凭证号"])):
        return None
    amount, booked_at = minor(row["收支金额(元)"], "CNY"), moment(row["记账时间"], _CHINA)
    signed = amount if row["收支类型"] == "收入" else -amount
    return StatementLine(ours, cut(row["微信支付业务单号"]), "payout", signed, 0, "CNY", booked_at, number)


def _alipay(file: BinaryIO) -> Iterator[Read]:
    return _records(file, "gb18030", ("商户订单号", "业务类型"), _alipay_line)


def _alipay_line(row: Row, number: int) -> StatementLine | None:
    """https://opendocs.alipay.com/open/02awf9 : amounts in yuan, times of China, what they keep below zero."""
    if "账务流水号" in row:
        return _alipay_flow(row, number)
    amount, fee = minor(row["订单金额(元)"], "CNY"), -minor(row["服务费(元)"] or "0", "CNY")
    booked_at, ours = moment(row["完成时间"] or row["创建时间"], _CHINA), cut(row["商户订单号"])
    if row["业务类型"] == "交易":
        return StatementLine(ours, cut(row["支付宝交易号"]), "top-up", amount, fee, "CNY", booked_at, number)
    kind = "reversal" if row["业务类型"] == "退款" else "other"
    reference = cut(_first(row, "退款批次号/请求号", "支付宝交易号"))
    return StatementLine(ours, reference, kind, -abs(amount), fee, "CNY", booked_at, number)


def _alipay_flow(row: Row, number: int) -> StatementLine | None:
    """A transfer of ours or its coming back. All other money in the account's log is told by the business details."""
    if not (ours := mainland.sent(row["商户订单号"])):
        return None
    came, went = (row[name].removeprefix("+") or "0" for name in ("收入金额(+元)", "支出金额(-元)"))
    amount, booked_at = minor(came, "CNY") - abs(minor(went, "CNY")), moment(row["发生时间"], _CHINA)
    return StatementLine(ours, cut(row["业务流水号"]), "payout", amount, 0, "CNY", booked_at, number)


def _records(file: BinaryIO, encoding: str, needed: tuple[str, ...], make: Make) -> Iterator[Read]:
    columns: list[str] = []
    for number, raw in lines(file):
        cells = _cells(raw, encoding)
        if cells is None:
            yield Unreadable(number, "form")
        elif cells == [""] or (raw or b"").lstrip().startswith(b"#"):
            continue
        elif not columns:
            columns = _narrow(cells)
            if missing := [name for name in needed if name not in columns]:
                yield Unreadable(number, f"no column {missing[0]}")
                return
        elif made := _made(make, columns, cells, number):
            yield made


def _narrow(names: list[str]) -> list[str]:
    return [name.replace("（", "(").replace("）", ")") for name in names]


def _made(make: Make, columns: list[str], cells: list[str], number: int) -> Read | None:
    """None for what is told elsewhere."""
    if len(cells) != len(columns):
        return Unreadable(number, "columns")
    try:
        return make(dict(zip(columns, cells, strict=True)), number)
    except KeyError as missing:
        return Unreadable(number, f"no column {missing.args[0]}")
    except ValueError as wrong:
        return Unreadable(number, str(wrong))


def _cells(raw: bytes | None, encoding: str, mark: str = "") -> list[str] | None:
    """Of one line, RFC 4180, without the spaces around them; `mark` stands before every value. None: not readable."""
    if raw is None:
        return None
    try:
        text = raw.decode(encoding).lstrip("\ufeff").rstrip("\r\n")
        if mark and text.startswith(mark):
            found = text[1:].split("," + mark)
        elif '"' in text:
            found = next(csv.reader([text], strict=True))
        else:
            found = text.split(",")
    except (UnicodeDecodeError, csv.Error, StopIteration):
        return None
    return [cell.strip() for cell in found]


def _line(
    ours: str, reference: str, kind: str, amounts: tuple[int, int], currency: str, booked_at: str, number: int
) -> StatementLine:
    if abs(amounts[0]) > money.MAX_AMOUNT:
        raise ValueError("amount")
    return StatementLine(cut(ours), cut(reference), cut(kind, 20), *amounts, known(currency), moment(booked_at), number)


def _integer(written: str) -> int:
    if not _INTEGER.fullmatch(written):
        raise ValueError("amount")
    return int(written)


def _first(row: Row, *names: str) -> str:
    """What stands in the first of these columns that is there and not empty. KeyError if none is there."""
    there = [row[name] for name in names if name in row]
    if not there and not names[0].startswith("payment_metadata"):
        raise KeyError(names[0])
    return next((text for text in there if text), "")


_READERS: Mapping[Form, Callable[[BinaryIO], Iterator[Read]]] = {
    "csv": _own,
    "sandbox": _sandbox,
    "stripe": _stripe,
    "wechat": _wechat,
    "alipay": _alipay,
    "mt940": statements_bank.mt940,
    "camt053": statements_bank.camt053,
}
