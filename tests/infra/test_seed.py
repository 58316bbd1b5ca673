"""The local cloud is useful when somebody opens it: people with a past, an order to pay, and work that waits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.kernel import clock
from infra.local import history, people, seed_present
from infra.local.client import Client
from infra.local.people import Person
from tests.browser.cast import Member
from tests.local import local

__all__ = ["local"]
SEEDED = 3


def signed_in(local: dict[str, Any], number: int) -> Client:
    one = local["people"]["customers"][number]
    person = Person(one["identifier"], one["password"], one["display_name"])
    return Client(local["api"]).bearing((people.sign_in(Client(local["api"]), person) or {})["access_token"])


@pytest.mark.parametrize("number", range(SEEDED))
def test_a_demo_customer_has_weeks_behind_them(local: dict[str, Any], number: int) -> None:
    one = local["people"]["customers"][number]
    entries = signed_in(local, number).get(f"/v1/wallets/{one['wallet_id']}/entries?limit=100").expect(200)["data"]
    times = sorted(clock.read(entry["at"]) for entry in entries)
    kinds = [entry["kind"] for entry in entries]
    assert times[-1] - times[0] >= timedelta(days=25)
    assert kinds.count("payment") >= len(history.PURCHASES) and kinds.count("refund") >= 1


@pytest.mark.parametrize("number", range(SEEDED))
def test_a_demo_customer_can_withdraw_at_once(local: dict[str, Any], number: int) -> None:
    """The PIN that `build/local.json` tells steps up, and the account's cooling-off is over."""
    one, me = local["people"]["customers"][number], signed_in(local, number)
    (account,) = me.get("/v1/me/funding-methods").expect(200)["data"]
    assert clock.read(account["usable_at"]) < clock.now()
    assert me.insist("/v1/me/step-up", {"method": "pin", "pin": one["payment_pin"]}).status == 200


def test_the_one_in_easy_mode_is_guarded(local: dict[str, Any]) -> None:
    ward = signed_in(local, SEEDED)
    assert ward.get("/v1/me/preferences").expect(200)["ui_mode"] == "easy"
    assert ward.get("/v1/me/guardian").expect(200)["status"] == "accepted"


def test_the_order_that_is_printed_can_be_paid(local: dict[str, Any]) -> None:
    link = seed_present.order(local)
    assert local["pay"].startswith(f"{local['api']}/pay/chk_") and link.startswith(f"{local['api']}/pay/chk_")
    shop = local["people"]["merchants"][0]
    order = Client(local["api"], shop["api_key"]).get(f"/v1/checkouts/{link.rpartition('/')[2]}").expect(200)
    assert order["status"] == "open"


def test_whoever_is_at_the_till_may_take_payments_there(local: dict[str, Any]) -> None:
    (one,) = local["people"]["staff"]
    anybody, person = Client(local["api"]), Person(one["identifier"], one["password"], one["display_name"])
    me = anybody.bearing((people.sign_in(anybody, person) or {})["access_token"])
    wish = {"merchant_id": one["merchant_id"], "store_id": one["store_id"]}
    till = me.post("/v1/staff-sessions", wish).expect(201)
    assert (till["role"], till["store_id"]) == (one["role"], one["store_id"])
    order = {"amount": 100, "currency": "CNY", "order_reference": "till"}
    assert anybody.bearing(till["token"]).insist("/v1/checkouts", order).expect(201)["store_id"] == one["store_id"]


def test_a_case_waits_for_the_operator(local: dict[str, Any]) -> None:
    cases = Member(local, "console").api.get("/v1/cases?limit=100").expect(200)["data"]
    assert "webhook-quarantine" in {case["kind"] for case in cases}


def test_the_first_demo_customer_lends_the_second_a_family_card_that_was_used(local: dict[str, Any]) -> None:
    owner, holder = signed_in(local, 0), signed_in(local, 1)
    (given,), (held,) = (one.get("/v1/family-cards").expect(200)["data"] for one in (owner, holder))
    assert (given["id"], given["role"], held["role"], held["status"]) == (held["id"], "owner", "holder", "active")
    path = f"/v1/family-cards/{held['id']}/payments"
    assert [one["amount"] for one in owner.get(path).expect(200)["data"]] == [2_380, 1_450]
