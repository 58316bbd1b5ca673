"""A pack of rules is published once, signed, an hour ahead at least; it rules from its date on, without a release."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from botocore.exceptions import EndpointConnectionError
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chalicelib import cloud as clients
from chalicelib.policy import publications, published, service
from chalicelib.policy.pack import Pack
from chalicelib.settings import settings
from infra.local.policy_signer import SIGNER
from tests import aws
from tests.api.policy_kit import boss, changed, following, limited, signed
from tests.api.test_reconciliation import colleague
from tests.api.world import World, cheap_passwords
from tests.conftest import FrozenClock
from tests.people import all_items

HOUR = timedelta(hours=1)
LIMIT = 5_000
"""Anybody may pay it at once today, without a step-up; the published packs allow less."""


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


def lower(world: World, by: int = 1, ahead: timedelta = 2 * HOUR) -> Pack:
    return limited(following("CN", world.clock.now() + ahead), per_movement=LIMIT - by)


def published_now(world: World, pack: Pack) -> dict[str, Any]:
    found = boss(world).post("/v1/policies", signed(pack))
    assert found.status == 201, found.raw
    return dict(found.json)


def nothing_is_published() -> bool:
    return all_items("policies") == []


def test_a_published_pack_rules_from_its_very_date_on_and_not_before(world: World) -> None:
    ana = world.customer(10 * LIMIT)
    pack = lower(world)
    published_now(world, pack)
    world.clock.moment = pack.effective_at - timedelta(seconds=1)
    ana.sign_in()
    assert ana.pay(LIMIT).status == 201
    world.clock.moment = pack.effective_at
    refused = ana.pay(LIMIT, "k")
    assert (refused.status, refused.json["limit"], refused.json["maximum"]) == (409, "per_movement", LIMIT - 1)
    assert refused.json["lifts"]["more"]["per_movement"] == 5_000_000 - (LIMIT - 1)
    assert ana.pay(LIMIT - 1).status == 201


def test_others_rules_stay_as_they_are(world: World) -> None:
    published_now(world, lower(world))
    world.clock.advance(3 * 3_600)
    published.as_of(world.clock.now())
    assert [pack.id for pack in published.shelf().packs] == ["CN-2026-11"]
    ids = {area: service.rules(area, world.clock.now()).id for area in ("CN", "FR", "HK")}
    assert ids == {"CN": "CN-2026-11", "FR": "EU-2025-01", "HK": "HK-2025-01"}


def test_a_published_pack_is_listed_with_its_signer_digest_basis_and_every_figure(world: World) -> None:
    made = published_now(world, lower(world))
    listed = boss(world).get("/v1/policies").json["data"]
    line = listed[0]
    assert line["id"] == "CN-2026-11"
    told = ("state", "origin", "signer", "published_by", "verified", "examples", "ends_at")
    assert tuple(line[name] for name in told) == ("coming", "published", SIGNER, world.operator_id, 0, 13, None)
    shipped = next(one for one in listed if one["id"] == "CN-2025-01")
    assert (shipped["state"], shipped["origin"], shipped["signer"]) == ("in-force", "release", "sandbox-2026")
    assert shipped["ends_at"] == line["effective_at"]
    whole = boss(world).get("/v1/policies/CN-2026-11").json
    assert whole == made and len(whole["digest"]) == 64
    assert whole["rules"]["tiers"]["steps"][0]["limits"]["per_movement"] == LIMIT - 1
    world.clock.advance(7_200)
    states = {one["id"]: one["state"] for one in boss(world).get("/v1/policies").json["data"]}
    assert (states["CN-2026-11"], states["CN-2025-01"]) == ("in-force", "past")


def test_a_list_in_pages_is_the_whole_list(world: World) -> None:
    published_now(world, lower(world))
    me, found, cursor = boss(world), [], ""
    while True:
        page = me.get(f"/v1/policies?limit=3{cursor}").json
        found += page["data"]
        if not page["next_cursor"]:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert found == me.get("/v1/policies").json["data"]
    assert len({one["digest"] for one in found}) == len(found) == 8


def stranger(body: dict[str, str]) -> dict[str, str]:
    return signed(body["pack"], "stranger")


def forged(body: dict[str, str]) -> dict[str, str]:
    return signed(body["pack"], key=Ed25519PrivateKey.generate())


def test_in_production_the_local_signer_is_a_stranger(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    me, body = boss(world), signed(lower(world))
    monkeypatch.setattr(published, "settings", lambda: replace(settings(), stage="prod"))
    assert me.post("/v1/policies", body).json["reason"] == "not-signed"


@pytest.mark.parametrize(
    ("spoil", "param", "reason"),
    [
        (stranger, "signature", "signature"),
        (forged, "signature", "signature"),
        (lambda body: {**body, "signature": SIGNER}, "signature", "signature"),
        (lambda body: changed(body, lambda text: text + " "), "signature", "signature"),
        (lambda body: changed(body, lambda text: text.replace("4999", "4998")), "signature", "signature"),
        (lambda body: signed(body["pack"].replace(":4999,", ':"4999",')), "pack", "pack"),
        (lambda body: signed(body["pack"].replace('"id"', '"idea"')), "pack", "pack"),
        (lambda body: signed("[" * 20_000), "pack", "pack"),
    ],
)
def test_what_nobody_known_has_signed_or_what_is_no_pack_is_refused(
    world: World, spoil: Callable[[dict[str, str]], dict[str, str]], param: str, reason: str
) -> None:
    refused = boss(world).post("/v1/policies", spoil(signed(lower(world))))
    assert (refused.status, refused.json["param"]) == (422, param)
    assert refused.json["reason"] == {"signature": "not-signed", "pack": "no-pack"}[reason]
    assert nothing_is_published()


def test_a_pack_is_published_an_hour_ahead_at_least(world: World) -> None:
    late = boss(world).post("/v1/policies", signed(lower(world, ahead=HOUR - timedelta(microseconds=1))))
    assert (late.status, late.json["reason"]) == (422, "effective-too-soon")
    assert nothing_is_published()
    published_now(world, lower(world, ahead=HOUR))


@pytest.mark.parametrize(
    "other",
    [{"jurisdictions": ("CN", "FR")}, {"jurisdictions": ("XX",)}, {"currency": "EUR"}, {"id": "CN-2026-12"}],
    ids=str,
)
def test_a_pack_that_does_not_go_with_the_others_is_refused(world: World, other: dict[str, Any]) -> None:
    pack = msgspec.structs.replace(lower(world), **other)
    refused = boss(world).post("/v1/policies", signed(pack))
    assert (refused.status, refused.json["reason"]) == (422, "pack-misfit")
    assert nothing_is_published()


def test_a_published_pack_never_changes(world: World) -> None:
    published_now(world, lower(world))
    before = all_items("policies")
    for again in (lower(world), lower(world, 2)):
        refused = boss(world).post("/v1/policies", signed(again))
        assert (refused.status, refused.json["state"]) == (409, "pack-published")
    assert all_items("policies") == before


def test_a_pack_is_withdrawn_until_five_minutes_before_its_date_and_another_takes_its_name(world: World) -> None:
    first, second = lower(world), lower(world, 2)
    published_now(world, first)
    world.clock.moment = first.effective_at - timedelta(minutes=5)
    gone = boss(world).post("/v1/policies/CN-2026-11/withdrawal")
    assert (gone.status, gone.json["state"], gone.json["withdrawn_by"]) == (200, "withdrawn", world.operator_id)
    again = boss(world).post("/v1/policies/CN-2026-11/withdrawal")
    assert (again.status, again.json["state"]) == (409, "pack-withdrawn")
    world.clock.moment = first.effective_at
    ana = world.customer(10 * LIMIT)
    assert ana.pay(LIMIT).status == 201
    later = msgspec.structs.replace(second, effective_at=first.effective_at + HOUR)
    published_now(world, later)
    states = [(one["state"], one["id"]) for one in boss(world).get("/v1/policies").json["data"]]
    assert states[:2] == [("coming", "CN-2026-11"), ("withdrawn", "CN-2026-11")]
    world.clock.moment = later.effective_at
    ana.sign_in()
    assert ana.pay(LIMIT - 1).json["maximum"] == LIMIT - 2


def test_what_was_withdrawn_is_not_published_as_it_was(world: World) -> None:
    pack = lower(world, ahead=5 * HOUR)
    published_now(world, pack)
    assert boss(world).post("/v1/policies/CN-2026-11/withdrawal").status == 200
    refused = boss(world).post("/v1/policies", signed(pack))
    assert (refused.status, refused.json["state"]) == (409, "pack-withdrawn")
    again = boss(world).post("/v1/policies/CN-2026-11/withdrawal")
    assert (again.status, again.json["state"]) == (409, "pack-withdrawn")


@pytest.mark.parametrize("before", [timedelta(minutes=5) - timedelta(microseconds=1), timedelta(), -HOUR])
def test_a_pack_in_force_or_about_to_be_is_not_withdrawn(world: World, before: timedelta) -> None:
    pack = lower(world)
    published_now(world, pack)
    world.clock.moment = pack.effective_at - before
    refused = boss(world).post("/v1/policies/CN-2026-11/withdrawal")
    assert (refused.status, refused.json["state"]) == (409, "pack-in-force")


def test_a_pack_of_the_release_is_not_withdrawn_and_one_that_is_not_there_is_not_found(world: World) -> None:
    refused = boss(world).post("/v1/policies/CN-2025-01/withdrawal")
    assert (refused.status, refused.json["state"]) == (409, "pack-in-force")
    for method, path in (("GET", "CN-2026-11"), ("POST", "CN-2026-11/withdrawal")):
        assert boss(world).request(method, f"/v1/policies/{path}").status == 404


def test_two_who_publish_at_once_do_not_overwrite_each_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    real, hongkong = publications.board, following("HK", world.clock.now() + 2 * HOUR)
    seen = real()
    published_now(world, lower(world))
    monkeypatch.setattr(publications, "board", lambda: seen)
    late = boss(world).post("/v1/policies", signed(hongkong))
    assert late.status == 503
    monkeypatch.setattr(publications, "board", real)
    assert [one.id for one in publications.board().standing] == ["CN-2026-11"]
    published_now(world, hongkong)
    assert [one.id for one in publications.board().standing] == ["CN-2026-11", "HK-2026-11"]


def test_only_an_admin_publishes_and_the_log_says_who_did(world: World) -> None:
    body = signed(lower(world))
    for role in ("finance", "risk", "support", "auditor"):
        other = colleague(world, role)
        assert other.get("/v1/policies").status == 200
        assert other.post("/v1/policies", body).status == 403
        assert other.post("/v1/policies/CN-2025-01/withdrawal").status == 403
    published_now(world, lower(world))
    world.clock.advance(1)
    boss(world).post("/v1/policies/CN-2026-11/withdrawal")
    log = boss(world).get(f"/v1/audit-log?actor={world.operator_id}&subject=CN-2026-11").json["data"]
    assert [(one["action"], one["facts"]["signer"]) for one in log] == [
        ("policy.withdraw", SIGNER),
        ("policy.publish", SIGNER),
    ]


# --- how processes know ---------------------------------------------------------------------------------------------


def table_of(sent: aws.Sent) -> str:
    return str(json.loads(sent.request.body).get("TableName", "")) if sent.service == "dynamodb" else ""


def asked_of_policies(calls: list[tuple[str, str, str]]) -> list[str]:
    return [operation for _, operation, table in calls if table == settings().policies_table]


@pytest.fixture
def calls(world: World, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = []

    def counted(sent: aws.Sent) -> Any:
        found.append((sent.service, sent.operation, table_of(sent)))
        return sent.go_on()

    aws.stand_before(monkeypatch, counted)
    return found


def test_a_payment_asks_the_table_once_a_minute_and_otherwise_nothing_but_its_transaction(
    world: World, calls: list[tuple[str, str, str]]
) -> None:
    ana = world.customer(1_000_000)
    ana.pay(1)
    orders = [ana.order(amount) for amount in range(2, 12)]
    for minute in (0, 1):
        world.clock.advance(60 * minute)
        calls.clear()
        for order in orders[5 * minute :][:5]:
            world.clock.advance(1)
            assert ana.phone.post("/v1/payments", order, idempotency_key=str(order["amount"])).status == 201
        assert asked_of_policies(calls) == ["GetItem"] * minute
        sent = [operation for _, operation, _ in calls]
        assert sent.count("TransactWriteItems") == 5
        assert minute or len(sent) == 5, "maintenance and the merchant are looked at anew as well"


def test_a_table_that_does_not_answer_is_asked_once_a_minute_and_what_was_known_holds(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, pack = world.customer(10 * LIMIT), lower(world)
    published_now(world, pack)
    world.clock.advance(60)
    assert ana.pay(1).status == 201
    asked = []

    def away(sent: aws.Sent) -> Any:
        if table_of(sent) == settings().policies_table:
            asked.append(sent.operation)
            raise EndpointConnectionError(endpoint_url="https://nowhere.test")
        return sent.go_on()

    aws.stand_before(monkeypatch, away)
    world.clock.moment = pack.effective_at
    ana.sign_in()
    assert ana.pay(LIMIT).status == 409
    assert asked == ["GetItem"] * 3, "one question, tried three times"
    assert [ana.pay(LIMIT).status, ana.pay(LIMIT - 1).status] == [409, 201]
    assert len(asked) == 3
    world.clock.advance(60)
    assert ana.pay(LIMIT).status == 409
    assert len(asked) == 6


def test_whoever_writes_into_the_table_changes_no_rule(world: World) -> None:
    """The text, the signature, or a pack under another's signature: what nobody signed is passed over."""
    ana, pack = world.customer(10 * LIMIT), lower(world)
    made = published_now(world, pack)
    key = {"pk": {"S": "PACKS"}, "sk": {"S": f"PACK#{made['digest']}"}}
    database = clients.client("dynamodb")
    database.update_item(
        TableName=settings().policies_table,
        Key=key,
        UpdateExpression="SET pack = :pack",
        ExpressionAttributeValues={":pack": {"S": signed(lower(world, 4_000))["pack"]}},
    )
    world.clock.moment = pack.effective_at
    ana.sign_in()
    assert ana.pay(LIMIT).status == 201


def test_a_pack_that_a_later_release_brings_under_a_published_name_does_not_take_its_place(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack, shipped = lower(world), service.packs()
    published_now(world, pack)
    other = limited(pack, per_movement=5)
    monkeypatch.setattr(service, "packs", lambda: (*shipped, other))
    service._by_jurisdiction.cache_clear()
    world.clock.moment = pack.effective_at
    ana = world.customer(10 * LIMIT)
    assert ana.pay(LIMIT - 1).status == 201
    service._by_jurisdiction.cache_clear()
