"""The frame of the wallet app: anybody finds the way in, in both languages, and nothing leaves the machine."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Browser, Route, expect

from chalicelib.kernel import money
from tests.browser import kit
from tests.browser.cast import Member, visit_as

AMOUNTS = (0, 5, 12, 100, 99_999, 100_000, 123_456_789, money.MAX_AMOUNT)


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


@pytest.mark.parametrize("place", ["/app/#/nonsense", "/console/#/pay/%E0"])
def test_an_address_that_leads_nowhere_says_so_and_leads_home(
    browser: Browser, local: dict[str, Any], place: str
) -> None:
    with kit.context(browser) as context:
        visit = kit.Visit(context, local["api"] + place)
        expect(visit.page.locator("h1")).to_have_text("There is no such page", timeout=kit.PATIENCE_MS)
        visit.shot(f"nowhere-{place.split('/')[1]}-en")
        visit.page.get_by_role("link", name="To the first page").click()
        visit.see("Sign in")
        assert (visit.barriers(), visit.complaints) == ([], [])


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


def test_amounts_are_written_as_the_api_writes_them(browser: Browser, local: dict[str, Any]) -> None:
    samples = [(sign * amount, currency) for currency in money.EXPONENTS for amount in AMOUNTS for sign in (1, -1)]
    write = """(samples) => import("/shared/language.js").then(({ CURRENCIES, shownMoney }) =>
      [Object.keys(CURRENCIES), samples.map(([amount, currency]) => shownMoney(amount, currency))])"""
    with kit.context(browser) as context:
        visit = kit.Visit(context, local["api"] + "/app/")
        currencies, written = visit.page.evaluate(write, samples)
    assert set(currencies) == set(money.EXPONENTS)
    assert written == [money.shown(amount, currency).replace("-", "−") for amount, currency in samples]


def test_a_proof_is_asked_for_though_the_rest_of_the_page_never_came(browser: Browser, local: dict[str, Any]) -> None:
    with kit.context(browser) as context:
        context.route("**/app/afterwards.js", lambda route: route.abort())
        visit = kit.Visit(context, local["api"] + "/app/#/sign-in?then=/security/phrase")
        kit.sign_in(visit, kit.newcomer(local))
        visit.page.locator("#phrase").fill("tall trees")
        visit.page.keyboard.press("Enter")
        visit.see("Please confirm that it is you")


def test_a_session_whose_end_is_heard_while_home_is_on_its_way_ends_at_the_first_screen(
    browser: Browser, local: dict[str, Any]
) -> None:
    member, held = Member(local, "app"), list[Route]()
    session = json.loads(member.stored()["coffer.app.session"])
    stale = json.dumps(session | {"access_token": session["access_token"] + "x"})
    member.api.send("DELETE", "/v1/sessions").expect(204)
    with kit.context(browser) as context:
        visit_as(context, member.look() | {"coffer.app.session": stale})
        context.route("**/app/screens/home.js", lambda route: held.extend([route]))
        page = context.new_page()
        with page.expect_response("**/v1/sessions/refresh", timeout=kit.PATIENCE_MS) as answer:
            page.goto(local["api"] + "/app/", wait_until="commit")
        assert answer.value.status == 401
        page.wait_for_function("localStorage['coffer.app.session'] === undefined", timeout=kit.PATIENCE_MS)
        for route in held:
            route.continue_()
        expect(page.locator('html[data-screen="/welcome"]')).to_be_attached(timeout=kit.PATIENCE_MS)
