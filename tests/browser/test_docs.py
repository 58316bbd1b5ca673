"""The API's reference: in both languages, nothing from elsewhere, tried at once, and readable without JavaScript."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import kit

HARMLESS = {"landmark-unique", "region", "heading-order"}
"""What axe finds in the package's own markup and calls moderate."""


@pytest.mark.parametrize(("language", "scheme", "first"), [("en", "light", "Introduction"), ("zh", "dark", "简介")])
def test_it_speaks_the_readers_language_and_asks_nobody_else(
    browser: Browser, local: dict[str, Any], language: str, scheme: str, first: str
) -> None:
    with kit.context(browser, language, kit.DESK, color_scheme=scheme) as context:
        visit = kit.Visit(context, local["docs"])
        expect(visit.page.locator("#plain")).to_be_hidden(timeout=kit.PATIENCE_MS)
        visit.see(first)
        visit.shot(f"docs-{language}-{scheme}")
        assert {rule for rule, _ in visit.barriers()} <= HARMLESS
        assert (visit.complaints, visit.elsewhere()) == ([], set())


def test_a_call_can_be_tried_against_the_api_that_serves_the_page(browser: Browser, local: dict[str, Any]) -> None:
    with kit.context(browser, "en", kit.DESK) as context:
        visit = kit.Visit(context, local["docs"])
        visit.page.get_by_role("button", name="Test Request (get /health)").click(timeout=kit.PATIENCE_MS)
        with visit.page.expect_response(lambda answer: answer.url.endswith("/health")) as answered:
            visit.page.get_by_role("button", name="Send").first.click()
        assert answered.value.status == 200
        assert (visit.complaints, visit.elsewhere()) == ([], set())


def test_all_of_it_can_be_read_without_javascript(browser: Browser, local: dict[str, Any]) -> None:
    with kit.context(browser, "zh", kit.SMALL_PHONE, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(local["docs"])
        expect(page.locator("h1")).to_have_text("Coffer 接口")
        expect(page.get_by_text("/v1/payments", exact=True).first).to_be_visible()
        expect(page.locator("#insufficient-funds")).to_be_visible()


def test_no_other_page_loads_it(browser: Browser, local: dict[str, Any]) -> None:
    with kit.context(browser) as context:
        visit = kit.Visit(context, local["api"] + "/app/")
        visit.see("Sign in")
        assert [url for url in visit.asked if "@scalar" in url] == []
