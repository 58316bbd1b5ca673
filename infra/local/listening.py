"""A merchant's events, as they are recorded, posted to a server on this machine as Coffer would post them.

Servers that Coffer tells have public names; whoever writes one has it on loopback first. So the list of events is
asked again and again, and each is signed with a secret of this machine's own (Standard Webhooks). What was taken is
remembered: the next run goes on there.
"""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec

from chalicelib.merchants import signing
from infra.local import places
from infra.local.client import LOOPBACK

TRIES = 5
_GONE = 410
"""In the cloud nothing more goes to whoever answers so."""
TOTAL_SECONDS = 10.0
"""So long a server has for its answer, as in the cloud."""
_OVERLAP_SECONDS = 300
"""Events of one moment may be recorded a little apart, in either order: so far back is looked again."""
_PAGE = 100
Ask = Callable[[str], Mapping[str, Any]]
Event = Mapping[str, Any]


@dataclass(frozen=True)
class Sent:
    """`status` is None where no answer came; `over`: it is not tried again."""

    event: Event
    status: int | None
    milliseconds: int
    over: bool

    @property
    def line(self) -> str:
        answer = str(self.status) if self.status else "---"
        more = (
            ""
            if self.taken
            else "  gone: the cloud tells it nothing more"
            if self.status == _GONE
            else "  given up"
            if self.over
            else "  again in a moment"
        )
        return f"{answer}  {self.event['type']:<20} {self.event['id']}  {self.milliseconds} ms{more}"

    @property
    def taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


@dataclass
class Memory:
    """Of one merchant: event → when it was recorded. `done` were taken or given up, `waiting` are tried again."""

    secret: str
    done: dict[str, str] = field(default_factory=dict)
    waiting: dict[str, str] = field(default_factory=dict)
    begun: bool = False

    @classmethod
    def of(cls, merchant_id: str) -> Memory:
        kept = places.read(f"listen-{merchant_id}.json")
        return cls(**kept) if kept else cls(signing.fresh())

    def keep(self, merchant_id: str) -> None:
        places.keep(f"listen-{merchant_id}.json", asdict(self))

    @property
    def after(self) -> str:
        """One that is done, some minutes older than the newest or than what waits, or the oldest that is remembered."""
        if not self.done:
            return ""
        until = min(self.waiting.values(), default=max(self.done.values()))
        old = [one for one, at in self.done.items() if _seconds(at) <= _seconds(until) - _OVERLAP_SECONDS]
        oldest = min(self.done, key=self.done.__getitem__)
        return max(old, key=self.done.__getitem__) if old else oldest if self.done[oldest] < until else ""

    def end(self, event: Event) -> None:
        self.done[event["id"]] = event["recorded_at"]
        self.waiting.pop(event["id"], None)

    def forget(self) -> None:
        """What is older than what is looked at again."""
        since = self.done.get(self.after, "")
        self.done = {one: at for one, at in self.done.items() if at >= since}


@dataclass
class Listener:
    """`ask` gets a path of the API as the merchant. `types`: only these, all if there are none."""

    merchant_id: str
    to: str
    ask: Ask
    memory: Memory
    types: frozenset[str] = frozenset()
    total_seconds: float = TOTAL_SECONDS
    _tries: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        parts = urlsplit(self.to)
        if parts.scheme != "http" or parts.hostname not in LOOPBACK:
            raise ValueError(f"{self.to} is not on this machine")
        if parts.port == 0:
            raise ValueError(f"{self.to} names no port")

    def turn(self) -> Iterator[Sent]:
        """What is new, oldest first; of what was there before the very first turn nothing is sent."""
        found = [one for one in self._recorded() if one["id"] not in self.memory.done]
        for event in reversed(found):
            if not self.memory.begun or (self.types and event["type"] not in self.types):
                self.memory.end(event)
                continue
            self.memory.waiting[event["id"]] = event["recorded_at"]
            sent = self._send(event)
            if sent.over:
                self.memory.end(event)
            self.memory.keep(self.merchant_id)
            yield sent
        self.memory.begun = True
        self.memory.forget()
        self.memory.keep(self.merchant_id)

    def _recorded(self) -> Iterator[Event]:
        """Newest first. Of the first turn one page is enough: it is sent to nobody."""
        asked = {"limit": _PAGE} | ({"after": self.memory.after} if self.memory.after else {})
        while True:
            page = self.ask(f"/v1/merchants/{self.merchant_id}/events?{urlencode(asked)}")
            yield from page["data"]
            if not page["has_more"] or not self.memory.begun:
                return
            asked["cursor"] = page["next_cursor"]

    def _send(self, event: Event) -> Sent:
        tries = self._tries[event["id"]] = self._tries.get(event["id"], 0) + 1
        body = msgspec.json.encode({name: event[name] for name in ("type", "timestamp", "data")})
        headers = signing.headers(event["id"], int(time.time()), body, [self.memory.secret])
        began = time.monotonic()
        status = post(self.to, headers | {"Content-Type": "application/json"}, body, self.total_seconds)
        milliseconds = round((time.monotonic() - began) * 1000)
        taken = status is not None and 200 <= status < 300
        return Sent(event, status, milliseconds, over=taken or status == _GONE or tries >= TRIES)


def post(url: str, headers: Mapping[str, str], body: bytes, seconds: float) -> int | None:
    """The status; None if no answer came in time. A redirect is an answer, and is not followed."""
    parts = urlsplit(url)
    line = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=seconds)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        line.request("POST", target, body, dict(headers))
        return line.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        line.close()


def _seconds(at: str) -> float:
    return datetime.fromisoformat(at).timestamp()
