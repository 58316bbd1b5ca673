"""The accounts of the check of the whole are opened over the API, and are enough for it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

import app
from chalicelib import cloud
from chalicelib.operations import calling
from chalicelib.operations.calling import Answered, Failed
from chalicelib.settings import settings
from infra import probe
from tests.api import probe_kit
from tests.api.caller import Caller
from tests.api.probe_kit import outcomes
from tests.api.world import World, cheap_passwords
from tests.conftest import FrozenClock
from tests.people import in_office

pytestmark = pytest.mark.many_requests

NAME = "probe@example.com"


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


def in_this_process(method: str, url: str, headers: Mapping[str, str], body: bytes, seconds: float) -> Answered:
    reply = Caller().request(method, url.removeprefix(settings().public_url), body or None, headers)
    return Answered(reply.status, reply.raw)


def test_a_check_passes_with_the_accounts_that_were_opened(world: World) -> None:
    with probe_kit.ground(world) as ground:
        anybody = probe.caller(settings().public_url)
        office = anybody.bearing(in_office(world.operator_id, world.clock.now()))
        made = probe.open_accounts(anybody, office, NAME, "DE", lambda: world.code_of(NAME))
        manager = cloud.client("secretsmanager")
        probe.keep(manager, "test", made)
        assert probe.is_set_up(manager, "test") and not probe.is_set_up(manager, "another")
        report = ground.check()
    assert report["outcome"] == "good", report
    assert made.customer.currency == "EUR"
    assert set(outcomes(report).values()) == {"good"}
    assert "good: money moves" in probe.told(report) and "sign-in" in probe.told(report)


def test_its_customer_has_no_role_and_its_key_no_more_than_it_needs(world: World) -> None:
    before = calling.use(in_this_process)
    anybody = probe.caller(settings().public_url)
    office = anybody.bearing(in_office(world.operator_id, world.clock.now()))
    made = probe.open_accounts(anybody, office, NAME, "CN", lambda: world.code_of(NAME))
    calling.use(before)
    till = world.nobody.bearing(made.merchant.api_key)
    assert till.post("/v1/checkouts", {"amount": 1, "currency": "CNY", "order_reference": "x"}).status in (400, 403)
    assert till.get(f"/v1/merchants/{made.merchant.id}/keys").status == 403
    assert till.get(f"/v1/merchants/{made.merchant.id}/payouts").status in (403, 404)
    claim = {"identifier": NAME, "password": made.customer.password, "device_token": made.customer.device_token}
    phone = world.nobody.bearing(world.nobody.post("/v1/sessions", claim).json["access_token"])
    assert phone.get("/v1/probes").status == 403


def test_what_the_api_refuses_is_said(world: World) -> None:
    before = calling.use(in_this_process)
    anybody = probe.caller(settings().public_url)
    with pytest.raises(Failed, match=r"invalid-or-expired|code-mistyped"):
        probe.open_accounts(anybody, anybody, NAME, "CN", lambda: "000000")
    calling.use(before)


def test_a_stack_without_accounts_is_told_what_to_do(world: World) -> None:
    assert probe.told(app.probe({}, None)) == "no accounts to check with: python -m infra.probe --set-up"
