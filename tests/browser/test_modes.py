"""The modes of the app: the easy one wears larger letters and less; the social one has people and requests first."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import family_kit, kit
from tests.browser.access_kit import at_home

SMALL_LETTERS = """() => [...document.querySelectorAll("body *")]
  .filter((one) => one.checkVisibility() && [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
  .filter((one) => parseFloat(getComputedStyle(one).fontSize) < 18 && !one.closest(".badge, .unseen, .skip"))
  .map((one) => one.outerHTML.slice(0, 80))"""
SMALL_TARGETS = """(least) => [...document.querySelectorAll(
    "a, button, input:not(label input), select, label:has(input)")]
  .filter((one) => one.checkVisibility() && !one.matches(".skip"))
  .filter((one) => one.getBoundingClientRect().height < least - 0.5)
  .map((one) => one.outerHTML.slice(0, 80))"""
HEARING = """() => {
  globalThis.heard = [];
  speechSynthesis.speak = (said) => heard.push([said.lang, said.text]);
}"""
SCREENS = ["/", "/me", "/me/mode", "/me/profile", "/me/notices", "/help", "/inbox", "/family", "/approvals"]


def went(visit: kit.Visit, path: str) -> Page:
    """The screen at `path`, once it is there in full."""
    visit.page.goto(f"{visit.address.partition('#')[0]}#{path}")
    shown = visit.page.locator(f'html[data-screen="{path.partition("?")[0]}"]')
    expect(shown).to_be_attached(timeout=kit.PATIENCE_MS)
    expect(visit.page.locator("main h1")).to_be_visible(timeout=kit.PATIENCE_MS)
    expect(visit.page.locator(".waiting")).to_have_count(0, timeout=kit.PATIENCE_MS)
    return visit.page


def entered(visit: kit.Visit, person: Any, mode: str = "") -> None:
    kit.sign_in(visit, person)
    if mode:
        went(visit, "/me/mode").locator(f"input[value={mode}]").check()
        expect(visit.page.locator(f"html[data-mode={mode}]")).to_have_count(1, timeout=kit.PATIENCE_MS)
        expect(visit.page.locator(".announcer")).not_to_be_empty(timeout=kit.PATIENCE_MS)


@pytest.mark.parametrize(("language", "scheme", "size"), [("zh", "light", "large"), ("en", "dark", "largest")])
def test_the_easy_mode_is_large_everywhere_and_nothing_is_cut_off(
    browser: Browser, local: dict[str, Any], language: str, scheme: str, size: str
) -> None:
    person = kit.newcomer(local, 9_000, language)
    with kit.context(browser, language, kit.SMALL_PHONE, color_scheme=scheme) as context:
        visit = kit.Visit(context, local["api"] + "/app/#/sign-in")
        entered(visit, person, "easy")
        visit.page.locator(f"input[value={size}]").check()
        for path in SCREENS:
            page = went(visit, path)
            visit.shot(f"easy-{language}-{size}{path.replace('/', '-')}")
            assert (path, page.evaluate(SMALL_LETTERS), page.evaluate(SMALL_TARGETS, 60)) == (path, [], [])
            assert (path, visit.width(), visit.barriers()) == (path, 360, [])
        assert visit.complaints == []


@pytest.mark.parametrize("mode", ["standard", "social"])
def test_the_other_modes_have_targets_for_a_thumb_and_no_barriers(
    browser: Browser, local: dict[str, Any], mode: str
) -> None:
    language, scheme = {"standard": ("en", "light"), "social": ("zh", "dark")}[mode]
    with kit.context(browser, language, kit.SMALL_PHONE, color_scheme=scheme) as context:
        visit = kit.Visit(context, local["api"] + "/app/#/sign-in")
        entered(visit, kit.newcomer(local, 9_000, language), mode if mode != "standard" else "")
        for path in SCREENS:
            page = went(visit, path)
            visit.shot(f"{mode}-{language}{path.replace('/', '-')}")
            assert (path, page.evaluate(SMALL_TARGETS, 24), visit.width()) == (path, [], 360)
            assert (path, visit.barriers()) == (path, [])
        assert visit.complaints == []


def test_the_easy_home_has_three_things_and_reads_the_balance_aloud(browser: Browser, local: dict[str, Any]) -> None:
    with kit.context(browser, "zh") as context:
        visit = kit.Visit(context, local["api"] + "/app/#/sign-in")
        entered(visit, kit.newcomer(local, 12_345, "zh"), "easy")
        page = went(visit, "/")
        page.evaluate(HEARING)
        page.get_by_role("button", name="读给我听").click()
        assert page.evaluate("heard") == [["zh-CN", "您的钱包里有 ¥123.45。"]]
        assert page.locator("main a, main button").all_inner_texts() == ["读给我听", "付款", "充值"]
        assert page.locator("nav a > span:first-of-type").all_inner_texts() == ["首页", "找人帮忙", "我的"]


@pytest.mark.parametrize(
    ("jurisdiction", "language", "ask", "ways"),
    [
        ("GB", "en", "Help", ["tel:+442079460123", "mailto:help@coffer.example"]),
        ("CN", "zh", "找人帮忙", ["mailto:kefu@coffer.example"]),
    ],
)
def test_one_tap_leads_to_a_person_of_ones_own_country(
    browser: Browser, local: dict[str, Any], jurisdiction: str, language: str, ask: str, ways: list[str]
) -> None:
    with kit.context(browser, language) as context:
        visit = kit.Visit(context, local["api"] + "/app/#/sign-in")
        entered(visit, kit.newcomer(local, language=language, jurisdiction=jurisdiction), "easy")
        went(visit, "/").locator("nav").get_by_text(ask).click()
        links = visit.page.locator("main a[href^='tel:'], main a[href^='mailto:']")
        expect(links.last).to_have_attribute("href", ways[-1], timeout=kit.PATIENCE_MS)
        assert [one.get_attribute("href") for one in links.all()] == ways
        visit.shot(f"app-help-{jurisdiction}-{language}")


def test_the_mode_stays_after_a_reload_and_after_signing_out_and_on_another_browser(
    browser: Browser, local: dict[str, Any]
) -> None:
    person = kit.newcomer(local)
    with kit.context(browser) as context:
        visit = kit.Visit(context, local["api"] + "/app/#/sign-in")
        entered(visit, person, "easy")
        visit.page.reload()
        expect(visit.page.locator("html[data-mode=easy]")).to_have_count(1, timeout=kit.PATIENCE_MS)
        went(visit, "/me").get_by_role("button", name="Sign out").click()
        visit.see("Open a wallet")
        visit.page.reload()
        expect(visit.page.locator("html[data-mode=easy]")).to_have_count(1, timeout=kit.PATIENCE_MS)
    with kit.context(browser) as context:
        other = kit.Visit(context, local["api"] + "/app/#/sign-in")
        expect(other.page.locator("html[data-mode=standard]")).to_have_count(1)
        entered(other, person)
        expect(other.page.locator("html[data-mode=easy]")).to_have_count(1, timeout=kit.PATIENCE_MS)


def test_whoever_has_a_guardian_stays_in_the_easy_mode_and_reads_why(browser: Browser, local: dict[str, Any]) -> None:
    home = family_kit.family(local)
    with kit.context(browser) as context:
        visit = kit.Visit(context, local["api"] + "/app/#/sign-in", refused=("/v1/me/preferences",))
        entered(visit, home.ward)
        page = went(visit, "/me/mode")
        visit.see("so the easy mode stays on")
        page.locator("input[value=standard]").click()
        expect(page.get_by_role("alert")).to_be_visible(timeout=kit.PATIENCE_MS)
        expect(page.locator("input[value=easy]")).to_be_checked()
        assert visit.complaints == []


def test_a_name_and_a_language_that_are_changed_show_at_once(browser: Browser, local: dict[str, Any]) -> None:
    with kit.context(browser) as context:
        visit = kit.Visit(context, local["api"] + "/app/#/sign-in")
        person = kit.newcomer(local)
        entered(visit, person)
        page = went(visit, "/me/profile")
        page.get_by_label("Name").fill("Anna 安娜")
        page.get_by_label("Language").last.select_option("zh")
        page.get_by_role("button", name="Save").click()
        visit.see("已保存")
        went(visit, "/me")
        visit.see("Anna 安娜")
        me = family_kit.signed_in(local, person).get("/v1/me").expect(200)
        assert (me["display_name"], me["locale"]) == ("Anna 安娜", "zh")


def test_a_kind_of_notice_that_is_switched_off_stays_off(browser: Browser, local: dict[str, Any]) -> None:
    with at_home(browser, local, "/me", "/v1/me/preferences") as (visit, _):
        money = went(visit, "/me/notices").get_by_role("group", name="Money").get_by_label("In the inbox here")
        money.click()
        visit.see("Saved.")
        visit.page.reload()
        expect(money).not_to_be_checked(timeout=kit.PATIENCE_MS)
        mail = visit.page.get_by_role("group", name="Security").get_by_label("By e-mail")
        mail.click()
        expect(visit.page.get_by_role("alert")).to_be_visible(timeout=kit.PATIENCE_MS)
        expect(mail).to_be_checked()


def test_on_a_new_device_security_is_not_silenced(browser: Browser, local: dict[str, Any]) -> None:
    with kit.context(browser) as context:
        visit = kit.Visit(context, local["api"] + "/app/#/sign-in", refused=("/v1/me/preferences",))
        entered(visit, kit.newcomer(local))
        mail = went(visit, "/me/notices").get_by_role("group", name="Security").get_by_label("By e-mail")
        mail.click()
        visit.see("one can be set up here a day after you signed in")
        visit.page.get_by_role("button", name="Cancel").click()
        expect(mail).to_be_checked()
