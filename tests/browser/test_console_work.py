"""What operators do all day in the console: cases, freezes, orders, incidents; by keyboard, and losing nothing."""

from __future__ import annotations

import re
import uuid
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect

from infra.local import people
from infra.local.client import Client
from tests.browser import kit
from tests.browser.console_kit import NOTE, console, customer_who_paid, exported, heading, reason, search, token_of


def contradicted(local: dict[str, Any], operator: Client) -> str:
    """A top-up of somebody new of which the bank told another amount: a case to look at."""
    phone = Client(local["api"])
    phone = phone.bearing((people.sign_in(phone, kit.newcomer(local)) or {})["access_token"])
    wallet, key = people.wallets(phone)[0], uuid.uuid4().hex
    wish = {"wallet_id": wallet["id"], "amount": 1_207, "currency": wallet["currency"], "processor": "sandbox"}
    topup = phone.insist("/v1/topups", wish, key=key).expect(201)["id"]
    cases = "/v1/cases?limit=100"
    people.wait_for(lambda: topup in str(operator.get(cases).json) or None, "the case of a contradicted top-up")
    return str(topup)


def test_cases_are_walked_through_ticked_and_resolved_together_by_keyboard_alone(
    browser: Browser, local: dict[str, Any]
) -> None:
    with console(browser, local) as visit:
        page, operator = visit.page, Client(local["api"]).bearing(token_of(visit))
        topups = [contradicted(local, operator), contradicted(local, operator)]
        page.keyboard.press("g")
        page.keyboard.press("c")
        heading(page, "Cases")
        for topup in topups:
            visit.see(topup)
        while True:
            page.keyboard.press("j")
            row = page.locator("tr:focus-within")
            if any(topup in row.inner_text() for topup in topups):
                page.keyboard.press("x")
            if page.locator("tr[aria-selected=true]").count() == 2:
                break
        rows = exported(page)
        assert rows[0][:3] == ["Due", "Kind", "Case"]
        assert set(topups) <= {row[3] for row in rows}
        visit.shot("console-cases-en")
        page.get_by_role("button", name="Resolve 2").focus()
        page.keyboard.press("Enter")
        expect(page.locator(".preview li")).to_have_count(2)
        visit.shot("console-resolve-en")
        page.locator("#reason").focus()
        page.keyboard.type("looked at together")
        page.keyboard.press("Tab")
        page.keyboard.type("resolve")
        page.keyboard.press("Enter")
        expect(page.locator("dialog")).to_have_count(0, timeout=kit.PATIENCE_MS)
        for topup in topups:
            expect(page.get_by_text(topup)).to_have_count(0, timeout=kit.PATIENCE_MS)
        assert (visit.barriers(), visit.complaints) == ([], [])


def test_a_case_of_a_freeze_ends_with_the_freeze_or_says_why_it_stays(browser: Browser, local: dict[str, Any]) -> None:
    """By keys alone, and every dialog gives the focus back."""
    _, paid, _ = customer_who_paid(local, 640)
    with console(browser, local) as visit:
        page, operator = visit.page, Client(local["api"]).bearing(token_of(visit))
        wish = {"wallet_id": paid["wallet_id"], "reason": "legal_order", "note": NOTE}
        case = operator.post("/v1/freezes", wish).expect(201)["case_id"]
        search(page, case)
        heading(page, "Freeze to review")
        for told in ("Frozen", NOTE, "A legal order", "The wallet is still frozen"):
            visit.see(told)
        visit.shot("console-case-en")
        assert page.get_by_role("button", name="Resolve").count() == 0
        keep = page.get_by_role("button", name="Stays frozen")
        keep.focus()
        page.keyboard.press("Enter")
        page.locator("#reason").press("Escape")
        expect(page.locator("dialog")).to_have_count(0)
        expect(keep).to_be_focused()
        page.keyboard.press("Enter")
        page.locator("#reason").fill("short")
        page.locator("dialog form > button").click()
        expect(page.locator("#reason")).to_be_focused()
        expect(page.locator("#reason-about")).to_have_text("At least 10 characters.")
        visit.shot("console-keep-en")
        before = moments(page)
        reason(page, "the court has not answered")
        expect(keep).to_be_focused()
        visit.see("the court has not answered")
        assert moments(page) != before
        page.get_by_role("button", name="Lift the freeze").click()
        reason(page, "the court has answered")
        expect(page.locator(".summary .state")).to_have_text("Resolved", timeout=kit.PATIENCE_MS)
        expect(page.locator("main h1")).to_be_focused()
        assert (visit.barriers(), visit.complaints) == ([], [])


def moments(page: Page) -> list[str]:
    """To the microsecond: what people read ends with the minute."""
    found: list[str] = page.locator(".facts time").evaluate_all("all => all.map(one => one.dateTime)")
    return found


