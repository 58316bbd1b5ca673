"""Freezing a wallet, keeping it frozen, and lifting the freeze.

Each step may be taken again: whoever's answer was lost sends the same request once more. The audit log comes first;
the head of the wallet is what stops payments; the record comes before it, so that no freeze of ours is without one.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.cases import sealing
from chalicelib.cases import service as cases
from chalicelib.cases.model import Case
from chalicelib.kernel import ids
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import InvalidState, NotFound, StillFrozen, Unavailable
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Head
from chalicelib.notices import service as notices
from chalicelib.observability import count
from chalicelib.risk import model, store
from chalicelib.risk.model import Freeze, FreezeRequest, FreezeView, KeepRequest, Untold

CASE = "freeze"
"""The kind of the case by which a freeze is looked at again."""
RISEN = "freeze-risen"
"""That by which a second person hears that nobody has."""
RISES_EVERY = timedelta(days=1)
_NOTE = "note"
"""The name under which a note is sealed: its attribute's, by which a rotation finds it."""


def frozen(by: Operator, wish: FreezeRequest, at: datetime) -> FreezeView:
    """Raises InvalidRequest, NotFound, InvalidState (frozen already, closed), Unavailable (it changed meanwhile)."""
    note = model.tidy_note(wish.note)
    head = _head_of(wish.wallet_id)
    if head.status == "closed":
        raise InvalidState(state=head.status)
    freeze = replace(_again(by, wish) or _new(by, wish, at), note=sealing.sealed(wish.wallet_id, _NOTE, note))
    cases.audit(
        by.user_id, "wallet.freeze", wish.wallet_id, note, at, source_address=by.source_address, reason=wish.reason
    )
    if not store.put(freeze):
        raise InvalidState(state="frozen")
    if not ledger.impose(wish.wallet_id, wish.reason, freeze.frozen_at, freeze.review_at):
        raise Unavailable(retry_after_seconds=1)
    count("WalletFrozen", Reason=freeze.reason)
    _to_review(freeze, head.owner, at)
    _tell(head.owner, freeze.untold(f"wallet_frozen_{freeze.reason}", freeze.frozen_at))
    return freeze.view("frozen", note)


def stopped(by: Operator, wallet_id: str, reason: str, at: datetime) -> FreezeView:
    """For what its owner is told nothing of but that it is being looked at. Raises as `frozen` does."""
    return frozen(by, FreezeRequest(wallet_id, "under_review", reason[: model.LONGEST_NOTE]), at)


def kept(by: Operator, wallet_id: str, wish: KeepRequest, at: datetime) -> FreezeView:
    """Its case stays open, due later. Raises InvalidRequest, NotFound, InvalidState (no freeze of ours holds)."""
    note, freeze = model.tidy_note(wish.note), _known(wallet_id)
    head = _head_of(wallet_id)
    if freeze.lifted_at is not None or not head.by_house:
        raise InvalidState(state=head.status)
    cases.audit(by.user_id, "wallet.keep", wallet_id, note, at, source_address=by.source_address, reason=freeze.reason)
    _to_review(freeze, head.owner, at)
    held = store.keep(freeze, at + timedelta(hours=wish.review_hours))
    if held is None or not cases.postpone(held.case_id, note, held.review_at):
        raise InvalidState(state=ledger.head(wallet_id).status)
    ledger.review(wallet_id, held.frozen_at, held.review_at)
    _tell(head.owner, held.untold("wallet_frozen_kept", at))
    return _view(held, head.status)


def lifted(by: Operator, wallet_id: str, typed: str, at: datetime) -> FreezeView:
    """Raises InvalidRequest, NotFound, SecondPersonRequired (their own), InvalidState (no freeze of ours holds)."""
    note, freeze = model.tidy_note(typed), _known(wallet_id)
    head = _head_of(wallet_id)
    by.require_other(head.owner)
    if freeze.lifted_at is not None:
        raise InvalidState(state=head.status)
    cases.audit(by.user_id, "wallet.lift", wallet_id, note, at, source_address=by.source_address, reason=freeze.reason)
    ledger.lift(wallet_id, freeze.frozen_at)
    _resolve(freeze, by, note, at)
    left = ledger.head(wallet_id)
    if left.by_house:
        raise InvalidState(state=left.status)
    if left.status != "closed":
        _tell(head.owner, freeze.untold("wallet_free" if left.status == "active" else "wallet_free_but_own", at))
    done = store.lift(freeze, by.user_id, at)
    if done is None:
        raise InvalidState(state=head.status)
    return _view(done, left.status)


