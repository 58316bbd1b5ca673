"""A payment code in the wallet app: shown, charged by a till, and confirmed where it is large."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from infra.local.client import Client
from tests.browser import kit, purse
from tests.browser.test_money_screens import signed_in, sound

WORDS = {
    "en": {"title": "My payment code", "show": "Show my payment code", "pay": "Pay", "paid": "Paid ¥12.80 to"},
    "zh": {"title": "付款码", "show": "出示付款码", "pay": "付款", "paid": "付款 ¥12.80"},
}


def charge(local: dict[str, Any], digits: str, amount: int) -> dict[str, Any]:
    wish = {"code": digits, "amount": amount, "currency": "CNY", "order_reference": "till-1"}
    reply = purse.till(local).insist("/v1/charges", wish)
    assert reply.status in (201, 202), reply.raw
    made: dict[str, Any] = reply.json
    return made


def shown(visit: kit.Visit) -> str:
    digits = visit.page.locator(".till .digits")
    expect(digits).to_have_text(re.compile(r"(\d\s*){18}"), timeout=kit.PATIENCE_MS)
    return re.sub(r"\D", "", digits.text_content() or "")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_code_is_shown_in_one_tap_and_says_by_itself_that_it_was_charged(
    browser: Browser, local: dict[str, Any], language: str
) -> None:
    person, words = kit.newcomer(local, funds=20_000, language=language), WORDS[language]
    with kit.context(browser, language, kit.SMALL_PHONE) as context:
        visit = signed_in(context, local, person, "/pay")
        purse.titled(visit, words["pay"])
        visit.page.get_by_role("link", name=words["show"]).click()
        purse.titled(visit, words["title"])
        shown(visit)
        expect(visit.page.locator(".till svg")).to_have_count(2)
        sound(visit, f"app-code-{language}")
        with visit.page.expect_response("**/v1/payment-codes") as anew:
            visit.page.locator("button.secondary").click()
        charge(local, anew.value.json()["code"], 1_280)
        visit.see(re.compile(words["paid"]))
        sound(visit, f"app-code-paid-{language}")
    assert purse.paid(local, person) == {"till-1": 1}


def test_what_is_large_is_said_no_to_on_the_same_screen(browser: Browser, local: dict[str, Any]) -> None:
    person = kit.newcomer(local, funds=600_000)
    with kit.context(browser, "zh", kit.SMALL_PHONE) as context:
        visit = signed_in(context, local, person, "/code")
        made = charge(local, shown(visit), 500_001)
        visit.see(re.compile("确认向"))
        sound(visit, "app-code-confirm-zh")
        visit.page.get_by_role("button", name="不付款").click()
        visit.see(re.compile("未向"))
        sound(visit, "app-code-not-zh")
    till: Client = purse.till(local)
    assert till.get(f"/v1/charges/{made['id']}").expect(200)["reason"] == "declined"
    assert purse.paid(local, person) == {}
