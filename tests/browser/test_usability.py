"""The steps of `docs/how-to/usability.md`, played in a browser: the figures there are those that a person needs."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser import family_kit, kit, purse, till_kit, withdrawal_kit
from tests.browser.access_kit import code_for, heading
from tests.browser.test_modes import HEARING, went
from tests.local import ROOT

PAGE = ROOT / "docs" / "how-to" / "usability.md"
_ROW = re.compile(r"^\| ([^|]+?) \| (\d+): [^|]*\| (test|by hand) \|", re.MULTILINE)
WRITTEN = {task: int(steps) for task, steps, held in _ROW.findall(PAGE.read_text()) if held == "test"}
PLAYED: dict[str, int] = {}


class Person:
    """Somebody who counts what they do."""

    def __init__(self, visit: kit.Visit):
        self.page, self.steps = visit.page, 0

    def taps(self, what: Locator | str) -> None:
        self.steps += 1
        found = what if isinstance(what, Locator) else self.page.get_by_role("link", name=what)
        found.first.click(timeout=kit.PATIENCE_MS)

    def presses(self, name: str) -> None:
        self.taps(self.page.get_by_role("button", name=name, exact=True))

    def tab(self, name: str) -> None:
        self.taps(self.page.locator("nav").get_by_text(name, exact=True))

    def fills(self, label: str, value: str) -> None:
        self.steps += 1
        self.page.get_by_label(re.compile(f"^{label}")).fill(value, timeout=kit.PATIENCE_MS)

    def has_done(self, task: str) -> None:
        PLAYED[task], self.steps = self.steps, 0


def test_somebody_new_and_somebody_who_forgot(browser: Browser, local: dict[str, Any]) -> None:
    someone = kit.stranger()
    with kit.context(browser) as context:
        visit = kit.Visit(context, local["api"] + "/app/")
        person, page = Person(visit), visit.page
        person.taps("Open a wallet")
        person.fills("Your name", someone.display_name)
        person.fills("E-mail or phone", someone.identifier)
        person.fills("Choose a password", someone.password)
        assert page.get_by_label("Where you live").input_value(), "what most choose is chosen"
        for document in ("Terms of use", "Privacy notice"):
            person.taps(page.get_by_role("checkbox", name=document))
        person.presses("Send me the code")
        person.fills("Code", first := code_for(local, someone.identifier))
        expect(page.locator("nav")).to_be_visible(timeout=kit.PATIENCE_MS)
        person.has_done("open a wallet")
        visit.see("My money")
    with kit.context(browser) as context:
        visit = kit.Visit(context, local["api"] + "/app/")
        person = Person(visit)
        person.taps("Sign in")
        person.fills("E-mail or phone", someone.identifier)
        person.taps("I forgot my password")
        heading(visit, "Set a new password")
        person.presses("Send me the code")
        person.fills("Code", code_for(local, someone.identifier, first))
        person.fills("New password", "wang walks by the lake")
        person.presses("Set the new password")
        heading(visit, "Your new password is set")
        person.has_done("get back in without the password")


def test_somebody_on_their_own(browser: Browser, local: dict[str, Any]) -> None:
    someone, other = kit.newcomer(local, 12_345), kit.newcomer(local)
    with kit.context(browser) as context:
        visit = kit.Visit(context, local["api"] + "/app/")
        person, page = Person(visit), visit.page
        person.taps("Sign in")
        heading(visit, "Sign in")
        person.fills("E-mail or phone", someone.identifier)
        person.fills("Password", someone.password)
        person.presses("Sign in")
        expect(page.locator("nav")).to_be_visible(timeout=kit.PATIENCE_MS)
        person.has_done("sign in with a password")
        visit.see("¥123.45")
        person.has_done("see the balance")
        person.presses("中文")
        visit.see("¥123.45")
        person.has_done("change the language")
        page.get_by_role("button", name="English").click()
        person.tab("Inbox")
        person.taps("¥123.45 has arrived")
        visit.see("is in your wallet")
        person.has_done("read what is new")
        went(visit, "/")
        person.tab("Me")
        person.taps("What I am told")
        person.taps(page.get_by_role("group", name="Family").get_by_label("By e-mail"))
        visit.see("Saved.")
        person.has_done("stop being told of something")
        went(visit, "/")
        person.tab("Me")
        person.taps("Mode and text size")
        person.taps(page.get_by_role("radio", name="Easy mode"))
        expect(page.locator("html[data-mode=easy]")).to_have_count(1, timeout=kit.PATIENCE_MS)
        person.has_done("switch to the easy mode")
        went(visit, "/").evaluate(HEARING)
        person.presses("Read aloud")
        assert len(page.evaluate("heard")) == 1
        person.has_done("hear the balance read aloud (easy mode)")
        person.tab("Help")
        expect(page.get_by_role("link", name="Write")).to_be_visible(timeout=kit.PATIENCE_MS)
        person.steps += 1
        person.has_done("reach a person (easy mode)")
        went(visit, "/")
        person.tab("Me")
        person.taps("Family and guardians")
        person.fills("Their e-mail or phone", other.identifier)
        person.presses("Ask them")
        visit.see("waiting for their yes")
        person.has_done("ask somebody to guard large payments")


def test_a_guardian(browser: Browser, local: dict[str, Any]) -> None:
    home = family_kit.family(local, funds=500_000)
    family_kit.waits(local, home)
    with kit.context(browser) as context:
        visit = kit.Visit(context, local["api"] + "/app/#/sign-in")
        kit.sign_in(visit, home.guardian)
        person = Person(visit)
        person.tab("Inbox")
        person.taps("waits for you")
        person.taps("Look at the payment")
        person.taps(visit.page.locator("a[href^='#/approvals/apr_']"))
        person.presses("Agree")
        person.taps(visit.page.get_by_role("dialog").get_by_role("button", name="Agree"))
        visit.page.get_by_label("Payment PIN").fill(family_kit.PIN)
        visit.page.get_by_role("button", name="Confirm").click()
        visit.see(kit.AGREED)
        person.has_done("agree to a ward's payment")


def test_somebody_with_money(browser: Browser, local: dict[str, Any]) -> None:
    someone, order = kit.newcomer(local, 12_345), purse.checkout(local, 2_850)
    with kit.context(browser) as context:
        visit = kit.Visit(context, local["api"] + "/app/#/sign-in")
        kit.sign_in(visit, someone)
        person, page = Person(visit), visit.page
        page.goto(order["code_url"])
        person.presses("Pay ¥28.50")
        purse.titled(visit, "Paid: ¥28.50")
        person.has_done("pay what the code at a till asks, once the camera has opened it")
        went(visit, "/")
        person.taps("Top up")
        person.presses("¥100")
        person.presses("Top up ¥100.00")
        visit.see("¥100.00 arrived")
        person.has_done("top up")
        went(visit, "/")
        person.tab("Me")
        person.taps("Security")
        person.presses("Freeze my wallet now")
        visit.see("Your wallet is frozen, by you.")
        person.has_done("freeze the wallet of a lost phone, on another one")


def test_somebody_who_takes_money_out(browser: Browser, local: dict[str, Any]) -> None:
    someone = withdrawal_kit.with_pin(local, kit.newcomer(local, 20_000))
    with kit.context(browser) as context:
        visit = kit.Visit(context, local["api"] + "/app/#/sign-in")
        kit.sign_in(visit, someone)
        person, page = Person(visit), visit.page
        person.tab("Me")
        person.taps("Security")
        person.taps("Ways to withdraw")
        person.fills("Account number or IBAN", withdrawal_kit.ACCOUNT)
        person.presses("Add it")
        page.get_by_label("Payment PIN").fill(withdrawal_kit.PIN)
        page.get_by_role("button", name="Confirm").click()
        visit.see("•••• 3000")
        person.has_done("add a way to withdraw")
        withdrawal_kit.cool_off(local, someone)
        went(visit, "/")
        person.taps("Withdraw")
        person.fills("Amount in CNY", "20")
        person.presses("Withdraw ¥20.00")
        person.taps(page.get_by_role("dialog").get_by_role("button", name="Withdraw ¥20.00"))
        purse.titled(visit, "On its way: ¥20.00")
        person.has_done("withdraw")
        went(visit, "/")
        person.taps("Top up")
        person.presses("¥100")
        person.taps(page.get_by_role("radio", name="Harbour bank"))
        person.presses("Top up ¥100.00")
        visit.see("¥100.00 arrived")
        person.has_done("top up through a bank by its name")


def test_somebody_at_a_till(browser: Browser, local: dict[str, Any]) -> None:
    shop, manager, customer = till_kit.new_shop(local), kit.newcomer(local), kit.newcomer(local, 20_000)
    till_kit.hired(local, shop, manager, "manager")
    with kit.context(browser) as context:
        visit = kit.Visit(context, local["api"] + "/till/")
        person, page = Person(visit), visit.page
        person.fills("E-mail or phone", manager.identifier)
        person.fills("Password", manager.password)
        person.presses("Sign in")
        heading(visit, "How much?")
        person.has_done("sign in at a till, with one shop")
        person.fills("Amount in CNY", "12.80")
        person.presses("Charge ¥12.80")
        person.fills("The customer's payment code", till_kit.code_of(local, customer))
        heading(visit, "Paid: ¥12.80")
        person.has_done("charge the code that a customer shows (till)")
        person.taps("Next customer")
        heading(visit, "How much?")
        person.has_done("be ready for the next customer (till)")
        person.fills("Amount in CNY", "5")
        person.presses("Show a code to the customer")
        heading(visit, "Scan to pay ¥5.00")
        person.has_done("show a customer a code to pay (till)")
        person.tab("Today")
        expect(page.locator(".sum")).to_have_text("¥12.80", timeout=kit.PATIENCE_MS)
        person.has_done("see what was sold today (till)")
        page.goto(local["api"] + "/till/#/")
        person.tab("Today")
        person.taps(page.locator("main .rows a"))
        person.taps("Give money back")
        person.fills("Reason", "too cold")
        person.presses("Go on")
        person.taps(page.get_by_role("dialog").get_by_role("button", name="Give back ¥12.80"))
        heading(visit, "Given back: ¥12.80")
        person.has_done("give a payment of today back, with a reason (till)")


@pytest.mark.parametrize("task", sorted(WRITTEN))
def test_the_page_says_how_many_steps_it_took(local: dict[str, Any], task: str) -> None:
    """In the process that played them: that of the local cloud."""
    assert PLAYED.get(task) == WRITTEN[task]