def test_an_order_is_found_by_its_reference_alone_and_merchants_are_listed(
    browser: Browser, local: dict[str, Any]
) -> None:
    *_, reference = customer_who_paid(local, 820)
    with console(browser, local) as visit:
        page = visit.page
        search(page, "no-such-order")
        visit.see("No merchant has an order")
        expect(page.locator("main h1")).to_have_text("Search")
        expect(page.get_by_text("Payments in the last hour")).to_have_count(0)
        page.get_by_role("button", name="Back to where you were").click()
        heading(page, "Overview")
        search(page, reference)
        heading(page, "Payment")
        visit.see(reference)
        expect(page.locator("tbody tr").first).to_contain_text("Customer")
        newest = people.open_shop(Client(local["api"]).bearing(token_of(visit)), people.Shop("The newest"))["id"]
        page.keyboard.press("g")
        page.keyboard.press("m")
        heading(page, "Merchants")
        visit.see(newest)
        rows = exported(page)
        assert rows[0] == ["Name", "Id", "Status", "Currencies", "Created"]
        assert newest in {row[1] for row in rows}
        visit.shot("console-merchants-en")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        expect(page.locator("main h1")).not_to_have_text("Merchants")
        assert [one for one in visit.complaints if "404" not in one] == []


def test_an_incident_without_words_is_marked_where_they_are_missing(browser: Browser, local: dict[str, Any]) -> None:
    with console(browser, local) as visit:
        page = visit.page
        page.keyboard.press("g")
        page.keyboard.press("s")
        heading(page, "Status")
        page.get_by_role("button", name="Tell of an incident").click()
        page.locator("#title-en").fill("Slow")
        page.locator("#word").fill("tell")
        page.keyboard.press("Enter")
        expect(page.locator("[id$=-about].wrong")).to_have_count(3)
        expect(page.locator("#title-zh")).to_be_focused()
        expect(page.locator("#title-en")).to_have_value("Slow")
        visit.shot("console-incident-en")
        assert visit.barriers() == []


def test_maintenance_of_one_bank_is_announced_and_told_where_it_could_be_chosen(
    browser: Browser, local: dict[str, Any]
) -> None:
    """The second bank's top-ups, which no other test asks for by name."""
    said = {
        "title-en": "Harbour rests",
        "title-zh": "海港银行维护",
        "body-en": "Choose another.",
        "body-zh": "请选择其他方式。",
    }
    with console(browser, local) as visit:
        page, operator = visit.page, Client(local["api"]).bearing(token_of(visit))
        page.keyboard.press("g")
        page.keyboard.press("s")
        heading(page, "Status")
        page.get_by_role("button", name="Announce maintenance").click()
        page.locator("#capability").select_option("top-ups")
        page.locator("#processor").fill("harbour")
        for name, minutes in (("starts_at", -1), ("ends_at", 30)):
            page.locator(f"#{name}").fill(_typed(page, minutes))
        for name, words in said.items():
            page.locator(f"#{name}").fill(words)
        page.locator("#word").fill("tell")
        visit.shot("console-maintenance-en")
        page.keyboard.press("Enter")
        visit.see("Top-ups · harbour")
        try:
            told_to_customers(browser, local)
        finally:
            for window in operator.get("/v1/maintenance-windows?limit=5").json["data"]:
                if window["state"] == "scheduled":
                    operator.post(f"/v1/maintenance-windows/{window['id']}/cancel").expect(200)
        assert (visit.barriers(), visit.complaints) == ([], [])


def told_to_customers(browser: Browser, local: dict[str, Any]) -> None:
    """A process may know it fifteen seconds later: whoever looks again sees it."""
    with kit.context(browser, "zh") as context:
        visit = kit.Visit(context, f"{local['api']}/app/#/sign-in?then=/topup")
        kit.sign_in(visit, kit.newcomer(local, language="zh"))
        resting = visit.page.get_by_text(re.compile("维护中，至")).first
        people.wait_for(lambda: _there(visit.page, resting) or None, "a bank that rests among the ways")
        visit.see("海港银行维护")
        visit.shot("app-topup-maintenance-zh")
        assert (visit.barriers(), visit.complaints) == ([], [])


def _there(page: Page, what: Locator) -> bool:
    page.reload()
    expect(page.locator("input[type=radio]").first).to_be_visible(timeout=kit.PATIENCE_MS)
    return what.is_visible()


def _typed(page: Page, minutes: int) -> str:
    """As a field of a local moment takes it, so many minutes from now."""
    local = "new Date(Date.now() + minutes * 60000 - new Date().getTimezoneOffset() * 60000)"
    return str(page.evaluate(f"(minutes) => {local}.toISOString().slice(0, 16)", minutes))
