"""Disputes on every screen that shows them: begun in the wallet, answered in the back office, decided by us."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from infra.local import people
from tests.browser import console_kit, kit, purse, till_kit
from tests.browser.test_modes import entered, went
from tests.browser.test_money_screens import sound

WORDS = {
    "en": {
        "begin": "Something is wrong with this payment",
        "new": "Dispute this payment",
        "wrong": "The amount is wrong",
        "go": "Dispute it",
        "title": "Dispute",
        "asked": "has been asked. The amount is put aside.",
        "answered": "does not agree. We read what you both said and decide.",
        "back": "We decided for you",
        "receipt": "See its dispute",
        "office": "Disputes",
        "clock": "or it is refunded",
        "answer": "Answer",
        "console": "Disputes",
        "refund": "Refund",
    },
    "zh": {
        "begin": "这笔付款有问题",
        "new": "对此付款提出争议",
        "wrong": "金额有误",
        "go": "提交争议",
        "title": "争议",
        "asked": "该金额已暂扣。",
        "answered": "不同意退款。我们正在审阅双方说明并裁定。",
        "back": "我们已裁定归您",
        "receipt": "查看争议",
        "office": "争议",
        "clock": "否则自动退款",
        "answer": "答复",
        "console": "争议",
        "refund": "退款",
    },
}


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("zh", "dark")])
def test_a_dispute_is_begun_answered_and_decided_and_each_side_sees_its_clock(
    browser: Browser, local: dict[str, Any], language: str, scheme: str
) -> None:
    words, shop = WORDS[language], till_kit.new_shop(local)
    person, said = kit.newcomer(local, 20_000, language), "¥40 too much"
    buyer = purse.owner(local, person)
    wish = {"wallet_id": people.wallets(buyer)[0]["id"], "merchant_id": shop["id"], "amount": 10_000, "currency": "CNY"}
    payment = buyer.insist("/v1/payments", wish | {"order_reference": "D-1"}).expect(201)["id"]
    till = till_kit.till_client(local, shop)
    settled = lambda: till.get(f"/v1/merchants/{shop['id']}/sales").expect(200)["data"] or None  # noqa: E731
    people.wait_for(settled, "a settled line")
    with kit.context(browser, language, color_scheme=scheme) as context:
        visit = kit.Visit(context, local["api"] + "/app/#/sign-in")
        entered(visit, person)
        page = went(visit, f"/payments/{payment}")
        sound(visit, f"app-receipt-disputable-{language}-{scheme}")
        page.get_by_role("link", name=words["begin"]).click()
        purse.titled(visit, words["new"])
        page.get_by_role("radio", name=words["wrong"]).check()
        page.locator("#amount").fill("40")
        page.locator("#text").fill(said)
        sound(visit, f"app-dispute-new-{language}-{scheme}")
        page.get_by_role("button", name=words["go"]).click()
        purse.titled(visit, words["title"])
        visit.see(words["asked"])
        visit.see("¥40.00")
        sound(visit, f"app-dispute-open-{language}-{scheme}")
        with till_kit.at_the_till(browser, shop, local, language) as counter:
            desk = purse.show(counter, "/office/disputes", words["office"])
            row = desk.locator("main .rows > li")
            expect(row).to_contain_text(words["clock"], timeout=kit.PATIENCE_MS)
            expect(row).to_contain_text(said)
            sound(counter, f"office-disputes-{language}")
            row.get_by_role("button", name=words["answer"]).click()
            desk.locator("#text").fill("As agreed on Monday")
            desk.locator("dialog button:not(.secondary)").first.click()
            expect(row).to_contain_text("As agreed on Monday", timeout=kit.PATIENCE_MS)
        went(visit, f"/payments/{payment}").get_by_role("link", name=words["receipt"]).click()
        visit.see(words["answered"])
        sound(visit, f"app-dispute-answered-{language}-{scheme}")
        with console_kit.console(browser, local, language) as office:
            desk = purse.show(office, "/disputes", words["console"])
            row = desk.locator("tbody tr").filter(has_text=said).first
            expect(row).to_contain_text("As agreed on Monday", timeout=kit.PATIENCE_MS)
            office.shot(f"console-disputes-{language}")
            assert (office.barriers(), office.complaints) == ([], [])
            row.get_by_role("button", name=words["refund"]).click()
            desk.locator("#reason").fill("Monday's price was lower")
            desk.locator("dialog button:not(.secondary)").first.click()
            expect(row.get_by_role("button")).to_have_count(0, timeout=kit.PATIENCE_MS)
        visit.page.reload()
        visit.see(words["back"])
        sound(visit, f"app-dispute-over-{language}-{scheme}")
        went(visit, "/disputes")
        sound(visit, f"app-disputes-{language}-{scheme}")
    found = buyer.get(f"/v1/payments/{payment}").expect(200)
    assert (found["refunded"], found["disputed"]) == (4_000, 0)
