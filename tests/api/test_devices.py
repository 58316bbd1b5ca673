"""Devices: a new one is announced and watched, each is named, one or all are signed out, and one tap freezes."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.identity import device_tokens, entering, service
from chalicelib.identity.model_arrivals import Arrival, place_of
from chalicelib.identity.tokens import verified
from tests.api.caller import Caller, Reply, assert_problem
from tests.api.world import PASSWORD, Person, World, cheap_passwords
from tests.conftest import FrozenClock
from tests.people import at_rest, code_now, enrolled, outbox, refresh

pytestmark = pytest.mark.many_requests

PIN = "428571"
PARIS = {
    "CloudFront-Viewer-Latitude": "48.85",
    "CloudFront-Viewer-Longitude": "2.35",
    "CloudFront-Viewer-Country": "FR",
}
SHANGHAI = {
    "CloudFront-Viewer-Latitude": "31.23",
    "CloudFront-Viewer-Longitude": "121.47",
    "CloudFront-Viewer-Country": "CN",
}
ABOVE_AT_RISK, AT_RISK = 50_001, 50_000
"""Around the threshold at risk of the sandbox's pack for CNY and tier 0."""


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


@pytest.fixture
def ana(world: World) -> Person:
    return world.customer(5_000_000)


def enter(world: World, person: Person, device: str = "", token: str = "", **headers: str) -> Any:
    """The tokens of a new session, which the person's phone uses from now on: where they signed up, or a `device`."""
    shown = (
        {"device_name": device, "device_token": token} if device else {"device_token": person.tokens["device_token"]}
    )
    claim = {"identifier": person.identifier, "password": PASSWORD} | {key: text for key, text in shown.items() if text}
    reply = world.nobody.request("POST", "/v1/sessions", claim, headers)
    assert reply.status == 201, reply.raw
    person.phone = world.nobody.bearing(reply.json["access_token"])
    return reply.json


def inbox(person: Person) -> list[str]:
    return [notice["kind"] for notice in person.phone.get("/v1/me/notices").json["data"]]


def set_pin(phone: Caller) -> Reply:
    return phone.request("PUT", "/v1/me/payment-pin", {"pin": PIN, "password": PASSWORD})


def step_up(world: World, person: Person) -> Reply:
    reply = person.phone.post("/v1/me/step-up", {"method": "pin", "pin": PIN})
    if reply.status == 200:
        person.phone = world.nobody.bearing(reply.json["access_token"])
    return reply


def test_a_new_device_is_announced_once_with_its_name_time_and_country(world: World, ana: Person) -> None:
    enter(world, ana)
    assert inbox(ana) == []
    for _ in range(2):
        enter(world, ana, "canary laptop", **{"User-Agent": "Laptop", **PARIS})
    assert inbox(ana) == ["new_device"]
    said = [message["body"] for message in outbox(ana.identifier) if "country" in message["body"]]
    assert len(said) == 1
    assert "canary laptop, 22 Nov 2026, 16:00 (China time), country FR" in said[0]
    assert "canary laptop" not in at_rest()
    assert "48.85" not in at_rest()


@pytest.mark.parametrize(("known", "expected"), [(True, []), (False, ["new_device"])])
def test_what_a_device_shows_counts_more_than_what_it_calls_itself(
    world: World, ana: Person, clock: FrozenClock, known: bool, expected: list[str]
) -> None:
    user = service.profile(ana.id)
    shown = device_tokens.token(user.id if known else "usr_somebody", clock.now())
    entering.let_in(user, Arrival("another browser" if known else "", device_token=shown), clock.now())
    assert inbox(ana) == expected


def test_what_calls_itself_as_the_owners_device_is_announced_unless_it_shows_a_token_of_ours(
    world: World, ana: Person, clock: FrozenClock
) -> None:
    same = {"User-Agent": "Canary phone"}
    for days, expected in ((0, 1), (0, 1), (1, 2), (0, 2)):
        clock.advance(days * 86_400)
        enter(world, ana, **same)
        world.nobody.request("POST", "/v1/sessions", {"identifier": ana.identifier, "password": PASSWORD}, same)
        assert inbox(ana).count("new_device") == expected


