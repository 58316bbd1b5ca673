"""Generated requests, as anybody, a customer and a merchant: no 5xx, nothing undescribed, nothing of somebody else's.

A fixed seed and few cases here; `make fuzz` plays thousands.
"""

from __future__ import annotations

import pytest

from chalicelib.kernel import clock
from chalicelib.ledger import routes as wallets
from chalicelib.ledger import views
from chalicelib.processors import wire
from tests.api import fuzz

pytestmark = pytest.mark.many_requests

REACHED = {"anonymous": 5, "customer": 19, "merchant": 14}
"""How many operations succeed at least: generated requests get past the doors."""


@pytest.mark.parametrize("kind", REACHED)
def test_every_answer_is_described_and_the_callers_own(kind: str) -> None:
    with fuzz.fresh(kind) as side:
        tally = fuzz.play(side, ("examples", "fuzzing"), examples=2, seed=1)
    assert not tally.failures, "\n\n".join(tally.failures[:5])
    assert tally.cases >= 100
    assert tally.judged["nothing_of_others"] >= 100
    assert len(tally.reached) >= REACHED[kind], sorted(tally.reached)


def test_somebody_elses_wallet_in_an_answer_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wallets, "_mine", lambda call: call.path["id"])
    with fuzz.fresh("customer") as side:
        tally = fuzz.play(side, ("coverage",), examples=1, seed=1, paths="^/v1/wallets/{id}$")
    assert any("nothing_of_others" in failure for failure in tally.failures)


def test_an_undescribed_refusal_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "MONTH", "2026-0[1-9]")
    with fuzz.fresh("customer") as side:
        tally = fuzz.play(side, ("coverage",), examples=1, seed=1, paths="/statements/")
    assert any("refused_for_a_reason" in failure for failure in tally.failures)


def test_a_preflight_is_no_success_of_the_operation() -> None:
    with fuzz.fresh("anonymous") as side:
        tally = fuzz.play(side, ("coverage",), examples=1, seed=1, paths="^/v1/me$")
    assert tally.cases > len(tally.answers) > 0
    assert tally.reached == set()


def test_playing_leaves_the_product_as_it_was() -> None:
    before = clock._clock, wire._transport
    with pytest.raises(RuntimeError), fuzz.fresh("customer"):
        raise RuntimeError
    assert (clock._clock, wire._transport) == before
