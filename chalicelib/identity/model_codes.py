"""Six-digit codes that prove a contact: good for ten minutes, once, and compared five times at most."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

DIGITS, MINUTES, TRIES = 6, 10, 5
LIFETIME = timedelta(minutes=MINUTES)

Purpose = Literal["sign-up", "reset", "old-identifier", "new-identifier", "second-factor", "staff"]


@dataclass(frozen=True, slots=True)
class Code:
    """What is kept of a code that was sent: its keyed hash.

    `subject` is whose it is, the mark of a name or an id, and after a `#` what alone it is good for.
    """

    purpose: Purpose
    subject: str
    mark: str
    expires_at: datetime
