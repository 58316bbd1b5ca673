"""Reconciling, the whole way: top-ups through the API, statements imported by operators, cases for what differs."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from typing import Any

import pytest

import app
from chalicelib import cloud
from chalicelib.ledger import chart, folding, history
from chalicelib.settings import settings
from chalicelib.settlement import model_reports
from tests.api.caller import Caller, Reply, assert_problem
from tests.api.world import Person, World, cheap_passwords
from tests.conftest import FrozenClock
from tests.people import appointed, in_office

pytestmark = pytest.mark.many_requests

HEADER = "our_id,reference,kind,amount,fee,currency,booked_at\n"
DAY, NEXT = "2026-11-22", "2026-11-23"


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


def colleague(world: World, role: str = "finance") -> Caller:
    """An operator who is on duty now."""
    welcome = world._sign_up("CN")
    appointed(world.nobody, welcome, role, "correct horse battery staple")
    return world.nobody.bearing(in_office(welcome["user"]["id"], world.clock.now()))


def topped_up(world: World, person: Person, amount: int, processor: str = "sandbox") -> str:
    """The top-up's id, its entry folded."""
    world.put_in(person, amount, processor)
    world.deliver()
    world.clock.advance(1)
    return str(history.entries(person.wallet, None, 1)[0]["movement"])


def line(our_id: str, amount: int, day: str = DAY, hour: int = 8, **told: Any) -> str:
    facts = {"reference": f"ch_{our_id[-6:]}", "kind": "top-up", "fee": 3, "currency": "CNY"} | told
    booked_at = f"{day}T{hour:02d}:00:00Z"
    cells = (our_id, facts["reference"], facts["kind"], amount, facts["fee"], facts["currency"], booked_at)
    return ",".join(map(str, cells)) + "\n"


def imported(by: Caller, text: str, day: str = DAY, **told: Any) -> Reply:
    raw = text.encode()
    wish = {
        "side": "processor",
        "name": "sandbox",
        "form": "csv",
        "day": day,
        "sha256": hashlib.sha256(raw).hexdigest(),
        "bytes": len(raw),
        "content": base64.b64encode(raw).decode(),
    }
    return by.post("/v1/reconciliations/statements", wish | told)


def reconciled(world: World, by: Caller | None = None, day: str = DAY) -> dict[str, Any]:
    event = {"version": "0", "account": "1", "region": "eu-west-1", "detail": {}, "detail-type": "", "source": ""}
    app.reconcile(event | {"time": "", "id": "1", "resources": []}, None)
    reply = (by or colleague(world)).get(f"/v1/reconciliations/{day}")
    assert reply.status == 200, reply.raw
    report: dict[str, Any] = reply.json
    return report


def ask_again(world: World, by: Caller, day: str = DAY) -> Reply:
    world.clock.advance(1)
    return by.post("/v1/reconciliations", {"day": day})


def book(report: dict[str, Any], name: str = "sandbox") -> dict[str, Any]:
    (found,) = [one for one in report["books"] if one["name"] == name]
    return dict(found)


def cases(by: Caller, kind: str = "reconciliation-difference") -> list[dict[str, Any]]:
    return [one for one in by.get("/v1/cases?limit=100").json["data"] if one["kind"] == kind]


def tomorrow(world: World, hour: int = 7) -> Caller:
    """The next day has come; whoever works then is on duty."""
    at = world.clock.now()
    world.clock.advance((at.replace(hour=hour, minute=0) + timedelta(days=1) - at).total_seconds())
    return colleague(world)


def test_what_agrees_is_told_in_count_and_sum_and_opens_nothing(world: World) -> None:
    ana = world.customer()
    first, second = topped_up(world, ana, 1_250), topped_up(world, ana, 500)
    desk = tomorrow(world)
    assert imported(desk, HEADER + line(second, 500) + line(first, 1_250)).status == 201
    report = reconciled(world, desk)
    sandbox = book(report)
    assert sandbox["expected"] == sandbox["statement"] == {"count": 2, "amount": 1_750}
    assert (sandbox["outcomes"], sandbox["fees"], sandbox["unexplained"]) == (
        {"matched": {"count": 2, "amount": 1_750}},
        6,
        0,
    )
    assert (report["differences"], report["status"]) == (0, "done")
    assert cases(desk) == []


