"""Red packets: all of it is put aside at once, everybody has one share at most, and what is left goes back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from chalicelib.ledger import audit, chart, folding, store
from chalicelib.ledger import service as ledger
from chalicelib.ledger.wire import size
from chalicelib.settings import settings
from chalicelib.transfers import packets, tasks
from tests import heads
from tests.api import account_kit, withdrawal_kit
from tests.api.caller import Reply, assert_problem
from tests.api.test_cut_off import Killed, kill
from tests.api.transfer_kit import DAY_SECONDS, look, open_packet, packet
from tests.api.world import Person, World, fresh_key

pytestmark = pytest.mark.many_requests


@pytest.fixture
def ana(world: World) -> Iterator[Person]:
    """After every test the books balance, and escrow holds what nobody has opened."""
    yield world.customer(50_000)
    world.deliver()
    assert audit.trial_balance().balanced
    items = list(store.everything(settings().ledger_table))
    open_ = sum(int(one["amount"]["N"]) for one in items if one.get("kind", {}).get("S") == "red-packet" and alive(one))
    taken = sum(int(one["amount"]["N"]) for one in items if one["sk"]["S"].startswith("SLOT#"))
    assert folding.total(chart.escrow("CNY")) == open_ - taken


def alive(movement: dict[str, Any]) -> bool:
    return bool(movement["state"]["S"] != "refused")


@pytest.fixture
def ben(world: World) -> Person:
    return world.customer()


def problem(reply: Reply, status: int, code: str) -> Any:
    assert_problem(reply, status, code, reply.json.get("param"))
    return reply.json


def seen(person: Person, made: dict[str, Any], link: str = "") -> dict[str, Any]:
    reply = person.phone.get(f"/v1/red-packets/{made['id']}" + (f"?link={link}" if link else ""))
    assert reply.status == 200, reply.raw
    found: dict[str, Any] = reply.json
    return found


def test_a_packet_takes_all_of_it_at_once_and_every_share_is_somebodys_once(world: World, ana: Person) -> None:
    made = packet(ana, 1_000, 5, greeting="good luck").json
    assert (made["status"], made["shares"], ana.available) == ("open", 5, 49_000)
    friends = [world.customer() for _ in range(7)]
    told = [open_packet(friend, made) for friend in friends]
    assert [one.status for one in told] == [201] * 5 + [409] * 2
    assert sum(one.json["amount"] for one in told[:5]) == 1_000
    assert {one.json["state"] for one in told[5:]} == {"all-claimed"}
    assert [friend.available for friend in friends] == [one.json.get("amount", 0) for one in told[:5]] + [0, 0]
    assert told[0].json["greeting"] == "good luck"
    over = seen(ana, made)
    assert (over["status"], over["claimed"], over["claimed_amount"]) == ("claimed", 5, 1_000)
    best = max(one["amount"] for one in over["claims"])
    assert all(one["best"] == (one["amount"] == best) for one in over["claims"])


def test_of_many_claimers_exactly_as_many_win_as_there_are_shares(world: World, ana: Person) -> None:
    made = packet(ana, 5_000, 20).json
    friends = [world.customer() for _ in range(30)]
    told = [open_packet(friend, made).status for friend in friends]
    assert (told.count(201), told.count(409)) == (20, 10)
    assert sum(friend.available for friend in friends) == 5_000
    taken = [one["sk"]["S"] for one in store.everything(settings().ledger_table) if one["sk"]["S"].startswith("SLOT#")]
    assert len(set(taken)) == len(taken) == 20


def test_everybody_opens_it_once_and_one_key_answers_the_same_bytes(ana: Person, ben: Person) -> None:
    made = packet(ana).json
    first = open_packet(ben, made, "k")
    again = open_packet(ben, made, "k")
    assert (first.status, again.raw, again.headers["idempotent-replayed"]) == (201, first.raw, "true")
    assert problem(open_packet(ben, made), 409, "invalid-state")["state"] == "already-claimed"
    assert ben.available == first.json["amount"]


def test_whoever_opens_it_twice_at_once_has_one_share(
    ana: Person, ben: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have looked before either has a share."""
    made = packet(ana).json
    monkeypatch.setattr(packets.Places, "has", lambda places, wallet: False)
    first, second = open_packet(ben, made), open_packet(ben, made)
    assert (first.status, problem(second, 409, "invalid-state")["state"]) == (201, "already-claimed")
    assert ben.available == first.json["amount"]


