"""Carrying out what was said of a score: what is aside stays or goes back, and so does a freeze; memories learn.

Each step may be taken again, by whoever finds it undone: the one who decided, the worker that was still acting, the
sweep. What is there is asked, not what a score remembers of it: whoever acted may have died before they wrote it down.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from chalicelib.cases import sealing
from chalicelib.cases import service as cases
from chalicelib.kernel import clock, roles
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import InvalidState, NotFound
from chalicelib.notices import service as notices
from chalicelib.risk import aside, service, store_profiles, store_scores
from chalicelib.risk.model_profile import Profile
from chalicelib.risk.model_scores import APPEAL_NOTE, NOTE, Kept, Standing

BY_ITSELF = Operator("risk-rules", "", roles.RISK)
"""Whom the audit log and the freeze name where no person did it."""
CASE, RISEN = "risk-score", "risk-score-risen"
"""Kinds of the case by which a person decides; and of that by which a second one hears that nobody has in time."""


def settle(score_id: str, at: datetime, source_address: str = "") -> bool:
    """False where nobody has decided."""
    found = store_scores.score(score_id)
    if found is None or found[1].state != "decided":
        return False
    one, now = found
    by = Operator(now.last_by, "", roles.RISK, source_address)
    note = last_note(one, now)
    _give_back(by, one, note, at) if now.label != "fraud" else _keep(one, now, at)
    if one.key:
        store_profiles.change(one.key, None, partial(_tell, now, one.id), at)
    _finish(by, one, note, at)
    return store_scores.settled(one.id, now)


def last_note(one: Kept, now: Standing) -> str:
    """Of whoever spoke last."""
    if now.appeal_note:
        return sealing.opened(one.id, APPEAL_NOTE, now.appeal_note)
    return sealing.opened(one.id, NOTE, now.note) if now.note else ""


def _keep(one: Kept, now: Standing, at: datetime) -> None:
    """Its owner hears of it once, and how to have it looked at again."""
    if held := aside.keep(one.id, at):
        params: dict[str, str | int] = {"amount": int(held["amount"]), "currency": str(held["currency"])}
        notices.begin(held["owner"], "risk_kept", params, clock.read(now.decided_at), f"{one.id} kept")


def _give_back(by: Operator, one: Kept, note: str, at: datetime) -> None:
    aside.release(one.id, at)
    if one.score.outcome == "freeze" and not _stands_for_another(one):
        _thaw(by, one.place.wallet, note, at)


def _stands_for_another(one: Kept) -> bool:
    """The same wallet was frozen for another score as well, which is fraud or waits for a person."""
    others = set(store_scores.frozen_for(one.place.wallet)) - {one.id}
    found = [known[1] for score_id in sorted(others) if (known := store_scores.score(score_id))]
    return any(other.state == "open" or other.label == "fraud" for other in found)


def _tell(now: Standing, score_id: str, profile: Profile) -> None:
    if now.label:
        profile.told("fraud" if now.appealed_by else now.label, score_id)
        if now.appealed_by:
            profile.told_again(now.label, score_id)


def _thaw(by: Operator, wallet: str, note: str, at: datetime) -> None:
    """Unless somebody froze it anew for another reason, or has lifted it."""
    try:
        if service.seen(by, wallet).frozen_by == BY_ITSELF.user_id:
            service.lifted(by, wallet, note, at)
    except (InvalidState, NotFound):
        return


def _finish(by: Operator, one: Kept, note: str, at: datetime) -> None:
    for kind in (CASE, RISEN):
        try:
            cases.finish(cases.case_id(kind, one.id), by, note, at)
        except (InvalidState, NotFound):
            continue
