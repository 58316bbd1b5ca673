"""A part of a shared bill whose payment is cut off at any AWS call is paid once; whoever is to be told is told once."""

from __future__ import annotations

from contextlib import suppress

import pytest

from chalicelib.ledger import audit
from chalicelib.ledger import service as ledger
from chalicelib.transfers import tasks
from tests.api import split_kit
from tests.api.test_cut_off import Killed, kill
from tests.api.test_transfers_cut_off import SEARCHES
from tests.api.world import World

pytestmark = pytest.mark.many_requests


@pytest.mark.parametrize("effect", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("after", range(1, 5))
@pytest.mark.parametrize("amount", [400, 1_000], ids=["some", "all"])
def test_a_payment_that_is_cut_off_anywhere_and_sent_again_pays_once(
    world: World, monkeypatch: pytest.MonkeyPatch, amount: int, after: int, effect: bool
) -> None:
    maker, payer, split = split_kit.owing(world)
    with monkeypatch.context() as patch:
        kill(patch, after, effect)
        with suppress(Killed):
            split_kit.pay(payer, split, amount, "k")
    assert split_kit.pay(payer, split, amount, "k").status == 201
    assert (payer.available, maker.available) == (10_000 - amount, amount)
    assert ledger.movement(split)["state"] == ("paid" if amount == 1_000 else "open")
    world.deliver()
    assert audit.trial_balance().balanced


@pytest.mark.parametrize("effect", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("after", range(SEARCHES + 1, SEARCHES + 12))
def test_a_turn_that_is_cut_off_anywhere_tells_once_and_is_due_no_more(
    world: World, monkeypatch: pytest.MonkeyPatch, after: int, effect: bool
) -> None:
    _, payer, split = split_kit.owing(world)
    with monkeypatch.context() as patch:
        kill(patch, after, effect)
        with suppress(Killed):
            tasks.sweep_splits(world.clock.now())
    for _ in range(2):
        tasks.sweep_splits(world.clock.now())
    found = payer.phone.get("/v1/me/notices").json["data"]
    assert len([one for one in found if one["kind"] == "split_asked"]) == 1
    kept = ledger.movement(split)
    assert kept["due_at"] == kept["expires_at"]
