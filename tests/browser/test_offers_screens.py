"""Offers chosen by what somebody buys: why each is shown, the switch that ends it, and the question of easy mode."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from infra.local import people
from tests.browser import coupon_kit, kit, purse
from tests.browser.test_modes import SMALL_LETTERS, SMALL_TARGETS, entered, went
from tests.browser.test_money_screens import signed_in, sound


def bought(local: dict[str, Any], person: Any, times: int) -> None:
    """At the demo's first shop."""
    caller, shop = purse.owner(local, person), local["people"]["merchants"][0]["id"]
    for number in range(times):
        wish = {"wallet_id": people.wallets(caller)[0]["id"], "merchant_id": shop, "amount": 1_000 + number}
        caller.insist("/v1/payments", wish | {"currency": "CNY", "order_reference": f"tea-{number}"}).expect(201)


def offered(local: dict[str, Any], language: str = "en") -> str:
    """At the demo's first shop; what it is called."""
    shop, name = local["people"]["merchants"][0]["id"], coupon_kit.named("Tea again", "再来一杯")
    coupon_kit.template(local, public=True, merchant_ids=[shop], **name)
    return str(name["name"][language])


def why(page: Page, name: str) -> Any:
    return page.get_by_role("article", name=name).locator(".why")


def test_an_offer_says_that_it_follows_from_what_they_buy_until_that_is_switched_off(
    browser: Browser, local: dict[str, Any]
) -> None:
    person = kit.newcomer(local, 20_000)
    bought(local, person, 3)
    tea = offered(local)
    with kit.context(browser) as context:
        visit = signed_in(context, local, person)
        page = purse.show(visit, "/coupons", "Coupons")
        expect(why(page, tea)).to_have_text("New at a shop where you often pay.", timeout=kit.PATIENCE_MS)
        page.get_by_text("What is kept for it", exact=True).click()
        expect(page.locator(".switches li").last).to_contain_text("3 in the last 30 days")
        sound(visit, "app-offers-en-light")
        page.get_by_role("switch", name="Choose offers by what I buy").click()
        visit.see("Switched off. What was kept for it is deleted.")
        expect(why(page, tea)).to_contain_text("nothing that we know of you decided it")
        expect(page.get_by_text("What is kept for it", exact=True)).to_have_count(0)
        sound(visit, "app-offers-off-en-light")
    chosen = purse.owner(local, person).get("/v1/me/offers").expect(200)
    assert (chosen["personal"], chosen["chosen"], chosen["known"]) == (False, "off", None)


@pytest.mark.parametrize(("language", "yes"), [("zh", True), ("en", False)])
def test_in_easy_mode_nothing_is_personal_before_the_question_is_answered(
    browser: Browser, local: dict[str, Any], language: str, yes: bool
) -> None:
    person = kit.newcomer(local, 20_000, language)
    bought(local, person, 3)
    tea = offered(local, language)
    question, answer, personal, open_to_all = {
        "en": ("Shall we choose offers", "No, the same for everybody", "where you often pay", "Everybody may take"),
        "zh": ("要按您的消费为您推荐优惠吗", "好，为我推荐", "您常去的商户", "人人可领"),
    }[language]
    with kit.context(browser, language, kit.SMALL_PHONE) as context:
        visit = kit.Visit(context, local["api"] + "/app/#/sign-in")
        entered(visit, person, "easy")
        page = went(visit, "/coupons")
        expect(page.get_by_role("heading", name=question)).to_be_visible(timeout=kit.PATIENCE_MS)
        expect(why(page, tea)).to_contain_text(open_to_all)
        visit.shot(f"easy-offers-asked-{language}")
        assert page.evaluate(SMALL_LETTERS) == [] and page.evaluate(SMALL_TARGETS, 60) == []
        page.get_by_role("button", name=answer).click()
        expect(page.get_by_role("heading", name=question)).to_have_count(0, timeout=kit.PATIENCE_MS)
        expect(why(page, tea)).to_contain_text(personal if yes else open_to_all, timeout=kit.PATIENCE_MS)
        assert page.evaluate(SMALL_LETTERS) == [] and page.evaluate(SMALL_TARGETS, 60) == []
        assert (visit.width(), visit.barriers(), visit.complaints) == (360, [], [])
