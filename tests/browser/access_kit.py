"""A person before the screens of access: in a browser of their own, with codes from the outbox and a device that has
passkeys."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Browser, Page, expect

from infra.local import people
from infra.local.client import Client
from infra.local.people import Person
from tests.browser import kit


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
        expect(visit.page.locator('html[data-screen="/welcome"]')).to_be_attached(timeout=kit.PATIENCE_MS)
        for name, value in (("device", welcome["device_token"]), ("session", welcome)):
            visit.page.evaluate(
                "([name, value]) => localStorage.setItem('coffer.app.' + name, JSON.stringify(value))", [name, value]
            )
        # Not by `goto`: the screen of the old address would begin to load and be cut off.
        visit.page.evaluate("path => history.replaceState(null, '', '#' + path)", path)
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


def authenticator_code(secret: str, ahead: int = 0) -> str:
    return people.code(secret.replace(" ", ""), ahead)


def token(visit: kit.Visit) -> str:
    return str(visit.page.evaluate("JSON.parse(localStorage['coffer.app.session']).access_token"))


def me(visit: kit.Visit, local: dict[str, Any]) -> Client:
    """Whoever is signed in, through the API."""
    return Client(local["api"]).bearing(token(visit))


def leave_this_device(visit: kit.Visit) -> None:
    go(visit, "/security/devices", "Devices")
    visit.page.locator(".thing", has_text="this one").get_by_role("button").nth(1).click()
    visit.answered()
    visit.page.get_by_role("dialog").get_by_role("button", name="Sign out", exact=True).click()
    heading(visit, "Sign in")


def type_password(page: Page, person: Person) -> None:
    page.locator("#identifier").fill(person.identifier)
    page.locator("#password").fill(person.password)
    page.keyboard.press("Enter")


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
