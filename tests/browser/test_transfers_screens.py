"""Money from person to person in the wallet app: what the screens say is what the API's own account says."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from infra.local.people import Person
from tests.browser import kit, purse, transfer_kit
from tests.browser.test_modes import SMALL_LETTERS, SMALL_TARGETS, entered, went
from tests.browser.test_money_screens import signed_in, sound

REFUSED = ("/v1/payee-checks", "/v1/transfers", "/v1/transfers/")
WORDS = {
    "en": {
        "send": "Send money",
        "look": "See who it is",
        "payee": "A*** E.",
        "fits": "The name fits.",
        "misfits": "The name does not fit",
        "first": "This is your first transfer to them. It waits 24 hours",
        "missing": "¥1.00 is missing in your wallet",
        "amount": "How much for A*** E.?",
        "go": "Send ¥20.00",
        "waits": "Waiting: ¥20.00 for A*** E.",
        "left": "Arrives in 24 hours",
        "back": "Take it back",
        "sure": "Yes, take it back",
        "taken": "Taken back: ¥20.00",
        "home": "My money",
        "list": "Activity",
        "people": "People",
        "ended": "Transfer taken back",
    },
    "zh": {
        "send": "转账",
        "look": "查看收款人",
        "payee": "**明",
        "fits": "姓名相符",
        "misfits": "姓名不符",
        "first": "这是您首次转账给对方，款项将在 24 小时后到账",
        "missing": "余额还差 ¥1.00",
        "amount": "转给 **明 多少？",
        "go": "转账 ¥20.00",
        "waits": "待到账：¥20.00 给 **明",
        "left": "24小时后到账",
        "back": "取消转账",
        "sure": "确定取消",
        "taken": "已取消转账 ¥20.00",
        "home": "我的钱包",
        "list": "账单",
        "people": "个人往来",
        "ended": "转账已取消",
    },
}


def looked(page: Page, identifier: str, name: str = "") -> Page:
    """Who it is, seen."""
    page.locator("#identifier").fill(identifier)
    if name:
        page.locator("#known").fill(name)
    page.keyboard.press("Enter")
    return page


def sends(visit: kit.Visit, payee: Person, amount: str) -> None:
    """From the first question to the last look, and yes to it."""
    page = visit.page
    visit.page.evaluate("location.hash = '/send'")
    expect(page.locator("#identifier")).to_be_visible(timeout=kit.PATIENCE_MS)
    looked(page, payee.identifier).locator("#amount").fill(amount)
    page.locator("button.main").click()
    page.get_by_role("dialog").locator("button.wide").first.dblclick()


def moved(local: dict[str, Any], person: Person) -> list[tuple[str, int]]:
    """Between people alone, newest first."""
    found = purse.entries(local, person)
    return [(one["kind"], one["amount"]) for one in found if one["kind"].startswith("transfer")]


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("zh", "dark")])
def test_the_first_transfer_to_somebody_waits_and_is_taken_back_while_it_does(
    browser: Browser, local: dict[str, Any], language: str, scheme: str
) -> None:
    payer, payee, words = kit.newcomer(local, 20_000, language), kit.newcomer(local, 0, language), WORDS[language]
    with kit.context(browser, language, color_scheme=scheme) as context:
        visit = signed_in(context, local, payer)
        page = visit.page
        page.get_by_role("link", name=words["send"]).click()
        purse.titled(visit, words["send"])
        sound(visit, f"app-send-{language}-{scheme}")
        looked(page, payee.identifier, payee.display_name)
        purse.titled(visit, words["amount"])
        for text in (words["payee"], words["fits"], words["first"]):
            visit.see(text)
        page.locator("#amount").fill("201")
        visit.see(words["missing"])
        page.locator("#amount").fill("20")
        page.locator("#note").fill("Tea 茶")
        sound(visit, f"app-send-who-{language}-{scheme}")
        page.locator("button.main").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("¥180.00", timeout=kit.PATIENCE_MS)
        sound(visit, f"app-send-sure-{language}-{scheme}")
        dialog.get_by_role("button", name=words["go"]).dblclick()
        purse.titled(visit, words["waits"])
        visit.see(words["left"])
        visit.see("Tea 茶")
        sound(visit, f"app-transfer-waits-{language}-{scheme}")
        transfer = page.url.rpartition("/")[2]
        purse.show(visit, "/", words["home"])
        expect(page.locator(".on-its-way")).to_contain_text(words["payee"], timeout=kit.PATIENCE_MS)
        sound(visit, f"app-home-sending-{language}-{scheme}")
        purse.show(visit, f"/transfers/{transfer}", words["waits"])
        page.get_by_role("button", name=words["back"]).click()
        sound(visit, f"app-transfer-back-{language}-{scheme}")
        dialog.get_by_role("button", name=words["sure"]).click()
        purse.titled(visit, words["taken"])
        sound(visit, f"app-transfer-taken-back-{language}-{scheme}")
        purse.show(visit, "/activity", words["list"])
        page.get_by_role("button", name=words["people"]).click()
        expect(page.locator(".rows > li")).to_have_count(2, timeout=kit.PATIENCE_MS)
        visit.see(words["ended"])
        sound(visit, f"app-activity-people-{language}-{scheme}")
    assert moved(local, payer) == [("transfer-cancelled", 2_000), ("transfer-scheduled", -2_000)]
    assert moved(local, payee) == []


def test_what_has_waited_arrives_and_the_next_goes_at_once_and_both_see_it(
    browser: Browser, local: dict[str, Any]
) -> None:
    payer, payee = kit.newcomer(local, 20_000), kit.newcomer(local, 0, "zh")
    transfer_kit.acquainted(local, payer, payee)
    with kit.context(browser) as ours, kit.context(browser, "zh") as theirs:
        visit, other = signed_in(ours, local, payer), signed_in(theirs, local, payee)
        page = purse.show(visit, "/send", "Send money")
        looked(page, payee.identifier, "Somebody Else")
        visit.see("The name does not fit")
        expect(page.get_by_role("radio", name="Now")).to_be_checked()
        page.get_by_role("radio", name="In 2 hours").check()
        page.locator("#amount").fill("3.50")
        sound(visit, "app-send-when-en-light")
        page.get_by_role("radio", name="Now").check()
        page.locator("button.main").click()
        visit.see("At once, and cannot be taken back")
        page.get_by_role("dialog").get_by_role("button", name="Send ¥3.50").dblclick()
        purse.titled(visit, "Sent: ¥3.50 to **明")
        sound(visit, "app-transfer-sent-en-light")
        purse.show(other, "/activity", "账单")
        other.page.reload()
        expect(other.page.locator(".rows > li")).to_have_count(2, timeout=kit.PATIENCE_MS)
        sound(other, "app-activity-received-zh-light")
        other.page.locator(".rows a").first.click()
        purse.titled(other, "收到 A*** E. 转账 ¥3.50")
        sound(other, "app-transfer-received-zh-light")
    assert moved(local, payer) == [("transfer", -350), ("transfer-scheduled", -100)]
    assert moved(local, payee) == [("transfer", 350), ("transfer-completed", 100)]


def test_the_easy_mode_asks_one_thing_at_a_time_and_says_that_and_why_it_waits(
    browser: Browser, local: dict[str, Any]
) -> None:
    payer, payee = kit.newcomer(local, 9_000, "zh"), kit.newcomer(local, 0, "zh")
    with kit.context(browser, "zh", kit.SMALL_PHONE) as context:
        visit = kit.Visit(context, local["api"] + "/app/#/sign-in")
        entered(visit, payer, "easy")
        page = went(visit, "/pay")
        plain(visit, "pay")
        page.get_by_role("link", name="转账").click()
        purse.titled(visit, "转账")
        visit.see("之后等待 24 小时才到账")
        expect(page.locator("main input")).to_have_count(1)
        plain(visit, "send")
        looked(page, payee.identifier)
        purse.titled(visit, "是这个人吗？")
        visit.see("等待是为了您的资金安全")
        expect(page.locator("main input")).to_have_count(0)
        plain(visit, "send-who")
        page.get_by_role("button", name="是的，就是他/她").click()
        purse.titled(visit, "转给 **明 多少？")
        expect(page.locator("main input")).to_have_count(1)
        page.locator("#amount").fill("20")
        plain(visit, "send-amount")
        page.locator("button.main").click()
        visit.see("24 小时后，此前可以取消")
        plain(visit, "send-sure")
        page.get_by_role("dialog").get_by_role("button", name="转账 ¥20.00").click()
        purse.titled(visit, "待到账：¥20.00 给 **明")
        plain(visit, "transfer")
    assert moved(local, payer) == [("transfer-scheduled", -2_000)]


def plain(visit: kit.Visit, name: str) -> None:
    """Large letters, large targets, nothing cut off, nothing that keeps anybody out."""
    page = visit.page
    expect(page.locator(".waiting")).to_have_count(0, timeout=kit.PATIENCE_MS)
    visit.shot(f"easy-{name}-zh")
    assert (name, page.evaluate(SMALL_LETTERS), page.evaluate(SMALL_TARGETS, 60)) == (name, [], [])
    assert (name, visit.width(), visit.barriers(), visit.complaints) == (name, 360, [], [])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_in_the_social_mode_sending_and_red_packets_come_first(
    browser: Browser, local: dict[str, Any], language: str
) -> None:
    with kit.context(browser, language) as context:
        visit = kit.Visit(context, local["api"] + "/app/#/sign-in")
        entered(visit, kit.newcomer(local, 9_000, language), "social")
        first = went(visit, "/").locator("main a").all()[:2]
        assert [one.get_attribute("href") for one in first] == ["#/send", "#/packets"]
        sound(visit, f"social-home-{language}")


def test_what_cannot_be_sent_says_why_and_what_to_do_and_keeps_what_was_typed(
    browser: Browser, local: dict[str, Any]
) -> None:
    payer, payee = kit.newcomer(local, 20_000), kit.newcomer(local)
    with kit.context(browser) as context:
        visit = signed_in(context, local, payer)
        visit.refused += REFUSED
        page = purse.show(visit, "/send", "Send money")
        page.get_by_role("button", name="See who it is").click()
        visit.see("Please write an e-mail address or a phone number.")
        looked(page, payer.identifier)
        visit.see("That is you. Money goes to somebody else")
        sound(visit, "app-send-myself-en-light")
        looked(page, payee.identifier).locator("#amount").fill("20")
        page.locator("#note").fill("see bank.example.com")
        page.locator("button.main").click()
        page.get_by_role("dialog").get_by_role("button", name="Send ¥20.00").click()
        purse.titled(visit, "Not sent: ¥20.00")
        visit.see("A note holds no links")
        sound(visit, "app-send-link-en-light")
        page.get_by_role("link", name="Try again").click()
        expect(page.locator("#note")).to_have_value("see bank.example.com", timeout=kit.PATIENCE_MS)
        page.locator("#note").fill("字" * 34)
        page.locator("button.main").click()
        visit.see("This is too long")
        page.locator("#note").fill("tea")
        page.locator("button.main").click()
        page.get_by_role("dialog").get_by_role("button", name="Send ¥20.00").click()
        purse.titled(visit, "Waiting: ¥20.00 for A*** E.")
        purse.show(visit, "/send", "Send money")
        expect(page.locator("#identifier")).to_have_value("")
    assert moved(local, payer) == [("transfer-scheduled", -2_000)]


def test_whoever_has_no_account_is_invited_and_that_is_said_before(browser: Browser, local: dict[str, Any]) -> None:
    payer, stranger = kit.newcomer(local, 20_000), kit.stranger()
    with kit.context(browser) as context:
        visit = signed_in(context, local, payer)
        page = purse.show(visit, "/send", "Send money")
        looked(page, stranger.identifier)
        visit.see("Nobody has an account with this yet")
        visit.see("The money waits for them for 72 hours")
        page.locator("#amount").fill("5")
        sound(visit, "app-send-invitation-en-light")
        page.locator("button.main").click()
        page.get_by_role("dialog").get_by_role("button", name="Send ¥5.00").click()
        visit.see("We told them how to get it.")
        sound(visit, "app-transfer-invitation-en-light")


def test_an_answer_that_is_lost_is_asked_for_under_the_same_key(browser: Browser, local: dict[str, Any]) -> None:
    payer, payee, keys = kit.newcomer(local, 20_000), kit.newcomer(local), list[str]()
    with kit.context(browser) as context:
        visit = signed_in(context, local, payer)
        visit.refused += REFUSED
        kit.in_between(visit.page, "**/v1/transfers", keys)
        sends(visit, payee, "7")
        kit.tried(visit.page, keys, 2)
        visit.see("We keep asking about this very transfer")
        visit.page.reload()
        visit.page.evaluate("location.hash = '/'")
        kit.tried(visit.page, keys, len(kit.IN_BETWEEN) + 1)
        visit.see("Sent off: ¥7.00 to A*** E.")
    assert len(set(keys)) == 1
    assert moved(local, payer) == [("transfer-scheduled", -700)]
