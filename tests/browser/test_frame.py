"""The frame of the wallet app: anybody finds the way in, in both languages, and nothing leaves the machine."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import kit


@pytest.mark.parametrize(("language", "title"), [("en", "Money you can rely on"), ("zh", "放心的钱包")])
def test_it_speaks_the_browsers_language(browser: Browser, local: dict[str, Any], language: str, title: str) -> None:
    with kit.context(browser, language) as context:
        visit = kit.Visit(context, local["api"] + "/app/")
        visit.see(title)
        visit.shot(f"app-welcome-{language}")
        assert (visit.barriers(), visit.complaints, visit.elsewhere()) == ([], [], set())


def test_a_code_on_a_till_leads_into_the_app(browser: Browser, local: dict[str, Any]) -> None:
    with kit.context(browser) as context:
        visit = kit.Visit(context, local["api"] + "/pay/chk_01k00000000000000000000000")
        visit.see("Sign in")
        assert "/app/#/sign-in?then=%2Fpay%2Fchk_01k00000000000000000000000" in visit.page.url


def test_a_wallet_is_shown_after_signing_in_and_after_a_reload(browser: Browser, local: dict[str, Any]) -> None:
    person = kit.newcomer(local, funds=12_345)
    with kit.context(browser) as context:
        visit = kit.Visit(context, local["api"] + "/app/#/sign-in")
        kit.sign_in(visit, person)
        visit.see("¥123.45")
        visit.page.reload()
        visit.see("¥123.45")
        expect(visit.page.locator("h1")).to_have_text("My money")
        assert visit.complaints == []
