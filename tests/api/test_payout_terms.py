"""What is agreed of payouts: refused if it cannot be, with its reason in the audit log, the bank account sealed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.identity import vault
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Draft
from chalicelib.settlement import rotation, store_payouts
from tests.api import staff_kit
from tests.api.caller import assert_problem
from tests.api.payout_kit import ACCOUNT, ANOTHER, WHY, agree, payee
from tests.api.world import World
from tests.people import all_items

pytestmark = pytest.mark.many_requests


@pytest.mark.parametrize(
    ("wish", "param"),
    [
        ({"bank_account": "no"}, "bank_account"),
        ({"cut_off": "24:00"}, "cut_off"),
        ({"reserve": -1}, "reserve"),
        ({"reason": "so"}, "reason"),
    ],
)
def test_terms_that_cannot_be_are_refused(world: World, wish: dict[str, object], param: str) -> None:
    payee(world, schedule=None)
    assert_problem(agree(world.operator, world, **wish), 422, "invalid-request", param)


def test_nobody_agrees_on_the_terms_of_a_shop_that_they_work_at(world: World) -> None:
    payee(world)
    ana = world.customer()
    role = staff_kit.hired(world, ana, "owner")
    me = ana.at_work()
    assert_problem(agree(me, world, bank_account=ANOTHER), 403, "second-person-required")
    told = world.operator.get(f"/v1/audit-log?action=merchant.agree_payouts&subject={world.shop.id}").json["data"]
    assert len(told) == 1, "of the terms before"
    staff_kit.hired(world, world.customer(), "owner")
    assert world.operator.delete(f"{staff_kit.staff_of(world.shop)}/{role}").status == 204
    assert agree(me, world, bank_account=ANOTHER).status == 200


def test_why_terms_were_agreed_stands_in_the_audit_log(world: World) -> None:
    payee(world)
    world.clock.advance(1)
    agree(world.operator, world, bank_account=ANOTHER, reason="their bank has closed")
    told = world.operator.get(f"/v1/audit-log?action=merchant.agree_payouts&subject={world.shop.id}").json["data"]
    assert [one["reason"] for one in told] == ["their bank has closed", WHY]


def test_terms_agreed_on_while_a_bank_account_is_sealed_anew_bring_no_older_key_back(world: World) -> None:
    payee(world)
    before = store_payouts.terms(world.shop.account)
    assert before is not None
    number = vault.turn()
    assert [page.resealed for page in rotation.reseal(number, world.clock.now())] == [1]
    leg = store_payouts.agreed(replace(before, number=before.number + 1), before)
    assert ledger.commit(lambda at, known: Draft(None, (), None, (leg,)), world.clock.now()).replayed
    now = store_payouts.terms(world.shop.account)
    assert now is not None and (vault.key_of(now.destination), now.number) == (number, before.number)
    assert list(rotation.reseal(number, world.clock.now())) == []


def test_a_bank_account_is_nowhere_in_clear(world: World) -> None:
    shop = payee(world)
    shop.sell(10_000)
    shop.ask()
    for table in ("ledger", "journal", "merchants", "audit", "cases"):
        assert ACCOUNT not in str(all_items(table)), table
