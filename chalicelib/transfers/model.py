"""Transfers as people see them, and the rules: how a name is masked and matched, what a note may hold, who waits."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec

from chalicelib.identity.model_payees import Checked, Reason
from chalicelib.kernel import clock, masking, money, text
from chalicelib.kernel.errors import InvalidRequest

Status = Literal["scheduled", "completed", "cancelled", "returned"]
Match = Literal["exact", "close", "none", "not-asked"]
Delay = Literal[0, 2, 24]
COOLING_HOURS = 24
UNCLAIMED_AFTER = timedelta(hours=72)
RETRY_AFTER_SECONDS = 60
"""The sweep carries out what is due once a minute."""
_CLOSE = 0.8
_SHOWN_LENGTH = 32
_PERSONAL = ("wallet_id", "reason", "explanation", "invitation", "completes_at")

Amount = Annotated[int, msgspec.Meta(extra_json_schema=money.AMOUNT_SCHEMA)]
Currency = Annotated[str, msgspec.Meta(extra_json_schema=money.CURRENCY_SCHEMA)]
Identifier = Annotated[str, msgspec.Meta(min_length=3, max_length=254, description="E-mail or phone")]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64, description="As you know them; it is compared only")]
Note = Annotated[
    str,
    msgspec.Meta(
        description="For the other to read, without links. It is kept for ever, so e-mail addresses and phone numbers "
        "in it become ***",
        extra_json_schema={"maxLength": text.TEXT_BYTES},
    ),
]


class CheckRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    identifier: Identifier
    name: Name | None = None


class CheckView(msgspec.Struct, frozen=True):
    """Look at `name` before you send. `delay_hours` is how long a transfer to them waits at least, and `reason` why."""

    payee_check: str
    expires_at: str
    name: str
    """Masked; of somebody without an account, what you typed, masked."""
    match: Match
    new_payee: bool
    """Whether nothing of mine has ever arrived with them."""
    invitation: bool
    """Whether nobody has this name here yet: the money waits 72 hours for them to sign up."""
    currency: str
    delay_hours: int
    reason: Reason
    explanation: str


class TransferRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`delay_hours`: how long it can still be cancelled; where it has to wait anyway, the longer of the two."""

    payee_check: Checked
    amount: Amount
    currency: Currency
    note: Note = ""
    delay_hours: Delay = 0


class CancelRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class TransferView(msgspec.Struct, frozen=True, omit_defaults=True):
    id: str
    status: Status
    direction: Literal["out", "in"]
    name: str
    """The other one, masked."""
    amount: int
    currency: str
    created_at: str
    wallet_id: str = ""
    """Mine."""
    note: str = ""
    completes_at: str = ""
    """While it waits: when it goes on, at the earliest."""
    ended_at: str = ""
    """When it arrived, was cancelled or came back."""
    reason: Reason = ""
    explanation: str = ""
    invitation: bool = False
    return_reason: Literal["", "unclaimed", "payee-closed"] = ""
    split_id: str = ""
    """The shared bill that it paid a part of."""


def short(shown: str) -> str:
    """An address that is longer than anybody's, cut: it stands in the movement twice."""
    return shown if len(shown) <= _SHOWN_LENGTH else shown[: _SHOWN_LENGTH - 1] + "…"


def match(typed: str | None, name: str | None) -> Match:
    """How a name that was typed fits the one that somebody has; `name` is None of nobody."""
    if typed is None:
        return "not-asked"
    given, known = _words(typed), _words(name or "")
    if not given or not known:
        return "none"
    if sorted(given) == sorted(known) or "".join(given) == "".join(known):
        return "exact"
    return "close" if _alike(given, known) else "none"


def tidy_note(typed: str, param: str = "note") -> str:
    """As it is kept. Raises InvalidRequest: too long, hidden characters, a link."""
    kept = masking.without_contacts(text.capped(typed, text.TEXT_BYTES, param))
    if text.hides_something(kept):
        raise InvalidRequest(param=param)
    if has_link(kept):
        raise InvalidRequest(param=param, reason="link")
    return kept


def has_link(written: str) -> bool:
    """Whether somebody could be led away by it: an address of the web, with or without its scheme, or of a machine."""
    folded = unicodedata.normalize("NFKC", written)
    return any(pattern.search(folded) for pattern in _LINKS)


def reason_of(*, invites: bool, is_new: bool, easy: bool, risky: bool) -> Reason:
    """Why a transfer has to wait, whatever its sender wishes."""
    found: tuple[tuple[bool, Reason], ...] = (
        (invites, "invitation"),
        (is_new, "new-payee"),
        (easy, "easy-mode"),
        (risky, "unusual-sign-in"),
    )
    return next((reason for holds, reason in found if holds), "")


def waits(reason: Reason, wish: Delay) -> tuple[Reason, timedelta]:
    """Why, and for how long; the longer of what must be and what is wished."""
    if reason:
        return reason, timedelta(hours=max(COOLING_HOURS, wish))
    return ("chosen" if wish else ""), timedelta(hours=wish)


def explanation(reason: Reason, language: str) -> str:
    return text.sentence(f"transfers.reason.{reason}", language) if reason else ""


def view(movement: Mapping[str, Any], *, incoming: bool) -> dict[str, Any]:
    """The first answer with today's status; of the one who gets it, without what is its sender's own."""
    found: dict[str, Any] = json.loads(movement["answer"]) | {"status": movement["state"]}
    if movement["state"] != "scheduled":
        found.pop("completes_at", None)
    if "ended_at" in movement:
        found["ended_at"] = movement["ended_at"]
    if "ended_by" in movement:
        found["return_reason"] = movement["ended_by"]
    if not incoming:
        return found
    mine = {name: value for name, value in found.items() if name not in _PERSONAL}
    return mine | {"direction": "in", "name": movement["from_name"], "wallet_id": movement["to"]}


def unclaimed_at(movement: Mapping[str, Any]) -> datetime:
    return clock.read(movement["created_at"]) + UNCLAIMED_AFTER


_LINKS = tuple(
    re.compile(one, re.IGNORECASE)
    for one in (
        r"[a-z][a-z0-9+.-]*:/",
        r"\bwww\s*[.。]",
        r"[^\W_]\.[a-z]{2,}",
        r"[a-z0-9-]。[a-z]{2,}",
        r"[.。](中国|公司|网络|网址|商城|集团|香港)",
        r"\bxn--",
        r"(?<![\d.])\d{1,3}(\.\d{1,3}){3}(?![\d.])",
    )
)
"""Errs on the side of refusing: `see you.soon` is taken for one, and a space after the full stop helps."""


def _words(name: str) -> list[str]:
    """Letters and digits alone, without accents, in small letters."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    kept = "".join(one if one.isalnum() else " " for one in folded if not unicodedata.combining(one))
    return kept.split()


def _alike(given: list[str], known: list[str]) -> bool:
    """A slip of the finger, or one of several names alone."""
    from difflib import SequenceMatcher

    together = SequenceMatcher(None, "".join(sorted(given)), "".join(sorted(known)), autojunk=False)
    in_order = SequenceMatcher(None, "".join(given), "".join(known), autojunk=False)
    part = set(given) < set(known) or set(known) < set(given)
    return part or max(together.ratio(), in_order.ratio()) >= _CLOSE
