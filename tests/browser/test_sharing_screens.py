"""Deposits, and checkouts that several people pay, as a phone shows them."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from infra.local import people
from tests.browser import kit, purse
from tests.browser.test_money_screens import PAYING, sound

SHOP = "https://oolong.example/thanks"
SAID = {
    "en": {"left": "¥12.00 of ¥20.00 is left to pay.", "held": "Held: ¥8.00", "deposit": "Leave a deposit of ¥40.00"},
    "zh": {"left": "共 ¥20.00，还差 ¥12.00。", "held": "已暂扣 ¥8.00", "deposit": "支付押金 ¥40.00"},
}


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("zh", "dark")])
def test_a_part_is_chosen_held_and_taken_when_somebody_else_pays_the_rest(
    browser: Browser, local: dict[str, Any], language: str, scheme: str
) -> None:
    person, friend, said = (
        kit.newcomer(local, funds=20_000, language=language),
        kit.newcomer(local, 5_000),
        SAID[language],
    )
    wanted = purse.checkout(local, 2_000, "pot-12", split={"max_payers": 3}, return_url=SHOP)
    with kit.context(browser, language, color_scheme=scheme) as context:
        visit = kit.Visit(context, f"{local['api']}/pay/{wanted['id']}", refused=PAYING)
        kit.sign_in(visit, person)
        field = visit.page.locator("input[name=amount]")
        expect(field).to_have_value("20.00", timeout=kit.PATIENCE_MS)
        field.fill("8.00")
        sound(visit, f"app-share-{language}-{scheme}")
        visit.page.locator("button.main").click()
        purse.titled(visit, said["held"])
        expect(visit.page.locator("a.main")).to_have_attribute("href", SHOP, timeout=kit.PATIENCE_MS)
        sound(visit, f"app-share-held-{language}-{scheme}")
        page = visit.page
        page.evaluate("path => { location.hash = path }", f"/pay/{wanted['id']}")
        visit.see(said["left"])
        sound(visit, f"app-share-left-{language}-{scheme}")
        _pays(local, friend, wanted["id"], 1_200)
        expect(page.locator("a[href^='#/payments/']")).to_have_count(1, timeout=kit.PATIENCE_MS)
        sound(visit, f"app-share-full-{language}-{scheme}")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_deposit_is_called_one_before_and_after(browser: Browser, local: dict[str, Any], language: str) -> None:
    person = kit.newcomer(local, funds=20_000, language=language)
    wanted = purse.checkout(local, 4_000, "bike-1", capture="manual")
    with kit.context(browser, language) as context:
        visit = kit.Visit(context, f"{local['api']}/pay/{wanted['id']}", refused=PAYING)
        kit.sign_in(visit, person)
        button = visit.page.locator("button.main")
        expect(button).to_have_text(SAID[language]["deposit"], timeout=kit.PATIENCE_MS)
        sound(visit, f"app-deposit-{language}")
        button.click()
        expect(visit.page.locator("h1")).to_contain_text("¥40.00", timeout=kit.PATIENCE_MS)
        sound(visit, f"app-deposit-held-{language}")


def _pays(local: dict[str, Any], person: people.Person, checkout_id: str, amount: int) -> None:
    caller = purse.owner(local, person)
    wish = {"wallet_id": people.wallets(caller)[0]["id"], "checkout_id": checkout_id, "amount": amount}
    caller.insist("/v1/payments", wish).expect(201)
