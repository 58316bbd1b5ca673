"""The operators' console: figures that are real, anything found, deeds with reasons, all of it by keyboard."""

from __future__ import annotations

import hashlib
import re
import time
import uuid
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from infra.local import people
from infra.local.client import Client
from tests.browser import kit
from tests.browser.access_kit import Authenticator, at_home
from tests.browser.cast import Member
from tests.browser.console_kit import (
    NOTE,
    REFUSED,
    console,
    customer_who_paid,
    enter,
    exported,
    heading,
    paid_out,
    reason,
    search,
    token_of,
)

QUICK_KEY = """
() => new Promise((done) => {
  const later = () => requestAnimationFrame(() => requestAnimationFrame(() => done(document.activeElement.id)));
  new MutationObserver((_, watcher) => {
    if (document.querySelector("main h1")?.textContent !== "Cases") return;
    watcher.disconnect();
    document.getElementById("search").focus();
    later();
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
  location.hash = "/cases";
})
"""
"""Focuses the search box in the moment when another screen's heading appears; what has the focus two frames later."""


def test_the_overview_shows_what_was_paid(browser: Browser, local: dict[str, Any]) -> None:
    customer_who_paid(local, 1_250)
    with console(browser, local) as visit:
        page = visit.page
        heading(page, "Overview")
        visit.see("Payments in the last hour")
        expect(page.locator("[aria-labelledby=tile-paid-hour]")).not_to_have_text("0", timeout=kit.PATIENCE_MS)
        expect(page.locator("[aria-labelledby=tile-held-CNY]")).to_contain_text("¥")
        expect(page.locator("[aria-labelledby=tile-success]")).to_contain_text("%", timeout=kit.PATIENCE_MS)
        expect(page.locator("#counted")).to_contain_text("Counted up to", timeout=kit.PATIENCE_MS)
        expect(page.locator(".plot canvas")).to_have_count(5, timeout=kit.PATIENCE_MS)
        for chart in ("Per hour", "Per day"):
            expect(page.locator("figure", has_text=chart)).not_to_contain_text("payments 0,", timeout=kit.PATIENCE_MS)
        for period in ("The last hour by kind", "The last 48 hours by kind", "The last 31 days by kind"):
            rows = page.get_by_role("region", name=period).locator("tbody tr")
            expect(rows.filter(has_text="Payment").first).to_be_visible(timeout=kit.PATIENCE_MS)
        visit.shot("console-overview-en")
        assert (visit.barriers(), visit.complaints, visit.elsewhere()) == ([], [], set())


def test_a_withdrawal_is_found_by_its_id_with_its_bank_its_times_and_why_it_came_back(
    browser: Browser, local: dict[str, Any]
) -> None:
    withdrawal = Member(local, "app").withdrawn(1_001)
    kit.swept(local)
    with console(browser, local) as visit:
        search(visit.page, withdrawal)
        heading(visit.page, "Withdrawal")
        facts = visit.page.locator("dl.facts")
        for said in ("sandbox", "fnd_", "account_closed"):
            expect(facts).to_contain_text(said, timeout=kit.PATIENCE_MS)
        rows = visit.page.locator("tbody tr")
        told = ("Withdrawal", "Sent to the bank", "Withdrawal came back")
        expect(rows).to_have_text([re.compile(one) for one in told])
        visit.shot("console-withdrawal-en")
        assert (visit.barriers(), visit.complaints, visit.elsewhere()) == ([], [], set())


def test_what_one_operator_searched_for_is_not_there_for_the_next(browser: Browser, local: dict[str, Any]) -> None:
    """Signed out and in again in another tab: the address of this one stays as it is."""
    with console(browser, local) as visit:
        search(visit.page, "no-such-order")
        visit.see("No merchant has an order")
        other = visit.context.new_page()
        other.goto(local["api"] + "/console/")
        kept = other.evaluate("localStorage['coffer.console.session']")
        other.evaluate("delete localStorage['coffer.console.session']")
        expect(visit.page.locator("#identifier")).to_be_visible(timeout=kit.PATIENCE_MS)
        other.evaluate("kept => { localStorage['coffer.console.session'] = kept }", kept)
        heading(visit.page, "Overview")
        expect(visit.page.get_by_text("No merchant has an order")).to_have_count(0)


def test_a_key_that_comes_with_a_new_screen_keeps_the_focus_it_asked_for(
    browser: Browser, local: dict[str, Any]
) -> None:
    with console(browser, local) as visit:
        heading(visit.page, "Overview")
        assert visit.page.evaluate(QUICK_KEY) == "search"


