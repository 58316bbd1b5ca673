"""Gift cards as people see them, and their codes: a hundred bits that only whoever bought one is shown."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec

from chalicelib.kernel import clock
from chalicelib.transfers.model import Amount, Currency, Note

LASTS = timedelta(days=365)
REMINDS = timedelta(days=30)
"""So long before a card runs out whoever bought it is reminded."""
LOOKS_AN_HOUR = 20
"""Codes that one person may bring, to look or to claim: nobody guesses one."""
Design = Literal["plain", "birthday", "thanks", "festival"]
Status = Literal["open", "claimed", "cancelled", "expired", "returned"]
"""`expired`: nobody can claim it any more, and its money is on its way back."""
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH, _GROUP, _BITS = 20, 5, 5
_MISREAD = str.maketrans("OIL", "011")
_CODE = re.compile(rf"[{_ALPHABET}]{{{_LENGTH}}}")

Wallet = Annotated[str, msgspec.Meta(max_length=64)]
Code = Annotated[str, msgspec.Meta(min_length=1, max_length=64, description="As whoever bought the card was shown it")]


class GiftCardRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of the amount leaves the wallet at once, and waits for whoever brings the code."""

    wallet_id: Wallet
    amount: Amount
    currency: Currency
    message: Note = ""
    design: Design = "plain"


class LookRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: Code


class GiftClaimRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`wallet_id`: mine, in the card's currency."""

    code: Code
    wallet_id: Wallet


class GiftCardView(msgspec.Struct, frozen=True, omit_defaults=True):
    id: str
    status: Status
    direction: Literal["out", "in"]
    amount: int
    currency: str
    design: Design
    created_at: str
    expires_at: str
    message: str = ""
    code: str = ""
    """For whoever bought it, while nobody has claimed it."""
    claim_url: str = ""
    claimed_by: str = ""
    """For whoever bought it; masked."""
    ended_at: str = ""
    """When it was claimed, cancelled or came back."""
    from_: str = msgspec.field(default="", name="from")
    """For whoever claimed it: who bought it, masked."""


class LookView(msgspec.Struct, frozen=True):
    amount: int
    currency: str
    message: str
    design: Design
    status: Status
    expires_at: str
    own: bool
    """Whether I bought it: cancelling brings the money back, claiming does not."""
    from_: str = msgspec.field(name="from")
    """Who bought it, masked."""


class GiftClaimView(msgspec.Struct, frozen=True):
    id: str
    gift_card_id: str
    status: Literal["claimed"]
    amount: int
    currency: str
    message: str
    design: Design
    created_at: str
    from_: str = msgspec.field(name="from")
    """Who bought it, masked."""


Gift = Mapping[str, Any]
"""A gift card's movement as the ledger keeps it."""


def code_of(gift_id: str, secret: str) -> str:
    """The code of that card: it follows from a secret that no table holds, so none holds the code."""
    number = int.from_bytes(hmac.digest(secret.encode(), b"coffer.gift.v1" + gift_id.encode(), "sha256"), "big")
    letters = "".join(_ALPHABET[number >> _BITS * place & 31] for place in range(_LENGTH))
    return "-".join(letters[start : start + _GROUP] for start in range(0, _LENGTH, _GROUP))


def tidy_code(typed: str) -> str:
    """As it is hashed, however it was written; empty of what is no code."""
    kept = re.sub(r"[\s-]", "", typed).upper().translate(_MISREAD)
    return kept if _CODE.fullmatch(kept) else ""


def expires_at(gift: Gift) -> datetime:
    return clock.read(gift["created_at"]) + LASTS


def status(gift: Gift, at: datetime) -> Status:
    state: Status = gift["state"]
    return "expired" if state == "open" and at >= expires_at(gift) else state


def message_of(gift: Gift) -> str:
    return str(json.loads(gift["answer"]).get("message", ""))


def bought(gift: Gift, code: str, url: str, at: datetime) -> GiftCardView:
    """For whoever bought it; `url` is where its code is claimed."""
    now = status(gift, at)
    shown = code if now == "open" else ""
    return _view(gift, now, "out", code=shown, claim_url=url if shown else "", claimed_by=gift.get("claimed_by", ""))


def received(gift: Gift, at: datetime) -> GiftCardView:
    return _view(gift, status(gift, at), "in", from_=gift["from_name"])


def looked_at(gift: Gift, user_id: str, at: datetime) -> LookView:
    return LookView(
        amount=gift["amount"],
        currency=gift["currency"],
        message=message_of(gift),
        design=gift["design"],
        status=status(gift, at),
        expires_at=clock.written(expires_at(gift)),
        own=gift["owner"] == user_id,
        from_=gift["from_name"],
    )


def _view(gift: Gift, now: Status, direction: Literal["out", "in"], **more: str) -> GiftCardView:
    return GiftCardView(
        id=gift["pk"],
        status=now,
        direction=direction,
        amount=gift["amount"],
        currency=gift["currency"],
        design=gift["design"],
        created_at=gift["created_at"],
        expires_at=clock.written(expires_at(gift)),
        message=message_of(gift),
        ended_at=gift.get("ended_at", ""),
        **more,
    )
