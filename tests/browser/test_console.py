"""The operators' console: figures that are real, anything found, deeds with reasons, all of it by keyboard."""

from __future__ import annotations

import csv
import io
import re
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from infra.local import people
from infra.local.client import Client
from tests.browser import kit

NOTE = "called from another phone"
STEP_SECONDS = people.STEP_SECONDS


@contextmanager
def console(browser: Browser, local: dict[str, Any], language: str = "en", **more: Any) -> Iterator[kit.Visit]:
    with kit.context(browser, language, kit.DESK, accept_downloads=True, **more) as context:
        visit = kit.Visit(context, local["api"] + "/console/", refused=(*REFUSED,))
        enter(visit, local["people"]["operators"][0])
        yield visit


REFUSED = ("/v1/sessions/second-factor",)
"""A code that another test has just used is refused: the next one is tried."""


def enter(visit: kit.Visit, operator: dict[str, str]) -> None:
    page = visit.page
    page.locator("#identifier").fill(operator["identifier"])
    page.locator("#password").fill(operator["password"])
    page.keyboard.press("Enter")
    expect(page.locator("#code")).to_be_visible(timeout=kit.PATIENCE_MS)
    for ahead in (0, 1, 1):
        page.locator("#code").fill(pyotp.TOTP(operator["totp_secret"]).at(int(time.time()) + ahead * STEP_SECONDS))
        page.keyboard.press("Enter")
        expect(page.locator("nav.places, .problem").first).to_be_visible(timeout=kit.PATIENCE_MS)
        if page.locator("nav.places").count():
            break
        page.wait_for_timeout(STEP_SECONDS * 1000 * ahead)
    expect(page.locator("nav.places a").first).to_be_visible(timeout=kit.PATIENCE_MS)


def customer_who_paid(local: dict[str, Any], amount: int) -> tuple[people.Person, dict[str, Any], str]:
    """Somebody new, what they paid, and the order's reference."""
    person, reference = kit.newcomer(local, funds=50_000), f"C-{uuid.uuid4().hex[:10]}"
    tokens = people.sign_in(Client(local["api"]), person) or {}
    phone, shop = Client(local["api"]).bearing(tokens["access_token"]), local["people"]["merchants"][0]
    wallet = people.wallets(phone)[0]
    order = {"wallet_id": wallet["id"], "merchant_id": shop["id"], "amount": amount, "currency": wallet["currency"]}
    paid = phone.insist("/v1/payments", order | {"order_reference": reference}, key=reference).expect(201)
    return person, paid, reference


def search(page: Page, text: str) -> None:
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def heading(page: Page, text: str) -> None:
    expect(page.locator("main h1")).to_have_text(text, timeout=kit.PATIENCE_MS)


def reason(page: Page, label: str, word: str = "") -> None:
    """Fills the dialog that asks why, and confirms."""
    page.locator("#reason").fill(label)
    go = page.locator("dialog form > button")
    if word:
        expect(go).to_be_disabled()
        page.locator("#word").fill(word)
    go.click()
    expect(page.locator("dialog")).to_have_count(0, timeout=kit.PATIENCE_MS)


def test_the_overview_shows_what_was_paid(browser: Browser, local: dict[str, Any]) -> None:
    customer_who_paid(local, 1_250)
    with console(browser, local) as visit:
        page = visit.page
        heading(page, "Overview")
        visit.see("Payments in the last hour")
        expect(page.locator("[aria-labelledby=tile-paid-hour]")).not_to_have_text("0", timeout=kit.PATIENCE_MS)
        expect(page.locator("[aria-labelledby=tile-held-CNY]")).to_contain_text("¥")
        expect(page.locator("[aria-labelledby=tile-success]")).to_contain_text("%", timeout=kit.PATIENCE_MS)
        expect(page.locator(".plot canvas")).to_have_count(3, timeout=kit.PATIENCE_MS)
        visit.shot("console-overview-en")
        assert (visit.barriers(), visit.complaints, visit.elsewhere()) == ([], [], set())


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
        expect(row).to_contain_text("person.reveal")
        expect(row).to_contain_text("field=identifier")
        expect(row.locator("time")).to_have_attribute("title", re.compile("UTC$"))
        visit.shot("console-audit-en")
        assert (visit.barriers(), visit.complaints) == ([], [])
