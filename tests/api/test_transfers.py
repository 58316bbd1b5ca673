"""Money from person to person: who it is before it is sent, at once or after a while, back while it waits."""

from __future__ import annotations

import pytest

from chalicelib import cloud as clients
from chalicelib.ledger import acquaintance, audit, chart, folding, store
from chalicelib.ledger import service as ledger
from chalicelib.ledger.wire import size
from chalicelib.settings import settings
from tests import heads
from tests.api import account_kit, withdrawal_kit
from tests.api.caller import Reply, assert_problem
from tests.api.transfer_kit import DAY_SECONDS, HOUR, acquainted, cancel, look, pass_on, seen, send
from tests.api.world import Person, World, fresh_key

pytestmark = pytest.mark.many_requests


def problem(reply: Reply, status: int, code: str) -> None:
    """In the form every problem has, whichever field it is about."""
    assert_problem(reply, status, code, reply.json.get("param"))


@pytest.fixture
def ana(world: World) -> Person:
    return world.customer(50_000)


@pytest.fixture
def ben(world: World) -> Person:
    person = world.customer()
    assert person.phone.patch("/v1/me", {"display_name": "Benjamin Grey"}).status == 200
    return person


@pytest.fixture(autouse=True)
def books(world: World) -> object:
    """After every test all postings sum to zero, and escrow holds what waits."""
    yield
    world.deliver()
    assert audit.trial_balance().balanced
    waiting = (one for one in store.everything(settings().ledger_table) if one.get("state", {}).get("S") == "scheduled")
    assert folding.total(chart.escrow("CNY")) == sum(int(one["amount"]["N"]) for one in waiting)


def test_a_check_shows_a_masked_name_and_how_well_the_one_i_know_fits(ana: Person, ben: Person) -> None:
    levels = {}
    for typed in ("benjamin  GREY", "Grey, Benjamin", "Benjamin Gray", "Benjamin", "Oleg Ivanov"):
        found = look(ana, ben.identifier, name=typed).json
        assert found["name"] == "B*** G."
        levels[typed] = found["match"]
    assert list(levels.values()) == ["exact", "exact", "close", "close", "none"]
    plain = look(ana, ben.identifier).json
    assert (plain["match"], plain["invitation"], plain["new_payee"]) == ("not-asked", False, True)
    assert (plain["reason"], plain["delay_hours"]) == ("new-payee", 24)
    assert "24 hours" in plain["explanation"]


def test_known_and_unknown_take_the_same_calls_and_have_the_same_members(
    ana: Person, ben: Person, aws_calls: list[tuple[str, str]]
) -> None:
    look(ana, ben.identifier)
    told = []
    for name in (ben.identifier, "nobody@example.com"):
        aws_calls.clear()
        found = look(ana, name)
        told.append((found.status, sorted(found.json), list(aws_calls)))
    assert told[0] == told[1]


def test_looks_are_counted(ana: Person, ben: Person) -> None:
    for _ in range(30):
        assert look(ana, ben.identifier).status == 200
    problem(look(ana, ben.identifier), 429, "too-many-requests")


def test_nobody_sends_money_to_themselves(ana: Person) -> None:
    refused = look(ana, ana.identifier)
    problem(refused, 422, "invalid-request")
    assert refused.json["param"] == "identifier"


def test_the_first_transfer_to_somebody_waits_a_day_and_the_next_goes_at_once(
    world: World, ana: Person, ben: Person
) -> None:
    first = send(ana, ben.identifier, 2_000, note="for the tea")
    assert (first.status, first.json["status"], first.json["reason"]) == (201, "scheduled", "new-payee")
    assert first.headers["retry-after"] == "60"
    assert (ana.available, ben.available) == (48_000, 0)
    assert ben.phone.get(f"/v1/transfers/{first.json['id']}").status == 404
    world.clock.advance(DAY_SECONDS - 60)
    assert world.sweep() == 0 or seen_by(ana, first.json["id"]) == "scheduled"
    world.clock.advance(61)
    world.sweep()
    for person in (ana, ben):
        person.sign_in()
    assert seen(ana, first.json["id"])["status"] == "completed"
    assert ben.available == 2_000
    again = send(ana, ben.identifier, 500)
    assert (again.json["status"], again.json.get("reason")) == ("completed", None)
    assert (ana.available, ben.available) == (47_500, 2_500)
    mine = seen(ben, first.json["id"])
    assert (mine["direction"], mine["name"], mine["note"], mine["wallet_id"]) == (
        "in",
        "A***",
        "for the tea",
        ben.wallet,
    )
    assert ana.wallet not in str(mine)