def test_a_second_sign_in_is_as_risky_as_the_first_and_is_not_announced_again(world: World, ana: Person) -> None:
    thief = {"User-Agent": "Evil"}
    for amount in (ABOVE_AT_RISK, ABOVE_AT_RISK + 1):
        enter(world, ana, "laptop", **thief)
        assert_problem(ana.pay(amount), 403, "step-up-required")
        assert_problem(set_pin(ana.phone), 403, "step-up-required")
    assert inbox(ana) == ["new_device"]


def test_who_copies_what_a_device_calls_itself_is_at_risk_all_the_same(world: World, ana: Person) -> None:
    claim = {"identifier": ana.identifier, "password": PASSWORD}
    ana.phone = world.nobody.bearing(world.nobody.post("/v1/sessions", claim).json["access_token"])
    assert_problem(ana.pay(ABOVE_AT_RISK), 403, "step-up-required")
    stolen = world.customer().tokens["device_token"]
    ana.phone = world.nobody.bearing(
        world.nobody.post("/v1/sessions", claim | {"device_token": stolen}).json["access_token"]
    )
    assert_problem(ana.pay(ABOVE_AT_RISK), 403, "step-up-required")


def test_a_device_is_known_a_day_after_its_token_was_first_given_however_often_it_was_given_again(
    world: World, ana: Person, clock: FrozenClock
) -> None:
    token = ""
    for seconds, expected in ((1, 403), (86_399, 403), (1, 201)):
        clock.advance(seconds)
        token = enter(world, ana, "laptop", token)["device_token"]
        assert ana.pay(ABOVE_AT_RISK).status == expected
    assert inbox(ana) == ["new_device"]


def test_the_device_of_the_sign_up_is_known_from_the_beginning(world: World, ana: Person, clock: FrozenClock) -> None:
    clock.advance(60)
    assert enter(world, ana)["device_token"] == ana.tokens["device_token"]
    assert ana.pay(ABOVE_AT_RISK).status == 201


def test_a_second_factor_makes_a_device_known_at_once(world: World, ana: Person) -> None:
    secret = enrolled(ana.phone, PASSWORD)
    asked = world.nobody.post("/v1/sessions", {"identifier": ana.identifier, "password": PASSWORD}).json["challenge"]
    answer = {"challenge": asked, "method": "totp", "code": code_now(secret, 1)}
    laptop = world.nobody.with_headers(user_agent="Laptop")
    ana.phone = world.nobody.bearing(laptop.post("/v1/sessions/second-factor", answer).json["access_token"])
    assert ana.pay(ABOVE_AT_RISK).status == 201
    assert "new_device" in inbox(ana), "announced all the same"


def test_where_nobody_can_have_come_from_is_not_what_the_next_one_is_measured_by(
    world: World, ana: Person, clock: FrozenClock
) -> None:
    enter(world, ana, **PARIS)
    clock.advance(3600)
    for _ in range(2):
        enter(world, ana, **SHANGHAI)
        assert_problem(ana.pay(ABOVE_AT_RISK), 403, "step-up-required")
    enter(world, ana, **PARIS)
    assert ana.pay(ABOVE_AT_RISK).status == 201


def test_a_journey_too_fast_is_believed_to_a_second_factor_for_the_next_time(
    world: World, ana: Person, clock: FrozenClock
) -> None:
    enter(world, ana, **PARIS)
    clock.advance(3600)
    arrival = Arrival("", place=place_of({name.lower(): text for name, text in SHANGHAI.items()}))
    for risky in (True, False):
        given = entering.let_in(service.profile(ana.id), arrival, clock.now(), proved=True)
        assert verified(given.access_token, clock.now()).risk is risky


def test_a_device_name_that_would_be_a_link_is_written_without_it(world: World, ana: Person) -> None:
    enter(world, ana, "http://evil.test", **{"User-Agent": "Evil"})
    assert "http" not in "".join(message["body"] for message in outbox(ana.identifier)).replace("http•", "")


def test_on_a_new_device_more_than_a_little_takes_a_step_up_which_ends_the_risk(world: World, ana: Person) -> None:
    set_pin(ana.phone)
    tokens = enter(world, ana, "laptop")
    assert ana.pay(AT_RISK).status == 201
    assert_problem(ana.pay(ABOVE_AT_RISK, key="k"), 403, "step-up-required")
    assert step_up(world, ana).status == 200
    assert ana.pay(ABOVE_AT_RISK, key="k").status == 201
    ana.phone = world.nobody.bearing(refresh(world.nobody, tokens["refresh_token"]).json["access_token"])
    assert ana.pay(ABOVE_AT_RISK + 1).status == 201, "the session is not at risk any more"