def test_each_difference_opens_one_case_with_an_owner_and_a_clock_however_often_it_is_found(world: World) -> None:
    ana = world.customer()
    over, under, gone, crossed, twice, late = (topped_up(world, ana, amount) for amount in range(1_001, 1_007))
    desk = tomorrow(world)
    text = HEADER + line(over, 1_011) + line(under, 1_000) + line(crossed, 1_004, currency="HKD")
    text += line(twice, 1_005) * 2 + line(late, 1_006, hour=20) + line("top_unheard_of", 99) + "not,a line\n"
    imported(desk, text)
    report = reconciled(world, desk)
    found = desk.get(f"/v1/reconciliations/{DAY}/differences?limit=100").json["data"]
    outcomes = sorted((one["outcome"], one["expected"], one["stated"]) for one in found)
    assert outcomes == [
        ("duplicate", None, 1_005),
        ("late", 1_006, 1_006),
        ("missing_here", None, 99),
        ("missing_there", 1_003, None),
        ("over", 1_001, 1_011),
        ("under", 1_002, 1_000),
        ("wrong_currency", 1_004, 1_004),
    ]  # fmt: skip
    assert gone in {one["our_id"] for one in found}
    assert report["unreadable"] == [
        {"sha256": hashlib.sha256(text.encode()).hexdigest(), "line": 9, "reason": "columns"}
    ]
    assert all(one["unexplained"] == 0 for one in report["books"]) and report["agrees"] is False
    opened = cases(desk)
    assert len(opened) == 7 and {one["id"] for one in opened} == {one["case_id"] for one in found}
    me = desk.get("/v1/reconciliations/statements?day=" + DAY).json["data"][0]["imported_by"]
    assert {one["owner"] for one in opened} == {me}
    assert {one["due_at"][:10] for one in opened} == {"2026-11-24"}
    assert len(cases(desk, "statement-unreadable")) == 1
    again = ask_again(world, desk)
    assert (again.status, again.json["status"]) == (202, "asked")
    assert reconciled(world, desk)["differences"] == report["differences"]
    assert len(cases(desk)) == 7


def test_a_file_imported_twice_is_imported_once(world: World) -> None:
    topped_up(world, world.customer(), 500)
    desk = tomorrow(world)
    first, second = imported(desk, HEADER), imported(desk, HEADER)
    assert (first.status, second.status) == (201, 200)
    assert second.json["imported_at"] == first.json["imported_at"]
    assert len(desk.get("/v1/reconciliations/statements?day=" + DAY).json["data"]) == 1


def test_what_comes_after_beijings_midnight_waits_for_the_next_bill(world: World) -> None:
    ana = world.customer()
    at = world.clock.now()
    world.clock.advance((at.replace(hour=16, minute=30) - at).total_seconds())
    top_up = topped_up(world, ana, 500, "wechatpay")
    desk = tomorrow(world)
    imported(desk, HEADER, name="wechatpay")
    report = reconciled(world, desk)
    assert (book(report, "wechatpay")["outcomes"]["waiting"]["count"], report["differences"]) == (1, 0)
    desk = tomorrow(world)
    imported(desk, HEADER + line(top_up, 500, DAY, hour=16), day=NEXT, name="wechatpay")
    assert book(reconciled(world, desk, NEXT), "wechatpay")["outcomes"] == {"matched": {"count": 1, "amount": 500}}
    assert cases(desk) == []


def test_what_is_missing_beyond_the_bound_finds_its_other_all_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_reports, "MOST_DIFFERENCES", 1)
    ana = world.customer()
    top_ups = [topped_up(world, ana, 500) for _ in range(3)]
    desk = tomorrow(world)
    imported(desk, HEADER)
    assert book(reconciled(world, desk))["outcomes"]["missing_there"]["count"] == 3
    desk = tomorrow(world)
    imported(desk, HEADER + "".join(line(top_up, 500, NEXT) for top_up in top_ups), day=NEXT)
    assert book(reconciled(world, desk, NEXT))["outcomes"] == {"late": {"count": 3, "amount": 0}}


def test_a_processor_with_neither_lines_nor_a_statement_is_not_asked_for_one(world: World) -> None:
    topped_up(world, world.customer(), 500)
    desk = tomorrow(world)
    report = reconciled(world, desk)
    assert report["missing"] == ["sandbox", "banks"]
    assert {one["name"] for one in report["books"]} == {"sandbox"}


