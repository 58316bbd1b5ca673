"""The tour of every screen: each language, mode, size and scheme with each screen, and by pairs with one another.

The tables of the pages say which screens there are. Whoever adds one with a parameter tells in `PLACES` how to get
there. Each visit lands in `build/screens/`, to be looked at.
"""

from __future__ import annotations

import itertools
import os
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import bonus_kit, console_kit, coupon_kit, kit, measuring, points_kit, reports_kit, verifying
from tests.browser.cast import Member, visit_as
from tests.screens import Screen, screens

MODES = ("standard", "easy", "social")
SCHEMES = ("light", "dark")
SIZES = ((360, 640), (390, 844), (768, 1024), (1280, 900))
DESKS = ((1280, 900), (1024, 768))
LOOKS = int(os.environ.get("LOOKS", "2"))
"""How often each screen is visited: `make screens` takes four."""
LEAST = {"standard": 44, "social": 44, "easy": 60, "console": 24, "till": 44, "status": 44}
"""CSS pixels of a target: WCAG 2.2 AA asks for 24, we for more where a thumb presses."""
SALE = "amount=2850&currency=CNY&reference=A-17"
PLACES: dict[str, Callable[[Member], str]] = {
    "app /pay/:id": lambda one: f"/pay/{one.checkout}",
    "app /topups/:id": lambda one: f"/topups/{one.topup}",
    "app /withdrawals/:id": lambda one: f"/withdrawals/{one.withdrawal}",
    "app /transfers/:id": lambda one: f"/transfers/{one.transfer}",
    "app /packets/:id": lambda one: f"/packets/{one.packet}",
    "app /bills/:id": lambda one: f"/bills/{one.bill}",
    "app /gift-cards": lambda one: f"/gift-cards?{one.gift}",
    "app /gift-cards/:id": lambda one: f"/gift-cards/{one.gift}",
    "app /family-cards": lambda one: f"/family-cards?{one.family_card}",
    "app /family-cards/:id": lambda one: f"/family-cards/{one.family_card}",
    "app /points/:id": lambda one: f"/points/{points_kit.programme(one.local)}",
    "app /cards/:id": lambda one: f"/cards/{one.card}",
    "app /shops/:id/cards": lambda one: f"/shops/{one.card and one.shop['id']}/cards",
    "app /credit/plans/:id": lambda one: f"/credit/plans/{one.plan}",
    "app /payments/:id/dispute": lambda one: f"/payments/{one.payment['id']}/dispute",
    "app /disputes/:id": lambda one: f"/disputes/{one.dispute}",
    "app /entries/:id": lambda one: f"/entries/{one.entry}",
    "app /inbox/:id": lambda one: f"/inbox/{one.notice}",
    "app /approvals/:id": lambda one: f"/approvals/{one.approval}",
    "app /me/verification/:kind": lambda one: "/me/verification/identity-document",
    "app /payments/:id": lambda one: f"/payments/{one.payment['id']}",
    "app /results/:id": lambda one: f"/results/{one.result['id']}",
    "console /reports/ask": lambda one: reports_kit.address({"measures": [reports_kit.COUNT]}),
    "console /reports/ready/:name": lambda one: "/reports/ready/funnel",
    "console /reports/saved/:id": lambda one: f"/reports/saved/{reports_kit.saved(one.api)}",
    "console /reports/imports/:id": lambda one: f"/reports/imports/{reports_kit.imported(one.api)}",
    "console /reports/answers/:id/:place": lambda one: reports_kit.row(one.local, one.api),
    "console /policies/:id": lambda one: f"/policies/{one.pack}",
    "console /people/:id": lambda one: f"/people/{one.local['people']['customers'][0]['user_id']}",
    "console /people/:id/documents": lambda one: f"/people/{one.local['people']['customers'][0]['user_id']}/documents",
    "console /screenings/:id": lambda one: f"/screenings/{verifying.possible_hit(one.local, one.api)}",
    "console /merchants/:id": lambda one: f"/merchants/{one.shop['id']}",
    "console /accounts/:id": lambda one: f"/accounts/{one.somebody.wallet['id']}",
    "console /movements/:id": lambda one: f"/movements/{one.somebody.payment['id']}",
    "console /checkouts/:id": lambda one: f"/checkouts/{one.somebody.checkout}",
    "console /cases/:id": lambda one: f"/cases/{one.case}",
    "console /payouts/:id": lambda one: f"/payouts/{console_kit.paid_out(one.local, one.api)[1]}",
    "console /coupons/:id": lambda one: f"/coupons/{coupon_kit.template(one.local)['id']}",
    "console /points/:id": lambda one: f"/points/{points_kit.programme(one.local)}",
    "console /topup-bonuses/:id": lambda one: f"/topup-bonuses/{bonus_kit.offer(one.local)['id']}",
    "console /reconciliations/:day": lambda one: f"/reconciliations/{one.reconciled}",
    "console /incidents/:id": lambda one: f"/incidents/{one.incident}",
    "console /reviews/:id": lambda one: f"/reviews/{console_kit.reviewed(one.local, one.api)}",
    "console /pages/:id/:code": lambda one: f"/pages/page_0/{uuid.uuid4()}",
    "status /incidents/:id": lambda one: f"/incidents/{one.told}",
    "status /confirm/:id/:code": lambda one: f"/confirm/sub_0/{uuid.uuid4()}",
    "status /end/:id/:code": lambda one: f"/end/sub_0/{uuid.uuid4()}",
    "till /charges/:id": lambda one: f"/charges/{uuid.uuid4()}",
    "till /refunds/:id": lambda one: f"/refunds/{uuid.uuid4()}",
    "till /checkouts/:id": lambda one: f"/checkouts/{one.order}",
    "till /scan": lambda one: f"/scan?{SALE}",
    "till /qr": lambda one: f"/qr?{SALE}",
    "till /payments/:id": lambda one: f"/payments/{one.sold['payment_id']}",
    "till /payments/:id/refund": lambda one: f"/payments/{one.sold['payment_id']}/refund",
    "till /office/settlements/:id": lambda one: f"/office/settlements/{one.sold['settlement_id']}",
    "till /stores/:id": lambda one: f"/stores/{one.store}",
    "till /office/webhooks": lambda one: f"/office/webhooks?{one.endpoint}",
    "till /office/webhooks/:id": lambda one: f"/office/webhooks/{one.endpoint}",
    "till /office/deposits": lambda one: f"/office/deposits?{one.deposit}",
    "till /office/staff": lambda one: f"/office/staff?{one.worker}",
    "till /office/tills": lambda one: f"/office/tills?{one.worker}",
}
"""Where a screen with a parameter is, for whoever visits it."""
REFUSED: dict[str, tuple[str, ...]] = {
    "console /accounts/:id": ("/v1/freezes/",),
    "console /incidents/:id": ("/v1/incidents/",),
    "console /merchants/:id": ("/v1/merchants/",),
    "till /office/payouts": ("/v1/merchants/",),
}
"""Paths of the API that a screen asks for and that may refuse: that is no complaint."""
EVERY = (*screens("app"), *screens("console"), *screens("till"), *screens("status"))


