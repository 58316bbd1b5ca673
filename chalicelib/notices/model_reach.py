"""Whom a notice reaches and by which ways: their contacts, their devices, and what they have switched off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast, get_args

from chalicelib.kernel import text
from chalicelib.notices.model import Channel, channel_of

Group = Literal["security", "money", "family", "reminders"]
Way = Literal["inbox", "email", "sms", "push"]
Platform = Literal["ios", "android"]
Switch = Literal[
    "security.inbox", "security.email", "security.sms", "security.push",
    "money.inbox", "money.email", "money.sms", "money.push",
    "family.inbox", "family.email", "family.sms", "family.push",
    "reminders.inbox", "reminders.email", "reminders.sms", "reminders.push",
]  # fmt: skip
"""`<group>.<way>`, switched off."""

_BEGINNINGS: dict[str, Group] = {
    "payment": "money",
    "top_up": "money",
    "refund": "money",
    "withdrawal": "money",
    "adjustment": "money",
    "transfer_": "money",
    "split_": "money",
    "red_packet_": "money",
    "gift_card_": "money",
    "guardian_": "family",
    "approval_": "family",
    "card_approval_": "family",
    "card_": "money",
    "family_payment": "money",
    "family_card_": "family",
    "reminder": "reminders",
    "instalment_paid": "money",
    "instalment_returned": "money",
    "instalments_begun": "money",
    "instalment_": "reminders",
    "loan": "money",
    "incident_": "money",
    "dispute_": "money",
}
SWITCHED_OFF: frozenset[Switch] = frozenset({"money.email", "money.sms"})
"""Where nobody has chosen: each payment shows in the inbox and on the devices."""
_WAYS: dict[Channel, Way] = {"email": "email", "text": "sms", "push": "push"}


@dataclass(frozen=True, slots=True)
class Device:
    """Where a push goes: in the cloud `address` is the ARN of an SNS platform endpoint, locally the token itself."""

    id: str
    platform: Platform
    address: str


@dataclass(frozen=True, slots=True)
class Recipient:
    """What must be known of somebody to tell them something; opened, so it is made where it is used."""

    user_id: str
    language: str = "en"
    contacts: tuple[str, ...] = ()
    phrase: str = ""
    """The person's own words: they stand in every message to them, so that they know it is ours."""
    switched_off: frozenset[Switch] = frozenset()
    devices: tuple[Device, ...] = ()
    strangers: tuple[str, ...] = ()
    """Contacts that are told as well but are not proved to be the person's: without the phrase, never switched off."""
    jurisdiction: str = ""
    """Whose clock they live by."""

    def wants(self, group: Group, way: Way) -> bool:
        """Of security one way to a contact stays, whatever is switched off."""
        if f"{group}.{way}" not in self.switched_off:
            return True
        return group == "security" and way in ("email", "sms") and not self._reached(self.switched_off)

    def contacts_for(self, kind: str) -> tuple[str, ...]:
        return tuple(one for one in self.contacts if self.wants(group_of(kind), _WAYS[channel_of(one)]))

    def refuses_security(self, switched_off: frozenset[Switch]) -> bool:
        """Whether these switches would leave no contact that security notices reach."""
        return bool(self.contacts) and not self._reached(switched_off)

    def _reached(self, switched_off: frozenset[Switch]) -> bool:
        return any(f"security.{_WAYS[channel_of(one)]}" not in switched_off for one in self.contacts)


def group_of(kind: str) -> Group:
    """Whatever is not known to be something else is about security."""
    return next((group for beginning, group in _BEGINNINGS.items() if kind.startswith(beginning)), "security")


def switches(written: str | None) -> frozenset[Switch]:
    """As they are kept, a space between; None where nobody has chosen."""
    if written is None:
        return SWITCHED_OFF
    known = frozenset(get_args(Switch))
    return frozenset(cast(Switch, one) for one in written.split() if one in known)


def with_phrase(body: str, phrase: str, language: str) -> str:
    """The body and, in its fixed form, the reader's own phrase; the body alone without one."""
    return f"{body}\n{text.sentence('notices.phrase', language, phrase=phrase)}" if phrase else body
