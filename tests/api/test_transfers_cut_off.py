"""A transfer that waits and is cut off at any AWS call: it arrives, comes back or is cancelled, once."""

from __future__ import annotations

from contextlib import suppress

import pytest

from chalicelib.ledger import audit
from chalicelib.ledger import service as ledger
from chalicelib.transfers import tasks
from tests.api import transfer_kit
from tests.api.test_cut_off import Killed, kill
from tests.api.world import World

pytestmark = pytest.mark.many_requests
SEARCHES = 16
"""Calls of the sweep that look for what is due: one a shard."""


@pytest.mark.parametrize("effect", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("after", range(SEARCHES + 1, SEARCHES + 6))
@pytest.mark.parametrize("ends", ["completed", "returned"])
def test_what_is_cut_off_anywhere_ends_once(
    world: World, monkeypatch: pytest.MonkeyPatch, ends: str, after: int, effect: bool
) -> None:
    ana, ben = world.customer(5_000), world.customer()
    invited = ends == "returned"
    sent = transfer_kit.send(ana, "friend@example.com" if invited else ben.identifier).json["id"]
    world.clock.advance((3 if invited else 1) * transfer_kit.DAY_SECONDS + 1)
    with monkeypatch.context() as patch:
        kill(patch, after, effect)
        with suppress(Killed):
            tasks.sweep(world.clock.now())
    for _ in range(2):
        tasks.sweep(world.clock.now())
    assert ledger.movement(sent)["state"] == ends
    assert (ledger.head(ana.wallet).available, ledger.head(ben.wallet).available) == (
        (5_000, 0) if invited else (3_000, 2_000)
    )
    world.deliver()
    assert audit.trial_balance().balanced


@pytest.mark.parametrize("effect", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("after", range(1, 5))
def test_a_cancelling_that_is_cut_off_anywhere_and_sent_again_cancels_once(
    world: World, monkeypatch: pytest.MonkeyPatch, after: int, effect: bool
) -> None:
    ana, ben = world.customer(5_000), world.customer()
    sent = transfer_kit.send(ana, ben.identifier).json["id"]
    with monkeypatch.context() as patch:
        kill(patch, after, effect)
        with suppress(Killed):
            transfer_kit.cancel(ana, sent)
    assert transfer_kit.cancel(ana, sent).json["status"] == "cancelled"
    assert ana.available == 5_000
    world.deliver()
    assert audit.trial_balance().balanced
