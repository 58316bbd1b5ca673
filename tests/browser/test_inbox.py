"""The inbox: what is new is marked until it was read, here and in the other tab, and speaks the reader's language."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, expect

from tests.browser import kit
from tests.browser.test_modes import entered, went


def test_a_notice_is_unread_until_it_is_opened_and_the_number_on_the_tab_says_so(
    browser: Browser, local: dict[str, Any]
) -> None:
    with kit.context(browser) as context:
        visit = kit.Visit(context, local["api"] + "/app/#/sign-in")
        entered(visit, kit.newcomer(local, 12_345))
        page = went(visit, "/inbox")
        expect(page.locator(".badge")).to_have_text("2", timeout=kit.PATIENCE_MS)
        expect(page.locator("main h2").first).to_have_text("Today")
        visit.shot("inbox-en")
        page.get_by_role("link", name="¥123.45 has arrived").click()
        visit.see("is in your wallet")
        expect(page.locator(".badge")).to_have_text("1")
        visit.shot("notice-en")
        assert visit.barriers() == []
        other = context.new_page()
        other.goto(local["api"] + "/app/#/inbox")
        expect(other.locator(".unread")).to_have_count(1, timeout=kit.PATIENCE_MS)
        other.get_by_role("button", name="Mark all as read").click()
        expect(page.locator(".badge")).to_have_count(0)
        page.reload()
        visit.see("is in your wallet")
        expect(page.locator(".badge")).to_have_count(0)
        assert visit.complaints == []


def test_the_inbox_is_told_anew_in_the_language_that_is_chosen(browser: Browser, local: dict[str, Any]) -> None:
    with kit.context(browser) as context:
        visit = kit.Visit(context, local["api"] + "/app/#/sign-in")
        entered(visit, kit.newcomer(local, 12_345))
        went(visit, "/inbox").get_by_role("button", name="中文").click()
        visit.see("¥123.45 已到账")


def test_the_inbox_can_be_read_without_a_connection(browser: Browser, local: dict[str, Any]) -> None:
    with kit.context(browser) as context:
        visit = kit.Visit(context, local["api"] + "/app/#/sign-in")
        entered(visit, kit.newcomer(local, 12_345))
        page = went(visit, "/inbox")
        page.get_by_role("link", name="¥123.45 has arrived").click()
        visit.see("is in your wallet")
        went(visit, "/")
        context.set_offline(True)
        page.locator("nav").get_by_text("Inbox").click()
        visit.see("No connection")
        page.get_by_role("link", name="¥123.45 has arrived").click()
        visit.see("is in your wallet")
