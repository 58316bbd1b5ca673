"""Packs for tests of publishing: like one in force, a figure changed, signed by whom the stage `test` knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from chalicelib.policy import service
from chalicelib.policy.pack import Limits, Pack
from infra.local.policy_signer import signed
from tests.api.caller import Caller
from tests.api.world import World
from tests.people import in_office

__all__ = ["signed"]


def following(jurisdiction: str, effective_at: datetime, **other: Any) -> Pack:
    """The rules of today as a pack of its own from `effective_at` on, but for `other`."""
    now = service.rules(jurisdiction, effective_at)
    name = f"{now.area}-{effective_at:%Y-%m}"
    return msgspec.structs.replace(now, id=name, effective_at=effective_at, **other)


def limited(pack: Pack, tier: int = 0, **limits: int) -> Pack:
    def changed(limits_now: Limits) -> Limits:
        return msgspec.structs.replace(limits_now, **limits)

    steps = tuple(
        msgspec.structs.replace(step, limits=changed(step.limits)) if each == tier else step
        for each, step in enumerate(pack.tiers.steps)
    )
    return msgspec.structs.replace(pack, tiers=msgspec.structs.replace(pack.tiers, steps=steps))


def boss(world: World) -> Caller:
    return world.nobody.bearing(in_office(world.operator_id, world.clock.now()))


def changed(body: Mapping[str, str], change: Callable[[str], str]) -> dict[str, str]:
    """The same signature under another text."""
    return {**body, "pack": change(body["pack"])}
