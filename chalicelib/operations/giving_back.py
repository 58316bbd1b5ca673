"""One person's mistakenly deleted records, out of a backup: two operators decide, a schedule does it (`giving`).

proposed ──approved by somebody else──▶ approved ──the schedule has read the backup──▶ done
    └──────declined by anybody────────▶ declined     └── the account is deleted: refused
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from chalicelib.cases import sealing
from chalicelib.cases import service as cases
from chalicelib.kernel import clock, ids
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import InvalidRequest, InvalidState, NotFound
from chalicelib.operations import backups
from chalicelib.operations import model_giving_back as model
from chalicelib.operations import store_backups as store
from chalicelib.operations.model_giving_back import GivingBack, GivingBackDecision, GivingBackView, NewGivingBack


def propose(by: Operator, backup_id: str, wish: NewGivingBack, at: datetime) -> GivingBackView:
    """Nothing comes back yet. Raises NotFound, InvalidRequest, InvalidState (not whole), SecondPersonRequired (own)."""
    found = backups.one(backup_id)
    if found.state != "whole":
        raise InvalidState(state=found.state)
    if not ids.is_id(wish.user_id, "usr"):
        raise InvalidRequest(param="user_id")
    by.require_other(wish.user_id)
    new = ids.new("gbk", at)
    sealed = sealing.sealed(new, "reason", wish.reason)
    proposed = GivingBack(new, "proposed", found.id, wish.user_id, by.user_id, clock.written(at), sealed)
    _audit(by, "backup.propose-giving-back", proposed, wish.reason, at)
    store.put(proposed)
    return model.view(proposed, wish.reason)


def decide(by: Operator, giving_back_id: str, wish: GivingBackDecision, at: datetime) -> GivingBackView:
    """Raises NotFound, InvalidState, SecondPersonRequired (who proposed it, or whose records they are, approves)."""
    found = _found(giving_back_id)
    if found.state != "proposed":
        raise InvalidState(state=found.state)
    if wish.approve:
        by.require_other(found.proposed_by, found.user_id)
        _audit(by, "backup.approve-giving-back", found, wish.note, at)
    else:
        _audit(by, "backup.decline-giving-back", found, wish.note, at)
    state: model.State = "approved" if wish.approve else "declined"
    moment = clock.written(at)
    decided = store.change(msgspec.structs.replace(found, state=state, decided_by=by.user_id, decided_at=moment))
    if decided is None:
        raise InvalidState(state="changed")
    return _view(decided)


def listed(position: str | None, limit: int) -> tuple[list[GivingBackView], str | None]:
    found, following = store.givings_back(position, limit)
    return [_view(one) for one in found], following


def _audit(by: Operator, deed: str, one: GivingBack, why: str, at: datetime) -> None:
    cases.audit(
        by.user_id, deed, one.user_id, why, at,
        source_address=by.source_address, backup=one.backup, giving_back=one.id,
    )  # fmt: skip


def _found(giving_back_id: str) -> GivingBack:
    found = store.giving_back(giving_back_id) if ids.is_id(giving_back_id, "gbk") else None
    if found is None:
        raise NotFound()
    return found


def _view(one: GivingBack) -> GivingBackView:
    return model.view(one, sealing.opened(one.id, "reason", one.reason))
