"""What a payee check finds. No AWS, no clock of its own."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

Reason = Literal["", "invitation", "new-payee", "easy-mode", "unusual-sign-in", "chosen"]
"""Why it waits; nothing of what arrives at once."""
Checked = Annotated[str, msgspec.Meta(min_length=1, max_length=4096, description="As a payee check gave it")]


class Check(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a payee check says to the transfer, signed: so the transfer reads nothing. Times in seconds since 1970."""

    payer: str
    payer_name: str
    name: str
    currency: str
    exp: int
    reason: Reason
    payee: str = ""
    """Their wallet; nothing of somebody who has no account."""
    payee_owner: str = ""
    mark: str = ""
    """Of an invitation: the keyed hash of the name, and the name, sealed."""
    sealed: str = ""

    @property
    def invites(self) -> bool:
        return not self.payee
