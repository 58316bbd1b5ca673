"""What an owner keeps in the back office: servers that are told, who works where, tills, and deposits."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from infra.local import people
from infra.local.people import Person
from tests.api.receiver import answer, listening
from tests.browser import kit, purse, till_kit
from tests.browser.test_money_screens import sound


@pytest.fixture(scope="module")
def shop(local: dict[str, Any]) -> dict[str, Any]:
    return till_kit.new_shop(local)


def done(page: Page) -> None:
    """Sends the dialog, which closes."""
    page.locator("dialog form > button").click()
    expect(page.locator("dialog")).to_have_count(0, timeout=kit.PATIENCE_MS)


def test_a_server_is_added_told_read_about_and_told_again(
    browser: Browser, local: dict[str, Any], shop: dict[str, Any]
) -> None:
    with listening() as server, till_kit.at_the_till(browser, shop, local, "en") as visit:
        page = purse.show(visit, "/office/webhooks", "Webhooks")
        visit.see("No server of yours is told anything yet.")
        page.get_by_role("button", name="Add a server").click()
        page.locator("#url").fill(server.url)
        for name in ("Settlement", "Payout arrived", "Payout came back"):
            page.get_by_role("checkbox", name=name).uncheck()
        visit.shot("office-webhook-add-en")
        assert visit.barriers() == []
        done(page)
        expect(page.locator(".secret")).to_have_text(re.compile("^whsec_"), timeout=kit.PATIENCE_MS)
        sound(visit, "office-webhooks-en")
        secret = page.locator(".secret").inner_text()
        page.get_by_role("button", name="I have kept it").click()
        assert secret not in page.content() + page.evaluate("JSON.stringify(localStorage)")
        assert server.url not in page.evaluate("JSON.stringify(localStorage)")
        server.answers = [answer(503, b"busy with tea")]
        page.get_by_role("button", name="Send a test").click()
        done(page)
        people.wait_for(lambda: server.heard or None, "the test")
        page.get_by_role("link", name="Deliveries").click()
        purse.titled(visit, "Deliveries")
        refused = page.get_by_role("listitem").filter(has_text="Refused")
        attempts(page, refused)
        refused.get_by_text("Request and answer").click()
        expect(refused).to_contain_text("busy with tea", timeout=kit.PATIENCE_MS)
        expect(refused.locator("pre").first).to_contain_text('"type": "ping"', timeout=kit.PATIENCE_MS)
        expect(refused).to_contain_text("webhook-id")
        sound(visit, "office-deliveries-en")
        heard = len(server.heard)
        refused.get_by_role("button", name="Deliver again").click()
        visit.see("On its way again.")
        people.wait_for(lambda: len(server.heard) > heard or None, "once more")
        attempts(page, page.get_by_role("listitem").filter(has_text="Arrived"))
        assert {json.loads(body)["type"] for _, _, body in server.heard} == {"ping"}


def attempts(page: Page, row: Any) -> None:
    """Looked at again until the attempt is written down."""

    def look() -> bool | None:
        page.get_by_role("button", name="Look again").click()
        page.wait_for_timeout(300)
        return row.count() > 0 or None

    people.wait_for(look, "an attempt")


def test_a_secret_is_replaced_with_an_overlap_and_a_server_is_switched_off_and_on(
    browser: Browser, local: dict[str, Any]
) -> None:
    shop = till_kit.new_shop(local)
    every = f"/v1/merchants/{shop['id']}/webhook-endpoints"
    wish = {"url": "http://127.0.0.1:9/hooks", "event_types": ["payment.captured"]}
    old = till_kit.till_client(local, shop).insist(every, wish).expect(201)["secret"]
    with till_kit.at_the_till(browser, shop, local, "zh", kit.DESK) as visit:
        page = purse.show(visit, "/office/webhooks", "Webhook")
        page.get_by_role("button", name="更换密钥").click()
        page.locator("#hours").fill("48")
        visit.shot("office-webhook-rotate-zh")
        done(page)
        expect(page.locator(".secret")).to_have_text(re.compile("^whsec_"), timeout=kit.PATIENCE_MS)
        assert page.locator(".secret").inner_text() != old
        visit.see(re.compile("旧密钥同时签名至"))
        page.get_by_role("button", name="我已保存").click()
        page.get_by_role("button", name="停用").click()
        done(page)
        visit.see("手动停用")
        page.get_by_role("button", name="启用").click()
        done(page)
        visit.see("已启用")
        page.get_by_role("button", name="修改").click()
        page.get_by_role("checkbox", name="退款成功").check()
        done(page)
        expect(page.locator(".thing")).to_contain_text("付款已扣款 · 退款成功", timeout=kit.PATIENCE_MS)
        office_sound(visit, "office-webhooks-zh")
        page.get_by_role("button", name="删除").click()
        done(page)
        visit.see("还没有登记接收服务器。")


def test_an_owner_says_at_which_stores_somebody_works_and_ends_their_session(
    browser: Browser, local: dict[str, Any], shop: dict[str, Any]
) -> None:
    home, boss, bo = f"/v1/merchants/{shop['id']}", till_kit.operator(local), kit.newcomer(local)
    stores = [boss.insist(f"{home}/stores", {"name": name}).expect(201)["id"] for name in ("Bund", "Gate")]
    till_kit.hired(local, shop, bo, "cashier")
    with till_kit.at_the_till(browser, shop, local, "en") as visit:
        page = purse.show(visit, "/office/staff", "Staff")
        member = page.get_by_role("listitem").filter(has_text=bo.display_name)
        expect(member).to_contain_text("Every store", timeout=kit.PATIENCE_MS)
        member.get_by_role("button", name="Change role or stores").click()
        page.get_by_role("checkbox", name="Gate").check()
        visit.shot("office-staff-stores-en")
        assert visit.barriers() == []
        done(page)
        expect(member).to_contain_text("Gate", timeout=kit.PATIENCE_MS)
        expect(member).not_to_contain_text("Bund")
        sound(visit, "office-staff-en")
        begin = {"merchant_id": shop["id"], "device_name": "iPad 2"}
        begun = purse.owner(local, bo).insist("/v1/staff-sessions", begin).expect(201)
        assert begun["store_id"] == stores[1]
        page = purse.show(visit, "/office/tills", "Signed in at tills")
        session = page.get_by_role("listitem").filter(has_text="iPad 2")
        expect(session).to_contain_text(bo.display_name, timeout=kit.PATIENCE_MS)
        expect(session).to_contain_text("Gate", timeout=kit.PATIENCE_MS)
        sound(visit, "office-tills-en")
        session.get_by_role("button", name="End this session").click()
        done(page)
        expect(session).to_contain_text("Over", timeout=kit.PATIENCE_MS)
    at_till = till_kit.till_client(local, {"api_key": begun["token"]})
    assert at_till.get("/v1/staff-sessions/current").status == 401


@pytest.fixture
def guest(local: dict[str, Any]) -> Person:
    return kit.newcomer(local, funds=50_000)


def held(local: dict[str, Any], shop: dict[str, Any], guest: Person, reference: str, amount: int) -> str:
    wish = {"amount": amount, "currency": "CNY", "order_reference": reference, "capture": "manual"}
    order = till_kit.till_client(local, shop).insist("/v1/checkouts", wish).expect(201)["id"]
    payer = purse.owner(local, guest)
    body = {"wallet_id": people.wallets(payer)[0]["id"], "checkout_id": order}
    return str(payer.insist("/v1/payments", body).expect(201)["id"])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_deposit_is_taken_in_part_and_another_one_given_back(
    browser: Browser, local: dict[str, Any], guest: Person, language: str
) -> None:
    title, take, back, none = {
        "en": ("Open deposits", "Take", "Give back", "Nothing is held."),
        "zh": ("待处理的预授权", "扣款", "撤销", "没有待处理的预授权。"),
    }[language]
    shop = till_kit.new_shop(local)
    till = till_kit.till_client(local, shop)
    taken, given_back = (held(local, shop, guest, *one) for one in (("ROOM-1", 20_000), ("ROOM-2", 15_000)))
    people.wait_for(lambda: len(till.get("/v1/deposits").expect(200)["data"]) == 2 or None, "what is held")
    with till_kit.at_the_till(browser, shop, local, language, scopes=till_kit.CASHIER, role="cashier") as visit:
        page = purse.show(visit, "/office/deposits", title)
        room = page.get_by_role("listitem").filter(has_text="ROOM-1")
        room.get_by_role("button", name=take, exact=True).click()
        page.locator("#amount").fill("200.01")
        page.locator("dialog form > button").click()
        expect(page.locator("dialog .problem")).to_be_visible(timeout=kit.PATIENCE_MS)
        page.locator("#amount").fill("120.50")
        visit.shot(f"office-deposit-take-{language}")
        assert visit.barriers() == []
        done(page)
        expect(room).to_have_count(0, timeout=kit.PATIENCE_MS)
        sound(visit, f"office-deposits-{language}")
        page.get_by_role("button", name=back, exact=True).click()
        done(page)
        visit.see(none)
    one, other = (till.get(f"/v1/payments/{payment}").expect(200) for payment in (taken, given_back))
    assert [(one["status"], one["captured"]), other["status"]] == [("captured", 12_050), "voided"]


def office_sound(visit: kit.Visit, name: str) -> None:
    """As `sound`, at a desk."""
    visit.shot(name)
    assert (visit.barriers(), visit.complaints, visit.elsewhere()) == ([], [], set())
    assert visit.width() <= kit.DESK["width"]