def test_a_large_file_goes_to_a_link_that_takes_nothing_else_and_counts_once_it_is_there(world: World) -> None:
    top_up = topped_up(world, world.customer(), 500)
    desk = tomorrow(world)
    raw = (HEADER + line(top_up, 500)).encode()
    reply = imported(desk, raw.decode(), content=None)
    link, headers = reply.json["upload_url"], reply.json["upload_headers"]
    assert "x-amz-checksum-sha256" in link.lower() or headers
    assert base64.b64decode(headers["x-amz-checksum-sha256"]).hex() == reply.json["sha256"]
    assert reconciled(world, desk)["missing"] == ["sandbox", "banks"]
    place = {"Bucket": settings().statements_bucket, "Key": "statements/" + reply.json["sha256"]}
    cloud.client("s3").put_object(**place, Body=raw)
    ask_again(world, desk)
    assert book(reconciled(world, desk))["outcomes"]["matched"]["count"] == 1
    assert [one["subject"] for one in cases(desk, "statement-missing")] == ["banks"]
    cloud.client("s3").put_object(**place, Body=raw + b"\n")
    ask_again(world, desk)
    assert reconciled(world, desk)["unreadable"][0]["reason"] == "not-what-was-imported"


def test_without_a_statement_nothing_is_missing_but_the_statement(world: World) -> None:
    topped_up(world, world.customer(), 500)
    desk = tomorrow(world)
    report = reconciled(world, desk)
    assert report["missing"] == ["sandbox", "banks"]
    assert (book(report)["stated"], book(report)["outcomes"]) == (False, {})
    asked = {(case["subject"], case["facts"]["day"]) for case in cases(desk, "statement-missing")}
    assert asked == {("sandbox", DAY), ("banks", DAY)}
    assert cases(desk) == []


def test_a_line_that_comes_a_day_late_closes_its_case_and_says_why(world: World) -> None:
    ana = world.customer()
    top_up = topped_up(world, ana, 500)
    desk = tomorrow(world)
    imported(desk, HEADER)
    reconciled(world, desk)
    (case,) = cases(desk)
    assert case["facts"]["outcome"] == "missing_there"
    desk = tomorrow(world)
    imported(desk, HEADER + line(top_up, 500, NEXT), day=NEXT)
    report = reconciled(world, desk, NEXT)
    assert book(report)["outcomes"] == {"late": {"count": 1, "amount": 0}}
    assert book(report)["unexplained"] == 0
    closed = desk.get(f"/v1/cases/{case['id']}").json
    assert (closed["state"], closed["closed_as"]) == ("resolved", "late")
    (told,) = desk.get(f"/v1/reconciliations/{DAY}/differences").json["data"]
    assert (told["outcome"], told["closed_as"]) == ("missing_there", "late")
    ask_again(world, desk, NEXT)
    assert book(reconciled(world, desk, NEXT))["outcomes"] == {"late": {"count": 1, "amount": 0}}
    assert cases(desk) == []


def test_what_straddles_midnight_waits_for_the_next_statement_and_matches(world: World) -> None:
    ana = world.customer()
    world.clock.advance(timedelta(hours=15, minutes=59).total_seconds())
    top_up = topped_up(world, ana, 500)
    desk = tomorrow(world)
    imported(desk, HEADER)
    report = reconciled(world, desk)
    assert (book(report)["outcomes"]["waiting"]["count"], report["differences"], cases(desk)) == (1, 0, [])
    desk = tomorrow(world)
    imported(desk, HEADER + line(top_up, 500, NEXT, hour=0), day=NEXT)
    assert book(reconciled(world, desk, NEXT))["outcomes"] == {"matched": {"count": 1, "amount": 500}}
    assert cases(desk) == []


def test_a_payout_is_expected_at_the_bank_until_it_has_come(world: World) -> None:
    ana = world.customer()
    top_up = topped_up(world, ana, 2_000)
    desk = tomorrow(world)
    imported(desk, HEADER + line(top_up, 2_000) + line("", -1_500, kind="payout", reference="po_1", hour=20))
    imported(desk, bank("22", "", 500), side="bank", name="dbank", form="mt940")
    report = reconciled(world, desk)
    assert book(report, "banks")["outcomes"] == {"waiting": {"count": 1, "amount": -1_500}}
    assert report["safeguarding"] == [
        {"currency": "CNY", "owed": 2_000, "at_banks": 500, "in_transit": 1_500, "shortfall": 0, "covered": True}
    ]
    desk = tomorrow(world)
    arrived = ":61:2611231123C15,00NTRFNONREF//B7\n:86:?20EREF+po_1\n"
    imported(desk, bank("23", arrived, 2_000), NEXT, side="bank", name="dbank", form="mt940")
    report = reconciled(world, desk, NEXT)
    assert book(report, "banks")["outcomes"] == {"matched": {"count": 1, "amount": 1_500}}
    assert report["safeguarding"][0]["covered"] is True and cases(desk) == []


