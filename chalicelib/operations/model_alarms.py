"""An alarm's word, as CloudWatch publishes it, and what it calls for: a person at once, or a case.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from chalicelib.kernel import clock
from chalicelib.operations.announcements import Ready, ready

AlarmState = Literal["ALARM", "OK", "INSUFFICIENT_DATA"]
CASE_DUE_AFTER = timedelta(hours=4)
_PAGE = re.compile(r"infra/runbooks/([a-z0-9-]+)\.md")


class _Message(msgspec.Struct, frozen=True):
    AlarmName: str
    NewStateValue: AlarmState
    StateChangeTime: str
    AlarmDescription: str | None = None


class _Letter(msgspec.Struct, frozen=True):
    """What SNS puts around a message unless it is told to deliver it raw."""

    Message: str = ""


class _Urgency(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    tickets: frozenset[str]
    otherwise: Ready


@dataclass(frozen=True, slots=True)
class Alarm:
    """`state` without data says nothing of how it is: it neither rings nor has ended."""

    name: str
    state: AlarmState
    changed_at: datetime
    runbook: str

    @property
    def rings(self) -> bool:
        return self.state == "ALARM"

    @property
    def pages(self) -> bool:
        """What nobody has called a ticket wakes somebody."""
        return self.runbook not in _urgency().tickets

    @property
    def ready(self) -> Ready:
        """The sentences of its runbook, or what is true of anything."""
        return ready().get(self.runbook) or _urgency().otherwise


@dataclass(frozen=True, slots=True)
class Known:
    """What was last heard of an alarm; `led_to` is the incident's id, or empty; `case_at` is its case's key."""

    name: str
    rings: bool
    changed_at: datetime
    led_to: str = ""
    case_at: datetime | None = None

    @property
    def has_case(self) -> bool:
        return self.rings and not self.led_to

    @property
    def case_key(self) -> str:
        return clock.written(self.case_at or self.changed_at)


def read(body: str) -> Alarm:
    """Raises msgspec.DecodeError or ValueError if it is no alarm's word."""
    letter = msgspec.json.decode(body, type=_Letter)
    told = msgspec.json.decode(letter.Message or body, type=_Message)
    page = _PAGE.search(told.AlarmDescription or "")
    moment = clock.read(told.StateChangeTime)
    return Alarm(told.AlarmName, told.NewStateValue, moment, page[1] if page else "")


@cache
def _urgency() -> _Urgency:
    raw = (Path(__file__).parent / "alarms.json").read_bytes()
    return msgspec.json.decode(raw, type=_Urgency)


def is_news(alarm: Alarm, known: Known | None) -> bool:
    """Whether it is later than what was heard last: messages come twice, and in any order."""
    return alarm.state != "INSUFFICIENT_DATA" and (known is None or alarm.changed_at > known.changed_at)
