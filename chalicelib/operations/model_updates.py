"""An update: what everybody was told of an incident or of maintenance, on its way to whoever wants to know."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from chalicelib.kernel import ids
from chalicelib.operations.model import Announcement, Bodies, Titles
from chalicelib.operations.model_incidents import Deed, Incident

Step = Literal["investigating", "identified", "monitoring", "resolved", "scheduled", "begun", "cancelled"]
TOLD_WITHIN = timedelta(minutes=1)
"""What was not given on, or not sent, by then is somebody else's."""
_TELLING = ("opened", "told", "changed", "resolved")


@dataclass(frozen=True, slots=True)
class Update:
    """`about`: the incident or window; `position`: the last subscriber whom it was given on to."""

    id: str
    about: str
    step: Step
    title: Titles
    body: Bodies
    at: datetime
    due_at: datetime | None
    cause: Bodies | None = None
    remedy: Bodies | None = None
    position: str = ""
    audience: Literal["subscribers", "affected"] = "subscribers"

    def is_due(self, at: datetime) -> bool:
        return self.due_at is not None and self.due_at <= at


def of_incident(now: Incident, seen: Incident | None, deed: Deed) -> Update | None:
    """None if nobody outside learns of this change."""
    if now.told_at is None or deed.deed not in _TELLING:
        return None
    if seen and deed.title is None and _shown(seen) == _shown(now):
        return None
    step: Step = now.state  # type: ignore[assignment]
    made = ids.derived("upd", now.id, str(now.version))
    return Update(made, now.id, step, now.said.title, now.said.body, deed.at, deed.at, now.cause, now.remedy)


def of_affected(now: Incident, at: datetime) -> Update:
    """What was told last, for those whom it hit; the same once more has the same id."""
    step: Step = now.state  # type: ignore[assignment]
    return for_affected(Update("", now.id, step, now.said.title, now.said.body, at, at, now.cause, now.remedy))


def for_affected(update: Update) -> Update:
    """The same words for those whom the incident hit; its id follows from what is said, so that it is said once."""
    words = [
        f"{text.en}\0{text.zh}" if text else "" for text in (update.title, update.body, update.cause, update.remedy)
    ]
    made = ids.derived("upd", update.about, update.step, *words)
    return replace(update, id=made, due_at=update.at, position="", audience="affected")


def of_window(one: Announcement, step: Step, at: datetime) -> Update:
    """`begun` waits for its moment."""
    due = one.starts_at if step == "begun" else at
    return Update(ids.derived("upd", one.id, step), one.id, step, one.title, one.body, at, due)


def planned(one: Announcement, at: datetime) -> tuple[Update, ...]:
    """Of a new window: that it is planned, and later that it has begun."""
    begins = (of_window(one, "begun", at),) if at < one.starts_at else ()
    return (of_window(one, "scheduled", at), *begins)


def is_over(update: Update, window: Announcement | None, at: datetime) -> bool:
    """Whether maintenance that was to begin has been cancelled, or nobody told of it until it had ended."""
    return update.step == "begun" and (window is None or not window.holds(at))


def _shown(one: Incident) -> tuple[object, ...]:
    return one.state, one.cause, one.remedy
