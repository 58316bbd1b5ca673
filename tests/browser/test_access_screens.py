"""Getting in and staying safe, as people do it: from the first screen to a wallet, back in after everything that goes
wrong, and all that the security centre is for. What the screens say is compared with what the API knows."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from infra.local import people
from infra.local.client import Client
from infra.local.people import Person
from tests.browser import kit

BEFORE = ("/welcome", "/sign-in", "/sign-up", "/recover", "/restore")
WITHIN = (
    "/security", "/security/devices", "/security/authenticator", "/security/recovery-codes", "/security/passkeys",
    "/security/pin", "/security/freeze", "/security/phrase", "/security/education", "/security/contacts",
    "/security/trash", "/security/export", "/security/consents", "/security/delete",
)  # fmt: skip
MIXED = ("en light", "zh dark"), ("zh light", "en dark")
"""A screen in the first two, the next one in the other two: every pair of screen, language and scheme is seen."""
PIN = "428571"


@contextmanager
def visiting(browser: Browser, local: dict[str, Any], path: str, *refused: str, **more: Any) -> Iterator[kit.Visit]:
    """Somebody's own browser at a screen; nothing may complain and nobody else may be asked."""
    with kit.context(browser, **more) as context:
        visit = kit.Visit(context, f"{local['api']}/app/#{path}", refused)
        yield visit
        assert (visit.complaints, visit.elsewhere()) == ([], set())


@contextmanager
def at_home(browser: Browser, local: dict[str, Any], path: str, *refused: str) -> Iterator[tuple[kit.Visit, Person]]:
    """A newcomer at a screen, in the browser that they signed up with: on any other they are new for a day."""
    client, number = Client(local["api"]), uuid.uuid4().hex[:12]
    person = Person(f"ann-{number}@test.example", f"ann likes {number}", "Ann Example")
    welcome = people.sign_up(client, person)
    with visiting(browser, local, "/welcome", *refused) as visit:
        for name, value in (("device", welcome["device_token"]), ("session", welcome)):
            visit.page.evaluate(
                "([name, value]) => localStorage.setItem('coffer.app.' + name, JSON.stringify(value))", [name, value]
            )
        visit.page.goto(f"{local['api']}/app/#{path}")
        visit.page.reload()
        yield visit, person


def heading(visit: kit.Visit, title: str) -> None:
    expect(visit.page.locator("h1")).to_have_text(title, timeout=kit.PATIENCE_MS)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def move(visit: kit.Visit, path: str) -> None:
    visit.page.evaluate("path => { location.hash = path }", path)
    expect(visit.page.locator(f'html[data-screen="{path}"]')).to_be_attached(timeout=kit.PATIENCE_MS)


def go(visit: kit.Visit, path: str, title: str) -> None:
    move(visit, path)
    heading(visit, title)


def code_for(local: dict[str, Any], name: str, *before: str) -> str:
    """The newest code that was sent to a name, none of those `before`: messages arrive a little later."""
    client = Client(local["api"])

    def look() -> str | None:
        sent = client.get(f"/_local/outbox?to={quote(name)}").expect(200)["data"]
        codes = [found[0] for one in sent if (found := re.search(r"(?<!\d)\d{6}(?!\d)", one["body"]))]
        return codes[0] if codes and codes[0] not in before else None

    return str(people.wait_for(look, f"a new code for {name}"))


def authenticator(secret: str, ahead: int = 0) -> str:
    return people._authenticator(secret.replace(" ", ""), ahead)


def token(visit: kit.Visit) -> str:
    return str(visit.page.evaluate("JSON.parse(localStorage['coffer.app.session']).access_token"))


def me(visit: kit.Visit, local: dict[str, Any]) -> Client:
    """Whoever is signed in, through the API."""
    return Client(local["api"]).bearing(token(visit))


