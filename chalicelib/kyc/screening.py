"""Whether somebody may be on a list. Whoever may be waits for a person's decision and learns nothing of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from chalicelib import queues
from chalicelib.cases import service as cases
from chalicelib.cases.model import Case
from chalicelib.identity import service as identity
from chalicelib.identity.model import User
from chalicelib.kernel import ids
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import InternalError, InvalidState, NotFound
from chalicelib.kyc import lists, model, store, store_screening
from chalicelib.kyc.lists import NoList
from chalicelib.kyc.model_screening import Screening, ScreeningDecision, ScreeningState, ScreeningView

CASE = "screening"
LOOKED_AT = timedelta(days=1)
AT_ONCE = 25
"""People screened again in one sweep, of each shard."""

Freeze = Callable[[Operator, str, str, datetime], object]
"""Of a wallet, by an operator, with a note: what the room above does."""
_freeze: Freeze | None = None


def lend(freeze: Freeze) -> None:
    global _freeze
    _freeze = freeze


def screen(user: User, full_name: str, born_on: str, at: datetime) -> ScreeningState:
    """`open` while somebody is to decide about what was found now or before. Raises NoList, ValueError."""
    hits = tuple(hit.view for hit in lists.current().hits(full_name, born_on))
    if not hits:
        return "cleared"
    told = msgspec.json.encode([(hit.entry, hit.of_list, hit.names, hit.born_on) for hit in hits]).decode()
    screening_id = ids.derived("scr", user.id, full_name, born_on, told)
    case_id = cases.case_id(CASE, screening_id)
    found = store_screening.put(Screening(screening_id, user.id, user.wallets, full_name, born_on, hits, at, case_id))
    if found.state == "open":
        due_at, facts = found.opened_at + LOOKED_AT, {"hits": len(hits), "rule": hits[0].rule}
        cases.open_case(CASE, screening_id, facts, due_at, at, about=user.id)
    return found.state


def listed(by: Operator, position: str | None, limit: int, at: datetime) -> tuple[list[ScreeningView], str | None]:
    """But their own, so a page may be short. Of each the look is in the log before it is answered."""
    opened, following = store_screening.opened(position, limit)
    found = [one for one in opened if one.user_id != by.user_id]
    for one in found:
        cases.audit(by.user_id, "screening.see", one.id, "", at, source_address=by.source_address)
    return [one.view for one in found], following


def seen(by: Operator, screening_id: str, at: datetime) -> ScreeningView:
    """Raises NotFound, of their own too: nobody learns here that they may be on a list."""
    found = _known(screening_id)
    if found.user_id == by.user_id:
        raise NotFound()
    cases.audit(by.user_id, "screening.see", screening_id, "", at, source_address=by.source_address)
    return found.view


def decided(by: Operator, screening_id: str, wish: ScreeningDecision, at: datetime) -> ScreeningView:
    """Cleared: what waits goes on. Confirmed: the house freezes their wallets first. Raises NotFound, InvalidRequest,
    SecondPersonRequired (it is about them), InvalidState (decided). Cut short, the same request carries on."""
    reason, found = model.tidy_reason(wish.reason), _known(screening_id)
    by.require_other(found.user_id)
    if found.state != "open":
        raise InvalidState(state="decided")
    told = {"source_address": by.source_address, "decision": wish.decision}
    cases.audit(by.user_id, "screening.decide", screening_id, reason, at, **told)
    if wish.decision == "confirmed":
        _stop(by, found, reason, at)
    done = store_screening.decide(found, wish.decision, by.user_id, at)
    now = _known(screening_id)
    if not done and (now.state, now.decided_by, now.decided_at) != (wish.decision, by.user_id, at):
        raise InvalidState(state="decided")
    _resolve(now, by, reason, at)
    return now.view


def carry_out_due(at: datetime) -> int:
    return queues.sweep("screenings", store_screening.decided(at), lambda one: _carry_out(one, at))


def again_due(at: datetime) -> int:
    """Everybody anew after the list has changed: so many in one sweep, the next one goes on. Without a list, nobody."""
    try:
        since = store.list_since(lists.current().digest, at)
    except NoList:
        return 0
    return queues.sweep("screened", store.not_screened_since(since, AT_ONCE), lambda one: _again(one, at))


def _again(user_id: str, at: datetime) -> bool:
    user = identity.person(user_id)
    if user is not None:
        for full_name, born_on in {(one.full_name, one.born_on) for one in store.every(user_id) if one.stands(at)}:
            screen(user, full_name, born_on, at)
    store.screened(user_id, at)
    return True


def _carry_out(screening_id: str, at: datetime) -> bool:
    """What waits for it is looked at again, and finds the decision."""
    found = store_screening.find(screening_id)
    if found is None or found.state == "open":
        return False
    for one in store.every(found.user_id):
        if one.state == "screened":
            store.change(one, "verified", at)
    return store_screening.done(found)


def _stop(by: Operator, found: Screening, reason: str, at: datetime) -> None:
    """A wallet that is frozen by the house or closed already is as it should be."""
    if _freeze is None:
        raise InternalError()
    for wallet in found.wallets:
        try:
            _freeze(by, wallet, reason, at)
        except InvalidState:
            continue


def _resolve(found: Screening, by: Operator, reason: str, at: datetime) -> None:
    try:
        cases.finish(found.case_id, by, reason, at)
    except (InvalidState, NotFound):
        return


def _check_decided(case: Case) -> None:
    """Raises InvalidState while nobody has decided about it."""
    found = store_screening.find(case.subject)
    if found is not None and found.state == "open":
        raise InvalidState(state="undecided")


cases.guard_with(CASE, _check_decided)


def _known(screening_id: str) -> Screening:
    found = store_screening.find(screening_id) if ids.is_id(screening_id, "scr") else None
    if found is None:
        raise NotFound()
    return found
