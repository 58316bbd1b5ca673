"""One browser, shift after shift: "not paid" is said of nothing that was, and nothing done in another's name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from infra.local import people
from infra.local.people import Person
from tests.browser import kit, purse, till_kit
from tests.browser.test_money_screens import sound

DROPPING = {"x-local-drop-answer": "1"}
WORDS = {
    "en": {
        "much": "How much?",
        "sign-in": "Sign in to the till",
        "out": "End the shift",
        "unknown": "Not known yet: ¥11.01",
        "shut": "may not ask for it",
        "anothers": "Somebody else began this",
        "again": "Charge ¥11.01 again",
        "stop": "Stop this charge",
        "paid": "Paid: ¥11.01",
        "stopped": "Stopped: ¥11.01",
        "queue": "On the way",
    },
    "zh": {
        "much": "收款金额",
        "sign-in": "登录收银台",
        "out": "退出登录",
        "unknown": "结果未知：¥11.01",
        "shut": "无权查询",
        "anothers": "由其他员工发起",
        "again": "用新付款码重新收款",
        "stop": "终止这笔收款",
        "paid": "已收款 ¥11.01",
        "stopped": "已终止：¥11.01",
        "queue": "待处理",
    },
}


@dataclass
class Place:
    """A shop with two stores, and who works where."""

    local: dict[str, Any]
    shop: dict[str, Any]
    river: str
    hill: str
    staff: dict[str, Person] = field(default_factory=dict)

    def hire(self, role: str, *store_ids: str) -> Person:
        person = kit.newcomer(self.local)
        till_kit.hired(self.local, self.shop, person, role, store_ids=list(store_ids))
        return person


@pytest.fixture(scope="module")
def place(local: dict[str, Any]) -> Place:
    shop, boss = till_kit.new_shop(local), till_kit.operator(local)
    river, hill = (
        boss.insist(f"/v1/merchants/{shop['id']}/stores", {"name": name}).expect(201)["id"]
        for name in ("River", "Hill")
    )
    made = Place(local, shop, river, hill)
    made.staff = {
        "bo": made.hire("manager", river),
        "dee": made.hire("cashier", river),
        "cy": made.hire("cashier", hill),
    }
    return made


@dataclass
class Till:
    """One browser, before which the shifts change."""

    visit: kit.Visit
    place: Place
    words: dict[str, str]
    sent: list[Request] = field(default_factory=list)

    @property
    def page(self) -> Page:
        return self.visit.page

    def begin(self, who: str) -> None:
        """They come back to where the one before them was, and begin anew."""
        purse.titled(self.visit, self.words["sign-in"])
        till_kit.enter(self.visit, self.place.staff[who])
        expect(self.page.locator("nav.tabs")).to_be_visible(timeout=kit.PATIENCE_MS)
        self.look("/", self.words["much"])

    def end(self) -> None:
        self.page.evaluate("location.hash = '/more'")
        self.page.get_by_role("button", name=self.words["out"]).click()
        purse.titled(self.visit, self.words["sign-in"])

    def charge(self, customer: Person) -> str:
        """Of ¥11.01, which nobody answers; the path of what became of it."""
        till_kit.charged(self.page, "11.01", till_kit.code_of(self.place.local, customer))
        purse.titled(self.visit, self.words["unknown"])
        return self.page.url.partition("#")[2]

    def look(self, path: str, title: str) -> None:
        purse.show(self.visit, path, title)

    def answers(self) -> int:
        return sum(1 for one in self.sent if one.headers.get("idempotency-replay") == "only")


@pytest.fixture(params=["en", "zh"])
def till(browser: Browser, place: Place, request: pytest.FixtureRequest) -> Iterator[Till]:
    with kit.context(browser, request.param, kit.SMALL_PHONE) as context:
        refused = ("/v1/sessions", "/v1/charges", "/v1/charges/", "/v1/charge-reversals", "/v1/payments/")
        made = Till(kit.Visit(context, place.local["api"] + "/till/", refused), place, WORDS[request.param])
        made.page.on("request", lambda one: made.sent.append(one) if one.method == "POST" else None)
        yield made


@pytest.fixture
def customer(local: dict[str, Any]) -> Person:
    return kit.newcomer(local, funds=20_000)


def payments_of(local: dict[str, Any], customer: Person) -> int:
    return sum(purse.paid(local, customer).values())


def lose(route: Route) -> None:
    """It arrives, and its answer does not."""
    route.continue_(headers=route.request.headers | DROPPING)


def test_whoever_may_not_ask_is_told_no_no_and_the_next_cashier_of_the_store_is_told_that_it_is_paid(
    till: Till, place: Place, customer: Person
) -> None:
    till.begin("bo")
    till.page.route("**/v1/charges", lose)
    path = till.charge(customer)
    assert payments_of(place.local, customer) == 1
    till.end()
    till.page.unroute("**/v1/charges")
    till.begin("cy")
    till.look(path, till.words["unknown"])
    till.visit.see(till.words["shut"])
    till.visit.see("Ann Example · River")
    for name in (till.words["again"], till.words["stop"]):
        assert till.page.get_by_text(name).count() == 0
    sound(till.visit, f"till-shut-{till.page.evaluate('document.documentElement.lang')}")
    till.look("/queue", till.words["queue"])
    expect(till.page.locator("main .rows > li")).to_have_count(1)
    assert till.page.locator("main .rows button").count() == 0
    asked = len([one for one in till.sent if one.url.endswith("/v1/charges")])
    till.page.evaluate("dispatchEvent(new Event('focus'))")
    till.look("/", till.words["much"])
    assert len([one for one in till.sent if one.url.endswith("/v1/charges")]) == asked, "who may not ask asks once"
    till.end()
    till.begin("dee")
    till.look(path, till.words["paid"])
    assert (till.answers() > 0, payments_of(place.local, customer)) == (True, 1)
    assert till.page.evaluate("localStorage['coffer.till.intents']") == "[]"


def test_what_never_arrived_is_not_charged_in_the_name_of_the_next_who_stops_it(
    till: Till, place: Place, customer: Person
) -> None:
    till.begin("bo")
    till.page.route("**/v1/charges", lambda route: route.abort())
    path = till.charge(customer)
    till.end()
    till.page.unroute("**/v1/charges")
    till.begin("dee")
    with till.page.expect_response("**/v1/charges") as told:
        till.look(path, till.words["unknown"])
    assert told.value.status == 404
    till.visit.see(till.words["anothers"])
    sound(till.visit, f"till-anothers-{till.page.evaluate('document.documentElement.lang')}")
    assert payments_of(place.local, customer) == 0
    till.page.get_by_role("button", name=till.words["stop"]).click()
    purse.titled(till.visit, till.words["stopped"])
    people.wait_for(lambda: till.page.evaluate(NOTHING_LEFT) or None, "the end of the charge")
    till.page.reload()
    purse.titled(till.visit, till.words["stopped"])
    till.end()
    till.begin("bo")
    till.look(path, till.words["stopped"])
    assert payments_of(place.local, customer) == 0


NOTHING_LEFT = "localStorage['coffer.till.intents'] === '[]'"


def test_a_stop_that_nobody_answered_is_made_again_by_whoever_is_there_and_not_by_itself(
    till: Till, place: Place, customer: Person
) -> None:
    till.begin("bo")
    for what in ("charges", "charge-reversals"):
        till.page.route(f"**/v1/{what}", lambda route: route.abort())
    path = till.charge(customer)
    till.page.get_by_role("button", name=till.words["stop"]).click()
    expect(till.page.get_by_role("button", name=till.words["stop"])).to_have_count(0, timeout=kit.PATIENCE_MS)
    till.end()
    for what in ("charges", "charge-reversals"):
        till.page.unroute(f"**/v1/{what}")
    sent = len(till.sent)
    till.begin("dee")
    till.page.evaluate("path => { location.hash = path }", path)
    button = till.page.get_by_role("button", name=till.words["stop"])
    expect(button).to_be_visible(timeout=kit.PATIENCE_MS)
    till.page.wait_for_timeout(2_000)
    assert not [one.url for one in till.sent[sent:] if one.url.endswith("/v1/charge-reversals")]
    button.click()
    purse.titled(till.visit, till.words["stopped"])
    people.wait_for(lambda: till.page.evaluate(NOTHING_LEFT) or None, "the end of both stops")
    assert payments_of(place.local, customer) == 0


def test_a_refund_that_nobody_answered_is_given_once_and_told_to_whoever_may_see_it(
    browser: Browser, local: dict[str, Any], place: Place, customer: Person
) -> None:
    with kit.context(browser, "en", kit.SMALL_PHONE) as context:
        refused = ("/v1/sessions", "/v1/charges", "/v1/payments/")
        till = Till(kit.Visit(context, local["api"] + "/till/", refused), place, WORDS["en"])
        till.begin("bo")
        till_kit.charged(till.page, "20", till_kit.code_of(local, customer))
        purse.titled(till.visit, "Paid: ¥20.00")
        paid = till.page.evaluate("JSON.parse(localStorage['coffer.till.intents.done'])[0].outcome.body.id")
        till.page.route("**/refunds", lose)
        till.look(f"/payments/{paid}/refund", "Give money back")
        till.page.locator("#amount").fill("5")
        till.page.locator("#reason").fill("too cold")
        till.page.get_by_role("button", name="Go on").click()
        till.page.get_by_role("dialog").get_by_role("button", name="Give back ¥5.00").click()
        purse.titled(till.visit, "Not known yet: refund of ¥5.00")
        path = till.page.url.partition("#")[2]
        till.end()
        till.page.unroute("**/refunds")
        till.begin("cy")
        till.look(path, "Not known yet: refund of ¥5.00")
        till.visit.see("may not ask for it")
        till.visit.shot("till-refund-shut-en")
        till.end()
        till.begin("dee")
        till.look(path, "Given back: ¥5.00")
    seen = till_kit.till_client(local, place.shop).get(f"/v1/payments/{paid}").expect(200)
    assert seen["refunded"] == 500


def test_a_second_tab_that_changes_the_shift_has_the_first_send_nothing_in_another_name(
    browser: Browser, local: dict[str, Any], place: Place, customer: Person
) -> None:
    with kit.context(browser, "en", kit.SMALL_PHONE) as context:
        refused = ("/v1/sessions", "/v1/charges", "/v1/payments/")
        first = Till(kit.Visit(context, local["api"] + "/till/", refused), place, WORDS["en"])
        first.begin("bo")
        first.page.route("**/v1/charges", lambda route: route.abort())
        path = first.charge(customer)
        second = Till(kit.Visit(context, local["api"] + "/till/#/more", refused), place, WORDS["en"])
        second.end()
        sent: list[Request] = []
        context.on("request", lambda one: sent.append(one) if one.url.endswith("/v1/charges") else None)
        first.page.unroute("**/v1/charges")
        second.begin("dee")
        second.look(path, WORDS["en"]["unknown"])
        second.visit.see(WORDS["en"]["anothers"])
        people.wait_for(lambda: [*sent] or None, "a question of either tab")
        second.page.wait_for_timeout(3_000)
        assert {one.headers.get("idempotency-replay") for one in sent} == {"only"}
    assert payments_of(local, customer) == 0


def test_sales_that_were_noted_for_one_merchant_are_not_shown_to_another(
    browser: Browser, local: dict[str, Any], place: Place
) -> None:
    other = till_kit.new_shop(local)
    with kit.context(browser, "en", kit.SMALL_PHONE) as context:
        visit = kit.Visit(context, local["api"] + "/till/")
        hold(visit, place.shop)
        purse.show(visit, "/queue", "On the way")
        purse.show(visit, "/", "How much?")
        till_kit.type_amount(visit.page, "8")
        visit.page.locator(".keypad > button.main").click()
        purse.titled(visit, "Charge ¥8.00")
        visit.context.set_offline(True)
        visit.page.get_by_role("button", name="Only note the sale").click()
        purse.titled(visit, "On the way")
        expect(visit.page.locator("main .rows > li")).to_have_count(1)
        visit.context.set_offline(False)
        hold(visit, other)
        purse.show(visit, "/queue", "On the way")
        visit.see("Nothing waits.")
        hold(visit, place.shop)
        purse.show(visit, "/queue", "On the way")
        expect(visit.page.locator("main .rows > li")).to_have_count(1, timeout=kit.PATIENCE_MS)


def hold(visit: kit.Visit, shop: dict[str, Any]) -> None:
    visit.page.evaluate("held => { Object.assign(localStorage, held); location.hash = '/'; }", till_kit.session(shop))
    visit.page.reload()
    purse.titled(visit, "How much?")
