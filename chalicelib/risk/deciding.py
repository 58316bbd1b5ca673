"""What a person says of a score: what was held and frozen stays so, or goes back; rules and memories learn from it."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from chalicelib.cases import sealing
from chalicelib.cases import service as cases
from chalicelib.kernel import ids
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import InvalidState, NotFound
from chalicelib.risk import acting, aside, model, model_scores, service, store_profiles, store_scores
from chalicelib.risk.model_profile import Profile
from chalicelib.risk.model_scores import DecisionRequest, Kept, Label, ScoreView, Standing

_NOTE = "note"


def listed(
    by: Operator, wanted: str | None, position: str | None, limit: int, language: str
) -> tuple[list[ScoreView], str | None]:
    """But those about themselves, so a page may be short. Raises InvalidRequest."""
    found, following = store_scores.listed(model_scores.state_of(wanted), position, limit)
    return [_view(one, now, language) for one, now in found if by.user_id not in _about(one, now)], following


def seen(by: Operator, score_id: str, language: str) -> ScoreView:
    """Raises NotFound, of one about themselves too."""
    one, now = _known(score_id)
    if by.user_id in _about(one, now):
        raise NotFound()
    return _view(one, now, language)


def decide(by: Operator, score_id: str, wish: DecisionRequest, at: datetime, language: str) -> ScoreView:
    """Each step may be taken again. Raises InvalidRequest, NotFound, SecondPersonRequired, InvalidState (decided)."""
    note, (one, now) = model.tidy_note(wish.note), _known(score_id)
    by.require_other(*_about(one, now))
    if now.state == "decided" and (now.decided_by, now.label) != (by.user_id, wish.label):
        raise InvalidState(state="decided")
    cases.audit(by.user_id, "risk-score.decide", score_id, note, at, source_address=by.source_address, label=wish.label)
    sealed = sealing.sealed(score_id, _NOTE, note)
    if now.state != "decided" and not store_scores.decide(one, wish.label, by.user_id, sealed, at):
        raise InvalidState(state="decided")
    _settle(by, one, now, wish.label, note, at)
    _finish(by, one, now, note, at)
    return seen(by, score_id, language)


def _settle(by: Operator, one: Kept, now: Standing, label: Label, note: str, at: datetime) -> None:
    if now.held:
        aside.keep(one.id, at) if label == "fraud" else aside.release(one.id, at)
    if now.frozen and label != "fraud":
        _thaw(by, now.frozen, note, at)
    if one.key:
        store_profiles.change(one.key, None, partial(_tell, label, one.id))


def _tell(label: Label, score_id: str, profile: Profile) -> None:
    profile.told(label, score_id)


def _thaw(by: Operator, wallet: str, note: str, at: datetime) -> None:
    """Unless somebody froze it anew for another reason, or has lifted it."""
    try:
        if service.seen(by, wallet).frozen_by == acting.BY_ITSELF.user_id:
            service.lifted(by, wallet, note, at)
    except (InvalidState, NotFound):
        return


def _finish(by: Operator, one: Kept, now: Standing, note: str, at: datetime) -> None:
    for kind in (acting.CASE, acting.RISEN) if now.case_id else ():
        try:
            cases.finish(cases.case_id(kind, one.id), by, note, at)
        except (InvalidState, NotFound):
            continue


def _known(score_id: str) -> tuple[Kept, Standing]:
    found = store_scores.score(score_id) if ids.is_id(score_id, "scr") else None
    if found is None:
        raise NotFound()
    return found


def _about(one: Kept, now: Standing) -> tuple[str, ...]:
    """Who has to do with it."""
    named = {one.place.owner, one.place.peer_owner}
    return tuple(sorted(named - {""}))


def _view(one: Kept, now: Standing, language: str) -> ScoreView:
    note = sealing.opened(one.id, _NOTE, now.note) if now.note else ""
    return model_scores.view(one, now, note, language)
