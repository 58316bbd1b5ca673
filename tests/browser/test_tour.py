"""The tour works for a newcomer: every act ends as it promises, in both languages, and nothing leaves the machine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.kit import PATIENCE_MS, SCREENS, Visit

AMOUNT = r"¥[\d,.]+"
HAPPENED = {
    "topup": r"¥200\.00 credited once, [\d,]+ ms after the tap",
    "pay": rf"for {AMOUNT}, in [\d,]+ ms: one transaction wrote balance, payment, entry and order",
    "taps": rf"50 requests, one key, 1 payment of {AMOUNT} 50 of 50 answers are equal byte for byte; 49 of them",
    "drop": rf"got the receipt of the first payment in [\d,]+ ms\. Paid once: {AMOUNT}",
    "replay": r"answered 200\. But the event is known: ¥0\.00 credited",
    "forge": r"Two forgeries over ¥20,000\.00: both 401 invalid-signature\. Nothing was written, ¥0\.00 credited",
    "drain": rf"20 payments of {AMOUNT}: 12 went through, 8 were refused for want of funds",
}
"""What each act tells when everything was as it should be."""
REFUSED_ON_PURPOSE = ("/v1/payments", "/v1/webhooks/sandbox")


class Tour(Visit):
    def __init__(self, context: BrowserContext, address: str):
        super().__init__(context, address, REFUSED_ON_PURPOSE)
        expect(self.page.locator(".books")).to_be_visible(timeout=PATIENCE_MS)

    def play(self, act: str) -> str:
        """Press the button, wait for the end; what the page then tells."""
        self.page.locator(f"[data-act={act}] button").click()
        told = self.page.locator(f"[data-act={act}][data-busy=false] .happened")
        expect(told).to_be_visible(timeout=PATIENCE_MS)
        return told.inner_text()


@pytest.fixture(scope="module")
def english(browser: Browser, local: dict[str, Any]) -> Iterator[Tour]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB", color_scheme="light")
    yield Tour(context, local["tour"])
    context.close()


@pytest.mark.parametrize("act", HAPPENED)
def test_each_act_ends_as_it_promises(english: Tour, act: str) -> None:
    assert re.search(HAPPENED[act], english.play(act))
    expect(english.page.locator(f"[data-act={act}]")).to_have_attribute("data-tone", "good")


def test_a_payment_is_settled_while_one_watches(english: Tour) -> None:
    english.play("taps")
    settled = english.page.locator(".trip.wide [data-station=settlement][data-state=done]")
    expect(settled).to_contain_text("after", timeout=PATIENCE_MS)


def test_the_books_sum_to_nothing_after_all_of_it(english: Tour) -> None:
    books = english.page.locator(".books")
    expect(books).to_contain_text("The books sum to ¥0.00")
    expect(books).to_have_attribute("data-balanced", "true", timeout=PATIENCE_MS)
    english.page.screenshot(path=SCREENS / "tour-en.png", animations="disabled")


def test_an_act_can_be_played_from_the_keyboard(english: Tour) -> None:
    english.page.locator("[data-act=topup] button").focus()
    english.page.keyboard.press("Enter")
    expect(english.page.locator("[data-act=topup]")).to_have_attribute("data-busy", "true")
    expect(english.page.locator("[data-act=topup]")).to_have_attribute("data-busy", "false", timeout=PATIENCE_MS)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible(english: Tour, scheme: Any) -> None:
    english.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    english.page.wait_for_timeout(500)
    assert english.barriers() == []


def test_nothing_leaves_the_machine_and_nothing_complains(english: Tour) -> None:
    assert english.elsewhere() == set()
    assert english.complaints == []


def test_it_speaks_chinese_to_a_chinese_browser_and_remembers_a_choice(browser: Browser, local: dict[str, Any]) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN", color_scheme="dark")
    visit = Tour(context, local["tour"])
    expect(visit.page.locator("h1")).to_have_text("试试看，能不能弄丢一分钱。")
    assert "入账一次" in visit.play("topup")
    assert "50 个应答中有 50 个逐字节相同" in visit.play("taps")
    visit.page.screenshot(path=SCREENS / "tour-zh.png", animations="disabled")
    visit.page.get_by_role("button", name="English").click()
    visit.page.reload()
    expect(visit.page.locator("h1")).to_have_text("Try to lose a cent.")
    assert visit.page.locator("html").get_attribute("lang") == "en"
    assert visit.complaints == []
    context.close()


def test_a_visitor_goes_on_after_their_access_token_has_run_out(browser: Browser, local: dict[str, Any]) -> None:
    context = browser.new_context(locale="en-GB")
    visit = Tour(context, local["tour"])
    visit.play("topup")
    visit.page.evaluate(
        """() => {
          const stored = JSON.parse(sessionStorage["coffer.tour.visitor"]);
          stored.customer.access_token = "stale";
          sessionStorage["coffer.tour.visitor"] = JSON.stringify({ ...stored, until: 0 });
        }"""
    )
    visit.page.reload()
    expect(visit.page.locator(".balance output")).to_have_text("¥200.00", timeout=PATIENCE_MS)
    assert sum(urlsplit(url).path == "/v1/sessions/refresh" for url in visit.asked) == 1
    context.close()


def test_it_fits_a_small_phone(browser: Browser, local: dict[str, Any]) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="en-GB")
    visit = Tour(context, local["tour"])
    visit.play("pay")
    assert visit.width() <= 360
    context.close()