def test_a_day_on_which_all_three_books_agree_says_so(world: World) -> None:
    top_up = topped_up(world, world.customer(), 500)
    desk = tomorrow(world)
    imported(desk, HEADER + line(top_up, 500))
    imported(desk, bank("22", "", 500), side="bank", name="dbank", form="mt940")
    report = reconciled(world, desk)
    assert (report["agrees"], report["missing"], report["safeguarding"][0]["covered"]) == (True, [], True)
    (listed,) = desk.get("/v1/reconciliations").json["data"]
    assert listed == report


def bank(day: str, entries: str, closing: int) -> str:
    opening = closing - (1_500 if entries else 0)
    amounts = [f"{amount // 100},{amount % 100:02d}" for amount in (opening, closing)]
    return f":20:X\n:60F:C2611{day}CNY{amounts[0]}\n{entries}:62F:C2611{day}CNY{amounts[1]}\n-\n"


def test_a_shortfall_pages_at_once_and_opens_a_case(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    topped_up(world, world.customer(), 2_000)
    desk = tomorrow(world)
    imported(desk, bank("22", "", 1_999), side="bank", name="dbank", form="mt940")
    report = reconciled(world, desk)
    assert (report["safeguarding"][0]["shortfall"], report["safeguarding"][0]["covered"]) == (1, False)
    assert "SafeguardingShortfall" in capsys.readouterr().out
    (case,) = cases(desk, "safeguarding-shortfall")
    assert case["facts"]["shortfall"] == 1


def test_clearing_agrees_to_the_cent_and_a_total_that_was_changed_is_found(world: World) -> None:
    ana = world.customer()
    topped_up(world, ana, 2_000)
    desk = tomorrow(world)
    (first,) = reconciled(world, desk)["clearing"]
    assert (first["ledger"], first["lines"], first["difference"]) == (2_000, 2_000, 0)
    topped_up(world, ana, 500)
    desk = tomorrow(world)
    (second,) = reconciled(world, desk, NEXT)["clearing"]
    assert (second["ledger"], second["lines"], second["difference"]) == (2_500, 2_500, 0)
    folding.fold([{"id": "ent_00000000000000000000000001", "postings": {chart.clearing("sandbox", "CNY"): -1}}])
    ask_again(world, desk, NEXT)
    (third,) = reconciled(world, desk, NEXT)["clearing"]
    assert third["difference"] == 1 and len(cases(desk, "clearing-disagrees")) == 1


def test_yesterday_is_reconciled_by_itself_from_six_on_and_once(world: World) -> None:
    desk = tomorrow(world, hour=5)
    event: dict[str, Any] = {
        "version": "0", "account": "1", "region": "eu-west-1", "detail": {}, "detail-type": "", "source": "",
        "time": "", "id": "1", "resources": [],
    }  # fmt: skip
    assert app.reconcile(event, None) == 0
    world.clock.advance(3_600)
    assert [app.reconcile(event, None) for _ in range(2)] == [1, 0]
    desk = colleague(world)
    assert [one["day"] for one in desk.get("/v1/reconciliations").json["data"]] == [DAY]


def test_a_day_that_is_not_over_a_wrong_hash_and_a_form_of_the_other_side_are_refused(world: World) -> None:
    desk = colleague(world)
    assert_problem(imported(desk, HEADER), 422, "invalid-request", "day")
    assert_problem(desk.post("/v1/reconciliations", {"day": "2026-11-31"}), 422, "invalid-request", "day")
    desk = tomorrow(world)
    assert_problem(imported(desk, HEADER, sha256="0" * 64), 422, "invalid-request", "sha256")
    assert_problem(imported(desk, HEADER, content="%"), 422, "invalid-request", "content")
    assert_problem(imported(desk, HEADER, bytes=1), 422, "invalid-request", "bytes")
    assert_problem(imported(desk, HEADER, form="mt940"), 422, "invalid-request", "form")
    assert_problem(desk.get("/v1/reconciliations/2026-11-01"), 404, "not-found")


def test_a_file_that_differs_in_everything_opens_one_case_more_than_the_bound(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_reports, "MOST_DIFFERENCES", 3)
    desk = tomorrow(world)
    imported(desk, HEADER + "".join(line(f"top_{number}", 5) for number in range(9)))
    report = reconciled(world, desk)
    assert (report["differences"], len(cases(desk)), len(cases(desk, "reconciliation-overflow"))) == (9, 3, 1)
