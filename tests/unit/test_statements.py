"""Statements of every form: what is read is exact, what cannot be read is told with its line, nothing else is lost."""

from __future__ import annotations

import io
import tracemalloc
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel import ids, money
from chalicelib.settlement import statements
from chalicelib.settlement.model_reconciliation import Closing, Form, Read, StatementLine, Unreadable, minor

TOP_UP = ids.derived("top", "1")
FORMS: tuple[Form, ...] = ("csv", "mt940", "camt053", "sandbox", "stripe", "wechat", "alipay")
OWN = "our_id,reference,kind,amount,fee,currency,booked_at\n"
WECHAT_COLUMNS = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,"
    "微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注\n"
)
WECHAT_SUMS = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额\n"
ALIPAY_COLUMNS = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,"
    "支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,"
    "退款批次号/请求号,服务费（元）,分润（元）,备注\r\n"
)


def read(form: Form, text: str | bytes, encoding: str = "utf-8") -> list[Read]:
    raw = text.encode(encoding) if isinstance(text, str) else text
    return list(statements.read(form, io.BytesIO(raw)))


def the_line(found: list[Read]) -> StatementLine:
    (line,) = [one for one in found if isinstance(one, StatementLine)]
    return line


def facts(line: StatementLine) -> tuple[object, ...]:
    return (line.our_id, line.reference, line.kind, line.amount, line.fee, line.currency, line.booked_at, line.number)


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


def test_our_own_form() -> None:
    found = read("csv", OWN + f'{TOP_UP},"ch,1",top-up,1250,8,CNY,2026-11-22T08:00:00.000000Z\n')
    assert facts(the_line(found)) == (TOP_UP, "ch,1", "top-up", 1250, 8, "CNY", at(2026, 11, 22, 8), 2)


def test_the_sandbox_banks_lines() -> None:
    told = '{"our_id":"%s","reference":"pm_1","kind":"reversal","amount":-5,"fee":0,'
    told += '"currency":"USD","booked_at":"2026-11-22T08:00:00Z"}\n'
    assert facts(the_line(read("sandbox", "\n" + told % TOP_UP)))[:6] == (TOP_UP, "pm_1", "reversal", -5, 0, "USD")
    (float_is_none,) = read("sandbox", told.replace("-5", "-5.0") % TOP_UP)
    assert float_is_none == Unreadable(1, "form")


def test_stripes_report_and_what_its_dashboard_exports() -> None:
    report = (
        "balance_transaction_id,created_utc,currency,gross,fee,net,reporting_category,source_id,payment_metadata[topup_id]\n"
        f'"txn_1","2026-11-22 08:00:00","eur","12.50","0.44","12.06","charge","ch_1","{TOP_UP}"\n'
        '"txn_2","2026-11-22 09:00:00","jpy","-1250","0","-1250","payout","po_1",""\n'
    )
    top_up, payout = read("stripe", report)
    assert isinstance(top_up, StatementLine) and isinstance(payout, StatementLine)
    assert facts(top_up) == (TOP_UP, "ch_1", "top-up", 1250, 44, "EUR", at(2026, 11, 22, 8), 2)
    assert facts(payout)[:6] == ("", "po_1", "payout", -1250, 0, "JPY")
    exported = (
        "id,Type,Source,Amount,Fee,Net,Currency,Created (UTC),Available On (UTC),Description,topup_id (metadata)\n"
        f"txn_1,refund,re_1,-3.20,0.00,-3.20,usd,2026-11-22 08:00,2026-11-22 08:00,,{TOP_UP}\n"
    )
    assert facts(the_line(read("stripe", exported)))[:6] == (TOP_UP, "re_1", "reversal", -320, 0, "USD")


def wechat(state: str, order: str, refund: str, told: int = 1) -> str:
    row = [
        "2026-11-22 00:30:00", "wx1", "19000001", "0", "", "4200001", TOP_UP, "o1", "JSAPI", state, "OTHERS", "CNY",
        order, "0.00", "5030001", "r1", refund, "0.00", "", "", "充值,钱包", "", "0.06000", "0.60%", order, refund, "",
    ]  # fmt: skip
    body = ",".join("`" + cell for cell in row) + "\r\n"
    return "\ufeff" + WECHAT_COLUMNS + body + WECHAT_SUMS + f"`{told},`0.00,`0.00,`0.00,`0.00,`0.00,`0.00\r\n"


