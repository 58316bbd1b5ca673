"""Family cards in the wallet app: given, accepted, paid with, asked about, ended; both sides read what the API says."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from infra.local import people
from infra.local.people import Person
from tests.browser import kit, purse, relatives_kit, withdrawal_kit
from tests.browser.test_modes import entered, went
from tests.browser.test_money_screens import PAYING, signed_in, sound

REFUSED = (*PAYING, "/v1/payee-checks", "/v1/family-cards", "/v1/family-cards/", "/v1/payments", "/v1/me/approvals/")
WORDS = {
    "en": {
        "give": "Give a family card",
        "for": "A family card for A*** E.",
        "some": "Only at certain kinds of shops",
        "food": "Food and drink",
        "other": "Other",
        "offer": "Offer it",
        "confirm": "Confirm",
        "waits": "A*** E. has not answered yet.",
        "asks": "A*** E. offers you a family card",
        "accept": "Accept",
        "left": "Left this month",
        "from": "Family card from A*** E.",
        "pay": "Pay ¥12.80",
        "paid": "Paid: ¥12.80",
        "spent": "¥12.80 of ¥100.00 spent",
        "receipt": "Receipt",
        "who": "Who paid",
        "end": "End this card",
        "yes": "Yes, end it",
        "over": "You ended this card.",
        "theirs": "A*** E. ended this card.",
    },
    "zh": {
        "give": "赠送亲情卡",
        "for": "给 **明 的亲情卡",
        "some": "仅限部分类型的商家",
        "food": "餐饮",
        "other": "其他",
        "offer": "发起赠送",
        "confirm": "确认",
        "waits": "**明 尚未接受",
        "asks": "**明 想给您一张亲情卡",
        "accept": "接受",
        "left": "本月剩余额度",
        "from": "**明 的亲情卡",
        "pay": "支付 ¥12.80",
        "paid": "已付款 ¥12.80",
        "spent": "已用 ¥12.80，每月限额 ¥100.00",
        "receipt": "付款凭证",
        "who": "付款人",
        "end": "终止此卡",
        "yes": "确定终止",
        "over": "您已终止此卡",
        "theirs": "**明 已终止此卡",
    },
}


def _given(visit: kit.Visit, owner: Person, holder: Person, words: dict[str, str], look: str) -> str:
    """Where the new card is."""
    entered(visit, owner)
    page = went(visit, "/family-cards")
    sound(visit, f"app-family-cards-none-{look}")
    page.get_by_role("link", name=words["give"]).click()
    purse.titled(visit, words["give"])
    sound(visit, f"app-family-card-who-{look}")
    page.locator("#identifier").fill(holder.identifier)
    page.keyboard.press("Enter")
    purse.titled(visit, words["for"])
    page.locator("#cap").fill("100")
    page.locator("#above").fill("30")
    page.locator("input[value=some]").check()
    page.get_by_role("checkbox", name=words["food"], exact=True).check()
    page.get_by_role("checkbox", name=words["other"], exact=True).check()
    sound(visit, f"app-family-card-terms-{look}")
    page.locator("button.main").click()
    offer = page.get_by_role("dialog").get_by_role("button", name=words["offer"])
    expect(offer).to_be_visible(timeout=kit.PATIENCE_MS)
    sound(visit, f"app-family-card-sure-{look}")
    offer.click()
    page.locator("#prove-pin").fill(withdrawal_kit.PIN)
    sound(visit, f"app-family-card-prove-{look}")
    page.get_by_role("button", name=words["confirm"], exact=True).click()
    visit.see(words["waits"])
    return page.url.partition("#")[2]


def _accepted_and_paid_with(
    other: kit.Visit, holder: Person, local: dict[str, Any], words: dict[str, str], look: str
) -> None:
    entered(other, holder, "social")
    went(other, "/")
    other.see(words["asks"])
    sound(other, f"app-social-home-offered-{look}")
    other.page.get_by_role("link", name=words["asks"]).click()
    accept = other.page.get_by_role("button", name=words["accept"], exact=True)
    expect(accept).to_be_visible(timeout=kit.PATIENCE_MS)
    sound(other, f"app-family-card-offered-{look}")
    accept.click()
    other.see(words["left"])
    sound(other, f"app-family-card-held-{look}")

    wanted = purse.checkout(local, 1_280, "family-1")
    went(other, f"/pay/{wanted['id']}").get_by_role("radio", name=words["from"]).check()
    sound(other, f"app-checkout-family-{look}")
    other.page.get_by_role("button", name=words["pay"]).click()
    other.see(words["paid"])
    sound(other, f"app-result-family-{look}")


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("zh", "dark")])
def test_a_card_is_given_accepted_paid_with_read_by_both_and_ended(
    browser: Browser, local: dict[str, Any], language: str, scheme: str
) -> None:
    words = WORDS[language]
    owner, holder = relatives_kit.giver(local, 50_000, language), kit.newcomer(local, 0, language)
    look = f"{language}-{scheme}"
    with (
        kit.context(browser, language, color_scheme=scheme) as ours,
        kit.context(browser, language, color_scheme=scheme) as theirs,
    ):
        visit = kit.Visit(ours, local["api"] + "/app/#/sign-in", REFUSED)
        place = _given(visit, owner, holder, words, look)
        other = kit.Visit(theirs, local["api"] + "/app/#/sign-in", REFUSED)
        _accepted_and_paid_with(other, holder, local, words, look)
        page = visit.page
        page.reload()
        visit.see(words["spent"])
        sound(visit, f"app-family-card-given-{look}")
        page.locator(".rows a[href^='#/payments/']").click()
        purse.titled(visit, words["receipt"])
        visit.see(words["who"])
        sound(visit, f"app-receipt-family-{look}")
        went(visit, place).get_by_role("button", name=words["end"]).click()
        page.get_by_role("dialog").get_by_role("button", name=words["yes"]).click()
        visit.see(words["over"])
        went(other, place)
        other.see(words["theirs"])
        sound(other, f"app-family-card-ended-{look}")
    assert [one["amount"] for one in purse.entries(local, owner) if one["kind"] == "payment"] == [-1_280]
    assert purse.entries(local, holder) == []


def test_a_larger_payment_waits_for_whoever_gave_the_card_and_is_paid_after_their_yes(
    browser: Browser, local: dict[str, Any]
) -> None:
    owner, holder = relatives_kit.giver(local), kit.newcomer(local)
    card = relatives_kit.held(local, owner, holder, approval_above=2_000)
    wanted = purse.checkout(local, 4_000, "family-2")
    with kit.context(browser) as theirs, kit.context(browser) as ours:
        other = signed_in(theirs, local, holder)
        other.refused += REFUSED
        page = went(other, f"/pay/{wanted['id']}")
        page.get_by_role("radio", name="Family card from A*** E.").check()
        other.see("They are asked first, and it is paid once they agree.")
        sound(other, "app-checkout-family-asks-en-light")
        page.get_by_role("button", name="Pay ¥40.00").click()
        purse.titled(other, "Waiting for whoever gave you the card")
        sound(other, "app-result-family-asked-en-light")

        visit = signed_in(ours, local, owner)
        visit.refused += REFUSED
        went(visit, "/inbox").get_by_role("link", name="A*** E. would like to pay ¥40.00").click()
        visit.page.get_by_role("link", name="Look at the payment").click()
        visit.page.locator("a[href^='#/approvals/']").click()
        visit.see("Your wallet, with the family card")
        sound(visit, "app-approval-family-en-light")
        visit.page.get_by_role("button", name="Agree").click()
        visit.page.get_by_role("dialog").get_by_role("button", name="Agree").click()
        visit.page.get_by_label("Payment PIN").fill(withdrawal_kit.PIN)
        visit.page.get_by_role("button", name="Confirm").click()
        expect(visit.page.locator("dd").get_by_text(kit.AGREED)).to_be_visible(timeout=kit.PATIENCE_MS)

        def made() -> bool | None:
            kit.swept(local)
            path = f"{relatives_kit.CARDS}/{card}/payments"
            return len(purse.owner(local, holder).get(path).expect(200)["data"]) == 1 or None

        people.wait_for(made, "the payment", seconds=kit.PATIENCE_MS / 1000)
        other.see("Paid: ¥40.00")
        assert (other.complaints, visit.complaints) == ([], [])


def test_its_owner_changes_a_card_and_what_is_wrong_is_said_beside_its_field(
    browser: Browser, local: dict[str, Any]
) -> None:
    owner, holder = relatives_kit.giver(local), kit.newcomer(local)
    card = relatives_kit.held(local, owner, holder, categories=["restaurants"], approval_above=2_000)
    with kit.context(browser) as context:
        visit = signed_in(context, local, owner)
        visit.refused += REFUSED
        page = went(visit, f"/family-cards/{card}")
        page.get_by_role("button", name="Change it").click()
        expect(page.locator("#cap")).to_have_value("300.00")
        page.locator("#above").fill("300")
        page.locator("#cap").fill("250")
        page.get_by_role("checkbox", name="Food and drink", exact=True).uncheck()
        page.get_by_role("button", name="Save").click()
        visit.see("Type less than the cap of the month, or nothing.")
        visit.see("Tick at least one.")
        sound(visit, "app-family-card-change-en-light")
        page.locator("#above").fill("10")
        page.get_by_role("checkbox", name="Health", exact=True).check()
        page.get_by_role("button", name="Save").click()
        page.locator("#prove-pin").fill(withdrawal_kit.PIN)
        page.get_by_role("button", name="Confirm").click()
        visit.see("¥0.00 of ¥250.00 spent")
        visit.see("Above ¥10.00")
    now = purse.owner(local, owner).get(f"{relatives_kit.CARDS}/{card}").expect(200)
    assert (now["monthly_cap"], now["approval_above"], now["categories"]) == (25_000, 1_000, ["health"])


def test_the_easy_mode_asks_for_the_cap_alone(browser: Browser, local: dict[str, Any]) -> None:
    owner, holder = relatives_kit.giver(local, 20_000, "zh"), kit.newcomer(local, language="zh")
    with kit.context(browser, "zh", kit.SMALL_PHONE) as context:
        visit = kit.Visit(context, local["api"] + "/app/#/sign-in", REFUSED)
        entered(visit, owner, "easy")
        page = went(visit, "/family-cards/new")
        page.locator("#identifier").fill(holder.identifier)
        page.keyboard.press("Enter")
        purse.titled(visit, "给 **明 的亲情卡")
        expect(page.locator("main input")).to_have_count(1)
        visit.shot("easy-zh-family-card-terms")
        assert visit.barriers() == []
        assert visit.width() <= kit.SMALL_PHONE["width"]
