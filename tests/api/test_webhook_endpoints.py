"""Where a merchant's server is told things: who may say so, how many, what is shown once, and what is kept sealed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.kernel import ids
from chalicelib.merchants import addresses, delivering, store_endpoints
from tests.api import merchant_callers
from tests.api.caller import Caller, assert_problem
from tests.api.merchant_callers import new_merchant, till_of
from tests.conftest import FrozenClock
from tests.people import all_items, at_rest

pytestmark = pytest.mark.many_requests

URL = "https://hooks.tea.example/coffer?token=canary"
WISH = {"url": URL, "event_types": ["payment.captured", "payment.captured", "payout.failed"], "description": "till 3"}


@pytest.fixture
def nobody(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Caller:
    return merchant_callers.nobody(monkeypatch)


@pytest.fixture
def merchant(nobody: Caller) -> dict[str, Any]:
    return new_merchant(nobody)


@pytest.fixture
def keeper(nobody: Caller, merchant: dict[str, Any]) -> Caller:
    return till_of(nobody, merchant["id"], ["keys", "reports"])


def path(merchant: dict[str, Any], endpoint: str = "", what: str = "") -> str:
    return f"/v1/merchants/{merchant['id']}/webhook-endpoints" + (f"/{endpoint}" if endpoint else "") + what


def made(keeper: Caller, merchant: dict[str, Any]) -> dict[str, Any]:
    reply = keeper.post(path(merchant), WISH)
    assert reply.status == 201, reply.raw
    return dict(reply.json)


def test_a_secret_is_shown_when_it_is_made_and_never_again(keeper: Caller, merchant: dict[str, Any]) -> None:
    endpoint = made(keeper, merchant)
    secret = endpoint.pop("secret")
    assert secret.startswith("whsec_") and len(secret) == 50
    assert endpoint == {
        "id": endpoint["id"],
        "merchant_id": merchant["id"],
        "url": URL,
        "event_types": ["payment.captured", "payout.failed"],
        "description": "till 3",
        "state": "enabled",
        "created_at": "2026-11-22T08:00:00.000000Z",
        "disabled_reason": None,
        "disabled_at": None,
        "failing_since": None,
        "old_secret_ends_at": None,
    }
    assert keeper.get(path(merchant, endpoint["id"])).json == endpoint
    assert keeper.get(path(merchant)).json == {"data": [endpoint], "has_more": False, "next_cursor": None}
    rotated = keeper.post(path(merchant, endpoint["id"], "/rotate"), {}).json
    assert rotated["old_secret_ends_at"] == "2026-11-23T08:00:00.000000Z"
    assert rotated["secret"] != secret


def test_what_may_be_secret_is_sealed_wherever_it_is_kept(keeper: Caller, merchant: dict[str, Any]) -> None:
    endpoint = made(keeper, merchant)
    new = keeper.post(path(merchant, endpoint["id"], "/rotate"), {}).json["secret"]
    kept = at_rest()
    assert [text for text in (endpoint["secret"], new, "canary", "till 3") if text in kept] == []
    assert "hooks.tea.example" in json.dumps(all_items("audit"))


def test_a_merchant_has_five_at_most_and_one_that_is_removed_makes_room(
    keeper: Caller, merchant: dict[str, Any], clock: FrozenClock
) -> None:
    known = []
    for _ in range(5):
        known.append(made(keeper, merchant)["id"])
        clock.advance(1)
    refused = keeper.post(path(merchant), WISH)
    assert (refused.status, refused.json["code"], refused.json["state"]) == (409, "invalid-state", "too-many")
    assert keeper.delete(path(merchant, known[0])).status == 204
    assert_problem(keeper.delete(path(merchant, known[0])), 404, "not-found")
    assert keeper.post(path(merchant), WISH).status == 201
    assert [one["id"] for one in keeper.get(path(merchant)).json["data"]][1:] == known[:0:-1]


def test_what_is_left_out_of_a_change_stays(keeper: Caller, merchant: dict[str, Any]) -> None:
    endpoint = made(keeper, merchant)
    one = path(merchant, endpoint["id"])
    changed = keeper.patch(one, {"event_types": ["checkout.paid"], "state": "disabled"}).json
    assert (changed["event_types"], changed["url"], changed["description"]) == (["checkout.paid"], URL, "till 3")
    assert (changed["state"], changed["disabled_reason"]) == ("disabled", "by-hand")
    assert keeper.patch(one, {}).json == changed
    assert (keeper.post(one + "/test").status, keeper.post(one + "/test").json["state"]) == (409, "disabled")
    enabled = keeper.patch(one, {"state": "enabled", "url": "https://two.tea.example:8443/"}).json
    assert (enabled["state"], enabled["disabled_at"], enabled["url"]) == (
        "enabled",
        None,
        "https://two.tea.example:8443/",
    )
    said = keeper.patch(one, {"description": "ask ann@example.com"}).json["description"]
    assert "example.com" not in said


@pytest.mark.parametrize(
    ("wrong", "param"),
    [
        ({"url": "http://hooks.tea.example/"}, "url"),
        ({"url": "https://169.254.169.254/latest"}, "url"),
        ({"url": "https://coffer.test/v1"}, "url"),
        ({"event_types": []}, "event_types"),
        ({"event_types": ["payment.made"]}, "event_types"),
        ({"description": "x" * 101}, "description"),
        ({"description": "a\u202eb"}, None),
        ({"secret": "whsec_AAAA"}, "secret"),
    ],
)
def test_a_wish_that_is_not_sound_is_refused_and_nothing_is_made(
    keeper: Caller, merchant: dict[str, Any], wrong: dict[str, Any], param: str | None
) -> None:
    reply = keeper.post(path(merchant), WISH | wrong)
    assert reply.status == 422, reply.raw
    assert param is None or (reply.json["param"] or "").startswith(param)
    assert keeper.get(path(merchant)).json["data"] == []


def test_a_name_that_leads_inside_is_refused_when_it_is_named(keeper: Caller, merchant: dict[str, Any]) -> None:
    endpoint = made(keeper, merchant)
    addresses.use(lambda host, port: ["93.184.215.14", "169.254.169.254"])
    for reply in (keeper.post(path(merchant), WISH), keeper.patch(path(merchant, endpoint["id"]), {"url": URL})):
        assert_problem(reply, 422, "invalid-request", "url")
        assert reply.json["reason"] == "webhook-not-public"


def test_somebody_elses_endpoints_and_events_are_not_found(
    nobody: Caller, keeper: Caller, merchant: dict[str, Any]
) -> None:
    endpoint = made(keeper, merchant)
    ping = keeper.post(path(merchant, endpoint["id"], "/test")).json["id"]
    other = new_merchant(nobody)
    stranger = till_of(nobody, other["id"], ["keys", "reports"])
    for asked in (path(merchant), path(other, endpoint["id"]), path(other, "whe_x"), path(merchant, endpoint["id"])):
        assert_problem(stranger.get(asked), 404, "not-found")
    unknown = ids.derived("evt", "nobody's")
    foreign, missing = (stranger.get(f"/v1/events/{one}") for one in (ping, unknown))
    assert merchant_callers.told(foreign) == merchant_callers.told(missing)
    assert_problem(stranger.post(f"/v1/events/{ping}/redeliver", {}), 404, "not-found")
    assert keeper.get(f"/v1/events/{ping}").json["data"] == {"endpoint_id": endpoint["id"]}


def test_a_secret_signs_for_as_long_as_was_promised_however_often_it_is_turned_over(
    keeper: Caller, merchant: dict[str, Any], clock: FrozenClock
) -> None:
    endpoint = made(keeper, merchant)
    place, known = path(merchant, endpoint["id"], "/rotate"), [endpoint["secret"]]
    for hours in (24, 2, 168, 1):
        told = keeper.post(place, {"overlap_hours": hours})
        assert told.status == 201, told.raw
        known.append(told.json["secret"])
        clock.advance(60)
    assert told.json["old_secret_ends_at"] == "2026-11-29T08:02:00.000000Z"
    assert signing_now(endpoint["id"], clock) == known[::-1]
    full = keeper.post(place, {"overlap_hours": 1})
    assert (full.status, full.json["state"]) == (409, "too-many")
    at_once = keeper.post(place, {"overlap_hours": 0}).json["secret"]
    assert signing_now(endpoint["id"], clock) == [at_once, *known[3::-1]], "one that leaked signs no more"
    clock.advance(3_600)
    assert signing_now(endpoint["id"], clock) == [at_once, *known[2::-1]]
    clock.advance(23 * 3_600)
    assert signing_now(endpoint["id"], clock) == [at_once, known[2]]


def signing_now(endpoint_id: str, clock: FrozenClock) -> list[str]:
    found = store_endpoints.find(endpoint_id)
    return list(found.secrets(clock.now())) if found else []


def test_so_much_is_sent_by_hand_in_an_hour_whoever_asks_and_another_merchant_goes_on(
    keeper: Caller, merchant: dict[str, Any], nobody: Caller, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for where in (store_endpoints, delivering):
        monkeypatch.setattr(where, "ASKED_AT_MOST", 3)
    endpoint = made(keeper, merchant)
    ping = path(merchant, endpoint["id"], "/test")
    event = keeper.post(ping).json["id"]
    again = f"/v1/events/{event}/redeliver"
    wish = {"endpoint_id": endpoint["id"]}
    assert [keeper.post(again, wish).status, keeper.post(ping).status] == [202, 202]
    for refused in (keeper.post(ping), keeper.post(again, wish), nobody.bearing("admin").post(ping)):
        assert_problem(refused, 429, "too-many-requests")
        assert (refused.headers["retry-after"], refused.headers["ratelimit-policy"].partition(",")[0]) == (
            "3600",
            '"webhooks-by-hand-hour";q=3;w=3600',
        )
    other = merchant_callers.new_merchant(nobody)
    theirs = merchant_callers.till_of(nobody, other["id"], ["keys"])
    assert theirs.post(path(other, made(theirs, other)["id"], "/test")).status == 202
    clock.advance(3_600)
    assert keeper.post(ping).status == 202


def test_of_two_rotations_at_once_one_is_made(keeper: Caller, merchant: dict[str, Any], nobody: Caller) -> None:
    endpoint = made(keeper, merchant)
    found = store_endpoints.find(endpoint["id"])
    assert found is not None
    assert store_endpoints.rotate(found, "whsec_AAAA", ()) is not None
    assert store_endpoints.rotate(found, "whsec_BBBB", ()) is None
