"""A prepaid card from the terms to the money back: what the screen says is what the API's own account says."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, expect

from infra.local.client import new_key
from tests.browser import cards, kit, purse
from tests.browser.test_money_screens import signed_in, sound


def test_a_card_is_bought_by_its_terms_pays_and_gives_its_principal_back(
    browser: Browser, local: dict[str, Any]
) -> None:
    person, name = kit.newcomer(local, 20_000), f"Teas {new_key()[:8]}"
    plan, shop = cards.offered(local, name=name, purchase_fee=100), local["people"]["merchants"][0]
    with kit.context(browser) as context:
        visit = signed_in(context, local, person)
        page = visit.page
        purse.show(visit, f"/shops/{shop['id']}/cards", f"Prepaid cards of {shop['name']}")
        offer = page.get_by_role("region", name=name)
        for term in ("¥100.00", "¥20.00", "¥1.00, on top; it is not given back", "Always, all of your own money"):
            expect(offer).to_contain_text(term, timeout=kit.PATIENCE_MS)
        sound(visit, "app-shop-cards-en-light")
        offer.get_by_role("button", name="Buy for ¥101.00").click()
        page.get_by_role("dialog").get_by_role("button", name="Buy for ¥101.00").click()
        purse.titled(visit, shop["name"])
        expect(page.locator(".balance .sum")).to_have_text("¥120.00", timeout=kit.PATIENCE_MS)
        sound(visit, "app-card-en-light")

        order = purse.checkout(local, 2_500, "card-order")
        page.evaluate("path => { location.hash = path }", f"/pay/{order['id']}")
        expect(page.get_by_role("radio", name="Your card of this shop")).to_be_checked(timeout=kit.PATIENCE_MS)
        sound(visit, "app-checkout-card-en-light")
        page.get_by_role("button", name="Pay ¥25.00").click()
        visit.see("Paid: ¥25.00")

        purse.show(visit, "/", "My money")
        page.get_by_role("link", name=shop["name"]).first.click()
        expect(page.locator(".balance .sum")).to_have_text("¥95.00", timeout=kit.PATIENCE_MS)
        page.get_by_role("button", name="Take ¥95.00 back to my wallet").click()
        page.get_by_role("dialog").get_by_role("button", name="Take it back").click()
        expect(page.locator(".balance .sum")).to_have_text("¥0.00", timeout=kit.PATIENCE_MS)
        purse.show(visit, "/", "My money")
        expect(page.locator(".balance .sum")).to_have_text("¥194.00", timeout=kit.PATIENCE_MS)
        sound(visit, "app-home-after-card-en-light")
    kinds = [(one["kind"], one["amount"]) for one in purse.entries(local, person)][:2]
    assert kinds == [("card-refund", 9_500), ("card-purchase", -10_100)]
    assert plan["status"] == "offered"
