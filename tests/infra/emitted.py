"""What the code really measures: it is played once, and every metric that its lines carry is kept.

What it calls out by name alone (`page`, `count`) is taken from where it says so, and said by the same functions.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator

import pytest

from chalicelib import observability
from chalicelib.api.application import Coffer
from chalicelib.settlement import sending
from infra.package import ROOT
from tests.api import failover_kit, probe_kit
from tests.api.caller import Caller
from tests.api.world import Person, World, cheap_passwords
from tests.conftest import FrozenClock
from tests.people import refresh, wish

Metric = tuple[str, str, frozenset[tuple[str, str]]]
"""Namespace, name, dimensions with their values."""


def metrics_of(lines: Iterable[str]) -> Iterator[Metric]:
    """As CloudWatch reads lines in the embedded format."""
    for line in lines:
        told = json.loads(line)
        for directive in told.get("_aws", {}).get("CloudWatchMetrics", ()):
            for members in directive["Dimensions"]:
                dimensions = frozenset((member, told[member]) for member in members)
                for metric in directive["Metrics"]:
                    assert isinstance(told[metric["Name"]], int | float), f"{metric['Name']} has no value"
                    yield directive["Namespace"], metric["Name"], dimensions


def called_out() -> set[str]:
    """Names that the code pages for, wherever it says them."""
    dynamic = {kind.contradicted for kind in sending.KINDS.values()}
    return _literals(r"""\b(?:page|_alarm)\(\s*"(\w+)\"""") | dynamic


def counted() -> set[str]:
    """Names that the code counts without anything that tells them apart."""
    return _literals(r"""\bcount\("(\w+)"\)""")


def _literals(pattern: str) -> set[str]:
    source = "".join(file.read_text() for file in sorted(ROOT.glob("chalicelib/**/*.py")))
    return set(re.findall(pattern, source))


def played(clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> set[Metric]:
    said, sink = [], io.StringIO()
    monkeypatch.setattr(observability, "say", said.append)
    for handler in observability.logger().handlers:
        monkeypatch.setattr(handler, "stream", sink)
    _play(clock, monkeypatch)
    return set(metrics_of([*said, *sink.getvalue().splitlines()]))


def _play(clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
    cheap_passwords(monkeypatch)
    world = World(clock)
    ana = world.customer(10_000)
    assert ana.pay(500).status == 201
    assert 400 <= ana.pay(90_000).status < 500
    world.deliver()
    assert world.score() > 0
    _top_ups(clock, monkeypatch)
    _strangers(world, ana)
    frozen = {"wallet_id": ana.wallet, "reason": "stolen_phone", "note": "called from another phone"}
    assert world.operator.post("/v1/freezes", frozen).status == 201
    world.sweep()
    with probe_kit.ground(world) as ground:
        assert ground.check()["outcome"] == "good"
    for name in called_out():
        observability.page(name)
    for name in counted():
        observability.count(name)
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "Coffer-money")
    Coffer(app_name="cold")


def _top_ups(clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
    for till in failover_kit.harbours(Caller(), monkeypatch):
        made = till.top_up(1_000, key="good").json
        assert till.tells(made["processor"], made["id"], "succeeded").status == 200
        refused = till.top_up(1_000, key="refused").json
        assert till.tells(refused["processor"], refused["id"], "failed").status == 200
        till.troubles["sandbox"] = failover_kit.down
        for number in range(8):
            clock.advance(6)
            till.top_up(1_000, key=f"broken-{number}")


def _strangers(world: World, ana: Person) -> None:
    """Somebody guesses a password, and somebody asks for a code too often."""
    for _ in range(6):
        world.nobody.post("/v1/sessions", {"identifier": ana.identifier, "password": "wrong horse battery"})
    for _ in range(6):
        world.nobody.post("/v1/users", wish())
    stolen = ana.tokens["refresh_token"]
    assert refresh(world.nobody, stolen).status == 200
    world.clock.advance(120)
    assert refresh(world.nobody, stolen).status == 401
