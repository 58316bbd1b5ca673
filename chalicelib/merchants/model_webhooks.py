"""Where a merchant's server wants to be told what happened, and how a delivery goes on until it has arrived."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec

from chalicelib.kernel import clock
from chalicelib.merchants import signing
from chalicelib.merchants.model_events import EVENT_TYPES, EventType
from chalicelib.merchants.rules import URL_LETTERS
from chalicelib.merchants.signing import OldSecret

EndpointState = Literal["enabled", "disabled"]
Why = Literal["by-hand", "gone", "failing"]
"""Why an endpoint is disabled: somebody said so; its server answered 410; it has taken nothing for days."""
DeliveryState = Literal["pending", "delivered", "failed", "dropped"]
Outcome = Literal["delivered", "refused", "redirected", "timed-out", "unreachable", "address-refused"]
MOST_ENDPOINTS = 5
DESCRIPTION_BYTES = 100
ASKED_AT_MOST, ASKED_IN = 120, timedelta(hours=1)
"""How often somebody of one merchant may have something sent by hand: nobody's server is to be bothered by ours."""
USUAL_OVERLAP_HOURS, LONGEST_OVERLAP_HOURS = 24, 168
LADDER = (
    timedelta(0),
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
)
"""How long after the attempt before: https://github.com/standard-webhooks/standard-webhooks, "Retries"."""
FIRST_LONG = 2
"""The first step of the ladder that nobody waits for: it comes when it is due."""
JITTER = 0.1
"""Of a step, at most, so that those who failed together do not come back together."""
LONGEST_RETRY_AFTER = timedelta(hours=24)
FAILING_FOR = timedelta(days=3)
"""An endpoint that has taken nothing for so long is disabled."""
ATTEMPTS_KEPT = timedelta(days=30)
ANSWER_BYTES = 256
"""How much of an answer's body is kept."""

Url = Annotated[str, msgspec.Meta(extra_json_schema={"format": "uri", "maxLength": URL_LETTERS})]
Types = Annotated[list[EventType], msgspec.Meta(min_length=1, max_length=len(EVENT_TYPES))]
Description = Annotated[
    str,
    msgspec.Meta(description="For people to read; kept sealed", extra_json_schema={"maxLength": DESCRIPTION_BYTES}),
]


class NewEndpoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`url`: https, port 443 or 8443, a public name."""

    url: Url
    event_types: Types
    description: Description = ""


class EndpointChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is left out stays as it is."""

    url: Url | None = None
    event_types: Types | None = None
    description: Description | None = None
    state: EndpointState | None = None


class RotateSecret(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long the old secret goes on signing beside the new one; what was promised of those before it stands."""

    overlap_hours: Annotated[int, msgspec.Meta(ge=0, le=LONGEST_OVERLAP_HOURS)] = USUAL_OVERLAP_HOURS


class Redelivery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Without `endpoint_id`: to every enabled endpoint that wants such events."""

    endpoint_id: str | None = None


class EndpointView(msgspec.Struct, frozen=True):
    """`failing_since`: it has taken nothing since. `disabled_reason`: `by-hand`, `gone` (410) or `failing`."""

    id: str
    merchant_id: str
    url: str
    event_types: tuple[EventType, ...]
    description: str
    state: EndpointState
    created_at: str
    disabled_reason: Why | None
    disabled_at: str | None
    failing_since: str | None
    old_secret_ends_at: str | None


class EndpointSecretView(EndpointView, frozen=True, kw_only=True):
    """`secret` is shown this once."""

    secret: str


class RedeliveryView(msgspec.Struct, frozen=True):
    event_id: str
    endpoint_ids: list[str]


class AttemptView(msgspec.Struct, frozen=True):
    """`headers` are those that were sent, without the signatures. `next_at`: when it is tried again, if it is."""

    event_id: str
    event_type: str
    at: str
    number: int
    outcome: Outcome
    status: int | None
    milliseconds: int
    answer: str
    headers: dict[str, str]
    next_at: str | None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`url`, `description` and all secrets are in clear here, and sealed wherever they are kept."""

    id: str
    merchant_id: str
    url: str
    event_types: tuple[EventType, ...]
    description: str
    secret: str
    created_at: datetime
    state: EndpointState = "enabled"
    old: tuple[OldSecret, ...] = ()
    """Those that it replaced."""
    disabled_reason: Why | None = None
    disabled_at: datetime | None = None
    failing_since: datetime | None = None

    def wants(self, event_type: EventType) -> bool:
        return self.state == "enabled" and event_type in self.event_types

    def secrets(self, at: datetime) -> tuple[str, ...]:
        """The newest first; each old one for as long as it signs along."""
        return (self.secret, *(one.secret for one in signing.along(self.old, at)))

    def has_failed_for_days(self, at: datetime) -> bool:
        return self.failing_since is not None and at - self.failing_since >= FAILING_FOR

    def view(self, at: datetime) -> EndpointView:
        return EndpointView(**self._facts(at))

    def shown(self, at: datetime) -> EndpointSecretView:
        return EndpointSecretView(**self._facts(at), secret=self.secret)

    def _facts(self, at: datetime) -> dict[str, Any]:
        return {
            "id": self.id,
            "merchant_id": self.merchant_id,
            "url": self.url,
            "event_types": self.event_types,
            "description": self.description,
            "state": self.state,
            "created_at": clock.written(self.created_at),
            "disabled_reason": self.disabled_reason,
            "disabled_at": _written(self.disabled_at),
            "failing_since": _written(self.failing_since),
            "old_secret_ends_at": _written(signing.last_end(self.old, at)),
        }


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one endpoint. `step`: of the ladder, the next; `tries`: all there ever were."""

    endpoint_id: str
    event_id: str
    state: DeliveryState
    step: int
    tries: int
    due_at: datetime | None

    def is_due(self, at: datetime) -> bool:
        return self.state == "pending" and self.due_at is not None and self.due_at <= at


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a request; `status` is None if nothing did. `retry_after`: as the server asked for."""

    outcome: Outcome
    status: int | None = None
    answer: str = ""
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    event_id: str
    event_type: str
    at: datetime
    number: int
    answered: Answered
    milliseconds: int
    timestamp: int
    next_at: datetime | None

    @property
    def view(self) -> AttemptView:
        sent = {"webhook-id": self.event_id, "webhook-timestamp": str(self.timestamp)}
        return AttemptView(
            event_id=self.event_id,
            event_type=self.event_type,
            at=clock.written(self.at),
            number=self.number,
            outcome=self.answered.outcome,
            status=self.answered.status,
            milliseconds=self.milliseconds,
            answer=self.answered.answer,
            headers=sent,
            next_at=_written(self.next_at),
        )


def asked_since(at: datetime) -> datetime:
    """When the window of `at` began, in which what is sent by hand is counted."""
    return at - (at - datetime(1970, 1, 1, tzinfo=at.tzinfo)) % ASKED_IN


def next_at(step: int, at: datetime, chance: float, retry_after: timedelta | None = None) -> datetime | None:
    """When attempt `step` is made if the one before failed `at`; None after the last. `chance` in [0, 1) spreads it."""
    if step >= len(LADDER):
        return None
    wait = LADDER[step] * (1 + JITTER * chance)
    return at + max(wait, min(retry_after or wait, LONGEST_RETRY_AFTER))


def _written(moment: datetime | None) -> str | None:
    return clock.written(moment) if moment else None
