"""When somebody is reminded next, in the table `identity`.

<user>  REMINDER   the next time to check recovery channels, devices and statements
"""

from __future__ import annotations

from datetime import datetime

from pynamodb.expressions.update import Action

from chalicelib.cloud_tables import made
from chalicelib.identity import store_due
from chalicelib.identity.store_due import DueItem
from chalicelib.kernel import clock

KIND = "reminder"
_SK = "REMINDER"


class ReminderItem(DueItem):
    pass


def reminder_item(user_id: str, due_at: datetime) -> ReminderItem:
    return ReminderItem(user_id, _SK, due_key=store_due.key(KIND, user_id), due_at=clock.written(due_at))


def put(user_id: str, due_at: datetime) -> None:
    reminder_item(user_id, due_at).save()


def due_at(user_id: str) -> datetime | None:
    item = ReminderItem.find(user_id, _SK)
    return clock.read(item.due_at) if item and item.due_at else None


def move(user_id: str, was: datetime, due_at: datetime) -> bool:
    """False if somebody else moved it."""
    actions: list[Action] = [ReminderItem.due_at.set(clock.written(due_at))]
    still = ReminderItem.due_at == clock.written(was)
    return made(lambda: ReminderItem(user_id, _SK).update(actions, still))


def end(user_id: str) -> None:
    ReminderItem(user_id, _SK).delete()