def test_the_risk_of_a_new_device_is_over_after_a_day_and_stays_over_a_refresh(
    world: World, ana: Person, clock: FrozenClock
) -> None:
    tokens = enter(world, ana, "laptop")
    for hours, expected in ((23, 403), (1, 201)):
        clock.advance(hours * 3600)
        tokens = refresh(world.nobody, tokens["refresh_token"]).json
        ana.phone = world.nobody.bearing(tokens["access_token"])
        assert ana.pay(ABOVE_AT_RISK).status == expected


def test_on_a_new_device_the_password_sets_up_no_proof_of_its_own(world: World, ana: Person) -> None:
    """Whoever came in with the password would step up with a PIN of their own."""
    enter(world, ana, "laptop")
    assert_problem(set_pin(ana.phone), 403, "step-up-required")
    assert_problem(ana.phone.post("/v1/me/totp", {"password": PASSWORD}), 403, "step-up-required")
    mine = {"password": PASSWORD}
    assert_problem(ana.phone.post("/v1/me/passkeys/options", mine), 403, "step-up-required")
    assert set_pin(world.nobody.bearing(ana.tokens["access_token"])).status == 204, "where they signed up"
    assert step_up(world, ana).status == 200
    assert ana.phone.post("/v1/me/totp", {"password": PASSWORD}).status == 201


def test_on_a_new_device_nobody_fetches_my_archive_or_silences_what_warns_me(world: World, ana: Person) -> None:
    asked = ana.phone.post("/v1/me/exports").json["id"]
    device = {"push_token": "canary push", "platform": "ios", "name": "phone"}
    pushes = ana.phone.post("/v1/me/devices", device).json["id"]
    ana.phone.patch("/v1/me/preferences", {"phrase": "tall trees"})
    ana.phone.patch("/v1/me/preferences", {"phrase": "low hills"})
    kept = ana.phone.get("/v1/me/trash").json["data"][0]["id"]
    world.sweep()
    enter(world, ana, "laptop")
    assert_problem(ana.phone.post(f"/v1/me/trash/{kept}/restore"), 403, "step-up-required")
    assert_problem(ana.phone.delete(f"/v1/me/devices/{pushes}"), 403, "step-up-required")
    for wish in ({"phrase": "thief"}, {"notices": {"security.email": False}}, {"notices": {"money.push": False}}):
        assert_problem(ana.phone.patch("/v1/me/preferences", wish), 403, "step-up-required")
    assert_problem(ana.phone.post("/v1/me/exports"), 403, "step-up-required")
    assert_problem(ana.phone.get(f"/v1/me/exports/{asked}"), 403, "step-up-required")
    for harmless in (
        {"ui_mode": "easy"},
        {"notices": {"money.email": True, "security.email": True, "family.sms": False}},
    ):
        assert ana.phone.patch("/v1/me/preferences", harmless).status == 200
    assert set_pin(world.nobody.bearing(ana.tokens["access_token"])).status == 204
    assert step_up(world, ana).status == 200
    assert ana.phone.patch("/v1/me/preferences", {"phrase": "tall trees"}).status == 200
    assert ana.phone.get(f"/v1/me/exports/{asked}").status == 200


@pytest.mark.parametrize(("hours", "expected"), [(1, 403), (13, 201)])
def test_nobody_travels_faster_than_an_airliner(
    world: World, ana: Person, clock: FrozenClock, hours: int, expected: int
) -> None:
    enter(world, ana, **PARIS)
    assert ana.pay(ABOVE_AT_RISK).status == 201
    clock.advance(hours * 3600)
    enter(world, ana, **SHANGHAI)
    assert ana.pay(ABOVE_AT_RISK).status == expected


def test_without_word_from_the_cdn_nobody_travels(world: World, ana: Person, clock: FrozenClock) -> None:
    for headers in (PARIS, {}, {"CloudFront-Viewer-Latitude": "x", "CloudFront-Viewer-Longitude": "y"}):
        enter(world, ana, **headers)
        clock.advance(1)
        assert ana.pay(ABOVE_AT_RISK, confirm_duplicate=True).status == 201


