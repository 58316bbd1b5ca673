"""What a person has chosen: how the app behaves, what they are told by which way, how often, in which words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal, get_args

import msgspec

from chalicelib.identity.model import User
from chalicelib.kernel import text
from chalicelib.kernel.errors import InvalidRequest, InvalidState
from chalicelib.notices.model_reach import Switch, switches

UiMode = Literal["standard", "easy", "social"]
Reminders = Literal["monthly", "quarterly", "yearly", "never"]
EVERY = {"monthly": timedelta(days=30), "quarterly": timedelta(days=91), "yearly": timedelta(days=365)}
"""Of reminders; whoever wants none is not in it."""
GUARDING = ("phrase", "switched_off")
"""What warns a person of a thief, as it is called in the trash."""
Phrase = Annotated[
    str, msgspec.Meta(max_length=60, description="Stands in every message that we send to you; empty: none")
]
Switched = Annotated[
    dict[Switch, bool], msgspec.Meta(extra_json_schema={"propertyNames": {"enum": list(get_args(Switch))}})
]
_PHRASE_BYTES = 80
"""As JSON: it goes into text messages."""


class PreferencesRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is left out stays as it is."""

    ui_mode: UiMode | None = None
    reminders: Reminders | None = None
    phrase: Phrase | None = None
    notices: Switched | None = None

    @property
    def guards(self) -> bool:
        """Whether it takes away what warns a person of a thief."""
        silenced = [switch for switch, on in (self.notices or {}).items() if not on]
        return self.phrase is not None or any(switch.startswith(("security.", "money.")) for switch in silenced)


class PreferencesView(msgspec.Struct, frozen=True):
    ui_mode: UiMode
    reminders: Reminders
    phrase: str
    notices: dict[Switch, bool]
    guarded: bool
    """Whether a guardian must agree to large payments."""


def view(user: User) -> PreferencesView:
    wanted = {switch: switch not in user.switched_off for switch in sorted(get_args(Switch))}
    mode, reminders = msgspec.convert(user.ui_mode, UiMode), msgspec.convert(user.reminders, Reminders)
    return PreferencesView(mode, reminders, user.phrase, wanted, bool(user.guardian))


def changes(user: User, wish: PreferencesRequest) -> dict[str, str]:
    """The person's attributes that change. Raises InvalidRequest, InvalidState."""
    found: dict[str, str] = {}
    if wish.ui_mode is not None:
        found["ui_mode"] = wish.ui_mode
    if wish.reminders is not None:
        found["reminders"] = wish.reminders
    if wish.phrase is not None:
        found["phrase"] = _tidy_phrase(wish.phrase)
    if wish.notices is not None:
        found["switched_off"] = _written(_switched(user, wish.notices))
    return dict(checked(user, found))


def checked(user: User, changes: Mapping[str, str]) -> Mapping[str, str]:
    """Whatever is chosen, and whatever comes back from the trash.

    Raises InvalidState for leaving the easy mode with a guardian, InvalidRequest for a security notice by no way.
    """
    if user.guardian and changes.get("ui_mode", "easy") != "easy":
        raise InvalidState(state="guarded")
    if user.recipient.refuses_security(switches(changes.get("switched_off", ""))):
        raise InvalidRequest(param="notices", reason="security-unheard")
    return changes


def as_kept(user: User, name: str) -> str | None:
    """An attribute as it is written; None if there was nothing of their own."""
    if name == "switched_off":
        return _written(user.switched_off)
    return getattr(user, name) or None


def _switched(user: User, wanted: dict[Switch, bool]) -> frozenset[Switch]:
    on = frozenset(switch for switch, chosen in wanted.items() if chosen)
    return (user.switched_off - on) | (frozenset(wanted) - on)


def _written(switched_off: frozenset[Switch]) -> str:
    return " ".join(sorted(switched_off))


def _tidy_phrase(typed: str) -> str:
    phrase = " ".join(typed.split())
    if text.hides_something(phrase):
        raise InvalidRequest(param="phrase")
    return text.capped(phrase, _PHRASE_BYTES, "phrase")
