"""The console's rules: a sealed pack is tried on a month, published, withdrawn; each figure says on what it stands."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from chalicelib.policy import service
from infra.local.policy_signer import signed
from tests.api.policy_kit import following, limited
from tests.browser import console_kit, kit, purse

WORDS = {
    "en": {
        "title": "Rules",
        "try": "Try a new pack",
        "refused": "refused, was allowed",
        "was": "Was",
        "made": "Made up",
    },
    "zh": {"title": "规则包", "try": "试算新规则包", "refused": "由允许变为拒绝", "was": "原值", "made": "示例"},
}
LIMIT = 4_998


@pytest.mark.parametrize(("language", "area"), [("en", "CN"), ("zh", "CN")])
def test_a_pack_is_tried_published_looked_at_and_withdrawn(
    browser: Browser, local: dict[str, Any], tmp_path: Path, language: str, area: str
) -> None:
    words, now = WORDS[language], datetime.now(UTC)
    days = 40 if language == "en" else 75
    pack = limited(following(area, now + timedelta(days=days)), per_movement=LIMIT)
    console_kit.customer_who_paid(local, LIMIT + 1)
    file = tmp_path / f"{pack.id}.signed.json"
    file.write_text(json.dumps(signed(pack), ensure_ascii=False), encoding="utf-8")
    with console_kit.console(browser, local, language) as visit:
        page = purse.show(visit, "/policies", words["title"])
        expect(page.locator(".eras svg")).to_have_count(
            len({one.area for one in service.packs()}), timeout=kit.PATIENCE_MS
        )
        page.locator("#file").set_input_files(file)
        page.locator("#month").fill(f"{now:%Y-%m}")
        page.locator("#try button").click()
        expect(page.locator(".tried .bars")).to_contain_text(words["refused"], timeout=kit.PATIENCE_MS)
        visit.shot(f"console-policies-tried-{language}")
        assert (visit.barriers(), visit.complaints) == ([], [])
        page.locator(".tried .danger").click()
        confirmed(page, pack.id)
        expect(page.locator(".tried")).to_have_count(0)
        row = page.locator("tbody tr").filter(has_text=pack.id).first
        row.locator("a").click()
        expect(page.locator("main h1")).to_have_text(pack.id, timeout=kit.PATIENCE_MS)
        changed = page.locator("section.table", has=page.get_by_role("columnheader", name=words["was"], exact=True))
        expect(changed.locator("tbody tr")).to_have_count(1, timeout=kit.PATIENCE_MS)
        expect(changed).to_contain_text("49.98")
        expect(page.locator("section.table").last).to_contain_text(words["made"])
        expect(page.locator("main")).not_to_contain_text("NaN")
        visit.shot(f"console-policy-{language}")
        assert (visit.barriers(), visit.complaints) == ([], [])
        page.locator(".deeds .danger").click()
        confirmed(page, pack.id)
        expect(page.locator(".deeds .danger")).to_have_count(0, timeout=kit.PATIENCE_MS)


def confirmed(page: Any, word: str) -> None:
    page.locator("#word").fill(word)
    page.locator("dialog form > button").click()
    expect(page.locator("dialog")).to_have_count(0, timeout=kit.PATIENCE_MS)
