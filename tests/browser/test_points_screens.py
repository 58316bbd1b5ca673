"""Points in the wallet: earned, redeemed, used to pay; what the screen says is what the API's own account says."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from infra.local import people
from tests.browser import coupon_kit, kit, points_kit, purse
from tests.browser.test_modes import SMALL_LETTERS, SMALL_TARGETS, entered, went
from tests.browser.test_money_screens import signed_in, sound
from tests.browser.test_rewards_screens import bill, fact

NAME = points_kit.NAME["en"]


def test_a_payment_says_what_it_earned(browser: Browser, local: dict[str, Any]) -> None:
    person, order = kit.newcomer(local, 20_000), purse.checkout(local, 3_000, "earning")
    points_kit.programme(local)
    with kit.context(browser) as context:
        visit = signed_in(context, local, person)
        page = bill(visit, order)
        page.get_by_role("button", name="Pay ¥30.00").click(timeout=kit.PATIENCE_MS)
        purse.titled(visit, "Paid: ¥30.00")
        visit.see(f"You earned 300 points: {NAME}.")
        sound(visit, "app-result-points-en-light")
        page.get_by_role("link", name="Receipt").click()
        purse.titled(visit, "Receipt")
        visit.see(f"You earned 300 points: {NAME}.")


def test_points_become_a_coupon_after_a_question_and_once(browser: Browser, local: dict[str, Any]) -> None:
    person = kit.newcomer(local, 20_000)
    caller, made = points_kit.earned(local, person, 900), points_kit.reward(local, 600, "For leaves", "积分换券")
    with kit.context(browser) as context:
        visit = signed_in(context, local, person)
        page = purse.show(visit, "/points", "Points")
        mine = page.get_by_role("article", name=NAME)
        expect(mine).to_contain_text("900 points", timeout=kit.PATIENCE_MS)
        expect(mine).to_contain_text("100 points pay ¥1.00 of a purchase, from 100 points on.")
        expect(mine).to_contain_text("Every purchase: 1 points for every ¥0.10 that you pay")
        sound(visit, "app-points-en-light")
        mine.get_by_role("button", name=f"Get it for 600 points: {made['name']['en']}").click()
        visit.see("300 points stay with you.")
        visit.shot("app-points-sure-en-light")
        page.locator("dialog").get_by_role("button", name="Get it for 600 points").click()
        expect(mine).to_contain_text("600 points: 300 more to go", timeout=kit.PATIENCE_MS)
        mine.get_by_role("link", name="What became of them").click()
        purse.titled(visit, NAME)
        rows = page.locator("ul.rows > li")
        expect(rows.nth(0)).to_contain_text("−600", timeout=kit.PATIENCE_MS)
        expect(rows.nth(1)).to_contain_text("+900")
        sound(visit, "app-points-history-en-light")
    assert points_kit.mine(local, caller)["balance"] == 300
    assert [(one["name"], one["why"]) for one in coupon_kit.mine(caller.twin()).values()] == [
        (made["name"]["en"], "redemption")
    ]


def test_points_pay_a_part_alone_and_a_refund_gives_them_back(browser: Browser, local: dict[str, Any]) -> None:
    person = kit.newcomer(local, 20_000)
    caller, coupon = points_kit.earned(local, person, 1_000), coupon_kit.given(local, person)
    order = purse.checkout(local, 2_000, "with-points")
    with kit.context(browser) as context:
        visit = signed_in(context, local, person)
        page = bill(visit, order)
        expect(page.get_by_role("button", name="Pay ¥15.00")).to_be_visible(timeout=kit.PATIENCE_MS)
        visit.see("One of these for each purchase; they do not go together.")
        page.locator("label.choice", has_text=NAME).click()
        expect(page.get_by_role("button", name="Pay ¥10.00")).to_be_visible()
        page.locator("#how-much").fill("99")
        visit.see("Type a number from 100 to 1,000.")
        page.locator("#how-much").fill("400")
        fact(page, "Points", "−¥4.00")
        sound(visit, "app-checkout-points-en-light")
        page.get_by_role("button", name="Pay ¥16.00").click()
        purse.titled(visit, "Paid: ¥16.00")
        fact(page, "Points", "−¥4.00 · 400 points")
        page.get_by_role("link", name="Receipt").click()
        purse.titled(visit, "Receipt")
        fact(page, "Points", "−¥4.00 · 400 points")
        sound(visit, "app-receipt-points-en-light")
        (paid,) = (one for one in purse.entries(local, person) if one.get("order_reference") == "with-points")
        assert paid["amount"] == -1_600
        purse.till(local).insist(f"/v1/payments/{paid['movement_id']}/refunds", {"amount": 2_000}).expect(201)
        people.wait_for(lambda: points_kit.mine(local, caller)["balance"] == 1_000 or None, "the points")
        purse.show(visit, f"/payments/{paid['movement_id']}", "Receipt")
        fact(page, "Refunded", "¥16.00")
    assert coupon_kit.mine(caller.twin())[coupon]["status"] == "active"


@pytest.mark.parametrize(
    ("mode", "language", "scheme"), [("standard", "zh", "dark"), ("easy", "zh", "light"), ("social", "en", "dark")]
)
def test_points_in_each_mode(browser: Browser, local: dict[str, Any], mode: str, language: str, scheme: Any) -> None:
    person = kit.newcomer(local, 20_000, language)
    points_kit.reward(local, 600, "For leaves", "积分换券")
    points_kit.earned(local, person, 900)
    order = purse.checkout(local, 3_000, f"points-{mode}")
    paths = {"/": "home", "/points": "points", f"/pay/{order['id']}": "checkout-points"}
    with kit.context(browser, language, kit.SMALL_PHONE, color_scheme=scheme) as context:
        visit = kit.Visit(context, local["api"] + "/app/#/sign-in")
        entered(visit, person, mode if mode != "standard" else "")
        for path, shot in paths.items():
            page = went(visit, path)
            expect(page.get_by_text(points_kit.NAME[language]).first).to_be_visible(timeout=kit.PATIENCE_MS)
            if "pay" in path:
                page.locator("label.choice", has_text=points_kit.NAME[language]).click()
                expect(page.locator("#how-much")).to_be_visible()
            visit.shot(f"{mode}-{shot}-{language}")
            least, letters = (60, page.evaluate(SMALL_LETTERS)) if mode == "easy" else (24, [])
            assert (path, letters, page.evaluate(SMALL_TARGETS, least)) == (path, [], [])
            assert (path, visit.width(), visit.barriers()) == (path, 360, [])
        assert visit.complaints == []
