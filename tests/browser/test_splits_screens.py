"""Shared bills in the wallet app: asked by one, paid and declined by others, and what each sees is the API's own."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from infra.local.people import Person
from tests.browser import kit, purse, transfer_kit, withdrawal_kit
from tests.browser.cast import Member, visit_as
from tests.browser.test_modes import SMALL_LETTERS, SMALL_TARGETS, entered, went
from tests.browser.test_money_screens import signed_in, sound

REFUSED = ("/v1/payee-checks", "/v1/bill-splits", "/v1/bill-splits/")
WORDS = {
    "en": {
        "new": "Share a bill",
        "send": "Ask them",
        "mine": "You shared ¥100.00",
        "asked": "A*** E. asks you for ¥33.34",
        "never": "You have never paid this person",
        "pay": "Pay ¥33.34",
        "sent": "Sent: ¥33.34 to A*** E.",
        "decline": "Decline",
        "yes": "Yes, decline",
        "declined": "You declined. Nothing more is asked of you.",
        "of": "¥33.34 of ¥66.67 paid",
        "ended": "This bill is closed. What was paid is yours.",
    },
    "zh": {
        "new": "发起 AA 收款",
        "send": "发起收款",
        "mine": "您发起的 ¥100.00",
        "asked": "**明 向您收款 ¥33.34",
        "never": "您从未向此人付过款",
        "pay": "付款 ¥33.34",
        "sent": "已转账 ¥33.34 给 **明",
        "decline": "拒绝",
        "yes": "确定拒绝",
        "declined": "您已拒绝，不会再向您收取。",
        "of": "已收 ¥33.34，共 ¥66.67",
        "ended": "此收款已结束，已付的款项归您所有。",
    },
}


def add(page: Page, person: Person, place: int) -> None:
    page.locator("#identifier").fill(person.identifier)
    page.keyboard.press("Enter")
    expect(page.locator(".rows > li.thing")).to_have_count(place, timeout=kit.PATIENCE_MS)


def asked(local: dict[str, Any], maker: Person, people: list[Person], amount: int) -> str:
    """Through the API, equally; the id."""
    caller = purse.owner(local, maker)
    found = [caller.post("/v1/payee-checks", {"identifier": one.identifier}).expect(200) for one in people]
    wish = {"amount": amount, "currency": "CNY", "people": [{"payee_check": one["payee_check"]} for one in found]}
    return str(caller.insist("/v1/bill-splits", wish, key=uuid.uuid4().hex).expect(201)["id"])


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("zh", "dark")])
def test_a_bill_is_shared_by_one_paid_by_another_declined_by_a_third_and_closed_then(
    browser: Browser, local: dict[str, Any], language: str, scheme: str
) -> None:
    words = WORDS[language]
    maker, third = kit.newcomer(local, 0, language), kit.newcomer(local, 0, language)
    payer = withdrawal_kit.with_pin(local, kit.newcomer(local, 20_000, language))
    with kit.context(browser, language, color_scheme=scheme) as context:
        visit = kit.Visit(context, local["api"] + "/app/#/sign-in", REFUSED)
        entered(visit, maker)
        page = went(visit, "/bills")
        sound(visit, f"app-bills-none-{language}-{scheme}")
        page.get_by_role("link", name=words["new"]).click()
        purse.titled(visit, words["new"])
        add(page, payer, 1)
        add(page, third, 2)
        page.locator("#amount").fill("100")
        page.locator("#note").fill("Tea 茶")
        sound(visit, f"app-bill-new-{language}-{scheme}")
        page.locator("button.main").click()
        go = page.get_by_role("dialog").get_by_role("button", name=words["send"])
        expect(go).to_be_visible(timeout=kit.PATIENCE_MS)
        sound(visit, f"app-bill-sure-{language}-{scheme}")
        go.dblclick()
        purse.titled(visit, words["mine"])
        sound(visit, f"app-bill-mine-{language}-{scheme}")
        place = page.url.partition("#")[2]
        expect(page.locator(".rows > li")).to_have_count(2, timeout=kit.PATIENCE_MS)
        paid = paying(browser, local, payer, language, scheme)
        page.reload()
        visit.see(words["of"])
        sound(visit, f"app-bill-how-far-{language}-{scheme}")
        declining(browser, local, third, place, language, scheme)
        page.reload()
        visit.see(words["ended"])
        sound(visit, f"app-bill-closed-{language}-{scheme}")
    assert [one["amount"] for one in purse.entries(local, maker)] == [-paid] == [3_334]


def paying(browser: Browser, local: dict[str, Any], payer: Person, language: str, scheme: str) -> int:
    """From home, asked twice, with a proof since they have never paid them; what it took from their wallet."""
    words = WORDS[language]
    with kit.context(browser, language, color_scheme=scheme) as context:
        visit = signed_in(context, local, payer)
        visit.refused += REFUSED
        page = visit.page
        expect(page.locator("main a[href^='#/bills/spl_']")).to_have_count(1, timeout=kit.PATIENCE_MS)
        sound(visit, f"app-home-asked-{language}-{scheme}")
        page.locator("main a[href^='#/bills/spl_']").click()
        expect(page.locator("#amount")).to_have_value("33.34", timeout=kit.PATIENCE_MS)
        visit.see(words["never"])
        sound(visit, f"app-bill-asked-{language}-{scheme}")
        page.locator("button.main").click()
        page.get_by_role("dialog").get_by_role("button", name=words["pay"]).click()
        proof = page.locator("dialog input").first
        expect(proof).to_be_visible(timeout=kit.PATIENCE_MS)
        sound(visit, f"app-bill-proof-{language}-{scheme}")
        proof.fill(withdrawal_kit.PIN)
        page.keyboard.press("Enter")
        purse.titled(visit, words["sent"])
        sound(visit, f"app-bill-paid-{language}-{scheme}")
    return int(next(one["amount"] for one in purse.entries(local, payer) if one["kind"] == "transfer"))


def declining(browser: Browser, local: dict[str, Any], person: Person, place: str, language: str, scheme: str) -> None:
    words = WORDS[language]
    with kit.context(browser, language, color_scheme=scheme) as context:
        visit = signed_in(context, local, person, place)
        page = visit.page
        page.get_by_role("button", name=words["decline"], exact=True).click()
        page.get_by_role("dialog").get_by_role("button", name=words["yes"]).click()
        visit.see(words["declined"])
        sound(visit, f"app-bill-declined-{language}-{scheme}")


def test_somebody_known_is_paid_without_a_proof_and_never_more_than_what_is_left(
    browser: Browser, local: dict[str, Any]
) -> None:
    """The payer's browser is known: from a new one every payment asks for a proof."""
    maker, payer = kit.newcomer(local), Member(local, "app")
    stored = payer.stored()
    transfer_kit.acquainted(local, payer.person, maker)
    bill = asked(local, maker, [payer.person], 1_000)
    with kit.context(browser) as context:
        visit_as(context, stored)
        visit = kit.Visit(context, local["api"] + f"/app/#/bills/{bill}", REFUSED)
        page = visit.page
        page.locator("#amount").fill("10.01")
        page.locator("button.main").click()
        visit.see("Only ¥10.00 is left to pay.")
        page.locator("#amount").fill("4")
        page.locator("button.main").click()
        page.get_by_role("dialog").get_by_role("button", name="Pay ¥4.00").dblclick()
        purse.titled(visit, "Sent: ¥4.00 to A*** E.")
        purse.show(visit, f"/bills/{bill}", "A*** E. asks you for ¥10.00")
        expect(page.locator("#amount")).to_have_value("6.00", timeout=kit.PATIENCE_MS)
    sums = [one["amount"] for one in purse.entries(local, payer.person) if one["kind"] == "transfer"]
    assert sums == [-400]


