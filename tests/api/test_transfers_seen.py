"""Who sees what of a transfer: both people, each in their own history, and operators."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib.ledger import audit
from tests.api.transfer_kit import DAY_SECONDS, acquainted, cancel, introduced, send
from tests.api.world import Person, World
from tests.people import in_office


@pytest.fixture
def ana(world: World) -> Iterator[Person]:
    yield world.customer(50_000)
    world.deliver()
    assert audit.trial_balance().balanced


@pytest.fixture
def ben(world: World) -> Person:
    person = world.customer()
    assert person.phone.patch("/v1/me", {"display_name": "Benjamin Grey"}).status == 200
    return person


def test_both_are_told_and_the_note_stays_out_of_it(world: World, ana: Person, ben: Person) -> None:
    acquainted(world, ana, ben)
    send(ana, ben.identifier, 1_250, note="call me")
    world.deliver()
    told = {person: [one["title"] for one in person.phone.get("/v1/me/notices").json["data"]] for person in (ana, ben)}
    assert told[ana][0] == "¥12.50 sent to B*** G."
    assert told[ben][0] == "¥12.50 from A***"
    assert "¥1.00 put aside for B*** G." in told[ana]
    assert "call me" not in str([person.phone.get("/v1/me/notices").json for person in (ana, ben)])


def test_a_history_says_whom_and_which_way(world: World, ana: Person, ben: Person) -> None:
    acquainted(world, ana, ben)
    send(ana, ben.identifier, 1_250, note="for the tea")
    rows = [person.phone.get(f"/v1/wallets/{person.wallet}/entries").json["data"][0] for person in (ana, ben)]
    assert [(one["amount"], one["person"], one["note"]) for one in rows] == [
        (-1_250, "B*** G.", "for the tea"),
        (1_250, "A***", "for the tea"),
    ]
    assert all("processor" not in one and "merchant_id" not in one for one in rows)


def test_my_transfers_are_listed_page_by_page_each_once(world: World, ana: Person, ben: Person) -> None:
    acquainted(world, ana, ben)
    wanted = []
    for number in range(5):
        wanted.append(send(ana, ben.identifier, 10 + number, delay_hours=2 * (number % 2)).json["id"])
        ana.pay(1_000 + number)
    cancel(ana, wanted[1])
    found, cursor, pages = [], "", 0
    while cursor is not None:
        page = ana.phone.get(f"/v1/transfers?limit=2{cursor and '&cursor=' + cursor}").json
        found += page["data"]
        cursor, pages = page["next_cursor"], pages + 1
    assert [one["id"] for one in found[:5]] == wanted[::-1]
    assert [one["status"] for one in found] == [
        "completed",
        "scheduled",
        "completed",
        "cancelled",
        "completed",
        "completed",
    ]
    assert pages in (3, 4)
    incoming = ben.phone.get("/v1/transfers").json["data"]
    assert {one["direction"] for one in incoming} == {"in"}
    assert len(incoming) == 4, "what waits or was cancelled is none of theirs"


def test_operators_see_a_transfer_and_what_became_of_it(world: World, ana: Person, ben: Person) -> None:
    sent = send(ana, ben.identifier).json["id"]
    world.clock.advance(DAY_SECONDS + 1)
    world.sweep()
    office = world.nobody.bearing(in_office(world.operator_id, world.clock.now()))
    found = office.get(f"/v1/movements/{sent}")
    assert found.status == 200, found.raw
    assert (found.json["movement"]["status"], found.json["movement"]["to"]) == ("completed", ben.wallet)
    assert [one["what"] for one in found.json["timeline"]] == ["transfer-scheduled", "transfer-completed"]


def test_a_statement_on_paper_names_the_other_one(world: World, ana: Person, ben: Person) -> None:
    introduced(world, ana, ben)
    send(ana, ben.identifier, 1_250)
    path = f"/v1/wallets/{ana.wallet}/statements/2026-11"
    assert "B*** G." in ana.phone.get(f"{path}?format=csv").raw.decode()
    assert ana.phone.get(f"{path}?format=pdf").status == 200


def test_what_has_many_payments_in_between_is_found_page_by_page(
    world: World, ana: Person, ben: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page may be empty though another follows."""
    monkeypatch.setattr("chalicelib.ledger.history._LOOKED_THROUGH", 2)
    monkeypatch.setattr("chalicelib.ledger.history._PAGES_LOOKED_THROUGH", 1)
    sent = send(ana, ben.identifier).json["id"]
    for number in range(5):
        ana.pay(10 + number)
    found: list[str] = []
    page = ana.phone.get("/v1/transfers").json
    while page["next_cursor"]:
        assert page["has_more"]
        found += [one["id"] for one in page["data"]]
        page = ana.phone.get(f"/v1/transfers?cursor={page['next_cursor']}").json
    assert [*found, *(one["id"] for one in page["data"])] == [sent]
