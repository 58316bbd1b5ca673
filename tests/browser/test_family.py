"""Guardians and wards on their screens: asked, accepted, a payment approved or declined, let go."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, expect

from tests.browser import family_kit, kit
from tests.browser.test_modes import entered, went


def test_a_guardian_is_asked_accepts_and_is_shown_with_their_name_and_what_they_see(
    browser: Browser, local: dict[str, Any]
) -> None:
    ward, guardian = kit.newcomer(local), kit.newcomer(local, language="zh")
    with kit.context(browser) as ours, kit.context(browser, "zh") as theirs:
        visit = kit.Visit(ours, local["api"] + "/app/#/sign-in")
        entered(visit, ward, "easy")
        page = went(visit, "/family")
        page.get_by_label("Their e-mail or phone").fill(guardian.identifier)
        page.get_by_role("button", name="Ask them").click()
        visit.see("waiting for their yes")
        other = kit.Visit(theirs, local["api"] + "/app/#/sign-in")
        entered(other, guardian, "social")
        went(other, "/").get_by_role("link", name="邀请您担任守护人").click()
        other.page.get_by_role("button", name="接受").click()
        other.see("的大额付款需先经您确认")
        went(visit, "/")
        visit.page.reload()
        visit.see("王小明 agrees to your large payments")
        went(visit, "/family")
        visit.see("Not your balance, not your other payments.")
        visit.see("A payment of yours above ¥1,000.00 takes a guardian's yes.")
        visit.shot("family-guarded-en")
        page.get_by_role("button", name="End the guardianship").click()
        page.get_by_role("dialog").get_by_role("button", name="End the guardianship").click()
        visit.see("is your guardian until")
        assert (visit.complaints, other.complaints) == ([], [])


def test_a_payment_of_a_ward_is_approved_and_another_declined_each_after_a_second_question(
    browser: Browser, local: dict[str, Any]
) -> None:
    home = family_kit.family(local, funds=500_000)
    first = family_kit.waits(local, home)
    second = family_kit.waits(local, home, family_kit.LARGE + 1)
    with kit.context(browser) as context:
        visit = kit.Visit(context, local["api"] + "/app/#/sign-in", refused=(f"/v1/me/approvals/{first}/approve",))
        entered(visit, home.guardian)
        page = went(visit, "/inbox")
        page.get_by_role("link", name="A payment of ¥1,000.01 waits for you").click()
        page.get_by_role("link", name="Look at the payment").click()
        page.locator(f"a[href='#/approvals/{first}']").click()
        visit.see("Ann Example")
        visit.see("¥1,000.01")
        visit.shot("approval-en")
        assert visit.barriers() == []
        page.get_by_role("button", name="Agree").click()
        page.get_by_role("dialog").get_by_role("button", name="Agree").click()
        page.get_by_label("Payment PIN").fill(family_kit.PIN)
        page.get_by_role("button", name="Confirm").click()
        expect(page.locator("dd").get_by_text(kit.AGREED)).to_be_visible(timeout=kit.PATIENCE_MS)
        went(visit, f"/approvals/{second}").get_by_role("button", name="Decline").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_role("button", name="Cancel").click()
        expect(page.get_by_text("Waits for you", exact=True)).to_be_visible()
        page.get_by_role("button", name="Decline").click()
        dialog.get_by_role("button", name="Decline").click()
        expect(page.locator("dd").get_by_text("You declined")).to_be_visible(timeout=kit.PATIENCE_MS)
        assert visit.complaints == []
    states = {one["id"]: one["status"] for one in home.at_the_guardian.get("/v1/me/approvals").expect(200)["data"]}
    assert states in ({first: paid, second: "declined"} for paid in ("approved", "used"))
