"""Money in the wallet app, each main flow once: what the screen says is what the API's own account says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from infra.local import people
from infra.local.client import Client
from infra.local.people import Person
from tests.browser import kit, purse

PAYING, PIN = ("/v1/payments",), "493827"
TITLES = {
    "en": {
        "confirm": "Confirm and pay",
        "paid": "Paid: ¥12.80",
        "home": "My money",
        "receipt": "Receipt",
        "done": "Done",
    },
    "zh": {"confirm": "确认付款", "paid": "已付款 ¥12.80", "home": "我的钱包", "receipt": "付款凭证", "done": "完成"},
}
CODE_BEFORE_A_CAMERA = """
  navigator.mediaDevices.getUserMedia = async () => document.createElement("canvas").captureStream();
  HTMLVideoElement.prototype.play = async () => {};
  globalThis.BarcodeDetector = class { async detect() { return [{ rawValue: "%s" }]; } };
"""
TWO_PAY = """async ([first, second]) => {
  const { call, get } = await import("/shared/session.js");
  const [wallet] = (await get("/v1/wallets")).data;
  const pay = (checkout) => {
    const [key, body] = [crypto.randomUUID(), { wallet_id: wallet.id, checkout_id: checkout.id }];
    const paid = call("POST", "/v1/payments", { key, body, patient: false, about: { what: "payment", checkout } });
    return paid.catch((no) => no.answer.status);
  };
  window.first = pay(first);
  const dialog = () => document.querySelector("dialog");
  while (!dialog()) await new Promise((done) => setTimeout(done, 20));
  window.second = pay(second);
}"""


def signed_in(context: BrowserContext, local: dict[str, Any], person: Person, path: str = "/") -> kit.Visit:
    visit = kit.Visit(context, f"{local['api']}/app/#/sign-in?then={path}", refused=PAYING)
    kit.sign_in(visit, person)
    return visit


def sound(visit: kit.Visit, name: str) -> None:
    """The screen can be used by all, fits a phone, says no mistake; and is kept to be looked at."""
    visit.shot(name)
    assert (visit.barriers(), visit.complaints, visit.elsewhere()) == ([], [], set())
    assert visit.width() <= kit.PHONE["width"]


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("zh", "dark")])
def test_a_code_is_paid_and_all_that_matters_is_said_before_and_after(
    browser: Browser, local: dict[str, Any], language: str, scheme: str
) -> None:
    person, titles = kit.newcomer(local, funds=20_000, language=language), TITLES[language]
    wanted = purse.checkout(local, 1_280, "tea-41", return_url="https://oolong.example/thanks")
    with kit.context(browser, language, color_scheme=scheme) as context:
        visit = kit.Visit(context, f"{local['api']}/pay/{wanted['id']}", refused=PAYING)
        kit.sign_in(visit, person)
        purse.titled(visit, titles["confirm"])
        for text in (wanted["merchant_name"], "¥12.80", "tea-41", "¥200.00", "¥187.20"):
            visit.see(text)
        expect(visit.page.locator(".notes details")).to_have_count(3, timeout=kit.PATIENCE_MS)
        sound(visit, f"app-checkout-{language}-{scheme}")
        visit.page.locator("button.main").click()
        purse.titled(visit, titles["paid"])
        visit.see("oolong.example")
        assert visit.page.locator("a.main").get_attribute("href") == "https://oolong.example/thanks"
        sound(visit, f"app-result-{language}-{scheme}")
        visit.page.locator("a[href^='#/payments/']").click()
        purse.titled(visit, titles["receipt"])
        visit.see("tea-41")
        sound(visit, f"app-receipt-{language}-{scheme}")
        purse.show(visit, "/", titles["home"])
        expect(visit.page.locator(".rows:not(.card)")).to_contain_text("tea-41", timeout=kit.PATIENCE_MS)
        expect(visit.page.locator(".balance .sum")).to_have_text("¥187.20", timeout=kit.PATIENCE_MS)
        sound(visit, f"app-home-{language}-{scheme}")
    assert purse.paid(local, person) == {"tea-41": 1}


def test_what_looks_paid_already_is_paid_again_only_if_it_is_meant(browser: Browser, local: dict[str, Any]) -> None:
    person = kit.newcomer(local, funds=20_000)
    with kit.context(browser) as context:
        visit = signed_in(context, local, person)
        for reference in ("cake-1", "cake-2"):
            wanted = purse.checkout(local, 1_500, reference)
            purse.show(visit, f"/pay/{wanted['id']}", "Confirm and pay").locator("button.main").click()
            purse.titled(visit, {"cake-1": "Paid: ¥15.00", "cake-2": "Not paid: ¥15.00"}[reference])
        visit.see("The earlier payment: ¥15.00 to")
        sound(visit, "app-twice-en-light")
        assert purse.paid(local, person) == {"cake-1": 1}
        visit.page.get_by_role("button", name="Yes, pay another").click()
        purse.titled(visit, "Paid: ¥15.00")
        page = purse.show(visit, f"/pay/{wanted['id']}", "You have paid this")
        expect(page.locator("a.main[href^='#/payments/']")).to_have_text("Receipt")
        expect(page.get_by_text("Left afterwards")).to_have_count(0)
        visit.shot("app-checkout-yours-en-light")
        theirs = purse.checkout(local, 1_500, "cake-3")
        pays(local, kit.newcomer(local, funds=2_000), theirs["id"])
        purse.show(visit, f"/pay/{theirs['id']}", "Already paid")
        expect(page.locator("a[href^='#/payments/']")).to_have_count(0)
    assert purse.paid(local, person) == {"cake-1": 1, "cake-2": 1}


def pays(local: dict[str, Any], person: Person, checkout_id: str) -> None:
    caller = purse.owner(local, person)
    wish = {"wallet_id": people.wallets(caller)[0]["id"], "checkout_id": checkout_id}
    caller.insist("/v1/payments", wish).expect(201)


def test_too_little_money_leads_through_a_topup_and_back_to_the_payment(
    browser: Browser, local: dict[str, Any]
) -> None:
    person = kit.newcomer(local, language="zh")
    wanted = purse.checkout(local, 5_000, "bike-7")
    with kit.context(browser, "zh") as context:
        visit = signed_in(context, local, person, f"/pay/{wanted['id']}")
        visit.see("余额还差 ¥50.00")
        visit.page.locator("a.main").click()
        purse.titled(visit, "充值")
        assert visit.page.locator("#amount").input_value() == "50.00"
        sound(visit, "app-topup-zh-light")
        visit.page.locator("button.main").click()
        purse.titled(visit, "¥50.00 已到账")
        sound(visit, "app-topped-up-zh-light")
        visit.page.get_by_role("link", name="继续付款").click()
        visit.page.locator("button.main").click()
        purse.titled(visit, "已付款 ¥50.00")
    assert purse.paid(local, person) == {"bike-7": 1}
    assert [one["amount"] for one in purse.entries(local, person)] == [-5_000, 5_000]


def test_a_topup_is_honest_about_a_decline_and_about_a_bank_that_does_not_answer(
    browser: Browser, local: dict[str, Any]
) -> None:
    person = kit.newcomer(local)
    with kit.context(browser, color_scheme="dark") as context:
        visit = signed_in(context, local, person)
        page = purse.show(visit, "/topup", "Top up")
        page.locator("button.main").click()
        visit.see("Type an amount above zero")
        page.locator("#amount").fill("0.001")
        visit.see("Type at most two decimals")
        page.locator("#amount").fill("1,000.50")
        expect(page.locator("button.main")).to_have_text("Top up ¥1,000.50")
        page.locator("#amount").fill("12.01")
        page.locator("button.main").click()
        purse.titled(visit, "¥12.01 did not arrive")
        visit.see("The bank declined")
        sound(visit, "app-declined-en-dark")
        purse.show(visit, "/topup", "Top up").locator("#amount").fill("12.02")
        page.locator("button.main").click()
        purse.titled(visit, "Not known yet: ¥12.02")
        purse.titled(visit, "¥12.02 arrived")
        visit.refused += ("/v1/topups",)
        purse.show(visit, "/topup", "Top up").locator("#amount").fill("99999999")
        page.locator("button.main").click()
        purse.titled(visit, "Not topped up: ¥99,999,999.00")
    assert [one["amount"] for one in purse.entries(local, person)] == [1_202]


def test_activity_is_found_filtered_handed_out_and_leads_to_receipts(
    browser: Browser, local: dict[str, Any], tmp_path: Path
) -> None:
    person = kit.newcomer(local, funds=9_000)
    caller = purse.owner(local, person)
    wallet = people.wallets(caller)[0]["id"]
    wanted = purse.checkout(local, 700, "pot-9")
    paid_to, bought = wanted["merchant_name"], {"wallet_id": wallet, "checkout_id": wanted["id"]}
    paid = caller.insist("/v1/payments", bought).expect(201)
    purse.till(local).insist(f"/v1/payments/{paid['id']}/refunds", {"amount": 200, "reason": "chipped"}).expect(201)
    with kit.context(browser) as context:
        visit = signed_in(context, local, person)
        page = purse.show(visit, "/activity", "Activity")
        rows = page.locator(".rows > li")
        expect(rows).to_have_count(3, timeout=kit.PATIENCE_MS)
        expect(rows.filter(has_text=paid_to)).to_have_count(2)
        page.get_by_role("button", name="Top-ups").click()
        expect(rows).to_have_count(1)
        page.get_by_role("button", name="All").click()
        page.locator("#search").fill("POT-9 refund")
        expect(rows).to_have_count(1)
        page.locator("#search").fill("")
        page.select_option("#month", index=1)
        expect(page.locator(".statement")).to_contain_text("¥85.00", timeout=kit.PATIENCE_MS)
        sound(visit, "app-statement-en-light")
        with page.expect_download() as download:
            page.get_by_role("button", name="CSV").click()
        download.value.save_as(tmp_path / "statement.csv")
        month = page.locator("#month").input_value()
        told = caller.get(f"/v1/wallets/{wallet}/statements/{month}?format=csv").raw
        assert (tmp_path / "statement.csv").read_bytes() == told
        page.locator("a[href^='#/entries/']").click()
        visit.see("chipped")
        sound(visit, "app-refund-en-light")
        page.get_by_role("link", name="The payment it belongs to").click()
        purse.titled(visit, "Receipt")
        visit.see("Paid, partly refunded")
        visit.see("¥2.00 refunded")


def test_a_frozen_wallet_says_why_and_how_out_and_a_dead_or_unknown_checkout_what_it_is(
    browser: Browser, local: dict[str, Any]
) -> None:
    person = kit.newcomer(local, funds=1_000, language="zh")
    cancelled, wanted = purse.checkout(local, 500, "no-1"), purse.checkout(local, 500, "no-2")
    purse.till(local).post(f"/v1/checkouts/{cancelled['id']}/cancel").expect(200)
    purse.owner(local, person).post("/v1/me/freeze").expect(204)
    with kit.context(browser, "zh") as context:
        visit = signed_in(context, local, person)
        visit.see("您已自行冻结")
        assert visit.page.locator(".balance a").get_attribute("href") == "#/security"
        sound(visit, "app-frozen-zh-light")
        for checkout, title, said in (
            (wanted["id"], "确认付款", "钱包已冻结"),
            (cancelled["id"], "订单已取消", "商家已取消此订单，未付款。"),
            ("chk_01k00000000000000000000000", "没有找到此订单", "没有对应的订单，未付款"),
        ):
            purse.show(visit, f"/pay/{checkout}", title)
            visit.see(said)
            expect(visit.page.locator("button.main")).to_have_count(0)
        visit.shot("app-checkout-unknown-zh-light")
        visit.page.get_by_role("link", name="重新扫码或输入").click()
        purse.titled(visit, "付款")


def test_a_large_payment_asks_for_the_pin_by_itself(browser: Browser, local: dict[str, Any]) -> None:
    person = kit.newcomer(local, funds=700_000)
    with_pin(local, person)
    wanted = purse.checkout(local, 600_000, "piano")
    with kit.context(browser) as context:
        visit = signed_in(context, local, person, f"/pay/{wanted['id']}")
        visit.page.locator("button.main").click()
        visit.see("Please confirm that it is you")
        visit.see("You pay ¥6,000.00 to")
        sound(visit, "app-step-up-en-light")
        purse.show(visit, "/", "My money")
        expect(visit.page.get_by_role("dialog")).to_have_count(0)
        assert purse.paid(local, person) == {}
        purse.show(visit, f"/pay/{wanted['id']}", "Confirm and pay").locator("button.main").click()
        prove(visit)
        purse.titled(visit, "Paid: ¥6,000.00")
    assert purse.paid(local, person) == {"piano": 1}


def test_what_is_shown_is_what_is_confirmed_when_two_payments_ask_at_once(
    browser: Browser, local: dict[str, Any]
) -> None:
    person = kit.newcomer(local, funds=700_000)
    with_pin(local, person)
    wanted = [purse.checkout(local, amount, order) for amount, order in ((600_000, "piano"), (610_000, "harp"))]
    with kit.context(browser) as context:
        visit = signed_in(context, local, person)
        visit.page.evaluate(TWO_PAY, wanted)
        visit.see("You pay ¥6,100.00 to")
        assert visit.page.evaluate("first") == 403
        prove(visit)
        assert visit.page.evaluate("second.then((payment) => payment.amount)") == 610_000
    assert purse.paid(local, person) == {"harp": 1}


def test_whoever_has_nothing_to_confirm_with_on_a_new_device_reads_from_when_they_can_set_it_up(
    browser: Browser, local: dict[str, Any]
) -> None:
    person = kit.newcomer(local, funds=700_000)
    wanted = purse.checkout(local, 600_000, "organ")
    with kit.context(browser) as context:
        visit = signed_in(context, local, person, f"/pay/{wanted['id']}")
        visit.page.locator("button.main").click()
        visit.see("You have no payment PIN or passkey yet")
        visit.page.get_by_role("button", name="Cancel").click()
        purse.titled(visit, "Not paid: ¥6,000.00")
        expect(visit.page.locator("a.main")).to_have_count(0)
        for path, title in (("passkeys", "Passkeys"), ("authenticator", "Authenticator app"), ("pin", "Payment PIN")):
            purse.show(visit, f"/security/{path}", title)
            visit.see("your first one can be set up here from")
            expect(visit.page.locator("#password")).to_have_count(0)
    assert purse.paid(local, person) == {}


def with_pin(local: dict[str, Any], person: Person) -> None:
    wish = {"pin": PIN, "password": person.password}
    purse.owner(local, person).send("PUT", "/v1/me/payment-pin", wish).expect(204)


def prove(visit: kit.Visit) -> None:
    visit.page.locator("#prove-pin").fill(PIN)
    visit.page.keyboard.press("Enter")


def test_a_payment_waits_for_a_guardian_and_goes_through_by_itself(browser: Browser, local: dict[str, Any]) -> None:
    ward, guardian = kit.newcomer(local, funds=300_000), kit.newcomer(local)
    guarding(local, ward, guardian)
    with_pin(local, ward)
    wanted = purse.checkout(local, 200_000, "sofa")
    with kit.context(browser) as context:
        visit = signed_in(context, local, ward, f"/pay/{wanted['id']}")
        visit.page.locator("button.main").click()
        prove(visit)
        purse.titled(visit, "Waiting for your guardian")
        sound(visit, "app-guardian-en-light")
        visit.page.reload()
        purse.titled(visit, "Waiting for your guardian")
        caller = purse.owner(local, guardian)
        approve(caller)
        visit.page.evaluate("dispatchEvent(new Event('online'))")
        purse.titled(visit, "Paid: ¥2,000.00")
    assert purse.paid(local, ward) == {"sofa": 1}


def approve(guardian: Client, how: str = "approve") -> None:
    """The one payment that waits for them; they are asked at once."""

    def asked() -> str | None:
        waiting = [one for one in guardian.get("/v1/me/approvals").expect(200)["data"] if one["status"] == "asked"]
        return str(waiting[0]["id"]) if waiting else None

    approval = people.wait_for(asked, "an approval", seconds=kit.PATIENCE_MS / 1000)
    guardian.insist(f"/v1/me/approvals/{approval}/{how}", {}).expect(200)


def test_what_is_refused_while_nobody_looks_stands_on_the_home_screen_until_it_is_seen(
    browser: Browser, local: dict[str, Any]
) -> None:
    ward, guardian = kit.newcomer(local, funds=700_000), kit.newcomer(local)
    guarding(local, ward, guardian)
    with_pin(local, ward)
    caller = purse.owner(local, guardian)
    with kit.context(browser) as context:
        visit = signed_in(context, local, ward)
        for amount, reference in ((100_001, "chair"), (100_002, "table")):
            wanted = purse.checkout(local, amount, reference)
            purse.show(visit, f"/pay/{wanted['id']}", "Confirm and pay").locator("button.main").click()
            if reference == "chair":
                prove(visit)
            purse.titled(visit, "Waiting for your guardian")
            purse.show(visit, "/", "My money")
            visit.see("This payment waits for")
            approve(caller, "decline")
        sound(visit, "app-easy-waits-en-light")
        visit.page.evaluate("dispatchEvent(new Event('online'))")
        visit.see("Not paid: ¥1,000.01 to")
        visit.page.reload()
        visit.see("Not paid: ¥1,000.02 to")
        sound(visit, "app-easy-ended-en-light")
        other = kit.Visit(context, f"{local['api']}/app/#/", refused=PAYING)
        ended = other.page.locator(".ended")
        expect(ended).to_have_count(2, timeout=kit.PATIENCE_MS)
        visit.page.locator(".ended", has_text="¥1,000.01").get_by_role("link", name="See why").click()
        purse.titled(visit, "Not paid: ¥1,000.01")
        expect(ended).to_have_count(1, timeout=kit.PATIENCE_MS)
        other.page.get_by_role("button", name="Put away").click()
        expect(ended).to_have_count(0)
        purse.show(visit, "/", "My money")
        expect(visit.page.locator(".ended")).to_have_count(0)
    assert purse.paid(local, ward) == {}


def guarding(local: dict[str, Any], ward: Person, guardian: Person) -> None:
    """Somebody in easy mode names a guardian, who accepts."""
    theirs = purse.owner(local, ward)
    theirs.send("PATCH", "/v1/me/preferences", {"ui_mode": "easy"}).expect(200)
    theirs.post("/v1/me/guardian", {"identifier": guardian.identifier}).expect(202)
    caller = purse.owner(local, guardian)
    wards = people.wait_for(lambda: caller.get("/v1/me/wards").expect(200)["data"] or None, "a ward")
    caller.post(f"/v1/me/wards/{wards[0]['id']}/accept").expect(204)


def test_a_code_before_the_camera_or_a_pasted_link_leads_to_the_checkout(
    browser: Browser, local: dict[str, Any]
) -> None:
    person, wanted = kit.newcomer(local), purse.checkout(local, 300, "qr-1")
    with kit.context(browser, "zh") as context:
        context.add_init_script(CODE_BEFORE_A_CAMERA % wanted["code_url"])
        visit = signed_in(context, local, person)
        page: Page = purse.show(visit, "/pay", "付款")
        page.locator("#code").fill("chk_short")
        page.keyboard.press("Enter")
        visit.see("其中没有以 chk_ 或 sto_ 开头的编号")
        sound(visit, "app-pay-zh-light")
        page.get_by_role("button", name="扫一扫").click()
        visit.see("qr-1")
        purse.show(visit, "/pay", "付款").locator("#code").fill(wanted["code_url"])
        page.keyboard.press("Enter")
        visit.see("qr-1")