def test_wechats_trade_bill_with_its_backticks_and_the_time_of_china() -> None:
    top_up = the_line(read("wechat", wechat("SUCCESS", "12.50", "0.00")))
    assert facts(top_up) == (TOP_UP, "4200001", "top-up", 1250, 6, "CNY", at(2026, 11, 21, 16, 30), 2)
    refund = the_line(read("wechat", wechat("REFUND", "0.00", "3.20")))
    assert facts(refund)[:4] == (TOP_UP, "5030001", "reversal", -320)


def test_a_wechat_bill_that_was_cut_off_says_so() -> None:
    assert read("wechat", wechat("SUCCESS", "12.50", "0.00", told=2))[-1] == Unreadable(4, "cut-off")
    assert read("wechat", wechat("SUCCESS", "12.50", "0.00").partition("总")[0])[-1] == Unreadable(2, "cut-off")


def alipay(kind: str, amount: str, batch: str = " ") -> str:
    row = [
        "2026112222001 ", f"{TOP_UP} ", kind, "充值", "2026-11-22 16:00:00", "2026-11-22 16:00:05", "", "", "", "",
        "**佳", amount, amount, "0.00", "0.00", "0.00", "0.00", "0.00", "", "0.00", "0.00", batch, "-0.08", "0.00", "",
    ]  # fmt: skip
    return (
        "#支付宝业务明细查询\r\n#账号：[2088]\r\n" + ALIPAY_COLUMNS + ",".join(row) + "\r\n#---业务明细列表结束---\r\n"
    )


def test_alipays_bill_in_gbk() -> None:
    top_up = the_line(read("alipay", alipay("交易", "12.50"), "gbk"))
    assert facts(top_up) == (TOP_UP, "2026112222001", "top-up", 1250, 8, "CNY", at(2026, 11, 22, 8, 0, 5), 4)
    refund = the_line(read("alipay", alipay("退款", "-3.20", "r1"), "gbk"))
    assert facts(refund)[1:4] == ("r1", "reversal", -320)


SENT = ids.derived("wdr", "1")
FLOWS = (
    "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额（元）,账户结余（元）,"
    "资金变更提交申请人,备注,业务凭证号\r\n"
)
LOG = (
    "账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,"
    "交易渠道,业务类型,备注\r\n"
)


def flow(voucher: str, direction: str, amount: str = "7.00") -> str:
    cells = ["2026-11-22 16:00:00", "1330001", "1900001", "商家转账", "商家转账", direction, amount]
    return "`" + ",`".join([*cells, "0.00", "system", "a,b", voucher]) + "\r\n"


def test_of_wechats_bill_of_all_money_transfers_alone_are_read() -> None:
    rows = flow(TOP_UP, "收入") + flow("REF4200", "支出") + flow(SENT.replace("_", ""), "支出")
    rows += flow(SENT.replace("_", ""), "收入")
    sums = "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额\r\n`4.0,`2.0,`14.00,`2.0,`14.00\r\n"
    whole = "\ufeff" + FLOWS + rows + sums
    went, came = read("wechat", whole)
    assert facts(went) == (SENT, "1330001", "payout", -700, 0, "CNY", at(2026, 11, 22, 8), 4)  # type: ignore[arg-type]
    assert facts(came)[3:5] == (700, 0)  # type: ignore[arg-type]
    assert read("wechat", whole.replace("`4.0", "`5.0"))[-1] == Unreadable(7, "cut-off")


def test_of_alipays_log_of_the_account_transfers_alone_are_read() -> None:
    rows = "".join(
        f"20261,2026112,{ours}\t,Coffer,2026-11-22 16:00:00,2088,{came},{went},0.00,支付宝,转账,\r\n"
        for ours, came, went in ((TOP_UP, "12.50", ""), (TOP_UP, "", "-1.00"), (SENT, "", "-7.00"), (SENT, "+7.00", ""))
    )
    went, came = read("alipay", "#支付宝账务明细查询\r\n" + LOG + rows, "gbk")
    assert facts(went) == (SENT, "2026112", "payout", -700, 0, "CNY", at(2026, 11, 22, 8), 5)  # type: ignore[arg-type]
    assert facts(came)[3:5] == (700, 0)  # type: ignore[arg-type]


MT940 = f"""{{1:F01BANKDEFFAXXX}}{{4:
:20:STARTUMS
:25:12345678/0001
:28C:00001/001
:60F:C261121EUR1000,00
:61:2611221122CR250,5NTRFNONREF//B1
/supplementary
:86:166?00GUTSCHRIFT?20EREF+po_1?21KREF+x
:61:2701010102D0,05NCHGFEE-7
:86:fee
:61:261122RC200,00NTRFREF-3
:86:back {TOP_UP.upper()}
:62F:C261122EUR1050,45
-}}
"""


