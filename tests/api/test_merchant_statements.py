"""A month of a merchant's account: it adds up, and reads the same as JSON, CSV and PDF, in both languages."""

from __future__ import annotations

import csv
import io
import re

import pytest

from chalicelib.kernel import pdf
from chalicelib.kernel.pdf import Text
from tests.api.away_kit import paid_to
from tests.api.caller import Reply
from tests.api.paper_kit import texts_of
from tests.api.test_adjustments import decide, propose
from tests.api.test_reconciliation import colleague
from tests.api.world import World

pytestmark = pytest.mark.many_requests


def statement(world: World, query: str = "", month: str = "2026-11", language: str = "en") -> Reply:
    till = world.shop.till
    return till.get(f"/v1/merchants/{world.shop.id}/statements/{month}{query}", accept_language=language)


def sold(world: World) -> None:
    ana = world.customer(10_000)
    paid = ana.pay(10_000).json["id"]
    world.deliver()
    world.shop.act(paid, "refunds", {"amount": 700})
    world.deliver()


def test_what_a_month_began_with_and_each_movement_add_up_to_what_it_ended_with(world: World) -> None:
    sold(world)
    paid_to(world)
    found = statement(world).json
    assert [one["kind"] for one in found["entries"]] == ["settlement", "settlement", "settlement", "payout"]
    assert found["opening"] + sum(one["amount"] for one in found["entries"]) == found["closing"]
    assert found["gross"] - found["fees"] - found["paid_out"] == found["closing"] - found["opening"]
    assert (found["gross"], found["fees"]) == (10_000 - 700 + 100, 61)


def test_the_sums_add_up_though_somebody_put_the_account_right(world: World) -> None:
    sold(world)
    for direction, amount in (("credit", 250), ("debit", 40)):
        proposed = propose(colleague(world), world.shop.account, direction=direction, amount=amount)
        assert decide(colleague(world), proposed.json["id"]).status == 201
    found = statement(world).json
    assert found["corrected"] == 210
    sums = found["opening"] + found["gross"] - found["fees"] - found["paid_out"] + found["corrected"]
    assert sums == found["closing"]
    assert {"Corrections", "¥2.10"} <= set(texts_of(statement(world, "?format=pdf").raw))


def test_the_csv_has_every_movement_of_the_json(world: World) -> None:
    sold(world)
    reply = statement(world, "?format=csv")
    names, *rows = csv.reader(io.StringIO(reply.raw.decode()))
    assert reply.headers["content-type"] == "text/csv; charset=utf-8"
    shown = [[str(one[name]) for name in names] for one in statement(world).json["entries"]]
    assert rows == shown and len(rows) == 2


@pytest.mark.parametrize(("language", "title"), [("en", "Statement of 2026-11"), ("zh-CN", "2026-11 对账单")])
def test_the_pdf_says_the_sums_in_the_readers_language(world: World, language: str, title: str) -> None:
    sold(world)
    reply = statement(world, "?format=pdf", language=language)
    assert reply.headers["content-type"] == "application/pdf"
    texts = texts_of(reply.raw)
    assert title in texts
    assert {"¥93.00", "-¥0.60", "¥92.40"} <= set(texts)


def test_every_object_of_a_pdf_is_where_its_table_says() -> None:
    found = pdf.document("Statement 对账单", [[(40, [Text(40, f"page {number}")])] for number in range(3)])
    places = [int(one) for one in re.findall(rb"(?m)^(\d{10}) 00000 n ", found)]
    for number, place in enumerate(places, 1):
        assert found[place:].startswith(f"{number} 0 obj\n".encode())
    start = int(re.findall(rb"startxref\n(\d+)", found)[0])
    assert found[start:].startswith(f"xref\n0 {len(places) + 1}\n".encode())
    for length, stream in re.findall(rb"<< /Length (\d+) >>\nstream\n(.*?)\nendstream", found, re.DOTALL):
        assert int(length) == len(stream)
    assert b"/Count 3" in found


def test_a_key_without_reports_a_month_to_come_and_another_form_are_refused(world: World) -> None:
    key = world.operator.post(f"/v1/merchants/{world.shop.id}/keys", {"scopes": ["payments"]}).json["key"]
    path = f"/v1/merchants/{world.shop.id}/statements/2026-11"
    assert world.nobody.bearing(key).get(path).status == 403
    assert statement(world, month="2027-01").status == 422
    assert statement(world, "?format=docx").status == 422
