"""A backup can cut a transaction in half. Whatever half of it is there, a restore ends as if it had been made, or as if
it had not, or it refuses; it never believes a balance (invariant 16)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

import app
from chalicelib import cloud
from chalicelib.ledger import audit
from chalicelib.ledger.wire import plain_item
from chalicelib.operations import judging, reading
from chalicelib.operations.model_drills import Judgement
from chalicelib.operations.store_books import Books
from chalicelib.transfers import packets
from chalicelib.transfers import service as transfers
from tests.api import card_kit, coupon_kit, family_kit, split_kit, torn_rewards, transfer_kit
from tests.api.world import Person, World
from tests.concurrency import books as other_books
from tests.concurrency.findings import Findings

pytestmark = pytest.mark.many_requests

Key = tuple[str, str, str]
Everything = Mapping[Key, Mapping[str, Any]]
ESSENCE = {
    "HEAD": ("available", "held", "debt", "status"),
    "MOVEMENT": ("state", "amount", "captured", "refundable", "settled_by", "reversed_total"),
    "ALLOWANCE": ("allowance",),
    "LINES": ("lines",),
    "CARD": ("lots",),
    "BONUS": ("lots",),
    "CARDS": ("cards",),
    "CHECKOUT": ("status", "payment_id"),
    "COUPON": ("state", "payment", "returned"),
    "POINTS": ("lots",),
    "SPENT": ("lots",),
    "FAMILY": ("counted", "status"),
    "GIFT": ("card",),
    "CREDIT": ("lots",),
    "LOT": ("left", "state"),
}


def names() -> dict[str, str]:
    return {table: reading.full_name(table) for table in reading.tables()}


def everything() -> dict[Key, Mapping[str, Any]]:
    return {
        (table, one["pk"]["S"], one["sk"]["S"]): one
        for table, name in names().items()
        for one in reading.everything(name)
    }


def put_back(wanted: Everything) -> None:
    """All tables as they were then."""
    here = everything()
    for table, pk, sk in here.keys() - wanted.keys():
        key = {"pk": {"S": pk}, "sk": {"S": sk}}
        cloud.client("dynamodb").delete_item(TableName=names()[table], Key=key)
    for key, one in wanted.items():
        if here.get(key) != one:
            cloud.client("dynamodb").put_item(TableName=names()[key[0]], Item=one)


def essence(found: Everything) -> dict[Key, Any]:
    """Where the money is, and what was done; not when an account moved last, nor what still waits."""
    told: dict[Key, Any] = {}
    for key, one in found.items():
        if key[0] == "journal":
            told[key] = plain_item(one)
        elif key[0] in ("ledger", "merchants") and (kind := key[2].partition("#")[0]) in ESSENCE:
            plain = plain_item(one)
            told[key] = {name: plain.get(name) for name in ESSENCE[kind]}
    return told


def judged(world: World, *, undoes: bool = True) -> Judgement:
    return judging.judge(Books(names()), world.clock.now(), undoes=undoes)


@dataclass
class Cut:
    """All there was before one transaction, and after it."""

    before: dict[Key, Mapping[str, Any]]
    after: dict[Key, Mapping[str, Any]]

    @property
    def written(self) -> list[Key]:
        return sorted(
            key for key in self.before.keys() | self.after.keys() if self.before.get(key) != self.after.get(key)
        )

    def torn(self, arrived: set[Key]) -> dict[Key, Mapping[str, Any]]:
        """Only what `arrived` of it is as after."""
        kept = {key: one for key, one in self.before.items() if key not in arrived}
        return kept | {key: self.after[key] for key in arrived if key in self.after}


def _held(world: World, ana: Person) -> str:
    return str(ana.pay(800, reference="held", capture="manual").json["id"])


def _taken(world: World, ana: Person) -> str:
    paid = str(ana.pay(900, reference="taken").json["id"])
    world.deliver()
    return paid


def _captured(world: World, ana: Person) -> Callable[[], object]:
    payment = _held(world, ana)
    return lambda: world.shop.act(payment, "capture", {"amount": 500})


def _voided(world: World, ana: Person) -> Callable[[], object]:
    payment = _held(world, ana)
    return lambda: world.shop.act(payment, "void")


def _refunded(world: World, ana: Person) -> Callable[[], object]:
    payment = _taken(world, ana)
    return lambda: world.shop.act(payment, "refunds", {"amount": 300})


def _settled(world: World, ana: Person) -> Callable[[], object]:
    for amount in (310, 320):
        ana.pay(amount, reference=f"order {amount}")
    event = world.messages_of_settlement()
    return lambda: app.settle(event, None)


def _checked_out(world: World, ana: Person) -> Callable[[], object]:
    checkout = world.shop.checkout(700)["id"]
    return lambda: ana.pay_checkout(checkout)


def _card_bought(world: World, ana: Person) -> Callable[[], object]:
    plan = card_kit.offer(card_kit.shop(world))
    return lambda: card_kit.buy(ana, plan)


def _card_paid(world: World, ana: Person) -> Callable[[], object]:
    plan = card_kit.offer(card_kit.shop(world))
    card = card_kit.buy(ana, plan).json
    return lambda: card_kit.pay(ana, card, 3_000)


def _transferred(world: World, ana: Person) -> Callable[[], object]:
    ben = world.customer()
    transfer_kit.acquainted(world, ana, ben)
    check = transfer_kit.look(ana, ben.identifier).json["payee_check"]
    return lambda: transfer_kit.pass_on(ana, check)


def _put_aside(world: World, ana: Person) -> Callable[[], object]:
    check = transfer_kit.look(ana, "friend@example.com").json["payee_check"]
    return lambda: transfer_kit.pass_on(ana, check)


def _arrived(world: World, ana: Person) -> Callable[[], object]:
    sent = transfer_kit.send(ana, world.customer().identifier).json["id"]
    world.clock.advance(transfer_kit.DAY_SECONDS + 1)
    return lambda: transfers.go_on(sent, world.clock.now())


def _called_back(world: World, ana: Person) -> Callable[[], object]:
    sent = transfer_kit.send(ana, world.customer().identifier).json["id"]
    return lambda: transfer_kit.cancel(ana, sent)


def _coupon_paid(world: World, ana: Person) -> Callable[[], object]:
    mine = coupon_kit.given(world, ana)
    return lambda: coupon_kit.pay(ana, mine, 3_000)


def _coupon_refunded(world: World, ana: Person, amount: int = 3_000) -> Callable[[], object]:
    paid = _coupon_paid(world, ana)()
    return lambda: world.shop.act(paid.json["id"], "refunds", {"amount": amount})  # type: ignore[attr-defined]


def _packet_sent(world: World, ana: Person) -> Callable[[], object]:
    return lambda: transfer_kit.packet(ana, 1_000, 3)


def _packet_opened(world: World, ana: Person) -> Callable[[], object]:
    made = transfer_kit.packet(world.customer(5_000), 1_000, 3).json
    return lambda: transfer_kit.open_packet(ana, made)


def _packet_ended(world: World, ana: Person) -> Callable[[], object]:
    made = transfer_kit.packet(ana, 1_000, 3).json
    found = packets.ledger.movement(made["id"])
    world.clock.advance(transfer_kit.DAY_SECONDS + 1)
    free = packets.Places(found, range(3))
    return lambda: packets._give_back(found, [0, 1, 2], free, world.clock.now())


def _part_paid(world: World, ana: Person) -> Callable[[], object]:
    maker = world.customer()
    transfer_kit.introduced(world, ana, maker)
    split = split_kit.asked(maker, [ana])
    return lambda: split_kit.pay(ana, split, 4_000)


def _card_lent(world: World, ana: Person) -> Callable[[], object]:
    card_id = family_kit.given(family_kit.giver(world), ana)
    return lambda: family_kit.pay(ana, card_id, 900)


def _card_lent_and_refunded(world: World, ana: Person) -> Callable[[], object]:
    paid = _card_lent(world, ana)()
    world.deliver()
    return lambda: world.shop.act(paid.json["id"], "refunds", {"amount": 300})  # type: ignore[attr-defined]


STORIES: dict[str, Callable[[World, Person], Callable[[], object]]] = {
    "top-up": lambda world, ana: lambda: world.put_in(ana, 1_000),
    "payment": lambda world, ana: lambda: ana.pay(700),
    "checkout": _checked_out,
    "authorisation": lambda world, ana: lambda: _held(world, ana),
    "capture": _captured,
    "void": _voided,
    "refund": _refunded,
    "settlement": _settled,
    "transfer": _transferred,
    "transfer-scheduled": _put_aside,
    "transfer-completed": _arrived,
    "transfer-cancelled": _called_back,
    "red-packet": _packet_sent,
    "red-packet-claim": _packet_opened,
    "red-packet-return": _packet_ended,
    "gift-card": torn_rewards.gift_bought,
    "gift-card-claim": torn_rewards.gift_claimed,
    "gift-card-return": torn_rewards.gift_cancelled,
    "bonus-payment": torn_rewards.bonus_paid,
    "bill-split-payment": _part_paid,
    "card-purchase": _card_bought,
    "card-payment": _card_paid,
    "family-payment": _card_lent,
    "family-refund": _card_lent_and_refunded,
    "coupon-payment": _coupon_paid,
    "coupon-refund": _coupon_refunded,
    "points-earned": torn_rewards.points_earned,
    "points-payment": torn_rewards.points_paid,
    "points-refund": torn_rewards.points_returned,
    "points-redemption": torn_rewards.points_redeemed,
    "coupon-refund-of-a-part": lambda world, ana: _coupon_refunded(world, ana, 1_000),
}


def cut(world: World, story: str) -> Cut:
    """Something happened before, as always."""
    ana = world.customer(50_000)
    ana.pay(100, reference="earlier")
    world.deliver()
    act = STORIES[story](world, ana)
    world.clock.advance(1)
    before = everything()
    act()
    return Cut(before, everything())


@pytest.mark.parametrize("story", STORIES)
def test_what_is_whole_passes_before_and_after(world: World, story: str) -> None:
    found = cut(world, story)
    assert len(found.written) >= 3
    for whole in (found.before, found.after):
        put_back(whole)
        judgement = judged(world)
        assert (judgement.verdict, judgement.findings) == ("passed", ())
        assert everything() == whole


@pytest.mark.parametrize("story", STORIES)
def test_whatever_half_is_there_it_was_made_or_it_was_not_or_it_is_refused(world: World, story: str) -> None:
    found = cut(world, story)
    ends = [essence(found.before), essence(found.after)]

    @settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(some.sets(some.sampled_from(found.written)))
    def torn_anywhere(arrived: set[Key]) -> None:
        put_back(found.torn(arrived))
        judgement = judged(world)
        if judgement.verdict == "refused":
            return
        assert audit.trial_balance().balanced
        told = Findings("torn")
        other_books.audit(told, other_books.whole())
        assert [claim.line for claim in told.claims.values() if claim.broken] == []
        assert essence(everything()) in ends
        again = judged(world)
        assert (again.verdict, again.findings) == ("passed", ())

    torn_anywhere()


MONEY = ("payment", "authorisation", "capture", "void", "refund")


@pytest.mark.parametrize("story", MONEY)
def test_a_movement_with_its_entry_is_completed_though_no_balance_has_moved(world: World, story: str) -> None:
    found = cut(world, story)
    arrived = {
        key for key in found.written if key[0] == "journal" or (key[2] == "MOVEMENT" and key not in found.before)
    }
    put_back(found.torn(arrived))
    judgement = judged(world)
    assert judgement.verdict == "repaired", judgement.findings
    assert essence(everything()) == essence(found.after)


@pytest.mark.parametrize("story", MONEY)
@pytest.mark.parametrize("there", ["journal", "MOVEMENT"])
def test_an_entry_without_its_movement_and_a_movement_without_its_entry_are_taken_back(
    world: World, story: str, there: str
) -> None:
    found = cut(world, story)
    new = {key for key in found.written if key not in found.before}
    lost = {key for key in new if (key[2] == "MOVEMENT" if there == "journal" else key[0] == "journal")}
    put_back(found.torn({key for key in found.written if key not in lost and key[0] in ("ledger", "journal")}))
    judgement = judged(world)
    assert judgement.verdict == "repaired", judgement.findings
    assert {one.remedy for one in judgement.findings if one.what == "transaction-torn"} == {"undone"}
    assert essence(everything()) == essence(found.before)


def test_what_something_else_names_is_not_taken_back(world: World) -> None:
    found = cut(world, "payment")
    (movement,) = (key for key in found.written if key[2] == "MOVEMENT")
    told = {"pk": {"S": "usr_x"}, "sk": {"S": "INBOX#1"}, "params": {"S": json.dumps({"payment": movement[1]})}}
    put_back(found.torn({movement}) | {("notices", "usr_x", "INBOX#1"): told})
    judgement = judged(world)
    assert judgement.verdict == "refused"
    assert ("transaction-torn", "refused") in [(one.what, one.remedy) for one in judgement.findings]


def test_where_others_write_nothing_is_taken_back(world: World) -> None:
    found = cut(world, "payment")
    put_back(found.torn({key for key in found.written if key[2] == "MOVEMENT"}))
    assert judged(world, undoes=False).verdict == "refused"
    assert everything().keys() >= {key for key in found.written if key[2] == "MOVEMENT"}


def test_an_older_gap_is_damage_and_is_refused(world: World) -> None:
    found = cut(world, "payment")
    world.clock.advance(3_600)
    put_back(found.torn({key for key in found.written if key[0] == "journal"}))
    judgement = judged(world)
    assert judgement.verdict == "refused"
    assert {one.what for one in judgement.findings} >= {"control-off", "head-off"}