def seen_by(person: Person, transfer_id: str) -> str:
    person.sign_in()
    return str(seen(person, transfer_id)["status"])


def test_a_direct_transfer_is_one_transaction_that_reads_nothing(
    world: World, ana: Person, ben: Person, aws_calls: list[tuple[str, str]]
) -> None:
    """What rests for maintenance is known already: a process asks that every 15 s."""
    acquainted(world, ana, ben)
    pass_on(ana, look(ana, ben.identifier).json["payee_check"])
    world.clock.advance(1)
    check = look(ana, ben.identifier).json["payee_check"]
    aws_calls.clear()
    assert pass_on(ana, check).json["status"] == "completed"
    assert aws_calls == [("dynamodb", "TransactWriteItems")]


def test_a_check_that_says_we_know_each_other_does_not_decide_it(world: World, ana: Person, ben: Person) -> None:
    acquainted(world, ana, ben)
    check = look(ana, ben.identifier).json["payee_check"]
    pair = acquaintance._pair(ana.wallet, ben.wallet)
    clients.client("dynamodb").delete_item(
        TableName=settings().ledger_table, Key={"pk": {"S": pair}, "sk": {"S": "PAID"}}
    )
    sent = pass_on(ana, check)
    assert (sent.json["status"], sent.json["reason"]) == ("scheduled", "new-payee")


def test_one_key_sends_once_and_answers_the_same_bytes(world: World, ana: Person, ben: Person) -> None:
    check = look(ana, ben.identifier).json["payee_check"]
    first, again = (pass_on(ana, check, 300, key="k") for _ in range(2))
    assert (first.status, first.raw) == (again.status, again.raw)
    assert again.headers["idempotent-replayed"] == "true"
    assert ana.available == 49_700
    problem(pass_on(ana, check, 301, key="k"), 422, "idempotency-key-reused")
    world.clock.advance(HOUR)
    ana.sign_in()
    assert pass_on(ana, check, 300, key="k").raw == first.raw
    problem(pass_on(ana, check, 300), 400, "invalid-or-expired")


def test_a_check_is_good_for_whoever_made_it(world: World, ana: Person, ben: Person) -> None:
    other = world.customer(5_000)
    check = look(ana, ben.identifier).json["payee_check"]
    problem(pass_on(other, check), 400, "invalid-or-expired")
    for forged in ("a.b.c", check[:-4] + "AAAA", ana.tokens["access_token"]):
        problem(pass_on(ana, forged), 400, "invalid-or-expired")
    assert world.nobody.bearing(check).get("/v1/wallets").status == 401


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"amount": 0}, 422, "amount-out-of-range"),
        ({"currency": "EUR"}, 422, "currency-mismatch"),
        ({"currency": "XXX"}, 422, "currency-mismatch"),
        ({"amount": 60_000}, 409, "insufficient-funds"),
        ({"amount": 1_000_001}, 409, "limit-reached"),
        ({"note": "look at bank.example.com"}, 422, "invalid-request"),
        ({"note": "x" * 101}, 422, "invalid-request"),
        ({"delay_hours": 3}, 422, "invalid-request"),
    ],
)
def test_what_may_not_be_sent_is_refused(
    ana: Person, ben: Person, more: dict[str, object], status: int, code: str
) -> None:
    problem(send(ana, ben.identifier, **more), status, code)  # type: ignore[arg-type]
    assert ana.available == 50_000


