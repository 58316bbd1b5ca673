"""What CloudWatch does in the cloud, here: metrics out of log lines, alarms judged, changes published to their topic.

    python -m infra.local.watch     a part of the local cloud, as `infra/local/cloud.py` starts it

Whoever sets an alarm by hand (SetAlarmState) rings it until it is judged again, as CloudWatch has it.
"""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from infra.local import alarm_messages, places
from infra.local.alarm_data import KEPT_MINUTES, Data
from infra.local.alarm_rules import Judged, State, children, composed, judged
from infra.local.watch_sources import Logs, Others, Registry

KEPT = "watch.json"
ALARMS = "alarms.json"
EVERY_SECONDS = 5.0
_TOPIC = ":sns:"


@dataclass(slots=True)
class Standing:
    state: State
    since: datetime
    reason: str = ""


class Watch:
    """`alarms`: name → properties, as `alarm_template` has them."""

    def __init__(self, alarms: Mapping[str, Mapping[str, Any]], data: Data, standing: dict[str, Standing]) -> None:
        self._alarms, self.data = alarms, data
        self.standing = {name: standing.get(name, Standing("INSUFFICIENT_DATA", _BEGINNING)) for name in alarms}

    def look(self, at: datetime, by_hand: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
        """Judges all; the messages of what changed, in order. `by_hand`: rings, for that reason, whatever is true."""
        minute, told = int(at.timestamp()) // 60, []
        for name, alarm in self._alarms.items():
            now = Judged("ALARM", by_hand[name]) if by_hand and name in by_hand else self._judged(alarm, minute)
            if now.state != self.standing[name].state:
                told.append(self._changed(name, alarm, now, at))
        self.data.forget(minute - KEPT_MINUTES)
        return told

    def ringing(self) -> set[str]:
        return {name for name, one in self.standing.items() if one.state == "ALARM"}

    def _judged(self, alarm: Mapping[str, Any], minute: int) -> Judged:
        if "AlarmRule" not in alarm:
            return judged(alarm, self.data, minute)
        states = {child: self.standing[child].state for child in children(alarm["AlarmRule"])}
        rings = [name for name, state in states.items() if state == "ALARM"]
        if composed(alarm["AlarmRule"], states):
            return Judged("ALARM", f"{alarm['AlarmRule']} holds: {', '.join(rings)}")
        return Judged("OK", f"{alarm['AlarmRule']} does not hold.")

    def _changed(self, name: str, alarm: Mapping[str, Any], now: Judged, at: datetime) -> dict[str, Any]:
        before, self.standing[name] = self.standing[name].state, Standing(now.state, at, now.reason)
        below = {child: self.standing[child] for child in children(alarm.get("AlarmRule", ""))}
        rung = {child: one.since for child, one in below.items() if one.state == "ALARM"}
        return alarm_messages.message(name, alarm, before, now, at, rung)


_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def addressees(message: Mapping[str, Any]) -> list[str]:
    """The topics that hear of a change: those of the state that it is in now."""
    named = {"ALARM": "AlarmActions", "OK": "OKActions", "INSUFFICIENT_DATA": "InsufficientDataActions"}
    return [one for one in message[named[message["NewStateValue"]]] if _TOPIC in one]


def kept(watch: Watch) -> dict[str, Any]:
    """As it is written down: for the next start, and for whoever asks how things are (`figures`)."""
    states = {name: [one.state, one.since.isoformat(), one.reason] for name, one in watch.standing.items()}
    return {"states": states, "data": watch.data.written()}


def restored(alarms: Mapping[str, Mapping[str, Any]], written: Mapping[str, Any] | None) -> Watch:
    states = (written or {}).get("states", {})
    standing = {
        name: Standing(state, datetime.fromisoformat(since), reason) for name, (state, since, reason) in states.items()
    }
    return Watch(alarms, Data.read((written or {}).get("data", ())), standing)


class _Loop:
    def __init__(self, endpoint: str) -> None:
        alarms = places.read(ALARMS)
        self._watch = restored(alarms, places.read(KEPT))
        self._registry = Registry(endpoint, alarms)
        self._logs, self._others = Logs(endpoint), Others(endpoint, alarms)
        self._minute = 0

    def begin(self) -> None:
        self._registry.register()
        self._others.groups(self._logs)

    def turn(self, at: datetime) -> None:
        self._logs.read(self._watch.data, at)
        minute = int(at.timestamp()) // 60
        by_hand = {name: why for name, why in self._registry.ringing().items() if name not in self._watch.ringing()}
        if minute != self._minute:
            self._others.read(self._watch.data, at)
        messages = self._watch.look(at, by_hand)
        self._publish(messages)
        if messages or minute != self._minute:
            self.keep()
        self._minute = minute

    def keep(self) -> None:
        places.keep(KEPT, kept(self._watch))

    def _publish(self, messages: Iterable[Mapping[str, Any]]) -> None:
        for message in messages:
            self._registry.told(message["AlarmName"], message["NewStateValue"], message["NewStateReason"])
            if addressees(message):
                print(f"{message['NewStateValue']}  {message['AlarmName']}: {message['NewStateReason']}", flush=True)
            for topic in addressees(message):
                subject = alarm_messages.subject(message["AlarmName"], message["NewStateValue"])
                self._registry.publish(topic, subject, json.dumps(message))


def main() -> None:
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    loop = _Loop(os.environ["AWS_ENDPOINT_URL"])
    begun = False
    while not ended.is_set():
        try:
            if not begun:
                loop.begin()
                begun = True
            loop.turn(datetime.now(UTC))
        except Exception as problem:
            print(f"not watched: {type(problem).__name__}: {problem}", flush=True)
        ended.wait(EVERY_SECONDS)
    loop.keep()


if __name__ == "__main__":
    main()