def test_a_newcomer_gets_from_the_first_screen_into_a_wallet(browser: Browser, local: dict[str, Any]) -> None:
    name = f"wen-{uuid.uuid4().hex[:8]}@test.example"
    with visiting(browser, local, "/", language="zh", size=kit.SMALL_PHONE) as visit:
        page = visit.page
        page.get_by_role("link", name="开通钱包").click()
        heading(visit, "开通钱包")
        assert page.locator("input:checked").count() == 0, "nothing is agreed to beforehand"
        page.locator("#display_name").fill("王文")
        page.locator("#identifier").fill(name)
        page.locator("#password").fill("password")
        visit.see("这是很常见的密码")
        page.locator("#password").fill("wen likes tall trees")
        visit.see("非常好。")
        press(page, "发送验证码")
        visit.see("还有内容未勾选。")
        for document in ("terms", "privacy"):
            page.locator(f"#consent-{document}").check()
        press(page, "发送验证码")
        heading(visit, "输入验证码")
        page.reload()
        visit.see(name)
        assert page.locator("#code").get_attribute("autocomplete") == "one-time-code"
        page.locator("#code").fill(code_for(local, name))
        expect(page.locator("nav")).to_be_visible(timeout=kit.PATIENCE_MS)
        heading(visit, "我的钱包")

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
    with at_home(browser, local, "/security/phrase", "/v1/me/preferences", "/v1/sessions/refresh") as (visit, person):
        heading(visit, "My phrase")
        me(visit, local).send("DELETE", "/v1/sessions").expect(204)
        visit.page.evaluate(
            """const kept = JSON.parse(localStorage['coffer.app.session']);
               localStorage['coffer.app.session'] = JSON.stringify({...kept, access_token: kept.access_token + 'x'})"""
        )
        visit.page.reload()
        visit.see("You were signed out for your safety.")
        kit.sign_in(visit, person)
        heading(visit, "My phrase")


def test_an_authenticator_is_set_up_and_then_asked_for(browser: Browser, local: dict[str, Any]) -> None:
    with at_home(browser, local, "/security", "/v1/sessions/second-factor") as (visit, person):
        page = visit.page
        visit.see("0 of 4 done")
        go(visit, "/security/authenticator", "Authenticator app")
        page.locator("#password").fill(person.password)
        press(page, "Set up an authenticator")
        expect(page.locator("svg.qr path")).to_be_visible(timeout=kit.PATIENCE_MS)
        visit.shot("app-authenticator-en")
        secret = page.locator("code.secret").inner_text()
        page.locator("#code").fill(authenticator(secret))
        visit.see("Your authenticator is on. Now keep recovery codes")
        page.get_by_role("link", name="Get recovery codes").click()
        page.locator("#password").fill(person.password)
        press(page, "Show me ten new codes")
        codes = page.locator(".codes code").all_inner_texts() if page.wait_for_selector(".codes") else []
        visit.shot("app-recovery-codes-en")
        assert len(set(codes)) == 10
        press(page, "I kept them")
        visit.see("2 of 4 done")

        leave_this_device(visit)
        kit_password(page, person)
        heading(visit, "One more step")
        page.locator("#code").fill("000000")
        visit.see("This code is wrong or no longer valid.")
        page.locator("#code").fill(authenticator(secret, ahead=1))
        heading(visit, "Devices")

        leave_this_device(visit)
        kit_password(page, person)
        press(page, "Use a recovery code")
        page.locator("#code").fill(codes[0])
        page.keyboard.press("Enter")
        heading(visit, "Devices")
        assert me(visit, local).get("/v1/me/recovery-codes").expect(200) == {"left": 9}


def leave_this_device(visit: kit.Visit) -> None:
    go(visit, "/security/devices", "Devices")
    visit.page.locator(".thing", has_text="this one").get_by_role("button").nth(1).click()
    visit.page.get_by_role("dialog").get_by_role("button", name="Sign out", exact=True).click()
    heading(visit, "Sign in")


def kit_password(page: Page, person: Person) -> None:
    page.locator("#identifier").fill(person.identifier)
    page.locator("#password").fill(person.password)
    page.keyboard.press("Enter")