@dataclass(frozen=True)
class Look:
    language: str
    mode: str
    size: tuple[int, int]
    scheme: str

    def __str__(self) -> str:
        return f"{self.language}-{self.mode}-{self.size[0]}-{self.scheme}"


def looks(screen: Screen, number: int, most: int = LOOKS) -> list[Look]:
    """Different ones from screen to screen, so that all pairs come about among them."""
    sizes = DESKS if screen.area == "console" else SIZES
    modes = MODES if screen.area == "app" else MODES[:1]
    languages = tuple(kit.LANGUAGES)
    all_of_them = [
        Look(languages[(number + at) % 2], modes[(number + at) % len(modes)], size, SCHEMES[(number + at // 2) % 2])
        for at, size in enumerate(sizes)
    ]
    first = number // 2 % len(all_of_them)
    return (all_of_them[first:] + all_of_them[:first])[:most]


@pytest.fixture(scope="module")
def cast(local: dict[str, Any]) -> Callable[[str, str], Member]:
    members: dict[tuple[str, str], Member] = {}

    def one(area: str, mode: str) -> Member:
        return members.setdefault((area, mode), Member(local, area, mode))

    return one


def place(screen: Screen, member: Member) -> str:
    if ":" not in screen.pattern:
        return PLACES.get(str(screen), lambda one: screen.pattern)(member)
    assert str(screen) in PLACES, f"tell in PLACES how to get to {screen}"
    return PLACES[str(screen)](member)


@pytest.mark.parametrize(("number", "screen"), [*enumerate(EVERY)], ids=str)
def test_everybody_can_use_the_screen(
    browser: Browser, local: dict[str, Any], cast: Callable[[str, str], Member], number: int, screen: Screen
) -> None:
    found = {}
    for at, look in enumerate(looks(screen, number)):
        barriers = _visited(browser, local, cast(screen.area, look.mode), screen, look, walks=at == 0)
        found |= {str(look): barriers} if barriers else {}
    assert found == {}


def _visited(
    browser: Browser, local: dict[str, Any], member: Member, screen: Screen, look: Look, walks: bool
) -> list[object]:
    """Whatever is wrong with the screen as it looks there."""
    size = {"width": look.size[0], "height": look.size[1]}
    with kit.context(browser, look.language, size, color_scheme=look.scheme, reduced_motion="reduce") as context:
        visit_as(context, member.look() if screen.is_open else member.stored())
        address = f"{local['api']}/{screen.area}/#{place(screen, member)}"
        visit = kit.Visit(context, address, REFUSED.get(str(screen), ()))
        expect(visit.page.locator("main h1").first).to_be_visible(timeout=kit.PATIENCE_MS)
        expect(visit.page.locator(".waiting")).to_have_count(0, timeout=kit.PATIENCE_MS)
        visit.shot(f"{screen.area}{re.sub(r'[/:]+', '-', screen.pattern).rstrip('-')}-{look}")
        worn = visit.page.locator("html").get_attribute("data-mode") or "standard"
        return _barriers(visit, LEAST[screen.area if screen.area in LEAST else worn], walks)


def _barriers(visit: kit.Visit, least: int, walks: bool) -> list[object]:
    page = visit.page
    found: list[object] = [*visit.barriers(), *measuring.small_targets(page, least)]
    if visit.width() > page.viewport_size["width"]:  # type: ignore[index]
        found.append(f"scrolls sideways: {visit.width()} px wide")
    found += [f"a problem on arrival: {one}" for one in page.locator(".problem").all_inner_texts()]
    found += [f"no value of: {one}" for one in page.locator("dl > div:has(dd:empty) > dt").all_inner_texts()]
    found += measuring.keyboard_barriers(page) if walks else []
    return [*found, *visit.complaints, *visit.elsewhere()]


def test_every_pair_of_looks_is_visited() -> None:
    """Screens are enough for that from three on."""
    seen = [look for number, screen in enumerate(screens("app")) for look in looks(screen, number)]
    kinds = {"language": tuple(kit.LANGUAGES), "mode": MODES, "size": SIZES, "scheme": SCHEMES}
    for one, other in itertools.combinations(kinds, 2):
        pairs = {(getattr(look, one), getattr(look, other)) for look in seen}
        assert pairs == set(itertools.product(kinds[one], kinds[other])), f"{one} with {other}"