def test_a_device_is_given_a_name_by_its_owner_only(world: World, ana: Person) -> None:
    session = enter(world, ana)["session_id"]
    named = ana.phone.patch(f"/v1/sessions/{session}", {"device_name": " canary phone "})
    assert (named.status, named.json["device_name"], named.json["current"]) == (200, "canary phone", True)
    assert "canary phone" in [one["device_name"] for one in ana.phone.get("/v1/sessions").json["data"]]
    assert "canary phone" not in at_rest()
    bob = world.customer()
    for path in (f"/v1/sessions/{session}", "/v1/sessions/ses_x"):
        assert_problem(bob.phone.patch(path, {"device_name": "mine"}), 404, "not-found")
    hidden = ana.phone.patch(f"/v1/sessions/{session}", {"device_name": "a\0b"})
    assert_problem(hidden, 422, "invalid-request", "device_name")


def test_signing_out_everywhere_ends_every_session_and_stops_payments_at_once(world: World, ana: Person) -> None:
    sessions = [ana.tokens, *(enter(world, ana) for _ in range(3))]
    bob = world.customer(1_000)
    phones = [world.nobody.bearing(tokens["access_token"]) for tokens in sessions]
    assert phones[1].delete("/v1/sessions").status == 204
    for tokens, ana.phone in zip(sessions, phones, strict=True):
        assert_problem(ana.pay(100), 401, "invalid-token")
        assert refresh(world.nobody, tokens["refresh_token"]).status == 401
    assert bob.pay(100).status == 201
    enter(world, ana)
    assert ana.pay(100).status == 201
    assert "signed_out_everywhere" in inbox(ana)


def test_one_tap_on_another_phone_freezes_and_the_refusal_says_by_whom(world: World, ana: Person) -> None:
    enter(world, ana)
    other = world.nobody.bearing(ana.tokens["access_token"])
    assert [other.post("/v1/me/freeze").status for _ in range(2)] == [204, 204]
    refused = ana.pay(100)
    problem = assert_problem(refused, 409, "wallet-frozen")
    assert problem["reason"] == "by-owner"
    assert problem["title"] == "You froze this wallet yourself. No money has moved."
    chinese = ana.phone.with_headers(accept_language="zh").post("/v1/payments", ana.order(100), idempotency_key="zh")
    assert chinese.json["title"].startswith("您已自行冻结此钱包")
    shown = ana.phone.get("/v1/wallets").json["data"][0]
    assert (shown["status"], shown["reason"]) == ("frozen", "You froze it yourself.")
    assert ana.phone.get(f"/v1/wallets/{ana.wallet}", accept_language="zh").json["reason"] == "您已自行冻结。"
    assert inbox(ana) == ["frozen"], "told once"
    world.put_in(ana, 50)
    assert ana.available == 5_000_050


def test_a_freeze_is_taken_back_with_a_step_up_only(world: World, ana: Person) -> None:
    set_pin(ana.phone)
    ana.phone.post("/v1/me/freeze")
    assert_problem(ana.phone.delete("/v1/me/freeze"), 403, "step-up-required")
    step_up(world, ana)
    assert [ana.phone.delete("/v1/me/freeze").status for _ in range(2)] == [204, 204]
    assert ana.pay(100).status == 201
    assert sorted(inbox(ana)) == ["frozen", "pin_set", "thawed"]


def test_what_others_froze_stays_frozen_with_its_reason(world: World, ana: Person) -> None:
    from chalicelib.ledger import service as ledger

    set_pin(ana.phone)
    step_up(world, ana)
    ledger.impose(ana.wallet, "under review", world.clock.now())
    ana.phone.post("/v1/me/freeze")
    assert ana.phone.delete("/v1/me/freeze").status == 204
    assert_problem(ana.pay(100), 409, "wallet-frozen")
    assert ledger.head(ana.wallet).reason == "under review"


def test_a_phone_that_was_signed_out_takes_no_freeze_back(world: World, ana: Person) -> None:
    set_pin(ana.phone)
    step_up(world, ana)
    thief = ana.phone
    enter(world, ana)
    ana.phone.post("/v1/me/freeze")
    ana.phone.delete("/v1/sessions")
    assert_problem(thief.delete("/v1/me/freeze"), 401, "invalid-token")
    enter(world, ana)
    assert_problem(ana.pay(100), 409, "wallet-frozen")
