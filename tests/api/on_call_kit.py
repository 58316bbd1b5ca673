"""An alarm as CloudWatch tells of it, and the page that follows."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

import app
from tests.api.world import World
from tests.people import outbox

DOWN = "A processor fails so often that it is passed over. infra/runbooks/processor-down.md"
LATE = "A delivery failed on our side. infra/runbooks/dead-letters.md"


def word(state: str, at: datetime, name: str = "coffer-ProcessorsDown", description: str = DOWN) -> str:
    """What CloudWatch publishes: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/."""
    told = {"AlarmName": name, "AlarmDescription": description, "NewStateValue": state, "OldStateValue": "OK"}
    return json.dumps(told | {"StateChangeTime": f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}+0000"})


def hear(world: World, *words: str) -> dict[str, Any]:
    answer: dict[str, Any] = app.alarmed(world.event_of("https://sqs/alarms", list(words)), None)
    return answer


def ring(world: World, state: str = "ALARM", **more: str) -> None:
    assert hear(world, word(state, world.clock.now(), **more)) == {"batchItemFailures": []}


def links(contact: str) -> list[tuple[str, str]]:
    """Page and code of each message, oldest first."""
    found = [re.search(r"/pages/(pag_\w+)/(\S+)", one["body"]) for one in outbox(contact)]
    return [(one[1], one[2]) for one in found if one]


def paged(world: World) -> tuple[str, str]:
    """Rings for the admin, who alone is there; the page and its code."""
    ring(world)
    return links(world.operator_contact)[-1]
