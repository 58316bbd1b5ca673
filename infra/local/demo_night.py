"""Who is in the play `make demo ACT=incident`: customer, who is on call, the incident; and what they look at."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from chalicelib.kernel import clock
from infra.local import people, places, stack
from infra.local.client import Client
from infra.local.demo_failover import Outage
from infra.local.people import Person

ALARM = f"{places.STACK}-ProcessorsDownAlarm"
_SCHEDULED = {"version": "0", "id": "demo", "detail-type": "Scheduled Event", "source": "aws.events", "detail": {},
              "account": places.ACCOUNT, "time": "", "region": places.REGION, "resources": []}  # fmt: skip


@dataclass
class Night(Outage):
    """Who is on call, the incident, and the page that called them."""

    boss: Client | None = None
    noor: Client | None = None
    second: Client | None = None
    called: Person | None = None
    called_id: str = ""
    second_id: str = ""
    incident_id: str = ""
    page_id: str = ""
    code: str = ""
    ready: dict[str, Any] = field(default_factory=dict)
    asked: int = 0
    unknown: set[str] = field(default_factory=set)
    waiting: set[str] = field(default_factory=set)
    """What the silent bank still has to answer for."""
    gone_at: datetime = field(default_factory=clock.now)
    subscribers: dict[str, str] = field(default_factory=dict)
    """Language → address."""

    @property
    def office(self) -> Client:
        """As whoever is on call."""
        return self._awake(self.noor)

    @property
    def admin(self) -> Client:
        return self._awake(self.boss)

    @property
    def second_admin(self) -> Client:
        """As whoever decides what somebody else proposed."""
        return self._awake(self.second)

    @property
    def street(self) -> Client:
        """Nobody in particular."""
        return self._awake(self.anybody)

    @property
    def phone(self) -> Client:
        return self._awake(self.customer)

    def _awake(self, one: Client | None) -> Client:
        """On a new connection: the front door closes one that was silent for a minute."""
        if one is None:
            raise ValueError("nobody is in the office yet")
        one.close()
        return one

    @property
    def incident(self) -> dict[str, Any]:
        found: dict[str, Any] = self.office.get(f"/v1/incidents/{self.incident_id}").expect(200)
        return found

    def changed(self, **wish: Any) -> dict[str, Any]:
        path = f"/v1/incidents/{self.incident_id}"
        found: dict[str, Any] = self.office.send("PATCH", path, wish).expect(200)
        return found

    def banner(self, language: str) -> dict[str, Any] | None:
        """What a customer reads of it on every screen."""
        told = Client(self.local["api"], language=language).get("/v1/status").expect(200)
        return next((one for one in told["banners"] if one["id"] == self.incident_id), None)

    def sweep(self) -> None:
        """What comes every minute, now: it measures whether each bank can be asked."""
        functions = stack.client("lambda", self.local["aws"]["endpoint"])
        told = functions.invoke(FunctionName=f"{places.STACK}-sweep", Payload=json.dumps(_SCHEDULED))
        self.must("swept", told.get("FunctionError"), None)

    def sent(self, contact: str) -> Iterator[dict[str, Any]]:
        """What came to this address by e-mail, newest first."""
        yield from self.street.get(f"/_local/outbox?to={quote(contact, safe='')}").expect(200)["data"]

    def alarm(self) -> dict[str, Any]:
        """A cloud that has just begun knows of none yet."""
        metrics = stack.client("cloudwatch", self.local["aws"]["endpoint"])
        found = metrics.describe_alarms(AlarmNames=[ALARM])["MetricAlarms"]
        return dict(found[0]) if found else {"StateValue": "INSUFFICIENT_DATA"}

    def measured_until(self, state: str, what: str, seconds: float) -> dict[str, Any]:
        """Measured once in each minute that begins, as its schedule does; the alarm once it is judged to be so."""
        swept = [-1]

        def look() -> dict[str, Any] | None:
            if (minute := int(time.time()) // 60) != swept[0]:
                self.sweep()
                swept[0] = minute
            found = self.alarm()
            return found if found["StateValue"] == state else None

        return dict(people.wait_for(look, self.narrator.words(what), seconds, pause_seconds=1.0))
