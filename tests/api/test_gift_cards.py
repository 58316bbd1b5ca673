"""Gift cards: bought with a code that only the buyer sees, claimed once by whoever brings it, or back to the buyer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.kernel import money
from chalicelib.ledger import audit, chart, folding, store
from chalicelib.ledger import service as ledger
from chalicelib.ledger.wire import size
from chalicelib.settings import settings
from chalicelib.transfers import gifts
from tests import heads
from tests.api import account_kit, withdrawal_kit
from tests.api.caller import Reply, assert_problem
from tests.api.gift_kit import DAY_SECONDS, PATH, YEAR_SECONDS, bought, buy, cancel, claim, look, seen, wish
from tests.api.world import Person, World

pytestmark = pytest.mark.many_requests


@pytest.fixture
def ana(world: World) -> Iterator[Person]:
    """After every test the books balance, and escrow holds what nobody has claimed."""
    yield world.customer(50_000)
    world.deliver()
    assert audit.trial_balance().balanced
    items = [one for one in store.everything(settings().ledger_table) if one.get("kind", {}).get("S") == "gift-card"]
    waiting = sum(int(one["amount"]["N"]) for one in items if one["state"]["S"] == "open")
    assert folding.total(chart.escrow("CNY")) == waiting


@pytest.fixture
def ben(world: World) -> Person:
    return world.customer()


def problem(reply: Reply, status: int, code: str) -> Any:
    assert_problem(reply, status, code, reply.json.get("param"))
    return reply.json


def titles(person: Person) -> list[str]:
    found = person.phone.get("/v1/me/notices").json["data"]
    return [one["title"] for one in found if "gift" in one["kind"]]


def test_a_card_leaves_the_wallet_at_once_and_is_whoevers_brings_its_code(
    world: World, ana: Person, ben: Person
) -> None:
    made = bought(ana, 3_000, message="happy birthday", design="birthday")
    assert (made["status"], made["direction"], ana.available) == ("open", "out", 47_000)
    assert made["claim_url"].endswith(f"/app/#/gift-cards/claim?code={made['code']}")
    shown = look(ben, made["code"]).json
    assert shown == {
        "amount": 3_000,
        "currency": "CNY",
        "message": "happy birthday",
        "design": "birthday",
        "status": "open",
        "expires_at": made["expires_at"],
        "own": False,
        "from": "A***",
    }
    got = claim(ben, made["code"]).json
    assert (got["status"], got["amount"], got["from"], got["gift_card_id"]) == ("claimed", 3_000, "A***", made["id"])
    assert (ana.available, ben.available) == (47_000, 3_000)
    over = seen(ana, made)
    assert (over["status"], over["claimed_by"]) == ("claimed", "A***")
    assert "code" not in over and "claim_url" not in over, "a code that is good for nothing is shown to nobody"
    theirs = seen(ben, made)
    assert (theirs["direction"], theirs["from"], "claimed_by" in theirs) == ("in", "A***", False)
    world.deliver()
    amount = money.shown(3_000, "CNY")
    assert titles(ben) == [f"{amount} from A***'s gift card"]
    assert sorted(titles(ana)) == [f"You bought a gift card for {amount}", "Your gift card was claimed"]


def test_a_card_is_claimed_once_and_one_key_answers_the_same_bytes(world: World, ana: Person, ben: Person) -> None:
    made = bought(ana)
    first, again = (claim(ben, made["code"], "k") for _ in range(2))
    assert (first.status, again.raw, again.headers["idempotent-replayed"]) == (201, first.raw, "true")
    for person in (ben, world.customer()):
        assert problem(claim(person, made["code"]), 409, "invalid-state")["state"] == "gift-claimed"
    assert ben.available == 1_000


def test_buying_again_with_the_same_key_shows_the_same_card_and_code(ana: Person) -> None:
    first, again = (buy(ana, key="k") for _ in range(2))
    assert (first.status, again.raw, ana.available) == (201, first.raw, 49_000)
    assert seen(ana, first.json)["code"] == first.json["code"]


def test_a_code_may_be_typed_in_any_way_that_is_read_the_same(ana: Person, ben: Person) -> None:
    made = bought(ana)
    typed = made["code"].lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert claim(ben, typed).status == 201


def test_no_table_holds_a_code(ana: Person) -> None:
    made = bought(ana)
    for table in (settings().ledger_table, settings().journal_table, settings().notices_table):
        for item in store.everything(table):
            assert made["code"] not in str(item) and made["code"].replace("-", "") not in str(item)


def test_where_the_secret_is_turned_a_code_stays_good_and_is_shown_no_more(
    ana: Person, ben: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = bought(ana)
    with monkeypatch.context() as patch:
        patch.setattr(gifts.model, "code_of", lambda gift_id, secret: "00000-00000-00000-00000")
        assert "code" not in seen(ana, made)
        assert claim(ben, made["code"]).status == 201


def test_nobody_knows_a_card_without_its_code(world: World, ana: Person, ben: Person) -> None:
    made = bought(ana)
    for code in ("x", "0" * 20, made["code"][:-1] + ("0" if made["code"][-1] != "0" else "2")):
        assert_problem(look(ben, code), 404, "not-found", "code")
        assert_problem(claim(ben, code), 404, "not-found", "code")
    assert_problem(ben.phone.get(f"{PATH}/{made['id']}"), 404, "not-found")
    assert_problem(cancel(ben, made), 404, "not-found")


def test_codes_cannot_be_guessed(world: World, ana: Person, ben: Person) -> None:
    made = bought(ana)
    tried = [look(ben, "0" * 20).status for _ in range(10)] + [claim(ben, "0" * 20).status for _ in range(10)]
    assert tried == [404] * 20
    for refused in (look(ben, made["code"]), claim(ben, made["code"])):
        assert_problem(refused, 429, "too-many-requests")
        assert 0 < int(refused.headers["retry-after"]) <= 3_600
    assert claim(world.customer(), made["code"]).status == 201, "only they must wait"
    world.clock.advance(3_600)
    ben.sign_in()
    assert look(ben, made["code"]).status == 200


def test_whoever_has_claimed_is_told_so_again_whatever_else_they_tried(ana: Person, ben: Person) -> None:
    made = bought(ana)
    first = claim(ben, made["code"], "k")
    while look(ben, "0" * 20).status != 429:
        pass
    assert claim(ben, made["code"], "k").raw == first.raw


def test_a_buyer_cancels_and_does_not_claim(ana: Person, ben: Person) -> None:
    made = bought(ana)
    assert look(ana, made["code"]).json["own"]
    assert problem(claim(ana, made["code"]), 409, "invalid-state")["state"] == "own-gift-card"
    first, again = (cancel(ana, made, "k") for _ in range(2))
    assert (first.status, first.json["status"], again.raw, ana.available) == (201, "cancelled", first.raw, 50_000)
    assert problem(claim(ben, made["code"]), 409, "invalid-state")["state"] == "cancelled"
    assert problem(cancel(ana, made), 409, "invalid-state")["state"] == "cancelled"
    assert (seen(ana, made)["status"], ben.available) == ("cancelled", 0)


def test_what_was_claimed_is_not_cancelled(ana: Person, ben: Person) -> None:
    made = bought(ana)
    claim(ben, made["code"])
    assert problem(cancel(ana, made), 409, "invalid-state")["state"] == "gift-claimed"


def test_cards_are_listed_bought_and_received_newest_first(world: World, ana: Person, ben: Person) -> None:
    world.put_in(ben, 9_000)
    first = bought(ana)
    world.clock.advance(1)
    mine = bought(ben, 2_000)
    world.clock.advance(1)
    claim(ben, first["code"])
    listed = ben.phone.get(PATH).json["data"]
    assert [(one["id"], one["direction"]) for one in listed] == [(first["id"], "in"), (mine["id"], "out")]
    assert ("code" in listed[0], listed[1]["code"]) == (False, mine["code"])
    page = ben.phone.get(f"{PATH}?limit=1").json
    assert (len(page["data"]), page["has_more"]) == (1, True)


def test_its_buyer_is_reminded_and_has_it_back_after_a_year(world: World, ana: Person) -> None:
    made = bought(ana)
    world.clock.advance(YEAR_SECONDS - 30 * DAY_SECONDS)
    world.sweep()
    world.sweep()
    ana.sign_in()
    assert [one.startswith("Your gift card waits until") for one in titles(ana)] == [True], "once"
    assert seen(ana, made)["status"] == "open"
    world.clock.advance(30 * DAY_SECONDS)
    ana.sign_in()
    late = world.customer()
    assert (seen(ana, made)["status"], look(late, made["code"]).json["status"]) == ("expired", "expired")
    assert problem(claim(late, made["code"]), 409, "invalid-state")["state"] == "expired"
    world.sweep()
    assert (seen(ana, made)["status"], ana.available) == ("returned", 50_000)
    assert problem(claim(late, made["code"]), 409, "invalid-state")["state"] == "expired"
    world.sweep()
    assert ana.available == 50_000


def test_one_that_comes_due_while_it_is_claimed_is_its_claimers(world: World, ana: Person, ben: Person) -> None:
    made = bought(ana)
    found = ledger.movement(made["id"])
    claim(ben, made["code"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gifts.ledger, "movement", lambda movement_id: found)
        world.clock.advance(YEAR_SECONDS)
        assert not gifts.go_on(made["id"], world.clock.now())
    assert ledger.head(ben.wallet).available == 1_000


def test_what_goes_back_to_a_closed_wallet_waits_unclaimed(world: World, ana: Person) -> None:
    bought(ana)
    heads.close(ana.wallet)
    world.clock.advance(YEAR_SECONDS - 30 * DAY_SECONDS)
    world.sweep()
    world.clock.advance(31 * DAY_SECONDS)
    world.sweep()
    world.deliver()
    assert folding.total(chart.unclaimed("CNY")) == 1_000


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"amount": 0}, 422, "amount-out-of-range"),
        ({"amount": 60_000}, 409, "insufficient-funds"),
        ({"amount": 1_000_001}, 409, "limit-reached"),
        ({"currency": "EUR"}, 422, "currency-mismatch"),
        ({"wallet_id": "wal_1"}, 404, "not-found"),
        ({"design": "gaudy"}, 422, "invalid-request"),
        ({"message": "www.bank"}, 422, "invalid-request"),
    ],
)
def test_what_may_not_be_bought_is_refused(ana: Person, more: dict[str, Any], status: int, code: str) -> None:
    problem(ana.phone.post(PATH, wish(ana) | more, idempotency_key="k"), status, code)
    assert ana.available == 50_000


def test_nobody_claims_into_a_wallet_that_is_not_theirs(ana: Person, ben: Person) -> None:
    made = bought(ana)
    body = {"code": made["code"], "wallet_id": ana.wallet}
    assert_problem(ben.phone.post(f"{PATH}/claims", body, idempotency_key="k"), 404, "not-found", "wallet_id")


def test_a_wallet_of_another_currency_takes_none(world: World, ana: Person) -> None:
    eva = world.customer(jurisdiction="DE")
    problem(claim(eva, bought(ana)["code"]), 422, "currency-mismatch")


def test_a_large_card_takes_a_step_up(world: World) -> None:
    rich = withdrawal_kit.with_pin(world, 900_000)
    rich.sign_in()
    problem(buy(rich, 600_000, key="k"), 403, "step-up-required")
    withdrawal_kit.stepped_up(rich)
    assert buy(rich, 600_000, key="k").status == 201


def test_a_guarded_person_buys_a_large_one_once_their_guardian_agrees(world: World, ben: Person) -> None:
    ida = account_kit.bound(account_kit.easy(world, 900_000), ben)
    asked = problem(buy(ida, 200_000, key="k"), 403, "guardian-approval-required")
    assert ben.phone.post(f"/v1/me/approvals/{asked['approval_id']}/approve").status == 200
    assert buy(ida, 200_000, key="k").json["code"]


def test_a_revoked_session_and_a_frozen_wallet_claim_nothing(world: World, ana: Person, ben: Person) -> None:
    made, cleo = bought(ana), world.customer()
    assert ben.phone.delete("/v1/sessions/current").status == 204
    assert claim(ben, made["code"]).status == 401
    assert ledger.freeze(cleo.wallet)
    problem(claim(cleo, made["code"]), 409, "wallet-frozen")
    assert seen(ana, made)["status"] == "open"


def test_every_item_of_the_fattest_card_stays_within_a_kilobyte(world: World, ben: Person) -> None:
    rich = world.customer(5_000_000)
    for person in (rich, ben):
        person.phone.patch("/v1/me", {"display_name": "龘" * 12 + " " + "龘" * 11})
        person.sign_in()
    made = bought(rich, 499_999, message="码" * 33, design="birthday")
    assert claim(ben, made["code"]).status == 201
    assert cancel(rich, bought(rich, 499_999, message="码" * 33, design="birthday")).status == 201
    for table in (settings().ledger_table, settings().journal_table):
        for item in store.everything(table):
            assert size(item) <= 1024, item
