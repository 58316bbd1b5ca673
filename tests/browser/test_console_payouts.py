"""Merchants' payouts in the console: terms are agreed for a reason, money leaves on demand, and its way is told."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, Page, expect

from infra.local.client import Client
from tests.browser import kit
from tests.browser.console_kit import console, exported, heading, reason, search, shop_that_sold, token_of

SOLD, WITHOUT_FEE, LEAVES = 10_000, "¥99.40", "¥98.40"
ACCOUNT, ANOTHER = "DE89 3704 0044 0532 0130 00", "GB33 BUKB 2020 1555 5555 55"


def agree(page: Page) -> None:
    """What was left out is marked first, and nothing that was typed is lost."""
    page.get_by_role("button", name="Agree on payouts").click()
    page.locator("#schedule").select_option("on_demand")
    page.locator("#reserve").fill("1.00")
    page.locator("#word").fill("bank")
    page.locator("dialog form > button").click()
    expect(page.locator("dialog [aria-invalid=true]")).to_have_count(2)
    expect(page.locator("#bank_account")).to_be_focused()
    page.locator("#bank_account").fill(ACCOUNT)
    page.locator("#reason").fill("contract of May")
    page.locator("dialog form > button").click()
    expect(page.locator("dialog")).to_have_count(0, timeout=kit.PATIENCE_MS)


def test_terms_are_agreed_a_payout_leaves_on_demand_and_its_page_tells_its_way(
    browser: Browser, local: dict[str, Any]
) -> None:
    with console(browser, local) as visit:
        page, operator = visit.page, Client(local["api"]).bearing(token_of(visit))
        shop = shop_that_sold(local, operator, SOLD)
        visit.refused = (*visit.refused, f"/v1/merchants/{shop}/payout-terms/", f"/v1/merchants/{shop}/business")
        search(page, shop)
        visit.see("Nothing is agreed yet about payouts in CNY")
        agree(page)
        for told in ("•••• 3000", "On demand", WITHOUT_FEE, f"{LEAVES}, less refunds"):
            visit.see(told)
        visit.shot("console-payout-terms-en")
        page.get_by_role("button", name="Pay out now").click()
        visit.shot("console-pay-out-en")
        assert visit.barriers() == []
        page.locator("#word").fill("pay out")
        page.locator("dialog form > button").click()
        heading(page, "Payout")
        payout = page.url.rpartition("/")[2]
        expect(page.locator(".summary")).to_contain_text(LEAVES)
        expect(page.get_by_role("region", name="What it is made of")).to_contain_text("−¥0.60")
        expect(page.get_by_role("region", name="Settlements in it: 1").locator("tbody tr")).to_have_count(1)
        expect(page.get_by_role("region", name="Timeline")).to_contain_text("Payout")
        visit.shot("console-payout-en")
        assert visit.barriers() == []
        page.get_by_role("link", name="Merchant", exact=True).click()
        visit.see("nothing, ¥0.01 more must be settled")
        page.get_by_role("region", name="Payouts").get_by_role("button", name="Export").focus()
        assert payout in exported(page)[1]
        page.get_by_role("button", name="Change the bank account").click()
        page.locator("#bank_account").fill(ANOTHER)
        reason(page, "their bank has closed", "bank")
        visit.see("Nothing is paid out until")
        page.get_by_role("button", name="Pay out now").click()
        page.locator("#word").fill("pay out")
        page.locator("dialog form > button").click()
        expect(page.locator("dialog .problem")).to_contain_text("No money has moved.", timeout=kit.PATIENCE_MS)
        visit.shot("console-payout-refused-en")
        page.get_by_role("button", name="Cancel").click()
        expect(page.get_by_role("button", name="Pay out now")).to_be_focused()
        search(page, payout)
        heading(page, "Payout")
        assert [one for one in visit.complaints if f"/v1/merchants/{shop}/payouts" not in one] == []
