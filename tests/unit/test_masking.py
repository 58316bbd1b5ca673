"""Contacts in what people type beside a payment: found however they are written, and nothing else is."""

from __future__ import annotations

import pytest

from chalicelib.kernel.masking import without_contacts


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("ask ann@example.com please", "ask *** please"),
        ("Ann.O'Neil+tea@mail.example.co.uk!", "***!"),
        ("ａｎｎ＠ｅｘａｍｐｌｅ．ｃｏｍ", "***"),
        ("请联系ann@example.com谢谢", "请联系***谢谢"),
        ("联系：张三@例子.中国。", "联系：***。"),
        ("a@b.cn,c@d.cn", "***,***"),
        ("+8613800138000", "***"),
        ("call +86 138-0013-8000 now", "call *** now"),
        ("+49 (30) 901820", "***"),
        ("0049 30 901820", "***"),
        ("13800138000", "***"),
        ("微信同号13800138000谢谢", "微信同号***谢谢"),
        ("138 0013 8000", "***"),
        ("138-0013-8000", "***"),
        ("1 3 8 0 0 1 3 8 0 0 0", "***"),
        ("138\u200b0013\u200b8000", "***"),
        ("８６－１３８００１３８０００", "***"),
        ("١٣٨٠٠١٣٨٠٠٠", "***"),
        ("010-62781234", "***"),
        ("07911 123456", "***"),
        ("(415) 555-2671", "(***"),
        ("ann@example.com 13800138000", "*** ***"),
    ],
)
def test_an_address_or_a_number_is_taken_out(typed: str, kept: str) -> None:
    assert without_contacts(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "tea for two",
        "晚餐 AA，谢谢！",
        "2026-11-22 13:00, table 12",
        "order 20261122-0001",
        "invoice 0000123456",
        "1,250.00 of 3,000",
        "me @ home",
        "lunch@12.30",
        "1380013800",
        "138001380001",
        "v1.2.3",
    ],
)
def test_what_is_neither_stays_as_it_was(typed: str) -> None:
    assert without_contacts(typed) == typed
