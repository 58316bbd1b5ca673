"""A checkout that several people pay, a part each: what is asked for, and what is left of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, cast

import msgspec

from chalicelib.kernel.money import MAX_AMOUNT

FEWEST_PAYERS, MOST_PAYERS = 2, 20
MOST_PARTS = 40
"""Somebody may pay several; the last that fits must be all that is left."""
LASTS_AT_MOST = timedelta(days=7)
"""Every part is held until then: no longer than any other hold."""
PartStatus = Literal["authorized", "captured", "voided", "expired"]
SharedStatus = Literal["open", "paid", "expired", "cancelled"]


class Split(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many people may share it, and how little each may pay at a time: no stranger takes a place for nothing."""

    max_payers: Annotated[int, msgspec.Meta(ge=FEWEST_PAYERS, le=MOST_PAYERS)]
    least: Annotated[int, msgspec.Meta(ge=1, le=MAX_AMOUNT)] = 1


class PartView(msgspec.Struct, frozen=True, omit_defaults=True):
    """`payment_id`: for the merchant, and of one's own."""

    amount: int
    status: PartStatus
    mine: bool
    payment_id: str = ""


class SplitView(msgspec.Struct, frozen=True):
    """`taken` + `left` = the checkout's amount; `payers`: how many people have paid a part. None is named.
    A part is at least `least`, or all that is left."""

    taken: int
    left: int
    payers: int
    max_payers: int
    parts: list[PartView]
    least: int = 1


@dataclass(frozen=True, slots=True)
class Shared:
    """How far a shared checkout is, as stored: nobody writes down that it expired before somebody looks.

    `parts`: the payments, in their order. `status` is `paid` as soon as nothing is left.
    """

    amount: int
    left: int
    max_payers: int
    status: SharedStatus
    expires_at: datetime
    parts: tuple[str, ...] = ()
    payers: int = 0
    least: int = 1

    def is_over(self, at: datetime) -> bool:
        """Nothing can be paid any more, or need be."""
        return self.status != "open" or self.expires_at <= at


def split_view(shared: Shared, movements: Sequence[Mapping[str, Any]], wallets: Collection[str] | None) -> SplitView:
    """`wallets`: of the customer who looks; None for the merchant, who sees every payment."""
    found = {one["pk"]: one for one in movements}
    parts = [_part(found[one], wallets) for one in shared.parts if one in found]
    return SplitView(shared.amount - shared.left, shared.left, shared.payers, shared.max_payers, parts, shared.least)


def _part(movement: Mapping[str, Any], wallets: Collection[str] | None) -> PartView:
    mine = wallets is not None and movement["account"] in wallets
    shown = movement["pk"] if mine or wallets is None else ""
    return PartView(movement["amount"], cast(PartStatus, movement["state"]), mine, shown)
