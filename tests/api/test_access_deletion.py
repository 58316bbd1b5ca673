"""Deleting my own account: only an empty one goes, nobody is signed in any more, for thirty days it comes back."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.identity import deletion, erasure, store_deletion, tasks, vault
from chalicelib.identity import service as people
from chalicelib.kernel import clock as kernel_clock
from chalicelib.kernel.errors import CofferError
from chalicelib.ledger import audit
from chalicelib.ledger import service as ledger
from chalicelib.notices import service as notices
from tests import aws, heads
from tests.api.caller import Reply
from tests.api.test_standing import indebted
from tests.api.world import PASSWORD, Person, World, cheap_passwords
from tests.conftest import FrozenClock
from tests.people import all_items, at_rest, outbox, refresh, sign_in, subjects, told, wish

pytestmark = pytest.mark.many_requests

THIRTY_DAYS = 30 * 86_400
Calls = list[tuple[str, str]]


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


def delete(person: Person, password: str = PASSWORD) -> Reply:
    return person.phone.request("DELETE", "/v1/me", {"password": password})


def restore(person: Person, password: str = PASSWORD) -> Reply:
    claim = {"identifier": person.identifier, "password": password}
    return person.world.nobody.post("/v1/users/restore", claim)


def deleted(world: World) -> Person:
    ana = world.customer()
    world.clock.advance(1)
    assert delete(ana).status == 204
    world.clock.advance(1)
    return ana


@pytest.mark.parametrize("left", ["available", "held", "debt"])
def test_money_left_of_any_kind_blocks_a_deletion_and_is_named(world: World, left: str) -> None:
    ana = world.customer(0 if left == "debt" else 500)
    if left == "held":
        assert ana.pay(500, capture="manual").status == 201
    elif left == "debt":
        indebted(world, ana, 500)
    refused = delete(ana)
    assert (refused.status, refused.json["code"]) == (409, "balance-left")
    assert refused.json[left] == 500
    assert (refused.json["wallet_id"], refused.json["currency"]) == (ana.wallet, "CNY")
    assert "¥5.00" in refused.json["detail"]
    assert (ana.phone.get("/v1/me").status, ledger.head(ana.wallet).status) == (200, "active")


def test_money_that_arrives_while_somebody_deletes_blocks_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ana, transact = world.customer(), ledger.store.transact

    def after_a_top_up(writes: Any) -> Any:
        monkeypatch.setattr(ledger.store, "transact", transact)
        world.put_in(ana, 700)
        return transact(writes)

    monkeypatch.setattr(ledger.store, "transact", after_a_top_up)
    assert delete(ana).json["code"] == "balance-left"
    assert (ledger.head(ana.wallet).status, people.profile(ana.id).id) == ("active", ana.id)


def test_an_empty_account_is_gone_at_once_for_sign_in_refresh_and_payments(world: World) -> None:
    ana = world.customer()
    epoch = ledger.head(ana.wallet).epoch
    assert delete(ana).status == 204
    assert sign_in(world.nobody, ana.identifier, PASSWORD).status == 401
    assert refresh(world.nobody, ana.tokens["refresh_token"]).status == 401
    assert (ledger.head(ana.wallet).status, ledger.head(ana.wallet).epoch) == ("closed", epoch + 1)
    assert ana.phone.get("/v1/me").status == 401
    assert ana.phone.patch("/v1/me", {"display_name": "Back"}).status == 401
    refused = ana.pay(100)
    assert (refused.status, refused.json["code"]) == (401, "invalid-token")


def test_a_wrong_password_deletes_nothing_and_cannot_be_tried_for_long(world: World) -> None:
    ana = world.customer()
    answers = [delete(ana, "wrong horse battery") for _ in range(5)]
    assert {(reply.status, reply.json["code"]) for reply in answers} == {(401, "invalid-credentials")}
    assert delete(ana).status == 429
    assert ana.phone.get("/v1/me").status == 200


def test_a_stolen_token_gives_twenty_guesses_a_day_at_the_password(world: World, clock: FrozenClock) -> None:
    ana, answers = world.customer(), []
    for _ in range(6):
        ana.sign_in()
        answers += [delete(ana, "wrong horse battery").status for _ in range(5)]
        clock.advance(900)
    assert answers == [401] * 20 + [429] * 10


def test_a_frozen_wallet_blocks_a_deletion(world: World) -> None:
    ana = world.customer()
    ledger.impose(ana.wallet, "under review", world.clock.now())
    refused = delete(ana)
    assert (refused.json["code"], refused.json["reason"]) == ("wallet-frozen", "under review")
    assert ana.phone.get("/v1/me").status == 200


def test_a_second_delivery_is_as_good_as_the_first(world: World) -> None:
    ana = deleted(world)
    assert delete(ana).status == 204
    assert [message["subject"] for message in outbox(ana.identifier)][1:] == ["Your Coffer account is deleted"]


def test_the_owner_is_told_by_every_channel_with_the_way_back(world: World) -> None:
    ana = deleted(world)
    body = outbox(ana.identifier)[-1]["body"]
    assert "Until 22 Dec 2026, 16:00 (China time) you can have it back" in body
    (notice,) = notices.inbox(ana.id, None, 10)[0]
    assert notice.kind == "account_deleted"
    assert "2026年12月22日" in notice.body("zh")


def test_a_restore_gives_back_the_same_account_and_wallets(world: World) -> None:
    ana = deleted(world)
    restored = restore(ana)
    assert restored.status == 201
    phone = world.nobody.bearing(restored.json["access_token"])
    assert phone.get("/v1/me").json["id"] == ana.id
    assert [one["id"] for one in phone.get("/v1/wallets").json["data"]] == [ana.wallet]
    world.put_in(ana, 300)
    ana.phone = phone
    assert ana.pay(300).status == 201
    assert subjects(ana.identifier)[-1] == "Your Coffer account is back"
    assert [one.kind for one in notices.inbox(ana.id, None, 10)[0]][-1] == "account_deleted"
    world.deliver()
    assert audit.trial_balance().balanced


def test_sessions_of_before_stay_over_after_a_restore(world: World) -> None:
    ana = deleted(world)
    restore(ana)
    assert refresh(world.nobody, ana.tokens["refresh_token"]).status == 401
    assert ana.pay(1).json["code"] == "invalid-token"


def test_an_account_can_be_deleted_again_after_a_restore(world: World, clock: FrozenClock) -> None:
    ana = deleted(world)
    for _ in range(2):
        clock.advance(86_400)
        ana.phone = world.nobody.bearing(restore(ana).json["access_token"])
        assert delete(ana).status == 204
    clock.advance(THIRTY_DAYS - 1)
    assert erasure.erase_due(clock.now()) == 0
    assert restore(ana).status == 201


def test_a_wallet_closed_before_stays_closed_after_a_restore(world: World) -> None:
    ana = world.customer()
    heads.close(ana.wallet)
    assert delete(ana).status == 204
    assert restore(ana).status == 201
    assert (ledger.head(ana.wallet).status, ledger.head(ana.wallet).reason) == ("closed", "asked")


def test_a_wallet_closed_for_good_while_the_account_was_deleted_stays_closed(world: World) -> None:
    ana = deleted(world)
    heads.close(ana.wallet, "asked")
    assert restore(ana).status == 201
    assert (ledger.head(ana.wallet).status, ledger.head(ana.wallet).reason) == ("closed", "asked")


def test_whether_there_is_something_to_restore_shows_in_nothing(
    world: World, clock: FrozenClock, aws_calls: Calls, runs: list[str]
) -> None:
    gone, alive, ana = deleted(world), world.customer(), world.customer()
    clock.advance(THIRTY_DAYS)
    ana.sign_in()
    assert delete(ana).status == 204
    seen = []
    for identifier, password in (
        ("nobody@example.com", PASSWORD),
        (alive.identifier, PASSWORD),
        (gone.identifier, PASSWORD),
        (ana.identifier, "wrong horse battery"),
    ):
        aws_calls.clear()
        runs.clear()
        reply = world.nobody.post("/v1/users/restore", {"identifier": identifier, "password": password})
        seen.append((told(reply), list(aws_calls), list(runs)))
    assert all(one == seen[0] for one in seen)
    assert (seen[0][0][0], seen[0][2]) == (401, ["verify"])


def test_a_deleted_name_signs_in_like_an_unknown_one(world: World, aws_calls: Calls, runs: list[str]) -> None:
    ana, seen = deleted(world), []
    for identifier in (ana.identifier, "nobody@example.com"):
        aws_calls.clear()
        runs.clear()
        seen.append((told(sign_in(world.nobody, identifier, PASSWORD)), list(aws_calls), list(runs)))
    assert seen[0] == seen[1]


def test_guesses_at_a_restore_are_counted_before_anybody_looks(world: World, clock: FrozenClock) -> None:
    ana = deleted(world)
    assert [restore(ana, "wrong horse battery").status for _ in range(5)] == [401] * 5
    assert restore(ana).status == 401
    clock.advance(120)
    assert restore(ana).status == 201


def test_the_owner_of_a_deleted_account_hears_of_a_lock_and_of_its_end(world: World, clock: FrozenClock) -> None:
    ana = deleted(world)
    assert [restore(ana, "wrong horse battery").status for _ in range(5)] == [401] * 5
    for _ in range(2):
        world.sweep()
        clock.advance(120)
    assert [one for one in subjects(ana.identifier) if "ign" in one] == [
        "Signing in to Coffer is locked until 22 Nov 2026, 16:03 (China time)",
        "You can sign in to Coffer again",
    ]


def test_nobody_hears_of_a_lock_once_the_account_is_beyond_restoring(world: World, clock: FrozenClock) -> None:
    ana = deleted(world)
    clock.advance(30 * 86_400 - 60)
    assert [restore(ana, "wrong horse battery").status for _ in range(5)] == [401] * 5
    clock.advance(120)
    world.sweep()
    assert [one for one in subjects(ana.identifier) if "ign" in one] == []


def test_strangers_do_not_keep_a_deleted_account_from_the_device_that_signed_in_before(
    world: World, clock: FrozenClock
) -> None:
    ana = deleted(world)
    for _ in range(30):
        assert [restore(ana, "wrong horse battery").status for _ in range(5)] == [401] * 5
        clock.advance(240)
    assert [restore(ana, "wrong horse battery").status for _ in range(5)] == [401] * 5
    assert restore(ana).status == 401
    claim = {"identifier": ana.identifier, "password": PASSWORD, "device_token": ana.tokens["device_token"]}
    assert world.nobody.post("/v1/users/restore", claim).status == 201


def test_one_address_fails_with_thirty_names_at_most(world: World) -> None:
    ana = deleted(world)
    names = [f"p{number}@example.com" for number in range(31)]
    claims = [{"identifier": name, "password": PASSWORD} for name in names]
    assert [world.nobody.post("/v1/users/restore", one).status for one in claims] == [401] * 30 + [429]
    assert restore(ana).status == 429


def test_a_deleted_name_is_kept_for_its_owner_and_a_sign_up_tells_them_how_to_restore(world: World) -> None:
    ana = deleted(world)
    asked = world.nobody.post("/v1/users", wish(ana.identifier))
    assert (asked.status, asked.json) == (202, {"status": "verification_sent"})
    assert outbox(ana.identifier)[-1]["subject"] == "Your Coffer account can be restored"
    assert not any(character.isdigit() for character in outbox(ana.identifier)[-1]["body"])


def test_after_thirty_days_it_cannot_be_restored_though_nothing_has_erased_it(world: World, clock: FrozenClock) -> None:
    ana, bob = deleted(world), deleted(world)
    clock.advance(THIRTY_DAYS - 2)
    assert (restore(bob).status, restore(ana).status) == (201, 401)


def test_an_erasure_leaves_nothing_personal_and_the_books_as_they_were(world: World, clock: FrozenClock) -> None:
    ana = world.customer(500)
    ana.phone.patch("/v1/me", {"display_name": "Canary"})
    assert ana.pay(500).status == 201
    world.deliver()
    assert delete(ana).status == 204
    before = [item for table in ("ledger", "journal") for item in all_items(table)]
    clock.advance(THIRTY_DAYS - 1)
    erasure.erase_due(clock.now())
    assert ana.id in {item["pk"]["S"] for item in all_items("identity")}
    clock.advance(1)
    assert erasure.erase_due(clock.now()) == 1
    assert ana.id not in {item["pk"]["S"] for table in ("identity", "notices") for item in all_items(table)}
    assert [item for table in ("ledger", "journal") for item in all_items(table)] == before
    assert audit.trial_balance().balanced
    assert ana.identifier not in at_rest()


def test_a_recycled_name_inherits_no_account(world: World, clock: FrozenClock) -> None:
    ana = deleted(world)
    clock.advance(THIRTY_DAYS)
    erasure.erase_due(clock.now())
    world.nobody.post("/v1/users", wish(ana.identifier))
    proof = {"identifier": ana.identifier, "code": world.code_of(ana.identifier)}
    welcome = world.nobody.post("/v1/users/verify", proof)
    assert welcome.status == 201
    assert welcome.json["user"]["id"] != ana.id
    assert welcome.json["user"]["wallets"] != [ana.wallet]


def test_an_erasure_cut_short_at_any_call_is_finished_by_the_next(
    world: World, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = world.customer()
    ana.phone.patch("/v1/me", {"display_name": "Canary"})
    delete(ana)
    clock.advance(THIRTY_DAYS)
    cut = 0
    while ana.id in {item["pk"]["S"] for item in all_items("identity")}:
        cut += 1
        with monkeypatch.context() as patch:
            cut_short(patch, cut)
            tasks.sweep(clock.now())
        assert cut < 90
    assert cut > 15
    assert ana.identifier not in at_rest()
    assert "canary" not in at_rest().lower()


def cut_short(patch: pytest.MonkeyPatch, most: int) -> None:
    """After so many calls to AWS nothing gets through any more."""
    left = iter(range(most))

    def sent(one: aws.Sent) -> Any:
        if next(left, None) is None:
            raise OSError("killed")
        return one.go_on()

    aws.stand_before(patch, sent)


@pytest.mark.parametrize("notice", ["account_deleted", "account_restored"])
def test_what_was_cut_short_before_the_owner_was_told_is_told_by_the_sweep(
    world: World, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch, notice: str
) -> None:
    ana = world.customer() if notice == "account_deleted" else deleted(world)
    with monkeypatch.context() as patch:
        patch.setattr(deletion, "tell", lambda user_id, at: (_ for _ in ()).throw(RuntimeError("killed")))
        assert (delete(ana) if notice == "account_deleted" else restore(ana)).status == 500
    assert sign_in(world.nobody, ana.identifier, PASSWORD).status == (401 if notice == "account_deleted" else 201)
    world.sweep()
    assert [one.kind for one in notices.inbox(ana.id, None, 10)[0]].count(notice) == 1
    world.sweep()
    assert [one.kind for one in notices.inbox(ana.id, None, 10)[0]].count(notice) == 1


@pytest.mark.parametrize("cut", [False, True])
def test_a_change_of_a_name_that_waits_ends_with_the_account(
    world: World, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch, cut: bool
) -> None:
    """A thief began it; its owner deletes the account, and restores it."""
    ana = world.customer()
    clock.advance(1)
    ana.phone.post("/v1/me/identifiers", {"identifier": "thief@example.com"})
    proof = {"identifier": "thief@example.com", "new_code": world.code_of("thief@example.com")}
    assert ana.phone.post("/v1/me/identifiers/confirm", proof).json["status"] == "waiting"
    with monkeypatch.context() as patch:
        if cut:
            patch.setattr(deletion, "tell", lambda *_: 1 / 0)
        assert delete(ana).status == (500 if cut else 204)
    assert restore(ana).status == 201
    world.sweep()
    clock.advance(73 * 3600)
    world.sweep()
    assert sign_in(world.nobody, "thief@example.com", PASSWORD).status == 401
    assert sign_in(world.nobody, ana.identifier, PASSWORD).status == 201


def test_a_deleted_account_takes_no_pushes_when_it_is_back(world: World, clock: FrozenClock) -> None:
    ana = world.customer()
    ana.phone.post("/v1/me/devices", {"push_token": "token of a phone", "platform": "ios", "name": "phone"})
    assert delete(ana).status == 204
    assert [message["subject"] for message in outbox("token of a phone")] == ["Your Coffer account is deleted"]
    clock.advance(1)
    assert restore(ana).status == 201
    assert len(outbox("token of a phone")) == 1


def test_nothing_is_restored_once_the_erasure_has_begun(world: World, clock: FrozenClock) -> None:
    ana = deleted(world)
    late = clock.advance(THIRTY_DAYS)
    assert store_deletion.begin_erasing(ana.id, late) is not None
    clock.advance(-60)
    assert restore(ana).status == 401
    assert ledger.head(ana.wallet).status == "closed"


def test_a_deletion_fails_closed_while_the_keys_are_away(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ana = world.customer()
    vault.forget()
    monkeypatch.setattr(vault, "_read", lambda at: (_ for _ in ()).throw(OSError("kms is away")))
    with pytest.raises((OSError, CofferError)):
        deletion.delete(ana.id, PASSWORD, "", kernel_clock.now())
    assert ledger.head(ana.wallet).status == "active"
