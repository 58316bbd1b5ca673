"""What is cut off at any AWS call is made good by the sweep, whole or not at all: changes of a name, guardians."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from chalicelib.identity import passwords, tasks
from tests import aws
from tests.api import account_kit
from tests.api.caller import Caller
from tests.api.world import World
from tests.conftest import FrozenClock
from tests.people import CHEAP, all_items, code_for, outbox, sign_in, signed_up

pytestmark = pytest.mark.many_requests

ANN, NEW, WORDS = "ann@example.com", "ann@new.example", "correct horse battery"
CHANGED = "How you sign in has changed"
CALLS = [("at once", after) for after in range(2, 14)] + [("after 72 hours", after) for after in range(5, 17)]
"""The calls of confirming, and of the sweep from the first one that is not the search for what is due."""


PARTING = "A guardian leaves in 24 hours"


class Killed(BaseException):
    """As Lambda ends a function: nothing of ours catches it."""


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", CHEAP)


def kill(patch: pytest.MonkeyPatch, after: int, effect: bool) -> None:
    """At the call number `after`, before or after its effect; nothing goes out any more from then on."""
    made = 0

    def answer(sent: aws.Sent) -> Any:
        nonlocal made
        made += 1
        if made == after and effect:
            sent.go_on()
        if made >= after:
            raise Killed
        return sent.go_on()

    aws.stand_before(patch, answer)


@pytest.mark.parametrize("effect", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("how", "after"), CALLS)
def test_a_change_that_is_cut_off_anywhere_is_whole_or_not_at_all_and_told(
    caller: Caller, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch, how: str, after: int, effect: bool
) -> None:
    me = caller.bearing(signed_up(caller, ANN)["access_token"])
    clock.advance(1)
    assert me.post("/v1/me/identifiers", {"identifier": NEW}).status == 202
    proof = {"identifier": NEW, "new_code": code_for(NEW)} | ({"old_code": code_for(ANN)} if how == "at once" else {})
    if how != "at once":
        assert me.post("/v1/me/identifiers/confirm", proof).status == 200
        clock.advance(72 * 3_600)
    with monkeypatch.context() as patch:
        kill(patch, after, effect)
        with suppress(Killed):
            me.post("/v1/me/identifiers/confirm", proof) if how == "at once" else tasks.sweep(clock.now())
    for _ in range(3):
        tasks.sweep(clock.advance(60))
    ways = [sign_in(caller, name, WORDS).status for name in (ANN, NEW)]
    changed = ways == [401, 201]
    assert changed or (how == "at once" and ways == [201, 401])
    logins = [item for item in all_items("identity") if item["sk"]["S"] == "LOGIN"]
    assert len(logins) == 1
    assert not [item for item in all_items("identity") if item["sk"]["S"] == "IDENTIFIER"]
    titles = [one["title"] for one in _inbox(caller, NEW if changed else ANN)]
    assert titles.count(CHANGED) == (1 if changed else 0)
    for contact in (ANN, NEW):
        sent = [one["subject"] for one in outbox(contact)].count(CHANGED)
        assert sent in ((1, 2) if changed else (0,)), "a crash may say a thing twice, and never not at all"


def _inbox(caller: Caller, name: str) -> list[dict[str, str]]:
    tokens = sign_in(caller, name, WORDS).json["access_token"]
    found: list[dict[str, str]] = caller.bearing(tokens).get("/v1/me/notices").json["data"]
    return found


@pytest.mark.parametrize("after", range(2, 16))
def test_a_parting_that_is_cut_off_anywhere_is_told_to_both_or_has_not_begun(
    cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    world = World(clock)
    ben = world.customer()
    ana = account_kit.bound(account_kit.easy(world), ben)
    with monkeypatch.context() as patch:
        kill(patch, after, effect=False)
        with suppress(Killed):
            ana.phone.delete("/v1/me/guardian")
    for _ in range(2):
        tasks.sweep(clock.advance(60))
    begun = ana.phone.get("/v1/me/guardian").json["status"] == "leaving"
    for person in (ana, ben):
        sent = [one["subject"] for one in outbox(person.identifier)].count(PARTING)
        assert sent in ((1, 2) if begun else (0,))


@pytest.mark.parametrize("after", [*range(3, 6), *range(10, 24)])
def test_a_guarded_payment_that_is_cut_off_anywhere_is_asked_for_in_the_end(
    cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """The first calls are the payment's own, the later ones the sweep's."""
    world = World(clock)
    ben = world.customer()
    ana = account_kit.bound(account_kit.easy(world, 900_000), ben)
    with monkeypatch.context() as patch:
        kill(patch, after, effect=False)
        with suppress(Killed):
            ana.pay(account_kit.LARGE, "one-key")
            tasks.sweep(clock.advance(60))
    assert ana.pay(account_kit.LARGE, "one-key").status == 403
    for _ in range(2):
        tasks.sweep(clock.advance(60))
    (approval,) = ben.phone.get("/v1/me/approvals").json["data"]
    assert [one["subject"] for one in outbox(ben.identifier)].count("A payment of ¥1,000.01 waits for you") in (1, 2)
    assert ben.phone.post(f"/v1/me/approvals/{approval['id']}/approve").status == 200
    assert ana.pay(account_kit.LARGE, "one-key").status == 201
