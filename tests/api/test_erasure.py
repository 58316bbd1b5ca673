"""After an erasure nothing is left that names a person or says anything of them, but what the books need."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.identity import (
    above,
    erasure,
    guardians,
    secrets,
    store,
    store_codes,
    store_lockout,
    store_pushes,
    vault,
)
from chalicelib.identity import service as people
from chalicelib.kernel import ids
from chalicelib.ledger import consents
from chalicelib.notices import service as notices
from tests.api import account_kit, staff_kit
from tests.api.authenticator import Authenticator
from tests.api.away_kit import options
from tests.api.test_access_deletion import THIRTY_DAYS, delete, restore
from tests.api.world import PASSWORD, Person, World, cheap_passwords
from tests.conftest import TABLES, FrozenClock
from tests.people import all_items, enrolled, sign_in

pytestmark = pytest.mark.many_requests

NEEDED = {
    "audit AUDIT": "who did what to whom, by ids",
    "cases CASE": "what an operator had to look at, by ids",
    "identity CONSENT": "what was agreed to, under the id alone",
    "journal 2026-11-22T08": "the entries of the books",
    "ledger CONSENT": "what a guardian said of a payment, by ids",
    "ledger HEAD": "the wallet",
    "ledger MOVEMENT": "payments and refunds",
}
EXPIRED = {"identity CHALLENGE"}
"""Gone by themselves: over after five minutes, and deleted by their time to live (`infra/template.yaml`)."""
NEW_PHONE = "+8613800138111"


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


def lived_in(world: World) -> tuple[Person, set[str]]:
    """Somebody who has one of everything, and what is theirs: ids, marks, and whatever is personal."""
    ana, ben, cid = account_kit.easy(world, 5_000), world.customer(), account_kit.easy(world)
    world.clock.advance(1)
    added = account_kit.proof(world, ana, NEW_PHONE) | {"old_code": world.code_of(ana.identifier)}
    assert ana.phone.post("/v1/me/identifiers/confirm", added).status == 200
    ana.sign_in()
    account_kit.bound(ana, ben)
    account_kit.bound(cid, ana)
    account_kit.asked(account_kit.easy(world), ana)
    ana.phone.patch("/v1/me", {"display_name": "Lived In", "locale": "zh"})
    ana.phone.patch("/v1/me/preferences", {"phrase": "a lived in phrase"})
    for token in ("a push token", "another one"):
        device = {"push_token": f"{token} of {ana.id}", "platform": "ios", "name": "a lived in phone"}
        assert ana.phone.post("/v1/me/devices", device).status == 201
    work(world, ana)
    prove(ana)
    ana.phone.post("/v1/me/consents", {"document": "terms", "version": "2026-11-01", "given": True})
    ana.phone.post("/v1/me/exports")
    paid = ana.pay(100)
    assert paid.status == 201
    world.nobody.post("/v1/password-resets", {"identifier": ana.identifier, "reset_secret": "x" * 16})
    ana.phone.post("/v1/me/identifiers", {"identifier": "next@example.com"})
    for _ in range(5):
        sign_in(world.nobody, ana.identifier, "wrong horse battery")
    world.nobody.post("/v1/users", {**SIGN_UP, "identifier": ana.identifier})
    world.sweep()
    logins = {secrets.login(one) for one in (ana.identifier, NEW_PHONE)}
    return ana, {
        ana.id,
        ana.identifier,
        NEW_PHONE,
        "Lived In",
        "a lived in phrase",
        "a lived in phone",
        "a lived in role",
        *logins,
    }


SIGN_UP = {"password": PASSWORD, "display_name": "Stranger", "locale": "en", "jurisdiction": "CN"}


def work(world: World, ana: Person) -> None:
    """One role that they had, one that they have, with a session at a till, and one that waits for their other name."""
    named = {"name": "a lived in role"}
    gone = staff_kit.hired(world, ana, **named)
    world.operator.delete(f"{staff_kit.staff_of(world.shop)}/{gone}")
    staff_kit.till_of(world, ana, staff_kit.hired(world, ana, **named), device_name="a lived in phone")
    assert staff_kit.invited(world, ana, identifier=NEW_PHONE, **named).status == 201


def prove(ana: Person) -> None:
    key = Authenticator()
    asked = {"name": "a lived in phone", "credential": key.made(options(ana.phone))}
    assert ana.phone.post("/v1/me/passkeys", asked).status == 201
    ana.phone.request("PUT", "/v1/me/payment-pin", {"pin": "428571", "password": PASSWORD})
    enrolled(ana.phone, PASSWORD)
    ana.phone.post("/v1/me/recovery-codes", {"password": PASSWORD})
    ana.refresh()


def spent(ana: Person) -> None:
    """An account that goes is empty."""
    assert ana.pay(ana.available).status == 201


def left(theirs: set[str]) -> dict[str, list[str]]:
    """Table and kind → each item that has anything of theirs in a key, in clear or sealed; the local post aside."""
    found: dict[str, list[str]] = {}
    for table in TABLES:
        for item in all_items(table):
            said = repr([item, *opened(item)])
            if not item["pk"]["S"].startswith("OUTBOX#") and any(one in said for one in theirs):
                found.setdefault(kind_of(table, item), []).append(said)
    return found


def opened(item: dict[str, Any]) -> Iterator[str]:
    """What is sealed in an item of ours, in clear."""
    owner = item.get("user_id", item["pk"])["S"]
    for name, value in item.items():
        if "S" in value and vault.key_of(value["S"]) is not None and name != "sealed":
            yield vault.opened(owner, name, value["S"])


def kind_of(table: str, item: dict[str, Any]) -> str:
    pk, sk = item["pk"]["S"], item["sk"]["S"]
    kind = pk if table == "audit" else sk
    return f"{table} {kind.partition('#')[0][:13]}"


def erased(world: World, ana: Person) -> None:
    assert delete(ana).status == 204
    world.sweep()
    world.clock.advance(THIRTY_DAYS)
    assert erasure.erase_due(world.clock.now()) == 1


def ready(world: World) -> tuple[Person, set[str]]:
    ana, theirs = lived_in(world)
    spent(ana)
    assert len([kind for kind in left(theirs) if kind.startswith("identity")]) >= 19
    return ana, theirs


def test_an_erasure_leaves_nothing_of_a_person_but_what_the_books_need(world: World) -> None:
    ana, theirs = ready(world)
    erased(world, ana)
    found = left(theirs)
    assert set(found) <= NEEDED.keys() | EXPIRED
    assert {"identity CONSENT", "ledger HEAD", "ledger MOVEMENT", "audit AUDIT"} <= set(found)
    assert left(theirs - {ana.id}).keys() <= EXPIRED, "by ids alone, which lead to nobody"
    soon = world.clock.now().timestamp() - 29 * 86_400
    dying = [item for item in all_items("identity") if item["sk"]["S"] == "CHALLENGE" and ana.id in repr(item)]
    assert all(int(item["expires_at_seconds"]["N"]) < soon for item in dying)


@pytest.mark.parametrize(
    ("room", "step", "kinds"),
    [
        (store_pushes, "forget", {"identity PUSH"}),
        (store_codes, "revoke", {"identity CODE"}),
        (store_lockout, "forget", {"identity DEVICE", "identity NAME"}),
        (guardians, "forget", {"identity GUARDIAN", "identity USER", "identity WARD"}),
        (notices, "forget", {"notices INBOX"}),
        (above, "forget", {f"merchants {kind}" for kind in ("KEY", "NAMED", "PAST", "ROLE", "STAFF")}),
    ],
)
def test_whatever_an_erasure_forgot_would_be_found(
    world: World, monkeypatch: pytest.MonkeyPatch, room: Any, step: str, kinds: set[str]
) -> None:
    """The bugs that this file is there for, planted."""
    ana, theirs = ready(world)
    monkeypatch.setattr(room, step, lambda *given: False)
    erased(world, ana)
    assert left(theirs).keys() - NEEDED.keys() - EXPIRED == kinds


def ward_of(world: World, guardian: Person) -> Person:
    ward = account_kit.easy(world, 900_000)
    return account_kit.bound(ward, guardian)


def kinds_told(person: Person) -> list[str]:
    return [one.kind for one in notices.inbox(person.id, None, 20)[0]]


def test_a_guardian_who_deletes_their_account_lets_go_of_their_wards_a_day_after_with_word(world: World) -> None:
    ben = world.customer()
    cid, asking = ward_of(world, ben), account_kit.asked(account_kit.easy(world), ben)
    waiting = cid.pay(account_kit.LARGE).json["approval_id"]
    assert delete(ben).status == 204
    assert "guardian_leaving" in kinds_told(cid)
    cid.sign_in()
    assert cid.phone.get("/v1/me/guardian").json["status"] == "leaving"
    assert asking.phone.get("/v1/me/guardian").json["status"] == "none"
    assert cid.pay(account_kit.LARGE, reference="order-2").json["code"] == "guardian-approval-required"
    world.clock.advance(86_400)
    world.sweep()
    assert (people.profile(cid.id).guardian, kinds_told(cid)[0]) == ("", "guardian_gone")
    cid.sign_in()
    assert cid.pay(account_kit.LARGE, reference="order-3").status == 201
    assert consents.found(waiting).state_at(world.clock.now()) == "expired"


def test_a_guardian_who_comes_back_in_time_is_no_guardian_unless_asked_again(world: World) -> None:
    ben = world.customer()
    cid = ward_of(world, ben)
    delete(ben)
    world.clock.advance(3_600)
    assert restore(ben).status == 201
    world.clock.advance(86_400)
    world.sweep()
    assert people.profile(cid.id).guardian == ""


def test_a_ward_whose_guardian_is_erased_is_free_and_hears_of_it_even_if_nothing_let_go_before(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ben = world.customer()
    cid = ward_of(world, ben)
    with monkeypatch.context() as patch:
        patch.setattr(guardians, "give_all_up", lambda *given: None)
        erased(world, ben)
    assert (people.profile(cid.id).guardian, kinds_told(cid)[0]) == ("", "guardian_gone")
    assert ben.id not in repr([item for item in all_items("identity") if item["pk"]["S"] == cid.id])


def test_a_question_that_nobody_answered_in_a_week_is_forgotten(world: World) -> None:
    ben = world.customer()
    asking = account_kit.asked(account_kit.easy(world), ben)
    for seconds, kept in ((7 * 86_400 - 1, True), (1, False)):
        world.clock.advance(seconds)
        world.sweep()
        assert any(one["sk"]["S"] == "GUARDIAN" for one in all_items("identity")) is kept
    assert store.user(asking.id) is not None


def test_a_device_that_takes_no_more_pushes_is_nobodys(world: World) -> None:
    phone = world.customer().phone
    device = phone.post("/v1/me/devices", {"push_token": "a push token", "platform": "ios", "name": "phone"}).json
    assert ids.is_id(device["id"], "dev")
    assert phone.delete(f"/v1/me/devices/{device['id']}").status == 204
    assert [item for item in all_items("identity") if item["pk"]["S"].startswith("PUSH#")] == []
