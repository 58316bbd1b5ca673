"""Gift cards in the wallet app: bought by one, taken by another, cancelled; every sum is the API's own."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, expect

from infra.local.people import Person
from tests.browser import kit, purse, relatives_kit
from tests.browser.test_modes import entered, went
from tests.browser.test_money_screens import signed_in, sound

REFUSED = ("/v1/gift-card-looks", "/v1/gift-cards", "/v1/gift-cards/")
WORDS = {
    "en": {
        "home": "Gift card",
        "list": "Gift cards",
        "give": "Give a gift card",
        "thanks": "Thank you",
        "go": "Buy for ¥88.00",
        "made": "Your gift card of ¥88.00",
        "open": "Nobody has taken it yet.",
        "copied": "The code is copied.",
        "copy": "Copy the code",
        "for": "A gift card for you",
        "take": "Take ¥88.00",
        "got": "A*** E. gave you ¥88.00",
        "taken": "A*** E. has taken it.",
        "late": "This gift card is over",
        "from": "From A*** E.",
    },
    "zh": {
        "home": "礼品卡",
        "list": "礼品卡",
        "give": "购买礼品卡",
        "thanks": "谢谢你",
        "go": "支付 ¥88.00",
        "made": "您的礼品卡 ¥88.00",
        "open": "尚未被领取。",
        "copied": "卡密已复制",
        "copy": "复制卡密",
        "for": "送您的礼品卡",
        "take": "领取 ¥88.00",
        "got": "**明 送您 ¥88.00",
        "taken": "**明 已领取。",
        "late": "礼品卡已失效",
        "from": "来自 **明",
    },
}


def moved(local: dict[str, Any], person: Person) -> list[tuple[str, int]]:
    """By gift cards alone, newest first."""
    found = purse.entries(local, person)
    return [(one["kind"], one["amount"]) for one in found if one["kind"].startswith("gift-card")]


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("zh", "dark")])
def test_a_card_is_bought_by_one_and_taken_by_another_who_saw_first_what_it_is(
    browser: Browser, local: dict[str, Any], language: str, scheme: str
) -> None:
    words = WORDS[language]
    buyer, friend, late = (kit.newcomer(local, 20_000 * (at == 0), language) for at in range(3))
    with kit.context(browser, language, color_scheme=scheme, permissions=["clipboard-write"]) as context:
        visit = kit.Visit(context, local["api"] + "/app/#/sign-in", REFUSED)
        entered(visit, buyer, "social")
        page = went(visit, "/")
        sound(visit, f"app-social-home-gifts-{language}-{scheme}")
        page.get_by_role("link", name=words["home"], exact=True).click()
        purse.titled(visit, words["list"])
        page.get_by_role("link", name=words["give"]).click()
        purse.titled(visit, words["give"])
        page.get_by_role("radio", name=words["thanks"]).check()
        page.locator("#amount").fill("88")
        page.locator("#message").fill("慢慢花 Enjoy")
        sound(visit, f"app-gift-make-{language}-{scheme}")
        page.locator("button.main").click()
        go = page.get_by_role("dialog").get_by_role("button", name=words["go"])
        expect(go).to_be_visible(timeout=kit.PATIENCE_MS)
        sound(visit, f"app-gift-sure-{language}-{scheme}")
        go.dblclick()
        purse.titled(visit, words["made"])
        visit.see(words["open"])
        expect(page.locator("svg.qr")).to_be_visible(timeout=kit.PATIENCE_MS)
        page.get_by_role("button", name=words["copy"]).click()
        visit.see(words["copied"])
        sound(visit, f"app-gift-made-{language}-{scheme}")
        code = page.locator("code.secret").inner_text()
        place = quote(f"/gift-cards/claim?code={code}", safe="")
        with kit.context(browser, language, color_scheme=scheme) as theirs:
            other = signed_in(theirs, local, friend, place)
            purse.titled(other, words["for"])
            other.see(words["from"])
            other.see("慢慢花 Enjoy")
            sound(other, f"app-gift-look-{language}-{scheme}")
            other.page.get_by_role("button", name=words["take"]).dblclick()
            purse.titled(other, words["got"])
            sound(other, f"app-gift-got-{language}-{scheme}")
        page.reload()
        visit.see(words["taken"])
        expect(page.locator("code.secret")).to_have_count(0)
        sound(visit, f"app-gift-taken-{language}-{scheme}")
        with kit.context(browser, language, color_scheme=scheme) as theirs:
            other = signed_in(theirs, local, late, place)
            purse.titled(other, words["late"])
            sound(other, f"app-gift-late-{language}-{scheme}")
    assert moved(local, friend) == [("gift-card-claim", 8_800)]
    assert moved(local, buyer) == [("gift-card", -8_800)]
    assert moved(local, late) == []


def test_a_card_that_nobody_has_taken_is_cancelled_and_its_code_is_good_for_nothing(
    browser: Browser, local: dict[str, Any]
) -> None:
    buyer, friend = kit.newcomer(local, 20_000), kit.newcomer(local)
    made = relatives_kit.gift(purse.owner(local, buyer), 3_000, message="For tea")
    with kit.context(browser) as context:
        visit = signed_in(context, local, buyer)
        visit.refused += REFUSED
        page = purse.show(visit, f"/gift-cards/claim?code={made['code']}", "You bought this gift card")
        sound(visit, "app-gift-own-en-light")
        purse.show(visit, "/gift-cards", "Gift cards")
        page.get_by_role("link", name="Happy birthday").click()
        purse.titled(visit, "Your gift card of ¥30.00")
        page.get_by_role("button", name="Cancel it").click()
        page.get_by_role("dialog").get_by_role("button", name="Yes, cancel it").click()
        visit.see("You cancelled it. The money is back in your wallet")
        expect(page.locator("code.secret")).to_have_count(0)
        sound(visit, "app-gift-cancelled-en-light")
    with kit.context(browser) as context:
        visit = signed_in(context, local, friend, quote("/gift-cards/claim", safe=""))
        visit.refused += REFUSED
        page = visit.page
        page.locator("#code").fill("AAAA-not-a-code")
        page.keyboard.press("Enter")
        expect(page.locator(".problem")).to_be_visible(timeout=kit.PATIENCE_MS)
        visit.shot("app-gift-wrong-code-en-light")
        page.locator("#code").fill(made["code"].lower().replace("-", " "))
        page.keyboard.press("Enter")
        purse.titled(visit, "This gift card is over")
        visit.see("Whoever bought it has cancelled it.")
    assert sum(amount for _, amount in moved(local, buyer)) == 0
    assert moved(local, friend) == []


def test_what_cannot_be_bought_is_said_beside_its_field(browser: Browser, local: dict[str, Any]) -> None:
    with kit.context(browser) as context:
        visit = signed_in(context, local, kit.newcomer(local, 5_000))
        page = purse.show(visit, "/gift-cards/new", "Give a gift card")
        page.locator("#amount").fill("0.001")
        page.locator("button.main").click()
        visit.see("Type at most two decimals, such as 12.50.")
        page.locator("#amount").fill("51")
        visit.see("¥1.00 is missing in your wallet")
        page.locator("#amount").fill("5")
        page.locator("#message").fill("福" * 60)
        page.locator("button.main").click()
        visit.see("That is too long. Shorten it a little.")
        sound(visit, "app-gift-wrong-en-light")