def test_anything_is_found_and_a_wallet_is_frozen_and_freed(browser: Browser, local: dict[str, Any]) -> None:
    person, paid, reference = customer_who_paid(local, 730)
    with console(browser, local) as visit:
        page = visit.page
        search(page, f"{paid['merchant_id']} {reference}")
        heading(page, "Payment")
        visit.see("¥7.30")
        visit.shot("console-payment-en")
        page.go_back()
        heading(page, "Overview")
        search(page, paid["id"])
        heading(page, "Payment")
        search(page, person.identifier)
        heading(page, "Person")
        expect(page.locator("main")).not_to_contain_text(person.identifier)
        visit.shot("console-person-en")
        page.get_by_role("link", name=paid["wallet_id"]).click()
        heading(page, "Wallet")
        page.get_by_role("button", name="Freeze").click()
        reason(page, NOTE, "freeze")
        expect(page.locator(".state")).to_have_text("Frozen")
        visit.shot("console-wallet-en")
        page.get_by_role("button", name="Lift the freeze").click()
        reason(page, "has the phone again")
        expect(page.locator(".state")).to_have_text("Active", timeout=kit.PATIENCE_MS)
        assert [one for one in visit.complaints if "404" not in one] == []


def test_a_revealed_field_stands_in_the_audit_log_with_its_reason(browser: Browser, local: dict[str, Any]) -> None:
    person, why = kit.newcomer(local), f"call back {uuid.uuid4().hex[:8]}"
    with console(browser, local) as visit:
        page = visit.page
        search(page, person.identifier)
        heading(page, "Person")
        page.get_by_role("button", name="Reveal").nth(1).click()
        reason(page, why)
        visit.see(person.identifier)
        page.keyboard.press("g")
        page.keyboard.press("a")
        heading(page, "Audit log")
        visit.see(why)
        row = page.locator("tr", has_text=why)
        expect(row).to_contain_text("Revealed a personal field")
        expect(row).to_contain_text("field: identifier")
        expect(row.locator("time")).to_have_attribute("title", re.compile("UTC$"))
        visit.shot("console-audit-en")
        page.locator("#actor").fill("Ann")
        page.keyboard.press("Enter")
        expect(page.locator("#actor")).to_have_value("Ann")
        expect(page.locator("#actor-about")).to_have_text("Neither an id, an e-mail address nor a phone number.")
        page.locator("#actor").fill(local["people"]["operators"][0]["identifier"])
        page.locator("#action").select_option("person.reveal")
        page.get_by_role("button", name="Filter").click()
        expect(page.locator("#actor")).to_have_value(re.compile("^usr_"), timeout=kit.PATIENCE_MS)
        visit.see(why)
        assert (
            page.evaluate("(([box]) => box.scrollWidth - box.clientWidth)(document.querySelectorAll('.sideways'))") <= 0
        )
        with page.expect_download() as downloading:
            page.get_by_role("button", name="Export with proof").click()
        assert Path(downloading.value.path()).read_text().splitlines()[0].endswith(",link")
        assert (visit.barriers(), visit.complaints) == ([], [])


def test_the_keys_are_shown_and_enter_opens_what_j_came_to(browser: Browser, local: dict[str, Any]) -> None:
    _, paid, reference = customer_who_paid(local, 310, begins="=1+")
    with console(browser, local) as visit:
        page = visit.page
        page.keyboard.press("?")
        expect(page.locator("dialog kbd").first).to_be_visible()
        visit.shot("console-keys-en")
        page.keyboard.press("Escape")
        expect(page.locator("dialog")).to_have_count(0)
        search(page, paid["wallet_id"])
        heading(page, "Wallet")
        expect(page.locator("tbody tr").first).to_be_visible(timeout=kit.PATIENCE_MS)
        assert "'" + reference in exported(page)[1], "a spreadsheet would take it for a formula"
        page.keyboard.press("j")
        page.keyboard.press("j")
        expect(page.locator("tr:focus-within")).to_contain_text(paid["id"])
        page.keyboard.press("Enter")
        heading(page, "Payment")


SCREENS = (
    "",
    "cases",
    "merchants",
    "processors",
    "audit",
    "operators",
    "status",
    "tasks",
    "adjustments",
    "reconciliations",
    "backups",
    "reviews",
)


@pytest.mark.parametrize(("language", "scheme"), [("zh", "light"), ("zh", "dark"), ("en", "dark")])
def test_every_screen_can_be_used_by_all_in_both_languages_and_by_night(
    browser: Browser, local: dict[str, Any], language: str, scheme: str
) -> None:
    _, paid, _ = customer_who_paid(local, 990)
    with console(browser, local, language, color_scheme=scheme) as visit:
        page, operator = visit.page, Client(local["api"]).bearing(token_of(visit))
        owner = operator.get(f"/v1/movements/{paid['id']}").json
        shop, payout = paid_out(local, operator)
        places = [f"merchants/{shop}", f"payouts/{payout}", f"movements/{paid['id']}", f"accounts/{paid['wallet_id']}"]
        for place in (*SCREENS, *places, f"people/{owner['movement']['owner']}"):
            page.evaluate("place => (location.hash = `/${place}`)", place)
            screen = page.locator(f'main [data-path="/{place}"]')
            expect(screen.locator("h1")).to_be_visible(timeout=kit.PATIENCE_MS)
            expect(screen.locator(".waiting")).to_have_count(0, timeout=kit.PATIENCE_MS)
            visit.shot(f"console-{place.split('/')[0] or 'overview'}-{language}-{scheme}")
            assert visit.barriers() == [], place
            assert "console." not in page.locator("body").inner_text(), place
        assert visit.elsewhere() == set()