def test_a_passkey_is_made_and_is_enough_to_sign_in_and_to_step_up(browser: Browser, local: dict[str, Any]) -> None:
    with at_home(browser, local, "/security/passkeys", "/v1/me/freeze") as (visit, person):
        page, device = visit.page, authenticating(visit)
        heading(visit, "Passkeys")
        page.locator("#name").fill("My phone")
        page.locator("#password").fill(person.password)
        press(page, "Add a passkey")
        visit.see("The passkey is added.")
        expect(page.locator(".thing strong")).to_have_text("My phone")
        assert [key["rpId"] for key in device.credentials()] == ["localhost"]
        visit.shot("app-passkeys-en")

        device.absent()
        leave_this_device(visit)
        device.present()
        press(page, "Sign in with a passkey")
        heading(visit, "Devices")
        passkey = me(visit, local).get("/v1/me/passkeys").expect(200)["data"][0]
        assert passkey["last_used_at"] > passkey["created_at"]

        go(visit, "/security/freeze", "Freeze my wallet")
        press(page, "Freeze my wallet now")
        visit.see("Your wallet is frozen, by you.")
        press(page, "Unfreeze my wallet")
        press(page, "Use a passkey")
        visit.see("Your wallet is as before.")
        assert people.wallets(me(visit, local))[0]["status"] == "active"


def test_a_passkey_is_the_second_half_of_a_password(browser: Browser, local: dict[str, Any]) -> None:
    with at_home(browser, local, "/security/passkeys") as (visit, person):
        page, device = visit.page, authenticating(visit)
        page.locator("#password").fill(person.password)
        press(page, "Add a passkey")
        visit.see("The passkey is added.")
        device.absent()
        leave_this_device(visit)
        device.present()
        kit_password(page, person)
        heading(visit, "One more step")
        press(page, "Use my passkey")
        heading(visit, "Devices")


