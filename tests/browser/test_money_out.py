"""Money out and the choice of a bank, each main flow once: what the screen says is what the API's own account says."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, expect

from infra.local.people import Person
from tests.browser import kit, purse, withdrawal_kit
from tests.browser.test_money_screens import signed_in, sound

FIELD = ("/v1/me/funding-methods",)
"""Refuses what is no account, and asks for a proof."""


def test_a_way_to_withdraw_is_added_and_money_leaves_once_or_comes_back(
    browser: Browser, local: dict[str, Any]
) -> None:
    person = withdrawal_kit.with_pin(local, kit.newcomer(local, 20_000))
    with kit.context(browser) as context:
        visit = signed_in(context, local, person)
        visit.refused += FIELD
        page = visit.page
        page.get_by_role("link", name="Withdraw").click()
        visit.see("First say where your money may go")
        page.get_by_role("link", name="Add a way to withdraw").click()
        purse.titled(visit, "Ways to withdraw")
        page.locator("#destination").fill("short")
        page.get_by_role("button", name="Add it").click()
        visit.see("That is no account number")
        sound(visit, "app-way-wrong-en-light")
        page.locator("#destination").fill(withdrawal_kit.ACCOUNT)
        page.keyboard.press("Enter")
        page.locator("#prove-pin").fill(withdrawal_kit.PIN)
        page.keyboard.press("Enter")
        visit.see("Sandbox bank •••• 3000")
        visit.see("Can be used from")
        sound(visit, "app-ways-en-light")
        purse.show(visit, "/withdraw", "Withdraw")
        visit.see("You can withdraw from")
        withdrawal_kit.cool_off(local, person)
        purse.show(visit, "/", "My money")

        first = begun(visit, "20.00")
        sound(visit, "app-withdrawal-pending-en-light")
        page.reload()
        kit.swept(local)
        purse.titled(visit, "Sent: ¥20.00")
        page.go_back()
        assert withdrawals(local, person) == [-2_000]

        begun(visit, "10.01")
        kit.swept(local)
        purse.titled(visit, "Not sent: ¥10.01")
        visit.see("The money is back in your wallet.")
        sound(visit, "app-withdrawal-failed-en-light")
        purse.show(visit, "/", "My money")
        expect(page.locator(".balance .sum")).to_have_text("¥180.00", timeout=kit.PATIENCE_MS)
        sound(visit, "app-home-withdrawing-en-light")
        purse.show(visit, "/activity", "Activity")
        page.get_by_role("button", name="Withdrawals").click()
        expect(page.locator(".rows > li")).to_have_count(3, timeout=kit.PATIENCE_MS)
        page.locator("#search").fill("came back")
        expect(page.locator(".rows > li")).to_have_count(1)
        page.locator(".rows a").click()
        purse.titled(visit, "Not sent: ¥10.01")
        purse.show(visit, f"/withdrawals/{first}", "Sent: ¥20.00")
        sound(visit, "app-withdrawal-sent-en-light")
    assert withdrawals(local, person) == [1_001, -1_001, -2_000]


def begun(visit: kit.Visit, amount: str) -> str:
    """A withdrawal by the screen, confirmed with two taps; its id."""
    page = purse.show(visit, "/withdraw", "Withdraw")
    page.locator("#amount").fill("9.99")
    page.locator("button.main").click()
    visit.see("Type at least ¥10.00")
    page.locator("#amount").fill(amount)
    sound(visit, "app-withdraw-en-light")
    page.locator("button.main").click()
    confirm = page.get_by_role("dialog").get_by_role("button", name=f"Withdraw ¥{amount}")
    expect(confirm).to_be_visible(timeout=kit.PATIENCE_MS)
    sound(visit, "app-withdraw-sure-en-light")
    confirm.dblclick()
    purse.titled(visit, f"On its way: ¥{amount}")
    return page.url.rpartition("/")[2]


def withdrawals(local: dict[str, Any], person: Person) -> list[int]:
    """Of withdrawals and what came back, newest first."""
    return [one["amount"] for one in purse.entries(local, person) if one["kind"].startswith("withdrawal")]


def test_a_bank_is_chosen_by_name_and_told(browser: Browser, local: dict[str, Any]) -> None:
    person = kit.newcomer(local)
    with kit.context(browser) as context:
        visit = signed_in(context, local, person)
        page = purse.show(visit, "/topup", "Top up")
        page.locator("#amount").fill("11.00")
        expect(page.get_by_role("radio", name="Choose for me")).to_be_checked()
        page.get_by_role("radio", name="Harbour bank (sandbox)").check()
        sound(visit, "app-topup-banks-en-light")
        page.locator("button.main").click()
        purse.titled(visit, "¥11.00 arrived")
        visit.see("Harbour bank (sandbox)")
    assert [(one["amount"], one["processor"]) for one in purse.entries(local, person)] == [(1_100, "harbour")]
