"""A freeze says what is needed and by when it is looked at again; what nobody looks at rises by itself."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.cases import service as cases
from tests.api.caller import assert_problem
from tests.api.test_freezes import STAYS, freeze, inbox, lift
from tests.api.world import World, cheap_passwords
from tests.conftest import FrozenClock
from tests.people import in_office

pytestmark = pytest.mark.many_requests


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


def test_a_freeze_says_what_is_needed_and_rises_by_itself_until_somebody_looks(world: World) -> None:
    ana = world.customer(1_000)
    made = freeze(world, ana, "unusual_activity", review_hours=2).json

    def shown() -> dict[str, Any]:
        found: dict[str, Any] = ana.phone.get(f"/v1/wallets/{ana.wallet}").json
        return found

    assert (shown()["review_at"], shown()["needed"].split(",")[0]) == (made["review_at"], "Look at your last payments")
    world.sweep()
    assert risen() == []
    for times in (1, 2):
        world.clock.advance(2 * 3_600 if times == 1 else 86_400)
        ana.sign_in()
        for _ in range(3):
            world.sweep()
        assert len(risen()) == times
        assert [one for one in inbox(ana, "en") if "went to a second person" in one] != []
        assert shown()["review_at"] > made["review_at"]
    world.operator = world.nobody.bearing(in_office(world.operator_id, world.clock.now()))
    first = risen()[-1]
    assert_problem(world.operator.post(f"/v1/cases/{first}/resolve", {"note": "seen"}), 409, "still-frozen")
    kept = world.operator.post(f"/v1/freezes/{ana.wallet}/keep", {"note": STAYS, "review_hours": 72})
    assert (kept.status, shown()["review_at"]) == (200, kept.json["review_at"])
    assert world.operator.post(f"/v1/cases/{first}/resolve", {"note": "kept, with the reason"}).status == 200
    assert lift(world, ana.wallet).status == 200
    world.sweep()
    assert {"review_at", "needed"} & shown().keys() == set()
    world.clock.advance(73 * 3_600)
    world.sweep()
    assert len(risen()) == 1, "what is lifted rises no more"


def risen() -> list[str]:
    return [one.id for one in cases.open_cases(None, 50)[0] if one.kind == "freeze-risen"]
