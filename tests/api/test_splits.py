"""A bill that several people share: what each owes, how they pay, decline and are reminded, and how it ends."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib.ledger import acquaintance, audit, store
from chalicelib.ledger import service as ledger
from chalicelib.ledger.wire import size
from chalicelib.settings import settings
from tests import heads
from tests.api import account_kit, withdrawal_kit
from tests.api.caller import Reply, assert_problem
from tests.api.split_kit import ask, asked, owing, pay, proved, seen, send, step, told
from tests.api.transfer_kit import DAY_SECONDS, HOUR, introduced, look
from tests.api.withdrawal_kit import stepped_up
from tests.api.world import Person, World

pytestmark = pytest.mark.many_requests


def problem(reply: Reply, status: int, code: str) -> None:
    assert_problem(reply, status, code, reply.json.get("param"))


@pytest.fixture
def maker(world: World) -> Iterator[Person]:
    """After every test all postings sum to zero."""
    yield world.customer()
    world.deliver()
    assert audit.trial_balance().balanced


@pytest.fixture
def ben(world: World) -> Person:
    return proved(world, 50_000)


@pytest.fixture
def cleo(world: World) -> Person:
    return proved(world, 50_000)


def test_a_bill_is_shared_to_the_last_cent_with_the_odd_one_to_the_first(
    maker: Person, ben: Person, cleo: Person
) -> None:
    split = asked(maker, [ben, cleo], 10_000, own_share=1, note="tea")
    found = seen(maker, split)
    assert (found["status"], found["direction"], found["people"], found["note"]) == ("open", "out", 2, "tea")
    assert sorted(one["amount"] for one in found["parts"]) == [3_333, 3_334]
    assert (found["asked"], found["left"]) == (6_667, 6_667)
    assert [one["amount"] for one in seen(ben, split)["parts"]] == [3_334]


@pytest.mark.parametrize(
    ("method", "shares", "own", "owed"),
    [
        ("equal", [1, 1], 0, [5_000, 5_000]),
        ("shares", [3, 1], 1, [6_000, 2_000]),
        ("amounts", [7_000, 2_500], 500, [7_000, 2_500]),
        ("amounts", [7_500, 2_500], 0, [7_500, 2_500]),
    ],
)
def test_it_is_shared_equally_by_share_or_by_amount(
    maker: Person, ben: Person, cleo: Person, method: str, shares: list[int], own: int, owed: list[int]
) -> None:
    split = asked(maker, [ben, cleo], method=method, shares=shares, own_share=own)
    assert [seen(one, split)["parts"][0]["amount"] for one in (ben, cleo)] == owed


@pytest.mark.parametrize(
    "wrong",
    [
        {"shares": [2, 1]},
        {"shares": [0, 1], "method": "shares"},
        {"own_share": 2},
        {"shares": [5_000, 4_000], "method": "amounts"},
        {"shares": [5_000, 4_000], "method": "amounts", "own_share": 1_001},
        {"amount": 1},
        {"note": "look at bank.example.com"},
        {"method": "whim"},
    ],
)
def test_shares_that_do_not_add_up_are_refused(
    maker: Person, ben: Person, cleo: Person, wrong: dict[str, object]
) -> None:
    problem(ask(maker, [ben, cleo], **wrong), 422, "invalid-request")  # type: ignore[arg-type]
    assert maker.phone.get("/v1/bill-splits").json["data"] == []


def test_who_is_asked_has_an_account_here_in_that_currency_once(world: World, maker: Person, ben: Person) -> None:
    eve = world.customer(jurisdiction="DE")
    problem(ask(maker, [ben, ben]), 422, "invalid-request")
    problem(ask(maker, [eve]), 422, "currency-mismatch")
    problem(ask(maker, [ben], currency="EUR"), 422, "currency-mismatch")
    nobody = {"payee_check": look(maker, "nobody@example.com").json["payee_check"]}
    problem(send(maker, {"amount": 100, "currency": "CNY", "people": [nobody]}), 422, "invalid-request")
    for people in ([], [nobody] * 21):
        problem(send(maker, {"amount": 100, "currency": "CNY", "people": people}), 422, "invalid-request")
    others = {"payee_check": look(ben, eve.identifier).json["payee_check"]}
    problem(send(maker, {"amount": 100, "currency": "CNY", "people": [others]}), 400, "invalid-or-expired")


def test_a_look_that_is_too_old_asks_nobody_and_a_key_asks_once(world: World, maker: Person, ben: Person) -> None:
    who = {"payee_check": look(maker, ben.identifier).json["payee_check"]}
    body = {"amount": 100, "currency": "CNY", "people": [who]}
    first = send(maker, body, "k")
    assert first.status == 201
    world.clock.advance(HOUR)
    maker.sign_in()
    problem(send(maker, body), 400, "invalid-or-expired")
    again = send(maker, body, "k")
    assert (again.raw, again.headers["idempotent-replayed"]) == (first.raw, "true")
    problem(send(maker, body | {"amount": 101}, "k"), 422, "idempotency-key-reused")
    assert len(maker.phone.get("/v1/bill-splits").json["data"]) == 1


def test_nobody_shares_more_than_twenty_bills_a_day(world: World, maker: Person, ben: Person) -> None:
    body = {
        "amount": 100,
        "currency": "CNY",
        "people": [{"payee_check": look(maker, ben.identifier).json["payee_check"]}],
    }
    assert {send(maker, body).status for _ in range(20)} == {201}
    refused = send(maker, body)
    problem(refused, 429, "too-many-requests")
    assert 0 < int(refused.headers["retry-after"]) <= DAY_SECONDS


def test_a_part_is_paid_in_whole_or_in_parts_and_never_more(maker: Person, ben: Person, cleo: Person) -> None:
    split = asked(maker, [ben, cleo])
    paid = pay(ben, split, 2_000)
    assert paid.status == 201, paid.raw
    assert (paid.json["status"], paid.json["split_id"]) == ("completed", split)
    refused = pay(ben, split, 3_001)
    problem(refused, 409, "exceeds-what-is-left")
    assert refused.json["left"] == 3_000
    assert pay(ben, split, 3_000).status == 201
    over = pay(ben, split, 1)
    problem(over, 409, "invalid-state")
    assert over.json["state"] == "part-paid"
    found = seen(maker, split)
    assert (found["status"], found["left"], maker.available) == ("open", 5_000, 5_000)
    assert sorted(one["status"] for one in found["parts"]) == ["open", "paid"]
    assert pay(cleo, split, 5_000).status == 201
    assert seen(maker, split)["status"] == "paid"
    assert (ben.available, cleo.available, maker.available) == (45_000, 45_000, 10_000)


def test_one_key_pays_once_even_after_it_is_paid(maker: Person, ben: Person) -> None:
    split = asked(maker, [ben])
    first, again = (pay(ben, split, 10_000, "k") for _ in range(2))
    assert (first.status, first.raw) == (201, again.raw)
    assert (again.headers["idempotent-replayed"], maker.available) == ("true", 10_000)
    problem(pay(ben, split, 9_999, "k"), 422, "idempotency-key-reused")


def test_what_is_paid_stands_in_both_histories_as_a_transfer(world: World, maker: Person, ben: Person) -> None:
    split = asked(maker, [ben], note="tea")
    paid = pay(ben, split, 4_000).json["id"]
    for person, direction, amount in ((ben, "out", -4_000), (maker, "in", 4_000)):
        found = person.phone.get("/v1/transfers").json["data"]
        assert [(one["id"], one["direction"], one["split_id"]) for one in found] == [(paid, direction, split)]
        entry = person.phone.get(f"/v1/wallets/{person.wallet}/entries").json["data"][0]
        assert (entry["kind"], entry["amount"], entry["note"]) == ("transfer", amount, "tea")
    world.deliver()
    assert "¥40.00" in maker.phone.get("/v1/me/notices").json["data"][0]["title"]


def test_paying_somebody_new_takes_a_proof_and_makes_them_no_less_new(world: World, maker: Person) -> None:
    dan = withdrawal_kit.with_pin(world, 50_000)
    dan.sign_in()
    split = asked(maker, [dan])
    assert seen(dan, split)["new_payee"]
    problem(pay(dan, split, 1_000, "k"), 403, "step-up-required")
    stepped_up(dan)
    assert pay(dan, split, 1_000, "k").status == 201
    assert not acquaintance.known(dan.wallet, maker.wallet)
    assert seen(dan, split)["new_payee"], "a small request opens no way for a large transfer"


def test_paying_somebody_known_takes_none(world: World, maker: Person) -> None:
    dan = world.customer(50_000)
    introduced(world, dan, maker)
    split = asked(maker, [dan])
    assert "new_payee" not in seen(dan, split)
    assert pay(dan, split, 1_000).status == 201


def test_whoever_pays_is_asked_and_sees_their_own_part_alone(
    world: World, maker: Person, ben: Person, cleo: Person
) -> None:
    split, stranger = asked(maker, [ben, cleo]), world.customer(5_000)
    mine = seen(ben, split)
    assert (mine["direction"], mine["name"], len(mine["parts"])) == ("in", "A***", 1)
    assert not {"asked", "left"} & set(mine)
    for person in (stranger, maker):
        problem(pay(person, split, 100), 404, "not-found")
        problem(step(person, split, "decline"), 404, "not-found")
    for person in (stranger, ben):
        problem(step(person, split, "close"), 404, "not-found")
        problem(step(person, split, "reminders"), 404, "not-found")
    assert stranger.phone.get(f"/v1/bill-splits/{split}").status == 404
    assert ben.phone.get(f"/v1/bill-splits/{pay(ben, split, 100).json['id']}").status == 404


def test_everybody_finds_what_they_share_newest_first_by_page(
    world: World, maker: Person, ben: Person, cleo: Person
) -> None:
    made = []
    for people in ([ben], [cleo], [ben, cleo]):
        world.clock.advance(1)
        made.append(asked(maker, people))
    first = maker.phone.get("/v1/bill-splits?limit=2").json
    rest = maker.phone.get(f"/v1/bill-splits?limit=2&cursor={first['next_cursor']}").json
    assert [one["id"] for one in first["data"] + rest["data"]] == made[::-1]
    assert (first["has_more"], rest["has_more"]) == (True, False)
    his = ben.phone.get("/v1/bill-splits").json["data"]
    assert [(one["id"], one["direction"], len(one["parts"])) for one in his] == [(made[2], "in", 1), (made[0], "in", 1)]


def test_whoever_is_asked_is_told_once(world: World, maker: Person, ben: Person) -> None:
    asked(maker, [ben])
    assert told(world, ben) == ["A*** asks you for ¥100.00"]
    assert told(world, ben) == ["A*** asks you for ¥100.00"]
    assert told(world, maker) == []


def test_a_note_is_in_no_notice(world: World, maker: Person, ben: Person) -> None:
    asked(maker, [ben], note="secret tea")
    world.sweep()
    assert "secret" not in ben.phone.get("/v1/me/notices").raw.decode()


def test_whoever_owes_is_reminded_once_a_day(world: World, maker: Person, ben: Person, cleo: Person) -> None:
    split = asked(maker, [ben, cleo])
    told(world, ben)
    problem(step(maker, split, "reminders"), 429, "too-many-requests")
    pay(cleo, split, 5_000)
    world.clock.advance(DAY_SECONDS)
    for person in (maker, ben, cleo):
        person.sign_in()
    assert step(maker, split, "reminders").status == 200
    refused = step(maker, split, "reminders")
    problem(refused, 429, "too-many-requests")
    assert int(refused.headers["retry-after"]) > DAY_SECONDS - 10
    assert told(world, ben) == ["Reminder: A*** asks you for ¥50.00", "A*** asks you for ¥50.00"]
    assert len(told(world, cleo)) == 1, "whoever has paid is left alone"


def test_declining_ends_a_part_and_tells_whoever_made_the_bill(
    world: World, maker: Person, ben: Person, cleo: Person
) -> None:
    split = asked(maker, [ben, cleo])
    assert pay(ben, split, 1_000).status == 201
    for _ in range(2):
        declined = step(ben, split, "decline")
        assert (declined.status, declined.json["parts"][0]["status"]) == (200, "declined")
    refused = pay(ben, split, 1_000)
    problem(refused, 409, "invalid-state")
    assert refused.json["state"] == "part-declined"
    found = seen(maker, split)
    assert (found["status"], found["left"]) == ("open", 5_000)
    assert told(world, maker) == ["A*** will not pay ¥50.00"]
    assert pay(cleo, split, 5_000).status == 201
    assert seen(maker, split)["status"] == "paid"
    problem(step(cleo, split, "decline"), 409, "invalid-state")


def test_a_bill_that_everybody_declines_is_closed(world: World, maker: Person, ben: Person) -> None:
    split = asked(maker, [ben])
    step(ben, split, "decline")
    assert seen(maker, split)["status"] == "closed"
    assert told(world, maker) == ["A*** will not pay ¥100.00"]


def test_a_closed_bill_takes_no_payment_and_keeps_what_was_paid(world: World, maker: Person, ben: Person) -> None:
    split = asked(maker, [ben])
    pay(ben, split, 1_000)
    for _ in range(2):
        closed = step(maker, split, "close")
        assert (closed.status, closed.json["status"]) == (200, "closed")
    for act in (
        lambda: pay(ben, split, 1_000),
        lambda: step(maker, split, "reminders"),
        lambda: step(ben, split, "decline"),
    ):
        refused = act()
        problem(refused, 409, "invalid-state")
        assert refused.json["state"] == "split-closed"
    assert (maker.available, ben.available) == (1_000, 49_000)


def test_what_is_paid_is_not_closed(maker: Person, ben: Person) -> None:
    split = asked(maker, [ben])
    pay(ben, split, 10_000)
    refused = step(maker, split, "close")
    problem(refused, 409, "invalid-state")
    assert refused.json["state"] == "part-paid"


def test_after_thirty_days_it_is_over_at_once_and_the_sweep_writes_it_down(
    world: World, maker: Person, ben: Person
) -> None:
    split = asked(maker, [ben])
    world.sweep()
    world.clock.advance(30 * DAY_SECONDS)
    for person in (maker, ben):
        person.sign_in()
    stepped_up(ben)
    assert seen(maker, split)["status"] == "expired"
    refused = pay(ben, split, 1_000)
    problem(refused, 409, "invalid-state")
    assert refused.json["state"] == "expired"
    assert ledger.movement(split)["state"] == "open"
    for _ in range(2):
        world.sweep()
    kept = ledger.movement(split)
    assert (kept["state"], "due_at" in kept) == ("expired", False)


def test_nothing_is_due_of_a_bill_that_is_paid(world: World, maker: Person, ben: Person) -> None:
    split = asked(maker, [ben])
    pay(ben, split, 10_000)
    world.clock.advance(1)
    world.sweep()
    assert "due_key" not in ledger.movement(split)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"amount": 0}, 422, "amount-out-of-range"),
        ({"currency": "EUR"}, 422, "currency-mismatch"),
        ({"currency": "XXX"}, 422, "currency-mismatch"),
        ({"amount": 60_000}, 409, "insufficient-funds"),
        ({"amount": 1_000_001}, 409, "limit-reached"),
    ],
)
def test_what_forbids_a_transfer_forbids_paying_a_part(
    maker: Person, ben: Person, body: dict[str, object], status: int, code: str
) -> None:
    split = asked(maker, [ben], 2_000_000)
    problem(pay(ben, split, **({"amount": 1_000} | body)), status, code)  # type: ignore[arg-type]
    assert seen(maker, split)["left"] == 2_000_000


def test_a_frozen_payer_pays_nothing_and_a_closed_maker_gets_nothing(maker: Person, ben: Person) -> None:
    split = asked(maker, [ben])
    heads.close(maker.wallet)
    refused = pay(ben, split, 1_000)
    problem(refused, 409, "invalid-state")
    assert refused.json["state"] == "payee-closed"
    assert ledger.freeze(ben.wallet)
    problem(pay(ben, split, 1_000), 409, "wallet-frozen")


def test_a_part_is_paid_though_the_last_entry_has_a_clock_that_is_far_ahead(world: World) -> None:
    """Seed 7, decision 3856, among people: what the bill says of its maker had aged by the time of the payment."""
    maker, ben, split = owing(world)
    world.clock.advance(1_200)
    world.put_in(ben, 1)
    world.clock.advance(-1_200)
    assert pay(ben, split, 1_000).status == 201
    assert maker.available == 1_000


def test_a_frozen_maker_is_paid_all_the_same(maker: Person, ben: Person) -> None:
    split = asked(maker, [ben])
    assert ledger.freeze(maker.wallet)
    assert pay(ben, split, 1_000).status == 201


def test_a_guarded_person_pays_much_once_their_guardian_agrees(world: World, maker: Person) -> None:
    cleo = world.customer()
    ida = account_kit.bound(account_kit.easy(world, 900_000), cleo)
    introduced(world, ida, maker)
    split = asked(maker, [ida], 200_000)
    waits = pay(ida, split, 200_000, "k")
    problem(waits, 403, "guardian-approval-required")
    assert cleo.phone.post(f"/v1/me/approvals/{waits.json['approval_id']}/approve").status == 200
    assert pay(ida, split, 200_000, "k").status == 201
    assert maker.available == 200_000


def test_every_item_of_the_fattest_bill_stays_within_a_kilobyte(world: World, maker: Person) -> None:
    ben = proved(world, 9_000_000)
    for person in (maker, ben):
        person.phone.patch("/v1/me", {"display_name": "龘" * 12 + " " + "龘" * 11})
    split = asked(maker, [ben], 999_999, note="码" * 33)
    assert pay(ben, split, 400_000).status == 201
    step(ben, split, "decline")
    for table in (settings().ledger_table, settings().journal_table):
        sizes = {str(one["pk"]["S"]) + one["sk"]["S"]: size(one) for one in store.everything(table)}
        assert max(sizes.values()) <= 1_024, max(sizes.items(), key=lambda one: one[1])
