"""Merchants, keys and settlements as operators and merchants meet them."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.kernel import ids
from chalicelib.ledger import chart
from tests.api import merchant_callers
from tests.api.caller import Caller
from tests.api.merchant_callers import TEA, new_merchant, till_of, told
from tests.conftest import FrozenClock


@pytest.fixture
def nobody(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Caller:
    return merchant_callers.nobody(monkeypatch)


def test_an_admin_takes_on_a_merchant_and_sees_its_accounts(nobody: Caller) -> None:
    merchant = new_merchant(nobody)
    assert merchant == {
        "id": merchant["id"],
        "name": "Tea House",
        "status": "active",
        "accounts": {"CNY": chart.merchant_account(merchant["id"], "CNY")},
        "fee_basis_points": 60,
        "fee_fixed": 5,
        "floor": -10000,
        "created_at": "2026-11-22T08:00:00.000000Z",
        "requirements": {"currently_due": [], "disabled_reason": None},
        "category": "other",
    }
    assert nobody.bearing("support").get(f"/v1/merchants/{merchant['id']}").json == merchant
    assert till_of(nobody, merchant["id"]).get(f"/v1/merchants/{merchant['id']}").json == merchant


@pytest.mark.parametrize(
    ("token", "status"), [("finance", 201), ("support", 403), ("customer", 403), ("stranger", 401)]
)
def test_who_may_take_on_a_merchant(nobody: Caller, token: str, status: int) -> None:
    assert nobody.bearing(token).post("/v1/merchants", TEA).status == status


@pytest.mark.parametrize(
    ("changes", "code", "param"),
    [
        ({"name": "Tea\u202eHouse"}, "invalid-request", "name"),
        ({"name": "Tea\nHouse"}, "invalid-request", "name"),
        ({"name": ""}, "invalid-request", "name"),
        ({"currencies": []}, "invalid-request", "currencies"),
        ({"currencies": ["XXX"]}, "currency-mismatch", "currencies"),
        ({"currencies": ["CNY", "CNY"]}, "invalid-request", "currencies"),
        ({"fee_basis_points": 10001}, "invalid-request", "fee_basis_points"),
        ({"fee_basis_points": True}, "invalid-request", "fee_basis_points"),
        ({"fee_fixed": -1}, "invalid-request", "fee_fixed"),
        ({"floor": 1}, "invalid-request", "floor"),
        ({"status": "active"}, "invalid-request", "status"),
        ({"id": "mer_mine"}, "invalid-request", "id"),
    ],
)
def test_terms_that_break_a_rule_are_refused(nobody: Caller, changes: dict[str, Any], code: str, param: str) -> None:
    reply = nobody.bearing("admin").post("/v1/merchants", TEA | changes)
    assert (reply.status, reply.json["code"], reply.json["param"]) == (422, code, param)


def test_every_merchant_is_listed_newest_first_in_pages_to_operators_alone(nobody: Caller, clock: FrozenClock) -> None:
    joined, boss = list[dict[str, Any]](), nobody.bearing("support")
    for number in range(3):
        clock.advance(1)
        joined.append(new_merchant(nobody, name=f"Shop {number}"))
    first = boss.get("/v1/merchants?limit=2").json
    assert (first["data"], first["has_more"]) == ([joined[2], joined[1]], True)
    rest = boss.get(f"/v1/merchants?limit=2&cursor={first['next_cursor']}").json
    assert (rest["data"], rest["has_more"], rest["next_cursor"]) == ([joined[0]], False, None)
    assert told(till_of(nobody, joined[0]["id"]).get("/v1/merchants"))["code"] == "forbidden"


def test_a_missing_a_malformed_and_a_foreign_merchant_answer_alike(nobody: Caller) -> None:
    mine, foreign = new_merchant(nobody), new_merchant(nobody)
    till = till_of(nobody, mine["id"], ["keys", "reports"])
    for path in ("", "/settlements"):
        replies = [
            till.get(f"/v1/merchants/{merchant}{path}")
            for merchant in (foreign["id"], ids.derived("mer", "nobody"), "mer_x", "x" * 3000)
        ]
        assert [reply.status for reply in replies] == [404] * 4
        assert all(told(reply) == told(replies[0]) for reply in replies)


def test_a_key_is_shown_once_and_works(nobody: Caller) -> None:
    merchant = new_merchant(nobody)
    reply = nobody.bearing("finance").post(f"/v1/merchants/{merchant['id']}/keys", {"scopes": ["checkouts"]})
    assert reply.status == 201
    assert reply.json["key"].startswith("mk_" + reply.json["id"].removeprefix("key_"))
    assert reply.headers["cache-control"] == "no-store"
    assert nobody.bearing(reply.json["key"]).get(f"/v1/merchants/{merchant['id']}").status == 200


@pytest.mark.parametrize("scopes", [[], ["everything"], "payments", None, [1]])
def test_scopes_that_do_not_exist_are_refused(nobody: Caller, scopes: Any) -> None:
    merchant = new_merchant(nobody)
    reply = nobody.bearing("admin").post(f"/v1/merchants/{merchant['id']}/keys", {"scopes": scopes})
    assert (reply.status, reply.json["code"]) == (422, "invalid-request")


def test_a_key_for_nobody_is_not_found(nobody: Caller) -> None:
    missing = ids.derived("mer", "nobody")
    assert nobody.bearing("admin").post(f"/v1/merchants/{missing}/keys", {"scopes": ["payments"]}).status == 404


def test_a_revoked_key_is_401_from_then_on(nobody: Caller) -> None:
    merchant = new_merchant(nobody)
    path = f"/v1/merchants/{merchant['id']}/keys"
    key = nobody.bearing("admin").post(path, {"scopes": ["checkouts"]}).json
    till = nobody.bearing(key["key"])
    assert till.get(f"/v1/merchants/{merchant['id']}").status == 200
    assert nobody.bearing("admin").delete(f"{path}/{key['id']}").status == 204
    reply = till.get(f"/v1/merchants/{merchant['id']}")
    assert reply.status == 401
    assert reply.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert nobody.bearing("admin").delete(f"{path}/{key['id']}").status == 204


def test_malformed_and_unknown_keys_are_401_and_answer_alike(nobody: Caller) -> None:
    merchant = new_merchant(nobody)
    good = nobody.bearing("admin").post(f"/v1/merchants/{merchant['id']}/keys", {"scopes": ["reports"]}).json["key"]
    wrong = good[:-1] + ("A" if good[-1] != "A" else "B")
    replies = [
        nobody.bearing(text).get(f"/v1/merchants/{merchant['id']}")
        for text in (wrong, "mk_" + "0" * 26 + good[29:], "mk_", good[:-1], good + "A", "mk_" + "é" * 69)
    ]
    assert [reply.status for reply in replies] == [401] * 6
    assert all(told(reply) == told(replies[0]) for reply in replies)


def test_a_merchant_manages_its_keys_with_the_scope_of_keys_and_no_foreign_ones(nobody: Caller) -> None:
    mine, foreign = new_merchant(nobody), new_merchant(nobody)
    manager, till = till_of(nobody, mine["id"], ["keys", "checkouts"]), till_of(nobody, mine["id"])
    made = manager.post(f"/v1/merchants/{mine['id']}/keys", {"scopes": ["checkouts"]})
    assert made.status == 201
    assert manager.post(f"/v1/merchants/{mine['id']}/keys", {"scopes": ["refunds"]}).status == 403
    assert till.post(f"/v1/merchants/{mine['id']}/keys", {"scopes": ["checkouts"]}).status == 403
    assert manager.post(f"/v1/merchants/{foreign['id']}/keys", {"scopes": ["checkouts"]}).status == 404
    assert till.delete(f"/v1/merchants/{mine['id']}/keys/{made.json['id']}").status == 403
    assert manager.delete(f"/v1/merchants/{mine['id']}/keys/key_x").status == 404
    assert manager.delete(f"/v1/merchants/{mine['id']}/keys/{made.json['id']}").status == 204


def test_settlements_of_a_new_merchant_are_an_empty_list(nobody: Caller) -> None:
    merchant = new_merchant(nobody)
    path = f"/v1/merchants/{merchant['id']}/settlements"
    for caller in (till_of(nobody, merchant["id"]), nobody.bearing("support")):
        assert caller.get(path).json == {"data": [], "has_more": False, "next_cursor": None}
        assert caller.get(f"{path}?currency=EUR").status == 422
    assert nobody.bearing("customer").get(path).status == 403
    assert till_of(nobody, merchant["id"], ["checkouts"]).get(path).status == 403


def test_an_operator_says_what_a_merchant_deals_in(nobody: Caller) -> None:
    merchant = new_merchant(nobody)
    place, finance = f"/v1/merchants/{merchant['id']}/category", nobody.bearing("finance")
    told_so = finance.request("PUT", place, {"category": "restaurants"})
    assert (told_so.status, told_so.json) == (200, merchant | {"category": "restaurants"})
    assert finance.get(f"/v1/merchants/{merchant['id']}").json["category"] == "restaurants"
    assert finance.request("PUT", place, {"category": "gambling"}).json["param"] == "category"
    assert nobody.bearing("support").request("PUT", place, {"category": "other"}).status == 403
    assert finance.request("PUT", "/v1/merchants/mer_none/category", {"category": "other"}).status == 404


def test_a_merchant_is_taken_on_with_what_it_deals_in(nobody: Caller) -> None:
    assert nobody.bearing("finance").post("/v1/merchants", TEA | {"category": "leisure"}).json["category"] == "leisure"
