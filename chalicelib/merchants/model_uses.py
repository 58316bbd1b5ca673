"""When API keys and roles of staff were last used: ids and days, nothing that opens anything or names anybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class KeyUse:
    """Of an API key that is good. `used_on`: a day, empty if none is known."""

    id: str
    merchant_id: str
    created_at: datetime
    used_on: str


@dataclass(frozen=True, slots=True)
class RoleUse:
    """Of an active role of staff. `used_on`: when a session at a till last began, empty if none did."""

    id: str
    merchant_id: str
    role: str
    created_at: datetime
    used_on: str
