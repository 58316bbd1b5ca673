"""The console's reports: asked from lists, drawn and tabled to the unit, followed to the entries, saved and sent."""

from __future__ import annotations

import csv
import io
import json
import re
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, Page, expect

from chalicelib.kernel import money
from infra.local.client import Client
from tests.browser import kit, purse, reports_kit
from tests.browser.console_kit import REFUSED, console, heading, token_of

AMOUNTS = (1_250, 990, 4_300)
WORDS = {
    "en": {
        "reports": "Reports", "ask": "A report of your own", "entries": "What it counts", "payment": "Payment",
        "save": "Saved", "funnel": "From sign-up to fifth payment", "one currency": "choose one currency",
    },
    "zh": {
        "reports": "报表", "ask": "自定义报表", "entries": "明细", "payment": "付款",
        "save": "已保存", "funnel": "从注册到第五次付款", "one currency": "选择一种货币",
    },
}  # fmt: skip
LANGUAGES = pytest.mark.parametrize("language", sorted(WORDS))


def operator(local: dict[str, Any], visit: kit.Visit) -> Client:
    return Client(local["api"]).bearing(token_of(visit))


def add(page: Page, part: str, choice: str) -> None:
    """`choice`: the value that the list has for it."""
    page.locator(f"#{part}").select_option(choice)
    page.locator(f"[data-add={part}]").click()


def ask(page: Page) -> None:
    page.locator(".builder form > button").click()


def question_in(page: Page) -> dict[str, Any]:
    """What stands in the address."""
    query = parse_qs(str(page.evaluate("location.hash")).partition("?")[2])
    found: dict[str, Any] = {name: value for name, value in json.loads(query["q"][0]).items() if value is not None}
    return found


def rows(page: Page) -> Any:
    return page.locator(".answer tbody tr")


@LANGUAGES
def test_a_question_chosen_from_lists_is_drawn_and_tabled_as_the_api_answers_it_to_the_unit(
    browser: Browser, local: dict[str, Any], language: str
) -> None:
    words = WORDS[language]
    with console(browser, local, language) as visit:
        api = operator(local, visit)
        shop = reports_kit.sold(local, api, AMOUNTS)
        page = purse.show(visit, "/reports/ask", words["ask"])
        page.locator("#period").select_option("today")
        add(page, "measures", "sum_amount")
        add(page, "filters", "currency")
        page.locator(".words input[value=CNY]").check()
        add(page, "filters", "merchant")
        page.locator(f".words input[value={shop}]").check(timeout=kit.PATIENCE_MS)
        page.locator(".builder .tick input[type=checkbox]").last.check()
        ask(page)
        answer = reports_kit.asked(api, question_in(page))
        expect(rows(page)).to_have_count(answer["total"], timeout=kit.PATIENCE_MS)
        payment = next(row for row in answer["rows"] if row["kind"] == "payment")
        assert (payment["count"], payment["sum_amount"]) == (len(AMOUNTS), sum(AMOUNTS))
        for at, row in enumerate(answer["rows"]):
            expect(rows(page).nth(at)).to_contain_text(money.shown(row["sum_amount"], "CNY"))
            expect(rows(page).nth(at).locator("a").first).to_have_text(str(row["count"]))
        drawn = page.locator(".report-bars rect.now").evaluate_all("all => all.map((one) => Number(one.dataset.value))")
        assert drawn == [row["count"] for row in answer["rows"]]
        visit.shot(f"console-report-{language}")
        assert (visit.barriers(), visit.complaints) == ([], [])


@LANGUAGES
def test_a_figure_leads_to_the_entries_it_counts_and_they_to_their_movement(
    browser: Browser, local: dict[str, Any], language: str
) -> None:
    words = WORDS[language]
    with console(browser, local, language) as visit:
        shop = reports_kit.sold(local, operator(local, visit), AMOUNTS)
        mine = reports_kit.wish(shop)
        payments = mine | {"filters": [*mine["filters"], {"dimension": "kind", "words": ["payment"], "is_not": False}]}
        page = purse.show(visit, reports_kit.address(payments), words["ask"])
        rows(page).locator("a").first.click(timeout=kit.PATIENCE_MS)
        heading(page, words["entries"])
        counted = page.locator("section.table tbody tr")
        expect(counted).to_have_count(len(AMOUNTS), timeout=kit.PATIENCE_MS)
        for amount in AMOUNTS:
            expect(counted.filter(has_text=money.shown(amount, "CNY"))).to_have_count(1)
        expect(page.locator("dl.facts")).to_contain_text(money.shown(sum(AMOUNTS), "CNY"), timeout=kit.PATIENCE_MS)
        visit.shot(f"console-report-entries-{language}")
        assert (visit.barriers(), visit.complaints) == ([], [])
        counted.filter(has_text=money.shown(990, "CNY")).locator("a.id").first.click()
        heading(page, words["payment"])
        expect(page.locator(".big")).to_have_text(money.shown(990, "CNY"))