def test_what_cannot_be_shared_says_why_and_keeps_what_was_typed(browser: Browser, local: dict[str, Any]) -> None:
    maker, friend, stranger = kit.newcomer(local), kit.newcomer(local), kit.stranger()
    with kit.context(browser) as context:
        visit = signed_in(context, local, maker)
        visit.refused += REFUSED
        page = purse.show(visit, "/bills/new", "Share a bill")
        page.locator("#identifier").fill(stranger.identifier)
        page.keyboard.press("Enter")
        visit.see("Only people with an account here can be asked")
        page.locator("#amount").fill("50")
        page.locator("button.main").click()
        visit.see("Add at least one person.")
        add(page, friend, 1)
        page.locator("input[value=amounts]").check()
        page.locator("button.main").click()
        visit.see("Say for each of them how much it is.")
        page.locator(f'[id="share-{friend.identifier}"]').fill("60")
        page.locator("button.main").click()
        visit.see("Together this is more than ¥50.00.")
        sound(visit, "app-bill-amounts-en-light")
        page.locator(f'[id="share-{friend.identifier}"]').fill("30")
        page.locator("button.main").click()
        expect(page.get_by_role("dialog")).to_contain_text("¥20.00", timeout=kit.PATIENCE_MS)
        page.get_by_role("dialog").get_by_role("button", name="Ask them").click()
        purse.titled(visit, "You shared ¥50.00")
        visit.see("¥0.00 of ¥30.00 paid")
        page.get_by_role("button", name="Remind everybody who has not paid").click()
        visit.see("They were asked less than a day ago.")
        page.get_by_role("button", name="Close this bill").click()
        page.get_by_role("dialog").get_by_role("button", name="Yes, close it").click()
        visit.see("This bill is closed. What was paid is yours.")


@pytest.mark.parametrize("mode", ["easy", "social"])
def test_whoever_is_asked_sees_it_first_in_the_other_modes_too(
    browser: Browser, local: dict[str, Any], mode: str
) -> None:
    maker, payer = kit.newcomer(local, 0, "zh"), kit.newcomer(local, 20_000, "zh")
    asked(local, maker, [payer], 1_000)
    with kit.context(browser, "zh", kit.SMALL_PHONE) as context:
        visit = kit.Visit(context, local["api"] + "/app/#/sign-in")
        entered(visit, payer, mode)
        page = went(visit, "/")
        expect(page.locator("main a[href^='#/bills/spl_']")).to_have_count(1, timeout=kit.PATIENCE_MS)
        plain(visit, mode, "home")
        page.locator("main a[href^='#/bills/spl_']").click()
        purse.titled(visit, "**明 向您收款 ¥10.00")
        plain(visit, mode, "bill")
        plain_at(visit, mode, "/bills")


def plain_at(visit: kit.Visit, mode: str, path: str) -> None:
    went(visit, path)
    plain(visit, mode, path[1:])


def plain(visit: kit.Visit, mode: str, name: str) -> None:
    """Nothing cut off, nothing that keeps anybody out; large in the easy mode."""
    page = visit.page
    expect(page.locator(".waiting")).to_have_count(0, timeout=kit.PATIENCE_MS)
    visit.shot(f"{mode}-asked-{name}-zh")
    if mode == "easy":
        assert (name, page.evaluate(SMALL_LETTERS), page.evaluate(SMALL_TARGETS, 60)) == (name, [], [])
    assert (name, visit.width(), visit.barriers(), visit.complaints) == (name, 360, [], [])
