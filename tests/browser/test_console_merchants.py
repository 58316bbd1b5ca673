"""Taking a merchant on in the console: what it says of its business is verified, and seen for a reason later too."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import kit
from tests.browser.console_kit import console, heading, reason
from tests.browser.till_kit import operator

WORDS = {
    "en": ("Merchants", "Take on a merchant", "Business", "Reveal", "Verified", "I vouch for this merchant"),
    "zh": ("商户", "新增商户", "企业信息", "显示", "已通过", "由本人担保，不审核"),
}
SAID = {
    "legal_name": "River Tea Trading Ltd",
    "registration_number": "91310000MA1FL00",
    "country": "cn",
    "representative_name": "Wang Xiaoming",
}


def form(page: Page, title: str, name: str) -> None:
    page.get_by_role("button", name=title).click()
    page.locator("#name").fill(name)
    page.locator("#category").select_option("leisure")
    page.get_by_role("checkbox", name="CNY").check()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_merchant_is_taken_on_verified_and_its_business_seen_for_a_reason(
    browser: Browser, local: dict[str, Any], language: str
) -> None:
    merchants, take_on, business, reveal, verified, _ = WORDS[language]
    name = f"River {uuid.uuid4().hex[:6]}"
    with console(browser, local, language) as visit:
        page = visit.page
        visit.refused = (*visit.refused, "/v1/merchants", "/v1/merchants/")
        page.goto(f"{local['api']}/console/#/merchants")
        heading(page, merchants)
        form(page, take_on, name)
        page.locator("dialog form > button").click()
        expect(page.locator("#legal_name[aria-invalid=true]")).to_be_visible(timeout=kit.PATIENCE_MS)
        for field, value in SAID.items():
            page.locator(f"#{field}").fill(value)
        page.locator("#registration_number").fill("?")
        page.locator("dialog form > button").click()
        expect(page.locator("#registration_number[aria-invalid=true]")).to_be_visible(timeout=kit.PATIENCE_MS)
        visit.shot(f"console-take-on-{language}")
        assert visit.barriers() == []
        page.locator("#registration_number").fill(SAID["registration_number"])
        page.locator("dialog form > button").click()
        heading(page, name)
        merchant = page.url.rpartition("/")[2]
        facts = page.get_by_role("region", name=business)
        expect(facts).to_contain_text("R***", timeout=kit.PATIENCE_MS)
        expect(facts).to_contain_text("***FL00")
        kit.swept(local)
        page.reload()
        heading(page, name)
        expect(facts).to_contain_text(verified, timeout=kit.PATIENCE_MS)
        expect(facts).not_to_contain_text(SAID["legal_name"])
        facts.get_by_role("button", name=reveal).first.click()
        reason(page, "compared with the register")
        expect(facts).to_contain_text(SAID["legal_name"], timeout=kit.PATIENCE_MS)
        visit.shot(f"console-business-{language}")
        assert visit.barriers() == []
        assert SAID["legal_name"] not in page.evaluate("JSON.stringify(localStorage)")
    seen = operator(local).get(f"/v1/merchants/{merchant}").expect(200)
    assert (seen["status"], seen["fee_basis_points"], seen["floor"]) == ("active", 60, 0)
    assert seen["category"] == "leisure"


def test_whoever_vouches_says_so_and_the_merchant_takes_payments_at_once(
    browser: Browser, local: dict[str, Any]
) -> None:
    _, take_on, business, _, _, vouch = WORDS["en"]
    with console(browser, local) as visit:
        page, name = visit.page, f"Old friend {uuid.uuid4().hex[:6]}"
        visit.refused = (*visit.refused, "/v1/merchants/")
        page.goto(f"{local['api']}/console/#/merchants")
        form(page, take_on, name)
        page.get_by_role("checkbox", name=vouch).check()
        expect(page.locator("#legal_name")).to_have_count(0)
        page.locator("dialog form > button").click()
        heading(page, name)
        expect(page.get_by_role("region", name=business)).to_contain_text("vouches for it", timeout=kit.PATIENCE_MS)
        expect(page.locator("main .summary")).to_have_text(re.compile("active", re.IGNORECASE))
        visit.shot("console-vouched-en")
        assert visit.barriers() == []
