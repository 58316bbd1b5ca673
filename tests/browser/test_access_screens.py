"""Getting in, as people do it: from the first screen to a wallet, and back in after everything that goes wrong. What
the screens say is compared with what the API knows; each is looked at by axe."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from infra.local import people
from infra.local.client import Client
from tests.browser import kit
from tests.browser.access_kit import at_home, code_for, heading, me, move, press, type_password, visiting

BEFORE = ("/welcome", "/sign-in", "/sign-up", "/recover", "/restore")
WITHIN = (
    "/security", "/security/devices", "/security/authenticator", "/security/recovery-codes", "/security/passkeys",
    "/security/pin", "/security/freeze", "/security/phrase", "/security/education", "/security/contacts",
    "/security/trash", "/security/export", "/security/consents", "/security/work", "/security/delete",
)  # fmt: skip
MIXED = ("en light", "zh dark"), ("zh light", "en dark")
"""A screen in the first two, the next one in the other two: every pair of screen, language and scheme is seen."""


def test_a_newcomer_gets_from_the_first_screen_into_a_wallet(browser: Browser, local: dict[str, Any]) -> None:
    name = f"wen-{uuid.uuid4().hex[:8]}@test.example"
    with visiting(browser, local, "/", language="zh", size=kit.SMALL_PHONE) as visit:
        page = visit.page
        page.get_by_role("link", name="开通钱包").click()
        heading(visit, "开通钱包")
        expect(page.locator("#consent-terms, #consent-privacy")).to_have_count(2, timeout=kit.PATIENCE_MS)
        assert page.locator("input:checked").count() == 0, "nothing is agreed to beforehand"
        press(page, "发送验证码")
        for field, said in (
            ("display_name", "请填写姓名。"),
            ("identifier", "请填写邮箱或手机号。"),
            ("password", "请输入密码。"),
        ):
            expect(page.locator(f"#{field}-about")).to_have_text(said)
        expect(page.locator("[aria-invalid=true]")).to_have_count(5)
        expect(page.locator("#display_name")).to_be_focused()
        visit.shot("app-sign-up-empty-zh")
        page.locator("#display_name").fill("王文")
        page.locator("#identifier").fill(name)
        page.locator("#password").fill("password")
        visit.see("这是很常见的密码")
        page.locator("#password").fill("wen likes tall trees")
        visit.see("非常好。")
        press(page, "发送验证码")
        expect(page.locator("[aria-invalid=true]")).to_have_count(2)
        expect(page.locator("#consent-terms")).to_be_focused()
        for document in ("terms", "privacy"):
            page.locator(f"#consent-{document}").check()
        press(page, "发送验证码")
        heading(visit, "输入验证码")
        page.reload()
        visit.see(name)
        assert page.locator("#code").get_attribute("autocomplete") == "one-time-code"
        page.locator("#code").fill(code_for(local, name))
        page.keyboard.press("Enter")
        expect(page.locator("nav")).to_be_visible(timeout=kit.PATIENCE_MS)
        heading(visit, "我的钱包")
        assert sum(url.endswith("/v1/users/verify") for url in visit.asked) == 1

        def agreed() -> set[tuple[str, bool]] | None:
            data = me(visit, local).get("/v1/me/consents").expect(200)["data"]
            return {(one["document"], one["given"]) for one in data} if len(data) == 2 else None

        assert people.wait_for(agreed, "what was agreed to") == {("terms", True), ("privacy", True)}
        assert visit.width() == kit.SMALL_PHONE["width"]


def test_a_wrong_password_leaves_a_way_on_and_the_keyboard_is_enough(browser: Browser, local: dict[str, Any]) -> None:
    person = kit.newcomer(local)
    with visiting(browser, local, "/sign-in?then=/security/trash", "/v1/sessions") as visit:
        page, keys = visit.page, visit.page.keyboard
        heading(visit, "Sign in")
        page.locator("#identifier").focus()
        keys.type(person.identifier)
        keys.press("Tab")
        keys.type("not my password")
        keys.press("Enter")
        visit.see("These sign-in details do not match.")
        expect(page.get_by_role("link", name="I forgot my password")).to_be_visible()
        page.locator("#password").focus()
        keys.press("Control+A")
        keys.type(person.password)
        keys.press("Tab")
        keys.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Sign in"
        keys.press("Enter")
        heading(visit, "Trash")


def test_whoever_was_signed_out_comes_back_to_where_they_were(browser: Browser, local: dict[str, Any]) -> None:
    refused = ("/v1/me", "/v1/me/notices", "/v1/me/preferences", "/v1/sessions/refresh")
    with at_home(browser, local, "/security/phrase", *refused) as (visit, person):
        heading(visit, "My phrase")
        visit.page.wait_for_load_state("networkidle")
        me(visit, local).send("DELETE", "/v1/sessions").expect(204)
        visit.page.evaluate(
            """const kept = JSON.parse(localStorage['coffer.app.session']);
               localStorage['coffer.app.session'] = JSON.stringify({...kept, access_token: kept.access_token + 'x'})"""
        )
        visit.page.reload()
        visit.see("You were signed out for your safety.")
        kit.sign_in(visit, person)
        heading(visit, "My phrase")


def test_a_forgotten_password_is_replaced_and_every_device_signed_out(browser: Browser, local: dict[str, Any]) -> None:
    person = kit.newcomer(local, language="zh")
    joined = code_for(local, person.identifier)
    old = people.sign_in(Client(local["api"]), person)
    with visiting(browser, local, "/sign-in", language="zh") as visit:
        page = visit.page
        page.get_by_role("link", name="忘记密码").click()
        heading(visit, "重设密码")
        page.locator("#identifier").fill(person.identifier)
        press(page, "发送验证码")
        visit.see(person.identifier)
        page.reload()
        page.locator("#code").fill(code_for(local, person.identifier, joined))
        page.locator("#new_password").fill("wang walks by the lake")
        visit.see("非常好。")
        visit.shot("app-recover-code-zh")
        press(page, "设置新密码")
        heading(visit, "新密码已设置")
        page.get_by_role("link", name="登录", exact=True).click()
        expect(page.locator("#identifier")).to_have_value(person.identifier)
        page.locator("#password").fill("wang walks by the lake")
        page.keyboard.press("Enter")
        expect(page.locator("nav")).to_be_visible(timeout=kit.PATIENCE_MS)
    assert old is not None
    refreshed = Client(local["api"]).post("/v1/sessions/refresh", {"refresh_token": old["refresh_token"]})
    refreshed.expect(401, "invalid-token")


def test_an_account_with_money_stays_and_one_without_comes_back(browser: Browser, local: dict[str, Any]) -> None:
    rich = kit.newcomer(local, funds=500)
    with visiting(browser, local, "/sign-in?then=/security/delete") as visit:
        kit.sign_in(visit, rich)
        visit.see("There is still money in your wallet")
        visit.see("¥5.00")
    with at_home(browser, local, "/security/delete", "/v1/me", "/v1/sessions") as (visit, person):
        page = visit.page
        page.locator("#password").fill("not my password")
        press(page, "Delete my account")
        visit.see("These sign-in details do not match.")
        page.locator("#password").fill(person.password)
        press(page, "Delete my account")
        visit.see("Your account is deleted.")
        type_password(page, person)
        visit.see("These sign-in details do not match.")
        page.get_by_role("link", name="Have a deleted account back").click()
        heading(visit, "Have a deleted account back")
        type_password(page, person)
        expect(page.locator("nav")).to_be_visible(timeout=kit.PATIENCE_MS)


@pytest.mark.parametrize("look", ["en light", "zh dark", "zh light", "en dark"])
def test_everybody_can_use_every_screen_of_access(browser: Browser, local: dict[str, Any], look: str) -> None:
    language, scheme = look.split()
    person = kit.newcomer(local, language=language)
    with kit.context(browser, language, kit.SMALL_PHONE, color_scheme=scheme) as context:
        visit = kit.Visit(context, f"{local['api']}/app/#/welcome")
        found = inspect(visit, BEFORE, look)
        move(visit, "/sign-in")
        kit.sign_in(visit, person)
        found |= inspect(visit, WITHIN, look)
    assert found == {}
    assert (visit.complaints, visit.elsewhere()) == ([], set())


def inspect(visit: kit.Visit, paths: tuple[str, ...], look: str) -> dict[str, Any]:
    """What keeps somebody out of the screens that are seen in this look, or makes them scroll sideways."""
    found = {}
    for path in (path for at, path in enumerate(paths) if look in MIXED[at % 2]):
        move(visit, path)
        expect(visit.page.locator("main .waiting")).to_have_count(0, timeout=kit.PATIENCE_MS)
        visit.shot(f"app{path.replace('/', '-')}-{look.replace(' ', '-')}")
        problems = [*visit.barriers(), *[f"{visit.width()} px wide"] * (visit.width() > kit.SMALL_PHONE["width"])]
        if problems:
            found[path] = problems
    return found
