"""A week before a bonus runs out its owner is reminded: once of each, in their language, by the ways that they want."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.identity import telling
from chalicelib.kernel import clock as kernel_clock
from chalicelib.ledger import cards
from chalicelib.notices import service as notices
from chalicelib.payments import card_ending
from tests.api import card_kit
from tests.api.card_kit import buy, offer, pay
from tests.api.world import Person, Shop, World
from tests.people import all_items, outbox

pytestmark = pytest.mark.many_requests

KIND, DAY = "reminder_card_bonus", 86_400


@pytest.fixture
def shop(world: World) -> Shop:
    return card_kit.shop(world)


@pytest.fixture
def ana(world: World) -> Person:
    return world.customer(50_000)


def told(person: Person) -> list[Any]:
    """Newest first."""
    return [one for one in notices.inbox(person.id, None, 50)[0] if one.kind == KIND]


def until_reminded(card: dict[str, Any], lot: int = 0) -> float:
    """Seconds from now."""
    ends = kernel_clock.read(card["lots"][lot]["expires_at"] if "lots" in card else card["bonus_expires_at"])
    return (ends - timedelta(days=7) - kernel_clock.now()).total_seconds()


def test_the_owner_is_told_once_and_not_before(world: World, shop: Shop, ana: Person) -> None:
    card = buy(ana, offer(shop)).json
    world.clock.advance(until_reminded(card) - 1)
    world.sweep()
    assert told(ana) == []
    for seconds in (1, 60, DAY):
        world.clock.advance(seconds)
        world.sweep()
        (notice,) = told(ana)
    assert notice.params == {
        "payee": "Tea Room", "amount": 2_000, "currency": "CNY", "until": card["bonus_expires_at"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("language", "title"),
    [("en", "A bonus of ¥20.00 at Tea Room ends soon"), ("zh", "您在 Tea Room 的 ¥20.00 赠送金即将到期")],
)
def test_it_is_said_in_their_language_by_every_way_they_want(
    world: World, shop: Shop, ana: Person, language: str, title: str
) -> None:
    ana.phone.patch("/v1/me", {"locale": language})
    card = buy(ana, offer(shop)).json
    world.clock.advance(until_reminded(card))
    world.sweep()
    assert outbox(ana.identifier)[-1]["subject"] == title
    ana.sign_in()
    inbox = ana.phone.get("/v1/me/notices", accept_language=language).json["data"]
    (shown,) = [one for one in inbox if one["kind"] == KIND]
    assert shown["title"] == title


def test_whoever_switched_reminders_off_is_not_reminded(world: World, shop: Shop, ana: Person) -> None:
    switched = {f"reminders.{way}": False for way in ("inbox", "email", "sms", "push")}
    assert ana.phone.patch("/v1/me/preferences", {"notices": switched}).status == 200
    card = buy(ana, offer(shop)).json
    before = len(outbox(ana.identifier))
    world.clock.advance(until_reminded(card))
    world.sweep()
    assert (told(ana), len(outbox(ana.identifier))) == ([], before)


def test_what_was_spent_meanwhile_is_not_told_of_and_what_is_left_is(world: World, shop: Shop) -> None:
    ana, bob = world.customer(50_000), world.customer(50_000)
    plan = offer(shop)
    spent, kept = buy(ana, plan).json, buy(bob, plan).json
    assert (pay(ana, spent, 2_000).status, pay(bob, kept, 500).status) == (201, 201)
    world.clock.advance(until_reminded(kept))
    world.sweep()
    assert told(ana) == []
    assert [one.params["amount"] for one in told(bob)] == [1_500]


def test_each_lot_has_its_own_reminder_and_its_own_end(world: World, shop: Shop, ana: Person) -> None:
    buy(ana, offer(shop, bonus=500, bonus_expires_days=12))
    card = buy(ana, offer(shop, bonus=700, bonus_expires_days=15)).json
    lots = ana.phone.get(f"/v1/cards/{card['id']}").json
    amounts = []
    for seconds in (until_reminded(lots), 3 * DAY, 4 * DAY, 3 * DAY):
        world.clock.advance(seconds)
        world.sweep()
        amounts.append([one.params["amount"] for one in told(ana)])
    assert amounts == [[500], [700, 500], [700, 500], [700, 500]]
    (kept,) = [one for one in all_items("ledger") if one["sk"]["S"] == "CARD"]
    assert "due_key" not in kept and kept["lots"]["L"] == []


def test_a_payment_in_between_loses_no_reminder(world: World, shop: Shop, ana: Person) -> None:
    """It writes anew what the card is due for, a moment before the sweep would have come."""
    card = buy(ana, offer(shop)).json
    world.clock.advance(until_reminded(card) + 1)
    ana.sign_in()
    assert pay(ana, card, 300).status == 201
    world.sweep()
    assert [one.params["amount"] for one in told(ana)] == [1_700]


def test_who_dies_between_telling_and_writing_tells_no_second_time(
    world: World, shop: Shop, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = buy(ana, offer(shop)).json
    world.clock.advance(until_reminded(card))
    with monkeypatch.context() as patch:
        patch.setattr(cards, "reminding", lambda *given: 1 / 0)
        world.sweep()
    sent = len(outbox(ana.identifier))
    world.clock.advance(60)
    assert card_ending.remind(card["id"], world.clock.now()) is True
    assert (len(told(ana)), len(outbox(ana.identifier))) == (1, sent)
    assert card_ending.remind(card["id"], world.clock.now()) is False


def test_who_cannot_be_told_is_told_by_the_next_sweep(
    world: World, shop: Shop, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = buy(ana, offer(shop)).json
    world.clock.advance(until_reminded(card))
    with monkeypatch.context() as patch:
        patch.setattr(telling, "tell_id", lambda *given, **more: 1 / 0)
        world.sweep()
    assert told(ana) == []
    world.sweep()
    assert len(told(ana)) == 1


def test_a_bonus_shorter_than_the_notice_is_not_reminded_of_and_still_runs_out(
    world: World, shop: Shop, ana: Person
) -> None:
    card = buy(ana, offer(shop, bonus=500, bonus_expires_days=3)).json
    world.clock.advance(1)
    world.sweep()
    assert told(ana) == []
    world.clock.advance(4 * DAY)
    world.sweep()
    ana.sign_in()
    assert card_kit.holds(ana, card) == (10_000, 0)
    assert told(ana) == []


def test_a_bonus_without_an_end_is_never_due(world: World, shop: Shop, ana: Person) -> None:
    card = buy(ana, offer(shop, bonus_expires_days=None)).json
    world.clock.advance(3_000 * DAY)
    assert cards.due(world.clock.now()) == []
    assert card_ending.remind(card["id"], world.clock.now()) is False
