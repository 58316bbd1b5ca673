"""The till before customers and networks of every kind: one effect a charge, and nothing shown that is not so."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from infra.local import people
from infra.local.people import Person
from tests.browser import kit, purse, till_kit
from tests.browser.test_money_screens import sound

CHARGES = ("/v1/charges", "/v1/charges/", "/v1/charge-reversals")
TITLES = {
    "en": {"much": "How much?", "paid": "Paid: ¥12.80", "not": "Not paid: ¥12.80", "next": "Next customer"},
    "zh": {"much": "收款金额", "paid": "已收款 ¥12.80", "not": "未收款：¥12.80", "next": "下一位顾客"},
}


@pytest.fixture(scope="module")
def shop(local: dict[str, Any]) -> dict[str, Any]:
    return till_kit.new_shop(local)


@pytest.fixture(scope="module")
def person(local: dict[str, Any]) -> Person:
    return kit.newcomer(local, funds=900_000)


def payments_of(local: dict[str, Any], person: Person) -> int:
    return sum(purse.paid(local, person).values())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_code_is_charged_with_keys_for_a_thumb_and_the_next_customer_is_one_tap_away(
    browser: Browser, local: dict[str, Any], shop: dict[str, Any], language: str
) -> None:
    person, titles = kit.newcomer(local, funds=20_000, language=language), TITLES[language]
    with till_kit.at_the_till(browser, shop, local, language, refused=CHARGES) as visit:
        page = visit.page
        purse.titled(visit, titles["much"])
        heights = page.locator(".keys button").evaluate_all("all => all.map((one) => one.offsetHeight)")
        assert len(heights) == 12 and min(heights) >= 60
        sound(visit, f"till-amount-{language}")
        till_kit.type_amount(page, "12.8")
        assert page.locator("#amount").input_value() == "12.8"
        page.locator("#amount").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#code")).to_be_focused(timeout=kit.PATIENCE_MS)
        sound(visit, f"till-scan-{language}")
        page.keyboard.type("123")
        page.keyboard.press("Enter")
        expect(page.locator("#code")).to_have_attribute("aria-invalid", "true")
        page.locator("#code").fill("")
        page.keyboard.type(till_kit.code_of(local, person))
        purse.titled(visit, titles["paid"])
        sound(visit, f"till-paid-{language}")
        page.get_by_role("link", name=titles["next"]).click()
        purse.titled(visit, titles["much"])
        assert page.locator("#amount").input_value() == ""
    assert payments_of(local, person) == 1


def test_a_code_that_is_over_takes_nothing_and_a_fresh_one_pays_the_same_sale(
    browser: Browser, local: dict[str, Any], shop: dict[str, Any]
) -> None:
    person = kit.newcomer(local, funds=20_000)
    old = till_kit.code_of(local, person)
    fresh = till_kit.code_of(local, person)
    with till_kit.at_the_till(browser, shop, local, "zh", refused=CHARGES) as visit:
        till_kit.charged(visit.page, "12.80", old)
        purse.titled(visit, TITLES["zh"]["not"])
        visit.see("未扣款")
        sound(visit, "till-code-over-zh")
        visit.page.get_by_role("link", name="用新付款码重新收款").click()
        expect(visit.page.locator("#code")).to_be_focused(timeout=kit.PATIENCE_MS)
        visit.page.keyboard.type(fresh)
        purse.titled(visit, TITLES["zh"]["paid"])
    assert payments_of(local, person) == 1


def test_an_answer_that_is_lost_is_asked_for_with_the_same_key_also_after_a_reload(
    browser: Browser, local: dict[str, Any], shop: dict[str, Any], person: Person
) -> None:
    before, keys, cut = payments_of(local, person), list[str](), [True]

    def lose(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        route.continue_(headers=route.request.headers | ({"x-local-drop-answer": "1"} if cut[0] else {}))

    with till_kit.at_the_till(browser, shop, local, refused=CHARGES) as visit:
        page = visit.page
        page.route("**/v1/charges", lose)
        till_kit.charged(page, "11.01", till_kit.code_of(local, person))
        purse.titled(visit, "Not known yet: ¥11.01")
        visit.see("Do not take the money another way")
        visit.shot("till-unknown-en")
        assert visit.barriers() == []
        lost = len(keys)
        page.reload()
        purse.titled(visit, "Not known yet: ¥11.01")
        cut[0] = False
        purse.titled(visit, "Paid: ¥11.01")
    assert (len(keys) > lost > 0, len(set(keys))) == (True, 1)
    assert payments_of(local, person) == before + 1


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_somebody_in_between_answers_is_no_answer(
    browser: Browser, local: dict[str, Any], shop: dict[str, Any], language: str
) -> None:
    person, keys = kit.newcomer(local, funds=20_000), list[str]()
    unknown = {"en": "Not known yet: ¥12.80", "zh": "结果未知：¥12.80"}[language]
    with till_kit.at_the_till(browser, shop, local, language, refused=CHARGES) as visit:
        kit.in_between(visit.page, "**/v1/charges", keys)
        till_kit.charged(visit.page, "12.80", till_kit.code_of(local, person))
        for times in range(1, len(kit.IN_BETWEEN) + 1):
            kit.tried(visit.page, keys, times)
            purse.titled(visit, unknown)
            assert visit.page.get_by_text(TITLES[language]["not"]).count() == 0
            visit.page.evaluate("dispatchEvent(new Event('focus'))")
        purse.titled(visit, TITLES[language]["paid"])
        assert visit.complaints == []
    assert (len(set(keys)), payments_of(local, person)) == (1, 1)


def test_a_charge_that_never_arrived_is_stopped_for_good(
    browser: Browser, local: dict[str, Any], shop: dict[str, Any], person: Person
) -> None:
    before, cut = payments_of(local, person), [True]
    with till_kit.at_the_till(browser, shop, local, refused=CHARGES) as visit:
        page = visit.page
        page.route("**/v1/charges", lambda route: route.abort() if cut[0] else route.continue_())
        till_kit.charged(page, "11.02", till_kit.code_of(local, person))
        purse.titled(visit, "Not known yet: ¥11.02")
        page.get_by_role("button", name="Stop this charge").click()
        purse.titled(visit, "Stopped: ¥11.02")
        visit.see("Nothing was taken, and nothing will be.")
        visit.shot("till-stopped-en")
        cut[0] = False
        people.wait_for(lambda: page.evaluate("localStorage['coffer.till.intents']") == "[]", "the end of the charge")
        purse.titled(visit, "Stopped: ¥11.02")
    assert payments_of(local, person) == before


def test_what_was_paid_and_settled_meanwhile_is_not_stopped_but_told_as_paid(
    browser: Browser, local: dict[str, Any], shop: dict[str, Any], person: Person
) -> None:
    before = payments_of(local, person)
    with till_kit.at_the_till(browser, shop, local, refused=CHARGES) as visit:
        page = visit.page
        dropping = {"x-local-drop-answer": "1"}
        page.route("**/v1/charges", lambda route: route.continue_(headers=route.request.headers | dropping))
        till_kit.charged(page, "11.04", till_kit.code_of(local, person))
        purse.titled(visit, "Not known yet: ¥11.04")
        settled = f"/v1/merchants/{shop['id']}/settlements"
        till = till_kit.till_client(local, shop)
        people.wait_for(lambda: sold(till.get(settled).expect(200)["data"], 1_104), "the settlement of the charge")
        page.get_by_role("button", name="Stop this charge").click()
        purse.titled(visit, "Paid: ¥11.04")
        visit.see("give the money back as a refund")
    assert payments_of(local, person) == before + 1


def sold(settlements: list[dict[str, Any]], gross: int) -> bool:
    return any(one["gross"] == gross for one in settlements)


def test_what_the_customer_must_agree_to_is_waited_for_and_nothing_is_paid_before(
    browser: Browser, local: dict[str, Any], shop: dict[str, Any]
) -> None:
    person = kit.newcomer(local, funds=900_000)
    with till_kit.at_the_till(browser, shop, local, refused=CHARGES) as visit:
        till_kit.charged(visit.page, "6000", till_kit.code_of(local, person))
        purse.titled(visit, "The customer must agree: ¥6,000.00")
        sound(visit, "till-waiting-en")
        charge = visit.page.evaluate("JSON.parse(localStorage['coffer.till.intents.done'])[0].outcome.body.id")
        purse.owner(local, person).post(f"/v1/charges/{charge}/decline").expect(200)
        purse.titled(visit, "Not paid: ¥6,000.00")
        visit.see("The customer said no")
    assert payments_of(local, person) == 0


def test_a_double_tap_and_a_scanner_that_says_enter_too_are_one_charge(
    browser: Browser, local: dict[str, Any], shop: dict[str, Any], person: Person
) -> None:
    before = payments_of(local, person)
    with till_kit.at_the_till(browser, shop, local, refused=CHARGES) as visit:
        till_kit.charged(visit.page, "11.03", till_kit.code_of(local, person))
        visit.page.keyboard.press("Enter")
        purse.titled(visit, "Paid: ¥11.03")
        sent = [url for url in visit.asked if url.endswith("/v1/charges")]
    assert (len(sent), payments_of(local, person)) == (1, before + 1)


def test_an_order_on_the_screen_tells_by_itself_when_it_is_paid_and_can_be_cancelled(
    browser: Browser, local: dict[str, Any], shop: dict[str, Any], person: Person
) -> None:
    with till_kit.at_the_till(browser, shop, local, "zh") as visit:
        page = visit.page
        order = shown_order(page, "9.90")
        purse.titled(visit, "扫码支付 ¥9.90")
        sound(visit, "till-qr-zh")
        paid_by(local, person, order)
        purse.titled(visit, "已收款 ¥9.90")
        sound(visit, "till-qr-paid-zh")
        page.get_by_role("link", name="下一位顾客").click()
        purse.titled(visit, "收款金额")
        shown_order(page, "8")
        purse.titled(visit, "扫码支付 ¥8.00")
        page.get_by_role("button", name="取消订单").click()
        purse.titled(visit, "已取消，未收款：¥8.00")


def shown_order(page: Page, keys: str) -> str:
    till_kit.type_amount(page, keys)
    page.locator(".keypad > button.secondary").click()
    expect(page.locator("svg.qr")).to_be_visible(timeout=kit.PATIENCE_MS)
    return page.url.rpartition("/")[2]


def paid_by(local: dict[str, Any], person: Person, order: str) -> None:
    phone = purse.owner(local, person)
    wallet = phone.get("/v1/wallets").expect(200)["data"][0]["id"]
    phone.insist("/v1/payments", {"wallet_id": wallet, "checkout_id": order}).expect(201)


def test_staff_sign_in_as_themselves_and_only_the_tills_token_stays(
    browser: Browser, local: dict[str, Any], shop: dict[str, Any]
) -> None:
    cashier = kit.newcomer(local)
    till_kit.hired(local, shop, cashier, "cashier")
    with kit.context(browser, "zh", kit.SMALL_PHONE) as context:
        visit = kit.Visit(context, local["api"] + "/till/", refused=("/v1/sessions",))
        purse.titled(visit, "登录收银台")
        sound(visit, "till-sign-in-zh")
        till_kit.enter(visit, cashier)
        purse.titled(visit, "收款金额")
        kept = visit.page.evaluate("JSON.stringify(localStorage)")
        assert "mk_" in kept and "refresh_token" not in kept and "eyJ" not in kept
        visit.page.locator("nav.tabs").get_by_text("更多").click()
        visit.see("收银员")
        sound(visit, "till-more-cashier-zh")
        assert visit.page.locator("a[href='#/office/keys']").count() == 0, "a cashier makes no keys"
        visit.page.get_by_role("button", name="退出登录").click()
        purse.titled(visit, "登录收银台")
        assert "mk_" not in visit.page.evaluate("JSON.stringify(localStorage)")
    assert purse.owner(local, cashier).get("/v1/sessions").expect(200)


def test_somebody_whom_no_shop_knows_does_not_get_in(browser: Browser, local: dict[str, Any]) -> None:
    with kit.context(browser) as context:
        visit = kit.Visit(context, local["api"] + "/till/")
        till_kit.enter(visit, kit.newcomer(local))
        visit.see("No shop has you among its staff.")
        assert "mk_" not in visit.page.evaluate("JSON.stringify(localStorage)")


def test_today_lists_what_was_sold_and_a_manager_gives_a_part_back_after_a_second_question(
    browser: Browser, local: dict[str, Any], person: Person
) -> None:
    shop = till_kit.new_shop(local)
    with till_kit.at_the_till(browser, shop, local, scopes=till_kit.MANAGER, role="manager") as visit:
        page = visit.page
        till_kit.charged(page, "20", till_kit.code_of(local, person))
        purse.titled(visit, "Paid: ¥20.00")
        page.locator("nav.tabs").get_by_text("Today").click()
        expect(page.locator(".sum")).to_have_text("¥20.00", timeout=kit.PATIENCE_MS)
        sound(visit, "till-today-en")
        page.locator("main .rows a").first.click()
        purse.titled(visit, "Payment of ¥20.00")
        sound(visit, "till-payment-en")
        page.get_by_role("link", name="Give money back").click()
        page.locator("#amount").fill("25")
        page.get_by_role("button", name="Go on").click()
        expect(page.locator("[aria-invalid=true]")).to_have_count(1)
        page.locator("#amount").fill("5.50")
        page.locator("#reason").fill("a broken cup")
        page.get_by_role("button", name="Go on").click()
        expect(page.get_by_role("dialog")).to_contain_text("a broken cup")
        visit.shot("till-refund-sure-en")
        assert visit.barriers() == []
        page.get_by_role("dialog").get_by_role("button", name="Give back ¥5.50").click()
        purse.titled(visit, "Given back: ¥5.50")
        page.locator("nav.tabs").get_by_text("Today").click()
        expect(page.locator(".sum")).to_have_text("¥14.50", timeout=kit.PATIENCE_MS)
        visit.see("a broken cup")


def test_a_cashier_reads_who_can_give_back(
    browser: Browser, local: dict[str, Any], shop: dict[str, Any], person: Person
) -> None:
    with till_kit.at_the_till(browser, shop, local, "zh", scopes=till_kit.CASHIER, role="cashier") as visit:
        till_kit.charged(visit.page, "3", till_kit.code_of(local, person))
        purse.titled(visit, "已收款 ¥3.00")
        paid = visit.page.evaluate("JSON.parse(localStorage['coffer.till.intents.done'])[0].outcome.body.id")
        purse.show(visit, f"/payments/{paid}", "收款 ¥3.00")
        visit.see("店长或店主")
        assert visit.page.get_by_role("link", name="退款").count() == 0
        sound(visit, "till-payment-cashier-zh")


def test_without_a_network_a_sale_is_noted_a_charge_waits_and_a_reload_keeps_both(
    browser: Browser, local: dict[str, Any], shop: dict[str, Any]
) -> None:
    person = kit.newcomer(local, funds=20_000)
    with till_kit.at_the_till(browser, shop, local, service_workers="allow", refused=CHARGES) as visit:
        page = visit.page
        page.evaluate("navigator.serviceWorker.ready.then(() => caches.keys())")
        people.wait_for(lambda: page.evaluate(KEPT), "the till that is kept in the browser")
        code = till_kit.code_of(local, person)
        visit.context.set_offline(True)
        # A page that is reloaded may reach the network once more before the browser has cut it off again.
        page.route("**/v1/charge*", lambda route: route.abort("internetdisconnected"))
        till_kit.charged(page, "7", code)
        purse.titled(visit, "Not known yet: ¥7.00")
        visit.see("There is no connection.")
        page.get_by_role("link", name="Next customer").click()
        till_kit.type_amount(page, "8")
        page.locator(".keypad > button.main").click()
        page.get_by_role("button", name="Only note the sale").click()
        purse.titled(visit, "On the way")
        visit.see("Nothing was taken for these.")
        visit.shot("till-queue-en")
        assert visit.barriers() == []
        page.reload()
        purse.titled(visit, "On the way")
        expect(page.locator("main .rows > li")).to_have_count(2)
        assert purse.paid(local, person) == {}
        page.unroute("**/v1/charge*")
        visit.context.set_offline(False)
        expect(page.locator("main .rows > li")).to_have_count(1, timeout=kit.PATIENCE_MS)
        page.get_by_role("button", name="Drop").click()
        visit.see("Nothing waits.")
    assert payments_of(local, person) == 1


KEPT = "caches.open('coffer.till').then((one) => one.keys()).then((keys) => keys.length > 30)"


def test_a_refund_that_was_cut_off_is_given_once_also_after_a_reload(
    browser: Browser, local: dict[str, Any], person: Person
) -> None:
    shop, keys = till_kit.new_shop(local), list[str]()
    cut = [True]

    def lose(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        route.continue_(headers=route.request.headers | ({"x-local-drop-answer": "1"} if cut[0] else {}))

    with till_kit.at_the_till(browser, shop, local, refused=("/v1/payments/",)) as visit:
        page = visit.page
        till_kit.charged(page, "20", till_kit.code_of(local, person))
        purse.titled(visit, "Paid: ¥20.00")
        paid = page.evaluate("JSON.parse(localStorage['coffer.till.intents.done'])[0].outcome.body.id")
        purse.show(visit, f"/payments/{paid}/refund", "Give money back")
        page.route("**/refunds", lose)
        page.locator("#amount").fill("5")
        page.locator("#reason").fill("too cold")
        page.get_by_role("button", name="Go on").click()
        page.get_by_role("dialog").get_by_role("button", name="Give back ¥5.00").click()
        purse.titled(visit, "Not known yet: refund of ¥5.00")
        page.reload()
        cut[0] = False
        purse.titled(visit, "Given back: ¥5.00")
    assert (len(keys) >= 2, len(set(keys))) == (True, 1)
    assert till_kit.till_client(local, shop).get(f"/v1/payments/{paid}").expect(200)["refunded"] == 500
