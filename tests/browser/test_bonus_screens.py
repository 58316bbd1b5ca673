"""Bonus credit in the wallet: its rules before the top-up, how much there is, and paying with it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from infra.local import people
from tests.browser import bonus_kit, kit, purse
from tests.browser.test_modes import SMALL_LETTERS, SMALL_TARGETS, entered, went
from tests.browser.test_money_screens import signed_in, sound
from tests.browser.test_rewards_screens import bill, fact


def test_the_rules_are_read_before_a_top_up_that_brings_a_bonus(browser: Browser, local: dict[str, Any]) -> None:
    person, made = kit.newcomer(local), bonus_kit.offer(local)
    name = made["name"]["en"]
    with kit.context(browser) as context:
        visit = signed_in(context, local, person)
        page = purse.show(visit, "/topup", "Top up")
        page.locator("label.choice", has_text=name).click(timeout=kit.PATIENCE_MS)
        visit.see("If the top-up is reversed")
        page.locator("#amount").fill("99")
        page.locator("form > button").click()
        expect(page.locator("#amount-about")).to_have_text("This bonus takes a top-up of ¥100.00 or more.")
        page.locator("#amount").fill("100")
        visit.see("¥100.00 of your own, and ¥20.00 of bonus credit once it is here.")
        sound(visit, "app-topup-bonus-en-light")
        page.get_by_role("button", name="Top up ¥100.00").click()
        purse.titled(visit, "¥100.00 arrived")
        visit.see("¥20.00 of bonus credit came with it.")
        sound(visit, "app-topup-status-bonus-en-light")
        page.get_by_role("link", name="See my bonus credit").click()
        purse.titled(visit, "Bonus credit")
        visit.see("It may pay up to 50% of a purchase.")
        visit.see("You have had this one")
        sound(visit, "app-bonuses-en-light")
    bonus_kit.stop(local, made)
    assert bonus_kit.has(purse.owner(local, person)) == 2_000


def test_a_bonus_pays_its_share_and_no_more_and_a_refund_gives_it_back(browser: Browser, local: dict[str, Any]) -> None:
    person, order = kit.newcomer(local), purse.checkout(local, 3_000, "with-bonus")
    caller = bonus_kit.topped_up(local, person)
    with kit.context(browser) as context:
        visit = signed_in(context, local, person)
        page = bill(visit, order)
        expect(page.get_by_role("button", name="Pay ¥15.00")).to_be_visible(timeout=kit.PATIENCE_MS)
        page.locator("#how-much").fill("15.01")
        visit.see("Type an amount up to ¥15.00.")
        page.locator("#how-much").fill("10")
        fact(page, "Bonus credit", "−¥10.00")
        sound(visit, "app-checkout-bonus-en-light")
        page.get_by_role("button", name="Pay ¥20.00").click()
        purse.titled(visit, "Paid: ¥20.00")
        fact(page, "Bonus credit", "−¥10.00")
        page.get_by_role("link", name="Receipt").click()
        purse.titled(visit, "Receipt")
        fact(page, "Bonus credit", "−¥10.00")
        sound(visit, "app-receipt-bonus-en-light")
    assert bonus_kit.has(caller) == 1_000
    (paid,) = (one for one in purse.entries(local, person) if one.get("order_reference") == "with-bonus")
    purse.till(local).insist(f"/v1/payments/{paid['movement_id']}/refunds", {"amount": 3_000}).expect(201)
    assert (bonus_kit.has(caller), people.wallets(caller.twin())[0]["available"]) == (2_000, 10_000)


@pytest.mark.parametrize(
    ("mode", "language", "scheme"), [("standard", "zh", "dark"), ("easy", "zh", "light"), ("social", "en", "dark")]
)
def test_bonus_credit_in_each_mode(
    browser: Browser, local: dict[str, Any], mode: str, language: str, scheme: Any
) -> None:
    person = kit.newcomer(local, 0, language)
    bonus_kit.topped_up(local, person)
    made, order = bonus_kit.offer(local), purse.checkout(local, 3_000, f"bonus-{mode}")
    shown = {
        "/": ("home", {"en": "Bonus credit", "zh": "赠金"}[language]),
        "/bonuses": ("bonuses", made["name"][language]),
        "/topup": ("topup-bonus", made["name"][language]),
        f"/pay/{order['id']}": ("checkout-bonus", {"en": "Bonus credit pays", "zh": "赠金抵扣"}[language]),
    }
    with kit.context(browser, language, kit.SMALL_PHONE, color_scheme=scheme) as context:
        visit = kit.Visit(context, local["api"] + "/app/#/sign-in")
        entered(visit, person, mode if mode != "standard" else "")
        for path, (shot, text) in shown.items():
            page = went(visit, path)
            expect(page.get_by_text(text).first).to_be_visible(timeout=kit.PATIENCE_MS)
            if path == "/topup":
                page.locator("label.choice", has_text=text).click()
            visit.shot(f"{mode}-{shot}-{language}")
            least, letters = (60, page.evaluate(SMALL_LETTERS)) if mode == "easy" else (24, [])
            assert (path, letters, page.evaluate(SMALL_TARGETS, least)) == (path, [], [])
            assert (path, visit.width(), visit.barriers()) == (path, 360, [])
        assert visit.complaints == []
    bonus_kit.stop(local, made)