class Authenticator:
    """A device with passkeys, as Chromium plays one; its owner shows a finger whenever they are `present`."""

    def __init__(self, visit: kit.Visit):
        self._tell = visit.context.new_cdp_session(visit.page)
        self._tell.send("WebAuthn.enable")
        options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
        options |= {"hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True}
        self._id = self._tell.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    def credentials(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._tell.send("WebAuthn.getCredentials", {"authenticatorId": self._id})[
            "credentials"
        ]
        return found

    def present(self, yes: bool = True) -> None:
        presence = {"authenticatorId": self._id, "enabled": yes}
        self._tell.send("WebAuthn.setAutomaticPresenceSimulation", presence)

    def absent(self) -> None:
        self.present(False)


def authenticating(visit: kit.Visit) -> Authenticator:
    return Authenticator(visit)


def test_a_forgotten_password_is_replaced_and_every_device_signed_out(browser: Browser, local: dict[str, Any]) -> None:
    person = kit.newcomer(local, language="zh")
    joined = code_for(local, person.identifier)
    old = people.sign_in(Client(local["api"]), person)
    with visiting(browser, local, "/sign-in", language="zh") as visit:
        page = visit.page
        page.get_by_role("link", name="忘记密码").click()
        page.locator("#identifier").fill(person.identifier)
        press(page, "发送验证码")
        heading(visit, "重设密码")
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


def test_one_tap_freezes_and_a_lost_phone_is_signed_out(browser: Browser, local: dict[str, Any]) -> None:
    with at_home(browser, local, "/security", "/v1/me/freeze") as (visit, person):
        lost, page = people.sign_in(Client(local["api"]), person), visit.page
        assert lost is not None
        press(page, "Freeze my wallet now")
        visit.see("Your wallet is frozen, by you.")
        assert people.wallets(me(visit, local))[0]["status"] == "frozen"

        go(visit, "/security/devices", "Devices")
        expect(page.locator(".thing")).to_have_count(2, timeout=kit.PATIENCE_MS)
        page.locator(".thing").filter(has_not_text="this one").first.get_by_role("button").first.click()
        page.locator("#device_name").fill("The lost one")
        press(page, "Save")
        row = page.locator(".thing", has_text="The lost one")
        row.get_by_role("button", name="Sign out The lost one").click()
        page.get_by_role("dialog").get_by_role("button", name="Sign out", exact=True).click()
        expect(page.locator(".thing")).to_have_count(1, timeout=kit.PATIENCE_MS)

        go(visit, "/security/pin", "Payment PIN")
        for field, typed in (("password", person.password), ("pin", PIN), ("again", PIN)):
            page.locator(f"#{field}").fill(typed)
        press(page, "Set the PIN")
        heading(visit, "Security")
        go(visit, "/security/freeze", "Freeze my wallet")
        press(page, "Unfreeze my wallet")
        page.locator("#prove-pin").fill(PIN)
        visit.shot("app-prove-en")
        press(page, "Confirm")
        visit.see("Your wallet is as before.")
        assert people.wallets(me(visit, local))[0]["status"] == "active"

        go(visit, "/security/devices", "Devices")
        press(page, "Sign out everywhere")
        page.get_by_role("dialog").get_by_role("button", name="Sign out everywhere").click()
        visit.see("You are signed out everywhere.")
    Client(local["api"]).bearing(lost["access_token"]).post("/v1/me/freeze").expect(401, "invalid-token")


def test_what_was_overwritten_comes_back_from_the_trash(browser: Browser, local: dict[str, Any]) -> None:
    with at_home(browser, local, "/security/phrase") as (visit, _):
        page = visit.page
        for phrase in ("green tea", "black coffee"):
            page.locator("#phrase").fill(phrase)
            press(page, "Save")
            visit.see(f"Your phrase is: {phrase}")
        go(visit, "/security/trash", "Trash")
        press(page, "Restore: Your phrase was g***")
        visit.see("It is back.")
        expect(page.locator(".thing")).to_have_text(re.compile("b\\*\\*\\*"), timeout=kit.PATIENCE_MS)
        go(visit, "/security/phrase", "My phrase")
        visit.see("Your phrase is: green tea")


def test_a_new_phone_number_takes_two_codes_or_waits(browser: Browser, local: dict[str, Any]) -> None:
    new = f"new-{uuid.uuid4().hex[:8]}@test.example"
    with at_home(browser, local, "/security/contacts", "/v1/me/identifiers/confirm") as (visit, person):
        page, joined = visit.page, code_for(local, person.identifier)
        page.locator("#identifier").fill(new)
        press(page, "Send the codes")
        first = code_for(local, new)
        first_old = code_for(local, person.identifier, joined)
        page.locator("#new_code").fill(first)
        press(page, "I cannot read the old one any more")
        press(page, "Change it in 72 hours")
        visit.see("takes effect on")
        press(page, "Stop this change")
        visit.see("The change is stopped.")

        page.locator("#identifier").fill(new)
        press(page, "Send the codes")
        page.locator("#old_code").fill(code_for(local, person.identifier, joined, first_old))
        page.locator("#new_code").fill(code_for(local, new, first))
        press(page, "Change it now")
        visit.see("It is changed.")
        expect(page.locator(".thing strong")).to_have_text("n***@test.example")


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
        kit_password(page, person)
        visit.see("These sign-in details do not match.")
        page.get_by_role("link", name="Have a deleted account back").click()
        heading(visit, "Have a deleted account back")
        kit_password(page, person)
        expect(page.locator("nav")).to_be_visible(timeout=kit.PATIENCE_MS)


def test_what_i_agreed_to_is_mine_to_take_back_and_my_data_mine_to_fetch(
    browser: Browser, local: dict[str, Any]
) -> None:
    with at_home(browser, local, "/security/consents") as (visit, _):
        page = visit.page
        press(page, "Agree: News and offers")
        press(page, "Take back: News and offers")
        visit.see("You took back version 2026-11-01:")
        go(visit, "/security/export", "My data")
        press(page, "Make my archive")
        visit.see("It is being made.")
        page.reload()
        expect(page.get_by_text(re.compile("It is being made|Your archive is ready"))).to_be_visible()


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
