"""Coupons in the wallet: what the screen says before and after is what the API's own account says."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from infra.local import people
from infra.local.client import new_key
from tests.browser import coupon_kit, kit, purse
from tests.browser.test_modes import SMALL_LETTERS, SMALL_TARGETS, entered, went
from tests.browser.test_money_screens import signed_in, sound


def bill(visit: kit.Visit, order: dict[str, Any], title: str = "Confirm and pay", query: str = "") -> Page:
    return purse.show(visit, f"/pay/{order['id']}{query}", title)


def fact(page: Page, name: str, value: str) -> None:
    line = page.locator(".facts > div", has=page.locator("dt", has_text=name)).first
    expect(line.locator("dd")).to_contain_text(value, timeout=kit.PATIENCE_MS)


def test_the_best_coupon_is_proposed_and_pays_and_the_receipt_says_so(browser: Browser, local: dict[str, Any]) -> None:
    person = kit.newcomer(local, 20_000)
    caller = purse.owner(local, person)
    five, third = coupon_kit.given(local, person), coupon_kit.given(local, person, **coupon_kit.PERCENT)
    coupon_kit.given(local, person, minimum_spend=50_000, **coupon_kit.named("Too dear", "门槛太高"))
    order = purse.checkout(local, 3_000, "coupon-order")
    with kit.context(browser) as context:
        visit = signed_in(context, local, person)
        page = bill(visit, order)
        expect(page.get_by_role("radio", name="¥9.00 less · saves most")).to_be_checked(timeout=kit.PATIENCE_MS)
        expect(page.locator(".coupons input")).to_have_count(3)
        expect(page.locator(".bill .sum")).to_have_text("¥21.00")
        page.get_by_text("Coupons that do not fit this bill (1)").click()
        visit.see("It takes a purchase of ¥500.00 or more.")
        for name, value in {"Price": "¥30.00", "Coupon": "−¥9.00", "You pay": "¥21.00", "Left": "¥179.00"}.items():
            fact(page, name, value)
        sound(visit, "app-checkout-coupon-en-light")
        page.get_by_role("radio", name="No coupon this time").check()
        expect(page.get_by_role("button", name="Pay ¥30.00")).to_be_visible()
        page.get_by_role("radio", name="¥5.00 less").check()
        expect(page.get_by_role("button", name="Pay ¥25.00")).to_be_visible()
        page.get_by_role("radio", name="¥9.00 less").check()
        page.get_by_role("button", name="Pay ¥21.00").click()
        purse.titled(visit, "Paid: ¥21.00")
        fact(page, "Coupon", "−¥9.00 · A third off")
        sound(visit, "app-result-coupon-en-light")
        page.get_by_role("link", name="Receipt").click()
        purse.titled(visit, "Receipt")
        expect(page.locator(".sum")).to_have_text("¥21.00")
        fact(page, "Price", "¥30.00")
        fact(page, "Coupon", "−¥9.00")
        sound(visit, "app-receipt-coupon-en-light")
        purse.show(visit, "/coupons", "Coupons")
        page.get_by_text("Used (1)").click()
        used = page.get_by_role("article", name="A third off")
        expect(used.get_by_role("link", name="The payment it helped")).to_be_visible()
        sound(visit, "app-coupons-en-light")
    found = coupon_kit.mine(caller)
    assert (found[third]["status"], found[five]["status"]) == ("used", "active")
    assert [(one["kind"], one["amount"]) for one in purse.entries(local, person)][:1] == [("payment", -2_100)]


def test_a_refund_says_what_came_back_and_what_was_the_coupons(browser: Browser, local: dict[str, Any]) -> None:
    person = kit.newcomer(local, 20_000)
    caller, coupon = purse.owner(local, person), coupon_kit.given(local, person)
    order = purse.checkout(local, 3_000, "refunded-order")
    wish = {"wallet_id": people.wallets(caller)[0]["id"], "checkout_id": order["id"], "coupon_id": coupon}
    paid = caller.insist("/v1/payments", wish).expect(201)
    purse.till(local).insist(f"/v1/payments/{paid['id']}/refunds", {"amount": 1_500}).expect(201)
    with kit.context(browser) as context:
        visit = signed_in(context, local, person)
        page = purse.show(visit, f"/payments/{paid['id']}", "Receipt")
        fact(page, "Refunded", "¥12.50")
        visit.see("¥12.50 refunded")
        purse.show(visit, "/activity", "Activity")
        page.get_by_role("link", name="Refund").first.click()
        fact(page, "Besides, of what helped to pay", "¥2.50")
        sound(visit, "app-refund-coupon-en-light")


def test_a_coupon_that_was_used_elsewhere_meanwhile_is_refused_in_words_with_the_way_back(
    browser: Browser, local: dict[str, Any]
) -> None:
    person = kit.newcomer(local, 20_000)
    caller, coupon = purse.owner(local, person), coupon_kit.given(local, person)
    order, other = purse.checkout(local, 2_000, "second"), purse.checkout(local, 1_000, "first")
    with kit.context(browser) as context:
        visit = signed_in(context, local, person)
        page = bill(visit, order)
        expect(page.get_by_role("button", name="Pay ¥15.00")).to_be_visible(timeout=kit.PATIENCE_MS)
        wish = {"wallet_id": people.wallets(caller)[0]["id"], "checkout_id": other["id"], "coupon_id": coupon}
        caller.insist("/v1/payments", wish).expect(201)
        page.get_by_role("button", name="Pay ¥15.00").click()
        purse.titled(visit, "Not paid: ¥15.00")
        visit.see("This coupon is used already. No money has moved.")
        sound(visit, "app-result-coupon-refused-en-light")
        page.get_by_role("link", name="Back to the bill, without this coupon").click()
        purse.titled(visit, "Confirm and pay")
        page.get_by_role("button", name="Pay ¥20.00").click()
        purse.titled(visit, "Paid: ¥20.00")
    assert purse.paid(local, person) == {"first": 1, "second": 1}


def test_at_a_counter_a_coupon_joins_as_soon_as_the_amount_is_enough(browser: Browser, local: dict[str, Any]) -> None:
    person, shop = kit.newcomer(local, 20_000), local["people"]["merchants"][0]["id"]
    coupon_kit.given(local, person)
    with kit.context(browser) as context:
        visit = signed_in(context, local, person)
        page = purse.show(visit, f"/pay?merchant={shop}", "Pay at the counter")
        page.locator("#amount").fill("9.99")
        expect(page.get_by_role("button", name="Pay ¥9.99")).to_be_visible(timeout=kit.PATIENCE_MS)
        assert page.locator(".coupons").count() == 0
        page.locator("#amount").fill("12.80")
        sound(visit, "app-shop-coupon-en-light")
        page.get_by_role("button", name="Pay ¥7.80").click()
        purse.titled(visit, "Paid: ¥7.80")
    assert purse.entries(local, person)[0]["amount"] == -780


def test_a_bill_without_coupons_is_paid_as_before(browser: Browser, local: dict[str, Any]) -> None:
    person, order = kit.newcomer(local, 5_000), purse.checkout(local, 1_280, "plain")
    with kit.context(browser) as context:
        visit = signed_in(context, local, person)
        page = bill(visit, order)
        page.get_by_role("button", name="Pay ¥12.80").click(timeout=kit.PATIENCE_MS)
        purse.titled(visit, "Paid: ¥12.80")
        assert page.locator(".coupons").count() == 0
        assert visit.complaints == []


@pytest.mark.parametrize(
    ("mode", "language", "scheme"), [("standard", "en", "dark"), ("easy", "zh", "light"), ("social", "zh", "dark")]
)
def test_an_offer_is_taken_once_and_says_why_in_every_mode(
    browser: Browser, local: dict[str, Any], mode: str, language: str, scheme: str
) -> None:
    person, name = kit.newcomer(local, 9_000, language), coupon_kit.named("Welcome", "欢迎")
    coupon_kit.template(local, public=True, **name)
    order = purse.checkout(local, 3_000, f"{mode}-{new_key()[:8]}")
    take, mine, why = {
        "en": ("Take it", "You have taken this one.", "Everybody may take this one"),
        "zh": ("领取", "您已领取。", "人人可领"),
    }[language]
    with kit.context(browser, language, kit.SMALL_PHONE, color_scheme=scheme) as context:
        visit = kit.Visit(context, local["api"] + "/app/#/sign-in")
        entered(visit, person, mode if mode != "standard" else "")
        page = went(visit, "/me")
        page.locator("a[href='#/coupons']").click()
        offer = page.locator(".offer").filter(has_text=name["name"][language])
        expect(offer).to_contain_text(why, timeout=kit.PATIENCE_MS)
        offer.get_by_role("button", name=take).click()
        expect(page.locator(".offer").filter(has_text=mine).first).to_be_visible(timeout=kit.PATIENCE_MS)
        for path, shot in {"/coupons": "coupons", f"/pay/{order['id']}": "checkout-coupon"}.items():
            page = went(visit, path)
            expect(page.locator(".coupon, .coupons").first).to_be_visible(timeout=kit.PATIENCE_MS)
            visit.shot(f"{mode}-{shot}-{language}")
            least, letters = (60, page.evaluate(SMALL_LETTERS)) if mode == "easy" else (24, [])
            assert (path, letters, page.evaluate(SMALL_TARGETS, least)) == (path, [], [])
            assert (path, visit.width(), visit.barriers()) == (path, 360, [])
        assert visit.complaints == []
    assert [one["why"] for one in coupon_kit.mine(purse.owner(local, person)).values()] == ["offer"]


def test_an_offer_that_is_gone_says_so_and_what_is_there_now(browser: Browser, local: dict[str, Any]) -> None:
    person, name = kit.newcomer(local), coupon_kit.named("The last one", "最后一张")
    offered = coupon_kit.template(local, public=True, budget_count=1, **name)
    claims = f"/v1/offers/{offered['id']}/claims"
    with kit.context(browser) as context:
        visit = signed_in(context, local, person)
        visit.refused = (*visit.refused, claims)
        page = purse.show(visit, "/coupons", "Coupons")
        offer = page.get_by_role("article", name=name["name"]["en"])
        expect(offer.get_by_role("button", name="Take it")).to_be_visible(timeout=kit.PATIENCE_MS)
        purse.owner(local, kit.newcomer(local)).insist(claims, {}).expect(201)
        offer.get_by_role("button", name="Take it").click()
        visit.see("All of these coupons have been given out.")
        visit.see("You have not lost anything.")
        sound(visit, "app-offer-gone-en-light")
