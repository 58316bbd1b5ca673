"""The operators' console as whoever sits before it finds it: signing in, searching, giving reasons, exporting."""

from __future__ import annotations

import csv
import io
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyotp
from playwright.sync_api import Browser, Page, expect

from infra.local import demo_backup, people
from infra.local.client import Client
from tests.browser import kit

NOTE = "called from another phone"
STEP_SECONDS = people.STEP_SECONDS


_kept: dict[str, tuple[float, Any]] = {}
"""Who signed in, and when: a code of an authenticator is good once, and the next one comes in half a minute."""
KEPT_SECONDS = 300


@contextmanager
def console(browser: Browser, local: dict[str, Any], language: str = "en", **more: Any) -> Iterator[kit.Visit]:
    """The console as the seeded operator finds it, signed in."""
    at, state = _kept.get(local["api"], (0.0, None))
    known = state if time.monotonic() - at < KEPT_SECONDS else None
    with kit.context(browser, language, kit.DESK, accept_downloads=True, storage_state=known, **more) as context:
        visit = kit.Visit(context, local["api"] + "/console/", REFUSED)
        if known is None:
            enter(visit, local["people"]["operators"][0])
            _kept[local["api"]] = time.monotonic(), context.storage_state()
        expect(visit.page.locator("nav.places a").first).to_be_visible(timeout=kit.PATIENCE_MS)
        yield visit


REFUSED = ("/v1/sessions/second-factor",)
"""A code that another test has just used is refused: the next one is tried."""


def enter(visit: kit.Visit, operator: dict[str, str]) -> None:
    page = visit.page
    page.locator("#identifier").fill(operator["identifier"])
    page.locator("#password").fill(operator["password"])
    page.keyboard.press("Enter")
    expect(page.locator("#code")).to_be_visible(timeout=kit.PATIENCE_MS)
    for ahead in (0, 1, 1):
        page.locator("#code").fill(pyotp.TOTP(operator["totp_secret"]).at(int(time.time()) + ahead * STEP_SECONDS))
        page.keyboard.press("Enter")
        expect(page.locator("nav.places, .problem").first).to_be_visible(timeout=kit.PATIENCE_MS)
        if page.locator("nav.places").count():
            break
        page.wait_for_timeout(STEP_SECONDS * 1000 * ahead)
    expect(page.locator("nav.places a").first).to_be_visible(timeout=kit.PATIENCE_MS)
    expect(page.locator("#code")).to_have_count(0, timeout=kit.PATIENCE_MS)


def customer_who_paid(
    local: dict[str, Any], amount: int, begins: str = "C-", merchant: str = ""
) -> tuple[people.Person, dict[str, Any], str]:
    """Somebody new, what they paid (to the first shop unless told whom), and the order's reference."""
    person, reference = kit.newcomer(local, funds=50_000), begins + uuid.uuid4().hex[:10]
    tokens = people.sign_in(Client(local["api"]), person) or {}
    phone, merchant = Client(local["api"]).bearing(tokens["access_token"]), merchant or _first_shop(local)
    wallet = people.wallets(phone)[0]
    order = {"wallet_id": wallet["id"], "merchant_id": merchant, "amount": amount, "currency": wallet["currency"]}
    paid = phone.insist("/v1/payments", order | {"order_reference": reference}, key=reference).expect(201)
    return person, paid, reference


def _first_shop(local: dict[str, Any]) -> str:
    return str(local["people"]["merchants"][0]["id"])


def shop_that_sold(local: dict[str, Any], operator: Client, amount: int) -> str:
    """A merchant of its own, since a payout takes all that is there; what it sold is settled."""
    shop = str(people.open_shop(operator, people.Shop(f"Payee {uuid.uuid4().hex[:6]}"))["id"])
    customer_who_paid(local, amount, merchant=shop)
    settled = f"/v1/merchants/{shop}/settlements"
    people.wait_for(lambda: operator.get(settled).json["data"] or None, "the settlement of what was sold")
    return shop


def paid_out(local: dict[str, Any], operator: Client) -> tuple[str, str]:
    """A merchant on terms, and a payout to it that its bank refuses: the same ones for every test."""
    if local["api"] not in _paid_out:
        shop = shop_that_sold(local, operator, 10_102)
        operator.send("PUT", f"/v1/merchants/{shop}/payout-terms/CNY", TERMS).expect(200)
        payout = operator.insist(f"/v1/merchants/{shop}/payouts", {"currency": "CNY"}, key=shop).expect(201)
        _paid_out[local["api"]] = shop, str(payout["id"])
    return _paid_out[local["api"]]


TERMS = {
    "schedule": "daily", "reserve": 40, "bank_account": "DE89370400440532013000", "reason": "agreed with the merchant",
}  # fmt: skip
_paid_out: dict[str, tuple[str, str]] = {}


def search(page: Page, text: str) -> None:
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def heading(page: Page, text: str) -> None:
    expect(page.locator("main h1")).to_have_text(text, timeout=kit.PATIENCE_MS)


def reason(page: Page, label: str, word: str = "") -> None:
    """Fills the dialog that asks why, and confirms."""
    page.locator("#reason").fill(label)
    go = page.locator("dialog form > button")
    if word:
        expect(go).to_be_disabled()
        page.locator("#word").fill(word)
    go.click()
    expect(page.locator("dialog")).to_have_count(0, timeout=kit.PATIENCE_MS)


def exported(page: Page) -> list[list[str]]:
    with page.expect_download() as downloading:
        page.keyboard.press("e")
    text = Path(downloading.value.path()).read_text(encoding="utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def token_of(visit: kit.Visit) -> str:
    return str(visit.page.evaluate("JSON.parse(localStorage['coffer.console.session']).access_token"))


def reviewed(local: dict[str, Any], api: Client) -> str:
    """The newest report of access that is written; the schedule's turn writes one if there is none."""
    for _ in range(20):
        found = api.get("/v1/reviews").expect(200)["data"]
        written = [one["id"] for one in found if one["state"] == "written"]
        if written:
            return str(written[0])
        demo_backup.turn(local, "review")
    raise AssertionError("no review was written")
