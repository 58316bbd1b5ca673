"""Whoever sits before a browser: the page, what it said and asked for, what it looks like, whether all can use it."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Route, expect

from infra.local import people, places, stack
from infra.local.client import Client
from infra.local.people import Person
from tests.local import ROOT

SCREENS = ROOT / "build" / "screens"
AXE = ROOT / "infra" / "web" / "node_modules" / "axe-core" / "axe.min.js"
PATIENCE_MS = 120_000
AGREED = re.compile(r"^(You agreed|Paid)$")
"""How a payment that waited for somebody stands once they agreed: the sweep may have paid it before anybody looks."""
PHONE, SMALL_PHONE, DESK = {"width": 390, "height": 844}, {"width": 360, "height": 640}, {"width": 1280, "height": 900}
SCHEDULED = {"version": "0", "id": "one", "detail-type": "Scheduled Event", "source": "aws.events",
             "account": places.ACCOUNT, "time": "2026-11-24T08:00:00Z", "region": places.REGION,
             "resources": [], "detail": {}}  # fmt: skip
IN_BETWEEN = (
    (403, "text/html", "<h1>403 Forbidden</h1>"),
    (404, "application/json", '{"message": "Not Found"}'),
    (408, "text/plain", "Request Timeout"),
    (413, "text/html", "<h1>413 Request Entity Too Large</h1>"),
    (401, "text/plain", "Proxy says no"),
    (200, "text/html", "<title>Welcome to the Wi-Fi</title>"),
    (200, "application/json", '{"status": "captured"}'),
)
"""Answers of whatever stands between a browser and the API: status, media type, body."""
LANGUAGES = {"en": "en-GB", "zh": "zh-CN"}


class Visit:
    """A page and everything it said and asked for.

    `refused`: paths whose refusals are the point of the test, or beginnings of them that end in a slash.
    """

    def __init__(self, context: BrowserContext, address: str, refused: tuple[str, ...] = ()):
        self.context, self.address, self.refused = context, address, refused
        self.complaints, self.asked, self.deaf = list[str](), list[str](), False
        self.waiting = set[Request]()
        self.page: Page = context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._asks)
        self.page.on("requestfinished", self._answered)
        self.page.on("requestfailed", self._answered)
        self.page.goto(address)

    def see(self, text: str | re.Pattern[str]) -> None:
        """Waits until `text` can be read."""
        expect(self.page.get_by_text(text).first).to_be_visible(timeout=PATIENCE_MS)

    def answered(self) -> None:
        """Waits until nothing that was asked for is without an answer: a session that ends would refuse it, rightly."""
        for _ in range(PATIENCE_MS // 50):
            if not self.waiting:
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(sorted(one.url for one in self.waiting))

    def shot(self, name: str) -> Path:
        """Into `build/screens/`, the whole page."""
        path = SCREENS / f"{name}.png"
        with self._unheard():
            self.page.screenshot(path=path, animations="disabled", full_page=True)
        return path

    def barriers(self) -> list[tuple[str, list[str]]]:
        """What axe-core finds, WCAG 2.2 AA included: rule and elements."""
        with self._unheard():
            self.page.evaluate(AXE.read_text())
            found = self.page.evaluate("axe.run({ resultTypes: ['violations'] })")
        return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]]

    def width(self) -> int:
        """How wide the page is, in CSS pixels: more than the viewport means scrolling sideways."""
        return int(self.page.evaluate("document.documentElement.scrollWidth"))

    def elsewhere(self) -> set[str]:
        """Other hosts that the page asked."""
        return {urlsplit(url).netloc for url in self.asked} - {urlsplit(self.address).netloc, ""}

    @contextmanager
    def _unheard(self) -> Iterator[None]:
        """What the tools of the tests do to a page is no complaint of the page's."""
        self.deaf = True
        yield
        self.page.wait_for_timeout(50)
        self.deaf = False

    def _asks(self, request: Request) -> None:
        self.asked.append(request.url)
        self.waiting.add(request)

    def _answered(self, request: Request) -> None:
        self.waiting.discard(request)

    def _heard(self, message: ConsoleMessage) -> None:
        """Chromium itself writes an error for every answer of 400 and more, also where that is the point."""
        path = urlsplit(message.location["url"]).path
        on_purpose = any(path == one or (one.endswith("/") and path.startswith(one)) for one in self.refused)
        if self.deaf or message.type not in ("error", "warning") or "blocked by Playwright" in message.text:
            return
        if not (message.text.startswith("Failed to load") and on_purpose):
            self.complaints.append(f"{message.text} {message.location}")


def context(browser: Browser, language: str = "en", size: dict[str, int] | None = None, **more: Any) -> BrowserContext:
    """A browser of somebody who reads `language`, on a phone unless said otherwise; cookies and storage of its own.

    Without a service worker unless `service_workers="allow"`: what is tested is what lies here, not what was kept.
    """
    size = size or PHONE
    more.setdefault("service_workers", "block")
    return browser.new_context(viewport=size, locale=LANGUAGES[language], **more)  # type: ignore[arg-type]


def newcomer(local: dict[str, Any], funds: int = 0, language: str = "en", jurisdiction: str = "CN") -> Person:
    """Somebody of their own for a test, signed up through the API, with so much in their wallet."""
    person = stranger(language, jurisdiction)
    caller = Client(local["api"]).bearing(people.sign_up(Client(local["api"]), person)["access_token"])
    if funds:
        people.top_up(caller, people.wallets(caller)[0], funds, key=uuid.uuid4().hex)
    return person


def stranger(language: str = "en", jurisdiction: str = "CN") -> Person:
    """Somebody of their own for a test, who has not signed up yet."""
    number = uuid.uuid4().hex[:12]
    name = {"en": "Ann Example", "zh": "王小明"}[language]
    return Person(f"ann-{number}@test.example", f"ann likes {number}", name, language, jurisdiction)


def sign_in(visit: Visit, person: Person) -> None:
    """Through the screen, as anybody does."""
    page = visit.page
    page.locator("#identifier").fill(person.identifier)
    page.locator("#password").fill(person.password)
    page.keyboard.press("Enter")
    expect(page.locator("nav")).to_be_visible(timeout=PATIENCE_MS)


def in_between(page: Page, pattern: str, keys: list[str]) -> None:
    """Somebody else answers each of the first tries, and the keys of all are noted; then the API does."""

    def answer(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) > len(IN_BETWEEN):
            return route.continue_()
        status, kind, body = IN_BETWEEN[len(keys) - 1]
        return route.fulfill(status=status, content_type=kind, body=body)

    page.route(pattern, answer)


def tried(page: Page, keys: list[str], times: int) -> None:
    """Waits until so many tries have been made. A page whose tests only sleep is not answered."""

    def look() -> bool | None:
        page.wait_for_timeout(50)
        return len(keys) >= times or None

    people.wait_for(look, f"try {times}")


def swept(local: dict[str, Any]) -> None:
    """What comes every minute, now."""
    functions = stack.client("lambda", local["aws"]["endpoint"])
    functions.invoke(FunctionName=f"{places.STACK}-sweep", Payload=json.dumps(SCHEDULED))
