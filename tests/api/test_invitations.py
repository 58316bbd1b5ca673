"""Money for somebody who has no account yet: it waits, they are told, and it comes to them or goes back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib.ledger import acquaintance, audit
from chalicelib.ledger import service as ledger
from tests.api.caller import assert_problem
from tests.api.transfer_kit import DAY_SECONDS, HOUR, cancel, look, seen, send
from tests.api.world import Person, World
from tests.people import outbox

pytestmark = pytest.mark.many_requests


@pytest.fixture
def ana(world: World) -> Iterator[Person]:
    yield world.customer(50_000)
    world.deliver()
    assert audit.trial_balance().balanced


def test_somebody_without_an_account_is_invited_once_and_the_money_comes_when_they_sign_up(
    world: World, ana: Person
) -> None:
    contact = "new.friend@example.com"
    found = look(ana, contact, name="Carla").json
    assert (found["invitation"], found["match"], found["reason"]) == (True, "none", "invitation")
    sent = send(ana, contact, 3_000).json
    assert (sent["status"], sent["invitation"], sent["name"]) == ("scheduled", True, "n***@example.com")
    for _ in range(2):
        world.deliver()
    invited = [one for one in outbox(contact) if "¥30.00" in one["subject"]]
    assert len(invited) == 1
    assert "A***" in invited[0]["subject"]
    carla = joined(world, contact)
    world.clock.advance(DAY_SECONDS + 1)
    world.sweep()
    ana.sign_in()
    assert seen(ana, sent["id"])["status"] == "completed"
    assert ledger.head(carla).available == 3_000
    assert acquaintance.known(ana.wallet, carla)


def joined(world: World, contact: str, jurisdiction: str = "CN") -> str:
    world.clock.advance(1)
    wish = {"identifier": contact, "password": "correct horse battery staple", "display_name": "Carla"}
    assert world.nobody.post("/v1/users", wish | {"locale": "en", "jurisdiction": jurisdiction}).status == 202
    proof = {"identifier": contact, "code": world.code_of(contact)}
    welcome = world.nobody.post("/v1/users/verify", proof).json
    return str(welcome["user"]["wallets"][0])


def test_whoever_signs_up_later_has_it_within_minutes(world: World, ana: Person) -> None:
    contact = "late.friend@example.com"
    sent = send(ana, contact, 3_000).json["id"]
    world.clock.advance(DAY_SECONDS + 1)
    for _ in range(3):
        world.sweep()
        world.clock.advance(300)
    carla = joined(world, contact)
    world.clock.advance(300)
    world.sweep()
    assert (ledger.movement(sent)["state"], ledger.head(carla).available) == ("completed", 3_000)


@pytest.mark.parametrize("jurisdiction", ["", "DE"])
def test_what_nobody_claims_within_72_hours_comes_back(world: World, ana: Person, jurisdiction: str) -> None:
    contact = "no.friend@example.com"
    sent = send(ana, contact, 3_000).json["id"]
    if jurisdiction:
        joined(world, contact, jurisdiction)
    world.clock.advance(72 * HOUR - 60)
    world.sweep()
    assert ledger.movement(sent)["state"] == "scheduled"
    world.clock.advance(61)
    world.sweep()
    ana.sign_in()
    back = seen(ana, sent)
    assert (back["status"], back["return_reason"], ana.available) == ("returned", "unclaimed", 50_000)
    world.deliver()
    assert "came back" in ana.phone.get("/v1/me/notices").json["data"][0]["title"]


def test_an_invitation_can_be_cancelled(world: World, ana: Person) -> None:
    sent = send(ana, "some.body@example.com", 3_000).json["id"]
    assert cancel(ana, sent).json["status"] == "cancelled"
    joined(world, "some.body@example.com")
    world.clock.advance(3 * DAY_SECONDS)
    world.sweep()
    assert ledger.movement(sent)["state"] == "cancelled"


def test_nobodys_telephone_is_flooded_with_invitations(world: World, ana: Person) -> None:
    contact = "popular@example.com"
    for _ in range(5):
        assert send(ana, contact, 10).status == 201
    refused = send(ana, contact, 10)
    assert_problem(refused, 429, "too-many-requests")
    assert ana.available == 49_950
