"""Risk behind: what happened is scored within seconds, what that leads to is done once, and a person decides."""

from __future__ import annotations

import json
from typing import Any

import pytest

import app
from chalicelib.happenings import pseudonym
from chalicelib.kernel import clock as kernel_clock
from chalicelib.kernel import text
from chalicelib.ledger import service as ledger
from chalicelib.risk import model_rules, tasks
from tests.api.caller import assert_problem
from tests.api.test_devices import set_pin, step_up
from tests.api.world import Person, World, cheap_passwords, fresh_key
from tests.conftest import FrozenClock

pytestmark = pytest.mark.many_requests

RING, LOW = "new-account-ring", {"least": 100, "passed_percent": 50, "members": 3, "hours": 72}
NOTE = "looked at every transfer of it"


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


def turn(world: World, rule: str, mode: str = "on", **parameters: int) -> None:
    wish = {"mode": mode, "note": "tried on last month", "parameters": parameters}
    made = world.operator.request("PATCH", f"/v1/risk/rules/{rule}", wish)
    assert (made.status, made.json["mode"]) == (200, mode), made.raw


def send(payer: Person, payee: Person, amount: int) -> None:
    payer.world.clock.advance(1)
    body = {"wallet_id": payer.wallet, "to": payee.identifier, "amount": amount, "currency": payer.currency}
    checked = payer.phone.post("/v1/payee-checks", {"to": payee.identifier} | {k: body[k] for k in ("wallet_id",)})
    assert checked.status in (200, 201), checked.raw
    raise NotImplementedError(checked.raw)


def scores(world: World, state: str = "open") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.operator.get(f"/v1/risk/scores?state={state}").json["data"]
    return found
