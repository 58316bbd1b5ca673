"""Whatever the network, the thumb or the clock does while somebody pays: one effect, by the API's own account."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from infra.local.people import Person
from tests.browser import kit, purse

CLOCK = """
  const [Real, by] = [Date, %d];
  Date = class extends Real {
    constructor(...given) { super(...(given.length ? given : [Real.now() + by])); }
    static now() { return Real.now() + by; }
  };
"""


@pytest.fixture(scope="module")
def person(local: dict[str, Any]) -> Person:
    return kit.newcomer(local, funds=90_000)


@pytest.fixture
def phone(browser: Browser, local: dict[str, Any], person: Person) -> Iterator[kit.Visit]:
    with kit.context(browser) as context:
        yield signed_in(context, local, person)


def signed_in(context: BrowserContext, local: dict[str, Any], person: Person) -> kit.Visit:
    visit = kit.Visit(context, local["api"] + "/app/#/sign-in")
    kit.sign_in(visit, person)
    return visit


def before_paying(visit: kit.Visit, local: dict[str, Any], amount: int, reference: str) -> Page:
    """The checkout is shown, ready to be confirmed."""
    wanted = purse.checkout(local, amount, reference)
    page = purse.show(visit, f"/pay/{wanted['id']}", "Confirm and pay")
    expect(page.locator("button.main")).to_be_visible(timeout=kit.PATIENCE_MS)
    return page


def nothing_left(visit: kit.Visit) -> None:
    """Nothing that is meant waits to be sent."""
    assert visit.page.evaluate("localStorage['coffer.app.intents']") == "[]"


def test_an_answer_that_is_lost_twice_is_asked_for_until_it_comes(
    phone: kit.Visit, local: dict[str, Any], person: Person
) -> None:
    page, keys = before_paying(phone, local, 1_101, "lost"), list[str]()

    def lose(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        headers = route.request.headers | ({"x-local-drop-answer": "1"} if len(keys) <= 2 else {})
        route.continue_(headers=headers)

    page.route("**/v1/payments", lose)
    page.locator("button.main").click()
    purse.titled(phone, "Not known yet: ¥11.01")
    phone.see("cannot be charged twice")
    purse.titled(phone, "Paid: ¥11.01")
    assert (len(keys) >= 3, len(set(keys))) == (True, 1)
    assert purse.paid(local, person)["lost"] == 1


def test_what_was_confirmed_without_a_network_goes_out_once_it_is_back(
    phone: kit.Visit, local: dict[str, Any], person: Person
) -> None:
    page = before_paying(phone, local, 1_102, "tunnel")
    phone.context.set_offline(True)
    page.locator("button.main").click()
    purse.titled(phone, "Not known yet: ¥11.02")
    phone.see("No connection")
    purse.show(phone, "/", "My money")
    expect(page.locator(".on-its-way")).to_contain_text("¥11.02")
    assert purse.paid(local, person)["tunnel"] == 0
    phone.context.set_offline(False)
    expect(page.locator(".on-its-way")).to_have_count(0, timeout=kit.PATIENCE_MS)
    assert purse.paid(local, person)["tunnel"] == 1


def test_requests_that_never_arrive_are_sent_again(phone: kit.Visit, local: dict[str, Any], person: Person) -> None:
    page, tries = before_paying(phone, local, 1_103, "cut"), list[str]()

    def cut(route: Route) -> None:
        tries.append(route.request.url)
        route.abort() if len(tries) <= 2 else route.continue_()

    page.route("**/v1/payments", cut)
    page.locator("button.main").click()
    purse.titled(phone, "Paid: ¥11.03")
    assert purse.paid(local, person)["cut"] == 1


def test_what_somebody_in_between_answers_is_no_answer(phone: kit.Visit, local: dict[str, Any], person: Person) -> None:
    page, keys = before_paying(phone, local, 1_111, "between"), list[str]()
    kit.in_between(page, "**/v1/payments", keys)
    page.locator("button.main").click()
    for times in range(1, len(kit.IN_BETWEEN) + 1):
        kit.tried(page, keys, times)
        purse.titled(phone, "Not known yet: ¥11.11")
        page.evaluate("dispatchEvent(new Event('focus'))")
    purse.titled(phone, "Paid: ¥11.11")
    nothing_left(phone)
    assert (len(set(keys)), purse.paid(local, person)["between"]) == (1, 1)


def test_what_may_have_arrived_is_not_over_because_whoever_asks_is_not_known_there(
    phone: kit.Visit, local: dict[str, Any], person: Person
) -> None:
    page, keys = before_paying(phone, local, 1_112, "doubt"), list[str]()
    problem = {"code": "not-found", "status": 404, "title": "There is no such thing here."}

    def lose(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) == 1:
            route.continue_(headers=route.request.headers | {"x-local-drop-answer": "1"})
        elif len(keys) == 2:
            route.fulfill(status=404, content_type="application/problem+json", body=json.dumps(problem))
        else:
            route.continue_()

    page.route("**/v1/payments", lose)
    page.locator("button.main").click()
    kit.tried(page, keys, 2)
    phone.see("There is no such thing here.")
    purse.titled(phone, "Not known yet: ¥11.12")
    assert purse.paid(local, person)["doubt"] == 1
    assert (len(set(keys)), purse.paid(local, person)["doubt"]) == (1, 1)


def test_a_double_tap_is_one_payment(phone: kit.Visit, local: dict[str, Any], person: Person) -> None:
    page = before_paying(phone, local, 1_104, "taps")
    page.locator("button.main").evaluate("button => { for (let tap = 0; tap < 5; tap += 1) button.click(); }")
    purse.titled(phone, "Paid: ¥11.04")
    nothing_left(phone)
    sent = [url for url in phone.asked if url.endswith("/v1/payments")]
    assert (len(sent), purse.paid(local, person)["taps"]) == (1, 1)


def test_neither_the_back_button_nor_the_code_once_more_pays_again(
    phone: kit.Visit, local: dict[str, Any], person: Person
) -> None:
    wanted = purse.checkout(local, 1_105, "back")
    page = purse.show(phone, f"/pay/{wanted['id']}", "Confirm and pay")
    page.locator("button.main").click()
    purse.titled(phone, "Paid: ¥11.05")
    page.go_back()
    purse.titled(phone, "My money")
    page.go_forward()
    purse.titled(phone, "Paid: ¥11.05")
    purse.show(phone, f"/pay/{wanted['id']}", "You have paid this")
    phone.see("It is paid from your wallet, once.")
    expect(page.locator("button.main")).to_have_count(0)
    assert purse.paid(local, person)["back"] == 1


def test_two_tabs_that_confirm_at_once_pay_once_and_both_say_so(
    phone: kit.Visit, local: dict[str, Any], person: Person
) -> None:
    wanted = purse.checkout(local, 1_106, "tabs")
    other = kit.Visit(phone.context, local["api"] + f"/app/#/pay/{wanted['id']}")
    tabs = (phone, other)
    purse.show(phone, f"/pay/{wanted['id']}", "Confirm and pay")
    for tab in tabs:
        expect(tab.page.locator("button.main")).to_be_visible(timeout=kit.PATIENCE_MS)
    for tab in tabs:
        tab.page.evaluate("document.querySelector('button.main, a.button').click()")
    for tab in tabs:
        purse.titled(tab, "Paid: ¥11.06")
    assert purse.paid(local, person)["tabs"] == 1


def test_a_reload_while_paying_goes_on_with_the_same_key(
    phone: kit.Visit, local: dict[str, Any], person: Person
) -> None:
    page, keys = before_paying(phone, local, 1_107, "reload"), list[str]()

    def hold(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) > 1:
            route.continue_()

    page.route("**/v1/payments", hold)
    with page.expect_request("**/v1/payments"):
        page.locator("button.main").click()
    purse.titled(phone, "Sending ¥11.07")
    page.reload()
    purse.titled(phone, "Paid: ¥11.07")
    assert (len(keys), len(set(keys)), purse.paid(local, person)["reload"]) == (2, 1, 1)


def test_a_session_that_ends_while_paying_is_entered_again_and_the_payment_goes_through(
    phone: kit.Visit, local: dict[str, Any], person: Person
) -> None:
    page = before_paying(phone, local, 1_108, "ended")
    purse.owner(local, person).send("DELETE", "/v1/sessions").expect(204)
    page.locator("button.main").click()
    phone.see("You were signed out for your safety")
    assert purse.paid(local, person)["ended"] == 0
    kit.sign_in(phone, person)
    purse.titled(phone, "Paid: ¥11.08")
    assert purse.paid(local, person)["ended"] == 1


@pytest.mark.parametrize("minutes", [-60, 60])
def test_a_clock_that_is_an_hour_off_changes_nothing(
    browser: Browser, local: dict[str, Any], person: Person, minutes: int
) -> None:
    with kit.context(browser) as context:
        context.add_init_script(CLOCK % (minutes * 60_000))
        visit = signed_in(context, local, person)
        page = before_paying(visit, local, 1_200 + minutes, f"clock{minutes}")
        page.locator("button.main").click()
        purse.titled(visit, f"Paid: ¥{(1_200 + minutes) / 100:.2f}")
        purse.show(visit, "/activity", "Activity")
        visit.see(f"clock{minutes}")
        assert (purse.paid(local, person)[f"clock{minutes}"], visit.complaints) == (1, [])


def test_the_last_state_can_be_read_without_a_network_and_what_is_meant_there_still_goes_out(
    browser: Browser, local: dict[str, Any], person: Person
) -> None:
    with kit.context(browser, service_workers="allow") as context:
        visit = signed_in(context, local, person)
        page = before_paying(visit, local, 1_109, "shell")
        page.evaluate("navigator.serviceWorker.ready")
        page.wait_for_function("async () => (await (await caches.open('coffer.app')).keys()).length > 30")
        shown = purse.show(visit, "/", "My money").locator(".balance .sum").inner_text()
        page.go_back()
        purse.titled(visit, "Confirm and pay")
        context.set_offline(True)
        page.locator("button.main").click()
        page.reload()
        purse.titled(visit, "Not known yet: ¥11.09")
        expect(page.locator(".banner")).to_be_visible(timeout=kit.PATIENCE_MS)
        purse.show(visit, "/", "My money")
        assert page.locator(".balance .sum").inner_text() == shown
        kept = page.evaluate("async () => (await (await caches.open('coffer.app')).keys()).map(({ url }) => url)")
        assert not [url for url in kept if "/v1/" in url]
        context.set_offline(False)
        expect(page.locator(".on-its-way")).to_have_count(0, timeout=kit.PATIENCE_MS)
    assert purse.paid(local, person)["shell"] == 1


def test_a_browser_that_keeps_nothing_more_still_pays_once(
    phone: kit.Visit, local: dict[str, Any], person: Person
) -> None:
    page = before_paying(phone, local, 1_110, "full")
    page.evaluate("() => { Storage.prototype.setItem = () => { throw new DOMException('full'); }; }")
    page.locator("button.main").click()
    purse.titled(phone, "Paid: ¥11.10")
    assert purse.paid(local, person)["full"] == 1


def test_a_topup_that_is_tapped_five_times_and_answered_to_nobody_comes_once(
    phone: kit.Visit, local: dict[str, Any], person: Person
) -> None:
    page, keys = purse.show(phone, "/topup", "Top up"), list[str]()

    def lose(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        headers = route.request.headers | ({"x-local-drop-answer": "1"} if len(keys) == 1 else {})
        route.continue_(headers=headers)

    page.route("**/v1/topups", lose)
    page.locator("#amount").fill("13.70")
    page.locator("form").evaluate("form => { for (let tap = 0; tap < 5; tap += 1) form.requestSubmit(); }")
    purse.titled(phone, "¥13.70 arrived")
    nothing_left(phone)
    assert (len(keys) >= 2, len(set(keys))) == (True, 1)
    assert [one["amount"] for one in purse.entries(local, person)].count(1_370) == 1
