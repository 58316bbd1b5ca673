"""Messages to those for whom money waits: to a name that nobody has here yet, and to whom a red packet is for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.identity import payees, telling
from chalicelib.kernel import clock
from chalicelib.ledger import service as ledger
from chalicelib.notices import service as notices
from chalicelib.notices.model import Params
from chalicelib.notices.model_reach import Recipient
from chalicelib.transfers import model, store, store_packets

KIND, OFFERED = "transfer_invited", "red_packet_waits"


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
    for owner in sorted(people.values()):
        telling.tell_id(owner, OFFERED, {"person": sender}, clock.read(entry["sk"]), once=entry["movement"])
