"""The security centre as people use it: what is set up there is then asked for, what is stopped there is stopped."""

from __future__ import annotations

import re
import uuid
from typing import Any

from playwright.sync_api import Browser, expect

from infra.local import people
from infra.local.client import Client
from infra.local.people import Person
from tests.browser import kit
from tests.browser.access_kit import (
    Authenticator,
    at_home,
    authenticator_code,
    code_for,
    go,
    heading,
    leave_this_device,
    me,
    press,
    type_password,
    visiting,
)

PIN = "428571"


def test_an_authenticator_is_set_up_and_then_asked_for(browser: Browser, local: dict[str, Any]) -> None:
    with at_home(browser, local, "/security", "/v1/sessions/second-factor") as (visit, person):
        page = visit.page
        visit.see("0 of 4 done")
        go(visit, "/security/authenticator", "Authenticator app")
        page.locator("#password").fill(person.password)
        press(page, "Set up an authenticator")
        expect(page.locator("svg.qr path")).to_be_visible(timeout=kit.PATIENCE_MS)
        visit.shot("app-authenticator-en")
        secret = page.locator("code.secret").inner_text()
        page.locator("#code").fill(authenticator_code(secret))
        visit.see("Your authenticator is on. Now keep recovery codes")
        page.get_by_role("link", name="Get recovery codes").click()
        page.locator("#password").fill(person.password)
        press(page, "Show me ten new codes")
        codes = page.locator(".codes code").all_inner_texts() if page.wait_for_selector(".codes") else []
        visit.shot("app-recovery-codes-en")
        assert len(set(codes)) == 10
        press(page, "I kept them")
        visit.see("2 of 4 done")

        leave_this_device(visit)
        type_password(page, person)
        heading(visit, "One more step")
        page.locator("#code").fill("000000")
        visit.see("This code is wrong or no longer valid.")
        page.locator("#code").fill(authenticator_code(secret, ahead=1))
        heading(visit, "Devices")

        leave_this_device(visit)
        type_password(page, person)
        press(page, "Use a recovery code")
        page.locator("#code").fill(codes[0])
        page.keyboard.press("Enter")
        heading(visit, "Devices")
        assert me(visit, local).get("/v1/me/recovery-codes").expect(200) == {"left": 9}


def test_a_passkey_is_made_and_is_enough_to_sign_in_and_to_step_up(browser: Browser, local: dict[str, Any]) -> None:
    with at_home(browser, local, "/security/passkeys", "/v1/me/freeze") as (visit, person):
        page, device = visit.page, Authenticator(visit)
        heading(visit, "Passkeys")
        page.locator("#name").fill("My phone")
        page.locator("#password").fill(person.password)
        press(page, "Add a passkey")
        visit.see("The passkey is added.")
        expect(page.locator(".thing strong")).to_have_text("My phone")
        assert [key["rpId"] for key in device.credentials()] == ["localhost"]
        visit.shot("app-passkeys-en")

        device.absent()
        leave_this_device(visit)
        device.present()
        press(page, "Sign in with a passkey")
        heading(visit, "Devices")
        passkey = me(visit, local).get("/v1/me/passkeys").expect(200)["data"][0]
        assert passkey["last_used_at"] > passkey["created_at"]

        set_pin(visit, person)
        go(visit, "/security/freeze", "Freeze my wallet")
        press(page, "Freeze my wallet now")
        visit.see("Your wallet is frozen, by you.")
        press(page, "Unfreeze my wallet")
        heavy = page.get_by_role("dialog").locator("button:not(.plain)")
        expect(heavy).to_have_text(["Use a passkey"], timeout=kit.PATIENCE_MS)
        visit.shot("app-prove-ways-en")
        press(page, "Another way: my payment PIN")
        expect(page.locator("#prove-pin")).to_be_focused()
        expect(heavy).to_have_text(["Confirm"])
        press(page, "Another way: a passkey")
        press(page, "Use a passkey")
        visit.see("Your wallet is as before.")
        assert people.wallets(me(visit, local))[0]["status"] == "active"


def test_a_passkey_is_the_second_half_of_a_password(browser: Browser, local: dict[str, Any]) -> None:
    with at_home(browser, local, "/security/passkeys") as (visit, person):
        page, device = visit.page, Authenticator(visit)
        page.locator("#password").fill(person.password)
        press(page, "Add a passkey")
        visit.see("The passkey is added.")
        device.absent()
        leave_this_device(visit)
        type_password(page, person)
        heading(visit, "One more step")
        device.present()
        press(page, "Use my passkey")
        heading(visit, "Devices")


