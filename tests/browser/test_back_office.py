"""The merchant's back office behind the till: what was sold, fees line by line, payouts, statements, staff, keys."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from infra.local import people
from infra.local.client import Client
from infra.local.people import Person
from tests.browser import cards, console_kit, kit, purse, till_kit
from tests.browser.test_money_screens import sound

SOLD = (10_000, 2_500)


@pytest.fixture(scope="module")
def shop(local: dict[str, Any]) -> dict[str, Any]:
    """It sold twice and gave a part of it back, all settled; payouts are agreed."""
    shop = till_kit.new_shop(local)
    paid = [console_kit.customer_who_paid(local, amount, "B-", shop["id"])[1]["id"] for amount in SOLD]
    till = till_kit.till_client(local, shop)
    till.insist(f"/v1/payments/{paid[0]}/refunds", {"amount": 700, "reason": "a broken cup"}).expect(201)
    sales = f"/v1/merchants/{shop['id']}/sales"
    people.wait_for(lambda: len(till.get(sales).expect(200)["data"]) == 3 or None, "three settled lines")
    terms = console_kit.TERMS | {"schedule": "on_demand"}
    till_kit.operator(local).send("PUT", f"/v1/merchants/{shop['id']}/payout-terms/CNY", terms).expect(200)
    return shop


@pytest.fixture(scope="module")
def owner(local: dict[str, Any], shop: dict[str, Any]) -> Person:
    person = kit.newcomer(local)
    till_kit.hired(local, shop, person, "owner")
    return person


def entered(visit: kit.Visit, owner: Person) -> Page:
    till_kit.enter(visit, owner)
    expect(visit.page.locator("nav.tabs")).to_be_visible(timeout=kit.PATIENCE_MS)
    return visit.page


def test_an_order_is_found_and_every_line_of_a_settlement_says_its_fee(
    browser: Browser, local: dict[str, Any], shop: dict[str, Any]
) -> None:
    with till_kit.at_the_till(browser, shop, local, "zh", kit.DESK) as visit:
        page = purse.show(visit, "/office/payments", "收款与退款")
        expect(page.locator("main .rows > li")).to_have_count(3, timeout=kit.PATIENCE_MS)
        order = page.locator("main .rows strong").first.inner_text()
        page.locator("#words").fill(order)
        page.keyboard.press("Enter")
        expect(page.get_by_role("list", name="查找结果").locator("li")).to_have_count(1, timeout=kit.PATIENCE_MS)
        office_sound(visit, "office-payments-zh")
        purse.show(visit, "/office/settlements", "结算与手续费")
        rows = page.locator("tbody tr")
        expect(rows.first).to_be_visible(timeout=kit.PATIENCE_MS)
        office_sound(visit, "office-settlements-zh")
        rows.filter(has_text="¥100.00").locator("a").first.click()
        purse.titled(visit, "结算批次")
        expect(page.locator("tbody tr").filter(has_text="¥100.00")).to_contain_text("¥0.60", timeout=kit.PATIENCE_MS)
        office_sound(visit, "office-settlement-zh")


@pytest.fixture(scope="module")
def placed(local: dict[str, Any]) -> dict[str, Any]:
    """A shop that sold at a store, gave back there by somebody who works there, and sold a prepaid card for a fee."""
    shop, ana, bo = till_kit.new_shop(local), kit.newcomer(local, funds=30_000), kit.newcomer(local)
    home, boss, buyer = f"/v1/merchants/{shop['id']}", till_kit.operator(local), purse.owner(local, ana)
    store = boss.insist(f"{home}/stores", {"name": "外滩店 Bund"}).expect(201)["id"]
    till_kit.hired(local, shop, bo, "manager", store_ids=[store])
    begun = purse.owner(local, bo).insist("/v1/staff-sessions", {"merchant_id": shop["id"]}).expect(201)
    wish = {"wallet_id": people.wallets(buyer)[0]["id"], "merchant_id": shop["id"], "amount": 6_400, "currency": "CNY"}
    paid = buyer.insist("/v1/payments", wish | {"store_id": store, "order_reference": "C-1"}).expect(201)["id"]
    at_till = Client(local["api"], begun["token"])
    at_till.insist(f"/v1/payments/{paid}/refunds", {"amount": 400, "reason": "cold tea"}).expect(201)
    cards.bought(local, buyer, boss.insist(f"{home}/card-plans", cards.PLAN | {"purchase_fee": 150}).expect(201))
    till = till_kit.till_client(local, shop)
    settled = lambda: len(till.get(f"{home}/sales").expect(200)["data"]) == 3 or None  # noqa: E731
    people.wait_for(settled, "three settled lines")
    return {**shop, "staff": bo.display_name}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_line_says_where_and_who_and_the_fee_of_a_card_that_was_sold_leads_to_its_settlement(
    browser: Browser, local: dict[str, Any], placed: dict[str, Any], language: str
) -> None:
    words = {
        "en": ("Today", "Fee of a prepaid card", "Settlement"),
        "zh": ("今日收款", "预付卡购卡手续费", "结算批次"),
    }[language]
    with till_kit.at_the_till(browser, placed, local, language) as visit:
        page = purse.show(visit, "/today", words[0])
        lines = page.locator("main .rows > li")
        expect(lines).to_have_count(3, timeout=kit.PATIENCE_MS)
        expect(lines.filter(has_text="cold tea")).to_contain_text(f"外滩店 Bund · {placed['staff']}")
        expect(lines.filter(has_text="¥64.00")).to_contain_text("外滩店 Bund")
        expect(lines.filter(has_text="¥64.00")).not_to_contain_text(placed["staff"])
        sound(visit, f"till-today-placed-{language}")
        card = lines.filter(has_text=words[1])
        expect(card).to_contain_text("¥1.50")
        card.locator("a").click()
        purse.titled(visit, words[2])
        row = page.locator("tbody tr").filter(has_text=words[1])
        expect(row).to_contain_text("¥1.50", timeout=kit.PATIENCE_MS)
        sound(visit, f"office-settlement-placed-{language}")


def test_a_month_is_saved_as_pdf_csv_and_json_that_say_the_same(
    browser: Browser, local: dict[str, Any], shop: dict[str, Any]
) -> None:
    with till_kit.at_the_till(browser, shop, local, "en", kit.DESK) as visit:
        purse.show(visit, "/office/statements", "Statements")
        visit.see("At the end")
        office_sound(visit, "office-statements-en")
        saved = {form: downloaded(visit.page, form) for form in ("PDF", "CSV", "JSON")}
    told = json.loads(saved["JSON"])
    rows = list(csv.DictReader(io.StringIO(saved["CSV"].decode())))
    assert [int(row["amount"]) for row in rows] == [one["amount"] for one in told["entries"]]
    assert told["opening"] + sum(one["amount"] for one in told["entries"]) == told["closing"]
    assert saved["PDF"].startswith(b"%PDF-1.4") and saved["PDF"].endswith(b"%%EOF\n")


def downloaded(page: Page, form: str) -> bytes:
    with page.expect_download() as downloading:
        page.get_by_role("button", name=f"Save as {form}").click()
    return Path(downloading.value.path()).read_bytes()


def test_the_owner_invites_pays_out_and_makes_a_key_that_is_shown_once(
    browser: Browser, local: dict[str, Any], shop: dict[str, Any], owner: Person
) -> None:
    cashier = kit.newcomer(local)
    with kit.context(browser, "en", kit.PHONE) as context:
        visit = kit.Visit(context, local["api"] + "/till/")
        page = entered(visit, owner)
        page.locator("nav.tabs").get_by_text("More").click()
        sound(visit, "office-more-en")
        page.get_by_role("link", name="Staff").click()
        page.get_by_role("button", name="Invite somebody").click()
        page.locator("#name").fill("Bo")
        page.locator("#identifier").fill(cashier.identifier)
        page.locator("#role").select_option("cashier")
        visit.shot("office-invite-en")
        assert visit.barriers() == []
        page.locator("dialog form > button").click()
        bo = page.get_by_role("listitem").filter(has_text="Bo")
        expect(bo).to_contain_text("Invited", timeout=kit.PATIENCE_MS)
        sound(visit, "office-staff-en")
        bo.get_by_role("button", name="Send away").click()
        page.locator("dialog form > button").click()
        expect(page.locator("dialog")).to_have_count(0, timeout=kit.PATIENCE_MS)
        purse.show(visit, "/office/keys", "API keys")
        page.get_by_role("button", name="Make a key").click()
        page.get_by_role("checkbox", name="Reports").check()
        page.locator("dialog form > button").click()
        expect(page.locator(".secret")).to_have_text(re.compile("^mk_"), timeout=kit.PATIENCE_MS)
        sound(visit, "office-key-en")
        key = page.locator(".secret").inner_text()
        page.get_by_role("button", name="I have kept it").click()
        expect(page.locator(".secret")).to_have_count(0)
        page.get_by_role("listitem").filter(has_text=key[-4:]).get_by_role("button", name="Revoke").click()
        page.locator("dialog form > button").click()
        visit.see("The key is revoked.")
        purse.show(visit, "/office/payouts", "Payouts")
        page.get_by_role("button", name="Pay out now").click()
        visit.shot("office-pay-out-en")
        page.locator("dialog form > button").click()
        expect(page.locator("tbody tr")).to_have_count(1, timeout=kit.PATIENCE_MS)
        sound(visit, "office-payouts-en")


def test_a_store_gets_a_code_for_its_counter(
    browser: Browser, local: dict[str, Any], shop: dict[str, Any], owner: Person
) -> None:
    with kit.context(browser, "zh", kit.PHONE) as context:
        visit = kit.Visit(context, local["api"] + "/till/")
        page = entered(visit, owner)
        purse.show(visit, "/office/stores", "门店")
        page.get_by_role("button", name="添加门店").click()
        page.locator("#name").fill("外滩店")
        page.locator("#address").fill("中山东一路 1 号")
        page.locator("dialog form > button").click()
        page.get_by_role("link", name="门店收款码").click()
        purse.titled(visit, "外滩店")
        expect(page.locator("svg.qr")).to_be_visible(timeout=kit.PATIENCE_MS)
        sound(visit, "office-store-code-zh")


def office_sound(visit: kit.Visit, name: str) -> None:
    """As `sound`, at a desk."""
    visit.shot(name)
    assert (visit.barriers(), visit.complaints, visit.elsewhere()) == ([], [], set())
    assert visit.width() <= kit.DESK["width"]
