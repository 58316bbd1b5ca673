"""Somebody's credit in the console: the line and the plans, for whoever may see them."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import credit_kit, kit, purse
from tests.browser.console_kit import console, heading


@pytest.mark.parametrize(("language", "title"), [("en", "Person"), ("zh", "客户")])
def test_a_persons_page_has_their_plans_and_gives_up_none_that_runs(
    browser: Browser, local: dict[str, Any], language: str, title: str
) -> None:
    person = credit_kit.with_line(local)
    plan = credit_kit.borrowed(local, person)
    who = purse.owner(local, person).get("/v1/me").expect(200)["id"]
    with console(browser, local, language) as visit:
        page = visit.page
        page.goto(local["api"] + f"/console/#/people/{who}")
        heading(page, title)
        row = page.get_by_role("row", name=plan["id"])
        expect(row).to_contain_text("¥600.00", timeout=kit.PATIENCE_MS)
        expect(row.get_by_role("button")).to_have_count(0)
        visit.shot(f"console-person-credit-{language}")
        assert (visit.barriers(), visit.complaints) == ([], [])
