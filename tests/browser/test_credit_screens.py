"""Credit in the wallet: asked for, read in full before it is agreed to, repaid, paused, withdrawn from."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import credit_kit, kit, purse, withdrawal_kit
from tests.browser.test_modes import SMALL_LETTERS, SMALL_TARGETS, entered, went
from tests.browser.test_money_screens import PAYING, signed_in, sound

REFUSED = (*PAYING, "/v1/credit-line", "/v1/instalment-quotes", "/v1/instalment-plans", "/v1/instalment-plans/")
WORDS = {
    "en": {
        "ask": "Ask for a credit line", "left": "Left of your line", "loan": "Take a small loan",
        "see": "See what it costs",
        "six": "6 months", "read": "I have read this and agree to it", "tick": "Read it, and tick this to go on.",
        "agree": "Agree and borrow ¥600.00", "lent": "¥600.00 is in your wallet.", "next": "Due next",
        "all": "Repay all",
        "repaid": "The plan is over", "plans": "My plans", "pause": "Pause for one month",
        "yes": "Pause it",
        "paused": "Paused. The next instalment is due on", "part": "Repay this part", "some": "You repaid ¥100.00.",
        "confirm": "Confirm",
    },
    "zh": {
        "ask": "申请信用额度", "left": "剩余额度", "loan": "小额借款", "see": "查看费用", "six": "6 个月",
        "read": "我已阅读并同意以上内容", "tick": "请阅读并勾选后继续。", "agree": "同意并借款 ¥600.00",
        "lent": "¥600.00 已存入您的钱包。", "next": "下一期", "all": "全部还清", "repaid": "此分期已全部结清",
        "plans": "我的分期", "pause": "暂停 1 个月", "yes": "确认暂停", "paused": "已暂停，下一期扣款日为",
        "part": "还这一部分", "some": "您已还款 ¥100.00。", "confirm": "确认",
    },
}  # fmt: skip


def _confirmed(page: Page, words: dict[str, str]) -> None:
    """With the PIN, where it is asked for before what comes next."""
    expect(page.locator("#prove-pin, .timeline, .result.good").first).to_be_visible(timeout=kit.PATIENCE_MS)
    if page.locator("#prove-pin").count():
        page.locator("#prove-pin").fill(withdrawal_kit.PIN)
        page.get_by_role("button", name=words["confirm"], exact=True).click()


def _line_asked_for(visit: kit.Visit, words: dict[str, str], look: str) -> Page:
    page = went(visit, "/credit")
    sound(visit, f"app-credit-none-{look}")
    page.get_by_role("button", name=words["ask"]).click()
    visit.see(words["left"])
    sound(visit, f"app-credit-line-{look}")
    page.get_by_role("link", name=words["loan"]).click()
    purse.titled(visit, words["loan"])
    return page


def _borrowed(visit: kit.Visit, page: Page, words: dict[str, str], look: str) -> None:
    page.locator("#amount").fill("600")
    page.get_by_role("button", name=words["see"]).click()
    choice = page.get_by_role("radio", name=words["six"])
    expect(choice).to_be_visible(timeout=kit.PATIENCE_MS)
    expect(page.locator("main input:checked")).to_have_count(0)
    sound(visit, f"app-loan-compare-{look}")
    choice.check()
    agree = page.get_by_role("button", name=words["agree"])
    agree.click()
    visit.see(words["tick"])
    sound(visit, f"app-loan-quote-{look}")
    page.get_by_label(words["read"]).check()
    agree.click()
    _confirmed(page, words)
    visit.see(words["lent"])
    sound(visit, f"app-plan-begun-{look}")


def _repaid(visit: kit.Visit, page: Page, words: dict[str, str], look: str) -> None:
    page.get_by_role("button", name=words["pause"]).click()
    page.get_by_role("dialog").get_by_role("button", name=words["yes"]).click()
    visit.see(words["paused"])
    sound(visit, f"app-plan-paused-{look}")
    page.locator("#amount").fill("100")
    page.get_by_role("button", name=words["part"]).click()
    page.get_by_role("dialog").get_by_role("button").first.click()
    visit.see(words["some"])
    sound(visit, f"app-plan-part-{look}")
    went(visit, "/credit/plans")
    sound(visit, f"app-plans-{look}")
    page.locator(".rows a").first.click()
    page.get_by_role("button", name=words["all"]).click(timeout=kit.PATIENCE_MS)
    sound(visit, f"app-plan-sure-{look}")
    page.get_by_role("dialog").get_by_role("button").first.click()
    visit.see(words["repaid"])
    sound(visit, f"app-plan-repaid-{look}")


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("zh", "dark")])
def test_a_loan_is_asked_for_read_agreed_to_paused_and_repaid(
    browser: Browser, local: dict[str, Any], language: str, scheme: Any
) -> None:
    words, look = WORDS[language], f"{language}-{scheme}"
    person = credit_kit.known(local, language)
    with kit.context(browser, language, color_scheme=scheme) as context:
        visit = kit.Visit(context, local["api"] + "/app/#/sign-in", REFUSED)
        entered(visit, person)
        page = _line_asked_for(visit, words, look)
        _borrowed(visit, page, words, look)
        assert [one["owed"] for one in credit_kit.plans(local, person)] == [60_000]
        _repaid(visit, page, words, look)
        went(visit, "/activity")
        sound(visit, f"app-activity-credit-{look}")
    assert [one["status"] for one in credit_kit.plans(local, person)] == ["repaid"]


@pytest.mark.parametrize(("language", "scheme"), [("en", "dark"), ("zh", "light")])
def test_a_purchase_is_paid_in_four_and_its_receipt_leads_to_the_plan(
    browser: Browser, local: dict[str, Any], language: str, scheme: Any
) -> None:
    person, words, look = credit_kit.with_line(local, language), WORDS[language], f"{language}-{scheme}"
    wanted = purse.checkout(local, 40_003, f"four-{language}")
    say = {"en": ("In instalments", "in four", "Agree and pay ¥100.03 now", "See the plan", "A plan of instalments"),
           "zh": ("分期付款", "四期", "同意，现在支付 ¥100.03", "查看分期", "分期付款")}[language]  # fmt: skip
    with kit.context(browser, language, color_scheme=scheme) as context:
        visit = kit.Visit(context, local["api"] + "/app/#/sign-in", REFUSED)
        entered(visit, person)
        page = went(visit, f"/pay/{wanted['id']}")
        by_plan = page.get_by_role("radio", name=say[0])
        expect(by_plan).not_to_be_checked(timeout=kit.PATIENCE_MS)
        by_plan.check()
        page.get_by_role("button", name=words["see"]).click()
        page.get_by_role("radio", name=say[1]).check(timeout=kit.PATIENCE_MS)
        sound(visit, f"app-checkout-quote-{look}")
        page.get_by_label(words["read"]).check()
        page.get_by_role("button", name=say[2]).click()
        _confirmed(page, words)
        expect(page.get_by_role("link", name=say[3])).to_be_visible(timeout=kit.PATIENCE_MS)
        sound(visit, f"app-result-plan-{look}")
        page.locator("a[href^='#/payments/']").click()
        expect(page.get_by_role("link", name=say[4])).to_be_visible(timeout=kit.PATIENCE_MS)
        sound(visit, f"app-receipt-plan-{look}")
        page.locator("a[href^='#/credit/plans/']").first.click()
        visit.see(words["next"])
        sound(visit, f"app-plan-four-{look}")
    (plan,) = credit_kit.plans(local, person)
    assert (plan["plan"], plan["amount"], plan["lent"]) == ("four", 40_003, 30_000)


def test_whoever_changes_their_mind_gives_back_what_was_lent(browser: Browser, local: dict[str, Any]) -> None:
    person = credit_kit.with_line(local)
    plan = credit_kit.borrowed(local, person)
    with kit.context(browser) as context:
        visit = signed_in(context, local, person)
        visit.refused += REFUSED
        page = went(visit, f"/credit/plans/{plan['id']}")
        page.get_by_role("button", name="Withdraw from this plan").click()
        visit.see("¥600.00 goes back: what was lent")
        page.get_by_role("dialog").get_by_role("button", name="Withdraw from this plan").click()
        visit.see("You withdrew and gave back ¥600.00.")
        sound(visit, "app-plan-undone-en-light")
    assert [one["status"] for one in credit_kit.plans(local, person)] == ["undone"]


@pytest.mark.parametrize(
    ("language", "go", "told", "owed"),
    [
        ("en", "Withdraw from this plan", "You withdrew, and ¥", "Withdrawn from: still to give back"),
        ("zh", "撤销此分期", "其余本金请在", "已撤销，待归还本金"),
    ],
)
def test_whoever_withdraws_without_the_money_reads_what_is_due_and_by_when(
    browser: Browser, local: dict[str, Any], language: str, go: str, told: str, owed: str
) -> None:
    person = credit_kit.with_line(local, language)
    plan = credit_kit.borrowed(local, person)
    left = credit_kit.spent(local, person, leave=10_000)
    with kit.context(browser, language) as context:
        visit = kit.Visit(context, local["api"] + "/app/#/sign-in", REFUSED)
        entered(visit, person)
        page = went(visit, f"/credit/plans/{plan['id']}")
        page.get_by_role("button", name=go).click()
        page.get_by_role("dialog").get_by_role("button", name=go).click()
        visit.see(told)
        visit.see(owed)
        sound(visit, f"app-plan-withdrawn-{language}")
    (after,) = credit_kit.plans(local, person)
    assert (after["status"], after["withdrawn"], after["owed"]) == ("active", True, 60_000 - left)


@pytest.mark.parametrize(
    ("tier", "funds", "said", "leads"),
    [
        (0, 50_000, "A line takes identity level 1; yours is 0.", "#/me/verification"),
        (2, 0, "your wallet says too little yet", ""),
    ],
)
def test_why_there_is_no_line_is_said_with_what_would_help(
    browser: Browser, local: dict[str, Any], tier: int, funds: int, said: str, leads: str
) -> None:
    person = credit_kit.known(local, tier=tier, funds=funds)
    with kit.context(browser) as context:
        visit = signed_in(context, local, person)
        page = went(visit, "/credit")
        ask = page.get_by_role("button", name="Ask for a credit line")
        if leads:
            expect(ask).to_have_count(0)
            expect(page.get_by_role("link", name="What to add")).to_have_attribute("href", leads)
        else:
            ask.click()
            visit.see("Money that comes in every month helps.")
        visit.see(said)
        sound(visit, f"app-credit-not-{tier}-en-light")


def test_prices_that_are_too_old_are_quoted_again(browser: Browser, local: dict[str, Any]) -> None:
    person = credit_kit.with_line(local)
    with kit.context(browser) as context:
        visit = signed_in(context, local, person)
        page = went(visit, "/credit/loan")
        page.locator("#amount").fill("1000000")
        page.get_by_role("button", name="See what it costs").click()
        expect(page.locator("#amount-about")).to_contain_text("Your line has")
        page.locator("#amount").fill("600")
        page.get_by_role("button", name="See what it costs").click()
        page.get_by_role("radio", name="6 months").check(timeout=kit.PATIENCE_MS)
        page.evaluate(
            "() => { const now = performance.now.bind(performance); performance.now = () => now() + 900_001; }"
        )
        visit.see("these prices are no longer good")
        sound(visit, "app-loan-expired-en-light")
        page.get_by_role("button", name="Quote again").click()
        expect(page.get_by_role("radio", name="6 months")).not_to_be_checked(timeout=kit.PATIENCE_MS)


def test_the_easy_mode_has_no_credit_on_its_first_page_and_says_it_large(
    browser: Browser, local: dict[str, Any]
) -> None:
    person = credit_kit.with_line(local, "zh")
    plan = credit_kit.borrowed(local, person, 30_000)
    with kit.context(browser, "zh", kit.SMALL_PHONE) as context:
        visit = kit.Visit(context, local["api"] + "/app/#/sign-in", REFUSED)
        entered(visit, person, "easy")
        expect(went(visit, "/").locator("a[href^='#/credit']")).to_have_count(0)
        expect(went(visit, "/me").get_by_role("link", name="信贷（需要时再申请）")).to_be_visible()
        for path in ("/credit", "/credit/plans", f"/credit/plans/{plan['id']}", "/credit/loan"):
            page = went(visit, path)
            if path == "/credit/loan":
                page.locator("#amount").fill("100")
                page.get_by_role("button", name="查看费用").click()
                page.get_by_role("radio", name="6 个月").check(timeout=kit.PATIENCE_MS)
            visit.shot(f"easy-zh{path.replace(plan['id'], 'one').replace('/', '-')}")
            assert (path, page.evaluate(SMALL_LETTERS), page.evaluate(SMALL_TARGETS, 60)) == (path, [], [])
            assert (path, visit.width(), visit.barriers()) == (path, 360, [])
        assert visit.complaints == []
