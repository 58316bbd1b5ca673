"""On the real stack: an alarm's message on its topic becomes a draft and a page, however often it is delivered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra.local import seed
from infra.local.client import Client
from infra.local.people import wait_for
from tests import alarm_kit
from tests.local import local

__all__ = ["local"]
PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")
def anybody(local: dict[str, Any]) -> Client:
    return Client(local["api"])


@pytest.fixture(scope="module")
def operator(anybody: Client) -> Client:
    tokens = seed.operator(anybody)
    assert tokens
    return anybody.bearing(tokens["access_token"])


def links(local: dict[str, Any], anybody: Client, page: str) -> list[str]:
    return alarm_kit.links(anybody, local["people"]["operators"][0]["identifier"], page)


def deeds(operator: Client, incident: str) -> list[str]:
    return [one["deed"] for one in operator.get(f"/v1/incidents/{incident}/history?limit=100").expect(200)["data"]]


def ended(local: dict[str, Any], operator: Client, name: str) -> dict[str, Any]:
    """The alarm ends; the incident once its draft is closed, by when all that came before has been heard."""
    alarm_kit.publish(local, alarm_kit.word(name, "OK", datetime.now(UTC) + timedelta(milliseconds=2)))

    def look() -> dict[str, Any] | None:
        (one,) = alarm_kit.incidents_of(operator, name)
        return one if one["state"] == "resolved" else None

    found: dict[str, Any] = wait_for(look, "the end of a draft", seconds=PATIENCE_SECONDS)
    return found


def test_a_message_of_cloudwatch_that_is_delivered_three_times_drafts_one_incident_and_sends_one_page(
    local: dict[str, Any], anybody: Client, operator: Client
) -> None:
    name = alarm_kit.named()
    said = alarm_kit.word(name)
    alarm_kit.publish(local, said, said, said)
    (draft,) = wait_for(lambda: alarm_kit.incidents_of(operator, name) or None, "a draft", seconds=PATIENCE_SECONDS)
    assert (draft["state"], draft["runbook"], draft["severity"]) == ("draft", "processor-down", "major")
    wait_for(lambda: links(local, anybody, draft["page_id"]) or None, "a page", seconds=PATIENCE_SECONDS)
    closed = ended(local, operator, name)
    assert (closed["id"], closed["times"]["told_at"]) == (draft["id"], "")
    assert len(links(local, anybody, draft["page_id"])) == 1
    assert deeds(operator, draft["id"]) == ["closed", "paged", "drafted"]


def test_whoever_opens_the_link_has_the_incident(local: dict[str, Any], anybody: Client, operator: Client) -> None:
    draft = alarm_kit.drafted(local, operator)
    (link,) = wait_for(lambda: links(local, anybody, draft["page_id"]) or None, "a page", seconds=PATIENCE_SECONDS)
    page, code = link.split("/pages/")[1].split("/")
    told = anybody.post(f"/v1/pages/{page}/acknowledge", {"code": code}).expect(200)
    assert (told["incident_id"], told["runbook"]) == (draft["id"], "processor-down")
    kept = operator.get(f"/v1/incidents/{draft['id']}").expect(200)
    assert kept["taken_by"] == local["people"]["operators"][0]["user_id"]
    assert operator.send("PATCH", f"/v1/incidents/{draft['id']}", {"state": "resolved"}).status == 200