def rise(wallet_id: str, at: datetime) -> bool:
    """Nobody has looked at it again in time: a second person is asked, and its owner told; every day until one has.

    Whether it was so. May be repeated: the clock is wound last.
    """
    freeze = store.freeze(wallet_id)
    if freeze is None or freeze.lifted_at is not None or freeze.review_at > at:
        return False
    facts, key = {"reason": freeze.reason, "frozen_by": freeze.frozen_by}, f"{freeze.key} {freeze.review_at}"
    owner = ledger.head(wallet_id).owner
    cases.open_case(RISEN, wallet_id, facts, at + RISES_EVERY, at, key=key, about=owner)
    ledger.review(wallet_id, freeze.frozen_at, at + RISES_EVERY)
    risen = store.keep(freeze, at + RISES_EVERY)
    if risen is not None:
        _tell(owner, risen.untold("wallet_frozen_risen", at))
    return risen is not None


def seen(by: Operator, wallet_id: str) -> FreezeView:
    """The last freeze of a wallet, and how the wallet is now. Raises NotFound, SecondPersonRequired: what stands in the
    note is not for the owner."""
    freeze, head = _known(wallet_id), _head_of(wallet_id)
    by.require_other(head.owner)
    return _view(freeze, head.status)


def _again(by: Operator, wish: FreezeRequest) -> Freeze | None:
    """The freeze that holds, if this very request may have made it."""
    holding = store.freeze(wish.wallet_id)
    if holding is None or holding.lifted_at is not None:
        return None
    return holding if (holding.frozen_by, holding.reason) == (by.user_id, wish.reason) else None


def _new(by: Operator, wish: FreezeRequest, at: datetime) -> Freeze:
    review_at = at + timedelta(hours=wish.review_hours)
    freeze = Freeze(wish.wallet_id, wish.reason, "", at, by.user_id, review_at)
    return replace(freeze, case_id=cases.case_id(CASE, freeze.wallet_id, freeze.key))


def _to_review(freeze: Freeze, owner: str, at: datetime) -> None:
    facts = {"reason": freeze.reason, "frozen_by": freeze.frozen_by}
    cases.open_case(CASE, freeze.wallet_id, facts, freeze.review_at, at, key=freeze.key, about=owner)


def _view(freeze: Freeze, status: str) -> FreezeView:
    return freeze.view(status, sealing.opened(freeze.wallet_id, _NOTE, freeze.note) if freeze.note else "")


def _check_done(case: Case) -> None:
    """Raises StillFrozen while the freeze holds that the case is about."""
    freeze = store.freeze(case.subject)
    mine = freeze is not None and (case.kind == RISEN or freeze.case_id == case.id)
    if freeze is not None and mine and freeze.lifted_at is None and not _kept_since(freeze, case):
        raise StillFrozen(wallet_id=case.subject)


for _kind in (CASE, RISEN):
    cases.guard_with(_kind, _check_done)


def _kept_since(freeze: Freeze, case: Case) -> bool:
    """A second person was asked, and somebody has looked at it meanwhile: it is for later again."""
    return case.kind == RISEN and freeze.review_at > case.due_at


def _tell(owner: str, what: Untold) -> None:
    """In the inbox at once; by the ways that only their own rooms know the next minute (see `tasks`)."""
    notices.begin(owner, what.kind, what.params, what.at, what.once)
    store.to_tell(what)


def _resolve(freeze: Freeze, by: Operator, note: str, at: datetime) -> None:
    try:
        cases.finish(freeze.case_id, by, note, at)
    except (InvalidState, NotFound):
        return


def _head_of(wallet_id: str) -> Head:
    if not ids.is_id(wallet_id, "wal"):
        raise NotFound()
    return ledger.head(wallet_id)


def _known(wallet_id: str) -> Freeze:
    found = store.freeze(wallet_id) if ids.is_id(wallet_id, "wal") else None
    if found is None:
        raise NotFound()
    return found
