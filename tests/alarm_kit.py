"""An alarm that rings in the local cloud: CloudWatch's message on the topic of the stack, and what comes of it."""

from __future__ import annotations

import json
import re
import uuid
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from infra.local import alarm_messages, places, stack
from infra.local.client import Client
from infra.local.people import wait_for

TOPIC = f"arn:aws:sns:{places.REGION}:{places.ACCOUNT}:{places.STACK}-alarms"
DOWN = "A processor fails so often that it is passed over. infra/runbooks/processor-down.md"


def named() -> str:
    """An alarm that nobody else rings."""
    return f"{places.STACK}-Drill{uuid.uuid4().hex[:8]}"


def word(name: str, state: str = "ALARM", at: datetime | None = None, description: str = DOWN) -> str:
    told = {"AlarmName": name, "AlarmDescription": description, "NewStateValue": state, "OldStateValue": "OK"}
    return json.dumps(told | {"StateChangeTime": alarm_messages.moment(at or datetime.now(UTC))})


def publish(local: dict[str, Any], *words: str) -> None:
    topics = stack.client("sns", local["aws"]["endpoint"])
    for one in words:
        topics.publish(TopicArn=TOPIC, Subject="an alarm", Message=one)


def incidents_of(operator: Client, name: str) -> list[dict[str, Any]]:
    found = operator.get("/v1/incidents?limit=100").expect(200)["data"]
    return [one for one in found if one["alarm"] == name]


def drafted(local: dict[str, Any], operator: Client, name: str = "") -> dict[str, Any]:
    """Rings; the incident that is drafted of it."""
    alarm = name or named()
    publish(local, word(alarm))
    found = wait_for(lambda: incidents_of(operator, alarm) or None, "a draft", seconds=60)
    draft: dict[str, Any] = found[0]
    return draft


def links(anybody: Client, contact: str, page: str) -> list[str]:
    """Of every message about this page that was sent there: the link to answer it by."""
    sent = anybody.get(f"/_local/outbox?to={quote(contact, safe='')}").expect(200)["data"]
    found = [re.search(rf"\S+/console/#/pages/{page}/\S+", one["body"]) for one in sent]
    return [one[0] for one in found if one]
