"""Bills that several people share, as people see them: who owes what of one, and parts that add up exactly."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, cast

import msgspec

from chalicelib.identity.model_payees import Checked
from chalicelib.kernel import clock
from chalicelib.kernel.errors import InvalidRequest
from chalicelib.kernel.money import MAX_AMOUNT
from chalicelib.transfers.model import Amount, Currency, Note

Method = Literal["equal", "shares", "amounts"]
Status = Literal["open", "paid", "closed", "expired"]
"""`closed`: by whoever made it, or because nobody is left who would pay."""
PartStatus = Literal["open", "paid", "declined"]
MOST_PEOPLE = 20
MOST_SHARES = 1_000
LASTS = timedelta(days=30)
REMINDS_AFTER = timedelta(days=1)
"""So long nobody is reminded after they were asked, or reminded before."""
MADE_A_DAY = 20
Share = Annotated[int, msgspec.Meta(ge=0, le=MAX_AMOUNT)]


class Sharer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`share`: of `shares` how many, of `amounts` how much in minor units, of `equal` one."""

    payee_check: Checked
    share: Share = 1


class SplitRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a bill was and who shares it. `own_share`: mine, which nobody pays; 0 where I have none."""

    amount: Amount
    currency: Currency
    people: Annotated[list[Sharer], msgspec.Meta(min_length=1, max_length=MOST_PEOPLE)]
    method: Method = "equal"
    own_share: Share = 0
    note: Note = ""


class PartRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that I still owe of it, or less."""

    amount: Amount
    currency: Currency


class SplitStepRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class SplitPartView(msgspec.Struct, frozen=True, omit_defaults=True):
    name: str
    """Masked."""
    amount: int
    left: int
    status: PartStatus
    reminded_at: str = ""
    """For whoever made the bill: when they were last asked."""


class BillSplitView(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whoever made it sees every part; whoever is asked sees their own."""

    id: str
    status: Status
    direction: Literal["out", "in"]
    """`out`: I ask; `in`: I am asked."""
    amount: int
    """Of the whole bill."""
    currency: str
    people: int
    """How many are asked."""
    created_at: str
    expires_at: str
    note: str = ""
    name: str = ""
    """Who asks me, masked."""
    new_payee: bool = False
    """Whether nothing of mine has ever arrived with whoever asks me. Of GET of one alone."""
    asked: int = 0
    """For whoever made it: what all parts come to, and what is left of them."""
    left: int = 0
    ended_at: str = ""
    parts: list[SplitPartView] = []
    """Of a list: mine alone."""


@dataclass(frozen=True, slots=True)
class Split:
    """A bill as the ledger keeps it; `left`, `state` and what follows them change."""

    id: str
    owner: str
    wallet: str
    name: str
    amount: int
    currency: str
    note: str
    people: int
    asked: int
    left: int
    state: Status
    created_at: str
    expires_at: str
    due_at: str = ""
    ended_at: str = ""

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Split:
        return cls(
            id=kept["pk"],
            owner=kept["owner"],
            wallet=kept["account"],
            name=kept["from_name"],
            amount=kept["amount"],
            currency=kept["currency"],
            note=str(json.loads(kept["answer"]).get("note", "")),
            people=kept["people"],
            asked=kept["asked"],
            left=kept["left"],
            state=cast(Status, kept["state"]),
            created_at=kept["created_at"],
            expires_at=kept["expires_at"],
            due_at=kept.get("due_at", ""),
            ended_at=kept.get("ended_at", ""),
        )

    def is_over(self, at: datetime) -> bool:
        return self.expires_at <= clock.written(at)


@dataclass(frozen=True, slots=True)
class Part:
    """What one person owes of a bill. `says`: what nobody has been told of it yet, since `says_at`."""

    split: str
    wallet: str
    owner: str
    name: str
    amount: int
    left: int
    declined: bool = False
    asked_at: str = ""
    says: str = ""
    says_at: str = ""

    @property
    def status(self) -> PartStatus:
        return "declined" if self.declined else "open" if self.left else "paid"

    @property
    def owes(self) -> bool:
        return self.left > 0


def parts_of(amount: int, shares: Sequence[int]) -> list[int]:
    """`amount` by `shares`, to the last cent: whoever loses most by rounding down gets one more, the first of equals.

    Every part is within one of what is its by the rule of three. Raises ValueError if there is no share.
    """
    whole = sum(shares)
    if whole <= 0:
        raise ValueError("there is a share")
    parts = [amount * share // whole for share in shares]
    lost = sorted(range(len(shares)), key=lambda place: -(amount * shares[place] % whole))
    for place in lost[: amount - sum(parts)]:
        parts[place] += 1
    return parts


def owed(wish: SplitRequest) -> list[int]:
    """What each of the people owes, in their order; what is left of the amount is its maker's own part.

    Raises InvalidRequest: a share that the method does not know, amounts that do not add up, a part of nothing.
    """
    shares = [*(one.share for one in wish.people), wish.own_share]
    most = {"equal": 1, "shares": MOST_SHARES, "amounts": wish.amount}[wish.method]
    if wish.own_share > most:
        raise InvalidRequest(param="own_share", maximum=most)
    if any(not 0 < one.share <= most for one in wish.people):
        raise InvalidRequest(param="people.share", maximum=most)
    if wish.method == "amounts" and sum(shares) != wish.amount:
        raise InvalidRequest(param="people.share", reason="sum", total=sum(shares))
    parts = parts_of(wish.amount, shares)[:-1]
    if 0 in parts:
        raise InvalidRequest(param="amount", reason="too-small")
    return parts


def view(split: Split, parts: Sequence[Part], owner: str, at: datetime, *, new_payee: bool = False) -> BillSplitView:
    """For `owner`, who made it or is asked; nobody writes down that it expired before somebody looks."""
    mine = split.owner == owner
    status: Status = "expired" if split.state == "open" and split.is_over(at) else split.state
    return BillSplitView(
        id=split.id,
        status=status,
        direction="out" if mine else "in",
        amount=split.amount,
        currency=split.currency,
        people=split.people,
        created_at=split.created_at,
        expires_at=split.expires_at,
        note=split.note,
        name="" if mine else split.name,
        new_payee=new_payee,
        asked=split.asked if mine else 0,
        left=split.left if mine else 0,
        ended_at=split.ended_at,
        parts=[_part(one, mine) for one in parts if mine or one.owner == owner],
    )


def _part(one: Part, mine: bool) -> SplitPartView:
    return SplitPartView(one.name, one.amount, one.left, one.status, one.asked_at if mine else "")