def test_a_payee_with_another_currency_is_refused(world: World, ana: Person) -> None:
    eve = world.customer(jurisdiction="DE")
    assert look(ana, eve.identifier).json["currency"] == "EUR"
    for currency in ("CNY", "EUR"):
        problem(send(ana, eve.identifier, currency=currency), 422, "currency-mismatch")


def test_a_day_of_transfers_and_payments_has_one_limit(world: World, ana: Person, ben: Person) -> None:
    rich = world.customer(4_000_000)
    acquainted(world, rich, ben, 1)
    person = stepped(world, rich)
    for _ in range(2):
        assert send(person, ben.identifier, 1_000_000).status == 201
    assert person.pay(900_000).status == 201
    refused = send(person, ben.identifier, 200_000)
    problem(refused, 409, "limit-reached")
    assert refused.json["limit"] == "day"


def stepped(world: World, person: Person) -> Person:
    pin = {"pin": withdrawal_kit.PIN, "password": "correct horse battery staple"}
    assert person.phone.request("PUT", "/v1/me/payment-pin", pin).status == 204
    return withdrawal_kit.stepped_up(person)


def test_a_large_transfer_takes_a_step_up_and_the_same_key_sends_after_it(world: World, ben: Person) -> None:
    rich = withdrawal_kit.with_pin(world, 900_000)
    rich.sign_in()
    check = look(rich, ben.identifier).json["payee_check"]
    problem(pass_on(rich, check, 600_000, key="k"), 403, "step-up-required")
    withdrawal_kit.stepped_up(rich)
    assert pass_on(rich, check, 600_000, key="k").status == 201


def test_it_can_be_cancelled_until_it_arrives_once_or_many_times(world: World, ana: Person, ben: Person) -> None:
    sent = send(ana, ben.identifier).json["id"]
    for _ in range(2):
        gone = cancel(ana, sent)
        assert (gone.status, gone.json["status"]) == (200, "cancelled")
    assert ana.available == 50_000
    world.clock.advance(DAY_SECONDS + 1)
    world.sweep()
    for person in (ana, ben):
        person.sign_in()
    assert (ben.available, seen(ana, sent)["status"]) == (0, "cancelled")
    assert look(ana, ben.identifier).json["new_payee"], "nothing has arrived"


def test_what_has_arrived_is_not_cancelled_and_nobody_else_cancels(world: World, ana: Person, ben: Person) -> None:
    sent = send(ana, ben.identifier).json["id"]
    problem(cancel(ben, sent), 404, "not-found")
    world.clock.advance(DAY_SECONDS + 1)
    world.sweep()
    for person in (ana, ben):
        person.sign_in()
    refused = cancel(ana, sent)
    problem(refused, 409, "invalid-state")
    assert refused.json["state"] == "completed"
    problem(cancel(ben, sent), 404, "not-found")
    assert (ana.available, ben.available) == (48_000, 2_000)


@pytest.mark.parametrize(("wish", "hours"), [(2, 2), (24, 24)])
def test_whoever_wishes_waits_longer(world: World, ana: Person, ben: Person, wish: int, hours: int) -> None:
    acquainted(world, ana, ben)
    sent = send(ana, ben.identifier, delay_hours=wish).json
    assert (sent["status"], sent["reason"]) == ("scheduled", "chosen")
    world.clock.advance(hours * HOUR - 60)
    world.sweep()
    assert seen_by(ana, sent["id"]) == "scheduled"
    world.clock.advance(61)
    world.sweep()
    assert seen_by(ana, sent["id"]) == "completed"


def test_in_easy_mode_every_transfer_waits(world: World, ben: Person) -> None:
    ida = account_kit.easy(world, 5_000)
    acquainted(world, ida, ben)
    found = look(ida, ben.identifier).json
    assert (found["new_payee"], found["reason"]) == (False, "easy-mode")
    assert send(ida, ben.identifier).json["reason"] == "easy-mode"