def test_mt940() -> None:
    found = read("mt940", MT940)
    first, fee, back, closing = found
    assert facts(first) == ("", "po_1", "other", 25_050, 0, "EUR", at(2026, 11, 22), 6)  # type: ignore[arg-type]
    assert facts(fee)[1:] == ("FEE-7", "other", -5, 0, "EUR", at(2027, 1, 2), 9)  # type: ignore[arg-type]
    assert facts(back)[:4] == (TOP_UP, "REF-3", "other", -20_000)  # type: ignore[arg-type]
    assert closing == Closing("EUR", 105_045, 13, "12345678/0001")
    assert {one.account for one in found if isinstance(one, StatementLine)} == {"12345678/0001"}


def test_an_entry_booked_across_the_new_year_is_of_its_own_year() -> None:
    text = MT940.replace(":61:2611221122CR", ":61:2612310102CR").replace(":61:2701010102D", ":61:2701021231D")
    first, second = [one for one in read("mt940", text) if isinstance(one, StatementLine)][:2]
    assert (first.booked_at, second.booked_at) == (at(2027, 1, 2), at(2026, 12, 31))


def test_an_mt940_that_was_cut_off_or_does_not_add_up_says_so_and_its_lines_count() -> None:
    short = read("mt940", MT940.partition(":62F:")[0])
    assert short[-1] == Unreadable(12, "cut-off") and len(short) == 4
    assert Unreadable(13, "balance") in read("mt940", MT940.replace("D0,05", "D0,06"))
    broken = read("mt940", MT940.replace("D0,05N", "D0.05N"))
    assert [one for one in broken if isinstance(one, Unreadable)] == [Unreadable(9, "form")]
    assert len(broken) == 4


def camt(entries: str) -> str:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">9</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">1050.45</Amt><CdtDbtInd>DBIT</CdtDbtInd></Bal>
{entries}
</Stmt></BkToCstmrStmt></Document>"""


def entry(amount: str, details: str, state: str = "BOOK", side: str = "CRDT") -> str:
    return f"""<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts>{state}</Sts>
