"""Stores and staff: opened and printed in the console, paid by the code on the counter, a role accepted in the app."""

from __future__ import annotations

import re
import uuid
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, expect

from infra.local.client import Client
from infra.local.people import code_for
from tests.browser import kit, purse
from tests.browser.console_kit import console, search, token_of
from tests.browser.test_money_screens import signed_in, sound

WORDS = {
    "en": {"title": "Pay at the counter", "pay": "Pay ¥12.80", "paid": "Paid"},
    "zh": {"title": "向商家付款", "pay": "付款 ¥12.80", "paid": "付款"},
}


def operator(browser: Browser, local: dict[str, Any]) -> Client:
    with console(browser, local) as visit:
        return Client(local["api"]).bearing(token_of(visit))


def shop_of(local: dict[str, Any]) -> str:
    return str(local["people"]["merchants"][0]["id"])


def store(browser: Browser, local: dict[str, Any]) -> dict[str, Any]:
    name = f"River {uuid.uuid4().hex[:6]}"
    reply = operator(browser, local).insist(f"/v1/merchants/{shop_of(local)}/stores", {"name": name})
    made: dict[str, Any] = reply.expect(201)
    return made


def test_an_operator_opens_a_store_and_shows_its_code(browser: Browser, local: dict[str, Any]) -> None:
    name = f"Gate {uuid.uuid4().hex[:6]}"
    with console(browser, local) as visit:
        page = visit.page
        visit.refused = (*visit.refused, "/v1/merchants/")
        search(page, shop_of(local))
        page.get_by_role("button", name="Open a store").click()
        page.locator("#name").fill(name)
        page.locator("dialog form > button").click()
        region = page.get_by_role("region", name="Stores")
        row = region.locator("tr", has_text=name)
        expect(row).to_be_visible(timeout=kit.PATIENCE_MS)
        row.get_by_role("button", name="Code for the counter").click()
        expect(page.locator("dialog svg.qr")).to_be_visible(timeout=kit.PATIENCE_MS)
        visit.shot("console-store-code-en")
        assert visit.barriers() == []
        page.get_by_role("button", name="Close", exact=True).last.click()
        row.get_by_role("button", name="Close").click()
        page.locator("dialog form > button").click()
        expect(row).to_contain_text("Closed", timeout=kit.PATIENCE_MS)
        assert visit.barriers() == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_code_on_a_counter_opens_an_amount_and_is_paid(
    browser: Browser, local: dict[str, Any], language: str
) -> None:
    made, words = store(browser, local), WORDS[language]
    person = kit.newcomer(local, funds=20_000, language=language)
    with kit.context(browser, language, kit.SMALL_PHONE) as context:
        visit = signed_in(context, local, person, quote(f"/pay?store={made['id']}", safe=""))
        purse.titled(visit, words["title"])
        visit.see(made["name"])
        sound(visit, f"app-shop-{language}")
        visit.page.locator("#amount").fill("12.80")
        visit.page.get_by_role("button", name=words["pay"]).click()
        visit.see(re.compile(words["paid"]))
        sound(visit, f"app-shop-paid-{language}")
    (entry,) = [one for one in purse.entries(local, person) if one["kind"] == "payment"]
    assert entry["amount"] == -1_280


def test_a_store_that_is_not_there_says_so(browser: Browser, local: dict[str, Any]) -> None:
    person = kit.newcomer(local, funds=0)
    with kit.context(browser, "zh", kit.SMALL_PHONE) as context:
        visit = signed_in(context, local, person, quote("/pay?store=sto_01k00000000000000000000000", safe=""))
        visit.refused = (*visit.refused, "/v1/stores/")
        visit.see("未找到该门店")


def test_a_role_is_accepted_with_the_code_that_was_sent(browser: Browser, local: dict[str, Any]) -> None:
    person = kit.newcomer(local, funds=0, language="en")
    wish = {"identifier": person.identifier, "role": "cashier", "name": "Bo"}
    operator(browser, local).insist(f"/v1/merchants/{shop_of(local)}/staff", wish).expect(201)
    code = code_for(Client(local["api"]), person.identifier)
    with kit.context(browser, "en", kit.SMALL_PHONE) as context:
        visit = signed_in(context, local, person, "/security/work")
        visit.see("You are invited")
        sound(visit, "app-work-en")
        visit.page.locator("#code").fill(code)
        visit.page.get_by_role("button", name="Accept").click()
        visit.see("You work here.")
        sound(visit, "app-work-active-en")
