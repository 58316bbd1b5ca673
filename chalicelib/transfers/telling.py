"""Messages to those for whom money waits, by name or with no account here yet; and to whoever's gift was taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.identity import payees, telling
from chalicelib.kernel import clock
from chalicelib.ledger import service as ledger
from chalicelib.notices import service as notices
from chalicelib.notices.model import Params
from chalicelib.notices.model_reach import Recipient
from chalicelib.transfers import gifting, model, store, store_packets

KIND, OFFERED, CLAIMED = "transfer_invited", "red_packet_waits", "gift_card_claimed"


def invite(entry: Mapping[str, Any]) -> None:
    """Told by the entry that put the money aside; nobody else's."""
    if entry["kind"] != "transfer-scheduled":
        return
    invited = store.invited(entry["movement"])
    if invited is None:
        return
    contact = payees.opened(invited.mark, invited.sealed)
    told: Params = {
        "person": invited.payer_name,
        "amount": sum(part for part in entry["postings"].values() if part > 0),
        "currency": entry["currency"],
        "hours": int(model.UNCLAIMED_AFTER.total_seconds() // 3_600),
    }
    stranger = Recipient(entry["movement"], invited.language, strangers=(contact,))
    notices.tell(stranger, KIND, told, clock.read(entry["sk"]), once=KIND)


def offer(entry: Mapping[str, Any]) -> None:
    """Told by the entry that funded it, to each of those whom it is for by name."""
    if entry["kind"] != "red-packet":
        return
    people = store_packets.people_of(entry["movement"])
    sender = ledger.movement(entry["movement"])["from_name"] if people else ""
    for owner in sorted(people):
        telling.tell_id(owner, OFFERED, {"person": sender}, clock.read(entry["sk"]), once=entry["movement"])


def say_claimed(entry: Mapping[str, Any]) -> None:
    """Told by the entry that credited whoever claimed a gift card, to whoever bought it."""
    if entry["kind"] != gifting.CLAIM:
        return
    gift = ledger.movement(ledger.movement(entry["movement"])["gift"])
    told: Params = {"person": gift["claimed_by"], "amount": gift["amount"], "currency": gift["currency"]}
    telling.tell_id(gift["owner"], CLAIMED, told, clock.read(entry["sk"]), once=entry["movement"])