def test_a_guarded_person_sends_much_once_their_guardian_agrees_and_however_late(world: World, ben: Person) -> None:
    cleo = world.customer()
    ida = account_kit.bound(account_kit.easy(world, 900_000), cleo)
    check = look(ida, ben.identifier).json["payee_check"]
    asked = pass_on(ida, check, 200_000, key="k")
    problem(asked, 403, "guardian-approval-required")
    world.clock.advance(HOUR)
    for person in (ida, cleo):
        person.sign_in()
    approved = cleo.phone.post(f"/v1/me/approvals/{asked.json['approval_id']}/approve")
    assert approved.status == 200
    assert pass_on(ida, check, 200_000, key="k").status == 201
    problem(pass_on(ida, check, 200_000), 400, "invalid-or-expired")


def test_a_frozen_payee_gets_it_a_closed_one_does_not(world: World, ana: Person, ben: Person) -> None:
    acquainted(world, ana, ben)
    assert ben.phone.post("/v1/me/freeze", {}).status in (200, 201, 204)
    assert send(ana, ben.identifier, 700).json["status"] == "completed"
    heads.close(ben.wallet)
    refused = send(ana, ben.identifier, 700)
    problem(refused, 409, "invalid-state")
    assert refused.json["state"] == "payee-closed"


def test_what_waits_for_a_wallet_that_closes_comes_back_and_says_why(world: World, ana: Person, ben: Person) -> None:
    sent = send(ana, ben.identifier).json["id"]
    heads.close(ben.wallet)
    world.clock.advance(DAY_SECONDS + 1)
    world.sweep()
    ana.sign_in()
    back = seen(ana, sent)
    assert (back["status"], back["return_reason"], ana.available) == ("returned", "payee-closed", 50_000)


def test_what_comes_back_to_a_closed_wallet_waits_unclaimed(world: World, ana: Person, ben: Person) -> None:
    sent = send(ana, ben.identifier).json["id"]
    heads.close(ana.wallet)
    heads.close(ben.wallet)
    world.clock.advance(DAY_SECONDS + 1)
    world.sweep()
    world.deliver()
    assert ledger.movement(sent)["state"] == "returned"
    assert folding.total(chart.unclaimed("CNY")) == 2_000


def test_a_frozen_wallet_sends_nothing_and_what_waits_can_be_taken_back(world: World, ana: Person, ben: Person) -> None:
    sent = send(ana, ben.identifier).json["id"]
    check = look(ana, ben.identifier).json["payee_check"]
    assert ledger.freeze(ana.wallet)
    problem(pass_on(ana, check), 409, "wallet-frozen")
    assert cancel(ana, sent).json["status"] == "cancelled"


def test_a_revoked_session_sends_nothing(world: World, ana: Person, ben: Person) -> None:
    check = look(ana, ben.identifier).json["payee_check"]
    assert ana.phone.delete("/v1/sessions/current").status == 204
    assert pass_on(ana, check).status == 401


def test_every_item_of_the_fattest_transfer_stays_within_a_kilobyte(world: World) -> None:
    phone = world.customer(9_000_000_000)
    phone.phone.patch("/v1/me", {"display_name": "龘" * 12 + " " + "龘" * 11})
    contact = "q" * 64 + "@" + ".".join(["d" * 58] * 3) + ".example"
    found = phone.phone.post("/v1/payee-checks", {"identifier": contact}).json
    body = {"payee_check": found["payee_check"], "amount": 999_999, "currency": "CNY", "note": "码" * 33}
    sent = (
        stepped(world, phone)
        .phone.with_headers(accept_language="zh")
        .post("/v1/transfers", body, idempotency_key=fresh_key())
    )
    assert sent.status == 201, sent.raw
    world.clock.advance(3 * DAY_SECONDS)
    world.sweep()
    for table in (settings().ledger_table, settings().journal_table):
        sizes = {str(one["pk"]["S"]) + one["sk"]["S"]: size(one) for one in store.everything(table)}
        assert max(sizes.values()) <= 1_024, max(sizes.items(), key=lambda one: one[1])


def test_a_contact_typed_into_a_note_is_taken_out(ana: Person, ben: Person) -> None:
    assert send(ana, ben.identifier, note="ring +86 138 0013 8000").json["note"] == "ring ***"
