"""A file from somebody's desk becomes a column of a report: chosen, sent, read, judged, asked by."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from chalicelib.kernel import money
from infra.local import demo_backup
from infra.local.client import Client
from tests.browser import kit, purse, reports_kit
from tests.browser.console_kit import console, heading, token_of

WORDS = {
    "en": {
        "imports": "Imported files", "arrived": "The file has arrived", "in use": "Reports can be asked by its columns",
        "ask": "A report of your own",
    },
    "zh": {"imports": "导入的文件", "arrived": "文件已送达", "in use": "报表可按其列查询", "ask": "自定义报表"},
}  # fmt: skip
AMOUNTS = (1_250, 990)


@pytest.mark.parametrize("language", sorted(WORDS))
def test_a_file_is_sent_judged_and_asked_by(
    browser: Browser, local: dict[str, Any], tmp_path: Path, language: str
) -> None:
    words, file = WORDS[language], tmp_path / f"Shops {uuid.uuid4().hex[:6]}.csv"
    with console(browser, local, language) as visit:
        api = Client(local["api"]).bearing(token_of(visit))
        shop = reports_kit.sold(local, api, AMOUNTS)
        file.write_bytes(f'\ufeffShop,"Region, manager",Rent\r\n{shop},"Li, Wu",9\r\n{shop},Bo,8\r\n,Bo,7\r\n'.encode())
        page = purse.show(visit, "/reports/imports", words["imports"])
        page.locator("#file").set_input_files(file)
        expect(page.locator("#key_column option")).to_have_text(["Shop", "Region, manager", "Rent"])
        name = page.locator("#name").input_value()
        page.locator(".chosen .tick input").nth(1).check()
        expect(page.locator("#name-1")).to_have_value("region_manager")
        visit.shot(f"console-import-{language}")
        assert visit.barriers() == []
        page.locator("#import > button").click()
        visit.see(words["arrived"])
        heading(page, name)
        demo_backup.turn(local, "compact")
        visit.see(words["in use"])
        told = page.locator("dl.facts").last
        for counted in ("3", "1"):
            expect(told).to_contain_text(counted)
        visit.shot(f"console-import-quality-{language}")
        assert (visit.barriers(), visit.complaints) == ([], [])
        mine = reports_kit.wish(shop, dimensions=[f"{name}.region_manager"])
        (row,) = reports_kit.asked(api, mine)["rows"]
        page = purse.show(visit, reports_kit.address(mine), words["ask"])
        rows = page.locator(".answer tbody tr")
        expect(rows).to_contain_text(["Li, Wu"], timeout=kit.PATIENCE_MS)
        expect(rows.first).to_contain_text(money.shown(row["sum_amount"], "CNY"))