def test_one_tap_freezes_and_a_lost_phone_is_signed_out(browser: Browser, local: dict[str, Any]) -> None:
    with at_home(browser, local, "/security", "/v1/me/freeze") as (visit, person):
        lost, page = people.sign_in(Client(local["api"]), person), visit.page
        assert lost is not None
        visit.see("You have no PIN, passkey or authenticator yet.")
        drawn = page.locator("main .rows a > svg:first-child path").evaluate_all(
            "all => all.map(one => one.getAttribute('d'))"
        )
        assert len(set(drawn)) == len(drawn) == page.locator("main .rows > li").count()
        visit.shot("app-security-en")
        press(page, "Freeze my wallet now")
        visit.see("Your wallet is frozen, by you.")
        assert people.wallets(me(visit, local))[0]["status"] == "frozen"

        go(visit, "/security/devices", "Devices")
        expect(page.locator(".thing")).to_have_count(2, timeout=kit.PATIENCE_MS)
        page.locator(".thing").filter(has_not_text="this one").first.get_by_role("button").first.click()
        page.locator("#device_name").fill("The lost one")
        press(page, "Save")
        row = page.locator(".thing", has_text="The lost one")
        row.get_by_role("button", name="Sign out The lost one").click()
        page.get_by_role("dialog").get_by_role("button", name="Sign out", exact=True).click()
        expect(page.locator(".thing")).to_have_count(1, timeout=kit.PATIENCE_MS)

        set_pin(visit, person)
        said = page.locator(".announcer")
        expect(said).to_have_text("Your payment PIN is set.")
        go(visit, "/security/freeze", "Freeze my wallet")
        expect(said).to_be_empty()
        press(page, "Unfreeze my wallet")
        page.locator("#prove-pin").fill(PIN)
        visit.shot("app-prove-en")
        press(page, "Confirm")
        visit.see("Your wallet is as before.")
        assert people.wallets(me(visit, local))[0]["status"] == "active"

        go(visit, "/security/devices", "Devices")
        visit.answered()
        press(page, "Sign out everywhere")
        page.get_by_role("dialog").get_by_role("button", name="Sign out everywhere").click()
        visit.see("You are signed out everywhere.")
    Client(local["api"]).bearing(lost["access_token"]).post("/v1/me/freeze").expect(401, "invalid-token")


def set_pin(visit: kit.Visit, person: Person) -> None:
    go(visit, "/security/pin", "Payment PIN")
    visit.see("a payment above ¥5,000.00 is large")
    for field, typed in (("password", person.password), ("pin", PIN), ("again", PIN)):
        visit.page.locator(f"#{field}").fill(typed)
    press(visit.page, "Set the PIN")
    heading(visit, "Security")


def test_what_was_overwritten_comes_back_from_the_trash(browser: Browser, local: dict[str, Any]) -> None:
    with at_home(browser, local, "/security/phrase") as (visit, _):
        page = visit.page
        for phrase in ("green tea", "black coffee"):
            page.locator("#phrase").fill(phrase)
            press(page, "Save")
            visit.see(f"Your phrase is: {phrase}")
        go(visit, "/security/trash", "Trash")
        press(page, "Restore: Your phrase was g***")
        visit.see("It is back.")
        expect(page.locator(".thing")).to_have_text(re.compile("b\\*\\*\\*"), timeout=kit.PATIENCE_MS)
        go(visit, "/security/phrase", "My phrase")
        visit.see("Your phrase is: green tea")


def test_a_new_phone_number_takes_two_codes_or_waits(browser: Browser, local: dict[str, Any]) -> None:
    new = f"new-{uuid.uuid4().hex[:8]}@test.example"
    with at_home(browser, local, "/security/contacts", "/v1/me/identifiers/confirm") as (visit, person):
        page, joined = visit.page, code_for(local, person.identifier)
        page.locator("#identifier").fill(new)
        press(page, "Send the codes")
        first = code_for(local, new)
        first_old = code_for(local, person.identifier, joined)
        page.locator("#new_code").fill(first)
        press(page, "I cannot read the old one any more")
        press(page, "Change it in 72 hours")
        visit.see("takes effect on")
        press(page, "Stop this change")
        visit.see("The change is stopped.")

        page.locator("#identifier").fill(new)
        press(page, "Send the codes")
        page.locator("#old_code").fill(code_for(local, person.identifier, joined, first_old))
        page.locator("#new_code").fill(code_for(local, new, first))
        press(page, "Change it now")
        visit.see("It is changed.")
        expect(page.locator(".thing strong")).to_have_text("n***@test.example")


def test_what_i_agreed_to_is_mine_to_take_back_and_my_data_mine_to_fetch(
    browser: Browser, local: dict[str, Any]
) -> None:
    with at_home(browser, local, "/security/consents") as (visit, person):
        page = visit.page
        press(page, "Agree: News and offers")
        press(page, "Take back: News and offers")
        visit.see("You took back version 2026-11-01:")
        go(visit, "/security/export", "My data")
        press(page, "Make my archive")
        visit.see("It is being made.")
    with visiting(browser, local, "/sign-in?then=/security/export") as visit:
        kit.sign_in(visit, person)
        visit.see(re.compile("It is being made|Your archive is ready"))
