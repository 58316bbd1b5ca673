"""Being told by e-mail how Coffer is: whoever proves an address by the link that is sent there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec

Email = Annotated[str, msgspec.Meta(min_length=3, max_length=254, extra_json_schema={"format": "email"})]
LinkCode = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Language = Literal["en", "zh"]
CONFIRM_WITHIN = timedelta(hours=24)
"""What nobody has confirmed by then is no subscription, and is deleted."""


class NewSubscription(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    email: Email
    language: Language


class ProofOfLink(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The code of the link that came by e-mail."""

    code: LinkCode


class SubscriptionView(msgspec.Struct, frozen=True):
    status: Literal["sent", "confirmed", "ended"]


@dataclass(frozen=True, slots=True)
class Subscriber:
    """`contact` and `end_code` are in clear here, sealed at rest; `code` is the hash of what was sent to prove it."""

    id: str
    contact: str
    language: Language
    end_code: str
    code: str
    code_until: datetime
    confirmed: bool = False
