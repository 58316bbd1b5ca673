"""A till to buy from, and what the API itself says of somebody's money: the judge of every screen that moves any."""

from __future__ import annotations

from collections import Counter
from typing import Any

from playwright.sync_api import Page, expect

from infra.local import people
from infra.local.client import Client
from infra.local.people import Person
from tests.browser import kit


def till(local: dict[str, Any]) -> Client:
    return Client(local["api"], local["people"]["merchants"][0]["api_key"])


def checkout(local: dict[str, Any], amount: int, reference: str = "order-1", **more: Any) -> dict[str, Any]:
    wish = {"amount": amount, "currency": "CNY", "order_reference": reference, **more}
    opened: dict[str, Any] = till(local).insist("/v1/checkouts", wish).expect(201)
    return opened


def owner(local: dict[str, Any], person: Person) -> Client:
    """On another device."""
    tokens = people.sign_in(Client(local["api"]), person)
    assert tokens is not None
    return Client(local["api"], tokens["access_token"])


def entries(local: dict[str, Any], person: Person) -> list[dict[str, Any]]:
    """Newest first."""
    caller = owner(local, person)
    wallet = people.wallets(caller)[0]
    found: list[dict[str, Any]] = caller.get(f"/v1/wallets/{wallet['id']}/entries?limit=100").expect(200)["data"]
    return found


def paid(local: dict[str, Any], person: Person) -> Counter[str]:
    """How often each order was paid, by the API's own account."""
    return Counter(one["order_reference"] for one in entries(local, person) if one["kind"] == "payment")


def show(visit: kit.Visit, path: str, title: str) -> Page:
    """The screen at `path`, once its heading is there."""
    visit.page.evaluate("path => { location.hash = path }", path)
    titled(visit, title)
    return visit.page


def titled(visit: kit.Visit, title: str) -> None:
    expect(visit.page.locator("h1")).to_have_text(title, timeout=kit.PATIENCE_MS)
