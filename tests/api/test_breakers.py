"""A bank that fails is passed over for a while, then tried with few; and nothing of that is in the way of money."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib.kernel.errors import Unavailable
from chalicelib.processors import store_health
from tests.api import failover_kit
from tests.api.caller import Caller
from tests.api.failover_kit import Harbours, down, says_no
from tests.conftest import FrozenClock

pytestmark = pytest.mark.many_requests


@pytest.fixture
def till(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> Iterator[Harbours]:
    yield from failover_kit.harbours(caller, monkeypatch)


def broken(till: Harbours, times: int, clock: FrozenClock) -> None:
    """So many top-ups while the sandbox is down."""
    till.troubles["sandbox"] = down
    for number in range(times):
        clock.advance(1)
        assert till.top_up(key=f"broken-{number}").json["processor"] == "harbour"


def test_a_bank_that_is_down_is_passed_over_and_tried_again_with_few(till: Harbours, clock: FrozenClock) -> None:
    broken(till, 6, clock)
    clock.advance(6)
    till.calls.clear()
    made = till.top_up(key="open")
    assert (made.json["processor"], till.calls) == ("harbour", ["harbour"])
    assert till.stored(made.json["id"])["route"] == "sandbox=open harbour=13 stripe=method"
    till.troubles.clear()
    clock.advance(40)
    till.calls.clear()
    for number in range(3):
        clock.advance(1)
        till.top_up(key=f"probe-{number}")
    assert till.calls[:2] == ["sandbox", "sandbox"]
    assert store_health.breaker("sandbox").phase == "closed"
    clock.advance(6)
    assert till.top_up(key="closed").json["processor"] == "sandbox"


def test_a_probe_that_fails_moves_on_and_keeps_the_bank_waiting_longer(till: Harbours, clock: FrozenClock) -> None:
    broken(till, 6, clock)
    clock.advance(6)
    till.top_up(key="open")
    clock.advance(40)
    made = till.top_up(key="probe")
    assert (made.json["processor"], till.stored(made.json["id"])["tried"]) == ("harbour", "sandbox=not_reached")
    breaker = store_health.breaker("sandbox")
    assert (breaker.phase, breaker.openings) == ("open", 2)


def test_with_every_bank_open_the_cheapest_is_asked_all_the_same(till: Harbours, clock: FrozenClock) -> None:
    till.troubles |= {"sandbox": down, "harbour": down}
    for number in range(7):
        clock.advance(1)
        till.top_up(key=f"none-{number}")
    clock.advance(6)
    till.troubles.clear()
    assert till.top_up(key="last").json["processor"] == "sandbox"


def test_a_decline_is_no_fault_of_the_bank(till: Harbours, clock: FrozenClock) -> None:
    till.troubles["sandbox"] = says_no("card_declined")
    for number in range(8):
        till.top_up(key=f"no-{number}")
    (minute,) = store_health.kept("sandbox", clock.now()).minutes
    assert (minute.method, minute.tally.asked, minute.tally.failed) == ("bank", 8, 0)
    clock.advance(6)
    till.troubles.clear()
    assert till.top_up(key="yes").json["processor"] == "sandbox"


def test_a_failure_to_count_or_to_look_fails_no_top_up(till: Harbours, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*given: object, **named: object) -> None:
        raise Unavailable(retry_after_seconds=1)

    for name in ("add", "kept", "breaker", "change"):
        monkeypatch.setattr(store_health, name, away)
    made = till.top_up()
    assert (made.status, made.json["processor"]) == (201, "sandbox")
    till.troubles["sandbox"] = down
    assert till.top_up(key="k2").json["processor"] == "harbour"
