"""Back to the shop after paying: by an address that only we can have made, and that says how it went."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from tests.api.caller import Caller
from tests.api.world import Person, World, cheap_passwords
from tests.conftest import FrozenClock
from tests.people import at_rest

pytestmark = pytest.mark.many_requests

SHOP = "https://tea.example/thanks?table=7"


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    monkeypatch.setattr("standardwebhooks.webhooks.datetime", _Clock(clock))
    return World(clock)


class _Clock:
    """The library looks at the time itself."""

    def __init__(self, clock: FrozenClock) -> None:
        self._clock = clock

    def now(self, tz: object = None) -> object:
        return self._clock.now()

    def fromtimestamp(self, seconds: float, tz: object = None) -> object:
        from datetime import UTC, datetime

        return datetime.fromtimestamp(seconds, UTC)


def secret_of(caller: Caller, merchant_id: str, **body: int) -> str:
    reply = caller.post(f"/v1/merchants/{merchant_id}/return-secret", dict(body))
    assert reply.status == 201, reply.raw
    return str(reply.json["secret"])


def bought(world: World, person: Person, amount: int = 700) -> str:
    checkout = str(world.shop.checkout(amount, return_url=SHOP)["id"])
    assert person.pay_checkout(checkout).status == 201
    return checkout


def way_back(person: Person, checkout: str) -> str:
    reply = person.phone.get(f"/v1/checkouts/{checkout}/return")
    assert reply.status == 200, reply.raw
    return str(reply.json["return_to"])


def verified(secret: str, address: str, **forged: str) -> dict[str, str]:
    """As docs/how-to/take-a-checkout.md does it."""
    said = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()} | forged
    headers = {
        "webhook-id": said["checkout_id"],
        "webhook-timestamp": said["timestamp"],
        "webhook-signature": said["signature"],
    }
    body = json.dumps({"status": said["status"]}, separators=(",", ":"))
    found: dict[str, str] = Webhook(secret).verify(body, headers)
    return found


def test_whoever_paid_is_sent_back_with_what_the_official_library_verifies(world: World) -> None:
    ana, secret = world.customer(5_000), secret_of(world.operator, world.shop.id)
    checkout = bought(world, ana)
    address = way_back(ana, checkout)
    assert address.startswith(SHOP + "&checkout_id=" + checkout)
    assert verified(secret, address) == {"status": "paid"}
    for forged in ({"status": "open"}, {"checkout_id": world.shop.checkout(9)["id"]}, {"timestamp": "1"}):
        with pytest.raises(WebhookVerificationError):
            verified(secret, address, **forged)


def test_a_new_secret_signs_beside_the_old_one_for_a_day(world: World) -> None:
    ana, old = world.customer(5_000), secret_of(world.operator, world.shop.id)
    checkout, new = bought(world, ana), secret_of(world.operator, world.shop.id)
    both = way_back(ana, checkout)
    assert [verified(secret, both)["status"] for secret in (old, new)] == ["paid", "paid"]
    world.clock.advance(24 * 3600)
    ana.sign_in()
    later = way_back(ana, checkout)
    assert verified(new, later) == {"status": "paid"}
    with pytest.raises(WebhookVerificationError):
        verified(old, later)


def test_one_that_is_made_twice_cuts_nobody_off(world: World) -> None:
    ana, first = world.customer(5_000), secret_of(world.operator, world.shop.id)
    checkout = bought(world, ana)
    lost, second = (secret_of(world.operator, world.shop.id, overlap_hours=24) for _ in range(2))
    address = way_back(ana, checkout)
    assert [verified(secret, address)["status"] for secret in (first, lost, second)] == ["paid"] * 3


def test_a_deposit_that_went_back_is_not_said_to_be_paid(world: World) -> None:
    ana, ben, secret = world.customer(9_000), world.customer(), secret_of(world.operator, world.shop.id)
    given_back, forgotten = (
        str(world.shop.checkout(amount, return_url=SHOP, capture="manual")["id"]) for amount in (700, 800)
    )
    held = [ana.pay_checkout(one).json["id"] for one in (given_back, forgotten)]
    assert verified(secret, way_back(ana, given_back)) == {"status": "paid"}
    assert world.shop.act(held[0], "void").status == 201
    world.clock.advance(8 * 86_400)
    world.sweep()
    for person in (ana, ben):
        person.sign_in()
    for one in (given_back, forgotten):
        assert verified(secret, way_back(ana, one)) == {"status": "voided"}
        for caller in (world.shop.till, ana.phone, ben.phone):
            assert caller.get(f"/v1/checkouts/{one}").json["status"] == "voided"


def test_what_an_address_says_by_our_names_is_said_once_and_by_us(world: World) -> None:
    ana, secret = world.customer(5_000), secret_of(world.operator, world.shop.id)
    own = "https://tea.example/thanks?status=open&table=%E8%8C%B6&checkout%5Fid=1&signature=x#top"
    checkout = str(world.shop.checkout(700, return_url=own)["id"])
    assert ana.pay_checkout(checkout).status == 201
    address = way_back(ana, checkout)
    said = parse_qs(urlsplit(address).query)
    assert {name: len(values) for name, values in said.items()} == dict.fromkeys(said, 1)
    assert address.startswith("https://tea.example/thanks?table=%E8%8C%B6&checkout_id=" + checkout)
    assert verified(secret, address) == {"status": "paid"}


def test_a_part_of_a_shared_checkout_leads_back_with_how_it_stands(world: World) -> None:
    ana, secret = world.customer(5_000), secret_of(world.operator, world.shop.id)
    checkout = world.shop.checkout(900, return_url=SHOP, split={"max_payers": 2})["id"]
    assert ana.pay_checkout(checkout, amount=400).status == 201
    assert verified(secret, way_back(ana, checkout)) == {"status": "open"}
    assert ana.pay_checkout(checkout, amount=500).status == 201
    assert verified(secret, way_back(ana, checkout)) == {"status": "paid"}


def test_nobody_else_is_led_anywhere_and_without_a_secret_nothing_is_signed(world: World) -> None:
    ana, ben = world.customer(5_000), world.customer(5_000)
    checkout = bought(world, ana)
    without = world.shop.checkout(500)["id"]
    assert ana.pay_checkout(without).status == 201
    refused = [one.phone.get(f"/v1/checkouts/{which}/return") for one, which in ((ben, checkout), (ana, without))]
    assert [reply.status for reply in refused] == [404, 404]
    assert way_back(ana, checkout) == SHOP


def test_the_secret_is_kept_sealed_and_made_by_who_may_keep_keys(world: World) -> None:
    secret = secret_of(world.operator, world.shop.id)
    assert secret.startswith("whsec_") and secret not in at_rest()
    assert world.shop.till.post(f"/v1/merchants/{world.shop.id}/return-secret", {}).status == 403
    assert world.customer().phone.post(f"/v1/merchants/{world.shop.id}/return-secret", {}).status == 403
