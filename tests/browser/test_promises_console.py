"""Points and top-up bonuses in the console: made, changed where they may change, stopped."""

from __future__ import annotations

import uuid
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.browser import coupon_kit, kit, points_kit, till_kit
from tests.browser.console_kit import console, heading
from tests.browser.test_rewards_console import told


def fill(page: Page, typed: dict[str, str]) -> None:
    for field, text in typed.items():
        page.locator(f"#{field}").fill(text)


def confirm(page: Page) -> None:
    page.locator("dialog form > button").click()
    expect(page.locator("dialog")).to_have_count(0, timeout=kit.PATIENCE_MS)


def test_a_programme_is_made_gets_rules_and_rewards_and_is_stopped(browser: Browser, local: dict[str, Any]) -> None:
    mark = uuid.uuid4().hex[:6]
    template = coupon_kit.template(local, **coupon_kit.named("For points", "积分兑换"))
    with console(browser, local) as visit:
        page = visit.page
        page.keyboard.press("g")
        page.keyboard.press("l")
        heading(page, "Points")
        page.get_by_role("button", name="Make a programme").click()
        fill(page, {"name-en": f"Petals {mark}", "name-zh": "花瓣", "terms-en": "For all.", "terms-zh": "人人可得。"})
        fill(page, {"worth_points": "100", "worth_amount": "1", "least_points": "200", "expire_after_months": "12"})
        visit.shot("console-programme-make-en")
        assert visit.barriers() == []
        confirm(page)
        heading(page, f"Petals {mark}")
        told(page, "Worth", "100 points pay ¥1.00")
        visit.see("0 points are out")
        page.get_by_role("button", name="Add a rule").click()
        fill(page, {"name-en": "Double week", "name-zh": "双倍周", "points": "1", "per_amount": "1", "times": "2"})
        page.get_by_label("Food and drink").check()
        visit.shot("console-programme-rule-en")
        assert visit.barriers() == []
        confirm(page)
        rules = page.get_by_role("region", name="How points are earned")
        expect(rules).to_contain_text("1 for each ¥1.00 paid, times 2", timeout=kit.PATIENCE_MS)
        page.get_by_role("button", name="Add a coupon").click()
        page.locator("#template_id").select_option(template["id"])
        page.locator("#points").fill("500")
        visit.shot("console-programme-reward-en")
        confirm(page)
        rewards = page.get_by_role("region", name="Coupons for points")
        expect(rewards).to_contain_text(template["name"]["en"], timeout=kit.PATIENCE_MS)
        visit.shot("console-programme-en")
        assert visit.barriers() == []
        rules.get_by_role("button", name="End: Double week").click()
        confirm(page)
        expect(rules).to_contain_text("Ended", timeout=kit.PATIENCE_MS)
        page.get_by_role("button", name="Stop it").click()
        page.locator("#word").fill("stop")
        confirm(page)
        expect(page.locator(".summary .state")).to_have_text("Stopped", timeout=kit.PATIENCE_MS)
        expect(page.get_by_role("button", name="Add a rule")).to_have_count(0)
        page.goto(local["api"] + "/console/#/points")
        expect(page.locator("tr", has_text=f"Petals {mark}")).to_contain_text("Stopped", timeout=kit.PATIENCE_MS)
        visit.shot("console-programmes-en")
        assert (visit.barriers(), visit.complaints) == ([], [])
    found = till_kit.operator(local).get(f"{points_kit.EVERY}?limit=100").expect(200)["data"]
    (made,) = (one for one in found if one["name"]["en"] == f"Petals {mark}")
    assert (made["rules"][0]["times"], made["rules"][0]["categories"]) == (2, ["restaurants"])


def test_a_top_up_bonus_is_made_and_stopped_and_its_budget_is_told(browser: Browser, local: dict[str, Any]) -> None:
    name = f"Ten percent {uuid.uuid4().hex[:6]}"
    with console(browser, local) as visit:
        page = visit.page
        page.keyboard.press("g")
        page.keyboard.press("f")
        heading(page, "Top-up bonuses")
        page.get_by_role("button", name="Make a bonus").click()
        fill(page, {"name-en": name, "name-zh": "多送一成", "terms-en": "Once.", "terms-zh": "限一次。"})
        fill(page, {"least_topup": "100", "bonus_percent": "10", "most_bonus": "50", "most_share_percent": "50"})
        fill(page, {"valid_days": "30", "budget_count": "100", "budget_sum": "1000"})
        visit.shot("console-bonus-make-en")
        assert visit.barriers() == []
        confirm(page)
        heading(page, name)
        visit.see("20 of 20 bonuses are left: ¥1,000.00 of ¥1,000.00.")
        told(page, "Pays at most", "Up to 50% of a purchase")
        visit.shot("console-bonus-en")
        assert visit.barriers() == []
        page.get_by_role("button", name="Stop it").click()
        page.locator("#word").fill("stop")
        confirm(page)
        expect(page.locator(".summary .state")).to_have_text("Stopped", timeout=kit.PATIENCE_MS)
        page.goto(local["api"] + "/console/#/topup-bonuses")
        expect(page.locator("tr", has_text=name)).to_contain_text("Stopped", timeout=kit.PATIENCE_MS)
        visit.shot("console-bonuses-en")
        assert (visit.barriers(), visit.complaints) == ([], [])
