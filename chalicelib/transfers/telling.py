"""The message to somebody who has no account yet, that money waits for them: once, by way of their name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.identity import payees
from chalicelib.kernel import clock
from chalicelib.notices import service as notices
from chalicelib.notices.model import Params
from chalicelib.notices.model_reach import Recipient
from chalicelib.transfers import model, store

KIND = "transfer_invited"


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
