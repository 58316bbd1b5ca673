"""When a processor that is silent about money is asked again."""

from __future__ import annotations

from datetime import datetime, timedelta

UNFINISHED = ("pending", "unknown")
ASK_AGAIN = (timedelta(minutes=1), timedelta(minutes=5), timedelta(hours=1), timedelta(days=1), timedelta(days=5))
"""After its start, what is not final is asked about; after the last time it is a person's."""
CASE_DUE = timedelta(hours=4)


def ask_again_at(began_at: datetime, at: datetime) -> datetime | None:
    """The next of `ASK_AGAIN`; None after the last."""
    return next((began_at + pause for pause in ASK_AGAIN if began_at + pause > at), None)
