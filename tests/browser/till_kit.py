"""A till as whoever stands at it finds it: signed in, before customers with payment codes."""

from __future__ import annotations

import json
import random
import string
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, expect

from infra.local import people
from infra.local.client import Client
from infra.local.people import Person
from tests.browser import cast, kit, purse

CASHIER = ("payments", "checkouts")
MANAGER = (*CASHIER, "refunds", "reports", "stores", "staff")
OWNER = (*MANAGER, "payouts", "keys", "cards")


def session(shop: dict[str, Any], scopes: tuple[str, ...] = OWNER, role: str = "owner") -> dict[str, str]:
    """Of localStorage, as `shared/session.js` keeps it."""
    about = {"merchant_id": shop["id"], "merchant_name": shop["name"], "role": role, "scopes": scopes}
    about |= {"currencies": shop["currencies"], "store_id": "", "store_name": ""}
    held = {"access_token": shop["api_key"], "session_id": "key_test", "subject": shop["id"], "about": about}
    return {"coffer.till.session": json.dumps(held)}


def new_shop(local: dict[str, Any], *currencies: str) -> dict[str, Any]:
    """Of its own for a test, with a key that may do everything."""
    known = currencies or ("CNY",)
    shop = people.open_shop(operator(local), people.Shop(f"Shop {letters()}", known))
    key = operator(local).insist(f"/v1/merchants/{shop['id']}/keys", {"scopes": OWNER}).expect(201)["key"]
    return {**shop, "currencies": list(known), "api_key": key}


def letters() -> str:
    """A name that no other has; its digits could be taken for a code in the message that invites somebody."""
    return "".join(random.choices(string.ascii_lowercase, k=8))


def operator(local: dict[str, Any]) -> Client:
    """Signed in once for all tests: a code of an authenticator is good once."""
    return _operators.setdefault(local["api"], cast.Member(local, "console")).api


_operators: dict[str, cast.Member] = {}


@contextmanager
def at_the_till(
    browser: Browser,
    shop: dict[str, Any],
    local: dict[str, Any],
    language: str = "en",
    size: dict[str, int] | None = None,
    **more: Any,
) -> Iterator[kit.Visit]:
    stored = session(shop, more.pop("scopes", OWNER), more.pop("role", "owner"))
    refused = more.pop("refused", ())
    with kit.context(browser, language, size or kit.SMALL_PHONE, **more) as context:
        context.add_init_script(f"Object.assign(localStorage, {json.dumps(stored)})")
        yield kit.Visit(context, local["api"] + "/till/", refused)


def hired(local: dict[str, Any], shop: dict[str, Any], person: Person, role: str, **more: Any) -> None:
    people.hire(operator(local), purse.owner(local, person), shop, person, role, **more)


def enter(visit: kit.Visit, person: Person) -> None:
    """Through the screen, as anybody does."""
    visit.page.locator("#identifier").fill(person.identifier)
    visit.page.locator("#password").fill(person.password)
    visit.page.keyboard.press("Enter")


def code_of(local: dict[str, Any], person: Person) -> str:
    """Eighteen digits that they show, on a device of their own."""
    caller = purse.owner(local, person)
    wallet = people.wallets(caller)[0]["id"]
    return str(caller.insist("/v1/payment-codes", {"wallet_id": wallet}).expect(201)["code"])


def type_amount(page: Page, keys: str) -> None:
    for key in keys:
        page.locator(f".keys button[data-key='{key}']").click()


def charged(page: Page, keys: str, code: str) -> None:
    """From the first screen: the amount, the button, and what a hand scanner types."""
    type_amount(page, keys)
    page.locator(".keypad > button.main").click()
    expect(page.locator("#code")).to_be_focused(timeout=kit.PATIENCE_MS)
    page.keyboard.type(code)


def till_client(local: dict[str, Any], shop: dict[str, Any]) -> Client:
    return Client(local["api"], shop["api_key"])
