"""What rules look for is told by production: each of these finds what people do through the API, and generated traffic
shows the rules no more of a happening than that."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator

import pytest

from chalicelib import cloud, happenings
from chalicelib.processors import wire
from chalicelib.risk.model_seen import MONEY, Seen, of_happening
from chalicelib.settings import settings
from tests.api import risk_kit as kit
from tests.api.topup_kit import Till
from tests.api.world import PASSWORD, Person, World, cheap_passwords, fresh_key
from tests.bench import risk_traffic
from tests.conftest import FrozenClock

pytestmark = pytest.mark.many_requests
VIEWER = "cloudfront-viewer-country"


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    cheap_passwords(monkeypatch)
    made = World(clock)
    before = wire.use(Till(made.nobody).transport)
    yield made
    wire.use(before)


def score(world: World) -> None:
    world.gather()
    world.score()


def heard() -> list[Seen]:
    """What the queue holds; it is empty then."""
    found, queues, url = [], cloud.client("sqs"), settings().happened_queue_url
    while messages := queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            found += [of_happening(one) for one in json.loads(message["Body"]).get("happened", [])]
            queues.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found


def reveal(world: World, person: Person) -> None:
    world.clock.advance(1)
    wish = {"field": "identifier", "reason": "asked to be called back"}
    assert world.operator.post(f"/v1/people/{person.id}/reveals", wish).status == 200


def sign_in(world: World, person: Person, country: str, token: str = "") -> None:
    world.clock.advance(60)
    claim = {"identifier": person.identifier, "password": PASSWORD} | ({"device_token": token} if token else {})
    reply = world.nobody.request("POST", "/v1/sessions", claim, {VIEWER: country})
    assert reply.status == 201, reply.raw
    person._bear(reply.json)


def top_up(world: World, person: Person, method: str) -> None:
    world.clock.advance(60)
    body = {"wallet_id": person.wallet, "amount": 5_000, "currency": "CNY", "method": method, "processor": "stripe"}
    reply = person.phone.post("/v1/topups", body, idempotency_key=fresh_key())
    assert reply.status == 201, reply.raw


def test_an_operator_who_opens_many_contacts_is_found_though_each_is_of_another_person(world: World) -> None:
    people = [world.customer() for _ in range(3)]
    for number in range(15):
        reveal(world, people[number % 3])
    score(world)
    (one,) = [found for found in kit.open_ones() if found.rules == ["reveal-spree"]]
    assert one.score.seen.person == happenings.pseudonym(world.operator_id)


def test_four_cards_on_one_device_are_found(world: World) -> None:
    kit.turn(world, "many-cards-one-device")
    ana = world.customer()
    for number in range(4):
        top_up(world, ana, f"pm_card_visa{number}")
    score(world)
    assert [found.rules for found in kit.open_ones()] == [["many-cards-one-device"]]


def test_four_people_on_one_device_are_found_whoever_it_was_given_to_first(world: World) -> None:
    kit.turn(world, "many-cards-one-device")
    people = [world.customer() for _ in range(4)]
    for person in people:
        sign_in(world, person, "CN", people[0].tokens["device_token"])
        top_up(world, person, "card")
    score(world)
    assert [found.rules for found in kit.open_ones()] == [["many-cards-one-device"]]


def test_two_countries_within_an_hour_on_two_devices_are_found(world: World) -> None:
    kit.turn(world, "impossible-travel")
    ana = world.customer()
    sign_in(world, ana, "CN", ana.tokens["device_token"])
    sign_in(world, ana, "FR")
    score(world)
    assert [found.rules for found in kit.all_noted()] == [["impossible-travel"]]


def test_without_a_country_of_the_address_nobody_has_travelled(world: World) -> None:
    kit.turn(world, "impossible-travel")
    ana = world.customer()
    ana.sign_in()
    sign_in(world, ana, "FR")
    mine = [one for one in heard() if one.kind == "sign-in" and one.person == happenings.pseudonym(ana.id)]
    assert [(one.region, bool(one.device)) for one in mine] == [("", True), ("FR", True)]


def test_generated_happenings_show_no_more_than_those_that_are_told(world: World) -> None:
    ana = world.customer()
    sign_in(world, ana, "CN", ana.tokens["device_token"])
    world.nobody.post("/v1/sessions", {"identifier": ana.identifier, "password": "wrong horse battery"})
    reveal(world, ana)
    top_up(world, ana, "pm_card_visa")
    told, made = shown(heard()), shown(risk_traffic.traffic(1, 60, 6).events)
    assert {"sign-in", "reveal", "top-up-started"} <= told.keys() & made.keys()
    for kind in told.keys() & made.keys() - MONEY:
        assert made[kind] <= told[kind], kind


def shown(events: list[Seen]) -> dict[str, set[str]]:
    """Of each kind, the fields that any event of it has."""
    found: dict[str, set[str]] = defaultdict(set)
    for one in events:
        names = ("person", "merchant", "device", "region", "processor", "card")
        found[one.kind] |= {name for name in names if getattr(one, name)}
    return found