def test_what_makes_no_sense_is_said_beside_its_part_and_the_question_before_is_one_step_back(
    browser: Browser, local: dict[str, Any]
) -> None:
    with console(browser, local) as visit:
        visit.refused = (*REFUSED, "/v1/reports/query")
        page = purse.show(visit, reports_kit.address({"measures": [reports_kit.COUNT]}), WORDS["en"]["ask"])
        expect(rows(page)).to_have_count(1, timeout=kit.PATIENCE_MS)
        page.locator(".builder > summary").click()
        add(page, "measures", "sum_amount")
        ask(page)
        wrong = page.locator("#filters-about.wrong")
        expect(wrong).to_contain_text(WORDS["en"]["one currency"], timeout=kit.PATIENCE_MS)
        expect(page.locator("#filters")).to_have_attribute("aria-invalid", "true")
        page.go_back()
        expect(rows(page)).to_have_count(1, timeout=kit.PATIENCE_MS)
        assert [one["measure"] for one in question_in(page)["measures"]] == ["count"]


def test_an_answer_is_taken_away_whole_as_csv_and_as_parquet(browser: Browser, local: dict[str, Any]) -> None:
    with console(browser, local) as visit:
        api = operator(local, visit)
        question = reports_kit.wish(reports_kit.sold(local, api, AMOUNTS))
        page = purse.show(visit, reports_kit.address(question), WORDS["en"]["ask"])
        expect(rows(page).first).to_be_visible(timeout=kit.PATIENCE_MS)
        table = list(csv.DictReader(io.StringIO(taken(page, "csv").decode("utf-8-sig"))))
        wanted = [{name: str(value) for name, value in row.items()} for row in reports_kit.asked(api, question)["rows"]]
        assert table == wanted
        assert taken(page, "parquet")[:4] == b"PAR1"


def taken(page: Page, form: str) -> bytes:
    with page.expect_download() as downloading:
        page.locator(f"[data-file={form}]").click()
    return Path(downloading.value.path()).read_bytes()


@LANGUAGES
def test_a_report_is_saved_found_sent_deleted_and_brought_back(
    browser: Browser, local: dict[str, Any], language: str
) -> None:
    words, name = WORDS[language], f"Sales {language} {uuid.uuid4().hex[:6]}"
    with console(browser, local, language) as visit:
        page = purse.show(visit, reports_kit.address({"measures": [reports_kit.COUNT]}, "last-7-days"), words["ask"])
        page.locator("[data-save]").click(timeout=kit.PATIENCE_MS)
        page.locator("#name").fill(name)
        page.locator("dialog form > button").click()
        heading(page, name)
        expect(rows(page)).to_have_count(1, timeout=kit.PATIENCE_MS)
        purse.show(visit, "/reports", words["reports"])
        page.locator("tbody a", has_text=name).click(timeout=kit.PATIENCE_MS)
        heading(page, name)
        page.locator("[data-schedule]").click()
        page.locator("#every").select_option("week")
        page.locator("#hour").select_option("7")
        page.locator("dialog input[type=checkbox]").first.check(timeout=kit.PATIENCE_MS)
        page.locator("dialog form > button").click()
        expect(page.locator("dl.facts")).to_contain_text("07:00", timeout=kit.PATIENCE_MS)
        visit.shot(f"console-report-saved-{language}")
        assert (visit.barriers(), visit.complaints) == ([], [])
        page.locator("[data-delete]").click()
        page.locator("dialog form > button").click()
        heading(page, words["reports"])
        expect(page.locator("tbody a", has_text=name)).to_have_count(0)
        page.locator("a[href='#/reports?deleted=true']").click()
        page.locator("tbody tr", has_text=name).locator("button").click(timeout=kit.PATIENCE_MS)
        expect(page.locator("a[href='#/reports?deleted=true']")).to_be_visible(timeout=kit.PATIENCE_MS)
        expect(page.locator("tbody a", has_text=name)).to_be_visible(timeout=kit.PATIENCE_MS)


@LANGUAGES
def test_the_funnel_is_drawn_step_by_step_as_the_api_counts_it(
    browser: Browser, local: dict[str, Any], language: str
) -> None:
    with console(browser, local, language) as visit:
        api = operator(local, visit)
        reports_kit.sold(local, api, AMOUNTS[:1])
        page = purse.show(visit, "/reports", WORDS[language]["reports"])
        page.locator(".ready a", has_text=WORDS[language]["funnel"]).click(timeout=kit.PATIENCE_MS)
        heading(page, WORDS[language]["funnel"])
        page.locator("#period").select_option("today")
        first = page.locator(".report-bars rect.now").first
        expect(first).to_have_attribute("data-value", re.compile(r"^[1-9]"), timeout=kit.PATIENCE_MS)
        expect(page.locator(".report-bars li")).to_have_count(4)
        expect(page.locator(".report-bars li").first).to_have_text(re.compile(r"^\s*1\. "))
        told = api.insist("/v1/reports/ready/funnel/answer", {"period": "today"}).expect(200)["rows"]
        drawn = page.locator(".report-bars rect.now").evaluate_all("all => all.map((one) => Number(one.dataset.value))")
        assert drawn == [row["people"] for row in told]
        visit.shot(f"console-report-funnel-{language}")
        assert (visit.barriers(), visit.complaints) == ([], [])