def test_it_fits_a_narrow_window(browser: Browser, local: dict[str, Any]) -> None:
    with console(browser, local) as visit:
        visit.page.set_viewport_size({"width": 800, "height": 900})
        visit.see("Payments in the last hour")
        assert visit.width() <= 800
        visit.shot("console-overview-narrow")


def test_a_customer_has_no_way_in(browser: Browser, local: dict[str, Any]) -> None:
    person = kit.newcomer(local)
    refused = ("/v1/me/permissions",)
    with kit.context(browser, "en", kit.DESK) as context:
        visit = kit.Visit(context, local["api"] + "/console/#/cases", refused)
        visit.page.locator("#identifier").fill(person.identifier)
        visit.page.locator("#password").fill(person.password)
        visit.page.keyboard.press("Enter")
        expect(visit.page.locator(".problem")).to_be_visible(timeout=kit.PATIENCE_MS)
        assert visit.page.locator("nav.places").count() == 0
        assert visit.page.evaluate("localStorage['coffer.console.session'] ?? ''") == ""
        assert visit.complaints == []


def test_a_new_operator_comes_in_with_a_second_factor_and_sees_what_the_role_sees(
    browser: Browser, local: dict[str, Any]
) -> None:
    person, secrets = kit.newcomer(local), list[str]()
    client = Client(local["api"])
    people.enrol(client, person, people.sign_in(client, person) or {}, secrets.append)
    appoint(browser, local, person)
    with kit.context(browser, "en", kit.DESK) as context:
        visit = kit.Visit(context, local["api"] + "/console/", REFUSED)
        enter(visit, {"identifier": person.identifier, "password": person.password, "totp_secret": secrets[0]})
        page = visit.page
        heading(page, "Overview")
        visit.see("Cases")
        places = page.locator("nav.places a").all_inner_texts()
        assert "Operators" not in places and "Audit log" not in places
        assert visit.complaints == []


def test_an_operator_with_a_passkey_needs_no_code(browser: Browser, local: dict[str, Any]) -> None:
    """It is the second half of a password, and enough alone."""
    with at_home(browser, local, "/security/passkeys") as (visit, person):
        page, device = visit.page, Authenticator(visit)
        page.locator("#password").fill(person.password)
        page.get_by_role("button", name="Add a passkey").click()
        visit.see("The passkey is added.")
        device.absent()
        visit.answered()
        page.goto(local["api"] + "/console/")
        appoint(browser, local, person)
        page.locator("#identifier").fill(person.identifier)
        page.locator("#password").fill(person.password)
        page.keyboard.press("Enter")
        heading(page, "Your second factor")
        assert page.locator("#code").count() == 0
        for _ in range(2):
            device.present()
            page.get_by_role("button", name="Use a passkey").click()
            heading(page, "Overview")
            device.absent()
            visit.answered()
            page.get_by_role("button", name="Sign out").click()
            heading(page, "Sign in to the console")


def appoint(browser: Browser, local: dict[str, Any], person: people.Person) -> None:
    with console(browser, local) as visit:
        search(visit.page, person.identifier)
        heading(visit.page, "Person")
        visit.page.get_by_role("button", name="Make an operator").click()
        visit.page.locator("#role").select_option("support")
        reason(visit.page, "joins the night shift", "appoint")


def test_a_statement_is_uploaded_once_by_keyboard_and_a_bad_file_says_why(
    browser: Browser, local: dict[str, Any], tmp_path: Path
) -> None:
    day = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 86_400))
    empty, odd = tmp_path / "statement.csv", tmp_path / "holiday.csv"
    empty.write_text(f"our_id,reference,kind,amount,fee,currency,booked_at\n# {uuid.uuid4()}\n")
    odd.write_text("when,who\n")
    with console(browser, local) as visit:
        page = visit.page
        page.goto(local["api"] + "/console/#/reconciliations")
        expect(page.locator("#upload")).to_be_visible(timeout=kit.PATIENCE_MS)
        page.locator("#upload button").press("Enter")
        visit.see("Please fill this in.")
        page.locator("#file").set_input_files(odd)
        expect(page.locator("#form")).to_have_value("")
        page.locator("#name").fill("harbour")
        page.locator("#name").press("Enter")
        visit.see("The form of this file is not recognised")
        visit.shot("console-upload-refused-en")
        expect(page.locator("#name")).to_have_value("harbour")
        page.locator("#file").set_input_files(empty)
        expect(page.locator("#form")).to_have_value("csv")
        page.locator("#name").fill("harbour")
        page.locator("#name").press("Enter")
        visit.see("It is here.")
        page.locator("#name").press("Enter")
        visit.see("This file was already here")
        visit.shot("console-upload-en")
        assert visit.barriers() == []
        page.get_by_role("button", name="中文").click()
        visit.see("上传对账单")
        visit.shot("console-upload-zh")
        page.goto(local["api"] + f"/console/#/reconciliations/{day}")
        visit.see(hashlib.sha256(empty.read_bytes()).hexdigest()[:12])
        assert visit.complaints == []
