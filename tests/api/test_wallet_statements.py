"""A month of a wallet on paper: it adds up as its JSON does, and reads in both languages."""

from __future__ import annotations

import re

import pytest

from chalicelib.kernel import pdf
from chalicelib.kernel.paper import RIGHT
from tests.api.caller import Reply
from tests.api.paper_kit import Piece, pages_of, texts_of
from tests.api.test_standing import indebted
from tests.api.world import Person, World

pytestmark = pytest.mark.many_requests

_TITLES = [("en", "Statement of 2026-11"), ("zh-CN", "2026-11 账单")]


def printed(person: Person, language: str = "en", month: str = "2026-11") -> Reply:
    path = f"/v1/wallets/{person.wallet}/statements/{month}?format=pdf"
    return person.phone.get(path, accept_language=language)


def lived(world: World) -> Person:
    """A month with all that a statement tells apart."""
    ana = world.customer(10_000)
    paid = ana.pay(1_250).json["id"]
    world.shop.act(paid, "refunds", {"amount": 250})
    ana.pay(700, capture="manual")
    return ana


def sums(pieces: list[Piece]) -> list[int]:
    """What stands at the right edge, in minor units."""
    at_the_edge = [one for one in pieces if one.text and abs(one.x + pdf.width(one.text, one.size) - RIGHT) < 1]
    return [int(re.sub(r"[¥.,]", "", one.text)) for one in at_the_edge if "¥" in one.text]


@pytest.mark.parametrize(("language", "title"), _TITLES)
def test_opening_and_what_came_and_went_are_closing_in_both_languages(world: World, language: str, title: str) -> None:
    ana = lived(world)
    reply = printed(ana, language)
    assert reply.headers["content-type"] == "application/pdf"
    assert title in texts_of(reply.raw)
    opening, came, went, closing, held, *rows = sums(pages_of(reply.raw)[0])
    assert opening + came + went == closing == ana.available
    assert opening + sum(rows) == closing
    assert held == 700


def test_the_paper_says_what_the_json_says(world: World) -> None:
    ana = lived(world)
    told = ana.phone.get(f"/v1/wallets/{ana.wallet}/statements/2026-11").json
    pages = pages_of(printed(ana).raw)
    rows = sums(pages[0])[5:]
    assert rows == [one["amount"] for one in told["entries"] if one["amount"]]
    numbers = [piece.text for piece in pages[0]]
    for one in told["entries"]:
        assert any(text.startswith(one["movement_id"]) for text in numbers)


def test_a_long_name_and_reference_stay_within_their_columns(world: World) -> None:
    ana = world.customer(10_000)
    ana.pay(100, order_reference="W" * 64)
    for piece in pages_of(printed(ana).raw)[0]:
        assert piece.x + pdf.width(piece.text, piece.size) < RIGHT + 5


def test_every_entry_of_a_busy_month_is_on_one_of_its_pages(world: World) -> None:
    ana = world.customer(10_000)
    for number in range(30):
        world.put_in(ana, 100 + number)
    pages = pages_of(printed(ana).raw)
    assert len(pages) > 1
    heads = sums(pages[0])[:4]
    rows = [amount for page in pages for amount in sums(page)[4:]]
    assert heads == [0, 10_000 + sum(100 + number for number in range(30)), 0, ana.available]
    assert rows == [10_000, *(100 + number for number in range(30))]


def test_what_is_owed_is_said_and_nothing_where_nothing_is(world: World) -> None:
    ana, label = world.customer(), "Owed at the end"
    assert label not in texts_of(printed(ana).raw)
    indebted(world, ana, 500)
    texts = texts_of(printed(ana).raw)
    assert texts[texts.index(label) + 1] == "¥5.00"


def test_somebody_elses_is_not_found(world: World) -> None:
    ana, bob = world.customer(100), world.customer(100)
    path = f"/v1/wallets/{ana.wallet}/statements/2026-11?format=pdf"
    assert bob.phone.get(path).status == 404