def test_of_whoever_says_no_number_there_is_one_share(world: World, ana: Person) -> None:
    body = {"amount": 700, "currency": "CNY", "split": "lucky"}
    made = ana.phone.post("/v1/red-packets", body, idempotency_key=fresh_key()).json
    assert made["shares"] == 1
    assert open_packet(world.customer(), made).json["amount"] == 700


def test_equal_shares_are_equal(world: World, ana: Person) -> None:
    made = packet(ana, 1_001, 4, split="equal").json
    got = [open_packet(world.customer(), made).json["amount"] for _ in range(4)]
    assert sorted(got) == [250, 250, 250, 251]
    assert not any(one["best"] for one in seen(ana, made)["claims"])


def test_without_the_link_nobody_knows_it(world: World, ana: Person, ben: Person) -> None:
    made = packet(ana).json
    path = f"/v1/red-packets/{made['id']}"
    for link in ("", "x" * 26):
        assert_problem(open_packet(ben, made | {"link": link}), 404, "not-found")
        assert_problem(ben.phone.get(f"{path}?link={link}" if link else path), 404, "not-found")
    assert seen(ben, made, made["link"])["claims"] == []
    assert seen(ben, made, made["link"])["link"] == ""
    open_packet(ben, made)
    assert seen(ben, made)["claims"][0]["mine"]


def test_one_for_people_by_name_is_theirs_alone_and_they_are_told(world: World, ana: Person, ben: Person) -> None:
    cleo, dora = world.customer(), world.customer()
    checks = [look(ana, one.identifier).json["payee_check"] for one in (ben, cleo)]
    made = packet(ana, 100, payee_checks=checks).json
    assert (made["shares"], "link" in made) == (2, False)
    assert_problem(open_packet(dora, made), 404, "not-found")
    world.deliver()
    assert ben.phone.get("/v1/me/notices").json["data"][0]["title"] == "A red packet from A***"
    assert [open_packet(one, made).status for one in (ben, cleo)] == [201, 201]


def test_nobody_opens_their_own(ana: Person) -> None:
    made = packet(ana).json
    assert problem(open_packet(ana, made), 409, "invalid-state")["state"] == "own-packet"


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"amount": 3, "shares": 4}, 422, "amount-out-of-range"),
        ({"shares": 101}, 422, "invalid-request"),
        ({"shares": 0}, 422, "invalid-request"),
        ({"amount": 60_000}, 409, "insufficient-funds"),
        ({"amount": 1_000_001}, 409, "limit-reached"),
        ({"currency": "EUR"}, 422, "currency-mismatch"),
        ({"split": "unfair"}, 422, "invalid-request"),
        ({"greeting": "www.bank"}, 422, "invalid-request"),
        ({"payee_checks": ["a.b.c"]}, 400, "invalid-or-expired"),
    ],
)
def test_what_may_not_be_sent_is_refused(ana: Person, more: dict[str, Any], status: int, code: str) -> None:
    body = {"amount": 1_000, "currency": "CNY", "split": "lucky", "shares": 4} | more
    problem(ana.phone.post("/v1/red-packets", body, idempotency_key="k"), status, code)
    assert ana.available == 50_000


def test_a_packet_for_somebody_without_an_account_is_refused(ana: Person) -> None:
    check = look(ana, "nobody@example.com").json["payee_check"]
    problem(packet(ana, payee_checks=[check]), 422, "invalid-request")


def test_a_large_packet_takes_a_step_up(world: World) -> None:
    rich = withdrawal_kit.with_pin(world, 900_000)
    rich.sign_in()
    problem(packet(rich, 600_000, key="k"), 403, "step-up-required")
    withdrawal_kit.stepped_up(rich)
    assert packet(rich, 600_000, key="k").status == 201


def test_a_guarded_person_sends_a_large_one_once_their_guardian_agrees(world: World, ben: Person) -> None:
    ida = account_kit.bound(account_kit.easy(world, 900_000), ben)
    asked = problem(packet(ida, 200_000, key="k"), 403, "guardian-approval-required")
    assert ben.phone.post(f"/v1/me/approvals/{asked['approval_id']}/approve").status == 200
    assert packet(ida, 200_000, key="k").status == 201


def test_a_revoked_session_and_a_frozen_wallet_open_nothing(world: World, ana: Person, ben: Person) -> None:
    made, cleo = packet(ana).json, world.customer()
    assert ben.phone.delete("/v1/sessions/current").status == 204
    assert open_packet(ben, made).status == 401
    assert ledger.freeze(cleo.wallet)
    problem(open_packet(cleo, made), 409, "wallet-frozen")
    assert seen(ana, made)["claimed"] == 0


