"""The check of the whole on the local cloud: over its front door, by the function's own role."""

from __future__ import annotations

import json
from typing import Any

from infra.local import places, seed, stack
from infra.local.client import Client
from tests.local import local

__all__ = ["local"]


def test_a_cent_comes_in_is_paid_and_goes_back_and_operators_see_it(local: dict[str, Any]) -> None:
    anybody = Client(local["api"])
    boss = anybody.bearing((seed.operator(anybody) or {})["access_token"])
    functions = stack.client("lambda", local["aws"]["endpoint"])
    for _ in range(3):
        answer = functions.invoke(FunctionName=f"{places.STACK}-probe", Payload=b"{}")
        report = json.loads(answer["Payload"].read())
        if report["outcome"] != "busy":
            break
    assert report["outcome"] == "good", report
    assert {one["outcome"] for one in report["steps"]} == {"good"}
    shown = boss.get("/v1/probes").expect(200)
    assert shown["newest"]["outcome"] == "good" and shown["good_at"]