<BookgDt><Dt>2026-11-22</Dt></BookgDt><AcctSvcrRef>A1</AcctSvcrRef><NtryDtls>{details}</NtryDtls></Ntry>"""


def detail(end_to_end: str, amount: str = "") -> str:
    told = f'<Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>' if amount else ""
    remittance = f"<RmtInf><Ustrd>for {TOP_UP}</Ustrd></RmtInf>"
    return f"<TxDtls><Refs><EndToEndId>{end_to_end}</EndToEndId></Refs>{told}{remittance}</TxDtls>"


def test_camt053() -> None:
    closing, first, fee = read("camt053", camt(entry("250.5", detail("po_1")) + entry("0.05", "", side="DBIT")))
    assert closing == Closing("EUR", -105_045, 4)
    assert facts(first)[:7] == (TOP_UP, "po_1", "other", 25_050, 0, "EUR", at(2026, 11, 22))  # type: ignore[arg-type]
    assert facts(fee)[:4] == ("", "A1", "other", -5)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "name", ["<IBAN>DE89370400440532013000</IBAN>", "<Othr><Id>DE89370400440532013000</Id></Othr>"]
)
def test_camt053_names_the_account_of_each_line_and_balance(name: str) -> None:
    named = camt(entry("250.5", detail("po_1"))).replace("<Stmt>", f"<Stmt><Acct><Id>{name}</Id></Acct>")
    unnamed = named.replace("</Stmt>", "</Stmt><Stmt>" + entry("1", detail("po_2")) + "</Stmt>")
    found = [one.account for one in read("camt053", unnamed) if not isinstance(one, Unreadable)]
    assert found == ["DE89370400440532013000", "DE89370400440532013000", ""]


def test_a_collective_entry_is_its_details_if_they_add_up_to_it() -> None:
    both = detail("po_1", "1.00") + detail("po_2", "2.00")
    amounts = [one.amount for one in read("camt053", camt(entry("3.00", both))) if isinstance(one, StatementLine)]
    assert amounts == [100, 200]
    assert the_line(read("camt053", camt(entry("3.01", both)))).amount == 301


def test_an_entry_that_is_not_booked_yet_is_none() -> None:
    assert [type(one) for one in read("camt053", camt(entry("1.00", detail("x"), "PDNG")))] == [Closing]


def test_a_document_type_is_refused_before_any_entity_can_grow() -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Document>&b;</Document>'
    assert read("camt053", bomb) == [Unreadable(1, "doctype")]


def test_xml_that_breaks_off_keeps_what_came_before() -> None:
    found = read("camt053", camt(entry("1.00", detail("x")) + "<Ntry>").partition("</Stmt>")[0])
    assert [type(one) for one in found] == [Closing, StatementLine, Unreadable]


def test_a_line_that_cannot_be_read_is_told_and_the_rest_goes_on() -> None:
    good = f"{TOP_UP},ch_1,top-up,1250,8,CNY,2026-11-22T08:00:00Z\n"
    bad = {
        good.replace("1250", "12.50"): "amount",
        good.replace("1250", "1e3"): "amount",
        good.replace("1250", "99999999999"): "amount",
        good.replace("CNY", "XXX"): "currency",
        good.replace("2026-11-22", "yesterday"): "time",
        good.replace("ch_1", "c" * 65): "reference",
        good.replace("ch_1", "a,b"): "columns",
        '"' + good: "form",
        "x" * 20_000 + "\n": "form",
    }
    found = read("csv", OWN + good.join(["", *bad, ""]))
    assert [one.reason for one in found if isinstance(one, Unreadable)] == list(bad.values())
    assert sum(isinstance(one, StatementLine) for one in found) == len(bad) + 1
    assert read("csv", (OWN + good).encode() + b"\xff\xfe,\n")[-1] == Unreadable(3, "form")
    assert read("csv", "our_id,amount\n1,2\n") == [Unreadable(1, "no column reference")]


@given(st.integers(-(10**12), 10**12), st.sampled_from(sorted(money.EXPONENTS)))
def test_a_decimal_is_read_exactly(amount: int, currency: str) -> None:
    exponent = money.EXPONENTS[currency]
    whole, part = divmod(abs(amount), 10**exponent)
    written = ("-" if amount < 0 else "") + str(whole) + (f".{part:0{exponent}d}" if exponent else "")
    assert minor(written, currency) == amount
    assert minor(written + ("0" if exponent else ".0"), currency) == amount
    with pytest.raises(ValueError, match="amount"):
        minor(written + ("1" if exponent else ".1"), currency)


@pytest.mark.parametrize("form", FORMS)
@given(st.binary(max_size=400))
def test_nothing_in_a_file_raises(form: Form, raw: bytes) -> None:
    read(form, raw)


@pytest.mark.parametrize("form", FORMS)
@given(st.data())
def test_no_damage_to_a_true_file_raises(form: Form, data: st.DataObject) -> None:
    true = {
        "csv": OWN + f"{TOP_UP},ch_1,top-up,1250,8,CNY,2026-11-22T08:00:00Z\n",
        "mt940": MT940,
        "camt053": camt(entry("1.00", detail("x", "1.00") * 2)),
        "sandbox": '{"our_id":"","reference":"","kind":"","amount":1,"fee":0,"currency":"CNY","booked_at":"2026"}\n',
        "stripe": "id,Type,Source,Amount,Fee,Currency,Created (UTC)\nt,charge,c,1.00,0.1,eur,2026-11-22 08:00\n",
        "wechat": wechat("SUCCESS", "12.50", "0.00"),
        "alipay": alipay("交易", "12.50"),
    }[form].encode("gbk" if form == "alipay" else "utf-8")
    place = data.draw(st.integers(0, len(true)))
    read(form, true[:place] + data.draw(st.binary(max_size=3)) + true[place + data.draw(st.integers(0, 3)) :])


class Endless(io.RawIOBase):
    """The same line so many times, made as it is read."""

    def __init__(self, head: bytes, line: bytes, times: int) -> None:
        self._parts = iter([head, *[line * 100] * (times // 100)])

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        part = next(self._parts, b"")
        buffer[: len(part)] = part
        return len(part)


@pytest.mark.parametrize(
    ("form", "head", "line"),
    [
        ("csv", OWN, f"{TOP_UP},ch_1,top-up,1250,8,CNY,2026-11-22T08:00:00Z\n"),
        ("mt940", ":60F:C261121EUR1000,00\n", ":61:2611221122CR250,5NTRFNONREF//B1\n:86:EREF+po_1\n"),
        ("camt053", camt("").partition("</Stmt>")[0], entry("1.00", detail("x"))),
    ],
)
def test_a_long_file_takes_no_more_memory_than_a_short_one(form: Form, head: str, line: str) -> None:
    def peak(times: int) -> int:
        file = io.BufferedReader(Endless(head.encode(), line.encode(), times), 1 << 17)
        tracemalloc.start()
        counted = sum(isinstance(one, StatementLine) for one in statements.read(form, file))
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert counted == times
        return most

    peak(100)
    assert peak(5_000) < peak(1_000) * 1.5