def test_what_nobody_has_opened_after_a_day_goes_back_and_nobody_opens_it_then(
    world: World, ana: Person, ben: Person
) -> None:
    made = packet(ana, 1_000, 50).json
    share = open_packet(ben, made).json["amount"]
    world.clock.advance(DAY_SECONDS + 1)
    for person in (ana, ben):
        person.sign_in()
    late = world.customer()
    assert problem(open_packet(late, made), 409, "invalid-state")["state"] == "expired"
    assert seen(ana, made)["status"] == "expired"
    world.sweep()
    over = seen(ana, made)
    assert (over["status"], over["claimed"], over["claimed_amount"]) == ("returned", 1, share)
    assert ana.available == 50_000 - share
    assert world.sweep() >= 0
    assert ana.available == 50_000 - share
    world.deliver()
    titles = [one["title"] for one in ana.phone.get("/v1/me/notices").json["data"]]
    assert sum("came back from your red packet" in one for one in titles) == 2, "forty at once, then nine"


def test_what_goes_back_to_a_closed_wallet_waits_unclaimed(world: World, ana: Person) -> None:
    made = packet(ana).json
    heads.close(ana.wallet)
    world.clock.advance(DAY_SECONDS + 1)
    tasks.sweep(world.clock.now())
    world.deliver()
    assert ledger.movement(made["id"])["state"] == "ended"
    assert folding.total(chart.unclaimed("CNY")) == 1_000


@pytest.mark.parametrize("effect", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("after", range(1, 8))
def test_a_return_that_is_cut_off_anywhere_goes_on_from_there(
    world: World, ana: Person, monkeypatch: pytest.MonkeyPatch, after: int, effect: bool
) -> None:
    made = packet(ana, 1_000, 90).json
    world.clock.advance(DAY_SECONDS + 1)
    with monkeypatch.context() as patch:
        kill(patch, after, effect)
        with suppress(Killed):
            packets.end(made["id"], world.clock.now())
    tasks.sweep(world.clock.now())
    assert (ledger.movement(made["id"])["state"], ledger.head(ana.wallet).available) == ("ended", 50_000)


def test_a_share_that_is_opened_while_the_rest_goes_back_is_its_openers(
    world: World, ana: Person, ben: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = packet(ana, 1_000, 6).json
    world.clock.advance(DAY_SECONDS - 60)
    ben.sign_in()
    before, told = packets.packing.giving_back, []

    def meanwhile(*given: Any) -> Any:
        if not told:
            told.append(open_packet(ben, made))
        return before(*given)

    monkeypatch.setattr(packets.packing, "giving_back", meanwhile)
    ledger_at = packets.ledger.movement(made["id"])
    assert packets.end(made["id"], packets.clock.read(ledger_at["due_at"]))
    assert told[0].status == 201
    share = told[0].json["amount"]
    assert (ledger.head(ana.wallet).available, ledger.head(ben.wallet).available) == (50_000 - share, share)


def test_a_claim_writes_neither_the_packet_nor_anybodys_head_but_the_claimers(
    world: World, ana: Person, ben: Person, aws_calls: list[tuple[str, str]]
) -> None:
    made = packet(ana).json
    before = {(one["pk"]["S"], one["sk"]["S"]): one for one in store.everything(settings().ledger_table)}
    world.clock.advance(1)
    open_packet(ben, made)
    after = {(one["pk"]["S"], one["sk"]["S"]): one for one in store.everything(settings().ledger_table)}
    changed = {key for key in after if before.get(key) != after[key]}
    kinds = sorted(sk.partition("#")[0] for _, sk in changed)
    assert kinds == ["HEAD", "MOVEMENT", "OPENED", "SLOT"]
    assert (ben.wallet, "HEAD") in changed
    assert (made["id"], "MOVEMENT") not in changed


def test_every_item_of_the_fattest_packet_stays_within_a_kilobyte(world: World, ben: Person) -> None:
    rich = world.customer(5_000_000)
    rich.phone.patch("/v1/me", {"display_name": "龘" * 12 + " " + "龘" * 11})
    rich.sign_in()
    made = packet(rich, 499_999, 100, greeting="码" * 33).json
    assert open_packet(ben, made).status == 201
    checks = [look(rich, world.customer().identifier).json["payee_check"] for _ in range(20)]
    assert packet(rich, 400_000, payee_checks=checks).status == 201
    for table in (settings().ledger_table, settings().journal_table):
        sizes = {one["pk"]["S"] + " " + one["sk"]["S"]: size(one) for one in store.everything(table)}
        assert max(sizes.values()) <= 1_024, max(sizes.items(), key=lambda one: one[1])
