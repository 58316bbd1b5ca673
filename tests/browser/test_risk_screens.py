"""The console's risk: a rule is tried and turned on, what it holds shows with its reason, and a person decides."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from infra.local import demo_fraud, people
from infra.local.client import Client
from tests.browser import console_kit, kit, purse

WORDS = {
    "en": {
        "title": "Risk",
        "rule": "new accounts",
        "on": "Turn on",
        "shadow": "Put on trial",
        "try": "Try",
        "why": "4 new accounts pass money on",
        "held": "¥60.00 put aside",
        "legitimate": "Legitimate",
    },
    "zh": {
        "title": "风控",
        "rule": "多个新账户",
        "on": "启用",
        "shadow": "转为试行",
        "try": "试算",
        "why": "4 个新账户",
        "held": "已暂扣 ¥60.00",
        "legitimate": "正常",
    },
}
NOTE = "looked at every transfer of it"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_ring_is_held_shown_with_its_reason_and_released(
    browser: Browser, local: dict[str, Any], language: str
) -> None:
    words = WORDS[language]
    ring = demo_fraud.newcomers(local, Client(local["api"]), uuid.uuid4().hex[:8])
    with console_kit.console(browser, local, language) as visit:
        page = purse.show(visit, "/risk", words["title"])
        rule = page.locator("section.table").nth(1).locator("tbody tr").filter(has_text=words["rule"])
        expect(rule).to_have_count(1, timeout=kit.PATIENCE_MS)
        if rule.get_by_role("button", name=words["shadow"], exact=True).count():
            turn(page, rule, words["shadow"])
        turn(page, rule, words["on"])
        expect(rule.get_by_role("button", name=words["on"], exact=True)).to_have_count(0, timeout=kit.PATIENCE_MS)
        demo_fraud.pass_on(ring)
        mine = page.locator(f'a[href*="{ring[-2].wallet}"]')
        held = page.locator("section.table").first.locator("tbody tr").filter(has=mine)
        people.wait_for(lambda: wallet_of(ring[-1])["held"] or None, "the hold", seconds=90.0)
        page.reload()
        expect(held).to_contain_text(words["why"], timeout=kit.PATIENCE_MS)
        expect(held).to_contain_text(words["held"])
        page.get_by_role("button", name=words["try"], exact=True).click()
        expect(page.locator("section.table")).to_have_count(6, timeout=kit.PATIENCE_MS)
        expect(page.locator("main")).not_to_contain_text("undefined")
        visit.shot(f"console-risk-{language}")
        assert (visit.barriers(), visit.complaints) == ([], [])
        turn(page, held, words["legitimate"])
        expect(held).to_have_count(0, timeout=kit.PATIENCE_MS)
        decided = page.locator("section.table").last.locator("tbody tr").filter(has=mine)
        expect(decided).to_contain_text(words["legitimate"], timeout=kit.PATIENCE_MS)
        expect(decided.get_by_role("button")).to_have_count(0)
        turn(page, rule, words["shadow"])
        expect(rule.get_by_role("button", name=words["on"], exact=True)).to_have_count(1, timeout=kit.PATIENCE_MS)
    wallet = wallet_of(ring[-1])
    assert (wallet["available"], wallet["held"]) == (demo_fraud.AMOUNT, 0)


def wallet_of(member: demo_fraud.Member) -> dict[str, Any]:
    return dict(demo_fraud.awake(member.phone).get(f"/v1/wallets/{member.wallet}").expect(200))


def turn(page: Any, row: Any, what: str) -> None:
    """The deed in that row, with its reason."""
    row.get_by_role("button", name=what, exact=True).click()
    page.locator("#reason").fill(NOTE)
    page.locator("dialog button:not(.secondary)").first.click()
    expect(page.locator("dialog")).to_have_count(0, timeout=kit.PATIENCE_MS)
